"""第三方安全评估情况 of one school: what was found, how it stands, the firm's conclusion, the school's answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from anyuan.core.models import Audit
from anyuan.domains.risk.assessments.models import AssessedSite
from anyuan.engines.notices import papers
from anyuan.engines.notices.official import Heading, Table
from anyuan.org.actor import Actor
from anyuan.org.audit import note

REPORT = papers.declare(papers.DocumentKind("assessment.report", "第三方安全评估情况"))


def report_paper(site: AssessedSite, findings: Sequence[tuple[Any, str]], *, by: Actor) -> papers.Official:  # fmt: skip
    """The paper; `findings` are pairs (finding, where its hazard stands)."""
    note(Audit.Action.EXPORT, f"第三方评估情况 {site.number}", by=by)
    facts = [
        ("评估机构", site.firm), ("评估内容", site.topics), ("评估时间", f"{site.begins_on} 至 {site.ends_on}"),
        ("得分和等次", f"{site.score} 分，{site.get_rating_display()}" if site.handed_in_at else "报告未提交"),
    ]  # fmt: skip
    rows = [
        [n, one.place, one.text, one.get_level_display(), stands]
        for n, (one, stands) in enumerate(findings, start=1)
    ]
    parts: list[Any] = [
        Table([list(fact) for fact in facts], widths=(1, 4), head=False),
        Heading("一、评估结论"), site.conclusion or "报告未提交。",
        Heading(f"二、发现的问题（{len(rows)} 条）"),
        Table([["序号", "地点", "问题", "等级", "整改情况"], *rows], widths=(6, 16, 46, 14, 14)) if rows else "没有发现问题。",
        Heading("三、学校答复"), site.answer or "尚未答复。",
    ]  # fmt: skip
    return papers.official(
        REPORT, unit=site.unit_id, title=f"{site.unit.name}第三方安全评估情况", number=site.number, parts=parts,
        sign_unit=site.unit.name, signed_on=timezone.localdate(),
    )  # fmt: skip
