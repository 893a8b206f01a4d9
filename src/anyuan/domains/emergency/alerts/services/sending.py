"""From the draft to the sent alert: checked, confirmed by a second person where it reaches many."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Audit, Record
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.emergency.alerts import audience as people
from anyuan.domains.emergency.alerts import numbers
from anyuan.domains.emergency.alerts.audience import Audience
from anyuan.domains.emergency.alerts.deliveries import ways
from anyuan.domains.emergency.alerts.drafting import (
    needs_second,
    opened,
    refuse_elsewhere,
    refuse_unready,
    word_of,
)
from anyuan.domains.emergency.alerts.models import Alert, Level, State
from anyuan.domains.emergency.alerts.starting import (
    SENDERS,
    locked,
    refuse_too_many,
    start,
)
from anyuan.engines.notices.services import tell
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, amend_record

ASKED_FOR = "alert.confirm"  # the message that asks a colleague to confirm


@action(Permission.ALERT_SEND)
def draft_alert(
    unit: Unit, *, by: Actor, kind: str, title: str, text: str, level: str = Level.URGENT,
    asks_answer: bool = True, audience: Audience | None = None, channels: Sequence[str] | None = None,
    template: str = "", source: Record | None = None, record_id: uuid.UUID | None = None,
) -> Alert:  # fmt: skip
    """What is to be sent and to whom, with the number of people; nobody is told yet.

    `audience`: the unit's usual posts if left out. `channels`: all that the installation has.
    """
    if record := already(record_id, kind="alert", unit_id=unit.key):
        return Alert.objects.select_related("record", "unit").get(pk=record.pk)
    if by.unit_key and by.unit_key != unit.key:
        raise Refused(_("只能以您所在岗位的单位名义发送。"))
    refuse_unready(title, text)
    asked = audience or Audience()
    roles = asked.roles or tuple(people.usual_roles(unit.kind))
    told = people.checked(unit, Audience(asked.units, roles, asked.stages, asked.further))
    expected = people.count(unit, told, but=by.person_id)
    if not expected:
        raise Refused(_("这个范围内没有可以通知的人，请检查范围和岗位。"), field="roles")
    alert = Alert(
        unit=unit, kind=kind, level=level, title=title.strip(), text=text.strip(), template=template,
        asks_answer=asks_answer, units=list(told.units), roles=list(told.roles), stages=list(told.stages),
        further=list(told.further), channels=ways(channels), expected=expected, source=source,
    )  # fmt: skip
    return opened(alert, by=by, record_id=record_id)


@action(Permission.ALERT_SEND)
def send_alert(alert: Alert, *, by: Actor, word: str = "") -> Alert:
    """Send a draft. One that needs a second person waits for them, or is sent with the given word."""
    alert = locked(alert, State.DRAFT)
    refuse_elsewhere(alert, by)
    now = timezone.now()
    refuse_too_many(alert, now)
    alone = False
    if needs_second(alert):
        if not word.strip():
            return _wait(alert, by, now)
        if "".join(word.split()) != "".join(word_of(alert.unit).split()):
            raise Refused(_("输入的确认词不对，请照样输入。"), field="word")
        alone = True
    return start(alert, by=by, sent_by_id=by.person_id, alone=alone)


def _wait(alert: Alert, by: Actor, now: datetime.datetime) -> Alert:
    if by.person_id is None:
        raise Refused(_("发给这么多人的真实通知，须输入确认词。"), field="word")
    alert.confirm_until, alert.sent_by_id = now + numbers.confirm_time(), by.person_id
    alert.save()
    amend_record(alert.record, by=by, state=State.WAITING)
    tell(
        [alert.unit_id], SENDERS, kind=ASKED_FOR, title=_("请确认紧急通知：%(t)s") % {"t": alert.title},
        body=_("%(name)s发起，将通知 %(n)s 人，等您确认后发出。") % {"name": by.name, "n": alert.expected},
        record=alert.record, once_key=f"alert.confirm:{alert.pk}",
    )  # fmt: skip
    line = f"发起紧急通知，等第二人确认：{alert.title}，{alert.expected} 人"
    note(Audit.Action.CHANGE, line, by=by)
    return alert


@action(Permission.ALERT_SEND)
def confirm_alert(alert: Alert, *, by: Actor) -> Alert:
    """The second person of the same level agrees: it goes out."""
    alert = locked(alert, State.WAITING)
    refuse_elsewhere(alert, by)
    if by.person_id is None or by.person_id == alert.sent_by_id:
        raise Refused(_("须由本级另一个人确认；只有您一人值班时，请取消后用确认词发送。"))
    if alert.confirm_until is not None and timezone.now() > alert.confirm_until:
        raise Conflict(_("已超过确认时限，请重新发起。"))
    return start(alert, by=by, confirmed_by_id=by.person_id)


@action(Permission.ALERT_SEND)
def cancel_alert(alert: Alert, *, by: Actor, reason: str = "") -> Alert:
    """A draft or one that waits is not sent."""
    alert = locked(alert, State.DRAFT, State.WAITING)
    refuse_elsewhere(alert, by)
    alert.ended_at, alert.ended_by_id = timezone.now(), by.person_id
    alert.end_note = reason.strip()[:300]
    alert.save()
    amend_record(alert.record, by=by, state=State.CANCELLED)
    note(Audit.Action.CHANGE, f"取消紧急通知：{alert.title}", by=by)
    return alert
