"""Generation and roll-up against the same work as plain SQL."""

from __future__ import annotations

import datetime
import statistics
import time
from collections.abc import Callable

from django.db import connection, transaction
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.keys import ancestors, subtree
from anyuan.engines.indicators import rollup
from anyuan.engines.indicators.models import Fact
from anyuan.engines.indicators.spec import MEDIAN, all_indicators
from anyuan.engines.obligations import generation
from anyuan.engines.obligations.models import Obligation, Policy, Rule
from anyuan.org.models import Unit


class Undo(Exception):
    """Leaves the data as it was."""


def undone(work: Callable[[], object], before: Callable[[], object] | None = None) -> float:
    """Seconds of a piece of work, taken back afterwards."""
    seconds = 0.0
    try:
        with scope.everything(), transaction.atomic():
            if before:
                before()
            started = time.perf_counter()
            work()
            seconds = time.perf_counter() - started
            raise Undo
    except Undo:
        return seconds


def generate() -> tuple[float, float, int]:
    """(seconds of the engine, of the bare INSERT … SELECT, duties made) for the coming month."""
    with scope.everything():
        policy = Policy.objects.get()
        since = (policy.generated_to or timezone.localdate()) + datetime.timedelta(days=1)
        until = since + datetime.timedelta(days=30)
        spans = generation._spans(policy, since, until)
        units = subtree(policy.unit_id)
    made = 0

    def engine() -> None:
        nonlocal made
        made = generation.generate(policy, since=since, until=until)

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(generation._INSERT, {**spans, "lo": units.lo, "hi": units.hi})

    undone(bare)
    ours, plain = [], []
    for _ in range(3):
        ours.append(undone(engine))
        plain.append(undone(bare))
    return statistics.median(ours), statistics.median(plain), made


# What somebody would write for one rule: its rate for every unit and every level above it.
_ONE_RULE = (
    "WITH "
    + rollup._PAIRS
    + """
INSERT INTO indicators_fact (unit_id, indicator, month, numerator, denominator, on_time)
SELECT pairs.above, %(name)s, %(since)s,
    count(*) FILTER (WHERE o.state IN ('met', 'late')),
    count(*) FILTER (WHERE o.state IN ('met', 'late') OR (o.state = 'open' AND o.due_on < %(today)s)),
    count(*) FILTER (WHERE o.state = 'met')
FROM obligations_obligation o JOIN pairs ON pairs.unit_id = o.unit_id
WHERE {where} AND o.due_on >= %(since)s AND o.due_on < %(until)s
GROUP BY pairs.above
ON CONFLICT (unit_id, indicator, month) DO UPDATE SET numerator = excluded.numerator,
    denominator = excluded.denominator, on_time = excluded.on_time
"""
)


def roll_up() -> tuple[float, float, int]:
    """(seconds of the engine, of one hand-written SQL for each indicator, indicators) for a full month."""
    month = rollup.month_of(timezone.localdate() - datetime.timedelta(days=40))
    until = rollup.month_after(month)
    facts = {"since": month, "until": until, "units": None, "today": timezone.localdate()}
    with scope.everything():
        rules = list(Rule.objects.filter(ends_on__isnull=True).values_list("id", "key"))
        points = sorted(set(Obligation.objects.values_list("point", flat=True).distinct()))

    def by_hand() -> None:
        with connection.cursor() as cursor:
            for pk, key in rules:
                cursor.execute(
                    _ONE_RULE.format(where="o.rule_id = %(one)s"),
                    {**facts, "name": f"rule:{key}", "one": pk},
                )
            for point in points:
                cursor.execute(
                    _ONE_RULE.format(where="o.point = %(one)s"),
                    {**facts, "name": f"point:{point}", "one": point},
                )
            cursor.execute(_ONE_RULE.format(where="TRUE"), {**facts, "name": "point:0"})
            for one in all_indicators().values():
                shape = _MEDIAN if one.kind == MEDIAN else _SHARE
                cursor.execute(
                    shape.format(pairs=rollup._PAIRS, sql=one.sql), {**facts, "key": one.key}
                )

    ours, plain = [], []
    for _ in range(2):
        ours.append(undone(lambda: rollup.roll_up(month), forget(month)))
        plain.append(undone(by_hand, forget(month)))
    return (
        statistics.median(ours),
        statistics.median(plain),
        len(rules) + len(points) + 1 + len(all_indicators()),
    )


def roll_up_touched() -> tuple[float, int]:
    """(seconds, figures) until a district and the city follow one school's record."""
    month = rollup.month_of(timezone.localdate())
    with scope.everything():
        district = Unit.objects.get(code="320412")
        figures = Fact.objects.filter(unit_id__in=ancestors(district.key), month=month).count()
    times = [undone(lambda: rollup.total_above(district.key, month)) for _ in range(5)]
    return statistics.median(times), figures


def forget(month: datetime.date) -> Callable[[], None]:
    """Both write every fact anew."""

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM indicators_fact WHERE month = %s", [month])

    return work


_WRITE = """
INSERT INTO indicators_fact (unit_id, indicator, month, numerator, denominator, on_time)
SELECT p.above, %(key)s, b.month, {figures}, 0
FROM base b JOIN pairs p ON p.unit_id = b.unit_id GROUP BY p.above, b.month
ON CONFLICT (unit_id, indicator, month) DO UPDATE SET numerator = excluded.numerator,
    denominator = excluded.denominator
"""
_SHARE = "WITH {pairs}, base AS ({sql})" + _WRITE.replace(
    "{figures}", "sum(b.numerator), sum(b.denominator)"
)
_MEDIAN = "WITH {pairs}, base AS ({sql})" + _WRITE.replace(
    "{figures}", "percentile_cont(0.5) WITHIN GROUP (ORDER BY b.value)::numeric(16, 2), count(*)"
)
