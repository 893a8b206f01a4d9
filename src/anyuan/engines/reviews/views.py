"""Steps of a review; each leads back to the page of what is reviewed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anyuan.core.kinds import record_url
from anyuan.core.models import Record
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.engines.reviews import queries, services
from anyuan.engines.reviews.models import Review
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import get_visible


def _review(request: AuthedRequest, pk: uuid.UUID) -> Review:
    found: Review = get_visible(Review, request.actor, pk=pk, select=("record__unit",))
    return found


@require_GET
@signed_in
def waiting(request: AuthedRequest) -> HttpResponse:
    """What waits for the actor's word."""
    return render(request, "reviews/list.html", {"reviews": queries.waiting_for(request.actor)})


def _seen(request: AuthedRequest) -> int | None:
    value = request.POST.get("seen", "")
    return int(value) if value.isdecimal() else None


def _do(
    request: AuthedRequest, record: Record, deed: Callable[[], Any], said: str, anchor: str = ""
) -> HttpResponse:
    """Do one thing, say how it went, and show the thing again."""
    try:
        deed()
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, said)
    return redirect(record_url(record.kind, record.pk) + anchor)


@require_POST
@signed_in
def sign_review(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Agree."""
    review, note = _review(request, pk), request.POST.get("note", "")
    return _do(
        request, review.record,
        lambda: services.sign(review, by=request.actor, note=note, seen=_seen(request)), _("已同意。"),
    )  # fmt: skip


@require_POST
@signed_in
def return_review(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Return it for changes."""
    review, note = _review(request, pk), request.POST.get("note", "")
    return _do(
        request, review.record,
        lambda: services.send_back(review, by=request.actor, note=note, seen=_seen(request)),
        _("已退回修改。"),
    )  # fmt: skip


@require_POST
@signed_in
def withdraw_review(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Take it back."""
    review, note = _review(request, pk), request.POST.get("note", "")
    return _do(
        request, review.record,
        lambda: services.withdraw(review, by=request.actor, note=note, seen=_seen(request)),
        _("已撤回，可以继续修改。"),
    )  # fmt: skip


@require_POST
@signed_in
def comment_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A remark at a place in the text."""
    review = _review(request, pk)
    section, start = request.POST.get("section", ""), request.POST.get("start", "")
    return _do(
        request, review.record,
        lambda: services.comment(
            review, by=request.actor, section=section, text=request.POST.get("text", ""),
            quote=request.POST.get("quote", ""), start=int(start) if start.isdecimal() else None,
        ),
        _("意见已写下。"), f"#section-{section}" if section.replace("_", "").isalnum() else "",
    )  # fmt: skip


@require_POST
@signed_in
def comment_settle(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A remark was dealt with."""
    remark = queries.comment_of(request.actor, pk)
    if remark is None:
        raise Missing
    answer = request.POST.get("answer", "")
    return _do(
        request, remark.record,
        lambda: services.settle_comment(remark, by=request.actor, answer=answer), _("已标为处理。"),
        f"#section-{remark.section}",
    )  # fmt: skip
