"""The story graph: all moments of a world, folded, from the start at the top downwards, and where an ending is lost for
good.

Above the line an ending can still be reached, is there or was had; below it is too late for it. Which ending that is
the wish says (``of``); else it is the first that some act loses, in order of declaration.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from chekhov.charts.chronicle import Told
from chekhov.charts.drawing import PALETTE, Box, Drawing, text_width, wrapped
from chekhov.charts.layers import Arrangement, Arrow, Size, arrange
from chekhov.charts.pictures import Picture, Wish
from chekhov.charts.storygraph import Caption, StoryGraph, letter, said
from chekhov.checking.folding import Edge, Folding, fold
from chekhov.checking.inquiry import Inquiry, counted, inquire
from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.formats.graphs import to_dot, to_graphml
from chekhov.grounding import ground
from chekhov.kernel import Kernel

WORLDS = 1_000_000
"""How many worlds are looked at, the moments of the story and those that people have in mind; the picture is then of
the moments that were found."""
MOST = 40
"""So many boxes are aimed at, if nothing is said: they fit beside and under each other on a page."""
MOST_UNFOLDED = 500
"""More moments are not drawn each."""
_WIDE, _SMALL, _LINE, _CHIP, _PAD = 132.0, 9.0, 11.5, 16.0, 7.0
_IN_A_ROW = 5
"""So many letters beside each other leave room for the number."""
_LABEL, _GUTTER, _LEFT = 92.0, 104.0, 16.0


def picture(story: Told, wish: Wish, worlds: int = WORLDS) -> Picture:
    """The graph of the world of a story, of which so many ``worlds`` are looked at at most; where the story has beats,
    its way is drawn into it. Raises :class:`~chekhov.diagnostics.ChekhovError` E0611 for a name in ``wish.of`` that is
    neither an ending nor somebody or something, and E0802 for more moments than can be drawn one by one."""
    inquiry, endless = inquire(Kernel(ground(story.problem), threads=1), worlds=worlds)
    way = _way(inquiry, story)
    endings, whom = _of(inquiry, wish.of)
    if wish.fold == "none":
        _check_few(inquiry)
    if wish.fold == "chapter" and len(story.beats) == 1:
        raise ChekhovError([Diagnostic("E0803", "no story is told of this world, so it cannot be folded by its beats")])
    folding = fold(inquiry, wish.fold, whom, wish.most or MOST, way)
    shown = StoryGraph(
        story,
        inquiry,
        folding,
        way,
        _chosen(folding, endings),
        endless is not None or not inquiry.certain,
        worlds if inquiry.limit == "states" else None,
    )
    drawing = _Graph(shown).draw()
    return Picture(
        drawing.svg(),
        shown.data(),
        tuple(drawing.boxes),
        shown.text,
        note=shown.note,
        limited=shown.limited,
        files={".dot": lambda: to_dot(shown.graph()), ".graphml": lambda: to_graphml(shown.graph())},
    )


def _way(inquiry: Inquiry, story: Told) -> list[int]:
    """The moments of a story, one for each of its beats; as far as it is a story of its world, in which everybody who
    acts has a reason and nothing is assumed."""
    found = [0]
    names = story.kernel.task.names.actions
    for beat in story.beats[1:]:
        moment = found[-1]
        steps = story.steps[beat.number]
        for act, _ in steps:
            action = inquiry.task.action_number(names[act])
            after = dict(inquiry.graph.acts_from(moment)).get(-1 if action is None else action)
            if after is None:
                return found
            moment = after
        if not steps:
            return found
        found.append(moment)
    return found


def _of(inquiry: Inquiry, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Which of some names are endings, and which somebody or something."""
    endings = {ending.name for ending in inquiry.endings}
    for name in names:
        if name not in endings and name not in inquiry.task.names.entities:
            raise ChekhovError(
                [Diagnostic("E0611", f"there is no ending `{name}`, nor anybody or anything of that name")]
            )
    return [name for name in names if name in endings], [name for name in names if name not in endings]


