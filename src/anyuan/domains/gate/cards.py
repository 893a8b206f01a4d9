"""What 今日 shows of the gate: the desk to the guard, waiting visitors to their host."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from anyuan.domains.gate.queries import asked_of_me, counts_of, leaves_open
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission, Role


def gate_card(by: Actor) -> dict[str, Any] | None:
    """The guard's desk; for others only what waits for their own word."""
    if not by.may(Permission.GATE_READ) or by.is_supervisor:
        return None
    if by.role == Role.GUARD:
        today = timezone.localdate()
        return {"desk": True, "counts": counts_of(by, today), "leaves": leaves_open(by, today)}
    asked = asked_of_me(by)
    return {"desk": False, "asked": asked} if asked else None
