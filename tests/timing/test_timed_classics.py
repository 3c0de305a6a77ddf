"""Classics by the clock, whose fastest solutions are known."""

from __future__ import annotations

from heapq import heappop, heappush
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


def fastest(name: str, ending: str, limits: Limits) -> tuple[str, list[str]]:
    """How long the fastest story takes, proved so, and what is done in it."""
    problem = lang.read(CLASSICS / f"{name}.story").problem
    assert problem is not None
    kernel = Kernel(ground(problem), threads=1)
    answer = plan(kernel, ending_goal(kernel.task, ending), limits, fastest=True)
    assert answer.proved_fastest
    story = answer.stories[0]
    return story.length(), [act.act for act in story.acts if act.act != "time_passes()"]


def jugs_by_hand() -> int:
    """The fewest minutes to four litres, with two pairs of hands: Dijkstra over what is in the jugs, and what each pair
    is still busy with, for how many minutes. Written from the rules alone."""
    start: tuple[int, int, tuple[tuple[int, str], ...]] = (0, 0, ())
    best = {start: 0}
    queue = [(0, start)]
    takes = {"fill 0": 3, "fill 1": 5, "empty 0": 1, "empty 1": 1, "pour 0 1": 2, "pour 1 0": 2}
    sizes = (3, 5)
    while queue:
        minutes, state = heappop(queue)
        small, big, busy = state
        litres = [small, big]
        if big == 4:
            return minutes
        if minutes > best[state]:
            continue
        following = []
        used = {int(jug) for _, act in busy for jug in act.split()[1:]}
        if len(busy) < 2:
            for act, length in takes.items():
                verb, *jugs = act.split()
                numbers = [int(jug) for jug in jugs]
                first = litres[numbers[0]]
                sensible = first < sizes[numbers[0]] if verb == "fill" else first > 0
                if not used & set(numbers) and sensible:
                    following.append((minutes, (small, big, tuple(sorted((*busy, (length, act)))))))
        rest = tuple((left - 1, act) for left, act in busy)
        for left, act in rest:
            if left == 0:
                verb, *jugs = act.split()
                one = int(jugs[0])
                if verb == "fill":
                    litres[one] = sizes[one]
                elif verb == "empty":
                    litres[one] = 0
                else:
                    amount = min(litres[one], sizes[1 - one] - litres[1 - one])
                    litres[one] -= amount
                    litres[1 - one] += amount
        following.append((minutes + 1, (litres[0], litres[1], tuple(one for one in rest if one[0] > 0))))
        for after, reached in following:
            if after < best.get(reached, 1000):
                best[reached] = after
                heappush(queue, (after, reached))
    raise AssertionError("four litres cannot be had")


def test_four_litres_are_measured_in_as_many_minutes_as_by_hand() -> None:
    assert jugs_by_hand() == 17
    assert fastest("jugs", "measured", Limits(reason_acts=25, belief_depth=1))[0] == "6 acts in 17 minutes"


def test_the_relay_takes_as_long_as_its_stretches_and_handovers() -> None:
    length, acts = fastest("relay", "delivered", Limits(reason_acts=25, belief_depth=3))
    assert length == f"5 acts in {7 + 1 + 4 + 1 + 5} minutes"
    assert [act.partition("(")[0] for act in acts] == ["ride", "hand_over", "ride", "hand_over", "ride"]


def test_by_a_watch_that_is_slow_there_is_time_for_breakfast() -> None:
    limits = Limits(reason_acts=10, belief_depth=2)
    assert fastest("rendezvous", "together", limits)[0] == "2 acts in 15 minutes"
    assert fastest("rendezvous", "missed", limits) == (
        "2 acts in 25 minutes", ["breakfast(Ben)", "go(Ben, Station)"]
    )  # fmt: skip
    # With the right time he would have had no reason to begin with breakfast.
    text = (CLASSICS / "rendezvous.story").read_text(encoding="utf-8")
    right = lang.parse(text.replace("believes(Ben, minute()) = 0;\n", "")).problem
    assert right is not None
    kernel = Kernel(ground(right), threads=1)
    assert plan(kernel, ending_goal(kernel.task, "missed"), limits).outcome == "impossible"
    assert plan(kernel, ending_goal(kernel.task, "together"), limits).outcome == "found"
