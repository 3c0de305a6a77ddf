"""How findings are shown: the house format, whatever stands in the line."""

from __future__ import annotations

import json
import re

import pytest

from chekhov.diagnostics import ChekhovError, Diagnostic, Label, Source, Span, render, render_all, sort


def shown(text: str, start: int, end: int, **more: object) -> str:
    finding = Diagnostic("E0201", "unknown", Span("w.story", start, end), **more)  # type: ignore[arg-type]
    return render(finding, [Source("w.story", text)])


def test_house_format() -> None:
    text = "type place;\nproperty at() : place;\nutility(): ta() == ?;\n"
    start = text.index("ta()")
    finding = Diagnostic(
        "E0201",
        "unknown property `ta`",
        Span("w.story", start, start + 2),
        "not declared",
        (Label(Span("w.story", 21, 23), "this is"),),
        "did you mean `at`?",
    )
    assert (
        render(finding, [Source("w.story", text)])
        == """\
error[E0201]: unknown property `ta`
 --> w.story:3:12
  |
2 | property at() : place;
  |          -- this is
3 | utility(): ta() == ?;
  |            ^^ not declared
  |
  = help: did you mean `at`?"""
    )


def test_columns_are_those_of_the_terminal() -> None:
    # A tab, a wide character, an accent of its own, an emoji.
    for before in ("\t", "中", "e\u0301", "😀", "ａ"):
        lines = shown(f"{before}x;", len(before), len(before) + 1).splitlines()
        code = lines[3].removeprefix("1 | ")
        width = {"\t": 4, "中": 2, "e\u0301": 1, "😀": 2, "ａ": 2}[before]
        assert code.endswith("x;")
        assert lines[4] == "  | " + " " * width + "^"


def test_column_counts_characters() -> None:
    assert "w.story:1:3" in shown("\t中x;", 2, 3)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    text = f"one{end}two{end}three"
    result = shown(text, text.index("two"), text.index("two") + 3)
    assert "w.story:2:1" in result
    assert result.splitlines()[3:] == ["2 | two", "  | ^^^"]


def test_long_lines_are_shown_in_part() -> None:
    for length in (300, 5_000, 500_000):
        for start in (0, 10, length // 2, length - 3):
            text = "x" * start + "Y" * 3 + "z" * (length - start - 3)
            lines = shown(text, start, start + 3).splitlines()
            assert len(lines[3]) <= 120
            at = lines[4].index("^")
            assert lines[3][at : at + 3] == "YYY"
            assert lines[4].count("^") == 3


def test_long_spans_end_with_the_line() -> None:
    lines = shown("ab cd\nef", 3, 8).splitlines()
    assert lines[3:] == ["1 | ab cd", "  |    ^^"]


def test_places_at_the_end() -> None:
    assert shown("ab", 2, 2).splitlines()[3:] == ["1 | ab", "  |   ^"]
    assert shown("", 0, 0).splitlines()[3:] == ["1 |", "  | ^"]
    assert shown("ab\n", 3, 3).splitlines()[2:] == ["  |", "2 |", "  | ^"]


def test_nothing_in_a_file_reaches_the_terminal_as_a_command() -> None:
    result = shown("a\x1b[31mb\x07\u202ec\x9b\u200b;", 0, 1)
    assert all(line.isprintable() for line in result.splitlines())
    finding = Diagnostic("E0201", "title \x1b[31m", Span("\x1b]0;x\x07.story", 0, 0), "\x1b", (), "he\x1blp")
    assert all(line.isprintable() for line in render(finding).splitlines())


def test_colour_changes_no_letter() -> None:
    finding = Diagnostic("W0101", "a", Span("w.story", 0, 1), "b", (Label(Span("w.story", 2, 3), "c"),), "d\ne")
    sources = [Source("w.story", "x y")]
    assert re.sub(r"\x1b\[[0-9;]*m", "", render(finding, sources, colour=True)) == render(finding, sources)


def test_several_files() -> None:
    finding = Diagnostic("E0205", "twice", Span("b.story", 0, 1), "", (Label(Span("a.story", 2, 3), "first"),))
    sources = [Source("a.story", "\n\nx"), Source("b.story", "y")]
    assert render(finding, sources).splitlines() == [
        "error[E0205]: twice",
        " --> b.story:1:1",
        "  |",
        "1 | y",
        "  | ^",
        " ::: a.story:3:1",
        "  |",
        "3 | x",
        "  | - first",
    ]


def test_without_a_place_or_a_source() -> None:
    assert render(Diagnostic("E0205", "twice", help="once")) == "error[E0205]: twice\n  = help: once"
    assert render(Diagnostic("E0205", "twice", Span("b.story", 7, 8))) == "error[E0205]: twice\n --> b.story"


def test_json() -> None:
    finding = Diagnostic("E0205", "twice", Span("w.story", 3, 4), "here", (Label(Span("?", 0, 1)),), "once")
    data = json.loads(json.dumps(finding.to_json({"w.story": Source("w.story", "ab\ncd")})))
    assert data == {
        "code": "E0205",
        "severity": "error",
        "title": "twice",
        "place": {
            "path": "w.story",
            "start": {"offset": 3, "line": 2, "column": 1},
            "end": {"offset": 4, "line": 2, "column": 2},
        },
        "label": "here",
        "labels": [{"place": {"path": "?", "start": {"offset": 0}, "end": {"offset": 1}}, "text": ""}],
        "help": "once",
    }


def test_order() -> None:
    late, early = Diagnostic("E0101", "a", Span("w", 5, 6)), Diagnostic("E0102", "b", Span("w", 1, 2))
    nowhere = Diagnostic("W0101", "c")
    assert sort([late, early, late, nowhere]) == [nowhere, early, late]
    assert render_all([]) == ""


def test_errors_carry_findings() -> None:
    error = ChekhovError([Diagnostic("E0101", "a"), Diagnostic("E0102", "b")])
    assert str(error) == "E0101: a\nE0102: b"
    assert error.diagnostics[1].is_error
