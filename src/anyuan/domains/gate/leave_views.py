"""Pages of pupils' early leaving: the class teacher's slip and what the guard sees of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.gate import leave_services, queries
from anyuan.domains.gate.forms import LeaveForm
from anyuan.domains.gate.models import Leave
from anyuan.domains.gate.views import site
from anyuan.org.audit import read_sensitive
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def leaves(request: AuthedRequest) -> HttpResponse:
    """Slips, newest first: all at the desk, one's own for a teacher."""
    unit = site(request, Permission.GATE_READ)
    rows = queries.leaves_of(request.actor)
    page = keyset_page(rows, order=["-on", "-id"], cursor=request.GET.get("after", ""), size=30)
    return render(request, "gate/leaves.html", {"page": page, "unit": unit})


@require_http_methods(["GET", "POST"])
@signed_in
def leave_new(request: AuthedRequest) -> HttpResponse:
    """The class teacher starts a slip."""
    unit = site(request, Permission.GATE_HOST)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            leave = leave_services.start_leave(
                unit, by=request.actor, leave_id=form.once(), **form.facts()
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("离校单已保存。"))
            return redirect("gate:leave", leave.pk)
    facts = {"form": form, "unit": unit}
    return render(request, "gate/leave_new.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def leave(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One slip with what can be done now."""
    return _leave_page(request, queries.leave_of(request.actor, pk))


def _leave_page(
    request: AuthedRequest, found: Leave, *, error: str = "", status: int = 200
) -> HttpResponse:
    by = request.actor
    own = found.started_by_id == by.person_id or by.may(Permission.GATE_MANAGE)
    facts = {
        "leave": found, "error": error, "own": own, "desk": by.may(Permission.GATE_DESK),
        "is_today": found.on == timezone.localdate(),
    }  # fmt: skip
    return render(request, "gate/leave.html", facts, status=status)


STEPS: dict[str, tuple[Callable[..., Any], str]] = {
    "confirm": (leave_services.confirm_leave, "已核实，门卫可以放行。"),
    "cancel": (leave_services.cancel_leave, "已取消。"),
    "out": (leave_services.release_leave, "已放行，班主任会收到消息。"),
    "back": (leave_services.return_leave, "已登记返校。"),
}


@require_POST
@signed_in
def leave_act(request: AuthedRequest, pk: uuid.UUID, step: str) -> HttpResponse:
    """One step of a slip; refused, the page says why."""
    found = queries.leave_of(request.actor, pk)
    if step not in STEPS:
        raise Missing
    service, done = STEPS[step]
    given: dict[str, Any] = {}
    if step == "out":
        given["seen"] = "seen" in request.POST
    if step == "cancel":
        given["why"] = request.POST.get("why", "")
    try:
        service(found, by=request.actor, **given)
    except Forbidden:
        raise
    except Refused as refusal:
        return _leave_page(request, found, error=refusal.sentence, status=refusal.status)
    messages.success(request, done)
    return redirect("gate:leave", found.pk)


@require_POST
@signed_in
def leave_unseal(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the telephone number of who fetches; the reading is logged."""
    found = queries.leave_of(request.actor, pk, sealed=True)
    read_sensitive(f"查看 {found.on:%Y-%m-%d} 离校单的接送人手机号", by=request.actor)
    return render(request, "gate/leave_unsealed.html", {"leave": found})
