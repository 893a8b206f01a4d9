"""Rolling up: soon after a record is saved, and every night for the months that days change."""

from __future__ import annotations

import contextlib
import datetime

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from anyuan.core import scope
from anyuan.engines.indicators import rollup

DELAY = 2  # seconds: many records saved together are rolled up once, and nobody waits over five


def soon(month: datetime.date, unit: str) -> None:
    """Ask for the totals of a level above; asked many times before it runs, it runs once. After commit."""
    with contextlib.suppress(AlreadyEnqueued):
        total_above.configure(
            queueing_lock=f"indicators:{month:%Y-%m}:{unit}", schedule_in={"seconds": DELAY}
        ).defer(month=month.isoformat(), unit=unit)


def whole_soon(month: datetime.date) -> None:
    """Ask for all figures of a month anew: units changed, perhaps a thousand at once. After commit."""
    with contextlib.suppress(AlreadyEnqueued):
        roll_up.configure(
            queueing_lock=f"indicators:{month:%Y-%m}", schedule_in={"seconds": DELAY}
        ).defer(month=month.isoformat())


@app.task(name="indicators.total_above")
def total_above(month: str, unit: str) -> None:
    """One month of a district and the city."""
    with scope.everything():
        rollup.total_above(unit, datetime.date.fromisoformat(month))


@app.task(name="indicators.roll_up")
def roll_up(month: str) -> None:
    """All levels of one month."""
    with scope.everything():
        rollup.roll_up(datetime.date.fromisoformat(month))


@app.periodic(cron="15 16 * * *")
@app.task(queueing_lock="indicators.nightly", name="indicators.nightly")
def nightly(timestamp: int) -> None:
    """At 0:15 (a cron line is UTC): what fell due yesterday counts from today; two months."""
    today = timezone.localdate()
    this = rollup.month_of(today)
    with scope.everything():
        rollup.roll_up(this)
        rollup.roll_up(rollup.month_of(this - datetime.timedelta(days=1)))
