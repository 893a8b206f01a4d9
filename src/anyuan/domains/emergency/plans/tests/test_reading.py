"""Reading plans: from another system, on a phone without network; the pack's templates."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.offline import KEEP_HEADER
from anyuan.domains.emergency.plans.content import content
from anyuan.domains.emergency.plans.tests.making import drafted, published
from anyuan.org.permissions import Role
from anyuan.org.tests.cast import hire
from anyuan.org.tokens import issue_token


@pytest.fixture
def head(cast):
    with scope.everything():
        return hire(cast.school, "reading-head", "钱校长", "principal")


def caller(unit, actor, *permissions):
    with scope.enter(actor.units):
        _token, text = issue_token(
            unit, by=actor, name="对接", permissions=["unit.read", *permissions],
            expires_on=timezone.localdate() + datetime.timedelta(days=9),
        )  # fmt: skip
    return Client(headers={"authorization": f"Bearer {text}"})


def test_another_system_reads_a_plan_with_its_text(cast, head):
    version = published(cast, head)
    client = caller(cast.school, cast.officer, "record.read")
    found = client.get("/api/v1/plans?state=published&type=general").json()["items"]
    assert [one["id"] for one in found] == [str(version.pk)]
    said = client.get(f"/api/v1/plans/{version.pk}").json()
    assert (said["type"], said["number"], said["state"]) == ("general", 1, "published")
    assert said["sections"][0]["text"]
    assert {one["level"] for one in said["levels"]} == {"I", "II", "III", "IV"}
    assert all(one["steps"] for one in said["cards"])
    assert "phone" not in str(said["roles"])


def test_the_list_is_narrowed_and_a_wrong_state_is_a_problem(cast, head):
    published(cast, head)
    client = caller(cast.school, cast.officer, "record.read")
    for asked in ("type=weather", "state=draft"):
        assert client.get(f"/api/v1/plans?{asked}").json()["items"] == []
    assert client.get("/api/v1/plans?state=burnt").status_code == 422


def test_other_callers_do_not_read_it(cast, head):
    version = published(cast, head)
    stranger = caller(cast.other, cast.stranger, "record.read")
    assert stranger.get(f"/api/v1/plans/{version.pk}").status_code == 404
    assert stranger.get("/api/v1/plans").json()["items"] == []
    unread = caller(cast.school, cast.officer, "hazard.read")
    assert unread.get("/api/v1/plans").status_code == 403


def test_a_phone_keeps_the_plan_in_force_and_no_draft(cast, head):
    client = cast.client(cast.officer)
    version = published(cast, head)
    where = reverse("plans:read", args=[version.pk])
    answer = client.get(where)
    assert answer.headers[KEEP_HEADER] == "yes"
    assert f'data-urls="{where}"' in answer.text
    draft = client.get(reverse("plans:read", args=[drafted(cast, kind="weather").pk]))
    assert KEEP_HEADER not in draft.headers
    assert 'data-module="keep"' not in draft.text


def test_the_library_keeps_the_plans_of_ones_own_unit_in_force(cast, head):
    version = published(cast, head)
    drafted(cast, kind="weather")
    where = reverse("plans:read", args=[version.pk])
    client = cast.client(cast.officer)
    answer = client.get(reverse("plans:list"))
    assert f'data-urls="{where}"  data-auto'.replace("  ", " ") in answer.text
    assert KEEP_HEADER not in answer.headers
    above = cast.client(cast.district).get(reverse("plans:list"), {"unit": cast.school.key})
    assert 'data-module="keep"' not in above.text


@pytest.mark.parametrize("kind", sorted(content().kinds))
def test_every_kind_has_a_template_that_fits_the_tables(kind):
    template = content().templates[kind]
    assert len(template.sections) >= 3
    assert len({key for key, _title, _text in template.sections}) == len(template.sections)
    assert {"purpose", "steps", "aftercare"} <= {key for key, _title, _text in template.sections}
    assert all(
        len(key) <= 24 and len(title) <= 60 and text for key, title, text in template.sections
    )
    levels = [one.level for one in template.levels]
    assert len(set(levels)) == len(levels) >= 3
    assert all(
        one.when and one.measures and len("\n".join(one.measures)) <= 4000
        for one in template.levels
    )
    for role in template.roles:
        assert len(role.name) <= 40, role.name
        assert not role.post or role.post in Role.values, role.post
    assert template.cards
    assert all(len(one.role) <= 40 and one.steps for one in template.cards)


def test_air_pollution_has_the_citys_three_levels():
    assert [one.level for one in content().templates["pollution"].levels] == ["I", "II", "III"]
