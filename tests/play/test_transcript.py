"""Transcripts: whatever readers do, what they played is a manuscript that holds."""

from __future__ import annotations

import os
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

from chekhov import lang, manuscript
from chekhov.play import MASTER, RefusedError, Session
from chekhov.play import transcript as played
from chekhov.play.ensemble import Ensemble
from chekhov.reasons import is_time

WORLDS = Path(__file__).parents[2] / "worlds"


@pytest.mark.parametrize(
    "name", ["mountain", "letter", "heist", "mechanics/air", "mechanics/journeys", "mechanics/carrying"]
)
def test_whatever_readers_do_is_a_manuscript_that_holds(name: str, tmp_path: Path) -> None:
    path = tmp_path / "world.story"
    path.write_text((WORLDS / f"{name}.story").read_text(encoding="utf-8"), encoding="utf-8")
    problem = lang.read(path).problem
    assert problem is not None
    ensemble = Ensemble(problem)
    people = [one.name for one in problem.entities if one.playable]
    people = people or [one.name for one in problem.entities if problem.is_a(one.name, "character")]
    for number in range(4):
        random = Random(number)
        seats = random.sample(people, 2) if number % 2 and len(people) > 1 else [random.choice(people)]
        session = Session.begin(problem, seats=seats, seed=number, director=False, ensemble=ensemble)
        for turn in range(16):
            seat = seats[turn % len(seats)]
            choices = session.choices(seat)
            if not choices:
                break
            try:
                session.move(seat, random.choice(choices).id)
            except RefusedError:
                session.move(seat, "wait")
        file = tmp_path / f"{number}.md"
        seat = seats[0] if len(seats) == 1 else MASTER
        file.write_text(played.manuscript(session, seat, str(path), str(file)), encoding="utf-8")
        reading = manuscript.read(file)
        assert reading.manuscript is not None, reading.diagnostics
        report = manuscript.check(reading.manuscript).report
        assert [finding.message for finding in report.findings if finding.level == "error"] == []
        text = file.read_text(encoding="utf-8")
        beats = re.findall(r"<!-- (?:beat|anyway): (.*?) -->", text)
        assert beats == [move.act for move in session.record.moves if move.act and not is_time(move.act)]
        paragraphs = re.sub(r"^#.*|<!--.*?-->", "", text, flags=re.MULTILINE).split("\n\n")
        assert [" ".join(each.split()) for each in paragraphs if each.strip()] == played.prose(session, seat)
        lines = text.splitlines()
        assert not any(line.startswith("<!--") and lines[n - 1] for n, line in enumerate(lines) if n)
    ensemble.close()


def test_what_a_reader_does_without_a_reason_is_said_to_be_so(tmp_path: Path) -> None:
    problem = lang.parse(
        'entity Ann : character "Ann" (she); property dusty() : boolean; action sigh(Ann) { consenting: Ann; };\n'
        "action sweep(Ann) { precondition: dusty(); effect: !dusty(); consenting: Ann; }; dusty();\n"
        "utility(Ann): if(dusty()) 0 else 1;\n"
    ).problem
    assert problem is not None
    session = Session.begin(problem, seats=["Ann"], director=False)
    session.move("Ann", "sigh(Ann)")
    session.move("Ann", "sweep(Ann)")
    text = played.manuscript(session, "Ann", "w.story", os.fspath(tmp_path / "a.md"))
    assert re.findall(r"<!-- (\w+): \w+\(", text) == ["anyway", "beat"]


def test_tense_and_person() -> None:
    problem = lang.read(WORLDS / "letter.story").problem
    assert problem is not None
    ensemble = Ensemble(problem)

    def told(**how: Any) -> str:
        session = Session.begin(problem, seats=["Iris"], director=False, ensemble=ensemble, **how)
        session.move("Iris", "entrust(Iris, Letter, Vera)")
        session.move("Iris", "go(Iris, Station)")
        session = session.branch(session.turns)
        return " ".join(played.prose(session, "Iris"))

    assert told().startswith("You press the letter into Vera's hand, and Vera promises to run.")
    assert "You go to the station." in told()
    assert "You went to the station." in told(tense="past")
    assert told(tense="past", third_person=True).startswith(
        "Iris pressed the letter into Vera's hand, and Vera promised to run."
    )
    assert "Iris goes to the station." in told(third_person=True)
    ensemble.close()
