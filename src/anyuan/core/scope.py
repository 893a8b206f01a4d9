"""The scope of the work in hand: which units' rows may be touched, and for whom.

`enter()` opens one transaction and tells PostgreSQL the range (`app.lo`, `app.hi`) and the person
(`app.person`), so that row-level security repeats what the managers filter. Without a scope a query on
a scoped model raises, and the database itself shows no row.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from django.db import DatabaseError, connection, transaction

from anyuan.core.keys import EVERYTHING, Range


class ScopeMissing(RuntimeError):
    """A scoped model was queried outside `enter()`: a programming error, never shown to people."""


@dataclasses.dataclass(frozen=True)
class Scope:
    units: Range
    person: str = ""


_current: ContextVar[Scope | None] = ContextVar("anyuan_scope", default=None)
_kept: ContextVar[dict[str, Any] | None] = ContextVar("anyuan_kept", default=None)
_SET = (
    "SELECT set_config('app.lo', %s, true), set_config('app.hi', %s, true),"
    " set_config('app.person', %s, true)"
)


def current() -> Scope | None:
    return _current.get()


def require() -> Scope:
    scope = _current.get()
    if scope is None:
        raise ScopeMissing("query outside a scope: use core.scope.enter() or everything()")
    return scope


def kept() -> dict[str, Any]:
    """What the work in hand has read once and needs again; it ends with the outermost scope."""
    found = _kept.get()
    return {} if found is None else found


def _tell(scope: Scope | None) -> None:
    units = scope.units if scope else Range("~", "~")
    with connection.cursor() as cursor:
        cursor.execute(_SET, [units.lo, units.hi, scope.person if scope else ""])


@contextlib.contextmanager
def enter(units: Range, *, person: str = "") -> Iterator[Scope]:
    """Work inside `units` in one transaction; on leaving, the scope before is back in force."""
    scope = Scope(units, person)
    outermost = not connection.in_atomic_block
    if not outermost and _current.get() == scope:
        yield scope
        return
    with transaction.atomic():
        before = _current.get()
        token = _current.set(scope)
        first = _kept.set({}) if before is None else None
        _tell(scope)
        try:
            yield scope
        finally:
            _current.reset(token)
            if first is not None:
                _kept.reset(first)
            # The end of the outermost transaction forgets the settings by itself.
            if not outermost and not connection.needs_rollback:
                with contextlib.suppress(DatabaseError):  # aborted: the rollback restores it
                    _tell(before)


def switch(units: Range, *, person: str = "") -> None:
    """Change the scope in force for the rest of the surrounding `enter()` (a request found its post)."""
    require()
    scope = Scope(units, person)
    _current.set(scope)
    _tell(scope)


def everything() -> contextlib.AbstractContextManager[Scope]:
    """The whole tree: for jobs, the command line and the start page of a sign-in, never for a page."""
    return enter(EVERYTHING)
