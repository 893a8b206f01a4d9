"""The plan that a drill practises: which one fits, and what it gives for scenario, posts and action cards.

A plan may be an office's above. Its version is shared down and is read here as such; its anchor record is
the office's own and not to be seen, so `Drill.plan_record` is stored and compared, never followed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.utils.translation import gettext as _

from anyuan.core.refused import Refused
from anyuan.domains.emergency.drills.content import content
from anyuan.domains.emergency.drills.models import Drill
from anyuan.domains.emergency.plans.models import (
    PlanCard,
    PlanLevel,
    PlanRole,
    PlanSection,
    PlanVersion,
)
from anyuan.domains.emergency.plans.queries import plans_in_force
from anyuan.org.models import Unit

# Shorter than the field: a browser sends two characters for the end of a line.
LONGEST = 900


def fitting(versions: Iterable[PlanVersion], kind: str) -> PlanVersion | None:
    """The plan for a kind of drill, of those in force (own ones stand first)."""
    return next((one for one in versions if kind in one.plan.kind_spec.drills), None)


def practised(unit: Unit) -> frozenset[str]:
    """The kinds of drill that the unit's own plans in force ask for."""
    own = [one for one in plans_in_force(unit.key) if one.unit_id == unit.key]
    return frozenset(kind for one in own for kind in one.plan.kind_spec.drills)


def refuse_other_plan(unit: Unit, plan_id: uuid.UUID | None, had: uuid.UUID | None = None) -> None:
    """Errors: Refused where the plan is not in force for the unit; the one a drill has already may stay."""
    if plan_id is None or plan_id == had:
        return
    if plan_id not in {one.pk for one in plans_in_force(unit.key)}:
        raise Refused(_("请从列出的现行预案中选择。"), field="plan_record_id")


def plan_of(drill: Drill) -> PlanVersion | None:
    """The version that the drill names, in force or replaced since."""
    if drill.plan_record_id is None:
        return None
    found: PlanVersion | None = (
        PlanVersion.raw.select_related("plan").filter(pk=drill.plan_record_id).first()
    )
    return found


def named(version: PlanVersion) -> str:
    return _("%(unit)s《%(title)s》第%(n)d版") % {
        "unit": version.unit_name, "title": version.title, "n": version.number,
    }  # fmt: skip


def basis_words(drill: Drill) -> str:
    """The plan's name as a report says it."""
    version = plan_of(drill)
    return "；".join(word for word in (named(version) if version else "", drill.plan) if word)


def scenario_of(version: PlanVersion | None) -> str:
    """A scenario to begin with: when the pack's response level begins, and the plan's own steps."""
    if version is None:
        return ""
    taken = content().from_plan
    level = PlanLevel.raw.filter(version=version, level=taken.level).first()
    section = PlanSection.raw.filter(version=version, key=taken.section).first()
    parts = [_("模拟情形：%(when)s。") % {"when": level.when.rstrip("。")} if level and level.when else ""]  # fmt: skip
    parts += section.text.strip().splitlines() if section else []
    words = "\n".join(part.strip() for part in parts if part.strip())
    return words if len(words) <= LONGEST else words[:LONGEST].rpartition("\n")[0]


def posts_of(version: PlanVersion | None, unit: Unit) -> list[tuple[str, str]]:
    """(post, name) of the plan's people; an office's people do not stand in a school's staircase."""
    at_home = {unit.key, unit.parent_id} if unit.kind == "campus" else {unit.key}
    if version is None or version.unit_id not in at_home:
        return []
    rows = PlanRole.raw.filter(version=version).exclude(person_name="")
    return [(role.name, role.person_name) for role in rows]


def cards_of(version: PlanVersion | None) -> list[PlanCard]:
    return list(PlanCard.raw.filter(version=version)) if version else []
