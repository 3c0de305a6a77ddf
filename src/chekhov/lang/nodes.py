"""What definitions of a text are read as."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from chekhov.diagnostics import Span
from chekhov.lang.syntax import Tokens
from chekhov.model import (
    Acceptance,
    Action,
    Demand,
    Ending,
    Entity,
    Expression,
    Foresight,
    Level,
    Name,
    Parameter,
    Process,
    Property,
    Secret,
    TimeStep,
    Trigger,
    Type,
    Utility,
)


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Author:
    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Include:
    path: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class BeliefDepth:
    depth: int
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Playable:
    names: tuple[Name, ...]
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A part of the initial state."""

    expression: Expression
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """``utility(c : type): value``: what each character of a type wants besides."""

    variable: Parameter
    value: Expression
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Refinement:
    """``refine action …``: what a world adds to an event that is declared elsewhere. ``event`` has its name and its
    parameters, and of its parts those that are given."""

    event: Action | Trigger


@dataclass(frozen=True, slots=True)
class Omission:
    """``without action …``: what a world does without. ``kind`` is ``action``, ``trigger`` or ``process``."""

    kind: str
    names: tuple[Name, ...]


Node: TypeAlias = (
    Title
    | Author
    | Include
    | BeliefDepth
    | TimeStep
    | Foresight
    | Playable
    | Level
    | Statement
    | Type
    | Entity
    | Property
    | Action
    | Trigger
    | Process
    | Refinement
    | Omission
    | Utility
    | Wish
    | Ending
    | Demand
    | Secret
    | Acceptance
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition of a file, and its first and last token (the semicolon, if there is one)."""

    node: Node
    first: int
    last: int


@dataclass(slots=True)
class Syntax:
    """What stands in a text: its definitions in order.

    For the offset of an event's name, and a part of it that is a telling text, ``tellings`` gives the offsets of the
    text's characters; ``parts`` those of the event's parts. ``broken`` are the names of what could not be read, or only
    in part.
    """

    tokens: Tokens
    definitions: list[Definition] = field(default_factory=list)
    tellings: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    parts: dict[int, dict[str, int]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
