"""Why an act of a story is done, why another is not, and what would give somebody a reason for it.

Both questions are asked of one moment: the world after some acts. *Why* gives everybody's reasons for an act there.
*Why not* says which conditions fail, or who refuses; and for those without a reason, the nearest plan that the act
would serve if the others went along, and single changes of what they believe that would give them one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.grounding import GroundTask, ground
from chekhov.grounding.formulas import Value, fluents_of, show
from chekhov.kernel import UNLIMITED, USUAL, Kernel, Limits
from chekhov.reasons import DEEPENING, Reason, Reasoner, Refusal, wrapped

_MAX_CHANGES = 400
"""So many changes of belief are tried for a character who has no reason."""
_MAX_WORLDS = 400
"""So many imagined worlds are looked at for a plan that an act would serve."""


@dataclass(frozen=True, slots=True)
class Why:
    """An act at its moment: ``unmet`` conditions (none: it is possible), the reasons of those who consent, and who
    refuses.

    ``authors``: nobody's consent is asked, the act is the author's.
    """

    act: str
    unmet: tuple[str, ...]
    reasons: tuple[Reason, ...]
    refusals: tuple[Refusal, ...]
    authors: bool

    @property
    def explained(self) -> bool:
        """Whether the act may happen there in a story."""
        return not self.unmet and not self.refusals

    def to_json(self) -> dict[str, Any]:
        return {
            "act": self.act,
            "explained": self.explained,
            "unmet": list(self.unmet),
            "authors": self.authors,
            "reasons": [reason.to_json() for reason in self.reasons],
            "refusals": [refusal.to_json() for refusal in self.refusals],
        }

    def lines(self, width: int = 80) -> list[str]:
        """The reasons as an indented tree."""
        found = wrapped(self.act, width)
        if self.unmet:
            found += wrapped("  cannot be done there:", width)
        for condition in self.unmet:
            found += wrapped(f"    {condition}", width)
        if self.authors:
            found += wrapped("  is the author's: nobody needs a reason for it", width)
        for reason in self.reasons:
            found += [f"  {line}" for line in reason.lines(width - 2)]
        for refusal in self.refusals:
            found += wrapped(f"  {refusal.text()}", width)
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """A belief that would give somebody a reason: the fact as text, and the reason that they would have.

    ``shared``: they would also have to believe that everybody else believes it.
    """

    believed: str
    shared: bool
    reason: Reason

    def to_json(self) -> dict[str, Any]:
        return {"believed": self.believed, "shared": self.shared, "reason": self.reason.to_json()}


@dataclass(frozen=True, slots=True)
class Hope:
    """A nearest plan that the act would serve in a character's mind, and who in it would not go along with what."""

    plan: tuple[str, ...]
    before: float
    after: float
    unwilling: tuple[tuple[str, Refusal], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "plan": list(self.plan),
            "utility": {"from": self.before, "to": self.after},
            "unwilling": [{"act": act, **refusal.to_json()} for act, refusal in self.unwilling],
        }


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would give the one who refuses an act a reason for it: None or empty where nothing was found."""

    refusal: Refusal
    hope: Hope | None
    changes: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            **self.refusal.to_json(),
            "hope": None if self.hope is None else self.hope.to_json(),
            "changes": [change.to_json() for change in self.changes],
        }

    def lines(self, width: int = 80) -> list[str]:
        """The refusal, and under it what would help."""
        found = wrapped(self.refusal.text(), width)
        if self.hope is not None:
            hope = self.hope
            found += wrapped(f"  It could serve {self.refusal.character} ({hope.before:g} → {hope.after:g}):", width)
            found += [line for act in hope.plan for line in wrapped(f"    {act}", width)]
            if hope.unwilling:
                for act, refusal in hope.unwilling:
                    found += wrapped(f"  but as to {act}: {refusal.text()}", width, "    ")
            else:
                found += wrapped("  but the same can be had without it", width, "    ")
        for change in self.changes:
            plan = ", ".join(step.act for step in change.reason.plan)
            shared = ", as something that everybody knows" if change.shared else ""
            believed = f"{self.refusal.character} believed {change.believed}{shared}"
            found += wrapped(f"  There would be a reason if {believed}:", width)
            found += wrapped(f"    {plan} ({change.reason.before:g} → {change.reason.after:g})", width, "      ")
        return found


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why an act does not happen at a moment. ``never``: what is unmet can never be met.

    Without ``unmet`` and ``remedies``, nothing stands against it: it may happen, for the ``reasons`` given.
    """

    act: str
    unmet: tuple[str, ...]
    never: bool
    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...]

    @property
    def explained(self) -> bool:
        """Whether the act may happen there in a story after all."""
        return not self.unmet and not self.remedies

    def to_json(self) -> dict[str, Any]:
        return {
            "act": self.act,
            "explained": self.explained,
            "unmet": list(self.unmet),
            "never": self.never,
            "reasons": [reason.to_json() for reason in self.reasons],
            "refusals": [remedy.to_json() for remedy in self.remedies],
        }

    def lines(self, width: int = 80) -> list[str]:
        """The answer as text."""
        found = wrapped(self.act, width)
        if self.unmet:
            found += wrapped("  can never be done:" if self.never else "  cannot be done there:", width)
            found += [line for condition in self.unmet for line in wrapped(f"    {condition}", width)]
        for remedy in self.remedies:
            found += [f"  {line}" for line in remedy.lines(width - 2)]
        if self.explained:
            found += wrapped("  may happen there:" if self.reasons else "  may happen there: it is the author's", width)
        indent = "    " if self.explained else "  "
        for reason in self.reasons:
            found += [f"{indent}{line}" for line in reason.lines(width - len(indent))]
        return found


