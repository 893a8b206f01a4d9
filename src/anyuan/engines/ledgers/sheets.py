"""Workbooks of a ledger: the template to fill in, and its rows; what is exported can be imported again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import xlsxwriter

from anyuan.engines.ledgers.models import Row
from anyuan.engines.ledgers.spec import Ledger
from anyuan.engines.ledgers.values import cell, kind_of

UNIT_COLUMNS = [("单位代码", 14), ("单位", 22)]
TEMPLATE_ROWS = 3000  # as far as lists of choices are offered
HINTS = {
    "text": "文字", "long": "文字", "sealed": "文字，保存后加密", "whole": "整数", "decimal": "数字",
    "day": "日期，如 2026-03-01", "yes": "是 或 否", "choice": "从列表中选一项",
}  # fmt: skip


def columns_of(ledger: Ledger, *, sealed: bool) -> list[tuple[str, int]]:
    """(head, width) of an export's columns."""
    widths = {one.field: one.width for one in ledger.columns}
    return UNIT_COLUMNS + [(ledger.head(n), widths[n]) for n in names_of(ledger, sealed=sealed)]


def names_of(ledger: Ledger, *, sealed: bool) -> list[str]:
    return [name for name in ledger.fields if sealed or name not in ledger.sealed]


def cells_of(ledger: Ledger, rows: Iterable[Row], *, sealed: bool) -> Iterator[list[Any]]:
    """The cells of each row, in the order of `columns_of`."""
    fields = [(name, ledger.fields[name]) for name in names_of(ledger, sealed=sealed)]
    for row in rows:
        values = [cell(field, getattr(row, name)) for name, field in fields]
        yield [row.unit.code, row.unit.name, *values]


def template(ledger: Ledger) -> bytes:
    """The workbook to fill in: heads with lists of choices, and a sheet that explains each column."""
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet, guide = book.add_worksheet("填写"), book.add_worksheet("填写说明")
        bold = book.add_format({"bold": True, "bg_color": "#DCEFE8", "border": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        text = book.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 0)
        guide.set_column(0, 3, 24)
        for n, head in enumerate(("列名", "必填", "怎么填", "示例")):
            guide.write_string(0, n, head, bold)
        _unit_column(sheet, guide, bold)
        for n, column in enumerate(ledger.columns, start=1):
            field, kind = ledger.fields[column.field], kind_of(ledger.fields[column.field])
            must = ledger.required(column.field)
            head = ledger.head(column.field)
            style = {"day": day, "text": text, "sealed": text}.get(kind)
            sheet.set_column(n, n, column.width, style)
            sheet.write_string(0, n, f"{'*' if must else ''}{head}", bold)
            choices = [str(label) for _value, label in getattr(field, "flatchoices", [])]
            offered = choices or (["是", "否"] if kind == "yes" else [])
            if offered and len(",".join(offered)) <= 255:  # Excel's own limit
                rule = {"validate": "list", "source": offered}
                sheet.data_validation(1, n, TEMPLATE_ROWS, n, rule)
            how = f"{HINTS[kind]}：{'、'.join(offered)}" if choices else HINTS[kind]
            for place, words in enumerate((head, "必填" if must else "", how, column.example)):
                guide.write_string(n + 1, place, words)
    return out.getvalue()


def _unit_column(sheet: Any, guide: Any, bold: Any) -> None:
    sheet.set_column(0, 0, 16)
    sheet.write_string(0, 0, "单位代码", bold)
    for place, words in enumerate(("单位代码", "", "本校的台账可以不填；为多所学校导入时必填", "2132000101")):  # fmt: skip
        guide.write_string(1, place, words)
