"""Ground events: each action and trigger with an entity for each parameter, its precondition in disjunctive normal
form.

Parameters are bound one by one, in order. A conjunct of the precondition is looked at as soon as the parameters that
it names are bound, and grounded once for each binding of those; a static fact such as ``path(from, to)`` leaves only
its own entities to try.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from chekhov.diagnostics import ChekhovError
from chekhov.grounding.formulas import FALSE, MIRRORED, TRUE, Formula, Path, fluents_of, solve
from chekhov.grounding.vocabulary import (
    ALWAYS,
    Bindings,
    Effect,
    MeaninglessError,
    Vocabulary,
    conjuncts_of,
    error_at,
    parts_of,
)
from chekhov.model import Action, Comparison, Expression, FluentTerm, Name, Trigger

MAX_CLAUSES = 10_000
"""So many alternatives a precondition may have."""

Clause = tuple[Formula, ...]


@dataclass(slots=True)
class Event:
    """A ground action or trigger."""

    name: str
    schema: int
    """The number of the action or trigger among the problem's events."""
    clauses: list[Clause]
    effects: list[Effect]
    is_action: bool
    consenting: list[int]
    observers: list[Formula]
    natural: bool = False


class Revision(NamedTuple):
    """What surprise may change about a fluent, see :mod:`chekhov.task`: ``fluent operator value``, with the value
    read at ``at``."""

    path: Path
    fluent: int
    operator: str
    value: Formula
    at: str


def ground_events(vocabulary: Vocabulary, limit: int, prune: bool) -> list[Event]:
    """The ground events: actions, then triggers, in order of declaration, then of parameters.

    With ``prune``, those that static facts rule out are left out. Raises :class:`~chekhov.diagnostics.ChekhovError`
    if there are more than ``limit``.
    """
    found: list[Event] = []
    for number, event in enumerate(vocabulary.problem.events):
        _Instances(vocabulary, event, number, limit, prune, found).bind()
    return found


def revisions(vocabulary: Vocabulary, atom: Formula) -> Iterator[Revision]:
    """What surprise may revise if the atom of a precondition proves wrong."""
    operator, left, right = atom
    nominal = any(side[0] == "f" and vocabulary.fluents[side[2]].signature.kind != "number" for side in (left, right))
    if nominal or (left[0] == "f" and right[0] == "v"):
        if right[0] == "f":
            yield Revision(right[1], right[2], "==", right, "source")
        if left[0] == "f":
            yield Revision(left[1], left[2], operator, right, "source")
        return
    occurring = list(fluents_of(atom))
    on_left = set(fluents_of(left))
    for path, number in occurring:
        if occurring.count((path, number)) == 1:
            fluent = ("f", path, number)
            if (path, number) in on_left:
                solution = solve(operator, left, right, fluent)
            else:
                solution = solve(MIRRORED[operator], right, left, fluent)
            if solution is not None:
                yield Revision(path, number, *solution, "belief")


def clauses(formula: Formula, event: Action | Trigger) -> list[Clause]:
    """Disjunctive normal form by full distribution: the first conjunct's alternatives vary slowest, an atom stands
    once in a clause.

    Clauses that contradict themselves are left out; there is no absorption, since surprise looks at every clause that
    holds.
    """
    if formula[0] == "or":
        return [clause for part in formula[1:] for clause in clauses(part, event)]
    if formula[0] != "and":
        return [() if formula == ALWAYS else (formula,)]
    return product([clauses(part, event) for part in formula[1:]], event)


def product(factors: Iterable[Sequence[Clause]], event: Action | Trigger) -> list[Clause]:
    """The conjunction of disjunctive normal forms. Raises E0502 if it has too many clauses."""
    found: list[dict[Formula, Formula | None]] = [{}]
    for factor in factors:
        if len(factor) == 1:
            found = [clause for clause in found if _add_atoms(clause, factor[0])]
            continue
        longer = []
        for clause in found:
            for other in factor:
                joined = dict(clause)
                if _add_atoms(joined, other):
                    longer.append(joined)
            if len(longer) > MAX_CLAUSES:
                title = f"the precondition of `{event.name}` has more than {MAX_CLAUSES:,} alternatives"
                raise ChekhovError([error_at("E0502", title, event)])
        found = longer
    return [tuple([atom for atom in clause if atom[0] != "f"]) for clause in found]


