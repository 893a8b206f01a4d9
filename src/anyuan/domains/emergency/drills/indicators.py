"""Figures of drills (point 8), by the month in which they were held."""

from __future__ import annotations

from django.conf import settings

from anyuan.domains.emergency.drills.content import content
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

# The aim follows stage and building as facts.goal_seconds does; its numbers are the policy's.
_NUMBER = (
    "(SELECT n.values[1] FROM obligations_number n JOIN obligations_policy p ON p.id = n.policy_id"
    " WHERE n.key = '{}' ORDER BY p.valid_from DESC, p.id DESC LIMIT 1)"
)
_GOAL = (
    f"CASE WHEN d.floors < {_NUMBER.format('drill_low_floors')} THEN {_NUMBER.format('drill_goal_low_building')}"
    " WHEN f.stages && '{primary,kindergarten,special}'::varchar[]"
    f" THEN {_NUMBER.format('drill_goal_primary')} ELSE {_NUMBER.format('drill_goal_secondary')} END"
)
_KINDS = [kind for sheet in content().sheets if sheet.goal for kind in sheet.kinds]
_EVACUATIONS = "(" + ", ".join(f"'{kind}'" for kind in _KINDS) + ")"
declare(
    Indicator(
        "drills.in_goal", "疏散用时达标率", 8, "%",
        f"SELECT d.unit_id, {_MONTH}, count(*) FILTER (WHERE d.seconds <= {_GOAL}) AS numerator, count(*) AS denominator"
        f" {_FROM.replace('WHERE', 'JOIN org_profile f ON f.unit_id = d.unit_id WHERE', 1)}"
        f" AND d.seconds IS NOT NULL AND d.mode = 'real' AND d.kind IN {_EVACUATIONS} GROUP BY d.unit_id, month",
        ("drill",), target=90, rows_url="/emergency/",
    )
)  # fmt: skip
# Of the guide's drills that were due, those with a report handed in by its day.
_REPORTED = f"""
SELECT o.unit_id, date_trunc('month', o.due_on)::date AS month, count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM obligations_evidence e JOIN emergency_drill d ON d.record_id = e.record_id
    WHERE e.obligation_id = o.id AND (d.reported_at AT TIME ZONE '{settings.TIME_ZONE}')::date <= d.report_due_on
)) AS numerator, count(*) AS denominator
FROM obligations_obligation o JOIN obligations_rule r ON r.id = o.rule_id
WHERE o.kind = 'drill' AND o.level IN ('school', 'site') AND o.state <> 'waived' AND r.facets > 0
  AND r.period IN ('month', 'quarter') AND o.due_on >= %(since)s AND o.due_on < %(until)s
  AND (%(units)s::text[] IS NULL OR o.unit_id = ANY(%(units)s::text[]))
  AND o.due_on <= (now() AT TIME ZONE '{settings.TIME_ZONE}')::date
GROUP BY o.unit_id, month
"""  # noqa: S608 -- constants only
declare(
    Indicator(
        "drills.reported", "应急疏散演练报送率", 9, "%",
        _REPORTED,
        ("drill",), target=95, rows_url="/emergency/?state=reported",
    )
)  # fmt: skip
