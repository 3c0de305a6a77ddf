"""Set-ups and pay-offs: beats that are there for nothing, and what is told too late, or to the wrong people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chekhov.checking.findings import Finding
from chekhov.goals import ending_goal
from chekhov.grounding.formulas import Formula, evaluate, fluents_of, show
from chekhov.manuscript.chapters import Beat, Entry, Manuscript, Passing, Scene, Shown
from chekhov.manuscript.places import line, place, step_name
from chekhov.manuscript.reader import Passage, Reader, links, order, sees, tellings
from chekhov.manuscript.walk import Step, Walk
from chekhov.model import Secret

MOST_TOGETHER = 3
"""So many beats, at most, are found to be loose together."""
_FEW_FACTS = 3


def set_up(manuscript: Manuscript, walked: Walk) -> Iterator[Finding]:
    """All that there is to say of a manuscript that holds."""
    yield from loose(manuscript, walked)
    yield from unpaid(manuscript, walked)
    told = list(tellings(manuscript, walked))
    yield from unprepared(manuscript, walked, told)
    yield from out_of_view(walked, told)
    yield from secrets(manuscript, walked, told)


# ---------------------------------------------------------------------------------------------------------------------
# What is there for nothing


@dataclass(frozen=True, slots=True)
class _Rest:
    """What becomes of a manuscript without a step: the steps that have to go with it, and the last moment (None: what
    is claimed, assumed or shown does not hold without it)."""

    steps: tuple[Step, ...]
    last: int | None


def _without(walked: Walk, number: int) -> _Rest:
    world = walked.steps[number].before
    gone = [walked.steps[number]]
    for later in walked.steps[number + 1 :]:
        if world == later.before:
            return _Rest(tuple(gone), walked.last)
        attempt = walked.stage.attempt(world, later.entry)
        if not attempt.faults:
            world = attempt.after
        elif isinstance(later.entry, Beat):
            gone.append(later)
        else:
            return _Rest(tuple(gone), None)
    return _Rest(tuple(gone), world)


def loose(manuscript: Manuscript, walked: Walk) -> Iterator[Finding]:
    """The beats without which all else holds, and the last moment is the same: one by one, and then those that only
    rest on each other."""
    found: list[tuple[Step, ...]] = []
    for number, step in enumerate(walked.steps):
        if isinstance(step.entry, Beat | Passing):
            rest = _without(walked, number)
            if rest.last == walked.last and len(rest.steps) <= MOST_TOGETHER:
                found.append(rest.steps)
    told: set[Step] = set()
    for steps in sorted(found, key=len):
        if told.intersection(steps):
            continue
        told.update(steps)
        shown = [step_name(manuscript, step) for step in steps]
        listed = shown[0] if len(shown) == 1 else f"{'; '.join(shown[:-1])} and {shown[-1]}"
        together = " together" if len(shown) > 1 else ""
        yield Finding(
            kind="loose_beat",
            level="note",
            subject="; ".join(_name(step.entry) for step in steps),
            message=f"{listed} may be left out{together}: nothing would change",
            span=steps[0].entry.span,
        )


def _name(entry: Entry) -> str:
    return str(entry) if isinstance(entry, Beat) else f"later: {getattr(entry, 'text', '')}"


def unpaid(manuscript: Manuscript, walked: Walk) -> Iterator[Finding]:
    """The beats that change the last moment, but that nothing later rests on, and no ending that the manuscript comes
    to; but for those of the last scene, which are there for what comes next."""
    scenes = [entry.span for entry in manuscript.text if isinstance(entry, Scene)]
    places = order(manuscript)
    beats = [step for step in walked.steps if isinstance(step.entry, Beat)]
    if not beats:
        return
    end = places[scenes[-1]] if scenes else places[beats[-1].entry.span]
    stage = walked.stage
    goals = [ending_goal(stage.task, ending.name).condition for ending in manuscript.problem.endings]
    reached = [goal for goal in goals if stage.kernel.evaluate(walked.last, goal) is True]
    for number, step in enumerate(walked.steps):
        if not isinstance(step.entry, Beat) or places[step.entry.span] >= end:
            continue
        rest = _without(walked, number)
        if len(rest.steps) > 1 or rest.last in (None, walked.last):
            continue
        if all(stage.kernel.evaluate(rest.last, goal) is True for goal in reached):
            yield Finding(
                kind="unpaid_beat",
                level="note",
                subject=str(step.entry),
                message=f"`{step.entry}` is not paid off: nothing later rests on it{_set_by(walked, step)}",
                span=step.entry.span,
            )


def _set_by(walked: Walk, step: Step) -> str:
    """What a step has set, in words."""
    kernel, names = walked.stage.kernel, walked.stage.task.names
    values = zip(kernel.values(step.before), kernel.values(step.after), strict=True)
    facts = [
        show(("==", ("f", (), number), ("v", new)), names)
        for number, (old, new) in enumerate(values)
        if old != new and number not in names.made
    ]
    more = len(facts) - _FEW_FACTS
    return f" ({', '.join(facts[:_FEW_FACTS])}{f' and {more} more' if more > 0 else ''})" if facts else ""


# ---------------------------------------------------------------------------------------------------------------------
# The reader


def unprepared(manuscript: Manuscript, walked: Walk, told: Sequence[Passage]) -> Iterator[Finding]:
    """The beats that rest on what the reader has not been shown by then: what is told later how it came about; what
    happened out of the view of whoever it was told through; and what a ``shown`` note shows too late."""
    stage, names = walked.stage, walked.stage.task.names
    places = order(manuscript)
    by_span = {telling.entry.span: telling for telling in told}
    showing: dict[int, list[Passage]] = {}
    for telling in told:
        if isinstance(telling.entry, Shown):
            for path, number in fluents_of(stage.task.condition(telling.entry.condition)):
                if not path:
                    showing.setdefault(number, []).append(telling)
    said: set[tuple[Step, Formula]] = set()
    for link in links(walked):
        at = by_span.get(link.later.entry.span)
        if at is None or link.who is not None or (link.later, link.test) in said:
            continue
        fact = show(link.test, names)
        earlier = link.earlier
        if earlier is not None and places.get(earlier.entry.span, -1) > places[link.later.entry.span]:
            level, how = "note", f"it is told only later how that came about, {step_name(manuscript, earlier)}"
        elif _knows(at.before, link.test):
            continue
        elif shown := [one for path, number in fluents_of(link.test) if not path for one in showing.get(number, ())]:
            later = [
                one
                for one in shown
                if places[one.entry.span] > places[link.later.entry.span]
                and one.step is not None
                and stage.kernel.evaluate(one.step.after, link.test) is True
            ]
            if not later:
                continue
            where = place(manuscript.sources, later[0].entry.span, at.entry.span.path)
            level, how = "warning", f"the reader is shown that only later, {where}"
        elif earlier is not None and earlier.index is not None and isinstance(earlier.entry, Beat):
            level, how = "note", f"the reader has not been shown how that came about, {step_name(manuscript, earlier)}"
        else:
            continue
        said.add((link.later, link.test))
        yield Finding(
            kind="told_late",
            level="note" if level == "note" else "warning",
            subject=str(link.later.entry),
            message=f"`{link.later.entry}` rests on {fact}; {how}",
            span=link.later.entry.span,
            data={"test": fact},
        )


def _knows(reader: Reader, test: Formula) -> bool:
    """Whether the reader takes a test to hold; what is about somebody's mind is left open."""
    return any(path for path, _ in fluents_of(test)) or reader.holds(test)


