"""How an alert begins and stops; called inside the services that decide it and by the minute's job."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.emergency.alerts import audience, deliveries, numbers
from anyuan.domains.emergency.alerts.models import Alert, Receipt, State
from anyuan.engines.live.services import publish
from anyuan.engines.notices.services import tell_people
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.permissions import GRANTS, Permission
from anyuan.org.records import amend_record

NOTICE = "alert"  # the kind of message in the product
TOLD = "alert.told"  # what the open pages of those told hear, at the beginning and at the end
SENDERS = [str(role) for role, granted in GRANTS.items() if Permission.ALERT_SEND in granted]
HOUR = datetime.timedelta(hours=1)


def locked(alert: Alert, *states: str) -> Alert:
    """The alert, held until the transaction ends. Errors: Conflict where it stands elsewhere by now."""
    rows = Alert.objects.select_for_update(of=("self",)).select_related("record", "unit")
    held: Alert = rows.get(pk=alert.pk)
    # The record is read after the lock: another commander's step is seen.
    held.record.refresh_from_db()
    if held.record.state not in states:
        words = State(held.record.state).label
        raise Conflict(_("这条通知现在是“%(state)s”，请刷新页面后再办。") % {"state": words})
    return held


def refuse_too_many(alert: Alert, now: datetime.datetime) -> None:
    """A unit's alerts within an hour have an end; two senders at once are counted one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"alerts:{alert.unit_id}"]
        )
    sent = Alert.objects.filter(unit_id=alert.unit_id, sent_at__gt=now - HOUR)
    if sent.filter(corrects__isnull=True).count() >= numbers.most_each_hour():
        raise Refused(
            _("本单位一小时内发出的紧急通知已达上限，请稍后再发；需要改正内容请用“更正”。")
        )


def start(alert: Alert, *, by: Actor, **decided: Any) -> Alert:
    """Tell everybody now: receipts and messages in the product at once, other channels by the worker."""
    now = timezone.now()
    alert.sent_at = now
    for name, value in decided.items():
        setattr(alert, name, value)
    told = audience.make_receipts(alert, but=by.person_id)
    if not told:
        raise Refused(_("这个范围内现在没有可以通知的人。"))
    alert.told = len(told)
    alert.save()
    tell_people(
        told, kind=NOTICE, title=titled(alert), body=alert.text, url=own_page(alert), once_key=f"alert:{alert.pk}"
    )  # fmt: skip
    # The words go with the event: 15,000 pages show them at once and ask for the rest one after the other.
    publish(
        TOLD, people=[person for person, _unit in told],
        data={"id": str(alert.pk), "title": titled(alert), "real": alert.is_real, "url": own_page(alert)},
    )  # fmt: skip
    deliveries.prepare(alert, wait=numbers.wait_before_next(alert.level), now=now)
    amend_record(alert.record, by=by, state=State.RUNNING, counts=True)
    line = f"发出紧急通知（{alert.get_kind_display()}）：{alert.title}，{alert.told} 人"
    note(Audit.Action.CHANGE, line, by=by)
    events.emit("alert.sent", alert=alert)
    transaction.on_commit(send_soon)
    return alert


def stop(alert: Alert, *, by: Actor, state: str, why: str) -> Alert:
    """Nothing more is asked of anybody; what was answered stays."""
    alert.ended_at, alert.ended_by_id, alert.end_note = timezone.now(), by.person_id, why[:300]
    alert.save()
    silent = Receipt.objects.filter(alert=alert, answered_at__isnull=True)
    publish(TOLD, people=list(silent.values_list("person_id", flat=True)))
    silent.update(over=True)
    deliveries.spare_all(alert)
    amend_record(alert.record, by=by, state=state, counts=state == State.ENDED)
    note(Audit.Action.CHANGE, f"紧急通知{State(state).label}：{alert.title}", by=by)
    # The figures of everybody who was told, once.
    events.emit(
        "records.changed", kind="alert", units=[alert.unit_id], days=[alert.record.happened_on]
    )
    events.emit("alert.ended", alert=alert)
    return alert


def titled(alert: Alert) -> str:
    return f"{'【紧急】' if alert.is_real else '【演练】'}{alert.title}"


def own_page(alert: Alert) -> str:
    return reverse("alerts:mine", args=[alert.pk])


def send_soon() -> None:
    """Wake the worker; call after the commit."""
    from anyuan.domains.emergency.alerts.jobs import send_soon as soon  # noqa: PLC0415 -- jobs import this

    soon()
