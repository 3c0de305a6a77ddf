"""Storyline charts: as few crossings as can be, and no text on other text."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise, permutations, product
from pathlib import Path
from random import Random

import pytest
from cli.process import chekhov

from charts.stories import acted
from chekhov import lang
from chekhov.charts import storylines
from chekhov.charts.chronicle import chronicle, told, written
from chekhov.charts.drawing import overlaps
from chekhov.charts.pictures import Wish
from chekhov.charts.storyline import heights, picture, picture_of, strip
from chekhov.charts.storylines import arrange, count_crossings
from chekhov.diagnostics import ChekhovError
from chekhov.formats.storylines import Layer, Storyline, read_storyline
from chekhov.play.saves import Saves
from chekhov.play.session import Move, Record

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "benchmarks" / "storylines"
OPTIMA = {
    "the_matrix": 12,
    "star_wars": 39,
    "inception": 35,
    "MatrixTune": 12,
    "StarWarsTune": 39,
    "InceptionTune": 28,
    "Naruto": 6,
    "NaniaTune": 5,
    "MoonandSixpence": 5,
    "Coco": 3,
    "Frozen": 2,
    "Minions": 2,
}
"""Proved twice elsewhere; of all other instances 0."""


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the benchmark is not there ({DATA})")
def test_published_storylines_cross_as_seldom_as_is_proved() -> None:
    found = {}
    for path in sorted(DATA.glob("*/*.json")):
        arranged = arrange(read_storyline(path.read_text(encoding="utf-8")), work=None)
        assert arranged.proved
        assert arranged.crossings == count_crossings(arranged.orders)
        found[path.stem] = arranged.crossings
    assert len(found) == 17
    assert {name: crossings for name, crossings in found.items() if crossings} == OPTIMA


def random_storyline(seed: int, people: int, layers: int) -> Storyline:
    random = Random(seed)
    made = []
    for number in range(layers):
        here = [p for p in range(people) if random.random() < 0.8]
        random.shuffle(here)
        groups = []
        while here:
            size = random.randint(1, 3)
            groups.append(tuple(sorted(here[:size])))
            del here[:size]
        made.append(Layer(tuple(groups), float(number)))
    return Storyline(tuple(f"Person number {p} of {people}" for p in range(people)), tuple(made))


def orders(layer: Layer) -> list[tuple[int, ...]]:
    """All orders in which the members of each group stand together."""
    return [
        tuple(person for group in inside for person in group)
        for outside in permutations(layer.groups)
        for inside in product(*(permutations(group) for group in outside))
    ]


@pytest.mark.parametrize("seed", range(30))
def test_as_few_crossings_as_by_trying_all_orders(seed: int) -> None:
    storyline = random_storyline(seed, people=4, layers=4)
    costs = dict.fromkeys(orders(storyline.layers[0]), 0)
    for layer in storyline.layers[1:]:
        costs = {
            after: min(cost + count_crossings([before, after]) for before, cost in costs.items())
            for after in orders(layer)
        }
    arranged = arrange(storyline, work=None)
    assert (arranged.crossings, arranged.proved) == (min(costs.values()), True)
    for layer, order in zip(storyline.layers, arranged.orders, strict=True):
        assert order in orders(layer)
    assert arrange(storyline, work=None) == arranged


def test_what_is_too_large_to_prove_is_drawn_with_its_gap() -> None:
    storyline = random_storyline(1, people=40, layers=60)
    arranged = arrange(storyline)
    assert not arranged.proved
    assert arranged.crossings == count_crossings(arranged.orders)
    assert arranged.least > 0
    shown = picture_of(storyline, "A crowd")
    assert f"{arranged.crossings} crossings, at least {arranged.least}" in shown.svg
    assert shown.limited
    assert not overlaps(shown.boxes)


@pytest.mark.parametrize("seed", range(10))
def test_an_order_that_is_bettered_crosses_no_more_and_keeps_groups_together(seed: int) -> None:
    storyline = random_storyline(seed, people=9, layers=12)
    swept = storylines._swept(storyline.layers)
    better = storylines._bettered(storyline.layers, swept)
    fewest = arrange(storyline, work=None).crossings
    assert fewest <= count_crossings(better) <= count_crossings(swept)
    assert better == storylines._bettered(storyline.layers, swept)
    # Nothing gets better by doing it again.
    assert count_crossings(storylines._bettered(storyline.layers, better)) == count_crossings(better)
    for layer, order in zip(storyline.layers, better, strict=True):
        assert sorted(order) == sorted(person for group in layer.groups for person in group)
        for group in layer.groups:
            stand = sorted(order.index(person) for person in group)
            assert stand == list(range(stand[0], stand[0] + len(group)))


def test_orders_by_sweeps_are_bettered() -> None:
    storyline = random_storyline(1, people=20, layers=40)
    swept = storylines._swept(storyline.layers)
    assert count_crossings(storylines._bettered(storyline.layers, swept)) < count_crossings(swept)


@pytest.mark.parametrize("seed", range(10))
def test_the_bound_is_never_more_than_the_fewest(seed: int) -> None:
    """A proof that is cut off leaves a bound, whether the solver's or the one of threes."""
    storyline = random_storyline(seed, people=6, layers=8)
    fewest = arrange(storyline, work=None)
    cut = arrange(storyline, work=0)
    assert cut.least <= fewest.crossings <= cut.crossings


