"""The programme of a term: proposed, edited, adopted."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict, Refused
from anyuan.domains.emergency.drills.basis import fitting
from anyuan.domains.emergency.drills.facts import title_of
from anyuan.domains.emergency.drills.models import Drill, Entry, Programme, State
from anyuan.domains.emergency.drills.parts import check_drill
from anyuan.domains.emergency.drills.programmes import proposal, span_of
from anyuan.domains.emergency.plans.queries import plans_in_force
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import amend_record, open_record, record_saved
from anyuan.org.services import checked

MOST_ENTRIES = 60


@action(Permission.DRILL_WRITE)
def propose_programme(
    unit: Unit, *, by: Actor, starts_on: datetime.date, record_id: uuid.UUID | None = None
) -> Programme:
    """A draft with the days that the system proposes; an existing draft is proposed anew."""
    today = timezone.localdate()
    span = span_of(starts_on, today)
    if span is None:
        raise Refused(_("没有找到这个学期，请从计划页面重新选择。"))
    programme = _locked(unit, starts_on)
    if programme is None:
        programme = Programme(
            unit=unit, starts_on=span.starts_on, ends_on=span.ends_on, label=span.label
        )
        record = open_record(
            unit, by=by, kind="drill_programme", happened_on=today, title=f"{span.label}演练计划",
            state="draft", counts=False, record_id=record_id,
        )  # fmt: skip
        programme.record = record
        checked(programme, exclude=("record", "unit"))
        record_saved(record)
    elif not programme.is_draft:
        raise Conflict(_("这个学期的演练计划已经采用，请打开它调整。"))
    programme.entries.all().delete()
    Entry.objects.bulk_create(
        Entry(
            programme=programme, unit_id=unit.key, on=line.on, kind=line.kind,
            at_night=line.at_night, why="；".join(line.why)[:300],
        )
        for line in proposal(unit, span, today)
    )  # fmt: skip
    return programme


@action(Permission.DRILL_WRITE)
def set_entries(
    programme: Programme, *, by: Actor, entries: Iterable[Mapping[str, Any]]
) -> Programme:
    """The draft's lines as the school wants them: {id?, on, kind, mode, at_night}."""
    programme = _draft(programme)
    wanted = list(entries)
    if len(wanted) > MOST_ENTRIES:
        raise Refused(_("一个学期的演练太多了，请分开安排。"))
    kept = {entry.pk: entry for entry in programme.entries.all()}
    stay = []
    for one in wanted:
        if not programme.starts_on <= one["on"] <= programme.ends_on:
            raise Refused(_("%(day)s不在这个学期里。") % {"day": one["on"]}, field="on")
        found = kept.get(one["id"]) if one.get("id") else None
        entry = found or Entry(programme=programme, unit_id=programme.unit_id)
        if entry.kind and (entry.kind, entry.on) != (one["kind"], one["on"]):
            entry.why = _("学校调整") if entry.kind != one["kind"] else entry.why
        for name in ("on", "kind", "mode", "at_night"):
            setattr(entry, name, one[name])
        checked(entry, exclude=("programme", "unit", "drill"))
        stay.append(entry.pk)
    programme.entries.exclude(pk__in=stay).delete()
    return programme


@action(Permission.DRILL_WRITE)
def adopt_programme(programme: Programme, *, by: Actor) -> Programme:
    """The draft becomes the unit's plan: each line a planned drill, the record counts from today."""
    programme = _draft(programme)
    today = timezone.localdate()
    entries = list(programme.entries.order_by("on", "id"))
    if not entries:
        raise Refused(_("计划里还没有演练，请先加上再采用。"))
    if past := [entry for entry in entries if entry.on < today]:
        raise Refused(_("有 %(n)d 项的日期已经过去，请改到今天以后或删去。") % {"n": len(past)})
    unit = programme.unit
    plans = plans_in_force(unit.key)
    for entry in entries:
        drill = Drill(unit=unit, kind=entry.kind, mode=entry.mode, at_night=entry.at_night)
        plan = fitting(plans, entry.kind)
        drill.plan_record_id = plan.pk if plan else None
        drill.record = open_record(
            unit, by=by, kind="drill", happened_on=entry.on, title=title_of(drill), tags=drill.tags,
            state=State.PLANNED, counts=False,
        )  # fmt: skip
        check_drill(drill)
        record_saved(drill.record)
        entry.drill = drill
        entry.save(update_fields=["drill"])
    programme.adopted_by, programme.adopted_at = by.name[:40], timezone.now()
    programme.save()
    amend_record(programme.record, by=by, happened_on=today, state="adopted", counts=True)
    return programme


def _locked(unit: Unit, starts_on: datetime.date) -> Programme | None:
    rows = Programme.objects.select_for_update(of=("self",)).select_related("record", "unit")
    found: Programme | None = rows.filter(unit=unit, starts_on=starts_on).first()
    return found


def _draft(programme: Programme) -> Programme:
    """The draft as it stands, held. Errors: Conflict where it is adopted or gone meanwhile."""
    held = _locked(programme.unit, programme.starts_on)
    if held is None or not held.is_draft:
        raise Conflict(_("这份计划已经采用或删去，请刷新页面后再看。"))
    return held
