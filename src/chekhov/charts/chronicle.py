"""A story as pictures need it, wherever it comes from: what is so, and who takes what to be so, at each of its beats.

A :class:`Told` story is a world, its beats, and the moment after each. It is made of the acts of a plan or of a played
session (:func:`told`), or of a manuscript (:func:`written`), where beats can also be what the author assumes, and time
that passes. All pictures take it, so that each of them can be drawn of each of these.

Example
-------
>>> from chekhov import lang
>>> problem = lang.parse('''
...     type place; entity Home : place; entity Shop : place; entity Ann : character;
...     property at(c : character) : place; at(Ann) = Home;
...     action walk(c : character, to : place) { effect: at(c) = to; consenting: c; }; utility(): 0;
... ''').problem
>>> story = told(problem, ["walk(Ann, Shop)"])
>>> story.value(0, "at(Ann)"), story.value(1, "at(Ann)"), story.believed(1, "Ann", "at(Ann)")
('Home', 'Shop', 'Shop')
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.explanation import Why, why_there
from chekhov.formats.storylines import Layer, Storyline
from chekhov.grounding import ground
from chekhov.grounding.formulas import show_value
from chekhov.kernel import Kernel, Limits
from chekhov.manuscript.chapters import Assumption, Manuscript, Passing, Scene, Shown
from chekhov.manuscript.chapters import Beat as Written
from chekhov.manuscript.stage import Stage
from chekhov.minds import Mind, changes
from chekhov.model import Problem
from chekhov.narration import tell_act
from chekhov.passages import PLACES
from chekhov.reasons import is_time
from chekhov.telling import label

LIFE = "alive"
"""The property that is false of the dead."""
REASONS = Limits(reason_acts=8, belief_depth=2)
"""How far is looked for the reasons that a picture tells."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What happens between two moments; number 0 is the start, where nothing has.

    ``acts`` as plans write them (none where the author assumes something), and what is told of them. ``text`` says in
    short what it is. ``holds``: whether everything that a manuscript says of it, or that an act needs, was so.
    ``scene`` is the heading that it stands under; ``line`` the file and line of a manuscript's note.
    """

    number: int
    kind: Literal["start", "act", "assumed", "later"]
    acts: tuple[str, ...]
    text: str
    telling: str | None = None
    holds: bool = True
    scene: str | None = None
    line: tuple[str, int] | None = None


class Told:
    """A story: a ``kernel`` of its world that knows all facts, its ``beats``, and the ``worlds`` of the kernel at the
    start and after each beat (``steps``: each act of a beat, and the world before it)."""

    def __init__(
        self,
        problem: Problem,
        kernel: Kernel,
        beats: Sequence[Beat],
        worlds: Sequence[int],
        steps: Sequence[Sequence[tuple[int, int]]],
        title: str | None = None,
    ) -> None:
        self.problem = problem
        self.kernel = kernel
        self.beats = tuple(beats)
        self.worlds = tuple(worlds)
        self.steps = tuple(map(tuple, steps))
        self.title = title or problem.title or "A story"
        names = kernel.task.names
        self.characters = names.characters
        self.fluents = tuple(name for number, name in enumerate(names.fluents) if number not in names.made)
        """The facts that the author has declared, as they are written: ``at(Tom)``."""
        self._numbers = {name: number for number, name in enumerate(names.fluents)}
        self._values: dict[int, list[str]] = {}
        self._whys: dict[tuple[int, Limits], tuple[Why, ...]] = {}

    # -- what is so

    def has(self, fluent: str) -> bool:
        """Whether there is such a fact."""
        return fluent in self._numbers

    def value(self, beat: int, fluent: str) -> str:
        """What a fact is after a beat (0: at the start), as text; ``?`` for none, and where there is no such fact."""
        return self._value(self.worlds[beat], fluent)

    def believed(self, beat: int, who: str | Sequence[str], fluent: str) -> str:
        """What somebody takes a fact to be after a beat; of several names, what the first takes the second to take it
        to be, and so on."""
        return self._value(self.mind(beat, who), fluent)

    def mind(self, beat: int, who: str | Sequence[str]) -> int:
        """The world of the kernel that somebody has in mind after a beat."""
        world = self.worlds[beat]
        for name in (who,) if isinstance(who, str) else who:
            world = self.kernel.believed(world, self.characters.index(name))
        return world

    def alive(self, beat: int, who: str) -> bool:
        """Whether somebody lives after a beat; where a world says nothing of that, all do."""
        return self.value(beat, f"{LIFE}({who})") != "False"

    def place(self, beat: int, who: str) -> str | None:
        """Where somebody or something is after a beat; None for nowhere, and for the dead."""
        where = self.value(beat, f"{PLACES}({who})")
        return None if where == "?" or not self.alive(beat, who) else where

    def label(self, name: str) -> str:
        """The name to show for an entity."""
        return label(self.problem, name)

    @cached_property
    def minds(self) -> tuple[tuple[Mind, ...], ...]:
        """For each beat what it changes in whose mind; for the start what they have wrong or do not know."""
        return changes(self.kernel, self.worlds)

    def why(self, beat: int, limits: Limits = REASONS) -> tuple[Why, ...]:
        """The reasons for each act of a beat, in the moments in which they are done; time has none."""
        names = self.kernel.task.names.actions
        if (beat, limits) not in self._whys:
            self._whys[beat, limits] = tuple(
                why_there(self.kernel, world, act, limits)
                for act, world in self.steps[beat]
                if not is_time(names[act]) and names[act] in self.beats[beat].acts
            )
        return self._whys[beat, limits]

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Those whose ways are drawn: the characters with a place, and whoever else changes their place or dies."""
        found = []
        for fluent in self.fluents:
            name, _, rest = fluent.partition("(")
            who = rest.removesuffix(")")
            if name == PLACES and who:
                moves = any(
                    len({self.value(beat, f"{name}({who})") for beat in range(len(self.beats))}) > 1
                    for name in (PLACES, LIFE)
                )
                if moves or who in self.characters:
                    found.append(who)
        return tuple(found)

    def _value(self, world: int, fluent: str) -> str:
        number = self._numbers.get(fluent)
        if number is None:
            return "?"
        found = self._values.get(world)
        if found is None:
            names = self.kernel.task.names
            found = self._values[world] = [show_value(value, names) for value in self.kernel.values(world)]
        return found[number]


