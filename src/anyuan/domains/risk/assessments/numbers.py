"""The pack's numbers that assessments depend on."""

from __future__ import annotations

from anyuan.engines.obligations.numbers import number_values


def access_days() -> int:
    """How many days after an assessment's last day a person of the firm may still look at it."""
    return int(number_values("assessment_access_days")[0])
