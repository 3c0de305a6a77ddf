"""The mountain's chapter: it holds, and each of many broken variants is caught where it is broken, and nowhere else.

A variant has one fault. The fault must be told at one place (perhaps of several people), at the line of the note that
does not hold, with the beat that took the fact away, or the one that brings it about too late, or neither where nothing
ever makes it so. And the best repair must mend it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from chekhov import manuscript
from chekhov.grounding import GroundTask, ground
from chekhov.manuscript import stage
from chekhov.model import Problem

WORLDS = Path(__file__).resolve().parents[2] / "worlds"
CHAPTER = (WORLDS / "mountain.md").read_text(encoding="utf-8")


def beat(act: str) -> str:
    return f"<!-- beat: {act} -->"


@dataclass(frozen=True)
class Variant:
    """A broken chapter. ``at`` is in the line of the note that does not hold; ``taken`` in that of a beat that took a
    fact away, ``coming`` in that of one which comes too late."""

    name: str
    text: str
    kind: str
    at: str
    taken: str | None = None
    coming: str | None = None


def _place(mark: str, nth: int) -> int:
    place = -1
    for _ in range(nth):
        place = CHAPTER.index(mark, place + 1)
    return place


def swap(old: str, new: str, nth: int = 1) -> str:
    """The chapter with something in place of something else."""
    place = _place(old, nth)
    return CHAPTER[:place] + new + CHAPTER[place + len(old) :]


def cut(act: str, nth: int = 1) -> str:
    """The chapter without a beat."""
    return swap(beat(act), "", nth)


def put(act: str, before: str, nth: int = 1) -> str:
    """The chapter with a beat more."""
    place = _place(before, nth)
    return f"{CHAPTER[:place]}{beat(act)}\n{CHAPTER[place:]}"


def cut_later(nth: int) -> str:
    """The chapter without one of its passings of time."""
    return swap("<!-- later: 15 minutes -->", "", nth)


def move(act: str, before: str) -> str:
    """The chapter with a beat in another place."""
    return CHAPTER.replace(beat(act), "", 1).replace(before, f"{beat(act)}\n{before}", 1)


BEAT, CLAIM, REASON = "impossible_beat", "false_claim", "missing_reason"

VARIANTS = [
    Variant("no body", cut("drop(Soldiers, Fox, BodyChute)"), CLAIM, "Alia, Octavia: !alive(Fox) & at(Fox) == Bin"),
    Variant(
        "Clarke never arrives",
        cut("walk(Clarke, Outside, Tunnel)"),
        CLAIM,
        "Clarke: at(Octavia) == Tunnel & at(Alia) == Tunnel & !alive(Fox)",
        coming="walk(Bellamy, Hall, Tunnel)",
    ),
    Variant(
        "the deal is not told",
        cut("say(Clarke, Deal, Tunnel)"),
        CLAIM,
        "Octavia, Alia: so(Deal)",
    ),
    Variant("no pounding", cut("pound(Clarke, Door)"), BEAT, "calm(Alia, Clarke)", coming="aim(Clarke, Panel)"),
    Variant("not pulled away", cut("calm(Alia, Clarke)"), BEAT, "aim(Clarke, Panel)", taken="pound(Clarke, Door)"),
    Variant("no aiming", cut("aim(Clarke, Panel)"), BEAT, "calm(Octavia, Clarke)", taken="calm(Alia, Clarke)"),
    Variant(
        "gun stays up",
        cut("calm(Octavia, Clarke)"),
        BEAT,
        "reproach(Octavia, Clarke, Deal, Tunnel)",
        taken="aim(Clarke, Panel)",
    ),
    Variant(
        "no blame", cut("reproach(Octavia, Clarke, Deal, Tunnel)"), BEAT, "make_peace(Alia, Octavia, Clarke, Tunnel)"
    ),
    Variant(  # Nobody does anything that would take the time; only later does Clarke.
        "door stays shut",
        cut("open_door(Bellamy, Door, Hall)"),
        BEAT,
        "later: 15 minutes",
        coming="travel(Clarke, Hall, Quarantine)",
    ),
    Variant(
        "nobody comes out",
        cut("walk(Bellamy, Hall, Tunnel)"),
        CLAIM,
        "at(Bellamy) == at(Alia) & hurt(Alia)",
    ),
    Variant("nobody vouches", cut("vouch(Jasper, Maya, Tunnel)"), CLAIM, "!distrusts(Octavia, Maya)"),
    Variant(
        "Dante is not named",
        cut("tell_where(Maya, Dante, Quarantine, Tunnel)"),
        CLAIM,
        "Bellamy, Clarke, Alia: at(Dante) == Quarantine",
    ),
    Variant(
        "no split",
        cut("split_up(Jasper, Octavia, Maya, Clarke, Tunnel)"),
        BEAT,
        "walk(Jasper, Tunnel, Hall)",
        taken="walk(Clarke, Tunnel, Hall)",
    ),
    Variant(
        "Clarke stays out",
        cut("walk(Clarke, Tunnel, Hall)"),
        BEAT,
        "close_door(Bellamy, Door, Hall)",
        taken="walk(Bellamy, Hall, Tunnel)",
    ),
    Variant(
        "Jasper stays out",
        cut("walk(Jasper, Tunnel, Hall)"),
        BEAT,
        "walk(Jasper, Hall, LevelFive)",
        taken="walk(Bellamy, Hall, Tunnel)",
    ),
    Variant(
        "nobody slides", cut("walk(Jasper, Hall, LevelFive)"), CLAIM, "at(Maya) == LevelFive & at(Octavia) == LevelFive"
    ),
    Variant("camera on", cut("turn_off(Monty, HallCamera, Hall)"), REASON, "travel(Clarke, Hall, Quarantine)"),
    Variant(
        "no way to Dante",
        cut("travel(Clarke, Hall, Quarantine)"),
        BEAT,
        "later: 15 minutes",
        coming="travel(Clarke, Quarantine, Hall)",
    ),
    Variant("not asked", cut("ask(Alia, Dante, Help, Quarantine)"), CLAIM, "Monty, Alia: !watched(HallCamera)"),
    Variant("no refusal", cut("refuse(Dante, Help, Quarantine)"), CLAIM, "refused(Help)"),
    Variant(
        "Dante left behind",
        cut("seize(Bellamy, Dante, Quarantine)"),
        CLAIM,
        "at(Dante) == CommandCentre & at(Monty) == CommandCentre",
    ),
    Variant(
        "not broken in",
        cut("unlock_door(Monty, Lock, Hall)"),
        BEAT,
        "travel(Clarke, Hall, CommandCentre)",
    ),
    Variant(
        "no way to the command centre",
        cut("travel(Clarke, Hall, CommandCentre)"),
        BEAT,
        "later: 15 minutes",
        taken="later: 15 minutes",
    ),
    Variant(
        "no way back to the hall",
        cut("travel(Clarke, Quarantine, Hall)"),
        BEAT,
        "later: 15 minutes",
        taken="later: 15 minutes",
    ),
    Variant(
        "the door takes no time",
        cut_later(1),
        BEAT,
        "walk(Bellamy, Hall, Tunnel)",
        taken="open_door(Bellamy, Door, Hall)",
    ),
    Variant(
        "the way to Dante takes no time",
        cut_later(2),
        BEAT,
        "ask(Alia, Dante, Help, Quarantine)",
        taken="travel(Clarke, Hall, Quarantine)",
    ),
    Variant(
        "the way to the screens takes no time",
        cut_later(4),
        CLAIM,
        "at(Dante) == CommandCentre & at(Monty) == CommandCentre",
    ),
    Variant(
        "Jasper lets Maya wait",
        move("walk(Jasper, Hall, LevelFive)", "<!-- scene: The white room -->"),
        CLAIM,
        "at(Maya) == LevelFive & at(Octavia) == LevelFive",
        coming="walk(Jasper, Hall, LevelFive)",
    ),
    Variant(
        "opened from outside",
        swap(beat("open_door(Bellamy, Door, Hall)"), beat("open_door(Alia, Door, Hall)")),
        BEAT,
        "open_door(Alia, Door, Hall)",
        coming="walk(Clarke, Tunnel, Hall)",
    ),
    Variant(
        "the wrong one opens",
        swap(beat("open_door(Bellamy, Door, Hall)"), beat("open_door(Jasper, Door, Hall)")),
        BEAT,
        "open_door(Jasper, Door, Hall)",
        coming="split_up(Jasper, Octavia, Maya, Clarke, Tunnel)",
    ),
    Variant(
        "the wrong one closes",
        swap(beat("close_door(Bellamy, Door, Hall)"), beat("close_door(Monty, Door, Hall)")),
        BEAT,
        "close_door(Monty, Door, Hall)",
    ),
    Variant(
        "Octavia calms her own quarrel",
        swap(beat("make_peace(Alia, Octavia, Clarke, Tunnel)"), beat("calm(Octavia, Clarke)")),
        BEAT,
        "calm(Octavia, Clarke)",
        taken="calm(Octavia, Clarke)",
    ),
    Variant(
        "aims too early",
        put("aim(Clarke, Panel)", "<!-- beat: walk(Clarke, Outside"),
        BEAT,
        "aim(Clarke, Panel)",
        coming="walk(Clarke, Outside, Tunnel)",
    ),
    Variant(
        "the panel is shot",
        swap(beat("calm(Octavia, Clarke)"), beat("shoot(Clarke, Panel)")),
        CLAIM,
        "!broken(Panel)",
        taken="shoot(Clarke, Panel)",
    ),
    Variant(
        "shot after all",
        put("shoot(Clarke, Panel)", beat("calm(Octavia, Clarke)")),
        BEAT,
        "calm(Octavia, Clarke)",
        taken="shoot(Clarke, Panel)",
    ),
    Variant(
        "drops twice",
        put("drop(Soldiers, Fox, BodyChute)", "<!-- scene: Fists"),
        BEAT,
        "drop(Soldiers, Fox, BodyChute)",
        taken="drop(Soldiers, Fox, BodyChute)",
    ),
    Variant(
        "arrives twice",
        put("walk(Clarke, Outside, Tunnel)", "<!-- scene: The panel"),
        BEAT,
        "walk(Clarke, Outside, Tunnel)",
        taken="walk(Clarke, Outside, Tunnel)",
    ),
    Variant(
        "Dante in two places",
        swap("<!-- holds: at(Dante) == CommandCentre &", "<!-- holds: at(Dante) == Quarantine &"),
        CLAIM,
        "at(Dante) == Quarantine & at(Monty) == CommandCentre",
        taken="later: 15 minutes",
    ),
    Variant(
        "Octavia at the command centre",
        swap(
            "<!-- holds: at(Maya) == LevelFive & at(Octavia) == LevelFive -->",
            "<!-- holds: at(Maya) == LevelFive & at(Octavia) == CommandCentre -->",
        ),
        CLAIM,
        "at(Maya) == LevelFive & at(Octavia) == CommandCentre",
    ),
    Variant(
        "knows too early",
        swap(
            "<!-- believes: Octavia, Alia: !so(Deal) -->",
            "<!-- knows: Octavia, Alia: so(Deal) -->",
        ),
        CLAIM,
        "Octavia, Alia: so(Deal)",
    ),
    Variant(
        "Monty knows too early that nobody watches",
        swap("<!-- believes: Monty: watched(HallCamera) -->", "<!-- knows: Monty: !watched(HallCamera) -->"),
        CLAIM,
        "Monty: !watched(HallCamera)",
        coming="ask(Alia, Dante, Help, Quarantine)",
    ),
    Variant(
        "tank full",
        swap("<!-- knows: Maya, Jasper: air(Maya) <= 30 -->", "<!-- knows: Maya, Jasper: air(Maya) == 240 -->"),
        CLAIM,
        "Maya, Jasper: air(Maya) == 240",
    ),
    Variant(
        "Maya dead and speaking",
        swap("<!-- scene: A stranger -->", "<!-- assume: !alive(Maya) -->\n<!-- scene: A stranger -->"),
        BEAT,
        "tell_where(Maya, Dante, Quarantine, Tunnel)",
        taken="!alive(Maya)",
    ),
    Variant(
        "Clarke wanders off",
        put("travel(Clarke, Hall, CommandCentre)", "“You need not have"),
        BEAT,
        "travel(Clarke, Hall, CommandCentre)",
        taken="later: 15 minutes",
        coming="unlock_door(Monty, Lock, Hall)",
    ),
    Variant(
        "leaves before the question",
        put("travel(Clarke, Quarantine, Hall)", "“Please,”"),
        BEAT,
        "ask(Alia, Dante, Help, Quarantine)",
        taken="travel(Clarke, Quarantine, Hall)",
    ),
    Variant(
        "flood",
        put("flood(Clarke, Bellamy, LevelFive)", "<!-- scene: The white room -->"),
        BEAT,
        "flood(Clarke, Bellamy, LevelFive)",
    ),
    Variant(
        "released",
        put("release(Soldiers, Captives, LevelFive)", "<!-- scene: By force -->"),
        BEAT,
        "release(Soldiers, Captives, LevelFive)",
    ),
    Variant(
        "change tank in the hall",
        put("change_tank(Maya, Spare, LevelFive)", "<!-- scene: Two ways -->"),
        BEAT,
        "change_tank(Maya, Spare, LevelFive)",
        coming="walk(Jasper, Hall, LevelFive)",
    ),
    Variant(
        "order",
        put("give_order(Dante, Soldiers)", "<!-- scene: By force -->"),
        BEAT,
        "give_order(Dante, Soldiers)",
    ),
    Variant(
        "Dante answers before asked",
        put("refuse(Dante, Help, Quarantine)", "<!-- scene: The question"),
        BEAT,
        "refuse(Dante, Help, Quarantine)",
        coming="ask(Alia, Dante, Help, Quarantine)",
    ),
    Variant(
        "tunnel closed with people in it",
        put("close_door(Bellamy, Door, Hall)", "<!-- beat: walk(Clarke, Tunnel"),
        BEAT,
        "close_door(Bellamy, Door, Hall)",
        taken="walk(Bellamy, Hall, Tunnel)",
        coming="walk(Clarke, Tunnel, Hall)",
    ),
    Variant(
        "goes out before the door opens",
        move("walk(Bellamy, Hall, Tunnel)", "<!-- scene: The door opens -->"),
        BEAT,
        "walk(Bellamy, Hall, Tunnel)",
    ),
    Variant(
        "seized before he answers",
        move("seize(Bellamy, Dante, Quarantine)", beat("refuse(Dante, Help, Quarantine)")),
        BEAT,
        "seize(Bellamy, Dante, Quarantine)",
        coming="refuse(Dante, Help, Quarantine)",
    ),
    Variant(
        "assume door broken",
        swap("<!-- scene: The door opens -->", "<!-- assume: broken(Panel) -->"),
        BEAT,
        "open_door(Bellamy, Door, Hall)",
        taken="broken(Panel)",
    ),
    Variant(
        "blame twice",
        put("reproach(Octavia, Clarke, Deal, Tunnel)", "<!-- scene: The door opens"),
        BEAT,
        "reproach(Octavia, Clarke, Deal, Tunnel)",
        taken="reproach(Octavia, Clarke, Deal, Tunnel)",
    ),
    Variant(
        "no pound reason",
        put("pound(Clarke, Door)", "<!-- scene: A stranger"),
        BEAT,
        "pound(Clarke, Door)",
        taken="later: 15 minutes",
    ),
    Variant(
        "repair unknown turbines",
        put("repair(Monty, Power, CommandCentre)", "<!-- holds: at(Dante) == CommandCentre"),
        REASON,
        "repair(Monty, Power, CommandCentre)",
    ),
    Variant(
        "told twice",
        put("say(Clarke, Deal, Tunnel)", "<!-- scene: Fists -->"),
        REASON,
        "say(Clarke, Deal, Tunnel)",
        taken="say(Clarke, Deal, Tunnel)",
    ),
    Variant(
        "named twice",
        put("tell_where(Maya, Dante, Quarantine, Tunnel)", "<!-- scene: Two ways -->"),
        REASON,
        "tell_where(Maya, Dante, Quarantine, Tunnel)",
        taken="tell_where(Maya, Dante, Quarantine, Tunnel)",
    ),
    Variant(
        "goes back for nothing",
        put("travel(Clarke, Hall, Quarantine)", "Back in the hall"),
        REASON,
        "travel(Clarke, Hall, Quarantine)",
        taken="travel(Clarke, Hall, Quarantine)",
    ),
]
BY_NAME = {variant.name: variant for variant in VARIANTS}


def read(folder: Path, text: str) -> manuscript.Manuscript:
    """A text as a chapter of the mountain."""
    world = folder / "mountain.story"
    if not world.exists():
        world.write_bytes((WORLDS / "mountain.story").read_bytes())
    path = folder / "chapter.md"
    path.write_text(text, encoding="utf-8")
    reading = manuscript.read(path)
    assert reading.manuscript is not None, reading.diagnostics
    return reading.manuscript


@pytest.fixture(autouse=True)
def _grounded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variants are all of one world, which takes seconds to ground."""
    monkeypatch.setattr(stage, "ground", _grounded)


