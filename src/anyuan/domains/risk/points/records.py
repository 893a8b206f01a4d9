"""The kinds of record of risk points, for rules and links, and the card on 今日."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.risk.points.models import ColourKey, Method
from anyuan.domains.risk.points.queries import today_card
from anyuan.engines.checks.categories import Category
from anyuan.org.today import add_card

COLOURS = dict(ColourKey.choices)
declare(
    RecordKind(
        key="risk_point",
        label="风险点",
        icon="radar-2",
        url_name="risk:detail",
        facets={"category": dict(Category.choices), "colour": {**COLOURS, "none": "未评估"}},
        new_url_name="risk:new",
    )
)
declare(
    RecordKind(
        key="risk_grading",
        label="风险评估",
        icon="scale",
        url_name="risk:grading",
        facets={"colour": COLOURS, "method": dict(Method.choices)},
        new_url_name="risk:list",
    )
)
declare(
    RecordKind(
        key="risk_check",
        label="风险管控检查",
        icon="shield-check",
        url_name="risk:check_one",
        facets={"colour": COLOURS, "result": {"ok": "措施有效", "problem": "有问题"}},
        new_url_name="risk:checks",
    )
)
add_card(4, "risk/parts/today_card.html", today_card, later=True)
