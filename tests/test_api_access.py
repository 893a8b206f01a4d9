"""The API as its callers use it: tokens, scope, sending twice, pages, refusals."""

from __future__ import annotations

import base64
import datetime
import json

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anyuan.api.callers import PerCaller
from anyuan.api.urls import BODY_LIMIT
from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import Audit, Record
from anyuan.org.actor import SYSTEM
from anyuan.org.models import ApiToken, Person
from anyuan.org.services import add_unit
from anyuan.org.tokens import issue_token

READ = [
    "unit.read",
    "record.read",
    "hazard.read",
    "inspection.read",
    "obligation.read",
    "policy.read",
]


@pytest.fixture(autouse=True)
def fresh_rates():
    cache.clear()


def caller(unit, by, *permissions, person=None):
    """A client that sends a new token of `unit`."""
    with scope.enter(by.units):
        _token, text = issue_token(
            unit, by=by, name="对接", permissions=permissions or READ, person=person,
            expires_on=timezone.localdate() + datetime.timedelta(days=9),
        )  # fmt: skip
    return Client(headers={"Authorization": f"Bearer {text}"})


def send(client, method, address, body):
    return getattr(client, method)(
        f"/api/v1{address}", json.dumps(body), content_type="application/json"
    )


def is_problem(response, status):
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    said = response.json()
    assert said["status"] == status
    assert said["detail"]
    return said


HAZARD = {"place": "二楼东侧", "description": "疏散通道堆放杂物"}


def test_without_a_token_nobody_is_let_in(cast):
    said = is_problem(Client().get("/api/v1/units"), 401)
    assert "令牌" in said["detail"]
    assert "Bearer" in Client().get("/api/v1/units").headers["WWW-Authenticate"]


def test_a_wrong_token_does_not_fall_back_to_the_session(cast):
    client = cast.client(cast.officer)
    assert client.get("/api/v1/me").status_code == 200
    is_problem(client.get("/api/v1/me", headers={"Authorization": "Bearer anyuan_x_y"}), 401)


def test_an_expired_token_is_refused(cast):
    client = caller(cast.school, cast.officer)
    assert client.get("/api/v1/me").status_code == 200
    with scope.everything():
        ApiToken.objects.update(expires_on=timezone.localdate() - datetime.timedelta(days=1))
    is_problem(client.get("/api/v1/me"), 401)


def test_a_session_writes_only_with_the_pages_own_csrf_token(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.get(pk=cast.officer.person_id))
    is_problem(send(client, "post", "/hazards", HAZARD), 403)
    with scope.everything():
        assert not Record.objects.filter(kind="hazard").exists()


def test_a_token_sees_its_unit_and_nothing_beside_it(cast):
    client = caller(cast.school, cast.officer)
    keys = [unit["key"] for unit in client.get("/api/v1/units").json()["items"]]
    assert keys == [cast.school.key]
    is_problem(client.get(f"/api/v1/units/{cast.other.key}"), 404)


def test_a_personal_token_never_reaches_further_than_the_persons_post(cast):
    with scope.everything():
        guard = Person.objects.get(pk=cast.guard.person_id)
    client = caller(cast.school, cast.officer, "drill.write", "unit.read", person=guard)
    assert client.get("/api/v1/me").json()["permissions"] == ["unit.read"]
    drill = {
        "type": "fire",
        "on": str(timezone.localdate()),
        "expected": 9,
        "present": 9,
        "seconds": 80,
    }
    is_problem(send(client, "post", "/drills", drill), 403)


def test_a_token_without_the_permission_may_read_but_not_write(cast):
    client = caller(cast.school, cast.officer)
    assert client.get("/api/v1/hazards").status_code == 200
    is_problem(send(client, "post", "/hazards", HAZARD), 403)


def test_a_token_without_reading_is_told_so_instead_of_an_empty_list(cast):
    client = caller(cast.school, cast.officer, "unit.read")
    for address in (
        "records",
        "hazards",
        "drills",
        "filings",
        "inspections",
        "obligations",
        "facts",
    ):
        is_problem(client.get(f"/api/v1/{address}"), 403)


def test_the_same_hazard_sent_twice_is_one_hazard(cast):
    client = caller(cast.school, cast.officer, "hazard.report", *READ)
    body = HAZARD | {"id": str(new_id())}
    first, second = (send(client, "post", "/hazards", body) for _ in range(2))
    third = send(client, "put", f"/hazards/{body['id']}", HAZARD)
    assert [r.status_code for r in (first, second, third)] == [201, 200, 200]
    assert first.json()["number"] == second.json()["number"] == third.json()["number"]
    assert len(client.get("/api/v1/hazards").json()["items"]) == 1


def test_a_number_of_another_units_record_is_a_conflict_and_leaves_it_alone(cast):
    mine = caller(cast.school, cast.officer, "hazard.report", *READ)
    theirs = caller(cast.other, cast.stranger, "hazard.report", *READ)
    body = HAZARD | {"id": str(new_id())}
    assert send(mine, "post", "/hazards", body).status_code == 201
    is_problem(send(theirs, "post", "/hazards", body), 409)
    assert mine.get(f"/api/v1/hazards/{body['id']}").json()["unit"] == cast.school.key


