"""What an edit did to a world's stories, for people and for programs.

``+`` is what there is now and was not, ``-`` what there was and is not any more, ``~`` what has changed. *Lost* is an
ending that can no longer be reached, a demand that no longer holds, and an act that is no longer done; a new error
counts as a loss, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from chekhov.checking.difference import Change, Difference
from chekhov.checking.findings import Choice, DemandResult, EndingResult, Finding, Verdict
from chekhov.checking.rendering import outline
from chekhov.checking.rendering.terminal import Terminal, wrap

_Thing = TypeVar("_Thing")


def lost(difference: Difference) -> bool:
    """Whether something was lost, within the limits on reasons that both were looked at with."""
    endings = bool(_unreached(difference)) and _all_seen(difference)
    endings = endings or any(change.old is not None and change.new is None for change in difference.endings)
    demands = any(
        change.old is not None
        and change.old.verdict == "holds"
        and (change.new is None or change.new.verdict == "fails")
        for change in difference.demands
    )
    acts = bool(difference.acts_lost) and _all_seen(difference)
    return endings or demands or acts or any(finding.level == "error" for finding in difference.findings_gained)


def unproved(difference: Difference) -> bool:
    """Whether something may have been lost: a limit was reached before it could be said."""
    demands = any(
        change.old is not None
        and change.old.verdict == "holds"
        and change.new is not None
        and change.new.verdict == "unproved"
        for change in difference.demands
    )
    return demands or (not _all_seen(difference) and bool(_unreached(difference) or difference.acts_lost))


def summary(difference: Difference) -> str:
    """What was lost, in a line."""
    endings = len(_unreached(difference))
    demands = sum(
        change.old is not None
        and change.old.verdict == "holds"
        and (change.new is None or change.new.verdict == "fails")
        for change in difference.demands
    )
    errors = [one for one in difference.findings_gained if one.level == "error" and one.kind not in ("demand", "leak")]
    parts = [
        outline.counted(number, noun)
        for number, noun in (
            (endings, "ending"),
            (demands, "demand"),
            (len(difference.acts_lost), "act"),
        )
        if number
    ]
    found = [f"lost: {', '.join(parts)}"] if parts else []
    found += [f"new: {outline.counted(len(errors), 'error')}"] if errors else []
    said = "; ".join(found) or "nothing was lost"
    if unproved(difference):
        said += "; not all is proved, as not every moment was seen"
    return f"{said[0].upper()}{said[1:]}."


def _style(difference: Difference) -> str:
    return "fails" if lost(difference) else "unproved" if unproved(difference) else "holds"


def _all_seen(difference: Difference) -> bool:
    extent = difference.extent.new
    return extent is not None and extent.complete


def _unreached(difference: Difference) -> set[str]:
    """The endings that were reached before, and are not now."""
    return {
        change.old.name
        for change in difference.endings
        if change.old is not None and change.old.reachable and (change.new is None or not change.new.reachable)
    }


def lines(
    difference: Difference, old: str, new: str, *, width: int = 80, colour: bool = False, everything: bool = False
) -> list[str]:
    """The difference between two worlds, named ``old`` and ``new``, in lines of at most ``width`` columns.

    ``everything``: also what is usually only counted.
    """
    return list(_Difference({}, width, colour, everything).difference(difference, old, new))


class _Difference(Terminal):
    def difference(self, difference: Difference, old: str, new: str) -> Iterator[str]:
        for line in wrap(f"{old} → {new}", self.width):
            yield self.paint(line, "heading")
        before, after = difference.extent.old, difference.extent.new
        assert before is not None
        assert after is not None
        yield from wrap(
            f"{before.moments:,} → {outline.counted(after.moments, 'moment')}, "
            f"{before.acts:,} → {outline.counted(after.acts, 'act')} between them",
            self.width,
        )
        for which, extent in ((old, before), (new, after)):
            if not extent.complete:
                yield from wrap(f"Not all of {which} was seen.", self.width)
        if difference.same:
            yield ""
            yield "Nothing that is reported has changed."
            return
        yield from self.section("Endings", [text for one in difference.endings for text in _ending(one)])
        if difference.dead_ends.old != difference.dead_ends.new:
            text = f"{difference.dead_ends.old:,} → {outline.counted(difference.dead_ends.new or 0, 'moment')}"
            yield from self.section("Dead ends", [("~", text)])
        yield from self.section("Demands", [text for one in difference.demands for text in _demand(one)])
        without = _unreached(difference)
        gone_choices = [choice for choice in difference.choices_lost if choice.ending not in without]
        for heading, gained, gone in (
            ("Acts", difference.acts_gained, difference.acts_lost),
            ("Too late", list(map(_choice, difference.choices_gained)), list(map(_choice, gone_choices))),
            ("Findings", self.found(difference.findings_gained), self.found(difference.findings_lost)),
        ):
            yield from self.section(
                heading,
                [("+", text) for text in self.few(gained, 8)] + [("-", text) for text in self.few(gone, 8)],
            )

        yield ""
        yield from (self.paint(line, _style(difference)) for line in wrap(summary(difference), self.width))

    def found(self, findings: Iterable[Finding]) -> list[str]:
        """Findings but for those that are told elsewhere; notes are only counted, unless everything is told."""
        elsewhere = ("ending_unreachable", "demand", "leak", "too_late", "dead_end")
        told = [one for one in findings if one.kind not in elsewhere]
        shown = [one for one in told if one.level != "note" or self.everything]
        notes = len(told) - len(shown)
        counted = [outline.counted(notes, "note")] if notes else []
        return [f"{one.level}[{one.kind}]: {one.message}" for one in shown] + counted

    def section(self, heading: str, texts: list[tuple[str, str]]) -> Iterator[str]:
        """Changes under a heading."""
        styles: dict[str, str] = {"+": "holds", "-": "fails", "~": "unproved"}
        if texts:
            yield from self.heading(heading)
        for mark, text in texts:
            first, *rest = wrap(text, self.width, "    ")
            yield f"  {self.paint(mark, styles[mark])} {first[4:]}"
            yield from rest


def _ending(change: Change[EndingResult]) -> Iterator[tuple[str, str]]:
    old, new = change.old, change.new
    if new is None:
        assert old is not None
        yield "-", f"{old.name}: no longer declared"
    elif old is None:
        yield "+", f"{new.name}: new; {_state(new)}"
    elif old.reachable != new.reachable:
        yield ("+", f"{new.name}: now {_state(new)}") if new.reachable else ("-", f"{new.name}: {_state(new)} any more")
    else:
        was = "" if old.story is None or new.story is None else f", not {len(old.story.acts):,}"
        yield "~", f"{new.name}: {_state(new)}{was}"


def _state(ending: EndingResult) -> str:
    if not ending.reachable:
        return "no story reaches it" if ending.proved else "no story was found that reaches it"
    after = "" if ending.story is None else f", after {outline.counted(len(ending.story.acts), 'act')}"
    return f"can be reached{after}"


def _demand(change: Change[DemandResult]) -> Iterator[tuple[str, str]]:
    words: dict[Verdict, str] = {"holds": "holds", "fails": "fails", "unproved": "is not proved"}
    old, new = change.old, change.new
    if new is None:
        assert old is not None
        yield "-", f"{_called(old)}: no longer declared"
    elif old is None:
        yield "+", f"{_called(new)}: new, and {words[new.verdict]}"
    elif old.verdict == new.verdict:
        yield "~", f"{_called(new)}: {words[new.verdict]}, but was {old.text}"
    else:
        mark = "+" if new.verdict == "holds" else "-" if old.verdict == "holds" else "~"
        yield mark, f"{_called(new)}: {words[new.verdict]}, and {_past(old.verdict)} before. {new.explanation}"


def _past(verdict: Verdict) -> str:
    return {"holds": "held", "fails": "failed", "unproved": "was not proved"}[verdict]


def _called(demand: DemandResult) -> str:
    return demand.label or demand.name or demand.text


def _choice(choice: Choice) -> str:
    what = "any ending" if choice.ending is None else choice.ending
    return f"after {choice.act} it is too late for {what}"


# ---------------------------------------------------------------------------------------------------------------------
# JSON


def to_json(difference: Difference, old: str, new: str) -> dict[str, Any]:
    """The difference as JSON values; ``docs/report.md`` describes them."""
    before, after = difference.extent.old, difference.extent.new
    assert before is not None
    assert after is not None
    return {
        "version": 1,
        "old": old,
        "new": new,
        "outcome": "lost" if lost(difference) else "unproved" if unproved(difference) else "kept",
        "same": difference.same,
        "extent": {
            "moments": _pair(before.moments, after.moments),
            "acts": _pair(before.acts, after.acts),
            "complete": _pair(before.complete, after.complete),
        },
        "endings": [
            {"name": _name(change), **_pair(_reached(change.old), _reached(change.new))}
            for change in difference.endings
        ],
        "dead_ends": _pair(difference.dead_ends.old, difference.dead_ends.new),
        "demands": [
            {"name": _name(change), **_pair(_verdict(change.old), _verdict(change.new))}
            for change in difference.demands
        ],
        "acts": {"gained": list(difference.acts_gained), "lost": list(difference.acts_lost)},
        "choices": {
            "gained": [{"ending": choice.ending, "act": choice.act} for choice in difference.choices_gained],
            "lost": [{"ending": choice.ending, "act": choice.act} for choice in difference.choices_lost],
        },
        "findings": {
            "gained": [_found(finding) for finding in difference.findings_gained],
            "lost": [_found(finding) for finding in difference.findings_lost],
        },
    }


def _pair(old: Any, new: Any) -> dict[str, Any]:
    return {"old": old, "new": new}


def _name(change: Change[EndingResult] | Change[DemandResult]) -> str | None:
    present = change.new or change.old
    assert present is not None
    return present.name


def _reached(ending: EndingResult | None) -> dict[str, Any] | None:
    if ending is None:
        return None
    acts = None if ending.story is None else len(ending.story.acts)
    return {"reachable": ending.reachable, "proved": ending.proved, "acts": acts}


def _verdict(demand: DemandResult | None) -> dict[str, Any] | None:
    return None if demand is None else {"text": demand.text, "verdict": demand.verdict}


def _found(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "level": finding.level,
        "subject": finding.subject,
        "message": finding.message,
    }
