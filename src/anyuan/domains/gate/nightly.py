"""What the clock does at the gate: warnings of long stays, the end of bookings that nobody came for."""

from __future__ import annotations

import datetime

from django.db import connection
from django.urls import reverse

from anyuan.domains.gate.models import Entry, Leave, LeaveState, State
from anyuan.domains.gate.numbers import overstay
from anyuan.domains.gate.posts import guards_of
from anyuan.domains.gate.queries import WAITING
from anyuan.engines.notices.services import tell, tell_people
from anyuan.org.permissions import Role

_LATE = """
UPDATE gate_entry SET warned_at = %(now)s
WHERE state = 'inside' AND warned_at IS NULL AND entered_at < %(since)s
RETURNING id, unit_id, host_id
"""


def warn_of_overstays(now: datetime.datetime) -> int:
    """Tell the guards and hosts of entries that have newly stayed too long; how many entries.

    Three statements, however many there are. Nobody is named: messages are kept longer than entries.
    """
    allowed = overstay()
    with connection.cursor() as cursor:
        cursor.execute(_LATE, {"now": now, "since": now - allowed})
        late = cursor.fetchall()
    if not late:
        return 0
    hours = f"{allowed.total_seconds() / 3600:g}"
    key = f"gate.late:{now:%Y%m%d%H%M}"
    tell(
        {key for _id, unit, _host in late for key in guards_of(unit)}, [Role.GUARD], kind="gate.late", once_key=key,
        title=f"有来访人员进校超过 {hours} 小时未离校，请核实", url=reverse("gate:inside"),
    )  # fmt: skip
    hosts = [(host, unit) for _id, unit, host in late if host]
    if hosts:
        tell_people(
            hosts, kind="gate.late", title=f"您的访客进校超过 {hours} 小时未离校，请核实",
            url=reverse("gate:home"), once_key=key,
        )  # fmt: skip
    return len(late)


def end_missed(today: datetime.date) -> int:
    """Bookings and slips of days that are over and for which nobody came."""
    missed: int = Entry.objects.filter(on__lt=today, state__in=WAITING).update(state=State.MISSED)
    open_slips = [LeaveState.STARTED, LeaveState.CONFIRMED]
    slips: int = Leave.objects.filter(on__lt=today, state__in=open_slips).update(
        state=LeaveState.MISSED
    )
    return missed + slips
