"""Notes: what stands in a manuscript's HTML comments.

A manuscript is prose in Markdown. Between its paragraphs stand comments, which no reader sees, that say what happens:
``<!-- beat: open(Bellamy, IntakeDoor) -->``. Everything else, and every other comment, is left alone; what stands in
code (fences, indented or not, and code spans) is an example and no note.

>>> [(note.kind, note.text) for note in find_notes("Hello.\\n<!-- scene: At the door -->\\n<!-- a remark -->")[0]]
[('scene', 'At the door')]
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chekhov.diagnostics import Diagnostic, Span
from chekhov.lang.names import nearest

KINDS = {
    "world": "the world, at the head of the first chapter",
    "continues": "the chapter whose last moment is this one's first",
    "beat": "what happens: an act, or several with `;` between them",
    "anyway": "what happens though somebody who does it has no reason for it",
    "scene": "a heading",
    "knows": "who believes what, which is so: `knows: Octavia: so(Deal)`",
    "believes": "who believes what, so or not",
    "holds": "what is so",
    "later": "how much time passes",
    "assume": "what is so from here on, by the author's word",
    "shown": "what the reader learns here",
    "earlier": "the beat before which all of this scene happened",
}
"""The kinds of notes, and what stands in each."""

MAX_NOTES = 20_000
"""So many notes a chapter may have."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note: its kind, what stands in it without blanks around, and where that is; ``whole`` is the comment."""

    kind: str
    text: str
    span: Span
    whole: Span


_MARK = re.compile(r"<!--|`+|^ {0,3}(?:`{3,}|~{3,})", re.MULTILINE)
_CONTENT = re.compile(r"\s*([^\W\d]+)\s*:(.*)", re.DOTALL)


def find_notes(text: str, path: str = "<text>") -> tuple[list[Note], list[Diagnostic]]:
    """The notes of a chapter in order, and what is wrong with them.

    E0701: a note that does not end, or is of no known kind.
    """
    notes: list[Note] = []
    diagnostics: list[Diagnostic] = []
    at = 0
    while (mark := _MARK.search(text, at)) is not None:
        word = mark.group()
        if word != "<!--":
            at = _code_end(text, mark)
            continue
        end = text.find("-->", mark.end())
        # A comment that is opened in another one has lost its own end.
        opened = text.find("<!--", mark.end(), None if end < 0 else end)
        content = _CONTENT.match(text, mark.end(), end if end >= 0 else len(text))
        kind = None if content is None else content.group(1)
        if end < 0 or opened >= 0:
            line = min((i for i in (text.find("\n", mark.end()), opened) if i >= 0), default=len(text))
            if kind is not None and (kind in KINDS or nearest(kind, KINDS) is not None):
                diagnostics.append(
                    Diagnostic(
                        "E0701", "this note does not end", Span(path, mark.start(), line), help="a note ends with `-->`"
                    )
                )
            at = len(text) if end < 0 and opened < 0 else opened
            continue
        whole = Span(path, mark.start(), end + 3)
        at = end + 3
        if content is None or kind is None:
            continue
        if kind not in KINDS:
            meant = nearest(kind, KINDS) or (kind.lower() if kind.lower() in KINDS else None)
            if meant is not None:
                named = Span(path, content.start(1), content.end(1))
                diagnostics.append(
                    Diagnostic("E0701", f"there is no note `{kind}`", named, help=f"did you mean `{meant}`?")
                )
            continue
        raw = content.group(2)
        start = content.start(2) + len(raw) - len(raw.lstrip())
        notes.append(Note(kind, raw.strip(), Span(path, start, start + len(raw.strip())), whole))
        if len(notes) > MAX_NOTES:
            diagnostics.append(Diagnostic("E0113", f"a chapter has {MAX_NOTES:,} notes at most", whole))
            break
    return notes, diagnostics


def _code_end(text: str, mark: re.Match[str]) -> int:
    """Where the code ends that a mark opens; behind the mark if it opens none."""
    word = mark.group().lstrip(" ")
    at_line = mark.start() == 0 or text[mark.start() - 1] in "\r\n"
    if at_line and len(word) >= 3:
        line = text.find("\n", mark.end())
        info = text[mark.end() : len(text) if line < 0 else line]
        if word[0] == "~" or "`" not in info:
            # A fence is closed by one of its kind, at least as long, or by the end of the text.
            close = re.compile(rf"^ {{0,3}}{re.escape(word[0])}{{{len(word)},}}[ \t]*\r?$", re.MULTILINE)
            found = close.search(text, mark.end() if line < 0 else line + 1)
            return len(text) if found is None else found.end()
    if word[0] == "~":
        return mark.end()
    # A span of code ends within its paragraph, or is none.
    paragraph = re.compile(r"\n[ \t]*\n").search(text, mark.end())
    limit = len(text) if paragraph is None else paragraph.start()
    found = re.compile(rf"(?<!`){word}(?!`)").search(text, mark.end(), limit)
    return mark.end() if found is None else found.end()
