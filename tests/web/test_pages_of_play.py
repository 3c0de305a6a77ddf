"""Stories in a browser: what the pages offer, what they refuse, and what they survive."""

from __future__ import annotations

import html
import os
import re
import signal
import subprocess
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.process import CHEKHOV, environment
from play.postgresql import database
from starlette.testclient import TestClient

from chekhov.play.saves import Saves
from chekhov.web import application
from chekhov.web.guard import PER_CLIENT, PER_STORY, Buckets, Rate, client_of, is_known_host
from web.serving import FORK, WICKED, WORLDS, Server


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    folder = tmp_path / "worlds"
    folder.mkdir()
    (folder / "wicked.story").write_text(WICKED)
    (folder / "broken.story").write_text("type")
    (tmp_path / "secret.story").write_text(WICKED)
    url = f"sqlite:///{tmp_path / 'saves.sqlite'}"
    saves = Saves(url)
    with TestClient(application(folder, saves), base_url="http://localhost") as made:
        yield made
    saves.close()


def begin(client: TestClient, world: str = "wicked.story", seat: str = "Ann") -> str:
    answer = client.post("/begin", data={"world": world, "seat": seat}, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["location"])


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
    assert "You are Ann, at " in page
    moved = client.post(f"{link}/move", data={"turn": turn(page), "choice": "go(Ann, Yard)"}).text
    assert "You go to the yard." in moved
    back = client.post(f"{link}/move", data={"turn": turn(moved), "undo": "1"}).text
    assert "You go to" not in back
    typed = client.post(f"{link}/move", data={"turn": turn(back), "words": "go yard"}).text
    assert "You go to the yard." in typed
    assert "At the yard: you" in client.get(f"{link}?ask=know").text
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
        ({"words": "ann"}, "Which of these do you mean?"),
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
        assert not re.search(r"<(img|b|i)\b", text)
        assert re.findall(r"<script[^>]*>", text) == re.findall(r'<script src="/page\.js\?v=\w+" defer>', text)
    assert "&lt;script&gt;alert(3)" in page


def test_every_answer_says_that_nothing_may_run(client: TestClient) -> None:
    link = begin(client)
    answers = [
        client.get(path)
        for path in ("/", link, "/nowhere", "/play/nope", "/page.css", "/page.js", "/worker.js", "/icon.svg", "/away")
    ]
    answers.append(client.post(f"{link}/move", data={"turn": "0", "choice": "nope"}))
    for answer in answers:
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "Traceback" not in answer.text
        assert not re.search(r"(src|href)=[\"'](https?:)?//", answer.text)


def test_the_worker_changes_with_what_it_keeps(client: TestClient, tmp_path: Path) -> None:
    worker = client.get("/worker.js")
    assert (worker.headers["content-type"], worker.headers["cache-control"]) == (
        "text/javascript; charset=utf-8",
        "no-cache",
    )
    named = re.findall(r'"(/[\w.]+\?v=\w+)"', worker.text)
    assert len(named) == 4
    assert all(client.get(path).status_code == 200 for path in named)
    page = client.get("/").text
    assert all(path in page for path in named)
    saves = Saves(f"sqlite:///{tmp_path / 'other.sqlite'}")
    same = application(tmp_path / "worlds", saves)
    assert same._files["worker.js"] == worker.content
    saves.close()


def test_a_form_of_an_earlier_turn_does_nothing_and_says_so(client: TestClient) -> None:
    link = begin(client)
    client.post(f"{link}/move", data={"turn": "0", "choice": "go(Ann, Yard)"})
    late = client.post(f"{link}/move", data={"turn": "0", "choice": "wait"})
    assert late.status_code == 409
    assert "gone on before your choice came" in late.text
    assert turn(late.text) == "1"


