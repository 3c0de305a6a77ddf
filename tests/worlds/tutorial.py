"""Runs the pages of ``docs`` that show commands with what they print.

Three kinds of fenced blocks mean something; all others are prose.

* A block whose info string is a language and a file name (`````story first.story`````) is written to that file, in an
  empty folder of the page's own.
* A ``console`` block holds commands, each on a line of its own that starts with ``$ ``, followed by all that the
  command prints (both streams, as in a terminal of 100 columns without colour). Commands run in the page's folder, in
  which ``worlds`` is as in the repository, and rest on the files above them, not on each other. Only ``chekhov`` and
  ``cat`` may be run, and no shell is involved. What stands behind ``> `` at the beginning of a line is typed by the
  reader of a story that is played.
* ``console exit=3`` says how the block's last command ends; without it, with 0.

``python tests/worlds/tutorial.py --update docs/tutorial.md`` writes what the commands print now into the page.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIGURES = re.compile(r"\b[\d,.]+ (?=s\b|[KMG]iB\b|states? )|(?<=Kept as )[\w-]+|(?<=--load )[\w-]+")
"""How long something took and how much room and search it needed: what differs from run to run, machine to machine,
and with every improvement of the search; and as what a story is kept. It takes no part in comparison."""


@dataclass(frozen=True)
class Command:
    """A command of a page, the line it stands on (from 1), what it is said to print, and how to end."""

    line: int
    text: str
    expected: str
    status: int


@dataclass(frozen=True)
class File:
    """A file that the page has its reader write."""

    name: str
    content: str


def read(page: str) -> list[Command | File]:
    """The blocks of a page that mean something, in order."""
    steps: list[Command | File] = []
    lines = page.split("\n")
    number = 0
    while number < len(lines):
        opening = re.fullmatch(r"```(\S+)(?: +(\S+))?", lines[number])
        number += 1
        if not opening:
            continue
        start = number
        while lines[number] != "```":
            number += 1
        body = lines[start:number]
        number += 1
        language, argument = opening.groups()
        if language == "console":
            starts = [i for i, line in enumerate(body) if line.startswith("$ ")] + [len(body)]
            last = int(argument.removeprefix("exit=")) if argument else 0
            for this, following in itertools.pairwise(starts):
                expected = "".join(f"{line}\n" for line in body[this + 1 : following])
                status = last if following == len(body) else 0
                steps.append(Command(start + this + 1, body[this][2:], expected, status))
        elif argument:
            steps.append(File(argument, "".join(f"{line}\n" for line in body)))
    return steps


def run(text: str, folder: Path, typed: str) -> tuple[str, int]:
    """What a command prints, and its exit status."""
    words = shlex.split(text)
    if words[0] == "chekhov":
        words[:1] = [sys.executable, "-c", "from chekhov.cli import main; main()"]
    elif words[0] != "cat":
        raise ValueError(f"a page may run `chekhov` and `cat`, not `{words[0]}`")
    environment = {
        **os.environ,
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONIOENCODING": "utf-8",
        "XDG_DATA_HOME": str(folder / "data"),
    }
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment,
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=600,
    )
    return done.stdout, done.returncode


def perform(steps: list[Command | File], folder: Path) -> list[tuple[Command, str, int]]:
    """Carries out a page's steps in a folder: each command, with what it printed and its status.

    What differs from the expected text in its figures alone is given as it was expected.
    """
    # Not a link: a world includes only what really lies in its folder.
    shutil.copytree(ROOT / "worlds", folder / "worlds")
    results = []
    for step in steps:
        if isinstance(step, File):
            (folder / step.name).write_text(step.content, encoding="utf-8")
        else:
            typed = "".join(f"{line}\n" for line in re.findall(r"^> (.*)$", step.expected, re.MULTILINE))
            printed, status = run(step.text, folder, typed)
            same = FIGURES.sub("", printed) == FIGURES.sub("", step.expected)
            results.append((step, step.expected if same else printed, status))
    return results


def update(path: Path) -> None:
    """Writes what the page's commands print now into the page."""
    page = path.read_text(encoding="utf-8")
    lines = page.split("\n")
    with tempfile.TemporaryDirectory() as folder:
        for command, printed, status in reversed(perform(read(page), Path(folder))):
            if status != command.status:
                print(f"{path}:{command.line}: `{command.text}` ends with {status}, not {command.status}")
            after = command.line + command.expected.count("\n")
            lines[command.line : after] = printed.split("\n")[:-1] if printed else []
    path.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Check or refresh the output that a page of the docs shows.")
    parser.add_argument("--update", action="store_true", required=True)
    parser.add_argument("pages", nargs="+", type=Path)
    for page in parser.parse_args().pages:
        update(page)
