"""Commands that work on manuscripts (``at``, ``recap``, ``write``), and what ``check`` does with one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from chekhov.cli.application import Outcome
from chekhov.cli.output import colour_on, echo, replace_file, warn, width
from chekhov.cli.reading import RejectedError, shown_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chekhov.cli.options import Limits
    from chekhov.manuscript import Manuscript


def is_manuscript(path: str) -> bool:
    """Whether a path is that of a manuscript: a Markdown file, or a folder of them."""
    return path.endswith(".md") or os.path.isdir(path)


def read_manuscript(path: str) -> Manuscript:
    """A manuscript. Its warnings are shown."""
    from chekhov import manuscript

    reading = manuscript.read(path)
    if reading.manuscript is None:
        raise RejectedError(reading.diagnostics, reading.sources)
    warn(reading.diagnostics, reading.sources)
    return reading.manuscript


def check_manuscript(
    path: str,
    *,
    limits: Limits,
    seconds: float | None,
    form: str | None,
    files: Sequence[str],
    everything: bool,
    strict: bool,
    fix: bool,
) -> Outcome:
    """Holds a manuscript to its world, as ``check`` does; with ``fix``, writes the best repair into it."""
    from chekhov import manuscript
    from chekhov.checking import rendering
    from chekhov.checking.rendering import outline, terminal
    from chekhov.cli.options import usual
    from chekhov.kernel import Limits as Bounds

    read = read_manuscript(path)
    bounds = Bounds(*usual(limits, physical=False))
    with shown_with(read.sources):
        answer = manuscript.check(read, limits=bounds, repairs=3 if everything else 1, seconds=seconds)
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
