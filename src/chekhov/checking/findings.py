"""What a check has found, as data. Every way of showing it (terminal, page, JSON, JUnit, SARIF, diff) reads this
alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from chekhov.diagnostics import Span
from chekhov.model import KINDS as KINDS

Level = Literal["error", "warning", "note"]
"""``error``: a demand fails, a secret leaks, triggers do not end. ``warning``: suspicious. ``note``: worth knowing."""

LEVELS: tuple[Level, ...] = ("error", "warning", "note")
"""The levels, the gravest first."""

Verdict = Literal["holds", "fails", "unproved"]
"""``unproved``: no counterexample (or witness) was met, but not every moment was seen."""


@dataclass(frozen=True, slots=True)
class Story:
    """A shortest story that shows a finding: acts as a plan file writes them, and what the world's tellings say of
    them (None where it has none)."""

    acts: tuple[str, ...]
    tellings: tuple[str | None, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"acts": list(self.acts), "tellings": list(self.tellings)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the author should know.

    ``kind`` is one of :data:`KINDS`, ``subject`` what it is about as an author writes it (``shoot(Clarke, Panel)``,
    ``gun``, an ending's or a demand's name; None: the whole story). Together they name the finding: ``accept
    KIND(SUBJECT) "…"`` accepts it. ``proved`` False: what is absent may still turn up where nobody has looked.
    ``story`` shows it; ``data`` has its figures, by name. ``accepted`` is the author's reason for living with it.
    """

    kind: str
    level: Level
    subject: str | None
    message: str
    proved: bool = True
    details: tuple[str, ...] = ()
    help: str | None = None
    story: Story | None = None
    span: Span | None = None
    accepted: str | None = None
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.kind if self.subject is None else f"{self.kind}({self.subject})"


@dataclass(frozen=True, slots=True)
class DemandResult:
    """A demand of the author's, or a secret, and how it stands. ``story`` is the counterexample of one that fails, or
    the witness of ``possible``."""

    name: str | None
    label: str | None
    text: str
    verdict: Verdict
    explanation: str
    story: Story | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class EndingResult:
    """An ending: how many moments it holds in, what share of random play (a fraction, with its standard error) comes
    to it first, the shortest story; ``obstacles``: what stands in the way if no moment has it."""

    name: str
    label: str | None
    reachable: bool
    proved: bool
    moments: int
    share: float
    share_error: float
    story: Story | None
    obstacles: tuple[str, ...] = ()
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """An act that loses an ending (``ending`` None: every ending): as general as can be (``act`` may have ``_`` for
    any argument), in how many moments it does so, the shortest story whose last act is such a one, and ``of`` how many
    moments in which it is done while the ending still lies ahead."""

    ending: str | None
    act: str
    moments: int
    story: Story
    of: int = 0


@dataclass(frozen=True, slots=True)
class Extent:
    """How much was seen: the moments, the acts between them, the depth, whether that is all there is, and what ended
    it otherwise (``limit``). ``reasons_cut``: reasons were looked for within the usual limits only, and longer ones
    might add moments.
    """

    physical: bool
    moments: int
    acts: int
    depth: int
    states_by_depth: tuple[int, ...]
    complete: bool
    limit: str | None
    reasons_cut: bool
    max_reason_acts: int | None
    max_belief_depth: int | None
    seconds: float
    bytes: int
    text: str | None = None
    """What was looked at, in words, where that is not every moment of a world."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Who can come to hold a fact true that is true (``value`` of ``fact``), after how many acts at least, and how;
    only what they do not know from the start."""

    character: str
    fact: str
    value: str
    acts: int
    story: Story


@dataclass(frozen=True, slots=True)
class Range:
    """What a fluent comes to: each value with the number of moments that have it; ``least`` and ``most`` of numbers."""

    fluent: str
    counts: tuple[tuple[str, int], ...]
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a check says of a world, in the order in which it is told.

    ``findings`` are all of them, the gravest first: also those that the endings, the demands and the choices tell more
    of (``ending_unreachable``, ``demand`` and ``leak``, ``too_late``).
    """

    world: str
    title: str | None
    extent: Extent
    endings: tuple[EndingResult, ...]
    demands: tuple[DemandResult, ...]
    choices: tuple[Choice, ...]
    findings: tuple[Finding, ...]
    knowledge: tuple[Knowledge, ...]
    ranges: tuple[Range, ...]
    unexplained_play: float = 0.0
    """The share of random play that came to no ending: a dead end, or no end within its acts."""
    acts: tuple[str, ...] = ()
    """The acts that are done in some story."""
