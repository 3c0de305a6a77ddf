"""What stands on a page of play: all that its template needs, as far as whoever looks at it may know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from chekhov.charts.sketch import Place, sketch
from chekhov.charts.storyline import strip
from chekhov.formats.storylines import Storyline
from chekhov.play.opening import opening
from chekhov.play.session import MASTER, Map, Session
from chekhov.play.wording import Choice
from chekhov.telling import label
from chekhov.web.stories import HOST, Answer, is_tensed

_DRAWN = 500
"""Of so many pictures, those that were drawn last are at hand: many stories begin alike."""
_MANY = 8
"""Of so many choices, those of one kind are put together under a heading."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A paragraph; ``fresh`` since the last move of whoever reads it, and ``first`` of those."""

    text: str
    fresh: bool
    first: bool


@dataclass(frozen=True, slots=True)
class Numbered:
    """A choice with its number, by which it can be chosen."""

    number: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """Choices that belong together; without a ``name``, they need no heading."""

    name: str
    choices: tuple[Numbered, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Something that can be asked; ``of``: about whom."""

    id: str
    text: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of an answer."""

    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer; ``nothing`` is told where there is none."""

    title: str
    steps: tuple[Step, ...]
    nothing: str


def name_of(session: Session, role: str) -> str:
    """A role, as a reader reads it."""
    special = {MASTER: "the game master", HOST: "the links"}
    return special.get(role) or label(session.problem, role)


def page_of(
    session: Session, role: str, turn: int, *, answer: Answer, asked: str, of: str, author: bool, undo: bool
) -> dict[str, Any]:
    """The values of ``story.html``."""
    master = role == MASTER
    over = session.ending()
    offered = session.choices(role)
    view = session.view(role)
    known, storyline = session.map(role), session.storyline(role)
    readers = [name_of(session, seat) for seat in session.record.seats]
    refused = answer.refused
    if answer.stale:
        refused = "The story had gone on before your choice came, so it was not made. This is how things stand."
    return {
        "at": len(session.record.moves),
        "turn": turn,
        "title": session.problem.title or "A story",
        "master": master,
        "who": name_of(session, role),
        "view": view,
        "spots": known.spots,
        "map": _map_of(session, known),
        "storyline": _storyline_of(session, role, storyline),
        "moments": [layer.title for layer in storyline.layers],
        "opening": opening(session, role),
        "turns": turns_of(session, role),
        "groups": groups_of(offered, answer.meant),
        "narrowed": bool(answer.meant),
        "refused": refused,
        "lost": len(session.lost),
        "over": over,
        "undo": undo,
        "shared": master or len(readers) > 1,
        "readers": readers,
        "tense": session.record.tense,
        "third_person": session.record.third_person,
        "tensed": is_tensed(session.problem),
        "questions": _questions(session, role, author=author),
        "asked": answer_of(session, role, asked, of, author=author),
        "meanwhile": session.meanwhile(role) if over and not master else None,
        "otherwise": session.turning_points(role, search=False) if over else (),
    }


def look_into(session: Session, role: str, asked: str, *, author: bool) -> None:
    """Finds out what an answer needs that takes long; it is known afterwards."""
    if asked == "ahead" and (author or role == MASTER):
        session.still_possible()
    elif asked == "otherwise" and session.ending() is not None:
        session.turning_points(role)


def _map_of(session: Session, known: Map) -> Markup | None:
    """The map as a picture, where there is more than one place."""
    if len(known.spots) < 2:
        return None
    places = (
        Place(_sentence(spot.name), ("you", *spot.people) if spot.here else spot.people, spot.most, spot.here)
        for spot in known.spots
    )
    return _drawn_map(tuple(places), known.ways)


def _storyline_of(session: Session, role: str, storyline: Storyline) -> Markup | None:
    """The storyline so far as a picture, once it has gone on."""
    if len(storyline.layers) < 2:
        return None
    numbers = {label(session.problem, each.name): n for n, each in enumerate(session.problem.characters)}
    own = None
    colours = []
    for person, name in enumerate(storyline.people):
        if role != MASTER and name == "you":
            own = person
            name = label(session.problem, role)
        colours.append(numbers.get(name, len(numbers)))
    return _drawn_storyline(storyline, tuple(colours), own)


@lru_cache(maxsize=_DRAWN)
def _drawn_map(places: tuple[Place, ...], ways: tuple[tuple[int, int], ...]) -> Markup:
    return Markup(sketch("The map", places, ways).svg(styled=False))  # what a drawing holds is escaped


@lru_cache(maxsize=_DRAWN)
def _drawn_storyline(storyline: Storyline, colours: tuple[int, ...], own: int | None) -> Markup:
    return Markup(strip("The storyline so far", storyline, colours, own).svg(styled=False))


def turns_of(session: Session, role: str) -> list[Turn]:
    """The story so far in paragraphs, one for each turn."""
    made = last = 0
    for move in session.record.moves:
        made += move.by is not None
        if move.by == role or role == MASTER:
            last = made
    found: dict[int, list[str]] = {}
    for passage in session.passages(role):
        found.setdefault(passage.turn, []).append(passage.text)
    fresh = [number for number in found if number >= last]
    return [Turn(" ".join(texts), number in fresh, number in fresh[:1]) for number, texts in found.items()]


def groups_of(choices: Sequence[Choice], meant: Sequence[Choice]) -> list[Group]:
    """Choices as they are shown: all with their numbers, or only those that may have been ``meant``; of many, those of
    one kind together."""
    numbered = [(choice, Numbered(number, choice.id, choice.text)) for number, choice in enumerate(choices, 1)]
    if meant:
        wanted = {choice.id for choice in meant}
        return [Group("", tuple(each for choice, each in numbered if choice.id in wanted))]
    if not numbered:
        return []
    kinds: dict[str, list[Numbered]] = {}
    for choice, each in numbered:
        kinds.setdefault(choice.group, []).append(each)
    groups: list[Group] = []
    for kind, members in kinds.items():
        if len(numbered) >= _MANY and len(members) > 2:
            groups.append(Group(kind, tuple(members)))
        elif groups and not groups[-1].name:
            groups[-1] = Group("", (*groups[-1].choices, *members))
        else:
            groups.append(Group("", tuple(members)))
    return groups


def _questions(session: Session, role: str, *, author: bool) -> list[Question]:
    if role == MASTER:
        people = [Question("know", f"What does {name_of(session, each)} know?", each) for each in session.record.seats]
        return [
            Question("know", "What is so?"),
            *people,
            Question("why", "Why did they do that?"),
            Question("ahead", "What can still happen?"),
        ]
    found = [Question("know", "What do I know?"), Question("why", "Why did they do that?")]
    return [*found, Question("ahead", "What can still happen?")] if author else found


def answer_of(session: Session, role: str, asked: str, of: str, *, author: bool) -> Asked | None:
    """The answer to a question, if it is one that whoever asks may ask."""
    master = role == MASTER
    answers: dict[str, Callable[[], Asked]] = {"know": lambda: _known(session, role, of)}
    answers["why"] = lambda: Asked(
        "Why they did it" if master or session.ending() else "Why, as far as you can tell",
        _steps(session.why(role)),
        "Nobody else has done anything that you could see.",
    )
    if master or author:
        answers["ahead"] = lambda: Asked(
            "What can still happen",
            tuple(_way(ending, acts) for ending, acts in session.still_possible()),
            "This world has no endings.",
        )
    return answers[asked]() if asked in answers else None


def _known(session: Session, role: str, of: str) -> Asked:
    whose = of if role == MASTER and of in session.record.seats else role
    steps = tuple(Step(_sentence(known)) for known in session.knows(whose))
    if whose == MASTER:
        title = "This is so"
    else:
        title = "You take this to be so" if whose == role else f"{name_of(session, whose)} takes this to be so"
    return Asked(title, steps, "Nothing.")


def _way(ending: str, acts: Sequence[str] | None) -> Step:
    if acts is None:
        return Step(f"{_sentence(ending)}: no way there is found")
    return Step(f"{_sentence(ending)}:" if acts else f"{_sentence(ending)}: it is reached", tuple(acts))


def _steps(lines: Sequence[str]) -> tuple[Step, ...]:
    """Lines, those that are indented belonging to the last that is not."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith(" ") and found:
            found[-1][1].append(line.strip())
        else:
            found.append((line.strip(), []))
    return tuple(Step(title, tuple(below)) for title, below in found)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
