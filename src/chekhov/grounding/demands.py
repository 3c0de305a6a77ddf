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
        by_name: dict[str, list[Act]] = {}
        for act in acts:
            by_name.setdefault(act[0], []).append(act)
        found = {}
        for number, text in enumerate(self.actions):
            name, _, rest = text.partition("(")
            if name in by_name:
                arguments = [self.vocabulary.number[one] for one in rest[:-1].split(", ") if one]
                done = frozenset(act for act in by_name[name] if _fits(act, arguments))
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


def _fits(act: Act, arguments: Sequence[int]) -> bool:
    return len(act[1]) == len(arguments) and all(a in (None, b) for a, b in zip(act[1], arguments, strict=True))


def _assuming(formula: Formula, done: frozenset[Act]) -> Formula:
    """A formula in which of all acts these have just been done."""
    operator = formula[0]
    if operator in ("v", "f"):
        return formula
    if operator == "done":
        return ("v", formula[1] in done)
    return joined(operator, [_assuming(part, done) for part in formula[1:]])
