"""Who does what when: bars from start to end, numbers that run down, and no text on other text."""

from __future__ import annotations

from pathlib import Path

import pytest

from charts.stories import chapter
from chekhov import lang
from chekhov.charts.chronicle import Told, told
from chekhov.charts.drawing import overlaps
from chekhov.charts.pictures import Wish, draw

ROOT = Path(__file__).parents[2]
WORLD = """
time step 5 "minutes";
entity Ann : character{label}; entity Bob : character;
property tank() : number 0..60; property done(c : character) : boolean; property alive(c : character) : boolean;
alive(Ann); alive(Bob); tank() = 20;
process leak() {{ while: tank() > 0; change: tank() -= 1; }};
action dig(Ann) {{ duration: 10; effect: done(Ann); consenting: Ann; }};
action end() {{ effect: !alive(Bob); consenting: Bob; }};
utility(): 0;
"""
ACTS = ["dig(Ann)", "time_passes", "end()", "time_passes", "time_passes"]


def small(label: str = "") -> Told:
    problem = lang.parse(WORLD.format(label=label)).problem
    assert problem is not None
    names = told(problem, []).kernel.task.names.actions
    step = next(name for name in names if name.startswith("time_passes"))
    return told(problem, [step if act == "time_passes" else act for act in ACTS], "Small")


def test_bars_last_until_somebody_is_free_and_numbers_run_down() -> None:
    found = draw("clock", small())
    assert found.data["people"] == {
        "Ann": [{"first": 1, "last": 4, "act": "dig(Ann)"}],
        "Bob": [{"first": 3, "last": 3, "act": "end()"}],
    }
    assert found.data["numbers"] == [{"fact": "tank()", "values": [20, 20, 15, 15, 10, 5], "range": [0, 20]}]
    assert [beat["time"] for beat in found.data["beats"]] == [0, 0, 5, 5, 10, 15]
    assert (found.data["unit"], found.note) == ("minutes", "15 minutes in all")
    assert found.text is not None
    assert found.text(80).splitlines()[2:4] == ["Ann  █▬▬▬·", "Bob  ··█††"]
    assert "tank(): 20, 15 after 2, 10 after 4, 5 after 5" in found.text(80)


def test_of_some() -> None:
    found = draw("clock", small(), Wish(of=("Bob",)))
    assert list(found.data["people"]) == ["Bob"]
    assert found.data["numbers"] == []


def test_the_clock_of_a_chapter() -> None:
    found = draw("clock", chapter("mountain"))
    assert sorted({beat["time"] for beat in found.data["beats"]}) == [0, 15, 30, 45, 60]
    (air,) = found.data["numbers"]
    assert (air["fact"], air["values"][0], air["values"][-1]) == ("air(Maya)", 45, 30)
    assert found.data["people"]["Dante"] == [{"first": 24, "last": 24, "act": "refuse(Dante, Help, Quarantine)"}]


def test_a_world_without_time_has_no_clock() -> None:
    found = draw("clock", chapter("letter"))
    assert {beat["time"] for beat in found.data["beats"]} == {None}
    assert found.data["numbers"] == []
    assert found.data["people"]["Paul"] == []


def test_names_are_no_markup() -> None:
    found = draw("clock", small(' "<script>alert(1)</script>"'))
    assert "<script" not in found.svg


@pytest.mark.parametrize("name", ["mountain", "heist", "letter", "mechanics/air", "mechanics/journeys"])
def test_no_text_lies_on_another_and_the_picture_is_the_same_twice(name: str) -> None:
    found, again = (draw("clock", chapter(name, copy)) for copy in range(2))
    assert overlaps(found.boxes) == []
    assert (found.svg, found.data) == (again.svg, again.data)
    assert found.text is not None
    assert all(len(line) <= 60 for line in found.text(60).splitlines())
