"""Pages of a trace: the list, starting one from an incident, its page and steps, the bundle."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.models import Audit, Record
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.risk.tracing import forms, queries
from anyuan.domains.risk.tracing.documents import bundle
from anyuan.domains.risk.tracing.models import Trace
from anyuan.domains.risk.tracing.sealing import broken
from anyuan.domains.risk.tracing.services.opening import (
    candidates,
    change_panel,
    open_trace,
    step_trace,
)
from anyuan.engines.cases import registry
from anyuan.engines.cases.queries import choices, stages, steps_of
from anyuan.engines.notices.printing import PDF, download
from anyuan.org.audit import note
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission


def trace_of(request: AuthedRequest, pk: uuid.UUID) -> Trace:
    """One trace with its panel."""
    found: Trace = get_visible(Trace, request.actor, pk=pk, select=queries.SELECT)
    prefetch_related_objects([found], Prefetch("panel", queries.seats()))
    return found


@require_GET
@signed_in
def trace_list(request: AuthedRequest) -> HttpResponse:
    """The traces that one's office runs; the findings that concern one's unit."""
    if not request.actor.may(Permission.TRACE_ANSWER):
        raise Forbidden(_("您的岗位不能查看责任倒查。"))
    page = keyset_page(
        queries.traces(request.actor), order=["-record_id"], cursor=request.GET.get("after", ""), size=20
    )  # fmt: skip
    facts = {
        "page": page,
        "findings": queries.findings_for(request.actor)[:50],
        "runs": request.actor.may(Permission.TRACE_RUN),
    }
    return render(request, "tracing/list.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def trace_new(request: AuthedRequest, cause: uuid.UUID) -> HttpResponse:
    """Look back from an incident."""
    record: Any = get_visible(Record, request.actor, pk=cause, select=("unit",))
    if record.kind != "incident":
        raise Missing
    if not request.actor.may(Permission.TRACE_RUN):
        raise Forbidden(_("由市、区教育局组织责任倒查。"))
    office = Unit.objects.get(key=request.actor.unit_key)
    people = [(post.person_id, post.person.name) for post in candidates(office)]
    moment = timezone.localtime(record.created_at).replace(second=0, microsecond=0)
    initial = {
        "moment": moment, "panel": [request.actor.person_id], "lead": request.actor.person_id,
    }  # fmt: skip
    form = forms.OpenForm(request.POST or None, initial=initial, people=people)
    if request.method == "POST" and form.is_valid():
        data = {k: v for k, v in form.cleaned_data.items() if k != "form_id"}
        try:
            trace = open_trace(
                office, by=request.actor, cause=record, record_id=form.once(), **data
            )
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已立项。请收集并固定证据。"))
            return redirect("tracing:detail", trace.pk)
    facts = {"form": form, "cause": record, "title": _("责任倒查立项")}
    return render(request, "tracing/form.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def trace_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The evidence, the findings, the next step."""
    return show_trace(request, trace_of(request, pk))


def show_trace(
    request: AuthedRequest, trace: Trace, *, bound: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    case = trace.record.case  # type: ignore[attr-defined]
    items = queries.evidence(trace)
    panel = list(trace.panel.all())
    facts = {
        "trace": trace,
        "case": case,
        "stages": stages(case),
        "actions": _actions(request, trace, bound),
        "broken": broken(trace, items),
        "parts": queries.parts_of(items),
        "findings": queries.findings_of(trace),
        "panel": panel,
        "on_panel": request.actor.person_id in {one.person_id for one in panel},
        "opinion_form": forms.OpinionForm(),
        "steps": steps_of(case),
    }
    return render(request, "tracing/detail.html", facts, status=status)


def _actions(
    request: AuthedRequest, trace: Trace, bound: tuple[str, Any] | None
) -> list[tuple[Any, Any, str]]:
    found = []
    for choice in choices(trace.record.case, trace, request.actor):  # type: ignore[attr-defined]
        step = choice.transition
        form = bound[1] if bound and bound[0] == step.key else step.form() if step.form else None
        found.append((choice, form, reverse("tracing:act", args=[trace.pk, step.key])))
    return found


@require_POST
@signed_in
def trace_act(request: AuthedRequest, pk: uuid.UUID, transition: str) -> HttpResponse:
    """One step of the loop."""
    trace = trace_of(request, pk)
    step = registry.get("trace").transition(transition)
    if step is None:
        raise Missing
    form: django_forms.Form | None = step.form(request.POST) if step.form else None
    if form is not None and not form.is_valid():
        return show_trace(request, trace, bound=(transition, form), status=422)
    seen = request.POST.get("seen", "")
    try:
        step_trace(
            trace, by=request.actor, transition=transition, data=form.cleaned_data if form else {},
            seen=int(seen) if seen.isdecimal() else None,
        )  # fmt: skip
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("已办理：%(what)s。") % {"what": step.label})
    return redirect("tracing:detail", trace.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def trace_panel(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Other people on the panel."""
    trace = trace_of(request, pk)
    panel = list(trace.panel.all())
    people = [(post.person_id, post.person.name) for post in candidates(trace.unit)]
    initial = {
        "panel": [one.person_id for one in panel],
        "lead": next((one.person_id for one in panel if one.lead), None),
    }
    form = forms.PanelForm(request.POST or None, initial=initial, people=people)
    if request.method == "POST" and form.is_valid():
        try:
            change_panel(trace, by=request.actor, **form.cleaned_data)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("倒查组已调整。"))
            return redirect("tracing:detail", trace.pk)
    facts = {"form": form, "cause": trace.cause, "trace": trace, "title": _("调整倒查组")}
    return render(request, "tracing/form.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def trace_bundle(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything as one PDF with the hashes; each taking is logged."""
    trace = trace_of(request, pk)
    if not request.actor.may(Permission.EXPORT_RUN):
        raise Forbidden(_("您的岗位不能导出。"))
    items = queries.evidence(trace)
    body = bundle(trace, items, queries.findings_of(trace), list(trace.panel.all()))
    note(Audit.Action.EXPORT, f"责任倒查卷宗 {trace.number}", by=request.actor, request=request)
    return download(body, f"{trace.number}.pdf", PDF)
