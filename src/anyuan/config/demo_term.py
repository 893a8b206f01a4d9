"""One share of the demo's term: what the people of some sites did, through the services."""

from __future__ import annotations

import datetime
import io
import os
import random
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anyuan.config.settings")

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from anyuan.config.demo_clock import at
from anyuan.config.demo_ledgers import deeds
from anyuan.core import scope
from anyuan.core.files import keep_file
from anyuan.domains.emergency.drills.models import Drill
from anyuan.domains.emergency.drills.services.holding import hold_drill, record_drill
from anyuan.domains.hazards.models import Hazard
from anyuan.domains.hazards.services import add_place, report_hazard, step_hazard
from anyuan.engines.checks.models import CheckItem, Checklist
from anyuan.engines.checks.scoring import Given
from anyuan.engines.checks.services import submit_inspection
from anyuan.engines.indicators.reactions_in import paused
from anyuan.engines.obligations.filings import Work, file_work
from anyuan.engines.obligations.models import Obligation, Topic
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Profile, Unit
from anyuan.org.posts import actor_of

FOUND = [
    ("三楼东侧走廊", "应急照明灯不亮", "01", "general"),
    ("食堂后厨", "灶台旁灭火毯被移走", "01", "general"),
    ("操场", "单杠底座松动", "09", "general"),
    ("教学楼楼梯", "扶手有一处开裂", "02", "general"),
    ("校门口", "接送时段车辆占用人行道", "05", "general"),
    ("配电间", "门未上锁，堆放杂物", "03", "general"),
    ("体育器材室", "安全出口被器材堵住", "01", "major"),
    ("宿舍楼", "烟感报警器故障", "01", "major"),
]
WORDS = [
    "按要求完成，已公布并存档。",
    "已落实到人，材料留存备查。",
    "召集相关人员部署，逐项完成。",
    "已完成并向全体教职工通报。",
]


class Site:
    """A site with its people and its diligence."""

    def __init__(self, unit: Unit, rng: random.Random) -> None:
        self.unit = unit
        self.rng = rng
        # Most schools do nearly all, a few lag behind.
        self.diligence = min(0.99, max(0.5, rng.gauss(0.92, 0.09)))
        school = unit if unit.kind == Unit.Kind.SCHOOL else unit.parent
        assert school is not None
        self.school = school
        posts = Post.objects.filter(unit=school).select_related("person", "unit")
        self.people: dict[str, Actor] = {post.role: actor_of(post) for post in posts}
        self.profile = Profile.objects.get(unit=unit)
        # What was done, by kind and facets, so that one deed serves every duty that it fits.
        self.deeds: list[tuple[str, frozenset[str], datetime.date]] = []

    def covered(self, duty: Obligation) -> int:
        wanted = duty.rule.match
        return sum(
            kind == duty.kind
            and duty.period_start <= day <= duty.counts_until
            and all(
                tags & {f"{facet}:{value}" for value in values} for facet, values in wanted.items()
            )
            for kind, tags, day in self.deeds
        )


def main(since_text: str, keys: Sequence[str]) -> None:
    since, today = datetime.date.fromisoformat(since_text), timezone.localdate()
    with paused(), scope.everything():
        forms = {one.key: (one.current, list(one.current.items.all())) for one in _checklists()}
        topics = {topic.slug: topic for topic in Topic.objects.prefetch_related("asks")}
    for key in keys:
        with paused(), scope.everything():
            rng = random.Random(f"{key}{since_text[:4]}")
            site = Site(Unit.objects.select_related("parent__parent", "location").get(key=key), rng)
            _work(site, since, today, forms, topics)
            _hazards(site, since, today)
            _supervise(site, today, forms, topics)


def _checklists() -> Any:
    return (
        Checklist.objects.filter(current__isnull=False)
        .select_related("current__checklist")
        .prefetch_related("current__items")
    )


def _work(site: Site, since: datetime.date, today: datetime.date, forms: Any, topics: Any) -> None:
    """Go through the site's duties in the order of their due days and do most of them."""
    owed = Obligation.objects.filter(
        unit__in=[site.unit, site.school], due_on__gte=since, period_start__lte=today
    )
    for duty in owed.select_related("rule", "unit").order_by("due_on", "id"):
        for _ in range(duty.needed - site.covered(duty)):
            day = _day_of(site, duty, today)
            if day is not None:
                with at(_filed(site, day, today), site.rng.randint(0, 500)):
                    _do(site, duty, day, forms, topics)


