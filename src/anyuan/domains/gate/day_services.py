"""Writing the gate's days and settings, and taking a person out of an entry."""

from __future__ import annotations

import datetime
from secrets import token_urlsafe
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.gate.models import PERSONAL, Entry, GateDay, GateSetting, State
from anyuan.domains.gate.totals import totals_of
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note as audit_note
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import amend_record, open_record, record_saved
from anyuan.org.services import checked

PUPILS = ("pupils_checked", "pupils_unfit", "pupils_isolated", "pupils_absent")
LATEST = 7  # days after which a day can no longer be checked by memory


@action(Permission.GATE_DESK)
def close_day(
    unit: Unit, *, by: Actor, on: datetime.date, note: str = "", **figures: int | None
) -> GateDay:
    """Check the day: everybody out, or a word why not. Checked again, it is counted anew."""
    _refuse_day(unit, on)
    totals = totals_of(unit.key, on)
    note = note.strip()
    if totals["inside"] and not note:
        raise Refused(
            _("还有 %(n)s 批来访人员没有登记离校。请先登记离校，或写明原因。")
            % {"n": totals["inside"]},
            field="note",
        )
    setting = GateSetting.objects.filter(unit=unit).first()
    epidemic = bool(setting and setting.epidemic)
    if epidemic and figures.get("pupils_checked") is None:
        raise Refused(_("学校已开启入校防控检查，请填写师生测温人数。"), field="pupils_checked")
    day = GateDay.objects.select_for_update().filter(unit=unit, on=on).first()
    facts: dict[str, Any] = {
        **totals, "note": note[:200], "epidemic": epidemic, "closed_by_id": by.person_id,
        "closed_at": timezone.now(), **(figures if epidemic else dict.fromkeys(PUPILS)),
    }  # fmt: skip
    return _write(unit, by, on, day, facts)


def _refuse_day(unit: Unit, on: datetime.date) -> None:
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请从学校或校区的岗位核对门卫登记。"))
    today = timezone.localdate()
    if on > today:
        raise Refused(_("不能核对今天以后的日子。"), field="on")
    if on < today - datetime.timedelta(days=LATEST):
        raise Refused(_("只能补核对最近 %(n)s 天的登记。") % {"n": LATEST}, field="on")


def _write(
    unit: Unit, by: Actor, on: datetime.date, day: GateDay | None, facts: dict[str, Any]
) -> GateDay:
    fresh = day is None
    day = day or GateDay(unit=unit, on=on)
    for name, value in facts.items():
        setattr(day, name, value)
    if fresh:
        title = _("门卫日记录 %(day)s") % {"day": f"{on:%Y-%m-%d}"}
        day.record = open_record(
            unit, by=by, kind="gate_day", happened_on=on, title=title, tags=day.tags, state="checked"
        )  # fmt: skip
    checked(day, exclude=("record", "unit", "closed_by"))
    if fresh:
        record_saved(day.record)
    else:
        amend_record(day.record, by=by, tags=day.tags, state="checked", counts=True)
    return day


@action(Permission.GATE_MANAGE)
def set_gate(unit: Unit, *, by: Actor, epidemic: bool, booking: bool) -> GateSetting:
    """Switch the school's epidemic checks and the visitors' booking on or off."""
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请从学校或校区的岗位设置门卫。"))
    setting, _made = GateSetting.objects.get_or_create(unit=unit)
    setting.unit = unit
    setting.epidemic, setting.booking = epidemic, booking
    setting.save()
    words = {True: "开", False: "关"}
    audit_note(
        Audit.Action.CHANGE,
        f"门卫设置：入校防控检查{words[epidemic]}，扫码预约{words[booking]}",
        by=by,
    )
    return setting


@action(Permission.GATE_MANAGE)
def renew_code(unit: Unit, *, by: Actor) -> GateSetting:
    """A new code for booking: the one that hangs out there leads nowhere from now on."""
    setting, _made = GateSetting.objects.get_or_create(unit=unit)
    setting.unit = unit
    setting.token = token_urlsafe()
    setting.save()
    audit_note(Audit.Action.CHANGE, "更换访客预约二维码", by=by)
    return setting


@action(Permission.GATE_MANAGE)
def erase_entry(entry: Entry, *, by: Actor) -> Entry:
    """Take the person out of an entry at the person's own wish; that somebody came still counts."""
    entry = Entry.objects.select_for_update().get(pk=entry.pk)
    if entry.state in {State.ASKED, State.CONFIRMED, State.INSIDE}:
        raise Conflict(_("这条登记还没有结束，不能删除。"))
    for name in PERSONAL:
        setattr(entry, name, "")
    entry.name = _("（已删除）")
    entry.save(update_fields=PERSONAL)
    audit_note(Audit.Action.CHANGE, f"应本人要求删除 {entry.on:%Y-%m-%d} 一条出入登记", by=by)
    return entry
