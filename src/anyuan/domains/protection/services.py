"""Writing rounds, faults, checks against the standard, patrols and the guards' rota."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.protection.loops import set_device
from anyuan.domains.protection.measures import measure
from anyuan.domains.protection.models import (
    Device,
    DeviceState,
    DeviceType,
    Fault,
    Guard,
    GuardStatus,
    Patrol,
    PatrolMark,
    PatrolPoint,
    RotaLeader,
    RotaShift,
    Round,
    Shift,
    StandardCheck,
)
from anyuan.domains.protection.numbers import Limits, days_to_keep, is_night, repair_hours
from anyuan.domains.protection.standards import judge, standard_of
from anyuan.domains.protection.watch import points_of, rota_mark
from anyuan.engines.cases.models import Case
from anyuan.engines.cases.services import move, open_case
from anyuan.engines.ledgers.registry import find
from anyuan.engines.ledgers.services import set_facts
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Profile, Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, attach, open_record, record_saved
from anyuan.org.services import checked

SITES = {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}


@action(Permission.SECURITY_REPORT)
def record_round(
    unit: Unit, *, by: Actor, on: datetime.date, file_ids: Iterable[uuid.UUID] = (),
    record_id: uuid.UUID | None = None, **facts: Any,
) -> Round:  # fmt: skip
    """The month's round. A silent alarm, dark cameras and short recordings become faults, missing gear a hazard.

    The alarms in the register get the day as their last test.
    """
    if kept := already(record_id, kind="security_round", unit_id=unit.key):
        found: Round = Round.objects.get(pk=kept.pk)
        return found
    _refuse_no_site(unit)
    if on > timezone.localdate():
        raise Refused(_("检查日期不能晚于今天。"), field="on")
    if facts["alarm_answered"] and facts.get("alarm_seconds") is None:
        raise Refused(_("请填写几秒内有回应。"), field="alarm_seconds")
    done = Round(unit=unit, **facts)
    done.record = open_record(
        unit, by=by, kind="security_round", happened_on=on, title=_("安防月检"), tags=done.tags,
        record_id=record_id,
    )  # fmt: skip
    checked(done, exclude=("record", "unit"))
    attach(done.record, file_ids, by=by)
    record_saved(done.record)
    _note_test(unit, on, by)
    _open_what_is_wrong(done, by)
    return done


def _note_test(unit: Unit, on: datetime.date, by: Actor) -> None:
    """The alarms' last test; a school has one or two."""
    ledger = find("device")
    alarms = Device.objects.filter(unit=unit, type=DeviceType.ALARM, active=True).select_related(
        "unit", "record"
    )
    for alarm in alarms:
        if alarm.tested_on is None or alarm.tested_on < on:
            set_facts(alarm, by=by, ledger=ledger, facts={"tested_on": on})


def _open_what_is_wrong(done: Round, by: Actor) -> None:
    wrong = []
    if not done.alarm_answered:
        wrong.append(("alarm", _("一键报警"), _("测试没有回应")))
    if done.cameras_dark:
        words = _("%(n)s 台黑屏或看不清") % {"n": done.cameras_dark}
        wrong.append(("camera", _("摄像机"), words))
    if done.days_kept is not None and done.days_kept < days_to_keep():
        words = _("录像只保存 %(n)s 天，应不少于 %(least)s 天") % {"n": done.days_kept, "least": days_to_keep()}  # fmt: skip
        wrong.append(("recorder", _("录像机"), words))
    for key, what, words in wrong:
        report_fault(
            done.unit, by=by, what=what, wrong=words, source_ref=f"{done.pk}:{key}",
            found_at=_moment(done.record.happened_on),
        )  # fmt: skip
    if done.gear_missing:
        events.emit(
            "finding.raised", record=done.record, unit=done.unit, by=by,
            title=_("护卫器械缺少或失效：%(what)s") % {"what": done.gear_missing}, detail="",
            place=_("门卫室"), category="08", level="general", basis="GB/T 29315-2022", file_ids=[],
            source="check", source_ref=f"{done.pk}:gear",
        )  # fmt: skip


def _moment(day: datetime.date) -> datetime.datetime:
    """Now for today, noon for a day that is over."""
    if day == timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))


