"""Whether what a check finds in a world is what there is to find, by definition."""

from __future__ import annotations

import math
from collections.abc import Iterable
from random import Random
from typing import Any

from chekhov.checking import Report, check, path
from chekhov.checking.endings import MOST_ACTS
from chekhov.checking.findings import Finding
from chekhov.diagnostics import ChekhovError
from chekhov.grounding import ground
from chekhov.kernel import Kernel
from chekhov.kernel import Limits as KernelLimits
from chekhov.model import Or, Problem
from chekhov.validation.formulas import Vocabulary, show_value
from chekhov.validation.interpreter import NoMomentError
from naive import Limits
from naive.agreement import DisagreementError
from naive.findings import Crossing, Findings
from naive.graph import BrokenStoryError, Graph, UndefinedReasonError

GAMES = 400
MOST_MOMENTS = 250
"""Worlds with more moments are left to the kernel."""
CODES = {"endless_triggers": "E0511", "growth": "E0512", "conflict": "E0513"}


def compare_findings(problem: Problem, seed: int, *, simplify: bool = True) -> bool:
    """Compares all findings in a world; the seed chooses limits. False if the world is too large for it, or if what
    somebody imagines in it has no end. Raises :class:`DisagreementError` at the first difference."""
    random = Random(seed)
    physical = random.random() < 0.5
    limits = Limits(0, random.choice((1, 2, 2, 3)), random.choice((0, 1, 1, 2)))
    depth = random.choice((2, 4, 8, 16))
    stopping = random.random() < 0.2
    endings = tuple(ending.condition for ending in problem.endings)
    try:
        stop = Vocabulary(problem).formula(Or(endings), {}) if stopping else None
        graph = Graph(problem, limits, physical=physical, depth=depth, stop=stop, most=MOST_MOMENTS)
    except UndefinedReasonError:
        return False
    except (BrokenStoryError, NoMomentError) as error:
        story = error.story if isinstance(error, BrokenStoryError) else ()
        if not stopping:
            _compare_broken(problem, error.kind, story, physical, limits, depth)
        return True
    if len(graph.states) > MOST_MOMENTS:
        return False
    kernel = Kernel(ground(problem, simplify=simplify), threads=1)
    asked = KernelLimits(None, limits.reason_acts, limits.belief_depth)
    report = check(
        kernel, physical=physical, limits=asked, depth=depth, games=GAMES, seed=seed, stop_at_endings=stopping
    )
    names = kernel.task.names
    findings = Findings(graph, names.actions, names.fluents, [use.fluent for use in kernel.task.fluent_uses()])
    try:
        _Comparison(report, findings, whole=not simplify).run()
    except NoMomentError:
        return False
    if len(problem.demands) == 3 and not stopping:
        to, origin, avoided = (demand.condition for demand in problem.demands)
        for from_, avoiding in ((None, None), (None, avoided), (origin, None), (origin, avoided)):
            answer = path(kernel, to, from_=from_, avoiding=avoiding, physical=physical, limits=asked, depth=depth)
            expected = findings.path(to, from_, avoiding)
            found = None if answer.story is None else len(answer.story.acts) - answer.start
            what = f"the path to {to}, from {from_}, avoiding {avoiding}"
            if found != expected:
                raise DisagreementError(f"{what}: naive {expected}, checked {answer}")
            if expected is None and graph.complete and answer.outcome != "impossible":
                raise DisagreementError(f"{what}: there is none, and it is {answer.outcome}")
    return True


def _compare_broken(
    problem: Problem, kind: str, story: tuple[str, ...], physical: bool, limits: Limits, depth: int
) -> None:
    """A world in which a story has no next moment: that is found, or an error."""
    asked = KernelLimits(None, limits.reason_acts, limits.belief_depth)
    try:
        report = check(Kernel(ground(problem), threads=1), physical=physical, limits=asked, depth=depth, games=0)
    except ChekhovError as error:
        if story and kind != "conflict":
            raise DisagreementError(f"{story} ends in {kind}, and that is no finding but {error}") from None
        return
    found = [finding for finding in report.findings if finding.kind == "endless_triggers"]
    acts = [finding.story.acts for finding in found if finding.story is not None]
    if kind == "conflict" or acts != [story]:
        raise DisagreementError(f"{story} ends in {kind}, and what is found is {found}")


