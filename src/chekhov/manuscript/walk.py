"""The walk: from beat to beat, and where one does not hold, on as if it had been mended.

A mistake must be told once, at the beat where it shows, and not again at each later beat that rests on it. So the walk
is a search, cheapest first, for the fewest edits with which the manuscript holds: beats inserted, dropped, exchanged or
moved. What could not be mended so is supposed, and costs more. The faults on the cheapest way are those that are told,
and its edits are the repair.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from chekhov import lang
from chekhov.diagnostics import Span
from chekhov.kernel import UNLIMITED, Limits
from chekhov.manuscript.chapters import Assumption, Beat, Claim, Entry, Manuscript, Passing, Scene, Shown
from chekhov.manuscript.stage import Attempt, Fault, Stage

MENDING_WORK = 3_000
"""So often, at most, is asked whether an act has its reasons, where it is looked for how to mend a manuscript."""
_COSTS = {"insert": 1.0, "exchange": 1.05, "drop": 1.1, "claim": 1.2, "otherwise": 1.3, "suppose": 2.4}
"""What each edit costs; ``otherwise`` is an exchange for something quite different. Where a way to mend a manuscript is
as short as another, one that keeps more of what the author wrote comes first."""
_MOST_INSERTED = 3
PATIENCE = 100
"""So many steps of time, at most, are let pass to see whether they bring about what is missing."""
_MOST_WORLDS = 250
"""So many worlds are looked at for beats to insert at one place."""
_MOST_NODES = 400


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of the manuscript: before or at the entry number ``at`` (in the story's order).

    ``insert``: ``acts``, each a beat, before it. ``drop``: the beat. ``exchange``: ``acts`` in place of it. ``move``:
    the beat number ``source`` to before it. ``suppose`` and ``claim``: nothing; what the beat lacks, or what is
    claimed, is taken to be so.
    """

    kind: Literal["insert", "drop", "exchange", "move", "suppose", "claim"]
    at: int
    acts: tuple[str, ...] = ()
    source: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """An entry of the story on its way: its number in the story's order, None for a beat that an edit inserted."""

    index: int | None
    entry: Entry
    attempt: Attempt

    @property
    def before(self) -> int:
        return self.attempt.worlds[0]

    @property
    def after(self) -> int:
        return self.attempt.after


@dataclass(frozen=True, slots=True)
class Trouble:
    """An entry that does not hold, and the steps up to it on the way that was taken."""

    index: int
    faults: tuple[Fault, ...]
    before: tuple[Step, ...]
    edit: Edit


@dataclass(frozen=True, slots=True)
class Mending:
    """A set of edits with which the manuscript holds, and what they cost."""

    edits: tuple[Edit, ...]
    cost: float

    @property
    def complete(self) -> bool:
        """Whether nothing had to be supposed."""
        return all(edit.kind not in ("suppose", "claim") for edit in self.edits)


@dataclass(frozen=True, slots=True)
class Walk:
    """A manuscript walked through: each step as it went, the troubles on the way, and the ways to mend them, best
    first. ``exhausted``: there was no time to look for more."""

    stage: Stage
    entries: tuple[Entry, ...]
    steps: tuple[Step, ...]
    troubles: tuple[Trouble, ...]
    mendings: tuple[Mending, ...]
    exhausted: bool = False

    @property
    def last(self) -> int:
        """The world after the last step."""
        return self.steps[-1].after if self.steps else self.stage.kernel.initial()


def walk(
    manuscript: Manuscript,
    *,
    limits: Limits = UNLIMITED,
    repairs: int = 1,
    work: int = MENDING_WORK,
    seconds: float | None = None,
) -> Walk:
    """Walks through a manuscript. ``repairs`` is how many ways to mend it are looked for; ``work`` and ``seconds`` are
    how much, at most, is done to find them."""
    entries = tuple(entry for entry in manuscript.story if not isinstance(entry, Scene))
    stage = Stage(manuscript, limits=limits)
    steps: list[Step] = []
    world = stage.kernel.initial()
    for index, entry in enumerate(entries):
        attempt = stage.attempt(world, entry)
        if attempt.faults:
            break
        steps.append(Step(index, entry, attempt))
        world = attempt.after
    else:
        return Walk(stage, entries, tuple(steps), (), ())
    return _Mender(Stage(manuscript, tolerant=True, limits=limits), entries, repairs, work, seconds).walk()


