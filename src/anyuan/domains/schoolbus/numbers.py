"""Several of the pack's numbers in the order asked."""

from __future__ import annotations

from decimal import Decimal

from anyuan.engines.obligations.numbers import values_of


def numbers(*keys: str) -> list[Decimal]:
    """The first value of each, in the order asked."""
    return [values[0] for values in values_of(*keys).values()]
