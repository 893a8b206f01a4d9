"""Figures of risk points (point 4)."""

from __future__ import annotations

from anyuan.engines.indicators.spec import COUNT, Indicator, declare

_UNITS = "(%(units)s::text[] IS NULL OR {row}.unit_id = ANY(%(units)s::text[]))"
_MONTHS = "generate_series(%(since)s::date, %(until)s::date - 1, interval '1 month') AS m(month)"

# A site counts as graded in a month when something was graded there within the year that ends with it.
declare(
    Indicator(
        "risk.graded", "已评估风险的校区", 4, "%",
        f"""
        SELECT p.unit_id, m.month::date AS month,
          count(*) FILTER (WHERE EXISTS (SELECT 1 FROM risk_riskgrading g WHERE g.unit_id = p.unit_id
            AND g.on < m.month + interval '1 month' AND g.on >= m.month - interval '11 months')) AS numerator,
          count(*) AS denominator
        FROM {_MONTHS} CROSS JOIN org_profile p JOIN org_unit u ON u.key = p.unit_id
        WHERE p.is_site AND u.state = 'active' AND m.month <= now() AND {_UNITS.format(row="p")}
        GROUP BY p.unit_id, m.month
        """,  # noqa: S608 -- our own words
        ("risk_grading",), target=100, rows_url="/risk/",
    )
)  # fmt: skip
# A check that was due in the month; one that is still not done counts as not in time.
declare(
    Indicator(
        "risk.checked", "管控措施按时检查率", 4, "%",
        f"""
        SELECT d.unit_id, date_trunc('month', d.due_on)::date AS month,
          count(*) FILTER (WHERE d.in_time) AS numerator, count(*) AS denominator
        FROM (
          SELECT c.unit_id, c.due_on, c.in_time FROM risk_riskcheck c JOIN core_record r ON r.id = c.record_id
          WHERE r.counts AND c.due_on IS NOT NULL
          UNION ALL
          SELECT p.unit_id, p.next_check_on, false FROM risk_riskpoint p JOIN core_record r ON r.id = p.record_id
          WHERE r.state <> 'removed' AND p.next_check_on < current_date
        ) d
        WHERE d.due_on >= %(since)s AND d.due_on < %(until)s AND {_UNITS.format(row="d")}
        GROUP BY d.unit_id, month
        """,  # noqa: S608 -- our own words
        ("risk_check", "risk_point"), target=95, rows_url="/risk/?due=overdue",
    )
)  # fmt: skip
_RANK = "array_position(ARRAY['red', 'orange', 'yellow', 'blue'], g.{0})"
declare(
    Indicator(
        "risk.downgraded", "风险降级占比", 4, "%",
        f"""
        SELECT g.unit_id, date_trunc('month', g.on)::date AS month,
          count(*) FILTER (WHERE {_RANK.format("colour")} > {_RANK.format("before")}) AS numerator, count(*) AS denominator
        FROM risk_riskgrading g
        WHERE g.before <> '' AND g.on >= %(since)s AND g.on < %(until)s AND {_UNITS.format(row="g")}
        GROUP BY g.unit_id, month
        """,  # noqa: S608 -- our own words
        ("risk_grading",), rows_url="/risk/",
    )
)  # fmt: skip
declare(
    Indicator(
        "risk.grave", "新评为红色、橙色的风险点", 4, "处",
        f"""
        SELECT g.unit_id, date_trunc('month', g.on)::date AS month, count(*) AS numerator, 0 AS denominator
        FROM risk_riskgrading g
        WHERE g.colour IN ('red', 'orange') AND g.on >= %(since)s AND g.on < %(until)s AND {_UNITS.format(row="g")}
        GROUP BY g.unit_id, month
        """,  # noqa: S608 -- our own words
        ("risk_grading",), kind=COUNT, better="down", rows_url="/risk/?colour=red",
    )
)  # fmt: skip
