"""Commands that ask for stories and about them: ``plan``, ``explore``, ``why``, ``whynot``, ``validate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from chekhov.cli.application import Option, Outcome, cli
from chekhov.cli.options import (
    Beginning,
    Goal,
    Limits,
    Resources,
    beginning_options,
    depth_option,
    goal_options,
    json_option,
    limit_options,
    number_option,
    physical_option,
    plan_argument,
    reason_options,
    resource_options,
    seconds_option,
    world_argument,
)
from chekhov.cli.output import Progress, counted, echo, print_json, width, wrapped
from chekhov.cli.reading import open_kernel, read_act, read_condition, read_plan, read_world, shown_with

if TYPE_CHECKING:
    from chekhov.kernel import Exploration, LimitReached
    from chekhov.kernel import Limits as Bounds
    from chekhov.model import Expression


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
@world_argument
@beginning_options
@goal_options
@limit_options
@resource_options
@click.option("--first", is_flag=True, cls=Option, section="Search", help="The first story found, not the shortest.")
@click.option(
    "--fastest",
    is_flag=True,
    cls=Option,
    section="Search",
    help="The story that takes the least time; of those, the shortest.",
)
@click.option(
    "-n",
    "--count",
    metavar="K",
    type=click.IntRange(min=1),
    default=1,
    cls=Option,
    section="Search",
    help="So many different stories, shortest first.",
)
@number_option(
    "--seed", "Kept for scripts: the search makes no random choice, whatever the seed.", section="Search", default=0
)
@json_option
def plan(
    world: str,
    beginning: Beginning,
    goal: Goal,
    limits: Limits,
    resources: Resources,
    first: bool,
    fastest: bool,
    count: int,
    seed: int,
    as_json: bool,
) -> Outcome:
    """Find the shortest story that reaches the goal, in which every act has a reason in everyone who does it, and print
    it with those reasons.

    Ends with 0 if there is one, 1 if it is proved that there is none (and what is missing is said), 3 if a limit cut
    the search short. Without limits, longer and deeper reasons are tried until there is an answer.
    """
    if first and fastest:
        raise click.UsageError("either --first or --fastest: the first story found need not be the fastest.")
    from chekhov import kernel, planning

    problem, sources = read_world(world, beginning.assume)
    condition = None if goal.to is None else read_condition(goal.to, problem)
    with shown_with(sources), Progress() as progress:
        opened = open_kernel(problem, resources, beginning.after)
        if goal.ending is not None:
            wanted = planning.ending_goal(opened.task, goal.ending)
        elif condition is not None:
            wanted = planning.condition_goal(opened.task, condition, goal.to)
        else:
            wanted = planning.utility_goal(opened, goal.utility)
        answer = planning.plan(
            opened,
            wanted,
            kernel.Limits(*limits),
            first=first,
            fastest=fastest,
            count=count,
            seconds=resources.seconds,
            seed=seed,
            report=progress,
        )
    if as_json:
        print_json(answer.to_json())
    else:
        echo("\n".join(answer.lines(width())))
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
@world_argument
@beginning_options
@physical_option
@depth_option
@reason_options
@resource_options
@json_option
def explore(
    world: str,
    beginning: Beginning,
    physical: bool,
    depth: int | None,
    limits: Limits,
    resources: Resources,
    as_json: bool,
) -> Outcome:
    """Count the distinct moments of a world by how many acts they are from the start.

    A moment is what is the case together with what everybody believes, and believes that others believe. Counted are
    the moments of stories in which every act has a reason, of 5 acts and 2 minds deep at most unless other limits are
    given; with --physical, those of everything that can be done. Ends with 0 if all moments were counted (within
    --depth), 3 if a limit cut it short.
    """
    from chekhov import kernel

    problem, sources = read_world(world, beginning.assume)
    # Where nobody's reasons are asked for, there is nothing to limit.
    asked = kernel.Limits(*limits)
    bounds = asked if physical else asked.in_world(problem).or_else(kernel.USUAL)
    with shown_with(sources), Progress() as progress:
        found = open_kernel(problem, resources, beginning.after).explore(
            physical=physical,
            depth=depth,
            limits=bounds,
            seconds=resources.seconds,
            report=progress,
        )
    states = found.states_by_depth
    if as_json:
        print_json(
            {
                "states_by_depth": states,
                "complete": found.complete,
                "seconds": round(found.seconds, 6),
                "transitions": found.transitions,
                "bytes": found.bytes,
                "limit": found.limit,
                "limits": {"max_reason_acts": bounds.reason_acts, "max_belief_depth": bounds.belief_depth},
                "reasons_cut": found.reasons_cut,
            }
        )
    else:
        width = max(len("moments"), len(f"{states[-1]:,}"))
        echo(f"acts  {'moments':>{width}}  {'new':>{width}}")
        for acts, (before, now) in enumerate(zip((0, *states), states, strict=False)):
            echo(f"{acts:4}  {now:>{width},}  {now - before:>{width},}")
        echo("")
        echo(wrapped(_extent(found, bounds)))
    return limited(found.limit)


def _extent(found: Exploration, limits: Bounds) -> str:
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
            f" Some acts might have longer reasons than were looked for ({counted(limits.reason_acts or 0, 'act')}, "
            f"{counted(limits.belief_depth or 0, 'mind')} deep)."
        )
    return (
        f"{counted(found.states_by_depth[-1], 'moment')}, {counted(found.transitions, 'act')} between them; "
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
@world_argument
@plan_argument
@click.argument("step", metavar="STEP")
@reason_options
@json_option
def why(world: str, plan: str, step: str, limits: Limits, as_json: bool) -> Outcome:
    """Say why an act of a story is done: what each who does it has in mind, in the world as they believe it to be, and
    where that belief is wrong.

    STEP is the number of the act, from 1, or the act itself. Ends with 0 if everyone who does it has a reason, 1 if
    not.
    """
    from chekhov import explanation, kernel

    problem, sources = read_world(world)
    acts = read_plan(plan, problem)
    if step.isdecimal():
        number = int(step)
    else:
        act = read_act(step, problem)
        if act not in acts:
            raise click.BadParameter(f"{act} is not in the plan", param_hint="'STEP'")
        number = acts.index(act) + 1
    with shown_with(sources):
        opened = open_kernel(problem, Resources())
        answer = explanation.why(opened, acts, number, kernel.Limits(*limits))
    if as_json:
        print_json(answer.to_json())
    else:
        echo("\n".join(answer.lines(width())))
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
@world_argument
@click.argument("plan_and_act", metavar="[PLAN] ACTION", nargs=-1)
@reason_options
@json_option
def whynot(
    world: str,
    plan_and_act: tuple[str, ...],
    limits: Limits,
    as_json: bool,
) -> Outcome:
    """Say why an act does not happen at the start, or after the acts of a plan: which condition fails, or who has no
    reason for it, and what would give them one.

    Ends with 0; whether the act may happen after all is in the answer.
    """
    from chekhov import explanation, kernel

    if not 1 <= len(plan_and_act) <= 2:
        raise click.UsageError("needs a world, perhaps a plan, and an act such as 'walk(Tom, Market)'.")
    problem, sources = read_world(world)
    acts = read_plan(plan_and_act[0], problem) if len(plan_and_act) == 2 else []
    act = read_act(plan_and_act[-1], problem)
    with shown_with(sources):
        opened = open_kernel(problem, Resources())
        answer = explanation.whynot(opened, acts, act, kernel.Limits(*limits))
    if as_json:
        print_json(answer.to_json())
    else:
        echo("\n".join(answer.lines(width())))
    return Outcome.YES


@cli.under(
    "Ask about stories",
    "minds",
    short_help="Say who knows what at each act of a story.",
    examples="""
        chekhov minds worlds/heist.story my.plan
        chekhov minds worlds/heist.story my.plan --of Nell
    """,
)
@world_argument
@plan_argument
@click.option("--of", "whose", metavar="CHARACTER", multiple=True, cls=Option, help="Of these only.")
@json_option
def minds(world: str, plan: str, whose: tuple[str, ...], as_json: bool) -> Outcome:
    """Say who is wrong at the start of a story, and of each of its acts who learns what by it, and who is wrong about
    what from then on.

    What people believe of each other's beliefs is left out; a demand can ask for it: 'never believes(Ada,
    believes(Nell, at(Cup))) == Study'.
    """
    from chekhov import minds

    problem, sources = read_world(world)
    acts = read_plan(plan, problem)
    known = {entity.name for entity in problem.entities if problem.is_a(entity.name, "character")}
    for name in whose:
        if name not in known:
            raise click.BadParameter(f"there is no character {name!r}", param_hint="'--of'")
    with shown_with(sources):
        answer = minds.minds(open_kernel(problem, Resources()), acts, whose)
    if as_json:
        print_json([beat.to_json() for beat in answer])
    else:
        echo("\n".join(line for beat in answer for line in beat.lines(width())))
    return Outcome.YES


@cli.under(
    "Ask about stories",
    "validate",
    short_help="Check a story of your own.",
    examples="""
        chekhov validate worlds/heist.story my.plan --ending caught
        chekhov plan worlds/heist.story --json | chekhov validate worlds/heist.story -
    """,
)
@world_argument
@plan_argument
@goal_options
@limit_options
@seconds_option
@json_option
def validate(
    world: str,
    plan: str,
    goal: Goal,
    limits: Limits,
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

    problem, _ = read_world(world)
    acts = read_plan(plan, problem)
    wanted: Expression | float | None = goal.utility
    if goal.ending is not None:
        wanted = find_ending(problem, goal.ending).condition
    elif goal.to is not None:
        wanted = read_condition(goal.to, problem)
    verdict = validation.validate(
        problem,
        acts,
        goal=wanted,
        limits=validation.Limits(*limits),
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
        print_json(answer)
    elif fault is None:
        echo(wrapped(f"valid: {counted(len(acts), 'act')}, each with a reason in everyone who does it"))
    else:
        echo(wrapped(f"{'undecided' if verdict.outcome == 'limit' else 'not valid'}: {fault}"))
    return {"valid": Outcome.YES, "invalid": Outcome.NO, "limit": Outcome.LIMIT}[verdict.outcome]


def limited(limit: LimitReached | None) -> Outcome:
    """How a request ends that is done, or that a limit cut short. A depth that was asked for is no limit reached."""
    if limit == "interrupted":
        return Outcome.INTERRUPTED
    return Outcome.YES if limit in (None, "acts", "depth") else Outcome.LIMIT
