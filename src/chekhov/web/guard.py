"""What stands before the pages: who may ask, how often and how much, and what every answer says to a browser."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "worker-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types worker"
)
"""Nothing comes from elsewhere, nothing goes elsewhere; of scripts only our files, and these make no markup of text.
The one policy that there may be says which worker to start, always the same one."""
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A picture carries its own styles, and can do nothing."""

_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # `no-referrer` would hide from us whether a form is our own
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-robots-tag": "noindex",
    "cache-control": "no-store",
}
_LONGEST_BODY = 4096
_LONGEST_PATH = 512


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second in the long run, and so many at once."""

    second: float
    burst: int


PER_CLIENT = Rate(20, 200)
"""Of one address, which may be that of a whole classroom."""
BEGINNINGS = Rate(0.5, 40)
"""Stories begun from one address."""
PER_STORY = Rate(5, 40)
"""Moves in one story."""
_WATCHED = 20_000
"""How many clients, and stories, are counted at a time; of more, those that came first are let go."""


class Buckets:
    """Counts what somebody does: a bucket for each, which fills at a :class:`Rate`, and out of which each request takes
    one. ``clock`` gives seconds."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, whose: str) -> int:
        """0 if there was one to take; otherwise the seconds until there will be."""
        now = self._clock()
        level, at = self._buckets.pop(whose, (float(self._rate.burst), now))
        level = min(float(self._rate.burst), level + (now - at) * self._rate.second)
        taken = level >= 1
        self._buckets[whose] = (level - taken, now)
        while len(self._buckets) > _WATCHED:
            self._buckets.popitem(last=False)
        return 0 if taken else math.ceil((1 - level) / self._rate.second)


def client_of(scope: Any) -> str:
    """The address that a request comes from; of version 6 the network, which is what one person has."""
    host = (scope.get("client") or ("unknown", 0))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def is_known_host(host: str, names: Collection[str]) -> bool:
    """Whether a request's ``Host`` is a name of ours: an address, this machine, or one of those that were named. A page
    from elsewhere that has its own name point at this machine has a name that is none of these."""
    name = (urlsplit(f"//{host}").hostname or "").casefold()
    if name in names or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """Middleware: headers on every answer; nothing from unknown hosts, no forms from elsewhere, none that are too long,
    and of one client no more than a rate. ``refused`` makes the page that says so, of a status and a text."""

    def __init__(
        self, app: Callable[..., Awaitable[None]], *, hosts: Collection[str], refused: Callable[[int, str], Response]
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._refused = refused
        self._clients = Buckets(PER_CLIENT)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                had = {name for name, _ in message["headers"]}
                message["headers"] += [
                    (name.encode(), value.encode()) for name, value in _HEADERS.items() if name.encode() not in had
                ]
            await send(message)

        answer = self._objection(scope) or self._app
        await answer(scope, receive, guarded)

    def _objection(self, scope: Any) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not is_known_host(host, self._hosts):
            return self._refused(400, "This server does not go by that name. Whoever runs it can add it with --name.")
        wait = self._clients.take(client_of(scope))
        if wait:
            return too_often(self._refused, wait)
        if len(scope["path"]) > _LONGEST_PATH:
            return self._refused(414, "That is no address of ours.")
        if scope["method"] == "POST":
            origin = headers.get("origin")
            from_elsewhere = headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
            if from_elsewhere or (origin is not None and urlsplit(origin).netloc != host):
                return self._refused(403, "This form comes from another site, so nothing was done.")
            length = headers.get("content-length", "")
            if not length.isdecimal() or int(length) > _LONGEST_BODY:
                return self._refused(413, "This is longer than anything that one can say here.")
        return None


def too_often(refused: Callable[[int, str], Response], wait: int) -> Response:
    """The answer to somebody who asks too often, and may do so again after so many seconds."""
    seconds = f"{wait} second{'' if wait == 1 else 's'}"
    answer = refused(429, f"That was a lot at once. Wait {seconds}, and try again; your story is kept.")
    answer.headers["retry-after"] = str(wait)
    return answer
