"""Places with codes: list, add, and the sheet of codes to print."""

from __future__ import annotations

import io

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from anyuan.core.refused import Refused
from anyuan.domains.hazards.models import Place
from anyuan.domains.hazards.public import sign_place
from anyuan.domains.hazards.services import add_place
from anyuan.engines.notices.official import REGULAR, register_fonts
from anyuan.engines.notices.printing import PDF, download
from anyuan.org.actor import visible
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

SIDE = 60 * mm
COLUMNS, ROWS = 2, 3


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
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for n, place in enumerate(rows):
        if n and n % (COLUMNS * ROWS) == 0:
            canvas.showPage()
        _draw(canvas, place, n % COLUMNS, n // COLUMNS % ROWS)
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, place: Place, column: int, row: int) -> None:
    left = 25 * mm + column * 85 * mm
    bottom = A4[1] - 85 * mm - row * 92 * mm
    address = settings.PUBLIC_URL + reverse("hazards:report", args=[sign_place(place)])
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="png", scale=8)
    picture.seek(0)
    canvas.drawImage(ImageReader(picture), left, bottom, SIDE, SIDE)
    canvas.setFont(REGULAR, 13)
    canvas.drawCentredString(left + SIDE / 2, bottom - 6 * mm, place.name[:20])
    canvas.setFont(REGULAR, 9)
    canvas.drawCentredString(
        left + SIDE / 2, bottom - 11 * mm, f"{place.unit.name[:24]}　发现隐患，扫码反映"
    )
