"""What is so at a line, the story so far, and the skeleton of a chapter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chekhov import lang
from chekhov.diagnostics import ChekhovError, Diagnostic, Source, Span
from chekhov.grounding import ground
from chekhov.grounding.formulas import Value, show_value
from chekhov.kernel import Kernel
from chekhov.manuscript.chapters import Assumption, Beat, Manuscript, Scene, beat_text
from chekhov.manuscript.stage import Stage
from chekhov.manuscript.walk import Step, Walk
from chekhov.model import Problem
from chekhov.telling import tell_act


@dataclass(frozen=True, slots=True)
class Mind:
    """A character at a moment: the ``facts`` that begin with them, what they have ``wrong`` and do not know, each as
    text, and what they have a reason to do."""

    character: str
    facts: tuple[str, ...]
    wrong: tuple[str, ...]
    unknown: tuple[str, ...]
    acts: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "character": self.character,
            "facts": list(self.facts),
            "wrong": list(self.wrong),
            "unknown": list(self.unknown),
            "acts": list(self.acts),
        }


@dataclass(frozen=True, slots=True)
class Moment:
    """How things are at a line: after which beat (None: before the first), and everybody's mind."""

    beat: Beat | None
    scene: str | None
    minds: tuple[Mind, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "beat": None if self.beat is None else self.beat.number,
            "acts": [] if self.beat is None else [str(act) for act in self.beat.acts],
            "scene": self.scene,
            "minds": [mind.to_json() for mind in self.minds],
        }


def at(manuscript: Manuscript, walked: Walk, line: int, chapter: str | None = None) -> Moment:
    """How things are after the notes of a chapter (default: the last) up to and including a line."""
    chapter = manuscript.chapters[-1] if chapter is None else chapter
    order = {path: number for number, path in enumerate(manuscript.chapters)}

    def place(span: Span) -> tuple[int, int]:
        return order.get(span.path, 0), manuscript.sources[span.path].position(span.start)[0]

    before = [entry for entry in manuscript.text if place(entry.span) <= (order[chapter], line)]
    scenes = [entry.title for entry in before if isinstance(entry, Scene)]
    beats = [entry for entry in before if isinstance(entry, Beat)]
    steps = {step.entry.span: step for step in walked.steps if step.index is not None}
    told = [steps[entry.span] for entry in before if entry.span in steps]
    world = told[-1].after if told else walked.stage.kernel.initial()
    names = walked.stage.task.names.characters
    minds = tuple(_mind(walked.stage, world, number) for number in range(len(names)))
    return Moment(beats[-1] if beats else None, scenes[-1] if scenes else None, minds)


def _mind(stage: Stage, world: int, character: int) -> Mind:
    names = stage.task.names
    name = names.characters[character]
    actual = stage.kernel.values(world)
    believed = stage.kernel.values(stage.kernel.believed(world, character))
    every = zip(names.fluents, actual, believed, strict=True)
    pairs = [pair for number, pair in enumerate(every) if number not in names.made]

    def fact(fluent: str, value: Value) -> str:
        return (
            fluent if value is True else f"!{fluent}" if value is False else f"{fluent} == {show_value(value, names)}"
        )

    own = [(f, value) for f, value, _ in pairs if f.partition("(")[2].startswith((f"{name})", f"{name},"))]
    acts = (
        stage.name(number)
        for number in stage.acts
        if character in stage.task.data["actions"][number]["consenting"] and stage.may(world, number)
    )
    return Mind(
        name,
        tuple(fact(f, value) for f, value in own if value not in (None, False)),
        tuple(f"{fact(f, b)} (really {show_value(a, names)})" for f, a, b in pairs if b is not None and a != b),
        tuple(fact(f, a) for f, a, b in pairs if b is None and a is not None),
        tuple(acts),
    )


def supposing(manuscript: Manuscript, assume: Sequence[str], instead: Sequence[str]) -> Manuscript:
    """The manuscript, if something were so from the start (``tank(Maya) = 240``), or if other acts were done in a beat
    (``8:shoot(Clarke, Panel)``).

    Raises :class:`~chekhov.diagnostics.ChekhovError` for what cannot be read, or has no beat.
    """
    sources = dict(manuscript.sources)
    told, story = list(manuscript.text), list(manuscript.story)
    made: list[Assumption] = []
    given: set[Span] = set(manuscript.given)
    for number, text in enumerate(assume, 1):
        path = f"--assume {number}"
        effect, found = lang.parse_effect(text, manuscript.problem, path)
        if effect is None:
            raise ChekhovError(found)
        sources[path] = Source(path, text)
        made.append(Assumption(effect, text, Span(path, 0, len(text))))
        given.add(made[-1].span)
    for text in instead:
        number_text, _, acts_text = text.partition(":")
        beats = {str(entry.number): place for place, entry in enumerate(story) if isinstance(entry, Beat)}
        if number_text.strip() not in beats:
            title = f"there is no beat `{number_text.strip()}`"
            raise ChekhovError([Diagnostic("E0705", title, help="write `--instead '8:shoot(Clarke, Panel)'`")])
        acts: list[lang.Act] = []
        for part in acts_text.split(";"):
            act, found = lang.parse_ground(part, manuscript.problem, "--instead")
            if act is None:
                raise ChekhovError([replace(one, span=None) for one in found])
            acts.append(act)
        changed = story[beats[number_text.strip()]]
        assert isinstance(changed, Beat)
        other = replace(changed, acts=tuple(acts))
        story[beats[number_text.strip()]] = other
        told[told.index(changed)] = other
        given.add(other.span)
    return replace(manuscript, text=tuple(told), story=(*made, *story), sources=sources, given=frozenset(given))


def recap(manuscript: Manuscript, walked: Walk) -> Iterator[tuple[str | None, list[str]]]:
    """What the reader has been told so far, in the order of the text: for each scene its heading, and the sentences
    that the world has for its beats (the acts themselves, where it has none)."""
    steps: dict[Span, Step] = {step.entry.span: step for step in walked.steps if step.index is not None}
    scene: str | None = None
    told: list[str] = []
    for entry in manuscript.text:
        if isinstance(entry, Scene):
            if told:
                yield scene, told
            scene, told = entry.title, []
        elif isinstance(entry, Beat) and entry.span in steps:
            told += _sentences(walked.stage.kernel, steps[entry.span])
    if told:
        yield scene, told


def _sentences(kernel: Kernel, step: Step) -> list[str]:
    found = []
    for act, world in zip(step.attempt.acts, step.attempt.worlds, strict=False):
        found.append(tell_act(kernel, world, act) or f"{kernel.task.names.actions[act]}.")
    return found


def skeleton(problem: Problem, world: str, acts: Sequence[str]) -> str:
    """A manuscript of a story, to be filled with prose: a note for each act, and the sentence that the world has for
    it. ``world`` is the path that the first note names. Raises E0613 for an act that can never happen."""
    kernel = Kernel(ground(problem), threads=1)
    moment = kernel.initial()
    parts = [f"# {problem.title or 'A story'}", f"<!-- world: {world} -->"]
    for act in acts:
        number = kernel.task.action_number(act)
        if number is None:
            raise ChekhovError([Diagnostic("E0613", f"`{act}` can never happen")])
        sentence = tell_act(kernel, moment, number)
        parts += [beat_text([act]), *([] if sentence is None else [sentence])]
        moment = kernel.step(moment, number)
    return "\n\n".join(parts) + "\n"
