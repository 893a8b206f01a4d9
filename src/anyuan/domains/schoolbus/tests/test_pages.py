"""The pages as people walk through them: routes, the day, the attendant's phone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.domains.schoolbus.models import BusBoarding, BusInspection, BusRoute, BusTrip
from anyuan.domains.schoolbus.tests.making import LATER, TODAY, Fleet


@pytest.fixture
def fleet(cast):
    return Fleet(cast.school, cast.officer)


def text_of(answer):
    return answer.content.decode()


def stops_of(*names):
    body = {"stops-TOTAL_FORMS": "6", "stops-INITIAL_FORMS": "0"}
    for n, name in enumerate(names):
        body |= {f"stops-{n}-name": name, f"stops-{n}-at": f"07:{n}0", f"stops-{n}-lon": "119.95", f"stops-{n}-lat": "31.7"}  # fmt: skip
    return body


def test_a_route_is_written_once_and_what_is_wrong_is_said(fleet, cast):
    client = cast.client(cast.officer)
    where = reverse("schoolbus:route_new")
    assert "站点，按先后" in text_of(client.get(where))
    facts = {
        "name": "二号线",
        "direction": "home",
        "weekdays": ["1", "3"],
        "form_id": str(new_id()),
    }
    wrong = client.post(where, facts | stops_of("起点"))
    assert wrong.status_code == 422
    assert "至少填写两个停靠站点" in text_of(wrong)
    assert "二号线" in text_of(wrong)
    for _ in range(2):
        assert client.post(where, facts | stops_of("起点", "终点")).status_code == 302
    again = client.post(where, facts | stops_of("甲", "乙") | {"form_id": str(new_id())})
    assert "已有同名、同方向的在用线路" in text_of(again)
    with scope.enter(cast.officer.units):
        route = BusRoute.objects.get(name="二号线")
        assert [s.name for s in route.stops.all()] == ["起点", "终点"]
    page = reverse("schoolbus:route_edit", args=[route.pk])
    assert "起点" in text_of(client.get(page))
    with scope.enter(cast.officer.units):
        keys = [str(s.pk) for s in route.stops.all()]
    body = facts | stops_of("终点", "起点") | {"stops-INITIAL_FORMS": "2", "stops-0-pk": keys[1], "stops-1-pk": keys[0], "form_id": ""}  # fmt: skip
    assert client.post(page, body).status_code == 302
    with scope.enter(cast.officer.units):
        assert [str(s.pk) for s in route.stops.all()] == keys[::-1]


def test_riders_from_a_pasted_sheet_and_names_only_when_asked_for(fleet, cast):
    client = cast.client(cast.officer)
    where = reverse("schoolbus:route_riders", args=[fleet.route.pk])
    answer = client.post(
        where, {"lines": "2026101\t张晓晓\t王建国\t13800000000\t花园街\n2026102 李 红"}
    )
    assert answer.status_code == 302, text_of(answer)
    page = reverse("schoolbus:route", args=[fleet.route.pk])
    assert "张晓晓" not in text_of(client.get(page))
    assert "张晓晓" in text_of(client.post(where, {"show": "1"}))
    wrong = client.post(where, {"lines": "2026103"})
    assert wrong.status_code == 422
    assert "第 1 行" in text_of(wrong)
    assert "2026103" in text_of(wrong)
    teacher = cast.client(cast.teacher)
    assert teacher.post(where, {"show": "1"}).status_code == 403
    assert cast.client(cast.stranger).get(page).status_code == 404


def test_the_attendants_phone_from_start_to_empty_bus(fleet, cast):
    officer, phone = cast.client(cast.officer), cast.client(cast.teacher)
    officer.post(reverse("schoolbus:day_plan"))
    with scope.enter(cast.officer.units):
        trip = BusTrip.objects.get()
        first, second, third = BusBoarding.objects.filter(trip=trip).order_by("id")
    assert "一号线" in text_of(phone.get(reverse("web:today_more")))
    page = reverse("schoolbus:trip", args=[trip.pk])
    assert "发车，开始点名" in text_of(phone.get(page))
    assert "学生1" not in text_of(cast.client(cast.guard).get(page))
    assert phone.post(reverse("schoolbus:trip_start", args=[trip.pk])).status_code == 302
    rides = reverse("schoolbus:trip_rides", args=[trip.pk])
    phone.post(rides, {"one": f"{first.pk}:aboard"})
    phone.post(rides, {"rows": [str(second.pk), str(third.pk)], "ride": "aboard"})
    assert phone.post(rides, {"ride": "left"}).status_code == 422
    said = phone.post(rides, {"ride": "left"}, headers={"HX-Request": "true"})
    assert said.status_code == 200
    assert "请先勾选学生" in text_of(said)
    assert "点下车" in text_of(phone.get(page))
    assert f"{first.pk}:left" not in text_of(phone.get(page + "?phase=on"))
    assert f"{first.pk}:left" in text_of(phone.get(page + "?phase=off"))
    end = reverse("schoolbus:trip_end", args=[trip.pk])
    refused = phone.post(end, {"walked": "on", "note": "路上顺利"})
    assert refused.status_code == 422
    assert "还有 3 名学生没有登记下车" in text_of(refused)
    assert "路上顺利" in text_of(refused)
    phone.post(rides, {"rows": [str(one.pk) for one in (first, second, third)], "ride": "left"})
    assert "逐座查看" in text_of(phone.post(end, {"note": ""}))
    assert phone.post(end, {"walked": "on"}).status_code == 302
    done = text_of(phone.get(page))
    assert "已清车" in done
    assert "学生1" not in done
    assert "planned" not in done
    assert "学生1" in text_of(phone.get(page + "?names"))


def test_what_may_not_drive_stands_on_the_first_page_with_its_reason(cast):
    fleet = Fleet(cast.school, cast.officer, permit_no="")
    client = cast.client(cast.officer)
    assert "没有校车标牌号" in text_of(client.get(reverse("schoolbus:home")))
    answer = client.post(reverse("schoolbus:day_plan"), follow=True)
    assert "一号线：苏D00001：没有校车标牌号" in text_of(answer)
    form = client.post(
        reverse("schoolbus:trip_new", args=[fleet.route.pk]),
        {"day": str(TODAY), "turn": "1", "bus": str(fleet.bus.pk), "driver": str(fleet.driver.pk), "attendant": ""},
    )  # fmt: skip
    assert form.status_code == 422
    assert "没有校车标牌号" in text_of(form)
    assert "没有照管员的车不能开" in text_of(form)
    above = cast.client(cast.district)
    assert "没有校车标牌号" in text_of(above.get(reverse("schoolbus:home")))


def test_the_half_yearly_inspection_moves_the_registers_dates(fleet, cast):
    client = cast.client(cast.officer)
    where = reverse("schoolbus:inspection_new")
    body = {
        "on": str(TODAY),
        "until": str(LATER),
        "buses": [str(fleet.bus.pk)],
        "form_id": str(new_id()),
    }
    for _ in range(2):
        assert client.post(where, body).status_code == 302
    with scope.enter(cast.officer.units):
        done = BusInspection.objects.get()
        assert done.record.tags == ["buses:all"]
        fleet.bus.refresh_from_db()
        assert (fleet.bus.inspected_on, fleet.bus.inspection_until) == (TODAY, LATER)
    wrong = client.post(where, body | {"until": "2040-01-01", "form_id": str(new_id())})
    assert "每 6 个月检验一次" in text_of(wrong)
    end = reverse("schoolbus:inspection_withdraw", args=[done.pk])
    assert cast.client(cast.teacher).post(end, {"reason": "x"}).status_code == 403
    assert client.post(end, {"reason": "登记重复"}).status_code == 302
    with scope.enter(cast.officer.units):
        done.record.refresh_from_db()
        assert done.record.counts is False


def test_lists_ask_the_same_for_one_and_for_several(fleet, cast, asked):
    client = cast.client(cast.officer)
    fleet.trip()
    pages = [reverse(f"schoolbus:{name}") for name in ("home", "trips", "routes", "inspections")]
    first = []
    for page in pages:
        client.get(page)
        with asked() as queries:
            client.get(page)
        first.append(len(queries))
    fleet.trip(turn=2)
    fleet.trip(turn=3)
    for page, before in zip(pages, first, strict=True):
        with asked() as queries:
            client.get(page)
        assert len(queries) == before <= 15, page
