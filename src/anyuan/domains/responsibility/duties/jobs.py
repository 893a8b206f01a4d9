"""At night: letters follow time and people; every letter is checked against its signatures."""

from __future__ import annotations

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.core.models import Audit
from anyuan.domains.responsibility.duties.services.following import follow_time_and_people
from anyuan.domains.responsibility.duties.verifying import check_all
from anyuan.org.audit import note

log = logging.getLogger(__name__)


@app.periodic(cron="20 17 * * *")
@app.task(queueing_lock="duties.follow", pass_context=False)
def follow_letters(timestamp: int) -> None:
    """At 1:20 (a cron line is UTC)."""
    with scope.everything():
        follow_time_and_people(timezone.localdate())


@app.periodic(cron="55 18 * * *")
@app.task(queueing_lock="duties.check", pass_context=False)
def check_letters(timestamp: int) -> None:
    """At 2:55: a letter that does not hold is written into the audit log."""
    with scope.everything():
        for letter, why in check_all():
            log.error("letter %s: %s", letter.number, why)
            note(Audit.Action.CHANGE, f"责任书校验不通过：{letter.number} {why}")
