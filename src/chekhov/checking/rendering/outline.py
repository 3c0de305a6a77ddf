"""What a report tells, in order and under which headings: what all ways for people to read it have in common.

What has a place of its own (an ending, a demand, a choice that comes too late) is told there, and not once more as a
finding; :func:`sections` arranges the rest. What the author accepts is told last, and briefly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from chekhov.checking.findings import (
    KINDS,
    Choice,
    DemandResult,
    EndingResult,
    Extent,
    Finding,
    Knowledge,
    Level,
    Range,
    Report,
    Verdict,
)

Outcome = Literal["right", "wrong", "unproved", "interrupted"]
"""``wrong``: a demand fails, a secret leaks, or there is another error. ``unproved``: nothing is known to be wrong, but
a limit was reached before all was proved."""

LEVELS: tuple[Level, ...] = ("error", "warning", "note")
"""From the gravest on."""

_ELSEWHERE = ("ending_unreachable", "demand", "leak", "too_late")
_AHEAD = "Where it can go from here"
_HEADINGS = {
    "Stuck": ("endless_triggers", "dead_end", "trap"),
    "Never": ("never_possible", "never_wanted", "never_fires", "never_acts", "never_changes", "never_read"),
    "The gun on the wall": ("unfired_gun",),
    "Who is wrong": ("false_belief", "misled"),
    "The reader": ("reader_secret", "told_late", "out_of_view"),
    _AHEAD: ("ending_reached", "ending_open", "ending_closed"),
    "Accepted, and no longer found": ("stale_acceptance",),
}


@dataclass(frozen=True, slots=True)
class Section:
    """Findings under one heading, the gravest first."""

    heading: str
    findings: tuple[Finding, ...]

    @property
    def whole(self) -> bool:
        """Whether a short report tells all of it, too."""
        return self.heading == _AHEAD


def counted(number: int, noun: str) -> str:
    """``1 act``, ``1,200 acts``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def sentences(extent: Extent) -> list[str]:
    """How much was seen, and how far what is said of it is certain: the first sentence is the extent itself."""
    if extent.text is not None:
        return [extent.text]
    size = (
        f"{counted(extent.moments, 'moment')}, {counted(extent.acts, 'act')} between them, "
        f"{counted(extent.depth, 'act')} deep"
    )
    if extent.complete:
        found = [f"{size}: these are all."]
    else:
        ends = {
            "time": "Time was up before all were seen.",
            "memory": "Memory was full before all were seen.",
            "interrupted": "It was interrupted before all were seen.",
        }
        found = [f"{size}.", ends.get(extent.limit or "", "There is more beyond this depth.")]
        if extent.limit in ends:
            found.append("There is less to see with `belief depth 1;` in the world, --stop-at-endings, or --depth.")
    if extent.physical:
        found.append("Counted is all that anybody could do, whether or not they have a reason to.")
    elif extent.max_reason_acts is not None or extent.max_belief_depth is not None:
        acts = "" if extent.max_reason_acts is None else counted(extent.max_reason_acts, "act")
        minds = "" if extent.max_belief_depth is None else f"{counted(extent.max_belief_depth, 'mind')} deep"
        limits = " and ".join(filter(None, (acts, minds)))
        more = "; longer ones might add to it" if extent.reasons_cut else ""
        found.append(f"Every act has a reason, of {limits} at most{more}.")
    return found


def acceptance(report: Report, kinds: Sequence[str], *subjects: str | None) -> str | None:
    """The author's reason to accept a finding of one of these kinds about one of these subjects, if it is one."""
    for finding in report.findings:
        if finding.kind in kinds and finding.subject in subjects and finding.accepted is not None:
            return finding.accepted
    return None


def accepted_demand(report: Report, demand: DemandResult) -> str | None:
    """The author's reason to live with a demand that fails, or a secret that leaks."""
    return acceptance(report, ("demand", "leak"), demand.name or demand.text)


