"""Units and people from Excel: read as a clerk would, every bad row named, all or nothing.

Understood: columns in any order, heads in other words, title rows above the head, blanks, full-width
digits, codes stored as numbers. Rows are recognised by code (units) or user name (people): what exists
is updated, what is the same is left alone.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from anyuan.core.refused import Refused
from anyuan.core.workbooks import opened
from anyuan.org.actor import Actor
from anyuan.org.models import Person, Unit
from anyuan.org.models.person import MOBILE, USERNAME
from anyuan.org.permissions import ROLES_AT, Role

ROW_LIMIT = 20_000
HEAD_ROWS = 10  # how far down the head may stand

KINDS = {"市": "city", "辖市区": "district", "学校": "school", "幼儿园": "school", "校区": "campus"}
STAGES = {"幼儿园": "kindergarten", "小学": "primary", "初中": "junior", "高中": "senior", "普通高中": "senior",
          "中职": "vocational", "中等职业学校": "vocational", "特殊教育": "special", "特教": "special"}  # fmt: skip
YES, NO = {"是", "有", "y", "yes", "1", "√", "true"}, {"", "否", "无", "n", "no", "0", "false"}


@dataclasses.dataclass(frozen=True)
class Column:
    """One column: its field, its head, other heads it is known by, what is read from a cell."""

    name: str
    head: str
    also: tuple[str, ...] = ()
    kind: str = "text"  # text | number | yes | stages | place
    required: bool = False
    example: str = ""


UNITS = (
    Column(
        "code",
        "单位代码",
        ("学校标识码", "代码", "编码", "学校代码"),
        required=True,
        example="2132000101",
    ),
    Column("name", "单位名称", ("学校名称", "名称", "学校"), required=True, example="示例实验小学"),
    Column("kind", "类别", ("单位类别", "类型"), required=True, example="学校"),
    Column("parent", "上级单位代码", ("主管单位代码", "上级代码"), required=True, example="320412"),
    Column("location", "所在辖市区代码", ("所在地代码",), example="320412"),
    Column("stages", "学段", ("办学层次",), kind="stages", example="小学、初中"),
    Column("boarding", "寄宿制", ("是否寄宿", "寄宿"), kind="yes", example="否"),
    Column("pupils", "学生数", ("在校生数", "学生人数"), kind="number", example="860"),
    Column("boarders", "寄宿生数", (), kind="number", example="0"),
    Column("staff", "教职工数", ("教职工人数",), kind="number", example="62"),
    Column("classes", "班级数", (), kind="number", example="20"),
    Column("has_bus", "有校车", ("校车",), kind="yes", example="否"),
    Column("has_canteen", "有食堂", ("食堂",), kind="yes", example="是"),
    Column("has_lab", "有实验室", ("实验室",), kind="yes", example="否"),
    Column("high_rise", "有高层建筑", ("高层",), kind="yes", example="否"),
    Column("lon", "经度", (), kind="place", example="119.95"),
    Column("lat", "纬度", (), kind="place", example="31.70"),
    Column("address", "地址", ("详细地址",), example="示例路 1 号"),
)
PEOPLE = (
    Column("username", "用户名", ("账号", "登录名"), required=True, example="zhangsan"),
    Column("name", "姓名", ("人员姓名",), required=True, example="张三"),
    Column("phone", "手机号", ("手机", "电话", "联系电话"), example="13800000000"),
    Column("unit", "单位代码", ("学校标识码", "学校代码"), required=True, example="2132000101"),
    Column("role", "岗位", ("职务",), required=True, example="学校安全干部"),
)
SHEETS = {"units": ("单位导入", UNITS), "people": ("人员导入", PEOPLE)}


@dataclasses.dataclass(frozen=True)
class Mistake:
    """One bad cell: its row number, the column's letter and head, what to do."""

    row: int
    column: str
    head: str
    sentence: str

    def __str__(self) -> str:
        return f"第 {self.row} 行 {self.column} 列“{self.head}”：{self.sentence}"


@dataclasses.dataclass
class Sheet:
    """What was read: rows by field, with the row's number, and where each field's column stands."""

    rows: list[tuple[int, dict[str, Any]]]
    letters: dict[str, str]
    mistakes: list[Mistake]


