"""Who does what when: a row for each character over the beats, and the numbers that run beside them.

A column is a beat; where a world has time, its head says what the clock shows, and whoever is busy has a bar until they
are free again. Below stand the numbers that change, such as the air in a tank, as lines up to the most that they come
to.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chekhov.charts.chronicle import Told, arguments
from chekhov.charts.drawing import Drawing, colour, text_width
from chekhov.charts.pictures import Picture, Wish
from chekhov.reasons import is_time

_STEP, _ROW, _NUMBER, _BEAT = 30.0, 22.0, 54.0, 15.0
_LABEL = 170.0
_TOP = 66.0


@dataclass(frozen=True, slots=True)
class _Bar:
    """What somebody does, from the start of one beat to the end of another."""

    who: str
    first: int
    last: int
    act: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A number at the start and after each beat (None: ``?``), its least value by the world's bounds, or else
    here, and its greatest here."""

    fact: str
    values: tuple[float | None, ...]
    least: float
    most: float

    @property
    def changes(self) -> list[int]:
        """The beats after which it is another than before; 0 among them."""
        return [beat for beat, value in enumerate(self.values) if not beat or value != self.values[beat - 1]]


def picture(story: Told, wish: Wish) -> Picture:
    """Who does what when; of the names in ``wish.of`` alone, if there are any."""
    people = tuple(who for who in story.characters if not wish.of or who in wish.of)
    bars = [bar for bar in _bars(story) if bar.who in people]
    lines = [line for line in _lines(story) if not wish.of or not arguments(line.fact).isdisjoint(wish.of)]
    times = _times(story)
    drawing = _draw(story, people, bars, lines, times)
    unit = story.problem.time.unit if story.problem.time is not None else None
    data: dict[str, Any] = {
        "unit": unit,
        "beats": [
            {"number": beat.number, "text": beat.text, "time": None if times is None else times[beat.number]}
            for beat in story.beats
        ],
        "people": {
            who: [{"first": bar.first, "last": bar.last, "act": bar.act} for bar in bars if bar.who == who]
            for who in people
        },
        "numbers": [
            {"fact": line.fact, "values": list(line.values), "range": [line.least, line.most]} for line in lines
        ],
    }
    took = "" if times is None else f"{times[-1]:g} {unit or 'steps'} in all"
    return Picture(
        drawing.svg(),
        data,
        tuple(drawing.boxes),
        text=lambda width: _text(story, people, bars, lines, times, width),
        note=took,
    )


def _times(story: Told) -> list[float] | None:
    """What a clock that begins at 0 shows at the start and after each beat; None where no time passes."""
    names = story.kernel.task.names.actions
    size = story.problem.time.size if story.problem.time is not None else 1
    found = [0.0]
    for steps in story.steps[1:]:
        found.append(found[-1] + size * sum(is_time(names[act]) for act, _ in steps))
    return found if found[-1] else None


def _bars(story: Told) -> Iterator[_Bar]:
    """What everybody does; an act that takes time lasts until they are free."""
    task = story.kernel.task
    for beat in story.beats[1:]:
        for act, _ in story.steps[beat.number]:
            for number in task.data["actions"][act]["consenting"]:
                who = story.characters[number]
                last = beat.number
                # `doing` is what timing makes of durations; a world without has no such fact, and nobody is busy.
                while _busy(story, last, who) and last + 1 < len(story.beats):
                    last += 1
                yield _Bar(who, beat.number, last, task.names.actions[act])


def _busy(story: Told, beat: int, who: str) -> bool:
    return f"doing({who})" not in story.fluents and story.value(beat, f"doing({who})") != "?"


def _lines(story: Told) -> Iterator[_Line]:
    """The numbers that change."""
    task = story.kernel.task
    for number, fact in enumerate(task.names.fluents):
        fluent = task.data["fluents"][number]
        if fluent["kind"] != "number" or number in task.names.made:
            continue
        told = [story.value(beat, fact) for beat in range(len(story.beats))]
        values = tuple(None if value == "?" else float(value) for value in told)
        known = [value for value in values if value is not None]
        if len(set(values)) > 1 and known:
            bounds = fluent["bounds"] or (None, None)
            # Up to the most that it comes to: a tank may hold far more than is ever in it.
            yield _Line(fact, values, min(known) if bounds[0] is None else float(bounds[0]), max(known))


# ---------------------------------------------------------------------------------------------------------------------
# The drawing


