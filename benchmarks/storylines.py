"""Measures the fewest crossings of storylines, and how long the proof takes.

    python benchmarks/storylines.py [--output benchmarks/STORYLINES.md]

The published storylines of ``../shared/benchmarks/storylines`` (its README says how their optima were proved) are read
and arranged as ``chekhov show`` does it, with its own bound on the work; the best of three runs counts. Two made ones,
of 40 people in 300 scenes (seeded), are drawn whole, reading and writing aside: in the *company* three people change
their group from scene to scene, in the *crowd* everybody does, which no story would.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TypeVar

from run import ROOT, number, table

from chekhov.charts.storyline import picture_of
from chekhov.charts.storylines import arrange
from chekhov.formats.storylines import Layer, Storyline, read_storyline

DATA = ROOT.parent / "shared" / "benchmarks" / "storylines"
OPTIMA = {
    "the_matrix": 12,
    "star_wars": 39,
    "inception": 35,
    "MatrixTune": 12,
    "StarWarsTune": 39,
    "InceptionTune": 28,
    "Naruto": 6,
    "NaniaTune": 5,
    "MoonandSixpence": 5,
    "Coco": 3,
    "Frozen": 2,
    "Minions": 2,
}
"""As that README has them; of all others 0."""
PROOF, DRAWING = 1.5, 3.0
"""The bars, in seconds: of a proof, and of a drawing of 40 people in 300 scenes."""

_Made = TypeVar("_Made")


def company(seed: int, people: int, scenes: int, moving: int) -> Storyline:
    """People in groups of about four, of whom some go over to another group from scene to scene."""
    random = Random(seed)
    places = max(people // 4, 2)
    where = [random.randrange(places) for _ in range(people)]
    layers = []
    for scene in range(scenes):
        groups = [tuple(who for who in range(people) if where[who] == place) for place in range(places)]
        layers.append(Layer(tuple(group for group in groups if group), float(scene)))
        for who in random.sample(range(people), moving):
            where[who] = random.randrange(places)
    return Storyline(tuple(f"Person {who}" for who in range(people)), tuple(layers))


def timed(make: Callable[[], _Made], runs: int) -> tuple[_Made, float]:
    """What is made, and the seconds of the fastest run."""
    best = float("inf")
    for _ in range(runs):
        started = time.perf_counter()
        made = make()
        best = min(best, time.perf_counter() - started)
    return made, best


def main() -> None:
    """Measures all, and writes the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "STORYLINES.md")
    options = parser.parse_args()
    paths = sorted(DATA.glob("*/*.json"))
    if not paths:
        sys.exit(f"storylines.py: the published storylines are not there ({DATA})")
    load = os.getloadavg()[0]
    lines: list[list[str]] = []
    missed: list[str] = []
    arrange(company(0, 4, 4, 1))  # what is loaded once is no part of a proof
    for path in paths:
        storyline = read_storyline(path.read_text(encoding="utf-8"), path.name)
        found, seconds = timed(lambda storyline=storyline: arrange(storyline), 3)  # type: ignore[misc]
        optimum = OPTIMA.get(path.stem, 0)
        if found.crossings != optimum or not found.proved or seconds > PROOF:
            missed.append(path.stem)
        size = [str(len(storyline.people)), str(len(storyline.layers))]
        proved = "proved" if found.proved else f"at least {found.least:,}"
        lines.append([path.stem, *size, str(found.crossings), proved, str(optimum), number(seconds)])
        print("  ".join(lines[-1]), flush=True)
    for name, moving in (("a company", 3), ("a crowd", 40)):
        storyline = company(1, 40, 300, moving)
        picture, seconds = timed(lambda storyline=storyline, name=name: picture_of(storyline, name), 1)  # type: ignore[misc]
        if seconds > DRAWING:
            missed.append(name)
        crossings, least = picture.data["crossings"], picture.data["least"]
        proved = "proved" if crossings == least else f"at least {least:,}"
        lines.append([name, "40", "300", f"{crossings:,}", proved, "–", number(seconds)])
        print("  ".join(lines[-1]), flush=True)
    met = f"no: {', '.join(missed)}" if missed else "yes"
    bar = f"{PROOF:g} s for each published storyline with its optimum proved, {DRAWING:g} s for each made one"
    text = [
        "# Crossings of storylines",
        "",
        "Made by `benchmarks/storylines.py`, which says what is measured.",
        "",
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load:.2f} before it.",
        f"Bar: {bar}. Met: {met}.",
        "",
        table(["Storyline", "People", "Layers", "Crossings", "Proof", "Known optimum", "Seconds"], lines),
    ]
    options.output.write_text("\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
