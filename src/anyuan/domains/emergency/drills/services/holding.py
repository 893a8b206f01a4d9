"""Planning, holding, evaluating and withdrawing drills."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Refused
from anyuan.domains.emergency.drills.basis import refuse_other_plan
from anyuan.domains.emergency.drills.facts import report_due, title_of
from anyuan.domains.emergency.drills.models import Drill, Problem, State
from anyuan.domains.emergency.drills.parts import (
    check_drill,
    locked,
    propose_change,
    raise_hazard,
    set_facts,
)
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, amend_record, attach, open_record, record_saved, void_record

HELD_FIELDS = (
    "expected", "present", "absent_why", "seconds", "injured", "buildings", "floors", "place", "notes",
)  # fmt: skip
EVALUATION_FIELDS = ("rating", "evaluation", "plan_changes")


@action(Permission.DRILL_WRITE)
def plan_drill(
    unit: Unit, *, by: Actor, on: datetime.date, record_id: uuid.UUID | None = None, **facts: Any
) -> Drill:
    """A drill to come; it counts for nothing until it is held."""
    if kept := _kept(unit, record_id):
        return kept
    if on < timezone.localdate():
        raise Refused(_("计划日期已经过去；已开展的演练请直接记录。"), field="on")
    return _open(unit, by, on, facts, State.PLANNED, record_id)


@action(Permission.DRILL_WRITE)
def record_drill(
    unit: Unit, *, by: Actor, on: datetime.date, problems: Iterable[Mapping[str, str]] = (),
    file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None, **facts: Any,
) -> Drill:  # fmt: skip
    """A drill that has been held, with its figures; problems open hazards."""
    if kept := _kept(unit, record_id):
        return kept
    _refuse_future(on)
    _refuse_incomplete(facts)
    state = State.EVALUATED if facts.get("evaluation") else State.HELD
    drill = _open(unit, by, on, {**facts, "report_due_on": report_due(on)}, state, record_id)
    attach(drill.record, file_ids, by=by)
    _add_problems(drill, by, problems)
    propose_change(drill, before="", by=by)
    return drill


@action(Permission.DRILL_WRITE)
def hold_drill(
    drill: Drill, *, by: Actor, on: datetime.date, problems: Iterable[Mapping[str, str]] = (),
    file_ids: Iterable[uuid.UUID] = (), **facts: Any,
) -> Drill:  # fmt: skip
    """A planned drill has been held."""
    drill = locked(drill, State.PLANNED)
    _refuse_future(on)
    _refuse_incomplete(facts | {"mode": drill.mode})
    drill.report_due_on, before = report_due(on), drill.plan_changes
    set_facts(drill, facts, (*HELD_FIELDS, *EVALUATION_FIELDS))
    state = State.EVALUATED if drill.evaluation else State.HELD
    amend_record(drill.record, by=by, happened_on=on, state=state, counts=True)
    attach(drill.record, file_ids, by=by)
    _add_problems(drill, by, problems)
    propose_change(drill, before=before, by=by)
    return drill


@action(Permission.DRILL_WRITE)
def evaluate_drill(drill: Drill, *, by: Actor, **facts: Any) -> Drill:
    """Score and words after the drill."""
    drill = locked(drill, State.HELD, State.EVALUATED)
    if not facts.get("evaluation"):
        raise Refused(_("请写下评估意见。"), field="evaluation")
    before = drill.plan_changes
    set_facts(drill, facts, EVALUATION_FIELDS)
    amend_record(drill.record, by=by, state=State.EVALUATED)
    propose_change(drill, before=before, by=by)
    return drill


@action(Permission.DRILL_WRITE)
def cancel_drill(drill: Drill, *, by: Actor, reason: str) -> Drill:
    """A planned drill that will not be held."""
    drill = locked(drill, State.PLANNED)
    if not reason.strip():
        raise Refused(_("请写明取消的原因。"), field="reason")
    drill.absent_why = reason.strip()[:200]
    drill.save()
    amend_record(drill.record, by=by, state=State.CANCELLED)
    return drill


@action(Permission.DRILL_WRITE)
def withdraw_drill(drill: Drill, *, by: Actor, reason: str) -> Drill:
    """A drill recorded by mistake: it stays to be read and counts no more."""
    drill = locked(drill, State.HELD, State.EVALUATED, State.REPORTED)
    if not reason.strip():
        raise Refused(_("请写明撤销的原因。"), field="reason")
    drill.absent_why = reason.strip()[:200]
    drill.save()
    void_record(drill.record, by=by)
    return drill


def _kept(unit: Unit, record_id: uuid.UUID | None) -> Drill | None:
    record = already(record_id, kind="drill", unit_id=unit.key)
    return Drill.objects.get(pk=record.pk) if record else None


def _open(
    unit: Unit, by: Actor, on: datetime.date, facts: Mapping[str, Any], state: str, record_id: uuid.UUID | None
) -> Drill:  # fmt: skip
    refuse_other_plan(unit, facts.get("plan_record_id"))
    drill = Drill(unit=unit, **facts)
    record = open_record(
        unit, by=by, kind="drill", happened_on=on, title=title_of(drill), tags=drill.tags, state=state,
        counts=state != State.PLANNED, done_by_key=by.unit_key if by.is_supervisor else unit.key, record_id=record_id,
    )  # fmt: skip
    drill.record = record
    check_drill(drill)
    record_saved(record)
    return drill


def _refuse_future(on: datetime.date) -> None:
    if on > timezone.localdate():
        raise Refused(_("演练日期不能晚于今天。"), field="on")


def _refuse_incomplete(facts: Mapping[str, Any]) -> None:
    wanted = {"expected": _("请填写应到人数。"), "present": _("请填写实到人数。")}
    if facts.get("mode") != "desk":
        wanted["seconds"] = _("请填写疏散用时。")
    errors = {name: text for name, text in wanted.items() if facts.get(name) is None}
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)


def _add_problems(drill: Drill, by: Actor, problems: Iterable[Mapping[str, str]]) -> None:
    for found in problems:
        if not found.get("text", "").strip():
            continue
        problem = Problem.objects.create(
            drill=drill,
            unit_id=drill.unit_id,
            place=found.get("place", "")[:60],
            text=found["text"].strip()[:300],
        )
        raise_hazard(drill, problem, by=by)
