"""Planning: the shortest story that reaches an ending, in which every act has a reason in those who do it.

An author's question (an ending, a condition, an amount of the author's utility) becomes a request to the kernel, and
the answer a story with everybody's reasons. Where there is no story, the answer says what is missing.

Without limits on reasons the question deepens by itself: reasons of a few acts first, then longer ones with deeper
belief. A story found so is the shortest with reasons within the limits that the answer names.
"""

from __future__ import annotations

import difflib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.grounding import GroundTask
from chekhov.grounding.formulas import Formula, conjunction, show
from chekhov.kernel import UNLIMITED, Kernel, LimitReached, Limits, Progress, SearchResult
from chekhov.lang import format_expression
from chekhov.model import And, Ending, Expression, Problem
from chekhov.reasons import DEEPENING, Reason, Reasoner, Refusal, wrapped
from chekhov.telling import tell

_USUAL_ACTS, _USUAL_DEPTH = 5, 2
"""So far, at least, it is looked for something shorter than the story that was found first."""
_LITTLE_WORK = 500
"""A story that took more states than this is not held against longer reasons than it needs."""
_DIAGNOSIS_SECONDS = 5.0
"""So long, at most, is looked for what is missing from an impossible story."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act of a story, as a plan file writes it, and why those who consent do it (none: the author's own).

    ``telling`` is its sentence, if the world has one for it.
    """

    act: str
    reasons: tuple[Reason, ...] = ()
    telling: str | None = None

    def to_json(self) -> dict[str, Any]:
        told = {} if self.telling is None else {"telling": self.telling}
        return {"act": self.act, **told, "reasons": [reason.to_json() for reason in self.reasons]}


@dataclass(frozen=True, slots=True)
class Story:
    """A story that reaches the goal."""

    acts: tuple[Act, ...]

    def to_json(self) -> list[dict[str, Any]]:
        return [act.to_json() for act in self.acts]

    def lines(self, width: int = 80) -> list[str]:
        """The acts, and under each its reasons as an indented tree."""
        found: list[str] = []
        gutter = len(str(len(self.acts))) + 2
        for number, act in enumerate(self.acts, 1):
            found += wrapped(f"{f'{number}.':<{gutter}}{act.act}", width, " " * (gutter + 2))
            if act.telling is not None:
                found += wrapped(f"{' ' * (gutter + 2)}{act.telling}", width, " " * (gutter + 2))
            for reason in act.reasons:
                found += [f"{' ' * (gutter + 2)}{line}" for line in reason.lines(width - gutter - 2)]
        return found


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


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question for stories.

    ``outcome`` is ``found``, ``impossible`` (proved) or ``limit``. ``limits`` are those within which it holds: those
    asked for, or those that deepening had come to. ``proved_shortest``: no story within them is shorter.
    ``absolute``: longer reasons would not change it. Every story of up to ``covered`` acts was looked at; ``limit``
    is what cut the search off, if anything.
    """

    outcome: Literal["found", "impossible", "limit"]
    stories: tuple[Story, ...]
    proved_shortest: bool
    limits: Limits
    absolute: bool
    covered: int
    limit: LimitReached | Literal["reasons"] | None
    states: int
    expanded: int
    search_seconds: float
    bytes: int
    goal: str
    missing: Missing | None = None

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON. ``acts`` are the first story's; with more than one, ``stories`` has them all."""
        found: dict[str, Any] = {
            "outcome": self.outcome,
            "goal": self.goal,
            "acts": self.stories[0].to_json() if self.stories else None,
            "proved_shortest": self.proved_shortest,
            "limits": {
                "max_acts": self.limits.acts,
                "max_reason_acts": self.limits.reason_acts,
                "max_belief_depth": self.limits.belief_depth,
            },
            "absolute": self.absolute,
            "covered": {"acts": self.covered},
            "limit": self.limit,
            "states": self.states,
            "expanded": self.expanded,
            "search_seconds": self.search_seconds,
            "bytes": self.bytes,
        }
        if len(self.stories) > 1:
            found["stories"] = [story.to_json() for story in self.stories]
        if self.missing is not None:
            found["missing"] = self.missing.to_json()
        return found

    def lines(self, width: int = 80) -> list[str]:
        """The answer as text."""
        found: list[str] = []
        for number, story in enumerate(self.stories, 1):
            if number > 1:
                found.append("")
            count = f"{len(story.acts)} {'act' if len(story.acts) == 1 else 'acts'}"
            which = "A story" if len(self.stories) == 1 else f"Story {number}"
            proof = ", proved shortest" if self.proved_shortest and number == 1 else ""
            found += [*wrapped(f"{which} of {count}{proof}: {self.goal}", width, "  "), "", *story.lines(width)]
        if self.outcome == "impossible":
            within = "" if self.absolute else f" with {_limits_text(self.limits)}"
            found += wrapped(f"No story{within} reaches this: {self.goal}", width, "  ")
        elif self.outcome == "limit":
            found += wrapped(f"No story found: {_LIMIT_TEXTS[self.limit]}. Goal: {self.goal}", width, "  ")
            within = _limits_text(replace(self.limits, acts=None))
            stories = "All stories" if self.limit == "reasons" else f"All stories of up to {self.covered} acts"
            found += wrapped(f"{stories} were looked at, with {within}.", width, "  ")
        if self.missing is not None:
            found += ["", *_missing_lines(self.missing, width)]
        within = "" if self.absolute else f", with {_limits_text(replace(self.limits, acts=None))}"
        found += ["", *wrapped(f"{self.states:,} states in {self.search_seconds:.2f} s{within}", width)]
        return found


