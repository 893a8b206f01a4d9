"""A checklist as an XLSForm workbook, out and in (xlsform.org; validated with pyxform).

Out: groups, pass items as a choice of 合格/不合格/不适用, scores and numbers with their limits, choices,
texts, photos. What XLSForm has no place for (category, severity, veto …) stands in columns of our own,
which other programs pass over. In: the same, and other people's forms as far as they can be mapped; what
cannot is named by sheet, row and column.
"""

from __future__ import annotations

import dataclasses
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.styles import Font

from anyuan.core.refused import Refused
from anyuan.core.workbooks import opened
from anyuan.engines.checks.categories import Category
from anyuan.engines.checks.spec import FACTS, KEY_LIMIT, Choice, Item, Spec, mistakes_of

RESULTS = "pass_na"
RESULT_NAMES = (("pass", "合格"), ("fail", "不合格"), ("na", "不适用"))
# Lists of other people's forms that mean the same.
PASS_NAMES = frozenset({"pass", "fail", "na", "n_a", "yes", "no", "ok", "not_ok", "1", "0"})
SURVEY = (
    "type", "name", "label", "hint", "required", "constraint", "constraint_message",
    "kind", "unit", "category", "severity", "veto",
)  # fmt: skip
CHOICES = ("list_name", "name", "label", "fails")
SETTINGS = ("form_title", "form_id", "version", "purpose", "where")
# What the telephone notes by itself in other programs: our record has it anyway.
NOTED_ANYWAY = frozenset(
    {"start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit"}
)
ROWS_MOST = 2000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_LIMIT = re.compile(r"\.\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)")


@dataclasses.dataclass(frozen=True)
class Left:
    """Something that could not be mapped: where it stands and what it is."""

    sheet: str
    row: int
    column: str
    what: str

    def __str__(self) -> str:
        return f"工作表 {self.sheet} 第 {self.row} 行 {self.column} 列：{self.what}"


@dataclasses.dataclass(frozen=True)
class Cells:
    """One row, whose texts are cut to what a column of ours holds; a cut is named."""

    sheet: str
    row: int
    values: Mapping[str, str]
    left: list[Left]

    def text(self, column: str, most: int) -> str:
        found = self.values.get(column, "")
        if len(found) > most:
            words = _("超过 %(most)s 字，只取前 %(most)s 字。") % {"most": most}
            self.left.append(Left(self.sheet, self.row, column, words))
        return found[:most]


@dataclasses.dataclass(frozen=True)
class Read:
    """What a workbook gives: the checklist, and what of it could not be taken over."""

    spec: Spec
    left: tuple[Left, ...]


def write(spec: Spec, version: int = 1) -> bytes:
    """The workbook of a checklist."""
    book = Workbook()
    survey = book.active
    assert survey is not None  # noqa: S101 -- a new workbook has one
    survey.title = "survey"
    rows: list[tuple[Any, ...]] = []
    lists: dict[str, tuple[Choice, ...]] = {
        RESULTS: tuple(Choice(name, label, name == "fail") for name, label in RESULT_NAMES)
    }
    group = ""
    for number, item in enumerate(spec.items, start=1):
        if item.group != group:
            if group:
                rows.append(("end_group",))
            if item.group:
                rows.append(("begin_group", f"group_{number}", item.group))
            group = item.group
        if item.kind == "choice":
            lists[f"choices_{item.key}"] = item.choices
        rows.append(_row(item))
    if group:
        rows.append(("end_group",))
    _fill(survey, SURVEY, rows)
    _fill(
        book.create_sheet("choices"), CHOICES,
        [(name, one.value, one.label, "yes" if one.fails else "")
         for name, options in lists.items() for one in options],
    )  # fmt: skip
    where = " ".join(sorted(name for name, wanted in spec.where.items() if wanted))
    facts = (spec.title, spec.key, str(version), spec.purpose, where)
    _fill(book.create_sheet("settings"), SETTINGS, [facts])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Any, head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    sheet.append(list(head))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = 18
    for row, cells in enumerate(rows, start=2):
        for column, value in enumerate(cells, start=1):
            cell = sheet.cell(row=row, column=column, value=value)
            # A label that begins with = stays a text, never a formula.
            if isinstance(value, str):
                cell.data_type = "s"


def _row(item: Item) -> tuple[Any, ...]:
    kinds = {
        "pass": f"select_one {RESULTS}", "choice": f"select_one choices_{item.key}",
        "number": "decimal", "score": "integer", "text": "text", "photo": "image",
    }  # fmt: skip
    limits, message = "", ""
    low = Decimal(0) if item.kind == "score" else item.low
    high = Decimal(item.max_score) if item.kind == "score" else item.high
    if item.kind in {"number", "score"} and not (low is None and high is None):
        limits = " and ".join(
            f". {sign} {limit}" for sign, limit in ((">=", low), ("<=", high)) if limit is not None
        )
        message = _("应在 %(low)s 到 %(high)s 之间") % {
            "low": "—" if low is None else low, "high": "—" if high is None else high,
        }  # fmt: skip
    return (
        kinds[item.kind], item.key, _plain(item.text), _plain(item.basis), "yes" if item.required else "", limits,
        message, item.kind, item.unit, item.category, item.severity, "yes" if item.veto else "",
    )  # fmt: skip


