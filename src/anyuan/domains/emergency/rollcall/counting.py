"""Totals are recounted from the people, never added up step by step."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection

from django.db import connection
from django.utils.translation import gettext as _

from anyuan.core.refused import Refused
from anyuan.domains.emergency.rollcall.models import RollCall, State
from anyuan.engines.live.services import publish

KIND = "rollcall"

_GROUPS = """
WITH now AS (
  SELECT m.group_id, sum(m.heads) FILTER (WHERE m.state = 'present') AS present,
         sum(m.heads) FILTER (WHERE m.state = 'elsewhere') AS elsewhere,
         sum(m.heads) FILTER (WHERE m.state = 'missing') AS missing,
         bool_and(m.state <> '') AS spoken
  FROM rollcall_member m WHERE m.group_id = ANY(%(groups)s) GROUP BY m.group_id)
UPDATE rollcall_group g
SET present = coalesce(now.present, 0), elsewhere = coalesce(now.elsewhere, 0),
    missing = coalesce(now.missing, 0),
    taken_at = CASE WHEN now.spoken THEN coalesce(g.taken_at, %(at)s) ELSE g.taken_at END,
    safe_at = CASE WHEN now.spoken AND coalesce(now.missing, 0) = 0
              THEN coalesce(g.safe_at, %(at)s) END
FROM now WHERE g.id = now.group_id
"""
_CALL = """
WITH now AS (
  SELECT sum(expected) AS expected, sum(present) AS present, sum(elsewhere) AS elsewhere,
         sum(missing) AS missing, count(*) AS groups, count(taken_at) AS taken, count(safe_at) AS safe,
         max(taken_at) AS last_taken, max(safe_at) AS last_safe
  FROM rollcall_group WHERE roll_call_id = %(call)s)
UPDATE rollcall_rollcall c
SET expected = now.expected, present = now.present, elsewhere = now.elsewhere, missing = now.missing,
    groups = now.groups, taken = now.taken,
    counted_at = CASE WHEN now.taken = now.groups THEN now.last_taken END,
    safe_at = CASE WHEN now.safe = now.groups THEN greatest(now.last_taken, now.last_safe) END
FROM now WHERE c.record_id = %(call)s
"""


def recount(call: RollCall, groups: Collection[uuid.UUID], *, at: datetime.datetime) -> None:
    """Bring these groups and the call up to date with what is known of the people; open pages hear it."""
    with connection.cursor() as cursor:
        if groups:
            cursor.execute(_GROUPS, {"groups": list(groups), "at": at})
        cursor.execute(_CALL, {"call": call.pk})
    call.refresh_from_db(
        fields=["expected", "present", "elsewhere", "missing", "groups", "taken", "counted_at", "safe_at"]
    )  # fmt: skip
    publish(KIND, units=[call.unit_id], data={"id": str(call.pk)})


def locked(call: RollCall) -> RollCall:
    """The call as it stands, one writer at a time. Errors: it was withdrawn."""
    rows = RollCall.objects.select_for_update(of=("self",)).select_related("record", "unit")
    held: RollCall = rows.get(pk=call.pk)
    held.record.refresh_from_db()
    if held.record.state == State.VOID:
        raise Refused(_("这次清点已经撤销。"))
    return held
