"""The command line: what an author types, and what comes back.

Every command keeps to the same rules. What was asked for goes to standard output; errors, warnings and progress go to
standard error. ``--json`` prints one JSON object in place of text. Colour and progress appear on a terminal only, and
``NO_COLOR`` is respected. How it ended is in the exit code (:class:`Outcome`).

Modules are imported in the commands, so that ``chekhov --help`` and completion do not wait for what they do not use.
"""

from __future__ import annotations

import enum
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from chekhov.diagnostics import Diagnostic, Source
    from chekhov.kernel import Exploration, Kernel, LimitReached, Limits, Progress
    from chekhov.model import Expression, Problem


class Outcome(enum.IntEnum):
    """The exit codes, as ``chekhov --help`` lists them."""

    YES = 0
    """A story was found, a plan is valid, what was asked for is done."""
    NO = 1
    """Proved impossible; a plan is not valid; a file is not in its normal form (``fmt --check``)."""
    USAGE = 2
    """The command line makes no sense."""
    LIMIT = 3
    """A limit was reached before there was an answer."""
    BAD_INPUT = 4
    """A world, a plan, a condition or a file has errors."""
    FAULT = 70
    """A fault of Chekhov's own."""
    INTERRUPTED = 130
    """Ctrl-C; what had been found by then is printed."""


EXIT_CODES = (
    ("0", "found; valid; done"),
    ("1", "proved impossible; not valid; not in normal form (fmt --check)"),
    ("2", "the command line makes no sense"),
    ("3", "a limit was reached before there was an answer"),
    ("4", "errors in a world, a plan or a condition"),
    ("70", "a fault in Chekhov itself"),
    ("130", "interrupted; what was found by then is printed"),
)


# ---------------------------------------------------------------------------------------------------------------------
# Help that reads well: commands and options in groups


class _Option(click.Option):
    """An option under a heading of its own in the help."""

    def __init__(self, *arguments: Any, section: str = "Options", **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.section = section

    def get_help_extra(self, ctx: click.Context) -> Any:
        """Nothing: ranges and defaults that matter are told in words."""
        return {}


class _Command(click.Command):
    """A command whose help groups its options, and ends with examples."""

    def __init__(self, *arguments: Any, examples: str = "", **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.examples = examples

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                sections.setdefault(getattr(parameter, "section", "Options"), []).append(record)
        sections["Options"] = sections.pop("Options")
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples.strip().splitlines():
                    formatter.write(f"  {line.strip()}\n" if line.strip() else "\n")


class _Group(click.Group):
    """All commands, in the order of their declaration and under the headings that they were declared with."""

    command_class = _Command

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.headings: dict[str, list[str]] = {}

    def under(self, heading: str, name: str, **keywords: Any) -> Callable[[Callable[..., Any]], click.Command]:
        """Declares a command under a heading of the help."""
        self.headings.setdefault(heading, []).append(name)
        return self.command(name, **keywords)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for names in self.headings.values() for name in names]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, self.commands))
        for heading, names in self.headings.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), self.commands[name].get_short_help_str(200)) for name in names])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit codes"):
            formatter.write_dl(EXIT_CODES)
        formatter.write_paragraph()
        formatter.write_text(
            "chekhov COMMAND --help says more about each. A plan is a file with an act on each line, walk(Tom, Home, "
            "Market), and # for comments; - reads it from standard input."
        )


_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


def _options(*decorators: Callable[[Any], Any]) -> Callable[[_Decorated], _Decorated]:
    """Several options as one decorator."""

    def decorate(function: _Decorated) -> _Decorated:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


# ---------------------------------------------------------------------------------------------------------------------
# What every command does: printing, progress, reading worlds and plans

REPORT_TO = "the project's issue tracker"
_STANDARD_INPUT = "<standard input>"
_USUAL_REASON_ACTS, _USUAL_BELIEF_DEPTH = 5, 2
"""The limits on reasons in explore: a reason that nobody can follow is none."""


def _colour(stream: IO[str]) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _columns() -> int:
    return max(40, shutil.get_terminal_size((100, 24)).columns)


def _width() -> int:
    """The width to wrap prose at: the terminal's, but no lines too long to read."""
    return min(_columns(), 100)


