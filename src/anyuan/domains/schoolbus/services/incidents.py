"""What went wrong on a trip, and the hazard that it shows."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.kinds import tag
from anyuan.core.models import File
from anyuan.core.refused import Forbidden, Refused
from anyuan.domains.schoolbus.models import BusIncident, BusTrip, IncidentKind
from anyuan.engines.notices.services import tell
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission, Role
from anyuan.org.records import already, attach, open_record, record_saved, void_record
from anyuan.org.services import checked

# What must be put right whatever the writer thinks of it; the last two are major.
ALWAYS = {IncidentKind.ACCIDENT, IncidentKind.BREAKDOWN, IncidentKind.LEFT_BEHIND}
MAJOR = {IncidentKind.ACCIDENT, IncidentKind.LEFT_BEHIND}
TRAFFIC = "05"


@action(Permission.BUS_RIDE)
def report_incident(
    trip: BusTrip, *, by: Actor, kind: str, text: str, place: str = "", handling: str = "", injured: int = 0,
    to_hazard: bool = False, file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None,
) -> BusIncident:  # fmt: skip
    """Written by the trip's attendant or who manages the buses; the school's leaders are told at once."""
    if by.person_id != trip.keeper_id and not by.may(Permission.BUS_WRITE):
        raise Forbidden(_("这一趟不由您照管，请联系学校安全干部登记。"))
    if kept := already(record_id, kind="bus_incident", unit_id=trip.unit_id):
        return BusIncident.objects.get(pk=kept.pk)
    errors = {}
    if kind not in IncidentKind.values:
        errors["kind"] = _("请选择类型。")
    if not text.strip():
        errors["text"] = _("请写明经过。")
    if trip.started_at is None:
        errors["kind"] = _("还没有发车的趟次没有运行事件。")
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    incident = BusIncident(
        unit_id=trip.unit_id, trip=trip, kind=kind, place=place.strip(), text=text.strip(),
        handling=handling.strip(), injured=injured, hazard=to_hazard or kind in ALWAYS,
    )  # fmt: skip
    label = incident.get_kind_display()  # type: ignore[attr-defined]
    incident.record = open_record(
        trip.unit, by=by, kind="bus_incident", happened_on=timezone.localdate(trip.started_at),
        title=f"{label}：{incident.text}"[:80], tags=[tag("type", kind)], record_id=record_id,
    )  # fmt: skip
    checked(incident, exclude=("record", "unit", "trip"))
    files = list(file_ids)
    attach(incident.record, files, by=by)
    record_saved(incident.record)
    if incident.hazard:
        _raise(incident, by, files)
    tell(
        {trip.unit_id}, [Role.PRINCIPAL, Role.SAFETY_OFFICER], kind="bus", record=incident.record,
        title=_("校车事件：%(title)s") % {"title": incident.record.title}, once_key=f"bus-incident:{incident.pk}",
    )  # fmt: skip
    return incident


def _raise(incident: BusIncident, by: Actor, files: list[uuid.UUID]) -> None:
    label = incident.get_kind_display()  # type: ignore[attr-defined]
    shown = File.objects.filter(pk__in=files).values_list("pk", flat=True)
    events.emit(
        "finding.raised", record=incident.record, unit=incident.trip.unit, by=by, title=f"校车{label}",
        detail=incident.text, place=f"校车 {incident.trip.plate}", category=TRAFFIC,
        level="major" if incident.kind in MAJOR else "general", basis="", file_ids=list(shown), source="check",
        source_ref=f"bus-incident:{incident.pk}",
    )  # fmt: skip


@action(Permission.BUS_WRITE)
def withdraw_incident(incident: BusIncident, *, by: Actor, reason: str) -> BusIncident:
    """Written by mistake: it stays to be read; a hazard that it opened is ended on its own page."""
    if not reason.strip():
        raise Refused(_("请写明撤销的原因。"), field="reason")
    incident.handling = f"{incident.handling} 撤销：{reason.strip()}".strip()[:500]
    incident.save(update_fields=["handling"])
    void_record(incident.record, by=by)
    return incident
