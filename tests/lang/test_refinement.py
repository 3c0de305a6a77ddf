"""Refinements and omissions: what a world makes of the events that it includes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from chekhov.diagnostics import render_all
from chekhov.grounding import ground
from chekhov.lang import Reading, format_problem, format_text, parse, parse_condition, read
from chekhov.model import Action, And, FluentTerm, Name, Not, Parameter, Problem, Trigger
from chekhov.telling import tell
from chekhov.validation import World

PEOPLE = """\
type place; type inner : place;
type friend : character; type guest : friend;
entity Hall : inner; entity Yard : place;
entity Rosa : guest; entity Max : character;
property at(who : character) : place;
property tired(who : character) : boolean;
property seen(who : character) : boolean;
at(Rosa) = Yard; at(Max) = Yard;
utility(Rosa): at(Rosa) == Hall;
utility(Max): tired(Max) & seen(Max);
"""

WALK = """\
action walk(walker : character, from : place, to : place) {
	precondition: at(walker) == from & from != to;
	effect: at(walker) = to;
	consenting: walker;
	telling: "{walker} {walker.go/goes/went} to {to}.";
};
trigger spot(c : character) {
	precondition: at(c) == Hall & !seen(c);
	effect: seen(c);
};
"""

WORLD = PEOPLE + WALK


def made(text: str) -> Problem:
    reading = parse(text, "world.story")
    assert reading.problem is not None, render_all(reading.diagnostics, reading.sources)
    return reading.problem


def action(problem: Problem, name: str = "walk") -> Action:
    return next(one for one in problem.actions if one.name == name)


def told(reading: Reading) -> str:
    return render_all(reading.diagnostics, reading.sources)


def after(problem: Problem, *acts: str) -> World:
    world = World.initial(problem)
    for act in acts:
        assert world.possible(act), act
        world = world.after(act)
    return world


def holds(world: World, problem: Problem, text: str) -> bool:
    condition, found = parse_condition(text, problem)
    assert condition is not None, found
    return world.holds(condition)


# -- what comes of a refinement


def test_a_precondition_is_added_and_both_effects_happen() -> None:
    refinement = """
    refine action walk(walker : character, from : place, to : place) {
        precondition: !tired(walker);
        effect: tired(walker);
    };"""
    # Where the refinement stands does not matter.
    for text in (PEOPLE + WALK + refinement, PEOPLE + refinement + WALK):
        problem = made(text)
        walker = FluentTerm("tired", (Name("walker"),))
        precondition = action(problem).precondition
        assert isinstance(precondition, And)
        assert len(precondition.parts) == 3
        assert precondition.parts[2] == Not(walker)
        world = after(problem, "walk(Max, Yard, Hall)")
        assert holds(world, problem, "at(Max) == Hall & tired(Max)")
        assert not world.possible("walk(Max, Hall, Yard)")
        assert world.possible("walk(Rosa, Yard, Hall)")


def test_narrower_types_leave_instances_out() -> None:
    problem = made(WORLD + "refine action walk(walker : friend, from : place, to : inner) {};")
    assert ground(problem, simplify=False).names.actions == (
        "walk(Rosa, Hall, Hall)",
        "walk(Rosa, Yard, Hall)",
    )
    assert action(problem).parameters == (
        Parameter("walker", "friend"),
        Parameter("from", "place"),
        Parameter("to", "inner"),
    )


def test_a_narrower_type_may_use_what_only_it_has() -> None:
    problem = made(
        WORLD
        + """
        property host(who : friend) : boolean;
        refine action walk(walker : friend, from : place, to : place) { precondition: !host(walker); };
        host(Rosa);
        """
    )
    assert World.initial(problem).acts() == ()


def test_who_sees_it_and_how_it_is_told_is_replaced() -> None:
    refined = """
    refine action walk(walker : character, from : place, to : place) {
        observing(c : character): c == walker;
        telling: "{walker} {walker.tiptoe/tiptoes/tiptoed} to {to}.";
    };"""
    problem = made(WORLD + refined)
    telling = action(problem).telling
    assert telling is not None
    bindings = {"walker": "Max", "from": "Yard", "to": "Hall"}
    assert tell(telling, bindings, problem, lambda _: None) == "Max tiptoe to Hall."
    acts = ["walk(Max, Yard, Hall)"]
    assert holds(after(problem, *acts), problem, "believes(Rosa, at(Max)) == Yard")
    plain = made(WORLD)
    assert holds(after(plain, *acts), plain, "believes(Rosa, at(Max)) == Hall")


def test_who_consents_is_replaced() -> None:
    problem = made(
        WORLD
        + """
        action drag(who : character, whom : character) {
            precondition: who != whom & at(who) == at(whom);
            effect: at(whom) = Hall;
            consenting: who;
        };
        refine action drag(who : character, whom : character) { consenting: who, whom; };
        """
    )
    assert action(problem, "drag").consenting == (Name("who"), Name("whom"))


def test_refinements_add_up_in_order() -> None:
    problem = made(
        WORLD
        + """
        refine action walk(walker : guest, from : place, to : place) {
            effect: tired(walker);
            telling: "one";
        };
        refine action walk(walker : friend, from : place, to : inner) {
            effect: seen(walker);
            telling: "two";
        };
        """
    )
    walk = action(problem)
    assert walk.telling == "two"
    # The narrower type counts, whichever refinement gives it.
    assert [one.type for one in walk.parameters if isinstance(one, Parameter)] == ["guest", "place", "inner"]
    world = after(problem, "walk(Rosa, Yard, Hall)")
    assert holds(world, problem, "at(Rosa) == Hall & tired(Rosa) & seen(Rosa)")


def test_triggers_are_refined() -> None:
    problem = made(
        WORLD
        + """
        refine trigger spot(c : friend) {
            precondition: !tired(c);
            effect: tired(c);
            telling: "{c} is seen.";
        };
        """
    )
    (spot,) = problem.triggers
    assert spot.telling == "{c} is seen."
    assert holds(after(problem, "walk(Rosa, Yard, Hall)"), problem, "seen(Rosa) & tired(Rosa)")
    assert not holds(after(problem, "walk(Max, Yard, Hall)"), problem, "seen(Max) | tired(Max)")


OVERLOADED = (
    WORLD
    + """
