"""Telling texts: the sentence of an action or a trigger.

=============================================  =====================================================================
``{opener}``                                   the label of the entity that the parameter stands for
``{opener.they}`` ``.them`` ``.their``         its pronouns, as the entity is declared: she, him, its …
``.theirs`` ``.themself``
``{opener.is}`` ``.was`` ``.has`` ``.does``    the verb that goes with the pronoun: is or are …
``{opener.pull/pulls}``                        any verb: as they pull / as she pulls
``{opener.take/takes/took}``                   any verb, and its past
``{sounds/sounded}``                           the verb of something that has no name here: its present and its past
``{at(opener)}``                               the value of a fluent: a label, or a number
``{if condition}…{elseif …}…{else}…{end}``     what depends on the state before the event
``{{`` and ``}}``                              braces themselves
=============================================  =====================================================================

A form that starts with a capital letter (``{opener.They}``) is always capitalised; others are where a sentence starts.
Nothing in a text can run: there are names, fluents and conditions of the world, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from chekhov.diagnostics import Diagnostic, Span
from chekhov.lang.expressions import parse_expression
from chekhov.lang.names import nearest
from chekhov.lang.syntax import tokenize
from chekhov.model import Expression, Literal, Name

PRONOUNS = {
    "they": {"she": "she", "he": "he", "they": "they", "it": "it"},
    "them": {"she": "her", "he": "him", "they": "them", "it": "it"},
    "their": {"she": "her", "he": "his", "they": "their", "it": "its"},
    "theirs": {"she": "hers", "he": "his", "they": "theirs", "it": "its"},
    "themself": {"she": "herself", "he": "himself", "they": "themselves", "it": "itself"},
}
"""Each form by the pronouns that an entity is declared with."""

VERBS = {
    "is": ("are", "is", "were", "was"),
    "was": ("were", "was", "were", "was"),
    "has": ("have", "has", "had", "had"),
    "does": ("do", "does", "did", "did"),
}
"""Verbs by their singular: the form that goes with *they*, and the one that goes with *she*, *he* and *it*; then both
in the past."""

_OTHER_FORMS = {
    **{form: name for name, forms in reversed(PRONOUNS.items()) for form in forms.values() if form not in PRONOUNS},
    **{plural: name for name, (plural, *_) in VERBS.items()},
}
"""What the forms are called that somebody may write instead."""


@dataclass(frozen=True, slots=True)
class Words:
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """The label of what a name stands for."""

    name: Name


@dataclass(frozen=True, slots=True)
class Form:
    """A word that goes with what a name stands for: one for each of *she*, *he*, *they* and *it*. ``past``: the same
    in the past, None for a verb whose past its author has not written."""

    name: Name
    words: tuple[tuple[str, str], ...]
    capital: bool
    verb: bool
    past: tuple[tuple[str, str], ...] | None


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb whose subject has no name in the text."""

    present: str
    past: str


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a term."""

    term: Expression


@dataclass(frozen=True, slots=True)
class Choice:
    """The pieces of the first branch whose condition holds."""

    branches: tuple[tuple[Expression, tuple[Piece, ...]], ...]
    otherwise: tuple[Piece, ...]


Piece: TypeAlias = "Words | Label | Form | Verb | Value | Choice"


@dataclass(frozen=True, slots=True)
class Template:
    """A telling text, and all that it mentions."""

    pieces: tuple[Piece, ...]
    names: tuple[Name, ...] = ()
    conditions: tuple[Expression, ...] = ()
    terms: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a telling text stands: the file, and the offset there of each of its characters (and of its end)."""

    path: str
    text: str
    offsets: Sequence[int]


_BRACE = re.compile(r"\{\{|\}\}|\{|\}")
_FORM = re.compile(r"\s*([^\W\d_]\w*)\.([\w/'’-]*)\s*")
_WORD = re.compile(r"\s*([^\W\d_]\w*)\s*")
_VERB = re.compile(r"\s*([^\W\d_][\w'’ -]*)/([^\W\d_][\w'’ -]*)")


def parse_template(text: str, diagnostics: list[Diagnostic], place: Place | None = None) -> Template:
    """Reads a telling text. Findings have their places in the file if ``place`` is given, else in the text itself."""
    return _TemplateParser(text, diagnostics, place).parse()


@dataclass(slots=True)
class _Open:
    """A conditional part that is being read."""

    branches: list[tuple[Expression, list[Piece]]]
    otherwise: list[Piece] | None
    start: int
    end: int


