"""Reading one's own messages."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db.models import Count, Exists, Q, QuerySet, Subquery

from anyuan.engines.notices.kinds import NoticeKind, all_kinds, find
from anyuan.engines.notices.models import Delivery, Notification, Robot
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Person

# What every page also has to know of its reader, found out by the bell's one query: name → own rows.
ALONGSIDE: dict[str, Callable[[Actor], QuerySet[Any]]] = {}


@dataclasses.dataclass
class Heap:
    """The actor's messages of one declared kind."""

    kind: NoticeKind
    all: int = 0
    unread: int = 0


def inbox(by: Actor, *, unread_only: bool = False, kind: str = "") -> QuerySet[Notification]:
    """The actor's own messages, from all their posts; never another's of the same unit."""
    rows: QuerySet[Notification] = Notification.objects.filter(person_id=by.person_id)
    if kind:
        rows = rows.filter(_of_kind(kind))
    return rows.filter(read_at__isnull=True) if unread_only else rows


def _of_kind(key: str) -> Q:
    """Messages of a declared kind and of its finer ones, but for those that are declared themselves."""
    kinds = all_kinds()
    if key not in kinds:
        return Q(pk__in=[])
    if find("") is kinds[key]:  # the rest: whatever nobody declared
        named = Q(kind__in=[name for name in kinds if name != key])
        for name in kinds:
            named |= Q(kind__startswith=f"{name}.")
        return ~named
    found = Q(kind=key) | Q(kind__startswith=f"{key}.")
    for name in kinds:
        if name.startswith(f"{key}."):
            found &= ~Q(kind=name) & ~Q(kind__startswith=f"{name}.")
    return found


def heaps(by: Actor) -> list[Heap]:
    """How many messages of which kind the actor has, the most unread first; one query."""
    counted = (
        inbox(by)
        .values_list("kind")
        .annotate(all=Count("pk"), unread=Count("pk", filter=Q(read_at__isnull=True)))
        .order_by()
    )
    found: dict[str, Heap] = {}
    for kind, every, unread in counted:
        heap = found.setdefault(find(kind).key, Heap(find(kind)))
        heap.all += every
        heap.unread += unread
    return sorted(found.values(), key=lambda heap: (-heap.unread, -heap.all, heap.kind.key))


def at_the_top(by: Actor) -> dict[str, Any]:
    """The unread messages, and for each of `ALONGSIDE` whether there are such rows; one query."""
    unread = inbox(by, unread_only=True).order_by().values("person").annotate(n=Count("pk"))
    flags = {name: Exists(rows(by)) for name, rows in ALONGSIDE.items()}
    found = (
        Person.objects.filter(pk=by.person_id or 0)
        .annotate(unread=Subquery(unread.values("n")), **flags)
        .values("unread", *flags)
        .get()
    )
    return {**found, "unread": found["unread"] or 0}


def unread_count(by: Actor) -> int:
    return inbox(by, unread_only=True).count()


def deliveries(by: Actor, *, most: int = 10) -> list[list[Delivery]]:
    """The actor's own latest sendings by other channels, a digest's rows together."""
    rows = (
        Delivery.objects.filter(person_id=by.person_id)
        .select_related("message")
        .order_by("-at", "-id")[: most * 5]
    )
    found: dict[object, list[Delivery]] = defaultdict(list)
    for row in rows:
        found[(row.channel, row.state, row.next_at) if row.bundled else row.pk].append(row)
    return list(found.values())[:most]


def robots(by: Actor) -> QuerySet[Robot]:
    """The robots of the actor's own unit, those in use first."""
    rows: QuerySet[Robot] = visible(Robot, by).filter(unit_id=by.unit_key)
    return rows.select_related("created_by").order_by("-active", "-created_at", "pk")
