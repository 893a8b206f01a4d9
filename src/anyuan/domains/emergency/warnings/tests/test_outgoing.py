"""Our own warnings as CAP 1.2: valid by the standard's structure, and read back they say the same."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from anyuan.core import scope
from anyuan.domains.emergency.warnings import outgoing
from anyuan.domains.emergency.warnings.cap.message import Info, Message, Reference
from anyuan.domains.emergency.warnings.cap.reading import read_message
from anyuan.domains.emergency.warnings.cap.writing import write_message
from anyuan.domains.emergency.warnings.content import content
from anyuan.domains.emergency.warnings.interpreting import meaning_of
from anyuan.domains.emergency.warnings.models import WarningSignal
from anyuan.domains.emergency.warnings.outgoing import Named, alert_of, plain
from anyuan.domains.emergency.warnings.tests.making import entered, issued, soon, step, take
from anyuan.org.models import Unit

DAY = datetime.timedelta(days=1)
GRADES = [(kind.key, colour) for kind in content().kinds.values() for colour in kind.grades]
SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).parent / "cap12.xsd")))
TEXT = st.text(min_size=1, max_size=200).filter(lambda text: plain(text) != "")
MOMENTS = st.integers(1_600_000_000, 3_800_000_000).map(
    lambda seconds: datetime.datetime.fromtimestamp(seconds, datetime.UTC)
)
UNIT = Unit(key="320400.", code="320400", kind="city", name="常州市教育局", short_name="常州市")


def valid(raw: bytes) -> bool:
    SCHEMA.assertValid(etree.fromstring(raw))
    return True


def test_the_tests_own_schema_tells_good_from_bad():
    good = Message("A1", "a", timezone.now(), "Actual", "Alert", "Public", infos=(Info("暴雨"),))
    raw = write_message(good)
    assert valid(raw)
    for wrong in (
        raw.replace(b"<status>Actual</status>", b""), raw.replace(b">Public<", b">Secret<"),
        raw.replace(b"<urgency>Unknown</urgency>", b""), raw.replace(b"cap:1.2", b"cap:1.1"),
        raw.replace(b"<event>", b"<headline>x</headline><event>"),
    ):  # fmt: skip
        assert wrong != raw
        assert not SCHEMA.validate(etree.fromstring(wrong))


@given(
    grade=st.sampled_from(GRADES), words=TEXT, measures=st.lists(TEXT, max_size=5), onset=st.none() | MOMENTS,
    issued_at=MOMENTS, hours=st.integers(1, 300), status=st.sampled_from(["Actual", "Exercise", "Test"]),
    code=st.sampled_from(["320400", "320412"]),
)  # fmt: skip
def test_what_we_write_says_the_same_when_it_is_read(
    grade, words, measures, onset, issued_at, hours, status, code
):
    kind, colour = grade
    begins = onset or issued_at
    signal = WarningSignal(
        unit=UNIT, number="YJ-320400-20260701-01", status=status, kind=kind, colour=colour, level="II", words=words,
        measures=measures, onset_at=onset, expires_at=begins + datetime.timedelta(hours=hours), issued_at=issued_at,
        area_words="武进区", source="常州市气象台", headline="x",
    )  # fmt: skip
    raw = write_message(alert_of(signal, [Named(code, True, "x")]))
    assert valid(raw)
    message = read_message(raw)
    assert message.key == Reference("anyuan.320400", signal.number, issued_at)
    assert message.status == status
    found = meaning_of(message, usual=DAY)
    assert (found.kind, found.colour) == (kind, colour)
    assert (found.words, found.expires_at) == (plain(words), signal.expires_at)
    assert found.onset_at == (onset or issued_at if begins <= signal.expires_at else None)
    assert found.areas[0].geocodes == (("GB/T 2260", code),)


def test_our_own_file_brought_in_elsewhere_is_the_same_warning(cast):
    signal = issued(
        entered(cast.city, by=cast.bureau, units=[cast.wujin.key, cast.other.key]), by=cast.bureau
    )
    with scope.enter(cast.bureau.units):
        raw = outgoing.file_of(signal)
    assert valid(raw)
    taken = take(cast.city, cast.bureau, raw)
    with scope.enter(cast.bureau.units):
        back = WarningSignal.objects.get(pk=taken.signal_id)
    for name in ("kind", "colour", "words", "units", "status"):
        assert getattr(back, name) == getattr(signal, name), name
    assert back.expires_at == signal.expires_at.replace(microsecond=0)


def test_an_update_and_an_end_refer_to_what_was_said(cast):
    first = issued(entered(cast.wujin, by=cast.district), by=cast.district)
    second = entered(cast.wujin, by=cast.district, colour="orange")
    with scope.enter(cast.district.units):
        second.replaces = first
        second.save()
    second = issued(second, by=cast.district)
    step(second, cast.district, "end")
    client = cast.client(cast.district)
    update = read_message(client.get(f"/warnings/{second.pk}/cap.xml").content)
    cancel = read_message(client.get(f"/warnings/{second.pk}/cancel.xml").content)
    assert (update.type, update.references[0].identifier) == ("Update", first.number)
    assert (cancel.type, cancel.references[0]) == ("Cancel", update.key)
    # What was replaced needs no end of its own: the update says it.
    assert client.get(f"/warnings/{first.pk}/cancel.xml").status_code == 404


def test_a_cancel_of_ours_ends_what_another_system_took_from_us(cast):
    signal = issued(entered(cast.city, by=cast.bureau), by=cast.bureau)
    client = cast.client(cast.bureau)
    copy = take(cast.wujin, cast.district, client.get(f"/warnings/{signal.pk}/cap.xml").content)
    step(signal, cast.bureau, "end")
    taken = take(cast.wujin, cast.district, client.get(f"/warnings/{signal.pk}/cancel.xml").content)
    assert (taken.signal_id, taken.message.result) == (copy.signal_id, "已解除")


def test_the_feed_lists_what_was_passed_on(cast):
    entered(cast.wujin, by=cast.district)  # nobody decided yet
    signal = issued(entered(cast.wujin, by=cast.district, expires_at=soon(2)), by=cast.district)
    step(signal, cast.district, "end")
    raw = cast.client(cast.district).get("/warnings/feed.xml").content
    names = {"a": outgoing.ATOM}
    titles = etree.fromstring(raw).xpath("//a:entry/a:title/text()", namespaces=names)
    assert titles == ["解除：暴雨红色预警", "暴雨红色预警"]
    assert etree.fromstring(cast.client(cast.other_district).get("/warnings/feed.xml").content).xpath("//a:entry", namespaces=names) == []  # fmt: skip


@pytest.mark.parametrize("part", ["cap.xml", "cancel.xml", "paper.pdf", "summary.xlsx"])
def test_what_was_not_passed_on_is_not_given_out(cast, part):
    signal = entered(cast.wujin, by=cast.district)
    assert cast.client(cast.district).get(f"/warnings/{signal.pk}/{part}").status_code == 404
