"""Storyline charts: each person a line, those who are together side by side, time from left to right."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from chekhov.charts.chronicle import Chronicle, Mark, Told, chronicle
from chekhov.charts.drawing import Drawing, colour, dash, text_width
from chekhov.charts.pictures import Picture, Wish
from chekhov.charts.storylines import Arrangement, arrange
from chekhov.formats.storylines import Storyline

_ROW, _GAP = 18.0, 26.0
"""From line to line, and how much more between groups: a name fits into the one, a place's besides into the other."""
_NAME = 150.0
"""The most room for a name before the lines."""
_SMALL, _TEXT = 9.0, 11.0
_SWEEPS = 8


def picture(story: Told, wish: Wish) -> Picture:
    """The storyline chart of a story; beside another one, with the beat marked at which they part."""
    reasons = [_reasons(story, beat) for beat in range(len(story.beats))]
    if wish.against is None:
        return _picture([(story.title, chronicle(story), reasons)])
    other = wish.against
    others = [_reasons(other, beat) for beat in range(len(other.beats))]
    return _picture([("The first", chronicle(story), reasons), ("The other", chronicle(other), others)], story.title)


def picture_of(storyline: Storyline, title: str) -> Picture:
    """The chart of others' storyline data."""
    return _picture([(title, Chronicle(storyline, (), ()), [])])


def _reasons(story: Told, beat: int) -> str:
    return "\n".join(line for why in story.why(beat) for line in why.lines(90)[1:])


def _picture(stories: Sequence[tuple[str, Chronicle, Sequence[str]]], title: str = "") -> Picture:
    title = title or stories[0][0]
    drawing = Drawing(title, f"A storyline chart: {'; '.join(name for name, _, _ in stories)}.")
    drawing.text(16, 28, title, size=16, kind="heading", width=900)
    people = list(dict.fromkeys(name for _, told, _ in stories for name in told.storyline.people))
    colours = {name: number for number, name in enumerate(people)}
    beats = [told.beats for _, told, _ in stories]
    same = 0
    if len(stories) > 1:
        while same < min(map(len, beats)) and beats[0][same] == beats[1][same]:
            same += 1
    y, data, notes, limited = 44.0, [], [], False
    for name, told, reasons in stories:
        arranged = arrange(told.storyline)
        limited = limited or not arranged.proved
        if len(stories) > 1:
            y += 16
            drawing.text(16, y, name, size=13, kind="strong")
            y += 10
        y = _draw(drawing, y, told, reasons, arranged, colours, same if len(stories) > 1 else None)
        data.append(_data(told, arranged))
        notes.append(_note(arranged))
    _legend(drawing, y)
    answer = data[0] if len(stories) == 1 else {"stories": data, "part_at": same}
    return Picture(
        drawing.svg(),
        answer,
        tuple(drawing.boxes),
        lambda width: "\n".join(line for _, told, _ in stories for line in _lines(told, width)) + "\n",
        "; ".join(notes),
        limited,
    )


def _note(arranged: Arrangement) -> str:
    count = f"{arranged.crossings} crossing{'' if arranged.crossings == 1 else 's'}"
    return count + (", proved fewest" if arranged.proved else f", at least {arranged.least}")


def _data(told: Chronicle, arranged: Arrangement) -> dict[str, object]:
    people = told.storyline.people
    layers = [
        {
            "groups": [[people[p] for p in group] for group in layer.groups],
            "places": list(layer.places),
            "time": layer.time,
        }
        for layer in told.storyline.layers
    ]
    orders = [[people[person] for person in order] for order in arranged.orders]
    marks = [
        {"person": people[mark.person], "beat": mark.beat, "kind": mark.kind, "text": mark.text} for mark in told.marks
    ]
    counts = {"crossings": arranged.crossings, "least": arranged.least, "proved": arranged.proved}
    return {**counts, "layers": layers, "orders": orders, "beats": list(told.beats), "marks": marks}


# ---------------------------------------------------------------------------------------------------------------------
# Heights


