"""Regulations: what a school must have, versions, the yearly look, who sees what."""

from __future__ import annotations

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.files import keep_file
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.responsibility.governance import queries
from anyuan.domains.responsibility.governance.content import library, next_review
from anyuan.domains.responsibility.governance.models import Regulation
from anyuan.domains.responsibility.governance.services.library import (
    issue_regulation,
    keep_regulation,
    renew_regulation,
    review_library,
    withdraw_regulation,
)
from anyuan.org.services import set_profile

TODAY = timezone.localdate()
FACTS = {"issued_on": TODAY, "since": TODAY, "approved_by": "校长办公会", "text": "第一条"}


def issued(cast, kind="gate", **more):
    return issue_regulation(cast.school, by=cast.officer, kind=kind, **(FACTS | more))


def test_what_a_school_must_have_follows_from_what_it_is(cast):
    with scope.enter(cast.district.units):
        owed = {one.key for one in queries.by_type(cast.school)}
    assert {"gate", "fire", "canteen"} <= owed
    assert not owed & {"dormitory", "laboratory", "bus", "other"}
    set_profile(cast.school, by=cast.district, boarding=True, boarders=10, has_bus=True)
    with scope.enter(cast.district.units):
        owed = {one.key for one in queries.by_type(cast.school)}
    assert {"dormitory", "bus"} <= owed


def test_the_matrix_counts_what_the_shelves_hold(cast):
    issued(cast)
    issued(cast, "fire", issued_on=TODAY - datetime.timedelta(days=400))
    with scope.enter(cast.bureau.units):
        district = next(one for one in queries.by_unit(cast.city) if one.key == cast.wujin.key)
        school = queries.by_unit(cast.wujin)[0]
        lines, _others = queries.shelf(cast.bureau, cast.school)
    assert (district.owed, district.have, district.due) == (len(lines), 2, 1)
    assert (school.key, school.missing) == (cast.school.key, len(lines) - 2)


def test_a_new_version_replaces_and_keeps_the_old_one(cast):
    first = issued(cast)
    second = renew_regulation(first, by=cast.officer, **(FACTS | {"text": "第二条"}))
    with scope.enter(cast.officer.units):
        old = Regulation.objects.get(pk=first.pk)
        assert (old.current, old.text, old.record.state) == (False, "第一条", "replaced")
        assert (second.version, second.current) == (2, True)
    with pytest.raises(Conflict):
        renew_regulation(first, by=cast.officer, **FACTS)


def test_refusals_say_what_to_do(cast):
    with pytest.raises(Refused) as no_text:
        issued(cast, text="")
    assert no_text.value.field == "files"
    with pytest.raises(Refused):
        issued(cast, issued_on=TODAY + datetime.timedelta(days=1))
    with pytest.raises(Refused):
        issued(cast, kind="nothing")
    issued(cast)
    with pytest.raises(Conflict, match="现行版本"):
        issued(cast)
    with pytest.raises(Conflict, match="施行日期"):
        issued(cast, "fire", since=TODAY - datetime.timedelta(days=5))


def test_a_file_is_enough_and_sent_twice_is_one(cast):
    upload = SimpleUploadedFile("a.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF")
    with scope.enter(cast.officer.units):
        file = keep_file(upload, unit_id=cast.school.key, by=cast.officer)
    key = new_id()
    first = issued(cast, text="", file_ids=[file.pk], record_id=key)
    assert issued(cast, text="", file_ids=[file.pk], record_id=key).pk == first.pk


def test_the_yearly_look_sets_the_next_days(cast):
    good, bad = issued(cast), issued(cast, "fire")
    review = review_library(cast.school, by=cast.officer, on=TODAY, revise=[bad.pk])
    assert (review.fits, review.to_revise, review.record.counts) == (1, 1, True)
    with scope.enter(cast.officer.units):
        assert Regulation.objects.get(pk=good.pk).review_due == next_review(TODAY)
        assert Regulation.objects.get(pk=bad.pk).review_due == TODAY
    assert next_review(datetime.date(2024, 2, 29)) == datetime.date(2025, 2, 28)
    assert library().review_months == 12


def test_keeping_and_withdrawing(cast):
    row = issued(cast, issued_on=TODAY - datetime.timedelta(days=500))
    assert row.is_due
    assert not keep_regulation(row, by=cast.officer).is_due
    assert withdraw_regulation(row, by=cast.officer).record.counts is False
    with pytest.raises(Refused):
        review_library(cast.school, by=cast.officer, on=TODAY)


def test_teachers_and_strangers(cast):
    row = issued(cast)
    with pytest.raises(Forbidden):
        issue_regulation(cast.school, by=cast.teacher, kind="fire", **FACTS)
    with pytest.raises(Missing):
        keep_regulation(row, by=cast.stranger)
    page = reverse("governance:regulation", args=[row.pk])
    assert cast.client(cast.stranger).get(page).status_code == 404
    assert cast.client(cast.teacher).get(page).status_code == 200
    assert cast.client(cast.teacher).get(reverse("governance:regulation_new")).status_code == 403


def test_the_pages(cast):
    client = cast.client(cast.officer)
    shelf = client.get(reverse("governance:regulations")).content.decode()
    assert "门卫和来访登记制度" in shelf
    day = str(TODAY)
    sent = {"type": "gate", "issued_on": day, "since": day, "approved_by": "校务会", "text": "一"}
    assert "现行" in client.post(reverse("governance:regulation_new"), sent, follow=True).content.decode()  # fmt: skip
    again = client.post(reverse("governance:regulation_new"), sent)
    assert again.status_code == 422
    assert "现行版本" in again.content.decode()
    for who, word in ((cast.district, "湖塘"), (cast.bureau, "武进区")):
        office = cast.client(who)
        office.get(reverse("governance:regulations"))
        with CaptureQueriesContext(connection) as asked:
            page = office.get(reverse("governance:regulations"))
        assert word in page.content.decode()
        assert len(asked) <= 15
