"""Figures of plans (point 5), by the month in which they were published or looked at."""

from __future__ import annotations

from anyuan.engines.indicators.spec import COUNT, Indicator, declare

_WHERE = """
WHERE r.counts AND r.happened_on >= %(since)s AND r.happened_on < %(until)s
  AND (%(units)s::text[] IS NULL OR r.unit_id = ANY(%(units)s::text[]))
GROUP BY r.unit_id, month
"""
_ROW = "SELECT r.unit_id, date_trunc('month', r.happened_on)::date AS month, count(*) AS numerator, 0 AS denominator"

declare(
    Indicator(
        "plans.published", "发布或修订预案", 5, "份",
        f"{_ROW} FROM core_record r JOIN plans_planversion v ON v.record_id = r.id {_WHERE}",
        ("plan",), kind=COUNT, rows_url="/plans/",
    )
)  # fmt: skip
declare(
    Indicator(
        "plans.checked", "复核预案", 5, "次",
        f"{_ROW} FROM core_record r JOIN plans_plancheck c ON c.record_id = r.id {_WHERE}",
        ("plan_check",), kind=COUNT, rows_url="/plans/",
    )
)  # fmt: skip
