"""Acts that commute are skipped where moments are only counted: nothing that is counted may change."""

from __future__ import annotations

from random import Random

import pytest

from chekhov import lang
from chekhov.grounding import ground
from chekhov.kernel import Kernel

PEOPLE = ("Ann", "Bob", "Cyd")


def world(seed: int) -> str:
    """A few lamps, each with acts that read and change few of them, so that some acts commute and some do not; who is
    there sees them, and there is now and then a trigger and a wrong belief."""
    random = Random(seed)
    lamps = [f"lamp{i}" for i in range(random.randint(3, 5))]
    text = "".join(f"entity {who} : character;\n" for who in PEOPLE)
    text += "".join(f"property {lamp}() : number 0..2;\n" for lamp in lamps)
    text += "".join(f"{lamp}() = {random.randint(0, 1)};\n" for lamp in lamps)
    text += "property near(who : character) : boolean;\n"
    text += "".join(f"near({who});\n" for who in PEOPLE if random.random() < 0.5)
    if random.random() < 0.5:
        text += f"believes({random.choice(PEOPLE)}, {random.choice(lamps)}() = 1);\n"
    for i in range(random.randint(4, 7)):
        read, changed = random.choice(lamps), random.choice(lamps)
        observer = random.choice(["", "observing(o : character): near(o);"])
        text += (
            f"action act{i}() {{ precondition: {read}() {random.choice(['==', '!='])} {random.randint(0, 2)};"
            f" effect: {changed}() = {random.randint(0, 2)}; consenting: {random.choice(PEOPLE)}; {observer} }};\n"
        )
    who = random.choice(PEOPLE)
    text += f"action step() {{ precondition: near({who}); effect: !near({who}); consenting: {who}; }};\n"
    if random.random() < 0.5:
        first, second = random.sample(lamps, 2)
        text += f"trigger spark() {{ precondition: {first}() == 2 & {second}() == 0; effect: {second}() = 1; }};\n"
    return text + "utility(): 0;\n"


@pytest.mark.parametrize("seed", range(60))
def test_skipped_acts_change_no_count(seed: int) -> None:
    reading = lang.parse(world(seed))
    assert reading.problem is not None, reading.diagnostics
    task = ground(reading.problem)
    counted = Kernel(task, threads=1).explore(physical=True, depth=7)
    graph = Kernel(task, threads=2).graph(physical=True, depth=7)  # takes every act
    assert counted.states_by_depth == graph.states_by_depth
    assert counted.transitions == graph.transitions
    assert counted.complete == graph.complete
