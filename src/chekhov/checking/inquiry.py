"""What every part of a check asks: the graph of a world, the endings in it, and stories that show a moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from chekhov.checking.findings import Story
from chekhov.diagnostics import ChekhovError, Span
from chekhov.goals import Goal, ending_goal, utility_goal
from chekhov.graph import ActCount, Event, Graph, Moments, ValueCount
from chekhov.grounding import GroundEvent, GroundTask
from chekhov.grounding.formulas import disjunction
from chekhov.kernel import UNLIMITED, USUAL, Kernel, Limits, NoMomentError, Progress
from chekhov.model import Ending, Literal, Problem
from chekhov.narration import tell_act
from chekhov.telling import label

_Answer = TypeVar("_Answer")

UTILITY = "utility"
"""The name of the ending of a world that declares none: its author's utility rises."""


def endings_of(kernel: Kernel) -> list[tuple[Ending, Goal]]:
    """The endings of a world with what they ask for. Of a world without any, that its author's utility rises, if it has
    one."""
    problem = kernel.task.problem
    if problem.endings:
        return [(ending, ending_goal(kernel.task, ending.name)) for ending in problem.endings]
    try:
        goal = utility_goal(kernel)
    except ChekhovError:
        return []
    return [(Ending(UTILITY, goal.text, Literal(True)), goal)]


@dataclass(frozen=True, slots=True)
class EndingMoments:
    """An ending and the moments that it holds in. ``goal`` is what it asks for, ``shown`` how a report calls it."""

    name: str
    label: str | None
    goal: Goal
    moments: Moments
    span: Span | None

    @property
    def shown(self) -> str:
        return f"“{self.label}”" if self.label else f"`{self.name}`"


class Inquiry:
    """The graph of a world, and what several findings need of it.

    ``limits`` are those on reasons; ``cut``: some that nobody asked for kept an act out, so that longer reasons might
    add moments. ``certain``: all moments are known, so that what is not among them does not exist.
    """

    def __init__(self, kernel: Kernel, graph: Graph, asked: Limits, limits: Limits, physical: bool) -> None:
        self.kernel = kernel
        self.graph = graph
        self.limits = limits
        self.physical = physical
        self.task: GroundTask = kernel.task
        self.problem: Problem = kernel.task.source
        self.cut = graph.reasons_cut and None in (asked.reason_acts, asked.belief_depth)
        self.certain = graph.complete and not self.cut
        self.limit = graph.limit
        """What came in the way of the exploration, or of a question that took too long."""
        self._steps: dict[tuple[int, int], int] = {}
        self._told: dict[tuple[int, int], str | None] = {}

    # -- endings

    @cached_property
    def endings(self) -> tuple[EndingMoments, ...]:
        """The endings of the world, in order of declaration."""
        return tuple(
            EndingMoments(ending.name, ending.label, goal, self.graph.where(goal.condition), ending.span)
            for ending, goal in endings_of(self.kernel)
        )

    @cached_property
    def ended(self) -> Moments:
        """The moments of all endings."""
        found = self.nothing
        for ending in self.endings:
            found = found | ending.moments
        return found

    @cached_property
    def towards(self) -> Moments:
        """The moments that are an ending, or from which some ending can be reached."""
        return self.leading_to(self.ended)

    def leading_to(self, moments: Moments) -> Moments:
        """The moments, and those from which one of them can be reached."""
        return moments | self.graph.can_reach(Event(moments))

    def before(self, moments: Moments) -> Moments:
        """The moments that a story can come to without having come to one of these."""
        return self.nothing if 0 in moments else self.graph.reach(self.graph.start, Event(moments))

    def passes(self, acts: Sequence[int], moments: Moments) -> bool:
        """Whether acts from the start come to one of these moments."""
        moment = 0
        for act in acts:
            if moment in moments:
                return True
            moment = dict(self.graph.acts_from(moment))[act]
        return moment in moments

    # -- what happens how often

    @cached_property
    def counts(self) -> list[ActCount]:
        """For each action in how many moments it can be done, and is done."""
        return self.graph.acts()

    @cached_property
    def fired(self) -> list[bool]:
        """For each trigger whether it ever fires."""
        return [count > 0 for count, _ in self.graph.fired()]

    @cached_property
    def values(self) -> list[list[ValueCount]]:
        """For each fluent the values that it comes to have."""
        return self.graph.values()

    # -- events

    def event(self, ground: GroundEvent) -> Event:
        """The arrivals in which a condition on acts and moments holds."""
        where = self.graph.where
        return Event(where(ground.otherwise), {act: where(formula) for act, formula in ground.acts.items()})

    def arriving(self, event: Event) -> Event:
        """The same arrivals, but for the start, to which no act leads: to look only for what lies ahead."""
        if not event.acts:
            # What such an event holds of does not depend on how one came there.
            return event
        actions = range(len(self.task.names.actions))
        return Event(self.nothing, {act: event.acts.get(act, event.otherwise) for act in actions})

    @cached_property
    def nothing(self) -> Moments:
        """No moments."""
        return self.graph.all - self.graph.all

    def just_before(self, event: Event) -> Moments:
        """The moments from which one act leads to such an arrival."""
        return self.graph.can_reach(event, Event(self.graph.all))

    @property
    def proviso(self) -> str:
        """What to add to a sentence that speaks of moments that do not exist."""
        return "" if self.graph.complete else ", as far as was looked"

    def about_reasons(self, ask: Callable[[], _Answer]) -> _Answer | None:
        """The answer to a question that takes the search for many more reasons. None once the time or the memory for
        that is used up, and where somebody imagines what has no next moment."""
        if self.limit in ("time", "memory", "interrupted"):
            return None
        try:
            return ask()
        except NoMomentError:
            return None
        except KeyboardInterrupt:
            self.limit = "interrupted"
            return None

    # -- stories

    def arrival(self, targets: Event, avoiding: Event | None = None) -> Story | None:
        """The shortest story that ends with such an arrival, and has none of the others before it."""
        path = self.graph.path(self.graph.start, targets, avoiding)
        return None if path is None else self.story(path.acts)

    def story_to(self, moment: int) -> Story:
        """The shortest story to a moment."""
        return self.story(self.graph.story(moment))

    def story(self, acts: Sequence[int]) -> Story:
        """Acts from the start, in words. What follows the last one is not looked at: there may be nothing."""
        tellings = []
        world = self.kernel.initial()
        for number, act in enumerate(acts):
            if number:
                world = self._after(world, acts[number - 1])
            if (world, act) not in self._told:
                self._told[world, act] = tell_act(self.kernel, world, act)
            tellings.append(self._told[world, act])
        return Story(tuple(self.task.names.actions[act] for act in acts), tuple(tellings))

    def _after(self, world: int, act: int) -> int:
        if (world, act) not in self._steps:
            self._steps[world, act] = self.kernel.step(world, act)
        return self._steps[world, act]

    # -- names

    def shown(self, entity: str) -> str:
        """An entity as the world shows it."""
        return label(self.problem, entity)

    def verb(self, entity: str, one: str, many: str) -> str:
        """The form of a verb that goes with an entity."""
        plural = any(one.name == entity and one.pronouns == "they" for one in self.problem.entities)
        return many if plural else one


