"""Figures of the closed campus (point 7), from the gate's days: they outlive the names."""

from __future__ import annotations

from anyuan.engines.indicators.spec import COUNT, Indicator, declare

_BASE = """
SELECT d.unit_id, date_trunc('month', d."on")::date AS month, {numerator} AS numerator, {denominator} AS denominator
FROM gate_gateday d JOIN core_record r ON r.id = d.record_id AND r.state <> 'void'
WHERE d."on" >= %(since)s AND d."on" < %(until)s
  AND (%(units)s::text[] IS NULL OR d.unit_id = ANY(%(units)s::text[]))
GROUP BY d.unit_id, month
"""
ENTRIES = "sum(d.visits + d.deliveries + d.vehicles)"


def _sql(numerator: str, denominator: str) -> str:
    return _BASE.format(numerator=numerator, denominator=denominator)


declare(
    Indicator(
        "gate.cleared",
        "门卫登记日清率",
        7,
        "%",
        _sql("count(*) FILTER (WHERE d.closed_at IS NOT NULL AND d.inside = 0)", "count(*)"),
        ("gate_day",),
        target=95,
        rows_url="/gate/days/",
    )
)
declare(
    Indicator(
        "gate.in_time",
        "来访人员按时离校率",
        7,
        "%",
        _sql(f"{ENTRIES} - sum(d.overstays)", ENTRIES),
        ("gate_day",),
        target=95,
        rows_url="/gate/days/",
    )
)
declare(
    Indicator(
        "gate.entries",
        "外来人员车辆进校",
        7,
        "批",
        _sql(ENTRIES, "0"),
        ("gate_day",),
        kind=COUNT,
        rows_url="/gate/days/",
    )
)
