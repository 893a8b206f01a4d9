"""Files of a ledger: template and import, export with its progress, labels."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.engines.ledgers import exports, queries, registry
from anyuan.engines.ledgers.expiry import Watch
from anyuan.engines.ledgers.import_services import import_rows
from anyuan.engines.ledgers.jobs import export_soon
from anyuan.engines.ledgers.services import ask_export
from anyuan.engines.ledgers.sheets import template
from anyuan.engines.ledgers.spec import Ledger
from anyuan.engines.notices.codes import THINGS, Label, code_sheet
from anyuan.engines.notices.printing import PDF, XLSX, download
from anyuan.org.audit import note
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import uuid_or_missing
from anyuan.org.sent_files import sent_body

SALT = "anyuan.ledgers.import"
SHOWN_MISTAKES = 200
LABELS_LIMIT = 600


def _ledger(request: AuthedRequest, key: str) -> Ledger:
    return queries.readable(registry.find(key), request.actor)


def _to_write(request: AuthedRequest, key: str) -> Ledger:
    ledger = _ledger(request, key)
    if not request.actor.may(ledger.write):
        raise Forbidden(_("您的岗位不能登记这份台账。"))
    return ledger


@require_GET
@signed_in
def import_template(request: AuthedRequest, key: str) -> HttpResponse:
    """The workbook to fill in."""
    ledger = _to_write(request, key)
    return download(template(ledger), f"{ledger.title}台账模板.xlsx", XLSX)


@require_http_methods(["GET", "POST"])
@signed_in
def import_page(request: AuthedRequest, key: str) -> HttpResponse:
    """Dry run with a file; the second POST, with the ticket of the dry run, applies it."""
    ledger, by = _to_write(request, key), request.actor
    heads = [ledger.head(name) for name in ledger.key_fields]
    context: dict[str, Any] = {"ledger": ledger, "key_heads": heads}
    if request.method == "POST":
        try:
            body, ticket = sent_body(request, salt=SALT)
            apply = "ticket" in request.POST
            outcome = import_rows(by.unit_key, by=by, ledger=ledger, body=body, apply=apply)
            context |= {"outcome": outcome, "done": apply and not outcome.mistakes, "ticket": ticket,
                        "mistakes": outcome.mistakes[:SHOWN_MISTAKES]}  # fmt: skip
        except Refused as refusal:
            context["error"] = refusal.sentence
    status = 422 if context.get("error") or context.get("mistakes") else 200
    return render(request, "ledgers/import.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def export(request: AuthedRequest, key: str) -> HttpResponse:
    """What is filtered as a workbook: at once, or by a job where there are many rows.

    A ledger with sealed columns asks first whether they are wanted.
    """
    ledger, by = _ledger(request, key), request.actor
    sealed = exports.allowed(by, ledger, sealed=request.GET.get("sealed") == "1")
    wanted = queries.wanted_of(ledger, request.GET)
    rows = exports.rows_of(by, ledger, wanted, sealed=False)
    total = rows.order_by().count()
    query = request.GET.copy()
    query.pop("after", None)
    if total > exports.DIRECT_ROWS and request.method == "POST":
        asked = ask_export(
            by.unit_key, by=by, ledger=ledger, query=query.urlencode(), total=total, sealed=sealed
        )
        exports.log(by, ledger, wanted, sealed=sealed, request=request)
        transaction.on_commit(lambda: export_soon(asked.pk))
        return redirect("ledgers:export_progress", asked.pk)
    ask_first = bool(ledger.sealed) and by.may(ledger.unseal) and "sealed" not in request.GET
    if total > exports.DIRECT_ROWS or ask_first:
        query["sealed"] = "0"
        plain = query.urlencode()
        query["sealed"] = "1"
        context = {"ledger": ledger, "total": total, "large": total > exports.DIRECT_ROWS, "plain": plain,
                   "words": queries.words_of(ledger, wanted), "with_sealed": query.urlencode(),
                   "may_unseal": bool(ledger.sealed) and by.may(ledger.unseal)}  # fmt: skip
        return render(request, "ledgers/export.html", context)
    exports.log(by, ledger, wanted, sealed=sealed, request=request)
    body = exports.workbook(by, ledger, wanted, sealed=sealed)
    return download(body, f"{ledger.title}台账.xlsx", XLSX)


@require_GET
@signed_in
def export_progress(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """How far a large export is; the page may be left and opened again."""
    asked = queries.export_of(request.actor, pk)
    context = {"export": asked, "ledger": registry.find(asked.ledger)}
    return render(request, "ledgers/progress.html", context)


@require_GET
@signed_in
def export_file(request: AuthedRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The finished file, for the person who asked for it."""
    asked = queries.export_of(request.actor, pk)
    path = exports.path_of(asked)
    if asked.state != asked.State.DONE or not path.exists():
        raise Missing
    name = f"{registry.find(asked.ledger).title}台账.xlsx"
    response = FileResponse(path.open("rb"), content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
@signed_in
def labels(request: AuthedRequest, key: str) -> HttpResponse:
    """Labels of the chosen rows (`?ids=`), or of all that are filtered, 24 to a page."""
    ledger = _ledger(request, key)
    if not ledger.labels:
        raise Missing
    wanted = queries.wanted_of(ledger, request.GET)
    rows = queries.filtered(request.actor, ledger, wanted, Watch.of(ledger))
    if ids := request.GET.getlist("ids"):
        rows = rows.filter(pk__in=[uuid_or_missing(one) for one in ids])
    found = list(rows.order_by("unit_id", *ledger.key_fields)[: LABELS_LIMIT + 1])
    if not found:
        raise Refused(_("没有可以打印标签的行。"))
    if len(found) > LABELS_LIMIT:
        raise Refused(_("一次最多打印 600 张标签，请先筛选，如按位置。"))
    sheet = code_sheet(
        (
            Label(settings.PUBLIC_URL + reverse("ledgers:row", args=[row.pk]),
                  queries.title_of(ledger, row), row.unit.name)
            for row in found
        ),
        THINGS,
    )  # fmt: skip
    note(
        Audit.Action.EXPORT,
        f"{ledger.title}标签 {len(found)} 张",
        by=request.actor,
        request=request,
    )
    return download(sheet, f"{ledger.title}标签.pdf", PDF)
