"""Checks a story from the definitions: that each act can happen when it does, and that everyone who does it has a
reason.

:func:`validate` walks the problem's own formulas, in plain Python, and shares no code with the search that found the
story. The meaning is that of ``docs/semantics.md``. :class:`World` is the same thing one step at a time.

Example
-------
>>> from chekhov.model import *
>>> tom, home, market = Entity("Tom", ("character",)), Entity("Home", ("place",)), Entity("Market", ("place",))
>>> at = FluentTerm("at", (Name("who"),))
>>> problem = Problem(
...     types=(Type("place"),),
...     entities=(tom, home, market),
...     properties=(Property("at", (Parameter("who", "character"),), "place"),),
...     actions=(Action("walk", (Parameter("who", "character"), Parameter("to", "place")),
...                     Comparison("!=", at, Name("to")), Assignment(at, Name("to")), (Name("who"),)),),
...     utilities=(Utility("Tom", Comparison("==", FluentTerm("at", (Name("Tom"),)), Name("Market"))),),
... )
>>> validate(problem, ["walk(Tom, Market)"], limits=Limits(reason_acts=3)).outcome
'valid'
>>> print(validate(problem, ["walk(Tom, Home)"], limits=Limits(reason_acts=3)).fault)
step 1, walk(Tom, Home): Tom has no reason to do it
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from chekhov.model import Expression, Literal, Problem
from chekhov.validation.formulas import (
    All,
    Formula,
    MeaninglessError,
    Test,
    Vocabulary,
    bind,
    reads,
    show_value,
)
from chekhov.validation.interpreter import Act, Event, Interpreter, NoMomentError
from chekhov.validation.reasons import Limits, OutOfTimeError, Reasons
from chekhov.validation.states import State, Value

__all__ = [
    "Act",
    "Fault",
    "Limits",
    "MeaninglessError",
    "NoMomentError",
    "Reason",
    "Unmet",
    "Verdict",
    "World",
    "author_goal",
    "validate",
]

ActLike: TypeAlias = Act | str
"""An act, or its text: ``walk(Tom, Home, Market)``."""


def _act(act: ActLike) -> Act:
    if isinstance(act, Act):
        return act
    name, _, rest = act.strip().partition("(")
    return Act(name.strip(), tuple(part.strip() for part in rest.removesuffix(")").split(",") if part.strip()))


# ---------------------------------------------------------------------------------------------------------------------
# One step at a time


@dataclass(frozen=True, slots=True)
class Unmet:
    """A condition that does not hold, as text, and the fluents in it with the values that they have instead."""

    condition: str
    values: tuple[tuple[str, Value], ...]

    def __str__(self) -> str:
        values = ", ".join(f"{fluent} is {show_value(value)}" for fluent, value in self.values)
        return f"{self.condition} ({values})" if values else self.condition


@dataclass(frozen=True, eq=False)
class World:
    """The actual world at a moment, or somebody's world: what they believe then. Immutable.

    Two worlds of one problem are equal if no formula tells them apart and they belong to the same mind. Methods raise
    :class:`MeaninglessError` for what the problem does not declare.
    """

    interpreter: Interpreter
    state: State
    owner: int | None = None
    depth: int = 0
    """How many minds deep the world is: 0 for the actual one."""

    @classmethod
    def initial(cls, problem: Problem) -> World:
        """The world at the start, at rest. Raises :class:`NoMomentError` if its triggers never end."""
        interpreter = Interpreter(problem)
        return cls(interpreter, interpreter.initial)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, World) and (self.state, self.owner) == (other.state, other.owner)

    def __hash__(self) -> int:
        return hash((self.state, self.owner))

    def acts(self) -> tuple[Act, ...]:
        """The acts that are possible, in order of declaration."""
        return tuple(event.act for event in self.interpreter.possible(self.state))

    def possible(self, act: ActLike) -> bool:
        """Whether the act's precondition holds."""
        return self.interpreter.action(_act(act)).precondition.holds(self.state)

    def unmet(self, act: ActLike) -> tuple[Unmet, ...]:
        """The conditions of the act that do not hold; none if it is possible."""
        problem, vocabulary = self.interpreter.problem, self.interpreter.vocabulary
        named = _act(act)
        self.interpreter.action(named)
        declared = next(
            one
            for one in problem.actions
            if one.name == named.name and named.arguments in vocabulary.instances(one.parameters)
        )
        formula = vocabulary.formula(declared.precondition, bind(declared.parameters, named.arguments))
        return tuple(_unmet(formula, self.state, vocabulary))

    def after(self, act: ActLike) -> World:
        """The world after the act and all that it triggers, whether or not it is possible. Raises
        :class:`NoMomentError`."""
        event = self.interpreter.action(_act(act))
        state = self.interpreter.step(self.state, event, self.owner, self.depth)
        return World(self.interpreter, state, self.owner, self.depth)

    def believed(self, character: str) -> World:
        """The world as the character believes it to be."""
        number = self.interpreter.vocabulary.character(character)
        if number == self.owner:
            return self
        return World(self.interpreter, self.state.beliefs[number], number, self.depth + 1)

    def value(self, expression: Expression, path: Sequence[str] = ()) -> Value:
        """The value of a fluent term or any other expression, as believed along the path of characters, outermost
        first."""
        world = self
        for character in path:
            world = world.believed(character)
        expression = self.interpreter.timing.expression(expression)
        return self.interpreter.vocabulary.term(expression, {}).value(world.state)

    def holds(self, condition: Expression) -> bool:
        """Whether a condition holds."""
        condition = self.interpreter.timing.expression(condition)
        return self.interpreter.vocabulary.formula(condition, {}).holds(self.state)

    def utility(self, character: str | None) -> float | None:
        """What the world is worth to the character, or to the author (None). None is ``?``."""
        who = None if character is None else self.interpreter.vocabulary.character(character)
        return self.interpreter.utility(self.state, who)


