"""Checklists as XLSForm workbooks: ours out and in again, other people's in, bad ones refused."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as st

from anyuan.core.refused import Refused
from anyuan.engines.checks import xlsform
from anyuan.engines.checks.spec import Choice, Item, Spec, read_folder

SHIPPED = read_folder(Path(settings.SOURCE) / "packs" / settings.DEFAULT_PACK / "checklists")


def workbook(survey, choices=(), form=(("form_title", "form_id"), ("消防检查", "fire"))):
    book = openpyxl.Workbook()
    for name, rows in (("survey", survey), ("choices", choices), ("settings", form)):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("spec", SHIPPED, ids=lambda spec: spec.key)
def test_shipped_checklists_come_back_as_they_were(spec):
    found = xlsform.read(xlsform.write(spec))
    assert found.left == ()
    assert found.spec == spec


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30
)
numbers = st.decimals(-1000, 1000, places=2)


@st.composite
def items(draw, number):
    kind = draw(st.sampled_from(["pass", "score", "number", "choice", "text", "photo"]))
    low, high = sorted([draw(numbers), draw(numbers)])
    choices = tuple(Choice(f"c{n}", draw(words), draw(st.booleans())) for n in range(2))
    return Item(
        f"item_{number}", draw(words), kind, group=draw(st.sampled_from(["", "甲", "乙"])),
        required=draw(st.booleans()), unit=draw(st.sampled_from(["", "千瓦"])),
        low=low if kind == "number" else None, high=high if kind == "number" else None,
        choices=choices if kind == "choice" else (), max_score=5 if kind == "score" else 0,
        category=draw(st.sampled_from(["01", "19"])), basis=draw(st.sampled_from(["", "第七点"])),
        severity=draw(st.sampled_from(["general", "major"])), veto=draw(st.booleans()),
    )  # fmt: skip


@pace(max_examples=25, deadline=None)
@given(st.data(), st.integers(1, 6))
def test_what_is_exported_is_imported_again(data, many):
    written = tuple(data.draw(items(number)) for number in range(many))
    spec = Spec("list", "检查表", "用途", written, {"has_bus": True})
    assert xlsform.read(xlsform.write(spec)).spec == spec


def test_another_programs_form_is_understood_and_what_is_lost_is_named():
    body = workbook(
        [
            [
                "type",
                "name",
                "label::English (en)",
                "label::中文 (zh)",
                "required",
                "constraint",
                "relevant",
            ],
            ["start", "start"],
            ["begin group", "g", "Fire", "消防"],
            ["select_one yn", "exit", "Exit open?", "安全出口畅通", "yes"],
            ["integer", "seconds", "Seconds", "用时", "", ". > 0 and . < 600"],
            ["select_multiple yn", "many", "Many", "多选"],
            ["geopoint", "place", "Place", "位置"],
            ["text", "why", "Why", "原因", "", "", "${exit} = 'no'"],
            ["image", "photo", "Photo", "照片"],
            ["end group"],
        ],
        [["list_name", "name", "label::中文 (zh)"], ["yn", "yes", "是"], ["yn", "no", "否"]],
    )
    found = xlsform.read(body)
    kinds = [(item.key, item.kind, item.text, item.group) for item in found.spec.items]
    assert kinds == [
        ("exit", "pass", "安全出口畅通", "消防"),
        ("seconds", "number", "用时", "消防"),
        ("why", "text", "原因", "消防"),
        ("photo", "photo", "照片", "消防"),
    ]
    assert (found.spec.items[1].low, found.spec.items[1].high) == (Decimal(0), Decimal(600))
    said = [str(one) for one in found.left]
    assert (
        "工作表 survey 第 6 行 type 列：类型“select_multiple yn”不能照搬，这一项没有导入。" in said
    )
    assert "工作表 survey 第 7 行 type 列：类型“geopoint”不能照搬，这一项没有导入。" in said
    assert any("第 8 行 relevant 列：显示条件" in one for one in said)
    assert any("第 5 行 constraint 列：限制条件" in one for one in said)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"not a workbook", "不是可以读取的 Excel"),
        (workbook([["type", "name", "label"]], form=()), "至少要有一项"),
        (workbook([["type", "name", "label"], ["nonsense", "a", "甲"]]), "XLSForm 标准"),
        (workbook([["type", "name", "label"], ["geopoint", "a", "甲"]]), "至少要有一项"),
    ],
)
def test_a_workbook_that_is_no_checklist_is_refused_with_a_sentence(body, sentence):
    with pytest.raises(Refused) as refused:
        xlsform.read(body)
    assert sentence in refused.value.sentence


def test_what_is_too_long_is_named_and_chinese_names_get_keys_of_their_own():
    body = workbook(
        [
            ["type", "name", "label", "hint", "relevant", "parameters"],
            ["begin_group", "g", "组" * 61, "", "1 = 1"],
            ["text", "甲", "甲", "依" * 201],
            ["range", "乙", "乙", "", "", "start=0 end=5"],
            ["select_one ab", "丙", "丙"],
            ["end_group"],
            ["begin_repeat", "r", "重复"],
            ["calculate", "c", "", "", "", ""],
            ["text", "丁", "丁"],
            ["end_repeat"],
        ],
        [
            ["list_name", "name", "label"],
            ["ab", "a", "选" * 61],
            ["ab", "b", "乙"],
            ["ab", "", "丙"],
        ],
    )
    with pytest.raises(Refused, match="XLSForm 标准"):  # a calculate without a formula
        xlsform.read(body)
    body = workbook(
        [
            ["type", "name", "label", "hint", "relevant", "parameters", "calculation"],
            ["begin_group", "g", "组" * 61, "", "1 = 1"],
            ["text", "甲", "甲", "依" * 201],
            ["range", "乙", "乙", "", "", "start=0 end=5"],
            ["select_one ab", "丙", "丙"],
            ["end_group"],
            ["begin_repeat", "r", "重复"],
            ["calculate", "c", "", "", "", "", "1 + 1"],
            ["text", "丁", "丁"],
            ["end_repeat"],
        ],
        [["list_name", "name", "label"], ["ab", "a", "选" * 61], ["ab", "b", "乙"]],
        (("form_title", "form_id"), ("题" * 61, "fire")),
    )
    found = xlsform.read(body)
    assert [item.key for item in found.spec.items] == ["item", "item_2", "item_3", "item_4"]
    places = {(one.sheet, one.row, one.column) for one in found.left}
    assert places == {
        ("survey", 2, "label"), ("survey", 2, "relevant"), ("survey", 3, "hint"),
        ("survey", 4, "parameters"), ("survey", 7, "type"), ("survey", 8, "type"),
        ("survey", 8, "calculation"), ("choices", 2, "label"), ("settings", 2, "form_title"),
    }  # fmt: skip


def test_a_workbook_too_long_to_read_whole_is_refused_not_cut():
    rows = [["type", "name", "label"], *(["text", f"t{n}", "甲"] for n in range(2001))]
    with pytest.raises(Refused, match="超过 2000 行"):
        xlsform.read(workbook(rows))


def test_labels_are_never_formulas():
    spec = Spec("x", "=cmd", "", (Item("a", '=HYPERLINK("x")'), Item("b", "${a} 与\x07乙")))
    body = xlsform.write(spec)
    survey = openpyxl.load_workbook(io.BytesIO(body))["survey"]
    assert [cell.data_type for cell in survey["C"]] == ["s", "s", "s"]
    assert xlsform.read(body).spec.items[1].text == "$ {a} 与乙"
