"""Formulas of one world, bound to its entities: conditions that hold in a state, terms that have a value there.

:class:`Vocabulary` numbers a problem's fluents and binds expressions of the model: parameters are replaced by entities,
quantifiers by their instances, overloaded properties by the fluent that is meant; beliefs become paths, and negation
is pushed to the comparisons (``docs/semantics.md``, sections 1 to 3).

Example
-------
>>> from chekhov.model import Entity, FluentTerm, Name, Not, Parameter, Problem, Property
>>> tom = Entity("Tom", ("character",))
>>> vocabulary = Vocabulary(Problem(entities=(tom,), properties=(Property("alive", (Parameter("who", "character"),)),)))
>>> vocabulary.show(vocabulary.formula(Not(FluentTerm("alive", (Name("who"),))), {"who": "Tom"}))
'!alive(Tom)'
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol, TypeAlias, TypeVar

from chekhov import model
from chekhov.model import Expression, Problem
from chekhov.validation.states import Value

Path: TypeAlias = tuple[int, ...]
"""Characters whose belief is meant, outermost first, never the same one twice in a row."""
Bindings: TypeAlias = Mapping[str, str]
"""The entity that each parameter or quantified variable stands for."""

_Item = TypeVar("_Item", covariant=True)


class _Row(Protocol[_Item]):
    def __getitem__(self, number: int, /) -> _Item: ...


class Readable(Protocol):
    """What terms are read in: a state, or the initial statements so far."""

    @property
    def values(self) -> _Row[Value]: ...
    @property
    def beliefs(self) -> _Row[Readable]: ...


class MeaninglessError(Exception):
    """An expression that has no meaning in its world, such as a fluent of something that no property is declared
    for."""


# ---------------------------------------------------------------------------------------------------------------------
# Terms and formulas


@dataclass(frozen=True, slots=True)
class Constant:
    of: Value

    def value(self, state: Readable) -> Value:
        return self.of


@dataclass(frozen=True, slots=True)
class Read:
    """A fluent, as believed along a path of characters."""

    path: Path
    fluent: int

    def value(self, state: Readable) -> Value:
        for character in self.path:
            state = state.beliefs[character]
        return state.values[self.fluent]


@dataclass(frozen=True, slots=True)
class Operation:
    operator: str
    left: Term
    right: Term

    def value(self, state: Readable) -> Value:
        return calculate(self.operator, self.left.value(state), self.right.value(state))


@dataclass(frozen=True, slots=True)
class Choice:
    """The term of the first branch whose condition holds."""

    branches: tuple[tuple[Formula, Term], ...]
    otherwise: Term

    def value(self, state: Readable) -> Value:
        for condition, term in self.branches:
            if condition.holds(state):
                return term.value(state)
        return self.otherwise.value(state)


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison. One of two nominal fluents stands for a disjunction over their values, see :func:`true_clauses`."""

    operator: str
    left: Term
    right: Term
    numeric: bool = False

    def holds(self, state: Readable) -> bool:
        return compare(self.operator, self.left.value(state), self.right.value(state))


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Formula, ...]

    def holds(self, state: Readable) -> bool:
        return all(part.holds(state) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Formula, ...]

    def holds(self, state: Readable) -> bool:
        return any(part.holds(state) for part in self.parts)


Term: TypeAlias = Constant | Read | Operation | Choice
Formula: TypeAlias = Test | All | Any
"""In negation normal form."""

TRUE = All(())
FALSE = Any(())


HELD = Test("==", Constant(True), Constant(True))
"""A condition on fluents of which everybody knows that it always holds. Unlike TRUE it leaves the other alternatives
of a disjunction standing: they are clauses of their own, with atoms that somebody may be surprised by."""


def _all(parts: Sequence[Formula]) -> Formula:
    if FALSE in parts:
        return FALSE
    kept = tuple(part for part in parts if part not in (TRUE, HELD))
    return kept[0] if len(kept) == 1 else All(kept) if kept else HELD if HELD in parts else TRUE


def _any(parts: Sequence[Formula]) -> Formula:
    kept = tuple(part for part in parts if part != FALSE)
    return TRUE if TRUE in kept else kept[0] if len(kept) == 1 else Any(kept)


