"""Each minute: reminders, warnings past their time, and the addresses whose turn it is."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.domains.emergency.warnings.models import CapSource
from anyuan.domains.emergency.warnings.polling import look
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
    """Look at what is due, each address in a transaction of its own: a slow one holds no other up."""
    with scope.everything():
        due = CapSource.objects.filter(is_on=True, next_at__lte=timezone.now()).order_by("next_at")
        keys = list(due.values_list("pk", flat=True)[:AT_ONCE])
    for key in keys:
        with scope.everything():
            rows = CapSource.objects.select_for_update(of=("self",), skip_locked=True)
            source = rows.filter(pk=key, is_on=True).select_related("unit").first()
            if source is not None and source.next_at <= timezone.now():
                look(source)
