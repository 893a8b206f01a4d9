"""Trips: planned only when everything holds on the day, kept by the attendant, ended with an empty bus."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.kinds import tag
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.schoolbus import fitness
from anyuan.domains.schoolbus.models import (
    Bus,
    BusAttendant,
    BusBoarding,
    BusDriver,
    BusRoute,
    BusSharing,
    BusTrip,
    Ride,
    TripState,
)
from anyuan.domains.schoolbus.numbers import numbers
from anyuan.domains.schoolbus.shared import fit_shared
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import read_sensitive
from anyuan.org.models import Post, Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, amend_record, attach, open_record, record_saved

FURTHEST = 31  # days ahead that trips may be planned


@dataclasses.dataclass(frozen=True)
class Crew:
    """Who drives what; `sharing` stands for a bus and driver of another school."""

    attendant: BusAttendant | None
    bus: Bus | None = None
    driver: BusDriver | None = None
    sharing: BusSharing | None = None


@action(Permission.BUS_WRITE)
def plan_trip(
    route: BusRoute, *, by: Actor, day: datetime.date, crew: Crew, turn: int = 1,
    record_id: uuid.UUID | None = None,
) -> BusTrip:  # fmt: skip
    """A trip of a route; refused with every reason why bus, driver or attendant may not go that day."""
    if kept := already(record_id, kind="bus_trip", unit_id=route.unit_id):
        return BusTrip.objects.get(pk=kept.pk)
    today = timezone.localdate()
    if day < today:
        raise Refused(_("日期已经过去，不能再安排趟次。"), field="day")
    if (day - today).days > FURTHEST:
        raise Refused(_("最多提前一个月安排趟次。"), field="day")
    errors = _crew_errors(route, day, crew, fitness.limits())
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    if route.trips.filter(day=day, turn=turn, cancelled=False).exists():
        sentence = _("“%(name)s”当天的第 %(turn)s 趟已经安排。")
        raise Conflict(sentence % {"name": route.name, "turn": turn}, field="turn")
    return _open(route, by, day, crew, turn, record_id)


def _open(
    route: BusRoute, by: Actor, day: datetime.date, crew: Crew, turn: int, record_id: uuid.UUID | None
) -> BusTrip:  # fmt: skip
    shared, attendant = crew.sharing, crew.attendant
    trip = BusTrip(
        unit_id=route.unit_id, route=route, day=day, turn=turn, attendant=attendant, sharing=shared,
        bus=None if shared else crew.bus, driver=None if shared else crew.driver,
        seats=shared.seats if shared else crew.bus.seats,  # type: ignore[union-attr]
        plate=shared.plate if shared else crew.bus.plate,  # type: ignore[union-attr]
        driver_name=shared.driver_name if shared else crew.driver.name,  # type: ignore[union-attr]
        keeper_id=_keeper(attendant),
    )  # fmt: skip
    trip.record = open_record(
        route.unit, by=by, kind="bus_trip", happened_on=day, counts=False, state=TripState.PLANNED,
        title=f"{route.name}（{route.get_direction_display()}）{day:%m-%d}", record_id=record_id,
        tags=[tag("direction", route.direction)],
    )  # fmt: skip
    trip.save(force_insert=True)
    BusBoarding.objects.bulk_create([
        BusBoarding(unit_id=trip.unit_id, trip=trip, rider_id=rider, stop_id=stop)
        for rider, stop in route.seats.values_list("rider_id", "stop_id")
    ])  # fmt: skip
    record_saved(trip.record)
    return trip


def _crew_errors(
    route: BusRoute, day: datetime.date, crew: Crew, known: fitness.Limits
) -> dict[str, str]:
    """Field → why the trip may not go with it; empty where it may."""
    errors = {"route": fitness.sentence(route.name, fitness.route_faults(route, day))}
    if crew.attendant is None:
        errors["attendant"] = _("没有照管员的车不能开。请选择照管员。")
    else:
        faults = fitness.attendant_faults(crew.attendant, day)
        errors["attendant"] = fitness.sentence(crew.attendant.name, faults)
    if crew.sharing is not None:
        errors["sharing"] = "".join(fit_shared(crew.sharing, route.unit_id, day))
        return {name: text for name, text in errors.items() if text}
    if crew.bus is None:
        errors["bus"] = _("请选择校车。")
    else:
        errors["bus"] = fitness.sentence(crew.bus.plate, fitness.bus_faults(crew.bus, day))
    if crew.driver is None:
        errors["driver"] = _("请选择驾驶人。")
    else:
        seats = crew.bus.seats if crew.bus else 0
        faults = fitness.driver_faults(crew.driver, day, known, seats)
        errors["driver"] = fitness.sentence(crew.driver.name, faults)
    for name, thing in (("bus", crew.bus), ("driver", crew.driver), ("attendant", crew.attendant)):
        if thing is not None and thing.unit_id != route.unit_id:
            errors[name] = _("请从本校台账里选择。")
    return {name: text for name, text in errors.items() if text}


def _keeper(attendant: BusAttendant | None) -> int | None:
    """The person who signs in with the attendant's account at the school, if there is one."""
    if attendant is None or not attendant.account:
        return None
    posts = Post.objects.filter(unit_id=attendant.unit_id, person__username=attendant.account)
    found: int | None = posts.filter(Q(until__isnull=True) | Q(until__gte=timezone.localdate())).values_list("person_id", flat=True).first()  # fmt: skip
    return found


