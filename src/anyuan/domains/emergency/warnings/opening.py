"""How a warning begins: its number, record and case; called inside the services that bring one in."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Refused
from anyuan.domains.emergency.warnings.models import SuspensionOrder, WarningSignal
from anyuan.engines.cases.services import open_case
from anyuan.engines.notices.services import tell
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import GRANTS, Permission
from anyuan.org.records import open_record, record_saved
from anyuan.org.services import checked

DESKS = [str(role) for role, granted in GRANTS.items() if Permission.WARNING_MANAGE in granted]
SCHOOLS = [str(role) for role, granted in GRANTS.items() if Permission.WARNING_ANSWER in granted]
NOT_CHECKED = ("record", "unit", "replaces", "units", "measures")


def one_at_a_time(what: str) -> None:
    """Whoever else does the same thing to the same subject waits until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 9))", [what])


def refuse_school(unit: Unit) -> None:
    if unit.kind not in {Unit.Kind.CITY, Unit.Kind.DISTRICT}:
        raise Refused(_("预警由市或辖市区教育部门接收和下发。"))


def opened(
    unit: Unit, *, by: Actor, label: str, record_id: uuid.UUID | None = None, **facts: Any
) -> WarningSignal:
    """A warning that waits to be weighed; the unit's desk is told."""
    now = timezone.now()
    signal = WarningSignal(unit=unit, **facts)
    signal.number = next_number("YJ", unit, now)
    signal.record = open_record(
        unit, by=by, kind="warning", happened_on=timezone.localdate(now), title=signal.title, tags=signal.tags,
        state="pending", counts=False, record_id=record_id,
    )  # fmt: skip
    checked(signal, exclude=NOT_CHECKED)
    open_case(signal.record, by=by, loop="warning", state="pending", label=label)
    record_saved(signal.record)
    tell(
        [unit.key], DESKS, kind="warning.new", title=_("待研判：%(title)s") % {"title": signal.title},
        body=signal.words[:300], url=reverse("warnings:detail", args=[signal.pk]), record=signal.record,
        once_key=f"warning:{signal.pk}:new",
    )  # fmt: skip
    return signal


def next_number(mark: str, unit: Unit, now: Any) -> str:
    """`YJ-<unit code>-<day>-<nn>`; one at a time for a unit and day."""
    start = f"{mark}-{unit.code}-{timezone.localtime(now):%Y%m%d}-"
    one_at_a_time(start)
    model = WarningSignal if mark == "YJ" else SuspensionOrder
    return f"{start}{model.objects.filter(number__startswith=start).count() + 1:02d}"
