"""The demo's appraisals: last year's of the districts, final; this year's of one district's schools, running."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

from anyuan.domains.responsibility.appraisal.content import shipped
from anyuan.domains.responsibility.appraisal.models import ItemScore, Round
from anyuan.domains.responsibility.appraisal.services.rounds import (
    finish_round,
    open_round,
    publish_round,
)
from anyuan.domains.responsibility.appraisal.services.schemes import ready_scheme, take_scheme
from anyuan.domains.responsibility.appraisal.services.scores import assess_self, review_item
from anyuan.engines.indicators.models import Fact
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Unit
from anyuan.org.posts import actor_of

Clock = Callable[[datetime.date, int], AbstractContextManager[None]]
SELF = 6  # schools that have assessed themselves


def fill(today: datetime.date, clock: Clock) -> None:
    """After the figures were rolled up; the whole tree is in scope."""
    rng = random.Random("appraisal")  # noqa: S311 -- the same demo each time
    city, district = _boss("bureau_supervisor"), _boss("district_supervisor")
    if city:
        _last_year(city, rng, today, clock)
    if district:
        _running(district, rng, today, clock)


def _boss(role: str) -> tuple[Unit, Actor] | None:
    post = Post.objects.filter(role=role).select_related("person", "unit").order_by("id").first()
    return (post.unit, actor_of(post)) if post else None


def _last_year(
    city: tuple[Unit, Actor], rng: random.Random, today: datetime.date, clock: Clock
) -> None:
    unit, by = city
    since = datetime.date(today.year - 1, 1, 1)
    until = datetime.date(today.year, 1, 1)
    districts = list(Unit.objects.filter(kind="district", state="active").order_by("key"))
    keys = {key for one in shipped()["district_year"].items for key in one.get("indicators", ())}
    Fact.objects.bulk_create(
        [
            Fact(
                unit=one, indicator=key, month=since.replace(month=11), numerator=rng.randint(165, 200),
                denominator=200,
            )
            if key != "incidents.in_time"
            else Fact(unit=one, indicator=key, month=since.replace(month=11), numerator=9, denominator=9 + rng.randint(0, 2))
            for one in districts
            for key in sorted(keys)
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    with clock(until - datetime.timedelta(days=25), 60):
        scheme = ready_scheme(take_scheme(unit, by=by, key="district_year"), by=by)
        round_ = open_round(
            unit, by=by, scheme=scheme, title=f"{since.year}年辖市区校园安全工作考核", since=since, until=until,
            units=districts,
        )  # fmt: skip
    with clock(until - datetime.timedelta(days=15), 60):
        _review(round_, by, rng)
        publish_round(round_, by=by)
    with clock(until + datetime.timedelta(days=5), 60):
        finish_round(round_, by=by)


def _running(
    district: tuple[Unit, Actor], rng: random.Random, today: datetime.date, clock: Clock
) -> None:
    unit, by = district
    schools = list(Unit.objects.filter(parent=unit, kind="school", state="active").order_by("key"))
    with clock(today - datetime.timedelta(days=5), 60):
        scheme = ready_scheme(take_scheme(unit, by=by, key="school_year"), by=by)
        round_ = open_round(
            unit, by=by, scheme=scheme, title=f"{today.year}年学校安全工作考核", units=schools,
            since=datetime.date(today.year, 1, 1), until=datetime.date(today.year + 1, 1, 1),
        )  # fmt: skip
    items = list(_waiting(round_))
    officers = {
        post.unit_id: actor_of(post)
        for post in Post.objects.filter(
            role="safety_officer", unit_id__in=[item.unit_id for item in items]
        ).select_related("person", "unit")
    }
    with clock(today - datetime.timedelta(days=2), 60):
        for item in items[:SELF]:
            if item.unit_id in officers:
                assess_self(
                    item, by=officers[item.unit_id], points=Decimal(rng.randint(7, 10)),
                    note="每天放学时段家长志愿者护学，每月一次安全体验课。",
                )  # fmt: skip
    _review(round_, by, rng, most=SELF // 2)


def _waiting(round_: Round) -> list[ItemScore]:
    rows = ItemScore.objects.filter(result__round=round_, source="review")
    return list(rows.select_related("result__record").order_by("unit_id"))


def _review(round_: Round, by: Actor, rng: random.Random, *, most: int = 1000) -> None:
    for item in _waiting(round_)[:most]:
        points = Decimal(rng.randint(14, 20)) * item.full / 20
        review_item(item, by=by, points=points, reason="现场核查和材料审核。")
