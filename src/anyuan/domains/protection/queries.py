"""Reading rounds, faults and how sites stand against the standard."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.core.refused import Missing
from anyuan.domains.protection.measures import Measured, measure
from anyuan.domains.protection.models import Device, DeviceState, Fault, Round, StandardCheck
from anyuan.domains.protection.numbers import Limits
from anyuan.domains.protection.standards import Result, Standard, judge, standard_of
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Profile, Unit
from anyuan.org.pages import get_visible

LATEST = 8
CHOICES = 300


@dataclasses.dataclass(frozen=True)
class Standing:
    """A site against the standard in force."""

    unit: Unit
    measured: Measured
    results: list[Result]

    @property
    def passed(self) -> int:
        return sum(one.ok for one in self.results)

    @property
    def ok(self) -> bool:
        return self.passed == len(self.results)

    @property
    def short(self) -> list[Result]:
        return [one for one in self.results if not one.ok]


def sites(by: Actor, unit: str = "") -> QuerySet[Any]:
    """Profiles of the sites that the actor sees, in the order of their keys."""
    rows = visible(Unit, by).filter(state=Unit.State.ACTIVE, profile__is_site=True)
    if unit:
        try:
            rows = rows.within(subtree(unit))
        except ValueError as error:
            raise Missing from error
    return Profile.objects.filter(unit__in=rows).select_related("unit").order_by("unit_id")


def standings(profiles: Iterable[Profile]) -> tuple[Standard, list[Standing]]:
    """How sites stand today; a fixed number of statements, however many they are."""
    found = list(profiles)
    standard, limits = standard_of(timezone.localdate()), Limits.of_pack()
    measured = measure(found, limits)
    return standard, [
        Standing(one.unit, measured[one.unit_id], judge(standard, measured[one.unit_id], limits))
        for one in found
    ]


def rounds(by: Actor) -> QuerySet[Any]:
    return visible(Round, by).select_related("unit", "record").order_by("-record_id")


def faults(by: Actor, *, still_open: bool = True, unit: str = "") -> QuerySet[Any]:
    """Faults the actor sees, the newest first."""
    rows = visible(Fault, by).select_related("unit", "record__case")
    if unit:
        try:
            rows = rows.within(subtree(unit))
        except ValueError as error:
            raise Missing from error
    if still_open:
        rows = rows.filter(record__case__closed_at__isnull=True)
    return rows


def one_fault(by: Actor, pk: uuid.UUID) -> Fault:
    found: Fault = get_visible(
        Fault, by, pk=pk, select=("unit", "device__record", "device__unit", "record__case")
    )
    return found


def checks(by: Actor) -> QuerySet[Any]:
    return visible(StandardCheck, by).select_related("unit", "record").order_by("-record_id")


def devices_of(unit: Unit) -> Sequence[tuple[str, str]]:
    """(number, words) of the site's devices, for reporting a fault."""
    rows = Device.objects.filter(unit=unit, active=True).exclude(state=DeviceState.STOPPED)
    rows = rows.order_by("type", "number")[:CHOICES]
    return [(str(one.pk), f"{one.get_type_display()} {one.number} {one.place}") for one in rows]