@pytest.mark.parametrize("seed", range(10))
def test_no_text_stands_on_other_text(seed: int) -> None:
    storyline = random_storyline(seed, people=12, layers=12)
    places = tuple(replace(one, places=("A place with a long name",) * len(one.groups)) for one in storyline.layers)
    for each in (storyline, replace(storyline, layers=places)):
        shown = picture_of(each, "A title")
        assert len(shown.boxes) > 24
        assert not overlaps(shown.boxes)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the benchmark is not there ({DATA})")
def test_no_text_stands_on_other_text_in_published_storylines() -> None:
    for path in sorted(DATA.glob("*/*.json")):
        assert not overlaps(picture_of(read_storyline(path.read_text(encoding="utf-8")), path.stem).boxes), path


@pytest.mark.parametrize("seed", range(5))
def test_lines_keep_their_order_and_their_distance(seed: int) -> None:
    storyline = random_storyline(seed, people=8, layers=9)
    arranged = arrange(storyline)
    for layer, order, row in zip(storyline.layers, arranged.orders, heights(storyline, arranged), strict=True):
        assert sorted(row, key=row.__getitem__) == list(order)
        for a, b in pairwise(order):
            together = any({a, b} <= set(group) for group in layer.groups)
            assert row[b] - row[a] >= (18 if together else 44)


def test_who_stays_goes_straight_on() -> None:
    layers = (Layer(((0, 1), (2,)), 0.0), Layer(((0,), (1, 2)), 1.0), Layer(((0,), (1, 2)), 2.0))
    storyline = Storyline(("Ann", "Bob", "Eve"), layers)
    rows = heights(storyline, arrange(storyline))
    assert rows[0] == rows[1] == rows[2] == {0: 0, 1: 44, 2: 88}


def test_whatever_a_name_holds_it_is_text() -> None:
    layer = Layer(((0, 1),), 0.0, "<b>&", ("</style><script/>",))
    storyline = Storyline(("<script>alert(1)</script>", 'a" onload="x'), (layer,))
    svg = picture_of(storyline, "</title><script/>").svg
    assert not ET.fromstring(svg).findall(".//{*}script")
    assert "onload" not in {name for each in ET.fromstring(svg).iter() for name in each.attrib}


XML = """<?xml version="1.0"?>
<Story><Locations/><Characters>
<Character Name="Ann" Color="Red"><Span Start="1" End="3" Session="1"/><Span Start="3" End="5" Session="2"/></Character>
<Character Name="Bob"><Span Start="2" End="4" Session="2"/></Character>
</Characters></Story>"""


