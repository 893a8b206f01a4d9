"""One table: named event → what follows. All consequences between domains are on this screen.

Events are emitted inside the service's transaction (core.events); a reaction runs in it too.
"""

from __future__ import annotations

from anyuan.core import events
from anyuan.core.events import Reaction


def table() -> list[tuple[str, Reaction]]:
    """(event, reaction) in the order in which they run."""
    return []


def connect() -> None:
    for event, reaction in table():
        events.on(event, reaction)
