"""Pages of the day: the overview, trips, and the attendant's page of one trip."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.keys import subtree
from anyuan.core.refused import Missing, Refused
from anyuan.domains.schoolbus import queries
from anyuan.domains.schoolbus.forms import EndForm, TripFilter, TripForm
from anyuan.domains.schoolbus.models import BusRoute, BusTrip, Ride, TripState
from anyuan.domains.schoolbus.services.trips import (
    add_rider,
    cancel_trip,
    change_crew,
    end_trip,
    mark_rides,
    open_list,
    plan_day,
    plan_trip,
    start_trip,
)
from anyuan.org.actor import visible
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page, uuid_or_missing
from anyuan.org.permissions import Permission

SELECT = ("unit", "record", "route", "attendant", "bus", "driver", "sharing")


def school_of(request: AuthedRequest) -> Unit:
    """The school of something new: named in the request, or the actor's own."""
    key = request.POST.get("unit") or request.GET.get("unit") or request.actor.unit_key
    unit: Unit = get_visible(Unit, request.actor, key=key)
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请从学校的页面办理。"))
    return unit


@require_GET
@signed_in
def home(request: AuthedRequest) -> HttpResponse:
    """Today's trips, what is not emptied, what may not drive; the way to everything else."""
    by, today = request.actor, timezone.localdate()
    counts = queries.counts_of_day(by, today)
    limit = timezone.now() - queries.late_after()
    unfit = queries.unfit(by, today)
    context = {
        "today": today,
        "trips": queries.trips_of(by, today)[: queries.SHOWN],
        "more": max(0, counts["all"] - queries.SHOWN),
        "counts": counts,
        "late": [trip for trip in queries.not_emptied(by) if trip.started_at < limit],
        "unfit": unfit[: queries.SHOWN],
        "unfit_more": max(0, len(unfit) - queries.SHOWN),
        "may_write": by.may(Permission.BUS_WRITE),
        "supervises": by.is_supervisor,
    }
    return render(request, "schoolbus/home.html", context)


