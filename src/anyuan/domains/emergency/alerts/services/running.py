"""While an alert runs: nudging the silent, correcting, withdrawing, ending."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Audit
from anyuan.core.refused import Refused
from anyuan.domains.emergency.alerts import deliveries, numbers
from anyuan.domains.emergency.alerts.drafting import opened, refuse_elsewhere, refuse_unready
from anyuan.domains.emergency.alerts.models import TITLE_LIMIT, Alert, Receipt, State
from anyuan.domains.emergency.alerts.starting import (
    NOTICE,
    locked,
    own_page,
    send_soon,
    start,
    stop,
    titled,
)
from anyuan.engines.notices.services import tell_people
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.permissions import Permission
from anyuan.org.records import already

NO_WAIT = datetime.timedelta(0)
CORRECTED, TAKEN_BACK = "更正：", "撤回："


@action(Permission.ALERT_SEND)
def nudge_alert(alert: Alert, *, by: Actor) -> int:
    """Tell again who has not answered, by all channels at once; how many they are."""
    alert = locked(alert, State.RUNNING)
    refuse_elsewhere(alert, by)
    now = timezone.now()
    last = alert.nudged_at or alert.sent_at
    if last is not None and now - last < numbers.nudge_pause():
        minutes = int(numbers.nudge_pause().total_seconds() // 60)
        raise Refused(_("刚刚通知过，请过 %(n)s 分钟再催办。") % {"n": minutes})
    silent = Receipt.objects.filter(alert=alert, answered_at__isnull=True)
    people = list(silent.values_list("person_id", "unit_id"))
    if not people:
        raise Refused(_("所有人都已回应，不用催办。"))
    alert.nudges += 1
    alert.nudged_at = now
    alert.save()
    tell_people(
        people, kind=NOTICE, title=_("请尽快回应：%(t)s") % {"t": titled(alert)}, body=alert.text,
        url=own_page(alert), once_key=f"alert:{alert.pk}:{alert.nudges}",
    )  # fmt: skip
    deliveries.hurry(alert, now=now)
    note(Audit.Action.CHANGE, f"催办紧急通知：{alert.title}，{len(people)} 人", by=by)
    transaction.on_commit(send_soon)
    return len(people)


@action(Permission.ALERT_SEND)
def end_alert(alert: Alert, *, by: Actor, reason: str = "") -> Alert:
    """It is over: nobody is asked any more, the answers stay."""
    alert = locked(alert, State.RUNNING)
    refuse_elsewhere(alert, by)
    return stop(alert, by=by, state=State.ENDED, why=reason.strip())


@action(Permission.ALERT_SEND)
def correct_alert(
    alert: Alert, *, by: Actor, title: str, text: str, record_id: uuid.UUID | None = None
) -> Alert:
    """Something in it was wrong: the same people are told the right thing; the old one is closed."""
    refuse_unready(title, text)
    return _replace(alert, by, CORRECTED + title.strip(), text, State.CORRECTED, record_id)


@action(Permission.ALERT_SEND)
def withdraw_alert(
    alert: Alert, *, by: Actor, reason: str, record_id: uuid.UUID | None = None
) -> Alert:
    """It should not have been sent: the same people are told that it does not hold."""
    if not reason.strip():
        raise Refused(_("请写明撤回的原因，收到的人会看到。"), field="reason")
    text = _("刚才的通知作废，请不要按它行动。原因：%(why)s") % {"why": reason.strip()[:300]}
    return _replace(alert, by, TAKEN_BACK + alert.title, text, State.WITHDRAWN, record_id)


def _replace(
    alert: Alert, by: Actor, title: str, text: str, state: str, record_id: uuid.UUID | None
) -> Alert:
    if record := already(record_id, kind="alert", unit_id=alert.unit_id):
        return Alert.objects.select_related("record", "unit").get(pk=record.pk)
    alert = locked(alert, State.RUNNING, State.ENDED)
    refuse_elsewhere(alert, by)
    new = Alert(
        unit=alert.unit, kind=alert.kind, level=alert.level, title=title[:TITLE_LIMIT], text=text.strip(),
        template=alert.template, asks_answer=alert.asks_answer and state == State.CORRECTED,
        units=alert.units, roles=alert.roles, stages=alert.stages, further=alert.further,
        channels=alert.channels,
        expected=alert.told, source_id=alert.source_id, corrects=alert,
    )  # fmt: skip
    stop(alert, by=by, state=state, why=text)
    opened(new, by=by, record_id=record_id)
    return start(new, by=by, sent_by_id=by.person_id)
