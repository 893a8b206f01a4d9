"""One table: named event → what follows. All consequences between domains are on this screen.

Events are emitted inside the service's transaction (core.events); a reaction runs in it too.
"""

from __future__ import annotations

from anyuan.core import events
from anyuan.core.events import Reaction
from anyuan.domains.campaigns.tasks import follow_record, follow_records
from anyuan.domains.campaigns.tasks import follow_units as follow_campaign_units
from anyuan.domains.emergency.plans.services.keeping import propose_change, want_revision
from anyuan.domains.hazards.services import open_from_finding
from anyuan.domains.risk.assessments.services.assessing import link_hazard
from anyuan.domains.risk.points.proposals import after_hazard, after_incident
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
    ("record.saved", follow_record),
    ("record.saved", refresh_after_record),  # after the duties it counts
    ("record.saved", say_record_saved),
    ("records.changed", recount_kind),
    ("records.changed", follow_records),
    ("records.changed", refresh_after_many),
    ("finding.raised", open_from_finding),
    ("plan.revision_wanted", want_revision),
    ("plan.change_proposed", propose_change),
    ("hazard.reported", link_hazard),
    ("hazard.reported", after_hazard),
    ("hazard.graded", after_hazard),
    ("incident.reported", after_incident),
    ("units.changed", follow_units),
    ("units.changed", follow_campaign_units),
    ("units.changed", refresh_after_change),
    ("unit.closed", end_duties),
    ("unit.closed", follow_campaign_units),
    ("unit.closed", hand_over),
    ("unit.closed", refresh_after_closing),  # after the duties and cases it counts
]


def connect() -> None:
    """Register the table, in its order."""
    for event, reaction in TABLE:
        events.on(event, reaction)
