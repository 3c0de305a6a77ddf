"""Compares the explorer with Fast Downward's blind search on the same worlds, in one run.

    python benchmarks/blind.py [--only NAME ...] [--output benchmarks/BLIND.md] [--downward PATH]

A grounded world without characters is written as PDDL, a predicate for each fluent and an act for each clause of a
precondition; Fast Downward translates it, and searches blindly (``astar(blind())``) until nothing is left. The goal is
a variable that nothing sets, added to what the translator wrote, so that every state is expanded. The explorer counts
the same states (``explore(physical=True)``). Both counts have to be equal. Compared are states expanded per second,
search time only; of several runs the best one of each. The explorer runs on one thread and on all.

Fast Downward comes from the package ``up-fast-downward`` of the PyPI, which is put into an environment of its own under
``target/`` when first needed; ``--downward`` is the path of another one (the folder with ``fast-downward.py``).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import chekhov

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "up-fast-downward==1.0.0"
RUNS = 3


# ---------------------------------------------------------------------------------------------------------------------
# Worlds


def hanoi(discs: int) -> str:
    """Towers of Hanoi: 3^n states."""
    names = [f"Disc{disc}" for disc in range(discs)]
    lines = ["type peg; type disc; entity Left : peg; entity Middle : peg; entity Right : peg;"]
    lines += [f"entity {name} : disc;" for name in names]
    lines += ["property on(disc : disc) : peg;", "forall(d : disc) on(d) = Left;"]
    for number, name in enumerate(names):
        free = "".join(f" & on({smaller}) != from & on({smaller}) != to" for smaller in names[:number])
        lines.append(
            f"action move_{name}(from : peg, to : peg) {{ precondition: from != to & on({name}) == from{free}; "
            f"effect: on({name}) = to; }};"
        )
    return "\n".join(lines)


def tiles(rows: int, columns: int) -> str:
    """A sliding puzzle: (rows * columns)! / 2 states."""
    squares = [f"S{row}{column}" for row in range(rows) for column in range(columns)]
    lines = ["type square; type tile;", *(f"entity {name} : square;" for name in squares)]
    lines += [f"entity Tile{number} : tile;" for number in range(1, len(squares))]
    lines += [
        "property at(tile : tile) : square; property empty() : square;",
        "property beside(one : square, other : square) : boolean;",
    ]
    for row in range(rows):
        for column in range(columns):
            for other in ((row + 1, column), (row, column + 1)):
                if other[0] < rows and other[1] < columns:
                    one, two = f"S{row}{column}", f"S{other[0]}{other[1]}"
                    lines.append(f"beside({one}, {two}) & beside({two}, {one});")
    lines += [f"at(Tile{number}) = {square};" for number, square in enumerate(squares) if number]
    lines += [
        f"empty() = {squares[0]};",
        "action slide(tile : tile, from : square, to : square) {",
        "precondition: beside(from, to) & at(tile) == from & empty() == to;",
        "effect: at(tile) = to & empty() = from; };",
    ]
    return "\n".join(lines)


def freight(cities: int, packages: int, trucks: int) -> str:
    """Trucks between cities, with any number of packages in each: cities^trucks * (cities + trucks)^packages states."""
    lines = ["type spot; type city : spot; type truck : spot; type package;"]
    lines += [f"entity City{number} : city;" for number in range(cities)]
    lines += [f"entity Truck{number} : truck;" for number in range(trucks)]
    lines += [f"entity Package{number} : package;" for number in range(packages)]
    lines += [
        "property at(truck : truck) : city; property in(package : package) : spot;",
        "forall(t : truck) at(t) = City0; forall(p : package) in(p) = City0;",
        "action drive(t : truck, from : city, to : city) {",
        "precondition: from != to & at(t) == from; effect: at(t) = to; };",
        "action load(p : package, t : truck, c : city) {",
        "precondition: at(t) == c & in(p) == c; effect: in(p) = t; };",
        "action unload(p : package, t : truck, c : city) {",
        "precondition: at(t) == c & in(p) == t; effect: in(p) = c; };",
    ]
    return "\n".join(lines)


WORLDS: dict[str, tuple[Callable[[], str], int]] = {
    "eight puzzle": (lambda: tiles(3, 3), 181_440),
    "hanoi, 9 discs": (lambda: hanoi(9), 3**9),
    "hanoi, 11 discs": (lambda: hanoi(11), 3**11),
    "hanoi, 13 discs": (lambda: hanoi(13), 3**13),
    "sliding puzzle, 2 x 5": (lambda: tiles(2, 5), 1_814_400),
    "freight, 4 cities, 6 packages, 2 trucks": (lambda: freight(4, 6, 2), 4**2 * 6**6),
}
"""Each world's text, and how many states it has."""


