"""Tellings one after the other: pronouns, joined sentences, several in one, the past, and *you*."""

from __future__ import annotations

import doctest

import pytest

from chekhov import lang, narration
from chekhov.model import Expression, Problem
from chekhov.narration import gathered, narrate
from chekhov.telling import Telling, Tense, untensed

WORLD = """
type place; type item;
entity Ann : character "Ann" (she); entity Eve : character "Eve" (she);
entity Bob : character "old Bob" (he); entity Guards : character "the guards" (they);
entity Hall : place "the hall"; entity Hat : item "the hat"; entity Key : item "the key";
"""
SAYS = {
    "takes": "{who} {who.take/takes/took} {what}.",
    "puts": "{who} {who.put/puts/put} {what} down.",
    "goes": "{who} {who.go/goes/went} to {what}.",
    "hums": "{who} {who.hum/hums/hummed}.",
    "sees": "{who} {who.see/sees/saw} {what}, at last.",
    "owns": "{who}'s hand {shakes/shook}, and {what} {falls/fell}.",
    "calls": '"I wait for {what}," {who.call/calls/called} {who}.',
    "literal": "A door falls shut behind Eve.",
    "plain": "{who} pulls the door open.",
    "is": "{who} {who.is} there, and {who.has} {what}.",
}


def problem() -> Problem:
    found = lang.parse(WORLD).problem
    assert found is not None
    return found


def nothing(expression: Expression) -> None:
    del expression


def tellings(*said: str) -> list[Telling]:
    """``takes Ann Hat`` and the like."""
    found = []
    for each in said:
        name, *of = each.split()
        found.append(Telling.of(SAYS[name], dict(zip(("who", "what"), of, strict=False)), problem(), nothing))
    return found


def told(*said: str, reader: str | None = None, tense: Tense = "present") -> str:
    return " ".join(narrate(tellings(*said), problem(), reader, tense))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["sees Ann Hat", "goes Ann Hall"], "Ann sees the hat, at last. She goes to the hall."),
        (["sees Bob Ann", "sees Ann Hat"], "Old Bob sees Ann, at last. She sees the hat, at last."),
        # two of whom each is *she*
        (["sees Eve Ann", "sees Ann Hat"], "Eve sees Ann, at last. Ann sees the hat, at last."),
        (["sees Ann Hat", "sees Ann Eve"], "Ann sees the hat, at last. Ann sees Eve, at last."),
        # somebody in the author's own words counts, and breaks what is held together
        (["literal", "sees Ann Hat"], "A door falls shut behind Eve. Ann sees the hat, at last."),
        (["literal", "sees Eve Hat"], "A door falls shut behind Eve. She sees the hat, at last."),
        (["sees Ann Hat", "literal", "hums Ann"], "Ann sees the hat, at last. A door falls shut behind Eve. Ann hums."),
        # *they* is whoever the sentence before was about, and nobody else was in it
        (["sees Guards Hat", "hums Guards"], "The guards see the hat, at last. They hum."),
        (["sees Guards Ann", "hums Guards"], "The guards see Ann, at last. The guards hum."),
        (["sees Ann Guards", "hums Guards"], "Ann sees the guards, at last. The guards hum."),
        (["sees Ann Hat", "owns Ann Key"], "Ann sees the hat, at last. Her hand shakes, and the key falls."),
        # a verb that is written out goes with *she*, but not with *they*
        (["sees Ann Hat", "plain Ann"], "Ann sees the hat, at last. She pulls the door open."),
        (["sees Guards Hat", "plain Guards"], "The guards see the hat, at last. The guards pulls the door open."),
        # nothing in what somebody says is exchanged
        (["hums Ann", "calls Ann Bob", "hums Ann"], 'Ann hums. "I wait for old Bob," calls Ann. She hums.'),
    ],
)
def test_whoever_cannot_be_mistaken_needs_no_name(said: list[str], expected: str) -> None:
    assert told(*said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["takes Ann Hat", "goes Ann Hall"], "Ann takes the hat and goes to the hall."),
        (["takes Ann Hat", "takes Ann Key"], "Ann takes the hat and then the key."),
        (["puts Ann Hat", "takes Ann Hat"], "Ann puts the hat down and takes it."),
        (["puts Ann Hat", "takes Bob Hat"], "Ann puts the hat down. Old Bob takes it."),
        (["puts Ann Hat", "takes Bob Key"], "Ann puts the hat down. Old Bob takes the key."),
        (["takes Ann Hat", "goes Ann Hall", "hums Ann"], "Ann takes the hat and goes to the hall. She hums."),
        (["hums Ann", "hums Ann", "hums Ann"], "Ann hums. Again she hums. Again she hums."),
        (["hums Ann", "hums Bob"], "Ann hums, and so does old Bob."),
        (["goes Ann Hall", "goes Guards Hall", "hums Ann"], "Ann goes to the hall, and so do the guards. She hums."),
        (["goes Ann Hall", "goes Eve Hall", "hums Eve"], "Ann goes to the hall, and so does Eve. Eve hums."),
        (["goes Ann Hall", "goes Bob Hat"], "Ann goes to the hall. Old Bob goes to the hat."),
        (["sees Ann Hat", "sees Bob Hat"], "Ann sees the hat, at last. Old Bob sees it, at last."),
        (["takes Ann Hat", "sees Ann Key"], "Ann takes the hat. She sees the key, at last."),
    ],
)
def test_what_one_does_in_a_row_is_a_sentence(said: list[str], expected: str) -> None:
    assert told(*said) == expected


