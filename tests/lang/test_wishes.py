"""What all characters of a type want, in the language: added to what each of them wants."""

from __future__ import annotations

from chekhov.diagnostics import render_all
from chekhov.lang import format_problem, format_text, parse

WORLD = """
type lover : character;
entity Tom : lover;
entity Ann : lover;
entity Ben : character;
property loves(one : character, other : character) : boolean;
property happy(who : character) : boolean;
loves(Tom, Ann);
happy(Ben);
"""


def utilities(text: str) -> dict[str, str]:
    """What each character wants in the world with ``text``, as it is printed."""
    reading = parse(WORLD + text)
    assert reading.problem is not None, render_all(reading.diagnostics, reading.sources)
    lines = format_problem(reading.problem).replace("\n\t", " ").splitlines()
    found = [line.removesuffix(";").split(": ", 1) for line in lines if line.startswith("utility(")]
    return {head.removeprefix("utility(").removesuffix(")"): value for head, value in found}


def codes(text: str) -> list[str]:
    return [one.code for one in parse(WORLD + text).diagnostics if one.is_error]


def test_a_wish_is_added_to_what_each_wants() -> None:
    assert utilities("utility(c : lover): if(happy(c)) 3 else 0; utility(Tom): 2; utility(Ben): 1;") == {
        "Tom": "2 + (if(happy(Tom)) 3 else 0)",
        "Ben": "1",
        "Ann": "if(happy(Ann)) 3 else 0",
    }


def test_conditions_count_when_they_are_added() -> None:
    assert utilities("utility(Tom): happy(Tom); utility(c : lover): loves(c, Ann);") == {
        "Tom": "(if(happy(Tom)) 1 else 0) + (if(loves(Tom, Ann)) 1 else 0)",
        "Ann": "loves(Ann, Ann)",
    }


def test_wishes_add_up_in_order() -> None:
    assert utilities("utility(c : lover): 2; utility(c : character): happy(c); utility(d : lover): 3;") == {
        "Tom": "(2 + (if(happy(Tom)) 1 else 0)) + 3",
        "Ann": "(2 + (if(happy(Ann)) 1 else 0)) + 3",
        "Ben": "happy(Ben)",
    }


def test_a_variable_inside_keeps_its_own() -> None:
    made = utilities("utility(c : lover): sum(d : lover) (if(loves(c, d) & believes(c, happy(d))) 1 else 0);")
    assert made["Tom"] == "sum(d : lover) (if(loves(Tom, d) & believes(Tom, happy(d))) 1 else 0)"
    text = "utility(c : lover): sum(c : lover) (if(loves(c, c)) 1 else 0);"
    assert utilities(text)["Tom"] == "sum(c : lover) (if(loves(c, c)) 1 else 0)"


def test_what_is_wrong_with_a_wish_is_said_once() -> None:
    assert codes("utility(c : lover): hapy(c);") == ["E0201"]
    assert codes("type place; utility(p : place): 1;") == ["E0306"]
    assert codes("utility(c : lover): c;") == ["E0301"]
    assert codes("utility(c : number): 1;") == ["E0305"]
    assert codes("utility(c : ): 1;") == ["E0104"]


def test_it_makes_utilities_of_those_who_have_none() -> None:
    text = "action smile(who : character) { effect: happy(who); consenting: who; };"
    assert "W0109" in [one.code for one in parse(WORLD + text).diagnostics]
    text += "utility(c : character): happy(c);"
    assert "W0109" not in [one.code for one in parse(WORLD + text).diagnostics]


def test_its_normal_form() -> None:
    assert format_text("utility( c:lover ) :happy(c)&loves(c,Ann);") == (
        "utility(c : lover): happy(c) & loves(c, Ann);\n"
    )
