"""Systems push warnings in and read ours, with a token of the unit."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree

from anyuan.core import scope
from anyuan.domains.emergency.warnings.cap.reading import read_message
from anyuan.domains.emergency.warnings.outgoing import ATOM
from anyuan.domains.emergency.warnings.tests.making import cap, entered, issued, step
from anyuan.org.tokens import grantable, issue_token


@pytest.fixture
def call(cast):
    def made(unit, by):
        with scope.enter(by.units, person=str(by.person_id)):
            _token, text = issue_token(
                unit, by=by, name="气象", permissions=grantable(by),
                expires_on=timezone.localdate() + datetime.timedelta(days=9),
            )  # fmt: skip
        return Client(headers={"Authorization": f"Bearer {text}"})

    return made


def push(client, raw: bytes):
    return client.post("/api/v1/warnings/cap", {"cap": raw.decode()}, content_type="application/json")  # fmt: skip


def test_a_warning_is_pushed_once(cast, call):
    client = call(cast.city, cast.bureau)
    first, again = push(client, cap()), push(client, cap())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["warning"] == again.json()["warning"]
    one = client.get(f"/api/v1/warnings/{first.json()['warning']}").json()
    assert (one["type"], one["colour"], one["state"]) == ("rainstorm", "red", "pending")
    listed = client.get("/api/v1/warnings?state=pending").json()["items"]
    assert [row["number"] for row in listed] == [one["number"]]


def test_what_cannot_be_read_is_a_problem_with_a_sentence(cast, call):
    client = call(cast.city, cast.bureau)
    bad = push(client, b"<alert/>")
    assert bad.status_code == 422
    assert "命名空间" in bad.content.decode()
    declared = push(client, b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><alert>&a;</alert>')  # fmt: skip
    assert "没有读取" in declared.content.decode()


def test_a_school_pushes_nothing_and_a_stranger_reads_nothing(cast, call):
    assert push(call(cast.school, cast.officer), cap()).status_code == 403
    signal = issued(entered(cast.wujin, by=cast.district), by=cast.district)
    for path in ("", "/cap"):
        found = call(cast.tianning, cast.other_district).get(f"/api/v1/warnings/{signal.pk}{path}")
        assert found.status_code == 404
    assert Client().get("/api/v1/warnings/feed").status_code == 401


def test_the_feed_leads_to_messages_that_can_be_read(cast, call):
    signal = issued(entered(cast.wujin, by=cast.district), by=cast.district)
    step(signal, cast.district, "end")
    client = call(cast.wujin, cast.district)
    feed = etree.fromstring(client.get("/api/v1/warnings/feed").content)
    links = feed.xpath("//a:entry/a:link/@href", namespaces={"a": ATOM})
    paths = [link[link.index("/api/") :] for link in links]
    kinds = [read_message(client.get(path).content).type for path in paths]
    assert kinds == ["Cancel", "Alert"]
