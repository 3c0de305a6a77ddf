"""The stage: a manuscript's world, opened, with what the author assumes as acts of its own.

What grounding finds out about a world holds as long as nothing impossible is done in it. A manuscript that does not
hold together is therefore walked on a stage that was told everything (``tolerant``), where facts can also be supposed:
so that one mistake is not told again at every later beat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any, Literal

from chekhov.grounding import GroundTask, ground
from chekhov.grounding.formulas import Formula
from chekhov.kernel import UNLIMITED, USUAL, Kernel, Limits
from chekhov.manuscript.chapters import MOST_STEPS, Assumption, Beat, Claim, Entry, Manuscript, Passing, Shown
from chekhov.model import (
    TIME_PASSES,
    Action,
    And,
    Assignment,
    Believes,
    Comparison,
    Conditional,
    Expression,
    FluentTerm,
    Name,
    Observation,
    Parameter,
    Quantified,
)
from chekhov.model import (
    Literal as Constant,
)
from chekhov.reasons import DEEPENING, Reasoner, Refusal

_FURTHEST = 12
"""So many acts, at most, a reason has in a world with time where nobody says how many: each step of time is one."""

Kind = Literal["impossible", "reason", "claim", "time"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps an entry from being as it is told.

    ``impossible``: the ``tests`` that fail for an act. ``reason``: the ``refusal`` of somebody who does it. ``claim``:
    the ``tests`` that fail of what somebody is said to know, or how things are said to be. ``time``: what was waited
    for does not come. ``who`` is the mind that the tests are read in, None for the world itself. ``done`` is how many
    acts of the same beat had happened by then, and ``world`` the one after them (None: that before the entry).
    """

    kind: Kind
    act: str | None = None
    tests: tuple[Formula, ...] = ()
    who: str | None = None
    refusal: Refusal | None = None
    done: int = 0
    world: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of an entry: the acts in the order in which they happened, the world before each of them and after
    the last, and what kept it from being so (nothing, if it holds)."""

    acts: tuple[int, ...]
    worlds: tuple[int, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def after(self) -> int:
        return self.worlds[-1]


class Stage:
    """A manuscript's world, and what happens in it."""

    def __init__(
        self,
        manuscript: Manuscript,
        *,
        tolerant: bool = False,
        constants: bool = False,
        limits: Limits = UNLIMITED,
    ) -> None:
        self.manuscript = manuscript
        self.tolerant = tolerant
        assumed = [entry for entry in manuscript.story if isinstance(entry, Assumption)]
        problem = manuscript.problem
        made = tuple(_assuming(f"assume {i}", entry.effect) for i, entry in enumerate(assumed))
        problem = replace(problem, actions=(*problem.actions, *made))
        task = ground(problem, simplify=not tolerant, constants=constants)
        self.told = len(task.names.actions)
        """The acts of the world; those behind them suppose facts."""
        self._supposing: dict[tuple[Any, ...], int] = {}
        if tolerant:
            task = self._with_suppositions(task)
        # The author's acts are done by stepping alone: whoever looks for a story finds them impossible.
        data = task.data["actions"]
        acts = [{**one, "precondition": []} if self._is_made(task, number) else one for number, one in enumerate(data)]
        task = replace(task, data={**task.data, "actions": acts})
        self.kernel = Kernel(task, threads=1)
        self.task = task
        self._assumed = {entry.span: task.action_number(f"assume {i}") for i, entry in enumerate(assumed)}
        limits = limits.in_world(problem)
        left_open = problem.is_timed and limits.reason_acts is None
        stages = [Limits(None, acts, limits.belief_depth or depth) for acts, depth in DEEPENING]
        self._further = [
            one for one in stages if left_open and (USUAL.reason_acts or 0) < (one.reason_acts or 0) <= _FURTHEST
        ]
        self.limits = limits.or_else(USUAL)
        """How far reasons go: as asked for, or as the world has it, or else as far as those of the beats have to."""
        self._written = {str(act) for beat in manuscript.story if isinstance(beat, Beat) for act in beat.acts}
        self.asked = 0
        """How often it was asked whether everybody has a reason for an act."""
        self._refusals: dict[tuple[int, int], tuple[Refusal, ...]] = {}
        self._attempts: dict[tuple[int, Entry], Attempt] = {}

    def _is_made(self, task: GroundTask, act: int) -> bool:
        return act >= self.told or task.names.actions[act].startswith("assume ")

    time_act = f"{TIME_PASSES}()"
    """How that act is written."""

    @property
    def time(self) -> int | None:
        """The act by which time passes; None if it never does."""
        return self.task.action_number(self.time_act)

    def mind(self, world: int, who: str | None) -> int:
        """What somebody believes in a world; the world itself if nobody is named."""
        return world if who is None else self.kernel.believed(world, self.task.names.characters.index(who))

    # -- acts

    @property
    def acts(self) -> Iterator[int]:
        """The acts that a story may have, by number."""
        for number in range(self.told):
            if not self._is_made(self.task, number):
                yield number

    def name(self, act: int) -> str:
        return self.task.names.actions[act]

    def refusals(self, world: int, act: int) -> tuple[Refusal, ...]:
        """Who has no reason for an act, as they see the world."""
        key = world, act
        found = self._refusals.get(key)
        if found is None:
            self.asked += 1
            found = self._refused(world, act, self.limits)
            if self.name(act) in self._written:
                # What an author has written is worth a longer look, where nobody says how far reasons go.
                for further in self._further:
                    if all(one.kind != "limit" for one in found):
                        break
                    found = self._refused(world, act, further)
                    if not found:
                        self.limits = further
            self._refusals[key] = found
        return found

    def _refused(self, world: int, act: int, limits: Limits) -> tuple[Refusal, ...]:
        return tuple(Reasoner(self.kernel, limits, nesting=0).reasons(world, act)[1])

    def may(self, world: int, act: int) -> bool:
        """Whether an act is possible and everybody who does it has a reason."""
        return self.kernel.possible(world, act) and not self.refusals(world, act)

    def unmet(self, world: int, act: int) -> tuple[Formula, ...]:
        """What fails in the alternative of an act's condition that lacks least."""
        best: tuple[Formula, ...] | None = None
        for clause in self.task.data["actions"][act]["precondition"]:
            failing = tuple(a["test"] for a in clause if self.kernel.evaluate(world, a["test"]) is not True)
            if best is None or len(failing) < len(best):
                best = failing
        return best or ()

    # -- entries

    def attempt(self, world: int, entry: Entry) -> Attempt:
        """What becomes of an entry in a world; the fault that it has does not keep it from happening."""
        key = world, entry
        found = self._attempts.get(key)
        if found is None:
            found = self._attempts[key] = self._attempt(world, entry)
        return found

    def _attempt(self, world: int, entry: Entry) -> Attempt:
        match entry:
            case Beat():
                return self._beat(world, [str(act) for act in entry.acts], entry.anyway)
            case Assumption():
                number = self._assumed.get(entry.span)
                if number is None:
                    return Attempt((), (world,))
                return Attempt((number,), (world, self.kernel.step(world, number)))
            case Passing():
                return self._later(world, entry)
            case Claim():
                return Attempt((), (world,), tuple(self._failing(world, entry)))
            case Shown():
                return Attempt((), (world,), tuple(self._misleading(world, entry)))
        return Attempt((), (world,))

    def _beat(self, world: int, acts: Sequence[str], anyway: bool) -> Attempt:
        best: tuple[int, Attempt] | None = None
        for order in permutations(acts):
            done, attempt = self._in_order(world, order, anyway)
            if not attempt.faults:
                return attempt
            if best is None or done > best[0]:
                best = done, attempt
        assert best is not None
        return best[1]

    def _in_order(self, world: int, acts: Sequence[str], anyway: bool) -> tuple[int, Attempt]:
        """How many acts, done one after the other, went well, and what became of all of them."""
        numbers: list[int] = []
        worlds = [world]
        faults: list[Fault] = []
        well = 0
        for act in acts:
            number = self.task.action_number(act)
            if number is None:
                faults.append(Fault("impossible", act))
                continue
            if not self.kernel.possible(worlds[-1], number):
                unmet = self.unmet(worlds[-1], number)
                faults.append(Fault("impossible", act, unmet, done=len(numbers), world=worlds[-1]))
                worlds[-1] = self.supposed(worlds[-1], number)
            else:
                unwilling = () if anyway else self.refusals(worlds[-1], number)
                found = [
                    Fault("reason", act, who=one.character, refusal=one, done=len(numbers), world=worlds[-1])
                    for one in unwilling
                ]
                faults += found
                well += not found and not faults
            numbers.append(number)
            worlds.append(self.kernel.step(worlds[-1], number))
        return well, Attempt(tuple(numbers), tuple(worlds), tuple(faults))

    def _failing(self, world: int, claim: Claim) -> Iterator[Fault]:
        condition = self.task.condition(claim.condition)
        if claim.kind != "believes" and self.kernel.evaluate(world, condition) is not True:
            yield Fault("claim", tests=self.failing(world, condition))
            return
        for name in claim.who:
            mind = self.mind(world, name)
            if self.kernel.evaluate(mind, condition) is not True:
                yield Fault("claim", tests=self.failing(mind, condition), who=name)

    def _misleading(self, world: int, shown: Shown) -> Iterator[Fault]:
        """What the reader is shown must be so, or be believed by those through whom it is told."""
        condition = self.task.condition(shown.condition)
        minds = [self.mind(world, name) for name in shown.through]
        if all(self.kernel.evaluate(one, condition) is not True for one in (world, *minds)):
            yield Fault("claim", tests=self.failing(world, condition))

    def failing(self, world: int, condition: Formula) -> tuple[Formula, ...]:
        """The parts of a conjunction that do not hold in a world."""
        if condition[0] == "and":
            return tuple(test for part in condition[1:] for test in self.failing(world, part))
        return () if self.kernel.evaluate(world, condition) is True else (condition,)

    def _later(self, world: int, passing: Passing) -> Attempt:
        number = self.time
        worlds = [world]
        until = None if passing.until is None else self.task.condition(passing.until)
        if number is None:
            return Attempt((), (world,), (Fault("time", tests=() if until is None else (until,)),))
        while len(worlds) <= (MOST_STEPS if passing.steps is None else passing.steps):
            if until is not None and self.kernel.evaluate(worlds[-1], until) is True:
                break
            if not self.kernel.possible(worlds[-1], number):
                unmet = self.unmet(worlds[-1], number)
                fault = Fault("impossible", self.time_act, unmet, done=len(worlds) - 1, world=worlds[-1])
                return Attempt((number,) * (len(worlds) - 1), tuple(worlds), (fault,))
            following = self.kernel.step(worlds[-1], number)
            if until is not None and following == worlds[-1]:
                return Attempt((), (world,), (Fault("time", tests=(until,)),))
            worlds.append(following)
        else:
            if until is not None:
                return Attempt((), (world,), (Fault("time", tests=(until,)),))
        return Attempt((number,) * (len(worlds) - 1), tuple(worlds))

    # -- supposing

    def supposed(self, world: int, act: int) -> int:
        """The world with what an act lacks, as everybody can see; the same world where that cannot be supposed."""
        for test in self.unmet(world, act):
            number = self._supposing.get(_key(test))
            if number is not None:
                world = self.kernel.step(world, number)
        return world

    def _with_suppositions(self, task: GroundTask) -> GroundTask:
        """The task with an act of the author's for each fact that a beat may lack."""
        named = {str(act) for beat in self.manuscript.beats for act in beat.acts}
        made: list[dict[str, Any]] = []
        for number, name in enumerate(task.names.actions):
            if name in named:
                for clause in task.data["actions"][number]["precondition"]:
                    for atom in clause:
                        key = _key(atom["test"])
                        if key not in self._supposing and (effect := _making(task, atom["test"])) is not None:
                            self._supposing[key] = self.told + len(made)
                            everybody = [("and",) for _ in range(task.data["characters"])]
                            made.append(
                                {"precondition": [[]], "effects": [effect], "consenting": [], "observers": everybody}
                            )
        data = {**task.data, "actions": [*task.data["actions"], *made]}
        names = replace(task.names, actions=(*task.names.actions, *(f"suppose {i}()" for i in range(len(made)))))
        return replace(task, data=data, names=names)


