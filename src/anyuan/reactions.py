"""One table: named event → what follows. All consequences between domains are on this screen.

Events are emitted inside the service's transaction (core.events); a reaction runs in it too.
"""

from __future__ import annotations

from anyuan.core import events
from anyuan.core.events import Reaction
from anyuan.domains.hazards.services import open_from_finding
from anyuan.domains.responsibility.duties.services.following import end_letters_of
from anyuan.engines.cases.handing_over import hand_over
from anyuan.engines.indicators.reactions_in import (
    refresh_after_change,
    refresh_after_closing,
    refresh_after_many,
    refresh_after_record,
)
from anyuan.engines.live.reactions_in import say_record_saved
from anyuan.engines.obligations.reactions_in import end_duties, follow_units
from anyuan.engines.obligations.recount import recount_for, recount_kind

TABLE: list[tuple[str, Reaction]] = [
    ("record.saved", recount_for),
    ("record.saved", refresh_after_record),  # after the duties it counts
    ("record.saved", say_record_saved),
    ("records.changed", recount_kind),
    ("records.changed", refresh_after_many),
    ("finding.raised", open_from_finding),
    ("units.changed", follow_units),
    ("units.changed", refresh_after_change),
    ("unit.closed", end_duties),
    ("unit.closed", hand_over),
    ("unit.closed", end_letters_of),
    ("unit.closed", refresh_after_closing),  # after the duties and cases it counts
]


def connect() -> None:
    """Register the table, in its order."""
    for event, reaction in TABLE:
        events.on(event, reaction)
