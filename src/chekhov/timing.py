"""Time: a problem in which acts take time and processes run → one without, that means the same.

Everything that grounds or interprets a problem sees only what :class:`Timing` makes of it; ``docs/semantics.md``,
section 8, is the definition. A problem in which nothing takes time is left as it is.

What is made, under names that the problem does not use:

===================  ================================================================================================
``doing(c)``         which action c does that takes time; ``?``: none
``doing_1(c)`` …     what its parameters stand for (but for c, if c does it alone)
``steps_left(c)``    how many steps of time it still takes; ``?``: nobody knows, or c does nothing. Those who see an end
                     are told :data:`ENDED` or :data:`BROKEN`, and take it from there in their own minds
``NAME``             the action itself: its start
``NAME_breaks``      a trigger: it is under way, and its ``while`` does not hold
``NAME_ends``        a trigger: it is under way, and no step is left
``NAME_alone``       a trigger, in minds only: somebody with whom it is done was seen to do something else
``is_free``          a trigger, in minds only: somebody was seen to be free after all
``time_passes``      the natural action: a step of time
===================  ================================================================================================

Example
-------
>>> from chekhov.model import *
>>> tom, rested = Entity("Tom", ("character",)), FluentTerm("rested", (Name("c"),))
>>> sleep = Action("sleep", (Parameter("c", "character"),), Not(rested), Assignment(rested, Literal(True)),
...                (Name("c"),), duration=Literal(2))
>>> properties = (Property("rested", (Parameter("c", "character"),)),)
>>> made = Timing(Problem(entities=(tom,), properties=properties, actions=(sleep,))).problem
>>> [event.name for event in made.events]
['sleep', 'time_passes', 'sleep_ends', 'is_free']
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from chekhov.model import (
    TIME_PASSES,
    TRUE,
    Action,
    And,
    Arithmetic,
    Assignment,
    Believes,
    Change,
    Comparison,
    Conditional,
    Entity,
    Expression,
    FluentTerm,
    Group,
    IsA,
    Literal,
    Name,
    Not,
    Observation,
    Or,
    Parameter,
    Problem,
    Process,
    Property,
    Quantified,
    Secret,
    TimeStep,
    Trigger,
    Type,
    UnderWay,
    children,
    rebuilt,
)

UNKNOWN = Literal(None)
ENDED, BROKEN = Literal(-1), Literal(-2)
"""What those who see an act end, or break off, are told that ``steps_left`` is."""


class Timing:
    """A problem without time, :attr:`problem`, that means what the given one, its :attr:`source`, means with it.

    Of a problem in which nothing takes time it is the same object.
    """

    def __init__(self, problem: Problem) -> None:
        self.source = problem
        self._compilation = _Compilation(problem) if problem.is_timed else None
        self.problem = problem if self._compilation is None else self._compilation.problem()
        declared = {one.name for one in problem.properties}
        self.made = frozenset(one.name for one in self.problem.properties) - declared
        """The properties that the source does not have."""
        self.action_of: dict[str, str] = {} if self._compilation is None else self._compilation.action_of
        """The triggers that the source does not have, each with the action that it brings to an end."""

    def expression(self, expression: Expression) -> Expression:
        """An expression about the given problem, as one about :attr:`problem`."""
        return expression if self._compilation is None else self._compilation.expression(expression)


def time_told(steps: int, time: TimeStep | None) -> str:
    """So many steps of time, in words.

    >>> time_told(3, TimeStep(5, "minutes")), time_told(1, TimeStep(1, "minutes")), time_told(1, None)
    ('15 minutes', '1 minute', '1 step of time')
    """
    if time is None or time.unit is None:
        return f"{steps} step{'' if steps == 1 else 's'} of time"
    amount = steps * time.size
    return f"{amount:g} {time.unit.removesuffix('s') if amount == 1 else time.unit}"


def time_sentence(steps: int, time: TimeStep | None) -> str:
    """The sentence that so many steps of time pass."""
    told = time_told(steps, time)
    return f"{told} {'passes' if told.startswith('1 ') else 'pass'}."


def time_text(steps: int, time: TimeStep | None) -> str:
    """The same as a telling text."""
    words = time_sentence(steps, time).replace("{", "{{").replace("}", "}}").removesuffix(".")
    told, _, verb = words.rpartition(" ")
    return f"{told} {{{verb}/passed}}."


@dataclass(frozen=True)
class _Timed:
    """An action that takes time: what those who do it are then said to do, which of its parameters are noted of each
    act, and what of its precondition never changes."""

    action: Action
    activity: Name
    noted: tuple[Name, ...]
    fixed: tuple[Expression, ...]

    @property
    def doers(self) -> tuple[Expression, ...]:
        return self.action.consenting

    @property
    def names(self) -> dict[str, Expression]:
        """What its parameters stand for in its own declaration: themselves."""
        return {parameter.name: Name(parameter.name) for parameter in self.action.parameters}


class _Compilation:
    """The making of a problem without time from one in which something takes time."""

    def __init__(self, source: Problem) -> None:
        self.source = source
        self._used = set(_names(source))
        self._variables: dict[str, str] = {}
        self._has_busy = any(declared.name == "busy" for declared in source.properties)
        self._everything = self._fresh("anything")
        self._activity = self._fresh("activity")
        self._doing = self._fresh("doing")
        self._steps_left = self._fresh("steps_left")
        self._someone = Parameter(self._fresh("someone"), "character")
        self._timed: list[_Timed] = []
        changing = source.changing
        for action in source.actions:
            if action.duration is not None:
                noted = tuple(Name(parameter.name) for parameter in action.parameters)
                if len(action.consenting) == 1:
                    noted = tuple(name for name in noted if name != action.consenting[0])
                fixed = tuple(part for part in _conjuncts(action.precondition) if _is_fixed(part, changing))
                self._timed.append(_Timed(action, Name(self._fresh(action.name)), noted, fixed))
        most = max((len(one.noted) for one in self._timed), default=0)
        self._slots = [self._fresh(f"{self._doing}_{number}") for number in range(1, most + 1)]
        self.action_of: dict[str, str] = {}

    def _fresh(self, name: str) -> str:
        while name in self._used:
            name += "_"
        self._used.add(name)
        return name

    def _variable_name(self, name: str) -> str:
        """A name for a variable that hides nothing."""
        if name not in self._variables:
            self._variables[name] = self._fresh(name)
        return self._variables[name]

    # -- the problem

    def problem(self) -> Problem:
        source = self.source
        made = replace(
            source,
            initial=tuple(map(self.expression, source.initial)),
            actions=(*map(self._start, source.actions), self._time_passes()),
            triggers=tuple(map(self._trigger, source.triggers)),
            utilities=tuple(replace(one, value=self.expression(one.value)) for one in source.utilities),
            endings=tuple(replace(one, condition=self.expression(one.condition)) for one in source.endings),
            demands=tuple(
                replace(
                    one,
                    condition=self.expression(one.condition),
                    other=None if one.other is None else self.expression(one.other),
                )
                for one in source.demands
            ),
            secrets=tuple(map(self._secret, source.secrets)),
            processes=(),
            passing=None,
        )
        return self._with_activities(made) if self._timed else made

    def _with_activities(self, problem: Problem) -> Problem:
        """The problem with what is noted of acts under way, and the triggers that end them."""
        who = self._someone
        properties = (
            Property(self._doing, (who,), self._activity),
            *(Property(slot, (who,), self._everything) for slot in self._slots),
            Property(self._steps_left, (who,), "number"),
        )
        return replace(
            problem,
            types=self._types(),
            entities=(
                *(replace(one, types=tuple(map(self._type, one.types))) for one in problem.entities),
                *(Entity(one.activity.name, (self._activity,)) for one in self._timed),
            ),
            properties=(
                *(
                    replace(one, parameters=self._parameters(one.parameters), type=self._type(one.type))
                    for one in problem.properties
                ),
                *properties,
            ),
            initial=(
                Quantified("forall", who, Assignment(self._of(self._steps_left, Name(who.name)), UNKNOWN)),
                *problem.initial,
            ),
            triggers=(
                *(self._breaks(one) for one in self._timed if one.action.throughout != TRUE),
                *(self._ends(one) for one in self._timed),
                *(self._alone(one) for one in self._timed if len(one.doers) > 1),
                self._is_free(),
                *problem.triggers,
            ),
        )

    def _types(self) -> tuple[Type, ...]:
        """The types. All that lay under ``entity`` lies under another one, so that what is made stays apart from it."""
        types = tuple(
            replace(one, parents=tuple(map(self._type, one.parents)) or (self._everything,))
            for one in self.source.types
        )
        if all(one.name != "character" for one in types):
            types += (Type("character", (self._everything,)),)
        return (*types, Type(self._everything), Type(self._activity))

    def _type(self, name: str) -> str:
        return self._everything if name == "entity" and self._timed else name

    def _variable(self, variable: Parameter) -> Parameter:
        return replace(variable, type=self._type(variable.type))

    def _parameters(self, parameters: Iterable[Parameter | Name]) -> tuple[Parameter | Name, ...]:
        return tuple(self._variable(one) if isinstance(one, Parameter) else one for one in parameters)

    def _trigger(self, trigger: Trigger) -> Trigger:
        return replace(
            trigger,
            parameters=self._parameters(trigger.parameters),
            precondition=self.expression(trigger.precondition),
            effect=self.expression(trigger.effect),
        )

    def _secret(self, secret: Secret) -> Secret:
        hidden_from = tuple(
            replace(one, variable=self._variable(one.variable), condition=self.expression(one.condition))
            if isinstance(one, Group)
            else one
            for one in secret.hidden_from
        )
        until = None if secret.until is None else self.expression(secret.until)
        return replace(secret, content=self.expression(secret.content), hidden_from=hidden_from, until=until)

    # -- expressions

    def expression(self, expression: Expression) -> Expression:
        """An expression of the source, in terms of what is made."""
        match expression:
            case UnderWay():
                return self._under_way(expression)
            case FluentTerm(property="busy", arguments=(who,)) if self._timed and not self._has_busy:
                return Comparison("!=", self._of(self._doing, self.expression(who)), UNKNOWN, span=expression.span)
            case Quantified(variable=variable, body=body):
                return replace(expression, variable=self._variable(variable), body=self.expression(body))
            case IsA(entity=entity, type=type_name):
                return replace(expression, entity=self.expression(entity), type=self._type(type_name))
        return rebuilt(expression, self.expression)

    def _under_way(self, term: UnderWay) -> Expression:
        """Whether an act is under way: whether those who do it are doing it."""
        acts = []
        for timed in self._timed:
            parameters = timed.action.parameters
            if timed.action.name != term.action or len(parameters) != len(term.arguments):
                continue
            names: dict[str, Expression] = {}
            unnamed = []
            for parameter, argument in zip(parameters, term.arguments, strict=True):
                if argument is not None:
                    names[parameter.name] = argument
                elif isinstance(parameter, Name):
                    names[parameter.name] = parameter
                elif any(Name(parameter.name) in _parts(doer) for doer in timed.doers):
                    unnamed.append(Parameter(self._variable_name(parameter.name), self._type(parameter.type)))
                    names[parameter.name] = Name(unnamed[-1].name)
            act: Expression = self._is_under_way(timed, names)
            for variable in reversed(unnamed):
                act = Quantified("exists", variable, act)
            acts.append(act)
        return acts[0] if len(acts) == 1 else Or(tuple(acts))

    # -- acts that take time

    def _of(self, property: str, who: Expression) -> FluentTerm:
        return FluentTerm(property, (who,))

    def _does(self, timed: _Timed, doer: Expression, names: Mapping[str, Expression]) -> Expression:
        """Whether somebody is noted to do an act; parameters that ``names`` leaves out may stand for anything."""
        who = _bound(doer, names)
        noted = [
            Comparison("==", self._of(slot, who), names[name.name])
            for slot, name in zip(self._slots, timed.noted, strict=False)
            if name.name in names
        ]
        return _all(Comparison("==", self._of(self._doing, who), timed.activity), *noted)

    def _is_under_way(self, timed: _Timed, names: Mapping[str, Expression]) -> Expression:
        return _all(*(self._does(timed, doer, names) for doer in timed.doers))

    def _noted(self, timed: _Timed, steps: Expression) -> tuple[Expression, ...]:
        """The effects that note an act, and how many steps are left of it."""
        values: list[Expression] = [timed.activity, *timed.noted]
        values += [UNKNOWN] * (1 + len(self._slots) - len(values))
        return tuple(
            Assignment(self._of(property, doer), value)
            for doer in timed.doers
            for property, value in zip((self._doing, *self._slots, self._steps_left), (*values, steps), strict=True)
        )

    def _freed(self, who: Expression) -> tuple[Expression, ...]:
        """The effects after which somebody does nothing that takes time."""
        properties = (self._doing, *self._slots, self._steps_left)
        return tuple(Assignment(self._of(property, who), UNKNOWN) for property in properties)

    def _steps_are(self, timed: _Timed, value: Literal) -> Expression:
        return Comparison("==", self._of(self._steps_left, timed.doers[0]), value)

    def _start(self, action: Action) -> Action:
        """An action, or the start of one that takes time."""
        precondition = self.expression(action.precondition)
        if self._timed and action.consenting:
            free = (Comparison("==", self._of(self._doing, self.expression(who)), UNKNOWN) for who in action.consenting)
            precondition = _all(precondition, *free)
        made = replace(
            action,
            parameters=self._parameters(action.parameters),
            precondition=precondition,
            effect=self.expression(action.effect),
            consenting=tuple(map(self.expression, action.consenting)),
            observing=self._observation(action.observing),
        )
        timed = next((one for one in self._timed if one.action is action), None)
        if timed is None:
            return made
        observing = made.observing
        if observing is not None:
            # Who does it sees it start.
            seen = Name(observing.variable.name)
            own = tuple(Comparison("==", seen, doer) for doer in timed.doers)
            observing = replace(observing, condition=Or((observing.condition, *own)))
        return replace(
            made,
            effect=_all(self.expression(action.begin), *self._noted(timed, self._steps(action))),
            observing=observing,
            duration=None,
            begin=TRUE,
            throughout=TRUE,
            broken=TRUE,
            observing_end=None,
            telling_end=None,
            telling_broken=None,
        )

    def _steps(self, action: Action) -> Expression:
        """How many steps of time an action takes. What is left of a step counts as one, see :meth:`_counted_down`."""
        duration = action.duration
        assert duration is not None
        size = self._step
        if isinstance(duration, Literal):
            return Literal(max(math.ceil((duration.value or 0) / size - 1e-9), 0))
        duration = self.expression(duration)
        steps = duration if size == 1 else Arithmetic("/", duration, Literal(size))
        return Conditional(((Comparison(">", duration, Literal(0)), steps),), Literal(0))

    @property
    def _step(self) -> float:
        return 1 if self.source.time is None else self.source.time.size

    def _observation(self, observation: Observation | None) -> Observation | None:
        """An observation whose variable hides none of the parameters."""
        if observation is None:
            return None
        variable = Parameter(self._variable_name(observation.variable.name), self._type(observation.variable.type))
        condition = _bound(observation.condition, {observation.variable.name: Name(variable.name)})
        return replace(observation, variable=variable, condition=self.expression(condition))

    def _will_end(self, timed: _Timed) -> Expression:
        """That an act ends now: no step is left, and what must hold throughout does; or it was seen to end."""
        due = _all(self._steps_are(timed, Literal(0)), self.expression(timed.action.throughout))
        ready = Or((self._steps_are(timed, ENDED), due))
        return _all(self._is_under_way(timed, timed.names), ready)

    def _will_break(self, timed: _Timed) -> Expression:
        """That an act breaks off now: what must hold throughout does not; or it was seen to break off."""
        not_ended = Comparison("!=", self._of(self._steps_left, timed.doers[0]), ENDED)
        fails = _all(not_ended, Not(self.expression(timed.action.throughout)))
        ready = Or((self._steps_are(timed, BROKEN), fails))
        return _all(self._is_under_way(timed, timed.names), ready)

    def _ends(self, timed: _Timed) -> Trigger:
        action = timed.action
        telling = action.telling_end
        if telling is None and action.telling is None:
            telling = _plainly(action, "is over")
        return self._finish(timed, "ends", self._will_end(timed), action.effect, ENDED, telling)

    def _breaks(self, timed: _Timed) -> Trigger:
        action = timed.action
        telling = action.telling_broken or _plainly(action, "is broken off")
        return self._finish(timed, "breaks", self._will_break(timed), action.broken, BROKEN, telling)

    def _finish(
        self, timed: _Timed, what: str, when: Expression, effect: Expression, mark: Literal, telling: str | None
    ) -> Trigger:
        """A trigger that ends an act in some way: in the world where it fires, and for those who see it.

        Those whose own mind has it end so anyway need not be told. That also leaves out the one in whose mind it
        fires.
        """
        freed = tuple(one for doer in timed.doers for one in self._freed(doer))
        effects = (self.expression(effect), *freed, *self._told(timed, when, mark))
        return self._event(timed, what, when, _all(*effects), telling)

    def _told(self, timed: _Timed, when: Expression, mark: Literal) -> Iterator[Expression]:
        """The effects that let those who see an act end know of it: in their own mind it then does."""
        observation = self._observation(timed.action.observing_end or timed.action.observing)

        def tell(who: Expression, seen: Expression) -> Expression:
            unaware = Not(Believes(who, when))
            told = Believes(who, And(self._noted(timed, mark)))
            return Conditional(((_all(seen, unaware), told),), None)

        if observation is None:
            yield Quantified("forall", self._someone, tell(Name(self._someone.name), TRUE))
            return
        yield Quantified("forall", observation.variable, tell(Name(observation.variable.name), observation.condition))
        for doer in timed.doers:
            yield tell(doer, TRUE)

    def _alone(self, timed: _Timed) -> Trigger:
        """Nobody does alone what is done together: who is seen to do something else, does not do this any more."""
        does = [self._does(timed, doer, timed.names) for doer in timed.doers]
        when = _all(Or(tuple(does)), Or(tuple(map(Not, does))))
        effects = (
            Conditional(((one, And(self._freed(doer))),), None) for doer, one in zip(timed.doers, does, strict=True)
        )
        return self._event(timed, "alone", when, _all(*effects), None)

    def _event(self, timed: _Timed, what: str, when: Expression, effect: Expression, telling: str | None) -> Trigger:
        action = timed.action
        name = self._name_of_event(f"{action.name}_{what}")
        self.action_of[name] = action.name
        return Trigger(
            name,
            self._parameters(action.parameters),
            _all(*map(self.expression, timed.fixed), when),
            effect,
            telling,
            span=action.span,
        )

    def _name_of_event(self, name: str) -> str:
        """A name that no action or trigger of the source has. (Actions of one name share it here, too.)"""
        while any(event.name == name for event in self.source.events):
            name += "_"
        return name

    def _is_free(self) -> Trigger:
        who = Name(self._someone.name)
        noted = (*self._slots, self._steps_left)
        some = Or(tuple(Comparison("!=", self._of(property, who), UNKNOWN) for property in noted))
        free = Comparison("==", self._of(self._doing, who), UNKNOWN)
        return Trigger(self._name_of_event("is_free"), (self._someone,), _all(free, some), And(self._freed(who)))

    # -- time

    def _time_passes(self) -> Action:
        """The action by which a step of time passes: acts come nearer to their end, and processes run."""
        given = self.source.passing or Action(TIME_PASSES)
        effects = [*self._counted_down()] if self._timed else []
        effects += [*self._run(), self.expression(given.effect)]
        return Action(
            TIME_PASSES,
            (),
            self.expression(given.precondition),
            _all(*effects),
            telling=time_text(1, self.source.time) if given.telling is None else given.telling,
            natural=True,
        )

    def _counted_down(self) -> Iterator[Expression]:
        """One step less for everybody of whom it is known how many are left."""
        left = self._of(self._steps_left, Name(self._someone.name))
        several = Conditional(
            ((Comparison(">", left, Literal(1)), Assignment(left, Arithmetic("-", left, Literal(1)))),), None
        )
        is_last = And((Comparison(">", left, Literal(0)), Comparison("<=", left, Literal(1))))
        last = Conditional(((is_last, Assignment(left, Literal(0))),), None)
        yield Quantified("forall", self._someone, And((several, last)))

    def _run(self) -> Iterator[Expression]:
        """The effects of processes in a step."""
        changes: dict[tuple[str, int], list[tuple[Process, Change]]] = {}
        for process in self.source.processes:
            for change in process.changes:
                key = change.target.property, len(change.target.arguments)
                changes.setdefault(key, []).append((process, change))
        for (name, count), running in changes.items():
            if len(running) == 1 and _is_one_to_one(*running[0]):
                yield self._run_alone(*running[0])
                continue
            for declared in self.source.properties:
                if declared.name == name and len(declared.parameters) == count:
                    yield self._run_together(declared, running)

    def _run_alone(self, process: Process, change: Change) -> Expression:
        """The effect of a process that alone changes a number, for each of its instances another one."""
        target = self.expression(change.target)
        assert isinstance(target, FluentTerm)
        effect: Expression = Assignment(target, Arithmetic(change.sign, target, self._amount(change)))
        if process.condition != TRUE:
            effect = Conditional(((self.expression(process.condition), effect),), None)
        for parameter in reversed(process.parameters):
            if isinstance(parameter, Parameter):
                effect = Quantified("forall", self._variable(parameter), effect)
        return effect

    def _run_together(self, declared: Property, running: Sequence[tuple[Process, Change]]) -> Expression:
        """The effect of several processes, or instances of one, on a number: the sum of their changes."""
        variables = [
            Parameter(self._variable_name(one.name), one.type) if isinstance(one, Parameter) else one
            for one in declared.parameters
        ]
        target = FluentTerm(declared.name, tuple(Name(one.name) for one in variables))
        total: Expression = reduce(
            lambda a, b: Arithmetic("+", a, b),
            (self._contribution(process, change, variables) for process, change in running),
        )
        effect: Expression = Assignment(target, Arithmetic("+", target, total))
        for variable in reversed(variables):
            if isinstance(variable, Parameter):
                effect = Quantified("forall", self._variable(variable), effect)
        return effect

    def _contribution(self, process: Process, change: Change, variables: Sequence[Parameter | Name]) -> Expression:
        """How much a process changes the number of some arguments in a step, all its instances together."""
        types = {one.name: one.type for one in process.parameters if isinstance(one, Parameter)}
        names: dict[str, Expression] = {}
        tests = [] if process.condition == TRUE else [process.condition]
        for argument, variable in zip(change.target.arguments, variables, strict=True):
            is_same = (
                isinstance(argument, Name)
                and isinstance(variable, Parameter)
                and types.get(argument.name) == variable.type
                and argument.name not in names
            )
            if isinstance(argument, Name) and is_same:
                names[argument.name] = Name(variable.name)
            else:
                tests.append(Comparison("==", argument, Name(variable.name)))
        amount = self._amount(change)
        if change.sign == "-":
            amount = Arithmetic("-", Literal(0), amount)
        if tests:
            condition = _bound(tests[0] if len(tests) == 1 else And(tuple(tests)), names)
            amount = Conditional(((self.expression(condition), _bound(amount, names)),), Literal(0))
        else:
            amount = _bound(amount, names)
        for parameter in reversed(process.parameters):
            if isinstance(parameter, Parameter) and parameter.name not in names:
                amount = Quantified("sum", self._variable(parameter), amount)
        return amount

    def _amount(self, change: Change) -> Expression:
        """How much a number changes in a step, without sign."""
        rate, size = change.rate, self._step
        if isinstance(rate, Literal) and rate.value is not None:
            return Literal(rate.value * size)
        made = self.expression(rate)
        return made if size == 1 else Arithmetic("*", made, Literal(size))


# ---------------------------------------------------------------------------------------------------------------------
# Expressions


def _parts(expression: Expression) -> Iterator[Expression]:
    """The expression and all that it consists of."""
    yield expression
    for child in children(expression):
        yield from _parts(child)


def _all(*parts: Expression) -> Expression:
    """All of these, without what always holds."""
    flat = [part for whole in parts for part in _conjuncts(whole) if part != TRUE]
    return flat[0] if len(flat) == 1 else And(tuple(flat)) if flat else TRUE


def _conjuncts(condition: Expression) -> Iterator[Expression]:
    if isinstance(condition, And):
        for part in condition.parts:
            yield from _conjuncts(part)
    else:
        yield condition


def _is_fixed(condition: Expression, changing: frozenset[str]) -> bool:
    """Whether a condition holds in all moments and in everybody's mind, or in none."""
    return not any(
        isinstance(part, UnderWay | Believes)
        or (isinstance(part, FluentTerm) and (part.property in changing or part.property == "busy"))
        for part in _parts(condition)
    )


