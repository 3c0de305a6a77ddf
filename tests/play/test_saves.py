"""Saves: whatever ends the program, what was shown is kept."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from chekhov.diagnostics import ChekhovError
from chekhov.play import Move, Record
from chekhov.play.saves import SCHEMA, GoneOnError, Saved, Saves
from play.postgresql import database

RECORD = Record(("Ann",), 7, False, (Move("go(Ann, Attic)", "Ann"), Move(None, "Ann"), Move("hide_key(Bob)")))


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server that is started for these tests."""
    with database() as made:
        yield made.url


@pytest.fixture(params=["sqlite", "postgresql"])
def saves(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Saves]:
    if request.param == "sqlite":
        made = Saves(f"sqlite:///{tmp_path / 'folder' / 'saves.sqlite'}")
    else:
        made = Saves(request.getfixturevalue("postgresql"))
    yield made
    made.close()


def test_what_is_saved_is_loaded(saves: Saves) -> None:
    token = saves.create("/worlds/house.story", RECORD)
    assert saves.load(token) == ("/worlds/house.story", RECORD)
    assert saves.last() == token
    other = saves.create("/worlds/house.story", Record(("Bob",)))
    assert other != token
    assert [saves.moves(each) for each in (token, other, "nope")] == [3, 0, 0]
    assert saves.last() == other
    yard = (saves.create("/worlds/yard.story", RECORD), "/worlds/yard.story")
    assert saves.latest(1) == [yard]
    assert saves.latest(3) == [yard, (other, "/worlds/house.story"), (token, "/worlds/house.story")]
    assert saves.load(token)[1] == RECORD


def test_moves_are_added_and_taken_back(saves: Saves) -> None:
    token = saves.create("house.story", Record(("Ann",), 7, False))
    for moves in (
        RECORD.moves[:1],
        RECORD.moves,
        RECORD.moves[:2],
        (),
        (*RECORD.moves[:1], Move("turn_key(Ann)", "Ann")),
    ):
        record = Record(("Ann",), 7, False, moves)
        saves.save(token, record)
        assert saves.load(token)[1] == record


def test_what_a_story_is_told_in_is_kept(saves: Saves) -> None:
    told = replace(RECORD, tense="past", third_person=True)
    token = saves.create("house.story", told)
    assert saves.load(token)[1] == told
    saves.save(token, RECORD, was=told)
    assert saves.load(token)[1] == RECORD
    saves.save(token, told, was=RECORD)
    assert saves.load(token)[1] == told


def test_links_lead_into_a_story(saves: Saves) -> None:
    token = saves.create("house.story", RECORD)
    made = saves.invite(token, ["Ann", "", "*"])
    other = saves.invite(saves.create("house.story", RECORD), ["Ann"])
    assert len({*made.values(), *other.values()}) == 4
    assert all(len(link) >= 20 for link in made.values())
    assert {saves.invited(link) for link in made.values()} == {(token, "Ann"), (token, ""), (token, "*")}
    assert saves.links(token) == made
    assert saves.invited("nope") is None
    assert saves.links("nope") == {}
    with pytest.raises(ChekhovError, match="nope"):
        saves.invite("nope", ["Ann"])


def test_a_name_is_of_one_story_of_a_world(saves: Saves) -> None:
    first = saves.create("named.story", RECORD, "the door")
    elsewhere = saves.create("other.story", RECORD, "the door")
    second = saves.create("named.story", Record(("Bob", "")), "the door")
    assert saves.named("the door", "named.story") == second
    assert saves.named("the door", "other.story") == elsewhere
    assert saves.named("the door") == second
    assert saves.named("nothing") is None
    assert saves.stories("named.story") == [
        Saved(first, None, "named.story", ("Ann",), 3),
        Saved(second, "the door", "named.story", ("Bob", ""), 0),
    ]
    assert saves.load(second)[1].seats == ("Bob", "")


def test_the_master_is_nobody_and_the_others_are_not_the_master(saves: Saves) -> None:
    record = Record(("",), moves=(Move(None, ""), Move("hide_key(Bob)", None), Move("hide_key(Bob)", "")))
    assert saves.load(saves.create("house.story", record))[1] == record


def test_of_two_who_go_on_with_a_story_the_second_is_told(saves: Saves) -> None:
    token = saves.create("house.story", Record(("Ann",)))
    mine, yours = Record(("Ann",), moves=RECORD.moves[:1]), Record(("Ann",), moves=RECORD.moves[1:])
    saves.save(token, mine, was=Record(("Ann",)))
    with pytest.raises(GoneOnError):
        saves.save(token, yours, was=Record(("Ann",)))
    assert saves.load(token)[1].moves == mine.moves
    saves.save(token, yours, was=mine)
    assert saves.load(token)[1].moves == yours.moves


