"""What the registers say of many sites, each measure by one statement whatever their number."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Max, Min, Q, Value
from django.db.models.functions import Coalesce

from anyuan.domains.protection.models import (
    Device,
    DeviceState,
    DeviceType,
    Gear,
    Guard,
    GuardStatus,
)
from anyuan.domains.protection.numbers import Limits, Staffing
from anyuan.engines.checks.models import Inspection
from anyuan.org.models import Profile

GATE_LIST = "gate_guards"


@dataclasses.dataclass(frozen=True)
class Measured:
    """One site's measures; a number that nothing says is 0, a day that nothing says is None."""

    needed: int
    guards: int = 0
    uncertified: int = 0
    unchecked: int = 0
    alarms: int = 0
    linked: int = 0
    tried_on: datetime.date | None = None
    cameras: int = 0
    cameras_working: int = 0
    recorders: int = 0
    recorders_short: int = 0
    least_days: int | None = None
    barriers: int = 0
    gear_kinds: int = 0
    gear_short: int = 0
    gear_expired: int = 0
    gate_on: datetime.date | None = None


def measure(profiles: Iterable[Profile], limits: Limits) -> dict[str, Measured]:
    """Unit key → what its registers say today."""
    sites = list(profiles)
    keys = [one.unit_id for one in sites]
    staffing = Staffing.of_pack()
    found: dict[str, dict[str, Any]] = {key: {} for key in keys}
    for part in (_guards(keys, limits), _devices(keys, limits), _gear(keys, limits), _gate(keys)):
        for row in part:
            found[row.pop("unit_id")] |= row
    return {one.unit_id: Measured(staffing.needed(one), **found[one.unit_id]) for one in sites}


def _guards(keys: list[str], limits: Limits) -> Any:
    on_post = Guard.objects.filter(unit_id__in=keys, active=True, status=GuardStatus.ON_POST)
    unchecked = Q(checked_on__isnull=True) | Q(check_until__lt=limits.today)
    return (
        on_post.order_by()
        .values("unit_id")
        .annotate(
            guards=Count("pk"),
            uncertified=Count("pk", filter=Q(certificate_no="")),
            unchecked=Count("pk", filter=unchecked),
        )
    )


def _devices(keys: list[str], limits: Limits) -> Any:
    used = Q(state=DeviceState.IN_USE)
    alarm, camera, recorder = (
        Q(type=kind) for kind in (DeviceType.ALARM, DeviceType.CAMERA, DeviceType.RECORDER)
    )
    wanted = Coalesce(F("days_required"), Value(limits.days_kept))
    rows = Device.objects.filter(unit_id__in=keys, active=True).exclude(state=DeviceState.STOPPED)
    return (
        rows.annotate(wanted=wanted)
        .order_by()
        .values("unit_id")
        .annotate(
            alarms=Count("pk", filter=alarm & used),
            linked=Count("pk", filter=alarm & used & Q(linked=True)),
            tried_on=Max("tested_on", filter=alarm & used),
            cameras=Count("pk", filter=camera),
            cameras_working=Count("pk", filter=camera & used),
            recorders=Count("pk", filter=recorder & used),
            recorders_short=Count(
                "pk",
                filter=recorder & used & (Q(days_kept__isnull=True) | Q(days_kept__lt=F("wanted"))),
            ),
            least_days=Min("days_kept", filter=recorder & used),
            barriers=Count("pk", filter=Q(type=DeviceType.BARRIER) & used),
        )
    )


def _gear(keys: list[str], limits: Limits) -> Any:
    rows = Gear.objects.filter(unit_id__in=keys, active=True).order_by()
    return rows.values("unit_id").annotate(
        gear_kinds=Count("kind", distinct=True),
        gear_short=Count("pk", filter=Q(quantity__lt=F("standard"))),
        gear_expired=Count("pk", filter=Q(expires_on__lt=limits.today)),
    )


def _gate(keys: list[str]) -> Any:
    """The last good inspection of the gate."""
    rows = Inspection.objects.filter(
        unit_id__in=keys, version__checklist__key=GATE_LIST, ok=True, record__counts=True
    )
    return rows.order_by().values("unit_id").annotate(gate_on=Max("record__happened_on"))
