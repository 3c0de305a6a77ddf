"""A beat cut out of a planner's story: either it still validates, or the checker finds the gap, and mends it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from manuscript.cutting import cuts

WORLDS = Path(__file__).resolve().parents[2] / "worlds"


@pytest.mark.parametrize("world", ["heist", "letter"])
def test_a_cut_beat_is_missed_exactly_if_the_rest_is_no_story(world: str, tmp_path: Path) -> None:
    found = list(cuts(WORLDS / f"{world}.story", tmp_path, stories_each=1, random=None, mend=False))
    assert len(found) >= 5
    assert [cut for cut in found if not cut.agrees] == []
    assert any(cut.holds for cut in found) or world == "heist"


@pytest.mark.parametrize("world", ["heist", "letter"])
def test_a_gap_is_mended_with_one_edit(world: str, tmp_path: Path) -> None:
    sample = cuts(WORLDS / f"{world}.story", tmp_path, stories_each=1, random=Random(5), mend=True)
    found = [cut for cut, _ in zip(sample, range(4), strict=False)]
    assert [cut for cut in found if not cut.holds and (cut.edits != 1 or not cut.mended)] == []
