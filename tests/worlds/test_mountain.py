"""The mountain's places, systems and people, each behaving as the story that it retells has it.

Everything here is asked of the validator's world, one act at a time: what can happen, not what anybody wants. What
they want comes in where a story is validated.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

import chekhov
from chekhov import World, validation
from chekhov.lang import parse_condition
from chekhov.model import Problem

PATH = Path(__file__).resolve().parents[2] / "worlds" / "mountain.story"
REASONS = validation.Limits(reason_acts=3, belief_depth=2)

_BEATS = """
    drop(Soldiers, Fox, BodyChute)
    arrive(Clarke, Tunnel)
    tell_of_deal(Clarke, Octavia)
    pound(Clarke, Door)
    calm(Alia, Clarke)
    aim(Clarke, Panel)
    calm(Octavia, Clarke)
    blame(Octavia, Clarke)
    calm(Alia, Clarke)
    open_door(Bellamy, Door)
    leave(Bellamy, Tunnel)
    vouch(Jasper, Maya, Tunnel)
    name_dante(Maya, Tunnel)
    split_up(Jasper, Octavia, Maya, Clarke, Tunnel)
    enter(Clarke, Hall)
    enter(Jasper, Hall)
    slide(Jasper, TrashChute)
    close_door(Bellamy, Door)
    put_out(Monty, Camera, JunctionBox)
    go(Clarke, Quarantine)
    ask(Alia, Dante, Quarantine)
    refuse(Dante)
    take_along(Bellamy, Dante, Quarantine)
    break_in(Clarke, Monty, CommandCentre)
"""
CHAPTER = [act.strip() for act in _BEATS.strip().splitlines()]
SPLIT = CHAPTER.index("split_up(Jasper, Octavia, Maya, Clarke, Tunnel)") + 1
TOGETHER = ["arrive(Clarke, Tunnel)", "open_door(Bellamy, Door)", "enter(Clarke, Hall)", "close_door(Clarke, Door)"]
AIR_BACK = ["tell_of_turbines(Clarke, CommandCentre)", "repair(Monty, Turbines)"]


@pytest.fixture(scope="module")
def problem() -> Problem:
    found = chekhov.read(PATH).problem
    assert found is not None
    return found


class Moment:
    """A moment of the mountain's story, and what holds in it. Stories that begin alike share their moments."""

    _worlds: ClassVar[dict[tuple[int, tuple[str, ...]], World]] = {}

    def __init__(self, problem: Problem, acts: list[str]) -> None:
        self.problem = problem
        self.world = self._world(tuple(acts))

    def _world(self, acts: tuple[str, ...]) -> World:
        key = id(self.problem), acts
        if key not in self._worlds:
            if acts:
                before = self._world(acts[:-1])
                assert before.possible(acts[-1]), (acts[-1], before.unmet(acts[-1]))
                self._worlds[key] = before.after(acts[-1])
            else:
                self._worlds[key] = World.initial(self.problem)
        return self._worlds[key]

    def holds(self, condition: str) -> bool:
        expression, diagnostics = parse_condition(condition, self.problem)
        assert expression is not None, diagnostics
        return self.world.holds(expression)

    def can(self, act: str) -> bool:
        return self.world.possible(act)


def check(problem: Problem, acts: list[str], *conditions: str) -> Moment:
    """After the acts, all conditions hold."""
    moment = Moment(problem, acts)
    assert [condition for condition in conditions if not moment.holds(condition)] == []
    return moment


def reasons_fault(problem: Problem, acts: list[str]) -> validation.Fault | None:
    return chekhov.validate(problem, acts, limits=REASONS).fault


# ---------------------------------------------------------------------------------------------------------------------
# Places


def test_the_door_opens_from_inside_only(problem: Problem) -> None:
    before = Moment(problem, ["arrive(Clarke, Tunnel)"])
    for outside in ("Clarke", "Octavia", "Alia"):
        assert not before.can(f"open_door({outside}, Door)")
    assert not before.can("enter(Clarke, Hall)")
    assert before.can("open_door(Bellamy, Door)")
    assert check(problem, ["arrive(Clarke, Tunnel)", "open_door(Bellamy, Door)"]).can("enter(Clarke, Hall)")


