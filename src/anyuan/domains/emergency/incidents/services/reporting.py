"""The first report in under a minute, the telephone call beside it, and what changes in the facts."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.refused import Refused
from anyuan.domains.emergency.incidents import timeline
from anyuan.domains.emergency.incidents.content import content, proposed, reasons
from anyuan.domains.emergency.incidents.models import EntryKind, Hurt, Incident, Source
from anyuan.domains.emergency.incidents.numbers import limits_of
from anyuan.domains.emergency.incidents.ranks import NAMES, RANK, above_or_self, is_desk, told
from anyuan.domains.emergency.incidents.timeline import Line
from anyuan.engines.cases.services import open_case
from anyuan.engines.notices.services import tell
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, amend_record, attach, open_record, record_saved
from anyuan.org.services import checked

FIGURES = ("dead", "missing", "injured", "serious")
OLDEST = datetime.timedelta(days=365)
NOT_CHECKED = ("record", "unit", "reminded")


@action(Permission.INCIDENT_REPORT)
def report_incident(
    unit: Unit, *, by: Actor, kind: str, place: str, summary: str, hurt: str,
    happened_at: datetime.datetime | None = None, told_at: datetime.datetime | None = None,
    source: str = Source.SCHOOL, file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None,
    **facts: Any,
) -> Incident:  # fmt: skip
    """The first report. Sent again with the same `record_id` it returns the incident that is there.

    `facts`: figures, position, contact. `told_at`: when the school telephoned, where the desk writes it
    down. Who must know is told at once.
    """
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请选择出事的学校或校区。"), field="unit")
    if kept := already(record_id, kind="incident", unit_id=unit.key):
        found: Incident = Incident.objects.select_related("record", "unit").get(pk=kept.pk)
        return found
    now = timezone.now()
    happened = _happened(happened_at or now, now)
    incident = Incident(
        unit=unit, kind=_known_kind(kind), happened_at=happened, place=place.strip()[:60],
        summary=summary.strip()[:200], hurt=hurt, source=source if is_desk(by) else Source.SCHOOL, **facts,
    )  # fmt: skip
    incident.told_at = _told(told_at, incident, now) if is_desk(by) else now
    weigh(incident)
    set_limits(incident)
    incident.number = _next_number(unit, timezone.localdate(happened))
    incident.record = open_record(
        unit, by=by, kind="incident", happened_on=timezone.localdate(happened), title=title_of(incident),
        tags=incident.tags, state="reported", done_by_key=by.unit_key or unit.key, record_id=record_id,
    )  # fmt: skip
    checked(incident, exclude=NOT_CHECKED)
    attach(incident.record, file_ids, by=by)
    case = open_case(incident.record, by=by, loop="incident", state="reported", label=_("首报"))
    case.level = above_or_self(incident.level_spec.manages, unit)
    case.save(update_fields=["level"])
    timeline.begin(incident)
    timeline.write(incident, by=by, lines=[*_first_lines(incident, by), tell_of(incident, by=by)])
    record_saved(incident.record)
    events.emit("incident.reported", incident=incident, by=by)
    return incident


@action(Permission.INCIDENT_REPORT)
def note_phone(incident: Incident, *, by: Actor, at: datetime.datetime, whom: str) -> Incident:
    """It was reported by telephone; an earlier moment than the one known counts for the clock."""
    held = locked(incident)
    if not whom.strip():
        raise Refused(_("请填写电话报告给了谁。"), field="whom")
    if at > timezone.now():
        raise Refused(_("电话报告的时间不能晚于现在。"), field="at")
    if held.told_at is None or at < held.told_at:
        held.told_at = at
        checked(held, exclude=NOT_CHECKED)
    said = _("电话报告：%(whom)s") % {"whom": whom.strip()}
    timeline.write(held, by=by, lines=[Line(EntryKind.PHONE, said, at)])
    return held


@action(Permission.INCIDENT_MANAGE)
def update_facts(
    incident: Incident, *, by: Actor, hurt: str, note: str = "", **facts: Any
) -> Incident:
    """New figures, or a correction of time and place; level and duty to report are weighed anew."""
    held = locked(incident)
    before = held.figures_text
    if "happened_at" in facts:
        facts["happened_at"] = _happened(facts["happened_at"], timezone.now())
    lines = [*take_facts(held, by=by, hurt=hurt, **facts)]
    if note.strip():
        lines.append(Line(EntryKind.NOTE, note.strip()))
    if not lines:
        raise Refused(_("没有变化。请改动数字，或写下新情况。"), field="note")
    timeline.write(held, by=by, lines=lines)
    if before != held.figures_text:
        timeline.write(held, by=by, lines=[tell_of(held, by=by, about=held.figures_text)])
    return held


@action(Permission.INCIDENT_MANAGE)
def add_note(
    incident: Incident, *, by: Actor, text: str, about: datetime.datetime | None = None
) -> Incident:
    """A line of the timeline by a person; once written it stays."""
    held = locked(incident)
    if not text.strip():
        raise Refused(_("请写下要记录的事。"), field="text")
    line = Line(EntryKind.NOTE, text.strip(), timeline.past(about, held))
    timeline.write(held, by=by, lines=[line])
    return held


def locked(incident: Incident) -> Incident:
    """The incident as it stands, held until this is done."""
    held: Incident = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("record__case", "unit")
        .get(pk=incident.pk)
    )
    if held.record.state == "void":
        raise Refused(_("这件事已经撤销，不能再办。"))
    return held


def take_facts(incident: Incident, *, by: Actor, hurt: str, **facts: Any) -> list[Line]:
    """Write changed facts into the incident and say what changed, as lines of the timeline."""
    before, must, level = incident.figures_text, incident.must_report, incident.proposed
    moment, place = incident.happened_at, incident.place
    incident.hurt = hurt
    for name, value in facts.items():
        setattr(incident, name, value)
    if incident.told_at is not None and incident.happened_at > incident.told_at:
        raise Refused(_("发生时间不能晚于首报的时间。"), field="happened_at")
    weigh(incident)
    lines = []
    if incident.figures_text != before:
        said = _("伤亡情况由“%(before)s”变为“%(now)s”") % {
            "before": before,
            "now": incident.figures_text,
        }
        lines.append(Line(EntryKind.FACTS, said))
    if incident.happened_at != moment:
        set_limits(incident)
        said = _("发生时间由 %(before)s 更正为 %(now)s") % {
            "before": clock_text(moment), "now": clock_text(incident.happened_at),
        }  # fmt: skip
        lines.append(Line(EntryKind.FACTS, said))
    if incident.place != place:
        said = _("地点由“%(before)s”更正为“%(now)s”") % {"before": place, "now": incident.place}
        lines.append(Line(EntryKind.FACTS, said))
    if incident.must_report and not must:
        lines.append(Line(EntryKind.LEVEL, _must_text(incident)))
    if incident.proposed != level and not incident.level:
        said = _("系统建议改为%(level)s，请尽快定级") % {"level": incident.level_spec.title}
        lines.append(Line(EntryKind.LEVEL, said))
    checked(incident, exclude=NOT_CHECKED)
    if lines:
        day = timezone.localdate(incident.happened_at)
        changes = {"title": title_of(incident), "tags": incident.tags, "happened_on": day}
        amend_record(incident.record, by=by, **changes)
    return lines


def weigh(incident: Incident) -> None:
    """Suggest the level and say whether it must be reported; once it must, it must."""
    if incident.hurt == Hurt.NONE and any(getattr(incident, name) for name in FIGURES):
        raise Refused(_("填写了伤亡人数，请把“伤亡”改为“有人受伤”。"), field="hurt")
    if incident.serious > incident.injured:
        raise Refused(_("重伤人数不能多于受伤人数。"), field="serious")
    if incident.hurt == Hurt.SOME and not any(getattr(incident, name) for name in FIGURES):
        raise Refused(_("请填写受伤人数；还数不清的，选“还不清楚”。"), field="injured")
    incident.proposed = proposed(incident.kind, incident.figures)[0].key
    if why := reasons(incident.kind, incident.figures):
        incident.must_report, incident.must_why = True, "、".join(why)[:200]


def set_limits(incident: Incident) -> None:
    """The limits of the first reports, by the numbers in force for its level."""
    limits = limits_of(incident.level or incident.proposed)
    incident.told_due_at = incident.happened_at + limits.told
    incident.written_due_at = incident.happened_at + limits.written
    incident.cap_at = incident.happened_at + limits.cap


def tell_of(incident: Incident, *, by: Actor, about: str = "") -> Line:
    """Tell everybody whom the level concerns, at once; the line that says so."""
    levels = set(incident.level_spec.tell)
    if incident.must_report:
        levels |= set(RANK)
    must = _("须上报，") if incident.must_report else ""
    title = f"{incident.unit.short_name}：{title_of(incident)}（{incident.level_spec.short}）"
    body = f"{clock_text(incident.happened_at)}，{must}{incident.figures_text}。{about or incident.summary}"
    occasion = f"incident:{incident.pk}:{incident.level_spec.key}:{incident.must_report}:{incident.figures_text}"
    for units, roles in told(levels, incident.unit):
        tell(
            units, roles, kind="incident.reported", title=title, body=body, record=incident.record,
            once_key=occasion,
        )  # fmt: skip
    names = "、".join(NAMES[level] for level in RANK if level in levels)
    return Line(EntryKind.TOLD, _("已通知：%(names)s") % {"names": names})


def title_of(incident: Incident) -> str:
    return f"{incident.kind_spec.title}：{incident.place}"


def clock_text(moment: datetime.datetime) -> str:
    return f"{timezone.localtime(moment):%m-%d %H:%M}"


def _first_lines(incident: Incident, by: Actor) -> list[Line]:
    lines = [
        Line(EntryKind.REPORTED, f"{incident.summary}（{incident.figures_text}）", incident.happened_at)
    ]  # fmt: skip
    if incident.source != Source.SCHOOL:
        lines.append(Line(EntryKind.REPORTED, _("来源：%(source)s") % {"source": incident.get_source_display()}))  # fmt: skip
    said = _("系统建议%(level)s，等待定级") % {"level": incident.level_spec.title}
    lines.append(Line(EntryKind.LEVEL, said))
    if incident.must_report:
        lines.append(Line(EntryKind.LEVEL, _must_text(incident)))
    return lines


def _must_text(incident: Incident) -> str:
    return _("须上报：%(why)s") % {"why": incident.must_why}


def _known_kind(kind: str) -> str:
    if kind not in content().kinds:
        raise Refused(_("请选择事件种类。"), field="kind")
    return kind


def _happened(moment: datetime.datetime, now: datetime.datetime) -> datetime.datetime:
    if moment > now:
        raise Refused(_("发生时间不能晚于现在。"), field="happened_at")
    if moment < now - OLDEST:
        raise Refused(_("发生时间在一年以前，请核对。"), field="happened_at")
    return moment


def _told(
    told_at: datetime.datetime | None, incident: Incident, now: datetime.datetime
) -> datetime.datetime | None:
    """What the desk writes down: when the school telephoned; a school that did not has told nobody."""
    if incident.source != Source.SCHOOL:
        return None
    moment = told_at or now
    if not incident.happened_at <= moment <= now:
        raise Refused(_("学校报告的时间应在发生时间和现在之间。"), field="told_at")
    return moment


def _next_number(unit: Unit, day: datetime.date) -> str:
    """`TF-<unit code>-<day>-<nn>`; one at a time for a unit and day."""
    start = f"TF-{unit.code}-{day:%Y%m%d}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 8))", [start])
    return f"{start}{Incident.objects.filter(number__startswith=start).count() + 1:02d}"


def facts_of(incident: Incident, names: Iterable[str]) -> Mapping[str, Any]:
    """Chosen facts of an incident, for a form that shows what is known; moments to the minute."""
    facts = {name: getattr(incident, name) for name in names}
    if "happened_at" in facts:
        facts["happened_at"] = incident.happened_at.replace(second=0, microsecond=0)
    return facts
