"""The kinds of pictures: one table, a module for each.

A kind's module has one function, ``picture(story, wish)``, from a told story and what is wanted of it to a
:class:`Picture`. It is loaded when the kind is first drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chekhov.charts.chronicle import Told
    from chekhov.charts.drawing import Box
    from chekhov.checking.folding import By


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a picture, as far as its kind can be asked for it: ``of`` whom or what alone, after which
    ``beat`` (None: the last, or all), beside which other story (``against``), ``moving`` from beat to beat, as it is in
    whose ``mind``; ``fold``ed by what, into how many boxes at ``most`` (None: as many as the kind takes for
    readable)."""

    of: tuple[str, ...] = ()
    beat: int | None = None
    against: Told | None = None
    moving: bool = False
    mind: tuple[str, ...] = ()
    fold: By = "what-matters"
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its ``svg``, its ``data`` as JSON has it, the rooms of its texts, the same in ``text`` for a terminal
    of a width (None where letters cannot show it), and a ``note`` on how it came about. ``limited``: something in it is
    not as good as could be proved. ``frames``: what happens in each, if it moves. ``files``: by the suffix of a file,
    what else shows the same."""

    svg: str
    data: Any
    boxes: tuple[Box, ...] = ()
    text: Callable[[int], str] | None = None
    note: str = ""
    limited: bool = False
    frames: tuple[str, ...] = ()
    files: Mapping[str, Callable[[], str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of picture: its name, what it shows, the module in ``charts`` that draws it, and whether it is one of a
    whole world, so that no plan need be named. ``of_story``: whether it is worth a picture for each of several stories
    of a world. ``moves``: whether it can move from beat to beat."""

    name: str
    shows: str
    module: str
    of_world: bool = False
    of_story: bool = True
    moves: bool = False


KINDS = {
    kind.name: kind
    for kind in (
        Kind("storyline", "a line for each person, together where they are at the same place", "storyline"),
        Kind("links", "which beat rests on which, and on which nothing rests", "links"),
        Kind(
            "graph",
            "all moments of a world, and from where an ending is too late",
            "graph",
            of_world=True,
            of_story=False,
        ),
        Kind("map", "places, the passages between them, and who and what is where", "map", of_world=True, moves=True),
        Kind("clock", "who does what when, and the numbers that run beside it", "clock"),
        Kind("reasons", "why somebody acts, and how near everybody comes to what they want", "reasons"),
        Kind("knowledge", "who knows what, is wrong about what, and from when", "knowledge"),
    )
}


def draw(kind: str, story: Told, wish: Wish = Wish()) -> Picture:
    """A picture of a kind."""
    found: Picture = import_module(f"chekhov.charts.{KINDS[kind].module}").picture(story, wish)
    return found
