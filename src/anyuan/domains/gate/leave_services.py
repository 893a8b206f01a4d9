"""Writing pupils' early leaving: started and confirmed by the class teacher, let out by the guard."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.ids import is_client_id, new_id
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.domains.gate.models import Leave, LeaveState
from anyuan.domains.gate.posts import guards_of
from anyuan.engines.notices.services import tell, tell_person
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission, Role
from anyuan.org.services import checked

PEOPLE = ("started_by", "confirmed_by", "out_by", "back_by")


@action(Permission.GATE_HOST)
def start_leave(
    unit: Unit, *, by: Actor, on: datetime.date, confirmed: bool = False,
    leave_id: uuid.UUID | None = None, **facts: Any,
) -> Leave:  # fmt: skip
    """The class teacher says who leaves and who fetches; `confirmed` where the guardian was asked already."""
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请从学校或校区的岗位办理学生离校。"))
    if kept := _kept(unit, leave_id):
        return kept
    if on < timezone.localdate():
        raise Refused(_("日期已经过去，请重新选择。"), field="on")
    leave = Leave(
        pk=leave_id or new_id(), unit=unit, on=on, state=LeaveState.STARTED,
        started_at=timezone.now(), started_by_id=by.person_id, **facts,
    )  # fmt: skip
    if confirmed:
        _confirm(leave, by)
    _save(leave)
    if confirmed:
        _tell_guards(leave)
    return leave


@action(Permission.GATE_HOST)
def confirm_leave(leave: Leave, *, by: Actor) -> Leave:
    """The class teacher has asked the guardian: this person may fetch the pupil."""
    leave = _own(leave, by, LeaveState.STARTED)
    _confirm(leave, by)
    _save(leave)
    _tell_guards(leave)
    return leave


@action(Permission.GATE_HOST)
def cancel_leave(leave: Leave, *, by: Actor, why: str = "") -> Leave:
    """The pupil stays after all."""
    leave = _own(leave, by, LeaveState.STARTED, LeaveState.CONFIRMED)
    leave.state, leave.why = LeaveState.CANCELLED, why.strip()[:200]
    return _save(leave)


@action(Permission.GATE_DESK)
def release_leave(leave: Leave, *, by: Actor, seen: bool) -> Leave:
    """The guard lets the pupil out, having seen the person who was confirmed."""
    leave = _locked(leave, LeaveState.STARTED, LeaveState.CONFIRMED)
    if leave.state == LeaveState.STARTED:
        raise Refused(_("班主任还没有核实接送人，不能放行。请先联系班主任。"))
    if leave.on != timezone.localdate():
        raise Refused(_("这张离校单不是今天的，不能放行。"))
    if not seen:
        raise Refused(_("请先当面核对接送人，再放行。"), field="seen")
    leave.state, leave.out_at, leave.out_by_id = LeaveState.OUT, timezone.now(), by.person_id
    _save(leave)
    if leave.started_by_id and leave.started_by_id != by.person_id:
        tell_person(
            leave.started_by_id, leave.unit_id, kind="gate.out", url=_address(leave),
            title=_("您班上的学生已由接送人接走"), once_key=f"gate.out:{leave.pk}",
        )  # fmt: skip
    return leave


@action(Permission.GATE_DESK)
def return_leave(leave: Leave, *, by: Actor) -> Leave:
    """The pupil has come back on the same day."""
    leave = _locked(leave, LeaveState.OUT)
    leave.state, leave.back_at, leave.back_by_id = LeaveState.BACK, timezone.now(), by.person_id
    return _save(leave)


def _kept(unit: Unit, leave_id: uuid.UUID | None) -> Leave | None:
    if leave_id is None:
        return None
    if not is_client_id(leave_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(leave_id)])
    found: Leave | None = Leave.objects.filter(pk=leave_id, unit_id=unit.key).first()
    return found


def _confirm(leave: Leave, by: Actor) -> None:
    leave.state = LeaveState.CONFIRMED
    leave.confirmed_at, leave.confirmed_by_id = timezone.now(), by.person_id


def _save(leave: Leave) -> Leave:
    checked(leave, exclude=("unit", *PEOPLE))
    return leave


def _locked(leave: Leave, *states: str) -> Leave:
    held: Leave = (
        Leave.objects.select_for_update(of=("self",)).select_related("unit").get(pk=leave.pk)
    )
    if held.state not in states:
        raise Conflict(_("这张离校单的状态已经变化，请刷新页面后再办。"))
    return held


def _own(leave: Leave, by: Actor, *states: str) -> Leave:
    held = _locked(leave, *states)
    if held.started_by_id != by.person_id and not by.may(Permission.GATE_MANAGE):
        raise Forbidden(_("请由发起的班主任核实或取消；班主任不在时由学校安全干部代办。"))
    return held


def _tell_guards(leave: Leave) -> None:
    """Nobody is named in a message, which is kept longer than the slip."""
    if leave.on == timezone.localdate():
        tell(
            guards_of(leave.unit_id), [Role.GUARD], kind="gate.leave", url=_address(leave),
            title=_("有一名学生可以离校，接送人已核实"), once_key=f"gate.leave:{leave.pk}",
        )  # fmt: skip


def _address(leave: Leave) -> str:
    return reverse("gate:leave", args=[leave.pk])
