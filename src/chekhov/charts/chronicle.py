"""A story as pictures need it: who is where, lives, and learns what, at each of its beats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chekhov.formats.storylines import Layer, Storyline
from chekhov.grounding import ground
from chekhov.grounding.formulas import show_value
from chekhov.kernel import Kernel
from chekhov.minds import minds
from chekhov.model import Problem
from chekhov.telling import label

PLACES = "at"
"""The property that says where somebody is."""
LIFE = "alive"
"""The property that is false of the dead."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that an act does to a person: they learn something (``learns``), come to be wrong (``errs``), or die
    (``dies``)."""

    person: int
    beat: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Chronicle:
    """A story's people and their ways; beat 0 is the start, and each act is a beat."""

    storyline: Storyline
    beats: tuple[str, ...]
    marks: tuple[Mark, ...]


def chronicle(problem: Problem, acts: Sequence[str]) -> Chronicle:
    """The chronicle of a story's acts. People are the characters, and whoever else changes their place or dies. Who is
    nowhere, or dead, is not on stage. Raises :class:`~chekhov.diagnostics.ChekhovError` E0613 for an act that there is
    not."""
    # With all facts, also those that never change.
    kernel = Kernel(ground(problem, simplify=False), threads=1)
    names = kernel.task.names
    told = minds(kernel, acts)
    worlds = [kernel.initial()]
    for act in acts:
        number = kernel.task.action_number(act)
        assert number is not None  # minds would have said so
        worlds.append(kernel.step(worlds[-1], number))
    values = [
        {name: show_value(value, names) for name, value in zip(names.fluents, kernel.values(world), strict=True)}
        for world in worlds
    ]

    def history(name: str, who: str) -> list[str]:
        """The values of a property of one; of a property that the world has not, nothing that says anything."""
        return [moment.get(f"{name}({who})", "?") for moment in values]

    people = []
    for fluent in names.fluents:
        name, _, rest = fluent.partition("(")
        who = rest.removesuffix(")")
        moves = len(set(history(PLACES, who))) > 1 or len(set(history(LIFE, who))) > 1
        if name == PLACES and (who in names.characters or (moves and who)):
            people.append(who)
    layers: list[Layer] = []
    marks: list[Mark] = []
    for beat in range(len(values)):
        groups: dict[str, list[int]] = {}
        for number, who in enumerate(people):
            where = history(PLACES, who)[beat]
            alive = history(LIFE, who)
            if where == "?" or alive[beat] == "False":
                if beat and alive[beat] == "False" and alive[beat - 1] != "False":
                    marks.append(Mark(number, beat - 1, "dies", f"{label(problem, who)} dies"))
                continue
            groups.setdefault(where, []).append(number)
        ordered = sorted(groups.items(), key=lambda item: item[1])
        title = "; ".join(
            f"{label(problem, where)}: {', '.join(label(problem, people[p]) for p in members)}"
            for where, members in ordered
        )
        layers.append(Layer(tuple(tuple(members) for _, members in ordered), float(beat), title))
        for mind in told[beat].minds if beat else ():
            if mind.character in people:
                number = people.index(mind.character)
                for kind, changes in (("learns", ("learns",)), ("errs", ("believes", "misses"))):
                    about = [f"{one.fluent}: {one.believed}" for change, one in mind.changes if change in changes]
                    if about and alive_at(layers[-1], number):
                        text = f"{label(problem, mind.character)} {'learns' if kind == 'learns' else 'is wrong about'} "
                        marks.append(Mark(number, beat, kind, text + "; ".join(about)))
    beats = ["The start"]
    for each in told[1:]:
        beats.append(f"{each.act}" + (f" – {each.telling}" if each.telling else ""))
    shown = tuple(label(problem, who) for who in people)
    return Chronicle(Storyline(shown, tuple(layers)), tuple(beats), tuple(marks))


def alive_at(layer: Layer, person: int) -> bool:
    """Whether somebody is on stage."""
    return any(person in group for group in layer.groups)
