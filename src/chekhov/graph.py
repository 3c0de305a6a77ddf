"""The graph of a world: every moment that its stories reach, the acts between them, and what one can ask about them.

A graph is made by :meth:`chekhov.kernel.Kernel.graph`. Moments are numbered from 0, the start: level by level, within a
level by the first predecessor and the action, so that numbers depend on the world alone. Sets of them are
:class:`Moments`. A question runs in the kernel, over all moments at once; Ctrl-C ends it with KeyboardInterrupt.

Example
-------
>>> from chekhov.grounding import ground
>>> from chekhov.kernel import Kernel
>>> from chekhov.model import Action, Assignment, FluentTerm, Literal, Problem, Property
>>> turn = Action("turn", effect=Assignment(FluentTerm("on"), Literal(True)))
>>> task = ground(Problem(properties=(Property("on"),), actions=(turn,)))
>>> graph = Kernel(task).graph()
>>> on = graph.where(["==", ["f", [], 0], ["v", True]])
>>> list(on), graph.story(1)
([1], (0,))
>>> graph.path(graph.start, Event(on))
Path(start=0, acts=(0,), end=1)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from chekhov import _kernel
from chekhov._kernel import Moments as Moments
from chekhov.grounding.formulas import Formula, Value

LimitReached = Literal["acts", "depth", "time", "memory", "states", "interrupted"]
"""What a request ran into: the acts or the depth asked for, the time, the memory, or Ctrl-C."""

_Answer = TypeVar("_Answer")


class _Run(Protocol):
    """Runs a request to the compiled module, so that Ctrl-C reaches it; puts its errors into words."""

    def __call__(self, ask: Callable[[_kernel.Control], _Answer], /) -> _Answer: ...


@dataclass(frozen=True, slots=True)
class Event:
    """A condition on an act and the moment that it leads to: the moment is in ``acts[action]``, or in ``otherwise``
    for an action that is not a key. A moment to which no act has led is asked whether it is in ``otherwise``."""

    otherwise: Moments
    acts: Mapping[int, Moments] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Path:
    """A way through the graph: the actions that lead from one moment to another."""

    start: int
    acts: tuple[int, ...]
    end: int


@dataclass(frozen=True, slots=True)
class ActCount:
    """In how many moments an action can be done, whoever wants it, and in how many it is done."""

    possible: int
    taken: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """An action that leads from one set of moments into another: ``count`` acts do; the first from the moment
    ``first`` to the moment ``end``."""

    action: int
    count: int
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value of a fluent, how many moments have it, and the first."""

    value: Value
    moments: int
    first: int


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """In how many moments a character has a reason for an act that is possible there, and the first."""

    character: int
    moments: int
    first: int | None


@dataclass(frozen=True, slots=True)
class BeliefCount:
    """What a character believes of a fluent: in how many moments something else than what is so (and the first), in how
    many nothing (``?``) of what is, and each value that they hold rightly, in the order of the first moments."""

    wrong: int
    first_wrong: int | None
    unknown: int
    first_unknown: int | None
    right: tuple[ValueCount, ...]


@dataclass(frozen=True, slots=True)
class Misled:
    """In how many moments a character does what they would have no reason for if they knew how things stand, and the
    first of these moments."""

    character: int
    action: int
    moments: int
    first: int


@dataclass(frozen=True, slots=True)
class Trap:
    """Moments that one cannot leave, and in which one can go on for ever; ``first`` is the first of them."""

    moments: Moments
    first: int


@dataclass(frozen=True, slots=True)
class PlayCount:
    """How many random games came to a moment of each stop first, how many to one that nothing follows, and how many
    were not finished: they had their acts, or came to a moment that was not explored."""

    games: int
    stops: tuple[int, ...]
    dead_ends: int
    unfinished: int


