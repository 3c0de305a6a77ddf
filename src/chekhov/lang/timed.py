"""Steps of time, durations and rates: what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from chekhov.lang.kinds import ExpressionChecker
from chekhov.lang.printer import number_text
from chekhov.model import (
    TIME_PASSES,
    TRUE,
    Action,
    Believes,
    Change,
    Comparison,
    Expression,
    FluentTerm,
    Literal,
    Process,
    UnderWay,
    children,
    settings,
)


class TimeChecker(ExpressionChecker):
    """Checks what a problem says of time, once its expressions are in their proper form."""

    def _check_time(self) -> None:
        problem = self.problem
        step = problem.time.size if problem.time is not None else 1
        if not (step > 0 and math.isfinite(step)):
            self._say("E0407", "time passes in steps of more than nothing", problem.time.span if problem.time else None)
            return
        changed = problem.changing
        for action in problem.actions:
            if action.duration is not None:
                self._check_duration(action, action.duration, changed, step)
        for process in problem.processes:
            self._check_bounds(process)
        self._check_thresholds(step)
        for action in problem.actions if problem.is_timed else ():
            if action.name == TIME_PASSES:
                self._say(
                    "E0205",
                    f"`{TIME_PASSES}` is an action of every world in which something takes time",
                    action.span,
                    help="choose another name",
                )
        if problem.passing is not None and not problem.is_timed:
            self._say(
                "E0210",
                f"there is no action `{TIME_PASSES}` to refine: nothing takes time here",
                problem.passing.span,
                help="time passes where an act has a `duration:`, or a process runs",
            )

    def _check_duration(self, action: Action, duration: Expression, changed: frozenset[str], step: float) -> None:
        """Whether a duration is fixed by the parameters, and a whole number of steps."""
        pending = [duration]
        while pending:
            one = pending.pop()
            changing = isinstance(one, FluentTerm) and (one.property in changed or one.property in self.built_in)
            if changing or isinstance(one, Believes | UnderWay):
                self._say(
                    "E0406",
                    f"how long `{action.name}` takes is not fixed",
                    one.span or action.span,
                    label="this may change",
                    help="a duration follows from the parameters, and from what never changes in any mind",
                )
                return
            pending.extend(children(one))
        literals = [duration]
        if isinstance(duration, FluentTerm):
            literals = [
                value
                for statement in self.problem.initial
                for name, value, _ in settings(statement)
                if name == duration.property
            ]
        for literal in literals:
            value = literal.value if isinstance(literal, Literal) else None
            where = literal.span or action.span
            if value is None or isinstance(value, bool):
                continue
            if value < 0:
                self._say("E0407", "a duration is not negative", where)
            elif not _is_multiple(value, step):
                time = self.problem.time
                self._say(
                    "E0407",
                    f"a duration of {number_text(value)} is no whole number of steps",
                    where,
                    labels=[(time.span if time else None, f"each step is {number_text(step)}")],
                    help="choose a step that fits all durations",
                )

    def _check_bounds(self, process: Process) -> None:
        """Warns of numbers that change for ever, so that there is no end of moments."""
        for change in process.changes:
            for declared in self.properties.get(change.target.property, ()):
                fits = len(declared.parameters) == len(change.target.arguments) and declared.type == "number"
                if fits and declared.bounds is None and process.condition == TRUE:
                    self._say(
                        "W0120",
                        f"`{declared.name}` never stops changing",
                        change.target.span or process.span,
                        labels=[(declared.span, "it has no bounds")],
                        help="give it bounds, as in `: number 0..240`, or the process a `while:`",
                    )
                    break

    def _check_thresholds(self, step: float) -> None:
        """Warns of comparisons with what a number passes between two steps."""
        changes = [change for process in self.problem.processes for change in process.changes]
        for name in dict.fromkeys(change.target.property for change in changes):
            starts = self._starts(name)
            own = [change for change in changes if change.target.property == name]
            amounts = [
                abs(change.rate.value) * step
                for change in own
                if isinstance(change.rate, Literal) and change.rate.value
            ]
            if starts is None or len(amounts) < len(own):
                continue
            bounds = {bound for declared in self.properties.get(name, ()) for bound in declared.bounds or ()}
            for root in self.problem.roots:
                for constant in _compared(root, name):
                    value = constant.value
                    assert value is not None
                    passing = [
                        amount
                        for amount, change in zip(amounts, own, strict=True)
                        for start in starts
                        if (start > value) == _falls(change) and not _is_multiple(value - start, amount)
                    ]
                    if passing and value not in bounds:
                        self._say(
                            "W0121",
                            f"`{name}` may pass {number_text(value)} between two steps of time",
                            constant.span,
                            labels=[(own[amounts.index(passing[0])].span, f"{number_text(passing[0])} in each step")],
                            help="choose a number that it comes by, or a shorter step of time",
                        )

    def _starts(self, name: str) -> set[float] | None:
        """The numbers that a property is set to, at the start and by events; None if they cannot be seen."""
        problem = self.problem
        effects = [*problem.initial, *(event.effect for event in problem.events)]
        effects += [part for action in problem.actions for part in (action.begin, action.broken)]
        found: set[float] = set()
        for effect in effects:
            for declared, value, _ in settings(effect):
                if declared == name:
                    if not isinstance(value, Literal) or isinstance(value.value, bool):
                        return None
                    if value.value is not None:
                        found.add(value.value)
        if not any(declared == name for one in problem.initial for declared, _, _ in settings(one)):
            for property in self.properties.get(name, ()):
                low, high = property.bounds or (0, 0)
                found.add(min(max(0, low), high))
        return found


def _falls(change: Change) -> bool:
    """Whether a number becomes smaller by a change at a rate that is a number."""
    rate = change.rate.value if isinstance(change.rate, Literal) else None
    return (change.sign == "-") == ((rate or 0) > 0)


def _is_multiple(value: float, step: float) -> bool:
    times = value / step
    return abs(times - round(times)) < 1e-9


def _compared(expression: Expression, name: str) -> Iterator[Literal]:
    """The numbers that a property is compared with."""
    pending = [expression]
    while pending:
        one = pending.pop()
        if isinstance(one, Comparison):
            for side, other in ((one.left, one.right), (one.right, one.left)):
                while isinstance(side, Believes):
                    side = side.body
                is_meant = isinstance(side, FluentTerm) and side.property == name
                if is_meant and isinstance(other, Literal) and type(other.value) in (int, float):
                    yield other
        pending.extend(children(one))
