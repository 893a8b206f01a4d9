"""What a person does with an alert: seen, safe, needs help."""

from __future__ import annotations

import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.ids import is_client_id, new_id
from anyuan.core.refused import Conflict, Missing, Refused
from anyuan.domains.emergency.alerts import deliveries, numbers
from anyuan.domains.emergency.alerts.models import Alert, Answer, Receipt, Reply
from anyuan.domains.emergency.alerts.own import alert_of
from anyuan.engines.live.services import publish
from anyuan.engines.notices.models import Notification
from anyuan.engines.notices.services import tell_person
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission

OVER = "这条通知已经结束。如仍需要帮助，请直接拨打 110、119、120，或联系本单位值班人员。"


@action(Permission.UNIT_READ)
def mark_seen(own_unit: str, *, by: Actor, alert_id: uuid.UUID) -> bool:
    """The alert was before the person's eyes; whether it was the first time."""
    rows = Receipt.objects.filter(alert_id=alert_id, person_id=by.person_id, seen_at__isnull=True)
    return bool(rows.update(seen_at=timezone.now()))


@action(Permission.UNIT_READ)
def answer_alert(
    own_unit: str, *, by: Actor, alert_id: uuid.UUID, answer: str, words: str = "", place: str = "",
    reply_id: uuid.UUID | None = None,
) -> Receipt:  # fmt: skip
    """The person's own answer; a later one changes it, and both are kept."""
    receipt = _own(by, alert_id)
    alert = alert_of(receipt)
    if reply_id and Reply.objects.filter(pk=reply_id, person_id=by.person_id).exists():
        return receipt
    _refuse_unfit(receipt, alert, answer, reply_id)
    now = timezone.now()
    words, place = words.strip()[:200], place.strip()[:80]
    same = (receipt.answer, receipt.words, receipt.place) == (answer, words, place)
    if same:
        return receipt
    if receipt.answered_at is None:
        receipt.answered_at = now
        receipt.in_time = now - receipt.told_at <= numbers.answer_time()
    receipt.seen_at = receipt.seen_at or now
    receipt.answer, receipt.words, receipt.place = answer, words, place
    receipt.save()
    Reply.objects.create(
        pk=reply_id or new_id(), receipt=receipt, unit_id=receipt.unit_id, person_id=receipt.person_id,
        answer=answer, words=words, place=place, at=now,
    )  # fmt: skip
    publish("alert", units=[alert.unit_id], data={"id": str(alert.pk)})
    _follow(receipt, alert, by)
    return receipt


def _own(by: Actor, alert_id: uuid.UUID) -> Receipt:
    """The person's receipt, held; a double press waits here for the first one."""
    rows = Receipt.objects.select_for_update(of=("self",))
    receipt: Receipt | None = rows.filter(alert_id=alert_id, person_id=by.person_id).first()
    if receipt is None or by.person_id is None:
        raise Missing
    return receipt


def _refuse_unfit(receipt: Receipt, alert: Alert, answer: str, reply_id: uuid.UUID | None) -> None:
    if reply_id is not None and not is_client_id(reply_id):
        raise Refused(_("提交编号不正确，请刷新页面后再回应。"))
    if receipt.over or alert.ended_at is not None:
        raise Conflict(_(OVER))
    fit = {Answer.SAFE, Answer.HELP} if alert.asks_answer else {Answer.KNOWN}
    if answer not in fit:
        raise Refused(_("请按页面上的按钮回应。"), field="answer")


def _follow(receipt: Receipt, alert: Alert, by: Actor) -> None:
    """Other channels stop, the bell's message is read; who needs help is told to who sent."""
    deliveries.answered(receipt.pk)
    own = Notification.objects.filter(person_id=receipt.person_id, read_at__isnull=True)
    own.filter(once_key__startswith=f"alert:{alert.pk}").update(read_at=timezone.now())
    if receipt.answer == Answer.HELP and alert.sent_by_id:
        said = "，".join(one for one in (receipt.place, receipt.words) if one)
        tell_person(
            alert.sent_by_id, alert.unit_id, kind="alert.help", title=_("%(name)s需要帮助") % {"name": by.name},
            body=said, record=alert.record, once_key=f"alert.help:{receipt.pk}",
        )  # fmt: skip
    events.emit("alert.answered", alert=alert, receipt=receipt)
