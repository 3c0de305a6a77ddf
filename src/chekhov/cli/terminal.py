"""The reader's terminal: what is typed, and what is read. Several readers share it, and hand it on to each other."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, TypeAlias

from chekhov.cli.output import Waiting, counted, echo, replace_file
from chekhov.diagnostics import ChekhovError
from chekhov.play.opening import opening
from chekhov.play.saves import GoneOnError, Saves
from chekhov.play.session import MASTER, WAIT, Record, RefusedError, Session
from chekhov.play.transcript import manuscript, plain, prose
from chekhov.play.wording import Ambiguous, Choice, in_words
from chekhov.telling import Tense, label, untensed

if TYPE_CHECKING:
    from collections.abc import Callable

_HELP = (
    ("wait (w) [3]", "do nothing for now"),
    ("watch", "wait until something happens"),
    ("look (l)", "where you are, who is here"),
    ("map (m)", "the places that you know of"),
    ("know (k) [maya]", "what you take to be so"),
    ("why", "why the others did what they did"),
    ("story", "all that you have read"),
    ("tense past", "have it told in the past; or the present"),
    ("person third", "told of you as of others; or second"),
    ("find door", "what you can do with the door"),
    ("undo (u) [3]", "take back your last moves"),
    ("save NAME", "keep a copy of the story"),
    ("load NAME", "go on with another one"),
    ("branch NAME", "go on from here as NAME"),
    ("saves", "those of this world"),
    ("transcript FILE", "write it to a file"),
    ("help (h)", "this"),
    ("quit (q)", "leave; the story is kept"),
)
_FOR_AUTHORS = (("endings", "what can still happen"),)
_FOR_MASTERS = """\
You are nobody, and see all. What you choose is what one of them does next; each of these has a
reason for it. With `wait` the others go on by themselves."""

_MANY = 8
"""More choices than these are shown by their kinds."""
_RECALLED = 3
"""Paragraphs of a story that are told again when somebody goes on with it."""
_WATCHED = 20
"""Moves that a reader who watches waits at most."""

_ALIASES = {"w": "wait", "z": "wait", "l": "look", "k": "know", "m": "map", "h": "help", "?": "help", "u": "undo"}
_ALIASES |= {"q": "quit", "exit": "quit", "branches": "saves"}
_TAKING = frozenset(["wait", "know", "undo", "find", "save", "load", "branch", "transcript", "tense", "person"])
"""Commands that take something."""

_TENSES: tuple[Tense, ...] = ("present", "past")

Show: TypeAlias = "Callable[[str], None]"


class Book:
    """A session that is kept in the saves as ``token``, under the path of its ``world``. ``kept_as``: what is saved of
    it, if that is more than what fits the world."""

    def __init__(self, saves: Saves, world: str, token: str, session: Session, kept_as: Record | None = None) -> None:
        self.saves = saves
        self.world = world
        self.token = token
        self.session = session
        self._saved = session.record if kept_as is None else kept_as

    def keep(self) -> None:
        """Brings the saves up to date. Raises :class:`GoneOnError`."""
        record = self.session.record
        self.saves.save(self.token, record, was=self._saved)
        self._saved = record

    def turn_back(self) -> None:
        """Takes the story back to what is saved of it."""
        self.session = self.session.reopened(self._saved)

    def copy(self, name: str) -> str:
        """Keeps the story as it is now under a name as well."""
        return self.saves.create(self.world, self.session.record, name)

    def turn_to(self, name: str) -> None:
        """Goes on with the story that has a name, or is called so by the saves. Raises E0618."""
        token = self.saves.named(name, self.world) or name
        _, record = self.saves.load(token)
        self.token = token
        self.session = self.session.reopened(record)
        self._saved = record


class Terminal:
    """Lets one or several readers play. ``write`` is called with what is to be read, in lines of ``width`` at most
    (None: as wide as the terminal is). ``author``: what can still happen may be asked. ``files``: transcripts may be
    written."""

    def __init__(
        self,
        book: Book,
        *,
        write: Show = echo,
        width: int | None = None,
        author: bool = False,
        files: bool = True,
        screen: bool = False,
    ) -> None:
        self.book = book
        self.write = write
        self.width = width
        self.author = author
        self.files = files
        self.screen = screen
        self.seat = self.session.next_seat()
        self._read = dict.fromkeys(self._seats, 0)
        self._shown: dict[str, dict[str, float]] = {}
        self._asked: tuple[Choice, ...] = ()
        self._begun: set[str] = set()
        self._over = False

    @property
    def session(self) -> Session:
        """The story."""
        return self.book.session

    @property
    def _seats(self) -> tuple[str, ...]:
        return self.session.record.seats

    def run(self) -> None:
        """From the first line to the last, or until the readers leave."""
        self._set_up_line()
        self._open()
        offer = True
        while True:
            if offer:
                self._offer()
            try:
                words = input("> " if self.screen else "").strip()
            except EOFError:
                return
            if not self.screen:
                self.write(f"> {words}")
            if _ALIASES.get(words.casefold(), words.casefold()) == "quit":
                return
            offer = self._answer(words)

    def take(self, words: str | None) -> bool:
        """Answers typed words and says what is offered then (None: the opening). False for a move after the end."""
        was_over = self._over
        if words is None:
            self._open()
            self._offer()
        else:
            known = self._command(words)[0] is not None
            if was_over and not known:
                return False
            if self._answer(words):
                self._offer()
        return True

    # -- what is typed

    def _answer(self, words: str) -> bool:
        """Does what was typed; whether what can be done is to be said again."""
        asked, self._asked = self._asked, ()
        command, rest = self._command(words)
        if command is not None:
            return self._do(command, rest)
        if not words:
            return True
        if self._over:
            self._say("The story is over. `undo` takes back your last move, `help` says what else you can type.")
            return False
        meant = self.session.understand(self.seat, words)
        if asked and not words.isdecimal():
            # An answer to *which one?* may say no more than what tells them apart.
            again = [choice for choice in asked if self._among(choice, words, asked)]
            meant = again[0] if len(again) == 1 else meant
        if meant is None:
            shown = textwrap.shorten(words, 60, placeholder=" …") if " " in words else words[:60]
            self._say(f"That is nothing that you can do now: {shown}. `help` says what you can type.")
            return False
        if isinstance(meant, Ambiguous):
            self._asked = meant.choices
            self._say("Do you mean this?" if len(meant.choices) == 1 else "Which one?", apart=False)
            self._list(meant.choices)
            return False
        return self._move(meant.id)

    def _among(self, choice: Choice, words: str, asked: tuple[Choice, ...]) -> bool:
        if len(asked) == 1 and words.casefold() in ("y", "yes"):
            return True
        from chekhov.play.wording import understand

        return understand(words, asked, {}) == choice

    def _command(self, words: str) -> tuple[str | None, str]:
        """What is typed as a command and what it takes; None if it is something to be done in the story."""
        first, _, rest = words.strip().partition(" ")
        forced = first.startswith(":")
        name = first.removeprefix(":").casefold()
        name = _ALIASES.get(name, name)
        if getattr(self, f"_{name}_typed", None) is None or (rest and name not in _TAKING):
            return None, ""
        if rest and not forced and not self._over:
            meant = self.session.understand(self.seat, words)
            choices = meant.choices if isinstance(meant, Ambiguous) else (meant,) if meant else ()
            if any(choice.text.casefold().startswith(f"{first.casefold()} ") for choice in choices):
                return None, ""  # It is the story's own: *save Ann*.
        return name, rest.strip()

    def _do(self, command: str, rest: str) -> bool:
        try:
            return bool(getattr(self, f"_{command}_typed")(rest))
        except ChekhovError as error:
            if error.diagnostics[0].code not in ("E0617", "E0618"):
                raise
            self._say(f"{error.diagnostics[0].title[:1].upper()}{error.diagnostics[0].title[1:]}.")
            return False

    def _wait_typed(self, rest: str) -> bool:
        if self._over:
            return self._answer(" ")
        if rest and not rest.isdecimal():
            self._say("How often? `wait 3` waits three times.")
            return False
        self._wait(max(int(rest), 1) if rest else 1)
        return True

    def _watch_typed(self, _: str) -> bool:
        if self._over:
            return self._answer(" ")
        self._wait(_WATCHED, until_told=True)
        return True

    def _wait(self, times: int, *, until_told: bool = False) -> None:
        """Waits until another can be done than before or the turn is another reader's, so many times at most; or until
        something is told."""
        before = self.session.choices(self.seat)
        for number in range(1, times + 1):
            seat = self.seat
            if not self._made(WAIT):
                return
            fresh = self.session.passages(seat)[self._read[seat] :]
            if (
                number == times
                or len(self._seats) > 1
                or self.session.choices(seat) != before
                or (until_told and any(passage.event for passage in fresh))
            ):
                break
        self._come_of_it()

    def _look_typed(self, _: str) -> bool:
        self._look()
        return not self._over

    def _know_typed(self, rest: str) -> bool:
        if rest and rest.casefold() in ("me", self._called(self.seat).casefold()):
            rest = "you"
        lines = [line for line in self.session.knows(self.seat) if rest.casefold() in line.casefold()]
        for line in lines or [f"nothing of {rest}"]:
            self._say(f"- {line}", "  ")
        self.write("")
        return False

    def _why_typed(self, _: str) -> bool:
        nothing = "Nobody but you has done anything that you could see."
        for line in self.session.why(self.seat) or [nothing]:
            self._say(line, "    ")
        self.write("")
        return False

    def _map_typed(self, _: str) -> bool:
        known = self.session.map(self.seat)
        if not known.spots:
            self._say("You know of no places.")
            return False
        for number, spot in enumerate(known.spots):
            ways = [known.spots[b if a == number else a].name for a, b in known.ways if number in (a, b)]
            people = (["you"] if spot.here else []) + list(spot.people)
            line = f"{'*' if spot.here else '-'} {spot.name}"
            line += f" ({', '.join(people)})" if people else ""
            line += f" – to {in_words(ways)}" if ways else ""
            self._say(line, "    ")
        self.write("")
        return False

    def _story_typed(self, _: str) -> bool:
        self._read[self.seat] = 0
        for paragraph in opening(self.session, self.seat):
            self._say(paragraph)
        if not self._tell():
            self._say("Nothing has happened yet.")
        return False

    def _tense_typed(self, rest: str) -> bool:
        tense: Tense | None = next((each for each in _TENSES if rest and each.startswith(rest.casefold())), None)
        if tense is None:
            self._say("`tense past` has the story told in the past, `tense present` in the present.")
        elif tense == "past" and (missing := untensed(self.session.problem)):
            self._say(f"{missing[0].title[:1].upper()}{missing[0].title[1:]}.")
        else:
            self._tell_in(f"It is told in the {tense} now", tense=tense)
        return False

    def _person_typed(self, rest: str) -> bool:
        person = next((each for each in ("second", "third") if rest and each.startswith(rest.casefold())), None)
        if person is None:
            self._say("`person third` has your character told of like the others, `person second` as you.")
        else:
            self._tell_in(f"It is told in the {person} person now", third_person=person == "third")
        return False

    def _tell_in(self, said: str, tense: Tense | None = None, third_person: bool | None = None) -> None:
        self.session.tell_in(tense, third_person=third_person)
        if self._keep():
            self._say(f"{said}: `story` tells all of it.")

    def _find_typed(self, rest: str) -> bool:
        choices = [
            (number, choice)
            for number, choice in enumerate(self.session.choices(self.seat), 1)
            if all(word in f"{choice.text} {choice.id}".casefold() for word in rest.casefold().split())
        ]
        for number, choice in choices:
            self._say(f"  {number:2}  {choice.text}", "      ")
        self._say(f"There is nothing with {rest}." if not choices else "")
        if choices:
            self.write("")
        return False

    def _endings_typed(self, _: str) -> bool:
        if not (self.author or self.seat == MASTER):
            self._say("That would give it away. With --author it is told.")
            return False
        for ending, acts in self.session.still_possible():
            if acts is None:
                self._say(f"- {ending}: no way to it is found.", "  ")
            else:
                way = f", in {counted(len(acts), 'act')}: {'; '.join(acts)}." if acts else ": it is so."
                self._say(f"- {ending}{way}", "  ")
        self.write("")
        return False

    def _help_typed(self, _: str) -> bool:
        self._say("Type the number of what you want to do, or words of it: `open door`, `tell clarke`.", apart=False)
        for typed, what in _HELP + (_FOR_AUTHORS if self.author or self.seat == MASTER else ()):
            self._say(f"  {typed:<16} {what}", " " * (19 if self._width > 40 else 4))
        self.write("")
        return False

    def _undo_typed(self, rest: str) -> bool:
        if rest and not rest.isdecimal():
            self._say("How many? `undo 3` takes back your last three moves.")
            return False
        undone = 0
        for _ in range(max(int(rest), 1) if rest.isdecimal() else 1):
            undone += self.session.undo()
        if not undone:
            self._say("There is nothing to take back.")
            return False
        self._over = False
        if not self._keep():
            return True
        return self._go_on("You think better of it." if undone == 1 else f"You take back {undone} moves.")

    def _save_typed(self, rest: str) -> bool:
        if rest:
            self.book.copy(rest)
            self._say(f"A copy is kept as {rest}: `load {rest}` goes on with it.")
        else:
            self._say("All that you do is kept as you do it. `save NAME` keeps a copy of the story as it is now.")
        return False

    def _branch_typed(self, rest: str) -> bool:
        if not rest:
            self._say("A branch needs a name: `branch NAME` goes on from here as NAME, and leaves the story as it is.")
            return False
        self.book.token = self.book.copy(rest)
        self._say(f"From here on this is {rest}.")
        return False

    def _load_typed(self, rest: str) -> bool:
        if not rest:
            return self._saves_typed("")
        self.book.turn_to(rest)
        return self._go_on(f"You go on with {rest}.")

    def _saves_typed(self, _: str) -> bool:
        for saved in self.book.saves.stories(self.book.world):
            seats = in_words([self._called(seat) for seat in saved.seats]) if saved.seats else "nobody"
            mark = "*" if saved.token == self.book.token else "-"
            self._say(f"{mark} {saved.name or saved.token}: {seats}, {counted(saved.moves, 'move')}", "  ")
        self.write("")
        return False

    def _transcript_typed(self, rest: str) -> bool:
        if not rest:
            return self._story_typed("")
        if not self.files:
            self._say("No files are written here.")
            return False
        try:
            write_transcript(self.session, self.book.world, rest)
        except OSError as error:
            self._say(f"It cannot be written to {rest}: {error.strerror or error}.")
        else:
            self._say(f"Written to {rest}.")
        return False

    # -- what happens

    def _move(self, choice: str) -> bool:
        """Makes a move, tells what comes of it, and hands on; whether it was made."""
        made = self._made(choice)
        if made:
            self._come_of_it()
        return made

    def _made(self, choice: str) -> bool:
        """Makes a move, and keeps it."""
        try:
            with Waiting("The others think …"):
                self.session.move(self.seat, choice)
        except RefusedError as refused:
            self._say(str(refused))
            return False
        return self._keep()

    def _come_of_it(self) -> None:
        """Tells what came of moves, and hands on."""
        told = self._tell()
        if self.session.ending() is not None:
            self._end()
        elif not told:
            self._say("Time passes." if self.session.view(self.seat).clock is None else "Nothing happens.")
        self._gauges()
        self._hand_on(self.session.next_seat())

    def _keep(self) -> bool:
        try:
            self.book.keep()
        except GoneOnError:
            self.book.turn_to(self.book.token)
            self._go_on("Somebody else has gone on with this story meanwhile. This is how it stands.")
            return False
        except ChekhovError as error:
            if error.diagnostics[0].code != "E0617":
                raise
            self.book.turn_back()
            said = error.diagnostics[0].title
            self._go_on(f"{said[:1].upper()}{said[1:]}. So nothing was done. What was saved before is kept; try again.")
            return False
        return True

    def _go_on(self, said: str) -> bool:
        """Begins again from where the story stands now."""
        self._say(said)
        self._read = {seat: len(self.session.passages(seat)) for seat in self._seats}
        self._over = self.session.ending() is not None
        self._hand_on(self.session.next_seat())
        if self._over:
            self._say(f"The story has ended: {self.session.ending()}.")
        else:
            self._look()
        return not self._over

    def _hand_on(self, seat: str) -> None:
        """Lets another reader read on, who does not see what this one has seen."""
        if seat == self.seat or self._over:
            return
        if self.screen:
            name = self._called(seat)
            _pause(f"Enter, and the screen is cleared for {name}. ")
            self.write(_CLEAR)
            _pause(f"{name[:1].upper()}{name[1:]}: Enter, if nobody else looks. ")
            self.write(_CLEAR)
        self.seat = seat
        self._say(f"— {self._called(seat)} —")
        self._begin()
        if not self._tell():
            self._look()

    # -- what is read

    def _open(self) -> None:
        if self.session.problem.title:
            self._say(self.session.problem.title.upper())
        if len(self._seats) > 1:
            self._say(f"— {self._called(self.seat)} —")
        if self.seat == MASTER:
            self._say(" ".join(_FOR_MASTERS.split()))
        self._begin()
        self._look()
        told = prose(self.session, self.seat)
        self._read[self.seat] = len(self.session.passages(self.seat))
        if len(told) > _RECALLED:
            self._say("So far (`story` tells all of it): …")
        for paragraph in told[-_RECALLED:]:
            self._say(paragraph)
        if self.session.ending() is not None:
            self._over = True
            self._say(f"The story has ended: {self.session.ending()}.")

    def _begin(self) -> None:
        """How the story begins for its reader, once, and before they have done anything."""
        if self.seat not in self._begun and not self.session.turns_of(self.seat):
            for paragraph in opening(self.session, self.seat):
                self._say(paragraph)
        self._begun.add(self.seat)

    def _tell(self) -> bool:
        """Whatever the reader has not read yet, a paragraph for each turn; whether there was anything."""
        told = prose(self.session, self.seat, self._read[self.seat])
        self._read[self.seat] = len(self.session.passages(self.seat))
        for paragraph in told:
            self._say(paragraph)
        return bool(told)

    def _look(self) -> None:
        view = self.session.view(self.seat)
        parts = [f"{view.place[:1].upper()}{view.place[1:]}." if view.place else ""]
        if view.here:
            parts.append(f"Here {'is' if len(view.here) == 1 else 'are'} {in_words(view.here)}.")
        parts += [f"{name[:1].upper()}{name[1:]}: {value:g} of {most:g}." for name, value, _, most in view.numbers]
        self._shown[self.seat] = {name: value for name, value, _, _ in view.numbers}
        if view.clock and not view.clock.startswith("0 "):
            parts.append(f"It has taken {view.clock} so far.")
        if view.busy:
            parts.append(f"You are busy: {view.busy}.")
        self._say(" ".join(part for part in parts if part))
        if self.seat == MASTER:
            for spot in self.session.map(MASTER).spots:
                if spot.people:
                    self._say(f"- {spot.name}: {in_words(spot.people)}", "  ")
            self.write("")

    def _gauges(self) -> None:
        """Says which of the numbers that the reader knows of are others than when they were shown last."""
        shown = self._shown.get(self.seat, {})
        now = {name: value for name, value, _, _ in self.session.view(self.seat).numbers}
        changed = [
            f"{name[:1].upper()}{name[1:]}: {shown[name]:g} → {value:g}"
            for name, value in now.items()
            if shown.get(name, value) != value
        ]
        self._shown[self.seat] = now
        if changed and not self._over:
            self._say(f"[{'; '.join(changed)}]")

    def _offer(self) -> None:
        choices = self.session.choices(self.seat)
        if not choices:
            return
        if len(choices) <= _MANY:
            self._list(choices)
            return
        groups: dict[str, list[tuple[int, Choice]]] = {}
        for number, choice in enumerate(choices, 1):
            groups.setdefault(choice.group, []).append((number, choice))
        for group, members in groups.items():
            if len(members) == 1:
                number, choice = members[0]
                self._say(f"  {number:2}  {choice.text}", "      ")
            else:
                listed = "; ".join(
                    f"{number} {choice.text.removeprefix(group).lstrip(' :–')}" for number, choice in members
                )
                self._say(f"      {group}: {listed}", "        ")
        self.write("")

    def _list(self, choices: list[Choice] | tuple[Choice, ...]) -> None:
        numbers = {choice.id: number for number, choice in enumerate(self.session.choices(self.seat), 1)}
        for choice in choices:
            self._say(f"  {numbers[choice.id]}  {choice.text}", "     ")
        self.write("")

    def _end(self) -> None:
        """How it ended, what was not seen, and what might have been."""
        self._over = True
        session = self.session
        for seat in self._seats:
            if seat != self.seat:
                self.seat = seat
                self._say(f"— {self._called(seat)} —")
                self._tell()
        self._say(f"THE END: {session.ending()}.")
        for seat in self._seats:
            unseen = session.meanwhile(seat)
            if unseen:
                who = "you" if len(self._seats) == 1 else self._called(seat)
                self._say(f"What {who} did not see:", apart=False)
                for text in unseen:
                    self._say(f"- {text}", "  ")
                self.write("")
        reader = self._seats[0] if len(self._seats) == 1 else MASTER
        turned: dict[str | None, list[str]] = {}
        for ending, turn in session.turning_points(reader) or ():
            turned.setdefault(turn, []).append(ending)
        for turn, endings in turned.items():
            might = f"It might have been: {'; or: '.join(endings)}."
            when = "That was open to the last." if turn is None else f"It turned when this happened: {turn}"
            self._say(f"{might} {when}")
        if self.screen:
            self._say("`why` tells why they did it, `undo` takes back your last move, `quit` leaves.")

    def _called(self, seat: str) -> str:
        return "the game master" if seat == MASTER else label(self.session.problem, seat)

    @property
    def _width(self) -> int:
        return max(self.width or min(shutil.get_terminal_size().columns - 1, 78), 20)

    def _say(self, text: str, indent: str = "", *, apart: bool = True) -> None:
        if text:
            lead = text[: len(text) - len(text.lstrip())]
            self.write(textwrap.fill(text.lstrip(), self._width, initial_indent=lead, subsequent_indent=indent))
            if not indent and apart:
                self.write("")

    def _set_up_line(self) -> None:
        """Lets a line be edited, earlier ones be brought back, and words be completed with Tab."""
        if not self.screen:
            return
        try:
            import readline
        except ImportError:
            return

        def complete(begun: str, number: int) -> str | None:
            words = dict.fromkeys(
                word for choice in self.session.choices(self.seat) for word in choice.text.casefold().split()
            )
            return next((word for i, word in enumerate(w for w in words if w.startswith(begun)) if i == number), None)

        readline.set_completer(complete)
        readline.parse_and_bind("tab: complete")
        readline.parse_and_bind("set enable-bracketed-paste off")


_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
"""What clears a terminal's screen and what can be scrolled back to."""


def _pause(text: str) -> None:
    input(text)


def write_transcript(session: Session, world: str, path: str) -> None:
    """Writes what was read to a file, in one piece: a manuscript if its name ends in ``.md``, else plain text."""
    seat = session.record.seats[0] if len(session.record.seats) == 1 else MASTER
    if path.endswith(".md"):
        replace_file(path, manuscript(session, seat, world, path))
    else:
        replace_file(path, plain(session, seat))


def screen() -> bool:
    """Whether somebody sits before a terminal, and not a pipe or a file."""
    return sys.stdin.isatty() and sys.stdout.isatty()
