"""Drills as a school does them, and what they count for."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.drills.facts import goal_seconds
from anyuan.domains.emergency.drills.models import Drill
from anyuan.domains.emergency.drills.services.holding import (
    cancel_drill,
    evaluate_drill,
    hold_drill,
    plan_drill,
    record_drill,
    withdraw_drill,
)

TODAY = timezone.localdate()
FIGURES = {"expected": 860, "present": 855, "seconds": 168}


def held(cast, **more):
    return record_drill(cast.school, by=cast.officer, on=TODAY, kind="fire", **(FIGURES | more))


def test_a_drill_with_a_problem_opens_a_hazard_and_counts(cast):
    from anyuan.domains.hazards.models import Hazard

    drill = held(cast, problems=[{"text": "西侧楼梯照明不亮"}, {"text": " "}])
    assert drill.record.counts is True
    assert drill.record.tags == ["mode:real", "type:fire"]
    with scope.enter(cast.officer.units):
        assert Hazard.objects.get().source == "drill"


def test_a_plan_counts_only_when_it_is_held(cast):
    drill = plan_drill(cast.school, by=cast.officer, on=TODAY, kind="earthquake")
    assert drill.record.counts is False
    done = hold_drill(drill, by=cast.officer, on=TODAY, **FIGURES)
    assert (done.record.counts, done.record.state) == (True, "held")
    with pytest.raises(Conflict):
        hold_drill(drill, by=cast.officer, on=TODAY, **FIGURES)


def test_figures_must_make_sense(cast):
    with pytest.raises(Refused) as refusal:
        held(cast, present=900)
    assert refusal.value.field == "present"
    with pytest.raises(Refused) as refusal:
        held(cast, seconds=None)
    assert refusal.value.field == "seconds"
    with pytest.raises(Refused):
        record_drill(
            cast.school,
            by=cast.officer,
            on=TODAY + datetime.timedelta(days=1),
            kind="fire",
            **FIGURES,
        )
    with scope.enter(cast.officer.units):
        assert Drill.objects.count() == 0


def test_the_goal_is_the_packs(cast):
    with scope.enter(cast.officer.units):
        assert goal_seconds(cast.school) == 180


def test_evaluating_cancelling_withdrawing(cast):
    drill = held(cast)
    assert (
        evaluate_drill(drill, by=cast.officer, evaluation="有序", rating=92).record.state
        == "evaluated"
    )
    with pytest.raises(Refused):
        evaluate_drill(drill, by=cast.officer, evaluation="")
    assert withdraw_drill(drill, by=cast.officer, reason="重复填报").record.counts is False
    planned = plan_drill(cast.school, by=cast.officer, on=TODAY, kind="flood")
    assert cancel_drill(planned, by=cast.officer, reason="台风").record.state == "cancelled"


def test_teachers_and_strangers(cast):
    with pytest.raises(Forbidden):
        record_drill(cast.school, by=cast.teacher, on=TODAY, kind="fire", **FIGURES)
    with pytest.raises(Missing):
        record_drill(cast.school, by=cast.stranger, on=TODAY, kind="fire", **FIGURES)
    drill = held(cast)
    assert (
        cast.client(cast.stranger).get(reverse("emergency:drill", args=[drill.pk])).status_code
        == 404
    )


def test_sent_twice_is_one_drill(cast):
    key = new_id()
    assert held(cast, record_id=key).pk == held(cast, record_id=key).pk


def test_the_pages_record_and_list(cast):
    client = cast.client(cast.officer)
    page = client.get(reverse("emergency:new") + "?type=earthquake")
    assert "疏散目标 180 秒" in page.content.decode()
    facts = {
        "unit": cast.school.key,
        "kind": "fire",
        "mode": "real",
        "on": "2026-01-05",
        "injured": 0,
    }
    wrong = client.post(
        reverse("emergency:new"), facts | {"expected": 10, "present": 20, "seconds": 60}
    )
    assert "不能多于应到人数" in wrong.content.decode()
    right = client.post(
        reverse("emergency:new"),
        facts | {"expected": 20, "present": 20, "seconds": 60},
        follow=True,
    )
    assert "达标" in right.content.decode()
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("emergency:drills"))
    held(cast), held(cast)
    with CaptureQueriesContext(connection) as three:
        client.get(reverse("emergency:drills"))
    assert len(one) == len(three) <= 15
