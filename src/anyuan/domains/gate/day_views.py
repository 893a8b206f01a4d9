"""Pages of the gate's days: the list for every level, one day, the day's check; settings and the school's code."""

from __future__ import annotations

import datetime
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Refused
from anyuan.domains.gate import documents, exports, queries
from anyuan.domains.gate.day_services import close_day, renew_code, set_gate
from anyuan.domains.gate.forms import CloseForm
from anyuan.domains.gate.models import GateDay
from anyuan.domains.gate.numbers import fever, overstay, retention_days
from anyuan.domains.gate.totals import day_of, totals_of
from anyuan.domains.gate.views import site
from anyuan.engines.notices.printing import PDF, XLSX, download
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def days(request: AuthedRequest) -> HttpResponse:
    """The days' figures, newest first; for who supervises there are no names."""
    wanted = request.GET.get("unit", "")
    rows = queries.days_of(request.actor, wanted)
    if request.GET.get("cleared") == "no":
        rows = rows.filter(inside__gt=0)
    order = ["-on", "-record_id"]
    page = keyset_page(rows, order=order, cursor=request.GET.get("after", ""), size=30)
    by = request.actor
    facts = {
        "page": page,
        "wanted": wanted,
        "many": by.is_supervisor or not by.may(Permission.GATE_READ),
        "may_export": by.may(Permission.EXPORT_RUN),
        "may_close": by.may(Permission.GATE_DESK),
    }
    return render(request, "gate/days.html", facts)


@require_GET
@signed_in
def days_export(request: AuthedRequest) -> HttpResponse:
    """The days' figures as a workbook."""
    content = exports.days(request.actor, request.GET.get("unit", ""), request=request)
    return download(content, "门卫日记录.xlsx", XLSX)


@require_GET
@signed_in
def day(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One day in numbers."""
    select = ("record", "unit", "closed_by")
    found: GateDay = get_visible(GateDay, request.actor, select=select, pk=pk)
    return render(request, "gate/day.html", {"day": found})


@require_http_methods(["GET", "POST"])
@signed_in
def close(request: AuthedRequest) -> HttpResponse:
    """The guard checks the day: everybody out, or a word why not."""
    unit = site(request, Permission.GATE_DESK)
    setting = queries.setting_of(unit)
    form = CloseForm(
        request.POST or None, epidemic=setting.epidemic, initial={"on": _day_asked(request)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            found = close_day(unit, by=request.actor, **form.facts())
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已核对。"))
            return redirect("gate:day", found.pk)
    on = form.cleaned_data.get("on") if form.is_bound and form.is_valid() else _day_asked(request)
    on = on or timezone.localdate()
    facts = {
        "form": form, "unit": unit, "on": on, "totals": totals_of(unit.key, on),
        "kept": day_of(unit.key, on),
    }  # fmt: skip
    return render(request, "gate/close.html", facts, status=422 if form.errors else 200)


def _day_asked(request: AuthedRequest) -> datetime.date:
    """The day in the address, else today."""
    try:
        return datetime.date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return timezone.localdate()


@require_http_methods(["GET", "POST"])
@signed_in
def settings(request: AuthedRequest) -> HttpResponse:
    """Switch epidemic checks and visitors' booking; renew the code."""
    unit = site(request, Permission.GATE_MANAGE)
    if request.method == "POST":
        if "renew" in request.POST:
            renew_code(unit, by=request.actor)
            messages.success(request, _("二维码已更换，请重新打印张贴；原来的不能再用。"))
        else:
            set_gate(
                unit, by=request.actor, epidemic="epidemic" in request.POST,
                booking="booking" in request.POST,
            )  # fmt: skip
            messages.success(request, _("已保存。"))
        return redirect("gate:settings")
    setting = queries.setting_of(unit)
    facts = {
        "unit": unit,
        "setting": setting,
        "address": documents.booking_address(setting) if setting.booking else "",
        "hours": f"{overstay().total_seconds() / 3600:g}",
        "fever": fever(),
        "days": retention_days(),
    }
    return render(request, "gate/settings.html", facts)


@require_GET
@signed_in
def sheet(request: AuthedRequest) -> HttpResponse:
    """The school's booking code to print and put up."""
    unit = site(request, Permission.GATE_MANAGE)
    setting = queries.setting_of(unit)
    if not setting.booking:
        raise Refused(_("还没有开启访客扫码预约，请先在门卫设置中开启。"))
    return download(documents.booking_sheet(setting, unit.name), "访客预约二维码.pdf", PDF)
