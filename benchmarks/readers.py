"""Measures how long a choice takes while many readers play the mountain in browsers, all on one server process.

    python benchmarks/readers.py [--readers 200] [--duration 600] [--output FILE]

`chekhov serve` runs with its usual settings and a new SQLite database. Each reader has an address of their own on the
loopback range, is one playable character in a story of their own, reads for 4 to 12 seconds between choices, drawn
evenly, chooses at random (seeded) among what is offered, and begins another story when one is over. Three of four
readers come as the page's script does: one request for a choice, answered by the story, with the stream of events held
open. The fourth comes by forms alone: a request, a redirection, and the whole page. A choice takes from sending it to
the last byte of what is shown then. Half-way the server is killed (SIGKILL) and started again; choices that come
meanwhile are sent again, as the page does, until they are answered, and are counted apart. At the end, the moves in the
database are compared with those that were answered: each has to be there, once, in order. The readers run on the same
machine as the server, and what their own process is late by counts as well.

Without ``--output``, the table goes to benchmarks/READERS.md if the run can stand for the bar: 200 readers or more, for
ten minutes or more, no move lost, and less than a tenth of the machine taken by anything else; otherwise it is only
printed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import html
import os
import platform
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from run import ROOT, number, table

from chekhov.play.saves import Saves

READING = (4.0, 12.0)
"""Seconds between choices."""
AGAIN = 0.25
"""Seconds until a choice that was not answered is sent again."""
BAR = 100.0
"""Milliseconds within which 99 of 100 choices are to be answered."""
READERS, DURATION, OTHERS = 200, 600.0, 0.1
"""What a run needs to be written down: readers, seconds, and the share of the machine that anything else may take."""
PEOPLE = ("Clarke", "Bellamy", "Alia", "Octavia", "Jasper", "Monty", "Maya", "Dante")


@dataclass
class Story:
    """A story as its reader knows it: what they chose and were answered; ``sent`` is a choice that is under way."""

    link: str
    seat: str
    answered: list[str] = field(default_factory=list)
    sent: str | None = None


@dataclass
class Count:
    """What was measured: when each choice was answered, and how long it took; ``interrupted``: those that had to be
    sent again."""

    choices: list[tuple[float, float]] = field(default_factory=list)
    interrupted: list[float] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    refused: int = 0


class Served:
    """The server, as a process."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        command = [sys.executable, "-c", "from chekhov.cli import main; main()", "serve", str(ROOT / "worlds")]
        saves = f"sqlite:///{folder / 'saves.sqlite'}"
        self.process = subprocess.Popen(
            [*command, "--port", str(port), "--saves", saves], stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        found = re.search(r":(\d+)/", self.process.stderr.readline())
        assert found is not None
        self.port = int(found[1])

    def memory(self) -> float:
        """The most that it has taken so far, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s*(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.communicate(timeout=60)


class Connection:
    """One reader's connection, which is kept open and made anew when it is lost."""

    def __init__(self, port: int, address: str) -> None:
        self._port, self._address = port, address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port, local_addr=(self._address, 0), limit=1 << 20)

    async def ask(
        self, path: str, fields: dict[str, str] | None = None, *, script: bool = False
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of an answer. Raises OSError or asyncio.IncompleteReadError where there is none."""
        if self._streams is None or self._streams[0].at_eof():  # a connection that was idle for long is closed
            self.close()
            self._streams = await self.open()
        reader, writer = self._streams
        body = b"" if fields is None else urlencode(fields).encode()
        lines = [f"{'GET' if fields is None else 'POST'} {path} HTTP/1.1", "host: localhost"]
        lines += ["chekhov-script: 1"] if script else []
        if fields is not None:
            lines += ["content-type: application/x-www-form-urlencoded", f"content-length: {len(body)}"]
        try:
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            text = await reader.readexactly(int(headers.get("content-length", 0)))
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            raise
        return int(head[0].split()[1]), headers, text.decode()

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


async def read(who: int, port: int, until: float, count: Count) -> None:
    """One reader, from their first story to the end of the time."""
    random = Random(who)
    connection = Connection(port, f"127.0.{1 + who // 250}.{1 + who % 250}")
    script = who % 4 != 0
    await asyncio.sleep(random.uniform(0, READING[1]))
    while time.monotonic() < until:
        seat = random.choice(PEOPLE)
        _, headers, _ = await asked(connection, "/begin", {"world": "mountain.story", "seat": seat})
        story = Story(headers["location"].rpartition("/")[2], seat)
        count.stories.append(story)
        _, _, page = await asked(connection, f"/play/{story.link}")
        listening = asyncio.create_task(listen(connection, story.link)) if script else None
        try:
            while choices := re.findall(r'name="choice" value="([^"]+)"', page):
                await asyncio.sleep(random.uniform(*READING))
                if time.monotonic() > until:
                    break
                turn = re.search(r'name="turn" value="(\d+)"', page)
                assert turn is not None
                story.sent = html.unescape(random.choice(choices))
                page = await choose(connection, story, turn[1], script, count)
            if script and "data-later" in page:
                await asked(connection, f"/play/{story.link}?ask=otherwise")
        finally:
            if listening is not None:
                listening.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await listening
    connection.close()


async def choose(connection: Connection, story: Story, turn: str, script: bool, count: Count) -> str:
    """Sends a choice until it is answered; the page that is shown then."""
    assert story.sent is not None
    started, tries = time.monotonic(), 0
    while True:
        try:
            tries += 1
            fields = {"turn": turn, "choice": story.sent}
            status, headers, page = await connection.ask(f"/play/{story.link}/move", fields, script=script)
            if status == 303:
                status, _, page = await connection.ask(headers["location"].partition("#")[0])
            assert status in (200, 400), (status, page)
            break
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(AGAIN)
    now = time.monotonic()
    if tries > 1:
        count.interrupted.append(now - started)
    else:
        count.choices.append((now, now - started))
    if 'role="alert"' in page:
        count.refused += 1  # somebody will not, or things are otherwise: no move was made
    else:
        story.answered.append(story.sent)
    story.sent = None
    return page


async def asked(
    connection: Connection, path: str, fields: dict[str, str] | None = None
) -> tuple[int, dict[str, str], str]:
    """An answer, however often one has to ask."""
    while True:
        try:
            answer = await connection.ask(path, fields)
            assert answer[0] in (200, 303), answer
            return answer
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(AGAIN)


async def listen(connection: Connection, link: str) -> None:
    """Holds a page's stream of events open."""
    while True:
        try:
            reader, writer = await connection.open()
            try:
                writer.write(f"GET /play/{link}/news HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
                while await reader.readline():
                    pass
            finally:
                writer.close()
        except OSError:
            pass
        await asyncio.sleep(1.5)


def missing(count: Count, saves: Saves) -> tuple[int, int]:
    """How many moves were answered, and how many of them are not in the database."""
    total = lost = 0
    for story in count.stories:
        found = saves.invited(story.link)
        assert found is not None, "a story is lost"
        made = [move.act or "wait" for move in saves.load(found[0])[1].moves if move.by == story.seat]
        total += len(story.answered)
        if made == [*story.answered, story.sent]:
            made.pop()  # sent, and not answered before the time was up
        if made != story.answered:
            same = sum(a == b for a, b in zip(made, story.answered, strict=False))
            lost += max(len(story.answered), len(made)) - same
    return total, lost


async def measure(readers: int, duration: float, folder: Path) -> tuple[list[list[str]], list[str], int, float]:
    """The table's rows, what is to be said besides, the lost turns, and milliseconds of 99 of 100 choices."""
    servers: list[Served] = []
    try:
        return await measured(readers, duration, folder, servers)
    finally:
        for server in servers:
            server.process.kill()


async def measured(
    readers: int, duration: float, folder: Path, servers: list[Served]
) -> tuple[list[list[str]], list[str], int, float]:
    """The same; ``servers`` are those that were started."""
    server = Served(folder)
    servers.append(server)
    count = Count()
    await asyncio.sleep(3)  # for the director to have thought of the beginnings
    until = time.monotonic() + duration
    tasks = [asyncio.create_task(read(who, server.port, until, count)) for who in range(readers)]
    await asyncio.sleep(duration / 2)
    memory = server.memory()
    killed = time.monotonic()
    server.end(signal.SIGKILL)
    server = await asyncio.to_thread(Served, folder, server.port)
    servers.append(server)
    again = time.monotonic() - killed
    await asyncio.gather(*tasks)
    memory = max(memory, server.memory())
    await asyncio.to_thread(server.end, signal.SIGINT)
    rows = []
    for name, low, high in (
        ("before the server is killed", 0.0, killed),
        ("the first 20 s after", killed, killed + 20),
        ("later", killed + 20, until + 3600),
        ("all", 0.0, until + 3600),
    ):
        rows.append([name, *figures([took for at, took in count.choices if low <= at < high])])
    saves = Saves(f"sqlite:///{folder / 'saves.sqlite'}")
    total, lost = missing(count, saves)
    saves.close()
    said = [
        f"{readers} readers, {duration:g} seconds, {len(count.stories)} stories; {total} moves were answered, "
        f"{lost} of them lost, and {count.refused} choices did not come about in the story.",
        f"The server was back after {again:.1f} s. {len(count.interrupted)} choices were interrupted, "
        f"and answered after {max(count.interrupted, default=0):.1f} s at most. "
        f"It took {memory:.0f} MiB of memory at most.",
    ]
    return rows, said, lost, 1000 * share([took for _, took in count.choices], 0.99)


def share(seconds: Sequence[float], part: float) -> float:
    """How long all but the longest took, of which there is such a part before them."""
    found = sorted(seconds) or [float("inf")]
    return found[min(int(part * len(found)), len(found) - 1)]


def busy() -> float:
    """Seconds for which the processors have been busy so far, all together; 0 where that is not to be found out."""
    try:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    except OSError:
        return 0.0
    user, nice, system, _, _, *interrupts = fields[:8]
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def own() -> float:
    """Seconds that this process, and those that it has started and seen end, have taken of them."""
    taken = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in taken)


def figures(seconds: Sequence[float]) -> list[str]:
    """Count, median, 99th percentile and longest in milliseconds."""
    if not seconds:
        return ["0", "–", "–", "–"]
    return [str(len(seconds)), *(number(1000 * share(seconds, part), 1) for part in (0.5, 0.99, 1))]


def main() -> None:
    """Plays, and writes the table. Exit code 1 if a move is lost or the bar is not reached."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--duration", type=float, default=DURATION, help="seconds")
    parser.add_argument("--output", type=Path, help="where the table goes, whatever the run was like")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    began, others = time.monotonic(), own() - busy()
    with tempfile.TemporaryDirectory() as folder:
        rows, said, lost, most = asyncio.run(measure(options.readers, options.duration, Path(folder)))
    others = max(0.0, busy() - own() + others) / (time.monotonic() - began) / cores
    text = [
        "# Many readers at once, on the mountain",
        "",
        "Made by `benchmarks/readers.py`, which says what is measured.",
        "",
        f"{platform.processor() or platform.machine()}, {cores} cores, of which anything else took {others:.0%}.",
        *said,
        f"Bar: 99 of 100 choices within {BAR:g} ms: {'yes' if most < BAR else 'no'}.",
        "",
        table(["Choices", "Count", "Median (ms)", "99 % (ms)", "Longest (ms)"], rows),
    ]
    print("\n".join(text))
    stands = options.readers >= READERS and options.duration >= DURATION and not lost and others < OTHERS
    if options.output is not None or stands:
        (options.output or ROOT / "benchmarks" / "READERS.md").write_text("\n".join(text) + "\n")
    else:
        print("\nNot written down: too short, too few readers, a lost move, or a machine that others used.")
    sys.exit(1 if lost or most >= BAR else 0)


if __name__ == "__main__":
    main()
