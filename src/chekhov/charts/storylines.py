"""The order of the lines of a storyline chart, layer by layer, with the fewest crossings.

A crossing is a pair of people who are on stage in two layers that follow each other, and change order between them. The
fewest are found by weighted MaxSAT: a variable for each pair and layer says who stands above whom; members of a group
stand together, so that all of them are on the same side of anybody else, which makes many of these variables one; the
rest is transitivity, and a soft clause for each pair that may cross. (Gronemann, Jünger, Liers, Mambelli, "Crossing
minimization in storyline visualization", GD 2016, give the integer program; solved here by RC2 of python-sat.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from pysat.examples.rc2 import RC2Stratified
from pysat.formula import WCNF

from chekhov.formats.storylines import Layer, Storyline

WORK = 6_000_000
"""How many propagations of the solver a proof may take, about a second's; behind it, what sweeps have found is given
with a bound. Counted is work and not time, so that the same chart is drawn everywhere."""
_MOST_CLAUSES = 400_000
"""Larger formulas are not written down."""
_COMPARED = 3_000_000
"""How many pairs of people are compared, at most, to better an order that is not proved; about half a second's."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """People from top to bottom, for each layer; how often they cross, and how few crossings there must be (``least``).
    If both are the same, that is proved."""

    orders: tuple[tuple[int, ...], ...]
    crossings: int
    least: int

    @property
    def proved(self) -> bool:
        return self.crossings == self.least


def count_crossings(orders: Sequence[Sequence[int]]) -> int:
    """How often people change order from layer to layer.

    >>> count_crossings([(0, 1, 2), (2, 0, 1), (2, 1)])
    2
    """
    found = 0
    for before, after in pairwise(orders):
        place = {person: i for i, person in enumerate(after)}
        both = [place[person] for person in before if person in place]
        found += sum(a > b for a, b in combinations(both, 2))
    return found


def arrange(storyline: Storyline, work: int | None = WORK) -> Arrangement:
    """The lines' order with the fewest crossings, if that is proved with so many propagations (None: as many as it
    takes, 0: without one); otherwise the best of some sweeps, and how few it may be."""
    # What stays as it was is one layer.
    layers = [layer for n, layer in enumerate(storyline.layers) if n == 0 or layer.groups != _before(storyline, n)]
    found = _swept(layers)
    crossings = count_crossings(found)
    least = 0
    if crossings and work != 0:
        exact, least = _exact(layers, work)
        if exact is not None:
            found, crossings = exact, count_crossings(exact)
        else:
            found = _bettered(layers, found)
            crossings = count_crossings(found)
            least = min(max(least, _bound(layers)), crossings)
    orders: list[tuple[int, ...]] = []
    following = iter(found)
    for number, layer in enumerate(storyline.layers):
        same = number > 0 and layer.groups == _before(storyline, number)
        orders.append(orders[-1] if same else next(following))
    return Arrangement(tuple(orders), crossings, least)


def _before(storyline: Storyline, number: int) -> tuple[tuple[int, ...], ...]:
    return storyline.layers[number - 1].groups


def _bound(layers: Sequence[Layer]) -> int:
    """How often people must cross at least. Of three, two who are together have the third not between them; if each of
    the three may not be in the middle some time, two of them must cross. Counted are threes that have no two people in
    common, so that no crossing is counted twice."""
    people = sorted({person for layer in layers for group in layer.groups for person in group})
    here = dict.fromkeys(people, 0)
    together: dict[tuple[int, int], int] = {}
    for number, layer in enumerate(layers):
        for group in layer.groups:
            for person in group:
                here[person] |= 1 << number
            for pair in combinations(sorted(group), 2):
                together[pair] = together.get(pair, 0) | 1 << number
    found = []
    for a, b, c in combinations(people, 3):
        all_here = here[a] & here[b] & here[c]
        ab, ac, bc = (together.get(pair, 0) & all_here for pair in ((a, b), (a, c), (b, c)))
        outer = (ab & ~ac, ac & ~ab, bc & ~ab)
        if all(outer):
            changes = _changes(all_here, outer)
            if changes:
                found.append((-changes, a, b, c))
    used: set[tuple[int, int]] = set()
    least = 0
    for changes, a, b, c in sorted(found):
        pairs = {(a, b), (a, c), (b, c)}
        if not pairs & used:
            used |= pairs
            least -= changes
    return least


def _changes(all_here: int, outer: tuple[int, int, int]) -> int:
    """How often the one in the middle of three must change; whoever leaves comes back where it suits."""
    count, start = 0, 0
    while all_here >> start:
        rest = all_here >> start
        start += (rest & -rest).bit_length() - 1
        run = all_here >> start
        length = (~run & (run + 1)).bit_length() - 1
        at, end = start, start + length
        while True:
            later = [mask >> at & ((1 << (end - at)) - 1) for mask in outer]
            if not all(later):
                break
            at += max((mask & -mask).bit_length() - 1 for mask in later)
            count += 1
        start = end
    return count


# ---------------------------------------------------------------------------------------------------------------------
# Proof


class _Sides:
    """Who is above whom in a layer: a literal for each two, the same one (or its negation) where it must be."""

    def __init__(self, layer: Layer) -> None:
        self.people = sorted(person for group in layer.groups for person in group)
        self.parent: dict[tuple[int, int], tuple[tuple[int, int], int]] = {}
        for group in layer.groups:
            inside = set(group)
            for other in self.people:
                if other not in inside:
                    for member in group[1:]:
                        self._join((group[0], other), (member, other))

    def find(self, a: int, b: int) -> tuple[tuple[int, int], int]:
        """The representative of *a above b*, and 1 or -1 for its sign."""
        key, sign = ((a, b), 1) if a < b else ((b, a), -1)
        path = []
        while key in self.parent:
            path.append((key, sign))
            key, turn = self.parent[key]
            sign *= turn
        for at, before in path:
            self.parent[at] = key, sign * before
        return key, sign

    def _join(self, one: tuple[int, int], other: tuple[int, int]) -> None:
        (first, sign), (second, turn) = self.find(*one), self.find(*other)
        if first != second:
            low, high = sorted((first, second))
            self.parent[high] = low, sign * turn


def _exact(layers: Sequence[Layer], work: int | None) -> tuple[tuple[tuple[int, ...], ...] | None, int]:
    """A best order of all layers, and how often it crosses; no order, and a bound, if the work is done before."""
    sides = [_Sides(layer) for layer in layers]
    if sum(len(side.people) ** 3 // 3 for side in sides) > _MOST_CLAUSES:
        return None, 0
    formula = WCNF()
    numbers: dict[tuple[int, tuple[int, int]], int] = {}

    def literal(layer: int, a: int, b: int) -> int:
        key, sign = sides[layer].find(a, b)
        return sign * numbers.setdefault((layer, key), len(numbers) + 1)

    for layer, side in enumerate(sides):
        clauses: set[tuple[int, ...]] = set()
        for a, b, c in combinations(side.people, 3):
            ab, bc, ac = literal(layer, a, b), literal(layer, b, c), literal(layer, a, c)
            for clause in ((-ab, -bc, ac), (ab, bc, -ac)):
                literals = set(clause)
                if not any(-one in literals for one in literals):
                    clauses.add(tuple(sorted(literals)))
        for each in sorted(clauses):
            formula.append(list(each))
    weights: Counter[tuple[int, int]] = Counter()
    for layer, (before, after) in enumerate(pairwise(sides)):
        both = sorted(set(before.people) & set(after.people))
        for a, b in combinations(both, 2):
            one, other = literal(layer, a, b), literal(layer + 1, a, b)
            if one < 0:
                one, other = -one, -other
            weights[one, other] += 1
    highest = len(numbers)
    for (one, other), weight in sorted(weights.items()):
        highest += 1
        formula.append([-one, other, highest])
        formula.append([one, -other, highest])
        formula.append([-highest], weight=weight)
    if numbers:
        formula.append([1])  # the mirror image is as good
    with _Solver(formula, work) as solver:
        try:
            model = solver.compute()
        except _OutOfWorkError:
            model = None
        least = int(solver.cost)
    if model is None:
        return None, least
    true = set(model)
    orders = []
    for layer, side in enumerate(sides):
        above = {p: sum(literal(layer, q, p) in true for q in side.people if q != p) for p in side.people}
        orders.append(tuple(sorted(side.people, key=above.__getitem__)))
    return tuple(orders), least


class _OutOfWorkError(Exception):
    """The propagations are used up."""


class _Solver(RC2Stratified):  # type: ignore[misc]
    """RC2, with no more than so many propagations."""

    def __init__(self, formula: WCNF, work: int | None) -> None:
        self._work = work
        super().__init__(formula, solver="g4", adapt=True, exhaust=True, minz=True)

    def _call_oracle(self, assumptions: Sequence[int] = (), expect_interrupt: bool = False) -> bool | None:
        if self._work is not None:
            spent = int(self.oracle.accum_stats()["propagations"])
            if spent >= self._work:
                raise _OutOfWorkError
            self.oracle.prop_budget(self._work - spent)
        answer: bool | None = self.oracle.solve_limited(assumptions=list(assumptions))
        if answer is None and self._work is not None and int(self.oracle.accum_stats()["propagations"]) >= self._work:
            raise _OutOfWorkError
        return answer


# ---------------------------------------------------------------------------------------------------------------------
# Sweeps


def _swept(layers: Sequence[Layer], sweeps: int = 12) -> tuple[tuple[int, ...], ...]:
    """Orders by barycentres: each layer's groups by where their members stand in the layer before, there and back."""
    orders: list[tuple[int, ...]] = []
    for layer in layers:
        orders.append(_ordered(layer, orders[-1] if orders else ()))
    best, fewest = tuple(orders), count_crossings(orders)
    for sweep in range(sweeps):
        numbers = range(len(layers) - 2, -1, -1) if sweep % 2 == 0 else range(1, len(layers))
        for number in numbers:
            orders[number] = _ordered(layers[number], orders[number + (1 if sweep % 2 == 0 else -1)])
        crossings = count_crossings(orders)
        if crossings < fewest:
            best, fewest = tuple(orders), crossings
    return best


