"""Why somebody acts: the plan they have in mind, in the world as they believe it to be, and where that belief is wrong.

The kernel says that there is an explanation and names its acts (``docs/semantics.md``, section 6). Here it is filled
with what an author wants to read: what the character gains, why they count on the others who are needed, and which
facts that the plan turns on they have wrong.

Example
-------
A reason as text, of a character who must first fetch the key, which is not where they think::

    Tom (0 → 1) has in mind:
      1. walk(Tom, Hall)
      2. take(Tom, Key, Hall)
      3. open(Tom, Chest)
      wrongly believing at(Key) == Hall (really Vault)
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from chekhov.grounding.formulas import Formula, Path, Value, evaluate, fluents_of, show, show_value
from chekhov.kernel import UNLIMITED, Kernel, Limits
from chekhov.model import TIME_PASSES

DEEPENING = ((2, 1), (3, 1), (5, 2), (8, 2), (12, 3), (18, 3))
"""Where limits on reasons are left open: the acts of a reason and its depth of belief, stage by stage. Each is half as
long again as the one before, so that all earlier ones together cost less than the last."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A fact that matters, as it is and as somebody has it; values as text."""

    fluent: str
    actual: str
    believed: str

    def to_json(self) -> dict[str, str]:
        return {"fluent": self.fluent, "actual": self.actual, "believed": self.believed}


