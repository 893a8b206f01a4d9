"""What time does to alerts: nobody confirmed in time, nobody ended."""

from __future__ import annotations

import datetime

from anyuan.domains.emergency.alerts.models import Alert, State
from anyuan.domains.emergency.alerts.numbers import longest_run
from anyuan.domains.emergency.alerts.starting import stop
from anyuan.org.actor import SYSTEM
from anyuan.org.records import amend_record


def lapse(now: datetime.datetime) -> int:
    """Alerts that waited for a second person in vain are not sent any more; how many."""
    late = Alert.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        record__state=State.WAITING, confirm_until__lt=now
    )
    many = 0
    for alert in late.select_related("record"):
        amend_record(alert.record, by=SYSTEM, state=State.LAPSED)
        many += 1
    return many


def end_old(now: datetime.datetime) -> int:
    """Alerts that have run longer than the pack allows end; how many."""
    old = Alert.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        record__state=State.RUNNING, sent_at__lt=now - longest_run()
    )
    many = 0
    for alert in old.select_related("record", "unit"):
        stop(alert, by=SYSTEM, state=State.ENDED, why="超过时限，系统自动结束。")
        many += 1
    return many
