"""Reading school buses: the day, what may not drive, a route's riders, who may be chosen."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from anyuan.core.models import Record
from anyuan.domains.schoolbus import fitness
from anyuan.domains.schoolbus.models import (
    Bus,
    BusAttendant,
    BusDriver,
    BusIncident,
    BusInspection,
    BusOffer,
    BusRoute,
    BusSharing,
    BusSide,
    BusStop,
    BusTrip,
    BusViolation,
    Party,
    PersonState,
    SharingState,
)
from anyuan.domains.schoolbus.numbers import numbers
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Profile
from anyuan.org.permissions import Permission

SHOWN = 30


@dataclasses.dataclass(frozen=True)
class Unfit:
    """A bus or person that may not go today, and why."""

    row: Any
    name: str
    ledger: str
    why: str


def trips_of(by: Actor, day: datetime.date) -> QuerySet[Any]:
    """The trips of a day, as lists show them."""
    rows = visible(BusTrip, by).filter(day=day)
    return rows.select_related("unit", "record", "route", "attendant").order_by("record_id")


def not_emptied(by: Actor) -> QuerySet[Any]:
    """Trips on the road, the longest first."""
    rows = visible(BusTrip, by).filter(
        started_at__isnull=False, emptied_at__isnull=True, cancelled=False
    )
    return rows.select_related("unit", "record", "route", "attendant").order_by("started_at")


def late_after() -> datetime.timedelta:
    """How long after the start a trip should have ended."""
    return datetime.timedelta(minutes=int(numbers("bus_empty_minutes")[0]))


def unfit(by: Actor, day: datetime.date) -> list[Unfit]:
    """What is on the register and in use and yet may not carry pupils on the day."""
    buses = visible(Bus, by).filter(active=True, state="in_use").select_related("unit")
    found = [
        Unfit(bus, bus.plate, "bus", "；".join(why))
        for bus in buses.order_by("record_id") if (why := fitness.bus_faults(bus, day))
    ]  # fmt: skip
    known = fitness.limits()
    drivers = visible(BusDriver, by).filter(active=True, state=PersonState.ON_POST)
    found += [
        Unfit(one, one.name, "bus_driver", "；".join(why))
        for one in drivers.select_related("unit").defer("phone").order_by("record_id")
        if (why := fitness.driver_faults(one, day, known))
    ]
    keepers = visible(BusAttendant, by).filter(active=True, state=PersonState.ON_POST)
    found += [
        Unfit(one, one.name, "bus_attendant", "；".join(why))
        for one in keepers.select_related("unit").defer("phone").order_by("record_id")
        if (why := fitness.attendant_faults(one, day))
    ]
    return found


def counts_of_day(by: Actor, day: datetime.date) -> dict[str, int]:
    """How the day's trips stand: by state, all, and how many pupils boarded."""
    rows = visible(BusTrip, by).filter(day=day).values("record__state").order_by()
    found = dict.fromkeys(("planned", "running", "done", "cancelled", "all", "boarded"), 0)
    for state, n, boarded in rows.annotate(n=Count("pk"), boarded=Sum("boarded")).values_list(
        "record__state", "n", "boarded"
    ):
        found[state] = n
        found["all"] += n
        found["boarded"] += boarded
    return found


def today_card(by: Actor) -> dict[str, Any] | None:
    """What 今日 shows: the attendant's own trips; for who manages the buses, those still to be emptied."""
    if not by.may(Permission.BUS_RIDE) or by.is_supervisor:
        return None
    today = timezone.localdate()
    mine = Q(keeper_id=by.person_id, day=today)
    wanted = mine | Q(started_at__isnull=False) if by.may(Permission.BUS_WRITE) else mine
    rows = visible(BusTrip, by).filter(wanted, emptied_at__isnull=True, cancelled=False)
    trips = list(rows.select_related("route", "record", "attendant").order_by("started_at", "record_id")[:SHOWN])  # fmt: skip
    return {"trips": trips} if trips else None


def routes_of(by: Actor) -> QuerySet[Any]:
    """Routes with how many stops and riders they have."""
    return (
        visible(BusRoute, by)
        .select_related("unit", "bus", "driver", "attendant")
        .defer("driver__phone", "attendant__phone")
        .annotate(riders=Count("seats", distinct=True))
    )


