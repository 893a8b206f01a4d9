"""Each morning: what is near, overdue, to be reported."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.domains.emergency.drills.reminders import remind


@app.periodic(cron="20 23 * * *")
@app.task(queueing_lock="drills.remind", pass_context=False)
def remind_of_drills(timestamp: int) -> None:
    """At 7:20 (a cron line is UTC); run again it tells nobody twice."""
    with scope.everything():
        remind(timezone.localdate())
