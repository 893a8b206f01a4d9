"""The demo's look back: after an incident of last month, with the evidence, findings and an objection."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import AbstractContextManager

from django.db import connection

from anyuan.core.models import Record
from anyuan.domains.risk.tracing.queries import subject_facts, subjects
from anyuan.domains.risk.tracing.services.deciding import give_opinion, object_to, write_finding
from anyuan.domains.risk.tracing.services.opening import candidates, open_trace, step_trace
from anyuan.org.models import Post, Unit
from anyuan.org.permissions import Role
from anyuan.org.posts import actor_of

Clock = Callable[[datetime.date, int], AbstractContextManager[None]]
DAYS_AFTER = 2
DEMO_DISTRICT = "wujin"  # the demo's own account leads its district's panel


def fill(today: datetime.date, at: Clock) -> None:
    """One trace that waits for the answer to an objection."""
    set_histories_back()
    lead = Post.objects.select_related("person", "unit").get(person__username=DEMO_DISTRICT)
    by = actor_of(lead)
    cause = (
        Record.objects.filter(kind="incident", state="closed", unit__key__startswith=lead.unit_id)
        .filter(happened_on__gte=today - datetime.timedelta(days=50))
        .select_related("unit").order_by("happened_on").first()
    )  # fmt: skip
    if cause is None:
        return
    office = Unit.objects.get(key=lead.unit_id)
    panel = [post.person_id for post in candidates(office)][:3]
    with at(cause.happened_on + datetime.timedelta(days=DAYS_AFTER), 60):
        trace = open_trace(
            office, by=by, cause=cause, moment=cause.created_at, lead_department="教育局",
            reason="事故造成学生受伤，家长有异议，需要查清各方责任。", panel=panel, lead=by.person_id or 0,
        )  # fmt: skip
    with at(cause.happened_on + datetime.timedelta(days=DAYS_AFTER), 75):
        step_trace(trace, by=by, transition="freeze", data={"note": "", "sure": True})
        trace.refresh_from_db()
        choices = dict(subjects(trace))
        officer = next(
            value for value, label in choices.items() if Role.SAFETY_OFFICER.label in label
        )
    with at(cause.happened_on + datetime.timedelta(days=DAYS_AFTER), 200):
        findings = [
            write_finding(
                trace, by=by, conclusion="weak", handling="talk", evidence=[1], basis="安全责任书和岗位责任清单",
                reasons="对照当时的任务，场地检查没有按期完成，事发前的隐患没有及时整改。",
                **subject_facts(trace, officer),
            ),
            write_finding(
                trace, by=by, unit=trace.about, conclusion="done", evidence=[1],
                basis="中小学幼儿园安全管理办法（教育部等十部门令第23号）",
                reasons="制度、培训和演练记录齐全，事发后报告及时、处置得当。",
            ),
        ]  # fmt: skip
        for post in candidates(office):
            if post.person_id in panel:
                for finding in findings:
                    give_opinion(finding, by=actor_of(post), agrees=True)
    with at(cause.happened_on + datetime.timedelta(days=DAYS_AFTER), 240):
        step_trace(trace, by=by, transition="serve", data={"note": ""})
    concerned = Post.objects.select_related("person", "unit").filter(
        person_id=findings[0].person_id, unit_id=trace.about_id
    )
    with at(cause.happened_on + datetime.timedelta(days=DAYS_AFTER + 3), 90):
        object_to(
            findings[0], by=actor_of(concerned.get()),
            words="当周的检查做了，因手机没有网络补传较晚，请核对照片上的时间。",
        )  # fmt: skip


def set_histories_back() -> None:
    """The demo's deeds carry their own day; their histories, which the database dated, follow them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_recordevent SET pgh_created_at = updated_at WHERE pgh_created_at > updated_at"
        )
        cursor.execute(
            "UPDATE org_postevent SET pgh_created_at = since WHERE pgh_created_at > since"
        )
