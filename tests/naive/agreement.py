"""Whether the kernel and the naive evaluator agree on a world: what is possible, what follows, who believes what, who
has a reason, how long the shortest stories are, and what has no next moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, TypeVar

from chekhov import _kernel
from chekhov.diagnostics import ChekhovError
from chekhov.grounding import ground
from chekhov.model import Expression, FluentTerm, Literal, Name, Problem
from chekhov.validation import Limits as StoryLimits
from chekhov.validation import World, validate
from chekhov.validation.formulas import All, Constant, Formula, Test
from chekhov.validation.interpreter import Event, Interpreter, NoMomentError
from chekhov.validation.states import State, Value
from naive import Limits, Reasons

DEPTH = 3
"""How many acts from the start states are counted and stories looked for."""
STATES = 12
"""In how many states every step and reason is compared."""
PATH = 3
"""How many minds deep values are read."""

_KINDS = {"values": "growth", "minds": "growth"}
"""The kernel's finer kinds of errors, as the naive evaluator knows them."""
_Answer = TypeVar("_Answer")


class DisagreementError(Exception):
    """The kernel and the naive evaluator differ."""


def compare(problem: Problem, seed: int, *, simplify: bool = True, fault: str = "") -> bool:
    """Compares everything about a world; the seed chooses limits. False if grounding rejects the world as too large.
    Raises :class:`DisagreementError` at the first difference.

    ``simplify`` is grounding's; ``fault`` is one that the kernel is to have, in a build that can.
    """
    try:
        comparison = _Comparison(problem, Random(seed), simplify, fault)
    except ChekhovError as error:
        if [found.code for found in error.diagnostics] != ["E0502"]:
            raise
        return False
    comparison.run()
    return True


