"""The plan that an incident is handled by: which are offered, which was started, what its cards say first."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from anyuan.core.keys import ancestors
from anyuan.domains.emergency.incidents.models import Incident
from anyuan.domains.emergency.plans.content import kind_for_incident
from anyuan.domains.emergency.plans.models import PlanCard, PlanVersion, State

LONGEST = 120
GENERAL = "general"


@dataclasses.dataclass(frozen=True)
class Card:
    """What one role does, step by step."""

    role: str
    lines: list[str]


def plans_for(incident: Incident) -> list[Any]:
    """Plans that fit the kind, own ones first, then general ones; replaced versions too. One query.

    The page of an incident asks a lot already, so the cards come with their version.
    """
    kinds = list(dict.fromkeys([kind_for_incident(incident.kind), GENERAL]))
    cards = PlanCard.raw.filter(version=OuterRef("pk")).order_by("position")
    rows = PlanVersion.raw.filter(
        unit_id__in=ancestors(incident.unit_id), state__in=[State.PUBLISHED, State.REPLACED],
        plan__kind__in=kinds,
    ).select_related("plan")  # fmt: skip
    rows = rows.annotate(
        kept_cards=ArraySubquery(cards.values(kept=JSONObject(role="role", steps="steps")))
    )
    return sorted(
        rows,
        key=lambda one: (kinds.index(one.plan.kind), -len(one.unit_id), -one.number, one.title),
    )


def offered(versions: list[Any]) -> list[Any]:
    """Those in force."""
    return [one for one in versions if one.state == State.PUBLISHED]


def named(version: PlanVersion, incident: Incident) -> str:
    """As the step and the timeline write it: an office's plan with the office's name."""
    office = "" if version.unit_id == incident.unit_id else version.unit_name
    whole = f"{office}《{version.title}》第{version.number}版"
    return whole if len(whole) <= LONGEST else f"《{version.title[:100]}》第{version.number}版"


def started(incident: Incident, versions: list[Any]) -> Any:
    """The version whose name was written when the handling began; None for words of somebody's own."""
    if not incident.plan:
        return None
    return next((one for one in versions if named(one, incident) == incident.plan), None)


def cards_of(version: Any) -> list[Card]:
    """The cards of one of `plans_for`."""
    kept = version.kept_cards if version else []
    return [Card(one["role"], [s for s in one["steps"].splitlines() if s.strip()]) for one in kept]
