"""Where something stands in a text, what is wrong with it, and how a person is told.

A :class:`Diagnostic` is one finding: a code, a title that stands alone, one primary place and perhaps others that
caused it, at most one help. :func:`render` prints it with the lines it is about::

    error[E0201]: unknown property `locaton`
      --> worlds/heist.story:14:16
       |
    14 |     precondition: locaton(guard) == Vault;
       |                   ^^^^^^^ not declared
       |
       = help: did you mean `location`?

Codes, their general titles and their long explanations live in one table, ``codes.md`` beside this module: a section
``## E0201 Unknown property`` for each. To add a code, add its section with an example, which the tests run, and use it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_FINDINGS = 1_000
"""No more is said of one world: whoever has so many mistakes mends some before they look at the rest."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source text: the path as shown to the author, and character offsets ``start`` <= ``end``."""

    path: str
    start: int
    end: int


class Source:
    """A text with its path as shown to the author. Lines and columns count from 1, columns in characters."""

    __slots__ = ("_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts: list[int] | None = None

    @property
    def line_starts(self) -> list[int]:
        """The offset at which each line starts. Lines end with LF, CRLF or CR."""
        if self._starts is None:
            self._starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """A line without its end."""
        starts = self.line_starts
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def __repr__(self) -> str:
        return f"Source({self.path!r}, {len(self.text)} characters)"


@dataclass(frozen=True, slots=True)
class Label:
    """A place that has to do with a finding, and what it has."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. Codes that start with E are errors, with W warnings.

    ``span`` is where it is (None: nowhere in a text, as in a world built by a program), ``label`` is said beside it,
    ``labels`` are other places that have to do with it, and ``help`` says what to do.
    """

    code: str
    title: str
    span: Span | None = None
    label: str = ""
    labels: tuple[Label, ...] = ()
    help: str | None = None

    @property
    def is_error(self) -> bool:
        return self.code.startswith("E")

    def to_json(self, sources: Mapping[str, Source] | None = None) -> dict[str, Any]:
        """The finding as JSON; places have lines and columns if their source is among ``sources``."""
        return {
            "code": self.code,
            "severity": "error" if self.is_error else "warning",
            "title": self.title,
            "place": None if self.span is None else place_to_json(self.span, sources),
            "label": self.label or None,
            "labels": [{"place": place_to_json(label.span, sources), "text": label.text} for label in self.labels],
            "help": self.help,
        }


def place_to_json(span: Span, sources: Mapping[str, Source] | None = None) -> dict[str, Any]:
    """A place as JSON: path and offsets, with lines and columns if its source is among ``sources``."""
    result: dict[str, Any] = {"path": span.path, "start": {"offset": span.start}, "end": {"offset": span.end}}
    source = (sources or {}).get(span.path)
    if source is not None:
        for key, offset in (("start", span.start), ("end", span.end)):
            line, column = source.position(offset)
            result[key].update(line=line, column=column)
    return result


class ChekhovError(Exception):
    """Raised where there is no way on; carries what an author is to be told."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("\n".join(f"{found.code}: {found.title}" for found in diagnostics))
        self.diagnostics = tuple(diagnostics)


def sort(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """In the order of the text, each once; those without a place come first."""

    def key(found: Diagnostic) -> tuple[str, int, int, str, str]:
        span = found.span
        return ("", -1, -1, found.code, found.title) if span is None else (
            span.path, span.start, span.end, found.code, found.title
        )  # fmt: skip

    return sorted(dict.fromkeys(diagnostics), key=key)


# ---------------------------------------------------------------------------------------------------------------------
# Rendering

_LINE_END = re.compile("\r\n|\n|\r")
_TAB = 4
_COLOURS = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "note": "\x1b[1;36m",
    "bold": "\x1b[1m",
    "gutter": "\x1b[1;34m",
    "plain": "\x1b[0m",
}


def render(
    diagnostic: Diagnostic,
    sources: Mapping[str, Source] | Iterable[Source] = (),
    *,
    colour: bool = False,
    width: int = 120,
) -> str:
    """The finding as text, without a newline at the end. Lines longer than ``width`` columns are shown in part.

    Control characters of the source never reach the terminal. Without its source, a place is given by its path alone.
    """
    severity = "error" if diagnostic.is_error else "warning"
    title = _paint(f": {visible(diagnostic.title)}", "bold", colour)
    lines = [
        _paint(f"{severity}[{diagnostic.code}]", severity, colour) + title,
        *excerpt(
            None if diagnostic.span is None else Label(diagnostic.span, diagnostic.label),
            diagnostic.labels,
            sources,
            severity=severity,
            help=diagnostic.help,
            colour=colour,
            width=width,
        ),
    ]
    return "\n".join(lines)


def excerpt(
    primary: Label | None,
    labels: Sequence[Label] = (),
    sources: Mapping[str, Source] | Iterable[Source] = (),
    *,
    severity: str = "error",
    help: str | None = None,
    colour: bool = False,
    width: int = 120,
) -> list[str]:
    """The lines of a finding below its title: where it is, with the lines of the text there, and the help.

    ``severity`` (``error``, ``warning``, ``note``) gives the primary place its colour.
    """
    if not isinstance(sources, Mapping):
        sources = {source.path: source for source in sources}

    def paint(text: str, style: str) -> str:
        return _paint(text, style, colour)

    lines: list[str] = []
    marks: list[tuple[Span, str, bool]] = [(label.span, label.text, False) for label in labels]
    if primary is not None:
        marks.insert(0, (primary.span, primary.text, True))
    by_path: dict[str, list[tuple[Span, str, bool]]] = {}
    for mark in marks:
        by_path.setdefault(mark[0].path, []).append(mark)
    numbers = [
        source.position(mark[0].start)[0]
        for path, group in by_path.items()
        if (source := sources.get(path)) is not None
        for mark in group
    ]
    gutter = len(str(max(numbers, default=1)))
    bar = " " * gutter + " " + paint("|", "gutter")
    for index, (path, group) in enumerate(by_path.items()):
        arrow = " " * gutter + paint("-->" if index == 0 else ":::", "gutter")
        source = sources.get(path)
        if source is None:
            if index == 0:
                lines.append(f"{arrow} {visible(path)}")
            continue
        line, column = source.position(group[0][0].start)
        lines += [f"{arrow} {visible(path)}:{line}:{column}", bar]
        group.sort(key=lambda mark: (source.position(mark[0].start)[0], not mark[2], mark[0].start, mark[0].end))
        shown = 0
        for span, text, is_primary in group:
            line, column = source.position(span.start)
            if shown and line > shown + 1:
                lines.append(paint("...", "gutter"))
            content = source.line(line)
            end = min(max(span.end, span.start + 1), source.line_starts[line - 1] + len(content))
            snippet, before, length = _clip(content, column - 1, max(end - span.start, 1), width - gutter - 3)
            if line != shown:
                lines.append(f"{paint(f'{line:>{gutter}} |', 'gutter')} {snippet}".rstrip())
            shown = line
            pointer = ("^" if is_primary else "-") * length
            message = f"{pointer} {visible(text)}" if text else pointer
            lines.append(f"{bar} {' ' * before}{paint(message, severity if is_primary else 'gutter')}")
    if help:
        if by_path:
            lines.append(bar)
        first, *rest = help.splitlines()
        margin = " " * gutter
        lines.append(f"{margin} {paint('=', 'gutter')} {paint('help:', 'bold')} {visible(first)}")
        lines += [f"{margin}         {visible(line)}".rstrip() for line in rest]
    return lines


def _paint(text: str, style: str, colour: bool) -> str:
    return f"{_COLOURS[style]}{text}{_COLOURS['plain']}" if colour and text else text


def render_all(
    diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source] | Iterable[Source] = (), *, colour: bool = False
) -> str:
    """All findings, an empty line between them; empty without any."""
    table = sources if isinstance(sources, Mapping) else {source.path: source for source in sources}
    return "\n\n".join(render(found, table, colour=colour) for found in diagnostics)


def _clip(line: str, start: int, length: int, width: int) -> tuple[str, int, int]:
    """The part of a line to show: its text, the columns before the marked stretch, and the columns of the stretch."""
    if len(line) > 8 * width:
        # Only the neighbourhood matters; measuring all of a line of megabytes would take its time.
        cut = max(0, start - 2 * width)
        shown, before, marked = _clip(line[cut : start + 4 * width], start - cut, length, width)
        return shown, before, marked
    if len(line) <= width and line.isascii() and line.isprintable():
        return line, start, length
    cells = [_cell(character) for character in line[: start + length + width]]
    widths = [columns for _, columns in cells]
    before = sum(widths[:start])
    marked = max(1, sum(widths[start : start + length]))
    if sum(widths) <= width and len(line) <= len(cells):
        return "".join(text for text, _ in cells), before, marked
    first = 0
    room = width - 2
    marked = min(marked, room)
    while first < start and before + marked > room * 2 // 3:
        before -= widths[first]
        first += 1
    while first < len(cells) and widths[first] == 0:
        first += 1
    part = []
    columns = 0
    index = first
    while index < len(cells) and columns + widths[index] <= room:
        part.append(cells[index][0])
        columns += widths[index]
        index += 1
    left = "…" if first else ""
    right = "…" if index < len(line) else ""
    return left + "".join(part) + right, max(0, before) + len(left), max(1, min(marked, room - max(0, before)))


@functools.lru_cache(maxsize=4096)
def _cell(character: str) -> tuple[str, int]:
    """How a character is shown, and in how many columns of a terminal."""
    if character == "\t":
        return " " * _TAB, _TAB
    if " " <= character <= "~":
        return character, 1
    category = unicodedata.category(character)
    if category == "Zs":
        return " ", 1
    if character in "\u200c\u200d":
        return "", 0  # Joiners, which shape what stands beside them.
    if category[0] in "CZ":
        return "�", 1
    if category in ("Mn", "Me"):
        return character, 0
    return character, 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def visible(text: str) -> str:
    """A text as a terminal may show it, without control characters."""
    return text if text.isascii() and text.isprintable() else "".join(_cell(character)[0] for character in text)


def columns(text: str) -> int:
    """In how many columns of a terminal a text is shown."""
    return len(text) if text.isascii() and text.isprintable() else sum(_cell(character)[1] for character in text)


# ---------------------------------------------------------------------------------------------------------------------
# The table of codes


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a code means in general: its title, and an explanation in Markdown with an example."""

    code: str
    title: str
    text: str

    @property
    def plain(self) -> str:
        """The explanation for a terminal: examples are indented instead of fenced."""
        lines = []
        inside = False
        for line in self.text.splitlines():
            if line.startswith("```"):
                inside = not inside
            else:
                lines.append(f"    {line}".rstrip() if inside else line)
        return "\n".join(lines)


@functools.cache
def codes() -> Mapping[str, Explanation]:
    """All codes, in order."""
    from importlib import resources  # takes a while to load, and few need the table

    page = resources.files("chekhov").joinpath("codes.md").read_text(encoding="utf-8")
    found: dict[str, Explanation] = {}
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        heading, _, text = section.partition("\n")
        code, _, title = heading.strip().partition(" ")
        found[code] = Explanation(code, title, re.split(r"^# ", text, flags=re.MULTILINE)[0].strip())
    return found


def explain(code: str) -> Explanation | None:
    """The entry of a code, in whatever case it is written; None if there is no such code."""
    return codes().get(code.strip().upper())
