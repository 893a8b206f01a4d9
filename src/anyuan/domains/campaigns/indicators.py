"""Figures of campaigns (point 16), by the month in which the task was due or the problem found."""

from __future__ import annotations

from anyuan.engines.indicators.spec import Indicator, declare

declare(
    Indicator(
        "campaigns.selfcheck",
        "专项整治自查覆盖率",
        16,
        "%",
        """
        SELECT unit_id, date_trunc('month', due_on)::date AS month, count(done_on) AS numerator, count(*) AS denominator
        FROM campaigns_task
        WHERE due_on >= %(since)s AND due_on < %(until)s
          AND (%(units)s::text[] IS NULL OR unit_id = ANY(%(units)s::text[]))
        GROUP BY unit_id, month
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
        SELECT unit_id, date_trunc('month', accepted_on)::date AS month,
          count(*) FILTER (WHERE accepted = 'yes') AS numerator, count(*) AS denominator
        FROM campaigns_task
        WHERE accepted_on >= %(since)s AND accepted_on < %(until)s
          AND (%(units)s::text[] IS NULL OR unit_id = ANY(%(units)s::text[]))
        GROUP BY unit_id, month
        """,
        ("campaign",),
        rows_url="/campaigns/",
    )
)
