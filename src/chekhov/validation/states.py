"""Epistemic states: what is so, and what each character believes, without end.

A state is a valuation and, for each character, the state that they believe in. Since a character's belief about their
own beliefs is that belief itself, the graph of states has cycles; and since two states are the same moment exactly if
no formula tells them apart (bisimilarity), a :class:`Store` keeps one :class:`State` object for each moment: states
are equal if and only if they are the same object.

A new state is drafted as a graph of nodes that point at each other or at states of the store, and then settled,
strongly connected component by component, innermost first. A component is settled by partition refinement together with
all the states it can reach (it may be bisimilar to some of them), else by its canonical form, which is unique for a
minimal component whose outward pointers are states of the store.

Example
-------
>>> store = Store(1)
>>> draft = [((True,), [0]), ((True,), [0])]    # the second node believes in the first, which believes in itself
>>> first, second = store.settle(draft)
>>> first is second
True
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

Value: TypeAlias = bool | float | str | None
"""Of a fluent: a boolean, a number, an entity's name, or ``?`` (None)."""


class State:
    """A moment, with everybody's beliefs: ``values`` of the fluents, and the state ``beliefs[c]`` each character
    believes in.

    Made by a :class:`Store` only; compare with ``is``.
    """

    __slots__ = ("beliefs", "number", "valuation", "values")

    def __init__(self, number: int, valuation: int, values: tuple[Value, ...]) -> None:
        self.number = number
        """Counts the states of a store from 0, in the order in which they were first met."""
        self.valuation = valuation
        """Counts the distinct ``values`` of a store."""
        self.values = values
        self.beliefs: tuple[State, ...] = ()

    def __repr__(self) -> str:
        return f"State({self.number}, {self.values}, beliefs={[state.number for state in self.beliefs]})"


Draft: TypeAlias = Sequence[tuple[tuple[Value, ...], Sequence["State | int"]]]
"""Nodes to settle: each its values, and for each character a state, or the place of a node in this sequence."""


class Store:
    """The states met so far, one object for each moment."""

    def __init__(self, characters: int) -> None:
        self.characters = characters
        self._states = 0
        self._valuations: dict[tuple[Value, ...], int] = {}
        self._by_content: dict[tuple[object, ...], State] = {}
        """By valuation and beliefs, and again with "itself" for a belief that is the state itself."""
        self._by_form: dict[tuple[object, ...], tuple[State, ...]] = {}
        """The components of several states, by their canonical form."""

    def settle(self, draft: Draft) -> list[State]:
        """The state of each node of a draft: an earlier one if there is any that no formula tells apart from it."""
        settled: list[State | None] = [None] * len(draft)
        for component in _components(draft):
            members = {node: place for place, node in enumerate(component)}
            nodes = []
            for node in component:
                values, beliefs = draft[node]
                pointers: list[State | int] = []
                for target in beliefs:
                    if isinstance(target, int):
                        known = settled[target]
                        pointers.append(members[target] if known is None else known)
                    else:
                        pointers.append(target)
                nodes.append((self._valuation(values), values, pointers))
            for node, state in zip(component, self._settle_component(nodes), strict=True):
                settled[node] = state
        return [state for state in settled if state is not None]

    def _valuation(self, values: tuple[Value, ...]) -> int:
        return self._valuations.setdefault(values, len(self._valuations))

    def _settle_component(self, nodes: list[_Node]) -> list[State]:
        if len(nodes) > 1:
            return self._settle_cycle(nodes)
        valuation, _, pointers = nodes[0]
        for state in pointers:
            # A node that believes in itself may be a state that it also points at. If it is any other state, that has
            # the same pointers, and so the same content.
            if (
                isinstance(state, State)
                and state.valuation == valuation
                and all(
                    belief is (state if isinstance(target, int) else target)
                    for belief, target in zip(state.beliefs, pointers, strict=True)
                )
            ):
                return [state]
        content = (valuation, *(target if isinstance(target, State) else "itself" for target in pointers))
        return [self._by_content.get(content) or self._add(nodes)[0]]

    def _settle_cycle(self, nodes: list[_Node]) -> list[State]:
        reachable = _reachable([target for node in nodes for target in node[2] if isinstance(target, State)])
        classes = _refine(nodes, reachable)
        old = {classes[len(nodes) + place]: state for place, state in enumerate(reachable)}
        if classes[0] in old:
            # Bisimilarity carries over to whatever one reaches, so if one member is an old state, all are.
            return [old[classes[place]] for place in range(len(nodes))]
        first: dict[int, int] = {}
        for place in range(len(nodes)):
            first.setdefault(classes[place], len(first))
        minimal: list[_Node] = []
        for place, (valuation, values, pointers) in enumerate(nodes):
            if first[classes[place]] == len(minimal):
                merged = [target if isinstance(target, State) else first[classes[target]] for target in pointers]
                minimal.append((valuation, values, merged))
        if len(minimal) == 1:
            return self._settle_component(minimal) * len(nodes)
        forms = sorted((_form(minimal, start) for start in range(len(minimal))), key=lambda pair: repr(pair[0]))
        form, order = forms[0]
        if (states := self._by_form.get(form)) is None:
            states = self._by_form[form] = self._add([minimal[place] for place in order], order)
        at = {place: states[position] for position, place in enumerate(order)}
        return [at[first[classes[place]]] for place in range(len(nodes))]

    def _add(self, nodes: list[_Node], order: Sequence[int] = (0,)) -> tuple[State, ...]:
        states = []
        for valuation, values, _ in nodes:
            states.append(State(self._states, valuation, values))
            self._states += 1
        position = {place: index for index, place in enumerate(order)}
        for state, (_, _, pointers) in zip(states, nodes, strict=True):
            state.beliefs = tuple(
                states[position[target]] if isinstance(target, int) else target for target in pointers
            )
            self._by_content[(state.valuation, *state.beliefs)] = state
            own = ("itself" if belief is state else belief for belief in state.beliefs)
            self._by_content[(state.valuation, *own)] = state
        return tuple(states)


