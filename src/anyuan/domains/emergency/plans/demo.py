"""The demo's plans: of the city, the districts and the schools; some in review, one late to be looked at."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from anyuan.domains.emergency.plans import texts
from anyuan.domains.emergency.plans.content import content
from anyuan.domains.emergency.plans.models import PlanVersion
from anyuan.domains.emergency.plans.services.writing import save_draft, send_to_review, start_plan
from anyuan.engines.reviews.services import comment, send_back, sign
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Unit
from anyuan.org.posts import actor_of

Clock = Callable[[datetime.date, int], AbstractContextManager[None]]
When = Callable[[int], AbstractContextManager[None]]  # so many minutes after a beginning
NAMES = ["张建国", "李秀英", "王志强", "赵敏", "陈刚", "周丽", "吴涛", "郑洁"]
PHONE = "0519-8{:07d}"
FULL = 3  # schools with all kinds; the others keep the general one
DEMO_SCHOOL = "school"  # the demo's own account: one plan is in review, one returned


def fill(sites: Sequence[Unit], today: datetime.date, at: Clock) -> None:
    """Offices first, then schools; each through its review."""
    rng = random.Random(5)  # noqa: S311 -- the same demo for the same day
    offices = Unit.objects.filter(kind__in=["city", "district"], state="active")
    for unit in offices.order_by("key"):
        by = _people(unit).get(f"{'bureau' if unit.kind == 'city' else 'district'}_supervisor")
        if by is not None:
            when = functools.partial(_later, at, today - datetime.timedelta(days=50), 60)
            for kind in ("general", "weather", "ice", "pollution"):
                _publish(unit, kind, [by], rng, when)
    demo = (
        Post.objects.filter(person__username=DEMO_SCHOOL).values_list("unit_id", flat=True).first()
    )
    schools = (
        Unit.objects.filter(kind="school", state="active").select_related("parent").order_by("key")
    )
    for n, school in enumerate(schools):
        people = _people(school)
        officer, head = people.get("safety_officer"), people.get("principal")
        above = _people(school.parent) if school.parent else {}
        district = above.get("district_supervisor") or above.get("bureau_supervisor")
        if not (officer and head and district):
            continue
        full = n < FULL or school.key == demo
        when = functools.partial(_later, at, today - datetime.timedelta(days=40 - n % 30), n % 200)
        kinds = [k.key for k in content().kinds.values() if "school" in k.required]
        for kind in kinds if full else ["general"] if rng.random() < 0.9 else []:
            if school.key == demo and kind in {"violence", "group"}:
                _in_work(school, kind, officer, head, rng, when)
            else:
                _publish(school, kind, [officer, head, district], rng, when)


def _later(at: Clock, day: datetime.date, minute: int, more: int) -> AbstractContextManager[None]:
    """So many minutes after the one at which a plan was begun."""
    return at(day, minute + more)


def _people(unit: Unit) -> dict[str, Actor]:
    posts = Post.objects.filter(unit=unit).select_related("person", "unit")
    return {post.role: actor_of(post) for post in posts}


def _draft(unit: Unit, kind: str, by: Actor, rng: random.Random) -> PlanVersion:
    version = start_plan(unit, by=by, kind=kind)
    text = texts.read(version)
    roles = [
        dataclasses.replace(
            one, person_name=one.person_name or rng.choice(NAMES),
            phone=one.phone or PHONE.format(rng.randrange(10**7)),
        )
        for one in text.roles
    ]  # fmt: skip
    return save_draft(version, by=by, text=dataclasses.replace(text, roles=roles))


def _publish(unit: Unit, kind: str, hands: Sequence[Actor], rng: random.Random, when: When) -> None:
    """The first hand writes, the others sign, each an hour after the one before."""
    with when(0):
        version = _draft(unit, kind, hands[0], rng)
    with when(20):
        review = send_to_review(version, by=hands[0])
    for hours, by in enumerate(hands[1:] or hands, start=1):
        with when(20 + 60 * hours):
            review = sign(review, by=by)


def _in_work(unit: Unit, kind: str, by: Actor, head: Actor, rng: random.Random, when: When) -> None:
    """One waits for the district; one came back with a remark."""
    with when(0):
        version = _draft(unit, kind, by, rng)
    with when(20):
        review = send_to_review(version, by=by)
    with when(80):
        if kind == "group":
            sign(review, by=head)
            return
        section = texts.read(version).sections[0]
        said = "这一段请结合本校校门的情况写具体。"
        comment(review, by=head, section=section.key, text=said, quote=section.text[:12])
        send_back(review, by=head, note="意见写在正文旁。")
