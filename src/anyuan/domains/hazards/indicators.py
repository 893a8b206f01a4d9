"""Figures of hazards (point 17), by the month in which they were found."""

from __future__ import annotations

from anyuan.engines.indicators.spec import COUNT, MEDIAN, Indicator, declare

_BASE = """
SELECT h.unit_id, date_trunc('month', h.found_on)::date AS month, {numerator} AS numerator, {denominator} AS denominator
FROM hazards_hazard h JOIN cases_case c ON c.record_id = h.record_id
WHERE h.found_on >= %(since)s AND h.found_on < %(until)s AND c.state <> 'void'
  AND (%(units)s::text[] IS NULL OR h.unit_id = ANY(%(units)s::text[])){{more}}
GROUP BY h.unit_id, month
"""


def _sql(numerator: str, denominator: str = "count(*)", more: str = "") -> str:
    return _BASE.format(numerator=numerator, denominator=denominator).format(more=more)


CLOSED = "count(*) FILTER (WHERE c.closed_at IS NOT NULL)"
IN_TIME = "count(*) FILTER (WHERE c.closed_at IS NOT NULL AND (c.due_on IS NULL OR h.rectified_on <= c.due_on))"
PAST = "count(*) FILTER (WHERE c.closed_at IS NOT NULL OR c.due_on < current_date)"

declare(
    Indicator(
        "hazards.closed",
        "隐患整改率",
        17,
        "%",
        _sql(CLOSED),
        ("hazard",),
        target=95,
        rows_url="/hazards/?state=open",
    )
)
declare(
    Indicator(
        "hazards.in_time",
        "隐患按期整改率",
        17,
        "%",
        _sql(IN_TIME, PAST),
        ("hazard",),
        target=90,
        rows_url="/hazards/?due=overdue",
    )
)
declare(
    Indicator(
        "hazards.major_closed",
        "重大隐患整改率",
        17,
        "%",
        _sql(CLOSED, more=" AND h.level = 'major'"),
        ("hazard",),
        target=100,
        rows_url="/hazards/?level=major",
    )
)
declare(
    Indicator(
        "hazards.drill_closed",
        "演练问题办结率",
        8,
        "%",
        _sql(CLOSED, more=" AND h.source = 'drill'"),
        ("hazard",),
        rows_url="/hazards/?source=drill",
    )
)
# What is left out is overdue now: an open one within its days is no fault.
declare(
    Indicator(
        "hazards.major_overdue",
        "到期重大隐患整改率",
        17,
        "%",
        _sql(CLOSED, PAST, " AND h.level = 'major'"),
        ("hazard",),
        target=100,
        rows_url="/hazards/?level=major&due=overdue",
    )
)
declare(
    Indicator(
        "hazards.self_found",
        "自查发现占比",
        17,
        "%",
        _sql("count(*) FILTER (WHERE h.source IN ('self', 'check', 'drill'))"),
        ("hazard",),
        rows_url="/hazards/",
    )
)
declare(
    Indicator(
        "hazards.found",
        "发现隐患",
        17,
        "处",
        _sql("count(*)", "0"),
        ("hazard",),
        kind=COUNT,
        rows_url="/hazards/",
    )
)
declare(
    Indicator(
        "hazards.days",
        "隐患整改天数中位数",
        17,
        "天",
        """
        SELECT h.unit_id, date_trunc('month', h.found_on)::date AS month, (h.rectified_on - h.found_on) AS value
        FROM hazards_hazard h JOIN cases_case c ON c.record_id = h.record_id
        WHERE h.found_on >= %(since)s AND h.found_on < %(until)s AND c.closed_at IS NOT NULL AND c.state <> 'void'
          AND h.rectified_on IS NOT NULL
          AND (%(units)s::text[] IS NULL OR h.unit_id = ANY(%(units)s::text[]))
        """,
        ("hazard",),
        kind=MEDIAN,
        better="down",
        rows_url="/hazards/",
    )
)
