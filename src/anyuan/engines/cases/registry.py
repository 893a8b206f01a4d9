"""The loops that domains declared."""

from __future__ import annotations

from anyuan.engines.cases.spec import Loop, LoopMistake, check
from anyuan.engines.notices.history import hide, read_states

_loops: dict[str, Loop] = {}
# The record itself has the state; the rest is the engine's own.
hide("cases.Case", "state", "version", "escalated", "loop")


def declare(loop: Loop) -> Loop:
    """Check and register; a mistake stops the start."""
    if loop.key in _loops:
        raise LoopMistake(f"loop declared twice: {loop.key}")
    check(loop)
    _loops[loop.key] = loop
    read_states(loop.key, {state.key: state.label for state in loop.states})
    return loop


def get(key: str) -> Loop:
    return _loops[key]


def all_loops() -> dict[str, Loop]:
    return dict(_loops)
