"""Pages of hazards: list, report, one hazard and its steps."""

from __future__ import annotations

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
from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.hazards import queries
from anyuan.domains.hazards.documents import PAPERS, docx, pdf
from anyuan.domains.hazards.exports import register
from anyuan.domains.hazards.forms import FilterForm, ReportForm
from anyuan.domains.hazards.models import Hazard, Source
from anyuan.domains.hazards.services import report_hazard, step_hazard
from anyuan.engines.cases import registry
from anyuan.engines.cases.queries import choices, is_overdue, stages, steps_of
from anyuan.engines.cases.spec import Transition
from anyuan.engines.notices.printing import DOCX, PDF, XLSX, download
from anyuan.org.audit import note
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def hazard_list(request: AuthedRequest) -> HttpResponse:
    """The register, as filtered in the address; newest first."""
    form = FilterForm(request.GET)
    form.is_valid()
    rows = queries.filtered(request.actor, form.cleaned_data)
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=20)
    return render(
        request,
        "hazards/list.html",
        {
            "page": page,
            "form": form,
            "counts": queries.open_counts(request.actor),
            "states": registry.get("hazard").states,
            "may_report": request.actor.may(Permission.HAZARD_REPORT),
            "may_export": request.actor.may(Permission.EXPORT_RUN),
        },
    )


@require_http_methods(["GET", "POST"])
@signed_in
def hazard_new(request: AuthedRequest) -> HttpResponse:
    """Report a hazard: where, what, photo."""
    unit = _unit_of(request)
    form = ReportForm(request.POST or None, request.FILES or None)
    if unit is not None and request.method == "POST" and form.is_valid():
        try:
            hazard = _report(request, unit, form)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已上报，编号 %(number)s。") % {"number": hazard.number})
            return redirect("hazards:detail", hazard.pk)
    return render(
        request, "hazards/new.html", {"form": form, "unit": unit, "units": _sites(request)}
    )


def _sites(request: AuthedRequest) -> list[Unit]:
    """Schools and campuses the actor may report for; a supervisor chooses by name on the unit's page."""
    if request.actor.is_supervisor:
        return []
    rows = Unit.objects.within(request.actor.units).filter(
        kind__in=["school", "campus"], state="active"
    )
    return list(rows.order_by("key"))


def _unit_of(request: AuthedRequest) -> Unit | None:
    key = request.POST.get("unit") or request.GET.get("unit") or ""
    if not key and not request.actor.is_supervisor:
        key = request.actor.unit_key
    return get_visible(Unit, request.actor, key=key) if key else None


def _report(request: AuthedRequest, unit: Unit, form: ReportForm) -> Hazard:
    data = form.cleaned_data
    kept = [
        [keep_file(one, unit_id=unit.key, by=request.actor).pk for one in data[name]]
        for name in ("files", "after_files")
    ]
    return report_hazard(
        unit,
        by=request.actor,
        place=data["place"],
        description=data["description"],
        category=data["category"],
        level=data["level"],
        source=Source.DISTRICT if request.actor.is_supervisor else Source.SELF,
        found_on=data["found_on"],
        fixed=data["fixed"],
        file_ids=kept[0],
        after_file_ids=kept[1],
        record_id=form.once(),
    )


@require_GET
@signed_in
def hazard_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    return _detail(request, queries.one(request.actor, pk))


@require_GET
@signed_in
def hazard_export(request: AuthedRequest) -> HttpResponse:
    """The register as a workbook, exactly as filtered."""
    if not request.actor.may(Permission.EXPORT_RUN):
        raise Forbidden(_("您的岗位不能导出。"))
    form = FilterForm(request.GET)
    form.is_valid()
    return download(
        register(request.actor, form.cleaned_data, request=request), "安全隐患台账.xlsx", XLSX
    )


@require_GET
@signed_in
def hazard_paper(request: AuthedRequest, pk: uuid.UUID, paper: str, kind: str) -> HttpResponse:
    """整改通知书 or 督办单, as Word or PDF."""
    hazard = queries.one(request.actor, pk)
    chosen = PAPERS.get(paper)
    if chosen is None or kind not in {"docx", "pdf"}:
        raise Missing
    if paper == "supervision" and hazard.record.case.level == "school":
        raise Conflict(_("这处隐患没有挂牌督办。"))
    body = docx(hazard, chosen) if kind == "docx" else pdf(hazard, chosen)
    note(Audit.Action.EXPORT, f"{chosen.title} {hazard.number}", by=request.actor, request=request)
    return download(body, f"{chosen.title} {hazard.number}.{kind}", DOCX if kind == "docx" else PDF)


@require_POST
@signed_in
def hazard_act(request: AuthedRequest, pk: uuid.UUID, transition: str) -> HttpResponse:
    """One step of the loop; errors come back at their fields."""
    hazard = queries.one(request.actor, pk)
    step = registry.get("hazard").transition(transition)
    if step is None:
        raise Refused(_("没有这个操作，请刷新页面。"))
    form = step.form(request.POST, request.FILES) if step.form else None
    if form is None or form.is_valid():
        try:
            data = dict(form.cleaned_data) if form else {}
            files = [
                keep_file(f, unit_id=hazard.unit_id, by=request.actor).pk
                for f in data.pop("files", [])
            ]
            seen = request.POST.get("seen", "")
            step_hazard(
                hazard, by=request.actor, transition=transition, data=data, file_ids=files,
                seen=int(seen) if seen.isdigit() else None,
            )  # fmt: skip
        except Refused as refusal:
            if form is None:
                raise
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已办理：%(label)s。") % {"label": step.label})
            return redirect("hazards:detail", hazard.pk)
    return _detail(request, hazard, bound=(transition, form), status=422)


def _detail(
    request: AuthedRequest,
    hazard: Hazard,
    *,
    bound: tuple[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    case = hazard.record.case
    open_to = choices(case, hazard, request.actor)
    if bound:
        open_to.sort(key=lambda choice: choice.transition.key != bound[0])
    actions = [
        (
            choice,
            bound[1]
            if bound and bound[0] == choice.transition.key
            else _blank(choice.transition, hazard),
            reverse("hazards:act", args=[hazard.pk, choice.transition.key]),
        )
        for choice in open_to
    ]
    context = {
        "hazard": hazard,
        "case": case,
        "state": case.state_spec,
        "stages": stages(case),
        "steps": steps_of(case),
        "overdue": is_overdue(case),
        "actions": actions,
        "photos": list(hazard.record.files.order_by("uploaded_at")),
    }
    return render(request, "hazards/detail.html", context, status=status)


def _blank(step: Transition, hazard: Hazard) -> Any:
    """The step's form with what is known filled in."""
    if step.form is None:
        return None
    known = {
        name: getattr(hazard, name)
        for name in ("level", "category", "basis", "responsible", "measures")
    }
    return step.form(
        initial={
            **known,
            "funds": hazard.funds if hazard.funds is not None else 0,
            "interim_plan": hazard.interim_plan,
            "due_on": max(hazard.record.case.due_on or timezone.localdate(), timezone.localdate()),
            "until": None,
        }
    )
