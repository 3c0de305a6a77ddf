"""Kills played stories at random moments, and sees whether what was shown is saved and can be read.

    python benchmarks/kills.py [--kills 1000] [--start 0] [--saves URL] [--output benchmarks/KILLS.md]

Each time, ``chekhov play`` is given lines to read (moves, moves that are taken back, branches), and is killed with
SIGKILL: while it starts, or a little after it has begun to answer one of them, when it writes. Then its database is
opened. What is saved has to be the story after the last line of whose answer anything was shown, or after the next
one; nothing else. Stories share a database, and each twentieth begins a new one, so that tables are being made at
some of the kills. ``--saves`` names a database to use instead, such as a PostgreSQL one. Exit code 1 if anything was
lost or unreadable.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from chekhov import lang
from chekhov.diagnostics import ChekhovError
from chekhov.model import Problem
from chekhov.play import Session
from chekhov.play.saves import Saves

ROOT = Path(__file__).resolve().parent.parent
WORLD = """
entity Ann : character "Ann" (she);
entity Bob : character "Bob" (he);
property coins(who : character) : number 0..1000;
coins(Ann) = 0;
coins(Bob) = 0;
action earn(who : character) {
	effect: coins(who) = coins(who) + 1;
	consenting: who;
	observing(o : character): True;
};
utility(Ann): coins(Ann);
utility(Bob): coins(Bob);
"""
LINES = 40
SHARED = 20
"""Kills between two new databases."""


def lines_of(random: Random) -> list[str]:
    """What is typed."""
    return [random.choice(["earn", "earn", "wait", "undo 2", f"branch b{number}"]) for number in range(LINES)]


def expected(problem: Problem, lines: list[str]) -> list[list[str | None]]:
    """The acts that are saved after none of the lines, the first, the first two …"""
    session = Session.begin(problem, seats=["Ann"], director=False)
    found: list[list[str | None]] = [[]]
    for line in lines:
        if line in ("earn", "wait"):
            session.move("Ann", "wait" if line == "wait" else "earn(Ann)")
        elif line.startswith("undo"):
            session.undo()
            session.undo()
        found.append([move.act for move in session.record.moves])
    return found


def kill(folder: Path, problem: Problem, url: str, random: Random) -> str:
    """Plays, and kills; in what it was killed. Raises AssertionError if anything was lost."""
    lines = lines_of(random)
    typed = folder / "typed.txt"
    typed.write_text("\n".join(lines) + "\n")
    begun = time.time()
    answering = random.choice([0, *range(1, LINES)])  # 0: at any time while it starts
    with typed.open() as given:
        playing = subprocess.Popen(
            [sys.executable, "-m", "chekhov", "play", "coins.story", "--as", "Ann", "--no-director", "--saves", url],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            bufsize=0,  # what a reader of lines had read ahead would not count as shown
        )
    assert playing.stdout is not None
    shown = b""
    if answering:
        for line in playing.stdout:
            shown += line
            answering -= line.startswith(b"> ")
            if not answering:
                break
        time.sleep(random.uniform(0, 0.006))
    else:
        time.sleep(random.uniform(0, 1.2))
    playing.kill()
    rest, errors = playing.communicate()
    shown += rest
    assert not errors or shown.count(b"\n> ") == LINES, errors.decode()
    begun_to_answer = shown.count(b"\n> ")
    saves = Saves(url)
    try:
        stories = saves.stories(str(folder / "coins.story"))
        for story in stories:
            _, record = saves.load(story.token)
            assert Session(problem, record).lost == (), "a saved story that does not fit its world"
        new = [story for story in stories if story.token not in _KNOWN]
        _KNOWN.update(story.token for story in stories)
        if not new:
            assert not shown, "something was shown of a story that was not saved"
            return "starting"
        states = expected(problem, lines)
        acts = [move.act for move in saves.load(new[-1].token)[1].moves]
        told = begun_to_answer > 0 and shown.rpartition(b"\n> ")[2].partition(b"\n")[2].strip()
        possible = states[begun_to_answer if told else max(begun_to_answer - 1, 0) : begun_to_answer + 1]
        assert acts in possible, f"saved {acts}, shown {begun_to_answer} answers: {possible}"
        if begun_to_answer == LINES:
            return "leaving"
        if begun_to_answer == 0:
            return "starting"
        return lines[begun_to_answer - 1].partition(" ")[0]
    finally:
        saves.close()
        assert time.time() - begun < 120


_KNOWN: set[str] = set()


def main() -> int:
    """Runs the campaign."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--saves", metavar="URL", help="one database for all")
    parser.add_argument("--output", type=Path, help="where the result goes")
    options = parser.parse_args()
    problem = lang.parse(WORLD).problem
    assert problem is not None
    killed: Counter[str] = Counter()
    lost: list[str] = []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chekhov-kills-") as name:
        folder = Path(name).resolve()
        (folder / "coins.story").write_text(WORLD)
        for number in range(options.kills):
            url = options.saves or f"sqlite:///{folder / f'{number // SHARED}.sqlite'}"
            seed = options.start + number
            try:
                killed[kill(folder, problem, url, Random(seed))] += 1
            except (AssertionError, ChekhovError) as error:
                lost.append(f"seed {seed}: {error}")
                print(lost[-1], flush=True)
    seconds = time.monotonic() - begun
    counts = dict(sorted(killed.items()))
    print(f"{options.kills} kills in {seconds:.0f} s, {len(lost)} stories lost or unreadable: {counts}")
    if options.output is not None:
        rows = [f"| {what} | {count:,} |" for what, count in sorted(killed.items(), key=lambda each: -each[1])]
        text = [
            "# Kills in the middle of a story",
            "",
            "Made by `benchmarks/kills.py` (`make kills`), which says what is done.",
            "",
            f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores; "
            f"{(options.saves or 'sqlite').partition(':')[0].partition('+')[0]}; "
            f"seeds {options.start} to {options.start + options.kills - 1}, {seconds:.0f} s.",
            "",
            f"**{options.kills:,} kills, {len(lost)} stories lost or unreadable.**",
            "",
            "| Killed while | Kills |",
            "|:--|--:|",
            *rows,
            *([""] if lost else []),
            *(f"- {each}" for each in lost),
        ]
        options.output.write_text("\n".join(text) + "\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
