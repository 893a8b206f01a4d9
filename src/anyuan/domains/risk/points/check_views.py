"""Looking after controls: what is due, one check, and doing one on the phone."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Refused
from anyuan.domains.risk.points import queries
from anyuan.domains.risk.points.forms import CheckForm
from anyuan.domains.risk.points.services.checking import check_point
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def due_list(request: AuthedRequest) -> HttpResponse:
    """Points whose controls are to be looked after, the longest overdue first."""
    rows = queries.due_for(request.actor)
    order = ["next_check_on", "record_id"]
    page = keyset_page(rows, order=order, cursor=request.GET.get("after", ""), size=30)
    context = {
        "page": page,
        "today": timezone.localdate(),
        "may_check": request.actor.may(Permission.RISK_CHECK),
    }
    return render(request, "risk/checks.html", context)


@require_GET
@signed_in
def today_part(request: AuthedRequest) -> HttpResponse:
    """What 今日 shows of risks, fetched after the page."""
    by = request.actor
    if by.is_supervisor or not by.may(Permission.RISK_CHECK):
        raise Forbidden(_("您的岗位不检查风险管控措施。"))
    return render(request, "risk/parts/today.html", {"card": queries.today_facts(by)})


@require_GET
@signed_in
def check_page(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    check = queries.one_check(request.actor, pk)
    return render(request, "risk/check.html", {"check": check, "point": check.point})


@require_http_methods(["GET", "POST"])
@signed_in
def check_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """All in order by one tap; what is not is ticked and photographed."""
    point = queries.one(request.actor, pk)
    if not request.actor.may(Permission.RISK_CHECK):
        raise Forbidden(_("您的岗位不能进行此项操作。管控措施由学校人员检查。"))
    controls = list(point.controls.filter(active=True).order_by("kind", "id"))
    form = CheckForm(request.POST or None, request.FILES or None, controls=controls)
    if request.method == "POST" and form.is_valid():
        try:
            check = _check(request, point, form)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            said = _("已记录，措施有效。") if check.ok else _("已记录，问题已转为隐患。")
            messages.success(request, said)
            return redirect("risk:checks")
    context = {"form": form, "point": point, "controls": controls}
    return render(request, "risk/check_new.html", context, status=422 if form.errors else 200)


def _check(request: AuthedRequest, point: Any, form: CheckForm) -> Any:
    data = form.cleaned_data
    files = [keep_file(one, unit_id=point.unit_id, by=request.actor).pk for one in data["files"]]
    return check_point(
        point, by=request.actor, ok=data["ok"] == "1", failed=[uuid.UUID(one) for one in data["failed"]],
        note=data["note"], on=data["on"], file_ids=files, record_id=form.once(),
    )  # fmt: skip
