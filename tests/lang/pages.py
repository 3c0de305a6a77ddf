"""Runs the pages that show worlds with what is said of them: the language manual and the table of codes.

Fenced blocks that mean something (all others are prose):

``story``        Belongs to the page's world, together with all such blocks before it. Nothing may be wrong with it, but
                 that a part of a world is not used yet.
``story anew``   The same, and what came before no longer belongs to it.
``story alone``  A world of its own; ``story explored``: and one whose first moments are looked at, too.
``text``         After a block: what is said of it, exactly.
``normal``       After a ``story`` block: its normal form (and what is said of it does not matter).
``condition``    Checked against the world of the page.
``demand``       The same for a demand.
``plan``         The same for a plan file.
``holds``        Each line is a condition that holds at the start; ``holds after walk(Tom, Home); nap(Tom)``: after
                 these acts.
``fails``        The same for conditions that do not hold.
``acts``         Each line is an act that is possible at the start (or ``acts after …``), and these are all.
``finds ENDING`` The shortest story to an ending, an act on each line.
``valid with N`` A plan in which everybody has a reason of up to N acts; ``invalid with N``: somebody has none.
``judged``       Each demand and secret by its name or its text, how it stands, and the story that shows it, if reasons
                 have up to five acts and go two minds deep.
``accepted``     The findings that the world accepts then, one on each line; and all its acceptances are of some use.
``tells ACT``    What the telling of an act makes of it at the start.

``python tests/lang/pages.py --update PAGE…`` writes what is so now into the blocks that say it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chekhov.diagnostics import ChekhovError, Diagnostic, Source, render_all
from chekhov.lang import format_text, parse, parse_condition, parse_demand, parse_ground, parse_plan
from chekhov.lang.phrases import bindings
from chekhov.model import Expression, Problem
from chekhov.telling import Tense, tell
from chekhov.validation import Limits, World, validate

if TYPE_CHECKING:
    from chekhov.checking import Report

UNUSED = frozenset(("W0106", "W0107", "W0108", "W0109", "W0112", "W0113"))
"""What is said of a world that is not finished."""

_FENCE = re.compile(r"^```(\w+)?([^\n]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its kind, the rest of its first line, its content, where the content starts, and its line."""

    kind: str
    argument: str
    content: str
    start: int
    line: int