@dataclass(frozen=True, slots=True)
class _Node:
    index: int
    world: int
    steps: tuple[Step, ...] = ()
    edits: tuple[Edit, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    ahead: tuple[str, ...] = ()
    """Acts that were inserted, which a later beat may turn out to be: then it was moved here."""
    behind: tuple[int, ...] = ()
    """Beats that were dropped, which may turn up later: then they were moved there."""
    done: bool = False


class _Mender:
    def __init__(self, stage: Stage, entries: tuple[Entry, ...], most: int, work: int, seconds: float | None) -> None:
        self.stage = stage
        self.entries = entries
        self.given = stage.manuscript.given
        self.most = max(most, 1)
        self.work = work
        self.deadline = None if seconds is None else time.monotonic() + seconds
        self.out_of_time = False

    def _spent(self) -> bool:
        return self.stage.asked > self.work or (self.deadline is not None and time.monotonic() > self.deadline)

    def walk(self) -> Walk:
        serial = itertools.count()
        heap: list[tuple[float, int, int, _Node]] = [(0.0, 0, next(serial), _Node(0, self.stage.kernel.initial()))]
        first: _Node | None = None
        mendings: list[Mending] = []
        popped = 0
        while heap and len(mendings) < self.most:
            cost, _, _, node = heapq.heappop(heap)
            popped += 1
            self.out_of_time = self._spent() or popped > _MOST_NODES
            if first is not None and (self.out_of_time or cost > mendings[0].cost + 1.2):
                break
            if node.done:
                edits = tuple(sorted(node.edits, key=lambda edit: edit.at))
                first = first or node
                if edits not in [mending.edits for mending in mendings]:
                    mendings.append(Mending(edits, cost))
                continue
            for extra, following in self._expand(node):
                heapq.heappush(heap, (cost + extra, -following.index, next(serial), following))
        assert first is not None
        return Walk(self.stage, self.entries, first.steps, first.troubles, tuple(mendings), self.out_of_time)

    def _expand(self, node: _Node) -> Iterator[tuple[float, _Node]]:
        """On from a node, as far as all goes well, and then with each edit."""
        index, world, steps, ahead = node.index, node.world, list(node.steps), node.ahead
        while True:
            if index == len(self.entries):
                yield 0.0, replace(node, index=index, world=world, steps=tuple(steps), ahead=ahead, done=True)
                return
            entry = self.entries[index]
            attempt = self.stage.attempt(world, entry)
            if isinstance(entry, Beat) and str(entry) in ahead:
                # It has been done already, where an edit needed it.
                rest = list(ahead)
                rest.remove(str(entry))
                edits = _moved(node.edits, index, str(entry))
                skipped = replace(
                    node, index=index + 1, world=world, steps=tuple(steps), ahead=tuple(rest), edits=edits
                )
                yield (0.0 if attempt.faults else 0.5), skipped
                if attempt.faults:
                    return
            if attempt.faults:
                break
            steps.append(Step(index, entry, attempt))
            index, world = index + 1, attempt.after
        here = replace(node, index=index, world=world, steps=tuple(steps), ahead=ahead)
        yield from self._edits(here, entry, attempt)

    def _edits(self, node: _Node, entry: Entry, attempt: Attempt) -> Iterator[tuple[float, _Node]]:
        index = node.index

        def troubled(edit: Edit) -> tuple[Trouble, ...]:
            return (*node.troubles, Trouble(index, attempt.faults, node.steps, edit))

        kind: Literal["suppose", "claim"] = "claim" if isinstance(entry, Claim | Shown) else "suppose"
        edit = Edit(kind, index)
        step = Step(index, entry, attempt)
        yield (
            _COSTS[kind],
            replace(
                node,
                index=index + 1,
                world=attempt.after,
                steps=(*node.steps, step),
                edits=(*node.edits, edit),
                troubles=troubled(edit),
            ),
        )
        if self.out_of_time:
            return
        # What was dropped before may belong here.
        for source in node.behind:
            beat = self.entries[source]
            moved = self.stage.attempt(node.world, beat)
            if not moved.faults and not self.stage.attempt(moved.after, entry).faults:
                edit = Edit("move", index, source=source)
                yield (
                    0.0,
                    replace(
                        node,
                        world=moved.after,
                        steps=(*node.steps, Step(source, beat, moved)),
                        edits=(*(one for one in node.edits if one != Edit("drop", source)), edit),
                        behind=tuple(one for one in node.behind if one != source),
                    ),
                )
        found = False
        for acts in self._insertions(node.world, entry, 1):
            found = True
            yield self._insertion(node, acts, attempt)
        for cost, edit, steps in self._earlier(node, entry, with_insertions=not found):
            found = found or edit.kind == "insert"
            yield (
                cost,
                replace(
                    node,
                    index=index + 1,
                    world=steps[-1].after,
                    steps=steps,
                    edits=(*node.edits, edit),
                    troubles=troubled(edit),
                    ahead=(*node.ahead, *(edit.acts if edit.kind == "insert" else ())),
                    behind=(
                        *node.behind,
                        *((edit.at,) if edit.kind == "drop" and _is_beat(self.entries[edit.at]) else ()),
                    ),
                ),
            )
        if not found:
            for acts in self._insertions(node.world, entry, _MOST_INSERTED):
                yield self._insertion(node, acts, attempt)
        if isinstance(entry, Beat) and entry.span not in self.given:
            edit = Edit("drop", index)
            yield (
                _COSTS["drop"],
                replace(
                    node,
                    index=index + 1,
                    edits=(*node.edits, edit),
                    troubles=troubled(edit),
                    behind=(*node.behind, index),
                ),
            )
            if len(entry.acts) > 1 and not entry.anyway:
                yield from self._fewer(node, entry, troubled)
            for other, changed in self._exchanges(node.world, entry):
                edit = Edit("exchange", index, (other,))
                akin = other.startswith(f"{entry.acts[0].name}(")
                yield (
                    _COSTS["exchange" if akin else "otherwise"],
                    replace(
                        node,
                        index=index + 1,
                        world=changed.after,
                        steps=(*node.steps, changed),
                        edits=(*node.edits, edit),
                        troubles=troubled(edit),
                    ),
                )

    def _fewer(
        self, node: _Node, entry: Beat, troubled: Callable[[Edit], tuple[Trouble, ...]]
    ) -> Iterator[tuple[float, _Node]]:
        """A beat of several acts without one of them."""
        for number in range(len(entry.acts)):
            beat = Beat(0, (*entry.acts[:number], *entry.acts[number + 1 :]), entry.span)
            attempt = self.stage.attempt(node.world, beat)
            if not attempt.faults:
                ordered = tuple(map(self.stage.name, attempt.acts))
                edit = Edit("exchange", node.index, ordered)
                following = replace(
                    node,
                    index=node.index + 1,
                    world=attempt.after,
                    steps=(*node.steps, Step(None, beat, attempt)),
                    edits=(*node.edits, edit),
                    troubles=troubled(edit),
                )
                yield _COSTS["exchange"], following

    def _insertion(self, node: _Node, acts: tuple[str, ...], attempt: Attempt) -> tuple[float, _Node]:
        inserted = self._inserted(node.world, acts)
        edit = Edit("insert", node.index, acts)
        # Time is one note, however long it is.
        count = len(acts) if any(act != self.stage.time_act for act in acts) else 1
        return _COSTS["insert"] * count, replace(
            node,
            world=inserted[-1].after,
            steps=(*node.steps, *inserted),
            edits=(*node.edits, edit),
            troubles=(*node.troubles, Trouble(node.index, attempt.faults, node.steps, edit)),
            ahead=(*node.ahead, *acts),
        )

    def _inserted(self, world: int, acts: Sequence[str]) -> tuple[Step, ...]:
        steps: list[Step] = []
        for act in acts:
            beat = _beat(act)
            steps.append(Step(None, beat, self.stage.attempt(world, beat)))
            world = steps[-1].after
        return tuple(steps)

    def _insertions(self, world: int, entry: Entry, most: int) -> Iterator[tuple[str, ...]]:
        """The fewest acts, ``most`` at most, after which an entry holds: all choices of so few."""
        stage = self.stage
        waiting = self._waiting(world, entry)
        if waiting is not None:
            yield (stage.time_act,) * waiting
        level: list[tuple[int, tuple[str, ...]]] = [(world, ())]
        seen = {world}
        for _ in range(most):
            following: list[tuple[int, tuple[str, ...]]] = []
            found = False
            for before, acts in level:
                for number in stage.acts:
                    if self._spent() or len(seen) > _MOST_WORLDS:
                        return
                    if number == stage.time or not stage.may(before, number):
                        continue
                    after = stage.kernel.step(before, number)
                    if after in seen:
                        continue
                    seen.add(after)
                    following.append((after, (*acts, stage.name(number))))
                    if not stage.attempt(after, entry).faults:
                        found = True
                        yield following[-1][1]
            if found:
                return
            level = following

    def _waiting(self, world: int, entry: Entry) -> int | None:
        """After how many steps of time an entry holds, if nobody does anything."""
        if self.stage.time is not None:
            for steps in range(1, PATIENCE + 1):
                if not self.stage.kernel.possible(world, self.stage.time):
                    break
                world = self.stage.kernel.step(world, self.stage.time)
                if not self.stage.attempt(world, entry).faults:
                    return steps
        return None

    def _exchanges(self, world: int, entry: Beat) -> Iterator[tuple[str, Step]]:
        """What else may be done in place of a beat of one act: the same action otherwise, or other acts of the same
        people."""
        if len(entry.acts) != 1:
            return
        told = self.stage.task.action_number(str(entry))
        actions = self.stage.task.data["actions"]
        same: list[tuple[str, Step]] = []
        others: list[tuple[str, Step]] = []
        for number in self.stage.acts:
            name = self.stage.name(number)
            akin = name.startswith(f"{entry.acts[0].name}(")
            if not akin and (told is None or actions[number]["consenting"] != actions[told]["consenting"]):
                continue
            if name != str(entry) and self.stage.may(world, number):
                beat = _beat(name)
                step = Step(None, beat, self.stage.attempt(world, beat))
                (same if akin else others).append((name, step))
        yield from same or others

    def _earlier(
        self, node: _Node, entry: Entry, *, with_insertions: bool
    ) -> Iterator[tuple[float, Edit, tuple[Step, ...]]]:
        """Edits further back that let an entry hold, with all between: a beat dropped or inserted there."""
        stage = self.stage
        touched = max((edit.at for edit in node.edits), default=-1)
        known: set[int] = set()  # where an act can stand at several places, the last is given
        nearest = True
        for place in range(len(node.steps) - 1, -1, -1):
            step = node.steps[place]
            if step.index is None or step.index < touched or self._spent():
                return
            free = step.entry.span not in self.given
            if free and isinstance(step.entry, Passing):
                # Perhaps less time will do.
                for count in range(min(len(step.attempt.acts) - 1, PATIENCE), 0, -1):
                    less = self._inserted(step.before, (stage.time_act,) * count)
                    again = self._replayed(less[-1].after, node.steps[place + 1 :], entry)
                    if again is not None:
                        edit = Edit("exchange", step.index, (stage.time_act,) * count)
                        yield _COSTS["exchange"], edit, (*node.steps[:place], *less, *again)
                        break
            if free and isinstance(step.entry, Beat | Assumption | Passing):
                again = self._replayed(step.before, node.steps[place + 1 :], entry)
                if again is not None:
                    yield _COSTS["drop"], Edit("drop", step.index), (*node.steps[:place], *again)
            if free and isinstance(step.entry, Beat) and nearest:
                nearest = False
                for number in stage.acts:
                    if stage.may(step.before, number):
                        changed = self._inserted(step.before, (stage.name(number),))
                        again = self._replayed(changed[-1].after, node.steps[place + 1 :], entry)
                        if again is not None:
                            edit = Edit("exchange", step.index, (stage.name(number),))
                            yield _COSTS["otherwise"], edit, (*node.steps[:place], *changed, *again)
            if with_insertions:
                for number in stage.acts:
                    if number not in known and stage.may(step.before, number):
                        inserted = self._inserted(step.before, (stage.name(number),))
                        again = self._replayed(inserted[-1].after, node.steps[place:], entry)
                        if again is not None:
                            known.add(number)
                            edit = Edit("insert", step.index, (stage.name(number),))
                            yield _COSTS["insert"], edit, (*node.steps[:place], *inserted, *again)

    def _replayed(self, world: int, steps: Sequence[Step], entry: Entry) -> tuple[Step, ...] | None:
        """The steps from another world, and then the entry; None if they do not hold."""
        found: list[Step] = []
        for step in steps:
            attempt = self.stage.attempt(world, step.entry)
            if attempt.faults:
                return None
            found.append(Step(step.index, step.entry, attempt))
            world = attempt.after
        last = self.stage.attempt(world, entry)
        return None if last.faults else (*found, Step(self.entries.index(entry), entry, last))


def _is_beat(entry: Entry) -> bool:
    return isinstance(entry, Beat)


def _beat(act: str) -> Beat:
    name, _, arguments = act.removesuffix(")").partition("(")
    words = tuple(word.strip() for word in arguments.split(",")) if arguments else ()
    return Beat(0, (lang.Act(name, words),), Span("", 0, 0))


def _moved(edits: tuple[Edit, ...], index: int, act: str) -> tuple[Edit, ...]:
    """The edits, with the one that inserted an act made one that moves the beat which it turned out to be."""
    found: list[Edit] = []
    done = False
    for edit in edits:
        if not done and edit.kind == "insert" and act in edit.acts:
            done = True
            rest = list(edit.acts)
            place = rest.index(act)
            before, after = rest[:place], rest[place + 1 :]
            found += [Edit("insert", edit.at, tuple(before))] if before else []
            found.append(Edit("move", edit.at, source=index))
            found += [Edit("insert", edit.at, tuple(after))] if after else []
        else:
            found.append(edit)
    return tuple(found)
