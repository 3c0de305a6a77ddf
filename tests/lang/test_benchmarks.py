"""The published benchmark problems are read as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from chekhov.diagnostics import render_all
from chekhov.lang import read

PROBLEMS = Path(__file__).resolve().parents[3] / "shared" / "benchmarks" / "sabre" / "problems"
FILES = sorted(PROBLEMS.glob("*.txt"))


@pytest.mark.skipif(not FILES, reason=f"the benchmark problems are not there: {PROBLEMS}")
def test_problems_are_read_without_errors() -> None:
    for path in FILES:
        reading = read(path)
        assert reading.problem is not None, render_all(reading.diagnostics, reading.sources)
        assert len(reading.diagnostics) <= 2, render_all(reading.diagnostics, reading.sources)


@pytest.mark.skipif(not FILES, reason=f"the benchmark problems are not there: {PROBLEMS}")
def test_known_sizes() -> None:
    counts = {}
    for path in FILES:
        problem = read(path).problem
        assert problem is not None
        counts[path.stem] = (len(problem.characters), len(problem.actions), len(problem.triggers))
    assert counts["aladdin"] == (5, 12, 14)
    assert counts["treasure"] == (2, 4, 0)