@action(Permission.SECURITY_REPORT)
def report_fault(
    unit: Unit, *, by: Actor, wrong: str, device: Device | None = None, what: str = "",
    found_at: datetime.datetime | None = None, source_ref: str | None = None,
    file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None,
) -> Fault:  # fmt: skip
    """A device that does not work; to be repaired within the pack's hours. Reported twice it is one fault."""
    if kept := already(record_id, kind="device_fault", unit_id=unit.key):
        found: Fault = Fault.objects.get(pk=kept.pk)
        return found
    _refuse_no_site(unit)
    moment = found_at or timezone.now()
    if moment > timezone.now():
        raise Refused(_("发现时间不能晚于现在。"), field="found_at")
    if device is None and not what.strip():
        raise Refused(_("请选择设备，或写明是什么设备。"), field="device")
    if device is not None and (device.unit_id != unit.key or not device.active):
        raise Refused(_("这台设备不在本校的台账里。"), field="device")
    named = f"{device.get_type_display()} {device.number} {device.place}" if device else what
    fault = Fault(
        unit=unit, device=device, what=named.strip()[:80], wrong=wrong.strip()[:200],
        found_at=moment, source_ref=source_ref,
    )  # fmt: skip
    day = timezone.localtime(moment).date()
    fault.record = open_record(
        unit, by=by, kind="device_fault", happened_on=day, title=str(fault)[:80], state="reported",
        record_id=record_id,
    )  # fmt: skip
    checked(fault, exclude=("record", "unit", "device"))
    due = moment + datetime.timedelta(hours=repair_hours())
    open_case(
        fault.record, by=by, loop="device_fault", state="reported", label=_("报修"),
        due_on=timezone.localtime(due).date(),
    )  # fmt: skip
    attach(fault.record, file_ids, by=by)
    record_saved(fault.record)
    set_device(fault, DeviceState.FAULT, by)
    return fault


def step_fault(
    fault: Fault, *, by: Actor, transition: str, data: Mapping[str, Any] | None = None,
    seen: int | None = None, file_ids: Iterable[uuid.UUID] = (),
) -> Case:  # fmt: skip
    """One step of the fault's loop (guarded by `cases.services.move`)."""
    return move(
        fault.record.case, by=by, transition=transition, thing=fault, data=data, seen=seen, file_ids=file_ids
    )  # fmt: skip


@action(Permission.SECURITY_MANAGE)
def check_standard(
    unit: Unit, *, by: Actor, note: str = "", record_id: uuid.UUID | None = None
) -> StandardCheck:
    """The site against the standard in force, as its registers say today; nothing of it is typed."""
    if kept := already(record_id, kind="standard_check", unit_id=unit.key):
        found: StandardCheck = StandardCheck.objects.get(pk=kept.pk)
        return found
    _refuse_no_site(unit)
    today = timezone.localdate()
    standard = standard_of(today)
    limits = Limits.of_pack()
    measured = measure(Profile.objects.filter(unit=unit), limits)[unit.key]
    results = judge(standard, measured, limits)
    if not all(one.ok for one in results) and not note.strip():
        raise Refused(_("还有没达标的项目，请写明缺口的原因和打算。"), field="note")
    done = StandardCheck(
        unit=unit, standard=standard.key, passed=sum(one.ok for one in results), total=len(results),
        items=[{"key": r.key, "title": r.title, "ok": r.ok, "said": r.said} for r in results],
        note=note.strip()[:500],
    )  # fmt: skip
    done.record = open_record(
        unit, by=by, kind="standard_check", happened_on=today, tags=done.tags, record_id=record_id,
        title=_("安防达标评估：%(passed)s/%(total)s 项") % {"passed": done.passed, "total": done.total},
    )  # fmt: skip
    checked(done, exclude=("record", "unit"))
    record_saved(done.record)
    return done


def _refuse_no_site(unit: Unit) -> None:
    if unit.kind not in SITES:
        raise Refused(_("请从学校或校区的岗位办理。"), field="unit")


@dataclasses.dataclass(frozen=True)
class Passed:
    """A point passed on a patrol: when, and what was wrong there."""

    point_id: uuid.UUID
    at: datetime.datetime
    wrong: str = ""


