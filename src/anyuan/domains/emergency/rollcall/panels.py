"""Beside an incident: its roll calls, and the button to start one (a drill has its own run sheet)."""

from __future__ import annotations

from typing import Any

from anyuan.core.models import Record
from anyuan.domains.emergency.rollcall import queries
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission

INCIDENT = "incident"


def calls_panel(record: Record, by: Actor) -> dict[str, Any] | None:
    """None where there is nothing to show and nothing to start."""
    if record.kind != INCIDENT:
        return None
    calls = list(queries.calls_of(by).filter(about=record).order_by("-record_id")[:5])
    runs = by.may(Permission.ROLLCALL_RUN) and queries.sees_names(by)
    may_start = runs and record.state != "void"
    if not calls and not may_start:
        return None
    return {"calls": calls, "may_start": may_start, "about": record}
