"""Duties: the list, one duty, waiving it and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Refused
from anyuan.engines.obligations import queries, services
from anyuan.engines.obligations.forms import FilterForm, ReasonForm, WaiveManyForm
from anyuan.engines.obligations.models import Obligation
from anyuan.org.actor import Actor, visible
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def duty_list(request: AuthedRequest) -> HttpResponse:
    """All duties of the actor's units, by the filter in the address."""
    policy = queries.current_policy()
    points = list(policy.points.values_list("number", "title")) if policy else []
    form = FilterForm(request.GET or None, points=points)
    asked = form.asked() if form.is_bound else queries.DutyFilter()
    rows = queries.obligations_of(request.actor, asked)
    page = keyset_page(rows, order=asked.order, cursor=request.GET.get("after", ""))
    facts = {
        "page": page,
        "form": form,
        "asked": asked,
        "states": queries.STATES,
        "narrowed": asked != queries.DutyFilter(state=asked.state),
        "total": queries.bounded_count(rows),
        "most": queries.COUNT_MOST,
        "unit": visible(Unit, request.actor).filter(key=asked.unit).first() if asked.unit else None,
        "may_waive": request.actor.may(Permission.OBLIGATION_WAIVE),
    }
    return render(request, "obligations/list.html", facts)


@require_GET
@signed_in
def duty(request: AuthedRequest, pk: int) -> HttpResponse:
    """One duty: its rule and source, how to do it, what was done, and earlier periods."""
    row = get_visible(Obligation, request.actor, select=["rule__point", "unit", "waived_by"], pk=pk)
    return render(request, "obligations/duty.html", _duty_facts(row, request.actor))


@require_POST
@signed_in
def waive(request: AuthedRequest, pk: int) -> HttpResponse:
    row = get_visible(Obligation, request.actor, select=["rule__point", "unit", "waived_by"], pk=pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            services.waive(row, by=request.actor, reason=form.cleaned_data["reason"])
        except Forbidden:
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已免除这项任务。"))
            return redirect("obligations:duty", row.pk)
    facts = {**_duty_facts(row, request.actor), "waive_form": form}
    return render(request, "obligations/duty.html", facts, status=422)


@require_POST
@signed_in
def unwaive(request: AuthedRequest, pk: int) -> HttpResponse:
    row = get_visible(Obligation, request.actor, select=["rule"], pk=pk)
    services.unwaive(row, by=request.actor)
    messages.success(request, _("已恢复这项任务。"))
    return redirect("obligations:duty", row.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def waive_many(request: AuthedRequest) -> HttpResponse:
    """Excuse several units at once, such as when a flood closes schools."""
    if not request.actor.may(Permission.OBLIGATION_WAIVE):
        raise Forbidden(_("只有市级和辖市区可以免除任务。"))
    form = _waive_many_form(request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            number = services.waive_many(
                request.post.unit,  # type: ignore[attr-defined]
                by=request.actor,
                unit_keys=[unit.key for unit in data["units"]],
                first=data["first"],
                last=data["last"],
                reason=data["reason"],
                rule_keys=data["rules"],
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已免除 %(n)d 项任务。") % {"n": number})
            return redirect("obligations:list")
    return render(
        request, "obligations/waive_many.html", {"form": form}, status=422 if form.errors else 200
    )


def _waive_many_form(request: AuthedRequest) -> WaiveManyForm:
    policy = queries.current_policy()
    units = visible(Unit, request.actor).filter(
        kind__in=[Unit.Kind.DISTRICT, Unit.Kind.SCHOOL, Unit.Kind.CAMPUS], state=Unit.State.ACTIVE
    )
    today = timezone.localdate()
    return WaiveManyForm(
        request.POST or None,
        rules=list(queries.rules_of(policy).filter(who__in=["school", "site"])) if policy else [],
        units=units.order_by("key"),
        initial={"first": today, "last": today},
    )


def _duty_facts(row: Obligation, by: Actor) -> dict[str, Any]:
    may_decide = by.may(Permission.OBLIGATION_WAIVE) and services.is_above(by, row.unit_id)
    unfinished = row.state == Obligation.State.OPEN
    return {
        "duty": row,
        "evidence": queries.evidence_of(row, by),
        "earlier": queries.earlier(row, by),
        "go_url": queries.fulfil_url(row) if unfinished and queries.may_fulfil(row, by) else "",
        "over": row.is_over(timezone.localdate()),
        "waive_form": ReasonForm() if may_decide and unfinished else None,
        "may_unwaive": may_decide and row.state == Obligation.State.WAIVED,
    }
