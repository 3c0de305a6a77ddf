"""What effects and conditions do, as far as their text shows it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from chekhov.diagnostics import Span
from chekhov.lang.declarations import Declarations
from chekhov.model import (
    And,
    Arithmetic,
    Assignment,
    Believes,
    Comparison,
    Conditional,
    Expression,
    FluentTerm,
    Literal,
    Name,
    Not,
    Or,
    Quantified,
    Trigger,
    children,
    settings,
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
    return {name for name, _, _ in settings(effect)}


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


# ---------------------------------------------------------------------------------------------------------------------
# The bound on belief

_MOST_CLAUSES = 256
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_Atom: TypeAlias = tuple[str, Expression, Expression]


def sets_beliefs_alone(effect: Expression) -> bool:
    """Whether all that an effect sets is what somebody believes."""
    match effect:
        case And(parts=parts):
            return all(map(sets_beliefs_alone, parts))
        case Quantified(body=body):
            return sets_beliefs_alone(body)
        case Conditional(branches=branches, otherwise=otherwise):
            return all(sets_beliefs_alone(branch) for _, branch in branches) and (
                otherwise is None or sets_beliefs_alone(otherwise)
            )
        case Assignment(target=target):
            return isinstance(target, Believes)
    return isinstance(effect, Believes) or effect == Literal(True)


def may_hold_for_all(condition: Expression, entities: Container[str]) -> bool:
    """Whether a condition may hold where everybody believes what is so, as far as its text shows: not if it asks for
    something and its contrary, once all its ``believes`` are left out. ``entities`` are names of constants."""
    clauses = _clauses(condition, True)
    return clauses is not None and any(_is_consistent(clause, entities) for clause in clauses)


def _known(expression: Expression) -> Expression:
    """What an expression comes to where everybody believes what is so."""
    match expression:
        case Believes(body=body):
            return _known(body)
        case FluentTerm(arguments=arguments):
            return replace(expression, arguments=tuple(map(_known, arguments)))
        case Arithmetic(left=left, right=right):
            return replace(expression, left=_known(left), right=_known(right))
    return expression


def _clauses(condition: Expression, holds: bool) -> list[tuple[_Atom, ...]] | None:
    """The alternatives that a condition (or its negation) consists of; None if there are too many."""
    match condition:
        case Believes(body=body):
            return _clauses(body, holds)
        case Not(body=body):
            return _clauses(body, not holds)
        case Literal(value=bool() as truth):
            return [()] if truth == holds else []
        case And(parts=parts) | Or(parts=parts):
            found = [_clauses(part, holds) for part in parts]
            return _product(found) if isinstance(condition, And) == holds else _union(found)
        case Conditional(branches=branches, otherwise=otherwise):
            rest: Expression = Literal(True) if otherwise is None else otherwise
            for test, value in reversed(branches):
                rest = Or((And((test, value)), And((Not(test), rest))))
            return _clauses(rest, holds)
        case Comparison(operator="==" | "!=" as operator, left=left, right=Literal(value=bool() as truth)):
            return _clauses(left, (truth == holds) == (operator == "=="))
        case Comparison(operator=operator, left=left, right=right):
            return [((operator if holds else _NEGATED[operator], _known(left), _known(right)),)]
    return [(("==", _known(condition), Literal(holds)),)]


def _union(found: Sequence[list[tuple[_Atom, ...]] | None]) -> list[tuple[_Atom, ...]] | None:
    united: list[tuple[_Atom, ...]] = []
    for clauses in found:
        if clauses is None or len(united) + len(clauses) > _MOST_CLAUSES:
            return None
        united += clauses
    return united


def _product(found: Sequence[list[tuple[_Atom, ...]] | None]) -> list[tuple[_Atom, ...]] | None:
    joined: list[tuple[_Atom, ...]] = [()]
    for clauses in found:
        if clauses is None or len(joined) * len(clauses) > _MOST_CLAUSES:
            return None
        joined = [(*one, *other) for one in joined for other in clauses]
    return joined


def _is_consistent(clause: Sequence[_Atom], entities: Container[str]) -> bool:
    atoms: set[_Atom] = set()
    values: dict[Expression, Expression] = {}
    for operator, left, right in clause:
        if left == right and operator in ("!=", "<", ">"):
            return False
        atoms |= {(operator, left, right), (_MIRRORED[operator], right, left)}
        for term, value in ((left, right), (right, left)):
            is_constant = isinstance(value, Literal) or (isinstance(value, Name) and value.name in entities)
            if operator == "==" and is_constant and values.setdefault(term, value) != value:
                return False
    return not any((_NEGATED[operator], left, right) in atoms for operator, left, right in atoms)
