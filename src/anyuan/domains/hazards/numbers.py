"""The pack's numbers that hazards depend on."""

from __future__ import annotations

from anyuan.engines.obligations.numbers import number_values


def limit_days(level: str) -> int:
    """Days to rectify a hazard of a level."""
    return int(number_values("hazard_major_days" if level == "major" else "hazard_general_days")[0])


def escalation_days() -> list[int]:
    """Days relative to the due day on which people are told; negative before it."""
    return [int(day) for day in number_values("hazard_escalation_days")]
