"""Everything that an author can get wrong, beyond how it is written.

:class:`Checker` takes a problem as it was parsed, or as a program built it, and gives it back with every expression in the
form that its place asks for (effects are assignments, conditions hold none), together with what was found. A finding
in one place never hides another: what cannot be typed has the type None, and nothing more is said about it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

from chekhov.diagnostics import Diagnostic, Label, Span
from chekhov.lang.names import nearest
from chekhov.lang.parser import MAX_DEPTH, PRONOUNS
from chekhov.lang.syntax import is_name
from chekhov.lang.template import Place, parse_template
from chekhov.model import (
    BUILT_IN_TYPES,
    TRUE,
    Action,
    And,
    Arithmetic,
    Assignment,
    Believes,
    Comparison,
    Conditional,
    Entity,
    Expression,
    FluentTerm,
    IsA,
    Literal,
    Name,
    Not,
    Observation,
    Or,
    Parameter,
    Problem,
    Property,
    Quantified,
    Trigger,
    Type,
    Utility,
)

_MAX_COMBINATIONS = 20_000
"""How many argument lists of an overloaded property are tried one by one."""


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


def _kind_text(kind: Kind) -> str:
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


class Checker:
    """Checks one problem. ``problem`` afterwards is the problem in its proper form."""

    def __init__(
        self,
        problem: Problem,
        diagnostics: list[Diagnostic],
        *,
        type_spans: Mapping[str, Span] | None = None,
        tellings: Mapping[tuple[str, int], Place] | None = None,
        broken: frozenset[str] = frozenset(),
    ) -> None:
        self.problem = problem
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
        places = tuple(Label(span, text) for span, text in labels if span is not None)
        self.diagnostics.append(Diagnostic(code, title, where, label, places, help))

    def _did_you_mean(self, word: str, known: Iterable[str]) -> str | None:
        near = nearest(word, known)
        return None if near is None else f"did you mean `{near}`?"

    # -- the declarations

    def check(self) -> Problem:
        """Checks everything and gives the problem in its proper form."""
        self._check_depths()
        if any(found.code == "E0110" for found in self.diagnostics):
            return self.problem
        self._declare_types()
        self._declare_entities()
        self._declare_properties()
        problem = self.problem
        initial = tuple(self._initial(statement) for statement in problem.initial)
        actions = tuple(self._action(action) for action in problem.actions)
        triggers = tuple(self._trigger(trigger) for trigger in problem.triggers)
        utilities = self._utilities()
        endings = tuple(
            replace(ending, condition=condition) if condition is not ending.condition else ending
            for ending in problem.endings
            for condition in [self.condition(ending.condition, {})]
        )
        self._check_names()
        self.problem = replace(
            problem, initial=initial, actions=actions, triggers=triggers, utilities=utilities, endings=endings
        )
        if not any(found.is_error for found in self.diagnostics):
            self._check_triggers_end()
            self._check_use()
        return self.problem

    def declare(self) -> None:
        """Takes in the declarations only, for conditions and acts that are read on their own."""
        silent = self.diagnostics
        self.diagnostics = []
        self._declare_types()
        self._declare_entities()
        self._declare_properties()
        self.diagnostics = silent

    def _check_depths(self) -> None:
        """A problem built by a program must be readable once it is printed."""
        problem = self.problem
        events: list[Action | Trigger] = [*problem.actions, *problem.triggers]
        roots: list[Expression] = [*problem.initial, *(utility.value for utility in problem.utilities)]
        roots += [ending.condition for ending in problem.endings]
        for event in events:
            roots += [event.precondition, event.effect]
            if isinstance(event, Action):
                roots += event.consenting
                roots += [event.observing.condition] if event.observing else []
        for root in roots:
            level: list[Expression] = [root]
            for _ in range(2 * MAX_DEPTH + 2):
                level = [child for expression in level for child in children(expression)]
                if not level:
                    break
            else:
                self._say("E0110", f"more than {MAX_DEPTH} expressions stand in each other here", root.span)

    def _declare_types(self) -> None:
        problem = self.problem
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
            if name not in known and name not in missing:
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
        for event in (*problem.actions, *problem.triggers):
            for parameter in event.parameters:
                if isinstance(parameter, Parameter):
                    yield parameter.type, parameter.span
            roots = [event.precondition, event.effect]
            if isinstance(event, Action):
                roots += event.consenting
                if event.observing is not None:
                    yield event.observing.variable.type, event.observing.variable.span
                    roots.append(event.observing.condition)
            for root in roots:
                yield from _types_in(root)
        for statement in problem.initial:
            yield from _types_in(statement)
        for utility in problem.utilities:
            yield from _types_in(utility.value)
        for ending in problem.endings:
            yield from _types_in(ending.condition)

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
                        same = [_signature(other.parameters) == _signature(declared.parameters)]
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

    # -- expressions: values

    def value(self, expression: Expression, scope: Scope) -> tuple[Expression, Kind]:
        """An expression where some value is expected, and its kind."""
        match expression:
            case Name():
                return expression, self._name(expression, scope)
            case FluentTerm():
                return self._fluent(expression, scope)
            case Literal(value=value):
                if value is None:
                    return expression, "?"
                if isinstance(value, bool):
                    return expression, "boolean"
                if not math.isfinite(value):
                    self._say("E0108", "only finite numbers can be written", expression.span)
                return expression, "number"
            case Believes(character=character, body=body):
                who = self._character(character, scope)
                inner, kind = self.value(body, scope)
                if isinstance(kind, Things) and isinstance(body, Name):
                    self._say(
                        "E0301",
                        f"`{body.name}` is not something to believe",
                        body.span,
                        help="believe a condition, or the value of a property",
                    )
                if who is not character or inner is not body:
                    expression = replace(expression, character=who, body=inner)
                return expression, kind
            case Arithmetic(operator=operator, left=left, right=right):
                new_left = self.number(left, scope, f"`{operator}`")
                new_right = self.number(right, scope, f"`{operator}`")
                if new_left is not left or new_right is not right:
                    expression = replace(expression, left=new_left, right=new_right)
                return expression, "number"
            case Quantified(kind="sum" | "product" as kind_name, variable=variable, body=body):
                inner_scope = dict(scope)
                self._variable(variable, inner_scope)
                new = self.number(body, inner_scope, f"`{kind_name}`")
                return expression if new is body else replace(expression, body=new), "number"
            case Conditional(branches=branches, otherwise=otherwise):
                return self._conditional_value(expression, branches, otherwise, scope)
        return self.condition(expression, scope), "boolean"

    def _conditional_value(
        self,
        expression: Conditional,
        branches: tuple[tuple[Expression, Expression], ...],
        otherwise: Expression | None,
        scope: Scope,
    ) -> tuple[Expression, Kind]:
        kinds: list[tuple[Kind, Expression]] = []
        changed = False
        made = []
        for test, branch in branches:
            new_test = self.condition(test, scope)
            new_branch, kind = self.value(branch, scope)
            kinds.append((kind, branch))
            made.append((new_test, new_branch))
            changed = changed or new_test is not test or new_branch is not branch
        rest = otherwise
        if otherwise is not None:
            rest, kind = self.value(otherwise, scope)
            kinds.append((kind, otherwise))
            changed = changed or rest is not otherwise
        result: Kind = "?"
        for kind, branch in kinds:
            if kind is None:
                result = None
                break
            if result == "?":
                result = kind
            elif kind != "?" and _sort(kind) != _sort(result):
                self._say(
                    "E0301",
                    f"one branch of this `if` is {_kind_text(result)}, another {_kind_text(kind)}",
                    branch.span,
                    labels=[(kinds[0][1].span, _kind_text(kinds[0][0]))],
                )
                result = None
                break
            elif isinstance(kind, Things) and isinstance(result, Things):
                result = Things("entity", kind.members | result.members, "entity", is_name=False)
        if otherwise is None and result not in ("boolean", None):
            self._say(
                "E0307",
                "this `if` has no `else`, so it has no value otherwise",
                expression.span,
                help="add `else` and a value",
            )
        return (replace(expression, branches=tuple(made), otherwise=rest) if changed else expression), result

    def _name(self, name: Name, scope: Scope) -> Kind:
        word = name.name
        found = scope.get(word)
        if found is not None:
            self.seen.add(word)
            return found
        found = self.of_name.get(word)
        if found is not None:
            self.mentioned.add(word)
            return found
        if word in self.properties:
            places = ", ".join(str(_shown(one)) for one in self.properties[word][0].parameters)
            help: str | None = f"a property has its arguments in brackets: `{word}({places})`"
        elif word in ("unknown", "none", "None", "null", "nothing", "nobody", "nowhere"):
            help = "the unknown value is written `?`"
        elif word in ("TRUE", "FALSE"):
            help = f"write `{word.capitalize()}`"
        else:
            help = self._did_you_mean(word, [*scope, *self.entities])
            if help is None and word in self.known_types:
                help = f"`{word}` is a type; name an entity, or a parameter of that type"
        self._say("E0202", f"unknown name `{word}`", name.span, label="neither a parameter nor an entity", help=help)
        return None

    def _fluent(self, term: FluentTerm, scope: Scope) -> tuple[Expression, Kind]:
        term, kind, _ = self._resolve(term, scope, reading=True)
        return term, kind

    def _resolve(self, term: FluentTerm, scope: Scope, *, reading: bool) -> tuple[FluentTerm, Kind, Property | None]:
        """A fluent term with its arguments checked, its kind, and its declaration if that is one."""
        arguments: list[Expression] = []
        kinds: list[Things | None] = []
        changed = False
        for argument in term.arguments:
            if isinstance(argument, Name):
                kind = self._name(argument, scope)
                new: Expression = argument
            else:
                new, kind = self.value(argument, scope)
                changed = changed or new is not argument
                if kind is not None and (
                    not isinstance(kind, Things) or not isinstance(argument, FluentTerm | Believes)
                ):
                    self._say("E0301", f"an argument is an entity, and this is {_kind_text(kind)}", argument.span)
                    kind = None
            arguments.append(new)
            kinds.append(kind if isinstance(kind, Things) else None)
        if changed:
            term = replace(term, arguments=tuple(arguments))
        name = term.property
        declared = self.properties.get(name)
        if declared is None:
            self._unknown_property(term)
            return term, None, None
        (self.read if reading else self.set).add(name)
        fitting = [one for one in declared if len(one.parameters) == len(arguments)]
        if not fitting:
            counts = sorted({len(one.parameters) for one in declared})
            wanted = " or ".join(map(str, counts))
            self._say(
                "E0302",
                f"`{name}` takes {wanted} argument{'' if counts == [1] else 's'}, not {len(arguments)}",
                term.span,
                labels=[(one.span, "declared here") for one in declared[:3]],
                help=f"write `{name}({', '.join(str(_shown(one)) for one in declared[0].parameters)})`",
            )
            return term, None, None
        if None in kinds:
            sorts = {one.type for one in fitting}
            return term, (self._kind_of(fitting[0]) if len(sorts) == 1 else None), None
        return self._overloaded(term, fitting, [kind for kind in kinds if kind is not None])

    def _overloaded(
        self, term: FluentTerm, fitting: list[Property], kinds: list[Things]
    ) -> tuple[FluentTerm, Kind, Property | None]:
        partial = []
        for one in fitting:
            full = True
            for parameter, kind in zip(one.parameters, kinds, strict=True):
                if isinstance(parameter, Parameter):
                    if not self.is_sub(kind, parameter.type):
                        full = False
                        if not self.overlaps(kind, parameter.type):
                            break
                elif kind.members != {parameter.name}:
                    full = False
                    if parameter.name not in kind.members:
                        break
            else:
                if full:
                    return term, self._kind_of(one), one
                partial.append(one)
        if partial:
            sorts = {_sort(self._kind_of(one)) for one in partial}
            missed = self._missed(partial, kinds)
            if missed is None and len(sorts) == 1:
                if len(partial) == 1:
                    return term, self._kind_of(partial[0]), partial[0]
                if partial[0].type in ("boolean", "number"):
                    return term, partial[0].type, None
                members = frozenset().union(*(self.things(one.type).members for one in partial))
                return term, Things("entity", members, "entity", is_name=False), None
            if missed is None:
                self._say(
                    "E0303",
                    f"`{term.property}` is {_kind_text(self._kind_of(partial[0]))} for some arguments here and {_kind_text(self._kind_of(partial[1]))} for others",
                    term.span,
                    labels=[(one.span, "declared here") for one in partial[:3]],
                )
                return term, None, None
            title = f"`{term.property}` is not declared for all that this may be: not for ({', '.join(missed)})"
        else:
            shown = ", ".join(kind.text for kind in kinds)
            title = f"`{term.property}` is not declared for ({shown})"
        self._say(
            "E0303",
            title,
            term.span,
            labels=[
                (one.span, f"for ({', '.join(str(_shown(p, types=True)) for p in one.parameters)})")
                for one in fitting[:3]
            ],
        )
        return term, None, None

    def _missed(self, partial: list[Property], kinds: list[Things]) -> list[str] | None:
        """Arguments among these that no declaration takes; None if each is taken, or a fluent chooses among them."""
        if any(not kind.is_name for kind in kinds):
            return None
        if math.prod(len(kind.members) for kind in kinds) > _MAX_COMBINATIONS:
            return None
        order = list(self.entities).index
        for arguments in product(*(sorted(kind.members, key=order) for kind in kinds)):
            if not any(
                all(name in self._allowed(parameter) for name, parameter in zip(arguments, one.parameters, strict=True))
                for one in partial
            ):
                return list(arguments)
        return None

    def _kind_of(self, declared: Property) -> Kind:
        if declared.type in ("boolean", "number"):
            return declared.type
        return replace(self.things(declared.type), is_name=False)

    def _unknown_property(self, term: FluentTerm) -> None:
        name = term.property
        if name in ("min", "max", "abs", "round"):
            help: str | None = "there are no functions; `if` chooses between two values"
        elif name in ("not", "and", "or"):
            help = "not is written `!`, and `&`, or `|`"
        elif name in self.entities:
            help = f"`{name}` is an entity and takes no arguments"
        else:
            help = self._did_you_mean(name, self.properties)
            if help is None and any(name == event.name for event in (*self.problem.actions, *self.problem.triggers)):
                help = f"`{name}` is an action or a trigger, not a property"
        self._say(
            "E0201",
            f"unknown property `{name}`",
            term.span and replace(term.span, end=term.span.start + len(name)),
            label="not declared",
            help=help,
        )

    def _character(self, expression: Expression, scope: Scope, what: str = "only characters believe") -> Expression:
        """An expression where a character is expected."""
        new, kind = self.value(expression, scope)
        if isinstance(kind, Things):
            if not isinstance(expression, Name | FluentTerm | Believes):
                self._say("E0301", "expected a character", expression.span)
            elif not self.is_sub(kind, "character") and (kind.members or kind.type):
                others = sorted(kind.members - self.characters, key=list(self.entities).index)
                self._say(
                    "E0306",
                    f"{what}, and `{others[0] if others and kind.type is not None and kind.is_name else kind.text}` is no character"
                    if others or kind.type is None
                    else f"{what}, and a `{kind.text}` is no character",
                    expression.span,
                )
        elif kind is not None:
            self._say("E0306", f"{what}, and this is {_kind_text(kind)}", expression.span)
        return new

    def number(self, expression: Expression, scope: Scope, what: str) -> Expression:
        """An expression where a number is expected. A condition counts 1 or 0, but only as an `if` of its own."""
        new, kind = self.value(expression, scope)
        if kind not in ("number", "?", None):
            if kind == "boolean":
                help = "write `(if(…) 1 else 0)` to count a condition"
            else:
                help = None
            self._say("E0301", f"{what} needs a number, and this is {_kind_text(kind)}", expression.span, help=help)
        return new

    # -- expressions: conditions

    def condition(self, expression: Expression, scope: Scope) -> Expression:
        """An expression where a condition is expected."""
        match expression:
            case And(parts=parts) | Or(parts=parts):
                made = tuple([self.condition(part, scope) for part in parts])
                return expression if all(map(_is, made, parts)) else replace(expression, parts=made)
            case Comparison():
                return self._comparison(expression, scope)
            case FluentTerm():
                term, kind, _ = self._resolve(expression, scope, reading=True)
                self._must_be_boolean(kind, expression)
                return term
            case Not(body=body):
                new = self.condition(body, scope)
                return expression if new is body else replace(expression, body=new)
            case Believes(character=character, body=body):
                who = self._character(character, scope)
                new = self.condition(body, scope)
                return expression if who is character and new is body else replace(expression, character=who, body=new)
            case Quantified(kind="forall" | "exists", variable=variable, body=body):
                inner = dict(scope)
                self._variable(variable, inner)
                self._warn_if_empty(expression.kind, variable)
                new = self.condition(body, inner)
                return expression if new is body else replace(expression, body=new)
            case IsA(entity=entity, type=type_name):
                self.used.add(type_name)
                new, kind = self.value(entity, scope)
                if isinstance(kind, Things):
                    if not self.overlaps(kind, type_name) and type_name in self.members:
                        self._say("W0114", f"{_kind_text(kind)} is never of type `{type_name}`", expression.span)
                elif kind is not None:
                    self._say(
                        "E0301", f"only entities have types of their own, and this is {_kind_text(kind)}", entity.span
                    )
                return expression if new is entity else replace(expression, entity=new)
            case Conditional(branches=branches, otherwise=otherwise):
                made_branches = tuple(
                    (self.condition(test, scope), self.condition(branch, scope)) for test, branch in branches
                )
                rest = None if otherwise is None else self.condition(otherwise, scope)
                same = rest is otherwise and all(
                    a is c and b is d for (a, b), (c, d) in zip(made_branches, branches, strict=True)
                )
                return expression if same else replace(expression, branches=made_branches, otherwise=rest)
            case Literal(value=bool()):
                return expression
            case Assignment(target=target, value=value):
                self._say(
                    "W0103",
                    "this `=` stands in a condition, and is read as `==`",
                    expression.span,
                    help="write `==` to compare; `=` is for effects",
                )
                return self._comparison(Comparison("==", target, value, span=expression.span), scope)
        new, kind = self.value(expression, scope)
        self._must_be_boolean(kind, expression)
        return new

    def _must_be_boolean(self, kind: Kind, expression: Expression) -> None:
        if kind != "boolean" and kind is not None:
            help = None
            if kind == "number":
                help = "compare it: `… > 0`"
            elif isinstance(kind, Things) and isinstance(expression, FluentTerm):
                help = "compare it: `… == …`"
            self._say("E0301", f"expected a condition, and this is {_kind_text(kind)}", expression.span, help=help)

    def _warn_if_empty(self, word: str, variable: Parameter) -> None:
        if variable.type in self.known_types and not self.things(variable.type).members:
            outcome = {"forall": "holds always", "exists": "never holds"}.get(word, "is never so")
            self._say("W0113", f"there is no entity of type `{variable.type}`, so this {outcome}", variable.span)

    def _comparison(self, expression: Comparison, scope: Scope) -> Expression:
        operator, left, right = expression.operator, expression.left, expression.right
        new_left, one = self.value(left, scope)
        new_right, other = self.value(right, scope)
        if one is not None and other is not None:
            if operator not in ("==", "!="):
                for kind, side in ((one, left), (other, right)):
                    if kind not in ("number", "?"):
                        self._say("E0304", f"`{operator}` compares numbers, and this is {_kind_text(kind)}", side.span)
            elif one != "?" and other != "?":
                if _sort(one) != _sort(other):
                    self._say(
                        "E0304",
                        f"{_kind_text(one)} cannot be compared with {_kind_text(other)}".replace(
                            "of type", "something of type"
                        ),
                        expression.span,
                        labels=[(left.span, _kind_text(one)), (right.span, _kind_text(other))],
                    )
                elif isinstance(one, Things) and isinstance(other, Things) and self._never_equal(one, other):
                    always = "always" if operator == "!=" else "never"
                    self._say(
                        "W0114",
                        f"this {always} holds: {_kind_text(one)} and {_kind_text(other)} have nothing in common",
                        expression.span,
                    )
            elif "boolean" in (one, other):
                self._say("W0114", "a condition is true or false, never `?`", expression.span)
            if "number" in (one, other):
                self._check_reach(operator, left, right, scope)
                self._check_reach(_MIRRORED[operator], right, left, scope)
        if new_left is left and new_right is right:
            return expression
        return replace(expression, left=new_left, right=new_right)

    def _never_equal(self, one: Things, other: Things) -> bool:
        if one.type is None and other.type is None:
            return False  # Two constants: often what an action's constant parameter leaves behind, and meant.
        return bool(one.members) and bool(other.members) and one.members.isdisjoint(other.members)

    def _check_reach(self, operator: str, left: Expression, right: Expression, scope: Scope) -> None:
        """Warns of a bounded number compared with what it never reaches."""
        bounds = self._bounds(left)
        if bounds is None or not isinstance(right, Literal) or isinstance(right.value, bool) or right.value is None:
            return
        low, high = bounds
        value = right.value
        outcomes = {_holds(operator, low, value), _holds(operator, high, value)}
        if (operator in ("==", "!=") and not low <= value <= high) or (
            operator not in ("==", "!=") and len(outcomes) == 1
        ):
            word = "always" if _holds(operator, low, value) else "never"
            self._say(
                "W0117", f"this {word} holds: the number lies between {_plain(low)} and {_plain(high)}", right.span
            )

    def _bounds(self, expression: Expression) -> tuple[float, float] | None:
        """The bounds of a fluent, whichever of its declarations it is."""
        while isinstance(expression, Believes):
            expression = expression.body
        if not isinstance(expression, FluentTerm):
            return None
        found = {
            one.bounds
            for one in self.properties.get(expression.property, ())
            if len(one.parameters) == len(expression.arguments)
        }
        return found.pop() if len(found) == 1 else None

    # -- expressions: effects

    def effect(self, expression: Expression, scope: Scope) -> Expression:
        """An expression where an effect is expected, as assignments."""
        match expression:
            case Assignment(target=target, value=value):
                return self._assignment(expression, target, value, scope)
            case FluentTerm():
                return self._flag(expression, expression, True, scope)
            case Not(body=FluentTerm() as term):
                return self._flag(expression, term, False, scope)
            case Not(body=Believes(character=character, body=body) as inner):
                return self.effect(replace(inner, body=Not(body, span=body.span), span=expression.span), scope)
            case Not(body=Not(body=body)):
                return self.effect(body, scope)
            case Not(body=Assignment(target=target)) | Not(body=Comparison(operator="==", left=target)):
                self._say(
                    "E0308",
                    "an effect cannot say what a value is not",
                    expression.span,
                    help="say what it is; `?` is the unknown value",
                )
                return expression
            case And(parts=parts):
                made = tuple([self.effect(part, scope) for part in parts])
                return expression if all(map(_is, made, parts)) else replace(expression, parts=made)
            case Comparison(operator="==", left=FluentTerm() | Believes() as target, right=value):
                self._say(
                    "W0102",
                    "this `==` stands in an effect, and is read as `=`",
                    expression.span,
                    help="write `=` to set a value; `==` is for conditions",
                )
                return self._assignment(Assignment(target, value, span=expression.span), target, value, scope)
            case Conditional(branches=branches, otherwise=otherwise):
                made_branches = tuple(
                    (self.condition(test, scope), self.effect(branch, scope)) for test, branch in branches
                )
                rest = None if otherwise is None else self.effect(otherwise, scope)
                same = rest is otherwise and all(
                    a is c and b is d for (a, b), (c, d) in zip(made_branches, branches, strict=True)
                )
                return expression if same else replace(expression, branches=made_branches, otherwise=rest)
            case Quantified(kind="forall", variable=variable, body=body):
                inner = dict(scope)
                self._variable(variable, inner)
                new = self.effect(body, inner)
                return expression if new is body else replace(expression, body=new)
            case Believes(character=character, body=body):
                who = self._character(character, scope)
                new = self.effect(body, scope)
                return expression if who is character and new is body else replace(expression, character=who, body=new)
            case Literal(value=True):
                return expression
        help = None
        title = "this is not an effect"
        match expression:
            case Or():
                title = "an effect cannot leave open which of two things happens"
                help = "bracket the condition if it is the value: `f() = (a | b)`; use two actions for two outcomes"
            case Quantified(kind="exists"):
                title = "an effect cannot leave open for whom it happens"
                help = "make it a parameter of the action"
            case Quantified():
                title = "a number is not an effect"
            case Comparison(operator=operator):
                title = f"`{operator}` compares and is not an effect"
                help = "an effect sets a value with `=`"
            case Name():
                title = f"`{expression.name}` is not an effect"
                if expression.name in self.properties:
                    help = f"a property has brackets: `{expression.name}(…)`"
        self._say("E0308", title, expression.span, help=help)
        return expression

    def _flag(self, whole: Expression, term: FluentTerm, value: bool, scope: Scope) -> Expression:
        new, kind, _ = self._resolve(term, scope, reading=False)
        if kind is not None and kind != "boolean":
            self._say(
                "E0301",
                f"`{term.property}` is {_kind_text(kind)}, and only a boolean is set by itself",
                term.span,
                help=f"set its value: `{term.property}(…) = …`",
            )
        return Assignment(new, Literal(value, span=whole.span), span=whole.span)

    def _target(self, target: Expression, scope: Scope) -> tuple[FluentTerm | Believes | None, Kind, Property | None]:
        match target:
            case FluentTerm():
                return self._resolve(target, scope, reading=False)
            case Believes(character=character, body=body):
                who = self._character(character, scope)
                inner, kind, declared = self._target(body, scope)
                if inner is None:
                    return None, None, None
                same = who is character and inner is body
                return (target if same else replace(target, character=who, body=inner)), kind, declared
        help = None
        if isinstance(target, Name) and target.name in self.properties:
            help = f"a property has brackets: `{target.name}(…)`"
        elif isinstance(target, Name) and (target.name in scope or target.name in self.entities):
            help = f"`{target.name}` stands for an entity; what changes is its properties"
        self._say("E0308", "only a property can be set", target.span, label="set here", help=help)
        return None, None, None

    def _assignment(self, expression: Assignment, target: Expression, value: Expression, scope: Scope) -> Expression:
        new_target, kind, declared = self._target(target, scope)
        new_value, got = self.value(value, scope)
        if kind is not None and got is not None:
            self._check_assigned(target, kind, declared, value, got)
        if new_target is None or (new_target is expression.target and new_value is value):
            return expression
        return Assignment(new_target, new_value, span=expression.span)

    def _check_assigned(
        self, target: Expression, kind: Kind, declared: Property | None, value: Expression, got: Kind
    ) -> None:
        where = [(None if declared is None else declared.span, "declared here")]
        while isinstance(target, Believes):
            target = target.body
        name = f"`{target.property}`" if isinstance(target, FluentTerm) else "this"
        if got == "?":
            if kind == "boolean":
                self._say("E0304", f"{name} is true or false, never `?`", value.span, labels=where)
        elif _sort(kind) != _sort(got):
            wanted = {"boolean": "a condition", "number": "a number"}.get(kind, "") if isinstance(kind, str) else f"of type `{kind.text}`"  # fmt: skip
            self._say("E0304", f"{name} is {wanted}, and this is {_kind_text(got)}", value.span, labels=where)
        elif isinstance(kind, Things) and isinstance(got, Things):
            types = [declared.type] if declared is not None else []
            if types and not self.is_sub(got, types[0]):
                outside = sorted(got.members - kind.members, key=list(self.entities).index)
                example = (
                    f"`{outside[0]}` is none" if outside and got.type is not None else f"{_kind_text(got)} is none"
                )
                self._say("E0304", f"{name} is of type `{kind.text}`, and {example}", value.span, labels=where)
        bounds = declared.bounds if declared is not None else None
        if (
            bounds
            and isinstance(value, Literal)
            and isinstance(value.value, int | float)
            and not isinstance(value.value, bool)
        ):
            low, high = bounds
            if not low <= value.value <= high:
                self._say(
                    "E0402",
                    f"{_plain(value.value)} is out of the range {_plain(low)}..{_plain(high)} of {name}",
                    value.span,
                    labels=where,
                )

    # -- the parts of a problem

    def _initial(self, statement: Expression) -> Expression:
        made = self.effect(statement, {})
        self._check_conflicts("the initial state", made, {}, statement.span)
        return made

    def _event(self, event: Action | Trigger, what: str) -> tuple[Scope, Expression, Expression]:
        scope = self._check_parameters(event.name, event.parameters)
        self.seen = set()
        for parameter in event.parameters:
            if isinstance(parameter, Parameter):
                self._warn_if_empty(what, parameter)
        precondition = self.condition(event.precondition, scope)
        effect = self.effect(event.effect, scope)
        self._check_conflicts(f"`{event.name}`", effect, scope, event.span)
        if event.telling is not None:
            self._telling(event, scope)
        return scope, precondition, effect

    def _unused(self, event: Action | Trigger) -> None:
        if event.name in self.broken:
            return
        for parameter in event.parameters:
            if isinstance(parameter, Parameter) and parameter.name not in self.seen:
                self._say(
                    "W0111",
                    f"`{event.name}` never uses its parameter `{parameter.name}`",
                    parameter.span,
                    help="without it there are fewer actions that differ in nothing",
                )

    def _action(self, action: Action) -> Action:
        scope, precondition, effect = self._event(action, "action")
        consenting = []
        for expression in action.consenting:
            consenting.append(self._character(expression, scope, "only characters consent"))
            if not isinstance(expression, Name | FluentTerm):
                self._say("E0306", "who consents is a parameter or an entity", expression.span)
        names = [expression.name for expression in consenting if isinstance(expression, Name)]
        for expression in consenting:
            if isinstance(expression, Name) and names.count(expression.name) > 1:
                names.remove(expression.name)
                self._say("W0115", f"`{expression.name}` consents twice", expression.span)
        observing = action.observing
        if observing is not None:
            inner = dict(scope)
            self._variable(observing.variable, inner)
            kind = inner[observing.variable.name]
            if not self.is_sub(kind, "character") and observing.variable.type not in ("boolean", "number"):
                self._say(
                    "E0306",
                    f"only characters observe, and `{kind.text}` is no type of characters",
                    observing.variable.span,
                )
            condition = self.condition(observing.condition, inner)
            if condition is not observing.condition:
                observing = Observation(observing.variable, condition, span=observing.span)
        self._unused(action)
        if effect == TRUE and action.name not in self.broken:
            self._say("W0110", f"the action `{action.name}` changes nothing, and so never happens", action.span)
        return replace(
            action, precondition=precondition, effect=effect, consenting=tuple(consenting), observing=observing
        )

    def _trigger(self, trigger: Trigger) -> Trigger:
        _, precondition, effect = self._event(trigger, "trigger")
        self._unused(trigger)
        if effect == TRUE and trigger.name not in self.broken:
            self._say("W0110", f"the trigger `{trigger.name}` changes nothing", trigger.span)
        return replace(trigger, precondition=precondition, effect=effect)

    def _telling(self, event: Action | Trigger, scope: Scope) -> None:
        """Checks a telling text, with places in it if it was read from a file."""
        assert event.telling is not None
        place = None if event.span is None else self.tellings.get((event.span.path, event.span.start))
        template = parse_template(event.telling, self.diagnostics, place)
        names = dict(scope)
        for name in template.names:
            if name.name not in names and name.name not in self.entities:
                self._say(
                    "E0202",
                    f"unknown name `{name.name}`",
                    name.span,
                    label="neither a parameter nor an entity",
                    help=self._did_you_mean(name.name, [*names, *self.entities]),
                )
            else:
                self.seen.add(name.name)
                if name.name not in names:
                    self.mentioned.add(name.name)
        for condition in template.conditions:
            self.condition(condition, names)
        for term in template.terms:
            _, kind = self.value(term, names)
            if kind == "boolean":
                self._say("E0301", "a condition has no words of its own", term.span, help="write `{if …}…{else}…{end}`")

    def _utilities(self) -> tuple[Utility, ...]:
        made: list[Utility] = []
        first: dict[str | None, Utility] = {}
        for utility in self.problem.utilities:
            if utility.character is not None:
                if utility.character not in self.entities:
                    self._say(
                        "E0202",
                        f"there is no character `{utility.character}`",
                        utility.span,
                        help=self._did_you_mean(utility.character, self.characters),
                    )
                elif utility.character not in self.characters:
                    self._say(
                        "E0306",
                        f"only characters want something, and `{utility.character}` is no character",
                        utility.span,
                    )
            value, kind = self.value(utility.value, {})
            if kind not in ("number", "boolean", "?", None):
                self._say(
                    "E0301", f"a utility is a number or a condition, and this is {_kind_text(kind)}", utility.value.span
                )
            if utility.character in first:
                whose = f"`{utility.character}`" if utility.character else "the author"
                self._say(
                    "W0115",
                    f"{whose} has two utilities; the last one counts",
                    utility.span,
                    labels=[(first[utility.character].span, "this one counts for nothing")],
                )
            first[utility.character] = utility
            made.append(utility if value is utility.value else replace(utility, value=value))
        # The last one counts, at the place of the first.
        last = {utility.character: utility for utility in made}
        return tuple(last.values())

    # -- findings about the whole

    def _check_names(self) -> None:
        problem = self.problem
        endings: dict[str, Span | None] = {}
        for ending in problem.endings:
            if ending.name in endings:
                self._say(
                    "E0205",
                    f"the ending `{ending.name}` is declared twice",
                    ending.span,
                    labels=[(endings[ending.name], "first here")],
                )
            endings[ending.name] = ending.span
        seen: dict[str, list[Action | Trigger]] = {}
        for event in (*problem.actions, *problem.triggers):
            what = "action" if isinstance(event, Action) else "trigger"
            for other in seen.get(event.name, ()):
                if type(other) is type(event) and len(other.parameters) == len(event.parameters):
                    common = self._common(other.parameters, event.parameters)
                    if common is not None:
                        self._say(
                            "E0206" if what == "action" else "W0116",
                            f"two {what}s `{event.name}` fit ({', '.join(common)})",
                            event.span,
                            labels=[(other.span, "the other one")],
                            help="give one of them another name",
                        )
                        break
            seen.setdefault(event.name, []).append(event)
        if problem.belief_depth is not None and not 1 <= problem.belief_depth <= 999:
            self._say("E0403", f"{problem.belief_depth} is no depth of belief", None)
        self._check_words()

    def _check_words(self) -> None:
        """Names of a problem that a program built, which must be able to stand in a file."""
        problem = self.problem
        declared: list[tuple[str, Span | None]] = []
        for thing in (
            *problem.types,
            *problem.entities,
            *problem.properties,
            *problem.actions,
            *problem.triggers,
            *problem.endings,
        ):
            if thing.span is None:
                declared.append((thing.name, None))
                for part in getattr(thing, "parameters", ()):
                    declared.append((part.name, None))
        for name, _ in declared:
            if not is_name(name):
                self._say(
                    "E0105",
                    f"{name!r} cannot be a name",
                    None,
                    help="a name is a letter and then letters, digits and `_`",
                )

    def _check_conflicts(self, owner: str, effect: Expression, scope: Scope, where: Span | None) -> None:
        """Effects without condition that certainly give one fluent two values (others are seen when they happen)."""
        found: dict[tuple[str, tuple[str, ...]], list[_Set]] = {}
        for one in _unconditional(effect, (), {}):
            for other in found.get((one.property, one.path), ()):
                if one.differs_from(other, self) and one.meets(other, self):
                    self._say(
                        "E0401",
                        f"{owner} gives `{one.property}` two values at once",
                        one.span or where,
                        label="and another one here",
                        labels=[(other.span, "one value here")],
                    )
                    return
            found.setdefault((one.property, one.path), []).append(one)

    def _check_triggers_end(self) -> None:
        """Triggers whose effect touches nothing that their own precondition reads."""
        problem = self.problem
        reads = [_reads(trigger.precondition) for trigger in problem.triggers]
        for number, trigger in enumerate(problem.triggers):
            if trigger.effect == TRUE:
                continue
            sets = _sets(trigger.effect)
            if sets & reads[number] and not _repeats(trigger):
                continue
            if trigger.precondition == Literal(False):
                continue
            others = set().union(*(names for at, names in enumerate(reads) if at != number))
            if sets & others and not _repeats(trigger):
                self._say(
                    "W0118",
                    f"the effect of the trigger `{trigger.name}` never ends its own precondition",
                    trigger.span,
                    help="unless another trigger ends it, it fires for ever",
                )
            else:
                self._say(
                    "E0404",
                    f"the trigger `{trigger.name}` never ends: its effect cannot make its precondition false",
                    trigger.span,
                    help="add to its precondition what its effect brings about, negated",
                )

    def _check_use(self) -> None:
        """What is declared and then matters to nothing."""
        problem = self.problem
        for type in problem.types:
            # A type without entities still serves those who include the file.
            if type.name not in self.used and type.name != "character":
                self._say("W0106", f"the type `{type.name}` is never used", type.span)
        reported: set[str] = set()
        for declared in problem.properties:
            name = declared.name
            if name in reported:
                continue
            if name not in self.read and name not in self.set:
                reported.add(name)
                self._say("W0107", f"the property `{name}` is never used", declared.span)
            elif name not in self.read:
                reported.add(name)
                self._say("W0107", f"the property `{name}` is set, but nothing reads it", declared.span)
            elif name not in self.set:
                reported.add(name)
                self._say("W0108", f"the property `{name}` is read, but nothing sets it", declared.span)
        wanting = {utility.character for utility in problem.utilities}
        acting = any(action.consenting for action in problem.actions)
        for entity in problem.entities:
            if entity.name in self.characters and entity.name not in wanting and acting:
                self._say(
                    "W0109",
                    f"the character `{entity.name}` has no utility, and so never a reason to act",
                    entity.span,
                    help=f"say what they want: `utility({entity.name}): …;`",
                )
        reached = {
            parameter.type
            for event in (*problem.actions, *problem.triggers)
            for parameter in event.parameters
            if isinstance(parameter, Parameter)
        } | self._quantified
        for entity in problem.entities:
            if entity.name not in self.mentioned and not any(
                self.supertypes.get(name, frozenset()) & reached for name in entity.types
            ):
                self._say("W0112", f"nothing happens to the entity `{entity.name}`, nor through it", entity.span)

    @property
    def _quantified(self) -> set[str]:
        found: set[str] = set()
        problem = self.problem
        roots: list[Expression] = [*problem.initial, *(utility.value for utility in problem.utilities)]
        roots += [ending.condition for ending in problem.endings]
        for event in (*problem.actions, *problem.triggers):
            roots += [event.precondition, event.effect]
            if isinstance(event, Action) and event.observing is not None:
                roots.append(event.observing.condition)
        for root in roots:
            pending = [root]
            while pending:
                expression = pending.pop()
                if isinstance(expression, Quantified):
                    found.add(expression.variable.type)
                pending.extend(children(expression))
        return found


_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _holds(operator: str, left: float, right: float) -> bool:
    return {
        "==": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[operator]


def _is(one: object, other: object) -> bool:
    return one is other


def _sort(kind: Kind) -> str | None:
    return "entity" if isinstance(kind, Things) else kind


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _shown(parameter: Parameter | Name, *, types: bool = False) -> str:
    return parameter.type if types and isinstance(parameter, Parameter) else parameter.name


def _signature(parameters: Sequence[Parameter | Name]) -> list[str]:
    return [_shown(parameter, types=True) for parameter in parameters]


def children(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that an expression consists of."""
    match expression:
        case Literal() | Name():
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
    raise TypeError(f"not an expression: {expression!r}")


