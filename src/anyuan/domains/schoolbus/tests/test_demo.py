"""The demo's buses stand on the same rules as real ones."""

from __future__ import annotations

import datetime
import random

import pytest
from django.urls import reverse

from anyuan.core import scope
from anyuan.domains.schoolbus import demo
from anyuan.domains.schoolbus.models import BusInspection, BusRoute, BusSharing, BusTrip
from anyuan.domains.schoolbus.tests.making import TODAY
from anyuan.engines.ledgers.registry import find
from anyuan.engines.ledgers.services import add_row
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Profile, Unit
from anyuan.org.tests.cast import hire


@pytest.fixture
def town(cast):
    since = TODAY - datetime.timedelta(days=70)
    with scope.everything():
        hire(cast.other, "other.teacher", "教师", "teacher")
        Profile.objects.update(has_bus=True)
        for profile in Profile.objects.select_related("unit"):
            for key, source in demo.LEDGERS.items():
                for facts in source(profile, random.Random(profile.unit_id + key), TODAY):
                    add_row(profile.unit, by=SYSTEM, ledger=find(key), facts=facts)
        demo.fill(list(Unit.objects.filter(kind="school")), since, TODAY)
        yield cast


def test_the_demo_has_routes_trips_and_shared_buses(town):
    assert BusRoute.objects.count() >= 4
    trips = BusTrip.objects.filter(unit=town.school, day__lt=TODAY)
    assert trips.exists()
    assert not trips.filter(emptied_at__isnull=True).exists()
    assert BusInspection.objects.exists()
    assert set(BusSharing.objects.values_list("state", flat=True)) <= {
        "asked",
        "accepted",
        "permitted",
    }


def test_its_pages_open(town):
    client = town.client(town.officer)
    for name in ("home", "trips", "routes", "inspections", "sharing", "positions", "incidents"):
        assert client.get(reverse(f"schoolbus:{name}")).status_code == 200, name
