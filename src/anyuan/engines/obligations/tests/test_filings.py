"""Filings: written once, corrected with their history, withdrawn; by whom."""

from __future__ import annotations

import dataclasses
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from anyuan.core.ids import new_id
from anyuan.core.models import File
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.engines.notices.history import history
from anyuan.engines.obligations.filings import (
    Work,
    correct_filing,
    file_work,
    may_correct,
    withdraw_filing,
)
from anyuan.engines.obligations.models import Evidence, Filing, Obligation, Topic
from anyuan.engines.obligations.queries import fulfilled_by
from anyuan.org.actor import SYSTEM
from anyuan.org.services import add_unit
from anyuan.org.tests.cast import PROFILE

TODAY = timezone.localdate()
WORK = Work(
    TODAY, "全校疏散演练，用时两分半。", {"people": Decimal(812)}, attended="全体师生", place="操场"
)


@pytest.fixture
def drill(this_year, whole) -> Topic:
    return Topic.objects.get(slug="drill")


def photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "green").save(out, "JPEG")
    return SimpleUploadedFile("演练.jpg", out.getvalue())


def march(cast) -> Obligation:
    return Obligation.objects.get(
        unit=cast.school, rule__key="month", period_start=TODAY.replace(day=1)
    )


def test_a_teacher_files_and_the_duties_are_met(cast, drill):
    filing = file_work(cast.school, by=cast.teacher, topic=drill, work=WORK, files=[photo()])
    assert filing.figures == "人数 812 人"
    assert filing.record.tags == ["topic:drill"]
    assert filing.record.created_by_id == cast.teacher.person_id
    assert File.objects.filter(record=filing.record).count() == 1
    assert march(cast).state == "met"
    shown = fulfilled_by(filing.record, cast.officer)
    assert {duty.rule.key for duty in shown["duties"]} == {"month", "twice"}


def test_sent_twice_it_is_one_filing(cast, drill):
    key = new_id()
    first = file_work(cast.school, by=cast.officer, topic=drill, work=WORK, record_id=key)
    again = file_work(cast.school, by=cast.officer, topic=drill, work=WORK, record_id=key)
    assert (again.pk, Filing.objects.count()) == (first.pk, 1)


def test_correcting_moves_the_evidence_and_keeps_the_history(cast, drill):
    filing = file_work(cast.school, by=cast.teacher, topic=drill, work=WORK)
    before = TODAY.replace(day=1) - timedelta(days=1)
    work = dataclasses.replace(WORK, happened_on=before, numbers={"people": Decimal("790.5")})
    correct_filing(filing, by=cast.officer, work=work)
    assert march(cast).state == "open"
    assert filing.numbers.get().value == Decimal("790.5")
    told = [change for made in history(filing.record) for change in made.changes]
    assert ("数字", "人数 812 人", "人数 790.5 人") in told


def test_withdrawing_opens_the_duties_and_needs_a_reason(cast, drill):
    filing = file_work(cast.school, by=cast.teacher, topic=drill, work=WORK)
    with pytest.raises(Refused) as refusal:
        withdraw_filing(filing, by=cast.teacher, reason=" ")
    assert refusal.value.field == "reason"
    withdraw_filing(filing, by=cast.teacher, reason="填错学校")
    assert march(cast).state == "open"
    assert not Evidence.objects.filter(record=filing.record).exists()
    for change in (
        lambda: withdraw_filing(filing, by=cast.officer, reason="再撤"),
        lambda: correct_filing(filing, by=cast.officer, work=WORK),
    ):
        with pytest.raises(Conflict):
            change()


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("stranger", Missing), ("other_district", Missing), ("district", Forbidden)],
)
def test_nobody_files_for_another_unit(cast, drill, who, refusal):
    with pytest.raises(refusal):
        file_work(cast.school, by=getattr(cast, who), topic=drill, work=WORK)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("stranger", Missing), ("guard", Forbidden), ("district", Forbidden)],
)
def test_others_neither_correct_nor_withdraw_it(cast, drill, who, refusal):
    filing = file_work(cast.school, by=cast.teacher, topic=drill, work=WORK)
    by = getattr(cast, who)
    assert not may_correct(by, filing)
    with pytest.raises(refusal):
        correct_filing(filing, by=by, work=WORK)
    with pytest.raises(refusal):
        withdraw_filing(filing, by=by, reason="不对")


def test_a_school_files_for_its_campus(cast, drill):
    campus = add_unit(
        cast.school, by=SYSTEM, code="213200000101", name="东校区", kind="campus", profile=PROFILE
    )
    assert file_work(campus, by=cast.officer, topic=drill, work=WORK).unit_id == campus.key


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"happened_on": TODAY + timedelta(days=1)}, "happened_on"),
        ({"what": "  "}, "what"),
        ({"what": "长" * 5001}, "what"),
        ({"numbers": {}}, "ask_people"),
        ({"numbers": {"people": Decimal(-1)}}, "ask_people"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast, drill, fields, at):
    with pytest.raises(Refused) as refusal:
        file_work(
            cast.school, by=cast.officer, topic=drill, work=dataclasses.replace(WORK, **fields)
        )
    assert refusal.value.field == at
    assert not Filing.objects.exists()


def test_an_old_topic_takes_no_filings(cast, drill):
    drill.offered = False
    with pytest.raises(Refused) as refusal:
        file_work(cast.school, by=cast.officer, topic=drill, work=WORK)
    assert refusal.value.field == "topic"
