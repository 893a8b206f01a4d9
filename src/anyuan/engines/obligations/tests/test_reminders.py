"""Reminders before, escalation after: to whom, how many, and never twice."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from anyuan.core import scope
from anyuan.core.periods import month_end
from anyuan.engines.notices.models import Notification
from anyuan.engines.obligations.jobs import keep_duties_ahead, send_reminders
from anyuan.engines.obligations.models import Obligation, Policy, Reminder
from anyuan.engines.obligations.reminders import remind
from anyuan.engines.obligations.services import waive
from anyuan.engines.obligations.tests.test_recount import deed, duty
from anyuan.org.actor import SYSTEM
from anyuan.org.services import add_unit
from anyuan.org.tests.cast import PROFILE, hire

BEFORE = date(2020, 3, 28)  # three days before the end of the month
AFTER = date(2020, 4, 7)  # seven days after it


def titles(actor) -> list[str]:
    return list(
        Notification.objects.filter(person_id=actor.person_id)
        .order_by("at")
        .values_list("title", flat=True)
    )


def test_the_officer_is_told_in_one_message_and_teachers_are_not(cast, policy, whole):
    Obligation.objects.exclude(rule__key__in=["month", "both", "twice"]).delete()
    remind(BEFORE)
    assert titles(cast.officer) == ["3 项任务即将到期"]
    assert titles(cast.teacher) == titles(cast.guard) == []


def test_a_second_run_tells_nobody_again(cast, policy, whole):
    remind(BEFORE)
    sent = Reminder.objects.count()
    assert remind(BEFORE) == 0
    assert Reminder.objects.count() == sent


def test_what_is_done_or_waived_is_not_mentioned(cast, policy, whole):
    Obligation.objects.exclude(rule__key__in=["month", "both"]).delete()
    deed(cast.school, date(2020, 3, 10), "topic:drill")
    waive(duty(cast.school, "both"), by=cast.district, reason="停课")
    remind(BEFORE)
    assert titles(cast.officer) == []
    assert titles(cast.stranger) == ["2 项任务即将到期"]


def test_the_district_hears_seven_days_after(cast, policy, whole):
    Obligation.objects.exclude(rule__key__in=["month", "both"]).delete()
    Obligation.objects.filter(period_start__gt="2020-03-31").delete()
    remind(date(2020, 4, 1))
    assert titles(cast.officer) == ["2 项任务已逾期"]
    assert titles(cast.district) == []
    remind(AFTER)
    assert titles(cast.district) == ["下属 1 个单位有 2 项任务逾期未完成"]
    assert titles(cast.bureau) == []


def test_the_bureau_hears_of_a_school_directly_under_it(cast, policy, whole):
    Obligation.objects.all().delete()
    direct = add_unit(
        cast.city, by=SYSTEM, code="3432000009", name="直属高中", kind="school", profile=PROFILE
    )
    rule = policy.rules.get(key="month")
    Obligation.objects.create(
        unit=direct, rule=rule, point=8, kind="filing", level="site", needed=1,
        period_start="2020-03-01", period_end="2020-03-31", counts_until="2020-03-31",
        due_on="2020-03-31",
    )  # fmt: skip
    remind(AFTER)
    assert titles(cast.bureau) == ["下属 1 个单位有 1 项任务逾期未完成"]


def test_a_campus_and_its_school_are_both_told(cast, policy, whole):
    campus = add_unit(
        cast.school, by=SYSTEM, code="213200000101", name="东校区", kind="campus", profile=PROFILE
    )
    there = hire(campus, "there", "校区安全员", "safety_officer")
    Obligation.objects.exclude(rule__key="month", unit=cast.school).delete()
    Obligation.objects.filter(period_start="2020-03-01").update(unit=campus)
    remind(BEFORE)
    assert titles(there) == titles(cast.officer) == ["1 项任务即将到期"]


def test_days_when_the_worker_stood_still_are_made_up_for_but_old_news_is_not(cast, policy, whole):
    Obligation.objects.exclude(rule__key="month").delete()
    Obligation.objects.filter(period_start__gt="2020-03-31").delete()
    remind(date(2020, 4, 12))  # the 1st and the 7th were missed
    assert titles(cast.officer) == ["1 项任务已逾期"]
    assert titles(cast.district) == ["下属 1 个单位有 1 项任务逾期未完成"]
    Reminder.objects.all().delete()
    Notification.objects.all().delete()
    remind(date(2020, 6, 1))
    assert titles(cast.officer) == []


def test_the_hourly_jobs_keep_ahead_and_tell_in_the_morning_only(cast, this_year, monkeypatch):
    this_day = timezone.localdate()
    today = month_end(this_day.year, this_day.month)  # the month's duties are due
    for hour, told in [(6, False), (7, True)]:
        now = timezone.make_aware(datetime.combine(today, time(hour)))
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        keep_duties_ahead(timestamp=0)
        send_reminders(timestamp=0)
        with scope.everything():
            assert Policy.objects.get().generated_to == today + timedelta(days=40)
            assert Reminder.objects.exists() == told
