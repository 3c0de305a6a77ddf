"""Classics by the clock, whose fastest solutions are known."""

from __future__ import annotations

from pathlib import Path

from chekhov import lang
from chekhov.grounding import ground
from chekhov.kernel import Kernel, Limits
from chekhov.planning import ending_goal, plan
from chekhov.validation import Limits as StoryLimits
from chekhov.validation import validate

CLASSICS = Path(__file__).resolve().parents[2] / "worlds" / "classics" / "timed"


def test_the_bridge_is_crossed_in_seventeen_minutes() -> None:
    problem = lang.read(CLASSICS / "bridge_and_torch.story").problem
    assert problem is not None
    kernel = Kernel(ground(problem), threads=1)
    goal = ending_goal(kernel.task, "across")
    answer = plan(kernel, goal, Limits(reason_acts=14, belief_depth=2), fastest=True)
    assert answer.proved_fastest
    assert answer.stories[0].length() == "5 acts in 17 minutes"
    acts = [act.act for act in answer.stories[0].acts]
    found = validate(problem, acts, goal=problem.endings[0].condition, limits=StoryLimits(reason_acts=14), seconds=0)
    assert found.outcome != "invalid"
    # Nor can it be done faster by people who need no reason.
    free = kernel.search(goal.condition, physical=True, fastest=True)
    assert sum("natural" in kernel.task.data["actions"][act] for act in free.plans[0]) == 17
