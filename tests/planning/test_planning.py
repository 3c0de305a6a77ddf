"""What an author asks for: stories, everybody's reasons, and what is missing where there is none."""

from __future__ import annotations

import pytest

from chekhov import lang
from chekhov.diagnostics import ChekhovError
from chekhov.explanation import why, whynot
from chekhov.grounding import ground
from chekhov.kernel import Kernel, Limits, Progress
from chekhov.model import Problem
from chekhov.planning import Answer, Goal, condition_goal, ending_goal, plan, utility_goal
from chekhov.reasons import Mistake

BAKERY = """
type place; type thing;
entity Tom : character; entity Ann : character;
entity Home : place; entity Bakery : place; entity Cellar : place;
entity Bread : thing; entity Coin : thing;
property at(who : character) : place;
property lies(what : thing) : place;
property has(who : character, what : thing) : boolean;
property hungry(who : character) : boolean;
property road(a : place, b : place) : boolean;
at(Tom) = Home; at(Ann) = Bakery; has(Tom, Coin); has(Ann, Bread); hungry(Tom);
road(Home, Bakery); road(Bakery, Home); lies(Bread) = ?;

action walk(who : character, from : place, to : place) {
  precondition: at(who) == from & road(from, to);
  effect: at(who) = to;
  consenting: who;
};
action trade(buyer : character, seller : character, bought : thing, paid : thing, where : place) {
  precondition: buyer != seller & bought != paid & at(buyer) == where & at(seller) == where
    & has(buyer, paid) & has(seller, bought);
  effect: has(buyer, bought) & !has(seller, bought) & has(seller, paid) & !has(buyer, paid);
  consenting: buyer, seller;
};
action eat(who : character) {
  precondition: has(who, Bread) & hungry(who);
  effect: !has(who, Bread) & !hungry(who);
  consenting: who;
};
action fire() {
  precondition: at(Ann) == Bakery;
  effect: !has(Ann, Bread) & at(Ann) = Home;
  observing(c : character): c == Ann;
};
utility(): if(!hungry(Tom)) 1 else 0;
utility(Tom): if(hungry(Tom)) 0 else 1;
utility(Ann): if(has(Ann, Coin)) 1 else 0;
ending fed "Tom is fed": !hungry(Tom);
ending robbed: !has(Ann, Bread) & has(Tom, Coin) & !hungry(Tom);
ending underground "In the cellar": at(Tom) == Cellar & !hungry(Tom);
ending rich "Ann has it all": has(Ann, Coin) & has(Ann, Bread);
"""


def opened(text: str = BAKERY) -> Kernel:
    reading = lang.parse(text)
    assert reading.problem is not None, reading.diagnostics
    return Kernel(ground(reading.problem), threads=1)


def acts(answer: Answer) -> list[str]:
    return [act.act for act in answer.stories[0].acts]


FED = ["walk(Tom, Home, Bakery)", "trade(Tom, Ann, Bread, Coin, Bakery)", "eat(Tom)"]


def test_the_shortest_story_is_found_and_everybody_has_a_reason() -> None:
    kernel = opened()
    answer = plan(kernel, ending_goal(kernel.task, "fed"))
    assert (answer.outcome, answer.proved_shortest, answer.absolute) == ("found", True, True)
    assert acts(answer) == FED
    walk, trade, eat = answer.stories[0].acts
    (tom,) = walk.reasons
    assert (tom.character, tom.before, tom.after) == ("Tom", 0, 1)
    assert [step.act for step in tom.plan] == acts(answer)
    # Tom counts on Ann, whom he believes to want the coin.
    (ann,) = tom.plan[1].others
    assert (ann.character, [step.act for step in ann.plan]) == ("Ann", ["trade(Tom, Ann, Bread, Coin, Bakery)"])
    assert [reason.character for reason in trade.reasons] == ["Tom", "Ann"]
    assert [reason.character for reason in eat.reasons] == ["Tom"]


def test_deepening_finds_what_fixed_limits_find() -> None:
    kernel = opened()
    goal = utility_goal(kernel)
    assert plan(kernel, goal, Limits(reason_acts=3, belief_depth=1)).stories == plan(kernel, goal).stories
    # Reasons of two acts do not take Tom to the bakery.
    short = plan(kernel, goal, Limits(reason_acts=2, belief_depth=1))
    assert (short.outcome, short.absolute) == ("impossible", False)


