"""Natural acts: nobody is asked, everybody counts on them. And the stories with the fewest of them."""

from __future__ import annotations

import pytest

from chekhov import lang
from chekhov.grounding import ground
from chekhov.kernel import Kernel
from chekhov.kernel import Limits as KernelLimits
from chekhov.lang import format_problem, format_text
from chekhov.model import Problem
from chekhov.planning import ending_goal, plan
from chekhov.validation import Limits, validate

SHORE = """
entity Ann : character;
property steps(c : character) : number 0..3;
property tide() : number 0..9;
natural action rise() { precondition: tide() < 9; effect: tide() = tide() + 1; };
action hop(c : character) { precondition: steps(c) < 3; effect: steps(c) = steps(c) + 1; consenting: c; };
action sail(c : character) { precondition: tide() >= 1 & steps(c) == 0; effect: steps(c) = 3; consenting: c; };
utility(Ann): steps(Ann);
ending there: steps(Ann) == 3;
"""

FERRY = """
entity Ann : character;
property tide() : boolean;
property aboard() : boolean;
property there() : boolean;
{natural} action rise() {{ precondition: !tide(); effect: tide(); }};
action board() {{ precondition: !aboard() & !tide(); effect: aboard(); consenting: Ann; }};
action land() {{ precondition: aboard() & tide(); effect: there(); consenting: Ann; }};
utility(Ann): there();
ending there: there();
"""


def read(text: str) -> Problem:
    reading = lang.parse(text)
    assert reading.problem is not None, reading.diagnostics
    return reading.problem


def test_a_plan_may_count_on_a_natural_act_and_not_on_one_of_the_authors() -> None:
    story = ["board()", "rise()", "land()"]
    for natural in ("natural", ""):
        problem = read(FERRY.format(natural=natural))
        kernel = Kernel(ground(problem), threads=1)
        answer = plan(kernel, ending_goal(kernel.task, "there"))
        verdict = validate(problem, story, limits=Limits(reason_acts=3))
        if natural:
            assert [act.act for act in answer.stories[0].acts] == story
            assert [step.act for step in answer.stories[0].acts[0].reasons[0].plan] == story
            assert verdict.outcome == "valid"
        else:
            assert answer.outcome == "impossible"
            assert verdict.fault is not None
            assert verdict.fault.kind == "unexplained"


def test_natural_actions_are_printed_and_read_back() -> None:
    problem = read(SHORE)
    assert [action.natural for action in problem.actions] == [True, False, False]
    printed = format_problem(problem)
    assert "natural action rise() {" in printed
    assert read(printed) == problem
    assert format_text(printed) == printed


def test_what_is_natural_needs_the_word_action() -> None:
    (found,) = lang.parse("natural trigger rise() { };").errors
    assert found.code == "E0104"


def test_the_task_says_what_is_natural_and_else_nothing() -> None:
    actions = ground(read(SHORE)).data["actions"]
    assert [action.get("natural") for action in actions] == [True, None, None]


@pytest.mark.parametrize("max_acts", [None, 3])
def test_the_fastest_story_has_the_fewest_natural_acts(max_acts: int | None) -> None:
    kernel = Kernel(ground(read(SHORE)), threads=1)
    goal = ending_goal(kernel.task, "there")
    limits = KernelLimits(acts=max_acts)
    shortest = plan(kernel, goal, limits)
    assert [act.act for act in shortest.stories[0].acts] == ["rise()", "sail(Ann)"]
    assert (shortest.stories[0].natural, shortest.proved_shortest, shortest.proved_fastest) == (1, True, False)
    fastest = plan(kernel, goal, limits, fastest=True)
    assert [act.act for act in fastest.stories[0].acts] == ["hop(Ann)"] * 3
    assert (fastest.stories[0].natural, fastest.proved_shortest, fastest.proved_fastest) == (0, False, True)
    assert (fastest.to_json()["natural"], fastest.to_json()["proved_fastest"]) == (0, True)


def test_within_a_limit_on_acts_the_fastest_story_may_be_slower() -> None:
    kernel = Kernel(ground(read(SHORE)), threads=1)
    answer = plan(kernel, ending_goal(kernel.task, "there"), KernelLimits(acts=2), fastest=True)
    assert answer.stories[0].natural == 1