def _day_of(site: Site, duty: Obligation, today: datetime.date) -> datetime.date | None:
    """When the duty was done: in time, late, or not at all."""
    chance = site.rng.random()
    if duty.due_on > today and chance > 0.35:
        return None
    if chance > site.diligence:
        return None
    late = chance > site.diligence - 0.05 and duty.counts_until > duty.due_on
    first = (
        duty.due_on + datetime.timedelta(days=1)
        if late
        else max(duty.period_start, duty.due_on - datetime.timedelta(days=12))
    )
    last = min(today, duty.counts_until if late else duty.due_on)
    if first > last:
        return None
    return first + datetime.timedelta(days=site.rng.randint(0, (last - first).days))


def _filed(site: Site, day: datetime.date, today: datetime.date) -> datetime.date:
    """When it was written down: mostly the same day, now and then some days after."""
    after = site.rng.randint(1, 4) if site.rng.random() < 0.08 else 0
    return min(today, day + datetime.timedelta(days=after))


def _do(site: Site, duty: Obligation, day: datetime.date, forms: Any, topics: Any) -> None:
    wanted = {facet: values[0] for facet, values in duty.rule.match.items()}
    if duty.kind == "inspection":
        _inspect(site, wanted.get("checklist", "daily_patrol"), day, forms)
    elif duty.kind == "drill":
        _drill(
            site,
            wanted.get("type", site.rng.choice(["fire", "earthquake", "violence", "crush"])),
            day,
        )
    elif duty.kind == "filing" and wanted.get("topic") in topics:
        _file(site, duty.unit, topics[wanted["topic"]], day)
    elif deed := deeds().get(duty.kind):
        deed(site, duty, day)
        site.deeds.append((duty.kind, frozenset(), day))


def _inspect(site: Site, key: str, day: datetime.date, forms: Any, by: Actor | None = None) -> None:
    if key not in forms:
        return
    version, items = forms[key]
    who = by or site.people["guard" if key == "daily_patrol" else "safety_officer"]
    answers = {item.key: _answer(site, item) for item in items}
    submit_inspection(site.unit, by=who, version=version, answers=answers, happened_on=day)
    site.deeds.append(("inspection", frozenset({f"checklist:{key}", "by:self"}), day))


def _answer(site: Site, item: CheckItem) -> Given:
    bad = site.rng.random() > 0.996
    if item.kind == "number":
        low = item.low if item.low is not None else (item.high or Decimal(10)) / 2
        value = low + (Decimal(1) if item.high is None or low + 1 <= item.high else Decimal(0))
        return Given(number=value * (Decimal("0.5") if bad and item.low else 1))
    if item.kind in {"text", "photo"}:
        return Given()
    return Given(result=0, text="现场发现，已拍照") if bad else Given(result=1)


