"""What the tests of campaigns make again and again."""

from __future__ import annotations

import datetime

from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.campaigns.models import Task
from anyuan.domains.campaigns.services.running import draft_campaign, step_campaign
from anyuan.engines.checks.scoring import Given
from anyuan.engines.checks.services import submit_inspection


def drafted(cast, by=None, unit=None, **more):
    by, unit = by or cast.bureau, unit or cast.city
    today = timezone.localdate()
    facts = {
        "template": "campus_and_bus", "name": "校园安全整治", "starts_on": today - datetime.timedelta(days=30),
        "ends_on": today + datetime.timedelta(days=60),
    } | more  # fmt: skip
    return draft_campaign(unit, by=by, **facts)


def launched(cast, by=None, unit=None, **more):
    campaign = drafted(cast, by, unit, **more)
    step_campaign(campaign, by=by or cast.bureau, transition="launch")
    return campaign


def inspected(cast, version, result=1, day=None):
    return submit_inspection(
        cast.school, by=cast.officer, version=version, answers={"exits": Given(result)},
        happened_on=day, people="甲",
    )  # fmt: skip


def tasks(campaign, unit):
    with scope.everything():
        rows = Task.objects.filter(campaign=campaign, unit=unit).select_related("link", "done_by")
        return {task.link.title: task for task in rows}
