"""Where a manuscript can go: the endings that are open, and the beats that closed the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import chekhov
from chekhov import manuscript
from chekhov.checking.findings import Finding

WORLDS = Path(__file__).resolve().parents[2] / "worlds"

LETTER = [
    "entrust(Iris, Letter, Vera)",
    "burn(Vera, Letter)",
    "lie(Vera, Iris)",
    "go(Iris, Station)",
    "speak(Iris, Paul)",
    "elope(Iris, Paul)",
]
HEIST = ["walk(Nell, Garden, Gallery)", "arrest(Tobias, Nell, Gallery)"]
HAVEN = """
type place;
entity Sea : place; entity Haven : place; entity Reef : place;
entity Kit : character "Kit" (she);
property at(who : character) : place;
property tide() : boolean;
at(Kit) = Sea;
tide();
action steer(Kit, to : place) { precondition: at(Kit) == Sea & to != Sea & (to != Haven | tide()); effect: at(Kit) = to;
  consenting: Kit; };
action ebb() { precondition: tide(); effect: !tide(); };
utility(Kit): if(at(Kit) == Haven) 2 elseif(at(Kit) == Reef) 1 else 0;
ending home "Home": at(Kit) == Haven;
ending wreck: at(Kit) == Reef;
"""


def chapter(folder: Path, world: str, text: str, notes: list[str]) -> manuscript.Manuscript:
    (folder / world).write_text(text, encoding="utf-8")
    lines = [f"<!-- world: {world} -->", *(f"<!-- {note} -->" for note in notes)]
    (folder / "chapter.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    reading = manuscript.read(folder / "chapter.md")
    assert reading.manuscript is not None, reading.diagnostics
    return reading.manuscript


def outlooks(read: manuscript.Manuscript, **options: Any) -> dict[str | None, Finding]:
    report = manuscript.check(read, **options).report
    return {f.subject: f for f in report.findings if f.kind.startswith("ending_")}


def test_where_the_mountain_can_go_and_what_closed_the_rest() -> None:
    read = manuscript.read(WORLDS / "mountain.md").manuscript
    assert read is not None
    # Below, nobody breathes from a tank any more; until they are there, Maya can wait too long.
    found = outlooks(read, ahead=20_000)
    assert {name: finding.kind for name, finding in found.items()} == {
        "everyone_lives": "ending_open",
        "captives_freed_natives_die": "ending_open",
        "captives_die": "ending_open",
        "maya_suffocates": "ending_closed",
    }
    closed = found["maya_suffocates"]
    assert "is closed by beat 17, line 149, `walk(Jasper, Hall, LevelFive)`" in closed.message
    assert closed.data["turns"][0] == {"state": "open", "beat": None, "line": None, "unproved": 0}
    assert closed.data["turns"][1] == {"state": "closed", "beat": 17, "line": 149, "unproved": 0}
    # The ways on are stories: a chapter that goes on with one holds, and reaches the ending.
    acts = found["everyone_lives"].data["acts"]
    further = manuscript.read(WORLDS / "mountain.md").manuscript
    assert further is not None
    walked = manuscript.walk(further)
    world = walked.last
    for act in acts:
        number = walked.stage.task.action_number(act)
        assert number is not None
        assert walked.stage.may(world, number)
        world = walked.stage.kernel.step(world, number)
    goal = chekhov.ending_goal(walked.stage.task, "everyone_lives")
    assert walked.stage.kernel.evaluate(world, goal.condition) is True


@pytest.mark.parametrize(("world", "acts"), [("letter", LETTER), ("heist", HEIST)])
def test_the_states_after_each_beat_are_those_of_the_graph(world: str, acts: list[str], tmp_path: Path) -> None:
    text = (WORLDS / f"{world}.story").read_text(encoding="utf-8")
    read = chapter(tmp_path, f"{world}.story", text, [f"beat: {act}" for act in acts])
    walked = manuscript.walk(read)
    assert walked.troubles == ()
    found = outlooks(read, ahead=None)
    kernel = walked.stage.kernel
    worlds = [kernel.initial(), *(step.after for step in walked.steps)]
    for ending in read.problem.endings:
        goal = chekhov.ending_goal(walked.stage.task, ending.name)
        told = {turn["beat"] or 0: turn["state"] for turn in found[ending.name].data["turns"]}
        state = None
        for number, moment in enumerate(worlds):
            state = told.get(number, state)
            graph = chekhov.Kernel(kernel.beginning_at(moment), threads=1).graph(limits=chekhov.Limits(None, 5, 2))
            holds = kernel.evaluate(moment, goal.condition) is True
            wanted = "reached" if holds else "open" if graph.where(goal.condition) else "closed"
            assert state == wanted, (ending.name, number)
            if holds:
                break


def test_what_is_assumed_can_open_an_ending_again(tmp_path: Path) -> None:
    notes = ["beat: ebb()", "assume: tide()", "beat: ebb()", "assume: tide()"]
    found = outlooks(chapter(tmp_path, "haven.story", HAVEN, notes))
    turns = [(turn["state"], turn["line"]) for turn in found["home"].data["turns"]]
    assert turns == [("open", None), ("closed", 2), ("open", 3), ("closed", 4), ("open", 5)]
    assert found["home"].details == ("it was opened by `assume: tide()`, line 5",)
    assert found["home"].data["acts"] == ["steer(Kit, Haven)"]


def test_an_ending_is_reached_by_a_beat(tmp_path: Path) -> None:
    found = outlooks(chapter(tmp_path, "haven.story", HAVEN, ["beat: steer(Kit, Haven)"]))
    assert found["home"].message == "“Home” is reached by beat 1, line 2, `steer(Kit, Haven)`"
    assert found["wreck"].message == "`wreck` is closed by beat 1, line 2, `steer(Kit, Haven)`"


def test_too_little_time_says_so_and_where(tmp_path: Path) -> None:
    text = (WORLDS / "letter.story").read_text(encoding="utf-8")
    read = chapter(tmp_path, "letter.story", text, [f"beat: {act}" for act in LETTER[:1]])
    found = outlooks(read, ahead=1)
    unsure = [finding for finding in found.values() if finding.data["state"] == "unproved"]
    assert unsure
    assert not any(finding.proved for finding in unsure)
    assert "--endings" in unsure[0].message


def test_what_if_tells_how_the_rest_goes_with_it(tmp_path: Path) -> None:
    read = chapter(tmp_path, "haven.story", HAVEN, ["beat: steer(Kit, Haven)", "holds: at(Kit) == Haven"])
    other = manuscript.supposing(read, [], ["1:steer(Kit, Reef)"])
    answer = manuscript.check(other)
    assert [f.kind for f in answer.report.findings if f.level == "error"] == ["false_claim"]
    assert "beat: steer(Kit, Reef)" in next(iter(answer.patches[0].texts.values()))
    assert "steer(Kit, Haven)" not in next(iter(answer.patches[0].texts.values()))
    found = outlooks(other)
    assert found["wreck"].message == "`wreck` is reached by beat 1, line 2, `steer(Kit, Reef)`"
    assert found["home"].message == "“Home” is closed by beat 1, line 2, `steer(Kit, Reef)`"
    assert outlooks(manuscript.supposing(read, ["!tide()"], []))["home"].data["turns"][0]["state"] == "open"
