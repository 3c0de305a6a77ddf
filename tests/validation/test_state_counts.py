"""The interpreter counts the states of the Sabre benchmark as the reference planner's own state graph does."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from naive import states_by_depth

from chekhov.lang import read
from chekhov.validation.interpreter import Interpreter

SABRE = Path(__file__).resolve().parents[3] / "shared" / "benchmarks" / "sabre"
DEPTHS = {
    "aladdin": 2,
    "bribery": 5,
    "deerhunter": 5,
    "fantasy": 3,
    "hospital": 2,
    "jailbreak": 4,
    "macguffin": 4,
    "secretagent": 10,
    "space": 4,  # From 5 on, the reference loses transitions.
    "treasure": 4,
    "treasurehunt": 4,
    "western": 2,
}
"""How deep plain Python gets in a second or two."""


def _interpreter(name: str) -> Interpreter:
    if not SABRE.exists():
        pytest.skip(f"{SABRE} is not there")
    problem = read(SABRE / "problems" / f"{name}.txt").problem
    assert problem is not None
    return Interpreter(problem)


@pytest.mark.parametrize("name", DEPTHS)
def test_states_by_depth(name: str) -> None:
    interpreter = _interpreter(name)
    with (SABRE / "state_counts.csv").open(encoding="utf-8") as rows:
        expected = [int(row["states_within_depth"]) for row in csv.DictReader(rows) if row["problem"] == name]
    depth = DEPTHS[name]
    assert states_by_depth(interpreter, depth) == expected[: depth + 1]


def test_chains_of_triggers_that_end_here_and_not_in_the_reference() -> None:
    assert states_by_depth(_interpreter("space"), 5)[5] == 151