def _types_in(expression: Expression) -> Iterator[tuple[str, Span | None]]:
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


@dataclass(frozen=True, slots=True)
class _Set:
    """A fluent that an effect sets whatever the state, with the type of each variable of a ``forall``."""

    property: str
    path: tuple[str, ...]
    arguments: tuple[str, ...]
    value: Expression
    variables: Mapping[str, str]
    span: Span | None

    def differs_from(self, other: _Set, checker: Checker) -> bool:
        one, two = self.value, other.value
        if isinstance(one, Literal) and isinstance(two, Literal):
            return one.value is not two.value and one.value != two.value
        if isinstance(one, Name) and isinstance(two, Name):
            return one.name != two.name and one.name in checker.entities and two.name in checker.entities
        for a, b in ((one, two), (two, one)):
            if isinstance(a, Literal) and a.value is None and isinstance(b, Name):
                return True
        return False

    def meets(self, other: _Set, checker: Checker) -> bool:
        """Whether some instance of one is certainly the same fluent as some instance of the other."""
        if len(self.arguments) != len(other.arguments):
            return False
        for a, b in zip(self.arguments, other.arguments, strict=True):
            one, two = self.variables.get(a), other.variables.get(b)
            if one is None and two is None:
                if a != b:
                    return False
            elif one is not None and two is not None:
                if not checker.things(one).members & checker.things(two).members:
                    return False
            else:
                name, type_name = (b, one) if one is not None else (a, two)
                if type_name is None or name not in checker.things(type_name).members:
                    return False
        return True


