"""Maps: the places of a world, the passages between them, and who and what is where after a beat.

Passages are what acts and triggers can do to the place of a character, whatever the world calls moving. Where the
places stand depends on the world and on how much is where at most, so that the maps of a story's beats are alike.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chekhov.charts.chronicle import PLACES, Told
from chekhov.charts.drawing import Box, Drawing, colour, shortened, text_width, wrapped
from chekhov.charts.pictures import Picture, Wish
from chekhov.grounding import ground
from chekhov.model import Problem
from chekhov.task import Task

Point = tuple[float, float]

_SIZE, _ROW, _PAD, _GAP, _STEP = 11.0, 16.0, 10.0, 44.0, 170.0
_NAME, _WIDEST = 12.0, 190.0
_TOP = 40.0
_BENDS = (0.0, 0.15, -0.15, 0.3, -0.3, 0.45, -0.45, 0.7, -0.7, 1.0, -1.0)
"""How far a passage is bent to go around places, in its own lengths."""


def picture(story: Told, wish: Wish) -> Picture:
    """The map of a story's world after a beat; of those named only, if some are."""
    beat = len(story.beats) - 1 if wish.beat is None else wish.beat
    places = _places(story)
    where = _where(story, beat, wish.of)
    ways = {way: who for way, who in passages(story.problem).items() if way[0] in places and way[1] in places}
    told = story.beats[beat]
    head = "The start" if beat == 0 else f"After {beat}: {told.telling or told.text}"

    def entry(who: str) -> dict[str, Any]:
        return {"name": who, "label": story.label(who), "alive": story.alive(beat, who)}

    data = {
        "beat": beat,
        "happens": told.text,
        "places": [
            {"name": place, "label": story.label(place), "here": [entry(who) for who in where.get(place, ())]}
            for place in places
        ],
        "nowhere": [entry(who) for who in where.get("?", ())],
        "passages": [{"from": start, "to": end, "who": list(who)} for (start, end), who in ways.items()],
    }
    drawing = _draw(story, beat, places, where, ways, head, wish.of)
    return Picture(
        drawing.svg(),
        data,
        tuple(drawing.boxes),
        lambda width: _text(data, head, width),
        f"{len(places)} places, {len(ways)} passages",
    )


def passages(problem: Problem) -> dict[tuple[str, str], tuple[str, ...]]:
    """The passages of a world: from which place to which other an act or a trigger can take whom, all else being as it
    needs, and step by step from where they are at the start. Only the places of characters count: what is carried takes
    no passage.

    >>> from chekhov import lang
    >>> passages(lang.parse('''
    ...     type place; entity Rim : place; entity Pit : place; entity Ann : character;
    ...     property at(c : character) : place; at(Ann) = Rim;
    ...     action slide(Ann) { precondition: at(Ann) == Rim; effect: at(Ann) = Pit; consenting: Ann; }; utility(): 0;
    ... ''').problem)
    {('Rim', 'Pit'): ('Ann',)}
    """
    task = ground(problem)
    names = task.names
    movers = {
        number: who
        for number, fluent in enumerate(names.fluents)
        if (who := _whose(fluent)) in names.characters and task.data["fluents"][number]["kind"] == "entity"
    }
    moves: dict[int, set[tuple[int | None, int]]] = {number: set() for number in movers}
    for action in (*task.data["actions"], *task.data["triggers"]):
        for effect in action["effects"]:
            if effect["fluent"] in movers and not effect["path"]:
                for clause in action["precondition"]:
                    tests = [atom["test"] for atom in clause] + [effect["condition"]]
                    moves[effect["fluent"]].update(_moves(task, tests, effect["fluent"], effect["value"]))
    start = task.data["initial"]["nodes"][task.data["initial"]["root"]]["values"]
    found: dict[tuple[int, int], list[str]] = {}
    for number, who in movers.items():
        # Only from where they can come at all, step by step.
        reached = [None if start[number] is None else start[number][1]]
        for here in reached:
            for before, after in sorted(way for way in moves[number] if way[0] == here):
                if before is not None:
                    found.setdefault((before, after), []).append(who)
                if after not in reached:
                    reached.append(after)
    return {(names.entities[a], names.entities[b]): tuple(found[a, b]) for a, b in sorted(found)}


