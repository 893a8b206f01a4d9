"""The papers of a campaign say what the rows say."""

from __future__ import annotations

import io
import subprocess

import docx
import openpyxl
import pytest
from PIL import Image

from anyuan.core import scope
from anyuan.domains.campaigns import progress
from anyuan.domains.campaigns.documents import bars
from anyuan.domains.campaigns.services.running import write_summary
from anyuan.domains.campaigns.tests.making import inspected, launched
from anyuan.domains.hazards.services import report_hazard
from anyuan.engines.checks.services import publish_checklist
from anyuan.engines.checks.spec import Item, Spec

WORDS = {
    "done_words": "逐校自查\n逐校验收", "problem_words": "个别学校进展慢", "next_words": "盯住不放",
    "standing": "每学期自查一遍",
}  # fmt: skip


@pytest.fixture
def campaign(cast):
    spec = Spec("fire_monthly", "消防月查", "", (Item("exits", "通道"),))
    version = publish_checklist(cast.city, by=cast.bureau, spec=spec)
    campaign = launched(cast, number="常教安〔2026〕8号")
    inspected(cast, version)
    for text in ("电线裸露", "消火栓没有水"):
        report_hazard(cast.school, by=cast.officer, place="一楼", description=text, category="01")
    write_summary(campaign, by=cast.bureau, **WORDS)
    return campaign


def got(cast, campaign, name, by=None):
    answer = cast.client(by or cast.bureau).get(f"/campaigns/{campaign.pk}/paper/{name}")
    assert answer.status_code == 200
    return answer.content


def figures(cast, campaign):
    with scope.enter(cast.bureau.units):
        return progress.whole(progress.cells(campaign, cast.bureau.units, cast.city.key))


def test_the_summary_in_word_has_the_words_and_the_figures_of_the_rows(cast, campaign):
    paper = docx.Document(io.BytesIO(got(cast, campaign, "summary.docx")))
    said = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    whole = figures(cast, campaign)
    assert f"共有 {whole.units} 项自查任务，完成 {whole.done} 项" in said
    assert "发现问题 2 处" in said
    for words in (
        "校园安全整治总结",
        "逐校验收",
        "个别学校进展慢",
        "盯住不放",
        "1. 每学期自查一遍",
    ):
        assert words in said
    rows = [[cell.text for cell in row.cells] for table in paper.tables for row in table.rows]
    assert ["合计", str(whole.units), str(whole.done), "2", "0", "0.0%", "0"] in rows
    assert next(row for row in rows if row[0] == "消防安全")[3] == "2"
    assert len(paper.inline_shapes) == 2


def test_the_summary_in_pdf_is_as_the_one_in_word(cast, campaign, tmp_path):
    path = tmp_path / "summary.pdf"
    path.write_bytes(got(cast, campaign, "summary.pdf"))
    said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout  # fmt: skip
    whole = figures(cast, campaign)
    assert "校园安全整治总结" in said
    assert f"完成 {whole.done} 项" in said.replace("\n", "")
    assert "常州市教育局" in said
    assert "各环节自查覆盖率" in said


def test_the_bulletin_names_who_is_stalled(cast, campaign):
    paper = docx.Document(io.BytesIO(got(cast, campaign, "bulletin.docx")))
    names = {row.cells[0].text for table in paper.tables for row in table.rows}
    assert cast.other.name in names
    assert cast.school.name not in names
    paper = docx.Document(io.BytesIO(got(cast, campaign, "bulletin.docx", by=cast.district)))
    assert "没有进展停滞的单位。" in "\n".join(one.text for one in paper.paragraphs)


def test_the_four_lists_have_a_line_for_each_problem_of_the_reader(cast, campaign):
    def lines(name, by=None):
        sheet = openpyxl.load_workbook(io.BytesIO(got(cast, campaign, name, by))).active
        return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]

    problems = [row for row in lines("lists.xlsx") if "电线裸露" in row]
    assert len(problems) == 1
    assert {"消防安全", cast.school.name, "一楼", "整改中"} <= set(problems[0])
    assert not [row for row in lines("lists.xlsx", cast.other_district) if "电线裸露" in row]
    month = lines("month.xlsx")
    assert {cast.school.name, cast.other.name} <= {row[0] for row in month}
    assert cast.other.name not in {row[0] for row in lines("month.xlsx", cast.district)}


@pytest.mark.parametrize("who", ["district", "officer", "teacher"])
def test_only_the_office_that_made_it_sums_it_up(cast, campaign, who):
    client = cast.client(getattr(cast, who))
    assert client.get(f"/campaigns/{campaign.pk}/paper/summary.docx").status_code == 403


@pytest.mark.parametrize("name", ["summary.xlsx", "lists.pdf", "nothing.docx"])
def test_there_is_no_other_paper(cast, campaign, name):
    client = cast.client(cast.bureau)
    assert client.get(f"/campaigns/{campaign.pk}/paper/{name}").status_code == 404


def test_no_name_in_a_chart_is_cut():
    names = ["学生意外、欺凌和心理", "一二三四五六七八九十" * 4, "短"]
    image = Image.open(io.BytesIO(bars([(name, 0.5) for name in names]))).convert("L")
    left, _top, right, _bottom = image.point(lambda light: 255 if light < 120 else 0).getbbox()
    assert left >= 8
    assert right <= image.width - 8
