"""Pages of who was told: 收到, what was done, and a district's part of a warning from the city."""

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
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.emergency.warnings import forms, queries
from anyuan.domains.emergency.warnings.models import WarningResponse
from anyuan.domains.emergency.warnings.services.answering import acknowledge, report_measures
from anyuan.domains.emergency.warnings.views import ask_more, ask_suspension, going_facts
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def card(request: AuthedRequest) -> HttpResponse:
    """The card on 今日, for its own renewal."""
    return render(request, "warnings/parts/today_card.html", {"card": queries.today_card(request.actor)})  # fmt: skip


@require_GET
@signed_in
def told(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Where a message leads: one's own unit's copy, or the warning itself for the desk that sent it."""
    own = queries.own_response(request.actor, pk)
    if own is not None:
        return redirect("warnings:response", own.pk)
    return redirect("warnings:detail", queries.one(request.actor, pk).pk)


@require_GET
@signed_in
def response_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One unit's copy: what is asked, what was done; a district sees its schools."""
    response = queries.response_of(request.actor, pk)
    own = request.actor.unit_key == response.unit_id
    facts: dict[str, Any] = {
        "response": response,
        "may_ack": own and not response.acked_at and not response.ended_at and _may_answer(request, response),
        "may_report": own and not response.office and request.actor.may(Permission.WARNING_ANSWER)
        and not (response.ended_at and response.reported_at),
        "now": timezone.now(),
    }  # fmt: skip
    if response.office:
        facts |= _office(response)
        facts["manages"] = own and request.actor.may(Permission.WARNING_MANAGE) and not response.ended_at  # fmt: skip
        facts["may_export"] = request.actor.may(Permission.EXPORT_RUN)
        return render(request, "warnings/office.html", facts)
    facts["asked"] = queries.asked_of(response)
    facts["suspension"] = queries.suspension_of(response)
    return render(request, "warnings/response.html", facts)


def _office(response: WarningResponse) -> dict[str, Any]:
    url = reverse("warnings:office_going", args=[response.pk])
    facts = going_facts(response.signal_id, response.unit_id, url)
    return {**facts, "orders": queries.orders_of(response.signal_id, response.unit_id)}


def _may_answer(request: AuthedRequest, response: WarningResponse) -> bool:
    needed = Permission.WARNING_MANAGE if response.office else Permission.WARNING_ANSWER
    return request.actor.may(needed)


@require_POST
@signed_in
def response_ack(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """收到: one press."""
    response = queries.response_of(request.actor, pk)
    try:
        acknowledge(response, by=request.actor)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.info(request, refusal.sentence)
    else:
        messages.success(request, _("已确认收到。落实后请反馈措施。"))
    return redirect("warnings:response", response.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def response_report(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """What was done of each measure."""
    by = request.actor
    response = queries.response_of(by, pk)
    if not by.may(Permission.WARNING_ANSWER):
        raise Forbidden(_("您的岗位不能进行此项操作。由校（园）长或安全干部反馈。"))
    suspension = queries.suspension_of(response)
    form = forms.ReportForm(
        request.POST or None, request.FILES or None, asked=queries.asked_of(response), suspension=suspension,
        initial={"note": response.note, "seen": response.reports},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            files = [keep_file(one, unit_id=response.unit_id, by=by).pk for one in found["files"]]
            report_measures(
                response, by=by, answers=form.answers(), note=found["note"], suspension=form.suspension(),
                file_ids=files, seen=found["seen"],
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("已反馈。"))
            return redirect("warnings:response", response.pk)
    facts = {"response": response, "form": form, "suspension": suspension}
    bad = bool(form.errors or form.wrong)
    return render(request, "warnings/report.html", facts, status=422 if bad else 200)


def _show(form: forms.ReportForm, refusal: Refused) -> None:
    """A refusal at its measure's row, at its field, else above the form."""
    rows = {name: said for name, said in refusal.errors.items() if name not in form.fields}
    form.wrong = rows
    for name, said in refusal.errors.items():
        if name in form.fields:
            form.add_error(name, said)
    if not refusal.errors or any(not name.startswith(("m_", "w_")) for name in rows):
        form.add_error(None, refusal.sentence)


@require_GET
@signed_in
def office_going(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    return render(request, "warnings/parts/going.html", _office(queries.response_of(request.actor, pk)))  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def office_more(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A district adds measures for its schools."""
    response = queries.response_of(request.actor, pk)
    return ask_more(request, response, reverse("warnings:response", args=[pk]))


@require_http_methods(["GET", "POST"])
@signed_in
def office_suspend(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A district suspends lessons of its schools."""
    response = queries.response_of(request.actor, pk)
    return ask_suspension(request, response, reverse("warnings:response", args=[pk]))
