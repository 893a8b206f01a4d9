"""The demo's school buses: registers, routes, a term of trips, some findings, two shared buses."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pghistory
from django.utils import timezone

from anyuan.core import events
from anyuan.core.ids import new_id
from anyuan.core.models import Record
from anyuan.core.periods import is_working_day
from anyuan.domains.schoolbus import demo_sharing
from anyuan.domains.schoolbus.fitness import bus_faults
from anyuan.domains.schoolbus.marks import mark_of
from anyuan.domains.schoolbus.models import (
    Bus,
    BusAttendant,
    BusBoarding,
    BusDriver,
    BusInspection,
    BusRider,
    BusRoute,
    BusSeat,
    BusStop,
    BusTrip,
    BusViolation,
)
from anyuan.engines.ledgers import bulk
from anyuan.org.models import Person, Post, Profile, Unit

Facts = dict[str, Any]
COMPANY = "常州龙城校车服务有限公司（演示）"
NAMES = [a + b for a in "王李张刘陈杨赵黄周吴" for b in ("大军", "国强", "桂芳", "玉梅", "小平", "红英")]  # fmt: skip
PUPILS = [a + b for a in "赵钱孙李周吴郑王" for b in ("子涵", "一诺", "浩然", "欣怡", "梓轩", "雨桐")]  # fmt: skip
STOPS = ["新城花园", "文化广场", "幸福小区", "集镇北站", "桥头", "东村", "南苑"]
NAMED_DAYS = 2  # days back for which the demo has lists
DRIVEN_DAYS = 21  # days back for which it has trips
LOOKED_AT = 0.95  # of the trips of the last school day
DEMO_TEACHER = "teacher"  # the demo's own account: this school has nothing left over


def day(today: datetime.date, number: int) -> datetime.date:
    return today + datetime.timedelta(days=number)


def operators(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[Facts]:
    if profile.has_bus:
        yield {"name": COMPANY, "contact": "秦经理", "licence_no": "苏交运管许可演示", "licence_until": day(today, 500),
               "contract_until": day(today, rng.randint(20, 400))}  # fmt: skip


def buses(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[Facts]:
    small = "kindergarten" in profile.stages
    for n in range((1 + profile.pupils // 900) * profile.has_bus):
        late = rng.random() < 0.1
        # Inspected before the term; the register's dates move on with `fill`.
        inspected = day(today, -rng.randint(100, 150))
        yield {
            "plate": f"苏D{rng.randint(10000, 99999)}", "kind": "kindergarten" if small else "primary",
            "seats": rng.choice([29, 36, 41] if small else [36, 45, 52]), "operator": COMPANY,
            "permit_no": f"苏校标{rng.randint(1000, 9999)}", "permit_until": day(today, -9 if late else rng.randint(40, 600)),
            "registered_on": day(today, -rng.randint(300, 2500)), "inspected_on": inspected,
            "inspection_until": day(inspected, 180), "compulsory_until": day(today, rng.randint(30, 300)),
            "insurance_until": day(today, rng.randint(5, 300)), "gps_no": f"GPS{rng.randint(10000, 99999)}",
            "extinguisher_until": day(today, rng.randint(30, 900)), "note": "" if n else "主力车辆",
        }  # fmt: skip


def drivers(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[Facts]:
    for name in rng.sample(NAMES, (1 + profile.pupils // 900) * profile.has_bus):
        born = datetime.date(rng.randint(1969, 1990), rng.randint(1, 12), rng.randint(1, 28))
        yield {
            "name": name, "born_on": born, "phone": "13800000000", "operator": COMPANY, "licence_class": "A1",
            "licensed_on": born.replace(year=born.year + 28), "licence_until": day(today, rng.randint(200, 1500)),
            "qualified_on": day(today, -rng.randint(200, 1000)), "review_until": day(today, rng.randint(-4, 340)),
            "checked_on": day(today, -rng.randint(75, 340)), "check_until": day(today, rng.randint(10, 300)),
            "health_until": day(today, rng.randint(10, 300)),
        }  # fmt: skip


def attendants(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[Facts]:
    for name in rng.sample(NAMES, (1 + profile.pupils // 900) * profile.has_bus):
        yield {
            "name": name, "phone": "13800000000", "employer": "本校", "trained_on": day(today, -rng.randint(75, 200)),
            "training_until": day(today, rng.randint(20, 300)), "check_until": day(today, rng.randint(10, 300)),
            "health_until": day(today, rng.randint(10, 300)),
        }  # fmt: skip


LEDGERS = {"bus_operator": operators, "bus": buses, "bus_driver": drivers, "bus_attendant": attendants}  # fmt: skip


class Yard:
    """One site's buses with their people; what it writes is collected for a few statements at the end."""

    def __init__(self, profile: Profile, teacher: Person) -> None:
        self.unit, self.profile, self.teacher = profile.unit, profile, teacher
        self.own = teacher.username == DEMO_TEACHER
        self.rng = random.Random(f"bus{self.unit.key}")  # noqa: S311 -- the same demo each time
        self.crews: list[tuple[Bus, BusDriver, BusAttendant]] = []


