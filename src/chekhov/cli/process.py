"""The process: how a command line ends, whatever happens."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

import click

from chekhov.cli.application import Outcome, cli
from chekhov.cli.output import echo, print_json, set_up_streams, warn, wrapped
from chekhov.cli.reading import RejectedError

if TYPE_CHECKING:
    from chekhov.diagnostics import Diagnostic, Source

REPORT_TO = "the project's issue tracker"


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs a command line and ends the process with its exit code. No way out of here shows a traceback, but for
    ``CHEKHOV_DEBUG``."""
    if hasattr(signal, "SIGPIPE"):
        # As other programs end when nobody reads on, as in `chekhov explore … | head`: at once and without a word.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # A grounded world is very many tuples that refer to each other in one direction only: looking through them for
    # cycles again and again takes up to a tenth of a short command's time, and finds none.
    gc.set_threshold(200_000, 20, 20)
    set_up_streams()
    words = sys.argv[1:] if arguments is None else list(arguments)
    as_json = "--json" in words or "--format=json" in words or ("--format", "json") in pairwise(words)
    try:
        outcome = _run(arguments, as_json)
        sys.stdout.flush()
    except KeyboardInterrupt:
        outcome = Outcome.INTERRUPTED
    sys.exit(int(outcome))


def _run(arguments: Sequence[str] | None, as_json: bool) -> int:
    from chekhov.diagnostics import ChekhovError

    try:
        outcome = cli.main(args=arguments, prog_name="chekhov", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return Outcome.INTERRUPTED
    except RejectedError as error:
        return _reject(error.diagnostics, error.sources, as_json)
    except ChekhovError as error:
        return _reject(error.diagnostics, {}, as_json)
    except OSError as error:
        if error.filename is None:
            return _apologise(error, as_json)
        echo(f"error: {error.filename}: {error.strerror}", err=True)
        return Outcome.BAD_INPUT
    except Exception as error:
        return _apologise(error, as_json)
    return Outcome.YES if outcome is None else int(outcome)


def _reject(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], as_json: bool) -> Outcome:
    warn(diagnostics, sources)
    if as_json:
        print_json({"outcome": "error", "diagnostics": [found.to_json(sources) for found in diagnostics]})
    return Outcome.BAD_INPUT


def _apologise(error: Exception, as_json: bool) -> Outcome:
    if os.environ.get("CHEKHOV_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    echo(
        wrapped(
            f"Sorry, this is a fault in Chekhov, not in your world ({what[:300]}). Please report it to {REPORT_TO}, "
            "with the world and the command; with CHEKHOV_DEBUG=1 in the environment it says where it happened."
        ),
        err=True,
    )
    if as_json:
        print_json({"outcome": "fault", "message": what})
    return Outcome.FAULT
