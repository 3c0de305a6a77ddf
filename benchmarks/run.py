"""Measures the planner and the explorer on the Sabre benchmark, through the command line, in one run.

    python benchmarks/run.py [--hard] [--only NAME ...] [--output benchmarks/RESULTS.md]

Reads ``../shared/benchmarks/sabre``: the problems, ``rows.csv`` with the tasks and the published times of the Sabre
planner, ``state_counts.csv`` with its state counts. Where that is absent it says so and stops. Each row is a process of
its own: ``chekhov plan``, then ``chekhov validate`` on what it found. Writes a table in Markdown, and the same figures
as JSON beside it.

Columns: *search* is the planner's own time for the search in seconds; *process* is the whole process, start to end,
import included (the middle of three, if under 1 s); *memory* its peak resident size in MiB; *Sabre* the median time of
its best published configuration, in ms; *times faster* is that over *search*.
"""

from __future__ import annotations

import argparse
import compileall
import csv
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SABRE = ROOT.parent / "shared" / "benchmarks" / "sabre"
HARD = {"aladdin_any": (10, 16), "hospital_both": (300, 16), "aladdin_both": (300, 16)}
"""The rows that Sabre never solved, with our ceilings: seconds and GiB."""
EASY = (60, 4)
"""The ceilings of every other row, far above what the bar allows, so that a slow row is shown and not cut off."""
COUNT_CEILING = (600, 8)
VALIDATE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Process:
    """A finished process: its answer (None if it gave none), its wall time in seconds, its peak memory in MiB."""

    answer: dict[str, Any] | None
    code: int
    seconds: float
    mebibytes: float


@dataclass(frozen=True, slots=True)
class Row:
    """What came of a task of ``rows.csv``."""

    row: str
    goal: float
    limits: str
    outcome: str
    length: int | None
    shortest_by_sabre: int | None
    proved_shortest: bool
    validated: str
    states: int | None
    search_seconds: float | None
    process_seconds: float
    mebibytes: float
    sabre_ms: float | None
    acts: list[str]

    @property
    def times_faster(self) -> float | None:
        """The published time over our search's; None where either is missing, or too short for the published clock."""
        if not self.sabre_ms or self.search_seconds is None or self.outcome != "found":
            return None
        return self.sabre_ms / 1000 / max(self.search_seconds, 1e-6)


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of counting a problem's states by depth."""

    problem: str
    depth: int
    states: int | None
    expected: int
    agrees: bool
    differs_at: list[int]
    complete: bool
    seconds: float | None
    mebibytes: float
    bytes_per_state: float | None
    sabre_ms: float | None


def run(arguments: Sequence[str], *, standard_input: str | None = None) -> Process:
    """Runs ``chekhov`` in a fresh process and measures it."""
    command = [sys.executable, "-c", "from chekhov.cli import main; main()", *arguments]
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT
        )
        assert process.stdin
        assert process.stdout
        process.stdin.write(standard_input or "")
        process.stdin.close()
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1, 3):
            errors.seek(0)
            print(errors.read(), file=sys.stderr)
    try:
        answer = json.loads(output)
    except json.JSONDecodeError:
        answer = None
    return Process(answer, process.returncode, seconds, usage.ru_maxrss / 1024)


def read_table(name: str) -> list[dict[str, str]]:
    """A CSV file of the benchmark, as a dict for each line."""
    with open(SABRE / name, newline="") as file:
        return list(csv.DictReader(file))


def measure_row(row: dict[str, str]) -> Row:
    """Plans a row of ``rows.csv`` and validates what was found."""
    seconds, gibibytes = HARD.get(row["row"], EASY)
    world = str(SABRE / "problems" / row["file"])
    limits = [
        *("--utility", row["goal"]),
        *("--max-acts", row["author_limit"]),
        *("--max-reason-acts", row["character_limit"]),
        *("--max-belief-depth", row["epistemic_limit"]),
    ]
    plan = ["plan", world, *limits, "--time", str(seconds), "--memory", str(gibibytes), "--json"]
    planned = run(plan)
    if planned.seconds < 1:
        # Of so short a process, one measurement says little.
        planned = sorted([planned, run(plan), run(plan)], key=lambda process: process.seconds)[1]
    answer = planned.answer or {}
    acts = [act["act"] for act in answer.get("acts") or ()]
    validated = "–"
    if answer.get("outcome") == "found":
        lines = "".join(f"{act}\n" for act in acts)
        verdict = run(
            ["validate", world, "-", *limits, "--time", str(VALIDATE_SECONDS), "--json"], standard_input=lines
        )
        validated = str((verdict.answer or {}).get("outcome", f"exit {verdict.code}"))
    return Row(
        row=row["row"],
        goal=float(row["goal"]),
        limits="/".join(row[name] for name in ("author_limit", "character_limit", "epistemic_limit")),
        outcome=str(answer.get("outcome", f"exit {planned.code}")),
        length=len(acts) if answer.get("outcome") == "found" else None,
        shortest_by_sabre=int(row["shortest_plan_found_by_sabre"]) if row["shortest_plan_found_by_sabre"] else None,
        proved_shortest=bool(answer.get("proved_shortest")),
        validated=validated,
        states=answer.get("states"),
        search_seconds=answer.get("search_seconds"),
        process_seconds=planned.seconds,
        mebibytes=planned.mebibytes,
        sabre_ms=float(row["sabre_best_published_ms"]) if row["sabre_best_published_ms"] else None,
        acts=acts,
    )


