"""Who calls: a token in the Authorization header, or a person signed in on the pages (with CSRF)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.throttling import SimpleRateThrottle

from anyuan.core import scope
from anyuan.core.refused import Forbidden
from anyuan.org.actor import Actor
from anyuan.org.tokens import actor_of_token

RATE = "600/m"


class ApiRequest(HttpRequest):
    """A request whose caller is known (what every operation gets)."""

    actor: Actor


class Token(HttpBearer):
    """`Authorization: Bearer anyuan_…`; the scope becomes the token's."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        actor = actor_of_token(token)
        if actor is None:
            # Said at once: a wrong token must not fall back to the browser's session.
            raise AuthenticationError
        scope.switch(actor.units, person=str(actor.person_id or ""))
        request.actor = actor  # type: ignore[attr-defined]
        return actor


class Session(APIKeyCookie):
    """A person signed in on the pages; ActorMiddleware has entered their scope already."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        """Only somebody signed in needs a CSRF token; a stranger is told to sign in."""
        return super().__call__(request) if request.user.is_authenticated else None

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None:
            raise Forbidden("您目前没有在任何单位任职，请联系本单位管理员。")
        return actor


class PerCaller(SimpleRateThrottle):
    """So many requests a minute for one token or person."""

    def get_cache_key(self, request: HttpRequest) -> str | None:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        return f"api-rate-{actor.token_id or actor.person_id}"
