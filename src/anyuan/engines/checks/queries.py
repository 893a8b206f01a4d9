"""Reading checklists and inspections."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.core.refused import Missing
from anyuan.engines.checks.models import (
    Answer,
    CheckAssignment,
    CheckItem,
    Checklist,
    Inspection,
    Version,
)
from anyuan.engines.checks.spec import Spec
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Post, Profile, Unit
from anyuan.org.permissions import Role


def checklists_for(unit: Unit | None) -> list[Checklist]:
    """Checklists that apply to a school by its facts; all of them where no school is given."""
    rows = list(Checklist.objects.filter(active=True, current__isnull=False))
    if unit is None:
        return rows
    profile = Profile.objects.filter(unit=unit).first()
    return [row for row in rows if all(getattr(profile, name, False) for name in row.where)]


def lacking_facts(checklist: Checklist, units: Sequence[Unit]) -> list[Unit]:
    """The schools among `units` that the checklist is not for; one query."""
    if not checklist.where:
        return []
    fits = Profile.objects.filter(
        unit__in=[unit.key for unit in units], **dict.fromkeys(checklist.where, True)
    )
    suited = set(fits.values_list("unit_id", flat=True))
    return [unit for unit in units if unit.key not in suited]


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


def rounds(by: Actor) -> QuerySet[Any]:
    """Batches of assigned checks that the actor sees, with how far each is; one row a batch."""
    today = timezone.localdate()
    waiting = Q(done_at__isnull=True, withdrawn_at__isnull=True)
    found: QuerySet[Any] = (
        visible(CheckAssignment, by)
        .values("batch", "checklist__title", "unit__short_name", "mode")
        .annotate(
            many=Count("pk"),
            done=Count("pk", filter=Q(done_at__isnull=False)),
            open=Count("pk", filter=waiting & Q(due_on__gte=today)),
            overdue=Count("pk", filter=waiting & Q(due_on__lt=today)),
            withdrawn=Count("pk", filter=Q(withdrawn_at__isnull=False)),
            due=Max("due_on"),
            at=Min("assigned_at"),
        )
        .values_list(
            "batch", "checklist__title", "unit__short_name", "mode", "many", "done", "open",
            "overdue", "withdrawn", "due", "at", named=True,
        )
    )  # fmt: skip
    return found


def round_rows(by: Actor, batch: uuid.UUID) -> list[CheckAssignment]:
    """All assignments of a batch, what is overdue first; Missing for a stranger."""
    rows = list(
        visible(CheckAssignment, by)
        .filter(batch=batch)
        .select_related("unit", "checklist", "target", "post__unit", "assignee", "inspection")
        .order_by("target_id", "id")
    )
    if not rows:
        raise Missing
    order = ["overdue", "open", "done", "withdrawn"]
    return sorted(rows, key=lambda row: order.index(row.state))


def sites_of(by: Actor, area: str = "") -> list[Unit]:
    """Physical sites within the actor's units, or within one of them."""
    rows = Unit.objects.within(by.units).filter(state="active", profile__is_site=True)
    if area:
        try:
            rows = rows.within(subtree(area))
        except ValueError as error:
            raise Missing from error
    return list(rows.order_by("key"))


def checkers(units: Iterable[str], today: datetime.date) -> list[Post]:
    """Safety officers and heads in force at schools, the officer of each school first."""
    rows = (
        Post.objects.filter(unit__in=list(units), since__lte=today, person__is_active=True)
        .filter(role__in=[Role.SAFETY_OFFICER, Role.PRINCIPAL])
        .filter(Q(until__isnull=True) | Q(until__gte=today))
    )
    found = rows.select_related("person", "unit").order_by("unit_id", "id")
    return sorted(found, key=lambda post: (post.unit_id, post.role != Role.SAFETY_OFFICER))


def colleagues(unit: Unit, today: datetime.date) -> list[Post]:
    """People of the assigning office who inspect."""
    return list(
        Post.objects.filter(unit=unit, since__lte=today, person__is_active=True)
        .filter(role__in=[Role.BUREAU_SUPERVISOR, Role.DISTRICT_SUPERVISOR])
        .filter(Q(until__isnull=True) | Q(until__gte=today))
        .select_related("person", "unit")
        .order_by("person__name", "id")
    )
