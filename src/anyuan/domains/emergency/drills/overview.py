"""What a level above sees of its schools' drills: who has not drilled, the year by kind, the days."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Q

from anyuan.domains.emergency.drills.models import Drill, Kind
from anyuan.domains.emergency.drills.programmes import STANDING
from anyuan.engines.obligations.models import Obligation
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit

DONE = [state for state in STANDING if state != "planned"]


def not_drilled(by: Actor, today: datetime.date) -> Any:
    """The open duties of this quarter's drill of any kind, by unit: the rule without facets."""
    rows = visible(Obligation, by).filter(
        kind="drill", level__in=["school", "site"], rule__period="quarter", rule__facets=0,
        state=Obligation.State.OPEN, period_start__lte=today, period_end__gte=today,
    )  # fmt: skip
    return rows.select_related("unit", "rule").order_by("unit_id", "id")


def quarter_rate(by: Actor, today: datetime.date) -> tuple[int, int]:
    """How many of this quarter's drills of any kind are held, of how many owed."""
    rows = visible(Obligation, by).filter(
        kind="drill", level__in=["school", "site"], rule__period="quarter", rule__facets=0,
        period_start__lte=today, period_end__gte=today,
    )  # fmt: skip
    found = rows.exclude(state=Obligation.State.WAIVED).aggregate(
        owed=Count("id"), held=Count("id", filter=Q(state__in=["met", "late"]))
    )
    return found["held"], found["owed"]


@dataclasses.dataclass(frozen=True)
class Row:
    """One unit's year: drills held by kind."""

    unit: Unit
    counts: list[int]
    total: int


def matrix(by: Actor, units: Sequence[Unit], year: int) -> list[Row]:
    """Drills held in the year by unit and kind; one query for all units."""
    rows = visible(Drill, by).filter(
        unit__in=units, record__state__in=DONE, record__counts=True,
        record__happened_on__year=year,
    )  # fmt: skip
    found: dict[tuple[str, str], int] = {
        (row["unit_id"], row["kind"]): row["n"]
        for row in rows.values("unit_id", "kind").order_by().annotate(n=Count("record_id"))
    }
    made = []
    for unit in units:
        counts = [found.get((unit.key, kind), 0) for kind in Kind.values]
        made.append(Row(unit, counts, sum(counts)))
    return made


@dataclasses.dataclass(frozen=True)
class DayCount:
    """A day of many schools: how many drills, how many of them held, which kinds."""

    on: datetime.date
    total: int
    held: int
    kinds: str


def days_of(by: Actor, since: datetime.date, until: datetime.date) -> dict[datetime.date, DayCount]:
    """Drills by day and kind; one query."""
    rows = (
        visible(Drill, by)
        .filter(record__happened_on__range=(since, until), record__state__in=STANDING)
        .order_by()
        .values("kind", on=F("record__happened_on"))
        .annotate(n=Count("record_id"), done=Count("record_id", filter=Q(record__state__in=DONE)))
    )
    by_day: dict[datetime.date, list[dict[str, Any]]] = {}
    for row in rows:
        by_day.setdefault(row["on"], []).append(row)
    labels = dict(Kind.choices)
    return {
        on: DayCount(
            on, sum(r["n"] for r in day), sum(r["done"] for r in day),
            "、".join(f"{labels[r['kind']]} {r['n']}" for r in sorted(day, key=lambda r: -r["n"])),
        )
        for on, day in sorted(by_day.items())
    }  # fmt: skip


def drills_between(by: Actor, since: datetime.date, until: datetime.date, most: int) -> list[Drill]:
    """Drills of the actor's units in a span, by day; two tables, one query."""
    rows = visible(Drill, by).filter(
        record__happened_on__range=(since, until), record__state__in=STANDING
    )
    rows = rows.select_related("record", "unit").order_by("record__happened_on", "record_id")
    return list(rows[:most])
