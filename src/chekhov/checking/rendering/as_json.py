"""A report as JSON. ``docs/report.md`` describes the shape, ``docs/report.schema.json`` defines it.

The shape is stable: fields may be added, but none is taken away or changes its meaning without a new ``version``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from chekhov.checking.findings import Report, Story
from chekhov.checking.rendering import outline
from chekhov.diagnostics import Source, Span, place_to_json

VERSION = 1
_HALVES = re.compile("[\ud800-\udfff]")


def to_json(report: Report, sources: Mapping[str, Source] | None = None, *, strict: bool = False) -> dict[str, Any]:
    """The report as JSON values. Places have lines and columns if their source is among ``sources``. With ``strict``,
    warnings are wrong."""

    def place(span: Span | None) -> dict[str, Any] | None:
        return None if span is None else place_to_json(span, sources)

    extent = report.extent
    answer = {
        "version": VERSION,
        "world": report.world,
        "title": report.title,
        "outcome": outline.outcome(report, strict=strict),
        "summary": outline.summary(report),
        "extent": {
            "physical": extent.physical,
            "moments": extent.moments,
            "acts": extent.acts,
            "depth": extent.depth,
            "states_by_depth": list(extent.states_by_depth),
            "complete": extent.complete,
            "limit": extent.limit,
            "reasons_cut": extent.reasons_cut,
            "limits": {"max_reason_acts": extent.max_reason_acts, "max_belief_depth": extent.max_belief_depth},
            "seconds": round(extent.seconds, 6),
            "bytes": extent.bytes,
        },
        "endings": [
            {
                "name": ending.name,
                "label": ending.label,
                "reachable": ending.reachable,
                "proved": ending.proved,
                "moments": ending.moments,
                "share": ending.share,
                "share_error": ending.share_error,
                "story": _story(ending.story),
                "obstacles": list(ending.obstacles),
                "accepted": outline.accepted_ending(report, ending),
                "place": place(ending.span),
            }
            for ending in report.endings
        ],
        "no_ending": {"share": report.unexplained_play},
        "demands": [
            {
                "name": demand.name,
                "label": demand.label,
                "text": demand.text,
                "verdict": demand.verdict,
                "explanation": demand.explanation,
                "story": _story(demand.story),
                "accepted": outline.accepted_demand(report, demand),
                "place": place(demand.span),
            }
            for demand in report.demands
        ],
        "choices": [
            {
                "ending": choice.ending,
                "act": choice.act,
                "moments": choice.moments,
                "of": choice.of,
                "story": choice.story.to_json(),
            }
            for choice in report.choices
        ],
        "findings": [
            {
                "kind": finding.kind,
                "level": finding.level,
                "subject": finding.subject,
                "message": finding.message,
                "proved": finding.proved,
                "details": list(finding.details),
                "help": finding.help,
                "story": _story(finding.story),
                "accepted": finding.accepted,
                "data": finding.data,
                "place": place(finding.span),
            }
            for finding in report.findings
        ],
        "knowledge": [
            {
                "character": known.character,
                "fact": known.fact,
                "value": known.value,
                "acts": known.acts,
                "story": known.story.to_json(),
            }
            for known in report.knowledge
        ],
        "ranges": [
            {
                "fluent": fact.fluent,
                "least": fact.least,
                "most": fact.most,
                "counts": [{"value": value, "moments": moments} for value, moments in fact.counts],
            }
            for fact in report.ranges
        ],
        "acts": list(report.acts),
    }
    cleaned: dict[str, Any] = clean(answer)
    return cleaned


def render(report: Report, sources: Mapping[str, Source] | None = None, *, strict: bool = False) -> str:
    """The report as a JSON text, safe in any encoding: what is not ASCII is escaped."""
    return json.dumps(to_json(report, sources, strict=strict), indent=2) + "\n"


def _story(story: Story | None) -> dict[str, Any] | None:
    return None if story is None else story.to_json()


def clean(value: Any) -> Any:
    """A value as JSON may have it: there are no infinite numbers in it, and no halves of characters."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        return _HALVES.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {clean(str(key)): clean(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(inner) for inner in value]
    return value
