"""The city's single sign-on, against a small real OpenID provider on this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse

from anyuan.core import scope
from anyuan.org.models import Person

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
LOGIN = "/accounts/oidc/city/login/"


class Provider(BaseHTTPRequestHandler):
    """Discovery, keys, tokens, claims; `claims` is who signs in next."""

    claims: dict[str, str] = {}
    nonce = ""

    def _say(self, facts: Any) -> None:
        body = json.dumps(facts).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        if self.path == "/.well-known/openid-configuration":
            self._say({
                "issuer": self.address, "jwks_uri": f"{self.address}/keys",
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/claims",
            })  # fmt: skip
        elif self.path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self._say({"keys": [public | {"kid": "1", "alg": "RS256", "use": "sig"}]})
        else:
            self._say({"sub": "u1", **self.claims})

    def do_POST(self) -> None:
        now = int(time.time())
        facts = {"iss": self.address, "aud": "anyuan", "sub": "u1", "iat": now, "exp": now + 60}
        token = jwt.encode(facts | self.claims, KEY, algorithm="RS256", headers={"kid": "1"})
        self._say({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def log_message(self, *words: Any) -> None:
        """Quiet."""


@pytest.fixture
def provider(settings) -> Iterator[type[Provider]]:
    server = HTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    app = {
        "provider_id": "city", "name": "常州教育统一认证", "client_id": "anyuan", "secret": "s",
        "settings": {"server_url": f"http://127.0.0.1:{server.server_port}"},
    }  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    yield Provider
    server.shutdown()
    server.server_close()


def sign_in(claims: dict[str, str]) -> tuple[Client, Any]:
    """Through the provider and back."""
    Provider.claims = claims
    client = Client()
    away = client.post(LOGIN)
    asked = parse_qs(urlsplit(away.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    back = {"code": "c", "state": asked["state"][0]}
    return client, client.get("/accounts/oidc/city/login/callback/", back, follow=True)


def test_a_known_person_signs_in_by_user_name_or_phone(cast, provider):
    with scope.everything():
        person = Person.objects.get(pk=cast.officer.person_id)
        Person.objects.filter(pk=person.pk).update(phone="13800001111")
    for claims in ({"preferred_username": person.username}, {"phone_number": "+8613800001111"}):
        client, page = sign_in(claims)
        assert page.status_code == 200
        assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.parametrize("claims", [{"preferred_username": "nobody"}, {"phone_number": ""}, {}])
def test_an_unknown_person_is_refused_with_a_sentence(cast, provider, claims):
    client, page = sign_in(claims)
    assert "_auth_user_id" not in client.session
    assert "请联系" in page.content.decode()


def test_somebody_switched_off_stays_out(cast, provider):
    with scope.everything():
        person = Person.objects.get(pk=cast.officer.person_id)
        Person.objects.filter(pk=person.pk).update(is_active=False)
    client, _page = sign_in({"preferred_username": person.username})
    assert "_auth_user_id" not in client.session


def test_the_button_is_there_only_where_it_is_configured(db, provider, settings):
    assert "常州教育统一认证" in Client().get(reverse("account_login")).content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "统一认证" not in Client().get(reverse("account_login")).content.decode()
