"""Relaxed reachability: the values that each fluent may have at any moment, in the actual world or in anybody's mind
at any depth.

A fixpoint over sets of values: a value once reached is never lost, and all belief levels are kept jointly. It has to
respect surprise. An event is also applied to beliefs in which its precondition does not hold, so its effects are
followed without assuming the precondition; and a comparison that proves wrong sets fluents to ``?``, so every
revision that can happen is followed too. What is never reached here can never happen; the converse need not hold.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from chekhov.grounding.events import Event, Revision, revisions
from chekhov.grounding.formulas import NEGATED, Formula, Value, calculate, compare, fluents_of
from chekhov.grounding.vocabulary import Vocabulary

Values: TypeAlias = set[Value] | None
"""A set of values; None for a number that may be anything, ``?`` included."""

MAX_VALUES = 64
"""So many values of a number are followed one by one; with more, it may be any number."""


class Reachability:
    """What may be so, and what may happen, in the worlds of a vocabulary's problem.

    ``nodes`` are the initial nodes' values. After construction, ``happening[i]`` says whether event number i may
    happen in some world, and :meth:`may` whether a condition may hold or fail in one.
    """

    def __init__(self, vocabulary: Vocabulary, events: Sequence[Event], nodes: Sequence[dict[int, Value]]) -> None:
        self.vocabulary = vocabulary
        self.happening = [False] * len(events)
        self._domains: list[Values] = [
            {node.get(number, fluent.signature.default) for node in nodes}
            for number, fluent in enumerate(vocabulary.fluents)
        ]
        self._revisions: dict[Formula, list[Revision]] = {}
        self._run(events)

    def domain(self, number: int) -> Values:
        """The values that a fluent may have. One that nothing in the problem mentions keeps its default."""
        if number < len(self._domains):
            return self._domains[number]
        return {self.vocabulary.fluents[number].signature.default}

    def values(self, expression: Formula) -> Values:
        """The values that an expression may have."""
        operator = expression[0]
        if operator == "v":
            return {expression[1]}
        if operator == "f":
            return self.domain(expression[2])
        if operator == "if":
            found: set[Value] = set()
            for branch, wanted in ((expression[2], True), (expression[3], False)):
                if self.may(expression[1], wanted):
                    values = self.values(branch)
                    if values is None:
                        return None
                    found |= values
            return found
        if operator in ("and", "or") or operator in NEGATED:
            return {wanted for wanted in (True, False) if self.may(expression, wanted)}
        left, right = self.values(expression[1]), self.values(expression[2])
        if left is None or right is None or len(left) * len(right) > MAX_VALUES**2:
            return None
        return {calculate(operator, a, b) for a in left for b in right}

    def may(self, condition: Formula, wanted: bool) -> bool:
        """Whether a condition may hold (or, with ``wanted`` False, fail) with values that its fluents may have."""
        operator, parts = condition[0], condition[1:]
        if operator in ("and", "or"):
            every = (operator == "and") == wanted
            return all(self.may(p, wanted) for p in parts) if every else any(self.may(p, wanted) for p in parts)
        left, right = self.values(parts[0]), self.values(parts[1])
        if left is None or right is None:
            return True
        if operator in ("==", "!="):
            if (operator == "==") == wanted:
                return not left.isdisjoint(right)
            return len(left) > 1 or len(right) > 1 or left != right
        return any(compare(operator, a, b) == wanted for a in left for b in right)

    def _run(self, events: Sequence[Event]) -> None:
        readers: list[list[int]] = [[] for _ in self.vocabulary.fluents]
        # The instances of an event share most of their formulas, which are alive as long as the events are.
        known: dict[int, set[int]] = {}

        def read_by(formula: Formula) -> set[int]:
            if id(formula) not in known:
                known[id(formula)] = {number for _, number in fluents_of(formula)}
            return known[id(formula)]

        for i, event in enumerate(events):
            read: set[int] = set()
            for clause in event.clauses:
                read.update(*map(read_by, clause))
            for condition, _, _, value in event.effects:
                read |= read_by(condition) | read_by(value)
            for number in read:
                readers[number].append(i)
        queue = deque(range(len(events)))
        waiting = [True] * len(events)
        while queue:
            i = queue.popleft()
            waiting[i] = False
            for number in self._follow(i, events[i]):
                for reader in readers[number]:
                    if not waiting[reader]:
                        waiting[reader] = True
                        queue.append(reader)

    def _follow(self, i: int, event: Event) -> Iterator[int]:
        """Adds what an event can bring about now; yields each fluent that has got a new value."""
        possible = [clause for clause in event.clauses if all(self.may(atom, True) for atom in clause)]
        if not possible:
            return
        self.happening[i] = True
        for condition, _, number, value in event.effects:
            if self.may(condition, True) and self._add(number, self.values(value)):
                yield number
        if event.is_action:
            for clause in possible:
                for atom in clause:
                    if self.may(atom, False):
                        for revision in self._revisions_of(atom):
                            if self._add(revision.fluent, self._revised(revision)):
                                yield revision.fluent

    def _revisions_of(self, atom: Formula) -> list[Revision]:
        if atom not in self._revisions:
            self._revisions[atom] = list(revisions(self.vocabulary, atom))
        return self._revisions[atom]

    def _revised(self, revision: Revision) -> Values:
        """The values that surprise may give to a fluent, beyond those it may have where the event happens."""
        if revision.operator != "==":
            # A truth value is never unknown, and its only comparison is ==.
            return {None}
        # Where the atom holds the fluent has that value already; but a calculation may round.
        return set() if revision.value[0] in ("v", "f") else self.values(revision.value)

    def _add(self, number: int, values: Values) -> bool:
        domain = self._domains[number]
        if domain is None:
            return False
        signature = self.vocabulary.fluents[number].signature
        merged = None if values is None else domain | {self.vocabulary.clamped(signature, value) for value in values}
        if merged is not None and signature.kind == "number" and len(merged) > MAX_VALUES:
            merged = None
        self._domains[number] = merged
        return merged != domain
