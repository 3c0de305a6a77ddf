"""The pages: a shelf of worlds, and each story that is played, under an unguessable link.

All of it works with forms and links alone; no script runs, and the headers say that none may. What a reader does is
bound to the turn that they saw, so that a form that is sent twice is one move. Sessions live in the saves; those in
memory are only a cache, so that a server can be killed at any time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from jinja2 import Environment, PackageLoader
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from chekhov import lang
from chekhov.diagnostics import ChekhovError
from chekhov.model import Problem
from chekhov.play.saves import Saves
from chekhov.play.session import RefusedError, Session
from chekhov.play.wording import Ambiguous
from chekhov.telling import label

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_LONGEST_BODY = 4096
_KEPT = 64
"""How many sessions are kept in memory."""


@dataclass
class _Played:
    """A session in memory. Whoever works with it holds its lock."""

    world: str
    session: Session
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Shelf:
    """The worlds of a folder, and the sessions that are played of them. Everything here may take its time, and is
    called from threads."""

    def __init__(self, folder: Path, saves: Saves) -> None:
        self.folder = folder.resolve()
        self.saves = saves
        self._played: OrderedDict[str, _Played] = OrderedDict()
        self._lock = threading.Lock()
        self._problems: dict[str, tuple[float, Problem]] = {}

    def worlds(self) -> list[tuple[str, Problem]]:
        """The worlds that can be played, by file name."""
        found = []
        for path in sorted(self.folder.glob("*.story")):
            problem = self.problem(path.name)
            if problem is not None and people_of(problem):
                found.append((path.name, problem))
        return found

    def problem(self, name: str) -> Problem | None:
        """The world in a file of the folder; None if there is none without errors. Read anew when it was edited."""
        path = self.folder / name
        if Path(name).name != name or not name.endswith(".story") or not path.is_file():
            return None
        changed = path.stat().st_mtime
        known = self._problems.get(name)
        if known is None or known[0] != changed:
            problem = lang.read(path).problem
            if problem is None:
                return None
            known = self._problems[name] = changed, problem
        return known[1]

    def begin(self, name: str, seat: str) -> str | None:
        """The link's name of a new session; None if there is no such world or character."""
        problem = self.problem(name)
        if problem is None or seat not in dict(people_of(problem)):
            return None
        session = Session.begin(problem, seats=[seat])
        token = self.saves.create(name, session.record)
        self._keep(token, _Played(name, session))
        return token

    def find(self, token: str) -> _Played | None:
        """A session by its link's name; from the saves if it is not in memory."""
        with self._lock:
            if token in self._played:
                self._played.move_to_end(token)
                return self._played[token]
        try:
            name, record = self.saves.load(token)
        except ChekhovError as error:
            if error.diagnostics[0].code == "E0618":
                return None
            raise
        problem = self.problem(name)
        if problem is None:
            return None
        return self._keep(token, _Played(name, Session(problem, record)))

    def _keep(self, token: str, played: _Played) -> _Played:
        with self._lock:
            played = self._played.setdefault(token, played)
            self._played.move_to_end(token)
            while len(self._played) > _KEPT:
                self._played.popitem(last=False)
            return played

    def forget(self, token: str) -> None:
        """Lets the saves say what is so, after something went wrong between them and memory."""
        with self._lock:
            self._played.pop(token, None)


def people_of(problem: Problem) -> list[tuple[str, str]]:
    """The characters that a reader may be, with their labels: those that the world calls playable, or else all."""
    people = [entity.name for entity in problem.entities if entity.playable]
    people = people or [entity.name for entity in problem.entities if problem.is_a(entity.name, "character")]
    return [(name, label(problem, name)) for name in people]


