"""The plan that an incident is handled by: which are offered, which was started, what its cards say first."""

from __future__ import annotations

from anyuan.core.keys import ancestors
from anyuan.domains.emergency.incidents.models import Incident
from anyuan.domains.emergency.plans.content import kind_for_incident
from anyuan.domains.emergency.plans.models import PlanCard, PlanVersion, State
from anyuan.domains.emergency.plans.queries import plans_in_force

LONGEST = 120
GENERAL = "general"


def offered(incident: Incident) -> list[PlanVersion]:
    """Plans in force for the unit that fit the kind, own ones first; then the general ones."""
    versions = plans_in_force(incident.unit_id)
    kinds = dict.fromkeys([kind_for_incident(incident.kind), GENERAL])
    return [one for kind in kinds for one in versions if one.plan.kind == kind]


def named(version: PlanVersion, incident: Incident) -> str:
    """As the step and the timeline write it: an office's plan with the office's name."""
    office = "" if version.unit_id == incident.unit_id else version.unit_name
    whole = f"{office}《{version.title}》第{version.number}版"
    return whole if len(whole) <= LONGEST else f"《{version.title[:100]}》第{version.number}版"


def started(incident: Incident) -> PlanVersion | None:
    """The version whose name was written when the handling began; None for words of somebody's own."""
    if not incident.plan:
        return None
    rows = PlanVersion.raw.filter(
        unit_id__in=ancestors(incident.unit_id), state__in=[State.PUBLISHED, State.REPLACED]
    ).order_by("-unit_id", "record_id")
    return next((one for one in rows if named(one, incident) == incident.plan), None)


def cards_of(version: PlanVersion | None) -> list[PlanCard]:
    return list(PlanCard.raw.filter(version=version)) if version else []
