"""In the morning: what is to be graded anew, and grave points whose controls nobody looked after."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.domains.risk.points.proposals import look, remind


@app.periodic(cron="10 23 * * *")
@app.task(queueing_lock="risk.look", pass_context=False)
def look_at_points(timestamp: int) -> None:
    """At 7:10 (a cron line is UTC); run again on the same day it proposes and tells nothing twice."""
    today = timezone.localdate()
    with scope.everything():
        look(today)
        remind(today)
