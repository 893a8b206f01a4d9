"""Reading campaigns: those of the offices above one's unit and of one's own range.

A campaign is a row of the office that made it, so units below could not read it: it is looked up over the
whole tree, but only through `_seen`, which keeps to the reader's own range and to launched campaigns of
offices right above in which the reader's units have tasks. All figures are read in the reader's scope.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from anyuan.core import scope
from anyuan.core.keys import ancestors
from anyuan.core.kinds import RecordKind, all_kinds
from anyuan.core.refused import Missing
from anyuan.domains.campaigns.models import Campaign, Match, Task
from anyuan.org.actor import Actor, visible
from anyuan.org.permissions import Permission

RECENT = 60
T = TypeVar("T")


def campaigns_of(by: Actor) -> list[Campaign]:
    """Campaigns that concern the actor, the newest first: of those above only what is launched."""
    if not by.may(Permission.RECORD_READ):
        return []
    return read(by, lambda rows: list(rows.order_by("-starts_on", "-record_id")[:RECENT]))


def read(by: Actor, reading: Callable[[Any], T]) -> T:
    """What `reading` makes of the campaigns that the actor sees; it must not read anything else."""
    with scope.everything():
        return reading(_seen(by))


def one(by: Actor, pk: uuid.UUID) -> Campaign:
    """One campaign; Missing where it is not the actor's, nor of an office above that it takes part in."""
    if not by.may(Permission.RECORD_READ):
        raise Missing
    found: Campaign | None = read(by, lambda rows: rows.filter(pk=pk).first())
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
    return Campaign.objects.filter(mine | theirs).select_related(
        "record__case", "record__unit", "unit"
    )


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


def ways(campaign: Campaign, key: str) -> dict[int, list[tuple[str, str]]]:
    """For each link the pages where a unit really does its task: (words, address)."""
    kinds = all_kinds()
    found: dict[int, list[tuple[str, str]]] = {}
    for match in Match.objects.filter(link__campaign=campaign).order_by("id"):
        kind = kinds.get(match.kind)
        way = _way(kind, match, key) if kind else None
        if way and way not in found.setdefault(match.link_id, []):
            found[match.link_id].append(way)
    return found


def _way(kind: RecordKind, match: Match, key: str) -> tuple[str, str] | None:
    if kind.new_url_name is None:
        return None
    try:
        address = reverse(kind.new_url_name)
    except NoReverseMatch:
        return None
    # Of several values that fit the first is offered, as a duty's form does.
    asked = dict(tag.split(":", 1) for tag in reversed(match.tags))
    words = kind.facets.get("checklist", {}).get(asked.get("checklist", ""), kind.label)
    return str(words), f"{address}?{urlencode({**asked, 'unit': key})}"