def test_a_shorter_story_with_longer_reasons_is_preferred() -> None:
    # Going by ship needs a reason of three acts, walking (for its own sake) none.
    text = """
    type place; entity Tom : character;
    property miles : number; property fare : boolean; property aboard : boolean; property there : boolean;
    action walk() { precondition: !there; effect: miles() = miles() + 1; consenting: Tom; };
    action arrive() { precondition: miles() >= 4; effect: there; consenting: Tom; };
    action pay() { precondition: !fare; effect: fare; consenting: Tom; };
    action board() { precondition: fare; effect: aboard; consenting: Tom; };
    action land() { precondition: aboard; effect: there; consenting: Tom; };
    utility(Tom): miles() + (if(there) 10 else 0);
    utility(): if(there) 1 else 0;
    """.replace("property miles : number", "property miles() : number").replace(" : boolean", "() : boolean")
    text = (
        text.replace("!there", "!there()")
        .replace("effect: there;", "effect: there();")
        .replace("if(there)", "if(there())")
    )
    text = (
        text.replace("!fare;", "!fare();").replace("effect: fare;", "effect: fare();").replace(": fare;", ": fare();")
    )
    text = text.replace("effect: aboard;", "effect: aboard();").replace(": aboard;", ": aboard();")
    kernel = opened(text)
    answer = plan(kernel, utility_goal(kernel))
    assert acts(answer) == ["pay()", "board()", "land()"]
    assert answer.proved_shortest


def test_endings_conditions_and_utilities_are_goals() -> None:
    kernel = opened()
    task = kernel.task
    fed = lang.parse(BAKERY).problem
    assert fed is not None
    by_condition = condition_goal(task, fed.endings[0].condition, "!hungry(Tom)")
    assert by_condition.condition == ending_goal(task, "fed").condition
    assert utility_goal(kernel).text == "the author's utility at least 1 (it starts at 0)"
    assert acts(plan(kernel, utility_goal(kernel, 1))) == FED


def test_an_unknown_ending_is_an_error_with_the_nearest_name() -> None:
    with pytest.raises(ChekhovError) as caught:
        ending_goal(opened().task, "fedd")
    (found,) = caught.value.diagnostics
    assert (found.code, found.help) == ("E0611", "did you mean `fed`?")


def test_without_an_authors_utility_a_goal_must_be_named() -> None:
    kernel = opened(BAKERY.replace("utility():", "//"))
    with pytest.raises(ChekhovError) as caught:
        utility_goal(kernel)
    assert caught.value.diagnostics[0].code == "E0612"


def test_impossible_names_the_facts_that_nothing_can_bring_about() -> None:
    kernel = opened()
    answer = plan(kernel, ending_goal(kernel.task, "underground"))
    assert (answer.outcome, answer.absolute) == ("impossible", True)
    assert answer.missing is not None
    assert (answer.missing.facts, answer.missing.together) == (("at(Tom) == Cellar",), False)


def test_impossible_names_the_facts_that_cannot_be_had_together() -> None:
    kernel = opened()
    for limits in (Limits(), Limits(reason_acts=2, belief_depth=1)):
        answer = plan(kernel, ending_goal(kernel.task, "rich"), limits)
        assert (answer.outcome, answer.stories, answer.absolute) == ("impossible", (), True)
        assert answer.missing is not None
        assert (answer.missing.facts, answer.missing.together) == (("has(Ann, Coin)", "has(Ann, Bread)"), True)


def test_impossible_names_the_acts_that_nobody_has_a_reason_for() -> None:
    kernel = opened(BAKERY.replace("utility(Ann): if(has(Ann, Coin)) 1 else 0;", "utility(Ann): 0;"))
    answer = plan(kernel, ending_goal(kernel.task, "fed"), Limits(reason_acts=3, belief_depth=1))
    assert (answer.outcome, answer.stories) == ("impossible", ())
    assert answer.missing is not None
    refusals = [(obstacle.act, r.character) for obstacle in answer.missing.obstacles for r in obstacle.refusals]
    assert refusals == [(FED[0], "Tom"), (FED[1], "Ann")]
    assert answer.missing.obstacles[1].after == (FED[0],)


