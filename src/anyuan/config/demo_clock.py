"""The demo's clock: what the demo's people did weeks ago carries the moment when they did it.

Records, steps and messages take their time from `timezone.now` and their keys from `core.ids`; both are
set back while a deed is done. History rows keep the database's own clock.
"""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections.abc import Iterator

from django.utils import timezone

from anyuan.core import ids

MORNING, EVENING = 8, 17
_real_now, _real_key = timezone.now, ids._uuid7


@contextlib.contextmanager
def at(day: datetime.date, minute: int = 0) -> Iterator[None]:
    """Do what follows on that day, `minute` (0…539) minutes after eight; never in the coming hours."""
    opening = datetime.datetime.combine(
        day, datetime.time(MORNING), timezone.get_default_timezone()
    )
    within = (EVENING - MORNING) * 60
    moment = min(opening + datetime.timedelta(minutes=minute % within), _real_now())

    def key() -> uuid.UUID:
        return _real_key(nanoseconds=int(moment.timestamp() * 1000) * 1_000_000)

    timezone.now, ids._uuid7 = (lambda: moment), key  # type: ignore[assignment]
    try:
        yield
    finally:
        timezone.now, ids._uuid7 = _real_now, _real_key
