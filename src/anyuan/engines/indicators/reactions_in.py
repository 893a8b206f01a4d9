"""What indicators do when records or units change: leaves at once, the levels above by a job soon after."""

from __future__ import annotations

import contextlib
import datetime
import functools
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.keys import ancestors, subtree
from anyuan.core.models import Record
from anyuan.engines.indicators.jobs import soon, whole_soon
from anyuan.engines.indicators.models import Fact
from anyuan.engines.indicators.rollup import month_of, total
from anyuan.engines.indicators.spec import all_indicators
from anyuan.engines.obligations.models import Evidence, Obligation, Rule
from anyuan.org.models import Unit

LONGEST_PERIOD = datetime.timedelta(days=366)  # a year; what is done once stands apart
_paused: ContextVar[bool] = ContextVar("anyuan_rollup_paused", default=False)


@contextlib.contextmanager
def paused() -> Iterator[None]:
    """For mass work (the demo, an import), which rolls up once at its end."""
    token = _paused.set(True)
    try:
        yield
    finally:
        _paused.reset(token)


def refresh_after_record(record: Record, was: Any = None) -> None:
    """Reaction on `record.saved`, after the duties' recount."""
    if _paused.get():
        return
    keys = {*ancestors(record.unit_id), record.done_by_id}
    days = {record.happened_on} | ({was.happened_on} if was else set())
    with scope.everything():
        schools, above = _levels(keys)
        months = {month_of(day) for day in days} | _due_months(record, was, keys, days)
        total(schools, sorted(months), kinds=[record.kind])
    for month in months:
        for unit in above:
            transaction.on_commit(functools.partial(soon, month, unit))


def refresh_after_many(kind: str, units: Iterable[str], days: Iterable[datetime.date]) -> None:
    """Reaction on `records.changed`: the whole month is rolled up once, in the background."""
    if _paused.get() or not _counts(kind):
        return
    for month in {month_of(day) for day in days}:
        transaction.on_commit(functools.partial(whole_soon, month))


def _counts(kind: str) -> bool:
    """Whether any figure depends on records of the kind."""
    if any(kind in one.kinds for one in all_indicators().values()):
        return True
    return Rule.objects.filter(kind=kind, enabled=True).exists()


def _levels(keys: set[str]) -> tuple[list[str], list[str]]:
    """Schools and campuses, whose figures are exact at once; the lowest of the levels above them."""
    kinds = dict(Unit.objects.filter(key__in=keys).values_list("key", "kind"))
    schools = [key for key, kind in kinds.items() if kind in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}]
    above = [key for key in kinds if key not in schools]
    return schools, [
        key for key in above if not any(one != key and one.startswith(key) for one in above)
    ]


def _due_months(
    record: Record, was: Any, units: set[str], days: set[datetime.date]
) -> set[datetime.date]:
    """Months in which duties fall due that the record counts for, or did until now."""
    due = Evidence.objects.filter(record=record).values_list("obligation__due_on", flat=True)
    if was is not None or not record.counts:
        # What it counted for before is no longer written anywhere: whatever it may have been.
        due = due.union(
            Obligation.objects.filter(
                Q(period_start__gte=min(days) - LONGEST_PERIOD) | Q(rule__period="once"),
                unit_id__in=units,
                kind=record.kind,
                period_start__lte=max(days),
                counts_until__gte=min(days),
            ).values_list("due_on", flat=True)
        )
    return {month_of(day) for day in due}


def refresh_after_change(keys: Sequence[str], **_more: Any) -> None:
    """Reaction on `units.changed`, after the duties: this month's figures anew, soon."""
    if keys and not _paused.get():
        transaction.on_commit(functools.partial(whole_soon, month_of(timezone.localdate())))


def refresh_after_closing(unit: Unit, **_more: Any) -> None:
    """Reaction on `unit.closed`, after duties and cases: every month with figures of the unit anew, soon."""
    units = subtree(unit.key)
    known = Fact.objects.filter(unit_id__gte=units.lo, unit_id__lt=units.hi)
    for month in {month_of(timezone.localdate()), *known.values_list("month", flat=True)}:
        transaction.on_commit(functools.partial(whole_soon, month))
