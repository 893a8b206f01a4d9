"""The result of an alert on paper (Word, PDF), and with every name as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden
from anyuan.domains.emergency.alerts import queries
from anyuan.domains.emergency.alerts.models import Alert
from anyuan.engines.notices.official import Heading, Table
from anyuan.engines.notices.printing import docx_bytes, pdf_official, xlsx_rows
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.permissions import Permission

COLUMNS = [
    ("单位", 28), ("姓名", 12), ("岗位", 18), ("通知时间", 18), ("看到时间", 18), ("回应时间", 18), ("用时（分钟）", 12),
    ("回应", 12), ("所在位置", 24), ("说明", 36),
]  # fmt: skip
TITLE = "紧急通知结果"


def _noted(alert: Alert, by: Actor, request: Any) -> None:
    if not by.may(Permission.EXPORT_RUN):
        raise Forbidden(_("您的岗位不能导出。"))
    note(Audit.Action.EXPORT, f"{TITLE}：{alert.title}", by=by, request=request)


def facts(alert: Alert) -> list[tuple[str, str]]:
    """What the paper says of the alert, in reading order."""
    whole = queries.counts_of(alert)
    people = [one.name for one in (alert.sent_by, alert.confirmed_by) if one is not None]
    asked = [
        ("性质", alert.get_kind_display()),
        ("等级", alert.get_level_display()),
        ("标题", alert.title),
        ("内容", alert.text),
        ("发送单位", alert.unit.name),
        ("发送人、确认人", "、".join(people) or "系统"),
        ("发送时间", _moment(alert.sent_at)),
        ("结束时间", _moment(alert.ended_at)),
        ("通知人数", f"{whole.told} 人"),
        ("已看到", f"{whole.seen} 人"),
    ]
    if alert.asks_answer:
        asked += [("安全", f"{whole.well} 人"), ("需要帮助", f"{whole.help} 人")]
    else:
        asked += [("已知道", f"{whole.well} 人")]
    return [*asked, ("未回应", f"{whole.silent} 人"), ("回应率", f"{whole.percent}%")]


def _moment(value: Any) -> str:
    return timezone.localtime(value).strftime("%Y年%m月%d日 %H:%M") if value else "—"


def _units(alert: Alert, by: Actor) -> list[list[str]]:
    rows = queries.going(alert, by).units
    return [
        [one.name, str(one.told), str(one.seen), str(one.well), str(one.help), str(one.silent)]
        for one in rows
    ]


HEAD = ["单位", "通知", "看到", "安全", "需要帮助", "未回应"]


def docx(alert: Alert, *, by: Actor, request: Any = None) -> bytes:
    """The paper from the bureau's own Word template."""
    _noted(alert, by, request)
    context: dict[str, Any] = {
        "title": TITLE,
        "rows": [{"name": name, "value": value} for name, value in facts(alert)],
        "units": [{"cells": row} for row in _units(alert, by)],
        "sign_unit": alert.unit.name,
        "date": f"{timezone.localdate():%Y年%m月%d日}",
    }
    return docx_bytes("alerts/result.docx", context)


def pdf(alert: Alert, *, by: Actor, request: Any = None) -> bytes:
    """The same for printing."""
    _noted(alert, by, request)
    units = _units(alert, by)
    return pdf_official(
        TITLE,
        parts=[
            Table([[name, value] for name, value in facts(alert)], widths=(1, 3), head=False),
            *(
                [Heading("各单位情况"), Table([HEAD, *units], widths=(4, 1, 1, 1, 1.3, 1.2))]
                if units
                else []
            ),
        ],
        sign_unit=alert.unit.name,
        signed_on=timezone.localdate(),
    )


def xlsx(alert: Alert, *, by: Actor, request: Any = None) -> bytes:
    """Everybody who was told, with their answers."""
    _noted(alert, by, request)
    words = f"{alert.get_kind_display()}，{alert.title}，{_moment(alert.sent_at)}"
    return xlsx_rows(COLUMNS, _lines(alert), title=TITLE, filters_text=words, by=by)


def _lines(alert: Alert) -> Iterator[list[Any]]:
    for one in queries.names_of(alert).iterator(chunk_size=2000):
        yield [
            one.unit.name, one.person.name, one.get_role_display(), one.told_at, one.seen_at, one.answered_at,
            one.minutes, one.get_answer_display(), one.place, one.words,
        ]  # fmt: skip
