"""Maps: the places of a world, the passages between them, and who and what is where after a beat, or from beat to beat.

Passages are what acts and triggers can do to the place of a character, whatever the world calls moving. What an act
needs besides, of places and things alone, is whether the passage is open. Where the places stand depends on the world
and on how much is where at most, so that the maps of a story's beats are alike, and one of them can become the next.
"""

from __future__ import annotations

import heapq
import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from chekhov.charts.chronicle import Told
from chekhov.charts.drawing import Box, Drawing, colour, shortened, text_width, wrapped
from chekhov.charts.pictures import Picture, Wish
from chekhov.grounding import ground
from chekhov.grounding.formulas import Formula, Value, evaluate, fluents_of, show
from chekhov.model import Problem
from chekhov.passages import PLACES, whose
from chekhov.passages import passages as passages_of
from chekhov.task import Task

Point = tuple[float, float]

State = Literal["open", "shut", "locked"]

HOLDER = "holder"
"""The property that says who has a thing; it is then where they are."""
LOCK = "locked"
"""The property of what is not merely shut."""

_SIZE, _ROW, _PAD, _GAP, _STEP = 11.0, 16.0, 10.0, 44.0, 170.0
_NAME, _WIDEST = 12.0, 190.0
_TOP, _MARGIN = 40.0, 14.0
_LEVEL = 110.0
"""The room for the name of a level, left of it."""
_FLAT = 0.3
"""How much of their height above each other is left to places of one level, where there are several."""
_BESIDE = 4.0
"""How much rather these stand side by side than one below the other."""
_BENDS = (0.0, 0.15, -0.15, 0.3, -0.3)
"""How far a passage is bent to go around places, in its own lengths; behind that, it goes along their corners."""


def picture(story: Told, wish: Wish) -> Picture:
    """The map of a story's world after a beat, or moving from beat to beat; of those named only, if some are."""
    beat = len(story.beats) - 1 if wish.beat is None else wish.beat
    frames = range(len(story.beats)) if wish.moving else range(beat, beat + 1)
    places = _places(story)
    where = _where(story, beat, wish.of)
    ways = {way: each for way, each in _ways(story.problem).items() if way[0] in places and way[1] in places}
    doors = [_doors(story, frame, ways) for frame in frames]
    told = story.beats[beat]

    def entry(who: str) -> dict[str, Any]:
        holder = _holder(story, beat, who)
        has = {} if holder is None else {"holder": holder}
        return {"name": who, "label": _named(story, beat, who), "alive": story.alive(beat, who), **has}

    data = {
        "beat": beat,
        "happens": told.text,
        "levels": [
            {"level": label, "places": [places[number] for number in members]}
            for label, members in _levels(story, places)
            if label
        ],
        "places": [
            {"name": place, "label": story.label(place), "here": [entry(who) for who in where.get(place, ())]}
            for place in places
        ],
        "nowhere": [entry(who) for who in where.get("?", ())],
        "passages": [
            {"from": start, "to": end, "who": list(way.who), "state": state, "lacks": list(lacks)}
            for (start, end), way in ways.items()
            for state, lacks in [doors[-1][start, end] if wish.moving else doors[0][start, end]]
        ],
    }
    drawing = _Map(story, places, ways, wish.of).draw(frames, doors)
    head = _head_of(story, beat)
    return Picture(
        drawing.svg(),
        data,
        tuple(drawing.boxes),
        lambda width: _text(data, head, width),
        f"{len(places)} places, {len(ways)} passages",
        frames=tuple(story.beats[frame].telling or story.beats[frame].text for frame in frames) if wish.moving else (),
    )


def _head_of(story: Told, beat: int) -> str:
    told = story.beats[beat]
    return "The start" if beat == 0 else f"After {beat}: {told.telling or told.text}"


# ---------------------------------------------------------------------------------------------------------------------
# Passages


@dataclass(frozen=True, slots=True)
class _Way:
    """Who can take a passage, and what it needs besides that they are there, of places and things alone: any of the
    ``needs``, each as formulas over the facts of a ``task``."""

    who: tuple[str, ...]
    needs: tuple[tuple[Formula, ...], ...]
    task: Task


