"""Who is told and who is let go, without a server."""

from __future__ import annotations

import asyncio
import datetime

import pytest
from django.utils import timezone

from anyuan.core import scope
from anyuan.engines.live.hub import WAITING, Hub, Page, frame
from anyuan.engines.live.models import Event
from anyuan.engines.live.services import KEPT, forget_old, publish
from anyuan.engines.live.stream import _since, _standing
from anyuan.engines.notices.services import mark_read, tell


@pytest.fixture(autouse=True)
def nothing_before(request):
    """Events of tests that commit are not ours."""
    if "cast" in request.fixturenames:
        request.getfixturevalue("cast")
        Event.objects.all().delete()


@pytest.fixture
def hub(monkeypatch):
    async def nothing(self):
        await asyncio.Event().wait()

    monkeypatch.setattr(Hub, "_keep_listening", nothing)


class Way:
    """A connection as the server gives it: full after so many frames, until it is emptied."""

    def __init__(self, room):
        self.room, self.sent = room, []
        self.free = asyncio.Event()

    async def __call__(self, message):
        if len(self.sent) >= self.room:
            await self.free.wait()
        self.sent.append(message["body"])


async def opened(hub, *topics, room=1000):
    page = Page(topics, 1, "session", "post", Way(room))
    hub.join(page)
    await page.flow()
    return page


def test_a_page_that_does_not_read_is_let_go_and_the_others_hear(hub):
    async def run():
        made = Hub()
        slow = await opened(made, "u:1.", room=2)
        quick = await opened(made, "u:1.", "p:2")
        for n in range(WAITING + 4):
            made._pass_on(["u:1.", "p:2"], frame(n, "x", [], {}))
        assert slow not in made.all
        assert slow.ended.is_set()
        assert len(quick.send.sent) == WAITING + 4  # once each, though two topics fit
        made.leave(quick)
        assert not made.pages
        made.close()

    asyncio.run(run())


def test_a_full_way_keeps_the_order_and_flows_on_when_it_is_free(hub):
    async def run():
        made = Hub()
        page = await opened(made, "u:1.", room=2)
        frames = [frame(n, "x", [], {}) for n in range(6)]
        for one in frames[:5]:
            made._pass_on(["u:1."], one)
        assert page.send.sent == frames[:2]
        page.send.room = 1000
        page.send.free.set()
        await asyncio.sleep(0.01)
        made._pass_on(["u:1."], frames[5])
        assert page.send.sent == frames
        made.close()

    asyncio.run(run())


def test_what_comes_while_the_missed_is_fetched_waits_for_it(hub):
    async def run():
        made = Hub()
        page = Page(("u:1.",), 1, "session", "post", Way(9))
        made.join(page)
        made._pass_on(["u:1."], b"new")
        await page.send({"body": b"missed"})
        await page.flow()
        assert page.send.sent == [b"missed", b"new"]
        made.close()

    asyncio.run(run())


def test_a_large_audience_asks_over_a_longer_time():
    assert b'"spread": 200' in frame(1, "x", ["p:1"], {})
    assert b'"spread": 20000' in frame(1, "x", ["p:1"] * 15_000, {})


@pytest.mark.parametrize(
    ("headers", "query", "since"),
    [([], b"", None), ([(b"last-event-id", b"7")], b"since=3", 7), ([], b"since=3", 3),
     ([], b"since=x'; DROP", None), ([(b"last-event-id", b"9" * 30)], b"", None), ([], b"since=-1", None)],
)  # fmt: skip
def test_the_last_place_is_a_number_or_nothing(headers, query, since):
    assert _since({"headers": headers, "query_string": query}) == since


def test_an_event_reaches_those_above_and_names_nobody(cast):
    with scope.everything():
        publish("alert", units=[cast.school.key], people=[7], data={"id": "1"})
        publish("nobody")
        event = Event.objects.get()
    assert event.topics == sorted(["p:7", f"u:{cast.school.key}", f"u:{cast.wujin.key}", f"u:{cast.city.key}"])  # fmt: skip


def test_who_is_told_hears_it_and_who_reads_it_too(cast):
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        tell([cast.school.key], ["teacher", "guard"], kind="x", title="提醒", once_key="a")
        people = {f"p:{cast.teacher.person_id}", f"p:{cast.guard.person_id}"}
        assert {frozenset(e.topics) for e in Event.objects.all()} == {frozenset(people)}
        tell([cast.school.key], ["teacher"], kind="x", title="提醒", once_key="a")
        assert Event.objects.count() == 1  # told already: nothing happened
    with scope.enter(cast.teacher.units, person=str(cast.teacher.person_id)):
        mark_read(cast.teacher.unit_key, by=cast.teacher)
        assert Event.objects.count() == 2


def test_old_events_are_deleted(cast):
    publish("old", people=[1])
    Event.objects.update(at=timezone.now() - KEPT - datetime.timedelta(minutes=1))
    publish("new", people=[1])
    assert forget_old() == 1
    assert Event.objects.get().kind == "new"


def test_who_signed_out_or_was_switched_off_is_let_go(cast):
    client = cast.client(cast.officer)
    session = client.cookies["sessionid"].value
    mine = Page((), cast.officer.person_id, session, str(cast.officer.post_id), Way(1))
    gone = Page((), cast.officer.person_id, "another", str(cast.officer.post_id), Way(1))
    assert _look([mine, gone]) == {mine}
    client.logout()
    assert _look([mine]) == set()


def _look(pages):
    """As the watch does, in the test's own connection."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("anyuan.engines.live.stream.connection.close", lambda: None)
        return _standing(pages)
