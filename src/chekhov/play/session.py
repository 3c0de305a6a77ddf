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
['walk to Market', 'wait']
>>> session.move("Tom", session.choices("Tom")[0].id)
>>> [passage.text for passage in session.passages("Tom")]
['You walk to Market.', 'Ann walks to Market.']
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence, Set
from copy import copy
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Any, TypeAlias

from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.formats.storylines import Layer, Storyline
from chekhov.model import FluentTerm, Name, Problem
from chekhov.narration import gathered, narrate
from chekhov.play.ensemble import NOWHERE, Ensemble, Way
from chekhov.play.wording import Ambiguous, Choice, Wording, parts, understand, without_names
from chekhov.reasons import Reason, Reasoner, is_time
from chekhov.telling import (
    Telling,
    Tense,
    label,
    telling_of_act,
    telling_of_time,
    telling_of_trigger,
    tellings_of_triggers,
)
from chekhov.timing import time_told

VERSION = 1
WAIT = "wait"
"""The choice to do nothing now."""

MASTER = ""
"""The seat of who is nobody in the story: who sees all, lets the others go on, and may choose what they do next."""


@dataclass(frozen=True, slots=True)
class Move:
    """What was done: ``act`` as plans write it (None: the reader waited), by a reader of the seat ``by`` or, if that is
    None, by the others. An act by the :data:`MASTER` is the others', too, who were made to choose it."""

    act: str | None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """All there is to save of a session. ``tense`` is what the story is told in; in the ``third_person``, nobody in it
    is *you*."""

    seats: tuple[str, ...]
    seed: int = 0
    director: bool = True
    moves: tuple[Move, ...] = ()
    version: int = VERSION
    tense: Tense = "present"
    third_person: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Record:
        """Raises ValueError for what is no record of this version."""
        try:
            if data["version"] != VERSION:
                raise ValueError(f"a record of version {data['version']}, where {VERSION} is known")
            moves = tuple(Move(move["act"], move["by"]) for move in data["moves"])
            return Record(
                tuple(data["seats"]),
                int(data["seed"]),
                bool(data["director"]),
                moves,
                tense=data.get("tense", "present"),
                third_person=bool(data.get("third_person")),
            )
        except (KeyError, TypeError) as error:
            raise ValueError("no record of a session") from error


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence or more of the story as a seat perceives it, in view of what it has read before in the same ``turn``
    of the readers, which are counted from 1. ``steps`` of time pass in it, and ``event`` is the text without the
    sentence that says so. ``tellings`` are what is told in it, time aside, of the move of this ``number``; ``place`` is
    where the seat's character is then, as they know, or where what the master reads of happens."""

    turn: int
    text: str
    steps: int = 0
    event: str = ""
    tellings: tuple[Telling, ...] = ()
    number: int = 0
    place: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What a seat's character takes to be so: where they are, who and what is there besides, and the numbers that they
    know of, each with its least and greatest value: those that can change, but for those of things elsewhere.
    ``ending``: the label of the ending that is reached. ``clock``: how much time has passed, in a world that counts it.
    ``busy``: what they are doing that takes time, and how much of it is left."""

    place: str | None
    here: tuple[str, ...]
    numbers: tuple[tuple[str, float, float, float], ...]
    ending: str | None
    clock: str | None
    busy: str | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that a seat knows of, and who is there as far as they know; ``here``: they themselves are. ``most``: the
    most who were there so far, themselves among them."""

    name: str
    people: tuple[str, ...]
    here: bool
    most: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Map:
    """The places that a seat's character knows of, in the world's order, and the ways between them (numbers of spots,
    the lower first) that they have seen somebody go, or could go now."""

    spots: tuple[Spot, ...]
    ways: tuple[tuple[int, int], ...]


_Read: TypeAlias = "tuple[int, str | None, Telling | None, Passage | None]"
"""What a seat reads of a move, and what the next one rests on: the turn, the place, what was told last; the passage."""


class RefusedError(Exception):
    """What was chosen does not happen; the message says why, as far as the reader may know."""


