"""The result sheet of one unit as an official paper, and the whole table of a round as a workbook."""

from __future__ import annotations

from anyuan.domains.responsibility.appraisal import queries
from anyuan.domains.responsibility.appraisal.models import Result, Round, Source
from anyuan.engines.notices import papers
from anyuan.engines.notices.official import Heading, Table
from anyuan.engines.notices.printing import xlsx_rows
from anyuan.org.actor import Actor

SHEET = papers.declare(
    papers.DocumentKind("appraisal.result", "考核结果通知书", {"score": ("得分", "92.50"), "grade": ("等次", "优秀")})
)  # fmt: skip


def result_sheet(by: Actor, result: Result) -> papers.Official:
    """What the unit got, item by item; without its place: that is for those who may see places."""
    lines = queries.lines_of(by, result)
    final = result.final_at is not None
    word = "最后得分" if final else "公布得分（可以申诉）"
    rows: list[list[object]] = [["编号", "考核内容", "分值", "依据", "得分"]]
    for line in lines:
        item, points = line.item, line.shown
        if line.objection and line.objection.new_points is not None:
            points = line.objection.new_points
        basis = (
            "考核人评分"
            if item.source == Source.REVIEW
            else f"{item.numerator.normalize():f}/{item.denominator.normalize():f}"
        )
        rows.append([item.code, item.title, item.full, basis, points])
    parts: list[object] = [
        (
            f"按照考核方案第{result.scheme_version}版，对你单位{result.since:%Y年%-m月}以来的学校安全工作进行了考核，"
            f"{word}{result.shown_score}分，等次为{result.get_grade_display()}。"
        ),
        Heading("一、各项得分"),
        Table(rows, widths=[1.2, 5, 1.4, 2.4, 1.4]),
    ]
    vetoes = [one for one in queries.vetoes_of(result) if one.applies]
    if vetoes:
        parts += [Heading("二、一票否决"), "；".join(f"{v.title}{('：' + v.reason) if v.reason else ''}" for v in vetoes) + "。"]  # fmt: skip
    if not final and result.objection_until:
        parts.append(
            f"对结果有异议的，请在{result.objection_until:%Y年%-m月%-d日}前在系统中提出申诉。"
        )
    return papers.official(
        SHEET, unit=result.record.done_by_id, title=f"{result.title}结果通知书", addressee=result.unit.name,
        parts=parts, sign_unit=result.by_name,
        fields={"score": str(result.shown_score), "grade": result.get_grade_display()},
    )  # fmt: skip


def whole_table(by: Actor, round_: Round) -> bytes:
    """All units with every item, the best first."""
    heads, rows = queries.table(round_)
    columns = [
        ("名次", 8), ("单位", 26), *((f"{code} {title}", 12) for code, title in heads), ("合计", 10), ("等次", 10),
        ("一票否决", 24), ("状态", 14),
    ]  # fmt: skip
    body = [
        [
            row.result.rank, row.result.unit.name, *(row.points.get(code) for code, _title in heads), row.total,
            row.result.get_grade_display(), "；".join(row.vetoes), queries.STATES[row.result.record.state][0],
        ]
        for row in rows
    ]  # fmt: skip
    return xlsx_rows(columns, body, title=round_.title, filters_text=str(round_.scheme), by=by)
