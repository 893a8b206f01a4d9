"""The kind of record that a trace is; the panel beside an incident."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.risk.tracing.content import handling_title
from anyuan.domains.risk.tracing.queries import of_incident
from anyuan.engines.notices.history import read_as
from anyuan.engines.notices.sides import add_panel

declare(RecordKind("trace", "责任倒查", "history-toggle", "tracing:detail", counted=False))
add_panel(30, "tracing/side/incident.html", of_incident)
for _name in ("handling", "final_handling"):
    read_as("tracing.Finding", _name, handling_title)
