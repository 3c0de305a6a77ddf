"""Stories that are played: what a reader may do, sees and is told, and what the others do meanwhile."""

from __future__ import annotations

import doctest
import json
from pathlib import Path

import pytest

from chekhov import lang
from chekhov.diagnostics import ChekhovError
from chekhov.model import Problem
from chekhov.play import Ambiguous, Choice, Record, RefusedError, Session, session
from chekhov.play.wording import Wording

WORLDS = Path(__file__).parents[2] / "worlds"

HOUSE = """
type room; entity Kitchen : room "the kitchen"; entity Attic : room "the attic";
entity Ann : character "Ann" (she); entity Bob : character "Bob" (he);
entity Key : key "the key"; type key;
property at(who : character) : room;
property lost(Key) : boolean;
property purse() : number 0..9;
at(Ann) = Kitchen; at(Bob) = Attic; purse() = 3; !lost(Key);
action go(who : character, to : room) {
    precondition: at(who) != to; effect: at(who) = to; consenting: who;
    observing(o : character): at(o) == at(who) | at(o) == to;
    telling: "{who} {who.go/goes} to {to} with {who.their} hat.";
};
action hide_key(Bob) {
    precondition: at(Bob) == Attic & !lost(Key); effect: lost(Key); consenting: Bob;
    observing(o : character): at(o) == Attic; telling: "Bob hides the key.";
};
action turn_key(who : character) {
    precondition: at(who) == Kitchen & !lost(Key); effect: purse() = 9; consenting: who;
    observing(o : character): at(o) == Kitchen;
};
action marry(Ann, Bob) {
    effect: purse() = 0; precondition: purse() != 0; consenting: Ann, Bob; observing(o : character): True;
};
utility(Ann): 0;
utility(Bob): if(lost(Key)) 1 else 0;
utility(): purse();
ending rich "Ann is rich": purse() == 9;
ending poor "Ann is poor": purse() == 0;
"""


def world(text: str = HOUSE) -> Problem:
    reading = lang.parse(text)
    assert reading.problem is not None, reading.diagnostics
    return reading.problem


def begin(seat: str = "Ann", *, director: bool = False) -> Session:
    return Session.begin(world(), seats=[seat], director=director)


def test_the_example_of_the_module() -> None:
    result = doctest.testmod(session)
    assert result.failed == 0
    assert result.attempted > 0


def test_a_reader_is_offered_what_their_character_takes_to_be_possible() -> None:
    played = begin()
    texts = [choice.text for choice in played.choices("Ann")]
    assert texts == ["go to the attic", "turn key", "marry Bob", "wait"]
    played.move("Ann", "wait")  # and Bob hides the key, unseen
    assert [choice.text for choice in played.choices("Ann")] == texts
    assert played.passages("Ann") == []
    assert played.meanwhile("Ann") == ["Bob hides the key."]


def test_what_is_not_as_they_took_it_to_be_does_not_work_and_changes_nothing() -> None:
    played = begin()
    played.move("Ann", "wait")
    before = played.record
    with pytest.raises(RefusedError, match="does not work"):
        played.move("Ann", "turn_key(Ann)")
    assert played.record == before


def test_nobody_does_what_they_have_no_reason_for() -> None:
    with pytest.raises(RefusedError, match=r"^Bob will not"):
        begin().move("Ann", "marry(Ann, Bob)")


def test_what_is_no_choice_is_refused() -> None:
    for choice in ("go(Bob, Kitchen)", "go(Ann, Kitchen)", "nonsense", "drop_tables()"):
        with pytest.raises(RefusedError):
            begin().move("Ann", choice)


def test_the_reader_is_you_and_the_others_are_not() -> None:
    played = begin()
    played.move("Ann", "go(Ann, Attic)")
    assert [passage.text for passage in played.passages("Ann")] == [
        "You go to the attic with your hat.",
        "Bob hides the key.",
    ]
    seen = begin("Bob")
    seen.move("Bob", "go(Bob, Kitchen)")
    assert [passage.text for passage in seen.passages("Bob")] == ["You go to the kitchen with your hat."]


def test_what_is_seen_of_a_moment() -> None:
    played = begin()
    view = played.view("Ann")
    assert (view.place, view.here, view.numbers, view.ending) == ("the kitchen", (), (("purse", 3, 0, 9),), None)
    played.move("Ann", "go(Ann, Attic)")
    assert played.view("Ann").here == ("Bob",)
    assert "lost: the key" in played.knows("Ann")
    assert "at the attic: you and Bob" in played.knows("Ann")