def calculate(operator: str, left: Value, right: Value) -> Value:
    """The number that an arithmetic operator gives (section 1); ``?`` where it gives none."""
    if left is None or right is None:
        return None
    assert not isinstance(left, str)
    assert not isinstance(right, str)
    if operator == "/" and right == 0:
        return None
    if operator == "+":
        return number(left + right)
    if operator == "-":
        return number(left - right)
    return number(left * right if operator == "*" else left / right)


def number(value: float) -> float | None:
    """The value as a number of a world: -0 is 0, and what is not finite is ``?``."""
    return float(value) + 0.0 if math.isfinite(value) else None


def compare(operator: str, left: Value, right: Value) -> bool:
    """Whether two values stand in the relation; order comparisons with ``?`` hold of equals at most."""
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if left is None or right is None:
        return operator in ("<=", ">=") and left == right
    assert not isinstance(left, str)
    assert not isinstance(right, str)
    if operator == "<":
        return left < right
    if operator == "<=":
        return left <= right
    return left > right if operator == ">" else left >= right


_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def negated(formula: Formula) -> Formula:
    """The formula that holds where this one does not (but for an order comparison with ``?``, where neither holds)."""
    if isinstance(formula, All):
        return _any([negated(part) for part in formula.parts])
    if isinstance(formula, Any):
        return _all([negated(part) for part in formula.parts])
    if isinstance(formula.right, Constant) and isinstance(formula.right.of, bool):
        return _folded(Test("==", formula.left, Constant(not formula.right.of)))
    return Test(_NEGATED[formula.operator], formula.left, formula.right, formula.numeric)


def reads(term: Term | Formula) -> Iterator[Read]:
    """Every occurrence of a fluent in a term or formula, from left to right."""
    if isinstance(term, Read):
        yield term
    elif isinstance(term, Operation | Test):
        yield from reads(term.left)
        yield from reads(term.right)
    elif isinstance(term, Choice):
        for condition, branch in term.branches:
            yield from reads(condition)
            yield from reads(branch)
        yield from reads(term.otherwise)
    elif isinstance(term, All | Any):
        for part in term.parts:
            yield from reads(part)


# ---------------------------------------------------------------------------------------------------------------------
# Clauses


def true_clauses(formula: Formula, state: Readable) -> list[tuple[Test, ...]]:
    """The clauses of the formula's disjunctive normal form that hold in the state, in order, with their value-level
    atoms.

    An atom of the result has a fluent alone on its left. Full distribution: the first conjunct's alternatives vary
    slowest.
    """
    if isinstance(formula, Any):
        return [clause for part in formula.parts for clause in true_clauses(part, state)]
    if isinstance(formula, All):
        choices = product(*(true_clauses(part, state) for part in formula.parts))
        return [tuple(dict.fromkeys(atom for clause in choice for atom in clause)) for choice in choices]
    return [tuple(_atoms(formula, state))] if formula.holds(state) else []


def _atoms(test: Test, state: Readable) -> Iterator[Test]:
    if test.numeric:
        occurring = list(reads(test.left)) + list(reads(test.right))
        for read in occurring:
            if occurring.count(read) == 1 and (solved := _solve(test, read)):
                yield solved
    elif isinstance(test.right, Read):
        # The disjunction over the values of the right fluent: only the alternative with its value here can hold here.
        value = test.right.value(state)
        yield Test("==", test.right, Constant(value))
        if test.operator == "!=" and isinstance(value, bool):
            yield Test("==", test.left, Constant(not value))
        else:
            yield Test(test.operator, test.left, Constant(value))
    else:
        yield test


