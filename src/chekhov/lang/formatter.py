"""Files → their normal form, with comments, includes and the order of definitions kept.

A definition is printed from what was read of it. A comment within it follows the line that the token before it went to
if it stood behind that token, and otherwise precedes the line of the token after it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

from chekhov.diagnostics import ChekhovError, Diagnostic, sort
from chekhov.lang.nodes import Definition, Node, Refinement, Statement, Syntax
from chekhov.lang.parser import Parser
from chekhov.lang.printer import Line, format_node, indented
from chekhov.lang.syntax import tokenize
from chekhov.model import (
    Action,
    And,
    Assignment,
    Believes,
    Comparison,
    Conditional,
    Expression,
    FluentTerm,
    Literal,
    Not,
    Process,
    Quantified,
    Trigger,
)

_COMMENT = re.compile(r"//[^\r\n]*|/\*[\s\S]*?\*/")


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment: its text, whether it stands behind something on its line, what blanks precede it there, and whether an
    empty line precedes it."""

    start: int
    text: str
    trailing: bool
    blanks: str
    after_empty_line: bool


def format_text(text: str, path: str = "<text>") -> str:
    """The normal form of a file. What it includes is not looked at, and its names are not checked.

    Raises :class:`~chekhov.diagnostics.ChekhovError` if the text has syntax errors.
    """
    diagnostics: list[Diagnostic] = []
    syntax = Parser(tokenize(text, path, diagnostics), diagnostics).file()
    errors = [found for found in diagnostics if found.is_error]
    if errors:
        raise ChekhovError(sort(errors))
    return _Formatter(syntax).format()


def as_effect(expression: Expression) -> Expression:
    """An expression as it stands in an effect, with its assignments written as such."""
    match expression:
        case FluentTerm():
            return Assignment(expression, Literal(True), span=expression.span)
        case Not(body=FluentTerm() as term):
            return Assignment(term, Literal(False), span=expression.span)
        case Not(body=Believes(body=body) as inner):
            return as_effect(replace(inner, body=Not(body, span=body.span), span=expression.span))
        case Not(body=Not(body=body)):
            return as_effect(body)
        case Comparison(operator="==", left=FluentTerm() | Believes() as target, right=value):
            return Assignment(target, value, span=expression.span)
        case And(parts=parts):
            return replace(expression, parts=tuple(map(as_effect, parts)))
        case Conditional(branches=branches, otherwise=otherwise):
            return replace(
                expression,
                branches=tuple((test, as_effect(branch)) for test, branch in branches),
                otherwise=None if otherwise is None else as_effect(otherwise),
            )
        case Quantified(kind="forall", body=body) | Believes(body=body):
            return replace(expression, body=as_effect(body))
    return expression


