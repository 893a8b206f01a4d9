"""Risk points as the tests want them."""

from __future__ import annotations

from typing import Any

from anyuan.domains.risk.points.models import RiskPoint
from anyuan.domains.risk.points.queries import one
from anyuan.domains.risk.points.services.grading import step_point
from anyuan.domains.risk.points.services.identifying import add_point

FACTS = {
    "name": "食堂燃气", "zone": "食堂操作间", "category": "03", "hazard": "管路漏气", "accidents": "爆炸、火灾",
    "people": ["pupils", "staff"], "people_count": 300,
}  # fmt: skip
CONTROLS = {"engineering": "装报警器和切断阀", "management": "下班两人确认关阀"}
SCORES = {
    "red": ("6", "6", "15"), "orange": ("1", "6", "40"), "yellow": ("3", "6", "7"), "blue": ("1", "3", "3"),
}  # fmt: skip


def grade_data(colour: str = "yellow", **more: Any) -> dict[str, Any]:
    """What the grading form gives for a colour, by LEC."""
    likelihood, exposure, consequence = SCORES[colour]
    return {
        "method": "lec", "lec_l": likelihood, "lec_e": exposure, "lec_c": consequence, "responsible": "总务主任",
        "note": "按现场情况评估", **more,
    }  # fmt: skip


def found(cast: Any, *, by: Any = None, **more: Any) -> RiskPoint:
    """A point of school A, not yet graded."""
    facts = {**FACTS, "controls": CONTROLS, **more}
    return add_point(facts.pop("unit", cast.school), by=by or cast.officer, **facts)


def step(point: RiskPoint, by: Any, transition: str, **data: Any) -> RiskPoint:
    step_point(one(by, point.pk), by=by, transition=transition, data=data)
    return one(by, point.pk)


def graded(cast: Any, colour: str = "yellow", **more: Any) -> RiskPoint:
    return step(found(cast, **more), cast.officer, "grade", **grade_data(colour))


def controlled(cast: Any, head: Any, colour: str = "yellow", **more: Any) -> RiskPoint:
    """Graded by the officer, approved by the head; red and orange ones confirmed by the district."""
    point = step(graded(cast, colour, **more), head, "approve")
    if colour in {"red", "orange"}:
        step(point, cast.district, "confirm")
    return one(cast.officer, point.pk)
