"""The model of a story world: what a world *is*, whoever wrote it.

A :class:`Problem` is the same whether it was parsed from a ``.story`` file or built by a program. It holds declarations
in the order in which they were made, because that order fixes how things are numbered and which of several equally
short stories is told. Everything here is immutable and compares by content; the place in a file that something came
from (``span``) takes no part in comparison.

Expressions are not yet resolved against the declarations: a :class:`Name` may be a parameter or an entity, a
:class:`FluentTerm` names a property that may be overloaded by type. ``chekhov.lang`` checks them,
``chekhov.grounding`` and ``chekhov.validation`` give them their meaning.

Example
-------
>>> tom = Entity("Tom", ("character",))
>>> home = Entity("Home", ("place",))
>>> at = Property("at", (Parameter("who", "character"),), "place")
>>> start = Assignment(FluentTerm("at", (Name("Tom"),)), Name("Home"))
>>> problem = Problem(types=(Type("place"),), entities=(tom, home), properties=(at,), initial=(start,))
>>> problem.entities[0].name
'Tom'
"""

# ruff: noqa: RUF009  (_span makes a field, not a value)

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal as OneOf
from typing import TypeAlias

from chekhov.diagnostics import Span

BUILT_IN_TYPES = ("boolean", "number", "entity", "character")


def _span() -> Span | None:
    return field(default=None, compare=False, repr=False, kw_only=True)


# ---------------------------------------------------------------------------------------------------------------------
# Expressions


@dataclass(frozen=True, slots=True)
class Literal:
    """A boolean, a number, or the unknown value ``?`` (``None``)."""

    value: bool | int | float | None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, a quantified variable, or an entity."""

    name: str
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class FluentTerm:
    """``property(arguments)``. Each argument is a name, or a fluent term of an entity type."""

    property: str
    arguments: tuple[Expression, ...] = ()
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Believes:
    """``believes(character, body)``. As the target of an assignment the body is a fluent term."""

    character: Expression
    body: Expression
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Expression, ...]
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Expression, ...]
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Not:
    body: Expression
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Conditional:
    """``if(c) a elseif(d) b else e``. ``otherwise`` is None only where the value is a condition or an effect."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Quantified:
    """``forall(v : T) body`` and its kin, over all entities of the type."""

    kind: OneOf["forall", "exists", "sum", "product"]
    variable: Parameter
    body: Expression
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: OneOf["==", "!=", "<", "<=", ">", ">="]
    left: Expression
    right: Expression
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Arithmetic:
    operator: OneOf["+", "-", "*", "/"]
    left: Expression
    right: Expression
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class IsA:
    """``e : T``, true if the entity is of the type."""

    entity: Expression
    type: str
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Assignment:
    """``target = value`` in an effect or in the initial state.

    A bare boolean fluent ``f`` in an effect is ``f = True``, and ``!f`` is ``f = False``; the parser writes them so.
    """

    target: FluentTerm | Believes
    value: Expression
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Done:
    """``done(action(arguments))``: the act has just been done. An argument None, written ``_``, is any.

    Stands only where a condition speaks of an act and the moment that it led to: in demands, behind the ``until`` of
    secrets, and on the command line.
    """

    action: str
    arguments: tuple[Name | None, ...] = ()
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class EndingTerm:
    """``ending(name)``: what the ending asks for holds. Stands where :class:`Done` does, and in beliefs, too."""

    name: str
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class UnderWay:
    """``under_way(action(arguments))``: the act, which takes time, has begun and not yet come to its end. An argument
    None, written ``_``, is any."""

    action: str
    arguments: tuple[Name | None, ...] = ()
    span: Span | None = _span()


Expression: TypeAlias = (
    Literal
    | Name
    | FluentTerm
    | Believes
    | And
    | Or
    | Not
    | Conditional
    | Quantified
    | Comparison
    | Arithmetic
    | IsA
    | Assignment
    | Done
    | EndingTerm
    | UnderWay
)

TRUE = Literal(True)


