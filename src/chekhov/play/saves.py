"""Where played stories are kept: a database, SQLite unless another one is named.

A session is a row, and each of its moves is one, written and committed before anybody is shown what came of it; so
that whatever ends the program, what was shown is kept. All goes through SQLAlchemy, which speaks to both databases that
are tested, SQLite and PostgreSQL.

Several programs may use one database at a time. A change is one transaction; of two that change the same session, the
one that comes second is told (:class:`GoneOnError`) and changes nothing.

The tables have a version. An older database is brought up to date when it is opened, in one transaction; a newer one
than this program knows is refused.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    create_engine,
    event,
    false,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from chekhov.diagnostics import ChekhovError, Diagnostic
from chekhov.play.session import Move, Record

_TABLES = MetaData()
_SESSIONS = Table(
    "sessions",
    _TABLES,
    Column("number", Integer, primary_key=True),  # in the order of their beginnings
    Column("id", String(32), unique=True, nullable=False),
    Column("world", String, nullable=False),
    Column("seats", String, nullable=False),  # a JSON list
    Column("seed", Integer, nullable=False),
    Column("director", Boolean, nullable=False),
    Column("version", Integer, nullable=False),  # of the record
    Column("name", String),  # as its reader calls it
    Column("tense", String, nullable=False, server_default="present"),
    Column("third_person", Boolean, nullable=False, server_default=false()),
)
_MOVES = Table(
    "moves",
    _TABLES,
    Column("session", ForeignKey("sessions.number"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("act", String),
    Column("seat", String),
)
_LINKS = Table(
    "links",
    _TABLES,
    Column("id", String(32), primary_key=True),
    Column("session", ForeignKey("sessions.number"), nullable=False, index=True),
    Column("role", String, nullable=False),
)
_SCHEMA = Table("schema", _TABLES, Column("version", Integer, nullable=False))


def _add_names(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE sessions ADD COLUMN name VARCHAR"))


def _add_links(connection: Connection) -> None:
    _LINKS.create(connection)


def _add_telling(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE sessions ADD COLUMN tense VARCHAR DEFAULT 'present' NOT NULL"))
    connection.execute(text("ALTER TABLE sessions ADD COLUMN third_person BOOLEAN DEFAULT false NOT NULL"))


_MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_add_names, _add_links, _add_telling)
"""What makes the tables of version n+2 of those of version n+1; the tables of the first had no version in them."""
SCHEMA = len(_MIGRATIONS) + 1
"""The version of the tables that this program reads and writes."""
_LOCK = 1128811350
"""What PostgreSQL is asked to lock while tables are made: any number that others are unlikely to take."""
_PATIENCE = 30
"""Seconds for which a program waits while another one writes."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved session: its unguessable name ``token``, the ``name`` that its reader gave it (None: none), the path of
    its ``world``, its ``seats``, and how many ``moves`` it has, the others' among them."""

    token: str
    name: str | None
    world: str
    seats: tuple[str, ...]
    moves: int


class GoneOnError(Exception):
    """Somebody else has gone on with a session meanwhile; nothing was changed."""


def usual_url() -> str:
    """The database of the user: ``chekhov/saves.sqlite`` among their data (``XDG_DATA_HOME``)."""
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return f"sqlite:///{home / 'chekhov' / 'saves.sqlite'}"