def _plain(text: str) -> str:
    """Words only: `${…}` would be read as a reference, control characters stand in no workbook."""
    return _CONTROL.sub("", text).replace("${", "$ {")


def read(body: bytes) -> Read:
    """The checklist of a workbook. Refused with every reason where none can be made of it."""
    sheets = _sheets(body)
    if "survey" not in sheets:
        raise Refused(_("文件里没有名为 survey 的工作表，这不是 XLSForm 检查表。"), field="file")
    _validate(body)
    left: list[Left] = []
    lists = _lists(sheets.get("choices", []), left)
    items = list(_items(sheets["survey"], lists, left))
    at, settings = next(iter(sheets.get("settings", [])), (2, {}))
    head = Cells("settings", at, settings, left)
    spec = Spec(
        key=_key(settings.get("form_id") or settings.get("form_title") or "checklist"),
        title=head.text("form_title", 60) or _("导入的检查表"),
        purpose=head.text("purpose", 200),
        where={name: True for name in (settings.get("where") or "").split() if name in FACTS},
        items=tuple(items),
    )
    if mistakes := mistakes_of(spec):
        raise Refused(mistakes[0], errors={str(n): text for n, text in enumerate(mistakes)})
    return Read(spec, tuple(left))


def _validate(body: bytes) -> None:
    """By pyxform, as every other program that reads XLSForms would."""
    from pyxform.errors import PyXFormError  # noqa: PLC0415 -- slow to load, only for an import
    from pyxform.xls2xform import convert  # noqa: PLC0415

    try:
        convert(xlsform=body, file_type=".xlsx", warnings=[])
    except PyXFormError as error:
        raise Refused(
            _("按 XLSForm 标准检查没有通过，请改好后再导入。检查程序的原话：%(words)s")
            % {"words": str(error)[:300]},
            field="file",
        ) from error


def _sheets(body: bytes) -> dict[str, list[tuple[int, dict[str, str]]]]:
    """Sheet → (row number, cells by head) of the rows that are not empty."""
    found: dict[str, list[tuple[int, dict[str, str]]]] = {}
    with opened(body) as book:
        for sheet in book.worksheets:
            rows = sheet.iter_rows(values_only=True, max_row=ROWS_MOST + 2)
            head = [_clean(cell).lower() for cell in next(rows, ())]
            filled = [(number, _named(head, values)) for number, values in enumerate(rows, start=2)]
            kept = [(number, cells) for number, cells in filled if any(cells.values())]
            if kept and kept[-1][0] > ROWS_MOST + 1:
                raise Refused(
                    _("工作表 %(sheet)s 超过 %(most)s 行，请分成几张检查表。")
                    % {"sheet": sheet.title, "most": ROWS_MOST},
                    field="file",
                )
            found[sheet.title.strip().lower()] = kept
    return found


def _named(head: list[str], values: tuple[Any, ...]) -> dict[str, str]:
    """One row by head; of several languages' labels the Chinese one, else the first."""
    cells = {name: _clean(value) for name, value in zip(head, values, strict=False) if name}
    for name in ("label", "hint", "constraint_message"):
        spoken = [(key, cell) for key, cell in cells.items() if key.startswith(f"{name}::")]
        chinese = [cell for key, cell in spoken if "zh" in key or "中文" in key or "chinese" in key]
        if not cells.get(name) and spoken:
            cells[name] = chinese[0] if chinese else spoken[0][1]
    return cells


