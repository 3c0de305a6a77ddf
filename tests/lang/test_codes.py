"""The table of codes: each has an explanation, and an example that shows it as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lang.pages import faults

from chekhov.diagnostics import codes, explain

WITHOUT_EXAMPLE = {
    "E0101": "bytes that no page can hold",
    "E0113": "a file of a megabyte",
    "E0115": "several files",
    "E0207": "a problem built by a program",
}
"""Codes that no text alone shows; test_reading.py and test_programs.py show them."""

SOURCES = Path(__file__).resolve().parents[2] / "src" / "chekhov"


def used_codes() -> dict[str, str]:
    """The codes that the program's source mentions in strings, each with a file."""
    return {
        code: path.name
        for path in sorted(SOURCES.rglob("*.py"))
        for code in re.findall(r'"([EW]\d{4})"', path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("code", sorted(codes()))
def test_each_code_is_explained_and_shown(code: str) -> None:
    entry = codes()[code]
    assert entry.title
    assert len(re.sub(r"```.*?```", "", entry.text, flags=re.DOTALL).split()) >= 12, "no explanation"
    found = faults(entry.text, only=lambda one: one.code == code)
    assert not found, "\n".join(f"{fault.line}: {fault.message}" for fault in found)
    if code[:3] in ("E01", "E02", "E03", "E04", "W01") and code not in WITHOUT_EXAMPLE:
        assert "```text" in entry.text, "no example"


def test_codes_that_are_used_are_in_the_table() -> None:
    missing = {code: where for code, where in used_codes().items() if code not in codes()}
    assert not missing


def test_codes_of_the_language_are_used() -> None:
    unused = {code for code in codes() if code[:3] in ("E01", "E02", "E03", "E04", "W01")} - set(used_codes())
    assert not unused


def test_explain_takes_any_case() -> None:
    assert explain("e0201") == codes()["E0201"]
    assert explain("E9999") is None


def test_plain_explanations_have_no_fences() -> None:
    entry = codes()["E0201"]
    assert "\n    error[E0201]: unknown property `aliv`\n" in entry.plain
    assert "```" not in entry.plain
    assert entry.plain.startswith("Nothing declares")


def test_page_is_sorted() -> None:
    page = (SOURCES / "codes.md").read_text(encoding="utf-8")
    order = re.findall(r"^## (\w+)", page, flags=re.MULTILINE)
    assert order == sorted(order)
    assert len(order) == len(set(order))
