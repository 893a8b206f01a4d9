"""Reading one's own messages."""

from __future__ import annotations

from django.db.models import QuerySet

from anyuan.engines.notices.models import Notification
from anyuan.org.actor import Actor


def inbox(by: Actor, *, unread_only: bool = False) -> QuerySet[Notification]:
    """The actor's own messages, from all their posts; never another's of the same unit."""
    rows: QuerySet[Notification] = Notification.objects.filter(person_id=by.person_id)
    return rows.filter(read_at__isnull=True) if unread_only else rows


def unread_count(by: Actor) -> int:
    return inbox(by, unread_only=True).count()
