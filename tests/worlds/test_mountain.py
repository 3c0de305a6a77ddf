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
HERE = ["drop(Soldiers, Fox, BodyChute)", "arrive(Clarke, Tunnel)"]
TOGETHER = [*HERE, "open_door(Bellamy, Door)", "enter(Clarke, Hall)", "close_door(Clarke, Door)"]
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
    before = Moment(problem, HERE)
    for outside in ("Clarke", "Octavia", "Alia"):
        assert not before.can(f"open_door({outside}, Door)")
    assert not before.can("enter(Clarke, Hall)")
    assert before.can("open_door(Bellamy, Door)")
    assert check(problem, [*HERE, "open_door(Bellamy, Door)"]).can("enter(Clarke, Hall)")


def test_pounding_on_the_door_can_be_heard_inside(problem: Problem) -> None:
    gone = Moment(problem, [])
    assert gone.holds("believes(Clarke, believes(Bellamy, at(Alia))) == Camp")
    check(
        problem,
        [*HERE, "pound(Clarke, Door)"],
        "believes(Bellamy, at(Clarke)) == Tunnel",
        "believes(Clarke, believes(Bellamy, at(Clarke))) == Tunnel",
        "believes(Clarke, believes(Bellamy, at(Alia))) == Tunnel",
    )


def test_those_inside_hold_the_door_until_the_others_are_in(problem: Problem) -> None:
    opened = check(problem, [*HERE, "open_door(Bellamy, Door)"], "leader(Bellamy) == ?")
    assert not opened.can("break_in(Clarke, Monty, CommandCentre)")
    entered = check(problem, [*HERE, "open_door(Bellamy, Door)", "enter(Clarke, Hall)"],
                    "forall(f : friend) (f == Clarke | leader(f) == Clarke)", "reunited(Bellamy, Alia)")  # fmt: skip
    assert entered.can("break_in(Clarke, Monty, CommandCentre)")
    assert not Moment(problem, TOGETHER).can("open_door(Bellamy, Door)")


def test_whoever_shoots_the_panel_shuts_the_door_for_good(problem: Problem) -> None:
    aiming = check(problem, [*HERE, "aim(Clarke, Panel)"], "believes(Clarke, opens_when_shot(Panel))")
    assert aiming.can("calm(Octavia, Clarke)")
    shot = check(problem, [*HERE, "aim(Clarke, Panel)", "shoot(Clarke, Panel)"], "!open(Door)")
    assert not shot.can("open_door(Bellamy, Door)")


def test_the_trash_chute_leads_in_and_not_out_again(problem: Problem) -> None:
    below = check(problem, CHAPTER[: CHAPTER.index("slide(Jasper, TrashChute)") + 1], "at(Jasper) == LevelFive")
    ways = [name for name in chekhov.ground(problem).names.actions if name.startswith(("go(Jasper", "go(Maya"))]
    assert ways == []
    assert not below.can("go(Clarke, LevelFive)")


def test_a_body_comes_down_the_body_chute_into_the_bin(problem: Problem) -> None:
    check(
        problem,
        ["drop(Soldiers, Fox, BodyChute)"],
        "at(Fox) == Bin",
        "forall(f : friend) (at(f) == Hall | believes(f, !alive(Fox) & at(Fox) == Bin))",
        "forall(f : friend) (at(f) != Hall | believes(f, alive(Fox)))",
    )
    # Those inside learn it when they meet, and that the soldiers know.
    check(
        problem,
        [*HERE, "open_door(Bellamy, Door)"],
        "forall(f : friend) believes(f, !alive(Fox) & at(Fox) == Bin & believes(Soldiers, at(Fox)) == Bin)",
    )


# ---------------------------------------------------------------------------------------------------------------------
# Systems


WALK = ["go(Clarke, CommandCentre)", "go(Clarke, Hall)"]
IN_THE_DARK = [*TOGETHER, "break_in(Clarke, Monty, CommandCentre)"]
LIGHT = [*IN_THE_DARK, *AIR_BACK]


