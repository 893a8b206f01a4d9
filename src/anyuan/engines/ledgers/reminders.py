"""Warnings before a row's dates expire and once they have: one message to a person, unit and ledger.

What went out is kept (Warned), so a run may be repeated and a day missed is made up for. A date that is
put off is warned of anew.
"""

from __future__ import annotations

import datetime
from collections import defaultdict

from django.db import connection, transaction
from django.urls import reverse

from anyuan.core.keys import parent_key
from anyuan.engines.ledgers import registry
from anyuan.engines.ledgers.expiry import warning_days
from anyuan.engines.ledgers.spec import Ledger
from anyuan.engines.notices.services import tell
from anyuan.org.models import Unit
from anyuan.org.permissions import Role

KEEPERS = [Role.SAFETY_OFFICER, Role.PRINCIPAL]
# `days` from the pack, 0 for the day after: each date is warned of once for each of them.
_WARN = """
WITH sent AS (
    INSERT INTO ledgers_warned (unit_id, record_id, field, expires_on, days, sent_on)
    SELECT t.unit_id, t.record_id, %(field)s, t.{column}, step.days, %(today)s
    FROM {table} t CROSS JOIN LATERAL unnest(%(days)s::int[]) AS step(days)
    WHERE t.active AND (
        (step.days > 0 AND t.{column} >= %(today)s AND t.{column} <= %(today)s::date + step.days)
        OR (step.days = 0 AND t.{column} < %(today)s))
    ON CONFLICT (record_id, field, expires_on, days) DO NOTHING
    RETURNING unit_id, record_id, days
)
SELECT unit_id, record_id, min(days) = 0 FROM sent GROUP BY unit_id, record_id
"""


def remind(today: datetime.date) -> int:
    """Send what is to be sent today; how many messages. Call with the whole tree in scope."""
    with transaction.atomic():
        units = dict(Unit.objects.filter(state=Unit.State.ACTIVE).values_list("key", "kind"))
        return sum(_remind_of(one, today, units) for one in registry.all_ledgers().values())


def _remind_of(ledger: Ledger, today: datetime.date, units: dict[str, str]) -> int:
    if not ledger.expiries:
        return 0
    # unit → the rows that come due, the rows that have expired (a row may have several dates)
    found: dict[str, tuple[set[object], set[object]]] = defaultdict(lambda: (set(), set()))
    quote = connection.ops.quote_name
    table = quote(ledger.model._meta.db_table)
    for field, days in warning_days(ledger).items():
        column = quote(str(ledger.fields[field].column))
        with connection.cursor() as cursor:
            cursor.execute(
                _WARN.format(table=table, column=column),
                {"field": field, "today": today, "days": [*days, 0]},
            )
            for unit, record, expired in cursor.fetchall():
                found[unit][int(expired)].add(record)
    return _tell_all(ledger, found, today, units)


def _tell_all(
    ledger: Ledger,
    found: dict[str, tuple[set[object], set[object]]],
    today: datetime.date,
    units: dict[str, str],
) -> int:
    """Units with the same sentence are told by one statement; a campus's rows also at its school."""
    groups: dict[str, list[str]] = defaultdict(list)
    told = {unit: rows for unit, rows in found.items() if unit in units}
    for unit, (due, expired) in told.items():
        parts = [f"{len(due - expired)} 项即将到期"] if due - expired else []
        parts += [f"{len(expired)} 项已过期"] if expired else []
        text = f"{ledger.title}台账：{'，'.join(parts)}"
        groups[text].append(unit)
        if units[unit] == Unit.Kind.CAMPUS:
            groups[text].append(parent_key(unit))
    address = reverse("ledgers:list", args=[ledger.key])
    return sum(
        tell(
            keys, KEEPERS, kind="ledger.expiry", title=text,
            url=f"{address}?expiry={'expired' if '已过期' in text else 'due'}",
            once_key=f"ledger:{ledger.key}:{today.isoformat()}:{text}",
        )
        for text, keys in groups.items()
    )  # fmt: skip
