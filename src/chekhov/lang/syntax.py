"""Text → tokens.

A token is a name, a number, a string, or a sign; its *kind* is ``name``, ``number``, ``string``, the reserved word or
sign itself, ``end``, or ``bad`` for what begins no token. Comments and blanks lie between tokens.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import itemgetter

from chekhov.diagnostics import Diagnostic, Span

MAX_CHARACTERS = 1 << 19
"""The longest file that is read (with all that it includes: ten times as much)."""

PRONOUNS = ("she", "he", "they", "it")

RESERVED = frozenset(
    ("if", "elseif", "else", "forall", "exists", "sum", "product", "believes", "True", "False", "true", "false")
)
"""Words that cannot be names, since expressions use them. All others mean something only where they are expected."""

STARTS = (
    *("type", "entity", "property", "action", "natural", "trigger", "utility", "ending"),
    *("title", "author", "include", "belief", "playable", "demand", "secret", "accept", "time", "process"),
    *("reasons", "level", "refine", "without"),
)
"""The words that definitions begin with."""

_STRING_LINE = r'(?:[^"\\\r\n]|\\[^\r\n])*'
_SPLIT = re.compile(
    # Blanks and comments, and then a token. Possessive repetition keeps it linear on any input; only single characters
    # are repeated so, since before 3.11.5 Python forgets to step back where a repeated group fails half-way.
    r"((?:[ \t\r\n\f\u00a0\u2028\u2029]+|//[^\r\n]*+|/\*[\s\S]*?\*/)*)"
    r"("
    r"[^\W\d_][\w\u0300-\u036f]*+"
    r"|-?\d++(?:\.\d++)?"
    r"|==|!=|<=|>=|\.\."
    r"|\+=|-="
    # Some other notations, so that they can be named as a whole.
    r"|&&|\|\||->|=>|<>|:="
    r"|[(){};:,&|!=<>*+?\-]"
    r"|_\w*+"
    # A string may go on over lines, but not past what can only be a missing quotation mark.
    rf'|"{_STRING_LINE}(?:\r?\n(?![ \t]*(?:\r?\n|\}}|(?:precondition|effect|consenting|observing|telling)\b[^\n]*:'
    r"|(?:duration|begin|while|broken|change):))"
    rf'{_STRING_LINE}){{0,60}}"'
    r'|"(?:[^;\r\n]|;(?![ \t]*+(?:[\r\n]|\Z)))*'
    r"|/\*[\s\S]*+"
    r"|/"
    r"|[\s\S]"
    r"|\Z)"
)
_SIGNS = ("==", "!=", "<=", ">=", "..", "+=", "-=", *"(){};:,&|!=<>*/+-?_")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Characters that a text file has no use for, and those that make it look different from what it is."""


class _Kinds(dict[str, str]):
    """The kind of each token text, found once."""

    def __missing__(self, text: str) -> str:
        first = text[:1]
        if first.isalpha():
            kind = "name"
        elif first.isdigit() or (first == "-" and text[1:2].isdigit()):
            kind = "number" if text.isascii() else "bad"
        elif first == '"':
            kind = "string" if len(text) > 1 and _is_closed(text) else "bad"
        else:
            kind = "bad"
        self[text] = kind
        return kind


def _is_closed(text: str) -> bool:
    body = text[1:-1] if text.endswith('"') else None
    return body is not None and (len(body) - len(body.rstrip("\\"))) % 2 == 0


_KNOWN = {"": "end", **{sign: sign for sign in _SIGNS}, **{word: word for word in RESERVED}}


@dataclass(slots=True)
class Tokens:
    """The tokens of a text, as lists side by side; the last one is of kind ``end``."""

    path: str
    text: str
    words: list[str]
    kinds: list[str]
    starts: list[int]
    ends: list[int]

    def span(self, first: int, last: int) -> Span:
        """The stretch from one token to another, both included."""
        return Span(self.path, self.starts[first], self.ends[last])