type item; type gem : item;
entity Ring : gem; entity Cup : item; entity Bell : entity;
property held(what : item) : character;
action take(who : character, what : item) { precondition: held(what) == ?; effect: held(what) = who; consenting: who; };
action take(who : character, whom : character) { effect: at(whom) = at(who); consenting: who; };
action take(who : character, Bell) { effect: at(who) = Hall; consenting: who; };
action take(who : character, what : place) { effect: at(who) = what; consenting: who; };
"""
)


@pytest.mark.parametrize(
    ("refinement", "number"),
    [
        ("take(who : character, what : item)", 0),
        ("take(who : friend, what : gem)", 0),
        ("take(who : character, whom : friend)", 1),
        ("take(who : guest, Bell)", 2),
        ("take(who : guest, what : place)", 3),
    ],
)
def test_names_and_types_of_parameters_choose_among_actions_of_one_name(refinement: str, number: int) -> None:
    problem = made(OVERLOADED + f'refine action {refinement} {{ telling: "Done."; }};')
    takes = [one.telling for one in problem.actions if one.name == "take"]
    assert takes == ["Done." if at == number else None for at in range(4)]


def test_what_a_library_file_has_is_refined_from_another_file(tmp_path: Path) -> None:
    files = {
        "world.story": 'include "std/movement"; include "mine.story"; entity Rosa : friend; entity Yard : place;'
        "entity Hall : place; way(Yard, Hall); at(Rosa) = Yard; utility(Rosa): at(Rosa) == Hall;",
        "mine.story": "type friend : character; property shod(who : character) : boolean; shod(Rosa);"
        "refine action walk(walker : friend, from : place, to : place) { precondition: shod(walker); };",
    }
    reading = read(write(tmp_path, files))
    assert reading.problem is not None, told(reading)
    assert reading.diagnostics == ()
    assert [str(act) for act in World.initial(reading.problem).acts()] == ["walk(Rosa, Yard, Hall)"]


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / next(iter(files))


def test_an_act_that_cannot_happen_any_more_is_nobody_s_mistake() -> None:
    text = 'include "std/movement"; include "std/wounds";'
    for body in ("precondition: False;", "precondition: hidden(walker) & !hidden(walker);"):
        reading = parse(text + f"refine action walk(walker : character, from : place, to : place) {{ {body} }};")
        assert reading.diagnostics == (), told(reading)


# -- what takes time


def test_an_act_can_be_made_to_take_time() -> None:
    problem = made(
        WORLD
        + """
        refine action walk(walker : character, from : place, to : place) {
            duration: 2;
            begin: at(walker) = ?;
            while: !tired(walker);
            broken: at(walker) = from;
            observing(c : character): at(c) == from;
            observing end(c : character): at(c) == to;
            telling end: "{walker} {walker.is} there.";
        };
        refine action walk(walker : character, from : place, to : place) { while: !seen(walker); };
        """
    )
    assert holds(after(problem, "walk(Rosa, Yard, Hall)"), problem, "at(Rosa) == ? & busy(Rosa)")
    world = after(problem, "walk(Rosa, Yard, Hall)", "time_passes()", "time_passes()")
    assert holds(world, problem, "at(Rosa) == Hall & !busy(Rosa)")
    throughout = action(problem).throughout
    assert isinstance(throughout, And)
    assert len(throughout.parts) == 2


CLOCK = """
action rest(c : character) {
	duration: 2;
	precondition: !tired(c);
	effect: tired(c);
	consenting: c;
};
"""


def test_time_passes_only_when_a_refinement_says_so() -> None:
    problem = made(
        WORLD
        + CLOCK
        + """
        refine action time_passes() {
            precondition: exists(c : character) busy(c);
            effect: forall(c : character) (if(!busy(c)) seen(c));
            telling: "The clock ticks.";
        };
        """
    )
    assert not World.initial(problem).possible("time_passes()")
    world = after(problem, "rest(Rosa)", "time_passes()")
    assert holds(world, problem, "seen(Max) & !seen(Rosa)")
    world = after(problem, "rest(Rosa)", "time_passes()", "time_passes()")
    assert holds(world, problem, "tired(Rosa)")
    assert not world.possible("time_passes()")
    task = ground(problem)
    assert task.problem.actions[-1].telling == "The clock ticks."
    assert task.problem.passing is None
    assert made(format_problem(problem)) == problem


def test_an_action_of_that_name_where_nothing_takes_time_is_refined_like_any_other() -> None:
    text = "action time_passes() { effect: tired(Max); }; refine action time_passes() { effect: seen(Max); };"
    problem = made(WORLD + text)
    assert problem.passing is None
    assert holds(after(problem, "time_passes()"), problem, "tired(Max) & seen(Max)")


# -- what a world does without


def test_a_world_does_without_events() -> None:
    text = WORLD + CLOCK + "process tire(c : character) { change: strength(c) -= 1; };"
    text += "property strength(who : character) : number 0..9;"
    problem = made(text + "without action walk, rest; without trigger spot; without process tire;")
    assert problem.events == ()
    assert problem.processes == ()
    assert [event.name for event in made(text).events] == ["walk", "rest", "spot"]


def test_a_library_s_act_is_left_out_without_a_word() -> None:
    text = 'include "std/movement"; include "std/power"; without action wreck; without trigger notice;'
    reading = parse(text)
    assert reading.diagnostics == (), told(reading)
    assert reading.problem is not None
    assert all(event.name not in ("wreck", "notice") for event in reading.problem.events)
    assert any(event.name == "miss" for event in reading.problem.events)


def test_all_of_a_name_are_left_out() -> None:
    problem = made(OVERLOADED.split("action take(who : character, Bell)")[0] + "without action take;")
    assert [one.name for one in problem.actions] == ["walk"]


# -- what is wrong


def message(text: str, before: str = WORLD) -> str:
    """What is said of the last line of a world, without how it begins."""
    shown = told(parse(before + text, "world.story"))
    lines = [line for line in shown.splitlines() if line.strip() not in ("", "|")]
    return "\n".join(line.strip() for line in lines)


LINE = WORLD.count("\n") + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "refine action wolk(walker : character) {};",
            ["error[E0210]: there is no action `wolk` to refine", "= help: did you mean `walk`?"],
        ),
        (
            "refine trigger walk(walker : character) {};",
            ["error[E0210]: there is no trigger `walk` to refine", "= help: `walk` is an action"],
        ),
        (
            "refine action walk(who : character, from : place, to : place) {};",
            [
                "error[E0210]: no action `walk` has the parameters (who, from, to)",
                "11 | action walk(walker : character, from : place, to : place) {",
                "|        ---- declared here",
                "= help: write `refine action walk(walker : character, from : place, to : place)`",
            ],
        ),
        (
            "refine action walk(walker : character, to : place, from : place) {};",
            ["error[E0210]: no action `walk` has the parameters (walker, to, from)"],
        ),
        (
            "refine action walk(walker : frend, from : place, to : place) {};",
            [
                "error[E0211]: `walker` is of type `character`, and `frend` is not below it",
                "= help: did you mean `friend`?",
            ],
        ),
        (
            "refine action walk(walker : character, from : place, to : entity) {};",
            [
                "error[E0211]: `to` is of type `place`, and `entity` is not below it",
                "= help: a refinement keeps the type of a parameter, or narrows it",
            ],
        ),
        (
            "refine action walk(walker, from : place, to : place) {};",
            [
                "error[E0211]: `walker` is a parameter here, and has a type",
                "= help: write `walker : character`, or a narrower type",
            ],
        ),
        (
            "type host : character; refine action walk(walker : friend, from : place, to : place) {};"
            "refine action walk(walker : host, from : place, to : place) {};",
            [
                "error[E0211]: two refinements narrow `walker`, to `friend` and to `host`",
                "= help: of two types one lies below the other; the narrower one counts",
            ],
        ),
        (
            "refine action walk(walker : character, from : place, to : place) {}; without action walk;",
            ["error[E0212]: the action `walk` is refined, and the world does without it"],
        ),
        (
            "without trigger spott;",
            ["error[E0210]: there is no trigger `spott` to do without", "= help: did you mean `spot`?"],
        ),
        (
            "without action spot;",
            ["error[E0210]: there is no action `spot` to do without", "= help: `spot` is a trigger"],
        ),
        (
            "refine action time_passes() {};",
            [
                "error[E0210]: there is no action `time_passes` to refine: nothing takes time here",
                "= help: time passes where an act has a `duration:`, or a process runs",
            ],
        ),
        (
            CLOCK.replace("\n", " ") + "refine action time_passes() { consenting: Rosa; };",
            ["error[E0213]: of `time_passes` only `precondition:`, `effect:` and `telling:` are refined"],
        ),
        (
            CLOCK.replace("\n", " ") + "refine action time_passes(c : character) {};",
            [
                "error[E0210]: no action `time_passes` has the parameters (c)",
                "= help: write `refine action time_passes()`",
            ],
        ),
        (
            CLOCK.replace("\n", " ") + "refine action time_pases() {};",
            ["error[E0210]: there is no action `time_pases` to refine", "= help: did you mean `time_passes`?"],
        ),
        (
            "refine process tire() {};",
            [
                "error[E0104]: expected `action` or `trigger`, found `process`",
                "= help: a process is not refined: do without it, and write another",
            ],
        ),
        ("without 3;", ["error[E0104]: expected a name, found `3`"]),
        ("without wreck;", ["error[E0104]: expected `action`, `trigger` or `process`, found `wreck`"]),
        (
            "refine trigger spot(c : character) { consenting: c; };",
            ["error[E0109]: a trigger has no consenting"],
        ),
        (
            "refine action walk(walker : character, from : place, to : place) { consenting: ; };",
            ["error[E0104]: expected who consents", "= help: an act of the author's is another action"],
        ),
        (
            "refine action walk(walker : character, from : place, to : place) { precondition: tried(walker); };",
            ["error[E0201]: unknown property `tried`", "= help: did you mean `tired`?"],
        ),
        (
            "refine action walk(walker : character, from : place, to : place) { precondition: 1; };",
            ["error[E0301]: expected a condition, and this is a number"],
        ),
        (
            "refine action walk(walker : character, from : place, to : place) { begin: tired(walker); };",
            ["error[E0311]: `walk` takes no time, and so has no `begin:`", "|" + " " * 75 + "^" * 13],
        ),
        (
            'refine action walk(walker : character, from : place, to : place) { telling end: "There."; };',
            ["error[E0311]: `walk` takes no time, and so has no `telling end:`"],
        ),
        (
            'refine action walk(walker : character, from : place, to : place) { telling: "{walkr}"; };',
            ["error[E0202]: unknown name `walkr`", "= help: did you mean `walker`?"],
        ),
        (
            "refine trigger spot(c : character) { effect: !seen(c); };",
            ["error[E0401]: `spot` gives `seen` two values at once", "19 |     effect: seen(c);"],
        ),
    ],
)
def test_what_is_wrong_is_said_at_the_refinement(text: str, expected: list[str]) -> None:
    shown = message(text)
    assert shown.count("error[") == 1, shown
    assert f"--> world.story:{LINE}:" in shown
    for line in expected:
        assert line in shown.splitlines(), shown


def test_one_that_fits_several_is_wrong() -> None:
    both = (
        "type item; type clock : friend, item;"
        "action wind(what : item) { effect: tired(Max); }; action wind(what : friend) { effect: seen(Max); };"
        "refine action wind(what : clock) { effect: seen(Rosa); };"
    )
    shown = message(both)
    assert "error[E0206]: this refines several actions `wind`" in shown
    assert shown.count("error[") == 1


def test_an_entity_stays_the_same() -> None:
    text = "action ring(Max) { effect: tired(Max); consenting: Max; };"
    assert made(WORLD + text + "refine action ring(Max) { effect: seen(Max); };")
    shown = message(text + "refine action ring(Max : friend) { effect: seen(Max); };")
    assert "error[E0211]: `Max` is an entity here" in shown
    assert "error[E0210]: no action `ring` has the parameters (Rosa)" in message(text + "refine action ring(Rosa) {};")


def test_what_a_narrower_type_breaks_is_told_with_the_refinement() -> None:
    text = """
    property pet(what : friend) : boolean;
    action stroke(who : character, whom : character) {
        precondition: pet(whom);
        effect: tired(whom);
        consenting: who;
    };
    type cat : character;
    entity Tom : cat;
    utility(Tom): tired(Tom);
    refine action stroke(who : character, whom : cat) {};
    """
    shown = message(text)
    assert shown.count("error[") == 1
    assert "error[E0303]: `pet` is not declared for (cat)" in shown
    assert "precondition: pet(whom);" in shown
    assert "------ refined here" in shown


def test_nothing_more_is_said_of_what_is_broken() -> None:
    text = PEOPLE + "action walk(walker : character { effect: tired(walker); };\n"
    reading = parse(
        text + "refine action walk(walker : character) { precondition: seen(walker); };\nwithout action walk;"
    )
    assert [one.code for one in reading.errors if one.code != "E0212"] == ["E0104"]


# -- how it is written


def test_other_things_may_have_these_names() -> None:
    problem = made(
        """entity Tom : character; property refine(who : character) : boolean; property without() : boolean;
        refine(Tom); without();
        action refine(refine : character) { precondition: !refine(refine) & without(); effect:
refine(refine) & !without(); consenting: refine; };
        utility(Tom): refine(Tom);"""
    )
    assert made(format_problem(problem)) == problem


def test_normal_form() -> None:
    text = """refine  action walk( walker:friend,from : place,to:place ) { // who
effect:tired(walker) & !believes(walker,seen(walker)) ; precondition: at(walker)==from; // where
};
without  action wreck,deny ;
refine trigger spot(c : character){};
"""
    formatted = """\
