"""The loops that domains declared."""

from __future__ import annotations

from anyuan.engines.cases.spec import Loop, LoopMistake, check

_loops: dict[str, Loop] = {}


def declare(loop: Loop) -> Loop:
    """Check and register; a mistake stops the start."""
    if loop.key in _loops:
        raise LoopMistake(f"loop declared twice: {loop.key}")
    check(loop)
    _loops[loop.key] = loop
    return loop


def get(key: str) -> Loop:
    return _loops[key]


def all_loops() -> dict[str, Loop]:
    return dict(_loops)
