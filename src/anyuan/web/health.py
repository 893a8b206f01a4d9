"""Does the worker answer? Procrastinate's worker writes its heartbeat into the database."""

from __future__ import annotations

from django.db import DatabaseError, connection

SILENT_SECONDS = 40  # the worker's heartbeat is every 10 s; three may be missed


def worker_answers() -> bool:
    """True when a worker's heartbeat is fresh."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM procrastinate_workers"
                " WHERE last_heartbeat > now() - make_interval(secs => %s))",
                [SILENT_SECONDS],
            )
            return bool(cursor.fetchone()[0])
    except DatabaseError:
        return False
