"""What who hires does: plan an assessment of schools, let the firm's people in until a day, end it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.risk.assessments.models import AssessedSite, Assessment, AssessorAccess
from anyuan.domains.risk.assessments.numbers import access_days
from anyuan.engines.cases.models import Case
from anyuan.engines.cases.services import move, open_case
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models import Person, Post, Unit
from anyuan.org.permissions import Permission, Role
from anyuan.org.records import already, open_record, record_saved
from anyuan.org.services import add_person, checked, first_password, grant_post

ENDED = ("archived", "cancelled")
SHARED = ("number", "title", "firm", "topics", "begins_on", "ends_on")


@action(Permission.ASSESSMENT_MANAGE)
def plan_assessment(
    unit: Unit, *, by: Actor, sites: Iterable[Unit], record_id: uuid.UUID | None = None, **facts: Any
) -> Assessment:  # fmt: skip
    """A new assessment of `sites`. Sent again with the same `record_id` it is the same.

    `facts`: title, firm, firm_code, qualification, topics, begins_on, ends_on.
    """
    if kept := already(record_id, kind="third_party", unit_id=unit.key):
        found: Assessment = Assessment.objects.select_related("record", "unit").get(pk=kept.pk)
        return found
    schools = _schools(by, sites)
    row = Assessment(unit=unit, number=_next_number(unit), **facts)
    row.firm_code = row.firm_code.strip().upper()
    if row.ends_on < row.begins_on:
        raise Refused(_("结束日期不能早于开始日期。"), field="ends_on")
    row.record = open_record(
        unit, by=by, kind="third_party", happened_on=row.begins_on, title=f"{row.title}（{row.firm}）",
        state="planned", done_by_key=unit.key, record_id=record_id,
    )  # fmt: skip
    checked(row, exclude=("record", "unit"))
    open_case(row.record, by=by, loop="assessment", state="planned", label=_("计划"), due_on=row.ends_on)  # fmt: skip
    for school in schools:
        _add_site(row, school, by)
    record_saved(row.record)
    return row


def step_assessment(
    row: Assessment,
    *,
    by: Actor,
    transition: str,
    data: Mapping[str, Any] | None = None,
    seen: int | None = None,
    file_ids: Iterable[uuid.UUID] = (),
) -> Case:
    """One step of the assessment's loop (guarded by `cases.services.move`)."""
    return move(
        row.record.case, by=by, transition=transition, thing=row, data=data, seen=seen, file_ids=file_ids
    )  # fmt: skip


@action(Permission.ASSESSMENT_MANAGE)
def invite_assessor(
    row: Assessment, *, by: Actor, name: str, username: str, phone: str, until: datetime.date
) -> str:
    """Let a person of the firm in, at the schools in scope only and until a day; the first password, "" where
    the person has an account already (same username, name and phone).
    """
    held: Assessment = Assessment.objects.select_for_update(of=("self",)).select_related("record").get(pk=row.pk)  # fmt: skip
    if held.record.state in {"planned", *ENDED}:
        raise Refused(_("签订合同以后、归档以前，才能邀请评估人员。"))
    since = max(timezone.localdate(), held.begins_on)
    last = held.ends_on + datetime.timedelta(days=access_days())
    if not since <= until <= last:
        raise Refused(
            _("截止日期应在 %(since)s 到 %(last)s 之间。") % {"since": since, "last": last}, field="until"
        )  # fmt: skip
    sites = list(AssessedSite.objects.filter(whole=held.pk).select_related("unit").order_by("unit_id"))  # fmt: skip
    person, password = _person(sites[0].unit, by, name=name, username=username, phone=phone, since=since, until=until)  # fmt: skip
    for site in sites:
        post = Post.objects.filter(unit=site.unit, person=person, role=Role.ASSESSOR, since=since, until=until).first()  # fmt: skip
        post = post or grant_post(
            site.unit, by=by, person=person, role=Role.ASSESSOR, since=since, until=until
        )
        access = AssessorAccess(
            unit_id=site.unit_id, site=site, person=person, post=post, since=since, until=until
        )
        access.save(force_insert=True)
    note(Audit.Action.CHANGE, f"邀请评估人员 {name}，至 {until}：{held}", by=by)
    return password


@action(Permission.ASSESSMENT_MANAGE)
def end_access(row: Assessment, *, by: Actor, person_id: int | None = None) -> int:
    """Shut one person of the firm out, or all, at once; how many accesses ended."""
    keys = AssessedSite.objects.filter(whole=row.pk).values_list("pk", flat=True)
    open_ones = AssessorAccess.objects.filter(site_id__in=list(keys), ended_at__isnull=True)
    if person_id is not None:
        open_ones = open_ones.filter(person_id=person_id)
    accesses = list(open_ones.select_related("post"))
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    # A post that another assessment of the same days still needs stays.
    others = AssessorAccess.objects.filter(
        post__in=[one.post_id for one in accesses], ended_at__isnull=True
    )
    needed = set(others.exclude(pk__in=[one.pk for one in accesses]).values_list("post_id", flat=True))  # fmt: skip
    for access in accesses:
        post = access.post
        if (
            post is not None
            and post.pk not in needed
            and (post.until is None or post.until > yesterday)
        ):
            # A post of which today is the first day has never been: both its days lie behind.
            post.since, post.until = min(post.since, yesterday), yesterday
            post.save(update_fields=["since", "until"])
        access.ended_at = timezone.now()
        access.save(update_fields=["ended_at"])
    if accesses:
        note(Audit.Action.CHANGE, f"终止评估人员权限：{row}", by=by)
    return len(accesses)


def _schools(by: Actor, sites: Iterable[Unit]) -> list[Unit]:
    found = list({site.key: site for site in sites}.values())
    if not found:
        raise Refused(_("请至少选择一所学校。"), field="sites")
    for site in found:
        if site.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS} or not by.units.holds(site.key):
            raise Refused(_("只能选择您负责范围内的学校。"), field="sites")
    return found


def _add_site(row: Assessment, school: Unit, by: Actor) -> AssessedSite:
    shared = {name: getattr(row, name) for name in SHARED}
    site = AssessedSite(unit=school, whole=row.pk, **shared)
    site.record = open_record(
        school, by=by, kind="third_party_site", happened_on=row.begins_on, title=f"{row.title}（{row.firm}）",
        state="planned", counts=False, done_by_key=school.key,
    )  # fmt: skip
    site.save(force_insert=True)
    record_saved(site.record)
    return site


def _person(
    unit: Unit, by: Actor, *, name: str, username: str, phone: str, since: datetime.date, until: datetime.date
) -> tuple[Person, str]:  # fmt: skip
    """The firm's person: the account that is there, if it is the same person's, else a new one."""
    known = Person.objects.filter(username=username).first()
    if known is not None:
        if (known.name, known.phone or "") != (name.strip(), phone.strip()):
            raise Conflict(_("这个用户名已被他人使用，请换一个。"), field="username")
        return known, ""
    password = first_password(Person(username=username, name=name))
    person = add_person(
        unit, by=by, username=username, name=name.strip(), phone=phone.strip() or None, role=Role.ASSESSOR,
        until=until, password=password,
    )  # fmt: skip
    Post.objects.filter(person=person, unit=unit, role=Role.ASSESSOR).update(since=since)
    return person, password


def _next_number(unit: Unit) -> str:
    """`PG-<unit code>-<year>-<nn>`; one at a time for a unit and year."""
    start = f"PG-{unit.code}-{timezone.localdate():%Y}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 41))", [start])
    return f"{start}{Assessment.objects.filter(number__startswith=start).count() + 1:02d}"
