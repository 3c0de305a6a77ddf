"""What a story graph shows: the moments of a world put together, the endings that are open in them, the acts between
them, and the way of a told story; as data, and for programs that draw graphs themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chekhov.charts.chronicle import Told
from chekhov.charts.drawing import PALETTE
from chekhov.checking.folding import Edge, Folding, Node
from chekhov.checking.inquiry import Inquiry, counted, listed
from chekhov.formats import graphs
from chekhov.reasons import shown_numbers, wrapped


@dataclass(frozen=True, slots=True)
class Caption:
    """Something that is written in a box, and in what ``kind`` of text."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class StoryGraph:
    """What a story graph shows: the ``folding`` of a world, the ``way`` of a story through its moments, and the
    ``chosen`` ending that the line of no return is for. ``limited``: there may be more moments; ``worlds``: the limit
    that came in the way, if one did."""

    story: Told
    inquiry: Inquiry
    folding: Folding
    way: Sequence[int]
    chosen: int | None
    limited: bool
    worlds: int | None

    @property
    def note(self) -> str:
        moments = f"{counted(len(self.inquiry.graph.all), 'moment')} in {boxes(len(self.folding.nodes))}"
        if self.worlds is not None:
            moments += f", as far as {self.worlds:,} worlds show, those in minds among them"
        elif self.limited:
            moments += ", as far as was looked"
        return moments

    @property
    def told_apart(self) -> str:
        """What was folded, and by what; and how far the told story is followed, if not to its end."""
        return self._folded + self._followed

    @property
    def _followed(self) -> str:
        last = len(self.way) - 1
        if last == len(self.story.beats) - 1:
            return ""
        where = f"beat {last}" if last else "its start"
        return (
            f" The story that is told is followed up to {where}: what comes then is in none of those that were found."
        )

    @property
    def _folded(self) -> str:
        folding = self.folding
        if folding.by == "none":
            return "Nothing is folded: a box for each moment."
        if folding.by == "chapter":
            return (
                "A box for each beat that is told, and one for what else was possible, by endings and up to which beat."
            )
        if not folding.facts and not folding.left_out:
            return "Told apart by the endings that are open, here, or lost."
        said = "the endings" + "".join(f", {fact}" for fact in folding.facts)
        if folding.left_out:
            said += f"; no room for {listed(folding.left_out)}"
        return f"Told apart by {said}."

    @property
    def names(self) -> list[str]:
        """The endings' names, as data has them."""
        return [ending.name or "any ending" for ending in self.folding.endings]

    def called(self, ending: int) -> str:
        """An ending as a person reads it."""
        one = self.folding.endings[ending]
        return "any ending" if one.name is None else one.label or one.name

    def late(self, node: Node) -> bool:
        """Whether it is too late there for the chosen ending."""
        return self.chosen is not None and node.fate[self.chosen] == "lost"

    @cached_property
    def named(self) -> list[int]:
        """The endings that the world declares; the last of several stands for any of them."""
        return [number for number, ending in enumerate(self.folding.endings) if ending.name is not None]

    @cached_property
    def before(self) -> list[int | None]:
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

    @cached_property
    def main_acts(self) -> list[int | None]:
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

    def captions(self, number: int) -> list[Caption]:
        """What is written in a box: the endings that are here, by which act one comes here, and what is so now and was
        not before."""
        node, actions = self.folding.nodes[number], self.inquiry.task.names.actions
        found = [Caption(self.called(n), "strong") for n in self.named if node.fate[n] == "here"]
        act, before = self.main_acts[number], self.before[number]
        beats = [self.story.beats[place] for place in node.told if place]
        if number == 0:
            found.append(Caption("The start", "strong"))
        if self.folding.by == "chapter" and beats:
            found += [Caption(f"{beat.number}. {beat.text}", "strong") for beat in beats[:2]]
        elif self.folding.by == "chapter" and number:
            last = "" if node.after is None else f", after beat {node.after}" if node.after else ", after the start"
            found.append(Caption(f"Otherwise{last}", "faint"))
        elif number and act is not None:
            found.append(Caption(actions[act]))
        if before is not None:
            changes = zip(self.folding.facts, node.values, self.folding.nodes[before].values, strict=True)
            news = [said(fact, value) for fact, value, old in changes if value != old]
            found += [Caption(text, "faint") for text in news[:2]]
            if len(news) > 2:
                found.append(Caption(f"and {len(news) - 2} more", "faint"))
        if beats and self.folding.by != "chapter":
            runs = _runs([beat.number for beat in beats])
            found.append(Caption(f"Told: {', '.join(shown_numbers(run).rstrip('.') for run in runs)}", "faint"))
        return found

    def acts(self, numbers: Sequence[tuple[int, int]]) -> dict[str, int]:
        """How often each act is done."""
        return {self.inquiry.task.names.actions[act]: count for act, count in numbers}

    def data(self) -> dict[str, Any]:
        """All of it, as docs/graph.schema.json says."""
        folding, actions = self.folding, self.inquiry.task.names.actions
        return {
            "version": 1,
            "title": self.story.title,
            "fold": folding.by,
            "moments": len(self.inquiry.graph.all),
            "complete": not self.limited,
            "worlds": self.worlds,
            "line": None if self.chosen is None else self.names[self.chosen],
            "endings": [{"name": one.name, "label": one.label} for one in folding.endings if one.name is not None],
            "facts": list(folding.facts),
            "left_out": list(folding.left_out),
            "told": [
                {"beat": beat, "text": self.story.beats[beat].text, "node": folding.node_of[moment]}
                for beat, moment in enumerate(self.way)
            ],
            "nodes": [
                {
                    "moments": node.moments,
                    "depth": node.depth,
                    "story": [actions[act] for act in self.inquiry.graph.story(node.first)],
                    "final": node.final,
                    "too_late": self.late(node),
                    "endings": dict(zip(self.names, node.fate, strict=True)),
                    "values": dict(zip(folding.facts, node.values, strict=True)),
                    "inner": self.acts(node.inner),
                    "after": node.after,
                }
                for node in folding.nodes
            ],
            "edges": [
                {
                    "from": edge.source,
                    "to": edge.target,
                    "acts": self.acts(edge.acts),
                    "loses": [self.names[number] for number in edge.loses],
                }
                for edge in folding.edges
            ],
        }

    def text(self, width: int) -> str:
        """For a terminal: each box with its endings, and where its acts lead."""
        lines = [self.story.title, *wrapped(f"{self.note}.", width), *wrapped(self.told_apart, width), ""]
        lines += [f"{letter(n):>3}  {self.called(n)}" for n in self.named]
        if self.chosen is not None:
            lines.append(f"  !  Too late for {self.called(self.chosen)}")
        after: dict[int, list[Edge]] = defaultdict(list)
        for edge in self.folding.edges:
            after[edge.source].append(edge)
        for number, node in enumerate(self.folding.nodes):
            marks = [(n, node.fate[n]) for n in self.named if node.fate[n] in ("open", "here")]
            endings = " ".join(f"[{letter(n)}]" if fate == "here" else letter(n) for n, fate in marks)
            said = "; ".join(caption.text for caption in self.captions(number))
            late, moments = "! " if self.late(node) else "", counted(node.moments, "moment")
            lines += ["", *wrapped(f"{number:>3}  {late}{said} ({moments}) {endings}".rstrip(), width, " " * 5)]
            for edge in after[number]:
                loses = "! " if self.chosen in edge.loses else ""
                lines += wrapped(f"     → {edge.target}  {loses}{', '.join(self.acts(edge.acts))}", width, " " * 9)
        return "\n".join(lines) + "\n"

    def graph(self) -> graphs.Graph:
        """The same as boxes and arrows for other programs."""
        found = []
        for number, node in enumerate(self.folding.nodes):
            here = [n for n in self.named if node.fate[n] == "here"]
            found.append(
                graphs.Box(
                    "\n".join(caption.text for caption in self.captions(number)) or counted(node.moments, "moment"),
                    {
                        "moments": node.moments,
                        "depth": node.depth,
                        "final": node.final,
                        "too_late": self.late(node),
                        **{f"ending {self.names[n]}": node.fate[n] for n in range(len(node.fate))},
                        **dict(zip(self.folding.facts, node.values, strict=True)),
                    },
                    "too_late" if self.late(node) else None,
                    PALETTE[here[0] % len(PALETTE)] if here else None,
                )
            )
        arrows = []
        for edge in self.folding.edges:
            acts = self.acts(edge.acts)
            loses = "\n".join(self.names[number] for number in edge.loses)
            fields: dict[str, graphs.Field] = {"acts": "\n".join(acts), "count": edge.count}
            if loses:
                fields["loses"] = loses
            first = max(acts, key=acts.__getitem__)
            label = first + (f" +{len(acts) - 1}" if len(acts) > 1 else "")
            late = self.chosen is not None and self.chosen in edge.loses
            arrows.append(graphs.Arrow(edge.source, edge.target, label, fields, PALETTE[1] if late else None))
        groups = {} if self.chosen is None else {"too_late": f"Too late for {self.called(self.chosen)}"}
        return graphs.Graph(self.story.title, tuple(found), tuple(arrows), groups)


def letter(number: int) -> str:
    """The letter of an ending."""
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def boxes(number: int) -> str:
    """``1 box``, ``2 boxes``."""
    return f"{number:,} box{'' if number == 1 else 'es'}"


def said(fact: str, value: str) -> str:
    """A fact and its value in few letters."""
    return fact if value == "True" else f"not {fact}" if value == "False" else f"{fact} = {value}"


def _runs(numbers: Sequence[int]) -> list[range]:
    """Numbers that rise as ranges."""
    found: list[range] = []
    for number in numbers:
        if found and found[-1].stop == number:
            found[-1] = range(found[-1].start, number + 1)
        else:
            found.append(range(number, number + 1))
    return found
