"""From obligations and domain rows to facts.

A month as a whole (`roll_up`, every night): one statement for all rules over every level of the tree, one
for each declared indicator. What one record changed (`total`, at once for its school and seconds later for
the levels above): a unit's own figures plus the totals of those right below it, one statement a unit.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from anyuan.core.keys import ancestors, subtree
from anyuan.engines.indicators.models import RolledUp
from anyuan.engines.indicators.spec import MEDIAN, Indicator, all_indicators
from anyuan.org.models import Unit

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
# (unit, the one unit above it whose figure is wanted)
_BELOW = """
pairs AS (
    SELECT key AS unit_id, %(unit)s::text AS above FROM org_unit WHERE key >= %(lo)s AND key < %(hi)s
)"""
_UPSERT = """
ON CONFLICT (unit_id, indicator, month) DO UPDATE
SET numerator = excluded.numerator, denominator = excluded.denominator, on_time = excluded.on_time
WHERE (indicators_fact.numerator, indicators_fact.denominator, indicators_fact.on_time)
    IS DISTINCT FROM (excluded.numerator, excluded.denominator, excluded.on_time)
"""
_INSERT = "INSERT INTO indicators_fact (unit_id, indicator, month, numerator, denominator, on_time)"
# What is not due yet is left out: done ÷ (done + overdue). `stale`: what no duty stands behind any more
# (a school moved away, a rule ended) goes to zero, so that a level never keeps a figure without rows.
_DONE = """
    SELECT o.unit_id, r.key, o.point, date_trunc('month', o.due_on)::date AS month,
        count(*) FILTER (WHERE o.state IN ('met', 'late')) AS done,
        count(*) FILTER (WHERE o.state IN ('met', 'late') OR (o.state = 'open' AND o.due_on < %(today)s)) AS due,
        count(*) FILTER (WHERE o.state = 'met') AS met
    FROM obligations_obligation o JOIN obligations_rule r ON r.id = o.rule_id
    WHERE o.due_on >= %(since)s AND o.due_on < %(until)s
      AND (%(units)s::text[] IS NULL OR o.unit_id = ANY(%(units)s::text[]))
    GROUP BY o.unit_id, r.key, o.point, month
"""
_NAMED = """
    SELECT base.unit_id, base.month, base.done, base.due, base.met, n.name
    FROM base CROSS JOIN LATERAL
        (VALUES ('rule:' || base.key), ('point:' || base.point), ('point:0')) AS n (name)
"""
_RULES = f"""
WITH {_PAIRS}, base AS ({_DONE}), named AS ({_NAMED}), fresh AS (
    SELECT pairs.above, named.name, named.month,
        sum(named.done) AS done, sum(named.due) AS due, sum(named.met) AS met
    FROM named JOIN pairs ON pairs.unit_id = named.unit_id
    GROUP BY pairs.above, named.name, named.month
), stale AS (
    UPDATE indicators_fact f SET numerator = 0, denominator = 0, on_time = 0
    WHERE f.month >= %(since)s AND f.month < %(until)s
      AND (f.indicator LIKE 'rule:%%' OR f.indicator LIKE 'point:%%')
      AND (f.numerator, f.denominator, f.on_time) IS DISTINCT FROM (0, 0, 0)
      AND NOT EXISTS (
        SELECT FROM fresh
        WHERE fresh.above = f.unit_id AND fresh.name = f.indicator AND fresh.month = f.month)
)
{_INSERT}
SELECT above, name, month, done, due, met FROM fresh
{_UPSERT}
"""  # noqa: S608 -- constants only
# A record that moved to another month leaves nothing behind where it was.
_STALE = """
UPDATE indicators_fact f SET numerator = 0, denominator = 0, on_time = 0
WHERE f.indicator = %(key)s AND f.month >= %(since)s AND f.month < %(until)s
  AND (f.numerator, f.denominator) IS DISTINCT FROM (0, 0)
  {only}
  AND NOT EXISTS (SELECT FROM fresh WHERE fresh.above = f.unit_id AND fresh.month = f.month)