def _wrapped(text: str) -> str:
    import textwrap

    return textwrap.fill(text, _width(), break_long_words=False, break_on_hyphens=False)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _print_json(answer: Any) -> None:
    import json

    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def _warn(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> None:
    """Errors and warnings, to standard error."""
    from chekhov.diagnostics import render

    for found in diagnostics:
        click.echo(f"{render(found, sources, colour=_colour(sys.stderr), width=_columns())}\n", err=True)


class _RejectedError(Exception):
    """Input with errors. They are shown with their lines, and the command ends."""

    def __init__(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source]) -> None:
        super().__init__(diagnostics)
        self.diagnostics = diagnostics
        self.sources = sources


def _read_text(path: str) -> str:
    """The text of a file; ``-`` is standard input."""
    from chekhov.diagnostics import Source
    from chekhov.lang.reading import decode

    shown = _STANDARD_INPUT if path == "-" else path
    if path == "-":
        data = sys.stdin.buffer.read()
    else:
        with open(path, "rb") as file:
            data = file.read()
    text, diagnostics = decode(data, shown)
    if diagnostics:
        raise _RejectedError(diagnostics, {shown: Source(shown, text)})
    return text


def _read_world(path: str) -> tuple[Problem, Mapping[str, Source]]:
    """A world and the texts that it was read from. Its warnings are shown."""
    from chekhov import lang

    reading = lang.read(path)
    if reading.problem is None:
        raise _RejectedError(reading.diagnostics, reading.sources)
    _warn(reading.diagnostics, reading.sources)
    return reading.problem, reading.sources


def _read_plan(path: str, problem: Problem) -> list[str]:
    """The acts of a plan file."""
    from chekhov import lang
    from chekhov.diagnostics import Source

    shown = _STANDARD_INPUT if path == "-" else path
    text = _read_text(path)
    acts, diagnostics = lang.parse_plan(text, problem, shown)
    sources = {shown: Source(shown, text)}
    if acts is None:
        raise _RejectedError(diagnostics, sources)
    _warn(diagnostics, sources)
    return acts


def _read_act(text: str, problem: Problem) -> str:
    """An act of the command line, as plans write it."""
    from chekhov import lang
    from chekhov.diagnostics import Source

    act, diagnostics = lang.parse_ground(text, problem)
    if act is None:
        sources = {found.span.path: Source(found.span.path, text) for found in diagnostics if found.span is not None}
        raise _RejectedError(diagnostics, sources)
    return str(act)


def _checked(text: str, problem: Problem) -> Expression:
    """A condition of the command line."""
    from chekhov import lang
    from chekhov.diagnostics import Source

    expression, diagnostics = lang.parse_condition(text, problem)
    sources = {found.span.path: Source(found.span.path, text) for found in diagnostics if found.span is not None}
    if expression is None:
        raise _RejectedError(diagnostics, sources)
    _warn(diagnostics, sources)
    return expression


@contextmanager
def _known(sources: Mapping[str, Source]) -> Iterator[None]:
    """Shows what is found later to be wrong with a world with the lines of the world."""
    from chekhov.diagnostics import ChekhovError

    try:
        yield
    except ChekhovError as error:
        raise _RejectedError(error.diagnostics, sources) from None


def _open(problem: Problem, gibibytes: float | None, threads: int | None) -> Kernel:
    from chekhov.grounding import ground
    from chekhov.kernel import Kernel

    return Kernel(ground(problem), threads=threads, memory=None if gibibytes is None else int(gibibytes * 2**30))


def _limited(limit: LimitReached | None) -> Outcome:
    """How a request ends that is done, or that a limit cut short. A depth that was asked for is no limit reached."""
    if limit == "interrupted":
        return Outcome.INTERRUPTED
    return Outcome.YES if limit in (None, "acts", "depth") else Outcome.LIMIT


class _Progress:
    """How far a request is, on one line of standard error that is wiped at the end. Silent but on a terminal."""

    def __init__(self) -> None:
        self.shown = False
        self.started = time.monotonic()
        self.terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __call__(self, progress: Progress) -> None:
        seconds = time.monotonic() - self.started
        if not self.terminal or seconds < 0.5:
            return
        memory = f"{progress.bytes / 2**20:,.0f} MiB"
        line = f"  {progress.states:,} moments · {progress.depth} acts deep · {memory} · {seconds:.0f} s · Ctrl-C ends"
        sys.stderr.write(f"\r\x1b[K{line[: shutil.get_terminal_size((80, 24)).columns - 1]}")
        sys.stderr.flush()
        self.shown = True

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