OLD = """
CREATE TABLE sessions (number INTEGER NOT NULL, id VARCHAR(32) NOT NULL, world VARCHAR NOT NULL, seats VARCHAR NOT NULL,
    seed INTEGER NOT NULL, director BOOLEAN NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (number), UNIQUE (id));
CREATE TABLE moves (session INTEGER NOT NULL, number INTEGER NOT NULL, act VARCHAR, seat VARCHAR,
    PRIMARY KEY (session, number), FOREIGN KEY(session) REFERENCES sessions (number));
INSERT INTO sessions VALUES (1, 'old', 'house.story', '["Ann"]', 7, false, 1);
INSERT INTO moves VALUES (1, 0, 'go(Ann, Attic)', 'Ann'), (1, 1, NULL, 'Ann'), (1, 2, 'hide_key(Bob)', NULL);
"""


def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.executescript(OLD)
    _is_up_to_date(f"sqlite:///{path}")


def test_a_postgresql_database_of_the_first_version_is_brought_up_to_date(postgresql: str) -> None:
    url = postgresql.replace("/postgres?", "/old?")
    engine = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE old"))
    engine.dispose()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(OLD.replace("number INTEGER NOT NULL, id", "number SERIAL NOT NULL, id"))
        connection.exec_driver_sql("SELECT setval('sessions_number_seq', 1)")
    engine.dispose()
    _is_up_to_date(url)


def _is_up_to_date(url: str) -> None:
    for _ in range(2):
        saves = Saves(url)
        assert saves.load("old") == ("house.story", RECORD)
        assert saves.named("new") in (None, saves.last())
        assert saves.invited(saves.invite("old", ["Ann"])["Ann"]) == ("old", "Ann")
        saves.create("house.story", RECORD, "new")
        saves.close()
    engine = create_engine(url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version FROM schema")).scalar_one() == SCHEMA
        connection.execute(text("UPDATE schema SET version = 99"))
    with pytest.raises(ChekhovError, match="version 99"):
        Saves(url)
    engine.dispose()


ADDER = """
import sys
from chekhov.play import Move, Record
from chekhov.play.saves import Saves
saves = Saves(sys.argv[1])
for story in range(15):
    token = saves.create("house.story", Record(("Ann",)))
    moves = ()
    for number in range(10):
        moves = (*moves, Move(f"act({number})", "Ann"))
        saves.save(token, Record(("Ann",), moves=moves))
saves.close()
"""


def test_several_programs_write_to_one_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'saves.sqlite'}"
    adders = [subprocess.Popen([sys.executable, "-c", ADDER, url], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for adder in adders:
        assert (adder.communicate()[1], adder.returncode) == ("", 0)
    saves = Saves(url)
    assert [each.moves for each in saves.stories("house.story")] == [10] * 45
    saves.close()


def test_there_is_no_such_story(saves: Saves) -> None:
    for ask in (lambda: saves.load("nope"), lambda: saves.save("nope", RECORD)):
        with pytest.raises(ChekhovError, match="nope"):
            ask()


@pytest.mark.parametrize(
    "url", ["nonsense", "sqlite:////proc/nowhere/saves.sqlite", "oracle://x", "sqlite:////dev/null"]
)
def test_a_database_that_cannot_be_opened(url: str) -> None:
    with pytest.raises(ChekhovError, match="cannot be saved"):
        Saves(url)


@pytest.mark.skipif(not Path("/dev/shm").is_dir() or os.getuid() != 0, reason="needs to mount a small disk")
def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("may not mount a small disk")
    try:
        saves = Saves(f"sqlite:///{disk / 'saves.sqlite'}")
        token = saves.create("house.story", RECORD)
        moves: tuple[Move, ...] = RECORD.moves
        said = ""
        while not said:
            longer = (*moves, *[Move("x" * 1000)] * 20)
            try:
                saves.save(token, Record(("Ann",), 7, False, longer))
                moves = longer
            except ChekhovError as error:
                said = error.diagnostics[0].title
        assert "full" in said
        saves.close()
        again = Saves(f"sqlite:///{disk / 'saves.sqlite'}")
        assert again.load(token)[1].moves == moves
        again.close()
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_kill_at_any_moment_loses_nothing_that_was_shown() -> None:
    campaign = Path(__file__).parents[2] / "benchmarks" / "kills.py"  # `make kills` has more of them
    done = subprocess.run([sys.executable, campaign, "--kills", "5"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_a_kill_loses_nothing_in_postgresql(postgresql: str) -> None:
    campaign = Path(__file__).parents[2] / "benchmarks" / "kills.py"
    command = [sys.executable, str(campaign), "--kills", "2", "--saves", postgresql]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
