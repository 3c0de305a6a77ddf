"""Maps: passages are what acts can do, people are where they are, and no text is on other text."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from itertools import pairwise, product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cli.process import chekhov

from chekhov import lang
from chekhov.charts.chronicle import Told, told
from chekhov.charts.drawing import overlaps
from chekhov.charts.map import passages
from chekhov.charts.pictures import Wish, draw
from chekhov.charts.player import player
from chekhov.charts.sketch import Place, sketch
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


DOORS = """
type place; type door; type item; entity Yard : place; entity Hall : place; entity Cellar : place; entity Gate : door;
entity Hatch : door; entity Ann : character "Ann"; entity Key : item "the key";
level "above": Hall, Yard; level "below the house, where it is dark": Cellar;
property at(who : character) : place; property alive(who : character) : boolean; property open(d : door) : boolean;
property locked(d : door) : boolean; property holder(Key) : character;
at(Ann) = Yard; alive(Ann); holder(Key) = Ann; locked(Hatch);
action enter(c : character) {
	precondition: at(c) == Yard & open(Gate) & alive(c); effect: at(c) = Hall; consenting: c;
};
action leave(c : character) { precondition: at(c) == Hall; effect: at(c) = Yard; consenting: c; };
action descend(c : character) { precondition: at(c) == Hall & open(Hatch); effect: at(c) = Cellar; consenting: c; };
action dig(c : character) {
	precondition: at(c) == Hall & open(Hatch) & open(Gate); effect: at(c) = Cellar; consenting: c;
};
action unlock(d : door) { precondition: !open(d); effect: open(d) & !locked(d); };
action lose(Key) { effect: holder(Key) = ?; };
action die(c : character) { effect: !alive(c); };
utility(): 0;
"""


def test_whether_passages_are_open_is_what_they_need_of_things() -> None:
    story = told(parsed(DOORS), ["unlock(Gate)", "unlock(Hatch)", "die(Ann)"])

    def states(beat: int) -> dict[str, tuple[str, list[str]]]:
        ways = draw("map", story, Wish(beat=beat)).data["passages"]
        return {f"{way['from']}-{way['to']}": (way["state"], way["lacks"]) for way in ways}

    assert states(0) == {
        "Yard-Hall": ("shut", ["open(Gate)"]),
        "Hall-Yard": ("open", []),
        "Hall-Cellar": ("locked", ["open(Hatch)"]),
    }
    assert {state for state, _ in states(2).values()} == {"open"}
    # Who is there to go, alive or dead, is no door.
    assert states(3) == states(2)
    picture = draw("map", story, Wish(beat=0))
    assert not overlaps(picture.boxes)
    assert {"shut, whoever comes", "locked"} <= {box.text for box in picture.boxes}
    assert picture.text is not None
    assert "\n  ↔ the cellar" not in picture.text(80)
    assert "\n  → Cellar (locked: not open(Hatch))\n" in picture.text(80)


def test_levels_are_one_below_the_other() -> None:
    picture = draw("map", told(parsed(DOORS), []))
    assert [level["level"] for level in picture.data["levels"]] == ["above", "below the house, where it is dark"]
    boxes = {box.text: box for box in picture.boxes}
    assert max(boxes["Hall"].bottom, boxes["Yard"].bottom) < boxes["above"].bottom + 200 < boxes["Cellar"].top + 200
    assert boxes["Cellar"].top > max(boxes["Hall"].bottom, boxes["Yard"].bottom)
    assert picture.text is not None
    assert "— below the house, where it is dark —" in picture.text(80)


def test_what_somebody_has_is_where_they_are() -> None:
    story = told(parsed(DOORS), ["unlock(Gate)", "enter(Ann)", "lose(Key)"])

    def where(beat: int) -> dict[str, list[str]]:
        data = draw("map", story, Wish(beat=beat)).data
        return {"": [e["label"] for e in data["nowhere"]]} | {
            p["name"]: [e["label"] for e in p["here"]] for p in data["places"] if p["here"]
        }

    assert where(0) == {"": [], "Yard": ["Ann", "the key (Ann)"]}
    assert where(2) == {"": [], "Hall": ["Ann", "the key (Ann)"]}
    assert where(3) == {"": ["the key"], "Hall": ["Ann"]}


def frames_of(svg: str) -> dict[str, list[tuple[float, str]]]:
    """The keyframes of each animation: how far in percent, and what is then declared."""
    found = {}
    for name, steps in re.findall(r"@keyframes (m\d+) \{ (.*) \}", svg):
        found[name] = [(float(at), said) for at, said in re.findall(r"([\d.]+)%\{([^}]*)\}", steps)]
    return found


def test_a_map_that_moves_is_at_each_beat_as_the_map_of_that_beat() -> None:
    story = cave(["slide(Ann)", "die(Ann)", "drop(Bob)"])
    moving = draw("map", story, Wish(moving=True))
    assert len(moving.frames) == 4
    assert not overlaps(moving.boxes)
    assert moving.svg == draw("map", story, Wish(moving=True)).svg
    assert "prefers-reduced-motion: no-preference" in moving.svg
    # It rests as the last one is, with the texts of all others hidden.
    assert set(moving.boxes) == set(draw("map", story).boxes)
    frames = frames_of(moving.svg)
    assert frames

    def at(name: str, beat: int) -> str:
        end = (beat + 0.99) / 4 * 100
        return [said for share, said in frames[name] if share <= end][-1]

    def shown(beat: int) -> set[tuple[str, int, int]]:
        found: set[tuple[str, int, int]] = set()

        def walk(each: ET.Element, x: float, y: float, seen: bool) -> None:
            name = next((one for one in (each.get("class") or "").split() if one in frames), None)
            said = "" if name is None else at(name, beat)
            if move := re.match(r"transform:translate\(([-\d.]+)px,([-\d.]+)px\)", said):
                x, y = x + float(move[1]), y + float(move[2])
            seen = seen and said != "opacity:0"
            if seen and each.tag.endswith("}text"):
                found.add((each.text or "", round(x + float(each.get("x", 0))), round(y + float(each.get("y", 0)))))
            for child in each:
                walk(child, x, y, seen)

        walk(ET.fromstring(moving.svg), 0, 0, True)
        return found

    for beat in range(4):
        still = ET.fromstring(draw("map", story, Wish(beat=beat)).svg)
        texts = {
            (t.text or "", round(float(t.get("x", 0))), round(float(t.get("y", 0))))
            for t in still.iter("{http://www.w3.org/2000/svg}text")
        }
        assert shown(beat) == texts


def crowded() -> Told:
    """Places that all lead to each other, so that some passages must go around others, with long names."""
    names = [f"The{'_very' * (n % 4)}_room_number_{n}" for n in range(9)]
    places = "".join(f'entity P{n} : place "{name} {"and its anteroom " * (n % 3)}"; ' for n, name in enumerate(names))
    world = f"""
    type place; {places} entity Ann : character "Annabella-Constantina of the Seven Rivers"; entity Bob : character;
    level "the attic": P0, P1; level "the ground": P2, P3, P4, P5;
    property at(c : character) : place; at(Ann) = P0; at(Bob) = P8;
    action go(c : character, to : place) {{ precondition: at(c) != to; effect: at(c) = to; consenting: c; }};
    utility(): 0;
    """
    return told(parsed(world), ["go(Ann, P4)", "go(Bob, P1)"])


def test_passages_go_around_places() -> None:
    story = crowded()
    for beat in (0, 2):
        picture = draw("map", story, Wish(beat=beat))
        assert not overlaps(picture.boxes)
        root = ET.fromstring(picture.svg)
        rooms = places(picture.svg)
        labels = [box for box in picture.boxes if box.text.startswith("the ")]
        lines = [each for each in root.iter("{http://www.w3.org/2000/svg}path") if "edge" in (each.get("class") or "")]
        assert len(lines) == 36
        for line in lines:
            points = [tuple(map(float, pair)) for pair in re.findall(r"([-\d.]+) ([-\d.]+)", line.get("d") or "")]
            for (ax, ay), (bx, by) in pairwise(points):
                for n in range(1, 40):
                    x, y = ax + (bx - ax) * n / 40, ay + (by - ay) * n / 40
                    # Not on a place, but for those at its ends, which it only touches; nor on the name of a level.
                    assert not [r for r in rooms if r[0] + 1 < x < r[2] - 1 and r[1] + 1 < y < r[3] - 1]
                    assert not [b for b in labels if b.left < x < b.right and b.top < y < b.bottom]


def test_the_commands(tmp_path: Path) -> None:
    (tmp_path / "w.story").write_text(DOORS)
    (tmp_path / "p.plan").write_text("unlock(Gate)\nenter(Ann)\n")
    assert chekhov("show", "w.story", "p.plan", "-p", "map", "-o", "m.html", folder=tmp_path).returncode == 0
    page = (tmp_path / "m.html").read_text(encoding="utf-8")
    assert page.count("<script>") == 1
    assert "<li>enter(Ann)</li>" in page
    assert not re.search(r"(?:src|href)=", page)
    assert chekhov("show", "w.story", "p.plan", "-p", "map", "--moving", "-o", "m.svg", folder=tmp_path).returncode == 0
    assert "@keyframes" in (tmp_path / "m.svg").read_text(encoding="utf-8")
    for wrong in (
        ["-p", "clock", "-o", "c.svg", "--moving"],
        ["-p", "map", "--moving", "-o", "m.png"],
        ["-p", "map", "--moving", "--at", "1"],
    ):
        done = chekhov("show", "w.story", "p.plan", *wrong, folder=tmp_path)
        assert (done.returncode, "What moves is" in done.stderr) == (2, True)


SEEN = """(text) => [...document.querySelectorAll("svg text")].some((each) => {
    if (!each.textContent.startsWith(text)) return false;
    for (let at = each; at.parentElement; at = at.parentElement) if (getComputedStyle(at).opacity === "0") return false;
    return true;
})"""
"""Whether a text that begins so is not hidden, nor what it is part of."""


@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium")
def test_the_page_is_played_in_a_browser(tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    hostile = "</title></script><script>alert(1)</script><img src=https://example.org/x onerror=alert(2)>"
    story = cave(["slide(Ann)", "die(Ann)", "drop(Bob)"], hostile)
    file = tmp_path / "map.html"
    file.write_text(player(draw("map", story, Wish(moving=True)), hostile), encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(reduced_motion="reduce")
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda request: said.append(request.url))
        page.goto(file.as_uri())

        def place(who: str) -> float:
            # An element's text is followed by what it says on hover.
            return float(page.locator("svg text", has_text=re.compile(f"^{who}")).first.bounding_box()["y"])

        def seen(text: str) -> bool:
            return bool(page.evaluate(SEEN, text))

        last = place("Bob")
        assert seen("After 3")
        page.focus("#frame")
        page.keyboard.press("Home")
        assert (seen("The start"), seen("After 3")) == (True, False)
        page.keyboard.press("ArrowRight")
        assert (seen("After 1"), page.get_attribute("#frame", "aria-valuetext")) == (True, "1: slide(Ann)")
        page.keyboard.press("End")
        assert place("Bob") == last
        page.click("#play")
        page.locator("#number", has_text=re.compile("^1$")).wait_for()
        page.click("#play")
        assert said == [file.as_uri()]
        page.close()
        still = browser.new_page(java_script_enabled=False)
        still.goto(file.as_uri())
        assert still.locator("form").is_hidden()
        browser.close()


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


@pytest.mark.parametrize("width", [336, 240])
@pytest.mark.parametrize("seed", range(6))
def test_a_sketch_is_as_narrow_as_it_is_to_be(seed: int, width: int) -> None:
    random = Random(seed)
    names = ["the mouth of the long tunnel", "here", "a hall with a name that no phone has room for", "<b>", "Rim"]
    people = ["you", "Bellamy", "the people of the mountain", "Ann", "Bob & Cid"]
    places = [
        Place(name, tuple(random.sample(people, random.randrange(4))), tuple(random.sample(people, 4)), not number)
        for number, name in enumerate(random.sample(names * 2, random.randrange(2, 9)))
    ]
    numbers = range(len(places))
    ways = sorted({(a, b) for a, b in product(numbers, numbers) if a < b and random.random() < 0.4})
    drawing = sketch("The map", places, ways, width)
    assert overlaps(drawing.boxes) == []
    assert min(box.left for box in drawing.boxes) >= 0
    assert drawing.width <= width + 1
    assert (drawing.svg(styled=False), "style" in drawing.svg(styled=False)) == (
        sketch("The map", places, ways, width).svg(styled=False),
        False,
    )
    ET.fromstring(drawing.svg(styled=False))


def test_a_way_that_takes_time_begins_where_one_sets_out() -> None:
    problem = lang.parse(
        """
        time step 5 "minutes"; type place; entity Rim : place; entity Pit : place; entity Hut : place;
        entity Ann : character; entity Cat : character;
        property at(c : character) : place; property road(from : place, to : place) : boolean;
        at(Ann) = Rim; at(Cat) = Rim; road(Rim, Hut); road(Hut, Pit);
        action jump(Cat) { precondition: at(Cat) == Rim; effect: at(Cat) = Pit; consenting: Cat; };
        action travel(who : character, from : place, to : place) {
            duration: 10; precondition: road(from, to) & at(who) == from; effect: at(who) = to; consenting: who;
        };
        utility(): 0;
        """
    ).problem
    assert problem is not None
    assert passages(problem) == {
        ("Rim", "Pit"): ("Cat",),
        ("Rim", "Hut"): ("Ann", "Cat"),
        ("Hut", "Pit"): ("Ann", "Cat"),
    }
