"""What runs by itself: large exports, taken up again when a worker died; warnings of dates that expire."""

from __future__ import annotations

import contextlib
import datetime
import time
import uuid

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from anyuan.core import scope
from anyuan.engines.ledgers import exports
from anyuan.engines.ledgers.models import Export
from anyuan.engines.ledgers.reminders import remind

MORNING = 7  # people are told from this hour on, local time
SILENT = datetime.timedelta(seconds=90)  # after that without a sign, an export is started anew
KEPT = datetime.timedelta(days=2)


def export_soon(pk: uuid.UUID) -> None:
    """Have an export written; asked twice before it starts, it starts once."""
    with contextlib.suppress(AlreadyEnqueued):
        write_export.configure(queueing_lock=f"ledgers.export:{pk}").defer(pk=str(pk))


@app.task(name="ledgers.write_export")
def write_export(pk: str) -> None:
    exports.write_export(uuid.UUID(pk))


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="ledgers.resume_exports", name="ledgers.resume_exports")
def resume_exports(timestamp: int) -> None:
    """Start anew what a worker left when it died, and take away files that nobody fetched."""
    with scope.everything():
        since = timezone.now() - SILENT
        left = Export.objects.filter(state__in=["waiting", "running"], seen_at__lt=since)
        for pk in list(left.values_list("pk", flat=True)):
            export_soon(pk)
        old = list(Export.objects.filter(asked_at__lt=timezone.now() - KEPT))
        Export.objects.filter(pk__in=[one.pk for one in old]).delete()
    for export in old:
        exports.path_of(export).unlink(missing_ok=True)
        for part in exports.path_of(export).parent.glob(f"{export.pk.hex}.*.part"):
            if time.time() - part.stat().st_mtime > SILENT.total_seconds():
                part.unlink(missing_ok=True)


@app.periodic(cron="37 * * * *")
@app.task(queueing_lock="ledgers.send_warnings", name="ledgers.send_warnings")
def send_warnings(timestamp: int) -> None:
    """Tell who keeps ledgers of what expires; run again on the same day it tells nobody twice."""
    now = timezone.localtime()
    if now.hour < MORNING:
        return
    with scope.everything():
        remind(now.date())
