"""Routes with their stops, and the pupils who ride on them."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.kinds import tag
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.schoolbus.locking import locked_route
from anyuan.domains.schoolbus.models import (
    Bus,
    BusAttendant,
    BusDriver,
    BusRoute,
    BusStop,
    RouteState,
)
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, amend_record, open_record, record_saved
from anyuan.org.services import checked

MOST_STOPS = 40
OWN = {"bus": Bus, "driver": BusDriver, "attendant": BusAttendant}


@dataclasses.dataclass(frozen=True)
class Halt:
    """A point of a route as it was typed. `pk`: the stop that it was before."""

    name: str
    at: datetime.time | None = None
    lon: Decimal | None = None
    lat: Decimal | None = None
    passing: bool = False
    pk: uuid.UUID | None = None


@action(Permission.BUS_WRITE)
def open_route(
    unit: Unit, *, by: Actor, facts: Mapping[str, Any], stops: Sequence[Halt],
    record_id: uuid.UUID | None = None,
) -> BusRoute:  # fmt: skip
    """A new route of a school."""
    if kept := already(record_id, kind="bus_route", unit_id=unit.key):
        return BusRoute.objects.get(pk=kept.pk)
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("线路登记在学校或校区，请先选择学校。"), field="unit")
    route = BusRoute(unit=unit, **_facts(unit, facts))
    record = open_record(
        unit, by=by, kind="bus_route", happened_on=timezone.localdate(), title=_title(route),
        tags=[tag("direction", route.direction)], state=RouteState.IN_USE, record_id=record_id,
    )  # fmt: skip
    route.record = record
    checked(route, exclude=("record", "unit", "bus", "driver", "attendant"))
    _put_stops(route, stops)
    record_saved(record)
    return route


def _title(route: BusRoute) -> str:
    return f"{route.name}（{route.get_direction_display()}）"


def _facts(unit: Unit, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Weekdays in order; bus, driver and attendant are the school's own."""
    errors = {}
    if "weekdays" in facts and not facts["weekdays"]:
        errors["weekdays"] = _("请选择开行日。")
    for name in OWN.keys() & facts.keys():
        if facts[name] is not None and facts[name].unit_id != unit.key:
            errors[name] = _("请从本校台账里选择。")
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    ordered = {"weekdays": sorted({int(day) for day in facts["weekdays"]})} if "weekdays" in facts else {}  # fmt: skip
    return {**facts, **ordered}


def _put_stops(route: BusRoute, stops: Sequence[Halt]) -> None:
    """The stops in their order; one that was there keeps its key, so that riders keep theirs."""
    wanted = [halt for halt in stops if halt.name.strip()]
    halts = [halt for halt in wanted if not halt.passing]
    if len(halts) < 2:
        raise Refused(_("至少填写两个停靠站点：起点和终点。"), field="stops")
    if len(wanted) > MOST_STOPS:
        raise Refused(_("一条线路最多 %(most)s 个点。") % {"most": MOST_STOPS}, field="stops")
    times = [halt.at for halt in halts if halt.at is not None]
    if times != sorted(times):
        raise Refused(_("站点时间应从早到晚，请核对顺序。"), field="stops")
    if any((halt.lon is None) != (halt.lat is None) for halt in wanted):
        raise Refused(_("经度和纬度要同时填写。"), field="stops")
    before = {stop.pk: stop for stop in route.stops.all()}
    kept = {halt.pk for halt in wanted if halt.pk in before}
    route.stops.exclude(pk__in=kept).delete()
    new: list[BusStop] = []
    changed: list[BusStop] = []
    for place, halt in enumerate(wanted, start=1):
        stop = before.get(halt.pk) if halt.pk else None
        fresh = stop is None
        stop = stop or BusStop(route=route, unit_id=route.unit_id)
        stop.place, stop.name, stop.at = place, halt.name.strip()[:40], halt.at
        stop.lon, stop.lat, stop.passing = halt.lon, halt.lat, halt.passing
        (new if fresh else changed).append(stop)
    BusStop.objects.bulk_update(changed, ["place", "name", "at", "lon", "lat", "passing"])
    BusStop.objects.bulk_create(new)


@action(Permission.BUS_WRITE)
def change_route(
    route: BusRoute, *, by: Actor, facts: Mapping[str, Any], stops: Sequence[Halt] | None = None
) -> BusRoute:
    """Correct a route; trips that were planned keep their bus and people."""
    held = locked_route(route)
    for name, value in _facts(held.unit, facts).items():
        setattr(held, name, value)
    checked(held, exclude=("record", "unit", "bus", "driver", "attendant"))
    if stops is not None:
        _put_stops(held, stops)
    amend_record(held.record, by=by, title=_title(held), tags=[tag("direction", held.direction)])
    return held


@action(Permission.BUS_WRITE)
def stop_route(route: BusRoute, *, by: Actor) -> BusRoute:
    """The route runs no more: planned trips are cancelled, its history stays."""
    held = locked_route(route)
    running = held.trips.filter(started_at__isnull=False, emptied_at__isnull=True, cancelled=False)
    if running.exists():
        raise Conflict(_("这条线路还有一趟在运行，清车以后才能停用。"))
    held.active = False
    held.save(update_fields=["active"])
    planned = held.trips.filter(started_at__isnull=True, cancelled=False).select_related("record")
    for trip in planned.filter(day__gte=timezone.localdate()):
        trip.cancelled, trip.note = True, _("线路停用")
        trip.save(update_fields=["cancelled", "note"])
        amend_record(trip.record, by=by, state="cancelled", counts=False)
    amend_record(held.record, by=by, state=RouteState.STOPPED, counts=False)
    return held
