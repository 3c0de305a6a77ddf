"""What effects and conditions do, as far as their text shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from chekhov.diagnostics import Span
from chekhov.lang.declarations import Declarations, children
from chekhov.model import (
    And,
    Assignment,
    Believes,
    Comparison,
    Conditional,
    Expression,
    FluentTerm,
    Literal,
    Name,
    Not,
    Quantified,
    Trigger,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A fluent that an effect sets whatever the state, with the type of each variable of a ``forall``."""

    property: str
    path: tuple[str, ...]
    arguments: tuple[str, ...]
    value: Expression
    variables: Mapping[str, str]
    span: Span | None

    def differs_from(self, other: Setting, declarations: Declarations) -> bool:
        one, two = self.value, other.value
        if isinstance(one, Literal) and isinstance(two, Literal):
            return one.value is not two.value and one.value != two.value
        if isinstance(one, Name) and isinstance(two, Name):
            return one.name != two.name and one.name in declarations.entities and two.name in declarations.entities
        for a, b in ((one, two), (two, one)):
            if isinstance(a, Literal) and a.value is None and isinstance(b, Name):
                return True
        return False

    def meets(self, other: Setting, declarations: Declarations) -> bool:
        """Whether some instance of one is certainly the same fluent as some instance of the other."""
        if len(self.arguments) != len(other.arguments):
            return False
        for a, b in zip(self.arguments, other.arguments, strict=True):
            one, two = self.variables.get(a), other.variables.get(b)
            if one is None and two is None:
                if a != b:
                    return False
            elif one is not None and two is not None:
                if not declarations.things(one).members & declarations.things(two).members:
                    return False
            else:
                name, type_name = (b, one) if one is not None else (a, two)
                if type_name is None or name not in declarations.things(type_name).members:
                    return False
        return True


def certain_settings(effect: Expression, path: tuple[str, ...], variables: Mapping[str, str]) -> Iterator[Setting]:
    match effect:
        case And(parts=parts):
            for part in parts:
                yield from certain_settings(part, path, variables)
        case Quantified(kind="forall", variable=variable, body=body):
            yield from certain_settings(body, path, {**variables, variable.name: variable.type})
        case Believes(character=Name(name=name), body=body) if name not in variables:
            yield from certain_settings(body, (*path, name), variables)
        case Assignment(target=target, value=value):
            while isinstance(target, Believes) and isinstance(target.character, Name):
                if target.character.name in variables:
                    return
                path = (*path, target.character.name)
                target = target.body  # type: ignore[assignment]
            if isinstance(target, FluentTerm) and all(isinstance(argument, Name) for argument in target.arguments):
                names = tuple(argument.name for argument in target.arguments if isinstance(argument, Name))
                yield Setting(target.property, path, names, value, variables, effect.span)


def properties_read(condition: Expression) -> set[str]:
    """Names of the properties that a condition reads, in whatever mind."""
    found = set()
    pending = [condition]
    while pending:
        expression = pending.pop()
        if isinstance(expression, FluentTerm):
            found.add(expression.property)
        pending.extend(children(expression))
    return found


def properties_set(effect: Expression) -> set[str]:
    """Names of the properties that an effect sets, in whatever mind."""
    match effect:
        case Assignment(target=target):
            inner: Expression = target
            while isinstance(inner, Believes):
                inner = inner.body
            return {inner.property} if isinstance(inner, FluentTerm) else set()
        case Conditional(branches=branches, otherwise=otherwise):
            parts = [branch for _, branch in branches] + ([] if otherwise is None else [otherwise])
            return set().union(*map(properties_set, parts))
        case Believes(body=body):
            return properties_set(body)
    return set().union(*map(properties_set, children(effect)))


def changes_nothing(trigger: Trigger) -> bool:
    """Whether the effect only says again what the precondition demands, so that nothing changes."""

    def flat(expression: Expression, sign: type[And]) -> Callable[[], Iterator[Expression]]:
        def parts() -> Iterator[Expression]:
            if isinstance(expression, sign):
                for part in expression.parts:
                    yield from flat(part, sign)()
            else:
                yield expression

        return parts

    demanded: set[tuple[Expression, Expression]] = set()
    for part in flat(trigger.precondition, And)():
        match part:
            case FluentTerm() | Believes(body=FluentTerm()):
                demanded.add((part, Literal(True)))
            case Not(body=FluentTerm() | Believes() as body):
                demanded.add((body, Literal(False)))
            case Comparison(operator="==", left=left, right=right):
                demanded.add((left, right))
    made: list[tuple[Expression, Expression]] = []
    for part in flat(trigger.effect, And)():
        match part:
            case Assignment(target=target, value=value):
                made.append((target, value))
            case Believes(character=character, body=Assignment(target=target, value=Literal() | Name() as value)):
                made.append((Believes(character, target), value))
            case _:
                return False
    return all(one in demanded for one in made)
