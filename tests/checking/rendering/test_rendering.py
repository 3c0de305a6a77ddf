"""Reports as people and programs get them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from checking.rendering.sample import EXTENT, HOSTILE, LONG, NASTY, NOTHING, PATH, REPORT, SOURCES

from chekhov.checking.findings import KINDS, DemandResult, EndingResult, Finding, Report
from chekhov.checking.rendering import FORMATS, outline, render, terminal
from chekhov.diagnostics import columns

ROOT = Path(__file__).resolve().parents[3]


def shown(report: Report, width: int = 80, **options: bool) -> str:
    return "\n".join(terminal.lines(report, SOURCES, width=width, **options))


# ---------------------------------------------------------------------------------------------------------------------
# How it stands


def test_outcomes() -> None:
    broken = Finding("demand", "error", "calm", "The demand fails.")
    failing = DemandResult("calm", None, "never drowned(Marek)", "fails", "…", LONG)
    warning = Finding("trap", "warning", None, "…")
    lost = EndingResult("lost", None, False, False, 0, 0.0, 0.0, None)
    cases = [
        (NOTHING, "right"),
        (replace(NOTHING, demands=(failing,), findings=(broken,)), "wrong"),
        (replace(NOTHING, findings=(Finding("endless_triggers", "error", None, "…"),)), "wrong"),
        # What is accepted is not wrong.
        (replace(NOTHING, demands=(failing,), findings=(replace(broken, accepted="So be it."),)), "right"),
        (replace(NOTHING, findings=(warning,)), "right"),
        (replace(NOTHING, demands=(replace(failing, verdict="unproved"),)), "unproved"),
        (replace(NOTHING, demands=(replace(failing, verdict="holds"),)), "right"),
        (replace(NOTHING, endings=(lost,)), "unproved"),
        (replace(NOTHING, endings=(replace(lost, proved=True),)), "right"),
        (replace(NOTHING, extent=replace(EXTENT, complete=False, limit="time")), "unproved"),
        (replace(NOTHING, extent=replace(EXTENT, complete=False, limit="depth")), "right"),
        (replace(NOTHING, extent=replace(EXTENT, complete=False, limit="interrupted")), "interrupted"),
        # A counterexample counts however little was seen.
        (replace(NOTHING, demands=(failing,), extent=replace(EXTENT, complete=False, limit="memory")), "wrong"),
    ]
    for report, expected in cases:
        assert outline.outcome(report) == expected
    assert outline.outcome(replace(NOTHING, findings=(warning,)), strict=True) == "wrong"
    assert outline.outcome(replace(NOTHING, findings=(replace(warning, accepted="…"),)), strict=True) == "right"


def test_the_summary() -> None:
    assert outline.summary(REPORT) == (
        "1 demand fails, 2 answers not proved, 8 warnings, 10 notes, 2 findings accepted."
    )
    assert outline.summary(NOTHING) == "Nothing found."
    holding = replace(NOTHING, demands=(REPORT.demands[1],))
    assert outline.summary(holding) == "The one demand holds; nothing found."


def test_nothing_is_told_twice_or_left_out() -> None:
    told = [finding for section in outline.sections(REPORT) for finding in section.findings]
    assert len(told) == len(set(map(id, told)))
    elsewhere = {"demand", "leak", "ending_unreachable", "too_late"}
    assert {f.name for f in told} == {f.name for f in REPORT.findings if f.accepted is None and f.kind not in elsewhere}
    # What has no place of its own for some reason is told all the same.
    bare = replace(REPORT, demands=(), endings=(), choices=())
    told = [finding for section in outline.sections(bare) for finding in section.findings]
    assert elsewhere - {"leak"} <= {finding.kind for finding in told}


# ---------------------------------------------------------------------------------------------------------------------
# The terminal


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("everything", [False, True])
def test_it_keeps_to_the_width(width: int, everything: bool) -> None:
    for line in shown(REPORT, width, everything=everything).splitlines():
        assert columns(line) <= width, line


def test_colour_changes_no_text() -> None:
    coloured = shown(REPORT, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == shown(REPORT)
    assert "\x1b" not in shown(REPORT)


def test_what_is_shown_in_short() -> None:
    text = shown(REPORT)
    assert text.startswith("The Lighthouse — worlds/lighthouse.story\n1,234 moments, 5,678 acts between them")
    assert "✓ rescued    45.7 % ± 1.2      120     1\n" in text
    assert "no ending        54.3 %" in text
    assert "✗ lost: no story reaches it" in text
    assert "? dawn: no story was found that reaches it" in text
    # A demand that fails has its whole story, and its place.
    assert "✗ Nobody drowns: never drowned(Marek)" in text
    assert "--> worlds/lighthouse.story:12\n" in text
    assert "10. drown(Marek)" in text
    assert "Marek climbs on." in text
    assert "    drown(_), whenever it is done\n      1.  climb(Marek, Step1)\n" in text
    assert "    signal(Ines, _), in 3 of 5 moments\n" in text
    # Warnings have the line that they are about; notes are short.
    assert "warning[never_fires]: `storm` never happens\n  --> worlds/lighthouse.story:11:9\n" in text
    assert "11 | trigger storm()" in text
    assert "`fact3` never changes.\n  and 5 more" in text
    assert "`fact8`" not in text
    assert "1  debt(Ines) == 40, by signal(Ines, Lamp)" in text
    assert "oil  0 to 30" in text
    assert "debt(Ines)  2.5" not in text
    assert "trap: That is what waiting is." in text
    assert text.endswith("proved for such: --max-reason-acts 5 --max-belief-depth 2")
    assert f"\n\n{outline.summary(REPORT)}\n" in text


def test_what_is_shown_with_everything() -> None:
    text = shown(REPORT, everything=True)
    assert "note[never_changes]: `fact8` never changes" in text
    assert "and 5 more" not in text
    assert "lit(Lamp): True (900), False (334)" in text
    assert "Ines swings the lamp." in text
    assert re.search(r"rescued.*\n(.*\n)? +1\. signal\(Ines, Lamp\)", text)


def test_what_was_merely_not_seen_is_told_briefly() -> None:
    unseen = replace(REPORT, findings=tuple(replace(finding, proved=False) for finding in REPORT.findings))
    assert "11 | trigger storm()" in shown(unseen)
    partial = replace(unseen, extent=replace(EXTENT, complete=False, limit="time"))
    assert "11 | trigger storm()" not in shown(partial)
    assert "  `storm` never happens." in shown(partial)


def test_a_quiet_world() -> None:
    assert shown(NOTHING).splitlines() == [
        "quiet.story",
        "1 moment, 0 acts between them, 0 acts deep: these are all.",
        "Every act has a reason, of 5 acts and 2 minds deep at most.",
        "",
        "Nothing found.",
    ]


@pytest.mark.parametrize("width", [40, 100])
def test_nothing_of_a_world_reaches_the_terminal_raw(width: int) -> None:
    text = shown(HOSTILE, width, colour=True, everything=True)
    assert re.findall(r"[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202e\ud800]", text) == []
    assert re.sub(r"\x1b\[[0-9;]+m", "", text).count("\x1b") == 0
    assert "\x1b[31m�" not in text


def test_wrapping() -> None:
    assert terminal.wrap("one two three", 9, "  ", "    ") == ["  one two", "    three"]
    assert terminal.wrap("  1  fact", 40) == ["  1  fact"]
    assert terminal.wrap("incomprehensibilities indeed", 10) == ["incomprehensibilities", "indeed"]
    # Two columns each, and no blanks to part them at.
    assert terminal.wrap("灯台守の話です", 8) == ["灯台守の", "話です"]
    assert terminal.wrap("", 10, "  ") == []


# ---------------------------------------------------------------------------------------------------------------------
# The page


class Page(HTMLParser):
    """What is in a page: tags with their attributes, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