def test_numbers_of_other_versions_are_refused_at_the_field(cast):
    client = caller(cast.school, cast.officer, "hazard.report", *READ)
    wrong = HAZARD | {"id": "5f2b9d1e-8a6b-4c3d-9e4f-5a6b7c8d9e0f"}
    is_problem(send(client, "post", "/hazards", wrong), 422)
    other = HAZARD | {"id": str(new_id())}
    is_problem(send(client, "put", f"/hazards/{new_id()}", other), 409)


def test_another_units_hazard_is_not_there_and_the_asking_is_noted(cast):
    mine = caller(cast.school, cast.officer, "hazard.report", *READ)
    pk = send(mine, "post", "/hazards", HAZARD).json()["id"]
    theirs = caller(cast.other, cast.stranger)
    is_problem(theirs.get(f"/api/v1/hazards/{pk}"), 404)
    is_problem(theirs.get(f"/api/v1/records/{pk}"), 404)
    noted = Audit.objects.filter(action="stranger", unit_key=cast.other.key)
    assert noted.count() == 2


def test_one_cannot_write_for_another_unit(cast):
    client = caller(cast.school, cast.officer, "hazard.report", *READ)
    is_problem(send(client, "post", "/hazards", HAZARD | {"unit": cast.other.key}), 404)


def test_a_drill_is_recorded_and_a_plan_does_not_count(cast):
    client = caller(cast.school, cast.officer, "drill.write", "hazard.report", *READ)
    today = timezone.localdate()
    held = {"type": "fire", "on": str(today), "expected": 860, "present": 858, "seconds": 140}
    plan = {"type": "flood", "on": str(today + datetime.timedelta(days=9)), "planned": True}
    assert send(client, "post", "/drills", held | {"problems": [{"text": "西门未开"}]}).json()[
        "counts"
    ]
    assert not send(client, "post", "/drills", plan).json()["counts"]
    rows = client.get("/api/v1/drills?state=planned").json()["items"]
    assert [row["type"] for row in rows] == ["flood"]
    assert (
        client.get("/api/v1/hazards?source=drill").json()["items"][0]["description"] == "西门未开"
    )


def test_more_present_than_expected_is_said_at_its_field(cast):
    client = caller(cast.school, cast.officer, "drill.write", *READ)
    wrong = {
        "type": "fire",
        "on": str(timezone.localdate()),
        "expected": 5,
        "present": 6,
        "seconds": 9,
    }
    said = is_problem(send(client, "post", "/drills", wrong), 409)
    assert said["errors"][0]["field"] == "present"
    assert client.get("/api/v1/drills").json()["items"] == []


def test_misfit_fields_are_named(cast):
    client = caller(cast.school, cast.officer, "hazard.report", *READ)
    said = is_problem(send(client, "post", "/hazards", {"place": "", "level": "huge"}), 422)
    assert {error["field"] for error in said["errors"]} == {"place", "description", "level"}
    is_problem(client.post("/api/v1/hazards", "{", content_type="application/json"), 400)


def test_too_much_is_refused_before_it_is_read(cast):
    client = caller(cast.school, cast.officer, "hazard.report", *READ)
    is_problem(send(client, "post", "/hazards", HAZARD | {"basis": "x" * BODY_LIMIT}), 413)


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_addresses_are_problems_and_not_pages(cast, method):
    is_problem(getattr(Client(), method)("/api/v1/nothing"), 404)
    is_problem(getattr(Client(), method)("/api/"), 404)


def test_an_unfit_method_is_a_problem(cast):
    said = caller(cast.school, cast.officer).delete("/api/v1/units")
    is_problem(said, 405)
    assert "GET" in said.headers["Allow"]


def test_pages_follow_one_another_without_a_gap(cast):
    client = caller(cast.school, cast.officer, "hazard.report", *READ)
    made = [send(client, "post", "/hazards", HAZARD).json()["id"] for _ in range(5)]
    seen, after = [], ""
    while True:
        page = client.get("/api/v1/hazards", {"size": 2, "after": after}).json()
        seen += [row["id"] for row in page["items"]]
        after = page["next"]
        if not after:
            break
    assert seen == made[::-1]


