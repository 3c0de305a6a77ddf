"""Notes and chapters: what is read, what is left alone, and what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from chekhov import manuscript
from chekhov.manuscript.notes import find_notes

WORLD = """
type place;
entity Home : place;
entity Market : place;
entity Tom : character;
entity Ann : character;
property at(who : character) : place;
property fed(who : character) : boolean;
at(Tom) = Home;
at(Ann) = Market;
believes(Tom, at(Ann)) = Home;
action walk(who : character, to : place) { precondition: at(who) != to; effect: at(who) = to; consenting: who;
  observing(c : character): c == who; };
action eat(who : character) { precondition: at(who) == Market & !fed(who); effect: fed(who); consenting: who;
  telling: "{who} eats."; };
utility(Tom): if(fed(Tom)) 1 else 0;
utility(Ann): if(fed(Ann)) 1 else 0;
ending full: fed(Tom);
"""


def written(folder: Path, text: str, name: str = "chapter.md") -> manuscript.Reading:
    (folder / "world.story").write_text(WORLD, encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    return manuscript.read(folder / name)


def told(reading: manuscript.Reading) -> list[tuple[str, int]]:
    """The errors of a check, each with its line."""
    assert reading.manuscript is not None, reading.diagnostics
    report = manuscript.check(reading.manuscript).report
    return [(finding.kind, finding.data["line"]) for finding in report.findings if finding.level == "error"]


HEAD = "<!-- world: world.story -->\n"


def test_code_is_no_note() -> None:
    text = (
        "```markdown\n<!-- beat: a() -->\n```\n~~~\n<!-- beat: b() -->\n~~~\n"
        "`<!-- beat: c() -->` and ``<!-- beat: ` d() -->``\n<!-- beat: e() -->\n````\n```\n<!-- beat: f() -->\n"
    )
    assert [note.text for note in find_notes(text)[0]] == ["e()"]


def test_other_comments_are_left_alone() -> None:
    notes, found = find_notes("<!-- todo: more rain -->\n<!-- remark -->\n<!---->\n<!-- beat : walk() -->")
    assert [note.kind for note in notes] == ["beat"]
    assert found == []


@pytest.mark.parametrize(
    ("text", "code", "help"),
    [
        (HEAD + "<!-- beta: walk(Tom, Market) -->", "E0701", "`beat`"),
        (HEAD + "<!-- beat: walk(Tom, Market)\n\nMore.", "E0701", "-->"),
        (HEAD + "<!-- beat: walk(Tom, Markt) -->", "E0602", "`Market`"),
        (HEAD + "<!-- knows: Tim: fed(Ann) -->", "E0202", "`Tom`"),
        (HEAD + "<!-- knows: fed(Ann) -->", "E0706", "colon"),
        (HEAD + "<!-- later: 5 minutes -->", "E0707", "durations"),
        (HEAD + "<!-- earlier: 3 -->", "E0705", "flashback"),
        (HEAD + "<!-- holds: feed(Ann) -->", "E0201", "`fed`"),
        ("<!-- beat: eat(Tom) -->", "E0702", "begin it"),
        ("<!-- world: ../world.story -->", "E0703", "ever read"),
        ("<!-- world: /etc/passwd -->", "E0703", "relative"),
        ("<!-- continues: chapter.md -->", "E0704", ""),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, code: str, help: str, tmp_path: Path) -> None:
    reading = written(tmp_path, text)
    assert reading.manuscript is None
    [found] = [found for found in reading.diagnostics if found.is_error]
    assert found.code == code
    assert help in (found.help or "")
    assert found.span is not None
    assert found.span.path.endswith("chapter.md")
    assert 0 <= found.span.start <= found.span.end <= len(text)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    folder.mkdir()
    (tmp_path / "secret.story").write_text(WORLD, encoding="utf-8")
    (folder / "link.story").symlink_to(tmp_path / "secret.story")
    reading = written(folder, "<!-- world: link.story -->")
    assert [found.code for found in reading.diagnostics] == ["E0703"]


def test_what_nobody_can_do_and_what_nobody_wants(tmp_path: Path) -> None:
    assert told(written(tmp_path, HEAD + "<!-- beat: walk(Tom, Market) -->\n<!-- beat: eat(Tom) -->")) == []
    assert told(written(tmp_path, HEAD + "<!-- beat: eat(Tom) -->")) == [("impossible_beat", 2)]
    assert told(written(tmp_path, HEAD + "<!-- beat: walk(Ann, Home) -->")) == [("missing_reason", 2)]


def test_several_acts_happen_in_the_order_that_works(tmp_path: Path) -> None:
    assert told(written(tmp_path, HEAD + "<!-- beat: eat(Tom); walk(Tom, Market) -->")) == []


def test_what_is_assumed_does_not_put_those_right_who_were_wrong(tmp_path: Path) -> None:
    text = HEAD + "<!-- assume: at(Ann) = Market & fed(Ann) -->\n<!-- knows: Ann: fed(Ann) & at(Ann) == Market -->\n"
    assert told(written(tmp_path, text + "<!-- believes: Tom: at(Ann) == Home -->")) == []
    assert told(written(tmp_path, text + "<!-- knows: Tom: at(Ann) == Market -->")) == [("false_claim", 4)]


def test_a_flashback_happened_before(tmp_path: Path) -> None:
    text = HEAD + "<!-- beat: eat(Tom) -->\n<!-- earlier: 1 -->\n<!-- beat: walk(Tom, Market) -->\n"
    assert told(written(tmp_path, text)) == []
    assert told(written(tmp_path, text + "<!-- scene: Now -->\n<!-- holds: fed(Tom) -->")) == []


def test_a_book_carries_its_moments_over(tmp_path: Path) -> None:
    written(tmp_path, HEAD + "<!-- beat: walk(Tom, Market) -->", "part2.md")
    reading = written(tmp_path, "<!-- continues: part2.md -->\n<!-- beat: eat(Tom) -->", "part10.md")
    assert told(reading) == []
    assert reading.manuscript is not None
    assert [Path(path).name for path in reading.manuscript.chapters] == ["part2.md", "part10.md"]
    book = manuscript.read(tmp_path).manuscript
    assert book is not None
    assert [Path(path).name for path in book.chapters] == ["part2.md", "part10.md"]


def test_moments_recaps_and_what_ifs(tmp_path: Path) -> None:
    text = HEAD + "<!-- scene: Lunch -->\n<!-- beat: walk(Tom, Market) -->\n<!-- beat: eat(Tom) -->\n"
    book = written(tmp_path, text).manuscript
    assert book is not None
    walked = manuscript.walk(book)
    before, after = manuscript.at(book, walked, 1), manuscript.at(book, walked, 3)
    assert before.beat is None
    assert before.minds[0].wrong == ("at(Ann) == Home (really Market)",)
    assert before.minds[0].acts == ("walk(Tom, Market)",)
    assert after.beat is not None
    assert after.beat.number == 1
    assert after.minds[0].facts == ("at(Tom) == Market",)
    assert manuscript.recap(book, walked).scenes == (("Lunch", ("walk(Tom, Market).", "Tom eats.")),)
    eating = manuscript.check(manuscript.supposing(book, [], ["1:eat(Ann)"])).report
    assert [finding.kind for finding in eating.findings if finding.level == "error"] == ["impossible_beat"]
    there = manuscript.check(manuscript.supposing(book, ["at(Tom) = Market"], [])).report
    wrong = [(finding.kind, finding.subject) for finding in there.findings if finding.level == "error"]
    assert wrong == [("impossible_beat", "walk(Tom, Market)")]


def test_a_skeleton_holds(tmp_path: Path) -> None:
    first = written(tmp_path, HEAD).manuscript
    assert first is not None
    text = manuscript.skeleton(first.problem, "world.story", ["walk(Tom, Market)", "eat(Tom)"])
    assert told(written(tmp_path, text)) == []
    assert "Tom eats." in text


def test_what_happens_anyway_needs_no_reason_but_must_be_possible(tmp_path: Path) -> None:
    assert told(written(tmp_path, f"{HEAD}<!-- beat: walk(Ann, Home) -->\n")) == [("missing_reason", 2)]
    assert told(written(tmp_path, f"{HEAD}<!-- anyway: walk(Ann, Home) -->\n")) == []
    assert told(written(tmp_path, f"{HEAD}<!-- anyway: walk(Ann, Market) -->\n")) == [("impossible_beat", 2)]
