"""What leaves the product for an alert: which messages, when, and holding them while they are sent.

A message is due when the person has been silent for the wait of the alert's level, one channel after the
other. A worker takes due ones with a lease: when it dies, the next one takes them after the lease.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from anyuan.core.keys import subtree
from anyuan.domains.emergency.alerts.models import Alert, Delivery, Sent
from anyuan.engines.notices import channels
from anyuan.engines.notices.channels import Outcome
from anyuan.engines.notices.models import Robot
from anyuan.engines.notices.queueing import NEW_ID_SQL

BATCH = 24  # messages of one channel that a worker holds at once
LEASE = datetime.timedelta(seconds=90)  # longer than a batch takes where every peer hangs
ROBOT = "robot"  # all robots of the units told, whatever their platform
FIRST_PAUSE, LONGEST_PAUSE = 30, 600  # seconds before trying again
DOWN = datetime.timedelta(minutes=1)

_PREPARE = f"""
INSERT INTO alerts_delivery
  (id, alert_id, receipt_id, unit_id, channel, round, state, attempts, next_at, detail, external_id)
SELECT {NEW_ID_SQL}, %(alert)s, r.id, r.unit_id, way.channel, %(round)s, 'waiting', 0,
  CASE WHEN before.id IS NOT NULL THEN %(now)s
       ELSE %(now)s + %(wait)s * row_number() OVER (PARTITION BY r.id ORDER BY way.place) END, '', ''
FROM alerts_receipt r
JOIN org_person person ON person.id = r.person_id AND person.is_active
JOIN unnest(%(channels)s::text[]) WITH ORDINALITY AS way(channel, place)
  ON CASE way.channel WHEN 'email' THEN person.email <> '' ELSE coalesce(person.phone, '') <> '' END
LEFT JOIN LATERAL (
  SELECT d.id FROM alerts_receipt old JOIN alerts_delivery d ON d.receipt_id = old.id
  WHERE old.alert_id = %(before)s AND old.person_id = r.person_id
    AND d.channel = way.channel AND d.state = 'done' LIMIT 1
) AS before ON true
WHERE r.alert_id = %(alert)s AND r.answered_at IS NULL AND NOT r.over
ON CONFLICT (receipt_id, channel, round) DO NOTHING
"""  # noqa: S608 -- constants only
_ROBOTS = f"""
INSERT INTO alerts_delivery
  (id, alert_id, robot_id, unit_id, channel, round, state, attempts, next_at, detail, external_id)
SELECT DISTINCT ON (robot.id) {NEW_ID_SQL}, %(alert)s, robot.id, robot.unit_id, robot.kind, %(round)s,
  'waiting', 0, %(now)s, '', ''
FROM unnest(%(lo)s::text[], %(hi)s::text[]) AS part(lo, hi)
JOIN notices_robot robot ON robot.unit_id >= part.lo COLLATE "C" AND robot.unit_id < part.hi COLLATE "C"
JOIN org_unit unit ON unit.key = robot.unit_id AND unit.state = 'active'
LEFT JOIN org_profile profile ON profile.unit_id = robot.unit_id
WHERE robot.active
  AND (cardinality(%(stages)s::varchar[]) = 0 OR profile.stages && %(stages)s::varchar[])
ON CONFLICT (alert_id, robot_id, round) DO NOTHING
"""  # noqa: S608 -- constants only
_AGAIN = f"""
INSERT INTO alerts_delivery
  (id, alert_id, receipt_id, unit_id, channel, round, state, attempts, next_at, detail, external_id)
SELECT DISTINCT ON (d.receipt_id, d.channel) {NEW_ID_SQL}, d.alert_id, d.receipt_id, d.unit_id, d.channel,
  %(round)s, 'waiting', 0, %(now)s, '', ''
