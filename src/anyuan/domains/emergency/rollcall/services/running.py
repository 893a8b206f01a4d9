"""Starting a roll call in one step, ending it, withdrawing it; whose class is whose."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Audit, Record
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.domains.emergency.rollcall.counting import KIND, locked, recount
from anyuan.domains.emergency.rollcall.freezing import freeze
from anyuan.domains.emergency.rollcall.models import Group, Member, RollCall, SchoolClass, State
from anyuan.domains.emergency.rollcall.teachers import colleagues, school_key
from anyuan.engines.notices.services import tell_people
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note as note_down
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, amend_record, open_record, record_saved, void_record


def refuse_above(by: Actor) -> None:
    """Those who do not take roll calls (the levels above) look on."""
    if not by.may(Permission.ROLLCALL_TAKE):
        raise Forbidden(_("清点由学校发起和办理，上级可以查看人数。"))


@action(Permission.ROLLCALL_RUN)
def start_roll_call(
    unit: Unit, *, by: Actor, about: Record | None = None, real: bool = False, title: str = "",
    classes: Collection[uuid.UUID] | None = None, staff: bool = True, others: bool = True,
    started_at: datetime.datetime | None = None, record_id: uuid.UUID | None = None,
) -> RollCall:  # fmt: skip
    """Freeze who is expected and call everybody who takes a class.

    `about`: the drill or incident it belongs to; asked again for the same one while it runs, the running call
    is given. `classes`: keys of `SchoolClass` to be counted, all without it. `staff`: colleagues too; `others`:
    visitors inside too. A real call ends a drill's that still runs.

    Errors: not a school, nobody registered, another one is running (Conflict).
    """
    refuse_above(by)
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请选择学校或校区。"), field="unit")
    _one_at_a_time(unit)
    if kept := already(record_id, kind=KIND, unit_id=unit.key):
        return RollCall.objects.select_related("record", "unit").get(pk=kept.pk)
    if about is not None and not (
        about.unit_id.startswith(unit.key) or unit.key.startswith(about.unit_id)
    ):
        raise Refused(_("这件事不是本校的，不能为它清点。"), field="about")
    if running := _running(unit, about=about, real=real, by=by):
        return running
    now = timezone.now()
    call = RollCall(
        unit=unit, about=about, real=real, started_at=min(started_at or now, now),
        started_by_id=by.person_id, started_by_name=by.name[:60],
    )  # fmt: skip
    local = timezone.localtime(call.started_at)
    usual = (_("应急清点") if real else _("演练清点")) + f" {local:%m-%d %H:%M}"
    call.title = title.strip()[:80] or usual
    frozen = freeze(call, unit, chosen=classes, staff=staff, others=others)
    call.expected = sum(group.expected for group in frozen.groups)
    call.record = open_record(
        unit, by=by, kind=KIND, happened_on=local.date(), title=call.title, tags=call.tags,
        state=State.RUNNING, counts=False, record_id=record_id,
    )  # fmt: skip
    call.save(force_insert=True)
    Group.objects.bulk_create(frozen.groups)
    Member.objects.bulk_create(frozen.members, batch_size=1000)
    named = [group.pk for group in frozen.groups if group.named]
    recount(call, named, at=call.started_at)
    record_saved(call.record)
    note_down(Audit.Action.CHANGE, f"发起清点：{call.title}，应到 {call.expected} 人", by=by)
    _call_people(call, unit, {group.teacher_id for group in frozen.groups}, but=by.person_id)
    return call


def _one_at_a_time(unit: Unit) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [f"rollcall:{unit.key}"]
        )


def _running(unit: Unit, *, about: Record | None, real: bool, by: Actor) -> RollCall | None:
    """The running call that is meant; a drill's is ended for a real one. Errors: Conflict."""
    rows = RollCall.objects.filter(unit=unit, ended_at__isnull=True).select_related(
        "record", "unit"
    )
    for call in rows:
        if about is not None and call.about_id == about.pk and call.real == real:
            return call
        if call.real == real:
            raise Conflict(
                _("%(who)s已在 %(at)s 发起清点，正在进行。请进入那次清点，或先结束它。")
                % {
                    "who": call.started_by_name,
                    "at": f"{timezone.localtime(call.started_at):%H:%M}",
                }
            )
        if real:
            finish(call, by=by, why=_("发生真实事件，演练清点自动结束。"))
    return None


