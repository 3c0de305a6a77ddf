"""Minds: who can believe what falsely, who is misled into what, and who can come to know what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from chekhov.checking.acceptances import Acceptances
from chekhov.checking.findings import Finding, Knowledge
from chekhov.checking.inquiry import Inquiry, counted, listed
from chekhov.checking.patterns import by_schema
from chekhov.checking.usage import named
from chekhov.graph import BeliefCount, Misled
from chekhov.grounding.formulas import show_value
from chekhov.reasons import Reason, Reasoner
from chekhov.telling import pronouns

_MOST_LINES = 8


class Minds:
    """What people believe in the moments of a world."""

    def __init__(self, inquiry: Inquiry) -> None:
        self.inquiry = inquiry
        self.names = inquiry.task.names

    @cached_property
    def beliefs(self) -> list[list[BeliefCount]]:
        """For each character, of each fluent, how often they have it wrong, do not know it, and have it right."""
        return self.inquiry.graph.beliefs()

    # -- what is believed falsely

    def false_beliefs(self, acceptances: Acceptances) -> Iterator[Finding]:
        """For each character, what they can come to believe that is not so. What they have wrong from the start on is
        how the author made them."""
        for character, beliefs in zip(self.names.characters, self.beliefs, strict=True):
            wrong = {
                f"believes({character}, {fluent})": (fluent, belief)
                for number, (fluent, belief) in enumerate(zip(self.names.fluents, beliefs, strict=True))
                if belief.wrong and belief.first_wrong and number not in self.names.made
            }
            for accepted, part in acceptances.parts("false_belief", wrong):
                yield self._false_belief(character, dict(wrong[name] for name in part), accepted)

    def _false_belief(self, character: str, wrong: Mapping[str, BeliefCount], accepted: str | None) -> Finding:
        inquiry = self.inquiry
        who = inquiry.shown(character)
        order = sorted(wrong, key=lambda fluent: wrong[fluent].first_wrong or 0)
        first = wrong[order[0]].first_wrong
        assert first is not None
        details = [f"`{fluent}`, in {counted(wrong[fluent].wrong, 'moment')}" for fluent in order]
        more = len(details) - _MOST_LINES
        if more > 1:
            details[_MOST_LINES:] = [f"and {more:,} more"]
        return Finding(
            "false_belief",
            "note",
            f"believes({character}, {order[0] if len(order) == 1 else '_'})",
            f"{who} can come to be wrong about `{order[0]}`{self._others(len(order) - 1)}.",
            details=tuple(details) if len(order) > 1 else (),
            story=inquiry.story_to(first),
            span=next(entity.span for entity in inquiry.problem.entities if entity.name == character),
            accepted=accepted,
            data={"character": character, "facts": {fluent: wrong[fluent].wrong for fluent in order}},
        )

    def _others(self, count: int) -> str:
        return "" if count == 0 else f" and {counted(count, 'other fact')}"

    # -- what is done for it

    def misled(self, acceptances: Acceptances) -> Iterator[Finding]:
        """For each action, who does it only for what they have wrong or do not know."""
        by_act: dict[str, list[Misled]] = {}
        found = None if self.inquiry.physical else self.inquiry.about_reasons(self.inquiry.graph.misled)
        for misled in found or ():
            by_act.setdefault(self.names.actions[misled.action], []).append(misled)
        every = by_schema(self.names.actions)
        declared = {(one.name, len(one.parameters)): one.span for one in self.inquiry.problem.actions}
        for kind, acts in by_schema(sorted(by_act, key=self.names.actions.index)).items():
            for accepted, part in acceptances.parts("misled", acts):
                subject, details = named(part, every[kind])
                those = [misled for act in part for misled in by_act[act]]
                first = min(those, key=lambda misled: misled.first)
                who = list(dict.fromkeys(self.names.characters[misled.character] for misled in those))
                shown = listed([self.inquiry.shown(name) for name in who[:3]]) if len(who) <= 3 else "many"
                yield Finding(
                    "misled",
                    "note",
                    subject,
                    f"`{subject}` is done by {shown} for a mistaken reason: knowing how things stand, "
                    f"{self._pronoun(who)} would have none.",
                    proved=not self.inquiry.cut,
                    details=(*details, *self._mistakes(first)),
                    story=self.inquiry.story((*self.inquiry.graph.story(first.first), first.action)),
                    span=declared.get(kind),
                    accepted=accepted,
                    data={
                        "acts": {
                            act: {self.names.characters[misled.character]: misled.moments for misled in by_act[act]}
                            for act in part
                        }
                    },
                )

    def _mistakes(self, misled: Misled) -> Iterator[str]:
        """What somebody has wrong who is misled into an act."""
        inquiry = self.inquiry
        reasoner = Reasoner(inquiry.kernel, inquiry.limits, nesting=0)
        reason = reasoner.reason(inquiry.graph.world(misled.first), misled.character, misled.action)
        if isinstance(reason, Reason):
            name = self.names.characters[misled.character]
            who = inquiry.shown(name)
            for mistake in reason.mistakes:
                if mistake.believed == "?":
                    knows = inquiry.verb(name, "does not know", "do not know")
                    yield f"In the story shown, {who} {knows} that `{_fact(mistake.fluent, mistake.actual)}`"
                else:
                    believes, really = inquiry.verb(name, "believes", "believe"), mistake.actual
                    believed = _fact(mistake.fluent, mistake.believed)
                    yield f"In the story shown, {who} wrongly {believes} `{believed}` (really {really})"

    def _pronoun(self, who: Sequence[str]) -> str:
        return pronouns(self.inquiry.problem, who[0]) if len(who) == 1 else "they"

    # -- what is known

    def knowledge(self) -> Iterator[Knowledge]:
        """What each character can come to know: of facts that they have wrong or do not know in some moment, the
        values that they rightly believe in others, but for those that they know from the start on."""
        found = []
        for character, beliefs in zip(self.names.characters, self.beliefs, strict=True):
            for number, (fluent, belief) in enumerate(zip(self.names.fluents, beliefs, strict=True)):
                if (belief.wrong or belief.unknown) and number not in self.names.made:
                    for right in belief.right:
                        if right.first and right.value is not None:
                            story = self.inquiry.story_to(right.first)
                            value = show_value(right.value, self.names)
                            found.append(Knowledge(character, fluent, value, len(story.acts), story))
        order = {character: number for number, character in enumerate(self.names.characters)}
        yield from sorted(found, key=lambda known: (order[known.character], known.acts))


def _fact(fluent: str, value: str) -> str:
    """A fluent with its value, as an author writes it."""
    return {"True": fluent, "False": f"!{fluent}"}.get(value, f"{fluent} == {value}")
