"""Causal links: which beat rests on which, by what; and the beats that nothing rests on.

A link is that of partial-order planning: a condition of a beat, and the last beat before which it did not hold. What
held from the start has none. Conditions are those of the acts, in the world and in the minds of those who do them (one
does nothing that one takes to be impossible), of what they then change, of the triggers that fire, and of the endings
that the story comes to. Motives are no conditions.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chekhov.charts.chronicle import Beat, Told
from chekhov.charts.drawing import Drawing, colour, text_width
from chekhov.charts.pictures import Picture, Wish
from chekhov.goals import ending_goal
from chekhov.grounding.formulas import Formula, fluents_of, show
from chekhov.kernel import Kernel
from chekhov.manuscript.reader import needed

_ROW, _SIZE, _TEXT = 22.0, 12.0, 620.0
_REACH = 240.0
"""How far the longest arc goes, at most."""
_IN_MIND = "5 3"


@dataclass(frozen=True, slots=True)
class Link:
    """A ``test`` that the row ``later`` rests on, in the world or in the mind of ``who`` does it, and the beat
    ``earlier`` that made it so. Rows are the beats, and after them the endings that the story comes to."""

    earlier: int
    later: int
    test: Formula
    who: str | None = None


def endings(story: Told) -> tuple[str, ...]:
    """The names of the endings that hold after the last beat."""
    kernel, last = story.kernel, story.worlds[-1]
    names = (ending.name for ending in story.problem.endings)
    return tuple(name for name in names if kernel.evaluate(last, ending_goal(kernel.task, name).condition) is True)


def links(story: Told) -> tuple[Link, ...]:
    """All links of a story, each once, by the beat that rests on them. What somebody must believe has a link of its
    own only where another beat made them believe it."""
    found: dict[Link, None] = {}
    for beat in range(1, len(story.beats)):
        for who, test in _conditions(story, beat):
            earlier = _maker(story, beat, test, who)
            if earlier and (who is None or Link(earlier, beat, test) not in found):
                found[Link(earlier, beat, test, who)] = None
    for row, name in enumerate(endings(story), len(story.beats)):
        for test in _tests(story.kernel, story.worlds[-1], ending_goal(story.kernel.task, name).condition):
            if earlier := _maker(story, len(story.beats), test, None):
                found[Link(earlier, row, test)] = None
    return tuple(found)


def unfired(story: Told, found: Sequence[Link]) -> tuple[int, ...]:
    """The beats that change something on which nothing rests; but for the last, or those of the last scene, which are
    there for what comes next."""
    used = {link.earlier for link in found}
    last = story.beats[-1]
    return tuple(
        beat.number
        for beat in story.beats
        if beat.kind == "act"
        and beat.number not in used
        and beat is not last
        and (beat.scene is None or beat.scene != last.scene)
    )


def _conditions(story: Told, beat: int) -> Iterator[tuple[str | None, Formula]]:
    """What a beat rests on: first in the world, then in the minds of those who do it."""
    kernel = story.kernel
    data = kernel.task.data
    for act, world in story.steps[beat]:
        for test in needed(kernel, world, act):
            yield None, test
        for test in _effective(kernel, world, data["actions"][act]["effects"]):
            yield None, test
        for trigger, at, _ in kernel.firing(world, act):
            for clause in data["triggers"][trigger]["precondition"]:
                tests = [atom["test"] for atom in clause]
                if all(kernel.evaluate(at, test) is True for test in tests):
                    yield from ((None, test) for test in tests)
                    break
            for test in _effective(kernel, at, data["triggers"][trigger]["effects"]):
                yield None, test
        for number in data["actions"][act]["consenting"]:
            for test in needed(kernel, kernel.believed(world, number), act):
                yield story.characters[number], test


def _effective(kernel: Kernel, world: int, effects: Sequence[dict[str, Any]]) -> Iterator[Formula]:
    """The conditions of the effects that change something in a world."""
    for effect in effects:
        if kernel.evaluate(world, effect["condition"]) is True:
            old = kernel.evaluate(world, ("f", effect["path"], effect["fluent"]))
            if old != kernel.evaluate(world, effect["value"]):
                yield from _tests(kernel, world, effect["condition"])


def _tests(kernel: Kernel, world: int, condition: Formula) -> Iterator[Formula]:
    """The comparisons that make a condition hold in a world; of alternatives, those of the first that holds."""
    if condition[0] == "and":
        for part in condition[1:]:
            yield from _tests(kernel, world, part)
    elif condition[0] == "or":
        for part in condition[1:]:
            if kernel.evaluate(world, part) is True:
                yield from _tests(kernel, world, part)
                break
    elif condition[0] != "v":
        yield condition


def _maker(story: Told, beat: int, test: Formula, who: str | None) -> int | None:
    """The last beat before another before which a test did not hold; None if it has held from the start, or only comes
    to hold within the other."""

    def holds(moment: int) -> bool:
        return story.kernel.evaluate(story.mind(moment, () if who is None else who), test) is True

    if not holds(beat - 1):
        return None
    return next((made for made in range(beat - 1, 0, -1) if not holds(made - 1)), None)


# ---------------------------------------------------------------------------------------------------------------------
# The picture


def picture(story: Told, wish: Wish) -> Picture:
    """The causal links of a story: all, or those about somebody or something (``of``), or of one ``beat``."""
    found = links(story)
    loose = unfired(story, found)
    shown = [link for link in found if _wanted(story, link, wish)]
    names = endings(story)
    labels = [ending_goal(story.kernel.task, name).text for name in names]
    arcs = _arcs(story, shown)
    drawing = _draw(story, labels, arcs, loose)
    data = {
        "beats": [_beat(beat, shown, beat.number in loose) for beat in story.beats[1:]],
        "endings": [
            {"ending": name, "text": label, "needs": _needs(shown, row)}
            for row, (name, label) in enumerate(zip(names, labels, strict=True), len(story.beats))
        ],
        "links": [
            {
                "from": link.earlier,
                "to": link.later if link.later < len(story.beats) else None,
                "ending": None if link.later < len(story.beats) else names[link.later - len(story.beats)],
                "fact": show(link.test, story.kernel.task.names),
                "who": link.who,
            }
            for link in shown
        ],
    }
    return Picture(
        drawing.svg(),
        data,
        tuple(drawing.boxes),
        lambda width: _letters(story, labels, arcs, loose, width),
        f"{len(shown)} links; nothing rests on {len(loose)} of {len(story.beats) - 1} beats",
    )


def _wanted(story: Told, link: Link, wish: Wish) -> bool:
    if wish.beat is not None and wish.beat not in (link.earlier, link.later):
        return False
    if not wish.of:
        return True
    about = {link.who}
    for path, number in fluents_of(link.test):
        about.update(story.characters[character] for character in path)
        about.update(story.kernel.task.names.fluents[number].partition("(")[2].removesuffix(")").split(", "))
    return not about.isdisjoint(wish.of)


def _needs(found: Sequence[Link], row: int) -> list[int]:
    return sorted({link.earlier for link in found if link.later == row})


def _beat(beat: Beat, found: Sequence[Link], loose: bool) -> dict[str, Any]:
    return {
        "number": beat.number,
        "kind": beat.kind,
        "text": beat.text,
        "telling": beat.telling,
        "needs": _needs(found, beat.number),
        "unfired": loose,
    }


@dataclass(frozen=True, slots=True)
class _Arc:
    """All links between two rows, in words. ``mind``: they are all about what somebody has to believe."""

    earlier: int
    later: int
    facts: tuple[str, ...]
    mind: bool


def _arcs(story: Told, found: Sequence[Link]) -> list[_Arc]:
    names = story.kernel.task.names
    between: dict[tuple[int, int], list[Link]] = {}
    for link in found:
        between.setdefault((link.earlier, link.later), []).append(link)
    return [
        _Arc(
            *rows,
            tuple(
                dict.fromkeys(
                    show(link.test, names) if link.who is None else f"{link.who} believes {show(link.test, names)}"
                    for link in members
                )
            ),
            all(link.who is not None for link in members),
        )
        for rows, members in sorted(between.items())
    ]


def _draw(story: Told, labels: Sequence[str], arcs: Sequence[_Arc], loose: Sequence[int]) -> Drawing:
    rows = [*(beat.text for beat in story.beats), *(f"Ending: {label}" for label in labels)]
    drawing = Drawing(f"{story.title}: causal links", "Which beat rests on which")
    longest = max((arc.later - arc.earlier for arc in arcs), default=0)
    reach = min(_REACH, 24 + 11.0 * longest)
    left, top = 24 + reach, 76.0
    drawing.text(16, 28, story.title, size=15, kind="heading", width=left + _TEXT - 16)
    drawing.text(16, 46, "An arc goes from the beat that made something so to the one that rests on it.", kind="faint")
    drawing.line(16, 58, 40, 58, kind="edge")
    box = drawing.text(46, 62, "so in the world")
    drawing.line(box.right + 18, 58, box.right + 42, 58, kind="edge", dash=_IN_MIND)
    box = drawing.text(box.right + 48, 62, "what they believe")
    drawing.circle(box.right + 23, 58, 4.5, kind="open bad")
    drawing.text(box.right + 34, 62, "nothing later rests on it", kind="bad")

    def middle(row: int) -> float:
        return top + _ROW * row

    for arc in arcs:
        one, other = middle(arc.earlier) + 2, middle(arc.later) - 2
        bulge = reach * (0.15 + 0.85 * (arc.later - arc.earlier) / max(longest, 1)) * 4 / 3
        title = f"{arc.earlier} → {'ending' if arc.later >= len(story.beats) else arc.later}: {'; '.join(arc.facts)}"
        start, far = left - 8, left - 8 - bulge
        d = f"M{start:g} {one:g}C{far:.2f} {one:g} {far:.2f} {other:g} {start:g} {other:g}"
        own = colour(arc.earlier)
        drawing.path(d, kind="line", colour=own, dash=_IN_MIND if arc.mind else "", title=title)
        drawing.polygon([(left - 6, other), (left - 13, other - 3.5), (left - 13, other + 3.5)], colour=own)
    widest = text_width(f"{len(story.beats)}", _SIZE)
    for row in range(1, len(rows)):
        y = middle(row)
        bad = row in loose
        ending = row >= len(story.beats)
        beat = None if ending else story.beats[row]
        if bad:
            drawing.circle(left, y, 4.5, kind="open bad", title="nothing later rests on what this changes")
        else:
            drawing.circle(left, y, 4.5, kind="ink" if ending else "", colour=None if ending else colour(row))
        if not ending:
            drawing.text(left + 12 + widest, y + 4, f"{row}", anchor="end", size=_SIZE, kind="faint")
        drawing.text(
            left + 22 + widest,
            y + 4,
            rows[row],
            size=_SIZE,
            kind="strong" if ending else "bad" if bad else "",
            width=_TEXT,
            title="" if beat is None else beat.telling or "",
        )
    return drawing


def _letters(story: Told, labels: Sequence[str], arcs: Sequence[_Arc], loose: Sequence[int], width: int) -> str:
    """The same in lines of at most a width."""
    wide = len(str(len(story.beats)))
    lines: list[str] = []
    rows = [
        *(f"{beat.number:{wide}}  {beat.text}" for beat in story.beats),
        *(f"{'':{wide}}  Ending: {label}" for label in labels),
    ]
    for row in range(1, len(rows)):
        lines += textwrap.wrap(rows[row], width, subsequent_indent=" " * (wide + 2)) or [""]
        indent = " " * (wide + 4)
        needs = [f"{arc.earlier} ({'; '.join(arc.facts)})" for arc in arcs if arc.later == row]
        if needs:
            lines += textwrap.wrap(f"{indent}needs {', '.join(needs)}", width, subsequent_indent=indent + "  ")
        if row in loose:
            lines += textwrap.wrap(f"{indent}nothing later rests on it", width, subsequent_indent=indent + "  ")
    return "\n".join(lines) + "\n"
