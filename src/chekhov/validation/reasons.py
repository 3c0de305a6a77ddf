"""Whether a character has a reason for an act: explanations (``docs/semantics.md``, section 6).

An explanation is looked for among the plans of growing length whose end is worth more. What is dear, whether everyone
who consents agrees to a step, is only asked of steps from which such an end can be reached at all. A plan that is
proposed as an explanation is checked in the same way, so that a caller who knows one saves the search but is not
trusted.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chekhov.validation.interpreter import Event, Interpreter
from chekhov.validation.relaxation import Relaxation
from chekhov.validation.states import State


@dataclass(frozen=True)
class Limits:
    """How long stories and reasons may be; None is no limit."""

    acts: int | None = None
    """Acts in a story: the author limit."""
    reason_acts: int | None = None
    """Acts in an explanation, the one to be explained included: the character limit."""
    belief_depth: int | None = None
    """How deep in belief an explanation may go: the epistemic limit."""


LONGEST = 50
"""Without a limit on the acts of a reason, reasons of up to so many are looked for."""


class OutOfTimeError(Exception):
    """The question was not decided: the time given ran out, or reasons got longer than anybody looks for without a
    limit."""


_Plan = tuple[Event, ...]


class Reasons:
    """Explanations in the worlds of one interpreter, within limits; raises :class:`OutOfTimeError` after the deadline.

    ``proposed`` are plans to try before any search, each for the character and the act with which it begins.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        limits: Limits,
        *,
        deadline: float | None = None,
        proposed: Mapping[tuple[int, Event], Sequence[_Plan]] | None = None,
    ) -> None:
        self.interpreter = interpreter
        self.limits = limits
        self._deadline = deadline
        self._proposed = proposed or {}
        self._found: dict[tuple[Event, int, State, int, int], _Plan | None] = {}
        self._steps: dict[tuple[State, Event, int, int], State] = {}
        self._relaxations = [Relaxation(interpreter, owner) for owner in range(interpreter.store.characters)]
        self._reaches: dict[tuple[State, int, int, int, float], bool] = {}

    def step(self, world: State, act: Event, owner: int, depth: int) -> State:
        """What the owner of the world at that depth of belief takes the act to lead to, whether or not it is
        possible."""
        key = world, act, owner, min(depth, self.interpreter.problem.belief_depth or 0)
        if (known := self._steps.get(key)) is None:
            if self._deadline is not None and time.monotonic() > self._deadline:
                raise OutOfTimeError
            known = self._steps[key] = self.interpreter.step(world, act, owner, depth)
        return known

    def explanation(self, act: Event, character: int, world: State, depth: int = 1) -> _Plan | None:
        """An explanation of the act for the character in their world, or None if there is none.

        Without a limit on the acts of a reason, longer and longer ones are looked for. That there is none is then only
        known where nothing better can be reached at all; raises OutOfTimeError after those of :data:`LONGEST` acts.
        """
        if self.limits.reason_acts is not None:
            return self.explanation_within(act, character, world, depth, self.limits.reason_acts)
        before = self.interpreter.utility(world, character)
        if before is None or not self._relaxations[character].can_gain(world, before, sys.maxsize):
            return None
        limit = self.limits.belief_depth
        reached = {world}
        frontier = [world]
        for budget in range(1, LONGEST + 1):
            plan = self.explanation_within(act, character, world, depth, budget)
            if plan is not None or (limit is not None and depth > limit):
                return plan
            steps = (after for last in frontier for after in self._steps_from(last, character, depth))
            frontier = list(dict.fromkeys(after for after in steps if after not in reached))
            reached.update(frontier)
            if not frontier and not any(self._is_better(after, character, before) for after in reached):
                return None
        raise OutOfTimeError

    def _is_better(self, world: State, character: int, before: float) -> bool:
        worth = self.interpreter.utility(world, character)
        return worth is not None and worth > before

    def _steps_from(self, world: State, character: int, depth: int) -> Iterator[State]:
        for act in self.interpreter.possible(world):
            if act.expected:
                yield self.step(world, act, character, depth)

    def explanation_within(self, act: Event, character: int, world: State, depth: int, budget: int) -> _Plan | None:
        """The same with a budget of acts: the first proposed plan that is one, else the first of the shortest, by
        order of the actions."""
        limit = self.limits.belief_depth
        if limit is None:
            depth = min(depth, self.interpreter.problem.belief_depth or 0)  # Deeper down nothing changes.
        elif depth > limit + 1:
            return None
        elif depth == limit + 1:
            budget = 1
        key = act, character, world, depth, budget
        if key not in self._found:
            self._found[key] = self._search(act, character, world, depth, budget)
        return self._found[key]

    def _search(self, act: Event, character: int, world: State, depth: int, budget: int) -> _Plan | None:
        before = self.interpreter.utility(world, character)
        if before is None or not act.expected or not act.precondition.holds(world):
            return None
        for plan in self._proposed.get((character, act), ()):
            if len(plan) <= budget and self.is_explanation(plan, character, world, depth, budget):
                return plan
        after = self.step(world, act, character, depth)
        for length in range(budget):
            for rest in self._plans(after, character, depth, budget - 1, length, before):
                plan = (act, *rest)
                if self._is_needed(plan, character, world, depth, budget):
                    return plan
        return None

    def _plans(
        self, world: State, character: int, depth: int, budget: int, length: int, before: float
    ) -> Iterator[_Plan]:
        """The plans of that length from the world on whose acts are agreed and whose end is worth more than
        ``before``."""
        if not self._can_reach(world, character, depth, length, before):
            return
        if length == 0:
            yield ()
            return
        for act in self.interpreter.possible(world):
            if act.expected and self._can_reach(
                self.step(world, act, character, depth), character, depth, length - 1, before
            ):
                if not self.agrees(act, character, world, depth, budget):
                    continue
                for rest in self._plans(
                    self.step(world, act, character, depth), character, depth, budget - 1, length - 1, before
                ):
                    yield (act, *rest)

    def _can_reach(self, world: State, character: int, depth: int, length: int, before: float) -> bool:
        """Whether so many possible acts of characters, agreed or not, can end in a world worth more than ``before``."""
        key = world, character, min(depth, self.interpreter.problem.belief_depth or 0), length, before
        if (known := self._reaches.get(key)) is None:
            if length == 0:
                known = self._is_better(world, character, before)
            elif not self._relaxations[character].can_gain(world, before, length):
                known = False
            else:
                known = any(
                    self._can_reach(self.step(world, act, character, depth), character, depth, length - 1, before)
                    for act in self.interpreter.possible(world)
                    if act.expected
                )
            self._reaches[key] = known
        return known

    def agrees(self, act: Event, character: int, world: State, depth: int, budget: int) -> bool:
        """Whether the act, possible in the character's world, is agreed there: everyone who consents has an
        explanation."""
        if not all(other == character or act.precondition.holds(world.beliefs[other]) for other in act.consenting):
            return False
        return act.expected and all(
            self.explanation_within(act, character, world, depth, budget) is not None
            if other == character
            else self.explanation_within(act, other, world.beliefs[other], depth + 1, budget) is not None
            for other in act.consenting
        )

    def is_explanation(self, plan: _Plan, character: int, world: State, depth: int, budget: int) -> bool:
        """Whether this plan is an explanation of its first act for the character in their world (section 6, 1 to 4)."""
        end = world
        worlds = []
        for act in plan:
            if not act.expected or not act.precondition.holds(end):
                return False
            worlds.append(end)
            end = self.step(end, act, character, depth)
        gained, before = self.interpreter.utility(end, character), self.interpreter.utility(world, character)
        if len(plan) > budget or gained is None or before is None or not gained > before:
            return False
        # From the end, since the rest of a plan is likely to explain its acts, and so is known when an earlier one is
        # asked about.
        for place in range(len(plan) - 1, 0, -1):
            if not self._agrees_with(plan[place:], character, worlds[place], depth, budget - place):
                return False
        return self._is_needed(plan, character, world, depth, budget)

    def _agrees_with(self, rest: _Plan, character: int, world: State, depth: int, budget: int) -> bool:
        """Whether the first act of the rest of a plan is agreed: its own rest is tried first as its explanation."""
        act = rest[0]
        key = act, character, world, depth, budget
        if (
            character in act.consenting
            and self._found.get(key) is None
            and self.is_explanation(rest, character, world, depth, budget)
        ):
            self._found[key] = rest
        return self.agrees(act, character, world, depth, budget)

    def _is_needed(self, plan: _Plan, character: int, world: State, depth: int, budget: int) -> bool:
        """Whether no agreed choice of the acts after the first ends in a world worth the same (section 6, 4)."""
        end = world
        for act in plan:
            end = self.step(end, act, character, depth)
        gained = self.interpreter.utility(end, character)
        # Agreement is dear: it is only asked if there is such a choice without regard to it.
        for ask in (False, True):
            reached = {world}
            for place, act in enumerate(plan[1:], 1):
                reached |= {
                    self.step(other, act, character, depth)
                    for other in reached
                    if act.precondition.holds(other)
                    and (not ask or self.agrees(act, character, other, depth, budget - place))
                }
            if all(self.interpreter.utility(other, character) != gained for other in reached):
                return True
        return False