class _Comparison:
    def __init__(self, problem: Problem, random: Random, simplify: bool, fault: str) -> None:
        self.problem = problem
        self.random = random
        self.naive = Interpreter(problem)
        self.task = ground(problem, simplify=simplify)
        options = {"threads": 1, "memory": None, **({"fault": fault} if fault else {})}
        self.kernel = _kernel.Kernel(json.dumps(self.task.data), json.dumps(options))
        self.control = _kernel.Control()
        self.actions = {act: number for number, act in enumerate(self.task.names.actions)}
        self.values = [
            self.task.value(FluentTerm(fluent.declared.name, tuple(map(Name, fluent.arguments))))
            for fluent in self.naive.vocabulary.fluents
        ]
        self.same: set[tuple[State, int, int]] = set()
        self.errors: set[str] = set()
        """The kinds of errors that the naive evaluator has met on the way to the states that it counted."""

    def run(self) -> None:
        try:
            start = self.naive.initial
        except NoMomentError as error:
            _, kind = self._ask(self.kernel.initial)
            self._check("what is wrong with the start", error.kind, kind)
            return
        world, kind = self._ask(self.kernel.initial)
        self._check("what is wrong with the start", None, kind)
        self._compare_values("at the start", start, world, None, PATH)
        self._compare_steps(start, world)
        self._compare_counts(start)
        limits = Limits(DEPTH, self.random.choice((1, 2, 3, 3)), self.random.choice((None, 0, 1, 1, 2)))
        reasons = Reasons(self.naive, limits)
        self._compare_reasons(reasons)
        self._compare_explained(reasons)
        self._compare_stories(reasons)

    # Asking

    def _check(self, what: str, naive: object, kernel: object) -> None:
        if naive != kernel:
            raise DisagreementError(f"{what}: naive {naive}, kernel {kernel}")

    def _ask(self, question: Callable[..., _Answer], *arguments: Any) -> tuple[Any, str | None]:
        """The kernel's answer, or None and the kind of its error."""
        try:
            return question(*arguments), None
        except _kernel.KernelError as error:
            kind = json.loads(str(error))["kind"]
            return None, _KINDS.get(kind, kind)

    def _request(self, question: Callable[[str, _kernel.Control], str], **request: Any) -> tuple[Any, str | None]:
        answer, kind = self._ask(question, json.dumps(request), self.control)
        return (None if answer is None else json.loads(answer)), kind

    def _value(self, value: Any) -> Value:
        """A value of the task as one of the interpreter."""
        if isinstance(value, list | tuple):
            return self.task.names.entities[value[1]]
        return value if value is None or isinstance(value, bool) else float(value)

    # States and steps

    def _compare_values(self, where: str, state: State, world: int, owner: int | None, depth: int) -> None:
        """Whether all values are the same, as far as one can read them through so many minds."""
        if (state, world, depth) in self.same:
            return
        self.same.add((state, world, depth))
        values = [self._value(value) for value in json.loads(self.kernel.values(world))]
        for fluent, term, expected in zip(self.naive.vocabulary.fluents, self.values, state.values, strict=True):
            # A fluent that grounding evaluated away stands for its value; a boolean one is put as 1 or 0.
            read = term[1] if term[0] == "if" else term
            read = read[1] if read[0] == "==" else read
            found = values[read[2]] if read[0] == "f" else self._value(term[1])
            if fluent.declared.type == "boolean" and read[0] != "f":
                found = bool(found)
            self._check(f"{where}, {fluent}", (type(expected), expected), (type(found), found))
        if depth > 0:
            for character, belief in enumerate(state.beliefs):
                if character != owner:
                    inner = f"{where}, {self.naive.vocabulary.characters[character]} believes"
                    self._compare_values(inner, belief, self.kernel.believed(world, character), character, depth - 1)

    def _possible(self, where: str, state: State, world: int) -> list[Event]:
        events = self.naive.possible(state)
        possible = {act for act, number in self.actions.items() if self.kernel.possible(world, number)}
        self._check(f"{where}, what is possible", {str(event.act) for event in events}, possible)
        return events

    def _compare_steps(self, start: State, world: int) -> None:
        """Compares states, step by step from the start, and the first steps that somebody imagines in them."""
        self.worlds = {start: world}
        stories: dict[State, list[str]] = {start: []}
        pending = [start]
        for state in pending:
            where = "after " + "; ".join(stories[state]) if stories[state] else "at the start"
            for event in self._possible(where, state, self.worlds[state]):
                after, then = self._compare_step(where, state, self.worlds[state], event, None, 0)
                if after is not None and after not in stories and len(stories) < STATES:
                    self.worlds[after] = then
                    stories[after] = [*stories[state], str(event.act)]
                    pending.append(after)
            for character, belief in enumerate(state.beliefs):
                believed = self.kernel.believed(self.worlds[state], character)
                inner = f"{where}, in {self.naive.vocabulary.characters[character]}'s world"
                for event in self._possible(inner, belief, believed):
                    self._compare_step(inner, belief, believed, event, character, 1)
        self.stories = stories

    def _compare_step(
        self, where: str, state: State, world: int, event: Event, owner: int | None, depth: int
    ) -> tuple[State | None, int]:
        where = f"{where}, then {event.act}"
        then, other = self._ask(self.kernel.step, world, self.actions[str(event.act)])
        try:
            after = self.naive.step(state, event, owner, depth)
        except NoMomentError as error:
            self._check(f"what is wrong {where}", error.kind, other)
            return None, 0
        self._check(f"what is wrong {where}", None, other)
        self._compare_values(where, after, then, owner, PATH)
        return after, then

    def _compare_counts(self, start: State) -> None:
        seen = {start}
        frontier = [start]
        counts = [1]
        for _ in range(DEPTH):
            reached: dict[State, None] = {}
            for state in frontier:
                for event in self.naive.possible(state):
                    try:
                        after = self.naive.step(state, event)
                    except NoMomentError as error:
                        self.errors.add(error.kind)
                        continue
                    if after not in seen:
                        seen.add(after)
                        reached[after] = None
            frontier = list(reached)
            counts.append(len(seen))
        answer, kind = self._request(self.kernel.explore, physical=True, depth=DEPTH)
        if self.errors:
            self._check("what is wrong on the way", True, kind in self.errors)
        else:
            self._check("what is wrong on the way", None, kind)
            found = answer["states_by_depth"]
            self._check("states by depth", counts, (found + found[-1:] * DEPTH)[: DEPTH + 1])

    # Reasons and stories

    def _worlds_of_minds(self) -> Iterator[tuple[str, State, int, int, int]]:
        """Worlds that are somebody's, one or two minds deep: where, naive and kernel's, whose, and how deep."""
        for state, world in self.worlds.items():
            where = "after " + "; ".join(self.stories[state]) if self.stories[state] else "at the start"
            for character, belief in enumerate(state.beliefs):
                believed = self.kernel.believed(world, character)
                inner = f"{where}, {self.naive.vocabulary.characters[character]}"
                yield inner, belief, believed, character, 1
                if self.random.random() < 0.2:
                    other = self.random.randrange(len(state.beliefs))
                    if other != character:
                        deeper = self.kernel.believed(believed, other)
                        inner = f"{inner}'s idea of {self.naive.vocabulary.characters[other]}"
                        yield inner, belief.beliefs[other], deeper, other, 2

    def _compare_reasons(self, reasons: Reasons) -> None:
        budget, limit = reasons.limits.reason_acts, reasons.limits.belief_depth
        for where, belief, world, character, depth in self._worlds_of_minds():
            for event in self.naive.possible(belief):
                if character not in event.consenting:
                    continue
                answer, kind = self._ask(
                    self.kernel.explain, world, self.actions[str(event.act)], budget, limit, self.control
                )
                try:
                    plan = reasons.explanation(event, character, belief, depth, budget)
                except NoMomentError:
                    continue  # Which of the moments that do not exist are looked at is nobody's business.
                if kind is not None:
                    self._check(
                        f"{where}, what is wrong with reasons",
                        True,
                        kind in self._errors_from(belief, character, depth, budget),
                    )
                    continue
                found = json.loads(answer)
                what = f"{where}, the acts of a reason for {event.act} (at most {budget}, {limit} deep)"
                self._check(
                    what, None if plan is None else len(plan), None if found["acts"] is None else len(found["acts"])
                )

    def _errors_from(self, world: State, owner: int, depth: int, budget: int) -> set[str]:
        """The kinds of errors that somebody can meet who thinks so many acts ahead, and of others who do."""
        found: set[str] = set()
        if budget == 0:
            return found
        for event in self.naive.possible(world):
            if event.expected:
                try:
                    found |= self._errors_from(self.naive.step(world, event, owner, depth), owner, depth, budget - 1)
                except NoMomentError as error:
                    found.add(error.kind)
        for character, belief in enumerate(world.beliefs):
            if character != owner:
                found |= self._errors_from(belief, character, depth + 1, budget - 1)
        return found

    def _compare_stories(self, reasons: Reasons) -> None:
        limits = reasons.limits
        vocabulary = self.naive.vocabulary
        goals: list[tuple[Expression | float, Any, Formula]] = [
            (ending.condition, self.task.condition(ending.condition), vocabulary.formula(ending.condition, {}))
            for ending in self.naive.problem.endings
        ]
        before = World(self.naive, self.naive.initial).utility(None)
        if before is not None:
            goal = before // 1 + 1
            utility = self.naive.utilities[None]
            reached = Test(">=", utility, Constant(goal), numeric=True)
            risen = Test(">", utility, Constant(before), numeric=True)
            wanted = (one.value for one in self.problem.utilities if one.character is None)
            written = self.task.value(next(wanted, Literal(0)))
            kernel = ["and", [">=", written, ["v", goal]], [">", written, ["v", before]]]
            goals.append((goal, kernel, All((reached, risen))))
        for asked, kernels, naives in goals:
            request = {
                "max_acts": limits.acts,
                "max_reason_acts": limits.reason_acts,
                "max_belief_depth": limits.belief_depth,
            }
            answer, kind = self._request(self.kernel.search, goal=kernels, **request)
            try:
                story = reasons.shortest_story(naives)
            except NoMomentError:
                continue
            if kind is not None:
                # The search may look at moments that a shortest story leaves aside.
                self._check("what is wrong in the search", True, kind in self.errors | self._reason_errors(limits))
                continue
            plans = answer["plans"]
            what = f"the acts of a shortest story to {asked} within {limits}"
            self._check(what, None if story is None else len(story), len(plans[0]) if plans else None)
            if plans:
                acts = [self.task.names.actions[number] for number in plans[0]]
                story_limits = StoryLimits(limits.acts, limits.reason_acts, limits.belief_depth)
                verdict = validate(self.problem, acts, goal=asked, limits=story_limits)
                self._check(f"whether {acts} is a story ({verdict.fault})", verdict.outcome, "valid")

    def _compare_explained(self, reasons: Reasons) -> None:
        """Compares how many states are reached when only explained acts happen."""
        limits = reasons.limits
        request = {"max_reason_acts": limits.reason_acts, "max_belief_depth": limits.belief_depth}
        answer, kind = self._request(self.kernel.explore, physical=False, depth=limits.acts, **request)
        seen = {self.naive.initial}
        frontier = [self.naive.initial]
        counts = [1]
        try:
            for _ in range(limits.acts):
                reached: dict[State, None] = {}
                for state in frontier:
                    for event in self.naive.possible(state):
                        if reasons.explained(state, event):
                            after = self.naive.step(state, event)
                            if after not in seen:
                                seen.add(after)
                                reached[after] = None
                frontier = list(reached)
                counts.append(len(seen))
        except NoMomentError:
            return
        if kind is not None:
            errors = self.errors | self._reason_errors(limits)
            self._check("what is wrong with explained acts", True, kind in errors)
            return
        found = answer["states_by_depth"]
        found = (found + found[-1:] * limits.acts)[: limits.acts + 1]
        self._check(f"states by depth with explained acts within {limits}", counts, found)

    def _reason_errors(self, limits: Limits) -> set[str]:
        found: set[str] = set()
        for state in self.worlds:
            for character, belief in enumerate(state.beliefs):
                found |= self._errors_from(belief, character, 1, limits.reason_acts)
        return found
