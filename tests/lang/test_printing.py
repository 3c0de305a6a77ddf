"""Printing and reading are inverse; formatting keeps comments and meaning, and is final."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_worlds import random_world

from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.lang import format_expression, format_problem, format_text, parse, read
from chekhov.lang.expressions import parse_expression
from chekhov.lang.syntax import tokenize
from chekhov.model import (
    FORMS,
    Acceptance,
    Action,
    And,
    Arithmetic,
    Believes,
    Comparison,
    Conditional,
    Demand,
    Done,
    Ending,
    EndingTerm,
    Entity,
    Expression,
    FluentTerm,
    Group,
    IsA,
    Level,
    Literal,
    Name,
    Not,
    Or,
    Parameter,
    Problem,
    Quantified,
    Secret,
    Trigger,
)

_Thing = TypeVar("_Thing")
WORLDS = sorted((Path(__file__).resolve().parents[2] / "worlds").glob("**/*.story"))

words = st.sampled_from(["a", "b", "Tom", "titel", "größe", "x1", "action", "type", "always", "until", "from"])
numbers = st.integers(-1000, 10**14) | st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: float(f"{value:.6f}"))
leaves: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Name, words),
    st.builds(Literal, st.sampled_from([True, False, None])),
    st.builds(Literal, numbers),
    st.builds(FluentTerm, words, st.lists(st.builds(Name, words), max_size=2).map(tuple)),
)


def expressions(*further: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Any expressions, some of them with further leaves."""
    return st.recursive(st.one_of(leaves, *further), _larger, max_leaves=12)


def _larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        st.builds(FluentTerm, words, st.lists(inner, min_size=1, max_size=2).map(tuple)),
        st.builds(Believes, inner, inner),
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(Not, inner),
        st.builds(Conditional, st.lists(st.tuples(inner, inner), min_size=1, max_size=3).map(tuple), st.none() | inner),
        st.builds(
            Quantified,
            st.sampled_from(["forall", "exists", "sum", "product"]),
            st.builds(Parameter, words, words),
            inner,
        ),
        st.builds(Comparison, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), inner, inner),
        st.builds(Arithmetic, st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.builds(IsA, inner, words),
    )


@settings(max_examples=600, deadline=None)
@given(expressions())
def test_expressions_are_read_as_they_were_printed(expression: Expression) -> None:
    diagnostics: list[Diagnostic] = []
    text = format_expression(expression)
    found = parse_expression(tokenize(text, "<printed>", diagnostics), diagnostics)
    assert found == expression, text
    assert not diagnostics, f"a printed expression needs no warning: {text}"


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_random_worlds_are_read_as_they_were_printed(first: int) -> None:
    for seed in range(first, first + 100):
        problem = _without_short_rows(_decorated(random_world(seed), seed))
        text = format_problem(problem)
        reading = parse(text)
        if reading.problem is None:
            # A random world may mean nonsense; but it is never misread.
            assert {found.code[:3] for found in reading.errors} == {"E04"}, f"seed {seed}:\n{text}"
            assert format_text(text) == text, f"seed {seed}"
            continue
        assert reading.problem == problem, f"seed {seed}:\n{text}"
        assert format_problem(reading.problem) == text
        assert format_text(text) == text, f"seed {seed}"


def _without_short_rows(thing: _Thing) -> _Thing:
    """The same with no ``And`` or ``Or`` of fewer than two parts: these are printed as what they mean."""
    if isinstance(thing, tuple):
        return tuple(map(_without_short_rows, thing))  # type: ignore[return-value]
    if not is_dataclass(thing):
        return thing
    changed: Any = replace(  # type: ignore[type-var]
        thing,
        **{one.name: _without_short_rows(getattr(thing, one.name)) for one in fields(thing) if one.name != "span"},
    )
    if isinstance(changed, And | Or) and len(changed.parts) < 2:
        changed = changed.parts[0] if changed.parts else Literal(isinstance(changed, And))
    return changed  # type: ignore[no-any-return]


def _decorated(problem: Problem, seed: int) -> Problem:
    """The world with everything that the generator leaves out."""
    hard = 'He said "no"\\ \t{{braces}} and\nleft; it was späť // not a comment /* either */'
    entities = tuple(
        replace(
            entity,
            label=hard if number == 0 else f"the {entity.name}",
            pronouns=("she", "he", "they", "it")[(number + seed) % 4],
            playable=problem.is_a(entity.name, "character") and number % 2 == 0,
        )
        for number, entity in enumerate(problem.entities)
    )
    condition = problem.actions[0].precondition if not problem.actions[0].parameters else Literal(True)
    long = " ".join([hard] * 12)
    return replace(
        problem,
        title=hard,
        author="  A  B ",
        entities=entities,
        actions=(replace(problem.actions[0], telling=long), *problem.actions[1:]),
        triggers=tuple(replace(trigger, telling="") for trigger in problem.triggers),
        endings=(Ending("e", None, condition), Ending("f", hard, Not(condition))),
        demands=_demands(problem, condition, hard),
        secrets=_secrets(problem, condition, hard),
        acceptances=(Acceptance("dead_end", None, hard), Acceptance("never_wanted", "a(_, b) & (c)", long)),
        levels=(Level(hard, tuple(Name(entity.name) for entity in entities[:1])),),
    )