def _moves(task: Task, tests: Sequence[Any], fluent: int, value: Any) -> Iterator[tuple[int | None, int]]:
    """From where (None: nowhere) to where an effect moves somebody, as far as tests allow them to be there."""
    allowed: dict[int, list[Any]] = {}
    equal: list[tuple[int, int]] = []

    def room(number: int) -> list[Any]:
        return allowed.setdefault(number, [None, *task.data["fluents"][number]["values"]])

    def read(test: Any) -> None:
        if test[0] == "and":
            for each in test[1:]:
                read(each)
        elif test[0] in ("==", "!="):
            left, right = test[1:] if test[1][0] == "f" else (test[2], test[1])
            if left[0] != "f" or left[1]:
                return
            if right[0] == "v":
                wanted = test[0] == "=="
                allowed[left[2]] = [each for each in room(left[2]) if (each == right[1]) is wanted]
            elif right[0] == "f" and not right[1] and test[0] == "==":
                equal.append((left[2], right[2]))

    for test in tests:
        read(test)
    for _ in equal:
        for one, other in equal:
            both = [each for each in room(one) if each in room(other)]
            allowed[one], allowed[other] = both, list(both)
    ends = [value[1]] if value[0] == "v" else room(value[2]) if value[0] == "f" and not value[1] else []
    for start in room(fluent):
        for end in ends:
            if end is not None and start != end:
                yield None if start is None else start[1], end[1]


def _whose(fluent: str) -> str:
    """Whose place a fact is; nobody's, if it is another one."""
    name, _, rest = fluent.partition("(")
    return rest.removesuffix(")") if name == PLACES else ""


def _places(story: Told) -> list[str]:
    task = story.kernel.task
    found = {
        value[1]
        for number, fluent in enumerate(task.names.fluents)
        if _whose(fluent) and task.data["fluents"][number]["kind"] == "entity"
        for value in task.data["fluents"][number]["values"]
    }
    return [task.names.entities[number] for number in sorted(found)]


def _where(story: Told, beat: int, of: Sequence[str]) -> dict[str, list[str]]:
    """Who and what is at each place, the dead, too: characters first."""
    found: dict[str, list[str]] = {}
    things = [who for fluent in story.fluents if (who := _whose(fluent))]
    for who in sorted(things, key=lambda who: who not in story.characters):
        if not of or who in of:
            found.setdefault(story.value(beat, f"{PLACES}({who})"), []).append(who)
    return found


# ---------------------------------------------------------------------------------------------------------------------
# Where the places stand


def _distances(count: int, pairs: Sequence[tuple[int, int]]) -> list[list[float]]:
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


def _embedded(distances: Sequence[Sequence[float]]) -> list[Point]:
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


def _apart(points: Sequence[Point], sizes: Sequence[Point]) -> list[Point]:
    """The points, moved until the boxes around them have a gap between them."""
    found = list(points)
    while True:
        for _ in range(200):
            moved = False
            for other in range(len(found)):
                for one in range(other):
                    dx, dy = found[other][0] - found[one][0], found[other][1] - found[one][1]
                    x = (sizes[one][0] + sizes[other][0]) / 2 + _GAP - abs(dx)
                    y = (sizes[one][1] + sizes[other][1]) / 2 + _GAP - abs(dy)
                    if min(x, y) > 0.01:
                        moved = True
                        px, py = (math.copysign(x / 2, dx), 0.0) if x < y else (0.0, math.copysign(y / 2, dy))
                        found[one] = (found[one][0] - px, found[one][1] - py)
                        found[other] = (found[other][0] + px, found[other][1] + py)
            if not moved:
                return found
        found = [(x * 1.2, y * 1.2) for x, y in found]


