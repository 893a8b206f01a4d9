"""Places with codes: list, add, and the sheet of codes to print."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anyuan.core.refused import Refused
from anyuan.domains.hazards.models import Place
from anyuan.domains.hazards.public import sign_place
from anyuan.domains.hazards.services import add_place
from anyuan.engines.notices.codes import Label, code_sheet
from anyuan.engines.notices.printing import PDF, download
from anyuan.org.actor import visible
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission


@require_http_methods(["GET", "POST"])
@signed_in
def places(request: AuthedRequest) -> HttpResponse:
    """The places of the actor's school; adding one."""
    unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    error = ""
    if request.method == "POST":
        try:
            add_place(unit, by=request.actor, name=request.POST.get("name", ""))
            messages.success(request, _("已增加地点，可以打印二维码了。"))
            return redirect("hazards:places")
        except Refused as refusal:
            error = refusal.sentence
    rows = visible(Place, request.actor).filter(active=True).order_by("name")
    context = {
        "places": rows,
        "error": error,
        "may_add": request.actor.may(Permission.HAZARD_GRADE),
    }
    return render(request, "hazards/places.html", context, status=422 if error else 200)


@require_GET
@signed_in
def place_sheet(request: AuthedRequest) -> HttpResponse:
    """All codes of the actor's places on A4, six to a page, to cut and put up."""
    rows = list(
        visible(Place, request.actor)
        .filter(active=True)
        .select_related("unit")
        .order_by("name")[:300]
    )
    return download(sheet(rows), "隐患反映二维码.pdf", PDF)


def sheet(rows: list[Place]) -> bytes:
    """The sheet of these places."""
    return code_sheet(
        Label(
            settings.PUBLIC_URL + reverse("hazards:report", args=[sign_place(place)]),
            place.name,
            f"{place.unit.name[:24]}　发现隐患，扫码反映",
        )
        for place in rows
    )
