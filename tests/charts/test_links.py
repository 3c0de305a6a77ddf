"""Causal links: what each beat rests on, and which beat made it so; what nothing rests on."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from cli.process import chekhov

from charts.stories import acted, chapter
from chekhov import lang, manuscript
from chekhov.charts.chronicle import Told, told, written
from chekhov.charts.drawing import overlaps
from chekhov.charts.links import endings, links, unfired
from chekhov.charts.pictures import Wish, draw
from chekhov.grounding.formulas import show

ROOT = Path(__file__).parents[2]
WORLD = """
type place; entity Wood : place; entity Hut : place; entity Ann : character; entity Bob : character;
property at(who : character) : place; property loaded() : boolean; property shot() : boolean;
property alarm() : boolean; property hat(who : character) : boolean;
at(Ann) = Hut; at(Bob) = Wood;
action load(who : character) {
    precondition: !loaded() & at(who) == Hut; effect: loaded(); consenting: who; observing(c : character): c == who;
};
action unload(who : character) { precondition: loaded(); effect: !loaded(); consenting: who; };
action tell(who : character) { effect: believes(Bob, loaded()); consenting: who; };
action walk(who : character, to : place) { precondition: at(who) != to; effect: at(who) = to; consenting: who; };
action wear(who : character) { effect: hat(who); consenting: who; };
action shoot(who : character) {
    precondition: loaded() & at(who) == Hut;
    effect: !loaded() & if(at(Ann) == Wood) shot();
    consenting: who;
};
trigger ring() { precondition: shot() & hat(Ann) & !alarm(); effect: alarm(); };
utility(): 0;
ending heard "The alarm is heard": alarm();
"""
ACTS = ["load(Ann)", "wear(Bob)", "wear(Ann)", "walk(Ann, Wood)", "walk(Bob, Hut)", "tell(Ann)", "shoot(Bob)"]


def story_of(text: str, acts: list[str]) -> Told:
    problem = lang.parse(text).problem
    assert problem is not None
    return told(problem, acts)


def shown(story: Told) -> list[tuple[int, int, str, str | None]]:
    names = story.kernel.task.names
    return [(link.earlier, link.later, show(link.test, names), link.who) for link in links(story)]


def test_each_beat_rests_on_what_made_its_conditions_so() -> None:
    story = story_of(WORLD, ACTS)
    assert endings(story) == ("heard",)
    assert sorted(shown(story), key=str) == sorted(
        [
            (1, 7, "loaded()", None),
            (5, 7, "at(Bob) == Hut", None),
            (4, 7, "at(Ann) == Wood", None),  # what the effect needs
            (3, 7, "hat(Ann)", None),  # what the trigger needs
            (6, 7, "loaded()", "Bob"),  # what Bob has to believe
            (7, 8, "alarm()", None),  # the ending
        ],
        key=str,
    )
    assert unfired(story, links(story)) == (2,)


def test_what_was_undone_and_done_again_is_the_last_ones() -> None:
    story = story_of(WORLD, ["load(Ann)", "unload(Ann)", "load(Ann)", "unload(Bob)"])
    assert shown(story) == [
        (1, 2, "loaded()", None),
        (2, 3, "!loaded()", None),
        (3, 4, "loaded()", None),
    ]
    assert unfired(story, links(story)) == ()


def test_the_last_scene_is_there_for_what_comes_next(tmp_path: Path) -> None:
    (tmp_path / "w.story").write_text(WORLD)
    (tmp_path / "m.md").write_text(
        "<!-- world: w.story -->\n<!-- scene: One -->\n<!-- beat: wear(Ann) -->\n"
        "<!-- scene: Two -->\n<!-- beat: wear(Bob) -->\n<!-- beat: load(Ann) -->\n"
    )
    read = manuscript.read(tmp_path / "m.md").manuscript
    assert read is not None
    story = written(read)
    assert unfired(story, links(story)) == (1,)


@pytest.mark.parametrize(
    ("world", "acts"),
    [
        (
            "mountain",
            ["drop(Soldiers, Fox, BodyChute)", "walk(Clarke, Outside, Tunnel)", "open_door(Bellamy, Door, Hall)"],
        ),
        ("heist", ["walk(Nell, Gallery, Study)"]),
        ("letter", ["entrust(Iris, Letter, Vera)"]),
        ("letter", []),
    ],
)
def test_texts_stand_apart_and_the_picture_is_the_same_again(world: str, acts: list[str]) -> None:
    first, second = (draw("links", acted(world, *acts, copy=copy)) for copy in range(2))
    assert (first.svg, first.data) == (second.svg, second.data)
    assert len(first.boxes) >= 5 + len(acts)
    assert not overlaps(first.boxes)
    assert first.text is not None
    assert max(map(len, first.text(60).splitlines()), default=0) <= 60


def test_the_chapter_is_drawn_without_texts_on_texts() -> None:
    picture = draw("links", chapter("mountain"))
    assert not overlaps(picture.boxes)
    beats = picture.data["beats"]
    for link in picture.data["links"]:
        assert 0 < link["from"] < (len(beats) + 1 if link["to"] is None else link["to"])
    assert all(set(beat["needs"]) <= set(range(1, beat["number"])) for beat in beats)


def test_whatever_a_name_holds_it_is_text() -> None:
    story = story_of(WORLD.replace("The alarm is heard", "</text><script>alert(1)</script>"), ACTS)
    root = ET.fromstring(draw("links", story).svg.encode())
    assert not root.findall(".//{*}script")
    assert any("<script>" in (text.text or "") for text in root.findall(".//{*}text"))


def test_links_of_somebody_and_of_a_beat() -> None:
    story = story_of(WORLD, ACTS)
    of_bob = draw("links", story, Wish(of=("Bob",))).data["links"]
    assert [(link["from"], link["to"]) for link in of_bob] == [(5, 7), (6, 7)]
    at_end = draw("links", story, Wish(beat=3)).data
    assert [(link["from"], link["to"]) for link in at_end["links"]] == [(3, 7)]
    assert [beat["unfired"] for beat in at_end["beats"]].count(True) == 1


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "w.story").write_text(WORLD)
    (tmp_path / "plan.txt").write_text("\n".join(ACTS) + "\n")
    done = chekhov("show", "w.story", "plan.txt", "-p", "links", "-o", "links.txt", folder=tmp_path)
    assert done.returncode == 0
    text = (tmp_path / "links.txt").read_text()
    assert "2  wear(Bob)\n     nothing later rests on it\n" in text
    assert "Ending: The alarm is heard\n     needs 7 (alarm())" in text
    data = json.loads(chekhov("show", "w.story", "plan.txt", "-p", "links", "--json", folder=tmp_path).stdout)
    assert data["beats"][6]["needs"] == [1, 3, 4, 5, 6]
    assert data["endings"] == [{"ending": "heard", "text": "The alarm is heard", "needs": [7]}]
