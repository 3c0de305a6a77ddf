"""Telling texts."""

from __future__ import annotations

import pytest

from chekhov.diagnostics import render_all
from chekhov.lang import parse
from chekhov.model import Expression, Problem
from chekhov.telling import tell
from chekhov.validation import World

WORLD = """\
type place;
type item;
entity Ann : character (she);
entity Bob : character "old Bob" (he);
entity Guards : character "the guards" (they);
entity Kim : character;
entity Home_Town : place;
entity Shop : place "the shop";
entity Hat : item;
property at(who : character) : place;
property holder(what : item) : character;
property coins(who : character) : number;
property hungry(who : character) : boolean;
at(Ann) = Home_Town; at(Bob) = Shop; at(Guards) = Shop;
holder(Hat) = Bob;
coins(Ann) = 3; coins(Bob) = 0.5;
hungry(Ann);
"""


def problem() -> Problem:
    found = parse(WORLD).problem
    assert found is not None
    return found


def told(template: str, **bindings: str) -> str:
    world = World.initial(problem())

    def value_of(expression: Expression) -> bool | int | float | str | None:
        return world.value(expression)

    return tell(template, bindings, problem(), value_of)


def test_labels() -> None:
    assert told("{a} goes to {b}.", a="Ann", b="Home_Town") == "Ann goes to Home Town."
    assert told("To {b}.", b="Shop") == "To the shop."
    assert told("{Hat} and {Shop}.") == "Hat and the shop."


def test_sentences_start_with_a_capital() -> None:
    assert told('{g} wait. {g} go! "{g}?" {g}… {g}, {g}: {g}', g="Guards") == (
        'The guards wait. The guards go! "The guards?" The guards… The guards, the guards: the guards'
    )
    assert told("“{g.they} wait,” {g.they} say", g="Guards") == "“They wait,” they say"
    assert told("a {g.Their} b", g="Guards") == "a Their b"
    assert told('"Go!" {g.shout/shouts} {g}. "No." {g} {g.stay/stays}.', g="Guards") == (
        '"Go!" shout the guards. "No." The guards stay.'
    )


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("Ann", "x she her her hers herself is has was does goes"),
        ("Bob", "x he him his his himself is has was does goes"),
        ("Guards", "x they them their theirs themselves are have were do go"),
        ("Kim", "x they them their theirs themselves are have were do go"),
        ("Hat", "x it it its its itself is has was does goes"),
    ],
)
def test_pronouns_and_verbs(who: str, expected: str) -> None:
    forms = "x {a.they} {a.them} {a.their} {a.theirs} {a.themself} {a.is} {a.has} {a.was} {a.does} {a.go/goes}"
    assert told(forms, a=who) == expected


def test_values() -> None:
    assert told("at {at(a)}", a="Bob") == "at the shop"
    assert told("{coins(a)}, {coins(Bob)}, {coins(a) + 1}", a="Ann") == "3, 0.5, 4"
    assert told("in {at(Kim)}") == "in nothing"
    assert told("in {at(holder(Hat))}") == "in the shop"


def test_conditions() -> None:
    text = "{if hungry(a)}hungry{elseif coins(a) > 0}rich{else}poor{if at(a) == ?} and lost{end}{end}."
    assert told(text, a="Ann") == "hungry."
    assert told(text, a="Bob") == "rich."
    assert told(text, a="Guards") == "poor."
    assert told(text, a="Kim") == "poor and lost."
    assert (
        told("{if forall(c : character) hungry(c)}all{end}{if exists(a : character) hungry(a)}some{end}", a="Bob")
        == "some"
    )


def test_braces() -> None:
    assert told("{{a}} {{{a}}}", a="Ann") == "{a} {Ann}"


def test_other_braces_in_text_do_no_harm() -> None:
    texts = ["{", "}", "{}", "{if}", "{end}", "{else}", "{a.}", "{a.b}", "{if a}{else}{else}{end}", "{1 +}", "{a{b}c}"]
    for text in texts:
        assert told(f"so {text} it goes", a="Ann").startswith("so ")


def test_places_in_a_text_with_escapes_and_line_breaks() -> None:
    telling = '"\\"Oh,\\"\n\t\tsays {b} \\\\ {at(c)}."'
    reading = parse(f"{WORLD}action nap(a : character) {{\n\teffect: !hungry(a);\n\ttelling: {telling};\n}};\n")
    result = render_all(reading.errors, reading.sources)
    assert '21 |         says {b} \\\\ {at(c)}.";\n   |               ^ ' in result
    assert '21 |         says {b} \\\\ {at(c)}.";\n   |                         ^ ' in result


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("{who}", ["unknown name `who`"]),
        ("{a.him}", ["there is no form `him`"]),
        ("{hungry(a)}", ["a condition has no words of its own"]),
        ("{if at(a)}x{end}", ["expected a condition, and this is of type `place`"]),
        ("{if hungry(a)}x", ["this `{if …}` has no `{end}`"]),
        ("x{end}", ["this `{end}` belongs to no `{if …}`"]),
        ("{at(a}", ["this `(` is never closed"]),
        ("{}", ["nothing stands between these braces"]),
        ("a } b", ["this `}` closes nothing"]),
        ("a { b", ["this `{` is never closed"]),
        ("{a.go/}", ["`go/` lacks a form of the verb"]),
        ("{a.go/goes/}", ["`go/goes/` lacks a form of the verb"]),
        ("{a.go/goes/went/gone}", ["there is no form `go/goes/went/gone`"]),
        ("{goes/}", ["`/` lacks what comes after it"]),
        ("{__import__('os')}", ["`__import__` has no meaning here", "unknown property `__import__`"]),
    ],
)
def test_mistakes(text: str, titles: list[str]) -> None:
    reading = parse(WORLD + f'action nap(a : character) {{ effect: !hungry(a); telling: "{text}"; }};')
    assert [one.title for one in reading.errors][: len(titles)] == titles, render_all(reading.errors, reading.sources)


def test_parameters_used_in_a_text_alone_are_used() -> None:
    reading = parse(WORLD + 'action nap(a : character, b : place) { effect: !hungry(a); telling: "{a} in {b}."; };')
    assert "W0111" not in [one.code for one in reading.diagnostics]
