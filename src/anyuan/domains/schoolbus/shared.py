"""What crosses the border between two schools that share a bus: the one place that leaves the scope.

An offer is published to all schools, without names of persons. A request opens the provider's side, every
step brings both sides' records up to date. Of another school's bus and driver only the reasons why they
may not drive come back. Row-level security holds everything else.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.keys import parent_key
from anyuan.core.refused import Missing
from anyuan.domains.schoolbus import fitness
from anyuan.domains.schoolbus.models import (
    BusDriver,
    BusOffer,
    BusSharing,
    BusSide,
    Party,
    SharingState,
)
from anyuan.engines.notices.services import tell
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Role
from anyuan.org.records import amend_record, open_record, record_saved

SCHOOL = [Role.SAFETY_OFFICER, Role.PRINCIPAL]
OFFICE = [Role.DISTRICT_SUPERVISOR, Role.BUREAU_SUPERVISOR]
SHOWN = 100


@dataclasses.dataclass(frozen=True)
class Offered:
    """An offer as every school of the city sees it."""

    pk: uuid.UUID
    unit_key: str
    school: str
    district: str
    seats: int
    bus_seats: int
    plate: str
    since: datetime.date
    until: datetime.date
    times: str
    area: str
    terms: str


def _offered(offer: BusOffer) -> Offered:
    unit = offer.unit
    return Offered(
        offer.pk, unit.key, unit.name, unit.location.short_name if unit.location else "", offer.seats, offer.bus.seats,
        offer.bus.plate, offer.since, offer.until, offer.times, offer.area, offer.terms,
    )  # fmt: skip


def _open_offers() -> Any:
    rows = BusOffer.objects.filter(closed=False, until__gte=timezone.localdate())
    return rows.select_related("unit__location", "bus").order_by("-record_id")


def offers_open(*, text: str = "") -> list[Offered]:
    """The offers of all schools that still run, the newest first; `text` in area, times or school."""
    with scope.everything():
        rows = _open_offers()
        if text:
            rows = rows.filter(
                Q(area__contains=text) | Q(times__contains=text) | Q(unit__name__contains=text)
            )
        return [_offered(offer) for offer in rows[:SHOWN]]


def offer_open(pk: uuid.UUID) -> Offered:
    """One offer that still runs; Missing otherwise."""
    with scope.everything():
        offer = _open_offers().filter(pk=pk).first()
        if offer is None:
            raise Missing
        return _offered(offer)


def open_side(unit_key: str, sharing: BusSharing, party: str, *, by: Actor, record_id: uuid.UUID | None = None) -> BusSide:  # fmt: skip
    """A party's record of a sharing, at its own school."""
    with scope.everything():
        unit = Unit.objects.get(key=unit_key)
        other = sharing.borrower_name if party == Party.PROVIDER else sharing.provider_name
        record = open_record(
            unit, by=by, kind="bus_sharing", happened_on=timezone.localdate(), tags=[f"party:{party}"],
            title=f"校车共享：{other}（{sharing.plate}）", state=sharing.state, counts=False,
            record_id=record_id or new_id(),
        )  # fmt: skip
        side = BusSide(record=record, unit=unit, sharing=sharing, party=party)
        side.save(force_insert=True)
        record_saved(record)
    return side


def follow(sharing: BusSharing, *, by: Actor, said: str, to: list[Role] | None = None) -> None:
    """Both sides' records take the sharing's state; the people of both schools (or offices) are told."""
    roles = to or SCHOOL
    with scope.everything():
        for side in sharing.sides.select_related("record", "unit").order_by("party"):
            counts = sharing.state in {SharingState.PERMITTED, SharingState.ENDED}
            amend_record(side.record, by=by, state=sharing.state, counts=counts)
            keys = {side.unit_id} if roles is SCHOOL else {office_of(side.unit)}
            tell(
                keys, roles, kind="bus", title=said, url=reverse("schoolbus:side", args=[side.pk]), record=side.record,
                once_key=f"bus-sharing:{side.pk}:{sharing.state}:{timezone.localdate()}",
            )  # fmt: skip


def tell_provider(side: BusSide, said: str) -> None:
    """A request has come: the school that offered is told."""
    tell(
        {side.unit_id}, SCHOOL, kind="bus", title=said, url=reverse("schoolbus:side", args=[side.pk]), record=side.record,
        once_key=f"bus-asked:{side.pk}",
    )  # fmt: skip


def office_of(unit: Unit) -> str:
    """Key of the education office above a school or campus: the district's, or the city's."""
    return parent_key(unit.parent_key) if unit.kind == Unit.Kind.CAMPUS else unit.parent_key


def fit_shared(sharing: BusSharing, borrower: str, day: datetime.date) -> list[str]:
    """Why a shared bus may not carry the school's pupils on the day, as sentences."""
    if sharing.borrower_id != borrower:
        return ["请选择本校获准使用的共享校车。"]
    if sharing.state != SharingState.PERMITTED or not sharing.permit_since:
        return [f"{sharing.plate}：共享还没有临时许可。"]
    if not sharing.permit_since <= day <= (sharing.permit_until or sharing.permit_since):
        return [
            f"{sharing.plate}：临时许可期限为 {sharing.permit_since} 至 {sharing.permit_until}。"
        ]
    with scope.everything():
        bus = BusOffer.objects.select_related("bus").get(pk=sharing.offer_id).bus
        driver = BusDriver.objects.get(pk=sharing.driver_id)
        faults = fitness.driver_faults(driver, day, fitness.limits(), bus.seats)
        wrong = (
            fitness.sentence(bus.plate, fitness.bus_faults(bus, day)),
            fitness.sentence(driver.name, faults),
        )
    return [text for text in wrong if text]
