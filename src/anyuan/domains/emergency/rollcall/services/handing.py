"""Reunification: a pupil is given to a named guardian, once; the telephone is opened for the school, logged."""

from __future__ import annotations

import datetime
import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.ids import is_client_id, new_id
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.domains.emergency.rollcall.counting import KIND, locked
from anyuan.domains.emergency.rollcall.models import (
    Group,
    GroupKind,
    Handover,
    How,
    Member,
    Pupil,
    RollCall,
    Where,
)
from anyuan.domains.emergency.rollcall.models.registers import Guardian
from anyuan.engines.live.services import publish
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import read_sensitive
from anyuan.org.permissions import Permission
from anyuan.org.services import checked

NOT_CHECKED = ("roll_call", "group", "member", "unit", "by")


@action(Permission.ROLLCALL_TAKE)
def open_guardians(member: Member, *, by: Actor) -> list[Guardian]:
    """The guardians of a pupil with their telephones; that they were read is logged first, without a name."""
    pupil = _pupil(member)
    if pupil is None:
        return []
    read_sensitive(_("交接：监护人手机号（学生 %(pk)s）") % {"pk": pupil.pk}, by=by)
    return [
        Guardian(n, name, relation, getattr(pupil, f"guardian{n}_phone") or "")
        for n, name, relation in pupil.guardians()
    ]


@action(Permission.ROLLCALL_TAKE)
def hand_over(
    member: Member, *, by: Actor, how: str, guardian: int | None = None, digits: str = "",
    name: str = "", relation: str = "", reason: str = "", at: datetime.datetime | None = None,
    handover_id: uuid.UUID | None = None,
) -> Handover:  # fmt: skip
    """Give a pupil to somebody. `guardian`: the place in the pupil's list; `name` and `relation` for another.

    `how`: the last four digits of the listed telephone agree with `digits`; the teacher knows the person; or an
    exception with its reason, which alone is open to somebody who is not in the list.
    """
    call = _ready(member.roll_call, handover_id)
    if handover_id and (kept := Handover.objects.filter(pk=handover_id, roll_call=call).first()):
        return kept
    held: Member = Member.objects.select_related("group").get(pk=member.pk)
    if held.group.kind != GroupKind.CLASS:
        raise Refused(_("只有学生需要交接给监护人。"))
    if held.state != Where.PRESENT:
        raise Refused(_("这名学生还没有标明“到”，请先清点到再交接。"))
    if before := Handover.objects.filter(member=held, undone_at__isnull=True).first():
        raise Conflict(_already(before))
    pupil = _pupil(held)
    listed = {n: (who, what) for n, who, what in pupil.guardians()} if pupil else {}
    if guardian is not None:
        if guardian not in listed:
            raise Refused(_("请从名单中选择接领人。"), field="guardian")
        name, relation = listed[guardian]
        if how == How.PHONE:
            _compare(pupil, guardian, digits)
    elif how != How.EXCEPTION:
        raise Refused(
            _("名单外的人来接，请选择“特殊情况”，写明姓名、关系和原因。"), field="guardian"
        )
    return _keep(
        call, held.group, by=by, at=at, key=handover_id, member=held, pupil_name=held.name,
        guardian=name, relation=relation, listed=guardian is not None, how=how, reason=reason,
    )  # fmt: skip


@action(Permission.ROLLCALL_TAKE)
def hand_over_unlisted(
    group: Group, *, by: Actor, pupil_name: str, guardian: str, relation: str, how: str,
    reason: str = "", at: datetime.datetime | None = None, handover_id: uuid.UUID | None = None,
) -> Handover:  # fmt: skip
    """The same for a class that is kept without names: the teacher writes the child's name down now."""
    call = _ready(group.roll_call, handover_id)
    if handover_id and (kept := Handover.objects.filter(pk=handover_id, roll_call=call).first()):
        return kept
    held: Group = Group.objects.get(pk=group.pk)
    if held.named or held.kind != GroupKind.CLASS:
        raise Refused(_("这个班按姓名清点，请在名单中选择学生。"), field="pupil_name")
    if how not in {How.KNOWN, How.EXCEPTION}:
        raise Refused(_("没有名单的班，请选择教师认识本人，或写明特殊情况。"), field="how")
    if not pupil_name.strip():
        raise Refused(_("请填写学生姓名。"), field="pupil_name")
    given = Handover.objects.filter(group=held, undone_at__isnull=True).count()
    if given >= held.present:
        raise Refused(
            _("这个班实到 %(n)d 人，都已经交接。人数不对请先重新清点。") % {"n": held.present},
            field="pupil_name",
        )
    return _keep(
        call, held, by=by, at=at, key=handover_id, member=None, pupil_name="".join(pupil_name.split())[:40],
        guardian=guardian, relation=relation, listed=False, how=how, reason=reason,
    )  # fmt: skip


