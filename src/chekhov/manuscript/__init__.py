"""Manuscripts: written prose, held to its world.

A manuscript is a Markdown file with notes in HTML comments that say what happens. :func:`read` reads one with its
world; :func:`check` walks from beat to beat and says what does not hold, why, and how it could be mended. :func:`at`
says how things are at a line, :func:`recap` what has been told so far; :func:`skeleton` begins a manuscript.
"""

from chekhov.manuscript.chapters import Manuscript, Reading, read
from chekhov.manuscript.findings import KINDS, Answer, check
from chekhov.manuscript.moments import Mind, Moment, ReaderMind, Recap, at, recap, skeleton, supposing
from chekhov.manuscript.prospects import LITTLE_WORK, Outlook, Prospects
from chekhov.manuscript.repairs import Patch
from chekhov.manuscript.walk import Walk, walk

__all__ = [
    "KINDS",
    "LITTLE_WORK",
    "Answer",
    "Manuscript",
    "Mind",
    "Moment",
    "Outlook",
    "Patch",
    "Prospects",
    "ReaderMind",
    "Reading",
    "Recap",
    "Walk",
    "at",
    "check",
    "read",
    "recap",
    "skeleton",
    "supposing",
    "walk",
]
