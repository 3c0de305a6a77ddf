"""Options that several commands share. Those that belong together reach a command as one argument."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from chekhov.cli.application import Option

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Limits(NamedTuple):
    """How far to go, as the kernel and the validator take it: acts in a story, acts in a reason, minds within minds."""

    acts: int | None
    reason_acts: int | None
    belief_depth: int | None


class Resources(NamedTuple):
    """What a request may take: seconds, gibibytes, threads; None: as much as there is."""

    seconds: float | None = None
    gibibytes: float | None = None
    threads: int | None = None

    @property
    def memory(self) -> int | None:
        """In bytes."""
        return None if self.gibibytes is None else int(self.gibibytes * 2**30)


class Beginning(NamedTuple):
    """How a story begins, if not as its world says: ``after`` the acts of a plan file, and as if the effects in
    ``assume`` had been so from the start."""

    after: str | None
    assume: tuple[str, ...]


class Goal(NamedTuple):
    """What a story should come to: at most one of an ending's name, a condition, and the author's utility."""

    ending: str | None
    to: str | None
    utility: float | None


def _one_goal(ending: str | None, to: str | None, utility: float | None) -> Goal:
    if sum(goal is not None for goal in (ending, to, utility)) > 1:
        raise click.UsageError("only one of --ending, --to and --utility can be the goal.")
    return Goal(ending, to, utility)


def bundled(
    argument: str, make: Callable[..., Any], *options: Callable[[Any], Any]
) -> Callable[[_Command], Callable[..., Any]]:
    """Several options as one decorator. The command gets one ``argument`` in place of them: what ``make`` gives for
    their values, which it takes by name."""
    names = tuple(inspect.signature(make).parameters)

    def decorate(command: _Command) -> Callable[..., Any]:
        @functools.wraps(command)
        def gathered(**arguments: Any) -> Any:
            own = {name: arguments.pop(name) for name in names}
            return command(**arguments, **{argument: make(**own)})

        decorated: Callable[..., Any] = gathered
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


def complete_endings(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
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


def complete_codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes of errors and warnings."""
    from click.shell_completion import CompletionItem

    from chekhov.diagnostics import codes

    return [
        CompletionItem(entry.code, help=entry.title)
        for entry in codes().values()
        if entry.code.startswith(incomplete.upper())
    ]


json_option = click.option("--json", "as_json", is_flag=True, cls=Option, section="Output", help="One JSON object.")
world_argument = click.argument("world", metavar="FILE", type=click.Path())
plan_argument = click.argument("plan", metavar="PLAN", type=click.Path(allow_dash=True))
tense_option = click.option(
    "--tense",
    type=click.Choice(["present", "past"]),
    default="present",
    cls=Option,
    help="What it is told in; the past takes a world whose texts have one.",
)


def number_option(
    name: str, help: str, *, section: str = "Limits", least: int = 0, default: int | None = None
) -> Callable[[_Command], _Command]:
    """An option that is a whole number, ``least`` or more."""
    kind = click.IntRange(min=least)
    return click.option(name, metavar="N", type=kind, default=default, cls=Option, section=section, help=help)


beginning_options = bundled(
    "beginning",
    Beginning,
    click.option(
        "--after",
        metavar="PLAN",
        type=click.Path(allow_dash=True),
        cls=Option,
        section="Beginning",
        help="Begin after the acts of this plan, whether or not anybody had a reason for them. The world's own "
        "demands, which are on whole stories, are left out.",
    ),
    click.option(
        "--assume",
        metavar="EFFECT",
        multiple=True,
        cls=Option,
        section="Beginning",
        help="What if this were so from the start: 'air(Maya) = 240', 'believes(Tom, !alive(Ann))'. Can be given "
        "more than once.",
    ),
)
physical_option = click.option(
    "--physical", is_flag=True, cls=Option, help="All that anybody could do, whether or not they have a reason to."
)
depth_option = number_option("--depth", "So many acts from the start at most; without it, until there is nothing new.")
goal_options = bundled(
    "goal",
    _one_goal,
    click.option(
        "--ending",
        metavar="NAME",
        cls=Option,
        section="Goal",
        shell_complete=complete_endings,
        help="An ending that the world declares.",
    ),
    click.option(
        "--to",
        metavar="CONDITION",
        cls=Option,
        section="Goal",
        help="Any condition, as it would stand in the world: 'at(Tom) == Home'.",
    ),
    click.option(
        "--utility",
        metavar="N",
        type=float,
        cls=Option,
        section="Goal",
        help="The author's utility at N or more. Without a goal: at the next whole number above what it is at first.",
    ),
)
_max_acts = number_option("--max-acts", "So many acts in a story at most, steps of time among them.")
_reasons = (
    number_option("--max-reason-acts", "So many acts in a plan that somebody has in mind at most.", least=1),
    number_option("--max-belief-depth", "Reasons look so many minds deep at most."),
)


def _all_limits(max_acts: int | None, max_reason_acts: int | None, max_belief_depth: int | None) -> Limits:
    return Limits(max_acts, max_reason_acts, max_belief_depth)


def _reason_limits(max_reason_acts: int | None, max_belief_depth: int | None) -> Limits:
    return Limits(None, max_reason_acts, max_belief_depth)


limit_options = bundled("limits", _all_limits, _max_acts, *_reasons)
reason_options = bundled("limits", _reason_limits, *_reasons)
seconds_option = click.option(
    "--time",
    "seconds",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    cls=Option,
    section="Limits",
    help="Stop after so long.",
)
resource_options = bundled(
    "resources",
    Resources,
    seconds_option,
    click.option(
        "--memory",
        "gibibytes",
        metavar="GIB",
        type=click.FloatRange(min=0, min_open=True),
        cls=Option,
        section="Limits",
        help="Stop before using more memory than this.",
    ),
    number_option("--threads", "So many threads; all cores if not given. The answer is the same.", least=1),
)
