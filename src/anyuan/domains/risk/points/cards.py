"""The notice card of a point: what it says, its address for the code, and the sheet to print on A4."""

from __future__ import annotations

import dataclasses
import io
from collections import defaultdict
from collections.abc import Sequence

import segno
from django.conf import settings
from django.core import signing
from django.urls import reverse
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from anyuan.domains.risk.points.content import Colour
from anyuan.domains.risk.points.models import ControlLevel, Measure, RiskControl, RiskPoint
from anyuan.engines.notices.official import BOLD, REGULAR, register_fonts

SALT = "anyuan.risk.card"
PAINT = {"red": "#C92A2A", "orange": "#E8590C", "yellow": "#F2C200", "blue": "#1C6DD0"}
INK = {"yellow": "#1F2328"}  # dark letters on yellow; white on the others
MARGIN = 18 * mm


@dataclasses.dataclass(frozen=True)
class Card:
    """What the card says; no names of people, only who answers by post, and the duty telephone."""

    unit: str
    zone: str
    name: str
    number: str
    colour: Colour
    level: str
    hazard: str
    accidents: str
    people: str
    controls: Sequence[tuple[str, Sequence[str]]]
    phone: str
    address: str

    @property
    def emergency(self) -> Sequence[str]:
        return next((texts for label, texts in self.controls if label == Measure.EMERGENCY.label), ())  # fmt: skip


def sign_point(point: RiskPoint) -> str:
    """The part of the address that stands for a point's card."""
    return signing.dumps([point.unit_id, str(point.pk), point.token[:12]], salt=SALT)


def public_point(pk: str, token: str) -> RiskPoint | None:
    """The graded point of a card's address, inside the unit's scope; None where it is no more."""
    found: RiskPoint | None = (
        RiskPoint.objects.filter(pk=pk, token__startswith=token, unit__state="active")
        .exclude(colour="")
        .exclude(record__state="removed")
        .select_related("unit")
        .first()
    )
    return found


def card_of(point: RiskPoint) -> Card:
    return cards_of([point])[0]


def cards_of(points: Sequence[RiskPoint]) -> list[Card]:
    """The cards of graded points of one school; one query for all controls."""
    held: dict[object, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for control in RiskControl.objects.filter(point__in=points, active=True).order_by("id"):
        held[control.point_id][control.kind].append(control.text)
    found = []
    for point in points:
        colour = point.colour_spec
        if colour is None:
            continue
        texts = held[point.pk]
        found.append(
            Card(
                unit=point.unit.name, zone=point.zone, name=point.name, number=point.number, colour=colour,
                level=str(ControlLevel(point.control_level).label), hazard=point.hazard, accidents=point.accidents,
                people=point.people_text, controls=[(str(label), texts[k]) for k, label in Measure.choices if texts[k]],
                phone=point.phone, address=settings.PUBLIC_URL + reverse("risk:card", args=[sign_point(point)]),
            )
        )  # fmt: skip
    return found


def cards_pdf(points: Sequence[RiskPoint]) -> bytes:
    """One A4 page for each point; an empty page where there are none."""
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setTitle("风险告知卡")
    for n, card in enumerate(cards_of(points)):
        if n:
            canvas.showPage()
        _draw(canvas, card)
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, card: Card) -> None:
    width, height = A4
    ink = colors.HexColor(INK.get(card.colour.key, "#FFFFFF"))
    canvas.setFillColor(colors.HexColor(PAINT[card.colour.key]))
    canvas.rect(0, height - 52 * mm, width, 52 * mm, stroke=0, fill=1)
    canvas.setFillColor(ink)
    canvas.setFont(BOLD, 30)
    canvas.drawString(MARGIN, height - 24 * mm, "风险告知卡")
    canvas.setFont(BOLD, 22)
    canvas.drawRightString(width - MARGIN, height - 24 * mm, f"{card.colour.letter}色 {card.colour.title}")  # fmt: skip
    canvas.setFont(REGULAR, 16)
    canvas.drawString(MARGIN, height - 39 * mm, f"{card.zone}　{card.name}"[:34])
    canvas.setFont(REGULAR, 11)
    canvas.drawRightString(width - MARGIN, height - 39 * mm, card.number)
    canvas.setFillColor(colors.black)
    rows = [
        ("危险源", card.hazard), ("可能的事故", card.accidents), ("受影响的人", card.people),
        *((f"{label}措施", "；".join(texts)) for label, texts in card.controls),
        ("管控层级", f"{card.level}（{card.colour.who}）"),
    ]  # fmt: skip
    y = height - 66 * mm
    for label, value in rows:
        y = _row(canvas, label, value, y, strong=label == f"{Measure.EMERGENCY.label}措施")
    _foot(canvas, card)


def _row(canvas: Canvas, label: str, value: str, y: float, *, strong: bool) -> float:
    left, size = MARGIN + 34 * mm, 13
    face = BOLD if strong else REGULAR
    parts = _broken(value, face, size, A4[0] - MARGIN - left)
    canvas.setFont(BOLD, size)
    canvas.drawString(MARGIN, y, label)
    canvas.setFont(face, size)
    for part in parts[:4]:
        canvas.drawString(left, y, part)
        y -= size * 1.5
    canvas.setStrokeColor(colors.HexColor("#BBBBBB"))
    canvas.line(MARGIN, y + size * 0.6, A4[0] - MARGIN, y + size * 0.6)
    return y - size * 0.7


def _broken(text: str, face: str, size: int, room: float) -> list[str]:
    """Lines that fit; Chinese may break after every character."""
    lines, line = [], ""
    for letter in text:
        if line and stringWidth(line + letter, face, size) > room:
            lines.append(line)
            line = ""
        line += letter
    return [*lines, line]


def _foot(canvas: Canvas, card: Card) -> None:
    side = 38 * mm
    picture = io.BytesIO()
    segno.make(card.address, error="m").save(picture, kind="png", scale=8)
    picture.seek(0)
    canvas.drawImage(ImageReader(picture), A4[0] - MARGIN - side, MARGIN, side, side)
    canvas.setFont(BOLD, 15)
    canvas.drawString(MARGIN, MARGIN + 26 * mm, f"值班电话：{card.phone or '见门卫值班室'}")
    canvas.setFont(REGULAR, 13)
    canvas.drawString(MARGIN, MARGIN + 16 * mm, "报警 110　火警 119　急救 120")
    canvas.setFont(REGULAR, 11)
    canvas.drawString(MARGIN, MARGIN + 6 * mm, f"{card.unit}　扫码查看应急处置")
