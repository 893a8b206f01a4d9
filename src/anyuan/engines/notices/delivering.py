"""Sending what is queued: taken in batches, sent outside transactions, each outcome kept at once.

A batch is taken for a while (a lease). A worker that is killed leaves its rows as taken; when the lease
is over another takes them, so everybody gets each message at least once.
"""

from __future__ import annotations

import datetime
import itertools
import time
import uuid
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.engines.notices import channels
from anyuan.engines.notices.channels import Message, Outcome
from anyuan.engines.notices.kinds import TEST, find
from anyuan.engines.notices.models import Delivery
from anyuan.engines.notices.queueing import QUIET

BATCH = 20
# Minutes until the next attempt; after the last one a message is given up.
BACK_OFF = (1, 5, 15, 60, 180, 360)
MOST_ATTEMPTS = len(BACK_OFF) + 1
PATIENCE = 3  # failures in a row after which the rest of a channel's batch waits a minute
MOST_LINES = 30  # of a digest
KEPT = datetime.timedelta(days=30)

_DUE = """
((one.state = 'queued' AND one.next_at <= %(at)s)
 OR (one.state = 'sending' AND one.leased_until < %(at)s))
"""
_AWAKE = f"(one.urgent OR NOT {QUIET})"
_TAKE = """
UPDATE notices_delivery AS taken
SET state = 'sending', attempts = taken.attempts + 1, leased_until = %(until)s
FROM due WHERE taken.id = due.id RETURNING taken.id
"""
_SINGLE = f"""
WITH due AS (
  SELECT one.id FROM notices_delivery AS one
  LEFT JOIN notices_rhythm AS rhythm ON rhythm.person_id = one.person_id
  WHERE NOT one.bundled AND {_DUE} AND {_AWAKE}
  ORDER BY one.urgent DESC, one.next_at, one.id LIMIT %(most)s FOR UPDATE OF one SKIP LOCKED
) {_TAKE}"""  # noqa: S608 -- constants only
# All due rows of a person and channel together: they become one message.
_BUNDLED = f"""
WITH whose AS (
  SELECT one.person_id, one.channel FROM notices_delivery AS one
  LEFT JOIN notices_rhythm AS rhythm ON rhythm.person_id = one.person_id
  WHERE one.bundled AND {_DUE} AND {_AWAKE}
  GROUP BY one.person_id, one.channel ORDER BY min(one.next_at), one.person_id LIMIT %(most)s
), due AS (
  SELECT one.id FROM notices_delivery AS one JOIN whose USING (person_id, channel)
  WHERE one.bundled AND {_DUE} FOR UPDATE OF one SKIP LOCKED
) {_TAKE}"""  # noqa: S608 -- constants only


def deliver(*, seconds: float) -> int:
    """Send what is due until nothing is left or the time is over; how many messages were tried."""
    tried = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        lease = BATCH * settings.CHANNEL_DEADLINE + 60
        parcels = take(lease=lease)
        if not parcels:
            break
        tried += _send_all(parcels, until=time.monotonic() + lease - settings.CHANNEL_DEADLINE)
    return tried


def take(*, lease: float) -> list[list[Delivery]]:
    """A batch of parcels for this worker alone: one row each, or the rows of one digest."""
    now = timezone.now()
    facts: dict[str, Any] = {
        "at": now,
        "until": now + datetime.timedelta(seconds=lease),
        "local": timezone.localtime(now).time(),
        "most": BATCH,
    }
    with scope.everything(), connection.cursor() as cursor:
        # One worker takes at a time (for milliseconds), so that no digest is torn in two.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('notices.take', 0))")
        cursor.execute(_SINGLE, facts)
        found = [row[0] for row in cursor.fetchall()]
        if not found:
            cursor.execute(_BUNDLED, facts)
            found = [row[0] for row in cursor.fetchall()]
        rows = Delivery.objects.filter(pk__in=found).select_related("person", "message")
        rows = rows.order_by("channel", "-urgent", "person_id", "at", "id")
        return [
            list(parcel)
            for _key, parcel in itertools.groupby(
                rows, lambda row: (row.channel, row.person_id, row.bundled or row.pk)
            )
        ]


