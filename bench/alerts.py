"""One alert to a city of 1,500 schools × 10 people: until every receipt row exists and each message is queued.

Beside one bare INSERT … SELECT of as many rows. Everything is rolled back.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.emergency.alerts.audience import Audience
from anyuan.domains.emergency.alerts.models import Delivery, Receipt
from anyuan.domains.emergency.alerts.services.sending import draft_alert, send_alert
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Person, Post, Unit

EACH = 10
_BARE = """
INSERT INTO bench_receipt
SELECT post.person_id, post.unit_id, now() FROM org_post post
JOIN org_person person ON person.id = post.person_id AND person.is_active
WHERE post.role = 'teacher'
"""


def people() -> int:
    """Ten teachers with an e-mail address at every school, made for this run."""
    today = timezone.localdate()
    schools = list(
        Unit.objects.filter(kind="school", state="active").values_list("key", flat=True)
    )[:1500]
    Post.objects.filter(role="teacher").delete()
    made = Person.objects.bulk_create(
        Person(username=f"bench{n}", name=f"教师{n}", email=f"t{n}@example.invalid", password="!")
        for n in range(EACH * len(schools))
    )
    Post.objects.bulk_create(
        Post(person=one, unit_id=schools[n % len(schools)], role="teacher", since=today)
        for n, one in enumerate(made)
    )
    return len(made)


def measure() -> tuple[int, int, float, float]:
    """(receipts, messages queued, our seconds, bare seconds)"""
    settings.EMAIL_HOST = "mail.example.invalid"
    with scope.everything(), transaction.atomic():
        many = people()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE bench_receipt (person bigint, unit text, at timestamptz)"
            )
            cursor.execute("ANALYZE org_post")
            started = time.perf_counter()
            cursor.execute(_BARE)
            bare = time.perf_counter() - started
        city = Unit.objects.get(kind="city")
        started = time.perf_counter()
        alert = draft_alert(
            city, by=SYSTEM, kind="test", title="通信测试", text="请点知道了", audience=Audience(roles=("teacher",)),
            channels=["email"],
        )  # fmt: skip
        send_alert(alert, by=SYSTEM)
        ours = time.perf_counter() - started
        told = Receipt.objects.filter(alert=alert).count()
        queued = Delivery.objects.filter(alert=alert).count()
        transaction.set_rollback(True)
    if told != many:
        raise SystemExit(f"{told} of {many} were told")
    return told, queued, ours, bare


def show() -> None:
    told, queued, ours, bare = measure()
    print(
        "| 一条全市通知 | 收到的人 | 排队的邮件 | 秒 | 裸 INSERT … SELECT（秒） |\n|---|---:|---:|---:|---:|"
    )
    print(f"| 每人的回执、消息、各渠道的发送 | {told:,} | {queued:,} | {ours:.2f} | {bare:.2f} |")
