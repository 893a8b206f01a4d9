"""Documents of several cities' styles, in invented words, are read into sections and points."""

from __future__ import annotations

import io
from datetime import date

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from anyuan.engines.obligations.intake.draft import draft_pack
from anyuan.engines.obligations.intake.model import Draft
from anyuan.engines.obligations.intake.read import read_document
from anyuan.engines.obligations.packs.check import check_files
from anyuan.engines.obligations.packs.kinds import FIRST_KINDS

# The shape of the 2020 work points: 附件 before the title, run-in titles, a point without a title,
# one section heading with no empty line before it.
SECTIONS = (
    ("把责任讲清楚", ("主要领导负责", "部门各管一段", "学校自己当家")),
    ("把规矩立起来", ("看住风险", "改好预案")),
    ("把基础打牢固", ("建好三道防线", "做好日常小事", "练好应急本领", "用好网络平台")),
    ("把教育抓在手", ("教会学生", "训好干部", "带好保安")),
    ("把周边管到位", ("化解矛盾", "留意风险", "清理周边")),
    ("把问题改彻底", (None, "查清隐患")),
    ("把平安创出来", ("办好“示范县（市、区）”创建", "回头再看一遍")),
)
NAMES = "一二三四五六七"


def like_the_seed() -> str:
    lines = [
        "附件",
        "",
        "2020年某州市学校安全工作要点",
        "",
        "2020年的总体思路是：少出事，不出大事。",
        "",
    ]
    number = 0
    for place, (section, points) in enumerate(SECTIONS):
        if place != 6:
            lines.append("")
        lines.append(f"{NAMES[place]}、{section}")
        for title in points:
            number += 1
            body = f"各地要把第{number}件事做实，不断完善《某项制度》。年年有进步。"
            if number == 8:
                body = "学校要完善各类预案，定期开展演练，每季度不少于一次，提高本领。"
            if number == 9:
                body = "各项指标持续提升，2020年底力争做到全覆盖。鼓励先行先试。"
            if title is None:
                body = "落实《某市专项行动方案》，制定办法，认真开展专项行动，紧盯十个环节，不断提升能力。"
                lines.append(f"{number}.{body}")
            else:
                lines.append(f"{number}.{title}。{body}")
    return "\n".join(lines)


def titles(draft: Draft) -> list[str]:
    return [point.title for point in draft.points]


def test_the_shape_of_the_2020_document_gives_seven_sections_and_nineteen_points() -> None:
    draft = read_document(like_the_seed().encode())
    assert (draft.title, draft.year, draft.city) == ("2020年某州市学校安全工作要点", 2020, "某州市")
    assert [section.title for section in draft.sections] == [name for name, _ in SECTIONS]
    assert [point.number for point in draft.points] == list(range(1, 20))
    assert [point.section for point in draft.points] == (
        [1] * 3 + [2] * 2 + [3] * 4 + [4] * 3 + [5] * 3 + [6] * 2 + [7] * 2
    )
    assert draft.preamble == ("2020年的总体思路是：少出事，不出大事。",)


def test_a_point_without_a_title_says_so_and_keeps_its_sentence() -> None:
    draft = read_document(like_the_seed().encode())
    untitled = [point for point in draft.points if not point.title]
    assert [point.number for point in untitled] == [16]
    assert untitled[0].sentences[0].startswith("落实《某市专项行动方案》")
    assert untitled[0].documents == ("某市专项行动方案",)
    assert draft.warnings == ("第 16 点没有标题，请补写。",)


def test_only_what_the_text_says_is_proposed() -> None:
    draft = read_document(like_the_seed().encode())
    proposed = [(point.number, one) for point in draft.points for one in point.proposals]
    assert [number for number, _ in proposed] == [8, 9]
    quarter, year_end = (one for _, one in proposed)
    assert (quarter.phrase, quarter.period, quarter.count, quarter.who) == (
        "每季度不少于一次",
        "quarter",
        1,
        "school",
    )
    assert (year_end.phrase, year_end.ends) == ("2020年底", date(2020, 12, 31))


CITY_B = """\
关于印发某乙市教育系统安全工作要点的通知
某乙教〔２０２１〕１２号
各区县教育局，直属学校：

２０２１年某乙市教育系统安全工作要点

一、总体要求
　　坚持预防为主，守住底线。
二、重点任务
（一）抓好消防安全
　　各学校每月组织１次防火检查，每学期至少开展两次疏散演练。
　　１．检查通道。
　　２．检查器材。
（二）抓好防溺水
　　６月底前，各区县教育局要完成水域排查，开学后两周内学校发放告知书。
三、工作保障
（一）加强督导：市教育局每半年督导一次，全年不少于２次通报。
（二）加强宣传
　　大力宣传。
　　　　　　　　　　　　　　某乙市教育局
２０２１年３月１日
"""


