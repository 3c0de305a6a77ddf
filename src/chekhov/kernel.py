"""The kernel as Python sees it: a world opened once, then searched, explored, and walked through.

This and ``graph`` are the users of the compiled module. Requests run in a thread of their own, so that Ctrl-C ends
them with what they have, and so that somebody can be told how far they are.

Example
-------
>>> from chekhov.grounding import ground
>>> from chekhov.model import *
>>> here = Property("here", (Parameter("who", "character"),))
>>> leave = Action("leave", (Parameter("who", "character"),), FluentTerm("here", (Name("who"),)),
...                Assignment(FluentTerm("here", (Name("who"),)), Literal(False)), consenting=(Name("who"),))
>>> start = Assignment(FluentTerm("here", (Name("Tom"),)), Literal(True))
>>> tom = Entity("Tom", ("character",))
>>> task = ground(Problem(entities=(tom,), properties=(here,), initial=(start,), actions=(leave,)))
>>> kernel = Kernel(task)
>>> kernel.explore(physical=True).states_by_depth
(1, 2)
>>> kernel.values(kernel.step(kernel.initial(), 0))
[False]
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NoReturn, TypeVar

from chekhov import _kernel
from chekhov.diagnostics import ChekhovError, Diagnostic, Label
from chekhov.graph import Graph
from chekhov.graph import LimitReached as LimitReached
from chekhov.grounding import GroundTask
from chekhov.grounding.formulas import Formula, Value
from chekhov.model import Action, Problem, Property, Trigger

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Limits:
    """How far stories and reasons may go; None: as far as they like.

    ``acts`` in a story (the author limit of the literature), ``reason_acts`` in a character's reason (the character
    limit), ``belief_depth`` of minds within minds in a reason (the epistemic limit).
    """

    acts: int | None = None
    reason_acts: int | None = None
    belief_depth: int | None = None

    def or_else(self, other: Limits) -> Limits:
        """These limits, and where one was left open that of others."""
        return Limits(
            acts=other.acts if self.acts is None else self.acts,
            reason_acts=other.reason_acts if self.reason_acts is None else self.reason_acts,
            belief_depth=other.belief_depth if self.belief_depth is None else self.belief_depth,
        )

    def in_world(self, problem: Problem) -> Limits:
        """These limits, and where one on reasons was left open that of the world (``reasons within …``)."""
        far = problem.foresight
        return self if far is None else self.or_else(Limits(reason_acts=far.acts, belief_depth=far.minds))


UNLIMITED = Limits()
USUAL = Limits(reason_acts=5, belief_depth=2)
"""The limits on reasons where none are given: a reason that nobody can follow is none, and the search for one that does
not exist may have no end."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running request is: states so far, acts deep, states waiting, and bytes in use."""

    states: int
    depth: int
    frontier: int
    bytes: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    ``outcome`` is ``found``, ``impossible`` (proved) or ``limit``; ``plans`` are stories as numbers of actions. Every
    story of up to ``covered`` acts was looked at. ``reasons_cut``: somewhere the limits on reasons were why an act
    had none. ``unreachable``: not even if everybody did whatever they can. Of a search for the fastest story,
    ``proved_shortest`` says that none within the limit on acts is faster, nor as fast and shorter.
    """

    outcome: Literal["found", "impossible", "limit"]
    plans: tuple[tuple[int, ...], ...]
    proved_shortest: bool
    states: int
    expanded: int
    seconds: float
    limit: LimitReached | None
    reasons_cut: bool
    covered: int
    unreachable: bool
    bytes: int


@dataclass(frozen=True, slots=True)
class Exploration:
    """The states of a world: ``states_by_depth[d]`` within d acts of the start, ``complete`` if there are no more.

    ``valuations`` and ``believed_worlds`` are how many the kernel had to keep, ``bytes`` what they take. Times are in
    seconds.
    """

    states_by_depth: tuple[int, ...]
    complete: bool
    transitions: int
    seconds: float
    bytes: int
    valuations: int
    believed_worlds: int
    reasons_cut: bool
    limit: LimitReached | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A character's reason for an act, or that there is none.

    ``outcome`` is ``found`` (``acts`` are a shortest plan, the act first), ``none``, or ``limit`` (none within the
    limits).
    """

    outcome: Literal["found", "none", "limit"]
    acts: tuple[int, ...] | None


class NoMomentError(ChekhovError):
    """A world has no next moment. ``acts`` are those after which it has none, by number; the last one may be one that
    somebody only thinks of."""

    def __init__(self, diagnostic: Diagnostic, acts: Sequence[int]) -> None:
        super().__init__([diagnostic])
        self.acts = tuple(acts)


