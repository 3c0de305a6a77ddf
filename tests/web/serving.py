"""A server as a process of its own, and a world that would do harm if it could."""

from __future__ import annotations

import re
import signal
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

from cli.process import CHEKHOV, environment

WORLDS = Path(__file__).parents[2] / "worlds"

WICKED = """
title "<script>alert(1)</script>";
type room; entity Hall : room "<img src=x onerror=alert(2)>"; entity Yard : room "the yard";
entity Link : room "javascript:alert(4)"; entity Mark : room "' onmouseover='alert(5)";
entity Ann : character "Ann" (she); entity Bob : character "<b>Bob</b>" (he);
property at(who : character) : room;
at(Ann) = Hall; at(Bob) = Hall;
action go(who : character, to : room) {
    precondition: at(who) != to; effect: at(who) = to; consenting: who; observing(o : character): True;
    telling: "{who} {who.go/goes} to {to}. <script>alert(3)</script>";
};
action marry(Ann, Bob) { precondition: at(Ann) == Hall; effect: at(Ann) = Yard; consenting: Ann, Bob; };
utility(Ann): 0; utility(Bob): 0; utility(): 0;
ending out "Ann is out <i>": at(Ann) == Yard & at(Bob) == Yard;
"""


FORK = """
title "The Fork";
type gate; entity Left : gate "the left gate"; entity Right : gate "the right gate";
entity Ann : character "Ann" (she); entity Bob : character "Bob" (he);
property open(gate : gate) : boolean; property buried() : boolean;
action open(Ann, gate : gate) {
    precondition: !open(gate); effect: open(gate); consenting: Ann; telling: "{Ann} {Ann.open/opens} {gate}.";
};
action bury(Bob) {
    precondition: !buried(); effect: buried(); consenting: Bob; observing(o : character): o == Bob;
    telling: "Bob buries the gold.";
};
utility(Ann): if(open(Left) | open(Right)) 1 else 0; utility(Bob): if(buried()) 1 else 0; utility(): 0;
ending home "Ann is home": open(Left);
ending rich "Ann is rich": open(Right) & !buried();
ending alone "Bob is home": open(Right);
"""
"""A world in which one ending is lost behind the reader's back, and another is open to the last."""


class Server:
    """``chekhov serve`` as a process, at a free port."""

    def __init__(self, folder: Path, worlds: Path = WORLDS, port: int = 0, saves: str | None = None) -> None:
        saves = saves or f"sqlite:///{folder / 'saves.sqlite'}"
        self.process = subprocess.Popen(
            [*CHEKHOV, "serve", str(worlds), "--port", str(port), "--saves", saves],
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        assert self.process.stderr is not None
        said = self.process.stderr.readline()
        found = re.search(r"Serving .* at (http://[\d.]+:(\d+))/", said)
        if found is None:
            self.process.kill()
            raise AssertionError(said + self.process.communicate()[1])
        self.address, self.port = found[1], int(found[2])

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: str) -> tuple[str, str]:
        """Where the answer comes from, and its text."""
        data = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(self.address + path, data, timeout=60) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read().decode()

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=120)
        # A page that nobody waits for any longer may still be in the making; it is given up in the end, at length.
        assert "Traceback" not in said.partition("timeout graceful shutdown exceeded")[0]
        return self.process.returncode
