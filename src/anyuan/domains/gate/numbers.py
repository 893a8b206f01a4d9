"""The pack's numbers that the gate depends on."""

from __future__ import annotations

import datetime
from decimal import Decimal

from anyuan.engines.obligations.numbers import number_values


def overstay() -> datetime.timedelta:
    """How long after coming in an entry that has not left is warned of."""
    return datetime.timedelta(hours=float(number_values("gate_overstay_hours")[0]))


def booking_days() -> int:
    """How many days ahead a visitor may book."""
    return int(number_values("gate_booking_days")[0])


def fever() -> Decimal:
    """The temperature in ℃ from which nobody is let in."""
    return number_values("gate_fever_celsius")[0]


def retention_days() -> int:
    """Days after which the names of an entry are deleted."""
    return int(number_values("gate_retention_days")[0])