@dataclass(frozen=True)
class Fault:
    """A block that does not say what is so: its line, what is wrong, and what should stand there, if that is known."""

    line: int
    message: str
    block: Block | None = None
    actual: str | None = None


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page."""
    return [
        Block(
            match.group(1) or "",
            match.group(2).strip(),
            match.group(3),
            match.start(3),
            page.count("\n", 0, match.start()) + 1,
        )
        for match in _FENCE.finditer(page)
    ]


def _explored(problem: Problem) -> Sequence[Diagnostic]:
    """What is found to be wrong with a world in its first moments."""
    from chekhov.grounding import ground
    from chekhov.kernel import Kernel

    try:
        Kernel(ground(problem), threads=1).explore(physical=True, depth=3)
    except ChekhovError as error:
        return error.diagnostics
    return ()


class _Page:
    def __init__(self, only: Callable[[Diagnostic], bool] | None) -> None:
        self.only = only
        self.world = ""
        self.last: tuple[list[Diagnostic], dict[str, Source]] | None = None
        self.said = False
        self.last_line = 0
        self.last_text = ""
        self.faults: list[Fault] = []
        self._worlds: dict[str, World] = {}

    # What is said of the block before must stand below it.

    def settle(self) -> None:
        if self.last is not None and not self.said:
            diagnostics, sources = self.last
            if diagnostics:
                self.faults.append(Fault(self.last_line, f"not shown below it:\n{render_all(diagnostics, sources)}"))
        self.last, self.said = None, False

    def _say(self, block: Block, diagnostics: Sequence[Diagnostic], sources: dict[str, Source]) -> None:
        self.last = list(diagnostics), sources
        self.last_line = block.line

    def run(self, block: Block) -> None:
        if block.kind == "text":
            if self.last is None:
                return
            actual = render_all(*self.last)
            self.said = True
            if self.only is not None and not any(map(self.only, self.last[0])):
                self.faults.append(Fault(block.line, f"the example does not show it:\n{actual}"))
            self._compare(block, actual + "\n")
            return
        if block.kind == "normal":
            self.said = True
            self._compare(block, format_text(self.last_text))
            return
        self.settle()
        handler = {
            "story": self._story,
            "condition": self._condition,
            "demand": self._demand,
            "plan": self._plan,
            "holds": self._holds,
            "fails": self._holds,
            "acts": self._acts,
            "finds": self._finds,
            "judged": self._judged,
            "accepted": self._accepted,
            "tells": self._tells,
            "valid": self._valid,
            "invalid": self._valid,
        }.get(block.kind)
        if handler is not None:
            handler(block)

    def _compare(self, block: Block, actual: str) -> None:
        if block.content != actual:
            self.faults.append(Fault(block.line, f"it says:\n{actual}", block, actual))

    def _story(self, block: Block) -> None:
        self.last_text = block.content
        if block.argument in ("alone", "explored"):
            reading = parse(block.content, "world.story")
            found = list(reading.diagnostics)
            if block.argument == "explored" and reading.problem is not None:
                found += _explored(reading.problem)
            self._say(block, found, dict(reading.sources))
            return
        before = "" if block.argument == "anew" else self.world
        text = before + block.content
        reading = parse(text, "world.story")
        # Show the block as if it stood alone: what came before is known to be right.
        own = [
            found
            for found in reading.diagnostics
            if found.is_error or (found.span is not None and found.span.end >= len(before) and found.code not in UNUSED)
        ]
        self._say(block, own, dict(reading.sources))
        if not any(found.is_error for found in own):
            self.world = text

    def _problem(self) -> Problem:
        problem = parse(self.world, "world.story").problem
        assert problem is not None
        return problem

    def _condition(self, block: Block) -> None:
        _, found = parse_condition(block.content.strip("\n"), self._problem())
        self._say(block, found, {"<condition>": Source("<condition>", block.content.strip("\n"))})

    def _demand(self, block: Block) -> None:
        text = block.content.strip("\n")
        _, found = parse_demand(text, self._problem())
        self._say(block, found, {"--demand": Source("--demand", text)})

    def _plan(self, block: Block) -> None:
        _, found = parse_plan(block.content, self._problem(), "my.plan")
        self._say(block, found, {"my.plan": Source("my.plan", block.content)})

    def _after(self, argument: str) -> World:
        """The world at the start, or after some acts."""
        key = f"{argument}\n{self.world}"
        if key not in self._worlds:
            world = World.initial(self._problem())
            for act in argument.removeprefix("after").split(";"):
                if act.strip():
                    assert world.possible(act.strip()), f"{act.strip()} is not possible"
                    world = world.after(act.strip())
            self._worlds[key] = world
        return self._worlds[key]

    def _holds(self, block: Block) -> None:
        world = self._after(block.argument)
        for number, line in enumerate(block.content.splitlines(), 1):
            text = line.split("//")[0].strip()
            if not text:
                continue
            condition, found = parse_condition(text, self._problem())
            if condition is None:
                self.faults.append(Fault(block.line + number, "; ".join(one.title for one in found)))
            elif world.holds(condition) != (block.kind == "holds"):
                self.faults.append(
                    Fault(block.line + number, f"it {'fails' if block.kind == 'holds' else 'holds'}: {text}")
                )

    def _acts(self, block: Block) -> None:
        world = self._after(block.argument)
        self._compare(block, "".join(f"{act}\n" for act in world.acts()))

    def _finds(self, block: Block) -> None:
        from chekhov.grounding import ground
        from chekhov.kernel import Kernel
        from chekhov.planning import ending_goal, plan

        task = ground(self._problem())
        answer = plan(Kernel(task, threads=1), ending_goal(task, block.argument), seconds=20)
        stories = [act.act for story in answer.stories[:1] for act in story.acts]
        self._compare(block, "".join(f"{act}\n" for act in stories))

    def _valid(self, block: Block) -> None:
        limits = Limits(reason_acts=int(block.argument.removeprefix("with")))
        verdict = validate(self._problem(), block.content.splitlines(), limits=limits)
        if verdict.outcome != block.kind:
            self.faults.append(Fault(block.line, f"it is {verdict.outcome}: {verdict.fault}"))

    def _report(self) -> Report:
        from chekhov.checking import check
        from chekhov.kernel import Limits

        return check(self._problem(), limits=Limits(reason_acts=5, belief_depth=2), threads=1)

    def _judged(self, block: Block) -> None:
        lines = []
        for demand in self._report().demands:
            shown = f"{demand.name or demand.text} {demand.verdict}"
            lines.append(shown if demand.story is None else f"{shown}: {'; '.join(demand.story.acts)}")
        self._compare(block, "".join(f"{line}\n" for line in lines))

    def _accepted(self, block: Block) -> None:
        findings = self._report().findings
        stale = [found.message for found in findings if found.kind == "stale_acceptance"]
        assert not stale, stale
        self._compare(block, "".join(f"{found.name}\n" for found in findings if found.accepted is not None))

    def _tells(self, block: Block) -> None:
        problem = self._problem()
        tense: Tense = "past" if block.argument.startswith("past ") else "present"
        act, found = parse_ground(block.argument.removeprefix("past "), problem)
        assert act is not None, found
        action = next(
            one for one in problem.actions if one.name == act.name and len(one.parameters) == len(act.arguments)
        )
        world = World.initial(problem)

        def value_of(expression: Expression) -> bool | int | float | str | None:
            return world.value(expression)

        names = bindings(action, act.arguments)
        self._compare(block, tell(action.telling or "", names, problem, value_of, tense=tense) + "\n")


def faults(page: str, *, only: Callable[[Diagnostic], bool] | None = None) -> list[Fault]:
    """All that is not as a page says. ``only``: what is said must include such a finding."""
    runner = _Page(only)
    for block in blocks(page):
        try:
            runner.run(block)
        except (AssertionError, ChekhovError) as error:
            runner.faults.append(Fault(block.line, f"{type(error).__name__}: {error}"))
    runner.settle()
    return runner.faults


def updated(page: str, found: Sequence[Fault]) -> str:
    """The page with what is so in place of what it said."""
    for fault in sorted(found, key=lambda fault: -fault.line):
        if fault.block is not None and fault.actual is not None:
            end = fault.block.start + len(fault.block.content)
            page = page[: fault.block.start] + fault.actual + page[end:]
    return page


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    left = 0
    for path in arguments.pages:
        page = path.read_text(encoding="utf-8")
        # Each section of the table of codes is a page of its own.
        parts = re.split(r"(?=^## )", page, flags=re.MULTILINE) if path.name == "codes.md" else [page]
        line = 0
        result = []
        for part in parts:
            found = faults(part)
            for fault in found:
                if not (arguments.update and fault.block):
                    left += 1
                    print(f"{path}:{line + fault.line}: {fault.message}")
            result.append(updated(part, found) if arguments.update else part)
            line += part.count("\n")
        if arguments.update:
            path.write_text("".join(result), encoding="utf-8")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
