"""Puzzles whose figures are published, as worlds: every moment is counted, and the shortest stories are as short.

Where a figure comes from stands beside it. No world here has a character: what is counted are the states of a puzzle.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import chekhov
from chekhov.diagnostics import render_all
from chekhov.model import Problem

CLASSICS = Path(__file__).resolve().parents[2] / "worlds" / "classics"


@dataclass(frozen=True)
class Classic:
    """What is published of a puzzle: its states, the greatest distance of any, its shortest solutions."""

    states: int | None
    depth: int | None
    endings: dict[str, int]


PUBLISHED = {
    # Of the 16 placements 10 are allowed, each can be reached, and it takes 7 crossings: exercise in Rosen, "Discrete
    # Mathematics and Its Applications" (graphs).
    "wolf_goat_cabbage": Classic(10, 7, {"across": 7}),
    # 32 triples, of which 20 keep to the rule and 16 can be reached: Amarel 1968. 11 crossings: OEIS A356480, of which
    # this is the third term.
    "missionaries": Classic(16, None, {"across": 11}),
    # 11 crossings: Fraley, Cooke and Detrick, "Graphical solution of difficult crossing puzzles", Mathematics Magazine
    # 39, 1966; Alcuin's own solution is one of them.
    "jealous_couples": Classic(None, None, {"across": 11}),
    # 5 crossings in 17 minutes, and never in fewer: Rote 2002.
    "bridge_and_torch": Classic(None, None, {"across": 5}),
    # "97 states generated, 16 distinct states found": the model checker TLC on Lamport's specification DieHard, whose
    # shortest way to four litres has 6 steps.
    "jugs": Classic(16, None, {"measured": 6}),
    # 3^n states, of which the last one is 2^n - 1 moves away: Lucas 1883; Hinz et al., "The Tower of Hanoi: Myths and
    # Maths", 2013.
    "hanoi": Classic(3**7, 2**7 - 1, {"moved": 2**7 - 1}),
    # 181,440 states, two of them 31 moves away: Reinefeld 1993.
    "eight_puzzle": Classic(181_440, 31, {"far_top": 31}),
}

# By distance, the empty square in a corner: OEIS A089473.
EIGHT_PUZZLE = [
    1, 2, 4, 8, 16, 20, 39, 62, 116, 152, 286, 396, 748, 1024, 1893, 2512, 4485, 5638, 9529, 10878, 16993, 17110, 23952,
    20224, 24047, 15578, 14560, 6274, 3910, 760, 221, 2,
]  # fmt: skip


def text_of(name: str) -> str:
    return (CLASSICS / f"{name}.story").read_text(encoding="utf-8")


def problem_of(text: str) -> Problem:
    reading = chekhov.parse(text)
    assert not reading.diagnostics, render_all(reading.diagnostics, reading.sources)
    assert reading.problem is not None
    return reading.problem


def opened(text: str) -> chekhov.Kernel:
    return chekhov.Kernel(chekhov.ground(problem_of(text)))


def changed(text: str, *replacements: tuple[str, str]) -> str:
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text


def shortest(kernel: chekhov.Kernel, ending: str) -> int | None:
    """How many acts the shortest story to an ending has; None if it is proved that there is none."""
    answer = chekhov.plan(kernel, chekhov.ending_goal(kernel.task, ending))
    if answer.outcome == "found":
        assert answer.proved_shortest
        return len(answer.stories[0].acts)
    assert answer.outcome == "impossible"
    return None


def test_every_classic_is_known_here() -> None:
    assert sorted(PUBLISHED) == sorted(path.stem for path in CLASSICS.glob("*.story"))


@pytest.mark.parametrize("name", PUBLISHED)
def test_states_are_as_published(name: str) -> None:
    published = PUBLISHED[name]
    explored = opened(text_of(name)).explore(physical=True)
    assert explored.complete
    if published.states is not None:
        assert explored.states_by_depth[-1] == published.states
    if published.depth is not None:
        assert len(explored.states_by_depth) == published.depth + 1


@pytest.mark.parametrize(("name", "ending"), [
    pytest.param(name, ending, marks=[pytest.mark.slow] if name == "eight_puzzle" else [])
    for name, published in PUBLISHED.items() for ending in published.endings
])  # fmt: skip
def test_shortest_solutions_are_as_published(name: str, ending: str) -> None:
    assert shortest(opened(text_of(name)), ending) == PUBLISHED[name].endings[ending]


def test_without_characters_everything_possible_has_a_reason() -> None:
    kernel = opened(text_of("missionaries"))
    assert kernel.explore().states_by_depth == kernel.explore(physical=True).states_by_depth


def test_the_eight_puzzle_by_distance() -> None:
    by_depth = opened(text_of("eight_puzzle")).explore(physical=True).states_by_depth
    assert [states - before for states, before in zip(by_depth, (0, *by_depth), strict=False)] == EIGHT_PUZZLE


def test_six_acts_are_possible_in_every_state_of_the_jugs() -> None:
    # TLC's 97 generated states are these and the first one.
    assert opened(text_of("jugs")).explore(physical=True).transitions == 96


def test_no_time_below_seventeen_minutes_is_enough() -> None:
    sixteen = changed(text_of("bridge_and_torch"), ("0..17", "0..16"), ("light() = 17", "light() = 16"))
    assert shortest(opened(sixteen), "across") is None


def test_four_missionaries_and_four_cannibals_do_not_come_across() -> None:
    # Nor four couples: Fraley, Cooke and Detrick 1966.
    text = changed(
        text_of("missionaries"), ("0..3", "0..4"), ("(Near) = 3", "(Near) = 4"), ("(Far) == 3", "(Far) == 4")
    )
    assert shortest(opened(text), "across") is None


def test_four_couples_do_not_come_across() -> None:
    text = changed(
        text_of("jealous_couples"),
        ("property boat()", "entity Dora : wife; entity Diether : husband; property boat()"),
        ("married(Conrad, Clara);", "married(Conrad, Clara); married(Dora, Diether) & married(Diether, Dora);"),
    )
    assert shortest(opened(text), "across") is None


@pytest.mark.parametrize("discs", range(1, 7))
def test_towers_of_other_heights(discs: int) -> None:
    lines = text_of("hanoi").splitlines()
    taller = [f"Disc{disc}" for disc in range(discs + 1, 8)]
    kernel = opened("\n".join(line for line in lines if not any(disc in line for disc in taller)))
    explored = kernel.explore(physical=True)
    assert (explored.complete, explored.states_by_depth[-1]) == (True, 3**discs)
    assert shortest(kernel, "moved") == 2**discs - 1
