"""The calendar and its secret address: whose it is, what it shows, and how it ends."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.refused import Conflict, Missing, Refused
from anyuan.domains.emergency.drills.feeds import own_feed, reader_of, token_of
from anyuan.domains.emergency.drills.services.feeds import end_feed, renew_feed
from anyuan.domains.emergency.drills.tests.making import planned
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Person, Post

TODAY = timezone.localdate()


def address(cast, unit, by):
    with scope.enter(by.units, person=str(by.person_id)):
        return reverse("emergency:feed_file", args=[token_of(renew_feed(unit, by=by))])


def read(where):
    answer = Client().get(where)
    return answer.status_code, answer.content.decode().replace("\r\n ", "")


def test_an_address_shows_the_persons_own_drills(cast):
    drill = planned(cast, planned_time=datetime.time(10, 0), scenario="三楼起火,烟大")
    from anyuan.domains.emergency.drills.services.holding import plan_drill

    plan_drill(cast.other, by=cast.stranger, on=TODAY, kind="food")
    status, text = read(address(cast, cast.school, cast.teacher))
    assert status == 200
    assert f"UID:drill-{drill.pk}@anyuan" in text
    assert "三楼起火\\,烟大" in text
    assert f"DTSTART:{TODAY:%Y%m%d}T020000Z" in text
    assert "食物中毒" not in text


def test_a_level_above_sees_days(cast):
    planned(cast)
    planned(cast, kind="flood")
    _status, text = read(address(cast, cast.wujin, cast.district))
    assert "SUMMARY:学校演练 2 场" in text
    assert text.count("BEGIN:VEVENT") == 1
    _status, text = read(address(cast, cast.tianning, cast.other_district))
    assert "BEGIN:VEVENT" not in text


def test_a_new_address_ends_the_old_and_none_can_be_guessed(cast):
    first = address(cast, cast.school, cast.teacher)
    second = address(cast, cast.school, cast.teacher)
    assert first != second
    assert read(first)[0] == 404
    assert read(second)[0] == 200
    assert read(second.replace(".ics", "x.ics"))[0] == 404
    with scope.enter(cast.teacher.units, person=str(cast.teacher.person_id)):
        end_feed(cast.school, by=cast.teacher)
        assert own_feed(cast.teacher) is None
        with pytest.raises(Conflict):
            end_feed(cast.school, by=cast.teacher)
    assert read(second)[0] == 404


def test_who_left_the_school_sees_no_more(cast):
    where = address(cast, cast.school, cast.teacher)
    with scope.everything():
        yesterday = TODAY - datetime.timedelta(days=1)
        Post.objects.filter(pk=cast.teacher.post_id).update(since=yesterday, until=yesterday)
    assert read(where)[0] == 404
    with scope.everything():
        Post.objects.filter(pk=cast.teacher.post_id).update(until=None)
        Person.objects.filter(pk=cast.teacher.person_id).update(is_active=False)
    with pytest.raises(Missing):
        reader_of(where.split("/")[-1].removesuffix(".ics"))
    with scope.everything(), pytest.raises(Refused):
        renew_feed(cast.school, by=SYSTEM)


def test_the_month_of_a_school_and_of_a_district(cast):
    drill = planned(cast)
    school, district = cast.client(cast.teacher), cast.client(cast.district)
    page = school.get(reverse("emergency:calendar")).content.decode()
    assert reverse("emergency:drill", args=[drill.pk]) in page
    assert "1 场" in district.get(reverse("emergency:calendar")).content.decode()
    for odd in ("2026-13", "x", "0001-01", "9999-12"):
        assert school.get(reverse("emergency:calendar"), {"month": odd}).status_code == 200
    where = f"{reverse('emergency:drills')}?on={TODAY}"
    assert reverse("emergency:drill", args=[drill.pk]) in district.get(where).content.decode()
    with CaptureQueriesContext(connection) as one:
        school.get(reverse("emergency:calendar"))
    planned(cast), planned(cast, kind="flood")
    with CaptureQueriesContext(connection) as three:
        school.get(reverse("emergency:calendar"))
    assert len(one) == len(three) <= 15


def test_the_page_gives_renews_and_ends_the_address(cast):
    client, where = cast.client(cast.teacher), reverse("emergency:feed")
    page = client.post(where, follow=True).content.decode()
    assert ".ics" in page
    page = client.post(where, {"end": "1"}, follow=True).content.decode()
    assert ".ics" not in page