class _TemplateParser:
    def __init__(self, text: str, diagnostics: list[Diagnostic], place: Place | None) -> None:
        self.text = text
        self.diagnostics = diagnostics
        self.place = place or Place("<telling>", text, range(len(text) + 1))
        self.names: list[Name] = []
        self.conditions: list[Expression] = []
        self.terms: list[Expression] = []
        self.top: list[Piece] = []
        self.open: list[_Open] = []

    def _span(self, start: int, end: int) -> Span:
        return Span(self.place.path, self.place.offsets[start], self.place.offsets[end])

    def _say(self, title: str, start: int, end: int, help: str | None = None) -> None:
        self.diagnostics.append(Diagnostic("E0112", title, self._span(start, end), help=help))

    def _pieces(self) -> list[Piece]:
        if not self.open:
            return self.top
        part = self.open[-1]
        return part.branches[-1][1] if part.otherwise is None else part.otherwise

    def parse(self) -> Template:
        text = self.text
        at = 0
        while match := _BRACE.search(text, at):
            if match.start() > at:
                self._words(text[at : match.start()])
            brace = match.group()
            at = match.end()
            if brace in ("{{", "}}"):
                self._words(brace[0])
            elif brace == "}":
                self._say("this `}` closes nothing", match.start(), at, "a brace itself is written `}}`")
            else:
                close = text.find("}", at)
                again = text.find("{", at)
                if close < 0 or 0 <= again < close:
                    self._say("this `{` is never closed", match.start(), at, "a brace itself is written `{{`")
                    continue
                self._braces(at, close)
                at = close + 1
        if at < len(text):
            self._words(text[at:])
        for part in self.open:
            self._say("this `{if …}` has no `{end}`", part.start, part.end)
        while self.open:
            self._close()
        return Template(tuple(self.top), tuple(self.names), tuple(self.conditions), tuple(self.terms))

    def _words(self, words: str) -> None:
        self._pieces().append(Words(words))

    def _close(self) -> None:
        part = self.open.pop()
        branches = tuple((condition, tuple(pieces)) for condition, pieces in part.branches)
        self._pieces().append(Choice(branches, tuple(part.otherwise or ())))

    def _braces(self, start: int, end: int) -> None:
        """What stands between two braces."""
        content = self.text[start:end]
        stripped = content.strip()
        first = re.match(r"\s*(if|elseif|else|end)\b", content)
        if first:
            word = first.group(1)
            rest = start + first.end()
            if word == "if":
                if len(self.open) >= 20:
                    self._say("more than 20 conditional parts stand in each other here", start, end)
                    return
                condition = self._expression(rest, end)
                self.open.append(_Open([(condition, [])], None, start - 1, end + 1))
                return
            if not self.open:
                self._say(f"this `{{{word}}}` belongs to no `{{if …}}`", start - 1, end + 1)
                return
            part = self.open[-1]
            if word == "elseif":
                condition = self._expression(rest, end)
                if part.otherwise is not None:
                    self._say("this `{elseif …}` comes after the `{else}`", start - 1, end + 1)
                else:
                    part.branches.append((condition, []))
                return
            if stripped != word:
                self._say(f"nothing stands behind `{word}` in its braces", rest, end)
            if word == "end":
                self._close()
            elif part.otherwise is not None:
                self._say("this conditional part has two `{else}`", start - 1, end + 1)
            else:
                part.otherwise = []
        elif not stripped:
            self._say(
                "nothing stands between these braces", start - 1, end + 1, "braces themselves are written `{{` and `}}`"
            )
        elif match := _FORM.fullmatch(content):
            self._form(match, start)
        elif match := _VERB.fullmatch(content):
            self._pieces().append(Verb(match.group(1).strip(), match.group(2).strip()))
        elif match := _WORD.fullmatch(content):
            name = Name(match.group(1), span=self._span(start + match.start(1), start + match.end(1)))
            self.names.append(name)
            self._pieces().append(Label(name))
        else:
            count = len(self.diagnostics)
            term = self._expression(start, end, condition=False)
            if len(self.diagnostics) == count:
                self._pieces().append(Value(term))

    def _form(self, match: re.Match[str], start: int) -> None:
        name = Name(match.group(1), span=self._span(start + match.start(1), start + match.end(1)))
        self.names.append(name)
        form = match.group(2)
        where = start + match.start(2), start + match.end(2)
        small = form[:1].lower() + form[1:]
        capital = form[:1].isupper()
        then: list[str] = []
        if small in PRONOUNS:
            words = PRONOUNS[small]
        elif small in VERBS or small.count("/") in (1, 2):
            plural, singular, *then = VERBS[small] if small in VERBS else small.split("/")
            if not plural or not singular or not all(then):
                help = "write `{name.go/goes}`, or with its past `{name.go/goes/went}`"
                self._say(f"`{form}` lacks a form of the verb", *where, help)
            words = _persons(plural, singular)
        else:
            known = _OTHER_FORMS.get(small) or nearest(small, [*PRONOUNS, *VERBS])
            forms = ", ".join([*PRONOUNS, *VERBS])
            self._say(
                f"there is no form `{form}`" if form else "a form is missing after the point",
                *where,
                f"did you mean `{known}`?" if known else f"forms are {forms}, and verbs as in `{{name.go/goes}}`",
            )
            return
        past = words if small in PRONOUNS else _persons(then[0], then[-1]) if then else {}
        self._pieces().append(
            Form(name, tuple(words.items()), capital, small not in PRONOUNS, tuple(past.items()) or None)
        )

    def _expression(self, start: int, end: int, *, condition: bool = True) -> Expression:
        """The expression in a stretch of the text. Instead of one that cannot be read, there is a harmless one."""
        found: list[Diagnostic] = []
        offsets = self.place.offsets
        tokens = tokenize(self.text[start:end], self.place.path, found)
        self.diagnostics += [
            replace(one, span=one.span and self._span(start + one.span.start, start + one.span.end)) for one in found
        ]
        tokens.starts = [offsets[start + offset] for offset in tokens.starts]
        tokens.ends = [offsets[start + offset] for offset in tokens.ends]
        tokens.text = self.place.text
        expression = parse_expression(tokens, self.diagnostics)
        if expression is None:
            return Literal(False)
        (self.conditions if condition else self.terms).append(expression)
        return expression


def _persons(plural: str, singular: str) -> dict[str, str]:
    return {"she": singular, "he": singular, "they": plural, "it": singular}
