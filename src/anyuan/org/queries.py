"""Reading units and people."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Unit


def units_of(by: Actor, *, text: str = "", kind: str = "", state: str = "active") -> QuerySet[Any]:
    """Units within the actor's own, in the order of the tree."""
    rows = Unit.objects.within(by.units).select_related("profile", "location")
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(code__startswith=text))
    return rows


def staff_of(unit: Unit) -> QuerySet[Post]:
    """Posts in force at a unit itself."""
    today = timezone.localdate()
    return (
        Post.raw.filter(unit=unit, since__lte=today)
        .filter(Q(until__isnull=True) | Q(until__gte=today))
        .select_related("person")
        .order_by("role", "person__name")
    )


def totals(unit: Unit) -> dict[str, int]:
    """Schools, sites and posts below a unit; one query."""
    units = subtree(unit.key)
    found: dict[str, int] = (
        Unit.objects.within(units)
        .filter(state="active")
        .aggregate(
            schools=Count("key", filter=Q(kind="school")),
            sites=Count("key", filter=Q(profile__is_site=True)),
        )
    )
    return found
