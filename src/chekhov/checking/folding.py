"""Folding: all moments of a world put together until a person can read them.

A *folding* is a partition of the moments. Moments of one node have the same **fate** (for each ending: can it still be
reached, is it here, was it had, is it lost), and the same values of some facts, which are the finest that keep the
graph small enough. So a node stands for real moments, an edge for real acts from one node's moments to another's, and
whether an edge loses an ending does not depend on which of its acts is done.

The facts are chosen one after the other: the next is the one that tells the most (in bits, each depth of the graph
weighing the same) for each edge that it adds, of those that leave the graph small enough.

Example
-------
>>> from chekhov import lang
>>> from chekhov.checking.inquiry import inquire
>>> from chekhov.grounding import ground
>>> from chekhov.kernel import Kernel
>>> problem = lang.parse('''
...     entity Ann : character;
...     property home(who : character) : boolean;
...     property lost(who : character) : boolean;
...     action go_home(who : character) { precondition: !lost(who); effect: home(who); };
...     action stray(who : character) { precondition: !home(who); effect: lost(who); };
...     ending safe: home(Ann);
... ''').problem
>>> inquiry, _ = inquire(Kernel(ground(problem)))
>>> folding = fold(inquiry, "endings")
>>> [(node.moments, node.fate) for node in folding.nodes]
[(1, ('open',)), (1, ('here',)), (1, ('lost',))]
>>> [(edge.source, edge.target, edge.count, edge.loses) for edge in folding.edges]
[(0, 1, 1, ()), (0, 2, 1, (0,))]
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from chekhov.checking.inquiry import Inquiry
from chekhov.checking.patterns import parted
from chekhov.graph import Moments
from chekhov.grounding.formulas import show_value

Status = Literal["open", "here", "had", "lost", "unknown"]
"""How it stands with an ending in a moment: it can still be reached (``open``) or holds (``here``); no story comes to
the moment without having had it (``had``); no story goes on to it, and one comes to the moment without it (``lost``);
whether one goes on to it was not looked at (``unknown``)."""

By = Literal["what-matters", "endings", "place", "character", "chapter", "none"]
"""Which facts a folding may tell apart: all; none besides the endings; where the characters are; what is so of the
characters. By ``chapter``, a story that is told has a node for each of its moments, and the others are told apart by
how far one can go with the story and still come there. By ``none`` nothing is folded."""

FOLDS: tuple[By, ...] = ("what-matters", "endings", "place", "character", "chapter", "none")
MOST_NODES = 60
"""A folding aims at so many nodes at most, and at half as many edges again (at three times as many where somebody says
what to tell apart)."""
_PLACES = "at"


@dataclass(frozen=True, slots=True)
class FoldedEnding:
    """An ending, or (``name`` None) that any ending holds."""

    name: str | None
    label: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """Moments put together: how many, the ``first`` of them and its ``depth``, how it stands with each ending, the
    values of the folding's facts, how many of them nothing follows, and the acts from one of them to another.

    ``told``: the places in the told story at which it is in one of them. ``after``: by chapter, the last place in the
    told story up to which it is told apart whether one can still come there, and from which one can."""

    moments: int
    first: int
    depth: int
    fate: tuple[Status, ...]
    values: tuple[str, ...]
    final: int
    inner: tuple[tuple[int, int], ...]
    told: tuple[int, ...] = ()
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """The acts that lead from the moments of one node to those of another: each action, with how many such acts there
    are. ``loses``: the endings (numbers) that can be reached before and are lost behind."""

    source: int
    target: int
    acts: tuple[tuple[int, int], ...]
    loses: tuple[int, ...]

    @property
    def count(self) -> int:
        return sum(count for _, count in self.acts)


@dataclass(frozen=True, slots=True)
class Folding:
    """A world's moments, folded. ``facts`` tell the nodes of one fate apart; ``left_out`` are the facts that do change
    and would be told apart, too, were there room. ``node_of`` has the node of each moment; node 0 has the start."""

    by: By
    endings: tuple[FoldedEnding, ...]
    facts: tuple[str, ...]
    left_out: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    node_of: tuple[int, ...]


def fold(
    inquiry: Inquiry,
    by: By = "what-matters",
    of: Sequence[str] = (),
    most: int = MOST_NODES,
    told: Sequence[int] = (),
) -> Folding:
    """The folding of a world's moments ``by`` what is asked for, of the facts that speak of somebody or something in
    ``of`` alone where there are any. Aims at ``most`` nodes; there are more only if the endings and the told story
    alone make more, or if nothing is to be folded (``none``). ``told`` are the moments of a story, in its order."""
    graph, names = inquiry.graph, inquiry.task.names
    count = len(graph.all)
    acts = [graph.acts_from(moment) for moment in range(count)]
    endings = [FoldedEnding(ending.name, ending.label) for ending in inquiry.endings]
    sets = [ending.moments for ending in inquiry.endings]
    if len(sets) > 1:
        endings.append(FoldedEnding(None, None))
        sets.append(inquiry.ended)
    fates = list(zip(*(_statuses(inquiry, moments) for moments in sets), strict=True)) or [()] * count
    depths = _depths(graph.states_by_depth)
    label = _numbered(_coarsest(by, fates, told))
    facts: list[int] = []
    left_out: list[int] = []
    worlds = [inquiry.kernel.values(graph.world(moment)) for moment in range(count)]
    if by in ("what-matters", "place", "character"):
        # Whoever asks for places or people would rather have many arrows than none of them.
        chosen = _Refinement(label, acts, depths, most, most * 3 // 2 if by == "what-matters" and not of else 3 * most)
        candidates = {
            number: _numbered(str(values[number]) for values in worlds)
            for number, fluent in enumerate(names.fluents)
            if number not in names.made and _wanted(inquiry, fluent, by, of)
        }
        facts, left_out = chosen.refine({number: own for number, own in candidates.items() if max(own) > 0})
        label = chosen.label
    after: list[int | None] = [None] * count
    if by == "chapter":
        ways = _after(inquiry, told)
        chosen = _Refinement(label, acts, depths, most, 3 * most)
        cuts, _ = chosen.refine({place: [int(way >= place) for way in ways] for place in range(1, len(told))})
        label = chosen.label
        if cuts:
            after = [max((cut for cut in cuts if cut <= way), default=0) for way in ways]
    return Folding(
        by,
        tuple(endings),
        tuple(names.fluents[number] for number in facts),
        tuple(names.fluents[number] for number in left_out),
        _nodes(
            inquiry,
            label,
            acts,
            fates,
            depths,
            lambda m: tuple(show_value(worlds[m][n], names) for n in facts),
            told,
            after,
        ),
        _edges(label, acts, fates),
        tuple(label),
    )


def _coarsest(by: By, fates: Sequence[tuple[Status, ...]], told: Sequence[int]) -> Iterable[object]:
    """What tells moments apart at least."""
    if by == "none":
        return range(len(fates))
    if by != "chapter":
        return fates
    own = set(told)
    return [moment if moment in own else fates[moment] for moment in range(len(fates))]


def _after(inquiry: Inquiry, told: Sequence[int]) -> list[int]:
    """For each moment the last place in the told story from which one can come there."""
    found = [0] * len(inquiry.graph.all)
    for place, moment in enumerate(told):
        for reached in inquiry.graph.reach(inquiry.graph.moments([moment])):
            found[reached] = place
    return found


def _wanted(inquiry: Inquiry, fluent: str, by: By, of: Sequence[str]) -> bool:
    """Whether a folding may tell a fact apart."""
    name, arguments = parted(fluent)
    people = tuple(of) or inquiry.task.names.characters
    if by == "place":
        return name == _PLACES and any(who in people for who in arguments)
    if by == "character":
        return any(who in people for who in arguments)
    return not of or any(who in of for who in arguments)


def _statuses(inquiry: Inquiry, ending: Moments) -> list[Status]:
    """How it stands with an ending in each moment."""
    graph = inquiry.graph
    found: list[Status] = ["had"] * len(graph.all)
    before, leading = inquiry.before(ending), inquiry.leading_to(ending)
    hopeful = inquiry.leading_to(ending | graph.unexplored)
    marks: tuple[tuple[Moments, Status], ...] = (
        (before & leading, "open"),
        (before & (hopeful - leading), "unknown"),
        (before - hopeful, "lost"),
        (ending, "here"),
    )
    for moments, status in marks:
        for moment in moments:
            found[moment] = status
    return found


def _depths(states_by_depth: Sequence[int]) -> list[int]:
    found: list[int] = []
    for depth, states in enumerate(states_by_depth):
        found += [depth] * (states - len(found))
    return found


def _numbered(labels: Iterable[object]) -> list[int]:
    """Labels as numbers, in the order in which they first come."""
    numbers: dict[object, int] = {}
    return [numbers.setdefault(label, len(numbers)) for label in labels]


class _Refinement:
    """A partition that is made finer, as long as it stays small enough."""

    def __init__(
        self,
        label: list[int],
        acts: list[tuple[tuple[int, int], ...]],
        depths: list[int],
        most: int,
        most_edges: int,
    ) -> None:
        self.label = label
        self._arcs = sorted({(source, target) for source, after in enumerate(acts) for _, target in after})
        sizes = Counter(depths)
        self._weights = [1 / sizes[depth] / len(sizes) for depth in depths]
        self._most = most
        self._most_edges = most_edges

    def refine(self, candidates: dict[int, list[int]]) -> tuple[list[int], list[int]]:
        """Takes in what tells the most, one after the other; returns what was taken in, and what there was no room
        for. What tells nothing that is not told already is in neither."""
        taken: list[int] = []
        without_room: list[int] = []
        bits, edges = self._entropy(self.label), self._edges(self.label)
        while candidates:
            best: tuple[float, int, list[int], float, int] | None = None
            for number, own in list(candidates.items()):
                finer = _numbered(zip(self.label, own, strict=True))
                nodes = max(finer) + 1
                if nodes == max(self.label) + 1:
                    del candidates[number]
                    continue
                more = self._edges(finer) if nodes <= self._most else 0
                if nodes > self._most or more > self._most_edges:
                    # Beside more facts it would take still more room.
                    del candidates[number]
                    without_room.append(number)
                    continue
                told = self._entropy(finer)
                worth = (told - bits) / max(1, more - edges)
                if best is None or worth > best[0]:
                    best = (worth, number, finer, told, more)
            if best is not None:
                _, number, self.label, bits, edges = best
                del candidates[number]
                taken.append(number)
        return taken, without_room

    def _entropy(self, label: list[int]) -> float:
        shares = [0.0] * (max(label) + 1)
        for node, weight in zip(label, self._weights, strict=True):
            shares[node] += weight
        return -math.fsum(share * math.log2(share) for share in shares if share)

    def _edges(self, label: list[int]) -> int:
        size = len(label)
        return len({label[s] * size + label[t] for s, t in self._arcs if label[s] != label[t]})


def _nodes(
    inquiry: Inquiry,
    label: list[int],
    acts: list[tuple[tuple[int, int], ...]],
    fates: Sequence[tuple[Status, ...]],
    depths: list[int],
    values: Callable[[int], tuple[str, ...]],
    told: Sequence[int],
    after: Sequence[int | None],
) -> tuple[Node, ...]:
    firsts: dict[int, int] = {}
    for moment, node in enumerate(label):
        firsts.setdefault(node, moment)
    sizes = Counter(label)
    finals = Counter(label[moment] for moment in inquiry.graph.final)
    places: dict[int, list[int]] = defaultdict(list)
    for place, moment in enumerate(told):
        places[label[moment]].append(place)
    inner: dict[int, Counter[int]] = defaultdict(Counter)
    for moment, leading in enumerate(acts):
        for action, target in leading:
            if label[moment] == label[target]:
                inner[label[moment]][action] += 1
    return tuple(
        Node(
            sizes[node],
            first,
            depths[first],
            fates[first],
            values(first),
            finals[node],
            tuple(sorted(inner[node].items())),
            tuple(places[node]),
            after[first],
        )
        for node, first in sorted(firsts.items())
    )


def _edges(
    label: list[int], acts: list[tuple[tuple[int, int], ...]], fates: Sequence[tuple[Status, ...]]
) -> tuple[Edge, ...]:
    found: dict[tuple[int, int], Counter[int]] = defaultdict(Counter)
    loses: dict[tuple[int, int], tuple[int, ...]] = {}
    for moment, after in enumerate(acts):
        for action, target in after:
            pair = label[moment], label[target]
            if pair[0] != pair[1]:
                found[pair][action] += 1
                if pair not in loses:
                    both = zip(fates[moment], fates[target], strict=True)
                    loses[pair] = tuple(n for n, change in enumerate(both) if change == ("open", "lost"))
    return tuple(Edge(*pair, tuple(sorted(counts.items())), loses[pair]) for pair, counts in sorted(found.items()))
