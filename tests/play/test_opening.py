"""How stories begin for their readers."""

from __future__ import annotations

import doctest

from chekhov.play import MASTER, Session, opening
from play.test_session import world

VAULT = """
title "The Vault"; type room; type thing;
entity Hall : room "the hall"; entity Vault : room "the vault"; entity Lamps : thing "the lamps";
entity Gold : thing "the gold"; entity Safe : thing "the safe";
entity Ann : character "Ann" (she); entity Bob : character "Bob" (he); entity Guards : character "the guards" (they);
property at(who : character) : room; property lit(Lamps) : boolean; property holder(Gold) : character;
property jealous(who : character) : boolean; property trusts(one : character, other : character) : boolean;
property opens_by_night(Safe) : boolean; property coins(who : character) : number 0..9;
at(Ann) = Hall; at(Bob) = Vault; at(Guards) = Vault; lit(Lamps); coins(Ann) = 3; jealous(Ann); opens_by_night(Safe);
holder(Gold) = Guards; trusts(Guards, Ann);
believes(Bob, !lit(Lamps)); believes(Bob, holder(Gold)) = Ann; believes(Bob, coins(Ann)) = 5;
believes(Bob, !jealous(Ann)); believes(Bob, !opens_by_night(Safe)); believes(Bob, !trusts(Guards, Ann));
believes(Guards, at(Ann)) = ?;
action take(who : character, Gold) { effect: holder(Gold) = who; consenting: who; };
action switch(Lamps) { effect: if(lit(Lamps)) !lit(Lamps) else lit(Lamps); consenting: Bob; };
action calm(who : character) { effect: !jealous(who) & coins(who) = 9; consenting: who; };
action doubt(one : character, other : character) { effect: !trusts(one, other); consenting: one; };
action jam(Safe) { effect: !opens_by_night(Safe); consenting: Bob; };
action walk(who : character, to : room) { effect: at(who) = to; consenting: who; };
utility(Ann): (8 * (if(holder(Gold) == Ann) 1 else 0)) + (if(coins(Ann) > 5) 6 else 0) - (if(jealous(Ann)) 5 else 0) +
    (if(lit(Lamps)) 1 else 0);
utility(Bob): 0; utility(Guards): 0;
"""


def begun(seat: str, **how: object) -> str:
    return "\n".join(opening.opening(Session.begin(world(VAULT), seats=[seat], director=False, **how), seat))  # type: ignore[arg-type]


def test_the_example_of_the_module() -> None:
    result = doctest.testmod(opening)
    assert result.failed == 0
    assert result.attempted > 0


def test_who_one_is_where_and_what_one_wants_and_believes() -> None:
    assert begun("Ann") == (
        "You are Ann, at the hall, alone. As far as you know, Bob and the guards are at the vault.\n"
        "What you want is that the holder of the gold is you, that your coins are above 5 and that you are not "
        "jealous. You believe that the lamps are lit, that the holder of the gold is the guards, that you are jealous, "
        "that the guards trust you, that the safe opens by night and that your coins are 3."
    )
    # What is not so is told as he takes it to be, and what cannot be said is left out.
    assert begun("Bob") == (
        "You are Bob, at the vault, with the guards. As far as you know, Ann is at the hall.\n"
        "You believe that the lamps are not lit, that the holder of the gold is Ann, that Ann is not jealous and that "
        "the coins of Ann are 5."
    )


def test_what_is_wanted_of_two_or_only_as_things_are() -> None:
    text = VAULT.replace("utility(Bob): 0;", "utility(Bob): if(lit(Lamps)) 0 else (if(together(Bob, Ann)) 1 else 0);")
    text += "property together(one : character, other : character) : boolean;"
    text += "action meet(Bob, Ann) { effect: together(Bob, Ann); consenting: Bob; };"
    told = opening.opening(Session.begin(world(text), seats=["Bob"], director=False), "Bob")
    assert told[1].startswith("What you want is that you and Ann are together. You believe")


def test_who_has_never_heard_of_a_thing_does_not_read_that_they_take_it_not_to_be_so() -> None:
    text = """
    include "std/telling"; entity Hall : place "the hall"; entity Flood : claim "the flood";
    entity Ann : character "Ann"; entity Bob : character "Bob"; at(Ann) = Hall; at(Bob) = Hall;
    so(Flood); believes(Bob, !so(Flood));
    """
    knowing, unknowing = (
        opening.opening(Session.begin(world(text), seats=[seat], director=False), seat) for seat in ("Ann", "Bob")
    )
    assert knowing[1:] == ("You believe that the flood is real.",)
    assert unknowing == ("You are Bob.",)


def test_in_another_tense_and_person() -> None:
    told = begun("Ann", tense="past", third_person=True)
    assert told.startswith(
        "Ann was at the hall, alone. As far as she knew, Bob and the guards were at the vault.\nWhat Ann wanted was"
    )
    assert "She believed that the lamps were lit" in told
    guards = begun("Guards", third_person=True)
    assert guards.startswith("The guards are at the vault, with Bob.\nThe guards believe that the lamps are lit")


def test_who_sees_all_and_who_is_nowhere() -> None:
    nowhere = 'entity Ann : character "Ann" (she); property done() : boolean; action act(Ann) { effect: done(); };'
    session = Session.begin(world(nowhere), seats=["Ann", MASTER], director=False)
    assert opening.opening(session, "Ann") == ("You are Ann.",)
    assert opening.opening(session, MASTER) == ()
