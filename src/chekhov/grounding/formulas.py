"""Formulas of a task: what grounding makes of conditions and calculations.

A formula is the JSON expression that :mod:`chekhov.task` describes, as tuples, so that equal ones are found again.
Paths are tuples of characters, and fluents are numbered by whoever makes the formula.

Example
-------
>>> tank = ("f", (), 0)
>>> comparison("<", ("v", 10), arithmetic("+", tank, ("v", 5)))
('>', ('+', ('f', (), 0), ('v', 5)), ('v', 10))
>>> evaluate(_, lambda path, fluent: 6)
True
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from chekhov.task import Names

Formula: TypeAlias = tuple[Any, ...]
Path: TypeAlias = tuple[int, ...]
Value: TypeAlias = Any
"""A value of a task: None for ``?``, a bool, a number, or ``("e", entity number)``."""

TRUE: Formula = ("and",)
FALSE: Formula = ("or",)
UNKNOWN: Formula = ("v", None)

NEGATED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def conjunction(parts: Iterable[Formula]) -> Formula:
    """All of the parts, flattened; false as soon as one is."""
    kept: list[Formula] = []
    for part in parts:
        if part[0] == "and":
            kept.extend(part[1:])
        elif part == FALSE:
            return FALSE
        else:
            kept.append(part)
    return kept[0] if len(kept) == 1 else ("and", *kept)


def disjunction(parts: Iterable[Formula]) -> Formula:
    """Any of the parts, flattened; true as soon as one is."""
    kept: list[Formula] = []
    for part in parts:
        if part[0] == "or":
            kept.extend(part[1:])
        elif part == TRUE:
            return TRUE
        else:
            kept.append(part)
    return kept[0] if len(kept) == 1 else ("or", *kept)


def normal_number(value: float) -> float | int | None:
    """A number as it is kept: whole ones as int, one zero, None for what is not finite."""
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) and abs(value) < 2**53 else float(value)


def compare(operator: str, left: Value, right: Value) -> bool:
    """Whether two values stand in the relation; ``?`` is None."""
    if operator == "==":
        return bool(left == right)
    if operator == "!=":
        return bool(left != right)
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        if operator == "<":
            return left < right
        if operator == "<=":
            return left <= right
        return left > right if operator == ">" else left >= right
    return operator in ("<=", ">=") and bool(left == right)


def calculate(operator: str, left: Value, right: Value) -> Value:
    """The number that an arithmetic operator gives; ``?`` with ``?``, for a division by 0, and for what is not
    finite."""
    if left is None or right is None:
        return None
    try:
        # Kernel and validator calculate in doubles: so do we, whatever Python's whole numbers could do.
        a, b = float(left), float(right)
        if operator == "+":
            return normal_number(a + b)
        if operator == "-":
            return normal_number(a - b)
        return normal_number(a * b if operator == "*" else a / b)
    except (ZeroDivisionError, OverflowError):
        return None


def evaluate(expression: Formula, read: Callable[[Path, int], Value]) -> Value:
    """The value of an expression (a bool for a condition), its fluents read by ``read(path, fluent)``."""
    operator = expression[0]
    if operator == "v":
        return expression[1]
    if operator == "f":
        return read(expression[1], expression[2])
    if operator == "and":
        return all(evaluate(part, read) for part in expression[1:])
    if operator == "or":
        return any(evaluate(part, read) for part in expression[1:])
    if operator == "if":
        return evaluate(expression[2] if evaluate(expression[1], read) else expression[3], read)
    left, right = evaluate(expression[1], read), evaluate(expression[2], read)
    return compare(operator, left, right) if operator in NEGATED else calculate(operator, left, right)


def fluents_of(expression: Formula) -> Iterator[tuple[Path, int]]:
    """Path and number of every fluent that the expression reads, as often as it reads it."""
    if expression[0] == "f":
        yield expression[1], expression[2]
    elif expression[0] != "v":
        for part in expression[1:]:
            yield from fluents_of(part)


def arithmetic(operator: str, left: Formula, right: Formula) -> Formula:
    """A calculation, done if both operands are known."""
    if left[0] == "v" and right[0] == "v":
        return ("v", calculate(operator, left[1], right[1]))
    return (operator, left, right)


def comparison(operator: str, left: Formula, right: Formula) -> Formula:
    """A comparison of two values, made if both are known; a constant stands on the right."""
    if left[0] == "v":
        if right[0] == "v":
            return TRUE if compare(operator, left[1], right[1]) else FALSE
        return (MIRRORED[operator], right, left)
    return (operator, left, right)


def solve(operator: str, side: Formula, other: Formula, wanted: Formula) -> tuple[str, Formula] | None:
    """``side operator other`` solved for ``wanted``, a fluent that occurs once, in ``side``: operator and right side.
    None if it is not linear there (with a known factor)."""
    while side != wanted:
        if side[0] not in ("+", "-", "*", "/"):
            return None
        sign, a, b = side
        in_a = (wanted[1], wanted[2]) in set(fluents_of(a))
        rest = b if in_a else a
        if sign == "+":
            other = arithmetic("-", other, rest)
        elif sign == "-" and in_a:
            other = arithmetic("+", other, rest)
        elif sign == "-":
            operator, other = MIRRORED[operator], arithmetic("-", rest, other)
        elif rest[0] != "v" or not rest[1] or (sign == "/" and not in_a):
            return None
        else:
            other = arithmetic("/" if sign == "*" else "*", other, rest)
            if rest[1] < 0:
                operator = MIRRORED[operator]
        side = a if in_a else b
    return operator, other


def negation(formula: Formula) -> Formula:
    """What holds where a condition does not, but for an order comparison with ``?``: there neither holds."""
    if formula[0] == "and":
        return disjunction(map(negation, formula[1:]))
    if formula[0] == "or":
        return conjunction(map(negation, formula[1:]))
    if formula[2][0] == "v" and isinstance(formula[2][1], bool):
        return (formula[0], formula[1], ("v", not formula[2][1]))
    return (NEGATED[formula[0]], *formula[1:])


def conditional(test: Formula, then: Formula, otherwise: Formula) -> Formula:
    if test == TRUE:
        return then
    return otherwise if test == FALSE else ("if", test, then, otherwise)


def joined(operator: str, parts: Sequence[Formula]) -> Formula:
    """The formula of an operator and its operands, simplified where some of these are known."""
    if operator == "and":
        return conjunction(parts)
    if operator == "or":
        return disjunction(parts)
    if operator == "if":
        return conditional(*parts)
    return comparison(operator, *parts) if operator in NEGATED else arithmetic(operator, *parts)


def show_value(value: Value, names: Names) -> str:
    """A value as an author writes it."""
    if isinstance(value, tuple):
        return names.entities[value[1]]
    if value is None or isinstance(value, bool):
        return "?" if value is None else str(value)
    return str(_whole(value))


def _whole(number: float) -> float | int:
    return int(number) if number == int(number) else number


def show(formula: Formula, names: Names) -> str:
    """A formula over a task's fluents as an author would write it.

    >>> from chekhov.task import Names
    >>> names = Names(("Tom",), ("Tom",), ("alive(Tom)", "tank(Tom)"), (), ())
    >>> show(("or", ("==", ("f", (0,), 0), ("v", False)), ("<", ("f", (), 1), ("v", 5))), names)
    'believes(Tom, !alive(Tom)) | tank(Tom) < 5'
    """
    operator = formula[0]
    if operator == "v":
        return show_value(formula[1], names)
    if operator == "f":
        return _believed(formula[1], names.fluents[formula[2]], names)
    if operator in ("and", "or"):
        sign, empty = (" & ", "True") if operator == "and" else (" | ", "False")
        parts = (f"({show(part, names)})" if part[0] in ("and", "or") else show(part, names) for part in formula[1:])
        return sign.join(parts) or empty
    if operator == "if":
        test, then, otherwise = (show(part, names) for part in formula[1:])
        return f"if({test}) {then} else {otherwise}"
    left, right = formula[1:]
    if operator == "==" and left[0] == "f" and right[0] == "v":
        fluent = names.fluents[left[2]]
        if isinstance(right[1], bool):
            return _believed(left[1], fluent if right[1] else f"!{fluent}", names)
        return _believed(left[1], f"{fluent} == {show(right, names)}", names)
    sides = (show(side, names) if side[0] in ("v", "f") else f"({show(side, names)})" for side in (left, right))
    return f" {operator} ".join(sides)


def _believed(path: Path, text: str, names: Names) -> str:
    for character in reversed(path):
        text = f"believes({names.characters[character]}, {text})"
    return text