class Kernel:
    """One world, opened. What was once found out about it is kept for later questions.

    ``threads`` None: one for each processor that the process may use; no result depends on it. ``memory`` is in
    bytes. A world is an opaque number: the actual state, or what somebody believes. Methods raise
    :class:`NoMomentError` where a world has no next moment: E0511 for triggers without end, E0512
    for growth without end, E0513 for effects in conflict, E0514 if a fluent takes too many values.
    """

    def __init__(self, task: GroundTask, *, threads: int | None = None, memory: int | None = None) -> None:
        if threads is None:
            threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self.task = task
        options = json.dumps({"threads": threads, "memory": memory})
        self._kernel = self._asked(lambda: _kernel.Kernel(_text(task.data), options))
        self._initial: int | None = None

    # -- requests

    def search(
        self,
        goal: Formula,
        limits: Limits = UNLIMITED,
        *,
        physical: bool = False,
        first: bool = False,
        fastest: bool = False,
        count: int = 1,
        seconds: float | None = None,
        expanded: int | None = None,
        beginning: int | None = None,
        seed: int = 0,
        cancelled: threading.Event | None = None,
        report: Callable[[Progress], None] | None = None,
    ) -> SearchResult:
        """Stories that reach a goal (a condition of the task): ``count`` different ones, shortest first.

        ``fastest``: those with the fewest natural acts first, and of these the shortest; time passes by natural acts.
        ``first``: whichever is quickest to find. ``physical``: whoever wants what is done. ``expanded``: how
        many states are expanded at most, which is the same everywhere as ``seconds`` is not. ``beginning``: the actual
        world in which the stories begin (None: the initial one). It ends with what it has soon after ``cancelled`` is
        set. ``report`` is called a few times a second.
        """
        request = {
            "goal": goal,
            "max_acts": limits.acts,
            "max_reason_acts": limits.reason_acts,
            "max_belief_depth": limits.belief_depth,
            "physical": physical,
            "first": first,
            "fastest": fastest,
            "count": count,
            "seconds": seconds,
            "max_expanded": expanded,
            "from": beginning,
            "seed": seed,
        }
        text = self._run(lambda control: self._kernel.search(json.dumps(request), control), report, cancelled=cancelled)
        answer = json.loads(text)
        return SearchResult(
            outcome=answer["outcome"],
            plans=tuple(tuple(plan) for plan in answer["plans"]),
            proved_shortest=answer["proved_shortest"],
            states=answer["states"],
            expanded=answer["expanded"],
            seconds=answer["seconds"],
            limit=answer["limit"],
            reasons_cut=answer["reasons_cut"],
            covered=answer["covered"]["acts"],
            unreachable=answer["blocked"]["unreachable"],
            bytes=answer["bytes"],
        )

    def explore(
        self,
        *,
        physical: bool = False,
        depth: int | None = None,
        limits: Limits = UNLIMITED,
        seconds: float | None = None,
        report: Callable[[Progress], None] | None = None,
    ) -> Exploration:
        """All states that stories lead to (``physical``: that possible acts lead to), within so many acts."""
        request = {
            "physical": physical,
            "depth": depth,
            "max_reason_acts": limits.reason_acts,
            "max_belief_depth": limits.belief_depth,
            "seconds": seconds,
        }
        text = self._run(lambda control: self._kernel.explore(json.dumps(request), control), report)
        answer = json.loads(text)
        return Exploration(
            states_by_depth=tuple(answer["states_by_depth"]),
            complete=answer["complete"],
            transitions=answer["transitions"],
            seconds=answer["seconds"],
            bytes=answer["bytes"],
            valuations=answer["valuations"],
            believed_worlds=answer["believed_worlds"],
            reasons_cut=answer["reasons_cut"],
            limit=answer["limit"],
        )

    def graph(
        self,
        *,
        physical: bool = False,
        depth: int | None = None,
        limits: Limits = UNLIMITED,
        stop: Formula | None = None,
        beginning: int | None = None,
        seconds: float | None = None,
        worlds: int | None = None,
        report: Callable[[Progress], None] | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        resume: bool = False,
    ) -> Graph:
        """All moments that stories lead to, as in :meth:`explore`, and the acts between them. Moments in which
        ``stop`` holds are reached and not left. ``beginning``: the actual world that they start from; what a checkpoint
        holds starts from the world's own.

        ``worlds`` is how many worlds each thread may look at: moments, and those that people go through in their minds
        in search of a reason. A level that takes more is left out (``limit`` is then ``states``). With one thread, what
        is found so depends on nothing else, the clock least of all.

        ``checkpoint`` is a file to which what is found is written meanwhile: with ``resume``, a run goes on from there,
        whatever ended the one before, to the same graph; if there is no such file, it begins anew. Raises ChekhovError
        E0521 if the file is there and not to be resumed, or is another world's or of other options, and E0522 if it
        cannot be read or written; what was written before stays whole."""
        request = {
            "physical": physical,
            "from": beginning,
            "depth": depth,
            "max_reason_acts": limits.reason_acts,
            "max_belief_depth": limits.belief_depth,
            "stop": stop,
            "seconds": seconds,
            "worlds": worlds,
            "checkpoint": None if checkpoint is None else os.path.abspath(checkpoint),
            "resume": resume,
        }
        return Graph(self._run(lambda control: self._kernel.graph(json.dumps(request), control), report), self._run)

    def explain(
        self, world: int, action: int, limits: Limits = UNLIMITED, *, seconds: float | None = None
    ) -> Explanation:
        """A shortest explanation of an act for the owner of a believed world, with ``limits.reason_acts`` for its
        budget."""
        text = self._run(
            lambda control: self._kernel.explain(world, action, limits.reason_acts, limits.belief_depth, control),
            seconds=seconds,
        )
        answer = json.loads(text)
        acts = answer["acts"]
        return Explanation(answer["outcome"], None if acts is None else tuple(acts))

    # -- one world at a time

    def initial(self) -> int:
        """The actual world at the start, at rest."""
        if self._initial is None:
            self._initial = self._asked(self._kernel.initial)
        return self._initial

    def step(self, world: int, action: int) -> int:
        """The world after an act, whether or not it is possible there."""
        return self._asked(lambda: self._kernel.step(world, action))

    def firing(self, world: int, action: int) -> list[tuple[int, int, int]]:
        """The triggers that fire in the actual world after an act, in order, each with the worlds just before it and
        just after it."""
        return self._asked(lambda: self._kernel.firing(world, action))

    def noticed(self, world: int, action: int) -> set[tuple[int, int]]:
        """The triggers that fire after an act in what somebody believes of the actual world, who so knows of them, be
        they real or not: character and trigger."""
        return set(self._asked(lambda: self._kernel.noticed(world, action)))

    def believed(self, world: int, character: int) -> int:
        """What a character believes in a world."""
        return self._kernel.believed(world, character)

    def possible(self, world: int, action: int) -> bool:
        """Whether the precondition of an act holds in a world."""
        return self._kernel.possible(world, action)

    def evaluate(self, world: int, expression: Formula) -> Value:
        """The value of an expression of the task in a world: None for ``?``, a bool, a number, or ``("e", entity)``."""
        return _value(json.loads(self._kernel.evaluate(world, json.dumps(expression))))

    def values(self, world: int) -> list[Value]:
        """The value of each fluent of the task in a world."""
        return [_value(value) for value in json.loads(self._kernel.values(world))]

    def beginning_at(self, world: int) -> GroundTask:
        """The task of the same world whose stories begin at a moment, with what everybody believes there."""
        return replace(self.task, data={**self.task.data, "initial": json.loads(self._kernel.nodes(world))})

    # -- running

    def _run(
        self,
        ask: Callable[[_kernel.Control], _Answer],
        report: Callable[[Progress], None] | None = None,
        seconds: float | None = None,
        cancelled: threading.Event | None = None,
    ) -> _Answer:
        """The answer to a request; Ctrl-C makes it end with what it has, a second one gives up on it. Raises
        KeyboardInterrupt where what it has is nothing."""
        control = _kernel.Control()
        in_main = threading.current_thread() is threading.main_thread()  # where Ctrl-C comes to
        if not in_main and report is None and seconds is None and cancelled is None:
            return self._asked(lambda: ask(control))
        answers: list[_Answer] = []
        failures: list[BaseException] = []
        # Not Thread.join: in Python 3.11, one that Ctrl-C interrupts takes the thread for finished.
        done = threading.Event()

        def work() -> None:
            try:
                answers.append(ask(control))
            except BaseException as failure:
                failures.append(failure)
            finally:
                done.set()

        threading.Thread(target=work, name="kernel", daemon=True).start()
        stopped = False
        waited = 0.0
        while not done.is_set():
            try:
                done.wait(0.1)
                waited += 0.1
                if (seconds is not None and waited >= seconds) or (cancelled is not None and cancelled.is_set()):
                    control.stop()
                if report is not None and not done.is_set():
                    report(Progress(**json.loads(control.progress())))
            except KeyboardInterrupt:
                control.stop()
                if stopped:
                    raise
                stopped = True
        if failures:
            self._asked(lambda: _raise(failures[0]))
        return answers[0]

    def _asked(self, ask: Callable[[], _Answer]) -> _Answer:
        """What the kernel says, with its errors put into words."""
        try:
            return ask()
        except _kernel.KernelError as error:
            raise self._in_words(json.loads(str(error))) from None

    def _in_words(self, error: dict[str, Any]) -> BaseException:
        names = self.task.names
        acts = error.get("acts") or []
        after = f", after {', '.join(names.actions[act] for act in acts)}" if acts else " at the start"
        match error["kind"]:
            case "endless_triggers" | "growth" as kind:
                triggers = [names.triggers[i] for i in error["triggers"]]
                owner = error.get("owner")
                where = "" if owner is None else f" in what {names.characters[owner]} believes"
                listed = _listed(triggers) if triggers else "triggers in different minds"
                if kind == "endless_triggers":
                    code, what = "E0511", f"these triggers fire again and again{where}: {listed}{after}"
                else:
                    code, what = "E0512", f"triggers do not come to rest{where}: {listed}{after}"
                return self._at(
                    code, what, [self._declared(self.task.problem.triggers, name) for name in triggers], acts
                )
            case "conflict":
                if error.get("action") is not None:
                    name = names.actions[error["action"]]
                    event = self._declared(self.task.problem.actions, name)
                else:
                    name = names.triggers[error["trigger"]]
                    event = self._declared(self.task.problem.triggers, name)
                fluent = names.fluents[error["fluent"]]
                return self._at("E0513", f"{name} gives {fluent} two values at once{after}", [event], acts)
            case "values":
                fluent = names.fluents[error["fluent"]]
                declared = self._declared(self.task.problem.properties, fluent)
                return self._at(
                    "E0514", f"{fluent} takes more different values than can be told apart", [declared], acts
                )
            case "stopped":
                return KeyboardInterrupt()
            case "checkpoint" if error["trouble"] == "io":
                return ChekhovError([Diagnostic("E0522", f"the checkpoint fails: {error['message']}", None)])
            case "checkpoint":
                return ChekhovError([Diagnostic("E0521", _TROUBLES[error["trouble"]], None)])
            case "minds":
                return self._at("E0512", "what they believe about each other grows without end", [], acts)
            case _:
                return RuntimeError(f"the kernel does not accept its task: {error}")

    def _at(
        self, code: str, title: str, events: Sequence[Action | Trigger | Property | None], acts: Sequence[int]
    ) -> NoMomentError:
        spans = list(dict.fromkeys(event.span for event in events if event is not None and event.span is not None))
        labels = tuple(Label(span) for span in spans[1:])
        return NoMomentError(Diagnostic(code, title, spans[0] if spans else None, labels=labels), acts)

    def _declared(
        self, events: Sequence[Action] | Sequence[Trigger] | Sequence[Property], name: str
    ) -> Action | Trigger | Property | None:
        """The declaration of a ground event, or of a fluent."""
        own, _, arguments = name.removesuffix(")").partition("(")
        count = len(arguments.split(", ")) if arguments else 0
        return next((event for event in events if event.name == own and len(event.parameters) == count), None)


