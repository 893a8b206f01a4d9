"""Pages of risk points: the list, ticking the usual ones, one point with its steps and controls."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.risk.points import forms, queries
from anyuan.domains.risk.points.content import library
from anyuan.domains.risk.points.documents import list_docx, list_pdf
from anyuan.domains.risk.points.exports import register
from anyuan.domains.risk.points.models import RiskPoint
from anyuan.domains.risk.points.numbers import bands_of
from anyuan.domains.risk.points.scoring import text as plain
from anyuan.domains.risk.points.services.grading import decline_proposal, step_point
from anyuan.domains.risk.points.services.identifying import (
    add_control,
    add_point,
    add_typical,
    edit_point,
    end_control,
)
from anyuan.engines.cases import registry
from anyuan.engines.cases.queries import choices, stages, steps_of
from anyuan.engines.checks.categories import Category
from anyuan.engines.notices.printing import DOCX, PDF, XLSX, download
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def point_list(request: AuthedRequest) -> HttpResponse:
    """The risk points one sees, as filtered in the address; newest first."""
    form = forms.FilterForm(request.GET)
    form.is_valid()
    rows = queries.filtered(request.actor, form.cleaned_data)
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=30)
    counts = queries.counts(request.actor)
    context = {
        "page": page,
        "form": form,
        "counts": counts,
        "colour_counts": [(one, counts[one.key]) for one in queries.legend()],
        "states": registry.get("risk_point").states,
        "may_write": request.actor.may(Permission.RISK_WRITE),
        "may_check": request.actor.may(Permission.RISK_CHECK),
        "may_export": request.actor.may(Permission.EXPORT_RUN),
    }
    return render(request, "risk/list.html", context)


def site_asked(request: AuthedRequest) -> Unit:
    """The school or campus that a form is about: the one named, else the actor's own."""
    key = request.POST.get("unit") or request.GET.get("unit") or request.actor.unit_key
    return get_visible(Unit, request.actor, key=key)


def may_write(request: AuthedRequest) -> None:
    if not request.actor.may(Permission.RISK_WRITE):
        raise Forbidden(_("您的岗位不能进行此项操作。风险点由学校安全干部和校（园）长登记。"))


