"""Recount: what duties have been done, by query from records; never added up, so nothing drifts.

A duty is `met` when the last record that was needed happened by the due day, whenever it was written
down; else `late`. When it was written down is kept beside it (`filed_on`): a school that drilled in
March and filed in April drilled in time and filed late, and a supervisor sees both.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection

from anyuan.core import scope
from anyuan.core.keys import ancestors
from anyuan.core.models import Record
from anyuan.engines.obligations.models import Rule
from anyuan.engines.obligations.sql import FITS_TAGS, MATCHED, RECKON, hold_lock, share_lock

# Duties that one record fits, by the same rules as MATCHED, and those that it counted for before; but
# for those of a closed school whose record its successor took over: there it goes on counting.
_TOUCHED = f"""
WITH fits AS MATERIALIZED (
    SELECT o.id FROM obligations_obligation o JOIN obligations_rule r ON r.id = o.rule_id
    WHERE %(counts)s AND o.unit_id = ANY(%(above)s) AND o.kind = %(kind)s
      AND o.period_start <= %(day)s AND o.counts_until >= %(day)s
      AND CASE WHEN o.level IN ('school', 'site')
               THEN o.unit_id = ANY(%(unit_above)s) AND o.unit_id = ANY(%(doer_above)s)
               ELSE o.unit_id = %(doer)s AND (r.area OR o.unit_id = %(unit)s) END
      AND {FITS_TAGS.format(tags="%(tags)s::varchar[]", rule="r")}
), touched AS MATERIALIZED (
    SELECT id FROM fits
    UNION SELECT e.obligation_id FROM obligations_evidence e
    JOIN obligations_obligation o ON o.id = e.obligation_id
    WHERE e.record_id = %(record)s
      AND (o.level NOT IN ('school', 'site') OR o.unit_id = ANY(%(unit_above)s))
)
SELECT o.id, EXISTS (SELECT 1 FROM fits WHERE fits.id = o.id)
FROM touched JOIN obligations_obligation o ON o.id = touched.id
ORDER BY o.id FOR UPDATE OF o
"""  # noqa: S608


def recount_for(record: Record, was: Any = None) -> None:
    """Reaction on `record.saved`: bring the duties that the record fits, or did fit, up to date.

    In the caller's transaction and a fixed number of statements. The duties are locked in the order of
    their keys first; what is counted after that sees every record whose transaction held them before.
    A person at a campus also meets the duties of the school above, so this runs over the whole tree.
    """
    with scope.everything():
        share_lock()
        touched = _touched(record)
        if touched:
            _link(record, touched)
            reckon(list(touched))


def recount_kind(kind: str, units: Iterable[str], days: Any = None) -> None:
    """Reaction on `records.changed`: many records of a kind at once, counted in a few statements."""
    keys = sorted({key for unit in units for key in ancestors(unit)})
    with scope.everything():
        if Rule.objects.filter(kind=kind, enabled=True).exists():
            recount(
                "o.kind = %(kind)s AND o.unit_id = ANY(%(units)s)", {"kind": kind, "units": keys}
            )


def recount(targets: str = "TRUE", params: dict[str, Any] | None = None) -> None:
    """Recount a set of duties from scratch. `targets`: SQL on `o`; call inside a scope."""
    hold_lock()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM obligations_evidence e USING obligations_obligation o, core_record rec"  # noqa: S608
            f" WHERE e.obligation_id = o.id AND rec.id = e.record_id AND {targets}"
            " AND (o.level NOT IN ('school', 'site') OR starts_with(rec.unit_id, o.unit_id))"
            f" AND (e.obligation_id, e.record_id) NOT IN"
            f" (SELECT obligation_id, record_id FROM ({_matched(targets)}) m)",
            params or {},
        )
    _link_all(targets, params or {})
    _reckon(targets, params or {})


def count_new(newest: int) -> None:
    """Count the records that exist already for the duties made after the one with key `newest`."""
    targets, params = "o.id > %(newest)s", {"newest": newest}
    _link_all(targets, params)
    linked = "EXISTS (SELECT 1 FROM obligations_evidence x WHERE x.obligation_id = o.id)"
    _reckon(f"{targets} AND {linked}", params)


def _matched(targets: str) -> str:
    return MATCHED.format(targets=targets, fits=FITS_TAGS.format(tags="rec.tags", rule="t"))


def _link_all(targets: str, params: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO obligations_evidence (obligation_id, record_id, unit_id)"
            f" {_matched(targets)} ON CONFLICT (obligation_id, record_id) DO NOTHING",
            params,
        )


def reckon(ids: list[int]) -> None:
    """Count duties anew from the evidence that they have (a waiver was taken back)."""
    _reckon("o.id = ANY(%(ids)s)", {"ids": ids})


def _touched(record: Record) -> dict[int, bool]:
    """Duty → whether the record fits it now; locked."""
    unit_above, doer_above = ancestors(record.unit_id), ancestors(record.done_by_id)
    with connection.cursor() as cursor:
        cursor.execute(
            _TOUCHED,
            {
                "record": record.pk,
                "counts": record.counts,
                "kind": record.kind,
                "day": record.happened_on,
                "tags": list(record.tags),
                "unit": record.unit_id,
                "doer": record.done_by_id,
                "unit_above": unit_above,
                "doer_above": doer_above,
                "above": sorted({*unit_above, *doer_above}),
            },
        )
        return dict(cursor.fetchall())


def _link(record: Record, touched: dict[int, bool]) -> None:
    fits = [key for key, fit in touched.items() if fit]
    unfit = [key for key, fit in touched.items() if not fit]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM obligations_evidence WHERE record_id = %s AND obligation_id = ANY(%s)",
            [record.pk, unfit],
        )
        cursor.execute(
            "INSERT INTO obligations_evidence (obligation_id, record_id, unit_id)"
            " SELECT id, %s, unit_id FROM obligations_obligation WHERE id = ANY(%s)"
            " ON CONFLICT (obligation_id, record_id) DO NOTHING",
            [record.pk, fits],
        )


def _reckon(targets: str, params: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(RECKON.format(targets=targets), {**params, "zone": settings.TIME_ZONE})
