"""Invented fire equipment and station members of a school of the demo."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from typing import Any

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


LEDGERS = {"fire_facility": facilities, "station_member": members}
