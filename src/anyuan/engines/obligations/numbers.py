"""The numbers that rules and loops depend on, read from the policy in force."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from anyuan.engines.obligations.models import Number
from anyuan.engines.obligations.packs.load import load_pack


def number_values(key: str) -> list[Decimal]:
    """The value or ordered values of one number.

    From the newest loaded policy; before any is loaded, from the pack that the product ships.
    """
    row = Number.objects.filter(key=key).order_by("-policy__valid_from", "-policy_id").first()
    return list(row.values) if row else shipped_values(key)


def values_of(*keys: str) -> dict[str, list[Decimal]]:
    """Several numbers by one statement, as `number_values` gives each."""
    rows = Number.objects.filter(key__in=keys).order_by("key", "-policy__valid_from", "-policy_id")
    found = {row.key: list(row.values) for row in rows.distinct("key")}
    return {key: found[key] if key in found else shipped_values(key) for key in keys}


def shipped_values(key: str) -> list[Decimal]:
    """A number as the pack that the product ships has it."""
    return list(_shipped()[key])


@lru_cache(maxsize=1)
def _shipped() -> dict[str, tuple[Decimal, ...]]:
    folder = Path(settings.SOURCE) / "packs" / settings.DEFAULT_PACK
    found = {}
    for number in load_pack(folder).numbers:
        values = number.value if isinstance(number.value, tuple) else (number.value,)
        found[number.key] = tuple(Decimal(str(value)) for value in values)
    return found
