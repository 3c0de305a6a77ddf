"""The validator: each kind of fault, where it is and why; reasons that are found, proposed, or missing; time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import naive
import pytest
from random_worlds import random_world

from chekhov.lang import parse
from chekhov.model import Comparison, FluentTerm, Literal, Name, Problem
from chekhov.validation import Fault, Limits, MeaninglessError, NoMomentError, Verdict, World, author_goal, validate
from chekhov.validation.interpreter import Interpreter
from chekhov.validation.reasons import Limits as ReasonLimits
from chekhov.validation.reasons import Reasons

HEIST = """
    type place;
    entity Ann : character; entity Bob : character; entity Hall : place; entity Vault : place; entity Gem : entity;
    property at(who : character) : place; property holder() : character; property open() : boolean;
    property fine(who : character) : number 0..10;
    at(Ann) = Hall; at(Bob) = Hall; holder() = ?;
    believes(Bob, open());
    action go(who : character, to : place) {
        precondition: at(who) != to & (to != Vault | open());
        effect: at(who) = to;
        consenting: who;
        observing(c : character): at(c) == at(who);
    };
    action unlock() {
        precondition: !open();
        effect: open();
        consenting: Ann;
        observing(c : character): c == Ann;
    };
    action take(who : character) {
        precondition: at(who) == Vault & holder() == ?;
        effect: holder() = who;
        consenting: who;
    };
    action pay(from : character, to : character) {
        precondition: from != to & holder() == from;
        effect: holder() = to;
        consenting: from, to;
    };
    action alarm() { effect: open() = False; };
    utility(): holder() == Ann;
    utility(Ann): if(holder() == Ann) 2 else 0;
    utility(Bob): holder() == Bob;
