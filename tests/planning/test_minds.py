"""Who knows what at each act of a story."""

from __future__ import annotations

import json

import pytest

import chekhov
from chekhov import Kernel
from chekhov.diagnostics import ChekhovError
from chekhov.minds import Beat, minds

WORLD = """
type place;
entity Ada : character;
entity Bob : character;
entity Eve : character;
entity Hall : place;
entity Yard : place;
property at(who : character) : place;
property lit(Hall) : boolean;
property word() : place;
at(Ada) = Hall;
at(Bob) = Yard;
at(Eve) = Hall;
lit(Hall);
believes(Bob, !lit(Hall));
believes(Eve, at(Bob)) = ?;
action snuff(who : character) {
	precondition: at(who) == Hall & lit(Hall);
	effect: !lit(Hall);
	consenting: who;
	observing(c : character): at(c) == Hall;
	telling: "{who} blows out the candle.";
};
action enter(who : character) {
	precondition: at(who) == Yard;
	effect: at(who) = Hall;
	consenting: who;
	observing(c : character): c == who;
};
action lie(liar : character, who : character) {
	precondition: liar != who;
	effect: believes(who, lit(Hall));
	consenting: liar;
	observing(c : character): c == liar;
};
action whisper(Ada) {
	precondition: word() == ?;
	effect: word() = Hall;
	consenting: Ada;
	observing(c : character): c == Ada;
};
action muddle(Eve) {
	precondition: lit(Hall);
	effect: believes(Ada, word()) = ?;
	consenting: Eve;
	observing(c : character): c == Eve;
};
"""


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    problem = chekhov.parse(WORLD).problem
    assert problem is not None
    return Kernel(chekhov.ground(problem), threads=1)


def told(beat: Beat) -> list[tuple[str, str, str, str, str]]:
    return [
        (mind.character, change, about.fluent, about.actual, about.believed)
        for mind in beat.minds
        for change, about in mind.changes
    ]


def test_each_kind_of_change(kernel: Kernel) -> None:
    acts = ["whisper(Ada)", "muddle(Eve)", "enter(Bob)", "snuff(Ada)", "lie(Ada, Eve)"]
    start, whisper, muddle, enter, snuff, lie = minds(kernel, acts)
    assert told(start) == [
        ("Bob", "believes", "lit(Hall)", "True", "False"),
        ("Eve", "forgets", "at(Bob)", "Yard", "?"),
    ]
    assert told(whisper) == [("Bob", "misses", "word()", "Hall", "?"), ("Eve", "misses", "word()", "Hall", "?")]
    assert told(muddle) == [("Ada", "forgets", "word()", "Hall", "?")]
    # Ada misses it. Eve knows as little of it as before.
    assert told(enter) == [("Ada", "misses", "at(Bob)", "Hall", "Yard")]
    # Bob was wrong about the candle; now the truth has come round to him, which teaches him nothing.
    assert told(snuff) == []
    assert told(lie) == [("Eve", "believes", "lit(Hall)", "False", "True")]
    assert (snuff.number, snuff.telling) == (4, "Ada blows out the candle.")
    assert [told(beat) for beat in minds(kernel, acts, ["Eve"])][1] == [("Eve", "misses", "word()", "Hall", "?")]


def test_as_text_and_as_json(kernel: Kernel) -> None:
    beats = minds(kernel, ["whisper(Ada)", "snuff(Eve)", "lie(Ada, Eve)"])
    assert [line for beat in beats for line in beat.lines(60)] == [
        "At the start",
        "  Bob believes !lit(Hall) (really True)",
        "  Eve does not know at(Bob) == Yard",
        "1. whisper(Ada)",
        "     Bob and Eve do not know word() == Hall",
        "2. snuff(Eve)",
        "     Eve blows out the candle.",
        "3. lie(Ada, Eve)",
        "     Eve believes now lit(Hall) (really False)",
    ]
    answer = json.loads(json.dumps([beat.to_json() for beat in beats]))
    assert answer[3]["minds"] == [
        {
            "character": "Eve",
            "changes": [{"change": "believes", "fluent": "lit(Hall)", "actual": "False", "believed": "True"}],
        }
    ]


def test_what_is_learned(kernel: Kernel) -> None:
    beats = minds(kernel, ["enter(Bob)", "lie(Ada, Bob)"])
    assert told(beats[2]) == [("Bob", "learns", "lit(Hall)", "True", "True")]
    assert beats[2].lines() == ["2. lie(Ada, Bob)", "     Bob learns lit(Hall)"]


def test_no_such_act(kernel: Kernel) -> None:
    with pytest.raises(ChekhovError, match="E0613"):
        minds(kernel, ["snuff(Nobody)"])
