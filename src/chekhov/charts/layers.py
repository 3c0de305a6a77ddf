"""Boxes and arrows in layers, from top to bottom: where a layered layout (Sugiyama's, by graphlay) puts them.

Boxes may be *below a line*: then all of them lie under all others, and each arrow crosses the line once at most, and
downwards. That is possible because no arrow leads back over it. Layers are found for either side by itself, then put
under each other.

The layout is the same for the same graph: graphlay draws no random numbers, and neither time nor hashes enter.

Example
-------
>>> found = arrange([Size(40, 20)] * 3, [Arrow(0, 1), Arrow(0, 2)], [False, False, True])
>>> [box.top < found.line for box in found.boxes], found.boxes[2].top > found.line
([True, True, False], True)
>>> [len(route) >= 2 for route in found.routes]
[True, True]
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from chekhov.charts.drawing import Box

_SPACING = {
    "layer_gap": 26.0,
    "node_gap": 14.0,
    "dummy_gap": 9.0,
    "port_gap": 9.0,
    "port_stroke_clear": 6.0,
    "stub": 9.0,
    "edge_label_margin": 12.0,
    "edge_label_stack_gap": 5.0,
    "isolated_gap": 14.0,
}
_THOROUGH = 150
"""Up to so many boxes the layout is looked for as thoroughly as graphlay can."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large something is, in px."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow from one box (by its number) to another, and the room that is kept for what is written on it."""

    source: int
    target: int
    label: Size | None = None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where everything is: each box, the corners of each arrow's way from border to border, and the room of what is
    written on it. ``line`` is the height of the line, if there are boxes below one. ``crossings`` of arrows."""

    boxes: tuple[Box, ...]
    routes: tuple[tuple[tuple[float, float], ...], ...]
    labels: tuple[Box | None, ...]
    line: float | None
    crossings: int

    @property
    def right(self) -> float:
        """How far to the right it goes; to the left it begins at 0."""
        return max(
            (
                *(box.right for box in (*self.boxes, *filter(None, self.labels))),
                *(x for route in self.routes for x, _ in route),
            ),
            default=0.0,
        )


def arrange(sizes: Sequence[Size], arrows: Sequence[Arrow], below: Sequence[bool]) -> Arrangement:
    """Lays out boxes of some sizes, in the order of their numbers as far as an arrow leads from one to the other; an
    arrow to an earlier one leads up again. ``below`` says which of them are under the line. No arrow may lead from one
    below to one that is not, nor from a box to itself."""
    if not sizes:
        return Arrangement((), (), (), None, 0)
    layers = _layers(len(sizes), arrows, [n for n, low in enumerate(below) if not low])
    lower = _layers(len(sizes), arrows, [n for n, low in enumerate(below) if low])
    first = max(layers.values(), default=-1) + 1
    layers |= {number: first + layer for number, layer in lower.items()}
    request = _request(sizes, arrows, layers)
    placed = _laid_out(request, "thorough" if len(sizes) <= _THOROUGH else "balanced")
    boxes = [_box(node["center"], sizes[n]) for n, node in enumerate(placed["nodes"])]
    routes = [[(point["x"], point["y"]) for point in edge["points"]] for edge in placed["edges"]]
    return _from_corner(boxes, routes, _labels(arrows, routes, boxes), _line(boxes, below, routes), placed["crossings"])


def _line(boxes: Sequence[Box], below: Sequence[bool], routes: Sequence[Sequence[tuple[float, float]]]) -> float | None:
    """The height of the line, where most room is between the arrows that go along it."""
    over = [box.bottom for box, low in zip(boxes, below, strict=True) if not low]
    under = [box.top for box, low in zip(boxes, below, strict=True) if low]
    if not under:
        return None
    top, bottom = max(over, default=min(under) - _SPACING["layer_gap"]), min(under)
    level = {y1 for route in routes for (_, y1), (_, y2) in pairwise(route) if y1 == y2 and top < y1 < bottom}
    heights = sorted({top, bottom, *level})
    above, beneath = max(pairwise(heights), key=lambda ends: (ends[1] - ends[0], -ends[0]))
    return (above + beneath) / 2


def _box(centre: dict[str, float], size: Size) -> Box:
    x, y = centre["x"], centre["y"]
    return Box(x - size.width / 2, y - size.height / 2, x + size.width / 2, y + size.height / 2)


def _labels(
    arrows: Sequence[Arrow], routes: Sequence[Sequence[tuple[float, float]]], boxes: Sequence[Box]
) -> list[Box | None]:
    """The room of what is written on the arrows: on the way of the arrow itself or beside it, on no box, no other
    arrow, and nothing else that is written. None for what there is no such room for."""
    runs = [[_run(*ends) for ends in pairwise(route)] for route in routes]
    found: list[Box | None] = [None] * len(arrows)
    taken = list(boxes)
    for number, arrow in enumerate(arrows):
        if arrow.label is None:
            continue
        others = [run for other, mine in enumerate(runs) if other != number for run in mine]
        for room in _rooms(routes[number], arrow.label):
            if not any(room.meets(one) for one in taken) and not any(room.meets(run) for run in others):
                found[number] = room
                taken.append(room)
                break
    return found


