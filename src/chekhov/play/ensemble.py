"""The others: what each of them has a reason to do, and the way on that the director has in mind.

All of it follows from a moment of the world alone. So it is found out once, remembered, and shared by all who play in
the same world, many threads at a time. The director's searches are bounded by the states that they expand, not by the
clock: what it finds is the same everywhere. It thinks ahead, in a thread of its own, while readers read; longest of the
beginning, of which it need think but once, and then keeps to its way for as long as nobody does something else.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from chekhov.goals import ending_goal
from chekhov.grounding import ground
from chekhov.grounding.formulas import show_value
from chekhov.kernel import UNLIMITED, USUAL, Kernel, Limits
from chekhov.lang.printer import format_problem
from chekhov.model import Ending, Problem
from chekhov.passages import passages, place_property, steps

_LONGEST = 30
"""Acts that the director looks ahead."""
_EXPANDED = 150
"""States that the director expands for each ending at most, but for the beginning of a world."""
_AT_FIRST = 6000
"""The same for the beginning of a world; the mountain's best ending takes 4,200."""
_GIVEN_UP = 10.0
"""Seconds for so many states, after which it gives up in any case: where a single state takes very long."""
_WAITING = 8
"""Moments that may wait for the director's thought; of more, it is the oldest that nobody waits for any longer."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to an ending: its acts, with those that are the readers', and what it is worth to the author."""

    acts: tuple[int, ...]
    worth: float

    def after_first(self) -> Way:
        """What is left once the first act is done."""
        return replace(self, acts=self.acts[1:])


NOWHERE = Way((), 0.0)
"""No way to any ending is known."""


def digest_of(problem: Problem) -> str:
    """What tells a world from an edited one: 16 hex digits of what it says, however it is laid out."""
    return hashlib.sha256(format_problem(problem).encode()).hexdigest()[:16]


