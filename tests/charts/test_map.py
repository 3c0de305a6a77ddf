"""Maps: passages are what acts can do, people are where they are, and no text is on other text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from chekhov import lang
from chekhov.charts.chronicle import Told, told
from chekhov.charts.drawing import overlaps
from chekhov.charts.map import passages
from chekhov.charts.pictures import Wish, draw
from chekhov.model import Problem

WORLDS = Path(__file__).parents[2] / "worlds"

CAVE = """
type place; type body; type character : body;
entity Rim : place "LABEL"; entity Pit : place "the pit"; entity Hut : place "the hut"; entity Cell : place "the cell";
entity Ann : character "LABEL"; entity Bob : character "Bob"; entity Lamp : body "the lamp"; entity Key : body;
property at(x : body) : place; property alive(c : character) : boolean; property way(a : place, b : place) : boolean;
at(Ann) = Rim; at(Bob) = Hut; at(Lamp) = Rim; alive(Ann); alive(Bob);
way(Rim, Hut); way(Hut, Rim); way(Cell, Hut);
action walk(c : character, a : place, b : place) {
	precondition: at(c) == a & way(a, b) & alive(c); effect: at(c) = b; consenting: c;
};
action slide(c : character) { precondition: at(c) == Rim & alive(c); effect: at(c) = Pit; consenting: c; };
action drop(c : character) {
	precondition: at(c) == Rim & at(Lamp) == Rim; effect: at(Lamp) = Cell; consenting: c;
};
action die(c : character) { precondition: at(c) == Pit & alive(c); effect: !alive(c); consenting: c; };
action find(c : character) { effect: at(Key) = at(c); consenting: c; };
utility(): 0;
"""


def parsed(text: str, path: str = "story") -> Problem:
    problem = lang.parse(text, path).problem
    assert problem is not None
    return problem


def cave(acts: list[str], label: str = "the rim") -> Told:
    return told(parsed(CAVE.replace("LABEL", label)), acts)


def world(name: str) -> Told:
    path = WORLDS / f"{name}.story"
    return told(parsed(path.read_text(encoding="utf-8"), str(path)), [])


def test_passages_are_what_acts_can_do_to_characters() -> None:
    # The way out of the cell is nobody's, as nobody comes there; the lamp that falls into it takes no passage.
    both = ("Ann", "Bob")
    assert passages(cave([]).problem) == {("Rim", "Pit"): both, ("Rim", "Hut"): both, ("Hut", "Rim"): both}


def test_who_is_where_after_a_beat() -> None:
    story = cave(["slide(Ann)", "die(Ann)", "drop(Bob)"])

    def here(beat: int | None, *of: str) -> dict[str, Any]:
        data = draw("map", story, Wish(of, beat)).data
        return {p["name"]: [e["name"] + "†" * (not e["alive"]) for e in p["here"]] for p in data["places"]} | {
            "": [e["name"] for e in data["nowhere"]]
        }

    assert here(0) == {"Rim": ["Ann", "Lamp"], "Pit": [], "Hut": ["Bob"], "Cell": [], "": ["Key"]}
    assert here(1)["Pit"] == ["Ann"]
    assert here(None) == {"Rim": [], "Pit": ["Ann†"], "Hut": ["Bob"], "Cell": ["Lamp"], "": ["Key"]}
    assert here(None, "Bob") == {"Rim": [], "Pit": [], "Hut": ["Bob"], "Cell": [], "": []}


def test_one_head_one_way_and_two_heads_both_ways() -> None:
    root = ET.fromstring(draw("map", cave([])).svg)
    heads = [each.findtext("{*}title") for each in root.findall(".//{*}polygon")]
    assert sorted(filter(None, heads)) == ["the rim → the pit", "the rim ↔ the hut", "the rim ↔ the hut"]


def places(svg: str) -> list[tuple[float, float, float, float]]:
    found = ET.fromstring(svg).findall(".//{*}rect[@class='box']")
    sizes = [tuple(float(each.get(name, "")) for name in ("x", "y", "width", "height")) for each in found]
    return [(x, y, x + width, y + height) for x, y, width, height in sizes]


def test_places_stay_where_they_are_from_beat_to_beat() -> None:
    story = cave(["slide(Ann)", "die(Ann)", "drop(Bob)"])
    drawn = [places(draw("map", story, Wish(beat=beat)).svg) for beat in range(4)]
    assert len(drawn[0]) == 4
    assert all(one == other for one, other in pairwise(drawn))


@pytest.mark.parametrize("name", ["mountain", "heist", "letter", "mechanics/movement"])
def test_no_text_and_no_place_is_on_another(name: str) -> None:
    story = world(name)
    picture = draw("map", story)
    assert len(picture.boxes) > 4
    assert not overlaps(picture.boxes)
    rooms = places(picture.svg)
    assert not [
        (a, b)
        for n, a in enumerate(rooms)
        for b in rooms[:n]
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    for box in picture.boxes:
        assert box.left >= 0
        assert box.top >= 0
    again = draw("map", story)
    assert (again.svg, again.data) == (picture.svg, picture.data)


def test_the_library_s_one_way_slope() -> None:
    ways = passages(world("mechanics/movement").problem)
    assert ("Rim", "Bottom") in ways
    assert ("Bottom", "Rim") not in ways
    assert {("Road", "Hut"), ("Hut", "Road")} <= ways.keys()


def test_the_map_in_letters() -> None:
    picture = draw("map", cave(["slide(Ann)", "die(Ann)"]))
    assert picture.text is not None
    text = picture.text(60)
    assert "\nthe pit: † the rim\n" in text
    assert "\n  → the pit\n" in text
    assert "\nthe hut: Bob\n  ↔ the rim\n" in text
    assert max(map(len, picture.text(30).splitlines())) <= 30


def test_names_are_text_whatever_they_hold() -> None:
    picture = draw("map", cave([], "</title><script>&]]>"))
    tags = {each.tag.partition("}")[2] for each in ET.fromstring(picture.svg).iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "text", "circle", "path", "polygon", "g"}


def test_a_world_without_places() -> None:
    story = told(parsed("entity Ann : character; utility(): 0;"), [])
    picture = draw("map", story)
    assert picture.data["places"] == []
    assert ET.fromstring(picture.svg) is not None