def passages(problem: Problem) -> dict[tuple[str, str], tuple[str, ...]]:
    """The passages of a world, and who can take each.

    >>> from chekhov import lang
    >>> passages(lang.parse('''
    ...     type place; entity Rim : place; entity Pit : place; entity Ann : character;
    ...     property at(c : character) : place; at(Ann) = Rim;
    ...     action slide(Ann) { precondition: at(Ann) == Rim; effect: at(Ann) = Pit; consenting: Ann; }; utility(): 0;
    ... ''').problem)
    {('Rim', 'Pit'): ('Ann',)}
    """
    return {way: each.who for way, each in _ways(problem).items()}


def _ways(problem: Problem) -> dict[tuple[str, str], _Way]:
    task = ground(problem)
    return {
        way: _Way(
            tuple(dict.fromkeys(step.who for step in steps)),
            tuple(dict.fromkeys(tuple(t for t in step.tests if _is_of_things(task, t)) for step in steps)),
            task,
        )
        for way, steps in passages_of(task).items()
    }


def _is_of_things(task: Task, test: Formula) -> bool:
    """Whether a condition is about no person, nor about where something is: such as a door's being open."""
    people = task.names.characters
    about: set[str] = set()
    pending = [test]
    while pending:
        part = pending.pop()
        if part[0] == "f":
            name, _, rest = task.names.fluents[part[2]].partition("(")
            if part[1] or part[2] in task.names.made or name == PLACES:
                return False
            about.update(rest.removesuffix(")").split(", "))
        elif part[0] == "v":
            about.update([task.names.entities[part[1][1]]] if isinstance(part[1], tuple | list) else [])
        else:
            pending.extend(part[1:])
    return about.isdisjoint(people)


def _doors(
    story: Told, beat: int, ways: Mapping[tuple[str, str], _Way]
) -> dict[tuple[str, str], tuple[State, tuple[str, ...]]]:
    """Whether each passage is open after a beat, and what it lacks if not: where several acts take it, the least."""
    kernel, world = story.kernel, story.worlds[beat]
    numbers = {name: number for number, name in enumerate(kernel.task.names.fluents)}
    found: dict[tuple[str, str], tuple[State, tuple[str, ...]]] = {}
    for way, each in ways.items():
        names = each.task.names

        def read(path: tuple[int, ...], number: int, names: Any = names) -> Value:
            return kernel.evaluate(world, ("f", path, numbers[names.fluents[number]]))

        lacking = min(([test for test in needs if evaluate(test, read) is not True] for needs in each.needs), key=len)
        things = [names.fluents[number].partition("(")[2] for test in lacking for _, number in fluents_of(test)]
        is_locked = any(story.value(beat, f"{LOCK}({thing}") == "True" for thing in things)
        state: State = "open" if not lacking else "locked" if is_locked else "shut"
        found[way] = state, tuple(show(test, names) for test in lacking)
    return found


def _places(story: Told) -> list[str]:
    task = story.kernel.task
    found = {
        value[1]
        for number, fluent in enumerate(task.names.fluents)
        if whose(fluent) and task.data["fluents"][number]["kind"] == "entity"
        for value in task.data["fluents"][number]["values"]
    }
    return [task.names.entities[number] for number in sorted(found)]


def _where(story: Told, beat: int, of: Sequence[str]) -> dict[str, list[str]]:
    """Who and what is at each place, the dead, too: characters first; what somebody has is where they are."""
    found: dict[str, list[str]] = {}
    things = [whose(fluent) or whose(fluent, HOLDER) for fluent in story.fluents]
    for who in sorted(filter(None, dict.fromkeys(things)), key=lambda who: who not in story.characters):
        if not of or who in of:
            at = _holder(story, beat, who) or who
            found.setdefault(story.value(beat, f"{PLACES}({at})"), []).append(who)
    return found


def _holder(story: Told, beat: int, what: str) -> str | None:
    """Who has something that is at no place itself; None: nobody has."""
    if story.value(beat, f"{PLACES}({what})") != "?":
        return None
    who = story.value(beat, f"{HOLDER}({what})")
    return None if who == "?" else who


def _levels(story: Told, places: Sequence[str]) -> list[tuple[str, list[int]]]:
    """The levels from the top, each with the numbers of its places; without a name those that are on none."""
    found = []
    rest = list(range(len(places)))
    for level in story.problem.levels:
        members = [places.index(name.name) for name in level.places if name.name in places]
        if members:
            found.append((level.label, members))
            rest = [number for number in rest if number not in members]
    return [*found, ("", rest)] if rest else found


