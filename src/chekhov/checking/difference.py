"""What an edit did to a world's stories: two reports compared, not two texts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from chekhov.checking.findings import Choice, DemandResult, EndingResult, Extent, Finding, Report

_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True)
class Change(Generic[_Thing]):
    """Something in the old and in the new report; None where it is not there."""

    old: _Thing | None
    new: _Thing | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What has become of a world's stories.

    ``endings``: those that can be reached now and could not, or the other way round, whose shortest story is longer or
    shorter, or that were put in or taken out. ``demands``: those that stand otherwise. ``acts``: those that are done in
    some story, ``choices``: those that lose an ending, ``findings``: all but the accepted ones; gained and lost.
    """

    extent: Change[Extent]
    endings: tuple[Change[EndingResult], ...]
    dead_ends: Change[int]
    demands: tuple[Change[DemandResult], ...]
    acts_gained: tuple[str, ...]
    acts_lost: tuple[str, ...]
    choices_gained: tuple[Choice, ...]
    choices_lost: tuple[Choice, ...]
    findings_gained: tuple[Finding, ...]
    findings_lost: tuple[Finding, ...]

    @property
    def same(self) -> bool:
        """Whether nothing has changed but, perhaps, how many moments there are."""
        lists: tuple[Sequence[object], ...] = (
            self.endings,
            self.demands,
            self.acts_gained,
            self.acts_lost,
            self.choices_gained,
            self.choices_lost,
            self.findings_gained,
            self.findings_lost,
        )
        return not any(lists) and self.dead_ends.old == self.dead_ends.new


def diff(old: Report, new: Report) -> Difference:
    """What has changed from one report to another one."""
    choices_gained, choices_lost = _moved(old.choices, new.choices, lambda choice: (choice.ending, choice.act))
    acts_gained, acts_lost = _moved(old.acts, new.acts, lambda act: act)
    gained, lost = _moved(_standing(old), _standing(new), lambda finding: finding.name)
    return Difference(
        extent=Change(old.extent, new.extent),
        endings=_changed(old.endings, new.endings, lambda ending: ending.name, _reached),
        dead_ends=Change(_dead_ends(old), _dead_ends(new)),
        demands=_changed(
            old.demands,
            new.demands,
            lambda demand: demand.name or demand.text,
            lambda demand: (demand.text, demand.verdict),
        ),
        acts_gained=acts_gained,
        acts_lost=acts_lost,
        choices_gained=choices_gained,
        choices_lost=choices_lost,
        findings_gained=gained,
        findings_lost=lost,
    )


def _reached(ending: EndingResult) -> tuple[bool, bool, int]:
    return ending.reachable, ending.proved, -1 if ending.story is None else len(ending.story.acts)


def _dead_ends(report: Report) -> int:
    return sum(finding.data["moments"] for finding in report.findings if finding.kind == "dead_end")


def _standing(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.accepted is None]


def _changed(
    old: Iterable[_Thing],
    new: Iterable[_Thing],
    name: Callable[[_Thing], str],
    state: Callable[[_Thing], object],
) -> tuple[Change[_Thing], ...]:
    """The things that are new, gone, or in another state, by name; in their new order, those that are gone last."""
    before, after = {name(one): one for one in old}, {name(one): one for one in new}
    changes = [Change(before.get(one), after.get(one)) for one in dict.fromkeys((*after, *before))]
    return tuple(
        change
        for change in changes
        if change.old is None or change.new is None or state(change.old) != state(change.new)
    )


def _moved(
    old: Iterable[_Thing], new: Iterable[_Thing], name: Callable[[_Thing], Hashable]
) -> tuple[tuple[_Thing, ...], tuple[_Thing, ...]]:
    """The things that are there only in the new order of things, and only in the old one."""
    before, after = {name(one): one for one in old}, {name(one): one for one in new}
    return (
        tuple(one for key, one in after.items() if key not in before),
        tuple(one for key, one in before.items() if key not in after),
    )
