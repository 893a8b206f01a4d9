"""Figures of school buses (point 7), by the month of the trip."""

from __future__ import annotations

from anyuan.engines.indicators.spec import COUNT, Indicator, declare

_MONTH = "date_trunc('month', t.day)::date AS month"
_TRIPS = """
FROM schoolbus_bustrip t
WHERE t.day >= %(since)s AND t.day < %(until)s AND t.started_at IS NOT NULL
  AND (%(units)s::text[] IS NULL OR t.unit_id = ANY(%(units)s::text[]))
"""
_FOUND = """
FROM schoolbus_bustrip t
JOIN (SELECT trip_id, count(*) AS n FROM schoolbus_busviolation GROUP BY trip_id) v ON v.trip_id = t.record_id
WHERE t.day >= %(since)s AND t.day < %(until)s
  AND (%(units)s::text[] IS NULL OR t.unit_id = ANY(%(units)s::text[]))
"""
_GROUP = "GROUP BY t.unit_id, month"

declare(
    Indicator(
        "bus.emptied", "校车清车确认率", 7, "%",
        f"SELECT t.unit_id, {_MONTH}, count(*) FILTER (WHERE t.emptied_at IS NOT NULL) AS numerator,"
        f" count(*) AS denominator {_TRIPS} {_GROUP}",
        ("bus_trip",), target=100, rows_url="/schoolbus/trips/?state=running",
    )
)  # fmt: skip
declare(
    Indicator(
        "bus.trips", "校车运行趟次", 7, "趟",
        f"SELECT t.unit_id, {_MONTH}, count(*) AS numerator, 0 AS denominator {_TRIPS} {_GROUP}",
        ("bus_trip",), kind=COUNT, rows_url="/schoolbus/trips/",
    )
)  # fmt: skip
declare(
    Indicator(
        "bus.violations", "校车超速和偏离线路", 7, "次",
        f"SELECT t.unit_id, {_MONTH}, sum(v.n) AS numerator, 0 AS denominator {_FOUND} {_GROUP}",
        ("bus_trip",), kind=COUNT, better="down", rows_url="/schoolbus/positions/",
    )
)  # fmt: skip
declare(
    Indicator(
        "bus.inspected", "校车半年检验覆盖率", 7, "%",
        """
        SELECT i.unit_id, date_trunc('month', r.happened_on)::date AS month,
               sum(least(cardinality(i.plates), i.in_use)) AS numerator, sum(greatest(i.in_use, 1)) AS denominator
        FROM schoolbus_businspection i JOIN core_record r ON r.id = i.record_id
        WHERE r.counts AND r.happened_on >= %(since)s AND r.happened_on < %(until)s
          AND (%(units)s::text[] IS NULL OR i.unit_id = ANY(%(units)s::text[]))
        GROUP BY i.unit_id, date_trunc('month', r.happened_on)
        """,
        ("bus_inspection",), target=100, rows_url="/schoolbus/inspections/",
    )
)  # fmt: skip