@pytest.mark.parametrize("report", [REPORT, NOTHING, HOSTILE], ids=["report", "nothing", "hostile"])
def test_the_page_stands_alone(report: Report) -> None:
    text = render(report, "html", SOURCES)
    page = Page(text)
    names = {name for name, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "video", "audio"}
    for _, attributes in page.tags:
        assert not {"src", "style", "onclick", "onload", "action", "srcset"} & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in text
    assert "@import" not in text
    policy = next(a["content"] for n, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    # Every link has its place, and each place one name.
    places = [a["id"] for _, a in page.tags if "id" in a]
    assert len(places) == len(set(places))
    assert {f"#{place}" for place in places} == {a["href"] for n, a in page.tags if n == "a"}


def test_the_page_tells_all() -> None:
    page = Page(render(REPORT, "html", SOURCES))
    text = " ".join(page.text.split())
    for finding in REPORT.findings:
        if finding.kind not in ("demand", "leak", "ending_unreachable", "too_late") and finding.accepted is None:
            assert finding.message.replace("`", "") in text
    for ending in REPORT.endings:
        assert (ending.label or ending.name) in text
    for demand in REPORT.demands:
        assert demand.text in text
    assert "11 | trigger storm()" in text
    assert "Ines swings the lamp." in text
    assert ("details", {"open": None}) in page.tags  # the story of a demand that fails


def test_nothing_of_a_world_is_markup() -> None:
    text = render(HOSTILE, "html", SOURCES)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800\uffff]", text) == []


