"""The clock over nights and holidays, the thresholds, and reminders that are told once."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from anyuan.core import scope
from anyuan.core.periods import is_working_day
from anyuan.domains.emergency.incidents import clock
from anyuan.domains.emergency.incidents.clock import Moments, final_due, lateness, marks
from anyuan.domains.emergency.incidents.content import Figures, content, proposed, reasons
from anyuan.domains.emergency.incidents.models import Entry, Incident
from anyuan.domains.emergency.incidents.reminders import remind
from anyuan.domains.emergency.incidents.tests.making import ago, happened, sent
from anyuan.engines.notices.models import Notification

CHINA = ZoneInfo("Asia/Shanghai")
MINUTE = datetime.timedelta(minutes=1)
moments = st.datetimes(
    datetime.datetime(2024, 1, 1), datetime.datetime(2026, 12, 31), timezones=st.just(CHINA)  # noqa: DTZ001 -- strategies add the zone
)  # fmt: skip
waits = st.integers(0, 3000).map(lambda n: n * MINUTE)


def facts(happened_at, told=None, written=None):
    return Moments(
        happened_at + 30 * MINUTE, told and happened_at + told, happened_at + 60 * MINUTE,
        written and happened_at + written, happened_at + 120 * MINUTE,
    )  # fmt: skip


@given(moments, waits, waits)
def test_minutes_run_through_nights_and_holidays(happened_at, told, written):
    when = facts(happened_at, told or MINUTE, written or MINUTE)
    said = lateness(when, happened_at + 5000 * MINUTE, found_above=False)
    worst = max(told or MINUTE, written or MINUTE)
    if worst > 120 * MINUTE:
        assert said == clock.OVER_CAP
    elif told > 30 * MINUTE or written > 60 * MINUTE:
        assert said == clock.LATE
    else:
        assert said == clock.IN_TIME


@given(moments, waits)
def test_what_was_not_sent_gets_later_and_never_earlier(happened_at, wait):
    order = [clock.WAITING, clock.LATE, clock.OVER_CAP]
    now, later = happened_at + wait, happened_at + wait + 7 * MINUTE
    first = lateness(facts(happened_at), now, found_above=False)
    second = lateness(facts(happened_at), later, found_above=False)
    assert order.index(first) <= order.index(second)
    assert lateness(facts(happened_at), now, found_above=True) == clock.HIDDEN


@given(moments, waits)
def test_minutes_left_and_the_state_say_the_same(happened_at, wait):
    now = happened_at + wait
    for mark in marks(facts(happened_at)):
        left = mark.minutes_left(now)
        assert (mark.state(now) == clock.RUNNING) == (left >= 0)
        assert abs(mark.due_at - now) <= abs(left) * MINUTE


@given(moments, st.integers(1, 10))
def test_the_final_report_is_due_so_many_working_days_later(closed_at, days):
    due = final_due(closed_at, days)
    between = [
        closed_at.date() + datetime.timedelta(days=n)
        for n in range(1, (due.date() - closed_at.date()).days + 1)
    ]
    assert sum(is_working_day(day) for day in between) == days
    assert is_working_day(due.date())
    assert (due.hour, due.minute) == (23, 59)


def test_closed_on_the_eve_of_the_national_holidays():
    eve = datetime.datetime(2025, 9, 30, 22, 30, tzinfo=CHINA)
    assert final_due(eve, 5).date() == datetime.date(2025, 10, 14)  # 9, 10, 11 (made up), 13, 14


@pytest.mark.parametrize(
    ("kind", "figures", "level"),
    [
        ("injury", Figures(), "IV"),
        ("injury", Figures(injured=9), "IV"),
        ("injury", Figures(injured=9, serious=1), "III"),
        ("fire", Figures(dead=1), "II"),
        ("traffic", Figures(dead=3), "I"),
        ("violence", Figures(injured=5), "III"),
        ("violence", Figures(dead=4), "II"),
        ("food", Figures(injured=99), "IV"),
        ("food", Figures(injured=100), "III"),
        ("missing", Figures(missing=1), "III"),
        ("gone", Figures(dead=5), "I"),
    ],
)
def test_the_thresholds_suggest_a_level(kind, figures, level):
    assert proposed(kind, figures)[0].key == level


@given(
    st.sampled_from(sorted(content().kinds)),
    *[st.integers(0, 200)] * 4,
    st.integers(0, 50),
)
def test_more_people_never_mean_a_milder_level(kind, dead, missing, injured, serious, more):
    less = Figures(dead, missing, injured, serious)
    graver = Figures(dead + more, missing + more, injured + more, serious + more)
    rank = content().rank
    assert rank(proposed(kind, graver)[0].key) <= rank(proposed(kind, less)[0].key)
    assert set(reasons(kind, less)) <= set(reasons(kind, graver))


def test_every_threshold_says_where_it_comes_from():
    known = content()
    for one in (*known.tables.values(), *known.criteria):
        assert one.source
        assert one.certainty in {"seed", "found", "known", "inferred"}
    assert known.lowest == "IV"


def told(person):
    with scope.everything():
        rows = Notification.objects.filter(person_id=person.person_id, kind="incident.due")
        return [title.split("：")[1].split("（")[0] for title in rows.order_by("at").values_list("title", flat=True)]  # fmt: skip


def at(minutes):
    with scope.everything():
        return remind(timezone.now() + minutes * MINUTE)


def test_reminders_before_and_after_each_limit_are_told_once(cast):
    happened(cast, happened_at=ago(0.1))
    assert at(10) == 0
    assert at(20) == 1
    assert told(cast.district) == ["还没有值班室接报"]
    assert at(50) == 1
    assert at(51) == 0
    assert told(cast.officer) == ["书面初报快到期限"]
    assert at(61) == 1
    assert at(125) == 1
    assert told(cast.officer)[1:] == ["书面初报已超过期限", "书面初报超过最长时限"]
    assert told(cast.bureau) == ["还没有值班室接报", "书面初报超过最长时限"]
    with scope.enter(cast.officer.units):
        late = Entry.objects.filter(kind="late").order_by("seq").values_list("text", flat=True)
        assert list(late) == ["书面初报已超过期限", "书面初报超过最长时限"]


def test_follow_up_reports_are_asked_for_again_each_time(cast):
    incident = happened(cast)
    sent(incident, by=cast.officer)
    assert at(24 * 60 - 5) == 2  # nobody received it either
    assert at(24 * 60 + 1) == 1
    sent(incident, by=cast.officer, kind="follow")
    assert at(24 * 60 + 1) == 1
    assert told(cast.officer) == ["续报快到期限", "续报已超过期限", "续报已超过期限"]


def test_nobody_is_reminded_of_what_need_not_be_reported(cast):
    happened(cast, kind="injury", hurt="some", injured=1)
    assert at(60 * 24 * 3) == 0
    with scope.enter(cast.officer.units):
        assert Incident.objects.get().must_report is False