"""


def world(text: str) -> Problem:
    reading = parse(text)
    assert reading.problem is not None, [str(one) for one in reading.diagnostics]
    return reading.problem


def verdict(
    acts: Sequence[str], *, goal: float | None = None, reason_acts: int | None = 4, belief_depth: int | None = 1
) -> Verdict:
    return validate(
        world(HEIST), acts, goal=goal, limits=Limits(reason_acts=reason_acts, belief_depth=belief_depth), seconds=60
    )


def fault(found: Verdict) -> Fault:
    assert found.outcome == "invalid"
    assert found.fault is not None
    return found.fault


def test_a_story_is_valid_with_everybodys_reasons() -> None:
    found = verdict(["unlock()", "go(Ann, Vault)", "take(Ann)"], goal=1)
    assert found.outcome == "valid"
    assert found.fault is None
    reasons = [
        [(why.character, [str(act) for act in why.plan], why.before, why.after) for why in own] for own in found.reasons
    ]
    assert reasons == [
        [("Ann", ["unlock()", "go(Ann, Vault)", "take(Ann)"], 0, 2)],
        [("Ann", ["go(Ann, Vault)", "take(Ann)"], 0, 2)],
        [("Ann", ["take(Ann)"], 0, 2)],
    ]


def test_an_act_that_cannot_happen() -> None:
    found = fault(verdict(["go(Ann, Vault)"]))
    assert (found.kind, found.step, str(found.act)) == ("impossible", 1, "go(Ann, Vault)")
    assert [str(one) for one in found.unmet] == ["open() (open() is False)"]
    assert str(found) == "step 1, go(Ann, Vault): it cannot happen; open() (open() is False)"


def test_somebody_who_is_wrong_about_what_is_possible() -> None:
    # Bob thinks that the vault is open: he sees no sense in unlocking it, and would go, but cannot.
    assert verdict(["unlock()", "go(Bob, Vault)"]).outcome == "valid"
    found = fault(verdict(["unlock()", "go(Ann, Vault)", "alarm()", "go(Ann, Hall)"]))
    assert (found.kind, found.step, found.character) == ("unexplained", 4, "Ann")


def test_somebody_who_does_not_believe_it_possible() -> None:
    text = HEIST.replace("believes(Bob, open());", "open(); believes(Bob, !open());")
    found = validate(world(text), ["go(Bob, Vault)"], limits=Limits(reason_acts=3), seconds=60)
    assert (fault(found).kind, fault(found).step, fault(found).character) == ("disbelieved", 1, "Bob")
    assert [one.condition for one in fault(found).unmet] == ["open()"]


def test_nobody_gives_away_what_they_want() -> None:
    found = fault(verdict(["unlock()", "go(Ann, Vault)", "take(Ann)", "pay(Ann, Bob)"]))
    assert (found.kind, found.step, found.character) == ("unexplained", 4, "Ann")
    assert str(found) == "step 4, pay(Ann, Bob): Ann has no reason to do it"


def test_a_reason_is_needed_from_its_first_act_on() -> None:
    # Going somewhere else first gains nothing that could not be had without.
    found = fault(verdict(["unlock()", "go(Ann, Vault)", "go(Ann, Hall)"]))
    assert (found.kind, found.step) == ("unexplained", 3)


def test_limits_on_reasons() -> None:
    assert fault(verdict(["unlock()"], reason_acts=2)).kind == "unexplained"
    assert verdict(["unlock()"], reason_acts=3).outcome == "valid"
    assert verdict(["unlock()"], reason_acts=None).outcome == "valid"
    # One mind deep there is room for a single act only.
    assert fault(verdict(["unlock()"], belief_depth=0)).kind == "unexplained"


def test_a_story_that_is_too_long() -> None:
    found = fault(validate(world(HEIST), ["alarm()", "alarm()"], limits=Limits(acts=1)))
    assert (found.kind, found.step) == ("too_long", 2)


def test_acts_that_nobody_declared() -> None:
    assert fault(verdict(["alarm()", "fly(Ann)"])).kind == "unknown_act"
    assert fault(verdict(["go(Gem, Hall)"])).step == 1


def test_a_goal_that_is_not_reached() -> None:
    found = fault(verdict(["alarm()"], goal=1))
    assert (found.kind, found.step, found.act) == ("goal", 1, None)
    assert next(one.values for one in found.unmet) == (("holder()", None),)
    goal = Comparison("==", FluentTerm("holder"), Name("Ann"))
    assert fault(validate(world(HEIST), [], goal=goal)).kind == "goal"
    assert validate(world(HEIST), [], goal=Comparison("==", FluentTerm("holder"), Literal(None))).outcome == "valid"
    assert author_goal(world(HEIST)) == 1


def test_the_first_fault_is_told() -> None:
    found = fault(verdict(["unlock()", "go(Ann, Vault)", "go(Ann, Hall)", "take(Ann)"]))
    assert (found.kind, found.step) == ("unexplained", 3)
    found = fault(verdict(["take(Ann)", "go(Ann, Hall)"]))
    assert (found.kind, found.step) == ("impossible", 1)


def test_witnesses_are_checked() -> None:
    acts = ["unlock()", "go(Ann, Vault)", "take(Ann)"]
    limits = Limits(reason_acts=5, belief_depth=1)
    longer = ["unlock()", "go(Bob, Vault)", "go(Ann, Vault)", "take(Ann)"]
    found = validate(world(HEIST), acts, limits=limits, witnesses=[("Ann", longer), ("Ann", ["unlock()", "take(Ann)"])])
    assert found.outcome == "valid"
    # Neither is an explanation, Bob having no reason that lets Ann have the gem, so one is found.
    assert [str(act) for act in found.reasons[0][0].plan] == acts
    found = validate(world(HEIST), acts, limits=limits, witnesses=[("Ann", acts)])
    assert [str(act) for act in found.reasons[0][0].plan] == acts


def test_time_runs_out() -> None:
    found = validate(world(HEIST), ["unlock()"], limits=Limits(), seconds=0)
    assert found.outcome == "limit"
    assert found.fault is not None
    assert found.fault.kind == "time"
    # What is decided without search stays decided.
    assert fault(validate(world(HEIST), ["unlock()", "take(Ann)"], limits=Limits(), seconds=0)).kind == "impossible"


def test_without_limits_it_ends_where_nothing_can_be_gained() -> None:
    wanted = "utility(Ann): if(holder() == Ann) 2 else 0;"
    text = HEIST.replace(wanted, "utility(Ann): fine(Ann);")
    assert text != HEIST
    assert fault(validate(world(text), ["unlock()"])).kind == "unexplained"
    # That left and right exclude each other takes more to see than that each can be reached.
    text = """
        entity Ann : character; property left() : boolean; property right() : boolean;
        action lean() { effect: left() & !right(); consenting: Ann; };
        action turn() { effect: right() & !left(); consenting: Ann; };
        utility(Ann): left() & right();
    """
    assert fault(validate(world(text), ["lean()"])).kind == "unexplained"


TRIGGERS = """
    entity Ann : character; entity Bob : character;
    property up() : boolean; property n() : number; property m() : number;
    action start() { effect: up(); };
    action both() { effect: n() = 1 & if(up()) n() = 2; };