def test_without_limits_on_reasons_nothing_is_proved_that_longer_ones_might_change() -> None:
    # Tom would count to forty for the bread, and gains nothing before.
    text = "entity Tom : character; property n() : number; property fed() : boolean;"
    text += "action count() { precondition: !fed() & n() < 40; effect: n() = n() + 1; consenting: Tom; };"
    text += "action eat() { precondition: n() == 40; effect: fed(); consenting: Tom; };"
    kernel = opened(text + "utility(Tom): if(fed()) 1 else 0; ending fed: fed();")
    answer = plan(kernel, ending_goal(kernel.task, "fed"))
    assert (answer.outcome, answer.limit, answer.absolute) == ("limit", "reasons", False)
    assert answer.limits.reason_acts is not None
    assert acts(plan(kernel, ending_goal(kernel.task, "fed"), Limits(reason_acts=41))) == ["count()"] * 40 + ["eat()"]


def test_limits_say_what_was_covered() -> None:
    kernel = opened()
    answer = plan(kernel, ending_goal(kernel.task, "fed"), Limits(acts=2, reason_acts=3, belief_depth=1))
    assert (answer.outcome, answer.limit, answer.covered, answer.stories) == ("limit", "acts", 2, ())


def test_several_stories_are_different_and_come_shortest_first() -> None:
    kernel = opened()
    answer = plan(kernel, ending_goal(kernel.task, "fed"), Limits(reason_acts=3, belief_depth=1), count=3)
    told = [tuple(act.act for act in story.acts) for story in answer.stories]
    assert len(set(told)) == len(told) == 3
    assert [len(story) for story in told] == sorted(map(len, told))
    assert answer.to_json()["stories"][0] == answer.to_json()["acts"]


def test_a_wrong_belief_that_matters_is_named() -> None:
    # The bakery has burnt down, which only Ann has seen.
    kernel = opened()
    found = why(kernel, ["fire()", *FED], 2)
    assert found.explained
    (tom,) = found.reasons
    assert tom.mistakes == (Mistake("at(Ann)", "Home", "Bakery"), Mistake("has(Ann, Bread)", "False", "True"))
    assert "wrongly believing at(Ann) == Bakery (really Home)" in "\n".join(found.lines())


def test_json_has_what_scripts_rely_on() -> None:
    kernel = opened()
    found = plan(kernel, ending_goal(kernel.task, "fed")).to_json()
    assert {"outcome", "acts", "proved_shortest", "states", "search_seconds", "limits", "covered"} <= found.keys()
    assert found["acts"][2] == {
        "act": "eat(Tom)",
        "reasons": [
            {
                "character": "Tom",
                "plan": [{"act": "eat(Tom)", "others": []}],
                "utility": {"from": 0, "to": 1},
                "gains": ["!hungry(Tom)"],
                "beliefs": ["has(Tom, Bread)", "hungry(Tom)"],
                "mistakes": [],
            }
        ],
    }


def test_acts_are_told_as_the_world_tells_them() -> None:
    text = BAKERY.replace(
        "consenting: who;\n};\naction trade",
        'consenting: who;\n  telling: "{who} leaves {at(who)} for {to}.";\n};\naction trade',
    )
    kernel = opened(text)
    answer = plan(kernel, ending_goal(kernel.task, "fed"))
    assert [act.telling for act in answer.stories[0].acts] == ["Tom leaves Home for Bakery.", None, None]
    assert answer.to_json()["acts"][0]["telling"] == "Tom leaves Home for Bakery."
    assert "     Tom leaves Home for Bakery." in answer.lines(80)


def test_why_looks_for_reasons_as_long_as_they_are() -> None:
    text = "entity Tom : character; property n() : number; property fed() : boolean;"
    text += "action count() { precondition: !fed() & n() < 9; effect: n() = n() + 1; consenting: Tom; };"
    text += "action eat() { precondition: n() == 9; effect: fed(); consenting: Tom; };"
    kernel = opened(text + "utility(Tom): if(fed()) 1 else 0;")
    (reason,) = why(kernel, ["count()"], 1).reasons
    assert len(reason.plan) == 10
    assert [refusal.kind for refusal in why(kernel, ["count()"], 1, Limits(reason_acts=9)).refusals] == ["limit"]


