"""``chekhov play`` as a reader meets it: through a pipe, on a terminal, and when something is wrong."""

from __future__ import annotations

import os
import pty
import re
import resource
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.process import CHEKHOV, chekhov, environment

MOUNTAIN = Path(__file__).parents[2] / "worlds" / "mountain.story"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "mountain.story").write_text(MOUNTAIN.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def played(home: Path, *arguments: str, lines: str) -> tuple[int, str, str]:
    done = chekhov("play", *arguments, folder=home, given=lines, XDG_DATA_HOME=str(home / "data"))
    return done.returncode, done.stdout, done.stderr


def test_through_a_pipe_kept_and_gone_on_with(home: Path) -> None:
    code, out, err = played(home, "mountain.story", "--as", "Clarke", lines="wait\nwalk\n")
    assert code == 0
    assert "The mouth of the tunnel." in out
    assert "up to the door, alone." in out
    token = re.search(r"--load (\S+)", err)
    assert token is not None
    for name in (token[1], "last"):
        code, out, _ = played(home, "--load", name, lines="")
        assert code == 0
        assert "The tunnel." in out
        assert "up to the door, alone." in out


def test_what_was_played_is_a_manuscript_that_holds(home: Path) -> None:
    code, out, _ = played(
        home,
        "mountain.story",
        "--as",
        "Clarke",
        "--no-director",
        "--transcript",
        "mine.md",
        lines="w\nwalk\nhall\n" + "w\n" * 20,
    )
    assert code == 0
    assert "THE END" in out
    checked = chekhov("check", "mine.md", folder=home)
    assert checked.returncode == 0, checked.stdout
    code, _, _ = played(home, "--load", "last", "--transcript", "mine.txt", lines="")
    assert "buzzer" in (home / "mine.txt").read_text()
    assert "<!--" not in (home / "mine.txt").read_text()


def test_the_same_seed_is_the_same_story(home: Path) -> None:
    lines = "w\nw\nw\nknow\nwhy\nlook\nhelp\nundo\nw\nw\nnonsense\n"
    first, second = (
        played(home, "mountain.story", "--as", "Monty", "--seed", "3", "--no-director", lines=lines)[:2]
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["mountain.story", "--as", "Clark"], 4, "did you mean `Clarke`?"),
        (["mountain.story"], 2, "Name one with --as"),
        ([], 2, "Which world?"),
        (["--load", "nope"], 4, "there is no saved story `nope`"),
        (["mountain.story", "--as", "Maya", "--saves", "sqlite:////proc/no/saves"], 4, "cannot be saved"),
        (["nowhere.story", "--as", "Maya"], 4, "nowhere.story"),
    ],
)
def test_what_goes_wrong(home: Path, arguments: list[str], code: int, said: str) -> None:
    found, _, err = played(home, *arguments, lines="")
    assert (found, "Traceback" in err) == (code, False)
    assert said in " ".join(err.split())


