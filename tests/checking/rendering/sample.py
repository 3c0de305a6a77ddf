"""Reports made by hand, which have at least one of everything that can be told."""

from __future__ import annotations

from dataclasses import replace

from chekhov.checking.findings import (
    Choice,
    DemandResult,
    EndingResult,
    Extent,
    Finding,
    Knowledge,
    Range,
    Report,
    Story,
)
from chekhov.diagnostics import Source, Span

WORLD = """\
title "The Lighthouse";
entity Ines : character "Ines" (she);
entity Marek : character "Marek" (he);
property lit(lamp : thing);
property oil : number 0..30;
property debt(who : character) : number;
action signal(who : character, lamp : thing) {
	precondition: lit(lamp);
	consenting: who;
};
trigger storm() { precondition: oil < 0; };
demand calm "Nobody drowns": never drowned(Marek);
demand lamp: possible lit(Lamp);
demand oil: C until D;
ending rescued "The crew is brought ashore, every one of them": saved(Crew);
ending wrecked: wrecked(Ship);
ending lost "The light goes out for ever": lost(Light);
ending dawn: morning;
secret debt "What Ines owes": debt(Ines) from Marek;
"""
PATH = "worlds/lighthouse.story"
SOURCES = {PATH: Source(PATH, WORLD)}


def span(text: str) -> Span:
    """Where a text stands in the world."""
    start = WORLD.index(text)
    return Span(PATH, start, start + len(text))


SHORT = Story(("signal(Ines, Lamp)",), ("Ines swings the lamp.",))
LONG = Story(
    tuple(f"climb(Marek, Step{n})" for n in range(1, 10)) + ("drown(Marek)",),
    (*("Marek climbs on." for _ in range(9)), None),
)
START = Story(())

