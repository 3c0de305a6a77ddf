"""Pages with pictures: one HTML file that loads nothing, whose only script, for zoom and search, is its own.

The pictures stand in the page itself, so that what they tell on hover is there, and share their style sheets. The
page's own policy lets nothing else through: style and script are named by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from markupsafe import Markup

from chekhov.charts.pictures import KINDS, Picture
from chekhov.checking.rendering.page import environment


@dataclass(frozen=True, slots=True)
class Head:
    """What a page begins and ends with: its policy, its style and its script."""

    policy: str
    style: Markup
    script: Markup


class Sheets:
    """The style sheets of the pictures of a page, each of them once."""

    def __init__(self) -> None:
        self._sheets: list[str] = []

    def take(self, svg: str, name: str) -> tuple[Markup, int]:
        """The picture without its style sheet, and the number of that. Names within the picture come to begin with
        ``name``, so that they are its own."""
        before, _, rest = svg.partition("<style>")
        sheet, _, after = rest.partition("</style>")
        if sheet not in self._sheets:
            self._sheets.append(sheet)
        bare = re.sub(r"(<g(?: class=\"[^\"<>]*\")?) id=\"", rf'\1 id="{name}-', before + after)
        return Markup(bare), self._sheets.index(sheet) + 1

    def head(self) -> Head:
        """For a page with the pictures that were taken."""
        templates = environment("chekhov", "charts")
        style = templates.get_template("report.css").render()
        # Each for the pictures that it came with, and no other.
        style += "".join(f".sheet-{number} {{\n{text}\n}}\n" for number, text in enumerate(self._sheets, 1))
        style += templates.get_template("pictures.css").render()
        return head(style, templates.get_template("pictures.js").render())


def head(style: str, script: str) -> Head:
    """For a page with this style and this script, and no other."""
    policy = (
        f"default-src 'none'; style-src-elem '{_hash(style)}'; style-src-attr 'unsafe-inline'; "
        f"script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )
    return Head(policy, Markup(style), Markup(script))


def page(kind: str, picture: Picture, title: str) -> str:
    """A page with one picture of a kind."""
    sheets = Sheets()
    svg, sheet = sheets.take(picture.svg, kind)
    return (
        environment("chekhov", "charts")
        .get_template("picture.html")
        .render(
            title=title,
            kind=kind,
            shows=KINDS[kind].shows,
            note=picture.note,
            svg=svg,
            sheet=sheet,
            page=sheets.head(),
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