@dataclass(frozen=True, slots=True)
class Step:
    """An act of a plan that somebody has in mind, with the reasons that they see for the others whom it needs."""

    act: str
    others: tuple[Reason, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"act": self.act, "others": [reason.to_json() for reason in self.others]}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why ``character`` does the first act of ``plan``: it raises their utility from ``before`` to ``after``.

    ``mistakes`` are the facts that the plan or the utility turn on and that they have wrong, and those without which
    they would see no reason for another whom they count on; for a reason within a reason, as the one who counts on it
    sees them. ``beliefs`` are the facts that they have right and take for granted:
    what makes an act of the plan possible without the plan's having brought it about, but for what never changes.
    ``gains`` are the facts that it brings about and that the utility speaks of.
    """

    character: str
    plan: tuple[Step, ...]
    before: float
    after: float
    mistakes: tuple[Mistake, ...] = ()
    beliefs: tuple[str, ...] = ()
    gains: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The reason as JSON: ``character``, ``plan``, ``utility`` (``from``, ``to``), ``gains``, ``beliefs``,
        ``mistakes``."""
        return {
            "character": self.character,
            "plan": [step.to_json() for step in self.plan],
            "utility": {"from": self.before, "to": self.after},
            "gains": list(self.gains),
            "beliefs": list(self.beliefs),
            "mistakes": [mistake.to_json() for mistake in self.mistakes],
        }

    def lines(self, width: int = 80) -> list[str]:
        """The reason as an indented tree."""
        gain = f"{shown_number(self.before)} → {shown_number(self.after)}"
        if len(self.plan) == 1 and not self.plan[0].others:
            found = wrapped(f"{self.character} gains by it: {gain}", width)
        else:
            found = wrapped(f"{self.character} ({gain}) has in mind:", width)
            for numbers, act in in_runs([step.act for step in self.plan], apart=lambda number: False):
                found += wrapped(f"  {shown_numbers(numbers)} {act}", width, "       ")
                for other in self.plan[numbers[-1] - 1].others:
                    found += [f"     {line}" for line in other.lines(max(width - 5, 20))]
        for mistake in self.mistakes:
            if mistake.believed == "?":
                text = f"  not knowing that {fact(mistake.fluent, mistake.actual)}"
            else:
                text = f"  wrongly believing {fact(mistake.fluent, mistake.believed)} (really {mistake.actual})"
            found += wrapped(text, width, "    ")
        return found


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why ``character`` does not do an act.

    ``kind`` is ``impossible`` (they do not believe that it can be done: ``unmet`` conditions, as they see them),
    ``pointless`` (they have no reason), or ``limit`` (none within the limits).
    """

    character: str
    kind: Literal["impossible", "pointless", "limit"]
    unmet: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"character": self.character, "kind": self.kind, "unmet": list(self.unmet)}

    def text(self) -> str:
        """One sentence."""
        if self.kind == "impossible":
            return f"{self.character} believes that it cannot be done: {'; '.join(self.unmet)}"
        if self.kind == "limit":
            return f"{self.character} has no reason for it within the limits on reasons"
        return f"{self.character} has no reason for it"


def in_runs(acts: Sequence[str], apart: Callable[[int], bool]) -> Iterator[tuple[range, str]]:
    """The acts of a story with their numbers, from 1: steps of time that follow each other as one, ``time_passes 3``.

    A run ends with the act of a number of which ``apart`` is true.
    """
    number = 1
    while number <= len(acts):
        first = number
        while is_time(acts[number - 1]) and number < len(acts) and is_time(acts[number]) and not apart(number):
            number += 1
        number += 1
        count = number - first
        yield range(first, number), f"{TIME_PASSES} {count}" if count > 1 else acts[first - 1]


def is_time(act: str) -> bool:
    """Whether an act is a step of time."""
    return act.partition("(")[0] == TIME_PASSES


def shown_numbers(numbers: range) -> str:
    """The numbers of some acts, as a list shows them.

    >>> shown_numbers(range(2, 3)), shown_numbers(range(2, 5))
    ('2.', '2–4.')
    """
    return f"{numbers[0]}." if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}."


def wrapped(text: str, width: int, indent: str | None = None) -> list[str]:
    """The text in lines, further ones indented as the first one is, or by ``indent``."""
    if indent is None:
        indent = text[: len(text) - len(text.lstrip())] + "  "
    return textwrap.wrap(
        text, max(width, 20), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [""]


class Reasoner:
    """Finds the reasons of a world's characters, within limits.

    ``nesting`` is how deep the reasons of others are followed within a reason; each costs the kernel a question.
    """

    def __init__(self, kernel: Kernel, limits: Limits = UNLIMITED, *, nesting: int = 2, seconds: float | None = None):
        self.kernel = kernel
        self.limits = limits
        self.nesting = nesting
        self.seconds = seconds
        self._data = kernel.task.data
        self._names = kernel.task.names

    @cached_property
    def _changing(self) -> frozenset[int]:
        """The fluents that some event changes, in the world or in a mind."""
        events = (*self._data["actions"], *self._data["triggers"])
        return frozenset(effect["fluent"] for event in events for effect in event["effects"])

    def reasons(self, world: int, action: int) -> tuple[list[Reason], list[Refusal]]:
        """The reasons of those who consent to an act in the actual world, and the refusals of those who do not."""
        reasons: list[Reason] = []
        refusals: list[Refusal] = []
        for character in self._data["actions"][action]["consenting"]:
            found = self.reason(world, character, action)
            if isinstance(found, Reason):
                reasons.append(found)
            else:
                refusals.append(found)
        return reasons, refusals

    def reason(self, world: int, character: int, action: int) -> Reason | Refusal:
        """Why a character does an act, as a world (the actual one, or one that somebody believes) has it; or why
        not."""
        found = self._reason(world, character, action, self.limits.reason_acts, self.nesting)
        return found if isinstance(found, Refusal) else found[0]

    def _reason(
        self, world: int, character: int, action: int, budget: int | None, nesting: int
    ) -> tuple[Reason, list[int]] | Refusal:
        """The same, with the worlds that the character expects."""
        kernel, name = self.kernel, self._names.characters[character]
        mind = kernel.believed(world, character)
        if not kernel.possible(mind, action):
            return Refusal(name, "impossible", tuple(self.unmet(mind, action)))
        limits = Limits(reason_acts=budget, belief_depth=self.limits.belief_depth)
        explanation = kernel.explain(mind, action, limits, seconds=self.seconds)
        if explanation.acts is None:
            return Refusal(name, "pointless" if explanation.outcome == "none" else "limit")
        steps: list[Step] = []
        worlds = [mind]
        misjudged: dict[Mistake, None] = {}
        for i, act in enumerate(explanation.acts):
            others: list[Reason] = []
            if i and nesting:
                left = None if budget is None else budget - i
                for other in self._data["actions"][act]["consenting"]:
                    if other != character:
                        found = self._reason(worlds[-1], other, act, left, nesting - 1)
                        if not isinstance(found, Refusal):
                            others.append(found[0])
                            misjudged.update(dict.fromkeys(self._misjudged(world, mind, other, found[1])))
            steps.append(Step(self._names.actions[act], tuple(others)))
            worlds.append(kernel.step(worlds[-1], act))
        utility = self._data["utilities"][character]
        wrong = dict.fromkeys(self._mistakes(world, worlds, character, explanation.acts))
        mistakes = tuple(wrong | misjudged)
        reason = Reason(
            character=name,
            plan=tuple(steps),
            before=float(kernel.evaluate(mind, utility)),
            after=float(kernel.evaluate(worlds[-1], utility)),
            mistakes=mistakes,
            beliefs=tuple(self._beliefs(worlds, explanation.acts, {mistake.fluent for mistake in mistakes})),
            gains=tuple(self._gains(worlds, utility)),
        )
        return reason, worlds

    def unmet(self, world: int, action: int) -> list[str]:
        """What keeps an act from being possible in a world: what fails in the alternative that lacks least, with the
        values."""
        best: list[Formula] | None = None
        for clause in self._data["actions"][action]["precondition"]:
            failing = [atom["test"] for atom in clause if self.kernel.evaluate(world, atom["test"]) is not True]
            if best is None or len(failing) < len(best):
                best = failing
        return ["it never can be"] if best is None else [self.failure(world, test) for test in best]

    def failure(self, world: int, test: Formula) -> str:
        """A condition that fails in a world, with what it reads there."""
        reads = dict.fromkeys(fluents_of(test))
        simple = test[0] == "==" and test[2][0] == "v" and isinstance(test[2][1], bool)
        if simple:
            return f"not {show(test, self._names)}"
        values = (f"{show(('f', path, n), self._names)} is {self._value(world, path, n)}" for path, n in reads)
        return f"not {show(test, self._names)} ({', '.join(values)})"

    def _value(self, world: int, path: Path, number: int) -> str:
        return show_value(self.kernel.evaluate(world, ("f", path, number)), self._names)

    def _mistakes(self, world: int, worlds: Sequence[int], character: int, acts: Sequence[int]) -> Iterator[Mistake]:
        """What a plan turns on and its owner has wrong; ``worlds`` are those that they expect, from their own on."""
        for path, number in sorted(self._matters(worlds, character, acts)):
            if number in self._names.made:
                continue
            inner = path[1:] if path[:1] == (character,) else path
            actual, believed = self._value(world, inner, number), self._value(worlds[0], inner, number)
            if actual != believed:
                yield Mistake(show(("f", inner, number), self._names), actual, believed)

    def _misjudged(self, world: int, mind: int, other: int, worlds: Sequence[int]) -> Iterator[Mistake]:
        """What somebody has wrong about another, in whose mind they expect these ``worlds``: what the other wants hangs
        on it, and would not rise if it were, to the other, as it is. ``world``: the one in which the first acts, in
        their ``mind``."""
        kernel, utility = self.kernel, self._data["utilities"][other]

        def gains(key: tuple[Path, int] | None, value: Value) -> bool:
            before, after = (
                evaluate(utility, lambda *at, w=w: value if at == key else kernel.evaluate(w, ("f", *at)))
                for w in (worlds[0], worlds[-1])
            )
            return before is not None and after is not None and bool(after > before)

        expects, really = kernel.believed(mind, other), kernel.believed(world, other)
        for path, number in sorted({*self._read(worlds[0], utility), *self._read(worlds[-1], utility)}):
            fluent = ("f", path, number)
            value, actual = kernel.evaluate(worlds[0], fluent), kernel.evaluate(really, fluent)
            as_expected = value == kernel.evaluate(expects, fluent) == kernel.evaluate(worlds[-1], fluent)
            if value == actual or not as_expected or number in self._names.made or gains((path, number), actual):
                continue
            # What is so to the other is mostly just so.
            plain = value == kernel.evaluate(mind, fluent) and actual == kernel.evaluate(world, fluent)
            shown = fluent if plain else ("f", (other, *path), number)
            yield Mistake(show(shown, self._names), show_value(actual, self._names), show_value(value, self._names))

    def _beliefs(self, worlds: Sequence[int], acts: Sequence[int], wrong: Set[str]) -> Iterator[str]:
        """What makes the acts of a plan possible and was so before it, but for what is ``wrong`` or never changes."""
        found: dict[int, None] = {}
        for world, act in zip(worlds, acts, strict=False):
            for path, number in self._needs(world, act):
                as_before = self._value(world, path, number) == self._value(worlds[0], path, number)
                if not path and number in self._changing and as_before:
                    found[number] = None
        for number in found:
            fluent = self._names.fluents[number]
            if fluent not in wrong:
                yield fact(fluent, self._value(worlds[0], (), number))

    def _gains(self, worlds: Sequence[int], utility: Formula) -> Iterator[str]:
        """What a plan makes so, of what a utility hangs on before or after it."""
        for path, number in sorted({*self._read(worlds[0], utility), *self._read(worlds[-1], utility)}):
            value = ("f", path, number)
            after = self.kernel.evaluate(worlds[-1], value)
            if number not in self._names.made and after != self.kernel.evaluate(worlds[0], value):
                yield show(("==", value, ("v", after)), self._names)

    def _read(self, world: int, expression: Formula) -> Iterator[tuple[Path, int]]:
        """The fluents that the value of an expression hangs on in a world."""
        if expression[0] == "if":
            yield from fluents_of(expression[1])
            branch = expression[2] if self.kernel.evaluate(world, expression[1]) is True else expression[3]
            yield from self._read(world, branch)
        elif expression[0] in ("+", "-", "*", "/"):
            for part in expression[1:]:
                yield from self._read(world, part)
        else:
            yield from fluents_of(expression)

    def _needs(self, world: int, act: int) -> Iterator[tuple[Path, int]]:
        """The fluents that make an act possible in a world."""
        for clause in self._data["actions"][act]["precondition"]:
            if all(self.kernel.evaluate(world, atom["test"]) is True for atom in clause):
                for atom in clause:
                    yield from fluents_of(atom["test"])
                return

    def _matters(self, worlds: Sequence[int], character: int, acts: Sequence[int]) -> set[tuple[Path, int]]:
        """The fluents that a plan turns on: what makes each act possible where it is expected, what its effects depend
        on, and the part of the utility that the plan changes."""
        found: set[tuple[Path, int]] = set()
        for world, act in zip(worlds, acts, strict=False):
            found.update(self._needs(world, act))
            for effect in self._data["actions"][act]["effects"]:
                found.update(fluents_of(effect["condition"]))
                found.update(fluents_of(effect["value"]))
        for path, number in fluents_of(self._data["utilities"][character]):
            if self._value(worlds[0], path, number) != self._value(worlds[-1], path, number):
                found.add((path, number))
        return found


def fact(fluent: str, value: str) -> str:
    """A fact as a condition has it: ``lit(Lamp)``, ``!lit(Lamp)``, ``at(Tom) == Home``."""
    return {"True": fluent, "False": f"!{fluent}"}.get(value, f"{fluent} == {value}")


def shown_number(value: float) -> str:
    """A utility as text.

    >>> shown_number(3.0), shown_number(0.25)
    ('3', '0.25')
    """
    return str(int(value)) if value == int(value) else f"{value:g}"
