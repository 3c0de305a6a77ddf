"""A report for a terminal: what a writer reads, in as many columns as there are.

Nothing depends on colour: marks and words say it, too. Where a stream has no typographic characters, it is the stream
that replaces them. Control characters of a world never reach the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from chekhov.checking.findings import (
    Choice,
    DemandResult,
    EndingResult,
    Finding,
    Knowledge,
    Report,
    Story,
    Verdict,
)
from chekhov.checking.rendering import outline
from chekhov.diagnostics import Label, Source, Span, columns, excerpt, visible

_STYLES = {
    "heading": "\x1b[1m",
    "holds": "\x1b[32m",
    "fails": "\x1b[1;31m",
    "unproved": "\x1b[1;33m",
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "note": "\x1b[1;36m",
    "faint": "\x1b[2m",
}
_PLAIN = "\x1b[0m"
_FEW = 4
"""So many of one kind are told in a short report; the rest is counted."""
_WIDE = 72
"""From so many columns on, a table has its texts beside its figures, not below, and standard errors."""


def lines(
    report: Report,
    sources: Mapping[str, Source] | None = None,
    *,
    width: int = 80,
    colour: bool = False,
    everything: bool = False,
    strict: bool = False,
) -> list[str]:
    """The report in lines of at most ``width`` columns, but for words that are longer.

    ``everything``: also what is usually only counted. Places are shown with the lines of ``sources``. With ``strict``,
    warnings are as grave as errors.
    """
    return list(Terminal(sources or {}, width, colour, everything).report(report, strict))


def render(report: Report, sources: Mapping[str, Source] | None = None, *, strict: bool = False) -> str:
    """The whole report as plain text."""
    return "".join(f"{line}\n" for line in lines(report, sources, width=100, everything=True, strict=strict))


def wrap(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """A text in lines of at most ``width`` columns of a terminal, which are indented by ``first`` and then by ``rest``
    (the same, unless given). A word that is longer stays whole; characters of two columns can be parted anywhere."""
    rest = first if rest is None else rest
    found: list[str] = []
    line, used, words = first, columns(first), False
    for blank, word in re.findall("( *)([\u1100-\u115f\u2e80-\uffef]|[^ \u1100-\u115f\u2e80-\uffef]+)", visible(text)):
        size = columns(word)
        space = blank
        if words and used + len(space) + size > width:
            found.append(line)
            line, used, space = rest, columns(rest), ""
        line += space + word
        used += len(space) + size
        words = True
    return [*found, line] if words else []


class Terminal:
    """Writes for a terminal of so many columns, with colour or without."""

    def __init__(self, sources: Mapping[str, Source], width: int, colour: bool, everything: bool) -> None:
        self.sources = sources
        self.width = width
        self.colour = colour
        self.everything = everything

    # -- small things

    def paint(self, text: str, style: str) -> str:
        """The text in a style, if there is colour."""
        return f"{_STYLES[style]}{text}{_PLAIN}" if self.colour and text else text

    def heading(self, text: str) -> Iterator[str]:
        """An empty line, and a heading."""
        yield ""
        yield self.paint(text, "heading")

    def prose(self, text: str, indent: int = 2, hanging: int = 0, style: str | None = None) -> list[str]:
        """A text in lines; further ones hang."""
        found = wrap(text, self.width, " " * indent, " " * (indent + hanging))
        return [self.paint(line, style) for line in found] if style else found

    def marked(self, verdict: Verdict, text: str) -> list[str]:
        """A text with its tick or cross before it."""
        first, *rest = wrap(text, self.width, "    ") or ["    "]
        return [f"  {self.paint(outline.mark(verdict), verdict)} {first[4:]}", *rest]

    def few(self, items: Sequence[str], most: int = _FEW) -> Iterator[str]:
        """The first of some texts, and how many more there are."""
        shown = items if self.everything or len(items) <= most + 1 else items[:most]
        yield from shown
        if len(shown) < len(items):
            yield f"and {len(items) - len(shown):,} more"

    def place(self, span: Span | None) -> str:
        """File and line."""
        if span is None:
            return ""
        source = self.sources.get(span.path)
        return visible(span.path) if source is None else f"{visible(span.path)}:{source.position(span.start)[0]}"

    def story(self, story: Story, indent: int, tellings: bool = True, first: int = 1) -> Iterator[str]:
        """The acts of a story, numbered from ``first``, and what is told of them."""
        gutter = len(str(first - 1 + len(story.acts))) + 2
        if not story.acts:
            yield from self.prose("at the start" if first == 1 else "it is so there", indent)
        told = (*story.tellings, *(None for _ in story.acts))
        for number, (act, telling) in enumerate(zip(story.acts, told, strict=False), first):
            margin = " " * indent
            yield from wrap(f"{f'{number}.':<{gutter}}{act}", self.width, margin, margin + " " * (gutter + 2))
            if telling is not None and tellings:
                yield from self.prose(telling, indent + gutter + 2, style="faint")

    # -- the report

    def report(self, report: Report, strict: bool) -> Iterator[str]:
        """All of it."""
        yield from self.beginning(report)
        yield from self.endings(report)
        yield from self.demands(report)
        yield from self.choices(report)
        yield from self.findings(report)
        yield from self.knowledge(report)
        yield from self.ranges(report)
        yield from self.acceptances(report)
        yield from self.end(report, strict)

    def beginning(self, report: Report) -> Iterator[str]:
        """What was checked, and how much of it was seen."""
        for line in wrap(f"{report.title} — {report.world}" if report.title else report.world, self.width):
            yield self.paint(line, "heading")
        for sentence in outline.sentences(report.extent):
            yield from wrap(sentence, self.width)

    def endings(self, report: Report) -> Iterator[str]:
        """A table of the endings: how often random play comes to each, in how many moments it holds, and after how
        many acts at least."""
        if not report.endings:
            return
        narrow = self.width < _WIDE
        rows = [_figures(ending, with_error=not narrow) for ending in report.endings]
        lost = (outline.percent(report.unexplained_play), "", "")
        titles = ("random" if narrow else "random play", "moments", "acts")
        sizes = [max(map(columns, column)) for column in zip(titles, lost, *rows, strict=True)]
        figures = sum(sizes) + 2 * len(sizes)
        names = [visible(ending.name) for ending in report.endings if ending.reachable] + ["no ending"]
        first = min(max(map(columns, names)), max(self.width - figures - 4, 9))
        beside = self.width - 4 - first - figures - 2

        def right(cells: Sequence[str]) -> str:
            texts = (f"  {' ' * (size - columns(cell))}{cell}" for cell, size in zip(cells, sizes, strict=True))
            return "".join(texts).rstrip()

        def row(name: str, cells: Sequence[str], mark: str = " ") -> list[str]:
            if columns(name) > first:
                return [f"  {mark} {name}", " " * (4 + first) + right(cells)]
            return [f"  {mark} {name}{' ' * (first - columns(name))}{right(cells)}"]

        yield from self.heading(f"{'Endings':<{first + 4}}{right(titles)}")
        for ending, cells in zip(report.endings, rows, strict=True):
            if not ending.reachable:
                yield from self.unreached(ending, outline.accepted_ending(report, ending))
                continue
            label = visible(ending.label or "")
            *above, line = row(visible(ending.name), cells, self.paint(outline.mark("holds"), "holds"))
            yield from above
            if not narrow and label and columns(label) <= beside:
                yield f"{line}  {self.paint(label, 'faint')}"
            else:
                yield line
                yield from self.prose(label, 6, style="faint")
            if self.everything and ending.story is not None:
                yield from self.story(ending.story, 6)
        if report.unexplained_play:
            yield from row("no ending", lost)

    def unreached(self, ending: EndingResult, accepted: str | None) -> Iterator[str]:
        """An ending that no story reaches, and what stands in the way."""
        said = "no story reaches it" if ending.proved else "no story was found that reaches it"
        reason = "" if accepted is None else f" (accepted: {accepted})"
        yield from self.marked(outline.standing(ending), f"{ending.name}: {said}{reason}")
        yield from self.prose(ending.label or "", 6, style="faint")
        if accepted is None or self.everything:
            for obstacle in self.few(ending.obstacles):
                yield from self.prose(obstacle, 6, 2)

    def demands(self, report: Report) -> Iterator[str]:
        """Ticks and crosses; each cross with the story that shows it."""
        if not report.demands:
            return
        yield from self.heading("Demands")
        for demand in report.demands:
            yield from self.demand(demand, outline.accepted_demand(report, demand))

    def demand(self, demand: DemandResult, accepted: str | None) -> Iterator[str]:
        """One demand."""
        title = demand.label or demand.name
        yield from self.marked(demand.verdict, f"{title}: {demand.text}" if title else demand.text)
        place = self.place(demand.span)
        if accepted is not None:
            yield from self.prose(f"accepted: {accepted}", 4, 2, "faint")
            if not self.everything:
                return
        if demand.verdict != "holds" or self.everything:
            yield from self.prose(demand.explanation, 4)
            if demand.verdict == "fails" and place:
                yield from self.prose(f"--> {place}", 4, style="faint")
            if demand.story is not None and demand.story.acts:
                yield from self.story(demand.story, 6)

    def choices(self, report: Report) -> Iterator[str]:
        """After which acts it is too late."""
        found = outline.choices(report)
        if found:
            yield from self.heading("Too late")
        for ending, choices in found:
            yield from self.prose(f"for {'any ending' if ending is None else ending}, after", 2)
            told = choices if self.everything or len(choices) <= _FEW + 1 else choices[:_FEW]
            for number, choice in enumerate(told):
                yield from self.choice(choice, self.everything or number == 0)
            if len(told) < len(choices):
                yield from self.prose(f"and {len(choices) - len(told):,} more", 4)

    def choice(self, choice: Choice, with_story: bool) -> Iterator[str]:
        """An act that loses an ending, and the first time that it does."""
        yield from self.prose(f"{choice.act}, {outline.how_often(choice)}", 4, 2)
        if with_story:
            yield from self.story(choice.story, 6, self.everything)

    def findings(self, report: Report) -> Iterator[str]:
        """What is suspicious, with its place in the world; what is worth knowing, in a line each."""
        for section in outline.sections(report):
            yield from self.heading(section.heading)
            grave = [finding for finding in section.findings if self.everything or self.is_grave(finding, report)]
            told = grave if self.everything or len(grave) <= 2 * _FEW + 1 else grave[: 2 * _FEW]
            for number, finding in enumerate(told):
                if number:
                    yield ""
                yield from self.finding(finding)
            if len(told) < len(grave):
                yield from self.prose(f"and {outline.counted(len(grave) - len(told), 'warning')} more", 2)
            others = [finding for finding in section.findings if finding not in grave]
            if grave and others:
                yield ""
            messages = [finding.message for finding in others]
            for message in messages if section.whole else self.few(messages):
                yield from self.prose(message, 2, 2)

    def is_grave(self, finding: Finding, report: Report) -> bool:
        """Whether a short report tells a finding with its place: if it is suspicious, and not for the mere reason that
        much has not been seen."""
        return finding.level == "error" or (finding.level == "warning" and (finding.proved or report.extent.complete))

    def finding(self, finding: Finding) -> Iterator[str]:
        """One finding in the style of the errors in a world."""
        head = f"{finding.level}[{finding.kind}]"
        first, *rest = wrap(f"{head}: {outline.first_line(finding.message)}", self.width, "", "  ")
        if self.colour and first.startswith(head):
            first = self.paint(head, finding.level) + self.paint(first[len(head) :], "heading")
        yield first
        yield from (self.paint(line, "heading") for line in rest)
        if finding.span is not None:
            yield from excerpt(
                Label(finding.span),
                (),
                self.sources,
                severity=finding.level,
                colour=self.colour,
                width=self.width,
            )
        for detail in finding.details:
            yield from self.prose(detail, 4, 2)
        if finding.help:
            yield from self.prose(f"= help: {finding.help}", 4, 2)
        if finding.story is not None:
            yield from self.prose("for the first time so:" if finding.story.acts else "so from the start on", 4)
            if finding.story.acts:
                yield from self.story(finding.story, 6, self.everything)

    def knowledge(self, report: Report) -> Iterator[str]:
        """Who can come to know what, and after how many acts."""
        if report.knowledge:
            yield from self.heading("Who can know what, from which act on")
        for character, facts in outline.by_character(report).items():
            yield from self.prose(character, 2)
            size = max(len(str(known.acts)) for known in facts)
            for text in self.few([_known(known, size) for known in facts]):
                yield from self.prose(text, 4, size + 2)

    def ranges(self, report: Report) -> Iterator[str]:
        """The numbers' least and most; with everything, what each fact comes to, and how often."""
        facts = report.ranges if self.everything else outline.numbers(report)
        if not facts:
            return
        if self.everything:
            yield from self.heading("What each fact comes to")
            for fact in facts:
                yield from self.prose(f"{fact.fluent}: {outline.values(fact)}", 2, 4)
            return
        yield from self.heading("Numbers")
        size = min(max(columns(fact.fluent) for fact in facts), max(self.width - 20, 10))
        texts = []
        for fact in facts:
            assert fact.least is not None
            assert fact.most is not None
            span = f"{outline.number(fact.least)} to {outline.number(fact.most)}"
            texts.append(f"{fact.fluent.ljust(size)}  {span}")
        for text in self.few(texts, 2 * _FEW):
            yield from self.prose(text, 2, 2)

    def acceptances(self, report: Report) -> Iterator[str]:
        """What the author lives with, and why."""
        found = outline.accepted(report)
        if found:
            yield from self.heading("Accepted")
            for text in self.few([f"{finding.name}: {finding.accepted}" for finding in found]):
                yield from self.prose(text, 2, 2, "faint")

    def end(self, report: Report, strict: bool) -> Iterator[str]:
        """How it stands, in a line."""
        yield ""
        styles = {"right": "holds", "wrong": "fails", "unproved": "unproved", "interrupted": "unproved"}
        for line in wrap(outline.summary(report), self.width):
            yield self.paint(line, styles[outline.outcome(report, strict=strict)])
        yield from wrap(outline.advice(report) or "", self.width)


def _figures(ending: EndingResult, *, with_error: bool) -> tuple[str, str, str]:
    """The cells of an ending's row: the share of random play with its standard error, moments, acts."""
    share = outline.percent(ending.share)
    if with_error:
        share += f"{f' ± {100 * ending.share_error:.1f}' if ending.share_error >= 0.0005 else '':<6}"
    return share, f"{ending.moments:,}", "" if ending.story is None else f"{len(ending.story.acts):,}"


def _known(known: Knowledge, size: int) -> str:
    fact = {"True": known.fact, "False": f"!{known.fact}"}.get(known.value, f"{known.fact} == {known.value}")
    by = f", by {known.story.acts[-1]}" if known.story.acts else ""
    return f"{known.acts:>{size}}  {fact}{by}"
