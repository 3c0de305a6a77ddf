"""Pictures as PNG and PDF, by typst: the same bytes everywhere, with the font of the pictures and nothing of the
machine's."""

from __future__ import annotations

import functools
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Literal

from chekhov.charts.drawing import covered

if TYPE_CHECKING:
    import typst

MOST_PIXELS = 100_000_000
"""A PNG that would have more is made at a smaller scale."""

_PAGE = """\
#set document(title: sys.inputs.title, date: none)
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 0.75pt, alt: sys.inputs.title)
"""


def to_png(svg: str, scale: float = 2) -> bytes:
    """A picture in pixels, ``scale`` of them for each px; in light colours."""
    root = ET.fromstring(svg)
    pixels = float(root.get("width", 1)) * float(root.get("height", 1))
    return _compiled(svg, "png", min(scale, (MOST_PIXELS / max(pixels, 1)) ** 0.5))


def to_pdf(svg: str) -> bytes:
    """A picture on one page of its size, with text that can be searched; in light colours."""
    return _compiled(svg, "pdf", 1)


def _compiled(svg: str, form: Literal["png", "pdf"], scale: float) -> bytes:
    import typst

    root = ET.fromstring(svg)
    page = _PAGE.encode()
    return typst.compile(
        page,
        format=form,
        ppi=96 * scale,
        sys_inputs={"svg": svg, "title": root.findtext("{*}title") or "", "width": root.get("width", "1")},
        # Letters that the font lacks are drawn with another of the machine's, rather than as boxes.
        font_paths=_fonts(not covered("".join(root.itertext()))),
    )


@functools.cache
def _fonts(of_system: bool) -> typst.Fonts:
    import fontpkg_arimo
    import typst

    return typst.Fonts(of_system, True, [str(fontpkg_arimo.ROOT / "files")])
