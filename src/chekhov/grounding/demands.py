"""What an author demands of stories, grounded: conditions that speak of a moment and of the act that led to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chekhov.grounding.formulas import Formula, conjunction, disjunction, joined
from chekhov.grounding.vocabulary import Act, Vocabulary
from chekhov.model import And, Believes, Comparison, Demand, Expression, Group, Literal, Name, Parameter, Secret


@dataclass(frozen=True, slots=True)
class GroundEvent:
    """What a condition says of a moment and the act that has just led to it.

    Of a moment to which the act number a led, ``acts[a]`` must hold if there is such an entry; in all other cases, and
    at the start, to which no act led, ``otherwise``.
    """

    otherwise: Formula
    acts: dict[int, Formula]

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """All that it may come to."""
        return (self.otherwise, *self.acts.values())


@dataclass(frozen=True, slots=True)
class GroundDemand:
    """A demand with its conditions grounded; ``other`` is the second one of ``before`` and ``until``."""

    demand: Demand
    condition: GroundEvent
    other: GroundEvent | None


@dataclass(frozen=True, slots=True)
class GroundSecret:
    """A secret: for each character (by number, in order) from whom it is kept, the condition that it has come out to
    them; and the event after which it may."""

    secret: Secret
    leaks: dict[int, Formula]
    until: GroundEvent | None


class DemandGrounder:
    """Grounds demands in the terms of a task: ``actions`` are the names of its actions, and ``finish`` makes a formula
    of the vocabulary one of the task."""

    def __init__(self, vocabulary: Vocabulary, actions: Sequence[str], finish: Callable[[Formula], Formula]) -> None:
        self.vocabulary = vocabulary
        self.actions = actions
        self.finish = finish

    def event(self, expression: Expression) -> GroundEvent:
        """A condition without parameters that may speak of acts and endings."""
        formula, acts = self.vocabulary.event_of(expression, {})
        formulas: dict[frozenset[Act], Formula] = {}

        def assuming(done: frozenset[Act]) -> Formula:
            if done not in formulas:
                formulas[done] = self.finish(_assuming(formula, done))
            return formulas[done]

        otherwise = assuming(frozenset())
        found = {number: assuming(done) for number, done in self._meant(acts).items()}
        return GroundEvent(otherwise, {number: one for number, one in found.items() if one != otherwise})

    def _meant(self, acts: Sequence[Act]) -> dict[int, frozenset[Act]]:
        """The actions that are among some acts, with those that they are."""
        # By name, and by which arguments are given: there may be as many acts as actions.
        tables: dict[tuple[str, int], dict[tuple[int, ...], dict[tuple[int, ...], Act]]] = {}
        for act in acts:
            name, arguments = act
            given = tuple(i for i, argument in enumerate(arguments) if argument is not None)
            table = tables.setdefault((name, len(arguments)), {}).setdefault(given, {})
            table[tuple(argument for argument in arguments if argument is not None)] = act
        found = {}
        for number, text in enumerate(self.actions):
            name, _, rest = text.partition("(")
            words = [word for word in rest[:-1].split(", ") if word]
            done = frozenset(
                table[key]
                for given, table in tables.get((name, len(words)), {}).items()
                if (key := tuple(self.vocabulary.number[words[i]] for i in given)) in table
            )
            if done:
                found[number] = done
        return found

    def demand(self, demand: Demand) -> GroundDemand:
        """A demand."""
        other = None if demand.other is None else self.event(demand.other)
        return GroundDemand(demand, self.event(demand.condition), other)

    def secret(self, secret: Secret) -> GroundSecret:
        """A secret."""
        vocabulary = self.vocabulary
        leaks: dict[int, list[Formula]] = {}
        for one in secret.hidden_from:
            if isinstance(one, Group):
                group, members = one, vocabulary.of_type(one.variable.type)
            else:
                group, members = Group(Parameter(one.name, "character")), (vocabulary.number[one.name],)
            for member in members:
                belongs, _ = vocabulary.event_of(group.condition, {group.variable.name: member})
                knows, _ = vocabulary.event_of(self._known(secret.content, vocabulary.entities[member]), {})
                leaks.setdefault(member, []).append(self.finish(conjunction((belongs, knows))))
        return GroundSecret(
            secret,
            {member: disjunction(leaks[member]) for member in sorted(leaks)},
            None if secret.until is None else self.event(secret.until),
        )

    def _known(self, content: Expression, character: str) -> Expression:
        """The condition that a character knows of a condition that it holds, or of a value what it is."""
        believed = Believes(Name(character), content)
        if self.vocabulary.kind(content, {}) == "boolean":
            return And((content, believed))
        return And((Comparison("!=", content, Literal(None)), Comparison("==", content, believed)))


def _assuming(formula: Formula, done: frozenset[Act]) -> Formula:
    """A formula in which of all acts these have just been done."""
    operator = formula[0]
    if operator in ("v", "f"):
        return formula
    if operator == "done":
        return ("v", formula[1] in done)
    return joined(operator, [_assuming(part, done) for part in formula[1:]])
