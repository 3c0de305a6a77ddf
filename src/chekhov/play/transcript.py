"""What was played, as it is read: paragraphs, and a manuscript that a check holds to the world."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

from chekhov.play.session import Session
from chekhov.timing import time_sentence


def prose(session: Session, seat: str, after: int = 0) -> list[str]:
    """What a seat has perceived, a paragraph for each turn of the readers; without the first passages, as many as
    ``after`` says. What is said twice in a turn is told once, and so is time that passes without anything happening.
    """
    paragraphs: list[tuple[int, dict[str, None]]] = []
    steps = 0
    for passage in session.passages(seat)[after:]:
        steps += passage.steps
        if passage.event:
            if not paragraphs or paragraphs[-1][0] != passage.turn:
                paragraphs.append((passage.turn, {}))
            sentences = paragraphs[-1][1]
            if steps:
                sentences[time_sentence(steps, session.problem.time)] = None
            sentences[passage.event] = None
            steps = 0
    told = [" ".join(sentences) for _, sentences in paragraphs]
    if steps:
        passed = time_sentence(steps, session.problem.time)
        told[-1:] = [f"{told[-1]} {passed}" if told else passed]
    return told


def manuscript(session: Session, seat: str, world: str, path: str) -> str:
    """A manuscript of what was played: its beats are all that was done, its text what the seat perceived of it. What a
    reader had their character do without a reason is an ``anyway``.

    ``world`` and ``path`` are the files of the world and of the manuscript, which names the former as seen from itself.
    """
    where = os.path.relpath(os.path.abspath(world), Path(path).resolve().parent)
    lines = [f"<!-- world: {where} -->", ""]
    for number, (move, told) in enumerate(zip(session.record.moves, session.tellings(seat), strict=True)):
        if move.act is not None:
            kind = "beat" if session.is_reasoned(number) else "anyway"
            lines += [f"<!-- {kind}: {move.act} -->", ""]
        if told:
            lines += [textwrap.fill(told, 78), ""]
    return "\n".join(lines)
