"""Writing entries: booking, agreeing, letting in and out, turning away."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.ids import is_client_id, new_id
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.domains.gate.models import (
    HOSTED,
    Code,
    Entry,
    GatePass,
    GateSetting,
    Kind,
    Origin,
    PassKind,
    State,
)
from anyuan.domains.gate.numbers import booking_days, fever
from anyuan.domains.gate.posts import guards_of
from anyuan.engines.notices.services import tell, tell_person
from anyuan.org.action import action
from anyuan.org.actor import Actor, allow
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission, Role
from anyuan.org.services import checked

PASS_KINDS = {
    PassKind.SUPPLIER: Kind.DELIVERY,
    PassKind.WORKER: Kind.WORKER,
    PassKind.CAR: Kind.VEHICLE,
    PassKind.HELPER: Kind.PARENT,
}
LOWEST, HIGHEST = Decimal(34), Decimal(43)  # what a thermometer can show of a living person


@action(Permission.GATE_HOST)
def book_entry(
    unit: Unit, *, by: Actor, on: datetime.date, entry_id: uuid.UUID | None = None,
    origin: str = Origin.HOST, **facts: Any,
) -> Entry:  # fmt: skip
    """A visit to come. Booked by a member of the school it is agreed to; by the visitor it waits for the host."""
    _refuse_no_site(unit)
    if kept := _kept(unit, entry_id):
        return kept
    today = timezone.localdate()
    if on < today:
        raise Refused(_("日期已经过去，请重新选择。"), field="on")
    if origin == Origin.PUBLIC and on > today + datetime.timedelta(days=(days := booking_days())):
        raise Refused(_("最多提前 %(days)s 天预约。") % {"days": days}, field="on")
    entry = _open(unit, by, on, origin, entry_id, facts)
    if origin == Origin.HOST:
        _agree(entry, by)
        if entry.host_id is None and entry.hosted and by.person_id:
            entry.host_id = by.person_id
    _save(entry)
    if entry.state == State.ASKED:
        _ask(entry)
    return entry


@action(Permission.GATE_DESK)
def register_entry(
    unit: Unit, *, by: Actor, entry_id: uuid.UUID | None = None, agreed: bool = False,
    temperature: Decimal | None = None, code: str = "", **facts: Any,
) -> Entry:  # fmt: skip
    """Somebody at the gate now: let in at once where the host has agreed (asked by telephone), else the host is asked."""
    _refuse_no_site(unit)
    if kept := _kept(unit, entry_id):
        return kept
    entry = _open(unit, by, timezone.localdate(), Origin.DESK, entry_id, facts)
    if entry.hosted and not entry.host_id and not entry.host_name:
        raise Refused(_("请填写找谁，由被访人确认后进校。"), field="host")
    if entry.hosted and not agreed:
        _save(entry)
        _ask(entry)
        return entry
    _agree(entry, by)
    _come_in(entry, by, temperature, code)
    _save(entry)
    return entry


@action(Permission.GATE_DESK)
def enter_with_pass(
    held: GatePass, *, by: Actor, unit: Unit, entry_id: uuid.UUID | None = None,
    temperature: Decimal | None = None, code: str = "",
) -> Entry:  # fmt: skip
    """Somebody with a pass comes in at a gate of the school: one touch, while the pass is valid."""
    allow(by, Permission.GATE_DESK, unit)
    _refuse_no_site(unit)
    if kept := _kept(unit, entry_id):
        return kept
    if not held.active or held.expires_on < timezone.localdate():
        raise Refused(_("通行证已过期或已收回，请先续期，或按来访登记。"))
    facts = {name: getattr(held, name) for name in ("name", "plate", "organisation", "purpose")}
    facts["kind"] = PASS_KINDS[PassKind(held.kind)]
    entry = _open(unit, by, timezone.localdate(), Origin.DESK, entry_id, facts)
    _agree(entry, by)
    _come_in(entry, by, temperature, code)
    return _save(entry)


@action(Permission.GATE_HOST)
def confirm_entry(entry: Entry, *, by: Actor, host_id: int | None = None) -> Entry:
    """The host agrees; the guard may say so for the host after a telephone call."""
    entry = _locked(entry, by, State.ASKED)
    if entry.host_id is None:
        entry.host_id = host_id or (None if by.may(Permission.GATE_DESK) else by.person_id)
    _agree(entry, by)
    _save(entry)
    if entry.origin == Origin.DESK and entry.created_by_id not in {None, by.person_id}:
        tell_person(
            entry.created_by_id, entry.unit_id, kind="gate.agreed", title=_("被访人已同意，可以放行"),
            url=_address(entry), once_key=f"gate.agreed:{entry.pk}",
        )  # type: ignore[arg-type]  # fmt: skip
    return entry


@action(Permission.GATE_HOST)
def refuse_entry(entry: Entry, *, by: Actor, why: str = "") -> Entry:
    """The host does not agree: nobody is let in for it."""
    entry = _locked(entry, by, State.ASKED, State.CONFIRMED)
    _end(entry, State.REFUSED, why)
    if entry.origin == Origin.DESK and entry.created_by_id not in {None, by.person_id}:
        tell_person(
            entry.created_by_id, entry.unit_id, kind="gate.refused", title=_("被访人未同意来访"),
            url=_address(entry), once_key=f"gate.refused:{entry.pk}",
        )  # type: ignore[arg-type]  # fmt: skip
    return entry


@action(Permission.GATE_HOST)
def cancel_entry(entry: Entry, *, by: Actor, why: str = "") -> Entry:
    """A visit that will not take place."""
    entry = _locked(entry, by, State.ASKED, State.CONFIRMED)
    return _end(entry, State.CANCELLED, why)


@action(Permission.GATE_DESK)
def let_in(entry: Entry, *, by: Actor, temperature: Decimal | None = None, code: str = "") -> Entry:
    """Through the gate: only what is agreed to, on its day, and fit where epidemic checks are on."""
    entry = _locked(entry, by, State.ASKED, State.CONFIRMED)
    if entry.state == State.ASKED and entry.hosted:
        raise Refused(_("被访人还没有确认，不能放行。可以先打电话，再点“已电话同意”。"))
    if entry.on > timezone.localdate():
        raise Refused(
            _("预约的日期是 %(day)s，还没有到。") % {"day": f"{entry.on:%Y-%m-%d}"}, field="on"
        )
    _come_in(entry, by, temperature, code)
    _save(entry)
    return entry


@action(Permission.GATE_DESK)
def turn_away(
    entry: Entry, *, by: Actor, why: str, temperature: Decimal | None = None, code: str = "",
    isolated: bool = False,
) -> Entry:  # fmt: skip
    """Not let in, with the reason; `isolated` where the person was led to the place for it."""
    entry = _locked(entry, by, State.ASKED, State.CONFIRMED)
    return _turn(entry, why, temperature, code, isolated=isolated)


@action(Permission.GATE_DESK)
def register_turned(
    unit: Unit, *, by: Actor, why: str, entry_id: uuid.UUID | None = None,
    temperature: Decimal | None = None, code: str = "", isolated: bool = False, **facts: Any,
) -> Entry:  # fmt: skip
    """Somebody at the gate now who is not let in: kept and counted all the same."""
    _refuse_no_site(unit)
    if kept := _kept(unit, entry_id):
        return kept
    entry = _open(unit, by, timezone.localdate(), Origin.DESK, entry_id, facts)
    return _turn(entry, why, temperature, code, isolated=isolated)


@action(Permission.GATE_DESK)
def let_out(entry: Entry, *, by: Actor) -> Entry:
    """Out again; said twice it stays at the first time."""
    entry = _locked(entry, by, State.INSIDE, State.LEFT)
    if entry.state == State.INSIDE:
        entry.state, entry.left_at, entry.left_by_id = State.LEFT, timezone.now(), by.person_id
        entry.ended_at = entry.left_at
        _save(entry)
    return entry


def _refuse_no_site(unit: Unit) -> None:
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请从学校或校区的岗位办理门卫登记。"))


def _kept(unit: Unit, entry_id: uuid.UUID | None) -> Entry | None:
    """The entry that a repeated sending made the first time; one still being written is waited for."""
    if entry_id is None:
        return None
    if not is_client_id(entry_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    _hold(str(entry_id))
    found: Entry | None = Entry.objects.filter(pk=entry_id, unit_id=unit.key).first()
    return found


def _hold(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


def _open(
    unit: Unit, by: Actor, on: datetime.date, origin: str, entry_id: uuid.UUID | None, facts: dict[str, Any]
) -> Entry:  # fmt: skip
    entry = Entry(
        pk=entry_id or new_id(), unit=unit, on=on, origin=origin, state=State.ASKED,
        created_at=timezone.now(), created_by_id=by.person_id, **facts,
    )  # fmt: skip
    for name in ("name", "host_name", "organisation", "purpose", "goods"):
        setattr(entry, name, getattr(entry, name).strip())
    entry.plate = entry.plate.replace(" ", "").upper()
    if not entry.name and entry.kind in HOSTED:
        raise Refused(_("请填写来访人姓名。"), field="name")
    entry.name = entry.name or entry.plate
    if not entry.name:
        raise Refused(_("请填写姓名或车牌。"), field="name")
    return entry


def _agree(entry: Entry, by: Actor) -> None:
    entry.state = State.CONFIRMED
    entry.confirmed_at, entry.confirmed_by_id = timezone.now(), by.person_id


def _come_in(entry: Entry, by: Actor, temperature: Decimal | None, code: str) -> None:
    if GateSetting.objects.filter(unit_id=entry.unit_id, epidemic=True).exists():
        _refuse_unfit(entry, temperature, code)
    now = timezone.now()
    entry.state, entry.entered_at, entry.entered_by_id = State.INSIDE, now, by.person_id
    entry.on = timezone.localdate(now)
    _hold(f"gate:{entry.unit_id}:{entry.on}")
    taken = Entry.objects.filter(unit_id=entry.unit_id, on=entry.on).aggregate(top=Max("number"))
    entry.number = (taken["top"] or 0) + 1


def _refuse_unfit(entry: Entry, temperature: Decimal | None, code: str) -> None:
    if temperature is None:
        raise Refused(_("学校已开启入校防控检查，请测量体温。"), field="temperature")
    if not code:
        raise Refused(_("请查看并选择健康码颜色。"), field="code")
    entry.health, entry.fit = _examined(temperature, code)
    if not entry.fit:
        feverish = temperature >= fever()
        raise Refused(
            _("检查异常，不能进校。请引导到临时隔离点，并登记“不放行”。"),
            field="temperature" if feverish else "code",
        )


def _examined(temperature: Decimal | None, code: str) -> tuple[str, bool]:
    """(what was found, in words; whether the person may come in)."""
    found, fit = [], True
    if temperature is not None:
        if not LOWEST <= temperature <= HIGHEST:
            raise Refused(_("体温应在 34 到 43 ℃之间，请核对。"), field="temperature")
        found.append(f"{temperature:.1f} ℃")
        fit = temperature < fever()
    if code:
        found.append(str(Code(code).label))
        fit = fit and code == Code.GREEN
    return "，".join(found), fit


def _turn(
    entry: Entry, why: str, temperature: Decimal | None, code: str, *, isolated: bool
) -> Entry:
    if temperature is not None or code:
        entry.health, entry.fit = _examined(temperature, code)
    entry.isolated = isolated
    if not why.strip():
        why = _("入校检查异常") if entry.fit is False or isolated else ""
    if not why:
        raise Refused(_("请写明不放行的原因。"), field="why")
    entry.on = timezone.localdate()
    return _end(entry, State.TURNED, why)


def _end(entry: Entry, state: str, why: str) -> Entry:
    entry.state, entry.ended_at, entry.why = state, timezone.now(), why.strip()[:200]
    return _save(entry)


def _save(entry: Entry) -> Entry:
    checked(entry, exclude=("unit", "host", "created_by", "confirmed_by", "entered_by", "left_by"))
    return entry


def _locked(entry: Entry, by: Actor, *states: str) -> Entry:
    """The row as it is now. Without the desk one acts only on one's own visits."""
    held: Entry = (
        Entry.objects.select_for_update(of=("self",))
        .select_related("unit", "host")
        .get(pk=entry.pk)
    )
    if held.state not in states:
        raise Conflict(_("这条登记的状态已经变化，请刷新页面后再办。"))
    own = by.person_id in {held.host_id, held.created_by_id} and by.person_id is not None
    if not own and not by.may(Permission.GATE_DESK):
        raise Forbidden(_("这不是找您的来访，请由被访人本人或门卫办理。"))
    return held


def _ask(entry: Entry) -> None:
    """Tell the host; nobody is named in a message, which is kept longer than the entry."""
    here = entry.origin == Origin.DESK
    if entry.host_id:
        tell_person(
            entry.host_id, entry.unit_id, kind="gate.ask", url=_address(entry),
            title=_("有访客在校门口等您确认") if here else _("有人预约来访，请您确认"),
            once_key=f"gate.ask:{entry.pk}",
        )  # fmt: skip
    else:
        tell(
            guards_of(entry.unit_id), [Role.GUARD, Role.SAFETY_OFFICER], kind="gate.ask", url=_address(entry),
            title=_("有一条来访预约没有对上被访人，请核实"), once_key=f"gate.ask:{entry.pk}",
        )  # fmt: skip


def _address(entry: Entry) -> str:
    return reverse("gate:entry", args=[entry.pk])
