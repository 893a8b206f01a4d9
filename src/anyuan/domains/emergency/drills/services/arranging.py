"""Before a drill: details, the head's word, telling parents and neighbours."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict, Refused
from anyuan.domains.emergency.drills.models import Drill, State
from anyuan.domains.emergency.drills.parts import locked, set_facts
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission
from anyuan.org.records import amend_record

DETAILS = (
    "planned_time", "leader", "place", "buildings", "floors", "scenario", "plan", "plan_record_id",
    "announced", "at_night",
)  # fmt: skip


@action(Permission.DRILL_WRITE)
def arrange_drill(drill: Drill, *, by: Actor, on: datetime.date, **details: Any) -> Drill:
    """Day, time, leader, place, scenario of a planned drill. What was approved is approved anew."""
    drill = locked(drill, State.PLANNED)
    if on != drill.record.happened_on and on < timezone.localdate():
        raise Refused(_("计划日期已经过去，请选今天或以后的日子。"), field="on")
    changed = on != drill.record.happened_on or any(
        name in details and details[name] != getattr(drill, name) for name in DETAILS
    )
    if changed and drill.approved_at is not None:
        drill.approved_at, drill.approved_by = None, ""
    set_facts(drill, details, DETAILS)
    if on != drill.record.happened_on:
        amend_record(drill.record, by=by, happened_on=on)
    return drill


@action(Permission.DRILL_APPROVE)
def approve_drill(drill: Drill, *, by: Actor) -> Drill:
    """The head of the school agrees."""
    drill = locked(drill, State.PLANNED)
    if drill.approved_at is not None:
        raise Conflict(_("这次演练已经批准。"))
    drill.approved_at, drill.approved_by = timezone.now(), by.name[:40]
    drill.save()
    return drill


@action(Permission.DRILL_WRITE)
def note_notified(drill: Drill, *, by: Actor, to: str) -> Drill:
    """Those who should know have been told."""
    drill = locked(drill, State.PLANNED)
    if not to.strip():
        raise Refused(_("请写明告知了谁，如“家长群、沿街商户”。"), field="to")
    drill.notified_at, drill.notified_to = timezone.now(), to.strip()[:100]
    drill.save()
    return drill
