"""What happens in a world when something is done in it: beliefs, surprise, triggers (``docs/semantics.md``, sections 2
to 5).

An :class:`Interpreter` steps through the states of one problem, reading the definitions straight off: each kind of
node that they build (what a state is *after* an event, with assignments *set*, after a *round* of triggers, *bounded*)
is drafted from finished states only, and a graph of drafts is settled into the store as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeAlias
from typing import Literal as OneOf

from chekhov import model
from chekhov.model import Expression, Problem
from chekhov.timing import Timing
from chekhov.validation.formulas import (
    FALSE,
    TRUE,
    All,
    Constant,
    Effect,
    Formula,
    MeaninglessError,
    Path,
    Read,
    Term,
    Test,
    Vocabulary,
    believed_by,
    bind,
    reads,
    show_value,
    true_clauses,
)
from chekhov.validation.states import State, Store, Value

FIRINGS = 3_000
"""So many triggers may fire in one world before it counts as growth without end."""
ROUNDS = 300
"""So many rounds of triggers may follow one event before they count as growth without end."""
NODES = 100_000
"""So many worlds may have to be drafted for one event before it counts as growth without end."""


@dataclass(frozen=True)
class Act:
    """A ground action or trigger by its name."""

    name: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.arguments)})"


class NoMomentError(Exception):
    """There is no next moment. ``kind`` is ``conflict`` (an event assigns one fluent two values), ``endless_triggers``
    (triggers come back to where they were) or ``growth`` (they go on, but never come back); ``acts`` are the events
    involved."""

    def __init__(
        self, kind: OneOf["conflict", "endless_triggers", "growth"], message: str, acts: Iterable[Act]
    ) -> None:
        super().__init__(message)
        self.kind: OneOf["conflict", "endless_triggers", "growth"] = kind
        self.acts = tuple(acts)


@dataclass(frozen=True, eq=False, slots=True)
class Event:
    """A ground action, or a ground trigger (which nobody observes as such)."""

    act: Act
    is_action: bool
    precondition: Formula
    effects: tuple[Effect, ...]
    consenting: tuple[int, ...] = ()
    observers: tuple[Formula, ...] = ()
    """For each character, the condition on which they observe it."""
    natural: bool = False

    @property
    def expected(self) -> bool:
        """Whether characters count on it in their plans."""
        return self.natural or bool(self.consenting)


class _Possible:
    """Finds the events whose precondition holds, fast: most of it is about a state's own values, which many states
    share."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._by_value: dict[int, dict[Value, list[_Split]]] = {}
        """The events whose precondition wants some fluent to have a value, by that fluent and value."""
        self._others: list[_Split] = []
        self._by_valuation: dict[int, list[_Split]] = {}
        for number, event in enumerate(events):
            parts = event.precondition.parts if isinstance(event.precondition, All) else (event.precondition,)
            own = [part for part in parts if not any(read.path for read in reads(part))]
            rest = All(tuple(part for part in parts if part not in own))
            split = number, event, All(tuple(own)), rest
            wanted = [part for part in own if isinstance(part, Test) and part.operator == "==" and not part.numeric]
            fixed = [
                (test.left.fluent, test.right.of)
                for test in wanted
                if isinstance(test.left, Read) and isinstance(test.right, Constant)
            ]
            if fixed:
                # Of a place there are more values to tell apart than of a truth.
                fluent, value = min(fixed, key=lambda pair: isinstance(pair[1], bool))
                self._by_value.setdefault(fluent, {}).setdefault(value, []).append(split)
            else:
                self._others.append(split)

    def in_state(self, state: State) -> Iterator[Event]:
        """The events that are possible in the state, in their order."""
        if (known := self._by_valuation.get(state.valuation)) is None:
            known = [split for split in self._others if split[2].holds(state)]
            for fluent, by_value in self._by_value.items():
                known += [split for split in by_value.get(state.values[fluent], ()) if split[2].holds(state)]
            known.sort(key=itemgetter(0))
            self._by_valuation[state.valuation] = known
        return (event for _, event, _, rest in known if rest.holds(state))


