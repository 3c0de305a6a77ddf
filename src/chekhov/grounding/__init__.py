"""Grounding: a problem as the flat task that the kernel takes.

A ground event is an action or a trigger with an entity for each parameter. What static facts rule out is never made
(:mod:`~chekhov.grounding.events`); what is left is held against a relaxed reachability
(:mod:`~chekhov.grounding.reachability`). Fluents that have one value, ever and in every mind, are evaluated away, and
so is everything that depends on them alone; events whose precondition can never hold are dropped. Neither changes
what a story can be, nor which moments are the same.

Example
-------
>>> from chekhov.model import *
>>> here = Property("here", (Parameter("who", "character"),))
>>> leave = Action("leave", (Parameter("who", "character"),), FluentTerm("here", (Name("who"),)),
...                Assignment(FluentTerm("here", (Name("who"),)), Literal(False)), consenting=(Name("who"),))
>>> start = Assignment(FluentTerm("here", (Name("Tom"),)), Literal(True))
>>> tom, eve = Entity("Tom", ("character",)), Entity("Eve", ("character",))
>>> task = ground(Problem(entities=(tom, eve), properties=(here,), initial=(start,), actions=(leave,)))
>>> task.names.actions, task.names.fluents
(('leave(Tom)',), ('here(Tom)',))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chekhov.grounding.demands import DemandGrounder, GroundDemand, GroundEvent, GroundSecret
from chekhov.grounding.events import Event, Revision, ground_events, revisions
from chekhov.grounding.formulas import (
    FALSE,
    NEGATED,
    TRUE,
    Formula,
    Path,
    Value,
    comparison,
    joined,
)
from chekhov.grounding.reachability import Reachability
from chekhov.grounding.uses import FluentUse, Schema, fluent_uses
from chekhov.grounding.vocabulary import Vocabulary
from chekhov.model import Demand, Expression, Problem
from chekhov.task import VERSION, Names, Task
from chekhov.timing import Timing

__all__ = [
    "MAX_EVENTS",
    "FluentUse",
    "GroundDemand",
    "GroundEvent",
    "GroundSecret",
    "GroundTask",
    "Schema",
    "canonical_act",
    "ground",
]

MAX_EVENTS = 200_000
"""So many ground events a world may have before reachability, unless told otherwise."""


def ground(problem: Problem, *, limit: int = MAX_EVENTS, simplify: bool = True, constants: bool = False) -> GroundTask:
    """The task of a problem in which ``chekhov.lang`` finds no error.

    ``limit`` bounds the ground events before reachability. With ``constants`` the fluents that are evaluated away stay
    in the task, for whoever asks what is so. With ``simplify`` False nothing is evaluated away and no event is dropped:
    for what the world does not allow.

    Raises :class:`~chekhov.diagnostics.ChekhovError`: E0501 if the limit is passed, E0502 if a precondition has too
    many alternatives, E0503 if who consents is not fixed by the parameters, E0504 for an expression that has no meaning
    where it stands (which the language would have said).
    """
    timing = Timing(problem)
    problem = timing.problem
    vocabulary = Vocabulary(problem)
    nodes = vocabulary.initial()
    if simplify:
        vocabulary.find_static()
    events = ground_events(vocabulary, limit, simplify)
    utilities: list[Formula] = [("v", 0)] * (vocabulary.characters + 1)
    for declared in problem.utilities:
        who = vocabulary.characters if declared.character is None else vocabulary.number[declared.character]
        utilities[who] = vocabulary.number_of(declared.value)
    reachability = None
    happening = [True] * len(events)
    if simplify:
        reachability = Reachability(vocabulary, events, [values for values, _ in nodes])
        happening = reachability.happening
    return _Emission(vocabulary, reachability, timing, constants).task(nodes, events, happening, utilities)


@dataclass(frozen=True, slots=True)
class GroundTask(Task):
    """A task that still knows its problem, and so can ground more of it: goals, endings, acts as they are written.

    ``problem`` is without time; what is asked about may be said with it.
    """

    problem: Problem
    _emission: _Emission = field(repr=False, compare=False)
    _actions: dict[str, int] = field(repr=False, compare=False)

    @property
    def source(self) -> Problem:
        """The problem as its author has it, with time."""
        return self.timing.source

    @property
    def timing(self) -> Timing:
        """What was made of the author's problem."""
        return self._emission.timing

    def condition(self, expression: Expression) -> Formula:
        """A condition without parameters, in the terms of this task. A fluent that was evaluated away counts with its
        one value."""
        return self._emission.finished(self._emission.vocabulary.condition_of(self._without_time(expression)))

    def value(self, expression: Expression) -> Formula:
        """The number or entity that an expression without parameters stands for; a condition counts 1 or 0."""
        return self._emission.finished(self._emission.vocabulary.number_of(self._without_time(expression)))

    def expression(self, expression: Expression) -> Formula:
        """An expression without parameters as what it is: a condition, a number, or an entity."""
        expression = self._without_time(expression)
        if self._emission.vocabulary.kind(expression, {}) == "boolean":
            return self.condition(expression)
        return self.value(expression)

    def event(self, expression: Expression) -> GroundEvent:
        """A condition without parameters that may speak of acts (:class:`~chekhov.model.Done`) and endings."""
        return self._demands.event(self._without_time(expression))

    def demands(self) -> tuple[GroundDemand, ...]:
        """The demands of the world, in order."""
        return tuple(map(self._demands.demand, self.problem.demands))

    def demand(self, demand: Demand) -> GroundDemand:
        """A demand on this world, whether or not it stands in it."""
        other = None if demand.other is None else self._without_time(demand.other)
        return self._demands.demand(replace(demand, condition=self._without_time(demand.condition), other=other))

    def secrets(self) -> tuple[GroundSecret, ...]:
        """The secrets of the world, in order."""
        return tuple(map(self._demands.secret, self.problem.secrets))

    def _without_time(self, expression: Expression) -> Expression:
        return self.timing.expression(expression)

    @property
    def _demands(self) -> DemandGrounder:
        return DemandGrounder(self._emission.vocabulary, self.names.actions, self._emission.finished)

    def schemas(self) -> tuple[Schema, ...]:
        """The actions and triggers of the problem, in order, each with its events in the task and those that were left
        out since they can never happen."""
        return self._emission.schemas

    def fluent_uses(self) -> tuple[FluentUse, ...]:
        """All ground fluents that the task has, or that the initial state names, with what reads and changes them."""
        return fluent_uses(self, self._emission.vocabulary, self._emission.known, self._emission.renumbered)

    def action_number(self, act: str) -> int | None:
        """The number of the act ``walk(Tom, Home, Market)``; None if it can never happen, or there is no such act."""
        return self._actions.get(canonical_act(act))


