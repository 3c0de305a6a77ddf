"""Output: what goes to which stream, in which width and colour, and how far a request is."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from chekhov.diagnostics import Diagnostic, Source
    from chekhov.kernel import Progress as Told

_PLAIN = {
    "→": "->", "…": "...", "—": "-", "–": "-", "·": "-", "×": "x", "±": "+/-", "≥": ">=", "≤": "<=", "−": "-",
    "“": '"', "”": '"', "‘": "'", "’": "'", "✓": "+", "✗": "x", "•": "*", "─": "-", "│": "|", "\u00a0": " ",
}  # fmt: skip


def set_up_streams() -> None:
    """Lets a terminal or a pipe that cannot show a character have the next best one; none is a reason to fail."""

    def plain(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeEncodeError)
        return "".join(_PLAIN.get(character, "?") for character in error.object[error.start : error.end]), error.end

    codecs.register_error("chekhov.plain", plain)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="chekhov.plain")


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Prints to standard output, or to standard error."""
    # By itself click takes a stream for ASCII to be set up wrongly, and writes UTF-8 to it all the same.
    click.echo(text, file=sys.stderr if err else sys.stdout, nl=nl)


def colour_on(stream: IO[str]) -> bool:
    """Whether a stream is a terminal on which colour is wanted (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def columns() -> int:
    """The width of the terminal; 100 in a pipe."""
    return max(40, shutil.get_terminal_size((100, 24)).columns)


def width() -> int:
    """The width to wrap prose at: the terminal's, but no lines too long to read."""
    return min(columns(), 100)


def wrapped(text: str) -> str:
    """Prose in lines of :func:`width`."""
    import textwrap

    return textwrap.fill(text, width(), break_long_words=False, break_on_hyphens=False)


def counted(number: int, noun: str) -> str:
    """``1 act``, ``1,200 acts``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_json(answer: Any) -> None:
    """To standard output; with escapes if that cannot show every character."""
    import json

    everything = codecs.lookup(sys.stdout.encoding or "ascii").name == "utf-8"
    echo(json.dumps(answer, ensure_ascii=not everything, indent=2))


MOST_SHOWN = 30
"""Errors and warnings that are shown at once: a file that is no world at all has one in every line."""


def warn(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> None:
    """Errors and warnings, to standard error; no more than :data:`MOST_SHOWN`, errors first if there are."""
    from chekhov.diagnostics import render

    found = list(diagnostics)
    shown = found
    if len(found) > MOST_SHOWN:
        shown = sorted(found, key=lambda each: not each.is_error)[:MOST_SHOWN]
    for each in shown:
        echo(f"{render(each, sources, colour=colour_on(sys.stderr), width=columns())}\n", err=True)
    if len(found) > len(shown):
        echo(f"... and {len(found) - len(shown)} more", err=True)


def replace_file(path: str, content: str | bytes) -> None:
    """Writes a file whole or not at all, and keeps its permissions. A link stays a link; what is no file, such as a
    pipe, is just written to."""
    import tempfile

    data = content.encode() if isinstance(content, str) else content
    exists = os.path.exists(path)
    if exists and not os.path.isfile(path):
        with open(path, "wb") as stream:
            stream.write(data)
        return
    target = os.path.realpath(path)
    try:
        file = tempfile.NamedTemporaryFile("wb", dir=os.path.dirname(target), prefix=".chekhov-", delete=False)  # noqa: SIM115
    except OSError as error:
        error.filename = path  # and not the one beside it, which nobody has heard of
        raise
    with file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if exists:
                shutil.copymode(target, file.name)
            else:
                os.chmod(file.name, 0o666 & ~_umask())
            os.replace(file.name, target)
        except BaseException:
            os.unlink(file.name)
            raise


def _umask() -> int:
    # It can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return mask


_SOON = 0.5
"""Seconds that something may take without a word."""


class _Line:
    """A line of standard error that is wiped at the end. Silent but on a terminal."""

    def __init__(self) -> None:
        self.shown = False
        self.terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def show(self, line: str) -> None:
        sys.stderr.write(f"\r\x1b[K{line[: shutil.get_terminal_size((80, 24)).columns - 1]}")
        sys.stderr.flush()
        self.shown = True

    def wipe(self) -> None:
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


class Progress:
    """How far a request is, on a line that is wiped at the end."""

    def __init__(self) -> None:
        self.line = _Line()
        self.started = time.monotonic()

    def __call__(self, progress: Told) -> None:
        seconds = time.monotonic() - self.started
        if not self.line.terminal or seconds < _SOON:
            return
        memory = f"{progress.bytes / 2**20:,.0f} MiB"
        self.line.show(
            f"  {progress.states:,} moments · {progress.depth} acts deep · {memory} · {seconds:.0f} s · Ctrl-C ends"
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.wipe()


class Waiting:
    """Says on a line that is wiped at the end what takes so long, once it does."""

    def __init__(self, what: str) -> None:
        self.line = _Line()
        self.timer = threading.Timer(_SOON, self.line.show, [f"  {what}"])

    def __enter__(self) -> None:
        if self.line.terminal:
            self.timer.daemon = True
            self.timer.start()

    def __exit__(self, *_: object) -> None:
        if self.line.terminal:
            self.timer.cancel()
            self.timer.join()
            self.line.wipe()
