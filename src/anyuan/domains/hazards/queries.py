"""Reading hazards: the list as filtered, counts, and one with all that its page shows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.domains.hazards.models import Category, Hazard, Level, Source
from anyuan.engines.cases import registry
from anyuan.engines.cases.models import Case
from anyuan.org.actor import Actor, visible
from anyuan.org.pages import get_visible

SOON_DAYS = 7


def filtered(by: Actor, wanted: Mapping[str, Any]) -> QuerySet[Any]:
    """Hazards the actor sees, by the filter of the list's address; unknown values match nothing."""
    rows = visible(Hazard, by).select_related("unit", "record__case").defer("reporter_contact")
    if wanted.get("unit"):
        try:
            rows = rows.within(subtree(wanted["unit"]))
        except ValueError:
            return rows.none()
    for name in ("level", "category", "source"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    if state := wanted.get("state"):
        if state in {"open", *registry.get("hazard").open_states}:
            # Said twice, so that the index of what is open serves it.
            rows = rows.filter(record__case__closed_at__isnull=True)
        if state != "open":
            rows = rows.filter(record__case__state=state)
    if wanted.get("listed"):
        rows = rows.exclude(record__case__level=Case.Level.SCHOOL).filter(
            record__case__closed_at__isnull=True
        )
    if wanted.get("due"):
        rows = rows.filter(_due(wanted["due"], timezone.localdate()))
    if text := (wanted.get("q") or "").strip():
        rows = rows.filter(
            Q(number__icontains=text) | Q(place__icontains=text) | Q(description__icontains=text)
        )
    return rows


def _due(which: str, today: datetime.date) -> Q:
    still = Q(record__case__closed_at__isnull=True)
    if which == "overdue":
        return still & Q(record__case__due_on__lt=today)
    return still & Q(
        record__case__due_on__range=(today, today + datetime.timedelta(days=SOON_DAYS))
    )


def one(by: Actor, pk: Any) -> Hazard:
    """One hazard with what its page needs; Missing for a stranger."""
    hazard: Hazard = get_visible(
        Hazard, by, pk=pk,
        select=("unit__parent__parent", "record__case__owner", "record__done_by", "rectified_by", "verified_by"),
    )  # fmt: skip
    return hazard


def open_counts(by: Actor) -> dict[str, int]:
    """Open hazards the actor sees: all, major, overdue, to verify. One query."""
    today = timezone.localdate()
    rows = visible(Case, by).filter(loop="hazard", closed_at__isnull=True)
    found: dict[str, int] = rows.aggregate(
        all=Count("unit_id"),
        overdue=Count("unit_id", filter=Q(due_on__lt=today)),
        listed=Count("unit_id", filter=~Q(level=Case.Level.SCHOOL)),
        waiting=Count("unit_id", filter=Q(state__in=["reported", "applied", "postponing"])),
    )
    return found


def filter_words(wanted: Mapping[str, Any]) -> str:
    """The filter in words, for the line on an export."""
    labels = {
        "level": dict(Level.choices),
        "category": dict(Category.choices),
        "source": dict(Source.choices),
        "due": {"overdue": "已逾期", "week": "七天内到期"},
        "listed": {"1": "挂牌督办"},
    }
    loop = registry.get("hazard")
    words = [str(labels[name][wanted[name]]) for name in labels if wanted.get(name) in labels[name]]
    if wanted.get("state"):
        words += [s.label for s in loop.states if s.key == wanted["state"]] or ["未销号"]
    if wanted.get("q"):
        words.append(f"含“{wanted['q']}”")
    if wanted.get("unit"):
        words.append(f"单位 {wanted['unit']}")
    return "、".join(words) or "全部"