"""
_RATIO = f"""
WITH {{pairs}}, base AS ({{sql}}), fresh AS (
    SELECT pairs.above, base.month, sum(base.numerator) AS numerator, sum(base.denominator) AS denominator
    FROM base JOIN pairs ON pairs.unit_id = base.unit_id
    GROUP BY pairs.above, base.month
), stale AS ({_STALE})
{_INSERT}
SELECT above, %(key)s, month, numerator, denominator, 0 FROM fresh
{_UPSERT}
"""  # noqa: S608 -- constants only
_MEDIAN = f"""
WITH {{pairs}}, base AS ({{sql}}), fresh AS (
    SELECT pairs.above, base.month, count(*) AS denominator,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY base.value)::numeric(16, 2) AS numerator
    FROM base JOIN pairs ON pairs.unit_id = base.unit_id
    GROUP BY pairs.above, base.month
), stale AS ({_STALE})
{_INSERT}
SELECT above, %(key)s, month, numerator, denominator, 0 FROM fresh
{_UPSERT}
"""  # noqa: S608 -- constants only


# What a unit itself did, and what those right below it come to.
_TOTAL = f"""
WITH base AS ({_DONE}), named AS ({_NAMED}), parts AS (
    SELECT name AS indicator, month, done AS n, due AS d, met AS t FROM named
    {{own}}
    UNION ALL
    SELECT f.indicator, f.month, f.numerator, f.denominator, f.on_time
    FROM org_unit below JOIN indicators_fact f ON f.unit_id = below.key
    WHERE below.parent_id = %(unit)s AND f.month >= %(since)s AND f.month < %(until)s
      AND NOT f.indicator = ANY(%(medians)s)
      AND (f.indicator LIKE 'rule:%%' OR f.indicator LIKE 'point:%%' OR f.indicator = ANY(%(names)s))
), fresh AS (
    SELECT indicator AS name, month, sum(n) AS n, sum(d) AS d, sum(t) AS t FROM parts
    GROUP BY indicator, month
), stale AS (
    UPDATE indicators_fact f SET numerator = 0, denominator = 0, on_time = 0
    WHERE f.unit_id = %(unit)s AND f.month >= %(since)s AND f.month < %(until)s
      AND NOT f.indicator = ANY(%(medians)s)
      AND (f.indicator LIKE 'rule:%%' OR f.indicator LIKE 'point:%%' OR f.indicator = ANY(%(names)s))
      AND (f.numerator, f.denominator, f.on_time) IS DISTINCT FROM (0, 0, 0)
      AND NOT EXISTS (SELECT FROM fresh WHERE fresh.name = f.indicator AND fresh.month = f.month)
)
{_INSERT}
SELECT %(unit)s, name, month, n, d, t FROM fresh
{_UPSERT}
"""  # noqa: S608 -- constants only
LOCK = 4203_17


def month_of(day: datetime.date) -> datetime.date:
    return day.replace(day=1)


def month_after(month: datetime.date) -> datetime.date:
    return (month.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)


def roll_up(month: datetime.date, *, today: datetime.date | None = None) -> None:
    """All facts of a month, for every unit and level. Runs inside a scope over the whole tree."""
    facts = _span(month) | {"units": None, "today": today or timezone.localdate()}
    with connection.cursor() as cursor:
        _hold(cursor, month)
        cursor.execute(_RULES, facts)
        for one in all_indicators().values():
            shape = _MEDIAN if one.kind == MEDIAN else _RATIO
            cursor.execute(
                shape.format(pairs=_PAIRS, sql=one.sql, only=""), facts | {"key": one.key}
            )
    RolledUp.objects.update_or_create(month=month_of(month))


def total(
    units: Sequence[str], months: Sequence[datetime.date], *, kinds: Sequence[str] | None = None
) -> None:
    """The facts of some units anew, from the lowest up. `kinds`: only indicators of these records.

    Exact where the totals of the units right below are; so a campus goes before its school.
    """
    chosen = [
        one for one in all_indicators().values() if kinds is None or set(kinds) & set(one.kinds)
    ]
    for month in sorted({month_of(day) for day in months}):
        for unit in sorted(units, key=len, reverse=True):
            _total(unit, month, chosen)


def total_above(unit: str, month: datetime.date) -> None:
    """What follows for a district (or the city) and the city when something below changed."""
    with connection.cursor() as cursor:
        _hold(cursor, month)
    total(ancestors(unit), [month])
    RolledUp.objects.update_or_create(month=month_of(month))


def _total(unit: str, month: datetime.date, chosen: Sequence[Indicator]) -> None:
    units = subtree(unit)
    facts = _span(month) | {
        "unit": unit, "units": [unit], "today": timezone.localdate(), "lo": units.lo, "hi": units.hi,
        "medians": [one.key for one in all_indicators().values() if one.kind == MEDIAN],
        "names": [one.key for one in chosen],
    }  # fmt: skip
    shares = [
        f"SELECT '{one.key}', b.month, b.numerator, b.denominator, 0 FROM ({one.sql}) b"  # noqa: S608 -- declared
        for one in chosen
        if one.kind != MEDIAN
    ]
    with connection.cursor() as cursor:
        own = "".join(f" UNION ALL {share}" for share in shares)
        cursor.execute(_TOTAL.format(own=own), facts)
        for one in chosen:
            if one.kind == MEDIAN:
                keys = list(Unit.objects.within(units).values_list("key", flat=True))
                below = {**facts, "key": one.key, "units": keys}
                only = "AND f.unit_id = %(unit)s"
                cursor.execute(_MEDIAN.format(pairs=_BELOW, sql=one.sql, only=only), below)


def _span(month: datetime.date) -> dict[str, Any]:
    return {"since": month_of(month), "until": month_after(month_of(month))}


def _hold(cursor: Any, month: datetime.date) -> None:
    """Roll-ups of a month take turns: each sees what the one before it wrote."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, month.year * 100 + month.month])
