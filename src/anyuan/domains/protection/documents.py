"""Papers: the sheet of one check, the list of gaps, the week's rota."""

from __future__ import annotations

from collections.abc import Iterable

from anyuan.domains.protection.models import Shift, StandardCheck
from anyuan.domains.protection.queries import Standing
from anyuan.domains.protection.standards import Standard, title_of
from anyuan.domains.protection.watch import Week
from anyuan.engines.notices.official import Table
from anyuan.engines.notices.printing import pdf_official, xlsx_rows
from anyuan.org.actor import Actor
from anyuan.org.models import Unit


def sheet(done: StandardCheck) -> bytes:
    """安防达标评估表 as PDF: each item, what the registers said, the result."""
    rows = [["项目", "台账情况", "结果"]]
    rows += [
        [item["title"], item["said"], "达标" if item["ok"] else "未达标"] for item in done.items
    ]
    day = done.record.happened_on
    opening = (
        f"评估标准：{title_of(done.standard)}。评估日期：{day:%Y年%m月%d日}。"
        f"达标 {done.passed} 项，共 {done.total} 项。各项情况由当日台账自动得出。"
    )
    parts = [
        opening,
        Table(rows, widths=(3, 4, 1)),
        *([f"缺口说明和打算：{done.note}"] if done.note else []),
        "评估人（签字）：　　　　　　　　　校长（签字）：",
    ]
    return pdf_official(
        f"{done.unit.name}安防达标评估表", parts=parts, sign_unit=done.unit.name, signed_on=day
    )


def gap_list(standard: Standard, standings: Iterable[Standing], *, by: Actor) -> bytes:
    """缺口清单 as a workbook."""
    rows = (
        [one.unit.name, one.unit.code, item.title, item.said]
        for one in standings
        for item in one.short
    )
    columns = [("学校（校区）", 28), ("单位代码", 14), ("未达标项目", 30), ("台账情况", 48)]
    return xlsx_rows(columns, rows, title="安防达标缺口清单", filters_text=standard.title, by=by)


def rota(unit: Unit, week: Week) -> bytes:
    """值班表 of a week as PDF."""
    days = [f"{day:%m-%d} 周{'一二三四五六日'[day.weekday()]}" for day in week.days]
    rows = [["姓名", *days]]
    rows += [[row.guard.name, *(_shift(shift) for _day, shift in row.days)] for row in week.rows]
    rows.append(["带班领导", *(name for _day, name in week.leaders)])
    return pdf_official(
        f"{unit.name}保安值班表",
        parts=[
            f"{week.days[0]:%Y年%m月%d日}至{week.days[-1]:%Y年%m月%d日}。空格为休息。",
            Table(rows, widths=(1.4, 1, 1, 1, 1, 1, 1, 1)),
        ],
        sign_unit=unit.name,
    )


def _shift(value: str) -> str:
    return str(Shift(value).label) if value else ""
