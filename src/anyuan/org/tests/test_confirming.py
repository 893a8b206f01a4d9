"""Who proved just now who they are: by a code of the phone, and what is no proof."""

from __future__ import annotations

import datetime
import time

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from anyuan.org.confirming import Confirmed, can_confirm_here, confirmed
from anyuan.org.models import Person
from anyuan.org.tests.cast import Cast

pytestmark = pytest.mark.django_db
WITHIN = datetime.timedelta(minutes=5)


@pytest.fixture
def secret(cast: Cast, settings) -> str:
    """The guard has set up a code of the phone; one that ran out while the test ran still counts."""
    settings.MFA_TOTP_TOLERANCE = 1
    made = generate_totp_secret()
    TOTP.activate(Person.objects.get(pk=cast.guard.person_id), made)
    return made


def code_of(secret: str) -> str:
    """What the phone shows."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def give(client: Client, code: str) -> int:
    answer = client.post(reverse("mfa_reauthenticate"), {"code": code, "next": "/"})
    return answer.status_code


def asked(client: Client, person: Person) -> HttpRequest:
    """The next request of that browser."""
    request = HttpRequest()
    request.user, request.session = person, client.session
    return request


def proof_of(cast: Cast, client: Client, within: datetime.timedelta = WITHIN) -> Confirmed | None:
    return confirmed(asked(client, Person.objects.get(pk=cast.guard.person_id)), within=within)


def test_a_code_of_the_phone_proves_it(cast: Cast, secret: str) -> None:
    client = cast.client(cast.guard)
    assert proof_of(cast, client) is None
    assert give(client, "000000") == 200
    assert proof_of(cast, client) is None
    code = code_of(secret)
    assert give(client, code) == 302
    proof = proof_of(cast, client)
    assert proof is not None
    assert (proof.person_id, proof.how) == (cast.guard.person_id, "两步验证")
    assert proof_of(cast, client, datetime.timedelta(0)) is None
    other = Person.objects.get(pk=cast.teacher.person_id)
    assert confirmed(asked(client, other), within=WITHIN) is None
    again = cast.client(cast.guard)
    assert give(again, code) == 200  # seen over the shoulder, it is worth nothing
    assert proof_of(cast, again) is None


def test_without_a_password_the_phone_is_asked(cast: Cast, secret: str) -> None:
    """Who comes by the single sign-on and has a second factor here proves it here."""
    person = Person.objects.get(pk=cast.guard.person_id)
    person.set_unusable_password()
    person.save()
    client = cast.client(cast.guard)
    assert can_confirm_here(asked(client, person))
    answer = client.get(reverse("account_reauthenticate"), {"next": "/"}, follow=True)
    assert "验证码" in answer.content.decode()
    assert give(client, code_of(secret)) == 302
    assert proof_of(cast, client) is not None
    person.authenticator_set.all().delete()
    assert not can_confirm_here(asked(client, person))