def _run(start: tuple[float, float], end: tuple[float, float]) -> Box:
    """The room of a straight piece of a way, with a little around it."""
    (x1, y1), (x2, y2) = start, end
    return Box(min(x1, x2) - 2, min(y1, y2) - 2, max(x1, x2) + 2, max(y1, y2) + 2)


def _rooms(route: Sequence[tuple[float, float]], size: Size) -> Iterator[Box]:
    """Where something could be written, the best place first: in the middle of a long piece of the way, on it, then to
    the right and to the left of it."""
    pieces = sorted(pairwise(route), key=lambda ends: -_length(*ends))
    for aside in (0.0, 0.5, -0.5):
        for share in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82, 0.1, 0.9):
            for (x1, y1), (x2, y2) in pieces:
                if _length((x1, y1), (x2, y2)) < size.height + 6:
                    continue
                x, y = x1 + (x2 - x1) * share, y1 + (y2 - y1) * share
                if x1 == x2:
                    x += aside * (size.width + 6)
                else:
                    y += aside * (size.height + 4)
                yield Box(x - size.width / 2, y - size.height / 2, x + size.width / 2, y + size.height / 2)


def _length(start: tuple[float, float], end: tuple[float, float]) -> float:
    return abs(end[0] - start[0]) + abs(end[1] - start[1])


def _layers(count: int, arrows: Sequence[Arrow], members: Sequence[int]) -> dict[int, int]:
    """The layer of each of some boxes, as if there were no others. Those without an arrow between them go where there
    is most room."""
    inside = set(members)
    inner = [arrow for arrow in arrows if arrow.source in inside and arrow.target in inside]
    tied = sorted({end for arrow in inner for end in (arrow.source, arrow.target)})
    found: dict[int, int] = {}
    if tied:
        numbers = {number: place for place, number in enumerate(tied)}
        small = [Arrow(numbers[arrow.source], numbers[arrow.target]) for arrow in inner]
        placed = _laid_out(_request([Size(1, 1)] * len(tied), small, {}), "fast")
        heights = [round(node["center"]["y"]) for node in placed["nodes"]]
        order = {height: layer for layer, height in enumerate(sorted(set(heights)))}
        found = {number: order[height] for number, height in zip(tied, heights, strict=True)}
    sizes = Counter(found.values())
    for number in members:
        if number not in found:
            found[number] = min(range(max(sizes, default=0) + 1), key=lambda layer: (sizes[layer], layer))
            sizes[found[number]] += 1
    return found


def _request(sizes: Sequence[Size], arrows: Sequence[Arrow], layers: dict[int, int]) -> dict[str, Any]:
    return {
        "nodes": [
            {
                "size": {"width": size.width, "height": size.height},
                **({"rank": {"fixed": layers[number]}} if layers else {}),
            }
            for number, size in enumerate(sizes)
        ],
        "edges": [
            {
                "source": arrow.source,
                "target": arrow.target,
                "reverse_for_ranking": leads_back,
                **(
                    {"label_size": {"width": arrow.label.width, "height": arrow.label.height}}
                    if arrow.label is not None
                    else {}
                ),
            }
            for arrow, leads_back in zip(arrows, _leading_back(arrows), strict=True)
        ],
    }


def _leading_back(arrows: Sequence[Arrow]) -> list[bool]:
    """Which arrows lead upwards, so that all others can lead downwards: of those to an earlier box, the ones that close
    a circle."""
    after: dict[int, list[int]] = defaultdict(list)
    found = [False] * len(arrows)
    for arrow in arrows:
        if arrow.target > arrow.source:
            after[arrow.source].append(arrow.target)
    for number, arrow in enumerate(arrows):
        if arrow.target < arrow.source:
            seen, waiting = {arrow.target}, [arrow.target]
            while waiting:
                new = [box for box in after[waiting.pop()] if box not in seen]
                seen.update(new)
                waiting += new
            if arrow.source in seen:
                found[number] = True
            else:
                after[arrow.source].append(arrow.target)
    return found


def _laid_out(graph: dict[str, Any], effort: str) -> dict[str, Any]:
    import graphlay

    options = {
        "direction": "topbottom",
        "routing": {"style": "orthogonal"},
        "labels": {"reservation": "always", "placement": "gap_centre"},
        "spacing": _SPACING,
        "effort": effort,
    }
    found = graphlay.layout(graph, options=options)
    return found.raw | {"crossings": found.metrics()["crossings"]}


def _from_corner(
    boxes: Sequence[Box],
    routes: Sequence[Sequence[tuple[float, float]]],
    labels: Sequence[Box | None],
    line: float | None,
    crossings: int,
) -> Arrangement:
    """All of it moved so that it begins at 0, 0."""
    rooms = [*boxes, *filter(None, labels)]
    left = min([box.left for box in rooms] + [x for route in routes for x, _ in route])
    top = min([box.top for box in rooms] + [y for route in routes for _, y in route])

    def moved(box: Box) -> Box:
        return Box(box.left - left, box.top - top, box.right - left, box.bottom - top)

    return Arrangement(
        tuple(map(moved, boxes)),
        tuple(tuple((x - left, y - top) for x, y in route) for route in routes),
        tuple(None if label is None else moved(label) for label in labels),
        None if line is None else line - top,
        crossings,
    )
