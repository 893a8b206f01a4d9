"""A trip: refused unless everything holds, kept on the phone, ended only with an empty bus."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.schoolbus.models import BusBoarding, BusRider, BusTrip
from anyuan.domains.schoolbus.services.riders import Pupil, put_riders
from anyuan.domains.schoolbus.services.routes import stop_route
from anyuan.domains.schoolbus.services.trips import (
    Crew,
    add_rider,
    cancel_trip,
    change_crew,
    end_trip,
    mark_rides,
    open_list,
    plan_day,
    plan_trip,
    start_trip,
)
from anyuan.domains.schoolbus.tests.making import LATER, TODAY, Fleet, attendant, bus, driver
from anyuan.engines.ledgers.registry import find
from anyuan.engines.ledgers.services import change_row, end_row
from anyuan.org.tests.cast import hire

YESTERDAY = TODAY - datetime.timedelta(days=1)


@pytest.fixture
def fleet(cast):
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        yield Fleet(cast.school, cast.officer)


def refusal_of(fleet, crew):
    with pytest.raises(Refused) as refusal:
        plan_trip(fleet.route, by=fleet.by, day=TODAY, crew=crew)
    return refusal.value


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"permit_no": ""}, "没有校车标牌号"),
        ({"permit_until": YESTERDAY}, "校车使用许可已于"),
        ({"inspection_until": None}, "没有登记安全检验"),
        ({"inspection_until": YESTERDAY}, "安全检验已于"),
        ({"insurance_until": YESTERDAY}, "承运人责任险已于"),
        ({"compulsory_until": None}, "没有登记交强险"),
        ({"state": "repair"}, "维修停用"),
        ({"scrap_on": TODAY}, "报废年限"),
    ],
)
def test_a_bus_that_may_not_drive_is_refused_with_the_reason(fleet, cast, facts, says):
    change_row(fleet.bus, by=cast.officer, ledger=find("bus"), facts=facts)
    fleet.bus.refresh_from_db()
    refusal = refusal_of(fleet, fleet.crew)
    assert says in refusal.errors["bus"]
    assert "苏D00001" in refusal.errors["bus"]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"born_on": TODAY.replace(year=TODAY.year - 61, day=1)}, "年龄 61 周岁"),
        (
            {"born_on": TODAY.replace(year=TODAY.year - 24, day=1), "licensed_on": None},
            "应为 25 至 60",
        ),
        ({"licensed_on": TODAY - datetime.timedelta(days=700)}, "不满 3 年"),
        ({"qualified_on": None}, "没有校车驾驶资格"),
        ({"review_until": YESTERDAY}, "年度审验已于"),
        ({"licence_until": YESTERDAY}, "驾驶证已于"),
        ({"check_until": None}, "没有登记违法犯罪记录查询"),
        ({"licence_class": "B1"}, "不能驾驶核载 20 人的车"),
        ({"state": "suspended"}, "暂停上岗"),
    ],
)
def test_a_driver_who_may_not_drive_is_refused_with_the_reason(fleet, cast, facts, says):
    facts = {
        "licensed_on": datetime.date(2021, 1, 1),
        "qualified_on": datetime.date(2021, 1, 1),
    } | facts
    other = driver(cast.school, cast.officer, **({"name": "王师傅"} | facts))
    assert says in refusal_of(fleet, Crew(fleet.attendant, fleet.bus, other)).errors["driver"]


def test_no_trip_without_an_attendant_who_may_go(fleet, cast):
    refusal = refusal_of(fleet, Crew(None, fleet.bus, fleet.driver))
    assert "没有照管员" in refusal.errors["attendant"]
    untrained = attendant(cast.school, cast.officer, name="钱老师", training_until=YESTERDAY)
    refusal = refusal_of(fleet, Crew(untrained, fleet.bus, fleet.driver))
    assert "照管员培训已于" in refusal.errors["attendant"]


def test_all_reasons_come_at_once_and_nothing_is_kept(fleet, cast):
    refusal = refusal_of(fleet, Crew(None, None, None))
    assert set(refusal.errors) == {"bus", "driver", "attendant"}
    assert BusTrip.objects.count() == 0


def test_what_expires_between_planning_and_starting_stops_the_start(fleet, cast):
    trip = fleet.trip()
    change_row(fleet.bus, by=cast.officer, ledger=find("bus"), facts={"insurance_until": YESTERDAY})
    with pytest.raises(Refused, match=r"不能发车.*承运人责任险已于"):
        start_trip(trip, by=cast.officer)


def test_a_bus_taken_off_the_register_does_not_drive(fleet, cast):
    end_row(fleet.bus, by=cast.officer, ledger=find("bus"), why="报废")
    fleet.bus.refresh_from_db()
    assert "移出台账" in refusal_of(fleet, fleet.crew).errors["bus"]


def rides(trip):
    return list(BusBoarding.objects.filter(trip=trip).order_by("id"))


def test_nobody_is_left_behind(fleet, cast):
    trip = start_trip(fleet.trip(), by=cast.teacher)
    first, second, third = rides(trip)
    mark_rides(trip, by=cast.teacher, boardings=[first.pk, second.pk], ride="aboard")
    mark_rides(trip, by=cast.teacher, boardings=[first.pk], ride="left")
    with pytest.raises(Refused, match="还有 1 名学生没有登记下车"):
        end_trip(trip, by=cast.teacher, walked=True)
    mark_rides(trip, by=cast.teacher, boardings=[second.pk], ride="left")
    with pytest.raises(Refused) as refusal:
        end_trip(trip, by=cast.teacher, walked=False)
    assert refusal.value.field == "walked"
    done = end_trip(trip, by=cast.teacher, walked=True)
    assert (done.record.state, done.record.counts) == ("done", True)
    assert (done.boarded, done.left, done.emptied_by_id) == (2, 2, cast.teacher.person_id)
    third.refresh_from_db()
    assert third.state == "absent"
    with pytest.raises(Conflict):
        mark_rides(trip, by=cast.teacher, boardings=[first.pk], ride="aboard")
    with pytest.raises(Conflict):
        end_trip(trip, by=cast.teacher, walked=True)


def test_the_database_itself_forbids_an_end_with_a_pupil_aboard(fleet, cast):
    trip = start_trip(fleet.trip(), by=cast.teacher)
    mark_rides(trip, by=cast.teacher, boardings=[rides(trip)[0].pk], ride="aboard")
    now = timezone.now()
    for facts in ({"emptied_at": now}, {"emptied_at": now, "emptied_by": cast.teacher.person_id}):
        with pytest.raises(IntegrityError), transaction.atomic():
            BusTrip.objects.filter(pk=trip.pk).update(**facts)


def test_a_pupil_who_did_not_board_cannot_leave_and_a_slip_is_corrected(fleet, cast):
    trip = start_trip(fleet.trip(), by=cast.teacher)
    row = rides(trip)[0]
    with pytest.raises(Refused, match="还没有登记上车"):
        mark_rides(trip, by=cast.teacher, boardings=[row.pk], ride="left")
    mark_rides(trip, by=cast.teacher, boardings=[row.pk], ride="aboard")
    assert mark_rides(trip, by=cast.teacher, boardings=[row.pk], ride="waiting").boarded == 0
    with pytest.raises(Missing):
        mark_rides(trip, by=cast.teacher, boardings=[new_id()], ride="aboard")
    with pytest.raises(Refused):
        mark_rides(trip, by=cast.teacher, boardings=[row.pk], ride="flying")


def test_a_pupil_on_no_list_counts_and_no_more_ride_than_the_bus_may_carry(fleet, cast):
    change_row(fleet.bus, by=cast.officer, ledger=find("bus"), facts={"seats": 4})
    fleet.bus.refresh_from_db()
    trip = start_trip(fleet.trip(), by=cast.teacher)
    mark_rides(trip, by=cast.teacher, boardings=[rides(trip)[0].pk], ride="aboard")
    extra = add_rider(trip, by=cast.teacher, name="三（2）班 王某")
    with pytest.raises(Refused, match="不能超员"):
        add_rider(trip, by=cast.teacher, name="另一人")
    trip.refresh_from_db()
    assert trip.boarded == 2
    with pytest.raises(Refused):
        add_rider(trip, by=cast.teacher, name=" ")
    with pytest.raises(Refused, match="还有 2 名"):
        end_trip(trip, by=cast.teacher, walked=True)
    assert extra.extra == "三（2）班 王某"


def test_only_the_trips_attendant_or_the_officer_sees_and_keeps_the_list(fleet, cast):
    trip = fleet.trip()
    for act in (
        lambda by: open_list(trip, by=by),
        lambda by: start_trip(trip, by=by),
        lambda by: mark_rides(trip, by=by, boardings=[], ride="left"),
        lambda by: add_rider(trip, by=by, name="x"),
        lambda by: end_trip(trip, by=by, walked=True),
    ):
        with pytest.raises(Forbidden):
            act(cast.guard)
        with pytest.raises(Missing):
            act(cast.stranger)
    names = [row.rider.name for row in open_list(trip, by=cast.teacher)]
    assert sorted(names) == ["学生1", "学生2", "学生3"]
    log = Audit.objects.get(action="read_sensitive")
    assert (log.person_id, "乘车名单" in log.what) == (cast.teacher.person_id, True)


def test_names_are_not_readable_in_the_table(fleet):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT number, name, guardian, phone, mark FROM schoolbus_busrider")
        stored = " ".join(str(value) for line in cursor.fetchall() for value in line)
    assert not any(word in stored for word in ("学生", "2026", "家长", "138"))


def test_sent_twice_is_one_trip_and_the_same_trip_again_is_a_conflict(fleet, cast):
    key = new_id()
    assert fleet.trip(record_id=key).pk == fleet.trip(record_id=key).pk
    with pytest.raises(Conflict, match="第 1 趟已经安排"):
        fleet.trip()
    assert fleet.trip(turn=2).turn == 2


def test_a_bus_or_person_on_the_road_is_not_on_another_trip(fleet, cast):
    start_trip(fleet.trip(), by=cast.officer)
    with pytest.raises(Conflict, match="还在另一趟上"):
        start_trip(fleet.trip(turn=2), by=cast.officer)


def test_the_days_trips_are_made_at_once_and_what_cannot_go_is_named(fleet, cast):
    made, wrong = plan_day(cast.school, by=cast.officer, day=TODAY)
    assert ([t.route.name for t in made], wrong) == (["一号线"], [])
    assert plan_day(cast.school, by=cast.officer, day=TODAY) == ([], [])
    cancel_trip(made[0], by=cast.officer, reason="下雪")
    change_row(fleet.bus, by=cast.officer, ledger=find("bus"), facts={"permit_until": YESTERDAY})
    made, wrong = plan_day(cast.school, by=cast.officer, day=TODAY)
    assert made == []
    assert "校车使用许可已于" in wrong[0]
    for day in (YESTERDAY, TODAY + datetime.timedelta(days=40)):
        with pytest.raises(Refused):
            plan_day(cast.school, by=cast.officer, day=day)
        with pytest.raises(Refused):
            plan_trip(fleet.route, by=cast.officer, day=day, crew=fleet.crew)
    with pytest.raises(Forbidden):
        plan_day(cast.school, by=cast.teacher, day=TODAY)
    with pytest.raises(Missing):
        plan_day(cast.school, by=cast.stranger, day=TODAY)


def test_another_bus_before_the_start_and_cancelling(fleet, cast):
    trip = fleet.trip()
    spare = bus(cast.school, cast.officer, plate="苏D00002", permit_until=LATER)
    changed = change_crew(trip, by=cast.officer, crew=Crew(fleet.attendant, spare, fleet.driver))
    assert (changed.plate, changed.seats) == ("苏D00002", 20)
    with pytest.raises(Refused):
        change_crew(trip, by=cast.officer, crew=Crew(None, spare, fleet.driver))
    with pytest.raises(Refused):
        cancel_trip(trip, by=cast.officer, reason=" ")
    for by, error in ((cast.teacher, Forbidden), (cast.stranger, Missing)):
        with pytest.raises(error):
            change_crew(trip, by=by, crew=fleet.crew)
        with pytest.raises(error):
            cancel_trip(trip, by=by, reason="x")
    start_trip(trip, by=cast.officer)
    for act in (lambda: cancel_trip(trip, by=cast.officer, reason="x"), lambda: change_crew(trip, by=cast.officer, crew=fleet.crew)):  # fmt: skip
        with pytest.raises(Conflict):
            act()
    with pytest.raises(Conflict, match="还有一趟在运行"):
        stop_route(fleet.route, by=cast.officer)


def test_a_bus_of_another_school_is_not_taken(fleet, cast):
    with scope.everything():
        foreign = bus(cast.other, cast.stranger, plate="苏D99999")
    assert (
        "本校台账" in refusal_of(fleet, Crew(fleet.attendant, foreign, fleet.driver)).errors["bus"]
    )


def test_a_substitute_without_the_trip_is_told_whom_to_ask(fleet, cast):
    other = hire(cast.school, "teacher2", "教师戊", "teacher")
    with pytest.raises(Forbidden, match="更换照管员"):
        open_list(fleet.trip(), by=other)


def test_the_list_of_riders_keeps_to_its_lines(fleet, cast):
    lines = [Pupil(1, "2026001", "改名", "", "", "花园街"), Pupil(2, "2026009", "新生")]
    assert put_riders(fleet.route, by=cast.officer, pupils=lines) == (1, 1)
    assert BusRider.objects.count() == 4
    bad = [Pupil(1, "", "无号"), Pupil(2, "32040420150101123X", "身份证"), Pupil(3, "7", "甲", stop="火星"), Pupil(4, "8", "乙"), Pupil(5, "8", "丙")]  # fmt: skip
    with pytest.raises(Refused) as refusal:
        put_riders(fleet.route, by=cast.officer, pupils=bad)
    said = refusal.value.sentence
    assert all(word in said for word in ("第 1 行", "身份证号", "“火星”", "与第 4 行学号相同"))
    assert BusRider.objects.count() == 4
    with pytest.raises(Refused):
        put_riders(fleet.route, by=cast.officer, pupils=[])
    for by, error in ((cast.teacher, Forbidden), (cast.stranger, Missing)):
        with pytest.raises(error):
            put_riders(fleet.route, by=by, pupils=lines)
