"""``chekhov play``: a story in a terminal."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from chekhov.cli.application import Option, Outcome, cli
from chekhov.cli.output import echo
from chekhov.cli.reading import check_tense, read_text, read_world, shown_with

if TYPE_CHECKING:
    from chekhov.model import Problem
    from chekhov.play import Session
    from chekhov.telling import Tense


@cli.under(
    "Play",
    "play",
    examples="""
    chekhov play worlds/mountain.story --as Clarke
    chekhov play worlds/mountain.story --as Clarke --as Octavia
    chekhov play --load last
    chekhov play worlds/mountain.story --as Maya --transcript worlds/mine.md
    """,
)
@click.argument("world", required=False)
@click.option(
    "--as",
    "seats",
    metavar="NAME",
    multiple=True,
    cls=Option,
    help="The character that you are. Given again: several readers, who hand the keyboard on.",
)
@click.option(
    "--master",
    is_flag=True,
    cls=Option,
    help="A seat for who is nobody, sees all, and may choose which of their reasons somebody follows next.",
)
@click.option("--seed", default=0, cls=Option, help="Another seed, another choice of what the others do.")
@click.option(
    "--director/--no-director",
    default=True,
    cls=Option,
    help="Whether the others, among what they have reasons for, do what leads to the ending that is worth most to the "
    "author; or whatever is nearest to each.",
)
@click.option(
    "--tense",
    type=click.Choice(["present", "past"]),
    cls=Option,
    help="What it is told in, now and when you go on (at first the present); the past takes a world whose texts have "
    "one.",
)
@click.option(
    "--third-person/--second-person",
    default=None,
    cls=Option,
    help="Tell of your character as of the others, not as of you; or as of you again.",
)
@click.option("--author", is_flag=True, cls=Option, help="Let the reader ask what can still happen.")
@click.option(
    "--load", metavar="NAME", cls=Option, section="Saves", help="Go on with a saved story; `last`: the one begun last."
)
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
    seats: tuple[str, ...],
    master: bool,
    seed: int,
    director: bool,
    tense: Tense | None,
    third_person: bool | None,
    author: bool,
    load: str | None,
    saves: str | None,
    transcript: str | None,
    walkthrough: str | None,
) -> Outcome:
    """Be one of a story's characters, while the others follow their own plans.

    You see what your character sees, and may do what they take to be possible. Each move is saved before you read on.
    Lines can also come from a pipe or a file.
    """
    from chekhov.cli.terminal import Book, Terminal, screen, write_transcript
    from chekhov.play.saves import Saves
    from chekhov.play.session import MASTER, Session

    seats = (*seats, MASTER) if master else seats
    if len(set(seats)) < len(seats):
        raise click.UsageError("Each character has one reader.")
    if walkthrough is not None:
        if world is None or not seats or load is not None:
            raise click.UsageError(
                "A walkthrough begins a story of its own: name its world, and with --as who you are."
            )
        return _follow(walkthrough, world, seats, seed, director, tense or "present", bool(third_person), author)
    with shown_with({}):
        kept = Saves(saves)
        if load is not None:
            token = (kept.last() if load == "last" else kept.named(load)) or load
            path, record = kept.load(token)
            world = world or path
    if world is None:
        raise click.UsageError("Which world? Name its file, or a saved story with --load.")
    problem, sources = read_world(world)
    with shown_with(sources):
        check_tense(problem, tense or "present")
        if load is None:
            chosen = seats or [_ask_seat(problem)]
            session = Session.begin(problem, seats=chosen, seed=seed, director=director)
            session.tell_in(tense, third_person=third_person)
            path = os.path.abspath(world)
            token = kept.create(path, session.record)
        else:
            session = Session(problem, record)
            session.tell_in(tense, third_person=third_person)
            if session.lost:
                _tell_lost(session)
        book = Book(kept, path, token, session, kept_as=None if load is None else record)
        if not session.lost:
            book.keep()  # as what it is told in
        try:
            Terminal(book, author=author, screen=screen()).run()
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever presses Ctrl-C twice is told, too
            echo(f"Kept as {book.token}: chekhov play --load {book.token}", err=True)
            try:
                if transcript is not None:
                    write_transcript(book.session, world, transcript)
            finally:
                book.session.ensemble.close()  # else the process would stay until the director has thought to the end
    return Outcome.YES


def _tell_lost(session: Session) -> None:
    """Says what of a saved story no longer fits its world."""
    from chekhov.cli.output import counted

    first = session.lost[0].act or "wait"
    rest = counted(len(session.lost), "move")
    echo(
        f"The world has changed since: `{first}` no longer fits, and the story goes on before it. The {rest} from "
        "there on are kept until you do something.\n",
        err=True,
    )


def _follow(
    path: str,
    world: str,
    seats: tuple[str, ...],
    seed: int,
    director: bool,
    tense: Tense,
    third_person: bool,
    author: bool,
) -> Outcome:
    """Runs the tests of a walkthrough, each in a story of its own, and reports what fails."""
    from chekhov.cli.terminal import Book, Terminal
    from chekhov.diagnostics import Source
    from chekhov.play import walkthrough
    from chekhov.play.ensemble import Ensemble
    from chekhov.play.saves import Saves
    from chekhov.play.session import Session

    problem, sources = read_world(world)
    text = read_text(path)
    failed = 0
    with shown_with({**sources, path: Source(path, text)}):
        tests = walkthrough.parse(text, path)
        check_tense(problem, tense)
        ensemble = Ensemble(problem)
        for test in tests:
            written: list[str] = []
            session = Session.begin(
                problem,
                seats=seats,
                seed=seed,
                director=director,
                ensemble=ensemble,
                tense=tense,
                third_person=third_person,
            )
            kept = Saves("sqlite://")
            book = Book(kept, world, kept.create(world, session.record), session)
            terminal = Terminal(book, write=written.append, width=1_000_000, author=author, files=False)

            def read(
                command: str | None, terminal: Terminal = terminal, written: list[str] = written
            ) -> list[str] | None:
                written.clear()
                return "\n".join(written).splitlines() if terminal.take(command) else None

            failures = walkthrough.follow(test, read)
            kept.close()
            failed += bool(failures)
            for failure in failures:
                echo(f"{path}:{failure.text()}")
        ensemble.close()
    count = f"{len(tests)} test{'' if len(tests) == 1 else 's'}"
    echo(f"{count}, {failed} failed" if failed else f"{count}, all as written")
    return Outcome.NO if failed else Outcome.YES


def _ask_seat(problem: Problem) -> str:
    """The character that the reader wants to be."""
    from chekhov.telling import label

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