_TROUBLES = {
    "exists": "there is a checkpoint already, which was not to be resumed",
    "foreign": "the file is no checkpoint",
    "world": "the checkpoint is of another world, or made by another version of Chekhov",
    "options": "the checkpoint was made with other options",
    "in_use": "another run writes to the checkpoint",
    "damaged": "the checkpoint does not fit this world: it is damaged, or made by another version of Chekhov",
}


def _text(data: Mapping[str, Any]) -> str:
    """A task's data as JSON. Its events have much in common, which is written once: else a large world takes a
    gigabyte."""
    known: dict[int, str] = {}

    def once(part: Any) -> str:
        text = known.get(id(part))
        if text is None:
            text = known[id(part)] = json.dumps(part)
        return text

    def listed(parts: Iterable[str]) -> str:
        return f"[{', '.join(parts)}]"

    def event(one: Mapping[str, Any]) -> str:
        texts = {key: json.dumps(value) for key, value in one.items() if key not in ("precondition", "observers")}
        texts["precondition"] = listed(listed(map(once, clause)) for clause in one["precondition"])
        if "observers" in one:
            texts["observers"] = listed(map(once, one["observers"]))
        return fields(texts)

    def fields(texts: Mapping[str, str]) -> str:
        return f"{{{', '.join(f'{json.dumps(key)}: {text}' for key, text in texts.items())}}}"

    events = ("actions", "triggers")
    texts = {key: json.dumps(value) for key, value in data.items() if key not in events}
    return fields(texts | {key: listed(map(event, data[key])) for key in events})


def _value(json_value: Any) -> Value:
    return tuple(json_value) if isinstance(json_value, list) else json_value


def _listed(names: Sequence[str], most: int = 8) -> str:
    """The names, of very many only the first."""
    distinct = list(dict.fromkeys(names))
    more = f" and {len(distinct) - most} more" if len(distinct) > most else ""
    return ", ".join(distinct[:most]) + more


def _raise(failure: BaseException) -> NoReturn:
    raise failure