def test_pounding_on_the_door_can_be_heard_inside(problem: Problem) -> None:
    gone = Moment(problem, [])
    assert gone.holds("believes(Clarke, believes(Bellamy, at(Alia))) == Outside")
    check(
        problem,
        ["arrive(Clarke, Tunnel)", "pound(Clarke, Door)"],
        "believes(Bellamy, at(Clarke)) == Tunnel",
        "believes(Clarke, believes(Bellamy, at(Clarke))) == Tunnel",
        "believes(Clarke, believes(Bellamy, at(Alia))) == Tunnel",
    )


def test_whoever_shoots_the_panel_shuts_the_door_for_good(problem: Problem) -> None:
    aiming = check(
        problem, ["arrive(Clarke, Tunnel)", "aim(Clarke, Panel)"], "believes(Clarke, opens_when_shot(Panel))"
    )
    assert aiming.can("calm(Octavia, Clarke)")
    shot = check(problem, ["arrive(Clarke, Tunnel)", "aim(Clarke, Panel)", "shoot(Clarke, Panel)"], "!open(Door)")
    assert not shot.can("open_door(Bellamy, Door)")


def test_the_trash_chute_leads_in_and_not_out_again(problem: Problem) -> None:
    below = check(problem, CHAPTER[: CHAPTER.index("slide(Jasper, TrashChute)") + 1], "at(Jasper) == LevelFive")
    for place in ("Hall", "Quarantine", "CommandCentre"):
        assert not below.can(f"go(Jasper, {place})")
    assert not below.can("go(Clarke, LevelFive)")


def test_a_body_comes_down_the_body_chute_into_the_bin(problem: Problem) -> None:
    check(
        problem,
        ["drop(Soldiers, Fox, BodyChute)"],
        "at(Fox) == Bin",
        "believes(Octavia, !alive(Fox)) & believes(Alia, !alive(Fox))",
        "believes(Clarke, alive(Fox)) & believes(Bellamy, alive(Fox))",
    )


def test_who_comes_later_finds_the_body(problem: Problem) -> None:
    check(problem, ["drop(Soldiers, Fox, BodyChute)", "arrive(Clarke, Tunnel)"], "believes(Clarke, !alive(Fox))")


# ---------------------------------------------------------------------------------------------------------------------
# Systems


def test_a_native_dies_off_level_five_without_air(problem: Problem) -> None:
    # Walking to and fro costs five minutes of the tank each time: seven times five are all there is.
    walk = ["go(Bellamy, Quarantine)", "go(Bellamy, Hall)"] * 3
    check(problem, [*TOGETHER, *walk[:5]], "tank(Maya) == 5", "alive(Maya)")
    check(problem, [*TOGETHER, *walk], "tank(Maya) == 0", "!alive(Maya)")


def test_outsiders_breathe_anywhere_and_so_does_dante(problem: Problem) -> None:
    walk = ["go(Bellamy, Quarantine)", "go(Bellamy, Hall)"] * 3
    check(problem, [*TOGETHER, *walk], "alive(Bellamy) & alive(Jasper) & alive(Monty) & alive(Dante)")


def test_the_gauge_beeps_at_thirty(problem: Problem) -> None:
    check(problem, ["open_door(Bellamy, Door)"], "tank(Maya) == 35", "believes(Maya, tank(Maya)) == 240")
    check(
        problem,
        ["open_door(Bellamy, Door)", "leave(Bellamy, Tunnel)"],
        "tank(Maya) == 30",
        "believes(Maya, tank(Maya)) == 30 & believes(Jasper, tank(Maya)) == 30 & believes(Alia, tank(Maya)) == 30",
        "believes(Clarke, tank(Maya)) > 30",
    )