def test_a_story_is_told_as_its_reader_wants_it(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "worlds" / "letter.story").write_text((WORLDS / "letter.story").read_text())
    fields = {"world": "letter.story", "seat": "Iris", "shared": "1", "director": "0"}
    assert 'name="tense" value="past"' in client.get("/worlds/letter.story").text
    page = client.post("/begin", data={**fields, "tense": "past", "person": "third"}).text
    link = re.findall(r'href="(/play/[^"]+)"', page)[0]
    page = client.post(f"{link}/move", data={"turn": "0", "choice": "entrust(Iris, Letter, Vera)"}).text
    assert "Iris pressed the letter into Vera" in page
    made = at(page)
    for given, said in (({"person": "second"}, "You pressed"), ({"tense": "present"}, "You press")):
        page = client.post(f"{link}/move", data={"turn": "1", **given}).text
        assert (f"{said} the letter into Vera" in page, at(page)) == (True, made)
    assert client.get(link).text == page
    # What cannot be told so is told as it can be, and nobody is asked about it.
    link = begin(client)
    assert 'name="tense"' not in client.get(link).text
    answer = client.post(f"{link}/move", data={"turn": "0", "tense": "past"})
    assert (answer.status_code, turn(answer.text)) == (200, "0")


def at(page: str) -> int:
    found = re.search(r'data-at="(\d+)"', page)
    assert found is not None
    return int(found[1])


def shared(client: TestClient, **fields: object) -> tuple[str, list[str]]:
    """A story with several links: the page of the links, and they themselves, as they stand on it."""
    given = {"world": "wicked.story", "seat": "Ann", "other": "Bob", "shared": "1", **fields}
    answer = client.post("/begin", data=given, follow_redirects=False)
    page = str(answer.headers["location"])
    return page, re.findall(r'href="(/play/[^"]+)"', client.get(page).text)


def test_pictures_are_of_what_a_reader_knows_and_bring_no_style_of_their_own(client: TestClient) -> None:
    _, (ann, bob, master) = shared(client)
    client.post(f"{ann}/move", data={"turn": "0", "choice": "go(Ann, Yard)"})
    client.post(f"{ann}/move", data={"turn": "1", "choice": "go(Ann, Link)"})
    for link, known in ((ann, ("The yard: you", "You")), (bob, ("The yard: Ann", "you")), (master, ("The yard: Ann",))):
        page = client.get(link).text
        assert all(f'aria-label="{title}"' in page for title in ("The map", "The storyline so far"))
        assert not re.search(r"<style|style=", page)
        assert all(words in html.unescape(page) for words in known)
    # Nobody has been there, or could see it from where they are.
    assert "javascript:alert(4)" in client.get(ann).text
    pictures = client.get(re.search(r"/pictures\.css\?v=\w+", client.get(ann).text)[0])  # type: ignore[index]
    assert (pictures.headers["content-type"], ".chekhov .band" in pictures.text) == ("text/css; charset=utf-8", True)


def test_each_reader_has_a_link_and_sees_what_they_see(client: TestClient) -> None:
    page, (ann, bob, master) = shared(client)
    assert len({page, ann, bob, master}) == 4
    assert "You are Ann" in client.get(ann).text
    assert "You are &lt;b&gt;Bob" in client.get(bob).text
    client.post(f"{ann}/move", data={"turn": "0", "choice": "go(Ann, Yard)"})
    assert "You go to the yard." in client.get(ann).text
    assert "Ann goes to the yard." in client.get(bob).text
    # Bob's page is older than Ann's move: what he chose is his all the same.
    moved = client.post(f"{bob}/move", data={"turn": "0", "choice": "go(Bob, Yard)"}).text
    assert "You go to the yard." in moved
    # Now it is not Ann's any more to take back.
    assert "Take back" not in client.get(ann).text
    refused = client.post(f"{ann}/move", data={"turn": "1", "undo": "1"})
    assert (refused.status_code, "cannot be taken back" in refused.text) == (400, True)


