"""The four-colour map: of a school on its plans, of a district or the city on the map with borders."""

from __future__ import annotations

import json
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.risk.points import queries
from anyuan.domains.risk.points.content import colour_of
from anyuan.domains.risk.points.forms import PlanForm
from anyuan.domains.risk.points.models import RiskPoint, SitePlan
from anyuan.domains.risk.points.services.identifying import add_plan, place_point
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission

GEO = Path(settings.SOURCE) / "web" / "static" / "anyuan" / "geo"
MOST_UNITS = 200  # lines of the heat list


@require_GET
@signed_in
def area_map(request: AuthedRequest) -> HttpResponse:
    """A school's people come to their own site; who supervises sees districts and schools."""
    by = request.actor
    if not by.is_supervisor and (sites := queries.sites_of(by)):
        return redirect("risk:site_map", sites[0].key)
    units = list(Unit.objects.within(by.units).filter(state="active").exclude(kind="city").select_related("parent").order_by("key"))  # fmt: skip
    found = queries.heat(by, units)
    districts = [one for one in found if one.unit.kind == "district"]
    schools = [one for one in found if one.unit.kind in {"school", "campus"} and one.sites]
    schools.sort(key=lambda one: (queries.order_of(one.colour), -(one.per_thousand or 0), one.unit.key))  # fmt: skip
    context = {
        "districts": districts,
        "schools": schools[:MOST_UNITS],
        "more": max(0, len(schools) - MOST_UNITS),
        "data": _map_data(districts, found),
        "colours": queries.legend(),
        "counts": queries.counts(by),
    }
    return render(request, "risk/map.html", context)


@lru_cache(maxsize=1)
def borders() -> Any:
    """Borders of the city's divisions."""
    return json.loads(next(GEO.glob("*.json")).read_text("utf-8"))


def _map_data(districts: list[queries.Heat], found: list[queries.Heat]) -> dict[str, Any]:
    """What the map's module reads; colour, a letter for it, and the counts in words."""
    return {
        "borders": borders(),
        "districts": {
            one.unit.code: {
                "name": one.unit.short_name, "colour": one.colour, "words": _words(one),
                "url": f"{reverse('risk:list')}?unit={one.unit.key}",
            }
            for one in districts
        },
        "sites": [
            [*one.where, one.unit.whole_name, one.colour, _letter(one.colour), _words(one),
             reverse("risk:site_map", args=[one.unit.key])]
            for one in found
            if one.where
        ],
    }  # fmt: skip


def _letter(colour: str) -> str:
    spec = colour_of(colour)
    return spec.letter if spec else "—"


def _words(one: queries.Heat) -> str:
    return _("红 %(red)d 橙 %(orange)d 黄 %(yellow)d 蓝 %(blue)d") % {
        "red": one.red, "orange": one.orange, "yellow": one.yellow, "blue": one.blue,
    }  # fmt: skip


@require_GET
@signed_in
def site_map(request: AuthedRequest, key: str) -> HttpResponse:
    """The plans of a school with its points, and the same as a table; prints on A4 or A3."""
    by = request.actor
    unit = queries.site_of(by, key)
    points = queries.points_of(by, unit.key)
    numbered = list(enumerate(points, start=1))
    plans = [
        (plan, [(n, p, *_spot(p, plan)) for n, p in numbered if p.plan_id == plan.pk])
        for plan in queries.plans_of(by, unit.key)
    ]
    context = {
        "unit": unit, "plans": plans, "points": numbered, "colours": queries.legend(),
        "sites": queries.sites_of(by) if not by.is_supervisor else [],
        "may_write": by.may(Permission.RISK_WRITE), "wide": request.GET.get("paper") == "A3",
    }  # fmt: skip
    return render(request, "risk/site_map.html", context)


def _spot(point: RiskPoint, plan: SitePlan) -> tuple[int, int, int]:
    """Where the mark is in the picture's pixels, and how large it is."""
    return round((point.x or 0) * plan.width / 1000), round((point.y or 0) * plan.height / 1000), round(max(plan.width, plan.height) / 45)  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def plan_new(request: AuthedRequest, key: str) -> HttpResponse:
    """Upload a plan of the school."""
    unit = queries.site_of(request.actor, key)
    if not request.actor.may(Permission.RISK_WRITE):
        raise Forbidden(_("您的岗位不能进行此项操作。平面图由学校上传。"))
    form = PlanForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            add_plan(unit, by=request.actor, name=data["name"], upload=data["file"])
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已上传，现在可以把风险点标到图上。"))
            return redirect("risk:site_map", unit.key)
    context = {"form": form, "unit": unit}
    return render(request, "risk/plan_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def point_place(request: AuthedRequest, pk: uuid.UUID, plan: uuid.UUID) -> HttpResponse:
    """Tap the place of a point on a plan."""
    point, chosen = queries.one(request.actor, pk), queries.one_plan(request.actor, plan)
    if chosen.unit_id != point.unit_id:
        raise Missing
    if not request.actor.may(Permission.RISK_WRITE):
        raise Forbidden(_("您的岗位不能进行此项操作。位置由学校标注。"))
    error = ""
    if request.method == "POST":
        try:
            x, y = _per_mille(request.POST.get("x")), _per_mille(request.POST.get("y"))
            place_point(point, by=request.actor, plan=chosen, x=x, y=y)
        except Refused as refusal:
            error = refusal.sentence
        else:
            messages.success(request, _("已标注位置。"))
            return redirect("risk:detail", point.pk)
    context = {"point": point, "plan": chosen, "error": error, "spot": _spot(point, chosen)}
    return render(request, "risk/place.html", context, status=422 if error else 200)


def _per_mille(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) <= 4 else None
