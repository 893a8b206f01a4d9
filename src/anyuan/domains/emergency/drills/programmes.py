"""Reading programmes: the terms ahead, what the unit owes in one, what a programme leaves uncovered."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import Any

from anyuan.domains.emergency.drills.basis import practised
from anyuan.domains.emergency.drills.content import content
from anyuan.domains.emergency.drills.models import Drill, Kind, Programme, State
from anyuan.domains.emergency.drills.proposing import (
    Line,
    Owed,
    Span,
    open_of,
    propose,
    school_days,
    spans_ahead,
)
from anyuan.engines.obligations.ahead import ahead_of, calendar_of
from anyuan.engines.obligations.queries import current_policy
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Profile, Unit

STANDING = (State.PLANNED, State.HELD, State.EVALUATED, State.REPORTED)


@dataclasses.dataclass(frozen=True)
class Needs:
    """What one unit needs in one term: its duties, the school days left, the drills that exist."""

    owed: list[Owed]
    days: list[datetime.date]
    given: list[tuple[datetime.date, str]]


def spans(today: datetime.date) -> list[Span]:
    """The terms for which a programme may be made now; none before a policy is in force."""
    policy = current_policy()
    return spans_ahead(calendar_of(policy), today) if policy else []


def span_of(starts_on: datetime.date, today: datetime.date) -> Span | None:
    return next((one for one in spans(today) if one.starts_on == starts_on), None)


def needs_of(unit: Unit, span: Span, today: datetime.date) -> Needs:
    """Duties due in the term or the holidays after it; past ones are left out."""
    policy = current_policy()
    if policy is None:
        return Needs([], [], [])
    first = max(span.starts_on, today)
    owed = []
    for one in ahead_of(policy, unit, "drill", first, span.ends_on):
        last = min(one.window.end, one.window.due)
        if first <= last <= span.ends_on:
            kinds = one.values("type")
            owed.append(Owed(one.title, one.window.start, last, kinds, one.needed))
    days = school_days(calendar_of(policy), first, span.term_ends)
    since = min([span.starts_on, *(one.since for one in owed)])
    return Needs(owed, days, drills_between(unit, since, span.ends_on))


def drills_between(
    unit: Unit, since: datetime.date, until: datetime.date
) -> list[tuple[datetime.date, str]]:
    rows = Drill.objects.filter(
        unit=unit, record__happened_on__range=(since, until), record__state__in=STANDING
    )
    return list(rows.values_list("record__happened_on", "kind"))


def proposal(unit: Unit, span: Span, today: datetime.date) -> list[Line]:
    """The lines that the system proposes."""
    needs = needs_of(unit, span, today)
    profile = Profile.objects.filter(unit=unit).first()
    kinds = [kind for kind in Kind.values if kind != Kind.BUS or (profile and profile.has_bus)]
    return propose(
        needs.owed, needs.days, given=needs.given, kinds=kinds, content=content(), seed=unit.key,
        boarding=bool(profile and profile.boarding), practised=practised(unit),
    )  # fmt: skip


def uncovered(
    needs: Needs, lines: Iterable[tuple[datetime.date, str]] = ()
) -> list[tuple[Owed, int]]:
    """Duties that the drills and these lines leave open, and how many are missing."""
    short = open_of(needs.owed, [*needs.given, *lines])
    return [(one, missing) for one, missing in zip(needs.owed, short, strict=True) if missing]


def programmes_of(by: Actor) -> Any:
    return visible(Programme, by).select_related("unit", "record")