@pytest.mark.parametrize("width", [40, 60, 100])
def test_text_fits_the_terminal(width: int) -> None:
    kernel = opened()
    for name in ("fed", "underground", "rich"):
        assert max(map(len, plan(kernel, ending_goal(kernel.task, name)).lines(width))) <= width


def test_text_is_an_indented_tree() -> None:
    kernel = opened()
    assert plan(kernel, ending_goal(kernel.task, "fed")).stories[0].lines(80) == [
        "1. walk(Tom, Home, Bakery)",
        "     Tom (0 → 1) has in mind:",
        "       1. walk(Tom, Home, Bakery)",
        "       2. trade(Tom, Ann, Bread, Coin, Bakery)",
        "          Ann gains by it: 0 → 1",
        "       3. eat(Tom)",
        "2. trade(Tom, Ann, Bread, Coin, Bakery)",
        "     Tom (0 → 1) has in mind:",
        "       1. trade(Tom, Ann, Bread, Coin, Bakery)",
        "       2. eat(Tom)",
        "     Ann gains by it: 0 → 1",
        "3. eat(Tom)",
        "     Tom gains by it: 0 → 1",
    ]


# -- why not


def test_whynot_names_the_conditions_that_fail() -> None:
    found = whynot(opened(), [], "trade(Tom, Ann, Bread, Coin, Bakery)")
    assert (found.unmet, found.never) == (("not at(Tom) == Bakery (at(Tom) is Home)",), False)
    assert whynot(opened(), [], "eat(Tom)").unmet == ("not has(Tom, Bread)",)


def test_whynot_knows_what_can_never_be() -> None:
    found = whynot(opened(), [], "walk(Tom, Home, Cellar)")
    assert (found.unmet, found.never) == (("not road(Home, Cellar)",), True)


def test_whynot_names_who_has_no_reason_and_what_would_give_one() -> None:
    text = BAKERY.replace("hungry(Tom);\nroad", "hungry(Tom); believes(Tom, !has(Ann, Bread));\nroad")
    found = whynot(opened(text), [], "walk(Tom, Home, Bakery)", Limits(reason_acts=4, belief_depth=1))
    assert not found.explained
    (remedy,) = found.remedies
    assert (remedy.refusal.character, remedy.refusal.kind) == ("Tom", "pointless")
    # It is not enough that Tom believes it: Ann, in his mind, must know what she has.
    plans = {(change.believed, change.shared): [s.act for s in change.reason.plan] for change in remedy.changes}
    assert plans["has(Ann, Bread)", True] == FED
    text = "\n".join(found.lines(100))
    assert "There would be a reason if Tom believed has(Ann, Bread), as something that everybody knows:" in text


def test_whynot_names_the_others_who_would_not_go_along() -> None:
    text = BAKERY.replace("utility(Ann): if(has(Ann, Coin)) 1 else 0;", "utility(Ann): 0;")
    (remedy,) = whynot(opened(text), [], "walk(Tom, Home, Bakery)", Limits(reason_acts=3, belief_depth=1)).remedies
    assert remedy.hope is not None
    assert list(remedy.hope.plan) == FED
    assert [(act, refusal.character) for act, refusal in remedy.hope.unwilling] == [(FED[1], "Ann")]


def test_whynot_says_so_if_nothing_stands_against_it() -> None:
    found = whynot(opened(), [], "walk(Tom, Home, Bakery)")
    assert found.explained
    assert [reason.character for reason in found.reasons] == ["Tom"]


def test_whynot_names_who_does_not_believe_it_possible() -> None:
    text = BAKERY.replace("road(Home, Bakery);", "road(Home, Bakery); believes(Tom, !road(Home, Bakery));")
    (remedy,) = whynot(opened(text), [], "walk(Tom, Home, Bakery)").remedies
    assert (remedy.refusal.kind, remedy.refusal.unmet) == ("impossible", ("not road(Home, Bakery)",))


