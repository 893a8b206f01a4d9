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
    """The place of the card: what stands in it is fetched after the page, for 今日 asks enough already."""
    return None if by.is_supervisor else {}


def near(by: Actor) -> list[Drill]:
    """Planned drills of the next days and overdue ones; reports that are due. One query."""
    today = timezone.localdate()
    until = today + datetime.timedelta(days=content().near_days)
    wanted = Q(record__state=State.PLANNED, record__happened_on__lte=until)
    if by.may(Permission.DRILL_WRITE):
        wanted |= Q(
            record__state__in=[State.HELD, State.EVALUATED],
            report_due_on__gte=today - datetime.timedelta(days=14),
        )
    rows = visible(Drill, by).filter(wanted).select_related("record", "unit")
    return list(rows.order_by("record__happened_on", "record_id")[:MOST])
