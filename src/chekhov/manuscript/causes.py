"""Causes: which earlier beat took a fact away that a beat needs, or that nothing has ever made it so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chekhov.grounding.formulas import Formula
from chekhov.manuscript.chapters import Assumption, Beat, Passing
from chekhov.manuscript.stage import Attempt, Fault, Stage
from chekhov.manuscript.walk import Step, Trouble, Walk


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a test fails. ``taken`` is the step after which it no longer held, with the ``act`` of it that did so (None:
    it never held before); ``coming`` the entry, by its number, that will make it so."""

    test: Formula | None
    who: str | None
    taken: Step | None = None
    act: int | None = None
    coming: int | None = None


def causes(walk: Walk, trouble: Trouble, fault: Fault) -> Iterator[Cause]:
    """The cause of each test that fails in a fault; of a missing reason, the step before which there was one."""
    stage = walk.stage
    tests, who = fault.tests, fault.who
    before = trouble.before
    if fault.done:
        # What else happens in the same beat comes before it.
        entry = walk.entries[trouble.index]
        attempt = stage.attempt(_last(stage, before), entry)
        acts, worlds = attempt.acts[: fault.done], attempt.worlds[: fault.done + 1]
        before = (*before, Step(trouble.index, entry, Attempt(acts, worlds)))
    if fault.refusal is not None:
        number = stage.task.action_number(fault.act or "")
        assert number is not None
        who = fault.refusal.character
        if fault.refusal.kind != "impossible":
            step, act = _reason_lost(stage, before, who, number)
            if step is not None:
                yield Cause(None, who, step, act)
            return
        tests = stage.unmet(stage.mind(_last(stage, before), who), number)
    for test in tests:
        taken, act = _taken(stage, before, who, test)
        yield Cause(test, who, taken, act, _coming(walk, trouble.index, test) if taken is None else None)


def _last(stage: Stage, steps: Sequence[Step]) -> int:
    return steps[-1].after if steps else stage.kernel.initial()


def _taken(stage: Stage, steps: Sequence[Step], who: str | None, test: Formula) -> tuple[Step | None, int | None]:
    """The last step and act before which a test held."""
    for step in reversed(steps):
        if not isinstance(step.entry, Beat | Assumption | Passing):
            continue
        for act, world in zip(reversed(step.attempt.acts), reversed(step.attempt.worlds[:-1]), strict=True):
            if stage.kernel.evaluate(stage.mind(world, who), test) is True:
                return step, act
    return None, None


def _reason_lost(stage: Stage, steps: Sequence[Step], who: str, act: int) -> tuple[Step | None, int | None]:
    for step in reversed(steps):
        for done, world in zip(reversed(step.attempt.acts), reversed(step.attempt.worlds[:-1]), strict=True):
            mind = stage.mind(world, who)
            if stage.kernel.possible(mind, act) and all(one.character != who for one in stage.refusals(world, act)):
                return step, done
    return None, None


def _coming(walk: Walk, index: int, test: Formula) -> int | None:
    """The first later entry one of whose acts makes a test hold."""
    if len(test) != 3 or test[1][0] != "f" or test[2][0] != "v":
        return None
    operator, (_, path, fluent), (_, value) = test
    for later in range(index + 1, len(walk.entries)):
        entry = walk.entries[later]
        if not isinstance(entry, Beat):
            continue
        for told in entry.acts:
            number = walk.stage.task.action_number(str(told))
            for effect in () if number is None else walk.stage.task.data["actions"][number]["effects"]:
                if effect["fluent"] == fluent and tuple(effect["path"]) == tuple(path) and effect["value"][0] == "v":
                    new = effect["value"][1]
                    if (operator == "==" and new == value) or (operator == "!=" and new != value):
                        return later
    return None
