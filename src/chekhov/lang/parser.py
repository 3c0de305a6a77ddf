"""Tokens → definitions and expressions.

Definitions and the parts of actions are read from left to right; a mistake is reported, the rest of its definition or
part is skipped, and reading goes on, so that all mistakes of a file are told at once.

Expressions have the precedence of the Sabre planner's files, which is defined by ordered choice over a whole stretch of
tokens: the first of a list of forms that fits it is taken, split at its *first* keyword outside brackets, and else the next form is
tried. ``&`` comes before ``|``, ``*`` before ``+``. Taken literally that definition needs backtracking. Here an
expression is read in two steps instead, each without: :meth:`Parser._items` makes a flat row of operands, prefixes and infix signs, in
which every operand is already an expression; :meth:`Parser._resolve` splits the row. A split can fail only where it would tear an ``else`` from
its ``if``, which is seen by counting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from chekhov.diagnostics import Diagnostic, Label, Span
from chekhov.lang.names import nearest
from chekhov.lang.syntax import RESERVED, Tokens, string_value
from chekhov.model import (
    Action,
    And,
    Arithmetic,
    Assignment,
    Believes,
    Comparison,
    Conditional,
    Ending,
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
    Property,
    Quantified,
    Trigger,
    Type,
    Utility,
)

MAX_DEPTH = 100
"""How many expressions may stand in each other. A row of so many ``+`` counts as nested, too: each stands in the one before."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class Author:
    text: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class Include:
    path: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class BeliefDepth:
    depth: int
    span: Span | None


@dataclass(frozen=True, slots=True)
class Playable:
    names: tuple[Name, ...]
    span: Span | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A part of the initial state."""

    expression: Expression
    span: Span | None


Node: TypeAlias = (
    Title
    | Author
    | Include
    | BeliefDepth
    | Playable
    | Statement
    | Type
    | Entity
    | Property
    | Action
    | Trigger
    | Utility
    | Ending
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition of a file, and its first and last token (the semicolon, if there is one)."""

    node: Node
    first: int
    last: int


@dataclass(slots=True)
class Syntax:
    """What stands in a text: its definitions in order.

    For the offset of an event's name, ``tellings`` gives the offsets of its telling text's characters, and ``parts`` those
    of its parts. ``broken`` are the events of which a part could not be read.
    """

    tokens: Tokens
    definitions: list[Definition] = field(default_factory=list)
    tellings: dict[int, list[int]] = field(default_factory=dict)
    parts: dict[int, dict[str, int]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)


class _Lost(Exception):  # noqa: N818
    """A mistake has been reported; whoever knows where to go on catches this."""


# An item of a row: what it is, what it holds, its first and last token, the height of what it holds.
# "v" an operand; "!"; "if" and "elseif" with a condition; "q" with a quantifier's kind and variable; ":" with a type; "else"; an infix sign.
_Item: TypeAlias = tuple[str, Any, int, int, int]

_COMPARISONS = ("==", "!=", ">=", "<=", ">", "<")
_ARITHMETIC = ("*", "/", "+", "-")
_INFIX = frozenset(("&", "|", "=", *_COMPARISONS, *_ARITHMETIC))
_QUANTIFIERS = frozenset(("forall", "exists", "sum", "product"))
_LITERALS = {"True": True, "False": False, "true": True, "false": False, "?": None}
_STARTS = frozenset(
    [
        "type",
        "entity",
        "property",
        "action",
        "trigger",
        "utility",
        "title",
        "author",
        "include",
        "belief",
        "playable",
        "ending",
    ]
)
_PARTS = ("precondition", "effect", "consenting", "observing", "telling")
PRONOUNS = ("she", "he", "they", "it")