def test_spare_tanks_are_on_level_five(problem: Problem) -> None:
    path = CHAPTER[: CHAPTER.index("slide(Jasper, TrashChute)")]
    assert not Moment(problem, path).can("change_tank(Maya, LevelFive)")
    check(problem, [*path, "slide(Jasper, TrashChute)", "change_tank(Maya, LevelFive)"], "tank(Maya) == 240")


def test_the_air_on_level_five_is_good(problem: Problem) -> None:
    path = CHAPTER[: CHAPTER.index("slide(Jasper, TrashChute)") + 1]
    below = check(problem, path, "tank(Maya) == 15")
    assert below.holds("alive(Natives) & alive(Soldiers)")
    check(problem, [*path, "close_door(Bellamy, Door)", "go(Clarke, Quarantine)"], "tank(Maya) == 15", "alive(Maya)")


def test_power_can_be_repaired_and_with_it_the_air(problem: Problem) -> None:
    path = [*TOGETHER, "break_in(Bellamy, Monty, CommandCentre)"]
    there = check(problem, path, "whole(Turbines)", "!running(Turbines)", "believes(Monty, !whole(Turbines))")
    assert there.can("repair(Monty, Turbines)")
    assert not there.world.believed("Monty").possible("repair(Monty, Turbines)")
    path += ["repair(Monty, Turbines)", *["go(Bellamy, Hall)", "go(Bellamy, Quarantine)"] * 4]
    check(problem, path, "tank(Maya) == 25", "alive(Maya)")


def test_an_open_door_spoils_the_air(problem: Problem) -> None:
    path = ["open_door(Bellamy, Door)", "break_in(Bellamy, Monty, CommandCentre)", "repair(Monty, Turbines)"]
    check(problem, [*path, "go(Bellamy, Hall)"], "running(Turbines)", "tank(Maya) == 25")


def test_nobody_watches_the_camera_but_the_friends_do_not_know(problem: Problem) -> None:
    path = [*TOGETHER, "name_dante(Maya, Hall)", "go(Bellamy, Quarantine)"]
    there = check(problem, path, "on(Camera)", "!watched(Camera)", "believes(Bellamy, watched(Camera))")
    assert there.can("ask(Bellamy, Dante, Quarantine)")
    assert not there.world.believed("Bellamy").possible("ask(Bellamy, Dante, Quarantine)")
    path = [*TOGETHER, "name_dante(Maya, Hall)", "put_out(Monty, Camera, JunctionBox)", "go(Bellamy, Quarantine)"]
    assert Moment(problem, path).world.believed("Bellamy").possible("ask(Bellamy, Dante, Quarantine)")
    check(problem, [*path, "ask(Bellamy, Dante, Quarantine)"], "believes(Bellamy, !watched(Camera))")


def test_the_camera_is_put_out_at_the_junction_box_in_the_hall(problem: Problem) -> None:
    act = "put_out(Monty, Camera, JunctionBox)"
    assert Moment(problem, TOGETHER).can(act)
    assert not Moment(problem, [*TOGETHER, "go(Bellamy, Quarantine)"]).can(act)


def test_the_command_centre_shows_level_five(problem: Problem) -> None:
    path = [*TOGETHER, "break_in(Bellamy, Monty, CommandCentre)"]
    check(problem, TOGETHER, "believes(Bellamy, alive(Fox))")
    check(problem, path, "believes(Bellamy, !alive(Fox))")
    check(problem, [*path, "drop(Soldiers, Fox, BodyChute)", "bleed(Soldiers, Captives)"],
          "believes(Bellamy, !alive(Captives)) & believes(Clarke, alive(Captives))")  # fmt: skip


def test_only_monty_opens_the_command_centre(problem: Problem) -> None:
    together = Moment(problem, TOGETHER)
    assert together.can("break_in(Bellamy, Monty, CommandCentre)")
    assert not together.can("break_in(Clarke, Monty, CommandCentre)")  # He is not with her.
    assert not together.can("go(Clarke, CommandCentre)")


