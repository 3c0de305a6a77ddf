"""Where something stands in a text, what is wrong with it, and how a person is told.

A :class:`Diagnostic` is one finding: a code, a title that stands alone, one primary place and perhaps others that
caused it, at most one help. ``render`` prints it with the line it is about.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source text: the path as shown to the author, and character offsets ``start`` <= ``end``."""

    path: str
    start: int
    end: int
