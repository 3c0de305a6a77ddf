"""Chapters → a manuscript: the notes of one or more files, bound to the world that they speak of.

A chapter names its world in its first note, or the chapter that it continues. A folder is a book: its chapters in
order of their names, numbers counted as numbers. Nothing outside the folder of the first file asked for is read.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from chekhov import lang
from chekhov.diagnostics import Diagnostic, Label, Source, Span, sort
from chekhov.lang.names import nearest
from chekhov.lang.reading import content, failure
from chekhov.manuscript.notes import Note, find_notes
from chekhov.model import TIME_PASSES, Expression, Problem, TimeStep
from chekhov.timing import time_told

MAX_CHAPTERS = 1_000
"""So many chapters a book may have."""
MOST_STEPS = 1_000
"""So many steps of time pass in a note, at most, and so long ``later: until`` waits."""
MAX_TOGETHER = 6
"""So many acts may happen at the same time."""


@dataclass(frozen=True, slots=True)
class Beat:
    """Acts that happen at the same time. ``number`` counts the beats of the book from 1, in the order of the text.
    ``anyway``: nobody who does them is asked for a reason."""

    number: int
    acts: tuple[lang.Act, ...]
    span: Span
    anyway: bool = False

    def __str__(self) -> str:
        return "; ".join(map(str, self.acts))


@dataclass(frozen=True, slots=True)
class Claim:
    """What the prose says of somebody's mind (``knows``, ``believes``), or of how things are (``holds``)."""

    kind: str
    who: tuple[str, ...]
    condition: Expression
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Assumption:
    """What is so from here on, by the author's word."""

    effect: Expression
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Passing:
    """Time that passes: so many ``steps`` of the world's time, or ``until`` something holds."""

    steps: int | None
    until: Expression | None
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Shown:
    """What the reader learns, in a scene that is told ``through`` somebody: whoever tells it may be wrong."""

    condition: Expression
    text: str
    span: Span
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """A heading, and ``through`` whose eyes what follows is told (none: as it is)."""

    title: str
    span: Span
    through: tuple[str, ...] = ()


Entry: TypeAlias = Beat | Claim | Assumption | Passing | Shown | Scene


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A book, or a chapter of one: what its notes say, in the order of the ``text`` and in that of the ``story``
    (which differ where something is told out of order). ``chapters`` are the paths, in order."""

    path: str
    title: str | None
    problem: Problem
    text: tuple[Entry, ...]
    story: tuple[Entry, ...]
    chapters: tuple[str, ...]
    sources: Mapping[str, Source]
    world: str
    given: frozenset[Span] = frozenset()
    """The places of entries that do not stand in the text so, but are asked about: nothing may mend them."""

    @property
    def beats(self) -> tuple[Beat, ...]:
        """The beats in the order of the text."""
        return tuple(entry for entry in self.text if isinstance(entry, Beat))


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading: the manuscript (None if there are errors), all findings, and the texts by path."""

    manuscript: Manuscript | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]


def read(path: str | os.PathLike[str], *more: str | os.PathLike[str]) -> Reading:
    """Reads a manuscript from a file, with the chapters that it continues, or from a folder; or from several, one after
    the other.

    Never raises for what is wrong with a file: that is a finding, too.
    """
    return _Reader([os.fspath(one) for one in (path, *more)]).reading()


def beat_text(acts: Sequence[object]) -> str:
    """A beat's note, as one writes it."""
    return f"<!-- beat: {'; '.join(map(str, acts))} -->"


def notes_of(acts: Sequence[str], time: TimeStep | None) -> list[str]:
    """The notes of acts that happen one after the other; steps of time are a note together.

    >>> notes_of(["eat(Tom)", "time_passes()", "time_passes()"], TimeStep(5, "minutes"))
    ['<!-- beat: eat(Tom) -->', '<!-- later: 10 minutes -->']
    """
    found: list[str] = []
    for is_time, run in itertools.groupby(acts, lambda act: act == f"{TIME_PASSES}()"):
        some = list(run)
        found += [f"<!-- later: {time_told(len(some), time)} -->"] if is_time else [beat_text([act]) for act in some]
    return found


