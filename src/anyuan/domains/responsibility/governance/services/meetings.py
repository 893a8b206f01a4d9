"""Meetings, their decisions until they are done, and leaders' inspections."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.responsibility.governance.models import (
    Decision,
    DecisionState,
    InspectedUnit,
    LeaderFinding,
    LeaderInspection,
    Meeting,
)
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, attach, open_record, record_saved, void_record
from anyuan.org.services import checked

SITES = (Unit.Kind.SCHOOL, Unit.Kind.CAMPUS)


@dataclasses.dataclass(frozen=True)
class Agreed:
    """One decision as it was written down."""

    text: str
    owner_name: str
    due_on: datetime.date


@action(Permission.MEETING_WRITE)
def hold_meeting(
    unit: Unit, *, by: Actor, on: datetime.date, decisions: Iterable[Agreed] = (),
    file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None, **facts: Any,
) -> Meeting:  # fmt: skip
    """A meeting that was held, with what it decided."""
    if kept := already(record_id, kind="meeting", unit_id=unit.key):
        found: Meeting = Meeting.objects.get(pk=kept.pk)
        return found
    _refuse_future(on)
    meeting = Meeting(unit=unit, **facts)
    record = open_record(
        unit, by=by, kind="meeting", happened_on=on, title=meeting.get_type_display(), tags=meeting.tags,
        record_id=record_id,
    )  # fmt: skip
    meeting.record = record
    checked(meeting, exclude=("record", "unit"))
    for one in decisions:
        _decide(meeting, one)
    attach(record, file_ids, by=by)
    record_saved(record)
    return meeting


@action(Permission.MEETING_WRITE)
def add_decision(meeting: Meeting, *, by: Actor, agreed: Agreed) -> Decision:
    """A decision that was left out at first."""
    if meeting.record.state == "void":
        raise Conflict(_("这次会议已撤销。"))
    return _decide(meeting, agreed)


@action(Permission.MEETING_WRITE)
def end_decision(
    decision: Decision, *, by: Actor, result: str, state: str = DecisionState.DONE
) -> Decision:
    """It is done, or given up; how, in words."""
    held: Decision = Decision.objects.select_for_update().get(pk=decision.pk)
    if held.state != DecisionState.OPEN:
        raise Conflict(_("这件事刚刚已由他人办结，请刷新后再看。"))
    if not result.strip():
        raise Refused(_("请写明办理结果。"), field="result")
    if state not in {DecisionState.DONE, DecisionState.DROPPED}:
        raise Refused(_("请选择完成或不再办理。"), field="state")
    held.state, held.result, held.ended_on = state, result.strip()[:300], timezone.localdate()
    held.save()
    return held


@action(Permission.MEETING_WRITE)
def withdraw_meeting(meeting: Meeting, *, by: Actor) -> Meeting:
    """Written down by mistake: it stays to be read and counts no more."""
    held: Meeting = (
        Meeting.objects.select_for_update(of=("self",)).select_related("record").get(pk=meeting.pk)
    )
    if held.record.state == "void":
        raise Conflict(_("这次会议已经撤销。"))
    Decision.objects.filter(meeting=held, state=DecisionState.OPEN).update(
        state=DecisionState.DROPPED, result=_("会议记录已撤销"), ended_on=timezone.localdate()
    )
    void_record(held.record, by=by)
    return held


@action(Permission.MEETING_WRITE)
def record_leader_inspection(
    unit: Unit, *, by: Actor, on: datetime.date, visited: Sequence[Unit] = (), findings: Iterable[str] = (),
    file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None, **facts: Any,
) -> LeaderInspection:  # fmt: skip
    """A leader went and looked; each finding opens a hazard at the (first) visited school."""
    if kept := already(record_id, kind="leader_inspection", unit_id=unit.key):
        found: LeaderInspection = LeaderInspection.objects.get(pk=kept.pk)
        return found
    _refuse_future(on)
    places = list(visited) or ([unit] if unit.kind in SITES else [])
    if not places:
        raise Refused(_("请选择检查了哪些学校。"), field="visited")
    if any(place.kind not in SITES or not by.units.holds(place.key) for place in places):
        raise Refused(_("只能选择本单位管理的学校。"), field="visited")
    wrong = [text.strip()[:300] for text in findings if text.strip()]
    if wrong and len(places) > 1:
        raise Refused(_("发现问题的，请每所学校单独记录一次，问题才能转给这所学校。"), field="problems")  # fmt: skip
    row = LeaderInspection(unit=unit, **facts)
    record = open_record(
        unit, by=by, kind="leader_inspection", happened_on=on, tags=row.tags, record_id=record_id,
        title=_("%(who)s带队检查") % {"who": row.leader},
    )  # fmt: skip
    row.record = record
    checked(row, exclude=("record", "unit"))
    InspectedUnit.objects.bulk_create(
        InspectedUnit(unit=place, inspection=row, name=place.name) for place in places
    )
    attach(record, file_ids, by=by)
    record_saved(record)
    for text in wrong:
        _raise(row, places[0], text, by)
    return row


def _raise(row: LeaderInspection, place: Unit, text: str, by: Actor) -> None:
    finding = LeaderFinding.objects.create(
        unit=place, inspection=row, unit_name=place.name, text=text
    )
    files = list(row.record.files.values_list("pk", flat=True))
    events.emit(
        "finding.raised", record=row.record, unit=place, by=by, title=text, detail="", place="", category="",
        level="general", basis="", file_ids=files, source="district" if by.is_supervisor else "self",
        source_ref=f"{row.pk}:{finding.pk}",
    )  # fmt: skip


def _decide(meeting: Meeting, agreed: Agreed) -> Decision:
    decision = Decision(
        meeting=meeting, unit_id=meeting.unit_id, text=agreed.text, owner_name=agreed.owner_name,
        due_on=agreed.due_on,
    )  # fmt: skip
    checked(decision, exclude=("meeting", "unit"))
    return decision


def _refuse_future(on: datetime.date) -> None:
    if on > timezone.localdate():
        raise Refused(_("日期不能晚于今天。"), field="on")
