"""The pupils who ride: put on a route by the school's number, shown only to who keeps them, and logged."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence

from django.utils.translation import gettext as _

from anyuan.core.refused import Missing, Refused
from anyuan.domains.schoolbus.locking import locked_route
from anyuan.domains.schoolbus.marks import mark_of, plain_number
from anyuan.domains.schoolbus.models import BusRider, BusRoute, BusSeat
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import read_sensitive
from anyuan.org.permissions import Permission

MOST_RIDERS = 120
NUMBER_LENGTH, NAME_LENGTH = 30, 40


@dataclasses.dataclass(frozen=True)
class Pupil:
    """A rider as typed, with the line it came from."""

    line: int
    number: str
    name: str
    guardian: str = ""
    phone: str = ""
    stop: str = ""


@action(Permission.BUS_WRITE)
def put_riders(route: BusRoute, *, by: Actor, pupils: Sequence[Pupil]) -> tuple[int, int]:
    """Pupils onto a route, known by the school's number; (new on the route, corrected). All or none."""
    held = locked_route(route)
    _refuse_lines(held, pupils)
    marks = {mark_of(pupil.number): pupil for pupil in pupils}
    known = {
        r.mark: r for r in BusRider.objects.filter(unit=held.unit, mark__in=marks).defer("number")
    }
    fresh = [
        BusRider(unit=held.unit, number=plain_number(p.number), name=p.name, guardian=p.guardian, phone=p.phone, mark=mark)
        for mark, p in marks.items() if mark not in known
    ]  # fmt: skip
    for mark, rider in known.items():
        given = marks[mark]
        rider.name = given.name
        rider.guardian = given.guardian or rider.guardian
        rider.phone = given.phone or rider.phone
    BusRider.objects.bulk_create(fresh)
    BusRider.objects.bulk_update(known.values(), ["name", "guardian", "phone"])
    riders = known | {rider.mark: rider for rider in fresh}
    stops = {stop.name: stop for stop in held.stops.filter(passing=False)}
    seated = {seat.rider_id: seat for seat in held.seats.filter(rider__in=riders.values())}
    changed = []
    for mark, pupil in marks.items():
        seat = seated.get(riders[mark].pk)
        if seat is not None and pupil.stop:
            seat.stop = stops[pupil.stop]
            changed.append(seat)
    new = [
        BusSeat(unit_id=held.unit_id, route=held, rider=riders[mark], stop=stops.get(pupil.stop))
        for mark, pupil in marks.items() if riders[mark].pk not in seated
    ]  # fmt: skip
    BusSeat.objects.bulk_create(new)
    BusSeat.objects.bulk_update(changed, ["stop"])
    if held.seats.count() > MOST_RIDERS:
        raise Refused(_("一条线路最多登记 %(most)s 人。") % {"most": MOST_RIDERS}, field="lines")
    return len(new), len(seated)


def _refuse_lines(route: BusRoute, pupils: Sequence[Pupil]) -> None:
    """Every line that cannot stand, with its number and what is wrong."""
    if not pupils:
        raise Refused(_("请填写学生名单，每行一人。"), field="lines")
    stops = {stop.name for stop in route.stops.all() if not stop.passing}
    wrong: list[str] = []
    seen: dict[str, int] = {}
    for pupil in pupils:
        number = plain_number(pupil.number)
        if not number or not pupil.name:
            why = _("请填写学号和姓名")
        elif len(number) > NUMBER_LENGTH or len(pupil.name) > NAME_LENGTH:
            why = _("学号或姓名太长")
        elif len(number) == 18 and number[:17].isdigit():
            why = _("这像是身份证号，请用学校自编的学号")
        elif number in seen:
            why = _("与第 %(line)s 行学号相同") % {"line": seen[number]}
        elif pupil.stop and pupil.stop not in stops:
            why = _("线路上没有“%(stop)s”这个站") % {"stop": pupil.stop[:20]}
        else:
            seen[number] = pupil.line
            continue
        wrong.append(_("第 %(line)s 行：%(why)s。") % {"line": pupil.line, "why": why})
    if wrong:
        more = _("……共 %(n)s 行有错") % {"n": len(wrong)} if len(wrong) > 5 else ""
        raise Refused("".join(wrong[:5]) + more, field="lines")


@action(Permission.BUS_WRITE)
def drop_riders(route: BusRoute, *, by: Actor, seats: Sequence[uuid.UUID]) -> int:
    """Take pupils off a route; one who rides nowhere is forgotten with the last list (see jobs.py)."""
    held = locked_route(route)
    gone, _each = held.seats.filter(pk__in=list(seats)).delete()
    if not gone:
        raise Missing
    return gone


@action(Permission.BUS_WRITE)
def open_riders(route: BusRoute, *, by: Actor) -> list[BusSeat]:
    """The pupils of a route with their names; that they were read is logged first."""
    read_sensitive(_("校车乘车学生：%(name)s") % {"name": route.name}, by=by)
    return list(route.seats.select_related("rider", "stop").order_by("stop__place", "id"))
