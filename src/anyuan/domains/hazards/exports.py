"""The register as a workbook: exactly what is filtered, with the line that says so; every export is logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from anyuan.core.models import Audit
from anyuan.domains.hazards import queries
from anyuan.engines.notices.printing import xlsx_rows
from anyuan.org.actor import Actor
from anyuan.org.audit import note

COLUMNS = [
    ("编号", 30), ("单位", 24), ("地点", 18), ("类别", 14), ("等级", 10), ("状态", 10), ("来源", 12),
    ("问题描述", 44), ("发现日期", 12), ("整改期限", 12), ("责任人", 14), ("整改措施", 30), ("资金（元）", 12),
    ("整改情况", 30), ("整改完成", 12), ("督办层级", 10), ("重复出现", 10), ("销号时间", 18),
]  # fmt: skip


def register(by: Actor, wanted: Mapping[str, Any], *, request: Any = None) -> bytes:
    """The workbook of the actor's hazards by the list's filter."""
    words = queries.filter_words(wanted)
    note(Audit.Action.EXPORT, f"隐患台账：{words}", by=by, request=request)
    rows = queries.filtered(by, wanted).order_by("-record_id")
    return xlsx_rows(COLUMNS, _rows(rows), title="安全隐患台账", filters_text=words, by=by)


def _rows(rows: Any) -> Iterator[list[Any]]:
    for hazard in rows.iterator(chunk_size=2000):
        case = hazard.record.case
        yield [
            hazard.number, hazard.unit.name, hazard.place, hazard.get_category_display(),
            hazard.get_level_display(), case.state_spec.label, hazard.get_source_display(), hazard.description,
            hazard.found_on, case.due_on, hazard.responsible, hazard.measures, hazard.funds,
            hazard.rectification, hazard.rectified_on, case.get_level_display(), hazard.recurrent, case.closed_at,
        ]  # fmt: skip
