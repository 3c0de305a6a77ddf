"""Measures the explorer on the Sabre benchmark, on one thread and on two, in one run.

    python benchmarks/explore.py [--only NAME ...] [--output benchmarks/EXPLORE.md]

Reads what ``benchmarks/run.py`` reads, and skips, saying so, where that is absent. Of each problem all states are
counted as deep as Sabre's times go; each count is a process of its own, the best of three. Compared are seconds of the
exploration itself with Sabre's ``sabre_ms_cumulative``.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

from run import ROOT, SABRE, Counts, measure_counts, number, read_table, table

RUNS = 3
LONG_MS = 10_000
"""The bars are for problems that take Sabre longer than this."""


def best(problem: str, counts: list[dict[str, str]], threads: int) -> Counts:
    """The quickest of a few counts of a problem."""
    found = [measure_counts(problem, counts, "--threads", str(threads)) for _ in range(RUNS)]
    return min(found, key=lambda count: (not count.agrees, count.seconds or float("inf")))


def main() -> int:
    """Runs what was asked for; 1 if the benchmark is absent or a count is wrong (not: slow)."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these problems")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "EXPLORE.md", help="where the table goes")
    options = parser.parse_args()
    if not SABRE.is_dir():
        print(f"skipped: the benchmark is not there ({SABRE})", file=sys.stderr)
        return 1
    counts = read_table("state_counts.csv")
    load = os.getloadavg()[0]
    lines, agree, slow, serial = [], True, [], []
    for problem in dict.fromkeys(line["problem"] for line in counts):
        if options.only and problem not in options.only:
            continue
        one, two = best(problem, counts, 1), best(problem, counts, 2)
        agree &= one.agrees and two.agrees
        alone, both = one.seconds or 0.0, two.seconds or 0.0
        times = two.sabre_ms / 1000 / max(both, 1e-6) if two.sabre_ms else None
        if times is not None and (two.sabre_ms or 0) > LONG_MS:
            slow += [problem] * (times < 100)
            serial += [problem] * (alone < 1.7 * both)
        lines.append(
            [
                problem,
                str(two.depth),
                number(two.states, 0) if two.agrees else "DIFFERS",
                number(alone),
                number(both),
                number(alone / max(both, 1e-6), 2),
                number(two.sabre_ms, 0),
                number(times, 0),
                number(two.bytes_per_state, 0),
            ]
        )
        print("  ".join(lines[-1]), flush=True)
    headings = "Problem|Depth|States|1 thread (s)|2 threads (s)|Gain|Sabre (ms)|Times faster|Bytes a state, in all"

    def verdict(failing: list[str]) -> str:
        return f"no: {', '.join(failing)}" if failing else "yes"

    text = [
        "# All moments of the benchmark's worlds",
        "",
        "Made by `benchmarks/explore.py`, which says what is measured.",
        "",
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load:.2f} before it.",
        "",
        table(headings.split("|"), lines),
        "",
        f"- At least 100 times as fast as Sabre where it takes over 10 s: {verdict(slow)}",
        f"- Two threads at least 1.7 times as fast as one there: {verdict(serial)}",
    ]
    options.output.write_text("\n".join(text) + "\n")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
