"""Periods and working days, as a school's calendar has them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anyuan.core.periods import (
    TILING,
    Period,
    add_working_days,
    day_in_month,
    fixed_periods,
    is_announced,
    is_school_day,
    is_working_day,
    label,
    next_working_day,
    period_of,
    periods,
)

DAYS = st.dates(date(2004, 1, 1), date(2035, 12, 31))
KINDS = st.sampled_from(TILING)


@dataclass(frozen=True)
class Days:
    starts: date
    ends: date


@dataclass(frozen=True)
class School:
    terms: tuple[Days, ...] = (
        Days(date(2019, 9, 1), date(2020, 1, 18)),
        Days(date(2020, 3, 30), date(2020, 7, 10)),
    )
    days_off: tuple[Days, ...] = ()
    days_on: tuple[date, ...] = field(default=())


@settings(deadline=None)
@given(KINDS, DAYS, st.integers(0, 800))
def test_periods_tile_time_without_gap_or_overlap(kind, since, length):
    until = since + timedelta(days=length)
    found = list(periods(kind, None, since, until))
    assert found[0].holds(since)
    assert found[-1].holds(until)
    for before, after in itertools.pairwise(found):
        assert after.start == before.end + timedelta(days=1)


@settings(deadline=None)
@given(KINDS, DAYS)
def test_every_day_lies_in_its_period_and_the_whole_period_agrees(kind, day):
    period = period_of(kind, day)
    assert period.holds(day)
    assert period_of(kind, period.start) == period_of(kind, period.end) == period
    assert period.label


@settings(deadline=None)
@given(DAYS, st.integers(0, 40))
def test_working_days_are_counted_one_by_one(day, number):
    found = add_working_days(day, number)
    between = sum(is_working_day(day + timedelta(days=n)) for n in range(1, (found - day).days + 1))
    assert between == number
    assert number == 0 or is_working_day(found)


@settings(deadline=None)
@given(DAYS)
def test_the_next_working_day_skips_no_working_day(day):
    found = next_working_day(day)
    assert found >= day
    assert is_working_day(found)
    assert not any(is_working_day(day + timedelta(days=n)) for n in range((found - day).days))


@settings(deadline=None)
@given(DAYS, st.integers(1, 120), st.integers(0, 900))
def test_fixed_windows_end_on_the_named_days_and_touch_the_span(since, window, length):
    until = since + timedelta(days=length)
    for period in fixed_periods(["02-29", "09-15"], window, since, until):
        assert (period.end - period.start).days == window
        assert period.end >= since
        assert period.start <= until
        assert (period.end.month, period.end.day) in {(2, 28), (2, 29), (9, 15)}


def test_a_window_that_began_last_year_is_found():
    found = list(fixed_periods(["01-20"], 30, date(2020, 1, 5), date(2020, 1, 5)))
    assert found == [Period("fixed", date(2019, 12, 21), date(2020, 1, 20))]
    ahead = list(fixed_periods(["01-20"], 30, date(2020, 12, 25), date(2020, 12, 31)))
    assert [period.end for period in ahead] == [date(2021, 1, 20)]


def test_make_up_days_and_holidays_of_2020():
    assert is_working_day(date(2020, 4, 26))  # a Sunday, worked for 1 May
    assert not is_working_day(date(2020, 10, 1))
    assert next_working_day(date(2020, 10, 1)) == date(2020, 10, 9)


def test_a_year_nobody_announced_is_monday_to_friday():
    assert is_announced(2020)
    assert not is_announced(2035)
    assert is_working_day(date(2035, 10, 1))  # a Monday


def test_school_days_are_working_days_inside_a_term():
    assert is_school_day(date(2020, 4, 1), School())
    assert not is_school_day(date(2020, 3, 2), School())  # holidays were longer that year
    assert not is_school_day(date(2020, 4, 4), School())
    flood = School(days_off=(Days(date(2020, 6, 29), date(2020, 6, 30)),))
    assert not is_school_day(date(2020, 6, 29), flood)
    assert is_school_day(date(2020, 4, 4), School(days_on=(date(2020, 4, 4),)))


def test_terms_leave_the_holidays_out():
    assert period_of("term", date(2020, 2, 10), School()) is None
    found = list(periods("term", School(), date(2020, 1, 10), date(2020, 4, 1)))
    assert [period.label for period in found] == [
        "2019–2020学年第一学期",
        "2019–2020学年第二学期",
    ]


def test_labels_are_what_people_say():
    said = [
        label(kind, period.start, period.end)
        for kind in TILING
        if (period := period_of(kind, date(2020, 11, 23)))
    ]
    assert said == [
        "2020年11月23日",
        "2020年第48周（11月23日至11月29日）",
        "2020年11月",
        "2020年第四季度",
        "2020年下半年",
        "2020年",
    ]
    assert label("fixed", date(2020, 3, 1), date(2020, 3, 31)) == "2020年3月31日前"


def test_a_short_month_ends_earlier():
    assert day_in_month(2021, 2, 30) == date(2021, 2, 28)
    assert day_in_month(2020, 2, 29) == date(2020, 2, 29)


def test_periods_that_need_more_than_a_day_say_so():
    with pytest.raises(ValueError, match="fixed"):
        period_of("fixed", date(2020, 1, 1))
    with pytest.raises(ValueError, match="calendar"):
        period_of("term", date(2020, 1, 1))
