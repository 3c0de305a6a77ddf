"""The pages in a real browser: Debian's Chromium, driven by Playwright.

In every test here a request to anywhere but the server, an error in the browser's console, or a dialog is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
    Route,
    expect,
    sync_playwright,
)
from ways import Guide

from chekhov import lang
from chekhov.model import Problem
from chekhov.play.ensemble import Ensemble
from chekhov.play.session import MASTER, WAIT
from web.serving import FORK, WICKED, WORLDS, Server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CHEKHOV_CI"),
    reason="needs Chromium: `make browser` installs Debian's",
)

AWAY = r"ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_FAILED"
"""What a browser says of a server that cannot be reached."""
PATIENCE = 60_000
"""Milliseconds until what is waited for counts as missing: much else may run beside a browser."""
expect.set_options(timeout=PATIENCE)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}

MANY = """
title "The Fair";
type stall; type thing;
entity Gate : stall "the gate"; entity Booth : stall "the booth"; entity Wheel : stall "the wheel";
entity Tent : stall "the tent"; entity Stage : stall "the stage";
entity Bell : thing "the bell"; entity Drum : thing "the drum";
entity Horn : thing "the horn"; entity Flute : thing "the flute";
entity Ann : character "Ann" (she); entity Bob : character "Bob" (he);
property at(who : character) : stall; property loud(thing : thing) : boolean;
property coins(who : character) : number 0..9;
at(Ann) = Gate; at(Bob) = Gate; coins(Ann) = 5;
action walk(who : character, to : stall) {
    precondition: at(who) != to; effect: at(who) = to; consenting: who; observing(o : character): True;
    telling: "{who} {who.walk/walks} to {to}.";
};
action play(who : character, thing : thing) {
    precondition: !loud(thing) & coins(who) > 0; effect: loud(thing) & coins(who) = coins(who) - 1;
    consenting: who;
    observing(o : character): True; telling: "{who} {who.play/plays} {thing}.";
};
utility(Ann): 0; utility(Bob): 0; utility(): 0;
ending music "Music everywhere": forall(t : thing) loud(t);
"""


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    assert CHROMIUM is not None, "CI is to have Chromium: `make browser` installs it"
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield started
    started.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "worlds").mkdir()
    shutil.copy(WORLDS / "mountain.story", folder / "worlds")
    (folder / "worlds" / "wicked.story").write_text(WICKED)
    (folder / "worlds" / "fair.story").write_text(MANY)
    (folder / "worlds" / "fork.story").write_text(FORK)
    started = Server(folder, folder / "worlds")
    yield started
    assert started.end(signal.SIGINT) in (0, 130)


class Reader:
    """Somebody with a browser of their own. ``mishaps`` is what went wrong in it."""

    def __init__(self, browser: Browser, server: Server, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(base_url=server.address, **{"viewport": PHONE, **options})
        self.context.set_default_timeout(PATIENCE)
        self.mishaps: list[str] = []
        self.expected = r"^$"
        self.page: Page = self.context.new_page()
        self.page.on("request", self._goes_nowhere_else)
        self.page.on("console", self._hears)
        self.page.on("pageerror", lambda error: self.mishaps.append(str(error)))
        self.page.on("dialog", self._is_asked)
        self._address = server.address

    def _goes_nowhere_else(self, request: Request) -> None:
        if not request.url.startswith(f"{self._address}/"):
            self.mishaps.append(f"asks {request.url}")

    def _hears(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.mishaps.append(said.text)

    def _is_asked(self, dialog: Dialog) -> None:
        self.mishaps.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def close(self) -> None:
        mishaps = [mishap for mishap in self.mishaps if not re.search(self.expected, mishap)]
        self.context.close()
        assert mishaps == []

    # -- what readers do

    def begins(self, title: str, who: str) -> None:
        self.page.goto("/")
        self.page.get_by_role("form", name=title).get_by_role("button", name=who, exact=True).click()
        self.page.wait_for_url("**/play/*")

    @property
    def at(self) -> str:
        return self.page.locator("[data-story]").get_attribute("data-at") or ""

    def does(self, act: str | None = None, *, words: str | None = None) -> None:
        """Chooses an act (None: the first that is offered), or types words, and waits for what comes of it."""
        before = self.at
        if words is not None:
            self.page.get_by_label("Or in words").fill(words)
            self.page.get_by_role("button", name="Do it").click()
        else:
            within = self.page.locator(".choices button" if act is None else f'.choices button[value="{act}"]')
            within.first.click()
        expect(self.page.locator("[data-story]")).not_to_have_attribute("data-at", before)
        expect(self.page.locator("#now")).not_to_have_attribute("aria-busy", "true")

    def says(self, text: str) -> None:
        """Waits until the story tells something."""
        expect(self.page.locator("#turns")).to_contain_text(text)


@pytest.fixture
def reader(browser: Browser, server: Server) -> Iterator[Callable[..., Reader]]:
    made: list[Reader] = []

    def make(**options: Any) -> Reader:
        made.append(Reader(browser, server, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


# -- reading and choosing


def test_a_choice_is_made_without_leaving_the_page(reader: Callable[..., Reader]) -> None:
    ann = reader()
    ann.begins("The Fair", "Ann")
    ann.page.evaluate("window.stayed = true")
    ann.does("walk(Ann, Booth)")
    ann.says("You walk to the booth.")
    expect(ann.page.locator("#turns .fresh")).to_have_count(1)
    expect(ann.page.locator("#what-now")).to_be_focused()
    expect(ann.page.locator("#map rect.own + text")).to_contain_text("The booth")
    ann.does("play(Ann, Drum)")
    expect(ann.page.locator("#turns .fresh")).to_contain_text("You play the drum.")
    expect(ann.page.get_by_role("meter", name="Coins of Ann")).to_have_attribute("value", "4")
    ann.page.get_by_role("button", name="Take back the last move").click()
    expect(ann.page.locator("#turns")).not_to_contain_text("drum")
    assert ann.page.evaluate("window.stayed")
    ann.page.reload()
    ann.says("You walk to the booth.")


def test_choices_are_grouped_and_narrow_down_to_what_is_typed(reader: Callable[..., Reader]) -> None:
    ann = reader(viewport=DESK)
    ann.begins("The Fair", "Ann")
    expect(ann.page.locator("#now").get_by_role("heading", level=3)).to_have_text(["Walk", "Play"])
    words = ann.page.get_by_label("Or in words")
    shown = ann.page.locator(".choices li:visible")
    assert shown.count() == 9
    words.press_sequentially("bo")
    expect(shown).to_have_count(1)
    expect(ann.page.locator("#matching")).to_have_text("One choice")
    expect(ann.page.locator("#now").get_by_role("heading", level=3)).to_have_text(["Walk"])
    words.press("Enter")
    ann.says("You walk to the booth.")
    expect(words).to_have_value("")
    expect(words).to_be_focused()
    words.fill("play")
    words.press("Enter")
    expect(ann.page.get_by_role("alert")).to_contain_text("Which of these")
    expect(shown).to_have_count(4)
    every = ann.page.get_by_role("link", name="All that you can do")
    every.click()
    expect(every).to_have_count(0)
    words.fill("")
    expect(shown).to_have_count(9)
    words.fill("dance on the table")
    words.press("Enter")
    expect(ann.page.get_by_role("alert")).to_contain_text("nothing that you can do")
    expect(words).to_have_value("dance on the table")
    expect(shown).to_have_count(9)  # whoever sees nothing of what can be done would not know what to type instead
    expect(ann.page.locator("#now").get_by_role("heading", level=3)).to_have_text(["Walk", "Play"])


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_map_and_storyline_go_on_with_the_story(reader: Callable[..., Reader], size: dict[str, int]) -> None:
    ann = reader(viewport=size)
    ann.begins("The Fair", "Ann")
    own = ann.page.locator("#map svg rect.own + text")
    expect(own).to_contain_text("The gate")
    expect(ann.page.get_by_role("img", name="The map")).to_be_visible()
    ann.page.locator("#map summary").click()
    expect(ann.page.locator("#map .here")).to_contain_text("The gate")
    for place in ("Booth", "Wheel", "Tent", "Stage", "Booth", "Wheel", "Tent"):
        ann.does(f"walk(Ann, {place})")
        expect(own).to_contain_text(f"The {place.lower()}")
    expect(ann.page.locator("#map .here")).to_contain_text("The tent")  # opened, it stays so
    strip = ann.page.get_by_role("region", name="The storyline, from left to right")
    line = strip.get_by_role("img", name="The storyline so far")
    expect(line).to_be_visible()
    # Its end is what one sees, in letters that are large enough; and the page is not wider for it.
    strip.scroll_into_view_if_needed()
    expect(line.locator("text", has_text="you").last).to_be_in_viewport()
    assert all(
        float(size) >= 11
        for size in ann.page.locator("svg text").evaluate_all(
            "texts => texts.map(text => text.getBoundingClientRect().height / 1.117 * 1.001)"
        )
    )
    assert strip.evaluate("strip => strip.scrollWidth > strip.clientWidth")
    strip.focus()
    for _ in range(50):
        ann.page.keyboard.press("ArrowLeft")
        if strip.evaluate("strip => strip.scrollLeft") < -5:
            break
    scrolled = strip.evaluate("strip => strip.scrollLeft")
    assert scrolled < -5
    # What has not changed is not touched: a playing of the drum moves nobody.
    ann.page.evaluate("for (const part of ['map', 'storyline']) window[`the_${part}`] = document.getElementById(part)")
    ann.does("play(Ann, Drum)")
    assert ann.page.evaluate(
        "['map', 'storyline'].every(part => window[`the_${part}`] === document.getElementById(part))"
    )
    assert strip.evaluate("strip => strip.scrollLeft") <= scrolled + 1
    assert ann.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_questions_are_answered_in_the_margin(reader: Callable[..., Reader]) -> None:
    clarke = reader(viewport=DESK)
    clarke.begins("The Mountain", "Clarke")
    clarke.does(WAIT)
    for question, answer in (("What do I know?", "You take this to be so"), ("Why did they do that?", "Why")):
        clarke.page.get_by_role("link", name=question).click()
        expect(clarke.page.locator("#asked h3")).to_contain_text(answer)
        expect(clarke.page.locator("#asked")).to_be_focused()
    clarke.page.get_by_role("link", name="Close").click()
    expect(clarke.page.locator("#asked")).to_have_count(0)


def test_everything_can_be_done_from_the_keyboard(reader: Callable[..., Reader]) -> None:
    ann = reader(viewport=DESK)
    ann.page.goto("/")
    for _ in range(40):
        ann.page.keyboard.press("Tab")
        if ann.page.evaluate("document.activeElement.textContent.trim()") == "Ann":
            break
    ann.page.keyboard.press("Enter")
    ann.page.wait_for_url("**/play/*")
    ann.page.keyboard.press("Tab")
    expect(ann.page.get_by_role("link", name="To what you can do now")).to_be_focused()
    ann.page.keyboard.press("Enter")
    ann.page.keyboard.press("Tab")
    expect(ann.page.locator(".choices button").first).to_be_focused()
    outline = ann.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#turns .fresh")).to_have_count(1)
    expect(ann.page.locator("#what-now")).to_be_focused()
    ann.page.keyboard.press("Tab")
    expect(ann.page.locator(".choices button").first).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_nothing_in_a_world_or_in_what_is_typed_can_run(reader: Callable[..., Reader], scripts: bool) -> None:
    ann = reader(java_script_enabled=scripts)
    if not scripts:
        ann.expected = r"status of 400"
    ann.page.goto("/")
    ann.page.get_by_role("button", name="Ann", exact=True).last.click()
    ann.page.wait_for_url("**/play/*")
    ann.page.locator('.choices button[value="go(Ann, Mark)"]').click()
    ann.says("<script>alert(3)</script>")
    ann.page.locator("#map svg text", has_text="onmouseover").hover()
    for words in ("<img src=x onerror=alert(6)>", "javascript:alert(7)", "\"'></p><script>alert(8)</script>"):
        ann.page.get_by_label("Or in words").fill(words)
        ann.page.get_by_role("button", name="Do it").click()
        expect(ann.page.get_by_role("alert")).to_be_visible()
    ann.page.get_by_role("link", name="What do I know?").click()
    expect(ann.page.locator("#asked")).to_contain_text("onmouseover")
    assert ann.page.locator("img, script:not([src^='/page.js'])").count() == 0


def test_a_script_that_came_into_a_page_would_not_run(reader: Callable[..., Reader]) -> None:
    ann = reader()
    ann.expected = "Content Security Policy|Trusted"
    ann.begins("The Fair", "Ann")
    ran = ann.page.evaluate(
        """async () => {
            window.ran = [];
            const script = document.createElement("script");
            try { script.textContent = "ran.push('inline')"; document.body.append(script); } catch { }
            const image = "<img src=x onerror=\\"ran.push('markup')\\">";
            try { document.body.insertAdjacentHTML("beforeend", image); } catch { }
            try { await fetch("https://example.org/"); ran.push("request"); } catch { }
            return ran;
        }"""
    )
    assert ran == []
    assert any("Security Policy" in mishap for mishap in ann.mishaps)
    ann.mishaps = [mishap for mishap in ann.mishaps if not mishap.startswith("asks https://example.org/")]


def test_an_ending_is_told_with_what_might_have_been(reader: Callable[..., Reader]) -> None:
    ann = reader()
    ann.begins("The Fork", "Ann")
    ann.does("open(Ann, Left)")
    expect(ann.page.get_by_role("heading", name="What might have been")).to_be_visible()
    expect(ann.page.locator(".otherwise")).to_contain_text("Bob is home")
    expect(ann.page.locator("#what-now")).to_be_focused()


# -- without scripts, and without a connection


def test_a_story_is_played_to_its_end_without_scripts(reader: Callable[..., Reader]) -> None:
    ann = reader(java_script_enabled=False)
    ann.begins("The Fair", "Ann")
    for thing in ("Bell", "Drum", "Horn", "Flute"):
        ann.page.locator(f'.choices button[value="play(Ann, {thing})"]').click()
        ann.says(f"You play the {thing.lower()}.")
    expect(ann.page.get_by_role("heading", name="Music everywhere")).to_be_visible()
    ann.page.get_by_role("button", name="Take back").click()
    ann.page.get_by_label("Or in words").fill("flute")
    ann.page.get_by_role("button", name="Do it").click()
    expect(ann.page.get_by_role("heading", name="Music everywhere")).to_be_visible()


def test_a_choice_made_offline_is_sent_when_the_connection_is_back(reader: Callable[..., Reader]) -> None:
    ann = reader()
    ann.expected = "ERR_INTERNET_DISCONNECTED|ERR_FAILED"
    ann.begins("The Fair", "Ann")
    ann.context.set_offline(True)
    ann.page.locator('.choices button[value="walk(Ann, Tent)"]').click()
    expect(ann.page.locator("#connection")).to_contain_text("Your choice is kept")
    ann.page.locator('.choices button[value="walk(Ann, Booth)"]').click()
    expect(ann.page.locator("#connection")).to_contain_text("still waits to be sent")
    ann.context.set_offline(False)
    ann.says("You walk to the tent.")
    expect(ann.page.locator("#connection")).to_be_hidden()
    assert ann.at == "1"
    # What is not to be sent after all stays undone.
    ann.context.set_offline(True)
    ann.page.locator('.choices button[value="walk(Ann, Stage)"]').click()
    ann.page.get_by_role("button", name="Do not send it").click()
    ann.context.set_offline(False)
    ann.does("walk(Ann, Wheel)")
    expect(ann.page.locator("#turns")).not_to_contain_text("stage")
    assert ann.at == "2"


def test_an_answer_that_is_lost_on_its_way_is_one_move(reader: Callable[..., Reader]) -> None:
    ann = reader(service_workers="block")  # whose requests cannot be lost here
    ann.expected = "ERR_FAILED|ERR_CONNECTION|Service Worker registration blocked"
    ann.begins("The Fair", "Ann")
    lost: list[int] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    ann.page.route("**/move", lose)
    ann.page.locator('.choices button[value="walk(Ann, Tent)"]').click()
    ann.says("You walk to the tent.")
    expect(ann.page.locator("#connection")).to_be_hidden()
    assert lost == [200]
    assert ann.at == "1"
    expect(ann.page.get_by_role("alert")).to_have_count(0)


def at_the_fair(browser: Browser, tmp_path: Path) -> tuple[Server, Reader]:
    """A server that may go away, and somebody who has begun to read there."""
    (tmp_path / "worlds").mkdir()
    (tmp_path / "worlds" / "fair.story").write_text(MANY)
    server = Server(tmp_path, tmp_path / "worlds")
    ann = Reader(browser, server)
    ann.expected = AWAY
    ann.begins("The Fair", "Ann")
    return server, ann


def test_a_server_that_is_killed_and_comes_back(browser: Browser, tmp_path: Path) -> None:
    server, ann = at_the_fair(browser, tmp_path)
    ann.does("walk(Ann, Tent)")
    server.end(signal.SIGKILL)
    ann.page.locator('.choices button[value="walk(Ann, Stage)"]').click()
    expect(ann.page.locator("#connection")).to_contain_text("The connection is gone")
    server = Server(tmp_path, tmp_path / "worlds", server.port)
    ann.says("You walk to the stage.")
    assert ann.page.locator("#turns p").all_inner_texts()[0] == "You walk to the tent."
    assert ann.at == "2"
    ann.close()
    assert server.end(signal.SIGINT) in (0, 130)


def is_kept(reader: Reader, *texts: str) -> None:
    """Waits until the page that is open is at hand for when the server cannot be reached, and tells all this."""
    look = """async texts => {
        const page = await (await caches.open("pages")).match(location.pathname);
        const body = page ? await page.text() : "";
        return texts.every(text => body.includes(text));
    }"""
    for _ in range(600):
        if reader.page.evaluate(look, list(texts)):
            return
        reader.page.wait_for_timeout(50)
    raise AssertionError(f"{texts} is not kept")


def test_a_page_opens_and_takes_a_choice_while_the_server_is_away(browser: Browser, tmp_path: Path) -> None:
    server, ann = at_the_fair(browser, tmp_path)
    is_kept(ann, "What do you do?")
    ann.does("walk(Ann, Tent)")
    is_kept(ann, "You walk to the tent.", "</html>")
    server.end(signal.SIGKILL)
    ann.page.reload()
    ann.says("You walk to the tent.")
    expect(ann.page.locator("#map rect.own + text")).to_contain_text("The tent")
    assert ann.page.evaluate("getComputedStyle(document.body).margin") == "0px"  # its style sheet is there, too
    expect(ann.page.locator("#connection")).to_contain_text("The server cannot be reached")
    ann.page.locator('.choices button[value="walk(Ann, Stage)"]').click()
    expect(ann.page.locator("#connection")).to_contain_text("Your choice is kept")
    ann.page.reload()
    expect(ann.page.locator("#connection")).to_contain_text("Your choice is kept")
    other = ann.context.new_page()  # of a page that was never open there is nothing to show
    other.goto("/worlds/fair.story")
    expect(other.get_by_role("heading", name="No connection")).to_be_visible()
    other.close()
    server = Server(tmp_path, tmp_path / "worlds", server.port)
    ann.says("You walk to the stage.")
    expect(ann.page.locator("#connection")).to_be_hidden()
    assert ann.at == "2"
    ann.close()
    assert server.end(signal.SIGINT) in (0, 130)


def test_a_page_opens_offline_until_its_reader_forgets_it(reader: Callable[..., Reader]) -> None:
    ann = reader()
    ann.expected = "ERR_INTERNET_DISCONNECTED|ERR_FAILED"
    ann.begins("The Fair", "Ann")
    ann.does("walk(Ann, Booth)")
    is_kept(ann, "You walk to the booth.")
    story = ann.page.url
    ann.page.goto("/")
    ann.context.set_offline(True)
    ann.page.goto(story)
    ann.says("You walk to the booth.")
    expect(ann.page.locator("#connection")).to_contain_text("You are offline")
    ann.context.set_offline(False)
    expect(ann.page.locator("#connection")).to_be_hidden()
    ann.page.goto("/")
    ann.page.get_by_role("button", name="Forget").click()
    expect(ann.page.get_by_role("heading", name="Go on")).to_have_count(0)
    ann.context.set_offline(True)
    ann.page.goto(story)
    expect(ann.page.get_by_role("heading", name="No connection")).to_be_visible()


# -- several readers


def begin_with_others(host: Reader, file: str, who: str, others: list[str], *, director: bool = True) -> dict[str, str]:
    """The links of a story with several readers."""
    host.page.goto(f"/worlds/{file}")
    host.page.get_by_role("group", name="Who are you?").get_by_label(who).check()
    for other in others:
        host.page.get_by_role("group", name="Who else").get_by_label(other).check()
    if not director:
        host.page.get_by_label("do what is nearest to each").check()
    host.page.get_by_role("button", name="Begin").click()
    expect(host.page.get_by_role("heading", name="The game master")).to_be_visible()
    whom = host.page.locator(".invitations h2").all_inner_texts()
    return dict(zip(whom, [field.input_value() for field in host.page.locator("input").all()], strict=True))


def test_two_readers_and_a_game_master_in_one_story(reader: Callable[..., Reader]) -> None:
    ann, bob, master = reader(), reader(), reader(viewport=DESK)
    links = begin_with_others(ann, "fair.story", "Ann", ["Bob"])
    assert list(links) == ["Ann", "Bob", "The game master"]
    for each, whom in ((ann, "Ann"), (bob, "Bob"), (master, "The game master")):
        each.page.goto(links[whom])
        each.page.evaluate("window.stayed = true")
    ann.does("walk(Ann, Booth)")
    bob.says("Ann walks to the booth.")
    master.says("Ann walks to the booth.")
    expect(bob.page.locator("#turns .fresh")).to_have_count(1)
    bob.page.get_by_label("Or in words").fill("tent")  # what is being typed stays
    ann.does("walk(Ann, Wheel)")
    bob.says("Ann walks to the wheel.")
    expect(bob.page.get_by_label("Or in words")).to_have_value("tent")
    bob.page.get_by_role("button", name="Do it").click()
    for each, text in ((ann, "Bob walks to the tent."), (bob, "You walk to the tent."), (master, "Bob walks to")):
        each.says(text)
    expect(ann.page.get_by_role("button", name="Take back")).to_have_count(0)
    master.page.get_by_role("button", name="Take back").click()
    expect(bob.page.locator("#turns")).not_to_contain_text("tent")
    assert all(each.page.evaluate("window.stayed") for each in (ann, bob, master))
    # They choose at the same time: both are done.
    for each, act in ((ann, "play(Ann, Bell)"), (bob, "walk(Bob, Stage)")):
        each.page.locator(f'.choices button[value="{act}"]').evaluate("button => button.click()")
    for each in (ann, bob, master):
        expect(each.page.locator("#turns")).to_contain_text(re.compile(r"plays? the bell"))
        expect(each.page.locator("#turns")).to_contain_text(re.compile(r"walks? to the stage"))


def test_the_shelf_leads_back_and_forgets(reader: Callable[..., Reader]) -> None:
    ann = reader()
    ann.begins("The Fair", "Ann")
    ann.does("walk(Ann, Booth)")
    ann.page.goto("/")
    ann.page.get_by_role("link", name="The Fair as Ann").click()
    ann.says("You walk to the booth.")
    ann.page.goto("/")
    ann.page.get_by_role("button", name="Forget").click()
    expect(ann.page.get_by_role("heading", name="Go on")).to_have_count(0)


# -- whole stories


@pytest.fixture(scope="module")
def mountain() -> tuple[Problem, Ensemble]:
    problem = lang.read(WORLDS / "mountain.story").problem
    assert problem is not None
    return problem, Ensemble(problem)


def way_to(ending: str, problem: Problem, ensemble: Ensemble) -> tuple[str, list[tuple[str, str]]]:
    """Somebody to be, and what they and, where it needs one, a game master choose so that a story comes to an ending,
    while the others do what is nearest to each."""
    guide = Guide(problem, ensemble, ending)
    people = [entity.name for entity in problem.entities if entity.playable]
    for helpers in ((), (MASTER,)):
        for seat in people:
            chosen = guide.choices((seat, *helpers))
            if chosen is not None and any(role == seat for role, _ in chosen):
                return seat, chosen
    raise AssertionError(f"nobody gets to {ending}")


ENDINGS = ["everyone_lives", "captives_freed_natives_die", "captives_die", "maya_suffocates"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_mountain_is_played_to_its_endings(
    reader: Callable[..., Reader], mountain: tuple[Problem, Ensemble], ending: str
) -> None:
    assert [each.name for each in mountain[0].endings] == ENDINGS
    seat, chosen = way_to(ending, *mountain)
    players = {seat: reader(), MASTER: reader(viewport=DESK)}
    links = begin_with_others(players[seat], "mountain.story", seat, [], director=False)
    players[seat].page.goto(links[seat])
    players[MASTER].page.goto(links["The game master"])
    before = seat
    for role, act in chosen:
        if role != before:  # whose page follows by itself
            expect(players[role].page.locator("[data-story]")).to_have_attribute("data-at", players[before].at)
        players[role].does(act)
        before = role
    wanted = next(each for each in mountain[0].endings if each.name == ending)
    for player in players.values():
        expect(player.page.locator("#what-now")).to_contain_text(str(wanted.label))


# -- for everybody


def objections(page: Page) -> list[str]:
    """What axe-core has against a page, by WCAG 2.2 A and AA and its own best practices."""
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    return [
        f"{each['id']}: {each['help']}: {[node['html'] for node in each['nodes']]}"
        for each in found.response["violations"]
    ]


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone, dark", "desk, light"])
def test_nothing_is_in_anybodys_way(reader: Callable[..., Reader], scheme: str, size: dict[str, int]) -> None:
    ann = reader(viewport=size, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    ann.expected = r"status of 40[04]"
    page = ann.page
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found[name] = objections(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"

    ann.begins("The Fair", "Ann")
    look("a beginning")
    ann.does("walk(Ann, Booth)")
    ann.does("walk(Ann, Tent)")
    page.get_by_label("Or in words").fill("play")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look("a question back")
    page.get_by_label("Or in words").fill("")
    page.get_by_role("link", name="What do I know?").click()
    expect(page.locator("#asked")).to_be_visible()
    look("a story")
    page.goto("/")
    look("the shelf")
    links = begin_with_others(ann, "mountain.story", "Clarke", ["Maya"])
    look("the links")
    page.goto(links["The game master"])
    ann.does()
    page.get_by_role("link", name="What can still happen?").click()
    expect(page.locator("#asked")).to_be_visible()
    look("a game master's page")
    page.goto("/worlds/mountain.story")
    look("a beginning with others")
    page.goto("/nowhere")
    look("what is not there")
    assert {name: objections for name, objections in found.items() if objections} == {}
