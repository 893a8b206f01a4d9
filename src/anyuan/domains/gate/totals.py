"""The figures of a gate's day, counted from its entries and slips; and the nightly sum for days nobody checked."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum
from django.utils import timezone

from anyuan.core import events
from anyuan.core.models import Record
from anyuan.domains.gate.models import HOSTED, Entry, GateDay, Kind, Leave, State
from anyuan.engines.notices.queueing import NEW_ID_SQL

CAME = Q(state__in=[State.INSIDE, State.LEFT])
HOSTED_KINDS = [*sorted(HOSTED), Kind.OFFICIAL]


def totals_of(unit_key: str, on: datetime.date) -> dict[str, int]:
    """The figures of one unit's day, as GateDay names them."""
    found = Entry.objects.filter(unit_id=unit_key, on=on).aggregate(
        visits=Count("id", filter=CAME & Q(kind__in=HOSTED_KINDS)),
        deliveries=Count("id", filter=CAME & Q(kind=Kind.DELIVERY)),
        vehicles=Count("id", filter=CAME & Q(kind=Kind.VEHICLE)),
        people=Sum("people", filter=CAME),
        booked=Count("id", filter=CAME & ~Q(origin="desk")),
        turned=Count("id", filter=Q(state=State.TURNED)),
        overstays=Count("id", filter=Q(warned_at__isnull=False)),
        inside=Count("id", filter=Q(state=State.INSIDE)),
        checked=Count("id", filter=Q(fit__isnull=False)),
        unfit=Count("id", filter=Q(fit=False)),
        isolated=Count("id", filter=Q(isolated=True)),
    )
    leaves = Leave.objects.filter(unit_id=unit_key, on=on, out_at__isnull=False).count()
    return {name: value or 0 for name, value in found.items()} | {"leaves": leaves}


_DAYS = """
SELECT unit_id, "on" FROM gate_entry
WHERE "on" < %(today)s AND (entered_at IS NOT NULL OR state = 'turned')
UNION SELECT unit_id, "on" FROM gate_leave WHERE "on" < %(today)s AND out_at IS NOT NULL
EXCEPT SELECT unit_id, "on" FROM gate_gateday
"""
_RECORDS = f"""
INSERT INTO core_record (id, kind, unit_id, done_by_id, happened_on, title, state, counts, tags,
    created_at, updated_at)
SELECT {NEW_ID_SQL}, 'gate_day', unit_id, unit_id, "on", '门卫日记录 ' || to_char("on", 'YYYY-MM-DD'),
    'summed', FALSE, ARRAY[]::varchar[], %(now)s, %(now)s
FROM ({_DAYS}) AS days RETURNING id
"""  # noqa: S608 -- constants only
_SUMS = """
INSERT INTO gate_gateday (record_id, unit_id, "on", visits, deliveries, vehicles, people, booked, turned,
    overstays, inside, leaves, checked, unfit, isolated, epidemic, note)
SELECT r.id, r.unit_id, r.happened_on,
    count(e.id) FILTER (WHERE e.state IN ('inside', 'left') AND e.kind NOT IN ('delivery', 'vehicle')),
    count(e.id) FILTER (WHERE e.state IN ('inside', 'left') AND e.kind = 'delivery'),
    count(e.id) FILTER (WHERE e.state IN ('inside', 'left') AND e.kind = 'vehicle'),
    coalesce(sum(e.people) FILTER (WHERE e.state IN ('inside', 'left')), 0),
    count(e.id) FILTER (WHERE e.state IN ('inside', 'left') AND e.origin <> 'desk'),
    count(e.id) FILTER (WHERE e.state = 'turned'),
    count(e.id) FILTER (WHERE e.warned_at IS NOT NULL),
    count(e.id) FILTER (WHERE e.state = 'inside'),
    (SELECT count(*) FROM gate_leave l
     WHERE l.unit_id = r.unit_id AND l."on" = r.happened_on AND l.out_at IS NOT NULL),
    count(e.id) FILTER (WHERE e.fit IS NOT NULL),
    count(e.id) FILTER (WHERE e.fit = FALSE),
    count(e.id) FILTER (WHERE e.isolated),
    coalesce(bool_or(e.fit IS NOT NULL), FALSE), ''
FROM core_record r LEFT JOIN gate_entry e ON e.unit_id = r.unit_id AND e."on" = r.happened_on
WHERE r.id = ANY(%(records)s)
GROUP BY r.id, r.unit_id, r.happened_on
"""


def sum_up(today: datetime.date) -> int:
    """Make the days before today that nobody checked; how many. A fixed number of statements."""
    with connection.cursor() as cursor:
        cursor.execute(_RECORDS, {"today": today, "now": timezone.now()})
        made = [row[0] for row in cursor.fetchall()]
        if made:
            cursor.execute(_SUMS, {"records": made})
    tell_changed(made)
    return len(made)


def tell_changed(records: Sequence[Any]) -> None:
    """Duties and figures are counted anew for many days at once."""
    found = Record.objects.filter(pk__in=records).values_list("unit_id", "happened_on")
    if found:
        units, days = {unit for unit, _day in found}, {day for _unit, day in found}
        events.emit("records.changed", kind="gate_day", units=units, days=days)


def day_of(unit_key: str, on: datetime.date) -> GateDay | None:
    """The day as it was checked or summed up, if it was."""
    found: GateDay | None = (
        GateDay.objects.filter(unit_id=unit_key, on=on).select_related("closed_by").first()
    )
    return found
