"""Invented fire equipment and station members of a school of the demo."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from typing import Any

from anyuan.domains.fire.services import call_station, check_wiring
from anyuan.org.models import Profile

FLOORS = ["一层东侧", "一层西侧", "二层东侧", "二层西侧", "三层东侧", "三层西侧"]
KINDS = [
    ("extinguisher", "MHQ", 2, "MFZ/ABC4"),
    ("hydrant", "XHS", 1, "SN65"),
    ("lighting", "YJD", 1, ""),
    ("sign", "SSB", 1, ""),
]
PEOPLE = ["赵建国", "钱卫东", "孙志强", "李国平", "周永明", "吴海峰"]


def days(today: datetime.date, number: int) -> datetime.date:
    return today + datetime.timedelta(days=number)


def facilities(
    profile: Profile, rng: random.Random, today: datetime.date
) -> Iterator[dict[str, Any]]:
    for kind, letters, quantity, model in KINDS:
        for n, floor in enumerate(FLOORS, start=1):
            made = days(today, -rng.randint(200, 1900))
            yield {
                "number": f"{letters}-{n:03d}", "type": kind, "place": f"教学楼{floor}",
                "quantity": quantity, "model": model, "made_on": made,
                "state": "normal" if rng.random() < 0.97 else "defect",
                "checked_on": days(today, -rng.randint(1, 45)),
                "test_due_on": days(today, rng.randint(-15, 330)) if kind == "extinguisher" else None,
                "expires_on": days(made, 3650) if kind == "extinguisher" else None, "keeper": "总务处",
            }  # fmt: skip


def members(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[dict[str, Any]]:
    for n, name in enumerate(PEOPLE):
        trained = days(today, -rng.randint(1, 40))
        yield {
            "name": name, "duty": ["head", "deputy", "fighter", "fighter", "fighter", "control"][n],
            "job": ["副校长", "总务主任", "教师", "教师", "保安", "监控室"][n],
            "phone": f"139{rng.randint(0, 99_999_999):08d}", "shift": ["白班", "夜班"][n % 2],
            "certificate_no": f"XF{rng.randint(100_000, 999_999)}" if n == len(PEOPLE) - 1 else "",
            "trained_on": trained, "training_until": days(trained, 30),
        }  # fmt: skip


def buildings(
    profile: Profile, rng: random.Random, today: datetime.date
) -> Iterator[dict[str, Any]]:
    for name, use, storeys in (
        ("教学楼", "教学", 5),
        ("综合楼", "办公、实验", 4),
        ("食堂", "餐饮", 2),
    ):
        yield {
            "name": name, "use": use, "storeys": storeys, "height": round(storeys * 3.9, 1), "exits": 2,
            "stairs": 2, "alarm_system": storeys > 3, "service_until": days(today, rng.randint(-20, 330)),
        }  # fmt: skip


def ways(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[dict[str, Any]]:
    for name, kind, place, width in (
        ("东门消防车通道", "lane", "东门至食堂", 4.5), ("教学楼东楼梯", "stairs", "教学楼东侧", 2.4),
        ("教学楼西楼梯", "stairs", "教学楼西侧", 2.4), ("食堂出口", "exit", "食堂一层", 1.8),
    ):  # fmt: skip
        yield {
            "name": name, "kind": kind, "place": place, "width": width, "keeper": "总务处",
            "height": 4.5 if kind == "lane" else None, "marked": rng.random() < 0.9,
            "checked_on": days(today, -rng.randint(1, 60)),
        }  # fmt: skip


def parts(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[dict[str, Any]]:
    for name, place, why in (
        ("食堂操作间", "食堂一层", "燃气、油烟管道"), ("配电间", "综合楼一层", "电气线路"),
        ("图书馆", "综合楼三层", "纸张集中"),
    ):  # fmt: skip
        yield {
            "name": name, "place": place, "why": why, "keeper": "总务处",
            "measures": "专人负责，班后断电，每月检查", "signed": rng.random() < 0.95,
        }  # fmt: skip


def station_gear(
    profile: Profile, rng: random.Random, today: datetime.date
) -> Iterator[dict[str, Any]]:
    for kind, quantity in (
        ("extinguisher", 4),
        ("hose", 2),
        ("nozzle", 2),
        ("radio", 4),
        ("helmet", 4),
    ):
        yield {
            "kind": kind, "place": "门卫室消防柜", "quantity": quantity,
            "checked_on": days(today, -rng.randint(1, 40)),
            "expires_on": days(today, rng.randint(-5, 900)) if kind == "extinguisher" else None,
        }  # fmt: skip


LEDGERS = {
    "fire_facility": facilities,
    "station_member": members,
    "fire_building": buildings,
    "escape_way": ways,
    "fire_key_part": parts,
    "station_gear": station_gear,
}


def station_of(site: Any, duty: Any, day: datetime.date) -> None:
    """The station of a school of the demo, called out."""
    call_station(
        site.unit, by=site.people["safety_officer"], on=day, place="教学楼", people=6,
        seconds=site.rng.choice([95, 120, 140, 150, 170, 200]), note="铺设水带、疏散引导各练一遍。",
    )  # fmt: skip


def wiring_of(site: Any, duty: Any, day: datetime.date) -> None:
    """The wiring of a school of the demo, looked at."""
    found = site.rng.randint(0, 4)
    check_wiring(
        site.unit, by=site.people["safety_officer"], on=day, circuits=site.rng.randint(20, 120),
        problems=found, fixed=found, rewired=found * 15, money=found * 800, charging=1, note="",
    )  # fmt: skip


# Kind of record → what people of a school of the demo do for a duty of it.
DEEDS = {"station_test": station_of, "electric_round": wiring_of}