# ---------------------------------------------------------------------------------------------------------------------
# The same as PDDL


class Pddl:
    """A grounded world without characters, numbers that change and triggers, as PDDL."""

    def __init__(self, task: chekhov.GroundTask) -> None:
        data = task.data
        if data["characters"] or data["triggers"] or any(fluent["kind"] == "number" for fluent in data["fluents"]):
            raise ValueError("the world has characters, triggers or numbers that change")
        self.values: list[list[Any]] = [
            [False, True] if fluent["kind"] == "boolean" else [None, *fluent["values"]] for fluent in data["fluents"]
        ]
        self.initial: list[Any] = data["initial"]["nodes"][data["initial"]["root"]]["values"]
        self.actions: list[dict[str, Any]] = data["actions"]

    @staticmethod
    def value(value: Any) -> str:
        """The constant for a value."""
        if value is None:
            return "unknown"
        return f"o{value[1]}" if isinstance(value, (list, tuple)) else str(value).lower()

    def fact(self, fluent: int, value: Any) -> str:
        return f"(f{fluent} {self.value(value)})"

    def test(self, expression: Any) -> tuple[int, bool, Any]:
        """A comparison: the fluent, whether it is to be equal, and the value."""
        operator, left, right = expression
        if operator not in ("==", "!=") or left[0] != "f" or left[1] or right[0] != "v":
            raise ValueError(f"cannot be written: {expression}")
        return left[2], operator == "==", right[1]

    def effect(self, effect: dict[str, Any], known: dict[int, Any]) -> str:
        """An assignment. What the fluent was is taken back: the value that the precondition says, or any it has."""
        fluent, value = effect["fluent"], effect["value"]
        if effect["condition"] != ["and"] and effect["condition"] != ("and",):
            raise ValueError(f"cannot be written: {effect}")
        if value[0] != "v":
            raise ValueError(f"cannot be written: {effect}")
        new = value[1]
        if fluent in known:
            old = known[fluent]
            return "" if old == new else f"{self.fact(fluent, new)} (not {self.fact(fluent, old)})"
        others = [self.fact(fluent, old) for old in self.values[fluent] if old != new]
        return " ".join([self.fact(fluent, new), *(f"(when {other} (not {other}))" for other in others)])

    def schemas(self) -> Iterator[str]:
        for number, action in enumerate(self.actions):
            for clause, atoms in enumerate(action["precondition"]):
                tests = [self.test(atom["test"]) for atom in atoms]
                known = {fluent: value for fluent, equal, value in tests if equal}
                conditions = " ".join(
                    self.fact(fluent, value) if equal else f"(not {self.fact(fluent, value)})"
                    for fluent, equal, value in tests
                )
                effects = " ".join(self.effect(effect, known) for effect in action["effects"])
                head = f"(:action a{number}_{clause} :parameters ()"
                yield f"{head} :precondition (and {conditions}) :effect (and {effects}))"

    def domain(self) -> str:
        constants = sorted({self.value(value) for values in self.values for value in values})
        predicates = " ".join(f"(f{fluent} ?value)" for fluent in range(len(self.values)))
        return "\n".join(
            [
                "(define (domain world) (:requirements :adl)",
                f"(:constants {' '.join(constants)})",
                f"(:predicates {predicates})",
                *self.schemas(),
                ")",
            ]
        )

    def problem(self) -> str:
        """The problem. Its goal is what holds at first, as the translator wants one that can be reached."""
        facts = [self.fact(fluent, value) for fluent, value in enumerate(self.initial)]
        return "\n".join(
            [
                "(define (problem world) (:domain world)",
                f"(:init {' '.join(facts)})",
                f"(:goal (and {' '.join(facts)}))",
                ")",
            ]
        )


def without_goal(translated: str) -> str:
    """The translator's output, with the goal that a variable has a value which nothing gives it."""
    count = int(re.search(r"end_metric\n(\d+)\n", translated).group(1))  # type: ignore[union-attr]
    translated = translated.replace(f"end_metric\n{count}\n", f"end_metric\n{count + 1}\n", 1)
    last = translated.rindex("end_variable\n") + len("end_variable\n")
    never = "begin_variable\nnever\n-1\n2\nAtom no()\nAtom yes()\nend_variable\n"
    translated = translated[:last] + never + translated[last:]
    translated = translated.replace("end_state\n", "0\nend_state\n", 1)
    return re.sub(r"begin_goal\n.*?end_goal\n", f"begin_goal\n1\n{count} 1\nend_goal\n", translated, flags=re.DOTALL)


# ---------------------------------------------------------------------------------------------------------------------
# Measuring


