"""Reading plans: the library, what is in force for a unit, what an office's schools have and lack."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from typing import Any

from django.db import connection
from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone

from anyuan.core.keys import ancestors
from anyuan.core.refused import Missing
from anyuan.domains.emergency.plans.content import Kind, content
from anyuan.domains.emergency.plans.models import Plan, PlanLevel, PlanVersion, State, Wish
from anyuan.domains.emergency.plans.services.writing import LEVEL_OF
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission


def plans_in_force(unit_key: str) -> list[PlanVersion]:
    """Published versions that hold for a unit: its own, and those of the offices above; own ones first."""
    rows = PlanVersion.raw.filter(unit_id__in=ancestors(unit_key), state=State.PUBLISHED)
    return sorted(rows.select_related("plan"), key=lambda one: (-len(one.unit_id), one.title))


def in_force(unit_key: str, kind: str) -> PlanVersion | None:
    """The version of a kind that a unit acts by: its own, else the nearest office's above."""
    rows = PlanVersion.raw.filter(
        unit_id__in=ancestors(unit_key), state=State.PUBLISHED, plan__kind=kind
    )
    return max(rows.select_related("plan"), key=lambda one: len(one.unit_id), default=None)


def level_in_force(unit_key: str, kind: str, level: str) -> PlanLevel | None:
    """A response level of the plan in force, with its version; None where there is no such plan or level."""
    version = in_force(unit_key, kind)
    if version is None:
        return None
    rows = PlanLevel.raw.select_related("version").filter(version=version, level=level)
    found: PlanLevel | None = rows.first()
    return found


@dataclasses.dataclass(frozen=True)
class Shelf:
    """One kind in the library of a unit."""

    kind: Kind
    own: PlanVersion | None
    in_work: PlanVersion | None
    above: list[PlanVersion]
    required: bool
    overdue: bool


def library(unit: Unit, today: datetime.date | None = None) -> list[Shelf]:
    """Every kind that a unit may keep, with its own plan and those above; two queries."""
    day = today or timezone.localdate()
    keys = ancestors(unit.key)
    alive = [State.DRAFT, State.REVIEW, State.PUBLISHED]
    rows = PlanVersion.raw.filter(unit_id__in=keys, state__in=alive).select_related("plan")
    level = LEVEL_OF[unit.kind]
    shelves = []
    versions = list(rows)
    for kind in content().kinds.values():
        of_kind = [one for one in versions if one.plan.kind == kind.key]
        own = [one for one in of_kind if one.unit_id == unit.key]
        force = next((one for one in own if one.state == State.PUBLISHED), None)
        above = [o for o in of_kind if o.unit_id != unit.key and o.state == State.PUBLISHED]
        if level not in kind.levels and not own and not above:
            continue
        shelves.append(
            Shelf(
                kind, force, next((o for o in own if o.state != State.PUBLISHED), None),
                sorted(above, key=lambda one: -len(one.unit_id)), level in kind.required,
                bool(force and force.review_due and force.review_due < day),
            )
        )  # fmt: skip
    return shelves


def version_for(by: Actor, pk: uuid.UUID) -> PlanVersion:
    """A version to read: of one's own units, or a published one of an office above."""
    found = (
        visible(PlanVersion, by)
        .select_related("plan", "record__unit", "unit")
        .filter(pk=pk)
        .first()
    )
    if found is None and by.may(Permission.RECORD_READ):
        rows = PlanVersion.raw.filter(
            pk=pk, unit_id__in=ancestors(by.unit_key), state__in=[State.PUBLISHED, State.REPLACED]
        )
        found = rows.select_related("plan").first()
    if found is None:
        raise Missing
    version: PlanVersion = found
    return version


def may_see_all(by: Actor, version: PlanVersion) -> bool:
    """Whether the actor stands where the plan is at home: sees its drafts, review and history."""
    return by.units.holds(version.unit_id)


def own_version(by: Actor, pk: uuid.UUID) -> PlanVersion:
    found: PlanVersion = get_visible(
        PlanVersion, by, pk=pk, select=("plan__unit", "record__unit", "unit")
    )
    return found


PARTS = ("plansections", "planroles", "planlevels", "plancards")


def with_parts(version: PlanVersion) -> PlanVersion:
    """The version with its four kinds of parts; four queries."""
    prefetch_related_objects([version], *PARTS)
    return version


def versions_of(plan: Plan) -> QuerySet[Any]:
    """All versions, the newest first."""
    return PlanVersion.raw.filter(plan=plan).order_by("-number")


def wishes_of(by: Actor, plan: Plan | None = None) -> QuerySet[Any]:
    """Open wishes; of one plan, or of one's own unit."""
    rows = visible(Wish, by).filter(closed_at__isnull=True).select_related("source", "plan")
    rows = rows.filter(plan=plan) if plan is not None else rows.filter(unit_id=by.unit_key)
    return rows.order_by("at")


_OVERVIEW = """
SELECT p.kind, count(DISTINCT v.unit_id) AS have,
       count(DISTINCT v.unit_id) FILTER (WHERE v.review_due < %(today)s) AS overdue
FROM plans_planversion v JOIN plans_plan p ON p.id = v.plan_id JOIN org_unit u ON u.key = v.unit_id
WHERE v.state = 'published' AND u.state = 'active' AND u.kind = 'school'
  AND v.unit_id >= %(lo)s AND v.unit_id < %(hi)s
GROUP BY p.kind
"""


@dataclasses.dataclass(frozen=True)
class Standing:
    """How the schools below stand with a kind: of `schools` so many have it, so many are late to look at it."""

    kind: Kind
    schools: int
    have: int
    overdue: int

    @property
    def lacking(self) -> int:
        return self.schools - self.have

    @property
    def rate(self) -> float | None:
        return self.have / self.schools if self.schools else None


def overview(by: Actor) -> list[Standing]:
    """All kinds that schools should keep, over the schools below; two queries."""
    schools = Unit.objects.within(by.units).filter(kind="school", state="active").count()
    with connection.cursor() as cursor:
        cursor.execute(
            _OVERVIEW, {"today": timezone.localdate(), "lo": by.units.lo, "hi": by.units.hi}
        )
        rows = {kind: (have, overdue) for kind, have, overdue in cursor.fetchall()}
    return [
        Standing(kind, schools, *rows.get(kind.key, (0, 0)))
        for kind in content().kinds.values()
        if "school" in kind.required
    ]


def lacking(by: Actor, kind: str) -> QuerySet[Any]:
    """Schools below without a plan of the kind in force."""
    have = PlanVersion.raw.filter(state=State.PUBLISHED, plan__kind=kind).values("unit_id")
    rows = Unit.objects.within(by.units).filter(kind="school", state="active")
    return rows.exclude(key__in=have).order_by("key")


def late(by: Actor, kind: str = "") -> QuerySet[Any]:
    """Versions in force whose day for the next look is past."""
    rows = visible(PlanVersion, by).filter(
        state=State.PUBLISHED, review_due__lt=timezone.localdate()
    )
    if kind:
        rows = rows.filter(plan__kind=kind)
    return rows.select_related("unit", "plan").order_by("review_due")


def today_card(by: Actor) -> dict[str, Any] | None:
    """What 今日 says: plans to look at again, wishes, drafts returned. One query each, none without need."""
    if not by.may(Permission.PLAN_WRITE) or by.is_supervisor:
        return None
    overdue = late(by).filter(unit_id=by.unit_key).count()
    wishes = wishes_of(by).count()
    return {"overdue": overdue, "wishes": wishes} if overdue or wishes else None
