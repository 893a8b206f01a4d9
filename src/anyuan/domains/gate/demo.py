"""The demo's gates: a term of checked days in figures, a week of entries with invented names, today's visitors."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Sequence
from secrets import token_urlsafe
from typing import Any

import pghistory
from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.core.models import Record
from anyuan.core.periods import is_working_day
from anyuan.domains.gate.models import (
    Entry,
    GateDay,
    GateSetting,
    Kind,
    Leave,
    LeaveState,
    Origin,
    State,
)
from anyuan.domains.gate.totals import tell_changed
from anyuan.engines.ledgers import bulk
from anyuan.org.models import Post, Profile, Unit

WHO = {"guard", "teacher"}
NAMED_DAYS = 5  # days back for which the demo has names
NAMES = [
    a + b for a in "赵钱孙李周吴郑王" for b in ("建国", "秀英", "志强", "丽华", "海燕", "国平")
]
WHY = [
    (Kind.PARENT, "家长会谈", ""), (Kind.PARENT, "给学生送衣物", ""), (Kind.VISITOR, "联系教研活动", "教师发展中心"),
    (Kind.WORKER, "空调维修", "恒达机电"), (Kind.OFFICIAL, "消防检查", "区消防救援大队"),
    (Kind.DELIVERY, "送食材", "绿源配送"), (Kind.DELIVERY, "快递", "顺丰速运"), (Kind.VEHICLE, "垃圾清运", ""),
]  # fmt: skip


class Gate:
    """One site with the people who stand in its entries."""

    def __init__(self, unit: Unit, people: dict[str, int]) -> None:
        self.unit = unit
        self.rng = random.Random(f"gate{unit.key}")  # noqa: S311 -- the same demo each time
        self.guard, self.teacher = people["guard"], people["teacher"]
        self.diligence = min(1.0, self.rng.gauss(0.95, 0.05))


def fill(sites: Sequence[Unit], since: datetime.date, today: datetime.date) -> None:
    """Fill the gates of these sites, in a fixed number of statements; call with the whole tree in scope."""
    with pghistory.context(by="系统", action="demo"):
        _fill(sites, since, today)


def _fill(sites: Sequence[Unit], since: datetime.date, today: datetime.date) -> None:
    people: dict[str, dict[str, int]] = {}
    for unit_id, role, person in Post.objects.order_by("person_id").values_list(
        "unit_id", "role", "person_id"
    ):
        people.setdefault(unit_id, {})[role] = person
    gates = [
        Gate(site, people[_school(site)])
        for site in sites
        if set(people.get(_school(site), {})) >= WHO
    ]
    days = [since + datetime.timedelta(days=n) for n in range((today - since).days)]
    days = [day for day in days if is_working_day(day)]
    records: list[dict[str, Any]] = []
    figures: list[dict[str, Any]] = []
    for gate in gates:
        for day in days:
            if gate.rng.random() < gate.diligence:
                _day(gate, day, records, figures)
    bulk.insert(Record, records)
    bulk.insert(GateDay, figures)
    entries = [row for gate in gates for row in _entries(gate, days[-NAMED_DAYS:], today)]
    bulk.insert(Entry, entries)
    switches = {"epidemic": False, "booking": True}
    bulk.insert(
        GateSetting,
        [{"unit": gate.unit.key, "token": token_urlsafe(), **switches} for gate in gates],
    )
    bulk.insert(Leave, [row for gate in gates for row in _leaves(gate, today)])
    tell_changed([row["id"] for row in records])


def _school(site: Unit) -> str:
    return site.parent_key if site.kind == Unit.Kind.CAMPUS else site.key


def _at(day: datetime.date, minute: int) -> datetime.datetime:
    """So many minutes after eight on that day."""
    opening = datetime.datetime.combine(day, datetime.time(8), timezone.get_default_timezone())
    return opening + datetime.timedelta(minutes=minute)


def _day(
    gate: Gate, day: datetime.date, records: list[dict[str, Any]], figures: list[dict[str, Any]]
) -> None:
    rng, pk, moment = gate.rng, new_id(), _at(day, 560)
    left_over = int(rng.random() < 0.02)
    row: dict[str, Any] = {
        "record": pk, "unit": gate.unit.key, "on": day, "visits": rng.randint(2, 9),
        "deliveries": rng.randint(2, 6), "vehicles": rng.randint(0, 4), "turned": int(rng.random() < 0.05),
        "overstays": int(rng.random() < 0.06), "inside": left_over, "leaves": rng.randint(0, 3), "checked": 0,
        "unfit": 0, "isolated": 0, "epidemic": False, "note": "施工队加班，已报备。" if left_over else "",
        "closed_by": gate.guard, "closed_at": moment,
    }  # fmt: skip
    row["booked"] = rng.randint(0, row["visits"])
    row["people"] = row["visits"] + row["deliveries"] + row["vehicles"] + rng.randint(0, 8)
    tags = [f"cleared:{'left' if left_over else 'clear'}", "epidemic:none"]
    figures.append(row)
    records.append({
        "id": pk, "kind": "gate_day", "unit": gate.unit.key, "done_by": gate.unit.key, "happened_on": day,
        "title": f"门卫日记录 {day:%Y-%m-%d}", "state": "checked", "counts": True, "tags": tags,
        "created_by": gate.guard, "created_at": moment, "updated_at": moment,
    })  # fmt: skip


def _entries(
    gate: Gate, named: Sequence[datetime.date], today: datetime.date
) -> list[dict[str, Any]]:  # fmt: skip
    """A few entries on each of the last days, and today's: some left, some inside, some still to come."""
    rows = []
    for day in named:
        for number in range(1, gate.rng.randint(3, 5)):
            came = _at(day, gate.rng.randint(10, 400))
            left = came + datetime.timedelta(minutes=gate.rng.randint(10, 110))
            rows.append(_entry(gate, day, State.LEFT, number=number, entered=came, left=left))
    now = timezone.now()
    for number, ago in enumerate((150, 70, 25), start=1):
        came = now - datetime.timedelta(minutes=ago + gate.rng.randint(0, 20))
        gone = now - datetime.timedelta(minutes=5) if number == 1 else None
        state = State.LEFT if gone else State.INSIDE
        rows.append(_entry(gate, today, state, number=number, entered=came, left=gone))
    rows.append(_entry(gate, today, State.CONFIRMED, origin=Origin.HOST))
    rows.append(_entry(gate, today, State.ASKED, origin=Origin.PUBLIC, kind=Kind.PARENT))
    return rows


