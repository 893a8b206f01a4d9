"""One content, two forms: what the Word file says the PDF says, and nothing typed becomes a command."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from PIL import Image

from anyuan.engines.notices import papers
from anyuan.engines.notices.official import Heading, Photo, Picture, Table

KIND = papers.DocumentKind("test.paper", "试验文书", {"score": ("得分", "90")})


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[papers.DocumentKind]:
    monkeypatch.setattr(papers, "_kinds", {**papers.all_kinds(), KIND.key: KIND})
    return KIND


def png(size: tuple[int, int] = (300, 200)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return out.getvalue()


def paper(kind: papers.DocumentKind, tmp_path: Path) -> papers.Official:
    Image.new("RGB", (800, 600), "teal").save(tmp_path / "p.jpg")
    return papers.official(
        kind, unit="320400.", title="考核结果通知书", number="常教安〔2026〕12号",
        addressee="武进区教育局",
        parts=[
            "结果如下 {{ 7*7 }} {% for %}<w:p>&\x00。\n请查收。", Heading("一、得分"),
            Table([["项目", "得分"], ["责任落实", 18]], widths=(3, 1)),
            Photo(tmp_path / "p.jpg", "拍摄于 8:15"), Photo(tmp_path / "gone.jpg", "拍摄于 9:15"),
            Picture(png(), "各区得分"),
        ],
        sign_unit="常州市教育局", signed_on=datetime.date(2026, 12, 1), attachments=["评分表", "清单"],
        fields={"score": "18"},
    )  # fmt: skip


def lines(body: bytes) -> list[str]:
    return [one.text for one in docx.Document(io.BytesIO(body)).paragraphs]


@pytest.mark.django_db
def test_the_word_file_has_every_part_in_the_official_order(
    declared: papers.DocumentKind, tmp_path: Path
) -> None:
    body = paper(declared, tmp_path).docx()
    told = [line for line in lines(body) if line]
    assert told == [
        "考核结果通知书", "常教安〔2026〕12号", "武进区教育局：",
        "结果如下 {{ 7*7 }} {% for %}<w:p>&。", "请查收。", "一、得分",
        "拍摄于 8:15", "拍摄于 9:15（照片文件未找到）", "各区得分",
        "附件：1. 评分表\n　　　2. 清单", "常州市教育局", "2026年12月1日",
    ]  # fmt: skip
    document = docx.Document(io.BytesIO(body))
    assert [[c.text for c in row.cells] for row in document.tables[0].rows] == [
        ["项目", "得分"],
        ["责任落实", "18"],
    ]
    assert len(document.inline_shapes) == 2


@pytest.mark.django_db
def test_the_same_content_is_a_pdf(declared: papers.DocumentKind, tmp_path: Path) -> None:
    body = paper(declared, tmp_path).pdf()
    assert body.startswith(b"%PDF")
    assert body.count(b"/Subtype /Image") == 2


@pytest.mark.django_db
def test_a_short_paper_leaves_no_empty_lines(declared: papers.DocumentKind) -> None:
    body = papers.official(declared, unit="320400.", title="通报", parts=["正文。"]).docx()
    assert lines(body) == ["通报", "正文。"]


def test_a_field_nobody_declared_is_a_mistake(declared: papers.DocumentKind) -> None:
    with pytest.raises(KeyError, match="nonsense"):
        papers.official(declared, unit="320400.", title="通报", fields={"nonsense": "1"})


@pytest.mark.django_db
def test_a_picture_of_any_shape_stays_within_the_margins(declared: papers.DocumentKind) -> None:
    for size in ((3000, 40), (40, 3000)):
        made = papers.official(
            declared, unit="320400.", title="通报", parts=[Picture(png(size), "", height=30)]
        )
        shape = docx.Document(io.BytesIO(made.docx())).inline_shapes[0]
        assert shape.width.mm <= 156.1
        assert shape.height.mm <= 30.1
        assert made.pdf().startswith(b"%PDF")
