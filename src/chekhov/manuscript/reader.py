"""The reader: what they have been shown, as against what is so and what the characters know.

A reader learns from what is told, in the order of the text: from a beat what it changes and what it takes; from a claim
that somebody knows something, or that it is so, just that; and what a ``shown`` note says. In a scene that is told
through somebody, the reader sees of a beat what they see, and takes it as they take it. What was shown is kept with
its place in the story, so that a flashback does not undo what has been shown of later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from chekhov.diagnostics import Span
from chekhov.grounding.formulas import Formula, Value, evaluate, fluents_of
from chekhov.kernel import Kernel
from chekhov.manuscript.chapters import Assumption, Beat, Claim, Entry, Manuscript, Passing, Scene, Shown
from chekhov.manuscript.stage import Stage
from chekhov.manuscript.walk import Step, Walk

Fluent: TypeAlias = tuple[tuple[int, ...], int]
"""A fluent, read through a path of characters (none: how it really is)."""


@dataclass
class Reader:
    """A reader at a place of the text: each fluent that they have been shown, with its value and the place in the story
    (the number of the step) that it was shown of."""

    shown: dict[Fluent, tuple[Value, int]] = field(default_factory=dict)

    def holds(self, condition: Formula) -> bool:
        """Whether the reader has been shown all of a condition, and takes it to be so."""
        read = [(tuple(path), number) for path, number in fluents_of(condition)]
        if not all(fluent in self.shown for fluent in read):
            return False
        return evaluate(condition, lambda path, number: self.shown[tuple(path), number][0]) is True

    def learn(self, fluent: Fluent, value: Value, place: int) -> None:
        """Shows the reader a fluent as it was at a place in the story."""
        if fluent not in self.shown or self.shown[fluent][1] <= place:
            self.shown[fluent] = value, place


@dataclass(frozen=True)
class Passage:
    """An entry of the text as the reader comes to it. ``step`` is what happened (None: nothing does, or the walk has
    not come to it), ``place`` its number in the story, ``before`` the reader just before it (a copy), ``through`` whose
    eyes it is told through."""

    entry: Entry
    step: Step | None
    place: int
    before: Reader
    after: Reader
    through: tuple[str, ...]


def tellings(manuscript: Manuscript, walked: Walk) -> Iterator[Passage]:
    """The entries of the text, in its order, with what the reader makes of each."""
    steps = {step.entry.span: (place, step) for place, step in enumerate(walked.steps) if step.index is not None}
    reader = Reader()
    through: tuple[str, ...] = ()
    place = -1
    for entry in manuscript.text:
        if isinstance(entry, Scene):
            through = entry.through
        step = None
        if entry.span in steps:
            place, step = steps[entry.span]
        before = Reader(dict(reader.shown))
        if step is not None:
            for fluent, value in _shown(walked.stage, step, through):
                reader.learn(fluent, value, place)
        yield Passage(entry, step, place, before, Reader(dict(reader.shown)), through)


def sees(stage: Stage, world: int, act: int, who: str) -> bool:
    """Whether somebody sees an act, or does it, or is told something by it."""
    data = stage.task.data["actions"][act]
    number = stage.task.names.characters.index(who)
    if number in data["consenting"] or stage.kernel.evaluate(world, data["observers"][number]) is True:
        return True
    return any(
        effect["path"][:1] == [number] and stage.kernel.evaluate(world, effect["condition"]) is True
        for effect in ({**one, "path": list(one["path"])} for one in data["effects"])
    )


def _shown(stage: Stage, step: Step, through: Sequence[str]) -> Iterator[tuple[Fluent, Value]]:
    """What an entry shows of."""
    entry, world = step.entry, step.after
    if isinstance(entry, Beat | Passing | Assumption):
        for act, before, after in zip(step.attempt.acts, step.attempt.worlds, step.attempt.worlds[1:], strict=False):
            if isinstance(entry, Assumption) or not through:
                yield from _of_act(stage, act, before, after)
            for name in through:
                yield from _through(stage, act, before, after, name)
    elif isinstance(entry, Claim) and entry.kind != "believes":
        yield from _of_condition(stage, world, stage.task.condition(entry.condition))
    elif isinstance(entry, Shown):
        condition = stage.task.condition(entry.condition)
        if stage.kernel.evaluate(world, condition) is not True:
            minds = (stage.mind(world, name) for name in entry.through)
            world = next((mind for mind in minds if stage.kernel.evaluate(mind, condition) is True), world)
        yield from _of_condition(stage, world, condition)


def _of_condition(stage: Stage, world: int, condition: Formula) -> Iterator[tuple[Fluent, Value]]:
    """The fluents of a condition, but for those of alternatives: which of these is so is left open."""
    if condition[0] == "and":
        for part in condition[1:]:
            yield from _of_condition(stage, world, part)
    elif condition[0] != "or":
        for path, number in fluents_of(condition):
            yield (tuple(path), number), stage.kernel.evaluate(world, ("f", path, number))


def needed(kernel: Kernel, world: int, act: int) -> list[Formula]:
    """What an act rests on in a world where it is possible: the tests of the first alternative that holds."""
    for clause in kernel.task.data["actions"][act]["precondition"]:
        tests = [atom["test"] for atom in clause]
        if all(kernel.evaluate(world, test) is True for test in tests):
            return tests
    return []


def _touched(stage: Stage, act: int, before: int) -> set[int]:
    """The facts that an act rests on, or sets."""
    found = {number for test in needed(stage.kernel, before, act) for path, number in fluents_of(test) if not path}
    for effect in stage.task.data["actions"][act]["effects"]:
        if not effect["path"] and stage.kernel.evaluate(before, effect["condition"]) is True:
            found.add(effect["fluent"])
    return found


def _of_act(stage: Stage, act: int, before: int, after: int) -> Iterator[tuple[Fluent, Value]]:
    touched = _touched(stage, act, before)
    for number, (old, new) in enumerate(zip(stage.kernel.values(before), stage.kernel.values(after), strict=True)):
        if number in touched or old != new:
            yield ((), number), new


def _through(stage: Stage, act: int, before: int, after: int, who: str) -> Iterator[tuple[Fluent, Value]]:
    """What somebody makes of an act: what it touches, if they see it, and whatever they now believe otherwise."""
    touched = _touched(stage, act, before) if sees(stage, before, act, who) else set()
    old, new = (stage.kernel.values(stage.mind(world, who)) for world in (before, after))
    for number, (was, now) in enumerate(zip(old, new, strict=True)):
        if number in touched or was != now:
            yield ((), number), now


# ---------------------------------------------------------------------------------------------------------------------
# What rests on what


@dataclass(frozen=True, slots=True)
class Link:
    """A ``test`` that the beat ``later`` rests on, in the world or in the mind of ``who`` does it, and the step that
    made it so (None: it was so from the start)."""

    later: Step
    test: Formula
    who: str | None
    earlier: Step | None


def links(walked: Walk) -> Iterator[Link]:
    """What each beat rests on, and which step has made it so."""
    stage = walked.stage
    names = stage.task.names.characters
    for place, step in enumerate(walked.steps):
        if not isinstance(step.entry, Beat):
            continue
        for act, world in zip(step.attempt.acts, step.attempt.worlds, strict=False):
            doers = [names[number] for number in stage.task.data["actions"][act]["consenting"]]
            for who in (None, *doers):
                for test in needed(stage.kernel, stage.mind(world, who), act):
                    yield Link(step, test, who, _maker(stage, walked.steps[:place], test, who))


def _maker(stage: Stage, steps: Sequence[Step], test: Formula, who: str | None) -> Step | None:
    """The last step before which a test did not hold."""
    for step in reversed(steps):
        if step.attempt.acts and stage.kernel.evaluate(stage.mind(step.before, who), test) is not True:
            return step
    return None


def order(manuscript: Manuscript) -> dict[Span, int]:
    """The place of each entry in the text."""
    return {entry.span: place for place, entry in enumerate(manuscript.text)}
