"""The story graph: all moments of a world, folded, with time from left to right, and where an ending is lost for good.

Above the line an ending can still be reached, is there or was had; below it is too late for it. Which ending that is
the wish says (``of``); else it is the first that some act loses, in order of declaration.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from chekhov.charts.chronicle import Told
from chekhov.charts.drawing import PALETTE, Box, Drawing, text_width
from chekhov.charts.pictures import Picture, Wish
from chekhov.checking.folding import Folding, fold
from chekhov.checking.inquiry import Inquiry, counted, inquire
from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.grounding import ground
from chekhov.kernel import Kernel

SECONDS = 60.0
"""How long is looked for moments; the picture is then of those that were found."""
_HIGH, _GAP, _BETWEEN, _CHIP, _TOP, _LEFT = 40.0, 22.0, 112.0, 16.0, 64.0, 16.0
_LABEL = 9.0


def picture(story: Told, wish: Wish, seconds: float = SECONDS) -> Picture:
    """The graph of the world of a story, looked at for some ``seconds`` at most. Raises
    :class:`~chekhov.diagnostics.ChekhovError` E0611 where ``wish.of`` is no ending of it."""
    inquiry, endless = inquire(Kernel(ground(story.problem), threads=1), seconds=seconds)
    folding = fold(inquiry)
    limited = endless is not None or not inquiry.certain
    chosen = _chosen(folding, wish.of)
    note = f"{counted(len(inquiry.graph.all), 'moment')} in {counted(len(folding.nodes), 'node')}"
    if limited:
        note += ", as far as was looked"
    drawing = _draw(inquiry, folding, chosen, story.title, note)
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


def _late(folding: Folding, chosen: int | None) -> list[bool]:
    return [chosen is not None and node.fate[chosen] == "lost" for node in folding.nodes]


def _rows(folding: Folding, late: Sequence[bool]) -> list[int]:
    """The row of each node: those that are too late under all others, each near to where one comes from."""
    before: dict[int, list[int]] = defaultdict(list)
    for edge in folding.edges:
        before[edge.target].append(edge.source)
    rows = [0] * len(folding.nodes)
    first = 0
    for lane in (False, True):
        columns: dict[int, list[int]] = defaultdict(list)
        for number, node in enumerate(folding.nodes):
            if late[number] == lane:
                columns[node.depth].append(number)
        for _, members in sorted(columns.items()):
            depth = folding.nodes[members[0]].depth

            def wanted(number: int, depth: int = depth) -> tuple[float, int]:
                near = [rows[n] for n in before[number] if folding.nodes[n].depth < depth]
                return (sum(near) / len(near) if near else 0.0), number

            for row, number in enumerate(sorted(members, key=wanted), first):
                rows[number] = row
        first += max(map(len, columns.values()), default=0)
    return rows


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def _draw(inquiry: Inquiry, folding: Folding, chosen: int | None, title: str, note: str) -> Drawing:
    drawing = Drawing(title, f"The story graph: {note}.")
    named = [number for number, ending in enumerate(folding.endings) if ending.name is not None]
    late, actions = _late(folding, chosen), inquiry.task.names.actions
    rows = _rows(folding, late)
    most = max(sum(node.fate[n] in ("open", "here") for n in named) for node in folding.nodes)
    wide = max(52.0, most * (_CHIP + 6) + 10)
    columns = {depth: n for n, depth in enumerate(sorted({node.depth for node in folding.nodes}))}
    below = [row for row, too_late in zip(rows, late, strict=True) if too_late]
    line = min(below) if below else None

    def corner(number: int) -> tuple[float, float]:
        shift = 36.0 if line is not None and late[number] else 0.0
        x = _LEFT + columns[folding.nodes[number].depth] * (wide + _BETWEEN)
        return x, _TOP + rows[number] * (_HIGH + _GAP) + shift

    places = [corner(number) for number in range(len(folding.nodes))]
    right = max(x for x, _ in places) + wide
    drawing.text(_LEFT, 24, title, size=14, kind="heading", width=max(right - _LEFT, 200))
    drawing.text(_LEFT, 42, note, kind="faint")
    taken = [Box(x - 2, y - 2, x + wide + 2, y + _HIGH + 2, "") for x, y in places]
    shown = None if chosen is None else folding.endings[chosen]
    if line is not None and shown is not None:
        y = _TOP + line * (_HIGH + _GAP) + 8
        drawing.line(_LEFT, y, right, y, dash="6 4", colour=PALETTE[1], title="The point of no return")
        called = "any ending" if shown.name is None else shown.label or shown.name
        said = drawing.text(_LEFT, y + 14, f"Below: too late for {called}", kind="bad", width=max(right - _LEFT, 200))
        taken.append(said)
    for edge in folding.edges:
        (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
        y1, y2 = y1 + _HIGH / 2, y2 + _HIGH / 2
        forward = x2 > x1
        x1, x2 = (x1 + wide, x2) if forward else (x1 + wide, x2 + wide)
        bend = (x2 - x1) / 2 if forward else _BETWEEN / 3
        loses = chosen is not None and chosen in edge.loses
        told = "\n".join(f"{actions[act]}{f' ({count} times)' if count > 1 else ''}" for act, count in edge.acts)
        end = x2 - bend if forward else x2 + bend
        drawing.path(
            f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {end:g} {y2:g} {x2:g} {y2:g}",
            colour=PALETTE[1] if loses else PALETTE[7],
            dash="" if loses else "4 2",
            title=told,
        )
        tip = -7 if forward else 7
        drawing.polygon(
            [(x2, y2), (x2 + tip, y2 - 4), (x2 + tip, y2 + 4)], colour=PALETTE[1] if loses else PALETTE[7], title=told
        )
        if forward:
            text = actions[edge.acts[0][0]] + (f" +{len(edge.acts) - 1}" if len(edge.acts) > 1 else "")
            x, y = (x1 + x2) / 2, (y1 + y2) / 2 - 4
            half = min(text_width(text, _LABEL), _BETWEEN - 18) / 2
            room = Box(x - half - 2, y - 10, x + half + 2, y + 4, "")
            if not any(_meet(room, other) for other in taken):
                drawing.text(x, y, text, anchor="middle", size=_LABEL, width=_BETWEEN - 18, title=told)
                taken.append(room)
    for number, node in enumerate(folding.nodes):
        x, y = places[number]
        facts = [f"{fact} = {value}" for fact, value in zip(folding.facts, node.values, strict=True)]
        hover = "\n".join([counted(node.moments, "moment"), *facts])
        drawing.rect(x, y, wide, _HIGH, kind="paper", radius=6)
        drawing.rect(x, y, wide, _HIGH, kind="open", colour=PALETTE[0], radius=6, title=hover)
        if node.final:
            drawing.rect(x + 3, y + 3, wide - 6, _HIGH - 6, kind="open", colour=PALETTE[0], radius=4, title=hover)
        drawing.text(
            x + wide / 2, y + 15, f"{node.moments:,}", anchor="middle", kind="strong" if node.final else "", title=hover
        )
        chips = [n for n in named if node.fate[n] in ("open", "here")]
        at = x + wide / 2 - (len(chips) - 1) * (_CHIP + 6) / 2
        for n in chips:
            if node.fate[n] == "here":
                drawing.circle(at, y + 27, 8, kind="open", colour=PALETTE[2])
            drawing.text(
                at, y + 30, _letter(n), anchor="middle", size=9, kind="strong" if node.fate[n] == "here" else ""
            )
            at += _CHIP + 6
    y = drawing.bottom + 28
    for n in named:
        ending = folding.endings[n]
        drawing.text(_LEFT, y, f"{_letter(n)}  {ending.label or ending.name}", width=max(right - _LEFT, 200))
        y += 16
    key = "A letter: the ending can be reached; in a circle: it is here. Two borders: some story stops here."
    drawing.text(_LEFT, y, key, kind="faint", size=9)
    return drawing


def _meet(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom
