"""Evidence of all units of a round at once: sums of facts by one statement, points by one statement."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection

from anyuan.domains.responsibility.appraisal.models import ItemScore, Result, Round, Source, Veto
from anyuan.domains.responsibility.appraisal.scoring import evidence_points

_SUMS = """
UPDATE appraisal_itemscore s SET numerator = x.n, denominator = x.d
FROM (
    SELECT i.id, coalesce(sum(f.numerator), 0) AS n, coalesce(sum(f.denominator), 0) AS d
    FROM appraisal_itemscore i
    JOIN appraisal_result r ON r.record_id = i.result_id
    LEFT JOIN indicators_fact f ON f.unit_id = i.unit_id AND f.indicator = ANY(i.indicators)
        AND f.month >= r.since AND f.month < r.until
    WHERE r.round_id = %(round)s AND NOT i.frozen AND i.source <> 'review'
    GROUP BY i.id
) x
WHERE s.id = x.id AND (s.numerator, s.denominator) IS DISTINCT FROM (x.n, x.d)
"""
_POINTS = """
UPDATE appraisal_itemscore s SET points = x.points
FROM unnest(%(ids)s::uuid[], %(points)s::numeric[]) AS x (id, points)
WHERE s.id = x.id AND NOT s.frozen AND s.points IS DISTINCT FROM x.points
"""
_VETOES = """
UPDATE appraisal_veto v SET found = x.n
FROM (
    SELECT i.id, greatest(0, coalesce(sum(f.denominator - f.numerator), 0))::int AS n
    FROM appraisal_veto i
    JOIN appraisal_result r ON r.record_id = i.result_id
    LEFT JOIN indicators_fact f ON f.unit_id = i.unit_id AND f.indicator = i.indicator
        AND f.month >= r.since AND f.month < r.until
    WHERE r.round_id = %(round)s AND r.published_at IS NULL AND i.indicator <> ''
    GROUP BY i.id
) x
WHERE v.id = x.id AND v.found IS DISTINCT FROM x.n
"""


def gather(round_: Round) -> None:
    """Take the evidence of every result of the round anew; what is published stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"round": round_.pk})
        cursor.execute(_VETOES, {"round": round_.pk})
    ids, points = [], []
    rows = ItemScore.objects.filter(result__round=round_, frozen=False).exclude(
        source=Source.REVIEW
    )
    for item in rows.iterator(chunk_size=2000):
        ids.append(str(item.pk))
        points.append(evidence_points(item.formula, item.numerator, item.denominator))
    with connection.cursor() as cursor:
        cursor.execute(_POINTS, {"ids": ids, "points": points})


def totals(round_: Round) -> list[tuple[Result, Decimal, bool]]:
    """(result, sum of its items' points, whether a veto applies) of all results; three queries."""
    sums: dict[object, Decimal] = {}
    rows = ItemScore.objects.filter(result__round=round_, points__isnull=False)
    for key, points in rows.values_list("result_id", "points"):
        sums[key] = sums.get(key, Decimal(0)) + points
    vetoed = {
        veto.result_id for veto in Veto.objects.filter(result__round=round_) if veto.applies
    }  # fmt: skip
    results = Result.objects.filter(round=round_).order_by("unit_id")
    return [(one, sums.get(one.pk, Decimal(0)), one.pk in vetoed) for one in results]