def luminance(colour: str) -> float:
    """Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_page_can_be_read_in_light_and_dark() -> None:
    style = (ROOT / "src/chekhov/checking/rendering/page.css").read_text()
    schemes = [dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", style, re.S)]
    assert len(schemes) == 2
    for scheme in schemes:
        for ink in ("text", "faint", "link", "holds", "fails", "unproved", "note"):
            for paper in ("page", "card"):
                light, dark = sorted((luminance(scheme[ink]), luminance(scheme[paper])), reverse=True)
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)


# ---------------------------------------------------------------------------------------------------------------------
# Programs


def test_json_has_the_shape_that_is_documented() -> None:
    schema = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for report in (REPORT, NOTHING, HOSTILE):
        document = render(report, "json", SOURCES)
        assert document.isascii()
        answer = json.loads(document, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
        jsonschema.validate(answer, schema, jsonschema.Draft202012Validator)
    answer = json.loads(render(REPORT, "json", SOURCES))
    assert answer["outcome"] == "wrong"
    assert answer["findings"][0]["place"]["start"]["line"] == 12
    assert answer["endings"][0]["story"]["acts"] == ["signal(Ines, Lamp)"]
    assert answer["demands"][3]["accepted"] == "He would have guessed."
    assert [finding["kind"] for finding in answer["findings"]] == [finding.kind for finding in REPORT.findings]
    assert json.loads(render(HOSTILE, "json"))["endings"][0]["share"] is None


def test_every_field_of_the_json_is_described() -> None:
    """The schema is closed, so that a new field must be described, too."""

    def objects(schema: object) -> Iterator[dict[str, object]]:
        if isinstance(schema, dict):
            if schema.get("type") == "object" and "properties" in schema:
                yield schema
            for inner in schema.values():
                yield from objects(inner)

    schema = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
    found = list(objects(schema))
    assert found
    for part in found:
        properties = part["properties"]
        assert isinstance(properties, dict)
        assert part["additionalProperties"] is False
        assert all(name == "$ref" or "description" in value or "$ref" in value for name, value in properties.items())


def test_every_kind_is_described() -> None:
    page = (ROOT / "docs/report.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|$", page, re.MULTILINE)) == KINDS


@pytest.mark.parametrize("strict", [False, True])
def test_junit(strict: bool) -> None:
    root = ElementTree.fromstring(render(REPORT, "junit", SOURCES, strict=strict))
    assert [suite.get("name") for suite in root] == ["demands", "endings", "findings"]
    for element in (root, *root):
        inner = list(element.iter("testcase"))
        assert int(element.get("tests", "")) == len(inner)
        assert int(element.get("failures", "")) == sum(case.find("failure") is not None for case in inner)
        assert int(element.get("skipped", "")) == sum(case.find("skipped") is not None for case in inner)
    cases = {case.get("name"): case for case in root.iter("testcase")}
    calm = cases["Nobody drowns: never drowned(Marek)"]
    assert (calm.get("file"), calm.get("line")) == (PATH, "12")
    failure = calm.find("failure")
    assert failure is not None
    assert failure.get("type") == "demand"
    assert "10. drown(Marek)" in (failure.text or "")
    assert cases["lamp: possible lit(Lamp)"].find("failure") is None

    def skipped(name: str) -> str | None:
        outcome = cases[name].find("skipped")
        return None if outcome is None else outcome.get("message")

    assert skipped("What Ines owes: secret debt(Ines) from Marek") == "accepted: He would have guessed."
    assert (skipped("oil: C until D") or "").startswith("not proved: ")
    assert (skipped("never_fires(storm)") is None) == strict
    assert (skipped("The light goes out for ever (lost)") is None) == strict
    assert (skipped("dawn") or "").startswith("not proved: ")
    assert skipped("trap") == "accepted: That is what waiting is."
    assert cases["never_changes(fact1)"].find("system-out") is not None


def test_junit_can_hold_any_text() -> None:
    root = ElementTree.fromstring(render(HOSTILE, "junit", SOURCES))
    readable = "a�b�[31m\x7f\u009b\u202e�<script>alert(1)</script>&\"']]>�"
    assert root.get("name") == readable
    assert NASTY not in (case.get("name") for case in root.iter("testcase"))


def test_sarif() -> None:
    log = json.loads(render(REPORT, "sarif", SOURCES))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(KINDS)
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"].endswith(".") for rule in rules)
    assert len(run["results"]) == len(REPORT.findings)
    for result, finding in zip(run["results"], REPORT.findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.kind
        assert result["level"] == finding.level
        assert result["message"]["text"].startswith(finding.message)
        place = result["locations"][0]["physicalLocation"]
        assert run["artifacts"][place["artifactLocation"]["index"]]["location"]["uri"] == PATH
        assert ("suppressions" in result) == (finding.accepted is not None)
        region = place["region"]
        if finding.span is not None:
            line, column = SOURCES[PATH].position(finding.span.start)
            assert (region["startLine"], region["startColumn"]) == (line, column)
            assert region["charLength"] == finding.span.end - finding.span.start
        else:
            assert (region["startLine"], region["startColumn"], region["charOffset"]) == (1, 1, 0)
    prints = [result["partialFingerprints"]["finding/v1"] for result in run["results"]]
    assert len(prints) == len(set(prints))


def test_sarif_can_hold_any_text() -> None:
    text = render(HOSTILE, "sarif", SOURCES)
    assert text.isascii()
    (run,) = json.loads(text)["runs"]
    assert all(re.fullmatch(r"[\w%.~/-]+", artifact["location"]["uri"]) for artifact in run["artifacts"])
    moved = json.loads(render(replace(REPORT, world="/srv/a world.story"), "sarif", SOURCES))["runs"][0]
    assert moved["artifacts"][0]["location"]["uri"] == "file:///srv/a%20world.story"


@pytest.mark.parametrize("format", list(FORMATS))
def test_the_same_report_gives_the_same_bytes(format: str) -> None:
    assert render(REPORT, format, SOURCES) == render(replace(REPORT), format, dict(SOURCES))
    assert render(REPORT, format, SOURCES).endswith("\n")
