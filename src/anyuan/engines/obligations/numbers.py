"""The numbers that rules and loops depend on, read from the policy in force."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from anyuan.core import scope
from anyuan.engines.obligations.models import Number
from anyuan.engines.obligations.packs.load import load_pack

KEPT = "obligations.numbers"


def number_values(key: str) -> list[Decimal]:
    """The value or ordered values of one number.

    From the newest loaded policy; before any is loaded, from the pack that the product ships. The first
    asking in a request reads all numbers by one statement.
    """
    return values_of(key)[key]


def values_of(*keys: str) -> dict[str, list[Decimal]]:
    """Several numbers, as `number_values` gives each."""
    loaded: dict[str, list[Decimal]] | None = scope.kept().get(KEPT)
    if loaded is None:
        rows = Number.objects.order_by("key", "-policy__valid_from", "-policy_id").distinct("key")
        loaded = scope.kept()[KEPT] = dict(rows.values_list("key", "values"))
    return {key: list(loaded[key]) if key in loaded else shipped_values(key) for key in keys}


def forget_numbers() -> None:
    """After a policy was loaded: the next asking reads them anew."""
    scope.kept().pop(KEPT, None)


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
