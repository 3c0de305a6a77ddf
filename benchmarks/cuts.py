"""Cuts beats out of planners' stories, and holds the rest to its world.

    python benchmarks/cuts.py [--count 1000] [--output benchmarks/CUTS.md]

Of each world with endings, ten different stories to each are asked for, shortest first; out of these, a beat is cut, as
a seeded choice has it, until there are so many cuts in all. What is left is written as a manuscript. Either the
validator, which shares nothing with the checker but the reading of the world, finds that it is still a story, and then
the checker must find nothing; or the checker must find the gap. There is a repair with one edit then, the beat that was
cut; so the best one must have one, and the text hold with it. Ends with 1 if any of this is not so.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from run import ROOT, number, table

sys.path.insert(0, str(ROOT / "tests"))

from manuscript.cutting import Cut, cuts

LEFT_OUT = {"hanoi.story", "eight_puzzle.story", "missionaries.story", "jealous_couples.story"}
"""Puzzles whose stories differ in the order of moves alone."""


def worlds() -> list[Path]:
    """The worlds of the repository, the mountain last."""
    found = [path for path in sorted((ROOT / "worlds").rglob("*.story")) if path.name not in LEFT_OUT]
    return sorted(found, key=lambda path: path.name == "mountain.story")


def run(count: int) -> list[Cut]:
    """So many cuts, evenly from all worlds."""
    found: list[Cut] = []
    with tempfile.TemporaryDirectory() as folder:
        open_worlds = []
        for place, path in enumerate(worlds()):
            (own := Path(folder) / str(place)).mkdir()
            open_worlds.append(cuts(path, own, stories_each=10, random=Random(path.name), mend=True))
        while open_worlds and len(found) < count:
            for world in list(open_worlds):
                cut = next(world, None)
                if cut is None:
                    open_worlds.remove(world)
                    continue
                found.append(cut)
                if sys.stderr.isatty():
                    print(f"\r{len(found):,}", end="", file=sys.stderr)
                if len(found) == count:
                    break
    return found


def main() -> int:
    """Runs the campaign and writes its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    started, load = time.perf_counter(), os.getloadavg()[0]
    found = run(asked.count)
    seconds = time.perf_counter() - started
    rows = []
    names = Counter(cut.world for cut in found)
    for world in sorted(names):
        these = [cut for cut in found if cut.world == world]
        rows.append([world.removesuffix(".story"), *_figures(these)])
    rows.append(["**all**", *_figures(found)])
    titles = ["World", "Cuts", "Still a story", "Gaps found", "Disagreements", "Mended by one edit", "Otherwise", "Not"]
    text = "\n".join(
        [
            "# Beats cut out of planners' stories",
            "",
            "Made by `make cuts`; `benchmarks/cuts.py` says what is done.",
            "",
            f"{len(found):,} cuts in {seconds:.0f} s, load {load:.2f} before it.",
            "",
            table(titles, rows),
            "",
        ]
    )
    print(text)
    if asked.output is not None:
        asked.output.write_text(text, encoding="utf-8")
    wrong = [cut for cut in found if not cut.agrees or not cut.mended or cut.edits not in (None, 1)]
    for cut in wrong:
        print(f"{cut.world}, without act {cut.number} of: {'; '.join(cut.story)}: {cut}", file=sys.stderr)
    return 1 if wrong else 0


def _figures(these: list[Cut]) -> list[str]:
    gaps = [cut for cut in these if not cut.holds]
    one = sum(cut.edits == 1 and cut.mended for cut in gaps)
    more = sum(cut.edits not in (1, None) and cut.mended for cut in gaps)
    figures = [
        len(these),
        sum(cut.valid for cut in these),
        len(gaps),
        sum(not cut.agrees for cut in these),
        one,
        more,
        len(gaps) - one - more,
    ]
    return [number(figure, 0) for figure in figures]


if __name__ == "__main__":
    raise SystemExit(main())
