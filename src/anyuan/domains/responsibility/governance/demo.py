"""The demo's regulations of all schools, meetings and leaders' inspections of a term, two rounds of visits."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from django.utils import timezone

from anyuan.core.models import Record
from anyuan.domains.responsibility.governance.content import library, next_review
from anyuan.domains.responsibility.governance.models import Plan, Regulation, Target, Visit
from anyuan.domains.responsibility.governance.services.library import (
    issue_regulation,
    review_library,
)
from anyuan.domains.responsibility.governance.services.meetings import (
    Agreed,
    end_decision,
    hold_meeting,
    record_leader_inspection,
)
from anyuan.domains.responsibility.governance.services.visits import (
    close_visit,
    fill_visit,
    plan_visits,
    reply_visit,
)
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Profile, Unit
from anyuan.org.posts import actor_of

Clock = Callable[[datetime.date, int], AbstractContextManager[None]]
DEMO_SCHOOL = "school"  # the demo's own account
LOOKED = 10
AGENDA = ("通报上月隐患整改，布置消防检查和演练。", "学习事故案例，安排上下学时段值守。", "研究食堂和宿舍安全，明确牵头人。")  # fmt: skip
AGREED = ("更换到期灭火器", "补装楼道应急照明", "校门口增设隔离柱", "完成新教师安全培训")
SEEN = ("查看食堂和消防设施，总体良好。", "巡查宿舍、楼道和校门，值守到位。", "检查实验室和配电间，台账齐全。")  # fmt: skip
WRONG = ("安全出口指示灯不亮", "灭火器被遮挡", "食堂留样记录不全", "配电箱未上锁", "楼道堆放杂物")


def _meeting(site: Any, duty: Any, day: datetime.date) -> None:
    """A school's meeting; most of what it decided is done."""
    rng = site.rng
    agreed = Agreed(rng.choice(AGREED), "总务主任", day + datetime.timedelta(days=14))
    meeting = hold_meeting(
        duty.unit, by=site.people["safety_officer"], on=day, type="monthly", chair=site.people["principal"].name,
        attended=rng.randint(8, 30), agenda=rng.choice(AGENDA), decisions=[agreed] if rng.random() < 0.5 else [],
    )  # fmt: skip
    for decision in meeting.decisions.all():  # type: ignore[attr-defined]
        if rng.random() < 0.7:
            end_decision(decision, by=site.people["safety_officer"], result="已完成并验收。")


def _review(site: Any, duty: Any, day: datetime.date) -> None:
    if not Regulation.objects.filter(unit=duty.unit, current=True).exists():
        issue_regulation(
            duty.unit, by=site.people["safety_officer"], kind="gate", issued_on=day, since=day, approved_by="校长办公会",
            text="第一条　来访人员须登记，经被访人确认后进入。",
        )  # fmt: skip
    review_library(duty.unit, by=site.people["safety_officer"], on=day, note="逐项复核，继续执行。")


DEEDS = {"meeting": _meeting, "regulation_review": _review}


def fill(sites: Sequence[Unit], today: datetime.date, clock: Clock) -> None:
    """Libraries of all schools at once; visits of the offices that have people. The whole tree is in scope."""
    rng = random.Random("governance")  # noqa: S311 -- the same demo each time
    _libraries(rng, today)
    _leaders(rng, today, clock)
    for role in ("district_supervisor", "bureau_supervisor"):
        post = (
            Post.objects.filter(role=role).select_related("person", "unit").order_by("id").first()
        )
        if post is not None:
            _office(post.unit, actor_of(post), rng, today, clock)


def _leaders(rng: random.Random, today: datetime.date, clock: Clock) -> None:
    """Heads of some schools who went and looked; the demo's own school is among them."""
    posts = (
        Post.objects.filter(role="principal").select_related("person", "unit").order_by("unit_id")
    )
    ours = Post.objects.filter(person__username=DEMO_SCHOOL).values_list("unit_id", flat=True)
    heads = [*posts.filter(unit_id__in=ours), *posts.exclude(unit_id__in=ours)[:LOOKED]]
    for n, post in enumerate(heads):
        head = actor_of(post)
        day = today - datetime.timedelta(days=1 + n * 2)
        with clock(day, 120 + n):
            record_leader_inspection(
                post.unit, by=head, on=day, leader=head.name, role="administration", summary=rng.choice(SEEN),
                unannounced=n % 3 == 0, findings=[rng.choice(WRONG)] if n % 4 == 0 else [],
            )  # fmt: skip


