"""Layers of boxes and arrows: no arrow through a box, nothing written on anything, all that is below under the line."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from chekhov.charts.drawing import Box, overlaps
from chekhov.charts.layers import Arrangement, Arrow, Size, arrange


def assert_readable(found: Arrangement, arrows: list[Arrow]) -> None:
    labels = [label for label in found.labels if label is not None]
    assert overlaps([*found.boxes, *labels]) == []
    for arrow, route in zip(arrows, found.routes, strict=True):
        for (x1, y1), (x2, y2) in pairwise(route):
            run = Box(min(x1, x2) - 0.01, min(y1, y2) - 0.01, max(x1, x2) + 0.01, max(y1, y2) + 0.01)
            inner = [Box(box.left + 1, box.top + 1, box.right - 1, box.bottom - 1) for box in found.boxes]
            assert not any(run.meets(box) for box in inner)
        first, last = found.boxes[arrow.source], found.boxes[arrow.target]
        assert touches(route[0], first)
        assert touches(route[-1], last)


def touches(point: tuple[float, float], box: Box) -> bool:
    x, y = point
    return box.left - 0.5 <= x <= box.right + 0.5 and box.top - 0.5 <= y <= box.bottom + 0.5


@pytest.mark.parametrize("seed", range(12))
def test_random_graphs(seed: int) -> None:
    draw = random.Random(seed)
    count = draw.randint(1, 30)
    below = [number > 0 and draw.random() < 0.4 for number in range(count)]
    arrows: list[Arrow] = []
    for number in range(1, count):
        for _ in range(draw.randint(1, 2)):
            source, target = draw.randrange(number), number
            if draw.random() < 0.15:
                source, target = target, source
            if below[source] and not below[target]:
                source, target = target, source
            label = Size(draw.randint(20, 90), draw.choice((11.5, 23.0))) if draw.random() < 0.5 else None
            if not any((arrow.source, arrow.target) == (source, target) for arrow in arrows):
                arrows.append(Arrow(source, target, label))
    sizes = [Size(130, draw.randint(30, 80)) for _ in range(count)]
    found = arrange(sizes, arrows, below)
    assert_readable(found, arrows)
    assert (found.line is None) == (not any(below))
    for box, low in zip(found.boxes, below, strict=True):
        assert found.line is None or (box.top > found.line if low else box.bottom < found.line)
    assert arrange(sizes, arrows, below) == found


def test_the_first_box_is_on_top_though_arrows_lead_back() -> None:
    # To turn the first arrow alone would be less.
    arrows = [Arrow(0, 1), Arrow(1, 2), Arrow(2, 0), Arrow(2, 3), Arrow(3, 0)]
    boxes = arrange([Size(60, 30)] * 4, arrows, [False] * 4).boxes
    assert [box.top for box in boxes] == sorted(box.top for box in boxes)
    # What closes no circle leads down, whatever the numbers.
    boxes = arrange([Size(60, 30)] * 4, [Arrow(0, 1), Arrow(1, 2), Arrow(3, 2), Arrow(0, 3)], [False] * 4).boxes
    assert boxes[3].bottom < boxes[2].top


def test_nothing() -> None:
    assert arrange([], [], []).boxes == ()
