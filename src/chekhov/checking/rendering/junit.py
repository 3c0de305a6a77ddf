"""A report as JUnit XML, as CI systems show it: every demand, secret and ending is a test, and so is every finding.

A test fails if a demand fails, a secret leaks, or a finding is an error; with ``strict``, also if it is a warning, such
as that of an ending which no story reaches. Other warnings, what is not proved, and what the author accepts count as
skipped, each with its message; what is merely worth knowing passes. The attributes are those of the JUnit 10 schema
that Jenkins, GitLab and the report actions of GitHub read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias
from xml.etree import ElementTree

from chekhov.checking.findings import Report, Story, Verdict
from chekhov.checking.rendering import outline
from chekhov.diagnostics import Source, Span

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write, escaped or not (section 2.2)."""


_Result: TypeAlias = Literal["passed", "failure", "skipped"]


@dataclass(frozen=True, slots=True)
class _Test:
    name: str
    result: _Result
    message: str
    kind: str
    text: str
    span: Span | None


def render(report: Report, sources: Mapping[str, Source] | None = None, *, strict: bool = False) -> str:
    """The report as a JUnit XML document."""
    suites = [
        (name, tests)
        for name, tests in (
            ("demands", list(_demands(report))),
            ("endings", list(_endings(report, strict))),
            ("findings", list(_findings(report, strict))),
        )
        if tests
    ]
    root = ElementTree.Element("testsuites", name=_text(report.title or report.world))
    _count(root, [test for _, tests in suites for test in tests], report.extent.seconds)
    for name, tests in suites:
        suite = ElementTree.SubElement(root, "testsuite", name=name)
        _count(suite, tests, report.extent.seconds if name == suites[0][0] else 0)
        for test in tests:
            case = ElementTree.SubElement(
                suite, "testcase", name=_text(test.name), classname=_text(f"{report.world}.{name}"), time="0"
            )
            source = None if test.span is None else (sources or {}).get(test.span.path)
            if test.span is not None:
                case.set("file", _text(test.span.path))
                if source is not None:
                    case.set("line", str(source.position(test.span.start)[0]))
            if test.result != "passed":
                outcome = ElementTree.SubElement(case, test.result, message=_text(test.message))
                if test.result == "failure":
                    outcome.set("type", _text(test.kind))
                outcome.text = _text(test.text)
            elif test.text:
                ElementTree.SubElement(case, "system-out").text = _text(test.text)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def _count(element: ElementTree.Element, tests: list[_Test], seconds: float) -> None:
    results = [test.result for test in tests]
    element.set("tests", str(len(tests)))
    element.set("failures", str(results.count("failure")))
    element.set("errors", "0")
    element.set("skipped", str(results.count("skipped")))
    element.set("time", f"{seconds:.3f}")


def _demands(report: Report) -> Iterator[_Test]:
    for demand in report.demands:
        title = demand.label or demand.name
        name = f"{title}: {demand.text}" if title else demand.text
        text = "\n".join((demand.explanation, *_acts(demand.story)))
        result, message = _result(demand.verdict, demand.explanation, outline.accepted_demand(report, demand))
        yield _Test(name, result, message, "demand", text, demand.span)


def _endings(report: Report, strict: bool) -> Iterator[_Test]:
    for ending in report.endings:
        name = f"{ending.label} ({ending.name})" if ending.label else ending.name
        text = "\n".join(ending.obstacles or _acts(ending.story))
        said = "No story reaches it." if ending.proved else "No story was found that reaches it."
        result, message = _result(outline.standing(ending), said, outline.accepted_ending(report, ending))
        if result == "failure" and not strict:
            result, message = "skipped", f"warning: {said}"
        yield _Test(name, result, message, "ending_unreachable", text, ending.span)


def _findings(report: Report, strict: bool) -> Iterator[_Test]:
    for finding in outline.besides(report):
        text = "\n".join(
            (finding.message, *finding.details, *([finding.help] if finding.help else ()), *_acts(finding.story))
        )
        verdict: Verdict = "holds" if finding.level == "note" else "fails"
        result, message = _result(verdict, finding.message, finding.accepted)
        if result == "failure" and finding.level == "warning" and not strict:
            result, message = "skipped", f"warning: {finding.message}"
        yield _Test(finding.name, result, message, finding.kind, text, finding.span)


def _result(verdict: Verdict, message: str, accepted: str | None) -> tuple[_Result, str]:
    if verdict == "holds":
        return "passed", message
    if accepted is not None:
        return "skipped", f"accepted: {accepted}"
    return ("failure", message) if verdict == "fails" else ("skipped", f"not proved: {message}")


def _acts(story: Story | None) -> list[str]:
    return [] if story is None else [f"{number}. {act}" for number, act in enumerate(story.acts, 1)]


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
