"""Names are kept no longer than needed: of roll calls, of handovers, and of pupils who left the school.

Figures, times and who counted stay. Remarks go with the names: they may tell of a person.
"""

from __future__ import annotations

import datetime

from django.db import connection

from anyuan.domains.emergency.rollcall.models import RollCall
from anyuan.domains.emergency.rollcall.numbers import gone_kept, names_kept

_CLEAR = (
    ("UPDATE rollcall_member SET name = '', number = '', note = '', place = '', pupil_id = NULL"
    " WHERE roll_call_id = ANY(%(calls)s) AND (name <> '' OR note <> '' OR place <> '')"),
    ("UPDATE rollcall_mark m SET note = '', place = '' FROM rollcall_sheet s"
    " WHERE s.id = m.sheet_id AND s.roll_call_id = ANY(%(calls)s) AND (m.note <> '' OR m.place <> '')"),
    "UPDATE rollcall_sheet SET note = '' WHERE roll_call_id = ANY(%(calls)s) AND note <> ''",
    ("UPDATE rollcall_handover SET pupil_name = '', guardian = '—', relation = '—', undone_why = '',"
    " reason = CASE WHEN reason = '' THEN '' ELSE '—' END WHERE roll_call_id = ANY(%(calls)s)"),
)  # fmt: skip
_GONE = """
UPDATE rollcall_pupil p
SET name = '—', number = left(replace(p.record_id::text, '-', ''), 30), search = '', ended_why = '', version = version + 1, {guardians}
FROM core_record r
WHERE r.id = p.record_id AND NOT p.active AND r.updated_at < %(before)s AND p.name <> '—'
"""
AT_ONCE = 200


def clear_names(now: datetime.datetime) -> int:
    """Empty the names of roll calls that are old enough; how many calls. Called with the whole tree in scope."""
    many = 0
    for real in (False, True):
        rows = RollCall.objects.filter(
            real=real, cleared_at__isnull=True, ended_at__lt=now - names_kept(real=real)
        )
        while calls := list(rows.values_list("pk", flat=True)[:AT_ONCE]):
            with connection.cursor() as cursor:
                for statement in _CLEAR:
                    cursor.execute(statement, {"calls": calls})
            many += RollCall.objects.filter(pk__in=calls).update(cleared_at=now)
    return many


def forget_gone(now: datetime.datetime) -> int:
    """Take name, number and guardians out of pupils who left long enough ago; how many."""
    parts = [
        f"guardian{n}_{part} = ''" for n in (1, 2, 3) for part in ("name", "relation", "phone")
    ]
    with connection.cursor() as cursor:
        cursor.execute(_GONE.format(guardians=", ".join(parts)), {"before": now - gone_kept()})
        return cursor.rowcount