class Ensemble:
    """All characters of a world, for sessions that are played in it. Worlds are handles of its ``kernel``; a *mind* is
    a world or what somebody believes in one."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.kernel = Kernel(ground(problem), threads=1)
        self.limits = UNLIMITED.in_world(problem).or_else(USUAL)
        self.actions: list[dict[str, Any]] = self.kernel.task.data["actions"]
        self.places = place_property(problem)
        """The property that says where somebody is, if the world has one."""
        self.passages = passages(self.kernel.task, self.places) if self.places else {}
        self.moves: dict[int, dict[str, set[tuple[str | None, str]]]] = {}
        """Whom an act can take from where to where, by its number."""
        for step in steps(self.kernel.task, self.places) if self.places else ():
            if step.action is not None:
                self.moves.setdefault(step.action, {}).setdefault(step.who, set()).add((step.start, step.end))
        self._endings = [(ending, ending_goal(self.kernel.task, ending.name).condition) for ending in problem.endings]
        self.openings: dict[tuple[str, str, bool], tuple[str, ...]] = {}
        """How a story begins for a seat, in a tense, and in the third person or not; as far as it was asked for."""
        self._facts: dict[int, dict[str, str]] = {}
        self._open: dict[int, tuple[int, ...]] = {}
        self._over: dict[int, Ending | None] = {}
        self._reasons: dict[tuple[int, int], int | None] = {}
        self._wanted: dict[tuple[int, int], bool] = {}
        self._ways: dict[int, Way] = {}
        self._known_ways: dict[tuple[int, int, int], tuple[int, ...] | None] = {}
        self._thoughts: dict[int, Future[Way]] = {}
        self._lock = threading.Lock()
        self._thinker: ThreadPoolExecutor | None = None
        self._closed = threading.Event()

    @property
    def remembered(self) -> int:
        """How much it has in mind; with this, its memory grows."""
        return len(self._facts) + len(self._open) + len(self._reasons) + len(self._wanted)

    def close(self) -> None:
        """Stops thinking ahead, for good."""
        self._closed.set()
        with self._lock:
            thinker, self._thinker = self._thinker, None
            self._thoughts.clear()
        if thinker is not None:
            thinker.shutdown(cancel_futures=True)

    # -- what is so

    def facts(self, mind: int) -> dict[str, str]:
        """The value of each fluent by name, as text."""
        found = self._facts.get(mind)
        if found is None:
            names = self.kernel.task.names
            values = zip(names.fluents, self.kernel.values(mind), strict=True)
            found = self._facts[mind] = {name: show_value(value, names) for name, value in values}
        return found

    def open(self, mind: int) -> tuple[int, ...]:
        """The acts that are possible, by number."""
        found = self._open.get(mind)
        if found is None:
            possible = self.kernel.possible
            found = self._open[mind] = tuple(n for n in range(len(self.actions)) if possible(mind, n))
        return found

    def ending(self, world: int) -> Ending | None:
        """The ending that is reached, if one is; the first by declaration."""
        if world not in self._over:
            holding = (ending for ending, condition in self._endings if self._holds(world, condition))
            self._over[world] = next(holding, None)
        return self._over[world]

    def reason(self, world: int, action: int) -> int | None:
        """How many acts the longest plan takes that those who consent to an act have in mind; None if somebody has no
        reason for it."""
        longest = 0
        for character in self.actions[action]["consenting"]:
            length = self._reason(world, character, action)
            if length is None:
                return None
            longest = max(longest, length)
        return longest

    def nearest(self, world: int, actions: Sequence[int]) -> list[int]:
        """Of some acts those for which all who consent have a reason, with the fewest acts in mind."""
        # Mostly the act alone is somebody's reason, which is seen at once; plans of several acts take long to look for.
        at_once = [act for act in actions if self._is_wanted(world, act)]
        if at_once:
            return at_once
        found = [(length, act) for act in actions if (length := self.reason(world, act)) is not None]
        fewest = min(found, default=(0, 0))[0]
        return [act for length, act in found if length == fewest]

    def _is_wanted(self, world: int, action: int) -> bool:
        """Whether an act alone is what all want who consent to it."""
        for character in self.actions[action]["consenting"]:
            key = self.kernel.believed(world, character), action
            if key not in self._wanted:
                once = replace(self.limits, reason_acts=1)
                self._wanted[key] = self.kernel.possible(*key) and self.kernel.explain(*key, once).acts is not None
            if not self._wanted[key]:
                return False
        return True

    def has_reason(self, world: int, character: int, action: int) -> bool:
        """Whether one of those who consent to an act has a reason for it."""
        return self._reason(world, character, action) is not None

    def _reason(self, world: int, character: int, action: int) -> int | None:
        mind = self.kernel.believed(world, character)
        if (mind, action) not in self._reasons:
            # Who does not believe that it can be done does not do it, whatever it would bring.
            possible = self.kernel.possible(mind, action)
            acts = self.kernel.explain(mind, action, self.limits).acts if possible else None
            self._reasons[mind, action] = None if acts is None else len(acts)
        return self._reasons[mind, action]

    # -- the director

    def way(self, world: int, *, wait: bool = True) -> Way | None:
        """The way to the ending that is worth most to the author, of those that are found, the shortest of these;
        :data:`NOWHERE` if none is. Without ``wait``, None if it has not been thought of yet."""
        known = self._ways.get(world)
        if known is not None or not wait:
            return known
        thought = self._thoughts.get(world)
        if thought is None or thought.cancelled():
            return self._think(world)
        return thought.result()

    def foresee(self, world: int) -> None:
        """Has the director think about a moment in the background."""
        with self._lock:
            if self._closed.is_set() or world in self._ways or world in self._thoughts:
                return
            if self._thinker is None:
                self._thinker = ThreadPoolExecutor(1, "director", _give_way)
            waiting = [each for each, thought in self._thoughts.items() if not thought.running()]
            for each in waiting[: max(0, len(waiting) - _WAITING + 1)]:
                if self._thoughts[each].cancel():
                    del self._thoughts[each]
            self._thoughts[world] = self._thinker.submit(self._think, world)

    def remember(self, world: int, way: Way) -> None:
        """The rest of a way, at the moment to which it has led."""
        self._ways.setdefault(world, way)

    def mended(self, way: Way, world: int) -> Way | None:
        """What is left of a way after something unforeseen, if it is worth no less than it was; acts that can no longer
        be done are left out. Reasons are not looked at here, but when its acts are to be done."""
        acts = []
        at = world
        for act in way.acts:
            if self.kernel.possible(at, act):
                acts.append(act)
                at = self.kernel.step(at, act)
                if self.ending(at) is not None:
                    break
        if self.ending(at) is None or self._worth(at) < way.worth:
            return None
        return Way(tuple(acts), way.worth)

    def is_known(self, world: int, ending: Ending) -> bool:
        """Whether :meth:`way_to` has its answer at hand."""
        return (world, self._number(ending), _EXPANDED) in self._known_ways

    def way_to(self, world: int, ending: Ending, expanded: int = _EXPANDED) -> tuple[int, ...] | None:
        """A way to an ending; None if none is found in so many states."""
        key = world, self._number(ending), expanded
        if key not in self._known_ways:
            limits = Limits(_LONGEST, self.limits.reason_acts, self.limits.belief_depth)
            found = self.kernel.search(
                self._endings[key[1]][1],
                limits,
                first=True,
                expanded=expanded,
                seconds=_GIVEN_UP * expanded / _EXPANDED,
                beginning=world,
                cancelled=self._closed,
            )
            if self._closed.is_set():
                return None
            self._known_ways[key] = tuple(found.plans[0]) if found.plans else None
        return self._known_ways[key]

    def _number(self, ending: Ending) -> int:
        return next(i for i, (each, _) in enumerate(self._endings) if each is ending)

    def _think(self, world: int) -> Way:
        best = NOWHERE
        expanded = _AT_FIRST if world == self.kernel.initial() else _EXPANDED
        for ending, _ in self._endings:
            acts = self.way_to(world, ending, expanded)
            if self._closed.is_set():
                return NOWHERE
            if not acts:
                continue
            at = world
            for act in acts:
                at = self.kernel.step(at, act)
            worth = self._worth(at)
            if not best.acts or worth > best.worth or (worth == best.worth and len(acts) < len(best.acts)):
                best = Way(acts, worth)
        with self._lock:
            self._ways[world] = best
            self._thoughts.pop(world, None)
        return best

    def _worth(self, world: int) -> float:
        value = self.kernel.evaluate(world, self.kernel.task.data["utility"])
        return float(value) if isinstance(value, int | float) else 0.0

    def _holds(self, world: int, condition: Any) -> bool:
        return self.kernel.evaluate(world, condition) is True


def _give_way() -> None:
    """Has this thread, and those that it starts, run when nobody waits for another one: while many play at once, the
    director would else take a processor from their choices. Linux alone knows of threads with a priority each."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
