"""How a report is given: to people (terminal, page), and to programs (JSON, JUnit, SARIF).

Everything here reads :class:`~chekhov.checking.findings.Report` and the texts of the world, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import PurePath

from chekhov.checking.findings import Report
from chekhov.diagnostics import Source

FORMATS = {"text": "terminal", "json": "as_json", "html": "page", "junit": "junit", "sarif": "sarif"}
"""The formats and the modules that render them, which are loaded when used."""
_ENDINGS = {".json": "json", ".html": "html", ".htm": "html", ".xml": "junit", ".sarif": "sarif"}


def format_of(path: str) -> str:
    """The format that a file's name asks for; plain text if none.

    >>> format_of("report.sarif"), format_of("report.junit.xml"), format_of("report.txt")
    ('sarif', 'junit', 'text')
    """
    return _ENDINGS.get(PurePath(path).suffix.lower(), "text")


def render(report: Report, format: str, sources: Mapping[str, Source] | None = None, *, strict: bool = False) -> str:
    """The report as a document in one of :data:`FORMATS`, ending with a newline.

    Places have lines if their source is among ``sources``. With ``strict``, warnings are as grave as errors.
    """
    module = import_module(f"{__name__}.{FORMATS[format]}")
    document: str = module.render(report, sources, strict=strict)
    return document
