"""Ways to endings that are hard to come by: what readers choose who follow the planner."""

from __future__ import annotations

from collections.abc import Sequence

from chekhov.goals import ending_goal
from chekhov.kernel import Limits
from chekhov.model import Problem
from chekhov.play import RefusedError, Session
from chekhov.play.ensemble import Ensemble
from chekhov.play.session import WAIT

LONGEST = 30
EXPANDED = 6000
"""States in which a way is looked for at most. For the mountain's best ending it takes 4,200, and ten seconds."""


class Guide:
    """The ways on to an ending, as the planner finds them: each is looked for once."""

    def __init__(self, problem: Problem, ensemble: Ensemble, ending: str) -> None:
        self.problem = problem
        self.ensemble = ensemble
        self.ending = ending
        self._goal = ending_goal(ensemble.kernel.task, ending).condition
        self._found: dict[int, tuple[str, ...]] = {}

    def way(self, world: int) -> tuple[str, ...]:
        """The acts from a moment on; none if no way is found."""
        if world not in self._found:
            limits = Limits(LONGEST, self.ensemble.limits.reason_acts, self.ensemble.limits.belief_depth)
            names = self.ensemble.kernel.task.names.actions
            found = self.ensemble.kernel.search(self._goal, limits, first=True, expanded=EXPANDED, beginning=world)
            self._found[world] = tuple(names[act] for act in found.plans[0]) if found.plans else ()
        return self._found[world]

    def choices(self, seats: Sequence[str], seed: int = 0) -> list[tuple[str, str]] | None:
        """Who of the seats chooses what so that a story comes to the ending, while the others do what is nearest to
        each; None if it does not. As long as what happens is the next act of the way, they stay on it."""
        session = Session.begin(
            self.problem, seats=seats, seed=seed, director=False, ensemble=self.ensemble, patient=False
        )
        chosen: list[tuple[str, str]] = []
        way: tuple[str, ...] = ()
        while session.ending() is None and len(chosen) < LONGEST:
            way = way or self.way(session.world)
            if not way:
                return None
            able = [seat for seat in seats if way[0] in (choice.id for choice in session.choices(seat))]
            seat, act = (able[0], way[0]) if able else (seats[0], WAIT)
            before = len(session.record.moves)
            try:
                session.move(seat, act)
            except RefusedError:
                return None
            chosen.append((seat, act))
            happened = tuple(move.act for move in session.record.moves[before:] if move.act is not None)
            way = way[len(happened) :] if way[: len(happened)] == happened else ()
        reached = self.ensemble.ending(session.world)
        return chosen if reached is not None and reached.name == self.ending else None