class Sheets:
    """Rows of every table, inserted together."""

    def __init__(self) -> None:
        self.rows: dict[type[Any], list[Facts]] = {}

    def add(self, model: type[Any], **facts: Any) -> Any:
        self.rows.setdefault(model, []).append(facts)
        return facts.get("id") or facts.get("record")

    def record(self, yard: Yard, kind: str, on: datetime.date, title: str, state: str, tags: list[str], *, counts: bool) -> Any:  # fmt: skip
        moment = min(_at(on, 30), timezone.now())
        return self.add(
            Record, id=new_id(), kind=kind, unit=yard.unit.key, done_by=yard.unit.key, happened_on=on, title=title,
            state=state, counts=counts, tags=tags, created_by=yard.teacher.pk, created_at=moment, updated_at=moment,
        )  # fmt: skip

    def insert(self) -> None:
        for model, rows in self.rows.items():
            bulk.insert(model, rows)


def _at(on: datetime.date, minute: int) -> datetime.datetime:
    """So many minutes after half past six on that day."""
    opening = datetime.datetime.combine(on, datetime.time(6, 30), timezone.get_default_timezone())
    return opening + datetime.timedelta(minutes=minute)


def fill(sites: Sequence[Unit], since: datetime.date, today: datetime.date) -> None:
    """Routes, riders, inspections, trips; call with the whole tree in scope, after the registers."""
    with pghistory.context(by="系统", action="demo"):
        yards, sheets = _yards(sites), Sheets()
        for yard in yards:
            _inspections(yard, sheets, since)
            for n in range(len(yard.crews)):
                _routes(yard, sheets, n, since, today)
        sheets.insert()
        _follow(yards)
        for kind in ("bus_inspection", "bus_trip"):
            rows = [row for row in sheets.rows.get(Record, ()) if row["kind"] == kind]
            units, days = {r["unit"] for r in rows}, {r["happened_on"] for r in rows}
            events.emit("records.changed", kind=kind, units=units, days=days)
        demo_sharing.fill([(y.unit, y.crews[0], y.teacher) for y in yards if y.crews], today)


def _yards(sites: Sequence[Unit]) -> list[Yard]:
    profiles = Profile.objects.filter(unit__in=sites, has_bus=True).select_related("unit__parent")
    posts = Post.objects.filter(role="teacher").select_related("person").order_by("person_id")
    teachers = {post.unit_id: post.person for post in posts.exclude(person__username="school")}
    yards = {
        one.unit_id: Yard(one, teachers[school])
        for one in profiles.order_by("unit_id")
        if (school := one.unit.parent_key if one.unit.kind == Unit.Kind.CAMPUS else one.unit_id) in teachers
    }  # fmt: skip
    found: dict[str, list[list[Any]]] = {key: [[], [], []] for key in yards}
    for place, model in enumerate((Bus, BusDriver, BusAttendant)):
        for row in model.objects.filter(unit_id__in=yards, active=True).order_by("record_id"):
            found[row.unit_id][place].append(row)
    for key, columns in found.items():
        yards[key].crews = list(zip(*columns, strict=False))
    return list(yards.values())