def test_on_a_narrow_terminal_until_ctrl_c(home: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(home)
        settings = environment(TERM="xterm-256color", XDG_DATA_HOME=str(home / "data"))
        settings["COLUMNS"] = "40"
        os.execve(sys.executable, [*CHEKHOV, "play", "mountain.story"], settings)
    shown = ""

    def until(words: str, patience: float = 120) -> bool:
        nonlocal shown
        started = time.monotonic()
        while words not in shown[mark:] and time.monotonic() - started < patience:
            if select.select([terminal], [], [], 0.5)[0]:
                try:
                    shown += os.read(terminal, 65536).decode()
                except OSError:
                    break
        return words in shown[mark:]

    def read(words: str) -> None:
        assert until(words), shown

    mark = 0
    read("Whom do you want to be?")
    read("> ")
    mark = len(shown)
    os.write(terminal, b"jas\n")
    read("wait\r\n\r\n> ")
    mark = len(shown)
    os.write(terminal, b"wait\n")
    read("wait\r\n\r\n> ")
    assert "  The others think …\r\x1b[K" in shown[mark:]  # as the director does for some seconds
    assert "Fox" in shown
    mark = len(shown)
    for _ in range(10):
        # One that comes just before the line is read is not heard by Python's readline; one too many does no harm.
        os.write(terminal, b"\x03")
        if until("chekhov play --load", 10):
            break
    read("chekhov play --load")
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    assert all(len(line) <= 45 for line in shown.splitlines() if "--load" not in line)


def test_two_readers_at_one_keyboard_do_not_see_what_the_other_sees(home: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(home)
        settings = environment(TERM="xterm", XDG_DATA_HOME=str(home / "data"))
        os.execve(sys.executable, [*CHEKHOV, "play", "mountain.story", "--as", "Alia", "--as", "Dante"], settings)
    screens = [""]

    def until(words: str) -> None:
        started = time.monotonic()
        while words not in screens[-1] and time.monotonic() - started < 60:
            if select.select([terminal], [], [], 0.5)[0]:
                shown = screens.pop() + os.read(terminal, 65536).decode()
                screens.extend(shown.split("\x1b[2J\x1b[3J\x1b[H"))
        assert words in screens[-1], screens

    until("wait\r\n\r\n> ")
    os.write(terminal, b"wait\n")
    until("the screen is cleared for Dante")
    assert "buzzer" in screens[-1]
    os.write(terminal, b"\n")
    until("Dante: Enter, if nobody else looks")
    os.write(terminal, b"\n")
    until("wait\r\n\r\n> ")
    assert "quarantine room" in screens[-1]
    assert not any("buzzer" in screen for screen in screens[-2:])
    os.write(terminal, b"quit\n")
    until("chekhov play --load")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)


def test_seats_and_the_master_are_kept(home: Path) -> None:
    code, out, _ = played(home, "mountain.story", "--as", "Alia", "--master", lines="w\nendings\n")
    assert code == 0
    assert "Everyone lives, in" in out
    code, out, _ = played(home, "--load", "last", lines="")
    assert "— the game master —" in out
    code, _, err = played(home, "mountain.story", "--as", "Alia", "--as", "Alia", lines="")
    assert (code, "Each character has one reader" in err) == (2, True)


def test_an_edited_world_says_what_no_longer_fits(home: Path) -> None:
    played(home, "mountain.story", "--as", "Clarke", "--no-director", lines="w\nwalk\n")
    text = (home / "mountain.story").read_text(encoding="utf-8")
    (home / "mountain.story").write_text(text.replace("at(Fox) == Bin", "at(Fox) == Hall"), encoding="utf-8")
    code, out, err = played(home, "--load", "last", lines="w\n")
    assert code == 0
    assert "`walk(Clarke, Outside, Tunnel)` no longer fits" in " ".join(err.split())
    assert "The mouth of the tunnel." in out
    code, _, err = played(home, "--load", "last", lines="")
    assert "no longer fits" not in err  # something was done since, and that is what is kept


def test_a_full_disk_is_told_and_the_story_stands_as_it_was_saved(home: Path) -> None:
    url = f"sqlite:///{home / 'saves.sqlite'}"
    (home / "small.story").write_text(
        'entity Ann : character "Ann" (she); action hum(Ann) { consenting: Ann; }; utility(Ann): 0;\n'
    )
    program = (
        "import resource, sys; from chekhov.play.saves import Saves; from chekhov.cli import main\n"
        f"Saves({url!r}).close(); resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536)); sys.argv[0] = 'chekhov'\n"
        "main()"
    )
    arguments = ["play", "small.story", "--as", "Ann", "--saves", url]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        input="hum\n" * 60 + "story\n",
        cwd=home,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    refused = done.stdout.count("cannot be saved")
    assert refused > 0, done.stdout
    code, out, _ = played(home, "--load", "last", "--saves", url, lines="story\n")
    assert code == 0
    assert out.partition("> story")[2].count("Hum (Ann).") == 60 - refused


def test_who_leaves_does_not_wait_for_the_director(home: Path) -> None:
    used = []
    for how in ("--no-director", "--director"):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert played(home, "mountain.story", "--as", "Clarke", how, lines="quit\n")[0] == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime - before.ru_utime)
    # It looks for a way for ten times as long as all else takes; of the processor's time, as others may have it, too.
    assert used[1] < 4 * used[0], used


def test_ctrl_c_before_the_command_line_is_read_is_no_traceback(tmp_path: Path) -> None:
    # Whatever is imported first is interrupted, as by a Ctrl-C that comes at once.
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt")
    done = chekhov("play", "--help", folder=tmp_path, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