def test_round_numbers_that_start_again_in_each_section_in_gb18030() -> None:
    draft = read_document(CITY_B.encode("gb18030"))
    assert (draft.title, draft.year, draft.city) == (
        "2021年某乙市教育系统安全工作要点",
        2021,
        "某乙市",
    )
    assert [section.title for section in draft.sections] == ["总体要求", "重点任务", "工作保障"]
    assert titles(draft) == ["总体要求", "抓好消防安全", "抓好防溺水", "加强督导", "加强宣传"]
    assert [point.label for point in draft.points] == ["", "（一）", "（二）", "（一）", "（二）"]
    fire, drowning, supervision = draft.points[1:4]
    assert "检查通道。" in "".join(fire.sentences)
    assert [(p.phrase, p.period, p.count, p.who) for p in fire.proposals] == [
        ("每月组织1次", "month", 1, "school"),
        ("每学期至少开展两次", "term", 2, "school"),
    ]
    by_june, letters = drowning.proposals
    assert (by_june.fixed, by_june.who) == (("06-30",), "district")
    assert (letters.period, letters.due.way, letters.due.number) == ("term", "offset_days", 14)
    assert letters.who == "school"
    assert [(p.period, p.count, p.who) for p in supervision.proposals] == [
        ("half_year", 1, "city"),
        ("year", 2, "city"),
    ]
    assert any("没有分点" in warning for warning in draft.warnings)
    assert any("统一编号" in warning for warning in draft.warnings)


NO_SECTIONS = """\
某丙县2022年学校安全重点工作安排

1、落实责任
校长是第一责任人，每年3月底前签订责任书。

2、落实巡查
学校要每天巡查，每周小结，每月25日前上报台账。

4、落实培训
1月、2月组织保安培训；1.5米以下围墙加高，9月1日前完成。
"""


def test_points_without_sections_and_a_number_left_out() -> None:
    draft = read_document(NO_SECTIONS.encode())
    assert len(draft.sections) == 1
    assert [(point.number, point.title) for point in draft.points] == [
        (1, "落实责任"),
        (2, "落实巡查"),
        (4, "落实培训"),
    ]
    assert "第 2 点之后是第 4 点，请核对是否漏了要点。" in draft.warnings
    assert [(p.period, p.due.number) for p in draft.points[1].proposals] == [
        ("day", 0),
        ("week", 0),
        ("month", 25),
    ]
    assert [p.fixed for p in draft.points[2].proposals] == [("09-01",)]


ARTICLES = """\
某丁市校园安全工作规划（2023年）

第一章 总则
第一条 为了学生平安，制定本规划。
第二条 各校应当按季度开展隐患排查，一学期一次家长会。
第二章 措施
第三条　管好校车：学校上半年、下半年各检验一次校车。
第四条 管好食堂，不定期抽查。
"""


def test_chapters_and_articles() -> None:
    draft = read_document(ARTICLES.encode())
    assert [section.title for section in draft.sections] == ["总则", "措施"]
    assert [point.label for point in draft.points] == ["第一条", "第二条", "第三条", "第四条"]
    assert [p.period for p in draft.points[1].proposals] == ["quarter", "term"]
    assert draft.points[2].title == "管好校车"
    assert [p.fixed for p in draft.points[2].proposals] == [("06-30",), ("12-31",)]
    (vague,) = draft.points[3].proposals
    assert (vague.period, vague.note) == (None, "文中只写“不定期”，请确定频次。")


PLAIN = """\
某戊区学校安全工作计划

指导思想
以学生为本，把安全放在第一位，力争全年不发生责任事故，做到人人讲安全、事事讲安全。
主要措施
学校每学期召开两次安全会议，节假日前开展一次全面检查，把问题解决在放假之前，不留死角。
"""


def test_headings_without_numbers() -> None:
    draft = read_document(PLAIN.encode("utf-16"))
    assert titles(draft) == ["指导思想", "主要措施"]
    assert draft.year is None
    assert "没有找到年份，请填写。" in draft.warnings
    assert next(p.phrase for p in draft.points[1].proposals) == "每学期召开两次"


def in_word(document: docx.document.Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def with_list(document: docx.document.Document) -> None:
    """Add a numbering: level 0 as 一、 and level 1 as 1. , like Word's automatic headings."""
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{fmt}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (fmt, text) in enumerate((("chineseCounting", "%1、"), ("decimal", "%2.")))
    )
    space = nsdecls("w")
    abstract = parse_xml(f'<w:abstractNum {space} w:abstractNumId="77">{levels}</w:abstractNum>')
    numbering.insert(0, abstract)
    numbering.append(
        parse_xml(f'<w:num {space} w:numId="78"><w:abstractNumId w:val="77"/></w:num>')
    )


def numbered(document: docx.document.Document, text: str, depth: int) -> None:
    properties = document.add_paragraph(text)._p.get_or_add_pPr()
    holder = properties.get_or_add_numPr()
    holder.get_or_add_ilvl().set(qn("w:val"), str(depth))
    holder.get_or_add_numId().set(qn("w:val"), "78")


