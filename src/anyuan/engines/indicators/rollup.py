"""From obligations and domain rows to facts: leaves exact in the caller's transaction, all levels by job.

One statement for all rules of a month over every level of the tree (a unit and its three possible
ancestors by the parent links), one for the points, one for each declared indicator.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from anyuan.engines.indicators.models import RolledUp
from anyuan.engines.indicators.spec import MEDIAN, Indicator, all_indicators

# (unit, every unit above it and itself)
_PAIRS = """
pairs AS (
    SELECT u.key AS unit_id, a.key AS above
    FROM org_unit u
    LEFT JOIN org_unit p ON p.key = u.parent_id
    LEFT JOIN org_unit g ON g.key = p.parent_id
    LEFT JOIN org_unit t ON t.key = g.parent_id
    CROSS JOIN LATERAL (VALUES (u.key), (p.key), (g.key), (t.key)) AS a (key)
    WHERE a.key IS NOT NULL
)"""
_ITSELF = "pairs AS (SELECT key AS unit_id, key AS above FROM org_unit WHERE key = ANY(%(units)s))"
_UPSERT = """
ON CONFLICT (unit_id, indicator, month) DO UPDATE
SET numerator = excluded.numerator, denominator = excluded.denominator, on_time = excluded.on_time
WHERE (indicators_fact.numerator, indicators_fact.denominator, indicators_fact.on_time)
    IS DISTINCT FROM (excluded.numerator, excluded.denominator, excluded.on_time)
"""
_INSERT = "INSERT INTO indicators_fact (unit_id, indicator, month, numerator, denominator, on_time)"
# What is not due yet is left out: done ÷ (done + overdue). `stale`: what no duty stands behind any more
# (a school moved away, a rule ended) goes to zero, so that a level never keeps a figure without rows.
_RULES = f"""
WITH {{pairs}}, base AS (
    SELECT o.unit_id, r.key, o.point, date_trunc('month', o.due_on)::date AS month,
        count(*) FILTER (WHERE o.state IN ('met', 'late')) AS done,
        count(*) FILTER (WHERE o.state IN ('met', 'late') OR (o.state = 'open' AND o.due_on < %(today)s)) AS due,
        count(*) FILTER (WHERE o.state = 'met') AS met
    FROM obligations_obligation o JOIN obligations_rule r ON r.id = o.rule_id
    WHERE o.due_on >= %(since)s AND o.due_on < %(until)s
      AND (%(units)s::text[] IS NULL OR o.unit_id = ANY(%(units)s::text[]))
    GROUP BY o.unit_id, r.key, o.point, month
), named AS (
    SELECT base.unit_id, base.month, base.done, base.due, base.met, n.name
    FROM base CROSS JOIN LATERAL
        (VALUES ('rule:' || base.key), ('point:' || base.point), ('point:0')) AS n (name)
), fresh AS (
    SELECT pairs.above, named.name, named.month,
        sum(named.done) AS done, sum(named.due) AS due, sum(named.met) AS met
    FROM named JOIN pairs ON pairs.unit_id = named.unit_id
    GROUP BY pairs.above, named.name, named.month
), stale AS (
    UPDATE indicators_fact f SET numerator = 0, denominator = 0, on_time = 0
    WHERE f.month >= %(since)s AND f.month < %(until)s
      AND (f.indicator LIKE 'rule:%%' OR f.indicator LIKE 'point:%%')
      AND (f.numerator, f.denominator, f.on_time) IS DISTINCT FROM (0, 0, 0)
      AND (%(units)s::text[] IS NULL OR f.unit_id = ANY(%(units)s::text[]))
      AND NOT EXISTS (
        SELECT FROM fresh
        WHERE fresh.above = f.unit_id AND fresh.name = f.indicator AND fresh.month = f.month)
)
{_INSERT}
SELECT above, name, month, done, due, met FROM fresh
{_UPSERT}
"""  # noqa: S608 -- constants only
_RATIO = f"""
WITH {{pairs}}, base AS ({{sql}})
{_INSERT}
SELECT pairs.above, %(key)s, base.month, sum(base.numerator), sum(base.denominator), 0
FROM base JOIN pairs ON pairs.unit_id = base.unit_id
GROUP BY pairs.above, base.month
{_UPSERT}
"""  # noqa: S608 -- constants only
_MEDIAN = f"""
WITH {{pairs}}, base AS ({{sql}})
{_INSERT}
SELECT pairs.above, %(key)s, base.month,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY base.value)::numeric(16, 2), count(*), 0
FROM base JOIN pairs ON pairs.unit_id = base.unit_id
GROUP BY pairs.above, base.month
{_UPSERT}
"""  # noqa: S608 -- constants only
# A record that moved to another month leaves nothing behind where it was.
_CLEAR = """
UPDATE indicators_fact SET numerator = 0, denominator = 0, on_time = 0
WHERE indicator = %(key)s AND month >= %(since)s AND month < %(until)s
  AND (%(units)s::text[] IS NULL OR unit_id = ANY(%(units)s::text[]))
"""


def month_of(day: datetime.date) -> datetime.date:
    return day.replace(day=1)


def month_after(month: datetime.date) -> datetime.date:
    return (month.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)


def roll_up(month: datetime.date, *, today: datetime.date | None = None) -> None:
    """All facts of a month, for every unit and level. Runs inside a scope over the whole tree."""
    since = month_of(month)
    _compute(since, month_after(since), None, list(all_indicators().values()), today)
    RolledUp.objects.update_or_create(month=since)


def refresh(
    units: Sequence[str], months: Sequence[datetime.date], *, kinds: Sequence[str] | None = None
) -> None:
    """The leaves' own facts of some months, exact at once. `kinds`: only indicators of these records."""
    chosen = [
        one for one in all_indicators().values() if kinds is None or set(kinds) & set(one.kinds)
    ]
    for month in sorted({month_of(day) for day in months}):
        _compute(month, month_after(month), list(units), chosen, None)


def _compute(
    since: datetime.date,
    until: datetime.date,
    units: list[str] | None,
    indicators: list[Indicator],
    today: datetime.date | None,
) -> None:
    facts = {"since": since, "until": until, "units": units, "today": today or timezone.localdate()}
    pairs = _PAIRS if units is None else _ITSELF
    with connection.cursor() as cursor:
        cursor.execute(_RULES.format(pairs=pairs), facts)
        for one in indicators:
            shape = _MEDIAN if one.kind == MEDIAN else _RATIO
            cursor.execute(_CLEAR, facts | {"key": one.key})
            cursor.execute(shape.format(pairs=pairs, sql=one.sql), facts | {"key": one.key})
