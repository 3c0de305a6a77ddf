"""Who knows what at each act of a story, who is wrong about what, and what changes that.

Of a fact, somebody is *right* (they believe it to be as it is), *wrong* (they believe something else), or does *not
know* (they believe nothing of it, though it is something). Facts that everybody has right all along are not told.

Example
-------
How an act is told, with what it does to the minds::

    2. walk(Nell, Gallery, Study)
         Nell goes from the gallery into the study.
         Nell learns at(Cup) == Study; at(Ada) == Study
         Tobias still believes at(Nell) == Gallery (really Study)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.grounding.formulas import show_value
from chekhov.kernel import Kernel
from chekhov.narration import tell_act
from chekhov.reasons import Mistake, fact, wrapped

Change = Literal["learns", "believes", "misses", "forgets"]
"""``learns``: comes to believe what is so. ``believes``: comes to believe what is not so. ``misses``: goes on believing
what is not so any more, or knowing nothing of what was nothing before. ``forgets``: does not know any more."""


@dataclass(frozen=True, slots=True)
class Mind:
    """What an act does to a character's mind: each fact that they now have otherwise than before, or that is otherwise
    without their noticing it. At the start: what they have wrong (``believes``) or do not know (``forgets``)."""

    character: str
    changes: tuple[tuple[Change, Mistake], ...]

    def to_json(self) -> dict[str, Any]:
        changes = [{"change": change, **about.to_json()} for change, about in self.changes]
        return {"character": self.character, "changes": changes}


@dataclass(frozen=True, slots=True)
class Beat:
    """An act of a story, numbered from 1, and the minds that it changes; number 0, without an act, is the start."""

    number: int
    act: str | None
    telling: str | None
    minds: tuple[Mind, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "act": self.act,
            "telling": self.telling,
            "minds": [mind.to_json() for mind in self.minds],
        }

    def lines(self, width: int = 80) -> list[str]:
        """The act, what is told of it, and under it what it does to the minds; alike ones together."""
        indent = "  " if self.act is None else "     "
        found = ["At the start"] if self.act is None else wrapped(f"{self.number}. {self.act}", width)
        if self.telling is not None:
            found += wrapped(f"{indent}{self.telling}", width, indent)
        together: dict[tuple[Change, tuple[Mistake, ...]], list[str]] = {}
        for change in get_args(Change):
            for mind in self.minds:
                for unknown in (False, True):
                    facts = tuple(
                        about for which, about in mind.changes if which == change and (about.believed == "?") == unknown
                    )
                    if facts:
                        together.setdefault((change, facts), []).append(mind.character)
        for (change, facts), characters in together.items():
            sentence = f"{_listed(characters)} {self._verb(change, facts[0], len(characters) == 1)}"
            sentence += f" {'; '.join(_shown(change, about) for about in facts)}"
            found += wrapped(f"{indent}{sentence}", width, indent + "  ")
        return found

    def _verb(self, change: Change, about: Mistake, one: bool) -> str:
        if change == "learns":
            return "learns" if one else "learn"
        unknown = about.believed == "?"
        if change == "forgets" and self.act is not None:
            return "no longer knows" if one else "no longer know"
        if unknown:
            return "does not know" if one else "do not know"
        verb = "believes" if one else "believe"
        return f"still {verb}" if change == "misses" else verb if self.act is None else f"{verb} now"


def _shown(change: Change, about: Mistake) -> str:
    if change == "learns" or about.believed == "?":
        return fact(about.fluent, about.actual)
    return f"{fact(about.fluent, about.believed)} (really {about.actual})"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def minds(kernel: Kernel, acts: Sequence[str], characters: Sequence[str] = ()) -> tuple[Beat, ...]:
    """The start of a story and each of its acts, with what these do to the minds of some characters (of all, without
    any).

    Raises E0613 for an act that there is not. Whether an act is possible, and has a reason, is not asked.
    """
    worlds = [kernel.initial()]
    tellings: list[str | None] = [None]
    for act in acts:
        action = kernel.task.action_number(act)
        if action is None:
            raise ChekhovError([Diagnostic("E0613", f"there is no act `{act}`")])
        tellings.append(tell_act(kernel, worlds[-1], action))
        worlds.append(kernel.step(worlds[-1], action))
    changed = changes(kernel, worlds, characters)
    told = zip((None, *acts), tellings, changed, strict=True)
    return tuple(Beat(number, act, telling, minds) for number, (act, telling, minds) in enumerate(told))


def changes(kernel: Kernel, worlds: Sequence[int], characters: Sequence[str] = ()) -> tuple[tuple[Mind, ...], ...]:
    """What is new in the minds of some characters (of all, without any) in each of the worlds, which follow each other;
    in the first: what they have wrong or do not know."""
    names = kernel.task.names
    numbers = [number for number, name in enumerate(names.characters) if not characters or name in characters]
    before: dict[int, dict[str, Mistake]] = {}
    found = []
    for world in worlds:
        after = {mind: _beliefs(kernel, world, mind) for mind in numbers}
        minds = (Mind(names.characters[m], tuple(_changes(before.get(m), after[m]))) for m in numbers)
        found.append(tuple(mind for mind in minds if mind.changes))
        before = after
    return tuple(found)


def _beliefs(kernel: Kernel, world: int, mind: int) -> dict[str, Mistake]:
    """Each fact as it is and as a character has it, by name."""
    names = kernel.task.names
    values = zip(names.fluents, kernel.values(world), kernel.values(kernel.believed(world, mind)), strict=True)
    return {
        name: Mistake(name, show_value(actual, names), show_value(has, names))
        for number, (name, actual, has) in enumerate(values)
        if number not in names.made
    }


def _changes(before: dict[str, Mistake] | None, after: dict[str, Mistake]) -> Iterator[tuple[Change, Mistake]]:
    for name, now in after.items():
        right = now.actual == now.believed
        if before is None:
            if not right:
                yield ("forgets" if now.believed == "?" else "believes"), now
            continue
        was = before[name]
        was_right = was.actual == was.believed
        if was.believed == now.believed:
            if was_right and not right:
                yield "misses", now
        elif not right:
            yield ("forgets" if now.believed == "?" else "believes"), now
        elif not was_right:
            yield "learns", now
