"""Makes the walkthroughs of ``worlds/walkthroughs`` anew, from what the worlds do now.

    python tests/worlds/walkthroughs.py

For each character that a reader can be, stories are played at random (seeded) until the ways to the endings that the
character can bring about are known, for several seeds of the others; the shortest way to each becomes a test, from as
few seeds as have them all: the words that are typed, and the beginning of each sentence that is read. The others are by
themselves, without a director, so that what they do depends on nothing but the world. To an ending that nobody comes to
so, a game master nudges the story along a way that the planner finds.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from random import Random

from ways import Guide

from chekhov import lang
from chekhov.cli.terminal import Book, Terminal
from chekhov.model import Problem
from chekhov.play import Choice, RefusedError, Session
from chekhov.play.ensemble import Ensemble
from chekhov.play.saves import Saves
from chekhov.play.session import MASTER

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "worlds" / "walkthroughs"
PLAYED = {
    "worlds/mountain.story": ("Clarke", "Bellamy", "Jasper", "Maya"),
    "worlds/mechanics/air.story": ("Jule",),
    "worlds/mechanics/journeys.story": ("Mina",),
}
"""The worlds, and who is played in them."""
GAMES = 800
SEEDS = 10
MOST_TURNS = 25


def main() -> int:
    """Writes the files; says which."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    for world, seats in PLAYED.items():
        problem = lang.read(ROOT / world).problem
        assert problem is not None
        ensemble = Ensemble(problem)
        missing = {ending.name for ending in problem.endings}
        for seat in seats:
            for number, (seed, found) in enumerate(played(problem, ensemble, seat)):
                write(problem, ensemble, world, seat, seed, found, f"-{number + 1}" if number else "")
                missing -= found.keys()
        if nudged := {name: typed for name in sorted(missing) if (typed := guided(problem, ensemble, name))}:
            write(problem, ensemble, world, MASTER, 0, nudged)
        ensemble.close()
    return 0


def write(
    problem: Problem,
    ensemble: Ensemble,
    world: str,
    seat: str,
    seed: int,
    found: dict[str, list[str]],
    which: str = "",
) -> None:
    """Writes a file, and says so."""
    path = FOLDER / f"{Path(world).stem}-{seat or 'master'}{which}.txt"
    path.write_text(written(problem, ensemble, world, seat, seed, found), encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {', '.join(found)}")


def guided(problem: Problem, ensemble: Ensemble, ending: str) -> list[str] | None:
    """What a game master types to bring a story to an ending."""
    session = Session.begin(problem, seats=[MASTER], director=False, ensemble=ensemble)
    typed = []
    for _, act in Guide(problem, ensemble, ending).choices([MASTER]) or ():
        choice = next(choice for choice in session.choices(MASTER) if choice.id == act)
        typed.append(in_words(session, MASTER, choice))
        session.move(MASTER, act)
    return typed or None


def in_words(session: Session, seat: str, choice: Choice) -> str:
    """What is typed for a choice: its words without marks, if they mean it and no other."""
    words = re.sub(r" [–-] |, |: ", " ", choice.text)
    return words if session.understand(seat, words) == choice else choice.text


def played(problem: Problem, ensemble: Ensemble, seat: str) -> list[tuple[int, dict[str, list[str]]]]:
    """For as few seeds as have all the endings that were found, the shortest way to each: what is typed."""
    seeds: list[dict[str, list[str]]] = [{} for _ in range(SEEDS)]
    for number in range(GAMES):
        random, best = Random(number), seeds[number % SEEDS]
        session = Session.begin(problem, seats=[seat], seed=number % SEEDS, director=False, ensemble=ensemble)
        typed: list[str] = []
        while len(typed) < MOST_TURNS and session.ending() is None:
            choice = random.choice(session.choices(seat))
            words = in_words(session, seat, choice)
            try:
                session.move(seat, choice.id)
            except RefusedError:
                continue
            typed.append(words)
        ending = ensemble.ending(session.world)
        if ending is not None and len(typed) < len(best.get(ending.name, range(MOST_TURNS + 1))):
            best[ending.name] = typed
    missing = {name for best in seeds for name in best}
    chosen = []
    while missing:
        seed = max(range(SEEDS), key=lambda number: (len(missing & seeds[number].keys()), -number))
        has = missing & seeds[seed].keys()
        chosen.append(
            (seed, {ending.name: seeds[seed][ending.name] for ending in problem.endings if ending.name in has})
        )
        missing -= has
    return chosen


def written(problem: Problem, ensemble: Ensemble, world: str, seat: str, seed: int, found: dict[str, list[str]]) -> str:
    """The tests as a file."""
    who = "--master" if seat == MASTER else f"--as {seat}"
    lines = [
        f"# chekhov play {world} {who} --no-director --seed {seed} --walkthrough THIS",
        "# Made by tests/worlds/walkthroughs.py (`make walkthroughs`) from what the world does.",
    ]
    for name, typed in found.items():
        lines += ["", f"* {name}"]
        read: list[str] = []
        session = Session.begin(problem, seats=[seat], seed=seed, director=False, ensemble=ensemble)
        saves = Saves("sqlite://")
        book = Book(saves, world, saves.create(world, session.record), session)
        terminal = Terminal(book, write=read.append, width=1_000_000, files=False)
        for words in (None, *typed):
            read.clear()
            terminal.take(words)
            if words is not None:
                lines.append(f"> {words}")
            lines += dict.fromkeys(line for paragraph in read for line in checked(paragraph))
        saves.close()
    return "\n".join(lines) + "\n"


def checked(paragraph: str) -> list[str]:
    """What is looked for of a paragraph: its first sentence and its last, as far as a line goes."""
    if not re.match(r"\w", paragraph) or paragraph.startswith("It might have been"):
        return []
    sentences = [one for one in re.split(r"(?<=[.!?]) ", paragraph.strip()) if re.match(r"\w", one)]
    return [one if len(one) <= 100 else one[:100].rpartition(" ")[0] for one in (sentences[0], sentences[-1])]


if __name__ == "__main__":
    sys.exit(main())
