"""Pages of the desk: the list, a warning with who has answered, weighing it, and what comes after."""

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

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.emergency.warnings import forms, queries
from anyuan.domains.emergency.warnings.content import content, grade_of
from anyuan.domains.emergency.warnings.models import WarningSignal
from anyuan.domains.emergency.warnings.proposing import measures_for
from anyuan.domains.emergency.warnings.services.weighing import (
    Subject,
    add_measures,
    order_suspension,
    step_warning,
)
from anyuan.engines.cases import registry
from anyuan.engines.cases.queries import choices, stages, steps_of
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def warning_list(request: AuthedRequest) -> HttpResponse:
    """A desk's warnings, and what its unit was told from above; a school's own."""
    by = request.actor
    if not by.may(Permission.RECORD_READ):
        raise Forbidden(_("您的岗位不能查看预警。"))
    form = forms.FilterForm(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    facts: dict[str, Any] = {
        "form": form, "manages": _manages(request), "desk": by.is_supervisor, "now": timezone.now(), "empty_title": _("没有符合条件的预警"),
    }  # fmt: skip
    after = request.GET.get("after", "")
    told = queries.told_to(by, wanted)
    if by.is_supervisor:
        rows = queries.filtered(by, wanted)
        facts["page"] = keyset_page(rows, order=["-record_id"], cursor=after, size=20)
        facts["above"] = [] if after else list(told.order_by("-record_id")[:10])
        if facts["above"]:
            facts["empty_title"] = _("本级没有自己发布的预警")
    else:
        facts["page"] = keyset_page(told, order=["-record_id"], cursor=after, size=20)
    return render(request, "warnings/list.html", facts)


def _manages(request: AuthedRequest) -> bool:
    return request.actor.may(Permission.WARNING_MANAGE)


@require_GET
@signed_in
def warning_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    return show_warning(request, queries.one(request.actor, pk))


@require_GET
@signed_in
def warning_going(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Who has answered, for its own renewal."""
    signal = queries.one(request.actor, pk)
    return render(request, "warnings/parts/going.html", going_facts(signal.pk, signal.unit_id, reverse("warnings:going", args=[pk])))  # fmt: skip


def going_facts(signal_id: Any, unit_key: str, url: str) -> dict[str, Any]:
    return {
        "going": queries.going(signal_id, unit_key), "going_url": url, "now": timezone.now(),
        "suspended": [
            {**row, "title": content().suspensions.get(row["kind"], (row["kind"], ""))[0]}
            for row in queries.suspended_sums(signal_id, unit_key)
        ],
    }  # fmt: skip


@require_POST
@signed_in
def warning_act(request: AuthedRequest, pk: uuid.UUID, transition: str) -> HttpResponse:
    """One step of the loop; errors come back at their fields."""
    signal = queries.one(request.actor, pk)
    step = registry.get("warning").transition(transition)
    if step is None:
        raise Missing
    form = step.form(request.POST) if step.form else None
    if form is None or form.is_valid():
        try:
            step_warning(
                signal, by=request.actor, transition=transition,
                data=dict(form.cleaned_data) if form else {}, seen=_seen(request),
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            if form is None:
                raise
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已办理：%(label)s。") % {"label": step.label})
            return redirect("warnings:detail", signal.pk)
    fresh = queries.one(request.actor, pk)
    return show_warning(request, fresh, bound=(transition, form), status=422)


def _seen(request: AuthedRequest) -> int | None:
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isdigit() else None


@require_http_methods(["GET", "POST"])
@signed_in
def warning_issue(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Weighing: area, measures, level, suspension; then every school gets it at once."""
    signal = queries.one(request.actor, pk)
    if not _manages(request):
        raise Forbidden(_("您的岗位不能进行此项操作。"))
    case = signal.record.case
    if request.method == "GET" and case.state != "pending":
        return redirect("warnings:detail", signal.pk)
    proposal = measures_for(signal)
    chosen = request.POST.getlist("units") or signal.units
    form = forms.IssueForm(
        request.POST or None, areas=queries.choosable(signal.unit, signal.units), measures=proposal.measures,
        initial=_known(signal, chosen),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            step_warning(signal, by=request.actor, transition="issue", data=form.decided(), seen=_seen(request))  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已下发，各校正在收到。"))
            return redirect("warnings:detail", signal.pk)
    facts = {"signal": signal, "form": form, "case": case, "proposal": proposal}
    return render(request, "warnings/issue.html", facts, status=422 if form.errors else 200)


def _known(signal: WarningSignal, chosen: Any) -> dict[str, Any]:
    colour = signal.colour_spec
    grade = grade_of(signal.kind, signal.colour)
    return {
        "kind": signal.kind, "colour": signal.colour, "level": signal.level or (colour.level if colour else ""),
        "units": list(chosen) or [signal.unit_id], "expires_at": timezone.localtime(signal.expires_at),
        "words": signal.words, "suspend": grade.suspend if grade and grade.suspend == "closed" and signal.colour == "red" else "",
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def warning_more(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """More measures while it runs."""
    signal = queries.one(request.actor, pk)
    return ask_more(request, signal, reverse("warnings:detail", args=[pk]))


@require_http_methods(["GET", "POST"])
@signed_in
def warning_suspend(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """停课通知 while it runs."""
    signal = queries.one(request.actor, pk)
    return ask_suspension(request, signal, reverse("warnings:detail", args=[pk]))


def ask_more(request: AuthedRequest, subject: Subject, back: str) -> HttpResponse:
    if not _manages(request):
        raise Forbidden(_("您的岗位不能进行此项操作。"))
    form = forms.MoreForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        texts = form.cleaned_data["more"].splitlines()
        try:
            many = add_measures(subject, by=request.actor, texts=texts)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已向 %(n)d 所学校增加措施。") % {"n": many})
            return redirect(back)
    return _ask(request, form, subject, back, _("增加措施"), _("发给学校"))


def ask_suspension(request: AuthedRequest, subject: Subject, back: str) -> HttpResponse:
    if not _manages(request):
        raise Forbidden(_("您的岗位不能进行此项操作。"))
    form = forms.SuspendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            order = order_suspension(subject, by=request.actor, **(form.suspension() or {}))
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已向 %(n)d 所学校发出%(kind)s通知。") % {"n": order.schools, "kind": order.kind_title})  # fmt: skip
            return redirect(back)
    return _ask(request, form, subject, back, _("停课通知"), _("签发，马上通知学校"))


def _ask(
    request: AuthedRequest, form: Any, subject: Subject, back: str, title: str, button: str
) -> HttpResponse:  # fmt: skip
    facts = {"form": form, "subject": subject, "back": back, "title": title, "button": button}
    return render(request, "warnings/form.html", facts, status=422 if form.errors else 200)


def show_warning(
    request: AuthedRequest, signal: WarningSignal, *, bound: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    """The desk's page; `bound` is a form that was refused, by its step."""
    by, case = request.actor, signal.record.case
    own = by.unit_key == signal.unit_id and _manages(request)
    facts: dict[str, Any] = {
        "signal": signal,
        "case": case,
        "state": case.state_spec,
        "stages": stages(case),
        "steps": steps_of(case),
        "actions": _actions(signal, request, bound) if own else [],
        "own": own,
        "grade": grade_of(signal.kind, signal.colour),
        "may_alert": own and by.may(Permission.ALERT_SEND),
        "may_export": by.may(Permission.EXPORT_RUN),
    }
    if signal.issued_at:
        facts |= going_facts(signal.pk, signal.unit_id, reverse("warnings:going", args=[signal.pk]))
        facts["orders"] = queries.orders_of(signal.pk, signal.unit_id)
    return render(request, "warnings/detail.html", facts, status=status)


def _actions(
    signal: WarningSignal, request: AuthedRequest, bound: tuple[str, Any] | None
) -> list[tuple[Any, Any, str]]:
    """What may be done now but passing on, which has a page; the step that was refused comes first."""
    found = []
    for choice in choices(signal.record.case, signal, request.actor):
        step = choice.transition
        if choice.why_not or step.form is None:
            continue
        form = step.form(initial={"expires_at": timezone.localtime(signal.expires_at)})
        if bound and bound[0] == step.key:
            form = bound[1]
        found.append((choice, form, reverse("warnings:act", args=[signal.pk, step.key])))
    if bound:
        found.sort(key=lambda row: row[0].transition.key != bound[0])
    return found
