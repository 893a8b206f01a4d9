"""On paper and as workbooks: the sheet of a roll call, and who was handed over to whom. Every one is logged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden
from anyuan.domains.emergency.rollcall import handing, queries
from anyuan.domains.emergency.rollcall.models import Member, RollCall, Where
from anyuan.domains.emergency.rollcall.models.calls import seconds_between
from anyuan.engines.notices.official import Heading, Table
from anyuan.engines.notices.printing import pdf_official, xlsx_rows
from anyuan.org.actor import Actor, visible
from anyuan.org.audit import note
from anyuan.org.permissions import Permission

TITLES = {"sheet": "清点单", "handover": "学生交接单"}
GONE = "（姓名已清除）"
PEOPLE = [
    ("单元", 16), ("姓名", 12), ("学号", 14), ("人数", 8), ("情况", 12), ("地点", 18), ("说明", 30), ("时间", 18), ("说明人", 12),
]  # fmt: skip
GIVEN = [
    ("班级", 14), ("学生", 12), ("接领人", 12), ("关系", 10), ("核对方式", 20), ("说明", 30), ("交接时间", 18), ("交接人", 12),
    ("是否撤回", 24),
]  # fmt: skip


def _noted(call: RollCall, what: str, by: Actor, request: Any) -> None:
    if not by.may(Permission.EXPORT_RUN):
        raise Forbidden(_("您的岗位不能导出。"))
    note(Audit.Action.EXPORT, f"{TITLES[what]}：{call.title}", by=by, request=request)


def _words(call: RollCall) -> str:
    kind = "真实事件" if call.real else "演练"
    return f"{kind}，{call.title}，{_moment(call.started_at)}"


def _moment(value: Any) -> str:
    return timezone.localtime(value).strftime("%Y年%m月%d日 %H:%M:%S") if value else "—"


def lasting(seconds: int | None) -> str:
    """In minutes and seconds, as papers say it."""
    return "—" if seconds is None else f"{seconds // 60} 分 {seconds % 60} 秒"


def _facts(call: RollCall) -> list[list[str]]:
    found = queries.summary(call)
    return [
        ["名称", call.title],
        ["性质", "真实事件" if call.real else "演练"],
        ["开始", f"{_moment(call.started_at)}，{call.started_by_name}发起"],
        ["结束", f"{_moment(call.ended_at)} {call.ended_by_name}".strip()],
        ["应到", f"{found.expected} 人"],
        ["实到", f"{found.present} 人"],
        ["另有去向", f"{found.elsewhere} 人"],
        ["未找到", f"{found.missing} 人"],
        ["全部点完用时", lasting(found.seconds)],
        ["全部找到用时", lasting(found.safe_seconds)],
        *([["结束说明", call.end_note]] if call.end_note else []),
    ]


def sheet_pdf(call: RollCall, *, by: Actor, request: Any = None) -> bytes:
    """Totals, every class, and whoever was not simply there."""
    _noted(call, "sheet", by, request)
    groups = [
        [
            one.name, str(one.expected), str(one.present), str(one.elsewhere), str(one.absent),
            lasting(seconds_between(call.started_at, one.taken_at)), one.taken_by_name,
        ]
        for one in queries.groups_of(call, by)
    ]  # fmt: skip
    rows = visible(Member, by).filter(roll_call=call).exclude(state=Where.PRESENT)
    absent = [
        [one.group.name, one.name or GONE, one.get_state_display() or "没有点到", one.note, one.said_by_name]
        for one in rows.select_related("group").order_by("group__place", "number", "name")[:500]
    ]  # fmt: skip
    head = ["单元", "应到", "实到", "另有去向", "未找到", "点到用时", "清点人"]
    parts: list[Any] = [
        Table(_facts(call), widths=(1, 3), head=False),
        Heading("各单元"),
        Table([head, *groups], widths=(2, 1, 1, 1.2, 1, 1.6, 1.4)),
    ]
    if absent:
        parts += [
            Heading("未到和另有去向"),
            Table([["单元", "姓名", "情况", "说明", "说明人"], *absent], widths=(1.5, 1.2, 1.2, 3, 1.2)),
        ]  # fmt: skip
    return pdf_official(
        TITLES["sheet"], parts=parts, sign_unit=call.unit.name, signed_on=timezone.localdate()
    )


def sheet_xlsx(call: RollCall, *, by: Actor, request: Any = None) -> bytes:
    """Everybody who was expected by name, and the classes by numbers."""
    _noted(call, "sheet", by, request)
    return xlsx_rows(
        PEOPLE, _people(call, by), title=TITLES["sheet"], filters_text=_words(call), by=by
    )


def _people(call: RollCall, by: Actor) -> Iterator[list[Any]]:
    rows = visible(Member, by).filter(roll_call=call).select_related("group")
    for one in rows.order_by("group__place", "number", "name").iterator(chunk_size=2000):
        yield [
            one.group.name, one.name or GONE, one.number, one.heads, one.get_state_display() or "没有点到",
            one.place, one.note, one.said_at, one.said_by_name,
        ]  # fmt: skip
    for group in queries.groups_of(call, by):
        if not group.named:
            said = f"应到 {group.expected}，实到 {group.present}，另有去向 {group.elsewhere}，未找到 {group.absent}"
            yield [
                group.name, "（按人数清点）", "", group.expected, said, group.assembly, "", group.taken_at,
                group.taken_by_name,
            ]  # fmt: skip


def handover_pdf(call: RollCall, *, by: Actor, request: Any = None) -> bytes:
    """Who was given to whom, class by class, to be signed."""
    _noted(call, "handover", by, request)
    lines = handing.class_lines(call, by)
    totals = [
        [one.group.name, str(one.group.present), str(one.given), str(one.here)] for one in lines
    ]
    rows = [
        [
            one.group.name, one.pupil_name or GONE, f"{one.guardian}（{one.relation}）",
            one.reason or one.get_how_display(), f"{timezone.localtime(one.at):%H:%M}", one.by_name,
        ]
        for one in handing.handovers_of(call, by)
        .filter(undone_at__isnull=True)
        .order_by("group__place", "at")
    ]  # fmt: skip
    head = ["班级", "学生", "接领人", "核对", "时间", "交接人"]
    parts = [
        Table([["名称", _words(call)]], widths=(1, 4), head=False),
        Heading("各班"),
        Table([["班级", "实到", "已交接", "仍在校"], *totals], widths=(2, 1, 1, 1)),
        Heading("交接"),
        Table([head, *rows], widths=(1.4, 1.1, 1.7, 2.2, 0.8, 1.1)),
    ]
    return pdf_official(
        TITLES["handover"], parts=parts, sign_unit=call.unit.name, signed_on=timezone.localdate()
    )


def handover_xlsx(call: RollCall, *, by: Actor, request: Any = None) -> bytes:
    """All entries, those taken back too."""
    _noted(call, "handover", by, request)
    return xlsx_rows(
        GIVEN, _given(call, by), title=TITLES["handover"], filters_text=_words(call), by=by
    )


def _given(call: RollCall, by: Actor) -> Iterator[list[Any]]:
    for one in handing.handovers_of(call, by).iterator(chunk_size=2000):
        undone = f"{one.undone_by_name}撤回：{one.undone_why}" if one.undone_at else ""
        yield [
            one.group.name, one.pupil_name or GONE, one.guardian, one.relation, one.get_how_display(), one.reason,
            one.at, one.by_name, undone,
        ]  # fmt: skip


MAKERS: dict[tuple[str, str], Callable[..., bytes]] = {
    ("sheet", "pdf"): sheet_pdf,
    ("sheet", "xlsx"): sheet_xlsx,
    ("handover", "pdf"): handover_pdf,
    ("handover", "xlsx"): handover_xlsx,
}