def _demands(problem: Problem, condition: Expression, hard: str) -> tuple[Demand, ...]:
    acts = [
        Done(action.name, tuple(None if isinstance(one, Parameter) else one for one in action.parameters))
        for action in problem.actions
    ]
    either = Or((EndingTerm("f"), condition, *acts))
    simple = (Demand(form if number else None, None, form, either) for number, form in enumerate(FORMS[:4]))
    return (
        *simple,
        Demand(None, hard, "before", And((condition, Not(acts[0]))), either),
        Demand("u", hard, "until", Conditional(((condition, acts[-1]),), None), EndingTerm("e")),
    )


def _secrets(problem: Problem, condition: Expression, hard: str) -> tuple[Secret, ...]:
    everybody = Group(Parameter("c", "character"), Or((condition, Not(condition))))
    first = Name(problem.characters[0].name)
    return (
        Secret("s", hard, condition, (first, everybody), EndingTerm("e")),
        Secret(None, None, Not(condition), (Group(Parameter("c", "character")),)),
    )


COMMENTED = """\
// First.
/* Second,
   in two lines. */
title "A";     // behind the title

type place; type item;// third
entity Tom : character; /* fourth */ entity Home : place;


// alone

property at(who : character, // fifth
	in : place /* sixth */) : boolean;
action go( who:character,in:place ) { // seventh
	// eighth
	effect: // ninth
		at(who,in) & // tenth
		// eleventh
		!at(Tom, Home);
	/* twelfth */
	precondition: (
		// thirteenth
		!at(who, in) | /* fourteenth */ at(Tom, Home)
	); // fifteenth
	consenting: who; // sixteenth
	// seventeenth
};
utility(Tom): at(Tom, Home); // eighteenth
// nineteenth"""


def test_comments_are_kept() -> None:
    formatted = format_text(COMMENTED)
    comment = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
    assert sorted(comment.findall(formatted)) == sorted(comment.findall(COMMENTED))
    assert format_text(formatted) == formatted
    assert parse(formatted).problem == parse(COMMENTED).problem


def test_normal_form() -> None:
    assert format_text(COMMENTED) == (Path(__file__).parent / "commented.story").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WORLDS, ids=lambda path: path.stem)
def test_formatting_keeps_the_worlds(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    formatted = format_text(text)
    assert format_text(formatted) == formatted
    assert parse(formatted, folder=path.parent).problem == read(path).problem


def test_files_with_errors_are_not_formatted() -> None:
    with pytest.raises(ChekhovError) as caught:
        format_text("type a\ntype b;")
    assert [found.code for found in caught.value.diagnostics] == ["E0104"]


def test_names_need_not_be_known() -> None:
    assert format_text('include "people.story";\nat( Tom )=Home ;') == 'include "people.story";\nat(Tom) = Home;\n'


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends(end: str) -> None:
    assert format_text(COMMENTED.replace("\n", end)) == format_text(COMMENTED)


def test_brackets_are_written_where_the_reading_needs_them() -> None:
    def normal(text: str) -> str:
        return format_text(f"utility(): {text};").removeprefix("utility(): ").removesuffix(";\n")

    assert normal("a & b | c") == "a & (b | c)"
    assert normal("a - b - c") == "a - (b - c)"
    assert normal("a * b + c") == "a * (b + c)"
    assert normal("a + b + c * d") == "(a + b + c) * d"
    assert normal("a + (b + c)") == "a + b + c"
    assert normal("(a + b) + c") == "(a + b) + c"
    assert normal("(a * b) + c") == "(a * b) + c"
    assert normal("!x == y") == "!(x == y)"
    assert normal("(!x) == y") == "(!x) == y"
    assert normal("if(c) a & b") == "(if(c) a) & b"
    assert normal("if(a) 2 else 0 + if(b) 1 else 0") == "(if(a) 2 else 0) + (if(b) 1 else 0)"
    assert normal("((a == b))") == "a == b"
    assert normal("exists(w : t) p & q") == "(exists(w : t) p) & q".replace("(exists(w : t) p)", "exists(w : t) p")


def test_statements_that_begin_like_definitions() -> None:
    for text in ("(type : x);\n", "(title);\n", "(action : x & f());\n", "type(x);\n", "entity == 3 & f();\n"):
        assert format_text(text) == text
    assert format_text("!!(type : x);") == "(type : x);\n"


def test_degenerate_rows_are_printed_as_what_they_mean() -> None:
    assert format_expression(And(())) == "True"
    assert format_expression(Or(())) == "False"
    assert format_expression(And((Name("a"),))) == "a"


def test_numbers_have_no_exponents() -> None:
    for value, text in ((1e15, "1000000000000000"), (1e-7, "0.0000001"), (-0.5, "-0.5"), (3.0, "3"), (-0.0, "0")):
        assert format_expression(Literal(value)) == text


def test_long_actions_are_broken_into_lines() -> None:
    many = And(tuple(FluentTerm("long_enough_to_be_broken", (Name(f"argument{i}"),)) for i in range(9)))
    problem = Problem(
        entities=(Entity("Tom", ("character",)),),
        actions=(Action("a", precondition=Conditional(((many, many), (Not(many), many)), many)),),
        triggers=(Trigger("t", precondition=Or((many, Not(many)))),),
    )
    text = format_problem(problem)
    assert max(len(line.expandtabs(4)) for line in text.splitlines()) <= 120
    assert format_text(text) == text