def heights(storyline: Storyline, arrangement: Arrangement) -> list[dict[int, float]]:
    """The height of everybody in each layer, 0 at the top. Layer after layer, there and back, lines are put as near as
    can be to where they are in the layers beside, so that they turn seldom and by little; in sum of all distances the
    best for each layer (isotonic regression, by pooling adjacent violators with medians)."""
    gaps: list[list[float]] = []
    for layer, order in zip(storyline.layers, arrangement.orders, strict=True):
        group = {person: number for number, members in enumerate(layer.groups) for person in members}
        apart = [_ROW if group[a] == group[b] else _ROW + _GAP for a, b in pairwise(order)]
        gaps.append([0.0, *apart])
    rows: list[dict[int, float]] = []
    for order, apart in zip(arrangement.orders, gaps, strict=True):
        rows.append(_settled(order, apart, [rows[-1]] if rows else []))
    for sweep in range(_SWEEPS):
        numbers = range(len(rows)) if sweep % 2 else range(len(rows) - 1, -1, -1)
        for number in numbers:
            beside = [rows[n] for n in (number - 1, number + 1) if 0 <= n < len(rows)]
            rows[number] = _settled(arrangement.orders[number], gaps[number], beside)
    least = min((y for row in rows for y in row.values()), default=0.0)
    return [{person: y - least for person, y in row.items()} for row in rows]