def test_sessions_in_xml_are_those_in_json() -> None:
    spans = {"Ann": [(1, 3, 1), (3, 5, 2)], "Bob": [(2, 4, 2)]}
    characters = {
        name: [{"Start": start, "End": end, "Session": session} for start, end, session in each]
        for name, each in spans.items()
    }
    read = read_storyline(XML, "film.xml")
    assert read == read_storyline(json.dumps({"Story": {"Characters": characters}}))
    assert [layer.groups for layer in read.layers] == [((0,),), ((0,), (1,)), ((0, 1),), ((0,),)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        "<Story/>",
        "<!DOCTYPE a><Story/>",
        "<Story>",
        '{"meetings": [{}]}',
        '{"meetings": 3}',
        '{"Story": {}}',
    ],
)
def test_what_is_no_storyline(text: str) -> None:
    with pytest.raises(ChekhovError, match="no storyline"):
        read_storyline(text, "film.json")


def test_a_story_of_the_mountain() -> None:
    acts = [
        "drop(Soldiers, Fox, BodyChute)",
        "walk(Clarke, Outside, Tunnel)",
        "open_door(Bellamy, Door, Hall)",
        "time_passes",
        "walk(Clarke, Tunnel, Hall)",
    ]
    first, second = (acted("mountain", *acts, copy=copy) for copy in range(2))
    seen = chronicle(first)
    people = seen.storyline.people
    assert {"Clarke", "Bellamy", "Maya", "Octavia"} <= set(people)
    together = [
        {people[p] for p in group} for group in seen.storyline.layers[-1].groups if people.index("Clarke") in group
    ]
    assert together[0] >= {"Clarke", "Bellamy", "Octavia", "Maya"}
    assert any(mark.kind == "learns" and mark.beat == 2 for mark in seen.marks)
    assert any(mark.kind == "errs" for mark in seen.marks)
    shown = picture(first, Wish())
    assert shown.svg == picture(second, Wish()).svg
    assert not overlaps(shown.boxes)
    assert {"the hall", "the tunnel", "Bellamy"} <= {box.text for box in shown.boxes}
    assert "gains by it" in shown.svg
    other = picture(first, Wish(against=acted("mountain", *acts[:2])))
    assert not overlaps(other.boxes)
    assert other.data["part_at"] == 3
    assert shown.text is not None
    assert "│ the hall: " in shown.text(80)
    assert max(map(len, shown.text(60).splitlines())) <= 60


def test_the_dead_leave_the_chart() -> None:
    text = """
    type place; entity Home : place; entity Ann : character; entity Bob : character;
    property at(who : character) : place; property alive(who : character) : boolean;
    at(Ann) = Home; at(Bob) = Home; alive(Ann); alive(Bob);
    action kill() { precondition: alive(Bob); effect: !alive(Bob); consenting: Ann; };
    utility(): 0;
    """
    problem = lang.parse(text).problem
    assert problem is not None
    seen = chronicle(told(problem, ["kill()"]))
    assert [layer.groups for layer in seen.storyline.layers] == [((0, 1),), ((0,),)]
    assert [(mark.person, mark.beat, mark.kind) for mark in seen.marks] == [(1, 0, "dies")]


