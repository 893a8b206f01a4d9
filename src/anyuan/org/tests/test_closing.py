"""Closing on the page, and a closed school after it: nothing begins there any more."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.models import Audit
from anyuan.core.refused import Refused
from anyuan.org.import_services import import_people, import_units
from anyuan.org.importing import PEOPLE, UNITS
from anyuan.org.models import Person, Unit
from anyuan.org.services import add_person, add_unit, close_unit, move_unit
from anyuan.org.tests.cast import PROFILE, Cast
from anyuan.org.tests.test_units import GOOD, workbook

TODAY = timezone.localdate()


def change(cast: Cast, **sent: str) -> Any:
    return cast.client(cast.bureau).post(reverse("org:change", args=[cast.school.key]), sent)


def state(cast: Cast) -> str:
    with scope.everything():
        return str(Unit.objects.get(key=cast.school.key).state)


@pytest.fixture
def closed(cast: Cast) -> Unit:
    with scope.enter(cast.bureau.units):
        return close_unit(Unit.objects.get(key=cast.school.key), by=cast.bureau, on=TODAY)


def test_a_school_is_merged_on_the_page(cast):
    assert change(cast, what="close", target=cast.other.key, sure="on").status_code == 302
    assert state(cast) == "merged"


def test_a_school_moves_on_the_page(cast):
    assert change(cast, what="move", target=cast.tianning.key).status_code == 302
    with scope.everything():
        assert Unit.objects.get(code=cast.school.code).parent_id == cast.tianning.key


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"what": "move", "target": ""}, "请选择新的主管单位。"),
        ({"what": "move", "target": "320400.320412."}, "请选择另一个主管单位。"),
        ({"what": "close", "target": ""}, "请核对后勾选。"),
        (
            {"what": "close", "target": "320400.320412.", "sure": "on"},
            "请选择另一所正常办学的学校。",
        ),
        ({"target": "", "sure": "on"}, "并入或停办"),
    ],
)
def test_what_is_not_whole_changes_nothing(cast, sent, said):
    page = change(cast, **sent)
    assert page.status_code == 422
    assert said in page.content.decode()
    assert state(cast) == "active"


def test_what_was_chosen_is_kept(cast):
    page = change(cast, what="close", target=cast.other.key)
    assert f'<option value="{cast.other.key}" selected>' in page.content.decode()


def test_a_district_sees_no_move_that_it_cannot_make(cast):
    page = cast.client(cast.district).get(reverse("org:change", args=[cast.school.key]))
    assert "划转主管单位" not in page.content.decode()


def test_sent_twice_it_is_closed_once(cast):
    with scope.enter(cast.bureau.units):
        first, second = (Unit.objects.get(key=cast.school.key) for _n in range(2))
        close_unit(first, by=cast.bureau, on=TODAY)
        with pytest.raises(Refused):
            close_unit(second, by=cast.bureau, on=TODAY)
        assert Audit.objects.filter(what__contains="停办或并入").count() == 1


def test_a_closed_school_gets_no_campus(cast, closed):
    with pytest.raises(Refused) as refusal, scope.enter(cast.bureau.units):
        add_unit(
            cast.school, by=cast.bureau, code="2132000012", name="西校区", kind="campus", profile=PROFILE
        )  # fmt: skip
    assert "已停办或并入" in refusal.value.sentence


def test_a_closed_school_gets_no_people(cast, closed):
    with pytest.raises(Refused) as refusal, scope.enter(cast.bureau.units):
        add_person(closed, by=cast.bureau, username="late", name="迟到", role="teacher")
    assert "已停办或并入" in refusal.value.sentence
    assert not Person.objects.filter(username="late").exists()


def test_a_closed_school_is_not_moved(cast, closed):
    with pytest.raises(Refused), scope.enter(cast.bureau.units):
        move_unit(closed, by=cast.bureau, parent=cast.tianning)


def test_imports_name_the_row_of_a_closed_school(cast, closed):
    campus = GOOD | {"code": "2132000012", "kind": "校区", "parent": cast.school.code}
    person = {"username": "late", "name": "迟到", "unit": cast.school.code, "role": "教师"}
    with scope.enter(cast.bureau.units):
        units = import_units(cast.city, by=cast.bureau, body=workbook(UNITS, [campus]), apply=True)
        people = import_people(
            cast.city, by=cast.bureau, body=workbook(PEOPLE, [person]), apply=True
        )
    for outcome in (units, people):
        assert outcome.added == 0
        assert [said for said in outcome.mistakes if "已停办或并入" in said]


def test_the_page_of_a_closed_school_offers_only_what_can_be_done(cast, closed):
    text = cast.client(cast.bureau).get(reverse("org:unit", args=[closed.key])).content.decode()
    for offer in ("增加下级单位", "划转、并入或停办", "登记人员", "修改概况", "上报隐患"):
        assert offer not in text
    assert "看板" in text