_LIMIT_TEXTS: dict[str | None, str] = {
    "reasons": "longer reasons than were looked at might lead to one",
    "acts": "the limit on acts was reached",
    "depth": "the limit on acts was reached",
    "time": "time was up",
    "memory": "memory was full",
    "interrupted": "interrupted",
    None: "a limit was reached",
}


def _limits_text(limits: Limits) -> str:
    parts = []
    if limits.acts is not None:
        parts.append(f"at most {limits.acts} acts")
    if limits.reason_acts is not None:
        parts.append(f"reasons of at most {limits.reason_acts} acts")
    if limits.belief_depth is not None:
        parts.append(f"belief {limits.belief_depth} deep in them")
    return ", ".join(parts) or "reasons of any length"


def _missing_lines(missing: Missing, width: int) -> list[str]:
    found: list[str] = []
    if missing.facts:
        what = "These can each be had, but not together:" if missing.together else "Nothing can ever bring about:"
        found += wrapped(what, width)
        for fact in missing.facts:
            found += wrapped(f"  {fact}", width, "    ")
    for obstacle in missing.obstacles:
        after = f", after {', '.join(obstacle.after)}" if obstacle.after else ", at the start"
        found += wrapped(f"It would take {obstacle.act}{after}:", width)
        for refusal in obstacle.refusals:
            found += wrapped(f"  {refusal.text()}", width, "    ")
    return found


# ---------------------------------------------------------------------------------------------------------------------
# Goals


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


# ---------------------------------------------------------------------------------------------------------------------
# Asking


def plan(
    kernel: Kernel,
    goal: Goal,
    limits: Limits = UNLIMITED,
    *,
    first: bool = False,
    count: int = 1,
    seconds: float | None = None,
    seed: int = 0,
    reasons: bool = True,
    report: Callable[[Progress], None] | None = None,
) -> Answer:
    """Stories that reach a goal, shortest first, with everybody's reasons.

    ``first``: whichever is quickest to find; ``count`` different ones; within ``seconds`` of search. With ``reasons``
    False, the stories are bare.
    """
    started = time.monotonic()
    states = expanded = 0
    spent = 0.0
    best: tuple[Limits, SearchResult] | None = None
    for stage in _stages(limits):
        shorter = stage
        if best is not None and best[1].plans and count == 1:
            shorter = replace(stage, acts=len(best[1].plans[0]) - 1)
        left = None if seconds is None else max(seconds - (time.monotonic() - started), 0.0)
        result = kernel.search(
            goal.condition, shorter, first=first, count=count, seconds=left, seed=seed, report=report
        )
        states, expanded, spent = states + result.states, expanded + result.expanded, spent + result.seconds
        cut = result.limit in ("time", "memory", "interrupted")
        if best is None or result.plans or not best[1].plans:
            best = stage, result
        elif not cut:
            # Nothing shorter: what was found before is a shortest story of this stage, too.
            best = stage, replace(best[1], reasons_cut=result.reasons_cut)
        if cut or (result.plans and first) or not _goes_on(best[1], stage, limits, count):
            break
    assert best is not None
    stage, result = best
    outcome = result.outcome
    limit: LimitReached | Literal["reasons"] | None = result.limit
    missing = None
    if outcome == "impossible":
        missing = _missing(kernel, goal, stage)
        if missing.facts:
            result = replace(result, reasons_cut=False)
        elif result.reasons_cut and stage != limits:
            # Nobody asked for limits on reasons, so that even longer ones might do.
            outcome, limit = "limit", "reasons"
    return Answer(
        outcome=outcome,
        stories=tuple(_story(kernel, acts, stage, reasons) for acts in result.plans),
        proved_shortest=result.proved_shortest,
        limits=stage,
        absolute=not result.reasons_cut,
        covered=result.covered,
        limit=limit,
        states=states,
        expanded=expanded,
        search_seconds=spent,
        bytes=result.bytes,
        goal=goal.text,
        missing=missing,
    )


