"""The commands on manuscripts: check, at, recap and write, as a writer calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.process import chekhov

WORLDS = Path(__file__).resolve().parents[2] / "worlds"


@pytest.fixture
def heist(tmp_path: Path) -> Path:
    (tmp_path / "heist.story").write_bytes((WORLDS / "heist.story").read_bytes())
    return tmp_path


ONE = "# One\n\n<!-- world: heist.story -->\n<!-- scene: In -->\n<!-- beat: walk(Nell, Garden, Gallery) -->\n"
TWO = "# Two\n\n<!-- scene: Caught -->\n<!-- beat: arrest(Tobias, Nell, Gallery) -->\n"


def test_several_files_are_chapters_one_after_the_other(heist: Path) -> None:
    (heist / "b.md").write_text(ONE, encoding="utf-8")
    (heist / "a.md").write_text(TWO, encoding="utf-8")
    done = chekhov("check", "b.md", "a.md", folder=heist)
    assert done.returncode == 0, done.stdout
    assert "2 chapters, 2 beats" in done.stdout
    assert "is reached by beat 2, a.md:4, `arrest(Tobias, Nell, Gallery)`" in done.stdout
    done = chekhov("check", "a.md", "b.md", folder=heist)
    assert done.returncode == 1
    assert "a.md:4" in done.stdout
    done = chekhov("recap", "b.md", "a.md", "--before", "a.md", folder=heist)
    assert done.returncode == 0
    assert "In\nNell goes from the garden into the gallery." in done.stdout
    assert "Tobias lays" not in done.stdout
    assert "To remember\nNell goes" in done.stdout
    done = chekhov("recap", "b.md", "--before", "a.md", folder=heist)
    assert (done.returncode, "none of the chapters" in done.stderr) == (2, True)


def test_worlds_are_checked_one_at_a_time(heist: Path) -> None:
    done = chekhov("check", "heist.story", "heist.story", folder=heist)
    assert (done.returncode, "one world is checked at a time" in done.stderr) == (2, True)
    done = chekhov("check", "heist.story", "--endings", folder=heist)
    assert (done.returncode, "--endings is for manuscripts" in done.stderr) == (2, True)


def test_endings_in_json(heist: Path) -> None:
    (heist / "one.md").write_text(ONE, encoding="utf-8")
    report = json.loads(chekhov("check", "one.md", "--json", "--endings", folder=heist).stdout)
    found = {one["subject"]: one["data"] for one in report["findings"] if one["kind"].startswith("ending_")}
    assert set(found) == {"all_content", "real_cup", "ada_exposed", "nell_caught"}
    assert found["nell_caught"]["state"] == "open"
    assert found["nell_caught"]["acts"] == ["arrest(Tobias, Nell, Gallery)"]
    assert found["nell_caught"]["turns"][0] == {"state": "open", "beat": None, "line": None, "unproved": 0}


def test_at_a_line(heist: Path) -> None:
    (heist / "one.md").write_text(ONE, encoding="utf-8")
    done = chekhov("at", "one.md:5", folder=heist)
    assert "\nThe reader\n  knows " in done.stdout
    assert "\nEndings\n" in done.stdout
    told = json.loads(chekhov("at", "one.md:5", "--json", folder=heist).stdout)
    assert "at(Nell) == Gallery" in told["reader"]["facts"]
    assert {one["name"]: one["state"] for one in told["endings"]}["nell_caught"] == "open"


def test_fix_writes_the_best_repair(heist: Path) -> None:
    broken = ONE.replace("<!-- beat: walk(Nell, Garden, Gallery) -->\n", "") + TWO
    (heist / "one.md").write_text(broken, encoding="utf-8")
    done = chekhov("check", "one.md", "--fix", folder=heist)
    assert done.returncode == 0
    assert "mended one.md" in done.stderr
    done = chekhov("check", "one.md", folder=heist)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("world", "ending"),
    [("heist", "nell_caught"), ("mechanics/journeys", "across"), ("mechanics/air", "out")],
)
def test_what_write_begins_holds(world: str, ending: str, tmp_path: Path) -> None:
    name = f"{Path(world).name}.story"
    (tmp_path / name).write_bytes((WORLDS / f"{world}.story").read_bytes())
    plan = chekhov("plan", name, "--ending", ending, "--json", folder=tmp_path)
    assert plan.returncode == 0, plan.stderr
    done = chekhov("write", name, "-", folder=tmp_path, given=plan.stdout)
    assert "time_passes" not in done.stdout
    (tmp_path / "chapter.md").write_text(done.stdout, encoding="utf-8")
    checked = chekhov("check", "chapter.md", folder=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert "is reached by" in checked.stdout
