"""Sketches: a map as somebody knows it, for a page that may be as narrow as a phone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from chekhov.charts.drawing import Box, Drawing, text_width, wrapped
from chekhov.charts.map import Point, apart, distances, embedded, route


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a sketch: its name, who is there, and the most who were so far, for whom there is room. ``own``:
    whoever it is drawn for is there."""

    name: str
    here: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    own: bool = False


_NAME, _TEXT, _ROW = 13.0, 12.0, 16.0
_LEAST, _PAD, _GAP, _STEP = 84.0, 9.0, 26.0, 96.0


@lru_cache(maxsize=256)
def _spread(count: int, ways: tuple[tuple[int, int], ...]) -> list[Point]:
    """Where places stand, all else being equal; at hand for the next time, as people move more often than places."""
    return _upright(embedded(distances(count, ways)))


def sketch(title: str, places: Sequence[Place], ways: Sequence[tuple[int, int]], width: float = 336) -> Drawing:
    """A map no wider than so many px, of some places and the ways between them (by their numbers)."""
    described = "; ".join(f"{each.name}: {', '.join(each.here) or 'nobody'}" for each in places)
    drawing = Drawing(title, described, margin=2)
    most = max((width - _GAP) / 2, 60.0) - 2 * _PAD
    longest = max(width * 0.6, 60.0) - 2 * _PAD  # of a name, beside which nothing else may have room
    texts = [wrapped(", ".join(each.here), most, _TEXT) for each in places]
    sizes = []
    for each, text in zip(places, texts, strict=True):
        lines = max(text, wrapped(", ".join(each.most), most, _TEXT), key=len)
        named = min(text_width(" ".join(each.name.split()), _NAME, bold=True) + 1, longest)
        widest = max([_LEAST, *(text_width(row, _TEXT) + 1 for row in [*text, *lines])])
        sizes.append((max(named, min(widest, most)) + 2 * _PAD, 26 + len(lines) * _ROW))
    points = _spread(len(places), tuple(ways))
    room = width - 4
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    scale = (room - max(w for w, _ in sizes)) / (right - left) if right - left > 1e-6 else 0.0
    scale = min(scale, _STEP)
    middles = [(room / 2 + (x - (left + right) / 2) * scale, y * _STEP) for x, y in points]
    middles = _closed(apart(middles, sizes, _GAP, room), sizes)
    top = min(y - height / 2 for (_, y), (_, height) in zip(middles, sizes, strict=True)) - 2
    rooms = [
        Box(x - w / 2 + 2, y - h / 2 - top, x + w / 2 + 2, y + h / 2 - top)
        for (x, y), (w, h) in zip(middles, sizes, strict=True)
    ]
    for one, other in ways:
        line = route(one, other, rooms, width)
        for x, y in line.points:
            drawing.extend(x, y)
        drawing.path(line.path, kind="edge", title=f"{places[one].name} – {places[other].name}")
    for each, text, box in zip(places, texts, rooms, strict=True):
        kind, inner = "box own" if each.own else "box", box.right - box.left - 2 * _PAD
        drawing.rect(box.left, box.top, box.right - box.left, box.bottom - box.top, kind=kind, radius=6)
        x, y = box.left + _PAD, box.top + 18
        drawing.text(x, y, each.name, size=_NAME, kind="heading", width=inner)
        for row, words in enumerate(text, 1):
            drawing.text(x, y + row * _ROW, words, size=_TEXT, width=inner)
    drawing.extend(width - 2, 0)
    return drawing


def _closed(points: Sequence[Point], sizes: Sequence[Point]) -> list[Point]:
    """The points without wide bands, from side to side, in which no box is."""
    found = list(points)
    order = sorted(range(len(points)), key=lambda n: points[n][1] - sizes[n][1] / 2)
    reach, up = points[order[0]][1], 0.0
    for number in order:
        (x, y), half = points[number], sizes[number][1] / 2
        up += max(0.0, y - half - up - reach - 2 * _GAP)
        found[number] = x, y - up
        reach = max(reach, y - up + half)
    return found


def _upright(points: Sequence[Point]) -> list[Point]:
    """The points, turned so that they reach farthest from top to bottom, the first of them above the middle."""
    x, y = (sum(each) / len(points) for each in zip(*points, strict=True))
    points = [(px - x, py - y) for px, py in points]
    xx, yy, xy = (sum(p[i] * p[j] for p in points) for i, j in ((0, 0), (1, 1), (0, 1)))
    turn = math.pi / 2 - math.atan2(2 * xy, xx - yy) / 2
    cos, sin = math.cos(turn), math.sin(turn)
    points = [(px * cos - py * sin, px * sin + py * cos) for px, py in points]
    return points if points[0][1] <= 0 else [(-px, -py) for px, py in points]
