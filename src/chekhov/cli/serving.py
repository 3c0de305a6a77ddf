"""``chekhov serve``: stories in a browser."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from chekhov.cli.application import Option, Outcome, cli
from chekhov.cli.output import echo
from chekhov.cli.reading import shown_with


@cli.under("Play", "serve", examples="chekhov serve worlds/")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--host", default="127.0.0.1", cls=Option, help="The address to listen at; this machine alone without it."
)
@click.option("--port", default=8000, type=click.IntRange(0, 65535), cls=Option, help="The port; 0: any that is free.")
@click.option("--saves", metavar="URL", cls=Option, help="The database: sqlite:///… or postgresql+psycopg://…")
def serve(folder: Path, host: str, port: int, saves: str | None) -> Outcome:
    """Let readers play the worlds of a folder, each in a page of a browser.

    Every story has a link that cannot be guessed; whoever has it is its reader. Each move is saved before it is shown,
    so that the server can be stopped at any time. No page loads anything from elsewhere, or runs a script.
    """
    import uvicorn

    from chekhov.diagnostics import ChekhovError, Diagnostic
    from chekhov.play.saves import Saves
    from chekhov.web import application

    with shown_with({}):
        made = application(folder, Saves(saves))
        listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen(128)  # whoever comes before the first answer is ready waits for it
        except OSError as error:
            listening.close()
            help = "--port names another one; 0 takes any that is free"
            raise ChekhovError([Diagnostic("E0619", f"cannot listen at {host}:{port}: {error}", help=help)]) from None
    with listening:
        echo(f"Serving {folder} at http://{host}:{listening.getsockname()[1]}/ (Ctrl-C stops it)", err=True)
        uvicorn.Server(uvicorn.Config(made, log_level="warning", access_log=False)).run(sockets=[listening])
    return Outcome.YES
