"""The layout of an official letter on A4, after GB/T 9704 as far as one typeface allows.

Margins 37 mm above, 35 below, 28 left, 26 right; title centred, body 16 pt with the first line indented
by two characters, unit and date at the lower right, page numbers below.
"""

from __future__ import annotations

import dataclasses
import functools
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils import timezone
from PIL import Image as PillowImage
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    Image,
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)

PDF = "application/pdf"
REGULAR, BOLD = "AnyuanSC", "AnyuanSC-Bold"
FONT_FILES = {
    REGULAR: "400Regular/NotoSansSC_400Regular.ttf",
    BOLD: "700Bold/NotoSansSC_700Bold.ttf",
}
WIDTH = A4[0] - 54 * mm  # between the margins, points
PHOTO_HEIGHT = 95 * mm
ROOM = 28 * mm  # below a heading: else it goes to the next page
LONG_CELL = 500  # characters of a table's cell
PHOTO_SIDE = 1400  # pixels; sharp on paper, small in the file


@dataclasses.dataclass(frozen=True)
class Heading:
    """A line in bold above a part."""

    text: str


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows of cells; the first row is the head where `head`. `widths` are shares (any numbers)."""

    rows: Sequence[Sequence[Any]]
    widths: Sequence[float] = ()
    head: bool = True


@dataclasses.dataclass(frozen=True)
class Photo:
    """A photo on disk with a line below it (time and place)."""

    path: Path
    caption: str = ""
    height: int = 0  # mm at most; 0: what fits well


@dataclasses.dataclass(frozen=True)
class Picture:
    """A drawn picture (a chart, a QR) as the bytes of a PNG or JPEG with a line below it."""

    body: bytes
    caption: str = ""
    height: int = 0  # mm at most; 0: what fits well


@functools.cache
def register_fonts() -> None:
    for name, file in FONT_FILES.items():
        pdfmetrics.registerFont(TTFont(name, Path(settings.FONT_FOLDER) / file))
    pdfmetrics.registerFontFamily(
        REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD
    )


def _style(size: float, **more: Any) -> ParagraphStyle:
    facts: dict[str, Any] = {
        "fontName": REGULAR,
        "fontSize": size,
        "leading": size * 1.7,
        "wordWrap": "CJK",
        "alignment": TA_LEFT,
        **more,
    }
    return ParagraphStyle("anyuan", **facts)


def _text(value: Any, style: ParagraphStyle) -> Paragraph:
    """A paragraph of plain text: markup is escaped, line ends are kept."""
    return Paragraph(
        escape(printable("" if value is None else str(value))).replace("\n", "<br/>"), style
    )


def printable(text: str) -> str:
    """Without the control characters that neither paper knows."""
    return "".join(c for c in text if c == "\n" or ord(c) >= 32)


def build_official(
    title: str,
    *,
    number: str,
    addressee: str,
    parts: Sequence[Any],
    sign_unit: str,
    signed_on: date | None,
    attachments: Sequence[str],
) -> bytes:
    """The whole letter as PDF; see `printing.pdf_official`."""
    register_fonts()
    body = _style(15, firstLineIndent=30, spaceAfter=3)
    story: list[Flowable] = [
        _text(title, _style(21, fontName=BOLD, alignment=TA_CENTER, spaceAfter=8))
    ]
    if number:
        story.append(_text(number, _style(14, alignment=TA_CENTER, spaceAfter=10)))
    if addressee:
        story.append(_text(f"{addressee}：", _style(15, spaceAfter=3)))
    for part in parts:
        story += _part(part, body)
    story += _attachments(attachments, body)
    story += _signature(sign_unit, signed_on)
    out = io.BytesIO()
    SimpleDocTemplate(
        out,
        pagesize=A4,
        topMargin=37 * mm,
        bottomMargin=35 * mm,
        leftMargin=28 * mm,
        rightMargin=26 * mm,
        title=title,
        author=sign_unit,
        creator="安园",
    ).build(story, onFirstPage=_page_number, onLaterPages=_page_number)
    return out.getvalue()


def _part(part: Any, body: ParagraphStyle) -> list[Flowable]:
    if isinstance(part, Heading):
        style = _style(15, fontName=BOLD, spaceBefore=6, keepWithNext=True)
        return [CondPageBreak(ROOM), _text(part.text, style)]
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Photo | Picture):
        return _photo(part)
    return [_text(line, body) for line in str(part).split("\n") if line.strip()]


def _table(part: Table) -> list[Flowable]:
    if not part.rows:
        return []
    columns = max(len(row) for row in part.rows)
    shares = list(part.widths) or [1.0] * columns
    cell, head = _style(10.5, leading=15), _style(10.5, leading=15, fontName=BOLD)
    cells = [
        [_text(value, head if part.head and n == 0 else cell) for value in row]
        + [""] * (columns - len(row))
        for n, row in enumerate(part.rows)
    ]
    table = LongTable(
        cells,
        colWidths=[WIDTH * share / sum(shares) for share in shares],
        repeatRows=1 if part.head else 0,
        # A row goes over to the next page as a whole, unless it might not fit on one.
        splitInRow=int(
            any(len(str(value or "")) > LONG_CELL for row in part.rows for value in row)
        ),
    )
    lines = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    if part.head:
        lines.append(("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#EEEEEE")))
    table.setStyle(TableStyle(lines))
    return [Spacer(1, 4), table, Spacer(1, 6)]


def _photo(part: Photo | Picture) -> list[Flowable]:
    """A picture within the margins; a missing file leaves its line with a word."""
    caption = _style(10, alignment=TA_CENTER, leading=14, spaceAfter=6)
    found = picture_bytes(part)
    if found is None:
        return [_text(f"{part.caption}（照片文件未找到）", caption)]
    raw, wide, high = found
    scale = min(WIDTH / wide, (part.height * mm if part.height else PHOTO_HEIGHT) / high)
    drawn = Image(raw, wide * scale, high * scale)
    return [KeepTogether([drawn, *([_text(part.caption, caption)] if part.caption else [])])]


def picture_bytes(part: Photo | Picture) -> tuple[io.BytesIO, int, int] | None:
    """A photo made small enough for paper, or a drawn picture as it is, with its size in pixels."""
    if isinstance(part, Picture):
        with PillowImage.open(io.BytesIO(part.body)) as image:
            return io.BytesIO(part.body), image.width, image.height
    if not part.path.exists():
        return None
    with PillowImage.open(part.path) as image:
        small = image.convert("RGB")
        small.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    raw = io.BytesIO()
    small.save(raw, "JPEG", quality=80)
    raw.seek(0)
    return raw, small.width, small.height


def _attachments(names: Sequence[str], body: ParagraphStyle) -> list[Flowable]:
    if not names:
        return []
    if len(names) == 1:
        return [Spacer(1, 8), _text(f"附件：{names[0]}", body)]
    lines = [
        f"附件：{n}. {name}" if n == 1 else f"　　　{n}. {name}" for n, name in enumerate(names, 1)
    ]
    return [Spacer(1, 8), *(_text(line, body) for line in lines)]


def _signature(unit: str, signed_on: date | None) -> list[Flowable]:
    if not unit:
        return []
    day = signed_on or timezone.localdate()
    style = _style(15, alignment=TA_RIGHT, rightIndent=45)
    return [Spacer(1, 30), KeepTogether([_text(unit, style), _text(chinese_day(day), style)])]


def chinese_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _page_number(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont(REGULAR, 11)
    canvas.drawCentredString(A4[0] / 2, 24 * mm, f"— {canvas.getPageNumber()} —")
    canvas.restoreState()