def test_a_native_dies_off_level_five_without_air(problem: Problem) -> None:
    check(problem, IN_THE_DARK, "tank(Maya) == 15", "alive(Maya)")
    check(problem, [*IN_THE_DARK, "go(Clarke, Hall)"], "tank(Maya) == 0", "!alive(Maya)")


def test_outsiders_breathe_anywhere_and_so_does_dante(problem: Problem) -> None:
    check(problem, [*IN_THE_DARK, "go(Clarke, Hall)", *WALK],
          "alive(Clarke) & alive(Bellamy) & alive(Jasper) & alive(Monty) & alive(Dante)")  # fmt: skip


def test_the_gauge_beeps_at_thirty(problem: Problem) -> None:
    check(problem, [], "tank(Maya) == 45", "believes(Maya, tank(Maya)) == 240 & believes(Alia, tank(Maya)) == ?")
    check(
        problem,
        [*HERE, "open_door(Bellamy, Door)"],
        "tank(Maya) == 30",
        "believes(Maya, tank(Maya)) == 30 & believes(Jasper, tank(Maya)) == 30",
        "believes(Alia, tank(Maya)) == ? & believes(Clarke, tank(Maya)) == ?",
    )
    check(problem, [*HERE, "open_door(Bellamy, Door)", "leave(Bellamy, Tunnel)"], "believes(Alia, tank(Maya)) == 30")


def test_spare_tanks_are_on_level_five(problem: Problem) -> None:
    path = CHAPTER[: CHAPTER.index("slide(Jasper, TrashChute)")]
    assert not Moment(problem, path).can("change_tank(Maya, LevelFive)")
    check(problem, [*path, "slide(Jasper, TrashChute)", "change_tank(Maya, LevelFive)"], "tank(Maya) == 240")


def test_the_air_on_level_five_is_good(problem: Problem) -> None:
    path = CHAPTER[: CHAPTER.index("slide(Jasper, TrashChute)") + 1]
    below = check(problem, path, "tank(Maya) == 30")
    assert below.holds("alive(Natives) & alive(Soldiers)")
    check(problem, [*path, "close_door(Bellamy, Door)", "put_out(Monty, Camera, JunctionBox)",
                    "go(Clarke, Quarantine)"], "tank(Maya) == 30", "alive(Maya)")  # fmt: skip


def test_power_can_be_repaired_and_with_it_the_air(problem: Problem) -> None:
    there = check(problem, IN_THE_DARK, "whole(Turbines)", "!running(Turbines)", "believes(Monty, !whole(Turbines))")
    assert there.can("repair(Monty, Turbines)")
    assert not there.world.believed("Monty").possible("repair(Monty, Turbines)")
    check(problem, LIGHT, "forall(c : character) believes(c, running(Turbines) & whole(Turbines))")
    check(problem, [*LIGHT, "go(Clarke, Hall)", *WALK], "tank(Maya) == 15", "alive(Maya)")


def test_an_open_door_spoils_the_air(problem: Problem) -> None:
    together = [act for act in LIGHT if not act.startswith("close_door")]
    check(problem, [*together, "go(Clarke, Hall)"], "running(Turbines) & open(Door)", "tank(Maya) == 0 & !alive(Maya)")


def test_nobody_watches_the_camera_but_the_friends_do_not_know(problem: Problem) -> None:
    path = [*TOGETHER, "name_dante(Maya, Hall)"]
    named = check(problem, path, "on(Camera)", "!watched(Camera)", "believes(Clarke, watched(Camera))")
    assert named.can("go(Clarke, Quarantine)")
    assert not named.world.believed("Clarke").possible("go(Clarke, Quarantine)")
    assert Moment(problem, [*path, "go(Clarke, Quarantine)"]).can("ask(Bellamy, Dante, Quarantine)")
    path += ["put_out(Monty, Camera, JunctionBox)"]
    assert Moment(problem, path).world.believed("Clarke").possible("go(Clarke, Quarantine)")
    check(problem, [*path, "go(Clarke, Quarantine)", "ask(Bellamy, Dante, Quarantine)"],
          "believes(Bellamy, !watched(Camera))")  # fmt: skip


