"""Reading checklists and inspections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, QuerySet

from anyuan.core.keys import subtree
from anyuan.core.refused import Missing
from anyuan.engines.checks.models import Answer, CheckItem, Checklist, Inspection, Version
from anyuan.engines.checks.spec import Spec
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


def checklist_rows() -> QuerySet[Checklist]:
    """All checklists, those in use first, with the number of items of their current version."""
    return (
        Checklist.objects.filter(current__isnull=False)
        .select_related("current")
        .annotate(items=Count("current__items"))
        .order_by("-active", "id")
    )


def spec_of_current(checklist: Checklist) -> Spec:
    """The current version as content."""
    items = CheckItem.objects.filter(version=checklist.current)
    return Spec(
        checklist.key, checklist.title, checklist.purpose, tuple(item.spec() for item in items),
        dict.fromkeys(checklist.where, True),
    )  # fmt: skip


def checklist_page(checklist: Checklist, number: str) -> dict[str, Any]:
    """A checklist's versions and the items of one of them (the current one where none is named)."""
    versions = list(
        Version.objects.filter(checklist=checklist)
        .select_related("published_by")
        .order_by("-number")
    )
    shown = next(
        (one for one in versions if str(one.number) == number),
        None if number else next(one for one in versions if one.pk == checklist.current_id),
    )
    if shown is None:
        raise Missing
    items = list(CheckItem.objects.filter(version=shown))
    return {"checklist": checklist, "versions": versions, "shown": shown, "items": items}


def compared(spec: Spec) -> dict[str, Any]:
    """What publishing a checklist would change: {"checklist", "added", "changed", "ended"} (items)."""
    current = Checklist.objects.select_related("current").filter(key=spec.key).first()
    before = spec_of_current(current).items if current and current.current_id else ()
    known = {item.key: item for item in before}
    kept = {item.key for item in spec.items}
    return {
        "checklist": current,
        "added": [item for item in spec.items if item.key not in known],
        "changed": [
            (known[item.key], item)
            for item in spec.items
            if item.key in known and known[item.key] != item
        ],
        "ended": [item for item in before if item.key not in kept],
    }
