"""Reading warnings: lists, one with all that its page shows, who has answered, what runs now."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.core.models import Record
from anyuan.core.refused import Missing
from anyuan.domains.emergency.warnings.content import Colour, colour_of
from anyuan.domains.emergency.warnings.models import (
    CapMessage,
    CapSource,
    Done,
    Measure,
    Suspension,
    SuspensionOrder,
    WarningResponse,
    WarningSignal,
)
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

SELECT = ("unit", "record__case", "record__created_by", "replaces")
OPEN = "warnings_open"  # among what the bell finds out for every page
SHOWN = 200  # silent schools that a page names


def filtered(by: Actor, wanted: Mapping[str, Any]) -> QuerySet[Any]:
    """Warnings at the actor's level and below, by the list's filter."""
    rows = visible(WarningSignal, by).select_related("unit", "record__case")
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    if wanted.get("colour"):
        rows = rows.filter(colour=wanted["colour"])
    if wanted.get("state") == "open":
        rows = rows.filter(record__case__closed_at__isnull=True)
    elif wanted.get("state"):
        rows = rows.filter(record__case__state=wanted["state"])
    return rows


def told_to(by: Actor, wanted: Mapping[str, Any]) -> QuerySet[Any]:
    """The actor's own unit's copies: a school's, or those a district got from the city."""
    rows = visible(WarningResponse, by).filter(office=by.is_supervisor).select_related("record", "unit")  # fmt: skip
    if by.is_supervisor:
        rows = rows.filter(unit_id=by.unit_key)
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    if wanted.get("colour"):
        rows = rows.filter(colour=wanted["colour"])
    if wanted.get("state") in {"open", "running"}:
        rows = rows.filter(ended_at__isnull=True)
    elif wanted.get("state"):
        rows = rows.filter(ended_at__isnull=False) if wanted["state"] == "ended" else rows.none()
    return rows


def one(by: Actor, pk: Any) -> WarningSignal:
    signal: WarningSignal = get_visible(WarningSignal, by, pk=pk, select=SELECT)
    return signal


def response_of(by: Actor, pk: Any) -> WarningResponse:
    response: WarningResponse = get_visible(WarningResponse, by, pk=pk, select=("unit", "record"))
    return response


def own_response(by: Actor, signal_id: Any) -> WarningResponse | None:
    """The actor's unit's copy; a post at a campus has its school's only where it sees it."""
    rows = visible(WarningResponse, by).filter(signal_id=signal_id, unit_id=by.unit_key)
    found: WarningResponse | None = rows.first()
    return found


def asked_of(response: WarningResponse) -> list[Measure]:
    return list(Measure.objects.filter(response=response).order_by("seq"))


def suspension_of(response: WarningResponse) -> Suspension | None:
    found: Suspension | None = Suspension.objects.filter(pk=response.pk).first()
    return found


def orders_of(signal_id: Any, unit_key: str) -> list[SuspensionOrder]:
    """Suspension orders for the warning given at or below a unit."""
    rows = SuspensionOrder.objects.within(subtree(unit_key)).filter(signal_id=signal_id)
    return list(rows.select_related("unit").order_by("made_at"))


def order_of(by: Actor, pk: Any) -> SuspensionOrder:
    order: SuspensionOrder = get_visible(SuspensionOrder, by, pk=pk, select=("unit",))
    return order


@dataclasses.dataclass(frozen=True)
class Part:
    """How far the schools of one district (or right below the city) are."""

    name: str
    all: int
    acked: int
    in_time: int
    reported: int
    done: int
    asked: int

    @property
    def silent(self) -> int:
        return self.all - self.acked


@dataclasses.dataclass(frozen=True)
class Going:
    """All schools below a unit: the sum, by district, and who has not confirmed or not reported."""

    whole: Part
    parts: list[Part]
    silent: list[WarningResponse]
    waiting: list[WarningResponse]


