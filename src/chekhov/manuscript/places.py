"""Where entries stand, in words."""

from __future__ import annotations

from collections.abc import Mapping

from chekhov.diagnostics import Source, Span
from chekhov.manuscript.chapters import Assumption, Beat, Manuscript
from chekhov.manuscript.walk import Step


def line(sources: Mapping[str, Source], span: Span) -> int:
    """The line that a place is in; 0 if its text is not known."""
    return sources[span.path].position(span.start)[0] if span.path in sources else 0


def place(sources: Mapping[str, Source], span: Span, path: str) -> str:
    """``line 12``, with the file's name if it is not ``path``."""
    number = line(sources, span)
    return f"line {number}" if span.path == path or not path else f"{span.path}:{number}"


def step_name(manuscript: Manuscript, step: Step) -> str:
    """An entry as it is told of elsewhere: ``beat 14, line 139, split_up(…)``."""
    entry = step.entry
    where = place(manuscript.sources, entry.span, manuscript.path)
    if isinstance(entry, Beat):
        return f"`{entry}`, which is missing" if step.index is None else f"beat {entry.number}, {where}, `{entry}`"
    text = getattr(entry, "text", "")
    said = f"`{'assume' if isinstance(entry, Assumption) else 'later'}: {text}`"
    return said if entry.span.path not in manuscript.chapters else f"{said}, {where}"