def clean(value: Any) -> str:
    """A cell as text: full-width to half-width, blanks away, 2132000101.0 as 2132000101."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).replace("\u3000", " ").strip()


def read(body: bytes, columns: Sequence[Column]) -> Sheet:
    """The first sheet's rows. Refused with a sentence where the file cannot be used."""
    grid = _grid(body)
    head_row, places = _head(grid, columns)
    letters = {name: get_column_letter(place + 1) for name, place in places.items()}
    sheet = Sheet([], letters, [])
    for number, cells in enumerate(grid[head_row + 1 :], start=head_row + 2):
        if not any(clean(cell) for cell in cells):
            continue
        facts: dict[str, Any] = {}
        for column in columns:
            place = places.get(column.name)
            text = clean(cells[place]) if place is not None and place < len(cells) else ""
            value, why = _value(column, text)
            facts[column.name] = value
            if why:
                sheet.mistakes.append(
                    Mistake(number, letters.get(column.name, "—"), column.head, why)
                )
        sheet.rows.append((number, facts))
    if not sheet.rows:
        raise Refused(_("表里没有数据，请从模板的第三行开始填写。"), field="file")
    return sheet


def _grid(body: bytes) -> list[tuple[Any, ...]]:
    rows = []
    with opened(body) as book:
        for row in book.worksheets[0].iter_rows(values_only=True):
            rows.append(row)
            if len(rows) > ROW_LIMIT + HEAD_ROWS:
                raise Refused(_("超过 20000 行，请分成几个文件导入。"), field="file")
    return rows


