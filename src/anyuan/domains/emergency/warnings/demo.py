"""The demo's warnings: a term of past ones with their answers, one that runs, one that waits to be weighed."""

from __future__ import annotations

import dataclasses
import datetime
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from django.utils import timezone

from anyuan.core.models import Record
from anyuan.domains.emergency.warnings import queries
from anyuan.domains.emergency.warnings.content import colour_of, grade_of, titled
from anyuan.domains.emergency.warnings.models import (
    Done,
    EndReason,
    Measure,
    WarningResponse,
    WarningSignal,
)
from anyuan.domains.emergency.warnings.opening import SCHOOLS
from anyuan.domains.emergency.warnings.services.answering import acknowledge, report_measures
from anyuan.domains.emergency.warnings.services.incoming import enter_warning
from anyuan.domains.emergency.warnings.services.weighing import order_suspension, step_warning
from anyuan.engines.ledgers import bulk
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Unit
from anyuan.org.permissions import Role
from anyuan.org.posts import actor_of

# Do what follows on a day, so many minutes after eight.
Clock = Callable[[datetime.date, int], AbstractContextManager[None]]
DEMO_SCHOOL = "school"  # the demo's own account: it has the running warning still to answer


@dataclasses.dataclass(frozen=True)
class Story:
    """One warning; `share`: how many of a hundred schools confirm in time and report."""

    days_ago: int
    kind: str
    colour: str
    words: str
    share: int
    hours: int = 8
    suspend: str = ""


STORIES = (
    Story(48, "heat", "orange", "预计今天白天最高气温三十七度以上，请注意防暑降温。", 88, 9),
    Story(30, "rainstorm", "yellow", "预计六小时内大部分地区雨量五十毫米以上，低洼处有积水可能。", 94, 6, "flexible"),
    Story(13, "pollution", "orange", "市大气办通知：预计未来两天空气质量达到严重污染。", 97, 30),
)  # fmt: skip
RUNNING = Story(
    0, "gale", "orange", "受冷空气影响，预计未来六小时阵风可达十级，请加强防范。", 70, 10
)
WAITING = Story(
    0, "coldwave", "blue", "预计未来四十八小时最低气温下降八度以上，请做好防寒准备。", 0, 40
)
NOTES = ("全部落实到位", "已在校门口安排值守", "已通知到每个班级", "")


def fill(sites: Sequence[Unit], today: datetime.date, clock: Clock) -> None:
    """Call with the whole tree in scope."""
    desk = _desk()
    if desk is None:
        return
    city = Unit.objects.get(key=desk.unit_key)
    rng = random.Random("warnings")  # noqa: S311 -- the same demo each time
    for story in STORIES:
        _past(story, city, desk, today, clock, rng)
    with clock(today, 20):
        signal = _pass_on(RUNNING, city, desk)
        told = signal.issued_at
    _answer_many(signal, told or timezone.now(), RUNNING.share, rng, but=_demo_school())
    with clock(today, 60):
        _enter(WAITING, city, desk)


def _past(
    story: Story, city: Unit, desk: Actor, today: datetime.date, clock: Clock, rng: random.Random
) -> None:
    day = today - datetime.timedelta(days=story.days_ago)
    with clock(day, 10):
        signal = _pass_on(story, city, desk)
        if story.suspend:
            now = timezone.now()
            order_suspension(
                signal, by=desk, kind=story.suspend, from_at=now + datetime.timedelta(hours=2),
                to_at=now + datetime.timedelta(hours=9), words="不按时到校的不算迟到，没人接的学生留校看护。",
            )  # fmt: skip
        told = timezone.now()
    with clock(day, 22):
        _answer_one(signal)
    _answer_many(signal, told, story.share, rng)
    with clock(day, 420):
        held = queries.one(desk, signal.pk)
        step_warning(held, by=desk, transition="end", data={"reason": EndReason.CANCEL, "note": "气象台已解除"})  # fmt: skip


