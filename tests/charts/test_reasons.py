"""Reasons: what stands under an act, what everybody wants in parts, and no text on other text."""

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
from chekhov.charts.pictures import Wish, draw
from chekhov.play.saves import Saves
from chekhov.play.session import Move, Record

ROOT = Path(__file__).parents[2]
WORLD = """
type place; entity Home : place; entity Shop : place; entity Ann : character NAME; entity Bob : character;
property at(who : character) : place; property has(who : character) : boolean;
property alive(who : character) : boolean; property open() : boolean; property coins(Ann) : number 0..4;
property fixed() : boolean;
forall(c : character) at(c) = Home; forall(c : character) alive(c); coins(Ann) = 1; fixed();
believes(Ann, open());
action go(who : character, to : place) {
    precondition: at(who) != to & alive(who) & fixed(); effect: at(who) = to; consenting: who;
};
action lend(who : character, other : character) {
    precondition: at(who) == Shop & alive(who) & who != other; effect: has(other); consenting: who;
};
action buy(Ann) { precondition: at(Ann) == Shop & open(); effect: has(Ann); consenting: Ann; };
action kill(who : character) { effect: !alive(who); };
utility(): if(has(Ann)) 1 else 0;
utility(Ann): (if(has(Ann)) 3 else 0) + (if(at(Ann) == Shop) -1 else 0) + coins(Ann) - (if(!alive(Bob)) 2 else 0);
utility(Bob): if(alive(Ann)) ((if(has(Ann)) 2 else 0) + (if(at(Bob) == Shop) 1 else 0)) else 0;
"""


def small(acts: list[str], name: str = '"Ann"') -> Told:
    problem = lang.parse(WORLD.replace("NAME", name)).problem
    assert problem is not None
    return told(problem, acts)


def test_an_act_with_its_reason_what_it_rests_on_and_what_is_wrong_of_it() -> None:
    (act,) = draw("reasons", small(["go(Ann, Shop)"])).data["acts"]
    (reason,) = act["reasons"]
    assert [step["act"] for step in reason["plan"]] == ["go(Ann, Shop)", "buy(Ann)"]
    assert reason["utility"] == {"from": 1, "to": 3}
    # What never changes needs no mention, and what the plan itself brings about is nothing that it rests on.
    assert reason["beliefs"] == ["at(Ann) == Home", "alive(Ann)"]
    assert reason["gains"] == ["at(Ann) == Shop", "has(Ann)"]
    assert [each["fluent"] for each in reason["mistakes"]] == ["open()"]


def test_others_stand_under_the_act_for_which_they_are_needed() -> None:
    story = small(["go(Bob, Shop)", "lend(Bob, Ann)"])
    text = draw("reasons", story, Wish(beat=1)).text
    assert text is not None
    assert "go(Bob, Shop)\n  Bob: 0 → 1\n    so that at(Bob) == Shop\n    because at(Bob) == Home; alive(Bob)" in text(
        80
    )
    letter = lang.read(ROOT / "worlds" / "letter.story").problem
    assert letter is not None
    shown = draw("reasons", told(letter, ["entrust(Iris, Letter, Vera)"])).text
    assert shown is not None
    lines = shown(100).splitlines()
    expected = lines.index("    5. elope(Iris, Paul)")
    assert lines[expected + 1] == "      Paul: 0 → 2 (as Iris has it)"


def test_what_somebody_has_wrong_about_another_is_their_mistake() -> None:
    letter = lang.read(ROOT / "worlds" / "letter.story").problem
    assert letter is not None
    (act,) = draw("reasons", told(letter, ["entrust(Iris, Letter, Vera)"])).data["acts"]
    iris, vera = act["reasons"]
    # She counts on Vera, who would deliver no letter if she were to Iris what she is. Vera misjudges nobody.
    assert iris["mistakes"] == [{"fluent": "jealous(Vera)", "actual": "True", "believed": "False"}]
    assert vera["mistakes"] == []


def test_the_beat_with_the_most_behind_it_is_shown_unless_one_is_named() -> None:
    acts = ["kill(Bob)", "go(Ann, Shop)", "go(Ann, Home)"]
    assert draw("reasons", small(acts)).data["beat"] == 2
    assert draw("reasons", small(acts), Wish(beat=3)).data["beat"] == 3
    assert draw("reasons", small(["go(Ann, Shop)", "go(Bob, Shop)"]), Wish(of=("Bob",))).data["beat"] == 2
    assert draw("reasons", small([])).data["acts"] == []


def wishes(story: Told, *of: str) -> dict[str, dict[str, Any]]:
    return {each["character"]: each for each in draw("reasons", story, Wish(of)).data["wishes"]}


