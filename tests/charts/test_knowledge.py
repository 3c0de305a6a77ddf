"""Who knows what: each state where it belongs, told apart by shape, and no text on other text."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from cli.process import chekhov

from charts.stories import chapter
from chekhov import lang
from chekhov.charts.chronicle import Told, told
from chekhov.charts.drawing import overlaps
from chekhov.charts.pictures import Picture, Wish, draw

ROOT = Path(__file__).parents[2]
WORLD = """
type place; entity Home : place; entity Shop : place;
entity Ann : character{label}; entity Bob : character; entity Cup : place;
property at(c : character) : place; property key() : place;
property alive(c : character) : boolean;
alive(Ann); alive(Bob);
at(Ann) = Home; at(Bob) = Shop; key() = Home;
believes(Bob, key()) = Shop; believes(Ann, at(Bob)) = ?;
action meet() {{ effect: at(Ann) = Shop; consenting: Ann; observing(c : character): True; }};
action look() {{ effect: believes(Bob, key()) = Home & believes(Ann, at(Bob)) = Shop; consenting: Bob; }};
action end() {{ effect: !alive(Bob); consenting: Ann; observing(c : character): True; }};
utility(): 0;
"""


def small(label: str = "") -> Told:
    problem = lang.parse(WORLD.format(label=label)).problem
    assert problem is not None
    return told(problem, ["meet()", "look()", "end()"], "Small")


def states(picture: Picture) -> dict[str, dict[str, list[str]]]:
    return {row["fact"]: {who: cell["states"] for who, cell in row["people"].items()} for row in picture.data["facts"]}


def test_who_knows_what_of_a_small_story() -> None:
    story = small()
    found = draw("knowledge", story)
    assert states(found) == {
        "at(Bob)": {"Ann": ["unknown", "unknown", "knows", "knows"], "Bob": ["knows"] * 3 + ["dead"]},
        "key()": {"Ann": ["knows"] * 4, "Bob": ["wrong", "wrong", "knows", "dead"]},
    }
    assert found.data["facts"][1]["actual"] == ["Home"] * 4
    assert found.data["facts"][1]["people"]["Bob"]["believed"][:3] == ["Shop", "Shop", "Home"]
    assert found.text is not None
    assert found.text(80).splitlines()[1:4] == [
        "         Ann   Bob",
        "at(Bob)  ??✓✓  ✓✓✓",
        "key()    ✓✓✓✓  ✗✗✓",
    ]
    titles = {each.text for each in ET.fromstring(found.svg).iter("{http://www.w3.org/2000/svg}title")}
    assert "beats 0 to 1: Bob believes key() == Shop (really Home)" in titles
    assert "beats 0 to 1: Ann does not know at(Bob) == Shop" in titles


def test_of_some_people_and_at_one_beat() -> None:
    story = small()
    assert states(draw("knowledge", story, Wish(of=("Bob",)))) == {
        "key()": {"Bob": ["wrong", "wrong", "knows", "dead"]}
    }
    at = draw("knowledge", story, Wish(beat=1))
    assert states(at)["key()"] == {"Ann": ["knows"], "Bob": ["wrong"]}
    assert "Shop" in [box.text for box in at.boxes]
    assert at.text is not None
    assert at.text(80).splitlines()[2] == "key()    ✓    ✗ Shop"
    later = draw("knowledge", story, Wish(beat=2))
    assert later.text is not None
    assert (later.data["facts"], later.text(80)[:15]) == ([], "Nobody is wrong")


def test_states_are_told_apart_by_shape() -> None:
    root = ET.fromstring(draw("knowledge", small()).svg)

    def shapes(starts: str) -> list[tuple[str, str | None]]:
        return [
            (each.tag.partition("}")[2], each.get("class"))
            for each in root.iter()
            if (each.findtext("{*}title") or "").startswith(starts)
        ]

    wrong, unknown = shapes("beats 0 to 1: Bob believes key()"), shapes("beats 0 to 1: Ann does not know")
    assert [tag for tag, _ in wrong].count("line") >= 2
    assert [tag for tag, _ in unknown] == ["rect"]
    assert "open" in str(unknown[0][1])
    assert not [kind for _, kind in shapes("beats 0 to 3: Ann knows key()") if kind and "open" in kind]


@pytest.mark.parametrize("name", ["mountain", "heist", "letter"])
@pytest.mark.parametrize("beat", [None, 3])
def test_no_text_stands_on_other_text(name: str, beat: int | None) -> None:
    story = chapter(name)
    found = draw("knowledge", story, Wish(beat=beat))
    assert len(found.boxes) > len(story.characters)
    assert not overlaps(found.boxes)
    assert found.svg == draw("knowledge", story, Wish(beat=beat)).svg
    assert found.text is not None
    for width in (40, 60, 100):
        assert max(map(len, found.text(width).splitlines())) <= width
    for row in found.data["facts"]:
        for who, cell in row["people"].items():
            for number, state in enumerate(cell["states"]):
                at = number if beat is None else beat
                right = story.believed(at, who, row["fact"]) == story.value(at, row["fact"])
                assert (state == "knows") == (right and story.alive(at, who))


NESTED = """
type place; entity Home : place; entity Shop : place; entity Ann : character; entity Bob : character;
entity Eve : character; property key() : place; property alive(c : character) : boolean; property tired() : boolean;
key() = Home; forall(c : character) alive(c);
believes(Ann, believes(Bob, key())) = Shop;
believes(Ann, believes(Eve, believes(Bob, key()))) = ?;
action show(Bob) { effect: key() = Shop; consenting: Bob; observing(c : character): c == Bob; };
action shoot(Ann) { effect: !alive(Ann); };
utility(): 0;
"""


def test_what_somebody_believes_that_others_believe() -> None:
    problem = lang.parse(NESTED).problem
    assert problem is not None
    story = told(problem, ["show(Bob)", "shoot(Ann)"])

    def of(*mind: str) -> dict[str, Any]:
        data = draw("knowledge", story, Wish(mind=mind)).data
        return {who: cell for row in data["facts"] if row["fact"] == "key()" for who, cell in row["people"].items()}

    ann = of("Ann")
    # In Ann's mind the key is at home all along, and Bob has it wrong, in which she misjudges him before he moves it.
    assert set(ann) == {"Bob", "Eve"}
    assert ann["Bob"] == {
        "states": ["wrong", "wrong", "dead"],
        "believed": ["Shop", "Shop", "Shop"],
        "really": ["Home", "Shop", "Shop"],
    }
    deeper = of("Ann", "Eve")
    assert deeper["Bob"]["states"][0] == "unknown"
    assert deeper["Bob"]["really"][0] == "Home"
    text = draw("knowledge", story, Wish(mind=("Ann",))).text
    assert text is not None
    assert text(80).startswith("what Ann believes that others believe\n")
    assert "key()  !✗ " in text(80)


@pytest.mark.parametrize("name", ["mountain", "letter"])
@pytest.mark.parametrize("beat", [None, 2])
def test_no_text_stands_on_other_text_in_a_mind(name: str, beat: int | None) -> None:
    story = chapter(name)
    for mind in (story.characters[:1], story.characters[:2]):
        found = draw("knowledge", story, Wish(beat=beat, mind=mind))
        assert found.data["facts"] or beat
        assert not overlaps(found.boxes)
        assert found.text is not None
        assert max(map(len, found.text(60).splitlines())) <= 60


def test_whatever_a_name_holds_it_is_text() -> None:
    found = draw("knowledge", small(' "</text><script>alert(1)</script>"'))
    assert not ET.fromstring(found.svg).findall(".//{*}script")


def test_the_command(tmp_path: Path) -> None:
    world = str(ROOT / "worlds" / "mountain.md")
    done = chekhov("show", world, "--picture", "knowledge", "--of", "Clarke", "--at", "3", "--json", folder=tmp_path)
    data = json.loads(done.stdout)
    assert (data["people"], [beat["number"] for beat in data["beats"]]) == (["Clarke"], [3])
    wrong = chekhov("show", world, "-p", "knowledge", "--mind", "Door", folder=tmp_path)
    assert (wrong.returncode, "no character 'Door'" in wrong.stderr) == (2, True)
    assert chekhov("show", world, "-p", "map", "--mind", "Clarke", folder=tmp_path).returncode == 2
    assert chekhov("show", world, "-p", "knowledge", "-o", "k.txt", folder=tmp_path).returncode == 0
    assert "✗" in (tmp_path / "k.txt").read_text(encoding="utf-8")
