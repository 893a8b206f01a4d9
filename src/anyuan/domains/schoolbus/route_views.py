"""Pages of routes, the pupils on them, and the half-yearly inspections."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Refused
from anyuan.domains.schoolbus import fitness, queries
from anyuan.domains.schoolbus.forms import InspectionForm, RidersForm, RouteForm, stop_forms
from anyuan.domains.schoolbus.models import BusInspection, BusRoute
from anyuan.domains.schoolbus.services.inspections import record_inspection, withdraw_inspection
from anyuan.domains.schoolbus.services.riders import drop_riders, open_riders, put_riders
from anyuan.domains.schoolbus.services.routes import change_route, open_route, stop_route
from anyuan.domains.schoolbus.views import school_of
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import get_visible, keyset_page, uuid_or_missing
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def route_list(request: AuthedRequest) -> HttpResponse:
    stopped = request.GET.get("stopped") == "1"
    rows = queries.routes_of(request.actor).filter(active=not stopped)
    page = keyset_page(rows, order=["record_id"], cursor=request.GET.get("after", ""), size=30)
    context = {"page": page, "stopped": stopped, "may_write": request.actor.may(Permission.BUS_WRITE)}  # fmt: skip
    return render(request, "schoolbus/routes.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def route_new(request: AuthedRequest) -> HttpResponse:
    """A new route with its stops."""
    unit = school_of(request)
    if not request.actor.may(Permission.BUS_WRITE):
        raise Forbidden(_("您的岗位不能进行此项操作。如确需办理，请联系本单位安全干部。"))
    form = RouteForm(request.POST or None, by=request.actor, unit_key=unit.key)
    stops = stop_forms(request.POST or None, None)
    if request.method == "POST" and form.is_valid() & stops.is_valid():
        try:
            route = open_route(
                unit, by=request.actor, facts=form.facts(), stops=[one.halt() for one in stops if one.cleaned_data], record_id=form.once()
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("线路已登记，请接着登记乘车学生。"))
            return redirect("schoolbus:route", route.pk)
    return _route_form(request, form, stops, {"unit": unit, "title": _("登记线路")})


def _route_form(
    request: AuthedRequest, form: RouteForm, stops: Any, context: dict[str, Any]
) -> HttpResponse:
    wrong = bool(form.errors) or any(stops.errors or ())
    return render(
        request, "schoolbus/route_form.html", {"form": form, "stops": stops, "map": queries.map_data((), centre=queries.place_of(context["unit"].key)), **context},
        status=422 if wrong else 200,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def route_edit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    route: Any = get_visible(BusRoute, request.actor, pk=pk, select=("unit", "record"))
    if not request.actor.may(Permission.BUS_WRITE):
        raise Forbidden(_("您的岗位不能进行此项操作。如确需办理，请联系本单位安全干部。"))
    names = ("name", "direction", "approval_no", "approved_until", "length_km", "expressway")
    initial = {name: getattr(route, name) for name in names}
    initial |= {"weekdays": [str(day) for day in route.weekdays]}
    initial |= {name: getattr(route, f"{name}_id") for name in ("bus", "driver", "attendant")}
    form = RouteForm(request.POST or None, initial=initial, by=request.actor, unit_key=route.unit_id)  # fmt: skip
    stops = stop_forms(request.POST or None, route)
    if request.method == "POST" and form.is_valid() & stops.is_valid():
        halts = [one.halt() for one in stops if one.cleaned_data]
        try:
            change_route(route, by=request.actor, facts=form.facts(), stops=halts)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("schoolbus:route", route.pk)
    return _route_form(request, form, stops, {"unit": route.unit, "route": route, "title": _("修改线路")})  # fmt: skip


@require_GET
@signed_in
def route_page(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    return _route(request, pk)


def _route(
    request: AuthedRequest, pk: uuid.UUID, *, opened: list[Any] | None = None, form: RidersForm | None = None
) -> HttpResponse:  # fmt: skip
    """A route: its stops on the map, who usually drives it, how many ride; names only when asked for."""
    select = ("unit", "record", "bus", "driver", "attendant")
    route: Any = get_visible(BusRoute, request.actor, pk=pk, select=select)
    stops, today = list(route.stops.all()), timezone.localdate()
    faults = []
    if route.bus:
        faults += fitness.bus_faults(route.bus, today)
    if route.driver:
        seats = route.bus.seats if route.bus else 0
        faults += fitness.driver_faults(route.driver, today, fitness.limits(), seats)
    if route.attendant:
        faults += fitness.attendant_faults(route.attendant, today)
    context = {
        "route": route,
        "stops": stops,
        "map": queries.map_data(stops),
        "faults": faults,
        "riders": route.seats.count() if opened is None else len(opened),
        "opened": opened,
        "form": form or RidersForm(),
        "may_write": request.actor.may(Permission.BUS_WRITE),
        "days": "、".join(f"周{'一二三四五六日'[day - 1]}" for day in route.weekdays),
    }
    response = render(request, "schoolbus/route.html", context, status=422 if form else 200)
    if opened is not None:
        response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@signed_in
def route_stop(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    route: Any = get_visible(BusRoute, request.actor, pk=pk, select=("unit", "record"))
    stop_route(route, by=request.actor)
    messages.success(request, _("线路已停用，今后的趟次已取消。"))
    return redirect("schoolbus:routes")


@require_POST
@signed_in
def route_riders(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the pupils (logged), put some on, take some off."""
    route: Any = get_visible(BusRoute, request.actor, pk=pk, select=("unit", "record"))
    if "show" in request.POST:
        return _route(request, pk, opened=open_riders(route, by=request.actor))
    if "drop" in request.POST:
        ids = [uuid_or_missing(text) for text in request.POST.getlist("seats")]
        gone = drop_riders(route, by=request.actor, seats=ids)
        messages.success(request, _("已移出 %(n)s 人。") % {"n": gone})
        return redirect("schoolbus:route", route.pk)
    form = RidersForm(request.POST)
    if form.is_valid():
        try:
            new, known = put_riders(route, by=request.actor, pupils=form.pupils())
        except Refused as refusal:
            if refusal.status != 422:
                raise
            show_refusal(form, refusal)
        else:
            messages.success(request, _("新增 %(new)s 人，更新 %(known)s 人。") % {"new": new, "known": known})  # fmt: skip
            return redirect("schoolbus:route", route.pk)
    if not request.actor.may(Permission.BUS_WRITE):
        raise Forbidden(_("您的岗位不能进行此项操作。如确需办理，请联系本单位安全干部。"))
    return _route(request, pk, form=form)