# ---------------------------------------------------------------------------------------------------------------------
# Where the places stand


def distances(count: int, pairs: Sequence[tuple[int, int]]) -> list[list[float]]:
    """How many passages apart places are; where there is no way, as if by one more than the longest."""
    near: list[set[int]] = [set() for _ in range(count)]
    for one, other in pairs:
        near[one].add(other)
        near[other].add(one)
    found = []
    for start in range(count):
        steps = {start: 0.0}
        queue = [start]
        for one in queue:
            for other in sorted(near[one] - steps.keys()):
                steps[other] = steps[one] + 1
                queue.append(other)
        found.append(steps)
    far = min(max((step for steps in found for step in steps.values()), default=0) + 1, 3)
    return [[steps.get(other, far) for other in range(count)] for steps in found]


def embedded(distances: Sequence[Sequence[float]]) -> list[Point]:
    """Points about as far apart as they should be, by stress majorization (Gansner, Koren and North 2004) from a
    circle, with weights of one by the distance squared."""
    count = len(distances)
    points = [
        (math.cos(2 * math.pi * n / count) * count / 4, math.sin(2 * math.pi * n / count) * count / 4)
        for n in range(count)
    ]
    for _ in range(200 if count > 1 else 0):
        for one in range(count):
            x = y = total = 0.0
            for other in range(count):
                if other != one:
                    wanted = distances[one][other]
                    dx, dy = points[one][0] - points[other][0], points[one][1] - points[other][1]
                    is_apart = wanted / length if (length := math.hypot(dx, dy)) > 1e-9 else 0.0
                    weight = 1 / wanted**2
                    x += weight * (points[other][0] + dx * is_apart)
                    y += weight * (points[other][1] + dy * is_apart)
                    total += weight
            points[one] = (x / total, y / total)
    return points


def apart(
    points: Sequence[Point],
    sizes: Sequence[Point],
    gap: float = _GAP,
    width: float = math.inf,
    *,
    beside: float = 1,
) -> list[Point]:
    """The points, moved until the boxes around them have a gap between them; within a ``width`` from x = 0, if there
    is one, where each box fits into it alone. They are moved sideways as long as that is less than ``beside`` times as
    far as up and down."""
    found = list(points)

    def within(number: int, x: float) -> float:
        half = sizes[number][0] / 2
        return x if width == math.inf else min(max(x, half), width - half)

    while True:
        found = [(within(number, x), y) for number, (x, y) in enumerate(found)]
        for _ in range(200):
            moved = False
            for other in range(len(found)):
                for one in range(other):
                    dx, dy = found[other][0] - found[one][0], found[other][1] - found[one][1]
                    x = (sizes[one][0] + sizes[other][0]) / 2 + gap - abs(dx)
                    y = (sizes[one][1] + sizes[other][1]) / 2 + gap - abs(dy)
                    if min(x, y) > 0.01:
                        moved = True
                        aside = x < y * beside and sizes[one][0] + sizes[other][0] + gap <= width
                        px, py = (math.copysign(x / 2, dx), 0.0) if aside else (0.0, math.copysign(y / 2, dy))
                        found[one] = (within(one, found[one][0] - px), found[one][1] - py)
                        found[other] = (within(other, found[other][0] + px), found[other][1] + py)
            if not moved:
                return found
        found = [(x * 1.2, y * 1.2) for x, y in found]


def _rooms(
    points: Sequence[Point], sizes: Sequence[Point], levels: Sequence[tuple[str, Sequence[int]]]
) -> tuple[list[Box], list[tuple[str, float, float]]]:
    """A box for each place, and the name, top and bottom of each level."""
    rooms: list[Box] = [Box(0, 0, 0, 0)] * len(points)
    bands: list[tuple[str, float, float]] = []
    y = 0.0
    for label, members in levels:
        flat, beside = (_FLAT, _BESIDE) if len(levels) > 1 else (1.0, 1.0)
        flattened = [(points[n][0], points[n][1] * flat) for n in members]
        centres = apart(flattened, [sizes[n] for n in members], beside=beside)
        top = min(centre[1] - sizes[n][1] / 2 for n, centre in zip(members, centres, strict=True))
        for number, (x, middle) in zip(members, centres, strict=True):
            wide, high = sizes[number]
            at = y + _GAP / 2 + middle - top
            rooms[number] = Box(x - wide / 2, at - high / 2, x + wide / 2, at + high / 2)
        bottom = max(rooms[number].bottom for number in members) + _GAP / 2
        bands.append((label, y, bottom))
        y = bottom
    return rooms, bands


