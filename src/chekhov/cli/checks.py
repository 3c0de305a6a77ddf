"""Commands that look at every moment of a world: ``check``, ``path``, ``diff``."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import click

from chekhov.cli import manuscripts
from chekhov.cli.application import Option, Outcome, cli
from chekhov.cli.options import (
    Beginning,
    Limits,
    Resources,
    beginning_options,
    bundled,
    depth_option,
    json_option,
    number_option,
    physical_option,
    reason_options,
    resource_options,
    world_argument,
)
from chekhov.cli.output import Progress, colour_on, counted, echo, print_json, replace_file, width, wrapped
from chekhov.cli.reading import open_kernel, read_condition, read_demand, read_world, shown_with

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chekhov.checking import PathAnswer, Report
    from chekhov.diagnostics import Source

FORMATS = ("text", "json", "html", "junit", "sarif")


class Play(NamedTuple):
    """What a check looks at."""

    physical: bool
    depth: int | None
    games: int | None
    seed: int
    stop_at_endings: bool


_play = bundled(
    "play",
    Play,
    physical_option,
    click.option(
        "--stop-at-endings", is_flag=True, cls=Option, help="A story that comes to an ending does not go on behind it."
    ),
    number_option(
        "--games", "So many stories of random play, which the endings' shares are taken from.", section="Random play"
    ),
    number_option("--seed", "Other random play; the same seed plays the same.", section="Random play", default=0),
    depth_option,
)


def _checked(
    path: str,
    beginning: Beginning,
    play: Play,
    limits: Limits,
    resources: Resources,
    demands: Sequence[str] = (),
    checkpoint: str | None = None,
    resume: bool = False,
) -> tuple[Report, Mapping[str, Source]]:
    """The report of a world, and the texts that it was read from."""
    from chekhov import checking, kernel

    problem, sources = read_world(path, beginning.assume)
    if beginning.after is not None:
        # They speak of whole stories: what they ask for may have been before.
        problem = replace(problem, demands=(), secrets=())
    # What is not in the world has no place there.
    asked = [replace(read_demand(text, problem), span=None) for text in demands]
    with shown_with(sources), Progress() as progress:
        report = checking.check(
            open_kernel(problem, resources, beginning.after),
            physical=play.physical,
            limits=kernel.Limits(*limits),
            depth=play.depth,
            seconds=resources.seconds,
            seed=play.seed,
            games=checking.GAMES if play.games is None else play.games,
            demands=asked,
            stop_at_endings=play.stop_at_endings,
            report=progress,
            checkpoint=checkpoint,
            resume=resume,
        )
    if beginning.assume:
        report = replace(report, title=f"{report.title or 'The story'}, if {' and '.join(beginning.assume)}")
    if beginning.after is not None:
        report = _later(report, beginning.after)
    # The first declaration may stand in an included file.
    return replace(report, world=path), sources


def _later(report: Report, plan: str) -> Report:
    """A report of what follows on a plan. What no longer happens may well have happened before: that is left out, and
    what no longer matters is nothing suspicious in the world."""
    findings = tuple(
        replace(finding, level="note") if finding.kind == "unfired_gun" else finding
        for finding in report.findings
        if not finding.kind.startswith(("never_", "stale_acceptance"))
    )
    return replace(report, title=f"{report.title or 'The story'}, after {plan}", findings=findings)


@cli.under(
    "Check worlds",
    "check",
    short_help="Look at every moment that stories reach, and say what is wrong.",
    examples="""
        chekhov check worlds/heist.story
        chekhov check worlds/heist.story --demand 'never done(arrest(_, Ada, _))'
        chekhov check worlds/heist.story -o report.html -o report.sarif --strict
        chekhov check worlds/mountain.story --time 600 --checkpoint mountain.moments
        chekhov check worlds/mountain.md
    """,
)
@click.argument("paths", metavar="FILE...", type=click.Path(), nargs=-1, required=True)
@beginning_options
@_play
@click.option(
    "--demand",
    "demands",
    metavar="TEXT",
    multiple=True,
    cls=Option,
    section="Demands",
    help="What should hold, as in a world: 'never C', 'always C', 'possible C', 'inevitable C', 'C before D', "
    "'C until D'. Can be given more than once.",
)
@click.option(
    "--strict", is_flag=True, cls=Option, section="Demands", help="Warnings that are not accepted are errors."
)
@reason_options
@resource_options
@click.option(
    "--checkpoint",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    cls=Option,
    section="Limits",
    help="Keep in FILE what was explored, while it is explored.",
)
@click.option(
    "--resume", is_flag=True, cls=Option, section="Limits", help="Go on with what is in the checkpoint's FILE."
)
@click.option(
    "--format",
    "form",
    metavar="FORMAT",
    type=click.Choice(FORMATS),
    cls=Option,
    section="Output",
    help=f"One of {', '.join(FORMATS)}.",
)
@click.option(
    "-o",
    "--output",
    "files",
    metavar="FILE",
    multiple=True,
    type=click.Path(dir_okay=False),
    cls=Option,
    section="Output",
    help="Write the report to FILE, in the format that its name ends with (.html, .json, .xml for junit, .sarif, "
    "else text) if no other is given. Can be given more than once.",
)
@click.option("--all", "everything", is_flag=True, cls=Option, section="Output", help="All that was found, uncut.")
@click.option(
    "--instead",
    metavar="N:ACT",
    multiple=True,
    cls=Option,
    section="Manuscripts",
    help="What if this were done in beat N: '8:shoot(Clarke, Panel)'. Can be given more than once.",
)
@click.option(
    "--fix", is_flag=True, cls=Option, section="Manuscripts", help="Write the best repair into the manuscript."
)
@click.option(
    "--endings",
    is_flag=True,
    cls=Option,
    section="Manuscripts",
    help="Look as long as it takes for the endings that are open after each beat.",
)
@json_option
def check(
    paths: tuple[str, ...],
    beginning: Beginning,
    play: Play,
    demands: tuple[str, ...],
    strict: bool,
    instead: tuple[str, ...],
    fix: bool,
    endings: bool,
    limits: Limits,
    resources: Resources,
    checkpoint: str | None,
    resume: bool,
    form: str | None,
    files: tuple[str, ...],
    everything: bool,
    as_json: bool,
) -> Outcome:
    """Look at every moment that the stories of a world can reach, and say what its author needs to know: which endings
    can be reached, and after which choices they no longer can; whether the demands of the world hold, and which secrets
    come out; what never happens, what is there for nothing, who is wrong about what, and who can know what from when.

    Each finding has the shortest story that shows it. Looked at are stories in which every act has a reason, of 5 acts
    and 2 minds deep at most unless other limits are given; with --physical, all that anybody could do.

    A manuscript (.md, several chapters one after the other, or a folder of them) is held to its world instead: whether
    each of its beats can happen then and there, whether everybody had a reason for what they do, from what they knew
    then, and how it could be mended; and where it can go from there.

    Ends with 0 if nothing is wrong, 1 if a demand fails, a secret leaks or there is another error (with --strict, or a
    warning), 3 if a limit was reached and something is not proved.
    """
    from chekhov.checking import rendering
    from chekhov.checking.rendering import outline, terminal

    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} ask for different things.")
    if resume and checkpoint is None:
        raise click.UsageError("--resume needs --checkpoint FILE.")
    form = "json" if as_json else form
    if all(map(manuscripts.is_manuscript, paths)):
        return manuscripts.check_manuscript(
            paths,
            limits=limits,
            seconds=resources.seconds,
            form=form,
            files=files,
            everything=everything,
            strict=strict,
            fix=fix,
            endings=endings,
            assume=beginning.assume,
            instead=instead,
        )
    for option, given in (("--fix", fix), ("--instead", instead), ("--endings", endings)):
        if given:
            raise manuscripts.only_for_manuscripts(option)
    if len(paths) > 1:
        raise click.UsageError(
            "one world is checked at a time; only the chapters of a manuscript (.md) can be several."
        )
    report, sources = _checked(paths[0], beginning, play, limits, resources, demands, checkpoint, resume)
    for file in files:
        document = rendering.render(report, form or rendering.format_of(file), sources, strict=strict)
        replace_file(file, document)
        echo(f"wrote {file}", err=True)
    if files:
        echo(outline.summary(report), err=True)
    elif form in (None, "text"):
        shown = terminal.lines(
            report, sources, width=width(), colour=colour_on(sys.stdout), everything=everything, strict=strict
        )
        echo("\n".join(shown))
    else:
        echo(rendering.render(report, form or "text", sources, strict=strict), nl=False)
    return {
        "right": Outcome.YES,
        "wrong": Outcome.NO,
        "unproved": Outcome.LIMIT,
        "interrupted": Outcome.INTERRUPTED,
    }[outline.outcome(report, strict=strict)]


@cli.under(
    "Check worlds",
    "path",
    short_help="Find the shortest story to a moment.",
    examples="""
        chekhov path worlds/heist.story --to 'at(Nell) == Study'
        chekhov path worlds/heist.story --to 'done(report(Ada, _))' --avoiding 'at(Nell) == Study'
        chekhov path worlds/heist.story --from 'at(Nell) == Gallery' --to 'ending(nell_caught)'
    """,
)
@world_argument
@click.option(
    "--to",
    metavar="CONDITION",
    required=True,
    cls=Option,
    section="Moments",
    help="Where it leads: a condition as in a demand, of facts, beliefs, done(ACT) and ending(NAME).",
)
@click.option(
    "--from", "origin", metavar="CONDITION", cls=Option, section="Moments", help="Where it sets out; else at the start."
)
@click.option(
    "--avoiding", metavar="CONDITION", cls=Option, section="Moments", help="What holds in no moment of the story."
)
@beginning_options
@physical_option
@depth_option
@reason_options
@resource_options
@json_option
def path(
    world: str,
    to: str,
    origin: str | None,
    avoiding: str | None,
    beginning: Beginning,
    physical: bool,
    depth: int | None,
    limits: Limits,
    resources: Resources,
    as_json: bool,
) -> Outcome:
    """Find the shortest story to a moment in which a condition holds, from the start or from a moment in which another
    one does, perhaps without a third one on the way.

    Ends with 0 if there is such a story, 1 if it is proved that there is none, 3 if a limit was reached first.
    """
    from chekhov import checking, kernel

    problem, sources = read_world(world, beginning.assume)
    target = read_condition(to, problem, "--to", of_events=True)
    with shown_with(sources), Progress() as progress:
        answer = checking.path(
            open_kernel(problem, resources, beginning.after),
            target,
            from_=None if origin is None else read_condition(origin, problem, "--from", of_events=True),
            avoiding=None if avoiding is None else read_condition(avoiding, problem, "--avoiding", of_events=True),
            physical=physical,
            limits=kernel.Limits(*limits),
            depth=depth,
            seconds=resources.seconds,
            report=progress,
        )
    if as_json:
        print_json(answer.to_json())
    else:
        echo("\n".join(_path(answer, to)))
    if answer.limit == "interrupted":
        return Outcome.INTERRUPTED
    return {"found": Outcome.YES, "impossible": Outcome.NO, "limit": Outcome.LIMIT}[answer.outcome]


def _path(answer: PathAnswer, to: str) -> list[str]:
    from chekhov.checking.findings import Story
    from chekhov.checking.rendering.terminal import Terminal

    terminal = Terminal({}, width(), colour_on(sys.stdout), False)
    if answer.story is None:
        ends = {
            "time": "Time was up.",
            "memory": "Memory was full.",
            "interrupted": "It was interrupted.",
            "reasons": "Longer reasons than were looked for might lead to one.",
        }
        if answer.outcome == "limit":
            said = [f"No story was found that leads to this: {to}"]
            said.append(ends.get(answer.limit or "", "There is more beyond this depth."))
        else:
            said = [f"No story leads to this: {to}", *answer.obstacles]
        return [line for text in said for line in terminal.prose(text, 0)]
    story, start = answer.story, answer.start
    before = Story(story.acts[:start], story.tellings[:start])
    after = Story(story.acts[start:], story.tellings[start:])
    title = f"A story of {counted(len(story.acts), 'act')}: {to}"
    if start:
        title = f"A path of {counted(len(after.acts), 'act')}, after {counted(start, 'act')}: {to}"
    lines = wrapped(title).split("\n")
    if start:
        lines += ["", *terminal.story(before, 0), "", terminal.paint("From here on:", "heading")]
    elif story.acts:
        lines.append("")
    return [*lines, *terminal.story(after, 0, first=start + 1)]


@cli.under(
    "Check worlds",
    "diff",
    short_help="Say what an edit did to a world's stories.",
    examples="""
        chekhov diff before.story worlds/heist.story
        git show HEAD:worlds/heist.story > before.story
        chekhov diff worlds/heist.story --assume 'at(Nell) = Study'
    """,
)
@click.argument("old", metavar="OLD", type=click.Path())
@click.argument("new", metavar="[NEW]", type=click.Path(), required=False)
@beginning_options
@_play
@reason_options
@resource_options
@click.option("--all", "everything", is_flag=True, cls=Option, section="Output", help="All that has changed, uncut.")
@json_option
def diff(
    old: str,
    new: str | None,
    beginning: Beginning,
    play: Play,
    limits: Limits,
    resources: Resources,
    everything: bool,
    as_json: bool,
) -> Outcome:
    """Say what an edit did to a world's stories, not to its text: which endings can now be reached or no longer can,
    which demands hold or fail, which acts are done, and what else was found before and is not found any more, or the
    other way round. What is assumed with --assume is so in NEW alone, and NEW is then OLD if it is not given: what
    would be otherwise?

    Ends with 0 if nothing was lost; 1 if an ending can no longer be reached, a demand no longer holds, an act is no
    longer done, or there is a new error; 3 if a limit was reached before that could be said.
    """
    from chekhov import checking
    from chekhov.checking.rendering import difference

    if new is None and not beginning.assume:
        raise click.UsageError("Compared with what? Name a second world, or what to --assume of this one.")
    shown = " and ".join((new or old, *beginning.assume)).replace(" and ", " with ", 1)
    before = _checked(old, beginning._replace(assume=()), play, limits, resources)[0]
    after = _checked(new or old, beginning, play, limits, resources)[0]
    found = checking.diff(before, after)
    if as_json:
        print_json(difference.to_json(found, old, shown))
    else:
        lines = difference.lines(found, old, shown, width=width(), colour=colour_on(sys.stdout), everything=everything)
        echo("\n".join(lines))
    if any(report.extent.limit == "interrupted" for report in (before, after)):
        return Outcome.INTERRUPTED
    if difference.lost(found):
        return Outcome.NO
    return Outcome.LIMIT if difference.unproved(found) else Outcome.YES
