"""Figures of letters (point 1) and of duty lists (point 2), by the month in which a letter came into force."""

from __future__ import annotations

from anyuan.engines.indicators.spec import Indicator, declare

_DUE = """
FROM duties_letter l
WHERE l.state IN ('issued', 'half', 'returned', 'signed', 'expired') AND (l.state <> 'expired' OR l.signed_at IS NOT NULL)
  AND l.valid_from >= %(since)s AND l.valid_from < %(until)s
  AND (%(units)s::text[] IS NULL OR l.unit_id = ANY(%(units)s::text[]))
"""
_MONTH = "date_trunc('month', l.valid_from)::date AS month"
_SIGNED = "count(*) FILTER (WHERE l.signed_at IS NOT NULL) AS numerator, count(*) AS denominator"

declare(
    Indicator(
        "duties.unit_letters", "责任书签订率（单位）", 1, "%",
        f"SELECT l.unit_id, {_MONTH}, {_SIGNED} {_DUE} AND l.holder_id IS NULL GROUP BY l.unit_id, month",
        ("responsibility_letter",), target=100, rows_url="/duties/letters/",
    )
)  # fmt: skip
declare(
    Indicator(
        "duties.post_letters", "岗位责任书签订率", 3, "%",
        f"SELECT l.unit_id, {_MONTH}, {_SIGNED} {_DUE} AND l.holder_id IS NOT NULL GROUP BY l.unit_id, month",
        ("responsibility_letter",), target=100, rows_url="/duties/letters/",
    )
)  # fmt: skip
_STAFF = """
SELECT u.key AS unit_id, m.month::date AS month,
  count(DISTINCT p.person_id) FILTER (WHERE EXISTS (
    SELECT 1 FROM duties_letter l WHERE l.holder_id = p.person_id AND l.unit_id = u.key
      AND l.signed_at IS NOT NULL AND l.state IN ('signed', 'expired')
      AND l.valid_from < m.month + interval '1 month' AND l.valid_to >= m.month)) AS numerator,
  count(DISTINCT p.person_id) AS denominator
FROM generate_series(%(since)s::date, %(until)s::date - interval '1 month', interval '1 month') AS m(month)
JOIN org_unit u ON u.kind = 'school' AND u.state = 'active'
  AND (%(units)s::text[] IS NULL OR u.key = ANY(%(units)s::text[]))
JOIN org_post p ON p.unit_id >= u.key AND p.unit_id < rtrim(u.key, '.') || '/'
  AND p.role IN ('safety_officer', 'teacher', 'guard') AND p.since < m.month + interval '1 month'
  AND (p.until IS NULL OR p.until >= m.month)
WHERE m.month <= now()
GROUP BY u.key, m.month
"""
declare(
    Indicator(
        "duties.coverage", "在岗人员责任书覆盖率", 3, "%", _STAFF, ("responsibility_letter",), target=100,
        rows_url="/duties/letters/",
    )
)  # fmt: skip
