"""Pages of findings: the panel writes and weighs them, those concerned read and answer them."""

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
from anyuan.domains.risk.tracing import forms, queries
from anyuan.domains.risk.tracing.content import content
from anyuan.domains.risk.tracing.documents import notice
from anyuan.domains.risk.tracing.models import Finding, Trace
from anyuan.domains.risk.tracing.services import deciding
from anyuan.domains.risk.tracing.views import trace_of
from anyuan.org.audit import note
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.permissions import Permission


@require_http_methods(["GET", "POST"])
@signed_in
def finding_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Write a finding."""
    return _write(request, trace_of(request, pk), None)


@require_http_methods(["GET", "POST"])
@signed_in
def finding_edit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct a finding that was not served yet."""
    finding = queries.finding_for(request.actor, pk)
    return _write(request, trace_of(request, finding.trace_id), finding)


def _write(request: AuthedRequest, trace: Trace, finding: Finding | None) -> HttpResponse:
    _ask(request, Permission.TRACE_RUN)
    initial: dict[str, Any] = {}
    if finding is not None:
        names = ("conclusion", "reasons", "basis", "handling")
        initial = {name: getattr(finding, name) for name in names}
        initial["subject"] = f"{finding.unit_id}|{finding.person_id or ''}"
        initial["evidence"] = "、".join(str(n) for n in finding.evidence)
    form = forms.FindingForm(
        request.POST or None, initial=initial, subjects=queries.subjects(trace)
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        facts = queries.subject_facts(trace, data.pop("subject"))
        try:
            deciding.write_finding(
                trace, by=request.actor, finding_id=finding.pk if finding else None, **facts, **data
            )
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("意见已写下，请倒查组成员逐条表态。"))
            return redirect("tracing:detail", trace.pk)
    facts = {
        "form": form, "trace": trace, "parts": queries.parts_of(queries.evidence(trace)),
        "bases": content().bases, "title": _("修改意见") if finding else _("写意见"),
    }  # fmt: skip
    return render(request, "tracing/finding_form.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def finding_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A finding as those concerned read it."""
    return _show(request, queries.finding_for(request.actor, pk))


def _show(
    request: AuthedRequest, finding: Finding, *, objection: Any = None, answer: Any = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    runs = request.actor.may(Permission.TRACE_RUN) and request.actor.units.holds(finding.run_by_id)
    facts = {
        "finding": finding,
        "runs": runs,
        "may_object": deciding.may_object(finding, request.actor)
        and finding.objected_at is None and finding.decided_at is None,
        "may_answer": runs and finding.objected_at is not None and finding.decided_at is None,
        "objection_form": objection or forms.ObjectionForm(),
        "answer_form": answer or forms.AnswerForm(),
    }  # fmt: skip
    return render(request, "tracing/finding.html", facts, status=status)


@require_POST
@signed_in
def finding_drop(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a finding away."""
    finding = queries.finding_for(request.actor, pk)
    deciding.drop_finding(finding, by=request.actor)
    messages.success(request, _("已删去这条意见。"))
    return redirect("tracing:detail", finding.trace_id)


@require_POST
@signed_in
def finding_opinion(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A member of the panel agrees or not."""
    finding = queries.finding_for(request.actor, pk)
    _ask(request, Permission.TRACE_RUN)
    form = forms.OpinionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择同意或不同意。"))
        return redirect("tracing:detail", finding.trace_id)
    try:
        deciding.give_opinion(finding, by=request.actor, **form.cleaned_data)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("已表态。"))
    return redirect("tracing:detail", finding.trace_id)


@require_POST
@signed_in
def finding_object(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The person or unit concerned objects."""
    finding = queries.finding_for(request.actor, pk)
    form = forms.ObjectionForm(request.POST)
    if form.is_valid():
        try:
            deciding.object_to(finding, by=request.actor, words=form.cleaned_data["words"])
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("申辩已提交，倒查组会复核。"))
            return redirect("tracing:finding", finding.pk)
    return _show(request, finding, objection=form, status=422)


@require_POST
@signed_in
def finding_answer(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The panel answers an objection."""
    finding = queries.finding_for(request.actor, pk)
    _ask(request, Permission.TRACE_RUN)
    form = forms.AnswerForm(request.POST)
    if form.is_valid():
        try:
            deciding.answer_objection(finding, by=request.actor, **form.cleaned_data)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("复核结果已记下。"))
            return redirect("tracing:detail", finding.trace_id)
    return _show(request, finding, answer=form, status=422)


@require_GET
@signed_in
def finding_notice(request: AuthedRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    """The finding, or after the decision the final notice, as Word or PDF; each taking is logged."""
    finding = queries.finding_for(request.actor, pk)
    if form not in {"docx", "pdf"} or finding.served_at is None:
        raise Missing
    paper = notice(finding)
    said = f"{paper.title}：{finding.trace_title}"
    note(Audit.Action.EXPORT, said, by=request.actor, request=request)
    return paper.answer(form, paper.title)


def _ask(request: AuthedRequest, permission: Permission) -> None:
    if not request.actor.may(permission):
        raise Forbidden(_("由倒查组成员办理。"))
