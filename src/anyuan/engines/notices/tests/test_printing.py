"""Documents: what people typed stays text, and an export says what it is."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from PIL import Image

from anyuan.engines.notices import printing
from anyuan.engines.notices.official import Heading, Photo, Table

FORMULAS = [
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "https://example.org",
    "00123",
]


def test_what_people_typed_never_becomes_a_formula_a_link_or_a_number() -> None:
    rows = ([text, n] for n, text in enumerate(FORMULAS))
    body = printing.xlsx_rows(
        [("内容", 30), "序号"], rows, title="隐患/台账", filters_text="武进区"
    )
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert [cell.value for cell in sheet["A"][3:]] == FORMULAS
    assert {cell.data_type for cell in sheet["A"][3:]} == {"s"}
    assert [cell.value for cell in sheet["B"][3:]] == list(range(6))
    assert not sheet._hyperlinks


def test_an_export_says_what_was_chosen_and_its_head_stays_in_sight() -> None:
    body = printing.xlsx_rows(
        ["日期"], [[datetime.date(2026, 11, 3)]], title="演练", filters_text="2026 年"
    )
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert sheet["A2"].value.startswith("范围：2026 年　导出时间：")
    assert sheet.freeze_panes == "A4"
    assert sheet["A4"].value.date() == datetime.date(2026, 11, 3)


def test_a_letter_with_tables_photos_and_odd_text_is_made(tmp_path: Path) -> None:
    Image.new("RGB", (800, 600), "teal").save(tmp_path / "p.jpg")
    parts = [
        "经查，<font>你校</font> & 隐患\x00仍未整改。\n请尽快办理。",
        Heading("隐患清单"),
        Table([["内容", "期限"], *([["很长的内容" * 400, "11月"]]), *[["消防", "12月"]] * 60]),
        Photo(tmp_path / "p.jpg", "拍摄于 8:15"),
        Photo(tmp_path / "gone.jpg", "拍摄于 9:15"),
    ]
    body = printing.pdf_official(
        "整改通知书", number="〔2026〕1号", addressee="湖塘实验小学", parts=parts,
        sign_unit="武进区教育局", signed_on=datetime.date(2026, 11, 3), attachments=["清单", "照片"],
    )  # fmt: skip
    assert body.startswith(b"%PDF")
    pages = body.count(b"/Type /Page\n")
    assert pages >= 3
    assert b"/Subtype /Image" in body


@pytest.fixture
def letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    document = Document()
    document.add_paragraph("主送：{{ unit }}")
    document.save(tmp_path / "letter.docx")
    monkeypatch.setattr(printing, "template_path", lambda name: tmp_path / "letter.docx")
    return "notices/letter.docx"


def test_a_word_document_takes_text_as_it_is(letter: str) -> None:
    body = printing.docx_bytes(letter, {"unit": "<w:p>A&B</w:p> {{ 7*7 }}"})
    texts = [paragraph.text for paragraph in Document(io.BytesIO(body)).paragraphs]
    assert texts == ["主送：<w:p>A&B</w:p> {{ 7*7 }}"]


def test_a_download_keeps_a_chinese_name() -> None:
    answer = printing.download(b"x", "隐患台账.xlsx", printing.XLSX)
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E9%9A%90")