def _libraries(rng: random.Random, today: datetime.date) -> None:
    """Nearly all of what each school must have; some are due to be looked at again."""
    have = set(Regulation.objects.filter(current=True).values_list("unit_id", "type"))
    records, rows = [], []
    profiles = Profile.objects.filter(unit__kind=Unit.Kind.SCHOOL).select_related("unit")
    for profile in profiles.order_by("unit_id"):
        diligence = rng.uniform(0.7, 1.0)
        for one in library().demanded:
            if (profile.unit_id, one.key) in have or rng.random() > diligence:
                continue
            if not _needs(profile, one.need):
                continue
            day = today - datetime.timedelta(days=rng.randint(20, 420))
            record = Record(
                unit=profile.unit, done_by=profile.unit, kind="regulation", happened_on=day, title=one.title,
                state="in_force", tags=[f"type:{one.key}"],
            )  # fmt: skip
            records.append(record)
            rows.append(
                Regulation(
                    record=record, unit=profile.unit, type=one.key, title=one.title, issued_on=day, since=day,
                    approved_by="校长办公会", review_due=next_review(day),
                    text=f"第一条　为落实{one.title}，明确责任人和检查频次。\n第二条　每月检查一次，发现问题当日上报。",
                )
            )  # fmt: skip
    Record.objects.bulk_create(records, batch_size=500)
    Regulation.objects.bulk_create(rows, batch_size=500)


def _needs(profile: Profile, need: str) -> bool:
    flags = {
        "all": True, "boarding": profile.boarding, "canteen": profile.has_canteen, "lab": profile.has_lab,
        "bus": profile.has_bus,
    }  # fmt: skip
    return flags.get(need, False)


def _office(unit: Unit, by: Actor, rng: random.Random, today: datetime.date, clock: Clock) -> None:
    """An office's meetings, a leader's inspection, a round of visits done in part."""
    schools = list(Unit.objects.filter(parent=unit, kind="school", state="active").order_by("key"))
    for ago, kind in ((50, "party"), (20, "joint"), (9, "office")):
        day = today - datetime.timedelta(days=ago)
        with clock(day, 60):
            hold_meeting(
                unit, by=by, on=day, type=kind, chair="局长", attended=rng.randint(9, 40), agenda=rng.choice(AGENDA),
                decisions=[Agreed(rng.choice(AGREED), "安全科", day + datetime.timedelta(days=15))],
            )  # fmt: skip
    if not schools:
        return
    with clock(today - datetime.timedelta(days=6), 90):
        record_leader_inspection(
            unit, by=by, on=timezone.localdate(), leader="分管副局长", role="deputy", visited=schools[:1],
            summary=SEEN[0], findings=[WRONG[0]], unannounced=True,
        )  # fmt: skip
    with clock(today - datetime.timedelta(days=15), 30):
        plan = plan_visits(
            unit, by=by, schools=schools, how="random", count=min(6, len(schools)), title="秋冬季校园安全督查",
            since=today - datetime.timedelta(days=14), until=today + datetime.timedelta(days=10),
            inspectors="周敏\n吴伟\n郑海燕\n王国平", team_size=2, focus="消防通道、食堂、校门值守", seed="20261113",
        )  # fmt: skip
    _visit(plan, by, rng, today, clock)


def _visit(plan: Plan, by: Actor, rng: random.Random, today: datetime.date, clock: Clock) -> None:
    targets = list(Target.objects.filter(plan=plan).select_related("school").order_by("school_id"))
    for n, target in enumerate(targets[:-2]):
        day = today - datetime.timedelta(days=12 - n * 2)
        findings = [{"text": text} for text in rng.sample(WRONG, n % 3)]
        with clock(day, 100 + n):
            visit = fill_visit(target, by=by, on=day, result=rng.choice(SEEN), findings=findings)
        if findings and n % 2:
            _answer(visit, by, day, clock, close=n == 1)


def _answer(visit: Visit, by: Actor, day: datetime.date, clock: Clock, *, close: bool) -> None:
    post = (
        Post.objects.filter(unit_id=visit.unit_id, role="safety_officer")
        .select_related("person", "unit")
        .first()
    )
    if post is None:
        return
    with clock(day + datetime.timedelta(days=2), 50):
        reply_visit(visit, by=actor_of(post), reply="已整改到位，安排专人每天检查。")
    if close:
        with clock(day + datetime.timedelta(days=3), 50):
            close_visit(visit, by=by, closing="核实，已整改。")
