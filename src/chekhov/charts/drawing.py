"""A picture under way: shapes and text → SVG.

All pictures are drawn with this, so that all look alike: one font, colours that the colour-blind can tell apart, light
or dark as the reader's screen is, light in print. A picture is one file; it loads nothing and runs nothing.

The widths of text are those of Arimo, whose letters are as wide as Arial's, Helvetica's and Liberation Sans', one of
which is on nearly every machine. Each text also says how wide it is (``textLength``), so that a browser with quite
another font fits it into the same room, and the boxes that are kept for each text are true everywhere.

Example
-------
>>> drawing = Drawing("Two friends")
>>> drawing.line(10, 20, 110, 20, colour=colour(0), title="Ann")
>>> box = drawing.text(120, 24, "Ann, who has a very long name", width=60)
>>> box.text, box.right <= 180
('Ann, who…', True)
>>> drawing.svg() == drawing.svg()
True
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a7400", "#7a7a7a")
"""Okabe and Ito's colours, safe for the colour-blind; black and yellow, which one of the backgrounds swallows, are
grey and olive."""
DARK = ("#3f9fdc", "#ff8a3d", "#2cc295", "#e59ac5", "#f6b73c", "#8fd3ff", "#cdb62c", "#a6a6a6")
"""The same on a dark background."""
DASHES = ("", "8 3", "2.5 3", "9 3 2.5 3")
"""What tells those apart who share a colour."""
FONT = "Arimo"
FRAME = 2.0
"""For how many seconds each frame of a picture that moves is shown."""
_GOING = 0.4
"""The part of a frame in which what goes over into it does so."""
ASCENT, DESCENT = 0.905, 0.212
"""How far letters reach above and below their base line, in sizes."""

_STYLE = """
.chekhov text { font-family: Arimo, Arial, Helvetica, "Liberation Sans", sans-serif; fill: #1f2328; }
.chekhov .paper { fill: #ffffff; stroke: none; }
.chekhov .panel { fill: #f3f4f6; stroke: none; }
.chekhov .band { fill: #1f2328; fill-opacity: .07; stroke: none; }
.chekhov .box { fill: #ffffff; stroke: #8c959f; }
.chekhov .ink { fill: #1f2328; stroke: none; }
.chekhov .open { fill: #ffffff; stroke-width: 1.6; }
.chekhov .line { fill: none; stroke: #1f2328; stroke-width: 1.4; }
.chekhov .person { fill: none; stroke: #1f2328; stroke-width: 2.6; stroke-linecap: round; stroke-linejoin: round; }
.chekhov .rule { fill: none; stroke: #d0d7de; stroke-width: 1; }
.chekhov .edge { fill: none; stroke: #6e7781; stroke-width: 1.2; }
.chekhov .bad { stroke: #b42318; }
.chekhov text.bad { fill: #b42318; stroke: none; }
.chekhov text.faint { fill: #59636e; }
.chekhov text.strong { font-weight: 700; }
.chekhov text.heading { font-weight: 700; }
"""
_NIGHT = """
.chekhov text { fill: #e6e8eb; }
.chekhov .paper { fill: #15181d; }
.chekhov .panel { fill: #1f242b; }
.chekhov .band { fill: #ffffff; fill-opacity: .11; }
.chekhov .box { fill: #1b2026; stroke: #6e7781; }
.chekhov .ink { fill: #e6e8eb; }
.chekhov .open { fill: #15181d; }
.chekhov .line { stroke: #e6e8eb; }
.chekhov .person { stroke: #e6e8eb; }
.chekhov .rule { stroke: #363c44; }
.chekhov .edge { stroke: #8c959f; }
.chekhov .bad { stroke: #ff8a80; }
.chekhov text.bad { fill: #ff8a80; }
.chekhov text.faint { fill: #9aa4af; }
"""
_BOLD = frozenset(("strong", "heading"))
"""Kinds of text in bold type."""


def colour(number: int) -> str:
    """The colour of the number-th thing; they repeat, and :func:`dash` tells those apart who share one."""
    return PALETTE[number % len(PALETTE)]


def dash(number: int) -> str:
    """The dash pattern of the number-th thing."""
    return DASHES[number // len(PALETTE) % len(DASHES)]


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is, in px, at a size in px.

    >>> round(text_width("Hello", 10), 2)
    22.79
    """
    advances, unknown = _advances(bold)
    return sum(advances[ord(c)] if ord(c) in advances else unknown(c) for c in text) * size


def covered(text: str) -> bool:
    """Whether the font has all letters of a text. Others are taken to be as wide as their size, and drawn with
    whatever font the machine has for them."""
    advances, _ = _advances(False)
    return all(ord(letter) in advances or not letter.isprintable() for letter in text)


def shortened(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The text, or as much of its beginning as fits with a … behind it."""
    if text_width(text, size, bold=bold) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle].rstrip() + "…", size, bold=bold) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip(" ,;:–-(") + "…"


def wrapped(text: str, width: float, size: float, *, most: int | None = None, bold: bool = False) -> list[str]:
    """A text in lines of at most a width, broken at blanks; the last of ``most`` lines is shortened."""
    lines: list[str] = []
    words = text.split()
    while words:
        line = words.pop(0)
        while words and text_width(f"{line} {words[0]}", size, bold=bold) <= width:
            line += f" {words.pop(0)}"
        if most is not None and len(lines) == most - 1:
            lines.append(shortened(" ".join([line, *words]), width, size, bold=bold))
            break
        lines.append(shortened(line, width, size, bold=bold))
    return lines


@functools.cache
def _advances(bold: bool) -> tuple[dict[int, float], _Unknown]:
    import fontpkg_arimo
    from fontTools.ttLib import TTFont

    with TTFont(fontpkg_arimo.ROOT / "files" / "Arimo[wght].ttf", lazy=True) as font:
        glyphs = font.getGlyphSet(location={"wght": 700 if bold else 400})
        unit = font["head"].unitsPerEm
        return {code: glyphs[name].width / unit for code, name in font.getBestCmap().items()}, _Unknown()


class _Unknown:
    def __call__(self, letter: str) -> float:
        import unicodedata

        return 0.0 if unicodedata.combining(letter) or not letter.isprintable() else 1.0


@dataclass(frozen=True, slots=True)
class Box:
    """The room that a text takes."""

    left: float
    top: float
    right: float
    bottom: float
    text: str = ""

    def meets(self, other: Box) -> bool:
        """Whether two boxes have room in common; touching is none."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def overlaps(boxes: Sequence[Box], slack: float = 0.01) -> list[tuple[Box, Box]]:
    """The pairs of boxes that overlap by more than ``slack`` px.

    >>> overlaps([Box(0, 0, 10, 10, "a"), Box(9, 9, 20, 20, "b"), Box(10, 0, 20, 9, "c")])
    [(Box(left=0, top=0, right=10, bottom=10, text='a'), Box(left=9, top=9, right=20, bottom=20, text='b'))]
    """
    found: list[tuple[Box, Box]] = []
    near: list[Box] = []
    for box in sorted(boxes, key=lambda one: (one.left, one.top, one.right, one.bottom)):
        near = [one for one in near if one.right > box.left + slack]
        found += [(one, box) for one in near if min(one.bottom, box.bottom) - max(one.top, box.top) > slack]
        near.append(box)
    return found


class Drawing:
    """A picture under way; lengths are px, y grows downwards. It is as large as what is drawn, with a margin around it
    (beyond what has x or y below 0, which is cut off).

    ``kind`` of a shape is one of the style's classes, several with blanks between them: ``paper``, ``panel``, ``band``,
    ``box``, ``ink``, ``open``, ``line``, ``person``, ``rule``, ``edge``, ``bad``; of a text ``faint``, ``strong``,
    ``heading``, ``bad``. ``colour`` is one of :data:`PALETTE`, which follows light and dark, or another CSS colour,
    which does not: the stroke of lines and of what is ``open``, the fill of all else. A ``title`` shows where the
    pointer rests.
    """

    def __init__(self, title: str, description: str = "", *, margin: float = 16) -> None:
        self.title = title
        self.description = description
        self.margin = margin
        self.boxes: list[Box] = []
        """The room of each text, in the order of drawing."""
        self.right = self.bottom = 0.0
        self._parts: list[str] = []
        self._motions: list[str] = []
        self._frames = 1

    @property
    def width(self) -> float:
        """How wide the picture is so far."""
        return self.right + self.margin

    @property
    def height(self) -> float:
        """How high the picture is so far."""
        return self.bottom + self.margin

    def extend(self, x: float, y: float) -> None:
        """Has the picture reach as far as a point, at least; of a :meth:`path` it does not know how far it goes."""
        self.right, self.bottom = max(self.right, x), max(self.bottom, y)

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        kind: str = "",
        colour: str | None = None,
        radius: float = 0,
        title: str = "",
    ) -> None:
        """A rectangle, its corners rounded by ``radius``."""
        self.extend(x + width, y + height)
        place = {"x": x, "y": y, "width": width, "height": height, **({"rx": radius} if radius else {})}
        self._add("rect", place, kind, colour, "stroke" if "open" in kind.split() else "fill", title)

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        kind: str = "line",
        colour: str | None = None,
        dash: str = "",
        title: str = "",
    ) -> None:
        """A straight line."""
        self.extend(max(x1, x2), max(y1, y2))
        place: dict[str, str | float] = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
        if dash:
            place["stroke-dasharray"] = dash
        self._add("line", place, kind, colour, "stroke", title)

    def path(
        self,
        d: str,
        *,
        kind: str = "line",
        colour: str | None = None,
        dash: str = "",
        title: str = "",
        fill: bool = False,
    ) -> None:
        """A path, in SVG's words; with ``fill``, the colour fills it."""
        place: dict[str, str | float] = {"d": d}
        if dash:
            place["stroke-dasharray"] = dash
        self._add("path", place, kind, colour, "fill" if fill else "stroke", title)

    def circle(
        self, x: float, y: float, r: float, *, kind: str = "", colour: str | None = None, title: str = ""
    ) -> None:
        """A circle around a point."""
        self.extend(x + r, y + r)
        self._add(
            "circle", {"cx": x, "cy": y, "r": r}, kind, colour, "stroke" if "open" in kind.split() else "fill", title
        )

    def polygon(
        self, points: Sequence[tuple[float, float]], *, kind: str = "", colour: str | None = None, title: str = ""
    ) -> None:
        """A polygon."""
        for x, y in points:
            self.extend(x, y)
        place = {"points": " ".join(f"{_short(x)},{_short(y)}" for x, y in points)}
        self._add("polygon", place, kind, colour, "stroke" if "open" in kind.split() else "fill", title)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: str = "start",
        size: float = 11,
        kind: str = "",
        colour: str | None = None,
        width: float | None = None,
        title: str = "",
    ) -> Box:
        """A text whose base line is at ``y``; ``x`` is its ``start``, ``middle`` or ``end``, as ``anchor`` says.
        Shortened with a … to a ``width``; the whole then shows on hover. Returns the room that it takes."""
        bold = not _BOLD.isdisjoint(kind.split())
        text = " ".join(_legal(text).split())
        shown = text if width is None else shortened(text, width, size, bold=bold)
        if shown != text and not title:
            title = text
        length = text_width(shown, size, bold=bold)
        left = x - {"start": 0.0, "middle": length / 2, "end": length}[anchor]
        box = Box(left, y - ASCENT * size, left + length, y + DESCENT * size, shown)
        self.extend(box.right, box.bottom)
        if shown:
            self.boxes.append(box)
            place: dict[str, str | float] = {"x": x, "y": y, "font-size": size}
            if anchor != "start":
                place["text-anchor"] = anchor
            place |= {"textLength": length, "lengthAdjust": "spacingAndGlyphs"}
            self._add("text", place, kind, colour, "fill", title, escape(shown))
        return box

    @contextmanager
    def group(self, *, id: str = "", kind: str = "", title: str = "", **data: str | float) -> Iterator[None]:
        """What is drawn within belongs together. ``data`` become ``data-`` attributes, for whoever gives the picture
        life, such as a page."""
        place: dict[str, str | float] = {}
        if id:
            place["id"] = id
        place |= {f"data-{name.replace('_', '-')}": value for name, value in data.items()}
        classes = {"class": kind} if kind else {}
        self._parts.append(f"<g{_attributes(classes | place)}>{f'<title>{_plain(title)}</title>' if title else ''}")
        yield
        self._parts.append("</g>")

    @contextmanager
    def moving(self, frames: Sequence[str], *, smooth: bool = False) -> Iterator[None]:
        """What is drawn within looks as each of the ``frames`` says (CSS declarations), one after the other, for
        :data:`FRAME` seconds each, over and over; ``smooth``: it goes over from one into the next. As in the last one
        where nothing moves (in print, in other programs, for those who want no motion), and while the pointer is on the
        picture it stands still. :attr:`boxes` are those of the last frame. If all frames are alike, nothing moves."""
        boxes = len(self.boxes)
        if len(set(frames)) == 1:
            yield
            return
        self._frames = len(frames)
        name = f"m{len(self._motions) + 1}"
        share = 100 / len(frames)
        steps = [f"0%{{{frames[0]}}}"]
        for number, (before, after) in enumerate(pairwise(frames), 1):
            if before != after:
                at = number * share
                steps += [f"{_short(at)}%{{{before}}}"] if smooth else []
                steps.append(f"{_short(at + share * _GOING if smooth else at)}%{{{after}}}")
        steps.append(f"100%{{{frames[-1]}}}")
        timing = "ease-in-out" if smooth else "step-end"
        self._motions.append(
            f".chekhov .{name} {{ {frames[-1]}; animation-name: {name}; animation-timing-function: {timing}; }}\n"
            f"@keyframes {name} {{ {' '.join(steps)} }}\n"
        )
        with self.group(kind=f"moving {name}"):
            yield
        if "opacity:0" in frames[-1]:
            del self.boxes[boxes:]

    def svg(self, *, styled: bool = True) -> str:
        """The picture; not ``styled``, it needs the :func:`style` of the page in which it stands, and nothing moves."""
        width, height = _short(self.width), _short(self.height)
        told = f"<desc>{_plain(self.description)}</desc>\n" if self.description else ""
        motion = "".join(self._motions)
        if motion:
            motion += (
                f"@media (prefers-reduced-motion: no-preference) {{\n.chekhov .moving {{ animation-duration: "
                f"{_short(self._frames * FRAME)}s; animation-iteration-count: infinite; }}\n"
                ".chekhov:hover .moving { animation-play-state: paused; }\n}\n"
            )
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chekhov" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-label={quoteattr(_legal(self.title))}>',
            f"<title>{_plain(self.title)}</title>\n{told}{f'<style>{style()}{motion}</style>' if styled else ''}",
            f'<rect class="paper" width="{width}" height="{height}"/>',
            *self._parts,
            "</svg>",
        ]
        return "\n".join(lines) + "\n"

    def _add(
        self,
        tag: str,
        place: Mapping[str, str | float],
        kind: str,
        colour: str | None,
        paint: str,
        title: str,
        content: str = "",
    ) -> None:
        classes = [kind] if kind else []
        own: dict[str, str | float] = {}
        if colour in PALETTE:
            classes.append(f"{paint[0]}{PALETTE.index(colour)}")
        elif colour is not None:
            own["style"] = f"{paint}:{colour}"
        attributes = _attributes({**({"class": " ".join(classes)} if classes else {}), **place, **own})
        inner = f"{content}<title>{_plain(title)}</title>" if title else content
        self._parts.append(f"<{tag}{attributes}>{inner}</{tag}>" if inner else f"<{tag}{attributes}/>")


def style() -> str:
    """The style sheet of all pictures: light, and dark on screens that ask for it."""

    def palette(colours: Sequence[str]) -> str:
        rules = (
            f".chekhov .s{n} {{ stroke: {c}; }} .chekhov .f{n} {{ fill: {c}; }} .chekhov text.f{n} {{ fill: {c}; }}\n"
            for n, c in enumerate(colours)
        )
        return "".join(rules)

    night = f"@media screen and (prefers-color-scheme: dark) {{{_NIGHT}{palette(DARK)}}}\n"
    return f"{_STYLE}{palette(PALETTE)}{night}"


def _attributes(values: Mapping[str, str | float]) -> str:
    return "".join(
        f" {name}={quoteattr(_legal(value) if isinstance(value, str) else _short(value))}"
        for name, value in values.items()
    )


def _short(value: float) -> str:
    """A length with two decimals at most."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _plain(text: str) -> str:
    return escape(_legal(text))


def _legal(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(
        c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )
