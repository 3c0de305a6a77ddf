"""The naive evaluator: what can happen in a world and why, from the definitions of ``docs/semantics.md`` by brute
force.

It stands on the validator's interpreter for states and steps, and shares nothing with grounding or the kernel. Reasons
and stories are computed by trying everything; the one concession is a memo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chekhov.validation.formulas import Formula
from chekhov.validation.interpreter import Event, Interpreter
from chekhov.validation.states import State


@dataclass(frozen=True)
class Limits:
    """The author limit (acts in a story), the character limit (acts in a reason), the epistemic limit (depth of belief
    in a reason)."""

    acts: int
    reason_acts: int
    belief_depth: int | None = None


def states_by_depth(interpreter: Interpreter, depth: int) -> list[int]:
    """The number of distinct states within 0, 1, ... ``depth`` actions of the initial one, whoever has a reason for
    them."""
    seen = {interpreter.initial}
    frontier = [interpreter.initial]
    counts = [1]
    for _ in range(depth):
        reached: dict[State, None] = {}
        for state in frontier:
            for event in interpreter.possible(state):
                after = interpreter.step(state, event)
                if after not in seen:
                    seen.add(after)
                    reached[after] = None
        frontier = list(reached)
        counts.append(len(seen))
    return counts


class Reasons:
    """Explanations and stories (section 6), by trying every plan."""

    def __init__(self, interpreter: Interpreter, limits: Limits) -> None:
        self.interpreter = interpreter
        self.limits = limits
        self._memo: dict[tuple[Event, int, State, int, int], list[Event] | None] = {}
        self._steps: dict[tuple[State, Event, int | None, int], State] = {}

    def step(self, world: State, act: Event, owner: int | None, depth: int) -> State:
        key = world, act, owner, depth
        if key not in self._steps:
            self._steps[key] = self.interpreter.step(world, act, owner, depth)
        return self._steps[key]

    def explanation(self, act: Event, character: int, world: State, depth: int, budget: int) -> list[Event] | None:
        """A shortest explanation of the act for the character in their world, or None.

        Of several, the first by the order of the actions."""
        limit = self.limits.belief_depth
        if limit is not None:
            if depth > limit + 1:
                return None
            if depth == limit + 1:
                budget = min(budget, 1)
        key = act, character, world, depth, budget
        if key not in self._memo:
            plans: Iterator[list[Event]] = (
                plan
                for length in range(1, budget + 1)
                for plan in self._plans(act, character, world, depth, budget, length)
            )
            self._memo[key] = next(
                (plan for plan in plans if self._is_explanation(plan, character, world, depth, budget)), None
            )
        return self._memo[key]

    def _plans(
        self, act: Event, character: int, world: State, depth: int, budget: int, length: int
    ) -> Iterator[list[Event]]:
        """The plans of that length from the act on that meet 1 and 3."""
        if not act.expected or not act.precondition.holds(world):
            return
        if length == 1:
            yield [act]
            return
        after = self.step(world, act, character, depth)
        for following in self.interpreter.possible(after):
            if self.agreed(following, character, after, depth, budget - 1):
                for rest in self._plans(following, character, after, depth, budget - 1, length - 1):
                    yield [act, *rest]

    def agreed(self, act: Event, character: int, world: State, depth: int, budget: int) -> bool:
        """Whether everyone who consents has an explanation, as far as the character in whose world it is believes."""
        return act.expected and all(
            self.explanation(act, character, world, depth, budget) is not None
            if other == character
            else act.precondition.holds(world.beliefs[other])
            and self.explanation(act, other, world.beliefs[other], depth + 1, budget) is not None
            for other in act.consenting
        )

    def _is_explanation(self, plan: list[Event], character: int, world: State, depth: int, budget: int) -> bool:
        """2 and 4, for a plan that meets 1 and 3."""
        end = world
        for act in plan:
            end = self.step(end, act, character, depth)
        gained, before = self.interpreter.utility(end, character), self.interpreter.utility(world, character)
        if gained is None or before is None or not gained > before:
            return False
        # The worlds that a choice of some of the acts from the second on leads to.
        reached = {world}
        for place, act in enumerate(plan[1:], 2):
            left = budget - place + 1
            reached |= {
                self.step(other, act, character, depth)
                for other in reached
                if act.precondition.holds(other) and self.agreed(act, character, other, depth, left)
            }
        return all(self.interpreter.utility(other, character) != gained for other in reached)

    def explained(self, state: State, act: Event) -> bool:
        """Whether the act may happen in a story in this actual state, where it is possible."""
        return all(
            act.precondition.holds(state.beliefs[character])
            and self.explanation(act, character, state.beliefs[character], 1, self.limits.reason_acts) is not None
            for character in act.consenting
        )

    def shortest_story(self, goal: Formula) -> list[Event] | None:
        """The first of the shortest stories that reach the goal within the limits, by the order of the actions."""
        if goal.holds(self.interpreter.initial):
            return []
        stories: dict[State, list[Event]] = {self.interpreter.initial: []}
        frontier = [self.interpreter.initial]
        for _ in range(self.limits.acts):
            reached = []
            for state in frontier:
                for act in self.interpreter.possible(state):
                    if self.explained(state, act):
                        after = self.step(state, act, None, 0)
                        if after not in stories:
                            stories[after] = [*stories[state], act]
                            if goal.holds(after):
                                return stories[after]
                            reached.append(after)
            frontier = reached
        return None
