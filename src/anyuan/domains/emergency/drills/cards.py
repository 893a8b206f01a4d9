"""The card on 今日: drills that are near, past their day, or wait for their report."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from anyuan.domains.emergency.drills.content import content
from anyuan.domains.emergency.drills.models import Drill, State
from anyuan.org.actor import Actor, visible
from anyuan.org.permissions import Permission

MOST = 6


def today_card(by: Actor) -> dict[str, Any] | None:
    """Planned drills of the next days and overdue ones; reports that are due. One query."""
    if by.is_supervisor:
        return None
    today = timezone.localdate()
    until = today + datetime.timedelta(days=content().near_days)
    wanted = Q(record__state=State.PLANNED, record__happened_on__lte=until)
    if by.may(Permission.DRILL_WRITE):
        wanted |= Q(
            record__state__in=[State.HELD, State.EVALUATED], report_due_on__isnull=False,
            report_due_on__gte=today - datetime.timedelta(days=14),
        )  # fmt: skip
    rows = visible(Drill, by).filter(wanted).select_related("record", "unit")
    drills = list(rows.order_by("record__happened_on", "record_id")[:MOST])
    return {"drills": drills, "today": today} if drills else None