FROM alerts_delivery d JOIN alerts_receipt r ON r.id = d.receipt_id
WHERE d.alert_id = %(alert)s AND d.channel = ANY(%(channels)s) AND r.answered_at IS NULL AND NOT r.over
  AND NOT EXISTS (
    SELECT 1 FROM alerts_delivery open
    WHERE open.receipt_id = d.receipt_id AND open.channel = d.channel AND open.state = 'waiting'
  )
ON CONFLICT (receipt_id, channel, round) DO NOTHING
"""  # noqa: S608 -- constants only
_SPARE = """
UPDATE alerts_delivery d SET state = 'spared', lease_until = NULL
FROM alerts_receipt r
WHERE r.id = d.receipt_id AND d.state = 'waiting' AND d.next_at <= %(now)s
  AND (r.answered_at IS NOT NULL OR r.over)
"""
_TAKE = """
UPDATE alerts_delivery d SET lease_until = %(until)s, attempts = d.attempts + 1
FROM (
  SELECT one.id FROM alerts_delivery one
  WHERE one.state = 'waiting' AND one.channel = %(channel)s AND one.next_at <= %(now)s
    AND (one.lease_until IS NULL OR one.lease_until < %(now)s)
  ORDER BY one.next_at, one.id LIMIT %(many)s FOR UPDATE SKIP LOCKED
) AS due
JOIN alerts_delivery self ON self.id = due.id
JOIN alerts_alert a ON a.record_id = self.alert_id
LEFT JOIN alerts_receipt r ON r.id = self.receipt_id
LEFT JOIN org_person person ON person.id = r.person_id
WHERE d.id = due.id
RETURNING d.id, d.alert_id, d.receipt_id, d.robot_id, d.attempts, person.email, person.phone, d.round,
  a.kind, a.level, a.title, a.text, a.asks_answer
"""
_HURRY = """
UPDATE alerts_delivery SET next_at = %(now)s
WHERE id = (
  SELECT id FROM alerts_delivery
  WHERE receipt_id = %(receipt)s AND state = 'waiting' AND next_at > %(now)s ORDER BY next_at LIMIT 1
)
"""


@dataclasses.dataclass(frozen=True)
class Held:
    """One message that this worker sends now."""

    id: uuid.UUID
    alert_id: uuid.UUID
    receipt_id: uuid.UUID | None
    robot_id: uuid.UUID | None
    channel: str
    attempts: int
    address: str
    round: int
    kind: str
    level: str
    title: str
    text: str
    asks_answer: bool


def ways(chosen: Sequence[str] | None = None) -> list[str]:
    """Ways out of this installation: the units' robots, then what reaches a person, in the order of trying."""
    ready = channels.enabled()
    found = [ROBOT] if set(channels.ROBOTS) & set(ready) else []
    found += [key for key in channels.PERSONAL if key in ready]
    return [key for key in found if chosen is None or key in chosen]


def labels() -> dict[str, str]:
    """The ways in words; each platform's robots by their own name as well."""
    return {ROBOT: "群机器人", **channels.labels()}


def keys_sent() -> list[str]:
    """Channels for which messages may wait."""
    return [key for key in channels.enabled() if key in (*channels.PERSONAL, *channels.ROBOTS)]


def prepare(alert: Alert, *, wait: datetime.timedelta, now: datetime.datetime) -> None:
    """A message for each silent person and channel with an address of theirs, and for each robot."""
    facts: dict[str, Any] = {
        "alert": alert.pk,
        "round": alert.nudges,
        "now": now,
        "wait": wait,
        "channels": [key for key in alert.channels if key in channels.PERSONAL],
        "before": alert.corrects_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PREPARE, facts)
    _robots(alert, now)


def _robots(alert: Alert, now: datetime.datetime) -> None:
    """One message for each robot of the units that are told."""
    if ROBOT not in ways(alert.channels):
        return
    ranges = [subtree(key) for key in alert.units]
    facts: dict[str, Any] = {
        "alert": alert.pk, "round": alert.nudges, "now": now, "stages": list(alert.stages),
        "lo": [one.lo for one in ranges], "hi": [one.hi for one in ranges],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ROBOTS, facts)