# ---------------------------------------------------------------------------------------------------------------------
# Options that several commands share


def _complete_endings(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The endings of the world that the command line already names."""
    from click.shell_completion import CompletionItem

    from chekhov import lang

    # With the option's value still missing, click has not yet given the arguments their names.
    world = ctx.params.get("world") or next(iter(ctx.args), None)
    problem = lang.read(world).problem if world else None
    return [
        CompletionItem(ending.name, help=ending.label)
        for ending in (problem.endings if problem else ())
        if ending.name.startswith(incomplete)
    ]


def _complete_codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from chekhov.diagnostics import codes

    return [
        CompletionItem(entry.code, help=entry.title)
        for entry in codes().values()
        if entry.code.startswith(incomplete.upper())
    ]


_json = click.option("--json", "as_json", is_flag=True, cls=_Option, section="Output", help="One JSON object.")
_world = click.argument("world", metavar="FILE", type=click.Path())
_plan = click.argument("plan", metavar="PLAN", type=click.Path(allow_dash=True))
_goals = _options(
    click.option(
        "--ending",
        metavar="NAME",
        cls=_Option,
        section="Goal",
        shell_complete=_complete_endings,
        help="An ending that the world declares.",
    ),
    click.option(
        "--to",
        metavar="CONDITION",
        cls=_Option,
        section="Goal",
        help="Any condition, as it would stand in the world: 'at(Tom) == Home'.",
    ),
    click.option(
        "--utility",
        metavar="N",
        type=float,
        cls=_Option,
        section="Goal",
        help="The author's utility at N or more. Without a goal: at the next whole number above what it is at first.",
    ),
)
_reason_limits = _options(
    click.option(
        "--max-reason-acts",
        metavar="N",
        type=click.IntRange(min=1),
        cls=_Option,
        section="Limits",
        help="So many acts in a plan that somebody has in mind at most.",
    ),
    click.option(
        "--max-belief-depth",
        metavar="N",
        type=click.IntRange(min=0),
        cls=_Option,
        section="Limits",
        help="Reasons look so many minds deep at most.",
    ),
)
_limits = _options(
    click.option(
        "--max-acts",
        metavar="N",
        type=click.IntRange(min=0),
        cls=_Option,
        section="Limits",
        help="So many acts in a story at most.",
    ),
    _reason_limits,
)
_seconds = click.option(
    "--time",
    "seconds",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    cls=_Option,
    section="Limits",
    help="Stop after so long.",
)
_resources = _options(
    _seconds,
    click.option(
        "--memory",
        "gibibytes",
        metavar="GIB",
        type=click.FloatRange(min=0, min_open=True),
        cls=_Option,
        section="Limits",
        help="Stop before using more memory than this.",
    ),
    click.option(
        "--threads",
        metavar="N",
        type=click.IntRange(min=1),
        cls=_Option,
        section="Limits",
        help="So many threads; all cores if not given. The answer is the same.",
    ),
)


# ---------------------------------------------------------------------------------------------------------------------
# Commands


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"chekhov {version('chekhov')}")
        ctx.exit()


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
def cli() -> None:
    """Story worlds in, motivated stories out.

    Chekhov finds the shortest story that reaches an ending, in which every act has a reason in the one who does it, and
    proves that none is shorter, or that there is none.
    """


def _one_goal(*goals: object) -> None:
    if sum(goal is not None for goal in goals) > 1:
        raise click.UsageError("only one of --ending, --to and --utility can be the goal.")


@cli.under(
    "Find stories",
    "plan",
    short_help="Find the shortest story that reaches an ending.",
    examples="""
        chekhov plan worlds/heist.story
        chekhov plan worlds/heist.story --ending caught -n 3
        chekhov plan worlds/heist.story --to 'at(Guard) == Vault' --max-acts 8 --time 60
        chekhov plan worlds/heist.story --json | jq -r '.acts[].act' > heist.plan
    """,
)
@_world
@_goals
@_limits
@_resources
@click.option("--first", is_flag=True, cls=_Option, section="Search", help="The first story found, not the shortest.")
@click.option(
    "-n",
    "--count",
    metavar="K",
    type=click.IntRange(min=1),
    default=1,
    cls=_Option,
    section="Search",
    help="So many different stories, shortest first.",
)
@click.option(
    "--seed",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    cls=_Option,
    section="Search",
    help="Kept for scripts: the search makes no random choice, whatever the seed.",
)
@_json
def plan(
    world: str,
    ending: str | None,
    to: str | None,
    utility: float | None,
    max_acts: int | None,
    max_reason_acts: int | None,
    max_belief_depth: int | None,
    seconds: float | None,
    gibibytes: float | None,
    threads: int | None,
    first: bool,
    count: int,
    seed: int,
    as_json: bool,
) -> Outcome:
    """Find the shortest story that reaches the goal, in which every act has a reason in everyone who does it, and print
    it with those reasons.

    Ends with 0 if there is one, 1 if it is proved that there is none (and what is missing is said), 3 if a limit cut
    the search short. Without limits, longer and deeper reasons are tried until there is an answer.
    """
    from chekhov import planning
    from chekhov.kernel import Limits

    _one_goal(ending, to, utility)
    problem, sources = _read_world(world)
    condition = None if to is None else _checked(to, problem)
    with _known(sources), _Progress() as progress:
        kernel = _open(problem, gibibytes, threads)
        if ending is not None:
            goal = planning.ending_goal(kernel.task, ending)
        elif condition is not None:
            goal = planning.condition_goal(kernel.task, condition, to)
        else:
            goal = planning.utility_goal(kernel, utility)
        limits = Limits(max_acts, max_reason_acts, max_belief_depth)
        answer = planning.plan(
            kernel, goal, limits, first=first, count=count, seconds=seconds, seed=seed, report=progress
        )
    if as_json:
        _print_json(answer.to_json())
    else:
        click.echo("\n".join(answer.lines(_width())))
    if answer.limit == "interrupted":
        return Outcome.INTERRUPTED
    return {"found": Outcome.YES, "impossible": Outcome.NO, "limit": Outcome.LIMIT}[answer.outcome]


@cli.under(
    "Find stories",
    "explore",
    short_help="Count the moments that stories can reach.",
    examples="""
        chekhov explore worlds/heist.story --depth 6
        chekhov explore worlds/heist.story --physical --json
    """,
)
@_world
@click.option(
    "--physical", is_flag=True, cls=_Option, help="All that anybody could do, whether or not they have a reason to."
)
@click.option(
    "--depth",
    metavar="N",
    type=click.IntRange(min=0),
    cls=_Option,
    section="Limits",
    help="So many acts from the start at most; without it, until there is nothing new.",
)
@_reason_limits
@_resources
@_json
def explore(
    world: str,
    physical: bool,
    depth: int | None,
    max_reason_acts: int | None,
    max_belief_depth: int | None,
    seconds: float | None,
    gibibytes: float | None,
    threads: int | None,
    as_json: bool,
) -> Outcome:
    """Count the distinct moments of a world by how many acts they are from the start.

    A moment is what is the case together with what everybody believes, and believes that others believe. Counted are
    the moments of stories in which every act has a reason, of 5 acts and 2 minds deep at most unless other limits are
    given; with --physical, those of everything that can be done. Ends with 0 if all moments were counted (within
    --depth), 3 if a limit cut it short.
    """
    from chekhov.kernel import Limits

    if not physical:
        # Without end, the search for a reason that does not exist has none either.
        max_reason_acts = _USUAL_REASON_ACTS if max_reason_acts is None else max_reason_acts
        max_belief_depth = _USUAL_BELIEF_DEPTH if max_belief_depth is None else max_belief_depth
    limits = Limits(reason_acts=max_reason_acts, belief_depth=max_belief_depth)
    problem, sources = _read_world(world)
    with _known(sources), _Progress() as progress:
        kernel = _open(problem, gibibytes, threads)
        found = kernel.explore(
            physical=physical,
            depth=depth,
            limits=limits,
            seconds=seconds,
            report=progress,
        )
    states = found.states_by_depth
    if as_json:
        _print_json(
            {
                "states_by_depth": states,
                "complete": found.complete,
                "seconds": round(found.seconds, 6),
                "transitions": found.transitions,
                "bytes": found.bytes,
                "limit": found.limit,
                "limits": {"max_reason_acts": max_reason_acts, "max_belief_depth": max_belief_depth},
                "reasons_cut": found.reasons_cut,
            }
        )
    else:
        width = max(len("moments"), len(f"{states[-1]:,}"))
        click.echo(f"acts  {'moments':>{width}}  {'new':>{width}}")
        for acts, (before, now) in enumerate(zip((0, *states), states, strict=False)):
            click.echo(f"{acts:4}  {now:>{width},}  {now - before:>{width},}")
        click.echo()
        click.echo(_wrapped(_extent(found, limits)))
    return _limited(found.limit)


def _extent(found: Exploration, limits: Limits) -> str:
    if found.complete:
        end = "These are all."
    elif found.limit in (None, "depth", "acts"):
        end = "There may be more beyond this depth."
    else:
        what = {"time": "time was up", "memory": "memory was full", "interrupted": "it was interrupted"}[found.limit]
        end = f"There are more: {what}."
    cut = ""
    if found.reasons_cut:
        cut = (
            f" Some acts might have longer reasons than were looked for ({_counted(limits.reason_acts or 0, 'act')}, "
            f"{_counted(limits.belief_depth or 0, 'mind')} deep)."
        )
    return (
        f"{_counted(found.states_by_depth[-1], 'moment')}, {_counted(found.transitions, 'act')} between them; "
        f"{found.seconds:.1f} s, {found.bytes / 2**20:,.0f} MiB. {end}{cut}"
    )


@cli.under(
    "Ask about stories",
    "why",
    short_help="Say why an act of a story is done.",
    examples="""
        chekhov why worlds/heist.story my.plan 3
        chekhov why worlds/heist.story my.plan 'open(Guard, Vault)'
    """,
)
@_world
@_plan
@click.argument("step", metavar="STEP")
@_reason_limits
@_json
def why(
    world: str, plan: str, step: str, max_reason_acts: int | None, max_belief_depth: int | None, as_json: bool
) -> Outcome:
    """Say why an act of a story is done: what each who does it has in mind, in the world as they believe it to be, and
    where that belief is wrong.

    STEP is the number of the act, from 1, or the act itself. Ends with 0 if everyone who does it has a reason, 1 if
    not.
    """
    from chekhov import explanation
    from chekhov.kernel import Limits

    problem, sources = _read_world(world)
    acts = _read_plan(plan, problem)
    if step.isdecimal():
        number = int(step)
    else:
        act = _read_act(step, problem)
        if act not in acts:
            raise click.BadParameter(f"{act} is not in the plan", param_hint="'STEP'")
        number = acts.index(act) + 1
    with _known(sources):
        kernel = _open(problem, None, None)
        answer = explanation.why(kernel, acts, number, Limits(None, max_reason_acts, max_belief_depth))
    if as_json:
        _print_json(answer.to_json())
    else:
        click.echo("\n".join(answer.lines(_width())))
    return Outcome.YES if answer.explained else Outcome.NO


@cli.under(
    "Ask about stories",
    "whynot",
    short_help="Say why somebody does not do something.",
    examples="""
        chekhov whynot worlds/heist.story 'open(Guard, Vault)'
        chekhov whynot worlds/heist.story my.plan 'open(Guard, Vault)'
    """,
)
@_world
@click.argument("plan_and_act", metavar="[PLAN] ACTION", nargs=-1)
@_reason_limits
@_json
def whynot(
    world: str,
    plan_and_act: tuple[str, ...],
    max_reason_acts: int | None,
    max_belief_depth: int | None,
    as_json: bool,
) -> Outcome:
    """Say why an act does not happen at the start, or after the acts of a plan: which condition fails, or who has no
    reason for it, and what would give them one.

    Ends with 0; whether the act may happen after all is in the answer.
    """
    from chekhov import explanation
    from chekhov.kernel import Limits

    if not 1 <= len(plan_and_act) <= 2:
        raise click.UsageError("needs a world, perhaps a plan, and an act such as 'walk(Tom, Market)'.")
    problem, sources = _read_world(world)
    acts = _read_plan(plan_and_act[0], problem) if len(plan_and_act) == 2 else []
    act = _read_act(plan_and_act[-1], problem)
    with _known(sources):
        kernel = _open(problem, None, None)
        answer = explanation.whynot(kernel, acts, act, Limits(None, max_reason_acts, max_belief_depth))
    if as_json:
        _print_json(answer.to_json())
    else:
        click.echo("\n".join(answer.lines(_width())))
    return Outcome.YES


@cli.under(
    "Ask about stories",
    "validate",
    short_help="Check a story of your own.",
    examples="""
        chekhov validate worlds/heist.story my.plan --ending caught
        chekhov plan worlds/heist.story --json | jq -r '.acts[].act' |
            chekhov validate worlds/heist.story -
    """,
)
@_world
@_plan
@_goals
@_limits
@_seconds
@_json
def validate(
    world: str,
    plan: str,
    ending: str | None,
    to: str | None,
    utility: float | None,
    max_acts: int | None,
    max_reason_acts: int | None,
    max_belief_depth: int | None,
    seconds: float | None,
    as_json: bool,
) -> Outcome:
    """Check a story: that each act can happen when it does, that everyone who does it has a reason, and that it reaches
    the goal, if one is given.

    The checking is done from the definitions, by code that shares nothing with the search. Ends with 0 if the story is
    valid, 1 if it is not, 3 if time ran out.
    """
    from chekhov import validation
    from chekhov.planning import find_ending

    _one_goal(ending, to, utility)
    problem, _ = _read_world(world)
    acts = _read_plan(plan, problem)
    goal: Expression | float | None = utility
    if ending is not None:
        goal = find_ending(problem, ending).condition
    elif to is not None:
        goal = _checked(to, problem)
    verdict = validation.validate(
        problem,
        acts,
        goal=goal,
        limits=validation.Limits(max_acts, max_reason_acts, max_belief_depth),
        seconds=seconds,
    )
    fault = verdict.fault
    if as_json:
        answer: dict[str, Any] = {"outcome": verdict.outcome, "fault": None}
        if fault is not None:
            answer["fault"] = {
                "kind": fault.kind,
                "step": fault.step,
                "act": None if fault.act is None else str(fault.act),
                "character": fault.character,
                "unmet": [{"condition": unmet.condition, "values": dict(unmet.values)} for unmet in fault.unmet],
                "message": str(fault),
            }
        answer["acts"] = [
            {
                "act": act,
                "reasons": [
                    {
                        "character": reason.character,
                        "plan": [str(planned) for planned in reason.plan],
                        "utility": [reason.before, reason.after],
                    }
                    for reason in reasons
                ],
            }
            for act, reasons in zip(acts, verdict.reasons, strict=False)
        ]
        _print_json(answer)
    elif fault is None:
        click.echo(_wrapped(f"valid: {_counted(len(acts), 'act')}, each with a reason in everyone who does it"))
    else:
        click.echo(_wrapped(f"{'undecided' if verdict.outcome == 'limit' else 'not valid'}: {fault}"))
    return {"valid": Outcome.YES, "invalid": Outcome.NO, "limit": Outcome.LIMIT}[verdict.outcome]


@cli.under(
    "Work on worlds",
    "fmt",
    short_help="Put worlds into their normal form.",
    examples="""
        chekhov fmt worlds/*.story
        chekhov fmt --diff worlds/heist.story
        chekhov fmt < draft.story > heist.story
    """,
)
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path())
@click.option("--check", is_flag=True, cls=_Option, help="Change nothing; end with 1 if something would change.")
@click.option("--diff", is_flag=True, cls=_Option, help="Change nothing; print what would change.")
@_json
def fmt(files: tuple[str, ...], check: bool, diff: bool, as_json: bool) -> Outcome:
    """Put worlds into their normal form: one way to indent and to space, and every bracket that the reading needs.

    Files are changed in place. Without a file, or with -, the world comes from standard input and its normal form goes
    to standard output. A file with syntax errors stays as it is.
    """
    from chekhov import lang
    from chekhov.diagnostics import ChekhovError, Source

    changed: list[str] = []
    rejected = False
    for path in files or ("-",):
        text = _read_text(path)
        shown = "<standard input>" if path == "-" else path
        try:
            formatted = lang.format_text(text, shown)
        except ChekhovError as error:
            _warn(error.diagnostics, {shown: Source(shown, text)})
            rejected = True
            continue
        if formatted != text:
            changed.append(shown)
        if diff:
            _print_diff(text, formatted, shown)
        elif path == "-":
            if not check:
                click.echo(formatted, nl=False)
        elif formatted != text and not check:
            _replace(path, formatted)
            click.echo(f"formatted {path}", err=True)
        elif formatted != text:
            click.echo(f"not in its normal form: {path}", err=True)
    if as_json and (files and "-" not in files):
        _print_json({"changed": changed})
    if rejected:
        return Outcome.BAD_INPUT
    return Outcome.NO if changed and (check or diff) else Outcome.YES


def _print_diff(before: str, after: str, path: str) -> None:
    import difflib

    colours = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"} if _colour(sys.stdout) else {}
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), path, path, lineterm="")
    for line in lines:
        colour = colours.get(line[:1])
        click.echo(f"{colour}{line}\x1b[0m" if colour else line)


def _replace(path: str, text: str) -> None:
    """Writes a file whole or not at all, and keeps its permissions. A link stays a link."""
    import tempfile

    target = os.path.realpath(path)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=os.path.dirname(target), prefix=".fmt-", delete=False
    ) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            shutil.copymode(target, file.name)
            os.replace(file.name, target)
        except BaseException:
            os.unlink(file.name)
            raise


@cli.under(
    "Work on worlds",
    "explain",
    short_help="Explain an error or a warning.",
    examples="""
        chekhov explain E0201
        chekhov explain
    """,
)
@click.argument("code", required=False, shell_complete=_complete_codes)
@_json
def explain(code: str | None, as_json: bool) -> None:
    """Explain a code such as E0201: what it means, an example, and what to do. Without a code, list them all."""
    from dataclasses import asdict

    from chekhov import diagnostics

    if code is None:
        entries = diagnostics.codes().values()
        if as_json:
            _print_json([asdict(entry) for entry in entries])
        else:
            for entry in entries:
                click.echo(f"{entry.code}  {entry.title}")
        return
    found = diagnostics.explain(code)
    if found is None:
        raise click.BadParameter(f"there is no code {code!r}; 'chekhov explain' lists them", param_hint="'CODE'")
    if as_json:
        _print_json(asdict(found))
    else:
        click.echo(f"{found.code}  {found.title}\n\n{found.plain}")


@cli.under(
    "Your shell",
    "completion",
    short_help="Print a script that completes commands, options, endings and codes.",
    examples="""
        chekhov completion bash > ~/.local/share/bash-completion/completions/chekhov
        chekhov completion zsh > ~/.zfunc/_chekhov
        chekhov completion fish > ~/.config/fish/completions/chekhov.fish
    """,
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell, to be put where the examples say."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "chekhov", "_CHEKHOV_COMPLETE").source())


# ---------------------------------------------------------------------------------------------------------------------
# The process


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs a command line and ends the process with its exit code. No way out of here shows a traceback, but for
    ``CHEKHOV_DEBUG``."""
    if hasattr(signal, "SIGPIPE"):
        # As other programs end when nobody reads on, as in `chekhov explore … | head`: at once and without a word.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    as_json = "--json" in (sys.argv[1:] if arguments is None else arguments)
    try:
        outcome = _run(arguments, as_json)
        sys.stdout.flush()
    except KeyboardInterrupt:
        outcome = Outcome.INTERRUPTED
    sys.exit(int(outcome))


def _run(arguments: Sequence[str] | None, as_json: bool) -> int:
    from chekhov.diagnostics import ChekhovError

    try:
        outcome = cli.main(args=arguments, prog_name="chekhov", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return Outcome.INTERRUPTED
    except _RejectedError as error:
        return _reject(error.diagnostics, error.sources, as_json)
    except ChekhovError as error:
        return _reject(error.diagnostics, {}, as_json)
    except OSError as error:
        if error.filename is None:
            return _apologise(error, as_json)
        click.echo(f"error: {error.filename}: {error.strerror}", err=True)
        return Outcome.BAD_INPUT
    except Exception as error:
        return _apologise(error, as_json)
    return Outcome.YES if outcome is None else int(outcome)


def _reject(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], as_json: bool) -> Outcome:
    _warn(diagnostics, sources)
    if as_json:
        _print_json({"outcome": "error", "diagnostics": [found.to_json(sources) for found in diagnostics]})
    return Outcome.BAD_INPUT


def _apologise(error: Exception, as_json: bool) -> Outcome:
    if os.environ.get("CHEKHOV_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    click.echo(
        _wrapped(
            f"Sorry, this is a fault in Chekhov, not in your world ({what[:300]}). Please report it to {REPORT_TO}, "
            "with the world and the command; with CHEKHOV_DEBUG=1 in the environment it says where it happened."
        ),
        err=True,
    )
    if as_json:
        _print_json({"outcome": "fault", "message": what})
    return Outcome.FAULT
