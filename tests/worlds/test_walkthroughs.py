"""Stories played from the first line to the last: every ending of the mountain, and worlds that keep time."""

from __future__ import annotations

import os
import pty
import re
import select
import sys
import time
from pathlib import Path

import pytest
from cli.process import CHEKHOV, chekhov, environment

from chekhov import lang
from chekhov.play import walkthrough

WORLDS = Path(__file__).parents[2] / "worlds"
FILES = sorted((WORLDS / "walkthroughs").glob("*.txt"))
RENEW = "if a world was changed on purpose, `make walkthroughs` renews them"


def arguments(path: Path) -> list[str]:
    """How a file says that it is run, but for the walkthrough."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    found = re.fullmatch(
        r"# chekhov (play \S+ (?:--as \w+|--master) --no-director --seed \d+) --walkthrough THIS", first
    )
    assert found is not None, first
    return found[1].split()


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_what_is_typed_brings_what_is_written(path: Path) -> None:
    done = chekhov(*arguments(path), "--walkthrough", str(path), folder=WORLDS.parent)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{RENEW}"
    assert "all as written" in done.stdout


def test_every_ending_of_the_mountain_is_played() -> None:
    problem = lang.read(WORLDS / "mountain.story").problem
    assert problem is not None
    assert {ending.name for ending in problem.endings} == set(_ways()), RENEW


@pytest.mark.parametrize("ending", ["everyone_lives", "captives_freed_natives_die", "captives_die", "maya_suffocates"])
def test_an_ending_of_the_mountain_in_a_real_terminal(ending: str, tmp_path: Path) -> None:
    path, typed, label = _ways()[ending]
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(WORLDS.parent)
        settings = environment(TERM="xterm", XDG_DATA_HOME=str(tmp_path))
        settings["COLUMNS"] = "60"
        os.execve(sys.executable, [*CHEKHOV, *arguments(path)], settings)
    shown = ""

    def until(words: str) -> None:
        nonlocal shown
        started, mark = time.monotonic(), len(shown)
        while not shown[mark:].replace("\r", "").endswith(words) and time.monotonic() - started < 60:
            if select.select([terminal], [], [], 0.5)[0]:
                shown += os.read(terminal, 65536).decode()
        assert shown[mark:].replace("\r", "").endswith(words), shown

    until("\n\n> ")
    for words in typed:
        assert "THE END" not in shown
        os.write(terminal, f"{words}\n".encode())
        until("\n> ")
    assert f"THE END: {label}." in " ".join(shown.split()), f"{shown}\n{RENEW}"
    assert all(len(line) <= 60 for line in shown.splitlines() if not line.startswith("> "))
    os.write(terminal, b"why\n")
    until("\n\n> ")
    os.write(terminal, b"quit\n")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)


def _ways() -> dict[str, tuple[Path, list[str], str]]:
    """For each ending of the mountain a walkthrough that ends so: its file, what is typed, and the ending's label."""
    problem = lang.read(WORLDS / "mountain.story").problem
    assert problem is not None
    labels = {ending.name: ending.label or ending.name for ending in problem.endings}
    found: dict[str, tuple[Path, list[str], str]] = {}
    for path in FILES:
        if path.stem.startswith("mountain-"):
            for test in walkthrough.parse(path.read_text(encoding="utf-8"), str(path)):
                typed = [step.command for step in test.steps if step.command is not None]
                found.setdefault(test.name, (path, typed, labels[test.name]))
    return found
