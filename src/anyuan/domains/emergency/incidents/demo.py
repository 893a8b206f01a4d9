"""The demo's incidents: a term of them, reported in time or late, and some that are running now."""

from __future__ import annotations

import dataclasses
import datetime
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from django.utils import timezone

from anyuan.core.keys import ancestors
from anyuan.core.periods import is_working_day
from anyuan.domains.emergency.incidents.models import Incident, RescueCard
from anyuan.domains.emergency.incidents.queries import one
from anyuan.domains.emergency.incidents.services.commanding import (
    add_task,
    end_task,
    step_incident,
)
from anyuan.domains.emergency.incidents.services.people import add_injured
from anyuan.domains.emergency.incidents.services.reporting import add_note, report_incident
from anyuan.domains.emergency.incidents.services.reports import receive_report, send_report
from anyuan.engines.ledgers import bulk
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Profile, Unit
from anyuan.org.posts import actor_of

# Do what follows on a day, so many minutes after eight.
Clock = Callable[[datetime.date, int], AbstractContextManager[None]]
DEMO_SCHOOL = "school"  # the demo's own account: its school has one incident running
LATEST = 480
PEOPLE = {"principal", "safety_officer"}


@dataclasses.dataclass(frozen=True)
class Story:
    """One incident: `told` and `written` are minutes after it happened; 0 written: never."""

    days_ago: int
    kind: str
    place: str
    summary: str
    injured: int = 0
    serious: int = 0
    told: int = 6
    written: int = 40
    closed: bool = True
    source: str = "school"


STORIES = (
    Story(52, "injury", "操场单杠", "课间从单杠跌落，左臂骨折，已送医。", 1, 1),
    Story(45, "traffic", "校门口", "上学时电动车擦碰一名学生，皮外伤。", 1, written=0),
    Story(38, "fire", "食堂后厨", "油锅起火，用灭火毯扑灭，无人受伤。", told=12, written=55),
    Story(
        31, "food", "二年级教室", "午餐后多名学生腹痛呕吐，已送医观察。", 11, told=20, written=95
    ),
    Story(27, "violence", "东门外", "校外人员在门口推搡保安，已报警。", 1, told=8, written=50),
    Story(
        20,
        "epidemic",
        "一年级",
        "一周内同班出现十二例流感样症状，按疾控要求停课。",
        12,
        told=25,
        written=58,
    ),
    Story(16, "collapse", "自行车棚", "大风吹倒车棚顶，无人受伤。", told=45, written=140),
    Story(
        12,
        "fire",
        "宿舍配电箱",
        "配电箱冒烟，学生已疏散，家长发到群里。",
        written=150,
        source="public",
    ),
    Story(8, "injury", "篮球场", "体育课碰撞，牙齿脱落。", 1, written=0),
    Story(
        5, "missing", "放学路上", "一名学生放学后未到家，一小时后在书店找到。", told=15, written=45
    ),
)
RUNNING = (
    Story(0, "fire", "实验室准备间", "药品柜冒烟，师生已全部撤出，消防到场。", told=4, written=35, closed=False),
    Story(0, "injury", "楼梯口", "课间下楼拥挤，两名学生擦伤。", 2, told=5, written=0, closed=False),
)  # fmt: skip
LESSON = {
    "fire": "厨房和实验室用电用气检查改为每天下班前两人签字", "food": "留样和加工温度记录每天由食堂负责人核对",
    "collapse": "露天棚架每次大风预警前加固检查", "injury": "单杠区铺设缓冲垫并安排课间值守",
}  # fmt: skip