class Graph:
    """The moments of a world and the acts between them.

    ``states_by_depth[d]`` moments are within d acts of the start; ``complete``: there are no more; else ``limit`` is
    what was in the way. ``transitions`` is the number of acts, ``reasons_cut`` whether limits on reasons kept an act
    out. ``seconds`` is what making it took, ``memory`` the bytes that the kernel held then, by what for, ``peak_bytes``
    the most that it held on the way.
    """

    def __init__(self, graph: _kernel.Graph, run: _Run) -> None:
        about = json.loads(graph.about())
        self._graph = graph
        self._run = run
        self.states_by_depth: tuple[int, ...] = tuple(about["states_by_depth"])
        self.complete: bool = about["complete"]
        self.limit: LimitReached | None = about["limit"]
        self.transitions: int = about["transitions"]
        self.reasons_cut: bool = about["reasons_cut"]
        self.seconds: float = about["seconds"]
        self.memory: dict[str, int] = about["bytes"]
        self.peak_bytes: int = about["peak_bytes"]
        self._fired: list[tuple[int, int | None]] = [(count, first) for count, first in about["fired"]]

    @property
    def bytes(self) -> int:
        """The bytes that the kernel held when the graph was made."""
        return sum(self.memory.values())

    # -- which moments

    @property
    def all(self) -> Moments:
        """Every moment."""
        return self._graph.all()

    @property
    def start(self) -> Moments:
        """The first moment alone."""
        return self.moments([0])

    @property
    def final(self) -> Moments:
        """The moments that were explored and that nothing follows."""
        return self._run(self._graph.last)

    @property
    def unexplored(self) -> Moments:
        """The moments that a limit came before: what follows them is not known."""
        return self._graph.unexplored()

    def moments(self, numbers: Sequence[int]) -> Moments:
        """The set of these moments. Raises IndexError if there is no such moment."""
        return self._graph.moments(numbers)

    def where(self, condition: Formula) -> Moments:
        """The moments in which a condition of the task holds."""
        text = json.dumps(condition)
        return self._run(lambda control: self._graph.holding(text, control))

    def taken(self, action: int) -> Moments:
        """The moments in which an action is done."""
        return self._run(lambda control: self._graph.taken(action, control))

    def reach(self, sources: Moments, avoiding: Event | None = None) -> Moments:
        """The sources, and whatever can follow without an event to avoid."""
        return self._run(lambda control: self._graph.reach(sources, _targets(avoiding), control))

    def can_reach(self, targets: Event, avoiding: Event | None = None) -> Moments:
        """The moments in ``targets.otherwise``, and those from which an event of the targets lies ahead with none to
        avoid before it. What is both a target and to avoid is a target."""
        return self._run(lambda control: self._graph.can_reach(_event(targets), _targets(avoiding), control))

    def path(self, sources: Moments, targets: Event, avoiding: Event | None = None) -> Path | None:
        """A shortest way from one of the sources to an event of the targets; of several the one from the first source,
        and of these the one with the first acts. No acts if a source is in ``targets.otherwise``."""
        text = self._run(lambda control: self._graph.path(sources, _event(targets), _targets(avoiding), control))
        found = json.loads(text)
        return None if found is None else Path(found[0], tuple(found[1]), found[2])

    # -- one moment

    def story(self, moment: int) -> tuple[int, ...]:
        """The shortest story to a moment; of several the one with the first acts. Raises IndexError."""
        return tuple(self._graph.story(moment))

    def world(self, moment: int) -> int:
        """The actual world of a moment, for the kernel's ``evaluate``, ``values`` and ``believed``. Raises
        IndexError."""
        return self._graph.world(moment)

    def acts_from(self, moment: int) -> tuple[tuple[int, int], ...]:
        """What is done in a moment: each action and the moment that it leads to. Raises IndexError."""
        return tuple(self._graph.acts_from(moment))

    # -- how often

    def acts(self) -> list[ActCount]:
        """For each action in how many moments it can be done, and is done."""
        return [ActCount(possible, taken) for possible, taken in self._counted(self._graph.acts)]

    def reasons(self, action: int) -> list[ReasonCount]:
        """For each character who consents to an action in how many of the moments in which it can be done they believe
        so, and have a reason for it, within the limits that the graph was made with."""
        return [
            ReasonCount(character, moments, first)
            for character, (moments, first) in self._counted(lambda control: self._graph.reasons(action, control))
        ]

    def crossings(self, sources: Moments, targets: Moments) -> list[Crossing]:
        """The actions that lead from one set of moments into another, in order."""
        found = self._counted(lambda control: self._graph.crossings(sources, targets, control))
        return [Crossing(*crossing) for crossing in found]

    def values(self) -> list[list[ValueCount]]:
        """For each fluent the values that it comes to have, in the order of their first moments."""
        return [_values(values) for values in self._counted(self._graph.values)]

    def beliefs(self) -> list[list[BeliefCount]]:
        """For each character and each fluent what the character believes of it."""
        return [
            [
                BeliefCount(wrong, first_wrong, unknown, first_unknown, tuple(_values(right)))
                for (wrong, first_wrong), (unknown, first_unknown), right in fluents
            ]
            for fluents in self._counted(self._graph.beliefs)
        ]

    def misled(self) -> list[Misled]:
        """Who does what they have a reason for in what they believe, and would have none for (within the limits that
        the graph was made with) in a mind that holds the actual values and the actual beliefs of all others; by
        character and action."""
        return [Misled(*found) for found in self._counted(self._graph.misled)]

    def traps(self) -> list[Trap]:
        """The sets of moments that one cannot leave and in which one can go on for ever (an act that leads nowhere is
        going on, too), in the order of their first moments."""
        return [Trap(moments, next(iter(moments))) for moments in self._run(self._graph.traps)]

    def play(self, stops: Sequence[Moments], games: int, seed: int, most_acts: int) -> PlayCount:
        """Random play from the start, each act being as likely as any other that is done in the moment, until a moment
        of one of the stops (the first that has it counts) or at most so many acts. The same seed gives the same."""
        ask = self._graph.play
        counts, dead_ends, unfinished = self._run(lambda control: ask(stops, games, seed, most_acts, control))
        return PlayCount(games, tuple(counts), dead_ends, unfinished)

    def fired(self) -> list[tuple[int, int | None]]:
        """For each trigger how many acts made it fire in the actual world (the start counting as one), and the first
        moment made so."""
        return list(self._fired)

    def _counted(self, ask: Callable[[_kernel.Control], str]) -> Any:
        return json.loads(self._run(ask))


def _values(values: list[tuple[Any, int, int]]) -> list[ValueCount]:
    return [
        ValueCount(tuple(value) if isinstance(value, list) else value, count, first) for value, count, first in values
    ]


def _event(event: Event) -> tuple[Moments, list[tuple[int, Moments]]]:
    return event.otherwise, list(event.acts.items())


def _targets(event: Event | None) -> tuple[Moments, list[tuple[int, Moments]]] | None:
    return None if event is None else _event(event)