def _head(grid: list[tuple[Any, ...]], columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    """The head's row and where each column stands: the row among the first ten that knows most heads."""
    known = {head: column.name for column in columns for head in (column.head, *column.also)}
    best: tuple[int, dict[str, int]] = (0, {})
    for number, cells in enumerate(grid[:HEAD_ROWS]):
        found: dict[str, int] = {}
        for place, cell in enumerate(cells):
            name = known.get(clean(cell).replace("*", "").replace(" ", ""))
            if name and name not in found:
                found[name] = place
        if len(found) > len(best[1]):
            best = (number, found)
    missing = [column.head for column in columns if column.required and column.name not in best[1]]
    if missing:
        raise Refused(
            _("没有找到这些列：%(heads)s。请使用模板里的列名。") % {"heads": "、".join(missing)},
            field="file",
        )
    return best


def _value(column: Column, text: str) -> tuple[Any, str]:
    if not text:
        empty = {"number": 0, "yes": False, "stages": [], "place": None}.get(column.kind, "")
        return empty, _("不能为空。") if column.required else ""
    if column.kind == "number":
        return (int(text), "") if text.isascii() and text.isdigit() else (0, _("应填整数。"))
    if column.kind == "yes":
        known = text.lower() in YES or text.lower() in NO
        return text.lower() in YES, "" if known else _("应填“是”或“否”。")
    if column.kind == "place":
        try:
            return round(float(text), 6), ""
        except ValueError:
            return None, _("应填小数，如 119.95。")
    if column.kind == "stages":
        words = [
            word
            for word in text.replace("，", "、").replace(",", "、").replace("/", "、").split("、")
            if word
        ]
        unknown = [word for word in words if word.strip() not in STAGES]
        sentence = _("不认识的学段“%(words)s”。") % {"words": "、".join(unknown)} if unknown else ""
        return [STAGES[word.strip()] for word in words if word.strip() in STAGES], sentence
    return text, ""


def check_units(sheet: Sheet, by: Actor) -> None:
    """Add the mistakes that need the whole table and the tree: codes twice, kinds, parents."""
    units = {unit.code: unit for unit in Unit.objects.within(by.units)}
    seen: dict[str, int] = {}
    kinds = {code: unit.kind for code, unit in units.items()}
    closed = {code for code, unit in units.items() if unit.state != Unit.State.ACTIVE}
    kinds |= {row["code"]: KINDS.get(row["kind"], "") for _n, row in sheet.rows}
    below = {"city": {"district", "school"}, "district": {"school"}, "school": {"campus"}}
    for number, row in sheet.rows:
        add = _adder(sheet, UNITS, number)
        code = row["code"]
        if code in seen:
            add("code", _("与第 %(row)s 行重复。") % {"row": seen[code]})
        seen.setdefault(code, number)
        if code and not (code.isascii() and code.isalnum() and len(code) <= 20):
            add("code", _("只能用数字和大写字母，最多 20 位。"))
        if row["kind"] and row["kind"] not in KINDS:
            add("kind", _("应为：辖市区、学校、幼儿园或校区。"))
        elif row["parent"] and row["parent"] not in kinds:
            add("parent", _("没有这个代码的单位，或不在您的范围内。"))
        elif row["parent"] in closed:
            add("parent", _("这所学校已停办或并入。"))
        elif row["parent"] and KINDS.get(row["kind"]) not in below.get(kinds[row["parent"]], set()):
            add("parent", _("这个上级单位下面不能设这类单位。"))
        if row["location"] and row["location"] not in kinds:
            add("location", _("没有这个代码的辖市区。"))
        if row["boarders"] > row["pupils"]:
            add("boarders", _("寄宿生数不能多于学生数。"))
        if (
            code in units
            and row["parent"]
            and units[code].parent
            and row["parent"] != units[code].parent.code
        ):
            add("parent", _("上级单位与系统里的不同；划转学校请在单位页面办理。"))


def check_people(sheet: Sheet, by: Actor) -> None:
    """Names twice, phones taken, units and posts that do not exist."""
    units = {unit.code: unit for unit in Unit.objects.within(by.units)}
    labels = {label: role for role, label in Role.choices} | {role: role for role in Role.values}
    names = {row["username"] for _n, row in sheet.rows}
    phones = {row["phone"] for _n, row in sheet.rows if row["phone"]}
    taken = dict(Person.objects.filter(phone__in=phones).values_list("phone", "username"))
    exists = set(Person.objects.filter(username__in=names).values_list("username", flat=True))
    known = set(Person.objects.filter(username__in=names, posts__unit_id__gte=by.units.lo,
                                      posts__unit_id__lt=by.units.hi).values_list("username", flat=True))  # fmt: skip
    seen: dict[tuple[str, str], int] = {}
    for number, row in sheet.rows:
        add = _adder(sheet, PEOPLE, number)
        for name in ("username", "phone"):
            key = (name, row[name])
            if row[name] and key in seen:
                add(name, _("与第 %(row)s 行重复。") % {"row": seen[key]})
            seen.setdefault(key, number)
        if row["username"] and not USERNAME.regex.match(row["username"]):  # type: ignore[union-attr]
            add("username", str(USERNAME.message))
        if row["username"] in exists - known:
            add("username", _("这个用户名已被别的单位使用，请换一个。"))
        if row["phone"] and not MOBILE.regex.match(row["phone"]):  # type: ignore[union-attr]
            add("phone", str(MOBILE.message))
        if taken.get(row["phone"], row["username"]) != row["username"]:
            add("phone", _("这个手机号已登记给另一个账号。"))
        unit = units.get(row["unit"])
        if row["unit"] and unit is None:
            add("unit", _("没有这个代码的单位，或不在您的范围内。"))
        elif unit is not None and unit.state != Unit.State.ACTIVE:
            add("unit", _("这所学校已停办或并入。"))
        role = labels.get(row["role"])
        if row["role"] and (role is None or (unit is not None and role not in ROLES_AT[unit.kind])):
            allowed = (
                "、".join(Role(one).label for one in ROLES_AT[unit.kind])
                if unit
                else "、".join(labels)
            )
            add("role", _("这个单位的岗位可填：%(roles)s。") % {"roles": allowed})


def _adder(sheet: Sheet, columns: Sequence[Column], number: int) -> Any:
    heads = {column.name: column.head for column in columns}

    def add(name: str, sentence: str) -> None:
        sheet.mistakes.append(Mistake(number, sheet.letters.get(name, "—"), heads[name], sentence))

    return add


def batches(rows: Sequence[Any], size: int = 1000) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