def accepted_ending(report: Report, ending: EndingResult) -> str | None:
    """The author's reason to live with an ending that no story reaches."""
    return acceptance(report, ("ending_unreachable",), ending.name)


def choices(report: Report) -> list[tuple[str | None, list[Choice]]]:
    """The choices that come too late and are not accepted, by the ending that they lose (None: every ending)."""
    found: dict[str | None, list[Choice]] = {}
    for choice in report.choices:
        if choice.ending is not None or acceptance(report, ("too_late",), choice.act) is None:
            found.setdefault(choice.ending, []).append(choice)
    return sorted(found.items(), key=lambda item: item[0] is not None)


def label(report: Report, ending: str) -> str:
    """What readers call an ending."""
    return next((one.label or one.name for one in report.endings if one.name == ending), ending)


def how_often(choice: Choice) -> str:
    """In how many of the moments in which it is done a choice comes too late."""
    if not choice.of:
        return f"in {counted(choice.moments, 'moment')}"
    if choice.moments == choice.of:
        return "whenever it is done"
    return f"in {choice.moments:,} of {counted(choice.of, 'moment')}"


def sections(report: Report) -> list[Section]:
    """The findings that have no place of their own and are not accepted."""
    told: dict[str, list[Finding]] = {heading: [] for heading in _HEADINGS}
    homes = {kind: heading for heading, kinds in _HEADINGS.items() for kind in kinds}
    order = {kind: number for number, kind in enumerate(KINDS)}
    for finding in report.findings:
        if finding.accepted is None and not _told_elsewhere(report, finding):
            told.setdefault(homes.get(finding.kind, "Besides"), []).append(finding)
    return [
        Section(heading, tuple(sorted(findings, key=lambda f: (LEVELS.index(f.level), order.get(f.kind, len(order))))))
        for heading, findings in told.items()
        if findings
    ]


def besides(report: Report) -> list[Finding]:
    """The findings, accepted or not, that are not those of an ending, a demand or a secret."""
    return [
        finding for finding in report.findings if finding.kind == "too_late" or not _told_elsewhere(report, finding)
    ]


def _told_elsewhere(report: Report, finding: Finding) -> bool:
    match finding.kind:
        case "ending_unreachable":
            return any(ending.name == finding.subject for ending in report.endings)
        case "demand" | "leak":
            return any(finding.subject in (demand.name, demand.text) for demand in report.demands)
        case "too_late":
            return any(choice.act == finding.subject for choice in report.choices)
    return False


def accepted(report: Report) -> list[Finding]:
    """What the author accepts."""
    return [finding for finding in report.findings if finding.accepted is not None]


def by_character(report: Report) -> dict[str, list[Knowledge]]:
    """What each character can come to know, what they can know first first."""
    found: dict[str, list[Knowledge]] = {}
    for known in report.knowledge:
        found.setdefault(known.character, []).append(known)
    return {character: sorted(facts, key=lambda known: known.acts) for character, facts in found.items()}


def numbers(report: Report) -> list[Range]:
    """The facts that are numbers and change."""
    return [fact for fact in report.ranges if fact.least is not None and fact.least != fact.most]


def percent(share: float) -> str:
    """A share in percent, with a decimal where it matters; ``-`` if there is none."""
    if not math.isfinite(share):
        return "-"
    shown = 100 * share
    if 0 < shown < 0.1:
        return "<0.1 %"
    if 99.9 < shown < 100:
        return ">99.9 %"
    return f"{shown:.0f} %" if shown == round(shown) else f"{shown:.1f} %"


def number(value: float) -> str:
    """A value as the world has it: ``30``, ``2.5``."""
    return str(int(value)) if math.isfinite(value) and value == int(value) else f"{value:g}"


def values(fact: Range) -> str:
    """The values that a fact comes to, most frequent first, with the number of moments that have each."""
    ordered = sorted(fact.counts, key=lambda item: -item[1])
    return ", ".join(f"{value} ({moments:,})" for value, moments in ordered)