def test_every_soldier_is_on_level_five_and_seizes_who_comes(problem: Problem) -> None:
    path = CHAPTER[: CHAPTER.index("slide(Jasper, TrashChute)") + 1]
    seized = check(problem, [*path, "seize(Soldiers, LevelFive)"], "held(Jasper) & held(Octavia) & held(Maya)")
    assert not seized.can("change_tank(Maya, LevelFive)")


def test_outside_air_on_level_five_kills_whoever_has_no_tank(problem: Problem) -> None:
    path = [*CHAPTER, "flood(Clarke, Bellamy, LevelFive)"]
    check(problem, path, "!alive(Natives) & !alive(Soldiers)", "alive(Captives) & !held(Captives)", "alive(Maya)")


def test_giving_them_what_the_captives_have_makes_the_natives_immune(problem: Problem) -> None:
    check(problem, ["drop(Soldiers, Fox, BodyChute)", "bleed(Soldiers, Captives)"],
          "!alive(Captives)", "immune(Natives) & immune(Soldiers) & !immune(Maya)")  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# People: what they know at first, and want


@pytest.mark.parametrize("condition", [
    "believes(Octavia, gone(LexasArmy)) & believes(Alia, gone(LexasArmy))",
    "believes(Octavia, !dealt(Lexa)) & believes(Alia, !dealt(Lexa))",
    "believes(Octavia, !taken(Lincoln)) & taken(Lincoln)",
    "believes(Octavia, !gone(FreedPrisoners)) & gone(FreedPrisoners)",
    "believes(Clarke, dealt(Lexa) & taken(Lincoln))",
    "believes(Clarke, at(Octavia)) == Outside & at(Octavia) == Tunnel",
    "believes(Bellamy, !gone(LexasArmy)) & believes(Maya, !gone(LexasArmy))",
    "believes(Bellamy, at(Clarke)) == Tunnel & at(Clarke) == Outside",
    "believes(Bellamy, at(Dante)) == ? & believes(Maya, at(Dante)) == Quarantine",
    "believes(Maya, believes(Jasper, at(Dante))) == ?",
    "believes(Monty, !whole(Turbines)) & believes(Clarke, whole(Turbines))",
    "believes(Dante, !whole(Turbines)) & believes(Dante, at(Clarke)) == ?",
    "forall(f : friend) believes(f, alive(Fox)) & !alive(Fox)",
    "held(Captives) & held(Dante) & hurt(Alia) & at(Dante) == Quarantine",
    "forall(p : person) (p == Fox | alive(p))",
])  # fmt: skip
def test_what_is_so_at_first(problem: Problem, condition: str) -> None:
    check(problem, [], condition)


def test_the_chapter_holds_each_act_with_a_reason(problem: Problem) -> None:
    verdict = chekhov.validate(problem, CHAPTER, limits=REASONS)
    assert verdict.outcome == "valid", verdict.fault


def test_clarke_did_not_know_that_they_stayed(problem: Problem) -> None:
    check(problem, ["arrive(Clarke, Tunnel)"], "believes(Clarke, at(Octavia) == Tunnel & at(Alia) == Tunnel)")


def test_clarke_tells_them_of_the_deal(problem: Problem) -> None:
    check(problem, CHAPTER[:3], "believes(Octavia, dealt(Lexa) & taken(Lincoln))", "believes(Alia, dealt(Lexa))",
          "believes(Bellamy, !dealt(Lexa))")  # fmt: skip


def test_octavia_blames_clarke_only_once_she_knows(problem: Problem) -> None:
    told = Moment(problem, CHAPTER[:3])
    untold = Moment(problem, CHAPTER[:2])
    assert told.world.believed("Octavia").possible("blame(Octavia, Clarke)")
    assert not untold.world.believed("Octavia").possible("blame(Octavia, Clarke)")
    quarrel = Moment(problem, [*CHAPTER[:3], "blame(Octavia, Clarke)"])
    assert quarrel.can("calm(Alia, Clarke)")
    assert not quarrel.can("calm(Octavia, Clarke)")


