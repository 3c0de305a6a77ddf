"""What acts that take time and processes mean: to the validator and to the kernel, which must say the same."""

from __future__ import annotations

import pytest

from chekhov import lang
from chekhov.grounding import GroundTask, ground
from chekhov.kernel import Kernel, NoMomentError
from chekhov.lang import format_problem, parse_condition
from chekhov.model import Expression, Problem, TimeStep
from chekhov.timing import Timing, time_told
from chekhov.validation import World

PEOPLE = """
time step 5 "minutes";
type place;
entity Home : place;
entity Market : place;
entity Road : place;
entity Tom : character;
entity Ann : character;
entity Bob : character;
property at(who : character) : place;
property blocked() : boolean;
property distance(one : place, other : place) : number;
at(Tom) = Home;
at(Ann) = Market;
at(Bob) = Home;
distance(Home, Market) = 15;
distance(Market, Home) = 15;
"""
WALK = """
action walk(who : character, from : place, to : place) {
    duration: distance(from, to);
    precondition: at(who) == from & distance(from, to) > 0;
    begin: at(who) = Road;
    while: !blocked();
    effect: at(who) = to;
    broken: at(who) = from;
    consenting: who;
    observing(o : character): at(o) == from;
    observing end(o : character): at(o) == to;
};
action block(who : character) {
    precondition: !blocked();
    effect: blocked();
    consenting: who;
    observing(o : character): o == who;
};
action wave(who : character) { effect: blocked(); consenting: who; observing(o : character): at(o) == at(who); };
"""


def read(text: str) -> Problem:
    reading = lang.parse(text)
    assert reading.problem is not None, [(found.code, found.title, found.span) for found in reading.diagnostics]
    return reading.problem


def condition(text: str, problem: Problem) -> Expression:
    found, diagnostics = parse_condition(text, problem)
    assert found is not None, diagnostics
    return found


class Moment:
    """A moment of a world, as the validator and the kernel have it."""

    def __init__(self, text: str) -> None:
        self.problem = read(text)
        self.task: GroundTask = ground(self.problem)
        self.kernel = Kernel(self.task, threads=1)
        self.world = World.initial(self.problem)
        self.number = self.kernel.initial()

    def then(self, *acts: str) -> Moment:
        """What the acts lead to; ``3`` is so many steps of time."""
        for act in [one for given in acts for one in (["time_passes()"] * int(given) if given.isdigit() else [given])]:
            number = self.task.action_number(act)
            assert self.world.possible(act), (act, list(map(str, self.world.unmet(act))))
            assert number is not None
            assert self.kernel.possible(self.number, number)
            self.world = self.world.after(act)
            self.number = self.kernel.step(self.number, number)
        return self

    def holds(self, text: str) -> bool:
        asked = condition(text, self.problem)
        found = self.world.holds(asked)
        answer = self.kernel.evaluate(self.number, self.task.condition(asked))
        assert answer == found, text
        return found

    def all_hold(self, *texts: str) -> None:
        for text in texts:
            assert self.holds(text), text

    def impossible(self, act: str) -> bool:
        number = self.task.action_number(act)
        assert number is None or not self.kernel.possible(self.number, number)
        return not self.world.possible(act)


def test_a_world_without_time_is_the_same_object() -> None:
    problem = read("entity Tom : character; property p() : boolean; trigger t() { precondition: !p(); effect: p(); };")
    timing = Timing(problem)
    assert timing.problem is problem
    asked = condition("p()", problem)
    assert timing.expression(asked) is asked


def test_what_is_made_is_a_world_of_the_language() -> None:
    made = Timing(read(PEOPLE + WALK)).problem
    assert not made.is_timed
    assert not [found for found in lang.check(made) if found.is_error]
    assert read(format_problem(made)) == made
    assert Timing(made).problem is made


def test_an_act_has_a_start_and_an_end_and_keeps_its_doer_busy() -> None:
    moment = Moment(PEOPLE + WALK).then("walk(Tom, Home, Market)")
    moment.all_hold("at(Tom) == Road", "busy(Tom)", "!busy(Ann)", "under_way(walk(Tom, Home, Market))")
    moment.all_hold("under_way(walk(_, Home, _))", "!under_way(walk(_, Market, _))", "!under_way(walk(Ann, _, _))")
    assert moment.impossible("block(Tom)")
    assert moment.impossible("walk(Tom, Home, Market)")
    moment.then("2").all_hold("at(Tom) == Road", "busy(Tom)")
    moment.then("1").all_hold("at(Tom) == Market", "!busy(Tom)", "!under_way(walk(Tom, Home, Market))")
    assert moment.world.possible("block(Tom)")