_Split: TypeAlias = tuple[int, Event, Formula, Formula]
"""An event with its place in the order, and its precondition as what it says of a state's own values, and the rest."""
Assignments: TypeAlias = tuple[tuple[Path, int, Value], ...]
"""Fluents at paths and the values they get, no place twice."""

_Key: TypeAlias = tuple[Any, ...]
"""What a node of a draft is: ``(kind, state, owner, ...)``, the state that it is made from and whose belief it will
be."""
_Node: TypeAlias = tuple[tuple[Value, ...], list["State | _Key"]]


class Interpreter:
    """Steps through a problem's states. Raises :class:`NoMomentError` where a step ends in no moment, and
    :class:`~chekhov.validation.formulas.MeaninglessError` for a problem that is not well formed.

    The owner of a world, the character whose belief it is, is given by number with each step; None is the actual world.
    """

    def __init__(self, problem: Problem) -> None:
        self.timing = Timing(problem)
        self.problem = problem = self.timing.problem
        self.vocabulary = Vocabulary(problem)
        self.store = Store(len(self.vocabulary.characters))
        self._constants = Vocabulary(problem, self._find_constants())
        self._finished: dict[_Key, State] = {}
        self._rested: dict[State, State] = {}
        self._quiet: set[State] = set()
        self._first_enabled: dict[State, Event | None] = {}

    # Events

    @cached_property
    def actions(self) -> list[Event]:
        """The ground actions that are possible in some state for all that constants say, in order of declaration."""
        return [event for action in self.problem.actions for event in self._ground(action)]

    @cached_property
    def triggers(self) -> list[Event]:
        """The ground triggers likewise."""
        return [event for trigger in self.problem.triggers for event in self._ground(trigger)]

    def action(self, act: Act) -> Event:
        """The ground action of that name, whether or not it is ever possible. Raises MeaninglessError if there is
        none."""
        for declared in self.problem.actions:
            if declared.name == act.name and act.arguments in self.vocabulary.instances(declared.parameters):
                return self._event(declared, act.arguments)
        raise MeaninglessError(f"there is no action {act}")

    def _event(self, declared: model.Action | model.Trigger, arguments: tuple[str, ...]) -> Event:
        vocabulary = self._constants
        act = Act(declared.name, arguments)
        bindings = bind(declared.parameters, arguments)
        precondition = vocabulary.formula(declared.precondition, bindings)
        effects = tuple(vocabulary.effects(declared.effect, bindings))
        if isinstance(declared, model.Trigger):
            return Event(act, False, precondition, effects)
        consenting = []
        for expression in declared.consenting:
            term = vocabulary.term(expression, bindings)
            if not isinstance(term, Constant):
                raise MeaninglessError(f"{act}: those who consent do not depend on the moment")
            consenting.append(vocabulary.character(str(term.of)))
        observers: list[Formula] = [TRUE] * len(vocabulary.characters)
        if (observation := declared.observing) is not None:
            seen_by = vocabulary.entities_of(observation.variable.type)
            observers = [
                vocabulary.formula(observation.condition, {**bindings, observation.variable.name: name})
                if name in seen_by
                else FALSE
                for name in vocabulary.characters
            ]
        consents = tuple(dict.fromkeys(consenting))
        return Event(act, True, precondition, effects, consents, tuple(observers), declared.natural)

    def _ground(self, declared: model.Action | model.Trigger) -> Iterator[Event]:
        """All instances, parameter by parameter, but for those whose precondition is false of constants alone."""
        conjuncts = [(part, _names(part)) for part in _conjuncts(declared.precondition)]
        pending: list[tuple[str, ...]] = [()]
        for count, parameter in enumerate(declared.parameters, 1):
            prefix = declared.parameters[:count]
            known = {part.name for part in prefix}
            unknown = {part.name for part in declared.parameters[count:]} - known
            decided = [
                part for part, names in conjuncts if not names & unknown and (names & {parameter.name} or count == 1)
            ]
            pending = [
                (*arguments, name)
                for arguments in pending
                for (name,) in self.vocabulary.instances([parameter])
                if not any(self._is_ruled_out(part, bind(prefix, (*arguments, name))) for part in decided)
            ]
        for arguments in pending:
            try:
                event = self._event(declared, arguments)
            except MeaninglessError:
                # A parameter's type may be wider than the property's: no such event then.
                continue
            if event.precondition != FALSE:
                yield event

    def _is_ruled_out(self, condition: Expression, bindings: dict[str, str]) -> bool:
        try:
            return self._constants.formula(condition, bindings) == FALSE
        except MeaninglessError:
            return True

    def _find_constants(self) -> dict[int, Value]:
        """The values of nominal fluents of which nothing ever changes what they are or are believed to be.

        No effect is on their property and no initial statement on anybody's belief of it. Surprise leaves them alone
        too: it sets what believer and world differ in, and of nominal fluents nothing else.
        """
        assigned: set[str] = set()
        events: tuple[model.Action | model.Trigger, ...] = (*self.problem.actions, *self.problem.triggers)
        for declared in events:
            assigned.update(name for name, _ in _targets(declared.effect))
        for statement in self.problem.initial:
            assigned.update(name for name, believed in _targets(statement) if believed)
        start = self._initial_map()
        return {
            number: start.get(((), number), fluent.default)
            for number, fluent in enumerate(self.vocabulary.fluents)
            if fluent.declared.type != "number" and fluent.declared.name not in assigned
        }

    # The initial state (section 2)

    def _initial_map(self) -> dict[tuple[Path, int], Value]:
        told: dict[tuple[Path, int], Value] = {}
        for statement in self.problem.initial:
            view = _Told(self, told, ())
            new = [
                (effect.path, effect.fluent, effect.term.value(view))
                for effect in self.vocabulary.effects(statement, {})
                if effect.condition.holds(view)
            ]
            for path, fluent, value in new:
                told[path, fluent] = self.vocabulary.fluents[fluent].bounded(value)
        return told

    @cached_property
    def initial(self) -> State:
        """The actual state at the start, at rest."""
        keys: dict[_Key, int] = {}
        drafts: list[tuple[tuple[Value, ...], list[State | int]]] = []
        owned: list[tuple[dict[tuple[Path, int], Value], int | None]] = [(_pruned(self, self._initial_map()), None)]
        keys[_map_key(*owned[0])] = 0
        for told, owner in owned:
            view = _Told(self, told, ())
            beliefs: list[State | int] = []
            for character in range(self.store.characters):
                if character == owner:
                    beliefs.append(len(drafts))
                    continue
                believed = (_pruned(self, _believed_map(told, character)), character)
                key = _map_key(*believed)
                if key not in keys:
                    keys[key] = len(owned)
                    owned.append(believed)
                beliefs.append(keys[key])
            drafts.append((tuple(view.values[fluent] for fluent in range(len(self.vocabulary.fluents))), beliefs))
        return self.rest(self.store.settle(drafts)[0], None)

    # Stepping

    def possible(self, state: State) -> list[Event]:
        """The actions possible in the state, in order of declaration."""
        return list(self._possible_actions.in_state(state))

    @cached_property
    def _possible_actions(self) -> _Possible:
        return _Possible(self.actions)

    @cached_property
    def _possible_triggers(self) -> _Possible:
        return _Possible(self.triggers)

    def step(self, state: State, event: Event, owner: int | None = None, depth: int = 0) -> State:
        """The state at rest after the action, whether or not it is possible.

        ``depth`` counts the minds that the world is in: 0 for the actual world, 1 for what somebody believes in it,
        and so on.
        """
        return self.rest(self._build(("after", state, owner, event, ())), owner, depth)

    # Drafts

    def _build(self, root: _Key) -> State:
        """The state that a key stands for: drafts it and what it points at, as far as not finished earlier, and
        settles them."""
        if (known := self._finished.get(root)) is not None:
            return known
        place = {root: 0}
        keys = [root]
        drafts: list[tuple[tuple[Value, ...], list[State | int]]] = []
        for key in keys:
            values, targets = self._draft(key)
            pointers: list[State | int] = []
            for target in targets:
                if isinstance(target, State):
                    pointers.append(target)
                elif (known := self._finished.get(target)) is not None:
                    pointers.append(known)
                else:
                    if target not in place:
                        place[target] = len(keys)
                        keys.append(target)
                        if len(keys) > NODES:
                            raise NoMomentError("growth", "what they believe about each other grows without end", ())
                    pointers.append(place[target])
            drafts.append((values, pointers))
        states = self.store.settle(drafts)
        for key, state in zip(keys, states, strict=True):
            if key[2] is not None:
                # Nothing points at the actual world, so what becomes of it is not met again on the way to anything
                # else.
                self._finished[key] = state
        return states[0]

    def _draft(self, key: _Key) -> _Node:
        kinds: dict[str, Callable[..., _Node]] = {
            "after": self._after,
            "set": self._set,
            "round": self._round,
            "bound": self._bound,
        }
        return kinds[key[0]](key, *key[1:])

    def _after(self, key: _Key, state: State, owner: int | None, event: Event, assignments: Assignments) -> _Node:
        applying = self._assigned_by(event, state)
        stripped = [(path[1:] if path[:1] == (owner,) else path, fluent, value) for path, fluent, value in applying]
        values = list(state.values)
        for path, fluent, value in applying:
            if not path:
                values[fluent] = value
        for (path, fluent, value), (rest, _, _) in zip(applying, stripped, strict=True):
            if path and not rest:
                values[fluent] = value
        for path, fluent, value in assignments:
            if not path:
                values[fluent] = value
        targets: list[State | _Key] = []
        for character, belief in enumerate(state.beliefs):
            if character == owner:
                targets.append(key)
                continue
            told = _stripped((*stripped, *assignments), character)
            if event.is_action and event.observers[character].holds(state):
                revised = self._surprise(state, event, belief, character)
                targets.append(("after", revised, character, event, told))
            else:
                targets.append(("set", belief, character, told) if told else belief)
        return tuple(values), targets

    def _assigned_by(self, event: Event, state: State) -> Assignments:
        """What the event assigns in the state, at which path of beliefs, in the order in which it says so.

        Raises NoMomentError for a conflict. Where two paths come to the same in somebody's world, the later one counts
        there.
        """
        assigned: dict[tuple[Path, int], Value] = {}
        for effect in event.effects:
            if effect.condition.holds(state):
                fluent = self.vocabulary.fluents[effect.fluent]
                value = fluent.bounded(effect.term.value(state))
                place = effect.path, effect.fluent
                if place in assigned and assigned[place] != value:
                    values = f"{show_value(assigned[place])} and {show_value(value)}"
                    target = self.vocabulary.show(Read(effect.path, effect.fluent))
                    raise NoMomentError("conflict", f"{event.act} gives {target} two values, {values}", (event.act,))
                assigned.pop(place, None)
                assigned[place] = value
        return tuple((path, fluent, value) for (path, fluent), value in assigned.items())

    def _set(self, key: _Key, state: State, owner: int, assignments: Assignments) -> _Node:
        values = list(state.values)
        for path, fluent, value in assignments:
            if not path:
                values[fluent] = value
        targets: list[State | _Key] = []
        for character, belief in enumerate(state.beliefs):
            if character == owner:
                targets.append(key)
            else:
                told = _stripped(assignments, character)
                targets.append(("set", belief, character, told) if told else belief)
        return tuple(values), targets

    def _surprise(self, state: State, event: Event, belief: State, character: int) -> State:
        """What the character believes on seeing that the event is possible (section 4)."""
        if event.precondition.holds(belief):
            return belief
        unknown: dict[tuple[Path, int], Value] = {}
        known: dict[tuple[Path, int], Value] = {}
        for clause in true_clauses(event.precondition, state):
            for atom in clause:
                if not atom.holds(belief):
                    assert isinstance(atom.left, Read)
                    path = atom.left.path[1:] if atom.left.path[:1] == (character,) else atom.left.path
                    place = path, atom.left.fluent
                    value = atom.right.value(state) if atom.operator == "==" else None
                    if value is None:
                        unknown[place] = None
                    else:
                        known[place] = self.vocabulary.fluents[atom.left.fluent].bounded(value)
        revision = _assignments((path, fluent, value) for (path, fluent), value in {**unknown, **known}.items())
        return self._build(("set", belief, character, revision)) if revision else belief

    # Rest (section 5)

    def rest(self, state: State, owner: int | None, depth: int = 0) -> State:
        """The state with all triggers fired, in it and in every belief, and bounded if the world bounds belief."""
        if owner is None and (known := self._rested.get(state)) is not None:
            return known
        levels = None if self.problem.belief_depth is None else max(self.problem.belief_depth - depth, 0)
        start = state
        seen: dict[State, None] = {}
        while True:
            state = self._close(state, owner)
            if levels is None:
                break
            bounded = self._build(("bound", state, owner, levels))
            if bounded is state:
                break
            if bounded in seen:
                raise NoMomentError("endless_triggers", "triggers undo what the bound on belief does, without end", ())
            seen[bounded] = None
            state = bounded
        if owner is None:
            self._rested[start] = state
        return state

    def _close(self, state: State, owner: int | None) -> State:
        left: dict[State, None] = {}
        for _ in range(ROUNDS):
            if not (waiting := self._waiting(state)):
                return state
            left[state] = None
            state = self._build(("round", state, owner))
            if state in left:
                names = ", ".join(map(str, waiting))
                message = f"triggers in different minds undo each other, without end: {names}"
                raise NoMomentError("endless_triggers", message, waiting)
        raise NoMomentError("growth", f"triggers do not come to rest within {ROUNDS} rounds", ())

    def _waiting(self, state: State) -> list[Act]:
        """The triggers that can fire, each in the state or in what somebody believes, at any depth. None if it is at
        rest."""
        if state in self._quiet:
            return []
        found: dict[State, None] = {state: None}
        pending = [state]
        waiting: dict[Act, None] = {}
        while pending:
            world = pending.pop()
            if (trigger := self._enabled(world)) is not None:
                waiting[trigger.act] = None
            for belief in world.beliefs:
                if belief not in found and belief not in self._quiet:
                    found[belief] = None
                    pending.append(belief)
        if not waiting:
            self._quiet.update(found)
        return list(waiting)

    def _enabled(self, state: State) -> Event | None:
        """The first trigger that can fire in the state."""
        if state not in self._first_enabled:
            self._first_enabled[state] = next(self._possible_triggers.in_state(state), None)
        return self._first_enabled[state]

    def _round(self, key: _Key, state: State, owner: int | None) -> _Node:
        fired = self._fire(state, owner)
        return fired.values, [
            key if character == owner else ("round", belief, character)
            for character, belief in enumerate(fired.beliefs)
        ]

    def _fire(self, state: State, owner: int | None) -> State:
        """The state after triggers have fired in it one at a time, the first that can, until none can."""
        seen: dict[State, Event | None] = {state: None}
        for _ in range(FIRINGS):
            trigger = self._enabled(state)
            if trigger is None:
                return state
            state = self._build(("after", state, owner, trigger, ()))
            if state in seen:
                fired = [*seen.values(), trigger]
                acts = [event.act for event in fired[list(seen).index(state) + 1 :] if event is not None]
                names = ", ".join(map(str, acts))
                raise NoMomentError("endless_triggers", f"these triggers fire again and again: {names}", acts)
            seen[state] = trigger
        raise NoMomentError("growth", f"triggers do not come to rest within {FIRINGS} firings", ())

    def _bound(self, key: _Key, state: State, owner: int | None, levels: int) -> _Node:
        if levels == 0:
            return state.values, [key] * len(state.beliefs)
        return state.values, [
            key if character == owner else ("bound", belief, character, levels - 1)
            for character, belief in enumerate(state.beliefs)
        ]

    # Utilities

    @cached_property
    def utilities(self) -> dict[int | None, Term]:
        """The utility of each character by number and, under None, of the author."""
        zero = Constant(0.0)
        found: dict[int | None, Term] = dict.fromkeys([None, *range(self.store.characters)], zero)
        for utility in self.problem.utilities:
            who = None if utility.character is None else self.vocabulary.character(utility.character)
            found[who] = self.vocabulary.utility(utility.value)
        return found

    def utility(self, state: State, who: int | None) -> float | None:
        """What the state is worth to the character, or to the author (None); ``?`` (None) is worth neither more nor
        less than anything."""
        value = self.utilities[who].value(state)
        assert not isinstance(value, str)
        return value


