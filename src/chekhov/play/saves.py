"""Where played stories are kept: a database, SQLite unless another one is named.

A session is a row, and each of its moves is one, written and committed before anybody is shown what came of it; so
that whatever ends the program, what was shown is kept. All goes through SQLAlchemy, which speaks to both databases that
are tested, SQLite and PostgreSQL.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Integer, MetaData, String, Table, create_engine, event
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
    Column("version", Integer, nullable=False),
)
_MOVES = Table(
    "moves",
    _TABLES,
    Column("session", ForeignKey("sessions.number"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("act", String),
    Column("seat", String),
)


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
            self._engine = create_engine(url)
            if self._engine.dialect.name == "sqlite":
                if self._engine.url.database not in (None, "", ":memory:"):
                    Path(str(self._engine.url.database)).parent.mkdir(parents=True, exist_ok=True)

                @event.listens_for(self._engine, "connect")
                def _carefully(connection: object, _: object) -> None:
                    cursor = connection.cursor()  # type: ignore[attr-defined]
                    cursor.execute("PRAGMA journal_mode=WAL")
                    cursor.execute("PRAGMA synchronous=FULL")
                    cursor.execute("PRAGMA foreign_keys=ON")

            _TABLES.create_all(self._engine)

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()

    def create(self, world: str, record: Record) -> str:
        """Saves a session of a world, named by the path of its file; returns the unguessable name of the session."""
        token = secrets.token_urlsafe(9)
        with self._writing() as connection:
            made = connection.execute(
                _SESSIONS.insert().values(
                    id=token,
                    world=world,
                    seats=json.dumps(record.seats),
                    seed=record.seed,
                    director=record.director,
                    version=record.version,
                )
            )
            assert made.inserted_primary_key is not None
            self._add(connection, made.inserted_primary_key[0], 0, record.moves)
        return token

    def save(self, token: str, record: Record) -> None:
        """Brings the moves of a session up to date: those that it has in common with what is saved stay, others go."""
        with self._writing() as connection:
            session = self._number(connection, token)
            saved = self._moves(connection, session)
            same = 0
            while same < min(len(saved), len(record.moves)) and saved[same] == record.moves[same]:
                same += 1
            connection.execute(_MOVES.delete().where(_MOVES.c.session == session, _MOVES.c.number >= same))
            self._add(connection, session, same, record.moves[same:])

    def load(self, token: str) -> tuple[str, Record]:
        """The path of a session's world, and its record. Raises E0618 if there is no such session."""
        with self._writing() as connection:
            session = self._number(connection, token)
            row = connection.execute(_SESSIONS.select().where(_SESSIONS.c.number == session)).one()
            moves = self._moves(connection, session)
        return row.world, Record(tuple(json.loads(row.seats)), row.seed, row.director, moves, row.version)

    def last(self) -> str | None:
        """The session that was begun last."""
        with self._writing() as connection:
            found = connection.execute(_SESSIONS.select().order_by(_SESSIONS.c.number.desc()).limit(1)).first()
        return None if found is None else str(found.id)

    # -- within

    def _number(self, connection: Connection, token: str) -> int:
        found = connection.execute(_SESSIONS.select().where(_SESSIONS.c.id == token)).first()
        if found is None:
            raise ChekhovError([Diagnostic("E0618", f"there is no saved story `{token}`")])
        return int(found.number)

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
        with self._told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError, ImportError) as error:
            cause = getattr(error, "orig", None) or error
            help = "what was saved before is kept; --saves names another database"
            raise ChekhovError([Diagnostic("E0617", f"the story cannot be saved: {cause}", help=help)]) from error
