"""Papers, the workbook, and our own warnings as CAP."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden, Missing
from anyuan.domains.emergency.warnings import documents, outgoing, queries
from anyuan.domains.emergency.warnings.cap.writing import MEDIA_TYPE, write_message
from anyuan.engines.notices.printing import DOCX, PDF, XLSX, download
from anyuan.org.audit import note
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission


def _letter(request: AuthedRequest, letter: dict[str, Any], kind: str) -> HttpResponse:
    if kind not in {"docx", "pdf"}:
        raise Missing
    body = documents.docx(letter) if kind == "docx" else documents.pdf(letter)
    name = f"{letter['title']} {letter['number']}"
    note(Audit.Action.EXPORT, name, by=request.actor, request=request)
    return download(body, f"{name}.{kind}", DOCX if kind == "docx" else PDF)


@require_GET
@signed_in
def paper(request: AuthedRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """预警转发通知."""
    signal = queries.published_one(request.actor, pk)
    return _letter(request, documents.forwarding(signal), kind)


@require_GET
@signed_in
def order_paper(request: AuthedRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """停课通知."""
    order = queries.order_of(request.actor, pk)
    return _letter(request, documents.suspending(order), kind)


def _may_export(request: AuthedRequest) -> None:
    if not request.actor.may(Permission.EXPORT_RUN):
        raise Forbidden(_("您的岗位不能导出。"))


@require_GET
@signed_in
def summary(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """响应总结 of all schools."""
    signal = queries.published_one(request.actor, pk)
    _may_export(request)
    body = documents.summary(signal.pk, signal.unit_id, signal.title, by=request.actor, request=request)  # fmt: skip
    return download(body, f"预警响应总结 {signal.number}.xlsx", XLSX)


@require_GET
@signed_in
def office_summary(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """响应总结 of a district's schools."""
    response = queries.response_of(request.actor, pk)
    _may_export(request)
    body = documents.summary(response.signal_id, response.unit_id, response.title, by=request.actor, request=request)  # fmt: skip
    return download(body, f"预警响应总结 {response.number}.xlsx", XLSX)


@require_GET
@signed_in
def cap_file(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The warning as CAP 1.2."""
    signal = queries.published_one(request.actor, pk)
    return download(outgoing.file_of(signal), f"{signal.number}.xml", MEDIA_TYPE)


@require_GET
@signed_in
def cap_cancel(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The message that it ended before its time."""
    message = outgoing.cancel_of(queries.published_one(request.actor, pk))
    if message is None:
        raise Missing
    return download(write_message(message), f"{message.identifier}.xml", MEDIA_TYPE)


@require_GET
@signed_in
def feed(request: AuthedRequest) -> HttpResponse:
    """All that was passed on, as a feed; systems ask the API with a token for the same."""
    if not request.actor.may(Permission.RECORD_READ):
        raise Forbidden(_("您的岗位不能查看预警。"))
    unit: Unit = get_visible(Unit, request.actor, key=request.actor.unit_key)

    def address(signal: Any, part: str) -> str:
        name = "warnings:cap_cancel" if part == "cancel" else "warnings:cap"
        return request.build_absolute_uri(reverse(name, args=[signal.pk]))

    own = request.build_absolute_uri(reverse("warnings:feed"))
    body = outgoing.feed_of(unit, queries.published(request.actor), address=address, own=own)
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