def _entry(
    gate: Gate, day: datetime.date, state: str, *, number: int | None = None, origin: str = "",
    kind: str = "", entered: datetime.datetime | None = None, left: datetime.datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    rng = gate.rng
    choices = [one for one in WHY if not kind or one[0] == kind]
    what, purpose, organisation = rng.choice(choices)
    made = (entered or timezone.now()) - datetime.timedelta(minutes=4)
    hosted = what in {Kind.VISITOR, Kind.PARENT, Kind.WORKER} or origin
    agreed = state != State.ASKED
    return {
        "id": new_id(), "unit": gate.unit.key, "kind": what, "origin": origin or Origin.DESK, "state": state,
        "on": day, "at": None if entered else datetime.time(15, 30), "number": number,
        "name": rng.choice(NAMES), "phone": f"1380000{rng.randint(0, 9999):04d}", "organisation": organisation,
        "people": rng.choice([1, 1, 1, 2, 3]), "host": gate.teacher if hosted else None, "host_name": "",
        "purpose": purpose, "plate": f"苏D{rng.randint(10000, 99999)}" if what == Kind.VEHICLE else "", "goods": "",
        "health": "", "fit": None, "isolated": False, "why": "", "created_at": made,
        "created_by": None if origin == Origin.PUBLIC else gate.teacher if origin else gate.guard,
        "confirmed_at": made if agreed else None,
        "confirmed_by": (gate.teacher if hosted else gate.guard) if agreed else None,
        "entered_at": entered, "entered_by": gate.guard if entered else None, "left_at": left,
        "left_by": gate.guard if left else None, "ended_at": left, "warned_at": None,
    }  # fmt: skip


def _leaves(gate: Gate, today: datetime.date) -> list[dict[str, Any]]:
    """Two pupils today: one may leave, for the other the class teacher has still to ask."""
    now = timezone.now()
    rows = []
    for n, state in enumerate((LeaveState.CONFIRMED, LeaveState.STARTED)):
        agreed = state == LeaveState.CONFIRMED
        rows.append({
            "id": new_id(), "unit": gate.unit.key, "state": state, "on": today, "at": datetime.time(14 + n, 0),
            "pupil": f"{gate.rng.choice('陈林黄徐高')}{gate.rng.choice(('小雨', '子涵', '一诺', '浩然'))}",
            "class_name": f"{gate.rng.choice('三四五')}（{gate.rng.randint(1, 6)}）班",
            "reason": gate.rng.choice(["就医", "身体不适", "家中有事"]), "fetcher": gate.rng.choice(NAMES),
            "relation": gate.rng.choice(["父亲", "母亲", "奶奶"]), "phone": "", "why": "", "started_at": now,
            "started_by": gate.teacher, "confirmed_at": now if agreed else None,
            "confirmed_by": gate.teacher if agreed else None, "out_at": None, "out_by": None,
            "back_at": None, "back_by": None,
        })  # fmt: skip
    return rows


PASSES = [
    ("supplier", "绿源配送", "送食材", True), ("supplier", "清泉饮水", "送桶装水", True),
    ("worker", "恒达机电", "空调维保", False), ("car", "钱志强", "", True), ("helper", "孙丽华", "护学岗", False),
]  # fmt: skip


def passes(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[dict[str, Any]]:
    for n, (kind, name, purpose, car) in enumerate(PASSES, start=1):
        yield {
            "number": f"T-{n:03d}", "kind": kind, "name": name, "purpose": purpose, "organisation": "",
            "plate": f"苏D{rng.randint(10000, 99999)}" if car else "",
            "phone": f"1380000{rng.randint(0, 9999):04d}",
            "issued_on": today - datetime.timedelta(days=rng.randint(20, 80)),
            "expires_on": today + datetime.timedelta(days=rng.randint(2, 200)),
        }  # fmt: skip


LEDGERS = {"gate_pass": passes}
