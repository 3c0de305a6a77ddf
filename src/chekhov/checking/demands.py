"""Demands and secrets: whether they hold in all stories, and the story that shows it.

What a condition says of a moment and of the act that led there is an :class:`~chekhov.kernel.Event`: a set of
arrivals. A demand is a question for a path of arrivals; the table in ``ARCHITECTURE.md`` says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from chekhov.checking.findings import DemandResult, Finding, Story, Verdict
from chekhov.checking.inquiry import Inquiry, counted
from chekhov.graph import Event, Moments
from chekhov.grounding import GroundSecret
from chekhov.lang import format_demand, format_expression
from chekhov.model import Demand, Secret


def combined(one: Event, other: Event, how: Callable[[Moments, Moments], Moments]) -> Event:
    """Both events put together, arrival by arrival."""
    return Event(
        how(one.otherwise, other.otherwise),
        {
            act: how(one.acts.get(act, one.otherwise), other.acts.get(act, other.otherwise))
            for act in {**one.acts, **other.acts}
        },
    )


def without(one: Event, other: Event) -> Event:
    """The arrivals of one event that are none of the other's."""
    return combined(one, other, lambda these, those: these - those)


def either(one: Event, other: Event) -> Event:
    """The arrivals of both events."""
    return combined(one, other, lambda these, those: these | those)


def judged(inquiry: Inquiry, demand: Demand) -> DemandResult:
    """How a demand stands."""
    ground = inquiry.task.demand(demand)
    condition = inquiry.event(ground.condition)
    other = None if ground.other is None else inquiry.event(ground.other)
    verdict, explanation, story = _verdict(inquiry, demand, condition, other)
    return DemandResult(demand.name, demand.label, format_demand(demand), verdict, explanation, story, demand.span)


def _verdict(
    inquiry: Inquiry, demand: Demand, condition: Event, other: Event | None
) -> tuple[Verdict, str, Story | None]:
    text = f"`{format_expression(demand.condition)}`"
    second = "" if demand.other is None else f"`{format_expression(demand.other)}`"
    everywhere = Event(inquiry.graph.all)
    met = inquiry.arrival
    nowhere: Verdict = "holds" if inquiry.certain else "unproved"
    match demand.form:
        case "always":
            story = met(without(everywhere, condition))
            if story is None:
                return nowhere, f"{text} holds in every moment{inquiry.proviso}.", None
            return "fails", f"{text} does not hold {_after(story)}.", story
        case "never":
            story = met(condition)
            if story is None:
                return nowhere, f"{text} holds in no moment{inquiry.proviso}.", None
            return "fails", f"{text} holds {_after(story)}.", story
        case "possible":
            story = met(condition)
            if story is not None:
                return "holds", f"{text} holds {_after(story)}.", story
            return "fails" if inquiry.certain else "unproved", f"{text} holds in no moment{inquiry.proviso}.", None
        case "inevitable":
            return _inevitable(inquiry, condition, text)
        case "before":
            assert other is not None
            if 0 in condition.otherwise:
                return "holds", f"{text} holds at the start.", None
            story = met(without(other, condition), condition)
            if story is None:
                return nowhere, f"{second} never holds before {text} has held{inquiry.proviso}.", None
            return "fails", f"{second} holds {_after(story)}, and {text} has not held until then.", story
        case "until":
            assert other is not None
            if 0 in other.otherwise:
                return "holds", f"{second} holds at the start.", None
            story = met(without(everywhere, either(condition, other)), other)
            if story is None:
                return nowhere, f"{text} holds until {second} does{inquiry.proviso}.", None
            return "fails", f"{text} does not hold {_after(story)}, and {second} has not held until then.", story


def _inevitable(inquiry: Inquiry, condition: Event, text: str) -> tuple[Verdict, str, Story | None]:
    graph = inquiry.graph
    if 0 in condition.otherwise:
        return "holds", f"{text} holds at the start.", None
    # From where nobody has looked on, it may still come.
    hoped = inquiry.arriving(either(condition, Event(graph.unexplored)))
    without_it = graph.reach(graph.start, condition)
    lost = without_it - graph.can_reach(hoped) - graph.unexplored
    if not lost:
        certain: Verdict = "holds" if inquiry.certain else "unproved"
        return certain, f"From every moment, {text} still lies ahead or has been{inquiry.proviso}.", None
    story = inquiry.arrival(Event(lost), condition)
    assert story is not None
    explanation = f"{text} can no longer come {_after(story)}."
    return "unproved" if inquiry.cut else "fails", explanation, story


def _after(story: Story) -> str:
    return f"after `{story.acts[-1]}`" if story.acts else "at the start"


def kept(inquiry: Inquiry, secret: Secret, ground: GroundSecret) -> tuple[DemandResult, Finding | None]:
    """How a secret, which has been grounded, stands, and the finding that it leaks."""
    until = Event(inquiry.nothing) if ground.until is None else inquiry.event(ground.until)
    names = inquiry.task.names.characters
    leaks: list[tuple[str, Story]] = []
    for character, leak in ground.leaks.items():
        if 0 not in until.otherwise:
            story = inquiry.arrival(without(Event(inquiry.graph.where(leak)), until), until)
            if story is not None:
                leaks.append((names[character], story))
    leaks.sort(key=lambda leak: len(leak[1].acts))
    text = format_demand(secret)
    if not leaks:
        verdict: Verdict = "holds" if inquiry.certain else "unproved"
        explanation = f"Nobody from whom it is kept comes to know it{inquiry.proviso}."
        return DemandResult(secret.name, secret.label, text, verdict, explanation, None, secret.span), None
    ways = tuple(_leak(inquiry, character, story) for character, story in leaks)
    finding = Finding(
        "leak",
        "error",
        secret.name or text,
        f"The secret {_called(secret)} comes out: {ways[0]}",
        details=ways[1:],
        story=leaks[0][1],
        span=secret.span,
        data={"leaks": {character: list(story.acts) for character, story in leaks}},
    )
    explanation = " ".join(ways)
    return DemandResult(secret.name, secret.label, text, "fails", explanation, leaks[0][1], secret.span), finding


def _leak(inquiry: Inquiry, character: str, story: Story) -> str:
    who = inquiry.shown(character)
    if not story.acts:
        return f"{who} can know it from the start."
    return f"{who} can know it after `{story.acts[-1]}`, {counted(len(story.acts), 'act')} into the story."


def _called(demand: Demand | Secret) -> str:
    return f"“{demand.label}”" if demand.label else f"`{demand.name}`" if demand.name else f"`{format_demand(demand)}`"


def failures(results: Iterable[tuple[Demand, DemandResult]]) -> Iterator[Finding]:
    """A finding for each demand that fails."""
    for demand, result in results:
        if result.verdict == "fails":
            yield Finding(
                "demand",
                "error",
                result.name or result.text,
                f"The demand {_called(demand)} fails: {result.explanation}",
                story=result.story,
                span=result.span,
            )
