"""Demands and secrets, in worlds in which it is known how they stand."""

from __future__ import annotations

import pytest

from checking.test_findings import checked
from chekhov import lang
from chekhov.checking.findings import DemandResult

# Ann may fetch the letter or the lamp, and reads the letter by the lamp. The fire, the author's, ends it all.
LETTER = """
entity Ann : character "Ann" (she); entity Bob : character "Bob" (he);
property letter() : boolean; property lamp() : boolean; property read() : boolean; property fire() : boolean;
action fetch() { precondition: !letter() & !fire(); effect: letter(); consenting: Ann; };
action light() { precondition: !lamp() & !fire(); effect: lamp(); consenting: Ann; };
action read(who : character) {
  precondition: letter() & lamp() & !read() & !fire(); effect: read(); consenting: who;
  observing(c : character): c == who;
};
action burn() { precondition: !fire() & lamp(); effect: fire(); };
utility(Ann): if(read()) 1 else 0;
ending known: read();
"""


def stands(text: str, world: str = LETTER, depth: int | None = None) -> DemandResult:
    (result,) = checked(f"{world} {text}", depth=depth).demands
    return result


def acts(text: str, world: str = LETTER) -> tuple[str, ...] | None:
    story = stands(text, world).story
    return None if story is None else story.acts


@pytest.mark.parametrize(
    ("demand", "verdict", "story"),
    [
        ("always read() | !read()", "holds", None),
        ("always !fire()", "fails", ("light()", "burn()")),
        ("always !lamp()", "fails", ("light()",)),
        ("always letter()", "fails", ()),
        ("always done(light()) | !lamp() | letter() | fire()", "holds", None),
        ("never read() & fire() & !letter()", "holds", None),
        ("never read() & fire()", "fails", ("fetch()", "light()", "read(Ann)", "burn()")),
        ("never done(read(Bob))", "holds", None),
        ("never done(read(_))", "fails", ("fetch()", "light()", "read(Ann)")),
        ("never ending(known)", "fails", ("fetch()", "light()", "read(Ann)")),
        ("never !letter()", "fails", ()),
        ("possible read()", "holds", ("fetch()", "light()", "read(Ann)")),
        ("possible done(burn()) & letter()", "holds", ("fetch()", "light()", "burn()")),
        ("possible fire() & !lamp()", "fails", None),
        ("possible !fire()", "holds", ()),
        ("possible believes(Ann, read()) & !believes(Bob, read())", "holds", ("fetch()", "light()", "read(Ann)")),
        ("possible believes(Bob, read())", "fails", None),
        ("inevitable fire()", "holds", None),
        ("inevitable !fire()", "holds", None),
        ("inevitable read()", "fails", ("light()", "burn()")),
        ("inevitable done(light())", "holds", None),
        ("inevitable done(fetch())", "fails", ("light()", "burn()")),
        ("lamp() before fire()", "holds", None),
        ("letter() before fire()", "fails", ("light()", "burn()")),
        ("letter() before letter()", "holds", None),
        ("done(light()) before lamp()", "holds", None),
        ("done(burn()) before read()", "fails", ("fetch()", "light()", "read(Ann)")),
        ("!lamp() before read()", "holds", None),
        ("!fire() until done(burn())", "holds", None),
        ("!fire() until read()", "fails", ("light()", "burn()")),
        ("!lamp() until letter()", "fails", ("light()",)),
        ("letter() until lamp()", "fails", ()),
        ("fire() until !letter()", "holds", None),
        ("!read() until done(read(Ann))", "holds", None),
    ],
)
def test_a_demand_holds_or_fails_with_a_story(demand: str, verdict: str, story: tuple[str, ...] | None) -> None:
    result = stands(f"demand: {demand};")
    assert (result.verdict, result.text) == (verdict, demand)
    assert (None if result.story is None else result.story.acts) == story


@pytest.mark.parametrize(
    ("demand", "verdict"),
    [
        ("always !read()", "unproved"),
        ("always !lamp()", "fails"),
        ("never fire()", "unproved"),
        ("possible fire()", "unproved"),
        ("possible lamp()", "holds"),
        ("inevitable fire()", "unproved"),
        ("inevitable read()", "unproved"),
        ("inevitable !fire()", "holds"),
        ("lamp() before fire()", "unproved"),
        ("letter() before lamp()", "fails"),
        ("!fire() until read()", "unproved"),
    ],
)
def test_what_rests_on_moments_that_nobody_looked_at_is_not_proved(demand: str, verdict: str) -> None:
    assert stands(f"demand: {demand};", depth=1).verdict == verdict


