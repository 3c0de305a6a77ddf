"""What reads and changes what, and what became of actions and triggers."""

from __future__ import annotations

from chekhov.grounding import FluentUse, GroundTask, ground
from chekhov.lang import parse

WORLD = """\
type place; type item;
entity Tom : character; entity Ann : character;
entity Home : place; entity Shop : place; entity Moon : place;
entity Gun : item "the gun"; entity Vase : item "the vase";
property at(who : character) : place;
property road(from : place, to : place) : boolean;
property loaded(what : item) : boolean;
property dusty(what : item) : boolean;
property dead(who : character) : boolean;
property steps() : number;
property counted() : boolean;
property fashion() : number;
property ghost() : boolean;
at(Tom) = Home; at(Ann) = Shop; road(Home, Shop); loaded(Gun); dusty(Vase); fashion() = 3; ghost();
action walk(who : character, from : place, to : place) {
	precondition: at(who) == from & road(from, to) & from != to;
	effect: at(who) = to & steps() = steps() + 1;
	consenting: who;
	telling: "{who} walks, {if fashion() == 3}in boots{else}barefoot{end}.";
};
action shoot(who : character, whom : character) {
	precondition: loaded(Gun) & at(who) == at(whom) & who != whom & !dead(who);
	effect: dead(whom);
	consenting: who;
	observing(c : character): at(c) == at(who);
};
action haunt(who : character) { precondition: dead(Ann) & dead(Tom) & !ghost(); effect: dead(who) = False; };
action gossip() { effect: believes(Tom, dusty(Vase) = False); };
trigger count() { precondition: steps() > 9 & !counted(); effect: counted(); };
utility(Tom): if(dead(Ann)) 1 else 0;
ending murder: dead(Ann);
demand tidy: always dusty(Vase);
"""


def task(text: str = WORLD) -> GroundTask:
    reading = parse(text)
    assert reading.problem is not None, reading.diagnostics
    return ground(reading.problem)


def uses(text: str = WORLD) -> dict[str, FluentUse]:
    return {use.fluent: use for use in task(text).fluent_uses()}


def test_facts_that_stay_what_they_are() -> None:
    found = uses()
    assert found["loaded(Gun)"] == FluentUse("loaded(Gun)", None, True, ("action shoot",), (), ())
    assert found["road(Home, Shop)"].readers == ("action walk",)
    assert found["fashion()"] == FluentUse("fashion()", None, 3, ("telling walk",), (), ())
    # Only an action that never happens reads it.
    assert found["ghost()"] == FluentUse("ghost()", None, True, (), (), ())
    assert "road(Shop, Home)" not in found


def test_facts_that_change() -> None:
    found = uses()
    assert found["at(Tom)"].readers == ("action walk", "action shoot")
    assert found["at(Tom)"].changers == ("action walk",)
    assert found["dead(Ann)"].readers == ("action shoot", "utility(Tom)", "ending murder")
    assert found["dead(Tom)"].readers == ("action shoot",)
    assert found["steps()"].readers == ("trigger count",), "counting up is no reading"
    assert found["counted()"].readers == ("trigger count",)
    assert (found["dusty(Vase)"].changers, found["dusty(Vase)"].minds) == ((), ("action gossip",))
    assert found["dusty(Vase)"].readers == ("demand tidy",)


def test_numbers_and_names_are_those_of_the_task() -> None:
    ground = task()
    for use in ground.fluent_uses():
        if use.number is not None:
            assert ground.names.fluents[use.number] == use.fluent
            assert use.value is None


def test_what_became_of_actions() -> None:
    schemas = {schema.event.name: schema for schema in task().schemas()}
    walk = schemas["walk"]
    assert walk.allowed == (("Tom", "Ann"), ("Home", "Shop", "Moon"), ("Home", "Shop", "Moon"))
    assert walk.total == 18
    assert walk.names == ("walk(Tom, Home, Shop)",)
    assert walk.unreachable == ("walk(Ann, Home, Shop)",)
    assert schemas["haunt"].events == ()
    assert schemas["count"].names == ("count()",)
    assert schemas["count"].total == 1


def test_events_have_the_numbers_of_the_task() -> None:
    ground = task()
    for schema in ground.schemas():
        kind = ground.names.actions if schema.event in ground.problem.actions else ground.names.triggers
        assert tuple(kind[number] for number in schema.events) == schema.names


def test_a_world_that_is_not_simplified() -> None:
    problem = parse(WORLD).problem
    assert problem is not None
    whole = ground(problem, simplify=False)
    found = {use.fluent: use for use in whole.fluent_uses()}
    assert found["ghost()"].readers == ("action haunt",)
    assert all(schema.total == len(schema.events) for schema in whole.schemas())