def _key(test: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(_key(part) if isinstance(part, list | tuple) else part for part in test)


def _making(task: GroundTask, test: Formula) -> dict[str, Any] | None:
    """An effect that makes a comparison hold; None if there is no one way to do so."""
    operator, left, right = test
    if left[0] != "f":
        return None
    _, path, fluent = left
    kind = task.data["fluents"][fluent]["kind"]
    value = right
    if operator == "!=":
        if kind == "boolean" and right[0] == "v":
            value = ("v", not right[1])
        elif kind == "entity" and right[0] == "v":
            others = [one for one in task.data["fluents"][fluent]["values"] if one != right[1]]
            value = ("v", others[0] if right[1] is None and len(others) == 1 else None)
            if value == right:
                return None
        else:
            return None
    elif operator in ("<", ">"):
        value = ("+" if operator == ">" else "-", right, ("v", 1))
    return {"condition": ("and",), "path": path, "fluent": fluent, "value": value}


def _assuming(name: str, effect: Expression) -> Action:
    """An act of the author's that makes something so. Those who were right about it before are so afterwards; those who
    were wrong stay as they were."""
    who = Parameter("anybody watching", "character")

    def right(expression: Expression) -> Iterator[Expression]:
        match expression:
            case And(parts=parts):
                for part in parts:
                    yield from right(part)
            case Conditional(branches=branches, otherwise=otherwise):
                for _, branch in branches:
                    yield from right(branch)
                if otherwise is not None:
                    yield from right(otherwise)
            case Quantified(variable=variable, body=body):
                for inner in right(body):
                    yield Quantified("forall", variable, inner)
            case Assignment(target=FluentTerm() as target):
                yield Comparison("==", Believes(Name(who.name), target), target)

    conditions = tuple(right(effect))
    seen = And(conditions) if conditions else Constant(False)
    return Action(name, (), Constant(True), effect, (), Observation(who, seen))
