"""Pages of supervision: plans, the draw, the sheet of a visit, the school's answer, the bulletin."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.responsibility.governance import documents, forms
from anyuan.domains.responsibility.governance import visit_queries as queries
from anyuan.domains.responsibility.governance.models import How
from anyuan.domains.responsibility.governance.services import visits as services
from anyuan.domains.responsibility.governance.views import demand, uploads
from anyuan.org.audit import note
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def visits(request: AuthedRequest) -> HttpResponse:
    """A supervisor's plans and all visits; a school sees the visits to itself."""
    actor = request.actor
    rows = queries.visits(actor)
    if state := request.GET.get("state"):
        rows = rows.filter(record__state=state)
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=20)
    may_plan = actor.may(Permission.SUPERVISION_WRITE)
    facts = {
        "page": page, "may_plan": may_plan, "states": queries.STATES,
        "plans": queries.plans(actor).order_by("-since", "-pk")[:20] if may_plan else [],
    }  # fmt: skip
    return render(request, "governance/visits.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def plan_new(request: AuthedRequest) -> HttpResponse:
    demand(request, Permission.SUPERVISION_WRITE)
    unit: Unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    offered = list(queries.offered(request.actor, unit))
    form = forms.PlanForm(request.POST or None, offered=offered)
    if request.method == "POST" and form.is_valid():
        chosen = set(form.cleaned_data["schools"])
        everybody = form.cleaned_data["how"] == How.RANDOM and not chosen
        try:
            plan = services.plan_visits(
                unit, by=request.actor, count=form.cleaned_data["count"] or 0, plan_id=form.once(),
                schools=[one for one in offered if everybody or one.key in chosen], **form.facts(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("计划已制定，人员已分组。"))
            return redirect("governance:plan", plan.pk)
    facts = {"form": form, "title": _("安排督查"), "hint": unit.name, "button": _("制定计划")}
    return render(request, "governance/form.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def plan(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The board of a plan."""
    row = queries.plan_of(request.actor, pk)
    lines = queries.board(request.actor, row)
    facts = {
        "plan": row, "lines": lines, "counts": queries.counts(lines).items(),
        "again": queries.draws_again(row), "may_write": request.actor.may(Permission.SUPERVISION_WRITE),
    }  # fmt: skip
    return render(request, "governance/plan.html", facts)


@require_GET
@signed_in
def bulletin(request: AuthedRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """The bulletin of a plan as Word or PDF."""
    row = queries.plan_of(request.actor, pk)
    if kind not in {"docx", "pdf"}:
        raise Missing
    paper = documents.bulletin(request.actor, row)
    note(Audit.Action.EXPORT, paper.title, by=request.actor, request=request)
    return paper.answer(kind, paper.title)


@require_http_methods(["GET", "POST"])
@signed_in
def target(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The sheet of a visit to be filled in at the school, also without network."""
    row = queries.target_of(request.actor, pk)
    demand(request, Permission.SUPERVISION_WRITE)
    found = queries.inspections_of(request.actor, row.school)
    form = forms.VisitForm(request.POST or None, request.FILES or None, inspections=found)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            visit = services.fill_visit(
                row, by=request.actor, on=said["on"], result=said["result"], urgent=said["urgent"],
                findings=[{"text": line} for line in forms.lines_of(said["problems"])],
                inspection=uuid.UUID(said["inspection"]) if said["inspection"] else None,
                file_ids=uploads(request, row.school_id, form), record_id=form.once(),
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("督查已记录，学校已收到反馈。"))
            return redirect("governance:visit", visit.pk)
    facts = {"form": form, "target": row}
    return render(request, "governance/target.html", facts, status=422 if form.errors else 200)


@require_POST
@signed_in
def target_cancel(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    row = queries.target_of(request.actor, pk)
    services.cancel_target(row, by=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("已取消。"))
    return redirect("governance:plan", row.plan_id)


@require_GET
@signed_in
def visit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    return _show(request, pk)


def _show(request: AuthedRequest, pk: uuid.UUID, **bound: Any) -> HttpResponse:
    row = queries.visit_of(request.actor, pk)
    actor = request.actor
    facts = {
        "row": row, "state": queries.STATES[row.record.state], "findings": row.findings.order_by("id"),  # type: ignore[attr-defined]
        "may_reply": row.record.state == "feedback" and actor.may(Permission.MEETING_WRITE) and not actor.is_supervisor,
        "may_close": row.record.state == "replied" and actor.may(Permission.SUPERVISION_WRITE),
        "reply_form": forms.ReplyForm(), "close_form": forms.CloseForm(), **bound,
    }  # fmt: skip
    return render(request, "governance/visit.html", facts, status=422 if bound else 200)


@require_POST
@signed_in
def visit_act(request: AuthedRequest, pk: uuid.UUID, step: str) -> HttpResponse:
    """`reply` by the school, `close` or `return` by the supervisor."""
    row = queries.visit_of(request.actor, pk)
    needed = Permission.MEETING_WRITE if step == "reply" else Permission.SUPERVISION_WRITE
    demand(request, needed)
    kind = forms.ReplyForm if step == "reply" else forms.CloseForm
    form = kind(request.POST, request.FILES)
    name = "reply_form" if step == "reply" else "close_form"
    if not form.is_valid():
        return _show(request, pk, **{name: form})
    try:
        _act(request, row, step, form)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        show_refusal(form, refusal)
        return _show(request, pk, **{name: form})
    messages.success(request, _("已办理。"))
    return redirect("governance:visit", pk)


def _act(request: AuthedRequest, row: Any, step: str, form: Any) -> None:
    said = form.cleaned_data
    if step == "reply":
        files = uploads(request, row.unit_id, form)
        services.reply_visit(row, by=request.actor, reply=said["reply"], file_ids=files)
    elif step == "close":
        services.close_visit(row, by=request.actor, closing=said["closing"])
    elif step == "return":
        services.return_visit(row, by=request.actor, closing=said["closing"])
    else:
        raise Missing
