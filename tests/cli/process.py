"""Running the command line as a process, in a pipe or on a terminal, and the worlds that it is run on."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

CHEKHOV = [sys.executable, "-c", "from chekhov.cli import main; main()"]

BREAKFAST = """\
type place;
entity Tom : character "Tom" (he);
entity Home : place;
entity Market : place;
entity Moon : place;
property at(who : character) : place;
property hungry(who : character) : boolean;
at(Tom) = Home;
hungry(Tom) = True;

action walk(who : character, to : place) {
	precondition: at(who) != to & to != Moon;
	effect: at(who) = to;
	consenting: who;
};
action eat(who : character) {
	precondition: hungry(who) & at(who) == Market;
	effect: hungry(who) = False;
	consenting: who;
};
utility(Tom): if(hungry(Tom)) 0 else 1;
utility(): if(hungry(Tom)) 0 else 1;
ending fed "Tom has eaten": !hungry(Tom);
ending landed "Tom is on the moon": at(Tom) == Moon;
"""


def lamps(count: int) -> str:
    """So many lamps of which two change at once, so that an odd number never burns: true, but only a search of half of
    all their states can tell."""
    declared = "\n".join(f"entity L{i} : lamp;" for i in range(count))
    others = " & ".join(f"!lit(L{i})" for i in range(1, count))
    return f"""\
type lamp;
{declared}
property lit(l : lamp) : boolean;
action turn(a : lamp, b : lamp) {{
	precondition: a != b;
	effect: lit(a) = (if(lit(a)) False else True) & lit(b) = (if(lit(b)) False else True);
}};
ending odd "One lamp burns": lit(L0) & {others};
"""


LAMPS = lamps(28)
"""More of them than any test will wait for."""


def environment(**extra: str) -> dict[str, str]:
    """A plain environment: 100 columns, no colour forced either way."""
    plain = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "CHEKHOV_DEBUG", "COLUMNS")}
    return {**plain, "COLUMNS": "100", **extra}


def chekhov(
    *arguments: str, given: str = "", folder: Path | None = None, **extra: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CHEKHOV, *arguments], input=given, capture_output=True, text=True, cwd=folder, env=environment(**extra)
    )


def in_terminal(*arguments: str, folder: Path, columns: int = 60, stop_after: float = 30, **extra: str) -> str:
    """All that a command prints to a terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        _heed_interrupts()
        settings = environment(TERM="xterm-256color", **extra)
        del settings["COLUMNS"]
        os.execvpe(CHEKHOV[0], [*CHEKHOV, *arguments], settings)
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    output = b""
    end = time.monotonic() + stop_after
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            output += data
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)
    return output.decode()


def _heed_interrupts() -> None:
    """A shell without job control starts what runs in its background deaf to Ctrl-C, and that is inherited."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _worked(pid: int) -> float:
    """The processor's seconds that a process has had, however little of a busy machine that is; where it cannot be
    told, as many as pass."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        time.sleep(1.5)
        return 1.5
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def interrupted(*arguments: str, folder: Path) -> tuple[int, str, str]:
    """How a command ends that works for a second and a half, then gets Ctrl-C; what it prints, and its errors."""
    process = subprocess.Popen(
        [*CHEKHOV, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment(),
        preexec_fn=_heed_interrupts,
    )
    while process.poll() is None and _worked(process.pid) < 1.5:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors
