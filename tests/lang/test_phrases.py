"""Conditions, acts and plans that people write outside of worlds."""

from __future__ import annotations

import pytest

from chekhov.diagnostics import Source, render_all
from chekhov.lang import format_expression, parse, parse_condition, parse_ground, parse_plan
from chekhov.model import Problem

WORLD = """\
type place; type item;
entity Tom : character; entity Ann : character;
entity Home : place; entity Market : place; entity Hat : item;
property at(who : character) : place;
property at(what : item) : place;
property alive(who : character) : boolean;
action walk(who : character, from : place, to : place) { effect: at(who) = to; };
action wear(who : character, Hat) { effect: alive(who); };
action rest() { effect: alive(Tom); };
action move(what : item) { effect: at(what) = Home; };
action move(who : character) { effect: at(who) = Home; };
trigger tick() { precondition: alive(Tom); effect: !alive(Tom); };
"""


def problem() -> Problem:
    found = parse(WORLD).problem
    assert found is not None
    return found


def test_conditions() -> None:
    expression, found = parse_condition("alive(Tom) & !at(Tom) == Home", problem())
    assert not found
    assert expression is not None
    assert format_expression(expression) == "alive(Tom) & !(at(Tom) == Home)"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E0104"),
        ("alive(Tom", "E0106"),
        ("alive(Tom) alive(Ann)", "E0107"),
        ("alive(Tim)", "E0202"),
        ("alife(Tom)", "E0201"),
        ("at(Tom)", "E0301"),
        ("at(Tom) == Hat", "W0114"),
        ("alive(Tom);", "E0107"),
        ("at(Tom) = Home", "W0103"),
        ("alive(who)", "E0202"),
        ("(" * 200, "E0110"),
    ],
)
def test_wrong_conditions(text: str, code: str) -> None:
    expression, found = parse_condition(text, problem())
    assert [one.code for one in found] == [code], render_all(found, [Source("<condition>", text)])
    assert (expression is None) == code.startswith("E")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("walk(Tom, Home, Market)", "walk(Tom, Home, Market)"),
        ("  walk( Tom,Home ,Market ) ; ", "walk(Tom, Home, Market)"),
        ("wear(Ann, Hat)", "wear(Ann, Hat)"),
        ("rest()", "rest()"),
        ("rest", "rest()"),
        ("move(Hat)", "move(Hat)"),
        ("move(Tom)", "move(Tom)"),
    ],
)
def test_acts(text: str, expected: str) -> None:
    act, found = parse_ground(text, problem())
    assert not found
    assert str(act) == expected


@pytest.mark.parametrize(
    ("text", "title", "help"),
    [
        ("", "this is not an act", "an act is written as in `walk(Tom, Home, Market)`"),
        (
            "Tom walks home",
            "this is not an act",
            "an act is written as in `walk(Tom, Home, Market)`; a line holds one act",
        ),
        ("walk(Tom, Home", "this is not an act", "its brackets do not match"),
        ("wolk(Tom, Home, Market)", "there is no action `wolk`", "did you mean `walk`?"),
        ("tick()", "`tick` is a trigger", "triggers happen by themselves and stand in no plan"),
        ("walk(Tom, Home)", "`walk` takes 3 arguments, not 2", "write `walk(who, from, to)`"),
        ("walk(Tom, Home, Markt)", "there is no entity `Markt`", "did you mean `Market`?"),
        ("walk(Tom, Home, Hat)", "`Hat` does not fit: `to` is of type `place`", None),
        ("wear(Ann, Home)", "`Home` does not fit: only `Hat` can stand here", "did you mean `Hat`?"),
        ("walk(Tom, , Home)", "an argument is missing", "write `walk(who, from, to)`"),
        ("move(Home)", "`Home` does not fit: `what` is of type `item`", "did you mean `Hat`?"),
    ],
)
def test_wrong_acts(text: str, title: str, help: str | None) -> None:
    act, found = parse_ground(text, problem())
    assert act is None
    assert [(one.title, one.help) for one in found] == [(title, help)]


def test_plans() -> None:
    text = "\ufeff# a story\n\nwalk(Tom, Home, Market)  # off he goes\r\nwear(Ann, Hat);\n   \nrest()"
    acts, found = parse_plan(text, problem())
    assert not found
    assert acts == ["walk(Tom, Home, Market)", "wear(Ann, Hat)", "rest()"]
    assert parse_plan("", problem()) == ([], [])


def test_places_in_plans() -> None:
    text = "# a\nrest()\n\twalk(Tom, Hom, Market)\n"
    acts, found = parse_plan(text, problem(), "my.plan")
    assert acts is None
    shown = render_all(found, [Source("my.plan", text)])
    assert " --> my.plan:3:12\n" in shown
    assert "3 |     walk(Tom, Hom, Market)\n  |               ^^^ `from` is of type `place`" in shown


def test_long_nonsense_is_cut_short() -> None:
    acts, found = parse_plan("what?\n" * 50_000, problem())
    assert acts is None
    assert len(found) == 50