def application(folder: Path, saves: Saves) -> Starlette:
    """The application that serves the worlds of a folder."""
    shelf = _Shelf(folder, saves)
    pages = Environment(loader=PackageLoader("chekhov.web", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    style = pages.get_template("style.css").render()

    def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
        return HTMLResponse(pages.get_template(template).render(**values), status)

    def missing() -> HTMLResponse:
        return page("message.html", 404, title="Nothing here", text="There is no such story. It may never have begun.")

    async def library(_: Request) -> Response:
        worlds = await run_in_threadpool(shelf.worlds)
        shown = [(name, problem.title or name, people_of(problem)) for name, problem in worlds]
        return page("library.html", worlds=shown)

    async def begin(request: Request) -> Response:
        given = await _form(request)
        token = await run_in_threadpool(shelf.begin, given.get("world", ""), given.get("seat", ""))
        return missing() if token is None else RedirectResponse(f"/play/{quote(token)}#now", 303)

    def rendered(token: str, refused: str = "", asked: str = "") -> Response:
        played = shelf.find(token)
        if played is None:
            return missing()
        with played.lock:
            session = played.session
            seat = session.record.seats[0]
            turns: dict[int, list[str]] = {}
            for passage in session.passages(seat):
                turns.setdefault(passage.turn, []).append(passage.text)
            groups: dict[str, list[Any]] = {}
            for choice in session.choices(seat):
                groups.setdefault(choice.group, []).append(choice)
            over = session.ending()
            return page(
                "play.html",
                400 if refused else 200,
                token=token,
                title=session.problem.title or played.world,
                who=label(session.problem, seat),
                view=session.view(seat),
                turns=[" ".join(texts) for texts in turns.values()],
                groups=groups,
                turn=len(session.record.moves),
                undo=session.turns > 0,
                refused=refused,
                lost=len(session.lost),
                over=over,
                knows=session.knows(seat) if asked == "know" else None,
                why=session.why(seat) if asked == "why" else None,
                meanwhile=session.meanwhile(seat) if over else None,
            )

    async def play(request: Request) -> Response:
        asked = request.query_params.get("ask", "")
        return await run_in_threadpool(rendered, request.path_params["token"], "", asked)

    def moved(token: str, given: dict[str, str]) -> Response:
        played = shelf.find(token)
        if played is None:
            return missing()
        refused = ""
        with played.lock:
            session = played.session
            seat = session.record.seats[0]
            # A form of an earlier turn was sent twice, or in another window: what is so is shown, nothing is done.
            if given.get("turn") == str(len(session.record.moves)):
                try:
                    if "undo" in given:
                        session.undo()
                    else:
                        choice = given.get("choice", "")
                        if not choice:
                            meant = session.understand(seat, given.get("words", ""))
                            if meant is None:
                                raise RefusedError("That is nothing that you can do now.")
                            if isinstance(meant, Ambiguous):
                                which = "; ".join(each.text for each in meant.choices)
                                raise RefusedError(f"Which one? {which}.")
                            choice = meant.id
                        session.move(seat, choice)
                    saves.save(token, session.record)
                except RefusedError as error:
                    refused = str(error)
                except ChekhovError:
                    shelf.forget(token)
                    raise
        return rendered(token, refused) if refused else RedirectResponse(f"/play/{quote(token)}#now", 303)

    async def move(request: Request) -> Response:
        return await run_in_threadpool(moved, request.path_params["token"], await _form(request))

    async def css(_: Request) -> Response:
        return Response(style, media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    async def failed(_: Request, error: Exception) -> Response:
        text = str(error) if isinstance(error, ChekhovError) else "That did not work. What was saved is kept."
        return page("message.html", 500, title="Something is wrong", text=text)

    async def not_found(_: Request, __: Exception) -> Response:
        return missing()

    routes = [
        Route("/", library),
        Route("/begin", begin, methods=["POST"]),
        Route("/play/{token}", play),
        Route("/play/{token}/move", move, methods=["POST"]),
        Route("/style.css", css),
    ]
    made = Starlette(routes=routes, exception_handlers={404: not_found, ChekhovError: failed, 500: failed})
    made.add_middleware(_Guard)
    return made


class _Guard:
    """Headers on every answer; no forms from elsewhere, none that are too long."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)

        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                had = {name for name, _ in message["headers"]}
                message["headers"] += [
                    (name.lower().encode(), value.encode())
                    for name, value in _HEADERS.items()
                    if name.lower().encode() not in had
                ]
            await send(message)

        if request.method == "POST":
            origin = request.headers.get("origin")
            length = request.headers.get("content-length", "")
            if origin is not None and urlsplit(str(origin)).netloc != request.headers.get("host"):
                await PlainTextResponse("This form comes from elsewhere.", 403)(scope, receive, guarded)
                return
            if not length.isdecimal() or int(length) > _LONGEST_BODY:
                await PlainTextResponse("This is too long.", 413)(scope, receive, guarded)
                return
        await self.app(scope, receive, guarded)


async def _form(request: Request) -> dict[str, str]:
    """The first value of each field of a form that was sent."""
    text = (await request.body()).decode("utf-8", "replace")
    return {name: values[0] for name, values in parse_qs(text, max_num_fields=20).items()}