"""


def test_moments_that_do_not_exist() -> None:
    endless = world(TRIGGERS + "trigger on() { precondition: up() & n() == 0; effect: n() = 1; };"
                               "trigger off() { precondition: up() & n() == 1; effect: n() = 0; };")  # fmt: skip
    found = fault(validate(endless, ["start()"]))
    assert (found.kind, found.step) == ("endless_triggers", 1)
    assert "on()" in found.message
    assert "off()" in found.message
    growth = world(TRIGGERS + "trigger more() { precondition: up() & n() != 0.5; effect: n() = n() + 1; };")
    assert fault(validate(growth, ["start()"])).kind == "growth"
    assert validate(world(TRIGGERS), ["both()"]).outcome == "valid"
    conflict = fault(validate(world(TRIGGERS + "up();"), ["both()"]))
    assert conflict.kind == "conflict"
    assert conflict.message == "both() gives n() two values, 1 and 2"
    at_once = world(TRIGGERS + "up(); trigger more() { precondition: up() & n() != 0.5; effect: n() = n() + 1; };")
    assert fault(validate(at_once, [])).step == 0
    with pytest.raises(NoMomentError):
        World.initial(at_once)


def test_triggers_of_two_minds_that_undo_each_other() -> None:
    # What Ann is made to believe of Bob, her own trigger undoes, in what is a round without a change.
    text = (
        TRIGGERS
        + """
        trigger see() { precondition: up() & believes(Ann, m()) == 0; effect: believes(Ann, m()) = 1; };
        trigger forget() { precondition: m() == 1 & !up(); effect: m() = 0; };
        believes(Ann, !up());
        action secretly() { effect: up(); observing(c : character): c == Bob; };
    """
    )
    assert fault(validate(world(text), ["secretly()"])).kind == "endless_triggers"


def test_stepping_through_worlds() -> None:
    start = World.initial(world(HEIST))
    is_open = FluentTerm("open")
    assert start.value(is_open) is False
    assert start.value(is_open, ["Bob"]) is True
    assert start.believed("Ann").value(is_open, ["Bob"]) is False
    assert start.possible("unlock()")
    assert not start.believed("Bob").possible("unlock()")
    assert "go(Bob, Vault)" in map(str, start.believed("Bob").acts())
    after = start.after("unlock()")
    assert after.holds(is_open)
    assert not after.believed("Bob").believed("Ann").holds(Comparison("==", is_open, Literal(False)))
    assert after.after("alarm()") != start
    assert after.after("alarm()").utility("Ann") == 0
    assert start.believed("Ann").believed("Ann") == start.believed("Ann")
    assert hash(start.after("alarm()").after("alarm()")) == hash(start.after("alarm()"))
    with pytest.raises(MeaninglessError):
        start.value(FluentTerm("height", (Name("Ann"),)))


def test_bounds_of_numbers_and_of_belief() -> None:
    text = """
        entity Ann : character; entity Bob : character; property n() : number 0..2; property open() : boolean;
        action more() { effect: n() = n() + 5; observing(c : character): c == Ann; };
        action open() { effect: open(); observing(c : character): c == Bob; };
    """
    more = World.initial(world(text)).after("more()")
    assert more.value(FluentTerm("n")) == 2
    assert more.value(FluentTerm("n"), ["Bob"]) == 0
    assert more.value(FluentTerm("n"), ["Ann", "Bob"]) == 0
    bounded = World.initial(world(text + "belief depth 1;")).after("more()")
    assert bounded.value(FluentTerm("n"), ["Bob"]) == 0
    assert bounded.value(FluentTerm("n"), ["Ann", "Bob"]) == 2
    assert World.initial(replace(world(text), belief_depth=0)).after("more()").value(FluentTerm("n"), ["Bob"]) == 2


def test_the_validators_reasons_are_the_naive_evaluators() -> None:
    """Pruned search and brute force find the same explanations, on random worlds."""
    compared = 0
    for seed in range(250):
        interpreter = Interpreter(random_world(seed))
        budget, depth = (2, 3)[seed % 2], (None, 0, 1)[seed % 3]
        slow = naive.Reasons(interpreter, naive.Limits(0, budget, depth))
        fast = Reasons(interpreter, ReasonLimits(None, budget, depth))
        try:
            for event in interpreter.possible(interpreter.initial):
                for character in event.consenting:
                    belief = interpreter.initial.beliefs[character]
                    if event.precondition.holds(belief):
                        expected = slow.explanation(event, character, belief, 1, budget)
                        found = fast.explanation(event, character, belief)
                        assert (None if found is None else list(found)) == expected, f"seed {seed}, {event.act}"
                        compared += 1
        except NoMomentError:
            continue
    assert compared > 300
