"""Drafts: from a template or the version in force, saved, given up, sent to review."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict, Refused
from anyuan.domains.emergency.plans import texts
from anyuan.domains.emergency.plans.content import content, kind_of
from anyuan.domains.emergency.plans.models import Plan, PlanVersion, State
from anyuan.domains.emergency.plans.texts import Text
from anyuan.engines.reviews.models import Review
from anyuan.engines.reviews.services import submit
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, amend_record, open_record, record_saved, void_record
from anyuan.org.services import checked

LEVEL_OF = {"city": "city", "district": "district", "school": "school", "campus": "school"}


@action(Permission.PLAN_WRITE)
def start_plan(
    unit: Unit, *, by: Actor, kind: str, record_id: uuid.UUID | None = None
) -> PlanVersion:
    """The first draft of a kind, from the pack's template. Errors: a kind the unit does not keep."""
    if kept := already(record_id, kind="plan", unit_id=unit.key):
        return PlanVersion.objects.get(pk=kept.pk)
    spec = content().kinds.get(kind)
    if spec is None or LEVEL_OF[unit.kind] not in spec.levels:
        raise Refused(_("请选择列出的预案种类。"), field="kind")
    if Plan.objects.filter(unit=unit, kind=kind).exists():
        raise Refused(_("本单位已有这种预案，请在原来的基础上修订。"), field="kind")
    plan = Plan(unit=unit, kind=kind)
    checked(plan, exclude=("unit",))
    template = content().templates.get(kind) or content().templates["general"]
    return _open(plan, by, 1, texts.from_template(template, unit), _("首次编制"), record_id)


@action(Permission.PLAN_WRITE)
def revise_plan(
    plan: Plan, *, by: Actor, reason: str, record_id: uuid.UUID | None = None
) -> PlanVersion:
    """A draft of the next version from the text in force. Errors: one is in work already."""
    if kept := already(record_id, kind="plan", unit_id=plan.unit_id):
        return PlanVersion.objects.get(pk=kept.pk)
    if not reason.strip():
        raise Refused(_("请写明为什么修订。"), field="reason")
    held = Plan.objects.select_for_update(of=("self",)).select_related("unit").get(pk=plan.pk)
    in_work = held.versions.filter(state__in=[State.DRAFT, State.REVIEW]).first()
    if in_work is not None:
        raise Conflict(_("这份预案已有一个版本在修改或审核中，请先处理它。"))
    last = held.versions.exclude(state=State.VOID).order_by("-number").first()
    if last is None:
        raise Refused(_("这份预案没有可以修订的版本，请重新编制。"))
    return next_version(last, by=by, reason=reason.strip(), record_id=record_id)


def next_version(
    last: PlanVersion, *, by: Actor, reason: str, record_id: uuid.UUID | None = None
) -> PlanVersion:
    """The next draft from a version's text; called inside services."""
    number = last.plan.versions.order_by("-number").values_list("number", flat=True)[0] + 1
    return _open(last.plan, by, number, texts.read(last), reason, record_id)


@action(Permission.PLAN_WRITE)
def save_draft(
    version: PlanVersion, *, by: Actor, text: Text, seen: int | None = None, issue_number: str = "",
    effective_on: datetime.date | None = None, reason: str = "",
) -> PlanVersion:  # fmt: skip
    """Save the whole draft. Errors: Conflict where somebody saved since, or it is not a draft any more."""
    held = _draft(version)
    if seen is not None and seen != held.edits:
        raise Conflict(_("刚刚有人保存了这份草稿。请先复制您改的内容，刷新后再改。"))
    if not any(one.text.strip() for one in text.sections):
        raise Refused(_("正文不能全部为空。"))
    held.issue_number, held.effective_on = issue_number.strip(), effective_on
    if reason.strip():
        held.reason = reason.strip()
    held.edits += 1
    checked(held, exclude=("record", "unit", "plan"))
    texts.write(held, text)
    return held


@action(Permission.PLAN_WRITE)
def give_up_draft(version: PlanVersion, *, by: Actor) -> None:
    """A draft that is not wanted: it stays to be read in the list of versions."""
    held = _draft(version)
    held.state = State.VOID
    held.save(update_fields=["state"])
    void_record(held.record, by=by)


@action(Permission.PLAN_WRITE)
def send_to_review(version: PlanVersion, *, by: Actor, note: str = "") -> Review:
    """Submit a draft; what is missing is said before anybody reads it."""
    held = _draft(version)
    text = texts.read(held)
    empty = [one.title for one in text.sections if not one.text.strip()]
    if empty:
        raise Refused(_("这些章节还没有内容：%(what)s。") % {"what": "、".join(empty)})
    nobody = [one.name for one in text.roles if not one.person_name.strip()]
    if nobody:
        raise Refused(_("这些职务还没有落实到人：%(who)s。") % {"who": "、".join(nobody)})
    if not any(one.measures.strip() for one in text.levels):
        raise Refused(_("请至少写一个响应级别的措施。"))
    return submit(held.record, by=by, note=note)


def _open(
    plan: Plan, by: Actor, number: int, text: Text, reason: str, record_id: uuid.UUID | None
) -> PlanVersion:
    spec = kind_of(plan.kind)
    version = PlanVersion(
        plan=plan, unit=plan.unit, number=number, title=spec.title, unit_name=plan.unit.name,
        reason=reason[:500],
    )  # fmt: skip
    version.record = open_record(
        plan.unit, by=by, kind="plan", happened_on=timezone.localdate(), tags=version.tags,
        title=_("%(title)s（第%(n)d版）") % {"title": spec.title, "n": number}, state=State.DRAFT,
        counts=False, record_id=record_id,
    )  # fmt: skip
    checked(version, exclude=("record", "unit", "plan"))
    texts.write(version, text)
    record_saved(version.record)
    return version


def _draft(version: PlanVersion) -> PlanVersion:
    held: PlanVersion = (
        PlanVersion.objects.select_for_update(of=("self",))
        .select_related("record__unit", "plan").get(pk=version.pk)
    )  # fmt: skip
    if not held.is_draft:
        raise Conflict(_("这一版现在是“%(now)s”，不能再修改。") % {"now": held.get_state_display()})
    return held


def set_state(version: PlanVersion, state: str, by: Actor, **record: Any) -> None:
    """The state on the version and on its record; called inside services."""
    PlanVersion.objects.filter(pk=version.pk).update(state=state)
    version.state = state
    amend_record(version.record, by=by, state=state, **record)


def lock_plan(plan_id: uuid.UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 12))", [str(plan_id)])
