"""What became of the actions and triggers of a problem, and what reads and changes its facts.

A check asks this of a task when it wants to say what never happens, and what is never read or changed. Nothing here is
needed to ground or to plan, so that all of it is found out when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from chekhov.grounding.formulas import Formula, Value, fluents_of
from chekhov.grounding.vocabulary import Vocabulary, children_of
from chekhov.lang.template import parse_template
from chekhov.model import (
    Action,
    And,
    Assignment,
    Believes,
    Comparison,
    Conditional,
    Expression,
    FluentTerm,
    Group,
    Name,
    Not,
    Quantified,
    Trigger,
)

if TYPE_CHECKING:
    from chekhov.grounding import GroundTask

_Scope: TypeAlias = dict[str, frozenset[int]]
_Extents: TypeAlias = tuple["frozenset[int] | None", ...]
"""The entities that each argument may be (None: any)."""
_Read: TypeAlias = tuple[str, _Extents]
"""A property that is read, and for what."""


@dataclass(frozen=True, slots=True)
class Schema:
    """An action or a trigger of the problem, and what became of its instances.

    ``allowed`` are the entities that each parameter may stand for, ``events`` the instances in the task (by number
    there: of actions, or of triggers), ``unreachable`` the names of those that no moment could allow, as nothing brings
    their conditions about. All others were ruled out by what never changes.
    """

    event: Action | Trigger
    allowed: tuple[tuple[str, ...], ...]
    events: tuple[int, ...]
    names: tuple[str, ...]
    """The names of ``events``."""
    unreachable: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many instances there could be."""
        return prod(map(len, self.allowed))


@dataclass(frozen=True, slots=True)
class FluentUse:
    """A ground fluent, and where the world reads and changes it.

    ``number`` is its number in the task; None if it was evaluated away, since it only ever has the one ``value``.
    Readers are ``action walk``, ``trigger ring``, ``utility(Tom)``, ``utility()``, ``ending out``, ``demand no_shots``,
    ``secret deal``, and ``telling walk`` for the sentence of an event. A number that something counts up is not read by
    that. Changers are actions and triggers; ``minds`` are those that set what somebody believes of it, whatever it is.
    """

    fluent: str
    number: int | None
    value: Value
    readers: tuple[str, ...]
    changers: tuple[str, ...]
    minds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Footprint:
    """What a ground event reads and sets: fluents by number, in whoever's mind.

    ``tests`` decide whether it happens and who sees it. ``effects`` are the fluents that it sets, and for each those
    that the new value depends on; ``actual`` of these are set in the actual world, and others in minds alone.
    """

    tests: frozenset[int]
    effects: Mapping[int, frozenset[int]]
    actual: frozenset[int]

    @property
    def reads(self) -> frozenset[int]:
        """All that it reads, but what a fluent's new value takes from its old one."""
        return self.tests.union(*(read - {fluent} for fluent, read in self.effects.items()))


def _read_by(formula: Formula) -> frozenset[int]:
    """The fluents that a formula reads, in whoever's mind."""
    return frozenset(number for _, number in fluents_of(formula))


def _footprint(event: Mapping[str, Any]) -> _Footprint:
    formulas = [*(atom["test"] for clause in event["precondition"] for atom in clause), *event.get("observers", ())]
    effects: dict[int, frozenset[int]] = {}
    for effect in event["effects"]:
        known = effects.get(effect["fluent"], frozenset())
        effects[effect["fluent"]] = known | _read_by(effect["condition"]) | _read_by(effect["value"])
    actual = frozenset(effect["fluent"] for effect in event["effects"] if not effect["path"])
    return _Footprint(frozenset().union(*map(_read_by, formulas)), effects, actual)


def fluent_uses(
    task: GroundTask, vocabulary: Vocabulary, known: Mapping[int, Formula], renumbered: Mapping[int, int]
) -> tuple[FluentUse, ...]:
    """The ground fluents of a task and of its initial state, with their uses; ``known`` are those of the vocabulary
    that were evaluated away, ``renumbered`` those that were not."""
    readers: dict[int, dict[str, None]] = {}
    changers: dict[int, dict[str, None]] = {}
    minds: dict[int, dict[str, None]] = {}
    texts: list[tuple[str, Iterable[_Read]]] = []
    tellings: list[tuple[str, Iterable[_Read]]] = []
    for schema in task.schemas():
        event = schema.event
        is_action = isinstance(event, Action)
        ended = task.timing.action_of.get(event.name)
        name = f"action {ended}" if ended else f"{'action' if is_action else 'trigger'} {event.name}"
        for number in schema.events:
            footprint = _footprint(task.data["actions" if is_action else "triggers"][number])
            for fluent in footprint.reads:
                readers.setdefault(fluent, {})[name] = None
            for fluent in footprint.effects:
                (changers if fluent in footprint.actual else minds).setdefault(fluent, {})[name] = None
        if schema.events:
            texts.append((name, event_reads(vocabulary, event)))
            tellings.append((f"telling {event.name}", telling_reads(vocabulary, event)))
    for name, expressions, formulas in _asking(task):
        texts.append((name, [read for one in expressions for read in reads(vocabulary, one, {})]))
        for fluent in frozenset[int]().union(*map(_read_by, formulas)):
            readers.setdefault(fluent, {})[name] = None
    said, told = _by_property(texts), _by_property(tellings)
    stated = {number for numbers in vocabulary.stated.values() for number in numbers}
    order = sorted(
        stated.union(renumbered),
        key=lambda number: (vocabulary.fluents[number].signature.index, vocabulary.fluents[number].arguments),
    )
    return tuple(
        FluentUse(
            vocabulary.fluent_name(number),
            kept,
            None if kept is not None else known[number][1],
            (
                *(readers.get(kept, ()) if kept is not None else _readers(said, vocabulary, number)),
                *_readers(told, vocabulary, number),
            ),
            () if kept is None else tuple(changers.get(kept, ())),
            () if kept is None else tuple(minds.get(kept, ())),
        )
        for number in order
        for kept in [renumbered.get(number)]
    )


