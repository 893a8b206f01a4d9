"""Pages of programmes: the terms, one programme, its papers."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.drills import documents, programmes
from anyuan.domains.emergency.drills.forms import EntryFormSet
from anyuan.domains.emergency.drills.models import Programme
from anyuan.domains.emergency.drills.services.programmes import (
    adopt_programme,
    propose_programme,
    set_entries,
)
from anyuan.engines.notices.printing import PDF, XLSX, download
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission


@require_http_methods(["GET", "POST"])
@signed_in
def programme_list(request: AuthedRequest) -> HttpResponse:
    """A school: its terms, one click proposes. A level above: the programmes of its schools."""
    today = timezone.localdate()
    if request.method == "POST":
        unit: Any = get_visible(Unit, request.actor, key=request.actor.unit_key)
        starts_on = parse_date(request.POST.get("starts_on", "")) or datetime.date.min
        programme = propose_programme(unit, by=request.actor, starts_on=starts_on)
        messages.success(request, _("已按任务和季节拟好，请看一遍，调整后采用。"))
        return redirect("emergency:programme", programme.pk)
    rows = programmes.programmes_of(request.actor)
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=20)
    terms = []
    if _writes(request):
        mine = {one.starts_on: one for one in rows.filter(unit_id=request.actor.unit_key)}
        terms = [(span, mine.get(span.starts_on)) for span in programmes.spans(today)]
    facts = {"page": page, "terms": terms, "supervisor": request.actor.is_supervisor}
    return render(request, "emergency/programmes.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def programme_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One programme: a draft is edited here, an adopted one shows how its drills stand."""
    programme = _one(request, pk)
    entries = list(programme.entries.select_related("drill__record").order_by("on", "id"))
    writes = _writes(request) and programme.is_draft
    formset: Any = None
    status = 200
    if request.method == "POST":
        formset = EntryFormSet(request.POST)
        if formset.is_valid():
            try:
                set_entries(programme, by=request.actor, entries=_lines(formset))
            except (Forbidden, Missing, Conflict):
                raise
            except Refused as refusal:
                formset.refuse(refusal.sentence)
            else:
                messages.success(request, _("已保存。"))
                return redirect("emergency:programme", pk)
        status = 422
    elif writes:
        formset = EntryFormSet(
            initial=[
                {"id": e.pk, "on": e.on, "kind": e.kind, "mode": e.mode, "at_night": e.at_night}
                for e in entries
            ]
        )
    facts = {
        "programme": programme, "entries": entries, "formset": formset if writes or status == 422 else None,
        "why": {str(e.pk): e.why for e in entries}, "open": _open(programme, entries), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "emergency/programme.html", facts, status=status)


@require_POST
@signed_in
def programme_adopt(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The draft becomes the plan."""
    programme = _one(request, pk)
    adopt_programme(programme, by=request.actor)
    messages.success(request, _("已采用。每次演练到期前会提醒，可在日历上查看和调整。"))
    return redirect("emergency:programme", pk)


@require_GET
@signed_in
def programme_paper(request: AuthedRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """The programme as a workbook or for printing."""
    programme = _one(request, pk)
    name = f"{programme.unit.short_name}{programme.label}演练计划"
    if kind == "xlsx":
        return download(documents.programme_xlsx(programme, request.actor), f"{name}.xlsx", XLSX)
    if kind == "pdf":
        return download(documents.programme_pdf(programme), f"{name}.pdf", PDF)
    raise Missing


def _one(request: AuthedRequest, pk: uuid.UUID) -> Programme:
    programme: Programme = get_visible(Programme, request.actor, pk=pk, select=("unit", "record"))
    return programme


def _writes(request: AuthedRequest) -> bool:
    return request.actor.may(Permission.DRILL_WRITE) and not request.actor.is_supervisor


def _lines(formset: Any) -> list[dict[str, Any]]:
    return [
        form.cleaned_data
        for form in formset.forms
        if form.cleaned_data.get("on") and not form.cleaned_data.get("DELETE")
    ]


def _open(programme: Programme, entries: list[Any]) -> list[Any]:
    """Duties of the term that neither the programme nor other drills cover."""
    today = timezone.localdate()
    span = programmes.span_of(programme.starts_on, today)
    if span is None:
        return []
    needs = programmes.needs_of(programme.unit, span, today)
    lines = [(e.on, e.kind) for e in entries] if programme.is_draft else []
    return programmes.uncovered(needs, lines)
