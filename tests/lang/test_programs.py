"""Problems that a program built, and what is right but easily taken for wrong."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chekhov.diagnostics import render, render_all
from chekhov.lang import check, format_problem, parse
from chekhov.lang.checker import Checker
from chekhov.model import (
    Action,
    And,
    Assignment,
    Believes,
    Comparison,
    Entity,
    Expression,
    FluentTerm,
    Literal,
    Name,
    Not,
    Parameter,
    Problem,
    Property,
    Type,
    Utility,
)

SOURCES = Path(__file__).resolve().parents[2] / "src"
AT = FluentTerm("at", (Name("Tom"),))
PROBLEM = Problem(
    types=(Type("place"),),
    entities=(Entity("Tom", ("character",)), Entity("Home", ("place",))),
    properties=(Property("at", (Parameter("who", "character"),), "place"),),
    initial=(Assignment(AT, Name("Home")),),
    actions=(
        Action(
            "leave", (Parameter("who", "character"),), effect=Assignment(AT, Literal(None)), consenting=(Name("who"),)
        ),
    ),
    utilities=(Utility("Tom", Comparison("==", AT, Literal(None))),),
)


def codes(problem: Problem) -> list[str]:
    return [found.code for found in check(problem)]


def test_nothing_is_wrong() -> None:
    assert codes(PROBLEM) == []


def test_findings_have_no_place() -> None:
    found = check(replace(PROBLEM, initial=(Assignment(AT, Name("Hom")),)))
    assert render(found[0]) == "error[E0202]: unknown name `Hom`\n  = help: did you mean `Home`?"


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (replace(PROBLEM, types=(Type("two words"),)), "E0105"),
        (replace(PROBLEM, types=(Type("place"), Type("if"))), "E0105"),
        (replace(PROBLEM, actions=(replace(PROBLEM.actions[0], name="1st"),)), "E0105"),
        (replace(PROBLEM, entities=(*PROBLEM.entities, Entity("X", ()))), "E0305"),
        (replace(PROBLEM, entities=(*PROBLEM.entities, Entity("X", ("place",), None, "xe"))), "E0207"),
        (replace(PROBLEM, belief_depth=-1), "E0403"),
        (replace(PROBLEM, utilities=(Utility(None, Literal(math.inf)),)), "E0108"),
        (replace(PROBLEM, properties=(replace(PROBLEM.properties[0], bounds=(0, 1)),)), "E0305"),
        (replace(PROBLEM, properties=(Property("n", (), "number", (1, math.nan)), *PROBLEM.properties)), "E0402"),
    ],
)
def test_what_only_a_program_can_get_wrong(problem: Problem, code: str) -> None:
    assert code in codes(problem)


def test_deep_expressions_are_found_before_anything_recurses() -> None:
    deep: Expression = AT
    for _ in range(100_000):
        deep = Not(deep)
    assert codes(replace(PROBLEM, utilities=(Utility("Tom", deep),))) == ["E0110"]


def test_effects_are_put_into_their_proper_form() -> None:
    flag = Property("free", (Parameter("who", "character"),))
    free = FluentTerm("free", (Name("w"),))
    effect = And((free, Believes(Name("Tom"), Not(free)), Comparison("==", AT, Name("Home"))))
    action = replace(PROBLEM.actions[0], effect=effect)
    checker = Checker(replace(PROBLEM, properties=(*PROBLEM.properties, flag), actions=(action,)), [])
    assert checker.check().actions[0].effect == And(
        (
            Assignment(free, Literal(True)),
            Believes(Name("Tom"), Assignment(free, Literal(False))),
            Assignment(AT, Name("Home")),
        )
    )


CORRECT = {
    "constants as parameters": "property locked(Gym) : boolean; locked(Gym); utility(Tom): locked(Gym);",
    "a narrower type is enough": "property safe(where : place) : boolean; safe(Gym); utility(Tom): safe(Gym);",
    "entities as values of a wider type": "property by() : entity; by() = Tom; utility(Tom): by() == Gym;",
    "nested fluents": "property b(c : character) : character; b(b(Tom)) = Tom; utility(Tom): b(b(Tom)) == Tom;",
    "beliefs on the left": "property n() : number; believes(Tom, n()) = 3; utility(Tom): believes(Tom, n()) > n();",
    "a sum over nothing": "property n(p : place) : number; type c : place; n(Gym) = 1; utility(Tom): sum(v : c) n(v);",
    "a later value": "property n() : number; n() = 1; n() = 2; utility(Tom): n();",
    "forall over beliefs": "property p() : boolean; forall(c : character) believes(c, p()); utility(Tom): p();",
    "unknown beliefs": "property w() : place; believes(Tom, w()) = ?; w() = Gym; utility(Tom): w() == ?;",
    "other words": "property title(action : place) : boolean; title(Gym); utility(Tom): title(Gym);",
    "a branch for each": "property n() : number; n() = 1; utility(Tom): if(n() == 1) 2 elseif(n() > 2) 3 else -1;",
    "negative bounds": "property n() : number -5..5; n() = -5; utility(Tom): n();",
}


@pytest.mark.parametrize("text", CORRECT.values(), ids=CORRECT)
def test_what_is_right(text: str) -> None:
    reading = parse("type place; entity Tom : character; entity Gym : place;" + text)
    assert reading.problem is not None, render_all(reading.diagnostics, reading.sources)
    assert not [one for one in reading.diagnostics if one.code != "W0112"], render_all(
        reading.diagnostics, reading.sources
    )
    assert parse(format_problem(reading.problem)).problem == reading.problem


def test_nothing_depends_on_the_order_of_hashes() -> None:
    script = (
        "from chekhov.lang import parse; from chekhov.diagnostics import render_all\n"
        f"r = parse({WRONG!r}); print(render_all(r.diagnostics, r.sources))"
    )
    results = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={
                **os.environ,
                "PYTHONHASHSEED": str(seed),
                "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"),
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(4)
    }
    assert len(results) == 1
    assert results.pop().count("error[") >= 5


WRONG = """
type a : b; type b : c; type c : a; type x; type y;
entity E1 : x, y; entity E2 : x, y; entity E3 : y, x;
property p(o : x) : boolean; property p(o : y) : boolean; property q(o : x) : y;
action one(o : x) { effect: p(o) & !p(o); consenting: o; };
action two(o : entity) { effect: q(o) = E9; };
trigger t(o : x) { precondition: p(o); effect: q(o) = E1; };
utility(E1): q(E1) + 1;
"""
