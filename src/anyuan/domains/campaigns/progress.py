"""How a campaign stands, computed from rows: links by area, units, findings, weeks, who is stalled.

Everything takes the range of units that the reader sees, and is one statement each.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from anyuan.core.keys import Range, depth
from anyuan.core.kinds import record_url
from anyuan.domains.campaigns.content import number
from anyuan.domains.campaigns.models import Campaign, CampaignNote
from anyuan.domains.campaigns.sampling import Risk
from anyuan.domains.campaigns.tasks import facts_of, found_sql
from anyuan.engines.checks.models import CheckAssignment

_AREA = "(array_to_string((string_to_array({key}, '.'))[1:%(depth)s], '.') || '.')"
_CELLS = f"""
WITH t AS (
    SELECT link_id, {_AREA.format(key="unit_id")} AS area, count(*) AS units, count(done_on) AS done,
      count(*) FILTER (WHERE accepted = 'yes') AS accepted
    FROM campaigns_task WHERE campaign_id = %(campaign)s AND unit_id >= %(lo)s AND unit_id < %(hi)s
    GROUP BY 1, 2
), f AS (
    SELECT link_id, {_AREA.format(key="school_id")} AS area, count(*) AS found, count(closed_at) AS fixed,
      count(*) FILTER (WHERE closed_at IS NULL AND due_on < %(today)s) AS overdue,
      count(*) FILTER (WHERE closed_at IS NULL AND supervised <> 'school') AS listed,
      count(*) FILTER (WHERE grave) AS grave
    FROM ({{found}}) x GROUP BY 1, 2
)
SELECT link_id, area, coalesce(units, 0), coalesce(done, 0), coalesce(accepted, 0), coalesce(found, 0),
  coalesce(fixed, 0), coalesce(overdue, 0), coalesce(listed, 0), coalesce(grave, 0)
FROM t FULL JOIN f USING (link_id, area)
"""  # noqa: S608

# Something new: a task done, a finding made or closed, a note written.
_UNITS = """
SELECT u.key, u.name, t.tasks, t.done, t.accepted, coalesce(f.found, 0), coalesce(f.fixed, 0),
  coalesce(f.overdue, 0), greatest(t.last, f.last, n.last)
FROM (
    SELECT unit_id, count(*) AS tasks, count(done_on) AS done, max(done_on) AS last,
      count(*) FILTER (WHERE accepted = 'yes') AS accepted
    FROM campaigns_task WHERE campaign_id = %(campaign)s AND unit_id >= %(lo)s AND unit_id < %(hi)s
    GROUP BY unit_id
) t JOIN org_unit u ON u.key = t.unit_id
LEFT JOIN (
    SELECT school_id, count(*) AS found, count(closed_at) AS fixed,
      count(*) FILTER (WHERE closed_at IS NULL AND due_on < %(today)s) AS overdue,
      max(greatest(found_on, closed_at::date)) AS last
    FROM ({found}) x GROUP BY school_id
) f ON f.school_id = t.unit_id
LEFT JOIN (
    SELECT note.unit_id, max(rec.happened_on) AS last FROM campaigns_campaignnote note
    JOIN core_record rec ON rec.id = note.record_id
    WHERE note.campaign_id = %(campaign)s AND rec.counts GROUP BY note.unit_id
) n ON n.unit_id = t.unit_id
ORDER BY t.done::float / t.tasks, u.key
"""


@dataclasses.dataclass(frozen=True)
class Cell:
    """Figures of a link in an area, or the sum of several."""

    units: int = 0
    done: int = 0
    accepted: int = 0
    found: int = 0
    fixed: int = 0
    overdue: int = 0
    listed: int = 0
    grave: int = 0

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            *(a + b for a, b in zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True))
        )  # fmt: skip

    @property
    def rate(self) -> float | None:
        return self.done / self.units if self.units else None

    @property
    def fix_rate(self) -> float | None:
        return self.fixed / self.found if self.found else None

    @property
    def unfixed(self) -> int:
        return self.found - self.fixed


@dataclasses.dataclass(frozen=True)
class UnitRow:
    key: str
    name: str
    tasks: int
    done: int
    accepted: int
    found: int
    fixed: int
    overdue: int
    last: datetime.date | None


@dataclasses.dataclass(frozen=True)
class Finding:
    """A line of the 销号 list, with the four lists' columns: problem, measure, person, time limit."""

    record_id: Any
    number: str
    link: str
    unit: str
    place: str
    problem: str
    grave: bool
    measures: str
    responsible: str
    funds: Any
    found_on: datetime.date
    due_on: datetime.date | None
    closed_at: datetime.datetime | None
    overdue: bool
    kind: str

    @property
    def url(self) -> str:
        return record_url(self.kind, self.record_id)

    @property
    def state(self) -> str:
        return "已销号" if self.closed_at else "已逾期" if self.overdue else "整改中"


