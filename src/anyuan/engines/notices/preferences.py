"""How a person wants messages by other channels, and trying whether they arrive."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict, Refused
from anyuan.engines.notices import channels
from anyuan.engines.notices.kinds import TEST, NoticeKind, offered
from anyuan.engines.notices.models import Delivery, Preference, Rhythm
from anyuan.engines.notices.queueing import DIGEST
from anyuan.engines.notices.services import tell_person
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Person
from anyuan.org.permissions import Permission

TEST_PAUSE_MINUTES = 2
# What waits for the next digest waits for the one of the new rhythm; without digests it goes now.
_RETIME = f"""
UPDATE notices_delivery AS waiting SET next_at = due.next_at
FROM (
  SELECT rhythm.person_id, digest.next_at FROM notices_rhythm AS rhythm {DIGEST}
  WHERE rhythm.person_id = %(person)s
) AS due
WHERE waiting.person_id = due.person_id AND waiting.bundled AND waiting.state = 'queued'
"""  # noqa: S608 -- constants only


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the page: a kind and the channels on which it comes."""

    kind: NoticeKind
    channels: tuple[str, ...]


def personal() -> list[str]:
    """The channels with an address of a person that this installation has set up."""
    return [key for key in channels.enabled() if key in channels.PERSONAL]


def rows_of(by: Actor) -> list[Row]:
    own = Preference.objects.filter(person_id=by.person_id).values_list("kind", "channels")
    chosen = dict(own)
    return [Row(kind, tuple(chosen.get(kind.key, kind.channels))) for kind in offered()]


def rhythm_of(by: Actor) -> Rhythm:
    """The person's rhythm, or the default one (not saved)."""
    own = Rhythm.objects.filter(person_id=by.person_id).first()
    return own or Rhythm(person_id=by.person_id or 0, unit_id=by.unit_key)


@action(Permission.UNIT_READ)
def save_preferences(
    own_unit: str,
    *,
    by: Actor,
    email: str,
    chosen: Mapping[str, Sequence[str]],
    quiet: bool,
    quiet_from: datetime.time,
    quiet_to: datetime.time,
    digest: str,
    digest_hour: int,
    digest_weekday: int,
) -> None:
    """Keep the person's own choices. `chosen`: kind → channels; kinds left out stay as they are."""
    if by.person_id is None or by.token_id is not None:
        raise Refused(_("通知设置须由本人登录后修改。"))
    if quiet and quiet_from == quiet_to:
        raise Refused(_("免打扰的起止时间不能相同。"), field="quiet_to")
    _keep_channels(by, chosen)
    rhythm = {
        "quiet": quiet,
        "quiet_from": quiet_from,
        "quiet_to": quiet_to,
        "digest": digest,
        "digest_hour": digest_hour,
        "digest_weekday": digest_weekday,
    }
    Rhythm.objects.update_or_create(
        person_id=by.person_id, defaults=rhythm, create_defaults={**rhythm, "unit_id": by.unit_key}
    )
    Person.objects.filter(pk=by.person_id).exclude(email=email).update(email=email)
    with connection.cursor() as cursor:
        cursor.execute(_RETIME, {"at": timezone.now(), "person": by.person_id})


def _keep_channels(by: Actor, chosen: Mapping[str, Sequence[str]]) -> None:
    """Only what differs from a kind's own channels is kept, so that a better default reaches everybody.

    Of channels that are not set up now the former choice stays.
    """
    shown = set(personal())
    changed, plain = [], []
    for row in rows_of(by):
        if row.kind.key not in chosen:
            continue
        wanted = set(chosen[row.kind.key]) & shown | (set(row.channels) - shown)
        if wanted == set(row.kind.channels):
            plain.append(row.kind.key)
        else:
            changed.append((row.kind.key, sorted(wanted)))
    Preference.objects.filter(person_id=by.person_id, kind__in=plain).delete()
    Preference.objects.bulk_create(
        [
            Preference(person_id=by.person_id or 0, unit_id=by.unit_key, kind=kind, channels=wanted)
            for kind, wanted in changed
        ],
        update_conflicts=True,
        unique_fields=["person", "kind"],
        update_fields=["channels"],
    )


@action(Permission.UNIT_READ)
def try_channels(own_unit: str, *, by: Actor) -> int:
    """Send the actor a message by each of their channels; how many are on their way."""
    if by.person_id is None or by.token_id is not None:
        raise Refused(_("须由本人登录后试发。"))
    now = timezone.localtime()
    slot = int(now.timestamp()) // (60 * TEST_PAUSE_MINUTES)
    made = tell_person(
        by.person_id,
        by.unit_key,
        kind=TEST.key,
        title=_("这是一条试发消息"),
        body=_("您于 %(at)s 试发。收到就说明这个渠道已经接通。") % {"at": f"{now:%H:%M}"},
        once_key=f"test:{slot}",
    )
    if not made:
        raise Conflict(_("刚刚试发过，请过两分钟再试。"))
    sent = Delivery.objects.filter(person_id=by.person_id, message__once_key=f"test:{slot}").count()
    if not sent:
        raise Refused(_("没有可以试发的渠道，请先登记电子邮箱并保存。"))
    return sent
