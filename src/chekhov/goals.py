"""Goals: what a story is to reach, and what keeps a goal from being reached.

A goal is an ending, a condition, or an amount of the author's utility, in the terms of a task. Where no story reaches
one, :func:`find_missing` says what it would take: the facts that nothing can bring about, or the acts that somebody
has no reason for.
"""

from __future__ import annotations

import difflib
import math
import time
from dataclasses import dataclass, replace
from typing import Any

from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.grounding import GroundTask
from chekhov.grounding.formulas import Formula, conjunction, show
from chekhov.kernel import Kernel, Limits, NoMomentError, SearchResult
from chekhov.lang import format_expression
from chekhov.model import And, Ending, Expression, Problem
from chekhov.reasons import Reasoner, Refusal, wrapped

_DIAGNOSIS_SECONDS = 5.0
"""So long, at most, is looked for what is missing from an impossible story."""


UNWRAPPED = 1_000_000
"""A width that no line comes to, for those who wrap a text themselves."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a story is to reach, in the terms of a task and as text."""

    condition: Formula
    text: str
    parts: tuple[tuple[Formula, str], ...] = ()
    """What it asks for one by one, if that is worth telling apart."""


def find_ending(problem: Problem, name: str) -> Ending:
    """The ending of that name. Raises E0611 if there is none."""
    for ending in problem.endings:
        if ending.name == name:
            return ending
    known = [ending.name for ending in problem.endings]
    near = difflib.get_close_matches(name, known, 1)
    if near:
        help_text = f"did you mean `{near[0]}`?"
    else:
        help_text = f"the endings are {', '.join(known)}" if known else "the world has no endings"
    raise ChekhovError([Diagnostic("E0611", f"there is no ending `{name}`", help=help_text)])


def ending_goal(task: GroundTask, name: str) -> Goal:
    """The ending of that name. Raises E0611 if there is none."""
    ending = find_ending(task.problem, name)
    condition = task.condition(ending.condition)
    return Goal(condition, ending.label or ending.name, _parts(task, ending.condition))


def condition_goal(task: GroundTask, condition: Expression, text: str | None = None) -> Goal:
    """Any condition that has been checked against the problem; ``text`` is how the author wrote it."""
    formula = task.condition(condition)
    return Goal(formula, text or show(formula, task.names), _parts(task, condition))


def _parts(task: GroundTask, condition: Expression) -> tuple[tuple[Formula, str], ...]:
    """The conditions of a goal one by one, in the author's words: grounding may have found them true or false."""
    parts = condition.parts if isinstance(condition, And) else (condition,)
    return tuple((task.condition(part), format_expression(part)) for part in parts)


def utility_goal(kernel: Kernel, least: float | None = None) -> Goal:
    """The author's utility at ``least`` (default: the next whole number above the initial one), and above its initial
    value.

    Raises E0612 if the world says nothing of what its author wants, or nothing known at the start.
    """
    task = kernel.task
    if all(utility.character is not None for utility in task.problem.utilities):
        known = ", ".join(ending.name for ending in task.problem.endings)
        help_text = f"name one of its endings: {known}" if known else "say what the story is to come to"
        raise ChekhovError([Diagnostic("E0612", "the world does not say what its author wants", help=help_text)])
    utility = task.data["utility"]
    initial = kernel.evaluate(kernel.initial(), utility)
    if initial is None:
        raise ChekhovError([Diagnostic("E0612", "the author's utility is unknown at the start")])
    wanted = math.floor(initial) + 1 if least is None else least
    formula = conjunction(((">=", utility, ("v", wanted)), (">", utility, ("v", initial))))
    return Goal(formula, f"the author's utility at least {wanted:g} (it starts at {float(initial):g})")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """An act without which the goal seems out of reach, at its place in a story that everybody would have to want,
    and who refuses it."""

    act: str
    after: tuple[str, ...]
    refusals: tuple[Refusal, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "act": self.act,
            "after": list(self.after),
            "refusals": [refusal.to_json() for refusal in self.refusals],
        }


@dataclass(frozen=True, slots=True)
class Missing:
    """What keeps a goal from being reached.

    ``facts``: conditions of the goal that nothing can bring about, even if everybody did whatever they can
    (``together``: each of them can be had, but not all at once). Otherwise ``obstacles``: on a shortest sequence of
    possible acts to the goal, the acts that somebody has no reason for. Both empty: it was not found out in time.
    """

    facts: tuple[str, ...] = ()
    together: bool = False
    obstacles: tuple[Obstacle, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "facts": list(self.facts),
            "together": self.together,
            "obstacles": [obstacle.to_json() for obstacle in self.obstacles],
        }

    def lines(self, width: int = 80) -> list[str]:
        """What is missing, as text."""
        found: list[str] = []
        if self.facts:
            what = "These can each be had, but not together:" if self.together else "Nothing can ever bring about:"
            found += wrapped(what, width)
            for fact in self.facts:
                found += wrapped(f"  {fact}", width, "    ")
        for obstacle in self.obstacles:
            after = f", after {', '.join(obstacle.after)}" if obstacle.after else ", at the start"
            found += wrapped(f"It would take {obstacle.act}{after}:", width)
            for refusal in obstacle.refusals:
                found += wrapped(f"  {refusal.text()}", width, "    ")
        return found


def find_missing(kernel: Kernel, goal: Goal, limits: Limits) -> Missing:
    """Looks for what keeps a goal from being reached, for a few seconds. Nothing is found where the way to it comes to
    what has no next moment."""
    try:
        return _missing(kernel, goal, limits)
    except NoMomentError:
        return Missing()


def _missing(kernel: Kernel, goal: Goal, limits: Limits) -> Missing:
    deadline = time.monotonic() + _DIAGNOSIS_SECONDS
    names = kernel.task.names

    def possible(condition: Formula) -> SearchResult:
        left = max(deadline - time.monotonic(), 0.01)
        return kernel.search(condition, Limits(acts=limits.acts), physical=True, seconds=left)

    whole = possible(goal.condition)
    if whole.outcome == "impossible":
        if len(goal.parts) < 2:
            return Missing(facts=tuple(text for _, text in goal.parts) or (goal.text,))
        hopeless = [text for part, text in goal.parts if possible(part).outcome == "impossible"]
        return Missing(facts=tuple(hopeless or (text for _, text in goal.parts)), together=not hopeless)
    if whole.outcome == "limit":
        return Missing()
    obstacles: list[Obstacle] = []
    reasoner = Reasoner(kernel, replace(limits, acts=None), nesting=0, seconds=_DIAGNOSIS_SECONDS)
    world = kernel.initial()
    done: list[str] = []
    for act in whole.plans[0]:
        _, refusals = reasoner.reasons(world, act)
        if refusals:
            obstacles.append(Obstacle(names.actions[act], tuple(done), tuple(refusals)))
        done.append(names.actions[act])
        world = kernel.step(world, act)
    return Missing(obstacles=tuple(obstacles))
