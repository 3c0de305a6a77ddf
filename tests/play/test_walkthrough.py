"""Walkthroughs as tests of a story."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from cli.process import chekhov

from chekhov.diagnostics import ChekhovError
from chekhov.play import walkthrough

MOUNTAIN = Path(__file__).parents[2] / "worlds" / "mountain.story"

TESTS = """
# Clarke waits, and comes.
** game: somewhere.ulx
** precommand: wait

* -comes
> walk
You come up to the door

* buzzer
The mouth of the tunnel.
{invert} tunnel is a cat
>{include} -comes
!buzzer
/(Bellamy|Monty) sets to work
> undo
You think better of it.
"""


def test_the_example_of_the_module() -> None:
    assert doctest.testmod(walkthrough).failed == 0


def test_what_is_included_and_typed_first() -> None:
    (test,) = walkthrough.parse(TESTS)
    assert [step.command for step in test.steps] == [None, "wait", "walk", "undo"]


def test_checks() -> None:
    lines = ["A red door.", "A red box."]

    def holds(text: str) -> bool:
        (test,) = walkthrough.parse(f"* t\n{text}")
        return test.steps[0].checks[0].holds(lines)

    assert [holds(text) for text in ("red", "blue", "!red", "!blue", "/d.*r", "!/d.*r", "{invert}!red")] == [
        True, False, False, True, True, False, True
    ]  # fmt: skip
    assert holds("{count=2} red")
    assert not holds("{count=3} red")


def test_after_a_vital_failure_and_after_the_end_nothing_is_typed() -> None:
    (test,) = walkthrough.parse("* t\n{vital} one\n> a\n> b")
    typed: list[str | None] = []

    def read(command: str | None) -> list[str] | None:
        typed.append(command)
        return None if command == "a" else ["two"]

    assert [failure.line for failure in walkthrough.follow(test, read)] == [2]
    assert typed == [None]
    (test,) = walkthrough.parse("* t\ntwo\n> a\n> b")
    assert [failure.text() for failure in walkthrough.follow(test, read)] == ["3: t: > a: the story is over by then"]


@pytest.mark.parametrize(
    "text",
    ["> a", "# none", "* -t\n> a", "* t\n* t", "*", "* t\n/(", "* t\n{status} x", "** x: y", "* t\n>{include} u"],
)
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(ChekhovError) as raised:
        walkthrough.parse(text)
    (found,) = raised.value.diagnostics
    assert found.code == "E0620"
    assert found.span is not None
    assert text[found.span.start : found.span.end] == text.splitlines()[-1]


@pytest.mark.parametrize(("text", "code", "said"), [
    (TESTS, 0, "1 test, all as written"),
    (TESTS.replace("!buzzer", "nonsense"), 1, "> walk: there is not `nonsense`"),
    ("nothing", 4, "tests.txt:1:1"),
])  # fmt: skip
def test_on_the_mountain(tmp_path: Path, text: str, code: int, said: str) -> None:
    (tmp_path / "tests.txt").write_text(text)
    options = ("--as", "Clarke", "--no-director", "--walkthrough", "tests.txt")
    done = chekhov("play", str(MOUNTAIN), *options, folder=tmp_path, XDG_DATA_HOME=str(tmp_path / "data"))
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout + done.stderr
    assert not (tmp_path / "data").exists()


def test_a_walkthrough_that_is_not_there(tmp_path: Path) -> None:
    done = chekhov("play", str(MOUNTAIN), "--as", "Clarke", "--walkthrough", "none.txt", folder=tmp_path)
    assert done.returncode == 4
    assert "none.txt" in done.stderr
    assert "Traceback" not in done.stderr


def test_tense_and_person(tmp_path: Path) -> None:
    (tmp_path / "tests.txt").write_text("* goes\n> go\nIris went to the station.\n!You go")
    letter = str(MOUNTAIN.with_name("letter.story"))
    options = ("--as", "Iris", "--no-director", "--tense", "past", "--third-person", "--walkthrough", "tests.txt")
    done = chekhov("play", letter, *options, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "now.story").write_text('entity Iris : character; action go(Iris) { telling: "{Iris} goes."; };\n')
    past = chekhov("play", "now.story", *options, folder=tmp_path)
    assert (past.returncode, "error[E0622]" in past.stderr) == (4, True), past.stdout + past.stderr
