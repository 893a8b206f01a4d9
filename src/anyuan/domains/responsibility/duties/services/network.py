"""Writing the duty network of a unit."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.responsibility.duties.content import content
from anyuan.domains.responsibility.duties.models import Seat, SeatKind
from anyuan.domains.responsibility.duties.models.network import HEADS
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.queries import staff_of
from anyuan.org.services import checked

FACTS = ("kind", "title", "name", "field", "duty", "group", "post_key")
MOST = 300  # seats of a unit


@action(Permission.DUTY_WRITE)
def start_network(unit: Unit, *, by: Actor) -> list[Seat]:
    """Put the pack's usual seats into an empty network; who holds a post today is filled in."""
    held = _open(unit)
    if Seat.objects.filter(unit=held, active=True).exists():
        raise Conflict(_("责任网络已经有内容，请直接修改。"))
    seats = planned_seats(held, people_by_role(held))
    return Seat.objects.bulk_create(seats)


def planned_seats(unit: Unit, people: dict[str, list[int]]) -> list[Seat]:
    """The pack's seats of a kind of unit, in their order, not saved."""
    level = "school" if unit.kind == Unit.Kind.CAMPUS else unit.kind
    left = {role: list(found) for role, found in people.items()}
    made: dict[str, Seat] = {}
    for position, plan in enumerate(content().networks.get(level, ()), start=1):
        waiting = left.get(plan.role, [])
        made[plan.title] = Seat(
            pk=new_id(), unit=unit, kind=plan.kind, title=plan.title, field=plan.field, duty=plan.duty,
            group=plan.group, post_key=plan.post, position=position * 10, parent=made.get(plan.under),
            person_id=waiting.pop(0) if waiting else None,
        )  # fmt: skip
    return list(made.values())


def people_by_role(unit: Unit) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for post in staff_of(unit):
        found.setdefault(post.role, []).append(post.person_id)
    return found


@action(Permission.DUTY_WRITE)
def add_seat(
    unit: Unit,
    *,
    by: Actor,
    person: int | None = None,
    parent: Seat | None = None,
    seat_id: uuid.UUID | None = None,
    **facts: Any,
) -> Seat:
    """A further seat. Sent twice with one `seat_id` it is one seat."""
    held = _open(unit)
    if seat_id and (made := Seat.objects.filter(pk=seat_id, unit=held).first()):
        return made
    rows = Seat.objects.filter(unit=held, active=True)
    if rows.count() >= MOST:
        raise Refused(_("责任网络最多 300 个职务，请合并后再添加。"))
    last = rows.aggregate(last=Max("position"))["last"] or 0
    seat = Seat(pk=seat_id or new_id(), unit=held, position=min(last + 10, 32000))
    return _put(seat, person, parent, facts)


@action(Permission.DUTY_WRITE)
def change_seat(
    seat: Seat, *, by: Actor, person: int | None = None, parent: Seat | None = None, **facts: Any
) -> Seat:
    """Another holder, field or place; what it was before stays in its history."""
    return _put(_held(seat), person, parent, facts)


@action(Permission.DUTY_WRITE)
def end_seat(seat: Seat, *, by: Actor) -> Seat:
    """The seat is no longer there; what stood under it moves up."""
    held = _held(seat)
    held.active = False
    held.save(update_fields=["active"])
    for below in Seat.objects.filter(parent=held, active=True):
        below.parent_id = held.parent_id
        below.save(update_fields=["parent"])
    return held


def _put(seat: Seat, person: int | None, parent: Seat | None, facts: dict[str, Any]) -> Seat:
    if unknown := set(facts) - set(FACTS):
        raise TypeError(f"not a fact of a seat: {unknown}")
    for name, value in facts.items():
        setattr(seat, name, value.strip() if isinstance(value, str) else value)
    if person is not None and not any(person == post.person_id for post in staff_of(seat.unit)):
        raise Refused(_("请选择本单位在岗的人，或者直接写姓名。"), field="person")
    seat.person_id = person
    if person is not None:
        seat.name = ""
    if seat.kind in HEADS:
        parent = None
    if parent is not None:
        _refuse_circle(seat, parent)
    seat.parent = parent
    if seat.kind == SeatKind.LEADER and not seat.field:
        raise Refused(_("请写明分管领域，如“安全和后勤”。"), field="field")
    return checked(seat, exclude=("unit", "person", "parent"))


def _refuse_circle(seat: Seat, parent: Seat) -> None:
    if parent.unit_id != seat.unit_id or not parent.active:
        raise Refused(_("上一级要选本单位责任网络里的职务。"), field="parent")
    above = dict(Seat.objects.filter(unit=seat.unit_id, active=True).values_list("pk", "parent"))
    step: Any = parent.pk
    while step is not None:
        if step == seat.pk:
            raise Refused(_("上一级不能是自己或自己下面的职务。"), field="parent")
        step = above.get(step)


def _open(unit: Unit) -> Unit:
    held = Unit.objects.select_for_update().get(key=unit.key)
    if held.state != Unit.State.ACTIVE:
        raise Refused(_("%(unit)s已停办或并入，不能再办理。") % {"unit": held.name})
    return held


def _held(seat: Seat) -> Seat:
    """The seat as it stands; its unit is locked first, so two people do not make a circle together."""
    _open(seat.unit)
    held: Seat = Seat.objects.select_for_update(of=("self",)).select_related("unit").get(pk=seat.pk)
    if not held.active:
        raise Conflict(_("这个职务已被删去，请刷新页面。"))
    return held