class _Reader:
    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self.path = paths[0]
        real = os.path.realpath(self.path)
        self.folder = real if os.path.isdir(real) else os.path.dirname(real)
        self.diagnostics: list[Diagnostic] = []
        self.sources: dict[str, Source] = {}
        self.chapters: list[tuple[str, list[Note]]] = []
        self.open: list[str] = []
        self.done: set[str] = set()
        self.world: tuple[str, str] | None = None
        self.problem: Problem | None = None

    def _say(self, code: str, title: str, span: Span | None, help: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, title, span, help=help))

    def reading(self) -> Reading:
        manuscript = None
        for path in self.paths:
            if os.path.isdir(path):
                self._book(path)
            else:
                self._chapter(path, None)
        if self.problem is not None:
            manuscript = self._bound(self.problem)
        elif self.chapters and not any(found.is_error for found in self.diagnostics):
            first, notes = self.chapters[0]
            self._say(
                "E0702",
                "this manuscript names no world",
                notes[0].whole if notes else Span(first, 0, 0),
                "begin it with `<!-- world: NAME.story -->`",
            )
        diagnostics = tuple(sort(self.diagnostics))
        if any(found.is_error for found in diagnostics):
            manuscript = None
        return Reading(manuscript, diagnostics, self.sources)

    # -- files

    def _book(self, path: str) -> None:
        def key(name: str) -> list[tuple[int, int | str]]:
            return [(0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"(\d{1,9})", name)]

        names = sorted((name for name in os.listdir(path) if name.endswith(".md")), key=key)
        for name in names:
            self._chapter(os.path.join(path, name), None, of_book=True)
        if not self.chapters:
            self._say("E0702", f"no chapter in `{path}` has any notes", None)

    def _chapter(self, shown: str, note: Note | None, *, of_book: bool = False) -> None:
        """Reads a chapter, after those that it continues, unless it has been read already."""
        where = None if note is None else note.span
        real = os.path.realpath(shown)
        if real in self.open:
            self._say("E0704", f"`{shown}` continues itself", where)
            return
        if real in self.done:
            return
        if len(self.done) >= MAX_CHAPTERS:
            self._say("E0113", f"a book has {MAX_CHAPTERS:,} chapters at most", where)
            return
        self.done.add(real)
        try:
            data = content(real)
        except OSError as error:
            self._say("E0114", f"cannot read `{shown}`: {failure(error)}", where)
            return
        if data is None:
            self._say("E0113", f"`{shown}` is too long", where)
            return
        text, found = lang.decode(data, shown)
        self.sources[shown] = Source(shown, text)
        self.diagnostics += found
        if found:
            return
        notes, found = find_notes(text, shown)
        if of_book and not notes and not found:
            return  # A page that stands beside the chapters, such as a README.
        self.diagnostics += found
        self.open.append(real)
        for one in notes:
            if one.kind == "continues" and (target := self._within(one, shown)) is not None:
                self._chapter(target, one)
            elif one.kind == "world":
                self._world(one, shown)
        self.open.pop()
        if len([one for one in notes if one.kind == "continues"]) > 1:
            self._say("E0704", "a chapter continues one other", [n for n in notes if n.kind == "continues"][1].span)
        self.chapters.append((shown, notes))

    def _within(self, note: Note, shown: str) -> str | None:
        """The path that a note names, if it lies within the manuscript's folder."""
        name = note.text
        if not name or name.startswith("/") or any(one in name for one in "\\:\0") or not name.isprintable():
            self._say(
                "E0703",
                "this is not the path of a file in the manuscript's folder",
                note.span if name else note.whole,
                "a path is relative, with `/` between its parts",
            )
            return None
        target = os.path.join(os.path.dirname(shown), name)
        root = self.folder.rstrip(os.sep) + os.sep
        lexical = os.path.normpath(os.path.join(os.path.dirname(os.path.realpath(shown)), name))
        if not (os.path.realpath(target).startswith(root) and lexical.startswith(root)):
            self._say(
                "E0703",
                "this file lies outside the manuscript's folder",
                note.span,
                "nothing outside of it is ever read",
            )
            return None
        return os.path.normpath(target)

    def _world(self, note: Note, shown: str) -> None:
        target = self._within(note, shown)
        if target is None:
            return
        if self.world is not None:
            if self.world[0] != os.path.realpath(target):
                self._say("E0702", f"the book is set in `{self.world[1]}`", note.span, "a book has one world")
            return
        self.world = os.path.realpath(target), target
        if not os.path.isfile(target):
            self._say("E0114", f"cannot read `{note.text}`: there is no such file", note.span)
            return
        reading = lang.read(target)
        self.sources.update(reading.sources)
        # Warnings are those of the world's author; whoever checks the world hears of them.
        self.diagnostics += [found for found in reading.diagnostics if found.is_error]
        self.problem = reading.problem

    # -- notes

    def _bound(self, problem: Problem) -> Manuscript:
        text: list[Entry] = []
        story: list[Entry] = []
        titles: list[str] = []
        number = 0
        for shown, notes in self.chapters:
            heading = re.search(r"^ {0,3}# +(.+?)(?: +#+)? *$", self.sources[shown].text, re.MULTILINE)
            titles += [heading.group(1)] if heading else []
            place: int | None = None  # where the flashback goes in the story's order
            through: tuple[str, ...] = ()
            for note in notes:
                if note.kind == "earlier":
                    place = self._earlier(note, story, text)
                    continue
                entry = self._entry(note, problem, number + 1)
                if entry is None:
                    continue
                number += isinstance(entry, Beat)
                if isinstance(entry, Scene):
                    place, through = None, entry.through
                elif isinstance(entry, Shown):
                    entry = replace(entry, through=through)
                text.append(entry)
                if place is None:
                    story.append(entry)
                else:
                    story.insert(place, entry)
                    place += 1
        return Manuscript(
            path=" ".join(self.paths),
            title=titles[-1] if len(self.chapters) == 1 and titles else problem.title,
            problem=problem,
            text=tuple(text),
            story=tuple(story),
            chapters=tuple(shown for shown, _ in self.chapters),
            sources=self.sources,
            world="" if self.world is None else self.world[1],
        )

    def _earlier(self, note: Note, story: Sequence[Entry], text: Sequence[Entry]) -> int | None:
        """Where in the story's order the beat stands that a flashback lies before."""
        if note.text == "end":
            return None
        for place, entry in enumerate(story):
            if isinstance(entry, Beat) and str(entry.number) == note.text:
                return place
        count = sum(isinstance(entry, Beat) for entry in text)
        self._say(
            "E0705",
            f"there is no beat `{note.text}` before this" if note.text else "this names no beat",
            note.span if note.text else note.whole,
            f"the beats so far are 1 to {count}; `earlier: end` ends what is told out of order"
            if count
            else "a flashback stands behind the beat that it lies before",
        )
        return None

    def _entry(self, note: Note, problem: Problem, number: int) -> Entry | None:
        if note.kind in ("world", "continues"):
            return None
        if not note.text:
            self._say("E0706", f"this note is empty: it should hold {_CONTENTS[note.kind]}", note.whole)
            return None
        match note.kind:
            case "scene":
                return self._scene(note, problem)
            case "beat" | "anyway":
                return self._beat(note, problem, number)
            case "assume":
                effect, found = lang.parse_effect(note.text, problem, _HERE)
                self._take(found, note)
                return None if effect is None else Assumption(effect, _flat(note.text), note.span)
            case "later":
                return self._later(note, problem)
            case "knows" | "believes":
                return self._claim(note, problem)
        condition, found = lang.parse_condition(note.text, problem, _HERE)
        self._take(found, note)
        if condition is None:
            return None
        if note.kind == "shown":
            return Shown(condition, _flat(note.text), note.span)
        return Claim("holds", (), condition, _flat(note.text), note.span)

    def _scene(self, note: Note, problem: Problem) -> Scene | None:
        parts = _THROUGH.match(note.text)
        if parts is None:
            return Scene(_flat(note.text), note.span)
        who = self._people(parts["names"], note.span.start + parts.start("names"), note, problem)
        return None if who is None else Scene(_flat(parts["title"]), note.span, who)

    def _people(self, names: str, at: int, note: Note, problem: Problem) -> tuple[str, ...] | None:
        """The characters that a list names, which begins at a place; None if there is one that does not exist."""
        characters = [entity.name for entity in problem.characters]
        who: list[str] = []
        wrong = False
        for part in names.split(","):
            word = part.strip()
            start = at + len(part) - len(part.lstrip())
            at += len(part) + 1
            if word in characters:
                who.append(word)
                continue
            wrong = True
            near = nearest(word, characters)
            self._say(
                "E0202",
                f"there is no character `{word}`",
                Span(note.span.path, start, start + max(1, len(word))),
                f"did you mean `{near}`?" if near else None,
            )
        return None if wrong else tuple(dict.fromkeys(who))

    def _beat(self, note: Note, problem: Problem, number: int) -> Beat | None:
        acts: list[lang.Act] = []
        at = note.span.start
        whole = True
        for part in note.text.split(";"):
            if part.strip():
                act, found = lang.parse_ground(part, problem, note.span.path, offset=at)
                self.diagnostics += found
                whole = whole and act is not None
                if act is not None:
                    acts.append(act)
            at += len(part) + 1
        if len(acts) > MAX_TOGETHER:
            self._say("E0706", f"at most {MAX_TOGETHER} acts happen at the same time", note.span, "make it two beats")
            return None
        return Beat(number, tuple(acts), note.span, note.kind == "anyway") if acts and whole else None

    def _claim(self, note: Note, problem: Problem) -> Claim | None:
        names, colon, rest = note.text.partition(":")
        if not colon or not rest.strip():
            self._say(
                "E0706", f"this should hold {_CONTENTS[note.kind]}", note.span, "write who, a colon, and a condition"
            )
            return None
        who = self._people(names, note.span.start, note, problem)
        body = rest.strip()
        offset = len(names) + 1 + len(rest) - len(rest.lstrip())
        condition, found = lang.parse_condition(body, problem, _HERE)
        self._take(found, note, offset)
        if condition is None or who is None:
            return None
        return Claim(note.kind, who, condition, _flat(body), note.span)

    def _later(self, note: Note, problem: Problem) -> Passing | None:
        if not problem.is_timed:
            self._say(
                "E0707",
                "in this world no time passes",
                note.span,
                "a world has time if its acts have durations, or if it has processes",
            )
            return None
        if note.text.startswith("until "):
            body = note.text.removeprefix("until ")
            condition, found = lang.parse_condition(body, problem, _HERE)
            self._take(found, note, len("until "))
            return None if condition is None else Passing(None, condition, _flat(note.text), note.span)
        amount = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)(?:\s+(\S.*))?", note.text, re.DOTALL)
        if amount is None:
            self._say("E0706", f"this should hold {_CONTENTS['later']}", note.span)
            return None
        step = problem.time or TimeStep()
        number, unit = float(amount.group(1)), _flat(amount.group(2) or "steps")
        if unit.removesuffix(" of time") in ("step", "steps"):
            steps = number
        elif (size := _size_of(step, unit)) is not None:
            steps = number / size
        else:
            units = f"`{step.unit}`" if step.unit is not None else "steps"
            self._say("E0706", f"time is not told in `{unit}` in this world, but in {units}", note.span)
            return None
        if steps != int(steps):
            self._say(
                "E0706",
                f"time passes {time_told(1, step)} at a time",
                note.span,
                f"write `later: {time_told(max(1, round(steps)), step)}`",
            )
            return None
        if steps > MOST_STEPS:
            self._say("E0706", f"{MOST_STEPS:,} steps of time pass at once, at most", note.span)
            return None
        return Passing(int(steps), None, _flat(note.text), note.span)

    def _take(self, found: Sequence[Diagnostic], note: Note, offset: int = 0) -> None:
        """Takes over what is wrong with a part of a note, at its place in the chapter."""

        def moved(span: Span | None) -> Span | None:
            if span is None or span.path != _HERE:
                return span
            start = note.span.start + offset
            return Span(note.span.path, start + span.start, start + span.end)

        for one in found:
            labels = tuple(Label(moved(label.span) or label.span, label.text) for label in one.labels)
            self.diagnostics.append(replace(one, span=moved(one.span), labels=labels))


