"""Walkthroughs: what a reader types, and what is to be read then, as tests of a story.

The format is that of RegTest (https://eblong.com/zarf/plotex/regtest.html): tests begin with ``* name``, commands with
``>``; every other line is to be found in one line of what the command before it, or the opening, has brought.

>>> tests = parse('''
... * at-home
... Home.
... > go out
... /rain(s|ing)
... !sun
... ''')
>>> [(step.command, [check.text for check in step.checks]) for step in tests[0].steps]
[(None, ['Home.']), ('go out', ['rain(s|ing)', 'sun'])]
>>> [check.holds(["It rains."]) for check in tests[0].steps[1].checks]
[True, True]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chekhov.diagnostics import ChekhovError, Diagnostic, Source, Span

_SETTINGS = ("game", "interpreter", "precommand", "remformat")
"""The file's parameters that RegTest knows; all but ``precommand`` say how to run other games, and are left alone."""


@dataclass(frozen=True, slots=True)
class Check:
    """What is to be found in one of the lines, as it stands or as a ``regular`` expression; ``negated``: in none of
    them. ``vital``: if it fails, the test goes no further. ``count``: in how many lines at least. ``line`` is its
    number in the file."""

    text: str
    line: int
    regular: bool = False
    negated: bool = False
    vital: bool = False
    count: int = 1

    def holds(self, lines: Sequence[str]) -> bool:
        """Whether what was read is as it is to be."""
        found = sum(bool(re.search(self.text, line)) if self.regular else self.text in line for line in lines)
        return found == 0 if self.negated else found >= self.count


@dataclass(frozen=True, slots=True)
class Step:
    """A command (None: the opening), and what it is to bring."""

    command: str | None
    checks: tuple[Check, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Walkthrough:
    """A test: its steps, the opening first. One whose name begins with ``-`` is there to be included only."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A ``check`` that failed (None: the story had ended before the ``command``)."""

    test: str
    command: str | None
    line: int
    check: Check | None

    def text(self) -> str:
        """One line: the number of the file's, the test, what was typed and what is wrong."""
        where = "at the start" if self.command is None else f"> {self.command}"
        if self.check is None:
            what = "the story is over by then"
        else:
            kind = "a match of " if self.check.regular else ""
            times = f" {self.check.count} times" if self.check.count > 1 else ""
            what = f"{'there is' if self.check.negated else 'there is not'} {kind}`{self.check.text}`{times}"
        return f"{self.line}: {self.test}: {where}: {what}"


def parse(text: str, path: str = "<walkthrough>") -> tuple[Walkthrough, ...]:
    """The tests of a file that are to be run. Raises :class:`~chekhov.diagnostics.ChekhovError` E0620, with the line,
    for one that means nothing here."""
    source = Source(path, text)
    try:
        return _parse(text)
    except _WrongError as wrong:
        start = source.line_starts[wrong.line - 1]
        span = Span(path, start, start + len(source.line(wrong.line)))
        raise ChekhovError([Diagnostic("E0620", wrong.what, span, help=wrong.help)]) from None


class _WrongError(Exception):
    def __init__(self, line: int, what: str, help: str | None = None) -> None:
        super().__init__(what)
        self.line = line
        self.what = what
        self.help = help


def _parse(text: str) -> tuple[Walkthrough, ...]:
    first: list[Step] = []
    tests: dict[str, list[Step]] = {}
    steps: list[Step] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("**"):
            key, _, value = line[2:].partition(":")
            if key.strip() not in _SETTINGS:
                raise _WrongError(
                    number, f"there is no parameter `{key.strip()}`", f"those known are {', '.join(_SETTINGS)}"
                )
            if key.strip() == "precommand":
                first.append(Step(value.strip(), (), number))
        elif line.startswith("*"):
            name = line[1:].strip()
            if not name or name in tests:
                raise _WrongError(number, f"there are two tests `{name}`" if name else "a test needs a name")
            steps = tests[name] = [Step(None, (), number)]
        elif steps is None:
            raise _WrongError(number, "what is to be done or read stands in a test", "a test begins with `* name`")
        elif line.startswith(">"):
            steps += _commands(line[1:].strip(), number, tests)
        else:
            steps[-1] = replace(steps[-1], checks=(*steps[-1].checks, _check(line, number)))
    found = tuple(
        Walkthrough(name, (opening, *first, *rest)) for name, (opening, *rest) in tests.items() if name[0] not in "-/"
    )
    if not found:
        raise _WrongError(len(text.splitlines()) or 1, "there is no test in this file", "a test begins with `* name`")
    return found


def follow(test: Walkthrough, read: Callable[[str | None], list[str] | None]) -> list[Failure]:
    """What fails. ``read`` gives the lines that a command brings, None if the story takes no more."""
    failures: list[Failure] = []
    for step in test.steps:
        lines = read(step.command)
        if lines is None:
            return [*failures, Failure(test.name, step.command, step.line, None)]
        failed = [check for check in step.checks if not check.holds(lines)]
        failures += [Failure(test.name, step.command, check.line, check) for check in failed]
        if any(check.vital for check in failed):
            break
    return failures


def _commands(typed: str, number: int, tests: dict[str, list[Step]]) -> list[Step]:
    """A command, or those of the test that is included; its opening was checked where it stands."""
    option = re.match(r"\{(\w+)\}\s*", typed)
    if option is None:
        return [Step(typed, (), number)]
    if option[1] != "include":
        raise _WrongError(number, f"a line is typed here, not `{{{option[1]}}}`", "`>{include} name` is known")
    name = typed[option.end() :]
    if name not in tests:
        raise _WrongError(number, f"there is no test `{name}` before this one")
    return [step for step in tests[name] if step.command is not None]


def _check(line: str, number: int) -> Check:
    check = Check("", number)
    while True:
        if option := re.match(r"\{(\w+)(?:=(\d+))?\}\s*", line):
            match option[1], option[2]:
                case "invert", None:
                    check = replace(check, negated=not check.negated)
                case "vital", None:
                    check = replace(check, vital=True)
                case "count", str(count):
                    check = replace(check, count=int(count))
                case _:
                    raise _WrongError(
                        number, f"there is no check `{option[0].strip()}`", "known: invert, vital, count=N"
                    )
            line = line[option.end() :]
        elif line.startswith("!"):
            check, line = replace(check, negated=not check.negated), line[1:].strip()
        else:
            break
    if line.startswith("/"):
        check, line = replace(check, regular=True), line[1:].strip()
        try:
            re.compile(line)
        except re.error as error:
            raise _WrongError(number, f"`{line}` is no regular expression: {error}") from error
    if not line:
        raise _WrongError(number, "what is to be read?")
    return replace(check, text=line)
