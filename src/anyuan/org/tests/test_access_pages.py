"""Pages of tokens and of the second factor."""

from __future__ import annotations

import datetime
import re

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.org.models import ApiToken, Installation

ADDRESS = reverse("org:tokens")


def form(**but):
    until = timezone.localdate() + datetime.timedelta(days=30)
    return {"name": "政务平台", "expires_on": str(until), "permissions": ["unit.read"]} | but


def test_a_token_is_shown_once_works_and_ends_when_revoked(cast):
    client = cast.client(cast.district)
    page = client.post(ADDRESS, form())
    secret = re.search(r"anyuan_[0-9a-f]{32}_[\w-]+", page.content.decode())
    assert secret is not None
    assert secret.group() not in client.get(ADDRESS).content.decode()
    head = {"Authorization": f"Bearer {secret.group()}"}
    assert Client().get("/api/v1/units", headers=head).status_code == 200
    with scope.everything():
        token = ApiToken.objects.get()
    assert client.post(reverse("org:token_revoke", args=[token.pk])).status_code == 302
    assert Client().get("/api/v1/units", headers=head).status_code == 401


def test_a_form_that_cannot_stand_says_why(cast):
    client = cast.client(cast.district)
    far = str(timezone.localdate() + datetime.timedelta(days=800))
    assert "一年之内" in client.post(ADDRESS, form(expires_on=far)).content.decode()
    assert client.post(ADDRESS, form(permissions=[])).status_code == 422
    assert client.post(ADDRESS, form(permissions=["policy.manage"])).status_code == 422
    with scope.everything():
        assert not ApiToken.objects.exists()


def test_teachers_have_no_tokens(cast):
    assert cast.client(cast.teacher).get(ADDRESS).status_code == 403


def test_the_bureau_demands_a_second_factor_of_a_post(cast):
    address = reverse("org:second_factor")
    assert cast.client(cast.bureau).post(address, {"roles": ["principal", "x"]}).status_code == 302
    assert Installation.objects.get().mfa_roles == ["principal"]
    assert "checked" in cast.client(cast.bureau).get(address).content.decode()
    assert cast.client(cast.district).post(address, {"roles": []}).status_code == 403
    assert cast.client(cast.district).get(address).status_code == 403
    assert Installation.objects.get().mfa_roles == ["principal"]
