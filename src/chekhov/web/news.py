"""Tells pages that are open when their story has gone on: server-sent events, which carry no more than how far."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator

_BREATH = 15.0
"""Seconds after which something is sent in any case, so that nobody in between takes the connection for dead."""
_LONGEST = 600.0
"""Seconds after which a page has to ask anew."""
_MOST, _MOST_OF_STORY = 2000, 40


class News:
    """Who listens to which story. All of it in one event loop."""

    def __init__(self) -> None:
        self._listening: defaultdict[str, dict[asyncio.Queue[int | None], str]] = defaultdict(dict)
        self._count = 0
        self._closed = False

    def full(self, story: str) -> bool:
        """Whether nobody more can listen."""
        return self._closed or self._count >= _MOST or len(self._listening.get(story, ())) >= _MOST_OF_STORY

    def present(self, story: str) -> Counter[str]:
        """How many pages are open in each role."""
        return Counter(self._listening.get(story, {}).values())

    def tell(self, story: str, at: int) -> None:
        """A story has come to its move ``at``."""
        for queue in self._listening.get(story, ()):
            queue.put_nowait(at)

    def close(self) -> None:
        """Ends all streams."""
        self._closed = True
        for listening in self._listening.values():
            for queue in listening:
                queue.put_nowait(None)

    async def stream(self, story: str, role: str, at: int) -> AsyncIterator[str]:
        """The events of a story for one page, the first of them at once."""
        queue: asyncio.Queue[int | None] = asyncio.Queue()
        self._listening[story][queue] = role
        self._count += 1
        loop = asyncio.get_running_loop()
        end = loop.time() + _LONGEST
        try:
            yield f"retry: 1500\ndata: {at}\n\n"
            while loop.time() < end:
                try:
                    told = await asyncio.wait_for(queue.get(), _BREATH)
                except TimeoutError:
                    yield ":\n\n"
                    continue
                if told is None:
                    return
                yield f"data: {told}\n\n"
        finally:
            self._count -= 1
            del self._listening[story][queue]
            if not self._listening[story]:
                del self._listening[story]
