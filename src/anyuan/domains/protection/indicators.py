"""Figures of points 6 and 12, by the month of the check, the round or the fault."""

from __future__ import annotations

from anyuan.engines.indicators.spec import Indicator, declare

_RECORDS = """
SELECT t.unit_id, date_trunc('month', r.happened_on)::date AS month, {numerator} AS numerator, {denominator} AS denominator
FROM {table} t JOIN core_record r ON r.id = t.record_id
WHERE r.happened_on >= %(since)s AND r.happened_on < %(until)s AND r.counts
  AND (%(units)s::text[] IS NULL OR t.unit_id = ANY(%(units)s::text[]))
GROUP BY t.unit_id, month
"""

declare(
    Indicator(
        "protection.standard",
        "安防达标项完成率",
        6,
        "%",
        _RECORDS.format(
            table="protection_standardcheck", numerator="sum(t.passed)", denominator="sum(t.total)"
        ),
        ("standard_check",),
        target=100,
        rows_url="/protection/standard/",
    )
)
declare(
    Indicator(
        "protection.alarm",
        "一键报警测试回应率",
        6,
        "%",
        _RECORDS.format(
            table="protection_round",
            numerator="count(*) FILTER (WHERE t.alarm_answered)",
            denominator="count(*)",
        ),
        ("security_round",),
        target=100,
        rows_url="/protection/",
    )
)
declare(
    Indicator(
        "protection.repaired",
        "安防故障限时修复率",
        6,
        "%",
        _RECORDS.format(
            table="protection_fault",
            numerator="count(*) FILTER (WHERE t.repaired_at <= t.found_at + make_interval(hours =>"
            " (SELECT n.values[1]::int FROM obligations_number n WHERE n.key = 'device_repair_hours'"
            " ORDER BY n.policy_id DESC LIMIT 1)))",
            denominator="count(*)",
        ),
        ("device_fault",),
        target=100,
        rows_url="/protection/faults/",
    )
)
declare(
    Indicator(
        "protection.service",
        "保安服务平均分",
        12,
        "%",
        _RECORDS.format(
            table="protection_round",
            numerator="coalesce(sum(t.service_score), 0)",
            denominator="100 * count(t.service_score)",
        ),
        ("security_round",),
        rows_url="/protection/",
    )
)
declare(
    Indicator(
        "protection.patrols",
        "巡查点到位率",
        12,
        "%",
        _RECORDS.format(
            table="protection_patrol", numerator="sum(t.passed)", denominator="sum(t.planned)"
        ),
        ("patrol",),
        target=100,
        rows_url="/protection/patrols/",
    )
)
