"""Every command of the tutorial, and of the page on the mountain, prints what the page says it prints.

``python tests/worlds/tutorial.py --update docs/tutorial.md docs/the-mountain.md`` refreshes the pages.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tutorial import ROOT, Command, File, perform, read

PAGES = [ROOT / "docs" / "tutorial.md", ROOT / "docs" / "the-mountain.md"]
COMMANDS = [
    (page, step.line) for page in PAGES for step in read(page.read_text(encoding="utf-8")) if isinstance(step, Command)
]


def test_every_page_shows_commands() -> None:
    assert {page for page, _ in COMMANDS} == set(PAGES)


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=lambda part: getattr(part, "stem", part))
def test_a_command(page: Path, line: int, tmp_path: Path) -> None:
    """It rests on the files above it and on no other command, so that they need not be run one after the other."""
    steps = read(page.read_text(encoding="utf-8"))
    number = next(n for n, step in enumerate(steps) if isinstance(step, Command) and step.line == line)
    files = [step for step in steps[:number] if isinstance(step, File)]
    ((command, printed, status),) = perform([*files, steps[number]], tmp_path)
    assert (printed, status) == (command.expected, command.status), f"{page}:{line}: $ {command.text}\n{printed}"


def test_reading_a_page() -> None:
    page = (
        "Prose\n```story a.story\ntype t;\n```\n```console exit=3\n$ chekhov one\nout\n$ chekhov two\n```\n```\nno\n```"
    )
    assert read(page) == [
        File("a.story", "type t;\n"),
        Command(6, "chekhov one", "out\n", 0),
        Command(8, "chekhov two", "", 3),
    ]