def _check_few(inquiry: Inquiry) -> None:
    if len(inquiry.graph.all) > MOST_UNFOLDED:
        raise ChekhovError(
            [
                Diagnostic(
                    "E0802",
                    f"{len(inquiry.graph.all):,} moments are too many for a box each; {MOST_UNFOLDED:,} are the most",
                    help="leave `--unfolded` out, or choose what to tell apart with `--fold`",
                )
            ]
        )


def _chosen(folding: Folding, endings: Sequence[str]) -> int | None:
    """The ending that the line of no return is for."""
    if endings:
        return [ending.name for ending in folding.endings].index(endings[0])
    lost = {number for edge in folding.edges for number in edge.loses}
    return min(lost, default=None)


class _Graph:
    """A folding as boxes and arrows."""

    def __init__(self, shown: StoryGraph) -> None:
        self.shown = shown
        self.folding = shown.folding
        self.chosen = shown.chosen
        self.actions = shown.inquiry.task.names.actions
        self.named = shown.named
        self.rows = max(1, -(-len(self.named) // _IN_A_ROW))
        nodes = [self.folding.node_of[moment] for moment in shown.way]
        self.walked = {pair for pair in pairwise(nodes) if pair[0] != pair[1]}
        self.texts = [
            [line for caption in shown.captions(number) for line in self._lines(caption)]
            for number in range(len(self.folding.nodes))
        ]
        self.says = [self._says(edge) for edge in self.folding.edges]

    def _lines(self, caption: Caption) -> list[Caption]:
        room = _WIDE - 2 * _PAD - 5
        lines = wrapped(caption.text, room, _SMALL, most=2, bold=caption.kind == "strong")
        return [Caption(line, caption.kind) for line in lines]

    def _says(self, edge: Edge) -> list[str]:
        """What is written on an arrow: its act, if its box does not name it."""
        if self.shown.main_acts[edge.target] in dict(edge.acts):
            return []
        first = max(edge.acts, key=lambda act: (act[1], -act[0]))
        return wrapped(self.actions[first[0]], _LABEL, _SMALL, most=3)

    def _size(self, number: int) -> Size:
        return Size(_WIDE, _PAD + _LINE * len(self.texts[number]) + _CHIP * self.rows + 5)

    def arrange(self) -> Arrangement:
        late = [self.shown.late(node) for node in self.folding.nodes]
        arrows = [
            Arrow(
                edge.source,
                edge.target,
                Size(max(text_width(line, _SMALL) for line in says) + 4, _LINE * len(says)) if says else None,
            )
            for edge, says in zip(self.folding.edges, self.says, strict=True)
        ]
        return arrange([self._size(number) for number in range(len(self.folding.nodes))], arrows, late)

    def draw(self) -> Drawing:
        title = self.shown.story.title
        drawing = Drawing(title, f"The story graph: {self.shown.note}. {self.shown.told_apart}")
        found = self.arrange()
        gutter = _GUTTER if found.line is not None else 0.0
        right = _LEFT + gutter + found.right
        drawing.text(_LEFT, 24, title, size=14, kind="heading", width=max(right - _LEFT, 200))
        above = [self.shown.note, *wrapped(self.shown.told_apart, max(right - _LEFT, 320), 11, most=3)]
        for number, line in enumerate(above):
            drawing.text(_LEFT, 42 + 15.0 * number, line, kind="faint")
        head = 42 + 15.0 * len(above) + 7

        def at(x: float, y: float) -> tuple[float, float]:
            return x + _LEFT + gutter, y + head

        if found.line is not None and self.chosen is not None:
            _, y = at(0, found.line)
            drawing.line(_LEFT, y, right, y, dash="6 4", colour=PALETTE[1], title="The point of no return")
            called = self.shown.called(self.chosen)
            for number, line in enumerate(wrapped(f"Below: too late for {called}", gutter - 12, _SMALL + 1, most=5)):
                drawing.text(_LEFT, y + 14 + 12.5 * number, line, kind="bad", size=_SMALL + 1)
        for edge, route in zip(self.folding.edges, found.routes, strict=True):
            with drawing.group(find=self._told(edge), arrow=1):
                self._arrow(drawing, edge, [at(x, y) for x, y in route])
        for edge, says, room in zip(self.folding.edges, self.says, found.labels, strict=True):
            if room is not None:
                left, top = at(room.left, room.top)
                with drawing.group(find=self._told(edge), arrow=1):
                    drawing.rect(left, top, room.right - room.left, room.bottom - room.top, kind="paper")
                    for number, line in enumerate(says):
                        drawing.text(
                            left + (room.right - room.left) / 2,
                            top + 9 + _LINE * number,
                            line,
                            anchor="middle",
                            size=_SMALL,
                            kind="faint",
                            title=self._told(edge),
                        )
        for number, box in enumerate(found.boxes):
            left, top = at(box.left, box.top)
            with drawing.group(find=self._found(number)):
                self._box(drawing, number, Box(left, top, left + box.right - box.left, top + box.bottom - box.top))
        self._key(drawing, right)
        return drawing

    def _found(self, number: int) -> str:
        """What a box is found by: the acts that lead to it, and the facts in it."""
        acts = {act for edge in self.folding.edges if edge.target == number for act, _ in edge.acts}
        node = self.folding.nodes[number]
        facts = [said(fact, value) for fact, value in zip(self.folding.facts, node.values, strict=True)]
        return "; ".join([*(self.actions[act] for act in sorted(acts)), *facts])

    def _told(self, edge: Edge) -> str:
        acts = [f"{self.actions[act]}{f' ({count} times)' if count > 1 else ''}" for act, count in edge.acts]
        return "\n".join([*acts, *(f"Too late for {self.shown.called(number)}" for number in edge.loses)])

    def _arrow(self, drawing: Drawing, edge: Edge, route: list[tuple[float, float]]) -> None:
        loses = self.chosen is not None and self.chosen in edge.loses
        colour = PALETTE[1] if loses else PALETTE[7]
        told = self._told(edge)
        walked = (edge.source, edge.target) in self.walked
        drawing.path(_rounded(route), kind="person" if walked else "line", colour=colour, title=told)
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
        facts = [said(fact, value) for fact, value in zip(self.folding.facts, node.values, strict=True)]
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
            x = room.left + _PAD + (9 if here else 6) + column * _CHIP
            self._chip(drawing, x, y - (self.rows - 1 - row) * _CHIP, n, node.fate[n])
        drawing.text(
            room.right - _PAD, y + 3, f"{node.moments:,}", anchor="end", size=_SMALL, kind="faint", title=hover
        )

    def _chip(self, drawing: Drawing, x: float, y: float, n: int, fate: str) -> None:
        if fate in ("open", "here"):
            drawing.circle(x, y, 6, kind="open", colour=PALETTE[n % len(PALETTE)])
            drawing.text(x, y + 3, letter(n), anchor="middle", size=8, kind="strong" if fate == "here" else "")
        elif fate == "had":
            # Drawn, as the font has no tick.
            drawing.path(f"M{x - 3:.2f} {y:.2f}L{x - 0.5:.2f} {y + 2.5:.2f}L{x + 3.5:.2f} {y - 3:.2f}", kind="edge")
        else:
            drawing.text(x, y + 3, "·" if fate == "lost" else "?", anchor="middle", size=8, kind="faint")

    def _key(self, drawing: Drawing, right: float) -> None:
        room = max(right - _LEFT, 320.0)
        y = drawing.bottom + 28
        for n in self.named:
            ending = self.folding.endings[n]
            drawing.circle(_LEFT + 6, y - 4, 6, kind="open", colour=PALETTE[n % len(PALETTE)])
            drawing.text(_LEFT + 6, y - 1, letter(n), anchor="middle", size=8)
            drawing.text(_LEFT + 18, y, ending.label or ending.name or "", width=room - 18)
            y += 16
        key = "The number in a box: how many moments it stands for. Two borders: some story stops here."
        if self.named:
            marks = (
                "A letter: the ending can still be reached; bold: it is here; a tick: it was had; a dot: it is lost."
            )
            key = f"{marks} {key}"
        if self.walked:
            key += " The thick arrows are the story that is told."
        for line in wrapped(key, room, _SMALL):
            drawing.text(_LEFT, y, line, kind="faint", size=_SMALL)
            y += 12


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
