"""Every ten minutes: who has stayed too long. At night: the day's sums, bookings nobody came for, old names."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.domains.gate.nightly import end_missed, warn_of_overstays
from anyuan.domains.gate.numbers import retention_days
from anyuan.domains.gate.public import forget_counts
from anyuan.domains.gate.retention import forget_old
from anyuan.domains.gate.totals import sum_up


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="gate.overstays", pass_context=False)
def warn_overstays(timestamp: int) -> None:
    """Tell guard and host; each entry is warned of once, however often this runs."""
    with scope.everything():
        warn_of_overstays(timezone.now())


@app.periodic(cron="30 18 * * *")
@app.task(queueing_lock="gate.nightly", pass_context=False)
def close_gate(timestamp: int) -> None:
    """At 2:30 (a cron line is UTC): yesterday's bookings end, days are summed up, old names are deleted."""
    today = timezone.localdate()
    with scope.everything():
        end_missed(today)
        sum_up(today)
        forget_old(today, days=retention_days())
        forget_counts()
