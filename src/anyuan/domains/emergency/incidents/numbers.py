"""The pack's numbers that incidents depend on. One value holds for every level; four are of Ⅰ to Ⅳ."""

from __future__ import annotations

import datetime

from anyuan.domains.emergency.incidents.clock import Limits
from anyuan.domains.emergency.incidents.content import content
from anyuan.engines.obligations.numbers import values_of

KEYS = (
    "incident_phone_min", "incident_written_min", "incident_cap_min", "incident_follow_hours",
    "incident_final_days", "incident_receive_min", "incident_warn_min",
)  # fmt: skip


def limits_of(level: str) -> Limits:
    """The limits of a level (by its key)."""
    known = values_of(*KEYS)
    place = content().rank(level)
    found = {key: float(v[place] if len(v) > place > 0 else v[0]) for key, v in known.items()}

    def minutes(key: str) -> datetime.timedelta:
        return datetime.timedelta(minutes=found[key])

    return Limits(
        told=minutes("incident_phone_min"),
        written=minutes("incident_written_min"),
        cap=minutes("incident_cap_min"),
        follow=datetime.timedelta(hours=found["incident_follow_hours"]),
        final_days=int(found["incident_final_days"]),
        received=minutes("incident_receive_min"),
        warn=minutes("incident_warn_min"),
    )
