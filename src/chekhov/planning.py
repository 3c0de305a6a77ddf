"""Planning: the shortest story that reaches an ending, in which every act has a reason in those who do it.

An author's question (an ending, a condition, an amount of the author's utility) becomes a request to the kernel, and
the answer a story with everybody's reasons. Where there is no story, the answer says what is missing.

Without limits on reasons the question deepens by itself: reasons of a few acts first, then longer ones with deeper
belief. A story found so is the shortest with reasons within the limits that the answer names.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from chekhov.goals import Goal, Missing, condition_goal, ending_goal, find_ending, find_missing, utility_goal
from chekhov.kernel import UNLIMITED, USUAL, Kernel, LimitReached, Limits, Progress, SearchResult
from chekhov.model import TimeStep
from chekhov.narration import gathered
from chekhov.reasons import DEEPENING, Reason, Reasoner, in_runs, is_time, shown_numbers, wrapped
from chekhov.telling import tell_own, tellings_of_triggers
from chekhov.timing import time_sentence, time_told

__all__ = [
    "Act",
    "Answer",
    "Goal",
    "Missing",
    "Story",
    "condition_goal",
    "ending_goal",
    "find_ending",
    "plan",
    "utility_goal",
]

_LITTLE_WORK = 500
"""A story that took more states than this is not held against longer reasons than it needs."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act of a story, as a plan file writes it, and why those who consent do it (none: the author's own).

    ``telling`` is its sentence, if the world has one for it, and ``events`` are those of what it sets off.
    """

    act: str
    reasons: tuple[Reason, ...] = ()
    telling: str | None = None
    events: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {} if self.telling is None else {"telling": self.telling}
        if self.events:
            told["events"] = list(self.events)
        return {"act": self.act, **told, "reasons": [reason.to_json() for reason in self.reasons]}


@dataclass(frozen=True, slots=True)
class Story:
    """A story that reaches the goal. ``natural`` of its acts are natural; ``time`` says how its steps of time are
    told."""

    acts: tuple[Act, ...]
    natural: int = 0
    time: TimeStep | None = None

    @property
    def steps(self) -> int:
        """How many steps of time pass."""
        return sum(is_time(act.act) for act in self.acts)

    def to_json(self) -> list[dict[str, Any]]:
        return [act.to_json() for act in self.acts]

    def length(self) -> str:
        """How long it is: ``4 acts``, ``5 acts in 17 minutes``."""
        acts = len(self.acts) - self.steps
        count = f"{acts} {'act' if acts == 1 else 'acts'}"
        if self.steps:
            return f"{count} in {time_told(self.steps, self.time)}"
        return f"{count}, {self.natural} natural" if self.natural else count

    def lines(self, width: int = 80) -> list[str]:
        """The acts, and under each its reasons as an indented tree. Steps of time in which nothing is told are one."""
        found: list[str] = []
        names = [act.act for act in self.acts]
        runs = [(numbers, act) for numbers, act in in_runs(names, lambda number: bool(self.acts[number - 1].events))]
        gutter = max((len(shown_numbers(numbers)) for numbers, _ in runs), default=0) + 1
        for numbers, name in runs:
            act = self.acts[numbers[-1] - 1]
            telling = act.telling
            if is_time(act.act):
                telling = self.acts[numbers[0] - 1].telling
                if telling == time_sentence(1, self.time):
                    telling = time_sentence(len(numbers), self.time)
            found += wrapped(f"{shown_numbers(numbers):<{gutter}}{name}", width, " " * (gutter + 2))
            for sentence in (telling, *act.events):
                if sentence is not None:
                    found += wrapped(f"{' ' * (gutter + 2)}{sentence}", width, " " * (gutter + 2))
            for reason in act.reasons:
                found += [f"{' ' * (gutter + 2)}{line}" for line in reason.lines(width - gutter - 2)]
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question for stories.

    ``outcome`` is ``found``, ``impossible`` (proved) or ``limit``. ``limits`` are those within which it holds: those
    asked for, or those that deepening had come to. ``proved_shortest``: no story within them is shorter;
    ``proved_fastest``: none has fewer natural acts, nor as few and is shorter.
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
    proved_fastest: bool = False

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON. ``acts`` are the first story's; with more than one, ``stories`` has them all."""
        found: dict[str, Any] = {
            "outcome": self.outcome,
            "goal": self.goal,
            "acts": self.stories[0].to_json() if self.stories else None,
            "proved_shortest": self.proved_shortest,
            "proved_fastest": self.proved_fastest,
            "natural": self.stories[0].natural if self.stories else None,
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
        if self.stories and self.stories[0].steps:
            time = self.stories[0].time or TimeStep()
            found["time"] = {"amount": self.stories[0].steps * time.size, "unit": time.unit}
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
            which = "A story" if len(self.stories) == 1 else f"Story {number}"
            proved = "shortest" if self.proved_shortest else "fastest" if self.proved_fastest else None
            proof = f", proved {proved}" if proved is not None and number == 1 else ""
            title = f"{which} of {story.length()}{proof}: {self.goal}"
            found += [*wrapped(title, width, "  "), "", *story.lines(width)]
        if self.outcome == "impossible":
            within = "" if self.absolute else f" with {_limits_text(self.limits)}"
            found += wrapped(f"No story{within} reaches this: {self.goal}", width, "  ")
        elif self.outcome == "limit":
            found += wrapped(f"No story found: {_LIMIT_TEXTS[self.limit]}. Goal: {self.goal}", width, "  ")
            within = _limits_text(replace(self.limits, acts=None))
            stories = "All stories" if self.limit == "reasons" else f"All stories of up to {self.covered} acts"
            found += wrapped(f"{stories} were looked at, with {within}.", width, "  ")
        if self.missing is not None:
            found += ["", *self.missing.lines(width)]
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


# ---------------------------------------------------------------------------------------------------------------------
# Asking


def plan(
    kernel: Kernel,
    goal: Goal,
    limits: Limits = UNLIMITED,
    *,
    first: bool = False,
    fastest: bool = False,
    count: int = 1,
    seconds: float | None = None,
    seed: int = 0,
    reasons: bool = True,
    report: Callable[[Progress], None] | None = None,
) -> Answer:
    """Stories that reach a goal, shortest first, with everybody's reasons.

    ``fastest``: those with the fewest natural acts first, and of these the shortest; time passes by natural acts.
    ``first``: whichever is quickest to find; ``count`` different ones; within ``seconds`` of search. With ``reasons``
    False, the stories are bare. Limits on reasons that are left open are the world's, if it has some, or else grow.
    """
    limits = limits.in_world(kernel.task.source)
    started = time.monotonic()
    states = expanded = 0
    spent = 0.0

    def search(limits: Limits) -> SearchResult:
        nonlocal states, expanded, spent
        left = None if seconds is None else max(seconds - (time.monotonic() - started), 0.0)
        result = kernel.search(
            goal.condition, limits, first=first, fastest=fastest, count=count, seconds=left, seed=seed, report=report
        )
        states, expanded, spent = states + result.states, expanded + result.expanded, spent + result.seconds
        return result

    best: tuple[Limits, SearchResult] | None = None
    for stage in _stages(limits):
        shorter = stage
        if best is not None and best[1].plans and count == 1 and not fastest:
            shorter = replace(stage, acts=len(best[1].plans[0]) - 1)
        result = search(shorter)
        if fastest and result.plans and stage.acts != limits.acts:
            # A longer story may be faster.
            stage = replace(stage, acts=limits.acts)
            wider = search(stage)
            result = wider if wider.plans else replace(result, proved_shortest=False, limit=wider.limit)
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
        missing = find_missing(kernel, goal, stage)
        if missing.facts:
            result = replace(result, reasons_cut=False)
        elif result.reasons_cut and stage != limits:
            # Nobody asked for limits on reasons, so that even longer ones might do.
            outcome, limit = "limit", "reasons"
    return Answer(
        outcome=outcome,
        stories=tuple(_story(kernel, acts, stage, reasons) for acts in result.plans),
        proved_shortest=result.proved_shortest and not fastest,
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
        proved_fastest=result.proved_shortest and fastest,
    )


def _stages(limits: Limits) -> Iterator[Limits]:
    """The limits asked for, with those on reasons that were left open growing from stage to stage."""
    if limits.reason_acts is not None and limits.belief_depth is not None:
        yield limits
        return
    for number, (reason_acts, belief_depth) in enumerate(DEEPENING, 1):
        acts = None if number == len(DEEPENING) else 6 * reason_acts
        yield limits.or_else(Limits(acts, reason_acts, belief_depth))


def _goes_on(result: SearchResult, stage: Limits, limits: Limits, count: int) -> bool:
    """Whether the answer of a stage may change with longer reasons, or longer stories, than were looked at."""
    if stage == limits:
        return False
    if result.plans:
        enough = len(result.plans) >= count and (count > 1 or len(result.plans[0]) <= 1)
        if enough or not result.reasons_cut or result.states > _LITTLE_WORK:
            return False

        # So far, at least, it is looked for something shorter than what was found first.
        longer = limits.reason_acts is None and (stage.reason_acts or 0) < (USUAL.reason_acts or 0)
        deeper = limits.belief_depth is None and (stage.belief_depth or 0) < (USUAL.belief_depth or 0)
        return longer or deeper
    return result.reasons_cut or (result.limit == "acts" and limits.acts is None)


def _story(kernel: Kernel, acts: tuple[int, ...], limits: Limits, with_reasons: bool) -> Story:
    reasoner = Reasoner(kernel, limits)
    found: list[Act] = []
    world = kernel.initial()
    for act in acts:
        reasons = reasoner.reasons(world, act)[0] if with_reasons else []
        events = tuple(told.text(kernel.task.problem) for told in gathered(tellings_of_triggers(kernel, world, act)))
        found.append(Act(kernel.task.names.actions[act], tuple(reasons), tell_own(kernel, world, act), events))
        world = kernel.step(world, act)
    natural = sum("natural" in kernel.task.data["actions"][act] for act in acts)
    return Story(tuple(found), natural, kernel.task.problem.time)
