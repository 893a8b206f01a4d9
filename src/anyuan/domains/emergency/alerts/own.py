"""What a person reads of alerts told to them: their own receipts and the texts, also of units above.

The text of an alert lies at the unit that sent it, outside the scope of most who are told; so these few
reads enter the whole tree, and each is held to one person's receipts.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet

from anyuan.core import scope
from anyuan.core.keys import EVERYTHING
from anyuan.core.refused import Missing
from anyuan.domains.emergency.alerts.models import Alert, Receipt
from anyuan.org.actor import Actor

MOST_SHOWN = 3


def _whole() -> Any:
    now = scope.current()
    return scope.enter(EVERYTHING, person=now.person if now else "")


def unanswered(by: Actor) -> QuerySet[Any]:
    """The person's receipts that still ask for an answer."""
    rows: QuerySet[Any] = Receipt.objects.filter(
        person_id=by.person_id, answered_at__isnull=True, over=False
    )
    return rows


def open_receipts(by: Actor) -> list[Receipt]:
    """Alerts that this person has not answered yet, the newest first, with their texts; one query."""
    if by.person_id is None:
        return []
    with _whole():
        rows = unanswered(by).select_related("alert__unit")
        return list(rows.order_by("-told_at", "-id")[:MOST_SHOWN])


def own_receipts(by: Actor) -> QuerySet[Any]:
    """All of the person's receipts; `with_texts` adds what they were told."""
    rows: QuerySet[Any] = Receipt.objects.filter(person_id=by.person_id)
    return rows


def with_texts(receipts: list[Receipt]) -> list[Receipt]:
    """The receipts of one page with their alerts, by one query."""
    with _whole():
        rows = Alert.objects.select_related("unit", "record")
        alerts = rows.in_bulk([one.alert_id for one in receipts])
    for one in receipts:
        one.alert = alerts[one.alert_id]
    return receipts


def own_receipt(by: Actor, alert_id: uuid.UUID) -> Receipt:
    """The person's receipt of one alert with its text. Errors: Missing."""
    receipt = own_receipts(by).filter(alert_id=alert_id).first() if by.person_id else None
    if receipt is None:
        raise Missing
    return with_texts([receipt])[0]


def alert_of(receipt: Receipt) -> Alert:
    """The alert that a person's own receipt belongs to, as it stands now."""
    with _whole():
        rows = Alert.objects.select_related("unit", "record")
        alert: Alert = rows.get(pk=receipt.alert_id)
        return alert


def correction_of(alert: Alert) -> Alert | None:
    """The alert that took this one's place."""
    with _whole():
        return Alert.objects.filter(corrects=alert).select_related("unit").first()