def _inspections(yard: Yard, sheets: Sheets, since: datetime.date) -> None:
    """Most schools had all their buses inspected at the beginning of the term."""
    if yard.rng.random() > 0.85:
        return
    on = day(since, yard.rng.randint(0, 20))
    plates = sorted(bus.plate for bus, _driver, _attendant in yard.crews)
    record = sheets.record(yard, "bus_inspection", on, f"校车检验合格：{'、'.join(plates)}", "filed", ["buses:all"], counts=True)  # fmt: skip
    sheets.add(BusInspection, record=record, unit=yard.unit.key, valid_until=day(on, 180), plates=plates,
               station="常州市机动车检测中心（演示）", note="", in_use=len(plates))  # fmt: skip
    for bus, _driver, _attendant in yard.crews:
        bus.inspected_on, bus.inspection_until = on, day(on, 180)


def _follow(yards: list[Yard]) -> None:
    """The registers' dates follow the inspections; attendants sign in with the teacher's account."""
    crews = [crew for yard in yards for crew in yard.crews]
    bulk.update(Bus, [{"record": b.pk, "inspected_on": b.inspected_on, "inspection_until": b.inspection_until} for b, _d, _a in crews], key="record")  # fmt: skip
    accounts = [{"record": yard.crews[0][2].pk, "account": yard.teacher.username} for yard in yards if yard.crews]  # fmt: skip
    bulk.update(BusAttendant, accounts, key="record")


def _routes(yard: Yard, sheets: Sheets, n: int, since: datetime.date, today: datetime.date) -> None:
    """Line n of a site, there and back, with its riders and a term of trips."""
    rng, (bus, driver, attendant) = yard.rng, yard.crews[n]
    lon, lat = yard.profile.lon or Decimal("119.95"), yard.profile.lat or Decimal("31.75")
    places = rng.sample(STOPS, 4)
    riders = [_rider(yard, sheets, n, m) for m in range(min(bus.seats - 4, 14))]
    for direction, first, word in (("to_school", 0, "上学"), ("home", 570, "放学")):
        title = f"{n + 1}号线"
        route = sheets.record(yard, "bus_route", since, f"{title}（{word}）", "in_use", [f"direction:{direction}"], counts=True)  # fmt: skip
        sheets.add(
            BusRoute, record=route, unit=yard.unit.key, name=title, direction=direction, weekdays=[1, 2, 3, 4, 5],
            approval_no=f"常校线〔2026〕{rng.randint(1, 400)}号", approved_until=day(today, 280), length_km=Decimal(rng.randint(60, 180)) / 10,
            expressway=False, bus=bus.pk, driver=driver.pk, attendant=attendant.pk, active=True,
        )  # fmt: skip
        names = [*places, "学校"] if direction == "to_school" else ["学校", *reversed(places)]
        stops = []
        for m, name in enumerate(names):
            away = 4 - m if direction == "to_school" else m
            stops.append(sheets.add(
                BusStop, id=new_id(), unit=yard.unit.key, route=route, place=m + 1, name=name, passing=False,
                at=_at(today, first + 20 + m * 8).time().replace(tzinfo=None), lon=lon + Decimal("0.009") * away,
                lat=lat + Decimal("0.004") * away * (1 if n % 2 else -1),
            ))  # fmt: skip
        own = stops[:-1] if direction == "to_school" else stops[1:]
        seats = [(rider, own[m % len(own)]) for m, rider in enumerate(riders)]
        for rider, stop in seats:
            sheets.add(BusSeat, id=new_id(), unit=yard.unit.key, route=route, rider=rider, stop=stop)  # fmt: skip
        keeper = yard.teacher.pk if n == 0 else None
        _trips(yard, sheets, (route, title, direction, word, first, keeper), yard.crews[n], seats, today)  # fmt: skip


