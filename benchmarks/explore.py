"""Measures the explorer on the Sabre benchmark, on one thread and on two, in one run.

    python benchmarks/explore.py [--only NAME ...] [--output benchmarks/EXPLORE.md]

Reads what ``benchmarks/run.py`` reads, and skips, saying so, where that is absent. Of each problem all states are
counted as deep as Sabre's times go; each count is a process of its own, the best of seven, on one thread and on two by
turns. Compared are seconds of the exploration itself with Sabre's ``sabre_ms_cumulative``.

Then the graph of all moments of one problem is made, to its closure, and what it takes is told by part: as the kernel
accounts for it, at its end and at most, and as the system saw the process grow.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path

from run import ROOT, SABRE, Counts, measure_counts, number, read_table, table

import chekhov

RUNS = 7
LONG_MS = 10_000
"""The bars are for problems that take Sabre longer than this."""

CLOSED = "bribery"
"""The problem whose closure is weighed."""
MOST_BYTES = 64
"""The bar: bytes for each state of it, beyond its own packed bits and belief pointers."""
PARTS = {
    "states": "each state's row: the number of its valuation, a pointer to each character's belief",
    "valuations": "packed bits of the valuations",
    "state_table": "hash index of the states",
    "valuation_table": "hash index of the valuations",
    "beliefs": "believed worlds, their index, and what is remembered of them and of valuations",
    "acts": "acts between the states, packed",
    "numbering": "state of each moment",
    "reasons": "reasons",
    "caches": "the threads' caches",
}
"""What the kernel accounts for, in words."""
OWN = ("states", "valuations")
"""The parts that are a state's own packed bits and belief pointers."""


def weigh(threads: int) -> dict[str, object]:
    """Makes the graph of :data:`CLOSED` in this process; states and bytes, also of the process."""
    problem = chekhov.parse((SABRE / "problems" / f"{CLOSED}.txt").read_text()).problem
    assert problem is not None
    kernel = chekhov.Kernel(chekhov.ground(problem), threads=threads)
    # Of Linux: in kibibytes.
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    graph = kernel.graph(physical=True)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    states = graph.states_by_depth[-1]
    return {
        "states": states,
        "complete": graph.complete,
        "seconds": graph.seconds,
        "parts": graph.memory,
        "peak": graph.peak_bytes,
        "process": grown,
    }


def closure(threads: int) -> list[str]:
    """What the closure takes, as lines of the page."""
    run = subprocess.run(
        [sys.executable, __file__, "--weigh", str(threads)], capture_output=True, text=True, check=True
    )
    found = json.loads(run.stdout)
    states, parts = found["states"], found["parts"]
    own = sum(parts[part] for part in OWN)
    total = sum(parts.values())
    beyond = {"at the end": total - own, "at most": found["peak"] - own}
    lines = [[text, number(parts[part] / states, 1)] for part, text in PARTS.items()]
    assert parts.keys() == PARTS.keys()
    lines += [
        ["**all, at the end**", number(total / states, 1)],
        ["**all, at most, with what was on its way between threads**", number(found["peak"] / states, 1)],
        ["growth of the process, at most, as the system saw it", number(found["process"] / states, 1)],
    ]
    lines += [[f"**beyond the first two, {when}**", number(size / states, 1)] for when, size in beyond.items()]
    met = "yes" if all(size <= MOST_BYTES * states for size in beyond.values()) else "no"
    return [
        f"## What {CLOSED}'s closure takes",
        "",
        f"{states:,} states{'' if found['complete'] else ' (not complete)'}, with all acts between them, "
        f"{found['seconds']:.2f} s on {threads} threads.",
        "",
        table(["Part", "Bytes a state"], lines),
        "",
        f"- At most {MOST_BYTES} bytes a state beyond its own packed bits and belief pointers: {met}",
    ]


def best(problem: str, counts: list[dict[str, str]]) -> tuple[Counts, Counts]:
    """The quickest of a few counts of a problem on one thread, and on two."""

    def count(threads: int) -> Counts:
        return measure_counts(problem, counts, "--threads", str(threads))

    one, two = zip(*((count(1), count(2)) for _ in range(RUNS)), strict=True)
    quickest = [min(found, key=lambda count: (not count.agrees, count.seconds or float("inf"))) for found in (one, two)]
    return quickest[0], quickest[1]


def main() -> int:
    """Runs what was asked for; 1 if the benchmark is absent or a count is wrong (not: slow)."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these problems")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "EXPLORE.md", help="where the table goes")
    parser.add_argument("--weigh", type=int, metavar="THREADS", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not SABRE.is_dir():
        print(f"skipped: the benchmark is not there ({SABRE})", file=sys.stderr)
        return 1
    if options.weigh:
        print(json.dumps(weigh(options.weigh)))
        return 0
    counts = read_table("state_counts.csv")
    load = os.getloadavg()[0]
    lines, agree, slow, serial = [], True, [], []
    for problem in dict.fromkeys(line["problem"] for line in counts):
        if options.only and problem not in options.only:
            continue
        one, two = best(problem, counts)
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
        "",
        *closure(2),
    ]
    print("\n".join(text[-3:]))
    options.output.write_text("\n".join(text) + "\n")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