class Saves:
    """Sessions in a database. All methods raise :class:`~chekhov.diagnostics.ChekhovError` E0617 where it cannot be
    opened, read or written; what was saved before stays whole."""

    def __init__(self, url: str | None = None) -> None:
        url = url or usual_url()
        self._url = url
        with self._told():
            self._engine = create_engine(url, **_options(url))
            self._lite = self._engine.dialect.name == "sqlite"
            # Of threads that write to SQLite at once, all but one would look again and again whether it is their turn.
            self._turn: AbstractContextManager[Any] = Lock() if self._lite else nullcontext()
            if self._lite:
                if self._engine.url.database not in (None, "", ":memory:"):
                    Path(str(self._engine.url.database)).parent.mkdir(parents=True, exist_ok=True)
                event.listen(self._engine, "connect", _carefully)
            try:
                self._bring_up_to_date()
            except BaseException:
                self._engine.dispose()
                raise

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()

    def create(self, world: str, record: Record, name: str | None = None) -> str:
        """Saves a session of a world, named by the path of its file; returns the unguessable name of the session.
        ``name`` is what its reader calls it; an earlier one of that name and world is no longer called so."""
        token = secrets.token_urlsafe(9)
        with self._writing() as connection:
            if name is not None:
                same = (_SESSIONS.c.name == name) & (_SESSIONS.c.world == world)
                connection.execute(_SESSIONS.update().where(same).values(name=None))
            made = connection.execute(
                _SESSIONS.insert().values(
                    id=token,
                    world=world,
                    seats=json.dumps(record.seats),
                    seed=record.seed,
                    director=record.director,
                    version=record.version,
                    name=name,
                    tense=record.tense,
                    third_person=record.third_person,
                )
            )
            assert made.inserted_primary_key is not None
            self._add(connection, made.inserted_primary_key[0], 0, record.moves)
        return token

    def save(self, token: str, record: Record, was: Record | None = None) -> None:
        """Brings a session up to date. Of its moves, those that it has in common with what is saved stay, others go.
        Raises :class:`GoneOnError` if what is saved is no longer what it ``was``."""
        with self._writing() as connection:
            row = self._row(connection, token, alone=True)
            session = row.number
            saved = self._moves(connection, session)
            if was is not None and saved != was.moves:
                raise GoneOnError
            same = 0
            while same < min(len(saved), len(record.moves)) and saved[same] == record.moves[same]:
                same += 1
            connection.execute(_MOVES.delete().where(_MOVES.c.session == session, _MOVES.c.number >= same))
            self._add(connection, session, same, record.moves[same:])
            if (row.tense, row.third_person) != (record.tense, record.third_person):
                told = {"tense": record.tense, "third_person": record.third_person}
                connection.execute(_SESSIONS.update().where(_SESSIONS.c.number == session).values(told))

    def load(self, token: str) -> tuple[str, Record]:
        """The path of a session's world, and its record. Raises E0618 if there is no such session."""
        with self._reading() as connection:
            row = self._row(connection, token)
            moves = self._moves(connection, row.number)
        seats = tuple(json.loads(row.seats))
        return row.world, Record(seats, row.seed, row.director, moves, row.version, row.tense, row.third_person)

    def moves(self, token: str) -> int:
        """How many moves a session has, the others' among them; 0 if there is no such session."""
        wanted = select(func.count(_MOVES.c.number)).join(_SESSIONS).where(_SESSIONS.c.id == token)
        with self._reading() as connection:
            return int(connection.execute(wanted).scalar_one())

    def latest(self, most: int) -> list[tuple[str, str]]:
        """So many sessions, the one begun last first, each with the path of its world."""
        wanted = select(_SESSIONS.c.id, _SESSIONS.c.world).order_by(_SESSIONS.c.number.desc()).limit(most)
        with self._reading() as connection:
            return [(str(row.id), str(row.world)) for row in connection.execute(wanted)]

    def last(self) -> str | None:
        """The session that was begun last."""
        with self._reading() as connection:
            found = connection.execute(_SESSIONS.select().order_by(_SESSIONS.c.number.desc()).limit(1)).first()
        return None if found is None else str(found.id)

    def named(self, name: str, world: str | None = None) -> str | None:
        """The session that is called so, of a world if one is given; of several the one begun last."""
        wanted = _SESSIONS.c.name == name
        if world is not None:
            wanted = wanted & (_SESSIONS.c.world == world)
        with self._reading() as connection:
            found = connection.execute(_SESSIONS.select().where(wanted).order_by(_SESSIONS.c.number.desc())).first()
        return None if found is None else str(found.id)

    def stories(self, world: str) -> list[Saved]:
        """The sessions of a world, in the order of their beginnings."""
        counted = (
            select(_SESSIONS, func.count(_MOVES.c.number).label("moves"))
            .outerjoin(_MOVES)
            .where(_SESSIONS.c.world == world)
            .group_by(_SESSIONS.c.number)
            .order_by(_SESSIONS.c.number)
        )
        with self._reading() as connection:
            rows = connection.execute(counted).all()
        return [Saved(row.id, row.name, row.world, tuple(json.loads(row.seats)), row.moves) for row in rows]

    # -- links

    def invite(self, token: str, roles: Iterable[str]) -> dict[str, str]:
        """New unguessable links into a session, one for each role, which is a seat or whatever else they are for."""
        made = {role: secrets.token_urlsafe(16) for role in roles}
        with self._writing() as connection:
            session = self._row(connection, token).number
            rows = [{"id": link, "session": session, "role": role} for role, link in made.items()]
            connection.execute(_LINKS.insert(), rows)
        return made

    def invited(self, link: str) -> tuple[str, str] | None:
        """The session into which a link leads, and its role; None if there is no such link."""
        wanted = select(_SESSIONS.c.id, _LINKS.c.role).join(_LINKS).where(_LINKS.c.id == link)
        with self._reading() as connection:
            found = connection.execute(wanted).first()
        return None if found is None else (str(found.id), str(found.role))

    def links(self, token: str) -> dict[str, str]:
        """The links into a session by their roles."""
        wanted = select(_LINKS).join(_SESSIONS).where(_SESSIONS.c.id == token)
        with self._reading() as connection:
            return {str(row.role): str(row.id) for row in connection.execute(wanted)}

    # -- within

    def _bring_up_to_date(self) -> None:
        """Makes the tables, or makes those of this version of older ones. Who comes meanwhile waits."""
        with self._reading() as connection:
            if self._version(connection) == SCHEMA:
                return
        with self._writing() as connection:
            if not self._lite:
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            version = self._version(connection)
            if version == 0:
                _TABLES.create_all(connection)
                connection.execute(_SCHEMA.insert().values(version=SCHEMA))
            elif version > SCHEMA:
                raise OSError(f"its tables are of version {version}, and this program knows {SCHEMA}")
            else:
                for migrate in _MIGRATIONS[version - 1 :]:
                    migrate(connection)
                _SCHEMA.create(connection, checkfirst=True)
                connection.execute(_SCHEMA.delete())
                connection.execute(_SCHEMA.insert().values(version=SCHEMA))

    def _version(self, connection: Connection) -> int:
        """The version of the tables; 0 where there are none."""
        tables = inspect(connection).get_table_names()
        if _SCHEMA.name in tables:
            return int(connection.execute(select(_SCHEMA.c.version)).scalar_one())
        return 1 if _SESSIONS.name in tables else 0

    def _row(self, connection: Connection, token: str, *, alone: bool = False) -> Row[Any]:
        wanted = _SESSIONS.select().where(_SESSIONS.c.id == token)
        found = connection.execute(wanted.with_for_update() if alone else wanted).first()
        if found is None:
            raise ChekhovError([Diagnostic("E0618", f"there is no saved story `{token}`")])
        return found

    def _moves(self, connection: Connection, session: int) -> tuple[Move, ...]:
        rows = connection.execute(_MOVES.select().where(_MOVES.c.session == session).order_by(_MOVES.c.number))
        return tuple(Move(row.act, row.seat) for row in rows)

    def _add(self, connection: Connection, session: int, first: int, moves: tuple[Move, ...]) -> None:
        rows = [
            {"session": session, "number": number, "act": move.act, "seat": move.by}
            for number, move in enumerate(moves, first)
        ]
        if rows:
            connection.execute(_MOVES.insert(), rows)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._told(), self._turn, self._engine.begin() as connection:
            if self._lite:
                # A transaction that begins as a reader's cannot become a writer's once somebody else has written.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._told(), self._engine.connect() as connection:
            if self._lite:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError, ImportError) as error:
            cause = getattr(error, "orig", None) or error
            help = "what was saved before is kept; --saves names another database"
            raise ChekhovError([Diagnostic("E0617", f"the story cannot be saved: {cause}", help=help)]) from error


def _options(url: str) -> dict[str, Any]:
    """How a database is opened. SQLite's driver is kept from beginning transactions of its own accord; elsewhere, a
    connection that the database has closed meanwhile is made anew."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": _PATIENCE, "isolation_level": None}}
    return {"pool_pre_ping": True}


def _carefully(connection: Any, _: object) -> None:
    """What a connection to SQLite is told first: nothing counts as written before it is on the disk."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