def _solve(test: Test, read: Read) -> Test | None:
    """The numeric comparison with the fluent alone on its left, if it occurs linearly (only factors are constants),
    else None."""
    operator, side, other = test.operator, test.left, test.right
    if read not in reads(side):
        operator, side, other = _MIRRORED[operator], other, side
    while isinstance(side, Operation):
        on_left = read in reads(side.left)
        inner, rest = (side.left, side.right) if on_left else (side.right, side.left)
        factor = rest.of if isinstance(rest, Constant) else None
        if side.operator == "+":
            other = Operation("-", other, rest)
        elif side.operator == "-" and on_left:
            other = Operation("+", other, rest)
        elif side.operator == "-":
            operator, other = _MIRRORED[operator], Operation("-", rest, other)
        elif not isinstance(factor, float) or factor == 0 or (side.operator == "/" and not on_left):
            return None
        else:
            operator = _MIRRORED[operator] if factor < 0 else operator
            other = Operation("/" if side.operator == "*" else "*", other, rest)
        side = inner
    return Test(operator, side, other, numeric=True) if side == read else None


# ---------------------------------------------------------------------------------------------------------------------
# Effects


@dataclass(frozen=True, slots=True)
class Effect:
    """Where the condition holds, the fluent at the end of the path gets the value."""

    condition: Formula
    path: Path
    fluent: int
    term: Term


# ---------------------------------------------------------------------------------------------------------------------
# Binding


@dataclass(frozen=True, slots=True)
class Fluent:
    """A property with its arguments."""

    declared: model.Property
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.declared.name}({', '.join(self.arguments)})"

    @property
    def default(self) -> Value:
        """Its value where nothing is said: False, 0 (or the bound next to it) or ``?``."""
        return self.bounded({"boolean": False, "number": 0.0}.get(self.declared.type))

    def bounded(self, value: Value) -> Value:
        """The value that the fluent has after an effect assigns this one: a bounded number stops at its bounds."""
        if self.declared.bounds is not None and isinstance(value, float):
            return min(max(value, float(self.declared.bounds[0])), float(self.declared.bounds[1]))
        return value


def believed_by(path: Path, character: int) -> Path:
    """The path with a character put after it: what c believes that c believes is what c believes."""
    return path if path and path[-1] == character else (*path, character)


def bind(parameters: Sequence[model.Parameter | model.Name], arguments: Sequence[str]) -> dict[str, str]:
    """What the parameters stand for, given the arguments."""
    return {
        part.name: name for part, name in zip(parameters, arguments, strict=True) if isinstance(part, model.Parameter)
    }