def _add_atoms(clause: dict[Formula, Formula | None], atoms: Clause) -> bool:
    """Adds atoms to a clause; False if it then contradicts itself. A clause also notes, under each fluent, the value
    it must have."""
    for atom in atoms:
        if atom in clause:
            continue
        operator, left, right = atom
        if left[0] == "f" and right[0] == "v":
            if operator == "==":
                if clause.get(left, right) != right or ("!=", left, right) in clause:
                    return False
                clause[left] = right
            elif operator == "!=" and clause.get(left) == right:
                return False
        clause[atom] = None
    return True


class _Part:
    """A part of an event's formulas, grounded once for each binding of the parameters that it names."""

    __slots__ = ("expression", "grounded", "level", "named")

    def __init__(self, expression: Expression, parameters: Sequence[str]) -> None:
        names = {part.name for part in parts_of(expression) if isinstance(part, Name)}
        self.expression = expression
        self.named = [name for name in parameters if name in names]
        self.level = max((i for i, name in enumerate(parameters, 1) if name in names), default=0)
        self.grounded: dict[tuple[int, ...], Any] = {}

    def get(self, bindings: Bindings, ground: Callable[[Expression, Bindings], Any]) -> Any:
        key = tuple([bindings[name] for name in self.named])
        if key not in self.grounded:
            self.grounded[key] = ground(self.expression, bindings)
        return self.grounded[key]


