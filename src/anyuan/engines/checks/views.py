"""Pages of checks: choose a checklist, fill it in on a phone, the result, the list."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.refused import Missing, Refused
from anyuan.engines.checks import queries
from anyuan.engines.checks.assigned import waiting_for
from anyuan.engines.checks.forms import FilterForm, HeadForm, read_answers, read_files
from anyuan.engines.checks.models import CheckItem, Checklist, Inspection, Version
from anyuan.engines.checks.scoring import Given
from anyuan.engines.checks.services import submit_inspection, void_inspection
from anyuan.org.actor import Actor
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def check_list(request: AuthedRequest) -> HttpResponse:
    """Inspections, newest first, as filtered in the address."""
    form = FilterForm(request.GET)
    form.is_valid()
    rows = queries.filtered(request.actor, form.cleaned_data)
    context = {
        "page": keyset_page(
            rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=20
        ),
        "form": form,
        "checklists": Checklist.objects.filter(active=True),
        "may_check": request.actor.may(Permission.INSPECTION_WRITE),
        "may_assign": request.actor.may(Permission.INSPECTION_SUPERVISE),
        "card": {"assignments": waiting_for(request.actor)},
    }
    return render(request, "checks/list.html", context)


@require_GET
@signed_in
def choose(request: AuthedRequest) -> HttpResponse:
    """The checklists that apply; `?checklist=` goes straight to the form, keeping the unit."""
    unit = _unit(request)
    wanted = request.GET.get("checklist", "")
    rows = queries.checklists_for(unit)
    if unit is not None and any(row.key == wanted for row in rows):
        return redirect(f"/checks/fill/{wanted}/?unit={unit.key}")
    return render(
        request, "checks/choose.html", {"checklists": rows, "unit": unit, "sites": _sites(request)}
    )


def _unit(request: AuthedRequest) -> Unit | None:
    """The unit inspected: named in the request, else the actor's own school or its one campus."""
    key = request.POST.get("unit") or request.GET.get("unit") or ""
    if not key and not request.actor.is_supervisor:
        sites = _sites(request)
        key = sites[0].key if len(sites) == 1 else ""
    return get_visible(Unit, request.actor, key=key) if key else None


def _sites(request: AuthedRequest) -> list[Unit]:
    """The physical sites of the actor's school; nothing for a supervisor, who comes from a school's page."""
    if request.actor.is_supervisor:
        return []
    rows = Unit.objects.within(request.actor.units).filter(state="active", profile__is_site=True)
    return list(rows.order_by("key"))


@dataclasses.dataclass
class Line:
    """An item on the form with what was typed and why it cannot stand."""

    item: CheckItem
    given: Given
    error: str


@dataclasses.dataclass(frozen=True)
class Sent:
    """A form that is whole: what was answered, and its head."""

    version: Version
    items: list[CheckItem]
    answers: dict[str, Given]
    head: dict[str, Any]
    record_id: uuid.UUID


@require_http_methods(["GET", "POST"])
@signed_in
def fill(request: AuthedRequest, key: str) -> HttpResponse:
    """The form of one checklist for one unit."""
    unit = _unit(request)
    checklist = Checklist.objects.filter(key=key, active=True).select_related("current").first()
    if checklist is None or checklist.current is None:
        raise Missing
    if unit is None:
        return redirect("checks:choose")
    inspected = unit

    def send(sent: Sent) -> HttpResponse:
        inspection = _submit(request, inspected, sent)
        return redirect("checks:detail", inspection.pk)

    return fill_in(request, unit, checklist, send, people=request.actor.name)


def fill_in(
    request: AuthedRequest,
    unit: Unit,
    checklist: Checklist,
    send: Callable[[Sent], HttpResponse],
    *,
    people: str,
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show the form, read it back and `send` it; what is refused stands at its items."""
    version = checklist.current
    if version is None:
        raise Missing
    items = list(version.items.all())
    head = HeadForm(request.POST or None, initial={"people": people})
    answers: dict[str, Given] = {}
    errors: dict[str, str] = {}
    if request.method == "POST":
        answers, errors = read_answers(items, request.POST)
        if head.is_valid() and not errors:
            try:
                return send(Sent(version, items, answers, head.cleaned_data, head.once()))
            except Refused as refusal:
                errors = refusal.errors
                show_refusal(head, refusal)
    lines = [Line(item, answers.get(item.key, Given()), errors.get(item.key, "")) for item in items]
    context = {
        "unit": unit,
        "checklist": checklist,
        "lines": lines,
        "head": head,
        "missing": len(errors),
        **(extra or {}),
    }
    status = 422 if errors or head.errors else 200
    return render(request, "checks/fill.html", context, status=status)


def _submit(request: AuthedRequest, unit: Unit, sent: Sent) -> Inspection:
    files = {
        key: [keep_file(one, unit_id=unit.key, by=request.actor, label=key).pk for one in uploads]
        for key, uploads in read_files(sent.items, request.FILES).items()
    }
    return submit_inspection(
        unit,
        by=request.actor,
        version=sent.version,
        answers=sent.answers,
        files=files,
        happened_on=sent.head["happened_on"],
        place=sent.head["place"],
        people=sent.head["people"],
        mode=sent.head["mode"],
        record_id=sent.record_id,
    )


@require_GET
@signed_in
def check_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The result: score, what failed first, all answers, photos, hazards, history."""
    inspection: Any = get_visible(
        Inspection, request.actor, pk=pk, select=("unit", "record__done_by", "version__checklist")
    )
    answers = queries.answers_of(inspection)
    context = {
        "inspection": inspection,
        "answers": answers,
        "failed": [answer for answer in answers if answer.result == 0],
        "may_void": inspection.record.counts and _may_void(inspection, request.actor),
    }
    return render(request, "checks/detail.html", context)


def _may_void(inspection: Inspection, by: Actor) -> bool:
    """Who wrote it; of an assigned check the level that assigned it."""
    record = inspection.record
    assigned = inspection.mode == Inspection.Mode.CROSS and record.done_by_id == by.unit_key
    return record.created_by_id == by.person_id or (assigned and by.is_supervisor)


@require_POST
@signed_in
def check_void(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    inspection: Any = get_visible(Inspection, request.actor, pk=pk, select=("unit", "record"))
    void_inspection(inspection, by=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("已撤销。由它完成的任务已恢复为待办。"))
    return redirect("checks:detail", inspection.pk)
