"""Measures how long the others take over their turn, on the mountain.

    python benchmarks/turns.py [--stories 40] [--output benchmarks/TURNS.md]

Readers choose at random (seeded), each in a story of their own, as one playable character after the other. A turn is
from the reader's choice to the last act of the others; opening a world, saving and printing are not in it. Without the
director everybody acts for themselves; with it, a turn may hold the search for a new way to the best ending.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from pathlib import Path
from random import Random

from run import ROOT, number, table

from chekhov import lang
from chekhov.play import RefusedError, Session

MOST_TURNS = 25


def turns(stories: int, director: bool) -> list[float]:
    """The seconds of each turn."""
    problem = lang.read(ROOT / "worlds" / "mountain.story").problem
    assert problem is not None
    seats = [entity.name for entity in problem.entities if entity.playable]
    found = []
    for story in range(stories):
        seat, random = seats[story % len(seats)], Random(story)
        session = Session.begin(problem, seats=[seat], seed=story, director=director)
        for _ in range(MOST_TURNS):
            choices = session.choices(seat)
            if not choices:
                break
            choice = random.choice(choices).id
            started = time.perf_counter()
            try:
                session.move(seat, choice)
            except RefusedError:
                continue
            found.append(time.perf_counter() - started)
    return found


def main() -> None:
    """Runs both, and writes the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--stories", type=int, default=40)
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "TURNS.md", help="where the table goes")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    lines = []
    for director in (False, True):
        found = sorted(turns(options.stories, director))
        lines.append(
            [
                "with" if director else "without",
                str(len(found)),
                *(number(1000 * found[min(int(share * len(found)), len(found) - 1)], 1) for share in (0.5, 0.99, 1)),
            ]
        )
        print("  ".join(lines[-1]), flush=True)
    text = [
        "# The others' turn, on the mountain",
        "",
        "Made by `benchmarks/turns.py`, which says what is measured.",
        "",
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load:.2f} before it.",
        "",
        table(["Director", "Turns", "Median (ms)", "99 % (ms)", "Longest (ms)"], lines),
    ]
    options.output.write_text("\n".join(text) + "\n")


if __name__ == "__main__":
    main()