@dataclass(frozen=True)
class Row:
    """A world, and states expanded per second; seconds are of the search alone."""

    world: str
    states: int
    counted: int
    expanded: int
    downward_seconds: float
    one_thread_seconds: float
    all_threads_seconds: float

    @property
    def times(self) -> float:
        """How many times as many states per second the explorer does, on all threads."""
        return self.downward_seconds / self.all_threads_seconds


def downward_folder() -> Path:
    """Where Fast Downward is; installs it if need be."""
    home = ROOT / "target" / "downward"
    python = home / "bin" / "python"
    if not python.exists():
        print("Installing Fast Downward ...", file=sys.stderr)
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", PACKAGE], check=True)
    found = next(home.glob("lib/python*/site-packages/up_fast_downward/downward"), None)
    if found is None:
        sys.exit(f"{PACKAGE} has no Fast Downward in it")
    return found


def search_blindly(downward: Path, pddl: Pddl) -> tuple[int, float]:
    """How many states Fast Downward expands, and in how many seconds of search: the fastest of several runs."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "domain.pddl").write_text(pddl.domain())
        (Path(folder) / "problem.pddl").write_text(pddl.problem())
        script = [sys.executable, str(downward / "fast-downward.py")]
        translate = subprocess.run(
            [*script, "--translate", "domain.pddl", "problem.pddl"], cwd=folder, capture_output=True, text=True
        )
        translated = Path(folder) / "output.sas"
        if not translated.exists():
            sys.exit(translate.stdout + translate.stderr)
        translated.write_text(without_goal(translated.read_text()))
        best: tuple[int, float] | None = None
        for _ in range(RUNS):
            run = subprocess.run(
                [*script, "output.sas", "--search", "astar(blind())"], cwd=folder, capture_output=True, text=True
            )
            expanded = re.search(r"Expanded (\d+) state", run.stdout)
            seconds = re.search(r"Search time: ([\d.e-]+)s", run.stdout)
            if expanded is None or seconds is None:
                sys.exit(run.stdout + run.stderr)
            if best is None or float(seconds.group(1)) < best[1]:
                best = int(expanded.group(1)), float(seconds.group(1))
    assert best is not None
    return best


def explore(task: chekhov.GroundTask, threads: int | None) -> tuple[int, float]:
    """How many states there are, and the seconds that it takes to see them all: the fastest of several runs."""
    best: tuple[int, float] | None = None
    for _ in range(RUNS):
        found = chekhov.Kernel(task, threads=threads).explore(physical=True)
        assert found.complete
        if best is None or found.seconds < best[1]:
            best = found.states_by_depth[-1], found.seconds
    assert best is not None
    return best


def measure(name: str, downward: Path) -> Row:
    text, states = WORLDS[name]
    problem = chekhov.parse(text()).problem
    assert problem is not None
    task = chekhov.ground(problem)
    expanded, downward_seconds = search_blindly(downward, Pddl(task))
    counted, one = explore(task, 1)
    _, several = explore(task, None)
    return Row(name, states, counted, expanded, downward_seconds, one, several)


def report(rows: list[Row], load: float) -> str:
    """The page of results."""

    def rate(states: int, seconds: float) -> str:
        return f"{states / seconds:,.0f}"

    lines = [
        "# States expanded per second, beside Fast Downward's blind search",
        "",
        f"Measured by `benchmarks/blind.py` in one run on {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}; {load:.1f} other processes were running on average when it started.",
        f"Fast Downward (`{PACKAGE}`) searches with `astar(blind())`, on one core; the best of {RUNS} runs, "
        "search time only.",
        "",
        "| world | states | equal | Fast Downward, states/s | one thread | all threads | times as many |",
        "|:--|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        equal = "yes" if row.states == row.counted == row.expanded else f"no: {row.counted:,} and {row.expanded:,}"
        lines.append(
            f"| {row.world} | {row.states:,} | {equal} | {rate(row.expanded, row.downward_seconds)} "
            f"| {rate(row.counted, row.one_thread_seconds)} | {rate(row.counted, row.all_threads_seconds)} "
            f"| {row.times:.2f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Runs what was asked for; 1 if a count differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only the worlds whose names hold one of these")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "BLIND.md", help="where the table goes")
    parser.add_argument("--downward", type=Path, help="the folder of fast-downward.py")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    downward = options.downward or downward_folder()
    rows = []
    for name in WORLDS:
        if not options.only or any(part in name for part in options.only):
            start = time.monotonic()
            rows.append(measure(name, downward))
            print(f"{name:42} {rows[-1].times:6.2f} times   ({time.monotonic() - start:.0f} s)", flush=True)
    options.output.write_text(report(rows, load))
    options.output.with_suffix(".json").write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    return 0 if all(row.states == row.counted == row.expanded for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