def test_each_side_learns_that_the_others_army_is_gone(problem: Problem) -> None:
    check(problem, ["arrive(Clarke, Tunnel)", "open_door(Bellamy, Door)"],
          "believes(Bellamy, gone(LexasArmy)) & believes(Octavia, gone(FreedPrisoners))")  # fmt: skip


def test_had_lexa_kept_faith_the_door_would_have_been_enough(problem: Problem) -> None:
    reading = chekhov.parse(
        PATH.read_text(encoding="utf-8").replace("// Nobody but", "!gone(LexasArmy);\n// Nobody but")
    )
    assert reading.problem is not None
    check(reading.problem, ["open_door(Bellamy, Door)"], "!held(Captives) & alive(Captives)")
    check(problem, ["open_door(Bellamy, Door)"], "held(Captives)")


def test_octavia_goes_with_maya_only_once_jasper_has_vouched(problem: Problem) -> None:
    path = [act for act in CHAPTER[:SPLIT] if not act.startswith("vouch")]
    assert path[-1].startswith("split_up")
    assert not Moment(problem, path[:-1]).can(path[-1])
    check(problem, CHAPTER[:SPLIT], "party(Octavia) == Jasper & party(Maya) == Jasper & party(Bellamy) == Clarke")


def test_dante_will_not_help_while_it_means_his_peoples_death(problem: Problem) -> None:
    fault = reasons_fault(problem, [*CHAPTER, "give_order(Dante, Soldiers)"])
    assert fault is not None
    assert (fault.character, fault.step) == ("Dante", len(CHAPTER) + 1)
    assert reasons_fault(problem, [*CHAPTER, *AIR_BACK, "give_order(Dante, Soldiers)"]) is None


def test_the_soldiers_let_nobody_go_without_air_for_their_own(problem: Problem) -> None:
    fault = reasons_fault(problem, [*CHAPTER, *AIR_BACK, "give_order(Dante, Soldiers)", "release(Soldiers, Captives)"])
    assert fault is None
    dark = Moment(problem, [*CHAPTER, "give_order(Dante, Soldiers)", "release(Soldiers, Captives)"])
    mind = dark.world.believed("Soldiers")
    before = Moment(problem, [*CHAPTER, "give_order(Dante, Soldiers)"]).world.believed("Soldiers")
    assert (mind.utility("Soldiers") or 0) < (before.utility("Soldiers") or 0)


def test_fox_is_what_makes_force_thinkable(problem: Problem) -> None:
    flood = "flood(Clarke, Bellamy, LevelFive)"
    assert reasons_fault(problem, [*CHAPTER, flood]) is None
    unknowing = chekhov.parse(PATH.read_text(encoding="utf-8").replace("\n!alive(Fox);", "\n"))
    assert unknowing.problem is not None
    path = ["arrive(Clarke, Tunnel)", "open_door(Bellamy, Door)", "enter(Clarke, Hall)",
            "break_in(Bellamy, Monty, CommandCentre)", "go(Clarke, CommandCentre)", flood]  # fmt: skip
    assert reasons_fault(problem, path) is None
    fault = reasons_fault(unknowing.problem, path)
    assert fault is not None
    assert fault.act is not None
    assert fault.act.name in ("go", "flood")


def test_the_last_moment_of_the_chapter_is_a_fork(problem: Problem) -> None:
    order = [*AIR_BACK, "give_order(Dante, Soldiers)", "release(Soldiers, Captives)"]
    check(problem, [*CHAPTER, *order], "alive(Captives) & !held(Captives) & alive(Natives) & alive(Maya) & !open(Door)")
    assert reasons_fault(problem, [*CHAPTER, *order]) is None
    check(problem, [*CHAPTER, "flood(Clarke, Bellamy, LevelFive)"], "!held(Captives) & !alive(Natives)")
    check(problem, [*CHAPTER, "bleed(Soldiers, Captives)"], "!alive(Captives)")
    assert reasons_fault(problem, [*CHAPTER, "bleed(Soldiers, Captives)"]) is None
