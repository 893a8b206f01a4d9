"""Queueing messages for other channels: part of the one statement that makes the messages.

A statement that tells people ends its INSERT with `RETURNING id, person_id, unit_id`, names it `made` and
goes on with `QUEUED`; its parameters include `queue_facts(kind)`. The answer is who was told.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone

from anyuan.engines.notices import channels
from anyuan.engines.notices.kinds import find
from anyuan.engines.notices.models import Rhythm

# A UUIDv7 made by the database, for set-based inserts on PostgreSQL 16-18 (18 alone has its own).
NEW_ID_SQL = (
    "encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send("
    "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),"
    " 52, 1), 53, 1), 'hex')::uuid"
)


def _default(field: str) -> str:
    """A column of `rhythm`, or its default where the person has chosen nothing."""
    value = getattr(Rhythm(), field)
    return f"coalesce(rhythm.{field}, '{value}')"


# Needs `rhythm` (may be null) and %(at)s; gives digest.pace and digest.next_at.
DIGEST = f"""
CROSS JOIN LATERAL (
  SELECT %(at)s::timestamptz AT TIME ZONE '{settings.TIME_ZONE}' AS local, {_default("digest")} AS pace,
         make_interval(hours => {_default("digest_hour")}) AS hour,
         make_interval(days => {_default("digest_weekday")}) AS weekday
) AS clock
CROSS JOIN LATERAL (
  SELECT CASE pace WHEN 'weekly' THEN date_trunc('week', local) + weekday + hour
                   ELSE date_trunc('day', local) + hour END AS at,
         CASE pace WHEN 'weekly' THEN interval '7 days' ELSE interval '1 day' END AS step
) AS turn
CROSS JOIN LATERAL (
  SELECT pace, CASE WHEN pace = 'none' THEN %(at)s::timestamptz
    ELSE (turn.at + CASE WHEN turn.at <= local THEN step ELSE interval '0' END)
         AT TIME ZONE '{settings.TIME_ZONE}' END AS next_at
) AS digest
"""
# Needs `rhythm` and %(local)s, the local time of day: whether the person is not to be disturbed.
QUIET = f"""
({_default("quiet")} AND CASE
  WHEN {_default("quiet_from")} <= {_default("quiet_to")}
  THEN %(local)s::time >= {_default("quiet_from")} AND %(local)s::time < {_default("quiet_to")}
  ELSE %(local)s::time >= {_default("quiet_from")} OR %(local)s::time < {_default("quiet_to")} END)
"""
QUEUED = f"""
, queued AS (
  INSERT INTO notices_delivery
    (id, person_id, unit_id, message_id, channel, urgent, bundled, state, attempts, detail,
     external_id, next_at, at)
  SELECT {NEW_ID_SQL}, made.person_id, made.unit_id, made.id, way.channel, %(urgent)s,
         %(digest)s AND digest.pace <> 'none', 'queued', 0, '', '',
         CASE WHEN %(digest)s THEN digest.next_at ELSE %(at)s END, %(at)s
  FROM made
  JOIN org_person AS person ON person.id = made.person_id
  LEFT JOIN notices_preference AS chosen
    ON chosen.person_id = made.person_id AND chosen.kind = %(row)s
  LEFT JOIN notices_rhythm AS rhythm ON rhythm.person_id = made.person_id
  CROSS JOIN LATERAL unnest(coalesce(chosen.channels, %(channels)s::varchar[])) AS way(channel)
  {DIGEST}
  WHERE way.channel = ANY(%(ready)s)
    AND CASE way.channel WHEN 'email' THEN person.email <> ''
                         WHEN 'sms' THEN person.phone IS NOT NULL ELSE false END
)
SELECT person_id FROM made
"""  # noqa: S608 -- constants only


def queue_facts(kind: str) -> dict[str, Any]:
    """The parameters of `QUEUED` for messages of one kind, told now."""
    row = find(kind)
    return {
        "at": timezone.now(),
        "row": row.key,
        "urgent": row.urgent,
        "digest": row.digest and not row.urgent,
        "channels": list(row.channels),
        "ready": channels.enabled(),
    }