def test_others_act_meanwhile() -> None:
    moment = Moment(PEOPLE + WALK).then("walk(Tom, Home, Market)", "1", "walk(Ann, Market, Home)", "2")
    moment.all_hold("at(Tom) == Market", "at(Ann) == Road")
    moment.then("1").all_hold("at(Ann) == Home")


def test_who_saw_the_start_knows_when_it_ends_without_seeing_it() -> None:
    moment = Moment(PEOPLE + WALK).then("walk(Tom, Home, Market)")
    moment.all_hold("believes(Bob, under_way(walk(Tom, Home, Market)))", "believes(Bob, at(Tom) == Road)")
    moment.all_hold("believes(Ann, at(Tom) == Home)", "believes(Ann, !busy(Tom))")
    moment.then("3").all_hold("believes(Bob, at(Tom) == Market)", "believes(Bob, !busy(Tom))")


def test_who_sees_the_end_without_the_start_is_told_and_so_are_those_they_see_there() -> None:
    moment = Moment(PEOPLE.replace("at(Bob) = Home", "at(Bob) = Market") + WALK).then("walk(Tom, Home, Market)", "2")
    moment.all_hold("believes(Ann, at(Tom) == Home)", "believes(Bob, at(Tom) == Home)")
    moment.then("1").all_hold("believes(Ann, at(Tom) == Market)", "believes(Ann, !busy(Tom))")
    moment.all_hold(
        "believes(Ann, believes(Bob, at(Tom) == Market))", "believes(Tom, believes(Ann, at(Tom) == Market))"
    )
    moment.all_hold("believes(Ann, believes(Tom, believes(Bob, at(Tom) == Market)))")


def test_who_saw_the_start_and_not_the_break_believes_that_it_ended() -> None:
    moment = Moment(PEOPLE + WALK).then("walk(Tom, Home, Market)", "1", "block(Ann)")
    # It breaks off as soon as the way is blocked. Those at the market are told; Bob, at home, is not.
    moment.all_hold("at(Tom) == Home", "!busy(Tom)", "believes(Tom, at(Tom) == Home)", "believes(Ann, at(Tom) == Home)")
    moment.all_hold("believes(Bob, under_way(walk(Tom, Home, Market)))")
    moment.then("2").all_hold("believes(Bob, at(Tom) == Market)", "at(Tom) == Home", "believes(Ann, at(Tom) == Home)")


def test_without_observing_end_those_who_observe_see_the_end_too_and_doers_always_do() -> None:
    text = WALK.replace("observing end(o : character): at(o) == to;", "").replace(
        "observing(o : character): at(o) == from;", "observing(o : character): o == Bob;"
    )
    moment = Moment(PEOPLE + text).then("walk(Tom, Home, Market)")
    moment.all_hold("believes(Tom, busy(Tom))", "believes(Bob, busy(Tom))", "believes(Ann, !busy(Tom))")
    moment.then("block(Ann)")
    moment.all_hold("believes(Tom, !busy(Tom) & at(Tom) == Home)", "believes(Bob, !busy(Tom) & at(Tom) == Home)")


def test_in_a_mind_that_has_it_broken_the_end_is_seen_all_the_same() -> None:
    moment = Moment(PEOPLE + WALK + "believes(Ann, blocked());").then("walk(Tom, Home, Market)", "3")
    moment.all_hold("believes(Ann, at(Tom) == Market)", "believes(Ann, blocked())", "!blocked()")
    # Bob sees it start, and at once takes it for broken off.
    moment = Moment(PEOPLE + WALK + "believes(Bob, blocked());").then("walk(Tom, Home, Market)")
    moment.all_hold("believes(Bob, at(Tom) == Home & !busy(Tom))", "at(Tom) == Road")


def test_a_break_comes_before_an_end_at_the_same_moment() -> None:
    tide = "property tide() : number 0..9; process rising() { change: tide() += 1; };"
    moment = Moment(PEOPLE + tide + WALK.replace("while: !blocked()", "while: tide() < 15 & tide() < 9"))
    moment.then("walk(Tom, Home, Market)", "3").all_hold("at(Tom) == Home", "!busy(Tom)")


