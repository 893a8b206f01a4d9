"""The demo's campaigns stand as the services wrote them: one half-way, one finished."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from anyuan.config.demo_clock import at
from anyuan.core import scope
from anyuan.domains.campaigns import demo, progress
from anyuan.domains.campaigns.models import Accepted, Campaign, CampaignNote, Draw, Task, Week
from anyuan.domains.hazards.services import report_hazard
from anyuan.engines.checks.scoring import Given
from anyuan.engines.checks.services import publish_checklist, submit_inspection
from anyuan.engines.checks.spec import Item, Spec


def test_a_filled_town_has_one_campaign_half_way_and_one_finished(cast):
    today = timezone.localdate()
    with scope.everything():
        spec = Spec("fire_monthly", "消防月查", "", (Item("exits", "通道"),))
        version = publish_checklist(cast.city, by=cast.bureau, spec=spec)
        for days in (60, 30):
            with at(today - datetime.timedelta(days=days), 60):
                submit_inspection(
                    cast.school, by=cast.officer, version=version, answers={"exits": Given(1)},
                    happened_on=today - datetime.timedelta(days=days), people="甲",
                )  # fmt: skip
                report_hazard(
                    cast.school,
                    by=cast.officer,
                    place="一楼",
                    description="电线裸露",
                    category="01",
                )
        demo.fill([], today, at)
        ended, running = Campaign.objects.order_by("starts_on").select_related("record")
        assert (ended.unit_id, ended.record.state, ended.running) == (cast.wujin.key, "closed", False)  # fmt: skip
        assert (running.unit_id, running.record.state, running.running) == (
            cast.city.key, "rectifying", True,
        )  # fmt: skip
        assert ended.ends_on < today < running.ends_on
        assert ended.done_words
        assert len(ended.standing_rules) == 2
        for campaign, units in ((ended, cast.district.units), (running, cast.bureau.units)):
            whole = progress.whole(progress.cells(campaign, units, campaign.unit_id))
            assert 0 < whole.done < whole.units
            assert whole.found > 0
            assert Task.objects.filter(campaign=campaign, accepted=Accepted.YES).exists()
            assert CampaignNote.objects.filter(campaign=campaign).exists()
            done = [cell.done for _day, cell in progress.weeks(campaign, units)]
            assert len(done) > 5
            assert done == sorted(done)
            assert done[-1] == whole.done
        assert Draw.objects.filter(campaign=running).count() == 1
        assert not Week.objects.filter(monday__gt=today).exists()


@pytest.mark.parametrize(("days", "sundays"), [(0, 0), (6, 1), (13, 2)])
def test_a_time_has_its_sundays_and_its_last_day(days, sundays):
    monday = datetime.date(2026, 3, 2)
    last = monday + datetime.timedelta(days=days)
    found = demo.weekends(monday, last)
    assert found[-1] == last
    assert sum(day.weekday() == 6 for day in found) == sundays