def children(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that an expression consists of."""
    match expression:
        case Literal() | Name() | EndingTerm():
            return ()
        case FluentTerm(arguments=arguments):
            return arguments
        case Believes(character=character, body=body):
            return character, body
        case And(parts=parts) | Or(parts=parts):
            return parts
        case Not(body=body) | Quantified(body=body):
            return (body,)
        case Conditional(branches=branches, otherwise=otherwise):
            inner = tuple(part for branch in branches for part in branch)
            return inner if otherwise is None else (*inner, otherwise)
        case Comparison(left=left, right=right) | Arithmetic(left=left, right=right):
            return left, right
        case IsA(entity=entity):
            return (entity,)
        case Assignment(target=target, value=value):
            return target, value
        case Done(arguments=arguments) | UnderWay(arguments=arguments):
            return tuple(argument for argument in arguments if argument is not None)
    raise TypeError(f"not an expression: {expression!r}")


def rebuilt(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The expression with each of its :func:`children` changed. An argument of an act stays a name, and the target of
    an assignment a fluent term or somebody's belief of one."""
    match expression:
        case FluentTerm(arguments=arguments):
            return replace(expression, arguments=tuple(map(change, arguments)))
        case Believes(character=character, body=body):
            return replace(expression, character=change(character), body=change(body))
        case And(parts=parts) | Or(parts=parts):
            return replace(expression, parts=tuple(map(change, parts)))
        case Not(body=body) | Quantified(body=body):
            return replace(expression, body=change(body))
        case Conditional(branches=branches, otherwise=otherwise):
            changed = tuple((change(test), change(branch)) for test, branch in branches)
            return replace(expression, branches=changed, otherwise=None if otherwise is None else change(otherwise))
        case Comparison(left=left, right=right) | Arithmetic(left=left, right=right):
            return replace(expression, left=change(left), right=change(right))
        case IsA(entity=entity):
            return replace(expression, entity=change(entity))
        case Assignment(target=target, value=value):
            new = change(target)
            assert isinstance(new, FluentTerm | Believes)
            return replace(expression, target=new, value=change(value))
        case Done(arguments=arguments) | UnderWay(arguments=arguments):
            names: list[Name | None] = []
            for argument in arguments:
                name = argument and change(argument)
                assert name is None or isinstance(name, Name)
                names.append(name)
            return replace(expression, arguments=tuple(names))
    return expression


def settings(effect: Expression, believed: bool = False) -> Iterator[tuple[str, Expression, bool]]:
    """What an effect or a part of the initial state may set: the property, the value, and whether in somebody's
    mind."""
    match effect:
        case Assignment(target=target, value=value) | Comparison(left=target, right=value):
            while isinstance(target, Believes):
                target, believed = target.body, True
            if isinstance(target, FluentTerm):
                yield target.property, value, believed
        case FluentTerm(property=name):
            yield name, TRUE, believed
        case Not(body=body):
            yield from ((name, Literal(False), inner) for name, _, inner in settings(body, believed))
        case Conditional(branches=branches, otherwise=otherwise):
            for part in (*(branch for _, branch in branches), *(() if otherwise is None else (otherwise,))):
                yield from settings(part, believed)
        case Believes(body=body):
            yield from settings(body, True)
        case And(parts=parts):
            for part in parts:
                yield from settings(part, believed)
        case Quantified(body=body):
            yield from settings(body, believed)


# ---------------------------------------------------------------------------------------------------------------------
# Declarations


@dataclass(frozen=True, slots=True)
class Type:
    """A type and its parents; without parents it lies directly under ``entity``."""

    name: str
    parents: tuple[str, ...] = ()
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing of the world. ``label`` is the name to show; ``pronouns`` are ``she``, ``he``, ``they`` or ``it``."""

    name: str
    types: tuple[str, ...]
    label: str | None = None
    pronouns: str | None = None
    playable: bool = False
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: str
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Property:
    """A fluent for each tuple of arguments. ``type`` is ``boolean``, ``number`` or an entity type.

    ``bounds`` are the least and greatest value of a bounded number; an effect that would pass a bound stops at it.
    A parameter may be an entity itself (``property locked(Gym)``).
    """

    name: str
    parameters: tuple[Parameter | Name, ...] = ()
    type: str = "boolean"
    bounds: tuple[float, float] | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Observation:
    """Who sees an action: each character ``variable`` (of its type) for whom ``condition`` holds before it."""

    variable: Parameter
    condition: Expression
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Action:
    """Something that those in ``consenting`` do. With nobody consenting it is the author's alone: it can happen in a
    story, but no character counts on it, unless it is ``natural``: then everybody does. ``observing`` None: everybody
    sees it. ``telling`` is its sentence.

    With a ``duration``, in units of time, it has a start, where the ``precondition`` holds and ``begin`` takes effect,
    and an end, with its ``effect``; in between those who consent are busy. If ``throughout`` stops holding on the way,
    it is broken off there, with the effect ``broken``. Who observes it sees the start, ``observing_end`` are those who
    see it end or break off (None: the same condition, read then).
    """

    name: str
    parameters: tuple[Parameter | Name, ...] = ()
    precondition: Expression = TRUE
    effect: Expression = TRUE
    consenting: tuple[Expression, ...] = ()
    observing: Observation | None = None
    telling: str | None = None
    natural: bool = False
    duration: Expression | None = None
    begin: Expression = TRUE
    throughout: Expression = TRUE
    broken: Expression = TRUE
    observing_end: Observation | None = None
    telling_end: str | None = None
    telling_broken: str | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that happens by itself as soon as it can."""

    name: str
    parameters: tuple[Parameter | Name, ...] = ()
    precondition: Expression = TRUE
    effect: Expression = TRUE
    telling: str | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Change:
    """``target += rate``, or ``-=`` with a ``sign`` of ``-``: how much a number grows in a unit of time."""

    target: FluentTerm
    sign: OneOf["+", "-"]
    rate: Expression
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Process:
    """What goes on as time passes: for each instance whose ``condition`` holds, the numbers change. The rates of all
    that changes one number add up."""

    name: str
    parameters: tuple[Parameter | Name, ...] = ()
    condition: Expression = TRUE
    changes: tuple[Change, ...] = ()
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class TimeStep:
    """How much time passes at once, and the unit of all durations and rates, as it is told (``minutes``)."""

    size: float = 1
    unit: str | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Foresight:
    """How far everybody thinks: ``acts`` in a reason (the character limit of the literature), and ``minds`` within
    minds in it (the epistemic limit). A plan that goes further is no reason in this world."""

    acts: int
    minds: int
    span: Span | None = _span()


TIME_PASSES = "time_passes"
"""The natural action by which time passes, in worlds where something takes time."""


@dataclass(frozen=True, slots=True)
class Utility:
    """What the author (``character`` None) or a character wants more of."""

    character: str | None
    value: Expression
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Ending:
    name: str
    label: str | None
    condition: Expression
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a map, such as a floor, and the places on it."""

    label: str
    places: tuple[Name, ...]
    span: Span | None = _span()


Form: TypeAlias = OneOf["always", "never", "possible", "inevitable", "before", "until"]
"""What a demand says of its conditions; ``before`` and ``until`` stand between two."""

FORMS: tuple[Form, ...] = ("always", "never", "possible", "inevitable", "before", "until")


@dataclass(frozen=True, slots=True)
class Demand:
    """What the author wants to be so in all stories: ``never C``, or ``C before D`` with ``other`` for D.

    The conditions speak of a moment and of the act that led to it, see :class:`Done`.
    """

    name: str | None
    label: str | None
    form: Form
    condition: Expression
    other: Expression | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Group:
    """``all(variable) where condition``: all characters of the variable's type for whom the condition holds."""

    variable: Parameter
    condition: Expression = TRUE
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Secret:
    """What none of some characters may come to know, before (if that is given) the condition ``until`` holds.

    ``content`` is a condition, which they may not believe while it is so; or a value, such as who did it, which they
    may not believe to be what it is.
    """

    name: str | None
    label: str | None
    content: Expression
    hidden_from: tuple[Name | Group, ...]
    until: Expression | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Findings of a check that the author lives with, and the reason why.

    ``kind`` is one of :data:`KINDS`, ``subject`` what the finding is about, as the report writes it
    (:func:`canonical_subject`). ``_`` as an argument stands for any, the bare name of an action or a property for all
    of its acts or facts, and None for every finding of the kind.
    """

    kind: str
    subject: str | None
    reason: str
    span: Span | None = _span()

    def covers(self, kind: str, subject: str | None) -> bool:
        """Whether this accepts a finding.

        >>> Acceptance("never_wanted", "pull(_, Rope)", "…").covers("never_wanted", "pull(Clarke, Rope)")
        True
        """
        if kind != self.kind or self.subject is None or subject is None:
            return kind == self.kind and self.subject in (None, subject)
        if re.fullmatch(rf"{re.escape(self.subject)}\([^()]*\)", subject):
            return True
        one, other = _words(self.subject), _words(subject)
        return len(one) == len(other) and all(a in ("_", b) for a, b in zip(one, other, strict=True))


def canonical_subject(text: str) -> str:
    """The subject of a finding with blanks as a report has them.

    >>> canonical_subject("pull( Clarke,Rope )")
    'pull(Clarke, Rope)'
    """
    text = re.sub(r"\( | (?=[),])|(?<=\w) (?=\()", lambda match: match.group().strip(), " ".join(text.split()))
    return re.sub(r",(?! |$)", ", ", text)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", text)


KINDS: dict[str, str] = {
    "ending_unreachable": "no story reaches an ending",
    "dead_end": "nothing can follow, and it is no ending",
    "too_late": "after this choice an ending can no longer be had",
    "never_possible": "an act's condition holds in no moment",
    "never_wanted": "an act could be done, but somebody whose consent it needs never has a reason",
    "never_fires": "a trigger never fires",
    "endless_triggers": "triggers that set each other off without end",
    "never_changes": "a fact that nothing changes",
    "never_read": "a fact that nothing depends on",
    "never_acts": "a character who never does anything",
    "unfired_gun": "a thing or fact that is shown or changed and matters to no story that reaches an ending",
    "false_belief": "somebody can come to believe what is not so",
    "misled": "somebody does what they would not do if they knew how things stand",
    "leak": "a secret that comes out",
    "trap": "a round of moments that nobody has a reason to leave",
    "demand": "a demand of the author's that fails",
    "stale_acceptance": "an acceptance of something that is no longer found",
}
"""The kinds of findings of a check, and what each means."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole story world.

    ``belief_depth``: how many minds deep anybody models another (None: without end), see the manual. ``foresight``:
    what a reason may be at most; None: that is for who asks. ``levels``: what maps show above each other, from the top.
    ``passing``: what is added to the action :data:`TIME_PASSES`, as its precondition, effect and telling.
    """

    title: str | None = None
    author: str | None = None
    types: tuple[Type, ...] = ()
    entities: tuple[Entity, ...] = ()
    properties: tuple[Property, ...] = ()
    initial: tuple[Expression, ...] = ()
    actions: tuple[Action, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    utilities: tuple[Utility, ...] = ()
    endings: tuple[Ending, ...] = ()
    demands: tuple[Demand, ...] = ()
    secrets: tuple[Secret, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    belief_depth: int | None = None
    processes: tuple[Process, ...] = ()
    time: TimeStep | None = None
    foresight: Foresight | None = None
    levels: tuple[Level, ...] = ()
    passing: Action | None = None

    def __hash__(self) -> int:
        # Of little: tables are asked for a problem at each word that is told, and those that are alike are mostly one.
        return hash((self.title, len(self.entities), len(self.actions), len(self.triggers)))

    @property
    def is_timed(self) -> bool:
        """Whether something takes time."""
        return bool(self.processes) or any(action.duration is not None for action in self.actions)

    @property
    def changing(self) -> frozenset[str]:
        """The properties that are not the same in all moments and in everybody's mind."""
        effects = [event.effect for event in self.events]
        effects += [part for action in self.actions for part in (action.begin, action.broken)]
        found = {name for effect in effects for name, _, _ in settings(effect)}
        found |= {change.target.property for process in self.processes for change in process.changes}
        found |= {name for statement in self.initial for name, _, believed in settings(statement) if believed}
        return frozenset(found)

    @property
    def events(self) -> tuple[Action | Trigger, ...]:
        """All actions (and what is added to the passing of time), and then all triggers."""
        return (*self.actions, *(() if self.passing is None else (self.passing,)), *self.triggers)

    @property
    def roots(self) -> tuple[Expression, ...]:
        """All expressions that the problem holds, each whole."""
        found: list[Expression] = list(self.initial)
        for event in self.events:
            found += (event.precondition, event.effect)
            if isinstance(event, Action):
                found += event.consenting
                found += [one.condition for one in (event.observing, event.observing_end) if one is not None]
                if event.duration is not None:
                    found.append(event.duration)
                found += (event.begin, event.throughout, event.broken)
        for process in self.processes:
            found.append(process.condition)
            found += [part for change in process.changes for part in (change.target, change.rate)]
        found += [utility.value for utility in self.utilities]
        found += [ending.condition for ending in self.endings]
        for demand in self.demands:
            found += [demand.condition] if demand.other is None else [demand.condition, demand.other]
        for secret in self.secrets:
            found.append(secret.content)
            found += [one.condition if isinstance(one, Group) else one for one in secret.hidden_from]
            found += [] if secret.until is None else [secret.until]
        return tuple(found)

    @property
    def characters(self) -> tuple[Entity, ...]:
        """The entities that are characters, in order of declaration."""
        return tuple(entity for entity in self.entities if self.is_a(entity.name, "character"))

    def ordered_entities(self) -> tuple[Entity, ...]:
        """All entities, characters first, else in order of declaration: the order that grounding uses."""
        characters = self.characters
        return characters + tuple(entity for entity in self.entities if entity not in characters)

    def supertypes(self, type_name: str) -> frozenset[str]:
        """The type itself and everything above it."""
        parents = {declared.name: declared.parents or ("entity",) for declared in self.types}
        parents.setdefault("character", ("entity",))
        found: set[str] = set()
        pending = [type_name]
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending.extend(parents.get(name, () if name in BUILT_IN_TYPES else ("entity",)))
        return frozenset(found | ({"entity"} if type_name not in ("boolean", "number") else set()))

    def is_a(self, entity_name: str, type_name: str) -> bool:
        """Whether the entity is of the type, directly or through a parent of one of its types."""
        for entity in self.entities:
            if entity.name == entity_name:
                return any(type_name in self.supertypes(name) for name in entity.types)
        return False

    def entities_of(self, type_name: str) -> tuple[Entity, ...]:
        """The entities of a type, in grounding order."""
        return tuple(entity for entity in self.ordered_entities() if self.is_a(entity.name, type_name))