@require_GET
@signed_in
def inspection_list(request: AuthedRequest) -> HttpResponse:
    rows = queries.inspections_of(request.actor)
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=30)
    context = {"page": page, "may_write": request.actor.may(Permission.LEDGER_WRITE) and not request.actor.is_supervisor}  # fmt: skip
    return render(request, "schoolbus/inspections.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def inspection_new(request: AuthedRequest) -> HttpResponse:
    """Buses that passed the half-yearly inspection."""
    unit = school_of(request)
    form = InspectionForm(
        request.POST or None, request.FILES or None, by=request.actor, unit_key=unit.key,
        initial={"until": queries.inspection_until(timezone.localdate())},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            files = [
                keep_file(one, unit_id=unit.key, by=request.actor).pk for one in facts["files"]
            ]
            done = record_inspection(
                unit, by=request.actor, on=facts["on"], until=facts["until"], station=facts["station"],
                buses=[bus.pk for bus in facts["buses"]], note=facts["note"], file_ids=files, record_id=form.once(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("检验已登记，校车台账的检验日期已更新。"))
            return redirect("schoolbus:inspection", done.pk)
    context = {"form": form, "unit": unit, "title": _("登记校车检验")}
    return render(request, "schoolbus/form.html", context, status=422 if form.errors else 200)


@require_GET
@signed_in
def inspection_page(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    found: Any = get_visible(BusInspection, request.actor, pk=pk, select=("unit", "record"))
    may = request.actor.may(Permission.LEDGER_WRITE) and found.record.counts
    return render(request, "schoolbus/inspection.html", {"inspection": found, "may_write": may})


@require_POST
@signed_in
def inspection_withdraw(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    found: Any = get_visible(BusInspection, request.actor, pk=pk, select=("unit", "record"))
    withdraw_inspection(found, by=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("已撤销。校车台账里的检验日期如有错误，请在台账里更正。"))
    return redirect("schoolbus:inspection", found.pk)
