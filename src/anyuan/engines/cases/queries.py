"""What may be done to a case now, and how it stands."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from anyuan.engines.cases.models import Case, Step
from anyuan.engines.cases.spec import Transition
from anyuan.org.actor import Actor


@dataclasses.dataclass(frozen=True)
class Choice:
    """A transition that the actor may do, or is told why not."""

    transition: Transition
    why_not: str


def choices(case: Case, thing: Any, by: Actor) -> list[Choice]:
    """The transitions out of the case's state that the actor's post has; guards give their reason."""
    return [
        Choice(one, one.guard(thing, by) if one.guard else "")
        for one in case.spec.transitions
        if case.state in one.sources and by.may(one.permission)
    ]


@dataclasses.dataclass(frozen=True)
class Stage:
    name: str
    done: bool
    now: bool


def stages(case: Case) -> list[Stage]:
    """The stepper: every stage of the loop, which are behind and which is now."""
    at = case.state_spec.stage
    ended = case.closed_at is not None
    return [
        Stage(name, done=n < at or (ended and n == at), now=n == at and not ended)
        for n, name in enumerate(case.spec.stages, start=1)
    ]


def steps_of(case: Case) -> QuerySet[Step]:
    """All steps, the first first."""
    rows: QuerySet[Step] = Step.objects.filter(case=case).order_by("at", "id")
    return rows


def is_overdue(case: Case, today: datetime.date | None = None) -> bool:
    day = today or timezone.localdate()
    return case.is_open and case.due_on is not None and case.due_on < day
