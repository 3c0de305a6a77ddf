"""Folding: nodes stand for all moments, edges for all acts between them, and losses agree with the check."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from chekhov import lang
from chekhov.checking.endings import choices
from chekhov.checking.folding import FOLDS, By, fold
from chekhov.checking.inquiry import Inquiry, inquire
from chekhov.grounding import ground
from chekhov.kernel import Kernel

WORLDS = Path(__file__).resolve().parents[2] / "worlds"
NAMES = ("heist", "letter", "classics/jealous_couples", "classics/missionaries")


def asked(name: str) -> Inquiry:
    problem = lang.read(str(WORLDS / f"{name}.story")).problem
    assert problem is not None
    return inquire(Kernel(ground(problem), threads=1))[0]


@pytest.mark.parametrize("by", FOLDS)
@pytest.mark.parametrize("name", NAMES)
def test_everything_is_in_it_once(name: str, by: By) -> None:
    inquiry = asked(name)
    graph = inquiry.graph
    folding = fold(inquiry, by)
    assert [node.moments for node in folding.nodes] == [count for _, count in sorted(Counter(folding.node_of).items())]
    acts: Counter[tuple[int, int, int]] = Counter()
    for moment in graph.all:
        for action, target in graph.acts_from(moment):
            acts[folding.node_of[moment], folding.node_of[target], action] += 1
    told = Counter({(e.source, e.target, a): n for e in folding.edges for a, n in e.acts})
    told.update({(k, k, a): n for k, node in enumerate(folding.nodes) for a, n in node.inner})
    assert told == acts
    assert sum(node.final for node in folding.nodes) == len(graph.final)
    assert folding.node_of[0] == 0


@pytest.mark.parametrize("by", FOLDS)
@pytest.mark.parametrize("name", NAMES)
def test_losses_are_those_of_the_check(name: str, by: By) -> None:
    inquiry = asked(name)
    folding = fold(inquiry, by)
    # Acts that lose every ending are told once by the check, under no ending.
    every = len(folding.endings) - 1 if len(folding.endings) > 1 else 0
    found: Counter[str | None] = Counter()
    for edge in folding.edges:
        for number in edge.loses:
            if number == every:
                found[None] += edge.count
            elif every not in edge.loses:
                found[folding.endings[number].name] += edge.count
    expected: Counter[str | None] = Counter()
    for choice in choices(inquiry):
        expected[choice.ending] += choice.moments
    assert found == expected


def test_it_stays_small_and_says_by_what() -> None:
    inquiry = asked("heist")
    folding = fold(inquiry, "what-matters", most=30)
    assert len(fold(inquiry, "endings").nodes) < len(folding.nodes) <= 30
    assert folding.facts
    assert folding.left_out
    assert all(fact.startswith("at(") for fact in fold(inquiry, "place").facts)
    assert len(fold(inquiry, "none").nodes) == len(inquiry.graph.all)


def test_a_told_story_has_a_node_for_each_of_its_moments() -> None:
    inquiry = asked("letter")
    told = [0]
    for _ in range(4):
        told.append(inquiry.graph.acts_from(told[-1])[0][1])
    folding = fold(inquiry, "chapter", told=told)
    mine = [folding.node_of[moment] for moment in told]
    assert [folding.nodes[node].moments for node in mine] == [1] * len(told)
    assert all(place in folding.nodes[node].told for place, node in enumerate(mine))
    reached = [set(inquiry.graph.reach(inquiry.graph.moments([moment]))) for moment in told]
    others = [(moment, folding.nodes[node]) for moment, node in enumerate(folding.node_of) if node not in mine]
    assert {node.after for _, node in others} > {0}
    for moment, node in others:
        # One can come there from that beat, and of the beats that are told apart from no later one.
        assert node.after is not None
        assert moment in reached[node.after]
        later = {other.after for _, other in others if other.after is not None and other.after > node.after}
        assert not any(moment in reached[place] for place in later)


def test_whoever_is_asked_for_is_told_apart() -> None:
    inquiry = asked("heist")
    assert fold(inquiry, "place", of=("Nell",)).facts == ("at(Nell)",)
    facts = fold(inquiry, of=("Ada",)).facts
    assert facts
    assert all("Ada" in fact for fact in facts)