def test_wishes_are_the_parts_of_a_utility_over_the_beats() -> None:
    found = wishes(small(["go(Ann, Shop)", "lend(Bob, Ann)", "kill(Bob)"]))
    ann = found["Ann"]
    assert [(part["wish"], part["range"], part["actual"]) for part in ann["parts"]] == [
        ("has(Ann)", [0, 3], [0, 0, 3, 3]),
        ("at(Ann) == Shop", [-1, 0], [0, -1, -1, -1]),
        ("coins(Ann)", [0, 4], [1, 1, 1, 1]),
        ("!alive(Bob)", [-2, 0], [0, 0, 0, -2]),
    ]
    assert (ann["actual"], ann["range"]) == ([1, 0, 3, 1], [-3, 7])
    # A sum that depends on something is taken apart, too; the dead believe nothing.
    bob = found["Bob"]
    assert [part["wish"] for part in bob["parts"]] == ["alive(Ann) & has(Ann)", "alive(Ann) & at(Bob) == Shop"]
    assert bob["believed"] == [0, 0, 2, None]
    assert found[None]["actual"] == [0, 0, 1, 1]  # type: ignore[index]
    assert list(wishes(small([]), "Bob")) == ["Bob"]
    of_natives = wishes(chapter("mountain"), "Dante", "Natives")
    assert of_natives["Dante"]["parts"][0]["wish"] == "alive(Natives)"
    assert all("Natives" in part["wish"] for part in of_natives["Dante"]["parts"])


def test_parts_add_up_to_the_whole_at_every_beat() -> None:
    for name in ("mountain", "letter", "heist"):
        found = draw("reasons", chapter(name)).data["wishes"]
        assert found
        for each in found:
            for side in ("actual", "believed"):
                if each[side] is not None:
                    sums = [sum(values) for values in zip(*(part[side] for part in each["parts"]), strict=True)]
                    # What is constant in a utility is no wish, but as much at each beat.
                    assert len({total - part for total, part in zip(each[side], sums, strict=True)}) == 1
            low, high = each["range"]
            # What a refusal weighs for Dante depends on who asks, and of some no number is given.
            assert (low is None) == (high is None) == (each["character"] == "Dante")
            assert low is None or all(low <= value <= high for value in each["actual"])


@pytest.mark.parametrize("name", ["mountain", "heist", "letter", "mechanics/air", "mechanics/captivity"])
@pytest.mark.parametrize("beat", [None, 1])
def test_no_text_stands_on_other_text(name: str, beat: int | None) -> None:
    story = chapter(name)
    found = draw("reasons", story, Wish(beat=beat))
    assert len(found.boxes) > 10
    assert not overlaps(found.boxes)
    assert min(box.left for box in found.boxes) >= 0
    again = draw("reasons", chapter(name, 1), Wish(beat=beat))
    assert (found.svg, found.data) == (again.svg, again.data)
    assert found.text is not None
    for width in (40, 100):
        assert max(map(len, found.text(width).splitlines())) <= width


def test_long_names_and_whatever_they_hold_are_text() -> None:
    name = '"' + "Annabella-Constantina of the Seven Winding Rivers, " * 3 + '</text><script>alert(1)</script>"'
    found = draw("reasons", small(["go(Ann, Shop)", "buy(Ann)"], name))
    assert not overlaps(found.boxes)
    assert not ET.fromstring(found.svg).findall(".//{*}script")


def test_a_world_in_which_nobody_wants_anything() -> None:
    problem = lang.parse("entity Ann : character; action nod(Ann) { consenting: Ann; }; utility(): 0;").problem
    assert problem is not None
    found = draw("reasons", told(problem, ["nod(Ann)"]))
    assert found.data["wishes"] == []
    assert found.text is not None
    assert "Ann has no reason for it" in found.text(60)
    assert "Ann has no reason for it" in {box.text for box in found.boxes}


def test_the_command_of_a_plan_and_of_a_played_story(tmp_path: Path) -> None:
    (tmp_path / "w.story").write_text(WORLD.replace("NAME", ""))
    (tmp_path / "p.plan").write_text("go(Ann, Shop)\nkill(Bob)\n")
    done = chekhov("show", "w.story", "p.plan", "-p", "reasons", "--at", "1", "--json", folder=tmp_path)
    data = json.loads(done.stdout)
    assert (data["beat"], [each["character"] for each in data["wishes"]]) == (1, ["Ann", "Bob", None])
    saves = Saves(url := f"sqlite:///{tmp_path / 'saves.db'}")
    token = saves.create(str(tmp_path / "w.story"), Record(("Ann",), 0, False, (Move("go(Ann, Shop)", "Ann"),)))
    saves.close()
    played = chekhov("show", "--session", token, "--saves", url, "-p", "reasons", "-o", "r.txt", folder=tmp_path)
    assert played.returncode == 0, played.stderr
    assert "✗ wrongly open() (really False)" in (tmp_path / "r.txt").read_text(encoding="utf-8")
