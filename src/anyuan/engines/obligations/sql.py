"""The SQL that generation and recount share: which units a rule applies to, which records fit a duty.

Aliases: `r` rule, `u` unit, `f` profile (may be absent), `t` a duty with its rule's match, `rec` record.
Records are joined by equal unit (a school's, then its campuses'): their indexes serve that with and
without statistics; a range of units in that join reads far too much.
"""

from __future__ import annotations

from django.db import connection

# Rules apply to active units by who they are and by the facts of their profile; null asks nothing.
APPLIES = """
u.state = 'active'
AND CASE r.who WHEN 'site' THEN coalesce(f.is_site, false) ELSE u.kind = r.who END
AND (r.stages = '{}' OR f.stages && r.stages)
AND (r.boarding IS NULL OR f.boarding = r.boarding)
AND (r.has_bus IS NULL OR f.has_bus = r.has_bus)
AND (r.has_canteen IS NULL OR f.has_canteen = r.has_canteen)
AND (r.has_lab IS NULL OR f.has_lab = r.has_lab)
AND (r.high_rise IS NULL OR f.high_rise = r.high_rise)
AND (r.key_fire_unit IS NULL OR f.key_fire_unit = r.key_fire_unit)
AND (r.is_public IS NULL OR f.is_public = r.is_public)
AND (r.min_pupils IS NULL OR f.pupils >= r.min_pupils)
"""

# One of the tags for each facet that the rule asks for.
FITS_TAGS = """
({rule}.facets = 0 OR (
    {tags} && {rule}.tags AND ({rule}.facets = 1 OR (
        SELECT count(DISTINCT split_part(tag, ':', 1)) FROM unnest({tags}) AS tag
        WHERE tag = ANY({rule}.tags)
    ) = {rule}.facets)
))
"""

# The records of a set of duties, by full search. A school's or site's own work, by itself and about
# itself; a district's or the city's what it did, elsewhere too where the rule counts the area.
MATCHED = """
WITH t AS MATERIALIZED (
    SELECT o.id, o.unit_id, o.level, o.kind, o.period_start, o.counts_until, r.tags, r.facets, r.area
    FROM obligations_obligation o JOIN obligations_rule r ON r.id = o.rule_id WHERE {targets}
)
SELECT t.id AS obligation_id, rec.id AS record_id, t.unit_id
FROM t JOIN core_record rec ON rec.unit_id = t.unit_id AND rec.kind = t.kind
    AND rec.happened_on BETWEEN t.period_start AND t.counts_until
WHERE t.level IN ('school', 'site') AND rec.counts
    AND rec.done_by_id >= t.unit_id AND rec.done_by_id < left(t.unit_id, -1) || '/' AND {fits}
UNION ALL
SELECT t.id, rec.id, t.unit_id
FROM t JOIN org_unit campus ON campus.parent_id = t.unit_id
JOIN core_record rec ON rec.unit_id = campus.key AND rec.kind = t.kind
    AND rec.happened_on BETWEEN t.period_start AND t.counts_until
WHERE t.level IN ('school', 'site') AND rec.counts
    AND rec.done_by_id >= t.unit_id AND rec.done_by_id < left(t.unit_id, -1) || '/' AND {fits}
UNION ALL
SELECT t.id, rec.id, t.unit_id
FROM t JOIN core_record rec ON rec.done_by_id = t.unit_id AND rec.kind = t.kind
    AND rec.happened_on BETWEEN t.period_start AND t.counts_until
WHERE t.level IN ('city', 'district') AND rec.counts
    AND (t.area OR rec.unit_id = t.unit_id) AND {fits}
"""

# done, state, met_on, filed_on of a set of duties from their evidence. `%(zone)s` tells the local day.
RECKON = """
UPDATE obligations_obligation o
SET done = c.done,
    met_on = CASE WHEN o.state = 'waived' THEN NULL ELSE c.met_on END,
    filed_on = c.filed_on,
    state = CASE WHEN o.state = 'waived' THEN 'waived' WHEN c.met_on IS NULL THEN 'open'
                 WHEN c.met_on <= o.due_on THEN 'met' ELSE 'late' END
FROM (
    SELECT o.id, count(rec.id) AS done,
        (array_agg(rec.happened_on ORDER BY rec.happened_on))[o.needed] AS met_on,
        (array_agg((rec.created_at AT TIME ZONE %(zone)s)::date
            ORDER BY rec.created_at))[o.needed] AS filed_on
    FROM obligations_obligation o
    LEFT JOIN obligations_evidence e ON e.obligation_id = o.id
    LEFT JOIN core_record rec ON rec.id = e.record_id
    WHERE {targets}
    GROUP BY o.id
) c
WHERE o.id = c.id AND (o.done, o.filed_on) IS DISTINCT FROM (c.done, c.filed_on)
   OR o.id = c.id AND o.state <> 'waived' AND (
        o.met_on IS DISTINCT FROM c.met_on
        OR o.state <> CASE WHEN c.met_on IS NULL THEN 'open'
                           WHEN c.met_on <= o.due_on THEN 'met' ELSE 'late' END)
"""

# Generation makes duties, recount makes them count. A record saved while duties are being made must
# not slip between: writers share this lock, generation holds it alone, until the transaction ends.
LOCK = 4203_2020


def share_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])


def hold_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
