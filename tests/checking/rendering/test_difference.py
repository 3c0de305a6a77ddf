"""What an edit did, as it is told."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from checking.rendering.sample import EXTENT, LONG, REPORT, SHORT

from chekhov.checking.difference import diff
from chekhov.checking.findings import Finding, Report
from chekhov.checking.rendering import difference
from chekhov.diagnostics import columns

FEWER = replace(
    REPORT,
    extent=replace(EXTENT, moments=1_000, complete=True),
    endings=(
        replace(REPORT.endings[0], reachable=False, proved=True, story=None, moments=0),
        replace(REPORT.endings[1], story=SHORT),
        *REPORT.endings[2:3],
    ),
    demands=(
        replace(REPORT.demands[0], verdict="holds"),
        replace(REPORT.demands[1], verdict="fails", explanation="`lit(Lamp)` holds in no moment."),
        *REPORT.demands[2:],
    ),
    choices=REPORT.choices[:1],
    findings=(*REPORT.findings[1:], Finding("trap", "warning", "wait", "Waiting goes on for ever.")),
)


def told(old: Report, new: Report, width: int = 80, **options: bool) -> list[str]:
    return difference.lines(diff(old, new), "old.story", "new.story", width=width, **options)


def test_gains_and_losses() -> None:
    lines = told(REPORT, FEWER)
    assert lines[0] == "old.story → new.story"
    assert "  - rescued: no story reaches it any more" in lines
    assert "  ~ wrecked: can be reached, after 1 act, not 10" in lines
    assert "  - dawn: no longer declared" in lines
    assert any(line.startswith("  + Nobody drowns: holds, and failed before.") for line in lines)
    assert any(line.startswith("  - lamp: fails, and held before.") for line in lines)
    assert "  + warning[trap]: Waiting goes on for ever." in lines
    # Of an ending that is gone, nobody asks any more when it is too late for it.
    assert not any("too late for rescued" in line for line in lines)
    assert lines[-1] == "Lost: 1 ending, 1 demand."
    back = told(FEWER, REPORT)
    assert "  + rescued: now can be reached, after 1 act" in back
    assert any(line.startswith("  + after signal(Ines, _) it is too late for rescued") for line in back)


def test_what_is_no_loss() -> None:
    assert not difference.lost(diff(REPORT, REPORT))
    assert told(REPORT, REPORT)[-1] == "Nothing that is reported has changed."
    # A demand that failed before, and an ending that could not be reached, are none.
    new = replace(REPORT, demands=(replace(REPORT.demands[0], verdict="unproved"), *REPORT.demands[1:]))
    assert not difference.lost(diff(REPORT, new))
    gained = replace(REPORT, endings=(*REPORT.endings[:2], replace(REPORT.endings[2], reachable=True, story=LONG)))
    assert not difference.lost(diff(gained, gained))


@pytest.mark.parametrize(
    ("changed", "lost", "unproved"),
    [
        ({"endings": REPORT.endings[1:]}, True, False),
        ({"endings": (replace(REPORT.endings[0], reachable=False, proved=False), *REPORT.endings[1:])}, True, False),
        ({"demands": (REPORT.demands[0], *REPORT.demands[2:])}, True, False),
        (
            {"demands": (REPORT.demands[0], replace(REPORT.demands[1], verdict="unproved"), *REPORT.demands[2:])},
            False,
            True,
        ),
        ({"findings": (*REPORT.findings, Finding("endless_triggers", "error", None, "…"))}, True, False),
        ({"acts": ("signal(Ines, Lamp)",)}, True, False),
    ],
)
def test_losses(changed: dict[str, object], lost: bool, unproved: bool) -> None:
    old = replace(REPORT, acts=("signal(Ines, Lamp)", "drown(Marek)"))
    seen: dict[str, object] = {"acts": old.acts, **changed}
    found = diff(old, replace(REPORT, **seen))  # type: ignore[arg-type]
    assert (difference.lost(found), difference.unproved(found)) == (lost, unproved)


def test_what_was_not_seen_may_still_be_there() -> None:
    cut = replace(REPORT, extent=replace(EXTENT, complete=False, limit="time"))
    unreached = replace(REPORT.endings[0], reachable=False, proved=False)
    for old, new in (
        (REPORT, replace(cut, endings=(unreached, *REPORT.endings[1:]))),
        (replace(REPORT, acts=("drown(Marek)",)), cut),
    ):
        found = diff(old, new)
        assert (difference.lost(found), difference.unproved(found)) == (False, True)
        assert difference.to_json(found, "a", "b")["outcome"] == "unproved"
        assert "not all is proved" in difference.summary(found)


@pytest.mark.parametrize("width", [40, 80])
def test_width_and_colour(width: int) -> None:
    lines = told(REPORT, FEWER, width, everything=True)
    assert [line for line in lines if columns(line) > width] == []
    coloured = "\n".join(told(REPORT, FEWER, width, everything=True, colour=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == "\n".join(lines)


def test_json() -> None:
    answer = json.loads(json.dumps(difference.to_json(diff(REPORT, FEWER), "old.story", "new.story")))
    assert (answer["old"], answer["new"], answer["outcome"], answer["same"]) == (
        "old.story",
        "new.story",
        "lost",
        False,
    )
    assert answer["extent"]["moments"] == {"old": 1_234, "new": 1_000}
    rescued = next(ending for ending in answer["endings"] if ending["name"] == "rescued")
    assert rescued["old"] == {"reachable": True, "proved": True, "acts": 1}
    assert rescued["new"] == {"reachable": False, "proved": True, "acts": None}
    assert [finding["kind"] for finding in answer["findings"]["gained"]] == ["trap"]
    assert difference.to_json(diff(REPORT, REPORT), "a", "a")["outcome"] == "kept"
