"""The pages at the top of the repository: what they show is what is printed, and what they point to is there.

``python tests/worlds/tutorial.py --update README.md`` refreshes what the README shows.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tutorial import ROOT, perform, read

PAGES = [path for folder in (ROOT, ROOT / "docs", ROOT / "benchmarks") for path in sorted(folder.glob("*.md"))]


def test_the_readme_shows_what_is_printed(tmp_path: Path) -> None:
    results = perform(read((ROOT / "README.md").read_text(encoding="utf-8")), tmp_path)
    assert results
    for command, printed, status in results:
        assert (command.text, printed, status) == (command.text, command.expected, command.status)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose)
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_command_of_the_readme_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        named = re.findall(r"\bmake ([a-z]+)\b", re.sub(r"cargo and make\b[^`]*?:", "", (ROOT / name).read_text()))
        assert named
        assert set(named) <= targets
