"""Names are kept no longer than needed: entries and slips go, with their history; the days' figures stay."""

from __future__ import annotations

import datetime

from django.db import connection

from anyuan.domains.gate.totals import sum_up

_FORGET = """
WITH gone AS (DELETE FROM {table} WHERE "on" < %(before)s RETURNING id),
     steps AS (DELETE FROM {table}event e USING gone WHERE e.pgh_obj_id = gone.id)
SELECT count(*) FROM gone
"""


def forget_old(today: datetime.date, *, days: int) -> int:
    """Delete what is older than so many days; how many rows. The days' figures are made sure of first.

    Somebody still marked as inside is no reason to keep the name: the warnings came long ago.
    """
    sum_up(today)
    before = today - datetime.timedelta(days=days)
    return _forget("gate_entry", before) + _forget("gate_leave", before)


def _forget(table: str, before: datetime.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET.format(table=table), {"before": before})
        gone: int = cursor.fetchone()[0]
        return gone
