"""Figures of meetings and supervision: decisions done in time, orders answered in time."""

from __future__ import annotations

from anyuan.engines.indicators.spec import Indicator, declare

declare(
    Indicator(
        "governance.decisions", "会议议定事项按期办结率", 1, "%",
        """
        SELECT d.unit_id, date_trunc('month', d.due_on)::date AS month,
            count(*) FILTER (WHERE d.state = 'done' AND d.ended_on <= d.due_on) AS numerator, count(*) AS denominator
        FROM governance_decision d
        WHERE d.due_on >= %(since)s AND d.due_on < %(until)s AND d.state <> 'dropped'
          AND (d.state = 'done' OR d.due_on < current_date)
          AND (%(units)s::text[] IS NULL OR d.unit_id = ANY(%(units)s::text[]))
        GROUP BY d.unit_id, month
        """,
        ("meeting",), target=100, rows_url="/governance/meetings/",
    )
)  # fmt: skip
declare(
    Indicator(
        "governance.replies", "督办按期反馈率", 2, "%",
        """
        SELECT v.unit_id, date_trunc('month', v.reply_due)::date AS month,
            count(*) FILTER (WHERE v.replied_on <= v.reply_due) AS numerator, count(*) AS denominator
        FROM governance_visit v
        WHERE v.reply_due >= %(since)s AND v.reply_due < %(until)s
          AND (v.replied_on IS NOT NULL OR v.reply_due < current_date)
          AND (%(units)s::text[] IS NULL OR v.unit_id = ANY(%(units)s::text[]))
        GROUP BY v.unit_id, month
        """,
        ("supervision_visit",), target=100, rows_url="/governance/visits/",
    )
)  # fmt: skip
