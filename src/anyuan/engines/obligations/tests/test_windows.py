"""From a rule to dated windows: due days, months, school days, and how long a deed still counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from anyuan.core.periods import is_working_day
from anyuan.engines.obligations.packs import spec
from anyuan.engines.obligations.tests.packing import rule, small_pack
from anyuan.engines.obligations.windows import FOREVER, Window, first_start, windows

PACK = small_pack()
YEAR = (date(2020, 1, 1), date(2020, 12, 31))
DUE = st.one_of(
    st.just(spec.Due()),
    st.builds(spec.Due, st.just("day"), st.integers(1, 31), st.sampled_from(spec.SHIFTS)),
    st.builds(
        spec.Due,
        st.sampled_from(["offset_days", "working_days"]),
        st.integers(0, 20),
        st.sampled_from(spec.SHIFTS),
    ),
)
PERIOD = st.sampled_from([p for p in spec.PERIODS if p not in {"fixed", "once"}])
DAYS = st.dates(date(2020, 1, 1), date(2021, 6, 30))


def made(since: date = YEAR[0], until: date = YEAR[1], **facts: Any) -> list[Window]:
    return list(windows(rule("x", **facts), PACK, since, until))


@settings(deadline=None)
@given(PERIOD, DUE, DAYS, st.integers(0, 200))
def test_windows_are_in_order_and_within_what_was_asked(period, due, since, length):
    until = since + timedelta(days=length)
    found = made(since, until, period=period, due=due)
    assert [w.start for w in found] == sorted({w.start for w in found})
    for window in found:
        assert window.start <= window.end <= window.until
        assert window.start <= window.due <= window.until
        assert window.start <= until
        assert window.due >= since
        if due.shift == "next_working_day":
            assert is_working_day(window.due, PACK.calendar)


@settings(deadline=None)
@given(PERIOD, DUE, DAYS, st.integers(1, 90), st.integers(1, 90))
def test_asking_in_two_parts_finds_every_duty_of_asking_at_once(period, due, since, a, b):
    middle, end = since + timedelta(days=a), since + timedelta(days=a + b)
    facts = {"period": period, "due": due}
    whole = set(made(since, end, **facts))
    parts = set(made(since, middle, **facts)) | set(made(middle + timedelta(days=1), end, **facts))
    assert whole == parts


def test_due_days_of_a_month():
    def due_in_march(*due: Any) -> date:
        facts = {"due": spec.Due(*due), "since": date(2020, 3, 1), "until": date(2020, 3, 1)}
        return next(w.due for w in made(**facts) if w.start == date(2020, 3, 1))

    assert due_in_march("end") == date(2020, 3, 31)
    assert due_in_march("day", 25) == date(2020, 3, 25)
    assert due_in_march("day", 8, "next_working_day") == date(2020, 3, 9)  # from a Sunday
    assert due_in_march("offset_days", 9) == date(2020, 3, 10)
    assert due_in_march("working_days", 5) == date(2020, 3, 6)


def test_only_the_months_named_and_only_until_the_rule_ends():
    found = made(months=(3, 9), ends=date(2020, 8, 31))
    assert [w.start for w in found] == [date(2020, 3, 1)]


def test_a_week_of_holidays_is_no_duty():
    starts = {w.start for w in made(period="week", school_days_only=True)}
    assert date(2020, 4, 13) in starts
    assert date(2020, 7, 13) not in starts


def test_what_is_done_by_a_date_may_be_made_up_for_until_the_next_window():
    found = made(period="fixed", fixed=("03-31", "09-30"), window_days=30)
    assert [(w.start, w.due, w.until) for w in found] == [
        (date(2020, 3, 1), date(2020, 3, 31), date(2020, 8, 30)),
        (date(2020, 8, 31), date(2020, 9, 30), date(2021, 2, 28)),
    ]


def test_what_is_done_once_may_be_made_up_for_at_any_time():
    (once,) = made(period="once", ends=date(2020, 6, 30))
    assert (once.start, once.due, once.until) == (
        date(2020, 1, 1),
        date(2020, 6, 30),
        FOREVER,
    )


def test_a_new_rule_begins_with_the_period_in_force_unless_it_was_due_already():
    day = date(2020, 3, 20)
    assert first_start(rule("x"), PACK, day) == date(2020, 3, 1)
    assert first_start(rule("x", due=spec.Due("day", 5)), PACK, day) == day