def _clean(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _lists(
    rows: list[tuple[int, dict[str, str]]], left: list[Left]
) -> dict[str, tuple[Choice, ...]]:
    found: dict[str, list[Choice]] = {}
    for number, row in rows:
        name = row.get("list_name") or row.get("list name") or ""
        value = row.get("name") or row.get("value") or ""
        if name and value:
            fails = row.get("fails", "").lower() in {"yes", "true", "1", "是"}
            cells = Cells("choices", number, {**row, "name": value}, left)
            label = cells.text("label", 60) or value[:60]
            found.setdefault(name, []).append(Choice(cells.text("name", 40), label, fails))
        else:
            missing = "name" if name else "list_name"
            left.append(Left("choices", number, missing, _("没有填写，这个选项没有导入。")))
    return {name: tuple(choices) for name, choices in found.items()}


def _items(
    rows: list[tuple[int, dict[str, str]]], lists: dict[str, tuple[Choice, ...]], left: list[Left]
) -> Iterator[Item]:
    groups: list[str] = []
    used: set[str] = set()
    for number, row in rows:
        kind = row.get("type", "").replace(" group", "_group").replace(" repeat", "_repeat")
        if kind in NOTED_ANYWAY:
            continue
        for name, words in UNMAPPED.items():
            if row.get(name):
                what = str(words % {"what": row[name][:60]})
                left.append(Left("survey", number, name, what))
        if kind in {"begin_group", "begin_repeat"}:
            groups.append(
                Cells("survey", number, row, left).text("label", 60) or row.get("name", "")
            )
            if kind == "begin_repeat":
                once = _("重复组不能照搬，组里的各项只保留一次。")
                left.append(Left("survey", number, "type", once))
        elif kind in {"end_group", "end_repeat"}:
            groups.pop() if groups else None
        else:
            item = _item(number, row, groups[-1] if groups else "", lists, left)
            if item is not None:
                yield dataclasses.replace(item, key=_own(item.key, used))


def _own(key: str, used: set[str]) -> str:
    """The key, with a number where names that differ in Chinese only gave the same."""
    tried = (f"{key[: KEY_LIMIT - 5]}_{number}" for number in range(2, ROWS_MOST + 9))
    own = key if key not in used else next(one for one in tried if one not in used)
    used.add(own)
    return own


# Columns whose meaning our checklists have no place for.
UNMAPPED = {
    "relevant": gettext_lazy("显示条件“%(what)s”不能照搬，这一项总会显示。"),
    "calculation": gettext_lazy("计算公式“%(what)s”不能照搬。"),
    "choice_filter": gettext_lazy("选项过滤“%(what)s”不能照搬，总是显示全部选项。"),
    "default": gettext_lazy("默认值“%(what)s”不能照搬。"),
    "parameters": gettext_lazy("参数“%(what)s”不能照搬。"),
}


def _item(
    number: int,
    row: dict[str, str],
    group: str,
    lists: dict[str, tuple[Choice, ...]],
    left: list[Left],
) -> Item | None:
    kind, _space, rest = row.get("type", "").partition(" ")
    choices = lists.get(rest.split(" ")[0], ()) if rest else ()
    ours = _kind(kind, row.get("kind", ""), choices)
    if ours is None:
        left.append(
            Left(
                "survey",
                number,
                "type",
                _("类型“%(what)s”不能照搬，这一项没有导入。") % {"what": row.get("type", "")},
            )
        )
        return None
    cells = Cells("survey", number, row, left)
    low, high = _limits(number, row, left) if ours in {"number", "score"} else (None, None)
    if ours == "score" and (high is None or high != int(high) or high < 1):
        ours = "number"
    return Item(
        key=_key(row.get("name", "")), text=row.get("label") or row.get("name", ""), kind=ours,
        group=group[:60], required=row.get("required", "").lower() in {"yes", "true", "true()", "1"},
        unit=cells.text("unit", 12),
        low=low if ours == "number" else None, high=high if ours == "number" else None,
        choices=choices if ours == "choice" else (),
        max_score=int(high) if ours == "score" and high is not None else 0,
        category=row.get("category", "") if row.get("category") in Category.values else "19",
        severity="major" if row.get("severity") == "major" else "general",
        basis=cells.text("hint", 200), veto=row.get("veto", "").lower() in {"yes", "true", "1"},
    )  # fmt: skip


def _kind(kind: str, said: str, choices: tuple[Choice, ...]) -> str | None:
    """Our kind of an XLSForm type; None where there is none. `said`: our own column."""
    if kind == "select_one":
        alike = {one.value.lower() for one in choices} <= PASS_NAMES
        return "pass" if alike and said != "choice" else "choice"
    if kind in {"integer", "decimal", "range"}:
        return "score" if said == "score" else "number"
    return {"text": "text", "image": "photo", "photo": "photo"}.get(kind)


def _limits(
    number: int, row: dict[str, str], left: list[Left]
) -> tuple[Decimal | None, Decimal | None]:
    """Lower and upper limit of a constraint such as `. >= 1 and . <= 5`."""
    low: Decimal | None = None
    high: Decimal | None = None
    text = row.get("constraint", "")
    for sign, limit in _LIMIT.findall(text):
        try:
            value = Decimal(limit)
        except InvalidOperation:
            continue
        low, high = (value, high) if sign.startswith(">") else (low, value)
    rest = _LIMIT.sub("", text).replace("and", "").strip()
    strict = any(len(sign) == 1 for sign, _limit in _LIMIT.findall(text))
    if rest or strict:
        left.append(
            Left(
                "survey",
                number,
                "constraint",
                _("限制条件“%(what)s”只取其中的上下限。") % {"what": text[:60]},
            )
        )
    return low, high


def _key(text: str) -> str:
    """A key of ours from a name of theirs."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^0-9A-Za-z_]+", "_", plain).strip("_")[:KEY_LIMIT] or "item"
