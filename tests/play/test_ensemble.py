"""The others and their director: the same from everywhere, in their rounds, and as the game master nudges them."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from chekhov import lang
from chekhov.kernel import Kernel
from chekhov.model import Problem
from chekhov.play import RefusedError, Session
from chekhov.play.ensemble import Ensemble, digest_of
from chekhov.play.session import MASTER

WORLDS = Path(__file__).parents[2] / "worlds"

GAMES = """
type spot; entity Yard : spot "the yard"; entity Shed : spot "the shed";
entity Ann : character "Ann" (she); entity Bob : character "Bob" (he); entity Cid : character "Cid" (he);
property at(who : character) : spot;
property coins(who : character) : number 0..9;
forall(c : character) at(c) = Yard;
forall(c : character) coins(c) = 0;
action go(who : character, to : spot) {
    precondition: at(who) != to; effect: at(who) = to; consenting: who; observing(o : character): at(o) == at(who);
    telling: "{who} {who.go/goes} to {to}.";
};
action earn(who : character) { effect: coins(who) = coins(who) + 1; precondition: coins(who) < 9; consenting: who;
    observing(o : character): False; };
action thunder() { effect: forall(c : character) at(c) = Shed; };
utility(Ann): 0; utility(Bob): 0; utility(Cid): coins(Cid);
utility(): coins(Cid);
ending rich "Cid is rich": coins(Cid) == 9;
"""


def world(text: str = GAMES) -> Problem:
    reading = lang.parse(text)
    assert reading.problem is not None, reading.diagnostics
    return reading.problem


def acts(session: Session) -> list[str]:
    return [move.act or f"{move.by} waits" for move in session.record.moves]


def test_with_two_readers_the_others_act_once_in_a_round() -> None:
    played = Session.begin(world(), seats=["Ann", "Bob"], director=False)
    for seat in ("Ann", "Bob", "Bob", "Ann", "Ann"):
        played.move(seat, "wait")
    waits = [f"{seat} waits" for seat in ("Ann", "Bob", "Bob", "Ann", "Ann")]
    earned = "earn(Cid)"
    assert acts(played) == [waits[0], earned, waits[1], waits[2], earned, waits[3], waits[4], earned]


def test_each_reader_reads_what_they_perceive_and_takes_back_their_own() -> None:
    played = Session.begin(world(), seats=["Ann", "Bob"], director=False)
    played.move("Ann", "go(Ann, Shed)")
    assert [passage.text for passage in played.passages("Ann")] == ["You go to the shed."]
    assert [passage.text for passage in played.passages("Bob")] == ["Ann goes to the shed."]
    assert "Earn (Cid)." in [passage.text for passage in played.passages(MASTER)]
    assert not played.undo("Bob")
    assert played.undo("Ann")
    assert played.passages(MASTER) == []


def test_the_master_sees_all_and_nudges_for_a_reason_only() -> None:
    played = Session.begin(world(), seats=["Ann"], director=False)
    offered = [choice.id for choice in played.nudges()]
    assert offered == ["earn(Cid)", "thunder()"]  # Bob wants nothing, and Ann is a reader's
    played.nudge("thunder()")
    for refused in ("go(Bob, Yard)", "go(Ann, Yard)", "nonsense"):
        with pytest.raises(RefusedError):
            played.nudge(refused)
    assert acts(played) == ["thunder()"]
    assert played.view(MASTER).numbers == (
        ("coins of Ann", 0, 0, 9),
        ("coins of Bob", 0, 0, 9),
        ("coins of Cid", 0, 0, 9),
    )


def test_the_master_is_a_seat_that_lets_the_others_go_on_and_takes_back() -> None:
    played = Session.begin(world(), seats=[MASTER], director=False)
    assert [choice.text for choice in played.choices(MASTER)] == ["Cid: earn", "thunder", "wait"]
    played.move(MASTER, "wait")
    played.move(MASTER, "thunder()")
    assert [(move.act, move.by) for move in played.record.moves] == [
        (None, MASTER),
        ("earn(Cid)", None),
        ("thunder()", MASTER),
    ]
    assert played.next_seat() == MASTER
    assert played.why(MASTER) == ["Cid: earn.", "  so that: Cid: coins 1"]
    assert played.meanwhile(MASTER) == []
    again = Session(world(), played.record)
    assert again.lost == ()
    assert again.passages(MASTER) == played.passages(MASTER)
    assert played.undo()
    assert [move.act for move in played.record.moves] == [None, "earn(Cid)"]
    with pytest.raises(RefusedError):
        played.move(MASTER, "go(Bob, Yard)")


def test_seats_take_turns_and_the_master_nudges_until_they_wait() -> None:
    played = Session.begin(world(), seats=["Ann", "Bob", MASTER], director=False)
    turns = []
    for choice in ("wait", "go(Bob, Shed)", "earn(Cid)", "wait", "wait"):
        turns.append(played.next_seat())
        played.move(turns[-1], choice)
    assert turns == ["Ann", "Bob", MASTER, MASTER, "Ann"]
    assert played.undo()
    assert played.next_seat() == "Ann"


def test_time_passes_once_all_readers_wait() -> None:
    timed = world("time step 1;" + GAMES)
    timed = world(GAMES.replace("action thunder", "process rain() { change: coins(Bob) += 1; }; action thunder"))
    played = Session.begin(timed, seats=["Ann", "Bob"], director=False)
    passed = []
    for seat, choice in (("Ann", "wait"), ("Ann", "wait"), ("Bob", "go(Bob, Shed)"), ("Bob", "wait"), ("Bob", "wait")):
        played.move(seat, choice)
        passed.append(acts(played).count("time_passes()"))
    assert passed == [0, 0, 0, 1, 1]  # Ann has waited and Bob waits; then Ann has not waited since
    played.move("Ann", "wait")
    assert acts(played).count("time_passes()") == 2


def test_the_map_has_what_was_seen_and_could_be_gone() -> None:
    played = Session.begin(world(), seats=["Ann", "Bob"], director=False)
    known = played.map("Ann")
    assert [(spot.name, spot.people, spot.here) for spot in known.spots] == [
        ("the yard", ("Bob", "Cid"), True),
        ("the shed", (), False),
    ]
    assert known.ways == ((0, 1),)
    played.move("Ann", "go(Ann, Shed)")
    assert [spot.here for spot in played.map("Ann").spots] == [False, True]
    assert len(played.storyline("Ann").layers) == 2


def test_the_storyline_has_whom_one_was_with_and_saw_go() -> None:
    played = Session.begin(world(), seats=["Ann", "Bob"], director=False)
    played.move("Ann", "go(Ann, Shed)")
    played.move("Bob", "wait")
    told = {
        "Ann": ["the yard: you, Bob, Cid", "the shed: you"],
        "Bob": ["the yard: Ann, you, Cid", "the shed: Ann; the yard: you, Cid", "the yard: you, Cid"],
        MASTER: ["the yard: Ann, Bob, Cid", "the shed: Ann; the yard: Bob, Cid"],
    }
    for seat, titles in told.items():
        assert [layer.title for layer in played.storyline(seat).layers] == titles
    assert played.storyline("Bob").layers[1].places == ("the shed", "the yard")
    assert [spot.most for spot in played.map("Bob").spots] == [("Ann", "you", "Cid"), ("Ann",)]


def test_hearsay_is_no_passage_and_not_seen() -> None:
    tale = GAMES.replace(
        "action earn",
        """entity Moor : spot "the moor";
        action mislead(Bob) { precondition: at(Bob) == Yard; effect: believes(Ann, at(Cid) = Moor); consenting: Bob;
            observing(o : character): True; telling: "Bob says that Cid is on the moor."; };
        action earn""",
    ).replace("precondition: at(who) != to;", "precondition: at(who) != to & to != Moor;")
    played = Session.begin(world(tale), seats=["Ann", "Bob"], director=False)
    played.move("Bob", "mislead(Bob)")
    known = played.map("Ann")
    assert [(spot.name, spot.people) for spot in known.spots][2:] == [("the moor", ("Cid",))]
    assert known.ways == ((0, 1),)
    assert [layer.title for layer in played.storyline("Ann").layers] == [
        "the yard: you, Bob, Cid",
        "the yard: you, Bob",
    ]


def test_a_branch_goes_on_from_an_earlier_moment() -> None:
    played = Session.begin(world(), seats=["Ann"], director=False)
    for _ in range(3):
        played.move("Ann", "wait")
    other = played.branch(1, seed=9)
    assert acts(other) == acts(played)[:2]
    assert other.record.seed == 9
    other.move("Ann", "go(Ann, Shed)")
    assert acts(played).count("go(Ann, Shed)") == 0
    assert acts(played.branch(3)) == acts(played)
    with pytest.raises(RefusedError, match="3"):
        played.branch(4)


def test_what_can_still_happen() -> None:
    played = Session.begin(
        world(GAMES + "ending poor: coins(Cid) == 0 & at(Cid) == Shed & at(Bob) == Yard;"), seats=["Ann"]
    )
    assert played.still_possible() == [("Cid is rich", ("earn(Cid)",) * 9), ("poor", None)]


def test_a_digest_tells_an_edited_world_and_no_other() -> None:
    assert digest_of(world()) == digest_of(world("// the same\n" + GAMES))
    assert digest_of(world()) != digest_of(world(GAMES.replace("0..9", "0..8").replace("== 9", "== 8")))


def mountain() -> Problem:
    problem = lang.read(WORLDS / "mountain.story").problem
    assert problem is not None
    return problem


@pytest.mark.usefixtures("unhurried")
def test_the_director_finds_the_same_whatever_else_was_asked() -> None:
    problem = mountain()
    first, second = Ensemble(problem), Ensemble(problem)
    start = first.kernel.initial()
    session = Session.begin(problem, seats=["Clarke"], ensemble=first)
    for choice in ("wait", "walk(Clarke, Outside, Tunnel)", "wait"):
        session.move("Clarke", choice)
    assert first.way(start) == second.way(second.kernel.initial())
    again = Session.begin(problem, seats=["Clarke"], ensemble=second)
    for choice in ("wait", "walk(Clarke, Outside, Tunnel)", "wait"):
        again.move("Clarke", choice)
    assert again.record == session.record
    first.close()
    second.close()


def test_a_way_is_mended_when_a_reader_does_something_that_changes_nothing_of_it() -> None:
    ensemble = Ensemble(world())
    session = Session.begin(ensemble.problem, seats=["Ann"], ensemble=ensemble)
    start = ensemble.way(session.world)
    assert start is not None
    gone = ensemble.kernel.step(session.world, _number(ensemble.kernel, "go(Ann, Shed)"))
    assert ensemble.mended(start, gone) == start
    spent = session.world
    for _ in range(2):
        spent = ensemble.kernel.step(spent, _number(ensemble.kernel, "earn(Cid)"))
    mended = ensemble.mended(start, spent)
    assert mended is not None
    assert len(mended.acts) == 7
    ensemble.close()


def test_without_patience_nobody_waits_for_the_director() -> None:
    session = Session.begin(mountain(), seats=["Clarke"], patient=False)
    session.ensemble.close()
    session.ensemble._ways.clear()
    session.move("Clarke", "wait")
    assert len(session.record.moves) > 1
    session.ensemble.close()


def _number(kernel: Kernel, act: str) -> int:
    found = kernel.task.action_number(act)
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["letter", "heist"])
def test_who_is_nearest_is_who_has_the_fewest_acts_in_mind(name: str) -> None:
    problem = lang.read(WORLDS / f"{name}.story").problem
    assert problem is not None
    ensemble = Ensemble(problem)
    seen = {1: 0, 2: 0}
    random = Random(4)
    for _ in range(12):
        world = ensemble.kernel.initial()
        for _ in range(8):
            acts = [act for act in ensemble.open(world) if ensemble.actions[act]["consenting"]]
            lengths = {act: length for act in acts if (length := ensemble.reason(world, act)) is not None}
            fewest = min(lengths.values(), default=0)
            assert ensemble.nearest(world, acts) == [act for act in acts if lengths.get(act) == fewest]
            if not lengths:
                break
            seen[min(fewest, 2)] += 1
            world = ensemble.kernel.step(world, random.choice(sorted(lengths)))
    assert all(seen.values())
