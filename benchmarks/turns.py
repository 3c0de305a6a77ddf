"""Measures how long the others take over their turn, on the mountain.

    python benchmarks/turns.py [--stories 40] [--output benchmarks/TURNS.md]

Readers choose at random (seeded), each in a story of their own, as one playable character after the other. A turn is
from the reader's choice to the last act of the others; opening a world, saving and printing are not in it. Without the
director everybody acts for themselves. With it, the director thinks while the reader reads, for a second at most here,
and a choice that comes earlier waits for it; as served, all play in one process, none of them reads for any time, and
no choice waits: the others do without a director then. The director's way from the beginning, some ten seconds' work,
is found before all stories, as a server does before the first reader comes, and a terminal while its reader reads how
it begins.
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
from chekhov.model import Problem
from chekhov.play import RefusedError, Session
from chekhov.play.ensemble import Ensemble, Way

MOST_TURNS = 25


READING = 1.0
"""Seconds that a reader reads."""


def turns(problem: Problem, stories: int, first: Way | None, *, served: bool = False) -> list[float]:
    """The seconds of each turn. ``first``: the director's way from the beginning, if there is a director."""
    seats = [entity.name for entity in problem.entities if entity.playable]
    found = []
    shared = Ensemble(problem)
    director = first is not None
    for story in range(stories):
        seat, random = seats[story % len(seats)], Random(story)
        ensemble = shared if served else Ensemble(problem)
        if first is not None:
            ensemble.remember(ensemble.kernel.initial(), first)
        session = Session.begin(
            problem, seats=[seat], seed=story, director=director, ensemble=ensemble, patient=not served
        )
        for _ in range(MOST_TURNS):
            choices = session.choices(seat)
            if not choices:
                break
            choice = random.choice(choices).id
            if director and not served:
                begun = time.perf_counter()
                while time.perf_counter() - begun < READING and ensemble.way(session.world, wait=False) is None:
                    time.sleep(0.01)
            started = time.perf_counter()
            try:
                session.move(seat, choice)
            except RefusedError:
                continue
            found.append(time.perf_counter() - started)
        if not served:
            ensemble.close()
    shared.close()
    return found


def main() -> None:
    """Runs both, and writes the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--stories", type=int, default=40)
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "TURNS.md", help="where the table goes")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    problem = lang.read(ROOT / "worlds" / "mountain.story").problem
    assert problem is not None
    ensemble = Ensemble(problem)
    first = ensemble.way(ensemble.kernel.initial())
    lines = []
    for name, director, served in (
        ("without", False, False),
        ("with", True, False),
        ("without, as served", False, True),
        ("with, as served", True, True),
    ):
        found = sorted(turns(problem, options.stories, first if director else None, served=served))
        lines.append(
            [
                name,
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
