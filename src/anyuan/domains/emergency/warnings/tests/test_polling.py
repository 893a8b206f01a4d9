"""Looking at addresses outside: real servers that answer, hang, fail, send elsewhere or too much."""

from __future__ import annotations

import datetime
import socket

import pytest
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.warnings.jobs import poll
from anyuan.domains.emergency.warnings.models import CapSource, WarningSignal
from anyuan.domains.emergency.warnings.polling import look
from anyuan.domains.emergency.warnings.services.sources import add_source, switch_source
from anyuan.domains.emergency.warnings.tests.making import cap
from anyuan.engines.notices.tests.peers import cuts, dribbles, hangs, says, web_peer

HERE = "127.0.0.1"


@pytest.fixture
def inner(settings):
    """This machine is a host of the operator's own; nobody is waited for long."""
    settings.CAP_HOSTS = frozenset({HERE})
    settings.CHANNEL_TIMEOUT = settings.CHANNEL_DEADLINE = 1


def source(cast, url: str, **more):
    return add_source(cast.city, by=cast.bureau, **{"name": "气象台", "url": url, "minutes": 5, **more})  # fmt: skip


def looked(cast, reply) -> CapSource:
    with web_peer(reply) as peer, scope.enter(cast.bureau.units):
        return look(source(cast, peer.url("/cap.xml")))


def signals() -> int:
    with scope.everything():
        return WarningSignal.objects.count()


def test_what_is_there_is_taken(cast, inner):
    found = looked(cast, says(cap()))
    assert (found.last_good, found.last_said) == (True, "新收到 1 条，已有 0 条")
    assert signals() == 1


def test_a_peer_is_asked_for_what_changed_only(cast, inner):
    with web_peer(says(cap(), headers={"ETag": '"7"', "Last-Modified": "Sun, 21 Jun 2026 07:00:00 GMT"})) as peer:  # fmt: skip
        with scope.enter(cast.bureau.units):
            one = look(source(cast, peer.url("/cap.xml")))
            peer.reply = says(b"", status=304)
            one = look(one)
            assert (one.last_good, one.last_said) == (True, "没有变化")
        asked = peer.asked[-1].headers
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"7"', "Sun, 21 Jun 2026 07:00:00 GMT")  # fmt: skip
    assert signals() == 1


def test_a_list_leads_to_its_messages_on_the_same_host_only(cast, inner):
    with web_peer() as peer, web_peer(says(cap(identifier="elsewhere"))) as other:
        feed = f"""<feed xmlns="http://www.w3.org/2005/Atom"><link href="{peer.url("/feed")}"/>
        <entry><link href="/one.xml"/></entry><entry><link href="two.xml"/></entry>
        <entry><link href="{other.url("/x.xml")}"/></entry></feed>""".encode()

        def reply(handler):
            body = {"/feed": feed, "/one.xml": cap(), "/two.xml": b"<broken"}[handler.path]
            says(body)(handler)

        peer.reply = reply
        with scope.enter(cast.bureau.units):
            found = look(source(cast, peer.url("/feed")))
        assert other.asked == []
    assert found.last_said == "新收到 1 条，已有 0 条，1 条读不懂"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (hangs(3), "没有及时回应"), (dribbles({"a": "b" * 50}, 0.2), "没有及时回应"), (cuts(), "中断"),
        (says(b"sorry", status=500), "出错（500）"), (says(b"", status=404), "出错（404）"),
        (says(b"", status=302, headers={"Location": "http://127.0.0.1:1/"}), "转到别的地址"),
        (says(b"", status=301, headers={"Location": "http://169.254.169.254/latest/meta-data/"}), "转到别的地址"),
        (says(b"<a>" + b"x" * 600_000 + b"</a>"), "过大"), (says(b"hello"), "不是完整的 XML"),
        (says(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><alert>&a;</alert>'), "没有读取"),
    ],
)  # fmt: skip
def test_what_a_peer_does_wrong_is_said_and_harms_nobody(cast, inner, reply, said):
    found = looked(cast, reply)
    assert (found.last_good, signals()) == (False, 0)
    assert said in found.last_said


