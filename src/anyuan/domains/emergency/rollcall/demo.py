"""The demo's classes, pupils' names at its own school alone, and some roll calls of drills."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

from anyuan.core.ids import new_id
from anyuan.core.models import Record
from anyuan.core.periods import is_working_day
from anyuan.domains.emergency.rollcall.models import Group, Member, RollCall, Where
from anyuan.domains.emergency.rollcall.services import Word, end_roll_call, send_sheet
from anyuan.domains.emergency.rollcall.services.handing import hand_over
from anyuan.domains.emergency.rollcall.services.running import start_roll_call
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Profile, Unit
from anyuan.org.posts import actor_of

Clock = Callable[[datetime.date, int], AbstractContextManager[None]]
DEMO_SCHOOL = "school"  # the account at whose school pupils have names
GRADES = {
    "kindergarten": ("k1", "k2", "k3"), "primary": ("p1", "p2", "p3", "p4", "p5", "p6"),
    "junior": ("j1", "j2", "j3"), "senior": ("s1", "s2", "s3"), "vocational": ("v1", "v2", "v3"),
    "special": ("p1", "p2", "p3"),
}  # fmt: skip
SHORT = {
    "k1": "小", "k2": "中", "k3": "大", "p1": "一", "p2": "二", "p3": "三", "p4": "四", "p5": "五", "p6": "六",
    "j1": "七", "j2": "八", "j3": "九", "s1": "高一", "s2": "高二", "s3": "高三", "v1": "职一", "v2": "职二",
    "v3": "职三",
}  # fmt: skip
FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = (
    "梓涵",
    "子轩",
    "欣怡",
    "浩然",
    "雨桐",
    "宇航",
    "诗涵",
    "俊杰",
    "思远",
    "佳琪",
    "明轩",
    "语嫣",
    "博文",
    "若曦",
)
MOST_CLASSES = 24
NAMED_CLASSES = 4
OTHERS = 4  # schools besides with a roll call by numbers


def classes(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[dict[str, Any]]:
    """The classes of a site; at the demo's own school one is the demo teacher's."""
    many = max(1, min(profile.classes or 1, MOST_CLASSES))
    grades = [grade for stage in profile.stages for grade in GRADES.get(stage, ())] or ["p1"]
    each, size = max(1, -(-many // len(grades))), max(1, profile.pupils // many)
    ours = profile.unit_id == our_school()
    for n in range(many):
        grade, place = grades[min(n // each, len(grades) - 1)], n % each + 1
        if n // each >= len(grades):
            place = n + 1
        teacher = rng.choice(FAMILY) + rng.choice(GIVEN)
        yield {
            "grade": grade, "name": f"{SHORT[grade]}（{place}）班", "pupils": size,
            "teacher_name": our_teacher() if ours and n == 0 else teacher,
            "assembly": f"操场 {n + 1} 号位", "room": f"{n // 8 + 1} 号楼",
        }  # fmt: skip


def pupils(profile: Profile, rng: random.Random, today: datetime.date) -> Iterator[dict[str, Any]]:
    """Invented names, for the first classes of the demo's own school."""
    if profile.unit_id != our_school():
        return
    rooms = list(classes(profile, random.Random(0), today))[:NAMED_CLASSES]  # noqa: S311 -- invented
    for room, facts in enumerate(rooms, start=1):
        for n in range(1, min(int(facts["pupils"]), 36) + 1):
            family = rng.choice(FAMILY)
            yield {
                "number": f"{today.year}{room:02d}{n:02d}", "name": family + rng.choice(GIVEN),
                "class_name": facts["name"],
                "guardian1_name": family + rng.choice(("建国", "志强", "伟")), "guardian1_relation": "父亲",
                "guardian1_phone": f"139{rng.randint(0, 99_999_999):08d}",
                "guardian2_name": rng.choice(FAMILY) + rng.choice(("丽", "敏", "静")), "guardian2_relation": "母亲",
                "guardian2_phone": f"138{rng.randint(0, 99_999_999):08d}",
            }  # fmt: skip


LEDGERS = {"school_class": classes, "pupil": pupils}


@lru_cache(maxsize=1)
def our_school() -> str:
    """The unit of the demo's own account."""
    found = Post.objects.filter(person__username=DEMO_SCHOOL).values_list("unit_id", flat=True)
    return str(found.first() or "")


@lru_cache(maxsize=1)
def our_teacher() -> str:
    """The demo teacher's name."""
    found = Post.objects.filter(unit_id=our_school(), person__username="teacher")
    return str(found.values_list("person__name", flat=True).first() or "")


def fill(sites: Sequence[Unit], today: datetime.date, clock: Clock) -> None:
    """Finished roll calls: by names at the demo's own school, by numbers at a few others; whole tree in scope."""
    rng = random.Random("rollcall")  # noqa: S311 -- the same demo each time
    crew = _crew()
    able = [site for site in sites if site.key in crew and site.kind == Unit.Kind.SCHOOL]
    ours = [site for site in able if site.key == our_school()]
    others = [site for site in able if site.key != our_school()]
    for days, school in enumerate([*ours, *rng.sample(others, min(OTHERS, len(others)))], start=6):
        day = today - datetime.timedelta(days=days)
        while not is_working_day(day):
            day -= datetime.timedelta(days=1)
        call = _drill(school, crew[school.key], day, clock, rng)
        if school in ours:
            _reunite(call, crew[school.key], day, clock)


def _drill(
    school: Unit, by: Actor, day: datetime.date, clock: Clock, rng: random.Random
) -> RollCall:
    about = Record.objects.filter(unit=school, kind="drill", happened_on=day, counts=True).first()
    with clock(day, 120):
        call = start_roll_call(school, by=by, about=about, title="疏散演练清点", staff=False)
    lost: list[tuple[Group, Any]] = []
    for n, group in enumerate(Group.objects.filter(roll_call=call).order_by("place")):
        with clock(day, 122 + n % 5):
            if not group.named:
                send_sheet(
                    group, by=by, present=group.expected - (n % 7 == 3), elsewhere=int(n % 7 == 3)
                )
                continue
            people = list(Member.objects.filter(group=group).order_by("number"))
            words = {people[rng.randrange(len(people))].pk: Word(Where.ELSEWHERE, note="病假")}
            if n == 0:
                words[people[-1].pk] = Word(Where.MISSING, note="上体育课后没有跟队")
                lost.append((group, people[-1].pk))
            send_sheet(group, by=by, words=words, rest=True)
    for group, key in lost:
        with clock(day, 131):
            send_sheet(
                group,
                by=by,
                words={key: Word(Where.PRESENT, place="体育馆东门")},
                sheet_id=new_id(),
            )
    with clock(day, 134):
        return end_roll_call(RollCall.objects.get(pk=call.pk), by=by, note="演练结束，已讲评。")


def _reunite(call: RollCall, by: Actor, day: datetime.date, clock: Clock) -> None:
    """The first class rehearses the handing over."""
    people = Member.objects.filter(roll_call=call, state=Where.PRESENT, pupil__isnull=False)
    for n, member in enumerate(people.order_by("number")[:12]):
        with clock(day, 140 + n):
            hand_over(member, by=by, guardian=1 + n % 2, how="known")


def _crew() -> dict[str, Actor]:
    """Safety officers by unit."""
    rows = Post.objects.filter(role="safety_officer").select_related("person", "unit")
    return {post.unit_id: actor_of(post) for post in rows.order_by("-pk")}