def _stages(limits: Limits) -> Iterator[Limits]:
    """The limits asked for, with those on reasons that were left open growing from stage to stage."""
    if limits.reason_acts is not None and limits.belief_depth is not None:
        yield limits
        return
    for number, (reason_acts, belief_depth) in enumerate(DEEPENING, 1):
        acts = None if number == len(DEEPENING) else 6 * reason_acts
        yield Limits(
            acts=acts if limits.acts is None else limits.acts,
            reason_acts=reason_acts if limits.reason_acts is None else limits.reason_acts,
            belief_depth=belief_depth if limits.belief_depth is None else limits.belief_depth,
        )


def _goes_on(result: SearchResult, stage: Limits, limits: Limits, count: int) -> bool:
    """Whether the answer of a stage may change with longer reasons, or longer stories, than were looked at."""
    if stage == limits:
        return False
    if result.plans:
        enough = len(result.plans) >= count and (count > 1 or len(result.plans[0]) <= 1)
        if enough or not result.reasons_cut or result.states > _LITTLE_WORK:
            return False

        longer = limits.reason_acts is None and (stage.reason_acts or 0) < _USUAL_ACTS
        deeper = limits.belief_depth is None and (stage.belief_depth or 0) < _USUAL_DEPTH
        return longer or deeper
    return result.reasons_cut or (result.limit == "acts" and limits.acts is None)


def _story(kernel: Kernel, acts: tuple[int, ...], limits: Limits, with_reasons: bool) -> Story:
    reasoner = Reasoner(kernel, limits)
    found: list[Act] = []
    world = kernel.initial()
    for act in acts:
        reasons = reasoner.reasons(world, act)[0] if with_reasons else []
        found.append(Act(kernel.task.names.actions[act], tuple(reasons), _telling(kernel, world, act)))
        world = kernel.step(world, act)
    return Story(tuple(found))


def _telling(kernel: Kernel, world: int, act: int) -> str | None:
    """The sentence of an act in the world where it happens, if it has one."""
    task = kernel.task
    name, _, rest = task.names.actions[act].removesuffix(")").partition("(")
    arguments = rest.split(", ") if rest else []
    for action in task.problem.actions:
        if action.name == name and len(action.parameters) == len(arguments) and action.telling is not None:
            bindings = {p.name: argument for p, argument in zip(action.parameters, arguments, strict=True)}
            return tell(action.telling, bindings, task.problem, lambda e: _read(kernel, world, e))
    return None


def _read(kernel: Kernel, world: int, expression: Expression) -> bool | int | float | str | None:
    """What an expression of a telling text is worth in a world; an entity by name."""
    value = kernel.evaluate(world, kernel.task.expression(expression))
    return kernel.task.names.entities[value[1]] if isinstance(value, tuple) else value


# ---------------------------------------------------------------------------------------------------------------------
# What is missing


def _missing(kernel: Kernel, goal: Goal, limits: Limits) -> Missing:
    """Looks for what keeps a goal from being reached, for a few seconds."""
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