def tokenize(text: str, path: str, diagnostics: list[Diagnostic]) -> Tokens:
    """The tokens of a text, with findings on characters and on strings and comments that do not end."""
    pairs = _SPLIT.findall(text)
    words = list(map(itemgetter(1), pairs))
    count = words.index("") + 1
    del words[count:], pairs[count:]
    edges = list(accumulate(map(len, chain.from_iterable(pairs))))
    starts, ends = edges[0::2], edges[1::2]
    table = _Kinds(_KNOWN)
    kinds = list(map(table.__getitem__, words))
    if not text.isascii():
        words = [word if word.isascii() else unicodedata.normalize("NFC", word) for word in words]
    control = {match.start() for match in _CONTROL.finditer(text)}
    for offset in sorted(control)[:20]:
        diagnostics.append(
            Diagnostic(
                "E0102",
                f"the character U+{ord(text[offset]):04X} has no place in a world",
                Span(path, offset, offset + 1),
                help="it is invisible or changes how text looks; delete it",
            )
        )
    if "bad" in table.values():
        reported = 0
        for index, kind in enumerate(kinds):
            if kind == "bad" and reported < 100 and starts[index] not in control:
                diagnostics.append(_bad(words[index], Span(path, starts[index], ends[index])))
                reported += 1
        # What is wrong with them is said; the parser takes them as what was meant, or never sees them.
        meant = [
            _MEANT.get(word, _MEANT.get(word[:1], "")) if kind == "bad" else kind
            for word, kind in zip(words, kinds, strict=True)
        ]
        good = [index for index, kind in enumerate(meant) if kind]
        words, starts, ends = [words[i] for i in good], [starts[i] for i in good], [ends[i] for i in good]
        kinds = [meant[i] for i in good]
    return Tokens(path, text, words, kinds, starts, ends)


_MEANT = {
    '"': "string",
    "_": "name",
    "&&": "&",
    "||": "|",
    "=>": ">=",
    "<>": "!=",
    ":=": "=",
    "–": "-",
    "−": "-",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "∧": "&",
    "∨": "|",
    "¬": "!",
}
"""The signs that other notations stand for."""

_INSTEAD = {
    "&&": "and is written `&`",
    "||": "or is written `|`",
    "=>": "greater or equal is written `>=`",
    "<>": "unequal is written `!=`",
    ":=": "an effect is written with `=`",
    "_": "names start with a letter",
    "'": 'strings stand between `"`',
    "“": 'strings stand between `"`',
    "”": 'strings stand between `"`',
    "%": "comments start with `//`",
    "#": "comments start with `//`",
    "–": "write `-`",
    "−": "write `-`",
    "≠": "write `!=`",
    "≤": "write `<=`",
    "≥": "write `>=`",
    "∧": "and is written `&`",
    "∨": "or is written `|`",
    "¬": "not is written `!`",
}


def _bad(word: str, span: Span) -> Diagnostic:
    if word.startswith("/*"):
        return Diagnostic(
            "E0103",
            "this comment does not end",
            Span(span.path, span.start, span.start + 2),
            help="a comment that starts with `/*` ends with `*/`",
        )
    if word.startswith('"'):
        return Diagnostic("E0103", "this string does not end", span, help='a string ends with `"`')
    return Diagnostic(
        "E0102", f"`{word}` has no meaning here", span, help=_INSTEAD.get("_" if word[0] == "_" else word)
    )


def string_value(raw: str) -> tuple[str, list[int]]:
    """What a string token stands for, and for each of its characters (and the end) the offset in the token.

    ``\\"``, ``\\\\`` and ``\\n`` are the quotation mark, the backslash and a new line. A line break with the blanks
    around it is one space, so that long sentences can go on in the next line.
    """
    end = len(raw) - 1 if len(raw) > 1 and _is_closed(raw) else len(raw)
    characters: list[str] = []
    offsets: list[int] = []
    at = 1
    while at < end:
        character = raw[at]
        start = at
        at += 1
        if character == "\\" and at < end:
            character = "\n" if raw[at] == "n" else raw[at]
            at += 1
        elif character in "\r\n":
            while at < end and raw[at] in " \t\r\n":
                at += 1
            while characters and characters[-1] in (" ", "\t"):
                characters.pop()
                start = offsets.pop()
            character = " "
        characters.append(character)
        offsets.append(start)
    return "".join(characters), [*offsets, end]


def string_text(value: str) -> str:
    """A string as it is written in a world; the inverse of :func:`string_value`."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def is_name(word: str) -> bool:
    """Whether a word can be the name of something."""
    return word not in RESERVED and _NAME.fullmatch(word) is not None and unicodedata.is_normalized("NFC", word)


def is_balanced(text: str) -> bool:
    """Whether a text can stand between brackets: whole tokens that end no definition, and brackets that match."""
    diagnostics: list[Diagnostic] = []
    open_brackets = 0
    for kind in tokenize(text, "", diagnostics).kinds:
        open_brackets += {"(": 1, ")": -1}.get(kind, 0)
        if open_brackets < 0 or kind in (";", "{", "}"):
            return False
    return not open_brackets and not diagnostics


_NAME = re.compile(r"[^\W\d_]\w*")
