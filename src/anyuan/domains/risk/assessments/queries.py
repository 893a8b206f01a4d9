"""Reading assessments: an assessor sees only the parts to which they were let in, and only while that lasts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from anyuan.core.refused import Missing
from anyuan.domains.risk.assessments.models import (
    AssessedSite,
    Assessment,
    AssessorAccess,
    Finding,
)
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission, Role

MOST_SITES = 300


def wholes(by: Actor) -> QuerySet[Any]:
    """Assessments that the actor's units hired."""
    rows: QuerySet[Any] = visible(Assessment, by).select_related("unit", "record__case")
    return rows


def sites(by: Actor) -> QuerySet[Any]:
    """Schools' parts: all of one's units; of an assessor those they were let in to."""
    rows = visible(AssessedSite, by).select_related("unit", "record")
    if by.role == Role.ASSESSOR:
        today = timezone.localdate()
        rows = rows.filter(
            accesses__person=by.person_id, accesses__since__lte=today, accesses__until__gte=today,
            accesses__ended_at__isnull=True,
        ).exclude(record__state__in=["archived", "cancelled"]).distinct()  # fmt: skip
    return rows


def one(by: Actor, pk: Any) -> Assessment:
    """One assessment for who hires; Missing for all others."""
    row: Assessment = get_visible(Assessment, by, pk=pk, select=("unit", "record__case"))
    return row


def one_site(by: Actor, pk: Any) -> AssessedSite:
    """A school's part; Missing for an assessor of another assessment."""
    site: AssessedSite = get_visible(AssessedSite, by, pk=pk, select=("unit", "record"))
    if by.role == Role.ASSESSOR and not sites(by).filter(pk=site.pk).exists():
        raise Missing
    return site


def parts_of(by: Actor, row: Assessment) -> list[Any]:
    """The schools of an assessment with how many of their findings are closed; one query."""
    closed = Count("findings", filter=Q(findings__hazard__state__in=["closed", "void"]))
    rows = sites(by).filter(whole=row.pk).annotate(found=Count("findings"), closed=closed)
    return list(rows.order_by("unit_id"))


def people_of(by: Actor, row: Assessment) -> list[dict[str, Any]]:
    """The firm's people: name, until when, whether still in; once for a person."""
    rows = visible(AssessorAccess, by).filter(site__whole=row.pk).select_related("person")
    found: dict[int, dict[str, Any]] = {}
    for access in rows.order_by("person_id", "ended_at"):
        line = found.setdefault(
            access.person_id,
            {"person": access.person, "until": access.until, "open": False, "schools": 0},
        )
        line["schools"] += access.ended_at is None
        line["open"] = line["open"] or access.ended_at is None
    return list(found.values())


def findings_of(by: Actor, site: AssessedSite) -> list[Finding]:
    return list(visible(Finding, by).filter(site=site).select_related("hazard").order_by("at"))


def schools_of(by: Actor) -> list[Unit]:
    """Sites that the actor may have assessed."""
    rows = Unit.objects.within(by.units).filter(
        kind__in=["school", "campus"], state="active", profile__is_site=True
    )
    return list(rows.order_by("key"))


def today_card(by: Actor) -> dict[str, Any] | None:
    """今日 keeps a place for who assesses or answers; what stands there is fetched after the page."""
    asked = by.role == Role.ASSESSOR or by.may(Permission.RISK_WRITE)
    return {} if asked and not by.is_supervisor else None


def today_facts(by: Actor) -> dict[str, Any]:
    """An assessor's schools, or what a school has to answer."""
    rows = sites(by).order_by("-record_id")
    if by.role == Role.ASSESSOR:
        return {"sites": list(rows[:6]), "mine": True}
    waiting = rows.filter(record__state__in=["report", "rectification"], answer="")
    return {"sites": list(waiting[:6]), "mine": False}
