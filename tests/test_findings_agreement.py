"""What a check finds in random worlds is what there is to find, by definition.

``benchmarks/agreement.py --findings`` compares more worlds than there is time for here.
"""

from __future__ import annotations

import pytest
from naive.agreement import DisagreementError
from naive.findings_agreement import compare_findings
from random_worlds import random_story_world

WORLDS = 200
CHUNK = 40


@pytest.mark.parametrize("start", range(0, WORLDS, CHUNK))
def test_findings_agree_with_their_definitions(start: int) -> None:
    compared = 0
    for seed in range(start, start + CHUNK):
        try:
            # Every other one without evaluating anything away: then what depends on what can be compared, too.
            compared += compare_findings(random_story_world(seed), seed, simplify=seed % 2 == 0)
        except DisagreementError as error:
            pytest.fail(f"world {seed}: {error}")
    assert compared > CHUNK // 2