def test_words() -> None:
    played = begin()
    for words in ("1", "go", "go attic", "to the attic", "att"):
        meant = played.understand("Ann", words)
        assert isinstance(meant, Choice), words
        assert meant.id == "go(Ann, Attic)"
    assert played.understand("Ann", "dance") is None
    for words in ("run to the attic", "go attci", "og attic"):
        meant = played.understand("Ann", words)
        assert isinstance(meant, Ambiguous), words
        assert [choice.id for choice in meant.choices] == ["go(Ann, Attic)"]
    assert played.understand("Ann", "9") is None
    assert played.understand("Ann", "the") is None
    several = played.understand("Ann", "ann")
    assert isinstance(several, Ambiguous)
    assert [choice.text for choice in several.choices] == ["go to the attic", "turn key", "marry Bob"]


def test_a_beginning_of_what_is_not_read_yet_means_nothing() -> None:
    played = begin()
    meant = played.understand("Ann", "hat")
    assert isinstance(meant, Choice)
    assert meant.id == "go(Ann, Attic)"
    assert played.understand("Ann", "ha") is None


def test_where_one_is_tells_no_choices_apart() -> None:
    text = HOUSE + "action dance(who : character, at : room) { precondition: at(who) == at; consenting: who; };"
    text += "action leave(who : character, from : room, to : room) {"
    text += "  precondition: at(who) == from & to != from; effect: at(who) = to; consenting: who; };"
    played = Session.begin(world(text), seats=["Ann"], director=False)
    assert played.understand("Ann", "kitchen") is None
    assert isinstance(played.understand("Ann", "leave attic"), Choice)


def test_whom_it_is_said_to_may_be_named_if_they_are_here() -> None:
    text = HOUSE + 'action boast(who : character) { consenting: who; telling: "{who} boasts of {who.their} purse."; };'
    words = "boast bob about the purse"
    assert Session.begin(world(text), seats=["Ann"], director=False).understand("Ann", words) is None
    text = text.replace("at(Bob) = Attic", "at(Bob) = Kitchen")
    meant = Session.begin(world(text), seats=["Ann"], director=False).understand("Ann", words)
    assert isinstance(meant, Ambiguous)
    assert [choice.id for choice in meant.choices] == ["boast(Ann)"]


def test_what_is_handed_over_is_offered_to_either() -> None:
    letter = lang.parse((WORLDS / "letter.story").read_text(encoding="utf-8")).problem
    assert letter is not None
    wording = Wording(letter)
    assert wording.offer("entrust(Iris, Letter, Vera)", "Iris") == "entrust the letter to Vera"
    assert wording.offer("entrust(Iris, Letter, Vera)", "Vera") == "let Iris entrust you the letter"
    assert wording.offer("deliver(Vera, Letter, Paul)", "Vera") == "deliver the letter to Paul"


def test_what_the_library_keeps_for_itself_is_known_by_nobody() -> None:
    text = """
    include "std/parties"; include "std/telling"; include "std/bonds"; include "std/air";
    entity Hall : place "the hall"; entity Ann : character "Ann"; entity Bob : character "Bob";
    entity Flood : claim "the flood";
    at(Ann) = Hall; at(Bob) = Hall; belongs(Bob) = Ann; leader(Bob) = Ann; vented(Ann, Flood); so(Flood); air(Ann) = 5;
    believes(Bob, !so(Flood)); sought(Bob); reserve() = 3;
    action act(Ann) {
        consenting: Ann;
        effect:
            !vented(Ann, Flood) & belongs(Bob) = ? & leader(Bob) = ? & !so(Flood) & air(Ann) = 1 & !sought(Bob) &
            reserve() = 2;
    };
    """
    assert Session.begin(world(text), seats=["Ann"], director=False).knows("Ann") == [
        "leader of Bob: you",
        "real: the flood",
        "your air: 5",
    ]
    # An author's own property of that name is the author's to name.
    own = (
        "property reserve() : number 0..9; reserve() = 4; action use(Ann) { effect: reserve() = 1; consenting: Ann; };"
    )
    assert "reserve: 4" in Session.begin(world(HOUSE + own), seats=["Ann"], director=False).knows("Ann")