@dataclass(frozen=True, slots=True)
class Line:
    """A passage as it is drawn: straight from point to point, the corners between rounded."""

    points: tuple[Point, ...]
    radius: float = 0

    def moved(self, x: float, y: float) -> Line:
        return Line(tuple((a + x, b + y) for a, b in self.points), self.radius)

    @property
    def path(self) -> str:
        """The same in SVG's words."""
        path = f"M{_point(self.points[0])}"
        for before, at, after in zip(self.points, self.points[1:], self.points[2:], strict=False):
            if self.radius:
                bend = _towards(at, before, self.radius), at, _towards(at, after, self.radius)
                path += "L{}Q{} {}".format(*map(_point, bend))
            else:
                path += f"L{_point(at)}"
        return path + f"L{_point(self.points[-1])}"


def _inside(box: Box, point: Point, slack: float) -> bool:
    return box.left - slack <= point[0] <= box.right + slack and box.top - slack <= point[1] <= box.bottom + slack


def route(first: int, last: int, rooms: Sequence[Box], width: float = math.inf) -> Line:
    """A passage between two boxes: the least bent one that meets no other and keeps between x = 0 and a ``width``, or
    else the shortest around corners."""
    one, other = _middle(rooms[first]), _middle(rooms[last])
    x, y = other[0] - one[0], other[1] - one[1]
    for bend in _BENDS:
        control = ((one[0] + other[0]) / 2 - y * bend, (one[1] + other[1]) / 2 + x * bend)
        points = _cut([_bezier(one, control, other, n / 400) for n in range(401)], rooms[first], rooms[last])
        if not any(
            number not in (first, last) and any(_inside(room, point, 6) for point in points)
            for number, room in enumerate(rooms)
        ) and (width == math.inf or all(0 <= x <= width for x, _ in points)):
            # A dozen of them look as smooth.
            return Line((*points[:-1][:: 1 if len(points) < 24 else len(points) // 12], points[-1]))
    return Line(tuple(_cut_ends(_around(first, last, rooms), rooms[first], rooms[last])), 12)


def _bezier(one: Point, control: Point, other: Point, t: float) -> Point:
    a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
    return a * one[0] + b * control[0] + c * other[0], a * one[1] + b * control[1] + c * other[1]


def _cut(points: Sequence[Point], first: Box, last: Box) -> list[Point]:
    """The part of a course from where it leaves one box to where it comes to another."""
    start = max(number for number, point in enumerate(points) if _inside(first, point, 0))
    end = min(number for number, point in enumerate(points) if number >= start and _inside(last, point, 0))
    return list(points[start : end + 1])


def _cut_ends(corners: Sequence[Point], first: Box, last: Box) -> list[Point]:
    """The same of straight lines between corners, of which only the first and the last one are in the boxes."""

    def edge(box: Box, outside: Point) -> Point:
        x, y = _middle(box)
        dx, dy = outside[0] - x, outside[1] - y
        reach = min(
            (box.right - box.left) / 2 / abs(dx) if dx else math.inf,
            (box.bottom - box.top) / 2 / abs(dy) if dy else math.inf,
        )
        return x + dx * reach, y + dy * reach

    return [edge(first, corners[1]), *corners[1:-1], edge(last, corners[-2])]


def _towards(one: Point, other: Point, far: float) -> Point:
    length = math.dist(one, other) or 1.0
    share = min(far / length, 0.5)
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


def _around(first: int, last: int, rooms: Sequence[Box]) -> list[Point]:
    """The shortest way between the middles of two boxes that keeps off all others, from corner to corner (Dijkstra on
    the visibility graph). Boxes stand so far apart that there always is one."""
    start, goal = _middle(rooms[first]), _middle(rooms[last])
    corners = [
        (x, y)
        for room in rooms
        for x in (room.left - _MARGIN, room.right + _MARGIN)
        for y in (room.top - _MARGIN, room.bottom + _MARGIN)
        if not any(_inside(other, (x, y), 6) for other in rooms)
    ]

    def is_clear(a: Point, b: Point) -> bool:
        own = {number for number, end in ((first, start), (last, goal)) if end in (a, b)}
        return not any(number not in own and _meets(room, a, b) for number, room in enumerate(rooms))

    best = {start: 0.0}
    came: dict[Point, Point] = {}
    queue = [(0.0, start)]
    done: set[Point] = set()
    while queue:
        length, at = heapq.heappop(queue)
        if at == goal:
            way = [goal]
            while way[-1] != start:
                way.append(came[way[-1]])
            return way[::-1]
        if at in done:
            continue
        done.add(at)
        for other in (*corners, goal):
            further = length + math.dist(at, other)
            if other not in done and further < best.get(other, math.inf) and is_clear(at, other):
                best[other] = further
                came[other] = at
                heapq.heappush(queue, (further, other))
    return [start, goal]


def _meets(room: Box, a: Point, b: Point, slack: float = 6) -> bool:
    """Whether a straight line comes into a box, or nearer than ``slack`` (Liang and Barsky 1984)."""
    low, high = 0.0, 1.0
    for p, q in (
        (a[0] - b[0], a[0] - room.left + slack),
        (b[0] - a[0], room.right + slack - a[0]),
        (a[1] - b[1], a[1] - room.top + slack),
        (b[1] - a[1], room.bottom + slack - a[1]),
    ):
        if p == 0:
            if q < 0:
                return False
        elif p < 0:
            low = max(low, q / p)
        else:
            high = min(high, q / p)
    return low < high


def _middle(box: Box) -> Point:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


# ---------------------------------------------------------------------------------------------------------------------
# Drawing


class _Map:
    """Where everything stands: the same after each beat."""

    def __init__(
        self, story: Told, places: Sequence[str], ways: Mapping[tuple[str, str], _Way], of: Sequence[str]
    ) -> None:
        self.story = story
        self.places = places
        self.ways = ways
        self.of = of
        number = {place: n for n, place in enumerate(places)}
        self.pairs = sorted({(min(number[a], number[b]), max(number[a], number[b])) for a, b in ways})
        levels = _levels(story, places)
        points = [(x * _STEP * 1.3, y * _STEP) for x, y in embedded(distances(len(places), self.pairs))]
        rooms, bands = _rooms(points, self._sizes(), levels)
        lines = [route(one, other, rooms) for one, other in self.pairs]
        self.has_levels = any(label for label, _ in levels)
        reach = [point for line in lines for point in line.points]
        self.head = 2 * _ROW + 20
        left = (
            16
            + (_LEVEL if self.has_levels else 0)
            - min([box.left for box in rooms] + [x for x, _ in reach], default=0)
        )
        top = self.head - min(
            [box.top for box in rooms] + [top for _, top, _ in bands] + [y for _, y in reach], default=0
        )
        self.rooms = [Box(b.left + left, b.top + top, b.right + left, b.bottom + top) for b in rooms]
        self.bands = [(label, high + top, low + top) for label, high, low in bands]
        self.lines = [line.moved(left, top) for line in lines]

    def _sizes(self) -> list[Point]:
        """How large each place must be to hold whoever is there after any of the beats."""
        story = self.story
        widths = {place: text_width(" ".join(story.label(place).split()), _NAME, bold=True) for place in self.places}
        most = dict.fromkeys(self.places, 0)
        for beat in range(len(story.beats)):
            for place, here in self.where[beat].items():
                if place in widths:
                    most[place] = max(most[place], len(here))
                    wide = [14 + text_width(f"† {_named(story, beat, who)}", _SIZE) for who in here]
                    widths[place] = max([widths[place], *wide])
        return [
            (min(max(widths[place], 60) + 1, _WIDEST) + 2 * _PAD, 28 + most[place] * _ROW + (4 if most[place] else 0))
            for place in self.places
        ]

    @cached_property
    def where(self) -> list[dict[str, list[str]]]:
        """After each beat, who and what is at each place (``?``: nowhere)."""
        return [_where(self.story, beat, self.of) for beat in range(len(self.story.beats))]

    def draw(
        self, frames: Sequence[int], doors: Sequence[Mapping[tuple[str, str], tuple[State, tuple[str, ...]]]]
    ) -> Drawing:
        """The map after some beats, one after the other; ``doors``: the state of each passage after each of them."""
        story = self.story
        drawing = Drawing(f"{story.title}: the map", _head_of(story, frames[-1]))
        right = max([box.right for box in self.rooms] + [x for line in self.lines for x, _ in line.points], default=0)
        for label, top, bottom in self.bands if self.has_levels else ():
            drawing.rect(16, top + 3, right, bottom - top - 6, kind="panel", radius=6, title=label)
            for row, part in enumerate(wrapped(label, _LEVEL - 22, _NAME, most=3)):
                drawing.text(26, top + 24 + row * _ROW, part, size=_NAME, kind="faint", title=label)
        for pair, line in zip(self.pairs, self.lines, strict=True):
            self._passage(drawing, pair, line, doors)
        for place, room in zip(self.places, self.rooms, strict=True):
            width = room.right - room.left
            drawing.rect(
                room.left, room.top, width, room.bottom - room.top, kind="box", radius=5, title=story.label(place)
            )
            x, y = room.left + _PAD, room.top + 18
            drawing.text(x, y, story.label(place), size=_NAME, kind="heading", width=width - 2 * _PAD)
        below = drawing.bottom + 24
        self._people(drawing, frames, below)
        wide = max(drawing.right - 16, 320.0)
        for number, beat in enumerate(frames):
            with drawing.moving([f"opacity:{int(number == other)}" for other in range(len(frames))]):
                for row, part in enumerate(wrapped(_head_of(story, beat), wide, _NAME, most=2)):
                    kind = "strong" if beat == 0 else ""
                    drawing.text(16, 28 + row * _ROW, part, size=_NAME, kind=kind, title=_head_of(story, beat))
        self._legend(drawing, {state for each in doors for state, _ in each.values()})
        return drawing

    def _passage(
        self,
        drawing: Drawing,
        pair: tuple[int, int],
        line: Line,
        doors: Sequence[Mapping[tuple[str, str], tuple[State, tuple[str, ...]]]],
    ) -> None:
        for x, y in line.points:
            drawing.extend(x, y)
        one, other = (self.places[number] for number in pair)
        ends = [
            (way, before, tip)
            for way, before, tip in (
                ((one, other), line.points[-2], line.points[-1]),
                ((other, one), line.points[1], line.points[0]),
            )
            if way in self.ways
        ]
        mark = "↔" if len(ends) == 2 else "→"
        title = f"{self.story.label(ends[0][0][0])} {mark} {self.story.label(ends[0][0][1])}"
        is_open = [any(each[way][0] == "open" for way, _, _ in ends) for each in doors]
        for wanted in sorted(set(is_open)):
            with drawing.moving([f"opacity:{int(each == wanted)}" for each in is_open]):
                drawing.path(line.path, kind="edge", dash="" if wanted else "4 4", title=title)
        for way, before, tip in ends:
            states = [each[way] for each in doors]
            for state, lacks in dict.fromkeys(states):
                said = f"{self.story.label(way[0])} → {self.story.label(way[1])}: {state}"
                with drawing.moving([f"opacity:{int(each == (state, lacks))}" for each in states]):
                    self._end(
                        drawing, state, before, tip, title if state == "open" else f"{said}, for not {'; '.join(lacks)}"
                    )

    def _end(self, drawing: Drawing, state: State, before: Point, tip: Point, title: str) -> None:
        """An arrowhead; of a passage that is not open a bar across, of one that is locked with a bolt before it."""
        x, y = tip[0] - before[0], tip[1] - before[1]
        length = math.hypot(x, y) or 1.0
        x, y = x / length, y / length

        def at(along: float, across: float) -> Point:
            return tip[0] - along * x - across * y, tip[1] - along * y + across * x

        if state == "open":
            drawing.polygon([tip, at(9, 4), at(9, -4)], kind="ink", title=title)
            return
        (x1, y1), (x2, y2) = at(5, 8), at(5, -8)
        drawing.line(x1, y1, x2, y2, kind="person bad", title=title)
        if state == "locked":
            drawing.polygon([at(8, 4.5), at(17, 4.5), at(17, -4.5), at(8, -4.5)], kind="open bad", title=title)

    def _legend(self, drawing: Drawing, states: set[State]) -> None:
        if not self.ways or states <= {"open"}:
            return
        x, y = 16.0, drawing.bottom + 22
        says: dict[State, str] = {"open": "open", "shut": "shut, whoever comes", "locked": "locked"}
        for state, text in says.items():
            if state in states:
                drawing.line(x, y - 4, x + 26, y - 4, kind="edge", dash="" if state == "open" else "4 4")
                self._end(drawing, state, (x, y - 4), (x + 30, y - 4), "")
                x = drawing.text(x + 38, y, text, kind="faint").right + 22

    def _people(self, drawing: Drawing, frames: Sequence[int], below: float) -> None:
        """Everybody and everything where they are; who is nowhere stands below the map."""
        story = self.story
        spots: dict[str, list[tuple[float, float, str]]] = {}
        for beat in frames:
            for place, here in self.where[beat].items():
                room = self.rooms[self.places.index(place)] if place in self.places else None
                x, wide = (16.0, 300.0) if room is None else (room.left + _PAD, room.right - room.left - 2 * _PAD)
                for row, who in enumerate(here):
                    y = (below + _ROW if room is None else room.top + 36) + row * _ROW
                    shown = shortened(_named(story, beat, who), wide - 14, _SIZE)
                    spots.setdefault(who, []).append((x, y, shown))
        if any("?" in self.where[beat] for beat in frames):
            drawing.text(16, below, "Nowhere", size=_NAME, kind="faint")
        for who, found in spots.items():
            x, y, _ = found[-1]
            with drawing.moving(
                [f"transform:translate({a - x:.1f}px,{b - y:.1f}px)" for a, b, _ in found], smooth=True
            ):
                looks = [(story.alive(beat, who), shown) for beat, (_, _, shown) in zip(frames, found, strict=True)]
                for alive, shown in dict.fromkeys(looks):
                    with drawing.moving([f"opacity:{int(look == (alive, shown))}" for look in looks]):
                        if who in story.characters:
                            shade = colour(story.characters.index(who))
                            drawing.circle(x + 4, y - 4, 4, kind="" if alive else "open", colour=shade)
                        title = story.label(who) if alive else f"{story.label(who)} is dead"
                        drawing.text(x + 14, y, shown, size=_SIZE, kind="" if alive else "faint", title=title)
            for _, b, _ in found:
                drawing.extend(0, b + 4)


def _named(story: Told, beat: int, who: str) -> str:
    holder = _holder(story, beat, who)
    held = "" if holder is None else f" ({story.label(holder)})"
    return f"{story.label(who)}{held}" if story.alive(beat, who) else f"† {story.label(who)}"


def _point(point: Point) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"


def _text(data: Mapping[str, Any], head: str, width: int) -> str:
    """The map for a terminal: each place, who is there, and where one gets from it."""
    labels = {place["name"]: place["label"] for place in data["places"]}
    ways = {(way["from"], way["to"]): way for way in data["passages"]}
    levels = {place: level["level"] for level in data["levels"] for place in level["places"]}

    def named(entries: Sequence[Mapping[str, Any]]) -> str:
        return ", ".join(each["label"] for each in entries)

    lines = textwrap.wrap(head, width)
    order = {place: number for number, place in enumerate(levels)}
    level = None
    for place in sorted(data["places"], key=lambda place: order.get(place["name"], len(order))):
        name = place["name"]
        if levels and levels.get(name) != level:
            level = levels.get(name)
            lines += ["", *textwrap.wrap(f"— {level or 'on no level'} —", width)]
        here = f"{place['label']}: {named(place['here'])}" if place["here"] else place["label"]
        lines += ["", *textwrap.wrap(here, width, subsequent_indent="    ")]
        for other, label in labels.items():
            there, back = (name, other) in ways, (other, name) in ways
            if there:
                way = ways[name, other]
                said = "" if way["state"] == "open" else f" ({way['state']}: not {'; '.join(way['lacks'])})"
                lines += textwrap.wrap(f"  {'↔' if back else '→'} {label}{said}", width, subsequent_indent="    ")
    if data["nowhere"]:
        lines += ["", *textwrap.wrap(f"Nowhere: {named(data['nowhere'])}", width, subsequent_indent="    ")]
    return "\n".join(lines) + "\n"