# ---------------------------------------------------------------------------------------------------------------------
# The initial statements


class _Told:
    """The initial statements so far, read like a state along a path of beliefs (section 2)."""

    def __init__(self, interpreter: Interpreter, told: dict[tuple[Path, int], Value], path: Path) -> None:
        self._interpreter = interpreter
        self._told = told
        self._path = path

    @property
    def values(self) -> _ToldValues:
        return _ToldValues(self._interpreter, self._told, self._path)

    @property
    def beliefs(self) -> _ToldBeliefs:
        return _ToldBeliefs(self._interpreter, self._told, self._path)


@dataclass(frozen=True)
class _ToldValues:
    interpreter: Interpreter
    told: dict[tuple[Path, int], Value]
    path: Path

    def __getitem__(self, fluent: int) -> Value:
        for length in range(len(self.path), -1, -1):
            if (self.path[:length], fluent) in self.told:
                return self.told[self.path[:length], fluent]
        default: Value = self.interpreter.vocabulary.fluents[fluent].default
        return default


@dataclass(frozen=True)
class _ToldBeliefs:
    interpreter: Interpreter
    told: dict[tuple[Path, int], Value]
    path: Path

    def __getitem__(self, character: int) -> _Told:
        return _Told(self.interpreter, self.told, believed_by(self.path, character))


