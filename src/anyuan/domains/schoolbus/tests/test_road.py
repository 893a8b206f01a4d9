"""Positions set against speed and line, incidents, what is reminded of and what is forgotten, the bus's file."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.hazards.models import Hazard
from anyuan.domains.schoolbus.jobs import forget_old, remind_of_full_buses
from anyuan.domains.schoolbus.models import (
    BusBoarding,
    BusIncident,
    BusPosition,
    BusRider,
    BusTrip,
    BusViolation,
)
from anyuan.domains.schoolbus.positions import Reading, read_csv
from anyuan.domains.schoolbus.services.incidents import report_incident, withdraw_incident
from anyuan.domains.schoolbus.services.positions import keep_positions
from anyuan.domains.schoolbus.services.riders import drop_riders
from anyuan.domains.schoolbus.services.trips import end_trip, start_trip
from anyuan.domains.schoolbus.tests.making import TODAY, Fleet
from anyuan.engines.indicators.spec import all_indicators
from anyuan.engines.notices.queries import inbox

START = timezone.now() - datetime.timedelta(minutes=40)


@pytest.fixture
def fleet(cast):
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        yield Fleet(cast.school, cast.officer)


@pytest.fixture
def trip(fleet, cast):
    made = start_trip(fleet.trip(), by=cast.teacher)
    BusTrip.objects.filter(pk=made.pk).update(started_at=START)
    made.refresh_from_db()
    return made


def at(minute, speed=40, lon="119.955", lat="31.7025", plate="苏D00001"):
    return Reading(plate, START + datetime.timedelta(minutes=minute), Decimal(lon), Decimal(lat), Decimal(speed))  # fmt: skip


def test_speed_over_the_packs_limit_is_one_finding_a_trip_and_one_hazard(trip, cast):
    readings = [at(1), at(2, 61), at(3, 72), at(4, 60)]
    assert keep_positions(cast.school, by=cast.officer, readings=readings) == (4, 1)
    found = BusViolation.objects.get()
    assert (found.kind, found.times, found.worst, found.allowed) == ("speed", 2, 72, 60)
    hazard = Hazard.objects.get()
    assert "超速" in hazard.description
    assert "限值 60" in hazard.description
    assert keep_positions(cast.school, by=cast.officer, readings=readings) == (0, 0)
    assert keep_positions(cast.school, by=cast.officer, readings=[at(5, 90)]) == (1, 0)
    found.refresh_from_db()
    assert (found.times, found.worst) == (3, 90)
    assert Hazard.objects.count() == 1


def test_an_expressway_has_its_own_limit_and_what_is_outside_a_trip_is_nobodys(trip, fleet, cast):
    fleet.route.expressway = True
    fleet.route.save()
    readings = [at(1, 79), at(-5, 120)]
    assert keep_positions(cast.school, by=cast.officer, readings=readings) == (2, 0)


def test_off_the_line_is_a_finding_only_when_it_lasts(trip, cast):
    away = {"lon": "119.955", "lat": "31.7200"}  # two kilometres north of the line
    readings = [at(1), at(2, **away), at(3), at(4, **away), at(5, **away), at(6)]
    assert keep_positions(cast.school, by=cast.officer, readings=readings) == (6, 0)
    assert keep_positions(cast.school, by=cast.officer, readings=[at(4.5, **away)]) == (1, 1)
    found = BusViolation.objects.get()
    assert (found.kind, found.times, found.allowed) == ("route", 3, 500)
    assert 1600 < found.worst < 1750  # across the slanting line


def test_a_line_on_the_road_is_not_off_it(trip, cast):
    on = [at(n, lon=str(Decimal("119.950") + Decimal("0.001") * n), lat=str(Decimal("31.700") + Decimal("0.0005") * n)) for n in range(1, 20)]  # fmt: skip
    assert keep_positions(cast.school, by=cast.officer, readings=on) == (19, 0)


def test_positions_of_unknown_buses_or_of_tomorrow_are_refused_whole(trip, cast):
    late = Reading("苏D00001", timezone.now() + datetime.timedelta(days=1), Decimal(119), Decimal(31), Decimal(1))  # fmt: skip
    for readings, says in (([at(1), at(2, plate="苏D55555")], "苏D55555"), ([at(1), late], "晚于现在"), ([], "没有位置")):  # fmt: skip
        with pytest.raises(Refused, match=says):
            keep_positions(cast.school, by=cast.officer, readings=readings)
    for by, error in ((cast.teacher, Forbidden), (cast.stranger, Missing)):
        with pytest.raises(error):
            keep_positions(cast.school, by=by, readings=[at(1)])
    assert BusPosition.objects.count() == 0


GOOD = "车牌号,时间,经度,纬度,速度\n苏D00001,2026-09-01 07:10:00,119.95,31.70,42.5\n"


def test_a_file_as_platforms_write_it_is_understood():
    for body in (GOOD.encode(), GOOD.encode("gb18030"), b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace(",", "\t").encode(),
                 "速度,纬度,经度,GPS时间,车牌,备注\n42.5,31.70,119.95,2026/09/01 07:10:00,苏d00001,\n\n".encode()):  # fmt: skip
        (one,) = read_csv(body)
        assert (one.plate, one.speed, timezone.localtime(one.at).hour) == (
            "苏D00001",
            Decimal("42.5"),
            7,
        )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "空的"),
        ("车牌号,时间\n".encode(), "缺少“经度”列"),
        ("车牌号,时间,经度,纬度,速度\n".encode(), "没有位置数据"),
        (b"\xff\xff\xfe\xff", "编码"),
        ((GOOD + "苏D1,昨天,119,31,1\n苏D1,2026-09-01 07:10:00,219,31,NaN\n苏D1,x\n").encode(), "第 3 行时间“昨天”不正确.*第 4 行经度.*第 5 行缺少列.*没有导入任何一行"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_by_line(body, says):
    with pytest.raises(Refused, match=says):
        read_csv(body)


def test_the_page_reads_a_file_and_shows_the_finding_on_the_trip(trip, cast):
    client = cast.client(cast.officer)
    moment = timezone.localtime(START + datetime.timedelta(minutes=3)).strftime("%Y-%m-%d %H:%M:%S")
    body = f"车牌号,时间,经度,纬度,速度\n苏D00001,{moment},119.955,31.7025,88\n".encode()
    where = reverse("schoolbus:positions")
    assert client.post(where, {"file": SimpleUploadedFile("a.csv", body)}).status_code == 302
    assert "限值 60" in client.get(where).content.decode()
    page = client.get(reverse("schoolbus:trip", args=[trip.pk])).content.decode()
    assert "最大 88 公里/时" in page
    assert "route-data" in page
    wrong = client.post(where, {"file": SimpleUploadedFile("a.csv", b"x")})
    assert wrong.status_code == 422
    assert cast.client(cast.teacher).post(where, {"file": SimpleUploadedFile("a.csv", body)}).status_code == 403  # fmt: skip


def test_the_api_takes_positions_of_a_platform(trip, cast):
    client = cast.client(cast.officer)
    one = {"plate": "苏D00001", "at": (START + datetime.timedelta(minutes=2)).isoformat(), "lon": 119.955, "lat": 31.7025, "speed": 70}  # fmt: skip
    answer = client.post(
        "/api/v1/bus-positions", {"positions": [one]}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()) == (200, {"kept": 1, "findings": 1})
    bad = client.post("/api/v1/bus-positions", {"positions": [one | {"speed": 900}]}, content_type="application/json")  # fmt: skip
    assert bad.status_code == 422
    trips = client.get("/api/v1/bus-trips", {"state": "running"}).json()
    assert [t["plate"] for t in trips["items"]] == ["苏D00001"]


def test_an_incident_opens_a_hazard_where_something_must_be_put_right(trip, cast):
    key = new_id()
    facts = {"kind": "left_behind", "text": "一名学生在后排睡着，清车时发现。", "record_id": key}
    first = report_incident(trip, by=cast.teacher, **facts)
    assert report_incident(trip, by=cast.teacher, **facts).pk == first.pk
    hazard = Hazard.objects.get()
    assert (hazard.level, first.hazard) == ("major", True)
    assert "校车事件" in inbox(cast.officer).first().title
    report_incident(trip, by=cast.teacher, kind="behaviour", text="两名学生打闹")
    assert Hazard.objects.count() == 1
    for facts, field in (({"kind": "x", "text": "y"}, "kind"), ({"kind": "other", "text": " "}, "text")):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            report_incident(trip, by=cast.teacher, **facts)
        assert field in refusal.value.errors
    for by, error in ((cast.guard, Forbidden), (cast.stranger, Missing)):
        with pytest.raises(error):
            report_incident(trip, by=by, kind="other", text="x")
        with pytest.raises(error):
            withdraw_incident(first, by=by, reason="x")
    assert withdraw_incident(first, by=cast.officer, reason="误报").record.counts is False


def test_an_incident_from_the_phone(trip, cast):
    phone = cast.client(cast.teacher)
    where = reverse("schoolbus:incident_new", args=[trip.pk])
    assert phone.post(where, {"kind": "", "text": "", "injured": "0"}).status_code == 422
    done = phone.post(where, {"kind": "breakdown", "text": "左后轮胎漏气", "injured": "0"})
    assert done.status_code == 302
    assert "左后轮胎漏气" in phone.get(done["Location"]).content.decode()
    assert "左后轮胎漏气" in phone.get(reverse("schoolbus:incidents")).content.decode()
    assert BusIncident.objects.get().hazard


def test_a_bus_that_is_not_emptied_is_reminded_of_once(trip, cast):
    assert remind_of_full_buses() == 0
    BusTrip.objects.filter(pk=trip.pk).update(started_at=timezone.now() - datetime.timedelta(hours=5))  # fmt: skip
    for _ in range(2):
        assert remind_of_full_buses() == 1
    for by in (cast.officer, cast.teacher):
        assert sum("还没有清车" in one.title for one in inbox(by)) == 1
    assert (
        "发车已久，还没有清车"
        in cast.client(cast.officer).get(reverse("schoolbus:home")).content.decode()
    )


def test_lists_positions_and_pupils_are_forgotten_in_time(trip, fleet, cast):
    keep_positions(cast.school, by=cast.officer, readings=[at(1)])
    end_trip(trip, by=cast.teacher, walked=True)
    drop_riders(fleet.route, by=cast.officer, seats=[s.pk for s in fleet.route.seats.all()])
    assert forget_old(TODAY) == (0, 0, 0)
    assert BusRider.objects.count() == 3
    BusTrip.objects.filter(pk=trip.pk).update(day=TODAY - datetime.timedelta(days=200))
    BusPosition.objects.update(at=timezone.now() - datetime.timedelta(days=200))
    assert forget_old(TODAY) == (3, 1, 3)
    assert BusBoarding.objects.count() == BusRider.objects.count() == 0
    with pytest.raises(Missing):
        drop_riders(fleet.route, by=cast.officer, seats=[new_id()])


def test_the_file_of_a_bus_is_a_pdf_of_its_own_school(trip, fleet, cast):
    where = reverse("schoolbus:bus_file", args=[fleet.bus.pk])
    answer = cast.client(cast.officer).get(where)
    assert answer.content.startswith(b"%PDF")
    assert cast.client(cast.stranger).get(where).status_code == 404
    page = cast.client(cast.officer).get(reverse("ledgers:row", args=[fleet.bus.pk]))
    assert "一车一档" in page.content.decode()


def test_the_figures_count_trips_and_empty_buses(trip, cast):
    from django.db import connection

    month = TODAY.replace(day=1)
    facts = {
        "units": None,
        "since": month,
        "until": (month + datetime.timedelta(days=32)).replace(day=1),
    }
    keep_positions(cast.school, by=cast.officer, readings=[at(1, 90)])

    def figure(key):
        with connection.cursor() as cursor:
            cursor.execute(all_indicators()[key].sql, facts)
            return [tuple(int(n) for n in line[2:]) for line in cursor.fetchall()]

    assert figure("bus.emptied") == [(0, 1)]
    end_trip(trip, by=cast.teacher, walked=True)
    assert figure("bus.emptied") == [(1, 1)]
    assert (figure("bus.trips"), figure("bus.violations"), figure("bus.inspected")) == ([(1, 0)], [(1, 0)], [])  # fmt: skip