class _Formatter:
    def __init__(self, syntax: Syntax) -> None:
        self.syntax = syntax
        self.tokens = syntax.tokens
        self.lines: list[str] = []
        self.after_block = False
        """Whether the last definition was an event or a process, so that an empty line follows."""

    def format(self) -> str:
        place = 0
        for definition in self.syntax.definitions:
            before = [one for index in range(place, definition.first + 1) for one in self._comments(index)]
            gap = self.tokens.text[self._end(place - 1) : self.tokens.starts[definition.first]]
            self._definition(definition, before, gap)
            place = definition.last + 1
        rest = [one for index in range(place, len(self.tokens.words)) for one in self._comments(index)]
        self._between(rest, "", block=False)
        while self.lines and not self.lines[-1]:
            self.lines.pop()
        return "".join(f"{line}\n" for line in self.lines)

    def _end(self, index: int) -> int:
        return self.tokens.ends[index] if index >= 0 else 0

    def _comments(self, index: int) -> list[_Comment]:
        """The comments before a token."""
        start = self._end(index - 1)
        end = self.tokens.starts[index]
        if end - start < 2:
            return []
        text = self.tokens.text
        found = []
        at = start
        for match in _COMMENT.finditer(text, start, end):
            blanks = text[at : match.start()]
            own_line = "\n" in blanks or "\r" in blanks or match.start() == 0 or (at == start == 0)
            found.append(
                _Comment(
                    match.start(),
                    "\n".join(line.rstrip() for line in re.split("\r\n|\n|\r", match.group())),
                    not own_line and start > 0,
                    blanks,
                    len(re.findall("\r\n|\n|\r", blanks)) > 1,
                )
            )
            at = match.end()
        return found

    # -- between definitions

    def _between(self, comments: list[_Comment], gap: str, *, block: bool) -> None:
        """Comments before a definition, and the empty lines that its kind asks for."""
        own: list[_Comment] = []
        for one in comments:
            if one.trailing and self.lines and not own and "\n" not in one.text and "//" not in _code(self.lines[-1]):
                self.lines[-1] += (one.blanks or " ") + one.text
            else:
                own.append(one)
        separated = block or self.after_block
        for number, one in enumerate(own):
            if self.lines and self.lines[-1] and (one.after_empty_line or (number == 0 and separated)):
                self.lines.append("")
            self.lines += one.text.split("\n")
        tail = gap if not own else gap[gap.rfind(own[-1].text.split("\n")[-1]) + len(own[-1].text.split("\n")[-1]) :]
        empty = len(re.findall("\r\n|\n|\r", tail)) > 1
        if self.lines and self.lines[-1] and (empty or (separated and not own)):
            self.lines.append("")

    def _definition(self, definition: Definition, before: list[_Comment], gap: str) -> None:
        node = _normal(definition.node)
        start = self.tokens.starts
        places = {}
        event = node.event if isinstance(node, Refinement) else node
        block = isinstance(event, Action | Trigger | Process)
        if isinstance(event, Action | Trigger | Process) and event.span is not None:
            places = self.syntax.parts.get(event.span.start, {})
        lines = format_node(node, places)
        lines[0].sources.append(start[definition.first])
        lines[-1].sources.append(start[max(definition.first, definition.last - 1)])
        within = [one for index in range(definition.first + 1, definition.last + 1) for one in self._comments(index)]
        texts = self._placed(lines, within) if within else [indented(line) for line in lines]
        self._between(before, gap, block=block)
        self.lines += texts
        self.after_block = block

    # -- within a definition

    def _placed(self, lines: list[Line], comments: list[_Comment]) -> list[str]:
        """The lines of a definition with its comments in their places."""
        anchors = sorted((source, number) for number, line in enumerate(lines) for source in line.sources)
        offsets = [source for source, _ in anchors]
        before: dict[int, list[str]] = {}
        behind: dict[int, str] = {}
        for one in comments:
            if one.trailing and "\n" not in one.text:
                # The line of the last thing before the comment.
                previous = bisect_right(offsets, one.start) - 1
                number = anchors[previous][1] if previous >= 0 else 0
                if number not in behind:
                    behind[number] = (one.blanks if one.blanks.strip(" \t") == "" and one.blanks else " ") + one.text
                    continue
            following = bisect_left(offsets, one.start)
            number = anchors[following][1] if following < len(anchors) else len(lines) - 1
            while number > 0 and not lines[number - 1].sources:
                number -= 1
            before.setdefault(number, []).append(one.text)
        result = []
        for number, line in enumerate(lines):
            for text in before.get(number, ()):
                first, *rest = text.split("\n")
                result += ["\t" * line.depth + first, *rest]
            result.append(indented(line) + behind.get(number, ""))
        return result


def _code(line: str) -> str:
    """A line without its strings, to look for a comment in."""
    return re.sub(r'"(?:[^"\\]|\\.)*"', "", line)


def _normal(node: Node) -> Node:
    """A definition with its effects written as assignments."""
    match node:
        case Statement(expression=expression):
            return replace(node, expression=as_effect(expression))
        case Refinement(event=event):
            refined = _normal(event)
            assert isinstance(refined, Action | Trigger)
            return replace(node, event=refined)
        case Trigger():
            return replace(node, effect=as_effect(node.effect))
        case Action():
            begin, effect, broken = map(as_effect, (node.begin, node.effect, node.broken))
            return replace(node, begin=begin, effect=effect, broken=broken)
    return node