def _send_all(parcels: list[list[Delivery]], *, until: float) -> int:
    """Send channel by channel over one connection each; what the lease leaves no time for stays."""
    tried = 0
    for key, group in itertools.groupby(parcels, lambda parcel: parcel[0].channel):
        failures = 0
        with channels.get(key).together():
            for parcel in group:
                if time.monotonic() > until:
                    return tried
                if failures >= PATIENCE:
                    _put_back(parcel)
                    continue
                outcome = _send(parcel)
                failures = failures + 1 if outcome is not None and outcome.retry else 0
                tried += 1
    return tried


def _send(parcel: list[Delivery]) -> Outcome | None:
    """Send one parcel and keep how it went; None where there was nothing to send any more."""
    unread = [row for row in parcel if row.message.read_at is None]
    if seen := [row for row in parcel if row.message.read_at is not None]:
        _finish(seen, Delivery.State.SKIPPED, "已在系统里看过，不再发送。")
    if not unread:
        return None
    first = unread[0]
    person = first.person
    if not person.is_active:
        _finish(unread, Delivery.State.SKIPPED, "账号已停用，不再发送。")
        return None
    if first.attempts > MOST_ATTEMPTS:
        _finish(unread, Delivery.State.GIVEN_UP, first.detail)
        return None
    address = person.email if first.channel == "email" else person.phone or ""
    outcome = channels.get(first.channel).send(address, compose(unread))
    _keep(unread, outcome)
    return outcome


def compose(rows: list[Delivery]) -> Message:
    """What is said to the person: the message itself, or a digest of several."""
    first = rows[0]
    if len(rows) == 1:
        told = first.message
        loud = first.urgent and told.kind != TEST.key  # a trial passes the night and is no alarm
        return Message(told.title, told.body, absolute(told.url), loud, reference=first.pk.hex)
    lines, kind = [], ""
    for row in sorted(rows, key=lambda row: (find(row.message.kind).label, row.at))[:MOST_LINES]:
        label = find(row.message.kind).label
        if label != kind:
            lines.append(f"【{label}】")
            kind = label
        at = timezone.localtime(row.message.at)
        lines.append(f"{at.month}月{at.day}日 {at:%H:%M}　{row.message.title}")
    if len(rows) > MOST_LINES:
        lines.append(f"还有 {len(rows) - MOST_LINES} 条，请在系统里查看。")
    url = absolute(reverse("notices:inbox") + "?unread=1")
    title = f"您有 {len(rows)} 条还没有看的消息"
    return Message(title, "\n".join(lines), url, False, reference=first.pk.hex)


def absolute(url: str) -> str:
    """The address as a person outside opens it."""
    return settings.PUBLIC_URL.rstrip("/") + (url or reverse("notices:inbox"))


def _keep(rows: list[Delivery], outcome: Outcome) -> None:
    attempts = rows[0].attempts
    if outcome.ok:
        _finish(rows, Delivery.State.SENT, outcome.detail, external_id=outcome.external_id)
    elif not outcome.retry:
        _finish(rows, Delivery.State.FAILED, outcome.detail)
    elif attempts >= MOST_ATTEMPTS:
        _finish(rows, Delivery.State.GIVEN_UP, outcome.detail)
    else:
        wait = datetime.timedelta(minutes=BACK_OFF[attempts - 1])
        _finish(rows, Delivery.State.QUEUED, outcome.detail, next_at=timezone.now() + wait)


def _put_back(parcel: list[Delivery]) -> None:
    """The channel is down for the moment: not counted as an attempt."""
    soon = timezone.now() + datetime.timedelta(minutes=1)
    attempts = parcel[0].attempts - 1
    _finish(parcel, Delivery.State.QUEUED, parcel[0].detail, next_at=soon, attempts=attempts)


def _finish(rows: list[Delivery], state: str, detail: str, **more: Any) -> None:
    """Keep the outcome, unless another worker has taken the rows meanwhile."""
    taken: dict[int, list[uuid.UUID]] = {}
    for row in rows:
        taken.setdefault(row.attempts, []).append(row.pk)
    with scope.everything():
        for attempts, ids in taken.items():
            Delivery.objects.filter(pk__in=ids, state="sending", attempts=attempts).update(
                state=state, detail=detail[:200], leased_until=None, **more
            )


def forget_old() -> int:
    """Delete what was sent or given up long ago; the messages themselves stay. Call in the whole tree."""
    rows = Delivery.objects.filter(at__lt=timezone.now() - KEPT)
    return rows.exclude(state__in=["queued", "sending"]).delete()[0]
