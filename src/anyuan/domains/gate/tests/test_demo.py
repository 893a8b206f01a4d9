"""The demo's gates stand in the tables as the services would have written them."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.gate.demo import fill
from anyuan.domains.gate.models import Entry, GateDay, Leave, State


def test_a_filled_gate_has_days_entries_and_people_inside(cast):
    today = timezone.localdate()
    with scope.everything():
        fill([cast.school], today - datetime.timedelta(days=30), today)
    with scope.enter(cast.guard.units):
        assert GateDay.objects.filter(record__counts=True).count() > 10
        states = set(Entry.objects.filter(on=today).values_list("state", flat=True))
        assert states == {State.LEFT, State.INSIDE, State.CONFIRMED, State.ASKED}
        assert Leave.objects.count() == 2
        assert Entry.objects.exclude(phone="").first().phone.startswith("138")
    for name in ("web:today", "gate:home", "gate:inside", "gate:days", "gate:register"):
        assert cast.client(cast.guard).get(reverse(name)).status_code == 200
