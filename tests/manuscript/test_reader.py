"""The reader: points of view, dramatic irony, secrets, what is told out of order, set-ups and pay-offs."""

from __future__ import annotations

from pathlib import Path

import pytest

from chekhov import manuscript
from chekhov.checking.findings import Finding

WORLD = """
title "The Supper";
type room;
type thing;
entity Kitchen : room; entity Parlour : room;
entity Cook : character "the cook" (she);
entity Guest : character "the guest" (he);
entity Host : character "the host" (he);
entity Phial : thing; entity Purse : thing;
property at(who : character) : room;
property has(who : character, what : thing) : boolean;
property poisoned() : boolean;
property served() : boolean;
property alive(who : character) : boolean;
property paid() : boolean;
property fed(who : character) : boolean;
at(Cook) = Kitchen; at(Guest) = Parlour; at(Host) = Parlour;
forall(c : character) alive(c);
has(Cook, Phial);
has(Host, Purse);
forall(c : character) believes(c, !poisoned());
action poison(Cook) { precondition: at(Cook) == Kitchen & has(Cook, Phial) & !served();
  effect: poisoned() & !has(Cook, Phial); consenting: Cook;
  observing(c : character): at(c) == Kitchen; telling: "The cook empties a phial into the soup."; };
action serve(Cook) { precondition: at(Cook) == Kitchen & !served();
  effect: served() & at(Cook) = Parlour; consenting: Cook;
  observing(c : character): at(c) == Parlour | c == Cook; telling: "The cook brings in the soup."; };
action eat(who : character) { precondition: served() & at(who) == Parlour & alive(who) & who != Cook;
  effect: fed(who) & if(poisoned()) !alive(who); consenting: who;
  observing(c : character): at(c) == Parlour; telling: "{who} eats."; };
action pay(Host) { precondition: served() & !paid() & has(Host, Purse);
  effect: paid() & !has(Host, Purse); consenting: Host;
  observing(c : character): at(c) == Parlour; telling: "The host pays."; };
action go(who : character, to : room) { precondition: at(who) != to & alive(who); effect: at(who) = to; consenting: who;
  observing(c : character): at(c) == at(who) | at(c) == to; telling: "{who} goes."; };
trigger smell(who : character) { precondition: at(who) == Kitchen & poisoned() & believes(who, !poisoned());
  effect: believes(who, poisoned()); telling: "{who} smells almonds."; };
utility(Cook): (if(!alive(Guest)) 3 else 0) + (if(served()) 1 else 0) + (if(poisoned()) 1 else 0);
utility(Guest): if(alive(Guest) & fed(Guest)) 1 else 0;
utility(Host): (if(paid()) 2 else 0) + (if(at(Host) == Kitchen) 1 else 0);
ending murder "The guest dies": !alive(Guest);
secret poison_in_the_soup "The soup is poisoned": poisoned() from Guest, Host;
"""
HEAD = "<!-- world: supper.story -->\n"


def written(folder: Path, text: str) -> manuscript.Manuscript:
    (folder / "supper.story").write_text(WORLD, encoding="utf-8")
    (folder / "chapter.md").write_text(HEAD + text, encoding="utf-8")
    reading = manuscript.read(folder / "chapter.md")
    assert reading.manuscript is not None, reading.diagnostics
    return reading.manuscript


def notes(*lines: str) -> str:
    return "".join(f"<!-- {line} -->\n" for line in lines)


def findings(folder: Path, *lines: str) -> list[Finding]:
    report = manuscript.check(written(folder, notes(*lines))).report
    assert [finding for finding in report.findings if finding.level == "error"] == []
    return list(report.findings)


def of_kind(found: list[Finding], kind: str) -> list[str]:
    return [finding.message for finding in found if finding.kind == kind]


POISONED = ("scene: Kitchen", "beat: poison(Cook)", "scene: Parlour", "beat: serve(Cook)")


