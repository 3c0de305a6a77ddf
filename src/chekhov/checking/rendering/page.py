"""A report as one HTML page that needs nothing else: no request goes out, no script runs.

The template is ``page.html`` beside this file. Everything of the world is escaped as it is filled in, control
characters are replaced, and the page's own policy forbids whatever it does not need, should something get through.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from chekhov.checking.findings import Finding, Report
from chekhov.checking.rendering import outline
from chekhov.diagnostics import Label, Source, excerpt, visible


def render(report: Report, sources: Mapping[str, Source] | None = None, *, strict: bool = False) -> str:
    """The report as an HTML document. With ``strict``, warnings are as grave as errors."""

    style = environment("chekhov.checking", "rendering").get_template("page.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = environment("chekhov.checking", "rendering").get_template("page.html")
    return page.render(
        report=report,
        outline=outline,
        outcome=outline.outcome(report, strict=strict),
        excerpt=lambda finding: excerpts(finding, sources or {}),
        style=Markup(style),
        digest=digest,
    )


def excerpts(finding: Finding, sources: Mapping[str, Source]) -> Markup:
    """The place of a finding, with the text there; nothing for one without a place."""
    lines = [] if finding.span is None else excerpt(Label(finding.span), (), sources, width=110)
    return Markup("\n").join(visible(line) for line in lines)


@functools.cache
def environment(package: str, folder: str) -> Environment:
    """The templates in a folder of a package, for pages that escape whatever is filled in and show no control
    characters."""
    environment = Environment(
        loader=PackageLoader(package, folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"code": _code, "percent": outline.percent, "number": outline.number, "heading": _heading}
    return environment


def _shown(value: Any) -> Any:
    """Texts without control characters, which no page may hold and which could turn round what a reader sees."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _heading(text: str) -> str:
    """The text with its first letter as at the start of a sentence."""
    return text[:1].upper() + text[1:]


def _code(text: str) -> Markup:
    """A message, with what it has in backticks as code."""
    parts = re.split("`([^`]*)`", visible(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )
