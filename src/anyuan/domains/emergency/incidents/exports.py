"""The list as a workbook: exactly what is filtered, without names; every export is logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from anyuan.core.models import Audit
from anyuan.domains.emergency.incidents import queries
from anyuan.engines.notices.printing import xlsx_rows
from anyuan.org.actor import Actor
from anyuan.org.audit import note

COLUMNS = [
    ("编号", 30), ("单位", 24), ("种类", 12), ("地点", 20), ("发生时间", 18), ("情况", 40), ("等级", 14), ("须上报", 10),
    ("须上报的情形", 24), ("死亡", 8), ("失踪", 8), ("受伤", 8), ("重伤", 8), ("首报时间", 18), ("书面初报", 18), ("报告是否按时", 20),
    ("接报时间", 18), ("状态", 10), ("指挥层级", 10), ("终报时间", 18), ("原因", 30), ("教训和改进", 40),
]  # fmt: skip


def register(by: Actor, wanted: Mapping[str, Any], *, request: Any = None) -> bytes:
    """The workbook of the actor's incidents by the list's filter."""
    words = queries.filter_words(wanted)
    note(Audit.Action.EXPORT, f"突发事件：{words}", by=by, request=request)
    rows = queries.filtered(by, wanted).order_by("-record_id")
    return xlsx_rows(COLUMNS, _rows(rows), title="突发事件", filters_text=words, by=by)


def _rows(rows: Any) -> Iterator[list[Any]]:
    for incident in rows.iterator(chunk_size=2000):
        case = incident.record.case
        late = queries.LATENESS.get(queries.lateness(incident))
        yield [
            incident.number, incident.unit.name, incident.kind_spec.title, incident.place, incident.happened_at,
            incident.summary, incident.level_spec.short + ("" if incident.level else "（建议）"),
            incident.must_report, incident.must_why, incident.dead, incident.missing, incident.injured,
            incident.serious, incident.told_at, incident.written_at, late[0] if late else "",
            incident.received_at, case.state_spec.label, case.get_level_display(), incident.final_at,
            incident.cause, incident.lessons,
        ]  # fmt: skip