@action(Permission.ROLLCALL_TAKE)
def undo_handover(handover: Handover, *, by: Actor, why: str) -> Handover:
    """It was written by mistake: it stays to be read, and the child is here again."""
    call = locked(handover.roll_call)
    held: Handover = Handover.objects.select_for_update(of=("self",)).get(pk=handover.pk)
    if held.undone_at is not None:
        raise Conflict(_("这条交接已由%(who)s撤回。") % {"who": held.undone_by_name})
    if held.by_id != by.person_id and not by.may(Permission.ROLLCALL_RUN):
        raise Forbidden(_("只有登记的人和指挥人员可以撤回交接。"))
    if not why.strip():
        raise Refused(_("请写明撤回的原因。"), field="why")
    held.undone_at, held.undone_by_name = timezone.now(), by.name[:60]
    held.undone_why = why.strip()[:200]
    held.save(update_fields=["undone_at", "undone_by_name", "undone_why"])
    publish(KIND, units=[call.unit_id], data={"id": str(call.pk)})
    return held


def _pupil(member: Member) -> Pupil | None:
    found: Pupil | None = Pupil.objects.filter(pk=member.pupil_id).first()
    return found


def _ready(call: RollCall, key: uuid.UUID | None) -> RollCall:
    if key is not None and not is_client_id(key):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    return locked(call)


def _already(before: Handover) -> str:
    return _("这名学生已在 %(at)s 由%(who)s交给%(guardian)s（%(relation)s）。") % {
        "at": f"{timezone.localtime(before.at):%H:%M}", "who": before.by_name,
        "guardian": before.guardian, "relation": before.relation,
    }  # fmt: skip


def _compare(pupil: Pupil | None, place: int, digits: str) -> None:
    phone = getattr(pupil, f"guardian{place}_phone", "") or ""
    if not phone:
        raise Refused(
            _("名单里没有这位监护人的手机号，请换一种核对方式。"), field="how"
        )  # fmt: skip
    if digits.strip() != phone[-4:]:
        raise Refused(_("手机号后四位与名单不一致，请再核对；仍不一致请不要交接。"), field="digits")


def _keep(
    call: RollCall, group: Group, *, by: Actor, at: datetime.datetime | None, key: uuid.UUID | None,
    member: Member | None, pupil_name: str, guardian: str, relation: str, listed: bool, how: str, reason: str,
) -> Handover:  # fmt: skip
    if how not in How.values:
        raise Refused(_("请选择怎样核对了接领人。"), field="how")
    missing = {}
    if not guardian.strip():
        missing["name"] = _("请填写接领人姓名。")
    if not relation.strip():
        missing["relation"] = _("请填写与学生的关系。")
    if how == How.EXCEPTION and not reason.strip():
        missing["reason"] = _("特殊情况请写明原因。")
    if missing:
        raise Refused(next(iter(missing.values())), errors=missing)
    now = timezone.now()
    handover = Handover(
        pk=key or new_id(), roll_call=call, group=group, unit_id=call.unit_id, member=member,
        pupil_name=pupil_name, guardian=guardian.strip()[:40], relation=relation.strip()[:20], listed=listed,
        how=how, reason=reason.strip()[:200], at=min(max(at or now, call.started_at), now),
        by_id=by.person_id, by_name=by.name[:60],
    )  # fmt: skip
    checked(handover, exclude=NOT_CHECKED)
    publish(KIND, units=[call.unit_id], data={"id": str(call.pk)})
    return handover
