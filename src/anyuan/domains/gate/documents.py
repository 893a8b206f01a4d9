"""Papers of the gate: the visitor's badge and the school's booking code as PDF."""

from __future__ import annotations

import io

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from reportlab.lib.pagesizes import A6, landscape
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from anyuan.domains.gate.models import Entry, GateSetting
from anyuan.domains.gate.public import desk_address, sign_school
from anyuan.engines.notices.codes import Label, code_sheet
from anyuan.engines.notices.official import BOLD, REGULAR, register_fonts

SIZE = landscape(A6)
LEFT, CODE_SIDE = 8 * mm, 44 * mm


def badge(entry: Entry) -> bytes:
    """A badge of the size A6 to fold or to put into a holder: who, to whom, which day, the code."""
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=SIZE)
    width, height = SIZE
    canvas.setTitle("访客证")
    canvas.setFont(REGULAR, 11)
    canvas.drawString(LEFT, height - 12 * mm, entry.unit.name[:26])
    canvas.setFont(BOLD, 26)
    number = f"{entry.number} 号" if entry.number else ""
    canvas.drawString(LEFT, height - 26 * mm, f"访客证　{number}".rstrip("　"))
    canvas.setFont(BOLD, 18)
    canvas.drawString(LEFT, height - 40 * mm, entry.name[:9])
    canvas.setFont(REGULAR, 11)
    for n, line in enumerate(_lines(entry)):
        canvas.drawString(LEFT, height - (50 + 7 * n) * mm, line[:21])
    picture = io.BytesIO()
    segno.make(desk_address(entry), error="m").save(picture, kind="png", scale=8)
    picture.seek(0)
    canvas.drawImage(
        ImageReader(picture), width - CODE_SIDE - LEFT, height - CODE_SIDE - 24 * mm, CODE_SIDE, CODE_SIDE
    )  # fmt: skip
    canvas.setFont(REGULAR, 9)
    canvas.drawString(
        LEFT, 8 * mm, "请全程佩戴，只在约定区域活动；离校时交还门卫，由门卫扫码登记。"
    )
    canvas.save()
    return out.getvalue()


def _lines(entry: Entry) -> list[str]:
    lines = [f"日期　{entry.on:%Y-%m-%d}"]
    if entry.entered_at:
        lines[0] += f"　{timezone.localtime(entry.entered_at):%H:%M} 进校"
    if entry.visited:
        lines.append(f"找　　{entry.visited}")
    if entry.purpose:
        lines.append(f"事由　{entry.purpose}")
    if entry.people > 1:
        lines.append(f"人数　{entry.people} 人")
    if entry.plate:
        lines.append(f"车牌　{entry.plate}")
    return lines


def booking_address(setting: GateSetting) -> str:
    return settings.PUBLIC_URL + reverse("gate:public", args=[sign_school(setting)])


def booking_sheet(setting: GateSetting, name: str) -> bytes:
    """The school's code to put up at the gate."""
    return code_sheet(
        [Label(booking_address(setting), name[:20], "来访请扫码预约，老师确认后进校")]
    )
