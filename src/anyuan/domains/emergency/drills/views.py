"""Pages of drills: list, plan, record, hold, evaluate."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.keys import subtree
from anyuan.core.refused import Missing, Refused
from anyuan.domains.emergency.drills.after_views import shown
from anyuan.domains.emergency.drills.basis import plan_of
from anyuan.domains.emergency.drills.cards import near
from anyuan.domains.emergency.drills.content import content
from anyuan.domains.emergency.drills.documents import notice_text
from anyuan.domains.emergency.drills.facts import goal_seconds, report_late
from anyuan.domains.emergency.drills.forms import FilterForm, HeldPart, PlanForm, RecordForm
from anyuan.domains.emergency.drills.models import Drill, State
from anyuan.domains.emergency.drills.services.holding import (
    cancel_drill,
    hold_drill,
    plan_drill,
    record_drill,
    withdraw_drill,
)
from anyuan.domains.emergency.plans.queries import plans_in_force
from anyuan.org.actor import visible
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def drill_list(request: AuthedRequest) -> HttpResponse:
    """Drills, newest first, as filtered in the address."""
    form = FilterForm(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    rows = visible(Drill, request.actor).select_related("unit", "record__done_by")
    if wanted.get("unit"):
        try:
            rows = rows.within(subtree(wanted["unit"]))
        except ValueError as error:
            raise Missing from error
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    if wanted.get("state"):
        rows = rows.filter(record__state=wanted["state"])
    if wanted.get("on"):
        rows = rows.filter(record__happened_on=wanted["on"])
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=20)
    may_write = request.actor.may(Permission.DRILL_WRITE)
    return render(
        request, "emergency/list.html", {"page": page, "form": form, "may_write": may_write}
    )


@require_GET
@signed_in
def near_drills(request: AuthedRequest) -> HttpResponse:
    """The card of the next drills, for 今日."""
    facts = {"drills": near(request.actor), "today": timezone.localdate()}
    return render(request, "emergency/parts/near.html", facts)


def _unit(request: AuthedRequest) -> Unit:
    """The site of a new drill: named in the request, or the actor's own."""
    key = request.POST.get("unit") or request.GET.get("unit") or request.actor.unit_key
    unit: Unit = get_visible(Unit, request.actor, key=key)
    if request.actor.is_supervisor and unit.key != request.actor.unit_key:
        raise Refused(_("学校的演练由学校自己记录；这里只记录本单位组织的演练。"))
    return unit


@require_http_methods(["GET", "POST"])
@signed_in
def drill_new(request: AuthedRequest) -> HttpResponse:
    """Record a drill that was held."""
    unit = _unit(request)
    form = RecordForm(
        request.POST or None, request.FILES or None, initial=_initial(request, unit),
        versions=plans_in_force(unit.key),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            drill = record_drill(
                unit, by=request.actor, on=form.cleaned_data["on"], problems=form.problem_list(),
                file_ids=_files(request, unit, form), record_id=form.once(), **form.facts(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("演练已记录。"))
            return redirect("emergency:drill", drill.pk)
    context = {
        "form": form,
        "unit": unit,
        "title": _("记录演练"),
        "goal": goal_seconds(unit),
        "watch": True,
    }
    return render(request, "emergency/form.html", context, status=422 if form.errors else 200)


def _initial(request: AuthedRequest, unit: Unit) -> dict[str, Any]:
    """Expected people from the school's profile, the kind from the duty that led here."""
    profile = getattr(unit, "profile", None)
    people = profile.pupils + profile.staff if profile else None
    return {"expected": people, "present": people, "kind": request.GET.get("type", "fire")}


def _files(request: AuthedRequest, unit: Unit, form: forms.Form) -> list[uuid.UUID]:
    return [
        keep_file(one, unit_id=unit.key, by=request.actor).pk for one in form.cleaned_data["files"]
    ]


@require_http_methods(["GET", "POST"])
@signed_in
def drill_plan(request: AuthedRequest) -> HttpResponse:
    """Plan a drill."""
    unit = _unit(request)
    form = PlanForm(request.POST or None, versions=plans_in_force(unit.key))
    if request.method == "POST" and form.is_valid():
        facts = {
            name: value
            for name, value in form.cleaned_data.items()
            if name not in {"on", "form_id"}
        }
        try:
            drill = plan_drill(
                unit, by=request.actor, on=form.cleaned_data["on"], record_id=form.once(), **facts
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已列入计划，开展后请来填写结果。"))
            return redirect("emergency:drill", drill.pk)
    context = {"form": form, "unit": unit, "title": _("计划演练")}
    return render(request, "emergency/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def drill_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One drill; a planned one is filled in here when it has been held."""
    drill: Any = get_visible(
        Drill, request.actor, pk=pk, select=("unit__profile", "record__done_by")
    )
    planned = drill.record.state == "planned" and request.actor.may(Permission.DRILL_WRITE)
    form = None
    if planned:
        initial = _initial(request, drill.unit)
        form = HeldPart(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            hold_drill(
                drill, by=request.actor, on=form.cleaned_data["on"], problems=form.problem_list(),
                file_ids=_files(request, drill.unit, form), **form.facts(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("演练结果已记录。"))
            return redirect("emergency:drill", drill.pk)
    by, state = request.actor, drill.record.state
    more = shown(drill)
    goal = more["goal"]
    context = {
        **more,
        "drill": drill,
        "basis": plan_of(drill),
        "form": form,
        "in_goal": None if goal is None or drill.seconds is None else drill.seconds <= goal,
        "problems": drill.problems.all(),
        "needs_approval": drill.mode in content().approval,
        "notice": notice_text(drill) if planned and drill.mode in content().notice else "",
        "may_approve": state == State.PLANNED and by.may(Permission.DRILL_APPROVE),
        "may_run": state == State.PLANNED
        and by.may(Permission.FILING_WRITE)
        and not by.is_supervisor,
        "may_evaluate": state in {State.HELD, State.EVALUATED} and by.may(Permission.DRILL_WRITE),
        "may_report": state == State.EVALUATED and by.may(Permission.DRILL_WRITE),
        "may_visit": by.may(Permission.SUPERVISION_WRITE) and drill.unit_id != by.unit_key,
        "has_paper": state in {State.HELD, State.EVALUATED, State.REPORTED},
        "late": report_late(drill),
        "overdue": state == State.PLANNED and drill.record.happened_on < timezone.localdate(),
        "may_withdraw": state in {State.HELD, State.EVALUATED, State.REPORTED}
        and by.may(Permission.DRILL_WRITE),
    }
    return render(
        request, "emergency/detail.html", context, status=422 if form and form.errors else 200
    )


@require_POST
@signed_in
def drill_end(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Cancel a planned drill, or withdraw one recorded by mistake."""
    drill: Any = get_visible(Drill, request.actor, pk=pk, select=("unit", "record"))
    end = cancel_drill if drill.record.state == "planned" else withdraw_drill
    end(drill, by=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("已办理。"))
    return redirect("emergency:drill", drill.pk)
