"""The register of a period as a workbook: exactly what is filtered; phones only for who may read them, logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden, Refused
from anyuan.domains.gate.models import Entry, Kind, Origin, State
from anyuan.domains.gate.queries import days_of, filtered
from anyuan.engines.notices.printing import xlsx_rows
from anyuan.org.actor import Actor
from anyuan.org.audit import note, read_sensitive
from anyuan.org.permissions import Permission

MOST = 50_000  # rows in one workbook
COLUMNS = [
    ("日期", 12), ("类型", 10), ("姓名", 14), ("来自单位", 20), ("人数", 8), ("找谁", 14), ("事由", 24),
    ("车牌", 12), ("物品", 16), ("来源", 10), ("状态", 10), ("访客牌号", 10), ("确认时间", 18), ("确认人", 12),
    ("进校时间", 18), ("离校时间", 18), ("原因", 24),
]  # fmt: skip
SEALED = [("手机号", 14), ("入校检查", 18)]
DAYS = [
    ("日期", 12), ("单位", 24), ("来访（批）", 10), ("送货快递", 10), ("车辆", 10), ("进校人数", 10), ("事先预约", 10),
    ("未放行", 10), ("超时", 10), ("核对时在校", 10), ("学生提前离校", 12), ("入校检查", 10), ("检查异常", 10),
    ("隔离", 10), ("师生测温", 10), ("师生异常", 10), ("师生隔离", 10), ("因病缺勤", 10), ("核对人", 12), ("核对时间", 18), ("说明", 30),
]  # fmt: skip


def register(by: Actor, wanted: Mapping[str, Any], *, sealed: bool, request: Any = None) -> bytes:
    """The workbook of the entries by the list's filter. Errors: Forbidden, too many rows."""
    _refuse(by)
    if sealed and not by.may(Permission.LEDGER_UNSEAL):
        raise Forbidden(_("您的岗位不能导出手机号等敏感信息。"))
    rows = filtered(by, wanted).select_related("host", "confirmed_by").order_by("on", "id")
    if rows.count() > MOST:
        raise Refused(_("超过 5 万条，请缩短时间后再导出。"))
    words = words_of(wanted)
    note(Audit.Action.EXPORT, f"门卫出入登记：{words}", by=by, request=request)
    if sealed:
        rows = rows.defer(None)
        read_sensitive(f"导出门卫出入登记（含手机号）：{words}", by=by)
    columns = COLUMNS + (SEALED if sealed else [])
    lines = (_cells(entry, sealed=sealed) for entry in rows.iterator(chunk_size=2000))
    return xlsx_rows(columns, lines, title="门卫出入登记表", filters_text=words, by=by)


def _cells(entry: Entry, *, sealed: bool) -> list[Any]:
    confirmed = entry.confirmed_by.name if entry.confirmed_by else ""
    cells: list[Any] = [
        entry.on, entry.kind_label, entry.name, entry.organisation, entry.people, entry.visited, entry.purpose,
        entry.plate, entry.goods, str(Origin(entry.origin).label), str(State(entry.state).label), entry.number,
        entry.confirmed_at, confirmed, entry.entered_at, entry.left_at, entry.why,
    ]  # fmt: skip
    return [*cells, entry.phone, entry.health] if sealed else cells


def words_of(wanted: Mapping[str, Any]) -> str:
    """The filter in words, for the workbook's second line."""
    parts = [f"{wanted['since']} 至 {wanted.get('until') or '今天'}"]
    if wanted.get("kind"):
        parts.append(str(Kind(wanted["kind"]).label))
    if wanted.get("state"):
        parts.append(str(State(wanted["state"]).label))
    if wanted.get("q"):
        parts.append(f"含“{wanted['q']}”")
    return "，".join(parts)


def days(by: Actor, unit: str, *, request: Any = None) -> bytes:
    """The days' figures as a workbook: no names of visitors."""
    _refuse(by)
    note(Audit.Action.EXPORT, "门卫日记录", by=by, request=request)
    rows = days_of(by, unit).order_by("-on", "unit_id")[:MOST]
    return xlsx_rows(DAYS, _day_cells(rows), title="门卫日记录", by=by)


def _day_cells(rows: Any) -> Iterator[list[Any]]:
    for day in rows.iterator(chunk_size=2000):
        yield [
            day.on, day.unit.name, day.visits, day.deliveries, day.vehicles, day.people, day.booked, day.turned,
            day.overstays, day.inside, day.leaves, day.checked, day.unfit, day.isolated, day.pupils_checked,
            day.pupils_unfit, day.pupils_isolated, day.pupils_absent,
            day.closed_by.name if day.closed_by else "", day.closed_at, day.note,
        ]  # fmt: skip


def _refuse(by: Actor) -> None:
    if not by.may(Permission.EXPORT_RUN):
        raise Forbidden(_("您的岗位不能导出。"))