def test_what_is_lost_for_good_within_what_was_looked_at_is_proved() -> None:
    assert stands("demand: inevitable read();", depth=2).verdict == "unproved"
    # Three acts deep, what follows the fire is known: nothing.
    assert stands("demand: inevitable read();", depth=3).verdict == "fails"


def test_a_failing_demand_is_a_finding() -> None:
    world = LETTER + 'demand unburnt "No fire": never fire(); demand calm: always !fire() | lamp();'
    (finding,) = [finding for finding in checked(world).findings if finding.kind == "demand"]
    assert (finding.name, finding.level) == ("demand(unburnt)", "error")
    assert finding.message == "The demand “No fire” fails: `fire()` holds after `burn()`."
    assert finding.story is not None
    assert finding.story.acts == ("light()", "burn()")


def test_demands_can_be_made_besides_those_of_the_world() -> None:
    problem = lang.parse(LETTER).problem
    assert problem is not None
    demand, diagnostics = lang.parse_demand("never fire()", problem)
    assert demand is not None, diagnostics
    (result,) = checked(LETTER, demands=[demand]).demands
    assert (result.name, result.text, result.verdict) == (None, "never fire()", "fails")


# -- secrets

DEAL = """
entity Cid : character "Cid" (he); entity Ann : character "Ann" (she); entity Bob : character "Bob" (he);
property deal() : boolean; property met() : boolean; property culprit() : character; property night() : boolean;
believes(Ann, !deal()); believes(Bob, !deal()); believes(Ann, culprit()) = Bob; believes(Bob, culprit()) = ?;
culprit() = Cid;
action strike() { precondition: !deal(); effect: deal(); observing(c : character): c == Cid; };
action gossip(from : character, to : character) {
  precondition: deal() & !met() & from != to & !believes(to, deal());
  effect: believes(to, deal()) & met();
  consenting: from;
  observing(c : character): c == from | c == to;
};
action confess(Cid, Bob) { precondition: met(); effect: believes(Bob, culprit()) = Cid; };
action fall() { precondition: !night(); effect: night(); };
utility(Cid): if(met()) 1 else 0;
utility(Ann): 0;
utility(Bob): 0;
"""


def test_a_secret_that_leaks() -> None:
    report = checked(DEAL + "secret deal from Ann;")
    (finding,) = [finding for finding in report.findings if finding.kind == "leak"]
    assert (finding.name, finding.level) == ("leak(deal)", "error")
    assert finding.message == (
        "The secret `deal` comes out: Ann can know it after `gossip(Cid, Ann)`, 2 acts into the story."
    )
    assert finding.story is not None
    assert finding.story.acts == ("strike()", "gossip(Cid, Ann)")
    (result,) = report.demands
    assert (result.name, result.verdict, result.story) == ("deal", "fails", finding.story)


def test_a_secret_leaks_to_all_who_are_not_to_know() -> None:
    report = checked(DEAL + "secret deal from all(c : character) where c != Cid;")
    (finding,) = [finding for finding in report.findings if finding.kind == "leak"]
    assert finding.data["leaks"] == {
        "Ann": ["strike()", "gossip(Cid, Ann)"],
        "Bob": ["strike()", "gossip(Cid, Bob)"],
    }
    assert finding.details == ("Bob can know it after `gossip(Cid, Bob)`, 2 acts into the story.",)


def test_a_secret_that_is_kept() -> None:
    world = DEAL.replace("utility(Cid): if(met()) 1 else 0;", "utility(Cid): 0;")
    report = checked(world + "secret deal from Ann;")
    assert [result.verdict for result in report.demands] == ["holds"]
    assert not [finding for finding in report.findings if finding.kind == "leak"]
    # What is believed and not so is not known.
    assert acts("secret: !deal() from Bob until deal();", DEAL) == ()


def test_a_secret_that_may_come_out_in_the_end() -> None:
    assert acts("secret deal from Ann until met();", DEAL) is None
    assert acts("secret deal from Ann until night();", DEAL) == ("strike()", "gossip(Cid, Ann)")
    assert acts("secret deal from Ann until done(gossip(_, _));", DEAL) is None


def test_a_value_that_is_kept_secret() -> None:
    assert acts("secret who: culprit() from Ann;", DEAL) is None
    assert acts("secret who: culprit() from Bob;", DEAL) == ("strike()", "gossip(Cid, Ann)", "confess(Cid, Bob)")
    assert acts("secret who: culprit() from Cid;", DEAL) == ()
