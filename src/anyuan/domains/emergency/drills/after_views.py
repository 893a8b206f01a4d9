"""Before and after a drill: details, the head's word, notice; evaluation, report, papers, visits."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.drills import documents, moments
from anyuan.domains.emergency.drills.basis import fitting, plan_of, posts_of, scenario_of
from anyuan.domains.emergency.drills.facts import goal_seconds
from anyuan.domains.emergency.drills.forms import ArrangeForm, ScoreForm, VisitForm
from anyuan.domains.emergency.drills.models import Drill, DrillVisit, State
from anyuan.domains.emergency.drills.services.arranging import (
    approve_drill,
    arrange_drill,
    note_notified,
)
from anyuan.domains.emergency.drills.services.closing import report_drill, score_drill
from anyuan.domains.emergency.drills.services.overseeing import note_visit
from anyuan.domains.emergency.drills.services.running import set_guides
from anyuan.domains.emergency.plans.models import PlanVersion
from anyuan.domains.emergency.plans.queries import plans_in_force
from anyuan.engines.notices.printing import DOCX, PDF, download
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

NOT_YOURS = "您的岗位不能进行此项操作。如确需办理，请联系本单位安全干部。"


def _one(request: AuthedRequest, pk: uuid.UUID, permission: Permission | None = None) -> Drill:
    drill: Drill = get_visible(Drill, request.actor, pk=pk, select=("unit", "record"))
    if permission is not None and not request.actor.may(permission):
        raise Forbidden(_(NOT_YOURS))
    return drill


@require_http_methods(["GET", "POST"])
@signed_in
def arrange(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Day, time, people and posts of a planned drill."""
    drill = _one(request, pk, Permission.DRILL_WRITE)
    versions = plans_in_force(drill.unit_id)
    basis = plan_of(drill) or (None if drill.plan else fitting(versions, drill.kind))
    initial = _details(drill, basis)
    if basis is not None and basis not in versions:
        versions = [basis, *versions]
    form = ArrangeForm(request.POST or None, initial=initial, versions=versions)
    if request.method == "POST" and form.is_valid():
        details = form.details()
        chosen = next((one for one in versions if one.pk == details.get("plan_record_id")), None)
        proposed = scenario_of(basis).split()
        # Words that are still those of the plan shown before follow the plan that is chosen now.
        if chosen != basis and proposed and details["scenario"].split() == proposed:
            details["scenario"] = scenario_of(chosen)
        try:
            arrange_drill(drill, by=request.actor, on=form.cleaned_data["on"], **details)
            set_guides(drill, by=request.actor, guides=form.cleaned_data["guides"])
        except (Forbidden, Missing, Conflict):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("emergency:drill", drill.pk)
    facts = {"form": form, "drill": drill, "title": _("安排演练"), "basis": basis}
    return render(request, "emergency/arrange.html", facts, status=422 if form.errors else 200)


def _details(drill: Drill, basis: PlanVersion | None) -> dict[str, Any]:
    """As it is; posts that nobody wrote yet are those of the school's last drill, else of its plan.

    A scenario that nobody wrote yet comes from the plan.
    """
    names = (*ArrangeForm.base_fields,)
    facts = {name: getattr(drill, name, None) for name in names if name not in {"on", "guides"}}
    guides = list(drill.guides.all()) or moments.last_guides(drill)
    posts = [(guide.place, guide.name) for guide in guides] or posts_of(basis, drill.unit)
    return {
        **facts,
        "on": drill.record.happened_on,
        "plan_record_id": str(basis.pk) if basis else "",
        "scenario": drill.scenario or scenario_of(basis),
        "guides": "\n".join(f"{place}，{name}" for place, name in posts),
    }


@require_POST
@signed_in
def approve(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The head of the school agrees."""
    drill = _one(request, pk)
    approve_drill(drill, by=request.actor)
    messages.success(request, _("已批准。"))
    return redirect("emergency:drill", drill.pk)


@require_POST
@signed_in
def notified(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Parents and neighbours were told."""
    drill = _one(request, pk)
    note_notified(drill, by=request.actor, to=request.POST.get("to", ""))
    messages.success(request, _("已记下。"))
    return redirect("emergency:drill", drill.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def evaluate(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The evaluation by items; the score follows."""
    drill = _one(request, pk, Permission.DRILL_WRITE)
    given = {
        f"item_{score.key}": "none" if score.value is None else str(score.value)
        for score in drill.scores.all()
    }
    initial = {**given, "evaluation": drill.evaluation, "plan_changes": drill.plan_changes}
    form = ScoreForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            score_drill(
                drill, by=request.actor, values=form.values(), evaluation=data["evaluation"],
                plan_changes=data["plan_changes"],
            )  # fmt: skip
        except (Forbidden, Missing, Conflict):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("评估已保存，得分已算好。核对后报送报告。"))
            return redirect("emergency:drill", drill.pk)
    facts = {"form": form, "drill": drill}
    return render(request, "emergency/evaluate.html", facts, status=422 if form.errors else 200)


@require_POST
@signed_in
def report(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Hand the report in."""
    drill = _one(request, pk)
    report_drill(drill, by=request.actor)
    messages.success(request, _("报告已报送。"))
    return redirect("emergency:drill", drill.pk)


@require_GET
@signed_in
def paper(request: AuthedRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """演练报告 as Word or PDF."""
    drill = _one(request, pk)
    if drill.record.state not in {State.HELD, State.EVALUATED, State.REPORTED}:
        raise Missing(_("演练还没有开展，没有报告。"))
    name = f"{drill.unit.short_name}{drill.get_kind_display()}演练报告{drill.record.happened_on:%Y%m%d}"
    if kind == "docx":
        return download(documents.report_docx(drill), f"{name}.docx", DOCX)
    if kind == "pdf":
        return download(documents.report_pdf(drill), f"{name}.pdf", PDF)
    raise Missing


@require_http_methods(["GET", "POST"])
@signed_in
def visit_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A level above stood by at the drill."""
    drill = _one(request, pk, Permission.SUPERVISION_WRITE)
    form = VisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            note_visit(
                drill, by=request.actor, verdict=data["verdict"], words=data["words"],
                record_id=form.once(),
            )  # fmt: skip
        except (Forbidden, Missing, Conflict):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已记录，学校会收到点评。"))
            return redirect("emergency:drill", drill.pk)
    facts = {"form": form, "drill": drill}
    return render(request, "emergency/visit.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def visit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """What the level above saw."""
    seen: Any = get_visible(
        DrillVisit, request.actor, pk=pk, select=("record__done_by", "drill__record", "unit")
    )
    return render(request, "emergency/visit_seen.html", {"visit": seen, "drill": seen.drill})


def shown(drill: Drill) -> dict[str, Any]:
    """What the page of one drill shows besides its own facts: before it the posts, after it what was seen."""
    sheet = moments.sheet_of(drill)
    goal = goal_seconds(drill.unit, drill.floors) if sheet.goal else None
    if drill.record.state == State.PLANNED:
        return {"goal": goal, "guides": drill.guides.all()}
    taken = moments.timed_steps(sheet, moments.moments_of(drill))
    return {
        "goal": goal,
        "timed": [one for one in taken if one.step.timed and one.at],
        "scores": drill.scores.all() if drill.rating is not None else [],
        "visits": drill.visits.select_related("record__done_by"),
    }