def hurry(alert: Alert, *, now: datetime.datetime) -> None:
    """Whoever is still silent gets what waits for them at once, and again what they were sent before."""
    waiting = Delivery.objects.filter(alert=alert, state=Sent.WAITING, next_at__gt=now)
    waiting.filter(receipt__answered_at__isnull=True).update(next_at=now)
    with connection.cursor() as cursor:
        cursor.execute(
            _AGAIN,
            {
                "alert": alert.pk,
                "round": alert.nudges,
                "now": now,
                "channels": ways(alert.channels),
            },
        )


def spare_all(alert: Alert) -> int:
    """The alert is over: nothing more goes out."""
    return Delivery.objects.filter(alert=alert, state=Sent.WAITING).update(state=Sent.SPARED)


def spare_answered(now: datetime.datetime) -> None:
    """What is due for somebody who has answered is not sent."""
    with connection.cursor() as cursor:
        cursor.execute(_SPARE, {"now": now})


def take(channel: str, *, now: datetime.datetime) -> list[Held]:
    """Hold due messages of one channel; other workers leave them alone until the lease is over."""
    facts: dict[str, Any] = {"channel": channel, "now": now, "until": now + LEASE, "many": BATCH}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, facts)
        rows = cursor.fetchall()
    robots = _addresses([row[3] for row in rows if row[3]])
    return [
        Held(
            pk, alert, receipt, robot, channel, tried,
            robots.get(robot, "") if robot else str((mail if channel == "email" else phone) or ""), *said
        )
        for pk, alert, receipt, robot, tried, mail, phone, *said in rows
    ]  # fmt: skip


def _addresses(robots: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Where the robots speak; what was switched off meanwhile is left out."""
    rows = Robot.objects.filter(pk__in=robots, active=True) if robots else ()
    return {robot.pk: robot.address for robot in rows}


def settle(held: Held, outcome: Outcome, *, most: int, now: datetime.datetime) -> None:
    """Write down how a sending went: done, again later, or given up (then the next channel at once)."""
    rows = Delivery.objects.filter(pk=held.id, state=Sent.WAITING)
    if held.robot_id:
        said = {"last_at": now, "last_ok": outcome.ok, "last_detail": outcome.detail[:200]}
        Robot.objects.filter(pk=held.robot_id).update(**said)
    if outcome.ok:
        rows.update(
            state=Sent.DONE, sent_at=now, lease_until=None, detail=outcome.detail[:200],
            external_id=outcome.external_id[:100],
        )  # fmt: skip
        return
    if outcome.retry and held.attempts < most:
        pause = min(FIRST_PAUSE * 2 ** (held.attempts - 1), LONGEST_PAUSE)
        later = now + datetime.timedelta(seconds=pause)
        rows.update(next_at=later, lease_until=None, detail=outcome.detail[:200])
    else:
        rows.update(state=Sent.FAILED, lease_until=None, detail=outcome.detail[:200])
    if held.receipt_id:
        with connection.cursor() as cursor:
            cursor.execute(_HURRY, {"receipt": held.receipt_id, "now": now})


def put_off(channel: str, *, now: datetime.datetime) -> None:
    """A channel that took nothing of a whole batch is left alone for a while."""
    due = Delivery.objects.filter(channel=channel, state=Sent.WAITING, next_at__lte=now)
    due.filter(lease_until__isnull=True).update(next_at=now + DOWN)


def next_due() -> datetime.datetime | None:
    """When the next message is due, as far as anything waits."""
    rows = Delivery.objects.filter(state=Sent.WAITING).order_by("next_at")
    return rows.values_list("next_at", flat=True).first()


def answered(receipt_id: uuid.UUID) -> None:
    """Nothing more goes out to who has answered."""
    Delivery.objects.filter(receipt_id=receipt_id, state=Sent.WAITING).update(state=Sent.SPARED)