def _settled(order: Sequence[int], apart: Sequence[float], beside: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """The heights of a layer's people, in order and so far apart at least, that are nearest to those beside."""
    offsets: list[float] = []
    for gap in apart[: len(order)]:
        offsets.append((offsets[-1] if offsets else 0.0) + gap)
    blocks: list[tuple[list[float], int]] = []
    for person, offset in zip(order, offsets, strict=True):
        wanted, size = sorted(row[person] - offset for row in beside if person in row), 1
        while blocks and (not wanted or not blocks[-1][0] or _middle(blocks[-1][0]) > _middle(wanted)):
            before, count = blocks.pop()
            wanted, size = sorted(before + wanted), size + count
        blocks.append((wanted, size))
    bases = [_middle(wanted) if wanted else 0.0 for wanted, size in blocks for _ in range(size)]
    return {person: base + offset for person, base, offset in zip(order, bases, offsets, strict=True)}


def _middle(values: Sequence[float]) -> float:
    return values[(len(values) - 1) // 2]


# ---------------------------------------------------------------------------------------------------------------------
# Lines


def _draw(
    drawing: Drawing,
    top: float,
    told: Chronicle,
    reasons: Sequence[str],
    arranged: Arrangement,
    colours: Mapping[str, int],
    part: int | None,
) -> float:
    """One chart, from ``top`` on; how far down it reaches."""
    storyline = told.storyline
    step = 92.0 if len(storyline.layers) <= 40 else 60.0 if len(storyline.layers) <= 120 else 36.0
    first = [
        name
        for number, name in enumerate(storyline.people)
        if storyline.layers and any(number in group for group in storyline.layers[0].groups)
    ]
    left = 24 + min(_NAME, max((text_width(name, _TEXT) for name in first), default=0.0)) + step / 2
    base = top + 44
    rows = [{person: base + y for person, y in row.items()} for row in heights(storyline, arranged)]
    bottom = max((y for row in rows for y in row.values()), default=base)

    def x(number: int) -> float:
        return left + number * step

    half = step * 0.34
    for number, layer in enumerate(storyline.layers):
        about = told.beats[number] if number < len(told.beats) else f"{layer.time:g}"
        if number < len(reasons) and reasons[number]:
            about += f"\n\n{reasons[number]}"
        if part == number and number:
            drawing.line(x(number) - step / 2, top + 6, x(number) - step / 2, bottom + 14, kind="rule", dash="4 3")
        told_number = str(number) if told.beats else f"{layer.time:g}"
        drawing.text(
            x(number), top + 14, told_number, anchor="middle", size=_SMALL, kind="faint", title=about, width=step - 4
        )
        for place, group in zip(layer.places or ("",) * len(layer.groups), layer.groups, strict=True):
            if len(group) > 1 or place:
                upper, lower = min(rows[number][p] for p in group) - 7, max(rows[number][p] for p in group) + 7
                names = ", ".join(storyline.people[p] for p in group)
                drawing.rect(
                    x(number) - step / 2 + 2,
                    upper,
                    step - 4,
                    lower - upper,
                    kind="band",
                    radius=6,
                    title=f"{place + ': ' if place else ''}{names}\n{about}",
                )
    for upper, start, length, place in _places(storyline, rows):
        drawing.text(x(start) - step / 2 + 4, upper - 15, place, size=_SMALL, kind="faint", width=length * step - 8)
    for person, name in enumerate(storyline.people):
        number = colours[name]
        for beginning, path in _ways(person, rows, x, half):
            drawing.path(path, kind="person", colour=colour(number), dash=dash(number), title=name)
            y = rows[beginning][person]
            if beginning == 0:
                drawing.text(left - step / 2 - 6, y + 4, name, anchor="end", size=_TEXT, width=_NAME)
            else:
                drawing.text(x(beginning) - half, y - 4.5, name, size=_SMALL, width=step - 12)
    for mark in told.marks:
        if mark.person in rows[mark.beat]:
            _mark(
                drawing,
                mark,
                x(mark.beat),
                rows[mark.beat][mark.person],
                half,
                colour(colours[storyline.people[mark.person]]),
            )
    drawing.extend(x(len(rows) - 1) + step / 2 if rows else 0, bottom + 14)
    y = bottom + 34
    drawing.text(16, y, f"{_note(arranged)}.", size=_SMALL, kind="faint")
    room = max(drawing.right - 48, 480.0)
    for number, beat in enumerate(told.beats):
        y += 16
        drawing.text(34, y, str(number), anchor="end", size=_TEXT, kind="faint")
        drawing.text(42, y, beat, size=_TEXT, width=room, title=reasons[number] if number < len(reasons) else "")
    return y + 12


def _places(storyline: Storyline, rows: Sequence[Mapping[int, float]]) -> list[tuple[float, int, int, str]]:
    """Where places are named: over the first of the layers in which a group stays where it is."""
    found: list[tuple[float, int, int, str]] = []
    open_runs: dict[tuple[float, str], int] = {}
    for number in range(len(rows) + 1):
        now: dict[tuple[float, str], int] = {}
        if number < len(rows):
            layer = storyline.layers[number]
            for place, group in zip(layer.places, layer.groups, strict=False):
                if place:
                    now[min(rows[number][p] for p in group), place] = number
        for key, start in open_runs.items():
            if key not in now:
                found.append((key[0], start, number - start, key[1]))
        open_runs = {key: open_runs.get(key, number) for key in now}
    return found


def _ways(
    person: int, rows: Sequence[Mapping[int, float]], x: Callable[[int], float], half: float
) -> list[tuple[int, str]]:
    """The line of a person, in as many pieces as they are on stage: the first layer of each, and its path."""
    pieces: list[tuple[int, str]] = []
    path, beginning = "", 0
    for number, row in enumerate([*rows, {}]):
        if person not in row:
            if path:
                pieces.append((beginning, path))
            path = ""
            continue
        y = row[person]
        if not path:
            beginning, path = number, f"M{x(number) - half:.2f} {y:.2f}H{x(number) + half:.2f}"
        else:
            from_x, to_x, was = x(number - 1) + half, x(number) - half, rows[number - 1][person]
            middle = (from_x + to_x) / 2
            if was != y:
                path += f"C{middle:.2f} {was:.2f} {middle:.2f} {y:.2f} {to_x:.2f} {y:.2f}"
            path += f"H{x(number) + half:.2f}"
    return pieces


def _mark(drawing: Drawing, mark: Mark, x: float, y: float, half: float, shade: str) -> None:
    if mark.kind == "dies":
        at = x + half
        drawing.path(f"M{at - 5:.2f} {y - 5:.2f}l10 10m0 -10l-10 10", kind="person", colour=shade, title=mark.text)
    elif mark.kind == "learns":
        drawing.circle(x - half / 3, y, 4.5, colour=shade, title=mark.text)
    else:
        drawing.circle(x + half / 3, y, 4.5, kind="open", colour=shade, title=mark.text)


def _legend(drawing: Drawing, y: float) -> None:
    y += 20
    place = 16.0
    for kind, words in (
        ("learns", "learns something"),
        ("errs", "is wrong about something"),
        ("dies", "dies"),
        ("", "in the same place"),
    ):
        if kind:
            _mark(drawing, Mark(0, 0, kind, words), place + 6, y - 4, 0, colour(7))
        else:
            drawing.rect(place - 4, y - 10, 20, 13, kind="band", radius=5)
        place = drawing.text(place + 20, y, words, size=_SMALL, kind="faint").right + 18


# ---------------------------------------------------------------------------------------------------------------------
# Strips

_STRIP_STEP, _STRIP_NAME = 66.0, 11.0


def strip(title: str, storyline: Storyline, colours: Sequence[int], own: int | None = None) -> Drawing:
    """A storyline chart as it grows, for a page: names where a line begins, and behind those that have not ended.
    Everybody has the colour of a number; the line of one may be their ``own`` whom it is drawn for."""
    drawing = Drawing(title, "; then ".join(layer.title for layer in storyline.layers), margin=4)
    rows = [{person: 34 + y for person, y in row.items()} for row in heights(storyline, arrange(storyline, work=0))]
    half = _STRIP_STEP * 0.3

    def x(number: int) -> float:
        return 4 + (number + 0.5) * _STRIP_STEP

    for number, layer in enumerate(storyline.layers):
        for place, group in zip(layer.places, layer.groups, strict=True):
            upper, lower = min(rows[number][p] for p in group) - 7, max(rows[number][p] for p in group) + 7
            names = ", ".join(storyline.people[p] for p in group)
            about = f"{place}: {names}"
            drawing.rect(
                x(number) - _STRIP_STEP / 2 + 1,
                upper,
                _STRIP_STEP - 2,
                lower - upper,
                kind="band",
                radius=6,
                title=about,
            )
    end = x(len(rows) - 1) + _STRIP_STEP / 2
    for person, name in enumerate(storyline.people):
        kind, shade = "person own" if person == own else "person", colours[person]
        for beginning, path in _ways(person, rows, x, half):
            drawing.path(path, kind=kind, colour=colour(shade), dash=dash(shade), title=name)
            y = rows[beginning][person] - 4.5
            drawing.text(x(beginning) - half, y, name, size=_STRIP_NAME, width=half + _STRIP_STEP / 2 - 4)
        if person in rows[-1] and len(rows) > 2:
            drawing.text(end + 2, rows[-1][person] + 4, name, size=_STRIP_NAME, kind="strong" if person == own else "")
    for upper, start, length, place in _places(storyline, rows):
        width = length * _STRIP_STEP - 4
        drawing.text(x(start) - _STRIP_STEP / 2 + 2, upper - 18, place, size=_STRIP_NAME, kind="faint", width=width)
    drawing.extend(end, max((y for row in rows for y in row.values()), default=0.0) + 10)
    return drawing


# ---------------------------------------------------------------------------------------------------------------------
# Letters


def _lines(told: Chronicle, width: int) -> list[str]:
    """The story for a terminal: each beat, and who is together where after it, as far as that has changed."""
    found: list[str] = []
    before: set[str] = set()
    people = told.storyline.people
    for number, layer in enumerate(told.storyline.layers):
        beat = told.beats[number] if number < len(told.beats) else f"{layer.time:g}"
        found += textwrap.wrap(f"{number:3}  {beat}", width, subsequent_indent="     ")
        now = [
            f"{place}: {', '.join(people[p] for p in group)}" if place else ", ".join(people[p] for p in group)
            for place, group in zip(layer.places or ("",) * len(layer.groups), layer.groups, strict=True)
        ]
        for line in now:
            if line not in before:
                found += textwrap.wrap(f"     │ {line}", width, subsequent_indent="     │   ")
        signs = {"learns": "●", "errs": "○", "dies": "✗"}
        for mark in told.marks:
            if mark.beat == number:
                found += textwrap.wrap(f"     {signs[mark.kind]} {mark.text}", width, subsequent_indent="       ")
        before = set(now)
    return found