def _rows(sql: str, campaign: Campaign, units: Range, **more: Any) -> list[tuple[Any, ...]]:
    facts = {**facts_of(campaign, units), "today": timezone.localdate(), **more}
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return list(cursor.fetchall())


def cells(campaign: Campaign, units: Range, base: str) -> dict[tuple[int, str], Cell]:
    """(link, key of the unit below `base`) → figures."""
    sql = _CELLS.format(found=found_sql())
    rows = _rows(sql, campaign, units, depth=depth(base) + 1)
    return {(row[0], row[1]): Cell(*row[2:]) for row in rows}


def whole(found: dict[tuple[int, str], Cell]) -> Cell:
    return sum(found.values(), Cell())


def units_of(campaign: Campaign, units: Range) -> list[UnitRow]:
    """Each unit that takes part, the slowest first."""
    return [UnitRow(*row) for row in _rows(_UNITS.format(found=found_sql()), campaign, units)]


def stalled(campaign: Campaign, units: Range, today: datetime.date | None = None) -> list[UnitRow]:
    """Units with work left and nothing new for as many days as the pack says."""
    day = today or timezone.localdate()
    since = day - datetime.timedelta(days=number("stalled_days", campaign.template))
    return [row for row in units_of(campaign, units) if is_stalled(row, campaign, since)]


def is_stalled(row: UnitRow, campaign: Campaign, since: datetime.date) -> bool:
    left = row.done < row.tasks or row.fixed < row.found
    return campaign.running and left and (row.last or campaign.starts_on) < since


def risks(campaign: Campaign, units: Range) -> list[Risk]:
    """What each unit's lot in a draw weighs by."""
    return [
        Risk(row.key, row.overdue, row.tasks - row.done, row.last is None)
        for row in units_of(campaign, units)
    ]


def findings(campaign: Campaign, units: Range, *, only: str = "", link: int | None = None) -> list[Finding]:  # fmt: skip
    """The 销号 list; `only`: open, overdue or closed."""
    sql = f"""SELECT record_id, number, link, unit_name, place, description, grave, measures, responsible, funds,
      found_on, due_on, closed_at, (closed_at IS NULL AND due_on < %(today)s), kind FROM ({found_sql()}) x
      WHERE (%(link)s::bigint IS NULL OR link_id = %(link)s::bigint) AND CASE %(only)s
        WHEN 'open' THEN closed_at IS NULL WHEN 'closed' THEN closed_at IS NOT NULL
        WHEN 'overdue' THEN closed_at IS NULL AND due_on < %(today)s ELSE true END
      ORDER BY closed_at IS NOT NULL, due_on, record_id"""  # noqa: S608
    return [Finding(*row) for row in _rows(sql, campaign, units, only=only, link=link)]


def weeks(campaign: Campaign, units: Range) -> list[tuple[datetime.date, Cell]]:
    """The frozen weeks of the units seen, the first first."""
    sql = """SELECT monday, sum(tasks), sum(done), sum(found), sum(fixed), sum(listed) FROM campaigns_week
      WHERE campaign_id = %(campaign)s AND unit_id >= %(lo)s AND unit_id < %(hi)s GROUP BY monday ORDER BY monday"""
    return [
        (row[0], Cell(units=row[1], done=row[2], found=row[3], fixed=row[4], listed=row[5]))
        for row in _rows(sql, campaign, units)
    ]


def funds(campaign: Campaign, units: Range) -> Any:
    """Money of all notes, in 10,000 yuan."""
    rows = CampaignNote.objects.within(units).filter(campaign=campaign, record__counts=True)
    return rows.aggregate(all=Sum("funds"))["all"] or 0


def rechecked(campaign: Campaign, units: Range) -> tuple[int, int]:
    """(passed, done) of the spot checks of the samples that the reader's office drew."""
    sql = """SELECT count(*) FILTER (WHERE i.ok), count(*) FROM campaigns_draw d
      JOIN checks_checkassignment a ON a.batch = d.id JOIN checks_inspection i ON i.record_id = a.inspection_id
      WHERE d.campaign_id = %(campaign)s AND d.unit_id >= %(lo)s AND d.unit_id < %(hi)s"""
    passed, done = _rows(sql, campaign, units)[0]
    return int(passed), int(done)


def checks_of(batch: Any) -> dict[str, CheckAssignment]:
    """The checks assigned for a draw, by the key of the unit checked."""
    rows = CheckAssignment.objects.filter(batch=batch).select_related("inspection", "assignee")
    return {row.target_id: row for row in rows}
