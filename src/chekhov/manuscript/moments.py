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
from chekhov.manuscript.chapters import Assumption, Beat, Manuscript, Passing, Scene, notes_of
from chekhov.manuscript.prospects import Outlook, Prospects
from chekhov.manuscript.reader import Passage, Reader, links, sees, tellings
from chekhov.manuscript.stage import Stage
from chekhov.manuscript.walk import Step, Walk
from chekhov.model import Ending, Problem
from chekhov.narration import gathered, narrate
from chekhov.reasons import in_runs, is_time
from chekhov.telling import Telling, Tense, telling_of_act, telling_of_time, tellings_of_triggers

_WORK = 1_000
"""So many moments are looked on from, at most, for the endings that are open at a line."""


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
class ReaderMind:
    """The reader at a line: what they have been shown and is so (``facts``), what they take to be otherwise than it is
    (``wrong``), what is kept from them though somebody knows it and somebody else has it wrong (``kept``); and for each
    character, what the reader knows and they do not (``ahead``)."""

    facts: tuple[str, ...]
    wrong: tuple[str, ...]
    kept: tuple[str, ...]
    ahead: tuple[tuple[str, tuple[str, ...]], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "facts": list(self.facts),
            "wrong": list(self.wrong),
            "kept": list(self.kept),
            "ahead": {name: list(facts) for name, facts in self.ahead},
        }


@dataclass(frozen=True, slots=True)
class Moment:
    """How things are at a line: after which beat (None: before the first), everybody's mind, the reader's, and how it
    stands with each ending."""

    beat: Beat | None
    scene: str | None
    minds: tuple[Mind, ...]
    reader: ReaderMind
    endings: tuple[tuple[Ending, Outlook], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "beat": None if self.beat is None else self.beat.number,
            "acts": [] if self.beat is None else [str(act) for act in self.beat.acts],
            "scene": self.scene,
            "minds": [mind.to_json() for mind in self.minds],
            "reader": self.reader.to_json(),
            "endings": [
                {"name": ending.name, "label": ending.label, "state": outlook.state, "acts": list(outlook.acts)}
                for ending, outlook in self.endings
            ],
        }


def at(manuscript: Manuscript, walked: Walk, line: int, chapter: str | None = None) -> Moment:
    """How things are after the notes of a chapter (default: the last) up to and including a line."""
    before = list(_up_to(manuscript, walked, line, chapter))
    scenes = [telling.entry.title for telling in before if isinstance(telling.entry, Scene)]
    beats = [telling.entry for telling in before if isinstance(telling.entry, Beat)]
    steps = [(telling.place, telling.step) for telling in before if telling.step is not None]
    place, last = steps[-1] if steps else (-1, None)
    stage = walked.stage
    world = stage.kernel.initial() if last is None else last.after
    minds = tuple(_mind(stage, world, number) for number in range(len(stage.task.names.characters)))
    prospects = Prospects(stage, stage.limits, asked=True, work=_WORK)
    return Moment(
        beats[-1] if beats else None,
        scenes[-1] if scenes else None,
        minds,
        _reader(stage, world, before[-1].after if before else Reader(), place),
        tuple(prospects.ahead(world)),
    )


def _up_to(manuscript: Manuscript, walked: Walk, line: int, chapter: str | None) -> Iterator[Passage]:
    """The entries of the text up to a line of a chapter."""
    chapter = manuscript.chapters[-1] if chapter is None else chapter
    order = {path: number for number, path in enumerate(manuscript.chapters)}
    for telling in tellings(manuscript, walked):
        span = telling.entry.span
        if (order.get(span.path, 0), manuscript.sources[span.path].position(span.start)[0]) <= (order[chapter], line):
            yield telling


def _reader(stage: Stage, world: int, reader: Reader, place: int) -> ReaderMind:
    """A reader's mind, at a place in the story: what they have been shown of later is left out."""
    names = stage.task.names
    shown = {
        number: value
        for (path, number), (value, of) in reader.shown.items()
        if not path and of <= place and number not in names.made
    }
    actual = stage.kernel.values(world)
    minds = [stage.kernel.values(stage.kernel.believed(world, number)) for number in range(len(names.characters))]

    def fact(number: int, value: Value) -> str:
        return _fact(stage, names.fluents[number], value)

    right = [number for number, value in sorted(shown.items()) if value == actual[number]]
    wrong = [number for number, value in sorted(shown.items()) if value != actual[number]]
    kept = [
        number
        for number, value in enumerate(actual)
        if number not in shown
        and number not in names.made
        and value is not None
        and any(one[number] == value for one in minds)
        and any(one[number] != value for one in minds)
    ]
    ahead = [
        (name, tuple(fact(number, actual[number]) for number in right if mind[number] != actual[number]))
        for name, mind in zip(names.characters, minds, strict=True)
    ]
    return ReaderMind(
        tuple(fact(number, actual[number]) for number in right if actual[number] is not None),
        tuple(f"{fact(number, shown[number])} (really {show_value(actual[number], names)})" for number in wrong),
        tuple(fact(number, actual[number]) for number in kept),
        tuple((name, facts) for name, facts in ahead if facts),
    )