def stores(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[dict[str, Any]]:
    """What a school has in its store room; a few things are past their day."""
    for name, kind, measure, most, lasts in STORES:
        until = today + datetime.timedelta(days=rng.randint(-10, 700)) if lasts else None
        yield {
            "name": name, "kind": kind, "quantity": rng.randint(1, most), "measure": measure, "place": "应急物资室",
            "keeper": "总务处", "checked_on": today - datetime.timedelta(days=rng.randint(1, 60)), "expires_on": until,
        }  # fmt: skip


STORES = (
    ("急救箱", "medical", "个", 4, True), ("担架", "medical", "副", 2, False), ("手提扩音器", "signal", "个", 4, False),
    ("应急灯", "light", "个", 10, False), ("沙袋", "flood", "袋", 100, False), ("融雪剂", "cold", "袋", 20, True),
    ("饮用水", "food", "箱", 20, True), ("口罩", "epidemic", "盒", 40, True),
)  # fmt: skip
LEDGERS = {"emergency_store": stores}


def fill(sites: Sequence[Unit], today: datetime.date, clock: Clock) -> None:
    """Rescue cards for all sites, and incidents at some; call with the whole tree in scope."""
    _cards(sites)
    schools = [site for site in sites if site.kind == Unit.Kind.SCHOOL]
    crew = _crew([school.key for school in schools])
    able = [school for school in schools if set(crew.get(school.key, {})) >= PEOPLE]
    rng = random.Random("incidents")  # noqa: S311 -- the same demo each time
    for story, school in zip(STORIES, rng.sample(able, len(STORIES)), strict=True):
        _play(story, school, crew, today, clock)
    ours = next((s for s in able if _is_demo(s)), able[0])
    others = [school for school in able if school != ours]
    _play(RUNNING[0], ours, crew, today, clock)
    _play(RUNNING[1], rng.choice(others), crew, today, clock)


def _play(
    story: Story, school: Unit, crew: dict[str, dict[str, Actor]], today: datetime.date, clock: Clock
) -> None:  # fmt: skip
    day = today - datetime.timedelta(days=story.days_ago)
    while story.days_ago and not is_working_day(day):
        day -= datetime.timedelta(days=1)
    officer, desk = crew[school.key]["safety_officer"], _desk(school, crew)
    start = 125 if story.days_ago else _minutes_now() - 70
    reporter = desk if story.source != "school" else officer
    with clock(day, start):
        happened = timezone.now()
    with clock(day, start + story.told):
        incident = report_incident(
            school, by=reporter, kind=story.kind, place=story.place, summary=story.summary, happened_at=happened,
            hurt="some" if story.injured else "none", injured=story.injured, serious=story.serious,
            source=story.source, contact=officer.name, contact_phone="13900000000",
        )  # fmt: skip
    with clock(day, start + story.told + 4):
        _step(incident, desk, "receive")
    with clock(day, start + story.told + 6):
        _step(incident, crew[school.key]["principal"], "confirm")
        _step(incident, officer, "start", plan="突发事件总体预案")
        add_note(incident, by=officer, text="班主任清点人数，全部到齐。")
        task = add_task(incident, by=officer, text="联系相关学生家长", owner_name="年级组长")
        if story.injured:
            add_injured(incident, by=officer, name="（演示）李同学", age="10", class_name="四（1）班",
                        injury=story.summary[:20], hospital="武进人民医院", serious=story.serious > 0, state="treated",
                        guardian_told_at=timezone.now())  # fmt: skip
    if story.written:
        with clock(day, start + story.written):
            report = _send(incident, "first", officer, crew[school.key]["principal"], story)
            if story.closed:
                receive_report(report, by=desk)
    if story.closed:
        with clock(day, start + max(story.written, 60) + 90):
            end_task(task, by=officer, state="done", result="家长已到校")
            _close(incident, story, desk, officer, crew[school.key]["principal"])


def _close(incident: Incident, story: Story, desk: Actor, officer: Actor, head: Actor) -> None:
    held = one(desk, incident.pk)
    by = officer if held.record.case.level == "school" else desk
    if held.record.case.level == "city":
        return
    _step(incident, by, "level", level=held.proposed)
    if held.must_report and not story.written:
        return
    _step(
        incident, by, "close", cause="管理有疏漏，现场处置及时", lessons=LESSON.get(story.kind, "")
    )
    if held.must_report:
        _send(incident, "final", officer, head, story)


def _send(incident: Incident, kind: str, officer: Actor, head: Actor, story: Story) -> Any:
    return send_report(
        incident, by=officer, kind=kind, hurt="some" if story.injured else "none", injured=story.injured,
        serious=story.serious, dead=0, missing=0, what=story.summary,
        measures="第一时间救助和疏散，通知家长，报告上级，保护现场。", cause="初步判断为日常检查不细。",
        contact=officer.name, contact_phone="13900000000", approved_by=head.name,
    )  # fmt: skip


def _step(incident: Incident, by: Actor, transition: str, **data: Any) -> None:
    step_incident(one(by, incident.pk), by=by, transition=transition, data=data)


def _minutes_now() -> int:
    """Minutes since eight, within the demo's working day: a running incident began a little before."""
    now = timezone.localtime()
    return min(max(70, (now.hour - 8) * 60 + now.minute), LATEST)


def _desk(school: Unit, crew: dict[str, dict[str, Actor]]) -> Actor:
    """The district's desk; where nobody sits there, the city's."""
    for key in reversed(ancestors(school.key)[:-1]):
        held = crew.get(key, {})
        for role in ("district_supervisor", "bureau_supervisor"):
            if role in held:
                return held[role]
    raise LookupError(school.key)


def _crew(schools: Sequence[str]) -> dict[str, dict[str, Actor]]:
    """Unit → role → somebody who holds it; of the schools and the levels above."""
    found: dict[str, dict[str, Actor]] = {}
    for post in Post.objects.select_related("person", "unit").order_by("pk"):
        found.setdefault(post.unit_id, {}).setdefault(post.role, actor_of(post))
    return found


def _is_demo(school: Unit) -> bool:
    return Post.objects.filter(unit=school, person__username=DEMO_SCHOOL).exists()


def _cards(sites: Sequence[Unit]) -> None:
    profiles = Profile.objects.filter(unit__in=sites).select_related("unit").order_by("unit_id")
    now = timezone.now()
    bulk.insert(RescueCard, [
        {
            "unit": profile.unit_id, "address": profile.address or f"{profile.unit.name}正门（门口有校名石）",
            "gate": "走南门，门宽 6 米，进门右转到操场，不要堵住北侧通道。",
            "hazards": "食堂北侧燃气总阀；一号楼东侧配电房" + ("；二楼药品柜" if profile.has_lab else ""),
            "water": "南门内侧消火栓", "assembly": "操场东侧", "hospital": "区人民医院",
            "contact": "门卫值班室", "phone": "13900000000", "updated_at": now,
        }
        for profile in profiles
    ])  # fmt: skip
