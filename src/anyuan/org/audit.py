"""Writing the audit log."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from anyuan.core.logs import request_id
from anyuan.core.models import Audit
from anyuan.org.actor import Actor


def note(
    action: Audit.Action | str, what: str, *, by: Actor | None = None, request: Any = None
) -> None:
    """One line of the audit log, in the caller's transaction."""
    person_id = by.person_id if by else None
    if person_id is None and request is not None and getattr(request, "user", None) is not None:
        person_id = request.user.pk
    Audit.objects.create(
        action=action,
        person_id=person_id,
        unit_key=by.unit_key if by else "",
        what=what[:300],
        address=address_of(request) if request is not None else None,
        request_id=request_id.get()[:36],
    )


def note_stranger(request: HttpRequest) -> None:
    """Somebody signed in asked for what is not there or not theirs."""
    by: Actor | None = getattr(request, "actor", None)
    note(Audit.Action.STRANGER, f"{request.method} {request.path}", by=by, request=request)


def read_sensitive(what: str, *, by: Actor) -> None:
    """Say that a person read a sensitive field; called before the value is shown."""
    note(Audit.Action.READ_SENSITIVE, what, by=by)


def address_of(request: HttpRequest) -> str | None:
    """The address the request came from (uvicorn resolves a trusted proxy's header)."""
    address: str | None = request.META.get("REMOTE_ADDR")
    return address if address and address != "testclient" else None
