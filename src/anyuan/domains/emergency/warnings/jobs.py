"""Each minute: reminders, warnings past their time, and the addresses whose turn it is."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.domains.emergency.warnings.models import CapSource
from anyuan.domains.emergency.warnings.polling import gather, settle
from anyuan.domains.emergency.warnings.tending import escalate, expire, remind

AT_ONCE = 20  # addresses in one run


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="warnings.tend", name="warnings.tend")
def tend(timestamp: int) -> None:
    """What time does; run again it tells nobody twice."""
    with scope.everything():
        now = timezone.now()
        expire(now)
        remind(now)
        escalate(now)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="warnings.poll", lock="warnings.poll", name="warnings.poll")
def poll(timestamp: int) -> None:
    """Look at what is due, one address after the other."""
    with scope.everything():
        due = CapSource.objects.filter(is_on=True, next_at__lte=timezone.now()).order_by("next_at")
        keys = list(due.values_list("pk", flat=True)[:AT_ONCE])
    for key in keys:
        with scope.everything():
            source = CapSource.objects.filter(pk=key).select_related("unit").get()
        found = gather(source)  # outside of any transaction: a peer may take its time
        with scope.everything():
            rows = CapSource.objects.select_for_update(of=("self",)).select_related("unit")
            if (held := rows.filter(pk=key, is_on=True).first()) is not None:
                settle(held, found)