def told(problem: Problem, acts: Sequence[str], title: str | None = None) -> Told:
    """The story of some acts. Raises :class:`~chekhov.diagnostics.ChekhovError` E0613 for an act that there is not;
    whether an act is possible is said in its beat (``holds``)."""
    kernel = Kernel(ground(problem, constants=True), threads=1)
    if not _can_be(kernel, acts):
        kernel = Kernel(ground(problem, simplify=False), threads=1)
    beats = [Beat(0, "start", (), "The start")]
    worlds = [kernel.initial()]
    steps: list[list[tuple[int, int]]] = [[]]
    for number, act in enumerate(acts, 1):
        action = kernel.task.action_number(act)
        if action is None:
            raise ChekhovError([Diagnostic("E0613", f"there is no act `{act}`")])
        name = kernel.task.names.actions[action]
        beats.append(
            Beat(
                number,
                "later" if is_time(name) else "act",
                (name,),
                name,
                tell_act(kernel, worlds[-1], action),
                kernel.possible(worlds[-1], action),
            )
        )
        steps.append([(action, worlds[-1])])
        worlds.append(kernel.step(worlds[-1], action))
    return Told(problem, kernel, beats, worlds, steps, title)


def _can_be(kernel: Kernel, acts: Sequence[str]) -> bool:
    """Whether some acts can happen, one after the other. What grounding finds out about a world, which makes it so much
    smaller, holds as long as nothing impossible is done in it."""
    world = kernel.initial()
    for act in acts:
        number = kernel.task.action_number(act)
        if number is None or not kernel.possible(world, number):
            return False
        world = kernel.step(world, number)
    return True


