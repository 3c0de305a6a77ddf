"""What the expressions of a problem mean: ground fluents, formulas over them, effects, and the initial state.

:class:`Vocabulary` numbers a problem's fluents and grounds its expressions: parameters are replaced by entities,
quantifiers by their instances, overloaded properties by the fluent that is meant; beliefs become paths, and negation
is pushed to the comparisons (``docs/semantics.md``, sections 1 to 3).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.grounding.formulas import (
    FALSE,
    NEGATED,
    TRUE,
    UNKNOWN,
    Formula,
    Path,
    Value,
    arithmetic,
    comparison,
    conditional,
    conjunction,
    disjunction,
    evaluate,
    fluents_of,
    negation,
    normal_number,
)
from chekhov.model import (
    Action,
    And,
    Arithmetic,
    Assignment,
    Believes,
    Comparison,
    Conditional,
    Done,
    EndingTerm,
    Expression,
    FluentTerm,
    IsA,
    Literal,
    Name,
    Not,
    Or,
    Parameter,
    Problem,
    Property,
    Quantified,
    Trigger,
)

Bindings: TypeAlias = dict[str, int]
"""The entity that each parameter or quantified variable stands for."""
Effect: TypeAlias = tuple[Formula, Path, int, Formula]
"""Where the condition holds, the fluent (by number) at the end of the path gets the value."""
Act: TypeAlias = tuple[str, tuple["int | None", ...]]
"""An action's name and its arguments, None for any; in a formula ``("done", act)`` is True if it has been
done just now."""
ALWAYS: Formula = ("always",)
"""Stands in a precondition for what always holds, for reasons that lie in the world and not in the words. An
alternative to it still counts: surprise looks at every clause that holds."""
_Stated: TypeAlias = dict[tuple[Path, int], Value]
_Extents: TypeAlias = list[frozenset[int] | None]


@dataclass(slots=True)
class Signature:
    """One declaration of a property, with the entities that each of its parameters allows."""

    index: int
    declared: Property
    parameters: tuple[frozenset[int], ...]
    kind: str
    values: tuple[int, ...]
    default: Value
    static: bool = False


@dataclass(slots=True)
class Fluent:
    """A ground fluent: a signature and its arguments."""

    signature: Signature
    arguments: tuple[int, ...]


class MeaninglessError(Exception):
    """A fluent of something that the property is not declared for: a parameter's type may be wider than the
    property's."""


