"""Reading at the gate: who is inside, who is expected, who waits; the register by its filter."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.core.models import ScopedQuerySet
from anyuan.core.refused import Missing
from anyuan.domains.gate.models import (
    Entry,
    GateDay,
    GatePass,
    GateSetting,
    Leave,
    LeaveState,
    State,
)
from anyuan.domains.gate.numbers import overstay
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Post, Unit
from anyuan.org.permissions import Permission, Role

SEALED = ("phone", "health")
WAITING = (State.ASKED, State.CONFIRMED)
AT_SCHOOL = (Role.PRINCIPAL, Role.SAFETY_OFFICER, Role.TEACHER)


def entries_of(by: Actor) -> ScopedQuerySet:
    """Entries that the actor may read: all with the desk, else one's own. What is sealed stays closed."""
    rows = visible(Entry, by).select_related("host").defer(*SEALED)
    if not by.may(Permission.GATE_DESK):
        rows = rows.filter(Q(host_id=by.person_id) | Q(created_by_id=by.person_id))
    return rows


def entry_of(by: Actor, pk: Any, *, sealed: bool = False) -> Entry:
    """One entry with the people of its steps, or Missing."""
    rows = entries_of(by).select_related(
        "unit", "host", "created_by", "confirmed_by", "entered_by", "left_by"
    )
    found: Entry | None = (rows.defer(None) if sealed else rows).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def leaves_of(by: Actor) -> ScopedQuerySet:
    """Slips that the actor may read: all with the desk, else those one started."""
    rows = visible(Leave, by).select_related("started_by").defer("phone")
    return rows if by.may(Permission.GATE_DESK) else rows.filter(started_by_id=by.person_id)


def leave_of(by: Actor, pk: Any, *, sealed: bool = False) -> Leave:
    """One slip with the people of its steps, or Missing."""
    rows = leaves_of(by).select_related("unit", "started_by", "confirmed_by", "out_by", "back_by")
    found: Leave | None = (rows.defer(None) if sealed else rows).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def inside_of(by: Actor, unit: Unit | None = None) -> list[Entry]:
    """Everybody who has come in and not gone out, gate by gate, the longest first; also from days before."""
    rows = _at(entries_of(by).select_related("unit", "host").filter(state=State.INSIDE), unit)
    return list(rows.order_by("unit_id", "entered_at", "id")[:500])


def _at(rows: ScopedQuerySet, unit: Unit | None) -> ScopedQuerySet:
    """Rows of one gate; of all the actor's gates without one."""
    return rows.filter(unit_id=unit.key) if unit else rows


def people_in(entries: Iterable[Entry]) -> int:
    """How many heads: an entry may be a group."""
    return sum(entry.people for entry in entries)


def late_since(now: datetime.datetime | None = None) -> datetime.datetime:
    """Who came in before this and is still inside has stayed too long."""
    return (now or timezone.now()) - overstay()


def expected_of(by: Actor, on: datetime.date, unit: Unit | None = None) -> list[Entry]:
    """Agreed to and asked for on a day, by the time agreed."""
    rows = _at(entries_of(by), unit).filter(state__in=WAITING, on=on)
    return list(rows.order_by(F("at").asc(nulls_last=True), "id")[:200])


def leaves_open(by: Actor, on: datetime.date, unit: Unit | None = None) -> list[Leave]:
    """Slips of a day that the gate has still to do with: not yet out, or out and perhaps back."""
    states = [LeaveState.CONFIRMED, LeaveState.STARTED, LeaveState.OUT]
    rows = _at(leaves_of(by), unit).filter(on=on, state__in=states)
    return list(rows.order_by("state", F("at").asc(nulls_last=True), "id")[:200])


def counts_of(by: Actor, on: datetime.date, unit: Unit | None = None) -> dict[str, int]:
    """What the desk shows in large figures; one query."""
    found: dict[str, int] = _at(entries_of(by), unit).aggregate(
        inside=Count("id", filter=Q(state=State.INSIDE)),
        late=Count("id", filter=Q(state=State.INSIDE, entered_at__lt=late_since())),
        asked=Count("id", filter=Q(state=State.ASKED, on=on)),
        expected=Count("id", filter=Q(state=State.CONFIRMED, on=on)),
    )
    return found


def asked_of_me(by: Actor) -> list[Entry]:
    """Visits that wait for the actor's own word."""
    rows = entries_of(by).filter(host_id=by.person_id, state=State.ASKED)
    return list(rows.filter(on__gte=timezone.localdate()).order_by("on", "id")[:20])


def staff_of(unit: Unit) -> dict[str, int]:
    """Label → person of those at the school who may be visited; two of one name are told apart."""
    today = timezone.localdate()
    # Those of a campus and of its school; the scope holds to what the actor may see.
    school = unit.parent_key if unit.kind == Unit.Kind.CAMPUS else unit.key
    rows = (
        Post.objects.within(subtree(school))
        .filter(since__lte=today, role__in=AT_SCHOOL, person__is_active=True)
        .filter(Q(until__isnull=True) | Q(until__gte=today))
        .order_by("person__name", "person_id")
        .values_list("person_id", "person__name")
        .distinct()
    )
    found: dict[str, int] = {}
    for person_id, name in rows:
        label, n = name, 1
        while label in found:
            n += 1
            label = f"{name}（{n}）"
        found[label] = person_id
    return found


def setting_of(unit: Unit) -> GateSetting:
    """The unit's settings; all off where it has chosen nothing."""
    found: GateSetting | None = GateSetting.objects.filter(unit=unit).select_related("unit").first()
    return found or GateSetting(unit=unit)


def filtered(by: Actor, wanted: Mapping[str, Any]) -> ScopedQuerySet:
    """The register as filtered in the address."""
    rows = entries_of(by)
    if wanted.get("since"):
        rows = rows.filter(on__gte=wanted["since"])
    if wanted.get("until"):
        rows = rows.filter(on__lte=wanted["until"])
    for name in ("kind", "state"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    if text := (wanted.get("q") or "").strip():
        rows = rows.annotate(badge=Cast("number", TextField())).filter(
            Q(name__icontains=text)
            | Q(plate__icontains=text)
            | Q(organisation__icontains=text)
            | Q(host_name__icontains=text)
            | Q(host__name__icontains=text)
            | Q(badge=text, state=State.INSIDE)
        )
    return rows


def days_of(by: Actor, unit: str = "") -> QuerySet[Any]:
    """The days' figures within the actor's units; for who supervises, this is all there is."""
    rows = visible(GateDay, by).select_related("unit", "closed_by", "record")
    if unit:
        try:
            rows = rows.within(subtree(unit))
        except ValueError as error:
            raise Missing from error
    return rows


def sites_of(by: Actor) -> list[Unit]:
    """The gates of the actor's school: its campuses, or the school itself."""
    rows = visible(Unit, by).filter(profile__is_site=True, state=Unit.State.ACTIVE)
    return list(rows.order_by("key")[:20])


def passes_of(by: Actor, text: str = "") -> list[GatePass]:
    """Valid passes of the actor's school, by name; found by number, name, plate or pinyin."""
    rows = visible(GatePass, by).filter(active=True, expires_on__gte=timezone.localdate())
    if words := text.strip().lower():
        rows = rows.filter(search__contains=words)
    return list(rows.defer("phone").order_by("name", "record_id")[:100])
