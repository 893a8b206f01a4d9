"""Periods of duties: days, weeks, months … school terms, and Chinese working days. Pure.

Day, week (from Monday), month, quarter, half-year and year tile time: every day lies in exactly one.
Terms come from the calendar given and leave holidays between them. `once` and `fixed` periods are
windows that a rule names itself.
"""

from __future__ import annotations

import calendar as months
import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Protocol

import chinese_calendar
from chinese_calendar import constants

TILING = ("day", "week", "month", "quarter", "half_year", "year")
KINDS = (*TILING, "term", "once", "fixed")
_MONTHS_IN = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_ANNOUNCED = range(
    min(constants.holidays).year,
    max(constants.holidays).year + 1,
)
_QUARTERS = "一二三四"
_ONE = timedelta(days=1)


class Term(Protocol):
    @property
    def starts(self) -> date: ...
    @property
    def ends(self) -> date: ...


class DaysOff(Protocol):
    @property
    def starts(self) -> date: ...
    @property
    def ends(self) -> date: ...


class Calendar(Protocol):
    """School terms, with corrections of the official working days (packs.spec.Calendar fits)."""

    @property
    def terms(self) -> Sequence[Term]: ...
    @property
    def days_off(self) -> Sequence[DaysOff]: ...
    @property
    def days_on(self) -> Sequence[date]: ...


@dataclasses.dataclass(frozen=True, slots=True)
class Period:
    """One period, both days included; `label` is what people call it."""

    kind: str
    start: date
    end: date

    @property
    def label(self) -> str:
        return label(self.kind, self.start, self.end)

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end


def period_of(kind: str, day: date, calendar: Calendar | None = None) -> Period | None:
    """The period of a tiling kind or the term in which the day lies; None in the school holidays."""
    if kind == "day":
        return Period(kind, day, day)
    if kind == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(kind, monday, monday + timedelta(days=6))
    if kind == "term":
        found = next((t for t in _terms(calendar) if t.starts <= day <= t.ends), None)
        return Period(kind, found.starts, found.ends) if found else None
    if kind not in _MONTHS_IN:
        raise ValueError(f"no period of kind {kind!r} can be told from a day alone")
    size = _MONTHS_IN[kind]
    first = (day.month - 1) // size * size + 1
    return Period(kind, date(day.year, first, 1), month_end(day.year, first + size - 1))


def periods(kind: str, calendar: Calendar | None, since: date, until: date) -> Iterator[Period]:
    """All periods of a tiling kind, or terms, that touch the days from `since` to `until`, in order."""
    if kind == "term":
        for term in _terms(calendar):
            if term.ends >= since and term.starts <= until:
                yield Period(kind, term.starts, term.ends)
        return
    day = since
    while day <= until:
        period = period_of(kind, day, calendar)
        assert period is not None  # noqa: S101 -- tiling kinds leave no gap
        yield period
        if period.end == date.max:
            return
        day = period.end + _ONE


def fixed_periods(
    days: Sequence[str], window_days: int, since: date, until: date
) -> Iterator[Period]:
    """Windows that end on each `MM-DD` of each year and begin `window_days` before; in order of end.

    02-29 is the last of February in ordinary years. Only windows that touch `since` to `until`.
    """
    found = []
    for year in range(since.year, (until + timedelta(days=window_days)).year + 1):
        for text in days:
            month, number = int(text[:2]), int(text[3:])
            end = day_in_month(year, month, number)
            start = end - timedelta(days=window_days)
            if end >= since and start <= until:
                found.append(Period("fixed", start, end))
    yield from sorted(found, key=lambda period: (period.end, period.start))


def label(kind: str, start: date, end: date) -> str:
    """What people call a period: 2020年3月, 2019–2020学年第二学期, 2020年3月31日前."""
    year = start.year
    if kind == "day":
        return _day(start)
    if kind == "week":
        iso_year, week, _ = start.isocalendar()
        return f"{iso_year}年第{week}周（{start.month}月{start.day}日至{end.month}月{end.day}日）"
    if kind == "month":
        return f"{year}年{start.month}月"
    if kind == "quarter":
        return f"{year}年第{_QUARTERS[(start.month - 1) // 3]}季度"
    if kind == "half_year":
        return f"{year}年{'上' if start.month == 1 else '下'}半年"
    if kind == "year":
        return f"{year}年"
    if kind == "term":
        autumn = start.month >= 7
        first = year if autumn else year - 1
        return f"{first}–{first + 1}学年第{'一' if autumn else '二'}学期"
    return f"{_day(end)}前"


def is_announced(year: int) -> bool:
    """Whether the State Council's days off and make-up days of the year are known here."""
    return year in _ANNOUNCED


def is_working_day(day: date, calendar: Calendar | None = None) -> bool:
    """The calendar's own corrections first, then the official days, else Monday to Friday."""
    if calendar is not None:
        if day in calendar.days_on:
            return True
        if any(off.starts <= day <= off.ends for off in calendar.days_off):
            return False
    if is_announced(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def is_school_day(day: date, calendar: Calendar) -> bool:
    """A working day inside a term."""
    return period_of("term", day, calendar) is not None and is_working_day(day, calendar)


def next_working_day(day: date, calendar: Calendar | None = None) -> date:
    """The day itself where it is a working day, else the first one after it."""
    while not is_working_day(day, calendar):
        day += _ONE
    return day


def add_working_days(day: date, number: int, calendar: Calendar | None = None) -> date:
    """The `number`-th working day after `day`; 0 is the day itself."""
    if number < 0:
        raise ValueError("working days are counted forward")
    for _ in range(number):
        day = next_working_day(day + _ONE, calendar)
    return day


def month_end(year: int, month: int) -> date:
    return date(year, month, months.monthrange(year, month)[1])


def day_in_month(year: int, month: int, number: int) -> date:
    """That day of the month, or its last day where the month is shorter."""
    return min(month_end(year, month), date(year, month, 1) + timedelta(days=number - 1))


def _terms(calendar: Calendar | None) -> Sequence[Term]:
    if calendar is None:
        raise ValueError("terms need a calendar")
    return calendar.terms


def _day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"
