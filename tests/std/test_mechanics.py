"""The small worlds that show the mechanics of the library: how short their stories are, and who believes what then.

Each figure follows from the world by hand, and stands here with what it counts. That a story is one is asked of the
validator, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from test_worlds import witnesses

import chekhov
from chekhov import validation
from chekhov.diagnostics import render_all
from chekhov.lang import parse, parse_condition
from chekhov.model import Problem
from chekhov.validation import World

FOLDER = Path(__file__).resolve().parents[2] / "worlds" / "mechanics"
BELIEF_DEPTH = 2


@dataclass(frozen=True)
class Mechanic:
    """``endings``: the acts of a shortest story to each, None if there is none. ``after``: for acts, one after another,
    what holds then, and what does not. ``reason_acts``: how far ahead people think."""

    endings: dict[str, int | None]
    after: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    reason_acts: int = 5


MECHANICS = {
    "journeys": Mechanic(
        {"across": 6, "missed": 6, "there": 5},
        {
            "travel(Mina, Farm, Moor)": (
                ["at(Mina) == Farm", "at(Jo) == Farm"],
                ["believes(Warden, at(Mina)) == Moor"],
            ),
            "travel(Mina, Farm, Moor); time_passes": (
                ["at(Mina) == Moor", "at(Jo) == Moor", "believes(Warden, at(Mina) == Moor)"],
                ["believes(Mina, at(Warden) == Ferry)"],
            ),
        },
        reason_acts=8,
    ),
    "air": Mechanic(
        {"out": 4, "lost": 2, "changed": 4},
        {
            "": (["believes(Jule, air(Pit) == 60)"], ["air(Pit) == 60"]),
            # Nobody but Pit hears it, and the rat.
            "time_passes": (
                ["air(Pit) == 10", "beeping(Pit)", "believes(Pit, air(Pit) == 10)", "air(Jule) == 60"],
                ["believes(Jule, air(Pit) == 10)"],
            ),
            "time_passes; time_passes": (["alive(Rat)", "air(Pit) == 0"], ["alive(Pit)"]),
            "travel(Jule, Shaft, Gallery); time_passes; put_down(Jule, Spare, Gallery); "
            "change_tank(Pit, Spare, Gallery); time_passes": (
                ["air(Pit) == 50", "air(Jule) == 50", "filled(Spare) == 0"],
                ["beeping(Pit)"],
            ),
        },
        reason_acts=8,
    ),
    "movement": Mechanic(
        {"fossils": 1, "home": 3, "caught": 3, "runaway": None},
        {
            "": (
                ["believes(Watchman, at(Ida) == Rim)"],
                ["believes(Ida, watches(Watchman, Bottom))"],
            ),
            "walk(Ida, Rim, Bottom)": (
                ["at(Otto) == Bottom", "believes(Watchman, at(Otto) == Bottom)", "saw_fossils(Ida)"],
                # She does not know of the window.
                ["believes(Ida, believes(Watchman, at(Ida) == Bottom))"],
            ),
            # Nobody sees the road, and then the watchman finds that nobody is at the bottom any more.
            "walk(Ida, Rim, Bottom); walk(Ida, Bottom, Road)": (
                ["believes(Watchman, at(Ida) == Road)"],
                [],
            ),
            "walk(Watchman, Hut, Road); walk(Watchman, Road, Rim)": (
                ["believes(Ida, at(Watchman) == Rim)", "believes(Watchman, believes(Ida, at(Watchman) == Rim))"],
                [],
            ),
            # Nobody sees where they go from the road, and so he misses them there.
            "walk(Ida, Rim, Bottom); walk(Ida, Bottom, Road); walk(Ida, Road, Rim); walk(Watchman, Hut, Road)": (
                ["believes(Watchman, at(Ida)) == ?", "believes(Watchman, at(Otto)) == ?"],
                ["believes(Ida, at(Watchman) == Road)"],
            ),
        },
    ),
    "doors": Mechanic(
        # The porter unlocks and opens the back door, in order to go out. For him that is five acts, two of them to
        # leave the door as it was.
        {"dry": 3, "out": 5},
        {
            "": (["believes(Lena, !locked(Stage_Door))", "believes(Porter, believes(Lena, locked(Back_Door)))"], []),
            "walk(Lena, Yard, Street)": (["believes(Lena, locked(Stage_Door))"], []),
            "unlock_door(Porter, Back_Door, Stage)": (["believes(Lena, !locked(Back_Door))"], []),
            "unlock_door(Porter, Stage_Door, Stage)": (["!locked(Stage_Door)"], []),
            "unlock_door(Porter, Back_Door, Stage); open_door(Porter, Back_Door, Stage); "
            "close_door(Porter, Back_Door, Stage)": (["locked(Back_Door)", "believes(Lena, locked(Back_Door))"], []),
        },
    ),
    "carrying": Mechanic(
        {"token": 2, "unseen": 2, "dry": 2, "lost": 2},
        {
            "": (["believes(Nora, holder(Umbrella)) == Aunt"], []),
            # Emil comes in with the umbrella in his hand.
            "walk(Emil, Garden, Parlour)": (["believes(Nora, holder(Umbrella)) == Emil"], []),
            "walk(Emil, Garden, Parlour); take(Emil, Ring, Parlour)": (
                ["believes(Nora, holder(Ring)) == Emil", "believes(Aunt, at(Ring)) == Parlour"],
                [],
            ),
            # The aunt finds the ring gone, and does not see who has it; she sees the umbrella.
            "walk(Emil, Garden, Parlour); take(Emil, Ring, Parlour); walk(Aunt, Garden, Parlour)": (
                ["believes(Aunt, at(Ring)) == ?", "believes(Aunt, holder(Ring)) == ?"],
                [],
            ),
            "walk(Emil, Garden, Parlour); give(Emil, Umbrella, Nora); walk(Aunt, Garden, Parlour)": (
                ["believes(Aunt, holder(Umbrella)) == Nora"],
                [],
            ),
        },
    ),
    "parties": Mechanic(
        # Split: somebody parts, the other joins them, and each party walks. Dora distrusts Anna.
        {"together": 1, "split": 4, "new_friend": 3, "all_four": None},
        {
            "part(Bert, Anna, Inn); join(Cato, Bert, Inn); walk(Bert, Inn, Ford)": (
                ["at(Cato) == Ford & at(Anna) == Inn", "believes(Dora, leader(Cato)) == Bert"],
                ["believes(Anna, leader(Cato)) == Anna"],
            ),
            # The followers of one who joins another.
            "part(Bert, Anna, Inn); join(Cato, Bert, Inn); join(Bert, Anna, Inn)": (
                ["leader(Cato) == Anna", "believes(Dora, leader(Cato)) == Anna"],
                [],
            ),
            "walk(Anna, Inn, Ford); part(Bert, Anna, Ford); join(Dora, Bert, Ford); join(Bert, Anna, Ford)": (
                ["leader(Dora) == ?", "leader(Bert) == Anna"],
                [],
            ),
        },
    ),
    "captivity": Mechanic(
        # Saved: Gorm binds her and goes a step away, Jory comes two and unties her, and she has two to go.
        {"jailed": 1, "saved": 7, "both": 3, "revenge": None},
        {
            "walk(Gorm, Tower, Stairs)": (["at(Ida) == Stairs", "believes(Jory, at(Ida)) == Tower"], []),
            "leave_bound(Gorm, Ida, Tower); walk(Gorm, Tower, Stairs)": (
                ["at(Ida) == Tower", "captor(Ida) == Gorm", "believes(Jory, leader(Ida)) == Gorm"],
                [],
            ),
            "leave_bound(Gorm, Ida, Tower); walk(Jory, Village, Stairs); walk(Jory, Stairs, Tower); "
            "walk(Gorm, Tower, Stairs); rescue(Jory, Ida, Tower)": (
                ["captor(Ida) == ?", "believes(Gorm, captor(Ida)) == Gorm", "believes(Ida, captor(Ida)) == ?"],
                ["believes(Jory, believes(Gorm, captor(Ida) == ?))"],
            ),
            # He sees for himself that he holds two.
            "walk(Jory, Village, Stairs); walk(Jory, Stairs, Tower); seize(Gorm, Jory, Tower); "
            "walk(Gorm, Tower, Stairs)": (["at(Jory) == Stairs", "at(Ida) == Stairs"], []),
        },
    ),
    "groups": Mechanic(
        # The squad parts, goes and surrounds. Nobody comes past the patrol, which has no reason to leave the bridge.
        {"across": None, "raid": 3, "trapped": 1},
        {
            "": (["overpowers(Half, Vito)", "!overpowers(Patrol, Half)"], []),
            "part(Half, Patrol, Bridge); walk(Half, Bridge, Hut); surround(Half, Hut)": (
                ["captor(Zora) == Half", "believes(Patrol, at(Half)) == Hut", "believes(Half, captor(Vito)) == Half"],
                ["believes(Patrol, captor(Zora) == Half)"],
            ),
            "walk(Vito, Hut, Bridge)": (["believes(Vito, at(Half)) == Bridge"], []),
        },
    ),
    "wounds": Mechanic(
        {"blood": 1, "healed": 3, "murder": 1, "butchered": None},
        {
            "attack(Anton, Sabre, Boris)": (
                ["hurt(Boris) & alive(Boris)", "believes(Doctor, !hurt(Boris))"],
                ["believes(Anton, believes(Doctor, hurt(Boris)))"],
            ),
            "attack(Anton, Sabre, Boris); walk(Boris, Meadow, Carriage)": (["believes(Doctor, hurt(Boris))"], []),
            # The pistol was a surprise, and the last one.
            "attack(Boris, Pistol, Anton)": (["!alive(Anton)", "believes(Doctor, alive(Anton))"], []),
            "attack(Boris, Pistol, Anton); walk(Doctor, Carriage, Meadow)": (["believes(Doctor, !alive(Anton))"], []),
        },
    ),
    "power": Mechanic(
        # Two ways, the repair, and the ship comes in. Rook wrecks nothing before there is something to wreck.
        {"in_port": 4, "dark_again": 6, "light": 3},
        {
            "": (["believes(Captain, !live(Line))", "believes(Rook, wrecked(Line))"], []),
            "walk(Keeper, Harbour, Village); walk(Keeper, Village, Cellar); repair(Keeper, Line, Cellar)": (
                ["believes(Captain, live(Line))", "believes(Keeper, believes(Rook, live(Line)))"],
                # He sees the light, and not what was done at the switch.
                ["believes(Rook, !wrecked(Line))"],
            ),
            "walk(Rook, Harbour, Village); walk(Keeper, Harbour, Village); walk(Keeper, Village, Cellar); "
            "repair(Keeper, Line, Cellar)": (["believes(Rook, !live(Line))", "live(Line)"], []),
        },
    ),
    "watching": Mechanic(
        # She thinks that nobody watches, and so turns nothing off. Unseen, if the guard happens to leave his screen.
        {"stolen": 2, "seen": 2, "unseen": 3, "confronted": 4},
        {
            "": (["watches(Guard, Hall)"], ["believes(Nell, watches(Guard, Hall))"]),
            "walk(Nell, Corridor, Hall); take(Nell, Ring, Hall)": (
                ["believes(Guard, holder(Ring)) == Nell"],
                ["believes(Nell, believes(Guard, holder(Ring)) == Nell)"],
            ),
            "turn_off(Nell, Eye, Corridor); walk(Nell, Corridor, Hall)": (
                ["!watches(Guard, Hall)", "believes(Guard, !on(Eye))", "believes(Guard, at(Nell)) != Hall"],
                [],
            ),
            # Behind the curtain.
            "turn_off(Nell, Eye, Corridor); walk(Nell, Corridor, Hall); hide(Nell, Hall); "
            "walk(Guard, Lodge, Corridor); walk(Guard, Corridor, Hall)": (
                ["believes(Guard, at(Nell)) != Hall", "believes(Nell, at(Guard)) == Hall"],
                ["believes(Nell, believes(Guard, at(Nell)) == Hall)"],
            ),
            "walk(Guard, Lodge, Corridor); walk(Nell, Corridor, Hall)": (["!watches(Guard, Hall)"], []),
        },
    ),
    "telling": Mechanic(
        {"read": 1, "gossip": 2, "deceived": 2, "undeceived": 2},
        {
            "say(Notary, Second_Will, Study)": (
                ["believes(Maid, so(Second_Will))", "believes(Niece, !so(Second_Will))"],
                ["believes(Notary, believes(Maid, so(Second_Will)))"],
            ),
            "walk(Nephew, Study, Kitchen); tell_answer(Nephew, Heir, Nephew, Kitchen)": (
                ["believes(Niece, answer(Heir)) == Nephew", "believes(Nephew, answer(Heir)) == ?"],
                ["believes(Niece, believes(Nephew, answer(Heir)) == ?)"],
            ),
            "walk(Nephew, Study, Kitchen); whisper(Nephew, Second_Will, Niece)": (
                ["believes(Niece, so(Second_Will))", "believes(Maid, !so(Second_Will))"],
                ["believes(Maid, believes(Niece, so(Second_Will)))"],
            ),
            "deny(Nephew, Second_Will, Study)": (
                ["believes(Notary, so(Second_Will))", "believes(Maid, believes(Nephew, !so(Second_Will)))"],
                [],
            ),
        },
    ),
    "evidence": Mechanic(
        {"found": 1, "alarm": 3, "framed": 2},
        {
            "walk(Price, Hall, Library)": (
                ["believes(Price, so(Murder) & !alive(Vicar))", "believes(Hale, alive(Vicar))"],
                ["believes(Price, believes(Hale, so(Murder)))"],
            ),
            "walk(Hale, Garden, Hall)": (["believes(Price, answer(Culprit)) == Hale"], []),
            "walk(Price, Hall, Library); walk(Price, Library, Hall); ring(Price, Hall)": (
                ["believes(Hale, so(Alarm))", "believes(Hale, !so(Murder))"],
                [],
            ),
            "walk(Curate, Garden, Hall); walk(Curate, Hall, Library); make_noise(Curate, Library)": (
                ["believes(Price, at(Curate)) == Library"],
                ["believes(Hale, at(Curate)) == Library"],
            ),
        },
    ),
    "bonds": Mechanic(
        {"vented": 2, "peace": 3, "accepted": 1, "liar": 2, "healed": 1},
        {
            "": (["believes(Kim, believes(Ada, !so(Hole)))"], ["angry(Ada, Hole)"]),
            "say(Kim, Hole, Landing)": (
                ["angry(Ada, Hole)", "believes(Sven, angry(Ada, Hole))"],
                ["quarrel(Ada, Sven)"],
            ),
            "say(Kim, Hole, Landing); reproach(Ada, Sven, Hole, Landing); apologize(Sven, Ada, Hole, Landing)": (
                ["vented(Ada, Hole)", "!quarrel(Ada, Sven)", "!angry(Ada, Hole)"],
                [],
            ),
            "deny(Sven, Hole, Landing)": (
                ["distrusts(Kim, Sven)", "believes(Sven, distrusts(Kim, Sven))", "believes(Ada, !so(Hole))"],
                ["distrusts(Ada, Sven)"],
            ),
            # Nobody believes a liar who has been found out.
            "deny(Sven, Hole, Landing); say(Kim, Hole, Landing); deny(Sven, Hole, Landing)": (
                ["believes(Ada, so(Hole))", "distrusts(Lis, Sven)"],
                [],
            ),
        },
        3,
    ),
    "asking": Mechanic(
        # To persuade takes an argument; to threaten, to come to him who has the gun; to force, no consent at all.
        {"opened": 3, "refused": 2, "persuaded": 3, "at_gunpoint": 4, "keys": 2},
        {
            "say(Hanna, Flood, Weir)": (
                ["believes(Keeper, so(Flood))"],
                ["believes(Bruno, believes(Keeper, so(Flood)))"],
            ),
            "ask(Hanna, Keeper, Open_Gates, Weir); refuse(Keeper, Open_Gates, Weir)": (
                ["asked_by(Open_Gates) == Hanna", "believes(Hanna, refused(Open_Gates))"],
                ["believes(Bruno, refused(Open_Gates))", "granted(Open_Gates)"],
            ),
            "walk(Bruno, Mill, Weir); force(Bruno, Keeper, Hand_Over_Keys, Weir)": (["granted(Hand_Over_Keys)"], []),
        },
        4,
    ),
    "deals": Mechanic(
        # She makes the second deal and breaks the first with it, at once, or only when the Duke has kept his part.
        {"both_open": 3, "treason": 3, "cheated": 4},
        {
            "strike(Duke, Countess, Opening, Court); strike(King, Countess, Bribe, Court)": (
                ["agreed(Opening) & agreed(Bribe)", "breaker(Opening) == ?"],
                ["distrusts(Duke, Countess)"],
            ),
            "strike(Duke, Countess, Opening, Court); strike(King, Countess, Bribe, Court); "
            "keep(Countess, Bribe, Countess_Closes)": (
                [
                    "breaker(Opening) == Countess",
                    "distrusts(Duke, Countess)",
                    "believes(Countess, distrusts(Duke, Countess))",
                ],
                ["distrusts(King, Countess)"],
            ),
        },
    ),
}

IMPOSSIBLE = {
    # What is missing, by name: the world, what is changed in it, and an ending that can then not be reached.
    "a way in time": ("journeys", [("minutes(Farm, Ferry) = 60", "minutes(Farm, Ferry) = 90")], "across"),
    "air enough for the way": ("air", [("air(Pit) = 20;", "air(Pit) = 10;")], "out"),
    "up the slope": (
        "movement",
        [("way(Bottom, Road) & way(Road, Bottom);", "way(Road, Bottom);")],
        "home",
    ),
    "somebody inside": (
        "doors",
        [("at(Porter) = Stage", "at(Porter) = ?"), ("believes(Lena, !l", "believes(Lena, l")],
        "dry",
    ),
    "trust": ("parties", [("distrusts(Dora, Anna)", "forall(c : character) distrusts(Dora, c)")], "new_friend"),
    "a rescuer": ("captivity", [("at(Jory) = Village", "at(Jory) = ?")], "saved"),
    "a patrol that is not whole": ("groups", [("leader(Half) = Patrol", "captor(Half) = Zora")], "raid"),
    "a doctor": ("wounds", [("can_heal(Doctor)", "can_heal(Anton)")], "healed"),
    "somebody who can repair it": ("power", [("can_repair(Keeper, Line)", "can_repair(Rook, Line)")], "light"),
    "not knowing of the guard": ("watching", [("believes(Nell, at(Guard)) = ?;", "")], "seen"),
    "a lie": ("telling", [("may_lie(Nephew)", "forall(c : character) !may_lie(c)")], "deceived"),
    "a body": (
        "evidence",
        [("at(Vicar) = Library", "at(Vicar) = ?"), ("at(Glove) = Library", "at(Glove) = ?")],
        "found",
    ),
    "somebody who tells": ("bonds", [("sure(Kim, Hole) &", "distrusts(Ada, Kim) &")], "vented"),
    "an argument": (
        "asking",
        [
            ("weight(Open_Gates) = 4", "weight(Open_Gates) = 2"),
            ("Bruno) = Mill", "Bruno) = ?"),
            ("Miller) = Mill", "Miller) = ?"),
        ],
        "persuaded",
    ),
    "honour": (
        "deals",
        [
            ("honour(Countess) = 3", "honour(Countess) = 1"),
            ("honour(Duke) = 4", "honour(Duke) = 1"),
            ("forall(c : character) at(c) = Court;", "at(Duke) = Court & at(Countess) = Court;"),
        ],
        "both_open",
    ),
    "a ring in sight": ("carrying", [("at(Ring) = Parlour;", "at(Ring) = ?;")], "token"),
}


@cache
def text_of(name: str) -> str:
    return (FOLDER / f"{name}.story").read_text(encoding="utf-8")


def problem_of(text: str) -> Problem:
    reading = parse(text)
    assert not reading.diagnostics, render_all(reading.diagnostics, reading.sources)
    assert reading.problem is not None
    return reading.problem


@cache
def opened(name: str) -> chekhov.Kernel:
    return chekhov.Kernel(chekhov.ground(problem_of(text_of(name))))


def test_every_world_is_known_here() -> None:
    assert sorted(MECHANICS) == sorted(path.stem for path in FOLDER.glob("*.story"))


@pytest.mark.parametrize("name", MECHANICS)
def test_a_world_is_complete(name: str) -> None:
    problem = problem_of(text_of(name))
    assert problem.title
    assert any(entity.playable for entity in problem.entities)
    assert all(entity.pronouns for entity in problem.characters)
    assert all(action.telling for action in problem.actions)
    assert {ending.name for ending in problem.endings} == MECHANICS[name].endings.keys()
    assert all(ending.label for ending in problem.endings)


@pytest.mark.parametrize(
    ("name", "ending"), [(name, ending) for name, mechanic in MECHANICS.items() for ending in mechanic.endings]
)
def test_an_ending_is_reached_as_it_should_be(name: str, ending: str) -> None:
    kernel = opened(name)
    limits = chekhov.Limits(reason_acts=MECHANICS[name].reason_acts, belief_depth=BELIEF_DEPTH)
    answer = chekhov.plan(kernel, chekhov.ending_goal(kernel.task, ending), limits)
    length = MECHANICS[name].endings[ending]
    if length is None:
        assert answer.outcome == "impossible"
        return
    assert (answer.outcome, answer.proved_shortest) == ("found", True)
    story = answer.stories[0]
    acts = [act.act for act in story.acts]
    assert len(acts) == length, acts
    assert all(act.telling for act in story.acts)
    problem = kernel.task.problem
    verdict = chekhov.validate(
        problem,
        acts,
        goal=next(declared.condition for declared in problem.endings if declared.name == ending),
        limits=validation.Limits(reason_acts=MECHANICS[name].reason_acts, belief_depth=BELIEF_DEPTH),
        witnesses=[plan for act in story.acts for reason in act.reasons for plan in witnesses(reason)],
    )
    assert verdict.outcome == "valid", verdict.fault


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_be_is_proved(case: str) -> None:
    name, changes, ending = IMPOSSIBLE[case]
    text = text_of(name)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    kernel = chekhov.Kernel(chekhov.ground(problem_of(text)))
    answer = chekhov.plan(
        kernel,
        chekhov.ending_goal(kernel.task, ending),
        chekhov.Limits(reason_acts=MECHANICS[name].reason_acts, belief_depth=BELIEF_DEPTH),
    )
    assert answer.outcome == "impossible"


@pytest.mark.parametrize(
    ("name", "acts"), [(name, acts) for name, mechanic in MECHANICS.items() for acts in mechanic.after]
)
def test_who_believes_what_afterwards(name: str, acts: str) -> None:
    world = World.initial(opened(name).task.problem)
    for act in filter(None, acts.split("; ")):
        assert world.possible(act), act
        world = world.after(act)
    holding, failing = MECHANICS[name].after[acts]
    for text, expected in [(one, True) for one in holding] + [(one, False) for one in failing]:
        condition, found = parse_condition(text, world.interpreter.problem)
        assert condition is not None, found
        assert world.holds(condition) == expected, text
