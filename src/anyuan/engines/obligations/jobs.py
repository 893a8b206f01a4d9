"""What runs by itself: duties are kept ahead, and people are reminded in the morning.

Both run every hour and do nothing once the day's work is done, so that a machine that was off at
night catches up as soon as it is on. Hours of a cron line are UTC; days are those of China.
"""

from __future__ import annotations

import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.engines.obligations.generation import ahead_days, keep_up
from anyuan.engines.obligations.models import Policy
from anyuan.engines.obligations.reminders import remind

# People are told from this hour on, local time.
MORNING = 7


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="obligations.keep_duties_ahead")
def keep_duties_ahead(timestamp: int) -> None:
    """Make the duties of the days ahead for every policy, once a day."""
    today = timezone.localdate()
    with scope.everything():
        for policy in Policy.objects.all():
            ahead = today + datetime.timedelta(days=ahead_days(policy))
            if policy.generated_to is None or policy.generated_to < ahead:
                keep_up(policy, today=today)


@app.periodic(cron="22 * * * *")
@app.task(queueing_lock="obligations.send_reminders")
def send_reminders(timestamp: int) -> None:
    """Tell who has duties due soon or overdue."""
    now = timezone.localtime()
    if now.hour < MORNING:
        return
    with scope.everything():
        remind(now.date())
