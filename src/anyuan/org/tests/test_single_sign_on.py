"""The city's single sign-on, end to end with a small OpenID provider that really answers on a port."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from anyuan.core.models import Audit
from anyuan.org.models import Person

LOGIN, START = "/accounts/login/", "/accounts/oidc/city/login/"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(ThreadingHTTPServer):
    """Discovery, authorization (the person says yes at once), token with PKCE, userinfo, keys."""

    daemon_threads = True
    claims: dict[str, Any]
    audience = "anyuan"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.codes: dict[str, dict[str, str]] = {}
        self.scope = ""

    def id_token(self) -> str:
        now = int(time.time())
        facts = {"iss": self.address, "aud": self.audience, "iat": now, "exp": now + 60}
        return jwt.encode({**facts, "sub": self.claims["sub"]}, KEY, "RS256", {"kid": "one"})


class Answer(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *_args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        where, city = urlsplit(self.path), self.server
        asked = {name: values[0] for name, values in parse_qs(where.query).items()}
        if where.path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": city.address,
                    "authorization_endpoint": f"{city.address}/authorize",
                    "token_endpoint": f"{city.address}/token",
                    "userinfo_endpoint": f"{city.address}/userinfo",
                    "jwks_uri": f"{city.address}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif where.path == "/authorize":
            city.codes["c1"], city.scope = asked, asked["scope"]
            back = urlencode({"code": "c1", "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        elif where.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self._json({"keys": [{**key, "kid": "one", "alg": "RS256"}]})
        elif where.path == "/userinfo" and self.headers["Authorization"] == "Bearer access":
            self._json(city.claims)
        else:
            self._json({"error": "not_found"}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.server.codes.pop(sent.get("code", ""), None)
        proof = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
        known = (sent.get("client_id"), sent.get("client_secret")) == ("anyuan", "quiet")
        if asked is None or not known or asked["code_challenge"] != challenge:
            self._json({"error": "invalid_grant"}, 400)
            return
        token = self.server.id_token()
        self._json({"access_token": "access", "token_type": "Bearer", "id_token": token})

    def _json(self, facts: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(facts).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    city = Provider()
    city.claims = {"sub": "u-1", "preferred_username": "officer", "name": "安全员甲"}
    app = {
        "provider_id": "city",
        "name": "常州统一身份认证",
        "client_id": "anyuan",
        "secret": "quiet",
        "settings": {"server_url": city.address},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "SCOPE": ["openid", "profile", "phone"],
            "APPS": [app],
        }
    }
    threading.Thread(target=city.serve_forever, daemon=True).start()
    yield city
    city.shutdown()
    city.server_close()


class Stay(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any) -> None:
        """Do not follow: the way back is the browser's."""


def walk(client: Client) -> Any:
    """Press the button, say yes at the provider, come back."""
    out = client.post(START)
    assert out.status_code == 302
    try:
        build_opener(Stay).open(out.headers["Location"])
    except OSError as answer:  # urllib's word for a redirect that is not followed
        back = urlsplit(answer.headers["Location"])  # type: ignore[attr-defined]
    return client.get(f"{back.path}?{back.query}")


def test_a_person_known_by_user_name_is_signed_in(cast, provider):
    client = Client()
    answer = walk(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert set(provider.scope.split()) == {"openid", "profile", "phone"}
    page = client.get("/", follow=True)
    assert page.status_code == 200
    assert "安全员甲" in page.content.decode()
    assert Audit.objects.filter(action="sign_in", person__username="officer").exists()


def test_a_person_known_by_phone_is_signed_in(cast, provider):
    Person.objects.filter(username="teacher").update(phone="13900002222")
    provider.claims = {"sub": "u-2", "preferred_username": "zs0086", "phone_number": "+8613900002222"}  # fmt: skip
    client = Client()
    walk(client)
    assert "教师乙" in client.get("/", follow=True).content.decode()


def test_the_second_time_the_account_is_known_by_its_subject(cast, provider):
    walk(Client())
    provider.claims = {"sub": "u-1", "preferred_username": "renamed"}
    client = Client()
    walk(client)
    assert "安全员甲" in client.get("/", follow=True).content.decode()


def test_who_came_this_way_is_not_asked_for_a_first_password(cast, provider):
    Person.objects.filter(username="officer").update(must_change_password=True)
    client = Client()
    walk(client)
    assert "/password/" not in client.get("/", follow=True).request["PATH_INFO"]


@pytest.mark.parametrize("spoil", ["unknown", "inactive"])
def test_who_is_not_registered_is_told_and_gets_no_account(cast, provider, spoil):
    if spoil == "unknown":
        provider.claims = {"sub": "u-9", "preferred_username": "nobody", "name": "外人"}
    else:
        Person.objects.filter(username="officer").update(is_active=False)
    people = Person.objects.count()
    client = Client()
    answer = walk(client)
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "本系统里还没有您的账号" in text
    assert "常州统一身份认证" in text
    assert Person.objects.count() == people
    assert Audit.objects.filter(action="sign_in_failed").exists()
    assert client.get("/").status_code == 302


def test_a_token_for_another_system_is_refused_with_a_sentence(cast, provider):
    provider.audience = "another"
    answer = walk(Client())
    assert "统一身份认证没有成功" in answer.content.decode()


def test_an_answer_nobody_asked_for_signs_nobody_in(cast, provider):
    client = Client()
    answer = client.get("/accounts/oidc/city/login/callback/?code=c1&state=forged")
    assert "统一身份认证没有成功" in answer.content.decode()
    assert client.get("/").status_code == 302


def test_the_button_is_there_only_where_it_is_configured(cast, provider, settings):
    page = Client().get(LOGIN).content.decode()
    assert "常州统一身份认证登录" in page
    assert f'action="{START}' in page
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "统一身份认证登录" not in Client().get(LOGIN).content.decode()
    assert Client().post(START).status_code == 404


def test_a_provider_that_does_not_answer_is_a_sentence(cast, provider, settings):
    provider.shutdown()
    provider.server_close()
    answer = Client().post(START)
    assert answer.status_code == 503
    assert "统一身份认证没有成功" in answer.content.decode()
