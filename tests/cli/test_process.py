"""The command line as a process: what it prints where, how it ends, and how it behaves on terminals and in pipes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.process import BREAKFAST, CHEKHOV, LAMPS, chekhov, environment, in_terminal, interrupted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "breakfast.story").write_text(BREAKFAST)
    (tmp_path / "lamps.story").write_text(LAMPS)
    (tmp_path / "broken.story").write_text(BREAKFAST.replace("at(Tom) = Home", "att(Tom) = Home"))
    return tmp_path


# ---------------------------------------------------------------------------------------------------------------------
# Plans


def test_a_story_with_its_reasons(folder: Path) -> None:
    done = chekhov("plan", "breakfast.story", "--ending", "fed", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "walk(Tom, Market)" in done.stdout
    assert "eat(Tom)" in done.stdout
    assert "proved shortest" in done.stdout


def test_the_json_of_a_plan(folder: Path) -> None:
    done = chekhov("plan", "breakfast.story", "--utility", "1", "--max-acts", "4", "--json", folder=folder)
    answer = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (answer["outcome"], answer["proved_shortest"]) == ("found", True)
    assert [act["act"] for act in answer["acts"]] == ["walk(Tom, Market)", "eat(Tom)"]
    assert [reason["character"] for act in answer["acts"] for reason in act["reasons"]] == ["Tom", "Tom"]
    assert isinstance(answer["states"], int)
    assert answer["search_seconds"] >= 0


def test_without_a_goal_the_author_wants_more_than_there_is(folder: Path) -> None:
    done = chekhov("plan", "breakfast.story", "--json", folder=folder)
    assert [act["act"] for act in json.loads(done.stdout)["acts"]] == ["walk(Tom, Market)", "eat(Tom)"]


def test_a_condition_as_the_goal(folder: Path) -> None:
    done = chekhov("plan", "breakfast.story", "--to", "at(Tom) == Market", "--json", folder=folder)
    assert [act["act"] for act in json.loads(done.stdout)["acts"]] == ["walk(Tom, Market)"]


def test_no_story_is_a_result(folder: Path) -> None:
    done = chekhov("plan", "breakfast.story", "--ending", "landed", folder=folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert "No story" in done.stdout
    assert "at(Tom) == Moon" in done.stdout
    done = chekhov("plan", "breakfast.story", "--ending", "landed", "--json", folder=folder)
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (1, "impossible")


def test_several_stories_differ(folder: Path) -> None:
    two_ways = BREAKFAST.replace("entity Moon", "entity Inn : place;\nentity Moon").replace(
        "at(who) == Market", "(at(who) == Market | at(who) == Inn)"
    )
    (folder / "two.story").write_text(two_ways)
    done = chekhov("plan", "two.story", "--to", "!hungry(Tom)", "-n", "2", "--max-acts", "5", "--json", folder=folder)
    stories = [[act["act"] for act in story] for story in json.loads(done.stdout)["stories"]]
    assert sorted(stories) == [["walk(Tom, Inn)", "eat(Tom)"], ["walk(Tom, Market)", "eat(Tom)"]]


def test_time_runs_out(folder: Path) -> None:
    start = time.monotonic()
    done = chekhov("plan", "lamps.story", "--ending", "odd", "--time", "0.5", "--json", folder=folder)
    assert time.monotonic() - start < 5
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["outcome"], answer["limit"]) == (3, "limit", "time")


def test_memory_runs_out(folder: Path) -> None:
    done = chekhov("plan", "lamps.story", "--ending", "odd", "--memory", "0.05", "--json", folder=folder)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["outcome"], answer["limit"]) == (3, "limit", "memory")


def test_any_number_of_threads_gives_the_same_bytes(folder: Path) -> None:
    def answer(threads: int) -> str:
        done = chekhov("plan", "breakfast.story", "-n", "3", "--threads", str(threads), "--json", folder=folder)
        return re.sub(r'"(search_seconds|bytes)": [0-9.e-]+', "", done.stdout)

    assert answer(1) == answer(2)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_an_interrupted_search_says_what_it_covered(folder: Path, threads: str) -> None:
    options = ("--ending", "odd", "--threads", threads, "--json")
    code, output, errors = interrupted("plan", "lamps.story", *options, folder=folder)
    assert (code, errors) == (130, "")
    assert json.loads(output)["limit"] == "interrupted"


# ---------------------------------------------------------------------------------------------------------------------
# Other commands


def test_validate(folder: Path) -> None:
    plan = "# breakfast\nwalk(Tom, Market)\neat(Tom)\n"
    done = chekhov("validate", "breakfast.story", "-", "--ending", "fed", given=plan, folder=folder)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "valid: 2 acts, each with a reason in everyone who does it\n",
        "",
    )
    done = chekhov("validate", "breakfast.story", "-", "--json", given="eat(Tom)\n", folder=folder)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["outcome"], answer["fault"]["step"]) == (1, "invalid", 1)
    assert answer["fault"]["kind"] == "impossible"
    done = chekhov("validate", "breakfast.story", "-", given="walk(Tom, Home)\n", folder=folder)
    assert done.returncode == 1
    assert "not valid" in done.stdout
    done = chekhov("validate", "breakfast.story", "-", given="wolk(Tom, Market)\n", folder=folder)
    assert done.returncode == 4
    assert "walk" in done.stderr


def test_a_found_plan_validates(folder: Path) -> None:
    found = chekhov("plan", "breakfast.story", "--json", folder=folder)
    (folder / "my.plan").write_text("".join(f"{act['act']}\n" for act in json.loads(found.stdout)["acts"]))
    assert chekhov("validate", "breakfast.story", "my.plan", "--utility", "1", folder=folder).returncode == 0
    # What was printed serves as it is, too; an answer without a story does not.
    done = chekhov("validate", "breakfast.story", "-", "--utility", "1", "--json", given=found.stdout, folder=folder)
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (0, "valid")
    assert [act["act"] for act in json.loads(done.stdout)["acts"]] == ["walk(Tom, Market)", "eat(Tom)"]
    none = chekhov("plan", "breakfast.story", "--ending", "landed", "--json", folder=folder)
    assert chekhov("validate", "breakfast.story", "-", given=none.stdout, folder=folder).returncode == 4
    assert chekhov("validate", "breakfast.story", "-", given='{"acts": [1]}', folder=folder).returncode == 4


def test_explore(folder: Path) -> None:
    done = chekhov("explore", "breakfast.story", "--physical", "--json", folder=folder)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["states_by_depth"], answer["complete"]) == (0, [1, 2, 3, 4], True)
    done = chekhov("explore", "breakfast.story", "--physical", "--depth", "1", "--json", folder=folder)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["states_by_depth"], answer["complete"]) == (0, [1, 2], False)
    done = chekhov("explore", "breakfast.story", "--physical", folder=folder)
    assert done.stdout.splitlines()[:5] == [
        "acts  moments      new",
        "   0        1        1",
        "   1        2        1",
        "   2        3        1",
        "   3        4        1",
    ]
    done = chekhov("explore", "breakfast.story", "--json", folder=folder)
    answer = json.loads(done.stdout)
    # Whoever has eaten has no reason left to walk.
    assert (done.returncode, answer["states_by_depth"], answer["complete"]) == (0, [1, 2, 3], True)
    done = chekhov("explore", "lamps.story", "--physical", "--time", "0.5", "--json", folder=folder)
    assert (done.returncode, json.loads(done.stdout)["limit"]) == (3, "time")


def test_fmt(folder: Path) -> None:
    formatted = chekhov("fmt", given=BREAKFAST).stdout
    assert chekhov("fmt", "-", given=formatted).stdout == formatted
    path = folder / "untidy.story"
    path.write_text(formatted.replace("\n\n", "\n\n\n\n") + "\n\n")
    path.chmod(0o640)
    untidy = path.read_text()
    assert chekhov("fmt", "--check", "untidy.story", folder=folder).returncode == 1
    done = chekhov("fmt", "--diff", "untidy.story", folder=folder)
    assert (done.returncode, done.stdout.splitlines()[0]) == (1, "--- untidy.story")
    assert path.read_text() == untidy
    done = chekhov("fmt", "untidy.story", folder=folder)
    assert (done.returncode, done.stderr) == (0, "formatted untidy.story\n")
    assert path.read_text() == formatted
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in folder.iterdir() if entry.name.startswith(".")] == []
    done = chekhov("fmt", "--check", "untidy.story", folder=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_fmt_leaves_what_it_cannot_read(folder: Path) -> None:
    (folder / "bad.story").write_text("entity Tom : ;")
    done = chekhov("fmt", "bad.story", "breakfast.story", folder=folder)
    assert done.returncode == 4
    assert "error[E01" in done.stderr
    assert (folder / "bad.story").read_text() == "entity Tom : ;"


def test_explain() -> None:
    listing = chekhov("explain")
    assert listing.returncode == 0
    code = listing.stdout.split()[0]
    done = chekhov("explain", code.lower())
    assert (done.returncode, done.stdout.split()[0]) == (0, code)
    assert json.loads(chekhov("explain", code, "--json").stdout)["code"] == code
    done = chekhov("explain", "E9999")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no code" in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    done = chekhov("completion", shell)
    assert done.returncode == 0
    assert f"_CHEKHOV_COMPLETE={shell}_complete" in done.stdout


def test_completion_knows_commands_and_endings(folder: Path) -> None:
    def complete(line: str) -> list[str]:
        words = line.split(" ")
        done = chekhov(
            folder=folder, _CHEKHOV_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1)
        )
        return [item.partition(",")[2] for item in done.stdout.split()]

    assert complete("chekhov val") == ["validate"]
    assert complete("chekhov plan breakfast.story --ending ") == ["fed", "landed"]
    assert complete("chekhov plan breakfast.story --ending la") == ["landed"]
    assert complete("chekhov plan nowhere.story --ending ") == []


# ---------------------------------------------------------------------------------------------------------------------
# What goes wrong


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan"], "Missing argument"),
        (["plan", "breakfast.story", "--endings", "x"], "No such option"),
        (["plan", "breakfast.story", "--ending", "fed", "--to", "hungry(Tom)"], "only one of"),
        (["plan", "breakfast.story", "--max-acts", "many"], "--max-acts"),
        (["plan", "breakfast.story", "--time", "0"], "--time"),
        (["dream"], "No such command"),
    ],
)
def test_a_command_line_that_makes_no_sense(folder: Path, arguments: list[str], said: str) -> None:
    done = chekhov(*arguments, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_world_with_errors(folder: Path) -> None:
    done = chekhov("plan", "broken.story", folder=folder)
    assert (done.returncode, done.stdout) == (4, "")
    assert "--> broken.story:8:1" in done.stderr
    assert "Traceback" not in done.stderr
    done = chekhov("plan", "broken.story", "--json", folder=folder)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["outcome"]) == (4, "error")
    assert answer["diagnostics"][0]["place"]["start"]["line"] == 8


def test_a_file_cannot_be_written_where_there_is_no_folder(folder: Path) -> None:
    """The error speaks of the file that was asked for, not of the one that is written first."""
    (folder / "eats.plan").write_text("walk(Tom, Market)\n")
    done = chekhov("show", "breakfast.story", "eats.plan", "-o", "nowhere/eats.svg", folder=folder)
    assert (done.returncode, done.stderr) == (4, "error: nowhere/eats.svg: No such file or directory\n")


@pytest.mark.parametrize("path", ["nowhere.story", "."])
def test_no_such_world(folder: Path, path: str) -> None:
    done = chekhov("plan", path, folder=folder)
    assert (done.returncode, done.stdout) == (4, "")
    assert "error" in done.stderr
    assert path in done.stderr


def test_no_such_plan(folder: Path) -> None:
    done = chekhov("validate", "breakfast.story", "nowhere.plan", folder=folder)
    assert (done.returncode, done.stdout) == (4, "")
    assert "nowhere.plan" in done.stderr


def test_no_such_ending(folder: Path) -> None:
    for command in (["plan", "breakfast.story"], ["validate", "breakfast.story", "-"]):
        done = chekhov(*command, "--ending", "fad", given="", folder=folder)
        assert (done.returncode, done.stdout) == (4, "")
        assert "did you mean `fed`?" in done.stderr


def test_a_goal_with_errors(folder: Path) -> None:
    done = chekhov("plan", "breakfast.story", "--to", "at(Tom) == Markt", folder=folder)
    assert (done.returncode, done.stdout) == (4, "")
    assert "Market" in done.stderr


def test_a_fault_of_our_own_is_an_apology(folder: Path) -> None:
    broken = "import chekhov.kernel as k\ndef fail(*_, **__): raise ZeroDivisionError('oh')\nk.Kernel.search = fail\n"
    command = [sys.executable, "-c", broken + CHEKHOV[2], "plan", "breakfast.story"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment())
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr.startswith("Sorry, this is a fault in Chekhov, not in your world (ZeroDivisionError: oh)")
    assert "Traceback" not in done.stderr
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment(CHEKHOV_DEBUG="1"))
    assert "Traceback" in done.stderr


# ---------------------------------------------------------------------------------------------------------------------
# Pipes and terminals


def test_a_pipe_that_nobody_reads_on(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*CHEKHOV, "--help"], stdout=writing, stderr=subprocess.PIPE, text=True, env=environment())
    os.close(writing)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, "")


def test_what_a_stream_cannot_show_is_shown_otherwise(folder: Path) -> None:
    done = chekhov("plan", "breakfast.story", "--ending", "fed", folder=folder, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "(0 -> 1)" in done.stdout
    (folder / "cafe.story").write_text(BREAKFAST.replace('"Tom"', '"Tomé"').replace('"Tom has', '"Tomé has'))
    done = chekhov("plan", "cafe.story", "--ending", "fed", folder=folder, PYTHONIOENCODING="ascii")
    assert "Tom? has eaten" in done.stdout
    done = chekhov("plan", "cafe.story", "--ending", "fed", "--json", folder=folder, PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout)["goal"] == "Tomé has eaten"


def test_progress_is_shown_on_a_terminal_and_wiped(folder: Path) -> None:
    output = in_terminal("plan", "lamps.story", "--ending", "odd", "--time", "2", folder=folder)
    assert "acts deep" in output
    shown = [line.split("\x1b[K")[-1] for line in output.replace("\r\n", "\n").split("\n")]
    assert not any("acts deep" in line for line in shown)
    assert all(
        len(line.strip("\r")) < 60 for part in output.split("\r") for line in part.split("\x1b[K") if "deep" in line
    )


def test_colour_on_a_terminal_unless_it_is_unwanted(folder: Path) -> None:
    assert "\x1b[1;31m" in in_terminal("plan", "broken.story", folder=folder)
    assert "\x1b[" not in in_terminal("plan", "broken.story", folder=folder, NO_COLOR="1")
    assert "\x1b[" not in chekhov("plan", "broken.story", folder=folder).stderr


def test_narrow_terminals(folder: Path) -> None:
    for arguments in (
        ["--help"],
        ["plan", "breakfast.story", "--ending", "fed"],
        ["plan", "breakfast.story", "--ending", "landed"],
    ):
        done = chekhov(*arguments, folder=folder, COLUMNS="60")
        assert [line for line in done.stdout.splitlines() if len(line) > 60] == []


COMMANDS = (
    "plan", "explore", "why", "whynot", "minds", "validate", "check", "path", "diff", "fmt", "explain", "completion",
)  # fmt: skip


def test_help_is_there_for_every_command() -> None:
    listing = chekhov("--help").stdout
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", listing, re.MULTILINE)
        done = chekhov(command, "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert "Examples:" in done.stdout
    for code in ("130", "70"):
        assert f"  {code} " in listing


def test_version() -> None:
    assert re.fullmatch(r"chekhov \d+\.\d+\.\d+\n", chekhov("--version").stdout)


def test_the_command_line_itself_is_light() -> None:
    """Nothing heavy is imported for help and completion."""
    script = (
        "import sys, chekhov.cli\n"
        "print([m for m in ('chekhov.lang', 'chekhov.model', 'chekhov._kernel', 'rich', 'json') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_a_file_that_is_no_world_is_not_told_line_by_line(folder: Path) -> None:
    (folder / "prose.story").write_text("It was. A dark? And stormy night.\n" * 40, encoding="utf-8")
    done = chekhov("plan", "prose.story", "--json", folder=folder)
    assert done.returncode == 4
    every = len(json.loads(done.stdout)["diagnostics"])
    assert done.stderr.count("error[") == 30 < every
    assert done.stderr.endswith(f"... and {every - 30} more\n")
