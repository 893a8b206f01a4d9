"""Every two minutes: limits that are near or over. At night: whether every timeline still holds."""

from __future__ import annotations

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.core.models import Audit
from anyuan.domains.emergency.incidents.reminders import remind
from anyuan.domains.emergency.incidents.timeline import check_all
from anyuan.org.audit import note

log = logging.getLogger(__name__)


@app.periodic(cron="*/2 * * * *")
@app.task(queueing_lock="incidents.remind", pass_context=False)
def remind_of_reports(timestamp: int) -> None:
    """Tell who has to report; run again it tells nobody twice."""
    with scope.everything():
        remind(timezone.now())


@app.periodic(cron="50 18 * * *")
@app.task(queueing_lock="incidents.check", pass_context=False)
def check_timelines(timestamp: int) -> None:
    """At 2:50 (a cron line is UTC): a timeline that does not hold is written into the audit log."""
    with scope.everything():
        for incident, why in check_all():
            log.error("timeline of %s: %s", incident.number, why)
            note(Audit.Action.CHANGE, f"事件记录校验不通过：{incident.number} {why}")
