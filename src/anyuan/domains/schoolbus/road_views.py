"""Pages of what happens on the road: positions and their findings, incidents, the file of a bus."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden, Refused
from anyuan.domains.schoolbus import queries
from anyuan.domains.schoolbus.documents import bus_pdf
from anyuan.domains.schoolbus.forms import IncidentForm, PositionsForm
from anyuan.domains.schoolbus.models import Bus, BusIncident, BusTrip
from anyuan.domains.schoolbus.positions import read_csv
from anyuan.domains.schoolbus.services.incidents import report_incident, withdraw_incident
from anyuan.domains.schoolbus.services.positions import keep_positions
from anyuan.domains.schoolbus.views import school_of
from anyuan.engines.notices.printing import PDF, download
from anyuan.org.audit import note
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission

NOT_YOURS = "您的岗位不能进行此项操作。如确需办理，请联系本单位安全干部。"


@require_http_methods(["GET", "POST"])
@signed_in
def positions(request: AuthedRequest) -> HttpResponse:
    """Findings of speed and route; a file of positions is read here."""
    by = request.actor
    may = by.may(Permission.BUS_WRITE)
    form = PositionsForm(request.POST or None, request.FILES or None) if may else None
    if request.method == "POST":
        if form is None:
            raise Forbidden(_(NOT_YOURS))
        if form.is_valid():
            try:
                readings = read_csv(form.cleaned_data["file"].read())
                kept, found = keep_positions(school_of(request), by=by, readings=readings)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                said = _("新增 %(kept)s 条位置（重复的不再保存），发现 %(found)s 项告警。")
                messages.success(request, said % {"kept": kept, "found": found})
                return redirect("schoolbus:positions")
    rows = queries.violations_of(by)
    page = keyset_page(rows, order=["-first_at", "-id"], cursor=request.GET.get("after", ""), size=30)  # fmt: skip
    context = {"page": page, "form": form, "supervises": by.is_supervisor}
    return render(request, "schoolbus/positions.html", context, status=422 if form and form.errors else 200)  # fmt: skip


@require_GET
@signed_in
def incident_list(request: AuthedRequest) -> HttpResponse:
    rows = queries.incidents_of(request.actor)
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=30)
    context = {"page": page, "supervises": request.actor.is_supervisor}
    return render(request, "schoolbus/incidents.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def incident_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """What went wrong on a trip, from the attendant's phone."""
    trip: Any = get_visible(BusTrip, request.actor, pk=pk, select=("unit", "record", "route"))
    form = IncidentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        facts = {k: v for k, v in form.cleaned_data.items() if k not in {"form_id", "files"}}
        try:
            files = [keep_file(one, unit_id=trip.unit_id, by=request.actor).pk for one in form.cleaned_data["files"]]  # fmt: skip
            incident = report_incident(trip, by=request.actor, file_ids=files, record_id=form.once(), **facts)  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已登记，学校负责人已收到消息。"))
            return redirect("schoolbus:incident", incident.pk)
    context = {"form": form, "unit": trip.unit, "title": _("登记校车事件"), "hint": trip.record.title}  # fmt: skip
    return render(request, "schoolbus/form.html", context, status=422 if form.errors else 200)


@require_GET
@signed_in
def incident_page(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    select = ("unit", "record", "trip__route", "trip__record")
    incident: Any = get_visible(BusIncident, request.actor, pk=pk, select=select)
    may = request.actor.may(Permission.BUS_WRITE) and incident.record.counts
    return render(request, "schoolbus/incident.html", {"incident": incident, "may_write": may})


@require_POST
@signed_in
def incident_withdraw(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    incident: Any = get_visible(BusIncident, request.actor, pk=pk, select=("unit", "record"))
    withdraw_incident(incident, by=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("已撤销。已经转出的隐患请在隐患页面办理。"))
    return redirect("schoolbus:incident", incident.pk)


@require_GET
@signed_in
def bus_file(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """一车一档: everything on record of one bus, for print."""
    bus: Any = get_visible(Bus, request.actor, pk=pk, select=("unit", "record"))
    note(Audit.Action.EXPORT, f"一车一档 {bus.plate}", by=request.actor, request=request)
    return download(bus_pdf(bus, by=request.actor), f"一车一档 {bus.plate}.pdf", PDF)