def _unconditional(effect: Expression, path: tuple[str, ...], variables: Mapping[str, str]) -> Iterator[_Set]:
    match effect:
        case And(parts=parts):
            for part in parts:
                yield from _unconditional(part, path, variables)
        case Quantified(kind="forall", variable=variable, body=body):
            yield from _unconditional(body, path, {**variables, variable.name: variable.type})
        case Believes(character=Name(name=name), body=body) if name not in variables:
            yield from _unconditional(body, (*path, name), variables)
        case Assignment(target=target, value=value):
            while isinstance(target, Believes) and isinstance(target.character, Name):
                if target.character.name in variables:
                    return
                path = (*path, target.character.name)
                target = target.body  # type: ignore[assignment]
            if isinstance(target, FluentTerm) and all(isinstance(argument, Name) for argument in target.arguments):
                names = tuple(argument.name for argument in target.arguments if isinstance(argument, Name))
                yield _Set(target.property, path, names, value, variables, effect.span)


def _reads(condition: Expression) -> set[str]:
    """Names of the properties that a condition reads, in whatever mind."""
    found = set()
    pending = [condition]
    while pending:
        expression = pending.pop()
        if isinstance(expression, FluentTerm):
            found.add(expression.property)
        pending.extend(children(expression))
    return found


def _sets(effect: Expression) -> set[str]:
    """Names of the properties that an effect sets, in whatever mind."""
    match effect:
        case Assignment(target=target):
            inner: Expression = target
            while isinstance(inner, Believes):
                inner = inner.body
            return {inner.property} if isinstance(inner, FluentTerm) else set()
        case Conditional(branches=branches, otherwise=otherwise):
            parts = [branch for _, branch in branches] + ([] if otherwise is None else [otherwise])
            return set().union(*map(_sets, parts))
        case Believes(body=body):
            return _sets(body)
    return set().union(*map(_sets, children(effect)))


def _repeats(trigger: Trigger) -> bool:
    """Whether the effect only says again what the precondition demands, so that nothing changes."""

    def flat(expression: Expression, sign: type[And]) -> Callable[[], Iterator[Expression]]:
        def parts() -> Iterator[Expression]:
            if isinstance(expression, sign):
                for part in expression.parts:
                    yield from flat(part, sign)()
            else:
                yield expression

        return parts

    demanded = set()
    for part in flat(trigger.precondition, And)():
        match part:
            case FluentTerm() | Believes(body=FluentTerm()):
                demanded.add((part, Literal(True)))
            case Not(body=FluentTerm() | Believes() as body):
                demanded.add((body, Literal(False)))
            case Comparison(operator="==", left=left, right=right):
                demanded.add((left, right))
    made = []
    for part in flat(trigger.effect, And)():
        match part:
            case Assignment(target=target, value=value):
                made.append((target, value))
            case Believes(character=character, body=Assignment(target=target, value=Literal() | Name() as value)):
                made.append((Believes(character, target), value))
            case _:
                return False
    return all(one in demanded for one in made)