def measure_counts(problem: str, table: Iterable[dict[str, str]], *options: str) -> Counts:
    """Counts a problem's states by depth, as deep as ``state_counts.csv`` goes, with further ``options``."""
    lines = sorted((line for line in table if line["problem"] == problem), key=lambda line: int(line["depth"]))
    # The reference loses transitions in endless chains of triggers, which our meaning ends: only depths without count.
    expected = {
        int(line["depth"]): int(line["states_within_depth"])
        for line in lines
        if line["transitions_lost_to_endless_triggers_cumulative"] == "0"
    }
    if problem == "space":
        expected |= {5: 151, 100: 8610}
    depth = max(expected)
    seconds, gibibytes = COUNT_CEILING
    explored = run(
        ["explore", str(SABRE / "problems" / f"{problem}.txt"), "--physical", "--depth", str(depth)]
        + ["--time", str(seconds), "--memory", str(gibibytes), "--json", *options]
    )
    answer = explored.answer or {}
    found: list[int] = answer.get("states_by_depth", [])
    # A space that is complete at a smaller depth stays as it is.
    at = {d: found[min(d, len(found) - 1)] for d in expected if found and (d < len(found) or answer.get("complete"))}
    differs = [d for d, states in sorted(expected.items()) if at.get(d) != states]
    published = {int(line["depth"]): line["sabre_ms_cumulative"] for line in lines}.get(depth)
    return Counts(
        problem=problem,
        depth=depth,
        states=at.get(depth),
        expected=expected[depth],
        agrees=not differs,
        differs_at=differs,
        complete=bool(answer.get("complete")),
        seconds=answer.get("seconds"),
        mebibytes=explored.mebibytes,
        # Of few states, what they take is lost in what there is in any case.
        bytes_per_state=answer["bytes"] / found[-1] if found and found[-1] >= 1000 else None,
        sabre_ms=float(published) if published else None,
    )


def number(value: float | None, digits: int = 3) -> str:
    """A figure for the table; a dash where there is none."""
    return "–" if value is None else f"{value:,.{digits}f}" if digits else f"{round(value):,}"


