"""The graph of a world in plain Python, walked one step at a time, and the kernel's questions asked of it in the most
obvious way."""

from __future__ import annotations

from collections.abc import Iterator

from naive import Limits as NaiveLimits
from naive import Reasons

from chekhov.grounding.formulas import Formula
from chekhov.kernel import Kernel, Limits
from chekhov.model import Problem
from chekhov.validation.interpreter import Interpreter
from chekhov.validation.states import State

Act = tuple[int, int]
"""An action and the moment that it leads to."""


class PlainEvent:
    """As :class:`chekhov.graph.Event`, of sets of numbers."""

    def __init__(self, otherwise: set[int], acts: dict[int, set[int]] | None = None) -> None:
        self.otherwise = otherwise
        self.acts = acts or {}

    def has(self, act: Act) -> bool:
        return act[1] in self.acts.get(act[0], self.otherwise)


class PlainGraph:
    """All moments, in the kernel's order, and the acts from those that were explored."""

    def __init__(
        self,
        kernel: Kernel,
        limits: Limits,
        *,
        physical: bool,
        depth: int,
        stop: Formula | None = None,
        most: int = 10_000,
    ) -> None:
        self.kernel = kernel
        self.limits = limits
        self.physical = physical
        self.data = kernel.task.data
        self.actions = range(len(self.data["actions"]))
        self.worlds = [kernel.initial()]
        self.acts: list[list[Act]] = []
        self.levels = [1]
        self.predecessors: list[Act | None] = [None]
        """For each moment the action and the moment by which it was first reached."""
        numbers = {self.worlds[0]: 0}
        while len(self.acts) < len(self.worlds) and len(self.levels) <= depth:
            for moment in range(len(self.acts), len(self.worlds)):
                self.acts.append([])
                world = self.worlds[moment]
                if stop is not None and kernel.evaluate(world, stop) is True:
                    continue
                for action in self.actions:
                    if kernel.possible(world, action) and (physical or self.explained(world, action)):
                        after = kernel.step(world, action)
                        if after not in numbers:
                            numbers[after] = len(self.worlds)
                            self.worlds.append(after)
                            self.predecessors.append((action, moment))
                        self.acts[moment].append((action, numbers[after]))
            if len(self.worlds) > most:
                raise OverflowError
            if len(self.worlds) > self.levels[-1]:
                self.levels.append(len(self.worlds))

    def consenting(self, action: int) -> list[int]:
        return list(dict.fromkeys(self.data["actions"][action]["consenting"]))

    def has_reason(self, belief: int, action: int) -> bool:
        return (
            self.kernel.possible(belief, action) and self.kernel.explain(belief, action, self.limits).outcome == "found"
        )

    def explained(self, world: int, action: int) -> bool:
        return all(self.has_reason(self.kernel.believed(world, c), action) for c in self.consenting(action))

    def all(self) -> range:
        return range(len(self.worlds))

    def story(self, moment: int) -> tuple[int, ...]:
        acts: list[int] = []
        while (before := self.predecessors[moment]) is not None:
            acts.insert(0, before[0])
            moment = before[1]
        return tuple(acts)

    def edges(self) -> Iterator[tuple[int, Act]]:
        for moment, acts in enumerate(self.acts):
            for act in acts:
                yield moment, act

    def where(self, condition: Formula) -> set[int]:
        return {moment for moment in self.all() if self.kernel.evaluate(self.worlds[moment], condition) is True}

    def reach(self, sources: set[int], avoiding: PlainEvent | None = None) -> set[int]:
        found = set(sources)
        pending = list(sources)
        while pending:
            moment = pending.pop()
            for act in self.acts[moment] if moment < len(self.acts) else ():
                if act[1] not in found and not (avoiding is not None and avoiding.has(act)):
                    found.add(act[1])
                    pending.append(act[1])
        return found

    def can_reach(self, targets: PlainEvent, avoiding: PlainEvent | None = None) -> set[int]:
        ahead: set[int] = set()
        while True:
            more = {
                moment
                for moment, act in self.edges()
                if targets.has(act) or (act[1] in ahead and not (avoiding is not None and avoiding.has(act)))
            }
            if more <= ahead:
                return ahead | targets.otherwise
            ahead |= more

    def path(
        self, sources: set[int], targets: PlainEvent, avoiding: PlainEvent | None = None
    ) -> tuple[int, tuple[int, ...], int] | None:
        """The least of the shortest paths, all of one length being looked at in turn."""
        there = sorted(sources & targets.otherwise)
        if there:
            return there[0], (), there[0]
        # The least way to each moment that ways of this length, and no shorter ones, lead to.
        ways: dict[int, tuple[int, tuple[int, ...]]] = {moment: (moment, ()) for moment in sources}
        seen = set(sources)
        while ways:
            longer = sorted(
                (start, (*acts, action), end)
                for moment, (start, acts) in ways.items()
                if moment < len(self.acts)
                for action, end in self.acts[moment]
            )
            for start, acts, end in longer:
                if targets.has((acts[-1], end)):
                    return start, acts, end
            ways = {}
            for start, acts, end in longer:
                if end not in seen and not (avoiding is not None and avoiding.has((acts[-1], end))):
                    seen.add(end)
                    ways[end] = (start, acts)
        return None

    def traps(self) -> list[set[int]]:
        """What can be reached from a moment, if one can come back from all of it, and something is done in all."""
        reach = [self.reach({moment}) for moment in self.all()]
        found: list[set[int]] = []
        for moment in self.all():
            if moment == min(reach[moment]) and all(
                other < len(self.acts) and self.acts[other] and moment in reach[other] for other in reach[moment]
            ):
                found.append(reach[moment])
        return found

    def play(self, stops: list[set[int]], most_acts: int) -> list[float]:
        """The chances that random play ends in each of the stops, in a dead end, or not at all."""
        chances = [0.0] * (len(stops) + 2)
        at = {0: 1.0}
        for left in range(most_acts, -1, -1):
            then: dict[int, float] = {}
            for moment, chance in at.items():
                if (stop := next((i for i, stop in enumerate(stops) if moment in stop), None)) is not None:
                    chances[stop] += chance
                elif moment >= len(self.acts):
                    chances[-1] += chance
                elif not self.acts[moment]:
                    chances[-2] += chance
                elif left == 0:
                    chances[-1] += chance
                else:
                    for _, end in self.acts[moment]:
                        then[end] = then.get(end, 0.0) + chance / len(self.acts[moment])
            at = then
        return chances

    def misled(self, problem: Problem) -> dict[tuple[int, int], list[int]]:
        """By character and action the moments in which somebody is misled, by the naive evaluator. Raises
        ``NoMomentError`` if somebody thinks of what has no next moment."""
        interpreter = Interpreter(problem)
        characters = {name: number for number, name in enumerate(interpreter.vocabulary.characters)}
        assert list(characters) == list(self.kernel.task.names.characters)
        events = {str(event.act): event for event in interpreter.actions}
        named = [events[name] for name in self.kernel.task.names.actions]
        budget = self.limits.reason_acts
        assert budget is not None
        reasons = Reasons(interpreter, NaiveLimits(0, budget, self.limits.belief_depth))

        def has_reason(world: State, character: int, action: int) -> bool:
            event = named[action]
            return (
                event.precondition.holds(world) and reasons.explanation(event, character, world, 1, budget) is not None
            )

        states = [interpreter.initial]
        for before in self.predecessors[1:]:
            assert before is not None
            states.append(interpreter.step(states[before[1]], named[before[0]]))
        found: dict[tuple[int, int], list[int]] = {}
        for moment, (action, _) in self.edges():
            state = states[moment]
            for character in self.consenting(action):
                pointers: list[State | int] = [*state.beliefs]
                pointers[character] = 0
                (informed,) = interpreter.store.settle([(state.values, pointers)])
                informed = interpreter.rest(informed, character, 1)
                if not has_reason(informed, character, action) and has_reason(
                    state.beliefs[character], character, action
                ):
                    found.setdefault((character, action), []).append(moment)
        return found
