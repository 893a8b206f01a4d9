"""Reading the reunification: who is still here, who was given to whom."""

from __future__ import annotations

import dataclasses
import uuid

from django.db.models import Count, Exists, F, OuterRef, Q

from anyuan.core.models import ScopedQuerySet
from anyuan.domains.emergency.rollcall.models import (
    Group,
    GroupKind,
    Handover,
    Member,
    RollCall,
    Where,
)
from anyuan.org.actor import Actor, visible
from anyuan.org.pages import get_visible


@dataclasses.dataclass(frozen=True)
class ClassLine:
    """A class while its pupils are handed over; both counts are of those who were present."""

    group: Group
    given: int

    @property
    def here(self) -> int:
        return max(0, self.group.present - self.given)


def class_lines(call: RollCall, by: Actor) -> list[ClassLine]:
    """Every class with how many of it are still here."""
    given = Count("handovers", filter=Q(handovers__undone_at__isnull=True))
    rows = visible(Group, by).filter(roll_call=call, kind=GroupKind.CLASS).order_by("place")
    return [ClassLine(group, group.given) for group in rows.annotate(given=given)]


def still_here(group: Group, by: Actor) -> list[Member]:
    """Pupils of a class who are there and not handed over yet."""
    given = Handover.objects.filter(member=OuterRef("pk"), undone_at__isnull=True)
    rows = visible(Member, by).filter(group=group, state=Where.PRESENT)
    return list(rows.exclude(Exists(given)).order_by("number", "name", "id"))


def handovers_of(call: RollCall, by: Actor, group: Group | None = None) -> ScopedQuerySet:
    """Who was given to whom, the newest first; withdrawn ones too."""
    rows = visible(Handover, by).filter(roll_call=call).select_related("group")
    if group is not None:
        rows = rows.filter(group=group)
    return rows.order_by(F("at").desc(), F("pk").desc())


def handover_of(by: Actor, pk: uuid.UUID) -> Handover:
    """One, or Missing."""
    return get_visible(Handover, by, pk=pk, select=("roll_call__record", "group"))
