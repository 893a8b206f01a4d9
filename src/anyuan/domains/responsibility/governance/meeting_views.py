"""Pages of meetings with their decisions, and of leaders' inspections."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.responsibility.governance import forms, queries
from anyuan.domains.responsibility.governance.models import LeaderInspection
from anyuan.domains.responsibility.governance.services import meetings as services
from anyuan.domains.responsibility.governance.views import demand, uploads
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission
from anyuan.org.queries import units_of

SHOWN = 20


@require_GET
@signed_in
def meetings(request: AuthedRequest) -> HttpResponse:
    """Meetings, leaders' inspections (`what=leader`) and what was decided and is not done."""
    form = forms.FilterForm(request.GET)
    form.is_valid()
    leaders = request.GET.get("what") == "leader"
    found = queries.leader_inspections if leaders else queries.meetings
    rows = found(request.actor, form.cleaned_data)
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=SHOWN)
    facts = {
        "page": page, "form": form, "leaders": leaders,
        "decisions": queries.open_decisions(request.actor, own=request.actor.unit_key)[:SHOWN],
        "may_write": request.actor.may(Permission.MEETING_WRITE),
    }  # fmt: skip
    return render(request, "governance/meetings.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def meeting_new(request: AuthedRequest) -> HttpResponse:
    demand(request, Permission.MEETING_WRITE)
    unit: Unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    form = forms.MeetingForm(
        request.POST or None, request.FILES or None, initial={"type": request.GET.get("type", "monthly")}
    )  # fmt: skip
    rows = forms.DecisionSet(request.POST or None, prefix="d")
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            meeting = services.hold_meeting(
                unit, by=request.actor, on=form.cleaned_data["on"], record_id=form.once(),
                decisions=[agreed for row in rows if (agreed := row.agreed())],
                file_ids=uploads(request, unit.key, form), **form.facts(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("会议已记录，议定事项会一直跟踪到办结。"))
            return redirect("governance:meeting", meeting.pk)
    wrong = bool(form.errors) or (rows.is_bound and not rows.is_valid())
    facts = {"form": form, "rows": rows, "unit": unit}
    return render(request, "governance/meeting_new.html", facts, status=422 if wrong else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def meeting(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One meeting; another decision may be added."""
    row = queries.one_meeting(request.actor, pk)
    form = forms.DecisionForm(request.POST or None)
    if request.method == "POST":
        demand(request, Permission.MEETING_WRITE)
    if request.method == "POST" and form.is_valid():
        agreed = form.agreed()
        if agreed is None:
            form.add_error("text", _("请填写议定事项。"))
        else:
            services.add_decision(row, by=request.actor, agreed=agreed)
            messages.success(request, _("已加入议定事项。"))
            return redirect("governance:meeting", pk)
    facts = {
        "row": row, "decisions": row.decisions.order_by("due_on", "id"), "form": form,  # type: ignore[attr-defined]
        "end_form": forms.EndDecisionForm(),
        "may_write": request.actor.may(Permission.MEETING_WRITE) and row.record.state != "void",
    }  # fmt: skip
    return render(request, "governance/meeting.html", facts, status=422 if form.errors else 200)


@require_POST
@signed_in
def meeting_withdraw(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    services.withdraw_meeting(queries.one_meeting(request.actor, pk), by=request.actor)
    messages.success(request, _("已撤销。"))
    return redirect("governance:meeting", pk)


@require_POST
@signed_in
def decision_end(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    decision = queries.decision_of(request.actor, pk)
    demand(request, Permission.MEETING_WRITE)
    services.end_decision(
        decision, by=request.actor, result=request.POST.get("result", ""), state=request.POST.get("state", "done")
    )  # fmt: skip
    messages.success(request, _("已办结。"))
    return redirect("governance:meeting", decision.meeting_id)


@require_http_methods(["GET", "POST"])
@signed_in
def leader_new(request: AuthedRequest) -> HttpResponse:
    demand(request, Permission.MEETING_WRITE)
    unit: Unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    places = _places(request, unit)
    start = {"leader": request.actor.name if request.actor.role == "principal" else ""}
    form = forms.LeaderForm(
        request.POST or None, request.FILES or None, places=places, initial=start
    )
    if request.method == "POST" and form.is_valid():
        chosen = set(form.cleaned_data.get("visited") or [])
        try:
            row = services.record_leader_inspection(
                unit, by=request.actor, on=form.cleaned_data["on"], record_id=form.once(),
                visited=[one for one in places if one.key in chosen],
                findings=forms.lines_of(form.cleaned_data["problems"]),
                file_ids=uploads(request, unit.key, form), **form.facts(),
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("检查已记录，发现的问题已转为隐患。"))
            return redirect("governance:leader", row.pk)
    facts = {"form": form, "unit": unit}
    return render(request, "governance/leader_new.html", facts, status=422 if form.errors else 200)


def _places(request: AuthedRequest, unit: Unit) -> list[Unit]:
    """Schools of a supervisor, campuses of a school; none where there is only the school itself."""
    rows = list(units_of(request.actor).filter(kind__in=["school", "campus"]).order_by("key"))
    return rows if len(rows) > 1 or unit.kind in {"city", "district"} else []


@require_GET
@signed_in
def leader(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    row: Any = get_visible(LeaderInspection, request.actor, pk=pk, select=("unit", "record__created_by"))  # fmt: skip
    facts = {"row": row, "places": row.places.order_by("unit_id"), "findings": row.findings.order_by("id")}  # fmt: skip
    return render(request, "governance/leader.html", facts)
