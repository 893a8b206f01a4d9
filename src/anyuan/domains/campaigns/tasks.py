"""Tasks by set: made for all units that take part, and recounted from records, never added up.

Called inside services, reactions and jobs, in a few statements however many units there are.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.keys import EVERYTHING, Range, ancestors
from anyuan.core.models import Record
from anyuan.domains.campaigns.models import Campaign
from anyuan.engines.cases.findings import findings_sql
from anyuan.engines.obligations.sql import FITS_TAGS, hold_lock

_MAKE = """
INSERT INTO campaigns_task (unit_id, campaign_id, link_id, due_on, accepted, accepted_by, reason)
SELECT u.key, c.record_id, l.id, l.due_on, '', '', ''
FROM campaigns_campaign c
JOIN campaigns_link l ON l.campaign_id = c.record_id
JOIN org_unit u ON u.kind = 'school' AND u.state = 'active' AND starts_with(u.key, c.unit_id)
LEFT JOIN org_profile f ON f.unit_id = u.key
WHERE c.running AND (%(campaign)s::uuid IS NULL OR c.record_id = %(campaign)s::uuid)
  AND (c.areas = '{}' OR EXISTS (SELECT 1 FROM unnest(c.areas) AS area WHERE starts_with(u.key, area)))
  AND (c.stages = '{}' OR f.stages && c.stages)
  AND CASE l.needs WHEN 'has_bus' THEN f.has_bus WHEN 'has_canteen' THEN f.has_canteen
                   WHEN 'has_lab' THEN f.has_lab ELSE true END
ON CONFLICT (unit_id, link_id) DO NOTHING
"""

# Tasks that nothing was done for, of units that are closed: they owe them no more.
_DROP = """
DELETE FROM campaigns_task t USING campaigns_campaign c, org_unit u
WHERE c.record_id = t.campaign_id AND c.running AND u.key = t.unit_id AND u.state <> 'active'
  AND t.done_on IS NULL
"""

# The first record in the period that fits: the unit's own or its campuses', done by the unit itself.
_RECKON = f"""
WITH t AS MATERIALIZED (
    SELECT t.id, t.unit_id, t.link_id, c.starts_on, c.ends_on
    FROM campaigns_task t JOIN campaigns_campaign c ON c.record_id = t.campaign_id
    WHERE {{targets}}
), first AS (
    SELECT DISTINCT ON (t.id) t.id AS task, rec.id, rec.happened_on
    FROM t JOIN campaigns_match m ON m.link_id = t.link_id
    JOIN org_unit place ON place.key = t.unit_id OR place.parent_id = t.unit_id
    JOIN core_record rec ON rec.unit_id = place.key AND rec.kind = m.kind
        AND rec.happened_on BETWEEN t.starts_on AND t.ends_on
    WHERE rec.counts AND starts_with(rec.done_by_id, t.unit_id)
      AND {FITS_TAGS.format(tags="rec.tags", rule="m")}
    ORDER BY t.id, rec.happened_on, rec.id
)
UPDATE campaigns_task o
SET done_by_id = first.id, done_on = first.happened_on,
    accepted = CASE WHEN first.id IS NULL AND o.accepted = 'yes' THEN '' ELSE o.accepted END
FROM t LEFT JOIN first ON first.task = t.id
WHERE o.id = t.id AND (o.done_by_id, o.done_on) IS DISTINCT FROM (first.id, first.happened_on)
"""  # noqa: S608

_LOCK = """
SELECT t.id FROM campaigns_task t JOIN campaigns_campaign c ON c.record_id = t.campaign_id
WHERE c.running AND t.unit_id = ANY(%s)
  AND EXISTS (SELECT 1 FROM campaigns_match m WHERE m.link_id = t.link_id AND m.kind = %s)
ORDER BY t.id FOR UPDATE OF t
"""

# Each finding of a campaign's period in its units, at the one link whose categories hold it. Without the
# campaign's own row, which units below the office that made it may not read.
FOUND = """
SELECT f.*, l.id AS link_id, l.title AS link,
  CASE WHEN place.kind = 'campus' THEN place.parent_id ELSE place.key END AS school_id,
  k.state, k.due_on, k.closed_at, k.level AS supervised, place.name AS unit_name
