"""Triggers that do not end where a bound on belief cuts it off: what is warned of, and what then happens."""

from __future__ import annotations

import pytest

from chekhov.diagnostics import ChekhovError
from chekhov.grounding import ground
from chekhov.kernel import Kernel
from chekhov.lang import parse
from chekhov.model import Problem

WORLD = """\
type place;
entity Tom : character; entity Ann : character; entity Home : place; entity Shop : place;
property at(who : character) : place;
property smoke(where : place) : boolean;
property scared(who : character) : boolean;
property air() : number;
property heard() : boolean;
at(Tom) = Home; at(Ann) = Home; smoke(Home); air() = 20;
believes(Ann, at(Tom) = Shop); believes(Ann, smoke(Shop)); believes(Tom, air() = 50); believes(Ann, air() = 50);
"""
UTILITIES = """
action go(who : character, to : place) {
	precondition: at(who) != to & !scared(who) & !heard();
	effect: at(who) = to & smoke(to) & air() = air() - 1;
	consenting: who;
};
utility(Tom): at(Tom) == Shop; utility(Ann): at(Ann) == Shop;
"""

SAFE = {
    "seeing": (
        "precondition: at(who) == at(other) & believes(who, at(other)) != at(other);",
        "believes(who, at(other)) = at(other)",
    ),
    "seeing by place": (
        "precondition: exists(p : place) (at(who) == p & at(other) == p) & "
        "!(exists(p : place) (at(who) == p & at(other) == p) & at(other) == believes(who, at(other)));",
        "believes(who, at(other)) = at(other)",
    ),
    "missing": (
        "precondition: at(who) == Home & at(other) != Home & believes(who, at(other)) == Home;",
        "believes(who, at(other) = ?)",
    ),
    "a wrong flag": ("precondition: scared(who) & !believes(other, scared(who));", "believes(other, scared(who))"),
    "a flag either way": (
        "precondition: believes(other, scared(who)) != scared(who);",
        "believes(other, scared(who) = !believes(other, scared(who)))",
    ),
    "a number": (
        "precondition: air() <= 30 & believes(who, air()) > 30 & who != other;",
        "believes(who, air()) = air()",
    ),
    "two places": (
        "precondition: at(who) == Home & believes(other, at(who) == Shop);",
        "believes(other, at(who) = Home)",
    ),
    "what is so, too": (
        "precondition: believes(who, smoke(Home)) & !believes(who, scared(who)) & who != other;",
        "scared(who) & believes(who, scared(who))",
    ),
    "on condition": (
        "precondition: if(scared(who)) !believes(other, scared(who)) else believes(other, scared(who));",
        "if(scared(who)) believes(other, scared(who)) else believes(other, !scared(who))",
    ),
}
UNSAFE = {
    "feeling": (
        "precondition: believes(who, smoke(Home)) & !believes(who, scared(who)) & who != other;",
        "believes(who, scared(who))",
    ),
    "a lie": (
        "precondition: smoke(Shop) & believes(Tom, smoke(Shop)) & who != other;",
        "believes(Tom, !smoke(Shop))",
    ),
    "either way": (
        "precondition: (at(who) == Shop | at(who) == Home) & believes(other, at(who)) != ? & who != other;",
        "believes(other, at(who) = ?)",
    ),
}


def world(name: str, depth: str = "belief depth 1;") -> str:
    precondition, effect = {**SAFE, **UNSAFE}[name]
    trigger = f"trigger t(who : character, other : character) {{ {precondition} effect: {effect}; }};"
    return depth + WORLD + trigger + UTILITIES


def warnings(text: str) -> list[str]:
    return [found.code for found in parse(text).diagnostics if found.code == "W0119"]


def problem(text: str) -> Problem:
    found = parse(text)
    assert found.problem is not None, found.diagnostics
    return found.problem


@pytest.mark.parametrize("name", SAFE)
def test_what_ends(name: str) -> None:
    assert not warnings(world(name))
    Kernel(ground(problem(world(name))), threads=1).explore(physical=True, depth=3)


@pytest.mark.parametrize("name", UNSAFE)
def test_what_does_not_end(name: str) -> None:
    assert warnings(world(name)) == ["W0119"]
    with pytest.raises(ChekhovError) as caught:
        Kernel(ground(problem(world(name))), threads=1).explore(physical=True, depth=3)
    assert [found.code for found in caught.value.diagnostics] == ["E0511"]


@pytest.mark.parametrize("name", UNSAFE)
def test_without_a_bound_there_is_nothing_to_say(name: str) -> None:
    assert not warnings(world(name, ""))


def test_too_many_alternatives_are_not_looked_at() -> None:
    many = " & ".join(f"(at(Tom) == Home | air() > {i})" for i in range(40))
    text = f"belief depth 1;{WORLD}trigger t() {{ precondition: {many}; effect: believes(Tom, heard()); }};{UTILITIES}"
    assert not warnings(text)