def _bound(expression: Expression, names: Mapping[str, Expression]) -> Expression:
    """The expression with others in place of free names. A quantified variable hides the name that it has."""
    match expression:
        case Name(name=name):
            return names.get(name, expression)
        case Quantified(variable=variable, body=body):
            return replace(expression, body=_bound(body, {n: e for n, e in names.items() if n != variable.name}))
    return rebuilt(expression, lambda part: _bound(part, names))


def _plainly(action: Action, what: str) -> str:
    """A telling text for an end that has none: ``Walk is over: {who}, {to}.``"""
    name = action.name.replace("_", " ")
    names = ", ".join(f"{{{parameter.name}}}" for parameter in action.parameters)
    return f"{name[:1].upper()}{name[1:]} {what}{': ' if names else ''}{names}."


def _is_one_to_one(process: Process, change: Change) -> bool:
    """Whether each instance of a process changes another number."""
    parameters = [one.name for one in process.parameters if isinstance(one, Parameter)]
    arguments = [argument.name for argument in change.target.arguments if isinstance(argument, Name)]
    return len(arguments) == len(change.target.arguments) and all(arguments.count(name) == 1 for name in parameters)


def _names(problem: Problem) -> Iterator[str]:
    """All names that a problem uses, but for those of its events."""
    yield from (declared.name for declared in problem.types)
    yield from (declared.name for declared in problem.entities)
    yield from (declared.name for declared in problem.properties)
    for parameters in (one.parameters for one in (*problem.properties, *problem.events, *problem.processes)):
        yield from (parameter.name for parameter in parameters)
    for action in problem.actions:
        yield from (one.variable.name for one in (action.observing, action.observing_end) if one is not None)
    for secret in problem.secrets:
        yield from (one.variable.name for one in secret.hidden_from if isinstance(one, Group))
    for root in problem.roots:
        yield from (part.variable.name for part in _parts(root) if isinstance(part, Quantified))
