"""Storyline charts: each person a line, those who are together side by side, time from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from chekhov.charts.chronicle import Chronicle, Mark, Told, chronicle
from chekhov.charts.drawing import Box
from chekhov.charts.pictures import Picture, Wish
from chekhov.charts.storylines import Arrangement, arrange
from chekhov.formats.storylines import Storyline

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a7400", "#7a7a7a")
"""Okabe and Ito's colours, safe for the colour-blind; black and yellow, which one of the backgrounds swallows, are
grey and olive."""
DASHES = ("", "7 3", "2 3", "9 3 2 3")
"""Told apart by these where there are more people than colours."""

_ROW, _GAP, _STEP, _NAME = 18.0, 14.0, 84.0, 12
_TOP, _LEFT = 24.0, 110.0
_GLYPH = 6.6
"""The width of a letter at the size of names, in the widest of the fonts named."""

_STYLE = """
text { font: 11px "DejaVu Sans", Verdana, sans-serif; fill: #222; }
.line { fill: none; stroke-width: 2.5; stroke-linecap: round; }
.band { fill: #000; fill-opacity: .07; }
.mark { stroke-width: 1.5; }
.paper { fill: #fff; }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd; }
  .paper { fill: #181a1f; }
  .band { fill: #fff; fill-opacity: .1; }
}
"""


def picture(story: Told, wish: Wish) -> Picture:
    """The storyline chart of a story."""
    return _picture(chronicle(story), story.title)


def picture_of(storyline: Storyline, title: str) -> Picture:
    """The chart of others' storyline data."""
    return _picture(Chronicle(storyline, (), ()), title)


def _picture(told: Chronicle, title: str) -> Picture:
    people = told.storyline.people
    arranged = arrange(told.storyline)
    layers = [
        {"groups": [[people[p] for p in group] for group in layer.groups], "time": layer.time}
        for layer in told.storyline.layers
    ]
    orders = [[people[person] for person in order] for order in arranged.orders]
    counts = {"crossings": arranged.crossings, "least": arranged.least, "proved": arranged.proved}
    data = {**counts, "layers": layers, "orders": orders, "beats": list(told.beats)}
    gap = "" if arranged.proved else f" (at least {arranged.least})"
    return Picture(
        draw(told.storyline, arranged, title=title, beats=told.beats, marks=told.marks),
        data,
        tuple(Box(*box) for box in text_boxes(told.storyline, arranged)),
        note=f"{arranged.crossings} crossings{gap}",
        limited=not arranged.proved,
    )


def text_boxes(storyline: Storyline, arrangement: Arrangement) -> list[tuple[float, float, float, float]]:
    """Where text stands: left, top, right, bottom of each, in the chart's units."""
    return [box for box, _, _ in _names(storyline, _places(storyline, arrangement))] + [
        (_x(number) - 10, 2, _x(number) + 10, 15) for number in range(len(storyline.layers))
    ]


def draw(
    storyline: Storyline,
    arrangement: Arrangement,
    *,
    title: str = "",
    beats: Sequence[str] = (),
    marks: Sequence[Mark] = (),
) -> str:
    """The chart as SVG; the same for the same input. What stands on the lines, and the beats' texts, show on hover."""
    rows = _places(storyline, arrangement)
    bottom = max((y for row in rows for y in row.values()), default=_TOP) + _ROW
    width, height = _x(len(rows) - 1) + _STEP / 2 + 14, bottom + 24 + 16 * len(beats)
    found = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img">',
        f"<title>{escape(title or 'A storyline')}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{width:g}" height="{height:g}"/>',
    ]
    for number, (layer, row) in enumerate(zip(storyline.layers, rows, strict=True)):
        for group in layer.groups:
            if len(group) > 1:
                top, end = min(row[p] for p in group) - 7, max(row[p] for p in group) + 7
                found.append(
                    f'<rect class="band" x="{_x(number) - 24:g}" y="{top:g}" width="48" height="{end - top:g}" rx="7">'
                    f"<title>{escape(layer.title)}</title></rect>"
                )
        told = beats[number] if number < len(beats) else f"{layer.time:g}"
        found.append(
            f'<text x="{_x(number):g}" y="12" text-anchor="middle">{number}<title>{escape(told)}</title></text>'
        )
    for person, name in enumerate(storyline.people):
        found += _line(person, name, rows)
    for mark in marks:
        if mark.person in rows[mark.beat]:
            found.append(_mark(mark, _x(mark.beat), rows[mark.beat][mark.person]))
    for (_, _, right, base), name, person in _names(storyline, rows):
        found.append(
            f'<text x="{right:g}" y="{base - 3:g}" text-anchor="end" style="fill:{_colour(person)}" '
            f">{escape(_short(name))}"
            f"<title>{escape(name)}</title></text>"
        )
    told = f"{arrangement.crossings} crossing{'' if arrangement.crossings == 1 else 's'}"
    told += ", proved fewest" if arrangement.proved else f", at least {arrangement.least}"
    found.append(f'<text x="8" y="{bottom + 12:g}">{told}</text>')
    room = int((width - 40) / _GLYPH)
    for number, beat in enumerate(beats):
        shown = beat if len(beat) <= room else f"{beat[: room - 1]}…"
        found.append(f'<text x="8" y="{bottom + 30 + 16 * number:g}">{number:3} {escape(shown)}</text>')
    return "\n".join([*found, "</svg>"]) + "\n"


def _x(layer: int) -> float:
    return _LEFT + layer * _STEP


def _colour(person: int) -> str:
    return PALETTE[person % len(PALETTE)]


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _places(storyline: Storyline, arrangement: Arrangement) -> list[dict[int, float]]:
    """The height of everybody in each layer: groups apart, and each layer moved so that most go straight on."""
    rows: list[dict[int, float]] = []
    for layer, order in zip(storyline.layers, arrangement.orders, strict=True):
        group = {person: number for number, people in enumerate(layer.groups) for person in people}
        y, row, last = 0.0, {}, None
        for person in order:
            y += _ROW if last is None or group[person] == last else _ROW + _GAP
            row[person], last = y, group[person]
        if rows:
            shifts = sorted(rows[-1][person] - at for person, at in row.items() if person in rows[-1])
            shift = shifts[len(shifts) // 2] if shifts else 0.0
            row = {person: at + shift for person, at in row.items()}
        rows.append(row)
    least = min((y for row in rows for y in row.values()), default=0.0)
    return [{person: y - least + _TOP + _ROW for person, y in row.items()} for row in rows]


def _line(person: int, name: str, rows: Sequence[dict[int, float]]) -> list[str]:
    """The line of a person, in as many pieces as they are on stage."""
    pieces: list[str] = []
    path = ""
    for number, row in enumerate([*rows, {}]):
        if person not in row:
            if path:
                pieces.append(path)
            path = ""
            continue
        x, y = _x(number), row[person]
        if not path:
            path = f"M{x - 24:g} {y:g}H{x + 24:g}"
        else:
            middle = x - _STEP / 2
            path += f"C{middle:g} {rows[number - 1][person]:g} {middle:g} {y:g} {x - 24:g} {y:g}H{x + 24:g}"
    dash = DASHES[person // len(PALETTE) % len(DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    title = f"<title>{escape(name)}</title>"
    return [f'<path class="line" stroke="{_colour(person)}"{dashed} d="{each}">{title}</path>' for each in pieces]


def _mark(mark: Mark, x: float, y: float) -> str:
    colour, title = _colour(mark.person), f"<title>{escape(mark.text)}</title>"
    if mark.kind == "dies":
        cross = f"M{x + 19:g} {y - 5:g}l10 10m0 -10l-10 10"
        return f'<path class="line" stroke="{colour}" d="{cross}">{title}</path>'
    fill = colour if mark.kind == "learns" else "none"
    shift = -8 if mark.kind == "learns" else 8
    return f'<circle class="mark" cx="{x + shift:g}" cy="{y:g}" r="5" stroke="{colour}" fill="{fill}">{title}</circle>'


def _names(
    storyline: Storyline, rows: Sequence[dict[int, float]]
) -> list[tuple[tuple[float, float, float, float], str, int]]:
    """A name before each line's first piece, with its box."""
    found = []
    for person, name in enumerate(storyline.people):
        first = next((number for number, row in enumerate(rows) if person in row), None)
        if first is not None:
            right, y = _x(first) - 28, rows[first][person]
            room = _STEP - 52 if first else _LEFT - 32
            width = min(len(_short(name)) * _GLYPH, room)
            found.append(((right - width, y - 7, right, y + 7), name, person))
    return found
