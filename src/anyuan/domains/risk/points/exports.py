"""风险分级管控清单 as a workbook and as a document, exactly as filtered; every export is logged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from anyuan.core.models import Audit
from anyuan.domains.risk.points import queries
from anyuan.domains.risk.points.models import Measure, RiskControl, RiskPoint
from anyuan.engines.notices.printing import xlsx_rows
from anyuan.org.actor import Actor, visible
from anyuan.org.audit import note

COLUMNS = [
    ("编号", 20), ("单位", 24), ("部位", 16), ("风险点", 18), ("类别", 14), ("危险源", 30), ("可能的事故", 18),
    ("受影响的人", 18), ("颜色", 16), ("分值", 8), *((f"{label}措施", 28) for label in Measure.labels),
    ("管控层级", 10), ("责任人", 14), ("检查周期（天）", 10), ("下次检查", 12), ("评估日期", 12), ("应重新评估", 12), ("状态", 12),
]  # fmt: skip
BATCH = 500


def register(by: Actor, wanted: Mapping[str, Any], *, request: Any = None) -> bytes:
    """The workbook of the actor's risk points by the list's filter."""
    words = queries.filter_words(wanted)
    note(Audit.Action.EXPORT, f"风险分级管控清单：{words}", by=by, request=request)
    rows = queries.filtered(by, wanted).order_by("unit_id", "number")
    return xlsx_rows(COLUMNS, lines(by, rows), title="风险分级管控清单", filters_text=words, by=by)


def lines(by: Actor, rows: Any) -> Iterator[list[Any]]:
    """The list's lines; controls are read for many points at once."""
    batch: list[RiskPoint] = []
    for point in rows.iterator(chunk_size=BATCH):
        batch.append(point)
        if len(batch) == BATCH:
            yield from _lines(by, batch)
            batch = []
    yield from _lines(by, batch)


def _lines(by: Actor, points: list[RiskPoint]) -> Iterator[list[Any]]:
    held: dict[Any, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for control in visible(RiskControl, by).filter(point__in=points, active=True).order_by("id"):
        held[control.point_id][control.kind].append(control.text)
    for p in points:
        yield [
            p.number, p.unit.name, p.zone, p.name, p.category_label, p.hazard, p.accidents, p.people_text,
            p.get_colour_display() if p.colour else "未评估", p.value,
            *("；".join(held[p.pk][kind]) for kind in Measure.values),
            p.get_control_level_display(), p.responsible, p.check_days, p.next_check_on, p.graded_on, p.review_due,
            p.record.case.state_spec.label,
        ]  # fmt: skip