class _Comparison:
    """``whole``: the task has all events, with nothing evaluated away, so that what depends on what can be compared,
    too."""

    def __init__(self, report: Report, findings: Findings, whole: bool) -> None:
        self.report = report
        self.naive = findings
        self.whole = whole

    def run(self) -> None:
        extent, graph = self.report.extent, self.naive.graph
        self._check("moments", len(graph.states), extent.moments)
        self._check("acts", sum(map(len, graph.arcs)), extent.acts)
        self._check("completeness", graph.complete, extent.complete)
        self._check("done acts", {act for arcs in graph.arcs for act, _ in arcs}, set(self.report.acts))
        self._compare_endings()
        self._compare_choices()
        self._compare_stuck()
        self._compare_usage()
        self._compare_minds()
        self._compare_demands()
        self._compare_acceptances()

    def _check(self, what: str, naive: object, checked: object) -> None:
        if naive != checked:
            raise DisagreementError(f"{what}: naive {naive}, checked {checked}")

    def _of(self, kind: str) -> list[Finding]:
        return [finding for finding in self.report.findings if finding.kind == kind]

    def _gathered(self, kind: str, key: str) -> set[str]:
        """All that findings of a kind list under a key."""
        return {str(one) for finding in self._of(kind) for one in finding.data[key]}

    def _compare_endings(self) -> None:
        endings = self.naive.endings()
        found = {e.name: (e.moments, len(e.story.acts) if e.story else None) for e in self.report.endings}
        self._check("endings", endings, found)
        unreachable = {finding.subject for finding in self._of("ending_unreachable")}
        self._check("unreachable endings", {name for name, (moments, _) in endings.items() if not moments}, unreachable)
        shares = self.naive.shares(MOST_ACTS)
        for ending in self.report.endings:
            exact = shares[ending.name]
            error = 6 * math.sqrt(max(exact * (1 - exact), 0) / GAMES) + 1e-9
            if abs(ending.share - exact) > error:
                raise DisagreementError(f"share of {ending.name}: naive {exact}, checked {ending.share}")

    def _compare_choices(self) -> None:
        crossings = self.naive.choices()
        covered: set[tuple[str | None, str]] = set()
        for choice in self.report.choices:
            matching = {
                key: crossing
                for key, crossing in crossings.items()
                if key[0] == choice.ending and _matches(choice.act, key[1])
            }
            covered |= matching.keys()
            found = Crossing(choice.moments, choice.of, len(choice.story.acts))
            self._check(f"{choice.act}, which loses {choice.ending}", _together(matching.values()), found)
        self._check("choices", crossings.keys(), covered)
        lost = {choice.act for choice in self.report.choices if choice.ending is None}
        self._check("too late", lost, {finding.subject for finding in self._of("too_late")})

    def _compare_stuck(self) -> None:
        for what, naive in (("dead_end", self.naive.dead_ends()), ("trap", self.naive.traps())):
            findings = self._of(what)
            self._check(what, naive is not None, bool(findings))
            if naive is not None:
                (finding,) = findings
                assert finding.story is not None
                if what == "dead_end":
                    self._check(what, naive, (finding.data["moments"], len(finding.story.acts)))
                else:
                    self._check(what, naive, (finding.data["rounds"], finding.data["moments"]))

    def _compare_usage(self) -> None:
        naive = self.naive
        impossible, unwanted = naive.never()
        self._check("never possible, by action", impossible.keys(), self._names("never_possible"))
        self._check("never possible", set().union(*impossible.values()), self._gathered("never_possible", "instances"))
        if naive.graph.physical:
            self._check("never wanted", [], self._of("never_wanted"))
        else:
            self._check("never wanted, by action", unwanted.keys(), self._names("never_wanted"))
            undone = set().union(*(acts for acts, _ in unwanted.values()))
            self._check("never wanted", undone, self._gathered("never_wanted", "instances"))
            unwilling = set().union(*(who for _, who in unwanted.values()))
            self._check("who never wants it", unwilling, self._gathered("never_wanted", "unwilling"))
        self._check("never fires", naive.never_fires(), {finding.subject for finding in self._of("never_fires")})
        self._check("never acts", naive.never_acts(), {finding.subject for finding in self._of("never_acts")})
        constant = naive.constant()
        changers = naive.uses()[0]
        everything: dict[str, set[str]] = {}
        for fact in naive.facts:
            everything.setdefault(fact.partition("(")[0], set()).add(fact)
        still = self._gathered("never_changes", "facts")
        for name, facts in everything.items():
            if constant.get(name) == facts:
                self._check(f"{name} never changes", facts, {fact for fact in still if fact in facts})
            elif self.whole:
                able = {fact for fact in constant.get(name, ()) if fact in changers}
                self._check(f"{name} never changes", able, {fact for fact in still if fact in facts})
        if self.whole:
            guns = self._of("unfired_gun")
            unread, idle = self._gathered("never_read", "facts"), self._gathered("unfired_gun", "facts")
            things = {gun.data["thing"] for gun in guns if "thing" in gun.data}
            # What the meaning leaves open is between reading as much and as little as can be.
            names = ("never read", "unfired things", "unfired facts")
            bounds = zip(names, self._idle(typed=False), (unread, things, idle), self._idle(typed=True), strict=True)
            for what, least, found, most in bounds:
                # Of an ending that always holds it is not said what it turns on.
                if what == "never read" or naive.graph.all not in naive.ending_moments.values():
                    self._check(what, (least | found) & most, found)

    def _idle(self, typed: bool) -> list[set[str]]:
        """The facts that nothing reads, and the things and facts that matter to no ending."""
        self.naive.typed = typed
        return [set(self.naive.facts) - self.naive.uses()[1], *self.naive.guns()]

    def _names(self, kind: str) -> set[str]:
        return {(finding.subject or "").partition("(")[0] for finding in self._of(kind)}

    def _compare_minds(self) -> None:
        naive = self.naive
        wrong: dict[tuple[str, str], int] = {}
        for finding in self._of("false_belief"):
            for fact, moments in finding.data["facts"].items():
                wrong[finding.data["character"], fact] = moments
        self._check("false beliefs", naive.false_beliefs(), wrong)
        if not naive.graph.physical:
            misled = {
                (act, who): moments
                for finding in self._of("misled")
                for act, by in finding.data["acts"].items()
                for who, moments in by.items()
            }
            self._check("misled", naive.misled(), misled)
        known = {(one.character, one.fact, one.value): one.acts for one in self.report.knowledge}
        expected = {(who, fact, show_value(value)): acts for (who, fact, value), acts in naive.knowledge().items()}
        self._check("knowledge", expected, known)
        ranges = {one.fluent: dict(one.counts) for one in self.report.ranges}
        counted = {
            fluent: {show_value(value): count for value, count in counts.items()}
            for fluent, counts in naive.ranges().items()
        }
        self._check("ranges", counted, ranges)

    def _compare_demands(self) -> None:
        problem, certain = self.naive.problem, self.naive.graph.complete
        results = {result.name: result for result in self.report.demands}
        for demand in problem.demands:
            result = results[demand.name]
            verdict, story = self.naive.demand(demand)
            settled = {"inevitable": demand.condition, "before": demand.condition, "until": demand.other}.get(
                demand.form
            )
            at_once = settled is not None and (None, 0) in self.naive.event(settled)
            if verdict != ("holds" if demand.form == "possible" else "fails") and not certain and not at_once:
                verdict = "unproved"
            found = None if result.story is None else len(result.story.acts)
            self._check(f"{result.text}", (verdict, story), (result.verdict, found))
        failed = {name for name, result in results.items() if result.verdict == "fails" and "demand" in str(name)}
        self._check("failing demands", failed, {finding.subject for finding in self._of("demand")})
        leaking = {finding.subject: finding.data["leaks"] for finding in self._of("leak")}
        for secret in problem.secrets:
            leaks = self.naive.leaks(secret)
            result = results[secret.name]
            self._check(f"{result.text}", leaks, {who: len(acts) for who, acts in leaking.get(secret.name, {}).items()})
            verdict = "fails" if leaks else "holds" if certain else "unproved"
            self._check(f"{result.text}", verdict, result.verdict)

    def _compare_acceptances(self) -> None:
        """An acceptance is stale if it covers nothing that is found, and what it covers is accepted."""
        problem = self.naive.problem
        stale = {finding.subject for finding in self._of("stale_acceptance")}
        found = {finding.kind for finding in self.report.findings}
        for acceptance in problem.acceptances:
            if acceptance.subject is None:
                name = acceptance.kind
                self._check(f"{name} is stale", acceptance.kind not in found, name in stale)
                accepted = all(finding.accepted for finding in self._of(acceptance.kind))
                self._check(f"{name} is accepted", True, accepted)
            else:
                name = f"{acceptance.kind}({acceptance.subject})"
                covered = [
                    finding
                    for finding in self._of(acceptance.kind)
                    if (finding.subject or "").partition("(")[0] == acceptance.subject
                ]
                self._check(f"{name} is accepted", True, all(finding.accepted for finding in covered))
                if not any(other.covers(acceptance.kind, None) for other in problem.acceptances):
                    self._check(f"{name} is stale", not covered, name in stale)


def _matches(pattern: str, act: str) -> bool:
    name, _, rest = pattern.removesuffix(")").partition("(")
    other, _, arguments = act.removesuffix(")").partition("(")
    one, two = rest.split(", "), arguments.split(", ")
    return name == other and len(one) == len(two) and all(a in ("_", b) for a, b in zip(one, two, strict=True))


def _together(crossings: Iterable[Crossing]) -> Any:
    found = list(crossings)
    if not found:
        return None
    return Crossing(sum(one.count for one in found), sum(one.of for one in found), min(one.acts for one in found))
