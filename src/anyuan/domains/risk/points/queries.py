"""Reading risk points: the list as filtered, one with what its page shows, what is due, heat of units."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.core.refused import Missing
from anyuan.domains.risk.points.content import colour_choices, scoring
from anyuan.domains.risk.points.models import (
    RegradeProposal,
    RiskCheck,
    RiskControl,
    RiskGrading,
    RiskPoint,
    SitePlan,
)
from anyuan.domains.risk.points.scoring import COLOURS
from anyuan.engines.cases import registry
from anyuan.engines.checks.categories import Category
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Profile, Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

SOON_DAYS = 7
DUE_SHOWN = 6
FILTERS = ("colour", "category", "state", "due", "q", "unit")


def in_force(by: Actor) -> QuerySet[Any]:
    """Points that are not removed, of the actor's units."""
    rows: QuerySet[Any] = visible(RiskPoint, by).exclude(record__state="removed")
    return rows


def filtered(by: Actor, wanted: Mapping[str, Any]) -> QuerySet[Any]:
    """Points the actor sees, by the filter of the list's address; unknown values match nothing."""
    rows = visible(RiskPoint, by).select_related("unit", "record__case")
    if wanted.get("unit"):
        try:
            rows = rows.within(subtree(wanted["unit"]))
        except ValueError:
            return rows.none()
    state = wanted.get("state")
    rows = rows.filter(record__state=state) if state else rows.exclude(record__state="removed")
    if colour := wanted.get("colour"):
        rows = rows.filter(colour="" if colour == "none" else colour)
    if wanted.get("category"):
        rows = rows.filter(category=wanted["category"])
    if wanted.get("due"):
        rows = rows.filter(_due(wanted["due"], timezone.localdate()))
    if text := (wanted.get("q") or "").strip():
        rows = rows.filter(
            Q(number__icontains=text) | Q(name__icontains=text) | Q(zone__icontains=text) | Q(hazard__icontains=text)
        )  # fmt: skip
    return rows


def _due(which: str, today: datetime.date) -> Q:
    if which == "overdue":
        return Q(next_check_on__lt=today)
    if which == "week":
        return Q(next_check_on__range=(today, today + datetime.timedelta(days=SOON_DAYS)))
    return Q(Exists(RegradeProposal.objects.filter(point=OuterRef("pk"), state="open")))


def one(by: Actor, pk: Any) -> RiskPoint:
    """One point with what its page needs; Missing for a stranger."""
    point: RiskPoint = get_visible(
        RiskPoint, by, pk=pk, select=("unit", "record__case", "plan__file", "graded_by")
    )
    return point


def one_grading(by: Actor, pk: Any) -> RiskGrading:
    found: RiskGrading = get_visible(RiskGrading, by, pk=pk, select=("point__unit", "record"))
    return found


def one_check(by: Actor, pk: Any) -> RiskCheck:
    found: RiskCheck = get_visible(RiskCheck, by, pk=pk, select=("point__unit", "record"))
    return found


def one_plan(by: Actor, pk: Any) -> SitePlan:
    found: SitePlan = get_visible(SitePlan, by, pk=pk, select=("unit", "file"))
    return found


def one_control(by: Actor, pk: Any) -> RiskControl:
    found: RiskControl = get_visible(
        RiskControl, by, pk=pk, select=("point__unit", "point__record")
    )
    return found


def one_proposal(by: Actor, pk: Any) -> RegradeProposal:
    found: RegradeProposal = get_visible(RegradeProposal, by, pk=pk, select=("point__unit",))
    return found


def plans_of(by: Actor, unit_key: str) -> list[SitePlan]:
    return list(visible(SitePlan, by).filter(unit=unit_key).select_related("file").order_by("name"))


def points_of(by: Actor, unit_key: str) -> list[RiskPoint]:
    """A site's points that stand, the gravest first."""
    rows = in_force(by).filter(unit=unit_key).select_related("record", "unit")
    found: list[RiskPoint] = sorted(rows, key=lambda p: (order_of(p.colour), p.number))
    return found


def order_of(colour: str) -> int:
    return COLOURS.index(colour) if colour in COLOURS else len(COLOURS)


def counts(by: Actor) -> dict[str, int]:
    """Points by colour, not graded, overdue checks, open proposals. Two queries."""
    today = timezone.localdate()
    each = {colour: Count("pk", filter=Q(colour=colour)) for colour in COLOURS}
    found: dict[str, int] = in_force(by).aggregate(
        **each, none=Count("pk", filter=Q(colour="")), overdue=Count("pk", filter=Q(next_check_on__lt=today)),
        approving=Count("pk", filter=Q(record__state="approved")),
    )  # fmt: skip
    found["proposed"] = visible(RegradeProposal, by).filter(state="open").count()
    return found


