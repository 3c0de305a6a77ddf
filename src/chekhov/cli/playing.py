"""``chekhov play``: a story in a terminal."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chekhov.cli.application import Option, Outcome, cli
from chekhov.cli.output import echo, replace_file
from chekhov.cli.reading import read_text, read_world, shown_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from chekhov.play import Choice, Session

_HELP = """\
Type the number of what you want to do, or words of it: `open door`, `tell clarke`. Besides:
  look (l)   where you are, who is here        know (k)   what you take to be so
  why        why the others did what they did  undo (u)   take back your last move
  wait (w)   do nothing for now                quit (q)   leave; the story is kept"""


@cli.under(
    "Play",
    "play",
    examples="""
    chekhov play worlds/mountain.story --as Clarke
    chekhov play --load last
    chekhov play worlds/mountain.story --as Maya --transcript worlds/mine.md
    """,
)
@click.argument("world", required=False)
@click.option("--as", "seat", metavar="NAME", cls=Option, help="The character that you are.")
@click.option("--seed", default=0, cls=Option, help="Another seed, another choice of what the others do.")
@click.option(
    "--director/--no-director",
    default=True,
    cls=Option,
    help="Whether the others, among what they have reasons for, do what leads to the ending that is worth most to the "
    "author; or whatever is nearest to each.",
)
@click.option("--load", metavar="ID", cls=Option, section="Saves", help="Go on with a saved story; `last`: the last.")
@click.option(
    "--saves", metavar="URL", cls=Option, section="Saves", help="The database: sqlite:///… or postgresql+psycopg://…"
)
@click.option(
    "--transcript",
    metavar="FILE",
    cls=Option,
    section="Saves",
    help="Write what was read to a file; one that ends in .md is a manuscript, which `chekhov check` takes.",
)
@click.option(
    "--walkthrough",
    metavar="FILE",
    cls=Option,
    section="Tests",
    help="Type what a file says, and see whether what is read is as it says, in RegTest's format. Nothing is saved.",
)
def play(
    world: str | None,
    seat: str | None,
    seed: int,
    director: bool,
    load: str | None,
    saves: str | None,
    transcript: str | None,
    walkthrough: str | None,
) -> Outcome:
    """Be one of a story's characters, while the others follow their own plans.

    You see what your character sees, and may do what they take to be possible. Each move is saved before you read on.
    Lines can also come from a pipe or a file.
    """
    from chekhov.play.saves import Saves
    from chekhov.play.session import Session

    if walkthrough is not None:
        if world is None or seat is None or load is not None:
            raise click.UsageError(
                "A walkthrough begins a story of its own: name its world, and with --as who you are."
            )
        return _follow(walkthrough, world, seat, seed, director)
    with shown_with({}):
        kept = Saves(saves)
        if load is not None:
            token = (kept.last() if load == "last" else load) or load
            path, record = kept.load(token)
            world = world or path
    if world is None:
        raise click.UsageError("Which world? Name its file, or a saved story with --load.")
    problem, sources = read_world(world)
    with shown_with(sources):
        if load is None:
            session = Session.begin(problem, seats=[seat or _ask_seat(problem)], seed=seed, director=director)
            token = kept.create(os.path.abspath(world), session.record)
        else:
            session = Session(problem, record)
            if session.lost:
                first = session.lost[0].act or "wait"
                echo(f"The world has changed: the story goes on before `{first}`, which no longer fits.\n", err=True)
        try:
            _Terminal(session, problem.title, lambda: kept.save(token, session.record)).run()
        finally:
            if transcript is not None:
                replace_file(transcript, _transcript(session, world, transcript))
            echo(f"Kept as {token}: chekhov play --load {token}", err=True)
    return Outcome.YES


def _follow(path: str, world: str, seat: str, seed: int, director: bool) -> Outcome:
    """Runs the tests of a walkthrough, each in a story of its own, and reports what fails."""
    from chekhov.diagnostics import Source
    from chekhov.play import walkthrough
    from chekhov.play.session import Session

    problem, sources = read_world(world)
    text = read_text(path)
    failed = 0
    with shown_with({**sources, path: Source(path, text)}):
        tests = walkthrough.parse(text, path)
        for test in tests:
            written: list[str] = []
            session = Session.begin(problem, seats=[seat], seed=seed, director=director)
            terminal = _Terminal(session, problem.title, write=written.append, width=1_000_000)

            def read(
                command: str | None, terminal: _Terminal = terminal, written: list[str] = written
            ) -> list[str] | None:
                written.clear()
                return "\n".join(written).splitlines() if terminal.take(command) else None

            failures = walkthrough.follow(test, read)
            failed += bool(failures)
            for failure in failures:
                echo(f"{path}:{failure.text()}")
    count = f"{len(tests)} test{'' if len(tests) == 1 else 's'}"
    echo(f"{count}, {failed} failed" if failed else f"{count}, all as written")
    return Outcome.NO if failed else Outcome.YES


def _ask_seat(problem: object) -> str:
    """The character that the reader wants to be."""
    from chekhov.model import Problem
    from chekhov.telling import label

    assert isinstance(problem, Problem)
    people = [entity for entity in problem.entities if entity.playable]
    people = people or [entity for entity in problem.entities if problem.is_a(entity.name, "character")]
    names = [entity.name for entity in people]
    if not sys.stdin.isatty():
        raise click.UsageError(f"Whom do you want to be? Name one with --as: {', '.join(names)}.")
    echo("Whom do you want to be?\n")
    for number, name in enumerate(names, 1):
        echo(f"  {number:2}  {label(problem, name)}")
    while True:
        typed = input("\n> ").strip().casefold()
        if typed.isdecimal() and 1 <= int(typed) <= len(names):
            return names[int(typed) - 1]
        matching = [name for name in names if typed and name.casefold().startswith(typed)]
        if len(matching) == 1:
            return matching[0]
        echo("A number or a name, please.")


class _Terminal:
    """What is typed and read. ``save`` is called after each move, ``write`` with what is to be read, in lines of
    ``width`` at most (None: as wide as the terminal is)."""

    def __init__(
        self,
        session: Session,
        title: str | None,
        save: Callable[[], None] = lambda: None,
        write: Callable[[str], None] = echo,
        width: int | None = None,
    ) -> None:
        self.session = session
        self.title = title
        self.save = save
        self.write = write
        self.width = width
        self.seat = session.record.seats[0]
        self.read = 0

    def run(self) -> None:
        """From the first line to the last, or until the reader leaves."""
        self._open()
        while self.session.ending() is None:
            choices = self.session.choices(self.seat)
            self._offer(choices)
            try:
                words = input("> " if sys.stdin.isatty() else "").strip()
            except EOFError:
                return
            if not sys.stdin.isatty():
                self.write(f"> {words}")
            if words.casefold() in ("q", "quit", "exit"):
                return
            if words:
                self._answer(words)
        self._end()

    def take(self, words: str | None) -> bool:
        """Answers typed words and says what is offered then (None: the opening). False if the story was over."""
        if words is None:
            self._open()
        elif self.session.ending() is None:
            self._answer(words)
        else:
            return False
        if self.session.ending() is None:
            self._offer(self.session.choices(self.seat))
        else:
            self._end()
        return True

    def _open(self) -> None:
        if self.title:
            self._say(self.title.upper())
        self._look()
        self._tell()

    def _answer(self, words: str) -> None:
        from chekhov.play import Ambiguous, RefusedError

        match words.casefold():
            case "l" | "look":
                self._look()
            case "k" | "know":
                for line in self.session.knows(self.seat):
                    self._say(f"- {line}", "  ")
                self.write("")
            case "why":
                for line in self.session.why(self.seat) or ["Nobody but you has done anything that you could see."]:
                    self._say(line, "    ")
                self.write("")
            case "h" | "help" | "?":
                self.write(f"{_HELP}\n")
            case "u" | "undo":
                if self.session.undo():
                    self.save()
                    self.read = len(self.session.passages(self.seat))
                    self._say("You think better of it.")
                    self._look()
                else:
                    self._say("There is nothing to take back.")
            case "w":
                self._move("wait")
            case _:
                meant = self.session.understand(self.seat, words)
                if meant is None:
                    self._say(f"That is nothing that you can do now: {words}. `help` says what you can type.")
                elif isinstance(meant, Ambiguous):
                    self._say(f"Which one? {'; '.join(choice.text for choice in meant.choices)}.")
                else:
                    try:
                        self._move(meant.id)
                    except RefusedError as refused:
                        self._say(str(refused))

    def _move(self, choice: str) -> None:
        self.session.move(self.seat, choice)
        self.save()
        if not self._tell():
            self._say("Time passes.")

    def _tell(self) -> bool:
        """Whatever the reader has not read yet, a paragraph for each turn; whether there was anything."""
        passages = self.session.passages(self.seat)
        fresh, self.read = passages[self.read :], len(passages)
        turns: dict[int, list[str]] = {}
        for passage in fresh:
            turns.setdefault(passage.turn, []).append(passage.text)
        for texts in turns.values():
            self._say(" ".join(texts))
        return bool(fresh)

    def _look(self) -> None:
        view = self.session.view(self.seat)
        parts = [f"You are at {view.place}." if view.place else ""]
        if view.here:
            listed = view.here[0] if len(view.here) == 1 else f"{', '.join(view.here[:-1])} and {view.here[-1]}"
            parts.append(f"Here {'is' if len(view.here) == 1 else 'are'} {listed}.")
        parts += [f"{name}: {value:g} of {most:g}." for name, value, _, most in view.numbers]
        self._say(" ".join(part for part in parts if part))

    def _offer(self, choices: list[Choice]) -> None:
        for number, choice in enumerate(choices, 1):
            self.write(f"  {number}  {choice.text}")
        self.write("")

    def _end(self) -> None:
        self._say(f"THE END: {self.session.ending()}.")
        unseen = self.session.meanwhile(self.seat)
        if unseen:
            self._say("What you did not see: " + " ".join(unseen))
        acts = [move.act or "wait" for move in self.session.record.moves]
        for ending, moment in self.session.might_have_been():
            if moment is None:
                continue
            when = "at the start" if moment == 0 else f"after {acts[moment - 1]}"
            turned = f", but not after {acts[moment]}" if moment < len(acts) else ""
            self._say(f"It might have been: {ending}. That was still open {when}{turned}.")

    def _say(self, text: str, indent: str = "") -> None:
        if text:
            width = self.width or min(shutil.get_terminal_size().columns - 1, 78)
            self.write(textwrap.fill(text, max(width, 20), subsequent_indent=indent))
            if not indent:
                self.write("")


def _transcript(session: Session, world: str, path: str) -> str:
    """What was read: plain text, or a manuscript whose beats are all that was done."""
    seat = session.record.seats[0]
    if not path.endswith(".md"):
        return "\n\n".join(textwrap.fill(passage.text, 78) for passage in session.passages(seat)) + "\n"
    where = os.path.relpath(os.path.abspath(world), Path(path).resolve().parent)
    lines = [f"<!-- world: {where} -->", ""]
    for move, told in zip(session.record.moves, session.tellings(seat), strict=True):
        if move.act is not None:
            lines += [f"<!-- beat: {move.act} -->", ""]
        if told:
            lines += [textwrap.fill(told, 78), ""]
    return "\n".join(lines)