def test_the_end() -> None:
    played = begin()
    played.move("Ann", "turn_key(Ann)")
    assert played.ending() == "Ann is rich"
    assert played.choices("Ann") == []
    with pytest.raises(RefusedError, match="over"):
        played.move("Ann", "wait")
    # The others no longer act when it is over; she could still have been poor only if Bob had wanted it.
    assert [move.act for move in played.record.moves] == ["turn_key(Ann)"]
    assert played.might_have_been() == [("Ann is poor", None)]


def test_why_is_told_as_far_as_one_may_know() -> None:
    played = begin()
    played.move("Ann", "go(Ann, Attic)")
    assert played.why("Ann")[:2] == ["Bob: hide key.", "  so that: the key: lost"]
    unseen = begin()
    unseen.move("Ann", "wait")
    assert unseen.why("Ann") == []


def test_what_is_read_follows_the_moves() -> None:
    played = begin()
    played.move("Ann", "go(Ann, Attic)")
    first = played.passages("Ann")
    assert played.passages("Ann") == first
    played.undo()
    played.move("Ann", "wait")
    played.move("Ann", "go(Ann, Attic)")
    assert played.passages("Ann") == Session(world(), played.record).passages("Ann") != first


def test_what_is_yours_is_said_to_be() -> None:
    text = HOUSE + "property keeper(Key) : character; keeper(Key) = Ann;"
    text += "action keep(Bob) { effect: keeper(Key) = Bob; consenting: Bob; };"
    assert "keeper of the key: you" in Session.begin(world(text), seats=["Ann"], director=False).knows("Ann")
    assert "keeper of the key: Ann" in Session.begin(world(text), seats=["Bob"], director=False).knows("Bob")


GAUGE = """
type room; entity Hall : room "the hall"; entity Tunnel : room "the tunnel";
entity Maya : character "Maya" (she); entity Ann : character "Ann" (she); entity Clarke : character "Clarke" (she);
property at(who : character) : room; property air() : number 0..9; property waved() : boolean;
at(Maya) = Hall; at(Ann) = Hall; at(Clarke) = Tunnel; air() = 9;
believes(Maya, air()) = ?; believes(Ann, believes(Maya, air())) = ?; believes(Clarke, air()) = ?;
action wave(Clarke) {
    effect: air() = air() - 5 & waved(); consenting: Clarke; observing(o : character): True;
    telling: "{Clarke} {Clarke.wave/waves}.";
};
trigger beep(who : character) {
    precondition: at(who) == at(Maya) & air() < 5 & believes(who, air()) != air();
    effect: believes(who, air()) = air();
    telling: "{if who == Maya}The gauge beeps: {air()} left.{end}";
};
utility(Maya): 0; utility(Ann): 0; utility(Clarke): if(waved()) 1 else 0;
"""


@pytest.mark.parametrize(
    ("seat", "read"),
    [
        ("Maya", "Clarke waves. The gauge beeps: 4 left."),  # it changes her mind
        ("Ann", "Clarke waves. The gauge beeps: 4 left."),  # she knew what was left, and so that Maya hears it
        ("Clarke", "You wave."),  # she does what it follows on, and hears nothing of it
    ],
)
def test_of_what_an_act_sets_off_one_reads_what_reaches_ones_mind(seat: str, read: str) -> None:
    played = Session.begin(world(GAUGE), seats=[seat], director=False)
    played.move(seat, "wave(Clarke)" if seat == "Clarke" else "wait")
    assert [passage.text for passage in played.passages(seat)] == [read]
    assert played.meanwhile(seat) == (["The gauge beeps: 4 left."] if seat == "Clarke" else [])


def test_undo_is_as_if_it_had_not_been() -> None:
    played = begin()
    fresh = played.record
    assert not played.undo()
    played.move("Ann", "go(Ann, Attic)")
    once = (played.record, played.passages("Ann"), played.view("Ann"))
    assert played.undo()
    assert played.record == fresh
    assert played.passages("Ann") == []
    played.move("Ann", "go(Ann, Attic)")
    assert (played.record, played.passages("Ann"), played.view("Ann")) == once


def test_a_record_is_replayed() -> None:
    played = begin()
    played.move("Ann", "go(Ann, Attic)")
    played.move("Ann", "wait")
    played.tell_in("past", third_person=True)
    record = Record.from_json(json.loads(json.dumps(played.record.to_json())))
    again = Session(world(), record)
    assert again.record == played.record
    assert again.passages("Ann") == played.passages("Ann")
    assert again.passages("Ann")[0].text.startswith("Ann goes to the attic")
    assert again.lost == ()