def canonical_act(act: str) -> str:
    """An act with its brackets and spaces as :class:`~chekhov.task.Names` has them.

    >>> canonical_act(" walk( Tom,Market )")
    'walk(Tom, Market)'
    """
    name, _, rest = act.strip().partition("(")
    arguments = [argument.strip() for argument in rest.rstrip().removesuffix(")").split(",")]
    return f"{name.strip()}({', '.join(argument for argument in arguments if argument)})"


def _is_of_two(revision: Revision) -> bool:
    """Whether a revision sets a fluent to what it is where an event happens, because another one is compared with
    it."""
    return revision.operator == "==" and revision.value[0] == "f"


class _Emission:
    """Writes formulas over all ground fluents as a task over those that are kept."""

    def __init__(
        self, vocabulary: Vocabulary, reachability: Reachability | None, timing: Timing, constants: bool
    ) -> None:
        self.vocabulary = vocabulary
        self.timing = timing
        self.reachability = reachability
        fluents = vocabulary.fluents
        self.known: dict[int, Formula] = {}
        """The fluents that are evaluated away, and the one value of each."""
        if reachability is not None:
            for number in range(len(fluents)):
                domain = reachability.domain(number)
                if domain is not None and len(domain) == 1:
                    self.known[number] = ("v", next(iter(domain)))
        self.kept = [number for number in range(len(fluents)) if constants or number not in self.known]
        self.kept.sort(key=lambda number: (fluents[number].signature.index, fluents[number].arguments))
        self.renumbered = {number: i for i, number in enumerate(self.kept)}
        self.schemas: tuple[Schema, ...] = ()
        """What became of the problem's actions and triggers, once the task is made."""
        self._finished: dict[Formula, Formula] = {}
        self._atoms: dict[Formula, dict[str, Any] | None] = {}

    def task(
        self,
        nodes: Sequence[tuple[dict[int, Value], list[int]]],
        events: Sequence[Event],
        happening: Sequence[bool],
        utilities: Sequence[Formula],
    ) -> GroundTask:
        """The task of the events that may happen; ``utilities`` are the characters' and then the author's."""
        vocabulary = self.vocabulary
        actions: list[Event] = []
        triggers: list[Event] = []
        found: list[tuple[list[int], list[str], list[str]]] = [([], [], []) for _ in vocabulary.problem.events]
        for event, happens in zip(events, happening, strict=True):
            numbers, kept_names, unreachable = found[event.schema]
            if not happens:
                unreachable.append(event.name)
                continue
            kept = actions if event.is_action else triggers
            numbers.append(len(kept))
            kept_names.append(event.name)
            kept.append(event)
        self.schemas = tuple(
            Schema(
                event,
                tuple(tuple(vocabulary.entities[i] for i in vocabulary.allowed(one)) for one in event.parameters),
                tuple(numbers),
                tuple(kept_names),
                tuple(unreachable),
            )
            for event, (numbers, kept_names, unreachable) in zip(vocabulary.problem.events, found, strict=True)
        )
        *characters, author = [self.finished(utility) for utility in utilities]
        data = {
            "version": VERSION,
            "characters": vocabulary.characters,
            "entities": len(vocabulary.entities),
            "fluents": [self._fluent(number) for number in self.kept],
            "initial": {
                "nodes": [
                    {
                        "values": [values.get(n, vocabulary.fluents[n].signature.default) for n in self.kept],
                        "beliefs": beliefs,
                    }
                    for values, beliefs in nodes
                ],
                "root": 0,
            },
            "actions": [
                {
                    **self._event(event),
                    "consenting": event.consenting,
                    "observers": [self.finished(observer) for observer in event.observers],
                    **({"natural": True} if event.natural else {}),
                }
                for event in actions
            ],
            "triggers": [self._event(event) for event in triggers],
            "utility": author,
            "utilities": characters,
            "belief_depth": vocabulary.problem.belief_depth,
        }
        names = Names(
            characters=tuple(vocabulary.entities[: vocabulary.characters]),
            entities=tuple(vocabulary.entities),
            fluents=tuple(vocabulary.fluent_name(number) for number in self.kept),
            actions=tuple(event.name for event in actions),
            triggers=tuple(event.name for event in triggers),
            made=frozenset(
                place
                for place, number in enumerate(self.kept)
                if vocabulary.fluents[number].signature.declared.name in self.timing.made
            ),
        )
        by_name: dict[str, int] = {}
        for i, name in enumerate(names.actions):
            by_name.setdefault(name, i)
        return GroundTask(data, names, vocabulary.problem, self, by_name)

    def finished(self, formula: Formula) -> Formula:
        """The formula in the task's numbers, with what is always so evaluated away."""
        if formula[0] == "v":
            return formula
        done = self._finished.get(formula)
        if done is None:
            done = self._finished[formula] = self._finish(formula)
        return done

    def _finish(self, formula: Formula) -> Formula:
        operator = formula[0]
        if operator == "f":
            _, path, number = formula
            if number in self.known:
                return self.known[number]
            if number not in self.renumbered:
                # Only a goal can name what nothing in the problem names.
                return ("v", self.vocabulary.fluents[number].signature.default)
            return ("f", path, self.renumbered[number])
        if operator in NEGATED and self.reachability is not None:
            if not self.reachability.may(formula, True):
                return FALSE
            if not self.reachability.may(formula, False):
                return TRUE
        return joined(operator, [self.finished(part) for part in formula[1:]])

    def _fluent(self, number: int) -> dict[str, Any]:
        signature = self.vocabulary.fluents[number].signature
        values: list[Value] = [("e", value) for value in signature.values]
        if self.reachability is not None and signature.kind == "entity":
            # An effect may set what the declared type does not foresee.
            reached = self.reachability.domain(number) or set()
            values += sorted(reached.difference(values, [None]))
        bounds = signature.declared.bounds
        return {"kind": signature.kind, "values": values, "bounds": None if bounds is None else list(bounds)}

    def _event(self, event: Event) -> dict[str, Any]:
        precondition: list[list[dict[str, Any]]] = []
        for clause in event.clauses:
            tests = [self.finished(atom) for atom in clause]
            if all(test == TRUE for test in tests):
                # It holds in every world and mind: nobody is ever surprised.
                precondition = [[]]
                break
            if FALSE not in tests:
                atoms = (self._atom(a, t) for a, t in zip(clause, tests, strict=True))
                precondition.append([a for a, test in zip(atoms, tests, strict=True) if test != TRUE or a["revise"]])
        effects: dict[tuple[Formula, Path, int, Formula], None] = {}
        for condition, path, number, value in event.effects:
            test, new = self.finished(condition), self.finished(value)
            if test != FALSE and number not in self.known:
                new = ("v", new == TRUE) if new in (TRUE, FALSE) else new
                effects[test, path, self.renumbered[number], new] = None
        return {
            "precondition": precondition,
            "effects": [{"condition": c, "path": p, "fluent": f, "value": v} for c, p, f, v in effects],
        }

    def _atom(self, atom: Formula, test: Formula) -> dict[str, Any]:
        found = self._atoms.get(atom)
        if found is None:
            operator, left, right = atom
            found = self._atoms[atom] = {
                # A test that always holds is written out: it may be wrong about one of its fluents all the same.
                "test": comparison(operator, self.finished(left), self.finished(right)) if test == TRUE else test,
                "revise": [
                    {
                        "path": revision.path,
                        "fluent": self.renumbered[revision.fluent],
                        "op": revision.operator,
                        "value": self.finished(revision.value),
                        "at": revision.at,
                    }
                    for revision in revisions(self.vocabulary, atom)
                    if revision.fluent not in self.known and (test != TRUE or _is_of_two(revision))
                ],
            }
        return found