def _fact(stage: Stage, fluent: str, value: Value) -> str:
    if isinstance(value, bool):
        return fluent if value else f"!{fluent}"
    return f"{fluent} == {show_value(value, stage.task.names)}"


def _mind(stage: Stage, world: int, character: int) -> Mind:
    names = stage.task.names
    name = names.characters[character]
    actual = stage.kernel.values(world)
    believed = stage.kernel.values(stage.kernel.believed(world, character))
    every = zip(names.fluents, actual, believed, strict=True)
    pairs = [pair for number, pair in enumerate(every) if number not in names.made]

    def fact(fluent: str, value: Value) -> str:
        return _fact(stage, fluent, value)

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
    """The manuscript, if something were so from the start (``air(Maya) = 240``), or if other acts were done in a beat
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


@dataclass(frozen=True, slots=True)
class Recap:
    """The story so far: for each scene its heading and the sentences of what was shown in it; and what of it comes into
    play later in the book, as sentences."""

    scenes: tuple[tuple[str | None, tuple[str, ...]], ...]
    remember: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "scenes": [{"scene": scene, "sentences": list(told)} for scene, told in self.scenes],
            "remember": list(self.remember),
        }


def recap(
    manuscript: Manuscript,
    walked: Walk,
    *,
    line: int | None = None,
    before: str | None = None,
    tense: Tense = "present",
) -> Recap:
    """What the reader has been shown, in the order of the text: the sentences that the world has for its beats (the
    acts themselves, where it has none), but for what those do not see through whom a scene is told. All of it, or up to
    a ``line`` of the last chapter, or ``before`` a chapter.

    What is to be remembered are those beats on which later ones rest.
    """
    everything = list(tellings(manuscript, walked))
    if before is not None:
        first = manuscript.chapters.index(before)
        told = [one for one in everything if one.entry.span.path in manuscript.chapters[:first]]
    elif line is not None:
        told = list(_up_to(manuscript, walked, line, None))
    else:
        told = everything
    scenes: list[tuple[str | None, list[Telling]]] = [(None, [])]
    sentences: dict[Span, list[Telling]] = {}
    for telling in told:
        if isinstance(telling.entry, Scene):
            scenes.append((telling.entry.title, []))
        elif telling.step is not None and isinstance(telling.entry, Beat | Passing):
            sentences[telling.entry.span] = list(_sentences(walked.stage, telling.step, telling.through))
            scenes[-1][1].extend(sentences[telling.entry.span])
    needed = [
        link.earlier.entry.span
        for link in links(walked)
        if link.earlier is not None and link.later.entry.span not in {one.entry.span for one in told}
    ]
    remembered = [sentence for span, said in sentences.items() if span in needed for sentence in said]

    def prose(said: Sequence[Telling]) -> tuple[str, ...]:
        whole: list[str] = []
        for text in narrate(said, manuscript.problem, tense=tense):
            if text.startswith("and ") and whole:
                whole[-1] += f" {text}"  # what goes on with the sentence before
            else:
                whole.append(text)
        return tuple(whole)

    return Recap(
        tuple((scene, prose(said)) for scene, said in scenes if said),
        tuple(telling.text(manuscript.problem, tense=tense) for telling in remembered),
    )


def _sentences(stage: Stage, step: Step, through: Sequence[str]) -> Iterator[Telling]:
    kernel = stage.kernel
    worlds = step.attempt.worlds
    if isinstance(step.entry, Passing) and step.attempt.acts:
        yield telling_of_time(kernel, worlds[0], len(step.attempt.acts))
    for act, world, after in zip(step.attempt.acts, worlds, worlds[1:], strict=False):
        if isinstance(step.entry, Beat) and (not through or any(sees(stage, world, act, who) for who in through)):
            yield telling_of_act(kernel, world, act) or Telling.plain(f"{kernel.task.names.actions[act]}.")
        # What an act sets off is seen by those who believe something else for it.
        if not through or any(stage.mind(world, who) != stage.mind(after, who) for who in through):
            yield from gathered(tellings_of_triggers(kernel, world, act))


def skeleton(problem: Problem, world: str, acts: Sequence[str], tense: Tense = "present") -> str:
    """A manuscript of a story, to be filled with prose: a note for each act, and the sentence that the world has for
    it. ``world`` is the path that the first note names. Raises E0613 for an act that can never happen."""
    kernel = Kernel(ground(problem), threads=1)
    moment = kernel.initial()
    parts = [f"# {problem.title or 'A story'}", f"<!-- world: {world} -->"]
    for numbers, _ in in_runs(acts, lambda _: False):
        run = acts[numbers[0] - 1 : numbers[-1]]
        told = [telling_of_time(kernel, moment, len(run))] if is_time(run[0]) else []
        for act in run:
            number = kernel.task.action_number(act)
            if number is None:
                raise ChekhovError([Diagnostic("E0613", f"`{act}` can never happen")])
            own = None if is_time(act) else telling_of_act(kernel, moment, number)
            told += [*([] if own is None else [own]), *gathered(tellings_of_triggers(kernel, moment, number))]
            moment = kernel.step(moment, number)
        text = " ".join(filter(None, narrate(told, problem, tense=tense)))
        parts += [*notes_of(run, problem.time), *([text] if text else [])]
    return "\n\n".join(parts) + "\n"