def test_the_camera_is_put_out_at_the_junction_box_in_the_hall(problem: Problem) -> None:
    act = "put_out(Monty, Camera, JunctionBox)"
    assert Moment(problem, TOGETHER).can(act)
    assert not Moment(problem, [*TOGETHER, "go(Clarke, Quarantine)"]).can(act)


def test_the_command_centre_shows_level_five(problem: Problem) -> None:
    below = [*CHAPTER[: CHAPTER.index("close_door(Bellamy, Door)") + 1], "bleed(Soldiers, Captives)"]
    check(problem, below, "believes(Jasper, !alive(Captives)) & believes(Bellamy, alive(Captives))")
    check(problem, [*below[:-1], "break_in(Clarke, Monty, CommandCentre)", below[-1]],
          "believes(Bellamy, !alive(Captives))")  # fmt: skip


def test_only_monty_opens_the_command_centre(problem: Problem) -> None:
    together = Moment(problem, TOGETHER)
    assert together.can("break_in(Clarke, Monty, CommandCentre)")
    assert not together.can("go(Clarke, CommandCentre)")
    assert not Moment(problem, TOGETHER[:3]).can("break_in(Clarke, Monty, CommandCentre)")  # He is not with her.


def test_every_soldier_is_on_level_five_and_seizes_who_comes(problem: Problem) -> None:
    path = CHAPTER[: CHAPTER.index("slide(Jasper, TrashChute)") + 1]
    seized = check(
        problem,
        [*path, "seize(Soldiers, LevelFive)"],
        "captor(Jasper) == Soldiers & captor(Octavia) == Soldiers & captor(Maya) == Soldiers",
    )
    assert not seized.can("change_tank(Maya, LevelFive)")


def test_outside_air_on_level_five_kills_whoever_has_no_tank(problem: Problem) -> None:
    path = [*CHAPTER, "flood(Clarke, Bellamy, LevelFive)"]
    check(problem, path, "!alive(Natives) & !alive(Soldiers)", "alive(Captives) & captor(Captives) == ?", "alive(Maya)")


def test_giving_them_what_the_captives_have_makes_the_natives_immune(problem: Problem) -> None:
    path = CHAPTER[: CHAPTER.index("slide(Jasper, TrashChute)")]
    check(problem, [*path, "slide(Jasper, TrashChute)", "bleed(Soldiers, Captives)"],
          "!alive(Captives)", "immune(Natives) & immune(Soldiers) & immune(Maya)")  # fmt: skip


def test_the_soldiers_wait_until_somebody_comes_for_the_captives(problem: Problem) -> None:
    path = CHAPTER[: CHAPTER.index("slide(Jasper, TrashChute)")]
    assert not Moment(problem, path).can("bleed(Soldiers, Captives)")
    aiming = [*HERE, "aim(Clarke, Panel)"]
    assert not Moment(problem, aiming).can("bleed(Soldiers, Captives)")
    assert Moment(problem, [*aiming, "shoot(Clarke, Panel)"]).can("bleed(Soldiers, Captives)")


# ---------------------------------------------------------------------------------------------------------------------
# People: what they know at first, and want


