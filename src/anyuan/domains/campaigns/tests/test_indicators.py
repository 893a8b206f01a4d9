"""The figures of campaigns are those of their rows; a cancelled campaign counts in none."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.campaigns.services.running import step_campaign
from anyuan.domains.campaigns.services.work import accept_task, assign_sample, draw_sample
from anyuan.domains.campaigns.tasks import freeze_week
from anyuan.domains.campaigns.tests.making import inspected, launched, tasks
from anyuan.domains.hazards.models import Hazard
from anyuan.domains.hazards.services import report_hazard
from anyuan.engines.cases.models import Case
from anyuan.engines.checks.assignment_services import submit_assigned
from anyuan.engines.checks.models import CheckAssignment
from anyuan.engines.checks.scoring import Given
from anyuan.engines.checks.services import publish_checklist
from anyuan.engines.checks.spec import Item, Spec
from anyuan.engines.indicators.spec import all_indicators
from anyuan.org.models import Post

KEYS = ("selfcheck", "accepted", "fixed", "rechecked")


def figures(key: str) -> dict[str, tuple[int, int]]:
    """Unit → (numerator, denominator) over all months."""
    found: dict[str, tuple[int, int]] = {}
    today = timezone.localdate()
    facts = {
        "units": None, "since": today - datetime.timedelta(days=90), "until": today + datetime.timedelta(days=90),
    }  # fmt: skip
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(all_indicators()[f"campaigns.{key}"].sql, facts)
        for unit, _month, above, below in cursor.fetchall():
            had = found.get(unit, (0, 0))
            found[unit] = (had[0] + above, had[1] + below)
    return found


@pytest.fixture
def campaign(cast):
    """Two problems of which one is fixed; a link accepted; both schools spot-checked, one fails."""
    spec = Spec("fire_monthly", "消防月查", "", (Item("exits", "通道"),))
    version = publish_checklist(cast.city, by=cast.bureau, spec=spec)
    version.checklist.refresh_from_db()
    campaign = launched(cast)
    inspected(cast, version)
    for text in ("电线裸露", "消火栓没有水"):
        report_hazard(cast.school, by=cast.officer, place="一楼", description=text, category="01")
    task = tasks(campaign, cast.school)["消防安全"]
    accept_task(cast.school, by=cast.district, campaign=campaign, task=task, passed=True)
    with scope.everything():
        fixed = Hazard.objects.order_by("pk").first()
        Case.objects.filter(record_id=fixed.pk).update(closed_at=timezone.now())
        freeze_week(campaign)
        post = Post.objects.select_related("person", "unit").get(pk=cast.bureau.post_id)
    drawn = draw_sample(cast.city, by=cast.bureau, campaign=campaign, size=2)
    assign_sample(
        drawn, by=cast.bureau, campaign=campaign, checklist=version.checklist, post=post,
        due_on=timezone.localdate(),
    )  # fmt: skip
    with scope.everything():
        checks = list(CheckAssignment.objects.filter(batch=drawn.pk).order_by("target_id"))
    for check in checks:
        result = 1 if check.target_id == cast.school.key else 0
        with scope.enter(cast.bureau.units):
            submit_assigned(
                cast.city.key, by=cast.bureau, assignment=check, version=version,
                answers={"exits": Given(result)}, people="甲",
            )  # fmt: skip
    return campaign


def test_the_figures_are_those_of_the_rows(cast, campaign):
    mine, other = cast.school.key, cast.other.key
    done = sum(task.done_on is not None for task in tasks(campaign, cast.school).values())
    assert figures("selfcheck") == {mine: (done, 8), other: (0, 8)}
    assert figures("accepted") == {mine: (1, 1)}
    assert figures("fixed") == {mine: (1, 2)}
    assert figures("rechecked") == {mine: (1, 1), other: (0, 1)}


def test_a_week_frozen_again_is_not_counted_twice(cast, campaign):
    with scope.everything():
        freeze_week(campaign, timezone.localdate() - datetime.timedelta(days=7))
        freeze_week(campaign)
    # The problem that the spot check found at the other school has come in the meantime.
    assert figures("fixed") == {cast.school.key: (1, 2), cast.other.key: (0, 1)}


def test_a_cancelled_campaign_counts_in_none(cast, campaign):
    step_campaign(campaign, by=cast.bureau, transition="cancel", data={"note": "并入专项行动"})
    assert [figures(key) for key in KEYS] == [{}, {}, {}, {}]
