"""A PostgreSQL server of the tests' own, as they need one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chekhov.diagnostics import ChekhovError
from chekhov.play.saves import Saves


class Database:
    """A server with the ``url`` of an empty database, which hears only this machine."""

    def __init__(self, binaries: Path, folder: Path, as_user: list[str]) -> None:
        self._binaries, self._folder, self._as_user = binaries, folder, as_user
        self._server: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql+psycopg://chekhov@/postgres?host={folder}"
        self._run("initdb", "-U", "chekhov", "-A", "trust")

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        options = ["-k", str(self._folder), "-c", "listen_addresses=", "-c", "fsync=off"]
        command = [*self._as_user, str(self._binaries / "postgres"), "-D", str(self._folder / "data"), *options]
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        for _ in range(100):
            try:
                Saves(self.url).close()
                return
            except ChekhovError:
                time.sleep(0.1)
        raise AssertionError("PostgreSQL does not start")

    def stop(self) -> None:
        """Ends it as if it had crashed."""
        if self._server is None:
            return
        self._run("pg_ctl", "stop", "-m", "immediate", check=False)
        try:
            self._server.wait(60)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
            raise
        finally:
            self._server = None

    def _run(self, program: str, *options: str, check: bool = True) -> None:
        command = [*self._as_user, str(self._binaries / program), "-D", str(self._folder / "data"), *options]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", check=check)


@contextmanager
def database() -> Iterator[Database]:
    """A server that has been started. Tests that ask for one are skipped where PostgreSQL is not installed; in CI they
    fail there."""
    found = [Path(shutil.which("postgres") or "/"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))]
    binaries = next((one.resolve().parent for one in found if (one.resolve().parent / "initdb").exists()), None)
    runuser = shutil.which("runuser")
    if binaries is None or (os.getuid() == 0 and runuser is None):
        (pytest.fail if os.environ.get("CHEKHOV_CI") else pytest.skip)(
            "PostgreSQL is not installed; `make postgresql` does that"
        )
    # Not among pytest's own folders: it closes those to others whenever it starts, and so to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="chekhov-postgresql-"))
    as_user: list[str] = []
    if os.getuid() == 0:  # which it refuses to run as
        shutil.chown(folder, "nobody")
        as_user = [str(runuser), "-u", "nobody", "--"]
    made = Database(binaries, folder, as_user)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)
