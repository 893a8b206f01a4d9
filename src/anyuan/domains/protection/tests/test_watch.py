"""Patrols and the rota: what a guard ticks on the phone counts once, who stands on a week is one person's word."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.hazards.models import Hazard
from anyuan.domains.protection.models import Patrol, PatrolMark, RotaLeader, RotaShift
from anyuan.domains.protection.numbers import is_night
from anyuan.domains.protection.services import Passed, record_patrol, set_rota
from anyuan.domains.protection.watch import monday_of, rota_mark, today_of, week_of
from anyuan.engines.ledgers.tests.books import put

NOON = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
NOON -= datetime.timedelta(days=1)
NIGHT = NOON.replace(hour=23)
MONDAY = monday_of(timezone.localdate())


def point(cast, number, **more):
    facts = {"number": number, "place": f"{number}处", "order": 1, "at_night": True} | more
    return put(
        cast, facts, key="patrol_point", **({"unit": more["unit"]} if "unit" in more else {})
    )


def guard(cast, name, **more):
    facts = {"name": name, "born_on": "1985-01-01", "employer": "self"} | more
    return put(cast, facts, key="guard")


def walk(cast, *passed, by=None, **more):
    by = by or cast.guard
    with scope.enter(by.units, person=str(by.person_id)):
        return record_patrol(cast.school, by=by, passed=passed, **more)


def rota(cast, shifts, leaders=None, by=None, **more):
    by = by or cast.officer
    with scope.enter(by.units, person=str(by.person_id)):
        set_rota(cast.school, by=by, monday=MONDAY, shifts=shifts, leaders=leaders or {}, **more)


@pytest.fixture
def points(cast):
    return [point(cast, "XC-1"), point(cast, "XC-2"), point(cast, "XC-3", at_night=False)]


def test_a_patrol_counts_what_it_passed_and_opens_what_was_wrong(cast, points):
    first, second, _third = points
    key = new_id()
    for _ in range(2):
        done = walk(
            cast, Passed(first.pk, NOON), Passed(second.pk, NOON + datetime.timedelta(minutes=9), "围墙有缺口"),
            record_id=key,
        )  # fmt: skip
    with scope.enter(cast.officer.units):
        assert Patrol.objects.count() == 1
        assert (done.passed, done.planned, done.whole) == (2, 3, False)
        assert done.record.tags == ["passed:part", "when:day"]
        assert done.record.happened_on == NOON.date()
        assert list(PatrolMark.objects.order_by("at").values_list("place", flat=True)) == ["XC-1处", "XC-2处"]  # fmt: skip
        hazard = Hazard.objects.get()
    assert (hazard.place, hazard.description) == ("XC-2处", "围墙有缺口")


def test_by_night_only_the_points_of_the_night_are_planned(cast, points):
    done = walk(cast, *(Passed(one.pk, NIGHT) for one in points[:2]))
    assert (done.at_night, done.whole) == (True, True)


def test_a_phones_clock_that_runs_ahead_counts_as_now(cast, points):
    done = walk(cast, Passed(points[0].pk, timezone.now() + datetime.timedelta(hours=3)))
    assert done.ended_at <= timezone.now()


def test_a_patrol_without_points_or_with_anothers_is_refused(cast, points):
    with pytest.raises(Refused, match="还没有到过"):
        walk(cast)
    with pytest.raises(Refused, match="还没有到过"):
        walk(cast, Passed(new_id(), NOON))
    with pytest.raises(Missing), scope.enter(cast.bureau.units):
        record_patrol(cast.school, by=cast.stranger, passed=[Passed(points[0].pk, NOON)])


def test_a_school_without_points_is_told_what_to_do(cast):
    with pytest.raises(Refused, match="先在台账里登记"):
        walk(cast, Passed(new_id(), NOON))


@given(st.datetimes(timezones=st.just(timezone.get_default_timezone())))
def test_the_night_is_from_ten_to_six(local):
    hours = [22, 6]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("anyuan.domains.protection.numbers.number_values", lambda key: hours)
        assert is_night(local) == (local.hour in {22, 23, 0, 1, 2, 3, 4, 5})


def test_the_week_is_written_as_a_whole(cast):
    strong, calm = guard(cast, "王强"), guard(cast, "李静")
    day = MONDAY
    rota(cast, {(strong.pk, day): "day", (calm.pk, day): "night"}, {day: " 李校长 "})
    rota(cast, {(strong.pk, day): "full"}, {})
    with scope.enter(cast.officer.units):
        assert list(RotaShift.objects.values_list("guard_id", "shift")) == [(strong.pk, "full")]
        assert not RotaLeader.objects.exists()
        week = week_of(cast.school, MONDAY)
    assert (day, "夜间") not in week.bare
    assert (day + datetime.timedelta(days=1), "白天") in week.bare


def test_who_does_not_stand_on_post_is_not_put_on_the_rota(cast):
    away = guard(cast, "赵六", status="suspended")
    with pytest.raises(Refused, match="离岗"):
        rota(cast, {(away.pk, MONDAY): "day"})
    strong = guard(cast, "王强")
    with pytest.raises(Refused, match="离岗"):
        rota(cast, {(strong.pk, MONDAY - datetime.timedelta(days=1)): "day"})
    with pytest.raises(Forbidden):
        rota(cast, {(strong.pk, MONDAY): "day"}, by=cast.guard)


def test_two_people_on_one_week_the_second_is_told(cast):
    strong = guard(cast, "王强")
    with scope.enter(cast.officer.units):
        seen = rota_mark(cast.school, MONDAY)
    rota(cast, {(strong.pk, MONDAY): "day"}, seen=seen)
    with pytest.raises(Conflict, match="刚被别人改过"):
        rota(cast, {(strong.pk, MONDAY): "night"}, seen=seen)


def test_today_says_who_is_on_and_how_often_was_walked(cast, points, asked):
    strong = guard(cast, "王强")
    today = timezone.localdate()
    rota(cast, {(strong.pk, today): "day"}, {today: "李校长"})
    walk(cast, *(Passed(one.pk, timezone.now()) for one in points))
    with scope.enter(cast.officer.units), asked() as queries:
        found = today_of([cast.school])[0]
    assert (found.leader, found.guards, found.walked, found.whole) == ("李校长", [("王强", "白班")], 1, 1)  # fmt: skip
    assert len(queries) == 3


def test_the_phones_form_records_the_times_it_says(cast, points):
    client = cast.client(cast.guard)
    first, second, _third = points
    page = client.get(reverse("protection:patrol_new"), {"at": first.pk})
    form = page.context["form"]
    sent = {
        "form_id": str(form["form_id"].value()), f"seen_{first.pk}": "on", f"at_{first.pk}": NOON.isoformat(),
        f"wrong_{second.pk}": "门没锁", f"at_{second.pk}": "不是时间",
    }  # fmt: skip
    answer = client.post(reverse("protection:patrol_new"), sent)
    assert answer.status_code == 302
    with scope.enter(cast.officer.units):
        done = Patrol.objects.get()
        assert done.started_at == NOON
        assert done.passed == 2
    empty = client.post(reverse("protection:patrol_new"), {"form_id": str(new_id())})
    assert empty.status_code == 422
    assert "还没有到过任何一个巡查点" in empty.content.decode()


def test_a_points_label_leads_to_the_walk_and_a_cameras_to_its_repair(cast, points):
    camera = put(cast, {"number": "SX-1", "type": "camera", "place": "门"}, key="device")
    client = cast.client(cast.guard)
    assert f"at={points[0].pk}" in client.get(reverse("ledgers:row", args=[points[0].pk])).content.decode()  # fmt: skip
    assert f"device={camera.pk}" in client.get(reverse("ledgers:row", args=[camera.pk])).content.decode()  # fmt: skip


def test_the_rotas_page_keeps_what_was_chosen_when_it_is_refused(cast):
    strong = guard(cast, "王强")
    client = cast.client(cast.officer)
    url = reverse("protection:rota")
    client.get(url)
    rota(cast, {(strong.pk, MONDAY): "day"})
    answer = client.post(url, {"from": str(MONDAY), "seen": "0" * 16, f"s_{strong.pk}_1": "night"})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "刚被别人改过" in body
    assert '<option value="night" selected>' in body
    sheet = client.get(reverse("protection:rota_sheet"))
    assert sheet.content.startswith(b"%PDF")