EXTENT = Extent(
    physical=False,
    moments=1_234,
    acts=5_678,
    depth=12,
    states_by_depth=(1, 10, 1_234),
    complete=True,
    limit=None,
    reasons_cut=True,
    max_reason_acts=5,
    max_belief_depth=2,
    seconds=1.5,
    bytes=1 << 20,
)
REPORT = Report(
    world=PATH,
    title="The Lighthouse",
    extent=EXTENT,
    endings=(
        EndingResult(
            "rescued",
            "The crew is brought ashore, every one of them",
            True,
            True,
            120,
            0.4567,
            0.0123,
            SHORT,
            (),
            span("rescued"),
        ),
        EndingResult("wrecked", None, True, True, 7, 0.0004, 0.0002, LONG, (), span("wrecked")),
        EndingResult(
            "lost", "The light goes out for ever", False, True, 0, 0.0, 0.0, None, ("`lost(Light)` is never so",)
        ),
        EndingResult("dawn", None, False, False, 0, 0.0, 0.0, None, ("Ines has no reason for it",)),
    ),
    demands=(
        DemandResult(
            "calm",
            "Nobody drowns",
            "never drowned(Marek)",
            "fails",
            "`drowned(Marek)` holds after `drown(Marek)`.",
            LONG,
            span("calm"),
        ),
        DemandResult("lamp", None, "possible lit(Lamp)", "holds", "`lit(Lamp)` holds at the start.", START),
        DemandResult("oil", None, "C until D", "unproved", "`C` holds until `D` does, as far as was looked.", None),
        DemandResult(
            None,
            "What Ines owes",
            "secret debt(Ines) from Marek",
            "fails",
            "Marek knows it after `signal(Ines, Lamp)`.",
            SHORT,
            span("secret debt"),
        ),
    ),
    choices=(
        Choice(None, "drown(_)", 40, LONG, of=40),
        Choice("rescued", "signal(Ines, _)", 3, SHORT, of=5),
        *(Choice("rescued", f"wait(Ines, Hour{hour})", 2, SHORT, of=2) for hour in range(7)),
    ),
    findings=(
        Finding("demand", "error", "calm", "The demand “Nobody drowns” fails.", story=LONG, span=span("calm")),
        Finding(
            "leak", "error", "secret debt(Ines) from Marek", "The secret comes out.", accepted="He would have guessed."
        ),
        Finding("ending_unreachable", "warning", "lost", "No story reaches “The light goes out for ever”."),
        Finding("ending_unreachable", "warning", "dawn", "No story was found that reaches `dawn`.", proved=False),
        Finding("too_late", "warning", "drown(_)", "After `drown(_)` it is too late.", story=LONG),
        Finding(
            "dead_end",
            "warning",
            None,
            "A story can get stuck, in 12 moments: nothing more is done, and it is no ending.",
            story=LONG,
            details=("12 times after `drown(Marek)`",),
            data={"moments": 12},
        ),
        Finding(
            "never_fires",
            "warning",
            "storm",
            "`storm` never happens.",
            details=("`oil < 0` is never so",),
            help="let the oil go below nothing",
            span=span("storm()"),
        ),
        Finding(
            "never_wanted",
            "warning",
            "signal(Marek, _)",
            "`signal(Marek, _)` could be done, but it is never wanted by Marek, who has never been told what the lamp "
            "in the tower is for, nor by anybody who ever stood on the rocks below and looked up at it.",
            span=span("signal("),
            data={"instances": ["signal(Marek, Lamp)"]},
        ),
        *(
            Finding("never_changes", "note", f"fact{number}", f"`fact{number}` never changes.", span=span("lit("))
            for number in range(9)
        ),
        Finding("unfired_gun", "warning", "Pistol", "Pistol is shown, and matters to no story that reaches an ending."),
        Finding("false_belief", "note", "Marek", "Marek can come to believe `!lit(Lamp)`, which is not so."),
        Finding("trap", "warning", None, "A story can go round for ever.", accepted="That is what waiting is."),
        Finding("stale_acceptance", "warning", "dead_end", "`dead_end` is accepted, but it is no longer found."),
    ),
    knowledge=(
        Knowledge("Marek", "debt(Ines)", "40", 1, SHORT),
        Knowledge("Marek", "lit(Lamp)", "False", 10, LONG),
        *(Knowledge("Ines", f"deep(Step{number})", "True", 10, LONG) for number in range(12)),
    ),
    ranges=(
        Range("oil", (("30", 1_000), ("0", 234)), 0.0, 30.0),
        Range("debt(Ines)", (("2.5", 1_234),), 2.5, 2.5),
        Range("lit(Lamp)", (("True", 900), ("False", 334)), None, None),
    ),
    unexplained_play=0.5429,
)

NOTHING = Report(
    world="quiet.story",
    title=None,
    extent=replace(EXTENT, moments=1, acts=0, depth=0, reasons_cut=False),
    endings=(),
    demands=(),
    choices=(),
    findings=(),
    knowledge=(),
    ranges=(),
)

NASTY = "a\x00b\x1b[31m\x7f\u009b\u202e\ud800<script>alert(1)</script>&\"']]>\uffff"
"""What must harm no reader, whether a person, a terminal, a browser or a parser."""
HOSTILE = Report(
    world=NASTY,
    title=NASTY,
    extent=EXTENT,
    endings=(
        EndingResult(NASTY, NASTY, False, True, 0, float("nan"), float("inf"), None, (NASTY,), Span(NASTY, 0, 1)),
    ),
    demands=(DemandResult(NASTY, NASTY, NASTY, "fails", NASTY, Story((NASTY,), (NASTY,)), Span(NASTY, 0, 1)),),
    choices=(Choice(NASTY, NASTY, 1, Story((NASTY,), (NASTY,)), of=2),),
    findings=(
        Finding("never_fires", "warning", NASTY, NASTY, True, (NASTY,), NASTY, Story((NASTY,)), Span(NASTY, 0, 1)),
        Finding("trap", "warning", NASTY, NASTY, accepted=NASTY, data={NASTY: [NASTY, float("nan")]}),
        Finding("of a new kind", "note", NASTY, NASTY),
    ),
    knowledge=(Knowledge(NASTY, NASTY, NASTY, 1, Story((NASTY,))),),
    ranges=(Range(NASTY, ((NASTY, 1),), float("-inf"), float("inf")),),
)
