"""The half-yearly safety inspection: the buses that passed, on the day they did."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.kinds import tag
from anyuan.core.refused import Missing, Refused
from anyuan.domains.schoolbus.models import Bus, BusInspection, BusState
from anyuan.domains.schoolbus.numbers import numbers
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, attach, open_record, record_saved, void_record
from anyuan.org.services import checked

LONGEST_MONTH = 31


@action(Permission.LEDGER_WRITE)
def record_inspection(
    unit: Unit, *, by: Actor, on: datetime.date, until: datetime.date, buses: Sequence[uuid.UUID],
    station: str = "", note: str = "", file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None,
) -> BusInspection:  # fmt: skip
    """Buses of the school that passed on a day: their dates in the register follow.

    The record's tag says whether with it all buses in use have been inspected in that half-year: a rule
    asks for all.
    """
    if kept := already(record_id, kind="bus_inspection", unit_id=unit.key):
        return BusInspection.objects.get(pk=kept.pk)
    _refuse_days(on, until)
    if not buses:
        raise Refused(_("请勾选检验合格的校车。"), field="buses")
    rows = Bus.objects.filter(pk__in=list(buses), unit=unit, active=True).select_for_update()
    found = list(rows.order_by("plate"))
    if len(found) != len(set(buses)):
        raise Missing
    changed = Bus.objects.filter(pk__in=[bus.pk for bus in found]).filter(
        Q(inspected_on__isnull=True) | Q(inspected_on__lte=on)
    )
    changed.update(inspected_on=on, inspection_until=until, version=F("version") + 1)
    events.emit(
        "records.changed", kind="bus", units={unit.key}, days=set(changed.values_list("record__happened_on", flat=True))
    )  # fmt: skip
    in_use = Bus.objects.filter(unit=unit, active=True, state=BusState.IN_USE)
    first = on.replace(month=1 if on.month <= 6 else 7, day=1)
    waiting = in_use.filter(Q(inspected_on__isnull=True) | Q(inspected_on__lt=first)).exists()
    plates = [bus.plate for bus in found]
    record = open_record(
        unit, by=by, kind="bus_inspection", happened_on=on,
        title=_("校车检验合格：%(plates)s") % {"plates": "、".join(plates)},
        tags=[tag("buses", "part" if waiting else "all")],
        done_by_key=by.unit_key if by.is_supervisor else unit.key, record_id=record_id,
    )  # fmt: skip
    inspection = BusInspection(
        record=record, unit=unit, valid_until=until, plates=plates, station=station.strip(),
        note=note.strip(), in_use=in_use.count(),
    )  # fmt: skip
    checked(inspection, exclude=("record", "unit"))
    attach(record, file_ids, by=by)
    record_saved(record)
    return inspection


def _refuse_days(on: datetime.date, until: datetime.date) -> None:
    months = int(numbers("bus_inspection_months")[0])
    if on > timezone.localdate():
        raise Refused(_("检验日期不能晚于今天。"), field="on")
    if until < on:
        raise Refused(_("有效期不能早于检验日期。"), field="until")
    if (until - on).days > months * LONGEST_MONTH:
        raise Refused(
            _("校车每 %(months)s 个月检验一次，请核对有效期。") % {"months": months}, field="until"
        )


@action(Permission.LEDGER_WRITE)
def withdraw_inspection(inspection: BusInspection, *, by: Actor, reason: str) -> BusInspection:
    """Recorded by mistake: it counts no more; the dates of the buses are corrected in the register."""
    if not reason.strip():
        raise Refused(_("请写明撤销的原因。"), field="reason")
    inspection.note = f"{inspection.note} 撤销：{reason.strip()}".strip()[:200]
    inspection.save(update_fields=["note"])
    void_record(inspection.record, by=by)
    return inspection
