"""Reading the guards' watch: points, patrols, the week's rota."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.core.refused import Missing
from anyuan.domains.protection.models import (
    Guard,
    GuardStatus,
    Patrol,
    PatrolPoint,
    RotaLeader,
    RotaShift,
    Shift,
)
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit

BY_DAY = {Shift.DAY, Shift.FULL}
BY_NIGHT = {Shift.NIGHT, Shift.FULL}


def points_of(unit: Unit) -> list[PatrolPoint]:
    """The site's points in the order in which they are passed."""
    rows = PatrolPoint.objects.filter(unit=unit, active=True)
    return list(rows.order_by("order", "number"))


def patrols(by: Actor, unit: str = "") -> QuerySet[Any]:
    """Patrols the actor sees, the newest first."""
    rows = visible(Patrol, by).select_related("unit", "record__created_by").order_by("-record_id")
    if unit:
        try:
            rows = rows.within(subtree(unit))
        except ValueError as error:
            raise Missing from error
    return rows


@dataclasses.dataclass
class Today:
    """A site's watch today: who leads, who is on, patrols walked and those that passed every point."""

    unit: Unit
    leader: str = ""
    guards: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    walked: int = 0
    whole: int = 0


def today_of(units: Sequence[Unit]) -> list[Today]:
    """Each site's watch today, by three statements."""
    day, keys = timezone.localdate(), [one.key for one in units]
    found = {one.key: Today(one) for one in units}
    for leader in RotaLeader.objects.filter(unit_id__in=keys, day=day):
        found[leader.unit_id].leader = leader.name
    shifts = RotaShift.objects.filter(unit_id__in=keys, day=day).select_related("guard")
    for one in sorted(shifts, key=lambda s: (Shift.values.index(s.shift), s.guard.name)):
        found[one.unit_id].guards.append((one.guard.name, one.get_shift_display()))
    walked = Patrol.objects.filter(unit_id__in=keys, record__happened_on=day, record__counts=True)
    for patrol in walked:
        found[patrol.unit_id].walked += 1
        found[patrol.unit_id].whole += patrol.whole
    return list(found.values())


@dataclasses.dataclass(frozen=True)
class RotaRow:
    """A guard's week: (day, shift or "") for each of seven days."""

    guard: Guard
    days: list[tuple[datetime.date, str]]


@dataclasses.dataclass(frozen=True)
class Week:
    """A site's rota from a Monday; `bare`: (day, words) where nobody is on."""

    monday: datetime.date
    rows: list[RotaRow]
    leaders: list[tuple[datetime.date, str]]
    mark: str

    @property
    def days(self) -> list[datetime.date]:
        return [day for day, _name in self.leaders]

    @property
    def bare(self) -> list[tuple[datetime.date, str]]:
        on = Counter((day, shift) for row in self.rows for day, shift in row.days if shift)
        found = []
        for day in self.days:
            if not any(on[day, shift] for shift in BY_DAY):
                found.append((day, "白天"))
            if not any(on[day, shift] for shift in BY_NIGHT):
                found.append((day, "夜间"))
        return found

    @property
    def written(self) -> bool:
        return any(shift for row in self.rows for _day, shift in row.days)


def monday_of(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())


def week_of(unit: Unit, monday: datetime.date) -> Week:
    """The week's rota: the guards on post today, and who else stood on it then."""
    week = [monday + datetime.timedelta(days=n) for n in range(7)]
    kept = _shifts(unit, monday)
    shifts = {(guard, day): shift for guard, day, shift in kept}
    named = {guard for guard, _day, _shift in kept}
    guards = [
        one
        for one in Guard.objects.filter(unit=unit).order_by("post", "name")
        if one.pk in named or (one.active and one.status == GuardStatus.ON_POST)
    ]
    leaders = dict(RotaLeader.objects.filter(unit=unit, day__in=week).values_list("day", "name"))
    return Week(
        monday,
        [RotaRow(one, [(day, shifts.get((one.pk, day), "")) for day in week]) for one in guards],
        [(day, leaders.get(day, "")) for day in week],
        _mark(kept, leaders),
    )


def rota_mark(unit: Unit, monday: datetime.date) -> str:
    """A word for the week as it stands, to notice that somebody else changed it."""
    week = [monday + datetime.timedelta(days=n) for n in range(7)]
    leaders = dict(RotaLeader.objects.filter(unit=unit, day__in=week).values_list("day", "name"))
    return _mark(_shifts(unit, monday), leaders)


def _shifts(unit: Unit, monday: datetime.date) -> list[tuple[uuid.UUID, datetime.date, str]]:
    rows = RotaShift.objects.filter(
        unit=unit, day__gte=monday, day__lt=monday + datetime.timedelta(days=7)
    )
    return list(rows.order_by("guard_id", "day").values_list("guard_id", "day", "shift"))


def _mark(shifts: Sequence[Any], leaders: dict[datetime.date, str]) -> str:
    said = repr([[str(part) for part in row] for row in shifts]) + repr(sorted(leaders.items()))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