@lru_cache(maxsize=2)
def _grounded(problem: Problem, **options: bool) -> GroundTask:
    return ground(problem, **options)


def errors(answer: manuscript.Answer) -> list[str]:
    return [finding.message for finding in answer.report.findings if finding.level == "error"]


def test_the_chapter_holds() -> None:
    reading = manuscript.read(WORLDS / "mountain.md")
    assert reading.manuscript is not None
    assert reading.diagnostics == ()
    answer = manuscript.check(reading.manuscript)
    assert errors(answer) == []
    assert answer.patches == ()
    assert len(reading.manuscript.beats) == 26
    assert sum(type(entry).__name__ == "Scene" for entry in reading.manuscript.text) == 15


def test_there_are_as_many_variants_as_were_asked_for() -> None:
    assert len(VARIANTS) >= 40
    assert len({variant.text for variant in VARIANTS}) == len(VARIANTS)


@pytest.mark.parametrize(
    "name",
    # Each takes some seconds, so `make check` takes a few, and `make test` an eighth of them.
    [
        pytest.param(name, marks=[] if i % 16 == 0 else [pytest.mark.slow])
        for i, name in enumerate(BY_NAME)
        if i % 8 == 0 or os.environ.get("CHEKHOV_VARIANTS") == "all"
    ],
)
def test_a_broken_variant_is_caught_where_it_is_broken(name: str, tmp_path: Path) -> None:
    variant = BY_NAME[name]
    chapter = read(tmp_path, variant.text)
    answer = manuscript.check(chapter, ahead=0)
    lines = variant.text.splitlines()
    found = [finding for finding in answer.report.findings if finding.level == "error"]
    assert found
    assert {finding.data["line"] for finding in found} == {found[0].data["line"]}, errors(answer)
    assert variant.at in lines[found[0].data["line"] - 1]
    assert {finding.kind for finding in found} == {variant.kind}
    causes = [cause for finding in found for cause in finding.data["causes"]]
    taken = [lines[cause["taken"] - 1] for cause in causes if cause["taken"] is not None]
    coming = [lines[cause["coming"] - 1] for cause in causes if cause["coming"] is not None]
    for wanted, told in ((variant.taken, taken), (variant.coming, coming)):
        if wanted is None:
            assert told == []
        else:
            assert any(wanted in line for line in told), told
    assert answer.patches, "no repair"
    best = answer.patches[0]
    assert len(best.edits) == 1
    mended = manuscript.check(read(tmp_path, next(iter(best.texts.values()))), ahead=0)
    assert errors(mended) == []
