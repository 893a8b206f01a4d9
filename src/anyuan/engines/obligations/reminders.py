"""Reminders before the due day and escalation after it: one message to each person, unit and day.

The rules say on which days; what went out is kept (Reminder), so a run may be repeated and a day
missed is made up for. A message lists counts and opens the list, never one message a duty.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections import defaultdict

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from anyuan.core.keys import parent_key
from anyuan.engines.notices.services import tell
from anyuan.org.models import Unit
from anyuan.org.permissions import Role

# Days that a reminder may come late because the worker stood still; older ones are not news.
LOOK_BACK = 14
OWN = "own"

_DUE_REMINDERS = """
WITH sent AS (
    INSERT INTO obligations_reminder (unit_id, obligation_id, days, "to", sent_on)
    SELECT o.unit_id, o.id, -before.days, %(own)s, %(today)s
    FROM obligations_obligation o JOIN obligations_rule r ON r.id = o.rule_id
    CROSS JOIN LATERAL unnest(r.remind_days) AS before(days)
    WHERE o.state = 'open' AND r.enabled AND o.period_start <= %(today)s
      AND o.due_on >= %(today)s AND o.due_on - before.days <= %(today)s
    UNION ALL
    SELECT o.unit_id, o.id, step.after_days, step."to", %(today)s
    FROM obligations_obligation o JOIN obligations_rule r ON r.id = o.rule_id
    JOIN obligations_escalation step ON step.rule_id = r.id
    WHERE o.state = 'open' AND r.enabled AND o.due_on < %(today)s
      AND o.due_on + step.after_days BETWEEN %(today)s - %(look_back)s AND %(today)s
    ON CONFLICT (obligation_id, days, "to") DO NOTHING
    RETURNING unit_id, obligation_id, days, "to"
)
SELECT unit_id, "to", count(DISTINCT obligation_id) FILTER (WHERE days <= 0),
    count(DISTINCT obligation_id) FILTER (WHERE days > 0)
FROM sent GROUP BY unit_id, "to" ORDER BY unit_id, "to"
"""
_ROLES: dict[str, list[Role]] = {
    Unit.Kind.CITY: [Role.BUREAU_SUPERVISOR],
    Unit.Kind.DISTRICT: [Role.DISTRICT_SUPERVISOR],
    Unit.Kind.SCHOOL: [Role.SAFETY_OFFICER, Role.PRINCIPAL],
    Unit.Kind.CAMPUS: [Role.SAFETY_OFFICER, Role.PRINCIPAL],
}


@dataclasses.dataclass
class Digest:
    """What one unit is told: its own duties, and how many units below it are late with how many."""

    coming: int = 0
    late: int = 0
    late_below: int = 0
    units_below: int = 0

    @property
    def text(self) -> str:
        parts = []
        if self.coming:
            parts.append(_("%(n)d 项任务即将到期") % {"n": self.coming})
        if self.late:
            parts.append(_("%(n)d 项任务已逾期") % {"n": self.late})
        if self.late_below:
            parts.append(
                _("下属 %(units)d 个单位有 %(n)d 项任务逾期未完成")
                % {"units": self.units_below, "n": self.late_below}
            )
        return "，".join(parts)


def remind(today: datetime.date) -> int:
    """Send what is to be sent today; the number of messages made. Call with the whole tree in scope."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_DUE_REMINDERS, {"today": today, "look_back": LOOK_BACK, "own": OWN})
            rows = cursor.fetchall()
        return _tell_all(_digests(rows), today)


def _digests(rows: list[tuple[str, str, int, int]]) -> dict[tuple[str, str], Digest]:
    """(unit, its kind) → digest. A campus's duties are told at the campus and at its school."""
    kinds = dict(Unit.objects.filter(state=Unit.State.ACTIVE).values_list("key", "kind"))
    found: dict[tuple[str, str], Digest] = defaultdict(Digest)
    for unit, to, coming, late in rows:
        if unit not in kinds:
            continue
        told = unit if to in (OWN, "school") else _level_above(unit, to, kinds)
        if told == unit:
            own = [unit, parent_key(unit)] if kinds[unit] == Unit.Kind.CAMPUS else [unit]
            for key in own:
                digest = found[key, kinds[key]]
                digest.coming += coming
                digest.late += late
        else:
            digest = found[told, kinds[told]]
            digest.late_below += late
            digest.units_below += 1
    return found


def _level_above(unit: str, to: str, kinds: dict[str, str]) -> str:
    """The unit to tell: the nearest above (or the unit itself) of the level `to`, else the city's.

    A school directly under the bureau has no district: the bureau is told at that step.
    """
    key = unit
    while kinds.get(key) not in (to, Unit.Kind.CITY) and parent_key(key):
        key = parent_key(key)
    return key


def _tell_all(digests: dict[tuple[str, str], Digest], today: datetime.date) -> int:
    """Units with the same sentence are told by one statement."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (unit, kind), digest in digests.items():
        groups[kind, digest.text].append(unit)
    url = reverse("obligations:list") + "?state=open"
    return sum(
        tell(
            units,
            _ROLES[kind],
            kind="obligation",
            title=text,
            url=url,
            once_key=f"duties:{today.isoformat()}:{kind}:{text}",
        )
        for (kind, text), units in groups.items()
    )
