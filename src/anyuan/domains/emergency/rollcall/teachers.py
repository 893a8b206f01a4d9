"""Which colleague stands for a class: the account chosen for it, else the only one of the name written there."""

from __future__ import annotations

import dataclasses
import uuid
from collections import Counter
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.domains.emergency.rollcall.models import SchoolClass
from anyuan.org.models import Post, Unit
from anyuan.org.permissions import GRANTS, Permission

STAFF = [str(role) for role, granted in GRANTS.items() if Permission.ROLLCALL_TAKE in granted]


@dataclasses.dataclass(frozen=True)
class Colleague:
    person_id: int
    name: str
    units: tuple[str, ...]


def school_key(unit: Unit) -> str:
    """The school that a campus belongs to: its staff stand for the campus too."""
    return unit.parent_key if unit.kind == Unit.Kind.CAMPUS else unit.key


def colleagues(key: str) -> list[Colleague]:
    """Everybody with a staff post in force at a unit or below it, each once, by name."""
    today = timezone.localdate()
    posts = (
        Post.objects.within(subtree(key))
        .filter(Q(until__isnull=True) | Q(until__gte=today), since__lte=today, role__in=STAFF)
        .filter(person__is_active=True)
        .order_by("person__name", "person_id", "unit_id")
        .values_list("person_id", "person__name", "unit_id")
    )
    found: dict[int, Colleague] = {}
    for person, name, unit_id in posts:
        before = found[person].units if person in found else ()
        found[person] = Colleague(person, name, (*before, unit_id))
    return list(found.values())


def teachers_of(
    classes: Iterable[SchoolClass], staff: Iterable[Colleague]
) -> dict[uuid.UUID, Colleague]:
    """The colleague of each class, where there is one beyond doubt."""
    staff = list(staff)
    by_id = {one.person_id: one for one in staff}
    names = Counter(one.name for one in staff)
    by_name = {one.name: one for one in staff if names[one.name] == 1}
    found = {}
    for one in classes:
        who = by_id.get(one.teacher_id) if one.teacher_id else by_name.get(one.teacher_name)
        if who is not None:
            found[one.pk] = who
    return found
