"""Sheets of codes to print, cut and put up: each opens an address on a phone."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from anyuan.engines.notices.official import REGULAR, register_fonts


@dataclasses.dataclass(frozen=True)
class Label:
    """One code: the address it opens, its name in large letters, a line below."""

    address: str
    name: str
    line: str


@dataclasses.dataclass(frozen=True)
class Layout:
    """How labels lie on A4; lengths in millimetres."""

    columns: int
    rows: int
    side: float
    left: float
    top: float
    across: float
    down: float
    large: float
    small: float


PLACES = Layout(2, 3, 60, 25, 85, 85, 92, 13, 9)
THINGS = Layout(4, 6, 30, 16, 42, 47, 47, 8, 6)


def code_sheet(labels: Iterable[Label], layout: Layout = PLACES) -> bytes:
    """The PDF; an empty page where there are no labels."""
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for n, label in enumerate(labels):
        if n and n % (layout.columns * layout.rows) == 0:
            canvas.showPage()
        _draw(canvas, label, layout, n % layout.columns, n // layout.columns % layout.rows)
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, label: Label, layout: Layout, column: int, row: int) -> None:
    left = (layout.left + column * layout.across) * mm
    bottom = A4[1] - (layout.top + row * layout.down) * mm
    side = layout.side * mm
    picture = io.BytesIO()
    segno.make(label.address, error="m").save(picture, kind="png", scale=8)
    picture.seek(0)
    canvas.drawImage(ImageReader(picture), left, bottom, side, side)
    canvas.setFont(REGULAR, layout.large)
    canvas.drawCentredString(left + side / 2, bottom - layout.large * 1.3, label.name[:20])
    canvas.setFont(REGULAR, layout.small)
    canvas.drawCentredString(
        left + side / 2, bottom - layout.large * 1.3 - layout.small * 1.6, label.line[:36]
    )
