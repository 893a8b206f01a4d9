"""What follows in the live channel when a record is saved."""

from __future__ import annotations

from typing import Any

from anyuan.core.kinds import all_kinds
from anyuan.core.models import Record
from anyuan.engines.live.services import publish


def say_record_saved(record: Record, was: Any = None) -> None:
    """Pages that show records of a live kind hear of it: the unit's and those above."""
    kind = all_kinds().get(record.kind)
    if kind is not None and kind.live:
        publish(record.kind, units=[record.unit_id], data={"id": str(record.pk)})
