"""A beat cut out of a planner's story: either it still validates, or the checker finds the gap."""

from __future__ import annotations

from pathlib import Path

import pytest

import chekhov
from chekhov import manuscript, validation

WORLDS = Path(__file__).resolve().parents[2] / "worlds"
LIMITS = chekhov.Limits(reason_acts=5, belief_depth=2)


@pytest.mark.parametrize("world", ["heist", "letter"])
def test_a_cut_beat_is_missed_exactly_if_the_rest_is_no_story(world: str, tmp_path: Path) -> None:
    path = tmp_path / f"{world}.story"
    path.write_bytes((WORLDS / f"{world}.story").read_bytes())
    problem = chekhov.read(path).problem
    assert problem is not None
    kernel = chekhov.Kernel(chekhov.ground(problem), threads=1)
    cuts = 0
    for ending in problem.endings:
        answer = chekhov.plan(kernel, chekhov.ending_goal(kernel.task, ending.name), LIMITS, reasons=False)
        acts = [act.act for act in answer.stories[0].acts] if answer.stories else []
        for number in range(len(acts)):
            rest = [*acts[:number], *acts[number + 1 :]]
            verdict = validation.validate(problem, rest, limits=validation.Limits(None, 5, 2))
            chapter = tmp_path / "chapter.md"
            notes = "\n".join(f"<!-- beat: {act} -->" for act in rest)
            chapter.write_text(f"<!-- world: {world}.story -->\n{notes}\n", encoding="utf-8")
            reading = manuscript.read(chapter)
            assert reading.manuscript is not None
            walked = manuscript.walk(reading.manuscript, work=0)
            assert (walked.troubles == ()) == (verdict.outcome == "valid"), (rest, str(verdict.fault))
            cuts += 1
    assert cuts >= 5