def _believed_map(told: dict[tuple[Path, int], Value], character: int) -> dict[tuple[Path, int], Value]:
    believed = {(path, fluent): value for (path, fluent), value in told.items() if not path}
    for (path, fluent), value in told.items():
        if path[:1] == (character,):
            believed[path[1:], fluent] = value
            believed[path, fluent] = value
    return believed


def _pruned(interpreter: Interpreter, told: dict[tuple[Path, int], Value]) -> dict[tuple[Path, int], Value]:
    """Without the entries that say what would be so without them."""
    fluents = interpreter.vocabulary.fluents
    return {
        (path, fluent): value
        for (path, fluent), value in told.items()
        if value != (_ToldValues(interpreter, told, path[:-1])[fluent] if path else fluents[fluent].default)
    }


def _map_key(told: dict[tuple[Path, int], Value], owner: int | None) -> _Key:
    return owner, frozenset(told.items())


# ---------------------------------------------------------------------------------------------------------------------
# Assignments and declarations


def _assignments(assigned: Iterable[tuple[Path, int, Value]]) -> Assignments:
    """The assignments with the later of two to the same place kept, sorted by place so that equal ones are found
    equal."""
    last = {(path, fluent): value for path, fluent, value in assigned}
    return tuple((path, fluent, last[path, fluent]) for path, fluent in sorted(last))


