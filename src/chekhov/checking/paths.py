"""Paths: the shortest story to a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from chekhov.checking.demands import without
from chekhov.checking.findings import Story
from chekhov.checking.inquiry import Inquiry
from chekhov.goals import UNWRAPPED, Goal, find_missing
from chekhov.graph import Event, Graph, LimitReached, Moments
from chekhov.grounding import GroundEvent, ground
from chekhov.grounding.formulas import disjunction
from chekhov.kernel import UNLIMITED, USUAL, Kernel, Limits, Progress
from chekhov.lang import format_expression
from chekhov.model import And, Expression, Problem

_DEPTHS: tuple[int | None, ...] = (6, 12, 24, 48, None)
"""So many acts deep moments are looked at, one after the other, until there is a path."""


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """The answer to a question for a path.

    ``outcome`` is ``found``, ``impossible`` (proved), or ``limit``: then ``limit`` is what was in the way. The last
    acts of ``story``, from number ``start`` (counting from 0) on, are the path; those before lead to where it starts.
    ``obstacles`` are what keeps an impossible one from being, if that is known.
    """

    outcome: Literal["found", "impossible", "limit"]
    story: Story | None
    start: int = 0
    limit: LimitReached | Literal["reasons"] | None = None
    moments: int = 0
    seconds: float = 0.0
    obstacles: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "story": None if self.story is None else self.story.to_json(),
            "start": self.start,
            "limit": self.limit,
            "moments": self.moments,
            "seconds": round(self.seconds, 6),
            "obstacles": list(self.obstacles),
        }


def path(
    world: Problem | Kernel,
    to: Expression,
    *,
    from_: Expression | None = None,
    avoiding: Expression | None = None,
    physical: bool = False,
    limits: Limits | None = None,
    depth: int | None = None,
    seconds: float | None = None,
    memory: int | None = None,
    threads: int | None = None,
    report: Callable[[Progress], None] | None = None,
) -> PathAnswer:
    """The shortest story to a moment in which ``to`` holds, and in which ``avoiding`` has held in none. A world that is
    opened already keeps its threads and memory.

    With ``from_``, the path begins in a moment in which that holds, and is as short as from any of them; the story to
    there comes before. The conditions may speak of acts, like those of demands. ``limits`` are those on reasons (the
    usual ones where they are open), ``depth`` the acts from the start. Raises
    :class:`~chekhov.diagnostics.ChekhovError` for a world in which a moment has no next one.
    """
    kernel = world if isinstance(world, Kernel) else Kernel(ground(world), threads=threads, memory=memory)
    task = kernel.task
    asked = (limits or UNLIMITED).in_world(task.source)
    limits = asked.or_else(USUAL)
    target, avoided = task.event(to), None if avoiding is None else task.event(avoiding)
    started = time.monotonic()
    over = [one.otherwise for one in (target, avoided) if one is not None and not one.acts]
    for deep in [None] if from_ is not None else _DEPTHS:
        if deep is None or (depth is not None and deep >= depth):
            deep = depth
        left = None if seconds is None else max(seconds - (time.monotonic() - started), 0.01)
        stop = disjunction(over) if over and from_ is None else None
        graph = kernel.graph(physical=physical, depth=deep, limits=limits, stop=stop, seconds=left, report=report)
        inquiry = Inquiry(kernel, graph, asked, limits, physical)
        answer = _found(inquiry, target, None if from_ is None else task.event(from_), avoided)
        if answer is not None or graph.complete or graph.limit != "depth" or deep == depth:
            break
    found = PathAnswer("impossible", None, 0, None, len(graph.all), time.monotonic() - started)
    if answer is not None:
        return replace(found, outcome="found", story=answer[0], start=answer[1])
    if not inquiry.certain:
        return replace(found, outcome="limit", limit=graph.limit or "reasons")
    if from_ is None and avoiding is None and not target.acts:
        parts = to.parts if isinstance(to, And) else (to,)
        asked_for = tuple((task.event(part).otherwise, format_expression(part)) for part in parts)
        missing = find_missing(kernel, Goal(target.otherwise, format_expression(to), asked_for), limits)
        found = replace(found, obstacles=tuple(missing.lines(UNWRAPPED)))
    return found


def _found(
    inquiry: Inquiry, target: GroundEvent, origin: GroundEvent | None, avoided: GroundEvent | None
) -> tuple[Story, int] | None:
    """The story and where its path starts, if there is one."""
    graph = inquiry.graph
    targets, avoiding = inquiry.event(target), None if avoided is None else inquiry.event(avoided)
    if avoiding is not None:
        if 0 in avoiding.otherwise:
            return None
        targets = without(targets, avoiding)
    if origin is None:
        way = graph.path(graph.start, targets, avoiding)
        return None if way is None else (inquiry.story(way.acts), 0)
    origins = inquiry.event(origin)
    if avoiding is not None:
        origins = without(origins, avoiding)
    sources = _arrived(graph, origins, graph.reach(graph.start, avoiding))
    way = graph.path(sources, targets, avoiding)
    if way is None:
        return None
    # The moment that the path starts from must have been come to in the way that was asked for.
    there = graph.moments([way.start])
    leading = graph.path(
        graph.start,
        Event(origins.otherwise & there, {act: moments & there for act, moments in origins.acts.items()}),
        avoiding,
    )
    assert leading is not None
    return inquiry.story((*leading.acts, *way.acts)), len(leading.acts)


def _arrived(graph: Graph, event: Event, before: Moments) -> Moments:
    """The moments in which an event has just happened, with a moment of some others before it."""
    if not event.acts:
        return event.otherwise & before
    found = {0} if 0 in event.otherwise else set()
    acts = graph.all if event.otherwise else graph.all - graph.all
    for act in event.acts:
        acts = acts | graph.taken(act)
    for moment in acts & before:
        for act, end in graph.acts_from(moment):
            if end in event.acts.get(act, event.otherwise):
                found.add(end)
    return graph.moments(sorted(found))
