"""Grounding: which fluents and events are left, and what their formulas become."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chekhov.diagnostics import ChekhovError
from chekhov.grounding import GroundTask, ground
from chekhov.grounding.formulas import show
from chekhov.model import (
    TRUE,
    Action,
    And,
    Arithmetic,
    Assignment,
    Believes,
    Comparison,
    Conditional,
    Entity,
    Expression,
    FluentTerm,
    IsA,
    Literal,
    Name,
    Not,
    Observation,
    Or,
    Parameter,
    Problem,
    Property,
    Quantified,
    Trigger,
    Type,
    Utility,
)

TYPES = (Type("location"), Type("place", ("location",)), Type("item"))
ENTITIES = (
    Entity("Home", ("place",)),
    Entity("Ann", ("character", "location")),
    Entity("Market", ("place",)),
    Entity("Bob", ("character", "location")),
    Entity("Coin", ("item",)),
)
PROPERTIES = (
    Property("at", (Parameter("who", "character"),), "place"),
    Property("at", (Parameter("what", "item"),), "location"),
    Property("alive", (Parameter("who", "character"),)),
    Property("friends", (Parameter("a", "character"), Parameter("b", "character"))),
    Property("road", (Parameter("a", "place"), Parameter("b", "place"))),
    Property("gold", (Parameter("who", "character"),), "number"),
    Property("price", (Parameter("what", "item"),), "number"),
    Property("air", (Parameter("who", "character"),), "number", (0, 240)),
    Property("best", (Parameter("who", "character"),), "character"),
)


def term(name: str, *arguments: str | Expression) -> FluentTerm:
    return FluentTerm(name, tuple(Name(a) if isinstance(a, str) else a for a in arguments))


def equal(left: Expression, right: str | Expression) -> Comparison:
    return Comparison("==", left, Name(right) if isinstance(right, str) else right)


def differ(left: Expression, right: str | Expression) -> Comparison:
    return Comparison("!=", left, Name(right) if isinstance(right, str) else right)


def become(target: FluentTerm | Believes, value: Any) -> Assignment:
    if isinstance(value, str):
        return Assignment(target, Name(value))
    return Assignment(target, value if isinstance(value, Expression) else Literal(value))


def action(name: str, parameters: dict[str, str], precondition: Expression, effect: Expression, **rest: Any) -> Action:
    return Action(name, tuple(Parameter(*declared) for declared in parameters.items()), precondition, effect, **rest)


def world(*events: Action | Trigger, initial: tuple[Expression, ...] = (), **rest: Any) -> Problem:
    return Problem(
        types=TYPES,
        entities=ENTITIES,
        properties=PROPERTIES,
        initial=initial,
        actions=tuple(event for event in events if isinstance(event, Action)),
        triggers=tuple(event for event in events if isinstance(event, Trigger)),
        **rest,
    )


def clauses(task: GroundTask, event: int = 0) -> list[list[str]]:
    return [
        [show(atom["test"], task.names) for atom in clause] for clause in task.data["actions"][event]["precondition"]
    ]


def revisions(task: GroundTask, event: int = 0) -> list[str]:
    """The revisions of all atoms, as text; what is read where the event really happens has an exclamation mark."""
    return [
        f"{show(('f', r['path'], r['fluent']), task.names)} {r['op']} {show(r['value'], task.names)}"
        + ("!" if r["at"] == "source" else "")
        for clause in task.data["actions"][event]["precondition"]
        for atom in clause
        for r in atom["revise"]
    ]


def effects(task: GroundTask, event: int = 0) -> list[str]:
    return [
        f"{show(e['condition'], task.names)}: {show(('f', e['path'], e['fluent']), task.names)} = "
        f"{show(e['value'], task.names)}"
        for e in task.data["actions"][event]["effects"]
    ]


WALK = action(
    "walk",
    {"who": "character", "from": "place", "to": "place"},
    And((equal(term("at", "who"), "from"), term("road", "from", "to"))),
    become(term("at", "who"), "to"),
    consenting=(Name("who"),),
)
STREET = (
    become(term("at", "Ann"), "Home"),
    become(term("at", "Bob"), "Home"),
    become(term("road", "Home", "Market"), True),
)


def test_characters_are_the_first_entities_and_bindings_come_in_order() -> None:
    task = ground(world(WALK, initial=STREET), simplify=False)
    assert task.names.entities == ("Ann", "Bob", "Home", "Market", "Coin")
    assert task.names.characters == ("Ann", "Bob")
    assert task.names.actions[:3] == ("walk(Ann, Home, Home)", "walk(Ann, Home, Market)", "walk(Ann, Market, Home)")


def test_static_facts_and_unreachable_events_disappear() -> None:
    task = ground(world(WALK, initial=STREET))
    assert task.names.actions == ("walk(Ann, Home, Market)", "walk(Bob, Home, Market)")
    assert task.names.fluents == ("at(Ann)", "at(Bob)")
    assert clauses(task) == [["at(Ann) == Home"]]
    assert task.condition(term("road", "Home", "Market")) == ("and",)
    assert task.condition(equal(term("at", "Ann"), Literal(None))) == ("or",)
    assert task.condition(term("friends", "Ann", "Bob")) == ("or",)


def test_a_false_belief_of_a_fact_keeps_it() -> None:
    believed = become(Believes(Name("Ann"), term("road", "Home", "Market")), False)
    task = ground(world(WALK, initial=(*STREET, believed)))
    assert "road(Home, Market)" in task.names.fluents
    assert clauses(task) == [["at(Ann) == Home", "road(Home, Market)"]]
    # Bob knows nothing of Ann's mistake.
    assert [node["beliefs"] for node in task.data["initial"]["nodes"]] == [[1, 2], [1, 1], [2, 2]]


def test_what_is_believed_of_others_defaults_to_ones_own_belief() -> None:
    ann = become(Believes(Name("Ann"), term("alive", "Bob")), True)
    nested = become(Believes(Name("Ann"), Believes(Name("Bob"), term("alive", "Ann"))), True)
    task = ground(world(initial=(ann, nested)), simplify=False)
    nodes = task.data["initial"]["nodes"]
    values = [dict(zip(task.names.fluents, node["values"], strict=True)) for node in nodes]
    assert values[0] == {"alive(Ann)": False, "alive(Bob)": False}
    in_ann = nodes[0]["beliefs"][0]
    assert values[in_ann] == {"alive(Ann)": False, "alive(Bob)": True}
    bob_in_ann = nodes[in_ann]["beliefs"][1]
    assert values[bob_in_ann] == {"alive(Ann)": True, "alive(Bob)": True}
    assert nodes[in_ann]["beliefs"][0] == in_ann
    in_bob = nodes[0]["beliefs"][1]
    assert (values[in_bob], nodes[in_bob]["beliefs"]) == (values[0], [in_bob, in_bob])


def test_initial_statements_read_what_was_stated_before() -> None:
    statements = (
        become(term("gold", "Ann"), 3),
        become(term("gold", "Bob"), Arithmetic("+", term("gold", "Ann"), Literal(1))),
        become(term("gold", "Ann"), 5),
        Conditional(((Comparison(">", term("gold", "Ann"), Literal(4)), become(term("alive", "Ann"), True)),), None),
        become(term("air", "Bob"), 500),
    )
    task = ground(world(initial=statements), simplify=False)
    assert dict(zip(task.names.fluents, task.data["initial"]["nodes"][0]["values"], strict=True)) == {
        "alive(Ann)": True,
        "gold(Ann)": 5,
        "gold(Bob)": 4,
        "air(Bob)": 240,
    }


@pytest.mark.parametrize(
    ("precondition", "expected"),
    [
        (Or((term("alive", "Ann"), term("alive", "Bob"))), [["alive(Ann)"], ["alive(Bob)"]]),
        (
            And(
                (
                    Or((term("alive", "Ann"), term("alive", "Bob"))),
                    Or((Not(term("alive", "Ann")), equal(term("at", "Ann"), "Home"))),
                )
            ),
            [["alive(Ann)", "at(Ann) == Home"], ["alive(Bob)", "!alive(Ann)"], ["alive(Bob)", "at(Ann) == Home"]],
        ),
        (Not(Comparison(">", term("gold", "Ann"), Literal(3))), [["gold(Ann) <= 3"]]),
        (Comparison(">", Literal(3), term("gold", "Ann")), [["gold(Ann) < 3"]]),
        (differ(term("alive", "Ann"), Literal(True)), [["!alive(Ann)"]]),
        (
            equal(term("alive", "Ann"), And((term("alive", "Bob"), equal(term("at", "Ann"), "Home")))),
            [
                ["alive(Ann)", "alive(Bob)", "at(Ann) == Home"],
                ["!alive(Ann)", "!alive(Bob)"],
                ["!alive(Ann)", "at(Ann) != Home"],
            ],
        ),
        (
            Conditional(((term("alive", "Ann"), term("alive", "Bob")),), equal(term("at", "Bob"), "Home")),
            [["alive(Ann)", "alive(Bob)"], ["!alive(Ann)", "at(Bob) == Home"]],
        ),
        (
            Believes(Name("Ann"), And((Not(term("alive", "Bob")), Believes(Name("Ann"), term("alive", "Ann"))))),
            [["believes(Ann, !alive(Bob))", "believes(Ann, alive(Ann))"]],
        ),
        (
            Quantified("exists", Parameter("x", "character"), Not(term("alive", "x"))),
            [["!alive(Ann)"], ["!alive(Bob)"]],
        ),
        (
            Not(Quantified("exists", Parameter("x", "character"), term("alive", "x"))),
            [["!alive(Ann)", "!alive(Bob)"]],
        ),
        (And((IsA(Name("Coin"), "item"), IsA(Name("Ann"), "location"), term("alive", "Ann"))), [["alive(Ann)"]]),
        (equal(term("at", "Ann"), term("at", "Coin")), [["at(Ann) == at(Coin)"]]),
        # An argument that is a fluent itself stands for whatever it is.
        (
            term("alive", term("best", "Ann")),
            [["best(Ann) == Ann", "alive(Ann)"], ["best(Ann) != Ann", "best(Ann) == Bob", "alive(Bob)"]],
        ),
    ],
)
def test_preconditions_become_clauses(precondition: Expression, expected: list[list[str]]) -> None:
    event = action("do", {}, precondition, become(term("alive", "Ann"), True))
    assert clauses(ground(world(event), simplify=False)) == expected


@pytest.mark.parametrize(
    ("precondition", "expected"),
    [
        (equal(term("at", "Ann"), "Home"), ["at(Ann) == Home!"]),
        (differ(term("at", "Ann"), "Home"), ["at(Ann) != Home!"]),
        (equal(term("at", "Ann"), term("at", "Coin")), ["at(Coin) == at(Coin)!", "at(Ann) == at(Coin)!"]),
        (differ(term("at", "Ann"), term("at", "Coin")), ["at(Coin) == at(Coin)!", "at(Ann) != at(Coin)!"]),
        (
            Comparison(
                "<",
                term("gold", "Ann"),
                Arithmetic("-", Literal(10), Arithmetic("*", Literal(-2), term("price", "Coin"))),
            ),
            ["gold(Ann) < 10 - (-2 * price(Coin))", "price(Coin) > (10 - gold(Ann)) / -2"],
        ),
        # A fluent that occurs twice, or not linearly, cannot be solved for.
        (Comparison("<", Arithmetic("+", term("gold", "Ann"), term("gold", "Ann")), Literal(3)), []),
        (
            Comparison("<", Arithmetic("/", Literal(6), term("gold", "Ann")), term("gold", "Bob")),
            ["gold(Bob) > 6 / gold(Ann)"],
        ),
        (Comparison("<", Arithmetic("*", term("gold", "Bob"), term("gold", "Ann")), Literal(3)), []),
    ],
)
def test_surprise_revises_value_by_value(precondition: Expression, expected: list[str]) -> None:
    event = action("do", {}, precondition, become(term("alive", "Ann"), True))
    assert revisions(ground(world(event), simplify=False)) == expected


def test_effects_are_flattened_with_paths() -> None:
    effect = And(
        (
            Believes(Name("Ann"), become(term("at", "Bob"), term("at", "Coin"))),
            become(Believes(Name("Bob"), term("gold", "Ann")), term("gold", "Bob")),
            Conditional(
                (
                    (term("alive", "Ann"), become(term("gold", "Ann"), 1)),
                    (term("alive", "Bob"), become(term("gold", "Ann"), 2)),
                ),
                become(term("gold", "Ann"), 3),
            ),
            Quantified("forall", Parameter("x", "character"), become(term("alive", "x"), Not(term("alive", "x")))),
            become(term("air", "Ann"), 1000),
        )
    )
    assert effects(ground(world(action("do", {}, TRUE, effect)), simplify=False)) == [
        "True: believes(Ann, at(Bob)) = believes(Ann, at(Coin))",
        "True: believes(Bob, gold(Ann)) = gold(Bob)",
        "alive(Ann): gold(Ann) = 1",
        "!alive(Ann) & alive(Bob): gold(Ann) = 2",
        "!alive(Ann) & !alive(Bob): gold(Ann) = 3",
        "True: alive(Ann) = !alive(Ann)",
        "True: alive(Bob) = !alive(Bob)",
        "True: air(Ann) = 240",
    ]


def test_who_consents_and_who_observes() -> None:
    seen = Observation(Parameter("c", "character"), equal(term("at", "c"), term("at", "who")))
    greet = action(
        "greet",
        {"who": "character", "whom": "character"},
        differ(Name("who"), "whom"),
        become(term("friends", "who", "whom"), True),
        consenting=(Name("whom"), Name("who"), Name("whom")),
        observing=seen,
    )
    data = ground(world(greet, WALK, initial=STREET), simplify=False).data["actions"]
    assert data[1]["consenting"] == [1, 0]
    assert [
        show(o, ground(world(greet, WALK, initial=STREET), simplify=False).names) for o in data[1]["observers"]
    ] == [
        "at(Ann) == at(Ann)",
        "at(Bob) == at(Ann)",
    ]
    assert data[-1]["observers"] == [("and",), ("and",)]
    nobody = action("do", {}, TRUE, TRUE, observing=Observation(Parameter("c", "item"), TRUE))
    assert ground(world(nobody)).data["actions"][0]["observers"] == [("or",), ("or",)]


def test_overloads_are_told_apart_by_type_and_events_without_meaning_left_out() -> None:
    # `where` may be a place, of which no property says where it is.
    take = action("take", {"what": "entity"}, equal(term("at", "what"), "Home"), become(term("alive", "Ann"), True))
    task = ground(world(take), simplify=False)
    assert [show(a["precondition"][0][0]["test"], task.names) for a in task.data["actions"]] == [
        "at(Ann) == Home",
        "at(Bob) == Home",
        "at(Coin) == Home",
    ]


def test_constants_may_be_parameters() -> None:
    event = Action("take", (Parameter("who", "character"), Name("Coin")), TRUE, become(term("at", "Coin"), "who"))
    assert ground(world(event)).names.actions == ("take(Ann, Coin)", "take(Bob, Coin)")


def test_utilities_count_conditions_as_one_or_zero() -> None:
    task = ground(
        world(
            utilities=(
                Utility(None, And((term("alive", "Ann"), term("alive", "Bob")))),
                Utility("Bob", Quantified("sum", Parameter("x", "character"), term("gold", "x"))),
            )
        ),
        simplify=False,
    )
    assert show(task.data["utility"], task.names) == "if(alive(Ann) & alive(Bob)) 1 else 0"
    assert task.data["utilities"][0] == ("v", 0)
    assert show(task.data["utilities"][1], task.names) == "gold(Ann) + gold(Bob)"


def test_surprise_reaches_a_number_that_no_effect_changes() -> None:
    # Seeing somebody buy, Bob (who thought Ann poor) doubts the price as well as her purse.
    buy = action(
        "buy",
        {},
        Comparison(">=", term("gold", "Ann"), term("price", "Coin")),
        become(term("at", "Coin"), "Ann"),
        consenting=(Name("Ann"),),
    )
    facts = (become(term("gold", "Ann"), 5), become(term("price", "Coin"), 3))
    poor = become(Believes(Name("Bob"), term("gold", "Ann")), 1)
    assert ground(world(buy, initial=facts)).names.fluents == ("at(Coin)",)
    assert ground(world(buy, initial=(*facts, poor))).names.fluents == ("at(Coin)", "gold(Ann)", "price(Coin)")


def test_a_world_that_grounds_to_too_much_names_the_culprit() -> None:
    wide = action("meet", dict.fromkeys("abcdefg", "entity"), TRUE, become(term("alive", "Ann"), True))
    with pytest.raises(ChekhovError) as caught:
        ground(world(WALK, wide), limit=1000)
    (found,) = caught.value.diagnostics
    assert found.code == "E0501"
    assert found.title == "the world grounds to more than 1,000 events: action `meet` alone has 78,125 instances"
    # What is pruned on the way does not count: one instance is left.
    only = And(tuple(equal(Name(c), "Coin") for c in "abcdefg"))
    narrow = action("meet", dict.fromkeys("abcdefg", "entity"), only, become(term("alive", "Ann"), True))
    assert len(ground(world(narrow), limit=1000).names.actions) == 1


def test_a_precondition_with_too_many_alternatives_is_an_error() -> None:
    parts = tuple(
        Or((equal(term("best", c), "Ann"), Comparison(">", term("gold", c), Literal(n))))
        for c in ("Ann", "Bob")
        for n in range(9)
    )
    with pytest.raises(ChekhovError) as caught:
        ground(world(action("do", {}, And(parts), TRUE)), simplify=False)
    assert [found.code for found in caught.value.diagnostics] == ["E0502"]


def test_consent_must_be_fixed() -> None:
    event = action("do", {}, TRUE, become(term("best", "Ann"), "Bob"), consenting=(term("best", "Ann"),))
    with pytest.raises(ChekhovError) as caught:
        ground(world(event))
    assert [found.code for found in caught.value.diagnostics] == ["E0503"]


def test_acts_are_found_as_people_write_them() -> None:
    task = ground(world(WALK, initial=STREET))
    assert task.action_number(" walk( Bob,Home , Market)") == 1
    assert task.action_number("walk(Bob, Market, Home)") is None


def test_static_facts_lead_to_their_own_entities() -> None:
    # A ring of 300 places: 90,000 pairs for each walker, of which 600 are roads. Trying all would pass the limit.
    places = tuple(Entity(f"P{i}", ("place",)) for i in range(300))
    ring = tuple(become(term("road", f"P{i}", f"P{(i + 1) % 300}"), True) for i in range(300))
    start = (become(term("at", "Ann"), "P0"), become(term("at", "Bob"), "P0"))
    problem = replace(world(WALK, initial=(*ring, *start)), entities=(*ENTITIES, *places))
    assert len(ground(problem, limit=600).names.actions) == 600


def test_what_surprise_looks_at_does_not_depend_on_what_never_changes() -> None:
    # An alternative that always holds does not hide another one, and `f != g` says what g is before that f differs
    # from it.
    road = Or((term("road", "Home", "Market"), equal(term("at", "Bob"), "Home")))
    go = action("go", {}, And((road, term("alive", "Bob"))), become(term("at", "Bob"), "Market"))
    die = action("die", {}, term("alive", "Bob"), become(term("alive", "Bob"), False))
    facts = (*STREET, become(term("alive", "Bob"), True))
    assert clauses(ground(world(go, die, initial=facts))) == [["alive(Bob)"], ["at(Bob) == Home", "alive(Bob)"]]
    stay = action("stay", {}, And((differ(term("at", "Ann"), term("at", "Bob")), term("alive", "Bob"))), TRUE)
    task = ground(world(go, die, stay, initial=(*facts, become(term("at", "Ann"), Literal(None)))))
    assert revisions(task, 2) == ["at(Bob) == at(Bob)!", "alive(Bob) == True!"]
    assert clauses(task, 2) == [["at(Bob) != ?", "alive(Bob)"]]
