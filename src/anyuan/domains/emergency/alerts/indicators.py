"""Figures of alerts (point 8), of the units whose people were told, by the month in which they were told."""

from __future__ import annotations

from anyuan.engines.indicators.spec import COUNT, Indicator, declare

_SQL = """
SELECT r.unit_id, date_trunc('month', r.told_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
       {numerator} AS numerator, {denominator} AS denominator
FROM alerts_receipt r JOIN core_record record ON record.id = r.alert_id
WHERE record.state IN ('running', 'ended')
  AND r.told_at >= %(since)s::date::timestamp AT TIME ZONE 'Asia/Shanghai'
  AND r.told_at < %(until)s::date::timestamp AT TIME ZONE 'Asia/Shanghai'
  AND (%(units)s::text[] IS NULL OR r.unit_id = ANY(%(units)s::text[]))
GROUP BY r.unit_id, month
"""

declare(
    Indicator(
        "alerts.in_time", "紧急通知及时回应率", 8, "%",
        _SQL.format(numerator="count(*) FILTER (WHERE r.in_time)", denominator="count(*)"),
        ("alert",), target=95, rows_url="/alerts/",
    )
)  # fmt: skip
declare(
    Indicator(
        "alerts.told", "收到紧急通知", 8, "人次",
        _SQL.format(numerator="count(*)", denominator="0"),
        ("alert",), kind=COUNT, rows_url="/alerts/",
    )
)  # fmt: skip
