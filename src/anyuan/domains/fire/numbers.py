"""The pack's numbers that fire safety depends on."""

from __future__ import annotations

import datetime

from anyuan.engines.obligations.numbers import number_values


def arrival_seconds() -> int:
    """Seconds within which the micro fire station is to stand ready."""
    return int(number_values("ministation_arrival_min")[0] * 60)


def longest_work() -> datetime.timedelta:
    """How long one permit for hot work may last."""
    return datetime.timedelta(hours=int(number_values("hot_work_hours")[0]))


def watch_after() -> datetime.timedelta:
    """How long the place is watched after hot work ended."""
    return datetime.timedelta(minutes=int(number_values("hot_work_watch_minutes")[0]))