def _drill(site: Site, kind: str, day: datetime.date) -> None:
    people = site.profile.pupils + site.profile.staff
    near = datetime.timedelta(days=20)
    planned = Drill.objects.filter(
        unit=site.unit, kind=kind, record__state="planned", record__happened_on__range=(day - near, day + near)
    ).first()  # fmt: skip
    hold = partial(hold_drill, planned) if planned else partial(record_drill, site.unit, kind=kind)
    hold(
        by=site.people["safety_officer"], on=day, expected=people,
        present=people - site.rng.randint(0, max(1, people // 60)), absent_why="病事假",
        seconds=site.rng.randint(85, 210), evaluation="整体有序，个别班级集合偏慢。", rating=site.rng.randint(78, 98),
        problems=[{"text": "二楼楼梯口人流交汇，需要增加疏导"}] if site.rng.random() < 0.06 else [],
    )  # fmt: skip
    site.deeds.append(("drill", frozenset({f"type:{kind}", "mode:real"}), day))


def _file(
    site: Site, unit: Unit, topic: Topic, day: datetime.date, by: Actor | None = None
) -> None:
    numbers = {ask.key: Decimal(site.rng.randint(3, 60)) for ask in topic.asks.all()}
    work = Work(
        happened_on=day, what=site.rng.choice(WORDS), numbers=numbers, place=unit.short_name
    )
    file_work(unit, by=by or site.people["safety_officer"], topic=topic, work=work)
    site.deeds.append(("filing", frozenset({f"topic:{topic.slug}"}), day))


def _photo(site: Site, text: str) -> Any:
    """A drawn picture that says what a photo would show."""
    picture = Image.new("RGB", (480, 320), (site.rng.randint(150, 210), 205, 195))
    ImageDraw.Draw(picture).rectangle((60, 70, 420, 250), outline=(90, 90, 90), width=6)
    out = io.BytesIO()
    picture.save(out, "PNG")
    upload = SimpleUploadedFile(f"{text}.png", out.getvalue())
    return keep_file(upload, unit_id=site.unit.key, by=site.people["safety_officer"]).pk


def _hazards(site: Site, since: datetime.date, today: datetime.date) -> None:
    """A few hazards, each moved on to a state of its own; those that checks opened move on too."""
    for name in ("校门", "食堂", "操场"):
        add_place(site.unit, by=site.people["safety_officer"], name=name)
    for _ in range(site.rng.randint(0, 3)):
        place, text, category, level = site.rng.choice(FOUND)
        day = since + datetime.timedelta(days=site.rng.randint(0, (today - since).days))
        with at(day, site.rng.randint(0, 500)):
            report_hazard(
                site.unit, by=site.people["teacher"], place=place, description=text, category=category,
                level=level, found_on=day, file_ids=[_photo(site, "整改前")],
            )  # fmt: skip
    for hazard in Hazard.objects.filter(unit=site.unit).select_related(
        "record__case", "unit__parent"
    ):
        _move_on(site, hazard, today)


def _move_on(site: Site, hazard: Hazard, today: datetime.date) -> None:
    """On through the loop, day after day, until chance or today ends it."""
    day = due = hazard.found_on
    minute = 0
    for name, by, data, photo in _story(site, hazard):
        wait = site.rng.choice([0, 1, 1, 2, 3, 5]) if minute else 1
        day += datetime.timedelta(days=wait)
        minute = site.rng.randint(1, 200) if wait else minute + 60
        if day > today or site.rng.random() < (0.06 if _recent(hazard, today) else 0.01):
            return
        if name == "assign":
            due = data["due_on"] = day + datetime.timedelta(days=site.rng.randint(5, 14))
        if name == "postpone":
            data["until"] = due + datetime.timedelta(days=10)
        with at(day, minute):
            files = [_photo(site, photo)] if photo else []
            step_hazard(hazard, by=by, transition=name, data=data, file_ids=files)
        hazard.refresh_from_db()


def _recent(hazard: Hazard, today: datetime.date) -> bool:
    return (today - hazard.found_on).days < 25


def _story(site: Site, hazard: Hazard) -> list[tuple[str, Actor, dict[str, Any], str]]:
    """Who did what, in order: (step, actor, facts, photo)."""
    officer, head, guard = (site.people[r] for r in ("safety_officer", "principal", "guard"))
    major = hazard.level == "major"
    repaired = {"rectification": "已维修完好，现场清理完毕。", "cause": "使用年限较长"}
    found: list[tuple[str, Actor, dict[str, Any], str]] = [
        ("grade", officer, {"level": hazard.level, "category": hazard.category,
                            "basis": "教育系统重大事故隐患判定指南" if major else ""}, ""),
        ("assign", head, {"responsible": "总务主任", "measures": "维修更换，完成前设置警示",
                          "funds": Decimal(800), "interim_plan": "设警示牌，安排专人看护"}, ""),
    ]  # fmt: skip
    # Weeks later nearly all are done with; what is unusual is found among the new ones.
    chance = site.rng.random() if _recent(hazard, timezone.localdate()) else 1.0
    if chance < 0.08:
        return [*found, ("postpone", officer, {"note": "配件需要定制，厂家十天内到货。"}, "")]
    found.append(("rectify", guard, repaired, "整改后"))
    if major:
        above = _supervisor(site)
        again = [("verify", above, {"note": "现场核验，同意销号"}, "")] if above else []
        return found + (again if chance > 0.5 else [])
    if chance < 0.2:
        return [*found, ("return", head, {"note": "仍有松动，请重新加固。"}, "")]
    return [*found, ("verify", head, {"note": "现场复查合格"}, "")]


def _supervisor(site: Site) -> Actor | None:
    """Who supervises at the level above the school; most districts of the demo have nobody yet."""
    post = Post.objects.filter(
        unit=site.school.parent, role__in=["district_supervisor", "bureau_supervisor"]
    )
    first = post.select_related("person", "unit").order_by("id").first()
    return actor_of(first) if first else None


def _supervise(site: Site, today: datetime.date, forms: Any, topics: Any) -> None:
    """The level above inspects some sites and files its own work once."""
    by = _supervisor(site)
    above = site.school.parent
    if by is None or above is None:
        return
    if site.rng.random() < 0.3:
        day = today - datetime.timedelta(days=site.rng.randint(1, 40))
        with at(day, 120):
            _inspect(site, "fire_monthly", day, forms, by=by)
    owed = Obligation.objects.filter(
        unit=above, kind="filing", done=0, period_start__lte=today, due_on__lte=today
    )
    for duty in owed.select_related("rule", "unit").order_by("due_on")[:3]:
        slug = next(iter(duty.rule.match.get("topic", [""])))
        if slug in topics and site.rng.random() < 0.7:
            day = min(duty.due_on, today)
            with at(day, 60):
                _file(site, above, topics[slug], day, by=by)
