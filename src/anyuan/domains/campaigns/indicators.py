"""Figures of campaigns (point 16), by the month in which the task was due or something was looked at.

A cancelled campaign counts in none of them.
"""

from __future__ import annotations

from anyuan.engines.indicators.spec import Indicator, declare

declare(
    Indicator(
        "campaigns.selfcheck",
        "专项整治自查覆盖率",
        16,
        "%",
        """
        SELECT t.unit_id, date_trunc('month', t.due_on)::date AS month, count(t.done_on) AS numerator, count(*) AS denominator
        FROM campaigns_task t JOIN core_record r ON r.id = t.campaign_id AND r.state <> 'void'
        WHERE t.due_on >= %(since)s AND t.due_on < %(until)s
          AND (%(units)s::text[] IS NULL OR t.unit_id = ANY(%(units)s::text[]))
        GROUP BY t.unit_id, month
        """,
        ("inspection", "campaign"),
        target=100,
        rows_url="/campaigns/",
    )
)
declare(
    Indicator(
        "campaigns.accepted",
        "专项整治环节验收通过率",
        16,
        "%",
        """
        SELECT t.unit_id, date_trunc('month', t.accepted_on)::date AS month,
          count(*) FILTER (WHERE t.accepted = 'yes') AS numerator, count(*) AS denominator
        FROM campaigns_task t JOIN core_record r ON r.id = t.campaign_id AND r.state <> 'void'
        WHERE t.accepted_on >= %(since)s AND t.accepted_on < %(until)s
          AND (%(units)s::text[] IS NULL OR t.unit_id = ANY(%(units)s::text[]))
        GROUP BY t.unit_id, month
        """,
        ("campaign",),
        rows_url="/campaigns/",
    )
)
declare(
    Indicator(
        "campaigns.fixed",
        "专项整治问题整改率",
        16,
        "%",
        # Each campaign as its last frozen week of the month had it.
        """
        SELECT unit_id, month, sum(fixed) AS numerator, sum(found) AS denominator
        FROM (
            SELECT DISTINCT ON (w.unit_id, w.campaign_id, date_trunc('month', w.monday))
              w.unit_id, date_trunc('month', w.monday)::date AS month, w.fixed, w.found
            FROM campaigns_week w JOIN core_record r ON r.id = w.campaign_id AND r.state <> 'void'
            WHERE w.monday >= %(since)s AND w.monday < %(until)s
              AND (%(units)s::text[] IS NULL OR w.unit_id = ANY(%(units)s::text[]))
            ORDER BY w.unit_id, w.campaign_id, date_trunc('month', w.monday), w.monday DESC
        ) last
        WHERE found > 0 GROUP BY unit_id, month
        """,
        ("hazard", "campaign"),
        target=100,
        rows_url="/campaigns/",
    )
)
declare(
    Indicator(
        "campaigns.rechecked",
        "专项整治抽查合格率",
        16,
        "%",
        """
        SELECT a.target_id AS unit_id, date_trunc('month', r.happened_on)::date AS month,
          count(*) FILTER (WHERE i.ok) AS numerator, count(*) AS denominator
        FROM campaigns_draw d
        JOIN core_record c ON c.id = d.campaign_id AND c.state <> 'void'
        JOIN checks_checkassignment a ON a.batch = d.id
        JOIN checks_inspection i ON i.record_id = a.inspection_id
        JOIN core_record r ON r.id = i.record_id AND r.counts
        WHERE r.happened_on >= %(since)s AND r.happened_on < %(until)s
          AND (%(units)s::text[] IS NULL OR a.target_id = ANY(%(units)s::text[]))
        GROUP BY a.target_id, month
        """,
        ("inspection", "campaign"),
        rows_url="/campaigns/",
    )
)
