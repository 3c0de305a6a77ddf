"""The worlds of a folder, and the stories that are played of them, as one server holds them.

Everything here may take its time and is called from threads. Stories live in the saves; those in memory are only a
cache, so that a server can be killed at any time. All stories of a world share one :class:`Ensemble`.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from chekhov import lang
from chekhov.diagnostics import ChekhovError
from chekhov.model import Problem
from chekhov.play.ensemble import Ensemble
from chekhov.play.saves import GoneOnError, Saves
from chekhov.play.session import MASTER, WAIT, RefusedError, Session
from chekhov.play.wording import Ambiguous, Choice
from chekhov.telling import Tense, kept, label, untensed

HOST = "*"
"""The role, besides the seats and the :data:`MASTER`, of who began a story with others, and hands out its links."""

_KEPT = 1000
"""How many stories are kept in memory."""
_OPENING = 2.0
"""Seconds for which stories are opened before anybody comes."""
_REMEMBERED = 60_000
"""How much an ensemble may have in mind before a new one takes its place: some hundreds of megabytes."""
_LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class World:
    """A world on the shelf: the name of its file, its title, the people that a reader may be, with their labels, and
    whether it can be told in the past."""

    file: str
    title: str
    author: str | None
    people: tuple[tuple[str, str], ...]
    tensed: bool


@dataclass
class Story:
    """A story in memory. Whoever works with its session holds its lock."""

    token: str
    world: str
    session: Session
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def at(self) -> int:
        """How many moves have been made, those of the others among them."""
        return len(self.session.record.moves)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a move that was sent. ``refused`` says why nothing did, ``meant`` what the words may mean, and
    ``stale`` that the story had gone on otherwise."""

    refused: str = ""
    meant: tuple[Choice, ...] = ()
    stale: bool = False