def why(kernel: Kernel, acts: Sequence[str], step: int, limits: Limits = UNLIMITED) -> Why:
    """Why the act number ``step`` (from 1) of a story is done. Raises E0613 for an act that there is not, E0614 for
    such a step."""
    if not 1 <= step <= len(acts):
        title = f"the plan has no step {step}"
        raise ChekhovError([Diagnostic("E0614", title, help=f"its steps are 1 to {len(acts)}" if acts else None)])
    kernel, number, world = _moment(kernel, acts[: step - 1], acts[step - 1])
    return why_there(kernel, world, number, limits)


def why_there(kernel: Kernel, world: int, number: int, limits: Limits = UNLIMITED) -> Why:
    """Why the act of a number is done in a world of the kernel."""
    for stage in _stages(limits.in_world(kernel.task.source)):
        reasoner = Reasoner(kernel, stage)
        reasons, refusals = reasoner.reasons(world, number)
        if all(refusal.kind != "limit" for refusal in refusals):
            break
    unmet = () if kernel.possible(world, number) else tuple(reasoner.unmet(world, number))
    authors = not kernel.task.data["actions"][number]["consenting"]
    return Why(kernel.task.names.actions[number], unmet, tuple(reasons), tuple(refusals), authors)


def whynot(kernel: Kernel, acts: Sequence[str], act: str, limits: Limits = UNLIMITED) -> WhyNot:
    """Why an act does not happen after some others. Raises E0613 for an act that there is not."""
    never = kernel.task.action_number(act) is None
    kernel, number, world = _moment(kernel, acts, act)
    limits = limits.in_world(kernel.task.source).or_else(USUAL)
    reasoner = Reasoner(kernel, limits)
    name = kernel.task.names.actions[number]
    if not kernel.possible(world, number):
        return WhyNot(name, tuple(reasoner.unmet(world, number)), never, (), ())
    reasons, refusals = reasoner.reasons(world, number)
    remedies = tuple(_remedy(kernel, acts, world, number, refusal, limits) for refusal in refusals)
    return WhyNot(name, (), False, tuple(reasons), remedies)


