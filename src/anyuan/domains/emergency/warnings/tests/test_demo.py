"""The demo's warnings stand as they would in use."""

from __future__ import annotations

from django.utils import timezone

from anyuan.config.demo_clock import at
from anyuan.core import scope
from anyuan.core.keys import EVERYTHING
from anyuan.domains.emergency.warnings import demo
from anyuan.domains.emergency.warnings.models import Measure, WarningResponse, WarningSignal
from anyuan.org.actor import SYSTEM
from anyuan.org.services import add_unit
from anyuan.org.tests.cast import PROFILE, hire


def test_a_filled_town_has_warnings_in_every_state(cast):
    with scope.enter(EVERYTHING):
        schools = [
            add_unit(cast.wujin, by=SYSTEM, code=f"21330000{n:02d}", name=f"演示{n}", kind="school", profile=PROFILE)
            for n in range(12)
        ]  # fmt: skip
        hire(schools[0], "school", "演示安全", "safety_officer")
        demo.fill(schools, timezone.localdate(), at)
        states = list(WarningSignal.objects.order_by("record_id").values_list("record__state", flat=True))  # fmt: skip
        assert sorted(states) == ["ended", "ended", "ended", "pending", "running"]
        running = WarningResponse.objects.filter(signal__record__state="running", office=False)
        assert running.filter(acked_at__isnull=False).exists()
        assert running.get(unit=schools[0]).acked_at is None
        past = WarningResponse.objects.filter(signal__record__state="ended", unit=schools[0])
        assert set(past.values_list("record__state", flat=True)) == {"ended"}
        assert set(Measure.objects.values_list("state", flat=True)) >= {"", "done"}
        assert all(one.acked_at >= one.told_at for one in WarningResponse.objects.filter(acked_at__isnull=False))  # fmt: skip
    for who in (cast.bureau, cast.district):
        assert cast.client(who).get("/warnings/").status_code == 200
