"""Findings: what a walk through a manuscript says to its author, as the report of a check."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chekhov.checking.findings import Extent, Finding, Report
from chekhov.diagnostics import Span
from chekhov.grounding.formulas import fluents_of, show, show_value
from chekhov.kernel import UNLIMITED, Limits
from chekhov.manuscript.causes import Cause, causes
from chekhov.manuscript.chapters import Assumption, Beat, Claim, Entry, Manuscript, Shown, notes_of
from chekhov.manuscript.places import line, place, step_name
from chekhov.manuscript.prospects import LITTLE_WORK, Prospect, Prospects, Turn
from chekhov.manuscript.repairs import Patch, patches
from chekhov.manuscript.setups import set_up
from chekhov.manuscript.stage import Fault
from chekhov.manuscript.walk import MENDING_WORK, PATIENCE, Edit, Trouble, Walk, walk
from chekhov.model import TimeStep
from chekhov.reasons import in_runs, is_time
from chekhov.timing import time_told

KINDS = {
    "impossible_beat": "a beat that cannot happen then and there",
    "missing_reason": "somebody does what they have no reason for, from what they know then",
    "false_claim": "what the prose says of a mind, or of how things are, and is not so",
    "endless_wait": "what is waited for does not come",
    "loose_beat": "a beat that may be left out without changing anything",
    "unpaid_beat": "a beat that nothing later rests on",
    "told_late": "a beat that rests on what the reader has not been shown by then",
    "out_of_view": "a beat that is told through somebody who does not see it",
    "reader_secret": "when the reader is let into a secret, and who knows it by then",
    "ending_open": "an ending that can still be reached after the last beat",
    "ending_closed": "an ending that can no longer be reached, and the beat that closed it",
    "ending_reached": "an ending that the manuscript comes to",
}
"""The kinds of findings in a manuscript, and what each means."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What there is to say of a manuscript, the walk through it, and the ways to mend it, best first."""

    report: Report
    walk: Walk
    patches: tuple[Patch, ...]


def check(
    manuscript: Manuscript,
    *,
    limits: Limits = UNLIMITED,
    repairs: int = 1,
    work: int = MENDING_WORK,
    ahead: int | None = LITTLE_WORK,
    seconds: float | None = None,
) -> Answer:
    """Holds a manuscript to its world. Reasons are looked for within ``limits``; ``repairs`` is how many ways to mend
    what does not hold are looked for, ``work`` and ``seconds`` are how much, at most, is done to find them. ``ahead``
    is how far it is looked where the story can go (:class:`~chekhov.manuscript.prospects.Prospects`; 0: not at all).

    Raises :class:`~chekhov.diagnostics.ChekhovError` where the world has no next moment.
    """
    started = time.monotonic()
    limits = limits.in_world(manuscript.problem)
    asked = None not in (limits.reason_acts, limits.belief_depth)
    walked = walk(manuscript, limits=limits, repairs=repairs, work=work, seconds=seconds)
    mended = patches(manuscript, walked)
    found = [finding for trouble in walked.troubles for finding in told(manuscript, walked, trouble)]
    if not walked.troubles:
        found += set_up(manuscript, walked)
    if ahead != 0 and (manuscript.given or not walked.troubles):

        def left() -> float | None:
            return None if seconds is None else max(0.0, started + seconds - time.monotonic())

        prospects = Prospects(walked.stage, walked.stage.limits, asked=asked, work=ahead, seconds=left)
        found += outlooks(manuscript, walked, prospects)
    acts = [act for step in walked.steps for act in step.attempt.acts]
    return Answer(
        Report(
            world=manuscript.path,
            title=manuscript.title,
            extent=_extent(manuscript, walked, len(acts), walked.stage.limits, time.monotonic() - started),
            endings=(),
            demands=(),
            choices=(),
            findings=tuple(found),
            knowledge=(),
            ranges=(),
            acts=tuple(walked.stage.name(act) for act in acts),
        ),
        walked,
        mended,
    )


def _extent(manuscript: Manuscript, walked: Walk, acts: int, limits: Limits, seconds: float) -> Extent:
    beats = len(manuscript.beats)
    chapters = len(manuscript.chapters)
    parts = [f"{chapters} chapters" if chapters > 1 else "", f"{beats} beats" if beats != 1 else "1 beat"]
    return Extent(
        physical=False,
        moments=acts + 1,
        acts=acts,
        depth=acts,
        states_by_depth=tuple(range(1, acts + 2)),
        complete=True,
        limit=None,
        reasons_cut=False,
        max_reason_acts=limits.reason_acts,
        max_belief_depth=limits.belief_depth,
        seconds=seconds,
        bytes=0,
        text=f"{', '.join(part for part in parts if part)}, held to {manuscript.world}.",
    )


