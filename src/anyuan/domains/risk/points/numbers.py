"""The pack's numbers that risk points depend on."""

from __future__ import annotations

import datetime

from anyuan.core.periods import is_working_day
from anyuan.domains.risk.points.scoring import Bands
from anyuan.engines.obligations.numbers import number_values, values_of

METHODS = ("lec", "ls")


def bands_of(method: str) -> Bands:
    """The bands of a method, as they are in force."""
    known = values_of(f"risk_{method}_bands", "risk_bound_up")
    up = known["risk_bound_up"][METHODS.index(method)]
    return Bands(tuple(known[f"risk_{method}_bands"]), bool(up))


def review_months() -> int:
    return int(number_values("risk_review_months")[0])


def repeat() -> tuple[int, int]:
    """(days, hazards): so many of the same kind within so many days ask for a new grading."""
    days, count = number_values("risk_repeat")
    return int(days), int(count)


def missed_checks() -> int:
    return int(number_values("risk_missed_checks")[0])


def next_check(after: datetime.date, days: int) -> datetime.date:
    """The day of the next check: so many days later, and then the next working day."""
    day = after + datetime.timedelta(days=days)
    while not is_working_day(day):
        day += datetime.timedelta(days=1)
    return day


def next_review(after: datetime.date) -> datetime.date:
    return after + datetime.timedelta(days=review_months() * 365 // 12)
