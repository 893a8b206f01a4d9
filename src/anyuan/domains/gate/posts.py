"""Whom a gate's messages go to."""

from __future__ import annotations

from anyuan.core.keys import parent_key


def guards_of(unit_key: str) -> list[str]:
    """The units whose guards stand at a gate: a campus's own and its school's (above a school there are none)."""
    return [unit_key, parent_key(unit_key)]