class Parser:
    """Reads the tokens of one text. Findings go to ``diagnostics``."""

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
        return "a string" if kind == "string" else f"`{_short(self.words[index])}`"

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
    ) -> _Lost:
        self.diagnostics.append(
            Diagnostic(code, title, self._span(first, first if last is None else last), label, labels, help)
        )
        return _Lost()

    def _expected(self, what: str, *, help: str | None = None) -> _Lost:
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
            return _Lost()
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

    # -- definitions

    def file(self) -> Syntax:
        """All definitions of the text."""
        kinds = self.kinds
        while kinds[self.at] != "end":
            first = self.at
            if kinds[first] == ";":
                self.at += 1
                continue
            try:
                node = self._definition()
                if kinds[self.at] == ";":
                    self.at += 1
                    self.syntax.definitions.append(Definition(node, first, self.at - 1))
                    continue
                # The definition itself is complete, so nothing that it declares is missed.
                self.syntax.definitions.append(Definition(node, first, self.at - 1))
                raise self._unfinished(node)
            except _Lost:
                self._recover(first)
        return self.syntax

    def _unfinished(self, node: Node) -> _Lost:
        kind = self._next()
        if kind in (")", "}"):
            return self._fail("E0106", f"this `{kind}` closes nothing", self.at)
        if isinstance(node, Statement | Utility | Ending):
            return self._missing_operator()
        return self._expected("`;`")

    def _missing_operator(self) -> _Lost:
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
        elif kind in ("name", "string", "number", "(", "!", "?", "if", *_QUANTIFIERS, "believes"):
            help = "conditions and effects are joined with `&` or `|`, and each definition ends with `;`"
        elif kind == "{":
            help = "expressions are bracketed with `(` and `)`"
        return self._fail("E0107", f"expected an operator or the end, found {self._found(at)}", at, help=help)

    def _recover(self, first: int) -> None:
        """Skips what belongs to a broken definition that began with the token ``first``."""
        kinds = self.kinds
        words = self.words
        text = self.tokens.text
        braces = 0
        at = first
        reached = self.at
        while kinds[at] != "end":
            kind = kinds[at]
            if kind == "{":
                braces += 1
            elif kind == "}":
                braces = max(0, braces - 1)
                if braces == 0 and at >= reached and kinds[at + 1] != ";":
                    at += 1
                    break
            elif kind == ";" and braces == 0 and at >= reached:
                at += 1
                break
            if (
                at > first
                and at >= reached
                and kind == "name"
                and words[at] in _STARTS
                and kinds[at + 1] in ("name", "(", "string")
                and "\n" in text[self.ends[at - 1] : self.starts[at]]
                and not text[text.rfind("\n", 0, self.starts[at]) + 1 : self.starts[at]].strip(" ")
            ):
                break  # A definition at the start of a line: what came before lacked its end.
            at += 1
        self.at = max(at, first + 1)

    def _definition(self) -> Node:
        at = self.at
        if self.kinds[at] == "name":
            word = self.words[at]
            after = self.kinds[at + 1]
            if word in _STARTS and (reader := _READERS.get((word, after))) is not None:
                return reader(self)
            if word == "utility" and after == "(" and self._is_utility():
                return self._utility()
            if after in ("name", "string") and word not in _STARTS:
                near = nearest(word, _STARTS)
                if near is not None or after == "name":
                    raise self._fail(
                        "E0104",
                        f"`{_short(word)}` begins no definition",
                        at,
                        help=f"did you mean `{near}`?" if near else "definitions begin with `type`, `entity`, `property`, `action`, `trigger`, `utility` or `ending`",
                    )  # fmt: skip
            elif word in _STARTS and after != "(" and after not in _INFIX:
                self.at += 1
                raise self._expected("a string" if word in ("title", "author", "include") else "a name")
        expression = self.expression()
        return Statement(expression, self._span(at, self.at - 1))

    def _title(self) -> Title:
        first = self._advance()
        text, _ = self._string("a string")
        return Title(text, self._span(first, self.at - 1))

    def _author(self) -> Author:
        first = self._advance()
        text, _ = self._string("a string")
        return Author(text, self._span(first, self.at - 1))

    def _include(self) -> Include:
        self._advance()
        text, at = self._string("the name of a file")
        return Include(text, self._span(at, at))

    def _advance(self) -> int:
        self.at += 1
        return self.at - 1

    def _belief_depth(self) -> BeliefDepth:
        first = self._advance()
        if not self._is_word(self.at, "depth"):
            raise self._expected("`depth`")
        self.at += 1
        at = self.at
        word = self.words[at]
        if self.kinds[at] != "number":
            raise self._expected("a whole number")
        self.at += 1
        if not word.isdigit() or len(word) > 3 or int(word) < 1:
            raise self._fail(
                "E0403",
                f"`{_short(word)}` is no depth of belief",
                at,
                help="a whole number from 1 to 999 is: how many minds deep anybody models another",
            )
        return BeliefDepth(int(word), self._span(first, at))

    def _playable(self) -> Playable:
        first = self._advance()
        names = self._separated(self._plain_name)
        return Playable(tuple(names), self._span(first, self.at - 1))

    def _plain_name(self) -> Name:
        at = self._name("a name")
        return Name(self.words[at], span=self._span(at, at))

    def _separated(self, read: Callable[[], _Result]) -> list[_Result]:
        found = [read()]
        while self.kinds[self.at] == ",":
            self.at += 1
            found.append(read())
        return found

    def _type(self) -> Type:
        self._advance()
        at = self._name("the name of a type")
        parents: list[Name] = []
        if self._next() == ":":
            self.at += 1
            parents = self._separated(self._plain_name)
        self._note_types(parents)
        return Type(self.words[at], tuple(parent.name for parent in parents), span=self._span(at, at))

    def _note_types(self, names: Sequence[Name]) -> None:
        for name in names:
            assert name.span is not None
            self.type_spans.setdefault(name.name, name.span)

    def _type_name(self) -> str:
        name = self._plain_name()
        self._note_types([name])
        return name.name

    def _entity(self) -> Entity:
        self._advance()
        at = self._name("the name of an entity")
        types: list[Name] = []
        if self._next() == ":":
            self.at += 1
            types = self._separated(self._plain_name)
            self._note_types(types)
        label = None
        if self._next() == "string":
            label, _ = self._string("a string")
        pronouns = None
        if self._next() == "(":
            self.at += 1
            word = self.words[self.at]
            if word not in PRONOUNS:
                raise self._expected("`she`, `he`, `they` or `it`")
            pronouns = word
            self.at += 1
            self._take(")")
        return Entity(
            self.words[at],
            tuple(name.name for name in types) or ("entity",),
            label,
            pronouns,
            span=self._span(at, at),
        )

    def _parameter(self) -> Parameter | Name:
        at = self._name("a parameter")
        if self._next() != ":":
            return Name(self.words[at], span=self._span(at, at))
        self.at += 1
        return Parameter(self.words[at], self._type_name(), span=self._span(at, at))

    def _parameters(self) -> tuple[Parameter | Name, ...]:
        if self._next() != "(":
            raise self._expected("`(`", help="parameters stand in brackets, which may be empty: `()`")
        self.at += 1
        parameters = [] if self._next() == ")" else self._separated(self._parameter)
        self._take(")")
        return tuple(parameters)

    def _property(self) -> Property:
        self._advance()
        at = self._name("the name of a property")
        parameters = self._parameters()
        if self._next() != ":":
            raise self._expected(
                "`:`", help="a property has a type: `: boolean`, `: number` or `:` and a type of entities"
            )
        self.at += 1
        type_name = self._type_name()
        bounds = None
        if self._next() == "number" and type_name == "number":
            low, first = self._number()
            self._take("..")
            if self._next() != "number":
                raise self._expected("a number")
            high, last = self._number()
            if low > high:
                raise self._fail(
                    "E0402", "these bounds leave no number", first, last, help="the lower bound comes first"
                )
            bounds = (low, high)
        return Property(self.words[at], parameters, type_name, bounds, span=self._span(at, at))

    def _number(self) -> tuple[float, int]:
        at = self.at
        value = number(self.words[at])
        if value is None:
            raise self._fail(
                "E0108", f"{_short(self.words[at])} is too great a number", at, help="numbers have up to 15 digits"
            )
        self.at += 1
        return value, at

    def _utility(self) -> Utility:
        first = self._advance()
        self._take("(")
        character = None
        last = first
        if self._next() != ")":
            last = self._name("a character")
            character = self.words[last]
        self._take(")")
        self._take(":")
        value = self.expression()
        return Utility(character, value, span=self._span(first if character is None else last, last))

    def _is_utility(self) -> bool:
        kinds = self.kinds
        close = self.at + 2 if kinds[self.at + 2] == ")" else self.at + 3
        return (kinds[min(close, len(kinds) - 1)] == ")" and kinds[min(close + 1, len(kinds) - 1)] == ":") or (
            # Not a property of that name either: `utility(Tom) 3` is meant as a definition.
            kinds[min(close, len(kinds) - 1)] == ")" and kinds[min(close + 1, len(kinds) - 1)] not in (*_INFIX, ";")
        )  # fmt: skip

    def _ending(self) -> Ending:
        self._advance()
        at = self._name("the name of an ending")
        label = None
        if self._next() == "string":
            label, _ = self._string("a string")
        self._take(":")
        return Ending(self.words[at], label, self.expression(), span=self._span(at, at))

    def _action(self) -> Action:
        self._advance()
        at = self._name("the name of an action")
        parameters = self._parameters()
        parts = self._parts(at, _PARTS)
        return Action(self.words[at], parameters, **parts, span=self._span(at, at))

    def _trigger(self) -> Trigger:
        self._advance()
        at = self._name("the name of a trigger")
        parameters = self._parameters()
        parts = self._parts(at, ("precondition", "effect", "telling"))
        return Trigger(self.words[at], parameters, **parts, span=self._span(at, at))

    def _parts(self, name: int, allowed: tuple[str, ...]) -> dict[str, Any]:
        """What stands in the braces of an action or a trigger (with its name's token), in any order."""
        event = self.words[name]
        opened = self._take("{")
        parts: dict[str, Any] = {}
        seen: dict[str, int] = {}
        broken = False
        while self._next() != "}":
            first = self.at
            if self._next() == ";":
                self.at += 1
                continue
            if self._next() == "end" or self._looks_like_a_definition():
                self.diagnostics.append(
                    Diagnostic(
                        "E0106",
                        f"the `{{` of `{_short(event)}` is never closed",
                        self._span(opened, opened),
                        help="close it with `};`",
                    )
                )
                raise _Lost
            try:
                word = self.words[first]
                if self._next() != "name" or word not in allowed:
                    raise self._no_part(word, allowed)
                self.at += 1
                if word in seen:
                    raise self._fail(
                        "E0109",
                        f"`{_short(event)}` has more than one {word}",
                        first,
                        labels=(Label(self._span(seen[word], seen[word]), "the first one"),),
                        help="join them with `&`" if word != "telling" else None,
                    )
                seen[word] = first
                parts[word] = self._part(word)
                if word == "telling":
                    self.syntax.tellings[self.starts[name]] = self.last_string
                if self._next() == ";":
                    self.at += 1
                elif self._next() == "}" and self.kinds[self.at - 1] != ";":
                    raise self._expected("`;`")
                else:
                    raise (
                        self._missing_operator()
                        if word in ("precondition", "effect", "observing")
                        else self._expected("`;`")
                    )
            except _Lost:
                broken = True
                self._recover_part(first, allowed)
        self.at += 1
        self.syntax.parts[self.starts[name]] = {word: self.starts[at] for word, at in seen.items()}
        if broken:
            self.syntax.broken.add(event)
        return parts

    def _no_part(self, word: str, allowed: tuple[str, ...]) -> _Lost:
        parts = ", ".join(f"`{part}:`" for part in allowed)
        near = nearest(word, allowed) if self._next() == "name" else None
        if word in _PARTS and self.kinds[self.at + 1] in (":", "("):
            return self._fail("E0109", f"a trigger has no {word}", self.at, help=f"it has {parts}")
        return self._fail(
            "E0109",
            f"expected a part, found {self._found(self.at)}",
            self.at,
            help=f"did you mean `{near}:`?" if near else f"the parts are {parts}",
        )

    def _part(self, word: str) -> Any:
        if word == "observing":
            self._take("(")
            at = self._name("a variable")
            self._take(":")
            variable = Parameter(self.words[at], self._type_name(), span=self._span(at, at))
            self._take(")")
            self._take(":")
            return Observation(variable, self.expression(), span=self._span(at, at))
        self._take(":")
        if word == "consenting":
            if self._next() == ";":
                return ()
            return tuple(self._separated(self.expression))
        if word == "telling":
            return self._string("a string")[0]
        return self.expression()

    def _recover_part(self, first: int, allowed: tuple[str, ...]) -> None:
        """Skips what belongs to a broken part that began with the token ``first``."""
        kinds = self.kinds
        at = max(self.at, first)
        braces = 0
        while kinds[at] != "end":
            kind = kinds[at]
            if kind == "{":
                braces += 1
            elif kind == "}":
                if braces == 0:
                    break
                braces -= 1
            elif kind == ";":
                at += 1
                break
            elif at > first and kind == "name" and self.words[at] in allowed and kinds[at + 1] in (":", "("):
                # The name of a part: what came before lacked its end. (Unless it is a property of that name.)
                if kinds[at + 1] == ":" or self.words[at] == "observing":
                    break
            elif at > first and self._looks_like_a_definition(at):
                break
            at += 1
        self.at = at if at > first else first + 1

    def _looks_like_a_definition(self, at: int | None = None) -> bool:
        """Whether a definition seems to begin at the very start of a line: braces before it are not closed."""
        at = self.at if at is None else at
        return (
            self.kinds[at] == "name"
            and self.words[at] in ("type", "entity", "property", "action", "trigger", "utility", "ending")
            and self.kinds[at + 1] in ("name", "(")
            and (self.starts[at] == 0 or self.tokens.text[self.starts[at] - 1] == "\n")
        )

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
        if len(items) == 1:
            result = items[0][1], items[0][4]
        else:
            result = self._resolve(items, 0, len(items), 1)
        self.depth -= 1
        return result

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
                    items.append(self._fluent_term())
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
            elif kind in _QUANTIFIERS:
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
            # What may follow an operand.
            at = self.at
            kind = kinds[at]
            while kind == ":":
                self.at = at + 1
                items.append((":", self._type_name(), at, at + 1, 0))
                at = self.at
                kind = kinds[at]
            if kind in _INFIX:
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

    def _no_operand(self) -> _Lost:
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
        elif kind == "string":
            help = "strings are titles, labels and tellings only; there are no values of text"
        elif kind in (";", ")", "}", "end") and before in (*_INFIX, "!"):
            return self._fail("E0107", f"`{before}` lacks what comes after it", at - 1, label="nothing follows")
        return self._expected("an expression", help=help)

    def _unclosed(self, opened: int) -> _Lost:
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
            if sign in _COMPARISONS:
                return Comparison(sign, left, right, span=span), height
            if sign == "=":
                return Assignment(left, right, span=span), height
            if sign == "&":
                return And((left, right), span=span), height
            if sign == "|":
                return Or((left, right), span=span), height
            if sign in _ARITHMETIC:
                return Arithmetic(sign, left, right, span=span), height

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
            return self._grown(Quantified(*first[1], body, span=span), height, items, i, j)

        for sign in ("=", *_COMPARISONS):
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
            return self._grown(Quantified(*first[1], body, span=span), height, items, i, j)
        for sign in _ARITHMETIC:
            if sign in places and (not elses or not self._tears(items, i, places[sign][0], j)):
                k = places[sign][0]
                if len(places[sign]) > MAX_DEPTH:
                    self._too_deep(first[2], items[j - 1][3])
                left, left_height = self._resolve(items, i, k, level + 1)
                right, right_height = self._resolve(items, k + 1, j, level + 1)
                self._warn_of_arithmetic(items, i, j, k, places)
                both = Arithmetic(sign, left, right, span=span)  # type: ignore[arg-type]
                return self._grown(both, max(left_height, right_height), items, i, j)
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
        self.diagnostics.append(
            Diagnostic("W0101", title, span, help=f"it is read as `{reading}`; write the brackets to say what you mean")
        )

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
        if sum(len(places.get(sign, ())) for sign in _COMPARISONS) > 1 and "if" not in places:
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


_READERS: dict[tuple[str, str], Callable[[Parser], Node]] = {
    ("title", "string"): Parser._title,
    ("author", "string"): Parser._author,
    ("include", "string"): Parser._include,
    ("belief", "name"): Parser._belief_depth,
    ("playable", "name"): Parser._playable,
    ("type", "name"): Parser._type,
    ("entity", "name"): Parser._entity,
    ("property", "name"): Parser._property,
    ("action", "name"): Parser._action,
    ("trigger", "name"): Parser._trigger,
    ("ending", "name"): Parser._ending,
}


def number(word: str) -> int | float | None:
    """The value of a number token; None if it is too great to be exact."""
    if len(word) > 40:
        return None
    if "." in word:
        return float(word)
    value = int(word)
    return value if abs(value) < 10**15 else None


def _short(word: str) -> str:
    return word if len(word) <= 40 else word[:39] + "…"


def parse_expression(tokens: Tokens, diagnostics: list[Diagnostic]) -> Expression | None:
    """The one expression that the tokens make up; None if there are errors."""
    parser = Parser(tokens, diagnostics)
    try:
        expression = parser.expression()
        if tokens.kinds[parser.at] != "end":
            raise parser._missing_operator()
    except _Lost:
        return None
    return expression