def test_a_game_master_sees_all_nudges_and_takes_back(client: TestClient) -> None:
    world = WICKED.replace("utility(Bob): 0;", "utility(Bob): if(at(Bob) == Yard) 1 else 0;")
    (Path(client.app.stories._folder) / "wicked.story").write_text(world)  # type: ignore[attr-defined]
    _, (ann, master) = shared(client, other="Ann")
    page = client.get(master).text
    assert "You watch over the story" in page
    assert "What does Ann know?" in page
    nudged = client.post(f"{master}/move", data={"turn": turn(page), "choice": "go(Bob, Yard)"}).text
    assert "&lt;b&gt;Bob&lt;/b&gt; goes to the yard." in nudged
    assert "goes to the yard." in client.get(ann).text
    assert client.post(f"{master}/move", data={"turn": turn(nudged), "choice": "go(Ann, Yard)"}).status_code == 400
    assert client.post(f"{master}/move", data={"turn": turn(nudged), "words": "dance"}).status_code == 400
    for question in ("know", "know&of=Ann", "why", "ahead"):
        assert 'id="asked"' in client.get(f"{master}?ask={question}").text


def test_what_a_game_master_chose_holds_though_readers_have_gone_on(client: TestClient) -> None:
    world = WICKED.replace("utility(Bob): 0;", "utility(Bob): if(at(Bob) == Yard) 1 else 0;")
    (Path(client.app.stories._folder) / "wicked.story").write_text(world)  # type: ignore[attr-defined]
    _, (ann, master) = shared(client, other="Ann", director="0")
    seen = {"turn": "0", "at": "0"}
    client.post(f"{ann}/move", data={**seen, "choice": "go(Ann, Link)"})
    # Bob has gone meanwhile, so that he cannot be made to; what is still open is done, and once.
    gone = client.post(f"{master}/move", data={**seen, "choice": "go(Bob, Yard)"})
    assert (gone.status_code, "cannot be made to happen now" in gone.text) == (400, True)
    before = at(gone.text)
    for _ in range(2):
        page = client.post(f"{master}/move", data={**seen, "choice": "wait"})
        assert (page.status_code, at(page.text)) == (200, before + 1)


def test_what_was_meant_of_another_moment_is_not_done(client: TestClient) -> None:
    _, (ann, bob, master) = shared(client)
    seen = {"turn": "0", "at": "0"}
    client.post(f"{ann}/move", data={**seen, "choice": "go(Ann, Yard)"})
    # A number is of a list that may be another one by now, and the last move is not the one that was seen.
    for link, given in ((bob, {"words": " 2 "}), (master, {"words": "1"}), (master, {"undo": "1"})):
        late = client.post(f"{link}/move", data={**seen, **given})
        assert (late.status_code, "gone on before your choice came" in late.text) == (409, True)
        assert at(late.text) == 1
    assert client.post(f"{bob}/move", data={**seen, "words": "go yard"}).status_code == 200
    for _ in range(2):
        page = client.post(f"{master}/move", data={"turn": "0", "at": "2", "undo": "1"})
        assert (page.status_code, at(page.text)) == (200, 1)
    for _ in range(2):
        page = client.post(f"{ann}/move", data={"turn": "1", "at": "1", "undo": "1"})
        assert (page.status_code, at(page.text)) == (200, 0)


def test_an_ending_is_told_with_what_might_have_been(client: TestClient) -> None:
    (Path(client.app.stories._folder) / "fork.story").write_text(FORK)  # type: ignore[attr-defined]
    answer = client.post("/begin", data={"world": "fork.story", "seat": "Ann", "director": "0"}, follow_redirects=False)
    link = str(answer.headers["location"])
    client.post(f"{link}/move", data={"turn": "0", "choice": "wait"})
    page = client.post(f"{link}/move", data={"turn": "1", "choice": "open(Ann, Left)"}).text
    assert "The end</span> Ann is home" in page
    asked = f'href="{link}?ask=otherwise#otherwise"'
    assert ("What you did not see" in page, asked in page) == (True, True)
    for told in (client.get(f"{link}?ask=otherwise").text, client.get(link).text):
        found = re.sub(r"<[^>]+>|\s+", " ", told)
        assert re.search(r"Ann is rich\s+It turned when this happened:\s+Bob buries the gold\.", found)
        assert re.search(r"Bob is home\s+It turned when this happened:\s+You open the left gate\.", found)
        assert asked not in told
    back = client.post(f"{link}/move", data={"turn": "2", "undo": "1"}).text
    assert ("might have been" in back, "What do you do?" in back) == (False, True)


