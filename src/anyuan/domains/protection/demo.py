"""Invented guards, gear, devices, patrol points, rota and patrols of a school of the demo."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from django.utils import timezone

from anyuan.domains.protection.models import Guard
from anyuan.domains.protection.services import (
    Passed,
    check_standard,
    record_patrol,
    record_round,
    set_rota,
)
from anyuan.domains.protection.watch import monday_of, points_of
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Post, Profile, Unit
from anyuan.org.posts import actor_of

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = [
    "建国",
    "卫东",
    "志强",
    "国平",
    "永明",
    "海峰",
    "德胜",
    "长林",
    "春生",
    "金华",
    "立新",
    "守义",
]
COMPANIES = ["常州平安保安服务有限公司（演示）", "常州龙城护卫服务有限公司（演示）"]
POINTS = [
    ("校门口", "车辆停放、可疑人员、防冲撞设施"),
    ("教学楼北侧", "门窗、楼梯口、安全出口"),
    ("食堂后门", "门锁、燃气阀、陌生人员"),
    ("宿舍和围墙", "围墙完好、照明、消防通道"),
    ("操场", "器材、看台、滞留人员"),
    ("配电房", "门锁、异味、警示标志"),
]
Clock = Callable[[datetime.date, int], AbstractContextManager[None]]
WORKING_DAYS = 5
DILIGENCE = 0.96  # of points on a patrol
PUPILS_A_GUARD = 500  # the demo's own measure: what a school needs is the pack's number
SIX = ["helmet", "vest", "gloves", "baton", "shield", "fork", "spray", "torch", "radio"]


def days(today: datetime.date, number: int) -> datetime.date:
    return today + datetime.timedelta(days=number)


def guards(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[dict[str, Any]]:
    company = rng.choice(COMPANIES)
    for n in range(2 + profile.pupils // PUPILS_A_GUARD):
        checked = days(today, -rng.randint(20, 380))
        trained = days(today, -rng.randint(5, 190))
        yield {
            "name": rng.choice(SURNAMES) + rng.choice(GIVEN), "sex": "m",
            "born_on": datetime.date(rng.randint(1968, 1998), rng.randint(1, 12), rng.randint(1, 28)),
            "phone": f"138{rng.randint(0, 99_999_999):08d}", "employer": "company", "company": company,
            "contract_until": days(today, rng.randint(30, 400)),
            "post": ["gate", "gate", "patrol", "monitor"][n % 4], "shift": ["白班", "夜班"][n % 2],
            "certificate_no": f"苏常{rng.randint(20_160_000, 20_259_999)}" if rng.random() < 0.93 else "",
            "checked_on": checked, "check_until": days(checked, 365),
            "health_on": days(checked, -3), "health_until": days(checked, 362),
            "trained_on": trained, "training_until": days(trained, 180),
        }  # fmt: skip


def gear(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[dict[str, Any]]:
    for kind in SIX:
        made = days(today, -rng.randint(100, 1400))
        needed = 2 if kind in {"helmet", "vest", "gloves", "baton"} else 1
        yield {
            "kind": kind, "place": "大门门卫室", "standard": needed,
            "quantity": needed if rng.random() < 0.95 else needed - 1,
            "made_on": made, "expires_on": days(made, 1100) if kind in {"spray", "torch"} else None,
            "checked_on": days(today, -rng.randint(1, 60)), "keeper": "门卫班长",
        }  # fmt: skip


def devices(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[dict[str, Any]]:
    places = [
        "大门外侧",
        "大门内侧",
        "教学楼门厅",
        "操场东侧",
        "食堂后厨",
        "图书馆门厅",
        "围墙北侧",
        "车棚",
    ]
    for n, place in enumerate(places, start=1):
        yield _device(f"SX-{n:03d}", "camera", place, rng, today)
    kept = rng.choice([30, 90, 90, 90, 25])
    yield _device("LX-001", "recorder", "监控室", rng, today) | {
        "days_kept": kept,
        "days_required": 30,
    }
    tested = {"linked": rng.random() < 0.97, "tested_on": days(today, -rng.randint(1, 40))}
    yield _device("BJ-001", "alarm", "大门门卫室", rng, today) | tested
    yield _device("MJ-001", "access", "大门", rng, today)
    if rng.random() < 0.85:
        yield _device("FZ-001", "barrier", "大门外", rng, today)


def _device(
    number: str, kind: str, place: str, rng: random.Random, today: datetime.date
) -> dict[str, Any]:
    return {
        "number": number, "type": kind, "place": place,
        "state": "in_use" if rng.random() < 0.97 else "fault",
        "installed_on": days(today, -rng.randint(300, 1800)),
        "service_due_on": days(today, rng.randint(-10, 300)),
    }  # fmt: skip


def points(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[dict[str, Any]]:
    for n, (place, look) in enumerate(POINTS, start=1):
        yield {
            "number": f"XC-{n:02d}", "place": place, "look": look, "order": n,
            "at_night": place not in {"操场", "校门口"},
        }  # fmt: skip


LEDGERS = {"guard": guards, "gear": gear, "device": devices, "patrol_point": points}


def fill(sites: Sequence[Unit], today: datetime.date, at: Clock) -> None:
    """This week's rota of every site, and the patrols of yesterday and today of one site in three.

    `at(day, minute)` sets the clock back while something is done.
    """
    monday = monday_of(today)
    shown = Post.objects.filter(person__username="guard").values_list("unit_id", flat=True).first()
    for number, unit in enumerate(sites):
        rng = random.Random(f"watch{unit.key}")  # noqa: S311 -- the same demo each time
        names = list(
            Guard.objects.filter(unit=unit, active=True, status="on_post").order_by("record_id")
        )
        week = [monday + datetime.timedelta(days=n) for n in range(7)]
        shifts = {
            (guard.pk, day): ("night" if place % 2 else "day")
            for place, guard in enumerate(names)
            for day in week
            if day.weekday() < WORKING_DAYS or place % 2
        }  # fmt: skip
        leaders = {day: f"{rng.choice(SURNAMES)}校长" for day in week}
        set_rota(unit, by=SYSTEM, monday=monday, shifts=shifts, leaders=leaders)
        if number % 3 == 0 or unit.key == shown:
            _patrols(unit, rng, today, at)


def _patrols(unit: Unit, rng: random.Random, today: datetime.date, at: Clock) -> None:
    guard = Post.objects.filter(unit=unit, role="guard").select_related("person", "unit").first()
    found = points_of(unit)
    if guard is None or not found:
        return
    for back, minute in ((1, 40), (1, 300), (1, 500), (0, 20)):
        day = today - datetime.timedelta(days=back)
        with at(day, minute):
            begun = timezone.now()
            passed = [
                Passed(one.pk, begun + datetime.timedelta(minutes=2 * n))
                for n, one in enumerate(found)
                if rng.random() < DILIGENCE
            ]
            if passed:
                record_patrol(unit, by=actor_of(guard), passed=passed)


def round_of(site: Any, duty: Any, day: datetime.date) -> None:
    """The month's round of a school of the demo; now and then something is wrong."""
    rng = site.rng
    answered = rng.random() < 0.985
    record_round(
        site.unit, by=site.people["safety_officer"], on=day, alarm_answered=answered,
        alarm_seconds=rng.randint(3, 40) if answered else None,
        cameras_dark=1 if rng.random() < 0.03 else 0, days_kept=rng.choice([30, 35, 60, 90, 90]),
        gear_missing="辣椒喷雾剂过期一支" if rng.random() < 0.02 else "", service_score=rng.randint(86, 99),
    )  # fmt: skip


def check_of(site: Any, duty: Any, day: datetime.date) -> None:
    """The standing that a school of the demo confirmed."""
    check_standard(site.unit, by=site.people["safety_officer"], note="缺口已列入本学期整改计划。")


# Kind of record → what people of a school of the demo do for a duty of it.
DEEDS = {"security_round": round_of, "standard_check": check_of}