def test_the_reader_knows_what_the_characters_do_not(tmp_path: Path) -> None:
    read = written(tmp_path, notes(*POISONED))
    moment = manuscript.at(read, manuscript.walk(read), 5)
    ahead = dict(moment.reader.ahead)
    assert "poisoned()" in moment.reader.facts
    assert "poisoned()" in ahead["Guest"]
    assert "poisoned()" in ahead["Host"]
    assert "Cook" not in ahead
    assert moment.to_json()["reader"]["ahead"]["Guest"] == list(ahead["Guest"])
    secret = of_kind(findings(tmp_path, *POISONED), "reader_secret")
    assert secret == ["the reader is let into “The soup is poisoned” at line 3: Guest, Host not yet"]


def test_what_those_do_not_see_whom_it_is_told_through_is_kept_from_the_reader(tmp_path: Path) -> None:
    lines = ("scene: Waiting; through: Guest", "beat: poison(Cook)", "beat: serve(Cook)")
    read = written(tmp_path, notes(*lines))
    walked = manuscript.walk(read)
    moment = manuscript.at(read, walked, 4)
    assert "served()" in moment.reader.facts
    assert "poisoned()" in moment.reader.kept
    assert manuscript.recap(read, walked).scenes == (("Waiting", ("The cook brings in the soup.",)),)
    found = findings(tmp_path, *lines)
    assert of_kind(found, "out_of_view") == ["`poison(Cook)` is told through Guest, who does not see it"]
    assert of_kind(found, "reader_secret") == ["the reader is not let into “The soup is poisoned”"]


def test_a_reader_is_misled_with_those_through_whom_it_is_told(tmp_path: Path) -> None:
    lines = (*POISONED, "scene: At table; through: Guest", "shown: !poisoned()")
    findings(tmp_path, *lines)  # It is not so, but the guest believes it.
    read = written(tmp_path, notes(*lines))
    assert "!poisoned() (really True)" in manuscript.at(read, manuscript.walk(read), 9).reader.wrong
    plain = written(tmp_path, notes(*POISONED, "shown: !poisoned()"))
    answer = manuscript.check(plain)
    [error] = [finding for finding in answer.report.findings if finding.level == "error"]
    assert error.message == "the reader is shown what is not so: !poisoned()"
    assert error.data["line"] == 6
    assert [cause["taken"] for cause in error.data["causes"]] == [3]
    [edit] = answer.patches[0].edits
    assert edit.kind == "drop"


def test_a_flashback_shows_how_it_came_about_and_undoes_nothing(tmp_path: Path) -> None:
    lines = (
        "scene: Parlour; through: Host",
        "beat: serve(Cook)",
        "beat: eat(Guest)",
        "holds: !alive(Guest)",
        "scene: Before that",
        "earlier: 1",
        "beat: poison(Cook)",
        "scene: Parlour",
    )
    found = findings(tmp_path, *lines)
    late = of_kind(found, "told_late")
    assert late == []  # To eat needs no poison; to die of it is no beat.
    [secret] = of_kind(found, "reader_secret")
    assert secret == "the reader is let into “The soup is poisoned” at line 8: Guest, Host not yet"
    read = written(tmp_path, notes(*lines))
    walked = manuscript.walk(read)
    after = manuscript.at(read, walked, 9).reader
    assert "!alive(Guest)" in manuscript.at(read, walked, 5).reader.facts
    recap = manuscript.recap(read, walked, line=7)
    assert "phial" not in str(recap)
    assert "phial" in str(manuscript.recap(read, walked))
    # In the flashback itself, nothing of what comes later is counted as known.
    assert "served()" not in after.facts


def test_what_a_beat_rests_on_is_told_only_later(tmp_path: Path) -> None:
    lines = (
        "scene: Parlour; through: Guest",
        "beat: eat(Guest)",
        "scene: Before that",
        "earlier: 1",
        "beat: serve(Cook)",
    )
    [late] = of_kind(findings(tmp_path, *lines), "told_late")
    assert late == (
        "`eat(Guest)` rests on served(); it is told only later how that came about, beat 2, line 6, `serve(Cook)`"
    )


