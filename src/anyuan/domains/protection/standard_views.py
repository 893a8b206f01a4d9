"""Pages of the standard: how sites stand, the check that a school confirms, its sheet, the list of gaps."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anyuan.core.forms import show_refusal
from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden, Refused
from anyuan.domains.protection import documents, queries
from anyuan.domains.protection.forms import CheckForm
from anyuan.domains.protection.models import StandardCheck
from anyuan.domains.protection.services import check_standard
from anyuan.domains.protection.standards import title_of
from anyuan.domains.protection.views import site_of
from anyuan.engines.notices.printing import PDF, XLSX, download
from anyuan.org.audit import note
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission

SITES_A_PAGE = 30


@require_http_methods(["GET", "POST"])
@signed_in
def standard(request: AuthedRequest) -> HttpResponse:
    """A school's own standing with the form that confirms it; for a level above, all its sites."""
    if request.actor.is_supervisor:
        return _overview(request)
    unit = site_of(request)
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = check_standard(
                unit, by=request.actor, note=form.cleaned_data["note"], record_id=form.once()
            )
        except Forbidden:
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("达标评估已确认。"))
            return redirect("protection:check", done.pk)
    in_force, found = queries.standings(queries.sites(request.actor))
    context = {
        "standard": in_force, "standings": found, "form": form, "unit": unit,
        "checks": queries.checks(request.actor)[: queries.LATEST],
        "may_check": request.actor.may(Permission.SECURITY_MANAGE),
    }  # fmt: skip
    return render(request, "protection/standard.html", context, status=422 if form.errors else 200)


def _overview(request: AuthedRequest) -> HttpResponse:
    unit = request.GET.get("unit", "")
    rows = queries.sites(request.actor, unit)
    page = keyset_page(
        rows, order=["unit_id"], cursor=request.GET.get("after", ""), size=SITES_A_PAGE
    )
    in_force, found = queries.standings(page.rows)
    offices = Unit.objects.filter(parent_id=request.actor.unit_key, kind=Unit.Kind.DISTRICT)
    context = {
        "standard": in_force, "standings": found, "page": page, "unit": unit,
        "offices": list(offices.order_by("key").values_list("key", "short_name")),
        "may_export": request.actor.may(Permission.EXPORT_RUN),
    }  # fmt: skip
    return render(request, "protection/overview.html", context)


@require_GET
@signed_in
def gaps(request: AuthedRequest) -> HttpResponse:
    """All that is short today as a workbook, a line for each site and item."""
    if not request.actor.may(Permission.EXPORT_RUN):
        raise Forbidden(_("您的岗位不能导出。"))
    in_force, found = queries.standings(
        queries.sites(request.actor, request.GET.get("unit", "")).iterator(chunk_size=2000)
    )
    note(Audit.Action.EXPORT, _("安防达标缺口清单"), by=request.actor, request=request)
    body = documents.gap_list(in_force, found, by=request.actor)
    return download(body, _("安防达标缺口清单.xlsx"), XLSX)


def _check(request: AuthedRequest, pk: uuid.UUID) -> StandardCheck:
    found: Any = get_visible(
        StandardCheck, request.actor, pk=pk, select=("unit", "record__created_by")
    )
    return found  # type: ignore[no-any-return]


@require_GET
@signed_in
def check_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    done = _check(request, pk)
    context = {"check": done, "title": title_of(done.standard)}
    return render(request, "protection/check.html", context)


@require_GET
@signed_in
def check_sheet(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The sheet to sign and file."""
    done = _check(request, pk)
    return download(documents.sheet(done), _("安防达标评估表.pdf"), PDF)
