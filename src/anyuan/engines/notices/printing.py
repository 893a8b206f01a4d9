"""Documents for people: Word from a template, PDF in the layout of an official letter, Excel of a list."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.apps import apps
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from docxtpl import DocxTemplate
from jinja2.sandbox import SandboxedEnvironment

from anyuan.engines.notices.official import PDF, build_official
from anyuan.org.actor import Actor

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DEFAULT_WIDTH = 16  # characters
CELL_LIMIT = 32_000  # Excel refuses more than 32,767 characters in a cell


def template_path(name: str) -> Path:
    """Where `<app label>/<file>.docx` is: in that app's folder `documents/`."""
    label, _, file = name.partition("/")
    return Path(apps.get_app_config(label).path) / "documents" / file


def docx_bytes(template: str, context: Mapping[str, Any]) -> bytes:
    """Fill the Word template `<app label>/<file>.docx`; what people typed is inserted as plain text."""
    document = DocxTemplate(template_path(template))
    environment = SandboxedEnvironment(autoescape=True)
    document.render(dict(context), jinja_env=environment)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf_official(
    title: str,
    *,
    number: str = "",
    addressee: str = "",
    parts: Iterable[Any] = (),
    sign_unit: str = "",
    signed_on: date | None = None,
    attachments: Sequence[str] = (),
) -> bytes:
    """An A4 letter: 标题、文号、主送、正文、附件说明、落款、日期, page numbers.

    `parts` are in reading order: text (a paragraph), `official.Heading`, `official.Table`,
    `official.Photo`. Errors: none from what people typed; it is escaped.
    """
    return build_official(
        title,
        number=number,
        addressee=addressee,
        parts=list(parts),
        sign_unit=sign_unit,
        signed_on=signed_on,
        attachments=attachments,
    )


def xlsx_rows(
    columns: Sequence[tuple[str, int] | str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str,
    filters_text: str = "",
    by: Actor | None = None,
) -> bytes:
    """A list as a workbook: title, a line saying what, who and when, the heads (frozen), the rows.

    `columns` are heads, or (head, width in characters). Text stays text: nothing a person typed
    becomes a formula, a link or a number.
    """
    out = io.BytesIO()
    write_xlsx(out, columns, rows, title=title, filters_text=filters_text, by=by)
    return out.getvalue()


def write_xlsx(
    target: Any,
    columns: Sequence[tuple[str, int] | str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str,
    filters_text: str = "",
    by: Actor | None = None,
) -> None:
    """As `xlsx_rows`, into a file (its path, or open for bytes): memory does not grow with the rows."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        heads = [one if isinstance(one, tuple) else (one, DEFAULT_WIDTH) for one in columns]
        bold = book.add_format({"bold": True, "font_size": 14})
        faint = book.add_format({"font_color": "#666666"})
        head_style = book.add_format({"bold": True, "bg_color": "#DCEFE8", "border": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})
        for n, (_, width) in enumerate(heads):
            sheet.set_column(n, n, width)
        sheet.write_string(0, 0, title, bold)
        sheet.write_string(1, 0, export_line(filters_text, by), faint)
        for n, (head, _) in enumerate(heads):
            sheet.write_string(2, n, head, head_style)
        sheet.freeze_panes(3, 0)
        for line, row in enumerate(rows, start=3):
            for n, value in enumerate(row):
                _write_cell(sheet, line, n, value, wrap, moment)


def export_line(filters_text: str, by: Actor | None) -> str:
    """The line that every export carries: what was chosen, who exported it, when."""
    who = f"　导出人：{by.name}" if by else ""
    when = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    return f"范围：{filters_text or '全部'}{who}　导出时间：{when}"


def _sheet_name(title: str) -> str:
    clean = "".join(c for c in title if c not in "[]:*?/\\'")[:31].strip()
    return clean or "清单"


def _write_cell(sheet: Any, line: int, column: int, value: Any, wrap: Any, moment: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(line, column, "是" if value else "否", wrap)
    elif isinstance(value, datetime):
        local = timezone.make_naive(value) if timezone.is_aware(value) else value
        sheet.write_datetime(line, column, local, moment)
    elif isinstance(value, date):
        sheet.write_datetime(line, column, datetime(value.year, value.month, value.day))  # noqa: DTZ001 -- a day of the calendar
    elif isinstance(value, (int, float, Decimal)):
        sheet.write_number(line, column, value)
    else:
        sheet.write_string(line, column, str(value)[:CELL_LIMIT], wrap)


def download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A response that the browser saves under `name`."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


__all__ = [
    "DOCX",
    "PDF",
    "XLSX",
    "docx_bytes",
    "download",
    "export_line",
    "pdf_official",
    "write_xlsx",
    "xlsx_rows",
]