def _rider(yard: Yard, sheets: Sheets, n: int, m: int) -> Any:
    number, name = f"2026{n + 1:02d}{m + 1:02d}", yard.rng.choice(PUPILS)
    return sheets.add(
        BusRider, id=new_id(), unit=yard.unit.key, number=number, name=name, guardian=f"{name[0]}女士",
        phone="13800000000", mark=mark_of(number),
    )  # fmt: skip


def _trips(
    yard: Yard, sheets: Sheets, line: tuple[Any, ...], crew: tuple[Bus, BusDriver, BusAttendant],
    seats: list[tuple[Any, Any]], today: datetime.date,
) -> None:  # fmt: skip
    """The school days until yesterday done, today's planned where the bus may drive."""
    route, title, direction, word, first, keeper = line
    bus, driver, attendant = crew
    rng = yard.rng
    days = [day(today, number - DRIVEN_DAYS) for number in range(DRIVEN_DAYS + 1)]
    last = max(on for on in days if on < today and is_working_day(on))
    for on in days:
        if not is_working_day(on) or (on == today and bus_faults(bus, on)):
            continue
        done = on < today
        walked = done and (on != last or yard.own or rng.random() < LOOKED_AT)
        state = ("done" if walked else "running") if done else "planned"
        aboard = rng.randint(max(0, len(seats) - 2), len(seats)) if done else 0
        record = sheets.record(yard, "bus_trip", on, f"{title}（{word}）{on:%m-%d}", state, [f"direction:{direction}"], counts=walked)  # fmt: skip
        started = _at(on, first + rng.randint(0, 6))
        sheets.add(
            BusTrip, record=record, unit=yard.unit.key, route=route, day=on, turn=1, bus=bus.pk, driver=driver.pk,
            attendant=attendant.pk, sharing=None, keeper=keeper, seats=bus.seats, plate=bus.plate, driver_name=driver.name,
            started_at=started if done else None, emptied_at=started + datetime.timedelta(minutes=rng.randint(45, 70)) if walked else None,
            emptied_by=yard.teacher.pk if walked else None, boarded=aboard, left=aboard, cancelled=False, note="",
        )  # fmt: skip
        if on >= day(today, -NAMED_DAYS):
            _list(yard, sheets, record, seats, aboard if done else -1, started)
        if walked and rng.random() < 0.004:
            sheets.add(
                BusViolation, id=new_id(), unit=yard.unit.key, trip=record, kind="speed", times=rng.randint(2, 9),
                first_at=started + datetime.timedelta(minutes=20), worst=Decimal(rng.randint(62, 74)), allowed=Decimal(60),
                lon=(yard.profile.lon or 0) + Decimal("0.018"), lat=yard.profile.lat or 0,
            )  # fmt: skip


def _list(yard: Yard, sheets: Sheets, trip: Any, seats: list[tuple[Any, Any]], aboard: int, started: datetime.datetime) -> None:  # fmt: skip
    """Who stood on a trip's list; `aboard` -1: it has not started."""
    for m, (rider, stop) in enumerate(seats):
        rode = m < aboard
        state = "left" if rode else ("waiting" if aboard < 0 else "absent")
        on, off = started + datetime.timedelta(minutes=m), started + datetime.timedelta(minutes=40)
        sheets.add(
            BusBoarding, id=new_id(), unit=yard.unit.key, trip=trip, rider=rider, extra="", stop=stop, state=state,
            boarded_at=on if rode else None, left_at=off if rode else None,
        )  # fmt: skip
