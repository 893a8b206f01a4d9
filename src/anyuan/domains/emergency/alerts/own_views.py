"""Pages of who is told: the two buttons, and the banner at the top of every page."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.ids import new_id
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.emergency.alerts import own
from anyuan.domains.emergency.alerts.forms import AnswerForm
from anyuan.domains.emergency.alerts.models import Answer
from anyuan.domains.emergency.alerts.services.answering import answer_alert, mark_seen
from anyuan.org.middleware import AuthedRequest, signed_in

THANKS = {
    Answer.SAFE: "已收到，您是安全的。情况有变化请再回复一次。",
    Answer.HELP: "已收到，正在告知发通知的单位。情况紧急请同时拨打 110、119 或 120。",
    Answer.KNOWN: "已收到。",
}


@require_http_methods(["GET", "POST"])
@signed_in
def mine(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One alert as it was told to me, with my answer; `pk` is the alert's."""
    by = request.actor
    receipt = own.own_receipt(by, pk)
    form = AnswerForm(
        request.POST or None, initial={"words": receipt.words, "place": receipt.place}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            answer_alert(
                by.unit_key, by=by, alert_id=pk, answer=data["answer"], words=data["words"],
                place=data["place"], reply_id=form.once(),
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _(THANKS[Answer(data["answer"])]))
            return redirect("alerts:mine", pk)
    if receipt.seen_at is None:
        mark_seen(by.unit_key, by=by, alert_id=pk)
    facts = {
        "receipt": receipt,
        "alert": receipt.alert,
        "form": form,
        "over": receipt.over or receipt.alert.ended_at is not None,
        "replaced": own.correction_of(receipt.alert) if receipt.alert.ended_at else None,
        "help_id": new_id(),
        "own_page": True,
    }
    return render(request, "alerts/mine.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def banner(request: AuthedRequest) -> HttpResponse:
    """The banner alone, for its own renewal: asked anew, whatever was known a moment ago."""
    return render(request, "alerts/banner.html", {"receipts": own.open_receipts(request.actor)})


@require_POST
@signed_in
def seen(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The banner was shown in a browser."""
    own.own_receipt(request.actor, pk)
    mark_seen(request.actor.unit_key, by=request.actor, alert_id=pk)
    return HttpResponse(status=204)
