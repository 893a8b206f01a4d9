"""Units begin, change and close: their duties follow at once."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from anyuan.core import scope
from anyuan.engines.obligations.generation import ahead_days, keep_up
from anyuan.engines.obligations.models import Obligation, Reminder
from anyuan.engines.obligations.tests.test_recount import deed
from anyuan.org.import_services import import_units
from anyuan.org.importing import UNITS
from anyuan.org.models import Unit
from anyuan.org.services import add_unit, close_unit, set_profile
from anyuan.org.tests.cast import PROFILE
from anyuan.org.tests.test_units import workbook

TODAY = timezone.localdate()
YESTERDAY = TODAY - datetime.timedelta(days=1)


def rules_of(unit: Unit) -> set[str]:
    return set(Obligation.objects.filter(unit=unit).values_list("rule__key", flat=True))


def change(cast, **facts):
    with scope.enter(cast.officer.units):
        set_profile(cast.school, by=cast.officer, **facts)


def test_a_new_school_owes_at_once_and_nothing_of_the_past(cast, this_year, whole):
    unit = add_unit(
        cast.wujin, by=cast.bureau, code="2132000009", name="新城小学", kind="school", profile=PROFILE
    )  # fmt: skip
    assert {"month", "twice"} <= rules_of(unit)
    dues = Obligation.objects.filter(unit=unit).values_list("due_on", flat=True)
    assert min(dues) >= TODAY
    keep_up(this_year, today=TODAY)  # the daily job finds nothing left to do for it
    mine, theirs = (
        set(Obligation.objects.filter(unit=one, rule__key="month", due_on__gte=TODAY)
            .values_list("period_start", flat=True))
        for one in (unit, cast.school)
    )  # fmt: skip
    assert mine == theirs


def test_a_school_that_begins_boarding_owes_it_at_once(cast, this_year, whole):
    assert "boarding" not in rules_of(cast.school)
    change(cast, boarding=True, boarders=100)
    assert "boarding" in rules_of(cast.school)
    assert "boarding" not in rules_of(cast.other)
    first = Obligation.objects.filter(unit=cast.school, rule__key="boarding").earliest("due_on")
    assert first.period_start == TODAY.replace(day=1)


def test_what_applies_no_more_goes_but_what_was_done_or_is_overdue_stays(cast, this_year, whole):
    change(cast, boarding=True, boarders=100)
    month = Obligation.objects.filter(unit=cast.school, rule__key="boarding").earliest("due_on")
    Obligation.objects.filter(pk=month.pk).update(state="met", met_on=TODAY, done=1)
    last = month.period_start - datetime.timedelta(days=1)
    overdue = Obligation.objects.create(
        unit=cast.school, rule=month.rule, point=8, kind="filing", level="site", needed=1,
        period_start=last.replace(day=1), period_end=last, counts_until=last, due_on=last,
    )  # fmt: skip
    change(cast, boarding=False, boarders=0)
    left = Obligation.objects.filter(unit=cast.school, rule__key="boarding")
    assert set(left.values_list("pk", flat=True)) == {month.pk, overdue.pk}


def test_a_guess_at_the_stages_that_is_corrected_leaves_nothing_behind(cast, this_year, whole):
    change(cast, stages=["kindergarten"])
    assert "nursery" in rules_of(cast.school)
    change(cast, stages=["primary"])
    assert "nursery" not in rules_of(cast.school)


def test_a_new_campus_takes_the_sites_duties_over_from_its_school(cast, this_year, whole):
    campus = add_unit(
        cast.school, by=cast.bureau, code="213200000101", name="东校区", kind="campus", profile=PROFILE
    )  # fmt: skip
    assert {"month", "twice"} <= rules_of(campus)
    ahead = Obligation.objects.filter(unit=cast.school, due_on__gte=TODAY, state="open")
    assert not ahead.filter(level="site", done=0).exists()


def test_imported_schools_owe_at_once(cast, this_year, whole):
    row = {
        "code": "2132000031", "name": "导入小学", "kind": "学校", "parent": "320412",
        "stages": "小学", "pupils": 500, "boarders": 0, "staff": 30, "classes": 12,
    }  # fmt: skip
    body = workbook(UNITS, [row])
    import_units(cast.city, by=cast.bureau, body=body, apply=True)
    assert "month" in rules_of(Unit.objects.get(code="2132000031"))


def test_a_closed_school_owes_nothing_from_its_last_day_on(cast, this_year, whole):
    before = set(
        Obligation.objects.filter(unit=cast.school, due_on__lt=TODAY).values_list("pk", flat=True)
    )
    assert before
    close_unit(cast.school, by=cast.bureau, on=TODAY)
    left = Obligation.objects.filter(unit=cast.school, state="open")
    assert set(left.values_list("pk", flat=True)) == before
    assert not Reminder.objects.filter(unit=cast.school, obligation__due_on__gte=TODAY).exists()


def test_a_duty_begun_is_waived_and_its_work_stays_to_be_read(cast, this_year, whole):
    deed(cast.school, TODAY, "topic:drill", by=cast.officer)
    begun = Obligation.objects.filter(
        unit=cast.school, rule__key="twice", period_start__lte=TODAY, period_end__gte=TODAY
    ).get()
    assert (begun.state, begun.done) == ("open", 1)
    close_unit(cast.school, by=cast.bureau, on=TODAY)
    begun.refresh_from_db()
    assert (begun.state, begun.waived_reason) == ("waived", "学校已撤并")
    assert begun.waived_by_id == cast.bureau.person_id
    assert begun.evidence.count() == 1


def test_what_was_met_stays_met_when_the_school_closes(cast, this_year, whole):
    deed(cast.school, TODAY, "topic:drill", by=cast.officer)
    met = Obligation.objects.get(
        unit=cast.school, rule__key="month", period_start=TODAY.replace(day=1)
    )
    assert met.state == "met"
    close_unit(cast.school, by=cast.bureau, on=TODAY)
    met.refresh_from_db()
    assert met.state == "met"


def test_the_other_schools_keep_theirs(cast, this_year, whole):
    before = set(Obligation.objects.exclude(unit=cast.school).values_list("pk", flat=True))
    close_unit(cast.school, by=cast.bureau, on=TODAY)
    assert set(Obligation.objects.exclude(unit=cast.school).values_list("pk", flat=True)) == before


def test_before_any_policy_is_loaded_units_come_and_go(cast, whole):
    close_unit(cast.school, by=cast.bureau, on=TODAY)
    assert not Obligation.objects.exists()


@pytest.mark.parametrize(("numbers", "days"), [(True, 40), (False, 35)])
def test_how_far_ahead_is_the_packs_number_else_the_shipped_ones(cast, this_year, numbers, days):
    if not numbers:
        this_year.numbers.all().delete()
    assert ahead_days(this_year) == days
