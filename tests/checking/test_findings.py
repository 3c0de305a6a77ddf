"""Every kind of finding, in worlds in which it is known what there is to find."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import pytest

import chekhov.checking
from chekhov import lang
from chekhov.checking import Report, check, patterns
from chekhov.checking.findings import KINDS, EndingResult, Finding
from chekhov.diagnostics import ChekhovError
from chekhov.graph import Graph
from chekhov.kernel import Limits

ASKED = Limits(reason_acts=5, belief_depth=2)
"""Asked for, these say what a reason is: then what is absent is proved absent."""


def checked(text: str, **options: Any) -> Report:
    """The report on a world."""
    reading = lang.parse(text)
    assert reading.problem is not None, reading.diagnostics
    return check(reading.problem, **{"limits": ASKED, "threads": 1, "games": 200, **options})


def found(text: str, kind: str, **options: Any) -> list[Finding]:
    """The findings of a kind in a world."""
    assert kind in KINDS
    return [finding for finding in checked(text, **options).findings if finding.kind == kind]


def names(text: str, kind: str, **options: Any) -> list[str]:
    return [finding.name for finding in found(text, kind, **options)]


# Two doors, one bridge. Nobody comes back over the bridge.
BRIDGE = """
type place;
entity Ann : character "Ann" (she); entity Bob : character "Bob" (he);
entity Bank : place "the bank"; entity Isle : place "the isle"; entity Tower : place "the tower";
property at(who : character) : place;
property burnt() : boolean;
at(Ann) = Bank; at(Bob) = Bank;
action cross(who : character) {
  precondition: at(who) == Bank & !burnt();
  effect: at(who) = Isle;
  consenting: who;
};
action climb(who : character) {
  precondition: at(who) == Isle;
  effect: at(who) = Tower;
  consenting: who;
};
action burn() { precondition: !burnt(); effect: burnt(); telling: "The bridge burns."; };
utility(Ann): (if(at(Ann) == Isle) 1 elseif(at(Ann) == Tower) 2 else 0);
utility(Bob): (if(at(Bob) == Isle) 1 else 0);
ending ann_up "Ann is in the tower": at(Ann) == Tower;
"""


def test_the_extent_of_a_world() -> None:
    extent = checked(BRIDGE).extent
    # Ann: bank, isle, tower. Bob: bank, isle. The bridge: whole or burnt.
    assert (extent.moments, extent.complete, extent.limit, extent.reasons_cut) == (12, True, None, False)
    assert extent.states_by_depth[0] == 1
    assert extent.states_by_depth[-1] == 12
    assert extent.depth == len(extent.states_by_depth) - 1 == 4
    physical = checked(BRIDGE, physical=True).extent
    assert (physical.moments, physical.max_reason_acts) == (18, None)
    cut = checked(BRIDGE, depth=1).extent
    assert (cut.moments, cut.complete, cut.limit) == (4, False, "depth")


def test_an_ending_that_can_be_reached() -> None:
    (ending,) = checked(BRIDGE).endings
    assert (ending.name, ending.reachable, ending.proved, ending.moments) == ("ann_up", True, True, 4)
    assert ending.story is not None
    assert ending.story.acts == ("cross(Ann)", "climb(Ann)")
    assert 0 < ending.share < 1
    assert ending.share_error == pytest.approx((ending.share * (1 - ending.share) / 200) ** 0.5)
    assert not found(BRIDGE, "ending_unreachable")


def ending(report: Report, name: str) -> EndingResult:
    return next(ending for ending in report.endings if ending.name == name)


def test_an_ending_that_nothing_can_bring_about() -> None:
    text = BRIDGE + "ending both: at(Bob) == Tower & at(Ann) == ?;"
    report = checked(text)
    both = ending(report, "both")
    assert (both.reachable, both.proved, both.moments, both.share, both.story) == (False, True, 0, 0, None)
    assert both.obstacles == ("Nothing can ever bring about:", "  at(Ann) == ?")
    assert names(text, "ending_unreachable") == ["ending_unreachable(both)"]


def test_an_ending_that_nobody_wants() -> None:
    report = checked(BRIDGE + "ending bob_up: at(Bob) == Tower;")
    bob = ending(report, "bob_up")
    assert (bob.reachable, bob.proved) == (False, True)
    assert bob.obstacles == ("It would take climb(Bob), after cross(Bob):", "  Bob has no reason for it")


def test_an_ending_beyond_the_depth_is_not_proved_out_of_reach() -> None:
    report = checked(BRIDGE, depth=1)
    (finding,) = [finding for finding in report.findings if finding.kind == "ending_unreachable"]
    assert (report.endings[0].reachable, report.endings[0].proved, finding.proved) == (False, False, False)


COUNT = """
entity Ann : character;
property count() : number 0..9;
action go_on() { precondition: count() < 9; effect: count() = count() + 1; consenting: Ann; };
utility(Ann): if(count() == 9) 1 else 0;
ending done: count() == 9;
demand: never count() == 1;
accept dead_end "That is all.";
"""


def test_usual_limits_on_reasons_prove_no_absence_if_they_cut_something() -> None:
    report = checked(COUNT, limits=None)
    assert (report.extent.moments, report.extent.complete, report.extent.reasons_cut) == (1, True, True)
    assert [demand.verdict for demand in report.demands] == ["unproved"]
    assert {finding.proved for finding in report.findings} == {False}
    # Asked for, they say what a reason is.
    asked = checked(COUNT)
    assert (asked.extent.moments, asked.extent.reasons_cut) == (1, False)
    assert [demand.verdict for demand in asked.demands] == ["holds"]
    longer = checked(COUNT, limits=Limits(reason_acts=9, belief_depth=1))
    assert (longer.extent.moments, longer.endings[0].reachable) == (10, True)


def test_limits_that_the_world_sets_say_what_a_reason_is() -> None:
    within_5 = checked(f"reasons within 5 acts, 1 mind; {COUNT}", limits=None)
    assert (within_5.extent.moments, within_5.extent.reasons_cut) == (1, False)
    assert [demand.verdict for demand in within_5.demands] == ["holds"]
    within_9 = checked(f"reasons within 9 acts, 1 mind; {COUNT}", limits=None)
    assert (within_9.extent.moments, within_9.endings[0].reachable) == (10, True)
    # Those that are asked for come first.
    assert checked(f"reasons within 9 acts, 1 mind; {COUNT}", limits=Limits(5, 5, 1)).extent.moments == 1


def test_without_endings_the_author_s_utility_is_the_ending() -> None:
    text = BRIDGE.replace('ending ann_up "Ann is in the tower": at(Ann) == Tower;', "utility(): if(burnt()) 1 else 0;")
    (one,) = checked(text).endings
    assert (one.name, one.reachable, one.story is not None and one.story.acts) == ("utility", True, ("burn()",))
    assert checked(text.replace("utility(): if(burnt()) 1 else 0;", "")).endings == ()


def test_stories_can_stop_at_their_ending() -> None:
    text = BRIDGE + "ending ashes: burnt();"
    assert (checked(text).extent.moments, checked(text, stop_at_endings=True).extent.moments) == (12, 10)


# -- too late and stuck


def test_the_choice_after_which_it_is_too_late() -> None:
    report = checked(BRIDGE)
    (choice,) = report.choices
    # With Ann on the bank, wherever Bob is.
    assert (choice.ending, choice.act, choice.moments, choice.of) == (None, "burn()", 2, 4)
    assert choice.story.acts == ("burn()",)
    assert choice.story.tellings == ("The bridge burns.",)
    (finding,) = found(BRIDGE, "too_late")
    assert (finding.name, finding.proved) == ("too_late(burn())", True)
    assert finding.message == (
        "After `burn()` it is too late for “Ann is in the tower”, in 2 of the 4 moments that it is done in."
    )


def test_nothing_is_too_late_where_all_can_be_undone() -> None:
    text = BRIDGE + "action mend() { precondition: burnt(); effect: !burnt(); };"
    assert checked(text).choices == ()


def test_a_choice_between_two_endings_loses_the_other() -> None:
    text = BRIDGE + "ending ashes: burnt() & at(Ann) == Bank & at(Bob) == Bank;"
    report = checked(text)
    lost = {(choice.ending, choice.act): (choice.moments, choice.of) for choice in report.choices}
    # Who crosses, whichever of the two, saves the bank from its ending; if Bob has crossed, burning loses all.
    assert lost == {
        (None, "burn()"): (1, 4),
        ("ann_up", "burn()"): (1, 4),
        ("ashes", "cross(_)"): (2, 2),
    }
    assert [choice.story.acts for choice in report.choices] == [("cross(Bob)", "burn()"), ("burn()",), ("cross(Ann)",)]


def test_a_moment_without_a_way_on_is_a_dead_end() -> None:
    (finding,) = found(BRIDGE, "dead_end")
    # The bridge is burnt, Ann is on the bank, and Bob on either side.
    assert finding.data == {"moments": 2}
    assert finding.story is not None
    assert finding.story.acts == ("burn()",)
    assert not found(BRIDGE + "ending ashes: burnt();", "dead_end")


def test_a_round_without_a_way_out_is_a_trap() -> None:
    text = BRIDGE + "property lamp() : boolean; action light() { effect: lamp() = !lamp(); };"
    (finding,) = found(text, "trap")
    assert finding.data == {"rounds": 2, "moments": 4}
    assert finding.story is not None
    assert finding.story.acts == ("burn()",)
    assert finding.details[0] == "The first round is `light()`, `light()`"
    assert not found(text, "dead_end")
    assert not found(text + "ending ashes: burnt();", "trap")


# -- what never happens

FARM = """
type place; type crop;
entity Ann : character; entity Bob : character; entity Field : place; entity Barn : place; entity Rye : crop;
property at(who : character) : place;
property ripe(crop : crop) : boolean;
property stored(crop : crop) : boolean;
property rats() : boolean;
at(Ann) = Field; at(Bob) = Field;
action go(who : character, to : place) {
  precondition: at(who) != to; effect: at(who) = to; consenting: who;
};
action store(who : character, crop : crop) {
  precondition: at(who) == Barn & ripe(crop) & !stored(crop); effect: stored(crop); consenting: who;
};
trigger ripen(crop : crop) { precondition: at(Ann) == Barn & !ripe(crop); effect: ripe(crop); };
utility(Ann): if(stored(Rye)) 1 else 0;
utility(Bob): if(at(Bob) == Barn) 1 else 0;
ending harvest: stored(Rye);
"""


def test_an_act_that_is_never_possible() -> None:
    assert not found(FARM, "never_possible")
    text = FARM + "action sell(who : character) { precondition: stored(Rye) & rats(); effect: at(who) = Field; };"
    (finding,) = found(text, "never_possible")
    assert (finding.name, finding.level, finding.proved) == ("never_possible(sell)", "warning", True)
    assert finding.details == ("`rats()` is never so",)


def test_acts_that_are_never_possible_for_somebody() -> None:
    text = FARM + "action nap(who : character) { precondition: at(who) == Barn & who != Ann; effect: rats(); };"
    assert not found(text, "never_possible")  # Ruled out by what never changes: that is as the author made it.
    text = FARM + "action nap(who : character) { precondition: at(who) == Barn & (who != Ann | rats()); };"
    assert not found(text, "never_possible")
    text = FARM.replace("utility(Bob): if(at(Bob) == Barn) 1 else 0;", "")
    go, store = found(text, "never_possible")
    assert (go.name, store.name) == ("never_possible(go(Bob, Field))", "never_possible(store(Bob, Rye))")
    assert store.level == "note"


def test_an_act_that_nobody_wants() -> None:
    # Bob has no use for the rye; nor has anybody for going back to the field.
    assert names(FARM, "never_wanted") == ["never_wanted(go(_, Field))", "never_wanted(store(Bob, Rye))"]
    text = FARM + "action dance(who : character) { precondition: !rats(); effect: rats(); consenting: who; };"
    dance = next(finding for finding in found(text, "never_wanted") if finding.subject == "dance")
    assert (dance.level, dance.data["unwilling"]) == ("warning", ["Ann", "Bob"])
    assert dance.message == "`dance` could be done, but it is never wanted by Ann nor Bob."
    assert not found(FARM, "never_wanted", physical=True)


def test_an_act_that_two_never_want_at_once() -> None:
    text = """
    entity Ann : character; entity Bob : character;
    property day() : boolean; property wed() : boolean;
    action turn() { effect: day() = !day(); };
    action marry() { precondition: !wed(); effect: wed(); consenting: Ann, Bob; };
    utility(Ann): if(wed() & day()) 1 else 0;
    utility(Bob): if(wed() & !day()) 1 else 0;
    """
    (finding,) = found(text, "never_wanted")
    assert finding.message == "`marry` could be done, but those whom it needs never all want it at once."


def test_a_trigger_that_never_fires() -> None:
    assert not found(FARM, "never_fires")
    text = FARM + "trigger spoil(crop : crop) { precondition: rats() & stored(crop); effect: !stored(crop); };"
    (finding,) = found(text, "never_fires")
    assert (finding.name, finding.details) == ("never_fires(spoil)", ("`rats()` is never so",))


def test_triggers_without_end() -> None:
    assert not found(BRIDGE, "endless_triggers")
    text = (
        BRIDGE
        + """
    property light() : boolean;
    trigger on() { precondition: burnt() & at(Ann) == Isle & !light(); effect: light(); };
    trigger off() { precondition: light(); effect: !light(); };
    """
    )
    (finding,) = found(text, "endless_triggers")
    assert finding.level == "error"
    assert finding.story is not None
    assert finding.story.acts == ("cross(Ann)", "burn()")
    report = checked(text)
    assert (report.extent.complete, report.extent.limit, report.extent.depth) == (False, "depth", 1)
    assert not any(finding.proved for finding in report.findings if finding.kind == "ending_unreachable")
    with pytest.raises(ChekhovError, match="E0511"):
        checked(text + "burnt(); at(Ann) = Isle;")


def test_facts_that_never_change() -> None:
    assert not found(BRIDGE, "never_changes")
    (finding,) = found(FARM, "never_changes")
    assert (finding.name, finding.message) == ("never_changes(rats)", "Nothing ever changes `rats`.")
    (both,) = found(FARM + "property cat(who : character) : boolean; cat(Ann);", "never_changes")
    assert (both.name, both.message) == ("never_changes", "Nothing ever changes `rats` or `cat`.")
    text = (
        FARM
        + """
    property cat(who : character) : boolean; cat(Ann);
    action nest() { precondition: at(Ann) == Field & stored(Rye) & at(Bob) == Field & ripe(Rye); effect: rats(); };
    action chase(who : character) { precondition: cat(who) & rats(); effect: !rats(); };
    accept never_changes(cat) "She is one.";
    """
    )
    rats, cat = found(text, "never_changes")
    assert rats.message == "`rats` never changes, though `nest` or `chase` could change it."
    assert (cat.name, cat.data["facts"], cat.accepted) == ("never_changes(cat)", ["cat(Ann)"], "She is one.")


def test_some_facts_of_a_property_that_never_change() -> None:
    text = FARM.replace("utility(Bob): if(at(Bob) == Barn) 1 else 0;", "")
    (at, _) = found(text, "never_changes")
    assert (at.name, at.message) == ("never_changes(at(Bob))", "`at(Bob)` never changes, though `go` could change it.")


def test_facts_that_nothing_reads() -> None:
    assert names(FARM, "never_read") == []  # Nothing states the rats, sets or reads them: they are not of this world.
    text = FARM + "action chase() { precondition: at(Bob) == Barn; effect: rats(); };"
    assert names(text, "never_read") == ["never_read(rats)"]
    assert names(text + "demand: possible rats();", "never_read") == []
    text += "property warm(who : character) : boolean; warm(Bob); demand: never warm(Ann);"
    assert names(text, "never_read") == ["never_read(rats)", "never_read(warm(Bob))"]


def test_people_who_never_act() -> None:
    assert not found(FARM, "never_acts")
    text = FARM + "entity Eve : character; at(Eve) = Barn; entity Zoe : character;"
    (eve, zoe) = found(text, "never_acts")
    assert (eve.name, eve.level) == ("never_acts(Eve)", "warning")
    assert eve.message == "Eve never does anything: there is no reason for what could be done."
    assert (zoe.name, zoe.proved) == ("never_acts(Zoe)", True)


# -- the gun on the wall

GUN = """
type thing;
entity Ann : character; entity Bob : character; entity Gun : thing; entity Rope : thing;
property held(thing : thing) : character;
property loaded(Gun) : boolean;
property free() : boolean;
action take(who : character, thing : thing) {
  precondition: held(thing) == ?; effect: held(thing) = who; consenting: who;
};
action load() { precondition: !loaded(Gun); effect: loaded(Gun); };
action flee(who : character) { precondition: held(Rope) == who; effect: free(); consenting: who; };
utility(Ann): (if(free()) 2 else 0) + (if(held(Gun) == Ann) 1 else 0);
utility(Bob): 0;
ending out: free();
"""


def test_a_gun_that_is_never_fired() -> None:
    text = GUN.replace(" + (if(held(Gun) == Ann) 1 else 0)", "")
    (finding,) = found(text, "unfired_gun")
    assert (finding.name, finding.level, finding.proved) == ("unfired_gun(Gun)", "warning", True)
    assert finding.message == "No story that reaches an ending turns on Gun."
    assert finding.data["facts"] == ["loaded(Gun)"]


def test_a_gun_that_somebody_wants_who_acts() -> None:
    # Ann, whose rope opens the way out, also wants the gun; but whether it is loaded is nothing to anybody.
    (finding,) = found(GUN, "unfired_gun")
    assert (finding.name, finding.data["facts"]) == ("unfired_gun(loaded)", ["loaded(Gun)"])
    assert finding.message == "No story that reaches an ending turns on `loaded`."


def test_a_gun_that_is_fired() -> None:
    text = GUN.replace("precondition: held(Rope) == who;", "precondition: held(Rope) == who & loaded(Gun);")
    assert not found(text, "unfired_gun")
    # Without an ending in reach, nothing matters, and that is told otherwise.
    assert not found(GUN.replace("ending out: free();", "ending out: free() & !free();"), "unfired_gun")


# -- minds

COIN = """
type place;
entity Ann : character "Ann" (she); entity Bob : character "Bob" (he);
entity Box : place; entity Sack : place; entity Drawer : place;
property coin() : place;
property opened(place : place) : boolean;
property rich(Bob) : boolean;
coin() = Box;
action move(Ann, to : place) {
  precondition: coin() == Box & to == Sack; effect: coin() = to; consenting: Ann;
  observing(c : character): c == Ann;
};
action open(Bob, place : place) {
  precondition: !opened(place);
  effect: opened(place) & if(coin() == place) rich(Bob);
  consenting: Bob;
};
trigger look(who : character, place : place) {
  precondition: opened(place) & believes(who, coin()) == place & coin() != place;
  effect: believes(who, coin()) = ?;
};
trigger find(who : character, place : place) {
  precondition: opened(place) & coin() == place & believes(who, coin()) != place;
  effect: believes(who, coin()) = place;
};
utility(Ann): if(coin() == Sack) 1 else 0;
utility(Bob): if(rich(Bob)) 1 else 0;
ending found: rich(Bob);
"""


def test_who_can_come_to_believe_what_falsely() -> None:
    report = checked(COIN)
    (finding,) = [finding for finding in report.findings if finding.kind == "false_belief"]
    # Where the coin is, and, having opened the box, that he is rich.
    assert finding.data == {"character": "Bob", "facts": {"coin()": 1, "rich(Bob)": 1}}
    assert (finding.name, finding.level) == ("false_belief(believes(Bob, _))", "note")
    assert finding.message == "Bob can come to be wrong about `coin()` and 1 other fact."
    assert finding.story is not None
    assert finding.story.acts == ("move(Ann, Sack)",)
    # What is wrong from the start on is how the author made it.
    assert not found(COIN.replace("observing(c : character): c == Ann;", ""), "false_belief")
    # Ann is wrong about it from the start on, and that is how the author made her.
    assert names(COIN + "believes(Ann, coin()) = Drawer;", "false_belief") == ["false_belief(believes(Ann, rich(Bob)))"]


def test_who_is_misled_into_which_act() -> None:
    (finding,) = found(COIN, "misled")
    assert finding.name == "misled(open(Bob, Box))"
    assert (
        finding.message
        == "`open(Bob, Box)` is done by Bob for a mistaken reason: knowing how things stand, he would have none."
    )
    assert finding.details == ("In the story shown, Bob wrongly believes `coin() == Box` (really Sack)",)
    assert finding.story is not None
    assert finding.story.acts == ("move(Ann, Sack)", "open(Bob, Box)")
    assert not found(COIN.replace("utility(Ann): if(coin() == Sack) 1 else 0;", ""), "misled")


def test_who_can_come_to_know_what() -> None:
    assert {one.fact for one in checked(COIN).knowledge} == {"rich(Bob)"}
    text = (
        COIN
        + "action tell(Ann, Bob) { precondition: coin() == Sack & opened(Box); effect: believes(Bob, coin()) = Sack; };"
    )
    known = [one for one in checked(text).knowledge if one.fact == "coin()"]
    assert [(one.character, one.value, one.acts) for one in known] == [("Bob", "Sack", 3)]
    assert known[0].story.acts == ("move(Ann, Sack)", "open(Bob, Box)", "tell(Ann, Bob)")


def test_the_ranges_of_fluents() -> None:
    text = (
        BRIDGE
        + """
    property toll() : number 0..2; action pay() { precondition: toll() < 2 & burnt(); effect: toll() = toll() + 1; };
    """
    )
    ranges = {one.fluent: one for one in checked(text).ranges}
    assert ranges["burnt()"].counts == (("False", 6), ("True", 18))
    assert (ranges["toll()"].least, ranges["toll()"].most) == (0, 2)
    assert dict(ranges["toll()"].counts) == {"0": 12, "1": 6, "2": 6}
    assert (ranges["at(Ann)"].least, ranges["at(Ann)"].most) == (None, None)


# -- acceptances


def test_what_is_accepted_is_told_as_accepted() -> None:
    (finding,) = found(BRIDGE + 'accept too_late(burn()) "Fire is fire.";', "too_late")
    assert finding.accepted == "Fire is fire."
    assert not found(BRIDGE + 'accept too_late(burn()) "Fire is fire.";', "stale_acceptance")


def test_one_act_of_several_is_accepted() -> None:
    text = (
        FARM
        + """
    action dance(who : character) { precondition: !rats(); effect: rats(); consenting: who; };
    accept never_wanted(dance(Ann)) "She has two left feet.";
    """
    )
    dances = [finding for finding in found(text, "never_wanted") if (finding.subject or "").startswith("dance")]
    assert [(finding.subject, finding.accepted) for finding in dances] == [
        ("dance(Bob)", None),
        ("dance(Ann)", "She has two left feet."),
    ]
    lifted = text.replace("dance(Ann)", "dance")
    (dance,) = [finding for finding in found(lifted, "never_wanted") if finding.subject == "dance"]
    assert dance.accepted == "She has two left feet."


def test_an_acceptance_of_what_is_no_longer_found() -> None:
    text = BRIDGE + 'accept dead_end "So be it."; accept trap "Round and round.";'
    (stale,) = found(text, "stale_acceptance")
    assert (stale.name, stale.proved) == ("stale_acceptance(trap)", True)
    assert stale.message == "`trap` is accepted, but it is no longer found."


def test_every_kind_of_finding_is_tested_here_or_with_demands() -> None:
    from pathlib import Path

    here = Path(__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in here.glob("test_*.py"))
    assert [kind for kind in KINDS if f'"{kind}"' not in text] == []


def test_the_examples_of_the_documentation_are_right() -> None:
    for module in (chekhov.checking, patterns):
        assert doctest.testmod(module).failed == 0
        assert doctest.testmod(module).attempted > 0


# -- running out


def test_an_interrupted_check_says_what_was_found_by_then(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Graph) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Graph, "misled", interrupted)
    report = checked(COIN)
    assert (report.extent.limit, report.extent.complete) == ("interrupted", True)
    assert report.endings[0].reachable
    assert [finding.name for finding in report.findings if finding.kind == "false_belief"] != []


def test_time_and_memory_end_a_check_with_what_was_found() -> None:
    world = (
        COUNT.replace("0..9", "0..100000").replace("count() < 9", "count() < 100000").replace(" consenting: Ann;", "")
    )
    for limit, options in (("time", {"seconds": 0.001}), ("memory", {"memory": 4_000_000})):
        report = checked(world, **options)
        assert (report.extent.limit, report.extent.complete) == (limit, False)
        assert [demand.verdict for demand in report.demands] in (["unproved"], ["fails"])


def test_a_check_goes_on_from_a_checkpoint_to_the_same_report(tmp_path: Path) -> None:
    file = tmp_path / "bridge.checkpoint"
    cut = checked(BRIDGE, depth=2, checkpoint=file)
    assert (cut.extent.moments, cut.extent.complete) == (8, False)
    whole = checked(BRIDGE)
    resumed = checked(BRIDGE, checkpoint=file, resume=True)
    assert resumed.findings == whole.findings
    assert resumed.endings == whole.endings
    assert resumed.choices == whole.choices


def test_what_the_library_offers_need_not_be_used() -> None:
    world = """
    include "std/movement";
    entity Hut : place; entity Road : place; entity Ida : character; entity Otto : character;
    at(Ida) = Hut; at(Otto) = Road; way(Hut, Road); way(Road, Hut);
    property lamp() : boolean;
    utility(Ida): if(at(Ida) == Road) 1 else 0;
    utility(Otto): 0;
    ending gone: at(Ida) == Road;
    """
    report = checked(world)
    subjects = [finding.subject or "" for finding in report.findings if finding.kind.startswith("never_")]
    assert "lamp" in subjects
    assert "walk(_, Road, Hut)" in subjects
    of_library = ("find_dead", "lose_leader", "alive", "hurt", "leader", "captor")
    assert [subject for subject in subjects if subject.startswith(of_library)] == []


def test_what_acts_that_take_time_are_made_of_is_not_told() -> None:
    world = """
    entity Tom : character; entity Ann : character;
    property rested(who : character) : boolean; property fed() : boolean;
    action sleep(who : character) {
      precondition: !rested(who); effect: rested(who) & fed(); consenting: who; duration: 2;
      observing(c : character): c == who;
    };
    utility(Tom): if(rested(Tom)) 1 else 0;
    utility(Ann): if(rested(Ann)) 1 else 0;
    ending done: rested(Tom);
    """
    report = checked(world)
    assert report.endings[0].story is not None
    assert report.endings[0].story.acts == ("sleep(Tom)", "time_passes()", "time_passes()")
    declared = {"Ann", "rested", "fed", "sleep"}
    about = {(finding.subject or "").partition("(")[0] for finding in report.findings}
    assert about <= {*declared, "believes"}
