"""Reading checklists and inspections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from anyuan.core.keys import subtree
from anyuan.engines.checks.models import Answer, Checklist, Inspection
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Profile, Unit


def checklists_for(unit: Unit | None) -> list[Checklist]:
    """Checklists that apply to a school by its facts; all of them where no school is given."""
    rows = list(Checklist.objects.filter(active=True, current__isnull=False))
    if unit is None:
        return rows
    profile = Profile.objects.filter(unit=unit).first()
    return [row for row in rows if all(getattr(profile, name, False) for name in row.where)]


def filtered(by: Actor, wanted: Mapping[str, Any]) -> QuerySet[Any]:
    """Inspections the actor sees, by the list's filter."""
    rows = visible(Inspection, by).select_related("unit", "record__done_by", "version__checklist")
    if wanted.get("unit"):
        try:
            rows = rows.within(subtree(wanted["unit"]))
        except ValueError:
            return rows.none()
    if wanted.get("checklist"):
        rows = rows.filter(version__checklist__key=wanted["checklist"])
    if wanted.get("mode"):
        rows = rows.filter(mode=wanted["mode"])
    if wanted.get("ok") in {"0", "1"}:
        rows = rows.filter(ok=wanted["ok"] == "1")
    return rows


def answers_of(inspection: Inspection) -> list[Answer]:
    """All answers in the checklist's order, with their items."""
    return list(
        Answer.objects.filter(inspection=inspection)
        .select_related("item")
        .order_by("item__position")
    )