class Vocabulary:
    """The entities, fluents and formulas of one problem.

    ``fluents[i]`` is the fluent number i; a fluent gets its number when it is first asked for, so that only those
    that something is said of are ever made. ``base`` and ``varied`` are known once :meth:`initial` has been read, and
    what is static once :meth:`find_static` has looked for it: from then on, static fluents are replaced by their
    values.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        ordered = problem.ordered_entities()
        self.entities = [entity.name for entity in ordered]
        self.number = {name: i for i, name in enumerate(self.entities)}
        types = {name: problem.supertypes(name) for entity in ordered for name in entity.types}
        self.types_of = [
            frozenset[str]().union({"entity"}, *(types[name] for name in entity.types)) for entity in ordered
        ]
        self.characters = sum("character" in types for types in self.types_of)
        self._of_type: dict[str, tuple[int, ...]] = {}
        self.signatures = [self._signature(i, declared) for i, declared in enumerate(problem.properties)]
        self.by_name: dict[str, list[Signature]] = {}
        self._kinds: dict[tuple[str, int], set[str]] = {}
        for signature in self.signatures:
            self.by_name.setdefault(signature.declared.name, []).append(signature)
            self._kinds.setdefault((signature.declared.name, len(signature.parameters)), set()).add(signature.kind)
        self.fluents: list[Fluent] = []
        self._fluent_numbers: dict[tuple[str, tuple[int, ...]], int] = {}
        self.base: dict[int, Value] = {}
        """The initial values that differ from the default, in the actual world."""
        self.stated: dict[str, list[int]] = {}
        """The fluents that the initial state names, by property; all others have their default in every mind."""
        self.varied: set[int] = set()
        """Fluents of which somebody, at some depth, initially believes something else than is true."""
        self.literally = False
        """Whether static fluents are left in formulas for now."""
        self._constants: dict[int, Formula] = {}
        self._endings = {ending.name: ending.condition for ending in problem.endings}
        self.acts: dict[Act, None] = {}
        """The acts that ``done`` was asked about, while a condition of events is read."""

    # -- declarations

    def of_type(self, name: str) -> tuple[int, ...]:
        """The entities of a type, in grounding order."""
        if name not in self._of_type:
            self._of_type[name] = tuple(i for i, types in enumerate(self.types_of) if name in types)
        return self._of_type[name]

    def _signature(self, index: int, declared: Property) -> Signature:
        parameters = tuple(frozenset(self.allowed(parameter)) for parameter in declared.parameters)
        kind = declared.type if declared.type in ("boolean", "number") else "entity"
        default: Value = {"boolean": False, "number": 0}.get(kind)
        signature = Signature(
            index, declared, parameters, kind, () if kind != "entity" else self.of_type(declared.type), default
        )
        signature.default = self.clamped(signature, default)
        return signature

    def allowed(self, parameter: Parameter | Name) -> tuple[int, ...]:
        """The entities that a parameter may stand for."""
        return self.of_type(parameter.type) if isinstance(parameter, Parameter) else (self.number[parameter.name],)

    def clamped(self, signature: Signature, value: Value) -> Value:
        """The value that a fluent takes if it is set to ``value``: a bounded number stops at its bounds."""
        bounds = signature.declared.bounds
        if bounds is None or value is None:
            return value
        return normal_number(min(max(value, bounds[0]), bounds[1]))

    def fluent(self, name: str, arguments: tuple[int, ...]) -> int:
        """The number of a ground fluent. Raises MeaninglessError if no declaration of the property takes these
        arguments."""
        key = (name, arguments)
        if key not in self._fluent_numbers:
            for signature in self.by_name.get(name, ()):
                if len(signature.parameters) == len(arguments) and all(
                    argument in allowed for argument, allowed in zip(arguments, signature.parameters, strict=True)
                ):
                    self._fluent_numbers[key] = len(self.fluents)
                    self.fluents.append(Fluent(signature, arguments))
                    break
            else:
                raise MeaninglessError(f"{name}({', '.join(self.entities[i] for i in arguments)}) is not declared")
        return self._fluent_numbers[key]

    def fluent_name(self, number: int) -> str:
        fluent = self.fluents[number]
        return f"{fluent.signature.declared.name}({', '.join(self.entities[i] for i in fluent.arguments)})"

    # -- expressions

    def named(self, name: str, bindings: Bindings) -> int:
        """The entity that a name stands for."""
        bound = bindings.get(name)
        return self.number[name] if bound is None else bound

    def outcomes(self, expression: Expression, bindings: Bindings, path: Path) -> list[tuple[Formula, int]]:
        """The entities that an argument may stand for, each with the condition under which it does."""
        if type(expression) is Name:
            return [(TRUE, self.named(expression.name, bindings))]
        return list(self._outcomes(self.value(expression, bindings, path)))

    def _outcomes(self, value: Formula) -> Iterator[tuple[Formula, int]]:
        if value[0] == "v":
            if value[1] is not None:
                yield TRUE, value[1][1]
        elif value[0] == "f":
            for entity in self.fluents[value[2]].signature.values:
                yield ("==", value, ("v", ("e", entity))), entity
        else:
            for test, branch in ((value[1], value[2]), (negation(value[1]), value[3])):
                for condition, entity in self._outcomes(branch):
                    yield conjunction((test, condition)), entity

    def terms(self, term: FluentTerm, bindings: Bindings, path: Path) -> list[tuple[Formula, int]]:
        """The fluents that a term may stand for, each with its condition: several if an argument is itself a fluent."""
        named = [argument.name for argument in term.arguments if isinstance(argument, Name)]
        if len(named) == len(term.arguments):
            return [(TRUE, self.fluent(term.property, tuple([self.named(name, bindings) for name in named])))]
        choices: list[tuple[Formula, tuple[int, ...]]] = [(TRUE, ())]
        for argument in term.arguments:
            outcomes = self.outcomes(argument, bindings, path)
            choices = [(conjunction((c, d)), (*before, entity)) for c, before in choices for d, entity in outcomes]
        found = []
        for condition, entities in choices:
            # A fluent may take more values than a property is declared for.
            with contextlib.suppress(MeaninglessError):
                found.append((condition, self.fluent(term.property, entities)))
        return found

    def read(self, term: FluentTerm, bindings: Bindings, path: Path) -> Formula:
        """The fluent that a term stands for, or its value if that is known; a choice if an argument is itself a
        fluent, ``?`` for ``?``."""
        terms = self.terms(term, bindings, path)
        if len(terms) == 1 and terms[0][0] == TRUE:
            return self._read(terms[0][1], path)
        result = UNKNOWN
        for condition, number in reversed(terms):
            result = conditional(condition, self._read(number, path), result)
        return result

    def _read(self, number: int, path: Path) -> Formula:
        known = None if self.literally else self.constant(number)
        return ("f", path, number) if known is None else known

    def constant(self, number: int) -> Formula | None:
        """The one value of a fluent that is static and that nobody is wrong about."""
        known = self._constants.get(number)
        if known is None:
            fluent = self.fluents[number]
            if fluent.signature.static and number not in self.varied:
                known = self._constants[number] = ("v", self.base.get(number, fluent.signature.default))
        return known

    def precondition(self, expression: Expression, bindings: Bindings) -> Formula:
        """A condition as surprise looks at it: its comparisons are left as they are, unless nothing in them ever
        changes.

        One that always holds does not make the alternatives to it superfluous, see :data:`ALWAYS`.
        """
        self.literally = True
        try:
            return self._decided(self.formula(expression, bindings, (), True))
        finally:
            self.literally = False

    def _decided(self, formula: Formula) -> Formula:
        if formula[0] == "and":
            parts = [part for part in map(self._decided, formula[1:]) if part != ALWAYS]
            return conjunction(parts) if parts or len(formula) == 1 else ALWAYS
        if formula[0] == "or":
            decided = [self._decided(part) for part in formula[1:]]
            first = next((i for i, part in enumerate(decided) if part == ALWAYS), None)
            return disjunction(part for i, part in enumerate(decided) if part != ALWAYS or i == first)
        if all(self.constant(number) is not None for _, number in fluents_of(formula)):
            holds = evaluate(formula, lambda path, number: (self.constant(number) or UNKNOWN)[1])
            return ALWAYS if holds else FALSE
        return formula

    def kind(self, expression: Expression, bindings: Bindings) -> str:
        """``boolean``, ``number`` or ``entity``; ``?`` for the unknown value itself."""
        match expression:
            case Name():
                return "entity"
            case FluentTerm(property=name, arguments=arguments):
                kinds = self._kinds.get((name, len(arguments)), ())
                if len(kinds) == 1:
                    return next(iter(kinds))
                terms = self.terms(expression, bindings, ())
                if not terms:
                    raise MeaninglessError(f"{name} is not declared for these arguments")
                return self.fluents[terms[0][1]].signature.kind
            case Literal(value=value):
                if value is None:
                    return "?"
                return "boolean" if isinstance(value, bool) else "number"
            case Believes(body=body):
                return self.kind(body, bindings)
            case Conditional(branches=branches, otherwise=otherwise):
                values = [value for _, value in branches] + ([] if otherwise is None else [otherwise])
                return next((kind for value in values if (kind := self.kind(value, bindings)) != "?"), "?")
            case Arithmetic() | Quantified(kind="sum" | "product"):
                return "number"
            case _:
                return "boolean"

    def pushed(self, path: Path, character: int) -> Path:
        """The path into a character's mind. What one believes that one believes is what one believes."""
        if character >= self.characters:
            raise MeaninglessError(f"{self.entities[character]} is not a character")
        return path if path and path[-1] == character else (*path, character)

    def each(self, quantified: Quantified, bindings: Bindings) -> Iterator[Bindings]:
        for entity in self.of_type(quantified.variable.type):
            yield {**bindings, quantified.variable.name: entity}

    def formula(self, expression: Expression, bindings: Bindings, path: Path, holds: bool) -> Formula:
        """The condition that an expression holds (or, with ``holds`` False, its negation), read at ``path``."""
        match expression:
            case FluentTerm():
                return self.equality("==", self.read(expression, bindings, path), ("v", holds))
            case Comparison(operator=operator, left=left, right=right):
                return self._comparison(operator if holds else NEGATED[operator], (left, path), (right, path), bindings)
            case And(parts=parts) | Or(parts=parts):
                grounded = (self.formula(part, bindings, path, holds) for part in parts)
                return conjunction(grounded) if isinstance(expression, And) == holds else disjunction(grounded)
            case Not(body=body):
                return self.formula(body, bindings, path, not holds)
            case Literal(value=bool() as truth):
                return TRUE if truth == holds else FALSE
            case Believes(character=character, body=body):
                return disjunction(
                    conjunction((condition, self.formula(body, bindings, self.pushed(path, mind), holds)))
                    for condition, mind in self.outcomes(character, bindings, path)
                )
            case Done(action=action, arguments=arguments):
                if path:
                    raise ChekhovError([error_at("E0504", "nobody believes that something is done", expression)])
                act = action, tuple([None if one is None else self.named(one.name, bindings) for one in arguments])
                self.acts[act] = None
                return "==", ("done", act), ("v", holds)
            case EndingTerm(name=name) if name in self._endings:
                return self.formula(self._endings[name], {}, path, holds)
            case IsA(entity=entity, type=type_name):
                thing = self.value(entity, bindings, path)
                operator = "==" if holds else "!="
                tests = [self.equality(operator, thing, ("v", ("e", member))) for member in self.of_type(type_name)]
                return disjunction(tests) if holds else conjunction(tests)
            case Quantified(kind="forall" | "exists"):
                grounded = (
                    self.formula(expression.body, inner, path, holds) for inner in self.each(expression, bindings)
                )
                return conjunction(grounded) if (expression.kind == "forall") == holds else disjunction(grounded)
            case Conditional(branches=branches, otherwise=otherwise):
                rest: Expression = Literal(True) if otherwise is None else otherwise
                for condition, value in reversed(branches):
                    rest = Or((And((condition, value)), And((Not(condition), rest))))
                return self.formula(rest, bindings, path, holds)
            case Assignment(target=target, value=value):
                # Read as a comparison where a condition is expected; the language warns about it.
                return self.formula(Comparison("==", target, value), bindings, path, holds)
            case _:
                raise ChekhovError([error_at("E0504", "a condition is expected here", expression)])

    def _comparison(
        self, operator: str, left: tuple[Expression, Path], right: tuple[Expression, Path], bindings: Bindings
    ) -> Formula:
        kinds = self.kind(left[0], bindings), self.kind(right[0], bindings)
        if "boolean" in kinds:
            return self._boolean_comparison(operator, left, right, bindings)
        values = self.value(left[0], bindings, left[1]), self.value(right[0], bindings, right[1])
        return comparison(operator, *values) if "number" in kinds else self.equality(operator, *values)

    def _boolean_comparison(
        self, operator: str, left: tuple[Expression, Path], right: tuple[Expression, Path], bindings: Bindings
    ) -> Formula:
        """``b == formula`` is both or neither; a truth value is never ``?``."""
        if isinstance(left[0], Literal):
            left, right = right, left
        if isinstance(right[0], Literal):
            if right[0].value is None:
                return FALSE if operator == "==" else TRUE
            return self.formula(left[0], bindings, left[1], bool(right[0].value) == (operator == "=="))
        sides = [self.formula(side, bindings, path, True) for side, path in (left, right)]
        if all(side[0] == "==" for side in sides) and sides[0][2] == sides[1][2] == ("v", True):
            # Two fluents: a disjunction over the values, the right one's first.
            left, right = right, left
        return disjunction(
            conjunction(
                (
                    self.formula(left[0], bindings, left[1], yes),
                    self.formula(right[0], bindings, right[1], yes == (operator == "==")),
                )
            )
            for yes in (True, False)
        )

    def equality(self, operator: str, left: Formula, right: Formula) -> Formula:
        """``==`` or ``!=`` of two truth values or entities; a choice is that of its first branch whose condition
        holds."""
        for chosen, other in ((left, right), (right, left)):
            if chosen[0] == "if":
                _, test, then, otherwise = chosen
                return disjunction(
                    (
                        conjunction((test, self.equality(operator, then, other))),
                        conjunction((negation(test), self.equality(operator, otherwise, other))),
                    )
                )
        if (
            right[0] == "v"
            and left[0] == "f"
            and self.fluents[left[2]].signature.kind == "boolean"
            and operator == "!="
        ):
            return ("==", left, ("v", not right[1]))
        return comparison(operator, left, right)

    def value(self, expression: Expression, bindings: Bindings, path: Path) -> Formula:
        """The number or entity that an expression stands for; a condition counts 1 or 0."""
        match expression:
            case Name(name=name):
                return ("v", ("e", self.named(name, bindings)))
            case Literal(value=None):
                return UNKNOWN
            case Literal(value=value):
                assert value is not None
                return ("v", normal_number(value))
            case FluentTerm() if self.kind(expression, bindings) != "boolean":
                return self.read(expression, bindings, path)
            case Believes(character=character, body=body) if self.kind(body, bindings) != "boolean":
                result = UNKNOWN
                for condition, mind in reversed(self.outcomes(character, bindings, path)):
                    result = conditional(condition, self.value(body, bindings, self.pushed(path, mind)), result)
                return result
            case Conditional(branches=branches, otherwise=otherwise) if self.kind(expression, bindings) != "boolean":
                result = UNKNOWN if otherwise is None else self.value(otherwise, bindings, path)
                for test, branch in reversed(branches):
                    condition = self.formula(test, bindings, path, True)
                    if condition != FALSE:
                        result = conditional(condition, self.value(branch, bindings, path), result)
                return result
            case Arithmetic(operator=operator, left=left, right=right):
                return arithmetic(operator, self.value(left, bindings, path), self.value(right, bindings, path))
            case Quantified(kind="sum" | "product"):
                sign, neutral = ("+", ("v", 0)) if expression.kind == "sum" else ("*", ("v", 1))
                total: Formula = neutral
                for inner in self.each(expression, bindings):
                    each = self.value(expression.body, inner, path)
                    total = each if total == neutral else arithmetic(sign, total, each)
                return total
            case _:
                return conditional(self.formula(expression, bindings, path, True), ("v", 1), ("v", 0))

    def condition_of(self, expression: Expression) -> Formula:
        """The condition that an expression without parameters stands for."""
        try:
            return self.formula(expression, {}, (), True)
        except MeaninglessError as error:
            raise ChekhovError([error_at("E0504", str(error), expression)]) from None

    def event_of(self, expression: Expression, bindings: Bindings) -> tuple[Formula, tuple[Act, ...]]:
        """The condition that an expression stands for which may speak of acts, and these acts."""
        self.acts = {}
        try:
            return self.formula(expression, bindings, (), True), tuple(self.acts)
        except MeaninglessError as error:
            raise ChekhovError([error_at("E0504", str(error), expression)]) from None

    def number_of(self, expression: Expression) -> Formula:
        """The value of an expression without parameters."""
        try:
            return self.value(expression, {}, ())
        except MeaninglessError as error:
            raise ChekhovError([error_at("E0504", str(error), expression)]) from None

    # -- effects

    def effects(
        self,
        expression: Expression,
        bindings: Bindings,
        path: Path,
        condition: Formula,
        found: list[Effect],
    ) -> None:
        """Appends the effects of an expression: condition, path, fluent and value of each."""
        match expression:
            case And(parts=parts):
                for part in parts:
                    self.effects(part, bindings, path, condition, found)
            case Assignment(target=target, value=value):
                self._assign(target, path, value, bindings, path, condition, found)
            case FluentTerm():
                self._assign(expression, path, Literal(True), bindings, path, condition, found)
            case Not(body=FluentTerm() | Believes() as target):
                self._assign(target, path, Literal(False), bindings, path, condition, found)
            case Not(body=Not(body=body)):
                self.effects(body, bindings, path, condition, found)
            case Comparison(operator="==", left=FluentTerm() | Believes() as target, right=value):
                self._assign(target, path, value, bindings, path, condition, found)
            case Conditional(branches=branches, otherwise=otherwise):
                before = condition
                for test, effect in branches:
                    self.effects(
                        effect, bindings, path, conjunction((before, self.formula(test, bindings, path, True))), found
                    )
                    before = conjunction((before, self.formula(test, bindings, path, False)))
                if otherwise is not None:
                    self.effects(otherwise, bindings, path, before, found)
            case Quantified(kind="forall"):
                for inner in self.each(expression, bindings):
                    self.effects(expression.body, inner, path, condition, found)
            case Believes(character=character, body=body):
                for known, mind in self.outcomes(character, bindings, path):
                    self.effects(body, bindings, self.pushed(path, mind), conjunction((condition, known)), found)
            case Literal(value=True):
                pass
            case _:
                raise ChekhovError([error_at("E0504", "an effect is expected here", expression)])

    def _assign(
        self,
        target: Expression,
        target_path: Path,
        value: Expression,
        bindings: Bindings,
        path: Path,
        condition: Formula,
        found: list[Effect],
    ) -> None:
        if condition == FALSE:
            return
        if isinstance(target, Believes):
            for test, mind in self.outcomes(target.character, bindings, target_path):
                inner = self.pushed(target_path, mind)
                self._assign(target.body, inner, value, bindings, path, conjunction((condition, test)), found)
            return
        if not isinstance(target, FluentTerm):
            raise ChekhovError([error_at("E0504", "only a property can be set", target)])
        for test, number in self.terms(target, bindings, target_path):
            signature = self.fluents[number].signature
            if signature.kind == "boolean":
                result = self.formula(value, bindings, path, True)
            else:
                result = self.value(value, bindings, path)
                if result[0] == "v":
                    result = ("v", self.clamped(signature, result[1]))
            found.append((conjunction((condition, test)), target_path, number, result))

    # -- the initial state

    def initial(self) -> list[tuple[dict[int, Value], list[int]]]:
        """The initial nodes, the actual world first: the values that are not defaults, and for each character the
        node believed in."""
        stated: _Stated = {}
        for statement in self.problem.initial:
            self._state(statement, stated)
        numbers = {frozenset(self._without_defaults(stated).items()): 0}
        maps = [self._without_defaults(stated)]
        beliefs: list[list[int]] = []
        while len(beliefs) < len(maps):
            here = len(beliefs)
            beliefs.append([])
            for character in range(self.characters):
                believed = self._believed(maps[here], character)
                key = frozenset(believed.items())
                if key not in numbers:
                    numbers[key] = len(maps)
                    maps.append(believed)
                beliefs[here].append(numbers[key])
        nodes = [{n: v for (path, n), v in known.items() if not path} for known in maps]
        self.base = nodes[0]
        for number, fluent in enumerate(self.fluents):
            self.stated.setdefault(fluent.signature.declared.name, []).append(number)
            if len({values.get(number, fluent.signature.default) for values in nodes}) > 1:
                self.varied.add(number)
        return list(zip(nodes, beliefs, strict=True))

    def _state(self, statement: Expression, stated: _Stated) -> None:
        """Carries out an initial statement, all of it read against what was stated before."""
        effects: list[Effect] = []
        self.effects(statement, {}, (), TRUE, effects)
        before = dict(stated)

        def read(path: Path, number: int) -> Value:
            return self._stated(before, path, number)

        for condition, path, number, value in effects:
            if evaluate(condition, read):
                stated[path, number] = self.clamped(self.fluents[number].signature, evaluate(value, read))

    def _stated(self, stated: _Stated, path: Path, number: int) -> Value:
        """What is stated of a fluent at a path, or at the longest shorter one."""
        for length in range(len(path), -1, -1):
            if (path[:length], number) in stated:
                return stated[path[:length], number]
        return self.fluents[number].signature.default

    def _without_defaults(self, stated: _Stated) -> _Stated:
        def otherwise(path: Path, number: int) -> Value:
            return self._stated(stated, path[:-1], number) if path else self.fluents[number].signature.default

        return {(path, number): value for (path, number), value in stated.items() if value != otherwise(path, number)}

    def _believed(self, stated: _Stated, character: int) -> _Stated:
        believed = {(path, number): value for (path, number), value in stated.items() if not path}
        for (path, number), value in stated.items():
            if path and path[0] == character:
                believed[path[1:], number] = value
                believed[path, number] = value
        return self._without_defaults(believed)

    # -- what never changes

    def find_static(self) -> None:
        """Marks the properties that nothing can change: no effect sets them, and surprise does not reach them.

        Surprise leaves a fluent alone that has one value in every mind, unless it stands in a comparison with another
        number: then that number may be what is wrong, and both become ``?``.
        """
        touched: list[tuple[str, _Extents]] = []
        events: list[Action | Trigger] = [*self.problem.actions, *self.problem.triggers]
        for event in events:
            scope = {p.name: frozenset(self.allowed(p)) for p in event.parameters}
            self._collect_targets(event.effect, scope, touched)
            if isinstance(event, Action):
                self._collect_compared(event.precondition, touched)
        for signature in self.signatures:
            signature.static = True
        for name, arguments in touched:
            for signature in self.by_name.get(name, ()):
                if len(signature.parameters) == len(arguments) and all(
                    given is None or given & allowed
                    for given, allowed in zip(arguments, signature.parameters, strict=True)
                ):
                    signature.static = False

    def _collect_targets(
        self,
        effect: Expression,
        scope: dict[str, frozenset[int]],
        touched: list[tuple[str, _Extents]],
    ) -> None:
        match effect:
            case And(parts=parts):
                for part in parts:
                    self._collect_targets(part, scope, touched)
            case Quantified(variable=variable, body=body):
                self._collect_targets(body, {**scope, variable.name: frozenset(self.of_type(variable.type))}, touched)
            case Conditional(branches=branches, otherwise=otherwise):
                for _, branch in branches:
                    self._collect_targets(branch, scope, touched)
                if otherwise is not None:
                    self._collect_targets(otherwise, scope, touched)
            case Believes(body=body) | Not(body=body):
                self._collect_targets(body, scope, touched)
            case Assignment(target=target):
                self._collect_targets(target, scope, touched)
            case Comparison(left=left):
                self._collect_targets(left, scope, touched)
            case FluentTerm(property=name, arguments=arguments):
                touched.append((name, [self.extent(argument, scope) for argument in arguments]))

    def extent(self, argument: Expression, scope: dict[str, frozenset[int]]) -> frozenset[int] | None:
        """The entities that an argument may stand for; None: any."""
        if not isinstance(argument, Name):
            return None
        return scope[argument.name] if argument.name in scope else frozenset((self.number[argument.name],))

    def _collect_compared(self, expression: Expression, touched: list[tuple[str, _Extents]]) -> None:
        if isinstance(expression, Comparison | Assignment):
            terms = [part for part in parts_of(expression) if isinstance(part, FluentTerm)]
            quantified = any(isinstance(part, Quantified) for part in parts_of(expression))
            numeric = any(s.kind == "number" for term in terms for s in self.by_name.get(term.property, ()))
            if numeric and (len(terms) > 1 or quantified):
                touched.extend((term.property, [None] * len(term.arguments)) for term in terms)
        else:
            for child in children_of(expression):
                self._collect_compared(child, touched)


