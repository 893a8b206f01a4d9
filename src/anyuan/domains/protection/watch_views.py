"""Pages of the guards' watch: walking a patrol, its record, the week's rota."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.protection import documents, watch
from anyuan.domains.protection.models import Patrol
from anyuan.domains.protection.numbers import is_night, patrols_a_day
from anyuan.domains.protection.services import record_patrol, set_rota
from anyuan.domains.protection.views import kept, site_of
from anyuan.domains.protection.watch_forms import PatrolForm, RotaForm
from anyuan.engines.notices.official import PDF
from anyuan.engines.notices.printing import download
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission

DAYS = "一二三四五六日"


@require_GET
@signed_in
def patrol_list(request: AuthedRequest) -> HttpResponse:
    rows = watch.patrols(request.actor, request.GET.get("unit", ""))
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=20)
    by = request.actor
    may_walk = by.may(Permission.SECURITY_REPORT) and not by.is_supervisor
    context = {"page": page, "may_walk": may_walk, "daily": patrols_a_day()}
    return render(request, "protection/patrols.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def patrol_new(request: AuthedRequest) -> HttpResponse:
    """The list of points on the phone; `?at=` is the point whose label was just read."""
    unit = site_of(request)
    if not request.actor.may(Permission.SECURITY_REPORT):
        raise Forbidden(_("您的岗位不能记录巡逻。"))
    night = is_night(timezone.now())
    points = [one for one in watch.points_of(unit) if one.at_night or not night]
    if request.method == "POST":
        points = watch.points_of(unit)  # the walk may have begun before the hour
    form = PatrolForm(request.POST or None, request.FILES or None, points=points)
    if request.method == "POST" and form.is_valid():
        try:
            done = record_patrol(
                unit, by=request.actor, passed=form.passed(), note=form.cleaned_data["note"],
                file_ids=kept(request, unit.key, form), record_id=form.once(),
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("巡逻已记录。"))
            return redirect("protection:patrol", done.pk)
    context = {
        "form": form, "unit": unit, "night": night, "at": request.GET.get("at", ""),
        "may_list": request.actor.may(Permission.LEDGER_WRITE),
    }  # fmt: skip
    return render(request, "protection/walk.html", context, status=422 if form.errors else 200)


@require_GET
@signed_in
def patrol_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    done: Any = get_visible(Patrol, request.actor, pk=pk, select=("unit", "record__created_by"))
    marks = list(done.marks.order_by("at"))
    passed = {mark.point_id for mark in marks}
    missed = [
        one for one in watch.points_of(done.unit)
        if one.pk not in passed and (one.at_night or not done.at_night)
    ]  # fmt: skip
    context = {"patrol": done, "marks": marks, "missed": missed if not done.whole else []}
    return render(request, "protection/patrol.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def rota(request: AuthedRequest) -> HttpResponse:
    """The week's rota: read by all of the school, changed by who manages its security."""
    unit, monday = site_of(request), _monday(request)
    week = watch.week_of(unit, monday)
    may_write = request.actor.may(Permission.SECURITY_MANAGE) and not request.actor.is_supervisor
    last = (
        watch.week_of(unit, monday - datetime.timedelta(days=7)) if "copy" in request.GET else None
    )
    form = RotaForm(request.POST or None, week=week, fill=last)
    if request.method == "POST" and form.is_valid():
        try:
            set_rota(
                unit, by=request.actor, monday=monday, shifts=form.shifts(), leaders=form.leaders(),
                seen=form.cleaned_data["seen"],
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("排班已保存。"))
            return redirect(f"{reverse('protection:rota')}?unit={unit.key}&from={monday}")
    context = {
        "form": form, "unit": unit, "week": week, "may_write": may_write, "copied": last is not None,
        "heads": [(DAYS[day.weekday()], day) for day in week.days], "today": timezone.localdate(),
        "before": monday - datetime.timedelta(days=7), "after": monday + datetime.timedelta(days=7),
    }  # fmt: skip
    return render(request, "protection/rota.html", context, status=422 if form.errors else 200)


@require_GET
@signed_in
def rota_sheet(request: AuthedRequest) -> HttpResponse:
    """The week on one page, to hang in the guard room."""
    unit, monday = site_of(request), _monday(request)
    body = documents.rota(unit, watch.week_of(unit, monday))
    return download(body, f"{unit.name}值班表{monday:%Y%m%d}.pdf", PDF)


def _monday(request: AuthedRequest) -> datetime.date:
    """The Monday of the week that the address names; of this week where it names none."""
    text = request.POST.get("from") or request.GET.get("from") or ""
    try:
        day = parse_date(text) if text else timezone.localdate()
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2100:
        raise Missing
    return watch.monday_of(day)