# ---------------------------------------------------------------------------------------------------------------------
# What does not hold


def told(manuscript: Manuscript, walked: Walk, trouble: Trouble) -> Iterator[Finding]:
    """What is wrong with an entry: its first fault, and those of the same kind beside it."""
    entry = walked.entries[trouble.index]
    kind = trouble.faults[0].kind
    faults = [fault for fault in trouble.faults if fault.kind == kind and fault.act == trouble.faults[0].act]
    teller = _Teller(manuscript, walked, trouble)
    help = teller.help()
    for number, fault in enumerate(faults):
        yield Finding(
            kind={
                "impossible": "impossible_beat",
                "reason": "missing_reason",
                "claim": "false_claim",
                "time": "endless_wait",
            }[kind],
            level="error",
            subject=teller.subject(entry, fault),
            message=teller.message(entry, fault),
            proved=fault.refusal is None or fault.refusal.kind != "limit" or manuscript.problem.foresight is not None,
            details=tuple(teller.details(fault)),
            help=help if number == len(faults) - 1 else None,
            span=entry.span,
            data=teller.data(entry, fault),
        )


class _Teller:
    def __init__(self, manuscript: Manuscript, walked: Walk, trouble: Trouble) -> None:
        self.manuscript = manuscript
        self.walked = walked
        self.stage = walked.stage
        self.trouble = trouble
        self.world = trouble.before[-1].after if trouble.before else walked.stage.kernel.initial()

    def place(self, span: Span) -> str:
        return place(self.manuscript.sources, span, self.walked.entries[self.trouble.index].span.path)

    def subject(self, entry: Entry, fault: Fault) -> str:
        if fault.act is not None:
            return fault.act
        text = getattr(entry, "text", "")
        return f"{fault.who}: {text}" if fault.who is not None else text

    def message(self, entry: Entry, fault: Fault) -> str:
        match fault.kind:
            case "impossible":
                others = [str(act) for act in getattr(entry, "acts", ()) if str(act) != fault.act]
                if others and all(self.alone(act) for act in (fault.act or "", *others)):
                    listed = " and ".join(f"`{act}`" for act in others)
                    return f"`{fault.act}` cannot happen at the same time as {listed}"
                if fault.act == self.stage.time_act:
                    return "no time passes here"
                return f"`{fault.act}` cannot happen here"
            case "reason":
                assert fault.refusal is not None
                if fault.refusal.kind == "impossible":
                    return f"{fault.who} does not believe that `{fault.act}` can be done"
                if fault.refusal.kind == "limit" and self.manuscript.problem.foresight is None:
                    return f"no reason of {fault.who}'s for `{fault.act}` was found within the limits on reasons"
                return f"{fault.who} has no reason for `{fault.act}`"
            case "time":
                return "what is waited for does not come"
        if isinstance(entry, Shown):
            return f"the reader is shown what is not so: {entry.text}"
        assert isinstance(entry, Claim)
        if fault.who is None:
            return f"it is not so: {entry.text}"
        if entry.kind == "knows":
            return f"{fault.who} does not know this: {entry.text}"
        return f"{fault.who} does not believe this: {entry.text}"

    def alone(self, act: str) -> bool:
        """Whether an act could happen here, if nothing else did."""
        number = self.stage.task.action_number(act)
        return number is not None and self.stage.kernel.possible(self.world, number)

    def details(self, fault: Fault) -> Iterator[str]:
        if fault.kind == "impossible" and not fault.tests:
            yield "it never can, whatever comes before"
        for cause in causes(self.walked, self.trouble, fault):
            yield self.cause(cause, fault)
        if fault.refusal is not None and fault.refusal.kind == "limit" and self.manuscript.problem.foresight is None:
            yield "longer reasons are looked for with --max-reason-acts 8"

    def cause(self, cause: Cause, fault: Fault) -> str:
        if cause.test is None:
            return f"there was a reason until {self.step(cause)}"
        here = self.world if fault.world is None else fault.world
        mind = self.stage.mind(here, cause.who)
        reads = dict.fromkeys(fluents_of(cause.test))
        names = self.stage.task.names
        values = ", ".join(
            f"{show(('f', path, number), names)} is "
            f"{show_value(self.stage.kernel.evaluate(mind, ('f', path, number)), names)}"
            for path, number in reads
        )
        says = "it takes" if cause.who is None else f"{cause.who} would have to believe"
        if any(number in names.made for _, number in reads):
            return self.busy(cause, mind, [number for _, number in reads], fault.act)
        text = f"{says} {show(cause.test, names)}, but {values}"
        if cause.who is not None:
            text += f" for {cause.who}"
            actual = self.stage.kernel.evaluate(here, cause.test)
            text += " (it is so, all the same)" if actual is True else " (and it is not so)"
        if cause.taken is not None:
            return f"{text}, since {self.step(cause)}"
        if cause.coming is not None:
            coming = self.walked.entries[cause.coming]
            return f"{text}; only {coming} makes it so, {self.place(coming.span)}"
        if (later := self.in_time(cause)) is not None:
            return f"{text}; that takes {time_told(later, self.manuscript.problem.time)} more"
        return f"{text}; nothing before has made it so"

    def busy(self, cause: Cause, mind: int, reads: Sequence[int], act: str | None) -> str:
        """That somebody has not finished what they do, and how long it takes; or that they do nothing, as they, or
        somebody, would have to."""
        names, kernel = self.stage.task.names, self.stage.kernel
        _, _, who = names.fluents[reads[0]].removesuffix(")").partition("(")
        if kernel.evaluate(mind, ("f", (), reads[0])) is None:
            number = None if act is None else self.stage.task.action_number(act)
            ways = 0 if number is None else len(self.stage.task.data["actions"][number]["precondition"])
            return "nobody is busy, and somebody would have to be" if ways > 1 else f"{who} is not busy yet"
        counters = [n for n in names.made if names.fluents[n].endswith(f"({who})")]
        left = [value for n in counters if isinstance(value := kernel.evaluate(mind, ("f", (), n)), int | float)]
        said = f" for {time_told(int(left[0]), self.manuscript.problem.time)} more" if left and left[0] > 0 else ""
        where = "" if cause.taken is None else f", with {self.step(cause)}"
        return f"{who} is busy{said}{where}"

    def in_time(self, cause: Cause) -> int | None:
        """After how many steps of time a test holds by itself."""
        world = self.world
        for steps in range(1, PATIENCE + 1):
            if self.stage.time is None:
                return None
            world = self.stage.kernel.step(world, self.stage.time)
            assert cause.test is not None
            if self.stage.kernel.evaluate(self.stage.mind(world, cause.who), cause.test) is True:
                return steps
        return None

    def step(self, cause: Cause) -> str:
        assert cause.taken is not None
        entry = cause.taken.entry
        act = None if cause.act is None else self.stage.name(cause.act)
        if isinstance(entry, Beat) and cause.taken.index is not None:
            return f"{act}, beat {entry.number}, {self.place(entry.span)}"
        if isinstance(entry, Beat):
            return f"{act}, which is missing"
        what = f"`assume: {entry.text}`" if isinstance(entry, Assumption) else "time passed"
        return f"{what}, {self.place(entry.span)}"

    def data(self, entry: Entry, fault: Fault) -> dict[str, object]:
        """Line and beat, and for each cause the line of the beat that it names (None: nothing has made it so)."""
        found = []
        for cause in causes(self.walked, self.trouble, fault):
            span = None
            if cause.taken is not None and cause.taken.index is not None:
                span = cause.taken.entry.span
            coming = None if cause.coming is None else self.walked.entries[cause.coming].span
            found.append(
                {
                    "test": None if cause.test is None else show(cause.test, self.stage.task.names),
                    "mind": cause.who,
                    "taken": None if span is None else self.line(span),
                    "coming": None if coming is None else self.line(coming),
                }
            )
        return {
            "line": self.line(entry.span),
            "beat": entry.number if isinstance(entry, Beat) else None,
            "act": fault.act,
            "character": fault.who,
            "causes": found,
        }

    def line(self, span: Span) -> int:
        return line(self.manuscript.sources, span)

    def help(self) -> str | None:
        edit = self.trouble.edit
        if self.walked.mendings:
            moves = [one for one in self.walked.mendings[0].edits if one.kind == "move" and one.at == edit.at]
            edit = moves[0] if moves and edit.kind == "insert" else edit
            if edit.kind == "drop":
                moves = [one for one in self.walked.mendings[0].edits if one.kind == "move" and one.source == edit.at]
                edit = moves[0] if moves else edit
        return describe(self.manuscript, self.walked, edit)