class _Instances:
    """The ground events of one action or trigger."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        event: Action | Trigger,
        number: int,
        limit: int,
        prune: bool,
        found: list[Event],
    ) -> None:
        self.vocabulary = vocabulary
        self.event = event
        self.number = number
        self.limit = limit
        self.prune = prune
        self.found = found
        self.tried = 0
        self.names = [parameter.name for parameter in event.parameters]
        self.allowed = [vocabulary.allowed(parameter) for parameter in event.parameters]
        self.conditions = [_Part(part, self.names) for part in conjuncts_of(event.precondition)]
        self.effects = [_Part(part, self.names) for part in conjuncts_of(event.effect)]
        self.tested = [
            [part for part in self.conditions if part.level == level] for level in range(len(self.names) + 1)
        ]
        self.observers: list[_Part | Formula] = [TRUE] * vocabulary.characters
        if isinstance(event, Action) and event.observing is not None:
            watching = vocabulary.of_type(event.observing.variable.type)
            self.observers = [
                _Part(event.observing.condition, self.names) if character in watching else FALSE
                for character in range(vocabulary.characters)
            ]
        self.candidates: list[list[tuple[list[str], dict[tuple[int, ...], set[int]]]]] = [[] for _ in self.names]
        if prune:
            for part in self.conditions:
                self._relate(part.expression)

    def _relate(self, condition: Expression) -> None:
        """Notes the entities that a static fact such as ``path(from, to)`` leaves for each parameter, given the ones
        before it."""
        match condition:
            case FluentTerm(property=name, arguments=arguments):
                given = arguments
            case Comparison(operator="==", left=FluentTerm(property=name, arguments=arguments), right=Name() as value):
                given = (*arguments, value)
            case _:
                return
        terms = [term.name for term in given if isinstance(term, Name)]
        signatures = self.vocabulary.by_name.get(name, [])
        kind = "boolean" if len(given) == len(arguments) else "entity"
        if len(terms) < len(given) or not all(one.static and one.kind == kind for one in signatures):
            return
        named = [i for i, parameter in enumerate(self.names) if parameter in terms]
        rows = set()
        for fact in self._facts(name, len(arguments)):
            row: dict[str, int] = {}
            if len(fact) == len(terms) and all(
                row.setdefault(term, entity) == entity
                and (term in self.names or self.vocabulary.number[term] == entity)
                for term, entity in zip(terms, fact, strict=True)
            ):
                rows.add(tuple(row[self.names[i]] for i in named))
        for position, parameter in enumerate(named):
            index: dict[tuple[int, ...], set[int]] = {}
            for each in rows:
                index.setdefault(each[:position], set()).add(each[position])
            self.candidates[parameter].append(([self.names[i] for i in named[:position]], index))

    def _facts(self, name: str, arity: int) -> Iterator[tuple[int, ...]]:
        """The arguments for which a static property may hold; for one with an entity for its value, that too."""
        for number in self.vocabulary.stated.get(name, ()):
            fluent = self.vocabulary.fluents[number]
            if len(fluent.arguments) != arity:
                continue
            value = self.vocabulary.base.get(number, fluent.signature.default)
            if fluent.signature.kind == "boolean":
                if value or number in self.vocabulary.varied:
                    yield fluent.arguments
            elif number in self.vocabulary.varied:
                yield from ((*fluent.arguments, entity) for entity in fluent.signature.values)
            elif value is not None:
                yield (*fluent.arguments, value[1])

    def bind(self) -> None:
        """Appends the instances; those are left out that say something of what the property is not declared for."""
        bindings: Bindings = {}
        if self._possible(bindings, 0):
            self._bind(bindings, 0)

    def _possible(self, bindings: Bindings, level: int) -> bool:
        return not self.prune or all(part.get(bindings, self._condition) for part in self.tested[level])

    def _bind(self, bindings: Bindings, level: int) -> None:
        if level == len(self.names):
            with contextlib.suppress(MeaninglessError):
                self._add(bindings)
            return
        candidates: Sequence[int] = self.allowed[level]
        for before, index in self.candidates[level]:
            fitting = index.get(tuple([bindings[name] for name in before]), ())
            candidates = [entity for entity in candidates if entity in fitting]
        name = self.names[level]
        for entity in candidates:
            self.tried += 1
            if self.tried > 50 * self.limit:
                self._explode()
            bindings[name] = entity
            if self._possible(bindings, level + 1):
                self._bind(bindings, level + 1)
        bindings.pop(name, None)

    def _condition(self, expression: Expression, bindings: Bindings) -> list[Clause]:
        """The clauses of a condition: none if it cannot hold, or says something of what it cannot be said of."""
        try:
            if isinstance(self.event, Action):
                return clauses(self.vocabulary.precondition(expression, bindings), self.event)
            return clauses(self.vocabulary.formula(expression, bindings, (), True), self.event)
        except MeaninglessError:
            if self.prune:
                return []
            raise

    def _effect(self, expression: Expression, bindings: Bindings) -> list[Effect]:
        found: list[Effect] = []
        self.vocabulary.effects(expression, bindings, (), TRUE, found)
        return found

    def _observer(self, expression: Expression, bindings: Bindings) -> Formula:
        return self.vocabulary.formula(expression, bindings, (), True)

    def _add(self, bindings: Bindings) -> None:
        event = self.event
        alternatives = product([part.get(bindings, self._condition) for part in self.conditions], event)
        if self.prune and not alternatives:
            return
        observers: list[Formula] = []
        consenting: list[int] = []
        natural = False
        if isinstance(event, Action):
            consenting = self._consenting(event, bindings)
            natural = event.natural
            for character, observer in enumerate(self.observers):
                if isinstance(observer, _Part):
                    assert event.observing is not None
                    watching = {**bindings, event.observing.variable.name: character}
                    observer = observer.get(watching, self._observer)
                observers.append(observer)
        effects = [effect for part in self.effects for effect in part.get(bindings, self._effect)]
        arguments = ", ".join([self.vocabulary.entities[bindings[name]] for name in self.names])
        is_action = isinstance(event, Action)
        name = f"{event.name}({arguments})"
        self.found.append(Event(name, self.number, alternatives, effects, is_action, consenting, observers, natural))
        if len(self.found) > self.limit:
            self._explode()

    def _consenting(self, event: Action, bindings: Bindings) -> list[int]:
        """The characters who consent, in order and each once."""
        found: list[int] = []
        for expression in event.consenting:
            outcomes = self.vocabulary.outcomes(expression, bindings, ())
            if len(outcomes) != 1 or outcomes[0][0] != TRUE:
                title = f"who consents to `{event.name}` changes with the state"
                raise ChekhovError([error_at("E0503", title, expression)])
            character = outcomes[0][1]
            if character >= self.vocabulary.characters:
                raise MeaninglessError(f"{self.vocabulary.entities[character]} is not a character")
            if character not in found:
                found.append(character)
        return found

    def _explode(self) -> None:
        estimate = math.prod(len(allowed) for allowed in self.allowed)
        what = "action" if isinstance(self.event, Action) else "trigger"
        bound = f"the world grounds to more than {self.limit:,} events"
        title = f"{bound}: {what} `{self.event.name}` alone has {estimate:,} instances"
        raise ChekhovError([error_at("E0501", title, self.event)])
