"""Signing in: by user name or phone, slowed down after failures, written to the audit log."""

from __future__ import annotations

import datetime
from http import HTTPStatus
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.signals import password_changed
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anyuan.core.models import Audit
from anyuan.org.audit import address_of, note
from anyuan.org.models import Person
from anyuan.org.models.person import MOBILE
from anyuan.org.models.signin import SignInFailures

TRIES = 5  # failures of one account, or 20 from one address, before a pause
TRIES_OF_ADDRESS = 20
PAUSE = datetime.timedelta(minutes=10)


class NameOrPhone(AuthenticationBackend):
    """The one field takes a user name or a mobile number."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        typed = str(credentials.get("username") or "").strip()
        if MOBILE.regex.match(typed):  # type: ignore[union-attr]
            person = Person.objects.filter(phone=typed).first()
            if person is not None:
                credentials["username"] = person.username
        return super().authenticate(request, **credentials)


class Accounts(DefaultAccountAdapter):
    """No self sign-up; a pause after failures, counted where every process sees them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        keys = _keys(request, credentials)
        now = timezone.now()
        rows = SignInFailures.objects.filter(key__in=keys, last_at__gt=now - PAUSE)
        for row in rows:
            if row.failures >= keys[row.key]:
                minutes = max(1, round((row.last_at + PAUSE - now).total_seconds() / 60))
                raise ValidationError(
                    _("密码错误次数过多，请 %(minutes)s 分钟后再试，或联系管理员重置密码。")
                    % {"minutes": minutes}
                )

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        for key in _keys(request, credentials):
            _count(key)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return "/accounts/login/"


class SingleSignOn(DefaultSocialAccountAdapter):
    """The city's single sign-on opens existing accounts only, found by user name or phone."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            return
        claims = sociallogin.account.extra_data
        facts = claims.get("userinfo", claims)
        name = facts.get("preferred_username") or ""
        phone = facts.get("phone_number") or ""
        person = Person.objects.filter(username=name).first() if name else None
        if person is None and phone:
            person = Person.objects.filter(phone=str(phone).removeprefix("+86")).first()
        if person is None or not person.is_active:
            note(Audit.Action.SIGN_IN_FAILED, f"统一身份认证 {name or phone}"[:60], request=request)
            facts = {"provider": sociallogin.provider.name, "who": name or phone}
            raise ImmediateHttpResponse(
                render(request, "account/unknown.html", facts, status=HTTPStatus.FORBIDDEN)
            )
        sociallogin.connect(request, person)


class SecondFactor(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("验证码不正确，请看清后重新输入。"),
    }

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def get_totp_issuer(self) -> str:
        return "安园"


def _keys(request: HttpRequest, credentials: dict[str, Any]) -> dict[str, int]:
    """What failures are counted for → how many are borne."""
    name = str(credentials.get("username") or "").strip().lower()[:60]
    return {f"name:{name}": TRIES, f"from:{address_of(request) or ''}": TRIES_OF_ADDRESS}


def _count(key: str) -> None:
    """One more failure; after a pause the count begins anew. One statement, so guesses queue."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO org_signinfailures (key, failures, last_at) VALUES (%(key)s, 1, now())"
            " ON CONFLICT (key) DO UPDATE SET last_at = now(), failures ="
            " CASE WHEN org_signinfailures.last_at < now() - make_interval(secs => %(pause)s) THEN 1"
            " ELSE org_signinfailures.failures + 1 END",
            {"key": key, "pause": PAUSE.total_seconds()},
        )


def _note_sign_in(sender: Any, request: HttpRequest, user: Person, **_more: Any) -> None:
    SignInFailures.objects.filter(key=f"name:{user.username.lower()}").delete()
    note(Audit.Action.SIGN_IN, user.username, request=request)


def _note_sign_out(sender: Any, request: HttpRequest, user: Person | None, **_more: Any) -> None:
    if user is not None:
        note(Audit.Action.SIGN_OUT, user.username, request=request)


def _note_failure(
    sender: Any, credentials: dict[str, Any], request: Any = None, **_more: Any
) -> None:
    note(Audit.Action.SIGN_IN_FAILED, str(credentials.get("username") or "")[:60], request=request)


def _note_changed(sender: Any, request: HttpRequest, user: Person, **_more: Any) -> None:
    Person.objects.filter(pk=user.pk).update(must_change_password=False)
    note(Audit.Action.CHANGE, f"修改密码 {user.username}", request=request)


def connect() -> None:
    """Listen to the framework's signals (called when the app is ready)."""
    user_logged_in.connect(_note_sign_in, dispatch_uid="anyuan.signed_in")
    user_logged_out.connect(_note_sign_out, dispatch_uid="anyuan.signed_out")
    password_changed.connect(_note_changed, dispatch_uid="anyuan.password_changed")
    user_login_failed.connect(_note_failure, dispatch_uid="anyuan.sign_in_failed")
