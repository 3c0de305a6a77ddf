"""Prospects: which endings still lie ahead of a moment, and which beat closed which.

While nothing is assumed and every beat holds, endings are only ever lost: what lies ahead of a moment lies ahead of
those before it. So it is enough to look for the last beat from which a story leads to an ending, and for the first one
from which it is proved that none does; where nothing came in between, that beat closed it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from chekhov.goals import Goal, ending_goal
from chekhov.graph import Event, Graph
from chekhov.kernel import Limits
from chekhov.manuscript.chapters import Assumption
from chekhov.manuscript.stage import Stage
from chekhov.manuscript.walk import Step
from chekhov.model import Ending

LITTLE_WORK = 100
"""So many moments are looked on from, at most, for one ending after one beat, and as many again to find the beat that
closed it, where nobody asks for more. Where no more come after a moment, all of them are looked at, whatever is asked.
"""

State = Literal["reached", "open", "closed", "unproved"]


@dataclass(frozen=True, slots=True)
class Outlook:
    """How it stands with an ending in a moment. ``acts`` are a way to it, if it is open, ``shortest`` whether none is
    shorter; ``proved``: longer reasons than those looked for would not change it."""

    state: State
    acts: tuple[str, ...] = ()
    shortest: bool = True
    proved: bool = True


@dataclass(frozen=True, slots=True)
class Turn:
    """The ``step`` (None: the start) from which on an ending is in another state. ``unproved`` is of how many moments
    just before it that is not known: none, if it is this step that made it so."""

    step: Step | None
    state: State
    unproved: int = 0


@dataclass(frozen=True, slots=True)
class Prospect:
    """An ending, how it stands with it at the end of a manuscript, and what became of it on the way: the first turn is
    the start."""

    ending: Ending
    outlook: Outlook
    turns: tuple[Turn, ...]


class Prospects:
    """What lies ahead of the moments of a manuscript, within limits on reasons. ``asked`` is whether these are the
    world's or the author's own, so that longer reasons do not count. ``work`` is how many moments are looked on from
    for one answer; None: as many as it takes."""

    def __init__(
        self,
        stage: Stage,
        limits: Limits,
        *,
        asked: bool,
        work: int | None = LITTLE_WORK,
        seconds: Callable[[], float | None] = lambda: None,
    ) -> None:
        self.stage = stage
        self.limits = limits
        self.asked = asked
        self.work = work
        self._few = LITTLE_WORK if work is None else min(work, LITTLE_WORK)
        self._left: int | None = None
        self._seconds = seconds
        self._known: dict[tuple[int, str, bool], Outlook] = {}
        self._graphs: dict[int, Graph] = {}

    @property
    def endings(self) -> list[tuple[Ending, Goal]]:
        """The endings of the world, with what they ask for."""
        return [(ending, ending_goal(self.stage.task, ending.name)) for ending in self.stage.manuscript.problem.endings]

    def ahead(self, world: int) -> list[tuple[Ending, Outlook]]:
        """How it stands with each ending in a moment, with a shortest way to each that is open, where there is time to
        find it."""
        return [(ending, self._outlook(world, ending, goal, shortest=True)) for ending, goal in self.endings]

    def _outlook(
        self, world: int, ending: Ending, goal: Goal, *, shortest: bool = False, searching: bool = True
    ) -> Outlook:
        """How it stands with an ending in a moment; without ``searching``, as far as what comes soon after it shows."""
        key = world, ending.name, searching
        if key not in self._known:
            found = self._found(world, goal, shortest, searching)
            if shortest and found.state == "unproved":
                found = self._found(world, goal, False, searching)
            self._known[key] = found
        return self._known[key]

    def _found(self, world: int, goal: Goal, shortest: bool, searching: bool) -> Outlook:
        if self.stage.kernel.evaluate(world, goal.condition) is True:
            return Outlook("reached")
        seconds = self._seconds()
        if (self._left is not None and self._left <= 0) or (seconds is not None and seconds <= 0):
            return Outlook("unproved", proved=False)
        explored = self._explored(world, goal, seconds)
        if explored is not None or not searching:
            return explored or Outlook("unproved", proved=False)
        answer = self.stage.kernel.search(
            goal.condition, self.limits, first=not shortest, expanded=self.work, beginning=world, seconds=seconds
        )
        if self._left is not None:
            self._left -= answer.expanded
        if answer.outcome == "found":
            return Outlook("open", tuple(map(self.stage.name, answer.plans[0])), answer.proved_shortest)
        if answer.outcome == "limit":
            return Outlook("unproved", proved=False)
        return Outlook("closed", proved=self.asked or not answer.reasons_cut)

    def _explored(self, world: int, goal: Goal, seconds: float | None) -> Outlook | None:
        """How it stands with an ending in a moment, by looking at all that come after it; None if these are many. Where
        an ending is closed, that is much quicker than to look for a way to it."""
        graph = self._after(world, seconds)
        way = graph.path(graph.start, Event(graph.where(goal.condition)))
        if way is not None:
            return Outlook("open", tuple(map(self.stage.name, way.acts)))
        return Outlook("closed", proved=self.asked or not graph.reasons_cut) if graph.complete else None

    def _after(self, world: int, seconds: float | None) -> Graph:
        """The moments after one: all of them, or as many acts ahead as it takes to see that they are many."""
        if world not in self._graphs:
            depth = 1
            while True:
                graph = self.stage.kernel.graph(depth=depth, limits=self.limits, beginning=world, seconds=seconds)
                if graph.limit != "depth" or len(graph.all) > self._few:
                    break
                depth += self._further(graph.states_by_depth)
            self._graphs[world] = graph
            if self._left is not None:
                self._left -= len(graph.all)
        return self._graphs[world]

    def _further(self, sizes: Sequence[int]) -> int:
        """How many acts further to look: twice as far at most, and not to many more moments than are looked at, if they
        go on to grow as they did."""
        growth = sizes[-1] / sizes[-2]
        return max(1, min(len(sizes) - 1, int(math.log(max(2 * self._few / sizes[-1], 1)) / math.log(growth))))

    def told(self, steps: Sequence[Step]) -> Iterator[Prospect]:
        """How it stands with each ending after some steps, and what became of it on the way."""
        changing = [step for step in steps if step.attempt.acts]
        worlds = [self.stage.kernel.initial(), *(step.after for step in changing)]
        # What the author assumes, or what could not be and was taken to be, can open an ending again.
        breaks = [
            number
            for number, step in enumerate(changing, 1)
            if isinstance(step.entry, Assumption) or step.attempt.faults
        ]
        self.ahead(worlds[-1])  # If there is not enough time for all, this is what matters.
        for ending, goal in self.endings:
            self._left = self.work
            last = next((n for n, world in enumerate(worlds) if self._reached(world, goal)), len(worlds) - 1)
            states: list[State] = []
            for start, end in zip([0, *breaks], [*breaks, len(worlds)], strict=True):
                if start <= last:
                    states += self._states(worlds[start : min(end, last + 1)], ending, goal)
            turns: list[Turn] = []
            for number, state in enumerate(states):
                before = states[number - 1] if number else None
                if state != before and state != "unproved":
                    unproved = 0
                    while unproved < number and states[number - 1 - unproved] == "unproved":
                        unproved += 1
                    if not turns or turns[-1].state != state:
                        turns.append(Turn(changing[number - 1] if number else None, state, unproved))
            yield Prospect(ending, self._outlook(worlds[last], ending, goal), tuple(turns))

    def _reached(self, world: int, goal: Goal) -> bool:
        return self.stage.kernel.evaluate(world, goal.condition) is True

    def _states(self, worlds: Sequence[int], ending: Ending, goal: Goal) -> list[State]:
        """The state in each of some moments between which endings are only lost."""

        def state(number: int, searching: bool = True) -> State:
            return self._outlook(worlds[number], ending, goal, searching=searching).state

        end = len(worlds) - 1
        last = state(end)
        if last in ("open", "reached"):
            before: State = "open"
            return [before for _ in worlds[:-1]] + [last]
        # From the end backwards: the nearer to it, the less there is to look at.
        closed = end + 1 if last != "closed" else end
        step = 1
        while 0 < closed <= end and state(max(closed - step, 0), False) == "closed":
            closed = max(closed - step, 0)
            step *= 2
        if 0 < closed <= end:
            closed = _first(lambda number: state(number, False) == "closed", closed, before=max(closed - step, 0))
        if 0 < closed <= end and state(closed - 1, False) == "open":
            opened = closed
        else:
            opened = _first(lambda number: state(number) != "open", min(closed, end))
            if 0 < closed <= end:
                closed = _first(lambda number: state(number) == "closed", closed, before=opened - 1)
        runs: list[tuple[State, int]] = [("open", opened), ("unproved", closed - opened), ("closed", end + 1 - closed)]
        return [one for one, count in runs for _ in range(count)]


def _first(holds: Callable[[int], bool], end: int, before: int = -1) -> int:
    """The first number up to ``end`` for which something holds that holds from there on; it does for ``end``, and not
    for ``before``."""
    found = end
    while found - before > 1:
        middle = (before + found) // 2
        if holds(middle):
            found = middle
        else:
            before = middle
    return found
