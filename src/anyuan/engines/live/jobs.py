"""What runs by itself: old events are deleted."""

from __future__ import annotations

from procrastinate.contrib.django import app

from anyuan.engines.live.services import forget_old


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="live.forget")
def forget(timestamp: int) -> None:
    """Delete events that no page asks for any more."""
    forget_old()
