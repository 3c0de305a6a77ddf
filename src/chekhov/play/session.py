"""A story that is being played.

A session is a world, its seats (the characters that readers play), a seed, and the moves made so far; all else follows
from these. The acts of the others are moves as well, so that a session is replayed without asking anybody again what
they would do.

>>> from chekhov import lang
>>> problem = lang.parse('''
... type place; entity Home : place; entity Market : place;
... entity Tom : character "Tom" (he); entity Ann : character "Ann" (she);
... property at(who : character) : place;
... at(Tom) = Home; at(Ann) = Home;
... action walk(who : character, to : place) {
...     precondition: at(who) != to; effect: at(who) = to; consenting: who; observing(o : character): True;
...     telling: "{who} {who.walk/walks} to {to}.";
... };
... utility(Ann): if(at(Ann) == Market) 1 else 0;
... utility(Tom): 0;
... ''').problem
>>> session = Session.begin(problem, seats=["Tom"])
>>> [choice.text for choice in session.choices("Tom")]
['walk – Market', 'wait']
>>> session.move("Tom", session.choices("Tom")[0].id)
>>> [passage.text for passage in session.passages("Tom")]
['You walk to Market.', 'Ann walks to Market.']
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Any

from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.goals import ending_goal
from chekhov.grounding import ground
from chekhov.grounding.formulas import show_value
from chekhov.kernel import UNLIMITED, USUAL, Kernel, Limits
from chekhov.model import Problem
from chekhov.reasons import Reason, Reasoner, fact
from chekhov.telling import label, tell_own, tell_trigger

VERSION = 1
WAIT = "wait"
"""The choice to do nothing now."""

_LOOKING = 1.0
"""Seconds that the director spends on the way to one ending; what it finds becomes moves, which a replay repeats."""
_LONGEST = 30
"""Acts that the director looks ahead."""


@dataclass(frozen=True, slots=True)
class Move:
    """What was done: ``act`` as plans write it (None: the reader waited), by a reader of the seat ``by`` or, if that is
    None, by the others."""

    act: str | None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """All there is to save of a session."""

    seats: tuple[str, ...]
    seed: int = 0
    director: bool = True
    moves: tuple[Move, ...] = ()
    version: int = VERSION

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Record:
        """Raises ValueError for what is no record of this version."""
        try:
            if data["version"] != VERSION:
                raise ValueError(f"a record of version {data['version']}, where {VERSION} is known")
            moves = tuple(Move(move["act"], move["by"]) for move in data["moves"])
            return Record(tuple(data["seats"]), int(data["seed"]), bool(data["director"]), moves)
        except (KeyError, TypeError) as error:
            raise ValueError("no record of a session") from error


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that a reader may do: ``id`` is the act as plans write it, or ``wait``; ``group`` the kind of act."""

    id: str
    text: str
    group: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Words that may mean several choices."""

    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence or more of the story as a seat perceives it; ``turn`` counts the readers' moves, from 1."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class View:
    """What a seat's character takes to be so: where they are, who and what is there besides, and the numbers that they
    know of, each with its least and greatest value. ``ending``: the label of the ending that is reached."""

    place: str | None
    here: tuple[str, ...]
    numbers: tuple[tuple[str, float, float, float], ...]
    ending: str | None


class RefusedError(Exception):
    """What was chosen does not happen; the message says why, as far as the reader may know."""


class Session:
    """A story that is being played. ``lost`` says what of its record no longer fits the world, and was left out with
    all that followed."""

    def __init__(self, problem: Problem, record: Record) -> None:
        self.kernel = Kernel(ground(problem), threads=1)
        self.record = replace(record, moves=())
        self.problem = problem
        self.limits = UNLIMITED.in_world(problem).or_else(USUAL)
        self.lost: tuple[Move, ...] = ()
        self._worlds = [self.kernel.initial()]
        self._told: list[dict[str, str]] = []
        self._plan: list[int] | None = None
        self._actions: list[dict[str, Any]] = self.kernel.task.data["actions"]
        names = self.kernel.task.names
        self._seats = {name: names.characters.index(name) for name in record.seats}
        self._endings = [(ending, ending_goal(self.kernel.task, ending.name).condition) for ending in problem.endings]
        self._where = _place_of(problem)
        for number, move in enumerate(record.moves):
            action = None if move.act is None else self.kernel.task.action_number(move.act)
            if move.act is not None and (action is None or not self.kernel.possible(self.world, action)):
                self.lost = record.moves[number:]
                break
            self._do(action, move.by)

    @classmethod
    def begin(cls, problem: Problem, *, seats: Sequence[str], seed: int = 0, director: bool = True) -> Session:
        """A new session. With ``director``, the others choose among what they have reasons for so that the story goes
        towards the ending that is worth most to its author. Raises :class:`~chekhov.diagnostics.ChekhovError` E0616 for
        a seat that is no character's."""
        known = [entity.name for entity in problem.entities if problem.is_a(entity.name, "character")]
        for seat in seats:
            if seat not in known:
                near = difflib.get_close_matches(seat, known, 1)
                hint = f"did you mean `{near[0]}`?" if near else f"the characters are {', '.join(known)}"
                raise ChekhovError([Diagnostic("E0616", f"there is no character `{seat}`", help=hint)])
        return cls(problem, Record(tuple(seats), seed, director))

    # -- what is so

    @property
    def world(self) -> int:
        """The moment that the story has come to."""
        return self._worlds[-1]

    @property
    def turns(self) -> int:
        """How many moves readers have made."""
        return sum(move.by is not None for move in self.record.moves)

    def ending(self) -> str | None:
        """The label of the ending that the story has reached, if it has reached one; the first by declaration."""
        for ending, condition in self._endings:
            if self.kernel.evaluate(self.world, condition) is True:
                return ending.label or ending.name.replace("_", " ")
        return None

    def view(self, seat: str) -> View:
        """What a seat sees now."""
        has = dict(self._beliefs(seat))
        where = has.get(f"{self._where}({seat})") if self._where else None
        names = self.kernel.task.names
        here = []
        for fluent, value in has.items():
            name, _, rest = fluent.partition("(")
            who = rest.removesuffix(")")
            if name == self._where and who != seat and where not in (None, "?") and value == where:
                here.append(label(self.problem, who))
        numbers: list[tuple[str, float, float, float]] = []
        for fluent, data in zip(names.fluents, self.kernel.task.data["fluents"], strict=True):
            value = has[fluent]
            if data["kind"] == "number" and data["bounds"] is not None and value != "?" and self._is_own(fluent):
                low, high = data["bounds"]
                numbers.append((self._called(fluent), float(value), float(low), float(high)))
        place = None if where in (None, "?") else label(self.problem, str(where))
        return View(place, tuple(here), tuple(numbers), self.ending())

    def knows(self, seat: str) -> list[str]:
        """What a seat's character takes to be so, in words: all that is neither unknown nor a plain *no*."""
        return [
            self._fact(fluent, value)
            for fluent, value in self._beliefs(seat)
            if value not in ("?", "False") and self._is_own(fluent)
        ]

    def passages(self, seat: str) -> list[Passage]:
        """The story so far, as the seat's character has perceived it."""
        found = []
        turn = 0
        for move, told in zip(self.record.moves, self._told, strict=True):
            turn += move.by is not None
            if told[seat]:
                found.append(Passage(max(turn, 1), told[seat]))
        return found

    def tellings(self, seat: str) -> list[str]:
        """What the seat's character has perceived of each move; empty where that is nothing."""
        return [told[seat] for told in self._told]

    # -- what can be done

    def choices(self, seat: str) -> list[Choice]:
        """What the seat's character may try: each act that they take to be possible and have a part in, and to wait.
        Whether it works, and whether the others are willing, shows when it is chosen."""
        if self.ending() is not None:
            return []
        mind = self.kernel.believed(self.world, self._seats[seat])
        found = []
        for number, action in enumerate(self._actions):
            if self._seats[seat] in action["consenting"] and self.kernel.possible(mind, number):
                act = self.kernel.task.names.actions[number]
                found.append(Choice(act, self._offer(act, seat), act.partition("(")[0].replace("_", " ")))
        return [*found, Choice(WAIT, "wait", "wait")]

    def understand(self, seat: str, words: str) -> Choice | Ambiguous | None:
        """The choice that typed words mean: its number from 1, its text, or words that it holds, each as far as it was
        typed."""
        choices = self.choices(seat)
        typed = re.findall(r"\w+", words.casefold())
        if len(typed) == 1 and typed[0].isdecimal():
            number = int(typed[0])
            return choices[number - 1] if 1 <= number <= len(choices) else None
        typed = [word for word in typed if word not in ("the", "a", "an", "to", "with")]
        if not typed:
            return None
        matching = []
        for choice in choices:
            has = re.findall(r"\w+", f"{choice.text} {choice.id}".casefold().replace("_", " "))
            if all(any(word.startswith(one) for word in has) for one in typed):
                matching.append(choice)
        if len(matching) == 1:
            return matching[0]
        return Ambiguous(tuple(matching)) if matching else None

    def move(self, seat: str, choice: str) -> None:
        """Does what a reader has chosen, and then what the others do. Raises :class:`RefusedError` if it cannot be done
        after all, or somebody else who would have to consent has no reason to; nothing happens then."""
        if self.ending() is not None:
            raise RefusedError("The story is over.")
        action = None
        if choice != WAIT:
            action = self.kernel.task.action_number(choice)
            if action is None or all(choice != offered.id for offered in self.choices(seat)):
                raise RefusedError("That cannot be done now.")
            if not self.kernel.possible(self.world, action):
                raise RefusedError("You try, but things are not as you took them to be: it does not work.")
            unwilling = [c for c in self._others(action) if not self._has_reason(c, action)]
            if unwilling:
                who = label(self.problem, self.kernel.task.names.characters[unwilling[0]])
                raise RefusedError(f"{who[:1].upper()}{who[1:]} will not.")
        if self._plan and action == self._plan[0]:
            self._plan.pop(0)
        elif action is not None:
            self._plan = None
        self._do(action, seat)
        self._answer(waited=action is None)

    def undo(self) -> bool:
        """Takes back the last move of a reader, with what the others did since. False if there is none."""
        moves = self.record.moves
        last = max((number for number, move in enumerate(moves) if move.by is not None), default=None)
        if last is None:
            return False
        self.record = replace(self.record, moves=moves[:last])
        del self._worlds[last + 1 :]
        del self._told[last:]
        self._plan = None
        return True

    # -- what was behind it

    def why(self, seat: str) -> list[str]:
        """Why the others did what the seat perceived since its last move: what its character thinks, and, once the
        story is over, what was so."""
        moves = self.record.moves
        last = max((number for number, move in enumerate(moves) if move.by is not None), default=0)
        found = []
        over = self.ending() is not None
        for number in range(0 if over else last, len(moves)):
            action = None if moves[number].act is None else self.kernel.task.action_number(moves[number].act or "")
            if action is None or moves[number].by is not None or not (over or self._told[number][seat]):
                continue
            before = self._worlds[number]
            mind = before if over else self.kernel.believed(before, self._seats[seat])
            for character in self._others(action):
                reason = Reasoner(self.kernel, self.limits, nesting=0).reason(mind, character, action)
                who = self.kernel.task.names.characters[character]
                if isinstance(reason, Reason):
                    found += [f"{self.kernel.task.names.actions[action]}:", *(f"  {line}" for line in reason.lines())]
                else:
                    found.append(f"{self.kernel.task.names.actions[action]}: you do not see what {who} has of it.")
        return found

    def ahead(self) -> list[str]:
        """What the director has in mind, for authors: the acts of its way to the best ending that it finds, with those
        that are the readers'; empty if it finds none."""
        if self._plan is None:
            self._plan = self._best_way()
        return [self.kernel.task.names.actions[act] for act in self._plan]

    def meanwhile(self, seat: str) -> list[str]:
        """What happened that the seat did not perceive; to be told when the story is over."""
        found = []
        for number, move in enumerate(self.record.moves):
            if move.act is not None and not self._told[number][seat]:
                action = self.kernel.task.action_number(move.act)
                text = None if action is None else tell_own(self.kernel, self._worlds[number], action)
                found.append(text or move.act)
        return found

    def might_have_been(self, seconds: float = 1.0) -> list[tuple[str, int | None]]:
        """The endings that were not reached, each with the last act after which it still could have been (0: the
        start), or None if none was found in ``seconds`` for each question."""
        reached = self.ending()
        found = []
        for ending, condition in self._endings:
            shown = ending.label or ending.name.replace("_", " ")
            if shown == reached:
                continue
            # What is out of reach stays so: the last moment from which it was not is found by halving.
            low, high = -1, len(self._worlds) - 1
            while low < high:
                middle = (low + high + 1) // 2
                if self._way(self._worlds[middle], condition, seconds) is not None:
                    low = middle
                else:
                    high = middle - 1
            found.append((shown, None if low < 0 else low))
        return found

    # -- within

    def _do(self, action: int | None, by: str | None) -> None:
        """Makes a move, and notes what each seat perceives of it."""
        before = self.world
        told = dict.fromkeys(self._seats, "")
        after = before
        if action is not None:
            after = self.kernel.step(before, action)
            told = {seat: self._perceived(seat, before, action, after) for seat in self._seats}
        self._worlds.append(after)
        self._told.append(told)
        act = None if action is None else self.kernel.task.names.actions[action]
        self.record = replace(self.record, moves=(*self.record.moves, Move(act, by)))

    def _perceived(self, seat: str, before: int, action: int, after: int) -> str:
        """What the seat's character perceives of an act and of what it sets off: acts that they observe or consent to,
        triggers in the wake of these or that change their mind; of others, what they notice without seeing why."""
        kernel, character = self.kernel, self._seats[seat]
        data = self._actions[action]
        sees = character in data["consenting"] or kernel.evaluate(before, data["observers"][character]) is True
        sentences = [tell_own(kernel, before, action, seat) or self._plainly(action)] if sees else []
        firing = kernel.firing(before, action)
        worlds = [*(world for _, world in firing), after]
        for i, (trigger, world) in enumerate(firing):
            if sees or kernel.believed(world, character) != kernel.believed(worlds[i + 1], character):
                text = tell_trigger(kernel, world, trigger, seat)
                if text:
                    sentences.append(text)
        if not sentences:
            was, now = (dict(self._beliefs_in(world, seat)) for world in (before, after))
            news = [self._fact(name, value) for name, value in now.items() if was[name] != value and value != "?"]
            sentences += [f"You notice: {'; '.join(news)}."] if news else []
        return " ".join(sentence for sentence in sentences if sentence)

    def _answer(self, *, waited: bool) -> None:
        """What the others do after a reader's move: each at most one act."""
        acted: set[int] = set()
        while self.ending() is None:
            act = self._next(acted, waited)
            if act is None:
                break
            acted.update(self._actions[act]["consenting"])
            if self._plan and act == self._plan[0]:
                self._plan.pop(0)
            else:
                self._plan = None
            self._do(act, None)
        if waited and self.ending() is None:
            for number, action in enumerate(self._actions):
                if action.get("natural") and self.kernel.possible(self.world, number):
                    if self._plan and self._plan[0] == number:
                        self._plan.pop(0)
                    else:
                        self._plan = None
                    self._do(number, None)
                    break

    def _next(self, acted: set[int], waited: bool) -> int | None:
        """The next act of the others, of those who have not acted yet."""
        if self.record.director:
            if self._plan is None:
                self._plan = self._best_way()
            if self._plan:
                act = self._plan[0]
                consenting = set(self._actions[act]["consenting"])
                if not self._actions[act].get("natural") and not consenting & set(self._seats.values()):
                    return None if consenting & acted else act
                if not waited:
                    return None  # It is the reader's turn.
        willing = []
        for number, action in enumerate(self._actions):
            consenting = set(action["consenting"])
            free = consenting and not action.get("natural") and not consenting & (acted | set(self._seats.values()))
            if free and self.kernel.possible(self.world, number):
                plans = [self._reason(c, number) for c in action["consenting"]]
                if all(plan is not None for plan in plans):
                    willing.append((max(len(plan or ()) for plan in plans), number))
        if not willing:
            return None
        nearest = min(length for length, _ in willing)
        drawn = Random(f"{self.record.seed}:{len(self.record.moves)}")
        return drawn.choice([number for length, number in willing if length == nearest])

    def _best_way(self) -> list[int]:
        """A way to the ending that is worth most to the author, of those that are found; none if none is."""
        best: tuple[float, list[int]] | None = None
        for _, condition in self._endings:
            plan = self._way(self.world, condition, _LOOKING)
            if plan is None:
                continue
            world = self.world
            for act in plan:
                world = self.kernel.step(world, act)
            value = self.kernel.evaluate(world, self.kernel.task.data["utility"])
            worth = float(value) if isinstance(value, int | float) else 0.0
            if best is None or worth > best[0] or (worth == best[0] and len(plan) < len(best[1])):
                best = worth, plan
        return [] if best is None else best[1]

    def _way(self, world: int, condition: Any, seconds: float) -> list[int] | None:
        kernel = Kernel(self.kernel.beginning_at(world), threads=1)
        limits = Limits(_LONGEST, self.limits.reason_acts, self.limits.belief_depth)
        found = kernel.search(condition, limits, first=True, seconds=seconds)
        return list(found.plans[0]) if found.plans else None

    def _others(self, action: int) -> Iterable[int]:
        """Those who would have to consent and are nobody's seat."""
        return [c for c in self._actions[action]["consenting"] if c not in self._seats.values()]

    def _has_reason(self, character: int, action: int) -> bool:
        return self._reason(character, action) is not None

    def _reason(self, character: int, action: int) -> tuple[int, ...] | None:
        return self.kernel.explain(self.kernel.believed(self.world, character), action, self.limits).acts

    def _beliefs(self, seat: str) -> Iterable[tuple[str, str]]:
        return self._beliefs_in(self.world, seat)

    def _beliefs_in(self, world: int, seat: str) -> Iterable[tuple[str, str]]:
        """Each fluent by name, with the value that the seat's character takes it to have."""
        names = self.kernel.task.names
        values = self.kernel.values(self.kernel.believed(world, self._seats[seat]))
        return [(name, show_value(value, names)) for name, value in zip(names.fluents, values, strict=True)]

    def _is_own(self, fluent: str) -> bool:
        """Whether the author has declared it: not what durations are compiled to."""
        return any(declared.name == fluent.partition("(")[0] for declared in self.problem.properties)

    def _fact(self, fluent: str, value: str) -> str:
        """A fact as a reader reads it: *the door: open*, *Tom: at the market*."""
        if not self._is_own(fluent):
            return fact(fluent, value)
        name, arguments = _parts(fluent)
        words = name.replace("_", " ")
        if value not in ("True", "False"):
            words += f" {label(self.problem, value)}"
        about = ", ".join(label(self.problem, each) for each in arguments)
        return (f"{about}: " if about else "") + ("no longer " if value == "False" else "") + words

    def _called(self, fluent: str) -> str:
        """``tank(Maya)`` as *tank of Maya*."""
        name, arguments = _parts(fluent)
        of = " and ".join(label(self.problem, each) for each in arguments)
        return name.replace("_", " ") + (f" of {of}" if of else "")

    def _plainly(self, action: int) -> str:
        """An act that its author has no words for."""
        name, arguments = _parts(self.kernel.task.names.actions[action])
        about = ", ".join(label(self.problem, each) for each in arguments)
        text = name.replace("_", " ") + (f" ({about})" if about else "")
        return f"{text[:1].upper()}{text[1:]}."

    def _offer(self, act: str, seat: str) -> str:
        """An act as a choice: *open the door*, *walk – the market*; whom it belongs to goes without saying."""
        name, arguments = _parts(act)
        words = name.replace("_", " ")
        rest = []
        for shown in (label(self.problem, argument) for argument in arguments if argument != seat):
            noun = shown.removeprefix("the ")
            if words.split()[-1] == noun:
                words = f"{words[: -len(noun)]}{shown}"
            else:
                rest.append(shown)
        return f"{words} – {', '.join(rest)}" if rest else words


def _parts(name: str) -> tuple[str, list[str]]:
    """``walk(Tom, Home)`` as its name and its arguments."""
    head, _, rest = name.removesuffix(")").partition("(")
    return head, rest.split(", ") if rest else []


def _place_of(problem: Problem) -> str | None:
    """The property that says where somebody is: ``at``, or else the first whose type is called as places are."""
    first = None
    for declared in problem.properties:
        if len(declared.parameters) == 1 and declared.type not in ("boolean", "number"):
            if declared.name == "at":
                return "at"
            if first is None and declared.type in ("place", "location", "room"):
                first = declared.name
    return first
