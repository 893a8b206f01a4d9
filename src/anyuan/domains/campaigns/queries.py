"""Reading campaigns: those of the offices above one's unit and of one's own range."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q

from anyuan.core import scope
from anyuan.core.keys import ancestors
from anyuan.core.refused import Missing
from anyuan.domains.campaigns.models import Campaign, Task
from anyuan.org.actor import Actor, visible
from anyuan.org.permissions import Permission

RECENT = 60


def campaigns_of(by: Actor) -> list[Campaign]:
    """Campaigns that concern the actor, the newest first: of those above only what is launched."""
    if not by.may(Permission.RECORD_READ):
        return []
    with scope.everything():
        return list(_seen(by).order_by("-starts_on", "-record_id")[:RECENT])


def one(by: Actor, pk: uuid.UUID) -> Campaign:
    """One campaign; Missing where it is not the actor's, nor of an office above that it takes part in."""
    if not by.may(Permission.RECORD_READ):
        raise Missing
    with scope.everything():
        found: Campaign | None = _seen(by).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def _seen(by: Actor) -> Any:
    above = (
        [key for key in ancestors(by.unit_key) if not by.units.holds(key)] if by.unit_key else []
    )
    mine = Q(unit_id__gte=by.units.lo, unit_id__lt=by.units.hi)
    theirs = Q(unit_id__in=above, launched_at__isnull=False)
    if above:
        taking = Task.objects.filter(
            unit_id__gte=_first(by), unit_id__lt=by.units.hi
        ).values("campaign_id")  # fmt: skip
        theirs &= Q(pk__in=taking)
    return Campaign.objects.filter(mine | theirs).select_related("record__case", "unit")


def _first(by: Actor) -> str:
    """Where the actor's tasks begin: a campus shares those of its school."""
    keys: list[str] = ancestors(by.unit_key)
    return keys[-2] if len(keys) > 3 else by.units.lo


def tasks_of(campaign: Campaign, key: str, by: Actor) -> list[Task]:
    """A unit's tasks, in the order of the links; a campus reads its school's."""
    if key == _first(by) and not by.units.holds(key):
        with scope.everything():
            return _tasks(Task.objects.filter(campaign=campaign, unit_id=key))
    return _tasks(visible(Task, by).filter(campaign=campaign, unit_id=key))


def _tasks(rows: Any) -> list[Task]:
    return list(rows.select_related("link", "done_by").order_by("link__position"))


def school_of(by: Actor) -> str:
    """Key of the school whose tasks a person at a school or campus sees."""
    return _first(by)
