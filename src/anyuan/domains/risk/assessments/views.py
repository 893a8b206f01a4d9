"""Pages of who hires: the list, a new assessment, its steps, the firm's people."""

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
from anyuan.domains.risk.assessments import forms, queries
from anyuan.domains.risk.assessments.models import Assessment
from anyuan.domains.risk.assessments.services.hiring import (
    end_access,
    invite_assessor,
    plan_assessment,
    step_assessment,
)
from anyuan.engines.cases import registry
from anyuan.engines.cases.queries import choices, stages, steps_of
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def assessment_list(request: AuthedRequest) -> HttpResponse:
    """What one's units hired, and the parts of the schools that one sees."""
    by = request.actor
    page = keyset_page(
        queries.sites(by), order=["-record_id"], cursor=request.GET.get("after", ""), size=30
    )
    manages = by.may(Permission.ASSESSMENT_MANAGE)
    loop = registry.get("assessment")
    context = {
        "page": page,
        "wholes": list(queries.wholes(by).order_by("-record_id")[:30]) if manages else [],
        "lines": [(site, loop.state(site.record.state)) for site in page.rows],
        "manages": manages,
    }
    return render(request, "assessments/list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def assessment_new(request: AuthedRequest) -> HttpResponse:
    """A new assessment of one's own unit."""
    by = request.actor
    if not by.may(Permission.ASSESSMENT_MANAGE):
        raise Forbidden(_("您的岗位不能进行此项操作。第三方评估由学校或主管部门委托。"))
    units = queries.schools_of(by)
    form = forms.PlanForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        facts = {n: v for n, v in form.cleaned_data.items() if n not in {"form_id", "sites"}}
        chosen = [one for one in units if one.key in set(form.cleaned_data["sites"])]
        try:
            unit = get_visible(Unit, by, key=by.unit_key)
            row = plan_assessment(unit, by=by, sites=chosen, record_id=form.once(), **facts)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已登记，接着登记合同。"))
            return redirect("assessments:detail", row.pk)
    return render(request, "assessments/new.html", {"form": form}, status=422 if form.errors else 200)  # fmt: skip


@require_GET
@signed_in
def assessment_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    return _detail(request, queries.one(request.actor, pk))


@require_POST
@signed_in
def assessment_act(request: AuthedRequest, pk: uuid.UUID, transition: str) -> HttpResponse:
    """One step of the loop; errors come back at their fields."""
    row = queries.one(request.actor, pk)
    step = registry.get("assessment").transition(transition)
    if step is None or step.form is None:
        raise Missing
    form = step.form(request.POST, request.FILES)
    if form.is_valid():
        try:
            data = dict(form.cleaned_data)
            files = [keep_file(one, unit_id=row.unit_id, by=request.actor).pk for one in data.pop("files", [])]  # fmt: skip
            seen = request.POST.get("seen", "")
            step_assessment(
                row, by=request.actor, transition=transition, data=data, file_ids=files,
                seen=int(seen) if seen.isdigit() else None,
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已办理：%(label)s。") % {"label": step.label})
            return redirect("assessments:detail", row.pk)
    return _detail(request, row, bound=(transition, form), status=422)


@require_POST
@signed_in
def invite(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Let one person of the firm in; the first password is shown once."""
    row = queries.one(request.actor, pk)
    form = forms.InviteForm(request.POST)
    if form.is_valid():
        try:
            password = invite_assessor(row, by=request.actor, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return _detail(request, row, told=(form.cleaned_data["username"], password))
    return _detail(request, row, invite_form=form, status=422)


@require_POST
@signed_in
def access_end(request: AuthedRequest, pk: uuid.UUID, person: int) -> HttpResponse:
    row = queries.one(request.actor, pk)
    end_access(row, by=request.actor, person_id=person)
    messages.success(request, _("已终止，此人不能再查看。"))
    return redirect("assessments:detail", row.pk)


def _detail(
    request: AuthedRequest,
    row: Assessment,
    *,
    bound: tuple[str, Any] | None = None,
    invite_form: Any = None,
    told: tuple[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    by, case = request.actor, row.record.case
    open_to = choices(case, row, by)
    if bound:
        open_to.sort(key=lambda choice: choice.transition.key != bound[0])
    actions = [
        (
            choice,
            bound[1]
            if bound and bound[0] == choice.transition.key
            else (choice.transition.form() if choice.transition.form else None),
            reverse("assessments:act", args=[row.pk, choice.transition.key]),
        )
        for choice in open_to
    ]
    parts = queries.parts_of(by, row)
    context = {
        "row": row, "case": case, "state": case.state_spec, "stages": stages(case), "steps": steps_of(case),
        "actions": actions, "parts": parts, "people": queries.people_of(by, row), "told": told,
        "found": sum(one.found for one in parts), "closed": sum(one.closed for one in parts),
        "may_invite": by.may(Permission.ASSESSMENT_MANAGE) and case.is_open and case.state != "planned",
        "invite_form": invite_form or forms.InviteForm(initial={"until": row.ends_on}),
    }  # fmt: skip
    return render(request, "assessments/detail.html", context, status=status)
