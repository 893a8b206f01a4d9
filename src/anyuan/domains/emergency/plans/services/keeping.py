"""Publishing, returning, checking a plan in force; wishes that drills and incidents leave."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Record
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.emergency.plans.content import kind_for_incident
from anyuan.domains.emergency.plans.models import Plan, PlanCheck, PlanVersion, State, Wish
from anyuan.domains.emergency.plans.services.writing import (
    LEVEL_OF,
    lock_plan,
    next_version,
    set_state,
)
from anyuan.engines.notices.services import tell
from anyuan.engines.obligations.numbers import number_values
from anyuan.engines.reviews.services import carry_comments
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission, Role
from anyuan.org.records import already, open_record, record_saved
from anyuan.org.services import checked

MONTH = 30.44  # days


def review_due(unit: Unit, day: datetime.date) -> datetime.date:
    """When a plan published or checked on a day is to be looked at again, by the pack's months."""
    key = (
        "plan_check_months_school"
        if LEVEL_OF[unit.kind] == "school"
        else "plan_check_months_office"
    )
    return day + datetime.timedelta(days=round(int(number_values(key)[0]) * MONTH))


def put_in_review(record: Record, by: Actor) -> None:
    set_state(_version(record), State.REVIEW, by)


def back_to_draft(record: Record, by: Actor) -> None:
    set_state(_version(record), State.DRAFT, by)


def return_version(record: Record, by: Actor) -> None:
    """The returned version stays as it was read; its writers go on in the next one, with the remarks."""
    version = _version(record)
    lock_plan(version.plan_id)
    set_state(version, State.RETURNED, by)
    fresh = next_version(version, by=by, reason=version.reason or _("按审核意见修改"))
    fresh.issue_number, fresh.effective_on = version.issue_number, version.effective_on
    fresh.save(update_fields=["issue_number", "effective_on"])
    carry_comments(record, fresh.record)


def publish(record: Record, by: Actor) -> None:
    """The version is in force from now; the one before is replaced; open wishes are taken up."""
    version = _version(record)
    lock_plan(version.plan_id)
    today = timezone.localdate()
    for old in PlanVersion.objects.filter(plan_id=version.plan_id, state=State.PUBLISHED).select_related("record"):  # fmt: skip
        set_state(old, State.REPLACED, by)
    version.published_at = timezone.now()
    version.effective_on = version.effective_on or today
    version.review_due = review_due(version.record.unit, today)
    version.save(update_fields=["published_at", "effective_on", "review_due"])
    set_state(version, State.PUBLISHED, by, counts=True, happened_on=today)
    _note_check(version, by, _("修订发布第%(n)d版。") % {"n": version.number}, phones_tried=False)
    Wish.objects.filter(plan_id=version.plan_id, closed_at__isnull=True).update(
        closed_at=timezone.now(), closed_how=_("已在第%(n)d版中处理。") % {"n": version.number}
    )


@action(Permission.PLAN_WRITE)
def check_plan(
    version: PlanVersion, *, by: Actor, conclusion: str, note: str, phones_tried: bool = False,
    record_id: uuid.UUID | None = None,
) -> PlanCheck:  # fmt: skip
    """A plan in force was looked at (point 5): what stays gets a new day for the next look."""
    if kept := already(record_id, kind="plan_check", unit_id=version.unit_id):
        return PlanCheck.objects.get(pk=kept.pk)
    held: PlanVersion = (
        PlanVersion.objects.select_for_update(of=("self",)).select_related("record__unit").get(pk=version.pk)
    )  # fmt: skip
    if held.state != State.PUBLISHED:
        raise Conflict(_("只有现行的版本才能复核。"))
    if not note.strip():
        raise Refused(_("请写明复核了什么、结论怎样。"), field="note")
    if conclusion not in PlanCheck.Conclusion.values:
        raise Refused(_("请选择复核结论。"), field="conclusion")
    made = _note_check(held, by, note, conclusion=conclusion, phones_tried=phones_tried, record_id=record_id)  # fmt: skip
    if conclusion == PlanCheck.Conclusion.KEEP:
        held.review_due = review_due(held.record.unit, timezone.localdate())
        held.save(update_fields=["review_due"])
    return made


@action(Permission.PLAN_WRITE)
def dismiss_wish(wish: Wish, *, by: Actor, why: str) -> Wish:
    """A wish that the plan does not need."""
    held: Wish = Wish.objects.select_for_update(of=("self",)).get(pk=wish.pk)
    if held.closed_at is not None:
        raise Conflict(_("这条建议已经处理过了。"))
    if not why.strip():
        raise Refused(_("请写明不采纳的理由。"), field="why")
    held.closed_at, held.closed_how = timezone.now(), why.strip()[:300]
    held.save(update_fields=["closed_at", "closed_how"])
    return held


def want_revision(*, unit: Unit, by: Actor, kind: str, words: str, record: Record) -> None:
    """A reaction: an incident's lesson asks for another plan (`plan.revision_wanted`)."""
    _wish(unit, kind_for_incident(kind), words, record, by)


def propose_change(*, record: Record, plan_id: Any, text: str, by: Actor) -> None:
    """A reaction: a drill showed what its plan should say (`plan.change_proposed`; the version's key)."""
    version = PlanVersion.raw.select_related("plan").filter(pk=plan_id).first()
    if version is not None and text.strip():
        _wish(record.unit, version.plan.kind, text, record, by)


def _wish(unit: Unit, kind: str, words: str, record: Record, by: Actor) -> None:
    plan = Plan.objects.filter(unit_id=unit.key, kind=kind).first()
    Wish.objects.get_or_create(
        source=record, kind=kind,
        defaults={"unit_id": unit.key, "plan": plan, "text": words.strip()[:1000], "by_name": by.name[:60]},
    )  # fmt: skip
    tell(
        [unit.key], [Role.PRINCIPAL, Role.SAFETY_OFFICER], kind="plan", record=record, url="/plans/",
        title=_("预案需要修订：%(words)s") % {"words": words[:60]}, once_key=f"plan.wish:{record.pk}:{kind}",
    )  # fmt: skip


def _note_check(
    version: PlanVersion, by: Actor, note: str, *, phones_tried: bool,
    conclusion: str = PlanCheck.Conclusion.KEEP, record_id: uuid.UUID | None = None,
) -> PlanCheck:  # fmt: skip
    made = PlanCheck(
        unit_id=version.unit_id, version=version, conclusion=conclusion, note=note.strip(),
        phones_tried=phones_tried,
    )  # fmt: skip
    made.record = open_record(
        version.record.unit, by=by, kind="plan_check", happened_on=timezone.localdate(),
        title=_("%(title)s复核") % {"title": version.title}, tags=[f"type:{version.plan.kind}"],
        record_id=record_id,
    )  # fmt: skip
    checked(made, exclude=("record", "unit", "version"))
    record_saved(made.record)
    return made


def _version(record: Record) -> PlanVersion:
    found: PlanVersion = (
        PlanVersion.objects.select_for_update(of=("self",))
        .select_related("record__unit", "plan__unit").get(pk=record.pk)
    )  # fmt: skip
    found.record = record
    return found
