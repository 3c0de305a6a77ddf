"""``chekhov serve``: stories in a browser."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chekhov.cli.application import Option, Outcome, cli
from chekhov.cli.output import echo
from chekhov.cli.reading import shown_with

if TYPE_CHECKING:
    from chekhov.web.stories import World


@cli.under(
    "Play",
    "serve",
    examples="""
    chekhov serve worlds/
    chekhov serve worlds/ --host 0.0.0.0 --name stories.example.org
    """,
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--host", default="127.0.0.1", cls=Option, help="The address to listen at; this machine alone without it."
)
@click.option("--port", default=8000, type=click.IntRange(0, 65535), cls=Option, help="The port; 0: any that is free.")
@click.option(
    "--name",
    "names",
    metavar="HOST",
    multiple=True,
    cls=Option,
    help="A name under which readers come, if it is not this machine's address; may be repeated.",
)
@click.option("--author", is_flag=True, cls=Option, help="Readers may also ask what can still happen.")
@click.option("--saves", metavar="URL", cls=Option, help="The database: sqlite:///… or postgresql+psycopg://…")
def serve(folder: Path, host: str, port: int, names: tuple[str, ...], author: bool, saves: str | None) -> Outcome:
    """Let readers play the worlds of a folder, each in a page of a browser.

    Every reader of a story has a link that cannot be guessed, and so has a game master. Each move is saved before it is
    shown, so that the server can be stopped at any time. No page loads anything from elsewhere.
    """
    import uvicorn

    from chekhov.diagnostics import ChekhovError, Diagnostic
    from chekhov.play.saves import Saves
    from chekhov.web import application

    class Server(uvicorn.Server):
        """Lets go of the pages that are open, which would otherwise keep it from ending."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            made.close()
            await super().shutdown(sockets)

    with shown_with({}):
        kept = Saves(saves)
        made = application(folder, kept, names=[host, *names], author=author)
        if not _look_over(folder, made.stories.worlds()):
            help = "it needs a file *.story without errors; `chekhov check FILE` says what is wrong with one"
            raise ChekhovError([Diagnostic("E0621", f"there is no world in {folder} that can be played", help=help)])
        made.prepare()
        listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen(512)  # whoever comes before the first answer is ready waits for it
        except OSError as error:
            listening.close()
            help = "--port names another one; 0 takes any that is free"
            raise ChekhovError([Diagnostic("E0619", f"cannot listen at {host}:{port}: {error}", help=help)]) from None
    shown = f"[{host}]" if ":" in host else host
    with listening:
        echo(f"Serving {folder} at http://{shown}:{listening.getsockname()[1]}/ (Ctrl-C stops it)", err=True)
        config = uvicorn.Config(
            made, log_level="warning", access_log=False, timeout_keep_alive=60, timeout_graceful_shutdown=5
        )
        if hasattr(signal, "SIGPIPE"):
            # A reader who goes away while they are answered must not end the stories of all others.
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        Server(config).run(sockets=[listening])
    kept.close()
    return Outcome.YES


def _look_over(folder: Path, worlds: list[World]) -> bool:
    """Whether there is anything to serve. Files that cannot be played are named."""
    served = {world.file for world in worlds}
    for path in sorted(folder.glob("*.story")):
        if path.name not in served:
            echo(f"Left out: {path} has errors, or nobody in it to be. `chekhov check {path}` says what.", err=True)
    return bool(served)