@action(Permission.BUS_WRITE)
def plan_day(unit: Unit, *, by: Actor, day: datetime.date) -> tuple[list[BusTrip], list[str]]:
    """The day's trips of all routes that run then and are not planned yet; (made, why others were not)."""
    today = timezone.localdate()
    if not today <= day <= today + datetime.timedelta(days=FURTHEST):
        raise Refused(_("只能安排今天起一个月内的趟次。"), field="day")
    routes = BusRoute.objects.filter(unit=unit, active=True, weekdays__contains=[day.isoweekday()])
    planned = BusTrip.objects.filter(unit=unit, day=day, turn=1, cancelled=False)
    routes = routes.exclude(pk__in=planned.values("route_id")).order_by("name")
    made, wrong, known = [], [], fitness.limits()
    for route in routes.select_related("unit", "bus", "driver", "attendant"):
        crew = Crew(route.attendant, route.bus, route.driver)
        errors = _crew_errors(route, day, crew, known)
        if errors:
            wrong.append(f"{route.name}：{''.join(errors.values())}")
        else:
            made.append(_open(route, by, day, crew, 1, None))
    return made, wrong


def _may_keep(trip: BusTrip, by: Actor) -> None:
    """The list is kept by the trip's attendant; who manages the buses may stand in."""
    if by.person_id != trip.keeper_id and not by.may(Permission.BUS_WRITE):
        raise Forbidden(_("这一趟不由您照管。如需代班，请联系学校安全干部更换照管员。"))


def _locked(trip: BusTrip, *states: str) -> BusTrip:
    rows = BusTrip.objects.select_for_update(of=("self",)).select_related(
        "record", "unit", "route", "bus", "driver", "attendant", "sharing"
    )
    held: BusTrip = rows.get(pk=trip.pk)
    if held.record.state not in states:
        raise Conflict(_("这一趟的状态已经变化，请刷新页面后再办。"))
    return held


@action(Permission.BUS_RIDE)
def open_list(trip: BusTrip, *, by: Actor) -> list[BusBoarding]:
    """The trip's list with the pupils' names; that it was read is logged first."""
    _may_keep(trip, by)
    read_sensitive(_("校车乘车名单：%(title)s") % {"title": trip.record.title}, by=by)
    rows = trip.boardings.select_related("rider", "stop").order_by("stop__place", "id")
    return list(rows)


@action(Permission.BUS_RIDE)
def start_trip(trip: BusTrip, *, by: Actor) -> BusTrip:
    """Off: everything is asked again for today, and nothing of it may be on another trip."""
    _may_keep(trip, by)
    held = _locked(trip, TripState.PLANNED)
    if held.day != timezone.localdate():
        raise Refused(_("只能在当天发车。"))
    crew = Crew(held.attendant, held.bus, held.driver, held.sharing)
    errors = _crew_errors(held.route, held.day, crew, fitness.limits())
    if errors:
        raise Refused(_("不能发车：%(why)s") % {"why": "".join(errors.values())})
    others = BusTrip.objects.filter(
        started_at__isnull=False, emptied_at__isnull=True, cancelled=False
    )
    others = others.filter(unit_id=held.unit_id).filter(
        Q(plate=held.plate) | Q(driver_id=held.driver_id, driver__isnull=False) | Q(attendant_id=held.attendant_id)
    )  # fmt: skip
    if other := others.select_related("record").first():
        raise Conflict(_("车辆或人员还在另一趟上：%(title)s。请先清车结束那一趟。") % {"title": other.record.title})  # fmt: skip
    held.started_at = timezone.now()
    held.save(update_fields=["started_at"])
    amend_record(held.record, by=by, state=TripState.RUNNING)
    return held


@action(Permission.BUS_RIDE)
def mark_rides(trip: BusTrip, *, by: Actor, boardings: Iterable[uuid.UUID], ride: str) -> BusTrip:
    """Pupils got on, got off, or do not ride; a step back corrects a slip. More than the bus holds is refused."""
    _may_keep(trip, by)
    held = _locked(trip, TripState.RUNNING)
    wanted = set(boardings)
    rows = list(held.boardings.select_for_update().filter(pk__in=wanted))
    if not rows or len(rows) != len(wanted):
        raise Missing
    now = timezone.now()
    for row in rows:
        _step(row, ride, now)
    BusBoarding.objects.bulk_update(rows, ["state", "boarded_at", "left_at"])
    _count(held)
    return held


