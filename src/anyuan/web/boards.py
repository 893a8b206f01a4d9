"""What the board shows: points × units below, for one period, from facts alone."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from anyuan.core.keys import ancestors
from anyuan.engines.indicators.models import Fact
from anyuan.engines.indicators.queries import NOTHING, Rate, rates, trend
from anyuan.engines.indicators.rollup import month_of
from anyuan.engines.obligations.models import Point
from anyuan.engines.obligations.queries import counts_of, current_policy
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission

TREND_MONTHS = 6
WORST = 8
DIRECT = "direct"
PERIODS = {"month": "本月", "quarter": "本季度", "term": "本学期", "year": "本年"}
LENGTH = {"month": 1, "quarter": 3, "year": 12}


@dataclasses.dataclass(frozen=True)
class Span:
    """Months since ≤ m < until, with the span before of the same length."""

    key: str
    since: datetime.date
    until: datetime.date
    label: str

    @property
    def before(self) -> tuple[datetime.date, datetime.date]:
        months = (self.until.year - self.since.year) * 12 + self.until.month - self.since.month
        return shift(self.since, -months), self.since


def shift(month: datetime.date, by: int) -> datetime.date:
    """The first day of the month `by` months away."""
    index = month.year * 12 + month.month - 1 + by
    return datetime.date(index // 12, index % 12 + 1, 1)


def span_of(query: QueryDict, today: datetime.date | None = None) -> Span:
    """The period in the address: `period` and `at` (YYYY-MM); nonsense gives this month."""
    key = query.get("period", "month")
    month = month_of(today or timezone.localdate())
    with contextlib.suppress(ValueError):
        month = datetime.date.fromisoformat(f"{query.get('at', '')}-01")
    if key == "term":  # the school year's halves: September to January, February to August
        autumn = month.month >= 9 or month.month == 1
        start = (
            datetime.date(month.year - (month.month == 1), 9, 1)
            if autumn
            else datetime.date(month.year, 2, 1)
        )
        until = shift(start, 5 if autumn else 7)
        return Span(key, start, until, f"{start.year}年{'秋' if autumn else '春'}季学期")
    length = LENGTH.get(key, 1)
    start = shift(month, -((month.month - 1) % length))
    labels = {
        1: f"{start.year}年{start.month}月",
        3: f"{start.year}年第{(start.month + 2) // 3}季度",
        12: f"{start.year}年",
    }
    return Span(key if key in LENGTH else "month", start, shift(start, length), labels[length])


@dataclasses.dataclass(frozen=True)
class Cell:
    """One rate on the board; `tone` is its colour word, said by an icon too."""

    rate: Rate
    url: str

    @property
    def tone(self) -> str:
        return tone_of(self.rate.rate)


def tone_of(rate: float | None) -> str:
    """good ≥ 95 %, fair ≥ 80 %, poor below; none without duties due."""
    if rate is None:
        return "none"
    return "good" if rate >= 0.95 else "fair" if rate >= 0.8 else "poor"


@dataclasses.dataclass
class Row:
    point: Point
    whole: Cell
    before: Rate
    trend: list[float | None]
    cells: list[Cell]

    @property
    def change(self) -> float | None:
        """Difference to the period before, in percentage points."""
        now, then = self.whole.rate.rate, self.before.rate
        return None if now is None or then is None else (now - then) * 100

    @property
    def change_size(self) -> float:
        """The change without its sign, for beside an arrow."""
        return abs(self.change or 0)


@dataclasses.dataclass(frozen=True)
class Column:
    key: str
    label: str
    url: str


def board_of(unit: Unit, by: Actor, span: Span) -> dict[str, Any]:
    """Everything the board of a city, district or school shows; eight queries whatever the size."""
    policy = current_policy()
    points = (
        list(Point.objects.filter(policy=policy).select_related("section").order_by("number"))
        if policy
        else []
    )
    names = [f"point:{point.number}" for point in points] + ["point:0"]
    below = list(Unit.objects.filter(parent_id=unit.key, state="active").order_by("kind", "key"))
    columns, groups = _columns(unit, below)
    keys = [unit.key, *(key for group in groups for key in group)]
    now = rates(by, keys, names, span.since, span.until)
    months = [shift(span.until, n - TREND_MONTHS) for n in range(TREND_MONTHS)]
    since, until = span.before
    lines = trend(by, unit.key, names, min(since, months[0]), span.until)
    earlier = {
        name: sum((rate for month, rate in line.items() if since <= month < until), NOTHING)
        for name, line in lines.items()
    }
    rows = [
        Row(
            point,
            _cell(now.get((unit.key, name), NOTHING), unit.key, point.number),
            earlier[name],
            [lines[name].get(month, NOTHING).rate for month in months],
            [
                _cell(
                    sum((now.get((key, name), NOTHING) for key in group), NOTHING),
                    column.key,
                    point.number,
                )
                for column, group in zip(columns, groups, strict=True)
            ],
        )
        for point, name in zip(points, names[:-1], strict=True)
    ]
    totals = [
        _cell(sum((now.get((key, "point:0"), NOTHING) for key in group), NOTHING), column.key, 0)
        for column, group in zip(columns, groups, strict=True)
    ]
    return {
        "unit": unit,
        "policy": policy,
        "span": span,
        "columns": columns,
        "rows": rows,
        "total": _cell(now.get((unit.key, "point:0"), NOTHING), unit.key, 0),
        "total_before": earlier["point:0"],
        "totals": totals,
        "months": [f"{month.month}月" for month in months],
        "total_trend": [lines["point:0"].get(month, NOTHING).rate for month in months],
        "duties": counts_of(by, unit=unit.key),
        "worst": worst_of(unit, by, span) if by.may(Permission.UNIT_RANK) else [],
        "trail": trail_of(unit, by),
    }


def _columns(unit: Unit, below: list[Unit]) -> tuple[list[Column], list[list[str]]]:
    """The units below as columns; under the city, its own schools together are one."""
    columns: list[Column] = []
    groups: list[list[str]] = []
    direct: list[str] = []
    for one in below:
        if unit.kind == Unit.Kind.CITY and one.kind == Unit.Kind.SCHOOL:
            direct.append(one.key)
        elif unit.kind == Unit.Kind.CITY or len(columns) < 400:
            columns.append(
                Column(one.key, one.short_name, reverse("web:board_unit", args=[one.key]))
            )
            groups.append([one.key])
    if direct:
        columns.append(Column(DIRECT, "直属学校", reverse("web:board_direct")))
        groups.append(direct)
    return columns, groups


def _cell(rate: Rate, key: str, point: int) -> Cell:
    """The rate with the address of the duties behind it."""
    query = f"?point={point}" if point else "?"
    return Cell(
        rate, reverse("obligations:list") + query + (f"&unit={key}" if key != DIRECT else "")
    )


def worst_of(unit: Unit, by: Actor, span: Span) -> list[tuple[Unit, Rate]]:
    """Schools with the most overdue duties of the period below a unit; two queries."""
    rows = (
        visible(Fact, by)
        .filter(indicator="point:0", month__gte=span.since, month__lt=span.until)
        .filter(
            unit__kind="school",
            unit_id__gt=unit.key,
            unit_id__lt=unit.key[:-1] + "/",
            unit__state="active",
        )
        .values_list("unit_id", "numerator", "denominator")
    )
    found: dict[str, Rate] = {}
    for key, done, due in rows:
        found[key] = found.get(key, NOTHING) + Rate(int(done), int(due))
    late = sorted((r for r in found.items() if r[1].missing), key=lambda r: (r[1].rate or 0, r[0]))[
        :WORST
    ]
    names = {one.key: one for one in Unit.objects.filter(key__in=[key for key, _ in late])}
    return [(names[key], rate) for key, rate in late if key in names]


def trail_of(unit: Unit, by: Actor) -> list[Column]:
    """The units above, as far as the actor's own."""
    keys = [key for key in ancestors(unit.key)[:-1] if by.units.holds(key)]
    if not keys:
        return []
    names = {one.key: one.short_name for one in Unit.objects.filter(key__in=keys)}
    return [
        Column(key, names[key], reverse("web:board_unit", args=[key]))
        for key in keys
        if key in names
    ]


__all__ = ["PERIODS", "Cell", "Column", "Row", "Span", "board_of", "span_of", "tone_of"]
