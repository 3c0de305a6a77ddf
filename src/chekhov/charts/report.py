"""Stories with all their pictures as one HTML page that needs nothing else: no request goes out, no script but its own
runs, and without that all is there as well.

The template is ``report.html`` beside this file. The pictures stand in the page itself, so that what they tell on hover
is there, and share one style sheet; everything of the world is escaped as it is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from chekhov.charts.chronicle import Told
from chekhov.charts.pages import Sheets
from chekhov.charts.pictures import KINDS, draw
from chekhov.checking.findings import Report
from chekhov.checking.rendering import outline
from chekhov.checking.rendering.page import environment, excerpts
from chekhov.diagnostics import ChekhovError, Source
from chekhov.model import Problem
from chekhov.reasons import in_runs, shown_numbers
from chekhov.telling import label


@dataclass(frozen=True, slots=True)
class Chapter:
    """A story of the page, under a ``title``, with ``notes`` on it; ``story`` None: there is none, and the notes say
    why."""

    title: str
    story: Told | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Figure:
    name: str
    shows: str
    svg: Markup | None
    note: str
    sheet: int = 0


@dataclass(frozen=True, slots=True)
class _Line:
    numbers: str
    text: str
    telling: str | None
    holds: bool
    scene: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    title: str
    notes: tuple[str, ...]
    figures: tuple[_Figure, ...]
    text: tuple[_Line, ...]


def render(
    problem: Problem,
    chapters: Sequence[Chapter],
    title: str | None = None,
    report: Report | None = None,
    sources: Mapping[str, Source] | None = None,
) -> str:
    """The page of a world's stories, each with a picture of every kind; with a ``report``, also what a check found.
    A picture that a kind cannot draw of a story is said to be missing, with the kind's own reason."""
    templates = environment("chekhov", "charts")
    sheets = Sheets()
    # What does not differ from story to story is drawn with the first.
    first = next((number for number, chapter in enumerate(chapters, 1) if chapter.story is not None), 0)
    shown = [
        _Shown(
            chapter.title,
            chapter.notes,
            () if chapter.story is None else _figures(chapter.story, number, sheets, of_world=number == first),
            () if chapter.story is None else tuple(_text(chapter.story)),
        )
        for number, chapter in enumerate(chapters, 1)
    ]
    return templates.get_template("report.html").render(
        title=title or problem.title or "A story world",
        problem=problem,
        preface=preface(problem, sources or {}),
        people=[label(problem, each.name) for each in problem.characters],
        chapters=shown,
        report=report,
        outline=outline,
        newline=Markup("\n"),
        excerpt=lambda finding: excerpts(finding, sources or {}),
        page=sheets.head(),
    )


_HEAD = re.compile(r"\ufeff?\s*/\*\*(.*?)\*/", re.DOTALL)


def preface(problem: Problem, sources: Mapping[str, Source]) -> tuple[tuple[str, ...], ...]:
    """What the comment at the head of a world's file (``/** … */``) says: a text for each paragraph, and after it the
    items of its list (the text is empty where a list stands alone); but for the world's title. Of several files, the
    first that has one counts; the library's do not.

    >>> from chekhov import lang
    >>> text = "/**\\n * Here,\\n * at home:\\n * - a cat\\n */\\nentity Cat : character; utility(): 0;"
    >>> preface(lang.parse(text, "w.story").problem, {"w.story": Source("w.story", text)})
    (('Here, at home:', 'a cat'),)
    """
    declared = (*problem.entities, *problem.properties, *problem.events, *problem.endings, *problem.utilities)
    paths = {each.span.path for each in declared if each.span is not None}
    texts = (source.text for path, source in sources.items() if path in paths and not path.startswith("<std>/"))
    found = next(filter(None, map(_HEAD.match, texts)), None)
    lines = [] if found is None else [re.sub(r"^\s*\* ?", "", line).rstrip() for line in found[1].strip().splitlines()]
    parts = [
        tuple(" ".join(piece.split()) for piece in re.split(r"(?:\A|\n)- ", part))
        for part in re.split(r"\n{2,}", "\n".join(lines).strip())
    ]
    return tuple(part for part in parts if any(part) and part != (problem.title,))


def _figures(story: Told, chapter: int, sheets: Sheets, *, of_world: bool) -> tuple[_Figure, ...]:
    """The pictures of a chapter, with those ``of_world`` alone or without."""
    found = []
    for kind in KINDS.values():
        if not kind.of_story and not of_world:
            continue
        try:
            picture = draw(kind.name, story)
        except ChekhovError as error:
            said = "; ".join(diagnostic.title for diagnostic in error.diagnostics)
            found.append(_Figure(kind.name, kind.shows, None, said))
            continue
        svg, sheet = sheets.take(picture.svg, f"p{chapter}-{kind.name}")
        found.append(_Figure(kind.name, kind.shows, svg, picture.note, sheet))
    return tuple(found)


def _text(story: Told) -> list[_Line]:
    """The beats with their reasons; time that passes is one line, as far as nothing is told of it."""
    beats = story.beats[1:]
    found: list[_Line] = []
    scene: str | None = None
    runs = in_runs([beat.text for beat in beats], lambda n: beats[n - 1].telling is not None or not beats[n - 1].holds)
    for numbers, text in runs:
        beat = beats[numbers[-1] - 1]
        reasons = tuple(line[2:] for why in story.why(beat.number) for line in why.lines(98)[1:])
        heading = beat.scene if beat.scene != scene else None
        scene = beat.scene
        found.append(_Line(shown_numbers(numbers), text, beat.telling, beat.holds, heading, reasons))
    return found
