"""Several of the pack's numbers by one query."""

from __future__ import annotations

from decimal import Decimal

from anyuan.engines.obligations.models import Number
from anyuan.engines.obligations.numbers import shipped_values


def numbers(*keys: str) -> list[Decimal]:
    """The first value of each, in the order asked: the newest policy's, else the shipped pack's."""
    rows = Number.objects.filter(key__in=keys).order_by("key", "-policy__valid_from", "-policy_id")
    found = {row.key: row.values[0] for row in rows.distinct("key")}
    return [found[key] if key in found else shipped_values(key)[0] for key in keys]
