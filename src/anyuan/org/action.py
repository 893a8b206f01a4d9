"""The one decorator of every service that writes: transaction, permission, history, refusals, event.

    @action(Permission.HAZARD_VERIFY)
    def close_hazard(hazard: Hazard, *, by: Actor, note: str) -> Hazard: ...

The subject is the first argument: a row of a unit, or the unit itself for something new. A service
never sees a request; a page, the API, a job and the command line call it alike.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import pghistory
from django.db import IntegrityError, transaction

from anyuan.core import scope
from anyuan.core.refused import from_database
from anyuan.org.actor import Actor, allow
from anyuan.org.permissions import Permission

Params = ParamSpec("Params")
Result = TypeVar("Result")

# Every service that passed through the decorator; a test compares it with the services modules.
SERVICES: dict[str, Permission | Callable[..., Permission]] = {}


def action(
    permission: Permission | Callable[..., Permission],
) -> Callable[[Callable[Params, Result]], Callable[Params, Result]]:
    """Guard a service. Errors: Missing (stranger), Forbidden, and what the service refuses itself.

    Where the permission depends on what is asked (a transition of a loop), a function of the service's
    arguments gives it.
    """

    def decorate(service: Callable[Params, Result]) -> Callable[Params, Result]:
        name = f"{service.__module__}.{service.__qualname__}"
        SERVICES[name] = permission

        @functools.wraps(service)
        def guarded(*args: Params.args, **kwargs: Params.kwargs) -> Result:
            by = kwargs["by"]
            if not isinstance(by, Actor):
                raise TypeError("a service needs its actor: by=")
            needed = (
                permission if isinstance(permission, Permission) else permission(*args, **kwargs)
            )
            allow(by, needed, args[0])
            try:
                with _scope_of(by), transaction.atomic(), _history(by, service.__name__):
                    return service(*args, **kwargs)
            except IntegrityError as error:
                if refusal := from_database(error):
                    raise refusal from error
                raise

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def _scope_of(by: Actor) -> Any:
    """The scope in force, or the actor's own where a job or the command line calls."""
    if scope.current() is not None:
        return transaction.atomic()
    return scope.enter(by.units, person=str(by.person_id or ""))


def _history(by: Actor, name: str) -> Any:
    facts: dict[str, Any] = {"by": by.name, "action": name}
    if by.person_id:
        facts |= {"person": by.person_id, "post": str(by.post_id), "unit": by.unit_key}
    return pghistory.context(**facts)
