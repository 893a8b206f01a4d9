"""What the firm's people write at a school, and the school's answer."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.ids import is_client_id, new_id
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.domains.risk.assessments.models import AssessedSite, AssessorAccess, Finding, Rating
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission
from anyuan.org.records import amend_record, attach
from anyuan.org.services import checked

MARK = "assessment:"  # what a hazard's source says before the finding's key


@action(Permission.ASSESSMENT_WRITE)
def add_finding(
    site: AssessedSite, *, by: Actor, place: str, text: str, category: str, level: str = "general",
    basis: str = "", file_ids: Iterable[uuid.UUID] = (), finding_id: uuid.UUID | None = None,
) -> Finding:  # fmt: skip
    """One thing found; it becomes a hazard of the school at once. Sent again it is the same."""
    held = _held(site)
    if finding_id and (kept := Finding.objects.filter(pk=finding_id, site=held).first()):
        return kept
    if finding_id is not None and not is_client_id(finding_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    _may_write(held, by)
    if level == "major" and not basis.strip():
        raise Refused(_("定为重大隐患，请写明判定依据。"), field="basis")
    finding = Finding(
        pk=finding_id or new_id(), unit_id=held.unit_id, site=held, place=place.strip()[:60], text=text.strip()[:500],
        category=category, level=level, basis=basis.strip()[:200], by_name=by.name,
    )  # fmt: skip
    checked(finding, exclude=("unit", "site", "hazard"))
    files = list(file_ids)
    attach(held.record, files, by=by, label="finding")
    # An assessor reports no hazards but through a finding.
    reporter = dataclasses.replace(by, permissions=by.permissions | {Permission.HAZARD_REPORT})
    events.emit(
        "finding.raised", record=held.record, unit=held.unit, by=reporter, title=finding.text, detail="",
        place=finding.place, category=category, level=level, basis=finding.basis, file_ids=files,
        source="third_party", source_ref=f"{MARK}{finding.pk}",
    )  # fmt: skip
    finding.refresh_from_db()
    return finding


@action(Permission.ASSESSMENT_WRITE)
def hand_in(
    site: AssessedSite, *, by: Actor, score: Decimal, rating: str, conclusion: str,
    file_ids: Iterable[uuid.UUID] = (),
) -> AssessedSite:  # fmt: skip
    """The firm's report on the school: score, rating, conclusion and the paper itself."""
    held = _held(site)
    _may_write(held, by)
    if rating not in Rating.values:
        raise Refused(_("请选择等次。"), field="rating")
    if not conclusion.strip():
        raise Refused(_("请写明评估结论。"), field="conclusion")
    held.score, held.rating, held.conclusion = score, rating, conclusion.strip()
    held.handed_in_at, held.handed_in_by = timezone.now(), by.name
    checked(held, exclude=("record", "unit"))
    if not attach(held.record, file_ids, by=by, label="report") and not held.record.files.filter(label="report").exists():  # fmt: skip
        raise Refused(_("请上传评估报告。"), field="files")
    amend_record(held.record, by=by, tags=held.tags)
    return held


@action(Permission.RISK_WRITE)
def answer(site: AssessedSite, *, by: Actor, text: str) -> AssessedSite:
    """The school says what it makes of the report."""
    held = _held(site)
    if held.record.state not in {"report", "rectification", "recheck"}:
        raise Conflict(_("评估报告提交以后才能答复，归档以后不能再改。"))
    if not text.strip():
        raise Refused(_("请填写答复。"), field="answer")
    held.answer, held.answered_at = text.strip()[:2000], timezone.now()
    held.save(update_fields=["answer", "answered_at"])
    return held


def link_hazard(hazard: Any, by: Any, **_more: Any) -> None:
    """Reaction on `hazard.reported`: the finding knows the hazard that it became."""
    if (hazard.source_ref or "").startswith(MARK):
        key = hazard.source_ref.removeprefix(MARK)
        Finding.objects.filter(pk=key, unit=hazard.unit_id).update(hazard=hazard.record)


def _held(site: AssessedSite) -> AssessedSite:
    held: AssessedSite = (
        AssessedSite.objects.select_for_update(of=("self",)).select_related("record", "unit").get(pk=site.pk)
    )  # fmt: skip
    return held


def _may_write(site: AssessedSite, by: Actor) -> None:
    """Only a person let in to this assessment, only while the firm is at work."""
    today = timezone.localdate()
    if not AssessorAccess.objects.filter(
        site=site, person=by.person_id, since__lte=today, until__gte=today, ended_at__isnull=True
    ).exists():
        raise Forbidden(_("您没有参加这次评估，或者期限已过。"))
    if site.record.state != "on_site":
        raise Conflict(_("现在不是现场评估阶段，不能填写。"))
