"""Daily: remind of hazards that are due, escalate those that are overdue, forget counts that are over."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.domains.hazards.numbers import escalation_days
from anyuan.domains.hazards.public import forget_counts
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


@app.periodic(cron="40 19 * * *")
@app.task(queueing_lock="hazards.forget_counts", pass_context=False)
def forget_public_counts(timestamp: int) -> None:
    """At night: counts of reports without an account are kept no longer than they are needed."""
    forget_counts()
