"""Endings: which can be reached, how they are lost, and where a story gets stuck or goes round for ever."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Iterator, Sequence

from chekhov.checking.findings import Choice, EndingResult, Finding
from chekhov.checking.inquiry import EndingMoments, Inquiry, counted, first
from chekhov.checking.patterns import Group, grouped
from chekhov.goals import UNWRAPPED, Missing, find_missing
from chekhov.graph import Event, Moments

MOST_ACTS = 1_000
"""A story of random play is given up after so many acts."""
_MOST_LINES = 6


def results(inquiry: Inquiry, games: int, seed: int) -> tuple[list[EndingResult], float]:
    """How it stands with each ending, and the share of random play that comes to none.

    Random play begins at the start, chooses evenly between the acts that are done in a moment, and stops at the first
    ending.
    """
    endings = inquiry.endings
    # Random play stops in one set of moments only: so in one for each choice of endings that hold together.
    cells: list[tuple[Moments, frozenset[int]]] = [(inquiry.ended, frozenset())]
    for number, ending in enumerate(endings):
        cells = [
            cell
            for moments, holding in cells
            for cell in ((moments & ending.moments, holding | {number}), (moments - ending.moments, holding))
            if cell[0]
        ]
    played: Sequence[int] = [0] * len(cells)
    unended = 0
    if endings and games:
        play = inquiry.graph.play([moments for moments, _ in cells], games, seed, MOST_ACTS)
        played, unended = play.stops, play.dead_ends + play.unfinished
    found = []
    for number, ending in enumerate(endings):
        ended = sum(count for count, (_, holding) in zip(played, cells, strict=True) if number in holding)
        share = ended / games if games else 0.0
        missing = Missing() if ending.moments else find_missing(inquiry.kernel, ending.goal, inquiry.limits)
        found.append(
            EndingResult(
                name=ending.name,
                label=ending.label,
                reachable=bool(ending.moments),
                # What not even willing people could bring about needs no look at their reasons.
                proved=bool(ending.moments) or inquiry.certain or bool(missing.facts),
                moments=len(ending.moments),
                share=share,
                share_error=math.sqrt(share * (1 - share) / games) if games else 0.0,
                story=inquiry.story_to(first(ending.moments)) if ending.moments else None,
                obstacles=tuple(missing.lines(UNWRAPPED)),
                span=ending.span,
            )
        )
    return found, unended / games if games else 0.0


def unreachable(inquiry: Inquiry, results: Sequence[EndingResult]) -> Iterator[Finding]:
    """A finding for each ending that no story reaches."""
    for ending in results:
        if not ending.reachable:
            shown = f"“{ending.label}”" if ending.label else f"`{ending.name}`"
            yield Finding(
                "ending_unreachable",
                "warning",
                ending.name,
                f"No story reaches {shown}." if ending.proved else f"No story was found that reaches {shown}.",
                proved=ending.proved,
                details=ending.obstacles,
                help="look for longer reasons: --max-reason-acts 8" if inquiry.cut and not ending.proved else None,
                span=ending.span,
            )


# ---------------------------------------------------------------------------------------------------------------------
# Too late


def choices(inquiry: Inquiry) -> list[Choice]:
    """The acts after which an ending can no longer be reached that could be before: first those that lose every
    ending, then those that lose one and leave another. What comes after the ending was had is no loss."""
    if not inquiry.ended:
        return []
    graph = inquiry.graph
    # Where nobody has looked on, an ending may still lie ahead.
    hopeful = inquiry.leading_to(inquiry.ended | graph.unexplored)
    unended = inquiry.before(inquiry.ended)
    found = list(_crossings(inquiry, None, [(unended & inquiry.towards, graph.all - hopeful)], inquiry.ended))
    for ending in inquiry.endings:
        if not ending.moments or len(inquiry.endings) == 1:
            continue
        before = inquiry.before(ending.moments) & inquiry.leading_to(ending.moments)
        lost = graph.all - inquiry.leading_to(ending.moments | graph.unexplored)
        # Those that lose every ending have been told.
        ways = [(before & unended, lost & hopeful), (before - unended, lost)]
        found += _crossings(inquiry, ending, ways, ending.moments)
    return found


def _crossings(
    inquiry: Inquiry, ending: EndingMoments | None, ways: Sequence[tuple[Moments, Moments]], ended: Moments
) -> Iterator[Choice]:
    """The acts that lead from one set of moments into another, in groups, those with the most moments first."""
    graph, names = inquiry.graph, inquiry.task.names.actions
    counts: dict[str, int] = {}
    firsts: dict[str, int] = {}
    near = inquiry.nothing
    for sources, targets in ways:
        near = near | sources
        for crossing in graph.crossings(sources, targets):
            name = names[crossing.action]
            counts[name] = counts.get(name, 0) + crossing.count
            firsts[name] = min(firsts.get(name, crossing.first), crossing.first)
    if not counts:
        return
    done = {names[crossing.action]: crossing.count for crossing in graph.crossings(near, graph.all)}
    found = []
    for group in grouped([name for name in names if name in counts], list(done)):
        last = min(group.instances, key=firsts.__getitem__)
        story = (*graph.story(firsts[last]), names.index(last))
        if inquiry.passes(story[:-1], ended):
            story = _without(inquiry, group, ways, ended)
        found.append(
            Choice(
                ending=None if ending is None else ending.name,
                act=str(group),
                moments=sum(counts[name] for name in group.instances),
                story=inquiry.story(story),
                of=sum(done[name] for name in group.instances),
            )
        )
    yield from sorted(found, key=lambda choice: (-choice.moments, len(choice.story.acts)))


def _without(
    inquiry: Inquiry, group: Group, ways: Sequence[tuple[Moments, Moments]], ended: Moments
) -> tuple[int, ...]:
    """The shortest story that ends with one of these acts, from one of the sets of moments into the other, and has come
    to none of some moments before."""
    graph, names = inquiry.graph, inquiry.task.names.actions
    origins: dict[int, Moments] = {}
    for action in map(names.index, group.instances):
        origins[action] = inquiry.nothing
        for sources, targets in ways:
            leading = inquiry.just_before(Event(inquiry.nothing, {action: targets}))
            origins[action] = origins[action] | (sources & leading)
    before = functools.reduce(operator.or_, origins.values())
    path = graph.path(graph.start, Event(before), Event(ended))
    assert path is not None
    return (*path.acts, next(action for action in origins if path.end in origins[action]))


def too_late(inquiry: Inquiry, choices: Sequence[Choice]) -> Iterator[Finding]:
    """A finding for each choice that loses every ending."""
    which = "any ending" if len(inquiry.endings) > 1 else "the ending"
    if len(inquiry.endings) == 1:
        which = inquiry.endings[0].shown
    for choice in choices:
        if choice.ending is None:
            always = choice.moments == choice.of
            when = "" if always else f", in {choice.moments:,} of the {counted(choice.of, 'moment')} that it is done in"
            yield Finding(
                "too_late",
                "warning",
                choice.act,
                f"After `{choice.act}` it is too late for {which}{when}.",
                proved=not inquiry.cut,
                story=choice.story,
                data={"moments": choice.moments, "of": choice.of},
            )


# ---------------------------------------------------------------------------------------------------------------------
# Stuck


def dead_ends(inquiry: Inquiry) -> Iterator[Finding]:
    """The moments with no way on that are no ending."""
    graph = inquiry.graph
    stuck = graph.final - inquiry.ended
    if not inquiry.endings or not stuck:
        return
    details = [f"{counted(count, 'time')} after `{group}`" for group, count in _into(inquiry, stuck)]
    more = len(details) - _MOST_LINES
    if more > 1:
        details[_MOST_LINES:] = [f"and after {more} more acts"]
    possible = _unwanted(inquiry, first(stuck))
    if possible:
        details.append(f"What could still be done in the first of them, if anybody wanted it: {possible}")
    where = "in one moment" if len(stuck) == 1 else f"in {counted(len(stuck), 'moment')}"
    yield Finding(
        "dead_end",
        "warning",
        None,
        f"A story can get stuck, {where}: nothing more is done, and it is no ending.",
        proved=not inquiry.cut,
        details=tuple(details),
        story=inquiry.story_to(first(stuck)),
        data={"moments": len(stuck)},
    )


def _into(inquiry: Inquiry, moments: Moments) -> list[tuple[Group, int]]:
    """The acts that lead into some moments, in groups, with how often each does."""
    graph, names = inquiry.graph, inquiry.task.names.actions
    counts = {names[c.action]: c.count for c in graph.crossings(graph.all - moments, moments)}
    groups = [(group, sum(counts[one] for one in group.instances)) for group in grouped(list(counts), list(counts))]
    return sorted(groups, key=lambda pair: -pair[1])


def _unwanted(inquiry: Inquiry, moment: int, most: int = 5) -> str:
    """What is possible in a moment in which nothing is done."""
    world = inquiry.graph.world(moment)
    names = inquiry.task.names.actions
    possible = [name for number, name in enumerate(names) if inquiry.kernel.possible(world, number)]
    more = f" and {len(possible) - most} more" if len(possible) > most else ""
    return ", ".join(f"`{name}`" for name in possible[:most]) + more


def traps(inquiry: Inquiry) -> Iterator[Finding]:
    """The rounds of moments that one cannot leave, and that have no ending in them."""
    graph = inquiry.graph
    if not inquiry.endings:
        return
    caught = [trap for trap in graph.traps() if not trap.moments & inquiry.ended]
    if not caught:
        return
    trap = caught[0]
    story = inquiry.story_to(trap.first)
    round_trip = graph.path(
        graph.moments([trap.first]),
        Event(inquiry.nothing, dict.fromkeys(range(len(inquiry.task.names.actions)), graph.moments([trap.first]))),
    )
    assert round_trip is not None
    acts = ", ".join(f"`{inquiry.task.names.actions[act]}`" for act in round_trip.acts)
    moments = sum(len(trap.moments) for trap in caught)
    places = "" if len(caught) == 1 else f" in {len(caught):,} ways"
    yield Finding(
        "trap",
        "warning",
        None,
        f"A story can go round for ever{places}: nothing leads out to an ending.",
        proved=not inquiry.cut,
        details=(f"The first round is {acts}", f"{counted(moments, 'moment')} are of such a round"),
        story=story,
        data={"rounds": len(caught), "moments": moments},
    )
