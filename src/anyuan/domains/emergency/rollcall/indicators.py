"""Figures of roll calls (point 8), by the month in which they were held."""

from __future__ import annotations

from anyuan.engines.indicators.spec import MEDIAN, Indicator, declare

_FROM = """
FROM rollcall_rollcall c JOIN core_record r ON r.id = c.record_id
WHERE r.counts AND r.happened_on >= %(since)s AND r.happened_on < %(until)s
  AND (%(units)s::text[] IS NULL OR c.unit_id = ANY(%(units)s::text[]))
"""
_MONTH = "date_trunc('month', r.happened_on)::date AS month"
_SECONDS = "extract(epoch FROM c.counted_at - c.started_at)::int"

declare(
    Indicator(
        "rollcall.seconds", "清点用时中位数", 8, "秒",
        f"SELECT c.unit_id, {_MONTH}, {_SECONDS} AS value {_FROM} AND c.counted_at IS NOT NULL",
        ("rollcall",), kind=MEDIAN, better="down", rows_url="/rollcall/",
    )
)  # fmt: skip
declare(
    Indicator(
        "rollcall.accounted", "清点到位率", 8, "%",
        f"SELECT c.unit_id, {_MONTH}, sum(c.present + c.elsewhere) AS numerator, sum(c.expected) AS denominator"
        f" {_FROM} GROUP BY c.unit_id, month",
        ("rollcall",), target=100, rows_url="/rollcall/",
    )
)  # fmt: skip
