"""Reading regulations and meetings: what a school has and misses, how many schools stand where."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.domains.responsibility.governance.content import Required, library
from anyuan.domains.responsibility.governance.models import (
    Decision,
    DecisionState,
    LeaderInspection,
    LibraryReview,
    Meeting,
    Regulation,
)
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible

# One row for each regulation that a school must have; a school's campuses say for it what it has.
OWED = """
WITH schools AS (
    SELECT s.key, bool_or(p.boarding) AS boarding, bool_or(p.has_canteen) AS canteen,
        bool_or(p.has_lab) AS lab, bool_or(p.has_bus) AS bus
    FROM org_unit s
    JOIN org_unit site ON site.key = s.key OR site.parent_id = s.key
    JOIN org_profile p ON p.unit_id = site.key
    WHERE s.kind = 'school' AND s.state = 'active' AND s.key >= %(lo)s AND s.key < %(hi)s
    GROUP BY s.key
), owed AS (
    SELECT s.key, need.type
    FROM schools s CROSS JOIN unnest(%(types)s::text[], %(needs)s::text[]) AS need (type, need)
    WHERE need.need = 'all' OR (need.need = 'boarding' AND s.boarding) OR (need.need = 'canteen' AND s.canteen)
       OR (need.need = 'lab' AND s.lab) OR (need.need = 'bus' AND s.bus)
), stand AS (
    SELECT owed.key, owed.type, count(r.record_id) > 0 AS has,
        coalesce(bool_or(r.review_due < %(today)s), false) AS due
    FROM owed LEFT JOIN governance_regulation r
        ON r.unit_id = owed.key AND r.type = owed.type AND r.current
    GROUP BY owed.key, owed.type
)"""
BY_UNIT = f"""{OWED}
SELECT coalesce(above.key, u.key), max(coalesce(above.short_name, u.name)), count(DISTINCT u.key),
    count(*), count(*) FILTER (WHERE stand.has), count(*) FILTER (WHERE stand.due)
FROM stand JOIN org_unit u ON u.key = stand.key
LEFT JOIN org_unit above ON above.key = u.parent_id AND above.key <> %(root)s
GROUP BY 1 ORDER BY count(*) FILTER (WHERE stand.has)::numeric / count(*), 1
"""  # noqa: S608 -- constants only
BY_TYPE = f"""{OWED}
SELECT type, count(*), count(*) FILTER (WHERE has), count(*) FILTER (WHERE due) FROM stand GROUP BY type
"""  # noqa: S608 -- constants only


@dataclasses.dataclass(frozen=True)
class Standing:
    """How complete: `have` of `owed` are in force, `due` of them are to be looked at again."""

    key: str
    title: str
    schools: int
    owed: int
    have: int
    due: int

    @property
    def missing(self) -> int:
        return self.owed - self.have

    @property
    def rate(self) -> float | None:
        return self.have / self.owed if self.owed else None


def _ask(sql: str, unit_key: str) -> list[Any]:
    units, demanded = subtree(unit_key), library().demanded
    facts: dict[str, Any] = {
        "lo": units.lo, "hi": units.hi, "root": unit_key, "today": timezone.localdate(),
        "types": [one.key for one in demanded], "needs": [one.need for one in demanded],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return cursor.fetchall()


def by_unit(unit: Unit) -> list[Standing]:
    """The units right below (districts, schools), the least complete first. One statement."""
    return [Standing(*row) for row in _ask(BY_UNIT, unit.key)]


def by_type(unit: Unit) -> list[Standing]:
    """Each required regulation over all schools of a unit. One statement."""
    found = {key: (owed, have, due) for key, owed, have, due in _ask(BY_TYPE, unit.key)}
    return [
        Standing(one.key, one.title, found[one.key][0], *found[one.key])
        for one in library().demanded
        if one.key in found
    ]


@dataclasses.dataclass(frozen=True)
class Line:
    """One required regulation of a school, and what it has for it."""

    required: Required
    rows: Sequence[Regulation]


def shelf(by: Actor, unit: Unit) -> tuple[list[Line], list[Regulation]]:
    """A school's library: the required ones in the pack's order, then the rest. Two queries."""
    owed = {key for key, *_rest in _ask(BY_TYPE, unit.key)}
    held: dict[str, list[Regulation]] = {}
    rows = visible(Regulation, by).filter(unit=unit, current=True).select_related("record")
    for row in rows.order_by("type", "title"):
        held.setdefault(row.type, []).append(row)
    lines = [
        Line(one, held.pop(one.key, ())) for one in library().demanded if one.key in owed
    ]  # fmt: skip
    return lines, [row for rows in held.values() for row in rows]


def versions_of(regulation: Regulation) -> QuerySet[Any]:
    """All versions of one regulation, the newest first."""
    rows: QuerySet[Any] = Regulation.objects.filter(
        unit_id=regulation.unit_id, type=regulation.type, title=regulation.title
    ).select_related("record")
    return rows.order_by("-version", "-record_id")


def current_of(by: Actor, unit: Unit) -> QuerySet[Any]:
    return visible(Regulation, by).filter(unit=unit, current=True).order_by("type", "title")


def last_review(by: Actor, unit: Unit) -> LibraryReview | None:
    rows = visible(LibraryReview, by).filter(unit=unit, record__counts=True)
    found: LibraryReview | None = (
        rows.select_related("record").order_by("-record__happened_on").first()
    )
    return found


def meetings(by: Actor, wanted: Mapping[str, Any]) -> QuerySet[Any]:
    """Meetings by the filter of the address, each with its open decisions counted."""
    rows = visible(Meeting, by).select_related("unit", "record")
    if wanted.get("unit"):
        rows = _below(rows, wanted["unit"])
    if wanted.get("type"):
        rows = rows.filter(type=wanted["type"])
    return rows.annotate(
        agreed=Count("decisions"),
        open_ones=Count("decisions", filter=Q(decisions__state=DecisionState.OPEN)),
    )


def leader_inspections(by: Actor, wanted: Mapping[str, Any]) -> QuerySet[Any]:
    rows = visible(LeaderInspection, by).select_related("unit", "record")
    if wanted.get("unit"):
        rows = _below(rows, wanted["unit"])
    if wanted.get("role"):
        rows = rows.filter(role=wanted["role"])
    return rows.annotate(wrong=Count("findings"))


def _below(rows: Any, key: str) -> Any:
    try:
        return rows.within(subtree(key))
    except ValueError:
        return rows.none()


def open_decisions(by: Actor, *, own: str = "") -> QuerySet[Any]:
    """Decisions not done yet, the most urgent first; `own`: only of this unit."""
    rows = visible(Decision, by).filter(state=DecisionState.OPEN).select_related("meeting", "unit")
    return (rows.filter(unit_id=own) if own else rows).order_by("due_on", "id")


def late_decisions(by: Actor, today: datetime.date) -> int:
    """How many are past their day."""
    return int(visible(Decision, by).filter(state=DecisionState.OPEN, due_on__lt=today).count())


def one_meeting(by: Actor, pk: Any) -> Meeting:
    meeting: Meeting = get_visible(Meeting, by, pk=pk, select=("unit", "record__created_by"))
    return meeting


def decision_of(by: Actor, pk: Any) -> Decision:
    decision: Decision = get_visible(Decision, by, pk=pk, select=("meeting",))
    return decision
