"""What duties do when units change: a new school owes at once, a changed one as it now is, a closed one no more."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.keys import subtree
from anyuan.engines.obligations.generation import generate, generated_until, prune
from anyuan.engines.obligations.models import Obligation, Policy
from anyuan.org.actor import Actor
from anyuan.org.models import Unit


def follow_units(keys: Sequence[str], **_more: Any) -> None:
    """Reaction on `units.changed`: the duties of these units, each by itself, as its rules now ask.

    For periods in force and to come. Open duties that nothing asks for any more go, unless something was
    done for them or they are overdue; those met stay.
    """
    today = timezone.localdate()
    for policy in _policies(keys):
        until = generated_until(policy, today)
        prune(policy, today=today, until=until, units=keys, begun=True)
        generate(policy, since=today, until=until, units=keys)


def end_duties(unit: Unit, by: Actor, **_more: Any) -> None:
    """Reaction on `unit.closed`: nothing falls due from the last day on, in the unit and below it.

    Open duties without any work go; those begun are waived, so that what was done for them stays to be
    read. What was overdue before stays as it is.
    """
    last = unit.ended_on or timezone.localdate()
    units = subtree(unit.key)
    keys = list(Unit.objects.within(units).values_list("key", flat=True))
    for policy in _policies(keys):
        prune(policy, today=last, until=generated_until(policy, last), units=keys)
    _waive_begun(keys, last, by)


def _waive_begun(keys: Sequence[str], last: datetime.date, by: Actor) -> None:
    Obligation.objects.filter(
        unit_id__in=keys, unit__ended_on=last, state=Obligation.State.OPEN, due_on__gte=last
    ).update(
        state=Obligation.State.WAIVED,
        waived_by_id=by.person_id,
        waived_at=timezone.now(),
        waived_reason=_("学校已撤并"),
    )


def _policies(keys: Sequence[str]) -> list[Policy]:
    """The policies with duties of the city in whose tree the units stand."""
    if not keys:
        return []
    city = keys[0][: keys[0].find(".") + 1]
    return list(Policy.objects.filter(unit_id=city, generated_to__isnull=False))
