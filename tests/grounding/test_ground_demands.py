"""Demands and secrets, grounded."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chekhov.diagnostics import ChekhovError
from chekhov.grounding import GroundEvent, GroundTask, ground
from chekhov.grounding.formulas import evaluate, show
from chekhov.lang import parse, parse_condition
from chekhov.model import (
    And,
    Believes,
    Comparison,
    Conditional,
    Done,
    Expression,
    FluentTerm,
    Literal,
    Name,
    Not,
    Or,
    Parameter,
    Quantified,
)

WORLD = """\
type thing;
entity Ann : character; entity Bob : character; entity Cat : character; entity Cup : thing; entity Hat : thing;
property glad(who : character) : boolean;
property owner(what : thing) : character;
property thief() : character;
property rich(who : character) : boolean;
owner(Cup) = Ann; thief() = Ann; believes(Bob, thief() = Cat); rich(Ann);
action give(from : character, what : thing, to : character) {
	precondition: owner(what) == from & from != to;
	effect: owner(what) = to & glad(to);
	consenting: from;
};
action confess(who : character) { precondition: thief() == who; effect: thief() = ?; consenting: who; };
action nap() { effect: forall(c : character) !glad(c); };
action never(who : character) { precondition: rich(Bob); effect: glad(who); };
utility(Ann): glad(Bob); utility(Bob): glad(Bob); utility(Cat): glad(Cat);
ending happy "All happy": forall(c : character) glad(c);
demand gift "Bob gives nothing": never done(give(Bob, _, _));
demand order: done(give(_, _, Cat)) & glad(Bob) before ending(happy);
secret thief from Bob, all(c : character) where rich(c) until done(confess(_));
secret joy: glad(Ann) & owner(Cup) == Bob from Cat;
"""


def task(text: str = WORLD) -> GroundTask:
    reading = parse(text)
    assert reading.problem is not None, reading.diagnostics
    return ground(reading.problem)


TASK = task()
CHARACTERS = ("Ann", "Bob", "Cat")


def event(text: str) -> GroundEvent:
    expression, found = parse_condition(text, TASK.problem, of_events=True)
    assert expression is not None, found
    return TASK.event(expression)


def shown(event: GroundEvent) -> dict[str, str]:
    return {
        "": show(event.otherwise, TASK.names),
        **{TASK.names.actions[act]: show(formula, TASK.names) for act, formula in event.acts.items()},
    }


def test_conditions_without_acts_speak_of_the_moment_alone() -> None:
    assert shown(event("glad(Ann) & ending(happy)")) == {"": "glad(Ann) & glad(Ann) & glad(Bob) & glad(Cat)"}
    assert shown(event("believes(Cat, ending(happy))")) == {
        "": "believes(Cat, glad(Ann)) & believes(Cat, glad(Bob)) & believes(Cat, glad(Cat))"
    }


def test_acts() -> None:
    assert shown(event("done(nap())")) == {"": "False", "nap()": "True"}
    assert shown(event("!done(nap()) | glad(Ann)")) == {"": "True", "nap()": "glad(Ann)"}
    assert shown(event("done(nap()) & done(confess(Ann))")) == {"": "False"}
    assert shown(event("exists(c : character) (done(confess(c)) & glad(c))")) == {
        "": "False",
        "confess(Ann)": "glad(Ann)",
        "confess(Cat)": "glad(Cat)",
    }
    assert set(event("done(give(_, Cup, _))").acts) == {
        number for number, name in enumerate(TASK.names.actions) if name.startswith("give(") and "Cup" in name
    }


def test_acts_that_can_never_happen_are_never_done() -> None:
    assert shown(event("done(never(_))")) == {"": "False"}
    assert shown(event("!done(never(Ann))")) == {"": "True"}


def test_demands_of_the_world() -> None:
    gift, order = TASK.demands()
    assert gift.demand.label == "Bob gives nothing"
    assert gift.other is None
    assert {TASK.names.actions[act].split(",")[0] for act in gift.condition.acts} == {"give(Bob"}
    assert order.other is not None
    assert order.other.acts == {}
    assert set(shown(order.condition).values()) == {"False", "glad(Bob)"}


def test_secrets() -> None:
    thief, joy = TASK.secrets()
    # What Ann knows is that she is the thief; she is rich for ever, and the others never are.
    assert {TASK.names.characters[who]: show(leak, TASK.names) for who, leak in thief.leaks.items()}.keys() == {
        "Ann",
        "Bob",
        "Cat",
    }
    assert show(thief.leaks[2], TASK.names) == "False"
    assert show(thief.leaks[1], TASK.names) == "thief() != ? & thief() == believes(Bob, thief())"
    assert thief.until is not None
    assert [TASK.names.actions[act] for act in thief.until.acts] == ["confess(Ann)", "confess(Cat)"]
    assert {who: show(leak, TASK.names) for who, leak in joy.leaks.items()} == {
        2: "glad(Ann) & owner(Cup) == Bob & believes(Cat, glad(Ann)) & believes(Cat, owner(Cup) == Bob)"
    }
    assert joy.until is None


def test_nobody_believes_that_something_is_done() -> None:
    with pytest.raises(ChekhovError) as caught:
        TASK.event(Believes(Name("Ann"), Done("nap")))
    assert [found.code for found in caught.value.diagnostics] == ["E0504"]


# Any condition, against its meaning

names = st.sampled_from([*map(Name, CHARACTERS)])
variables = st.sampled_from([Name("x"), Name("y"), *map(Name, CHARACTERS)])
things = st.sampled_from([Name("Cup"), Name("Hat")])
leaves: st.SearchStrategy[Expression] = st.one_of(
    st.builds(FluentTerm, st.just("glad"), st.tuples(variables)),
    st.builds(Done, st.just("give"), st.tuples(st.none() | variables, st.none() | things, st.none() | variables)),
    st.builds(Done, st.just("confess"), st.tuples(st.none() | variables)),
    st.just(Done("nap")),
    st.booleans().map(Literal),
)


def _larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    counted = inner.map(lambda body: Conditional(((body, Literal(1)),), Literal(0)))
    variable = st.sampled_from(["x", "y"]).map(lambda name: Parameter(name, "character"))
    return st.one_of(
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(Not, inner),
        st.builds(Conditional, st.tuples(st.tuples(inner, inner)), st.none() | inner),
        st.builds(Quantified, st.sampled_from(["forall", "exists"]), variable, inner),
        st.builds(
            Comparison,
            st.sampled_from(["<", ">=", "==", "!="]),
            st.builds(Quantified, st.just("sum"), variable, counted),
            st.integers(0, 3).map(Literal),
        ),
        st.builds(Comparison, st.sampled_from(["==", "!="]), inner, inner),
    )


def closed(expression: Expression) -> Expression:
    for name in ("x", "y"):
        expression = Quantified("exists" if name == "x" else "forall", Parameter(name, "character"), expression)
    return expression


def meaning(expression: Expression, glad: Mapping[str, bool], act: str | None, named: Mapping[str, str]) -> Any:
    """The value of a condition or a count, by its definition."""

    def of(inner: Expression, **further: str) -> Any:
        return meaning(inner, glad, act, {**named, **further})

    match expression:
        case Literal(value=value):
            return value
        case FluentTerm(arguments=(Name(name=name),)):
            return glad[named.get(name, name)]
        case Done(action=action, arguments=arguments):
            if act is None or not act.startswith(f"{action}("):
                return False
            actual = [one for one in act[len(action) + 1 : -1].split(", ") if one]
            return all(
                wanted is None or named.get(wanted.name, wanted.name) == one
                for wanted, one in zip(arguments, actual, strict=True)
            )
        case And(parts=parts):
            return all(map(of, parts))
        case Or(parts=parts):
            return any(map(of, parts))
        case Not(body=body):
            return not of(body)
        case Conditional(branches=((test, then),), otherwise=otherwise):
            return of(then) if of(test) else otherwise is None or of(otherwise)
        case Quantified(kind=kind, variable=variable, body=body):
            values = [of(body, **{variable.name: name}) for name in CHARACTERS]
            return sum(values) if kind == "sum" else all(values) if kind == "forall" else any(values)
        case Comparison(operator=operator, left=left, right=right):
            a, b = of(left), of(right)
            return {"==": a == b, "!=": a != b, "<": a < b, ">=": a >= b}[operator]
    raise AssertionError(expression)


@settings(max_examples=200, deadline=None)
@given(st.recursive(leaves, _larger, max_leaves=6).map(closed), st.integers(0, 10**6))
def test_any_condition_means_what_it_says(expression: Expression, seed: int) -> None:
    event = TASK.event(expression)
    choose = random.Random(seed)
    for number, act in [(None, None), *choose.sample(list(enumerate(TASK.names.actions)), 6)]:
        glad = {name: choose.random() < 0.5 for name in CHARACTERS}
        formula = event.otherwise if number is None else event.acts.get(number, event.otherwise)
        values = [glad.get(name[5:-1]) for name in TASK.names.fluents]
        found = evaluate(formula, lambda _, fluent, values=values: values[fluent])  # type: ignore[misc]
        assert found == meaning(expression, glad, act, {}), (expression, act, glad)
