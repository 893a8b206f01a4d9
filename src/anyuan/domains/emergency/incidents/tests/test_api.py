"""First reports sent by other systems."""

from __future__ import annotations

import datetime

from django.test import Client
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.domains.emergency.incidents.models import Incident
from anyuan.org.tokens import issue_token

FIRE = {"type": "fire", "place": "食堂后厨", "summary": "油锅起火", "hurt": "none"}


def caller(unit, actor, *permissions):
    with scope.enter(actor.units):
        _token, text = issue_token(
            unit, by=actor, name="对接", permissions=["unit.read", *permissions],
            expires_on=timezone.localdate() + datetime.timedelta(days=9),
        )  # fmt: skip
    return Client(headers={"authorization": f"Bearer {text}"})


def test_a_school_system_reports_once_and_reads_it_back(cast):
    client = caller(cast.school, cast.officer, "incident.report", "incident.read")
    body = FIRE | {"id": str(new_id()), "source": "public"}
    answers = [client.post("/api/v1/incidents", body, "application/json") for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    said = answers[0].json()
    # A school's token speaks for the school.
    assert (said["source"], said["must_report"], said["reported"]) == ("school", True, "waiting")
    assert said["told_at"] is not None
    found = client.get("/api/v1/incidents?state=open&late=due").json()["items"]
    assert [one["id"] for one in found] == [body["id"]]
    assert client.get(f"/api/v1/incidents/{body['id']}").json()["type"] == "fire"


def test_what_cannot_be_is_a_problem_with_its_field(cast):
    client = caller(cast.school, cast.officer, "incident.report", "incident.read")
    for wrong in ({"type": "picnic"}, {"hurt": "some"}, {"lon": 119.9}, {"serious": 2}):
        answer = client.post("/api/v1/incidents", FIRE | wrong, "application/json")
        assert answer.status_code in {409, 422}, wrong
    with scope.enter(cast.officer.units):
        assert not Incident.objects.exists()


def test_others_do_not(cast):
    reader = caller(cast.school, cast.officer, "incident.read")
    assert reader.post("/api/v1/incidents", FIRE, "application/json").status_code == 403
    client = caller(cast.school, cast.officer, "incident.report")
    assert client.get("/api/v1/incidents").status_code == 403
    body = FIRE | {"unit": cast.other.key}
    assert client.post("/api/v1/incidents", body, "application/json").status_code == 404
