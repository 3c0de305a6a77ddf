"""``chekhov show``: a story to look at."""

from __future__ import annotations

from pathlib import Path

import click

from chekhov.cli.application import Option, Outcome, cli
from chekhov.cli.manuscripts import read_manuscript
from chekhov.cli.output import echo, print_json, replace_file
from chekhov.cli.reading import read_plan, read_text, read_world, shown_with


@cli.under(
    "See stories",
    "show",
    examples="""
    chekhov plan worlds/mountain.story --ending everyone_lives --json > lives.json
    chekhov show worlds/mountain.story lives.json -o lives.svg
    chekhov show worlds/mountain.md -o chapter.svg
    chekhov show film.json -o film.svg
    """,
)
@click.argument("story")
@click.argument("plan", required=False)
@click.option("-o", "--output", metavar="FILE", cls=Option, help="The file to write; standard output without it.")
@click.option(
    "--json", "as_json", is_flag=True, cls=Option, help="Print the layers and the order of the lines instead."
)
def show(story: str, plan: str | None, output: str | None, as_json: bool) -> Outcome:
    """Draw the storyline chart of a story, as SVG.

    A line for each person; who is at the same place is side by side; filled dots are things learnt, open ones wrong
    beliefs, crosses deaths. STORY is a world, with the acts of a PLAN; or a manuscript (.md); or a file of storyline
    data (.json). The lines cross as seldom as can be proved within a second and a half; the chart says so.
    """
    from chekhov.charts.chronicle import Chronicle, chronicle
    from chekhov.charts.storyline import draw
    from chekhov.charts.storylines import arrange
    from chekhov.formats.storylines import read_storyline

    if story.endswith(".json"):
        text = read_text(story)
        with shown_with({}):
            told = Chronicle(read_storyline(text, story), (), ())
    elif story.endswith(".md"):
        from chekhov.manuscript.chapters import Beat

        read = read_manuscript(story)
        with shown_with(read.sources):
            told = chronicle(
                read.problem,
                [str(act) for entry in read.story if isinstance(entry, Beat) for act in entry.acts],
            )
    else:
        problem, sources = read_world(story)
        if plan is None:
            raise click.UsageError("Which story of this world? Name a plan; - reads it from standard input.")
        acts = read_plan(plan, problem)
        with shown_with(sources):
            told = chronicle(problem, acts)
    arranged = arrange(told.storyline)
    if as_json:
        layers = [
            {"groups": [[told.storyline.people[p] for p in group] for group in layer.groups], "time": layer.time}
            for layer in told.storyline.layers
        ]
        orders = [[told.storyline.people[person] for person in order] for order in arranged.orders]
        counts = {"crossings": arranged.crossings, "least": arranged.least, "proved": arranged.proved}
        print_json({**counts, "layers": layers, "orders": orders, "beats": list(told.beats)})
        return Outcome.YES if arranged.proved else Outcome.LIMIT
    picture = draw(told.storyline, arranged, title=Path(story).stem, beats=told.beats, marks=told.marks)
    if output is None:
        echo(picture, nl=False)
    else:
        replace_file(output, picture)
        gap = "" if arranged.proved else f" (at least {arranged.least})"
        echo(f"wrote {output}: {arranged.crossings} crossings{gap}", err=True)
    return Outcome.YES
