"""A report as SARIF 2.1.0 (OASIS), as code scanning and editors read it: the kinds of findings are the rules.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. What the author accepts is a suppressed result, with
its justification; the story that shows a finding is part of its message.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from chekhov.checking.findings import KINDS, Finding, Report
from chekhov.checking.rendering import outline
from chekhov.checking.rendering.as_json import clean
from chekhov.diagnostics import Source, Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_json(report: Report, sources: Mapping[str, Source] | None = None, *, strict: bool = False) -> dict[str, Any]:
    """The report as a SARIF log of one run. With ``strict``, warnings are errors."""
    table = sources or {}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Chekhov",
                        "version": version("chekhov"),
                        "semanticVersion": version("chekhov"),
                        "rules": [_rule(kind, meaning) for kind, meaning in KINDS.items()],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "artifacts": [{"location": {"uri": _uri(path)}, "sourceLanguage": "story"} for path in _paths(report)],
                "invocations": [
                    {
                        "executionSuccessful": report.extent.limit != "interrupted",
                        "toolExecutionNotifications": [
                            {"level": "note", "message": {"text": " ".join(outline.sentences(report.extent))}}
                        ],
                    }
                ],
                "results": [_result(finding, report, table, strict) for finding in report.findings],
            }
        ],
    }


def render(report: Report, sources: Mapping[str, Source] | None = None, *, strict: bool = False) -> str:
    """The report as the text of a SARIF file."""
    return json.dumps(clean(to_json(report, sources, strict=strict)), indent=2) + "\n"


def _rule(kind: str, meaning: str) -> dict[str, Any]:
    sentence = f"{meaning[0].upper()}{meaning[1:]}."
    accept = f'To live with such a finding, write `accept {kind}(SUBJECT) "why";` in the world.'
    levels = {"demand": "error", "leak": "error", "endless_triggers": "error"}
    return {
        "id": kind,
        "shortDescription": {"text": sentence},
        "fullDescription": {"text": sentence},
        "help": {"text": f"{sentence} {accept}", "markdown": f"{sentence}\n\n{accept}"},
        "defaultConfiguration": {"level": levels.get(kind, "warning")},
    }


def _result(finding: Finding, report: Report, sources: Mapping[str, Source], strict: bool) -> dict[str, Any]:
    text = [finding.message, *finding.details]
    if finding.story is not None and finding.story.acts:
        text.append(f"The shortest story that shows it: {', '.join(finding.story.acts)}")
    elif finding.story is not None:
        text.append("It is so from the start.")
    if finding.help:
        text.append(f"Help: {finding.help}")
    result: dict[str, Any] = {
        "ruleId": finding.kind,
        "level": "error" if strict and finding.level == "warning" else finding.level,
        "message": {"text": "\n".join(text)},
        "locations": [_location(finding, report, sources)],
        # The same finding keeps its identity when lines move.
        "partialFingerprints": {"finding/v1": _fingerprint(f"{report.world}\0{finding.name}")},
        "properties": {"subject": finding.subject, "proved": finding.proved},
    }
    if finding.kind in KINDS:
        result["ruleIndex"] = list(KINDS).index(finding.kind)
    if finding.accepted is not None:
        result["suppressions"] = [{"kind": "inSource", "status": "accepted", "justification": finding.accepted}]
    return result


def _location(finding: Finding, report: Report, sources: Mapping[str, Source]) -> dict[str, Any]:
    path = report.world if finding.span is None else finding.span.path
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(path), "index": _paths(report).index(path)}}
    source = sources.get(path)
    if source is not None:
        place["region"] = _region(finding.span or Span(path, 0, len(source.text)), source)
    location: dict[str, Any] = {"physicalLocation": place}
    if finding.subject is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.subject}]
    return location


def _region(span: Span, source: Source) -> dict[str, int]:
    line, column = source.position(span.start)
    last_line, last_column = source.position(span.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": last_line,
        "endColumn": last_column,
        "charOffset": span.start,
        "charLength": span.end - span.start,
    }


def _paths(report: Report) -> list[str]:
    return list(dict.fromkeys([report.world, *(f.span.path for f in report.findings if f.span is not None)]))


def _uri(path: str) -> str:
    """A path as a reference; relative ones stay so, as code scanning wants them."""
    named = PurePath(path)
    quoted = quote(named.as_posix(), errors="replace")
    return f"file://{quoted}" if named.is_absolute() else quoted


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]