def choosable(model: Any, by: Actor, unit_key: str) -> QuerySet[Any]:
    """The school's own rows of a register that a form offers."""
    rows: QuerySet[Any] = visible(model, by).filter(unit_id=unit_key, active=True)
    return rows.order_by("record_id")


def permitted_sharings(unit_key: str, day: datetime.date) -> QuerySet[Any]:
    """Buses of other schools that this school may use on a day."""
    return BusSharing.objects.filter(
        borrower_id=unit_key, state=SharingState.PERMITTED, permit_since__lte=day, permit_until__gte=day
    ).order_by("plate")  # fmt: skip


def inspections_of(by: Actor) -> QuerySet[Any]:
    return visible(BusInspection, by).select_related("unit", "record").order_by("-record_id")


def place_of(unit_key: str) -> list[float]:
    """Where a school stands, to begin a map there; empty where nobody wrote it down."""
    found = Profile.objects.filter(unit_id=unit_key, lon__isnull=False).first()
    return [float(found.lat), float(found.lon)] if found and found.lat and found.lon else []


def map_data(
    stops: Iterable[BusStop], marks: Iterable[dict[str, Any]] = (), centre: Sequence[float] = ()
) -> dict[str, Any]:
    """What the map shows of a route: its points in order, findings on it, else a place to begin at."""
    return {
        "centre": list(centre),
        "stops": [
            {"name": s.name, "lat": float(s.lat), "lon": float(s.lon), "passing": s.passing,
             "at": s.at.strftime("%H:%M") if s.at else ""}
            for s in stops if s.lat is not None and s.lon is not None
        ],
        "marks": list(marks),
    }  # fmt: skip


def offers_of(by: Actor) -> QuerySet[Any]:
    """Offers of the actor's own units, the newest first."""
    return visible(BusOffer, by).select_related("unit", "record", "bus").order_by("-record_id")


def sides_of(by: Actor) -> QuerySet[Any]:
    """Sharings that concern the actor's units; where both parties do, the borrower's side stands for both."""
    rows = visible(BusSide, by).select_related("unit", "record", "sharing")
    both = Q(sharing__borrower_id__gte=by.units.lo, sharing__borrower_id__lt=by.units.hi)
    return rows.exclude(both, party=Party.PROVIDER)


def trips_by_month(sharing_id: Any, by: Actor) -> list[dict[str, Any]]:
    """How many trips with a shared bus the actor sees, by month: for writing down the cost."""
    rows = visible(BusTrip, by).filter(sharing_id=sharing_id, emptied_at__isnull=False)
    months = rows.annotate(month=TruncMonth("day")).values("month").annotate(n=Count("pk"))
    return list(months.order_by("month"))


def violations_of(by: Actor) -> QuerySet[Any]:
    """Findings of positions, the newest first."""
    rows = visible(BusViolation, by).select_related("unit", "trip__route")
    return rows.order_by("-first_at", "-id")


def incidents_of(by: Actor) -> QuerySet[Any]:
    rows = visible(BusIncident, by).select_related("unit", "record", "trip__route")
    return rows.order_by("-record_id")


def marks_of(violations: Iterable[BusViolation]) -> list[dict[str, Any]]:
    """Findings as points of the map."""
    return [
        {"lat": float(one.lat), "lon": float(one.lon),
         "text": f"{one.get_kind_display()} {one.worst:.0f} {one.measure}"}  # type: ignore[attr-defined]
        for one in violations
    ]  # fmt: skip


def bus_panel(record: Record, by: Actor) -> dict[str, Any] | None:
    """Beside a bus's row: its file as PDF and what it did lately."""
    if record.kind != "bus":
        return None
    trips = visible(BusTrip, by).filter(bus_id=record.pk).select_related("route", "record")
    return {"pk": record.pk, "trips": list(trips.order_by("-day", "-record_id")[:5])}


def inspection_until(on: datetime.date) -> datetime.date:
    """Until when an inspection of a day holds: so many whole months on, less a day."""
    months = on.month - 1 + int(numbers("bus_inspection_months")[0])
    first = datetime.date(on.year + months // 12, months % 12 + 1, 1)
    return first + datetime.timedelta(days=min(on.day, 28) - 2)
