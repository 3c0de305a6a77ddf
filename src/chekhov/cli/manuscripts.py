"""Commands that work on manuscripts (``at``, ``recap``, ``write``), and what ``check`` does with one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from chekhov.cli.application import Option, Outcome, cli
from chekhov.cli.options import json_option, plan_argument, tense_option, world_argument
from chekhov.cli.output import colour_on, echo, print_json, replace_file, warn, width, wrapped
from chekhov.cli.reading import RejectedError, check_tense, read_plan, read_world, shown_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chekhov.cli.options import Limits
    from chekhov.manuscript import Manuscript
    from chekhov.telling import Tense


def is_manuscript(path: str) -> bool:
    """Whether a path is that of a manuscript: a Markdown file, or a folder of them."""
    return path.endswith(".md") or os.path.isdir(path)


def read_manuscript(*paths: str) -> Manuscript:
    """A manuscript: a file or a folder, or several chapters one after the other. Its warnings are shown."""
    from chekhov import manuscript

    reading = manuscript.read(*paths)
    if reading.manuscript is None:
        raise RejectedError(reading.diagnostics, reading.sources)
    warn(reading.diagnostics, reading.sources)
    return reading.manuscript


def check_manuscript(
    paths: Sequence[str],
    *,
    limits: Limits,
    seconds: float | None,
    form: str | None,
    files: Sequence[str],
    everything: bool,
    strict: bool,
    fix: bool,
    endings: bool = False,
    assume: Sequence[str] = (),
    instead: Sequence[str] = (),
) -> Outcome:
    """Holds a manuscript to its world, as ``check`` does; with ``fix``, writes the best repair into it."""
    from chekhov import manuscript
    from chekhov.checking import rendering
    from chekhov.checking.rendering import outline, terminal
    from chekhov.kernel import Limits as Bounds

    read = read_manuscript(*paths)
    bounds = Bounds(*limits)
    if fix and (assume or instead):
        raise click.UsageError("--fix mends what is written, not what is assumed with --assume or --instead.")
    with shown_with(read.sources):
        read = manuscript.supposing(read, assume, instead)
        answer = manuscript.check(
            read,
            limits=bounds,
            repairs=3 if everything else 1,
            ahead=None if endings else manuscript.LITTLE_WORK,
            seconds=seconds,
        )
    report = answer.report
    for file in files:
        replace_file(file, rendering.render(report, form or rendering.format_of(file), read.sources, strict=strict))
        echo(f"wrote {file}", err=True)
    if files:
        echo(outline.summary(report), err=True)
    elif form in (None, "text"):
        shown = terminal.lines(
            report, read.sources, width=width(), colour=colour_on(sys.stdout), everything=everything, strict=strict
        )
        echo("\n".join(shown))
        for number, patch in enumerate(answer.patches, 1):
            if not fix:
                count = len(patch.edits)
                echo(f"\nRepair {number}, {count} {'edit' if count == 1 else 'edits'}:")
                echo("\n".join(patch.lines(read.sources)))
    else:
        echo(rendering.render(report, form or "text", read.sources, strict=strict), nl=False)
    if fix and answer.patches:
        for file, text in answer.patches[0].texts.items():
            replace_file(file, text)
            echo(f"mended {file}", err=True)
        return Outcome.YES
    return {"right": Outcome.YES, "wrong": Outcome.NO, "unproved": Outcome.LIMIT, "interrupted": Outcome.INTERRUPTED}[
        outline.outcome(report, strict=strict)
    ]


def only_for_manuscripts(option: str) -> click.UsageError:
    """The error of an option that only manuscripts have."""
    return click.UsageError(f"{option} is for manuscripts (.md).")


@cli.under(
    "Check worlds",
    "at",
    short_help="Say who knows what at a line of a manuscript.",
    examples="""
        chekhov at worlds/mountain.md:120
    """,
)
@click.argument("place", metavar="FILE:LINE")
@json_option
def at(place: str, as_json: bool) -> None:
    """Say how things are at a line of a manuscript: for each character the facts about them, what they have wrong or do
    not know, and what they have a reason to do; what the reader has been shown by then, and knows better than a
    character; and which endings are open."""
    from chekhov import manuscript

    path, _, line = place.rpartition(":")
    if not path or not line.isdecimal() or int(line) < 1:
        raise click.UsageError("needs a file and a line, as in chapter.md:120.")
    read = read_manuscript(path)
    with shown_with(read.sources):
        found = manuscript.at(read, manuscript.walk(read, work=0), int(line))
    if as_json:
        print_json(found.to_json())
        return
    after = "before the first beat" if found.beat is None else f"after beat {found.beat.number}, {found.beat}"
    echo(f"{place}, {after}")
    for mind in found.minds:
        echo(f"\n{mind.character}")
        said = (
            ("", mind.facts),
            ("wrongly believes ", mind.wrong),
            ("does not know ", mind.unknown),
            ("may ", mind.acts),
        )
        for before, texts in said:
            if texts:
                _say(f"{before}{', '.join(texts)}")
    echo("\nThe reader")
    reader = found.reader
    shown = (("knows ", reader.facts), ("wrongly takes it that ", reader.wrong), ("has not been shown ", reader.kept))
    for before, texts in shown:
        if texts:
            _say(f"{before}{', '.join(texts)}")
    behind: dict[tuple[str, ...], list[str]] = {}
    for name, facts in reader.ahead:
        behind.setdefault(facts, []).append(name)
    for facts, names in behind.items():
        _say(f"knows, as {', '.join(names)} {'does' if len(names) == 1 else 'do'} not, {', '.join(facts)}")
    if found.endings:
        echo("\nEndings")
    for ending, outlook in found.endings:
        _say(f"{ending.label or ending.name}: {_STATES[outlook.state]}")


_STATES = {
    "reached": "this is it",
    "open": "open",
    "closed": "closed",
    "unproved": "not found out in so little time",
}


def _say(text: str) -> None:
    echo("\n".join(f"  {line}" for line in wrapped(text).splitlines()))


@cli.under(
    "Check worlds",
    "recap",
    short_help="Tell what has happened in a manuscript so far.",
    examples="""
        chekhov recap worlds/mountain.md
        chekhov recap worlds/mountain.md:90
        chekhov recap one.md two.md three.md --before three.md
    """,
)
@click.argument("paths", metavar="FILE...", type=click.Path(), nargs=-1, required=True)
@click.option(
    "--before", metavar="CHAPTER", cls=Option, help="Up to this chapter, and what of it comes into play from there on."
)
@tense_option
@json_option
def recap(paths: tuple[str, ...], before: str | None, tense: Tense, as_json: bool) -> None:
    """Tell what has happened in a manuscript, and in the chapters that it continues, in the sentences of its world:
    only what has been shown to the reader. FILE:LINE stops at a line.

    Where the book goes on, it also says what a reader must remember for what comes.
    """
    from chekhov import manuscript

    *first, last = paths
    path, _, line = last.rpartition(":")
    number = int(line) if path and line.isdecimal() else None
    read = read_manuscript(*first, last if number is None else path)
    if before is not None:
        same = [one for one in read.chapters if os.path.realpath(one) == os.path.realpath(before)]
        if not same:
            raise click.UsageError(f"{before} is none of the chapters: {', '.join(read.chapters)}.")
        before = same[0]
    with shown_with(read.sources):
        check_tense(read.problem, tense)
        found = manuscript.recap(read, manuscript.walk(read, work=0), line=number, before=before, tense=tense)
    if as_json:
        print_json(found.to_json())
        return
    parts = [*found.scenes, ("To remember", found.remember)] if found.remember else [*found.scenes]
    for place, (scene, told) in enumerate(parts):
        if place:
            echo("")
        if scene is not None:
            echo(scene)
        echo(wrapped(" ".join(told)))


@cli.under(
    "Check worlds",
    "write",
    short_help="Begin a manuscript from a plan.",
    examples="""
        chekhov plan worlds/heist.story --json | chekhov write worlds/heist.story - > worlds/heist.md
    """,
)
@world_argument
@plan_argument
@tense_option
def write(world: str, plan: str, tense: Tense) -> None:
    """Print the skeleton of a manuscript, to be filled with prose: a note for each act of a plan, and the sentence that
    the world has for it. It is to lie in the folder of the world."""
    from chekhov import manuscript

    problem, sources = read_world(world)
    acts = read_plan(plan, problem)
    with shown_with(sources):
        check_tense(problem, tense)
        echo(manuscript.skeleton(problem, os.path.basename(world), acts, tense), nl=False)
