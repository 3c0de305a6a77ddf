"""``check``, ``path`` and ``diff`` as an author and a CI system meet them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli.process import BREAKFAST, LAMPS, chekhov, in_terminal, interrupted, lamps

# Whoever has been to the market no longer needs to eat: nothing is amiss in this world.
HONEST = BREAKFAST.replace("entity Moon : place;\n", "").replace(" & to != Moon", "").replace(
    'ending landed "Tom is on the moon": at(Tom) == Moon;\n', 'demand fast "Eats at the market": '
    "always hungry(Tom) | at(Tom) == Market;\n"
)  # fmt: skip


# So long is a reason at most, by definition: then what is not found is not there.
LIMITS = ("--max-reason-acts", "5", "--max-belief-depth", "2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "breakfast.story").write_text(BREAKFAST)
    (tmp_path / "honest.story").write_text(HONEST)
    (tmp_path / "lamps.story").write_text(LAMPS)
    (tmp_path / "few_lamps.story").write_text(lamps(12))
    (tmp_path / "broken.story").write_text(BREAKFAST.replace("at(Tom) = Home", "att(Tom) = Home"))
    return tmp_path


def check(folder: Path, world: str, *options: str) -> tuple[int, dict[str, object]]:
    done = chekhov("check", world, *options, "--json", folder=folder)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


# ---------------------------------------------------------------------------------------------------------------------
# check


def test_a_report_for_people(folder: Path) -> None:
    done = chekhov("check", "honest.story", *LIMITS, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("honest.story\n3 moments, ")
    assert re.search(r"✓ fed +100 % +1 +2  Tom has eaten\n", done.stdout)
    assert "✓ Eats at the market: always hungry(Tom) | at(Tom) == Market\n" in done.stdout


def test_an_ending_that_no_story_reaches(folder: Path) -> None:
    done = chekhov("check", "breakfast.story", *LIMITS, folder=folder)
    assert done.returncode == 0
    assert "✗ landed: no story reaches it" in done.stdout
    # It is a warning: fatal only for those who are strict, and not if it is accepted.
    code, answer = check(folder, "breakfast.story", "--strict", *LIMITS)
    assert (code, answer["outcome"]) == (1, "wrong")
    findings = answer["findings"]
    assert isinstance(findings, list)
    names = [
        f'accept {one["kind"]}({one["subject"]}) "So be it.";' if one["subject"] else f'accept {one["kind"]} "Yes.";'
        for one in findings
        if one["level"] == "warning"
    ]
    assert any(name.startswith("accept ending_unreachable(landed)") for name in names)
    (folder / "accepted.story").write_text(BREAKFAST + "\n".join(names) + "\n")
    code, answer = check(folder, "accepted.story", "--strict", *LIMITS)
    assert (code, answer["outcome"]) == (0, "right")


def test_demands_of_the_command_line(folder: Path) -> None:
    done = chekhov(
        "check",
        "breakfast.story",
        "--demand",
        'home "Stays at home": always at(Tom) == Home',
        "--demand",
        "possible ending(fed)",
        folder=folder,
    )
    assert done.returncode == 1
    assert "✗ Stays at home: always at(Tom) == Home\n" in done.stdout
    assert "1. walk(Tom, Market)\n" in done.stdout
    assert "✓ possible ending(fed)\n" in done.stdout
    options = ("--demand", "never at(Tom) == Moon")
    assert chekhov("check", "breakfast.story", *options, *LIMITS, folder=folder).returncode == 0
    done = chekhov("check", "breakfast.story", *options, folder=folder)
    assert done.returncode == 3
    assert "--max-reason-acts 5 --max-belief-depth 2" in " ".join(done.stdout.split())
    done = chekhov("check", "breakfast.story", "--demand", "never at(Tom) == Mars", folder=folder)
    assert (done.returncode, done.stdout) == (4, "")
    assert "--> --demand:1:18" in done.stderr


def test_what_a_limit_leaves_open(folder: Path) -> None:
    code, answer = check(folder, "lamps.story", "--physical", "--time", "0.5")
    assert (code, answer["outcome"]) == (3, "unproved")
    done = chekhov("check", "lamps.story", "--physical", "--depth", "2", folder=folder)
    assert done.returncode == 3
    assert "? odd: no story was found that reaches it" in done.stdout
    # A counterexample is proof, however little was seen.
    options = ("--physical", "--depth", "2", "--demand", "never lit(L0)")
    code, answer = check(folder, "lamps.story", *options)
    assert (code, answer["outcome"]) == (1, "wrong")


def test_every_format(folder: Path) -> None:
    for form, begins in (("text", "honest.story\n"), ("html", "<!doctype html>"), ("junit", "<?xml"), ("sarif", "{")):
        done = chekhov("check", "honest.story", *LIMITS, "--format", form, folder=folder)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(begins)
    assert chekhov("check", "honest.story", "--format", "json", folder=folder).stdout.startswith("{")
    assert chekhov("check", "honest.story", "--format", "html", "--json", folder=folder).returncode == 2


def test_files(folder: Path) -> None:
    names = ["page.html", "data.json", "results.xml", "scan.sarif", "plain.txt"]
    options = [word for name in names for word in ("-o", name)]
    done = chekhov("check", "breakfast.story", *options, folder=folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert [line for line in done.stderr.splitlines() if line.startswith("wrote")] == [f"wrote {n}" for n in names]
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in names}
    assert texts["page.html"].startswith("<!doctype html>")
    assert json.loads(texts["data.json"])["world"] == "breakfast.story"
    assert ElementTree.fromstring(texts["results.xml"]).tag == "testsuites"
    assert json.loads(texts["scan.sarif"])["version"] == "2.1.0"
    assert texts["plain.txt"].startswith("breakfast.story\n")
    mode = (folder / "page.html").stat().st_mode & 0o777
    (folder / "by_hand").write_text("")
    assert mode == (folder / "by_hand").stat().st_mode & 0o777
    done = chekhov("check", "breakfast.story", "-o", "nowhere/page.html", folder=folder)
    assert done.returncode == 4
    assert "nowhere" in done.stderr
    # What is no file is written to, not replaced.
    done = chekhov("check", "breakfast.story", "-o", "/dev/stdout", "--format", "json", folder=folder)
    assert json.loads(done.stdout)["outcome"] == "right"


def test_a_world_with_errors(folder: Path) -> None:
    for words in (["check", "broken.story"], ["path", "broken.story", "--to", "x"], ["diff", "broken.story", "x"]):
        done = chekhov(*words, folder=folder)
        assert (done.returncode, done.stdout) == (4, "")
        assert "error[E0201]" in done.stderr
    done = chekhov("check", "broken.story", "--format", "json", folder=folder)
    assert json.loads(done.stdout)["outcome"] == "error"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "honest.story", "--resume"], "--checkpoint"),
        (["check", "honest.story", "--format", "pdf"], "pdf"),
        (["path", "honest.story"], "--to"),
        (["diff", "honest.story"], "Compared with what?"),
    ],
)
def test_a_command_line_that_makes_no_sense(folder: Path, words: list[str], said: str) -> None:
    done = chekhov(*words, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_ctrl_c_prints_what_was_found(folder: Path) -> None:
    code, output, errors = interrupted("check", "lamps.story", "--physical", "--json", folder=folder)
    assert (code, errors) == (130, "")
    answer = json.loads(output)
    assert (answer["outcome"], answer["extent"]["limit"]) == ("interrupted", "interrupted")


def test_a_checkpoint_is_taken_up(folder: Path) -> None:
    def moments(*options: str) -> tuple[int, object]:
        code, answer = check(folder, "few_lamps.story", "--physical", "--checkpoint", "kept", *options)
        extent = answer["extent"]
        assert isinstance(extent, dict)
        return code, extent["states_by_depth"]

    assert moments("--depth", "2")[1] == moments("--depth", "2", "--resume")[1]
    assert (folder / "kept").stat().st_size > 0
    whole = check(folder, "few_lamps.story", "--physical", "--depth", "3")[1]["extent"]
    assert isinstance(whole, dict)
    assert moments("--depth", "3", "--resume")[1] == whole["states_by_depth"]


def test_the_same_check_gives_the_same_bytes(folder: Path) -> None:
    def answer(*options: str) -> str:
        done = chekhov("check", "breakfast.story", "--json", *options, folder=folder)
        return re.sub(r'"(seconds|bytes)": [0-9.e-]+', "", done.stdout)

    assert answer("--threads", "1") == answer("--threads", "2")
    assert answer("--seed", "1") == answer("--seed", "1")


def test_it_fits_the_terminal(folder: Path) -> None:
    output = in_terminal("check", "breakfast.story", folder=folder, columns=44)
    assert "\x1b[" in output
    plain = re.sub(r"\x1b\[[0-9;]*[mK]", "", output).replace("\r", "")
    assert "✗ landed" in plain
    assert [line for line in plain.splitlines() if len(line) > 44] == []
    assert "\x1b[" not in in_terminal("check", "breakfast.story", folder=folder, NO_COLOR="1")
    done = chekhov("check", "breakfast.story", folder=folder, PYTHONIOENCODING="ascii")
    assert "x landed: no story reaches it" in done.stdout


# ---------------------------------------------------------------------------------------------------------------------
# path


def test_a_path(folder: Path) -> None:
    done = chekhov("path", "breakfast.story", "--to", "at(Tom) == Market", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "A story of 1 act: at(Tom) == Market\n\n1. walk(Tom, Market)\n"
    done = chekhov("path", "breakfast.story", "--to", "done(eat(_))", "--from", "at(Tom) == Market", folder=folder)
    assert done.stdout.splitlines() == [
        "A path of 1 act, after 1 act: done(eat(_))",
        "",
        "1. walk(Tom, Market)",
        "",
        "From here on:",
        "2. eat(Tom)",
    ]
    done = chekhov("path", "breakfast.story", "--to", "ending(fed)", "--json", folder=folder)
    assert json.loads(done.stdout)["story"]["acts"] == ["walk(Tom, Market)", "eat(Tom)"]
    done = chekhov("path", "breakfast.story", "--to", "hungry(Tom)", folder=folder)
    assert done.stdout == "A story of 0 acts: hungry(Tom)\nat the start\n"


def test_no_path(folder: Path) -> None:
    done = chekhov("path", "breakfast.story", "--to", "ending(landed)", *LIMITS, folder=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("No story leads to this: ending(landed)\n")
    options = ("--to", "ending(fed)", "--avoiding", "at(Tom) == Market")
    assert chekhov("path", "breakfast.story", *options, *LIMITS, folder=folder).returncode == 1
    done = chekhov("path", "breakfast.story", "--to", "ending(landed)", folder=folder)
    assert done.returncode == 3
    assert "Longer reasons" in done.stdout
    done = chekhov("path", "lamps.story", "--to", "ending(odd)", "--physical", "--time", "0.5", folder=folder)
    assert done.returncode == 3
    assert "Time was up." in done.stdout
    done = chekhov("path", "breakfast.story", "--to", "at(Tim) == Home", folder=folder)
    assert done.returncode == 4
    assert "--> --to:1:4" in done.stderr


# ---------------------------------------------------------------------------------------------------------------------
# diff


def test_diff(folder: Path) -> None:
    done = chekhov("diff", "breakfast.story", "breakfast.story", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing that is reported has changed." in done.stdout
    # Nobody eats any more.
    (folder / "fasting.story").write_text(HONEST.replace("hungry(who) & at(who) == Market", "!hungry(who)"))
    done = chekhov("diff", "honest.story", "fasting.story", folder=folder)
    assert done.returncode == 1
    assert "  - fed: no story reaches it any more\n" in done.stdout
    assert "  - eat(Tom)\n" in done.stdout
    done = chekhov("diff", "fasting.story", "honest.story", *LIMITS, folder=folder)
    assert done.returncode == 0
    assert "  + fed: now can be reached, after 2 acts\n" in done.stdout
    assert done.stdout.endswith("Nothing was lost.\n")
    done = chekhov("diff", "honest.story", "fasting.story", "--json", folder=folder)
    answer = json.loads(done.stdout)
    assert (answer["outcome"], answer["same"]) == ("lost", False)
    assert answer["endings"][0]["name"] == "fed"
    assert answer["acts"]["lost"]


def test_diff_of_demands(folder: Path) -> None:
    (folder / "away.story").write_text(HONEST.replace("hungry(who) & at(who) == Market", "hungry(who)"))
    done = chekhov("diff", "honest.story", "away.story", *LIMITS, folder=folder)
    assert done.returncode == 1
    assert "- Eats at the market: fails, and held before." in done.stdout


def test_diff_of_what_was_not_seen(folder: Path) -> None:
    text = (folder / "few_lamps.story").read_text()
    (folder / "easy.story").write_text(
        text.replace("\nending odd", '\nending two "Two burn": lit(L0) & lit(L1);\nending odd')
    )
    (folder / "hard.story").write_text(
        (folder / "easy.story").read_text().replace("lit(L0) & lit(L1);", "lit(L0) & lit(L1) & lit(L2) & lit(L3);")
    )
    options = ("--physical", "--depth", "1")
    done = chekhov("diff", "easy.story", "hard.story", *options, folder=folder)
    assert done.returncode == 3
    assert "- two: no story was found that reaches it any more" in done.stdout


# ---------------------------------------------------------------------------------------------------------------------
# A later moment, and minds


def test_beginning_after_a_plan(folder: Path) -> None:
    (folder / "so_far.plan").write_text("walk(Tom, Market)\n")
    done = chekhov("plan", "breakfast.story", "--after", "so_far.plan", "--ending", "fed", "--json", folder=folder)
    assert [act["act"] for act in json.loads(done.stdout)["acts"]] == ["eat(Tom)"]
    done = chekhov("explore", "breakfast.story", "--after", "so_far.plan", "--json", folder=folder)
    assert json.loads(done.stdout)["states_by_depth"] == [1, 2]
    done = chekhov(
        "path", "breakfast.story", "--after", "-", "--to", "!hungry(Tom)", given="walk(Tom, Market)\n", folder=folder
    )
    assert done.stdout == "A story of 1 act: !hungry(Tom)\n\n1. eat(Tom)\n"
    done = chekhov("check", "breakfast.story", "--after", "so_far.plan", *LIMITS, folder=folder)
    assert done.returncode == 0
    assert done.stdout.startswith("The story, after so_far.plan — breakfast.story\n")
    # What happened before is not missed.
    assert "warning[never" not in done.stdout
    (folder / "wrong.plan").write_text("walk(Tom, Market)\nwalk(Tom, Market)\n")
    done = chekhov("check", "breakfast.story", "--after", "wrong.plan", folder=folder)
    assert (done.returncode, done.stdout) == (4, "")
    assert "error[E0615]: act 2 of wrong.plan, `walk(Tom, Market)`, cannot be done there" in done.stderr
    assert "at(Tom) is Market" in done.stderr


def test_minds(folder: Path) -> None:
    (folder / "so_far.plan").write_text("walk(Tom, Market)\neat(Tom)\n")
    done = chekhov("minds", "breakfast.story", "so_far.plan", folder=folder)
    assert (done.returncode, done.stdout) == (0, "At the start\n1. walk(Tom, Market)\n2. eat(Tom)\n")
    done = chekhov("minds", "breakfast.story", "so_far.plan", "--of", "Tim", folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    done = chekhov("minds", "breakfast.story", "so_far.plan", "--of", "Tom", "--json", folder=folder)
    assert [beat["act"] for beat in json.loads(done.stdout)] == [None, "walk(Tom, Market)", "eat(Tom)"]


def test_what_if(folder: Path) -> None:
    done = chekhov(
        "plan", "breakfast.story", "--assume", "at(Tom) = Market", "--ending", "fed", "--json", folder=folder
    )
    assert [act["act"] for act in json.loads(done.stdout)["acts"]] == ["eat(Tom)"]
    # One supposition is made behind the other.
    options = ("--assume", "at(Tom) = Market", "--assume", "!hungry(Tom)")
    done = chekhov("check", "honest.story", *options, *LIMITS, folder=folder)
    assert done.stdout.startswith("The story, if at(Tom) = Market and !hungry(Tom) — honest.story\n")
    done = chekhov("diff", "honest.story", "--assume", "!hungry(Tom)", *LIMITS, folder=folder)
    assert done.stdout.startswith("honest.story → honest.story with !hungry(Tom)\n")
    assert "  - eat(Tom)\n" in done.stdout
    done = chekhov("diff", "honest.story", folder=folder)
    assert done.returncode == 2
    done = chekhov("explore", "honest.story", "--assume", "at(Tom) = Mars", folder=folder)
    assert (done.returncode, done.stdout) == (4, "")
    assert "--> --assume 1:1:11" in done.stderr
