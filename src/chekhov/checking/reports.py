"""From a problem to a report: the graph of a world, asked everything that its author needs to know."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence

from chekhov.checking import endings
from chekhov.checking.acceptances import Acceptances
from chekhov.checking.demands import failures, judged, kept
from chekhov.checking.findings import LEVELS, Extent, Finding, Range, Report
from chekhov.checking.inquiry import Inquiry, inquire, of_library
from chekhov.checking.minds import Minds
from chekhov.checking.relevance import Relevance
from chekhov.checking.usage import Usage
from chekhov.grounding import ground
from chekhov.grounding.formulas import show_value
from chekhov.kernel import Kernel, Limits, NoMomentError, Progress
from chekhov.model import Demand, Problem

GAMES = 10_000
"""So many stories of random play."""


def check(
    world: Problem | Kernel,
    *,
    physical: bool = False,
    limits: Limits | None = None,
    depth: int | None = None,
    seconds: float | None = None,
    memory: int | None = None,
    threads: int | None = None,
    seed: int = 0,
    games: int = GAMES,
    demands: Sequence[Demand] = (),
    stop_at_endings: bool = False,
    report: Callable[[Progress], None] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
) -> Report:
    """What the author of a world needs to know of its stories. A world that is opened already keeps its threads and
    memory.

    Looked at is every moment that a story can reach in which every act has a reason (``physical``: that anybody could
    bring about), within ``limits`` on reasons (:data:`~chekhov.kernel.USUAL` where they are open), ``depth`` acts,
    ``seconds`` of exploration and ``memory`` bytes. Limits on reasons that were asked for, or that the world sets, say
    what a reason is; the usual ones say how far was looked for one, so that what is absent within them may not be
    proved so. ``demands`` are made besides
    those of the world; with ``stop_at_endings`` no story goes on behind its first ending. Random play takes ``games``
    stories, the same for the same ``seed``. What a limit cut short is found out as far as it goes, and is not proved.
    ``checkpoint`` is a file to which the exploration is written meanwhile, and from which it goes on with ``resume``
    (:meth:`~chekhov.kernel.Kernel.graph`).

    Triggers without end are a finding, and moments are looked at only as far as before they come up. Raises
    :class:`~chekhov.diagnostics.ChekhovError` for what else is wrong with the world, and for triggers that do not end
    at the start.
    """
    kernel = world if isinstance(world, Kernel) else Kernel(ground(world), threads=threads, memory=memory)
    problem = kernel.task.source
    inquiry, endless = inquire(
        kernel,
        physical=physical,
        limits=limits,
        depth=depth,
        seconds=seconds,
        stop_at_endings=stop_at_endings,
        report=report,
        checkpoint=checkpoint,
        resume=resume,
    )
    acceptances = Acceptances(problem.acceptances)
    found, unended = endings.results(inquiry, games, seed)
    choices = endings.choices(inquiry)
    results = [(demand, judged(inquiry, demand)) for demand in (*problem.demands, *demands)]
    secrets = [kept(inquiry, *pair) for pair in zip(problem.secrets, kernel.task.secrets(), strict=True)]
    usage, minds = Usage(inquiry, acceptances), Minds(inquiry)
    findings = [
        acceptances.apply(finding)
        for finding in (
            *_endless(inquiry, endless),
            *failures(results),
            *(leak for _, leak in secrets if leak is not None),
            *endings.unreachable(inquiry, found),
            *endings.too_late(inquiry, choices),
            *endings.dead_ends(inquiry),
            *endings.traps(inquiry),
            *itertools.filterfalse(_is_offered, (*usage.findings(), *Relevance(inquiry).guns(acceptances))),
            *minds.misled(acceptances),
            *minds.false_beliefs(acceptances),
        )
    ]
    findings += acceptances.stale(inquiry.certain and inquiry.limit is None)
    return Report(
        world=_place(problem),
        title=problem.title,
        extent=_extent(inquiry),
        endings=tuple(found),
        demands=tuple(result for _, result in results) + tuple(result for result, _ in secrets),
        choices=tuple(choices),
        findings=tuple(sorted(findings, key=lambda finding: LEVELS.index(finding.level))),
        knowledge=tuple(minds.knowledge()),
        ranges=tuple(_ranges(inquiry)),
        unexplained_play=unended,
        acts=usage.done,
    )


def _is_offered(finding: Finding) -> bool:
    """Whether a finding is about the whole of something that the library offers, and that need not be used."""
    return of_library(finding.span) and (finding.subject is None or "(" not in finding.subject)


def _place(problem: Problem) -> str:
    """The file that a world was read from; empty if it was built."""
    spans = [one.span for one in problem.entities] + [one.span for one in problem.events]
    return next((span.path for span in spans if span is not None), "")


def _extent(inquiry: Inquiry) -> Extent:
    graph = inquiry.graph
    return Extent(
        physical=inquiry.physical,
        moments=len(graph.all),
        acts=graph.transitions,
        depth=len(graph.states_by_depth) - 1,
        states_by_depth=graph.states_by_depth,
        complete=graph.complete,
        limit=inquiry.limit,
        reasons_cut=inquiry.cut,
        max_reason_acts=None if inquiry.physical else inquiry.limits.reason_acts,
        max_belief_depth=None if inquiry.physical else inquiry.limits.belief_depth,
        seconds=graph.seconds,
        bytes=graph.bytes,
    )


def _endless(inquiry: Inquiry, error: NoMomentError | None) -> Iterator[Finding]:
    if error is not None:
        diagnostic = error.diagnostics[0]
        yield Finding(
            "endless_triggers",
            "error",
            None,
            f"The world does not come to rest: {diagnostic.title}.",
            help="the moments after it, and all that take as many acts, were not looked at",
            story=inquiry.story(error.acts),
            span=diagnostic.span,
        )


def _ranges(inquiry: Inquiry) -> Iterator[Range]:
    names = inquiry.task.names
    for number, (fluent, values) in enumerate(zip(names.fluents, inquiry.values, strict=True)):
        if number in names.made:
            continue
        counts = tuple((show_value(value.value, names), value.moments) for value in values)
        numbers = [
            float(value.value)
            for value in values
            if isinstance(value.value, int | float) and not isinstance(value.value, bool)
        ]
        yield Range(fluent, counts, min(numbers, default=None), max(numbers, default=None))
