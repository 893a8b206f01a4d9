"""What a unit will owe: the windows of the rules that bind it, also beyond the duties already made."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from django.db import connection

from anyuan.engines.obligations.content import pack_of
from anyuan.engines.obligations.models import Policy
from anyuan.engines.obligations.packs import spec
from anyuan.engines.obligations.sql import APPLIES
from anyuan.engines.obligations.windows import Window, windows
from anyuan.org.models import Unit

_RULES = f"""
SELECT r.key, r.title, r.tags, r.needed FROM obligations_rule r
JOIN org_unit u ON u.key = %(unit)s LEFT JOIN org_profile f ON f.unit_id = u.key
WHERE r.policy_id = %(policy)s AND r.kind = %(kind)s AND r.enabled
  AND (r.ends_on IS NULL OR r.ends_on = %(until)s) AND {APPLIES}
ORDER BY r.position, r.id
"""  # noqa: S608 -- constants only


@dataclasses.dataclass(frozen=True)
class Ahead:
    """One rule's window for one unit; `tags` are those of which a record needs one for each facet."""

    rule: str
    title: str
    tags: tuple[str, ...]
    needed: int
    window: Window

    def values(self, facet: str) -> frozenset[str]:
        return frozenset(t.partition(":")[2] for t in self.tags if t.startswith(f"{facet}:"))


def calendar_of(policy: Policy) -> spec.Calendar:
    """The school calendar of a policy."""
    return pack_of(policy).calendar


def ahead_of(
    policy: Policy, unit: Unit, kind: str, since: datetime.date, until: datetime.date
) -> list[Ahead]:
    """The windows of `kind` that are due from `since` on and begin by `until`, by due day; one query."""
    asked: dict[str, Any] = {
        "unit": unit.key,
        "policy": policy.pk,
        "kind": kind,
        "until": policy.valid_to,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RULES, asked)
        rules = cursor.fetchall()
    pack = pack_of(policy)
    found = [
        Ahead(key, title, tuple(tags), needed, window)
        for key, title, tags, needed in rules
        for window in windows(pack.rule(key), pack, since, until)
    ]
    return sorted(found, key=lambda one: (one.window.due, one.window.start, one.rule))
