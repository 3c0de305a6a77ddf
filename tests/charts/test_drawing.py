"""Drawings: text has the room that it says, whatever it holds; files are the same, and load nothing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from chekhov.charts.drawing import PALETTE, Box, Drawing, colour, dash, overlaps, shortened, text_width, wrapped
from chekhov.charts.export import to_pdf, to_png

HOSTILE = ("</title><script>alert(1)</script>", 'a" onload="x', "]]>&amp;", "\x00\x1b[31m\ud800", "‮right to left")


def sample() -> Drawing:
    drawing = Drawing("Two & two", "What <it> shows")
    drawing.rect(10, 10, 80, 20, kind="panel", radius=3)
    drawing.line(10, 40, 90, 40, colour=colour(0), dash=dash(9), title="Ann")
    drawing.circle(50, 60, 5, kind="open", colour=colour(3))
    drawing.polygon([(10, 70), (20, 70), (15, 80)], kind="ink")
    drawing.path("M10 90C20 80 30 80 40 90", kind="person", colour=colour(2))
    with drawing.group(id="names", beat=3):
        drawing.text(10, 100, "Bellamy", kind="strong")
        drawing.text(100, 100, "Octavia", anchor="end", width=20)
    return drawing


def test_letters_are_as_wide_as_the_font_has_them() -> None:
    # Arial's and Helvetica's advances, in thousandths of the size.
    for letter, width in (("i", 222), ("e", 556), ("W", 944), ("…", 1000), (" ", 278)):
        assert text_width(letter, 1000) == pytest.approx(width, abs=1)
    assert text_width("Bellamy", 11, bold=True) > text_width("Bellamy", 11)
    assert text_width("漢", 10) == 10


@pytest.mark.parametrize("width", [8, 20, 33.3, 60, 200])
def test_shortened_text_fits(width: float) -> None:
    text = "Somebody with a rather long name, and titles"
    short = shortened(text, width, 11)
    assert text_width(short, 11) <= width or short == "…"
    assert (short == text) == (text_width(text, 11) <= width)
    for line in wrapped(text, 70, 11, most=3):
        assert text_width(line, 11) <= 70
    assert len(wrapped(text, 70, 11, most=3)) == 3


def test_each_text_says_how_wide_it_is() -> None:
    drawing = sample()
    root = ET.fromstring(drawing.svg())
    texts = root.findall(".//{*}text")
    assert [(text.text, text.findtext("{*}title")) for text in texts] == [("Bellamy", None), ("O…", "Octavia")]
    for text, box in zip(texts, drawing.boxes, strict=True):
        assert float(text.get("textLength", 0)) == pytest.approx(box.right - box.left, abs=0.01)
    assert drawing.boxes[1].right == 100
    assert root.get("role") == "img"
    assert (root.findtext("{*}title"), root.findtext("{*}desc")) == ("Two & two", "What <it> shows")


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_text_holds_it_is_text(text: str) -> None:
    drawing = Drawing(text, text)
    drawing.text(10, 20, text, title=text)
    drawing.line(0, 0, 1, 1, title=text)
    with drawing.group(id=text, title=text, name=text):
        drawing.text(10, 40, text, width=30)
    root = ET.fromstring(drawing.svg().encode())
    tags = {each.tag.partition("}")[2] for each in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "text", "line", "g"}
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]


def test_a_picture_loads_nothing() -> None:
    svg = sample().svg()
    assert not re.search(r"href|@import|url\(|<script|<image|http(?!://www\.w3\.org/2000/svg\")", svg)
    assert "prefers-color-scheme: dark" in svg


def test_overlaps_are_all_found() -> None:
    boxes = [Box(0, 0, 10, 10), Box(10, 0, 20, 10), Box(5, 9, 15, 12), Box(0, 11, 4, 12)]
    assert {frozenset((boxes.index(a), boxes.index(b))) for a, b in overlaps(boxes)} == {
        frozenset((0, 2)),
        frozenset((1, 2)),
    }
    assert not overlaps([Box(0, 0, 10, 10), Box(0, 10, 10, 20), Box(10, 0, 20, 10)])
    drawing = Drawing("Overlap")
    drawing.text(10, 20, "first")
    drawing.text(20, 25, "second")
    assert len(overlaps(drawing.boxes)) == 1


def test_colours_repeat_with_another_dash() -> None:
    assert len({(colour(n), dash(n)) for n in range(4 * len(PALETTE))}) == 4 * len(PALETTE)


def test_the_same_file_for_the_same_picture() -> None:
    svg = sample().svg()
    assert svg == sample().svg()
    png, pdf = to_png(svg), to_pdf(svg)
    assert (png, pdf) == (to_png(svg), to_pdf(svg))
    assert png.startswith(b"\x89PNG")
    assert pdf.startswith(b"%PDF")
    width, height = (int.from_bytes(png[at : at + 4]) for at in (16, 20))
    root = ET.fromstring(svg)
    assert (width, height) == pytest.approx((2 * float(root.get("width", 0)), 2 * float(root.get("height", 0))), abs=2)
    assert b"CreationDate" not in pdf
    assert b"ModDate" not in pdf
