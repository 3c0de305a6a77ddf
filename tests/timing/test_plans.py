"""Stories in which time passes, as they are told and as they are written in plan files."""

from __future__ import annotations

import pytest
from timing.test_timing import PEOPLE, WALK, read

from chekhov.grounding import ground
from chekhov.kernel import Kernel
from chekhov.lang import parse_ground, parse_plan
from chekhov.manuscript import skeleton
from chekhov.narration import tell_act
from chekhov.planning import Story, ending_goal, plan
from chekhov.play import Session
from chekhov.play.transcript import prose
from chekhov.validation import Limits, validate

WORLD = (
    PEOPLE
    + WALK.replace(
        "};\naction block",
        """
    telling: "{who} leaves {from} for {to}.";
    telling end: "{who} comes from the {at(who)} to {to}{if at(Ann) == to}, where Ann is{end}.";
};
action block""",
        1,
    )
    + """
property bell() : number 0..90;
process ringing() { change: bell() += 1; };
trigger rings() { precondition: bell() == 10; effect: bell() = 11; telling: "It rings, at {bell()}."; };
utility(Tom): if(at(Tom) == Market) 1 else 0;
ending there "Tom is there": at(Tom) == Market;
"""
)


def found() -> tuple[Kernel, Story]:
    kernel = Kernel(ground(read(WORLD)), threads=1)
    return kernel, plan(kernel, ending_goal(kernel.task, "there")).stories[0]


def test_steps_of_time_are_told_as_one_unless_something_is_told_between_them() -> None:
    _, story = found()
    assert story.lines() == [
        "1.   walk(Tom, Home, Market)",
        "       Tom leaves Home for Market.",
        "       Tom (0 → 1) has in mind:",
        "         1. walk(Tom, Home, Market)",
        "         2–4. time_passes 3",
        "2–3. time_passes 2",
        "       10 minutes pass.",
        "       It rings, at 10.",
        "4.   time_passes()",
        "       5 minutes pass.",
        "       Tom comes from the Road to Market, where Ann is.",
    ]
    assert story.length() == "1 act in 15 minutes"


def test_json_says_how_long_a_story_takes_and_what_happens_on_the_way() -> None:
    kernel, _ = found()
    answer = plan(kernel, ending_goal(kernel.task, "there"), fastest=True)
    data = answer.to_json()
    assert data["time"] == {"amount": 15, "unit": "minutes"}
    assert (data["natural"], data["proved_fastest"]) == (3, True)
    assert [act["act"] for act in data["acts"]] == ["walk(Tom, Home, Market)", *["time_passes()"] * 3]
    assert data["acts"][2]["events"] == ["It rings, at 10."]
    assert answer.lines()[0] == "A story of 1 act in 15 minutes, proved fastest: Tom is there"


def test_triggers_are_told_with_what_sets_them_off() -> None:
    kernel, _ = found()
    world = kernel.initial()
    number = kernel.task.action_number("time_passes()")
    assert number is not None
    assert tell_act(kernel, world, number) == "5 minutes pass."
    assert tell_act(kernel, kernel.step(world, number), number) == "5 minutes pass. It rings, at 10."


def test_ends_without_words_are_told_plainly() -> None:
    kernel = Kernel(ground(read(PEOPLE + WALK + "utility(Tom): at(Tom) == Market;")), threads=1)
    world = kernel.initial()
    told = []
    for act in ["walk(Tom, Home, Market)", *["time_passes()"] * 3, "walk(Tom, Market, Home)", "block(Ann)"]:
        number = kernel.task.action_number(act)
        assert number is not None
        told.append(tell_act(kernel, world, number))
        world = kernel.step(world, number)
    assert told[3] == "5 minutes pass. Walk is over: Tom, Home, Market."
    assert told[5] == "Walk is broken off: Tom, Market, Home."


@pytest.mark.parametrize(
    "line", ["time_passes 3", " time_passes   3 ; # so long", "time_passes()\ntime_passes\ntime_passes;"]
)
def test_plan_files_may_say_how_often_time_passes(line: str) -> None:
    problem = read(WORLD)
    acts, diagnostics = parse_plan(f"walk(Tom, Home, Market)\n{line}\n", problem)
    assert not diagnostics
    assert acts == ["walk(Tom, Home, Market)", *["time_passes()"] * 3]
    assert validate(problem, acts, limits=Limits(reason_acts=4)).outcome == "valid"


def test_time_passes_only_where_something_takes_time() -> None:
    assert parse_ground("time_passes", read("entity Tom : character;"))[0] is None
    (found,) = parse_plan("time_pases 3", read(WORLD))[1]
    assert found.code == "E0601"
    (found,) = parse_ground("time_pases", read(WORLD))[1]
    assert found.help == "did you mean `time_passes`?"
    (found,) = parse_plan("walk(Tom, Home, Market) 3", read(WORLD))[1]
    assert found.code == "E0601"


def test_somebody_waits_for_what_another_does() -> None:
    text = (
        WORLD.replace("utility(Tom): if(at(Tom) == Market) 1 else 0;", "")
        + """
    property met() : boolean;
    action greet(one : character, other : character) {
        precondition: one != other & at(one) == at(other) & at(one) != Road & !met(); effect: met(); consenting: one;
        observing(o : character): at(o) == at(one);
    };
    utility(Tom): at(Tom) == Market; utility(Ann): met();
    ending met: met() & at(Ann) == Market;
    """
    )
    kernel = Kernel(ground(read(text)), threads=1)
    answer = plan(kernel, ending_goal(kernel.task, "met"))
    acts = [act.act for act in answer.stories[0].acts]
    assert acts == ["walk(Tom, Home, Market)", *["time_passes()"] * 3, "greet(Ann, Tom)"]
    assert validate(read(text), acts, limits=Limits(reason_acts=4)).outcome == "valid"


REFINED = (
    WORLD
    + """
refine action time_passes() {
	precondition: exists(c : character) busy(c);
	telling: "The clock {ticks/ticked}{if bell() >= 10} again{end}.";
};
"""
)


def test_time_is_told_as_the_world_tells_it() -> None:
    problem = read(REFINED)
    kernel = Kernel(ground(problem), threads=1)
    number = kernel.task.action_number("time_passes()")
    assert number is not None
    assert not kernel.possible(kernel.initial(), number)
    story = plan(kernel, ending_goal(kernel.task, "there")).stories[0]
    assert story.lines()[5:] == [
        "2–3. time_passes 2",
        "       The clock ticks.",
        "       It rings, at 10.",
        "4.   time_passes()",
        "       The clock ticks again.",
        "       Tom comes from the Road to Market, where Ann is.",
    ]
    acts = [act.act for act in story.acts]
    assert "The clock ticked. It rings, at 10." in skeleton(problem, "world.story", acts, "past")
    session = Session.begin(problem, seats=["Tom"], director=False)
    session.move("Tom", "wait")
    assert [move.act for move in session.record.moves] == [None]  # nobody is busy, so no time passes
    session.move("Tom", "walk(Tom, Home, Market)")
    for _ in range(3):
        session.move("Tom", "wait")
    told = " ".join(prose(session, "Tom"))
    assert "The clock ticks." in told
    assert "The clock ticks again. Tom comes from the Road to Market" in told
    assert "5 minutes" not in told