@require_GET
@signed_in
def trip_list(request: AuthedRequest) -> HttpResponse:
    """Trips, newest first, as filtered in the address."""
    form = TripFilter(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    rows = visible(BusTrip, request.actor).select_related("unit", "record", "route", "attendant")
    if wanted.get("unit"):
        try:
            rows = rows.within(subtree(wanted["unit"]))
        except ValueError as error:
            raise Missing from error
    if wanted.get("day"):
        rows = rows.filter(day=wanted["day"])
    if wanted.get("state"):
        rows = rows.filter(record__state=wanted["state"])
    page = keyset_page(
        rows, order=["-day", "-record_id"], cursor=request.GET.get("after", ""), size=30
    )
    return render(request, "schoolbus/trips.html", {"page": page, "form": form})


@require_POST
@signed_in
def day_plan(request: AuthedRequest) -> HttpResponse:
    """Make the trips of today, or of the day in the form."""
    unit = school_of(request)
    try:
        day = datetime.date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        day = timezone.localdate()
    made, wrong = plan_day(unit, by=request.actor, day=day)
    if made:
        messages.success(request, _("已安排 %(n)s 趟。") % {"n": len(made)})
    for sentence in wrong:
        messages.error(request, sentence)
    if not made and not wrong:
        messages.info(request, _("没有需要安排的趟次：当天开行的线路都已安排，或还没有登记线路。"))
    return redirect("schoolbus:home")


@require_http_methods(["GET", "POST"])
@signed_in
def trip_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A trip of a route by hand: another day, a second turn, another bus."""
    route: Any = get_visible(BusRoute, request.actor, pk=pk, select=("unit", "record"))
    initial = {"bus": route.bus_id, "driver": route.driver_id, "attendant": route.attendant_id}
    form = TripForm(
        request.POST or None, initial=initial, by=request.actor, unit_key=route.unit_id, day=timezone.localdate()
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            trip = plan_trip(
                route, by=request.actor, day=facts["day"], turn=facts["turn"], crew=form.crew(), record_id=form.once()
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已安排。"))
            return redirect("schoolbus:trip", trip.pk)
    context = {"form": form, "unit": route.unit, "title": _("安排趟次：%(name)s") % {"name": route.name}}  # fmt: skip
    return render(request, "schoolbus/form.html", context, status=422 if form.errors else 200)


def _trip(request: AuthedRequest, pk: uuid.UUID) -> Any:
    return get_visible(BusTrip, request.actor, pk=pk, select=SELECT)


@require_GET
@signed_in
def trip_page(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    return _page(request, _trip(request, pk))


def _page(
    request: AuthedRequest, trip: Any, *, end_form: EndForm | None = None, refusal: Refused | None = None,
    status: int | None = None,
) -> HttpResponse:  # fmt: skip
    """One trip; its attendant sees the names."""
    by = request.actor
    writes = by.may(Permission.BUS_WRITE)
    keeps = by.may(Permission.BUS_RIDE) and (writes or by.person_id == trip.keeper_id)
    state = trip.record.state
    shows = keeps and state in {TripState.PLANNED, TripState.RUNNING}
    rows = open_list(trip, by=by) if shows or (keeps and "names" in request.GET) else []
    violations = list(trip.violations.order_by("kind"))
    context = {
        "trip": trip,
        "violations": violations,
        "incidents": list(trip.incidents.filter(record__counts=True).order_by("record_id")),
        "map": queries.map_data(
            trip.route.stops.all() if violations else (), queries.marks_of(violations)
        ),
        "rows": rows,
        "phase": _phase(request) or ("off" if trip.left else "on"),
        "aboard": sum(row.state == Ride.ABOARD for row in rows),
        "waiting": sum(row.state == Ride.WAITING for row in rows),
        "keeps": keeps,
        "may_write": writes,
        "is_today": trip.day == timezone.localdate(),
        "end_form": end_form or EndForm(),
        "refusal": refusal,
    }
    response = render(request, "schoolbus/trip.html", context, status=status or (refusal.status if refusal else 200))  # fmt: skip
    if rows:
        response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@signed_in
def trip_start(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    trip = _trip(request, pk)
    start_trip(trip, by=request.actor)
    messages.success(request, _("已发车。学生上一个，点一个。"))
    return redirect("schoolbus:trip", trip.pk)


@require_POST
@signed_in
def trip_rides(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Pupils chosen by their boxes, or the one whose button was pressed (`row:ride`).

    With htmx only the list is changed, so that it stays where the thumb is; a refusal stands above it.
    """
    trip = _trip(request, pk)
    one, _colon, ride = request.POST.get("one", "").partition(":")
    chosen = [one] if one else request.POST.getlist("rows")
    try:
        if not chosen:
            raise Refused(_("请先勾选学生。"))
        ids = [uuid_or_missing(text) for text in chosen]
        mark_rides(trip, by=request.actor, boardings=ids, ride=ride or request.POST.get("ride", ""))
    except Refused as refusal:
        if not request.htmx or refusal.status in {403, 404}:  # type: ignore[attr-defined]
            raise
        return _page(request, _trip(request, pk), refusal=refusal, status=200)
    back = f"?phase={_phase(request)}" if _phase(request) else ""
    return redirect(f"{reverse('schoolbus:trip', args=[trip.pk])}{back}#b-{ids[-1]}")


def _phase(request: AuthedRequest) -> str:
    """Which roll is called: `on` or `off`; empty where nothing was said."""
    said = request.POST.get("phase") or request.GET.get("phase") or ""
    return said if said in {"on", "off"} else ""


@require_POST
@signed_in
def trip_extra(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    trip = _trip(request, pk)
    add_rider(trip, by=request.actor, name=request.POST.get("name", ""))
    messages.success(request, _("已登记上车，下车时也要点名。"))
    return redirect("schoolbus:trip", trip.pk)


@require_POST
@signed_in
def trip_end(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The bus is empty: the attendant says so, with a photo where wanted."""
    trip, form = _trip(request, pk), EndForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, trip, end_form=form)
    try:
        files = [keep_file(one, unit_id=trip.unit_id, by=request.actor).pk for one in form.cleaned_data["files"]]  # fmt: skip
        end_trip(
            trip, by=request.actor, walked=form.cleaned_data["walked"], note=form.cleaned_data["note"], file_ids=files
        )  # fmt: skip
    except Refused as refusal:
        if refusal.status != 422:
            raise
        show_refusal(form, refusal)
        return _page(request, trip, end_form=form, status=422)
    messages.success(request, _("已清车，这一趟结束。辛苦了！"))
    return redirect("schoolbus:trip", trip.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def trip_crew(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Another bus, driver or attendant for a trip that has not started."""
    trip = _trip(request, pk)
    initial = {"bus": trip.bus_id, "driver": trip.driver_id, "attendant": trip.attendant_id, "sharing": trip.sharing_id,
               "day": trip.day, "turn": trip.turn}  # fmt: skip
    form = TripForm(request.POST or None, initial=initial, by=request.actor, unit_key=trip.unit_id, day=trip.day)  # fmt: skip
    del form.fields["day"], form.fields["turn"]
    if request.method == "POST" and form.is_valid():
        try:
            change_crew(trip, by=request.actor, crew=form.crew())
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已更换。"))
            return redirect("schoolbus:trip", trip.pk)
    context = {"form": form, "unit": trip.unit, "title": _("更换车辆或人员")}
    return render(request, "schoolbus/form.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def trip_cancel(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    trip = _trip(request, pk)
    cancel_trip(trip, by=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("已取消这一趟。"))
    return redirect("schoolbus:home")
