"""The random worlds are rich: over a few hundred seeds they reach every corner that they are there to compare."""

from __future__ import annotations

from collections import Counter

from naive import Limits, Reasons, states_by_depth
from random_worlds import random_world

from chekhov.validation.formulas import true_clauses
from chekhov.validation.interpreter import Event, Interpreter, NoMomentError
from chekhov.validation.states import State

SEEDS = 400


class _Counting(Interpreter):
    """Counts what happens on the way."""

    counts: Counter[str]

    def _surprise(self, state: State, event: Event, belief: State, character: int) -> State:
        revised = super()._surprise(state, event, belief, character)
        if not event.precondition.holds(belief):
            clauses = true_clauses(event.precondition, state)
            self.counts["surprise"] += 1
            self.counts["surprise by several clauses"] += len(clauses) > 1
            self.counts["surprise without a clause"] += not clauses
            self.counts["surprise by numbers"] += any(atom.numeric for clause in clauses for atom in clause)
            self.counts["belief become unknown"] += revised.values.count(None) > belief.values.count(None)
            self.counts["belief about belief revised"] += revised.values == belief.values and revised is not belief
        return revised


def test_every_corner_is_reached() -> None:
    counts: Counter[str] = Counter()
    for seed in range(SEEDS):
        problem = random_world(seed)
        interpreter = _Counting(problem)
        interpreter.counts = counts
        try:
            states = states_by_depth(interpreter, 2)
            counts["ten states"] += states[-1] >= 10
        except NoMomentError as error:
            counts[error.kind] += 1
            continue
        counts["worlds that believe in each other"] += bool(interpreter.store._by_form)
        counts["bounded belief"] += problem.belief_depth is not None
        reasons = Reasons(interpreter, Limits(2, 2, 1))
        for act in interpreter.possible(interpreter.initial):
            for character in act.consenting:
                belief = interpreter.initial.beliefs[character]
                try:
                    plan = reasons.explanation(act, character, belief, 1, 2)
                except NoMomentError:
                    continue
                counts["a reason of several acts"] += plan is not None and len(plan) > 1
                counts["no reason"] += plan is None
                counts["several consent"] += len(act.consenting) > 1
    least = {
        "surprise": 400,
        "surprise by several clauses": 25,
        "surprise without a clause": 25,
        "surprise by numbers": 60,
        "belief become unknown": 40,
        "belief about belief revised": 15,
        "ten states": 40,
        "conflict": 3,
        "endless_triggers": 15,
        "worlds that believe in each other": 15,
        "bounded belief": 40,
        "a reason of several acts": 10,
        "no reason": 200,
        "several consent": 100,
    }
    assert {what: counts[what] for what, count in least.items() if counts[what] < count} == {}, counts


def test_the_same_seed_gives_the_same_world() -> None:
    assert [random_world(seed) for seed in range(50)] == [random_world(seed) for seed in range(50)]
    assert len({repr(random_world(seed)) for seed in range(50)}) == 50
