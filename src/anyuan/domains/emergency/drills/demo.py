"""The demo's drills: programmes, one that waits for its day, one run with the sheet, reports, a visit."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.core.periods import is_working_day
from anyuan.domains.emergency.drills.content import content
from anyuan.domains.emergency.drills.models import Drill, Programme
from anyuan.domains.emergency.drills.programmes import needs_of, spans
from anyuan.domains.emergency.drills.services.arranging import (
    approve_drill,
    arrange_drill,
    note_notified,
)
from anyuan.domains.emergency.drills.services.closing import report_drill, score_drill
from anyuan.domains.emergency.drills.services.holding import plan_drill
from anyuan.domains.emergency.drills.services.overseeing import note_visit
from anyuan.domains.emergency.drills.services.programmes import adopt_programme, propose_programme
from anyuan.domains.emergency.drills.services.running import (
    finish_run,
    mark_step,
    see_problem,
    set_guides,
)
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Profile, Unit
from anyuan.org.posts import actor_of

Clock = Callable[[datetime.date, int], AbstractContextManager[None]]
DEMO_SCHOOL = "school"
SCHOOLS = 6  # with a programme, besides the demo's own
STEPS = (("signal", 0), ("first_out", 46), ("all_out", 0), ("counted", 60), ("reported", 75), ("clear", 420))  # fmt: skip
GUIDES = (("一楼西出口", "张老师"), ("二楼东楼梯", "王老师"), ("三楼中楼梯", "刘老师"), ("操场入口", "陈老师"))  # fmt: skip
WORDS = (
    "整体有序，个别班级集合偏慢。",
    "信号清楚，楼梯口需要再加一名老师。",
    "比上次快，清点准确。",
)


def plan_term(site: Any, duty: Any, day: datetime.date) -> None:
    """What a site's people do for the duty of a programme: propose and adopt the term's."""
    by = site.people["safety_officer"]
    span = next(iter(spans(day)), None)
    if span is None or Programme.objects.filter(unit=duty.unit, starts_on=span.starts_on).exists():
        return
    programme = propose_programme(duty.unit, by=by, starts_on=span.starts_on)
    if programme.entries.exists():
        adopt_programme(programme, by=by)


DEEDS = {"drill_programme": plan_term}


def fill(sites: Sequence[Unit], today: datetime.date, clock: Clock) -> None:
    """Drills as the sheet makes them; call with the whole tree in scope."""
    crew: dict[str, dict[str, Actor]] = {}
    for post in Post.objects.select_related("person", "unit").order_by("pk"):
        crew.setdefault(post.unit_id, {}).setdefault(post.role, actor_of(post))
    schools = [
        site for site in sites if {"principal", "safety_officer"} <= set(crew.get(site.key, {}))
    ]
    ours = [site for site in schools if _is_demo(site)]
    rng = random.Random("drills")  # noqa: S311 -- the same demo each time
    others = rng.sample(
        [site for site in schools if site not in ours], min(SCHOOLS, len(schools) - len(ours))
    )
    for n, school in enumerate([*ours, *others]):
        people = crew[school.key]
        _programme(school, people["safety_officer"], today)
        drill = _held(school, people, today - datetime.timedelta(days=9 + 2 * n), clock, rng)
        above = crew.get(school.parent_key, {}).get("district_supervisor")
        if above is not None and n < 2:
            with clock(drill.record.happened_on, 300):
                note_visit(drill, by=above, verdict="good", words="没有提前通知，信号、路线、清点都按方案来。")  # fmt: skip
    for school in ours:
        _to_come(school, crew[school.key], today)


def _programme(school: Unit, by: Actor, today: datetime.date) -> None:
    """This term's, adopted; where the term asks nothing more, the next one's draft."""
    for span in spans(today):
        if Programme.objects.filter(unit=school, starts_on=span.starts_on).exists():
            continue
        needs = needs_of(school, span, today)
        if needs.owed and needs.days:
            programme = propose_programme(school, by=by, starts_on=span.starts_on)
            if span.starts_on <= today and programme.entries.exists():
                adopt_programme(programme, by=by)


def _held(
    school: Unit, people: dict[str, Actor], day: datetime.date, clock: Clock, rng: random.Random
) -> Drill:
    """One drill from the plan to the report."""
    while not is_working_day(day):
        day -= datetime.timedelta(days=1)
    officer, head = people["safety_officer"], people["principal"]
    with clock(day, 60):
        drill = plan_drill(school, by=officer, on=day, kind="fire", scenario="二楼实验室起火，西楼梯有烟。")  # fmt: skip
        arrange_drill(
            drill, by=officer, on=day, planned_time=datetime.time(10, 0), leader=head.name, place="操场", floors=4,
            buildings="教学楼",
        )  # fmt: skip
        guides = set_guides(drill, by=officer, guides=GUIDES)
        approve_drill(drill, by=head)
        note_notified(drill, by=officer, to="家长群、沿街商户")
        for guide in guides:
            mark_step(drill, by=officer, step=f"post:{guide.pk}", mark_id=new_id())
    seconds = rng.randint(95, 190)
    with clock(day, 140):
        start = timezone.now() - datetime.timedelta(minutes=10)
        for step, after in STEPS:
            passed = seconds if step == "all_out" else after + (seconds if after > 50 else 0)
            moment = start + datetime.timedelta(seconds=passed)
            mark_step(drill, by=officer, step=step, at=moment, mark_id=new_id())
        see_problem(
            drill, by=officer, text="西楼梯应急照明不亮", place="西楼梯", problem_id=new_id()
        )
        profile = Profile.objects.get(unit=school)
        expected = profile.pupils + profile.staff
        finish_run(
            drill, by=officer, expected=expected, present=expected - rng.randint(0, 9), absent_why="病事假", injured=0
        )  # fmt: skip
    with clock(day, 200):
        values = {item.key: rng.choice([2, 3, 3]) for item in content().items}
        score_drill(drill, by=officer, values=values, evaluation=rng.choice(WORDS))
        report_drill(drill, by=head)
    return drill


def _to_come(school: Unit, people: dict[str, Actor], today: datetime.date) -> None:
    """A drill of today, ready for the run sheet."""
    officer = people["safety_officer"]
    drill = plan_drill(
        school,
        by=officer,
        on=today,
        kind="earthquake",
        scenario="上课时发生有感地震，先避险再疏散。",
    )
    arrange_drill(
        drill, by=officer, on=today, planned_time=datetime.time(15, 0), leader=people["principal"].name, place="操场",
        floors=4, scenario=drill.scenario,
    )  # fmt: skip
    set_guides(drill, by=officer, guides=GUIDES)
    approve_drill(drill, by=people["principal"])


def _is_demo(school: Unit) -> bool:
    return Post.objects.filter(unit=school, person__username=DEMO_SCHOOL).exists()
