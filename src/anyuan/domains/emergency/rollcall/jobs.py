"""Every hour: roll calls that nobody ended. At night: names that need not be kept any more."""

from __future__ import annotations

import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.domains.emergency.rollcall.models import RollCall
from anyuan.domains.emergency.rollcall.numbers import longest_run
from anyuan.domains.emergency.rollcall.retention import clear_names, forget_gone
from anyuan.domains.emergency.rollcall.services.running import finish
from anyuan.org.actor import SYSTEM


def end_old(now: datetime.datetime) -> int:
    """End calls that ran longer than the pack allows; how many."""
    old = RollCall.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        ended_at__isnull=True, started_at__lt=now - longest_run()
    )
    many = 0
    for call in old.select_related("record", "unit"):
        finish(call, by=SYSTEM, why="超过时限，系统自动结束。")
        many += 1
    return many


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="rollcall.end_old", pass_context=False)
def end_old_calls(timestamp: int) -> None:
    """Nobody has to be asked about yesterday's drill."""
    with scope.everything():
        end_old(timezone.now())


@app.periodic(cron="50 18 * * *")
@app.task(queueing_lock="rollcall.forget", pass_context=False)
def forget_names(timestamp: int) -> None:
    """At 2:50 (a cron line is UTC)."""
    now = timezone.now()
    with scope.everything():
        clear_names(now)
        forget_gone(now)