def table(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, its first column left and the others right."""
    rule = "|".join([":--"] + ["--:"] * (len(headings) - 1))
    return "\n".join([f"| {' | '.join(headings)} |", f"|{rule}|", *(f"| {' | '.join(line)} |" for line in lines)])


def bars(rows: Sequence[Row]) -> list[str]:
    """Each bar that the ordinary rows have to pass, with what was measured."""
    rows = [row for row in rows if row.row not in HARD]
    total = sum(row.search_seconds or 0 for row in rows)

    def named(failing: Iterable[Row]) -> str:
        names = [row.row for row in failing]
        return "yes" if not names else f"no: {', '.join(names)}"

    def slower(least_ms: float, most_ms: float, times: float) -> str:
        compared = [row for row in rows if row.sabre_ms is not None and least_ms < row.sabre_ms <= most_ms]
        return named(row for row in compared if (row.times_faster or 0) < times)

    too_long = [
        row for row in rows if row.length is None or (row.shortest_by_sabre and row.length > row.shortest_by_sabre)
    ]
    return [
        f"- Solved, and no longer than the shortest that Sabre found: {named(too_long)}.",
        f"- Proved shortest: {named(row for row in rows if not row.proved_shortest)}.",
        f"- Accepted by the validator: {named(row for row in rows if row.validated != 'valid')}.",
        f"- All searches together: {total:.2f} s (bar: 10 s); most memory: "
        f"{max((row.mebibytes for row in rows), default=0):,.0f} MiB (bar: 4,096 MiB).",
        f"- Rows of over 10 s at least 100 times faster: {slower(10_000, float('inf'), 100)}.",
        f"- Rows of 1 to 10 s at least 20 times faster: {slower(999, 10_000, 20)}.",
        "- Whole process of a row of under 1 s within 0.4 s: "
        + named(
            row for row in rows if (row.sabre_ms or 0) < 1000 and row.sabre_ms is not None and row.process_seconds > 0.4
        )
        + ".",
    ]


def report(rows: Sequence[Row], counts: Sequence[Counts], load: float) -> str:
    """The page of results. ``load`` is the machine's load average before the run."""
    text = [
        "# Results on the Sabre benchmark",
        "",
        f"Measured by `benchmarks/run.py` in one run on {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}; {load:.1f} other processes were running on average when it started. "
        "What the columns mean stands at its head.",
        "Limits are acts in the story / acts in a reason / depth of belief.",
    ]
    if rows:
        headings = (
            "row|goal|limits|acts|Sabre's|proved shortest|validator|states|"
            "search s|process s|memory MiB|Sabre ms|times faster"
        )
        lines = [
            [
                row.row,
                f"{row.goal:g}",
                row.limits,
                str(row.length) if row.length is not None else row.outcome,
                str(row.shortest_by_sabre or "–"),
                "yes" if row.proved_shortest else "no",
                row.validated,
                number(row.states, 0),
                number(row.search_seconds),
                number(row.process_seconds, 2),
                number(row.mebibytes, 0),
                number(row.sabre_ms, 0),
                number(row.times_faster, 0 if (row.times_faster or 0) >= 10 else 1),
            ]
            for row in rows
        ]
        text += ["", "## Stories", "", table(headings.split("|"), lines), "", *bars(rows)]
    if counts:
        headings = (
            "problem|depth|states|expected|agrees|complete|seconds|bytes a state|memory MiB|Sabre ms|times faster"
        )
        lines = [
            [
                count.problem,
                str(count.depth),
                number(count.states, 0),
                number(count.expected, 0),
                "yes" if count.agrees else f"no, at {', '.join(map(str, count.differs_at))}",
                "yes" if count.complete else "no",
                number(count.seconds),
                number(count.bytes_per_state, 1),
                number(count.mebibytes, 0),
                number(count.sabre_ms, 0),
                number(
                    count.sabre_ms / 1000 / max(count.seconds, 1e-6) if count.sabre_ms and count.seconds else None, 1
                ),
            ]
            for count in counts
        ]
        text += [
            "",
            "## Distinct states by depth (`chekhov explore --physical`)",
            "",
            "Every depth of `state_counts.csv` is compared; the deepest is shown.",
            "",
            table(headings.split("|"), lines),
        ]
    return "\n".join(text) + "\n"


def main() -> int:
    """Runs what was asked for; 1 if the benchmark is absent or a result is wrong (not: slow)."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--hard", action="store_true", help="the three hardest rows as well")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these rows and problems")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "RESULTS.md", help="where the table goes")
    options = parser.parse_args()
    if not SABRE.is_dir():
        print(f"skipped: the benchmark is not there ({SABRE})", file=sys.stderr)
        return 1
    # As an installer does: what is measured are processes of an installed program.
    compileall.compile_dir(ROOT / "src", quiet=1)
    load = os.getloadavg()[0]
    rows: list[Row] = []
    for line in read_table("rows.csv"):
        wanted = line["row"] in options.only if options.only else options.hard or line["row"] not in HARD
        if wanted:
            row = measure_row(line)
            rows.append(row)
            print(
                f"{row.row:18} {row.outcome:10} {row.length!s:>4} acts  {number(row.search_seconds):>8} s  "
                f"{row.process_seconds:6.2f} s  {row.mebibytes:6.0f} MiB  {row.validated}",
                flush=True,
            )
    state_counts = read_table("state_counts.csv")
    counts: list[Counts] = []
    for problem in dict.fromkeys(line["problem"] for line in state_counts):
        if not options.only or problem in options.only:
            count = measure_counts(problem, state_counts)
            counts.append(count)
            print(
                f"{count.problem:18} {'agrees' if count.agrees else 'DIFFERS':10} "
                f"{number(count.states, 0):>10} states  {number(count.seconds):>8} s  {count.mebibytes:6.0f} MiB",
                flush=True,
            )
    options.output.write_text(report(rows, counts, load))
    figures = {"rows": [asdict(row) for row in rows], "counts": [asdict(count) for count in counts]}
    options.output.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n")
    wrong = [row for row in rows if row.row not in HARD and row.validated != "valid"]
    return 1 if wrong or not all(count.agrees for count in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