FROM campaigns_link l
JOIN ({findings}) f ON f.category = ANY(l.categories) AND f.found_on BETWEEN %(since)s AND %(until)s
JOIN cases_case k ON k.record_id = f.record_id AND k.state <> 'void'
JOIN org_unit place ON place.key = f.unit_id
WHERE l.campaign_id = %(campaign)s AND f.unit_id >= %(lo)s AND f.unit_id < %(hi)s
  AND EXISTS (SELECT 1 FROM campaigns_task t WHERE t.campaign_id = l.campaign_id
    AND t.unit_id = CASE WHEN place.kind = 'campus' THEN place.parent_id ELSE place.key END)
"""

_FREEZE = """
INSERT INTO campaigns_week (unit_id, campaign_id, monday, tasks, done, found, fixed, listed)
SELECT t.unit_id, t.campaign_id, %(monday)s, count(*), count(t.done_on) FILTER (WHERE t.done_on <= %(day)s),
  coalesce(max(f.found), 0), coalesce(max(f.fixed), 0), coalesce(max(f.listed), 0)
FROM campaigns_task t LEFT JOIN (
    SELECT school_id, count(*) AS found, count(*) FILTER (WHERE closed_at < %(night)s) AS fixed,
      count(*) FILTER (WHERE closed_at IS NULL AND supervised <> 'school') AS listed
    FROM ({found}) x WHERE found_on <= %(day)s GROUP BY school_id
) f ON f.school_id = t.unit_id
WHERE t.campaign_id = %(campaign)s
GROUP BY t.unit_id, t.campaign_id
ON CONFLICT (campaign_id, monday, unit_id) DO UPDATE
SET (tasks, done, found, fixed, listed) = (excluded.tasks, excluded.done, excluded.found, excluded.fixed, excluded.listed)
"""


def facts_of(campaign: Campaign, units: Range) -> dict[str, Any]:
    """The parameters of FOUND."""
    return {
        "campaign": campaign.pk, "since": campaign.starts_on, "until": campaign.ends_on,
        "lo": units.lo, "hi": units.hi,
    }  # fmt: skip


def found_sql() -> str:
    return FOUND.format(findings=findings_sql())


def make_tasks(campaign: Campaign | None = None) -> int:
    """A task for each link and unit that takes part and has none (of all campaigns that run); how many."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, {"campaign": str(campaign.pk) if campaign else None})
        return int(cursor.rowcount)


def reckon(targets: str, params: dict[str, Any]) -> None:
    """Recount tasks from records. `targets`: SQL on `t` (task) and `c` (campaign)."""
    with connection.cursor() as cursor:
        cursor.execute(_RECKON.format(targets=targets), params)


def start(campaign: Campaign) -> int:
    """Make the tasks of a campaign just launched and count what is there already."""
    hold_lock()  # a record saved meanwhile is either seen here or sees the tasks
    made = make_tasks(campaign)
    reckon("t.campaign_id = %(campaign)s", {"campaign": campaign.pk})
    return made


def follow_record(record: Record, **_more: Any) -> None:
    """Reaction on `record.saved`: the tasks that it may do, of its unit and the school above it."""
    with scope.everything():
        recount_units(record.kind, ancestors(record.unit_id))


def follow_records(kind: str, units: Iterable[str], **_more: Any) -> None:
    """Reaction on `records.changed`: many records of a kind at once."""
    with scope.everything():
        recount_units(kind, sorted({key for unit in units for key in ancestors(unit)}))


def recount_units(kind: str, keys: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(keys), kind])
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        reckon("t.id = ANY(%(ids)s)", {"ids": ids})


def follow_units(**_more: Any) -> None:
    """Reaction on `units.changed` and `unit.closed`: who joins gets its tasks, who is closed owes none."""
    with scope.everything():
        if not Campaign.objects.filter(running=True).exists():
            return
        hold_lock()
        with connection.cursor() as cursor:
            cursor.execute(_DROP)
        if make_tasks():
            reckon("c.running AND t.done_on IS NULL", {})


def monday_of(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())


def freeze_week(campaign: Campaign, day: datetime.date | None = None) -> int:
    """Write how each unit stood at the end of a day into that day's week; how many units.

    Frozen again in the same week it is the later state.
    """
    day = day or timezone.localdate()
    night = datetime.datetime.combine(
        day + datetime.timedelta(days=1), datetime.time.min, timezone.get_current_timezone()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _FREEZE.format(found=found_sql()),
            {
                **facts_of(campaign, EVERYTHING),
                "monday": monday_of(day),
                "day": day,
                "night": night,
            },
        )
        return int(cursor.rowcount)
