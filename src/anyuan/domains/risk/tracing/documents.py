"""Papers of a trace: the bundle with all evidence and hashes, and the notices to those concerned."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from anyuan.domains.risk.tracing.models import Finding, Item, Panelist, Trace
from anyuan.domains.risk.tracing.queries import parts_of
from anyuan.engines.notices import papers
from anyuan.engines.notices.official import Heading, Table
from anyuan.engines.notices.printing import pdf_official

INTENDED = papers.declare(papers.DocumentKind("trace.intended", "责任倒查意见告知书"))
DECIDED = papers.declare(papers.DocumentKind("trace.decided", "责任倒查决定通知书"))


def bundle(
    trace: Trace, items: Sequence[Item], findings: Sequence[Finding], panel: Iterable[Panelist]
) -> bytes:
    """Everything of a trace as one PDF: facts, evidence by section, files with hashes, findings."""
    parts: list[Any] = [Heading("一、基本情况"), _facts(trace, panel), Heading("二、证据")]
    parts.append("以下为事件发生时系统中已有的内容，事后补记的单独列出。")
    for part in parts_of(list(items)):
        parts += [Heading(part.section.label), _evidence(part.items)]
    files = [(item.seq, one) for item in items for one in item.files.all()]
    if files:
        rows = [["证据", "文件", "大小（字节）", "SHA-256"]]
        rows += [[str(seq), one.name, str(one.size), one.sha256] for seq, one in files]
        parts += [Heading("三、证据所附文件"), Table(rows, widths=(1, 4, 2, 6))]
    parts += [Heading("四、意见和决定"), *(_finding(one) for one in findings)]
    parts.append(f"证据校验值（SHA-256）：{trace.frozen_hash}")
    return pdf_official(
        f"{trace.record.title}卷宗", number=trace.number, parts=parts, sign_unit=trace.unit.name,
        signed_on=timezone.localdate(),
    )  # fmt: skip


def _facts(trace: Trace, panel: Iterable[Panelist]) -> Table:
    names = "、".join(
        f"{one.person.name}（组长）" if one.lead else one.person.name for one in panel
    )
    rows = [
        ("涉及单位", trace.about.name),
        ("所涉事件", trace.cause.title),
        ("发生时间", f"{timezone.localtime(trace.moment):%Y年%m月%d日 %H:%M}"),
        ("追溯起始", trace.since.isoformat()),
        ("立项理由", trace.reason),
        ("牵头部门", trace.lead_department),
        ("倒查组", names),
        ("证据固定", f"{timezone.localtime(trace.frozen_at):%Y年%m月%d日 %H:%M}" if trace.frozen_at else ""),
        ("执行情况", trace.outcome),
    ]  # fmt: skip
    return Table([[name, value] for name, value in rows if value], widths=(1, 4), head=False)


def _evidence(items: Sequence[Item]) -> Table:
    rows = [["序号", "日期", "内容", "人员", "单位", "当时的状况"]]
    rows += [
        [str(i.seq), i.day.isoformat() if i.day else "", i.title, i.who, i.unit_name, i.stood]
        for i in items
    ]
    return Table(rows, widths=(1.3, 2.9, 5, 2.2, 3, 4))


def _finding(one: Finding) -> Table:
    rows = [
        ("对象", one.subject),
        ("认定", one.get_final_conclusion_display() or f"{one.get_conclusion_display()}（拟）"),
        ("处理", one.final_handling_title if one.decided_at else one.handling_title),
        ("事实和理由", one.reasons),
        ("依据", one.basis),
        ("证据", "、".join(str(n) for n in one.evidence)),
        ("倒查组意见", "；".join(_opinion(opinion) for opinion in one.opinions.all())),
        ("申辩", f"{one.objected_by}：{one.objection}" if one.objected_at else ""),
        ("复核", f"{one.get_answer_display()}：{one.answer_reason}" if one.answer else ""),
    ]
    return Table([[name, value] for name, value in rows if value], widths=(1, 4), head=False)


def _opinion(one: Any) -> str:
    said = f"{one.person.name}{'同意' if one.agrees else '不同意'}"
    return f"{said}（{one.words}）" if one.words else said


def notice(finding: Finding) -> papers.Official:
    """What is intended, to be answered; after the decision what was decided, with its reasons."""
    return _decided(finding) if finding.decided_at else _intended(finding)


def _intended(finding: Finding) -> papers.Official:
    until = f"{finding.objection_until:%Y年%m月%d日}" if finding.objection_until else ""
    return papers.official(
        INTENDED, unit=finding.run_by_id, title=INTENDED.title, addressee=_whom(finding),
        parts=[
            f"就“{finding.trace_title}”，经调查，拟对{finding.subject}作如下认定和处理。",
            Heading("一、拟认定"),
            f"{finding.get_conclusion_display()}。{finding.reasons}",
            Heading("二、拟处理"),
            finding.handling_title or "不予处理。",
            Heading("三、依据"),
            finding.basis,
            f"如有不同意见，请在{until}前在系统中提交书面申辩，逾期视为没有意见。申辩不会加重处理。",
        ],
        sign_unit=finding.run_by.name, signed_on=_day(finding.served_at),
    )  # fmt: skip


def _decided(finding: Finding) -> papers.Official:
    parts: list[Any] = [
        f"“{finding.trace_title}”已经调查、告知并听取意见，现决定如下。",
        Heading("一、认定"),
        f"{finding.subject}：{finding.get_final_conclusion_display()}。{finding.reasons}",
        Heading("二、处理"),
        finding.final_handling_title or "不予处理。",
        Heading("三、依据"),
        finding.basis,
    ]
    if finding.objected_at:
        parts += [
            Heading("四、申辩和复核"),
            f"{finding.objected_by}于{_day(finding.objected_at):%Y年%m月%d日}申辩：{finding.objection}",
            f"复核意见：{finding.get_answer_display()}。{finding.answer_reason}",
        ]
    return papers.official(
        DECIDED, unit=finding.run_by_id, title=DECIDED.title, addressee=_whom(finding), parts=parts,
        sign_unit=finding.run_by.name, signed_on=_day(finding.decided_at),
    )  # fmt: skip


def _whom(finding: Finding) -> str:
    return finding.person_name or str(finding.unit.name)


def _day(moment: datetime.datetime | None) -> datetime.date:
    return timezone.localdate(moment)