def test_unknown_acts_and_steps_are_errors() -> None:
    with pytest.raises(ChekhovError) as caught:
        whynot(opened(), [], "dance(Tom)")
    assert caught.value.diagnostics[0].code == "E0613"
    with pytest.raises(ChekhovError) as caught:
        why(opened(), FED, 4)
    assert caught.value.diagnostics[0].code == "E0614"


# -- the kernel's errors, and Ctrl-C

COUNTER = """
entity Tom : character;
property count(who : character) : number; property on(who : character) : boolean;
action add() { effect: count(Tom) = count(Tom) + 1; };
action start() { precondition: !on(Tom); effect: on(Tom); };
"""


@pytest.mark.parametrize(
    ("triggers", "code", "words"),
    [
        (
            """trigger up() { precondition: on(Tom) & count(Tom) == 0; effect: count(Tom) = 1; };
            trigger down() { precondition: on(Tom) & count(Tom) == 1; effect: count(Tom) = 0; };""",
            "E0511",
            ("up()", "down()", "after start()"),
        ),
        (
            "trigger up() { precondition: on(Tom) & count(Tom) >= 0; effect: count(Tom) = count(Tom) + 1; };",
            "E0512",
            ("up()", "after start()"),
        ),
        (
            """trigger both() { precondition: on(Tom) & count(Tom) == 0;
            effect: count(Tom) = 1 & (if(on(Tom)) count(Tom) = 2); };""",
            "E0513",
            ("both()", "count(Tom)", "after start()"),
        ),
    ],
)
def test_worlds_without_a_next_moment_are_errors_in_words(triggers: str, code: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ChekhovError) as caught:
        opened(COUNTER + triggers).explore(physical=True, depth=2)
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert all(word in found.title for word in words), found.title
    assert found.span is not None


def test_interrupted_requests_end_with_what_they_have() -> None:
    seen: list[Progress] = []

    def interrupt(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == 1:  # a second one gives up on it
            raise KeyboardInterrupt

    found = opened(COUNTER).explore(physical=True, report=interrupt)
    assert (found.limit, found.complete) == ("interrupted", False)
    assert found.states_by_depth[:3] == (1, 3, 5)
    assert seen


def test_time_is_a_limit() -> None:
    found = opened(COUNTER).explore(physical=True, seconds=0.01)
    assert found.limit == "time"
    assert found.seconds < 5


def test_goals_that_grounding_evaluates_away() -> None:
    kernel = opened()
    assert isinstance(kernel.task.problem, Problem)
    assert plan(kernel, Goal(("and",), "nothing")).stories[0].acts == ()
    assert plan(kernel, Goal(("or",), "never")).outcome == "impossible"


def test_after_something_impossible_the_world_is_still_right() -> None:
    # Nobody can ever be in the cellar, so grounding leaves it out; but the plan says that Tom has walked there.
    plan_of_fools = ["walk(Tom, Home, Cellar)"]
    found = whynot(opened(), plan_of_fools, "walk(Tom, Home, Bakery)")
    assert found.unmet == ("not at(Tom) == Home (at(Tom) is Cellar)",)
    assert not why(opened(), plan_of_fools, 1).explained
    assert why(opened(), plan_of_fools, 1).unmet == ("not road(Home, Cellar)",)


WAKE = """
entity Ann : character "Ann" (she); entity Bob : character "Bob" (he); entity Cid : character "Cid" (he);
property alive(who : character) : boolean;
forall(c : character) alive(c);
action drink(Cid) {
  precondition: alive(Cid); effect: !alive(Cid); consenting: Cid; observing(c : character): c == Cid;
};
trigger find(seer : character, dead : character) {
  precondition: alive(seer) & !alive(dead) & believes(seer, alive(dead));
  effect: believes(seer, !alive(dead)); telling: "{seer} {seer.see/sees} that {dead} {dead.is} dead.";
};
utility(Cid): if(alive(Cid)) 0 else 1; utility(Ann): 0; utility(Bob): 0;
ending end: !alive(Cid);
"""


def test_what_befalls_several_at_once_is_one_event() -> None:
    kernel = opened(WAKE)
    answer = plan(kernel, ending_goal(kernel.task, "end"))
    assert [act.events for act in answer.stories[0].acts] == [("Ann and Bob see that Cid is dead.",)]