def _draw(
    story: Told, people: tuple[str, ...], bars: list[_Bar], lines: list[_Line], times: list[float] | None
) -> Drawing:
    drawing = Drawing(f"{story.title}: who does what when", "A column for each beat, a row for each character")
    drawing.text(16, 28, drawing.title, size=14, kind="heading")
    names = [*map(story.label, people), *(line.fact for line in lines)]
    left = 16 + min(_LABEL, max((text_width(name, 11) for name in names), default=0)) + 14
    last = len(story.beats) - 1

    def x(beat: int) -> float:
        """Where a beat begins; beat 1 stands first."""
        return left + (beat - 1) * _STEP

    unit = story.problem.time.unit if times is not None and story.problem.time is not None else None
    if times is not None:
        drawing.text(left - 14, 46, unit or "time", size=9, kind="faint", anchor="end", width=left - 32)
    for beat in story.beats[1:]:
        drawing.text(x(beat.number) + _STEP / 2, 60, str(beat.number), size=9, kind="faint", anchor="middle")
        if times is not None and (beat.number == 1 or times[beat.number - 1] != times[beat.number - 2]):
            drawing.text(x(beat.number), 46, f"{times[beat.number - 1]:g}", size=9, width=_STEP - 2)
            drawing.line(x(beat.number), 50, x(beat.number), _TOP + len(people) * _ROW, kind="rule")
    for row, who in enumerate(people):
        top = _TOP + row * _ROW
        drawing.text(16, top + 15, story.label(who), width=left - 30)
        drawing.line(left, top + _ROW, x(last + 1), top + _ROW, kind="rule")
        dead = next((beat for beat in range(last + 1) if not story.alive(beat, who)), None)
        if dead is not None:
            drawing.text(x(max(dead, 1)) + _STEP - 4, top + 15, "†", anchor="end", title=f"{story.label(who)} is dead")
        for bar in bars:
            if bar.who == who:
                telling = story.beats[bar.first].telling
                drawing.rect(
                    x(bar.first) + 2,
                    top + 4,
                    (bar.last - bar.first + 1) * _STEP - 4,
                    _ROW - 8,
                    colour=colour(row),
                    radius=3,
                    title=f"{bar.first}. {bar.act}" + (f" – {telling}" if telling else ""),
                )
    y = _TOP + len(people) * _ROW + 16
    for line in lines:
        y = _number(drawing, line, y, left, x)
    for beat in story.beats[1:]:
        y += _BEAT
        drawing.text(16, y, f"{beat.number}", size=10, kind="faint")
        drawing.text(40, y, beat.text, size=10, width=max(360.0, x(last + 1) - 40), title=beat.telling or "")
    return drawing


def _number(drawing: Drawing, line: _Line, top: float, left: float, x: Callable[[int], float]) -> float:
    """Draws a number; returns where the next one begins."""
    high, low = top + 14, top + _NUMBER - 10
    drawing.text(16, (high + low) / 2 + 4, line.fact, width=left - 30)
    end = x(len(line.values))
    drawing.line(left, low, end, low, kind="rule")

    def height(value: float) -> float:
        return low - (low - high) * (value - line.least) / ((line.most - line.least) or 1)

    path, before = "", False
    for beat, value in enumerate(line.values):
        if value is None:
            before = False
            continue
        # After a beat, so at its end; the start is where beat 1 begins.
        at = x(beat + 1)
        path += f"{'H' if before else 'M'}{at:g}{'' if before else f' {height(value):g}'}"
        path += f"V{height(value):g}" if before else ""
        before = True
    drawing.extend(end, low)
    drawing.path(path, colour=colour(0), title=f"{line.fact}: {line.least:g} to {line.most:g}")
    free = left - _STEP
    for beat in line.changes:
        value = line.values[beat]
        shown = "?" if value is None else f"{value:g}"
        at = x(beat + 1) + 2
        # Where one stands already, the value shows on hover of the line alone.
        if at >= free:
            box = drawing.text(at, (low if value is None else height(value)) - 3, shown, size=9)
            free = box.right + 4
    return top + _NUMBER


def _text(
    story: Told,
    people: tuple[str, ...],
    bars: list[_Bar],
    lines: list[_Line],
    times: list[float] | None,
    width: int,
) -> str:
    """The same in letters: for each character a line with what they do in each beat, then the beats."""
    unit = story.problem.time.unit if times is not None and story.problem.time is not None else None
    found = [f"{story.title}: who does what when", ""]
    most = max((len(story.label(who)) for who in people), default=0)
    room = max(width - most - 2, 10)
    for first in range(1, len(story.beats), room):
        beats = range(first, min(first + room, len(story.beats)))
        for who in people:
            row = "".join(
                next(
                    (
                        "█" if bar.first == beat else "▬"
                        for bar in bars
                        if bar.who == who and bar.first <= beat <= bar.last
                    ),
                    "·" if story.alive(beat, who) else "†",
                )
                for beat in beats
            )
            found.append(f"{story.label(who):<{most}}  {row}")
        found.append("")
    for line in lines:
        steps = ", ".join(
            f"{'?' if line.values[beat] is None else f'{line.values[beat]:g}'} after {beat}"
            for beat in line.changes[1:]
        )
        start = "?" if line.values[0] is None else f"{line.values[0]:g}"
        found.append(f"{line.fact}: {start}, {steps}")
    found += [""] if lines else []
    for beat in story.beats[1:]:
        clock = "" if times is None else f" ({times[beat.number - 1]:g} {unit or ''}".rstrip() + ")"
        found.append(f"{beat.number:>3} {beat.text}{clock}")
    return "\n".join(part for line_ in found for part in _folded(line_, width)) + "\n"


def _folded(line: str, width: int) -> list[str]:
    """A line in pieces that fit."""
    return textwrap.wrap(line, max(width, 20), subsequent_indent="    ", break_on_hyphens=False) or [""]