def test_the_command(tmp_path: Path) -> None:
    world = str(ROOT / "worlds" / "mountain.story")
    plan = tmp_path / "plan.txt"
    plan.write_text("drop(Soldiers, Fox, BodyChute)\nwalk(Clarke, Outside, Tunnel)\nopen_door(Bellamy, Door, Hall)\n")
    done = chekhov("show", world, str(plan), "-o", "a.svg", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    again = chekhov("show", world, str(plan), "-o", "b.svg", folder=tmp_path, PYTHONHASHSEED="7")
    assert again.returncode == 0
    assert (tmp_path / "b.svg").read_bytes() == (tmp_path / "a.svg").read_bytes()
    shown: subprocess.CompletedProcess[str] = chekhov("show", world, str(plan), folder=tmp_path)
    assert shown.stdout == (tmp_path / "a.svg").read_text()
    chapter = chekhov("show", str(ROOT / "worlds" / "mountain.md"), "--json", folder=tmp_path)
    assert json.loads(chapter.stdout)["proved"] is True
    (tmp_path / "film.json").write_text("{}")
    for arguments, code, said in (
        ([world], 2, "Which story"),
        (["film.json"], 4, "E0801"),
        (["nowhere.md"], 4, "nowhere.md"),
    ):
        failed = chekhov("show", *arguments, folder=tmp_path)
        assert (failed.returncode, said in failed.stderr, "Traceback" in failed.stderr) == (code, True, False)


def test_all_stories_can_be_drawn(tmp_path: Path) -> None:
    """What a manuscript assumes is a beat of its own; what does not hold is drawn, and said."""
    (tmp_path / "w.story").write_text(
        """
        type place; entity Home : place; entity Shop : place; entity Ann : character; entity Bob : character;
        property at(who : character) : place; property rich(who : character) : boolean;
        at(Ann) = Home; at(Bob) = Shop;
        action walk(who : character, to : place) {
            precondition: at(who) != to; effect: at(who) = to; consenting: who;
        };
        utility(): 0; utility(Ann): if(at(Ann) == Shop) 1 else 0;
        """
    )
    (tmp_path / "m.md").write_text(
        "<!-- world: w.story -->\n<!-- scene: At home -->\n<!-- beat: walk(Ann, Shop) -->\n"
        "<!-- assume: rich(Ann) -->\n<!-- holds: rich(Bob) -->\n"
    )
    from chekhov import manuscript

    read = manuscript.read(tmp_path / "m.md").manuscript
    assert read is not None
    story = written(read)
    assert [(beat.kind, beat.holds, beat.scene) for beat in story.beats] == [
        ("start", True, None),
        ("act", True, "At home"),
        ("assumed", False, "At home"),
    ]
    assert [story.place(beat, "Ann") for beat in range(3)] == ["Home", "Shop", "Shop"]
    assert [story.believed(beat, "Bob", "rich(Ann)") for beat in (1, 2)] == ["False", "True"]
    assert story.believed(2, ("Bob", "Ann"), "rich(Ann)") == "True"
    assert [reason.character for why in story.why(1) for reason in why.reasons] == ["Ann"]
    assert story.beats[1].line == (str(tmp_path / "m.md"), 3)
    for suffix, magic in ((".svg", b"<svg"), (".png", b"\x89PNG"), (".pdf", b"%PDF")):
        assert chekhov("show", "m.md", "-o", f"m{suffix}", folder=tmp_path).returncode == 0
        assert (tmp_path / f"m{suffix}").read_bytes().startswith(magic)
    assert "ends in none of" in chekhov("show", "m.md", "-o", "m.gif", folder=tmp_path).stderr


def test_a_played_story(tmp_path: Path) -> None:
    world = str(ROOT / "worlds" / "heist.story")
    saves = Saves(url := f"sqlite:///{tmp_path / 'saves.sqlite'}")
    token = saves.create(world, Record(("Nell",), 0, False, (Move("walk(Nell, Gallery, Study)", "Nell"),), 1))
    saves.close()
    shown = chekhov("show", "--session", token, "--saves", url, "--json", folder=tmp_path)
    assert [beat.partition(" – ")[0] for beat in json.loads(shown.stdout)["beats"]] == [
        "The start",
        "walk(Nell, Gallery, Study)",
    ]
    assert "E0618" in chekhov("show", "--session", "nobody", "--saves", url, folder=tmp_path).stderr
    assert "Which story" in chekhov("show", folder=tmp_path).stderr


@pytest.mark.parametrize("seed", range(6))
def test_strips_name_everybody_where_they_come_and_where_they_still_are(seed: int) -> None:
    random = Random(seed)
    people = ("you", "the people of the mountain", "Ann", "<b>Bob</b>", "Cid & Di")
    layers = []
    for number in range(8):
        places: dict[str, list[int]] = {}
        for person in range(len(people)):
            if person == 0 or random.random() < 0.6:
                places.setdefault(random.choice(("the hall", "the quarantine room", "<i>")), []).append(person)
        groups = tuple(map(tuple, places.values()))
        layers.append(Layer(groups, float(number), f"layer {number}", tuple(places)))
    drawing = strip("The storyline so far", Storyline(people, tuple(layers)), range(len(people)), own=0)
    assert overlaps(drawing.boxes) == []
    last = {people[person] for group in layers[-1].groups for person in group}
    beyond = max(box.left for box in drawing.boxes)
    assert {box.text for box in drawing.boxes if box.left == beyond} == last
    svg = drawing.svg(styled=False)
    assert "layer 0; then layer 1" in ET.fromstring(svg).findtext("{*}desc", "")
    assert svg.count('class="person own') == 1