@dataclass(frozen=True, slots=True)
class _Curve:
    """A quadratic Bézier curve."""

    start: Point
    control: Point
    end: Point

    def at(self, s: float, t: float) -> Point:
        """The blossom: with s = t, the point of the curve there."""
        a, b, c = (1 - s) * (1 - t), s * (1 - t) + t * (1 - s), s * t
        return (
            a * self.start[0] + b * self.control[0] + c * self.end[0],
            a * self.start[1] + b * self.control[1] + c * self.end[1],
        )

    def points(self) -> list[Point]:
        return [self.at(n / 60, n / 60) for n in range(61)]

    def within(self, first: Box, last: Box) -> _Curve:
        """The part from one box to another."""
        steps = [n / 400 for n in range(401)]
        start = max(t for t in steps if _inside(first, self.at(t, t), 0))
        end = min(t for t in steps if t >= start and _inside(last, self.at(t, t), 0))
        return _Curve(self.at(start, start), self.at(start, end), self.at(end, end))


def _inside(box: Box, point: Point, slack: float) -> bool:
    return box.left - slack <= point[0] <= box.right + slack and box.top - slack <= point[1] <= box.bottom + slack


def _route(first: int, last: int, rooms: Sequence[Box]) -> _Curve:
    """A passage between two boxes: the least bent one that meets no other, or else the one that meets the fewest."""
    one, other = _middle(rooms[first]), _middle(rooms[last])
    x, y = other[0] - one[0], other[1] - one[1]
    tried = []
    for bend in _BENDS:
        curve = _Curve(one, ((one[0] + other[0]) / 2 - y * bend, (one[1] + other[1]) / 2 + x * bend), other)
        points = curve.points()
        met = sum(
            number not in (first, last) and any(_inside(room, point, 6) for point in points)
            for number, room in enumerate(rooms)
        )
        tried.append((met, curve))
        if not met:
            break
    return min(tried, key=lambda each: each[0])[1].within(rooms[first], rooms[last])


def _middle(box: Box) -> Point:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


# ---------------------------------------------------------------------------------------------------------------------
# Drawing


def _draw(
    story: Told,
    beat: int,
    places: Sequence[str],
    where: Mapping[str, Sequence[str]],
    ways: Mapping[tuple[str, str], Sequence[str]],
    head: str,
    of: Sequence[str],
) -> Drawing:
    drawing = Drawing(f"{story.title}: the map", head)
    number = {place: n for n, place in enumerate(places)}
    pairs = sorted({(min(number[a], number[b]), max(number[a], number[b])) for a, b in ways})
    points = [(x * _STEP * 1.3, y * _STEP) for x, y in _embedded(_distances(len(places), pairs))]
    sizes = _sizes(story, places, of)
    rooms = [
        Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        for (x, y), (width, height) in zip(_apart(points, sizes), sizes, strict=True)
    ]
    curves = [_route(one, other, rooms) for one, other in pairs]
    reach = [point for curve in curves for point in curve.points()]
    left = 16 - min([box.left for box in rooms] + [x for x, _ in reach], default=0)
    top = _TOP + 16 - min([box.top for box in rooms] + [y for _, y in reach], default=0)
    for (one, other), curve in zip(pairs, curves, strict=True):
        curve = _Curve(*((x + left, y + top) for x, y in (curve.start, curve.control, curve.end)))
        for x, y in curve.points():
            drawing.extend(x, y)
        there, back = ((places[a], places[b]) in ways for a, b in ((one, other), (other, one)))
        mark = "↔" if there and back else "→"
        ends = (one, other) if there else (other, one)
        title = f"{story.label(places[ends[0]])} {mark} {story.label(places[ends[1]])}"
        d = f"M{_point(curve.start)}Q{_point(curve.control)} {_point(curve.end)}"
        drawing.path(d, kind="edge", title=title)
        if there:
            drawing.polygon(_head(curve.control, curve.end), kind="ink", title=title)
        if back:
            drawing.polygon(_head(curve.control, curve.start), kind="ink", title=title)
    for place, room in zip(places, rooms, strict=True):
        x, y, width = room.left + left, room.top + top, room.right - room.left
        drawing.rect(x, y, width, room.bottom - room.top, kind="box", radius=5, title=story.label(place))
        drawing.text(x + _PAD, y + 18, story.label(place), size=_NAME, kind="heading", width=width - 2 * _PAD)
        for row, who in enumerate(where.get(place, ())):
            _occupant(drawing, story, beat, who, x + _PAD, y + 36 + row * _ROW, width - 2 * _PAD)
    room_of_head = max(drawing.right - 16, 320.0)
    for row, line in enumerate(wrapped(head, room_of_head, _NAME, most=2)):
        drawing.text(16, 28 + row * _ROW, line, size=_NAME, kind="strong" if not row and beat == 0 else "", title=head)
    if where.get("?"):
        names = ", ".join(_named(story, beat, who) for who in where["?"])
        below = drawing.bottom + 24
        for row, line in enumerate(wrapped(f"Nowhere: {names}", room_of_head, _SIZE)):
            drawing.text(16, below + row * _ROW, line, kind="faint")
    return drawing