def written(manuscript: Manuscript) -> Told:
    """The story of a manuscript, in the order in which it happens. Where a beat does not hold, it goes on as if it
    had, and says so."""
    stage = Stage(manuscript, constants=True)
    world = stage.kernel.initial()
    for entry in manuscript.story:
        attempt = stage.attempt(world, entry)
        if any(fault.kind in ("impossible", "time") for fault in attempt.faults):
            stage = Stage(manuscript, tolerant=True)
            break
        world = attempt.after
    beats = [Beat(0, "start", (), "The start")]
    worlds = [stage.kernel.initial()]
    steps: list[list[tuple[int, int]]] = [[]]
    scene: str | None = None
    for entry in manuscript.story:
        if isinstance(entry, Scene):
            scene = entry.title
        if isinstance(entry, Scene | Shown):
            continue
        attempt = stage.attempt(worlds[-1], entry)
        if not isinstance(entry, Written | Assumption | Passing):
            if attempt.faults:
                beats[-1] = replace(beats[-1], holds=False)
            continue
        told = [
            tell_act(stage.kernel, world, act)
            for act, world in zip(attempt.acts, attempt.worlds, strict=False)
            if isinstance(entry, Written)
        ]
        kind: Literal["act", "assumed", "later"] = (
            "act" if isinstance(entry, Written) else "later" if isinstance(entry, Passing) else "assumed"
        )
        text = str(entry) if isinstance(entry, Written) else entry.text
        beats.append(
            Beat(
                len(beats),
                kind,
                tuple(stage.name(act) for act in attempt.acts) if kind == "act" else (),
                text if kind == "act" else f"{'Assumed' if kind == 'assumed' else 'Later'}: {text}",
                " ".join(sentence for sentence in told if sentence) or None,
                not attempt.faults,
                scene,
                (entry.span.path, manuscript.sources[entry.span.path].position(entry.span.start)[0]),
            )
        )
        steps.append(list(zip(attempt.acts, attempt.worlds, strict=False)))
        worlds.append(attempt.after)
    return Told(manuscript.problem, stage.kernel, beats, worlds, steps, manuscript.title)


def arguments(fact: str) -> frozenset[str]:
    """The names that a fact speaks of: Tom of ``at(Tom)``."""
    return frozenset(fact.partition("(")[2].removesuffix(")").split(", "))


# ---------------------------------------------------------------------------------------------------------------------
# Who is where


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that a beat does to a person: they learn something (``learns``), come to be wrong (``errs``), or die
    (``dies``)."""

    person: int
    beat: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Chronicle:
    """A story's people and their ways: a layer for the start and for each beat, and what each beat is."""

    storyline: Storyline
    beats: tuple[str, ...]
    marks: tuple[Mark, ...]


def chronicle(story: Told) -> Chronicle:
    """The ways of a story's people. Who is nowhere, or dead, is not on stage."""
    people = story.people
    layers: list[Layer] = []
    marks: list[Mark] = []
    for beat in range(len(story.beats)):
        groups: dict[str, list[int]] = {}
        for number, who in enumerate(people):
            where = story.place(beat, who)
            if where is not None:
                groups.setdefault(where, []).append(number)
            elif beat and not story.alive(beat, who) and story.alive(beat - 1, who):
                marks.append(Mark(number, beat - 1, "dies", f"{story.label(who)} dies"))
        ordered = sorted(groups.items(), key=lambda item: item[1])
        title = "; ".join(
            f"{story.label(where)}: {', '.join(story.label(people[p]) for p in members)}" for where, members in ordered
        )
        places = tuple(story.label(where) for where, _ in ordered)
        layers.append(Layer(tuple(tuple(members) for _, members in ordered), float(beat), title, places))
        for mind in story.minds[beat] if beat else ():
            if mind.character in people and story.place(beat, mind.character) is not None:
                number = people.index(mind.character)
                for kind, which in (("learns", ("learns",)), ("errs", ("believes", "misses"))):
                    about = [f"{one.fluent}: {one.believed}" for change, one in mind.changes if change in which]
                    if about:
                        text = f"{story.label(mind.character)} {'learns' if kind == 'learns' else 'is wrong about'} "
                        marks.append(Mark(number, beat, kind, text + "; ".join(about)))
    beats = tuple(f"{beat.text}" + (f" – {beat.telling}" if beat.telling else "") for beat in story.beats)
    return Chronicle(Storyline(tuple(map(story.label, people)), tuple(layers)), beats, tuple(marks))
