"""What happened lately, in the order in which it became true."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

CHANNEL = "anyuan_live"
# One number for the lock under which events get their place.
LOCK = 71_610

# Runs when the transaction is about to commit. Under the lock until it has: an event with a lower place is
# seen no later than one with a higher, so "everything after n" misses nothing. NOTIFY takes such a lock itself.
PLACE = f"""
PERFORM pg_advisory_xact_lock({LOCK});
UPDATE live_event SET place = nextval('live_event_place') WHERE id = NEW.id;
PERFORM pg_notify('{CHANNEL}', '');
RETURN NULL;
"""  # noqa: S608 -- constants only


class Event(models.Model):
    """One event. `topics`: `p:<person>` and `u:<unit key>` with every unit above; `data`: no personal data."""

    id = models.BigAutoField(primary_key=True)
    place = models.BigIntegerField(null=True, unique=True, editable=False)
    kind = models.CharField("种类", max_length=40)
    topics = ArrayField(models.CharField(max_length=130))
    data = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "实时事件"
        db_table = "live_event"
        indexes = [models.Index(fields=["at"], name="live_event_at")]
        triggers = [
            pgtrigger.Trigger(
                name="place",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=PLACE,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"
