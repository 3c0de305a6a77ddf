"""What matters: the facts and things that the stories to an ending turn on, and those that are there for nothing.

What matters is the least fixed point of this: an ending reads it; or an event that happens on some way to an ending,
and changes something that matters, reads it (in its precondition, in who observes it, or in what it makes of what
matters), or has it as an argument; or somebody whose consent such an act needs wants it. What is changed, or has an act
done with it, and does not matter, is the gun on the wall that nobody fires.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from chekhov.checking.acceptances import Acceptances
from chekhov.checking.findings import Finding
from chekhov.checking.inquiry import Inquiry
from chekhov.checking.patterns import by_schema, parted
from chekhov.checking.usage import named
from chekhov.diagnostics import Span
from chekhov.grounding.formulas import TRUE, Formula


@dataclass(frozen=True, slots=True)
class _Mention:
    """The fluents and the entities that are mentioned somewhere."""

    fluents: frozenset[int] = frozenset()
    entities: frozenset[int] = frozenset()

    @classmethod
    def of(cls, formulas: Iterable[Formula]) -> _Mention:
        """What some formulas mention."""
        fluents: set[int] = set()
        entities: set[int] = set()
        pending = list(formulas)
        while pending:
            formula = pending.pop()
            if formula[0] == "f":
                fluents.add(formula[2])
                entities.update(formula[1])
            elif formula[0] == "v":
                entities.update((formula[1][1],) if isinstance(formula[1], tuple) else ())
            else:
                pending.extend(formula[1:])
        return cls(frozenset(fluents), frozenset(entities))


@dataclass(frozen=True, slots=True)
class _Happening:
    """An event on a way to an ending: what it turns on, and what each fluent that it can change turns on besides."""

    turns_on: _Mention
    changes: dict[int, _Mention]


class Relevance:
    """What matters to the stories of a world that reach an ending: ``fluents`` and ``entities``, by number."""

    def __init__(self, inquiry: Inquiry) -> None:
        self.inquiry = inquiry
        self.task = inquiry.task
        names = self.task.names
        self._number = {name: number for number, name in enumerate(names.entities)}
        self._arguments = [self._numbers(parted(fluent)[1]) for fluent in names.fluents]
        self._wants = [_Mention.of([utility]) for utility in self.task.data["utilities"]]
        self.fluents: set[int] = set()
        self.entities: set[int] = set()
        self._add(_Mention.of(ending.goal.condition for ending in inquiry.endings))
        happenings = list(self._happenings())
        known = -1
        while known < len(self.fluents) + len(self.entities):
            known = len(self.fluents) + len(self.entities)
            for happening in happenings:
                mattering = self.fluents & happening.changes.keys()
                if mattering:
                    self._add(happening.turns_on)
                    for fluent in mattering:
                        self._add(happening.changes[fluent])

    def _numbers(self, arguments: Iterable[str]) -> frozenset[int]:
        return frozenset(self._number[argument] for argument in arguments)

    def _add(self, mention: _Mention) -> None:
        self.fluents |= mention.fluents
        self.entities |= mention.entities
        for fluent in mention.fluents:
            self.entities |= self._arguments[fluent]

    def _happenings(self) -> Iterator[_Happening]:
        graph, data, names = self.inquiry.graph, self.task.data, self.task.names
        for crossing in graph.crossings(graph.all, self.inquiry.towards):
            action = data["actions"][crossing.action]
            turns_on = _joined(
                _Mention(entities=self._numbers(parted(names.actions[crossing.action])[1])),
                _precondition(action),
                _Mention.of(action["observers"]),
                *(self._wants[character] for character in action["consenting"]),
            )
            yield _Happening(turns_on, _changes(action))
        for trigger, name, fired in zip(data["triggers"], names.triggers, self.inquiry.fired, strict=True):
            if fired:
                arguments = _Mention(entities=self._numbers(parted(name)[1]))
                yield _Happening(_joined(arguments, _precondition(trigger)), _changes(trigger))

    # -- guns

    def guns(self, acceptances: Acceptances) -> Iterator[Finding]:
        """The things and facts that are on the stage and matter to no story that reaches an ending."""
        if not self.inquiry.ended:
            return
        names, problem = self.task.names, self.inquiry.problem
        changed, used = self._on_stage()
        idle = [number for number in sorted(changed) if number not in self.fluents]
        things = sorted(used.union(*(self._arguments[number] for number in changed)) - self.entities)
        spans: dict[str, Span | None] = {entity.name: entity.span for entity in problem.entities}
        for thing in things:
            name = names.entities[thing]
            about = [names.fluents[number] for number in idle if thing in self._arguments[number]]
            yield Finding(
                "unfired_gun",
                "warning",
                name,
                f"No story that reaches an ending turns on {self.inquiry.shown(name)}{self.inquiry.proviso}.",
                proved=self.inquiry.certain,
                details=tuple(f"nor on `{fluent}`" for fluent in about),
                span=spans[name],
                data={"thing": name, "facts": about},
            )
        declared = {one.name: one.span for one in problem.properties}
        told = [names.fluents[number] for number in idle if not self._arguments[number] & set(things)]
        told = [fact for fact in told if parted(fact)[0] in declared]
        every = by_schema(names.fluents)
        for kind, facts in by_schema(told).items():
            for accepted, part in acceptances.parts("unfired_gun", facts):
                subject, details = named(part, every[kind])
                yield Finding(
                    "unfired_gun",
                    "warning",
                    subject,
                    f"No story that reaches an ending turns on `{subject}`{self.inquiry.proviso}.",
                    proved=self.inquiry.certain,
                    details=details,
                    span=declared[kind[0]],
                    accepted=accepted,
                    data={"facts": part},
                )

    def _on_stage(self) -> tuple[set[int], set[int]]:
        """The fluents that something changes or shows in some story, and the entities with which something is
        done."""
        data, names = self.task.data, self.task.names
        changed = {number for number, values in enumerate(self.inquiry.values) if len(values) > 1}
        used: set[int] = set()
        events: list[dict[str, Any]] = []
        for action, name, count in zip(data["actions"], names.actions, self.inquiry.counts, strict=True):
            if count.taken:
                events.append(action)
                used |= self._numbers(parted(name)[1])
        events += [trigger for trigger, fired in zip(data["triggers"], self.inquiry.fired, strict=True) if fired]
        changed |= {effect["fluent"] for event in events for effect in event["effects"] if effect["condition"] == TRUE}
        return changed, used


def _joined(*mentions: _Mention) -> _Mention:
    return _Mention(
        frozenset().union(*(mention.fluents for mention in mentions)),
        frozenset().union(*(mention.entities for mention in mentions)),
    )


def _precondition(event: dict[str, Any]) -> _Mention:
    return _Mention.of(atom["test"] for clause in event["precondition"] for atom in clause)


def _changes(event: dict[str, Any]) -> dict[int, _Mention]:
    """For each fluent that an event can change what the effects on it read, and whose beliefs they are on."""
    found: dict[int, _Mention] = {}
    for effect in event["effects"]:
        mention = _joined(
            _Mention.of((effect["condition"], effect["value"])), _Mention(entities=frozenset(effect["path"]))
        )
        known = found.get(effect["fluent"])
        found[effect["fluent"]] = mention if known is None else _joined(known, mention)
    return found