def describe(manuscript: Manuscript, walked: Walk, edit: Edit) -> str | None:
    """What an edit does, in a sentence; None for what changes nothing."""
    if edit.at >= len(walked.entries):
        return None
    entry = walked.entries[edit.at]
    where = place(manuscript.sources, entry.span, "")
    match edit.kind:
        case "insert":
            notes = " ".join(notes_of(edit.acts, manuscript.problem.time))
            return f"insert {notes} before {where}"
        case "drop":
            kind = "assume: " if isinstance(entry, Assumption) else "later: "
            return f"leave out `{entry if isinstance(entry, Beat) else kind + getattr(entry, 'text', '')}`, {where}"
        case "exchange":
            old = entry if isinstance(entry, Beat) else f"later: {getattr(entry, 'text', '')}"
            notes = " ".join(notes_of(edit.acts, manuscript.problem.time))
            return f"write {notes} in place of `{old}`, {where}"
        case "move":
            assert edit.source is not None
            source = walked.entries[edit.source]
            return f"move `{source}`, {place(manuscript.sources, source.span, '')}, to before {where}"
        case "claim":
            return f"leave out this claim, {where}"
    return None


# ---------------------------------------------------------------------------------------------------------------------
# Where it can go


def outlooks(manuscript: Manuscript, walked: Walk, prospects: Prospects) -> Iterator[Finding]:
    """How it stands with each ending, and which beat closed it: the endings that are reached first, then those that are
    open. Of a text that does not hold, as far as it does."""
    steps, where = walked.steps, ""
    if walked.mendings and any(edit.kind == "suppose" for edit in walked.mendings[0].edits):
        stop = next(trouble for trouble in walked.troubles if trouble.edit.kind != "claim")
        steps = stop.before
        acting = [step for step in steps if step.attempt.acts]
        where = f"after {step_name(manuscript, acting[-1])}: " if acting else "at the start: "
    elif any(edit.kind != "claim" for mending in walked.mendings[:1] for edit in mending.edits):
        where = "once mended: "
    order = ("reached", "open", "unproved", "closed")
    for prospect in sorted(prospects.told(steps), key=lambda one: order.index(one.outlook.state)):
        yield _outlook(manuscript, prospect, where)