def _stages(limits: Limits) -> Iterator[Limits]:
    """The limits, with those on reasons that were left open growing from what somebody could follow."""
    if limits.reason_acts is not None and limits.belief_depth is not None:
        yield limits
        return
    for reason_acts, belief_depth in DEEPENING:
        if reason_acts >= (USUAL.reason_acts or 0):
            yield limits.or_else(Limits(reason_acts=reason_acts, belief_depth=belief_depth))


def _moment(kernel: Kernel, before: Sequence[str], act: str) -> tuple[Kernel, int, int]:
    """The number of an act and the world after others.

    What grounding found out about a world holds as long as nothing impossible is done in it. For anything else, the
    kernel is one that was told everything.
    """
    names = (*before, act)
    if all(kernel.task.action_number(each) is not None for each in names):
        world = kernel.initial()
        for each in before:
            number = _number(kernel.task, each)
            if not kernel.possible(world, number):
                break
            world = kernel.step(world, number)
        else:
            return kernel, _number(kernel.task, act), world
    kernel = Kernel(ground(kernel.task.problem, simplify=False), threads=1)
    world = kernel.initial()
    for each in before:
        world = kernel.step(world, _number(kernel.task, each))
    return kernel, _number(kernel.task, act), world


def _number(task: GroundTask, act: str) -> int:
    number = task.action_number(act)
    if number is None:
        raise ChekhovError([Diagnostic("E0613", f"there is no act `{act}`")])
    return number


# ---------------------------------------------------------------------------------------------------------------------
# What would help


def _remedy(kernel: Kernel, acts: Sequence[str], world: int, act: int, refusal: Refusal, limits: Limits) -> Remedy:
    character = kernel.task.names.characters.index(refusal.character)
    if refusal.kind == "impossible":
        return Remedy(refusal, None, ())
    hope = _hope(kernel, kernel.believed(world, character), character, act, limits)
    return Remedy(refusal, hope, _changes(kernel.task, acts, character, act, limits))


def _hope(kernel: Kernel, mind: int, character: int, act: int, limits: Limits) -> Hope | None:
    """A shortest plan from an act that raises a character's utility if everybody went along, and who would not."""
    data = kernel.task.data
    utility = data["utilities"][character]
    before = kernel.evaluate(mind, utility)
    if before is None or limits.reason_acts is None:
        return None
    expected = [number for number, action in enumerate(data["actions"]) if action["consenting"] or "natural" in action]
    start = kernel.step(mind, act)
    plans: dict[int, tuple[int, ...]] = {start: (act,)}
    for world in itertools.islice(_growing(plans), _MAX_WORLDS):
        plan = plans[world]
        after = kernel.evaluate(world, utility)
        if after is not None and after > before:
            return Hope(
                tuple(kernel.task.names.actions[each] for each in plan),
                float(before),
                float(after),
                tuple(_unwilling(kernel, mind, character, plan, limits)),
            )
        if len(plan) < limits.reason_acts:
            for number in expected:
                if kernel.possible(world, number):
                    plans.setdefault(kernel.step(world, number), (*plan, number))
    return None


def _growing(worlds: dict[int, tuple[int, ...]]) -> Iterator[int]:
    """The keys in order, those added meanwhile too."""
    seen = 0
    while seen < len(worlds):
        for world in list(itertools.islice(worlds, seen, None)):
            seen += 1
            yield world


def _unwilling(
    kernel: Kernel, mind: int, character: int, plan: Sequence[int], limits: Limits
) -> Iterator[tuple[str, Refusal]]:
    world = kernel.step(mind, plan[0])
    for i, act in enumerate(plan[1:], 1):
        left = None if limits.reason_acts is None else limits.reason_acts - i
        reasoner = Reasoner(kernel, replace(limits, reason_acts=left), nesting=0)
        for other in kernel.task.data["actions"][act]["consenting"]:
            if other != character:
                found = reasoner.reason(world, other, act)
                if isinstance(found, Refusal):
                    yield kernel.task.names.actions[act], found
        world = kernel.step(world, act)