def first_line(text: str) -> str:
    """A message as a title: without the full stop."""
    return text.removesuffix(".") if not text.endswith("..") else text


# ---------------------------------------------------------------------------------------------------------------------
# How it stands


def failing(report: Report) -> list[DemandResult]:
    """The demands that fail and the secrets that leak, but for those that are accepted."""
    return [d for d in report.demands if d.verdict == "fails" and accepted_demand(report, d) is None]


def unproved(report: Report) -> int:
    """How many demands and endings there are of which it is not known how they stand."""
    demands = sum(demand.verdict == "unproved" for demand in report.demands)
    endings = sum(
        not (ending.reachable or ending.proved) and accepted_ending(report, ending) is None for ending in report.endings
    )
    return demands + endings


def unaccepted(findings: Iterable[Finding], level: Level) -> list[Finding]:
    """The findings of one level that the author does not accept."""
    return [finding for finding in findings if finding.level == level and finding.accepted is None]


def outcome(report: Report, *, strict: bool = False) -> Outcome:
    """How a world stands. With ``strict``, warnings are errors."""
    if report.extent.limit == "interrupted":
        return "interrupted"
    levels: tuple[Level, ...] = ("error", "warning") if strict else ("error",)
    if failing(report) or any(unaccepted(report.findings, level) for level in levels):
        return "wrong"
    if unproved(report) or report.extent.limit in ("time", "memory"):
        return "unproved"
    return "right"


def summary(report: Report) -> str:
    """How it stands in one line: what is wrong, what is suspicious, what is not known."""
    results = failing(report)
    # A failing demand has its finding; it counts once.
    errors = [finding for finding in unaccepted(report.findings, "error") if finding.kind not in ("demand", "leak")]
    warnings = len(unaccepted(report.findings, "warning"))
    notes = len(unaccepted(report.findings, "note"))
    lost = [ending for ending in report.endings if not ending.reachable and accepted_ending(report, ending) is None]
    parts = [
        f"{counted(len(results), 'demand')} {'fails' if len(results) == 1 else 'fail'}" if results else "",
        counted(len(errors), "error") if errors else "",
        f"{counted(unproved(report), 'answer')} not proved" if unproved(report) else "",
        counted(warnings, "warning") if warnings else "",
        counted(notes, "note") if notes else "",
        f"{counted(len(accepted(report)), 'finding')} accepted" if accepted(report) else "",
    ]
    said = ", ".join(part for part in parts if part) or "nothing found"
    if report.demands and not any(demand.verdict != "holds" for demand in report.demands):
        said = f"{_all_hold(len(report.demands))}; {said}"
    elif report.endings and not report.demands and not lost:
        said = f"every ending can be reached; {said}"
    return f"{said[0].upper()}{said[1:]}."


def advice(report: Report) -> str | None:
    """What to do about what is not proved for the only reason that longer reasons were not looked for."""
    extent = report.extent
    if not (unproved(report) and extent.complete and extent.reasons_cut):
        return None
    return (
        "To say that no reason is longer than those that were looked for, and have it proved for such: "
        f"--max-reason-acts {extent.max_reason_acts} --max-belief-depth {extent.max_belief_depth}"
    )


OUTCOMES: dict[Outcome, str] = {
    "right": "nothing is wrong",
    "wrong": "something is wrong",
    "unproved": "not all is proved",
    "interrupted": "interrupted",
}
"""The outcomes in words."""


def _all_hold(demands: int) -> str:
    return "the one demand holds" if demands == 1 else f"all {demands} demands hold"


def mark(verdict: Verdict) -> str:
    """A tick, a cross, or a question mark."""
    return {"holds": "✓", "fails": "✗", "unproved": "?"}[verdict]


def standing(ending: EndingResult) -> Verdict:
    """How it stands with an ending: whether it can be reached."""
    return "holds" if ending.reachable else "fails" if ending.proved else "unproved"