class Session:
    """A story that is being played. ``lost`` says what of its record no longer fits the world, and was left out with
    all that followed.

    ``ensemble``: the others, shared with further sessions of the same world. With ``patient``, a move waits for a
    director who is still thinking, so that the same moves bring the same story; otherwise the others do without a
    director for that turn."""

    def __init__(
        self,
        problem: Problem,
        record: Record,
        *,
        ensemble: Ensemble | None = None,
        patient: bool = True,
    ) -> None:
        self.ensemble = Ensemble(problem) if ensemble is None else ensemble
        self.kernel = self.ensemble.kernel
        self.record = replace(record, moves=())
        self.problem = self.ensemble.problem
        self.limits = self.ensemble.limits
        self.patient = patient
        self.lost: tuple[Move, ...] = ()
        self._worlds = [self.kernel.initial()]
        self._told: list[dict[str, tuple[Telling, ...]]] = []
        self._read: dict[str, tuple[tuple[Move, ...], list[_Read]]] = {}
        self._way: Way | None = None
        self._actions = self.ensemble.actions
        names = self.kernel.task.names
        self._seats = {name: names.characters.index(name) for name in record.seats if name != MASTER}
        self._wording = Wording(problem)
        self._made = {names.fluents[number] for number in names.made}
        self._where = self.ensemble.places
        self._gauged = {name for name in self.problem.changing if self._wording.is_own(name)}
        self._order = {entity.name: number for number, entity in enumerate(problem.entities)}
        for number, move in enumerate(record.moves):
            action = None if move.act is None else self.kernel.task.action_number(move.act)
            if move.act is not None and (action is None or not self.kernel.possible(self.world, action)):
                self.lost = record.moves[number:]
                break
            self._do(action, move.by)
        self._think_ahead()

    @classmethod
    def begin(
        cls,
        problem: Problem,
        *,
        seats: Sequence[str],
        seed: int = 0,
        director: bool = True,
        ensemble: Ensemble | None = None,
        patient: bool = True,
        tense: Tense = "present",
        third_person: bool = False,
    ) -> Session:
        """A new session of these seats, of whom one may be the :data:`MASTER`. With ``director``, the others choose
        among what they have reasons for so that the story goes towards the ending that is worth most to its author.
        Raises :class:`~chekhov.diagnostics.ChekhovError` E0616 for a seat that is no character's."""
        known = [entity.name for entity in problem.entities if problem.is_a(entity.name, "character")]
        for seat in seats:
            if seat not in known and seat != MASTER:
                near = difflib.get_close_matches(seat, known, 1)
                hint = f"did you mean `{near[0]}`?" if near else f"the characters are {', '.join(known)}"
                raise ChekhovError([Diagnostic("E0616", f"there is no character `{seat}`", help=hint)])
        record = Record(tuple(seats), seed, director, tense=tense, third_person=third_person)
        return cls(problem, record, ensemble=ensemble, patient=patient)

    # -- what is so

    @property
    def world(self) -> int:
        """The moment that the story has come to."""
        return self._worlds[-1]

    @property
    def turns(self) -> int:
        """How many moves readers have made."""
        return sum(move.by is not None for move in self.record.moves)

    def next_seat(self) -> str:
        """Whose turn it is if all take turns in the order of the seats: that of the one after who moved last. The
        master goes on until they wait."""
        seats = self.record.seats or (MASTER,)
        last = next((move for move in reversed(self.record.moves) if move.by in seats), None)
        if last is None or last.by is None:
            return seats[0]
        if last.by == MASTER and last.act is not None:
            return MASTER
        return seats[(seats.index(last.by) + 1) % len(seats)]

    def turns_of(self, seat: str) -> int:
        """How many of them that seat has made."""
        return sum(move.by == seat for move in self.record.moves)

    def ending(self) -> str | None:
        """The label of the ending that the story has reached, if it has reached one; the first by declaration."""
        ending = self.ensemble.ending(self.world)
        return None if ending is None else ending.label or ending.name.replace("_", " ")

    def view(self, seat: str) -> View:
        """What a seat sees now."""
        has = self._facts(self.world, seat)
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
            if (
                data["kind"] == "number"
                and data["bounds"] is not None
                and value != "?"
                and fluent.partition("(")[0] in self._gauged
                and not self._is_elsewhere(fluent, where, seat)
            ):
                low, high = data["bounds"]
                numbers.append((self._wording.called(fluent), float(value), float(low), float(high)))
        place = None if where in (None, "?") else label(self.problem, str(where))
        return View(place, tuple(here), tuple(numbers), self.ending(), self._clock(), self._busy(seat, has))

    def _is_elsewhere(self, fluent: str, where: str | None, seat: str) -> bool:
        """Whether a number is that of a thing which lies elsewhere than ``where`` the seat's character is."""
        if seat == MASTER or where in (None, "?"):
            return False
        mind = self.kernel.believed(self.world, self._seats[seat])
        for thing in parts(fluent)[1]:
            if not self.problem.is_a(thing, "character") and self._has_place(thing):
                # Where it is need not be a fluent of the task: what never changes is none.
                term = FluentTerm(str(self._where), (Name(thing),))
                place = self.kernel.evaluate(mind, self.kernel.task.expression(term))
                if isinstance(place, tuple) and self.kernel.task.names.entities[place[1]] != where:
                    return True
        return False

    def _has_place(self, thing: str) -> bool:
        """Whether the property of where people are is declared for a thing, too."""
        for each in self.problem.properties:
            if each.name == self._where and len(each.parameters) == 1:
                (of,) = each.parameters
                if of.name == thing if isinstance(of, Name) else self.problem.is_a(thing, of.type):
                    return True
        return False

    def map(self, seat: str) -> Map:
        """The places that a seat knows of, and who is where."""
        if self._where is None:
            return Map((), ())
        ways: set[tuple[str, str]] = set()
        most: dict[str, list[str]] = {}
        before: dict[str, str] = {}
        people: dict[str, list[str]] = {}
        for world in self._worlds:
            now = self._places(world, seat)
            ways.update((was, now[who]) for who, was in before.items() if who in now and now[who] != was)
            people = {}
            for who, where in now.items():
                people.setdefault(where, []).append(who)
            most.update({where: there for where, there in people.items() if len(there) > len(most.get(where, ()))})
            before = now
        places = set(most)
        # Somebody may also be elsewhere than one took them to be.
        ways = {(a, b) for a, b in ways if (a, b) in self.ensemble.passages or (b, a) in self.ensemble.passages}
        here = before.get(seat)
        if seat != MASTER and self.ending() is None and here is not None:
            for act in self._acts_of(seat):
                for start, end in self.ensemble.moves.get(act, {}).get(seat, ()):
                    if start == here:
                        places.add(end)
                        ways.add((here, end))
        listed = sorted(places, key=lambda place: self._order.get(place, -1))
        numbers = {place: number for number, place in enumerate(listed)}
        spots = [
            Spot(
                label(self.problem, place),
                tuple(label(self.problem, who) for who in people.get(place, ()) if who != seat),
                seat in people.get(place, ()),
                tuple(self._you(who, seat) for who in most.get(place, ())),
            )
            for place in listed
        ]
        joined = {(min(numbers[a], numbers[b]), max(numbers[a], numbers[b])) for a, b in ways}
        return Map(tuple(spots), tuple(sorted(joined)))

    def is_reasoned(self, number: int) -> bool:
        """Whether all who did what a move did (by its number, from 0) had a reason for it: readers need none."""
        act = self.record.moves[number].act
        action = None if act is None else self.kernel.task.action_number(act)
        return action is None or self.ensemble.reason(self._worlds[number], action) is not None

    def storyline(self, seat: str) -> Storyline:
        """Who was where with whom so far, as a seat has seen it: those who were where they were, and those whom they
        saw go; a layer for each time that it changed. Of things, those that have changed their place. For the master,
        everybody."""
        known = [self._places(world, seat) for world in self._worlds]
        moments = [self._seen(number, known, seat) for number in range(len(known))]
        people = self.kernel.task.names.characters
        names = [
            who
            for who in sorted({who for moment in moments for who in moment}, key=lambda who: self._order.get(who, -1))
            if who in people or len({moment[who] for moment in moments if who in moment}) > 1
        ]
        layers: list[Layer] = []
        for number, moment in enumerate(moments):
            groups: dict[str, list[int]] = {}
            for person, who in enumerate(names):
                if who in moment:
                    groups.setdefault(moment[who], []).append(person)
            ordered = sorted(groups.items(), key=lambda item: item[1])
            title = "; ".join(
                f"{label(self.problem, where)}: {', '.join(self._you(names[p], seat) for p in members)}"
                for where, members in ordered
            )
            places = tuple(label(self.problem, where) for where, _ in ordered)
            layer = Layer(tuple(tuple(members) for _, members in ordered), float(number), title, places)
            if not layers or layers[-1].title != layer.title:
                layers.append(layer)
        return Storyline(tuple(self._you(who, seat) for who in names), tuple(layers))

    def knows(self, seat: str) -> list[str]:
        """What a seat's character takes to be so, in words: all that is neither unknown nor a plain *no*; a line for
        all that share it."""
        known = [(f, value) for f, value in self._facts(self.world, seat).items() if value not in ("?", "False")]
        return self._wording.listed(sorted(known, key=lambda each: not each[0].startswith(f"{self._where}(")), seat)

    def passages(self, seat: str) -> list[Passage]:
        """The story so far, as the seat's character has perceived it."""
        moves, tellings = self.record.moves, self._tellings(seat)
        known, read = self._read.get(seat, ((), []))
        read = list(read) if moves[: len(known)] == known else []
        for number in range(len(read), len(moves)):
            move, told = moves[number], tellings[number]
            turn, place, before, _ = read[-1] if read else (0, None, None, None)
            if move.by is not None:
                turn, before = turn + 1, None
            passage = None
            if told:
                steps = int(move.act is not None and is_time(move.act))
                place = self._scene_of(number, seat) or place
                time = self.narrated(seat, told[:steps])
                event = self.narrated(seat, told[steps:], None if steps else before)
                before = told[-1]
                text = " ".join([*time, *event])
                passage = Passage(max(turn, 1), text, steps, " ".join(event), told[steps:], number, place)
            read.append((turn, place, before, passage))
        self._read[seat] = moves, read
        return [passage for *_, passage in read if passage is not None]

    def telling_of_time(self, number: int, steps: int) -> Telling:
        """What is told of so many steps of time, of which the first was the move of this number."""
        return telling_of_time(self.kernel, self._worlds[number], steps)

    def tellings(self, seat: str) -> list[str]:
        """What the seat's character has perceived of each move, told by itself; empty where that is nothing."""
        return [" ".join(self.narrated(seat, told)) for told in self._tellings(seat)]

    def tell_in(self, tense: Tense | None = None, *, third_person: bool | None = None) -> None:
        """Tells the story otherwise from now on, with all that it has come to; None: as before."""
        self.record = replace(
            self.record,
            tense=tense or self.record.tense,
            third_person=self.record.third_person if third_person is None else third_person,
        )
        self._read.clear()

    def narrated(self, seat: str, tellings: Iterable[Telling], before: Telling | None = None) -> list[str]:
        """What is told in a row, as a seat reads it: the text of each, after what was told ``before``."""
        return narrate(tellings, self.problem, self._addressed(seat), self.record.tense, before)

    def _addressed(self, seat: str) -> str | None:
        """Who is *you* in what a seat reads."""
        return None if self.record.third_person else seat or None

    def _tellings(self, seat: str) -> list[tuple[Telling, ...]]:
        if seat == MASTER:
            for number, (move, told) in enumerate(zip(self.record.moves, self._told, strict=True)):
                if MASTER not in told:
                    told[MASTER] = () if move.act is None else self._whole(self._worlds[number], move.act)
        return [told[seat] for told in self._told]

    def _scene_of(self, number: int, seat: str) -> str | None:
        """Where a seat's character is after a move; for the master, whoever does it."""
        act = self.record.moves[number].act
        action = None if act is None else self.kernel.task.action_number(act)
        doers = [seat]
        if seat == MASTER:
            consenting = () if action is None else self._actions[action]["consenting"]
            doers = [self.kernel.task.names.characters[c] for c in consenting]
        facts = self._facts(self._worlds[number + 1], seat)
        places = (facts.get(f"{self._where}({doer})", "?") for doer in doers)
        return next((place for place in places if place != "?"), None)

    # -- what can be done

    def choices(self, seat: str) -> list[Choice]:
        """What the seat's character may try: each act that they take to be possible and have a part in, and to wait.
        Whether it works, and whether the others are willing, shows when it is chosen. For the :data:`MASTER`, all
        :meth:`nudges`, and to let the others go on."""
        if self.ending() is not None:
            return []
        if seat == MASTER:
            return [*self.nudges(), Choice(WAIT, "wait", "wait")]
        names = self.kernel.task.names.actions
        here = self._facts(self.world, seat).get(f"{self._where}({seat})")
        offered = self._wording.offers([names[number] for number in self._acts_of(seat)], seat, here)
        return [*offered, Choice(WAIT, "wait", "wait")]

    def nudges(self) -> list[Choice]:
        """What can be made to happen now by :meth:`nudge`: what the others have a reason for, what is the author's
        alone, and the passing of time."""
        if self.ending() is not None:
            return []
        taken = set(self._seats.values())
        names = self.kernel.task.names
        found = [
            names.actions[number]
            for number in self.ensemble.open(self.world)
            if not taken & set(self._actions[number]["consenting"])
            and self.ensemble.reason(self.world, number) is not None
        ]
        nudges = []
        for act in found:
            number = self.kernel.task.action_number(act)
            who = [names.characters[c] for c in self._actions[number or 0]["consenting"]][:1]
            said = self._wording.offer(act, *who) if who else self._wording.offer(act, MASTER)
            nudges.append(
                Choice(
                    act,
                    f"{label(self.problem, who[0])}: {said}" if who else said,
                    label(self.problem, who[0]) if who else act.partition("(")[0].replace("_", " "),
                )
            )
        return nudges

    def nudge(self, choice: str) -> None:
        """Has the others do something, out of turn. Raises :class:`RefusedError` if it is none of :meth:`nudges`."""
        action = self.kernel.task.action_number(choice)
        if action is None or all(choice != offered.id for offered in self.nudges()):
            raise RefusedError("That cannot be made to happen now.")
        self._follow(self._way, action)
        self._do(action, MASTER)
        self._think_ahead()

    def understand(self, seat: str, words: str) -> Choice | Ambiguous | None:
        """The choice that typed words mean: its number from 1, its text, or words that it holds, each as far as it was
        typed; words of what would be told of it, where no choice holds them. If nothing is meant, the names of those
        who are here may be left out of them."""
        choices = self.choices(seat)
        world = self.world if seat == MASTER else self.kernel.believed(self.world, self._seats[seat])
        told = {}
        for choice in choices:
            action = self.kernel.task.action_number(choice.id)
            if action is not None:
                telling = telling_of_act(self.kernel, world, action)
                told[choice.id] = "" if telling is None else telling.text(self.problem)
        here = self._facts(self.world, seat).get(f"{self._where}({seat})")
        meant = understand(words, choices, told, here)
        if meant is None:
            # Said to one, all who are here hear it: that is asked about.
            meant = understand(without_names(words, self.view(seat).here), choices, told, here)
            meant = Ambiguous((meant,)) if isinstance(meant, Choice) else meant
        return meant

    def move(self, seat: str, choice: str) -> None:
        """Does what a reader has chosen, and then what the others do. Raises :class:`RefusedError` if it cannot be done
        after all, or somebody else who would have to consent has no reason to, and be they another reader's character;
        nothing happens then. What the :data:`MASTER` chooses is a :meth:`nudge`; when the master waits, the others go
        on. Time passes once all readers wait."""
        if self.ending() is not None:
            raise RefusedError("The story is over.")
        if seat == MASTER and choice != WAIT:
            self.nudge(choice)
            return
        action = None
        if choice != WAIT:
            action = self.kernel.task.action_number(choice)
            if action is None or all(choice != offered.id for offered in self.choices(seat)):
                raise RefusedError("That cannot be done now.")
            if not self.kernel.possible(self.world, action):
                raise RefusedError("You try, but things are not as you took them to be: it does not work.")
            others = [c for c in self._actions[action]["consenting"] if c != self._seats[seat]]
            unwilling = [c for c in others if not self.ensemble.has_reason(self.world, c, action)]
            if unwilling:
                who = label(self.problem, self.kernel.task.names.characters[unwilling[0]])
                raise RefusedError(f"{who[:1].upper()}{who[1:]} will not.")
        way = self._way
        if way is None and self.record.director:
            way = self.ensemble.way(self.world, wait=self.patient)
        acted = self._acted(seat)
        before = self.world
        self._follow(way, action)
        self._do(action, seat)
        if action is not None and self._way is None and way is not None and way.acts and self.world != before:
            self._way = self.ensemble.mended(way, self.world)
        self._answer(acted, waited=action is None, all_wait=self._all_wait())
        self._think_ahead()

    def consider(self) -> None:
        """Has the others think about what they could do now, so that they need not when it is their turn."""
        if self.ending() is None:
            self._willing(set())

    def undo(self, seat: str | None = None) -> bool:
        """Takes back the last move of a reader, with what the others did since. False if there is none, or it is not
        that of the ``seat``."""
        moves = self.record.moves
        last = max((number for number, move in enumerate(moves) if move.by is not None), default=None)
        if last is None or (seat is not None and moves[last].by != seat):
            return False
        self._go_back_to(last)
        return True

    def branch(self, turn: int, seed: int | None = None) -> Session:
        """Another session that goes on from where readers had made ``turn`` moves (0: from the start), with another
        seed if one is given. Raises :class:`RefusedError` where there have not been so many."""
        if not 0 <= turn <= self.turns:
            raise RefusedError(f"There {'has' if self.turns == 1 else 'have'} been {self.turns} of your moves so far.")
        numbers = [number for number, move in enumerate(self.record.moves) if move.by is not None]
        moves = self.record.moves[: numbers[turn]] if turn < len(numbers) else self.record.moves
        record = replace(self.record, moves=moves, seed=self.record.seed if seed is None else seed)
        return self.reopened(record)

    def reopened(self, record: Record) -> Session:
        """The same with another record."""
        return Session(self.problem, record, ensemble=self.ensemble, patient=self.patient)

    # -- what was behind it

    def why(self, seat: str) -> list[str]:
        """Why the others did what the seat perceived last, in one turn: what its character thinks. The master reads
        what was so, and when the story is over all do, of all that happened."""
        moves = self.record.moves
        found: list[str] = []
        over = self.ending() is not None
        knowing = over or seat == MASTER
        tellings = self.tellings(seat)
        seen = [n for n, move in enumerate(moves) if move.act and move.by not in self._seats and tellings[n]]
        readers = (n for n, move in enumerate(moves) if move.by in self._seats or (move.by == MASTER and not move.act))
        own = (n for n in readers if n <= seen[-1]) if seen else ()
        since = 0 if over else max(own, default=0)
        for number in range(since if seen else len(moves), len(moves)):
            action = None if moves[number].act is None else self.kernel.task.action_number(moves[number].act or "")
            if action is None or moves[number].by in self._seats or not (knowing or tellings[number]):
                continue
            before = self._worlds[number]
            mind = before if knowing else self.kernel.believed(before, self._seats[seat])
            act = self.kernel.task.names.actions[action]
            for character in self._others(action):
                reason = Reasoner(self.kernel, self.limits, nesting=0).reason(mind, character, action)
                who = label(self.problem, self.kernel.task.names.characters[character])
                name = self.kernel.task.names.characters[character]
                here = self.ensemble.facts(before).get(f"{self._where}({name})")
                did = f"{who[:1].upper()}{who[1:]}: {self._wording.offer(act, name, here)}"
                if isinstance(reason, Reason):
                    first, *more = self._said(reason)
                    found += [f"{did}{first}", *(f"  {line}" for line in more)]
                else:
                    found.append(f"{did}. You do not see what for.")
        return found

    def _said(self, reason: Reason) -> list[str]:
        """A reason in words: what the plan goes on to, what it is to bring about, and where its owner is wrong."""
        further = [step.act for step in reason.plan[1:] if not is_time(step.act)]
        if not further:
            lines = ["." if reason.gains else ", for what comes of it."]
        else:
            acts = []
            for act in further:
                owners = self._actions[self.kernel.task.action_number(act) or 0]["consenting"]
                who = next((self.kernel.task.names.characters[c] for c in owners), None)
                said = self._wording.offer(act, who or MASTER)
                acts.append(said if who in (None, reason.character) else f"{label(self.problem, str(who))}: {said}")
            lines = [f", and then: {'; '.join(acts)}."]
        if reason.gains:
            lines.append(f"so that: {'; '.join(map(self._wording.gain, reason.gains))}")
        for mistake in reason.mistakes:
            if mistake.believed == "?":
                lines.append(f"not knowing: {self._wording.fact(mistake.fluent, mistake.actual)}")
            else:
                believed = self._wording.fact(mistake.fluent, mistake.believed)
                really = "" if mistake.actual == "?" else f" (really: {self._truly(mistake.actual)})"
                lines.append(f"wrongly believing: {believed}{really}")
        return lines

    def _truly(self, value: str) -> str:
        return {"True": "yes", "False": "no", "?": "nothing"}.get(value) or label(self.problem, value)

    def ahead(self) -> list[str]:
        """What the director has in mind, for authors: the acts of its way to the best ending that it finds, with those
        that are the readers'; empty if it finds none."""
        way = self._way or self.ensemble.way(self.world) or NOWHERE
        return [self.kernel.task.names.actions[act] for act in way.acts]

    def meanwhile(self, seat: str) -> list[str]:
        """What happened that the seat did not perceive; to be told when the story is over."""
        found: list[str] = []
        if seat == MASTER:
            return found
        for number, move in enumerate(self.record.moves):
            action = None if move.act is None else self.kernel.task.action_number(move.act)
            if action is not None:
                before, after = self._worlds[number : number + 2]
                own = [] if self._sees(seat, before, action) else [self._own(before, action)]
                more = [telling for telling, reached in self._set_off(seat, before, action, after) if not reached]
                found.append(" ".join(self.narrated(seat, [*own, *gathered(more, seat)])))
        return [text for text in found if text]

    def still_possible(self) -> list[tuple[str, tuple[str, ...] | None]]:
        """What can still happen, for authors: each ending with the acts of a way there, those of the readers among
        them; None if none is found."""
        found = []
        way = self._way
        if way is None and self.record.director:
            way = self.ensemble.way(self.world, wait=self.patient)
        led = self.world
        for act in way.acts if way is not None else ():
            led = self.kernel.step(led, act)
        for ending in self.problem.endings:
            if way is not None and way.acts and self.ensemble.ending(led) is ending:
                acts: tuple[int, ...] | None = way.acts  # The director has looked farther.
            else:
                acts = self.ensemble.way_to(self.world, ending)
            names = self.kernel.task.names.actions
            shown = ending.label or ending.name.replace("_", " ")
            found.append((shown, None if acts is None else tuple(names[act] for act in acts)))
        return found

    def might_have_been(self, *, search: bool = True) -> list[tuple[str, int | None]] | None:
        """The endings that were not reached, each with the last act after which it still could have been (0: the
        start), or None if no way to it was found. Without ``search``, None as a whole if that would take a search."""
        reached = self.ensemble.ending(self.world)
        found = []
        for ending in self.problem.endings:
            if ending is reached:
                continue
            # What is out of reach stays so: the last moment from which it was not is found by halving.
            low, high = -1, len(self._worlds) - 1
            while low < high:
                middle = (low + high + 1) // 2
                if not search and not self.ensemble.is_known(self._worlds[middle], ending):
                    return None
                if self.ensemble.way_to(self._worlds[middle], ending) is not None:
                    low = middle
                else:
                    high = middle - 1
            shown = ending.label or ending.name.replace("_", " ")
            found.append((shown, None if low < 0 else low))
        return found

    def turning_points(self, seat: str = MASTER, *, search: bool = True) -> list[tuple[str, str | None]] | None:
        """The endings that might have been, each with what happened when it turned, as a seat reads it; None for one
        that was open to the last. Without ``search``, None as a whole if that would take a search."""
        might = self.might_have_been(search=search)
        if might is None:
            return None
        told = [" ".join(self.narrated(seat, tellings[:1])) for tellings in self._tellings(MASTER)]
        return [
            (ending, (told[moment] or "nobody did anything.") if moment < len(told) else None)
            for ending, moment in might
            if moment is not None
        ]

    def copied(self) -> Session:
        """The story as it is now: what is asked of it stays the same, and may take long, while it goes on."""
        copied = copy(self)
        copied._worlds, copied._told = list(self._worlds), [dict(told) for told in self._told]
        copied._read = dict(self._read)
        return copied

    # -- within

    def _do(self, action: int | None, by: str | None) -> None:
        """Makes a move, and notes what each seat perceives of it."""
        before = self.world
        told: dict[str, tuple[Telling, ...]] = dict.fromkeys(self._seats, ())
        after = before
        if action is not None:
            after = self.kernel.step(before, action)
            told = {seat: self._perceived(seat, before, action, after) for seat in self._seats}
        self._worlds.append(after)
        self._told.append(told)
        act = None if action is None else self.kernel.task.names.actions[action]
        self.record = replace(self.record, moves=(*self.record.moves, Move(act, by)))

    def _perceived(self, seat: str, before: int, action: int, after: int) -> tuple[Telling, ...]:
        """What the seat's character perceives of an act and of what it sets off: acts that they observe or consent to,
        triggers that reach their mind; of others, what they notice without seeing why."""
        own = [self._own(before, action)] if self._sees(seat, before, action) else []
        tellings = [telling for telling, reached in self._set_off(seat, before, action, after) if reached]
        if not own and not tellings:
            was, now = (self._facts(world, seat) for world in (before, after))
            news = [
                self._wording.fact(name, value) for name, value in now.items() if was[name] != value and value != "?"
            ]
            tellings += [Telling.plain(f"You notice: {'; '.join(news)}.")] if news else []
        return (*own, *gathered(tellings, seat))

    def _set_off(self, seat: str, before: int, action: int, after: int) -> Iterator[tuple[Telling, bool]]:
        """What is told of the triggers that an act sets off, each with whether it reaches the mind of the seat's
        character: it changes their mind, fires in it, too, or they know now all that it has changed, as they did not
        before."""
        kernel, character = self.kernel, self._seats[seat]
        firing = kernel.firing(before, action)
        noticed = kernel.noticed(before, action) if firing else set()
        was, now = (self._facts(world, seat) for world in (before, after))
        for trigger, world, then in firing:
            telling = telling_of_trigger(kernel, world, trigger)
            if telling is None:
                continue
            reached = (character, trigger) in noticed
            if not reached:
                reached = kernel.believed(world, character) != kernel.believed(then, character)
            if not reached:
                old, new = (self.ensemble.facts(each) for each in (world, then))
                changed = [name for name, value in new.items() if old[name] != value]
                reached = all(now[name] == new[name] for name in changed) and any(was[n] != now[n] for n in changed)
            yield telling, reached

    def _own(self, world: int, action: int) -> Telling:
        """What is told of an act alone."""
        telling = telling_of_act(self.kernel, world, action)
        if telling is not None and telling.pieces:
            return telling
        return Telling.plain(self._wording.plainly(self.kernel.task.names.actions[action]))

    def _go_back_to(self, number: int) -> None:
        """Takes back the moves from a number on."""
        self.record = replace(self.record, moves=self.record.moves[:number])
        del self._worlds[number + 1 :]
        del self._told[number:]
        self._way = None
        self._think_ahead()

    def _follow(self, way: Way | None, action: int | None) -> None:
        """What is left of a way once an act is done; to wait takes nothing from it."""
        if way is not None and action is not None:
            way = way.after_first() if way.acts and way.acts[0] == action else None
        self._way = way

    def _think_ahead(self) -> None:
        """Keeps what is left of the way that has been gone, or has the director think of one."""
        if self._way is not None and self._way.acts:
            self.ensemble.remember(self.world, self._way)
        else:
            self._way = None
            if self.record.director and self.ending() is None:
                self.ensemble.foresee(self.world)

    def _acted(self, seat: str) -> set[int]:
        """Those of the others who have acted in this round. Each acts once at most in a round, and a round is over when
        one of the readers moves again."""
        moved: set[str] = set()
        acted: set[int] = set()
        for move in self.record.moves:
            if move.by is None or (move.by == MASTER and move.act is not None):
                action = None if move.act is None else self.kernel.task.action_number(move.act)
                acted.update(() if action is None else self._actions[action]["consenting"])
            elif move.by in moved:
                moved, acted = {move.by}, set()
            else:
                moved.add(move.by)
        return set() if seat in moved else acted

    def _all_wait(self) -> bool:
        """Whether each reader has waited last, since time has passed last."""
        latest: dict[str, bool] = {}
        for move in self.record.moves:
            if move.by in self._seats:
                latest[str(move.by)] = move.act is None
            elif move.act is not None and is_time(move.act):
                latest.clear()
        return all(latest.get(seat, False) for seat in self._seats)

    def _answer(self, acted: set[int], *, waited: bool, all_wait: bool) -> None:
        """What the others do after a reader's move: each at most one act in a round. Then time passes, if all wait; not
        while the way that the others have gone on has something else in mind first."""
        led = False
        while self.ending() is None:
            act = self._next(acted, waited and not led)
            if act is None:
                break
            led = led or self._on_way() == act
            acted.update(self._actions[act]["consenting"])
            self._follow(self._way, act)
            self._do(act, None)
        on_way = self._on_way()
        first = led and on_way is not None and not self._actions[on_way].get("natural")
        if waited and all_wait and not first and self.ending() is None:
            for number in self.ensemble.open(self.world):
                if self._actions[number].get("natural"):
                    self._follow(self._way, number)
                    self._do(number, None)
                    break

    def _on_way(self) -> int | None:
        """The next act of the way, if there is one."""
        return self._way.acts[0] if self._way is not None and self._way.acts else None

    def _next(self, acted: set[int], waited: bool) -> int | None:
        """The next act of the others, of those who have not acted yet. ``waited``: a reader who might have gone on with
        the way has not."""
        act = self._on_way()
        if act is not None:
            consenting = set(self._actions[act]["consenting"])
            if self._actions[act].get("natural"):
                return None  # Time is to pass first.
            if not consenting & set(self._seats.values()):
                if consenting & acted:
                    return None
                if self.kernel.possible(self.world, act) and self.ensemble.reason(self.world, act) is not None:
                    return act
                self._way = None
            elif not waited:
                return None  # It is the reader's turn.
        willing = self._willing(acted)
        if not willing:
            return None
        return Random(f"{self.record.seed}:{len(self.record.moves)}").choice(willing)

    def _willing(self, acted: Set[int]) -> list[int]:
        """The acts for which others have a reason, of those who have not acted yet: those that are nearest to them."""
        apart = acted | set(self._seats.values())
        others = []
        for number in self.ensemble.open(self.world):
            action = self._actions[number]
            if action["consenting"] and not action.get("natural") and not apart & set(action["consenting"]):
                others.append(number)
        return self.ensemble.nearest(self.world, others)

    def _acts_of(self, seat: str) -> list[int]:
        """The acts that a seat's character takes to be possible and has a part in."""
        character = self._seats[seat]
        mind = self.kernel.believed(self.world, character)
        return [act for act in self.ensemble.open(mind) if character in self._actions[act]["consenting"]]

    def _others(self, action: int) -> Iterable[int]:
        """Those who would have to consent and are nobody's seat."""
        return [c for c in self._actions[action]["consenting"] if c not in self._seats.values()]

    def _facts(self, world: int, seat: str) -> dict[str, str]:
        """Each fluent by name, with the value that a seat's character takes it to have; for the master, that it has."""
        return self.ensemble.facts(world if seat == MASTER else self.kernel.believed(world, self._seats[seat]))

    def _places(self, world: int, seat: str) -> dict[str, str]:
        """Who is where, as far as a seat knows, of the living."""
        facts = self._facts(world, seat)
        found = {}
        for who in self._order:
            where = facts.get(f"{self._where}({who})", "?")
            if where != "?" and facts.get(f"alive({who})") != "False":
                found[who] = where
        return found

    def _seen(self, number: int, known: Sequence[dict[str, str]], seat: str) -> dict[str, str]:
        """Who is where in a moment, of what a seat takes to be so, as far as it sees them: where its character is, and
        where an act that it saw has just taken them."""
        if seat == MASTER:
            return known[number]
        now = known[number]
        found = {who: where for who, where in now.items() if where == now.get(seat)}
        act = self.record.moves[number - 1].act if number else None
        action = None if act is None else self.kernel.task.action_number(act)
        if action is not None and action in self.ensemble.moves and self._sees(seat, self._worlds[number - 1], action):
            for who, ways in self.ensemble.moves[action].items():
                if who in now and (known[number - 1].get(who), now[who]) in ways:
                    found[who] = now[who]
        return found

    def _sees(self, seat: str, world: int, action: int) -> bool:
        """Whether a seat's character perceives an act as such, in the world before it: they observe it or consent."""
        character, data = self._seats[seat], self._actions[action]
        return character in data["consenting"] or self.kernel.evaluate(world, data["observers"][character]) is True

    def _you(self, who: str, seat: str) -> str:
        """Somebody's name, as a seat reads it."""
        return "you" if who == seat else label(self.problem, who)

    def _clock(self) -> str | None:
        """How much time has passed."""
        if self.problem.time is None:
            return None
        steps = sum(move.act is not None and is_time(move.act) for move in self.record.moves)
        return time_told(steps, self.problem.time)

    def _busy(self, seat: str, facts: dict[str, str]) -> str | None:
        """What a seat is doing that takes time."""
        left = facts.get(f"steps_left({seat})", "?")
        if left == "?" or f"steps_left({seat})" not in self._made:
            return None
        for number in range(len(self.record.moves) - 1, -1, -1):
            act = self.record.moves[number].act
            action = None if act is None else self.kernel.task.action_number(act)
            if act is not None and action is not None and self._seats.get(seat) in self._actions[action]["consenting"]:
                here = self._facts(self._worlds[number], seat).get(f"{self._where}({seat})")
                return f"{self._wording.offer(act, seat, here)}, {time_told(int(float(left)), self.problem.time)} more"
        return None

    def _whole(self, world: int, act: str) -> tuple[Telling, ...]:
        """All that is told of an act and of what it sets off."""
        action = self.kernel.task.action_number(act)
        if action is None:
            return ()
        return (self._own(world, action), *gathered(tellings_of_triggers(self.kernel, world, action)))