def _unmet(formula: Formula, state: State, vocabulary: Vocabulary) -> Iterator[Unmet]:
    if isinstance(formula, All):
        for part in formula.parts:
            yield from _unmet(part, state, vocabulary)
    elif not formula.holds(state):
        fluents = dict.fromkeys(reads(formula))
        yield Unmet(vocabulary.show(formula), tuple((vocabulary.show(read), read.value(state)) for read in fluents))


# ---------------------------------------------------------------------------------------------------------------------
# Whole stories


FaultKind: TypeAlias = OneOf[
    "unknown_act",
    "impossible",
    "disbelieved",
    "unexplained",
    "too_long",
    "goal",
    "conflict",
    "endless_triggers",
    "growth",
    "time",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a story, and where first. ``step`` counts acts from 1; it is 0 for the initial state."""

    kind: FaultKind
    step: int
    act: Act | None
    character: str | None
    """Who does not believe the act possible, or has no reason for it."""
    unmet: tuple[Unmet, ...]
    message: str

    def __str__(self) -> str:
        where = f"step {self.step}, {self.act}: " if self.act is not None else ""
        return where + "; ".join([self.message, *map(str, self.unmet)])


@dataclass(frozen=True, slots=True)
class Reason:
    """Somebody's explanation of an act: the plan that they have in mind, beginning with it, and what it gains them."""

    character: str
    plan: tuple[Act, ...]
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """``valid`` with everybody's reasons for each act, ``invalid`` with the first fault, or ``limit`` if time ran out
    undecided."""

    outcome: OneOf["valid", "invalid", "limit"]
    fault: Fault | None = None
    reasons: tuple[tuple[Reason, ...], ...] = ()
    """For each act up to the fault, a reason of each character who consents to it."""


def author_goal(problem: Problem) -> float | None:
    """The author's utility to reach where no other goal is given: the next whole number above the initial one.

    None if the problem has no utility of the author, or it is ``?`` at first.
    """
    if not any(utility.character is None for utility in problem.utilities):
        return None
    start = World.initial(problem).utility(None)
    return None if start is None else float(start // 1 + 1)


def validate(
    problem: Problem,
    acts: Iterable[ActLike],
    *,
    goal: Expression | float | None = None,
    limits: Limits | None = None,
    witnesses: Iterable[tuple[str, Sequence[ActLike]]] = (),
    seconds: float | None = None,
) -> Verdict:
    """Whether the acts, in order from the initial state, are a story that reaches the goal.

    ``goal`` is a condition, or a utility of the author to reach (and to rise to), or None. ``witnesses`` are
    explanations that the caller knows, each the character and a plan, of anybody and at any depth of belief; they are
    checked, and what they leave open is searched for. ``seconds`` bounds the whole. Where ``limits`` on reasons are
    open, those that the problem sets hold. Raises :class:`MeaninglessError` for a problem or a goal that is not well
    formed.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    limits = limits or Limits()
    if problem.foresight is not None:
        limits = Limits(
            acts=limits.acts,
            reason_acts=problem.foresight.acts if limits.reason_acts is None else limits.reason_acts,
            belief_depth=problem.foresight.minds if limits.belief_depth is None else limits.belief_depth,
        )
    interpreter = Interpreter(problem)
    try:
        state = interpreter.initial
    except NoMomentError as error:
        return Verdict("invalid", Fault(_kind(error), 0, None, None, (), str(error)))
    condition = _goal(interpreter, goal)
    proposed: dict[tuple[int, Event], list[tuple[Event, ...]]] = {}
    events: dict[Act, Event] = {}

    def event_of(act: ActLike) -> Event:
        named = _act(act)
        if named not in events:
            events[named] = interpreter.action(named)
        return events[named]

    for character, plan in witnesses:
        found = tuple(map(event_of, plan))
        if found:
            proposed.setdefault((interpreter.vocabulary.character(character), found[0]), []).append(found)

    # First what can happen, which is cheap; then why, as far as that went.
    story: list[tuple[State, Event]] = []
    last: Fault | None = None
    for step, act in enumerate(acts, 1):
        named = _act(act)
        try:
            event = event_of(named)
        except MeaninglessError as error:
            last = Fault("unknown_act", step, named, None, (), str(error))
            break
        world = World(interpreter, state)
        if limits.acts is not None and step > limits.acts:
            last = Fault("too_long", step, named, None, (), f"the story may have {limits.acts} acts at most")
            break
        if not event.precondition.holds(state):
            last = Fault("impossible", step, named, None, world.unmet(named), "it cannot happen")
            break
        story.append((state, event))
        try:
            state = interpreter.step(state, event)
        except NoMomentError as error:
            last = Fault(_kind(error), step, named, None, (), str(error))
            break
    else:
        if condition is not None and not condition.holds(state):
            unmet = tuple(_unmet(condition, state, interpreter.vocabulary))
            last = Fault("goal", len(story), None, None, unmet, "the story ends without its goal")

    asked = Reasons(interpreter, limits, deadline=deadline, proposed=proposed)
    reasons: list[tuple[Reason, ...]] = []
    for step, (state, event) in enumerate(story, 1):
        own: list[Reason] = []
        for number in event.consenting:
            character = interpreter.vocabulary.characters[number]
            believed = World(interpreter, state).believed(character)
            if not event.precondition.holds(believed.state):
                message = f"{character} does not believe it possible"
                fault = Fault("disbelieved", step, event.act, character, believed.unmet(event.act), message)
                return Verdict("invalid", fault, tuple(reasons))
            try:
                why = asked.explanation(event, number, believed.state)
            except NoMomentError as error:
                return Verdict(
                    "invalid", Fault(_kind(error), step, event.act, character, (), str(error)), tuple(reasons)
                )
            except (OutOfTimeError, RecursionError):
                within = "" if seconds is None else f" within {seconds:g} seconds"
                message = f"whether {character} has a reason was not decided{within}"
                fault = last or Fault("time", step, event.act, character, (), message)
                return Verdict("limit" if last is None else "invalid", fault, tuple(reasons))
            if why is None:
                fault = Fault("unexplained", step, event.act, character, (), f"{character} has no reason to do it")
                return Verdict("invalid", fault, tuple(reasons))
            end = believed.state
            for planned in why:
                end = interpreter.step(end, planned, number, 1)
            before, after = interpreter.utility(believed.state, number), interpreter.utility(end, number)
            assert before is not None
            assert after is not None
            own.append(Reason(character, tuple(planned.act for planned in why), before, after))
        reasons.append(tuple(own))
    return Verdict("valid" if last is None else "invalid", last, tuple(reasons))


def _goal(interpreter: Interpreter, goal: Expression | float | None) -> Formula | None:
    if goal is None:
        return None
    if isinstance(goal, int | float):
        utility = interpreter.utilities[None]
        start = interpreter.utility(interpreter.initial, None)
        return All(
            (
                Test(">=", utility, interpreter.vocabulary.term(Literal(goal), {}), numeric=True),
                Test(">", utility, interpreter.vocabulary.term(Literal(start), {}), numeric=True),
            )
        )
    return interpreter.vocabulary.formula(interpreter.timing.expression(goal), {})


def _kind(error: NoMomentError) -> FaultKind:
    return error.kind
