"""What a person has been given to check: their own open assignments, with the schools' names.

A school that somebody is sent to lies outside their units, so its name is looked up over the whole tree
by its key; nothing else of it is read here. Writing there is `assignment_services.submit_assigned`.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet

from anyuan.core import scope
from anyuan.core.refused import Missing
from anyuan.engines.checks.models import CheckAssignment
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission

SHOWN = 12


def _mine(by: Actor) -> QuerySet[Any]:
    """Assignments of the post that the actor stands in."""
    rows = CheckAssignment.objects.filter(assignee_id=by.person_id, post_id=by.post_id)
    if by.person_id is None or by.post_id is None or not by.may(Permission.INSPECTION_WRITE):
        return rows.none()
    return rows.select_related("unit", "checklist__current")


def waiting_for(by: Actor) -> list[CheckAssignment]:
    """What the actor still has to check, the earliest due day first."""
    rows = _mine(by).filter(done_at__isnull=True, withdrawn_at__isnull=True)
    return _named(list(rows.order_by("due_on", "id")[:SHOWN]))


def one_for(by: Actor, pk: uuid.UUID) -> CheckAssignment:
    """One assignment of the actor's own, in whatever state; Missing for everybody else."""
    row = _mine(by).filter(pk=pk).first()
    if row is None:
        raise Missing
    return _named([row])[0]


def _named(rows: list[CheckAssignment]) -> list[CheckAssignment]:
    with scope.everything():
        units = Unit.objects.in_bulk({row.target_id for row in rows}) if rows else {}
    for row in rows:
        row.target = units[row.target_id]
    return rows


def today_card(by: Actor) -> dict[str, Any] | None:
    """What 今日 and the page of checks show of it; nothing where nothing waits."""
    rows = waiting_for(by)
    return {"assignments": rows} if rows else None
