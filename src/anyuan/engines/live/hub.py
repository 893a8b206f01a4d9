"""One for each server process: hears the database, passes each event to the pages that it concerns."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import logging
from collections import defaultdict
from typing import Any

import psycopg
from django.conf import settings

from anyuan.engines.live.models import CHANNEL

log = logging.getLogger("anyuan.live")
WAITING = 64  # frames that a page may be behind before it is let go
QUIET = 20  # seconds without an event after which the database is asked anyway
SPREAD_EACH = (
    3  # milliseconds of spreading for each topic told, so that not all pages ask in one moment
)
SPREAD = (200, 20_000)

_SINCE = "SELECT place, kind, topics, data FROM live_event WHERE place > %s ORDER BY place"
_MISSED = """SELECT place, kind, topics, data FROM live_event
WHERE place > %s AND place <= %s AND topics && %s ORDER BY place"""
_FIRST = "SELECT min(place), max(place) FROM live_event"


@dataclasses.dataclass(eq=False)
class Page:
    """An open page: the topics it may hear, what waits to be sent to it; `gone` when it is let go."""

    topics: tuple[str, ...]
    person: int
    session: str
    post: str
    waiting: asyncio.Queue[bytes | None] = dataclasses.field(
        default_factory=lambda: asyncio.Queue(WAITING)
    )

    def tell(self, frame: bytes) -> bool:
        try:
            self.waiting.put_nowait(frame)
        except asyncio.QueueFull:
            return False
        return True

    def let_go(self) -> None:
        """End the page's stream: it comes back by itself and asks for what it missed."""
        with contextlib.suppress(asyncio.QueueEmpty):
            while True:
                self.waiting.get_nowait()
        self.waiting.put_nowait(None)


def frame(place: int, kind: str, topics: list[str], data: dict[str, Any]) -> bytes:
    """An event as it goes over the wire; `spread`: milliseconds within which pages choose when to ask."""
    spread = min(max(SPREAD[0], len(topics) * SPREAD_EACH), SPREAD[1])
    body = json.dumps({"kind": kind, "data": data, "spread": spread}, ensure_ascii=False)
    return f"id: {place}\ndata: {body}\n\n".encode()


class Hub:
    """The pages of this process and its two connections: one listens, one reads."""

    def __init__(self) -> None:
        self.pages: dict[str, set[Page]] = defaultdict(set)
        self.all: dict[Page, None] = {}  # in the order in which they came
        self.last = 0
        self.closed = False
        self._ready = asyncio.Event()
        self._reading = asyncio.Lock()
        self._reader: psycopg.AsyncConnection[Any] | None = None
        self._task = asyncio.create_task(self._keep_listening())

    def join(self, page: Page) -> int:
        """From now on the page hears what comes; the place up to which it must ask for itself."""
        for topic in page.topics:
            self.pages[topic].add(page)
        self.all[page] = None
        return self.last

    def leave(self, page: Page) -> None:
        for topic in page.topics:
            self.pages[topic].discard(page)
            if not self.pages[topic]:
                del self.pages[topic]
        self.all.pop(page, None)

    async def ready(self) -> None:
        """Wait until the database has been heard once."""
        await self._ready.wait()

    async def missed(self, page: Page, since: int, until: int) -> list[bytes] | None:
        """What the page has not seen; None where it was away too long for that to be known."""
        first, last = (await self._ask(_FIRST, ()))[0]
        if (first is None or since < first - 1 or since > last) and since != until:
            return None
        rows = await self._ask(_MISSED, (since, until, list(page.topics)))
        return [frame(*row) for row in rows]

    async def _ask(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        async with self._reading:
            for again in (True, False):
                try:
                    if self._reader is None or self._reader.closed:
                        self._reader = await _connect()
                    cursor = await self._reader.execute(statement, values)
                    return await cursor.fetchall()
                except psycopg.OperationalError:
                    self._reader = None
                    if not again:
                        raise
        return []

    async def _keep_listening(self) -> None:
        pause = 0.2
        while not self.closed:
            try:
                await self._listen()
            except (psycopg.OperationalError, OSError) as error:
                log.warning("the live channel lost the database: %s", type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5)
            else:
                pause = 0.2

    async def _listen(self) -> None:
        """Hear the database until the connection breaks; first of all what was missed meanwhile."""
        async with await _connect() as link:
            await link.execute(f"LISTEN {CHANNEL}")
            if not self._ready.is_set():
                self.last = (await self._ask(_FIRST, ()))[0][1] or 0
                self._ready.set()
            while not self.closed:
                for place, kind, topics, data in await self._ask(_SINCE, (self.last,)):
                    self.last = place
                    self._pass_on(topics, frame(place, kind, topics, data))
                async for _note in link.notifies(timeout=QUIET, stop_after=1):
                    pass
                if link.closed or link.broken:
                    raise psycopg.OperationalError("connection lost")

    def _pass_on(self, topics: list[str], wire: bytes) -> None:
        told: set[Page] = set()
        for topic in topics:
            told |= self.pages.get(topic, set())
        for page in told:
            if not page.tell(wire):
                page.let_go()
                self.leave(page)

    def close(self) -> None:
        """End all streams: the process is about to stop."""
        self.closed = True
        for page in list(self.all):
            page.let_go()
            self.leave(page)
        self._task.cancel()


async def _connect() -> psycopg.AsyncConnection[Any]:
    login = settings.DATABASE.login("app")
    login["dbname"] = settings.DATABASES["default"]["NAME"]
    return await psycopg.AsyncConnection.connect(**login, autocommit=True, connect_timeout=8)
