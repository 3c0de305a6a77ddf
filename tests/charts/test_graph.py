"""Story graphs: the moments and losses of a world whose graph is known; no text on other text; the same each time."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from cli.process import chekhov

from charts.stories import acted
from chekhov import lang
from chekhov.charts.chronicle import Told, told
from chekhov.charts.drawing import covered, overlaps
from chekhov.charts.graph import picture
from chekhov.charts.pictures import Wish

WORLDS = Path(__file__).resolve().parents[2] / "worlds"
TWO_WAYS = """
    entity Ann : character "Ann <b>&";
    property home(who : character) : boolean;
    property lost(who : character) : boolean;
    action go_home(who : character) { precondition: !lost(who); effect: home(who); };
    action stray(who : character) { precondition: !home(who); effect: lost(who); };
    ending safe "Home & <safe>": home(Ann);
    ending gone: lost(Ann);
"""


def told_world(text: str, *acts: str) -> Told:
    problem = lang.parse(text).problem
    assert problem is not None
    return told(problem, acts)


def test_two_ways() -> None:
    drawn = picture(told_world(TWO_WAYS), Wish())
    assert drawn.data["line"] == "safe"
    assert drawn.data["complete"]
    assert not drawn.limited
    assert [(node["moments"], node["endings"]["safe"]) for node in drawn.data["nodes"]] == [
        (1, "open"),
        (1, "here"),
        (1, "lost"),
    ]
    assert [(edge["from"], edge["to"], edge["acts"], edge["loses"]) for edge in drawn.data["edges"]] == [
        (0, 1, {"go_home(Ann)": 1}, ["gone"]),
        (0, 2, {"stray(Ann)": 1}, ["safe"]),
    ]
    assert "Home &amp; &lt;safe&gt;" in drawn.svg
    assert "<safe>" not in drawn.svg
    texts = {box.text: box for box in drawn.boxes}
    line = next(box for text, box in texts.items() if text.startswith("Below: too late"))
    assert texts["go_home(Ann)"].bottom < line.top < texts["stray(Ann)"].top
    ET.fromstring(drawn.svg)


def test_a_story_is_followed_as_far_as_it_is_one_of_its_world() -> None:
    drawn = picture(told_world(TWO_WAYS, "stray(Ann)", "go_home(Ann)"), Wish())
    assert [one["node"] for one in drawn.data["told"]] == [0, 2]
    assert "is followed up to beat 1" in " ".join(box.text for box in drawn.boxes)
    whole = picture(told_world(TWO_WAYS, "stray(Ann)"), Wish())
    assert "is followed" not in " ".join(box.text for box in whole.boxes)


def test_a_terminal_has_the_same() -> None:
    drawn = picture(told_world(TWO_WAYS, "stray(Ann)"), Wish())
    assert drawn.text is not None
    lines = drawn.text(60).splitlines()
    assert lines[lines.index("  A  Home & <safe>") :] == [
        "  A  Home & <safe>",
        "  B  gone",
        "  !  Too late for Home & <safe>",
        "",
        "  0  The start (1 moment) A B",
        "     → 1  go_home(Ann)",
        "     → 2  ! stray(Ann)",
        "",
        "  1  Home & <safe>; go_home(Ann) (1 moment) [A]",
        "",
        "  2  ! gone; stray(Ann); Told: 1 (1 moment) [B]",
    ]
    assert all(len(line) <= 40 for line in drawn.text(40).splitlines())


@pytest.mark.parametrize("name", ["heist", "mechanics/power"])
def test_the_line_is_on_no_arrow_and_the_font_has_every_letter(name: str) -> None:
    drawn = picture(acted(name), Wish())
    root = ET.fromstring(drawn.svg)
    (line,) = [one for one in root.findall(".//{*}line") if "stroke-dasharray" in one.attrib]
    level = {
        float(match[1])
        for one in root.findall(".//{*}path")
        for match in re.finditer(r"([\d.]+)L[\d.]+ ([\d.]+)", one.get("d", ""))
        if match[1] == match[2]
    }
    assert level
    assert min(abs(float(line.get("y1", "0")) - y) for y in level) > 3
    assert all(covered(box.text) for box in drawn.boxes)


def test_the_ending_asked_for() -> None:
    drawn = picture(told_world(TWO_WAYS), Wish(("gone",)))
    assert drawn.data["line"] == "gone"
    assert "Below: too late" in drawn.svg


def test_what_was_found_within_the_limit() -> None:
    # All of its moments take most of a minute.
    drawn = picture(acted("mountain"), Wish(), worlds=2_000)
    assert drawn.limited
    assert 1 < sum(node["moments"] for node in drawn.data["nodes"]) <= 2_000
    assert "as far as 2,000 worlds show, those in minds among them" in drawn.note
    assert "as far as 2,000 worlds show" in drawn.svg
    assert picture(acted("mountain", copy=1), Wish(), worlds=2_000).svg == drawn.svg


@pytest.mark.parametrize(
    "name", [path.relative_to(WORLDS).with_suffix("").as_posix() for path in sorted(WORLDS.rglob("*.story"))]
)
def test_no_text_on_text_and_the_same_each_time(name: str) -> None:
    drawn = picture(acted(name), Wish(), worlds=5_000)
    assert overlaps(drawn.boxes) == []
    assert picture(acted(name, copy=1), Wish(), worlds=5_000).svg == drawn.svg


@pytest.mark.slow
def test_the_mountain_fits_on_a_page() -> None:
    drawn = picture(acted("mountain"), Wish())
    assert not drawn.limited
    assert overlaps(drawn.boxes) == []
    width = ET.fromstring(drawn.svg).get("width")
    assert width is not None
    assert float(width) <= 1_600


def test_of_an_ending_that_there_is_not() -> None:
    asked = chekhov("show", str(WORLDS / "heist.story"), "--picture", "graph", "--of", "nothing")
    assert asked.returncode == 2
    assert "nothing" in asked.stderr
