"""The figures of one unit in one month: value, numbers behind it, change, aim, and twelve months."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from anyuan.engines.indicators.models import Fact
from anyuan.engines.indicators.queries import targets_of
from anyuan.engines.indicators.rollup import month_after
from anyuan.engines.indicators.spec import COUNT, RATIO, Indicator, all_indicators
from anyuan.engines.obligations.models import Point
from anyuan.engines.obligations.queries import current_policy
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit

TREND_MONTHS = 12
WHOLE = "point:0"


@dataclasses.dataclass(frozen=True)
class Value:
    """A fact as people read it: percent for a ratio, else the measure of its indicator."""

    value: Decimal | None
    numerator: Decimal
    denominator: Decimal


@dataclasses.dataclass(frozen=True)
class Figure:
    """One line of the list. `months` run from the oldest to the chosen one."""

    indicator: Indicator
    months: list[tuple[datetime.date, Value]]
    target: Decimal | None
    target_is_own: bool
    rows_url: str

    @property
    def now(self) -> Value:
        return self.months[-1][1]

    @property
    def change(self) -> Decimal | None:
        """Difference to the month before, in the indicator's measure (percentage points)."""
        now, before = self.now.value, self.months[-2][1].value
        return None if now is None or before is None else now - before

    @property
    def improved(self) -> bool | None:
        """Whether the change is for the better; None where nothing changed or more is not better."""
        if not self.change or self.indicator.kind == COUNT:
            return None
        return (self.change > 0) == (self.indicator.better == "up")

    @property
    def reached(self) -> bool | None:
        """Whether the aim is reached; None without an aim or a value."""
        if self.target is None or self.now.value is None:
            return None
        if self.indicator.better == "up":
            return self.now.value >= self.target
        return self.now.value <= self.target

    @property
    def bars(self) -> list[tuple[datetime.date, Value, float]]:
        """Months with the height of their bar, 0..1 of the highest (a ratio: of 100 %)."""
        highest = max((v.value or Decimal(0) for _month, v in self.months), default=Decimal(0))
        whole = Decimal(100) if self.indicator.kind == RATIO else highest
        return [
            (month, v, float((v.value or Decimal(0)) / whole) if whole else 0.0)
            for month, v in self.months
        ]


def duty_indicators() -> list[Indicator]:
    """What every policy gives for nothing: the rate of all duties and of each point."""
    policy = current_policy()
    points = Point.objects.filter(policy=policy).order_by("number") if policy else []
    found = [_duties(WHOLE, _("全部任务完成率"), 0)]
    found += [_duties(f"point:{one.number}", one.title, one.number) for one in points]
    return found


def _duties(key: str, label: str, point: int) -> Indicator:
    address = "/obligations/" + (f"?point={point}" if point else "")
    return Indicator(key, label, point, "%", "", (), rows_url=address)


def value_of(indicator: Indicator, fact: Fact | None) -> Value:
    """The value of a fact; None where there is nothing to divide by or to take the middle of."""
    if fact is None:
        return Value(None, Decimal(0), Decimal(0))
    numerator, denominator = fact.numerator, fact.denominator
    if indicator.kind == COUNT:
        return Value(numerator, numerator, denominator)
    if not denominator:
        return Value(None, numerator, denominator)
    value = numerator * 100 / denominator if indicator.kind == RATIO else numerator
    return Value(value, numerator, denominator)


def months_until(month: datetime.date, many: int = TREND_MONTHS) -> list[datetime.date]:
    """The first days of `many` months, the last one `month`."""
    last = month.year * 12 + month.month - 1
    return [datetime.date(n // 12, n % 12 + 1, 1) for n in range(last - many + 1, last + 1)]


def figures_of(unit: Unit, by: Actor, month: datetime.date) -> list[Figure]:
    """All indicators of a unit, duties first; five queries whatever their number."""
    indicators = duty_indicators() + sorted(
        all_indicators().values(), key=lambda one: (one.point, one.key)
    )
    months = months_until(month)
    facts = {
        (fact.indicator, fact.month): fact
        for fact in visible(Fact, by).filter(
            unit_id=unit.key,
            indicator__in=[one.key for one in indicators],
            month__gte=months[0],
            month__lt=month_after(month),
        )
    }
    aims = targets_of(unit.key, month.year)
    return [
        Figure(
            one,
            [(m, value_of(one, facts.get((one.key, m)))) for m in months],
            aims.get(one.key, None if one.target is None else Decimal(str(one.target))),
            one.key in aims,
            _rows_url(one, unit, month),
        )
        for one in indicators
    ]


def _rows_url(indicator: Indicator, unit: Unit, month: datetime.date) -> str:
    """The rows behind a figure: of the unit, and for duties of those that fell due in the month."""
    if not indicator.rows_url:
        return ""
    last = month_after(month) - datetime.timedelta(days=1)
    due = "" if indicator.sql else f"&due_from={month}&due_to={last}"
    join = "&" if "?" in indicator.rows_url else "?"
    return f"{indicator.rows_url}{join}unit={unit.key}{due}"
