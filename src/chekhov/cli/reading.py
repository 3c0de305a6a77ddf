"""Input: worlds, plans, acts and conditions, each rejected with the lines that it is about."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from chekhov.cli.output import warn

if TYPE_CHECKING:
    from chekhov.cli.options import Resources
    from chekhov.diagnostics import Diagnostic, Source
    from chekhov.kernel import Kernel
    from chekhov.model import Demand, Expression, Problem
    from chekhov.telling import Tense

STANDARD_INPUT = "<standard input>"


class RejectedError(Exception):
    """Input with errors. They are shown with their lines, and the command ends."""

    def __init__(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source]) -> None:
        super().__init__(diagnostics)
        self.diagnostics = diagnostics
        self.sources = sources


def read_text(path: str) -> str:
    """The text of a file; ``-`` is standard input."""
    from chekhov.diagnostics import Source
    from chekhov.lang.reading import decode

    shown = STANDARD_INPUT if path == "-" else path
    if path == "-":
        data = sys.stdin.buffer.read()
    else:
        with open(path, "rb") as file:
            data = file.read()
    text, diagnostics = decode(data, shown)
    if diagnostics:
        raise RejectedError(diagnostics, {shown: Source(shown, text)})
    return text


def read_world(path: str, assume: Sequence[str] = ()) -> tuple[Problem, Mapping[str, Source]]:
    """A world and the texts that it was read from. Its warnings are shown. The effects to ``assume`` are so in it from
    the start, behind all that it says itself."""
    from chekhov import lang

    reading = lang.read(path)
    if reading.problem is None:
        raise RejectedError(reading.diagnostics, reading.sources)
    warn(reading.diagnostics, reading.sources)
    problem, sources = reading.problem, dict(reading.sources)
    for number, text in enumerate(assume, 1):
        option = f"--assume {number}"
        sources |= _shown(text, option)
        effect, found = lang.parse_effect(text, problem, option)
        if effect is None:
            raise RejectedError(found, sources)
        problem = replace(problem, initial=(*problem.initial, effect))
    return problem, sources


def read_plan(path: str, problem: Problem) -> list[str]:
    """The acts of a plan: a file with an act on each line, or what ``chekhov plan --json`` has printed."""
    from chekhov import lang
    from chekhov.diagnostics import Source

    shown = STANDARD_INPUT if path == "-" else path
    text = _from_json(read_text(path))
    acts, diagnostics = lang.parse_plan(text, problem, shown)
    sources = {shown: Source(shown, text)}
    if acts is None:
        raise RejectedError(diagnostics, sources)
    warn(diagnostics, sources)
    return acts


def _from_json(text: str) -> str:
    """The acts of the first story of an answer in JSON as a plan file has them; other text as it is."""
    import json

    if not text.lstrip().startswith("{"):
        return text
    try:
        return "\n".join(act["act"] for act in json.loads(text)["acts"])
    except (ValueError, LookupError, TypeError):
        return text  # whatever it is, it is no plan, and reading it as one says so


def read_act(text: str, problem: Problem) -> str:
    """An act of the command line, as plans write it."""
    from chekhov import lang
    from chekhov.diagnostics import Source

    act, diagnostics = lang.parse_ground(text, problem)
    if act is None:
        sources = {found.span.path: Source(found.span.path, text) for found in diagnostics if found.span is not None}
        raise RejectedError(diagnostics, sources)
    return str(act)


def read_condition(text: str, problem: Problem, option: str = "--to", *, of_events: bool = False) -> Expression:
    """A condition of the command line, given with an option. With ``of_events`` it may speak of acts and endings."""
    from chekhov import lang

    found, diagnostics = lang.parse_condition(text, problem, option, of_events=of_events)
    if found is None:
        raise RejectedError(diagnostics, _shown(text, option))
    warn(diagnostics, _shown(text, option))
    return found


def read_demand(text: str, problem: Problem) -> Demand:
    """A demand of the command line."""
    from chekhov import lang

    found, diagnostics = lang.parse_demand(text, problem, "--demand")
    if found is None:
        raise RejectedError(diagnostics, _shown(text, "--demand"))
    warn(diagnostics, _shown(text, "--demand"))
    return found


def _shown(text: str, option: str) -> dict[str, Source]:
    from chekhov.diagnostics import Source

    return {option: Source(option, text)}


@contextmanager
def shown_with(sources: Mapping[str, Source]) -> Iterator[None]:
    """Shows what is found later to be wrong with a world with the lines of the world."""
    from chekhov.diagnostics import ChekhovError

    try:
        yield
    except ChekhovError as error:
        raise RejectedError(error.diagnostics, sources) from None


def open_kernel(problem: Problem, resources: Resources, after: str | None = None) -> Kernel:
    """The kernel of a world, with no more memory and threads than it may have; its stories begin ``after`` the acts of
    a plan file, if one is given."""
    from chekhov.grounding import ground
    from chekhov.kernel import Kernel

    kernel = Kernel(ground(problem), threads=resources.threads, memory=resources.memory)
    if after is None:
        return kernel
    world = kernel.initial()
    for number, act in enumerate(read_plan(after, problem), 1):
        action = kernel.task.action_number(act)
        if action is None or not kernel.possible(world, action):
            raise _cannot_be_done(kernel, world, action, f"act {number} of {after}, `{act}`, cannot be done there")
        world = kernel.step(world, action)
    return Kernel(kernel.beginning_at(world), threads=resources.threads, memory=resources.memory)


def _cannot_be_done(kernel: Kernel, world: int, action: int | None, title: str) -> RejectedError:
    from chekhov.diagnostics import Diagnostic
    from chekhov.reasons import Reasoner

    unmet = [] if action is None else Reasoner(kernel).unmet(world, action)
    return RejectedError([Diagnostic("E0615", title, help="; ".join(unmet) or None)], {})


def check_tense(problem: Problem, tense: Tense) -> None:
    """Raises E0622 for a world that cannot be told in a tense."""
    from chekhov.diagnostics import ChekhovError
    from chekhov.telling import untensed

    if tense == "past" and (missing := untensed(problem)):
        raise ChekhovError(missing)
