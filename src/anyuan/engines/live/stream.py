"""/live/ as an ASGI application: who asks, what they missed, then whatever comes, until they go."""

from __future__ import annotations

import asyncio
import io
import random
import signal
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.keys import EVERYTHING
from anyuan.engines.live.hub import Hub, Page
from anyuan.org.middleware import choose_post, may_enter
from anyuan.org.models import Person, Post

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATH = "/live/"
PAGES_A_PERSON = 8
BEAT = 15  # seconds after which a silent stream says that it lives
LIFE = (600, 900)  # seconds after which a stream ends, to be asked again who one is
WATCH = 60  # seconds between two looks at whether sessions and posts still stand
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
BEGIN = b"retry: 3000\n\n"
BEAT_FRAME = b": beat\n\n"
# The page was away too long: it asks for everything anew.
ANEW = 'data: {"kind": "*", "data": {}, "spread": 1000}\n\n'

_hub: Hub | None = None


async def stream(request: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer one request for /live/."""
    hub = await _the_hub()
    async with ThreadSensitiveContext():
        page = await sync_to_async(_page_of, thread_sensitive=True)(request)
    if page is None or hub.closed:
        await _refuse(send, 401 if page is None else 503)
        return
    _make_room(hub, page)
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    until = hub.join(page)
    gone = asyncio.ensure_future(_until_gone(receive))
    sending = asyncio.ensure_future(_send_all(hub, page, send, _since(request), until))
    try:
        await asyncio.wait({gone, sending}, return_when=asyncio.FIRST_COMPLETED)
        if not gone.done():
            await send({"type": "http.response.body", "body": b""})
    finally:
        hub.leave(page)
        for task in (gone, sending):
            task.cancel()
        await asyncio.gather(gone, sending, return_exceptions=True)


async def _send_all(hub: Hub, page: Page, send: Send, since: int | None, until: int) -> None:
    await send({"type": "http.response.body", "body": BEGIN, "more_body": True})
    first = [f'id: {until}\ndata: {{"kind": "hello"}}\n\n'.encode()]
    if since is not None:
        missed = await hub.missed(page, since, until)
        first = [f"id: {until}\n{ANEW}".encode()] if missed is None else [*missed, *first]
    await send({"type": "http.response.body", "body": b"".join(first), "more_body": True})
    ends = time.monotonic() + random.uniform(*LIFE)  # noqa: S311 -- spreads reconnections
    while time.monotonic() < ends:
        try:
            wire = await asyncio.wait_for(page.waiting.get(), BEAT)
        except TimeoutError:
            wire = BEAT_FRAME
        if wire is None:
            return
        await send({"type": "http.response.body", "body": wire, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": HEADERS[1:2]})
    await send({"type": "http.response.body", "body": b""})


def _since(request: MutableMapping[str, Any]) -> int | None:
    """The last place the page has seen, from Last-Event-ID or ?since=."""
    headers = dict(request["headers"])
    query = request.get("query_string", b"").decode("ascii", "replace")
    asked = headers.get(b"last-event-id", b"").decode("ascii", "replace")
    asked = asked or query.removeprefix("since=")
    return int(asked) if asked.isdigit() and len(asked) < 19 else None


def _page_of(request: MutableMapping[str, Any]) -> Page | None:
    """Who asks, as every page of the product finds it; None for who may not enter."""
    asked = ASGIRequest(dict(request), io.BytesIO())
    try:
        SessionMiddleware(lambda _request: HttpResponse()).process_request(asked)
        person = get_user(asked)
        if not person.is_authenticated:
            return None
        asked.user = person
        asked.actor = None  # type: ignore[attr-defined]
        with scope.enter(EVERYTHING, person=str(person.pk)):
            choose_post(asked)
            actor = asked.actor  # type: ignore[attr-defined]
            if actor is None or not may_enter(asked):
                return None
        return Page(
            topics=(f"p:{person.pk}", f"u:{actor.unit_key}"),
            person=int(person.pk),
            session=str(asked.session.session_key),
            post=str(actor.post_id),
        )
    finally:
        connection.close()


def _make_room(hub: Hub, page: Page) -> None:
    """A person's oldest page is let go when there are too many."""
    theirs = [one for one in hub.all if one.person == page.person]
    if len(theirs) >= PAGES_A_PERSON:
        theirs[0].let_go()
        hub.leave(theirs[0])


async def _the_hub() -> Hub:
    global _hub  # noqa: PLW0603 -- one for the process
    if _hub is None:
        _hub = Hub()
        _end_with_the_process(_hub)
        asyncio.get_running_loop().create_task(_watch(_hub))
    await _hub.ready()
    return _hub


def _end_with_the_process(hub: Hub) -> None:
    """Streams end when the server is asked to stop: it would wait for them otherwise."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if not callable(before):
            continue

        def stop(sent: int, place: Any, before: Callable[..., Any] = before) -> None:
            loop.call_soon_threadsafe(hub.close)
            before(sent, place)

        signal.signal(number, stop)


async def _watch(hub: Hub) -> None:
    """Let go who signed out, was switched off or lost the post."""
    while not hub.closed:
        await asyncio.sleep(WATCH)
        pages = list(hub.all)
        if pages:
            async with ThreadSensitiveContext():
                standing = await sync_to_async(_standing, thread_sensitive=True)(pages)
            for page in pages:
                if page not in standing:
                    page.let_go()
                    hub.leave(page)


def _standing(pages: list[Page]) -> set[Page]:
    """Pages whose session, person and post still stand, by three statements."""
    from django.contrib.sessions.models import Session  # noqa: PLC0415 -- needs the apps ready

    try:
        now, today = timezone.now(), timezone.localdate()
        sessions = set(
            Session.objects.filter(
                pk__in={page.session for page in pages}, expire_date__gt=now
            ).values_list("pk", flat=True)
        )
        people = set(
            Person.objects.filter(
                pk__in={page.person for page in pages}, is_active=True
            ).values_list("pk", flat=True)
        )
        with scope.enter(EVERYTHING):
            held = Post.objects.filter(pk__in={page.post for page in pages}).exclude(
                until__lt=today
            )
            posts = {str(pk) for pk in held.values_list("pk", flat=True)}
        return {
            page
            for page in pages
            if page.session in sessions and page.person in people and page.post in posts
        }
    except Exception:  # the database is away: the pages stay, the next look decides
        return set(pages)
    finally:
        connection.close()
