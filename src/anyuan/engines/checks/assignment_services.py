"""Assigning checks: 互查 by a person of another school, 抽查 by the office; withdrawing, doing them.

`submit_assigned` is the one place where a person writes outside their own units: at the assigned school,
by the assigned checklist, once, while the assignment is open and not past its due day.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import scope
from anyuan.core.files import keep_file
from anyuan.core.ids import new_id
from anyuan.core.keys import subtree
from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Missing, Refused
from anyuan.engines.checks.models import CheckAssignment, Checklist, Inspection, Version
from anyuan.engines.checks.queries import lacking_facts
from anyuan.engines.checks.scoring import Given
from anyuan.engines.checks.services import submit_inspection
from anyuan.engines.notices.services import tell, tell_people, tell_person
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models import Post, Unit
from anyuan.org.permissions import GRANTS, Permission, Role

MOST_TARGETS = 300
MOST_NAMED = 40
# What the person sent may do at the school, and nothing else: it is the assigning level that inspects.
SENT = frozenset(
    {
        Permission.INSPECTION_WRITE,
        Permission.INSPECTION_SUPERVISE,
        Permission.HAZARD_REPORT,
        Permission.UNIT_RANK,
    }
)
HEADS = [Role.SAFETY_OFFICER, Role.PRINCIPAL]


@action(Permission.INSPECTION_SUPERVISE)
def assign_checks(
    unit: Unit,
    *,
    by: Actor,
    checklist: Checklist,
    pairs: Sequence[tuple[Unit, Post]],
    due_on: datetime.date,
    remark: str = "",
    batch: uuid.UUID | None = None,
) -> uuid.UUID:
    """Assign a checklist for (school, who checks it); the batch's key. Sent again it stays one batch.

    Who checks is of another school (互查) or of the assigning office itself (抽查). Errors name every
    school and person that cannot stand.
    """
    batch = batch or new_id()
    if CheckAssignment.objects.filter(batch=batch, unit=unit).exists():
        return batch
    _refuse_wrong(unit, checklist, pairs, due_on)
    CheckAssignment.objects.bulk_create(
        CheckAssignment(
            unit=unit, batch=batch, checklist=checklist, target=target, post=post,
            assignee_id=post.person_id, mode=_mode(unit, post), due_on=due_on, note=remark.strip()[:200],
            assigned_by_id=by.person_id,
        )
        for target, post in pairs
    )  # fmt: skip
    tell_people(
        {(post.person_id, post.unit_id) for _target, post in pairs},
        kind="check",
        title=_("%(unit)s请您检查：%(title)s")
        % {"unit": unit.short_name, "title": checklist.title},
        body=_("请在 %(day)s 前完成。%(remark)s")
        % {"day": _words(due_on), "remark": remark.strip()[:200]},
        url=reverse("checks:list"),
        once_key=f"check-assigned:{batch}",
    )
    note(Audit.Action.CHANGE, f"交办检查 {checklist.title}：{len(pairs)} 所学校", by=by)
    return batch


def _mode(unit: Unit, post: Post) -> str:
    if post.unit_id != unit.key:
        return str(Inspection.Mode.CROSS)
    return str(Inspection.Mode.CITY if unit.kind == Unit.Kind.CITY else Inspection.Mode.DISTRICT)


def _words(day: datetime.date) -> str:
    return f"{day.month}月{day.day}日"


def _refuse_wrong(
    unit: Unit, checklist: Checklist, pairs: Sequence[tuple[Unit, Post]], due_on: datetime.date
) -> None:
    errors: dict[str, str] = {}
    if unit.kind not in {Unit.Kind.CITY, Unit.Kind.DISTRICT}:
        raise Refused(_("由教育局交办检查。"))
    if not checklist.active or checklist.current_id is None:
        errors["checklist"] = _("这张检查表已停用，请换一张。")
    if due_on < timezone.localdate():
        errors["due_on"] = _("截止日期不能早于今天。")
    if not pairs:
        errors["targets"] = _("请选择被检查的学校。")
    elif len(pairs) > MOST_TARGETS:
        errors["targets"] = _("一次最多交办 %(most)s 所学校，请分几次。") % {"most": MOST_TARGETS}
    elif wrong := _wrong_targets(unit, checklist, [target for target, _post in pairs]):
        errors["targets"] = wrong
    if wrong := _wrong_posts(unit, pairs):
        errors["post"] = wrong
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)


def _wrong_targets(unit: Unit, checklist: Checklist, targets: Sequence[Unit]) -> str:
    """Why a school cannot be checked, naming it; "" where all can."""
    for target in targets:
        if not subtree(unit.key).holds(target.key) or target.state != Unit.State.ACTIVE:
            return _("“%(name)s”不在您的范围内，或已停办。") % {"name": target.name}
        if target.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
            return _("“%(name)s”不是学校或校区。") % {"name": target.name}
    names = [target.name for target in lacking_facts(checklist, targets)]
    if names:
        return _("这张表不适用于：%(names)s。请取消选择。") % {"names": _some(names)}
    return ""


def _some(names: Sequence[str]) -> str:
    shown = "、".join(names[:MOST_NAMED])
    return f"{shown}等 {len(names)} 所" if len(names) > MOST_NAMED else shown


def _wrong_posts(unit: Unit, pairs: Sequence[tuple[Unit, Post]]) -> str:
    """Why a person cannot be sent, naming them; "" where all can."""
    today = timezone.localdate()
    for target, post in pairs:
        name = {"name": post.person.name, "school": target.name}
        if post.since > today or (post.until and post.until < today):
            return _("%(name)s已不在这个岗位，请另选检查人。") % name
        if Permission.INSPECTION_WRITE not in GRANTS[Role(post.role)]:
            return _("%(name)s的岗位不能进行检查，请另选检查人。") % name
        office = post.unit_id == unit.key
        school = post.unit.kind in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}
        if not office and not (school and subtree(unit.key).holds(post.unit_id)):
            return _("请从本局人员或所属学校里选择检查人。")
        if school and _school(post.unit) == _school(target):
            return _("%(name)s是“%(school)s”的人员，不能检查本校。") % name
    return ""


def _school(unit: Unit) -> str:
    """Key of the school that a unit is, or is a campus of."""
    return unit.parent_key if unit.kind == Unit.Kind.CAMPUS else unit.key


@action(Permission.INSPECTION_SUPERVISE)
def withdraw_checks(
    unit: Unit, *, by: Actor, batch: uuid.UUID, ids: Iterable[uuid.UUID] | None = None
) -> int:
    """Take back what is not done yet of a batch (all of it without `ids`); how many."""
    held = _held(unit, batch)
    if ids is not None:
        wanted = set(ids)
        held = [row for row in held if row.pk in wanted]
    if not held:
        raise Conflict(_("没有可以撤回的检查：都已完成或已撤回。"))
    CheckAssignment.objects.filter(pk__in=[row.pk for row in held]).update(
        withdrawn_at=timezone.now()
    )
    _tell_checkers(held, _("已撤回，不用再检查：%(title)s"), key="withdrawn", body="")
    note(Audit.Action.CHANGE, f"撤回交办的检查：{len(held)} 所学校", by=by)
    return len(held)


@action(Permission.INSPECTION_SUPERVISE)
def postpone_checks(unit: Unit, *, by: Actor, batch: uuid.UUID, due_on: datetime.date) -> int:
    """Give what is not done yet of a batch another due day; how many."""
    if due_on < timezone.localdate():
        raise Refused(_("截止日期不能早于今天。"), field="due_on")
    held = _held(unit, batch)
    if not held:
        raise Conflict(_("没有可以改期的检查：都已完成或已撤回。"))
    CheckAssignment.objects.filter(pk__in=[row.pk for row in held]).update(due_on=due_on)
    body = _("请在 %(day)s 前完成。") % {"day": _words(due_on)}
    _tell_checkers(held, _("检查改期：%(title)s"), key=f"due-{due_on}", body=body)
    note(Audit.Action.CHANGE, f"交办的检查改期到 {due_on}：{len(held)} 所学校", by=by)
    return len(held)


def _held(unit: Unit, batch: uuid.UUID) -> list[CheckAssignment]:
    """The open assignments of a batch, locked in the order of their keys."""
    rows = CheckAssignment.objects.select_for_update(of=("self",)).filter(
        unit=unit, batch=batch, done_at__isnull=True, withdrawn_at__isnull=True
    )
    return list(rows.select_related("checklist", "post").order_by("id"))


def _tell_checkers(rows: list[CheckAssignment], title: str, *, key: str, body: str) -> None:
    first = rows[0]
    tell_people(
        {(row.assignee_id, row.post.unit_id) for row in rows},
        kind="check",
        title=title % {"title": first.checklist.title},
        body=body,
        url=reverse("checks:list"),
        once_key=f"check-{key}:{first.pk}",
    )


@action(Permission.INSPECTION_WRITE)
def submit_assigned(
    own_unit: str,
    *,
    by: Actor,
    assignment: CheckAssignment,
    version: Version,
    answers: Mapping[str, Given],
    uploads: Mapping[str, Iterable[UploadedFile]] | None = None,
    happened_on: datetime.date | None = None,
    place: str = "",
    people: str = "",
    record_id: uuid.UUID | None = None,
) -> Inspection:
    """Write the assigned inspection at its school, for the unit that assigned it.

    The scope widens here, and only here, to the one school (row-level security holds everything else)
    and only after `_may_go`; it shrinks back before this returns. Photos are `uploads` by item key:
    they belong to the school checked, so they can be kept nowhere else.
    """
    held = (
        CheckAssignment.objects.select_for_update(of=("self",))
        .select_related("checklist", "unit")
        .filter(pk=assignment.pk, assignee_id=by.person_id, post_id=by.post_id)
        .first()
    )
    if held is None:
        raise Missing
    again = held.done_at is not None and held.inspection_id == record_id
    if not again:
        _may_go(held, version, happened_on)
    sent = dataclasses.replace(
        by, units=subtree(held.target_id), permissions=SENT, unit_key=held.unit_id
    )
    with scope.enter(sent.units, person=str(by.person_id or "")):
        target = Unit.objects.get(key=held.target_id)
        if target.state != Unit.State.ACTIVE:
            raise Conflict(_("这所学校已停办或并入，不用再检查。"))
        files = {} if again else _kept(uploads or {}, target, by)
        inspection = submit_inspection(
            target, by=sent, version=version, answers=answers, files=files, happened_on=happened_on,
            place=place, people=people or by.name, mode=held.mode, record_id=record_id,
        )  # fmt: skip
        if not inspection.record.counts:
            raise Conflict(_("这份检查已经撤销，请刷新页面后重新填写。"))
        if not again:
            CheckAssignment.objects.filter(pk=held.pk).update(
                done_at=timezone.now(), inspection=inspection
            )
            _tell_done(held, inspection, target, by)
    return inspection


def _may_go(held: CheckAssignment, version: Version, happened_on: datetime.date | None) -> None:
    """The guard of the widened scope: this list, this school, open and not past its due day."""
    if held.withdrawn_at is not None:
        raise Conflict(_("这次检查已由交办单位撤回，不用再检查。"))
    if held.done_at is not None:
        raise Conflict(_("这次检查已经完成，不能再次提交。"))
    if held.due_on < timezone.localdate():
        raise Refused(
            _("截止日期 %(day)s 已过，请联系%(unit)s改期后再检查。")
            % {"day": _words(held.due_on), "unit": held.unit.name}
        )
    if not subtree(held.unit_id).holds(held.target_id):
        raise Conflict(_("这所学校已划转到其他单位，不用再检查。"))
    if version.checklist_id != held.checklist_id or not held.checklist.active:
        raise Refused(_("这张检查表已停用或不是交办的那一张，请联系交办单位。"))
    if happened_on is not None and happened_on < timezone.localdate(held.assigned_at):
        raise Refused(_("检查日期不能早于交办的日期。"), field="happened_on")


def _kept(
    uploads: Mapping[str, Iterable[UploadedFile]], target: Unit, by: Actor
) -> dict[str, list[uuid.UUID]]:
    return {
        key: [keep_file(one, unit_id=target.key, by=by, label=key).pk for one in chosen]
        for key, chosen in uploads.items()
    }


def _tell_done(held: CheckAssignment, inspection: Inspection, target: Unit, by: Actor) -> None:
    """The school learns of it; who assigned it is told where something failed."""
    found: dict[str, Any] = {
        "unit": held.unit.short_name, "title": held.checklist.title, "school": target.short_name,
        "score": f"{inspection.score:g}", "failed": inspection.failed,
    }  # fmt: skip
    tell(
        {target.key, _school(target)},
        HEADS,
        kind="check",
        title=_("%(unit)s对本校进行了检查：%(title)s") % found,
        body=_("得分 %(score)s，不合格 %(failed)s 项。") % found,
        record=inspection.record,
        once_key=f"check-done:{inspection.pk}",
    )
    if inspection.failed and held.assigned_by_id:
        tell_person(
            held.assigned_by_id,
            held.unit_id,
            kind="check",
            title=_("%(school)s的检查有 %(failed)s 项不合格：%(title)s") % found,
            body=_("检查人 %(name)s，得分 %(score)s。") % {**found, "name": by.name},
            record=inspection.record,
            once_key=f"check-failed:{inspection.pk}",
        )