@pytest.mark.parametrize("condition", [
    "believes(Octavia, gone(LexasArmy)) & believes(Alia, gone(LexasArmy))",
    "believes(Octavia, !dealt(Lexa)) & believes(Alia, !dealt(Lexa))",
    "believes(Octavia, !taken(Lincoln)) & taken(Lincoln)",
    "believes(Octavia, !gone(FreedPrisoners)) & gone(FreedPrisoners)",
    "believes(Clarke, dealt(Lexa) & taken(Lincoln))",
    "believes(Clarke, at(Octavia)) == Camp & at(Octavia) == Tunnel",
    "believes(Bellamy, !gone(LexasArmy)) & believes(Maya, !gone(LexasArmy))",
    "believes(Bellamy, at(Clarke)) == Tunnel & at(Clarke) == Outside",
    "believes(Bellamy, at(Dante)) == ? & believes(Maya, at(Dante)) == Quarantine",
    "believes(Maya, believes(Jasper, at(Dante))) == ?",
    "believes(Monty, !whole(Turbines)) & believes(Clarke, whole(Turbines))",
    "believes(Dante, !whole(Turbines)) & believes(Dante, at(Bellamy)) == Outside",
    "forall(f : friend) believes(f, alive(Fox)) & !alive(Fox)",
    "captor(Captives) == Soldiers & captor(Dante) == Soldiers & hurt(Alia) & at(Dante) == Quarantine",
    "forall(p : person) (p == Fox | alive(p))",
])  # fmt: skip
def test_what_is_so_at_first(problem: Problem, condition: str) -> None:
    check(problem, [], condition)


def test_the_chapter_holds_each_act_with_a_reason(problem: Problem) -> None:
    verdict = chekhov.validate(problem, CHAPTER, limits=REASONS)
    assert verdict.outcome == "valid", verdict.fault


def test_clarke_did_not_know_that_they_stayed(problem: Problem) -> None:
    check(problem, HERE, "believes(Clarke, at(Octavia) == Tunnel & at(Alia) == Tunnel)")


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
    check(problem, [*HERE, "open_door(Bellamy, Door)"],
          "believes(Bellamy, gone(LexasArmy)) & believes(Octavia, gone(FreedPrisoners))")  # fmt: skip


def test_had_lexa_kept_faith_the_door_would_have_been_enough(problem: Problem) -> None:
    reading = chekhov.parse(
        PATH.read_text(encoding="utf-8").replace("// Nobody but", "!gone(LexasArmy);\n// Nobody but")
    )
    assert reading.problem is not None
    check(reading.problem, [*HERE, "open_door(Bellamy, Door)"], "captor(Captives) == ? & alive(Captives)")
    check(problem, [*HERE, "open_door(Bellamy, Door)"], "captor(Captives) == Soldiers")


def test_octavia_goes_with_maya_only_once_jasper_has_vouched(problem: Problem) -> None:
    path = [act for act in CHAPTER[:SPLIT] if not act.startswith("vouch")]
    assert path[-1].startswith("split_up")
    assert not Moment(problem, path[:-1]).can(path[-1])
    check(problem, CHAPTER[:SPLIT], "leader(Octavia) == Jasper & leader(Maya) == Jasper & leader(Bellamy) == Clarke")


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


def test_what_was_done_to_fox_makes_force_thinkable(problem: Problem) -> None:
    flood = "flood(Clarke, Bellamy, LevelFive)"
    assert reasons_fault(problem, [*CHAPTER, flood]) is None
    text = PATH.read_text(encoding="utf-8").replace("\n!alive(Fox);", "\n").replace("!alive(Fox) & at(Fox)", "at(Fox)")
    spared = chekhov.parse(text).problem
    assert spared is not None
    path = [*HERE, "open_door(Bellamy, Door)", "enter(Clarke, Hall)",
            "break_in(Clarke, Monty, CommandCentre)", flood]  # fmt: skip
    assert reasons_fault(problem, path) is None
    fault = reasons_fault(spared, path)
    assert fault is not None
    assert fault.act is not None
    assert fault.act.name == "flood"


