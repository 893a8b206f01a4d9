"""Pages of one school's part: findings and report by the firm's people, the answer of the school."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.risk.assessments import forms, queries
from anyuan.domains.risk.assessments.documents import report_paper
from anyuan.domains.risk.assessments.models import AssessedSite
from anyuan.domains.risk.assessments.services.assessing import add_finding, answer, hand_in
from anyuan.engines.cases import registry
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def site_page(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    by = request.actor
    site = queries.one_site(by, pk)
    state = registry.get("assessment").state(site.record.state)
    findings = queries.findings_of(by, site)
    context = {
        "site": site,
        "state": state,
        "findings": [(one, _stands(one)) for one in findings],
        "closed": sum(_stands(one) in {"已销号", "已撤销"} for one in findings),
        "writes": by.may(Permission.ASSESSMENT_WRITE) and site.record.state == "on_site",
        "answers": by.may(Permission.RISK_WRITE)
        and site.record.state in {"report", "rectification", "recheck"},
    }
    return render(request, "assessments/site.html", context)


@require_GET
@signed_in
def today_part(request: AuthedRequest) -> HttpResponse:
    """What 今日 shows of assessments, fetched after the page."""
    facts = queries.today_facts(request.actor)
    return render(request, "assessments/parts/today.html", {"card": facts})


def _stands(finding: Any) -> str:
    """Where the hazard of a finding stands, in words."""
    if finding.hazard is None:
        return _("未转隐患")
    states = {one.key: one.label for one in registry.get("hazard").states}
    return states.get(finding.hazard.state, finding.hazard.state)


def _needs(request: AuthedRequest, permission: Permission) -> None:
    if not request.actor.may(permission):
        raise Forbidden(_("您的岗位不能进行此项操作。"))


def _kept(request: AuthedRequest, site: AssessedSite, files: Any) -> list[uuid.UUID]:
    return [keep_file(one, unit_id=site.unit_id, by=request.actor).pk for one in files]


@require_http_methods(["GET", "POST"])
@signed_in
def finding_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One finding, on the phone, also without network."""
    site = queries.one_site(request.actor, pk)
    _needs(request, Permission.ASSESSMENT_WRITE)
    form = forms.FindingForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            add_finding(
                site, by=request.actor, place=data["place"], text=data["text"], category=data["category"],
                level=data["level"], basis=data["basis"], file_ids=_kept(request, site, data["files"]),
                finding_id=form.once(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已记录，并转为学校的隐患。"))
            return redirect("assessments:site", site.pk)
    context = {"form": form, "site": site, "title": _("记录评估发现"), "offline": True}
    return render(request, "assessments/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def report_page(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Hand in the report on this school."""
    site = queries.one_site(request.actor, pk)
    _needs(request, Permission.ASSESSMENT_WRITE)
    known = {"score": site.score, "rating": site.rating, "conclusion": site.conclusion}
    form = forms.HandInForm(request.POST or None, request.FILES or None, initial=known)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            files = _kept(request, site, data["files"])
            hand_in(
                site, by=request.actor, score=data["score"], rating=data["rating"], conclusion=data["conclusion"],
                file_ids=files,
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("报告已提交。"))
            return redirect("assessments:site", site.pk)
    context = {"form": form, "site": site, "title": _("提交评估报告")}
    return render(request, "assessments/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def answer_page(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The school's answer to the report."""
    site = queries.one_site(request.actor, pk)
    _needs(request, Permission.RISK_WRITE)
    form = forms.AnswerForm(request.POST or None, initial={"answer": site.answer})
    if request.method == "POST" and form.is_valid():
        try:
            answer(site, by=request.actor, text=form.cleaned_data["answer"])
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已答复。"))
            return redirect("assessments:site", site.pk)
    context = {"form": form, "site": site, "title": _("答复评估报告")}
    return render(request, "assessments/form.html", context, status=422 if form.errors else 200)


@require_GET
@signed_in
def site_paper(request: AuthedRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """The school's part as an official paper, Word or PDF."""
    site = queries.one_site(request.actor, pk)
    if kind not in {"docx", "pdf"}:
        raise Missing
    findings = [(one, _stands(one)) for one in queries.findings_of(request.actor, site)]
    return report_paper(site, findings, by=request.actor).answer(kind, f"评估情况 {site.unit.short_name}")  # fmt: skip