@action(Permission.SECURITY_REPORT)
def record_patrol(
    unit: Unit, *, by: Actor, passed: Iterable[Passed], note: str = "", file_ids: Iterable[uuid.UUID] = (),
    record_id: uuid.UUID | None = None,
) -> Patrol:  # fmt: skip
    """One walk past the points of the register; what was wrong somewhere opens a hazard.

    By day all points are planned, by night those that are passed at night too. A phone's clock that runs
    ahead counts as now.
    """
    if kept := already(record_id, kind="patrol", unit_id=unit.key):
        found: Patrol = Patrol.objects.get(pk=kept.pk)
        return found
    _refuse_no_site(unit)
    now = timezone.now()
    seen = {one.point_id: dataclasses.replace(one, at=min(one.at, now)) for one in passed}
    points = {one.pk: one for one in points_of(unit)}
    if not points:
        raise Refused(_("还没有巡查点，请先在台账里登记巡查点。"))
    marks = [one for one in seen.values() if one.point_id in points]
    if not marks:
        raise Refused(_("还没有到过任何一个巡查点，到了就点一下“到了”。"))
    started, ended = min(one.at for one in marks), max(one.at for one in marks)
    at_night = is_night(started)
    planned = {pk for pk, one in points.items() if one.at_night or not at_night}
    done = Patrol(
        unit=unit, started_at=started, ended_at=ended, at_night=at_night, note=note.strip()[:300],
        planned=len(planned | {one.point_id for one in marks}), passed=len(marks),
    )  # fmt: skip
    done.record = open_record(
        unit, by=by, kind="patrol", happened_on=timezone.localtime(started).date(), title=str(done),
        tags=done.tags, record_id=record_id,
    )  # fmt: skip
    checked(done, exclude=("record", "unit"))
    PatrolMark.objects.bulk_create(
        PatrolMark(
            patrol=done, unit_id=unit.key, point=points[one.point_id], place=points[one.point_id].place,
            at=one.at, wrong=one.wrong.strip()[:200],
        )
        for one in marks
    )  # fmt: skip
    attach(done.record, file_ids, by=by)
    record_saved(done.record)
    _raise_findings(done, by, marks, points)
    return done


def _raise_findings(
    done: Patrol, by: Actor, marks: Iterable[Passed], points: Mapping[uuid.UUID, PatrolPoint]
) -> None:
    for one in marks:
        if one.wrong.strip():
            events.emit(
                "finding.raised", record=done.record, unit=done.unit, by=by, title=one.wrong.strip(), detail="",
                place=points[one.point_id].place, category="", level="general",
                basis="", file_ids=[], source="check", source_ref=f"{done.pk}:{one.point_id}",
            )  # fmt: skip


@action(Permission.SECURITY_MANAGE)
def set_rota(
    unit: Unit, *, by: Actor, monday: datetime.date, shifts: Mapping[tuple[uuid.UUID, datetime.date], str],
    leaders: Mapping[datetime.date, str], seen: str = "",
) -> None:  # fmt: skip
    """The week's rota as a whole: who is not named rests. `seen`: the week as it was on the page.

    Errors: Conflict where somebody else changed the week meanwhile.
    """
    _refuse_no_site(unit)
    Unit.objects.select_for_update().get(pk=unit.pk)
    if seen and seen != rota_mark(unit, monday):
        raise Conflict(_("这一周的排班刚被别人改过。请记下您的改动，刷新页面后再改。"))
    week = [monday + datetime.timedelta(days=n) for n in range(7)]
    on_post = dict(Guard.objects.filter(unit=unit, active=True, status=GuardStatus.ON_POST).values_list("pk", "name"))  # fmt: skip
    for (guard, day), shift in shifts.items():
        if guard not in on_post or day not in week or shift not in Shift.values:
            raise Refused(_("名单里有人已经离岗，请刷新页面后重新排班。"))
    rows = RotaShift.objects.filter(unit=unit, day__in=week)
    kept = {(one.guard_id, one.day): one for one in rows}
    gone = [one.pk for key, one in kept.items() if key not in shifts and one.guard_id in on_post]
    rows.filter(pk__in=gone).delete()
    changed = [
        RotaShift(pk=kept[key].pk if key in kept else new_id(), unit=unit, guard_id=key[0], day=key[1], shift=shift)
        for key, shift in shifts.items()
        if key not in kept or kept[key].shift != shift
    ]  # fmt: skip
    RotaShift.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["guard", "day"], update_fields=["shift"]
    )
    RotaLeader.objects.filter(unit=unit, day__in=week).delete()
    RotaLeader.objects.bulk_create(
        RotaLeader(unit=unit, day=day, name=name.strip()[:40])
        for day, name in leaders.items()
        if day in week and name.strip()
    )