def test_where_they_meet_they_fall_in_with_clarke(problem: Problem) -> None:
    check(problem, HERE, "leader(Jasper) == Bellamy & leader(Octavia) == Clarke")
    opened = [*HERE, "open_door(Bellamy, Door)"]
    for meeting in ("leave(Bellamy, Tunnel)", "enter(Clarke, Hall)"):
        check(problem, [*opened, meeting], "leader(Jasper) == Clarke & leader(Bellamy) == Clarke",
              "believes(Maya, leader(Monty)) == Clarke")  # fmt: skip


def test_those_who_are_with_the_dead_know_it(problem: Problem) -> None:
    below = [*CHAPTER[:SPLIT], "enter(Clarke, Hall)", "enter(Jasper, Hall)", "slide(Jasper, TrashChute)"]
    check(problem, below, "alive(Maya)")
    check(problem, [*IN_THE_DARK, "go(Clarke, Hall)"], "!alive(Maya)",
          "believes(Jasper, !alive(Maya)) & believes(Dante, alive(Maya))")  # fmt: skip


def test_the_gun_is_raised_and_never_fired(problem: Problem) -> None:
    raised = Moment(problem, [*HERE, "aim(Clarke, Panel)"])
    assert raised.can("shoot(Clarke, Panel)")
    lowered = check(problem, [*HERE, "aim(Clarke, Panel)", "calm(Octavia, Clarke)"], "trouble() == ?")
    assert not lowered.can("shoot(Clarke, Panel)")
    check(problem, CHAPTER, "!broken(Panel)")


def test_dante_is_asked_refuses_and_is_taken_by_force(problem: Problem) -> None:
    path = [*TOGETHER, "name_dante(Maya, Hall)", "go(Clarke, Quarantine)"]
    ask, refuse, take = "ask(Alia, Dante, Quarantine)", "refuse(Dante)", "take_along(Bellamy, Dante, Quarantine)"
    before = check(problem, path, "captor(Dante) == Soldiers")
    assert not before.can(refuse)
    assert not before.can(take)
    asked = Moment(problem, [*path, ask])
    assert not asked.can(take)
    assert not asked.can("go(Clarke, Hall)")
    taken = check(problem, [*path, ask, refuse, take], "captor(Dante) == Bellamy & leader(Dante) == Clarke",
                  "believes(Soldiers, captor(Dante)) == Soldiers")  # fmt: skip
    assert taken.can("go(Clarke, Hall)")
    check(problem, [*path, ask, refuse, take, "go(Clarke, Hall)"], "at(Dante) == Hall")


def test_alia_is_hurt_and_who_is_hurt_takes_nobody_along(problem: Problem) -> None:
    check(problem, CHAPTER, "hurt(Alia)")
    text = PATH.read_text(encoding="utf-8")
    assert "\nhurt(Alia);" in text
    hurt = chekhov.parse(text.replace("\nhurt(Alia);", "\nhurt(Alia) & hurt(Bellamy);")).problem
    assert hurt is not None
    path = CHAPTER[: CHAPTER.index("take_along(Bellamy, Dante, Quarantine)")]
    assert Moment(problem, path).can("take_along(Bellamy, Dante, Quarantine)")
    assert not Moment(hurt, path).can("take_along(Bellamy, Dante, Quarantine)")


def test_the_last_moment_of_the_chapter_is_a_fork(problem: Problem) -> None:
    order = [*AIR_BACK, "give_order(Dante, Soldiers)", "release(Soldiers, Captives)"]
    check(
        problem,
        [*CHAPTER, *order],
        "alive(Captives) & captor(Captives) == ? & alive(Natives) & alive(Maya) & !open(Door)",
    )
    assert reasons_fault(problem, [*CHAPTER, *order]) is None
    check(problem, [*CHAPTER, "flood(Clarke, Bellamy, LevelFive)"], "captor(Captives) == ? & !alive(Natives)")
    check(problem, [*CHAPTER, "bleed(Soldiers, Captives)"], "!alive(Captives)")
    assert reasons_fault(problem, [*CHAPTER, "bleed(Soldiers, Captives)"]) is None
