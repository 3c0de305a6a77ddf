"""The manuscripts of other stories, with what is known of them: that they hold, how it stands with their endings, and
what is wrong with each once something is."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from chekhov import manuscript
from chekhov.checking.findings import Finding

WORLDS = Path(__file__).resolve().parents[2] / "worlds"

ENDINGS = {
    "heist.md": {"all_content": "closed", "real_cup": "open", "ada_exposed": "reached", "nell_caught": "open"},
    "letter.md": {"together": "open", "paul_leaves": "open", "vera_unmasked": "reached"},
    "lighthouse": {"safe": "reached", "wreck": "closed"},
    "mechanics/air.md": {"out": "open", "lost": "open", "changed": "reached"},
    "mechanics/captivity.md": {"jailed": "reached", "saved": "open", "both": "open", "revenge": "closed"},
    "mechanics/carrying.md": {"token": "reached", "unseen": "reached", "dry": "closed", "lost": "closed"},
    "mechanics/journeys.md": {"across": "reached", "missed": "closed", "there": "reached"},
    "mechanics/telling.md": {"read": "reached", "gossip": "open", "deceived": "open", "undeceived": "closed"},
    "classics/wolf_goat_cabbage.md": {"across": "reached"},
    "classics/timed/rendezvous.md": {"together": "closed", "missed": "reached"},
}
"""Each manuscript, and how it stands with the endings of its world after the last beat."""


@dataclass(frozen=True)
class Variant:
    """A manuscript with ``new`` in place of ``old``: what is wrong at the note with ``at`` in it, the note that took
    the fact away or brings it too late (None: nothing does), what the message or its details say, and the best repair.
    """

    name: str
    path: str
    old: str
    new: str
    kind: str
    at: str
    says: str
    edit: str
    taken: str | None = None
    coming: str | None = None


VARIANTS = [
    # Two places at once
    Variant(
        "in two places at once",
        "mechanics/journeys.md",
        "<!-- beat: travel(Mina, Farm, Ferry) -->",
        "<!-- beat: travel(Mina, Farm, Ferry); travel(Mina, Farm, Moor) -->",
        "impossible_beat",
        "beat: travel(Mina, Farm, Ferry); travel(Mina, Farm, Moor)",
        "`travel(Mina, Farm, Moor)` cannot happen at the same time as `travel(Mina, Farm, Ferry)`",
        "exchange",
        taken="travel(Mina, Farm, Ferry); travel(Mina, Farm, Moor)",
    ),
    Variant(
        "rows from where he is not",
        "classics/wolf_goat_cabbage.md",
        "<!-- beat: row(Far, Near) -->\n\nThe wolf",
        "The wolf",
        "impossible_beat",
        "take(Wolf, Near, Far)",
        "farmer() is Far, since take(Goat, Near, Far), beat 1",
        "insert",
        taken="take(Goat, Near, Far)",
    ),
    # Dead and speaking
    Variant(
        "dead and moving",
        "mechanics/air.md",
        "<!-- later: 10 minutes -->",
        "<!-- later: 80 minutes -->",
        "impossible_beat",
        "put_down(Jule, Spare, Gallery)",
        "it takes alive(Jule), but alive(Jule) is False, since time passed, line 13",
        "exchange",
        taken="later: 80 minutes",
    ),
    # What they do not have
    Variant(
        "goes back without the can that Rusk has",
        "lighthouse",
        "<!-- beat: pick_up(Tam, Can) -->\n<!-- knows: Rusk: holder(Can) == Tam -->",
        "<!-- beat: pick_up(Rusk, Can) -->",
        "missing_reason",
        "walk(Tam, Quay, Tower)",
        "Tam has no reason for `walk(Tam, Quay, Tower)`",
        "exchange",
    ),
    Variant(
        "fills from a can that nobody fetched",
        "lighthouse",
        "<!-- beat: pick_up(Tam, Can) -->\n<!-- knows: Rusk: holder(Can) == Tam -->",
        "",
        "missing_reason",
        "walk(Tam, Quay, Tower)",
        "Tam has no reason for `walk(Tam, Quay, Tower)`",
        "insert",
    ),
    # What they cannot know
    Variant(
        "knows what burnt behind her back",
        "letter.md",
        "<!-- believes: Iris: !jealous(Vera) -->",
        "<!-- knows: Iris: jealous(Vera) -->",
        "false_claim",
        "knows: Iris: jealous(Vera) -->",
        "Iris does not know this: jealous(Vera)",
        "claim",
    ),
    Variant(
        "accuses without having been at the station",
        "letter.md",
        "<!-- beat: go(Iris, Station) -->\n<!-- knows: Iris: jealous(Vera) -->",
        "",
        "impossible_beat",
        "beat: go(Iris, House)",
        "it takes at(Iris) != House, but at(Iris) is House; nothing before has made it so",
        "insert",
    ),
    Variant(
        "the niece knows of it",
        "mechanics/telling.md",
        "<!-- believes: Niece: !so(Second_Will) -->",
        "<!-- knows: Niece: so(Second_Will) -->",
        "false_claim",
        "knows: Niece: so(Second_Will)",
        "Niece does not know this: so(Second_Will)",
        "insert",
    ),
    # Time does not suffice
    Variant(
        "too little time on the road",
        "mechanics/journeys.md",
        "<!-- later: 1 hour -->",
        "<!-- later: 30 minutes -->",
        "false_claim",
        "holds: at(Mina) == Ferry",
        "that takes 30 minutes more",
        "insert",
    ),
    Variant(
        "too much time on the road",
        "mechanics/journeys.md",
        "<!-- later: 1 hour -->",
        "<!-- later: 90 minutes -->",
        "false_claim",
        "holds: at(Mina) == Ferry",
        "gone() is True, since time passed, line 13",
        "exchange",
        taken="later: 90 minutes",
    ),
    Variant(
        "still at breakfast",
        "classics/timed/rendezvous.md",
        "<!-- later: 10 minutes -->\n\nHe even",
        "<!-- later: 5 minutes -->\n\nHe even",
        "impossible_beat",
        "go(Ben, Station)",
        "Ben is busy for 5 minutes more, with breakfast(Ben), beat 1",
        "insert",
        taken="breakfast(Ben)",
    ),
    Variant(
        "the lamp goes out before the boy is back",
        "lighthouse",
        "<!-- later: 20 minutes -->\n\nRusk",
        "<!-- later: 60 minutes -->\n\nRusk",
        "false_claim",
        "holds: at(Rusk) == Quay & oil() == 40",
        "oil() is 0",
        "exchange",
        taken="later: 60 minutes",
    ),
    # Reasons
    Variant(
        "a guard who has not been called away",
        "heist.md",
        "<!-- beat: call(Ada, Tobias, Study) -->\n<!-- knows: Tobias: at(Cup) == Study -->",
        "",
        "impossible_beat",
        "grab(Nell, Gallery)",
        "it takes at(Tobias) != Gallery, but at(Tobias) is Gallery; nothing before has made it so",
        "insert",
    ),
    Variant(
        "waits for what never comes",
        "lighthouse",
        "<!-- later: until home() -->",
        "<!-- later: until wrecked() & home() -->",
        "endless_wait",
        "later: until wrecked() & home()",
        "what is waited for does not come",
        "suppose",
    ),
]


def copied(path: str, folder: Path, old: str = "", new: str = "") -> Path:
    """A copy of a manuscript and its world, with something in place of something else."""
    source = WORLDS / path
    if source.is_dir():
        target = Path(shutil.copytree(source, folder / source.name))
        chapters = sorted(target.glob("*.md"))
    else:
        world = source.read_text(encoding="utf-8").partition("<!-- world: ")[2].partition(" -->")[0]
        shutil.copy(source.parent / world, folder)
        target = Path(shutil.copy(source, folder))
        chapters = [target]
    texts = {chapter: chapter.read_text(encoding="utf-8") for chapter in chapters}
    if old:
        assert sum(text.count(old) for text in texts.values()) == 1
        for chapter, text in texts.items():
            chapter.write_text(text.replace(old, new), encoding="utf-8")
    return target


def read(path: Path) -> manuscript.Manuscript:
    reading = manuscript.read(path)
    assert reading.manuscript is not None, reading.diagnostics
    return reading.manuscript


def errors(answer: manuscript.Answer) -> list[Finding]:
    return [finding for finding in answer.report.findings if finding.level == "error"]


@pytest.mark.parametrize("path", ENDINGS)
def test_it_holds_and_ends_as_it_ends(path: str) -> None:
    answer = manuscript.check(read(WORLDS / path), ahead=None)
    assert errors(answer) == []
    assert [f.kind for f in answer.report.findings if f.level == "warning"] == []
    states = {f.subject: f.data["state"] for f in answer.report.findings if f.kind.startswith("ending_")}
    assert states == ENDINGS[path]


def test_there_are_ten_manuscripts_and_several_have_time() -> None:
    problems = [read(WORLDS / path).problem for path in ENDINGS]
    assert len(problems) >= 10
    assert sum(problem.is_timed for problem in problems) >= 4


@pytest.mark.parametrize("variant", VARIANTS, ids=[variant.name for variant in VARIANTS])
def test_a_fault_is_told_with_its_cause_and_mended(variant: Variant, tmp_path: Path) -> None:
    path = copied(variant.path, tmp_path, variant.old, variant.new)
    book = read(path)
    answer = manuscript.check(book)
    found = errors(answer)
    assert found

    def line(path: str, number: int) -> str:
        return book.sources[path].text.splitlines()[number - 1]

    assert len({finding.data["line"] for finding in found}) == 1, [finding.message for finding in found]
    first = found[0]
    assert first.span is not None
    assert variant.at in line(first.span.path, first.data["line"])
    assert {finding.kind for finding in found} == {variant.kind}
    assert variant.says in "\n".join([first.message, *first.details]), [first.message, *first.details]
    causes = [cause for finding in found for cause in finding.data["causes"]]
    for wanted, key in ((variant.taken, "taken"), (variant.coming, "coming")):
        told = [cause[key] for cause in causes if cause[key] is not None]
        if wanted is None:
            assert told == []
        else:
            assert any(
                wanted in line(path, number) for number in told for path in book.chapters if _has(book, path, number)
            )
    [edit] = answer.walk.mendings[0].edits
    assert edit.kind == variant.edit, edit
    if edit.kind == "suppose":
        assert answer.patches == ()
        return
    for chapter, text in answer.patches[0].texts.items():
        Path(chapter).write_text(text, encoding="utf-8")
    assert errors(manuscript.check(read(path))) == []


def _has(book: manuscript.Manuscript, path: str, number: int) -> bool:
    return number <= len(book.sources[path].text.splitlines())


def test_a_book_is_its_folder_its_files_or_its_last_chapter() -> None:
    folder = WORLDS / "lighthouse"
    files = sorted(folder.glob("*.md"))
    books = [read(folder), read(files[-1])]
    several = manuscript.read(*files).manuscript
    assert several is not None
    books.append(several)
    walks = [manuscript.walk(book) for book in books]
    assert len({tuple(str(beat) for beat in book.beats) for book in books}) == 1
    assert [walk.troubles for walk in walks] == [(), (), ()]
    assert [[Path(one).name for one in book.chapters] for book in books] == [[one.name for one in files]] * 3
    values = [walk.stage.kernel.values(walk.last) for walk in walks]
    assert values[0] == values[1] == values[2]


def test_what_to_remember_before_the_last_chapter() -> None:
    book = read(WORLDS / "lighthouse")
    found = manuscript.recap(book, manuscript.walk(book), before=book.chapters[2])
    told = " ".join(sentence for _, sentences in found.scenes for sentence in sentences)
    assert "Tam comes to the quay and picks up the oil can. He sets out for the tower." in told
    past = manuscript.recap(book, manuscript.walk(book), before=book.chapters[2], tense="past")
    assert any("20 minutes passed." in sentences for _, sentences in past.scenes)
    assert "pours the can" not in told
    assert "Tam picks up the oil can." in found.remember
    assert "Enid lights the lamp." not in found.remember
