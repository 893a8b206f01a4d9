"""Plans as the tests want them."""

from __future__ import annotations

import dataclasses
from typing import Any

from anyuan.core import scope
from anyuan.domains.emergency.plans import texts
from anyuan.domains.emergency.plans.models import PlanVersion
from anyuan.domains.emergency.plans.services.writing import save_draft, send_to_review, start_plan
from anyuan.engines.reviews.models import Review
from anyuan.engines.reviews.services import sign
from anyuan.org.models import Unit


def fresh(version: Any) -> PlanVersion:
    with scope.everything():
        return PlanVersion.objects.select_related("plan__unit", "record__unit", "unit").get(pk=version.pk)  # fmt: skip


def drafted(cast: Any, *, by: Any = None, kind: str = "general", **more: Any) -> PlanVersion:
    """A complete draft of school A (or of the actor's own unit)."""
    by = by or cast.officer
    with scope.enter(by.units):
        unit = Unit.objects.get(key=by.unit_key)
        version = start_plan(unit, by=by, kind=kind)
        return saved(version, by=by, **more)


def saved(version: PlanVersion, *, by: Any, **more: Any) -> PlanVersion:
    """The draft with every post filled; `section`: other words of its first section."""
    with scope.enter(by.units):
        text = texts.read(version)
        roles = [
            dataclasses.replace(one, person_name=one.person_name or "张三") for one in text.roles
        ]
        sections = list(text.sections)
        if "section" in more:
            sections[0] = dataclasses.replace(sections[0], text=more.pop("section"))
        text = dataclasses.replace(text, roles=roles, sections=sections)
        return save_draft(version, by=by, text=text, **more)


def submitted(version: PlanVersion, *, by: Any) -> Review:
    with scope.enter(by.units):
        return send_to_review(version, by=by)


def signed(review: Review, *, by: Any) -> Review:
    with scope.enter(by.units):
        return sign(review, by=by)


def published(cast: Any, head: Any, **more: Any) -> PlanVersion:
    """School A's plan, through its head and its district."""
    version = drafted(cast, **more)
    review = signed(submitted(version, by=cast.officer), by=head)
    signed(review, by=cast.district)
    return fresh(version)
