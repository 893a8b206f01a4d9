"""Papers: 预警转发通知 and 停课通知 as Word and PDF in the official layout; the response summary as a workbook."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from anyuan.core.models import Audit
from anyuan.domains.emergency.warnings import queries
from anyuan.domains.emergency.warnings.content import suspension_title
from anyuan.domains.emergency.warnings.models import SuspensionOrder, WarningSignal
from anyuan.engines.notices.printing import docx_bytes, pdf_official, xlsx_rows
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models.unit import Stage

TEMPLATE = "warnings/letter.docx"
Letter = dict[str, Any]


def forwarding(signal: WarningSignal) -> Letter:
    """预警转发通知: what was warned of, which response is started, what schools do, until when they answer."""
    lines = [
        f"根据{signal.source or '气象部门'}发布的信息，{_moment(signal.published_at)}发布{signal.title}。",
        signal.words,
    ]
    if signal.level_words:
        lines.append(f"经研判，现启动教育系统{signal.level_words}，有效期至{_moment(signal.expires_at)}，解除时间以通知为准。")  # fmt: skip
    lines.append("请各单位按预案落实下列措施：")
    lines += [f"{n}. {text}。" for n, text in enumerate(signal.measures, start=1)]
    if signal.ack_due_at and signal.report_due_at:
        lines.append(f"收到后请于{_moment(signal.ack_due_at)}前在系统中确认，{_moment(signal.report_due_at)}前反馈落实情况。")  # fmt: skip
    return {
        "title": f"关于转发{signal.title}的通知", "number": signal.number, "addressee": signal.area_words or "各学校",
        "lines": _lines(lines), "sign_unit": signal.unit.name, "day": timezone.localdate(signal.issued_at or signal.published_at),
    }  # fmt: skip


def suspending(order: SuspensionOrder) -> Letter:
    """停课通知: which schools, from when to when, what each looks after."""
    stages = "、".join(str(Stage(one).label) for one in order.stages) or "各学段"
    lines = [
        f"受{order.title}影响，为保障师生安全，现就{order.kind_title}安排通知如下：",
        f"一、范围：{order.unit.name}所属范围内受影响的学校（{stages}），共 {order.schools} 所。",
        f"二、方式：{order.kind_title}。",
        f"三、时间：{_moment(order.from_at)}至{_moment(order.to_at)}。",
        "四、各校要马上通知到每一位学生家长，并在系统中反馈通知人数。",
        "五、对已经到校或家中无人照看的学生，学校要安排专人看护，不得拒绝入校。",
    ]
    if order.words:
        lines.append(f"六、{order.words}")
    return {
        "title": f"关于{order.kind_title}的通知", "number": order.number, "addressee": "各有关学校",
        "lines": _lines(lines), "sign_unit": order.unit.name, "day": timezone.localdate(order.made_at),
    }  # fmt: skip


def docx(letter: Letter) -> bytes:
    day: datetime.date = letter["day"]
    return docx_bytes(TEMPLATE, {**letter, "date": f"{day.year}年{day.month}月{day.day}日"})


def pdf(letter: Letter) -> bytes:
    return pdf_official(
        letter["title"], number=letter["number"], addressee=letter["addressee"], parts=letter["lines"],
        sign_unit=letter["sign_unit"], signed_on=letter["day"],
    )  # fmt: skip


def _lines(lines: list[str]) -> list[str]:
    """Paragraphs: what a person wrote in several lines becomes several."""
    return [part.strip() for line in lines for part in line.splitlines() if part.strip()]


def _moment(value: Any) -> str:
    local = timezone.localtime(value)
    return f"{local.month}月{local.day}日{local:%H:%M}"


COLUMNS = [
    ("辖市区", 16), ("学校", 28), ("下发时间", 18), ("确认时间", 18), ("确认人", 12), ("按时确认", 10), ("反馈时间", 18),
    ("措施", 8), ("已落实", 8), ("不适用", 8), ("停课方式", 14), ("应通知家长", 12), ("已通知家长", 12), ("仍在校学生", 12),
    ("谁在看护", 16), ("情况说明", 40),
]  # fmt: skip


def summary(signal_id: Any, unit_key: str, title: str, *, by: Actor, request: Any = None) -> bytes:
    """响应总结: every school below a unit with what it did; the export is logged."""
    note(Audit.Action.EXPORT, f"预警响应总结：{title}", by=by, request=request)
    return xlsx_rows(COLUMNS, _rows(signal_id, unit_key), title="预警响应总结", filters_text=title, by=by)  # fmt: skip


def _rows(signal_id: Any, unit_key: str) -> Iterator[list[Any]]:
    for one in queries.answered(signal_id, unit_key).iterator(chunk_size=2000):
        given = getattr(one, "suspension", None)
        parent = one.unit.parent
        yield [
            parent.short_name if parent and parent.kind == "district" else "市直属", one.unit.name, one.told_at,
            one.acked_at, one.acked_by_name, bool(one.acked_at and not one.acked_late), one.reported_at, one.many,
            one.done, one.spare, suspension_title(given.kind) if given else "", given.pupils if given else None,
            given.told if given else None, given.on_site if given else None, given.carer if given else "", one.note,
        ]  # fmt: skip
