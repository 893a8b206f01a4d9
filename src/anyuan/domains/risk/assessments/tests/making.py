"""An assessment as the tests want it: hired by the district, of school A only."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anyuan.core.files import keep_file
from anyuan.domains.risk.assessments.models import AssessedSite, Assessment
from anyuan.domains.risk.assessments.queries import one
from anyuan.domains.risk.assessments.services.hiring import (
    invite_assessor,
    plan_assessment,
    step_assessment,
)
from anyuan.org.actor import Actor
from anyuan.org.models import Person, Post
from anyuan.org.posts import actor_of

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF"
CODE = "91350100M000100Y43"  # the example of the standard
FACTS = {
    "title": "秋季安全评估", "firm": "常安评估公司", "firm_code": CODE, "qualification": "安全评价甲级", "topics": "消防、校舍",
}  # fmt: skip


def planned(cast: Any, *, by: Any = None, sites: Any = None, **more: Any) -> Assessment:
    today = timezone.localdate()
    days = {"begins_on": today, "ends_on": today + datetime.timedelta(days=10)}
    by = by or cast.district
    unit = more.pop("unit", cast.wujin)
    return plan_assessment(unit, by=by, sites=sites or [cast.school], **{**FACTS, **days, **more})


def step(row: Assessment, by: Actor, transition: str, **data: Any) -> Assessment:
    files = []
    if transition == "contract":
        data = {"contract_no": "HT-1", **data}
        upload = SimpleUploadedFile("c.pdf", PDF)
        files = [keep_file(upload, unit_id=row.unit_id, by=by).pk]
    step_assessment(one(by, row.pk), by=by, transition=transition, data=data, file_ids=files)
    return one(by, row.pk)


def invited(row: Assessment, by: Actor, *, username: str = "assessor", days: int = 10) -> Actor:
    """Let a person of the firm in; the actor of their post at the first school."""
    until = timezone.localdate() + datetime.timedelta(days=days)
    invite_assessor(
        row, by=by, name="评估员己", username=username, phone="13912345678", until=until
    )
    Person.objects.filter(username=username).update(must_change_password=False)
    post = Post.objects.filter(person__username=username).select_related("person", "unit").first()
    assert post is not None
    return actor_of(post)


def on_site(cast: Any, **more: Any) -> tuple[Assessment, Actor]:
    row = step(planned(cast, **more), cast.district, "contract")
    assessor = invited(row, cast.district)
    return step(row, cast.district, "start"), assessor


def site_of(row: Assessment) -> AssessedSite:
    found: AssessedSite = AssessedSite.objects.select_related("record", "unit").get(whole=row.pk)
    return found


def paper(site: AssessedSite, by: Actor) -> list[Any]:
    return [keep_file(SimpleUploadedFile("r.pdf", PDF), unit_id=site.unit_id, by=by).pk]