def _call_people(call: RollCall, unit: Unit, leading: set[int | None], *, but: int | None) -> None:
    """Everybody who works there, and who stands for a class."""
    staff = [
        one
        for one in colleagues(school_key(unit))
        if unit.key in one.units or one.person_id in leading
    ]
    people = [(one.person_id, one.units[0]) for one in staff if one.person_id != but]
    url = reverse("rollcall:mine", args=[call.pk])
    said = _("【真实】") if call.real else _("【演练】")
    tell_people(
        people, kind="rollcall", title=_("%(said)s请立即清点人数") % {"said": said},
        body=_("%(title)s：请清点自己的班级并上报。") % {"title": call.title}, url=url,
        record=call.record, once_key=f"rollcall:{call.pk}",
    )  # fmt: skip


@action(Permission.ROLLCALL_RUN)
def end_roll_call(call: RollCall, *, by: Actor, note: str = "") -> RollCall:
    """It is over. Where somebody is not found yet, what is known of them has to be said."""
    refuse_above(by)
    held = locked(call)
    if not held.running:
        raise Conflict(_("这次清点已由%(who)s结束。") % {"who": held.ended_by_name})
    if held.absent and not note.strip():
        raise Refused(
            _("还有 %(n)d 人没有清点到，请写明情况后再结束。") % {"n": held.absent}, field="note"
        )
    return finish(held, by=by, why=note.strip())


def finish(call: RollCall, *, by: Actor, why: str) -> RollCall:
    """End a call that is held; called inside services and by the hourly job."""
    call.ended_at = max(timezone.now(), call.started_at)
    call.ended_by_name, call.end_note = by.name[:60], why[:300]
    call.save(update_fields=["ended_at", "ended_by_name", "end_note"])
    amend_record(call.record, by=by, state=State.ENDED, counts=True, tags=call.tags)
    note_down(
        Audit.Action.CHANGE,
        f"结束清点：{call.title}，应到 {call.expected}，未找到 {call.absent}",
        by=by,
    )
    return call


@action(Permission.ROLLCALL_RUN)
def void_roll_call(call: RollCall, *, by: Actor, reason: str) -> RollCall:
    """It was started by mistake: it stays to be read and counts for nothing."""
    refuse_above(by)
    held = locked(call)
    if not reason.strip():
        raise Refused(_("请写明撤销的原因。"), field="reason")
    if held.handovers.filter(undone_at__isnull=True).exists():
        raise Refused(_("已经有学生交接给监护人，这次清点不能撤销。"), field="reason")
    if held.running:
        held.ended_at = max(timezone.now(), held.started_at)
    held.ended_by_name, held.end_note = by.name[:60], reason.strip()[:300]
    held.save(update_fields=["ended_at", "ended_by_name", "end_note"])
    void_record(held.record, by=by)
    return held


@action(Permission.ROLLCALL_RUN)
def choose_teacher(one: SchoolClass, *, by: Actor, person_id: int | None) -> SchoolClass:
    """Say which account stands for a class; None: the colleague of the name in the register."""
    refuse_above(by)
    held: SchoolClass = (
        SchoolClass.objects.select_for_update(of=("self",)).select_related("unit").get(pk=one.pk)
    )
    if person_id is not None and person_id not in {
        who.person_id for who in colleagues(school_key(held.unit))
    }:
        raise Refused(_("请选择本校在岗的人员。"), field="teacher")
    held.teacher_id = person_id
    held.save(update_fields=["teacher"])
    return held
