"""Every ten minutes: who has not emptied a bus is reminded. At night: lists and positions are forgotten."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.domains.schoolbus.models import BusBoarding, BusPosition, BusRider, BusTrip
from anyuan.domains.schoolbus.numbers import numbers
from anyuan.domains.schoolbus.queries import late_after
from anyuan.engines.notices.services import tell, tell_person
from anyuan.org.permissions import Role

LEADERS = [Role.SAFETY_OFFICER, Role.PRINCIPAL]


def remind_of_full_buses() -> int:
    """Tell the attendant and the school, once a trip; how many trips."""
    late = BusTrip.objects.filter(
        started_at__lt=timezone.now() - late_after(), emptied_at__isnull=True, cancelled=False
    )
    trips = list(late.select_related("record", "attendant"))
    for trip in trips:
        title = f"校车还没有清车：{trip.record.title}，照管员 {trip.attendant.name}"
        url, once = reverse("schoolbus:trip", args=[trip.pk]), f"bus-late:{trip.pk}"
        tell({trip.unit_id}, LEADERS, kind="bus", title=title, url=url, record=trip.record, once_key=once)  # fmt: skip
        if trip.keeper_id:
            tell_person(trip.keeper_id, trip.unit_id, kind="bus", title=title, url=url, record=trip.record, once_key=once)  # fmt: skip
    return len(trips)


def forget_old(today: datetime.date) -> tuple[int, int, int]:
    """Lists and positions past their time, then pupils who ride nowhere and stand on no list."""
    list_days, position_days = numbers("bus_list_keep_days", "bus_position_keep_days")
    lists = BusBoarding.objects.filter(trip__day__lt=today - datetime.timedelta(days=int(list_days)))  # fmt: skip
    lines, _each = lists.delete()
    since = timezone.now() - datetime.timedelta(days=int(position_days))
    positions, _each = BusPosition.objects.filter(at__lt=since).delete()
    listed = BusBoarding.objects.filter(rider__isnull=False).values("rider_id")
    pupils, _each = BusRider.objects.filter(seats__isnull=True).exclude(pk__in=listed).delete()
    return lines, positions, pupils


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="schoolbus.remind", pass_context=False)
def remind(timestamp: int) -> None:
    """Run again, it tells nobody twice."""
    with scope.everything():
        remind_of_full_buses()


@app.periodic(cron="15 18 * * *")
@app.task(queueing_lock="schoolbus.forget", pass_context=False)
def forget(timestamp: int) -> None:
    """At 2:15 (a cron line is UTC)."""
    with scope.everything():
        forget_old(timezone.localdate())
