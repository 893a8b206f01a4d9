"""Pages of regulations: a school's library, the matrix of those above, versions, the yearly look."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.responsibility.governance import forms, queries
from anyuan.domains.responsibility.governance.models import LibraryReview, Regulation
from anyuan.domains.responsibility.governance.services import library as services
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission


def uploads(request: AuthedRequest, unit_key: str, form: django_forms.Form) -> list[uuid.UUID]:
    """The form's files, kept."""
    found = form.cleaned_data.get("files") or []
    return [keep_file(one, unit_id=unit_key, by=request.actor).pk for one in found]


def demand(request: AuthedRequest, permission: Permission) -> None:
    if not request.actor.may(permission):
        raise Forbidden(_("您的岗位不能进行此项操作。"))


@require_GET
@signed_in
def regulations(request: AuthedRequest) -> HttpResponse:
    """A school's regulations; for a district or the city how complete the schools are."""
    key = request.GET.get("unit") or request.actor.unit_key
    unit: Unit = get_visible(Unit, request.actor, key=key)
    may_write = (
        request.actor.may(Permission.REGULATION_WRITE) and unit.key == request.actor.unit_key
    )
    if unit.kind in {Unit.Kind.CITY, Unit.Kind.DISTRICT}:
        facts: dict[str, Any] = {
            "unit": unit, "units": queries.by_unit(unit), "types": queries.by_type(unit),
            "own": queries.current_of(request.actor, unit), "may_write": may_write,
        }  # fmt: skip
        return render(request, "governance/matrix.html", facts)
    lines, others = queries.shelf(request.actor, unit)
    have = [line for line in lines if line.rows]
    due = [row for line in lines for row in line.rows if row.is_due]
    facts = {
        "unit": unit, "lines": lines, "others": others, "have": len(have), "due": len(due),
        "missing": len(lines) - len(have), "review": queries.last_review(request.actor, unit),
        "may_write": may_write,
    }  # fmt: skip
    return render(request, "governance/shelf.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def regulation_new(request: AuthedRequest) -> HttpResponse:
    demand(request, Permission.REGULATION_WRITE)
    unit: Unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    start = {"type": request.GET.get("type")}
    form = forms.RegulationForm(request.POST or None, request.FILES or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.issue_regulation(
                unit, by=request.actor, file_ids=uploads(request, unit.key, form), record_id=form.once(),
                **form.facts(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("制度已登记。"))
            return redirect("governance:regulation", row.pk)
    facts = {"form": form, "title": _("登记制度"), "hint": unit.name, "button": _("保存")}
    return render(request, "governance/form.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def regulation(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One version and the others of the same regulation."""
    row: Regulation = get_visible(
        Regulation, request.actor, pk=pk, select=("unit", "record__created_by")
    )
    facts = {
        "row": row, "versions": queries.versions_of(row),
        "may_write": row.current and request.actor.may(Permission.REGULATION_WRITE),
    }  # fmt: skip
    return render(request, "governance/regulation.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def regulation_renew(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A new version."""
    row: Regulation = get_visible(Regulation, request.actor, pk=pk, select=("unit", "record"))
    demand(request, Permission.REGULATION_WRITE)
    start = {"approved_by": row.approved_by, "text": row.text}
    form = forms.VersionForm(request.POST or None, request.FILES or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            new = services.renew_regulation(
                row, by=request.actor, file_ids=uploads(request, row.unit_id, form), record_id=form.once(),
                **form.facts(),
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("新版本已发布，旧版本仍可查看。"))
            return redirect("governance:regulation", new.pk)
    facts = {"form": form, "title": _("发布新版本"), "hint": row.title, "button": _("发布")}
    return render(request, "governance/form.html", facts, status=422 if form.errors else 200)


@require_POST
@signed_in
def regulation_keep(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    row: Regulation = get_visible(Regulation, request.actor, pk=pk, select=("record",))
    services.keep_regulation(row, by=request.actor)
    messages.success(request, _("已复核，下次复核日期已顺延。"))
    return redirect("governance:regulation", pk)


@require_POST
@signed_in
def regulation_withdraw(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    row: Regulation = get_visible(Regulation, request.actor, pk=pk, select=("record",))
    services.withdraw_regulation(row, by=request.actor)
    messages.success(request, _("已废止。"))
    return redirect("governance:regulation", pk)


@require_http_methods(["GET", "POST"])
@signed_in
def review_new(request: AuthedRequest) -> HttpResponse:
    """Look at all regulations in one go."""
    demand(request, Permission.REGULATION_WRITE)
    unit: Unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    rows = list(queries.current_of(request.actor, unit))
    form = forms.ReviewForm(request.POST or None, rows=rows)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            review = services.review_library(
                unit, by=request.actor, on=said["on"], note=said["note"], record_id=form.once(),
                revise=[uuid.UUID(one) for one in said["revise"]],
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("复核已记录。"))
            return redirect("governance:review", review.pk)
    facts = {"form": form, "title": _("复核全部制度"), "hint": unit.name, "button": _("完成复核")}
    return render(request, "governance/form.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def review(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    row: Any = get_visible(
        LibraryReview, request.actor, pk=pk, select=("unit", "record__created_by")
    )
    return render(request, "governance/review.html", {"row": row})
