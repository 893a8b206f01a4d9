"""Excel import: a template to fill in, a dry run that names every bad row, then all or nothing."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods
from openpyxl.styles import Font

from anyuan.core.refused import Missing, Refused
from anyuan.org.import_services import Outcome, import_people, import_units
from anyuan.org.importing import SHEETS
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.sent_files import sent_body

SALT = "anyuan.org.import"
SHOWN_MISTAKES = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@signed_in
def template(request: AuthedRequest, what: str) -> HttpResponse:
    """The workbook to fill in: a title, the heads, one example row."""
    if what not in SHEETS:
        raise Missing
    title, columns = SHEETS[what]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 -- a new workbook has one
    sheet.append([f"{title}（带 * 的必填；第三行是示例，请删除）"])
    sheet.append([("*" if column.required else "") + column.head for column in columns])
    sheet.append([column.example for column in columns])
    for cell in sheet[2]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = 16  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    answer = HttpResponse(out.getvalue(), content_type=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{what}.xlsx"'
    return answer


@require_http_methods(["GET", "POST"])
@signed_in
def upload(request: AuthedRequest) -> HttpResponse:
    """Dry run with a file; the second POST, with the ticket of the dry run, applies it."""
    root = get_visible(Unit, request.actor, key=request.actor.unit_key)
    context: dict[str, Any] = {"what": request.POST.get("what", "units")}
    if request.method == "POST":
        try:
            body, ticket = sent_body(request, salt=SALT)
            apply = "ticket" in request.POST
            work = import_people if context["what"] == "people" else import_units
            outcome: Outcome = work(root, by=request.actor, body=body, apply=apply)
            context |= {"outcome": outcome, "done": apply and not outcome.mistakes, "ticket": ticket,
                        "mistakes": outcome.mistakes[:SHOWN_MISTAKES]}  # fmt: skip
        except Refused as refusal:
            context["error"] = refusal.sentence
    status = 422 if context.get("error") or context.get("mistakes") else 200
    return render(request, "org/import.html", context, status=status)