def test_a_word_file_with_automatic_numbers() -> None:
    document = docx.Document()
    document.add_paragraph("某己市2024年学校安全工作要点", style="Title")
    with_list(document)
    numbered(document, "健全制度", 0)
    numbered(document, "责任到人。各校每学年签订一次责任书。", 1)
    numbered(document, "值班到岗。节前安排值班。", 1)
    numbered(document, "强化演练", 0)
    numbered(document, "疏散演练。幼儿园每季度至少组织一次疏散演练。", 1)
    draft = read_document(in_word(document))
    assert [section.title for section in draft.sections] == ["健全制度", "强化演练"]
    assert [(point.label, point.title) for point in draft.points] == [
        ("1.", "责任到人"),
        ("2.", "值班到岗"),
        ("1.", "疏散演练"),
    ]
    (drill,) = draft.points[2].proposals
    assert (drill.period, drill.who, drill.stages) == ("quarter", "school", ("kindergarten",))


def test_a_word_file_with_heading_styles() -> None:
    document = docx.Document()
    document.add_heading("某庚市2025年校园安全工作要点", 0)
    for section, points in (("夯实基础", ("门卫管理", "校舍管理")), ("强化协同", ("警校联动",))):
        document.add_heading(section, 1)
        for point in points:
            document.add_heading(point, 2)
            document.add_paragraph("寄宿制学校每周检查一次，发现问题马上整改，做好记录，确保安全。")
    draft = read_document(in_word(document))
    assert draft.title == "某庚市2025年校园安全工作要点"
    assert [section.title for section in draft.sections] == ["夯实基础", "强化协同"]
    assert titles(draft) == ["门卫管理", "校舍管理", "警校联动"]
    assert {(p.period, p.boarding) for point in draft.points for p in point.proposals} == {
        ("week", True)
    }


def test_a_word_file_with_a_table() -> None:
    document = docx.Document()
    document.add_paragraph("某辛市2026年学校安全重点任务")
    table = document.add_table(rows=0, cols=4)
    rows = (
        ("序号", "工作任务", "责任单位", "完成时限"),
        ("一、基础工作",) * 4,
        ("1", "开展隐患排查", "各学校", "每月一次"),
        ("2", "修订应急预案", "各地", "2026年6月30日前"),
        ("二、提升工作",) * 4,
        ("3", "培训保安骨干", "市教育局", "下半年"),
    )
    for row in rows:
        cells = table.add_row().cells
        if len(set(row)) == 1:
            cells[0].merge(cells[3]).text = row[0]
        else:
            for cell, text in zip(cells, row, strict=True):
                cell.text = text
    draft = read_document(in_word(document))
    assert [section.title for section in draft.sections] == ["基础工作", "提升工作"]
    assert titles(draft) == ["开展隐患排查", "修订应急预案", "培训保安骨干"]
    check, plan, _ = (point.proposals[0] for point in draft.points)
    assert (check.period, plan.ends) == ("month", date(2026, 6, 30))
    assert draft.points[1].sentences == ("责任单位：各地。", "完成时限：2026年6月30日前。")


def finished(files: dict[str, str]) -> dict[str, bytes]:
    """What a person does: fill each 待填 with something sensible."""
    filled = {}
    for name, text in files.items():
        lines = []
        for line in text.splitlines():
            field = line.strip().removeprefix("- ").partition(":")[0]
            value = {"who": "school", "period": "year", "year": "2020", "city": "某市"}.get(field)
            value = {"valid_from": "2020-01-01", "fixed": "[05-12]", "key": "a_pack"}.get(
                field, value or "补写的内容"
            )
            lines.append(f"{line.partition(':')[0]}: {value}" if "待填" in line else line)
        filled[name] = "\n".join(lines).encode()
    return filled


def test_a_drafted_pack_passes_the_check_once_its_open_places_are_filled() -> None:
    for text in (like_the_seed(), CITY_B, NO_SECTIONS, ARTICLES, PLAIN):
        drafted = draft_pack(read_document(text.encode()))
        found = check_files({k: v.encode() for k, v in drafted.files.items()}, FIRST_KINDS)
        listed = {(open_.file, open_.line) for open_ in drafted.unfinished}
        assert {(problem.file, problem.line) for problem in found} <= listed
        assert found
        assert check_files(finished(drafted.files), FIRST_KINDS) == []


def test_a_drafted_rule_shows_its_evidence() -> None:
    drafted = draft_pack(read_document(like_the_seed().encode()))
    rules = drafted.files["rules/draft.yaml"]
    assert "# 依据：第 18 至 25 字“每季度不少于一次”" in rules
    assert rules.count("kind: drill") == 1
    assert drafted.files["pack.yaml"].startswith("key: mouzhou_2020\n")
