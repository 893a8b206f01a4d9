"""Saying that something happened."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from anyuan.core.keys import ancestors
from anyuan.engines.live.models import Event

# Pages that were away longer load anew.
KEPT = datetime.timedelta(hours=6)


def publish(
    kind: str,
    *,
    units: Iterable[str] = (),
    people: Iterable[int] = (),
    data: Mapping[str, Any] | None = None,
) -> None:
    """Tell the open pages of these people, and of all who stand at these units or above them.

    Heard when the transaction commits, by no one when it does not. One row however many are told. `data`
    goes to each of them as it is: numbers of records, never names.
    """
    topics = {f"p:{person}" for person in people}
    topics |= {f"u:{above}" for key in set(units) for above in ancestors(key)}
    if topics:
        Event.objects.create(kind=kind, topics=sorted(topics), data=dict(data or {}))


def forget_old() -> int:
    """Delete events that no page asks for any more; how many."""
    gone, _kinds = Event.objects.filter(at__lt=timezone.now() - KEPT).delete()
    return gone
