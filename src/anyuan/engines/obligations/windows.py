"""From a rule and the calendar to dated windows: when a duty begins, ends, is due, and still counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta

from anyuan.core.periods import (
    Period,
    add_working_days,
    day_in_month,
    fixed_periods,
    is_school_day,
    next_working_day,
    periods,
)
from anyuan.engines.obligations.packs import spec

# What is done once may be made up for at any time.
FOREVER = date(9999, 12, 31)
_ONE = timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """One period of one rule. `until`: the last day on which a deed still counts (late after `due`)."""

    start: date
    end: date
    due: date
    until: date


def windows(rule: spec.Rule, pack: spec.Pack, since: date, until: date) -> Iterator[Window]:
    """The rule's windows that begin by `until` and are due from `since` on, in order of time."""
    for period in _periods(rule, pack, since, until):
        if period.start > until or (rule.ends and period.start > rule.ends):
            continue
        due = due_day(rule, period, pack.calendar)
        if due >= since:
            yield Window(period.start, period.end, due, _counts_until(rule, period, due))


def first_start(rule: spec.Rule, pack: spec.Pack, day: date) -> date:
    """Where a new rule begins: with the earliest period that is not yet over on that day."""
    return min(
        (w.start for w in windows(rule, pack, day, day) if w.end >= day),
        default=day,
    )


def due_day(rule: spec.Rule, period: Period, calendar: spec.Calendar) -> date:
    """The day by which the duty of this period is due (spec.Due)."""
    due = rule.due
    day = period.end
    if due.way == "day":
        day = max(period.start, day_in_month(period.end.year, period.end.month, due.number))
    elif due.way == "offset_days":
        day = period.start + timedelta(days=due.number)
    elif due.way == "working_days":
        day = add_working_days(period.start, due.number, calendar)
    return next_working_day(day, calendar) if due.shift == "next_working_day" else day


def _periods(rule: spec.Rule, pack: spec.Pack, since: date, until: date) -> Iterator[Period]:
    if rule.period == "once":
        end = rule.ends or date(pack.valid_from.year, 12, 31)
        yield Period("once", pack.valid_from, max(end, pack.valid_from))
        return
    # A due day may be moved past its period's end, so look a period further back.
    back = since - timedelta(days=62)
    if rule.period == "fixed":
        yield from fixed_periods(rule.fixed, rule.window_days, back, until)
        return
    for period in periods(rule.period, pack.calendar, back, until):
        if rule.months and period.start.month not in rule.months:
            continue
        if not rule.school_days_only or _has_school_day(period, pack.calendar):
            yield period


def _has_school_day(period: Period, calendar: spec.Calendar) -> bool:
    day = period.start
    while day <= period.end:
        if is_school_day(day, calendar):
            return True
        day += _ONE
    return False


def _counts_until(rule: spec.Rule, period: Period, due: date) -> date:
    last = max(period.end, due)
    if rule.period == "once":
        return FOREVER
    if rule.period == "fixed":
        year_on = period.end + timedelta(days=366)
        ahead = fixed_periods(rule.fixed, rule.window_days, period.end + _ONE, year_on)
        following = next(found for found in ahead if found.end > period.end)
        return max(last, following.start - _ONE)
    return last
