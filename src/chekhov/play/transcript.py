"""What was played, as it is read: paragraphs, and a manuscript that a check holds to the world."""

from __future__ import annotations

import itertools
import os
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

from chekhov.manuscript.chapters import notes_of
from chekhov.play.session import Session
from chekhov.reasons import is_time
from chekhov.telling import Telling, label

_LONG = 400
"""A paragraph of so many characters goes on in another one when a reader moves next."""
_WIDTH = 78


@dataclass(slots=True)
class _Paragraph:
    """A part of a scene: what is told in it, each with the number of its move."""

    place: str | None
    told: list[tuple[int, Telling]] = field(default_factory=list)
    size: int = 0


def prose(session: Session, seat: str, after: int = 0) -> list[str]:
    """What a seat has perceived, in paragraphs; without the first passages, as many as ``after`` says. What is said
    twice in a turn is told once, and so is time that passes without anything happening."""
    return [
        " ".join(session.narrated(seat, [telling for _, telling in paragraph.told]))
        for paragraph in _paragraphs(session, seat, after)
    ]


def _paragraphs(session: Session, seat: str, after: int = 0) -> list[_Paragraph]:
    """The passages in paragraphs: another where the scene changes, and where one has become long."""
    found: list[_Paragraph] = []
    turn = steps = first = 0
    said: set[Telling] = set()

    def time_passes(number: int) -> None:
        found[-1].told.append((number, session.telling_of_time(first, steps)))

    for passage in session.passages(seat)[after:]:
        if passage.turn != turn:
            turn, said = passage.turn, set()
            long = bool(found) and found[-1].size > _LONG
        if passage.steps:
            first = first if steps else passage.number
            steps += passage.steps
        fresh = [telling for telling in dict.fromkeys(passage.tellings) if telling not in said]
        if not fresh:
            continue
        if not found or found[-1].place != passage.place or long:
            found.append(_Paragraph(passage.place))
            long = False
        if steps:
            time_passes(passage.number)
            steps = 0
        said.update(fresh)
        found[-1].told += [(passage.number, telling) for telling in fresh]
        found[-1].size += len(passage.event)
    if steps:
        if not found:
            found.append(_Paragraph(None))
        time_passes(len(session.record.moves) - 1)
    return found


def manuscript(session: Session, seat: str, world: str, path: str) -> str:
    """A manuscript of what was played: its beats are all that was done, its text what the seat perceived of it, each
    followed by its note. What a reader had their character do without a reason is an ``anyway``.

    ``world`` and ``path`` are the files of the world and of the manuscript, which names the former as seen from itself.
    """
    where = os.path.relpath(os.path.abspath(world), Path(path).resolve().parent)
    blocks = [f"# {session.problem.title or 'A story'}", f"<!-- world: {where} -->"]
    noted = 0

    def notes(until: int) -> list[str]:
        """The notes of the moves that have none yet, up to a number."""
        nonlocal noted
        found: list[str] = []
        moves = ((number, session.record.moves[number].act) for number in range(noted, until))
        acts = [(number, act) for number, act in moves if act is not None]
        for timed, run in itertools.groupby(acts, lambda each: is_time(each[1])):
            if timed:
                found += notes_of([act for _, act in run], session.problem.time)
            else:
                found += [f"<!-- {'beat' if session.is_reasoned(n) else 'anyway'}: {act} -->" for n, act in run]
        noted = max(noted, until)
        return found

    place = None
    for paragraph in _paragraphs(session, seat):
        numbers = [number for number, _ in paragraph.told]
        blocks += notes(numbers[0])
        if paragraph.place not in (None, place):
            place = paragraph.place
            name = label(session.problem, str(place))
            blocks.append(f"<!-- scene: {name[:1].upper()}{name[1:]} -->")
        texts = session.narrated(seat, [telling for _, telling in paragraph.told])
        lines: list[str] = []
        for index, (number, text) in enumerate(zip(numbers, texts, strict=True)):
            if index and numbers[index - 1] == number:
                lines[-1] += f" {text}"
                continue
            # A note in the middle of a paragraph stands behind words: at the head of a line it would end the paragraph.
            if index:
                lines[-1] = " ".join([textwrap.fill(lines[-1], _WIDTH), *notes(number)])
            lines.append(text)
        lines[-1] = " ".join([textwrap.fill(lines[-1], _WIDTH), *notes(numbers[-1] + 1)])
        blocks.append("\n".join(lines))
    return "\n\n".join([*blocks, *notes(len(session.record.moves))]) + "\n"


def plain(session: Session, seat: str) -> str:
    """What a seat has read, as plain text with its title and how it ended."""
    ending = session.ending()
    paragraphs = [textwrap.fill(each, _WIDTH) for each in prose(session, seat)]
    title = [session.problem.title.upper()] if session.problem.title else []
    return "\n\n".join([*title, *paragraphs, *([f"THE END: {ending}."] if ending else [])]) + "\n"
