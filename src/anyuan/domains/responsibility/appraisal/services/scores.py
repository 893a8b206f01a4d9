"""Scores that people give: the unit's own view, reviewers' points, vetoes by decision, objections."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.domains.responsibility.appraisal.models import (
    ItemScore,
    Objection,
    Result,
    Review,
    Source,
    Veto,
)
from anyuan.domains.responsibility.appraisal.scoring import average, rounded
from anyuan.engines.notices.services import tell
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission, Role
from anyuan.org.records import attach
from anyuan.org.services import checked


@action(Permission.APPRAISAL_ANSWER)
def assess_self(
    item: ItemScore, *, by: Actor, points: Decimal, note: str, file_ids: Iterable[uuid.UUID] = ()
) -> ItemScore:
    """What the unit itself thinks it deserves where a reviewer gives the points, with what shows it."""
    held = _open_item(item)
    _refuse_others(held.result, by)
    _refuse_points(held, points)
    if not note.strip():
        raise Refused(_("请写明做法和依据。"), field="note")
    held.self_points, held.self_note = rounded(points), note.strip()
    checked(held, exclude=("unit", "result"))
    attach(held.result.record, file_ids, by=by, label=f"{held.code} {held.title}"[:40])
    return held


@action(Permission.APPRAISAL_MANAGE)
def review_item(item: ItemScore, *, by: Actor, points: Decimal, reason: str) -> Review:
    """One reviewer's points; the item gets the average of all reviewers. Giving them anew replaces one's own."""
    held = _open_item(item)
    _refuse_below(held.result, by)
    _refuse_points(held, points)
    if by.person_id is None:
        raise Refused(_("评分要由本人登录办理。"))
    if not reason.strip():
        raise Refused(_("请写明评分理由。"), field="reason")
    review, _made = Review.objects.update_or_create(
        item=held, person_id=by.person_id,
        defaults={
            "unit_id": held.unit_id, "by_name": by.name, "points": rounded(points), "reason": reason.strip()[:300],
        },
    )  # fmt: skip
    held.points = average(list(held.reviews.values_list("points", flat=True)))  # type: ignore[attr-defined]
    checked(held, exclude=("unit", "result"))
    return review


@action(Permission.APPRAISAL_MANAGE)
def decide_veto(veto: Veto, *, by: Actor, holds: bool, reason: str) -> Veto:
    """Whether a veto stands, by somebody's decision."""
    held: Veto = Veto.objects.select_for_update(of=("self",)).select_related("result__record").get(pk=veto.pk)  # fmt: skip
    held.result.refresh_from_db(fields=["published_at"])  # the lock may have been waited for
    if held.result.published_at is not None:
        raise Conflict(_("结果已经公布，不能再改。"))
    _refuse_below(held.result, by)
    if not reason.strip():
        raise Refused(_("请写明认定理由。"), field="reason")
    held.holds, held.reason, held.by_name = holds, reason.strip()[:300], by.name
    held.save()
    return held


@action(Permission.APPRAISAL_ANSWER)
def object_to(
    item: ItemScore, *, by: Actor, text: str, file_ids: Iterable[uuid.UUID] = ()
) -> Objection:
    """The unit objects to one item of its published result, once, within the days."""
    result: Result = (
        Result.objects.select_for_update(of=("self",))
        .select_related("record", "unit")
        .get(pk=item.result_id)
    )
    _refuse_others(result, by)
    if result.published_at is None:
        raise Refused(_("结果公布后才能申诉。"))
    if not result.may_object:
        raise Refused(_("申诉期已过，不能再申诉。"))
    if not text.strip():
        raise Refused(_("请写明申诉理由。"), field="text")
    objection = Objection(
        unit_id=result.unit_id, result=result, item=item, text=text.strip(), made_by_name=by.name
    )
    checked(objection, exclude=("unit", "result", "item", "decided_by"))
    attach(result.record, file_ids, by=by, label=f"申诉 {item.code}")
    tell(
        [result.record.done_by_id], [Role.BUREAU_SUPERVISOR, Role.DISTRICT_SUPERVISOR],
        kind="appraisal.objection", record=result.record, once_key=f"objection:{objection.pk}",
        title=_("%(who)s对考核得分提出申诉：%(item)s") % {"who": result.unit.short_name, "item": item.title},
    )  # fmt: skip
    return objection


@action(Permission.APPRAISAL_MANAGE)
def decide_objection(
    objection: Objection, *, by: Actor, upheld: bool, answer: str, new_points: Decimal | None = None
) -> Objection:
    """Another person than who gave or published the score says whether the objection stands."""
    held: Objection = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("result__record", "item")
        .get(pk=objection.pk)
    )
    if held.state != Objection.State.OPEN:
        raise Conflict(_("这件申诉刚刚已由他人答复，请刷新后再看。"))
    _refuse_below(held.result, by)
    scored = Review.objects.filter(item__result=held.result, person_id=by.person_id).exists()
    if by.person_id is None or scored or held.result.published_by_id == by.person_id:
        raise Forbidden(_("评分或公布结果的人不能处理申诉，请由另一人办理。"))
    if not answer.strip():
        raise Refused(_("请写明答复。"), field="answer")
    if upheld:
        if new_points is None:
            raise Refused(_("申诉成立的，请填写改后的得分。"), field="new_points")
        _refuse_points(held.item, new_points, "new_points")
        held.new_points = rounded(new_points)
    held.state = Objection.State.UPHELD if upheld else Objection.State.REJECTED
    held.answer, held.decided_by_id, held.decided_name = answer.strip(), by.person_id, by.name
    held.decided_at = timezone.now()
    checked(held, exclude=("unit", "result", "item", "decided_by"))
    tell(
        [held.unit_id], [Role.DISTRICT_SUPERVISOR, Role.PRINCIPAL, Role.SAFETY_OFFICER],
        kind="appraisal.decided", record=held.result.record, once_key=f"objection:decided:{held.pk}",
        title=_("申诉已答复：%(item)s，%(state)s") % {"item": held.item.title, "state": held.get_state_display()},
    )  # fmt: skip
    return held


def _open_item(item: ItemScore) -> ItemScore:
    """Locked: two reviewers at once each count, one after the other."""
    held: ItemScore = (
        ItemScore.objects.select_for_update(of=("self",))
        .select_related("result__record")
        .get(pk=item.pk)
    )
    if held.frozen:
        raise Conflict(_("结果已经公布，不能再改。"))
    if held.source != Source.REVIEW:
        raise Refused(_("这一项由系统数据得分，不用评分。"))
    return held


def _refuse_points(item: ItemScore, points: Decimal, field: str = "points") -> None:
    if not 0 <= points <= item.full:
        raise Refused(_("得分应在 0 到 %(n)s 之间。") % {"n": item.full}, field=field)


def _refuse_others(result: Result, by: Actor) -> None:
    """Only the appraised unit's own people."""
    if by.unit_key != result.unit_id:
        raise Forbidden(_("由被考核的单位办理。"))


def _refuse_below(result: Result, by: Actor) -> None:
    """Only who appraises, or those above: nobody scores their own unit."""
    if not by.units.holds(result.record.done_by_id):
        raise Forbidden(_("由组织考核的单位办理。"))
