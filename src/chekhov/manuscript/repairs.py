"""Repairs: the edits with which a manuscript holds, as changes of its text."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from chekhov.diagnostics import Source, Span
from chekhov.manuscript.chapters import Assumption, Beat, Claim, Manuscript, Shown, beat_text, notes_of
from chekhov.manuscript.walk import Edit, Mending, Walk


@dataclass(frozen=True, slots=True)
class Patch:
    """One way to mend a manuscript: the edits, and the new text of each chapter that they change."""

    edits: tuple[Edit, ...]
    cost: float
    texts: Mapping[str, str]

    def lines(self, sources: Mapping[str, Source]) -> list[str]:
        """The changes as a patch."""
        found: list[str] = []
        for path, text in self.texts.items():
            old, new = sources[path].text.splitlines(), text.splitlines()
            found += difflib.unified_diff(old, new, path, path, n=2, lineterm="")
        return found


def patches(manuscript: Manuscript, walked: Walk) -> tuple[Patch, ...]:
    """The ways to mend a manuscript, best first. What had to be supposed has no patch. What is asked about, and does
    not stand in the text, is written into it, too."""

    def written(edit: Edit) -> bool:
        return edit.kind != "suppose"

    return tuple(
        Patch(mending.edits, mending.cost, _texts(manuscript, walked, mending))
        for mending in walked.mendings
        if all(map(written, mending.edits))
    )


def _texts(manuscript: Manuscript, walked: Walk, mending: Mending) -> dict[str, str]:
    changes: dict[str, list[tuple[int, int, str]]] = {}

    def change(path: str, start: int, end: int, new: str) -> None:
        changes.setdefault(path, []).append((start, end, new))

    def whole(span: Span) -> tuple[int, int]:
        text = manuscript.sources[span.path].text
        return text.rindex("<!--", 0, span.start), text.index("-->", span.end) + 3

    def insert(at: int, note: str) -> None:
        while at < len(walked.entries) and walked.entries[at].span.path not in manuscript.chapters:
            at += 1  # What is assumed from the start stands before all of the text.
        if at < len(walked.entries):
            span = walked.entries[at].span
            start, _ = whole(span)
            change(span.path, start, start, f"{note}\n")
        else:
            path = manuscript.chapters[-1]
            end = len(manuscript.sources[path].text)
            change(path, end, end, f"\n{note}\n")

    def remove(at: int) -> None:
        span = walked.entries[at].span
        text = manuscript.sources[span.path].text
        start, end = whole(span)
        # A note on lines of its own goes with them.
        begins = text.rfind("\n", 0, start) + 1
        ends = text.find("\n", end)
        ends = len(text) if ends < 0 else ends + 1
        if not text[begins:start].strip() and not text[end:ends].strip():
            start, end = begins, ends
            if text[:start].endswith("\n\n") and text[end : end + 1] == "\n":
                end += 1
        change(span.path, start, end, "")

    for entry in walked.entries:
        if entry.span in manuscript.given:
            if isinstance(entry, Beat):
                change(entry.span.path, *whole(entry.span), beat_text(entry.acts))
            elif isinstance(entry, Assumption):
                first = manuscript.text[0].span
                start, _ = whole(first)
                change(first.path, start, start, f"<!-- assume: {entry.text} -->\n")
    for edit in mending.edits:
        match edit.kind:
            case "insert":
                for note in notes_of(edit.acts, manuscript.problem.time):
                    insert(edit.at, note)
            case "drop":
                remove(edit.at)
            case "exchange":
                span = walked.entries[edit.at].span
                change(span.path, *whole(span), "\n".join(notes_of(edit.acts, manuscript.problem.time)))
            case "move":
                assert edit.source is not None
                insert(edit.at, beat_text([walked.entries[edit.source]]))
                remove(edit.source)
            case "claim" if isinstance(walked.entries[edit.at], Claim | Shown):
                remove(edit.at)
    texts: dict[str, str] = {}
    for path, found in changes.items():
        text = manuscript.sources[path].text
        for _, (start, end, new) in sorted(enumerate(found), key=lambda one: (*one[1][:2], one[0]), reverse=True):
            text = text[:start] + new + text[end:]
        texts[path] = text
    return texts