_HERE = "<note>"
_THROUGH = re.compile(r"(?P<title>.*?);\s*through\s*:(?P<names>.*)", re.DOTALL)
_CONTENTS = {
    "scene": "a heading",
    "beat": "an act such as `walk(Tom, Market)`, or several with `;` between them",
    "anyway": "an act such as `walk(Tom, Market)`, for which nobody needs a reason",
    "assume": "what is so from here on, as in `assume: air(Maya) = 240`",
    "later": "how much time passes: `later: 20 minutes`, or `later: until C`",
    "knows": "who, and what they know: `knows: Tom: alive(Ann)`",
    "believes": "who, and what they believe: `believes: Tom: alive(Ann)`",
    "shown": "what the reader learns: `shown: alive(Ann)`",
    "holds": "what is so: `holds: alive(Ann)`",
}


_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3_600.0, "day": 86_400.0, "week": 604_800.0}


def _size_of(step: TimeStep, unit: str) -> float | None:
    """How long a step of time is in a unit; None if that cannot be said."""
    told, own = unit.removesuffix("s"), (step.unit or "").removesuffix("s")
    if told == own:
        return step.size
    if told in _SECONDS and own in _SECONDS:
        return step.size * _SECONDS[own] / _SECONDS[told]
    return None


def _flat(text: str) -> str:
    return " ".join(text.split())
