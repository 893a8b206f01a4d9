"""What other systems read of drills."""

from __future__ import annotations

import datetime

from django.test import Client
from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.emergency.drills.tests.making import planned, programme_of, run
from anyuan.org.tokens import issue_token


def caller(unit, actor):
    with scope.enter(actor.units):
        _token, text = issue_token(
            unit, by=actor, name="对接", permissions=["unit.read", "record.read"],
            expires_on=timezone.localdate() + datetime.timedelta(days=9),
        )  # fmt: skip
    return Client(headers={"authorization": f"Bearer {text}"})


def test_times_of_a_run(cast):
    drill = run(planned(cast), by=cast.officer, seconds=95)
    said = caller(cast.school, cast.officer).get(f"/api/v1/drills/{drill.pk}/times").json()
    assert said["seconds"] == 95
    assert [one["step"] for one in said["steps"]] == ["signal", "all_out"]
    assert said["steps"][0]["label"] == "发出信号"
    stranger = caller(cast.other, cast.stranger)
    assert stranger.get(f"/api/v1/drills/{drill.pk}/times").status_code == 404


def test_programmes(cast):
    with scope.enter(cast.officer.units):
        programme = programme_of(cast.school, by=cast.officer)
    said = caller(cast.school, cast.officer).get("/api/v1/drill-programmes").json()["items"]
    assert [one["id"] for one in said] == [str(programme.pk)]
    assert said[0]["lines"][0]["type"] == "fire"
    assert caller(cast.other, cast.stranger).get("/api/v1/drill-programmes").json()["items"] == []
