"""A cell's value: read as a clerk would from Excel, JSON or a form, and shown as text."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext as _

from anyuan.core.crypto import SealedField

Field: TypeAlias = "models.Field[Any, Any]"
# (raw value) → (value, sentence): an empty sentence where the value is good.
Reader = Callable[[Any], tuple[Any, str]]

YES = {"是", "有", "y", "yes", "1", "√", "✓", "true", "对"}
NO = {"否", "无", "没有", "n", "no", "0", "false", "×", "x"}
DAY = re.compile(
    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[\sT]+\d{1,2}:\d{2}.*)?$"
)
PACKED = re.compile(r"^(19|20)\d{6}$")
COUNTED = re.compile(r"^(-?[\d,]+(?:\.\d+)?)\s*[个具台套根件把支人次只副块条天日元]?$")
# Characters that neither Excel nor PostgreSQL keep.
UNKEPT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
EXCEL_ZERO = datetime.date(1899, 12, 30)
SERIALS = range(10_000, 80_000)  # 1927 to 2119: a date in a cell formatted as a number
FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)
BROKEN = {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}


def kind_of(field: Field) -> str:
    """text | long | whole | decimal | day | yes | choice | sealed."""
    if isinstance(field, SealedField):
        return "sealed"
    if field.choices:
        return "choice"
    for kind, classes in _KINDS:
        if isinstance(field, classes):
            return kind
    return "text"


_KINDS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("yes", (models.BooleanField,)),
    ("day", (models.DateField,)),
    ("whole", (models.IntegerField,)),
    ("decimal", (models.DecimalField,)),
    ("long", (models.TextField,)),
)


def plain(value: Any) -> str:
    """A cell as text, half-width, without blanks around it; 2132000101.0 is 2132000101."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime.datetime):
        value = value.date()
    return unicodedata.normalize("NFKC", str(value)).strip()


def day_of(value: Any) -> datetime.date | None:
    """A day from a date cell, a serial number or one of the ways in which people write one."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and int(value) in SERIALS:
        return EXCEL_ZERO + datetime.timedelta(days=int(value))
    text = plain(value)
    try:
        if PACKED.match(text):
            return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
        if found := DAY.match(text):
            return datetime.date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
    return None


def reader_of(field: Field) -> Reader:
    """How a field's cells are read; what it returns keeps to the field's own validators."""
    convert = {
        "text": _text(field), "long": _text(field), "sealed": _text(field), "choice": _choice(field),
        "whole": _number(int), "decimal": _number(Decimal), "day": _day, "yes": _yes,
    }[kind_of(field)]  # fmt: skip
    validators = [v for v in field.validators if not isinstance(v, MaxLengthValidator)]
    required = not field.blank and not field.has_default()

    def read(raw: Any) -> tuple[Any, str]:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return empty(field), _("不能为空。") if required else ""
        if isinstance(raw, str) and raw in BROKEN:
            return None, _("公式出错（%(text)s），请改正后再导入。") % {"text": raw}
        value, why = convert(raw)
        if why:
            return value, why
        try:
            for validator in validators:
                validator(value)
        except ValidationError as error:
            return value, error.messages[0]
        return value, ""

    return read


def empty(field: Field) -> Any:
    """What a field holds where nothing was said."""
    if field.has_default():
        return field.get_default()
    return None if field.null else ""


def _text(field: Field) -> Reader:
    limit = getattr(field, "max_length", None)
    # A code or a number keeps its half-width form; a remark stays as it was written.
    multiline = isinstance(field, models.TextField)

    def read(raw: Any) -> tuple[Any, str]:
        text = raw.strip() if isinstance(raw, str) else plain(raw)
        if not multiline:
            text = " ".join(text.split())
        if UNKEPT.search(text):
            return text, _("含有无法保存的字符。")
        if limit and len(text) > limit:
            return text, _("最多 %(limit)s 个字，现在有 %(n)s 个。") % {
                "limit": limit,
                "n": len(text),
            }
        return text, ""

    return read


def _choice(field: Field) -> Reader:
    pairs = list(field.flatchoices)  # type: ignore[attr-defined]
    known = {plain(label).lower(): value for value, label in pairs}
    known |= {plain(value).lower(): value for value, _label in pairs}
    offered = "、".join(str(label) for _value, label in pairs)

    def read(raw: Any) -> tuple[Any, str]:
        text = plain(raw).lower()
        if text in known:
            return known[text], ""
        return None, _("没有“%(text)s”这一项，应为：%(offered)s。") % {
            "text": text[:20],
            "offered": offered,
        }

    return read


def _number(kind: type) -> Reader:
    def read(raw: Any) -> tuple[Any, str]:
        if isinstance(raw, bool):
            return None, _("应填数字。")
        if isinstance(raw, int) and kind is int:
            return raw, ""
        found = COUNTED.match(plain(raw))
        try:
            number = Decimal(found[1].replace(",", "")) if found else None
        except InvalidOperation:
            number = None
        if number is None:
            return None, _("“%(text)s”不是数字。") % {"text": plain(raw)[:20]}
        if kind is int and number != number.to_integral_value():
            return None, _("应填整数。")
        return kind(number), ""

    return read


def _day(raw: Any) -> tuple[Any, str]:
    day = day_of(raw)
    if day is None:
        return None, _("“%(text)s”不是日期，请写成 2026-03-01 这样。") % {"text": plain(raw)[:20]}
    if not FIRST <= day <= LAST:
        return None, _("日期超出了可以使用的范围。")
    return day, ""


def _yes(raw: Any) -> tuple[Any, str]:
    if isinstance(raw, bool):
        return raw, ""
    text = plain(raw).lower()
    return text in YES, "" if text in YES or text in NO else _("应填“是”或“否”。")


def shown(field: Field, value: Any) -> str:
    """A value for people; a sealed one only tells that it is there."""
    if value is None or value == "":
        return ""
    if isinstance(field, SealedField):
        return "已登记"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))  # type: ignore[attr-defined]
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def cell(field: Field, value: Any) -> Any:
    """A value for a cell of a workbook: days and numbers stay what they are."""
    if isinstance(field, SealedField):
        return value or ""
    if field.choices or isinstance(value, bool):
        return shown(field, value)
    return value