def test_who_is_seen_to_be_free_is_no_longer_under_way() -> None:
    # Bob does not see that Tom's walk breaks off at once, but sees him wave then.
    moment = Moment(PEOPLE + WALK).then("walk(Tom, Home, Market)", "1", "block(Ann)")
    moment.all_hold("believes(Bob, busy(Tom))", "at(Tom) == Home")
    moment.then("wave(Tom)").all_hold("believes(Bob, !busy(Tom))", "believes(Bob, blocked())")
    moment.then("3").all_hold("believes(Bob, at(Tom) == Road)")


def test_a_later_start_replaces_an_earlier_one_in_a_mind() -> None:
    tide = """
    property tide() : number -50..50;
    process rising() { change: tide() += 1; };
    entity Lake : place; distance(Home, Lake) = 15;
    """
    walk = WALK.replace("while: !blocked()", "while: to == Lake | tide() < 5")
    moment = Moment(PEOPLE + tide + "believes(Bob, tide() = -50);" + walk).then("walk(Tom, Home, Market)", "1")
    moment.all_hold("at(Tom) == Home", "believes(Bob, under_way(walk(Tom, Home, Market)))")
    moment.then("walk(Tom, Home, Lake)")
    moment.all_hold("believes(Bob, under_way(walk(Tom, Home, Lake)) & !under_way(walk(_, _, Market)))")
    moment.then("2").all_hold("believes(Bob, at(Tom) == Road)")
    moment.then("1").all_hold("believes(Bob, at(Tom) == Lake)", "at(Tom) == Lake")


def test_zero_is_at_once_and_what_is_left_of_a_step_counts_as_one() -> None:
    text = PEOPLE + WALK.replace("& distance(from, to) > 0", "& from != to").replace("distance(from, to);", "0;")
    Moment(text).then("walk(Tom, Home, Market)").all_hold("at(Tom) == Market", "!busy(Tom)")
    text = PEOPLE + WALK.replace("duration: distance(from, to)", "duration: distance(from, to) - 4")
    Moment(text).then("walk(Tom, Home, Market)", "2").all_hold("at(Tom) == Road")
    Moment(text).then("walk(Tom, Home, Market)", "3").all_hold("at(Tom) == Market")


def test_several_do_an_act_together_and_a_break_frees_them_all() -> None:
    text = """
    entity Log : entity;
    property carried(what : entity) : boolean;
    action carry(one : character, other : character, what : entity) {
        duration: 10;
        precondition: one != other & !carried(what);
        while: !blocked();
        effect: carried(what);
        consenting: one, other;
        observing(o : character): at(o) == at(one);
    };
    """
    moment = Moment(PEOPLE + text + WALK).then("carry(Tom, Bob, Log)")
    moment.all_hold("busy(Tom)", "busy(Bob)", "under_way(carry(Tom, Bob, Log))", "!under_way(carry(Bob, Tom, Log))")
    moment.all_hold("under_way(carry(_, _, Log))", "under_way(carry(_, Bob, _))")
    assert moment.impossible("walk(Bob, Home, Market)")
    moment.then("2").all_hold("carried(Log)", "!busy(Tom)", "!busy(Bob)")
    moment = Moment(PEOPLE + text + WALK).then("carry(Tom, Bob, Log)", "1", "block(Ann)")
    moment.all_hold("!carried(Log)", "!busy(Tom)", "!busy(Bob)")


def test_of_what_is_done_together_nobody_is_believed_to_do_it_alone() -> None:
    text = """
    property tide() : number -50..50;
    process rising() { change: tide() += 1; };
    believes(Ann, tide() = -50);
    property lifted() : boolean;
    action lift(one : character, other : character) {
        duration: 15; precondition: one != other; while: tide() < 5; effect: lifted(); consenting: one, other;
        observing end(o : character): o == one;
    };
    """
    moment = Moment(PEOPLE + text + WALK.replace("at(o) == at(who)", "o == Ann")).then("lift(Tom, Bob)", "1")
    moment.all_hold("!busy(Tom)", "believes(Ann, busy(Tom) & busy(Bob))", "believes(Bob, !busy(Tom) & !busy(Bob))")
    # Ann sees Tom wave; so they do not lift any more, and Bob does not either.
    moment.then("wave(Tom)").all_hold("believes(Ann, !busy(Tom) & !busy(Bob))")
    moment.then("2").all_hold("believes(Ann, !lifted())")


