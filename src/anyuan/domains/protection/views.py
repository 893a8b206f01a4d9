"""Pages of protection: the first page, the month's round, faults and their repair."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Refused
from anyuan.domains.protection import queries
from anyuan.domains.protection.forms import FaultForm, RoundForm
from anyuan.domains.protection.models import Device, Fault, Round
from anyuan.domains.protection.numbers import days_to_keep, patrols_a_day, repair_hours
from anyuan.domains.protection.services import record_round, report_fault, step_fault
from anyuan.domains.protection.watch import today_of
from anyuan.engines.cases import registry
from anyuan.engines.cases.queries import choices, is_overdue, stages, steps_of
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page, uuid_or_missing
from anyuan.org.permissions import Permission


def site_of(request: AuthedRequest) -> Unit:
    """The site that is written about: named in the request, or the actor's own."""
    key = request.POST.get("unit") or request.GET.get("unit") or request.actor.unit_key
    unit: Unit = get_visible(Unit, request.actor, key=key)
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请从学校或校区的岗位办理。"))
    return unit


def kept(request: AuthedRequest, unit_key: str, form: forms.Form) -> list[uuid.UUID]:
    return [
        keep_file(one, unit_id=unit_key, by=request.actor).pk
        for one in form.cleaned_data.get("files") or []
    ]


@require_GET
@signed_in
def home(request: AuthedRequest) -> HttpResponse:
    """Where the sites stand, open faults, the last rounds."""
    by = request.actor
    context: dict[str, Any] = {
        "faults": queries.faults(by).order_by("record__case__due_on", "-record_id")[: queries.LATEST],
        "rounds": queries.rounds(by)[: queries.LATEST],
        "may_report": by.may(Permission.SECURITY_REPORT) and not by.is_supervisor,
        "hours": repair_hours(),
    }  # fmt: skip
    if not by.is_supervisor:
        sites = list(queries.sites(by))
        context["standard"], context["standings"] = queries.standings(sites)
        context["watches"] = today_of([one.unit for one in sites])
        context["daily"] = patrols_a_day()
    return render(request, "protection/home.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def round_new(request: AuthedRequest) -> HttpResponse:
    unit = site_of(request)
    form = RoundForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = record_round(
                unit, by=request.actor, on=form.cleaned_data["on"],
                file_ids=kept(request, unit.key, form), record_id=form.once(), **form.facts(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("安防月检已记录。"))
            return redirect("protection:round", done.pk)
    hint = _("录像应不少于 %(days)s 天；故障须在 %(hours)s 小时内修复。") % {"days": days_to_keep(), "hours": repair_hours()}  # fmt: skip
    context = {"form": form, "unit": unit, "title": _("安防月检"), "hint": hint}
    return render(request, "protection/form.html", context, status=422 if form.errors else 200)


@require_GET
@signed_in
def round_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    done: Any = get_visible(Round, request.actor, pk=pk, select=("unit", "record__created_by"))
    opened = queries.faults(request.actor, still_open=False).filter(source_ref__startswith=f"{pk}:")
    return render(request, "protection/round.html", {"round": done, "faults": opened})


@require_GET
@signed_in
def fault_list(request: AuthedRequest) -> HttpResponse:
    still_open = request.GET.get("all") != "1"
    rows = queries.faults(request.actor, still_open=still_open, unit=request.GET.get("unit", ""))
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=20)
    by = request.actor
    may_report = by.may(Permission.SECURITY_REPORT) and not by.is_supervisor
    context = {"page": page, "still_open": still_open, "may_report": may_report}
    return render(request, "protection/faults.html", context | {"hours": repair_hours()})


@require_http_methods(["GET", "POST"])
@signed_in
def fault_new(request: AuthedRequest) -> HttpResponse:
    unit = site_of(request)
    devices = list(queries.devices_of(unit))
    asked = request.GET.get("device", "")
    form = FaultForm(
        request.POST or None, request.FILES or None, devices=devices, initial={"device": asked}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            fault = report_fault(
                unit, by=request.actor, device=_device(request, data["device"]), what=data["what"],
                wrong=data["wrong"], found_at=data["found_at"],
                file_ids=kept(request, unit.key, form), record_id=form.once(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已报修。"))
            return redirect("protection:fault", fault.pk)
    hint = _("须在 %(hours)s 小时内修复。") % {"hours": repair_hours()}
    context = {"form": form, "unit": unit, "title": _("报修安防设备"), "hint": hint}
    return render(request, "protection/form.html", context, status=422 if form.errors else 200)


def _device(request: AuthedRequest, key: str) -> Device | None:
    if not key:
        return None
    found: Device = get_visible(
        Device, request.actor, pk=uuid_or_missing(key), select=("unit", "record")
    )
    return found


@require_GET
@signed_in
def fault_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    return _fault(request, queries.one_fault(request.actor, pk))


@require_POST
@signed_in
def fault_act(request: AuthedRequest, pk: uuid.UUID, transition: str) -> HttpResponse:
    """One step of the loop; errors come back at their fields."""
    fault = queries.one_fault(request.actor, pk)
    step = registry.get("device_fault").transition(transition)
    if step is None:
        raise Refused(_("没有这个操作，请刷新页面。"))
    form: Any = step.form(request.POST, request.FILES) if step.form else None
    if form is None or form.is_valid():
        data = dict(form.cleaned_data) if form else {}
        data.pop("files", None)
        seen = request.POST.get("seen", "")
        try:
            step_fault(
                fault, by=request.actor, transition=transition, data=data,
                file_ids=kept(request, fault.unit_id, form) if form else (),
                seen=int(seen) if seen.isdigit() else None,
            )  # fmt: skip
        except Refused as refusal:
            if form is None or isinstance(refusal, Forbidden):
                raise
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已办理：%(label)s。") % {"label": step.label})
            return redirect("protection:fault", fault.pk)
    return _fault(request, fault, bound=(transition, form), status=422)


def _fault(
    request: AuthedRequest, fault: Fault, *, bound: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    case: Any = fault.record.case  # type: ignore[attr-defined]  # reverse of a one-to-one
    open_to = choices(case, fault, request.actor)
    if bound:
        open_to.sort(key=lambda choice: choice.transition.key != bound[0])
    actions = []
    for choice in open_to:
        step = choice.transition
        blank = step.form() if step.form else None
        form = bound[1] if bound and bound[0] == step.key else blank
        actions.append((choice, form, reverse("protection:fault_act", args=[fault.pk, step.key])))
    context = {
        "fault": fault, "case": case, "state": case.state_spec, "stages": stages(case),
        "steps": steps_of(case), "overdue": is_overdue(case), "actions": actions, "hours": repair_hours(),
    }  # fmt: skip
    return render(request, "protection/fault.html", context, status=status)
