"""In the morning: who has an assigned check due is reminded, who assigned one that is overdue is told.

Runs every hour and tells each person once a day, so a machine that was off catches up. Hours of a cron
line are UTC; days are those of China.
"""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.engines.checks.assignment_reminders import remind

MORNING = 7


@app.periodic(cron="27 * * * *")
@app.task(queueing_lock="checks.remind_of_assignments")
def remind_of_assignments(timestamp: int) -> None:
    """Tell who is sent and has not been, and who waits for it."""
    now = timezone.localtime()
    if now.hour < MORNING:
        return
    with scope.everything():
        remind(now.date())