def test_a_server_that_is_not_there(cast, inner):
    with socket.socket() as free:
        free.bind((HERE, 0))
        port = free.getsockname()[1]
    with scope.enter(cast.bureau.units):
        assert "中断" in look(source(cast, f"http://{HERE}:{port}/")).last_said


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "http://localhost/x", "http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/",
     "http://[::ffff:10.0.0.1]/", "http://0/", "http://2130706433/"],
)  # fmt: skip
def test_the_servers_own_network_is_not_looked_at(cast, url):
    with scope.enter(cast.bureau.units):
        found = look(source(cast, url))
    assert found.last_good is False
    assert "内部网络" in found.last_said or "找不到" in found.last_said


@pytest.mark.parametrize(
    "url", ["ftp://a.cn/x", "file:///etc/passwd", "http://", "http://a.cn:22/", "http://u:p@a.cn/", "http://a .cn/", "x"]
)  # fmt: skip
def test_addresses_that_are_none_are_refused_at_the_field(cast, url):
    with pytest.raises(Refused) as refusal:
        source(cast, url)
    assert refusal.value.field == "url"


def test_who_configures_addresses(cast):
    facts = {"name": "x", "url": "https://a.example/x", "minutes": 5}
    with pytest.raises(Forbidden):
        add_source(cast.school, by=cast.officer, **facts)
    with pytest.raises(Missing):
        add_source(cast.wujin, by=cast.other_district, **facts)
    one = add_source(cast.wujin, by=cast.district, **facts)
    with pytest.raises(Conflict, match="已经添加过"):
        add_source(cast.wujin, by=cast.district, **facts)
    with pytest.raises(Refused):
        add_source(
            cast.wujin, by=cast.district, **{**facts, "url": "https://b.example/", "minutes": 0}
        )
    assert switch_source(one, by=cast.district, on=False).is_on is False
    with pytest.raises(Missing):
        switch_source(one, by=cast.other_district, on=True)


def test_the_job_looks_at_what_is_due_and_asks_a_failing_peer_less(cast, inner):
    with web_peer(says(cap())) as good, web_peer(says(b"", status=500)) as bad:
        one, two = source(cast, good.url("/a")), source(cast, bad.url("/b"))
        off = source(cast, good.url("/off"))
        switch_source(off, by=cast.bureau, on=False)
        poll(0)
        poll(0)
        assert [asked.path for asked in good.asked] == ["/a"]
        with scope.everything():
            CapSource.objects.filter(pk=two.pk).update(
                next_at=timezone.now(), last_at=timezone.now() - datetime.timedelta(minutes=20)
            )
        poll(0)
        assert len(bad.asked) == 2
    with scope.everything():
        one.refresh_from_db()
        two.refresh_from_db()
        assert one.last_good
        assert two.next_at > timezone.now() + datetime.timedelta(minutes=30)


def test_the_page_of_addresses(cast, inner):
    client = cast.client(cast.bureau)
    with web_peer(says(cap())) as peer:
        facts = {"name": "市气象台", "url": peer.url("/cap.xml"), "minutes": "5"}
        assert client.post("/warnings/sources/new/", facts).status_code == 302
        with scope.everything():
            one = CapSource.objects.get()
        page = client.post(f"/warnings/sources/{one.pk}/look/", follow=True).content.decode()
        assert "新收到 1 条" in page
        assert "市气象台" in page
        page = client.post(f"/warnings/sources/{one.pk}/switch/", follow=True).content.decode()
        assert "已停用" in page
    bad = client.post("/warnings/sources/new/", {**facts, "url": "ftp://x"})
    assert bad.status_code == 422
    assert "应以 http" in bad.content.decode()
