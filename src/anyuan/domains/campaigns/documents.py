"""Papers of a campaign, written from the data: 总结, 督查通报, 月报表, 四张清单."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from anyuan.core.keys import Range
from anyuan.domains.campaigns import progress
from anyuan.domains.campaigns.models import Campaign, Link
from anyuan.domains.campaigns.progress import Cell
from anyuan.engines.notices import papers
from anyuan.engines.notices.official import (
    FONT_FILES,
    REGULAR,
    Heading,
    Picture,
    Table,
    chinese_day,
)
from anyuan.engines.notices.printing import xlsx_rows
from anyuan.org.actor import Actor
from anyuan.org.models import Unit

SUMMARY = papers.declare(papers.DocumentKind("campaign.summary", "专项整治总结"))
BULLETIN = papers.declare(papers.DocumentKind("campaign.bulletin", "专项整治督查通报"))
LISTS = [
    ("编号", 28), ("重点环节", 18), ("单位", 24), ("地点", 16), ("问题", 40), ("措施", 36), ("责任人", 12),
    ("资金（元）", 12), ("发现日期", 12), ("整改时限", 12), ("状态", 10), ("销号时间", 18),
]  # fmt: skip
MONTH = [
    ("单位", 26), ("任务", 8), ("已自查", 8), ("已验收", 8), ("发现问题", 10), ("已整改", 8), ("未整改", 8),
    ("逾期", 8), ("最近进展", 12),
]  # fmt: skip


def per(rate: float | None) -> str:
    return "—" if rate is None else f"{rate * 100:.1f}%"


def by_link(campaign: Campaign, found: dict[tuple[int, str], Cell]) -> list[tuple[Link, Cell]]:
    """Each link with the sum over all areas."""
    return [
        (link, sum((cell for (key, _area), cell in found.items() if key == link.pk), Cell()))
        for link in campaign.links.all()
    ]


def bars(rows: Sequence[tuple[str, float]]) -> bytes:
    """A chart of rates as PNG: a bar for each name with its figure."""
    font = ImageFont.truetype(str(Path(settings.FONT_FOLDER) / FONT_FILES[REGULAR]), 26)
    # The names take the room they need, so that none is cut; the bars keep their length.
    longest = max((font.getlength(name) for name, _rate in rows), default=0)
    height, left, width = 54, int(longest) + 34, 620
    image = Image.new("RGB", (left + width + 160, height * len(rows) + 20), "white")
    pen = ImageDraw.Draw(image)
    for n, (name, rate) in enumerate(rows):
        top = 10 + n * height
        pen.text((left - 14, top + 20), name, font=font, fill="#222222", anchor="rm")
        pen.rectangle((left, top + 4, left + width, top + 36), fill="#E9EFEC")
        if rate > 0:
            pen.rectangle((left, top + 4, left + int(width * rate), top + 36), fill="#0B7A5C")
        pen.text((left + width + 14, top + 20), per(rate), font=font, fill="#222222", anchor="lm")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _chart(title: str, rows: Sequence[tuple[str, float | None]]) -> list[Picture]:
    """The bars of those that have a rate; nothing where none has."""
    known = [(name, rate) for name, rate in rows if rate is not None]
    return [Picture(bars(known), title)] if known else []


def _table(rows: list[tuple[Link, Cell]]) -> Table:
    head = ["重点环节", "任务", "完成", "发现", "整改", "整改率", "逾期"]
    whole = sum((cell for _link, cell in rows), Cell())
    lines = [*((link.title, cell) for link, cell in rows), ("合计", whole)]
    body = [
        [name, c.units, c.done, c.found, c.fixed, per(c.fix_rate), c.overdue] for name, c in lines
    ]
    return Table([head, *body], widths=(34, 10, 10, 10, 10, 14, 10))


def _figures(campaign: Campaign, units: Range, whole: Cell) -> str:
    passed, checked = progress.rechecked(campaign, units)
    words = (
        f"共有 {whole.units} 项自查任务，完成 {whole.done} 项，覆盖率 {per(whole.rate)}；"
        f"发现问题 {whole.found} 处（重大 {whole.grave} 处），整改 {whole.fixed} 处，"
        f"整改率 {per(whole.fix_rate)}，逾期 {whole.overdue} 处，挂牌督办 {whole.listed} 处；"
        f"投入 {progress.funds(campaign, units)} 万元。"
    )
    return words + (f"抽查 {checked} 所，一次合格 {passed} 所。" if checked else "")


def summary(campaign: Campaign, unit: Unit, by: Actor) -> papers.Official:
    """总结: figures and charts from the rows, the words as the office wrote them."""
    rows = by_link(campaign, progress.cells(campaign, by.units, unit.key))
    whole = sum((cell for _link, cell in rows), Cell())
    parts: list[Any] = [
        f"{campaign.title}自{chinese_day(campaign.starts_on)}开始，至{chinese_day(campaign.ends_on)}结束。"
        + _figures(campaign, by.units, whole),
        Heading("一、主要做法"), *_lines(campaign.done_words),
        Heading("二、各环节情况"), _table(rows),
        *_chart("各环节自查覆盖率", [(link.title, cell.rate) for link, cell in rows]),
        *_chart("各环节问题整改率", [(link.title, cell.fix_rate) for link, cell in rows]),
        Heading("三、存在不足"), *_lines(campaign.problem_words),
        Heading("四、下一步工作"), *_lines(campaign.next_words),
    ]  # fmt: skip
    if campaign.standing_rules:
        parts.append(Heading("五、长效机制"))
        parts += [f"{n}. {line}" for n, line in enumerate(campaign.standing_rules, start=1)]
    return papers.official(
        SUMMARY, unit=unit.key, title=f"{campaign.title}总结", number=campaign.number, parts=parts,
        sign_unit=unit.name,
    )  # fmt: skip


def _lines(words: str) -> list[str]:
    return [line.strip() for line in words.splitlines() if line.strip()] or ["（未填写）"]


def bulletin(campaign: Campaign, unit: Unit, by: Actor) -> papers.Official:
    """督查通报: how it stands today, who is behind and stalled."""
    rows = by_link(campaign, progress.cells(campaign, by.units, unit.key))
    whole = sum((cell for _link, cell in rows), Cell())
    late = progress.stalled(campaign, by.units)
    lines = [[r.name, f"{r.done}/{r.tasks}", r.found - r.fixed, r.overdue] for r in late]
    parts: list[Any] = [
        _figures(campaign, by.units, whole),
        Heading("一、各环节进展"),
        _table(rows),
    ]
    parts.append(Heading("二、进展停滞的单位"))
    if lines:
        parts.append(
            Table([["单位", "完成环节", "未整改", "逾期"], *lines], widths=(50, 16, 16, 16))
        )
    else:
        parts.append("没有进展停滞的单位。")
    return papers.official(
        BULLETIN, unit=unit.key, title=f"关于{campaign.title}进展情况的通报", number=campaign.number,
        parts=parts, sign_unit=unit.name,
    )  # fmt: skip


def lists_xlsx(campaign: Campaign, by: Actor) -> bytes:
    """The four lists in one sheet: problem, measure, responsible person, time limit, and how it stands."""
    rows = (
        [f.number, f.link, f.unit, f.place, f.problem, f.measures, f.responsible, f.funds, f.found_on,
         f.due_on, f.state, f.closed_at]
        for f in progress.findings(campaign, by.units)
    )  # fmt: skip
    return xlsx_rows(LISTS, rows, title="专项整治四张清单", filters_text=campaign.title, by=by)


def month_xlsx(campaign: Campaign, by: Actor) -> bytes:
    """月报表: a line for each unit, as it stands today."""
    rows = (
        [
            u.name,
            u.tasks,
            u.done,
            u.accepted,
            u.found,
            u.fixed,
            u.found - u.fixed,
            u.overdue,
            u.last,
        ]
        for u in progress.units_of(campaign, by.units)
    )
    return xlsx_rows(MONTH, rows, title="专项整治月报表", filters_text=campaign.title, by=by)