_COUNTS = {
    "all": Count("pk", distinct=True),
    "acked": Count("pk", filter=Q(acked_at__isnull=False), distinct=True),
    "in_time": Count("pk", filter=Q(acked_at__lte=F("ack_due_at")), distinct=True),
    "reported": Count("pk", filter=Q(reported_at__isnull=False), distinct=True),
    "done": Count("asked", filter=Q(asked__state=Done.DONE)),
    "asked": Count("asked", filter=~Q(asked__state=Done.NOT)),
}


def schools_of(signal_id: Any, unit_key: str) -> QuerySet[Any]:
    rows = WarningResponse.objects.within(subtree(unit_key)).filter(signal_id=signal_id, office=False)  # fmt: skip
    found: QuerySet[Any] = rows.select_related("unit__parent")
    return found


def going(signal_id: Any, unit_key: str) -> Going:
    """Two queries, however many schools."""
    rows = schools_of(signal_id, unit_key)
    place = Case(When(unit__parent__kind="district", then=F("unit__parent__name")), default=Value("市直属学校"))  # fmt: skip
    found = rows.order_by().values(place=place).annotate(**{f"n_{k}": v for k, v in _COUNTS.items()})  # fmt: skip
    parts = [Part(row["place"], *(row[f"n_{name}"] for name in _COUNTS)) for row in found]
    parts.sort(key=lambda part: (-part.silent, part.name))
    sums = [sum(getattr(part, name) for part in parts) for name in _COUNTS]
    open_ones = rows.filter(reported_at__isnull=True)
    named = list(open_ones.order_by(F("acked_at").asc(nulls_first=True), "unit_id")[:SHOWN])
    silent = [one for one in named if one.acked_at is None]
    return Going(Part("", *sums), parts, silent, named[len(silent) :])


def answered(signal_id: Any, unit_key: str) -> QuerySet[Any]:
    """Every school with how many measures it was asked, did, and need not do; in the order of the tree."""
    found: QuerySet[Any] = schools_of(signal_id, unit_key).select_related("suspension").annotate(
        many=Count("asked"), done=Count("asked", filter=Q(asked__state=Done.DONE)),
        spare=Count("asked", filter=Q(asked__state=Done.NOT)),
    ).order_by("unit_id")  # fmt: skip
    return found


def suspended_sums(signal_id: Any, unit_key: str) -> list[dict[str, Any]]:
    """By way of suspension: schools, answered, parents told of all, pupils on site; one query."""
    rows = Suspension.objects.within(subtree(unit_key)).filter(response__signal_id=signal_id)
    found = rows.order_by("kind").values("kind").annotate(
        schools=Count("pk"), answered=Count("answered_at"), pupils=Sum("pupils"), told=Sum("told"),
        on_site=Sum("on_site"),
    )  # fmt: skip
    return list(found)


@dataclasses.dataclass(frozen=True)
class Running:
    """A warning in force as the command page, the big screen and 今日 show it."""

    title: str
    colour: Colour | None
    area: str
    acked: int
    all: int
    until: datetime.datetime
    url: str
    real: bool
    pending: bool = False

    @property
    def silent(self) -> int:
        return self.all - self.acked


def running(by: Actor, *, most: int = 6) -> list[Running]:
    """Warnings in force at the actor's units and those that wait to be weighed, the newest first; one query."""
    told = Q(kind="warning_response", warningresponse__ended_at__isnull=True)
    if by.is_supervisor:
        told &= Q(warningresponse__office=True, unit_id=by.unit_key)
    wanted = Q(kind="warning", state__in=["pending", "running"]) | told
    rows = (
        visible(Record, by).filter(wanted).select_related("warningsignal__unit", "warningresponse")
    )
    which = Coalesce(OuterRef("warningsignal__pk"), OuterRef("warningresponse__signal_id"))
    schools = visible(WarningResponse, by).filter(signal_id=which, office=False).order_by()
    counted = schools.values("signal_id")
    rows = rows.annotate(
        told_to=Subquery(counted.annotate(n=Count("pk")).values("n")),
        confirmed=Subquery(counted.annotate(n=Count("acked_at")).values("n")),
    )
    return [_running_of(row) for row in rows.order_by("-id")[:most]]