def out_of_view(walked: Walk, told: Sequence[Passage]) -> Iterator[Finding]:
    """The beats that are told through somebody who does not see them."""
    for telling in told:
        if not isinstance(telling.entry, Beat) or telling.step is None or not telling.through:
            continue
        attempt = telling.step.attempt
        seen = any(
            sees(walked.stage, world, act, name)
            for act, world in zip(attempt.acts, attempt.worlds, strict=False)
            for name in telling.through
        )
        if not seen:
            who = " or ".join(telling.through)
            yield Finding(
                kind="out_of_view",
                level="warning",
                subject=str(telling.entry),
                message=f"`{telling.entry}` is told through {who}, who does not see it",
                help="give it a scene of its own, or tell it through somebody who is there",
                span=telling.entry.span,
            )


def secrets(manuscript: Manuscript, walked: Walk, told: Sequence[Passage]) -> Iterator[Finding]:
    """For each secret of the world, when the reader is let into it, and who of those from whom it is kept knows by
    then."""
    names = walked.stage.task.names.characters
    for ground in walked.stage.task.secrets():
        secret = ground.secret
        shown = f"“{secret.label}”" if secret.label else f"`{secret.name or 'a secret'}`"
        learned: dict[str, int] = {}
        reader: int | None = None
        world = walked.stage.kernel.initial()
        for place_, telling in enumerate(told):
            world = world if telling.step is None else telling.step.after
            if reader is None and _in_on(walked, secret, telling.after, world):
                reader = place_
            for number, leak in ground.leaks.items():
                if names[number] not in learned and walked.stage.kernel.evaluate(world, leak) is True:
                    learned[names[number]] = place_
        if reader is None:
            message = f"the reader is not let into {shown}"
        else:
            before = [name for name, at in learned.items() if at < reader]
            with_them = [name for name, at in learned.items() if at == reader]
            later = [names[number] for number in ground.leaks if learned.get(names[number], len(told)) > reader]
            parts = [
                f"{', '.join(before)} earlier" if before else "",
                f"{', '.join(with_them)} with them" if with_them else "",
                f"{', '.join(later)} not yet" if later else "",
            ]
            entry = told[reader].entry
            where = place(manuscript.sources, entry.span, manuscript.path)
            message = f"the reader is let into {shown} at {where}: {', '.join(part for part in parts if part)}"
        yield Finding(
            kind="reader_secret",
            level="note",
            subject=secret.name,
            message=message,
            span=None if reader is None else told[reader].entry.span,
            data={"learned": {name: line(manuscript.sources, told[at].entry.span) for name, at in learned.items()}},
        )


def _in_on(walked: Walk, secret: Secret, reader: Reader, world: int) -> bool:
    """Whether the reader has been shown a secret, as it is."""
    content = walked.stage.task.expression(secret.content)
    read = {(tuple(path), number) for path, number in fluents_of(content)}
    if not read or not read <= set(reader.shown):
        return False
    value = evaluate(content, lambda path, number: reader.shown[tuple(path), number][0])
    return value == walked.stage.kernel.evaluate(world, content) and value not in (None, False)
