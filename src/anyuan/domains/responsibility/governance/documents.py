"""The bulletin of a round of visits: what was looked at, what was found, where it stands."""

from __future__ import annotations

from collections import Counter

from anyuan.domains.responsibility.governance import visit_queries as queries
from anyuan.domains.responsibility.governance.models import How, Plan
from anyuan.engines.notices import papers
from anyuan.engines.notices.official import Heading, Table
from anyuan.org.actor import Actor

BULLETIN = papers.declare(papers.DocumentKind("governance.bulletin", "督查情况通报"))


def bulletin(by: Actor, plan: Plan) -> papers.Official:
    """The bulletin as the plan stands now."""
    lines = queries.board(by, plan)
    gone = [line for line in lines if line.visit is not None]
    found = queries.findings_of_plan(by, plan)
    states = Counter(line.state[0] for line in gone)
    how = (
        f"从{len(plan.pool)}所学校中随机抽取{len(lines)}所（随机种子{plan.seed}，可复核）"
        if plan.how == How.RANDOM
        else f"选定{len(lines)}所学校"
    )
    stand = "，".join(f"{name}{n}所" for name, n in states.items())
    parts: list[object] = [
        (
            f"{plan.since:%Y年%-m月%-d日}至{plan.until:%Y年%-m月%-d日}，{plan.unit.name}组织开展“{plan.title}”，"
            f"{how}，已督查{len(gone)}所，发现问题{len(found)}个。现将情况通报如下。"
        ),
        Heading("一、总体情况"),
        f"督查人员：{'、'.join(plan.names)}。{('督查重点：' + plan.focus) if plan.focus else ''}",
        f"整改反馈：{stand or '尚未开展'}。",
        Table(
            [["学校", "督查人员", "日期", "问题", "状态"]]
            + [
                [
                    line.target.school.name, line.target.team,
                    f"{line.visit.record.happened_on:%Y-%m-%d}" if line.visit else "", line.wrong, line.state[0],
                ]
                for line in lines
            ],
            widths=[5, 3, 2.4, 1.2, 2.4],
        ),
    ]  # fmt: skip
    if found:
        parts += [
            Heading("二、发现的问题"),
            Table([["学校", "问题"], *([one.unit.name, one.text] for one in found)], widths=[3, 7]),
        ]
    parts += [
        Heading("三、工作要求" if found else "二、工作要求"),
        "有问题的学校要按期整改并反馈，其他学校对照检查；逾期未反馈的将继续督办。",
    ]
    return papers.official(
        BULLETIN, unit=plan.unit_id, title=f"关于“{plan.title}”情况的通报", addressee="各有关学校",
        parts=parts, sign_unit=plan.unit.name,
    )  # fmt: skip
