"""Reasons: why a beat happens, as a tree; and what everybody wants, and how near they come over the story.

Under an act stand those who do it, with what they have in mind: the acts that they expect to follow, under these the
others whom these need and their reasons as the first see them, what it gains, and what it rests on, with what is wrong
of that. Below are the wishes: a utility taken apart into the sum that it is, each part over the beats.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from chekhov.charts.chronicle import Told, arguments
from chekhov.charts.drawing import Drawing, colour, text_width, wrapped
from chekhov.charts.pictures import Picture, Wish
from chekhov.explanation import Why
from chekhov.grounding.formulas import Formula, conjunction, fluents_of, negation, show
from chekhov.reasons import Reason, fact, shown_number

_TREE, _LINE, _INDENT, _SIZE = 760.0, 16.0, 22.0, 11.0
_LABEL, _WORTH, _STRIP, _CHART, _BAR = 230.0, 34.0, 15.0, 34.0, 9.0
_STEPS = (4.0, 16.0)
"""How wide a beat may be."""
_WIDE = 420.0
"""So wide, at most, are the beats of a chart that has another one beside it."""
_AUTHOR = "The author"


def picture(story: Told, wish: Wish) -> Picture:
    """Why a beat happens (the one with the most behind it, if none is wished for), and how near everybody comes to what
    they want. Of the names in ``wish.of``, characters are those whose acts and wishes are shown; others are what the
    wishes must speak of."""
    people = tuple(who for who in story.characters if who in wish.of) or story.characters
    about = frozenset(wish.of).difference(story.characters)
    beat = _telling(story, people) if wish.beat is None else wish.beat
    tree = [_act(why) for why in story.why(beat)]
    wishes = list(_wishes(story, people, about, with_author=not wish.of))
    drawing = _draw(story, beat, tree, wishes)
    data = {
        "beat": beat,
        "happens": story.beats[beat].text,
        "acts": [why.to_json() for why in story.why(beat)],
        "beats": [{"number": each.number, "text": each.text} for each in story.beats],
        "wishes": [each.to_json() for each in wishes],
    }
    note = f"why beat {beat} happens" if beat else "what everybody wants"
    return Picture(
        drawing.svg(),
        data,
        tuple(drawing.boxes),
        lambda width: _text(story, beat, tree, wishes, width),
        note,
    )


def _telling(story: Told, people: Sequence[str]) -> int:
    """The beat with the most behind it: the most people in its reasons, then the most mistakes, then the longest
    plans; of several the first."""

    def size(reasons: Sequence[Reason]) -> tuple[int, int, int]:
        inner = [size(step.others) for reason in reasons for step in reason.plan]
        return (
            len(reasons) + sum(each[0] for each in inner),
            sum(len(reason.mistakes) for reason in reasons) + sum(each[1] for each in inner),
            sum(len(reason.plan) for reason in reasons) + sum(each[2] for each in inner),
        )

    best, most = 0, (-1, 0, 0)
    for beat in range(1, len(story.beats)):
        found = size([each for why in story.why(beat) for each in why.reasons if each.character in people])
        if story.why(beat) and found > most:
            best, most = beat, found
    return best


# ---------------------------------------------------------------------------------------------------------------------
# The tree


@dataclass(frozen=True, slots=True)
class _Node:
    """A line of the tree, and what stands under it. ``lead`` says in a word what it is; ``who`` it is about."""

    kind: Literal["act", "person", "step", "gain", "belief", "wrong"]
    text: str
    lead: str = ""
    who: str | None = None
    below: tuple[_Node, ...] = ()


def _act(why: Why) -> _Node:
    below = [_Node("wrong", condition, "cannot be done") for condition in why.unmet]
    if why.authors:
        below.append(_Node("belief", "nobody needs a reason for it", "the author's"))
    below += [_person(reason, None) for reason in why.reasons]
    below += [_Node("wrong", refusal.text(), "unwilling", refusal.character) for refusal in why.refusals]
    return _Node("act", why.act, below=tuple(below))


def _person(reason: Reason, teller: str | None) -> _Node:
    below: list[_Node] = []
    if reason.gains:
        below.append(_Node("gain", "; ".join(reason.gains), "so that"))
    if len(reason.plan) > 1:
        below += [
            _Node(
                "step", step.act, f"{number}.", below=tuple(_person(other, reason.character) for other in step.others)
            )
            for number, step in enumerate(reason.plan, 1)
        ]
    if reason.beliefs:
        below.append(_Node("belief", "; ".join(reason.beliefs), "because"))
    for mistake in reason.mistakes:
        if mistake.believed == "?":
            below.append(_Node("wrong", fact(mistake.fluent, mistake.actual), "not knowing"))
        else:
            text = f"{fact(mistake.fluent, mistake.believed)} (really {mistake.actual})"
            below.append(_Node("wrong", text, "wrongly"))
    gain = f"{shown_number(reason.before)} → {shown_number(reason.after)}"
    return _Node("person", gain, "" if teller is None else f"as {teller} has it", reason.character, tuple(below))


def _draw_tree(drawing: Drawing, story: Told, nodes: Sequence[_Node], y: float) -> float:
    """Draws a tree with its first base line at ``y``; returns where the next line would be."""

    def draw(node: _Node, depth: int, y: float) -> float:
        x = 16 + depth * _INDENT
        shade = colour(story.characters.index(node.who)) if node.who in story.characters else None
        room = max(_TREE - depth * _INDENT, 240.0)
        bad = "bad" if node.kind == "wrong" else ""
        if node.kind == "act":
            for number, line in enumerate(wrapped(node.text, room, 13)):
                drawing.text(x, y + number * _LINE, line, size=12, kind="strong", width=room)
                y += 0 if number == 0 else _LINE
        elif node.kind == "person":
            drawing.circle(x + 4, y - 4, 4.5, colour=shade)
            box = drawing.text(x + 14, y, story.label(node.who or ""), kind="strong", width=room / 2)
            box = drawing.text(box.right + 8, y, node.text, title="what they want, in points, before and after")
            if node.lead:
                drawing.text(box.right + 8, y, node.lead, kind="faint", width=room / 3)
        else:
            kind = bad or "faint"
            box = drawing.text(x, y, node.lead, kind=kind)
            if node.kind == "wrong":
                drawing.line(x - 12, y - 8, x - 5, y - 1, kind="line bad")
                drawing.line(x - 12, y - 1, x - 5, y - 8, kind="line bad")
            for number, line in enumerate(wrapped(node.text, room - (box.right + 6 - x), _SIZE)):
                y += _LINE if number else 0
                drawing.text(box.right + 6, y, line, kind=bad)
        top, last = y + 4, y
        for each in node.below:
            after = y + _LINE
            last = after
            if each.kind in ("person", "step"):
                drawing.line(x + 4, after - 4, x + _INDENT - 4, after - 4, kind="rule")
            y = draw(each, depth + 1, after)
        if node.below:
            drawing.line(x + 4, top, x + 4, last - 4, kind="rule" if shade is None else "line", colour=shade)
        return y

    for node in nodes:
        y = draw(node, 0, y) + _LINE + 6
    return y


def _tree_lines(story: Told, nodes: Sequence[_Node], width: int, indent: str = "") -> Iterator[str]:
    for node in nodes:
        name = f"{story.label(node.who)}:" if node.kind == "person" and node.who is not None else ""
        parts = (name, node.text, f"({node.lead})" if node.lead else "") if name else (node.lead, node.text)
        mark = "✗ " if node.kind == "wrong" else ""
        text = mark + " ".join(part for part in parts if part)
        yield from textwrap.wrap(
            text, width, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False
        )
        yield from _tree_lines(story, node.below, width, indent + "  " if len(indent) < width // 2 else indent)


# ---------------------------------------------------------------------------------------------------------------------
# The wishes


@dataclass(frozen=True, slots=True)
class _Course:
    """A value at the start and after each beat, as it is and as somebody takes it to be (None: ``?``; nobody's, for the
    author's and once they are dead), and the least and most that it could ever be, if there are such."""

    label: str
    whole: str
    actual: tuple[float | None, ...]
    believed: tuple[float | None, ...] | None
    least: float | None
    most: float | None

    def to_json(self) -> dict[str, Any]:
        believed = None if self.believed is None else list(self.believed)
        return {
            "wish": self.label,
            "range": [self.least, self.most],
            "actual": list(self.actual),
            "believed": believed,
        }

    def share(self, value: float) -> float:
        """How much of it there is, from 0 to 1; of what is never good, how much of the bad."""
        known = [each for each in (*self.actual, *(self.believed or ())) if each is not None]
        least = min(known, default=0.0) if self.least is None else self.least
        most = max(known, default=0.0) if self.most is None else self.most
        share = (value - least) / ((most - least) or 1)
        return 1 - share if self.is_bad else share

    @property
    def is_bad(self) -> bool:
        """Whether it is nothing but a cost."""
        return self.most is not None and self.least is not None and self.most <= 0 > self.least

    @property
    def worth(self) -> str:
        """The most that it is worth, or costs."""
        if self.is_bad and self.least is not None:
            return f"−{shown_number(-self.least)}"
        return "" if self.most is None else f"+{shown_number(self.most)}"

    @property
    def differs(self) -> bool:
        """Whether somebody takes it to be another than it is at some beat."""
        return self.believed is not None and any(
            taken is not None and taken != actual for taken, actual in zip(self.believed, self.actual, strict=True)
        )


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What somebody (the author: None) wants in all, and in its parts."""

    who: str | None
    total: _Course
    parts: tuple[_Course, ...]

    def to_json(self) -> dict[str, Any]:
        return {"character": self.who, **self.total.to_json(), "parts": [part.to_json() for part in self.parts]}


def _wishes(story: Told, people: Sequence[str], about: frozenset[str], *, with_author: bool) -> Iterator[_Wishes]:
    data, names = story.kernel.task.data, story.kernel.task.names
    everybody: list[tuple[str | None, Formula]] = [
        (who, data["utilities"][number]) for number, who in enumerate(story.characters) if who in people
    ]
    if with_author:
        everybody.append((None, data["utility"]))
    for who, utility in everybody:
        parts = []
        for term in _terms(utility):
            fluents = [names.fluents[number] for _, number in fluents_of(term)]
            spoken = {name for fluent in fluents for name in arguments(fluent)}
            if fluents and (not about or not about.isdisjoint(spoken)):
                parts.append(_course(story, who, term, _label(story, term)))
        if parts:
            yield _Wishes(who, _course(story, who, utility, ""), tuple(parts))


def _terms(formula: Formula) -> Iterator[Formula]:
    """The parts of a sum, also of one that depends on something."""
    if formula[0] == "+":
        for part in formula[1:]:
            yield from _terms(part)
    elif formula[0] == "-":
        yield from _terms(formula[1])
        for part in _terms(formula[2]):
            yield _negative(part)
    elif formula[0] == "if":
        _, test, then, otherwise = formula
        nothing = ("v", 0)
        if otherwise != nothing and any(branch[0] in ("+", "-") for branch in (then, otherwise)):
            yield from _terms(("if", test, then, nothing))
            yield from (("if", test, nothing, part) for part in _terms(otherwise))
        elif otherwise == nothing and then[0] in ("+", "-"):
            yield from (("if", test, part, nothing) for part in _terms(then))
        else:
            yield formula
    else:
        yield formula


def _negative(term: Formula) -> Formula:
    if term[0] == "v" and isinstance(term[1], int | float):
        return ("v", -term[1])
    if term[0] == "if":
        return ("if", term[1], _negative(term[2]), _negative(term[3]))
    return ("-", ("v", 0), term)


def _label(story: Told, term: Formula) -> str:
    """What a part of a utility is about: the condition that it hangs on, or else the facts."""
    tests: list[Formula] = []
    inner = term
    while inner[0] == "if" and ("v", 0) in inner[2:]:
        tests.append(inner[1] if inner[3] == ("v", 0) else negation(inner[1]))
        inner = inner[2] if inner[3] == ("v", 0) else inner[3]
    names = story.kernel.task.names
    if tests and inner[0] == "v":
        return show(conjunction(tests), names)
    return ", ".join(dict.fromkeys(show(("f", path, number), names) for path, number in fluents_of(term)))


def _course(story: Told, who: str | None, formula: Formula, label: str) -> _Course:
    beats = range(len(story.beats))
    actual = tuple(_number(story.kernel.evaluate(story.worlds[beat], formula)) for beat in beats)
    believed = None
    if who is not None:
        believed = tuple(
            _number(story.kernel.evaluate(story.mind(beat, who), formula)) if story.alive(beat, who) else None
            for beat in beats
        )
    least, most = _range(story, formula)
    return _Course(label, show(formula, story.kernel.task.names), actual, believed, least, most)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _range(story: Told, formula: Formula) -> tuple[float | None, float | None]:
    """The least and the most that a formula can be worth, each part by itself; None where there is no such bound."""
    operator = formula[0]
    if operator == "v":
        return _number(formula[1]), _number(formula[1])
    if operator == "f":
        bounds = story.kernel.task.data["fluents"][formula[2]]["bounds"]
        return (None, None) if bounds is None else (_number(bounds[0]), _number(bounds[1]))
    one, other = (_range(story, part) for part in formula[-2:])
    if operator == "if":
        pairs = tuple(zip(one, other, strict=True))
        (low, lower), (high, higher) = pairs
        least = None if low is None or lower is None else min(low, lower)
        return least, None if high is None or higher is None else max(high, higher)
    ends = [(a, b) for a in one for b in other]
    if any(a is None or b is None for a, b in ends) or (operator == "/" and (other[0] or 0) <= 0 <= (other[1] or 0)):
        return None, None
    calculate: Callable[[float, float], float] = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
    }[operator]
    found = [calculate(a, b) for a, b in ends if a is not None and b is not None]
    return min(found), max(found)


def _runs(values: Sequence[float | None]) -> Iterator[tuple[int, int, float | None]]:
    """The stretches of equal values: the first beat, the one after the last, and the value."""
    start = 0
    for value, same in groupby(values):
        end = start + len(list(same))
        yield start, end, value
        start = end


def _draw(story: Told, beat: int, tree: Sequence[_Node], wishes: Sequence[_Wishes]) -> Drawing:
    told = story.beats[beat]
    drawing = Drawing(
        f"{story.title}: reasons", f"Why beat {beat} happens, and how near everybody comes to their wishes"
    )
    drawing.text(16, 28, drawing.title, size=14, kind="heading", width=_TREE)
    y = 52.0
    if beat:
        for line in wrapped(f"Beat {beat}: {told.telling or told.text}", _TREE, 12, most=3):
            drawing.text(16, y, line, size=12, kind="faint")
            y += _LINE
        y = _draw_tree(drawing, story, tree, y + 10)
    if wishes:
        y = _draw_wishes(drawing, story, beat, wishes, y + 18)
        # Side by side where there is room.
        columns = 2 if len(story.beats) > 12 else 1
        rows = -(-(len(story.beats) - 1) // columns)
        wide = max(drawing.right - 16, _TREE) / columns
        for each in story.beats[1:]:
            x, at = 16 + (each.number - 1) // rows * wide, y + (each.number - 1) % rows * (_LINE - 1)
            mine = each.number == beat
            drawing.text(x + 24, at, str(each.number), size=10, kind="strong" if mine else "faint", anchor="end")
            drawing.text(x + 32, at, each.text, size=10, kind="strong" if mine else "", width=wide - 48)
    return drawing


def _draw_wishes(drawing: Drawing, story: Told, beat: int, wishes: Sequence[_Wishes], y: float) -> float:
    """Draws the wishes in one column or two; returns where the next line would be."""
    count = len(story.beats)
    columns = 2 if len(wishes) > 2 and count * _STEPS[0] * 2 <= _WIDE else 1
    step = min(_STEPS[1], max(_STEPS[0], (_WIDE / 2 if columns > 1 else _TREE - _LABEL - _WORTH) / count))
    names = [part.label for each in wishes for part in each.parts]
    label = min(_LABEL, max([text_width(name, 10) for name in names] + [90.0])) + 2
    wide = label + _WORTH + step * count + 14
    box = drawing.text(16, y, "What they want, and how near they come", size=12, kind="strong")
    drawing.rect(box.right + 14, y - 8, 12, 8, kind="ink")
    box = drawing.text(box.right + 31, y, "as it is")
    if any(part.differs for each in wishes for part in (each.total, *each.parts)):
        drawing.rect(box.right + 14, y - 8, 12, 8, kind="open edge")
        drawing.text(box.right + 31, y, "above it, as they believe, where that is not so")
    y += 14
    for first in range(0, len(wishes), columns):
        row = wishes[first : first + columns]
        bottoms = [
            _draw_wish(drawing, story, beat, each, 16 + column * (wide + 36), y, label, step)
            for column, each in enumerate(row)
        ]
        y = max(bottoms) + 20
    return y + 4


def _draw_wish(
    drawing: Drawing, story: Told, beat: int, wishes: _Wishes, x: float, y: float, label: float, step: float
) -> float:
    """Draws what somebody wants; returns its bottom."""
    who, total = wishes.who, wishes.total
    number = story.characters.index(who) if who is not None else None
    shade = None if number is None else colour(number)
    left = x + label + _WORTH
    count = len(total.actual)
    right = left + step * count
    heights = [_STRIP + (_STRIP - 5 if part.differs else 0) for part in wishes.parts]
    bottom = y + 18 + _CHART + 10 + sum(heights)
    if beat:
        drawing.rect(left + beat * step, y + 6, step, bottom - y - 6, kind="band", title=f"beat {beat}")
    every = next(each for each in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if each * step >= 18 or each == 1000)
    for each in range(0, count, every):
        drawing.text(left + (each + 0.5) * step, y + 4, str(each), size=8, kind="faint", anchor="middle")
    name = _AUTHOR if who is None else story.label(who)
    middle = y + 18 + _CHART / 2
    drawing.text(x, middle - 4, name, size=12, kind="strong", width=label)
    ends = [each for each in (total.actual[0], total.actual[-1]) if each is not None]
    said = " → ".join(map(shown_number, ends))
    if total.most is not None:
        said += f", {shown_number(total.most)} at most"
    drawing.text(x, middle + 10, said, size=10, kind="faint", width=label, title=total.whole)
    _draw_total(drawing, total, left, y + 18, step, shade)
    dead = None if who is None else next((each for each in range(count) if not story.alive(each, who)), None)
    if dead is not None:
        drawing.line(
            left + dead * step, y + 10, left + dead * step, bottom, kind="edge", dash="2 3", title=f"{name} dies"
        )
    y += 18 + _CHART + 10
    for part, height in zip(wishes.parts, heights, strict=True):
        drawing.text(x, y + height - 5, part.label, size=10, width=label, title=part.whole)
        drawing.text(left - 6, y + height - 5, part.worth, size=9, kind="bad" if part.is_bad else "faint", anchor="end")
        drawing.line(left, y + height - 3, right, y + height - 3, kind="rule")
        _draw_strip(drawing, part, part.actual, left, y + height - 3, step, shade, name if part.is_bad else None)
        if part.differs and part.believed is not None:
            for first, end, value in _runs(part.believed):
                if value is None:
                    continue
                title = f"{_span(first, end)}: {name} believes {shown_number(value)}"
                high = max(_BAR * 0.8 * part.share(value), 0)
                if high:
                    drawing.rect(
                        left + first * step + 0.5,
                        y + _STRIP - 6 - high,
                        (end - first) * step - 1,
                        high,
                        kind="open bad" if part.is_bad else "open edge",
                        title=title,
                    )
        y += height
    return bottom


def _draw_strip(
    drawing: Drawing,
    part: _Course,
    values: Sequence[float | None],
    left: float,
    low: float,
    step: float,
    shade: str | None,
    bad: str | None,
) -> None:
    for first, end, value in _runs(values):
        if value is None:
            continue
        high = _BAR * part.share(value)
        if high:
            drawing.rect(
                left + first * step,
                low - high,
                (end - first) * step,
                high,
                kind="ink" if shade is None else "",
                colour="#d55e00" if bad is not None else shade,
                title=f"{_span(first, end)}: {shown_number(value)} ({part.label})",
            )


def _draw_total(drawing: Drawing, total: _Course, left: float, top: float, step: float, shade: str | None) -> None:
    """The sum over the beats: a stepped line as it is, and a dashed one as they believe."""
    low = top + _CHART
    known = [each for each in (*total.actual, *(total.believed or ())) if each is not None]
    least, most = min(known, default=0.0), max(known, default=0.0)

    def height(value: float) -> float:
        return low - _CHART * (value - least) / (most - least) if most > least else low - _CHART / 2

    drawing.line(left, low, left + step * len(total.actual), low, kind="rule")
    if total.differs and total.believed is not None:
        drawing.path(_steps(total.believed, left, step, height), kind="edge", dash="4 3", title="as they believe")
    drawing.path(_steps(total.actual, left, step, height), colour=shade, title=f"as it is: {total.whole}")
    free = left
    for first, _, value in _runs(total.actual):
        at = left + first * step + 1
        if value is not None and at >= free:
            free = drawing.text(at, height(value) - 3, shown_number(value), size=8).right + 3


def _steps(values: Sequence[float | None], left: float, step: float, height: Callable[[float], float]) -> str:
    path, drawn = "", False
    for first, end, value in _runs(values):
        if value is not None:
            path += f"{'V' if drawn else f'M{left + first * step:g} '}{height(value):.2f}H{left + end * step:g}"
        drawn = value is not None
    return path


def _span(first: int, end: int) -> str:
    if end - first == 1:
        return f"beat {first}" if first else "at the start"
    return f"beats {first} to {end - 1}"


# ---------------------------------------------------------------------------------------------------------------------
# In letters


def _text(story: Told, beat: int, tree: Sequence[_Node], wishes: Sequence[_Wishes], width: int) -> str:
    """The tree, then each wish with a strip of a letter for each beat."""
    lines: list[str] = []
    told = story.beats[beat]
    if beat:
        lines += [*textwrap.wrap(f"Beat {beat}: {told.telling or told.text}", width), ""]
        lines += [*_tree_lines(story, tree, width), ""]
    for each in wishes:
        total = each.total
        ends = [shown_number(value) for value in (total.actual[0], total.actual[-1]) if value is not None]
        most = "" if total.most is None else f", {shown_number(total.most)} at most"
        name = _AUTHOR if each.who is None else story.label(each.who)
        lines += textwrap.wrap(f"{name}: {' → '.join(ends)}{most}", width, subsequent_indent="  ")
        for part in each.parts:
            lines += textwrap.wrap(f"  {part.worth} {part.label}", width, subsequent_indent="      ")
            lines += _strip_lines(part, part.actual, "really  " if part.differs else "", width)
            if part.differs and part.believed is not None:
                lines += _strip_lines(part, part.believed, "believed", width)
        lines.append("")
    lines += [f"█ in full  ▄ in part  · not at all, from the start to beat {len(story.beats) - 1}"] if wishes else []
    return "".join(f"{line[:width]}\n" for line in lines)


def _strip_lines(part: _Course, values: Sequence[float | None], said: str, width: int) -> Iterator[str]:
    letters = "".join(
        " " if value is None else "█" if part.share(value) >= 1 else "▄" if part.share(value) > 0 else "·"
        for value in values
    )
    head = f"      {said} " if said else "      "
    room = max(width - len(head), 10)
    for first in range(0, len(letters), room):
        yield f"{head if not first else '':{len(head)}}{letters[first : first + room]}"
