"""Tasks whose stories begin at a later moment of a world."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

import chekhov
from chekhov import Kernel, Limits

ROOT = Path(__file__).resolve().parents[2]
REASONS = Limits(reason_acts=4, belief_depth=2)


def opened(name: str) -> Kernel:
    problem = chekhov.read(ROOT / "worlds" / name).problem
    assert problem is not None
    return Kernel(chekhov.ground(problem), threads=1)


@pytest.mark.parametrize("physical", [False, True])
@pytest.mark.parametrize("name", ["heist.story", "letter.story", "classics/wolf_goat_cabbage.story"])
def test_the_same_moments_follow(name: str, physical: bool) -> None:
    kernel = opened(name)
    physical = physical or name.startswith("classics")
    graph = kernel.graph(physical=physical, depth=None if name != "heist.story" else 6, limits=REASONS)
    # From a moment of each depth on, the same can be done, for the same reasons.
    depths = itertools.accumulate(range(4))
    for moment in [min(depth, len(graph.all) - 1) for depth in depths]:
        later = Kernel(kernel.beginning_at(graph.world(moment)), threads=1)
        done = {act for act, _ in graph.acts_from(moment)}
        ahead = later.graph(physical=physical, depth=1, limits=REASONS)
        assert {act for act, _ in ahead.acts_from(0)} == done
        if graph.complete:
            whole = later.explore(physical=physical, limits=REASONS)
            assert whole.states_by_depth[-1] == len(graph.reach(graph.moments([moment])))


def test_everybody_believes_what_they_did() -> None:
    kernel = opened("heist.story")
    world = kernel.initial()
    for act in ("walk(Nell, Garden, Gallery)", "call(Ada, Tobias, Study)", "grab(Nell, Gallery)"):
        number = kernel.task.action_number(act)
        assert number is not None
        assert kernel.possible(world, number)
        world = kernel.step(world, number)
    later = Kernel(kernel.beginning_at(world), threads=1)
    characters = range(len(kernel.task.names.characters))
    for path in [(), *((c,) for c in characters), *itertools.product(characters, characters)]:
        one, other = world, later.initial()
        for character in path:
            one, other = kernel.believed(one, character), later.believed(other, character)
        assert kernel.values(one) == later.values(other)
    # Begun once more at its beginning, it is the same task.
    assert later.beginning_at(later.initial()).data["initial"] == later.task.data["initial"]
