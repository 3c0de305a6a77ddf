"""Every command of the tutorial, and of the page on the mountain, prints what the page says it prints.

``python tests/worlds/tutorial.py --update docs/tutorial.md docs/the-mountain.md`` refreshes the pages.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tutorial import ROOT, Command, File, perform, read

PAGES = [ROOT / "docs" / "tutorial.md", ROOT / "docs" / "the-mountain.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(page: Path, tmp_path: Path) -> None:
    results = perform(read(page.read_text(encoding="utf-8")), tmp_path)
    assert results, "the page shows no command"
    faults = []
    for command, printed, status in results:
        if (printed, status) != (command.expected, command.status):
            faults.append(f"{page}:{command.line}: $ {command.text}  [ends with {status}]\n{printed}")
    assert not faults, "\n".join(faults)


def test_reading_a_page() -> None:
    page = (
        "Prose\n```story a.story\ntype t;\n```\n```console exit=3\n$ chekhov one\nout\n$ chekhov two\n```\n```\nno\n```"
    )
    assert read(page) == [
        File("a.story", "type t;\n"),
        Command(6, "chekhov one", "out\n", 0),
        Command(8, "chekhov two", "", 3),
    ]
