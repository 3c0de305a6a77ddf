"""Who knows what: a row for each fact, a column for each person, and in each cell a strip over the beats.

What somebody knows is filled, what they have wrong is crossed, what they do not know is hollow; the dead have nothing.
Only facts are shown that one of the people has wrong, or does not know, at one of the beats.

The same is drawn of a mind, or of a mind within one: what somebody believes that the others believe, as right or wrong
as they take it to be. Where they misjudge somebody, who believes otherwise, it is underlined.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from chekhov.charts.chronicle import LIFE, Told, arguments
from chekhov.charts.drawing import Drawing, text_width
from chekhov.charts.pictures import Picture, Wish

State = Literal["knows", "wrong", "unknown", "dead"]
_LETTERS: dict[State, str] = {"knows": "✓", "wrong": "✗", "unknown": "?", "dead": " "}
_SAYS: dict[State, str] = {"knows": "knows", "wrong": "is wrong", "unknown": "does not know"}

_NOTHING = "Nobody is wrong about anything, and nobody misses anything."
_MISJUDGED = "misjudged: they believe otherwise"

_ROW, _GAP, _BAR = 16.0, 7.0, 10.0
_STRIP, _CELL, _BETWEEN = 112.0, 92.0, 14.0
_STEPS = (2.0, 16.0)
"""How wide a beat may be."""
_LABEL, _ACTUAL = 210.0, 92.0
_CROSS = 8.0
"""How far apart the crosses of what is wrong for long are."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """What somebody takes a fact to be, at each of the beats."""

    states: tuple[State, ...]
    believed: tuple[str, ...]
    really: tuple[str, ...]
    """What they believe; another thing than ``believed`` only in a mind that misjudges them."""

    def is_misjudged(self, at: int) -> bool:
        return self.states[at] != "dead" and self.believed[at] != self.really[at]


@dataclass(frozen=True, slots=True)
class _Row:
    fact: str
    actual: tuple[str, ...]
    cells: tuple[_Cell, ...]

    @property
    def property(self) -> str:
        return self.fact.partition("(")[0]

    def runs(self, person: int) -> Iterator[tuple[int, int]]:
        """The stretches, first and after the last, in which somebody takes the fact, and it is, the same."""
        cell = self.cells[person]
        moments = list(zip(cell.states, cell.believed, cell.really, self.actual, strict=True))
        first = 0
        for end in range(1, len(moments) + 1):
            if end == len(moments) or moments[end] != moments[first]:
                yield first, end
                first = end


def picture(story: Told, wish: Wish) -> Picture:
    """Who knows what, at each beat or at one, or in a ``mind``. Of the names in ``wish.of``, characters are the people
    to show; others are what the facts must speak of."""
    mind = wish.mind
    others = tuple(who for who in story.characters if who not in mind[-1:])
    people = tuple(who for who in others if who in wish.of) or others
    about = [name for name in wish.of if name not in story.characters]
    beats = range(len(story.beats)) if wish.beat is None else range(wish.beat, wish.beat + 1)
    rows = [row for row in _rows(story, mind, people, beats) if not about or not arguments(row.fact).isdisjoint(about)]
    drawing = _draw(story, mind, people, beats, rows, single=wish.beat is not None)
    return Picture(
        drawing.svg(),
        _data(story, mind, people, beats, rows),
        tuple(drawing.boxes),
        text=lambda width: _text(story, mind, people, beats, rows, width, single=wish.beat is not None),
        note=f"{len(rows)} fact{'' if len(rows) == 1 else 's'} that somebody has wrong or does not know",
    )


def _rows(story: Told, mind: tuple[str, ...], people: tuple[str, ...], beats: range) -> Iterator[_Row]:
    living = {
        (who, beat): story.believed(beat, mind, f"{LIFE}({who})") != "False"
        and all(story.alive(beat, m) for m in mind[:1])
        for who in people
        for beat in beats
    }
    for fact in story.fluents:
        actual = tuple(story.believed(beat, mind, fact) for beat in beats)
        cells = []
        for who in people:
            believed = tuple(story.believed(beat, (*mind, who), fact) for beat in beats)
            really = tuple(story.believed(beat, (*mind[1:], who), fact) for beat in beats) if mind else believed
            states = tuple(
                _state(living[who, beat], taken, real)
                for beat, taken, real in zip(beats, believed, actual, strict=True)
            )
            cells.append(_Cell(states, believed, really))
        if any(
            state in ("wrong", "unknown") or cell.is_misjudged(at)
            for cell in cells
            for at, state in enumerate(cell.states)
        ):
            yield _Row(fact, actual, tuple(cells))


def _state(alive: bool, believed: str, actual: str) -> State:
    if not alive:
        return "dead"
    return "knows" if believed == actual else "unknown" if believed == "?" else "wrong"


def _data(
    story: Told, mind: tuple[str, ...], people: tuple[str, ...], beats: range, rows: list[_Row]
) -> dict[str, Any]:
    return {
        "mind": list(mind),
        "people": list(people),
        "beats": [{"number": beat, "text": story.beats[beat].text} for beat in beats],
        "facts": [
            {
                "fact": row.fact,
                "property": row.property,
                "actual": list(row.actual),
                "people": {
                    who: {
                        "states": list(cell.states),
                        "believed": list(cell.believed),
                        **({"really": list(cell.really)} if mind else {}),
                    }
                    for who, cell in zip(people, row.cells, strict=True)
                },
            }
            for row in rows
        ],
    }


# ---------------------------------------------------------------------------------------------------------------------
# The drawing


def _of_mind(story: Told, mind: tuple[str, ...]) -> str:
    """What a picture is of: *who knows what*, or *what Ann believes that Bob believes that others believe*."""
    if not mind:
        return "who knows what"
    believe = " believes that ".join(map(story.label, mind))
    return f"what {believe} believes that others believe"


def _draw(
    story: Told, mind: tuple[str, ...], people: tuple[str, ...], beats: range, rows: list[_Row], *, single: bool
) -> Drawing:
    when = f" after beat {beats[0]}" if single else ""
    drawing = Drawing(f"{story.title}: {_of_mind(story, mind)}{when}", "Facts that somebody has wrong or does not know")
    drawing.text(16, 28, drawing.title, size=14, kind="heading")
    if not rows:
        drawing.text(16, 52, _NOTHING)
        return drawing
    step = _BAR if single else min(_STEPS[1], max(_STEPS[0], _STRIP / len(beats)))
    column = max(_CELL, step * len(beats))
    label = min(_LABEL, max(text_width(row.fact, 11) for row in rows))
    left = 16 + label + 14 + (_ACTUAL + _BETWEEN if single else 0)
    across = [left + number * (column + _BETWEEN) for number in range(len(people))]
    if single:
        so = f"{story.label(mind[-1])} believes" if mind else "What is so"
        drawing.text(16 + label + 14, 54, so, kind="faint", width=_ACTUAL)
    for x, who in zip(across, people, strict=True):
        drawing.text(x, 54, story.label(who), kind="strong", width=column, title=story.label(who))
        if not single:
            drawing.text(x, 66, "0", size=8, kind="faint", title=story.beats[0].text)
            if len(beats) > 1:
                drawing.text(
                    x + step * len(beats), 66, str(beats[-1]), size=8, kind="faint", anchor="end", title="The last beat"
                )
    y = 74.0
    last: str | None = None
    for row in rows:
        if row.property != last:
            if last is not None:
                y += _GAP
            drawing.line(16, y - 2, across[-1] + column, y - 2, kind="rule")
            last = row.property
        drawing.text(16, y + 10, row.fact, width=label)
        if single:
            drawing.text(16 + label + 14, y + 10, row.actual[0], kind="faint", width=_ACTUAL)
        for person, (x, who) in enumerate(zip(across, people, strict=True)):
            cell = row.cells[person]
            for first, end in row.runs(person):
                state = cell.states[first]
                if state == "dead":
                    continue
                title = f"{_span(beats[first], beats[end - 1])}: {_says(story, mind, who, row, person, first)}"
                _bar(drawing, state, x + step * first, y + 1, step * (end - first), title)
                if cell.is_misjudged(first):
                    wide = max(step * (end - first) - 1, 1)
                    drawing.rect(x + step * first, y + _BAR + 2, wide, 2, kind="ink", title=title)
            if single and cell.states[0] == "wrong":
                title = _says(story, mind, who, row, person, 0)
                drawing.text(x + 15, y + 10, cell.believed[0], kind="bad", width=column - 15, title=title)
        y += _ROW
    y += 10
    x = 16.0
    if mind:
        x = drawing.text(x, y + 9, f"As {story.label(mind[-1])} has it:", kind="faint").right + 12
    for state, says in _SAYS.items():
        _bar(drawing, state, x, y, _CROSS + 2, says)
        x = drawing.text(x + 15, y + 9, says, kind="faint").right + 20
    if any(cell.is_misjudged(at) for row in rows for cell in row.cells for at in range(len(beats))):
        drawing.rect(x, y + 7, 12, 2, kind="ink")
        x = drawing.text(x + 17, y + 9, _MISJUDGED, kind="faint").right + 20
    if not single:
        drawing.text(x, y + 9, f"from left to right: beats {beats[0]} (the start) to {beats[-1]}", kind="faint")
    return drawing


def _bar(drawing: Drawing, state: State, x: float, y: float, width: float, title: str) -> None:
    """A stretch of a strip; a narrow gap at its end shows that something is otherwise after it."""
    right = x + max(width - 1, 1)
    if state == "knows":
        drawing.rect(x, y, right - x, _BAR, kind="band", title=title)
        drawing.rect(x, y + 2, right - x, _BAR - 4, colour="#0072b2", title=title)
        return
    drawing.rect(x, y, right - x, _BAR, kind="open edge bad" if state == "wrong" else "open edge", title=title)
    if state == "wrong":
        count = max(1, int((right - x) // _CROSS))
        wide = (right - x) / count
        for number in range(count):
            at = x + number * wide
            drawing.line(at, y, at + wide, y + _BAR, kind="line bad", title=title)
            drawing.line(at, y + _BAR, at + wide, y, kind="line bad", title=title)


def _span(first: int, last: int) -> str:
    if first == last:
        return f"beat {first}" if first else "at the start"
    return f"beats {first} to {last}"


def _says(story: Told, mind: tuple[str, ...], who: str, row: _Row, person: int, at: int) -> str:
    cell, name = row.cells[person], story.label(who)
    if cell.states[at] == "wrong":
        said = f"{name} believes {row.fact} == {cell.believed[at]} (really {row.actual[at]})"
    else:
        verb = "knows" if cell.states[at] == "knows" else "does not know"
        said = f"{name} {verb} {row.fact} == {row.actual[at]}"
    if mind:
        said = f"as {story.label(mind[-1])} has it, {said}"
    return f"{said}; {name} believes {row.fact} == {cell.really[at]}" if cell.is_misjudged(at) else said


# ---------------------------------------------------------------------------------------------------------------------
# In letters


def _text(
    story: Told,
    mind: tuple[str, ...],
    people: tuple[str, ...],
    beats: range,
    rows: list[_Row],
    width: int,
    *,
    single: bool,
) -> str:
    """As many people side by side as fit, then the next; a strip that is too long goes on below."""
    if not rows:
        return f"{_NOTHING}\n"
    label = min(max(len(row.fact) for row in rows), max(8, width // 3))
    room = max(8, width - label - 2)
    lines: list[str] = textwrap.wrap(_of_mind(story, mind), width) if mind else []
    for begin in range(0, len(beats), room):
        part = beats[begin : begin + room]
        cells = [
            [_letters(row, person, begin, begin + len(part), single=single) for person in range(len(people))]
            for row in rows
        ]
        widths = [
            min(room, max(len(part), min(10, len(story.label(who))), *(len(row[person]) for row in cells)))
            for person, who in enumerate(people)
        ]
        for group in _fitting(widths, room):
            if lines:
                lines.append("")
            if not single:
                lines.append(_cut(_span(part[0], part[-1]), width))
            head = "  ".join(
                _cut(story.label(people[person]), widths[person]).ljust(widths[person]) for person in group
            )
            lines.append(f"{'':{label}}  {head}".rstrip())
            for row, shown in zip(rows, cells, strict=True):
                strip = "  ".join(_cut(shown[person], widths[person]).ljust(widths[person]) for person in group)
                lines.append(f"{_cut(row.fact, label):{label}}  {strip}".rstrip())
    lines += ["", *(f"{_LETTERS[state]} {says}" for state, says in _SAYS.items())]
    lines += [f"! {_MISJUDGED}"] if mind else []
    return "".join(f"{line}\n" for line in lines)


def _letters(row: _Row, person: int, first: int, end: int, *, single: bool) -> str:
    cell = row.cells[person]
    strip = "".join("!" if cell.is_misjudged(at) else _LETTERS[cell.states[at]] for at in range(first, end))
    return f"{strip} {cell.believed[first]}" if single and cell.states[first] == "wrong" else strip


def _fitting(widths: list[int], room: int) -> Iterator[list[int]]:
    group: list[int] = []
    used = 0
    for person, width in enumerate(widths):
        if group and used + 2 + width > room:
            yield group
            group, used = [], 0
        used += width + (2 if group else 0)
        group.append(person)
    if group:
        yield group


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
