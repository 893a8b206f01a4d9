"""The kinds of record that exist from the first day, for checking a pack without a running system.

The running system passes the kinds that its domains declare instead.
"""

from __future__ import annotations

from anyuan.engines.obligations.packs.spec import Kinds

FIRST_KINDS: Kinds = {
    "drill": {
        "type": frozenset(
            {
                "fire",
                "earthquake",
                "violence",
                "flood",
                "bus",
                "epidemic",
                "crush",
                "weather",
                "comprehensive",
            }
        ),
        "mode": None,
    },
    "inspection": {
        "checklist": frozenset(
            {
                "daily_patrol",
                "fire_monthly",
                "dormitory",
                "canteen",
                "laboratory",
                "gate_guards",
                "school_bus",
                "surroundings",
            }
        ),
        "by": frozenset({"self", "district", "city", "cross"}),
    },
    "hazard": {"level": frozenset({"general", "major"})},
    "filing": {"topic": None},
    "bus_inspection": {"buses": frozenset({"all", "part"})},
}
