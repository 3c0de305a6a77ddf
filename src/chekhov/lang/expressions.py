"""Tokens → definitions and expressions.

Definitions and the parts of actions are read from left to right; a mistake is reported, the rest of its definition or
part is skipped, and reading goes on, so that all mistakes of a file are told at once.

Expressions have the precedence of the Sabre planner's files, which is defined by ordered choice over a whole stretch of
tokens: the first of a list of forms that fits it is taken, split at its *first* keyword outside brackets, and else the
next form is tried. ``&`` comes before ``|``, ``*`` before ``+``. Taken literally that definition needs backtracking.
Here an expression is read in two steps without any: :meth:`ExpressionParser._items` makes a flat row of operands,
prefixes and infix signs, in which every operand is already an expression; :meth:`ExpressionParser._resolve` splits the
row. A split can fail only where it would tear an ``else`` from its ``if``, which is seen by counting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from chekhov.diagnostics import MAX_FINDINGS, Diagnostic, Label, Span
from chekhov.lang.nodes import Syntax
from chekhov.lang.syntax import RESERVED, Tokens, string_value
from chekhov.model import (
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
    Quantified,
    UnderWay,
)

MAX_DEPTH = 100
"""How many expressions may stand in each other. A row of ``+`` counts as nested, too: each stands in the one before."""

_Result = TypeVar("_Result")


class LostError(Exception):
    """A mistake has been reported; whoever knows where to go on catches this."""


# An item of a row: what it is, what it holds, its first and last token, the height of what it holds.
# "v" an operand; "!"; "if" and "elseif" with a condition; "q" with a quantifier's kind and variable; ":" with a type;
# "else"; an infix sign.
_Item: TypeAlias = tuple[str, Any, int, int, int]

COMPARISONS = ("==", "!=", ">=", "<=", ">", "<")
_ARITHMETIC = ("*", "/", "+", "-")
INFIX = frozenset(("&", "|", "=", *COMPARISONS, *_ARITHMETIC))
_PREFIXES = frozenset(("!", "if", "q"))
QUANTIFIERS = frozenset(("forall", "exists", "sum", "product"))
_LITERALS = {"True": True, "False": False, "true": True, "false": False, "?": None}


class ExpressionParser:
    """Reads expressions. Findings go to ``diagnostics``."""

    def __init__(self, tokens: Tokens, diagnostics: list[Diagnostic]) -> None:
        self.tokens = tokens
        self.kinds = tokens.kinds
        self.words = tokens.words
        self.starts = tokens.starts
        self.ends = tokens.ends
        self.path = tokens.path
        self.diagnostics = diagnostics
        self.at = 0
        self.depth = 0
        self.syntax = Syntax(tokens)
        self.type_spans: dict[str, Span] = {}
        """Where each type is first mentioned, other than by its declaration."""
        self.last_string: list[int] = []
        self.of_events = False
        """Whether ``done(…)`` and ``ending(…)`` are what they are in demands, and no properties."""
        self.of_change = False
        """Whether ``+=`` and ``-=`` end the expression."""

    # -- where we are

    def _span(self, first: int, last: int) -> Span:
        return Span(self.path, self.starts[first], self.ends[last])

    def _next(self) -> str:
        """The kind of the token to come."""
        return self.kinds[self.at]

    def _is_word(self, index: int, word: str) -> bool:
        return self.words[index] == word

    def _found(self, index: int) -> str:
        kind = self.kinds[index]
        if kind == "end":
            return "the end of the text"
        return "a string" if kind == "string" else f"`{short(self.words[index])}`"

    def _fail(
        self,
        code: str,
        title: str,
        first: int,
        last: int | None = None,
        *,
        label: str = "",
        labels: tuple[Label, ...] = (),
        help: str | None = None,
    ) -> LostError:
        if len(self.diagnostics) < MAX_FINDINGS:
            self.diagnostics.append(
                Diagnostic(code, title, self._span(first, first if last is None else last), label, labels, help)
            )
        return LostError()

    def _expected(self, what: str, *, help: str | None = None) -> LostError:
        """The failure that something else stands here. What is missing is shown after the token before."""
        at = self.at
        kind = self.kinds[at]
        if kind == "end" or (
            at > 0 and "\n" in self.tokens.text[self.ends[at - 1] : self.starts[at]] and what == "`;`"
        ):
            end = self.ends[at - 1] if at else 0
            self.diagnostics.append(
                Diagnostic(
                    "E0104",
                    f"{what} is missing" if kind != "end" else f"{what} is missing at the end of the text",
                    Span(self.path, end, end),
                    f"{what} expected",
                    (),
                    help,
                )
            )
            return LostError()
        return self._fail("E0104", f"expected {what}, found {self._found(at)}", at, label=f"{what} expected", help=help)

    def _take(self, kind: str) -> int:
        """Passes a token of a kind and gives its index."""
        at = self.at
        if self.kinds[at] != kind:
            raise self._expected(f"`{kind}`")
        self.at = at + 1
        return at

    def _name(self, what: str) -> int:
        at = self.at
        kind = self.kinds[at]
        if kind == "name":
            self.at = at + 1
            return at
        if kind in RESERVED:
            raise self._fail(
                "E0105",
                f"`{self.words[at]}` cannot be a name",
                at,
                help="expressions use this word; choose another one",
            )
        raise self._expected(what)

    def _string(self, what: str) -> tuple[str, int]:
        if self._next() != "string":
            raise self._expected(what)
        at = self.at
        self.at += 1
        value, offsets = string_value(self.words[at])
        self.last_string = [self.starts[at] + offset for offset in offsets]
        return value, at

    def _missing_operator(self) -> LostError:
        """Two operands without a sign between them."""
        at = self.at
        kind = self.kinds[at]
        word = self.words[at]
        if at and "\n" in self.tokens.text[self.ends[at - 1] : self.starts[at]] and kind in ("name", "}"):
            return self._expected("`;`")
        if kind == "number" and word.startswith("-"):
            return self._fail(
                "E0107",
                "the operator before this number is missing",
                at,
                label="one token, a negative number",
                help=f"to subtract, put a blank after the minus: `- {word[1:]}`",
            )
        help = None
        if word in ("and", "or", "not", "AND", "OR"):
            help = {"and": "and is written `&`", "or": "or is written `|`", "not": "not is written `!`"}[word.lower()]
        elif self.of_events and word in ("before", "until"):
            help = f"`{word}` stands between the two conditions of a demand, not within one"
        elif kind in ("name", "string", "number", "(", "!", "?", "if", *QUANTIFIERS, "believes"):
            help = "conditions and effects are joined with `&` or `|`, and each definition ends with `;`"
        elif kind == "{":
            help = "expressions are bracketed with `(` and `)`"
        return self._fail("E0107", f"expected an operator or the end, found {self._found(at)}", at, help=help)

    def _plain_name(self) -> Name:
        at = self._name("a name")
        return Name(self.words[at], span=self._span(at, at))

    def _separated(self, read: Callable[[], _Result]) -> list[_Result]:
        found = [read()]
        while self.kinds[self.at] == ",":
            self.at += 1
            found.append(read())
        return found

    def _note_types(self, names: Sequence[Name]) -> None:
        for name in names:
            assert name.span is not None
            self.type_spans.setdefault(name.name, name.span)

    def _type_name(self) -> str:
        name = self._plain_name()
        self._note_types([name])
        return name.name

    def _number(self) -> tuple[float, int]:
        at = self.at
        value = number(self.words[at])
        if value is None:
            raise self._fail(
                "E0108", f"{short(self.words[at])} is too great a number", at, help="numbers have up to 15 digits"
            )
        self.at += 1
        return value, at

    # -- expressions, step one: a row of items

    def expression(self) -> Expression:
        """The expression that begins here, up to the first token that cannot belong to it."""
        return self._expression()[0]

    def _expression(self) -> tuple[Expression, int]:
        """An expression and its height."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.depth -= 1
            self._too_deep(self.at, self.at)
        items = self._items()
        self.depth -= 1
        return self._resolve(items, 0, len(items), 1)

    def _too_deep(self, first: int, last: int) -> None:
        raise self._fail(
            "E0110",
            f"more than {MAX_DEPTH} expressions stand in each other here",
            first,
            last,
            help="use `forall`, `exists` or `sum`, or a property of its own for a part",
        )

    def _items(self) -> list[_Item]:
        kinds = self.kinds
        words = self.words
        items: list[_Item] = []
        while True:
            # An operand, after any prefixes.
            at = self.at
            kind = kinds[at]
            if kind == "name":
                if kinds[at + 1] == "(":
                    items.append(self._event_term() or self._fluent_term())
                else:
                    self.at = at + 1
                    items.append(("v", Name(words[at], span=self._span(at, at)), at, at, 1))
            elif kind == "(":
                self.at = at + 1
                if kinds[at + 1] == ")":
                    self.at = at + 1
                    raise self._expected("an expression")
                inner, height = self._expression()
                if kinds[self.at] != ")":
                    raise self._unclosed(at)
                self.at += 1
                items.append(("v", inner, at, self.at - 1, height))
            elif kind == "number":
                value, _ = self._number()
                items.append(("v", Literal(value, span=self._span(at, at)), at, at, 1))
            elif kind in _LITERALS:
                self.at = at + 1
                items.append(("v", Literal(_LITERALS[kind], span=self._span(at, at)), at, at, 1))
            elif kind == "!":
                self.at = at + 1
                items.append(("!", None, at, at, 0))
                continue
            elif kind == "if":
                condition, height = self._bracketed_condition()
                items.append(("if", condition, at, self.at - 1, height))
                continue
            elif kind in QUANTIFIERS:
                self.at = at + 1
                self._take("(")
                variable = self._name("a variable")
                self._take(":")
                parameter = Parameter(words[variable], self._type_name(), span=self._span(variable, variable))
                if kinds[self.at] != ")":
                    raise self._unclosed(at + 1)
                self.at += 1
                items.append(("q", (kind, parameter), at, self.at - 1, 0))
                continue
            elif kind == "believes":
                items.append(self._believes())
            else:
                raise self._no_operand()
            if len(items) > MAX_DEPTH and items[-MAX_DEPTH - 1][0] in _PREFIXES and items[-2][0] in _PREFIXES:
                # So many may be prefixes of this operand, each of which holds the next one.
                prefixes = 1
                while prefixes <= MAX_DEPTH and items[-1 - prefixes][0] in _PREFIXES:
                    prefixes += 1
                if prefixes > MAX_DEPTH:
                    self._too_deep(items[-prefixes][2], items[-1][3])
            # What may follow an operand.
            at = self.at
            kind = kinds[at]
            while kind == ":":
                self.at = at + 1
                items.append((":", self._type_name(), at, at + 1, 0))
                at = self.at
                kind = kinds[at]
            if kind in ("+=", "-=") and not self.of_change:
                help = f"write `f = f {kind[0]} 1`; only the `change` of a process is written so"
                self.diagnostics.append(
                    Diagnostic("E0102", f"`{kind}` has no meaning here", self._span(at, at), help=help)
                )
                kind = "="
            if kind in INFIX:
                self.at = at + 1
                items.append((kind, None, at, at, 0))
            elif kind == "else":
                self.at = at + 1
                items.append(("else", None, at, at, 0))
            elif kind == "elseif":
                condition, height = self._bracketed_condition()
                items.append(("elseif", condition, at, self.at - 1, height))
            else:
                return items

    def _no_operand(self) -> LostError:
        at = self.at
        kind = self.kinds[at]
        before = self.words[at - 1] if at else ""
        help = None
        if kind == "-":
            help = "a minus belongs to the number right after it; write `0 - x` for the negative of x"
        elif kind in ("=", "&", "|") and before == kind:
            help = {"=": "equal is written `==`", "&": "and is written `&`", "|": "or is written `|`"}[kind]
        elif kind in ("else", "elseif"):
            help = f"`{before}` lacks what comes after it"
        elif kind == "_":
            help = "names start with a letter; `_` stands for any argument of an act: `done(walk(Tom, _))`"
        elif kind == "string":
            help = "strings are titles, labels and tellings only; there are no values of text"
        elif kind in (";", ")", "}", "end") and before in (*INFIX, "!"):
            return self._fail("E0107", f"`{before}` lacks what comes after it", at - 1, label="nothing follows")
        return self._expected("an expression", help=help)

    def _unclosed(self, opened: int) -> LostError:
        at = self.at
        kind = self.kinds[at]
        if kind in (";", "}", "end", "{") or (kind == "name" and self.kinds[at + 1] == ":"):
            return self._fail("E0106", "this `(` is never closed", opened)
        return self._missing_operator()

    def _bracketed_condition(self) -> tuple[Expression, int]:
        word = self.words[self.at]
        self.at += 1
        opened = self.at
        if self.kinds[opened] != "(":
            raise self._expected("`(`", help=f"the condition stands in brackets: `{word}(…)`")
        self.at += 1
        result = self._expression()
        if self.kinds[self.at] != ")":
            raise self._unclosed(opened)
        self.at += 1
        return result

    def _event_term(self) -> _Item | None:
        """``done(act)``, ``ending(name)`` or ``under_way(act)``, if that is what begins here."""
        at = self.at
        kinds = self.kinds
        word = self.words[at]
        if kinds[at + 2] != "name" or not (word == "under_way" or (self.of_events and word in ("done", "ending"))):
            return None
        name = at + 2
        if word == "ending" and kinds[at + 3] == ")":
            self.at = at + 4
            return "v", EndingTerm(self.words[name], span=self._span(at, at + 3)), at, at + 3, 1
        if word == "ending" or kinds[at + 3] != "(":
            return None
        self.at = at + 4
        arguments = [] if self._next() == ")" else self._separated(self._argument)
        if self._next() == "(":
            raise self._expected("`,` or `)`", help="the arguments of an act are names, or `_` for any")
        if self._next() != ")":
            raise self._unclosed(at + 3)
        self.at += 1
        if self._next() != ")":
            raise self._unclosed(at + 1)
        self.at += 1
        made = (Done if word == "done" else UnderWay)(
            self.words[name], tuple(arguments), span=self._span(name, self.at - 2)
        )
        return "v", made, at, self.at - 1, 2

    def _argument(self) -> Name | None:
        """An argument of an act: a name, or ``_``."""
        if self._next() == "_":
            self.at += 1
            return None
        return self._plain_name()

    def _fluent_term(self) -> _Item:
        at = self.at
        kinds = self.kinds
        words = self.words
        self.at = at + 2
        arguments: list[Expression] = []
        height = 0
        if kinds[self.at] == ")":
            self.at += 1
        else:
            while True:
                here = self.at
                if kinds[here] == "name" and kinds[here + 1] in (",", ")"):
                    self.at = here + 1
                    arguments.append(Name(words[here], span=self._span(here, here)))
                    height = height or 1
                else:
                    argument, inner = self._expression()
                    arguments.append(argument)
                    height = max(height, inner)
                kind = kinds[self.at]
                self.at += 1
                if kind == ",":
                    continue
                if kind == ")":
                    break
                self.at -= 1
                raise self._unclosed(at + 1)
        return (
            "v",
            FluentTerm(words[at], tuple(arguments), span=self._span(at, self.at - 1)),
            at,
            self.at - 1,
            height + 1,
        )

    def _believes(self) -> _Item:
        at = self.at
        self.at = at + 1
        self._take("(")
        character, _ = self._expression()
        if self._next() != ",":
            raise self._expected("`,`", help="write `believes(who, what)`")
        self.at += 1
        body, height = self._expression()
        if self._next() != ")":
            raise self._unclosed(at + 1)
        self.at += 1
        return "v", Believes(character, body, span=self._span(at, self.at - 1)), at, self.at - 1, height + 1

    # -- expressions, step two: the row split by precedence

    def _resolve(self, items: list[_Item], i: int, j: int, level: int) -> tuple[Expression, int]:
        """The expression of the items from i up to (not including) j, and its height."""
        first = items[i]
        if j - i == 1:
            return first[1], first[4]
        if level > MAX_DEPTH:
            self._too_deep(first[2], items[j - 1][3])
        span = self._span(first[2], items[j - 1][3])
        if j - i == 3 and first[0] == "v" and items[j - 1][0] == "v":
            # Two operands and a sign, by far the most frequent row.
            sign = items[i + 1][0]
            height = max(first[4], items[j - 1][4]) + 1
            if height > MAX_DEPTH:
                self._too_deep(first[2], items[j - 1][3])
            left, right = first[1], items[j - 1][1]
            if sign in COMPARISONS:
                return Comparison(sign, left, right, span=span), height  # type: ignore[arg-type]
            if sign == "=":
                return Assignment(left, right, span=span), height
            if sign == "&":
                return And((left, right), span=span), height
            if sign == "|":
                return Or((left, right), span=span), height
            if sign in _ARITHMETIC:
                return Arithmetic(sign, left, right, span=span), height  # type: ignore[arg-type]

        places: dict[str, list[int]] = {}
        for k in range(i, j):
            places.setdefault(items[k][0], []).append(k)
        elses = len(places.get("else", ())) + len(places.get("elseif", ()))
        if elses:
            self._check_branches(items, i, j)
            if elses > MAX_DEPTH:
                self._too_deep(first[2], items[j - 1][3])

        for sign, joined in (("&", And), ("|", Or)):
            if sign in places:
                parts: list[Expression] = []
                heights = []
                start = i
                cuts: list[int] = []
                for k in places[sign]:
                    if elses and self._tears(items, start, k, j):
                        break
                    cuts.append(k)
                    start = k + 1
                if cuts:
                    for a, b in zip([i, *(k + 1 for k in cuts)], [*cuts, j], strict=True):
                        part, height = self._resolve(items, a, b, level + 1)
                        parts.append(part)
                        heights.append(height)
                    self._warn_of_split(items, i, j, sign, cuts)
                    return self._grown(joined(tuple(parts), span=span), max(heights), items, i, j)

        kind = first[0]
        if kind == "!":
            body, height = self._resolve(items, i + 1, j, level + 1)
            return self._grown(Not(body, span=span), height, items, i, j)
        if kind == "if" and len(places.get("else", ())) <= 1:
            clauses = sorted(places.get("elseif", []) + places.get("else", []))
            if clauses and len(places["if"]) > 1:
                self._warn_of_dangling(items, places["if"], clauses)
            return self._conditional(items, i, j, clauses, level, span)
        if kind == "q" and first[1][0] in ("forall", "exists"):
            body, height = self._resolve(items, i + 1, j, level + 1)
            return self._grown(Quantified(first[1][0], first[1][1], body, span=span), height, items, i, j)

        for sign in ("=", *COMPARISONS):
            if sign in places and (not elses or not self._tears(items, i, places[sign][0], j)):
                k = places[sign][0]
                if len(places[sign]) > MAX_DEPTH:
                    self._too_deep(first[2], items[j - 1][3])
                left, left_height = self._resolve(items, i, k, level + 1)
                right, right_height = self._resolve(items, k + 1, j, level + 1)
                both = Assignment(left, right, span=span) if sign == "=" else Comparison(sign, left, right, span=span)  # type: ignore[arg-type]
                if sign != "=":
                    self._warn_of_comparisons(items, i, j, k, places)
                return self._grown(both, max(left_height, right_height), items, i, j)
        if items[j - 1][0] == ":" and places[":"][0] == j - 1:
            entity, height = self._resolve(items, i, j - 1, level + 1)
            return self._grown(IsA(entity, items[j - 1][1], span=span), height, items, i, j)
        if kind == "q":
            body, height = self._resolve(items, i + 1, j, level + 1)
            if any(sign in places for sign in _ARITHMETIC):
                self._warn(
                    span,
                    f"`{first[1][0]}` counts everything after it in",
                    f"{self._words(first[2], first[3])} ({self._words(items[i + 1][2], items[j - 1][3])})",
                )
            return self._grown(Quantified(first[1][0], first[1][1], body, span=span), height, items, i, j)
        for sign in _ARITHMETIC:
            if sign in places and (not elses or not self._tears(items, i, places[sign][0], j)):
                k = places[sign][0]
                if len(places[sign]) > MAX_DEPTH:
                    self._too_deep(first[2], items[j - 1][3])
                left, left_height = self._resolve(items, i, k, level + 1)
                right, right_height = self._resolve(items, k + 1, j, level + 1)
                self._warn_of_arithmetic(items, i, j, k, places)
                result = Arithmetic(sign, left, right, span=span)  # type: ignore[arg-type]
                return self._grown(result, max(left_height, right_height), items, i, j)
        if kind == "if":
            # Sabre reads no conditional with two `else`. Here the nearest `if` has each.
            clauses = self._nearest_clauses(items, i, j)
            return self._conditional(items, i, j, clauses, level, span)
        if ":" in places:
            k = places[":"][0]
            raise self._fail(
                "E0104", "`:` with a type ends a condition", items[k][2], items[k][3], help="put `e : T` in brackets"
            )
        raise AssertionError([item[0] for item in items[i:j]])

    def _grown(self, expression: Expression, height: int, items: list[_Item], i: int, j: int) -> tuple[Expression, int]:
        if height >= MAX_DEPTH:
            self._too_deep(items[i][2], items[j - 1][3])
        return expression, height + 1

    def _check_branches(self, items: list[_Item], i: int, j: int) -> None:
        """Every ``else`` has an ``if``."""
        open_ifs = 0
        for k in range(i, j):
            kind = items[k][0]
            if kind == "if":
                open_ifs += 1
            elif kind in ("else", "elseif"):
                if open_ifs == 0:
                    raise self._fail("E0111", f"this `{kind}` belongs to no `if`", items[k][2])
                if kind == "else":
                    open_ifs -= 1

    def _tears(self, items: list[_Item], i: int, k: int, j: int) -> bool:
        """Whether a split at k would leave an ``else`` without its ``if``, or two with one, on either side."""
        left = 0
        for item in items[i:k]:
            if item[0] == "else":
                left += 1
        if left > 1 and items[i][0] == "if" and items[k][0] not in ("&", "|"):
            return True
        open_ifs = 0
        for item in items[k + 1 : j]:
            if item[0] == "if":
                open_ifs += 1
            elif item[0] in ("else", "elseif"):
                if open_ifs == 0:
                    return True
                if item[0] == "else":
                    open_ifs -= 1
        return False

    def _nearest_clauses(self, items: list[_Item], i: int, j: int) -> list[int]:
        clauses = []
        open_ifs = 0
        for k in range(i, j):
            kind = items[k][0]
            if kind == "if":
                open_ifs += 1
            elif kind in ("else", "elseif"):
                if open_ifs == 1:
                    clauses.append(k)
                    if kind == "else":
                        break
                elif kind == "else":
                    open_ifs -= 1
        return clauses

    def _conditional(
        self, items: list[_Item], i: int, j: int, clauses: list[int], level: int, span: Span
    ) -> tuple[Expression, int]:
        height = items[i][4]
        condition: Expression | None = items[i][1]
        branches: list[tuple[Expression, Expression]] = []
        otherwise = None
        start = i + 1
        for k in [*clauses, j]:
            if condition is None:
                if k != j:
                    raise self._fail("E0111", f"this `{items[k][0]}` comes after the `else`", items[k][2])
                otherwise, inner = self._resolve(items, start, k, level + 1)
            else:
                branch, inner = self._resolve(items, start, k, level + 1)
                branches.append((condition, branch))
            height = max(height, inner)
            if k != j:
                condition = items[k][1]
                height = max(height, items[k][4])
                start = k + 1
        return self._grown(Conditional(tuple(branches), otherwise, span=span), height, items, i, j)

    # -- warnings where the reading is not that of Python

    def _words(self, first: int, last: int, room: int = 70) -> str:
        """The source from one token to another on one line, shortened in the middle."""
        text = " ".join(self.tokens.text[self.starts[first] : self.ends[last]].split()) if last - first < 400 else "…"
        return text if len(text) <= room else f"{text[: room * 2 // 3]} … {text[-(room // 3) :]}"

    def _warn(self, span: Span, title: str, reading: str) -> None:
        if len(self.diagnostics) < MAX_FINDINGS:
            help = f"it is read as `{reading}`; write the brackets to say what you mean"
            self.diagnostics.append(Diagnostic("W0101", title, span, help=help))

    def _warn_of_split(self, items: list[_Item], i: int, j: int, sign: str, cuts: list[int]) -> None:
        other = "|" if sign == "&" else None
        edges = list(zip([i, *(k + 1 for k in cuts)], [*cuts, j], strict=True))
        for number, (a, b) in enumerate(edges):
            if b - a == 1:
                continue
            tags = [item[0] for item in items[a:b]]
            text = self._words(items[a][2], items[b - 1][3])
            before = "… & " if number else ""
            after = " & …" if number + 1 < len(edges) else ""
            if sign == "|":
                before, after = before.replace("&", "|"), after.replace("&", "|")
            span = self._span(items[a][2], items[b - 1][3])
            if other in tags and "if" not in tags and "q" not in tags:
                self._warn(span, "`|` binds tighter than `&`", f"{before}({text}){after}")
            elif number + 1 < len(edges) and "if" in tags:
                self._warn(span, f"this `if` ends before the `{sign}`", f"{before}({text}){after}")

    def _warn_of_dangling(self, items: list[_Item], ifs: list[int], clauses: list[int]) -> None:
        k = clauses[0]
        if ifs[1] < k:
            self.diagnostics.append(
                Diagnostic(
                    "W0101",
                    f"this `{items[k][0]}` belongs to the outer `if`",
                    self._span(items[k][2], items[k][2]),
                    labels=(Label(self._span(items[ifs[0]][2], items[ifs[0]][2]), "this one"),),
                    help="put the inner `if` in brackets, with what belongs to it",
                )
            )

    def _warn_of_comparisons(self, items: list[_Item], i: int, j: int, k: int, places: dict[str, list[int]]) -> None:
        if sum(len(places.get(sign, ())) for sign in COMPARISONS) > 1 and "if" not in places:
            left, right = self._sides(items, i, j, k)
            self._warn(
                self._span(items[i][2], items[j - 1][3]), "comparisons do not chain", f"{left} {items[k][0]} {right}"
            )

    def _sides(self, items: list[_Item], i: int, j: int, k: int) -> tuple[str, str]:
        texts = []
        for a, b in ((i, k), (k + 1, j)):
            text = self._words(items[a][2], items[b - 1][3])
            texts.append(text if b - a == 1 else f"({text})")
        return texts[0], texts[1]

    def _warn_of_arithmetic(self, items: list[_Item], i: int, j: int, k: int, places: dict[str, list[int]]) -> None:
        """Warns if Python would split at another sign, and the value could be another one."""
        sign = items[k][0]
        left = {item[0] for item in items[i:k]}
        right = {item[0] for item in items[k + 1 : j]}
        differs = False
        if sign in ("*", "/"):
            # Python splits at + and - first; and from the left.
            differs = bool((left | right) & {"+", "-"}) or (sign == "/" and bool(right & {"*", "/"}))
        elif sign == "-":
            differs = bool(right & {"-", "+"})
        if items[i][0] == "if" or (sign == "+" and "if" in left):
            differs = True
        if differs:
            texts = self._sides(items, i, j, k)
            self._warn(
                self._span(items[i][2], items[j - 1][3]),
                f"`{sign}` is split first here",
                f"{texts[0]} {sign} {texts[1]}",
            )


def number(word: str) -> int | float | None:
    """The value of a number token; None if it is too great to be exact."""
    if len(word) > 40:
        return None
    if "." in word:
        return float(word)
    value = int(word)
    return value if abs(value) < 10**15 else None


def short(word: str) -> str:
    return word if len(word) <= 40 else word[:39] + "…"


def parse_expression(tokens: Tokens, diagnostics: list[Diagnostic], *, of_events: bool = False) -> Expression | None:
    """The one expression that the tokens make up; None if there are errors. ``of_events``: it may speak of acts."""
    parser = ExpressionParser(tokens, diagnostics)
    parser.of_events = of_events
    try:
        expression = parser.expression()
        if tokens.kinds[parser.at] != "end":
            raise parser._missing_operator()
    except LostError:
        return None
    return expression