def test_only_a_game_master_and_authors_ask_what_can_still_happen(client: TestClient, tmp_path: Path) -> None:
    link = begin(client)
    assert 'id="asked"' not in client.get(f"{link}?ask=ahead").text
    url = f"sqlite:///{tmp_path / 'saves.sqlite'}"
    saves = Saves(url)
    with TestClient(application(tmp_path / "worlds", saves, author=True), base_url="http://[::1]") as author:
        assert "What can still happen" in author.get(f"{link}?ask=ahead").text
    saves.close()


def test_the_link_of_the_links_plays_nobody(client: TestClient) -> None:
    page, (ann, *_) = shared(client)
    own = page.removeprefix("/links/")
    assert client.get(f"/play/{own}").status_code == 404
    assert client.post(f"/play/{own}/move", data={"turn": "0", "choice": "wait"}).status_code == 404
    assert client.get(ann.replace("/play/", "/links/")).status_code == 404


def test_the_shelf_leads_back_to_what_was_begun(client: TestClient) -> None:
    link = begin(client)
    page, _ = shared(client)
    shelf = client.get("/").text
    assert f'href="{link}#now"' in shelf
    assert f'href="{page}"' in shelf
    client.post("/forget")
    assert "Go on" not in client.get("/").text


def test_names_that_a_server_goes_by() -> None:
    for host in ("localhost:8000", "127.0.0.1:1", "[::1]:8000", "192.168.0.7", "a.localhost", "Stories.example.org:80"):
        assert is_known_host(host, {"stories.example.org"})
    for host in ("evil.example", "stories.example.org.evil.example", "", "127.0.0.1.evil.example"):
        assert not is_known_host(host, {"stories.example.org"})


def test_a_host_that_is_not_ours(client: TestClient) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_rates() -> None:
    now = 0.0
    buckets = Buckets(Rate(0.5, 2), lambda: now)
    assert [buckets.take("a"), buckets.take("a"), buckets.take("a"), buckets.take("b")] == [0, 0, 2, 0]
    now = 1.5
    assert buckets.take("a") == 1
    now = 2.5
    assert buckets.take("a") == 0
    client = [
        {"client": (address, 1)} for address in ("2001:db8::1", "2001:db8::2", "2001:db8:1::1", "::ffff:10.0.0.1")
    ]
    assert [client_of(each) for each in client] == ["2001:db8::/64", "2001:db8::/64", "2001:db8:1::/64", "10.0.0.1"]


@pytest.mark.parametrize("rate", [PER_CLIENT, PER_STORY])
def test_who_asks_too_often_is_told_when_to_come_back(client: TestClient, rate: Rate) -> None:
    link = begin(client)
    answers = []
    for _ in range(rate.burst * 3):
        if rate is PER_STORY:
            answers.append(client.post(f"{link}/move", data={"turn": "9", "choice": "wait"}))
        else:
            answers.append(client.get("/icon.svg"))
        if answers[-1].status_code == 429:
            break
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert "Wait 1 second," in answers[-1].text
    assert len(answers) >= rate.burst - 5


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
    marked = client.post(f"{link}/move", data={"turn": "0"}, headers={"sec-fetch-site": "cross-site"})
    assert marked.status_code == 403
    here = client.post(f"{link}/move", data={"turn": "0", "choice": "wait"}, headers={"origin": "http://localhost"})
    assert here.status_code == 200
    assert client.post(f"{link}/move", data={"words": "x" * 5000}).status_code == 413


