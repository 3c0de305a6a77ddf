"""What grounding evaluates away changes nothing: the same moments, acts and stories as without."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from random_worlds import random_world

from chekhov import _kernel, lang
from chekhov.diagnostics import ChekhovError
from chekhov.grounding import GroundTask, ground
from chekhov.kernel import Kernel, Limits

PROBLEMS = Path(__file__).parents[3] / "shared" / "benchmarks" / "sabre" / "problems"
SIZES = {
    # Fluents, actions and triggers; those of hospital and western are also the reference planner's.
    "aladdin": (62, 182, 269),
    "bribery": (16, 27, 0),
    "deerhunter": (14, 28, 76),
    "fantasy": (32, 76, 136),
    "hospital": (14, 102, 196),
    "jailbreak": (17, 106, 54),
    "macguffin": (5, 5, 12),
    "secretagent": (5, 44, 75),
    "space": (12, 29, 58),
    "treasure": (3, 5, 0),
    "treasurehunt": (2, 12, 6),
    "western": (31, 352, 640),
}


def moments(task: GroundTask, depth: int) -> tuple[int, ...] | str:
    """The numbers of moments by depth, or the code of the error that ends the exploration."""
    try:
        found = Kernel(task, threads=1).explore(physical=True, depth=depth).states_by_depth
    except ChekhovError as error:
        return error.diagnostics[0].code
    return found + found[-1:] * (depth + 1 - len(found))


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_random_worlds_have_the_same_moments(first: int) -> None:
    dropped = 0
    for seed in range(first, first + 50):
        problem = random_world(seed)
        simple, full = ground(problem), ground(problem, simplify=False)
        dropped += len(full.names.actions) - len(simple.names.actions)
        assert moments(simple, 3) == moments(full, 3), f"random world {seed}"
    assert dropped > 0


def test_random_worlds_have_the_same_shortest_stories() -> None:
    found = 0
    for seed in range(60):
        problem = random_world(seed)
        tasks = ground(problem), ground(problem, simplify=False)
        plans = []
        for task in tasks:
            try:
                kernel = Kernel(task, threads=1)
                utility = task.data["utility"]
                start = kernel.evaluate(kernel.initial(), utility)
                goal = (">", utility, ("v", start))
                result = kernel.search(goal, Limits(acts=3, reason_acts=3, belief_depth=1))
                plans.append([[task.names.actions[act] for act in plan] for plan in result.plans])
            except ChekhovError:
                plans.append([])
        assert len(plans[0]) == len(plans[1]), f"random world {seed}"
        if plans[0]:
            found += 1
            assert len(plans[0][0]) == len(plans[1][0]), f"random world {seed}"
    assert found > 3


@pytest.mark.skipif(not PROBLEMS.exists(), reason="the benchmark problems are not here")
@pytest.mark.parametrize("name", SIZES)
def test_benchmark_problems_ground_to_a_known_size(name: str) -> None:
    problem = lang.read(PROBLEMS / f"{name}.txt").problem
    assert problem is not None
    task = ground(problem)
    assert (len(task.names.fluents), len(task.names.actions), len(task.names.triggers)) == SIZES[name]
    assert moments(task, 2) == moments(ground(problem, simplify=False), 2)


def test_the_kernel_reads_what_grounding_writes() -> None:
    # Every random world: all expressions, revisions and nodes are of the documented form.
    for seed in range(100):
        _kernel.Kernel(json.dumps(ground(random_world(seed)).data), "{}")