refine action walk(walker : friend, from : place, to : place) { // who
	precondition: at(walker) == from; // where
	effect: tired(walker) & believes(walker, !seen(walker));
};

without action wreck, deny;

refine trigger spot(c : character) {
};
"""
    assert format_text(text) == formatted
    assert format_text(formatted) == formatted


def test_reading_goes_on_after_one_that_is_broken() -> None:
    text = "refine action walk(walker : character {\n};\nrefine action wolk() {};\nwithout action;\n"
    codes = [one.code for one in parse(WORLD + text).errors]
    assert codes == ["E0104", "E0210", "E0104"]


def test_a_definition_in_the_midst_of_another_is_seen() -> None:
    reading = parse(
        WORLD + "action sit(who : character) {\n\teffect: tired(who);\nrefine action walk(walker : character) {};\n"
    )
    assert [one.code for one in reading.errors] == ["E0106", "E0210"]


def test_problems_are_printed_with_what_came_of_it() -> None:
    text = "refine action walk(walker : friend, from : place, to : place) { effect: tired(walker); };"
    problem = made(WORLD + text + "without trigger spot;")
    printed = format_problem(problem)
    assert "effect: at(walker) = to & tired(walker);" in printed
    assert "refine" not in printed
    assert made(printed) == problem
    assert not any(isinstance(event, Trigger) for event in problem.events)
