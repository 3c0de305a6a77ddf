"""``chekhov show``: a story to look at."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from chekhov.charts.pictures import KINDS, Wish
from chekhov.cli.application import Option, Outcome, cli
from chekhov.cli.manuscripts import is_manuscript, read_manuscript
from chekhov.cli.output import columns, echo, print_json, replace_file
from chekhov.cli.reading import read_plan, read_text, read_world, shown_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chekhov.charts.chronicle import Told
    from chekhov.charts.pictures import Picture
    from chekhov.diagnostics import Source

_SUFFIXES = (".svg", ".png", ".pdf", ".txt")
_DATA = (".json", ".xml")


@cli.under(
    "See stories",
    "show",
    examples="""
    chekhov plan worlds/mountain.story --ending everyone_lives --json > lives.json
    chekhov show worlds/mountain.story lives.json -o lives.svg
    chekhov show worlds/mountain.md -o chapter.pdf
    chekhov show --session last
    chekhov show film.json -o film.png
    """,
)
@click.argument("story", required=False)
@click.argument("plan", required=False)
@click.option(
    "-p",
    "--picture",
    "kind",
    type=click.Choice(list(KINDS)),
    default="storyline",
    cls=Option,
    help="; ".join(f"{kind.name}: {kind.shows}" for kind in KINDS.values()) + ".",
)
@click.option(
    "-o", "--output", metavar="FILE", cls=Option, help="The file to write: .svg, .png, .pdf, or .txt as in a terminal."
)
@click.option("--session", metavar="NAME", cls=Option, help="A played story, by its name or ID; `last`: the last.")
@click.option("--saves", metavar="URL", cls=Option, help="The database of played stories.")
@click.option(
    "--against", metavar="PLAN", cls=Option, help="Another plan of the world, or manuscript, to show beside the first."
)
@click.option("--of", "whose", metavar="NAME", multiple=True, cls=Option, help="Of these only.")
@click.option(
    "--at", "beat", type=click.IntRange(min=0), metavar="N", cls=Option, help="After this beat; 0: the start."
)
@click.option("--json", "as_json", is_flag=True, cls=Option, help="Print what the picture shows instead.")
def show(
    story: str | None,
    plan: str | None,
    kind: str,
    output: str | None,
    session: str | None,
    saves: str | None,
    against: str | None,
    whose: tuple[str, ...],
    beat: int | None,
    as_json: bool,
) -> Outcome:
    """Draw a picture of a story.

    STORY is a world, with the acts of a PLAN; or a manuscript (.md); or a file of storyline data (.json, .xml). Without
    -o, a terminal shows the picture in letters, and a pipe gets SVG.
    """
    from chekhov.charts.chronicle import told as told_of
    from chekhov.charts.pictures import draw

    suffix = None if output is None else os.path.splitext(output)[1].lower()
    if suffix is not None and suffix not in _SUFFIXES:
        raise click.BadParameter(f"{output} ends in none of {', '.join(_SUFFIXES)}", param_hint="'-o'")
    if story is not None and story.endswith(_DATA):
        if kind != "storyline":
            raise click.UsageError(f"{story} holds storyline data; a {kind} picture is drawn of a world or manuscript.")
        picture = _of_data(story)
    else:
        told, sources = _read(story, plan, session, saves, of_world=KINDS[kind].of_world)
        wish = Wish(whose, beat)
        for name in whose:
            if name not in told.kernel.task.names.entities:
                raise click.BadParameter(f"there is no {name!r} in this world", param_hint="'--of'")
        if beat is not None and beat >= len(told.beats):
            raise click.BadParameter(f"the story has the beats 0 to {len(told.beats) - 1}", param_hint="'--at'")
        if against is not None:
            if is_manuscript(against):
                second, _ = _read(against, None, None, None)
            else:
                second = told_of(told.problem, read_plan(against, told.problem))
            wish = replace(wish, against=second)
        with shown_with(sources):
            picture = draw(kind, told, wish)
    if as_json:
        print_json(picture.data)
        return Outcome.LIMIT if picture.limited else Outcome.YES
    if output is None:
        if not sys.stdout.isatty():
            echo(picture.svg, nl=False)
            return Outcome.YES
        suffix = ".txt"
    content: str | bytes = picture.svg
    if suffix == ".txt":
        if picture.text is None:
            raise click.UsageError(f"letters cannot show a {kind} picture; name a file: -o {kind}.svg")
        content = picture.text(columns())
    elif suffix != ".svg":
        from chekhov.charts.export import to_pdf, to_png

        content = to_pdf(picture.svg) if suffix == ".pdf" else to_png(picture.svg)
    if output is None:
        echo(str(content), nl=False)
    else:
        replace_file(output, content)
        echo(f"wrote {output}" + (f": {picture.note}" if picture.note else ""), err=True)
    return Outcome.YES


def _of_data(path: str) -> Picture:
    """The picture of others' storyline data."""
    from chekhov.charts.storyline import picture_of
    from chekhov.formats.storylines import read_storyline

    text = read_text(path)
    with shown_with({}):
        return picture_of(read_storyline(text, path), os.path.splitext(os.path.basename(path))[0])


def _read(
    story: str | None, plan: str | None, session: str | None, saves: str | None, *, of_world: bool = False
) -> tuple[Told, Mapping[str, Source]]:
    """The story that the command line names, and the texts that it was read from."""
    from chekhov.charts.chronicle import told, written

    if session is not None:
        from chekhov.play.saves import Saves

        with shown_with({}):
            kept = Saves(saves)
            token = (kept.last() if session == "last" else kept.named(session)) or session
            world, record = kept.load(token)
        problem, sources = read_world(story or world)
        with shown_with(sources):
            return told(problem, [move.act for move in record.moves if move.act is not None]), sources
    if story is None:
        raise click.UsageError("Which story? Name a world and a plan, a manuscript, or a played story with --session.")
    if is_manuscript(story):
        read = read_manuscript(story)
        with shown_with(read.sources):
            return written(read), read.sources
    problem, sources = read_world(story)
    if plan is None and not of_world:
        raise click.UsageError("Which story of this world? Name a plan; - reads it from standard input.")
    acts = [] if plan is None else read_plan(plan, problem)
    with shown_with(sources):
        return told(problem, acts), sources
