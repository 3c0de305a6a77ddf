"""The pages: a shelf of worlds, and each story that is played, under links that cannot be guessed.

All of it works with forms and links alone; one small script of our own saves reloading. What a reader does is bound to
the turn that they saw, so that a form that is sent twice is one move.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import anyio
import anyio.to_thread
from jinja2 import Environment, PackageLoader
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from chekhov.charts.drawing import style, text_width
from chekhov.diagnostics import ChekhovError
from chekhov.play.saves import Saves
from chekhov.play.session import MASTER
from chekhov.telling import label
from chekhov.web.guard import BEGINNINGS, PER_STORY, Buckets, Guard, client_of, too_often
from chekhov.web.news import News
from chekhov.web.showing import look_into, name_of, page_of
from chekhov.web.stories import HOST, Answer, Stories

_log = logging.getLogger("uvicorn.error")

_FILES = {"pictures.css": "text/css", "page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}
_WORKERS = 4
"""Threads that answer; more would only wait for one another, as Python runs one at a time."""
_ASKING = 2
"""Of questions that take long, so many are answered at a time, besides."""
_REMEMBERED = 6
"""Stories that a browser remembers for its reader."""
_TITLES = {200: "No connection", 404: "Nothing here", 429: "Not so fast", 500: "Something is wrong"}


class Application(Starlette):
    """The pages of a folder's worlds."""

    def __init__(self, folder: Path, saves: Saves, *, names: Collection[str], author: bool) -> None:
        self.stories = Stories(folder, saves)
        self.news = News()
        self._author = author
        self._begun = Buckets(BEGINNINGS)
        self._moved = Buckets(PER_STORY)
        self._pages = Environment(
            loader=PackageLoader("chekhov.web", "pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        self._pages.globals["pictures"] = style
        self._files = {name: self._pages.get_template(name).render().encode() for name in _FILES}
        versions = {name: hashlib.sha256(data).hexdigest()[:12] for name, data in self._files.items()}
        self._pages.globals["file"] = lambda name: f"/{name}?v={versions[name]}"
        away = self._away().body
        version = hashlib.sha256("".join(versions.values()).encode() + bytes(away)).hexdigest()[:12]
        worker = self._pages.get_template("worker.js").render(
            files=[f"/{n}?v={v}" for n, v in versions.items()], version=version
        )
        self._files["worker.js"] = worker.encode()
        self._pages.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
        self._pages.filters["listed"] = listed
        play = "/play/{link}"
        super().__init__(
            routes=[
                Route("/", self._library),
                Route("/worlds/{file}", self._beginning),
                Route("/begin", self._begin, methods=["POST"]),
                Route("/forget", self._forget, methods=["POST"]),
                Route("/links/{link}", self._invitations),
                Route(play, self._play),
                Route(f"{play}/move", self._move, methods=["POST"]),
                Route(f"{play}/news", self._news),
                Route("/away", lambda _: self._away()),
                Route("/worker.js", self._worker),
                *(Route(f"/{name}", partial(self._file, name)) for name in _FILES),
            ],
            exception_handlers={
                404: self._not_found,
                405: self._not_found,
                ChekhovError: self._failed,
                500: self._failed,
            },
            middleware=[Middleware(Guard, hosts={name.casefold() for name in names}, refused=self._message)],
            lifespan=self._running,
        )

    def close(self) -> None:
        """Ends what would otherwise go on for as long as somebody looks."""
        self.news.close()

    def prepare(self) -> None:
        """Does what all would have to wait for who come back after the server was stopped."""
        for name in self._pages.list_templates(["html"]):
            self._pages.get_template(name)
        for bold in (False, True):
            text_width("", 1, bold=bold)  # reads the font
        self.stories.open_begun()

    @asynccontextmanager
    async def _running(self, _: Starlette) -> AsyncIterator[None]:
        self._working, self._asking = anyio.CapacityLimiter(_WORKERS), anyio.CapacityLimiter(_ASKING)
        preparing = threading.Thread(target=self.stories.prepare, daemon=True)
        preparing.start()
        yield
        self.close()
        self.stories.close()
        preparing.join()  # A thread that is in the kernel when Python ends would bring down the process.

    # -- the shelf

    async def _library(self, request: Request) -> Response:
        return await anyio.to_thread.run_sync(self._shelf, _remembered(request), limiter=self._working)

    def _shelf(self, links: list[str]) -> Response:
        begun = []
        for link in links:
            known = self.stories.role(link)
            story = None if known is None else self.stories.find(known[0])
            if known is None or story is None:
                continue
            role = known[1]
            whom = {MASTER: "as its game master", HOST: "the readers' links"}
            begun.append(
                {
                    "path": f"/links/{link}" if role == HOST else f"/play/{link}#now",
                    "title": story.session.problem.title or story.world,
                    "as_whom": whom.get(role) or f"as {name_of(story.session, role)}",
                }
            )
        return self._page("library.html", worlds=self.stories.worlds(), begun=begun)

    async def _beginning(self, request: Request) -> Response:
        world = await anyio.to_thread.run_sync(self.stories.world, request.path_params["file"], limiter=self._working)
        return self._missing() if world is None else self._page("begin.html", world=world)

    async def _begin(self, request: Request) -> Response:
        given = await _form(request)
        wait = self._begun.take(client_of(request.scope))
        if wait:
            return too_often(self._message, wait)
        seats = list(dict.fromkeys([*given.get("seat", []), *given.get("other", [])]))
        shared = "shared" in given
        start = partial(
            self.stories.begin,
            given.get("world", [""])[0],
            seats,
            shared=shared,
            director=given.get("director") != ["0"],
            given={name: given[name][0] for name in ("tense", "person") if name in given},
        )
        links = await anyio.to_thread.run_sync(start, limiter=self._working)
        if links is None:
            return self._missing()
        link = links[HOST] if shared else next(iter(links.values()))
        answer = RedirectResponse(f"/{'links' if shared else 'play'}/{link}", 303)
        _remember(request, answer, link)
        return answer

    async def _forget(self, _: Request) -> Response:
        answer = RedirectResponse("/", 303)
        answer.delete_cookie("stories")
        return answer

    async def _invitations(self, request: Request) -> Response:
        known = await self._role(request)
        if known is None or known[1] != HOST:
            return self._missing()
        return await anyio.to_thread.run_sync(self._invite, known[0], str(request.base_url), limiter=self._working)

    def _invite(self, token: str, base: str) -> Response:
        story = self.stories.find(token)
        if story is None:
            return self._missing()
        links = self.stories.links(token)
        session = story.session
        shown = [
            {
                "whom": label(session.problem, seat),
                "what": "Reads the story as this character, and acts for them.",
                "path": f"/play/{links[seat]}",
                "address": f"{base}play/{links[seat]}",
            }
            for seat in session.record.seats
        ]
        shown.append(
            {
                "whom": "The game master",
                "what": "Sees all, and may choose what those do who have no reader. This tells how everything goes.",
                "path": f"/play/{links[MASTER]}",
                "address": f"{base}play/{links[MASTER]}",
            }
        )
        return self._page("links.html", title=session.problem.title or story.world, links=shown)

    # -- a story

    async def _role(self, request: Request) -> tuple[str, str] | None:
        return await anyio.to_thread.run_sync(self.stories.role, request.path_params["link"], limiter=self._working)

    async def _play(self, request: Request) -> Response:
        link, asked = request.path_params["link"], request.query_params.get("ask", "")
        show = partial(self._show, link, asked=asked, of=request.query_params.get("of", ""), alone=_by_script(request))
        answer = await anyio.to_thread.run_sync(show, limiter=self._asking if asked else self._working)
        if answer.status_code == 200:
            _remember(request, answer, link)
        return answer

    def _show(self, link: str, *, asked: str, of: str, alone: bool) -> Response:
        known = self.stories.role(link)
        story = None if known is None or known[1] == HOST else self.stories.find(known[0])
        if known is None or story is None:
            return self._missing()
        if asked:
            with story.lock:
                session = story.session.copied()
            look_into(session, known[1], asked, author=self._author)  # while others go on
        with story.lock:
            values = self._values(story.session, known[1], Answer(), asked, of)
        return self._page("story.html" if alone else "play.html", link=link, **values)

    async def _move(self, request: Request) -> Response:
        link = request.path_params["link"]
        given = {name: values[0] for name, values in (await _form(request)).items()}
        known = self.stories.known_role(link) or await self._role(request)
        if known is None or known[1] == HOST:
            return self._missing()
        wait = self._moved.take(known[0])
        if wait:
            return too_often(self._message, wait)
        do = partial(self._do, link, *known, given, alone=_by_script(request))
        answer, at = await anyio.to_thread.run_sync(do, limiter=self._working)
        if at is not None:
            self.news.tell(known[0], at)
        return answer

    def _do(
        self, link: str, token: str, role: str, given: dict[str, str], *, alone: bool
    ) -> tuple[Response, int | None]:
        """The answer to a form, and what the story has come to by it."""
        story = self.stories.find(token)
        if story is None:
            return self._missing(), None
        with story.lock:
            before = story.session.record
            answer = self.stories.move(story, role, given)
            at = None if story.session.record is before else story.at
        if answer == Answer() and not alone:
            return RedirectResponse(f"/play/{quote(link)}#now", 303), at
        story = self.stories.find(token) or story  # another one, if it went on elsewhere
        with story.lock:
            values = self._values(story.session, role, answer, "", "")
        if alone:
            return self._page("story.html", link=link, **values), at
        return self._page("play.html", 400 if answer.refused else 409, link=link, **values), at

    def _values(self, session: Any, role: str, answer: Answer, asked: str, of: str) -> dict[str, Any]:
        turn, undo = self.stories.turn(session, role), self.stories.may_undo(session, role)
        return page_of(session, role, turn, answer=answer, asked=asked, of=of, author=self._author, undo=undo)

    async def _news(self, request: Request) -> Response:
        known = await self._role(request)
        if known is None or known[1] == HOST:
            return self._missing()
        if self.news.full(known[0]):
            return self._message(503, "Too many look at this story at once.")
        at = await anyio.to_thread.run_sync(self.stories.at, known[0], limiter=self._working)
        events = self.news.stream(*known, at)
        return StreamingResponse(events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    # -- what all have in common

    async def _file(self, name: str, request: Request) -> Response:
        kept = "max-age=31536000, immutable" if "v" in request.query_params else "max-age=3600"
        return Response(self._files[name], media_type=_FILES[name], headers={"cache-control": kept})

    async def _worker(self, _: Request) -> Response:
        # Browsers ask for it again now and then, and with it for all that has changed.
        return Response(self._files["worker.js"], media_type="text/javascript", headers={"cache-control": "no-cache"})

    def _away(self) -> Response:
        """What is shown where a page is not at hand and the server cannot be reached."""
        return self._message(
            200, "The stories cannot be reached just now. What you have begun is kept; try again soon."
        )

    def _page(self, template: str, status: int = 200, **values: Any) -> Response:
        return HTMLResponse(self._pages.get_template(template).render(**values), status)

    def _message(self, status: int, text: str) -> Response:
        return self._page("message.html", status, title=_TITLES.get(status, "That cannot be done"), text=text)

    def _missing(self) -> Response:
        return self._message(404, "There is no such page. If it was a story, look whether its address is complete.")

    async def _not_found(self, _: Request, __: Exception) -> Response:
        return self._missing()

    async def _failed(self, _: Request, error: Exception) -> Response:
        text = "That did not work. What you have read is kept; try again, or go back."
        if isinstance(error, ChekhovError):
            _log.error("%s", error)  # for whoever runs the server: of a database, say, it tells where it is
            if any(diagnostic.code == "E0617" for diagnostic in error.diagnostics):
                text = (
                    "Stories cannot be saved just now, so nothing was done. What you have read is kept; try again soon."
                )
        return self._message(500, text)


def application(folder: Path, saves: Saves, *, names: Collection[str] = (), author: bool = False) -> Application:
    """The application that serves the worlds of a folder. ``names``: of hosts, besides addresses and this machine, by
    which it may be asked. With ``author``, readers may ask what can still happen."""
    return Application(folder, saves, names=names, author=author)


def listed(texts: Collection[str]) -> str:
    """*a*, *a and b*, *a, b and c*."""
    *most, last = texts
    return f"{', '.join(most)} and {last}" if most else last


def _by_script(request: Request) -> bool:
    """Whether our script asks, which needs no more than the story."""
    return "chekhov-script" in request.headers


def _remembered(request: Request) -> list[str]:
    """The links that a browser remembers, the last first."""
    return [link for link in request.cookies.get("stories", "").split(".") if link][:_REMEMBERED]


def _remember(request: Request, answer: Response, link: str) -> None:
    """Has the browser remember a link, so that its reader finds the story again."""
    had = _remembered(request)
    if had[:1] != [link]:
        links = ".".join([link, *(each for each in had if each != link)][:_REMEMBERED])
        answer.set_cookie(
            "stories",
            links,
            max_age=365 * 86_400,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )


async def _form(request: Request) -> dict[str, list[str]]:
    """The fields of a form that was sent."""
    text = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qs(text, max_num_fields=40)
    except ValueError:
        return {}