def test_what_no_longer_fits_an_edited_world_is_left_out() -> None:
    played = begin()
    played.move("Ann", "go(Ann, Attic)")
    played.move("Ann", "go(Ann, Kitchen)")
    edited = world(HOUSE.replace("precondition: at(Bob) == Attic & !lost(Key)", "precondition: at(Bob) == Kitchen"))
    again = Session(edited, played.record)
    assert [move.act for move in again.record.moves] == ["go(Ann, Attic)"]
    assert [move.act for move in again.lost] == ["hide_key(Bob)", "go(Ann, Kitchen)"]


@pytest.mark.parametrize("broken", [{}, {"version": 99}, {"version": 1, "seats": ["Ann"], "seed": 0}])
def test_what_is_no_record(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="record"):
        Record.from_json(broken)


def test_nobody_can_be_who_is_not_in_it() -> None:
    with pytest.raises(ChekhovError) as error:
        Session.begin(world(), seats=["An"])
    assert error.value.diagnostics[0].help == "did you mean `Ann`?"


def mountain() -> Problem:
    problem = lang.read(WORLDS / "mountain.story").problem
    assert problem is not None
    return problem


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("seat", ["Clarke", "Maya"])
def test_the_director_brings_the_mountain_to_a_good_end_if_the_reader_goes_along(seat: str) -> None:
    played = Session.begin(mountain(), seats=[seat])
    for _ in range(20):
        if played.ending() is not None:
            break
        # Whatever was planned for the reader is what a reader who goes along does.
        ahead = played.ahead()
        played.move(seat, ahead[0] if ahead and any(ahead[0] == one.id for one in played.choices(seat)) else "wait")
    assert played.ending() == "Everyone lives"


@pytest.mark.parametrize(("seat", "seed"), [("Clarke", 0), ("Maya", 3), ("Bellamy", 1), ("Octavia", 2)])
def test_everybody_in_the_mountain_acts_for_a_reason_whatever_the_reader_does(
    seat: str, seed: int, tmp_path: Path
) -> None:
    played = Session.begin(mountain(), seats=[seat], seed=seed, director=False)
    for turn in range(12):
        choices = played.choices(seat)
        if not choices:
            break
        try:
            played.move(seat, choices[(seed + turn) % len(choices)].id)
        except RefusedError:
            played.move(seat, "wait")
    again = Session(mountain(), played.record)
    assert again.passages(seat) == played.passages(seat)
    for number, move in enumerate(played.record.moves):
        if move.by is None:
            record = Record((seat,), seed, False, played.record.moves[:number])
            before = Session(again.problem, record, ensemble=again.ensemble)
            assert move.act is not None
            action = before.kernel.task.action_number(move.act)
            assert action is not None
            for character in before.kernel.task.data["actions"][action]["consenting"]:
                mind = before.kernel.believed(before.world, character)
                assert before.kernel.possible(mind, action)
                assert before.kernel.explain(mind, action, before.limits).outcome == "found"


DECOY = """
entity Ann : character "Ann" (she); entity Bob : character "Bob" (he);
property locked() : boolean; property rich(Bob) : boolean;
believes(Bob, locked());
action rob(Bob) { precondition: !locked(); effect: rich(Bob); consenting: Bob; };
action wave(Ann, Bob) { consenting: Ann, Bob; effect: rich(Bob); };
utility(Ann): 0; utility(Bob): if(rich(Bob)) 1 else 0;
"""


def test_nobody_does_what_they_do_not_believe_to_be_possible() -> None:
    played = Session.begin(world(DECOY), seats=["Ann"], director=False)
    played.move("Ann", "wait")
    assert [move.act for move in played.record.moves] == [None]


def test_what_needs_another_readers_character_takes_a_reason_of_theirs() -> None:
    both = Session.begin(world(DECOY), seats=["Ann", "Bob"], director=False)
    both.move("Ann", "wave(Ann, Bob)")
    assert both.record.moves[0].act == "wave(Ann, Bob)"
    unwilling = Session.begin(world(), seats=["Ann", "Bob"], director=False)
    with pytest.raises(RefusedError, match="Bob will not"):
        unwilling.move("Ann", "marry(Ann, Bob)")