def test_the_reader_is_you() -> None:
    said = ["takes Ann Hat", "goes Ann Hall", "sees Eve Ann", "hums Eve", "owns Ann Key"]
    assert told(*said, reader="Ann") == (
        "You take the hat and go to the hall. Eve sees Ann, at last. She hums. Your hand shakes, and the key falls."
    )
    assert told("plain Ann", reader="Ann") == "Ann pulls the door open."
    assert told("hums Ann", "hums Ann", reader="Ann") == "You hum. Again you hum."
    assert told("hums Bob", "hums Ann", reader="Ann") == "Old Bob hums, and so do you."


def test_the_past() -> None:
    said = ["is Ann Hat", "owns Ann Key", "takes Guards Hat"]
    assert told(*said, tense="past") == (
        "Ann was there, and had the hat. Her hand shook, and the key fell. The guards took the hat."
    )
    assert told("is Ann Hat", reader="Ann", tense="past") == "You were there, and had the hat."
    assert told("hums Guards", "hums Ann", tense="past") == "The guards hummed, and so did Ann."


def test_what_was_told_before_stays_as_it_was() -> None:
    before, after = tellings("takes Ann Hat", "goes Ann Hall")
    assert narrate([after], problem(), before=before) == ["She goes to the hall."]


def test_what_is_so_of_several_is_told_once() -> None:
    def together(*said: str, reader: str | None = None) -> str:
        return " ".join(narrate(gathered(tellings(*said), reader), problem(), reader))

    assert together("hums Ann", "hums Bob", "hums Eve") == "Ann, old Bob and Eve hum."
    assert together("hums Bob", "hums Ann", reader="Ann") == "You and old Bob hum."
    assert together("goes Ann Hall", "goes Bob Hat") == "Ann goes to the hall. Old Bob goes to the hat."
    assert together("goes Ann Hall", "goes Ann Hat") == "Ann goes to the hall and the hat."
    assert (
        together("owns Ann Key", "owns Eve Key")
        == "Ann's hand shakes, and the key falls. Eve's hand shakes, and the key falls."
    )


def test_a_world_that_cannot_be_told_in_the_past() -> None:
    def missing(text: str) -> list[str | None]:
        found = lang.parse(f'{WORLD} action hum(a : character) {{ telling: "{text}"; }};').problem
        assert found is not None
        return [one.label or one.title for one in untensed(found)]

    assert missing("{a} {a.hum/hums/hummed} and {if a == Ann}{a.take/takes} it{end}.") == [
        "no past of `{a.take/takes}`"
    ]
    assert missing("{a} {a.hum/hums/hummed}, and {a.is} content.") == []
    assert missing("It {sounds/sounded}.") == []
    assert missing("{a} hums.") == ["this world cannot be told in the past: no verb of its texts has one"]


def test_the_example_of_the_module() -> None:
    assert doctest.testmod(narration).failed == 0
