"""Passages: from which place to which other an act or a trigger can take whom, whatever a world calls moving.

Only the places of characters count: what is carried takes no passage.

>>> from chekhov import lang
>>> from chekhov.grounding import ground
>>> task = ground(lang.parse('''
...     type place; entity Rim : place; entity Pit : place; entity Ann : character;
...     property at(c : character) : place; at(Ann) = Rim;
...     action slide(Ann) { precondition: at(Ann) == Rim; effect: at(Ann) = Pit; consenting: Ann; }; utility(): 0;
... ''').problem)
>>> [step] = steps(task)
>>> step.who, step.start, step.end, step.action
('Ann', 'Rim', 'Pit', 0)
>>> passages(task) == {("Rim", "Pit"): (step,)}
True
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chekhov.grounding import GroundTask
from chekhov.grounding.formulas import Formula, fluents_of
from chekhov.model import Problem

PLACES = "at"
"""The usual property that says where somebody is."""


@dataclass(frozen=True, slots=True)
class Step:
    """An act (None: a trigger) can take somebody from a place (None: nowhere) to another, if all ``tests`` hold; those
    of where they are among them."""

    who: str
    start: str | None
    end: str
    action: int | None
    tests: tuple[Formula, ...]


def steps(task: GroundTask, places: str = PLACES) -> tuple[Step, ...]:
    """What acts and triggers can do to the places of a task's characters, by the numbers of the acts, then triggers.
    ``places`` is the property that says where somebody is. Where an act that takes time ends, its beginning counts: who
    has set out from a place comes from there."""
    names = task.names
    movers = {
        number: who
        for number, fluent in enumerate(names.fluents)
        if (who := whose(fluent, places)) in names.characters and task.data["fluents"][number]["kind"] == "entity"
    }
    found: dict[Step, None] = {}
    events = [*enumerate(task.data["actions"]), *((None, trigger) for trigger in task.data["triggers"])]
    for action, event in events:
        for effect in event["effects"]:
            if effect["fluent"] in movers and not effect["path"]:
                for clause in event["precondition"]:
                    begun = [] if action is not None else _begun(task, clause)
                    tests = tuple(_single([atom["test"] for atom in clause] + begun + [effect["condition"]]))
                    for start, end in _ways(task, tests, effect["fluent"], effect["value"]):
                        begins = None if start is None else names.entities[start]
                        found[Step(movers[effect["fluent"]], begins, names.entities[end], action, tests)] = None
    return tuple(found)


def passages(task: GroundTask, places: str = PLACES) -> dict[tuple[str, str], tuple[Step, ...]]:
    """The passages of a task, each with what takes somebody through it: step by step from where they are at the
    start."""
    names = task.names
    number = {name: n for n, name in enumerate(names.entities)}
    start = task.data["initial"]["nodes"][task.data["initial"]["root"]]["values"]
    moves: dict[str, dict[tuple[str | None, str], list[Step]]] = {}
    for step in steps(task, places):
        moves.setdefault(step.who, {}).setdefault((step.start, step.end), []).append(step)
    found: dict[tuple[str, str], list[Step]] = {}
    for fluent, name in enumerate(names.fluents):
        mine = moves.get(whose(name, places), {})
        # Only from where they can come at all.
        reached = [None if start[fluent] is None else names.entities[start[fluent][1]]] if mine else []
        for here in reached:
            for before, after in sorted((way for way in mine if way[0] == here), key=lambda way: number[way[1]]):
                if before is not None:
                    found.setdefault((before, after), []).extend(mine[before, after])
                if after not in reached:
                    reached.append(after)
    return {way: tuple(found[way]) for way in sorted(found, key=lambda way: (number[way[0]], number[way[1]]))}


def _begun(task: GroundTask, clause: Sequence[Any]) -> list[Formula]:
    """What a trigger's clause has from the act under way that it asks for: all that this needed to begin, whichever way
    it did."""
    made = task.names.made
    asked = {
        atom["test"][1][2]: atom["test"][2]
        for atom in clause
        if atom["test"][0] == "==" and atom["test"][1][0] == "f" and atom["test"][1][2] in made
    }
    needed: list[list[Formula]] = []
    for action in task.data["actions"] if asked else ():
        given = {each["fluent"]: each["value"] for each in action["effects"] if each["fluent"] in asked}
        # How long it still takes is another number by then.
        said = {fluent: value for fluent, value in given.items() if task.data["fluents"][fluent]["kind"] == "entity"}
        if said and all(asked[fluent] == value for fluent, value in said.items()):
            needed += [[atom["test"] for atom in one] for one in action["precondition"]]
    first, *others = needed or [[]]
    common = [test for test in first if all(test in other for other in others)]
    return [test for test in common if not any(number in made for _, number in fluents_of(test))]


def _single(tests: Sequence[Formula]) -> Iterator[Formula]:
    """The parts of some conditions that must all hold."""
    for test in tests:
        if test[0] == "and":
            yield from _single(test[1:])
        else:
            yield test


def place_property(problem: Problem) -> str | None:
    """The property that says where somebody is: ``at``, or else the first whose type is called as places are."""
    first = None
    for declared in problem.properties:
        if len(declared.parameters) == 1 and declared.type not in ("boolean", "number"):
            if declared.name == PLACES:
                return PLACES
            if first is None and declared.type in ("place", "location", "room"):
                first = declared.name
    return first


def whose(fluent: str, places: str = PLACES) -> str:
    """Whose place (or what else ``places`` says of them) a fact is; nobody's, if it is another one."""
    name, _, rest = fluent.partition("(")
    return rest.removesuffix(")") if name == places else ""


def _ways(task: GroundTask, tests: Sequence[Any], fluent: int, value: Any) -> Iterator[tuple[int | None, int]]:
    """From where (None: nowhere) to where an effect moves somebody, as far as tests allow them to be there."""
    allowed: dict[int, list[Any]] = {}
    equal: list[tuple[int, int]] = []

    def room(number: int) -> list[Any]:
        return allowed.setdefault(number, [None, *task.data["fluents"][number]["values"]])

    for test in tests:
        if test[0] in ("==", "!="):
            left, right = test[1:] if test[1][0] == "f" else (test[2], test[1])
            if left[0] != "f" or left[1]:
                continue
            if right[0] == "v":
                wanted = test[0] == "=="
                allowed[left[2]] = [each for each in room(left[2]) if (each == right[1]) is wanted]
            elif right[0] == "f" and not right[1] and test[0] == "==":
                equal.append((left[2], right[2]))
    for _ in equal:
        for one, other in equal:
            both = [each for each in room(one) if each in room(other)]
            allowed[one], allowed[other] = both, list(both)
    ends = [value[1]] if value[0] == "v" else room(value[2]) if value[0] == "f" and not value[1] else []
    for start in room(fluent):
        for end in ends:
            if end is not None and start != end:
                yield None if start is None else start[1], end[1]
