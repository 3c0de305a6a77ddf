"""``chekhov show`` and ``chekhov report``: stories to look at."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from chekhov.charts.pictures import KINDS, Wish
from chekhov.cli.application import Option, Outcome, cli
from chekhov.cli.manuscripts import is_manuscript, read_manuscript
from chekhov.cli.options import Limits, Resources, limit_options, resource_options
from chekhov.cli.output import Progress, columns, echo, print_json, replace_file
from chekhov.cli.reading import open_kernel, read_plan, read_text, read_world, shown_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chekhov.charts.chronicle import Told
    from chekhov.charts.pictures import Picture
    from chekhov.charts.report import Chapter
    from chekhov.checking import Report
    from chekhov.checking.folding import By
    from chekhov.diagnostics import Source
    from chekhov.model import Problem

_SUFFIXES = (".svg", ".png", ".pdf", ".html", ".txt", ".json")
_OF_GRAPHS = (".dot", ".graphml")
_FOLDS = ("what-matters", "endings", "place", "character", "chapter")
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
    "-o",
    "--output",
    metavar="FILE",
    cls=Option,
    help="The file to write: .svg, .png, .pdf, .html with zoom and search (of a map: that plays the story), .json for "
    "what the picture shows, .txt as in a terminal; of a graph also .dot and .graphml.",
)
@click.option("--moving", is_flag=True, cls=Option, help="Let the map in an .svg move from beat to beat.")
@click.option("--session", metavar="NAME", cls=Option, help="A played story, by its name or ID; `last`: the last.")
@click.option("--saves", metavar="URL", cls=Option, help="The database of played stories.")
@click.option(
    "--against", metavar="PLAN", cls=Option, help="Another plan of the world, or manuscript, to show beside the first."
)
@click.option(
    "--of",
    "whose",
    metavar="NAME",
    multiple=True,
    cls=Option,
    help="Of these only; of a graph: the ending to show what loses it, and whom or what to tell moments apart by.",
)
@click.option(
    "--at", "beat", type=click.IntRange(min=0), metavar="N", cls=Option, help="After this beat; 0: the start."
)
@click.option(
    "--mind",
    metavar="NAME",
    multiple=True,
    cls=Option,
    help="Of who knows what: what NAME believes that the others believe; given twice, what the first believes of the "
    "second, and so on.",
)
@click.option(
    "--fold",
    "by",
    type=click.Choice(_FOLDS),
    cls=Option,
    section="Story graphs",
    help="What tells moments apart besides the endings that are still open: the facts that matter most (if nothing is "
    "said), nothing else, where everybody is, what is so of everybody, or the beats of the story that is told.",
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    metavar="N",
    cls=Option,
    section="Story graphs",
    help="Into so many boxes, if endings and beats alone do not make more.",
)
@click.option("--unfolded", is_flag=True, cls=Option, section="Story graphs", help="A box for each moment.")
@click.option("--json", "as_json", is_flag=True, cls=Option, help="Print what the picture shows instead.")
def show(
    story: str | None,
    plan: str | None,
    kind: str,
    output: str | None,
    moving: bool,
    session: str | None,
    saves: str | None,
    against: str | None,
    whose: tuple[str, ...],
    beat: int | None,
    mind: tuple[str, ...],
    by: By | None,
    most: int | None,
    unfolded: bool,
    as_json: bool,
) -> Outcome:
    """Draw a picture of a story.

    STORY is a world, with the acts of a PLAN; or a manuscript (.md); or a file of storyline data (.json, .xml). Without
    -o, a terminal shows the picture in letters, and a pipe gets SVG.
    """
    from chekhov.charts.chronicle import told as told_of
    from chekhov.charts.pictures import draw

    suffix = None if output is None else os.path.splitext(output)[1].lower()
    suffixes = (*_SUFFIXES, *_OF_GRAPHS) if kind == "graph" else _SUFFIXES
    if suffix is not None and suffix not in suffixes:
        raise click.BadParameter(f"{output} ends in none of {', '.join(suffixes)}", param_hint="'-o'")
    if kind != "graph" and (by or most or unfolded):
        raise click.UsageError("--fold, --most and --unfolded are of story graphs: --picture graph.")
    if unfolded and (by or most):
        raise click.UsageError("What is --unfolded is not folded: leave --fold and --most out.")
    if mind and kind != "knowledge":
        raise click.UsageError("--mind is for a picture of who knows what: --picture knowledge.")
    moving = moving or (suffix == ".html" and KINDS[kind].moves)
    if moving and (not KINDS[kind].moves or suffix not in (None, ".svg", ".html")):
        moves = ", ".join(kind.name for kind in KINDS.values() if kind.moves)
        raise click.UsageError(f"What moves is a picture of the kind {moves}, as .svg or .html.")
    if moving and beat is not None:
        raise click.UsageError("What moves is of all beats, not of the one that --at names.")
    if story is not None and story.endswith(_DATA):
        if kind != "storyline":
            raise click.UsageError(f"{story} holds storyline data; a {kind} picture is drawn of a world or manuscript.")
        picture, title = _of_data(story), os.path.splitext(os.path.basename(story))[0]
    else:
        told, sources = _read(story, plan, session, saves, of_world=KINDS[kind].of_world)
        folded: By = "none" if unfolded else by or "what-matters"
        wish = Wish(whose, beat, moving=moving, mind=mind, fold=folded, most=most)
        known = set(told.kernel.task.names.entities)
        if kind == "graph":
            known |= {ending.name for ending in told.problem.endings}
        for name in whose:
            if name not in known:
                raise click.BadParameter(f"there is no {name!r} in this world", param_hint="'--of'")
        for name in mind:
            if name not in told.characters:
                raise click.BadParameter(f"there is no character {name!r} in this world", param_hint="'--mind'")
        if beat is not None and beat >= len(told.beats):
            raise click.BadParameter(f"the story has the beats 0 to {len(told.beats) - 1}", param_hint="'--at'")
        if against is not None:
            if is_manuscript(against):
                second, _ = _read(against, None, None, None)
            else:
                second = told_of(told.problem, read_plan(against, told.problem))
            wish = replace(wish, against=second)
        with shown_with(sources):
            picture, title = draw(kind, told, wish), told.title
    if as_json:
        print_json(picture.data)
        return Outcome.LIMIT if picture.limited else Outcome.YES
    if output is None:
        if not sys.stdout.isatty():
            echo(picture.svg, nl=False)
            return Outcome.YES
        suffix = ".txt"
    content: str | bytes = picture.svg
    if suffix == ".json":
        import json

        content = json.dumps(picture.data, ensure_ascii=False, indent=2) + "\n"
    elif suffix is not None and suffix in picture.files:
        content = picture.files[suffix]()
    elif suffix == ".txt":
        if picture.text is None:
            raise click.UsageError(f"letters cannot show a {kind} picture; name a file: -o {kind}.svg")
        content = picture.text(columns())
    elif suffix == ".html":
        from chekhov.charts.pages import page
        from chekhov.charts.player import player

        content = player(picture, title) if picture.frames else page(kind, picture, title)
    elif suffix != ".svg":
        from chekhov.charts.export import to_pdf, to_png

        content = to_pdf(picture.svg) if suffix == ".pdf" else to_png(picture.svg)
    if output is None:
        echo(str(content), nl=False)
    else:
        replace_file(output, content)
        echo(f"wrote {output}" + (f": {picture.note}" if picture.note else ""), err=True)
    return Outcome.YES


@cli.under(
    "See stories",
    "report",
    short_help="Put all pictures of a story on one page.",
    examples="""
    chekhov report worlds/mountain.md -o mountain.html
    chekhov report worlds/heist.story -o heist.html --check
    chekhov report worlds/mountain.story lives.json -o lives.html
    """,
)
@click.argument("story", required=False)
@click.argument("plan", required=False)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(dir_okay=False),
    cls=Option,
    help="The HTML file to write.",
)
@click.option("--session", metavar="NAME", cls=Option, help="A played story, by its name or ID; `last`: the last.")
@click.option("--saves", metavar="URL", cls=Option, help="The database of played stories.")
@click.option("--check", "checked", is_flag=True, cls=Option, help="Also what `chekhov check` finds in the world.")
@limit_options
@resource_options
def report(
    story: str | None,
    plan: str | None,
    output: str,
    session: str | None,
    saves: str | None,
    checked: bool,
    limits: Limits,
    resources: Resources,
) -> Outcome:
    """Put all pictures of a story on one HTML page, with its text and everybody's reasons. The page loads nothing.

    STORY is a world, with the acts of a PLAN; or a manuscript (.md), whose findings the page then has; or a world
    alone: then the shortest story to each of its endings. --time is then for each ending, and for the check.
    Ends with 3 if a limit cut the search for an ending short; the page says for which.
    """
    from chekhov.charts.chronicle import written
    from chekhov.charts.report import Chapter, render

    found: Report | None = None
    limited = False
    title: str | None = None
    if story is not None and session is None and is_manuscript(story):
        from chekhov import manuscript
        from chekhov.kernel import Limits as Bounds

        read = read_manuscript(story)
        problem, sources = read.problem, read.sources
        with shown_with(sources):
            told = written(read)
            found = manuscript.check(read, limits=Bounds(*limits), seconds=resources.seconds).report
        chapters, title = [Chapter(told.title, told)], told.title
    elif story is not None and session is None and plan is None:
        problem, sources = read_world(story)
        chapters, limited = _to_each_ending(problem, sources, limits, resources)
    else:
        told, sources = _read(story, plan, session, saves)
        problem, chapters = told.problem, [Chapter(told.title, told)]
    if checked and found is None:
        from chekhov import checking
        from chekhov.kernel import Limits as Bounds

        with shown_with(sources), Progress() as progress:
            found = checking.check(
                open_kernel(problem, resources, None),
                limits=Bounds(None, limits.reason_acts, limits.belief_depth),
                seconds=resources.seconds,
                report=progress,
            )
    with shown_with(sources):
        page = render(problem, chapters, title, found, sources)
    replace_file(output, page)
    echo(f"wrote {output}", err=True)
    return Outcome.LIMIT if limited else Outcome.YES


def _to_each_ending(
    problem: Problem, sources: Mapping[str, Source], limits: Limits, resources: Resources
) -> tuple[list[Chapter], bool]:
    """The shortest story to each ending of a world, and whether a limit kept one from being found."""
    from chekhov import planning
    from chekhov.charts.chronicle import told
    from chekhov.charts.report import Chapter
    from chekhov.kernel import Limits as Bounds

    chapters: list[Chapter] = []
    limited = False
    with shown_with(sources), Progress() as progress:
        kernel = open_kernel(problem, resources, None)
        for ending in problem.endings:
            answer = planning.plan(
                kernel,
                planning.ending_goal(kernel.task, ending.name),
                Bounds(*limits),
                seconds=resources.seconds,
                reasons=False,
                report=progress,
            )
            limited = limited or answer.outcome == "limit"
            title = ending.label or ending.name
            if answer.stories:
                first = answer.stories[0]
                proof = ", proved shortest" if answer.proved_shortest else ""
                acts = [act.act for act in first.acts]
                chapters.append(Chapter(title, told(problem, acts, title), (f"{first.length()}{proof}.",)))
            elif answer.outcome == "impossible":
                chapters.append(Chapter(title, None, ("No story reaches this ending.",)))
            else:
                chapters.append(Chapter(title, None, ("No story was found within the limits.",)))
    if not chapters:
        raise click.UsageError("This world declares no endings; name a plan.")
    return chapters, limited


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
