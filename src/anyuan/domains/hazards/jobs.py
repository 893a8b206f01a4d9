"""Daily: remind of hazards that are due and escalate those that are overdue."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.domains.hazards.numbers import escalation_days
from anyuan.engines.cases.escalation import escalate


@app.periodic(cron="20 23 * * *")
@app.task(queueing_lock="hazards.escalate", pass_context=False)
def escalate_hazards(timestamp: int) -> None:
    """Run at 7:20 (a cron line is UTC); run again on the same day it tells nobody twice."""
    with scope.everything():
        escalate(
            "hazard",
            days=escalation_days(),
            url="/hazards/?due=overdue",
            noun="隐患",
            today=timezone.localdate(),
        )
