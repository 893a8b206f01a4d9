"""Figures of third-party assessments (point 4)."""

from __future__ import annotations

from anyuan.engines.indicators.spec import Indicator, declare

declare(
    Indicator(
        "assessments.closed", "第三方评估发现整改率", 4, "%",
        """
        SELECT f.unit_id, date_trunc('month', f.at AT TIME ZONE 'Asia/Shanghai')::date AS month,
          count(*) FILTER (WHERE r.state = 'closed') AS numerator, count(*) AS denominator
        FROM assessments_finding f JOIN core_record r ON r.id = f.hazard_id
        WHERE r.state <> 'void' AND f.at >= %(since)s AND f.at < %(until)s
          AND (%(units)s::text[] IS NULL OR f.unit_id = ANY(%(units)s::text[]))
        GROUP BY f.unit_id, month
        """,
        ("hazard",), target=100, rows_url="/hazards/?source=third_party",
    )
)  # fmt: skip
