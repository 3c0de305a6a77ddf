"""Beats cut out of planners' stories: what the checker says of the rest, and what the validator does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import chekhov
from chekhov import manuscript, validation

LIMITS = chekhov.Limits(reason_acts=5, belief_depth=2)


@dataclass(frozen=True)
class Cut:
    """A story without one of its acts (``number``, from 1). ``valid``: so says the validator; ``holds``: so says the
    check of a manuscript of it. ``edits``: how many the best repair has (None: none was looked for), and ``mended``
    whether the text holds with it."""

    world: str
    story: tuple[str, ...]
    number: int
    valid: bool
    holds: bool
    edits: int | None = None
    mended: bool = True

    @property
    def agrees(self) -> bool:
        """Whether the two agree."""
        return self.valid == self.holds


def stories(world: Path, most: int) -> list[tuple[str, ...]]:
    """Stories of a world that reach its endings, ``most`` for each, shortest first."""
    problem = chekhov.read(world).problem
    assert problem is not None
    kernel = chekhov.Kernel(chekhov.ground(problem), threads=1)
    found: list[tuple[str, ...]] = []
    for ending in problem.endings:
        goal = chekhov.ending_goal(kernel.task, ending.name)
        result = kernel.search(goal.condition, LIMITS, count=most, expanded=20_000)
        found += [tuple(kernel.task.names.actions[act] for act in plan) for plan in result.plans]
    return list(dict.fromkeys(found))


def cuts(world: Path, folder: Path, *, stories_each: int, random: Random | None, mend: bool) -> Iterator[Cut]:
    """Each story without each of its acts, in an order of ``random``'s if there is one. With ``mend``, the gaps are
    mended, too."""
    copy = folder / world.name
    copy.write_bytes(world.read_bytes())
    problem = chekhov.read(copy).problem
    assert problem is not None
    ways = [(story, number) for story in stories(copy, stories_each) for number in range(len(story))]
    if random is not None:
        random.shuffle(ways)
    for story, number in ways:
        rest = [*story[:number], *story[number + 1 :]]
        verdict = validation.validate(problem, rest, limits=validation.Limits(None, 5, 2))
        read = _read(folder, world.name, rest)
        holds = not manuscript.walk(read, limits=LIMITS, work=0).troubles
        cut = Cut(f"{world.parent.name}/{world.name}", story, number + 1, verdict.outcome == "valid", holds)
        if holds or not mend:
            yield cut
            continue
        patches = manuscript.check(read, limits=LIMITS, ahead=0).patches
        mended = False
        if patches:
            (folder / "chapter.md").write_text(next(iter(patches[0].texts.values())), encoding="utf-8")
            again = manuscript.read(folder / "chapter.md").manuscript
            mended = again is not None and not manuscript.walk(again, limits=LIMITS, work=0).troubles
        yield replace(cut, edits=len(patches[0].edits) if patches else None, mended=mended)


def _read(folder: Path, world: str, acts: list[str]) -> manuscript.Manuscript:
    notes = "\n\n".join(f"<!-- beat: {act} -->" for act in acts)
    chapter = folder / "chapter.md"
    chapter.write_text(f"<!-- world: {world} -->\n\n{notes}\n", encoding="utf-8")
    reading = manuscript.read(chapter)
    assert reading.manuscript is not None, reading.diagnostics
    return reading.manuscript