def _step(row: BusBoarding, ride: str, now: datetime.datetime) -> None:
    if ride == Ride.LEFT and row.state not in {Ride.ABOARD, Ride.LEFT}:
        raise Refused(_("还没有登记上车的学生不能登记下车。"))
    if ride == Ride.LEFT:
        row.left_at = row.left_at or now
    elif ride == Ride.ABOARD:
        row.boarded_at, row.left_at = row.boarded_at or now, None
    elif ride in {Ride.WAITING, Ride.ABSENT}:
        row.boarded_at = row.left_at = None
    else:
        raise Refused(_("请选择上车、下车或不乘车。"))
    row.state = ride


def _count(trip: BusTrip) -> None:
    """How many boarded and left, from the list; not one more than the bus may carry."""
    counts = trip.boardings.aggregate(
        boarded=Count("pk", filter=Q(state__in=[Ride.ABOARD, Ride.LEFT])),
        left=Count("pk", filter=Q(state=Ride.LEFT)),
    )
    most = trip.seats + int(numbers("bus_overload")[0])
    aboard = counts["boarded"] - counts["left"]
    if aboard + 2 > most:  # the driver and the attendant sit in the bus too
        raise Refused(
            _("核载 %(seats)s 人（含驾驶人和照管员），车上已满，不能超员。请联系学校另派车辆。")
            % {"seats": trip.seats}
        )
    trip.boarded, trip.left = counts["boarded"], counts["left"]
    trip.save(update_fields=["boarded", "left"])


@action(Permission.BUS_RIDE)
def add_rider(trip: BusTrip, *, by: Actor, name: str) -> BusBoarding:
    """A pupil who is on the bus but on no list: counted like all others."""
    _may_keep(trip, by)
    held = _locked(trip, TripState.RUNNING)
    if not name.strip():
        raise Refused(_("请写明学生姓名和班级。"), field="name")
    row = BusBoarding.objects.create(
        unit_id=held.unit_id, trip=held, extra=name.strip()[:40], state=Ride.ABOARD, boarded_at=timezone.now()
    )  # fmt: skip
    _count(held)
    return row


@action(Permission.BUS_RIDE)
def end_trip(
    trip: BusTrip, *, by: Actor, walked: bool, file_ids: Iterable[uuid.UUID] = (), note: str = ""
) -> BusTrip:
    """The end: everybody who boarded has left, and the attendant walked through the empty bus."""
    _may_keep(trip, by)
    held = _locked(trip, TripState.RUNNING)
    aboard = held.boardings.filter(state=Ride.ABOARD).count()
    if aboard:
        raise Refused(
            _("还有 %(n)s 名学生没有登记下车，不能结束。请逐一核对，找到人再登记。") % {"n": aboard}
        )
    if not walked:
        raise Refused(_("请从车头走到车尾，逐座查看后勾选清车确认。"), field="walked")
    if by.person_id is None:
        raise Refused(_("清车须由照管员本人登录后确认。"))
    held.boardings.filter(state=Ride.WAITING).update(state=Ride.ABSENT)
    _count(held)
    held.emptied_at, held.emptied_by_id, held.note = (
        timezone.now(),
        by.person_id,
        note.strip()[:200],
    )
    held.save(update_fields=["emptied_at", "emptied_by", "note"])
    attach(held.record, file_ids, by=by, label="清车")
    amend_record(held.record, by=by, state=TripState.DONE, counts=True)
    return held


@action(Permission.BUS_WRITE)
def change_crew(trip: BusTrip, *, by: Actor, crew: Crew) -> BusTrip:
    """Another bus, driver or attendant before the start (fault, illness); asked as for a new trip."""
    held = _locked(trip, TripState.PLANNED)
    errors = _crew_errors(held.route, held.day, crew, fitness.limits())
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    shared = crew.sharing
    held.attendant, held.sharing = crew.attendant, shared  # type: ignore[assignment]
    held.bus, held.driver = (None, None) if shared else (crew.bus, crew.driver)
    held.plate, held.seats, held.driver_name = (
        (shared.plate, shared.seats, shared.driver_name)
        if shared
        else (crew.bus.plate, crew.bus.seats, crew.driver.name)  # type: ignore[union-attr]
    )
    held.keeper_id = _keeper(crew.attendant)
    held.save()
    amend_record(held.record, by=by)
    return held


@action(Permission.BUS_WRITE)
def cancel_trip(trip: BusTrip, *, by: Actor, reason: str) -> BusTrip:
    """A trip that does not go; a running one can only end with an empty bus."""
    held = _locked(trip, TripState.PLANNED)
    if not reason.strip():
        raise Refused(_("请写明取消的原因。"), field="reason")
    held.cancelled, held.note = True, reason.strip()[:200]
    held.save(update_fields=["cancelled", "note"])
    amend_record(held.record, by=by, state=TripState.CANCELLED)
    return held
