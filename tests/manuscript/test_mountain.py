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


def exchange(one: str, other: str) -> str:
    """The chapter with two beats in each other's place."""
    return CHAPTER.replace(beat(one), "@").replace(beat(other), beat(one)).replace("@", beat(other))


BEAT, CLAIM, REASON = "impossible_beat", "false_claim", "missing_reason"

VARIANTS = [
    Variant("no body", cut("drop(Soldiers, Fox, BodyChute)"), CLAIM, "Alia, Octavia: !alive(Fox) & at(Fox) == Bin"),
    Variant(
        "Clarke never arrives",
        cut("arrive(Clarke, Tunnel)"),
        CLAIM,
        "Clarke: at(Octavia) == Tunnel & at(Alia) == Tunnel & !alive(Fox)",
        coming="leave(Bellamy, Tunnel)",
    ),
    Variant(
        "the deal is not told",
        cut("tell_of_deal(Clarke, Octavia)"),
        CLAIM,
        "Octavia, Alia: dealt(Lexa) & taken(Lincoln)",
    ),
    Variant("no pounding", cut("pound(Clarke, Door)"), BEAT, "calm(Alia, Clarke)", coming="aim(Clarke, Panel)"),
    Variant("not pulled away", cut("calm(Alia, Clarke)"), BEAT, "aim(Clarke, Panel)", taken="pound(Clarke, Door)"),
    Variant("no aiming", cut("aim(Clarke, Panel)"), BEAT, "calm(Octavia, Clarke)", taken="calm(Alia, Clarke)"),
    Variant("gun stays up", cut("calm(Octavia, Clarke)"), BEAT, "blame(Octavia, Clarke)", taken="aim(Clarke, Panel)"),
    Variant("no blame", cut("blame(Octavia, Clarke)"), BEAT, "calm(Alia, Clarke)", taken="calm(Octavia, Clarke)"),
    Variant("door stays shut", cut("open_door(Bellamy, Door)"), BEAT, "leave(Bellamy, Tunnel)"),
    Variant(
        "nobody comes out",
        cut("leave(Bellamy, Tunnel)"),
        CLAIM,
        "reunited(Bellamy, Alia) & hurt(Alia)",
        coming="enter(Clarke, Hall)",
    ),
    Variant("nobody vouches", cut("vouch(Jasper, Maya, Tunnel)"), CLAIM, "!distrusts(Octavia, Maya)"),
    Variant(
        "Dante is not named",
        cut("name_dante(Maya, Tunnel)"),
        CLAIM,
        "Bellamy, Clarke, Alia: at(Dante) == Quarantine",
        coming="go(Clarke, Quarantine)",
    ),
    Variant(
        "no split",
        cut("split_up(Jasper, Octavia, Maya, Clarke, Tunnel)"),
        BEAT,
        "enter(Jasper, Hall)",
        taken="enter(Clarke, Hall)",
    ),
    Variant(
        "Clarke stays out",
        cut("enter(Clarke, Hall)"),
        BEAT,
        "close_door(Bellamy, Door)",
        taken="leave(Bellamy, Tunnel)",
        coming="go(Clarke, Quarantine)",
    ),
    Variant(
        "Jasper stays out",
        cut("enter(Jasper, Hall)"),
        BEAT,
        "slide(Jasper, TrashChute)",
        taken="leave(Bellamy, Tunnel)",
    ),
    Variant(
        "nobody slides", cut("slide(Jasper, TrashChute)"), CLAIM, "at(Maya) == LevelFive & at(Octavia) == LevelFive"
    ),
    Variant("camera on", cut("put_out(Monty, Camera, JunctionBox)"), REASON, "go(Clarke, Quarantine)"),
    Variant("no way to Dante", cut("go(Clarke, Quarantine)"), BEAT, "ask(Alia, Dante, Quarantine)"),
    Variant("not asked", cut("ask(Alia, Dante, Quarantine)"), CLAIM, "Monty, Alia: !watched(Camera)"),
    Variant("no refusal", cut("refuse(Dante)"), CLAIM, "reply() == Refused"),
    Variant(
        "Dante left behind",
        cut("take_along(Bellamy, Dante, Quarantine)"),
        CLAIM,
        "at(Dante) == CommandCentre & at(Monty) == CommandCentre",
    ),
    Variant(
        "not broken in",
        cut("break_in(Clarke, Monty, CommandCentre)"),
        CLAIM,
        "at(Dante) == CommandCentre & at(Monty) == CommandCentre",
    ),
    Variant(
        "opened from outside",
        swap(beat("open_door(Bellamy, Door)"), beat("open_door(Alia, Door)")),
        BEAT,
        "open_door(Alia, Door)",
        coming="enter(Clarke, Hall)",
    ),
    Variant(
        "the wrong one opens",
        swap(beat("open_door(Bellamy, Door)"), beat("open_door(Jasper, Door)")),
        BEAT,
        "open_door(Jasper, Door)",
        coming="split_up(Jasper, Octavia, Maya, Clarke, Tunnel)",
    ),
    Variant(
        "the wrong one closes",
        swap(beat("close_door(Bellamy, Door)"), beat("close_door(Monty, Door)")),
        BEAT,
        "close_door(Monty, Door)",
    ),
    Variant(
        "Octavia calms her own quarrel",
        swap(beat("calm(Alia, Clarke)"), beat("calm(Octavia, Clarke)"), 2),
        BEAT,
        "calm(Octavia, Clarke)",
        taken="blame(Octavia, Clarke)",
    ),
    Variant(
        "aims too early",
        put("aim(Clarke, Panel)", "<!-- beat: arrive(Clarke"),
        BEAT,
        "aim(Clarke, Panel)",
        coming="arrive(Clarke, Tunnel)",
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
        put("arrive(Clarke, Tunnel)", "<!-- scene: The panel"),
        BEAT,
        "arrive(Clarke, Tunnel)",
        taken="arrive(Clarke, Tunnel)",
    ),
    Variant(
        "Dante in two places",
        swap("<!-- holds: at(Dante) == CommandCentre &", "<!-- holds: at(Dante) == Quarantine &"),
        CLAIM,
        "at(Dante) == Quarantine & at(Monty) == CommandCentre",
        taken="break_in(Clarke, Monty, CommandCentre)",
    ),
    Variant(
        "Octavia at the command centre",
        swap(
            "<!-- holds: at(Maya) == LevelFive & at(Octavia) == LevelFive -->",
            "<!-- holds: at(Maya) == LevelFive & at(Octavia) == CommandCentre -->",
        ),
        CLAIM,
        "at(Maya) == LevelFive & at(Octavia) == CommandCentre",
        coming="break_in(Clarke, Monty, CommandCentre)",
    ),
    Variant(
        "knows too early",
        swap(
            "<!-- believes: Octavia, Alia: !dealt(Lexa) & !taken(Lincoln) -->",
            "<!-- knows: Octavia, Alia: dealt(Lexa) -->",
        ),
        CLAIM,
        "Octavia, Alia: dealt(Lexa)",
        coming="tell_of_deal(Clarke, Octavia)",
    ),
    Variant(
        "Monty knows too early that nobody watches",
        swap("<!-- believes: Monty: watched(Camera) -->", "<!-- knows: Monty: !watched(Camera) -->"),
        CLAIM,
        "Monty: !watched(Camera)",
        coming="ask(Alia, Dante, Quarantine)",
    ),
    Variant(
        "tank full",
        swap("<!-- knows: Maya, Jasper: tank(Maya) <= 30 -->", "<!-- knows: Maya, Jasper: tank(Maya) == 240 -->"),
        CLAIM,
        "Maya, Jasper: tank(Maya) == 240",
    ),
    Variant(
        "Maya dead and speaking",
        swap("<!-- scene: A stranger -->", "<!-- assume: !alive(Maya) -->\n<!-- scene: A stranger -->"),
        BEAT,
        "name_dante(Maya, Tunnel)",
        taken="!alive(Maya)",
    ),
    Variant(
        "Clarke wanders off",
        put("go(Clarke, CommandCentre)", "“You need not have"),
        BEAT,
        "go(Clarke, CommandCentre)",
        coming="break_in(Clarke, Monty, CommandCentre)",
    ),
    Variant(
        "break in before the question",
        put("break_in(Clarke, Monty, CommandCentre)", "“Please,”"),
        BEAT,
        "ask(Alia, Dante, Quarantine)",
        taken="break_in(Clarke, Monty, CommandCentre)",
    ),
    Variant(
        "flood",
        put("flood(Clarke, Bellamy, LevelFive)", "<!-- scene: The white room -->"),
        BEAT,
        "flood(Clarke, Bellamy, LevelFive)",
        coming="break_in(Clarke, Monty, CommandCentre)",
    ),
    Variant(
        "released", put("release(Soldiers, Captives)", "<!-- scene: By force -->"), BEAT, "release(Soldiers, Captives)"
    ),
    Variant(
        "change tank in the hall",
        put("change_tank(Maya, LevelFive)", "<!-- scene: Two ways -->"),
        BEAT,
        "change_tank(Maya, LevelFive)",
        coming="slide(Jasper, TrashChute)",
    ),
    Variant(
        "order",
        put("give_order(Dante, Soldiers)", "<!-- scene: By force -->"),
        BEAT,
        "give_order(Dante, Soldiers)",
        coming="break_in(Clarke, Monty, CommandCentre)",
    ),
    Variant(
        "Dante answers before asked",
        put("refuse(Dante)", "<!-- scene: The question"),
        BEAT,
        "refuse(Dante)",
        coming="ask(Alia, Dante, Quarantine)",
    ),
    Variant(
        "tunnel closed with people in it",
        put("close_door(Bellamy, Door)", "<!-- beat: enter(Clarke"),
        BEAT,
        "close_door(Bellamy, Door)",
        taken="leave(Bellamy, Tunnel)",
        coming="enter(Clarke, Hall)",
    ),
    Variant(
        "swap open and leave",
        exchange("open_door(Bellamy, Door)", "leave(Bellamy, Tunnel)"),
        BEAT,
        "leave(Bellamy, Tunnel)",
        coming="open_door(Bellamy, Door)",
    ),
    Variant(
        "swap take_along and break_in",
        exchange("take_along(Bellamy, Dante, Quarantine)", "break_in(Clarke, Monty, CommandCentre)"),
        BEAT,
        "take_along(Bellamy, Dante, Quarantine)",
        taken="break_in(Clarke, Monty, CommandCentre)",
    ),
    Variant(
        "assume door broken",
        swap("<!-- scene: The door opens -->", "<!-- assume: broken(Panel) -->"),
        BEAT,
        "open_door(Bellamy, Door)",
        taken="broken(Panel)",
    ),
    Variant(
        "blame twice",
        put("blame(Octavia, Clarke)", "<!-- scene: The door opens"),
        BEAT,
        "blame(Octavia, Clarke)",
        taken="blame(Octavia, Clarke)",
    ),
    Variant(
        "no pound reason",
        put("pound(Clarke, Door)", "<!-- scene: A stranger"),
        BEAT,
        "pound(Clarke, Door)",
        taken="open_door(Bellamy, Door)",
    ),
    Variant(
        "repair unknown turbines",
        put("repair(Monty, Turbines)", "<!-- scene: The white room"),
        BEAT,
        "repair(Monty, Turbines)",
        coming="break_in(Clarke, Monty, CommandCentre)",
    ),
    Variant(
        "told twice",
        put("tell_of_deal(Clarke, Octavia)", "<!-- scene: Fists -->"),
        REASON,
        "tell_of_deal(Clarke, Octavia)",
        taken="tell_of_deal(Clarke, Octavia)",
    ),
    Variant(
        "named twice",
        put("name_dante(Maya, Tunnel)", "<!-- scene: Two ways -->"),
        REASON,
        "name_dante(Maya, Tunnel)",
        taken="name_dante(Maya, Tunnel)",
    ),
    Variant(
        "goes back for nothing",
        put("go(Clarke, Hall)", "<!-- scene: By force -->"),
        REASON,
        "go(Clarke, Hall)",
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
def _grounded(problem: Problem, *, simplify: bool) -> GroundTask:
    return ground(problem, simplify=simplify)


def errors(answer: manuscript.Answer) -> list[str]:
    return [finding.message for finding in answer.report.findings if finding.level == "error"]


def test_the_chapter_holds() -> None:
    reading = manuscript.read(WORLDS / "mountain.md")
    assert reading.manuscript is not None
    assert reading.diagnostics == ()
    answer = manuscript.check(reading.manuscript)
    assert errors(answer) == []
    assert answer.patches == ()
    assert len(reading.manuscript.beats) == 24
    assert sum(type(entry).__name__ == "Scene" for entry in reading.manuscript.text) == 15


def test_there_are_as_many_variants_as_were_asked_for() -> None:
    assert len(VARIANTS) >= 40
    assert len({variant.text for variant in VARIANTS}) == len(VARIANTS)


@pytest.mark.parametrize(
    "name",
    # Each takes some seconds, so `make check` takes a few, and `make test` a quarter of them.
    [
        pytest.param(name, marks=[] if i % 8 == 0 else [pytest.mark.slow])
        for i, name in enumerate(BY_NAME)
        if i % 4 == 0 or os.environ.get("CHEKHOV_VARIANTS") == "all"
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