def _changes(
    task: GroundTask, acts: Sequence[str], character: int, act: int, limits: Limits, most: int = 3
) -> tuple[Change, ...]:
    """Single facts that, if a character believed them at the moment after some acts, would give them a reason for an
    act.

    Each fact is tried as an act of the author's that only changes this belief. No character counts on such an act, so
    that it changes nothing else.
    """
    facts = list(itertools.islice(_possible_facts(task, character, act), _MAX_CHANGES))
    changes = [(*fact, shared) for shared in (False, True) for fact in facts]
    data = {
        **task.data,
        "actions": [*task.data["actions"], *(_setting(task, character, *change) for change in changes)],
    }
    names = replace(task.names, actions=(*task.names.actions, *(f"believe{i}()" for i in range(len(changes)))))
    kernel = Kernel(replace(task, data=data, names=names), threads=1)
    world = kernel.initial()
    for each in acts:
        world = kernel.step(world, _number(task, each))
    reasoner = Reasoner(kernel, limits, nesting=0)
    found: list[Change] = []
    known: set[tuple[int, Value]] = set()
    for i, (fluent, value, shared) in enumerate(changes):
        current = kernel.evaluate(kernel.believed(world, character), ("f", (), fluent))
        if current == value or (fluent, value) in known:
            continue
        reason = reasoner.reason(kernel.step(world, len(task.data["actions"]) + i), character, act)
        if isinstance(reason, Reason):
            known.add((fluent, value))
            fact = show(("==", ("f", (), fluent), ("v", value)), task.names)
            found.append(Change(fact, shared, replace(reason, mistakes=())))
    return tuple(sorted(found, key=lambda change: len(change.reason.plan))[:most])


def _possible_facts(task: GroundTask, character: int, act: int) -> Iterator[tuple[int, Value]]:
    """Facts that a character might believe: first of what the utility and the act turn on, then of everything else."""
    action = task.data["actions"][act]
    close = [number for _, number in fluents_of(task.data["utilities"][character])]
    close += [n for clause in action["precondition"] for atom in clause for _, n in fluents_of(atom["test"])]
    close += [effect["fluent"] for effect in action["effects"]]
    for number in dict.fromkeys((*close, *range(len(task.data["fluents"])))):
        fluent = task.data["fluents"][number]
        if fluent["kind"] == "boolean":
            yield from ((number, True), (number, False))
        elif fluent["kind"] == "entity":
            yield from ((number, value) for value in (*fluent["values"], None))
        else:
            yield from ((number, value) for value in sorted(_compared(task, number)))


def _compared(task: GroundTask, number: int) -> set[float]:
    """The numbers about which the comparisons of a fluent with a constant turn."""
    found: set[float] = set()
    for event in (*task.data["actions"], *task.data["triggers"]):
        for clause in event["precondition"]:
            for atom in clause:
                operator, left, right = atom["test"]
                if left == ("f", (), number) and right[0] == "v" and right[1] is not None:
                    bound = right[1]
                    found.update((bound,) if operator in ("==", "<=", ">=") else (bound - 1, bound + 1))
    return found


def _setting(task: GroundTask, character: int, fluent: int, value: Value, shared: bool) -> dict[str, Any]:
    """An act of the author's that makes a character believe a fact and, if ``shared``, that everybody else does."""
    everybody = range(task.data["characters"])
    paths = [(character,), *((character, other) for other in everybody if shared and other != character)]
    return {
        "precondition": [[]],
        "effects": [{"condition": ("and",), "path": p, "fluent": fluent, "value": ("v", value)} for p in paths],
        "consenting": [],
        "observers": [("or",) for _ in everybody],
    }