def _sizes(story: Told, places: Sequence[str], of: Sequence[str]) -> list[Point]:
    """How large each place must be to hold whoever is there after any of the beats."""
    widths = {place: text_width(" ".join(story.label(place).split()), _NAME, bold=True) for place in places}
    most = dict.fromkeys(places, 0)
    for beat in range(len(story.beats)):
        for place, here in _where(story, beat, of).items():
            if place in widths:
                most[place] = max(most[place], len(here))
                widths[place] = max([widths[place]] + [14 + text_width(f"† {story.label(w)}", _SIZE) for w in here])
    return [
        (min(max(widths[place], 60) + 1, _WIDEST) + 2 * _PAD, 28 + most[place] * _ROW + (4 if most[place] else 0))
        for place in places
    ]


def _named(story: Told, beat: int, who: str) -> str:
    return story.label(who) if story.alive(beat, who) else f"† {story.label(who)}"


def _occupant(drawing: Drawing, story: Told, beat: int, who: str, x: float, y: float, width: float) -> None:
    alive = story.alive(beat, who)
    if who in story.characters:
        shade = colour(story.characters.index(who))
        drawing.circle(x + 4, y - 4, 4, kind="" if alive else "open", colour=shade)
    shown = shortened(_named(story, beat, who), width - 14, _SIZE)
    title = f"{story.label(who)} is dead" if not alive else ""
    drawing.text(x + 14, y, shown, size=_SIZE, kind="" if alive else "faint", title=title or story.label(who))


def _point(point: Point) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"


def _head(before: Point, tip: Point) -> list[Point]:
    """An arrowhead."""
    x, y = tip[0] - before[0], tip[1] - before[1]
    length = math.hypot(x, y) or 1.0
    x, y = x / length, y / length
    return [tip, (tip[0] - 9 * x - 4 * y, tip[1] - 9 * y + 4 * x), (tip[0] - 9 * x + 4 * y, tip[1] - 9 * y - 4 * x)]


def _text(data: Mapping[str, Any], head: str, width: int) -> str:
    """The map for a terminal: each place, who is there, and where one gets from it."""
    labels = {place["name"]: place["label"] for place in data["places"]}
    ways = {(way["from"], way["to"]) for way in data["passages"]}

    def named(entries: Sequence[Mapping[str, Any]]) -> str:
        return ", ".join(each["label"] if each["alive"] else f"† {each['label']}" for each in entries)

    lines = textwrap.wrap(head, width)
    for place in data["places"]:
        name = place["name"]
        here = f"{place['label']}: {named(place['here'])}" if place["here"] else place["label"]
        lines += ["", *textwrap.wrap(here, width, subsequent_indent="    ")]
        for other, label in labels.items():
            there, back = (name, other) in ways, (other, name) in ways
            if there:
                lines += textwrap.wrap(f"  {'↔' if back else '→'} {label}", width, subsequent_indent="    ")
    if data["nowhere"]:
        lines += ["", *textwrap.wrap(f"Nowhere: {named(data['nowhere'])}", width, subsequent_indent="    ")]
    return "\n".join(lines) + "\n"
