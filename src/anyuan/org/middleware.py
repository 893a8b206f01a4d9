"""The request's actor and scope: one transaction a request, rolled back when anything goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from requests import RequestException

from anyuan.core import scope
from anyuan.core.keys import EVERYTHING, NOTHING
from anyuan.core.refused import Missing, Refused
from anyuan.org.actor import Actor
from anyuan.org.audit import note_stranger
from anyuan.org.models import Installation
from anyuan.org.posts import actor_of, posts_in_force
from anyuan.org.services import MFA_ROLES_KEPT

log = logging.getLogger("anyuan.access")
POST_KEY = "post"


class AuthedRequest(HttpRequest):
    """A request of a signed-in person in a post (what `signed_in` hands to a view)."""

    actor: Actor


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user if request.user.is_authenticated else None
        owner = str(person.pk) if person else ""
        request.actor = None  # type: ignore[attr-defined]
        # The posts are looked up over the whole tree; then the scope shrinks to the post's subtree.
        with scope.enter(EVERYTHING if person else NOTHING, person=owner):
            if person:
                choose_post(request)
                actor: Actor | None = request.actor  # type: ignore[attr-defined]
                scope.switch(actor.units if actor else NOTHING, person=owner)
            response = self.get_response(request)
        if getattr(request, "stranger", False):
            note_stranger(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, (ImmediateHttpResponse, ReauthenticationRequired)):
            return None  # no failure: how allauth answers and asks for the password again
        transaction.set_rollback(True)
        if isinstance(error, (Missing, Http404)):
            request.stranger = bool(request.user.is_authenticated)  # type: ignore[attr-defined]
            return render(request, "404.html", status=404)
        if isinstance(error, RequestException) and request.path.startswith("/accounts/oidc/"):
            log.warning("the single sign-on does not answer: %s", error)
            return render(request, "socialaccount/authentication_error.html", status=503)
        if isinstance(error, Refused):
            return render(request, "refused.html", {"refusal": error}, status=error.status)
        return None


def choose_post(request: HttpRequest) -> None:
    """Put the post chosen in the session (or the highest) on the request, with all there are."""
    posts = list(posts_in_force(request.user))  # type: ignore[arg-type]
    request.posts = posts  # type: ignore[attr-defined]
    wanted = request.session.get(POST_KEY)
    chosen = next((post for post in posts if str(post.pk) == wanted), posts[0] if posts else None)
    if chosen is not None:
        chosen.person = request.user  # type: ignore[assignment]
        request.post = chosen  # type: ignore[attr-defined]
        request.actor = actor_of(chosen)  # type: ignore[attr-defined]


def demands_second_factor(actor: Actor) -> bool:
    """Whether the post demands two-factor sign-in and the person has set none up."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 -- needs the apps ready

    if actor.role not in mfa_roles():
        return False
    return not Authenticator.objects.filter(user_id=actor.person_id).exists()


def may_enter(request: HttpRequest) -> bool:
    """Whether a signed-in person with a post may use it now: own password set, second factor where demanded."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.user.must_change_password and not came_by_single_sign_on(request):  # type: ignore[union-attr]
        return False
    return not demands_second_factor(actor)


def came_by_single_sign_on(request: HttpRequest) -> bool:
    """Whether the session began at the city's single sign-on: the first password was never used."""
    methods = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    return any(one.get("method") == "socialaccount" for one in methods)


def mfa_roles() -> list[str]:
    """Posts that demand two-factor sign-in; kept for a minute."""
    roles: list[str] | None = cache.get(MFA_ROLES_KEPT)
    if roles is None:
        row = Installation.objects.filter(only=True).values_list("mfa_roles", flat=True).first()
        roles = list(row or [])
        cache.set(MFA_ROLES_KEPT, roles, 60)
    return roles


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For every page of the product: a person in a post, else sign in (or a page that says no post)."""

    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if request.actor is None:
            return render(request, "no_post.html", status=403)
        if request.user.must_change_password and not came_by_single_sign_on(request):
            messages.warning(request, _("请先修改初始密码，再继续使用。"))
            return redirect("account_change_password")
        if demands_second_factor(request.actor):
            messages.warning(request, _("您的岗位要求两步验证，请先设置。"))
            return redirect("mfa_index")
        return view(request, *args, **kwargs)

    guarded.signed_in = True  # type: ignore[attr-defined]
    guarded.__name__ = view.__name__
    guarded.__module__ = view.__module__
    guarded.__doc__ = view.__doc__
    return guarded