def test_rates_of_several_processes_add_up_and_bounds_hold() -> None:
    text = """
    time step 2;
    entity Tom : character; entity Ann : character;
    property air(c : character) : number 0..20;
    property outside(c : character) : boolean;
    property leaks() : boolean;
    forall(c : character) air(c) = 15;
    outside(Tom); leaks();
    process breathing(c : character) { while: outside(c); change: air(c) -= 1; };
    process leak() { while: leaks(); change: air(Tom) -= 0.5; };
    process pump(one : character, other : character) { while: one != other & !outside(one); change: air(one) += 4; };
    trigger gone(c : character) { precondition: air(c) <= 0 & outside(c); effect: !outside(c); };
    """
    moment = Moment(text).then("1")
    moment.all_hold("air(Tom) == 12", "air(Ann) == 20", "believes(Ann, air(Tom) == 12)")
    moment.then("4").all_hold("air(Tom) == 0", "!outside(Tom)")
    moment.then("1").all_hold("air(Tom) == 7")


def test_a_clock_runs_and_whoever_has_it_wrong_keeps_it_wrong() -> None:
    text = """
    time step 5 "minutes";
    entity Tom : character; entity Ann : character;
    property hour() : number 0..60;
    believes(Ann, hour() = 10);
    process clock() { change: hour() += 1; };
    """
    moment = Moment(text).then("2")
    moment.all_hold("hour() == 10", "believes(Ann, hour() == 20)", "believes(Tom, believes(Ann, hour() == 10))")


def test_a_world_of_processes_alone_has_nobody_busy() -> None:
    problem = Timing(read("property n() : number 0..3; process p() { change: n() += 1; };")).problem
    assert [one.name for one in problem.properties] == ["n"]
    assert [action.name for action in problem.actions] == ["time_passes"]


def test_what_is_made_is_not_among_the_entities_that_an_author_counts() -> None:
    text = """
    property count() : number 0..99;
    property seen(what : entity) : boolean;
    action look(who : character, what : entity) {
        duration: 5; precondition: at(who) == Home & !seen(what); effect: seen(what); consenting: who;
    };
    count() = (sum(e : entity) (if(e : entity) 1 else 0));
    """
    moment = Moment(PEOPLE + text + WALK)
    moment.all_hold("count() == 6", "!exists(e : entity) seen(e)", "forall(e : entity) (e : place | e : character)")
    assert {str(act) for act in moment.world.acts() if act.name == "look"} == {
        f"look({who}, {what})" for who in ("Tom", "Bob") for what in ("Home", "Market", "Road", "Tom", "Ann", "Bob")
    }
    moment.then("look(Tom, Road)", "1").all_hold("seen(Road)", "!exists(e : entity) (seen(e) & e != Road)")


def test_names_of_the_world_are_left_alone() -> None:
    text = """
    entity doing : place;
    property steps_left(c : character) : number;
    property activity() : boolean;
    action swim(c : character, someone : place) {
        duration: 5; precondition: steps_left(c) == 0; effect: steps_left(c) = 1; consenting: c;
        observing(c : character): at(c) == someone;
    };
    trigger swim_ends(c : character) { precondition: steps_left(c) == 1; effect: steps_left(c) = 2 & activity(); };
    """
    moment = Moment(PEOPLE + text).then("swim(Tom, doing)", "1")
    moment.all_hold("steps_left(Tom) == 2", "activity()", "!busy(Tom)")


def test_own_properties_may_be_called_busy_and_under_way() -> None:
    moment = Moment(
        PEOPLE + WALK + "property busy(c : place) : boolean; busy(Home); property under_way(p : place) : boolean;"
        "property goal(c : character) : place; goal(Tom) = Home; under_way(Home);"
    )
    moment.all_hold("busy(Home)", "!busy(Market)", "under_way(goal(Tom))", "!under_way(walk(Tom, Home, Market))")


def test_time_in_words() -> None:
    assert time_told(1, TimeStep(5, "minutes")) == "5 minutes"
    assert time_told(2, TimeStep(0.5, "hours")) == "1 hour"
    assert time_told(3, None) == "3 steps of time"


def test_a_number_that_runs_away_is_shown_where_it_is_declared() -> None:
    problem = read("property n() : number;\nprocess grow() { change: n() += 1; };")
    with pytest.raises(NoMomentError) as caught:
        Kernel(ground(problem)).explore(physical=True)
    (found,) = caught.value.diagnostics
    assert (found.code, found.span and found.span.start) == ("E0514", len("property "))