class Stories:
    """The worlds of a folder, and the stories played of them."""

    def __init__(self, folder: Path, saves: Saves) -> None:
        self._folder = folder.resolve()
        self._saves = saves
        self._stories: OrderedDict[str, Story] = OrderedDict()
        self._roles: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._worlds: dict[str, tuple[float, Problem]] = {}
        self._ensembles: dict[str, Ensemble] = {}
        self._closed = False

    # -- worlds

    def worlds(self) -> list[World]:
        """Those that can be played, by the names of their files."""
        found = [self.world(path.name) for path in sorted(self._folder.glob("*.story"))]
        return [world for world in found if world is not None]

    def world(self, file: str) -> World | None:
        """A world of the folder; None if there is none, it has errors, or nobody in it can be played."""
        problem = self._problem(file)
        people = () if problem is None else people_of(problem)
        if problem is None or not people:
            return None
        return World(file, problem.title or file, problem.author, people, is_tensed(problem))

    def open_begun(self) -> None:
        """Opens the worlds of the stories that readers may come back to, and the stories begun last, as many as there
        is time for: all that the others may do in them would else be thought about when all come back at once."""
        latest = self._saves.latest(_KEPT)
        begun = {file for _, file in latest}
        served = [world.file for world in self.worlds() if world.file in begun]
        self._open(served)
        until = time.monotonic() + _OPENING
        for token, file in latest:
            if self._closed or time.monotonic() > until:
                break
            story = self.find(token) if file in served else None
            if story is not None:
                story.session.consider()

    def prepare(self) -> None:
        """Opens all worlds, and has the director think of their beginnings; until it is closed."""
        for ensemble in self._open(world.file for world in self.worlds()):
            if not self._closed:
                ensemble.foresee(ensemble.kernel.initial())

    def _open(self, files: Iterable[str]) -> list[Ensemble]:
        """The others of worlds, but for those that cannot be opened."""
        found = []
        for file in files:
            if self._closed:
                break
            with suppress(ChekhovError):
                found.append(self._ensemble(file))
        return [ensemble for ensemble in found if ensemble is not None]

    def close(self) -> None:
        """Ends what goes on in the background."""
        self._closed = True
        for ensemble in list(self._ensembles.values()):
            ensemble.close()

    def _problem(self, file: str) -> Problem | None:
        """What a file of the folder says; None if there is none without errors. Read anew when it was edited."""
        path = self._folder / file
        if Path(file).name != file or not file.endswith(".story") or not path.is_file():
            return None
        changed = path.stat().st_mtime
        known = self._worlds.get(file)
        if known is None or known[0] != changed:
            problem = lang.read(path).problem
            if problem is None:
                return None
            with self._lock:
                known = self._worlds[file] = changed, problem
                self._ensembles.pop(file, None)
        return known[1]

    def _ensemble(self, file: str) -> Ensemble | None:
        """The others of a world, shared by all of its stories."""
        problem = self._problem(file)
        if problem is None:
            return None
        with self._opening:
            known = self._ensembles.get(file)
            # It is of another world if the file was edited while it was opened.
            if known is None or known.problem is not problem or known.remembered > _REMEMBERED:
                if known is not None:
                    known.close()
                    self._forget_world(file)
                known = self._ensembles[file] = Ensemble(problem)
            return known

    # -- stories

    def begin(
        self,
        file: str,
        seats: Sequence[str],
        *,
        shared: bool = False,
        director: bool = True,
        seed: int = 0,
        given: Mapping[str, str] | None = None,
    ) -> dict[str, str] | None:
        """A new story: its links by their roles; None if there is no such world or person. If it is not ``shared``, the
        one reader has the only link, or else, without seats, the game master. A form that was ``given`` may say in what
        it is told."""
        world, ensemble = self.world(file), self._ensemble(file)
        if world is None or ensemble is None or not set(seats) <= dict(world.people).keys():
            return None
        session = Session.begin(
            ensemble.problem, seats=seats, seed=seed, director=director, ensemble=ensemble, patient=False
        )
        _tell_in(session, given or {})
        token = self._saves.create(file, session.record)
        self._keep(Story(token, file, session))
        return self._saves.invite(token, [*seats, MASTER, HOST] if shared else seats or [MASTER])

    def known_role(self, link: str) -> tuple[str, str] | None:
        """What :meth:`role` says, as far as it needs no database."""
        with self._lock:
            return self._roles.get(link)

    def role(self, link: str) -> tuple[str, str] | None:
        """The story that a link leads to, and the role that it gives."""
        known = self.known_role(link)
        if known is None:
            known = self._saves.invited(link)
            if known is not None:
                with self._lock:
                    self._roles[link] = known
                    while len(self._roles) > 4 * _KEPT:
                        self._roles.popitem(last=False)
        return known

    def links(self, token: str) -> dict[str, str]:
        """The links of a story by their roles."""
        return self._saves.links(token)

    def find(self, token: str) -> Story | None:
        """A story; from the saves if it is not in memory. None if its world is no longer there."""
        with self._lock:
            if token in self._stories:
                self._stories.move_to_end(token)
                return self._stories[token]
        try:
            file, record = self._saves.load(token)
        except ChekhovError as error:
            if error.diagnostics[0].code == "E0618":
                return None
            raise
        ensemble = self._ensemble(file)
        if ensemble is None:
            return None
        session = Session(ensemble.problem, record, ensemble=ensemble, patient=False)
        return self._keep(Story(token, file, session))

    def at(self, token: str) -> int:
        """How many moves a story has. It need not be opened for that: when a server is back, all pages ask at once."""
        with self._lock:
            known = self._stories.get(token)
        return self._saves.moves(token) if known is None else known.at

    def turn(self, session: Session, role: str) -> int:
        """What a move of a role is bound to, so that one that is sent twice is made once: how many they have made
        before. Others' moves do not count, so that nobody gets into another's way."""
        return session.turns_of(role)

    def may_undo(self, session: Session, role: str) -> bool:
        """Whether the last move that a reader has made can be taken back by a role."""
        made = [move.by for move in session.record.moves if move.by is not None]
        return bool(made) and role in (MASTER, made[-1])

    def move(self, story: Story, role: str, given: Mapping[str, str]) -> Answer:
        """Does what a form says, if it has not been done yet, and saves it. The story's lock is held."""
        session = story.session
        before = session.record
        late = given.get("turn") != str(self.turn(session, role))
        if late or (_is_of_what_was_seen(role, given) and given.get("at", str(story.at)) != str(story.at)):
            return Answer(stale=not self._is_done(story, role, given))
        try:
            if "undo" in given:
                if not session.undo(None if role == MASTER else role):
                    raise RefusedError("Somebody else has gone on since, so it cannot be taken back.")
            elif "tense" in given or "person" in given:
                _tell_in(session, given)
            else:
                choice = given.get("choice", "")
                if not choice:
                    meant = session.understand(role, given.get("words", "")[:_LONGEST_WORDS])
                    if isinstance(meant, Ambiguous):
                        return Answer("Which of these do you mean?", meant.choices)
                    if meant is None:
                        raise RefusedError("That is nothing that you can do now.")
                    choice = meant.id
                session.move(role, choice)
            self._saves.save(story.token, session.record, before)
        except RefusedError as error:
            return Answer(str(error))
        except GoneOnError:
            self._forget(story.token)  # In a terminal, say: what is saved is what is so.
            return Answer(stale=True)
        except ChekhovError:
            self._forget(story.token)
            raise
        return Answer()

    def _is_done(self, story: Story, role: str, given: Mapping[str, str]) -> bool:
        """Whether a form that comes late asks for what has just been done."""
        if "undo" in given:
            return _number(given.get("at", "")) > story.at
        made = [move.act or WAIT for move in story.session.record.moves if move.by == role]
        last = bool(made) and ("words" in given or given.get("choice") == made[-1])
        return last and _number(given.get("turn", "")) == len(made) - 1

    def _keep(self, story: Story) -> Story:
        with self._lock:
            story = self._stories.setdefault(story.token, story)
            self._stories.move_to_end(story.token)
            while len(self._stories) > _KEPT:
                self._stories.popitem(last=False)
            return story

    def _forget(self, token: str) -> None:
        """Lets the saves say what is so, after something went wrong between them and memory."""
        with self._lock:
            self._stories.pop(token, None)

    def _forget_world(self, file: str) -> None:
        with self._lock:
            for token in [token for token, story in self._stories.items() if story.world == file]:
                del self._stories[token]


def _tell_in(session: Session, given: Mapping[str, str]) -> None:
    """Has a story told as a form says."""
    person = given.get("person")
    past = given.get("tense") == "past" and is_tensed(session.problem)
    tense: Tense = "past" if past else "present"
    session.tell_in(tense if "tense" in given else None, third_person=None if person is None else person == "third")


@kept
def is_tensed(problem: Problem) -> bool:
    """Whether a world can be told in the past."""
    return not untensed(problem)


def _is_of_what_was_seen(role: str, given: Mapping[str, str]) -> bool:
    """Whether a form means something else once anybody has gone on: a number out of a list, or the taking back of a
    move that need not be one's own."""
    return _number(given.get("words", "").strip()) >= 0 or (role == MASTER and "undo" in given)


def _number(text: str) -> int:
    """A number as a form says it; -1 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def people_of(problem: Problem) -> tuple[tuple[str, str], ...]:
    """The characters that a reader may be, with their labels: those that the world calls playable, or else all."""
    people = [entity.name for entity in problem.entities if entity.playable]
    people = people or [entity.name for entity in problem.entities if problem.is_a(entity.name, "character")]
    return tuple((name, label(problem, name)) for name in people)