def _asking(task: GroundTask) -> Iterator[tuple[str, tuple[Expression, ...], Iterable[Formula]]]:
    """What else reads something than events, as text and grounded."""

    def named(what: str, name: str | None) -> str:
        return what if name is None else f"{what} {name}"

    for utility in task.problem.utilities:
        yield f"utility({utility.character or ''})", (utility.value,), (task.value(utility.value),)
    for ending in task.problem.endings:
        yield f"ending {ending.name}", (ending.condition,), (task.condition(ending.condition),)
    for ground in task.demands():
        demand, events = ground.demand, [ground.condition]
        expressions = [demand.condition]
        if demand.other is not None and ground.other is not None:
            expressions.append(demand.other)
            events.append(ground.other)
        formulas = [formula for event in events for formula in event.formulas]
        yield named("demand", demand.name), tuple(expressions), formulas
    for hidden in task.secrets():
        secret = hidden.secret
        groups = [one for one in secret.hidden_from if isinstance(one, Group)]
        expressions = [secret.content, *(Quantified("exists", one.variable, one.condition) for one in groups)]
        expressions += [] if secret.until is None else [secret.until]
        formulas = [*hidden.leaks.values(), *(() if hidden.until is None else hidden.until.formulas)]
        yield named("secret", secret.name), tuple(expressions), formulas


def _by_property(texts: Iterable[tuple[str, Iterable[_Read]]]) -> dict[str, list[tuple[str, _Extents]]]:
    found: dict[str, dict[tuple[str, _Extents], None]] = {}
    for name, all_read in texts:
        for declared, extents in all_read:
            found.setdefault(declared, {})[name, extents] = None
    return {declared: list(pairs) for declared, pairs in found.items()}


def _readers(said: Mapping[str, list[tuple[str, _Extents]]], vocabulary: Vocabulary, number: int) -> Iterable[str]:
    """Who reads a ground fluent, by their text."""
    fluent = vocabulary.fluents[number]
    return dict.fromkeys(
        name
        for name, extents in said.get(fluent.signature.declared.name, ())
        if len(extents) == len(fluent.arguments)
        and all(extent is None or one in extent for one, extent in zip(fluent.arguments, extents, strict=True))
    )


# ---------------------------------------------------------------------------------------------------------------------
# What the text reads: all that can be known of fluents that were evaluated away


def event_reads(vocabulary: Vocabulary, event: Action | Trigger) -> Iterator[_Read]:
    """What an action or a trigger reads, other than by its telling."""
    scope = {parameter.name: frozenset(vocabulary.allowed(parameter)) for parameter in event.parameters}
    yield from reads(vocabulary, event.precondition, scope)
    yield from _effect_reads(vocabulary, event.effect, scope)
    if isinstance(event, Action) and event.observing is not None:
        variable = event.observing.variable
        watching = {**scope, variable.name: frozenset(vocabulary.of_type(variable.type))}
        yield from reads(vocabulary, event.observing.condition, watching)


def telling_reads(vocabulary: Vocabulary, event: Action | Trigger) -> Iterator[_Read]:
    """What the sentence of an event reads."""
    if event.telling is not None:
        scope = {parameter.name: frozenset(vocabulary.allowed(parameter)) for parameter in event.parameters}
        template = parse_template(event.telling, [])
        for expression in (*template.conditions, *template.terms):
            yield from reads(vocabulary, expression, scope)


def reads(vocabulary: Vocabulary, expression: Expression, scope: _Scope) -> Iterator[_Read]:
    """What a condition or a value reads."""
    if isinstance(expression, FluentTerm):
        yield expression.property, tuple(vocabulary.extent(argument, scope) for argument in expression.arguments)
    if isinstance(expression, Quantified):
        variable = expression.variable
        scope = {**scope, variable.name: frozenset(vocabulary.of_type(variable.type))}
    for child in children_of(expression):
        yield from reads(vocabulary, child, scope)


def _effect_reads(vocabulary: Vocabulary, effect: Expression, scope: _Scope) -> Iterator[_Read]:
    match effect:
        case And(parts=parts):
            for part in parts:
                yield from _effect_reads(vocabulary, part, scope)
        case Quantified(variable=variable, body=body):
            inner = {**scope, variable.name: frozenset(vocabulary.of_type(variable.type))}
            yield from _effect_reads(vocabulary, body, inner)
        case Conditional(branches=branches, otherwise=otherwise):
            for condition, branch in branches:
                yield from reads(vocabulary, condition, scope)
                yield from _effect_reads(vocabulary, branch, scope)
            if otherwise is not None:
                yield from _effect_reads(vocabulary, otherwise, scope)
        case Believes(character=character, body=body):
            yield from reads(vocabulary, character, scope)
            yield from _effect_reads(vocabulary, body, scope)
        case Assignment(target=target, value=value) | Comparison(left=target, right=value):
            yield from _effect_reads(vocabulary, target, scope)
            while isinstance(target, Believes):
                target = target.body
            own = target.property if isinstance(target, FluentTerm) else None
            yield from (read for read in reads(vocabulary, value, scope) if read[0] != own)
        case Not(body=body):
            yield from _effect_reads(vocabulary, body, scope)
        case FluentTerm(arguments=arguments):
            for argument in arguments:
                if not isinstance(argument, Name):
                    yield from reads(vocabulary, argument, scope)
