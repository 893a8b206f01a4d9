"""Figures of fire safety (point 7), by the month of the check or the test."""

from __future__ import annotations

from anyuan.engines.indicators.spec import Indicator, declare

_RECORDS = """
SELECT t.unit_id, date_trunc('month', r.happened_on)::date AS month,
    count(*) FILTER (WHERE t.{good}) AS numerator, count(*) AS denominator
FROM {table} t JOIN core_record r ON r.id = t.record_id
WHERE r.happened_on >= %(since)s AND r.happened_on < %(until)s AND r.counts
  AND (%(units)s::text[] IS NULL OR t.unit_id = ANY(%(units)s::text[]))
GROUP BY t.unit_id, month
"""

for _key, _label, _table, _good, _kind in (
    ("fire.ways", "生命通道检查畅通率", "fire_waycheck", "clear", "way_check"),
    ("fire.station", "微型消防站按时到位率", "fire_stationtest", "in_time", "station_test"),
):
    declare(
        Indicator(
            _key,
            _label,
            7,
            "%",
            _RECORDS.format(table=_table, good=_good),
            (_kind,),
            target=100,
            rows_url="/fire/",
        )
    )
