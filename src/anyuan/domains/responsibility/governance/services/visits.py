"""Supervision: planning a round of visits, filling a visit in, the school's answer, closing."""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.ids import is_client_id, new_id
from anyuan.core.keys import subtree
from anyuan.core.periods import add_working_days
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.domains.responsibility.governance.drawing import draw, teams
from anyuan.domains.responsibility.governance.models import How, Plan, Target, Visit, VisitFinding
from anyuan.domains.responsibility.governance.weighing import weights_of
from anyuan.engines.checks.models import Inspection
from anyuan.engines.notices.services import tell
from anyuan.engines.obligations.numbers import number_values
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission, Role
from anyuan.org.records import already, amend_record, attach, open_record, record_saved
from anyuan.org.services import checked

SCHOOL_ROLES = (Role.PRINCIPAL, Role.SAFETY_OFFICER)
ABOVE_ROLES = (Role.DISTRICT_SUPERVISOR, Role.BUREAU_SUPERVISOR)
NOT_CHECKED = ("record", "unit", "target", "inspection")
MOST = 200  # schools of one plan


@action(Permission.SUPERVISION_WRITE)
def plan_visits(
    unit: Unit, *, by: Actor, schools: Sequence[Unit], how: str, count: int = 0, seed: str = "",
    plan_id: uuid.UUID | None = None, **facts: Any,
) -> Plan:  # fmt: skip
    """A round of visits to `schools`, or to `count` of them drawn at random, weighted by overdue hazards.

    The seed is made here and kept with the pool and the weights; a test may give its own.
    """
    if plan_id is not None and not is_client_id(plan_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    if plan_id and (kept := Plan.objects.filter(pk=plan_id).first()):
        found: Plan = kept
        return found
    pool = sorted((one for one in schools if by.units.holds(one.key)), key=lambda one: one.key)
    if not pool:
        raise Refused(_("请选择要督查的学校。"), field="schools")
    plan = Plan(pk=plan_id or new_id(), unit=unit, how=how, made_by_id=by.person_id, **facts)
    plan.seed = seed or secrets.token_hex(8)
    chosen = _choose(plan, pool, how, count)
    if not plan.names:
        raise Refused(_("请填写督查人员，每行一个姓名。"), field="inspectors")
    if len(chosen) > MOST:
        raise Refused(_("一次督查最多 %(n)d 所学校，请分几次安排。") % {"n": MOST}, field="count")
    checked(plan, exclude=("unit", "made_by"))
    parts = teams(plan.names, plan.team_size, len(chosen), plan.seed)
    Target.objects.bulk_create(
        Target(unit=unit, plan=plan, school=school, team="、".join(team)[:200])
        for school, team in zip(chosen, parts, strict=True)
    )
    if not plan.unannounced:
        tell(
            [school.key for school in chosen], SCHOOL_ROLES, kind="supervision.planned",
            title=_("%(who)s将到校督查：%(title)s") % {"who": unit.name, "title": plan.title},
            once_key=f"visit:planned:{plan.pk}",
        )  # fmt: skip
    return plan


def _choose(plan: Plan, pool: list[Unit], how: str, count: int) -> list[Unit]:
    if how == How.HAND:
        return pool
    if not 1 <= count <= len(pool):
        raise Refused(_("抽取的学校数应在 1 到 %(n)d 之间。") % {"n": len(pool)}, field="count")
    plan.pool = [school.key for school in pool]
    weights = weights_of(plan.pool)
    plan.weights = [weights[key] for key in plan.pool]
    keys = set(draw(plan.pool, plan.weights, count, plan.seed))
    return [school for school in pool if school.key in keys]


@action(Permission.SUPERVISION_WRITE)
def fill_visit(
    target: Target, *, by: Actor, on: datetime.date, result: str, findings: Iterable[Mapping[str, Any]] = (),
    urgent: bool = False, inspection: uuid.UUID | None = None, file_ids: Iterable[uuid.UUID] = (),
    record_id: uuid.UUID | None = None,
) -> Visit:  # fmt: skip
    """What was seen. Findings open hazards at the school and an order to answer within working days."""
    held = _planned(target)
    school, plan = held.school, held.plan
    if kept := already(record_id, kind="supervision_visit", unit_id=school.key):
        found: Visit = Visit.objects.get(pk=kept.pk)
        return found
    if Visit.objects.filter(target=held).exists():
        raise Conflict(_("这次督查刚刚已由他人填写，请刷新后再看。"))
    if on > timezone.localdate():
        raise Refused(_("督查日期不能晚于今天。"), field="on")
    if not result.strip():
        raise Refused(_("请写明督查情况。"), field="result")
    visit = Visit(
        unit=school, target=held, plan_title=plan.title, by_name=plan.unit.name, team=held.team, how=plan.how,
        result=result.strip(), urgent=urgent, inspection=_inspection(school, inspection),
    )  # fmt: skip
    rows = [one for one in findings if str(one.get("text", "")).strip()]
    orders = bool(rows) or (visit.inspection is not None and visit.inspection.failed > 0)
    if orders:
        key = "supervision_urgent_days" if urgent else "supervision_reply_days"
        visit.reply_due = add_working_days(on, int(number_values(key)[0]))
    visit.record = open_record(
        school, by=by, kind="supervision_visit", happened_on=on, title=plan.title, tags=visit.tags,
        done_by_key=plan.unit_id, state="feedback" if orders else "closed", record_id=record_id,
    )  # fmt: skip
    checked(visit, exclude=NOT_CHECKED)
    attach(visit.record, file_ids, by=by)
    record_saved(visit.record)
    for one in rows:
        _raise(visit, one, by)
    tell(
        [school.key], SCHOOL_ROLES, kind="supervision.feedback", record=visit.record, once_key=f"visit:{visit.pk}",
        title=_("%(who)s督查反馈：%(n)d 个问题") % {"who": visit.by_name, "n": len(rows)},
    )  # fmt: skip
    return visit


def _inspection(school: Unit, pk: uuid.UUID | None) -> Inspection | None:
    if pk is None:
        return None
    found: Inspection | None = Inspection.objects.within(subtree(school.key)).filter(pk=pk).first()
    if found is None:
        raise Refused(_("请选择这所学校的检查记录。"), field="inspection")
    return found


def _raise(visit: Visit, one: Mapping[str, Any], by: Actor) -> None:
    finding = VisitFinding.objects.create(
        unit_id=visit.unit_id, visit=visit, text=str(one["text"]).strip()[:300],
        place=str(one.get("place", ""))[:60], major=bool(one.get("major")),
    )  # fmt: skip
    files = list(visit.record.files.values_list("pk", flat=True))
    events.emit(
        "finding.raised", record=visit.record, unit=visit.unit, by=by, title=finding.text, detail="",
        place=finding.place, category="", level="major" if finding.major else "general", basis="",
        file_ids=files, source="district", source_ref=f"{visit.pk}:{finding.pk}",
    )  # fmt: skip


@action(Permission.MEETING_WRITE)
def reply_visit(
    visit: Visit, *, by: Actor, reply: str, file_ids: Iterable[uuid.UUID] = ()
) -> Visit:
    """The school says what it did about the findings."""
    if by.is_supervisor:
        raise Forbidden(_("由被督查的学校反馈。"))
    held = _held(visit, "feedback")
    if not reply.strip():
        raise Refused(_("请写明整改情况。"), field="reply")
    held.reply, held.replied_on, held.replied_by = reply.strip(), timezone.localdate(), by.name
    checked(held, exclude=NOT_CHECKED)
    attach(held.record, file_ids, by=by)
    amend_record(held.record, by=by, state="replied")
    tell(
        [held.record.done_by_id], ABOVE_ROLES, kind="supervision.replied",
        title=_("%(who)s已反馈督查问题") % {"who": held.unit.short_name}, record=held.record,
        once_key=f"visit:replied:{held.pk}:{timezone.now():%Y%m%d%H%M%S}",
    )  # fmt: skip
    return held


@action(Permission.SUPERVISION_WRITE)
def close_visit(visit: Visit, *, by: Actor, closing: str = "") -> Visit:
    """The answer is good."""
    held = _locked(visit, by, "replied")
    held.closing = closing.strip()[:300]
    held.save()
    amend_record(held.record, by=by, state="closed")
    return held


@action(Permission.SUPERVISION_WRITE)
def return_visit(visit: Visit, *, by: Actor, closing: str) -> Visit:
    """The answer is not enough: again within the pack's days."""
    held = _locked(visit, by, "replied")
    if not closing.strip():
        raise Refused(_("请写明退回的原因。"), field="closing")
    held.closing = closing.strip()[:300]
    days = int(number_values("supervision_reply_days")[0])
    held.reply_due = add_working_days(timezone.localdate(), days)
    held.save()
    amend_record(held.record, by=by, state="feedback")
    tell(
        [held.unit_id], SCHOOL_ROLES, kind="supervision.returned", title=_("督查反馈被退回，请补充"),
        body=held.closing, record=held.record, once_key=f"visit:back:{held.pk}:{held.reply_due}",
    )  # fmt: skip
    return held


@action(Permission.SUPERVISION_WRITE)
def cancel_target(target: Target, *, by: Actor, reason: str) -> Target:
    """Nobody will go to this school; why, in words."""
    held = _planned(target)
    if Visit.objects.filter(target=held).exists():
        raise Conflict(_("这次督查刚刚已由他人填写，请刷新后再看。"))
    if not reason.strip():
        raise Refused(_("请写明不去的原因。"), field="reason")
    held.cancelled = reason.strip()[:200]
    held.save()
    return held


def _planned(target: Target) -> Target:
    held: Target = (
        Target.objects.select_for_update(of=("self",))
        .select_related("plan__unit", "school")
        .get(pk=target.pk)
    )
    if held.cancelled:
        raise Conflict(_("这所学校的督查已取消。"))
    return held


def _locked(visit: Visit, by: Actor, state: str) -> Visit:
    """For the supervisor who made the visit, or a level above."""
    held = _held(visit, state)
    if not by.is_supervisor or not by.units.holds(held.record.done_by_id):
        raise Forbidden(_("由安排这次督查的单位办理。"))
    return held


def _held(visit: Visit, state: str) -> Visit:
    held: Visit = (
        Visit.objects.select_for_update(of=("self",))
        .select_related("record", "unit")
        .get(pk=visit.pk)
    )
    if held.record.state != state:
        raise Conflict(_("这次督查刚刚已由他人办理，请刷新后再看。"))
    return held