def test_a_gun_must_be_shown_before_it_is_fired(tmp_path: Path) -> None:
    late = of_kind(findings(tmp_path, *POISONED, "shown: has(Host, Purse)"), "told_late")
    assert late == []
    lines = ("scene: Kitchen", "beat: go(Host, Kitchen)", "shown: alive(Host)")
    late = of_kind(findings(tmp_path, *lines), "told_late")
    assert late == ["`go(Host, Kitchen)` rests on alive(Host); the reader is shown that only later, line 4"]
    before = ("shown: alive(Host)", *lines)
    assert of_kind(findings(tmp_path, *before), "told_late") == []
    # What is no longer so when it is shown is another matter.
    after = ("scene: Kitchen", "beat: serve(Cook)", "beat: pay(Host)", "shown: !has(Host, Purse)")
    assert of_kind(findings(tmp_path, *after), "told_late") == []


def test_what_is_set_up_and_not_paid_off(tmp_path: Path) -> None:
    lines = ("scene: Kitchen", "beat: serve(Cook)", "beat: pay(Host)", "scene: After", "beat: eat(Host)")
    with pytest.raises(AssertionError):
        findings(tmp_path, *lines)  # The host has no reason to eat.
    lines = ("scene: Kitchen", "beat: serve(Cook)", "beat: pay(Host)", "scene: After", "beat: go(Host, Kitchen)")
    found = findings(tmp_path, *lines)
    unpaid = of_kind(found, "unpaid_beat")
    assert unpaid == ["`pay(Host)` is not paid off: nothing later rests on it (!has(Host, Purse), paid())"]
    # The soup is what the host pays for.
    assert "serve" not in str(unpaid)
    # Where it brings an ending about, a beat is paid off, though no later beat rests on it.
    lines = ("scene: Kitchen", "beat: poison(Cook)", "beat: serve(Cook)", "beat: eat(Guest)", "scene: After")
    assert of_kind(findings(tmp_path, *lines), "unpaid_beat") == []


def test_what_only_rests_on_each_other_may_be_left_out_together(tmp_path: Path) -> None:
    lines = ("scene: Parlour", "beat: go(Host, Kitchen)", "assume: at(Host) = Parlour", "beat: serve(Cook)")
    found = of_kind(findings(tmp_path, *lines), "loose_beat")
    assert found == ["beat 1, line 3, `go(Host, Kitchen)` may be left out: nothing would change"]


def test_a_recap_says_nothing_that_has_not_been_shown(tmp_path: Path) -> None:
    """Line for line, a recap tells of no beat that stands further down, nor of one that nobody sees."""
    lines = (*POISONED[:2], "scene: Table; through: Guest", "beat: serve(Cook)", "beat: eat(Guest)")
    read = written(tmp_path, notes(*lines))
    walked = manuscript.walk(read)
    sentences = {3: "phial", 5: "brings in", 6: "The guest eats"}
    for line in range(1, 8):
        told = str(manuscript.recap(read, walked, line=line).scenes)
        assert {at for at, words in sentences.items() if words in told} == {at for at in sentences if at <= line}


def test_a_recap_says_what_to_remember(tmp_path: Path) -> None:
    read = written(tmp_path, notes(*POISONED, "scene: Table", "beat: eat(Guest)"))
    walked = manuscript.walk(read)
    assert manuscript.recap(read, walked, line=6).remember == ("The cook brings in the soup.",)
    assert manuscript.recap(read, walked).remember == ()


def test_a_point_of_view_must_exist(tmp_path: Path) -> None:
    (tmp_path / "supper.story").write_text(WORLD, encoding="utf-8")
    (tmp_path / "chapter.md").write_text(HEAD + notes("scene: Table; through: Gest, Host"), encoding="utf-8")
    reading = manuscript.read(tmp_path / "chapter.md")
    [found] = reading.diagnostics
    assert (found.code, found.help) == ("E0202", "did you mean `Guest`?")
