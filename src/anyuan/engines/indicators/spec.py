"""What a domain declares: one indicator and the SQL of its leaves."""

from __future__ import annotations

import dataclasses

RATIO, COUNT, MEDIAN = "ratio", "count", "median"


@dataclasses.dataclass(frozen=True)
class Indicator:
    """One figure.

    `sql` selects `(unit_id, month, numerator, denominator)` grouped by unit and month, or, for a median,
    `(unit_id, month, value)` row by row. It takes `%(units)s` (a text array of unit keys, or NULL for
    all), `%(since)s` and `%(until)s` (first days of months; until is exclusive).
    `kinds`: the kinds of record whose saving changes it. `better`: "up" or "down".
    """

    key: str
    label: str
    point: int
    measure: str
    sql: str
    kinds: tuple[str, ...]
    kind: str = RATIO
    better: str = "up"
    target: float | None = None
    rows_url: str = ""  # the list behind it; `unit=` is added


_indicators: dict[str, Indicator] = {}


def declare(indicator: Indicator) -> Indicator:
    if indicator.key in _indicators:
        raise ValueError(f"indicator declared twice: {indicator.key}")
    if indicator.kind not in {RATIO, COUNT, MEDIAN}:
        raise ValueError(f"unknown kind of indicator: {indicator.key}")
    _indicators[indicator.key] = indicator
    return indicator


def all_indicators() -> dict[str, Indicator]:
    return dict(_indicators)
