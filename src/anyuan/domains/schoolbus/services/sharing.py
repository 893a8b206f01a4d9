"""Sharing a bus across districts: offer, request, the school's word, both offices' consent, permit, cost."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict, Missing, Refused
from anyuan.domains.schoolbus import fitness
from anyuan.domains.schoolbus.models import (
    Bus,
    BusCost,
    BusDriver,
    BusOffer,
    BusSharing,
    BusSide,
    OfferState,
    Party,
    SharingState,
    Supervisor,
)
from anyuan.domains.schoolbus.numbers import numbers
from anyuan.domains.schoolbus.shared import (
    OFFICE,
    follow,
    offer_open,
    office_of,
    open_side,
    tell_provider,
)
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, amend_record, attach, open_record, record_saved
from anyuan.org.services import checked

TAKEN = (SharingState.ACCEPTED, SharingState.CONSENTED, SharingState.PERMITTED)


@action(Permission.BUS_WRITE)
def offer_bus(
    unit: Unit, *, by: Actor, bus: Bus, seats: int, since: datetime.date, until: datetime.date, times: str,
    area: str, terms: str = "", record_id: uuid.UUID | None = None,
) -> BusOffer:  # fmt: skip
    """Free seats of an own bus, shown to every school of the city."""
    if kept := already(record_id, kind="bus_offer", unit_id=unit.key):
        return BusOffer.objects.get(pk=kept.pk)
    errors = {}
    if bus.unit_id != unit.key or not bus.active:
        errors["bus"] = _("请从本校台账里选择校车。")
    elif faults := fitness.bus_faults(bus, timezone.localdate()):
        errors["bus"] = fitness.sentence(bus.plate, faults)
    if until < timezone.localdate():
        errors["until"] = _("截止日期已经过去。")
    if not 0 < seats <= bus.seats:
        errors["seats"] = _("应在 1 到核载 %(seats)s 人之间。") % {"seats": bus.seats}
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    offer = BusOffer(unit=unit, bus=bus, seats=seats, since=since, until=until, times=times, area=area, terms=terms)  # fmt: skip
    offer.record = open_record(
        unit, by=by, kind="bus_offer", happened_on=timezone.localdate(), state=OfferState.OPEN,
        title=_("校车余座：%(plate)s，%(seats)s 座") % {"plate": bus.plate, "seats": seats}, record_id=record_id,
    )  # fmt: skip
    checked(offer, exclude=("record", "unit", "bus"))
    record_saved(offer.record)
    return offer


@action(Permission.BUS_WRITE)
def close_offer(offer: BusOffer, *, by: Actor) -> BusOffer:
    """No more requests; what is agreed already goes on."""
    held: BusOffer = BusOffer.objects.select_for_update(of=("self",)).select_related("record").get(pk=offer.pk)  # fmt: skip
    if held.closed:
        raise Conflict(_("这项余座已经结束。"))
    held.closed = True
    held.save(update_fields=["closed"])
    amend_record(held.record, by=by, state=OfferState.CLOSED)
    return held


@action(Permission.BUS_WRITE)
def ask_sharing(
    unit: Unit, *, by: Actor, offer_id: uuid.UUID, pupils: int, since: datetime.date, until: datetime.date,
    line: str, record_id: uuid.UUID | None = None,
) -> BusSide:  # fmt: skip
    """A school asks for offered seats; the provider finds the request on its side."""
    if kept := already(record_id, kind="bus_sharing", unit_id=unit.key):
        return BusSide.objects.select_related("sharing").get(pk=kept.pk)
    offer, today = offer_open(offer_id), timezone.localdate()
    errors = {}
    if offer.unit_key == unit.key:
        errors["pupils"] = _("这是本校自己的余座，不用申请。")
    elif not 0 < pupils <= offer.seats:
        errors["pupils"] = _("最多可申请 %(seats)s 座。") % {"seats": offer.seats}
    if since < max(today, offer.since) or until > offer.until:
        errors["since"] = _("日期应在 %(since)s 至 %(until)s 之间。") % {
            "since": max(today, offer.since), "until": offer.until}  # fmt: skip
    if not line.strip():
        errors["line"] = _("请写明线路和时间。")
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    sharing = BusSharing(
        offer_id=offer.pk, provider_id=offer.unit_key, borrower=unit, provider_name=offer.school,
        borrower_name=unit.name, pupils=pupils, since=since, until=until, line=line.strip()[:200],
        plate=offer.plate, seats=offer.bus_seats,
    )  # fmt: skip
    sharing.save(force_insert=True)
    side = open_side(unit.key, sharing, Party.BORROWER, by=by, record_id=record_id)
    other = open_side(offer.unit_key, sharing, Party.PROVIDER, by=by)
    tell_provider(other, _("%(school)s申请共享校车") % {"school": unit.name})
    return side


def _held(side: BusSide, *states: str, party: str = "") -> BusSharing:
    """The sharing behind a side, locked; refused in another state or for the other party."""
    held = BusSharing.objects.select_for_update().get(pk=side.sharing_id)
    if party and side.party != party:
        raise Conflict(_("这一步由对方学校办理。"))
    if held.state not in states:
        raise Conflict(_("共享的状态已经变化，请刷新页面后再办。"))
    return held


@action(Permission.BUS_WRITE)
def accept_sharing(
    side: BusSide, *, by: Actor, driver: BusDriver | None, fee: str, duty: str
) -> BusSharing:
    """The provider agrees: with which driver, for what, who answers for what. Then both offices are asked."""
    held = _held(side, SharingState.ASKED, party=Party.PROVIDER)
    offer = BusOffer.objects.select_related("bus").get(pk=held.offer_id)
    today, errors = timezone.localdate(), {}
    if driver is None or driver.unit_id != side.unit_id:
        errors["driver"] = _("请从本校台账里选择驾驶人。")
    elif faults := fitness.driver_faults(driver, today, fitness.limits(), offer.bus.seats):
        errors["driver"] = fitness.sentence(driver.name, faults)
    if not duty.strip():
        errors["duty"] = _("请写明两校各自的安全责任。")
    if faults := fitness.bus_faults(offer.bus, today):
        errors[""] = fitness.sentence(offer.bus.plate, faults)
    taken = offer.sharings.filter(state__in=TAKEN, since__lte=held.until, until__gte=held.since)
    free = offer.seats - (taken.aggregate(n=Sum("pupils"))["n"] or 0)
    if held.pupils > free:
        errors[""] = _("这段时间只剩 %(free)s 座，不够 %(pupils)s 人。") % {"free": max(0, free), "pupils": held.pupils}  # fmt: skip
    if errors or driver is None:
        raise Refused(next(iter(errors.values())), errors=errors)
    held.driver, held.driver_name = driver, driver.name
    held.fee, held.duty = fee.strip()[:120], duty.strip()[:300]
    held.state = SharingState.ACCEPTED
    held.save()
    follow(held, by=by, said=_("校车共享待教育局同意：%(a)s与%(b)s") % _names(held), to=OFFICE)
    return held


def _names(sharing: BusSharing) -> dict[str, str]:
    return {"a": sharing.provider_name, "b": sharing.borrower_name}


@action(Permission.BUS_WRITE)
def decline_sharing(side: BusSide, *, by: Actor, why: str) -> BusSharing:
    """The provider says no, or the borrower takes the request back."""
    held = _held(side, SharingState.ASKED, SharingState.ACCEPTED, SharingState.CONSENTED)
    _end(held, by, why, SharingState.DECLINED)
    return held


@action(Permission.BUS_WRITE)
def end_sharing(side: BusSide, *, by: Actor, why: str) -> BusSharing:
    """Either school ends a sharing before its permit does: from now on no trip can be planned with it."""
    held = _held(side, SharingState.PERMITTED)
    _end(held, by, why, SharingState.ENDED)
    return held


def _end(sharing: BusSharing, by: Actor, why: str, state: str) -> None:
    if not why.strip():
        raise Refused(_("请写明原因。"), field="why")
    sharing.state, sharing.why = state, why.strip()[:200]
    sharing.save(update_fields=["state", "why"])
    label = sharing.get_state_display()  # type: ignore[attr-defined]
    follow(
        sharing, by=by, said=_("校车共享%(label)s：%(why)s") % {"label": label, "why": sharing.why}
    )


@action(Permission.BUS_CONSENT)
def consent_sharing(side: BusSide, *, by: Actor) -> BusSharing:
    """An education office agrees for its side; one office above both schools says it once for both."""
    held = _held(side, SharingState.ACCEPTED)
    now, above = timezone.now(), office_of(side.unit)
    office = Unit.objects.get(key=by.unit_key)
    mine = {side.party}
    if held.provider_id.startswith(above) and held.borrower_id.startswith(above) and _same_office(held, above):  # fmt: skip
        mine = set(Party.values)
    for party in mine:
        if getattr(held, f"{party}_consent_at") is None:
            setattr(held, f"{party}_consent_at", now)
            setattr(held, f"{party}_office", office.name)
    if held.provider_consent_at and held.borrower_consent_at:
        held.state = SharingState.CONSENTED
    held.save()
    follow(held, by=by, said=_("%(office)s同意校车共享") % {"office": office.name})
    return held


def _same_office(sharing: BusSharing, above: str) -> bool:
    """Whether no other office stands between: both schools hang directly under this one."""
    rest = (
        key.removeprefix(above).count(".") for key in (sharing.provider_id, sharing.borrower_id)
    )
    return all(levels == 1 for levels in rest)


@action(Permission.BUS_CONSENT)
def object_sharing(side: BusSide, *, by: Actor, why: str) -> BusSharing:
    """An education office does not agree, or takes its consent back."""
    held = _held(side, SharingState.ACCEPTED, SharingState.CONSENTED, SharingState.PERMITTED)
    running = held.state == SharingState.PERMITTED
    _end(held, by, why, SharingState.ENDED if running else SharingState.DECLINED)
    return held


@action(Permission.BUS_WRITE)
def permit_sharing(
    side: BusSide, *, by: Actor, permit_no: str, since: datetime.date, until: datetime.date, supervisor: str,
    file_ids: Iterable[uuid.UUID] = (),
) -> BusSharing:  # fmt: skip
    """The temporary permit that police and transport gave, within what was asked for."""
    held = _held(side, SharingState.CONSENTED, party=Party.BORROWER)
    longest = int(numbers("bus_share_days")[0])
    errors = {}
    if not permit_no.strip():
        errors["permit_no"] = _("请填写临时许可文号。")
    if since < held.since or until > held.until:
        errors["since"] = _("许可期限应在申请的 %(since)s 至 %(until)s 之内。") % {
            "since": held.since, "until": held.until}  # fmt: skip
    if until < since:
        errors["until"] = _("截止日期不能早于起始日期。")
    elif (until - since).days >= longest:
        errors["until"] = _("临时许可最长 %(n)s 天，请分次办理。") % {"n": longest}
    if supervisor not in Supervisor.values:
        errors["supervisor"] = _("请选择由哪一方教育局监管运行。")
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    held.permit_no, held.permit_since, held.permit_until = permit_no.strip()[:40], since, until
    held.supervisor, held.state = supervisor, SharingState.PERMITTED
    held.save()
    attach(side.record, file_ids, by=by)
    follow(held, by=by, said=_("校车共享已取得临时许可：%(no)s") % {"no": held.permit_no})
    return held


@action(Permission.BUS_WRITE)
def write_cost(
    side: BusSide, *, by: Actor, month: datetime.date, trips: int, amount: Decimal,
    paid_on: datetime.date | None = None,
) -> BusCost:  # fmt: skip
    """What a month cost, by who uses the bus; it may be corrected until the provider has confirmed it."""
    held = _held(side, SharingState.PERMITTED, SharingState.ENDED, party=Party.BORROWER)
    first = month.replace(day=1)
    if held.permit_since and not held.permit_since.replace(day=1) <= first <= timezone.localdate():
        raise Refused(_("请选择许可期限以内、已经到的月份。"), field="month")
    cost = held.costs.filter(month=first).first() or BusCost(sharing=held, month=first)
    if cost.confirmed_at:
        raise Conflict(_("这个月的费用对方已经确认，不能再改。"), field="month")
    cost.trips, cost.amount, cost.paid_on = trips, amount, paid_on
    checked(cost, exclude=("sharing",))
    return cost


@action(Permission.BUS_WRITE)
def confirm_cost(side: BusSide, *, by: Actor, cost_id: uuid.UUID) -> BusCost:
    """The provider agrees with a month's cost."""
    held = _held(side, SharingState.PERMITTED, SharingState.ENDED, party=Party.PROVIDER)
    cost = held.costs.filter(pk=cost_id).first()
    if cost is None:
        raise Missing
    if cost.confirmed_at:
        raise Conflict(_("这个月的费用已经确认。"))
    cost.confirmed_at = timezone.now()
    cost.save(update_fields=["confirmed_at"])
    return cost
