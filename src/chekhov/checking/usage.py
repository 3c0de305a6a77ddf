"""What never happens: acts and triggers that are never possible, never wanted or never fire, facts that nothing changes
or reads, people who never act."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chekhov.checking.acceptances import Acceptances
from chekhov.checking.findings import Finding
from chekhov.checking.inquiry import Inquiry, listed, of_library
from chekhov.checking.patterns import by_schema, grouped, parted, whole
from chekhov.diagnostics import ChekhovError
from chekhov.grounding import Schema
from chekhov.grounding.formulas import disjunction
from chekhov.lang import format_expression
from chekhov.model import Action, And, Expression, Parameter, Property
from chekhov.telling import bind

_MOST_INSTANCES = 60
"""Of so many instances, at most, is looked for what stands in their way."""
_MOST_LINES = 6


def named(part: Sequence[str], every: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """What to call some of all instances of one action or property, and, if that says too much, which they are."""
    if len(part) == len(every):
        return parted(part[0])[0], ()
    groups = grouped(part, every)
    if len(groups) == 1 and groups[0].exact:
        return str(groups[0]), ()
    shown = [str(group) for group in groups] if groups[0].exact else list(part)
    more = len(shown) - _MOST_LINES
    if more > 1:
        shown[_MOST_LINES:] = [f"and {more:,} more"]
    return str(whole(part)), tuple(shown)


class Usage:
    """What of a world is used in its stories. Each method gives the findings of some kinds."""

    def __init__(self, inquiry: Inquiry, acceptances: Acceptances) -> None:
        self.inquiry = inquiry
        self.acceptances = acceptances
        self.problem = inquiry.problem
        self.names = inquiry.task.names.actions
        self.counts = inquiry.counts

    @property
    def done(self) -> tuple[str, ...]:
        """The acts that are done in some moment."""
        return tuple(name for name, count in zip(self.names, self.counts, strict=True) if count.taken)

    def findings(self) -> Iterator[Finding]:
        """All findings about what is not used."""
        declared = {event.name for event in self.problem.events}
        for schema in self.inquiry.task.schemas():
            # What actions that take time are made of is nobody's but theirs.
            if schema.event.name not in declared:
                continue
            if isinstance(schema.event, Action):
                yield from self._acts(schema)
            elif not any(self.inquiry.fired[number] for number in schema.events):
                yield self._never_fires(schema)
        yield from self._people()
        yield from self._facts()

    # -- acts

    def _acts(self, schema: Schema) -> Iterator[Finding]:
        """Acts that are never possible, and those that are and are never done."""
        numbers = dict(zip(schema.names, schema.events, strict=True))
        counts = {name: self.counts[number] for name, number in numbers.items()}
        every = list(numbers)
        impossible = [name for name in every if not counts[name].possible]
        undone = [name for name in every if counts[name].possible and not counts[name].taken]
        if self.inquiry.physical:
            undone = []
        if len(impossible) == len(every):
            yield self._never_possible(schema, every, every, None)
            return
        if len(undone) + len(impossible) == len(every):
            # Then it says more of the action that nobody wants it.
            impossible, every = [], undone
        for accepted, part in self.acceptances.parts("never_possible", impossible):
            yield self._never_possible(schema, part, every, accepted)
        unwilling = {name: self._unwilling(numbers[name]) for name in undone}
        # Where nobody has looked on, it may be done after all.
        undone = [name for name in undone if unwilling[name] or self.inquiry.graph.complete]
        for accepted, part in self.acceptances.parts("never_wanted", undone):
            yield self._never_wanted(schema, part, every, unwilling, accepted)

    def _never_possible(
        self, schema: Schema, part: Sequence[str], every: Sequence[str], accepted: str | None
    ) -> Finding:
        subject, details = named(part, every) if part else (schema.event.name, ())
        lifted = len(part) == len(every)
        return Finding(
            "never_possible",
            "warning" if lifted else "note",
            subject,
            f"`{subject}` can never be done{_in_some(details)}{self.inquiry.proviso}.",
            proved=self.inquiry.certain,
            details=(*details, *(self._obstacles(schema) if lifted else ())),
            span=schema.event.span,
            accepted=accepted,
            data={"instances": list(part)},
        )

    def _never_wanted(
        self,
        schema: Schema,
        part: Sequence[str],
        every: Sequence[str],
        unwilling: Mapping[str, Sequence[str]],
        accepted: str | None,
    ) -> Finding:
        subject, details = named(part, every)
        who = list(dict.fromkeys(character for name in part for character in unwilling[name]))
        if who:
            why = f"it is never wanted by {listed([self.inquiry.shown(name) for name in who], 'nor')}"
        else:
            why = "those whom it needs never all want it at once"
        return Finding(
            "never_wanted",
            "warning" if len(part) == len(every) else "note",
            subject,
            f"`{subject}` could be done{_in_some(details)}, but {why}{self.inquiry.proviso}.",
            proved=self.inquiry.certain,
            details=details,
            span=schema.event.span,
            accepted=accepted,
            data={"instances": list(part), "unwilling": who},
        )

    def _unwilling(self, action: int) -> list[str]:
        """Those whose consent an act needs, and who never have a reason for it."""
        reasons = self.inquiry.about_reasons(lambda: self.inquiry.graph.reasons(action)) or []
        return [self.inquiry.task.names.characters[count.character] for count in reasons if not count.moments]

    def _obstacles(self, schema: Schema) -> list[str]:
        """The parts of a precondition that hold in no moment, whatever the parameters are; none if there are too many
        parameters to try."""
        condition = schema.event.precondition
        parts = condition.parts if isinstance(condition, And) else (condition,)
        if schema.total > _MOST_INSTANCES:
            return []
        bindings = [
            {parameter.name: name for parameter, name in zip(schema.event.parameters, arguments, strict=True)}
            for arguments in itertools.product(*schema.allowed)
        ]
        never = [
            f"`{format_expression(part)}` is never so{self.inquiry.proviso}"
            for part in parts
            if not self._holds([bind(part, binding) for binding in bindings])
        ]
        return never or ["its conditions hold one by one, but never together"]

    def _holds(self, conditions: Iterable[Expression]) -> bool:
        """Whether some conditions hold in any moment, one of them at least; one that has no meaning there does not."""
        formulas = []
        for condition in conditions:
            with contextlib.suppress(ChekhovError):
                formulas.append(self.inquiry.task.condition(condition))
        return bool(self.inquiry.graph.where(disjunction(formulas)))

    # -- triggers

    def _never_fires(self, schema: Schema) -> Finding:
        name = schema.event.name
        return Finding(
            "never_fires",
            "warning",
            name,
            f"`{name}` never happens{self.inquiry.proviso}.",
            proved=self.inquiry.certain,
            details=tuple(self._obstacles(schema)),
            span=schema.event.span,
        )

    # -- facts

    def _facts(self) -> Iterator[Finding]:
        """Facts that nothing changes, and facts that nothing reads."""
        uses = self.inquiry.task.fluent_uses()
        values = self.inquiry.values
        constant = {use.fluent for use in uses if use.number is None or len(values[use.number]) == 1}
        changers = {use.fluent: [name.partition(" ")[2] for name in use.changers] for use in uses}
        every = by_schema(use.fluent for use in uses)
        unread = by_schema(use.fluent for use in uses if not use.readers)
        declared: dict[tuple[str, int], Property] = {}
        for one in self.problem.properties:
            declared.setdefault((one.name, len(one.parameters)), one)
        scenery: dict[str, list[str]] = {}
        for kind, one in declared.items():
            facts = every.get(kind, [])
            still = [fact for fact in facts if fact in constant]
            able = [fact for fact in still if changers[fact]]
            if len(still) == len(facts) and not able:
                if of_library(one.span):
                    continue
                scenery.setdefault(one.name, []).extend(still)
            else:
                # Of a property that does change, only what something could change is worth a word.
                yield from self._never_changing(one, still if len(still) == len(facts) else able, facts, changers)
            yield from self._never_read(one, unread.get(kind, ()), facts)
        for accepted, part in self.acceptances.parts("never_changes", scenery):
            names = [f"`{name}`" for name in part]
            yield Finding(
                "never_changes",
                "note",
                part[0] if len(part) == 1 else None,
                f"Nothing ever changes {listed(names, 'or')}.",
                span=next(one.span for one in self.problem.properties if one.name == part[0]),
                accepted=accepted,
                data={"facts": [fact for name in part for fact in scenery[name]], "changers": []},
            )

    def _never_changing(
        self, declared: Property, still: Sequence[str], every: Sequence[str], changers: Mapping[str, Sequence[str]]
    ) -> Iterator[Finding]:
        for accepted, part in self.acceptances.parts("never_changes", still):
            subject, details = named(part, every)
            by = list(dict.fromkeys(name for fact in part for name in changers[fact]))
            yield Finding(
                "never_changes",
                "note",
                subject,
                f"`{subject}` never changes{_in_some(details)}, though `{'` or `'.join(by[:3])}` could change it"
                f"{self.inquiry.proviso}.",
                proved=self.inquiry.certain,
                details=details,
                span=declared.span,
                accepted=accepted,
                data={"facts": part, "changers": by},
            )

    def _never_read(self, declared: Property, unread: Sequence[str], facts: Sequence[str]) -> Iterator[Finding]:
        sorts = [part.type for part in declared.parameters if isinstance(part, Parameter)]
        if len(facts) < math.prod(len(self.problem.entities_of(sort)) for sort in sorts):
            # What nothing states nor changes is no fact here; but it may be read all the same.
            facts = [*facts, f"{declared.name}({', '.join('?' for _ in declared.parameters)})"]
        for accepted, part in self.acceptances.parts("never_read", unread):
            subject, details = named(part, facts)
            yield Finding(
                "never_read",
                "note",
                subject,
                f"Nothing depends on `{subject}`{_in_some(details)}.",
                details=details,
                span=declared.span,
                accepted=accepted,
                data={"facts": part},
            )

    # -- people

    def _people(self) -> Iterator[Finding]:
        """Characters who never do anything."""
        acting: set[int] = set()
        able: set[int] = set()
        for count, action in zip(self.counts, self.inquiry.task.data["actions"], strict=True):
            acting.update(action["consenting"] if count.taken else ())
            able.update(action["consenting"] if count.possible else ())
        for number, character in enumerate(self.inquiry.task.names.characters):
            if number not in acting:
                does = self.inquiry.verb(character, "does", "do")
                why = "there is no reason for what could be done" if number in able else "nothing can be done"
                yield Finding(
                    "never_acts",
                    "warning" if number in able else "note",
                    character,
                    f"{self.inquiry.shown(character)} never {does} anything{self.inquiry.proviso}: {why}.",
                    proved=self.inquiry.certain,
                    span=next(entity.span for entity in self.problem.entities if entity.name == character),
                )


def _in_some(details: Sequence[str]) -> str:
    return " in some cases" if details else ""
