"""The story graph: all moments of a world, folded, from the start at the top downwards, and where an ending is lost for
good.

Above the line an ending can still be reached, is there or was had; below it is too late for it. Which ending that is
the wish says (``of``); else it is the first that some act loses, in order of declaration.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chekhov.charts.chronicle import Told
from chekhov.charts.drawing import PALETTE, Box, Drawing, text_width, wrapped
from chekhov.charts.layers import Arrangement, Arrow, Size, arrange
from chekhov.charts.pictures import Picture, Wish
from chekhov.checking.folding import Edge, Folding, fold
from chekhov.checking.inquiry import Inquiry, counted, inquire
from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.grounding import ground
from chekhov.kernel import Kernel

WORLDS = 1_000_000
"""How many worlds are looked at, the moments of the story and those that people have in mind; the picture is then of
the moments that were found."""
MOST = 40
_WIDE, _SMALL, _LINE, _CHIP, _PAD = 132.0, 9.0, 11.5, 16.0, 7.0
_IN_A_ROW = 5
"""So many letters beside each other leave room for the number."""
_LABEL, _GUTTER, _TOP, _LEFT = 92.0, 104.0, 64.0, 16.0


def picture(story: Told, wish: Wish, worlds: int = WORLDS) -> Picture:
    """The graph of the world of a story, of which so many ``worlds`` are looked at at most. Raises
    :class:`~chekhov.diagnostics.ChekhovError` E0611 where ``wish.of`` is no ending of it."""
    inquiry, endless = inquire(Kernel(ground(story.problem), threads=1), worlds=worlds)
    folding = fold(inquiry, most=MOST)
    limited = endless is not None or not inquiry.certain
    chosen = _chosen(folding, wish.of)
    note = f"{counted(len(inquiry.graph.all), 'moment')} in {_boxes(len(folding.nodes))}"
    if inquiry.limit == "states":
        note += f", as far as {worlds:,} worlds show, those in minds among them"
    elif limited:
        note += ", as far as was looked"
    drawing = _Graph(inquiry, folding, chosen).draw(story.title, note)
    return Picture(
        drawing.svg(),
        {"complete": not limited, **_data(inquiry, folding, chosen)},
        tuple(drawing.boxes),
        note=note,
        limited=limited,
    )


def _chosen(folding: Folding, of: Sequence[str]) -> int | None:
    """The ending that the line of no return is for."""
    names = [ending.name for ending in folding.endings]
    for name in of:
        if name not in names:
            raise ChekhovError([Diagnostic("E0611", f"there is no ending `{name}`")])
        return names.index(name)
    lost = {number for edge in folding.edges for number in edge.loses}
    return min(lost, default=None)


def _data(inquiry: Inquiry, folding: Folding, chosen: int | None) -> dict[str, Any]:
    actions = inquiry.task.names.actions
    names = [ending.name or "any ending" for ending in folding.endings]
    return {
        "line": None if chosen is None else names[chosen],
        "facts": list(folding.facts),
        "left_out": list(folding.left_out),
        "nodes": [
            {
                "moments": node.moments,
                "depth": node.depth,
                "final": node.final,
                "endings": dict(zip(names, node.fate, strict=True)),
                "values": dict(zip(folding.facts, node.values, strict=True)),
            }
            for node in folding.nodes
        ],
        "edges": [
            {
                "from": edge.source,
                "to": edge.target,
                "acts": {actions[act]: count for act, count in edge.acts},
                "loses": [names[number] for number in edge.loses],
            }
            for edge in folding.edges
        ],
    }


def _boxes(number: int) -> str:
    return f"{number:,} box{'' if number == 1 else 'es'}"


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number + 1)


@dataclass(frozen=True, slots=True)
class _Text:
    """A line of a box."""

    text: str
    kind: str = ""


class _Graph:
    """A folding as boxes and arrows."""

    def __init__(self, inquiry: Inquiry, folding: Folding, chosen: int | None) -> None:
        self.folding = folding
        self.chosen = chosen
        self.actions = inquiry.task.names.actions
        self.named = [number for number, ending in enumerate(folding.endings) if ending.name is not None]
        self.rows = max(1, -(-len(self.named) // _IN_A_ROW))
        self.before = self._before()
        self.main = self._main_acts()
        self.texts = [self._texts(number) for number in range(len(folding.nodes))]
        self.says = [self._says(edge) for edge in folding.edges]

    def _before(self) -> list[int | None]:
        """For each box the one from which it is come to first."""
        found: list[int | None] = [None] * len(self.folding.nodes)
        for edge in self.folding.edges:
            node = self.folding.nodes[edge.target]
            last = found[edge.target]
            if self.folding.nodes[edge.source].depth < node.depth and (
                last is None or self.folding.nodes[last].depth < self.folding.nodes[edge.source].depth
            ):
                found[edge.target] = edge.source
        return found

    def _main_acts(self) -> list[int | None]:
        """For each box the act by which most of the arrows lead there."""
        ways: list[Counter[int]] = [Counter() for _ in self.folding.nodes]
        often: list[Counter[int]] = [Counter() for _ in self.folding.nodes]
        for edge in self.folding.edges:
            for act, count in edge.acts:
                ways[edge.target][act] += 1
                often[edge.target][act] += count
        return [
            max(mine, key=lambda act: (mine[act], counts[act], -act), default=None)
            for mine, counts in zip(ways, often, strict=True)
        ]

    def _texts(self, number: int) -> list[_Text]:
        """What is written in a box: the endings that are here, by which act one comes here, and what is so now and was
        not before."""
        node = self.folding.nodes[number]
        lines: list[_Text] = []
        for n in self.named:
            if node.fate[n] == "here":
                ending = self.folding.endings[n]
                lines += self._lines(ending.label or ending.name or "", "strong")
        act, before = self.main[number], self.before[number]
        if number == 0:
            lines += self._lines("The start", "strong")
        elif act is not None:
            lines += self._lines(self.actions[act])
        if before is not None:
            last = self.folding.nodes[before]
            news = [
                _said(fact, value)
                for fact, value, old in zip(self.folding.facts, node.values, last.values, strict=True)
                if value != old
            ]
            for text in news[:2]:
                lines += self._lines(text, "faint")
            if len(news) > 2:
                lines += self._lines(f"and {len(news) - 2} more", "faint")
        return lines

    def _lines(self, text: str, kind: str = "") -> list[_Text]:
        room = _WIDE - 2 * _PAD - 5
        return [_Text(line, kind) for line in wrapped(text, room, _SMALL, most=2, bold=kind == "strong")]

    def _says(self, edge: Edge) -> list[str]:
        """What is written on an arrow: its act, if its box does not name it."""
        if self.main[edge.target] in dict(edge.acts):
            return []
        first = max(edge.acts, key=lambda act: (act[1], -act[0]))
        return wrapped(self.actions[first[0]], _LABEL, _SMALL, most=3)

    def _size(self, number: int) -> Size:
        return Size(_WIDE, _PAD + _LINE * len(self.texts[number]) + _CHIP * self.rows + 5)

    def arrange(self) -> Arrangement:
        late = [self.chosen is not None and node.fate[self.chosen] == "lost" for node in self.folding.nodes]
        arrows = [
            Arrow(
                edge.source,
                edge.target,
                Size(max(text_width(line, _SMALL) for line in says) + 4, _LINE * len(says)) if says else None,
            )
            for edge, says in zip(self.folding.edges, self.says, strict=True)
        ]
        return arrange([self._size(number) for number in range(len(self.folding.nodes))], arrows, late)

    def draw(self, title: str, note: str) -> Drawing:
        drawing = Drawing(title, f"The story graph: {note}.")
        found = self.arrange()
        gutter = _GUTTER if found.line is not None else 0.0
        right = _LEFT + gutter + found.right
        drawing.text(_LEFT, 24, title, size=14, kind="heading", width=max(right - _LEFT, 200))
        drawing.text(_LEFT, 42, note, kind="faint")

        def at(x: float, y: float) -> tuple[float, float]:
            return x + _LEFT + gutter, y + _TOP

        if found.line is not None and self.chosen is not None:
            _, y = at(0, found.line)
            drawing.line(_LEFT, y, right, y, dash="6 4", colour=PALETTE[1], title="The point of no return")
            ending = self.folding.endings[self.chosen]
            called = "any ending" if ending.name is None else ending.label or ending.name
            for number, line in enumerate(wrapped(f"Below: too late for {called}", gutter - 12, _SMALL + 1, most=5)):
                drawing.text(_LEFT, y + 14 + 12.5 * number, line, kind="bad", size=_SMALL + 1)
        for edge, route in zip(self.folding.edges, found.routes, strict=True):
            self._arrow(drawing, edge, [at(x, y) for x, y in route])
        for edge, says, room in zip(self.folding.edges, self.says, found.labels, strict=True):
            if room is not None:
                left, top = at(room.left, room.top)
                drawing.rect(left, top, room.right - room.left, room.bottom - room.top, kind="paper")
                for number, line in enumerate(says):
                    x = left + (room.right - room.left) / 2
                    drawing.text(
                        x,
                        top + 9 + _LINE * number,
                        line,
                        anchor="middle",
                        size=_SMALL,
                        kind="faint",
                        title=self._told(edge),
                    )
        for number, box in enumerate(found.boxes):
            left, top = at(box.left, box.top)
            self._box(drawing, number, Box(left, top, left + box.right - box.left, top + box.bottom - box.top))
        self._key(drawing, right)
        return drawing

    def _told(self, edge: Edge) -> str:
        return "\n".join(f"{self.actions[act]}{f' ({count} times)' if count > 1 else ''}" for act, count in edge.acts)

    def _arrow(self, drawing: Drawing, edge: Edge, route: list[tuple[float, float]]) -> None:
        loses = self.chosen is not None and self.chosen in edge.loses
        colour = PALETTE[1] if loses else PALETTE[7]
        told = self._told(edge)
        drawing.path(_rounded(route), colour=colour, title=told)
        (x1, y1), (x2, y2) = route[-2:]
        size = max(abs(x2 - x1), abs(y2 - y1)) or 1
        dx, dy = (x2 - x1) / size, (y2 - y1) / size
        drawing.polygon(
            [
                (x2, y2),
                (x2 - 7 * dx - 3.5 * dy, y2 - 7 * dy + 3.5 * dx),
                (x2 - 7 * dx + 3.5 * dy, y2 - 7 * dy - 3.5 * dx),
            ],
            colour=colour,
            title=told,
        )

    def _box(self, drawing: Drawing, number: int, room: Box) -> None:
        node = self.folding.nodes[number]
        wide, high = room.right - room.left, room.bottom - room.top
        facts = [_said(fact, value) for fact, value in zip(self.folding.facts, node.values, strict=True)]
        hover = "\n".join([f"{counted(node.moments, 'moment')}, the first after {counted(node.depth, 'act')}", *facts])
        here = [n for n in self.named if node.fate[n] == "here"]
        drawing.rect(room.left, room.top, wide, high, kind="box", radius=5, title=hover)
        for place, n in enumerate(here):
            part = high / len(here)
            drawing.rect(room.left, room.top + place * part, 5, part, colour=PALETTE[n % len(PALETTE)], title=hover)
        if node.final:
            drawing.rect(room.left + 2.5, room.top + 2.5, wide - 5, high - 5, kind="rule", radius=3, title=hover)
        y = room.top + _PAD + 8
        for line in self.texts[number]:
            drawing.text(room.left + _PAD + (3 if here else 0), y, line.text, size=_SMALL, kind=line.kind, title=hover)
            y += _LINE
        y = room.bottom - 9
        for place, n in enumerate(self.named):
            row, column = divmod(place, _IN_A_ROW)
            x = room.left + _PAD + 6 + column * _CHIP
            self._chip(drawing, x, y - (self.rows - 1 - row) * _CHIP, n, node.fate[n])
        drawing.text(
            room.right - _PAD, y + 3, f"{node.moments:,}", anchor="end", size=_SMALL, kind="faint", title=hover
        )

    def _chip(self, drawing: Drawing, x: float, y: float, n: int, fate: str) -> None:
        if fate in ("open", "here"):
            drawing.circle(x, y, 6, kind="open", colour=PALETTE[n % len(PALETTE)])
            drawing.text(x, y + 3, _letter(n), anchor="middle", size=8, kind="strong" if fate == "here" else "")
        else:
            drawing.text(
                x, y + 3, {"had": "✓", "lost": "·", "unknown": "?"}[fate], anchor="middle", size=8, kind="faint"
            )

    def _key(self, drawing: Drawing, right: float) -> None:
        room = max(right - _LEFT, 320.0)
        y = drawing.bottom + 28
        for n in self.named:
            ending = self.folding.endings[n]
            drawing.circle(_LEFT + 6, y - 4, 6, kind="open", colour=PALETTE[n % len(PALETTE)])
            drawing.text(_LEFT + 6, y - 1, _letter(n), anchor="middle", size=8)
            drawing.text(_LEFT + 18, y, ending.label or ending.name or "", width=room - 18)
            y += 16
        key = "The number in a box: how many moments it stands for. Two borders: some story stops here."
        if self.named:
            key = f"A letter: the ending can still be reached; bold: it is here; ✓: it was had; ·: it is lost. {key}"
        for line in wrapped(key, room, _SMALL):
            drawing.text(_LEFT, y, line, kind="faint", size=_SMALL)
            y += 12


def _said(fact: str, value: str) -> str:
    """A fact and its value in few letters."""
    return fact if value == "True" else f"not {fact}" if value == "False" else f"{fact} = {value}"


def _rounded(route: Sequence[tuple[float, float]], radius: float = 5.0) -> str:
    """A way with its corners rounded, in SVG's words."""
    parts = [f"M{route[0][0]:.2f} {route[0][1]:.2f}"]
    for (x0, y0), (x1, y1), (x2, y2) in zip(route, route[1:], route[2:], strict=False):
        one = min(radius, max(abs(x1 - x0), abs(y1 - y0)) / 2)
        two = min(radius, max(abs(x2 - x1), abs(y2 - y1)) / 2)
        before, after = _towards((x1, y1), (x0, y0), one), _towards((x1, y1), (x2, y2), two)
        parts.append(f"L{before[0]:.2f} {before[1]:.2f}Q{x1:.2f} {y1:.2f} {after[0]:.2f} {after[1]:.2f}")
    parts.append(f"L{route[-1][0]:.2f} {route[-1][1]:.2f}")
    return "".join(parts)


def _towards(start: tuple[float, float], end: tuple[float, float], far: float) -> tuple[float, float]:
    size = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5 or 1
    return start[0] + (end[0] - start[0]) * far / size, start[1] + (end[1] - start[1]) * far / size
