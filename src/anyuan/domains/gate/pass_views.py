"""The page on which the guard lets in who has a pass."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.ids import new_id
from anyuan.core.refused import Refused
from anyuan.domains.gate import queries, services
from anyuan.domains.gate.forms import Examined
from anyuan.domains.gate.models import GatePass
from anyuan.domains.gate.views import site
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def passes(request: AuthedRequest) -> HttpResponse:
    """Valid passes, each with its button; found by number, name, plate or pinyin initials."""
    unit = site(request, Permission.GATE_DESK)
    text = request.GET.get("q", "")
    facts = {
        "unit": unit, "text": text, "rows": queries.passes_of(request.actor, text),
        "epidemic": queries.setting_of(unit).epidemic, "form": Examined(epidemic=True),
        "once": new_id, "may_keep": request.actor.may(Permission.LEDGER_WRITE),
    }  # fmt: skip
    return render(request, "gate/passes.html", facts)


@require_POST
@signed_in
def pass_enter(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """In with a pass; refused, the reason is said above the list."""
    held: GatePass = get_visible(GatePass, request.actor, pk=pk)
    unit = site(request, Permission.GATE_DESK)
    form = Examined(request.POST, epidemic=queries.setting_of(unit).epidemic)
    if form.is_valid():
        try:
            entry = services.enter_with_pass(
                held, by=request.actor, unit=unit, entry_id=form.once(), **form.examined()
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request,
                _("%(name)s 已进校，访客牌 %(n)s 号。") % {"name": entry.name, "n": entry.number},
            )
            return redirect("gate:home")
    facts = {
        "unit": unit, "rows": [held], "form": form, "epidemic": "temperature" in form.fields,
        "once": new_id,
    }  # fmt: skip
    return render(request, "gate/passes.html", facts, status=422)
