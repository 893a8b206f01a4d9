"""Figures of warnings (points 5 and 8), by the month in which they were passed on; real ones only."""

from __future__ import annotations

from anyuan.engines.indicators.spec import Indicator, declare

_FROM = """
FROM warnings_warningresponse r JOIN core_record rec ON rec.id = r.record_id
WHERE NOT r.office AND r.status = 'Actual' AND rec.happened_on >= %(since)s AND rec.happened_on < %(until)s
  AND (%(units)s::text[] IS NULL OR r.unit_id = ANY(%(units)s::text[]))
"""
_FROM_MEASURES = _FROM.replace(
    "JOIN", "JOIN warnings_measure m ON m.response_id = r.record_id JOIN", 1
)
_MONTH = "date_trunc('month', rec.happened_on)::date AS month"

declare(
    Indicator(
        "warnings.acked", "预警按时确认率", 8, "%",
        f"SELECT r.unit_id, {_MONTH}, count(*) FILTER (WHERE r.acked_at <= r.ack_due_at) AS numerator,"
        f" count(*) AS denominator {_FROM}"
        " AND (r.acked_at IS NOT NULL OR r.ack_due_at < now()) GROUP BY r.unit_id, month",
        ("warning_response",), target=100, rows_url="/warnings/",
    )
)  # fmt: skip
declare(
    Indicator(
        "warnings.done", "预警措施落实率", 5, "%",
        f"SELECT r.unit_id, {_MONTH}, count(*) FILTER (WHERE m.state = 'done') AS numerator,"
        " count(*) FILTER (WHERE m.state <> 'na') AS denominator"
        f" {_FROM_MEASURES}"
        " AND (r.reported_at IS NOT NULL OR r.report_due_at < now()) GROUP BY r.unit_id, month",
        ("warning_response",), rows_url="/warnings/",
    )
)  # fmt: skip
