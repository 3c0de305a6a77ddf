"""Manuscripts: written prose, held to its world.

A manuscript is a Markdown file with notes in HTML comments that say what happens. :func:`read` reads one with its
world; :func:`check` walks from beat to beat and says what does not hold, why, and how it could be mended.
"""

from chekhov.manuscript.chapters import Manuscript, Reading, read
from chekhov.manuscript.findings import KINDS, Answer, check
from chekhov.manuscript.repairs import Patch
from chekhov.manuscript.walk import Walk, walk

__all__ = ["KINDS", "Answer", "Manuscript", "Patch", "Reading", "Walk", "check", "read", "walk"]
