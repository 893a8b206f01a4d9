"""Pages of one row: new, its page (which a label's code opens), correcting, taking off, sealed columns."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.engines.ledgers import queries, registry
from anyuan.engines.ledgers.expiry import Watch
from anyuan.engines.ledgers.forms import EndForm, RowForm
from anyuan.engines.ledgers.models import Row
from anyuan.engines.ledgers.services import add_row, change_row, end_row, restore_row, unseal_row
from anyuan.engines.ledgers.spec import Ledger
from anyuan.engines.ledgers.values import shown
from anyuan.org.actor import Actor
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible


@require_http_methods(["GET", "POST"])
@signed_in
def row_new(request: AuthedRequest, key: str) -> HttpResponse:
    """Put a person or thing on the ledger of a school or campus."""
    ledger = queries.readable(registry.find(key), request.actor)
    if not request.actor.may(ledger.write):
        raise Forbidden(_("您的岗位不能登记这份台账。"))
    units = _sites(request)
    unit = _unit_of(request, units)
    form = RowForm(ledger, request.POST or None, request.FILES or None)
    if unit is not None and request.method == "POST" and form.is_valid():
        try:
            row = add_row(
                unit, by=request.actor, ledger=ledger, facts=form.facts(),
                file_ids=_files(request, unit.key, form), record_id=form.once(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已登记。"))
            if "more" in request.POST:
                return redirect("ledgers:new", key)
            return redirect("ledgers:row", row.pk)
    context = {"ledger": ledger, "form": form, "unit": unit, "units": units}
    return render(request, "ledgers/form.html", context, status=422 if form.errors else 200)


def _sites(request: AuthedRequest) -> list[Unit]:
    """Where a row may be put: the actor's school and its campuses; a supervisor comes from a school."""
    if request.actor.is_supervisor:
        return []
    kinds = [Unit.Kind.SCHOOL, Unit.Kind.CAMPUS]
    return list(Unit.objects.within(request.actor.units).filter(kind__in=kinds, state="active").order_by("key"))  # fmt: skip


def _unit_of(request: AuthedRequest, units: list[Unit]) -> Unit | None:
    key = request.POST.get("unit") or request.GET.get("unit") or ""
    if not key:
        return units[0] if units else None
    return get_visible(Unit, request.actor, key=key)


def _files(request: AuthedRequest, unit_key: str, form: RowForm) -> list[uuid.UUID]:
    return [
        keep_file(one, unit_id=unit_key, by=request.actor).pk for one in form.cleaned_data["files"]
    ]


@require_GET
@signed_in
def row_page(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    ledger, row = queries.one(request.actor, pk)
    return _page(request, ledger, row)


@require_POST
@signed_in
def row_unseal(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The row's page with its sealed columns; that they were read is logged."""
    ledger, row = queries.one(request.actor, pk)
    return _page(request, ledger, row, opened=unseal_row(row, by=request.actor, ledger=ledger))


def _page(
    request: AuthedRequest,
    ledger: Ledger,
    row: Row,
    *,
    opened: dict[str, str] | None = None,
    form: EndForm | None = None,
) -> HttpResponse:
    watch, by = Watch.of(ledger), request.actor
    may_write = by.may(ledger.write)
    context = {
        "ledger": ledger,
        "row": row,
        "title": queries.title_of(ledger, row),
        "state": watch.state_of(row),
        "groups": [
            (group.title, [_shown(ledger, row, name, watch, opened) for name in group.fields])
            for group in ledger.groups
        ],
        "related": queries.related(by, ledger, row),
        "may_write": may_write,
        "deeds": _deeds(ledger, row, by) if row.active else [],
        "may_unseal": bool(ledger.sealed) and by.may(ledger.unseal) and opened is None,
        "end_form": form or EndForm(),
    }
    response = render(request, "ledgers/row.html", context, status=422 if form else 200)
    if opened is not None:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _deeds(ledger: Ledger, row: Row, by: Actor) -> list[dict[str, str]]:
    """What may be done with the thing; at a school only: those above read."""
    return [
        {"label": deed.label, "icon": deed.icon, "url": deed.address(row)}
        for deed in ledger.deeds
        if by.may(deed.needs) and not by.is_supervisor
    ]


def _shown(
    ledger: Ledger, row: Row, name: str, watch: Watch, opened: dict[str, str] | None
) -> dict[str, Any]:
    """One line of a row's page. A sealed column stays closed until it is asked for."""
    if name in ledger.sealed:
        text = (opened[name] or "—") if opened is not None else _("不显示")
        return {"head": ledger.head(name), "text": text, "state": "", "sealed": opened is None}
    value = getattr(row, name)
    state = watch.state_of_date(name, value) if name in watch.days else ""
    text = shown(ledger.fields[name], value) or "—"
    return {
        "head": ledger.head(name),
        "text": text,
        "state": state,
        "day": value if state else None,
    }


@require_http_methods(["GET", "POST"])
@signed_in
def row_edit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct a row; where somebody else changed the same column meanwhile, one sees it and chooses."""
    ledger, row = queries.one(request.actor, pk)
    if not request.actor.may(ledger.write):
        raise Forbidden(_("您的岗位不能修改这份台账。"))
    form = RowForm(ledger, request.POST or None, request.FILES or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            change_row(
                row, by=request.actor, ledger=ledger, facts=form.facts(), before=form.before(),
                file_ids=_files(request, row.unit_id, form),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
            if isinstance(refusal, Conflict):
                form.look_again(row, refusal.errors)
        else:
            messages.success(request, _("已保存。"))
            return redirect("ledgers:row", row.pk)
    context = {"ledger": ledger, "form": form, "row": row, "unit": row.unit, "units": []}
    context["title"] = queries.title_of(ledger, row)
    return render(request, "ledgers/form.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def row_end(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a row off the ledger, or put it back."""
    ledger, row = queries.one(request.actor, pk)
    if "restore" in request.POST:
        restore_row(row, by=request.actor, ledger=ledger)
        messages.success(request, _("已恢复到台账。"))
        return redirect("ledgers:row", row.pk)
    form = EndForm(request.POST)
    if not request.actor.may(ledger.write):
        raise Forbidden(_("您的岗位不能修改这份台账。"))
    if not form.is_valid():
        return _page(request, ledger, row, form=form)
    end_row(row, by=request.actor, ledger=ledger, why=form.cleaned_data["why"])
    messages.success(request, _("已移出台账，仍可在“已移出”里查到。"))
    return redirect("ledgers:list", ledger.key)