def children_of(expression: Expression) -> Iterator[Expression]:
    """The expressions directly within an expression."""
    match expression:
        case FluentTerm(arguments=parts) | And(parts=parts) | Or(parts=parts):
            yield from parts
        case (
            Believes(character=first, body=second)
            | Comparison(left=first, right=second)
            | Arithmetic(left=first, right=second)
        ):
            yield first
            yield second
        case Not(body=body) | Quantified(body=body) | IsA(entity=body):
            yield body
        case Conditional(branches=branches, otherwise=otherwise):
            for condition, value in branches:
                yield condition
                yield value
            if otherwise is not None:
                yield otherwise
        case Assignment(target=target, value=value):
            yield target
            yield value


def parts_of(expression: Expression) -> Iterator[Expression]:
    """The expression and everything within it."""
    yield expression
    for child in children_of(expression):
        yield from parts_of(child)


def conjuncts_of(expression: Expression) -> list[Expression]:
    """The parts that all have to hold, or to happen."""
    if isinstance(expression, And):
        return [conjunct for part in expression.parts for conjunct in conjuncts_of(part)]
    return [expression]


def error_at(code: str, title: str, where: Expression | Action | Trigger) -> Diagnostic:
    """A diagnostic about a piece of the model, at the place in a file that it came from."""
    return Diagnostic(code, title, where.span)
