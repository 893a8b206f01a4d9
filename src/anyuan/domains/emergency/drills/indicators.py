"""Figures of drills (point 8), by the month in which they were held."""

from __future__ import annotations

from anyuan.engines.indicators.spec import COUNT, MEDIAN, Indicator, declare

_FROM = """
FROM emergency_drill d JOIN core_record r ON r.id = d.record_id
WHERE r.counts AND r.happened_on >= %(since)s AND r.happened_on < %(until)s
  AND (%(units)s::text[] IS NULL OR d.unit_id = ANY(%(units)s::text[]))
"""
_MONTH = "date_trunc('month', r.happened_on)::date AS month"

declare(
    Indicator(
        "drills.seconds", "疏散用时中位数", 8, "秒",
        f"SELECT d.unit_id, {_MONTH}, d.seconds AS value {_FROM} AND d.seconds IS NOT NULL AND d.mode = 'real'",
        ("drill",), kind=MEDIAN, better="down", rows_url="/emergency/",
    )
)  # fmt: skip
declare(
    Indicator(
        "drills.present", "演练参与率", 8, "%",
        f"SELECT d.unit_id, {_MONTH}, sum(d.present) AS numerator, sum(d.expected) AS denominator {_FROM}"
        " AND d.present IS NOT NULL AND d.expected IS NOT NULL GROUP BY d.unit_id, month",
        ("drill",), target=98, rows_url="/emergency/",
    )
)  # fmt: skip
declare(
    Indicator(
        "drills.held", "开展演练", 8, "次",
        f"SELECT d.unit_id, {_MONTH}, count(*) AS numerator, 0 AS denominator {_FROM} GROUP BY d.unit_id, month",
        ("drill",), kind=COUNT, rows_url="/emergency/",
    )
)  # fmt: skip