def _stripped(assigned: Sequence[tuple[Path, int, Value]], character: int) -> Assignments:
    """What the assignments say about the character's belief."""
    return _assignments((path[1:], fluent, value) for path, fluent, value in assigned if path[:1] == (character,))


def _conjuncts(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, model.And):
        for part in expression.parts:
            yield from _conjuncts(part)
    else:
        yield expression


def _parts(expression: Expression) -> tuple[Expression, ...]:
    match expression:
        case model.FluentTerm(_, arguments):
            return arguments
        case model.Believes(character, body):
            return character, body
        case model.And(parts) | model.Or(parts):
            return parts
        case model.Not(body) | model.Quantified(_, _, body) | model.IsA(body, _):
            return (body,)
        case model.Conditional(branches, otherwise):
            parts = tuple(part for branch in branches for part in branch)
            return parts if otherwise is None else (*parts, otherwise)
        case model.Comparison(_, left, right) | model.Arithmetic(_, left, right) | model.Assignment(left, right):
            return left, right
    return ()


def _names(expression: Expression) -> set[str]:
    """The names that occur in the expression, some of them perhaps bound in it."""
    found = {expression.name} if isinstance(expression, model.Name) else set()
    return found.union(*map(_names, _parts(expression)))


def _targets(expression: Expression, believed: bool = False) -> Iterator[tuple[str, bool]]:
    """The properties that may be assigned by an effect or statement, each with whether as somebody's belief; perhaps
    others too."""
    if isinstance(expression, model.FluentTerm):
        yield expression.property, believed
    for part in _parts(expression):
        yield from _targets(part, believed or isinstance(expression, model.Believes))