def _outlook(manuscript: Manuscript, prospect: Prospect, where: str) -> Finding:
    outlook, ending = prospect.outlook, prospect.ending
    shown = f"“{ending.label}”" if ending.label else f"`{ending.name}`"
    turn = prospect.turns[-1] if prospect.turns else None
    by = None if turn is None or turn.step is None else step_name(manuscript, turn.step)
    details: tuple[str, ...] = ()
    match outlook.state:
        case "reached":
            kind, message = "ending_reached", f"{shown} is reached by {by}" if by else f"{shown} is so from the start"
        case "open":
            away = "away" if outlook.shortest else "away at most"
            length, acts = way_on(outlook.acts, manuscript.problem.time)
            kind, message = "ending_open", f"{where}{shown} is open, {length} {away}: {acts}"
            if by:
                details = (f"it was opened by {by}",)
        case "unproved":
            kind = "ending_open"
            message = f"{where}whether {shown} is open was not found out in so little time; --endings looks longer"
        case "closed":
            kind = "ending_closed"
            if by is None:
                message = f"{shown} is closed from the start"
            elif turn is not None and turn.unproved:
                message = f"{shown} is closed by {by}, or by one of the {turn.unproved} before it"
            else:
                message = f"{shown} is closed by {by}"
            if not outlook.proved:
                details = ("longer reasons than those that were looked for might open it",)
    return Finding(
        kind=kind,
        level="note",
        subject=ending.name,
        message=message,
        proved=outlook.proved,
        details=details,
        span=None if turn is None or turn.step is None or turn.step.index is None else turn.step.entry.span,
        data={
            "state": outlook.state,
            "acts": list(outlook.acts),
            "turns": [_turn(manuscript, one) for one in prospect.turns],
        },
    )


_FEW_ACTS = 8


def way_on(acts: Sequence[str], time: TimeStep | None) -> tuple[str, str]:
    """How long a way to an ending is, and its first acts, in words.

    >>> way_on(["eat(Tom)", "time_passes()", "time_passes()"], TimeStep(5, "minutes"))
    ('1 act and 10 minutes', '`eat(Tom)`, 10 minutes')
    """
    told = []
    for numbers, act in in_runs(acts, lambda _: False):
        told.append(time_told(len(numbers), time) if is_time(act.partition(" ")[0]) else f"`{act}`")
    steps = sum(map(is_time, acts))
    count = len(acts) - steps
    parts = [
        f"{count} {'act' if count == 1 else 'acts'}" if count or not steps else "",
        time_told(steps, time) if steps else "",
    ]
    further = f" and {len(told) - _FEW_ACTS} more" if len(told) > _FEW_ACTS else ""
    return " and ".join(filter(None, parts)), f"{', '.join(told[:_FEW_ACTS])}{further}"


def _turn(manuscript: Manuscript, turn: Turn) -> dict[str, object]:
    entry = None if turn.step is None else turn.step.entry
    written = entry is not None and entry.span.path in manuscript.sources
    return {
        "state": turn.state,
        "beat": entry.number if isinstance(entry, Beat) else None,
        "line": line(manuscript.sources, entry.span) if entry is not None and written else None,
        "unproved": turn.unproved,
    }