def _enter(story: Story, city: Unit, desk: Actor) -> WarningSignal:
    return enter_warning(
        city, by=desk, kind=story.kind, colour=story.colour, words=story.words, units=[city.key],
        expires_at=timezone.now() + datetime.timedelta(hours=story.hours), source="常州市气象台",
    )  # fmt: skip


def _pass_on(story: Story, city: Unit, desk: Actor) -> WarningSignal:
    signal = _enter(story, city, desk)
    colour, grade = colour_of(story.colour), grade_of(story.kind, story.colour)
    if colour is None or grade is None:
        raise LookupError(titled(story.kind, story.colour))
    data = {
        "kind": story.kind, "colour": story.colour, "level": colour.level, "units": [city.key],
        "expires_at": signal.expires_at, "words": story.words, "measures": grade.measures, "suspension": None,
    }  # fmt: skip
    step_warning(queries.one(desk, signal.pk), by=desk, transition="issue", data=data)
    return queries.one(desk, signal.pk)


def _answer_one(signal: WarningSignal) -> None:
    """The demo's own school answers through the services."""
    key = _demo_school()
    response = WarningResponse.objects.filter(signal=signal, unit_id=key, office=False).first()
    posts = Post.objects.filter(unit_id=key, person__username=DEMO_SCHOOL, role__in=SCHOOLS)
    post = posts.select_related("person", "unit").first()
    if response is None or post is None:
        return
    by = actor_of(post)
    acknowledge(response, by=by)
    answers = {str(one.pk): (Done.DONE, "") for one in queries.asked_of(response)}
    figures = {"pupils": 900, "told": 900, "on_site": 12, "carer": "值班老师两人"}
    report_measures(response, by=by, answers=answers, note="各项措施已落实", suspension=figures)


def _answer_many(
    signal: WarningSignal, told: datetime.datetime, share: int, rng: random.Random, *, but: str = ""
) -> None:
    """The other schools' answers, as rows: hundreds of them through the services would take a minute."""
    rows = WarningResponse.objects.filter(signal=signal, acked_at__isnull=True).exclude(unit_id=but)
    now, found = timezone.now(), []
    for response in rows.select_related("unit").order_by("unit_id"):
        luck = rng.randrange(100)
        if luck >= share:
            continue
        acked = min(told + datetime.timedelta(minutes=rng.randint(1, 28 if luck < share - 6 else 55)), now)  # fmt: skip
        found.append((response, acked, None if response.office or luck % 7 == 0 else min(acked + datetime.timedelta(minutes=rng.randint(15, 90)), now)))  # fmt: skip
    bulk.update(WarningResponse, [
        {
            "record": response.pk, "acked_at": acked, "acked_by_name": "值班人员", "reported_at": done,
            "reported_by_name": "值班人员" if done else "", "reports": int(done is not None),
            "note": rng.choice(NOTES) if done else "",
        }
        for response, acked, done in found
    ], key="record")  # fmt: skip
    done_keys = [response.pk for response, _acked, done in found if done]
    states = {response.pk: "reported" if done else "acked" for response, _acked, done in found}
    bulk.update(Record, [{"id": pk, "state": state, "counts": state == "reported"} for pk, state in states.items()], key="id")  # fmt: skip
    asked = Measure.objects.filter(response_id__in=done_keys).values_list("pk", flat=True)
    bulk.update(Measure, [_said(pk, rng) for pk in asked], key="id")


def _said(pk: Any, rng: random.Random) -> dict[str, Any]:
    if rng.randrange(12) == 0:
        return {"id": pk, "state": Done.NOT, "words": "本校没有这种情况"}
    return {"id": pk, "state": Done.DONE, "words": ""}


def _desk() -> Actor | None:
    post = Post.objects.filter(role=Role.BUREAU_SUPERVISOR).select_related("person", "unit").order_by("pk").first()  # fmt: skip
    return actor_of(post) if post else None


def _demo_school() -> str:
    found = Post.objects.filter(person__username=DEMO_SCHOOL).values_list("unit_id", flat=True)
    return found.first() or ""
