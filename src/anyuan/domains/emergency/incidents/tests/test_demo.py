"""The demo's incidents stand as the services wrote them."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils import timezone

from anyuan.config.demo_clock import at
from anyuan.core import scope
from anyuan.core.keys import EVERYTHING
from anyuan.domains.emergency.incidents import demo
from anyuan.domains.emergency.incidents.models import Incident, RescueCard
from anyuan.domains.emergency.incidents.timeline import check_all
from anyuan.org.actor import SYSTEM
from anyuan.org.services import add_unit
from anyuan.org.tests.cast import PROFILE, hire


def test_a_filled_town_has_incidents_in_every_state(cast):
    with scope.enter(EVERYTHING):
        schools = []
        for n in range(12):
            school = add_unit(
                cast.wujin, by=SYSTEM, code=f"21330000{n:02d}", name=f"演示{n}", kind="school", profile=PROFILE
            )  # fmt: skip
            hire(school, f"principal{n}", f"校长{n}", "principal")
            hire(school, f"safety{n}", f"安全{n}", "safety_officer")
            schools.append(school)
        demo.fill(schools, timezone.localdate(), at)
        assert Incident.objects.count() == len(demo.STORIES) + len(demo.RUNNING)
        states = set(Incident.objects.values_list("record__state", flat=True))
        assert states == {"handling", "closed"}
        assert RescueCard.objects.count() == 12
        assert check_all() == []
        oldest = Incident.objects.order_by("happened_at").first()
        assert timezone.now() - oldest.told_at > datetime.timedelta(days=40)
    client = cast.client(cast.district)
    for name in ("list", "export"):
        assert client.get(reverse(f"incidents:{name}")).status_code == 200