def choices(page: str) -> list[str]:
    """What can be chosen on a page, as forms say it."""
    return [html.unescape(each) for each in re.findall(r'name="choice" value="([^"]+)"', page)]


def test_killed_in_the_middle_nothing_is_lost(tmp_path: Path) -> None:
    server = Server(tmp_path)
    link, page = server.post("/begin", world="mountain.story", seat="Clarke")
    for _ in range(3):
        _, page = server.post(f"{link}/move", turn=turn(page), choice=choices(page)[0])
    server.end(signal.SIGKILL)
    server = Server(tmp_path)
    assert server.get(link) == page
    ended = False
    for _ in range(20):
        _, page = server.post(f"{link}/move", turn=turn(page), words="wait")
        ended = ended or "The end</span>" in page
        if ended:
            break
    assert ended
    assert server.end(signal.SIGINT) in (0, 130)


def test_worlds_and_stories_that_were_begun_are_open_before_anybody_comes_back(
    client: TestClient, tmp_path: Path
) -> None:
    (tmp_path / "worlds" / "fork.story").write_text(FORK)
    link = begin(client)
    saves = Saves(f"sqlite:///{tmp_path / 'saves.sqlite'}")
    again = application(tmp_path / "worlds", saves)
    again.prepare()
    assert set(again.stories._ensembles) == {"wicked.story"}
    (story,) = again.stories._stories.values()
    assert story.token == saves.invited(link.rpartition("/")[2])[0]  # type: ignore[index]
    saves.close()


@pytest.mark.slow
def test_stories_are_kept_in_postgresql(tmp_path: Path) -> None:
    (tmp_path / "fork.story").write_text(FORK)
    with database() as kept:
        server = Server(tmp_path, tmp_path, saves=kept.url)
        link, page = server.post("/begin", world="fork.story", seat="Ann")
        _, page = server.post(f"{link}/move", turn=turn(page), choice="open(Ann, Left)")
        assert "The end</span> Ann is home" in page
        server.end(signal.SIGKILL)
        server = Server(tmp_path, tmp_path, saves=kept.url)
        assert server.get(link) == page
        # The database goes away and comes back while the server stays: what cannot be saved is not shown as done.
        kept.stop()
        with pytest.raises(urllib.error.HTTPError) as refused:
            server.post(f"{link}/move", turn=turn(page), undo="1")
        told = refused.value.read().decode()
        assert (refused.value.code, "cannot be saved just now" in told, "PGSQL" in told) == (500, True, False)
        kept.start()
        _, page = server.post(f"{link}/move", turn="1", undo="1")
        assert (at(page), "You open" in page) == (0, False)
        _, page = server.post(f"{link}/move", turn="0", choice="wait")
        kept.stop()
        kept.start()
        _, page = server.post(f"{link}/move", turn="1", choice="open(Ann, Right)")
        assert "You open the right gate." in page
        assert server.end(signal.SIGINT) in (0, 130)


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    server = Server(tmp_path)
    done = subprocess.run(
        [*CHEKHOV, "serve", str(WORLDS), "--port", str(server.port)],
        capture_output=True,
        text=True,
        env=environment(HOME=os.fspath(tmp_path)),
    )
    assert (done.returncode, "E0619" in done.stderr, "Traceback" in done.stderr) == (4, True, False)
    server.end(signal.SIGTERM)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="what signals a process ignores is read from /proc")
def test_a_reader_who_goes_away_while_they_are_answered_ends_nothing(tmp_path: Path) -> None:
    """The moment in which a second write finds the connection gone cannot be met at will, but what would then end
    the server can be looked at."""
    server = Server(tmp_path)
    assert "Mountain" in server.get("/")
    ignored = re.search(r"^SigIgn:\t([0-9a-f]+)$", Path(f"/proc/{server.process.pid}/status").read_text(), re.M)
    assert ignored is not None
    assert int(ignored[1], 16) >> (signal.SIGPIPE - 1) & 1
    assert server.end(signal.SIGINT) in (0, 130)
