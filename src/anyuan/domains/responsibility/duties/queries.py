"""Reading networks and duty lists: the chart of a unit, what is missing below, who has to acknowledge."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from anyuan.core.keys import subtree
from anyuan.core.refused import Missing
from anyuan.domains.responsibility.duties.models import (
    DutyItem,
    DutyList,
    Holding,
    Letter,
    LetterState,
    Seat,
    SeatKind,
)
from anyuan.domains.responsibility.duties.models.network import HEADS
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission
from anyuan.org.queries import units_of


@dataclasses.dataclass
class Node:
    """A seat of the chart and those under it."""

    seat: Seat
    below: list[Node] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Chart:
    """A unit's network: both heads side by side at the top, the leading group, the rest as a tree."""

    heads: list[Seat]
    group: list[Seat]
    tree: list[Node]
    lacks: list[str]
    empty: bool


def chart_of(by: Actor, unit: Unit) -> Chart:
    """One query."""
    seats = list(
        visible(Seat, by)
        .filter(unit=unit, active=True)
        .select_related("person")
        .order_by("position")
    )
    nodes = {seat.pk: Node(seat) for seat in seats}
    tree = []
    for seat in seats:
        if seat.kind in HEADS:
            continue
        above = nodes.get(seat.parent_id)
        if above is not None and above.seat.kind not in HEADS:
            above.below.append(nodes[seat.pk])
        else:
            tree.append(nodes[seat.pk])
    order = {"head": 0, "deputy": 1, "member": 2}
    group = sorted((one for one in seats if one.group), key=lambda one: order[one.group])
    heads = [one for one in seats if one.kind in HEADS]
    return Chart(heads, group, tree, _lacks(seats), not seats)


def _lacks(seats: list[Seat]) -> list[str]:
    there = {one.kind for one in seats}
    found = [f"没有{SeatKind(kind).label}" for kind in HEADS if kind not in there]
    found += [f"{one.title}：{'、'.join(one.lacks)}" for one in seats if one.lacks]
    if seats and not any(one.group for one in seats):
        found.append("没有领导小组")
    return found


def seats_of(by: Actor, unit: Unit) -> QuerySet[Any]:
    """The seats in use, in their order."""
    return visible(Seat, by).filter(unit=unit, active=True).order_by("position")


def below(by: Actor, *, lacking: bool = False, text: str = "") -> QuerySet[Unit]:
    """The units below with what their networks lack; counted in one query for all of them."""
    seats = Seat.objects.filter(unit=OuterRef("pk"), active=True)
    empty = seats.filter(person__isnull=True, name="")
    rows = units_of(by, text=text).filter(kind__in=["district", "school"], state="active")
    rows = rows.exclude(key=by.unit_key).annotate(
        seats=_count(seats), empty=_count(empty),
        party=Exists(seats.filter(kind=SeatKind.PARTY).filter(~Q(person=None) | ~Q(name=""))),
        head=Exists(seats.filter(kind=SeatKind.HEAD).filter(~Q(person=None) | ~Q(name=""))),
        fieldless=_count(seats.filter(kind=SeatKind.LEADER).filter(Q(field="") | Q(duty=""))),
    )  # fmt: skip
    if lacking:
        rows = rows.filter(Q(party=False) | Q(head=False) | Q(empty__gt=0) | Q(fieldless__gt=0))
    return rows


def _count(rows: Any) -> Any:
    counted = rows.order_by().values("unit").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def lists_of(by: Actor, unit: Unit) -> QuerySet[Any]:
    """The unit's lists in use, with how many hold each and how many acknowledged what it says now."""
    now = Q(holdings__until__isnull=True)
    read = Q(holdings__read_version=F("version"))
    return (
        visible(DutyList, by)
        .filter(unit=unit, active=True)
        .annotate(
            holders=Count("holdings", filter=now), confirmed=Count("holdings", filter=now & read)
        )
        .order_by("record_id")
    )


def list_of(by: Actor, pk: Any) -> DutyList:
    found: DutyList = get_visible(DutyList, by, pk=pk, select=("record", "unit"))
    return found


def items_of(duty_list: DutyList, version: int | None = None) -> list[DutyItem]:
    rows = DutyItem.objects.filter(duty_list=duty_list, version=version or duty_list.version)
    return list(rows.order_by("position"))


def holdings_of(duty_list: DutyList) -> list[Holding]:
    rows = Holding.objects.filter(duty_list=duty_list, until__isnull=True)
    return list(rows.select_related("person").order_by("person__name"))


def my_lists(by: Actor) -> QuerySet[Any]:
    """The actor's own lists at the units in scope."""
    rows = Holding.objects.within(by.units).filter(person_id=by.person_id, until__isnull=True)
    return rows.filter(duty_list__active=True).select_related("duty_list").order_by("since")


def today_card(by: Actor) -> dict[str, Any] | None:
    """On 今日: letters to sign, lists to acknowledge. One query."""
    if by.person_id is None or not by.may(Permission.LETTER_SIGN):
        return None
    lists = my_lists(by).exclude(read_version=F("duty_list__version")).order_by()
    letters = to_sign(by).order_by()
    rows = letters.values_list(Value("letter"), "pk", "a_name", "due_on").union(
        lists.values_list(Value("list"), "duty_list_id", "duty_list__title", "since")
    )
    found = list(rows[:10])
    return {"rows": found} if found else None


def to_sign(by: Actor) -> QuerySet[Any]:
    """Letters that wait for the actor's own signature as party B."""
    rows = Letter.objects.within(by.units).filter(state=LetterState.ISSUED)
    mine = Q(holder=by.person_id)
    if by.role in {"principal", "district_supervisor"}:
        mine |= Q(unit=by.unit_key, holder__isnull=True)
    return rows.filter(mine).order_by("due_on", "record_id")


def unit_in(by: Actor, key: str) -> Unit:
    """A unit of the actor's; Missing for any other."""
    try:
        subtree(key)
    except ValueError as error:
        raise Missing from error
    found: Unit = get_visible(Unit, by, key=key)
    return found