def _running_of(row: Any) -> Running:
    everybody, acked = row.told_to or 0, row.confirmed or 0
    if row.kind == "warning":
        one = row.warningsignal
        waits, url = row.state == "pending", reverse("warnings:detail", args=[row.pk])
        return Running(one.title, one.colour_spec, one.area_words or one.unit.name, acked, everybody, one.expires_at, url, one.is_real, waits)  # fmt: skip
    one = row.warningresponse
    url = reverse("warnings:response", args=[row.pk])
    return Running(one.title, one.colour_spec, one.from_name, acked, everybody, one.expires_at, url, one.is_real)  # fmt: skip


def waiting(by: Actor) -> QuerySet[Any]:
    """What 今日 puts on top: for a desk what it has to weigh or confirm, for a school every warning in force."""
    if by.is_supervisor:
        told = Q(warningresponse__office=True, warningresponse__acked_at__isnull=True)
        told &= Q(kind="warning_response", warningresponse__ended_at__isnull=True)
        mine = visible(Record, by).filter(Q(kind="warning", state="pending") | told)
        mine = mine.filter(unit_id=by.unit_key)
        return mine if by.may(Permission.WARNING_MANAGE) else mine.none()
    return visible(WarningResponse, by).filter(ended_at__isnull=True, office=False)


def today_card(by: Actor) -> dict[str, Any]:
    """The card's contents; one query."""
    if by.is_supervisor:
        found = list(waiting(by).select_related("warningsignal", "warningresponse").order_by("-id")[:3])  # fmt: skip
        return {
            "pending": [one.warningsignal for one in found if one.kind == "warning"],
            "told": [one.warningresponse for one in found if one.kind != "warning"],
            "may": True,
            "now": timezone.now(),
        }
    rows = waiting(by).order_by(F("acked_at").asc(nulls_first=True), "-record_id")
    return {"told": list(rows[:3]), "may": by.may(Permission.WARNING_ANSWER), "now": timezone.now()}


def card_shown(by: Actor) -> dict[str, Any]:
    """The card is always there, so that it can fill itself when a warning comes."""
    return {}


def sources_of(by: Actor) -> list[CapSource]:
    return list(visible(CapSource, by).filter(unit_id=by.unit_key).order_by("name"))


def source_of(by: Actor, pk: Any) -> CapSource:
    found: CapSource = get_visible(CapSource, by, pk=pk, select=("unit",))
    return found


def messages_of(by: Actor) -> list[CapMessage]:
    """What came in lately."""
    rows = visible(CapMessage, by).filter(unit_id=by.unit_key).defer("xml")
    return list(rows.order_by("-at")[:20])


def published(by: Actor, *, most: int = 100) -> list[WarningSignal]:
    """Warnings that were passed on, the newest first: the feed."""
    rows = visible(WarningSignal, by).filter(issued_at__isnull=False).select_related("unit", "replaces")  # fmt: skip
    return list(rows.order_by("-issued_at")[:most])


def published_one(by: Actor, pk: Any) -> WarningSignal:
    signal = one(by, pk)
    if signal.issued_at is None:
        raise Missing
    return signal


def choosable(unit: Unit, chosen: Sequence[str]) -> list[tuple[str, str]]:
    """What can be ticked as the area: the whole, what lies right below, and what is chosen already."""
    rows = Unit.objects.filter(state=Unit.State.ACTIVE).filter(
        Q(parent_id=unit.key, kind__in=["district", "school"]) | Q(key__in=list(chosen))
    )
    below = [(key, name) for key, name in rows.order_by("kind", "key").values_list("key", "name") if key != unit.key]  # fmt: skip
    below.sort(key=lambda pair: pair[0].count(".") != unit.key.count(".") + 1)
    return [(unit.key, f"{unit.short_name or unit.name}全部学校"), *below]


def colour_title(key: str) -> str:
    found = colour_of(key)
    return found.title if found else ""
