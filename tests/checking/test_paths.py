"""The shortest story to a moment, and what an edit did to a world's stories."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checking.test_findings import ASKED, BRIDGE, COUNT, checked
from chekhov import lang
from chekhov.checking import PathAnswer, diff, path
from chekhov.model import Expression, Problem


def parsed(text: str) -> Problem:
    problem = lang.parse(text).problem
    assert problem is not None
    return problem


def asked(text: str, to: str, **options: Any) -> PathAnswer:
    """The answer to a question with conditions as text."""
    problem = parsed(text)

    def condition(written: str) -> Expression:
        expression, diagnostics = lang.parse_condition(written, problem, of_events=True)
        assert expression is not None, diagnostics
        return expression

    for name in ("from_", "avoiding"):
        if name in options:
            options[name] = condition(options[name])
    return path(problem, condition(to), **{"limits": ASKED, "threads": 1, **options})


def acts(answer: PathAnswer) -> list[str]:
    assert answer.outcome == "found"
    assert answer.story is not None
    return list(answer.story.acts)


def test_the_shortest_story_to_a_moment() -> None:
    answer = asked(BRIDGE, "at(Ann) == Tower & at(Bob) == Isle")
    assert acts(answer) == ["cross(Ann)", "cross(Bob)", "climb(Ann)"]
    assert answer.start == 0
    assert acts(asked(BRIDGE, "at(Ann) == Bank")) == []
    assert acts(asked(BRIDGE, "done(climb(_)) & burnt()")) == ["cross(Ann)", "burn()", "climb(Ann)"]


def test_a_path_that_avoids_something() -> None:
    assert acts(asked(BRIDGE, "burnt() & at(Ann) == Tower", avoiding="burnt() & at(Ann) == Isle")) == [
        "cross(Ann)",
        "climb(Ann)",
        "burn()",
    ]
    assert acts(asked(BRIDGE, "at(Bob) == Isle", avoiding="done(cross(Ann))")) == ["cross(Bob)"]
    assert asked(BRIDGE, "at(Ann) == Tower", avoiding="at(Ann) == Isle").outcome == "impossible"
    assert asked(BRIDGE, "at(Ann) == Bank", avoiding="at(Bob) == Bank").outcome == "impossible"


def test_a_path_from_a_moment() -> None:
    answer = asked(BRIDGE, "at(Ann) == Tower", from_="burnt()")
    # From the first moment that is as near as any: on the isle, with the bridge just burnt.
    assert (acts(answer), answer.start) == (["cross(Ann)", "climb(Ann)", "burn()"], 3)
    answer = asked(BRIDGE, "at(Ann) == Tower", from_="burnt() & at(Ann) != Tower")
    assert (acts(answer), answer.start) == (["cross(Ann)", "burn()", "climb(Ann)"], 2)
    answer = asked(BRIDGE, "at(Ann) == Tower", from_="done(cross(_))", avoiding="at(Ann) == Isle & at(Bob) == Bank")
    assert (acts(answer), answer.start) == (["cross(Bob)", "cross(Ann)", "climb(Ann)"], 2)


@pytest.mark.parametrize(
    ("to", "obstacles"),
    [
        ("at(Ann) == ?", ("Nothing can ever bring about:", "  at(Ann) == ?")),
        ("at(Bob) == Tower", ("It would take climb(Bob), after cross(Bob):", "  Bob has no reason for it")),
    ],
)
def test_a_moment_that_no_story_reaches(to: str, obstacles: tuple[str, ...]) -> None:
    answer = asked(BRIDGE, to)
    assert (answer.outcome, answer.story, answer.obstacles) == ("impossible", None, obstacles)
    assert acts(asked(BRIDGE, "at(Bob) == Tower", physical=True)) == ["cross(Bob)", "climb(Bob)"]


def test_a_path_that_is_not_found_within_limits() -> None:
    answer = asked(BRIDGE, "at(Ann) == Tower", depth=1)
    assert (answer.outcome, answer.limit) == ("limit", "depth")
    answer = asked(COUNT, "count() == 3", limits=None)
    assert (answer.outcome, answer.limit) == ("limit", "reasons")
    assert asked(COUNT, "count() == 3").outcome == "impossible"


# -- difference


def test_an_edit_that_changes_nothing_in_the_stories() -> None:
    report = checked(BRIDGE)
    assert diff(report, checked("// A remark.\n" + BRIDGE)).same


def test_what_an_edit_loses_and_gains() -> None:
    world = BRIDGE + "demand unburnt: never burnt(); ending ashes: burnt();"
    edited = world.replace("precondition: !burnt(); effect: burnt();", "precondition: False; effect: burnt();")
    edited = edited.replace("at(Ann) == Isle) 1 elseif", "at(Ann) == Isle) 3 elseif")
    edited += "entity Eve : character; at(Eve) = Isle; utility(Eve): if(at(Eve) == Tower) 1 else 0;"
    found = diff(checked(world), checked(edited))
    assert not found.same
    changed = {change.old.name: change for change in found.endings if change.old is not None}
    assert set(changed) == {"ann_up", "ashes"}
    assert [end and end.reachable for end in (changed["ashes"].old, changed["ashes"].new)] == [True, False]
    (demand,) = found.demands
    assert [result and result.verdict for result in (demand.old, demand.new)] == ["fails", "holds"]
    assert (found.acts_gained, found.acts_lost) == (("climb(Eve)",), ("climb(Ann)", "burn()"))
    assert {finding.name for finding in found.findings_lost} >= {"demand(unburnt)"}
    assert {finding.name for finding in found.findings_gained} >= {"ending_unreachable(ashes)"}


def test_a_shortest_story_that_grows_longer_and_dead_ends() -> None:
    edited = BRIDGE.replace("precondition: at(who) == Isle;", "precondition: at(who) == Isle & burnt();")
    found = diff(checked(BRIDGE), checked(edited))
    (change,) = found.endings
    assert change.old is not None
    assert change.new is not None
    assert change.old.story is not None
    assert change.new.story is not None
    assert (len(change.old.story.acts), len(change.new.story.acts)) == (2, 3)
    assert (found.dead_ends.old, found.dead_ends.new) == (2, 2)
    assert diff(checked(edited), checked(edited)).same


def test_an_accepted_finding_is_not_lost_nor_gained() -> None:
    accepted = checked(BRIDGE + 'accept dead_end "So be it.";')
    found = diff(checked(BRIDGE), accepted)
    assert [finding.name for finding in found.findings_lost] == ["dead_end"]
    assert found.findings_gained == ()
    renamed = replace(accepted, findings=())
    assert diff(accepted, renamed).findings_lost[0].name == "too_late(burn())"
