"""What the services of drills share, always inside one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.refused import Conflict
from anyuan.domains.emergency.drills.basis import refuse_other_plan
from anyuan.domains.emergency.drills.models import Drill, Problem
from anyuan.org.actor import Actor
from anyuan.org.services import checked


def locked(drill: Drill, *states: str) -> Drill:
    """The row as it stands, held for this service. Errors: Conflict where the state is another."""
    held: Drill = (
        Drill.objects.select_for_update(of=("self",))
        .select_related("record", "unit")
        .get(pk=drill.pk)
    )
    if held.record.state not in states:
        raise Conflict(_("这次演练的状态已经变化，请刷新页面后再办。"))
    return held


def set_facts(drill: Drill, facts: Mapping[str, Any], names: Iterable[str]) -> None:
    """Write some fields of a drill, checked. Errors: Refused."""
    refuse_other_plan(drill.unit, facts.get("plan_record_id"), drill.plan_record_id)
    for name in names:
        if name in facts:
            setattr(drill, name, facts[name])
    check_drill(drill)


def check_drill(drill: Drill) -> None:
    """Save a drill, checked. Its plan may be an office's above, whose record is not seen from here."""
    checked(drill, exclude=("record", "unit", "plan_record"))


def propose_change(drill: Drill, *, before: str, by: Actor) -> None:
    """What the drill showed that its plan should say goes to those who keep the plan."""
    if drill.plan_record_id and drill.plan_changes.strip() and drill.plan_changes != before:
        events.emit(
            "plan.change_proposed", record=drill.record, plan_id=drill.plan_record_id,
            text=drill.plan_changes, by=by,
        )  # fmt: skip


def raise_hazard(drill: Drill, problem: Problem, *, by: Actor) -> None:
    """A problem of the drill becomes a hazard, with its photo."""
    events.emit(
        "finding.raised", record=drill.record, unit=drill.unit, by=by, title=problem.text, detail="",
        place=problem.place, category="", level="general", basis="",
        file_ids=[problem.photo_id] if problem.photo_id else [], source="drill",
        source_ref=f"{drill.pk}:{problem.pk}",
    )  # fmt: skip
