"""Reading supervision: plans with how far they are, visits, what a bulletin says."""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.domains.responsibility.governance.drawing import draw
from anyuan.domains.responsibility.governance.models import How, Plan, Target, Visit, VisitFinding
from anyuan.engines.checks.models import Inspection
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible

STATES = {
    "planned": ("待督查", "azure", "calendar"),
    "feedback": ("待学校反馈", "orange", "message-exclamation"),
    "replied": ("待核实", "blue", "message-check"),
    "closed": ("已办结", "green", "circle-check"),
    "cancelled": ("已取消", "secondary", "circle-x"),
}
OVERDUE = ("反馈已逾期", "red", "alert-circle")


def plans(by: Actor) -> QuerySet[Any]:
    """Plans with their schools counted: all, visited, waiting for an answer."""
    rows = visible(Plan, by).select_related("unit")
    return rows.annotate(
        all=Count("targets"),
        gone=Count("targets__visit"),
        waiting=Count(
            "targets", filter=Q(targets__visit__record__state__in=["feedback", "replied"])
        ),
    )


def plan_of(by: Actor, pk: Any) -> Plan:
    plan: Plan = get_visible(Plan, by, pk=pk, select=("unit", "made_by"))
    return plan


def target_of(by: Actor, pk: Any) -> Target:
    target: Target = get_visible(Target, by, pk=pk, select=("plan__unit", "school"))
    return target


def visit_of(by: Actor, pk: Any) -> Visit:
    select = ("unit", "record__done_by", "inspection__version__checklist")
    visit: Visit = get_visible(Visit, by, pk=pk, select=select)
    return visit


def visits(by: Actor) -> QuerySet[Any]:
    return visible(Visit, by).select_related("unit", "record").annotate(wrong=Count("findings"))


@dataclasses.dataclass(frozen=True)
class Line:
    """One school of a plan and where its visit stands."""

    target: Target
    visit: Visit | None
    wrong: int

    @property
    def state(self) -> tuple[str, str, str]:
        if self.visit is not None:
            return OVERDUE if self.visit.is_overdue else STATES[self.visit.record.state]
        return STATES["cancelled" if self.target.cancelled else "planned"]


def board(by: Actor, plan: Plan) -> list[Line]:
    """All schools of a plan. Two queries."""
    targets = list(Target.objects.filter(plan=plan).select_related("school").order_by("school_id"))
    rows = visible(Visit, by).filter(target__plan=plan).select_related("record", "unit")
    found = {visit.target_id: visit for visit in rows.annotate(wrong=Count("findings"))}
    return [Line(one, found.get(one.pk), getattr(found.get(one.pk), "wrong", 0)) for one in targets]


def findings_of_plan(by: Actor, plan: Plan) -> list[VisitFinding]:
    rows = visible(VisitFinding, by).filter(visit__target__plan=plan).select_related("unit")
    return list(rows.order_by("unit_id", "id"))


def counts(lines: list[Line]) -> Counter[str]:
    return Counter(line.state[0] for line in lines)


def draws_again(plan: Plan) -> bool | None:
    """Whether the kept pool, weights and seed give the plan's schools; None where nothing was drawn."""
    if plan.how != How.RANDOM:
        return None
    kept = set(Target.objects.filter(plan=plan).values_list("school_id", flat=True))
    return set(draw(plan.pool, plan.weights, len(kept), plan.seed)) == kept


def offered(by: Actor, unit: Unit) -> QuerySet[Any]:
    """Schools that a supervisor may visit."""
    rows = visible(Unit, by).within(subtree(unit.key)).filter(kind="school", state="active")
    return rows.order_by("key")


def inspections_of(by: Actor, school: Unit) -> list[Any]:
    """The supervisor's own inspections of a school in the last month, to be linked to a visit."""
    since = timezone.localdate() - datetime.timedelta(days=30)
    rows = visible(Inspection, by).within(subtree(school.key))
    rows = rows.filter(
        record__done_by_id=by.unit_key, record__counts=True, record__happened_on__gte=since
    )
    return list(rows.select_related("version__checklist", "record").order_by("-record_id")[:10])
