"""What readers type and read, without a process: commands, words, several readers, and stories that are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from play.test_session import HOUSE, world

from chekhov.cli.terminal import Book, Terminal
from chekhov.play import MASTER, Session
from chekhov.play.saves import Saves

LINE = 1_000_000


class Desk:
    """A terminal with its saves; ``type`` gives what is read then."""

    def __init__(self, *seats: str, text: str = HOUSE, width: int = LINE, author: bool = False) -> None:
        self.saves = Saves("sqlite://")
        session = Session.begin(world(text), seats=seats, director=False)
        self.written: list[str] = []
        self.book = Book(self.saves, "house.story", self.saves.create("house.story", session.record), session)
        self.terminal = Terminal(self.book, write=self.written.append, width=width, author=author, files=False)
        self.opened = self.type(None).splitlines()

    def type(self, words: str | None) -> str:
        self.written.clear()
        self.terminal.take(words)
        return "\n".join(self.written)

    @property
    def acts(self) -> list[str | None]:
        """What is saved."""
        return [move.act for move in self.saves.load(self.book.token)[1].moves]


@pytest.fixture
def desk() -> Callable[..., Desk]:
    return Desk


def test_each_reader_reads_their_own_and_the_next_has_the_turn(desk: Callable[..., Desk]) -> None:
    played = desk("Ann", "Bob")
    read = played.type("go attic")
    mine, _, yours = read.partition("— Bob —")
    assert "You go to the attic with your hat." in mine
    assert "Ann goes to the attic with her hat." in yours
    assert "hide" in yours  # a choice of Bob's
    read = played.type("hide key")
    assert read.index("Bob hides the key.") < read.index("— Ann —") < read.rindex("Bob hides the key.")
    assert "You think better of it." in played.type("undo")
    assert played.terminal.seat == "Bob"
    assert played.acts == ["go(Ann, Attic)"]


def test_the_master_sees_all_and_says_who_acts_next(desk: Callable[..., Desk]) -> None:
    played = desk("Ann", MASTER)
    read = played.type("wait")
    assert "— the game master —" in read
    assert "Bob hides the key." in read.partition("— the game master —")[2]
    assert "Bob hides the key." not in read.partition("— the game master —")[0]
    assert "no way to it is found" in played.type("endings")
    alone = desk(MASTER)
    assert "Bob: hide key" in "\n".join(choice.text for choice in alone.terminal.session.choices(MASTER))
    assert "Bob hides the key." in alone.type("hide key")
    assert "Bob: hide key.\n  so that: the key: lost" in alone.type("why")
    assert "That is nothing" in alone.type("marry ann bob")  # neither has a reason to


def test_what_can_still_happen_is_for_authors(desk: Callable[..., Desk]) -> None:
    assert "--author" in desk("Ann").type("endings")
    read = desk("Ann", text=HOUSE.replace("utility(Ann): 0", "utility(Ann): purse()"), author=True).type("endings")
    assert "- Ann is rich, in 1 act: turn_key(Ann).\n- Ann is poor: no way to it is found." in read


def test_which_one(desk: Callable[..., Desk]) -> None:
    played = desk(
        "Ann",
        text=HOUSE.replace("utility(Ann)", "action hum(Ann, k : tune) { consenting: Ann; }; utility(Ann)")
        + 'type tune; entity Reel : tune "the reel"; entity March : tune "the march";',
    )
    read = played.type("hum")
    assert "Which one?\n  4  hum the reel\n  5  hum the march\n" in read
    assert played.type("march").startswith("Hum (Ann, the march).")
    assert "Do you mean this?\n  4  hum the reel\n" in played.type("hmu the reel")
    assert played.type("yes").startswith("Hum (Ann, the reel).")


def test_a_choice_that_begins_as_a_command_does_is_meant(desk: Callable[..., Desk]) -> None:
    text = HOUSE.replace(
        "action hide_key", "action save(Ann, Bob) { effect: purse() = 9; consenting: Ann; }; action hide_key"
    )
    played = desk("Ann", text=text)
    assert "A copy is kept as Bob" in played.type(":save Bob")
    assert "THE END: Ann is rich." in played.type("save bob")


def test_after_the_end_one_may_ask_and_take_back(desk: Callable[..., Desk]) -> None:
    played = desk("Ann")
    played.type("wait")
    assert "does not work" in played.type("turn key")
    played.type("undo 5")
    read = played.type("turn key")
    assert "THE END: Ann is rich." in read
    assert not played.terminal.take("go attic")
    assert played.type("know ann") == "- at the kitchen: you\n"
    assert "the kitchen (you)" in played.type("map")
    assert "turn key" in played.type("undo")
    assert played.acts == []


def test_what_was_not_seen_and_when_it_turned(desk: Callable[..., Desk]) -> None:
    played = desk("Ann", text=HOUSE + 'ending found "The key is safe": !lost(Key) & at(Ann) == Attic & purse() == 3;')
    played.type("wait")
    played.type("go attic")
    read = played.type("marry bob")
    assert "Bob will not" in read
    over = HOUSE.replace("precondition: at(who) == Kitchen & !lost(Key);", "precondition: at(who) == Kitchen;")
    over += 'ending safe "The key is where it was": !lost(Key) & at(Ann) == Attic;'
    played = desk("Ann", text=over.replace("utility(Ann): 0;", "utility(Ann): if(at(Ann) == Attic) 1 else 0;"))
    played.type("wait")
    read = played.type("turn key")
    assert "What you did not see:\n- Bob hides the key." in read
    assert "It might have been: The key is where it was. It turned when this happened: Bob hides the key." in read


def test_what_can_no_longer_be_is_told_by_when_it_turned(desk: Callable[..., Desk]) -> None:
    text = HOUSE.replace("utility(Ann): 0;", "utility(Ann): if(at(Ann) == Attic) 1 else 0;")
    text += 'ending safe "The key is safe": !lost(Key) & at(Ann) == Attic;'
    text += 'ending up "Ann is upstairs": at(Ann) == Attic & !lost(Key);'
    read = desk("Ann", text=text).type("turn key")
    assert "It might have been: The key is safe; or: Ann is upstairs. That was open to the last." in read


def test_what_cannot_be_written_does_not_end_the_story(tmp_path: Path) -> None:
    saves = Saves("sqlite://")
    session = Session.begin(world(), seats=["Ann"], director=False)
    written: list[str] = []
    book = Book(saves, "house.story", saves.create("house.story", session.record), session)
    terminal = Terminal(book, write=written.append, width=LINE)
    terminal.take(f"transcript {tmp_path / 'no' / 'such.md'}")
    assert "cannot be written" in written[-2]
    terminal.take("go attic")
    terminal.take(f"transcript {tmp_path / 'mine.txt'}")
    assert "You go to the attic with your hat." in (tmp_path / "mine.txt").read_text()


def test_what_makes_no_sense_is_asked_about_and_does_nothing(desk: Callable[..., Desk]) -> None:
    played = desk("Ann", width=40)
    assert played.type("wait long").startswith("How often?")
    assert played.type("undo all").startswith("How many?")
    assert played.type("x" * 5000).count("x") == 60
    assert played.acts == []
    read = played.type("help")
    assert max(map(len, read.splitlines())) <= 40
    assert "\n  undo (u) [3]     take back your last\n    moves\n" in read


def test_what_others_give_is_let_be_given(desk: Callable[..., Desk]) -> None:
    gives = (
        "action give(one : character, Key, other : character) { precondition: one != other; consenting: one, other; };"
    )
    text = f"{HOUSE} {gives}"
    assert "let Bob give you the key" in desk("Ann", text=text).type("look")
    assert "give the key to Bob" in desk("Ann", text=text).type("look")


def test_stories_are_kept_branched_and_gone_back_to(desk: Callable[..., Desk]) -> None:
    played = desk("Ann")
    first = played.book.token
    played.type("wait")
    assert "From here on this is the attic." in played.type("branch the attic")
    played.type("go attic")
    assert played.saves.load(first)[1].moves != played.saves.load(played.book.token)[1].moves
    listed = played.type("saves")
    assert f"- {first}: Ann, 2 moves" in listed
    assert "* the attic: Ann, 3 moves" in listed
    assert "The kitchen." in played.type(f"load {first}")
    assert "The attic." in played.type("load the attic")
    assert "There is no saved story `nowhere`" in played.type("load nowhere")


def test_a_story_that_was_gone_on_with_elsewhere_is_shown_as_it_stands(desk: Callable[..., Desk]) -> None:
    played = desk("Ann")
    elsewhere = Session(played.terminal.session.problem, played.terminal.session.record)
    elsewhere.move("Ann", "go(Ann, Attic)")
    played.saves.save(played.book.token, elsewhere.record)
    read = played.type("wait")
    assert "Somebody else has gone on with this story" in read
    assert "The attic." in read
    assert played.acts == ["go(Ann, Attic)", "hide_key(Bob)"]


def test_a_story_begins_with_who_one_is(desk: Callable[..., Desk]) -> None:
    played = desk("Ann", "Bob")
    begun = ("You are Ann, at the kitchen, alone.", "You are Bob, at the attic, alone.")
    assert begun[0] in "\n".join(played.opened)
    read = played.type("wait")
    assert (begun[0] in read, begun[1] in read) == (False, True)
    read = played.type("wait")
    assert not any(each in read for each in begun)
    assert begun[0] in played.type("story")


def test_what_a_story_is_told_in_can_be_changed_and_is_kept(desk: Callable[..., Desk]) -> None:
    text = HOUSE.replace("{who.go/goes}", "{who.go/goes/went}").replace("Bob hides", "{Bob} {Bob.hide/hides/hid}")
    played = desk("Ann", text=text)
    assert "You go to the attic with your hat. Bob hides the key." in played.type("go attic")
    assert "now" in played.type("tense past")
    assert "You went to the attic with your hat. Bob hid the key." in played.type("story")
    assert "now" in played.type("person third")
    assert "Ann went to the attic with her hat." in played.type("story")
    assert "Ann went to the kitchen" in played.type("go kitchen")
    record = played.saves.load(played.book.token)[1]
    assert (record.tense, record.third_person) == ("past", True)
    played.type("save now")
    played.type("tense pres")
    played.type("person second")
    assert "You go to the attic" in played.type("story")
    played.type("load now")
    assert "Ann went to the attic" in played.type("story")
    for words in ("tense", "tense future", "person", "person first"):
        assert "told" in played.type(words)
    untensed = desk("Ann")
    assert "cannot be told in the past" in untensed.type("tense past")
    assert untensed.saves.load(untensed.book.token)[1].tense == "present"


def test_many_choices_are_shown_by_their_kinds_within_the_width(desk: Callable[..., Desk]) -> None:
    rooms = " ".join(f'entity Room{n} : room "room {n}";' for n in range(12))
    played = desk("Ann", text=HOUSE.replace("entity Kitchen", f"{rooms} entity Kitchen"), width=40)
    read = played.type("")
    assert "go: " in read
    assert "1 to room 0" in read
    assert all(len(line) <= 40 for line in read.splitlines())
    assert "go to room 7" in played.type("find room 7")
    assert "You go to room 7" in " ".join(played.type("go room 7").split())


def test_waiting_several_times_and_watching_stop_when_something_happens(desk: Callable[..., Desk]) -> None:
    text = HOUSE.replace("precondition: at(Bob) == Attic & !lost(Key);", "precondition: !lost(Key) & purse() == 2;")
    text = text.replace("action marry", "process leak() { change: purse() -= 1; }; action marry").replace(
        "observing(o : character): at(o) == Attic; telling", "observing(o : character): True; telling"
    )
    played = desk("Ann", text=text)
    read = played.type("watch")
    assert read.startswith("1 step of time passes. Bob hides the key.")
    assert "Bob hides the key. 1 step of time passes." in read
    assert "[Purse: 3 → 1]" in read
    assert played.acts == [None, "time_passes()", None, "hide_key(Bob)", "time_passes()"]
    played = desk("Ann", text=text)
    played.type("wait 50")  # the key cannot be turned once there is no use for it
    assert played.acts == [None, "time_passes()", None, "hide_key(Bob)", "time_passes()"]


def test_no_file_is_written_where_none_may_be(desk: Callable[..., Desk], tmp_path: Path) -> None:
    played = desk("Ann")
    played.type("go attic")
    assert "No files are written here." in played.type(f"transcript {tmp_path / 'x.md'}")
    assert not (tmp_path / "x.md").exists()
    assert "You go to the attic" in played.type("transcript")


def test_help_fits_a_narrow_terminal(desk: Callable[..., Desk]) -> None:
    read = desk("Ann", width=59).type("help")
    assert all(len(line) <= 59 for line in read.splitlines())
    for command in ("watch", "branch NAME", "undo (u) [3]"):
        assert command in read
