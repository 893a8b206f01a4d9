"""The kind of record that an inspection is."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.engines.checks.assigned import today_card
from anyuan.engines.checks.models import Inspection
from anyuan.org.today import add_card

CHECKLISTS = {
    "daily_patrol": "每日安全巡查",
    "fire_monthly": "消防安全月查",
    "dormitory": "学生宿舍检查",
    "canteen": "食堂检查",
    "laboratory": "实验室与危化品检查",
    "gate_guards": "校门与保安检查",
    "school_bus": "校车检查",
    "surroundings": "校园周边排查",
}
declare(
    RecordKind(
        key="inspection",
        label="检查",
        icon="clipboard-check",
        url_name="checks:detail",
        facets={"checklist": CHECKLISTS, "by": dict(Inspection.Mode.choices)},
        new_url_name="checks:choose",
    )
)
add_card(10, "checks/assigned_card.html", today_card)