def inquire(
    kernel: Kernel,
    *,
    physical: bool = False,
    limits: Limits | None = None,
    depth: int | None = None,
    seconds: float | None = None,
    worlds: int | None = None,
    stop_at_endings: bool = False,
    report: Callable[[Progress], None] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
) -> tuple[Inquiry, NoMomentError | None]:
    """Looks at every moment of a world, as :func:`chekhov.checking.check` does. Where triggers do not end, moments are
    looked at only as far as before that comes up, and the error is the second of what is returned. Raises
    :class:`~chekhov.diagnostics.ChekhovError` for what else is wrong with the world, and for triggers that do not end
    at the start."""
    asked = (limits or UNLIMITED).in_world(kernel.task.source)
    limits = asked.or_else(USUAL)
    stop = disjunction(goal.condition for _, goal in endings_of(kernel)) if stop_at_endings else None

    def explored(depth: int | None, checkpoint: str | os.PathLike[str] | None) -> Graph:
        return kernel.graph(
            physical=physical,
            depth=depth,
            limits=limits,
            stop=stop,
            seconds=seconds,
            worlds=worlds,
            report=report,
            checkpoint=checkpoint,
            resume=resume and checkpoint is not None,
        )

    endless = None
    try:
        graph = explored(depth, checkpoint)
    except NoMomentError as error:
        if not error.acts or error.diagnostics[0].code not in ("E0511", "E0512"):
            raise
        graph = explored(len(error.acts) - 1, None)
        endless = error
    return Inquiry(kernel, graph, asked, limits, physical), endless


def first(moments: Moments) -> int:
    """The first of some moments: the one with the shortest story."""
    return next(iter(moments))


def of_library(span: Span | None) -> bool:
    """Whether something is declared by the library that comes with Chekhov."""
    return span is not None and span.path.startswith("<std>/")


def counted(number: int, noun: str) -> str:
    """``1 moment``, ``2,000 moments``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
