"""Written reports 初报、续报、终报, and that the desk has them."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.ids import is_client_id, new_id
from anyuan.core.keys import parent_key
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.domains.emergency.incidents import timeline
from anyuan.domains.emergency.incidents.models import (
    EntryKind,
    Incident,
    Receipt,
    Report,
    ReportKind,
)
from anyuan.domains.emergency.incidents.numbers import limits_of
from anyuan.domains.emergency.incidents.ranks import ROLES, is_desk, told
from anyuan.domains.emergency.incidents.services.reporting import NOT_CHECKED, locked, take_facts
from anyuan.domains.emergency.incidents.timeline import Line
from anyuan.engines.notices.services import tell
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import amend_record
from anyuan.org.services import checked

FACTS = ("happened_at", "place", "dead", "missing", "injured", "serious")
TEXTS = (
    "what", "people", "measures", "cause", "opinion", "next_steps", "contact", "contact_phone", "approved_by",
)  # fmt: skip


@action(Permission.INCIDENT_MANAGE)
def send_report(
    incident: Incident,
    *,
    by: Actor,
    kind: str,
    hurt: str,
    report_id: uuid.UUID | None = None,
    **said: Any,
) -> Report:
    """Send a report: it is kept as it is, and what it says of people and place holds from now on.

    `said`: FACTS and TEXTS. Who must know is told. Sent again with the same `report_id` it makes nothing new.
    """
    held = locked(incident)
    if report_id is not None and not is_client_id(report_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    if report_id and (kept := Report.objects.filter(pk=report_id, incident=held).first()):
        return kept
    _refuse_order(held, kind)
    facts = {name: said[name] for name in FACTS if name in said}
    lines = take_facts(held, by=by, hurt=hurt, **facts)
    now = timezone.now()
    count = Report.objects.filter(incident=held).count()
    report = Report(
        pk=report_id or new_id(), incident=held, unit_id=held.unit_id, kind=kind, number=count + 1,
        incident_kind=held.kind_spec.title, level=_level_text(held), hurt=hurt, person_id=by.person_id,
        by_name=by.name, from_name=_name(by.unit_key), to_name=_to_name(held, by), sent_at=now,
        due_at=_due(held, kind), **{name: getattr(held, name) for name in FACTS},
        **{name: said.get(name, "") for name in TEXTS},
    )  # fmt: skip
    checked(report, exclude=("incident", "unit", "person"))
    _settle(held, kind, now)
    amend_record(held.record, by=by)
    late = _("（已超过期限）") if report.is_late else ""
    said_line = _("报送%(title)s%(late)s，签发人：%(who)s") % {
        "title": report.title, "late": late, "who": report.approved_by,
    }  # fmt: skip
    timeline.write(held, by=by, lines=[*lines, Line(EntryKind.REPORT, said_line)])
    _tell(held, report, by)
    return report


@action(Permission.INCIDENT_MANAGE)
def receive_report(report: Report, *, by: Actor) -> Receipt:
    """The desk has it."""
    if not is_desk(by):
        raise Forbidden(_("由辖市区或市教育局值班室签收。"))
    held = locked(report.incident)
    if kept := Receipt.objects.filter(report=report).first():
        raise Conflict(_("已由%(who)s签收。") % {"who": kept.by_name})
    receipt = Receipt.objects.create(
        report=report, incident=held, unit_id=report.unit_id, person_id=by.person_id, by_name=by.name,
        unit_name=_name(by.unit_key),
    )  # fmt: skip
    said = _("签收%(title)s") % {"title": report.title}
    timeline.write(held, by=by, lines=[Line(EntryKind.RECEIVED, said)])
    return receipt


def _refuse_order(incident: Incident, kind: str) -> None:
    """First once, then follow-ups, the final one when the handling is over."""
    if kind == ReportKind.FIRST and incident.written_at is not None:
        raise Conflict(_("初报已经报送，请改报续报。"))
    if kind != ReportKind.FIRST and incident.written_at is None:
        raise Refused(_("还没有初报，请先报送初报。"), field="kind")
    if kind == ReportKind.FINAL:
        if incident.record.case.closed_at is None:
            raise Refused(_("处置还没有结束，请先办理“处置结束”再报终报。"), field="kind")
        if incident.final_at is not None:
            raise Conflict(_("终报已经报送；又有变化的，请报续报。"))


def _settle(incident: Incident, kind: str, now: datetime.datetime) -> None:
    """What the clock says after a report."""
    if kind == ReportKind.FIRST:
        incident.written_at = now
    if kind == ReportKind.FINAL:
        incident.final_at = now
    if incident.must_report and incident.record.case.closed_at is None:
        incident.follow_due_at = now + limits_of(incident.level or incident.proposed).follow
        incident.reminded = [key for key in incident.reminded if not key.startswith("follow")]
    checked(incident, exclude=NOT_CHECKED)


def _due(incident: Incident, kind: str) -> datetime.datetime | None:
    if not incident.must_report:
        return None
    return {
        ReportKind.FIRST: incident.written_due_at,
        ReportKind.FOLLOW: incident.follow_due_at,
        ReportKind.FINAL: incident.final_due_at,
    }[ReportKind(kind)]


def _level_text(incident: Incident) -> str:
    level = incident.level_spec
    return level.title if incident.level else _("%(level)s，待定") % {"level": level.short}


def _name(unit_key: str) -> str:
    found = Unit.raw.filter(key=unit_key).values_list("name", flat=True).first()
    return found or ""


def _to_name(incident: Incident, by: Actor) -> str:
    """Whom the report is addressed to: the level above the sender; the city reports to the city's government."""
    above = parent_key(by.unit_key or incident.unit_id)
    return _name(above) or _("市人民政府")


def _tell(incident: Incident, report: Report, by: Actor) -> None:
    title = f"{incident.unit.short_name}：{report.title}　{incident.record.title}"
    levels = ["district", "city"] if incident.must_report else ["district"]
    for units, roles in told(levels, incident.unit):
        tell(
            units, roles, kind="incident.report", title=title, body=report.what[:200],
            record=incident.record, once_key=f"report:{report.pk}",
        )  # fmt: skip
    if is_desk(by):
        school = told(["school"], incident.unit)
        for units, _roles in school:
            tell(
                units, ROLES["school"], kind="incident.report", title=title, record=incident.record,
                once_key=f"report:{report.pk}",
            )  # fmt: skip
