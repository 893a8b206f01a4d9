"""The demo's shared buses, through the services: offers, a request on its way, one that runs."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from anyuan.core.keys import subtree
from anyuan.domains.schoolbus.fitness import bus_faults, driver_faults, limits
from anyuan.domains.schoolbus.models import BusDriver, BusOffer, BusSide, Party
from anyuan.domains.schoolbus.services.sharing import (
    accept_sharing,
    ask_sharing,
    consent_sharing,
    offer_bus,
    permit_sharing,
)
from anyuan.org.actor import Actor
from anyuan.org.models import Person, Unit
from anyuan.org.permissions import GRANTS, Role

DEMO_TEACHER = "teacher"  # the demo's account of a teacher


def fill(yards: Sequence[tuple[Unit, Any, Person]], today: datetime.date) -> None:
    """Some schools with a fit bus offer seats; three requests stand at three steps, two of the demo's school."""
    known, own = limits(), DEMO_TEACHER
    schools = [one for one in yards if one[0].kind == Unit.Kind.SCHOOL]
    asker = next((unit for unit, _crew, teacher in schools if teacher.username == own), None)
    fit = [
        (unit, crew) for unit, crew, _teacher in schools
        if not bus_faults(crew[0], today) and not driver_faults(crew[1], today, known, crew[0].seats)
    ]  # fmt: skip
    if asker is None:
        return
    until = today + datetime.timedelta(days=60)
    away = [one for one in fit if one[0].parent_id != asker.parent_id]
    near = [one for one in fit if one[0].parent_id == asker.parent_id and one[0].key != asker.key]
    offers = [
        _offer(*one, today, until) for one in [*away[:: max(1, len(away) // 3)][:3], *near[:1]]
    ]
    for n, (unit, driver, offer) in enumerate([*offers[:2], *offers[3:]]):
        borrower = asker if n < 2 else away[-1][0]
        mine = ask_sharing(
            borrower, by=_of(borrower), offer_id=offer.pk, pupils=8, since=today, until=until, line="文化广场 7:55 至学校 8:15"
        )  # fmt: skip
        if n != 1 and unit.key != borrower.key:
            _carry(mine, driver, today, until, whole=n == 0)


def _offer(
    unit: Unit, crew: Any, today: datetime.date, until: datetime.date
) -> tuple[Unit, BusDriver, BusOffer]:
    bus, driver, _attendant = crew
    offer = offer_bus(
        unit, by=_of(unit), bus=bus, seats=12, since=today, until=until, area="本区及相邻乡镇",
        times="周一至周五 7:50 以后、16:40 以后", terms="每趟 120 元，按月结算",
    )  # fmt: skip
    return unit, driver, offer


def _carry(
    mine: BusSide, driver: BusDriver, today: datetime.date, until: datetime.date, *, whole: bool
) -> None:
    """One request to the offices, or wholly through to its temporary permit."""
    theirs = BusSide.objects.select_related("unit", "record").get(sharing=mine.sharing_id, party=Party.PROVIDER)  # fmt: skip
    ours = BusSide.objects.select_related("unit", "record").get(pk=mine.pk)
    accept_sharing(theirs, by=_of(theirs.unit), driver=driver, fee="每趟 120 元", duty="车辆和驾驶人由提供方负责，照管员和学生交接由使用方负责。")  # fmt: skip
    if not whole:
        return
    for side in (theirs, ours):
        consent_sharing(side, by=_office(side.unit))
    permit_sharing(ours, by=_of(ours.unit), permit_no="常公交临〔演示〕1号", since=today, until=until, supervisor="borrower")  # fmt: skip


def _of(unit: Unit) -> Actor:
    """The school's office, without a person."""
    return Actor("学校安全干部", subtree(unit.key), GRANTS[Role.SAFETY_OFFICER], unit_key=unit.key)


def _office(unit: Unit) -> Actor:
    above = unit.parent_key
    return Actor("教育局", subtree(above), GRANTS[Role.DISTRICT_SUPERVISOR], unit_key=above)