def due_for(by: Actor) -> QuerySet[Any]:
    """Points whose controls are to be looked after today or were to be before; the oldest first."""
    rows: QuerySet[Any] = (
        in_force(by)
        .filter(next_check_on__lte=timezone.localdate())
        .select_related("unit", "record")
        .order_by("next_check_on", "pk")
    )
    return rows


def today_card(by: Actor) -> dict[str, Any] | None:
    """今日 keeps a place at a school; what stands there is fetched after the page (`today_facts`)."""
    return {} if by.may(Permission.RISK_CHECK) and not by.is_supervisor else None


def today_facts(by: Actor) -> dict[str, Any]:
    """Checks that are due; for who grades, points that wait for approval and proposals."""
    due = list(due_for(by)[: DUE_SHOWN + 1])
    waiting = []
    if by.may(Permission.RISK_WRITE):
        rows = in_force(by).filter(
            Q(record__state="graded") | _due("proposed", timezone.localdate())
        )
        waiting = list(rows.select_related("record").order_by("pk")[:DUE_SHOWN])
    return {"due": due[:DUE_SHOWN], "more": len(due) > DUE_SHOWN, "waiting": waiting}


@dataclasses.dataclass
class Heat:
    """The colours of one unit (with all below it)."""

    unit: Unit
    red: int = 0
    orange: int = 0
    yellow: int = 0
    blue: int = 0
    sites: int = 0
    graded: int = 0
    pupils: int = 0
    where: tuple[float, float] | None = None

    @property
    def colour(self) -> str:
        """The gravest colour there is; empty where nothing is graded."""
        return next((one for one in COLOURS if getattr(self, one)), "")

    @property
    def per_thousand(self) -> float | None:
        """Red and orange points for each 1,000 pupils."""
        return (self.red + self.orange) * 1000 / self.pupils if self.pupils else None


def heat(by: Actor, units: Iterable[Unit]) -> list[Heat]:
    """Each of the units with the colours below it; two queries for all."""
    found = [Heat(unit) for unit in units]
    ranges = [(one, subtree(one.unit.key)) for one in found]
    rows = in_force(by).exclude(colour="").order_by().values("unit_id", "colour").annotate(n=Count("pk"))  # fmt: skip
    colours: dict[str, dict[str, int]] = {}
    for row in rows:
        colours.setdefault(row["unit_id"], {})[row["colour"]] = row["n"]
    sites = visible(Profile, by).filter(is_site=True, unit__state="active")
    for key, pupils, lon, lat in sites.values_list("unit_id", "pupils", "lon", "lat"):
        for one, units_of_it in ranges:
            if not units_of_it.holds(key):
                continue
            one.sites += 1
            one.pupils += pupils
            one.graded += key in colours
            if key == one.unit.key and lon is not None and lat is not None:
                one.where = (float(lat), float(lon))
            for colour, number in colours.get(key, {}).items():
                setattr(one, colour, getattr(one, colour) + number)
    return found


def site_of(by: Actor, key: str) -> Unit:
    """A school or campus whose map is shown; Missing where it is none of the actor's."""
    unit: Unit = get_visible(Unit, by, key=key)
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Missing
    return unit


def sites_of(by: Actor) -> list[Unit]:
    """Schools and campuses of a school's own people."""
    rows = Unit.objects.within(by.units).filter(kind__in=["school", "campus"], state="active")
    return list(rows.order_by("key"))


def record_lines(point: RiskPoint, by: Actor) -> dict[str, Any]:
    """What hangs on a point: controls in use, open proposals."""
    return {
        "controls": list(point.controls.filter(active=True).order_by("kind", "id")),
        "proposals": list(visible(RegradeProposal, by).filter(point=point, state="open").order_by("at")),
    }  # fmt: skip


def past_of(point: RiskPoint, by: Actor) -> dict[str, Any]:
    """The last gradings and checks of a point."""
    return {
        "gradings": list(visible(RiskGrading, by).filter(point=point).order_by("-record_id")[:10]),
        "checks": list(visible(RiskCheck, by).filter(point=point).order_by("-record_id")[:10]),
    }


def filter_words(wanted: Mapping[str, Any]) -> str:
    """The filter in words, for the line on an export."""
    labels = {
        "colour": {**dict(colour_choices()), "none": "未评估"},
        "category": dict(Category.choices),
        "state": {one.key: one.label for one in registry.get("risk_point").states},
        "due": {"overdue": "检查逾期", "week": "七天内要检查", "proposed": "建议重评"},
    }
    words = [str(labels[name][wanted[name]]) for name in labels if wanted.get(name) in labels[name]]
    words += [f"含“{wanted['q']}”"] if wanted.get("q") else []
    words += [f"单位 {wanted['unit']}"] if wanted.get("unit") else []
    return "、".join(words) or "全部"


def legend() -> list[Any]:
    return list(scoring().colours.values())