class Vocabulary:
    """The characters, entities and fluents of a problem, and what its expressions mean in them.

    ``fluents[i]`` is the fluent number i, ``characters[c]`` the name of the character number c. Binding raises
    :class:`MeaninglessError` for what the problem does not declare. Of nominal fluents in ``constants`` everybody
    knows the value, which never changes: comparisons of them are made at once.
    """

    def __init__(self, problem: Problem, constants: Mapping[int, Value] | None = None) -> None:
        self.problem = problem
        self._constants = constants or {}
        self._plain = Vocabulary(problem) if constants else self
        self.characters = tuple(entity.name for entity in problem.characters)
        self._character = {name: number for number, name in enumerate(self.characters)}
        self._entities = {entity.name: number for number, entity in enumerate(problem.ordered_entities())}
        self._of_type: dict[str, tuple[str, ...]] = {}
        self._properties: dict[str, list[model.Property]] = {}
        self.fluents: list[Fluent] = []
        self._fluent: dict[tuple[str, tuple[str, ...]], int] = {}
        for declared in problem.properties:
            self._properties.setdefault(declared.name, []).append(declared)
            for arguments in self.instances(declared.parameters):
                if (declared.name, arguments) in self._fluent:
                    raise MeaninglessError(f"{declared.name}({', '.join(arguments)}) is declared twice")
                self._fluent[declared.name, arguments] = len(self.fluents)
                self.fluents.append(Fluent(declared, arguments))

    def entities_of(self, type_name: str) -> tuple[str, ...]:
        """The names of the entities of a type, characters first, else in order of declaration."""
        if type_name not in self._of_type:
            self._of_type[type_name] = tuple(entity.name for entity in self.problem.entities_of(type_name))
        return self._of_type[type_name]

    def instances(self, parameters: Sequence[model.Parameter | model.Name]) -> Iterator[tuple[str, ...]]:
        """Every choice of arguments for the parameters, the last one varying fastest."""
        return product(
            *(self.entities_of(part.type) if isinstance(part, model.Parameter) else (part.name,) for part in parameters)
        )

    def character(self, name: str) -> int:
        if name not in self._character:
            raise MeaninglessError(f"{name} is not a character")
        return self._character[name]

    # Terms

    def term(self, expression: Expression, bindings: Bindings, path: Path = ()) -> Term:
        """The expression as something that has a value; a condition has the value True or False."""
        match expression:
            case model.Literal(value):
                return Constant(value if value is None or isinstance(value, bool) else number(value))
            case model.Name(name):
                return Constant(self._entity(name, bindings))
            case model.FluentTerm():
                return self._fluent_term(expression, bindings, path)
            case model.Believes(character, body):
                return self._for_each_entity(
                    [self.term(character, bindings, path)],
                    lambda names: self.term(body, bindings, believed_by(path, self.character(names[0]))),
                )
            case model.Arithmetic(operator, left, right):
                return self._operation(
                    operator, self._number(left, bindings, path), self._number(right, bindings, path)
                )
            case model.Quantified("sum" | "product" as kind, variable, body):
                operator, neutral = ("+", 0.0) if kind == "sum" else ("*", 1.0)
                total: Term = Constant(neutral)
                for name in self.entities_of(variable.type):
                    instance = self._number(body, {**bindings, variable.name: name}, path)
                    total = instance if total == Constant(neutral) else self._operation(operator, total, instance)
                return total
            case model.Conditional(branches, otherwise) if self._kind(expression, bindings) != "boolean":
                return self._choice(
                    [
                        (self.formula(test, bindings, path), self.term(value, bindings, path))
                        for test, value in branches
                    ],
                    Constant(None) if otherwise is None else self.term(otherwise, bindings, path),
                )
        return self._truth(expression, bindings, path)

    def _truth(self, condition: Expression, bindings: Bindings, path: Path) -> Term:
        return self._choice([(self.formula(condition, bindings, path), Constant(True))], Constant(False))

    def utility(self, expression: Expression) -> Term:
        """A utility as a number; a condition counts 1 or 0."""
        return self._number(expression, {}, ())

    def _number(self, expression: Expression, bindings: Bindings, path: Path) -> Term:
        if self._kind(expression, bindings) == "boolean":
            return self._choice([(self.formula(expression, bindings, path), Constant(1.0))], Constant(0.0))
        return self.term(expression, bindings, path)

    def _operation(self, operator: str, left: Term, right: Term) -> Term:
        operation = Operation(operator, left, right)
        if isinstance(left, Constant) and isinstance(right, Constant):
            return Constant(calculate(operator, left.of, right.of))
        return operation

    def _choice(self, branches: list[tuple[Formula, Term]], otherwise: Term) -> Term:
        kept = []
        for condition, term in branches:
            if condition == TRUE:
                otherwise = term
                break
            if condition != FALSE:
                kept.append((condition, term))
        return Choice(tuple(kept), otherwise) if kept else otherwise

    def _entity(self, name: str, bindings: Bindings) -> str:
        entity = bindings.get(name, name)
        if entity not in self._entities:
            raise MeaninglessError(f"there is no entity {entity}")
        return entity

    def _fluent_term(self, expression: model.FluentTerm, bindings: Bindings, path: Path) -> Term:
        arguments = [self.term(argument, bindings, path) for argument in expression.arguments]
        return self._for_each_entity(arguments, lambda names: Read(path, self.fluent(expression.property, names)))

    def fluent(self, name: str, arguments: tuple[str, ...]) -> int:
        """The number of the property of that name that takes these entities."""
        if (name, arguments) not in self._fluent:
            raise MeaninglessError(f"no property {name} is declared for ({', '.join(arguments)})")
        return self._fluent[name, arguments]

    def _for_each_entity(self, terms: Sequence[Term], make: Callable[[tuple[str, ...]], Term]) -> Term:
        """What ``make`` gives for the entities that the terms name; where one is a fluent, for whichever it is (``?``
        for ``?``)."""
        for place, term in enumerate(terms):
            if not isinstance(term, Constant):
                branches = []
                for entity in self._entities:
                    try:
                        instance = self._for_each_entity([*terms[:place], Constant(entity), *terms[place + 1 :]], make)
                    except MeaninglessError:
                        continue  # The fluent may be of a wider type than what is read of it.
                    branches.append((self._equality("==", term, Constant(entity)), instance))
                return self._choice(branches, Constant(None))
        names = [term.of for term in terms if isinstance(term, Constant)]
        return Constant(None) if None in names else make(tuple(map(str, names)))

    # Conditions

    def formula(self, expression: Expression, bindings: Bindings, path: Path = (), *, positive: bool = True) -> Formula:
        """The expression as a condition, or its negation."""
        joined, split = (_all, _any) if positive else (_any, _all)
        match expression:
            case model.Literal(bool(value)):
                return TRUE if value == positive else FALSE
            case model.FluentTerm():
                return self._equality("==", self.term(expression, bindings, path), Constant(positive))
            case model.Believes(character, body):
                by = self.term(character, bindings, path)
                if isinstance(by, Constant) and by.of is not None:
                    inner = believed_by(path, self.character(str(by.of)))
                    return self.formula(body, bindings, inner, positive=positive)
                return _any(
                    [
                        _all(
                            [
                                self._equality("==", by, Constant(name)),
                                self.formula(body, bindings, believed_by(path, number), positive=positive),
                            ]
                        )
                        for number, name in enumerate(self.characters)
                    ]
                )
            case model.And(parts):
                return joined([self.formula(part, bindings, path, positive=positive) for part in parts])
            case model.Or(parts):
                return split([self.formula(part, bindings, path, positive=positive) for part in parts])
            case model.Not(body):
                return self.formula(body, bindings, path, positive=not positive)
            case model.Conditional(branches, otherwise):
                result = model.TRUE if otherwise is None else otherwise
                for test, value in reversed(branches):
                    result = model.Or((model.And((test, value)), model.And((model.Not(test), result))))
                return self.formula(result, bindings, path, positive=positive)
            case model.Quantified("forall" | "exists" as kind, variable, body):
                return (joined if kind == "forall" else split)(
                    [
                        self.formula(body, {**bindings, variable.name: name}, path, positive=positive)
                        for name in self.entities_of(variable.type)
                    ]
                )
            case model.Comparison(operator, left, right):
                return self._comparison(operator if positive else _NEGATED[operator], left, right, bindings, path)
            case model.Assignment(target, value):
                return self.formula(model.Comparison("==", target, value), bindings, path, positive=positive)
            case model.IsA(entity, type_name):
                term = self.term(entity, bindings, path)
                return split(
                    [
                        self._equality("==" if positive else "!=", term, Constant(name))
                        for name in self.entities_of(type_name)
                    ]
                )
        raise MeaninglessError(f"not a condition: {expression}")

    def _comparison(
        self, operator: str, left: Expression, right: Expression, bindings: Bindings, path: Path
    ) -> Formula:
        kinds = self._kind(left, bindings), self._kind(right, bindings)
        if "boolean" in kinds:
            sides = [self._boolean_term(side, bindings, path) for side in (left, right)]
            if sides[0] is not None and sides[1] is not None:
                return self._equality(operator, sides[0], sides[1])
            for constant, other in ((sides[0], right), (sides[1], left)):
                if isinstance(constant, Constant):
                    if constant.of is None:
                        return TRUE if operator == "!=" else FALSE
                    return self.formula(other, bindings, path, positive=constant.of == (operator == "=="))
            return _any(
                [
                    _all(
                        [
                            self.formula(left, bindings, path, positive=truth),
                            self.formula(right, bindings, path, positive=truth == (operator == "==")),
                        ]
                    )
                    for truth in (True, False)
                ]
            )
        if "number" in kinds:
            # As it is written: what is constant in it still counts for what it can be solved for.
            plain = self._plain
            return _folded(Test(operator, plain.term(left, bindings, path), plain.term(right, bindings, path), True))
        return self._equality(operator, self.term(left, bindings, path), self.term(right, bindings, path))

    def _boolean_term(self, expression: Expression, bindings: Bindings, path: Path) -> Term | None:
        """A boolean constant or fluent as a term; None for any other condition."""
        term: Term | None = None
        match expression:
            case model.Literal():
                term = self.term(expression, bindings, path)
            case model.FluentTerm():
                term = self.term(expression, bindings, path)
                if term == Constant(None):
                    return None  # A fluent of ? is neither true nor false.
            case model.Believes(model.Name(name), body):
                term = self._boolean_term(
                    body, bindings, believed_by(path, self.character(self._entity(name, bindings)))
                )
        return term if isinstance(term, Constant | Read) else None

    def _equality(self, operator: str, left: Term, right: Term) -> Formula:
        """``==`` or ``!=`` of two nominal terms."""
        for chosen, other in ((left, right), (right, left)):
            if isinstance(chosen, Choice):
                cases = []
                failed: list[Formula] = []
                for condition, term in (*chosen.branches, (TRUE, chosen.otherwise)):
                    cases.append(_all([*failed, condition, self._equality(operator, term, other)]))
                    failed.append(negated(condition))
                return _any(cases)
        if isinstance(left, Constant) and not isinstance(right, Constant):
            left, right = right, left
        if (
            isinstance(left, Read)
            and self.fluents[left.fluent].declared.type == "boolean"
            and isinstance(right, Constant)
        ):
            if right.of is None:
                return TRUE if operator == "!=" else FALSE
            if operator == "!=":
                operator, right = "==", Constant(not right.of)
        test = _folded(Test(operator, left, right))
        fluents = {read.fluent for read in reads(test)}
        if fluents and all(fluent in self._constants for fluent in fluents):
            return HELD if test.holds(_Known(self._constants)) else FALSE
        return test

    def _kind(self, expression: Expression, bindings: Bindings) -> str | None:
        """``boolean``, ``number`` or ``entity``; None for ``?``."""
        match expression:
            case model.Literal(value):
                return None if value is None else "boolean" if isinstance(value, bool) else "number"
            case model.Name():
                return "entity"
            case model.FluentTerm(name, arguments):
                declared = [one for one in self._properties.get(name, ()) if len(one.parameters) == len(arguments)]
                if len({_kind_of(one) for one in declared}) > 1:
                    terms = [self.term(argument, bindings) for argument in arguments]
                    term = self._for_each_entity(terms, lambda names: Read((), self.fluent(name, names)))
                    places = [one for _, one in term.branches] if isinstance(term, Choice) else [term]
                    found = next((one for one in places if isinstance(one, Read)), None)
                    return None if found is None else _kind_of(self.fluents[found.fluent].declared)
                if not declared:
                    raise MeaninglessError(f"no property {name} with {len(arguments)} arguments is declared")
                return _kind_of(declared[0])
            case model.Believes(_, body):
                return self._kind(body, bindings)
            case model.Conditional(branches, otherwise):
                values = [value for _, value in branches] + ([] if otherwise is None else [otherwise])
                return next((kind for value in values if (kind := self._kind(value, bindings))), None)
            case model.Arithmetic() | model.Quantified("sum" | "product"):
                return "number"
        return "boolean"

    # Effects

    def effects(
        self, expression: Expression, bindings: Bindings, path: Path = (), condition: Formula = TRUE
    ) -> list[Effect]:
        """The assignments that an effect or an initial statement makes, in order, but for those that can never
        apply."""
        if condition == FALSE:
            return []
        match expression:
            case model.Literal(True):
                return []
            case model.And(parts):
                return [effect for part in parts for effect in self.effects(part, bindings, path, condition)]
            case model.Quantified("forall", variable, body):
                return [
                    effect
                    for name in self.entities_of(variable.type)
                    for effect in self.effects(body, {**bindings, variable.name: name}, path, condition)
                ]
            case model.Conditional(branches, otherwise):
                found = []
                rest = condition
                for test, body in branches:
                    found += self.effects(body, bindings, path, _all([rest, self.formula(test, bindings, path)]))
                    rest = _all([rest, self.formula(test, bindings, path, positive=False)])
                return found + ([] if otherwise is None else self.effects(otherwise, bindings, path, rest))
            case model.Believes(character, body):
                return [
                    effect
                    for number, holding in self._who(character, bindings, path)
                    for effect in self.effects(body, bindings, believed_by(path, number), _all([condition, holding]))
                ]
            case model.Assignment(target, value):
                return self._assignments(target, value, bindings, path, path, condition)
            case model.Comparison("==", model.FluentTerm() | model.Believes() as target, value):
                return self._assignments(target, value, bindings, path, path, condition)
            case model.FluentTerm():
                return self._assignments(expression, model.Literal(True), bindings, path, path, condition)
            case model.Not(model.Believes(character, body)):
                return self.effects(model.Believes(character, model.Not(body)), bindings, path, condition)
            case model.Not(model.Not(body)):
                return self.effects(body, bindings, path, condition)
            case model.Not(model.FluentTerm() as target):
                return self._assignments(target, model.Literal(False), bindings, path, path, condition)
        raise MeaninglessError(f"not an effect: {expression}")

    def _who(self, character: Expression, bindings: Bindings, path: Path) -> Iterator[tuple[int, Formula]]:
        term = self.term(character, bindings, path)
        if isinstance(term, Constant) and term.of is not None:
            yield self.character(str(term.of)), TRUE
        else:
            for number, name in enumerate(self.characters):
                yield number, self._equality("==", term, Constant(name))

    def _assignments(
        self,
        target: Expression,
        value: Expression,
        bindings: Bindings,
        path: Path,
        target_path: Path,
        condition: Formula,
    ) -> list[Effect]:
        if condition == FALSE:
            return []
        if isinstance(target, model.Believes):
            return [
                effect
                for number, holding in self._who(target.character, bindings, target_path)
                for effect in self._assignments(
                    target.body, value, bindings, path, believed_by(target_path, number), _all([condition, holding])
                )
            ]
        assert isinstance(target, model.FluentTerm)
        found = []
        term = self._fluent_term(target, bindings, target_path)
        places = term.branches if isinstance(term, Choice) else ((TRUE, term),)
        for holding, place in places:
            if not isinstance(place, Read):
                continue  # What a fluent with the value ? would name.
            kind = _kind_of(self.fluents[place.fluent].declared)
            if kind == "boolean":
                new = self._boolean_term(value, bindings, path) or self._truth(value, bindings, path)
            else:
                new = self._number(value, bindings, path) if kind == "number" else self.term(value, bindings, path)
            if (applies := _all([condition, holding])) != FALSE:
                found.append(Effect(applies, place.path, place.fluent, new))
        return found

    # Text

    def show(self, what: Term | Formula) -> str:
        """A term or formula as an author would write it."""
        match what:
            case Constant(value):
                return show_value(value)
            case Read(path, fluent):
                text = str(self.fluents[fluent])
                for character in reversed(path):
                    text = f"believes({self.characters[character]}, {text})"
                return text
            case Test("==", left, Constant(bool(truth))):
                return self.show(left) if truth else f"!{self.show(left)}"
            case Operation(operator, left, right) | Test(operator, left, right):
                sides = (
                    f"({self.show(side)})" if isinstance(side, Operation | Choice) else self.show(side)
                    for side in (left, right)
                )
                return f" {operator} ".join(sides)
            case All(parts) | Any(parts):
                sign, empty = (" & ", "True") if isinstance(what, All) else (" | ", "False")
                texts = (f"({self.show(part)})" if isinstance(part, All | Any) else self.show(part) for part in parts)
                return sign.join(texts) or empty
            case Choice(branches, otherwise):
                text = " elseif".join(f"({self.show(test)}) {self.show(term)}" for test, term in branches)
                return f"if{text} else {self.show(otherwise)}"


def show_value(value: Value) -> str:
    """A value as an author would write it."""
    if isinstance(value, bool) or not isinstance(value, float):
        return "?" if value is None else str(value)
    return str(int(value)) if value.is_integer() else str(value)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is so in every world and every mind, read like a state."""

    values: Mapping[int, Value]

    @property
    def beliefs(self) -> _Row[Readable]:
        return defaultdict(lambda: self)


def _kind_of(declared: model.Property) -> str:
    return declared.type if declared.type in ("boolean", "number") else "entity"


def _folded(test: Test) -> Formula:
    if isinstance(test.left, Constant) and isinstance(test.right, Constant):
        return TRUE if compare(test.operator, test.left.of, test.right.of) else FALSE
    return test
