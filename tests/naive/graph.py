"""The graph of a world, by definition: every moment that its stories reach, and the acts between them.

What happens is the interpreter's and :class:`naive.Reasons`' alone; moments are numbers, acts and triggers go by their
names, and what is asked is answered with plain sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from chekhov.model import Problem
from chekhov.validation.formulas import Formula
from chekhov.validation.interpreter import Event as GroundEvent
from chekhov.validation.interpreter import Interpreter, NoMomentError
from chekhov.validation.states import State, Value
from naive import Limits, Reasons

Arrival: TypeAlias = tuple[str | None, int]
"""An act, and the moment that it leads to. No act (None) leads to the start."""


class Interpretation(Interpreter):
    """An interpreter that remembers which triggers really fired: in the world itself, not in anybody's mind."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self._firing: set[str] = set()
        self._fired: dict[State, frozenset[str]] = {}
        self.fired: frozenset[str] = frozenset()
        """The triggers that fired when the actual world was last brought to rest."""

    def rest(self, state: State, owner: int | None, depth: int = 0) -> State:
        if owner is not None:
            return super().rest(state, owner, depth)
        if state not in self._fired:
            self._firing = set()
            rested = super().rest(state, owner, depth)
            self._fired[state] = frozenset(self._firing)
        else:
            rested = super().rest(state, owner, depth)
        self.fired = self._fired[state]
        return rested

    def _fire(self, state: State, owner: int | None) -> State:
        rested = super()._fire(state, owner)
        while owner is None and state is not rested:
            trigger = self._enabled(state)
            assert trigger is not None
            self._firing.add(str(trigger.act))
            state = self._build(("after", state, owner, trigger, ()))
        return rested


class BrokenStoryError(Exception):
    """A story has no next moment. It comes with the kind of error and the acts."""

    def __init__(self, kind: str, story: tuple[str, ...]) -> None:
        super().__init__(kind, story)
        self.kind = kind
        self.story = story


class UndefinedReasonError(Exception):
    """Somebody imagines a moment that has no next one. Which of those are looked at is nobody's business."""


@dataclass
class Graph:
    """The moments of a world, in the order in which the shortest stories reach them.

    ``stop``: moments in which it holds are not left; ``depth``: nor are those so many acts away from the start.
    ``most`` bounds the moments that are left, for worlds that would take too long.
    """

    problem: Problem
    limits: Limits
    physical: bool = False
    depth: int | None = None
    stop: Formula | None = None
    most: int = 1_000_000
    interpreter: Interpretation = field(init=False)

    def __post_init__(self) -> None:
        self.interpreter = Interpretation(self.problem)
        self.reasons = Reasons(self.interpreter, self.limits)
        start = self.interpreter.initial
        self.states = [start]
        self.number = {start: 0}
        self.level = [0]
        self.story: list[tuple[str, ...]] = [()]
        self.firing: set[str] = set(self.interpreter.fired)
        """The triggers that really fired in some story."""
        self.arcs: list[list[tuple[str, int]]] = []
        """For each moment, the acts that are done in it and where they lead, in order of declaration."""
        self.possible: list[list[GroundEvent]] = []
        """For each moment, explored or not, the acts that are possible in it."""
        self.explored: set[int] = set()
        for number, state in enumerate(self.states):
            self.arcs.append([])
            self.possible.append(self.interpreter.possible(state))
            if (self.depth is not None and self.level[number] >= self.depth) or number >= self.most:
                continue
            self.explored.add(number)
            if self.stop is not None and self.stop.holds(state):
                continue
            # First what they think, then what they do: who thinks of what has no end thinks of it before.
            for event in [one for one in self.possible[number] if self.physical or self._explained(state, one)]:
                try:
                    after = self.interpreter.step(state, event)
                except NoMomentError as error:
                    raise BrokenStoryError(error.kind, (*self.story[number], str(event.act))) from None
                if after not in self.number:
                    self.number[after] = len(self.states)
                    self.states.append(after)
                    self.level.append(self.level[number] + 1)
                    self.story.append((*self.story[number], str(event.act)))
                target = self.number[after]
                self.firing |= self.interpreter.fired
                self.arcs[number].append((str(event.act), target))

    def _explained(self, state: State, event: GroundEvent) -> bool:
        try:
            return self.reasons.explained(state, event)
        except NoMomentError:
            raise UndefinedReasonError from None

    @property
    def all(self) -> set[int]:
        return set(range(len(self.states)))

    @property
    def complete(self) -> bool:
        return self.explored == self.all

    @property
    def final(self) -> set[int]:
        """The moments from which nothing follows."""
        return {m for m in self.explored if not self.arcs[m]}

    def where(self, condition: Formula) -> set[int]:
        """The moments in which a condition of the interpreter's vocabulary holds."""
        return {m for m, state in enumerate(self.states) if condition.holds(state)}

    def events(self) -> Iterator[tuple[int | None, str | None, int]]:
        """All that happens: from which moment, by which act, into which moment; the start first."""
        yield None, None, 0
        for m, arcs in enumerate(self.arcs):
            for act, target in arcs:
                yield m, act, target

    def reach(self, sources: Iterable[int], avoiding: set[Arrival]) -> set[int]:
        """The sources, and whatever follows without one of these events."""
        found = set(sources)
        pending = list(found)
        while pending:
            for act, target in self.arcs[pending.pop()]:
                if (act, target) not in avoiding and target not in found:
                    found.add(target)
                    pending.append(target)
        return found

    def ahead(self, targets: set[Arrival]) -> set[int]:
        """The moments in which one of these events can still come."""
        found: set[int] = set()
        while True:
            more = {
                m
                for m, arcs in enumerate(self.arcs)
                if m not in found and any((act, t) in targets or t in found for act, t in arcs)
            }
            if not more:
                return found
            found |= more

    def mind(self, state: State, character: int) -> State:
        """What a character would believe who knew how things stand: the actual values, the actual beliefs of all
        others; at rest, and bounded like every mind."""
        beliefs: list[State | int] = [0 if c == character else b for c, b in enumerate(state.beliefs)]
        return self.interpreter.rest(self.interpreter.store.settle([(state.values, beliefs)])[0], character, 1)

    def share(self, stop: set[int], stops: set[int], most_acts: int) -> float:
        """The probability that random play comes into ``stop`` first of all ``stops``, within so many acts."""
        chances = {0: 1.0}
        found = 0.0
        for _ in range(most_acts + 1):
            going: dict[int, float] = {}
            for m, chance in chances.items():
                if m in stops:
                    found += chance * (m in stop)
                elif self.arcs[m]:
                    for _, target in self.arcs[m]:
                        going[target] = going.get(target, 0.0) + chance / len(self.arcs[m])
            chances = going
        return found

    def value(self, moment: int, fluent: int) -> Value:
        return self.states[moment].values[fluent]