_Node: TypeAlias = tuple[int, tuple[Value, ...], list["State | int"]]
"""A node of one component: its valuation, the values, and for each character a settled state or a place in the
component."""


def _form(nodes: list[_Node], start: int) -> tuple[tuple[object, ...], list[int]]:
    """The component as seen from one of its nodes, breadth first: what is there, and the nodes in that order."""
    order = [start]
    position = {start: 0}
    form: list[object] = []
    for place in order:
        valuation, _, pointers = nodes[place]
        seen: list[object] = [valuation]
        for target in pointers:
            if isinstance(target, int):
                if target not in position:
                    position[target] = len(order)
                    order.append(target)
                seen.append(("here", position[target]))
            else:
                seen.append(target.number)
        form.append(tuple(seen))
    return tuple(form), order


def _reachable(states: list[State]) -> list[State]:
    found = dict.fromkeys(states)
    pending = list(found)
    while pending:
        for belief in pending.pop().beliefs:
            if belief not in found:
                found[belief] = None
                pending.append(belief)
    return list(found)


def _refine(nodes: list[_Node], states: list[State]) -> list[int]:
    """The coarsest partition of nodes and states (in this order) that respects values and beliefs (Moore 1956)."""
    place = {state: len(nodes) + index for index, state in enumerate(states)}
    valuations = [node[0] for node in nodes] + [state.valuation for state in states]
    targets = [[target if isinstance(target, int) else place[target] for target in node[2]] for node in nodes]
    targets += [[place[belief] for belief in state.beliefs] for state in states]
    classes, count = valuations, len(set(valuations))
    while True:
        numbers: dict[tuple[int, ...], int] = {}
        refined = [
            numbers.setdefault((classes[node], *(classes[target] for target in targets[node])), len(numbers))
            for node in range(len(targets))
        ]
        if len(numbers) == count:
            return refined
        classes, count = refined, len(numbers)


def _components(draft: Draft) -> Iterator[list[int]]:
    """The strongly connected components of a draft, each after all that it points at (Tarjan 1972, without
    recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    open_nodes: list[int] = []
    is_open: set[int] = set()
    for root in range(len(draft)):
        if root in index:
            continue
        walk = [(root, iter(draft[root][1]))]
        index[root] = low[root] = len(index)
        open_nodes.append(root)
        is_open.add(root)
        while walk:
            node, targets = walk[-1]
            for target in targets:
                if not isinstance(target, int):
                    continue
                if target not in index:
                    index[target] = low[target] = len(index)
                    open_nodes.append(target)
                    is_open.add(target)
                    walk.append((target, iter(draft[target][1])))
                    break
                if target in is_open:
                    low[node] = min(low[node], index[target])
            else:
                walk.pop()
                if walk:
                    parent = walk[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = open_nodes.pop()
                        is_open.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    yield component
