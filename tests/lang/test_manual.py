"""The language manual: every example does what the manual says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lang.pages import blocks, faults

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "manual"
PAGES = sorted(MANUAL.glob("*.md"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    found = faults(page)
    assert not found, "\n".join(f"{path}:{fault.line}: {fault.message}" for fault in found)
    assert blocks(page), "a page without an example"


def test_links_lead_somewhere() -> None:
    for path in PAGES:
        for target in re.findall(r"\]\(([^)#]*)(#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if target[0].startswith("https://"):
                continue  # the tests ask no other machine
            other = (path.parent / target[0]).resolve() if target[0] else path
            assert other.exists(), f"{path}: {target}"
            if target[1]:
                headings = re.findall(r"^#+ (.*)$", other.read_text(encoding="utf-8"), flags=re.MULTILINE)
                anchors = {"#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
                assert target[1] in anchors, f"{path}: {target}"


def test_programs_of_the_manual_run(capsys: pytest.CaptureFixture[str]) -> None:
    for path in PAGES:
        for block in blocks(path.read_text(encoding="utf-8")):
            if block.kind == "python":
                exec(compile(block.content, path.name, "exec"), {})
    assert "at(Tom) = Home;" in capsys.readouterr().out


def test_what_is_wrong_with_a_page_is_found() -> None:
    def lines(page: str) -> list[int]:
        return [fault.line for fault in faults(page)]

    world = "```story\nentity A : character; property p() : boolean;\n```\n"
    assert lines(world + "```holds\n!p()\n```\n") == []
    assert lines(world + "```holds\np()\n```\n") == [5]
    assert lines(world + "```fails\n!p()\n```\n") == [5]
    assert lines(world + "```story\nq();\n```\n") == [4]
    assert lines(world + "```story\nq();\n```\n\n```text\nnothing\n```\n") == [8]
    assert lines(world + "```condition\np\n```\n") == [4]
    assert lines(world + "```acts\nx()\n```\n") == [4]
