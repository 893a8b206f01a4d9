"""Figures of incidents (point 8), by the month in which they happened."""

from __future__ import annotations

from anyuan.engines.indicators.spec import COUNT, Indicator, declare

_FROM = """
FROM incidents_incident i JOIN core_record r ON r.id = i.record_id JOIN cases_case c ON c.record_id = i.record_id
WHERE r.counts AND r.happened_on >= %(since)s AND r.happened_on < %(until)s
  AND (%(units)s::text[] IS NULL OR i.unit_id = ANY(%(units)s::text[]))
"""
_MONTH = "date_trunc('month', r.happened_on)::date AS month"
_IN_TIME = (
    "count(*) FILTER (WHERE i.source = 'school' AND i.told_at <= i.told_due_at"
    " AND (i.written_at <= i.written_due_at OR (i.written_at IS NULL AND now() <= i.written_due_at)))"
)

declare(
    Indicator(
        "incidents.in_time", "突发事件按时报告率", 8, "%",
        f"SELECT i.unit_id, {_MONTH}, {_IN_TIME} AS numerator, count(*) AS denominator {_FROM}"
        " AND i.must_report GROUP BY i.unit_id, month",
        ("incident",), target=100, rows_url="/incidents/?late=must",
    )
)  # fmt: skip
declare(
    Indicator(
        "incidents.closed", "突发事件办结率", 8, "%",
        f"SELECT i.unit_id, {_MONTH}, count(*) FILTER (WHERE c.closed_at IS NOT NULL"
        " AND (NOT i.must_report OR i.final_at IS NOT NULL)) AS numerator, count(*) AS denominator"
        f" {_FROM} GROUP BY i.unit_id, month",
        ("incident",), rows_url="/incidents/?state=open",
    )
)  # fmt: skip
declare(
    Indicator(
        "incidents.happened", "发生突发事件", 8, "件",
        f"SELECT i.unit_id, {_MONTH}, count(*) AS numerator, 0 AS denominator {_FROM} GROUP BY i.unit_id, month",
        ("incident",), kind=COUNT, better="down", rows_url="/incidents/",
    )
)  # fmt: skip
