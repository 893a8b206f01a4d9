"""The worker's part: what is due goes out; alerts that nobody confirmed or ended come to their end."""

from __future__ import annotations

import contextlib

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from anyuan.core import scope
from anyuan.domains.emergency.alerts.deliveries import next_due
from anyuan.domains.emergency.alerts.running import end_old, lapse
from anyuan.domains.emergency.alerts.sending import send_due
from anyuan.engines.notices.jobs import QUEUE

FIRST = 100  # before everything else that waits
LONGEST_SLEEP = 60  # seconds; the minute's job looks as well


def send_soon(seconds: int = 0) -> None:
    """Have the worker send what is due; asked twice before it starts, it starts once."""
    with contextlib.suppress(AlreadyEnqueued):
        deliver.configure(
            queueing_lock="alerts.deliver", priority=FIRST, schedule_in={"seconds": seconds}
        ).defer()


@app.task(name="alerts.deliver", queue=QUEUE)
def deliver() -> None:
    """One batch, then the next one behind whatever else is waiting."""
    if send_due():
        send_soon()
        return
    with scope.everything():
        due = next_due()
    if due is not None:
        left = int((due - timezone.now()).total_seconds()) + 1
        if left < LONGEST_SLEEP:
            send_soon(max(left, 1))


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="alerts.tend", name="alerts.tend")
def tend(timestamp: int) -> None:
    """Each minute: what a worker left when it died, what became due, alerts past their time."""
    with scope.everything():
        lapse(timezone.now())
        end_old(timezone.now())
        due = next_due()
    if due is not None and due <= timezone.now():
        send_soon()
