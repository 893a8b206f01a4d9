"""That a person proved just now who they are: the password or second factor once more, before signing.

People of a single sign-on have neither here: for them a fresh sign-in there counts.
"""

from __future__ import annotations

import dataclasses
import datetime
import time

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.http import HttpRequest
from django.utils import timezone

from anyuan.org.models import Person

METHODS = {"password": "密码", "mfa": "两步验证", "socialaccount": "统一身份认证"}


@dataclasses.dataclass(frozen=True)
class Confirmed:
    """Who proved themselves, when and how; a service refuses one that is too old."""

    person_id: int
    at: datetime.datetime
    how: str


def confirmed(request: HttpRequest, *, within: datetime.timedelta) -> Confirmed | None:
    """The latest proof of the session's person that is fresh enough; None where they have to give one."""
    person = request.user
    if not isinstance(person, Person):
        return None
    records = get_authentication_records(request, person)
    if can_confirm_here(request):
        records = [one for one in records if one.get("reauthenticated")]
    if not records or time.time() - records[-1]["at"] > within.total_seconds():
        return None
    at = datetime.datetime.fromtimestamp(records[-1]["at"], tz=timezone.get_current_timezone())
    return Confirmed(person.pk, at, METHODS.get(records[-1]["method"], records[-1]["method"]))


def can_confirm_here(request: HttpRequest) -> bool:
    """Whether the person has a password or second factor here; else they sign in anew at the single sign-on."""
    person = request.user
    if not isinstance(person, Person):
        return False
    # Most have a password; asking for their second factors costs a query a kind.
    return person.has_usable_password() or bool(get_reauthentication_flows(person))
