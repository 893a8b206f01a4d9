"""What drafts are made of, and what stands in the way of sending one."""

from __future__ import annotations

import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Refused
from anyuan.domains.emergency.alerts import numbers
from anyuan.domains.emergency.alerts.models import TEXT_LIMIT, Alert, State
from anyuan.domains.emergency.alerts.starting import titled
from anyuan.domains.emergency.alerts.texts import UNFILLED
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.records import open_record, record_saved
from anyuan.org.services import checked


def opened(alert: Alert, *, by: Actor, record_id: uuid.UUID | None) -> Alert:
    """The alert with its record, as a draft."""
    alert.record = open_record(
        alert.unit, by=by, kind="alert", happened_on=timezone.localdate(), title=titled(alert),
        tags=alert.tags, state=State.DRAFT, counts=False, record_id=record_id,
    )  # fmt: skip
    checked(alert, exclude=("record", "unit", "source", "corrects"))
    record_saved(alert.record)
    return alert


def refuse_unready(title: str, text: str) -> None:
    errors = {}
    if not title.strip():
        errors["title"] = _("请写标题。")
    if not text.strip():
        errors["text"] = _("请写要通知的内容。")
    elif len(text.strip()) > TEXT_LIMIT:
        errors["text"] = _("内容最多 %(n)s 字，请写得短一些。") % {"n": TEXT_LIMIT}
    elif UNFILLED in text:
        errors["text"] = _("请先填好文中（请填写……）的地方。")
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)


def needs_second(alert: Alert) -> bool:
    """Whether a person alone cannot send it by one press."""
    wide = alert.unit.kind in {Unit.Kind.CITY, Unit.Kind.DISTRICT}
    return alert.is_real and wide and alert.expected > numbers.second_person_size()


def word_of(unit: Unit) -> str:
    """What somebody types who sends a real alert to many alone."""
    return f"真实发送{unit.short_name}"


def refuse_elsewhere(alert: Alert, by: Actor) -> None:
    """Levels above look on; the sender's own level acts."""
    if by.unit_key and by.unit_key != alert.unit_id:
        raise Refused(_("这条通知由%(unit)s发送和管理。") % {"unit": alert.unit.name})
