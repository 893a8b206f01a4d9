"""The figures of drills, from the rows themselves."""

from __future__ import annotations

import datetime

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.emergency.drills.models import Drill
from anyuan.domains.emergency.drills.services.holding import record_drill
from anyuan.domains.emergency.drills.tests.making import planned, reported, run
from anyuan.engines.indicators.spec import all_indicators
from anyuan.engines.obligations.loading import load_policy
from anyuan.engines.obligations.models import Obligation
from anyuan.engines.obligations.packs.load import load_pack
from anyuan.org.models import Profile

TODAY = timezone.localdate()


def figures(key: str) -> dict[str, tuple[int, int]]:
    """Unit → (numerator, denominator) over all months."""
    found: dict[str, tuple[int, int]] = {}
    with scope.everything(), connection.cursor() as cursor:
        since, until = TODAY - datetime.timedelta(days=400), TODAY + datetime.timedelta(days=40)
        cursor.execute(all_indicators()[key].sql, {"units": None, "since": since, "until": until})
        for unit, _month, above, below in cursor.fetchall():
            had = found.get(unit, (0, 0))
            found[unit] = (had[0] + above, had[1] + below)
    return found


@pytest.fixture
def pack(cast):
    with scope.everything():
        folder = settings.SOURCE / "packs" / settings.DEFAULT_PACK
        load_policy(cast.city, by=cast.bureau, pack=load_pack(folder), today=TODAY)
    return cast


def held(cast, **more):
    facts = {"kind": "fire", "expected": 9, "present": 9, "seconds": 150, **more}
    return record_drill(cast.school, by=cast.officer, on=TODAY, **facts)


def test_within_the_aim_by_stage_and_building(pack):
    held(pack, seconds=180)
    held(pack, seconds=181)
    held(pack, seconds=121, floors=3)
    held(pack, seconds=120, floors=3)
    held(pack, kind="food", seconds=999)
    held(pack, mode="desk", seconds=None)
    assert figures("drills.in_goal") == {pack.school.key: (2, 4)}


@pytest.fixture
def kindergarten(cast):
    """School A is one: its duty of the guide is there in every quarter."""
    with scope.everything():
        Profile.objects.filter(unit=cast.school).update(stages=["kindergarten"])


def test_reported_in_time_of_what_was_due(kindergarten, pack):
    with scope.everything():
        quarter = Obligation.objects.filter(unit=pack.school, rule__key="p08_drill_kindergarten")
        one = quarter.earliest("due_on")
        Obligation.objects.filter(kind="drill").exclude(pk=one.pk).delete()
        days = dict.fromkeys(("due_on", "counts_until", "period_end", "period_start"), TODAY)
        Obligation.objects.filter(pk=one.pk).update(**days)
    assert figures("drills.reported") == {pack.school.key: (0, 1)}
    drill = run(planned(pack), by=pack.officer)
    assert figures("drills.reported") == {pack.school.key: (0, 1)}
    reported(drill, by=pack.officer)
    assert figures("drills.reported") == {pack.school.key: (1, 1)}
    with scope.everything():
        Drill.objects.update(report_due_on=TODAY - datetime.timedelta(days=1))
    assert figures("drills.reported") == {pack.school.key: (0, 1)}


def test_problems_that_were_put_right(cast):
    held(cast, problems=[{"text": "灯不亮"}, {"text": "门打不开"}])
    assert figures("hazards.drill_closed") == {cast.school.key: (0, 2)}


def test_the_citys_own_drill_meets_its_duty(pack):
    client = pack.client(pack.bureau)
    facts = {
        "kind": "comprehensive",
        "mode": "desk",
        "on": str(TODAY),
        "injured": 0,
        "expected": 30,
        "present": 28,
    }
    page = client.post(reverse("emergency:new"), facts, follow=True)
    assert "综合演练" in page.content.decode()
    with scope.everything():
        duty = Obligation.objects.get(
            rule__key="p08_city_drill", period_start__lte=TODAY, period_end__gte=TODAY
        )
        assert duty.state == "met"
    refused = client.get(reverse("emergency:new"), {"unit": pack.school.key})
    assert refused.status_code == 422
