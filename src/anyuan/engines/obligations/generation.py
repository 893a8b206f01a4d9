"""Generation: dated duties of all units from the rules, one statement for all rules and periods.

Running twice makes the same rows. A unit that begins or changes gets its duties from the period
in force on; duties of periods not begun that no rule asks for any more are removed, if still open.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from anyuan.core.keys import subtree
from anyuan.engines.obligations.content import pack_of
from anyuan.engines.obligations.models import Policy, Rule
from anyuan.engines.obligations.numbers import shipped_values
from anyuan.engines.obligations.recount import count_new
from anyuan.engines.obligations.sql import APPLIES, hold_lock
from anyuan.engines.obligations.windows import windows

# The pack's number: days for which duties exist ahead of today.
AHEAD = "duties_ahead_days"

_WINDOWS = """
unnest(%(rules)s::bigint[], %(starts)s::date[], %(ends)s::date[], %(dues)s::date[], %(untils)s::date[])
    AS w(rule_id, start_on, end_on, due_on, until_on)
"""
# Some units only, or all (null).
_CHOSEN = "(%(units)s::text[] IS NULL OR u.key = ANY(%(units)s::text[]))"
_INSERT = f"""
INSERT INTO obligations_obligation (unit_id, rule_id, point, kind, level, period_start, period_end,
    counts_until, due_on, needed, done, state, waived_reason)
SELECT u.key, r.id, p.number, r.kind, r.who, w.start_on, w.end_on, w.until_on, w.due_on, r.needed,
    0, 'open', ''
FROM {_WINDOWS}
JOIN obligations_rule r ON r.id = w.rule_id
JOIN obligations_point p ON p.id = r.point_id
JOIN org_unit u ON u.key >= %(lo)s AND u.key < %(hi)s
LEFT JOIN org_profile f ON f.unit_id = u.key
WHERE {APPLIES} AND {_CHOSEN}
ON CONFLICT (rule_id, unit_id, period_start) DO NOTHING
"""  # noqa: S608
# Open duties without any work on them: of periods not begun that no window asks for any more, of
# units to which the rule applies no more, and of closed units from the day of closing on.
_STALE = f"""
SELECT o.id FROM obligations_obligation o
JOIN obligations_rule r ON r.id = o.rule_id
JOIN org_unit u ON u.key = o.unit_id
LEFT JOIN org_profile f ON f.unit_id = u.key
WHERE r.policy_id = %(policy)s AND o.state = 'open' AND o.done = 0 AND {_CHOSEN} AND (
    (CASE WHEN %(begun)s THEN o.due_on >= %(today)s ELSE o.period_start > %(today)s END
        AND NOT ({APPLIES}))
    OR (o.period_start > %(today)s AND o.period_start <= %(until)s AND NOT EXISTS (
        SELECT 1 FROM {_WINDOWS} WHERE w.rule_id = o.rule_id AND w.start_on = o.period_start
            AND w.end_on = o.period_end AND w.due_on = o.due_on))
    OR (u.state <> 'active' AND o.due_on >= coalesce(u.ended_on, %(today)s)))
"""  # noqa: S608


@dataclasses.dataclass(frozen=True)
class Made:
    """How many duties one run made and removed."""

    made: int = 0
    removed: int = 0

    def __add__(self, other: Made) -> Made:
        return Made(self.made + other.made, self.removed + other.removed)


def keep_up(policy: Policy, *, today: datetime.date, until: datetime.date | None = None) -> Made:
    """What the daily job does for one policy: remove what is no longer asked, make what is.

    Days missed while the job did not run are made up for. Call inside a scope that holds the city.
    """
    until = max(until or generated_until(policy, today), policy.generated_to or today)
    since = today
    if policy.generated_to:
        since = min(today, policy.generated_to + datetime.timedelta(days=1))
    with transaction.atomic():
        removed = prune(policy, today=today, until=until)
        made = generate(policy, since=since, until=until)
        Policy.objects.filter(pk=policy.pk).update(generated_to=until)
    policy.generated_to = until
    return Made(made, removed)


def generate(
    policy: Policy,
    *,
    since: datetime.date,
    until: datetime.date,
    units: Sequence[str] | None = None,
) -> int:
    """Make every duty due from `since` on whose period begins by `until`; the number made.

    `units`: keys of the only units to look at, each without what is below it; None is all of the city's.
    Records that exist already count at once.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        hold_lock()
        cursor.execute("SELECT coalesce(max(id), 0) FROM obligations_obligation")
        newest = cursor.fetchone()[0]
        tree = subtree(policy.unit_id)
        cursor.execute(
            _INSERT,
            {
                **_spans(policy, since, until),
                "lo": tree.lo,
                "hi": tree.hi,
                "units": None if units is None else list(units),
            },
        )
        made: int = cursor.rowcount
        if made:
            count_new(newest)
        return made


def prune(
    policy: Policy,
    *,
    today: datetime.date,
    until: datetime.date,
    units: Sequence[str] | None = None,
    begun: bool = False,
) -> int:
    """Remove open duties that nothing asks for any more (see _STALE); the number removed.

    `units` as in `generate`. `begun`: where a rule applies no more, of periods begun as well, unless
    the due day is past.
    """
    params: dict[str, Any] = {
        **_spans(policy, today, until),
        "policy": policy.pk,
        "today": today,
        "until": until,
        "units": None if units is None else list(units),
        "begun": begun,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        hold_lock()
        cursor.execute(
            f"DELETE FROM obligations_reminder WHERE obligation_id IN ({_STALE})",  # noqa: S608
            params,
        )
        cursor.execute(f"DELETE FROM obligations_obligation WHERE id IN ({_STALE})", params)  # noqa: S608
        removed: int = cursor.rowcount
        return removed


def ahead_days(policy: Policy) -> int:
    """Days for which duties exist ahead of today: the policy's number, else the shipped pack's."""
    number = policy.numbers.filter(key=AHEAD).first()
    return int(number.values[0] if number else shipped_values(AHEAD)[0])


def generated_until(policy: Policy, today: datetime.date) -> datetime.date:
    """The last day up to which duties exist, or should by today."""
    ahead = today + datetime.timedelta(days=ahead_days(policy))
    return max(ahead, policy.generated_to or ahead)


def rules_in_force(policy: Policy) -> list[Rule]:
    """The enabled rules of the policy as loaded last (of an ended policy those it ended with)."""
    return list(Rule.objects.filter(policy=policy, ends_on=policy.valid_to, enabled=True))


def _spans(policy: Policy, since: datetime.date, until: datetime.date) -> dict[str, list[Any]]:
    """All windows of all rules in force as columns."""
    pack = pack_of(policy)
    spans: dict[str, list[Any]] = {
        name: [] for name in ("rules", "starts", "ends", "dues", "untils")
    }
    for rule in rules_in_force(policy):
        for window in windows(pack.rule(rule.key), pack, since, until):
            if window.start < rule.starts_on or (rule.ends_on and window.start > rule.ends_on):
                continue
            spans["rules"].append(rule.pk)
            spans["starts"].append(window.start)
            spans["ends"].append(window.end)
            spans["dues"].append(window.due)
            spans["untils"].append(window.until)
    return spans
