"""Named events and what follows them; the table itself is `anyuan/reactions.py`.

`emit` runs the reactions inside the caller's transaction: both happen or neither. A reaction that may
happen later defers a job (enqueued in the same transaction).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Reaction = Callable[..., None]
_reactions: dict[str, list[Reaction]] = defaultdict(list)


def on(event: str, reaction: Reaction) -> None:
    """Register `reaction(**payload)`; registering twice is harmless."""
    if reaction not in _reactions[event]:
        _reactions[event].append(reaction)


def emit(event: str, **payload: Any) -> None:
    for reaction in _reactions[event]:
        reaction(**payload)


def table() -> dict[str, list[Reaction]]:
    return dict(_reactions)
