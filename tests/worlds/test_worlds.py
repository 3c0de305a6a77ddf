"""The worlds that come with the project: free of findings, and each ending reached as it should be.

How long a story is was recorded from the planner; that it is one is asked of the validator, which shares no code with
it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import chekhov
from chekhov import validation
from chekhov.diagnostics import render_all
from chekhov.kernel import Limits
from chekhov.model import Problem
from chekhov.reasons import Reason

WORLDS = Path(__file__).resolve().parents[2] / "worlds"
NAMES = [path.stem for path in sorted(WORLDS.glob("*.story"))]

STORIES = {
    ("heist", 5): {"all_content": 6, "real_cup": 11, "ada_exposed": 6, "nell_caught": 2},
    ("letter", 5): {"together": 6, "paul_leaves": 2, "vera_unmasked": 6},
    ("mountain", 5): {"everyone_lives": 24, "captives_freed_natives_die": 9, "captives_die": 5, "maya_suffocates": 10},
}
"""For each world and length of reasons, the acts of a shortest story to each of its endings."""


@cache
def problem_of(name: str) -> Problem:
    reading = chekhov.read(WORLDS / f"{name}.story")
    assert not reading.diagnostics, render_all(reading.diagnostics, reading.sources)
    assert reading.problem is not None
    return reading.problem


@cache
def opened(name: str) -> chekhov.Kernel:
    return chekhov.Kernel(chekhov.ground(problem_of(name)))


def witnesses(reason: Reason) -> list[tuple[str, tuple[str, ...]]]:
    """The plans of a reason and of all reasons in it, for the validator to check rather than search for."""
    found = [(reason.character, tuple(step.act for step in reason.plan))]
    for step in reason.plan:
        for inner in step.others:
            found += witnesses(inner)
    return found


def test_every_world_is_known_here() -> None:
    assert [name for name, _ in STORIES] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_world_is_complete(name: str) -> None:
    problem = problem_of(name)
    assert problem.title
    assert any(entity.playable for entity in problem.entities)
    assert all(ending.label for ending in problem.endings)
    assert all(action.telling for action in problem.actions)
    characters = {character.name for character in problem.characters}
    assert characters <= {utility.character for utility in problem.utilities}
    assert all(character.pronouns for character in problem.characters)


@pytest.mark.parametrize(("name", "reason_acts", "ending"), [
    pytest.param(name, reason_acts, ending, marks=[pytest.mark.slow] if ending == "everyone_lives" else [])
    for (name, reason_acts), endings in STORIES.items() for ending in endings
])  # fmt: skip
def test_an_ending_is_reached(name: str, reason_acts: int, ending: str) -> None:
    problem = problem_of(name)
    kernel = opened(name)
    limits = Limits(reason_acts=reason_acts, belief_depth=2)
    answer = chekhov.plan(kernel, chekhov.ending_goal(kernel.task, ending), limits)
    assert (answer.outcome, answer.proved_shortest) == ("found", True)
    story = answer.stories[0]
    acts = [act.act for act in story.acts]
    assert len(acts) == STORIES[name, reason_acts][ending], acts

    condition = next(declared.condition for declared in problem.endings if declared.name == ending)
    verdict = chekhov.validate(
        problem,
        acts,
        goal=condition,
        limits=validation.Limits(reason_acts=reason_acts, belief_depth=2),
        witnesses=[plan for act in story.acts for reason in act.reasons for plan in witnesses(reason)],
    )
    assert verdict.outcome == "valid", verdict.fault
    assert all(act.telling for act in story.acts)