@require_http_methods(["GET", "POST"])
@signed_in
def point_new(request: AuthedRequest) -> HttpResponse:
    """A risk point that is not among the usual ones."""
    may_write(request)
    unit = site_asked(request)
    form = forms.PointForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            files = _kept(request, unit, form)
            point = add_point(
                unit, by=request.actor, record_id=form.once(), file_ids=files, **form.facts()
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已登记，接着评估分级。"))
            return redirect("risk:detail", point.pk)
    context = {"form": form, "unit": unit, "units": queries.sites_of(request.actor), "title": _("登记风险点")}  # fmt: skip
    return render(request, "risk/form.html", context, status=422 if form.errors else 200)


def _kept(request: AuthedRequest, unit: Unit, form: Any) -> list[uuid.UUID]:
    return [
        keep_file(one, unit_id=unit.key, by=request.actor).pk for one in form.cleaned_data["files"]
    ]


@require_http_methods(["GET", "POST"])
@signed_in
def library_page(request: AuthedRequest) -> HttpResponse:
    """The usual risk points of schools, to tick what one has."""
    may_write(request)
    unit, error = site_asked(request), ""
    if request.method == "POST":
        try:
            made = add_typical(unit, by=request.actor, keys=request.POST.getlist("keys"))
        except Refused as refusal:
            error = refusal.sentence
        else:
            messages.success(
                request, _("已加入 %(n)d 个风险点，请逐个评估分级。") % {"n": len(made)}
            )
            return redirect("risk:list")
    there = set(queries.in_force(request.actor).filter(unit=unit).values_list("typical", flat=True))
    groups: dict[str, list[Any]] = {}
    for one in library().values():
        groups.setdefault(str(Category(one.category).label), []).append((one, one.key in there))
    context = {
        "groups": groups.items(),
        "unit": unit,
        "units": queries.sites_of(request.actor),
        "error": error,
        "chosen": set(request.POST.getlist("keys")),
    }
    return render(request, "risk/library.html", context, status=422 if error else 200)


@require_GET
@signed_in
def point_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    return detail_page(request, queries.one(request.actor, pk))


@require_http_methods(["GET", "POST"])
@signed_in
def point_edit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct what is said of a point."""
    point = queries.one(request.actor, pk)
    may_write(request)
    names = ("name", "zone", "category", "hazard", "accidents", "people", "people_count", "phone", "lon", "lat")  # fmt: skip
    known = {name: getattr(point, name) for name in names}
    form = forms.PointForm(request.POST or None, request.FILES or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            files = _kept(request, point.unit, form)
            edit_point(point, by=request.actor, file_ids=files, **form.facts())
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("risk:detail", point.pk)
    context = {"form": form, "point": point, "unit": point.unit, "title": _("修改风险点")}
    return render(request, "risk/form.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def point_act(request: AuthedRequest, pk: uuid.UUID, transition: str) -> HttpResponse:
    """One step of the loop; errors come back at their fields."""
    point = queries.one(request.actor, pk)
    step = registry.get("risk_point").transition(transition)
    if step is None:
        raise Missing
    form = step.form(request.POST, request.FILES) if step.form else None
    if form is None or form.is_valid():
        try:
            seen = request.POST.get("seen", "")
            step_point(
                point, by=request.actor, transition=transition, data=dict(form.cleaned_data) if form else {},
                seen=int(seen) if seen.isdigit() else None,
            )  # fmt: skip
        except Refused as refusal:
            if form is None:
                raise
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已办理：%(label)s。") % {"label": step.label})
            return redirect("risk:detail", point.pk)
    return detail_page(request, point, bound=(transition, form), status=422)


@require_POST
@signed_in
def control_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One more control."""
    point = queries.one(request.actor, pk)
    form = forms.ControlForm(request.POST)
    if form.is_valid():
        try:
            add_control(point, by=request.actor, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已加入措施。"))
            return redirect("risk:detail", point.pk)
    may_write(request)
    return detail_page(request, point, control_form=form, status=422)


@require_POST
@signed_in
def control_end(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    control = queries.one_control(request.actor, pk)
    end_control(control, by=request.actor)
    messages.success(request, _("已停用这条措施。"))
    return redirect("risk:detail", control.point_id)


@require_POST
@signed_in
def proposal_decline(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The grading stays, with the reason."""
    proposal = queries.one_proposal(request.actor, pk)
    decline_proposal(proposal, by=request.actor, decision=request.POST.get("decision", ""))
    messages.success(request, _("已记录，不重新评估。"))
    return redirect("risk:detail", proposal.point_id)


@require_GET
@signed_in
def point_past(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The last gradings and checks, fetched into the point's page."""
    point = queries.one(request.actor, pk)
    return render(request, "risk/parts/past.html", queries.past_of(point, request.actor))


@require_GET
@signed_in
def grading_page(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One grading as it was made, with its arithmetic."""
    grading = queries.one_grading(request.actor, pk)
    return render(request, "risk/grading.html", {"grading": grading, "point": grading.point})


@require_GET
@signed_in
def point_export(request: AuthedRequest) -> HttpResponse:
    """The list as a workbook, exactly as filtered."""
    form = _export_form(request)
    body = register(request.actor, form.cleaned_data, request=request)
    return download(body, "风险分级管控清单.xlsx", XLSX)


@require_GET
@signed_in
def point_paper(request: AuthedRequest, kind: str) -> HttpResponse:
    """The list as an official paper, Word or PDF."""
    form = _export_form(request)
    makers = {"docx": (list_docx, DOCX), "pdf": (list_pdf, PDF)}
    if kind not in makers:
        raise Missing
    make, media = makers[kind]
    return download(make(request.actor, form.cleaned_data), f"风险分级管控清单.{kind}", media)


def _export_form(request: AuthedRequest) -> forms.FilterForm:
    if not request.actor.may(Permission.EXPORT_RUN):
        raise Forbidden(_("您的岗位不能导出。"))
    form = forms.FilterForm(request.GET)
    form.is_valid()
    return form


def detail_page(
    request: AuthedRequest,
    point: RiskPoint,
    *,
    bound: tuple[str, Any] | None = None,
    control_form: Any = None,
    status: int = 200,
) -> HttpResponse:
    case = point.record.case
    open_to = choices(case, point, request.actor)
    if bound:
        open_to.sort(key=lambda choice: choice.transition.key != bound[0])
    actions = [
        (
            choice,
            bound[1] if bound and bound[0] == choice.transition.key else _blank(choice, point),
            reverse("risk:act", args=[point.pk, choice.transition.key]),
        )
        for choice in open_to
    ]
    alive = point.record.state != "removed"
    context = {
        "point": point, "case": case, "state": case.state_spec, "stages": stages(case), "steps": steps_of(case),
        "actions": actions, **queries.record_lines(point, request.actor),
        "may_write": request.actor.may(Permission.RISK_WRITE) and alive,
        "may_check": request.actor.may(Permission.RISK_CHECK) and alive and point.colour,
        "control_form": control_form or forms.ControlForm(),
        "bands": bands_for_page(),
    }  # fmt: skip
    return render(request, "risk/detail.html", context, status=status)


def bands_for_page() -> dict[str, Any]:
    """Limits and names of the colours, for the sum that is shown while scores are chosen."""
    colours = queries.legend()
    found: dict[str, Any] = {"colours": [f"{one.letter}色（{one.title}）" for one in colours]}
    for method in ("lec", "ls"):
        bands = bands_of(method)
        found[method] = {"limits": [float(one) for one in bands.limits], "up": bands.up}
    return found


def _blank(choice: Any, point: RiskPoint) -> Any:
    """The step's form; the scores that the library suggests are filled in."""
    step = choice.transition
    if step.form is None:
        return None
    if step.key != "grade":
        return step.form()
    known: dict[str, Any] = {"responsible": point.responsible, "control_level": point.control_level}
    typical = library().get(point.typical)
    if typical:
        known |= dict(zip(("lec_l", "lec_e", "lec_c"), map(plain, typical.score), strict=True))
    return step.form(initial=known)
