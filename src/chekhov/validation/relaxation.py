"""How many acts it takes at least until somebody's world can be worth more to them.

The relaxed reachability of classical planning (Bonet and Geffner, "Planning as heuristic search", 2001): fluents only
ever gain values, acts all happen at once, layer by layer, and triggers at no cost. What others believe may be
anything, so that the answer depends on the values in the world alone. It never overestimates, and so proves that
shorter plans need not be looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from chekhov.validation.formulas import (
    All,
    Any,
    Choice,
    Constant,
    Effect,
    Formula,
    Operation,
    Path,
    Read,
    Term,
    calculate,
    compare,
)
from chekhov.validation.interpreter import Event, Interpreter
from chekhov.validation.states import State, Value

_VALUES = 50
"""So many values of one number are told apart; with more it may have any."""

_Values = set[Value] | None
"""The values that a term may have; None: any."""


@dataclass(slots=True)
class _Layers:
    values: list[_Values]
    """What each fluent may be after the last layer so far."""
    worth: list[float]
    """The most that the world may be worth after 0, 1, ... acts."""
    complete: bool = False
    """Whether nothing more is gained."""


class Relaxation:
    """Lower bounds for the plans of one character in their own world."""

    def __init__(self, interpreter: Interpreter, owner: int) -> None:
        self._interpreter = interpreter
        self._owner = owner
        self._acts = self._owned(event for event in interpreter.actions if event.expected)
        self._triggers = self._owned(interpreter.triggers)
        self._layers: dict[int, _Layers] = {}

    def can_gain(self, world: State, before: float, acts: int) -> bool:
        """Whether the world may be worth more than ``before`` after so many acts. If not, it never is."""
        if (layers := self._layers.get(world.valuation)) is None:
            values: list[_Values] = [{value} for value in world.values]
            layers = self._layers[world.valuation] = _Layers(values, [self._worth(values)])
        while len(layers.worth) <= acts and not layers.complete:
            grown = self._grow(layers.values, self._acts)
            while grown and self._grow(layers.values, self._triggers):
                pass
            layers.complete = not grown
            layers.worth.append(self._worth(layers.values))
        return max(layers.worth[: acts + 1]) > before

    def _owned(self, events: Iterable[Event]) -> list[tuple[Event, list[Effect]]]:
        """The events that change values in the owner's world itself, with the effects that do."""
        own = ((event, [effect for effect in event.effects if self._is_own(effect.path)]) for event in events)
        return [(event, effects) for event, effects in own if effects]

    def _is_own(self, path: Path) -> bool:
        return path in ((), (self._owner,))

    def _worth(self, values: list[_Values]) -> float:
        worth = self._outcomes(self._interpreter.utilities[self._owner], values)
        return math.inf if worth is None else max((v for v in worth if isinstance(v, float)), default=-math.inf)

    def _grow(self, values: list[_Values], events: list[tuple[Event, list[Effect]]]) -> bool:
        """Adds to the values what the events bring about at once. Returns whether that is anything."""
        gained: list[tuple[int, _Values]] = []
        for event, effects in events:
            # What is new is seen faster than whether it may happen.
            new = [(effect, self._assigned(effect, values)) for effect in effects]
            news = [(effect, outcomes) for effect, outcomes in new if self._adds(effect.fluent, outcomes, values)]
            if news and self._may_hold(event.precondition, values):
                gained += [(effect.fluent, found) for effect, found in news if self._may_hold(effect.condition, values)]
        for fluent, outcomes in gained:
            old = values[fluent]
            if old is not None:
                merged = None if outcomes is None else old | outcomes
                values[fluent] = merged if merged is not None and len(merged) <= _VALUES else None
        return bool(gained)

    def _assigned(self, effect: Effect, values: list[_Values]) -> _Values:
        outcomes = self._outcomes(effect.term, values)
        bounded = self._interpreter.vocabulary.fluents[effect.fluent].bounded
        return None if outcomes is None else set(map(bounded, outcomes))

    def _adds(self, fluent: int, outcomes: _Values, values: list[_Values]) -> bool:
        old = values[fluent]
        return old is not None and (outcomes is None or not outcomes <= old)

    def _may_hold(self, formula: Formula, values: list[_Values]) -> bool:
        if isinstance(formula, All):
            return all(self._may_hold(part, values) for part in formula.parts)
        if isinstance(formula, Any):
            return any(self._may_hold(part, values) for part in formula.parts)
        left, right = self._outcomes(formula.left, values), self._outcomes(formula.right, values)
        return left is None or right is None or any(compare(formula.operator, a, b) for a in left for b in right)

    def _outcomes(self, term: Term, values: list[_Values]) -> _Values:
        match term:
            case Constant(value):
                return {value}
            case Read(path, fluent):
                return values[fluent] if self._is_own(path) else None
            case Operation(operator, left, right):
                first, second = self._outcomes(left, values), self._outcomes(right, values)
                if first is None or second is None:
                    return None
                results = {calculate(operator, a, b) for a, b in product(first, second)}
                return results if len(results) <= _VALUES else None
            case Choice(branches, otherwise):
                found: set[Value] = set()
                terms = [branch for condition, branch in branches if self._may_hold(condition, values)]
                for branch in (*terms, otherwise):
                    outcomes = self._outcomes(branch, values)
                    if outcomes is None:
                        return None
                    found |= outcomes
                return found
