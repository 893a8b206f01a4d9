"""The demo's campaigns: one of the city half-way, one of a district that ended two weeks ago."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from anyuan.domains.campaigns import progress
from anyuan.domains.campaigns.content import templates
from anyuan.domains.campaigns.models import Campaign, Task
from anyuan.domains.campaigns.services.running import (
    draft_campaign,
    step_campaign,
    write_summary,
)
from anyuan.domains.campaigns.services.work import accept_task, draw_sample, write_note
from anyuan.domains.campaigns.tasks import freeze_week
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Unit
from anyuan.org.posts import actor_of

Clock = Callable[[datetime.date, int], AbstractContextManager[None]]
WORDS = (
    "更换老化线路，增设烟感。",
    "门卫室添置防护器材。",
    "食堂排烟管道清洗完毕。",
    "修补围墙，安装护栏。",
)
FEW = 8  # units that write notes and are accepted


def fill(sites: Sequence[Any], today: datetime.date, at: Clock) -> None:
    """Made and run by the demo's supervisors; what the schools did in the term counts by itself."""
    rng = random.Random(16)  # noqa: S311 -- repeatable demo data
    city = _supervisor(Unit.Kind.CITY)
    district = _supervisor(Unit.Kind.DISTRICT)
    title = next(iter(templates().values())).title
    if city:
        begun = today - datetime.timedelta(days=56)
        running = _make(
            city, at, f"{begun.year}年{title}", begun, begun + datetime.timedelta(days=120)
        )
        _run(running, city, at, today, ("selfcheck", "rectify"), rng)
        unit = Unit.objects.get(key=city.unit_key)
        with at(today - datetime.timedelta(days=2), 60):
            size = min(9, len(progress.units_of(running, city.units)))
            draw_sample(unit, by=city, campaign=running, size=size, seed="demo-16")
    if district:
        begun = today - datetime.timedelta(days=70)
        ended = _make(district, at, "校园安全集中整治", begun, today - datetime.timedelta(days=14))
        _run(
            ended,
            district,
            at,
            ended.ends_on,
            ("selfcheck", "rectify", "inspect", "summarise"),
            rng,
        )
        with at(ended.ends_on, 300):
            write_summary(
                ended, by=district, done_words="各校对照重点环节逐处自查，能改的当天改。\n区里逐校验收，没有通过的写明原因退回。",
                problem_words="个别学校只查不改，整改时限一拖再拖。", next_words="没有销号的问题逐校盯到底。",
                standing="每学期第一周对照重点环节自查一遍\n整改逾期的学校由区里约谈",
            )  # fmt: skip
            step_campaign(ended, by=district, transition="close")


def _supervisor(kind: str) -> Actor | None:
    posts = Post.objects.filter(unit__kind=kind, role__endswith="supervisor", until__isnull=True)
    post = posts.select_related("person", "unit").order_by("person__username", "id").first()
    return actor_of(post) if post else None


def _make(by: Actor, at: Clock, name: str, begun: datetime.date, ends: datetime.date) -> Campaign:
    unit = Unit.objects.get(key=by.unit_key)
    with at(begun, 30):
        made = draft_campaign(
            unit, by=by, template=next(iter(templates())), name=name, starts_on=begun, ends_on=ends
        )
        step_campaign(made, by=by, transition="launch")
    made.refresh_from_db()
    return made


def _run(
    campaign: Campaign, by: Actor, at: Clock, until: datetime.date, steps: Sequence[str], rng: random.Random
) -> None:  # fmt: skip
    """Steps spread over the time, a frozen week each Sunday, notes and acceptances of a few units."""
    days = (until - campaign.starts_on).days
    for n, step in enumerate(steps, start=1):
        with at(campaign.starts_on + datetime.timedelta(days=days * n // (len(steps) + 1)), 90):
            step_campaign(campaign, by=by, transition=step)
    rows = list(
        Task.objects.within(by.units).filter(campaign=campaign, done_on__isnull=False)
        .select_related("unit").order_by("unit_id", "link_id")[: FEW * 6]
    )  # fmt: skip
    for task in rows[: FEW * 3]:
        with at(until - datetime.timedelta(days=1), rng.randint(0, 300)):
            accept_task(task.unit, by=by, campaign=campaign, task=task, passed=True)
    for unit in {task.unit for task in rows}:
        post = Post.objects.filter(unit=unit, role="safety_officer", until__isnull=True).select_related("person", "unit").first()  # fmt: skip
        if post:
            with at(until - datetime.timedelta(days=3), rng.randint(0, 300)):
                write_note(
                    unit, by=actor_of(post), campaign=campaign, words=rng.choice(WORDS),
                    funds=Decimal(rng.randint(2, 60)) / 10,
                )  # fmt: skip
    for day in weekends(campaign.starts_on, until):
        freeze_week(campaign, day)


def weekends(since: datetime.date, until: datetime.date) -> list[datetime.date]:
    """The Sundays of a time, and its last day."""
    first = since + datetime.timedelta(days=6 - since.weekday())
    sundays = range((until - first).days // 7 + 1)
    return sorted({until, *(first + datetime.timedelta(days=7 * n) for n in sundays)})
