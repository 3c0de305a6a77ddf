"""Expressions are read as the definition says that they are: ordered choice over the whole stretch of tokens.

:func:`oracle` is that definition, word for word and with all its backtracking. The parser does without; on random rows
of tokens both give the same tree.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeAlias

from chekhov.diagnostics import Diagnostic
from chekhov.lang.expressions import parse_expression
from chekhov.lang.syntax import tokenize
from chekhov.model import (
    And,
    Arithmetic,
    Assignment,
    Believes,
    Comparison,
    Conditional,
    Expression,
    FluentTerm,
    IsA,
    Literal,
    Name,
    Not,
    Or,
    Parameter,
    Quantified,
)

Form: TypeAlias = Callable[[list[str]], Expression | None]


def oracle(tokens: list[str]) -> Expression | None:
    """The first form that fits all the tokens, or None."""
    if not tokens:
        return None
    forms = [bracketed, single, fluent, believes, joined("&"), joined("|"), negation, conditional]
    forms += [quantified("forall"), quantified("exists"), assignment]
    forms += [comparison(sign) for sign in ("==", "!=", ">=", "<=", ">", "<")]
    forms += [is_a, quantified("product"), quantified("sum")]
    forms += [arithmetic(sign) for sign in ("*", "/", "+", "-")]
    for form in forms:
        found = form(tokens)
        if found is not None:
            return found
    return None


def outside(tokens: list[str], *signs: str) -> list[int]:
    """Where the signs stand outside of brackets."""
    depth = 0
    found = []
    for place, token in enumerate(tokens):
        depth -= token == ")"
        if depth == 0 and token in signs:
            found.append(place)
        depth += token == "("
    return found


def closing(tokens: list[str], start: int) -> int:
    """Where the bracket that opens at ``start`` closes."""
    depth = 0
    for place in range(start, len(tokens)):
        depth += (tokens[place] == "(") - (tokens[place] == ")")
        if depth == 0:
            return place
    return -1


def bracketed(tokens: list[str]) -> Expression | None:
    return oracle(tokens[1:-1]) if tokens[0] == "(" and closing(tokens, 0) == len(tokens) - 1 else None


def single(tokens: list[str]) -> Expression | None:
    if len(tokens) > 1:
        return None
    if tokens[0] == "?":
        return Literal(None)
    if tokens[0].lstrip("-").isdigit():
        return Literal(int(tokens[0]))
    return Name(tokens[0]) if tokens[0].isalpha() and tokens[0] not in ("if", "else", "elseif") else None


def fluent(tokens: list[str]) -> Expression | None:
    if len(tokens) < 3 or tokens[0] not in ("f", "g") or closing(tokens, 1) != len(tokens) - 1:
        return None
    if len(tokens) == 3:
        return FluentTerm(tokens[0])
    inner = oracle(tokens[2:-1])
    return None if inner is None else FluentTerm(tokens[0], (inner,))


def believes(tokens: list[str]) -> Expression | None:
    if tokens[0] != "believes" or closing(tokens, 1) != len(tokens) - 1:
        return None
    comma = outside(tokens[2:-1], ",")[0] + 2
    who, what = oracle(tokens[2:comma]), oracle(tokens[comma + 1 : -1])
    return None if who is None or what is None else Believes(who, what)


def joined(sign: str) -> Form:
    kind = And if sign == "&" else Or

    def form(tokens: list[str]) -> Expression | None:
        places = outside(tokens, sign)
        if not places:
            return None
        left, right = oracle(tokens[: places[0]]), oracle(tokens[places[0] + 1 :])
        if left is None or right is None:
            return None
        # A list: what stands on the right is part of it, unless it is in brackets.
        rest = right.parts if isinstance(right, kind) and bracketed(tokens[places[0] + 1 :]) is None else (right,)
        return kind((left, *rest))

    return form


def negation(tokens: list[str]) -> Expression | None:
    body = oracle(tokens[1:]) if tokens[0] == "!" else None
    return None if body is None else Not(body)


def conditional(tokens: list[str]) -> Expression | None:
    if tokens[0] != "if":
        return None
    places = outside(tokens, "else", "elseif")
    if "else" in (tokens[place] for place in places[:-1]):
        return None
    branches = []
    otherwise = None
    for start, end in zip([0, *places], [*places, len(tokens)], strict=True):
        if tokens[start] == "else":
            otherwise = oracle(tokens[start + 1 : end])
            if otherwise is None:
                return None
            continue
        close = closing(tokens, start + 1)
        test, branch = oracle(tokens[start + 2 : close]), oracle(tokens[close + 1 : end])
        if test is None or branch is None:
            return None
        branches.append((test, branch))
    return Conditional(tuple(branches), otherwise)


def quantified(word: str) -> Form:
    def form(tokens: list[str]) -> Expression | None:
        body = oracle(tokens[6:]) if tokens[0] == word else None
        return None if body is None else Quantified(word, Parameter(tokens[2], tokens[4]), body)  # type: ignore[arg-type]

    return form


def split(tokens: list[str], sign: str) -> tuple[Expression, Expression] | None:
    places = outside(tokens, sign)
    if not places:
        return None
    left, right = oracle(tokens[: places[0]]), oracle(tokens[places[0] + 1 :])
    return None if left is None or right is None else (left, right)


def assignment(tokens: list[str]) -> Expression | None:
    sides = split(tokens, "=")
    return None if sides is None else Assignment(*sides)  # type: ignore[arg-type]


def comparison(sign: str) -> Form:
    def form(tokens: list[str]) -> Expression | None:
        sides = split(tokens, sign)
        return None if sides is None else Comparison(sign, *sides)  # type: ignore[arg-type]

    return form


def arithmetic(sign: str) -> Form:
    def form(tokens: list[str]) -> Expression | None:
        sides = split(tokens, sign)
        return None if sides is None else Arithmetic(sign, *sides)  # type: ignore[arg-type]

    return form


def is_a(tokens: list[str]) -> Expression | None:
    places = [place for place in outside(tokens, ":") if place == len(tokens) - 2]
    entity = oracle(tokens[:-2]) if places and outside(tokens, ":")[0] == places[0] else None
    return None if entity is None else IsA(entity, tokens[-1])


def row(generator: random.Random, depth: int = 2) -> list[str]:
    """Operands with prefixes before them and signs between them, in any order."""
    found: list[str] = []
    count = generator.randint(1, 6) if depth == 2 else generator.randint(1, 2)
    for number in range(count):
        for _ in range(generator.choice((0, 0, 0, 1, 1, 2))):
            prefix = generator.choice(("!", "if", "forall", "exists", "sum", "product"))
            found += {"!": ["!"], "if": ["if", "(", "c", ")"]}.get(prefix, [prefix, "(", "v", ":", "t", ")"])
        kind = generator.randrange(8) if depth else 0
        if kind < 5:
            found += generator.choice((["a"], ["b"], ["1"], ["-2"], ["?"], ["f", "(", "a", ")"], ["g", "(", ")"]))
        elif kind < 7:
            found += ["(", *row(generator, depth - 1), ")"]
        else:
            found += ["believes", "(", "a", ",", *row(generator, depth - 1), ")"]
        if generator.random() < 0.1:
            found += [":", "t"]
        if number + 1 < count:
            sign = generator.choice(SIGNS)
            found += ["elseif", "(", "d", ")"] if sign == "elseif" else [sign]
    return found


SIGNS = ["&", "&", "|", "=", "==", "!=", ">=", "<=", ">", "<", "*", "/", "+", "-", "else", "else", "elseif"]


def test_same_tree_as_the_definition() -> None:
    generator = random.Random(7)
    read = 0
    for _ in range(1500):
        tokens = row(generator)
        expected = oracle(tokens)
        diagnostics: list[Diagnostic] = []
        found = parse_expression(tokenize(" ".join(tokens), "<row>", diagnostics), diagnostics)
        if expected is not None:
            read += 1
            assert found == expected, " ".join(tokens)
        elif found is not None:
            # What the definition does not read at all: two `else`, each of which the nearest `if` takes.
            assert tokens.count("else") >= 2, " ".join(tokens)
    assert read > 700
