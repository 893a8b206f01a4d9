"""Fills a Word template: its fields as plain text, and the parts of a paper where {{ body }} stands."""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping, Sequence
from typing import IO, Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from anyuan.engines.notices.official import Heading, Photo, Picture, Table, picture_bytes, printable

FONT = "仿宋_GB2312"
HEAD_FONT = "黑体"
OWN_STYLES = "Anyuan"  # the paragraphs of official.docx: each goes where its field is empty
INDENT = Pt(32)  # two characters of 16 pt
WIDTH = Mm(156)  # between the margins of an official paper
PICTURE_HEIGHT = Mm(95)


def fill(template: IO[bytes], context: Mapping[str, str], parts: Sequence[Any]) -> bytes:
    """The filled template. Errors: jinja2's for a field that is not in the context."""
    document = DocxTemplate(template)
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    plain = {name: printable(value) for name, value in context.items()}
    place = secrets.token_hex(16)  # stands for the body meanwhile; nobody can have typed it
    document.render({**plain, "body": place}, jinja_env=environment)
    filled = io.BytesIO()
    document.save(filled)
    return _with_body(filled, place, parts)


def _with_body(filled: IO[bytes], place: str, parts: Sequence[Any]) -> bytes:
    document = Document(filled)
    marker = next((one for one in document.paragraphs if place in one.text), None)
    if marker is not None:
        for part in parts:
            for element in _elements(document, part):
                marker._p.addprevious(element)
        marker._p.getparent().remove(marker._p)
    for paragraph in list(document.paragraphs):
        style = paragraph.style.name if paragraph.style is not None else ""
        if not paragraph.text and (style or "").startswith(OWN_STYLES):
            paragraph._p.getparent().remove(paragraph._p)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _elements(document: Any, part: Any) -> list[Any]:
    """The XML of one part, made at the end of the document; the caller moves it."""
    if isinstance(part, Heading):
        return [_paragraph(document, part.text, head=True)]
    if isinstance(part, Table):
        return _table(document, part)
    if isinstance(part, Photo | Picture):
        return _picture(document, part)
    return [_paragraph(document, line) for line in str(part).split("\n") if line.strip()]


def _paragraph(document: Any, text: str, *, head: bool = False) -> Any:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = INDENT
    paragraph.paragraph_format.line_spacing = Pt(28)
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.keep_with_next = head
    _run(paragraph, text, size=16, font=HEAD_FONT if head else FONT)
    return paragraph._p


def _run(paragraph: Any, text: str, *, size: float, font: str = FONT, bold: bool = False) -> None:
    run = paragraph.add_run(printable(text))
    run.font.size, run.font.name, run.bold = Pt(size), font, bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _table(document: Any, part: Table) -> list[Any]:
    if not part.rows:
        return []
    columns = max(len(row) for row in part.rows)
    shares = list(part.widths) or [1.0] * columns
    table = document.add_table(rows=len(part.rows), cols=columns)
    table.autofit = False
    _borders(table)
    for n, (row, line) in enumerate(zip(table.rows, part.rows, strict=True)):
        for cell, value, share in zip(row.cells, line, shares, strict=False):
            cell.width = int(WIDTH * share / sum(shares))
            text = "" if value is None else str(value)
            _run(cell.paragraphs[0], text, size=12, bold=part.head and n == 0)
    after = document.add_paragraph()
    after.paragraph_format.space_after = Pt(4)
    return [table._tbl, after._p]


def _borders(table: Any) -> None:
    """Thin lines around every cell, whatever styles the template has."""
    borders = table._tbl.tblPr.makeelement(qn("w:tblBorders"), {})
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = borders.makeelement(
            qn(f"w:{side}"), {qn("w:val"): "single", qn("w:sz"): "4", qn("w:color"): "000000"}
        )
        borders.append(line)
    table._tbl.tblPr.insert_element_before(
        borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook"
    )


def _picture(document: Any, part: Photo | Picture) -> list[Any]:
    found = picture_bytes(part)
    elements = []
    if found is not None:
        raw, wide, high = found
        scale = min(WIDTH / wide, (Mm(part.height) if part.height else PICTURE_HEIGHT) / high)
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run().add_picture(raw, width=int(wide * scale))
        elements.append(paragraph._p)
    caption = part.caption if found is not None else f"{part.caption}（照片文件未找到）"
    if caption:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(paragraph, caption, size=10.5)
        elements.append(paragraph._p)
    return elements