def cursor(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


ODD_CURSORS = ["x", "%%%", cursor("no-uuid"), cursor("a", "b"), cursor(), cursor(None), "中"]


@pytest.mark.parametrize("after", ODD_CURSORS)
def test_a_cursor_nobody_gave_is_no_error_of_ours(cast, after):
    client = caller(cast.city, cast.bureau, "board.read", *READ)
    for name in ("units", "records", "obligations", "facts", "hazards"):
        answer = client.get(f"/api/v1/{name}", {"after": after})
        assert answer.status_code in {200, 404}, (name, answer.content)
    is_problem(client.get("/api/v1/records", {"after": after}), 404)


def test_what_changed_since_is_given_for_keeping_in_step(cast):
    client = caller(cast.school, cast.officer, "hazard.report", *READ)
    send(client, "post", "/hazards", HAZARD)
    now = timezone.now()
    late = send(client, "post", "/hazards", HAZARD).json()["id"]
    for address in ("hazards", "records"):
        rows = client.get(f"/api/v1/{address}", {"updated_since": now.isoformat()}).json()["items"]
        assert [row["id"] for row in rows] == [late]


def test_asking_again_without_change_answers_304(cast):
    client = caller(cast.school, cast.officer)
    first = client.get("/api/v1/units")
    again = client.get("/api/v1/units", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_too_many_requests_are_told_when_to_come_back(cast, monkeypatch):
    client = caller(cast.school, cast.officer)
    monkeypatch.setattr(PerCaller, "allow_request", lambda self, request: False)
    monkeypatch.setattr(PerCaller, "wait", lambda self: 12)
    said = client.get("/api/v1/me")
    is_problem(said, 429)
    assert int(said.headers["Retry-After"]) >= 12


def test_the_schema_describes_every_field(cast):
    said = Client().get("/api/v1/openapi.json").json()
    missing = [
        f"{name}.{field}"
        for name, schema in said["components"]["schemas"].items()
        for field, facts in schema.get("properties", {}).items()
        if "description" not in facts
    ]
    assert missing == []


LISTS = [
    "units",
    "records",
    "hazards",
    "drills",
    "filings",
    "inspections",
    "obligations",
    "facts",
    "topics",
    "rules",
]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_for_one_row_and_for_many(cast, name):
    client = caller(cast.city, cast.bureau, "board.read", "hazard.report", "drill.write", *READ)
    today = str(timezone.localdate())

    def grow(n):
        for _ in range(n):
            send(client, "post", "/hazards", HAZARD | {"unit": cast.school.key})
            drill = {"type": "fire", "on": today, "expected": 9, "present": 9, "seconds": 9}
            send(client, "post", "/drills", drill | {"unit": cast.school.key})

    def cost():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/api/v1/{name}").status_code == 200
        return len(seen)

    grow(1)
    cost()
    few = cost()
    grow(2)
    with scope.everything():
        add_unit(cast.wujin, by=SYSTEM, code="2132000009", name="第三小学", kind="school",
                 profile={"stages": ["primary"], "pupils": 9})  # fmt: skip
    assert cost() == few
    assert few <= 15


def test_a_ledgers_row_is_added_once_corrected_and_taken_off(cast):
    client = caller(
        cast.school, cast.officer, "ledger.read", "ledger.write", "record.read", "unit.read"
    )
    columns = {one["key"]: one["columns"] for one in client.get("/api/v1/ledgers").json()}
    assert {"name": "expires_on", "kind": "day", "expires": True}.items() <= next(
        one for one in columns["fire_facility"] if one["name"] == "expires_on"
    ).items()
    body = {
        "id": str(new_id()),
        "facts": {
            "number": "M-1",
            "type": "extinguisher",
            "place": "一层",
            "expires_on": "2020-01-01",
        },
    }
    assert send(client, "post", "/ledgers/fire_facility", body).status_code == 201
    again = send(client, "post", "/ledgers/fire_facility", body)
    assert (again.status_code, again.json()["expiry"]) == (200, "expired")
    where = f"/ledgers/fire_facility/{body['id']}"
    corrected = send(client, "patch", where, {"facts": {"place": "二层"}, "version": 1}).json()
    assert (corrected["facts"]["place"], corrected["version"]) == ("二层", 2)
    is_problem(send(client, "patch", where, {"facts": {"place": "三层"}, "version": 1}), 409)
    wrong = is_problem(send(client, "patch", where, {"facts": {"type": "bomb", "moon": 1}}), 422)
    assert {one["field"] for one in wrong["errors"]} == {"type", "moon"}
    same = {"facts": body["facts"]}
    is_problem(send(client, "post", "/ledgers/fire_facility", same), 409)
    assert send(client, "post", f"{where}/end", {"why": "报废"}).json()["active"] is False
    assert client.get("/api/v1/ledgers/fire_facility").json()["items"] == []
    assert send(client, "post", f"{where}/restore", {}).json()["active"] is True


def test_sealed_columns_are_never_given_out_and_a_strangers_row_is_not_there(cast):
    client = caller(
        cast.school, cast.officer, "ledger.read", "ledger.write", "record.read", "unit.read"
    )
    facts = {"name": "王强", "born_on": "1980-05-01", "employer": "self", "phone": "13800001234"}
    made = send(client, "post", "/ledgers/guard", {"facts": facts}).json()
    assert "phone" not in made["facts"]
    other = caller(
        cast.other, cast.stranger, "ledger.read", "ledger.write", "record.read", "unit.read"
    )
    is_problem(other.get(f"/api/v1/ledgers/guard/{made['id']}"), 404)
    is_problem(send(other, "patch", f"/ledgers/guard/{made['id']}", {"facts": {}}), 404)
    is_problem(client.get(f"/api/v1/ledgers/gear/{made['id']}"), 404)
    is_problem(client.get("/api/v1/ledgers/moon"), 404)
