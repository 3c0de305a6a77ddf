"""The declarations of a problem: its types, entities and properties, and what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from chekhov.diagnostics import MAX_FINDINGS, Diagnostic, Label, Span
from chekhov.lang.names import nearest
from chekhov.lang.nodes import Wish
from chekhov.lang.syntax import PRONOUNS
from chekhov.lang.template import Place
from chekhov.model import (
    BUILT_IN_TYPES,
    Action,
    Entity,
    Expression,
    Group,
    IsA,
    Literal,
    Name,
    Parameter,
    Problem,
    Property,
    Quantified,
    Type,
    children,
    rebuilt,
)

MAX_TYPES = 2_000


@dataclass(frozen=True, slots=True)
class Things:
    """The entities that an expression may stand for: those of a type, or a single one."""

    text: str
    members: frozenset[str]
    type: str | None
    is_name: bool = True
    """A parameter, a variable or an entity, whose members are all met; not the value of a fluent."""


Kind: TypeAlias = "str | Things | None"
"""``"boolean"``, ``"number"``, ``"?"``, some entities, or None if an error has been reported."""

Scope: TypeAlias = "dict[str, Things]"


def kind_text(kind: Kind) -> str:
    match kind:
        case "boolean":
            return "a condition"
        case "number":
            return "a number"
        case "?":
            return "`?`"
        case Things(text=text, type=None):
            return f"`{text}`"
        case Things(text=text):
            return f"of type `{text}`"
    return "unknown"


class Declarations:
    """The types, entities and properties of a problem. Findings go to ``diagnostics``."""

    def __init__(
        self,
        problem: Problem,
        diagnostics: list[Diagnostic],
        *,
        type_spans: Mapping[str, Span] | None = None,
        tellings: Mapping[tuple[str, int, str], Place] | None = None,
        broken: frozenset[str] = frozenset(),
        wishes: Sequence[Wish] = (),
    ) -> None:
        self.problem = problem
        self.wishes = wishes
        self.diagnostics = diagnostics
        self.type_spans = type_spans or {}
        self.tellings = tellings or {}
        self.broken = broken
        self.read: set[str] = set()
        """Names of properties that some condition or value reads."""
        self.set: set[str] = set()
        """Names of properties that some effect or initial statement sets."""
        self.used: set[str] = set()
        """Names of types that something needs."""
        self.mentioned: set[str] = set()
        """Names of entities that stand in some expression."""
        self.seen: set[str] = set()
        """Variables of the scope that were used."""

    # -- saying what is wrong

    def _say(
        self,
        code: str,
        title: str,
        where: Span | None,
        *,
        label: str = "",
        labels: Sequence[tuple[Span | None, str]] = (),
        help: str | None = None,
    ) -> None:
        if len(self.diagnostics) >= MAX_FINDINGS:
            return
        places = tuple(Label(span, text) for span, text in labels if span is not None)
        self.diagnostics.append(Diagnostic(code, title, where, label, places, help))

    def _did_you_mean(self, word: str, known: Iterable[str]) -> str | None:
        near = nearest(word, known) if len(self.diagnostics) < MAX_FINDINGS else None
        return None if near is None else f"did you mean `{near}`?"

    # -- the declarations
    def declare(self) -> None:
        """Takes in the declarations only, for conditions and acts that are read on their own."""
        silent = self.diagnostics
        self.diagnostics = []
        self._declare_types()
        self._declare_entities()
        self._declare_properties()
        self.diagnostics = silent

    def _declare_types(self) -> None:
        problem = self.problem
        if len(problem.types) > MAX_TYPES:
            self._say("E0113", f"a world has {MAX_TYPES:,} types at most", problem.types[MAX_TYPES].span)
            self.problem = problem = replace(problem, types=problem.types[:MAX_TYPES])
        declared: dict[str, Type] = {}
        for type in problem.types:
            if type.name in ("boolean", "number", "entity"):
                self._say("E0205", f"the type `{type.name}` is built in", type.span, help="choose another name")
            elif type.name in declared:
                first = declared[type.name]
                self._say(
                    "E0205",
                    f"the type `{type.name}` is declared twice",
                    type.span,
                    labels=[(first.span, "first here")],
                    help="one type may have several parents: `type a : b, c;`",
                )
            else:
                declared[type.name] = type
        parents: dict[str, tuple[str, ...]] = {name: type.parents or ("entity",) for name, type in declared.items()}
        known = {*BUILT_IN_TYPES, *parents}
        missing: dict[str, None] = {}
        for name, where in self._mentioned_types():
            if name not in known and name not in missing and len(missing) < MAX_TYPES:
                missing[name] = None
                where = where or self.type_spans.get(name)
                self._say(
                    "W0104",
                    f"the type `{name}` is not declared",
                    self.type_spans.get(name, where),
                    label="taken as a new type of entities",
                    help=self._did_you_mean(name, known) or f"declare it: `type {name};`",
                )
        if missing:
            added = tuple(Type(name) for name in missing)
            self.problem = problem = replace(problem, types=problem.types + added)
            parents.update((name, ("entity",)) for name in missing)
        self.used.update(missing)
        for type in declared.values():
            self.used.update(type.parents)
            for parent in type.parents:
                if parent in ("boolean", "number"):
                    self._say("E0305", f"`{parent}` has no entities, so no type lies below it", type.span)
        parents.setdefault("character", ("entity",))
        self.supertypes: dict[str, frozenset[str]] = {
            name: frozenset((name,)) for name in ("boolean", "number", "entity")
        }
        reported: set[str] = set()
        for name in parents:
            if name not in self.supertypes:
                self._close(name, parents, reported, declared)
        self.parents = parents
        self.known_types = {*BUILT_IN_TYPES, *parents}

    def _close(
        self, start: str, parents: dict[str, tuple[str, ...]], reported: set[str], declared: dict[str, Type]
    ) -> None:
        """Finds all that lies above a type, without recursion, and types that lie above themselves."""
        found: dict[str, None] = {}
        pending = list(parents.get(start, ("entity",)))
        while pending:
            name = pending.pop()
            if name not in found:
                found[name] = None
                pending.extend(parents.get(name, ()))
        if start in found and start not in reported:
            cycle = [name for name in declared if name in found and start in self._above(name, parents)]
            reported.update(cycle)
            self._say(
                "E0405",
                f"the type `{start}` lies above itself",
                declared[start].span if start in declared else None,
                labels=[(declared[name].span, "through this one") for name in cycle if name != start],
            )
        self.supertypes[start] = frozenset((start, "entity", *found))

    @staticmethod
    def _above(start: str, parents: dict[str, tuple[str, ...]]) -> set[str]:
        found: set[str] = set()
        pending = list(parents.get(start, ()))
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending.extend(parents.get(name, ()))
        return found

    def _mentioned_types(self) -> Iterator[tuple[str, Span | None]]:
        """All types that the problem mentions, in order."""
        problem = self.problem
        for type in problem.types:
            for parent in type.parents:
                yield parent, type.span
        for entity in problem.entities:
            for name in entity.types:
                yield name, entity.span
        for property in problem.properties:
            for parameter in property.parameters:
                if isinstance(parameter, Parameter):
                    yield parameter.type, parameter.span
            yield property.type, property.span
        for event in problem.events:
            for parameter in event.parameters:
                if isinstance(parameter, Parameter):
                    yield parameter.type, parameter.span
            for observation in (event.observing, event.observing_end) if isinstance(event, Action) else ():
                if observation is not None:
                    yield observation.variable.type, observation.variable.span
        for process in problem.processes:
            for parameter in process.parameters:
                if isinstance(parameter, Parameter):
                    yield parameter.type, parameter.span
        for group in self._groups:
            yield group.variable.type, group.variable.span
        for wish in self.wishes:
            yield wish.variable.type, wish.variable.span
            yield from types_in(wish.value)
        for root in problem.roots:
            yield from types_in(root)

    @property
    def _groups(self) -> list[Group]:
        """The groups that secrets are kept from."""
        return [one for secret in self.problem.secrets for one in secret.hidden_from if isinstance(one, Group)]

    def _declare_entities(self) -> None:
        self.entities: dict[str, Entity] = {}
        members: dict[str, list[str]] = {}
        for entity in self.problem.entities:
            if entity.name in self.entities:
                self._say(
                    "E0205",
                    f"the entity `{entity.name}` is declared twice",
                    entity.span,
                    labels=[(self.entities[entity.name].span, "first here")],
                    help=f"one entity may have several types: `entity {entity.name} : a, b;`",
                )
                continue
            self.entities[entity.name] = entity
            if not entity.types:
                self._say("E0305", f"the entity `{entity.name}` has no type", entity.span)
            if entity.pronouns not in (None, *PRONOUNS):
                self._say("E0207", f"`{entity.pronouns}` are no pronouns", entity.span, help="she, he, they or it")
            types: set[str] = set()
            for name in entity.types:
                if name in ("boolean", "number"):
                    self._say("E0305", f"`{name}` has no entities", entity.span)
                self.used.add(name)
                types |= self.supertypes.get(name, frozenset())
            for name in types:
                members.setdefault(name, []).append(entity.name)
        self.members = {name: frozenset(names) for name, names in members.items()}
        self.characters = self.members.get("character", frozenset())
        self.of_type: dict[str, Things] = {}
        self.of_name = {name: Things(name, frozenset((name,)), None) for name in self.entities}

    def things(self, type_name: str) -> Things:
        """The entities of a type."""
        found = self.of_type.get(type_name)
        if found is None:
            found = self.of_type[type_name] = Things(type_name, self.members.get(type_name, frozenset()), type_name)
        return found

    def is_sub(self, things: Things, type_name: str) -> bool:
        """Whether all these entities are of the type, by declaration or because each of them is."""
        if things.type is not None and type_name in self.supertypes.get(things.type, ()):
            return True
        return bool(things.members) and things.members <= self.members.get(type_name, frozenset())

    def overlaps(self, things: Things, type_name: str) -> bool:
        """Whether some of these entities are of the type, or may be once there are any."""
        if things.type is not None and (
            type_name in self.supertypes.get(things.type, ()) or things.type in self.supertypes.get(type_name, ())
        ):
            return True
        return not things.members.isdisjoint(self.members.get(type_name, frozenset()))

    def _declare_properties(self) -> None:
        self.properties: dict[str, list[Property]] = {}
        self.bounds: dict[str, tuple[float, float] | None] = {}
        for declared in self.problem.properties:
            self._check_parameters(declared.name, declared.parameters)
            if declared.bounds is not None:
                low, high = declared.bounds
                if declared.type != "number":
                    self._say("E0305", f"only numbers have bounds, and `{declared.name}` is none", declared.span)
                elif not (low <= high and math.isfinite(low) and math.isfinite(high)):
                    self._say("E0402", f"the bounds of `{declared.name}` leave no number", declared.span)
            self.used.add(declared.type)
            rivals = self.properties.setdefault(declared.name, [])
            for other in rivals:
                if len(other.parameters) == len(declared.parameters):
                    common = self._common(other.parameters, declared.parameters)
                    if common is not None:
                        same = [signature(other.parameters) == signature(declared.parameters)]
                        shown = ", ".join(common)
                        self._say(
                            "E0206" if not same[0] else "E0205",
                            f"the property `{declared.name}` is declared twice"
                            if same[0]
                            else f"two declarations of `{declared.name}` fit ({shown})",
                            declared.span,
                            labels=[(other.span, "the other one")],
                            help=None
                            if same[0]
                            else "no entity may fit two declarations of one name; use narrower types or another name",
                        )
                        break
            rivals.append(declared)
        self.built_in: dict[str, Property] = {}
        """The properties that are there without being declared: ``busy``, where acts take time."""
        if "busy" not in self.properties and any(action.duration is not None for action in self.problem.actions):
            self.built_in["busy"] = Property("busy", (Parameter("who", "character"),))
            self.properties["busy"] = [self.built_in["busy"]]

    def _common(self, one: Sequence[Parameter | Name], other: Sequence[Parameter | Name]) -> list[str] | None:
        """Arguments that fit both lists of parameters; None if there are none."""
        found = []
        for a, b in zip(one, other, strict=True):
            common = self._allowed(a) & self._allowed(b)
            if not common:
                if isinstance(a, Parameter) and isinstance(b, Parameter) and a.type == b.type:
                    found.append(a.type)
                    continue
                return None
            found.append(min(common, key=list(self.entities).index) if len(common) > 1 else next(iter(common)))
        return found

    def _allowed(self, parameter: Parameter | Name) -> frozenset[str]:
        if isinstance(parameter, Parameter):
            return self.things(parameter.type).members
        return frozenset((parameter.name,)) if parameter.name in self.entities else frozenset()

    def _check_parameters(self, owner: str, parameters: Sequence[Parameter | Name]) -> Scope:
        """The scope that parameters make."""
        scope: Scope = {}
        where: dict[str, Span | None] = {}
        for parameter in parameters:
            if isinstance(parameter, Name):
                if parameter.name in self.entities:
                    self.mentioned.add(parameter.name)
                else:
                    near = self._did_you_mean(parameter.name, self.entities)
                    self._say(
                        "E0202",
                        f"there is no entity `{parameter.name}`",
                        parameter.span,
                        help=near or f"a parameter has a type: `{parameter.name} : …`",
                    )
                continue
            if parameter.name in scope:
                self._say(
                    "E0205",
                    f"`{owner}` has two parameters `{parameter.name}`",
                    parameter.span,
                    labels=[(where[parameter.name], "the first one")],
                )
            self._variable(parameter, scope)
            where[parameter.name] = parameter.span
        return scope

    def _variable(self, variable: Parameter, scope: Scope) -> None:
        """Puts a variable into a scope."""
        self.used.add(variable.type)
        if variable.type in ("boolean", "number"):
            self._say(
                "E0305",
                f"`{variable.name}` stands for entities, not for a {variable.type}",
                variable.span,
                help="its type is `entity`, `character`, or one of your own",
            )
        if variable.name in self.entities:
            self._say(
                "W0105",
                f"`{variable.name}` hides the entity of that name",
                variable.span,
                labels=[(self.entities[variable.name].span, "this entity")],
                help="choose another name",
            )
        elif variable.name in scope:
            self._say(
                "W0105", f"`{variable.name}` hides a parameter of that name", variable.span, help="choose another name"
            )
        scope[variable.name] = self.things(variable.type)


def shown_parameter(parameter: Parameter | Name, *, types: bool = False) -> str:
    return parameter.type if types and isinstance(parameter, Parameter) else parameter.name


def signature(parameters: Sequence[Parameter | Name]) -> list[str]:
    return [shown_parameter(parameter, types=True) for parameter in parameters]


def substituted(expression: Expression, variable: str, entity: str) -> Expression:
    """An expression with an entity in place of a variable."""
    if isinstance(expression, Name):
        return replace(expression, name=entity) if expression.name == variable else expression
    if isinstance(expression, Quantified) and expression.variable.name == variable:
        return expression
    return rebuilt(expression, lambda part: substituted(part, variable, entity))


def types_in(expression: Expression) -> Iterator[tuple[str, Span | None]]:
    pending = [expression]
    while pending:
        one = pending.pop()
        kind = type(one)
        if kind is Quantified:
            yield one.variable.type, one.variable.span  # type: ignore[union-attr]
        elif kind is IsA:
            yield one.type, one.span  # type: ignore[union-attr]
        if kind is not Name and kind is not Literal:
            pending.extend(reversed(children(one)))