def _ordered(layer: Layer, beside: Sequence[int]) -> tuple[int, ...]:
    place = {person: float(i) for i, person in enumerate(beside)}
    middle = len(beside) / 2
    groups = []
    for group in layer.groups:
        known = [place[person] for person in group if person in place]
        inside = sorted(group, key=lambda person: (place.get(person, middle), person))
        groups.append((sum(known) / len(known) if known else middle, group, inside))
    return tuple(person for _, _, inside in sorted(groups) for person in inside)


def _bettered(layers: Sequence[Layer], orders: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """Orders with no more crossings: layer by layer, there and back, each group is put where it crosses the fewest
    lines to the layers before and after, and so is each person within their group; until nothing gets better, or enough
    pairs have been compared."""
    places = [{person: place for place, person in enumerate(order)} for order in orders]
    stacks = [
        [sorted(group, key=places[number].__getitem__) for group in _by_place(layer, places[number])]
        for number, layer in enumerate(layers)
    ]
    left = _COMPARED

    def above(one: Sequence[int], other: Sequence[int], beside: Sequence[Mapping[int, int]]) -> int:
        """How many crossings more there are with some people above others than the other way round."""
        nonlocal left
        left -= len(one) * len(other) * len(beside)
        return sum(
            1 if place[a] > place[b] else -1 for place in beside for a in one if a in place for b in other if b in place
        )

    def put(parts: list[Any], people: Callable[[Any], Sequence[int]], beside: Sequence[Mapping[int, int]]) -> bool:
        """Puts each of some parts where it crosses the fewest; whether any has moved."""
        moved = False
        for start in range(len(parts)):
            part = parts[start]
            best, to = 0, start
            for way in (range(start - 1, -1, -1), range(start + 1, len(parts))):
                more = 0
                for place in way:
                    pair = above(people(part), people(parts[place]), beside)
                    more += pair if place < start else -pair
                    if more < best:
                        best, to = more, place
            if to != start:
                parts.insert(to, parts.pop(start))
                moved = True
        return moved

    forth, moved = True, True
    while moved and left > 0:
        moved = False
        for number in range(len(layers)) if forth else range(len(layers) - 1, -1, -1):
            beside = [places[near] for near in (number - 1, number + 1) if 0 <= near < len(layers)]
            changes = [put(group, lambda person: (person,), beside) for group in stacks[number]]
            if any((*changes, put(stacks[number], lambda group: group, beside))):
                moved = True
                order = [person for group in stacks[number] for person in group]
                places[number] = {person: place for place, person in enumerate(order)}
            if left <= 0:
                break
        forth = not forth
    return tuple(tuple(sorted(place, key=place.__getitem__)) for place in places)


def _by_place(layer: Layer, place: Mapping[int, int]) -> list[tuple[int, ...]]:
    """The groups of a layer from top to bottom."""
    return sorted(layer.groups, key=lambda group: place[group[0]])
