"""Stories in a browser: what the pages offer, what they refuse, and what they survive."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.process import CHEKHOV, environment
from starlette.testclient import TestClient

from chekhov.play.saves import Saves
from chekhov.web import application

WORLDS = Path(__file__).parents[2] / "worlds"

WICKED = """
title "<script>alert(1)</script>";
type room; entity Hall : room "<img src=x onerror=alert(2)>"; entity Yard : room "the yard";
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


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    folder = tmp_path / "worlds"
    folder.mkdir()
    (folder / "wicked.story").write_text(WICKED)
    (folder / "broken.story").write_text("type")
    (tmp_path / "secret.story").write_text(WICKED)
    saves = Saves(f"sqlite:///{tmp_path / 'saves.sqlite'}")
    with TestClient(application(folder, saves)) as made:
        yield made
    saves.close()


def begin(client: TestClient, world: str = "wicked.story", seat: str = "Ann") -> str:
    answer = client.post("/begin", data={"world": world, "seat": seat}, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["location"]).partition("#")[0]


def turn(page: str) -> str:
    found = re.search(r'name="turn" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_from_the_shelf_to_a_move_and_back(client: TestClient) -> None:
    shelf = client.get("/")
    assert shelf.status_code == 200
    assert "broken" not in shelf.text
    link = begin(client)
    page = client.get(link).text
    assert "You are Ann" in page
    moved = client.post(f"{link}/move", data={"turn": turn(page), "choice": "go(Ann, Yard)"}).text
    assert "You go to the yard." in moved
    back = client.post(f"{link}/move", data={"turn": turn(moved), "undo": "1"}).text
    assert "You go to" not in back
    typed = client.post(f"{link}/move", data={"turn": turn(back), "words": "go yard"}).text
    assert "You go to the yard." in typed
    assert "at the yard: you" in client.get(f"{link}?ask=know").text
    assert client.get(f"{link}?ask=why").status_code == 200


def test_a_form_that_is_sent_twice_is_one_move(client: TestClient) -> None:
    link = begin(client)
    page = client.get(link).text
    for _ in range(3):
        page = client.post(f"{link}/move", data={"turn": "0", "choice": "go(Ann, Yard)"}).text
    assert page.count("You go to the yard.") == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"choice": "marry(Ann, Bob)"}, "will not"),
        ({"choice": "go(Bob, Yard)"}, "cannot be done"),
        ({"choice": "'; drop table moves"}, "cannot be done"),
        ({"words": "dance"}, "nothing that you can do"),
        ({"words": "ann"}, "Which one?"),
    ],
)
def test_what_does_not_happen_is_told(client: TestClient, given: dict[str, str], said: str) -> None:
    link = begin(client)
    answer = client.post(f"{link}/move", data={"turn": "0", **given})
    assert answer.status_code == 400
    assert said in answer.text
    assert turn(answer.text) == "0"


def test_nothing_in_a_world_becomes_markup(client: TestClient) -> None:
    link = begin(client)
    page = client.post(f"{link}/move", data={"turn": "0", "choice": "go(Ann, Yard)"}).text
    for text in (page, client.get("/").text, client.get(f"{link}?ask=know").text):
        assert not re.search(r"<(script|img|b|i)\b", text)
    assert "&lt;script&gt;alert(3)" in page


def test_every_answer_says_that_nothing_may_run(client: TestClient) -> None:
    link = begin(client)
    answers = [client.get(path) for path in ("/", link, "/nowhere", "/play/nope", "/style.css")]
    answers.append(client.post(f"{link}/move", data={"turn": "0", "choice": "nope"}))
    for answer in answers:
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "Traceback" not in answer.text
        assert not re.search(r"(src|href)=[\"'](https?:)?//", answer.text)


def test_what_is_not_there(client: TestClient) -> None:
    for path in ("/nowhere", "/play/nope", "/play/nope/move"):
        assert client.get(path).status_code in (404, 405)
    assert client.post("/play/nope/move", data={"turn": "0"}).status_code == 404
    for world in ("../secret.story", "/etc/passwd", "broken.story", "nope.story", ""):
        assert client.post("/begin", data={"world": world, "seat": "Ann"}).status_code == 404
    assert client.post("/begin", data={"world": "wicked.story", "seat": "Eve"}).status_code == 404


def test_forms_from_elsewhere_and_long_ones_are_not_taken(client: TestClient) -> None:
    link = begin(client)
    elsewhere = client.post(f"{link}/move", data={"turn": "0"}, headers={"origin": "https://example.org"})
    assert elsewhere.status_code == 403
    here = client.post(f"{link}/move", data={"turn": "9"}, headers={"origin": "http://testserver"})
    assert here.status_code == 200
    assert client.post(f"{link}/move", data={"words": "x" * 5000}).status_code == 413


class Server:
    """``chekhov serve`` as a process, at a free port."""

    def __init__(self, folder: Path) -> None:
        saves = f"sqlite:///{folder / 'saves.sqlite'}"
        self.process = subprocess.Popen(
            [*CHEKHOV, "serve", str(WORLDS), "--port", "0", "--saves", saves],
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        assert self.process.stderr is not None
        found = re.search(r"http://[\d.:]+", self.process.stderr.readline())
        assert found is not None
        self.address = found[0]

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
        _, said = self.process.communicate(timeout=30)
        assert "Traceback" not in said
        return self.process.returncode


def test_killed_in_the_middle_nothing_is_lost(tmp_path: Path) -> None:
    server = Server(tmp_path)
    link, page = server.post("/begin", world="mountain.story", seat="Clarke")
    for words in ("wait", "arrive", "enter"):
        _, page = server.post(f"{link}/move", turn=turn(page), words=words)
    server.end(signal.SIGKILL)
    server = Server(tmp_path)
    assert server.get(link) == page
    ended = False
    for _ in range(20):
        _, page = server.post(f"{link}/move", turn=turn(page), words="wait")
        ended = ended or "The end:" in page
        if ended:
            break
    assert ended
    assert server.end(signal.SIGINT) in (0, 130)


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    server = Server(tmp_path)
    port = server.address.rpartition(":")[2]
    done = subprocess.run(
        [*CHEKHOV, "serve", str(WORLDS), "--port", port],
        capture_output=True,
        text=True,
        env=environment(HOME=os.fspath(tmp_path)),
    )
    assert (done.returncode, "E0619" in done.stderr, "Traceback" in done.stderr) == (4, True, False)
    server.end(signal.SIGTERM)
