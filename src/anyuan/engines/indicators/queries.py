"""Reading facts: sums over months, by unit and indicator."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Max, Sum

from anyuan.core import scope
from anyuan.core.keys import ancestors
from anyuan.engines.indicators.models import Fact, RolledUp, Target
from anyuan.org.actor import Actor, visible


@dataclasses.dataclass(frozen=True)
class Rate:
    """A share with its numbers; `rate` is None where there is nothing to divide by."""

    numerator: int
    denominator: int
    on_time: int = 0

    @property
    def rate(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None

    @property
    def missing(self) -> int:
        return self.denominator - self.numerator

    def __add__(self, other: Rate) -> Rate:
        return Rate(
            self.numerator + other.numerator,
            self.denominator + other.denominator,
            self.on_time + other.on_time,
        )


NOTHING = Rate(0, 0)


def rates(
    by: Actor,
    units: Iterable[str],
    indicators: Sequence[str],
    since: datetime.date,
    until: datetime.date,
) -> dict[tuple[str, str], Rate]:
    """(unit, indicator) → sum over the months since ≤ month < until. One query."""
    rows = (
        visible(Fact, by)
        .filter(
            unit_id__in=list(units),
            indicator__in=list(indicators),
            month__gte=since,
            month__lt=until,
        )
        .values_list("unit_id", "indicator")
        .annotate(Sum("numerator"), Sum("denominator"), Sum("on_time"))
    )
    return {(unit, name): Rate(int(n), int(d), int(t)) for unit, name, n, d, t in rows}


def trend(
    by: Actor, unit: str, indicators: Sequence[str], since: datetime.date, until: datetime.date
) -> dict[str, dict[datetime.date, Rate]]:
    """Indicator → month → rate, for one unit. One query."""
    found: dict[str, dict[datetime.date, Rate]] = {name: {} for name in indicators}
    rows = visible(Fact, by).filter(
        unit_id=unit, indicator__in=list(indicators), month__gte=since, month__lt=until
    )
    for name, month, n, d, t in rows.values_list(
        "indicator", "month", "numerator", "denominator", "on_time"
    ):
        found[name][month] = Rate(int(n), int(d), int(t))
    return found


def facts_version(since: datetime.date, until: datetime.date) -> str:
    """Changes whenever a month of the range is rolled up again. One query."""
    newest = RolledUp.objects.filter(month__gte=since, month__lt=until).aggregate(at=Max("at"))[
        "at"
    ]
    return newest.isoformat() if newest else ""


def targets_of(unit_key: str, year: int) -> dict[str, Decimal]:
    """Indicator → aim in force for a unit: its own, else the nearest above. One query.

    An aim of the level above is meant for all below it, so it is read outside the reader's own units.
    """
    found: dict[str, tuple[int, Decimal]] = {}
    with scope.everything():
        aims = list(Target.objects.filter(unit_id__in=ancestors(unit_key), year=year))
    for target in aims:
        depth = target.unit_id.count(".")
        if target.indicator not in found or depth > found[target.indicator][0]:
            found[target.indicator] = (depth, target.value)
    return {name: value for name, (_, value) in found.items()}
